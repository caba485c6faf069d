"""What is wrong or unusual with the data: gaps, fills, what was pulled in or cut, coverage, leads from hygiene."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from yitihua.index.recipe import Label
from yitihua.index.scoreboard import Scoreboard
from yitihua.index.tables import CLIPPED_GOALPOSTS, CLIPPED_RANGE, IMPUTED, NO_SPREAD, WINSORISED

if TYPE_CHECKING:
    from yitihua.definitions.edition import Edition

MISSING: Final = ("缺失", "missing")
COVERAGE: Final = ("覆盖率不足", "coverage too low")
REMARK: Final = ("数据备注", "remark of the data")
LEAD: Final = ("核查线索", "lead to check")
#: What is said of leads wherever they are shown.
NO_PROOF: Final = ("核查线索只说明需要核实，不等于数据有误。", "A lead asks for a check, it is no proof of an error.")
NOTHING: Final = ("", "")


@dataclass(frozen=True)
class Problem:
    """One thing that a reader of the data should know.

    Attributes
    ----------
    kind : (str, str)
    unit : (str, str)
        Code of the unit; of a lead that concerns several, how many.
    name : (str, str)
        Of the unit.
    code : str
        Indicator, node or measures.
    label : (str, str)
        Name of the indicator or node.
    value : float or None
    words : (str, str)
    """

    kind: Label
    unit: Label
    name: Label
    code: str
    label: Label
    value: float | None
    words: Label


def data_problems(board: Scoreboard, edition: Edition | None = None) -> list[Problem]:
    """Return one entry a problem, gravest kinds first.

    Parameters
    ----------
    board : Scoreboard
    edition : Edition, optional
        Adds what hygiene finds in the measures.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = data_problems(yt.evaluate("zhejiang-2022"))
    >>> {problem.kind[1] for problem in found} >= {"missing", "outside goalposts, clipped"}
    True
    """
    return [*_coverage(board), *_cells(board), *_leads(board, edition)]


def _coverage(board: Scoreboard) -> list[Problem]:
    recipe = board.recipe
    found: list[Problem] = []
    for k in reversed(range(len(recipe.nodes))):
        node = recipe.nodes[k]
        for row in np.flatnonzero(np.isnan(board.node_values[:, k])).tolist():
            tested = float(board.node_tested[row, k])
            words = (
                f"有得分的下级权重{tested:.0%}，要求{node.coverage:.0%}，不评分",
                f"{tested:.0%} of the weight right below has a score, {node.coverage:.0%} is asked for: not scored",
            )
            found.append(_problem(board, COVERAGE, row, node.code, None, words))
    return found


def _cells(board: Scoreboard) -> list[Problem]:
    """Return missing, filled, pulled-in and cut cells, by kind, and the remarks that came with the data."""
    recipe = board.recipe
    goal = np.array([rule.normalise.method == "goalposts" for rule in recipe.indicators])
    missing = np.isnan(board.denominated)
    masks = (
        (missing & ~board.imputed, MISSING),
        (board.imputed, IMPUTED),
        (board.winsorised, WINSORISED),
        (board.clipped & goal, CLIPPED_GOALPOSTS),
        (board.clipped & ~goal, CLIPPED_RANGE),
        (np.isfinite(board.treated) & np.isnan(board.normalised), NO_SPREAD),
    )
    flags = {key: remarks for key, remarks in board.table.flags.items() if key[1] in recipe.codes}
    told: set[tuple[str, str]] = set()
    found: list[Problem] = []
    for mask, kind in masks:
        for row, j in np.argwhere(mask).tolist():
            key = board.table.units[row], recipe.codes[j]
            told.add(key)
            words = _joined(flags.get(key, ()))
            found.append(_problem(board, kind, row, key[1], _value(board, row, j), words))
    row_of = {unit: row for row, unit in enumerate(board.table.units)}
    for (unit, code), remarks in flags.items():
        if (unit, code) not in told and unit in row_of:
            row, j = row_of[unit], recipe.codes.index(code)
            found.append(_problem(board, REMARK, row, code, _value(board, row, j), _joined(remarks)))
    return found


def _joined(remarks: Iterable[Label]) -> Label:
    remarks = list(remarks)
    return "；".join(zh for zh, _ in remarks), "; ".join(en for _, en in remarks)


def _problem(board: Scoreboard, kind: Label, row: int, code: str, value: float | None, words: Label) -> Problem:
    table, unit = board.table, board.table.units[row]
    names = table.name_of(row, "zh"), table.name_of(row, "en")
    return Problem(kind, (unit, unit), names, code, board.recipe.labels[code], value, words)


def _value(board: Scoreboard, row: int, j: int) -> float | None:
    raw = float(board.denominated[row, j])
    if np.isfinite(raw):
        return raw
    return float(board.filled[row, j]) if np.isfinite(board.filled[row, j]) else None


def _leads(board: Scoreboard, edition: Edition | None) -> list[Problem]:
    """Return what hygiene found in the measures; nothing without measures or an edition to name them."""
    if edition is None or not board.table.measures:
        return []
    from yitihua.indicators.hygiene.report import hygiene

    table = board.table
    names = {unit: (table.name_of(row, "zh"), table.name_of(row, "en")) for row, unit in enumerate(table.units)}
    report = hygiene(table, edition)
    columns = ["check", "strength", "units", "codes", "seen", "ask"]
    zh, en = (report.frame(lang)[columns].astype(str).itertuples(index=False) for lang in ("zh", "en"))
    leads: list[Problem] = []
    for a, b in zip(zh, en, strict=True):
        words = (f"{a.check}（{a.strength}）：{a.seen}　{a.ask}", f"{b.check} ({b.strength}): {b.seen} {b.ask}")
        unit, count = (a.units, a.units), a.units.count(";") + 1
        if count > 1:  # a crowd of codes would make the row as tall as the page
            words = (f"{words[0]} [{a.units}]", f"{words[1]} [{a.units}]")
            unit = (f"{count}个单位", f"{count} units")
        leads.append(Problem(LEAD, unit, names.get(a.units, NOTHING), a.codes, NOTHING, None, words))
    return leads
