"""What sensitivity is looked at of: one number a replicate, made from the scores of all units.

``"mean_rank_shift"``
    Mean absolute shift of ranks against the published ones, over units; ``{"of": "mean_rank_shift",
    "level": ...}`` of one level's units.
``{"unit": ..., "of": "score" | "rank"}``
    One unit's.
``{"pair": (a, b)}``
    Who of two is ahead: 1 the first, 0 the second, 1/2 tied; with ``"of": "difference"`` the
    difference of their scores.
``{"unit": ..., "grade": ...}``
    Whether a unit has at least this grade, 1 or 0; ``"scheme"`` where grades of several schemes have that name.
``"grade_changes"``
    How many units have another grade than published, or none; ``{"of": "grade_changes", "scheme": ...}``.

Ranks and grades are on rounded scores, as published.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from yitihua.analysis.asked import grade_named, scheme_named
from yitihua.analysis.uncertainty.combos import Combo
from yitihua.analysis.uncertainty.counts import ranks_of
from yitihua.analysis.uncertainty.engine import Engine
from yitihua.errors import FaultList, InputError, refuse, suggest
from yitihua.index import grade
from yitihua.index.recipe import GradeRule
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

Ints = npt.NDArray[np.int64]
#: Rounded scores (m, units) and ranks (m, units; NaN without) -> values (m,), NaN where there is none.
Reduce = Callable[[Floats, Floats], Floats]

FORMS = (
    '"mean_rank_shift"', '{"unit": U, "of": "score" | "rank"}', '{"pair": (U, V)}', '{"unit": U, "grade": G}',
    '"grade_changes"',
)  # fmt: skip
SHIFT, CHANGES = "mean_rank_shift", "grade_changes"
_KEYS = {"unit": ("unit", "of", "grade", "scheme"), "pair": ("pair", "of"), "of": ("of", "level", "scheme")}


@dataclass(frozen=True, eq=False)
class Target:
    """A number a replicate.

    Attributes
    ----------
    spec : dict
        As it was asked for, with codes.
    title : (str, str)
        In Chinese and English.
    reduce : function
        From rounded scores and ranks, shape (m, units), to values, shape (m,).
    on_scale : bool
        Whether it needs scores that compare with the published ones.
    """

    spec: dict[str, Any]
    title: tuple[str, str]
    reduce: Reduce
    on_scale: bool


def level_ranks(board: Scoreboard, rounded: Floats) -> Floats:
    """Return ranks within levels, shape (m, units); NaN without a score.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("asem")
    >>> bool((level_ranks(board, board.rounded_scores[None])[0] == board.rank).all())
    True
    """
    found = np.empty(rounded.shape)
    levels, decimals = [*board.level_rows.values()], board.recipe.score_decimals
    for rows in levels:
        if len(levels) == 1:
            found[:] = ranks_of(rounded, decimals)
        else:
            found[:, rows] = ranks_of(rounded[:, rows], decimals)
    found[found == 0] = np.nan
    return found


def target_of(board: Scoreboard, stated: Any) -> Target:
    """Return a checked target.

    Parameters
    ----------
    board : Scoreboard
    stated : str, mapping or Target

    Raises
    ------
    InputError
        If a name is unknown, a unit has no score, or two units are not ranked together.

    Examples
    --------
    >>> import yitihua as yt
    >>> target_of(yt.evaluate("hdi"), {"unit": "Norway", "of": "rank"}).title[1]
    'rank of Norway'
    """
    if isinstance(stated, Target):
        return stated
    if isinstance(stated, str):
        if stated not in (SHIFT, CHANGES):
            raise refuse("unknown-target", key="target", found=stated, options=FORMS, hint=suggest(stated, _names()))
        stated = {"of": stated}
    if not isinstance(stated, Mapping):
        raise refuse("unknown-target", key="target", found=str(stated), options=FORMS)
    kind = next((name for name in _KEYS if name in stated), None)
    if kind is None or (kind == "of" and stated["of"] not in (SHIFT, CHANGES)):
        said = str(stated.get("of", [*stated]))
        raise refuse("unknown-target", key="target", found=said, options=FORMS, hint=suggest(said, _names()))
    _check_keys(stated, _KEYS[kind])
    if kind == "unit":
        return _of_unit(board, stated)
    if kind == "pair":
        return _of_pair(board, stated)
    return _of_ranking(board, stated) if stated["of"] == SHIFT else _of_grades(board, stated)


def check_scale(engine: Engine, target: Target) -> None:
    """Refuse a target of scores or grades where a rival's scores do not compare with the published ones.

    Raises
    ------
    InputError
        Naming the combinations.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.analysis.uncertainty.mix import mix_of
    >>> board = yt.evaluate("hdi")
    >>> check_scale(Engine.of(board, mix_of(board, weights="uniform"), 0), target_of(board, "mean_rank_shift"))
    """
    off = [one.name for one in engine.combos if isinstance(one, Combo) and not one.on_scale]
    if off and target.on_scale:
        raise refuse("target-off-scale", key="target", found=off, options=['"mean_rank_shift"', "rank", '"pair"'])


def _names() -> list[str]:
    return [SHIFT, CHANGES, "score", "rank"]


def _check_keys(stated: Mapping[str, Any], allowed: Sequence[str]) -> None:
    faults = FaultList()
    for name in stated:
        if name not in allowed:
            hint = suggest(str(name), allowed)
            faults.add("unknown-key", key="target", name=str(name), options=list(allowed), hint=hint)
    faults.raise_if_any()


def _of_ranking(board: Scoreboard, stated: Mapping[str, Any]) -> Target:
    if "scheme" in stated:
        raise refuse("no-effect", key="target.scheme", name="scheme", method=CHANGES)
    level = stated.get("level")
    if level is not None and level not in board.level_rows:
        options = list(board.level_rows)
        hint = suggest(str(level), options)
        raise refuse("bad-choice", key="target.level", found=str(level), options=options, hint=hint)
    rows = np.arange(len(board.table.units)) if level is None else board.level_rows[level]
    rows = rows[np.isfinite(board.rank[rows])]
    if not rows.size:
        raise refuse("target-no-score", key="target", name=str(level or SHIFT))
    published = board.rank[rows]

    def reduce(rounded: Floats, ranks: Floats) -> Floats:
        shifts = np.abs((ranks if len(rows) == ranks.shape[1] else ranks[:, rows]) - published)
        missing = np.isnan(shifts)
        if not missing.any():
            return np.asarray(shifts.mean(axis=1))
        count = (~missing).sum(axis=1)
        return np.asarray(np.where(missing, 0.0, shifts).sum(axis=1) / np.where(count > 0, count, np.nan))

    spec = {"of": SHIFT} | ({} if level is None else {"level": level})
    return Target(spec, ("平均位次变动", "mean shift of ranks"), reduce, False)


def _of_grades(board: Scoreboard, stated: Mapping[str, Any]) -> Target:
    if "level" in stated:
        raise refuse("no-effect", key="target.level", name="level", method=SHIFT)
    rules = _some_grades(board)
    rule = rules[0] if stated.get("scheme") is None else scheme_named(board.recipe, stated["scheme"], "target.")
    published = board.grade_indices[rule.code]
    rows = np.flatnonzero(published >= 0)

    def reduce(rounded: Floats, ranks: Floats) -> Floats:
        found = np.zeros(len(rounded))
        for level, own in board.level_rows.items():
            graded = np.intersect1d(own, rows)
            if graded.size:
                given = _grades(rule, level, rounded[:, graded])
                found += (given != published[graded]).sum(axis=1)
        return found

    title = (f"{rule.title[0]}发生变化的单位数", f"units whose grade ({rule.title[1]}) changes")
    return Target({"of": CHANGES, "scheme": rule.code}, title, reduce, True)


def _some_grades(board: Scoreboard) -> tuple[GradeRule, ...]:
    if not board.recipe.grades:
        raise refuse("no-grades", key="target", name=board.recipe.edition)
    return board.recipe.grades


def _grades(rule: GradeRule, level: str, rounded: Floats) -> Ints:
    cuts = rule.cuts_of(level)
    assert cuts is not None  # whoever has a grade is of a level with cuts
    return grade.grade_index(rounded, [round(cut, 12) for cut in cuts])


def _unit(board: Scoreboard, name: Any) -> int:
    row = board.table.row_of(str(name))
    if np.isnan(board.total[row]):
        raise refuse("target-no-score", key="target", name=board.table.units[row])
    return row


def _of_unit(board: Scoreboard, stated: Mapping[str, Any]) -> Target:
    row = _unit(board, stated["unit"])
    code, zh, en = board.table.units[row], board.table.name_of(row, "zh"), board.table.name_of(row, "en")
    if "grade" in stated:
        if "of" in stated:
            raise refuse("no-effect", key="target.of", name="of", method="score, rank")
        return _of_grade(board, row, stated)
    if "scheme" in stated:
        raise refuse("no-effect", key="target.scheme", name="scheme", method="grade")
    of = stated.get("of")
    if of not in ("score", "rank"):
        options = ["score", "rank"]
        raise refuse("bad-choice", key="target.of", found=str(of), options=options, hint=suggest(str(of), options))
    spec = {"unit": code, "of": of}
    if of == "rank":
        return Target(spec, (f"{zh}的排名", f"rank of {en}"), lambda rounded, ranks: ranks[:, row].copy(), False)
    return Target(spec, (f"{zh}的得分", f"score of {en}"), lambda rounded, ranks: rounded[:, row].copy(), True)


def _of_grade(board: Scoreboard, row: int, stated: Mapping[str, Any]) -> Target:
    _some_grades(board)
    rule, place = grade_named(board.recipe, str(stated["grade"]), stated.get("scheme"), "target.")
    level = board.table.levels[row]
    if rule.cuts_of(level) is None:
        raise refuse("target-no-score", key="target", name=board.table.units[row])

    def reduce(rounded: Floats, ranks: Floats) -> Floats:
        given = _grades(rule, level, rounded[:, row])
        return np.where(given < 0, np.nan, (given >= place).astype(float))

    zh, en = board.table.name_of(row, "zh"), board.table.name_of(row, "en")
    label = rule.labels[place]
    title = (f"{zh}是否达到{rule.title[0]}“{label}”", f"whether {en} has {rule.title[1]} {label} or better")
    return Target({"unit": board.table.units[row], "grade": label, "scheme": rule.code}, title, reduce, True)


def _of_pair(board: Scoreboard, stated: Mapping[str, Any]) -> Target:
    pair, of = stated["pair"], stated.get("of", "order")
    if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
        raise refuse("bad-choice", key="target.pair", found=str(pair), options=["(U, V)"])
    if of not in ("order", "difference"):
        options = ["order", "difference"]
        raise refuse("bad-choice", key="target.of", found=str(of), options=options, hint=suggest(str(of), options))
    faults, rows = FaultList(), []
    for name in pair:
        try:
            rows.append(_unit(board, name))
        except InputError as error:
            faults.extend(error.faults)
    faults.raise_if_any()
    i, j = rows
    table = board.table
    if i == j:
        raise refuse("same-unit-twice", key="target.pair", name=table.units[i])
    if table.levels[i] != table.levels[j]:
        raise refuse(
            "different-levels", name=[table.units[i], table.units[j]], options=[table.levels[i], table.levels[j]]
        )
    spec = {"pair": (table.units[i], table.units[j]), "of": of}
    zh = (table.name_of(i, "zh"), table.name_of(j, "zh"))
    en = (table.name_of(i, "en"), table.name_of(j, "en"))
    if of == "order":
        title = (f"{zh[0]}是否排在{zh[1]}之前", f"whether {en[0]} is ahead of {en[1]}")
        return Target(spec, title, lambda rounded, ranks: 0.5 + 0.5 * np.sign(rounded[:, i] - rounded[:, j]), False)
    title = (f"{zh[0]}与{zh[1]}的得分差", f"score of {en[0]} less that of {en[1]}")
    return Target(spec, title, lambda rounded, ranks: rounded[:, i] - rounded[:, j], True)
