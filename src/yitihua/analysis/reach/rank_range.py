"""The best and the worst rank that a unit can have under all weights between bounds."""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from yitihua.analysis.asked import level_name
from yitihua.analysis.reach.gaps import ahead, apart, at_least, at_most, behind, span, within
from yitihua.analysis.reach.highs import minimise
from yitihua.analysis.reach.linear import Linear, largest, linear
from yitihua.analysis.stages import marked
from yitihua.errors import refuse
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

#: Seconds for one programme.
TIME_LIMIT = 60.0
#: What counts as ahead for certain, as a share of the last published digit.
AHEAD = 1e-3
#: And as a share of the scale: the solver keeps rows to 1e-10, so a smaller lead could be none.
SURELY = 1e-8


@dataclass(frozen=True, eq=False)
class Extreme:
    """One end of a unit's ranks.

    Attributes
    ----------
    rank : int
        Reached at the weights: scored there.
    bound : int
        No weights give a better (worse) one; equal to `rank` where the answer is exact.
    weights : ndarray, shape (children,)
    """

    rank: int
    bound: int
    weights: Floats


def rank_range(
    board: Scoreboard,
    units: Sequence[str] | None = None,
    level: str | None = None,
    node: str | None = None,
    bounds: Mapping[str, Sequence[float]] | None = None,
    share: float | None = None,
    time_limit: float = TIME_LIMIT,
) -> pd.DataFrame:
    """Return the best and the worst rank of units under all weights in a set.

    Parameters
    ----------
    board : Scoreboard
    units : sequence of str, optional
        Codes or names; default: all of the level with a score.
    level : str, optional
        Default: that of the units, or the one with the most.
    node, bounds, share
        Which weights vary, and how far; see `linear`.
    time_limit : float
        Seconds for one programme; where it is not enough the bound stands beside what was reached.

    Returns
    -------
    DataFrame
        unit, name, rank, best, best_bound, worst, worst_bound, exact, and the weights at the ends as best_CHILD
        and worst_CHILD. The board was scored at them; ranks are those of scores before rounding.

    Raises
    ------
    InputError
        If a unit or the level is unknown, a unit has no score, or the bounds leave no weights.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = rank_range(yt.evaluate("hdi"), ["Norway"], share=0.5)
    >>> found[["rank", "best", "worst", "exact"]].values.tolist()
    [[2, 1, 3, True]]
    """
    import pandas as pd

    rows = None if units is None else [board.table.row_of(unit) for unit in units]
    if rows is not None and len({board.table.levels[row] for row in rows}) > 1:
        options = sorted({board.table.levels[row] for row in rows})
        raise refuse("different-levels", name=[board.table.units[row] for row in rows], options=options)
    chosen = board.table.levels[rows[0]] if rows and level is None else level_name(board, level)
    line = linear(board, chosen, node, bounds, share)
    records = []
    for row in line.rows.tolist() if rows is None else rows:
        place = line.place_of(row)
        best, worst = best_rank(line, place, time_limit), worst_rank(line, place, time_limit)
        record = {
            "unit": board.table.units[row],
            "name": board.table.name_of(row),
            "rank": int(board.rank[row]),
            "best": best.rank,
            "best_bound": best.bound,
            "worst": worst.rank,
            "worst_bound": worst.bound,
            "exact": best.rank == best.bound and worst.rank == worst.bound,
        }
        for word, end in (("best", best), ("worst", worst)):
            record |= {f"{word}_{c}": w for c, w in zip(line.node.children, end.weights.tolist(), strict=True)}
        records.append(record)
    return marked(pd.DataFrame(records), board, "en", level=chosen)


def best_rank(line: Linear, place: int, time_limit: float = TIME_LIMIT) -> Extreme:
    """Return the best rank of a unit under all weights between the bounds."""
    return _extreme(line, place, best=True, time_limit=time_limit)


def worst_rank(line: Linear, place: int, time_limit: float = TIME_LIMIT) -> Extreme:
    """Return the worst rank of a unit under all weights between the bounds."""
    return _extreme(line, place, best=False, time_limit=time_limit)


def _extreme(line: Linear, place: int, best: bool, time_limit: float) -> Extreme:
    """Count rivals that are ahead, as few or as many as can be.

    Rivals with other gaps than the unit are held against one end of what its product may be, as in `nearest`; its
    possible products are halved until the count at some weights meets the bound.
    """
    if not apart(line, place).any():
        bound, weights = _counted(line, place, best, (-np.inf, np.inf), time_limit)
        rank = _rank_at(line, place, weights)
        return Extreme(rank, bound if best else max(bound, rank), weights)
    turn, order = 1 if best else -1, itertools.count()
    low, top = span(line, place)
    narrow, end = 1e-9 * (top - low), time.monotonic() + time_limit
    start = within(line.nominal, line.low, line.high, line.keep, line.keep_low)
    assert start is not None  # `linear` has refused bounds without any
    found = Extreme(_rank_at(line, place, start), 0, start)
    parts = [(-np.inf, next(order), low, top)]
    left = turn * found.rank  # the lowest bound of parts that are not halved
    while parts and parts[0][0] < turn * found.rank and time.monotonic() < end:
        _, _, low, top = heapq.heappop(parts)
        bound, weights = _counted(line, place, best, (low, top), max(end - time.monotonic(), 0.1))
        rank = _rank_at(line, place, weights)
        if turn * rank < turn * found.rank:
            found = Extreme(rank, 0, weights)
        if turn * bound >= turn * found.rank:
            continue
        if top - low <= narrow:
            left = min(left, turn * bound)
            continue
        middle = 0.5 * (low + top)
        for half in ((low, middle), (middle, top)):
            heapq.heappush(parts, (float(turn * bound), next(order), *half))
    least = min([turn * found.rank, left, *(part[0] for part in parts)])
    count = len(line.rows)
    return replace(found, bound=int(turn * least) if np.isfinite(least) else (1 if best else count))


def _counted(
    line: Linear, place: int, best: bool, between: tuple[float, float], time_limit: float
) -> tuple[int, Floats]:
    """Return a bound on the rank where the unit's product lies between two numbers, and weights that come near it.

    Rivals that are always, or never, ahead need no programme: the ends of their lead are known.
    """
    width, k = line.board.recipe.scale[1] - line.board.recipe.scale[0], len(line.nominal)
    step = line.step(max(AHEAD * line.unit_of_rounding, SURELY * width))
    rivals = np.arange(len(line.rows)) != place
    # Ahead of the upper end, as few as can be; or of the lower end by a step, as many as can be.
    lead = -behind(line, place, rivals, between[1], 0.0) if best else ahead(line, place, rivals, between[0], step)
    most, least = largest(lead, line.low, line.high), -largest(-lead, line.low, line.high)
    always, never = least > 0 if best else least >= 0, most <= 0 if best else most < 0
    open_ = ~always & ~never
    base, own = 1 + int(always.sum()), lead[open_]
    firm = _firm(line, place, between)
    start = within(line.nominal, line.low, line.high, firm[:, :k], firm[:, k])
    if start is None:
        return (len(line.rows) + 1 if best else 0), line.nominal
    if not open_.any():
        return base, start
    count = int(open_.sum())
    if best:  # lead @ w <= most * y, as few y as can be
        switched = np.hstack([-own / most[open_][:, None], np.eye(count)])
        limits = np.zeros(count)
    else:  # lead @ w >= least * (1 - y), as many y as can be
        switched = np.hstack([own / -least[open_][:, None], -np.eye(count)])
        limits = -np.ones(count)
    proven, found = _program(line, firm, switched, limits, 1.0 if best else -1.0, time_limit)
    bound = base + (int(np.ceil(proven - 1e-6)) if best else int(np.floor(-proven + 1e-6)))
    if found is None:
        return bound, start
    on = found[k:] > 0.5
    kept = -own[~on] if best else own[on]
    return bound, _inside(line, kept, firm, found[:k] / found[:k].sum())


def _firm(line: Linear, place: int, between: tuple[float, float]) -> Floats:
    """Return the rules of coverage and of the unit's product as rows (a, b) of a @ w >= b."""
    firm = np.hstack([line.keep, line.keep_low[:, None]])
    if not np.isfinite(between[0]):
        return firm
    rows = np.vstack([at_least(line, place, between[0]), at_most(line, place, between[1])])
    return np.vstack([firm, np.hstack([rows, np.zeros((2, 1))])])


def _program(
    line: Linear, firm: Floats, switched: Floats, limits: Floats, cost: float, time_limit: float
) -> tuple[float, Floats | None]:
    """Return the bound that was proven on the switches, and the weights and switches that were found."""
    count, k = len(limits), len(line.nominal)
    rows = np.vstack(
        [np.append(np.ones(k), np.zeros(count)), switched, np.hstack([firm[:, :k], np.zeros((len(firm), count))])]
    )
    low = np.concatenate([[1.0], limits, firm[:, k]])
    found = minimise(
        np.append(np.zeros(k), np.full(count, cost)),
        rows,
        (low, np.append(1.0, np.full(len(low) - 1, np.inf))),
        (np.append(line.low, np.zeros(count)), np.append(line.high, np.ones(count))),
        count,
        time_limit,
    )
    # Out of time before a bound was proven: none, or all of the open rivals.
    return max(found.bound, 0.0 if cost > 0 else -float(count)), found.x


def _rank_at(line: Linear, place: int, weights: Floats) -> int:
    """Return the unit's rank by scores before rounding, scored as any board is."""
    total = line.scored(weights).total[line.rows]
    return 1 + int((np.delete(total, place) > total[place] + 1e-12 * np.ptp(line.board.recipe.scale)).sum())


def _inside(line: Linear, rows: Floats, firm: Floats, weights: Floats) -> Floats:
    """Return weights with rows @ w as far above 0 as can be: the programme keeps them only to its tolerance."""
    if not len(rows):
        return weights
    k, count = len(weights), len(rows) + len(firm)
    found = minimise(
        np.append(np.zeros(k), -1.0),
        np.vstack(
            [
                np.append(np.ones(k), 0.0),
                np.hstack([rows, -np.ones((len(rows), 1))]),
                np.hstack([firm[:, :k], np.zeros((len(firm), 1))]),
            ]
        ),
        (np.concatenate([[1.0], np.zeros(len(rows)), firm[:, k]]), np.append(1.0, np.full(count, np.inf))),
        (np.append(line.low, 0.0), np.append(line.high, np.inf)),
    )
    return weights if found.x is None else np.asarray(found.x[:k] / found.x[:k].sum())
