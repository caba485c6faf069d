"""VIKOR: a compromise between the weighted sum of regrets and the largest single regret.

S = sum w (f* - f) / (f* - f-),  R = max w (f* - f) / (f* - f-),
Q = v (S - S*) / (S- - S*) + (1 - v) (R - R*) / (R- - R*)   (Opricovic & Tzeng 2004).

f* and f- are best and worst points of each child, S* and R* the smallest, S- and R- the largest of
the sample. Less of Q is better; as an aggregation the score is 1 - Q on the scale. With fixed ideals
S* = R* = 0, S- = 1 and R- is the largest weight, and nothing depends on the other units.

Stated answers: a child that is constant (f* = f-) or never observed in the sample causes no regret; a missing child is
left out and the weights of the others scaled up; all missing is NaN. If all S of the sample are
equal its term is 0, likewise R; if both are, nothing tells units apart and there is no score (NaN).
A value beyond f* causes no regret, one below f- full regret; Q of new units is cut to 0-1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import Complaints, Key, Settings, Share
from yitihua.errors import refuse
from yitihua.index.aggregate.method import AggregateMethod, Mixture
from yitihua.index.aggregate.rows import (
    BEST,
    IDEAL,
    WORST,
    Scale,
    checked,
    ideals,
    ideals_complaints,
    in_force,
    is_complete,
    to_scale,
)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Compromise:
    """What VIKOR says of a sample.

    Attributes
    ----------
    s, r, q : ndarray, shape (units,)
        Group regret, largest single regret, and their compromise; less is better.
    order : ndarray of int
        Units from the best by Q; units without Q come last.
    advantage : float
        Q of the second less Q of the first.
    threshold : float
        1 / (units - 1): what an acceptable advantage must reach.
    acceptable_advantage, acceptable_stability : bool
        Condition 1; and condition 2, that the first by Q is also first by S or by R.
    compromise : tuple of int
        The proposed units: the first alone if both conditions hold, the first two if only the
        second fails, otherwise all whose Q is less than the threshold above the first's.
    """

    s: Floats
    r: Floats
    q: Floats
    order: npt.NDArray[np.int64]
    advantage: float
    threshold: float
    acceptable_advantage: bool
    acceptable_stability: bool
    compromise: tuple[int, ...]


def regrets(x: npt.ArrayLike, weights: npt.ArrayLike, best: Floats, worst: Floats) -> tuple[Floats, Floats]:
    """Return S and R of each row.

    Parameters
    ----------
    x : array_like, shape (..., units, children)
        Directed points; NaN is missing.
    weights : array_like, shape (children,)
        Need not sum to 1.
    best, worst : ndarray, shape (children,)
        f* and f-, in points.

    Returns
    -------
    s, r : ndarray, shape (..., units)

    References
    ----------
    Opricovic & Tzeng (2004), European Journal of Operational Research 156:445-455.

    Examples
    --------
    >>> regrets([[100.0, 50.0], [0.0, 100.0]], [0.25, 0.75], np.array([100.0, 100.0]), np.zeros(2))
    (array([0.375, 0.25 ]), array([0.375, 0.25 ]))
    """
    points, w = checked(x, weights)
    width = np.where(best > worst, best - worst, np.inf)
    regret = np.clip(np.where(np.isfinite(width), best - points, points * 0.0) / width, 0.0, 1.0)
    if is_complete(points):
        return np.asarray(regret @ w), np.asarray((regret * w).max(axis=-1))
    regret = np.where(np.isnan(points), 0.0, regret) * in_force(points, w)
    return np.asarray(regret.sum(axis=-1)), np.asarray(regret.max(axis=-1))


def fit_vikor(
    x: npt.ArrayLike,
    weights: npt.ArrayLike,
    ideal: str = "sample",
    scale: Scale = (0.0, 100.0),
    best: float | Floats | None = None,
    worst: float | Floats | None = None,
) -> dict[str, Floats]:
    """Learn ideals and the extremes of S and R.

    Parameters
    ----------
    x : array_like, shape (..., units, children)
        Directed points; NaN is missing.
    weights : array_like, shape (children,)
        Need not sum to 1.
    ideal : str
        "sample", "scale" or "stated"; with the last two nothing is taken from the sample.
    scale : (float, float)
        Lowest and highest points.
    best, worst : float or ndarray, shape (children,)
        For "stated".

    Returns
    -------
    dict
        "best" and "worst", shape (children,); "s" and "r", shape (2,): smallest and largest.

    Raises
    ------
    InputError
        If shapes do not fit, a weight cannot be used, or the best points are not above the worst.

    Examples
    --------
    >>> fit_vikor([[100.0, 50.0], [0.0, 100.0]], [0.5, 0.5])["s"]
    array([0.5, 0.5])
    """
    points, w = checked(x, weights)
    top, bottom = ideals(points, ideal, scale, best, worst)
    if ideal != "sample":
        return {"best": top, "worst": bottom, "s": np.array([0.0, 1.0]), "r": np.array([0.0, w.max()])}
    s, r = regrets(points, w, top, bottom)
    ends = [
        np.array([np.fmin.reduce(one.ravel()), np.fmax.reduce(one.ravel())]) if s.size else np.zeros(2)
        for one in (s, r)
    ]
    return {"best": top, "worst": bottom, "s": ends[0], "r": ends[1]}


def vikor(x: npt.ArrayLike, weights: npt.ArrayLike, numbers: Mapping[str, Floats], v: float = 0.5) -> Floats:
    """Return Q of each row; less is better.

    Parameters
    ----------
    x : array_like, shape (..., units, children)
        Directed points; NaN is missing.
    weights : array_like, shape (children,)
        Need not sum to 1.
    numbers : mapping
        From `fit_vikor`.
    v : float
        Weight of the group regret, 0 to 1.

    Returns
    -------
    ndarray, shape (..., units)
        0 (best) to 1.

    Raises
    ------
    InputError
        If shapes do not fit, a weight cannot be used or v is out of range.

    References
    ----------
    Opricovic & Tzeng (2004).

    Examples
    --------
    >>> x = np.array([[100.0, 50.0], [0.0, 100.0], [50.0, 80.0]])
    >>> vikor(x, [0.5, 0.5], fit_vikor(x, [0.5, 0.5])).round(3)
    array([1., 1., 0.])
    """
    if not 0 <= v <= 1:
        raise refuse("aggregate-range", key="v", name="v", found=f"{v:g}", allowed="0 <= v <= 1")
    s, r = regrets(x, weights, numbers["best"], numbers["worst"])
    terms = []
    for found, ends in ((s, numbers["s"]), (r, numbers["r"])):
        low, high = float(ends[0]), float(ends[1])
        # Regrets that are equal on paper differ in the last bits.
        told = high - low > 1e-12
        terms.append((np.clip((found - low) / (high - low), 0.0, 1.0) if told else found * 0.0, told))
    if not any(told for _, told in terms):
        return np.full(s.shape, np.nan)
    return np.asarray(v * terms[0][0] + (1.0 - v) * terms[1][0])


def compromise(x: npt.ArrayLike, weights: npt.ArrayLike, v: float = 0.5) -> Compromise:
    """Return S, R, Q of a sample with its conditions and the compromise they propose.

    Parameters
    ----------
    x : array_like, shape (units, children)
        Directed points; NaN is missing.
    weights : array_like, shape (children,)
        Need not sum to 1.
    v : float
        Weight of the group regret.

    Returns
    -------
    Compromise

    Raises
    ------
    InputError
        If fewer than two units have a Q, or as `vikor`.

    References
    ----------
    Opricovic & Tzeng (2004), section 2.

    Examples
    --------
    >>> found = compromise([[100.0, 50.0], [0.0, 100.0], [50.0, 80.0]], [0.5, 0.5])
    >>> found.compromise, found.acceptable_advantage, found.acceptable_stability
    ((2,), True, True)
    """
    numbers = fit_vikor(x, weights)
    s, r = regrets(x, weights, numbers["best"], numbers["worst"])
    q = vikor(x, weights, numbers, v)
    scored = int(np.isfinite(q).sum())
    if scored < 2:
        raise refuse("aggregate-few", name="VIKOR", found=str(scored), expected="2")
    order = np.argsort(q, kind="stable")
    first, second = order[0], order[1]
    advantage, threshold = float(q[second] - q[first]), 1.0 / (scored - 1)
    far = advantage >= threshold - 1e-12
    stable = bool(s[first] <= np.nanmin(s) + 1e-12 or r[first] <= np.nanmin(r) + 1e-12)
    if not far:
        proposed = [int(unit) for unit in order[:scored] if q[unit] - q[first] < threshold - 1e-12]
    else:
        proposed = [int(first)] if stable else [int(first), int(second)]
    return Compromise(s, r, q, order, advantage, threshold, bool(far), stable, tuple(proposed))


def _fit(x: Floats, weights: Floats, settings: Settings, scale: Scale) -> Mapping[str, Floats]:
    return fit_vikor(x, weights, settings["ideal"], scale, settings["best"], settings["worst"])


def _combine(x: Floats, mixture: Mixture) -> Floats:
    return to_scale(1.0 - vikor(x, mixture.weights, mixture.numbers, mixture.settings["v"]), mixture.scale)


def _check(settings: Settings, scale: Scale) -> Complaints:
    return ideals_complaints(settings)


METHODS = (
    AggregateMethod(
        name="vikor",
        words=("VIKOR法", "VIKOR"),
        source="Opricovic & Tzeng 2004",
        keys=(
            IDEAL,
            BEST,
            WORST,
            Key(
                "v",
                Share,
                default=0.5,
                words=("群体效用权重", "v"),
                about="Weight of the sum of regrets against the largest.",
            ),
        ),
        check=_check,
        fit=_fit,
        combine=_combine,
    ),
)
