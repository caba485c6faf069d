"""Arrays behind portraits: intervals, groups of peers, the period before. All units at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yitihua.definitions.levels import level_pair
from yitihua.errors import refuse
from yitihua.index import grade
from yitihua.index.recipe import Recipe
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.places import places_of
from yitihua.indicators.table import Floats
from yitihua.publish.portraits.model import Label

if TYPE_CHECKING:
    from yitihua.analysis.uncertainty.result import Uncertainty

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Intervals:
    """Intervals of scores and ranks, shape (units,) each: of a run of replicates, or of sampling errors alone."""

    score: tuple[Floats, Floats]
    rank: tuple[Floats, Floats]
    level: float
    of_run: bool


def intervals_of(board: Scoreboard, certainty: Uncertainty | None) -> Intervals | None:
    """Return the intervals to show, None where nothing is known of them.

    Raises
    ------
    InputError
        If the run of replicates is of another board.
    """
    if certainty is not None:
        same = certainty.board.table.units == board.table.units
        if not same or not np.array_equal(certainty.board.total, board.total, equal_nan=True):
            raise refuse("figure-strange", key="certainty")
        return Intervals(certainty.score_interval, certainty.rank_interval, certainty.level, True)
    if board.sampled is None:
        return None
    return Intervals(board.sampled.score_interval, board.sampled.rank_interval, board.sampled.level, False)


@dataclass(frozen=True, eq=False)
class Group:
    """One way to group units: every unit's group, and what is known of the groups.

    Attributes
    ----------
    kind, title : str, Label
    names : tuple of Label
        Of the groups.
    of : ndarray of int, shape (units,)
        The group of every unit, -1 for none.
    scored : ndarray of int, shape (groups,)
        Units with a score.
    score : ndarray, shape (groups,)
        Mean score.
    branches : ndarray, shape (groups, first level)
        Mean points of those that have them.
    rank : ndarray, shape (units,)
        Of every unit within its group.
    """

    kind: str
    title: Label
    names: tuple[Label, ...]
    of: Ints
    scored: Ints
    score: Floats
    branches: Floats
    rank: Floats


def groups_of(board: Scoreboard) -> list[Group]:
    """Return the groups a unit is compared in: its level, its city, columns of groups, its grade.

    Groups never cross levels. The grade is that of the first scheme.

    Examples
    --------
    >>> import yitihua as yt
    >>> [group.kind for group in groups_of(yt.evaluate("zhejiang-2022"))]
    ['level', 'city', 'grade']
    """
    table, units = board.table, len(board.table.units)
    found = [_group(board, "level", ("全部同级单位", "whole level"), [("",) * 2] * units)]
    places = places_of(table)
    city = [(p.city_zh, p.city_en) if (p := places.get(unit)) is not None else None for unit in table.units]
    for kind, title, keys in [("city", ("同市", "same city"), city), *_columns(board)]:
        # One group for all says nothing new, and one each says nothing at all.
        known = [key for key in keys if key is not None]
        if 1 < len(set(known)) < len(known):
            found.append(_group(board, kind, title, keys))
    for rule in board.recipe.grades[:1]:
        of = board.grade_indices[rule.code]
        keys = [rule.names[index] if index >= 0 else None for index in of.tolist()]
        found.append(_group(board, "grade", (f"同{rule.title[0]}", f"same {rule.title[1]}"), keys))
    return found


def _columns(board: Scoreboard) -> list[tuple[str, Label, list[Label | None]]]:
    """Return the columns of groups that came with the data."""
    found: list[tuple[str, Label, list[Label | None]]] = []
    for name, values in board.table.attributes.items():
        if values.dtype == object:
            words = [str(value) if value is not None and value == value else "" for value in values.tolist()]
            found.append((name, (f"同{name}", f"same {name}"), [(word, word) if word else None for word in words]))
    return found


def _group(board: Scoreboard, kind: str, title: Label, keys: Sequence[Label | None]) -> Group:
    table = board.table
    whole = [None if key is None else (level, *key) for level, key in zip(table.levels, keys, strict=True)]
    places = {key: place for place, key in enumerate(dict.fromkeys(key for key in whole if key is not None))}
    of = np.array([-1 if key is None else places[key] for key in whole], dtype=np.int64)
    names: list[Label] = []
    for level, zh, en in places:
        names.append(level_pair(level) if kind == "level" else (zh, en))
    count = len(places)
    columns = [board.recipe.plan.column[code] for code in board.recipe.first_level]
    numbers = np.column_stack([board.total, board.points[:, columns]])
    sums, seen = np.zeros((count, numbers.shape[1])), np.zeros((count, numbers.shape[1]))
    inside = of >= 0
    np.add.at(sums, of[inside], np.nan_to_num(numbers[inside]))
    np.add.at(seen, of[inside], np.isfinite(numbers[inside]).astype(float))
    means = sums / np.where(seen > 0, seen, np.nan)
    rows = [np.flatnonzero(of == place) for place in range(count)]
    rank = grade.ranks_within(board.rounded_scores, rows)
    return Group(kind, title, tuple(names), of, seen[:, 0].astype(np.int64), means[:, 0], means[:, 1:], rank)


@dataclass(frozen=True, eq=False)
class Before:
    """The period before, in the order of the board's units and columns.

    Attributes
    ----------
    board : Scoreboard
        Of the period before.
    row : ndarray of int, shape (units,)
        The unit's row there, -1 where it has none.
    points : ndarray, shape (units, indicators + nodes)
        Points then; NaN where a unit or a code was not there.
    values : ndarray, shape (units, indicators)
        Raw values then.
    same_rules : bool
        Whether both periods were scored by the same rules and numbers, so that scores can be compared.
    """

    board: Scoreboard
    row: Ints
    points: Floats
    values: Floats
    same_rules: bool


def before_of(board: Scoreboard, before: Scoreboard | None) -> Before | None:
    """Return the period before, put in order; None where there is none.

    Raises
    ------
    InputError
        If the two boards share no unit or no indicator.
    """
    if before is None:
        return None
    place = {unit: row for row, unit in enumerate(before.table.units)}
    row = np.array([place.get(unit, -1) for unit in board.table.units], dtype=np.int64)
    own, then = board.recipe.plan.column, before.recipe.plan.column
    shared = [code for code in own if code in then and (code in board.recipe.codes) == (code in before.recipe.codes)]
    codes = [code for code in shared if code in board.recipe.codes]
    if not (row >= 0).any() or not codes:
        options = [f"{one.recipe.edition} {one.table.period or ''}".strip() for one in (before, board)]
        raise refuse("nothing-shared", key="before", options=options)
    points = np.full(board.points.shape, np.nan)
    values = np.full(board.normalised.shape, np.nan)
    there = row >= 0
    into, out = np.flatnonzero(there), row[there]
    for code in shared:
        points[into, own[code]] = before.points[out, then[code]]
    values[into[:, None], [own[code] for code in codes]] = before.table.select(codes)[out]
    return Before(before, row, points, values, _rules(board.recipe) == _rules(before.recipe))


def _rules(recipe: Recipe) -> Recipe:
    """Return a recipe without what says when it was made and on what."""
    return replace(recipe, edition="", title=("", ""), notice=("", ""), date=None, period=None, fitted_on=(),
                   simulated=False, grades=())  # fmt: skip


def quartiles(board: Scoreboard) -> Floats:
    """Return the quartiles of every column's points in every unit's level, shape (3, units, indicators + nodes)."""
    found = np.full((3, *board.points.shape), np.nan)
    for rows in board.level_rows.values():
        points = board.points[rows]
        for j in range(points.shape[1]):
            known = points[np.isfinite(points[:, j]), j]
            if known.size:
                found[:, rows, j] = np.quantile(known, [0.25, 0.5, 0.75])[:, None]
    return found


def estimate_interval(values: Floats, reach: Floats, bounded: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return the ends of intervals around estimates.

    Parameters
    ----------
    values, reach : ndarray, shape (units, indicators)
        Estimates, and the normal quantile times their standard errors.
    bounded : ndarray of bool, shape (indicators,)
        Whose values lie between 0 and 100: there the interval is normal in the logit (Korn and Graubard 1999,
        Analysis of Health Surveys), except at 0 and 100 themselves, where it is cut.

    Examples
    --------
    >>> low, high = estimate_interval(np.array([[95.0, 95.0]]), np.array([[9.0, 9.0]]), np.array([True, False]))
    >>> low.round(1).tolist(), high.round(1).tolist()
    ([[74.1, 86.0]], [[99.2, 104.0]])
    """
    low, high = values - reach, values + reach
    share = values / 100.0
    inside = bounded & (share > 0) & (share < 1)
    share = np.where(inside, share, 0.5)
    centre, half = np.log(share / (1 - share)), reach / 100.0 / (share * (1 - share))
    for end, side in ((low, -1), (high, 1)):
        logit = 100.0 / (1 + np.exp(-(centre + side * half)))
        np.copyto(end, np.where(inside, logit, np.where(bounded, np.clip(end, 0, 100), end)))
    return low, high
