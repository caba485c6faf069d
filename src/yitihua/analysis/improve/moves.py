"""How far the indicators of a unit can be moved, what it costs, and what points it brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from yitihua.analysis.improve.score import floors_of
from yitihua.analysis.uncertainty.points import points_of
from yitihua.errors import FaultList
from yitihua.index.plan import Plan
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

#: Steps in which an indicator is offered whose points are no straight line of its value.
GRID = 40


@dataclass(frozen=True, eq=False)
class Move:
    """What can be done to one indicator: along a line, or to one of some values.

    Attributes
    ----------
    column : int
        Of the recipe.
    start : float
        Raw value as published.
    values, gains, costs : ndarray, shape (ends,)
        Raw values that can be reached, the points they bring, and what they cost. Along a line there is one: its end.
    line : bool
        Whether every value between the start and the end can be had; points and cost then rise in proportion
        beyond `fixed`.
    fixed : float
        Cost before the first point is gained, where the start lies beyond the lowest goalpost.
    first : float
        Raw value at which points begin to rise.
    gridded : bool
        Whether the values are a grid of ours.
    lent : float
        Points that the floor of the mean above lends at the start: the unit's own do not count before they exceed it.
    """

    column: int
    start: float
    values: Floats
    gains: Floats
    costs: Floats
    line: bool
    fixed: float = 0.0
    first: float = 0.0
    gridded: bool = False
    lent: float = 0.0

    def value_at(self, gain: float) -> float:
        """Return the raw value at which a line has brought some points."""
        if gain <= 0:
            return self.start
        if gain >= self.gains[0]:
            return float(self.values[0])
        return float(self.first + (self.values[0] - self.first) * gain / self.gains[0])


class Row:
    """One unit of a board: its raw values and their points.

    Parameters
    ----------
    board : Scoreboard
    row : int
    """

    def __init__(self, board: Scoreboard, row: int) -> None:
        self.board, self.row, self.recipe = board, row, board.recipe
        self.raw = board.table.select(board.recipe.codes)[row]
        with np.errstate(invalid="ignore", divide="ignore"):
            self.divisor = np.where(np.isfinite(self.raw), self.raw / board.denominated[row], 1.0)
        self.divisor = np.where(np.isfinite(self.divisor), self.divisor, self._divisors())
        self.floors = floors_of(board)
        self.signs = np.array([1.0 if rule.positive else -1.0 for rule in board.recipe.indicators])

    def _divisors(self) -> Floats:
        """Return divisors where a raw value of 0 does not tell them."""
        attributes = self.board.table.attributes
        names = [rule.denominate_by for rule in self.recipe.indicators]
        return np.array([1.0 if name is None else float(attributes[name][self.row]) for name in names])

    def points(self, column: int, values: Floats) -> Floats:
        """Return the points that raw values of one indicator would have; NaN where they have none."""
        drawn = (np.asarray(values, dtype=float) / self.divisor[column]).reshape(1, 1, -1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(points_of(drawn, (column,), self.recipe)[0, 0])

    def counted(self, column: int, values: Floats) -> Floats:
        """Return the points of raw values that count: what stands below the floor of the mean above is the floor."""
        return np.asarray(np.maximum(self.points(column, values), self.floors[column]))

    def own(self, column: int) -> float:
        """Return the unit's own points as they count."""
        return max(float(self.board.normalised[self.row, column]), float(self.floors[column]))

    def lent(self, column: int) -> float:
        """Return what the floor lends now."""
        return self.own(column) - float(self.board.normalised[self.row, column])

    def movable(self, column: int) -> bool:
        """Whether the unit has a value of its own, with points."""
        return bool(np.isfinite(self.raw[column]) and np.isfinite(self.board.normalised[self.row, column]))


def moves_of(
    unit: Row,
    columns: Sequence[int],
    costs: Mapping[int, float] | None,
    limits: Mapping[int, float],
    steps: Mapping[int, Sequence[tuple[float, float]]],
    faults: FaultList,
) -> list[Move]:
    """Return what can be done to the indicators of a unit.

    Parameters
    ----------
    unit : Row
    columns : sequence of int
        Indicators that may be moved.
    costs : mapping, optional
        Column -> cost of one unit of the raw value; None: every point of an indicator costs 1.
    limits : mapping
        Column -> farthest raw value; default: the best that a unit of the level has.
    steps : mapping
        Column -> (raw value, cost) of all that can be reached; nothing else of such an indicator can.
    faults : FaultList
        Gets limits and steps that are no improvement.

    Returns
    -------
    list of Move
        Without indicators of which nothing better can be had.
    """
    found = []
    for column in columns:
        if column in steps:
            one = _stepped(unit, column, steps[column], faults)
        else:
            price = None if costs is None else costs[column]
            one = _free(unit, column, price, limits.get(column), faults)
        if one is not None:
            found.append(one)
    return found


def _stepped(unit: Row, column: int, stated: Sequence[tuple[float, float]], faults: FaultList) -> Move | None:
    values = np.array([value for value, _ in stated], dtype=float)
    costs = np.array([cost for _, cost in stated], dtype=float)
    gains = unit.counted(column, values) - unit.own(column)
    for value, gain in zip(values.tolist(), gains.tolist(), strict=True):
        if np.isnan(gain) or gain < -1e-12:
            _no_better(unit, column, "steps", value, faults)
    kept = gains > 1e-12
    if not kept.any():
        return None
    return Move(
        column, float(unit.raw[column]), values[kept], gains[kept], costs[kept], line=False, lent=unit.lent(column)
    )


def _no_better(unit: Row, column: int, key: str, value: float, faults: FaultList) -> None:
    rule = unit.recipe.indicators[column]
    best = "≥" if unit.signs[column] > 0 else "≤"
    faults.add("no-better", key=f"{key}.{rule.code}", name=rule.code, found=f"{value:g}",
               best=f"{best} {unit.raw[column]:g}")  # fmt: skip


def _free(unit: Row, column: int, price: float | None, limit: float | None, faults: FaultList) -> Move | None:
    """Return a line to the limit where points are a straight line of the value, else a grid of steps."""
    start, own, lent = float(unit.raw[column]), unit.own(column), unit.lent(column)
    if limit is None:
        end = _best_of_peers(unit, column)
    else:
        end = limit
        if (end - start) * unit.signs[column] < 0:
            _no_better(unit, column, "limits", end, faults)
    gain = float(unit.counted(column, np.array([end]))[0]) - own
    if not gain > 1e-9:
        return None
    if straight(unit.recipe.plan, unit.recipe.indicators[column].treat.bent, column):
        first, last = _ramp(unit, column, start, end)
        each = gain / abs(last - first)
        fixed = lent if price is None else price * abs(first - start)
        cost = fixed + (gain if price is None else price * gain / each)
        ends = np.array([last]), np.array([gain]), np.array([cost])
        return Move(column, start, *ends, line=True, fixed=fixed, first=first, lent=lent)
    values = start + (end - start) * np.arange(1, GRID + 1) / GRID
    gains = unit.counted(column, values) - own
    kept = gains > 1e-12
    costs = gains + lent if price is None else price * np.abs(values - start)
    return Move(column, start, values[kept], gains[kept], costs[kept], line=False, gridded=True, lent=lent)


def _best_of_peers(unit: Row, column: int) -> float:
    """Return the raw value, in the unit's own measure, of the best of its level."""
    board = unit.board
    peers = board.denominated[board.level_rows[board.table.levels[unit.row]], column]
    best = np.nanmax(peers) if unit.signs[column] > 0 else np.nanmin(peers)
    return float(best * unit.divisor[column])


def straight(plan: Plan, bent: bool, column: int) -> bool:
    """Return whether points are a straight line of the value between its ends."""
    return not bent and column not in plan.ln and column not in plan.ranked


def _ramp(unit: Row, column: int, start: float, end: float) -> tuple[float, float]:
    """Return where between start and end points begin to rise, and where they stop.

    Points are flat, then a straight line, then flat (goalposts, winsor limits and floors of means cut the ends).
    """
    recipe, plan, divisor = unit.recipe, unit.recipe.plan, unit.divisor[column]
    ends = []
    treat = recipe.indicators[column].treat
    ends += [limit * divisor for limit in (treat.lower, treat.upper) if limit is not None]
    levels = [unit.floors[column]] if np.isfinite(unit.floors[column]) else []
    levels += recipe.scale if plan.clip[column] else ()
    slope = plan.gain[column] / plan.width[column]
    ends += [((level - plan.base[column]) / slope + plan.origin[column]) * divisor for level in levels]
    inside = [one for one in ends if min(start, end) < one < max(start, end)]
    knots = np.array(sorted({start, end, *inside}, reverse=end < start))
    points = unit.counted(column, knots)
    rising = np.flatnonzero(np.diff(points) > 1e-12)
    return float(knots[rising[0]]), float(knots[rising[-1] + 1])


def checked_numbers(
    codes: Sequence[str], stated: Mapping[str, Any], key: str, positive: bool, faults: FaultList
) -> dict[int, float]:
    """Return column -> number, with a fault for each that is none."""
    found = {}
    for name, value in stated.items():
        number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and np.isfinite(value)
        if not number or (positive and value <= 0):
            low = "> 0" if positive else "-∞"
            faults.add("number-range", key=f"{key}.{name}", found=str(value), low=low, high="∞")
        else:
            found[list(codes).index(name)] = float(value)
    return found
