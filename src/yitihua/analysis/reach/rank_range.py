"""The best and the worst rank that a unit can have under all weights between bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yitihua.analysis.asked import level_name
from yitihua.analysis.reach.linear import Linear, largest, linear
from yitihua.analysis.reach.solve import silent
from yitihua.analysis.stages import marked
from yitihua.analysis.uncertainty.weight_draws import feasible_start
from yitihua.errors import refuse
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

#: Seconds for one programme.
TIME_LIMIT = 60.0
#: What counts as ahead for certain, as a share of the last published digit.
AHEAD = 1e-3


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

    Rivals that are always, or never, ahead need no programme: the ends of their lead are known exactly.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    lead, step = line.leads(place), line.step(AHEAD * line.unit_of_rounding)
    most, least = largest(lead, line.low, line.high), -largest(-lead, line.low, line.high)
    always = least > 0 if best else least >= step
    never = most <= 0 if best else most < step
    open_ = ~always & ~never
    base, own, k = 1 + int(always.sum()), lead[open_], lead.shape[1]
    weights, bound = feasible_start(line.nominal, line.low, line.high), base
    if open_.any():
        count = int(open_.sum())
        if best:  # lead @ w <= most * y, as few y as can be
            a = np.hstack([-own / most[open_][:, None], np.eye(count)])
            b = np.zeros(count)
        else:  # lead @ w >= step - (step - least) * (1 - y), as many y as can be
            fall = step - least[open_]
            a = np.hstack([own / fall[:, None], -np.eye(count)])
            b = step / fall - 1.0
        cost = np.concatenate([np.zeros(k), np.full(count, 1.0 if best else -1.0)])
        total = np.concatenate([np.ones(k), np.zeros(count)])
        with silent():
            found = milp(
                cost,
                integrality=np.concatenate([np.zeros(k), np.ones(count)]),
                bounds=Bounds(np.concatenate([line.low, np.zeros(count)]), np.concatenate([line.high, np.ones(count)])),
                constraints=[LinearConstraint(a, b, np.inf), LinearConstraint(total[None, :], 1.0, 1.0)],
                options={"mip_rel_gap": 0.0, "time_limit": float(time_limit)},
            )
        if found.x is not None:
            on = found.x[k:] > 0.5
            kept = -own[~on] if best else own[on]
            weights = _inside(line, kept, found.x[:k] / found.x[:k].sum())
        # Out of time before a bound was proven: none, or all of the open rivals.
        proven = found.mip_dual_bound
        if proven is None or not np.isfinite(proven):
            proven = 0.0 if best else -float(count)
        bound = base + (int(np.ceil(proven - 1e-6)) if best else int(np.floor(-proven + 1e-6)))
    total = line.scored(weights).total[line.rows]
    rank = 1 + int((np.delete(total, place) > total[place] + 1e-12 * np.ptp(line.board.recipe.scale)).sum())
    return Extreme(rank, bound, weights)


def _inside(line: Linear, rows: Floats, weights: Floats) -> Floats:
    """Return weights with rows @ w as far above 0 as can be: the programme keeps them only to its tolerance."""
    from scipy.optimize import linprog

    if not len(rows):
        return weights
    k = len(weights)
    found = linprog(
        np.concatenate([np.zeros(k), [-1.0]]),
        A_ub=np.hstack([-rows, np.ones((len(rows), 1))]),
        b_ub=np.zeros(len(rows)),
        A_eq=np.concatenate([np.ones(k), [0.0]])[None, :],
        b_eq=[1.0],
        bounds=[*zip(line.low, line.high, strict=True), (0.0, None)],
        method="highs-ds",
    )
    return weights if found.status != 0 else np.asarray(found.x[:k] / found.x[:k].sum())
