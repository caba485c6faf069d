"""Ordered weighted averaging: weights belong to places, the best child first, not to children.

OWA = sum v_i x_(i), x_(1) the largest (Yager 1988). orness = sum (k - i) v_i / (k - 1) says where it
lies between the smallest child (0) and the largest (1); 0.5 is the plain mean if weights are even.
Below 0.5 weak children weigh more.

With importance weights p of the children the form is Torra's WOWA (1997), which is also Yager's
(1996) quantifier-guided form: the child in place i gets

    Q(p_(1) + ... + p_(i)) - Q(p_(1) + ... + p_(i-1)),

with Q a quantifier that rises from Q(0) = 0 to Q(1) = 1. Q(r) = r gives the weighted mean, equal p give
OWA. Q is one of: r^a ("most" is a = 2; an orness gives a = (1 - orness) / orness), or a
line through the sums of given place weights, at i / k.

Stated answers: a missing child is left out and p of the others scaled up, Q stays; all missing is
NaN. Tied children share by their order in the table, which does not move the result. Every OWA is
homogeneous of degree 1, so contributions of children are exact.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import Complaints, Key, Number, Settings, Share
from yitihua.errors import refuse
from yitihua.index.aggregate.method import AggregateMethod, Mixture
from yitihua.index.aggregate.rows import Scale, checked, in_force, one_of

Floats = npt.NDArray[np.float64]
Quantifier = Callable[[Floats], Floats]

#: Linguistic quantifiers as powers a of Q(r) = r^a (Yager 1996).
QUANTIFIERS = {"few": 0.5, "half": 1.0, "most": 2.0}


def orness(order_weights: npt.ArrayLike) -> float:
    """Return the orness of place weights, best place first; NaN for a single place.

    Examples
    --------
    >>> orness([1.0, 0.0, 0.0]), orness([0.25, 0.25, 0.25, 0.25]), orness([0.0, 1.0])
    (1.0, 0.5, 0.0)
    """
    v = _place_weights(order_weights)
    if v.size == 1:
        return float("nan")
    return float(np.arange(v.size - 1, -1, -1) @ v / (v.size - 1))


def power_quantifier(degree: float) -> Quantifier:
    """Return Q(r) = r^a of a given orness, a = (1 - orness) / orness.

    The orness of the place weights that it gives tends to the stated one as places grow, since the
    integral of r^a is 1 / (1 + a); 1 is the largest child, 0 the smallest.

    Raises
    ------
    InputError
        If the orness is not in 0 to 1.

    Examples
    --------
    >>> power_quantifier(1 / 3)(np.array([0.5])).round(12)
    array([0.25])
    """
    _check_degree(degree)
    if degree == 0:
        return lambda r: np.where(r >= 1.0, 1.0, 0.0)
    if degree == 1:
        return lambda r: np.where(r > 0.0, 1.0, 0.0)
    power = (1.0 - degree) / degree

    def powered(r: Floats) -> Floats:
        return np.asarray(r**power)

    return powered


def stated_quantifier(order_weights: npt.ArrayLike) -> Quantifier:
    """Return the line through (i / k, v_1 + ... + v_i): Torra's interpolation of given place weights.

    Raises
    ------
    InputError
        If a weight is negative or all are 0.

    Examples
    --------
    >>> stated_quantifier([0.5, 0.25, 0.25])(np.array([1 / 3, 0.5, 1.0])).round(3)
    array([0.5  , 0.625, 1.   ])
    """
    v = _place_weights(order_weights)
    knots, sums = np.linspace(0.0, 1.0, v.size + 1), np.concatenate([[0.0], np.cumsum(v)])
    return lambda r: np.asarray(np.interp(r, knots, sums / sums[-1]))


def max_entropy_weights(places: int, degree: float) -> Floats:
    """Return the place weights of a given orness that are as even as they can be.

    They are geometric, v_i proportional to h^(k - i) (O'Hagan 1988; Fuller & Majlender 2001); h is found
    by halving, since orness rises with it.

    Parameters
    ----------
    places : int
        k.
    degree : float
        The orness, 0 to 1.

    Returns
    -------
    ndarray, shape (places,)
        Best place first; they sum to 1.

    Raises
    ------
    InputError
        If the orness is not in 0 to 1.

    Examples
    --------
    >>> max_entropy_weights(3, 0.5).round(6)
    array([0.333333, 0.333333, 0.333333])
    >>> orness(max_entropy_weights(5, 0.3))
    0.3...
    """
    _check_degree(degree)
    if places == 1:
        return np.ones(1)
    if degree in (0, 1):
        return np.asarray(np.eye(places)[0 if degree == 1 else -1], dtype=float)
    steps = np.linspace(1.0, 0.0, places)

    def made(slope: float) -> Floats:
        raised = np.exp(slope * steps - max(slope, 0.0))
        return np.asarray(raised / raised.sum())

    low, high = -1.0, 1.0
    while orness(made(low)) > degree:
        low *= 2
    while orness(made(high)) < degree:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if orness(made(middle)) < degree else (low, middle)
    return made((low + high) / 2)


def owa_weights(x: npt.ArrayLike, weights: npt.ArrayLike, quantifier: Quantifier) -> Floats:
    """Return the weights in force of the children of each row.

    Parameters
    ----------
    x : array_like, shape (..., units, children)
        Points; NaN is missing.
    weights : array_like, shape (children,)
        Importance p; need not sum to 1.
    quantifier : function
        Q, from `power_quantifier` or `stated_quantifier`.

    Returns
    -------
    ndarray, same shape as `x`
        They sum to 1; 0 where a child is missing, NaN where all are.

    Raises
    ------
    InputError
        If shapes do not fit or a weight cannot be used.

    References
    ----------
    Torra (1997), International Journal of Intelligent Systems 12:153-166; Yager (1996), ibid. 11:49-73.

    Examples
    --------
    >>> owa_weights([[10.0, 90.0]], [0.5, 0.5], power_quantifier(1 / 3)).round(12)
    array([[0.75, 0.25]])
    """
    points, w = checked(x, weights)
    kept = np.broadcast_to(in_force(points, w), points.shape)
    order = np.argsort(-points, axis=-1, kind="stable")
    sums = np.cumsum(np.take_along_axis(kept, order, axis=-1), axis=-1)
    # Sums of weights reach 1 only up to the last bits, and a quantifier may jump there.
    sums = np.where(sums > 1.0 - 1e-12, 1.0, sums)
    share = np.diff(quantifier(sums), axis=-1, prepend=0.0)
    share = np.where(np.isnan(sums), np.nan, share)
    found = np.empty_like(share)
    np.put_along_axis(found, order, share, axis=-1)
    return found


def owa(x: npt.ArrayLike, weights: npt.ArrayLike, quantifier: Quantifier) -> Floats:
    """Return the ordered weighted average of each row.

    Parameters
    ----------
    x : array_like, shape (..., units, children)
        Points; NaN is missing.
    weights : array_like, shape (children,)
        Importance; equal weights give Yager's OWA.
    quantifier : function
        Q, from `power_quantifier` or `stated_quantifier`.

    Returns
    -------
    ndarray, shape (..., units)
        Between the smallest and the largest child; NaN where all are missing.

    Raises
    ------
    InputError
        If shapes do not fit or a weight cannot be used.

    References
    ----------
    Yager (1988), IEEE Transactions on Systems, Man, and Cybernetics 18:183-190; Torra (1997).

    Examples
    --------
    >>> owa([[10.0, 90.0]], [0.5, 0.5], power_quantifier(1 / 3)).round(9)
    array([30.])
    >>> owa([[10.0, 90.0]], [0.5, 0.5], stated_quantifier([0.0, 1.0]))
    array([10.])
    """
    points = np.asarray(x, dtype=float)
    share = owa_weights(points, weights, quantifier)
    return np.asarray((share * np.where(np.isnan(points), 0.0, points)).sum(axis=-1))


def _place_weights(order_weights: npt.ArrayLike) -> Floats:
    v = np.asarray(order_weights, dtype=float)
    if v.ndim != 1 or not v.size or not np.isfinite(v).all() or (v < 0).any() or not v.sum() > 0:
        raise refuse("aggregate-weights", found=", ".join(f"{one:g}" for one in v.ravel()[:12]))
    return np.asarray(v / v.sum())


def _check_degree(degree: float) -> None:
    if not 0 <= degree <= 1:
        raise refuse("aggregate-range", key="orness", name="orness", found=f"{degree:g}", allowed="0 <= orness <= 1")


def quantifier_of(settings: Settings, children: int) -> Quantifier:
    """Return the quantifier that an index file states; "most" unless it does.

    Examples
    --------
    >>> quantifier_of({"quantifier": "half"}, 3)(np.array([0.25]))
    array([0.25])
    """
    if settings.get("order_weights") is not None:
        return stated_quantifier(settings["order_weights"])
    degree = settings.get("orness")
    if degree is None:
        chosen = settings.get("quantifier") or "most"
        one_of("quantifier", chosen, tuple(QUANTIFIERS))
        return power_quantifier(1.0 / (1.0 + QUANTIFIERS[chosen]))
    if settings.get("spread_by") == "entropy":
        return stated_quantifier(max_entropy_weights(children, degree))
    return power_quantifier(degree)


def _combine(x: Floats, mixture: Mixture) -> Floats:
    return owa(x, mixture.weights, quantifier_of(mixture.settings, x.shape[-1]))


def _partials(x: Floats, mixture: Mixture) -> Floats:
    share = owa_weights(x, mixture.weights, quantifier_of(mixture.settings, x.shape[-1]))
    return np.where(np.isnan(x), np.nan, share)


def _raised(x: Floats, mixture: Mixture) -> Floats:
    return x


def _check(settings: Settings, scale: Scale) -> Complaints:
    ways = [key for key in ("order_weights", "orness", "quantifier") if settings.get(key) is not None]
    found: Complaints = [(key, "only one of order_weights, orness and quantifier can be stated") for key in ways[1:]]
    v = settings.get("order_weights")
    if v is not None and (not v or min(v) < 0 or not sum(v) > 0):
        found.append(("order_weights", "weights of 0 or more are expected, not all 0"))
    if settings.get("spread_by") is not None and settings.get("orness") is None:
        found.append(("spread_by", "it is only read with orness"))
    return found


METHODS = (
    AggregateMethod(
        name="owa",
        words=("有序加权平均（OWA）", "ordered weighted average (OWA)"),
        source="Yager 1988; Torra 1997",
        keys=(
            Key(
                "quantifier",
                Literal["few", "half", "most"],
                words=("语言量词", "quantifier"),
                about="Q(r) = r^a: few (a = 0.5), half (a = 1: the weighted mean), most (a = 2); most unless stated.",
            ),
            Key(
                "orness",
                Share,
                words=("或度", "orness"),
                about="0 the smallest child, 1 the largest; below 0.5 weak children weigh more.",
            ),
            Key(
                "spread_by",
                Literal["power", "entropy"],
                words=("权数形式", "form"),
                about="With orness: Q(r) = r^a (power, unless stated), or place weights of the largest entropy.",
            ),
            Key(
                "order_weights",
                tuple[Number, ...],
                words=("位置权数", "place weights"),
                about="Weights of places, the best child first; interpolated where their number differs.",
            ),
        ),
        check=_check,
        combine=_combine,
        partials=_partials,
        raised=_raised,
    ),
)
