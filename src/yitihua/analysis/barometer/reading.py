"""From progress and activity to a quadrant and a sign, and their probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from yitihua.indicators.table import Floats

Ints = npt.NDArray[np.int64]

#: Quadrants by place: 2 * (progress high) + (activity high).
QUADRANTS = ("neither", "activity_only", "progress_only", "both")


def reading(progress: Floats, activity: Floats, weight: float) -> Floats:
    """Return weight * progress + (1 - weight) * activity, rounded to 9 decimals; NaN where either is missing.

    Examples
    --------
    >>> reading(np.array([60.0]), np.array([40.0]), 0.5)
    array([50.])
    """
    return np.asarray(np.round(weight * progress + (1.0 - weight) * activity, 9))


def sign(readings: Floats, cuts: Sequence[float]) -> Ints:
    """Return the place of the sign, from the lowest up; on a cut is above it, -1 without a reading.

    Examples
    --------
    >>> sign(np.array([10.0, 40.0, 99.0, np.nan]), [20, 40])
    array([ 0,  2,  2, -1])
    """
    found = np.searchsorted(np.asarray(cuts, dtype=float), readings, side="right")
    return np.where(np.isnan(readings), -1, found)


def cut_lines(values: Floats, cut: float | str, levels: Sequence[str]) -> Floats:
    """Return the line between low and high, shape (..., units): a number, or the median of a unit's level.

    Parameters
    ----------
    values : ndarray, shape (..., units)
    cut : float or "median"
    levels : sequence of str
        Of the units; medians are of units of the same level, of those that have a value.

    Examples
    --------
    >>> cut_lines(np.array([1.0, 3.0, 8.0, 50.0]), "median", ["a", "a", "a", "b"])
    array([ 3.,  3.,  3., 50.])
    """
    if cut != "median":
        return np.full(values.shape, float(cut))
    found = np.full(values.shape, np.nan)
    of = np.asarray(levels, dtype=object)
    for one in dict.fromkeys(levels):
        rows = np.flatnonzero(of == one)
        found[..., rows] = _median(values[..., rows])[..., None]
    return found


def _median(values: Floats) -> Floats:
    """Return the median over the last axis of what is there, NaN where nothing is."""
    ordered = np.sort(values, axis=-1)  # NaN last
    count = np.isfinite(values).sum(axis=-1)
    low, high = np.maximum((count - 1) // 2, 0), np.maximum(count // 2, 0)
    high = np.minimum(high, values.shape[-1] - 1)
    ends = [np.take_along_axis(ordered, place[..., None], axis=-1)[..., 0] for place in (low, high)]
    return np.where(count > 0, (ends[0] + ends[1]) / 2.0, np.nan)


def quadrant(progress: Floats, activity: Floats, lines: tuple[Floats, Floats]) -> Ints:
    """Return the place in `QUADRANTS`; on a line is above it, -1 where something is missing.

    Examples
    --------
    >>> lines = np.array([50.0, 50.0]), np.array([50.0, 50.0])
    >>> quadrant(np.array([60.0, np.nan]), np.array([40.0, 10.0]), lines)
    array([ 2, -1])
    """
    high = np.round(progress, 9) >= np.round(lines[0], 9), np.round(activity, 9) >= np.round(lines[1], 9)
    found = 2 * high[0].astype(np.int64) + high[1]
    return np.where(np.isnan(progress) | np.isnan(activity), -1, found)


def shares(places: Ints, count: int) -> Floats:
    """Return the share of draws at each place, shape (..., count); NaN where a unit has none.

    Parameters
    ----------
    places : ndarray of int, shape (draws, ...)

    Examples
    --------
    >>> shares(np.array([[0, -1], [1, -1], [1, -1], [1, -1]]), 2)
    array([[0.25, 0.75],
           [ nan,  nan]])
    """
    found = np.stack([(places == place).mean(axis=0) for place in range(count)], axis=-1)
    without = np.asarray((places < 0).any(axis=0))
    return np.where(without[..., None], np.nan, found)
