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

Numbers that nodes fitted (ideals, frontiers) belong to no indicator. Indicators are switched under
the numbers in force, and what the node's new numbers bring, at the points of that moment, is told
on a line of its own. Where a node costs a linear programme a unit (benefit of the doubt),
indicators are not switched one by one: that takes a minute for 51 units. One line holds the whole.
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

#: The line of what numbers that nodes fitted anew bring.
FITTED_NODES = "(fitted nodes)"
#: The line of a data part that is not split by indicator: on every way there the unit has no score, or it is too slow.
UNSPLIT = "(not split)"


@dataclass(frozen=True, eq=False)
class Split:
    """Every unit's change by block, and its data part by indicator.

    Attributes
    ----------
    parts : dict
        Block -> array over the units of both runs; NaN where the change cannot be split.
    lines, refitted : ndarray, shape (units, columns)
        The data part by indicator, and how much of it comes from numbers fitted anew; NaN where
        the data part cannot be split.
    columns : tuple of str
        Of `lines`: the indicators of either run, then `FITTED_NODES` and `UNSPLIT`.
    """

    parts: dict[str, Floats]
    lines: Floats
    refitted: Floats
    columns: tuple[str, ...]


def split_change(found: Diff) -> Split:
    """Split every unit's change; a block that does not differ has a part of exactly 0."""
    changed = [block for block in BLOCKS if found.differs[block]]
    mixes = _Mixes(found)
    count, shape = len(found.units), mixes.shape
    sums = {block: np.zeros(count) for block in BLOCKS}
    lines, refitted, orders, told = (np.zeros(size) for size in (shape, shape, count, count))
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
        return Split(parts, lines, refitted, mixes.columns)


class _Mixes:
    """Runs mixed of both: some blocks are the new run's and the others the old one's."""

    def __init__(self, found: Diff) -> None:
        self.found = found
        self.boards = (found.old, found.new)
        codes = dict.fromkeys([*found.new.recipe.codes, *found.old.recipe.codes])
        self.columns = (*codes, FITTED_NODES, UNSPLIT)
        self.shape = len(found.units), len(self.columns)
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
        by_value, by_fit : ndarray, shape (units, columns)
            NaN for units that have no score on the way.
        """
        if state not in self.split:
            self.split[state] = self._data_lines(state)
        return self.split[state]

    def _data_lines(self, state: frozenset[str]) -> tuple[Floats, Floats]:
        after = state | {"data"}
        first, last = self.board(state), self.board(after)
        nothing = np.full(self.shape, np.nan)
        if first is None or last is None:
            return nothing, nothing
        switch = self._whole if self.found.is_slow else self._by_indicator
        if not self.found.is_refitted:
            return switch(first, last, last, True)
        corners = (self.board(after, 0), True), (self.board(state, 1), False)
        ways = [switch(first, middle, last, first_values) for middle, first_values in corners if middle is not None]
        if not ways:
            return nothing, nothing
        both = _mean_of_sound([np.hstack(way) for way in ways])
        return both[:, : self.shape[1]], both[:, self.shape[1] :]

    def _by_indicator(
        self, first: Scoreboard, middle: Scoreboard, last: Scoreboard, values_first: bool
    ) -> tuple[Floats, Floats]:
        """Return what values and what fitted numbers bring on one way, by indicator and by nodes.

        Nodes take on their new numbers when the numbers are switched, after the points have moved:
        both legs are walked under the numbers in force.
        """
        codes, before, after = first.recipe.codes, first.recipe.plan, last.recipe.plan
        into = [self.columns.index(code) for code in codes]
        old, turn, new = (self._points(board, codes) for board in (first, middle, last))
        by_value, by_fit = np.zeros(self.shape), np.zeros(self.shape)
        legs = (by_value, by_fit) if values_first else (by_fit, by_value)
        legs[0][:, into] = _walk(old, turn, before)
        legs[1][:, into] = _walk(turn, new, before if values_first else after)
        if first.recipe.nodes != last.recipe.nodes:
            points, observed = new if values_first else turn
            moved = add_up(points, observed, after)[0][:, -1] - add_up(points, observed, before)[0][:, -1]
            by_fit[:, self.columns.index(FITTED_NODES)] = moved
        return by_value, by_fit

    def _whole(
        self, first: Scoreboard, middle: Scoreboard, last: Scoreboard, values_first: bool
    ) -> tuple[Floats, Floats]:
        """Return what values and what fitted numbers bring on one way, on one line."""
        start, turn, end = (board.total[self.rows(board)] for board in (first, middle, last))
        by_value, by_fit = np.zeros(self.shape), np.zeros(self.shape)
        legs = (by_value, by_fit) if values_first else (by_fit, by_value)
        for leg, moved in zip(legs, (turn - start, end - turn), strict=True):
            leg[:, self.columns.index(UNSPLIT)] = moved
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
