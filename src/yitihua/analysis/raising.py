"""What would lift a unit: the score it would have if one indicator, or one node, had other points.

Every unit at once: points are put in place of a unit's own and only the nodes above are made again, by the
board's own plan. Under arithmetic means the gain is the weight in force times the points gained; under other means
it is what the index itself gives, not a slope.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import AGGREGATE
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    from yitihua.index.plan import NodeStep

Ints = npt.NDArray[np.int64]
#: Share of the peers that do no better than what an indicator is raised to.
QUARTILE = 0.75


def can_raise(board: Scoreboard) -> bool:
    """Return whether scores are made again in no time: not where a node costs a linear programme a unit.

    Examples
    --------
    >>> import yitihua as yt
    >>> can_raise(yt.evaluate("hdi")), can_raise(yt.evaluate("hdi", aggregate="bod"))
    (True, False)
    """
    return not any(AGGREGATE[node.method].slow for node in board.recipe.nodes)


def raised_totals(board: Scoreboard, column: int, points: Floats) -> Floats:
    """Return the scores of all units with other points of one indicator or node.

    Parameters
    ----------
    board : Scoreboard
    column : int
        Of the recipe's plan; not that of the index itself.
    points : ndarray, shape (units,)
        In place of the unit's own; NaN leaves the score as it is.

    Returns
    -------
    ndarray, shape (units,)
        NaN where the board has no score.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("egdi-2022")
    >>> best = raised_totals(board, 0, np.ones(len(board.table.units)))
    >>> bool((best >= board.total - 1e-12).all())
    True
    """
    changed = np.isfinite(points)
    work: dict[int, Floats] = {column: np.where(changed, points, board.points[:, column])}
    carried: dict[int, Any] = {}
    for step in _steps_above(board, column):
        own = board.points[:, step.columns].copy()
        for place, child in enumerate(step.columns):
            if child in work:
                own[:, place] = work[child]
        made = step.combine(own, carried)
        work[step.column] = np.where(np.isfinite(board.points[:, step.column]), made, np.nan)
    total = work.get(board.points.shape[1] - 1, board.total)
    # What is not changed keeps its published bits.
    return np.where(changed, total, board.total)


def _steps_above(board: Scoreboard, column: int) -> list[NodeStep]:
    """Return the nodes that are to be made again, children before parents."""
    plan = board.recipe.plan
    # What a node hands up beside its score is not kept on the board: then all but the changed one are made again.
    carries = any(step.method.carries for step in plan.steps)
    moved, found = {column}, []
    for step in plan.steps:
        if step.column != column and (carries or moved & set(step.columns)):
            moved.add(step.column)
            found.append(step)
    return found


@dataclass(frozen=True, eq=False)
class Raised:
    """What every indicator alone would bring if it reached the upper quartile of the unit's level.

    Attributes
    ----------
    points : ndarray, shape (units, indicators)
        Points of the upper quartile: a peer's own, not a number between two of them.
    peer : ndarray of int, same shape
        The row they are of; -1 where nobody has points.
    gain : ndarray, same shape
        Of the score; 0 where the unit is there already, NaN where it has no score or no value of its own.
    """

    points: Floats
    peer: Ints
    gain: Floats


def raised_to_quartile(board: Scoreboard) -> Raised:
    """Return the gain of every unit by every indicator alone at the upper quartile of its level.

    The quartile is the best of the worst three quarters of the units that have a value (a quantile that is always
    somebody's own value), the better raw value among equal points. Filled cells are nobody's value.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("zhejiang-2022")
    >>> found = raised_to_quartile(board)
    >>> here = found.gain > 0
    >>> weights = board.contribution_arrays[1][:, :51]
    >>> byhand = (weights * (found.points - board.normalised))[here]
    >>> bool(np.abs(found.gain[here] - byhand).max() < 1e-9)
    True
    """
    points, peer = upper_quartile(board)
    count = len(board.recipe.codes)
    gain = np.full(points.shape, np.nan)
    own = np.where(board.imputed, np.nan, board.normalised)
    for j in range(count if can_raise(board) else 0):
        better = np.where(points[:, j] > own[:, j], points[:, j], np.nan)
        known = np.isfinite(own[:, j]) & np.isfinite(board.total) & np.isfinite(points[:, j])
        gain[:, j] = np.where(known, raised_totals(board, j, better) - board.total, np.nan)
    return Raised(points, peer, gain)


def upper_quartile(board: Scoreboard) -> tuple[Floats, Ints]:
    """Return points at the upper quartile of every unit's level, and the row of the unit that has them.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("hdi")
    >>> points, peer = upper_quartile(board)
    >>> round(float((board.normalised[:193, 0] <= points[0, 0]).mean()), 2), board.table.units[peer[0, 0]]
    (0.75, 'SAU')
    """
    units, count = board.normalised.shape
    points, peer = np.full((units, count), np.nan), np.full((units, count), -1, dtype=np.int64)
    signs = np.array([1.0 if rule.positive else -1.0 for rule in board.recipe.indicators])
    for rows in board.level_rows.values():
        for j in range(count):
            own = board.normalised[rows, j]
            known = rows[np.isfinite(own) & ~board.imputed[rows, j]]
            if known.size:
                order = known[np.lexsort((signs[j] * board.denominated[known, j], board.normalised[known, j]))]
                at = order[int(np.ceil(QUARTILE * len(order))) - 1]
                points[rows, j], peer[rows, j] = board.normalised[at, j], at
    return points, peer
