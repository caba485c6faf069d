"""What is wrong or unusual with the data: gaps, fills, what was pulled in or cut, coverage, leads from hygiene."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np

from yitihua.errors import refuse
from yitihua.index.scoreboard import Scoreboard
from yitihua.index.tables import CLIPPED_GOALPOSTS, CLIPPED_RANGE, IMPUTED, NO_SPREAD, WINSORISED
from yitihua.publish.workbook.page import Column, Desk
from yitihua.surveys.privacy.suppression import MINIMUM, primary

_MISSING: Final = ("缺失", "missing")
_COVERAGE: Final = ("覆盖率不足", "coverage too low")
_REMARK: Final = ("数据备注", "remark of the data")
_LEAD: Final = ("核查线索", "lead to check")

#: kind, unit, name, code, name of the code, value, words
Row = tuple[str, str, str, str, str, float | None, str]


def refuse_few(board: Scoreboard) -> None:
    """Refuse a board with an estimate on fewer respondents than may be shown.

    To hide the cell would not do: it can be solved from the score and the other cells.

    Raises
    ------
    InputError
        Naming the first cells.
    """
    n = board.table.n
    if n is None:
        return
    few = np.argwhere(primary(n) & np.isfinite(board.table.values))
    if few.size:
        shown = [f"{board.table.units[row]}, {board.table.indicators[j]} (n = {n[row, j]:.0f})" for row, j in few[:5]]
        raise refuse("workbook-few", found="; ".join(shown), count=len(few), minimum=MINIMUM)


def draw_problems(desk: Desk) -> None:
    """Draw one row a problem, gravest kinds first."""
    say = desk.say
    rows = [*_coverage(desk), *_cells(desk), *_leads(desk)]
    counts = Counter(row[0] for row in rows)
    told = say("；", "; ").join(f"{kind} {count}" for kind, count in counts.items())
    columns = [
        Column(say("类别", "kind"), [row[0] for row in rows], "strong_text", least=12, most=22),
        Column(say("代码", "unit"), [row[1] for row in rows], "code", least=8, most=16),
        Column(say("单位", "name"), [row[2] for row in rows], "text", least=10, most=22),
        Column(say("指标", "code"), [row[3] for row in rows], "code", least=8, most=24),
        Column(say("名称", "name of it"), [row[4] for row in rows], "text", least=14, most=36),
        Column(say("数值", "value"), [row[5] for row in rows], "number", "0.00##", least=10),
        Column(say("说明", "words"), [row[6] for row in rows], "text", least=20, most=60),
    ]
    remarks = [
        say(f"合计：{told}。" if told else "未发现问题。", f"In all: {told}." if told else "No problems."),
        say("核查线索只说明需要核实，不等于数据有误。", "A lead asks for a check, it is no proof of an error."),
    ]
    desk.table("problems", say("数据问题", "Data problems"), columns, remarks, 3)


def _coverage(desk: Desk) -> list[Row]:
    board, recipe = desk.board, desk.board.recipe
    found: list[Row] = []
    for k in reversed(range(len(recipe.nodes))):
        node = recipe.nodes[k]
        for row in np.flatnonzero(np.isnan(board.node_values[:, k])).tolist():
            tested = float(board.node_tested[row, k])
            words = desk.say(
                f"有得分的下级权重{tested:.0%}，要求{node.coverage:.0%}，不评分",
                f"{tested:.0%} of the weight right below has a score, {node.coverage:.0%} is asked for: not scored",
            )
            found.append((desk.pick(_COVERAGE), *_unit(desk, row), *_code(desk, node.code), None, words))  # fmt: skip
    return found


def _cells(desk: Desk) -> list[Row]:
    """Return missing, filled, pulled-in and cut cells, by kind, and the remarks that came with the data."""
    board, recipe = desk.board, desk.board.recipe
    goal = np.array([rule.normalise.method == "goalposts" for rule in recipe.indicators])
    missing = np.isnan(board.denominated)
    masks = (
        (missing & ~board.imputed, _MISSING),
        (board.imputed, IMPUTED),
        (board.winsorised, WINSORISED),
        (board.clipped & goal, CLIPPED_GOALPOSTS),
        (board.clipped & ~goal, CLIPPED_RANGE),
        (np.isfinite(board.treated) & np.isnan(board.normalised), NO_SPREAD),
    )
    flags = {key: remarks for key, remarks in board.table.flags.items() if key[1] in recipe.codes}
    told: set[tuple[str, str]] = set()
    found: list[Row] = []
    for mask, kind in masks:
        for row, j in np.argwhere(mask).tolist():
            code = recipe.codes[j]
            remarks = flags.get((board.table.units[row], code), ())
            told.add((board.table.units[row], code))
            found.append((desk.pick(kind), *_unit(desk, row), *_code(desk, code), _value(board, row, j),
                          desk.say("；", "; ").join(desk.pick(remark) for remark in remarks)))  # fmt: skip
    row_of = {unit: row for row, unit in enumerate(board.table.units)}
    for (unit, code), remarks in flags.items():
        if (unit, code) not in told and unit in row_of:
            row, j = row_of[unit], recipe.codes.index(code)
            words = desk.say("；", "; ").join(desk.pick(remark) for remark in remarks)
            found.append((desk.pick(_REMARK), *_unit(desk, row), *_code(desk, code), _value(board, row, j), words))
    return found


def _value(board: Scoreboard, row: int, j: int) -> float | None:
    raw = float(board.denominated[row, j])
    if np.isfinite(raw):
        return raw
    return float(board.filled[row, j]) if np.isfinite(board.filled[row, j]) else None


def _unit(desk: Desk, row: int) -> tuple[str, str]:
    return desk.board.table.units[row], desk.board.table.name_of(row, desk.lang)


def _code(desk: Desk, code: str) -> tuple[str, str]:
    return code, desk.pick(desk.board.recipe.labels[code])


def _leads(desk: Desk) -> list[Row]:
    """Return what hygiene found in the measures; nothing without measures or an edition to name them."""
    if desk.edition is None or not desk.board.table.measures:
        return []
    from yitihua.indicators.hygiene.report import hygiene

    found = hygiene(desk.board.table, desk.edition).frame(desk.lang)
    table = desk.board.table
    names = {unit: table.name_of(row, desk.lang) for row, unit in enumerate(table.units)}
    leads: list[Row] = []
    told = found[["check", "strength", "units", "codes", "seen", "ask"]].astype(str)
    for check, strength, units, codes, seen, ask in told.itertuples(index=False):
        words = desk.say(f"{check}（{strength}）：{seen}　{ask}", f"{check} ({strength}): {seen} {ask}")
        count = units.count(";") + 1
        if count > 1:  # a crowd of codes would make the row as tall as the page
            words = f"{words} [{units}]"
            units = desk.say(f"{count}个单位", f"{count} units")
        leads.append((desk.pick(_LEAD), units, names.get(units, ""), codes, "", None, words))
    return leads
