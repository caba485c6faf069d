"""Means with a penalty for imbalance: the Mazziotta-Pareto indices MPI and AMPI.

Both are M -/+ S cv with M the mean of a unit's children, S their standard deviation and cv = S / M:
of two units with one mean the more even one is better (De Muro, Mazziotta & Pareto 2011). Minus
where more is better; plus where the index measures something bad.

- MPI standardises each indicator to mean 100 and standard deviation 10 over the units, so it ranks
  units of one year. AMPI rescales to 70-130 around a reference value at 100, so years compare
  (Mazziotta & Pareto 2016). `fit_mpi`, `mpi`, `fit_ampi`, `ampi` do it from raw values.
- As an aggregation the points of the children take the place of the standardised values: method
  "mpi" takes them as they are, "ampi" maps the scale to 70-130 and the result back. On points of
  0-100 "mpi" penalises hard (cv has no bound near 0: the mean of 100, 0, 0, 0 is 25, its penalty 75)
  and results are cut to the scale; "ampi" stays within the scale by itself, because M - S^2 / M is
  not below 70 for values of 70-130.

Standard deviations are over n, the population's, unless stated; Compind (R) takes n - 1. Weighted:
weighted mean and weighted standard deviation (Mazziotta & Pareto 2022, Rivista Italiana di Economia,
Demografia e Statistica, "Weighting in composite indices construction"); over "n - 1" the weighted
variance is divided by 1 - sum w^2, which is (n - 1) / n for equal weights.

Stated answers: a missing child is left out and the weights of the others scaled up; one child has no
imbalance; all missing is NaN. M = 0 with all children 0 is 0; a mean of 0 or less with unequal
children has no coefficient of variation and no score. A constant indicator has no standardised
value under MPI (NaN, left out).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import Key, Settings
from yitihua.errors import refuse
from yitihua.index.aggregate.method import AggregateMethod, Mixture
from yitihua.index.aggregate.rows import POINTS, checked, in_force, is_complete, one_of

Floats = npt.NDArray[np.float64]

PENALTIES = {"minus": -1.0, "plus": 1.0}
SPREADS = ("population", "sample")


def penalised_mean(
    x: npt.ArrayLike, weights: npt.ArrayLike, penalty: str = "minus", spread: str = "population"
) -> Floats:
    """Return M -/+ S cv of each row.

    Parameters
    ----------
    x : array_like, shape (..., units, children)
        Points or standardised values with means above 0; NaN is missing.
    weights : array_like, shape (children,)
        Need not sum to 1.
    penalty : str
        "minus" where more is better, "plus" where the index measures something bad.
    spread : str
        Standard deviation of the "population" (n) or of a "sample" (n - 1).

    Returns
    -------
    ndarray, shape (..., units)
        NaN where all is missing, and where a mean of 0 or less has unequal children.

    Raises
    ------
    InputError
        If shapes do not fit, a weight cannot be used or a choice does not exist.

    References
    ----------
    De Muro, Mazziotta & Pareto (2011), Social Indicators Research 104:1-18.

    Examples
    --------
    >>> penalised_mean([[100.0, 100.0], [90.0, 110.0]], [1.0, 1.0])
    array([100.,  99.])
    >>> penalised_mean([[90.0, 110.0]], [1.0, 1.0], penalty="plus")
    array([101.])
    """
    points, w = checked(x, weights)
    mean, variance = _moments(points, w, penalty, spread)
    return _penalised(mean, variance, penalty)


def _moments(points: Floats, w: Floats, penalty: str, spread: str) -> tuple[Floats, Floats]:
    """Return weighted mean and variance of each row."""
    one_of("penalty", penalty, tuple(PENALTIES))
    one_of("spread", spread, SPREADS)
    kept = in_force(points, w)
    filled = points if is_complete(points) else np.where(np.isnan(points), 0.0, points)
    mean = (filled * kept).sum(axis=-1)
    variance = (kept * np.square(filled - mean[..., None])).sum(axis=-1)
    # The sum of equal numbers times weights is not exactly that number: what is left is no imbalance.
    variance = np.where(variance <= np.square(1e-12 * mean), 0.0, variance)
    if spread == "sample":
        free = 1.0 - np.square(kept).sum(axis=-1)
        variance = np.where(free > 1e-12, variance / np.where(free > 1e-12, free, 1.0), variance)
    return mean, variance


def _penalised(mean: Floats, variance: Floats, penalty: str) -> Floats:
    even = variance == 0
    safe = np.where(mean > 0, mean, np.nan)
    return np.asarray(np.where(even, mean, mean + PENALTIES[penalty] * variance / safe))


def fit_mpi(x: npt.ArrayLike, spread: str = "population") -> dict[str, Floats]:
    """Learn means and standard deviations of raw indicators from a sample.

    Parameters
    ----------
    x : array_like, shape (..., units, indicators)
        Raw values; NaN is missing.
    spread : str
        As in `penalised_mean`.

    Returns
    -------
    dict
        "mean" and "sd", shape (indicators,); a constant indicator has sd NaN.

    Examples
    --------
    >>> fit_mpi([[1.0, 5.0], [3.0, 5.0]])
    {'mean': array([2., 5.]), 'sd': array([ 1., nan])}
    """
    one_of("spread", spread, SPREADS)
    rows = np.asarray(x, dtype=float)
    rows = rows.reshape(-1, rows.shape[-1])
    seen = ~np.isnan(rows)
    count = seen.sum(axis=0)
    mean = np.where(seen, rows, 0.0).sum(axis=0) / np.where(count > 0, count, np.nan)
    squares = np.where(seen, np.square(rows - mean), 0.0).sum(axis=0)
    free = count - (spread == "sample")
    constant = np.fmax.reduce(rows, axis=0) == np.fmin.reduce(rows, axis=0)
    sd = np.sqrt(squares / np.where(free > 0, free, np.nan))
    return {"mean": mean, "sd": np.where(constant, np.nan, sd)}


def mpi(
    x: npt.ArrayLike,
    weights: npt.ArrayLike,
    positive: npt.ArrayLike,
    numbers: Mapping[str, Floats],
    penalty: str = "minus",
    spread: str = "population",
) -> Floats:
    """Return the Mazziotta-Pareto index of raw values: z = 100 +/- 10 (x - mean) / sd, then `penalised_mean`.

    Parameters
    ----------
    x : array_like, shape (..., units, indicators)
        Raw values; NaN is missing.
    weights : array_like, shape (indicators,)
        Need not sum to 1.
    positive : array_like of bool, shape (indicators,)
        The polarity: whether more of the indicator is more of what the index measures.
    numbers : mapping
        From `fit_mpi`.
    penalty, spread : str
        As in `penalised_mean`.

    Returns
    -------
    ndarray, shape (..., units)

    References
    ----------
    De Muro, Mazziotta & Pareto (2011); Compind, R/ci_mpi.R (with spread = "sample").

    Examples
    --------
    >>> x = np.array([[1.0, 8.0], [3.0, 4.0]])
    >>> mpi(x, [1.0, 1.0], [True, False], fit_mpi(x))
    array([ 90., 110.])
    """
    sign = np.where(np.asarray(positive, dtype=bool), 1.0, -1.0)
    z = 100.0 + 10.0 * sign * (np.asarray(x, dtype=float) - numbers["mean"]) / numbers["sd"]
    return penalised_mean(z, weights, penalty, spread)


def fit_ampi(x: npt.ArrayLike, reference: npt.ArrayLike) -> dict[str, Floats]:
    """Learn the goalposts of AMPI: reference -/+ half the range of all units and periods.

    Parameters
    ----------
    x : array_like, shape (..., units, indicators)
        Raw values of every period that is to be compared, periods on a leading axis; NaN is missing.
    reference : array_like, shape (indicators,)
        The value that becomes 100: the country's, or the mean of a base year.

    Returns
    -------
    dict
        "lower" and "upper", shape (indicators,); NaN for a constant indicator.

    References
    ----------
    Mazziotta & Pareto (2016), Social Indicators Research 127:983-1003.

    Examples
    --------
    >>> fit_ampi([[10.0], [30.0]], [15.0])
    {'lower': array([5.]), 'upper': array([25.])}
    """
    rows = np.asarray(x, dtype=float)
    rows = rows.reshape(-1, rows.shape[-1])
    middle = np.asarray(reference, dtype=float)
    if middle.shape != rows.shape[1:] or not np.isfinite(middle).all():
        raise refuse("aggregate-shape", found=str(middle.shape), expected=str(rows.shape[1:]))
    half = (np.fmax.reduce(rows, axis=0) - np.fmin.reduce(rows, axis=0)) / 2
    half = np.where(half > 0, half, np.nan)
    return {"lower": middle - half, "upper": middle + half}


def ampi(
    x: npt.ArrayLike,
    weights: npt.ArrayLike,
    positive: npt.ArrayLike,
    numbers: Mapping[str, Floats],
    penalty: str = "minus",
    spread: str = "population",
) -> Floats:
    """Return the adjusted Mazziotta-Pareto index of raw values.

    r = 70 + 60 (x - lower) / (upper - lower), 200 - r where the polarity is negative, then
    `penalised_mean`. 100 is the reference; values of later periods may leave 70-130.

    Parameters
    ----------
    x : array_like, shape (..., units, indicators)
        Raw values; NaN is missing.
    weights : array_like, shape (indicators,)
        Need not sum to 1.
    positive : array_like of bool, shape (indicators,)
        The polarity.
    numbers : mapping
        From `fit_ampi`.
    penalty, spread : str
        As in `penalised_mean`.

    Returns
    -------
    ndarray, shape (..., units)

    References
    ----------
    Mazziotta & Pareto (2016); Compind, R/ci_ampi.R (with spread = "sample"; its goalposts are fitted
    period by period, so that its periods do not compare).

    Examples
    --------
    >>> x = np.array([[10.0, 8.0], [30.0, 4.0], [15.0, 6.0]])
    >>> ampi(x, [1.0, 1.0], [True, False], fit_ampi(x, [15.0, 6.0]))[2]
    np.float64(100.0)
    """
    lower, upper = numbers["lower"], numbers["upper"]
    r = 70.0 + 60.0 * (np.asarray(x, dtype=float) - lower) / (upper - lower)
    return penalised_mean(np.where(np.asarray(positive, dtype=bool), r, 200.0 - r), weights, penalty, spread)


def _combine_mpi(x: Floats, mixture: Mixture) -> Floats:
    """Return the penalised mean of the points, cut to the scale where the points live on it."""
    found = penalised_mean(x, mixture.weights, mixture.settings["penalty"], mixture.settings["spread"])
    if not x.size:
        return found
    low, high = mixture.scale
    on_scale = (np.fmin.reduce(x, axis=-1) >= low) & (np.fmax.reduce(x, axis=-1) <= high)
    return np.asarray(np.where(on_scale, np.clip(found, low, high), found))


def _partials(x: Floats, mixture: Mixture) -> Floats:
    """Return d(M -/+ S^2 / M) / dx: a child far above the mean pays for the imbalance it makes."""
    settings = mixture.settings
    points, w = checked(x, mixture.weights)
    mean, variance = (one[..., None] for one in _moments(points, w, settings["penalty"], settings["spread"]))
    kept = in_force(points, w)
    free = 1.0 - np.square(kept).sum(axis=-1, keepdims=True) if settings["spread"] == "sample" else np.ones(1)
    free = np.where(free > 1e-12, free, 1.0)
    safe = np.where(mean > 0, mean, np.nan)
    # Where children are even the second term is 0, whatever the mean.
    uneven = variance > 0
    gap = np.where(uneven, 2.0 * (points - mean) / (free * safe) - variance / np.square(safe), 0.0)
    slope = kept * (1.0 + PENALTIES[settings["penalty"]] * gap)
    uncut = _penalised(mean, variance, settings["penalty"])
    cut = _combine_mpi(x, mixture)[..., None]
    ratio = np.where(uncut == cut, 1.0, cut / np.where(uncut == 0, 1.0, uncut))
    return np.asarray(np.where(np.isnan(x), np.nan, slope * ratio))


def _raised(x: Floats, mixture: Mixture) -> Floats:
    return x


def _combine_ampi(x: Floats, mixture: Mixture) -> Floats:
    low, high = mixture.scale
    around = 70.0 + 60.0 * (x - low) / (high - low)
    found = penalised_mean(around, mixture.weights, mixture.settings["penalty"], mixture.settings["spread"])
    return found if _is_raw(mixture.settings) else np.asarray(low + (high - low) * (found - 70.0) / 60.0)


def _is_raw(settings: Settings) -> bool:
    return settings.get("points") == "raw"


_PENALTY = Key(
    "penalty",
    Literal["minus", "plus"],
    default="minus",
    words=("惩罚方向", "penalty"),
    about="minus where more is better, plus where the index measures something bad.",
)
_SPREAD = Key(
    "spread",
    Literal["population", "sample"],
    default="population",
    words=("标准差", "standard deviation"),
    about="Standard deviation over n (the papers) or n - 1 (Compind).",
)
METHODS = (
    AggregateMethod(
        name="mpi",
        words=("MPI惩罚均值", "penalised mean (MPI)"),
        source="De Muro, Mazziotta & Pareto 2011",
        keys=(_PENALTY, _SPREAD),
        combine=_combine_mpi,
        partials=_partials,
        raised=_raised,
    ),
    AggregateMethod(
        name="ampi",
        words=("AMPI惩罚均值", "penalised mean (AMPI)"),
        source="Mazziotta & Pareto 2016",
        keys=(_PENALTY, _SPREAD, POINTS),
        combine=_combine_ampi,
        off_scale=_is_raw,
    ),
)
