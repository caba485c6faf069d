"""Normalisation: raw values -> points on the scale, higher is better.

Goalposts, min-max, z-score and "none" are one affine map with different origin and width;
ranks compare with the sample the recipe was fitted on. Shapes: (..., units, indicators); the
parameters are vectors over indicators. NaN stays NaN.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def affine(x: Floats, origin: Floats, width: Floats, gain: Floats, base: Floats) -> Floats:
    """Return ``(x - origin) / width * gain + base`` by column.

    With origin the worst bound and width = best - worst, the quotient is exactly 0 and 1 at the
    bounds. A width of 0 (a constant column) or NaN (never fitted) gives NaN: such a column says
    nothing about any unit.

    Parameters
    ----------
    x : ndarray, shape (..., units, indicators)
        Treated values.
    origin, width, gain, base : ndarray, shape (indicators,)
        See `bounds` and `standard`.

    Returns
    -------
    ndarray
        Points, same shape as `x`, not clipped.

    Examples
    --------
    >>> one = np.ones(1)
    >>> affine(np.array([[20.0], [85.0]]), 20 * one, 65 * one, 100 * one, 0 * one).ravel()
    array([  0., 100.])
    """
    safe = np.where(width == 0, np.nan, width)
    points = x - origin
    points /= safe
    points *= gain
    points += base
    return points


def bounds(lower: Floats, upper: Floats, positive: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return origin and width of goalposts or min-max bounds.

    For a "-" indicator the lower bound is the best value (OECD/JRC Handbook 2008, step 5).

    Examples
    --------
    >>> origin, width = bounds(np.array([1.0]), np.array([30.0]), np.array([False]))
    >>> origin, width
    (array([30.]), array([-29.]))
    """
    return np.where(positive, lower, upper), np.where(positive, upper - lower, lower - upper)


def rank(x: Floats, reference: Floats, positive: bool) -> Floats:
    """Return how each value ranks in a reference sample: 1 is the worst, ties share the lower rank.

    A value's points are one more than the number of reference values worse than it, so on the
    sample itself this is the ordinary minimum rank from below (COINr ``n_rank``).

    Parameters
    ----------
    x : ndarray
        One indicator; NaN stays NaN.
    reference : ndarray, shape (k,)
        Sorted values of the fitted sample, without NaN.
    positive : bool
        Direction.

    Examples
    --------
    >>> rank(np.array([3.0, 1.0, 1.0, 9.0]), np.array([1.0, 1.0, 3.0, 9.0]), True)
    array([3., 1., 1., 4.])
    """
    if len(reference) == 0:
        return np.full(np.shape(x), np.nan)
    if positive:
        worse = np.searchsorted(reference, x, side="left")
    else:
        worse = len(reference) - np.searchsorted(reference, x, side="right")
    return np.where(np.isnan(x), np.nan, worse + 1.0)


def percentile_rank(
    x: Floats, reference: Floats, positive: bool, scale: tuple[float, float]
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the share of the other reference values that are worse, on the scale.

    ``(rank - 1) / (k - 1)``: the worst of the sample gets the low end, the best, if it is alone,
    the high end; ties share the lower rank. A sample of fewer than two values gives NaN.

    Returns
    -------
    points : ndarray
    cut : ndarray of bool
        Values better than the whole sample, cut to the high end.

    Examples
    --------
    >>> percentile_rank(np.array([5.0, 7.0, 6.0]), np.array([5.0, 6.0, 7.0]), True, (0, 100))[0]
    array([  0., 100.,  50.])
    """
    low, high = scale
    if len(reference) < 2:
        return np.full(np.shape(x), np.nan), np.zeros(np.shape(x), dtype=bool)
    share = (rank(x, reference, positive) - 1.0) / (len(reference) - 1.0)
    return low + (high - low) * np.minimum(share, 1.0), share > 1.0
