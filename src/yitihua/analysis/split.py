"""The change of every unit's score, split among blocks, and the data's part among indicators.

The blocks are data, definition and recipe (what belongs to which is said in
`yitihua.analysis.mixing`). They are switched from the old run to the new one in every possible
order, and a block's part is the mean of what it brought (the Shapley value): no order is
preferred, and the parts sum to the change without a remainder. An order that passes through a mix
in which the unit has no score is left out for that unit; where none is left, the change is not
split.

The data's part is split further. Values and the numbers fitted to them (bounds and the like) are
switched one after the other, in both orders. Within each, indicators are switched one by one, in
the order of the framework and in the reverse of it, and the mean is taken: whatever the mean, an
indicator that alone has changed gets the whole part, two get their Shapley values, and all sum to
the part. A value that only one run has brings with it what its weight does to its siblings.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.analysis.refit import mixed_board
from yitihua.index.apply import add_up
from yitihua.index.plan import Plan
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    from yitihua.analysis.diff import Diff

Mask = npt.NDArray[np.bool_]
BLOCKS = ("data", "definition", "recipe")


@dataclass(frozen=True, eq=False)
class Split:
    """Every unit's change by block, and its data part by indicator.

    Attributes
    ----------
    parts : dict
        Block -> array over the units of both runs; NaN where the change cannot be split.
    lines, refitted : ndarray, shape (units, indicators)
        The data part by indicator, and how much of it comes from numbers fitted anew; NaN where
        the data part cannot be split.
    codes : tuple of str
        Columns of `lines`: the indicators of either run.
    """

    parts: dict[str, Floats]
    lines: Floats
    refitted: Floats
    codes: tuple[str, ...]


def split_change(found: Diff) -> Split:
    """Split every unit's change; a block that does not differ has a part of exactly 0."""
    changed = [block for block in BLOCKS if found.differs[block]]
    mixes = _Mixes(found)
    count, codes = len(found.units), mixes.codes
    sums = {block: np.zeros(count) for block in BLOCKS}
    lines, refitted, orders, told = (np.zeros(s) for s in ((count, len(codes)), (count, len(codes)), count, count))
    for order in itertools.permutations(changed):
        states = [frozenset(order[:k]) for k in range(len(order) + 1)]
        scores = [mixes.totals(state) for state in states]
        sound: Any = np.isfinite(np.vstack(scores)).all(axis=0)
        orders += sound
        for k, block in enumerate(order):
            sums[block] += np.where(sound, scores[k + 1] - scores[k], 0.0)
            if block == "data":
                by_value, by_fit = mixes.data_lines(states[k])
                clear = sound & np.isfinite(by_value).all(axis=1)
                told += clear
                lines += np.where(clear[:, None], by_value + by_fit, 0.0)
                refitted += np.where(clear[:, None], by_fit, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = {block: total / orders for block, total in sums.items()}
        change = mixes.totals(frozenset(changed)) - mixes.totals(frozenset())
        # No part absorbs a remainder: what is asserted here follows from the telescoping alone.
        error = np.nan_to_num(sum(parts.values()) - change)
        assert np.abs(error).max(initial=0.0) <= 1e-12 * max(1.0, found.new.recipe.scale[1] / 100.0)
        if "data" in changed:
            # Lines of the orders that could be told apart sum to the part only if all of them could.
            whole = np.where(told == orders, told, 0.0)[:, None]
            lines, refitted = lines / whole, refitted / whole
        return Split(parts, lines, refitted, codes)


class _Mixes:
    """Runs mixed of both: some blocks are the new run's and the others the old one's."""

    def __init__(self, found: Diff) -> None:
        self.found = found
        self.boards = (found.old, found.new)
        self.codes = tuple(dict.fromkeys([*found.new.recipe.codes, *found.old.recipe.codes]))
        self.changed = frozenset(block for block in BLOCKS if found.differs[block])
        self.made: dict[tuple[int, ...], Scoreboard | None] = {}
        self.split: dict[frozenset[str], tuple[Floats, Floats]] = {}

    def board(self, state: frozenset[str], fit: int | None = None) -> Scoreboard | None:
        """Return the board of a mix, None where it cannot be made; the runs themselves are not made again.

        Parameters
        ----------
        state : frozenset of str
            Blocks that are the new run's.
        fit : {0, 1}, optional
            Whose values the numbers are fitted to; default: the data's own.
        """
        data, definition, method = (int(block in state) for block in BLOCKS)
        fit = data if fit is None else fit
        if fit == data and state in (frozenset(), self.changed):
            return self.boards[bool(state)]
        key = (data, fit, definition, method)
        if key not in self.made:
            self.made[key] = mixed_board(self.boards, self.found.fits, data, definition, method, fit)
        return self.made[key]

    def rows(self, board: Scoreboard) -> list[int]:
        """Return the rows of the units of both runs."""
        place = {unit: row for row, unit in enumerate(board.table.units)}
        return [place[unit] for unit in self.found.units]

    def totals(self, state: frozenset[str]) -> Floats:
        """Return the scores of a mix."""
        board = self.board(state)
        return np.full(len(self.found.units), np.nan) if board is None else board.total[self.rows(board)]

    def data_lines(self, state: frozenset[str]) -> tuple[Floats, Floats]:
        """Return by indicator what switching the data brings: by values, and by numbers fitted anew.

        Returns
        -------
        by_value, by_fit : ndarray, shape (units, codes)
            NaN for units that have no score on the way.
        """
        if state not in self.split:
            self.split[state] = self._data_lines(state)
        return self.split[state]

    def _data_lines(self, state: frozenset[str]) -> tuple[Floats, Floats]:
        after = state | {"data"}
        first, last = self.board(state), self.board(after)
        shape = (len(self.found.units), len(self.codes))
        if first is None or last is None:
            return np.full(shape, np.nan), np.full(shape, np.nan)
        codes = first.recipe.codes
        into = [self.codes.index(code) for code in codes]
        old, new = (self._points(board, codes) for board in (first, last))
        by_value, by_fit = np.zeros(shape), np.zeros(shape)
        if not self.found.is_refitted:
            by_value[:, into] = _walk(old, new, first.recipe.plan)
            return by_value, by_fit
        ways = []
        for corner, values_first in ((self.board(after, 0), True), (self.board(state, 1), False)):
            if corner is not None:
                middle = self._points(corner, codes)
                legs = _walk(old, middle, first.recipe.plan), _walk(middle, new, first.recipe.plan)
                ways.append(np.hstack(legs if values_first else legs[::-1]))
        both = _mean_of_sound(ways) if ways else np.full((shape[0], 2 * len(codes)), np.nan)
        by_value[:, into], by_fit[:, into] = both[:, : len(codes)], both[:, len(codes) :]
        return by_value, by_fit

    def _points(self, board: Scoreboard, codes: Sequence[str]) -> tuple[Floats, Mask]:
        """Return the points of the units of both runs, and which of them count as observed."""
        rows, columns = self.rows(board), [board.recipe.plan.column[code] for code in codes]
        points = board.normalised[np.ix_(rows, columns)]
        observed = np.isfinite(points)
        if not board.recipe.count_imputed:
            observed &= ~board.imputed[np.ix_(rows, columns)]
        return points, observed


def _walk(start: tuple[Floats, Mask], end: tuple[Floats, Mask], plan: Plan) -> Floats:
    """Return what every indicator brings when points are switched one by one, there and back again.

    Returns
    -------
    ndarray, shape (units, indicators)
        NaN for units without a score on both ways; the rest sums to the change.
    """
    moved = (start[1] != end[1]) | ((start[0] != end[0]) & ~(np.isnan(start[0]) & np.isnan(end[0])))
    columns = np.flatnonzero(moved.any(axis=0)).tolist()
    ways = []
    for order in (columns, columns[::-1]):
        points, observed = start[0].copy(), start[1].copy()
        lines = np.zeros(points.shape)
        before = add_up(points, observed, plan)[0][:, -1]
        for j in order:
            points[:, j], observed[:, j] = end[0][:, j], end[1][:, j]
            after = add_up(points, observed, plan)[0][:, -1]
            lines[:, j] = after - before
            before = after
        ways.append(lines)
    return _mean_of_sound(ways)


def _mean_of_sound(ways: list[Floats]) -> Floats:
    """Return the mean of several ways, unit by unit, over those without a gap; NaN where all have one."""
    sound = [np.asarray(np.isfinite(way).all(axis=1))[:, None] for way in ways]
    with np.errstate(invalid="ignore", divide="ignore"):
        total = sum(np.where(ok, way, 0.0) for ok, way in zip(sound, ways, strict=True))
        return np.asarray(total / sum(ok.astype(float) for ok in sound))
