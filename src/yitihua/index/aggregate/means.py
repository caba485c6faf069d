"""Weighted means that make a node from its children.

Shapes: ``x`` (..., units, children), ``weights`` (children,); the result is (..., units). A
missing child is left out and the weights of the others are scaled up; whether enough is left is
decided by coverage, not here. A unit with no child of positive weight is NaN.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import Complaints, Key, Number, Settings
from yitihua.index.aggregate.method import AggregateMethod, Mixture

Floats = npt.NDArray[np.float64]


def arithmetic(x: Floats, weights: Floats) -> Floats:
    """Return the weighted arithmetic mean.

    Examples
    --------
    >>> arithmetic(np.array([[10.0, 40.0], [np.nan, 7.0]]), np.array([1.0, 2.0]))
    array([30.,  7.])
    """
    return _mean(x, weights)


def geometric(x: Floats, weights: Floats, floor: float) -> Floats:
    """Return the weighted geometric mean of values raised to at least `floor`.

    Without a floor a single 0 makes the mean 0 whatever the rest; a floor of 0 asks for that.

    Examples
    --------
    >>> geometric(np.array([[4.0, 9.0], [0.0, 9.0]]), np.ones(2), floor=1.0)
    array([6., 3.])
    >>> geometric(np.array([[0.0, 9.0]]), np.ones(2), floor=0.0)
    array([0.])
    """
    with np.errstate(divide="ignore"):
        return np.asarray(np.exp(_mean(np.log(np.maximum(x, floor)), weights)))


def harmonic(x: Floats, weights: Floats, floor: float) -> Floats:
    """Return the weighted harmonic mean of values raised to at least `floor`.

    Examples
    --------
    >>> harmonic(np.array([[2.0, 6.0]]), np.ones(2), floor=1.0)
    array([3.])
    """
    return generalised(x, weights, -1.0, floor)


def generalised(x: Floats, weights: Floats, exponent: float, floor: float) -> Floats:
    """Return the weighted power mean ``(sum w x^p)^(1/p)``; p = 0 is the geometric mean.

    Parameters
    ----------
    x : ndarray, shape (..., units, children)
        Points.
    weights : ndarray, shape (children,)
        Not all 0; they need not sum to 1.
    exponent : float
        p. 1 is the arithmetic mean, below 1 a low child weighs more.
    floor : float
        Values below are raised to it, so that powers and logarithms exist.

    Examples
    --------
    >>> generalised(np.array([[3.0, 4.0]]), np.ones(2), 2.0, floor=0.0).round(4)
    array([3.5355])
    """
    if exponent == 0:
        return geometric(x, weights, floor)
    if exponent == 1:
        return arithmetic(np.maximum(x, floor), weights)
    with np.errstate(divide="ignore"):
        mean = _mean(np.maximum(x, floor) ** exponent, weights)
        return np.asarray(mean ** (1.0 / exponent))


def combine(x: Floats, weights: Floats, method: str, floor: float, exponent: float) -> Floats:
    """Return the mean of the named method.

    Raises
    ------
    KeyError
        If there is no such method.
    """
    match method:
        case "arithmetic":
            return arithmetic(x, weights)
        case "geometric":
            return geometric(x, weights, floor)
        case "harmonic":
            return harmonic(x, weights, floor)
        case "generalised":
            return generalised(x, weights, exponent, floor)
    raise KeyError(method)


def partials(x: Floats, weights: Floats, method: str, floor: float, exponent: float) -> Floats:
    """Return dM/dx of each child of a mean M, at values raised to the floor.

    Every one of these means is homogeneous of degree 1, so by Euler's theorem the products
    x * dM/dx sum to M: they are what each child contributes. For the arithmetic mean dM/dx is
    the weight.

    Parameters
    ----------
    x : ndarray, shape (..., units, children)
        Points; a missing child gets NaN and the weights of the others are scaled up.

    Returns
    -------
    ndarray, same shape as `x`

    Examples
    --------
    >>> partials(np.array([[10.0, 40.0]]), np.array([1.0, 1.0]), "arithmetic", 1.0, 1.0)
    array([[0.5, 0.5]])
    >>> partials(np.array([[4.0, 9.0]]), np.array([1.0, 1.0]), "geometric", 1.0, 1.0)
    array([[0.75      , 0.33333333]])
    """
    w = scaled_weights(x, weights)
    if method == "arithmetic":
        return w
    power = {"geometric": 0.0, "harmonic": -1.0}.get(method, exponent)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = combine(x, weights, method, floor, exponent)[..., None]
        raised = np.maximum(x, floor)
        slope = w * raised ** (power - 1.0) * mean ** (1.0 - power)
    return np.asarray(np.where((mean == 0) & np.isfinite(x), 0.0, slope))


def scaled_weights(x: Floats, weights: Floats) -> Floats:
    """Return the weights in force for each unit: those of missing children go to the others.

    Examples
    --------
    >>> scaled_weights(np.array([[1.0, np.nan, 3.0]]), np.array([1.0, 1.0, 3.0]))
    array([[0.25,  nan, 0.75]])
    """
    kept = np.where(np.isnan(x), 0.0, weights)
    total = kept.sum(axis=-1, keepdims=True)
    return np.asarray(np.where(np.isnan(x), np.nan, kept / np.where(total == 0, np.nan, total)))


def _mean(x: Floats, weights: Floats) -> Floats:
    total = weights.sum()
    with np.errstate(invalid="ignore"):
        plain = x @ (weights / total)
    if np.isfinite(plain).all():
        return np.asarray(plain)
    # NaN marks a missing child; an infinite log of 0 is a value and must stay.
    missing = np.isnan(x)
    if not missing.any():
        used = weights > 0
        return np.asarray(x[..., used] @ (weights[used] / total))
    kept = np.where(missing, 0.0, weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        products = np.where(missing | (weights == 0), 0.0, np.where(missing, 0.0, x) * weights)
        return np.asarray(products.sum(axis=-1) / np.where(kept.sum(axis=-1) == 0, np.nan, kept.sum(axis=-1)))


FLOOR = Key(
    "floor",
    Number,
    words=("下限", "floor"),
    about="Values below are raised to it. 1 % up the scale unless stated; 0 for p > 0.",
)
EXPONENT = Key("exponent", Number, required=True, words=("幂", "p"), about="The power p.")


def default_floor(method: str, exponent: float, scale: tuple[float, float]) -> float:
    """Return the floor of a mean where none is stated.

    Where a single 0 would make the mean 0 the floor is 1 % up the scale; a power mean with p > 0
    only needs values that have a power.

    Examples
    --------
    >>> default_floor("geometric", 1.0, (0.0, 100.0)), default_floor("generalised", 2.0, (0.0, 100.0))
    (1.0, 0.0)
    """
    if method == "generalised" and exponent > 0:
        return 0.0
    return scale[0] + 0.01 * (scale[1] - scale[0])


def _floor_is_valid(settings: Settings, scale: tuple[float, float]) -> Complaints:
    floor = settings.get("floor")
    return [("floor", "a floor is 0 or more")] if floor is not None and floor < 0 else []


def _mean_method(name: str, words: tuple[str, str], keys: tuple[Key, ...]) -> AggregateMethod:
    def numbers(mixture: Mixture) -> tuple[float, float]:
        exponent = float(mixture.settings.get("exponent") or 0.0) if name == "generalised" else 1.0
        floor = mixture.settings.get("floor")
        return float(default_floor(name, exponent, mixture.scale) if floor is None else floor), exponent

    def combined(x: Floats, mixture: Mixture) -> Floats:
        return combine(x, mixture.weights, name, *numbers(mixture))

    def slopes(x: Floats, mixture: Mixture) -> Floats:
        return partials(x, mixture.weights, name, *numbers(mixture))

    def raised(x: Floats, mixture: Mixture) -> Floats:
        return x if name == "arithmetic" else np.maximum(x, numbers(mixture)[0])

    check: Callable[[Settings, tuple[float, float]], Complaints] | None = _floor_is_valid if keys else None
    return AggregateMethod(
        name=name, words=words, keys=keys, check=check, source="OECD/JRC Handbook 2008, step 7",
        combine=combined, partials=slopes, raised=raised,
    )  # fmt: skip


METHODS = (
    _mean_method("arithmetic", ("算术平均", "arithmetic"), ()),
    _mean_method("geometric", ("几何平均", "geometric"), (FLOOR,)),
    _mean_method("harmonic", ("调和平均", "harmonic"), (FLOOR,)),
    _mean_method("generalised", ("幂平均", "generalised"), (FLOOR, EXPONENT)),
)
