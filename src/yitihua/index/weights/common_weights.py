"""Benefit of the doubt with common weights: one set for all units, as near as can be to each one's own best score.

Benefit of the doubt gives every unit the weights that suit it best, so that scores of different units are not
made the same way. Despotis (2005) looks for one set of weights under which no unit exceeds its own best score e_i
and the shortfalls d_i = e_i - sum_j w_j x_ij are smallest:

    minimise t mean_i d_i + (1 - t) max_i d_i   subject to d >= 0, w >= 0.

t = 1 brings the units near on average (the L1 compromise of Kao & Hung 2005), t = 0 the one that is farthest. Of
several optima the one whose smallest weight is largest is taken. Bounds keep each weight's share of the sum of
weights in a range: without them some weights are often 0.

Stated answers. Units with a missing cell have no say: their shortfall cannot be told from what is missing. A column
that does not vary, or has no values, gets weight 0. Zeros are values like others; negative ones are refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yitihua.definitions.methods import Key, Settings, Share
from yitihua.errors import refuse
from yitihua.index.weights.method import Siblings, Weighed, WeightMethod
from yitihua.index.weights.notes import fitted, under
from yitihua.index.weights.strength import Floats, columns_of, to_weights

#: By how much the second programme may miss the optimum of the first.
_SLACK = 1e-9
#: Weights below this share of the largest come from that slack and are 0.
_NOTHING = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class CommonWeights:
    """Common weights and what they cost; arrays of units are over those with all cells.

    Attributes
    ----------
    weights : ndarray, shape (children,)
        Scaled to sum to 1.
    unscaled : ndarray, shape (children,)
        As the programme gives them: no unit exceeds its own best score.
    best : ndarray, shape (units,)
        Each unit's own best score.
    shortfall : ndarray, shape (units,)
        Best score less that under common weights, 0 or more.
    units : int
        That had a say.
    equal : bool
        Whether nothing could be weighed and equal weights stand in.
    """

    weights: Floats
    unscaled: Floats
    best: Floats
    shortfall: Floats
    units: int
    equal: bool


def common_weights(
    x: Floats,
    t: float = 1.0,
    lower: float | None = None,
    upper: float | None = None,
    with_best: bool = True,
) -> CommonWeights:
    """Return one set of weights for all units.

    Parameters
    ----------
    x : ndarray, shape (units, children)
        Values of 0 or more, more is better; NaN missing.
    t : float
        1 for the mean shortfall, 0 for the largest, or a mix.
    lower, upper : float, optional
        Bounds on each weight's share of the sum of weights, over the children that can be weighed.
    with_best : bool
        Whether best scores and shortfalls are wanted; with t = 1 the weights do not need them, and are found in a
        tenth of the time.

    Returns
    -------
    CommonWeights

    Raises
    ------
    InputError
        If a value is negative, or bounds exclude each other.

    References
    ----------
    Despotis, D. K. (2005). A reassessment of the human development index via data envelopment analysis. Journal of
    the Operational Research Society 56, 969-980. Kao, C. and Hung, H.-T. (2005). Data envelopment analysis with
    common weights: the compromise solution approach. JORS 56, 1196-1203.

    Examples
    --------
    >>> x = np.array([[4.0, 1.0], [1.0, 4.0], [3.0, 3.0]])
    >>> found = common_weights(x)
    >>> found.weights, found.shortfall.round(4)
    (array([0.5, 0.5]), array([0.1667, 0.1667, 0.    ]))
    """
    from yitihua.index.aggregate.dea import benefit_of_doubt

    columns = columns_of(x)
    live = np.flatnonzero(columns.live)
    complete = x[~np.isnan(x[:, live]).any(axis=1)][:, live]
    if live.size < 2 or not len(complete):
        weights, equal = to_weights(columns.live.astype(float), columns.live, columns.seen)
        nothing = np.empty(0)
        return CommonWeights(weights, weights, nothing, nothing, len(complete), bool(equal) or live.size > 1)
    _check_bounds(live.size, lower, upper)
    best = benefit_of_doubt(complete).scores if t < 1 or with_best else np.full(len(complete), np.nan)
    w = _solve(complete, best, t, lower, upper)
    unscaled = np.zeros(x.shape[1])
    unscaled[live] = w
    shortfall = np.maximum(best - complete @ w, 0.0)  # NaN without best scores
    return CommonWeights(unscaled / unscaled.sum(), unscaled, best, shortfall, len(complete), False)


def _check_bounds(k: int, lower: float | None, upper: float | None) -> None:
    low, high = 0.0 if lower is None else lower, 1.0 if upper is None else upper
    if not (0 <= low <= high <= 1 and low * k <= 1 + 1e-12 and high * k >= 1 - 1e-12):
        raise refuse("common-bounds", key="lower, upper", found=f"{low:g}–{high:g}", count=k)


def _solve(x: Floats, best: Floats, t: float, lower: float | None, upper: float | None) -> Floats:
    """Return the weights: the smallest shortfalls first, then the largest smallest weight."""
    n, k = x.shape
    # Variables: the weights, the largest shortfall, the smallest weight. That no unit exceeds 1 says as much as that
    # none exceeds its own best, which is the largest that such weights give it.
    rows = [np.hstack([x, np.zeros((n, 2))])]
    floor, ceiling = [np.full(n, -np.inf)], [np.ones(n)]
    if t < 1:
        rows.append(np.hstack([x, np.ones((n, 1)), np.zeros((n, 1))]))
        floor.append(best)
        ceiling.append(np.full(n, np.inf))
    eye = np.eye(k)
    for bound, sign in ((lower, 1.0), (upper, -1.0)):
        if bound is not None:
            rows.append(np.hstack([sign * (eye - bound), np.zeros((k, 2))]))
            floor.append(np.zeros(k))
            ceiling.append(np.full(k, np.inf))
    rows.append(np.hstack([eye, np.zeros((k, 1)), -np.ones((k, 1))]))
    floor.append(np.zeros(k))
    ceiling.append(np.full(k, np.inf))
    cost = np.concatenate([-t * x.mean(axis=0), [1.0 - t, 0.0]])
    matrix, low, high = np.vstack(rows), np.concatenate(floor), np.concatenate(ceiling)
    first = _run(cost, matrix, low, high)
    limit = float(cost @ first) + _SLACK
    smallest = np.append(np.zeros(k + 1), -1.0)
    again = _run(smallest, np.vstack([matrix, cost]), np.append(low, -np.inf), np.append(high, limit))
    w = np.maximum(again[:k], 0.0)
    return np.where(w < _NOTHING * w.max(), 0.0, w)


def _run(cost: Floats, matrix: Floats, low: Floats, high: Floats) -> Floats:
    from yitihua.index.aggregate.dea_solver import new_solver, programme

    solver, count = new_solver(), len(cost)
    solver.passModel(programme(cost, (np.zeros(count), np.full(count, np.inf)), (low, high), matrix))
    solver.run()
    if solver.getModelStatus().name != "kOptimal":
        raise refuse("bod-unsolved", found=solver.getModelStatus().name)
    return np.array(solver.getSolution().col_value)


def _weigh(siblings: Siblings, settings: Settings) -> Weighed:
    found = common_weights(siblings.z, settings["t"], settings["lower"], settings["upper"], with_best=False)
    columns = columns_of(siblings.z)
    notes = fitted(siblings, columns, found.equal)
    if found.equal and columns.live.sum() > 1:
        zh, en = under(siblings)
        notes = [(f"{zh}：没有数据完整的单位，按相等处理", f"{en}: no unit has all cells, equal weights")]
    elif not found.equal and found.units < len(siblings.z):
        zh, en = under(siblings)
        left = len(siblings.z) - found.units
        notes.append((f"{zh}：{left}个单位有缺失，未参与定权", f"{en}: {left} units with missing cells had no say"))
    return Weighed(found.weights, tuple(notes))


METHODS = (
    WeightMethod(
        name="common_dea",
        words=("公共权重DEA", "common-weight DEA"),
        source="Despotis 2005; Kao & Hung 2005",
        keys=(
            Key(
                "t",
                Share,
                default=1.0,
                words=("折中系数t", "t"),
                about="1: the mean shortfall from each unit's own best score is smallest; 0: the largest is.",
            ),
            Key("lower", Share, words=("权重下限", "lower"), about="Least share of each weight; none unless stated."),
            Key("upper", Share, words=("权重上限", "upper"), about="Largest share of each weight; none unless stated."),
        ),
        weigh=_weigh,
    ),
)
