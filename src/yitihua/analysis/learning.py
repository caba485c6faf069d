"""From whom every unit can learn: the best comparable unit by every node and indicator, all units at once.

The rules are those of `yitihua.analysis.exemplars`, which answers for one unit and scores it again; here comparisons
are matrices, so that a country of 2,844 counties takes seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yitihua.analysis.exemplars import Trait, traits_of
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: Comparable units that a rule must find before a trait is dropped, as `exemplars` has it.
LEAST = 3
#: Cells of a matrix of comparisons worked on at a time.
CELLS = 8_000_000
#: Places at the front of an order that are looked at first.
_FRONT = 64


@dataclass(frozen=True, eq=False)
class Learning:
    """The best comparable units of every unit.

    Attributes
    ----------
    codes : tuple of str
        Nodes and indicators that are looked at.
    traits : tuple of Trait
        What makes units comparable, the most important first.
    rows : ndarray of int, shape (units, codes, k)
        Rows of those that do better, the best first; -1 where there is none.
    rule : ndarray of int, shape (units, codes)
        How many traits were dropped, from the last, before enough were comparable.
    """

    codes: tuple[str, ...]
    traits: tuple[Trait, ...]
    rows: Ints
    rule: Ints


def learning(
    board: Scoreboard, codes: Sequence[str], k: int = 1, traits: Sequence[Trait] | None = None
) -> Learning:  # fmt: skip
    """Return the best k comparable units of every unit by some codes.

    Parameters
    ----------
    board : Scoreboard
    codes : sequence of str
        Of indicators and nodes.
    k : int
        At most so many.
    traits : sequence of Trait, optional
        Default: those of `yitihua.analysis.exemplars.traits_of`.

    Notes
    -----
    A unit learns from those with more points, never from a filled cell, and only by what it has points for itself.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("hdi")
    >>> found = learning(board, ["le"])
    >>> board.table.units[found.rows[board.table.row_of("NOR"), 0, 0]]
    'JPN'
    """
    chosen = tuple(traits) if traits is not None else traits_of(board)
    columns = [board.recipe.plan.column[code] for code in codes]
    points = board.points[:, columns].copy()
    wide = np.zeros(board.points.shape, dtype=bool)
    wide[:, : board.imputed.shape[1]] = board.imputed
    points[wide[:, columns]] = np.nan
    order_by = _order_values(board, columns)
    rows = np.full((len(points), len(codes), k), -1, dtype=np.int64)
    rule = np.zeros((len(points), len(codes)), dtype=np.int64)
    for members in board.level_rows.values():
        alike = [_Alike(board, trait, members) for trait in chosen]
        orders = [_best_first(points[members, c], order_by[members, c]) for c in range(len(codes))]
        size = max(1, CELLS // max(len(members), 1))
        for start in range(0, len(members), size):
            part = np.arange(start, min(start + size, len(members)))
            pools = _pools(alike, part, len(members))
            own = points[members[part]]
            rule[members[part]] = _rules(pools, np.isfinite(points[members]))
            for c, order in enumerate(orders):
                picked = _first(pools, rule[members[part], c], order, k)
                better = points[members[picked], c] > own[:, c][:, None]  # NaN is never better
                rows[members[part], c] = np.where((picked >= 0) & better, members[picked], -1)
    return Learning(tuple(codes), chosen, rows, rule)


class _Alike:
    """One trait over the units of a level."""

    def __init__(self, board: Scoreboard, trait: Trait, members: Ints) -> None:
        self.factor = trait.factor
        stated = [trait.values.get(board.table.units[row]) for row in members]
        if trait.factor is None:
            places = {word: place for place, word in enumerate(dict.fromkeys(stated)) if word is not None}
            self.values = np.array([np.nan if word is None else float(places[word]) for word in stated])
        else:
            self.values = np.array([np.nan if size is None else float(size) for size in stated])
            self.values[~np.isfinite(self.values)] = np.nan

    def mask(self, part: Ints) -> Mask:
        """Return who is like some of the units, shape (len(part), units of the level)."""
        own, all_of = self.values[part][:, None], self.values[None, :]
        with np.errstate(invalid="ignore"):
            if self.factor is None:
                return np.asarray(own == all_of)
            return np.asarray((own <= self.factor * all_of) & (all_of <= self.factor * own))


def _pools(alike: Sequence[_Alike], part: Ints, count: int) -> list[Mask]:
    """Return who is comparable by every rule, the strictest first; nobody is comparable to himself."""
    mask = np.ones((len(part), count), dtype=bool)
    mask[np.arange(len(part)), part] = False
    pools = [mask]
    for one in alike:
        pools.append(pools[-1] & one.mask(part))
    return pools[::-1]


def _rules(pools: Sequence[Mask], known: Mask) -> Ints:
    """Return the strictest rule with enough comparable units that have points, shape (units, codes)."""
    found = np.full((len(pools[0]), known.shape[1]), len(pools) - 1, dtype=np.int64)
    weights = known.astype(np.float32)
    for number in range(len(pools) - 2, -1, -1):
        found = np.where(pools[number].astype(np.float32) @ weights >= LEAST, number, found)
    return found


def _order_values(board: Scoreboard, columns: Sequence[int]) -> Floats:
    """Return what orders units with equal points: the raw value of an indicator, better first; nothing of a node."""
    found = np.zeros((len(board.table.units), len(columns)))
    for c, j in enumerate(columns):
        if j < len(board.recipe.codes):
            sign = 1.0 if board.recipe.indicators[j].positive else -1.0
            found[:, c] = np.nan_to_num(sign * board.denominated[:, j], nan=-np.inf)
    return found


def _best_first(points: Floats, values: Floats) -> Ints:
    """Return the places that have points, best first; equals in the order of the table."""
    known = np.flatnonzero(np.isfinite(points))
    return known[np.lexsort((known, -values[known], -points[known]))]


def _first(pools: Sequence[Mask], rule: Ints, order: Ints, k: int) -> Ints:
    """Return the first k places of an order that each unit's rule lets in; -1 where there are fewer."""
    found = np.full((len(rule), k), -1, dtype=np.int64)
    if not order.size:
        return found
    for number in np.unique(rule):
        rows, pool = np.flatnonzero(rule == number), pools[int(number)]
        for width in (_FRONT, len(order)):
            found[rows] = _first_of(pool[rows[:, None], order[None, :width]], order, k)
            # The best are nearly always in front: only for the others the whole order is gone through.
            rows = rows[(found[rows] < 0).any(axis=1)] if width < len(order) else rows[:0]
            if not rows.size:
                break
    return found


def _first_of(there: Mask, order: Ints, k: int) -> Ints:
    """Return the first k places of an order at which a row is true; -1 where there are fewer."""
    found = np.full((len(there), k), -1, dtype=np.int64)
    for place in range(k):
        at = there.argmax(axis=1)
        some = there[np.arange(len(there)), at]
        found[:, place] = np.where(some, order[at], -1)
        there[np.arange(len(there)), at] = False
    return found
