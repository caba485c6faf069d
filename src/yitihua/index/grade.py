"""Ranks and grades: cuts by quantile, natural breaks or k-means, ranks with shared ties."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


#: Digits after the point behind which a score is noise of the order in which it was added up.
NOISE_DECIMALS = 12


def rounded(scores: Floats, decimals: int, out: Floats | None = None) -> Floats:
    """Return scores rounded to some decimals, a half to the even neighbour, whatever their last bits are.

    With weights such as 0.35 on published values of four decimals many scores are halves on paper. Their last bits
    depend on the order of a sum, and so on the machine and its BLAS; they are rounded away first, so that ranks and
    grades are the same everywhere, also in a browser.

    Parameters
    ----------
    scores : ndarray
        Any shape; NaN stays.
    decimals : int
        With `NOISE_DECIMALS` or more nothing is rounded away first.
    out : ndarray, optional
        Where they go, `scores` itself perhaps.

    Examples
    --------
    >>> halves = np.array([3.5, np.nextafter(3.5, 0.0)])
    >>> rounded(halves, 0), np.round(halves, 0)
    (array([4., 4.]), array([4., 3.]))
    """
    if decimals < NOISE_DECIMALS:
        scores = np.round(scores, NOISE_DECIMALS, out=out)
    return np.round(scores, decimals, out=out)


def ranks(scores: Floats) -> Floats:
    """Return ranks from the best (1); ties share the best rank, NaN has none.

    Parameters
    ----------
    scores : ndarray, shape (units,)
        Already rounded: equal means tied.

    Examples
    --------
    >>> ranks(np.array([70.0, 90.0, np.nan, 70.0, 60.0]))
    array([ 2.,  1., nan,  2.,  4.])
    """
    seen = np.sort(-scores[~np.isnan(scores)])
    return np.where(np.isnan(scores), np.nan, np.searchsorted(seen, -scores, side="left") + 1.0)


def ranks_within(scores: Floats, groups: Sequence[Ints]) -> Floats:
    """Return ranks inside each group of rows; shape (units,) or (units, columns)."""
    result = np.full(scores.shape, np.nan)
    for rows in groups:
        if scores.ndim == 1:
            result[rows] = ranks(scores[rows])
        else:
            for column in range(scores.shape[1]):
                result[rows, column] = ranks(scores[rows, column])
    return result


def grade_index(scores: Floats, cuts: Sequence[float]) -> Ints:
    """Return the grade of each score, 0 the lowest; a score on a cut goes up; NaN gives -1.

    Examples
    --------
    >>> grade_index(np.array([59.9, 60.0, 85.0, np.nan]), [60, 80])
    array([ 0,  1,  2, -1])
    """
    found = np.searchsorted(np.asarray(cuts, dtype=float), scores, side="right")
    return np.where(np.isnan(scores), -1, found)


def quantile_cuts(scores: Floats, shares: Sequence[float]) -> tuple[float, ...]:
    """Return cuts that put the stated shares of units into the grades, lowest first.

    A cut is the score of the first unit above it. Units with the same score are never parted, so
    each cut goes to the gap between different scores whose count below is nearest to the share
    asked for; every grade holds somebody.

    Parameters
    ----------
    scores : ndarray, shape (units,)
        NaN is left out; at least as many different values as grades.
    shares : sequence of float
        One a grade; they need not sum to 1.

    Examples
    --------
    >>> quantile_cuts(np.arange(10.0), [1, 1])
    (5.0,)
    >>> quantile_cuts(np.array([1.0, 1.0, 1.0, 1.0, 2.0, 3.0]), [1, 1])
    (2.0,)
    """
    values, counts = np.unique(scores[~np.isnan(scores)], return_counts=True)
    below = np.concatenate([[0], np.cumsum(counts)[:-1]])
    units, total = counts.sum(), math.fsum(shares)
    cuts: list[float] = []
    first = 1
    for done in range(1, len(shares)):
        last = len(values) - (len(shares) - done)
        target = units * math.fsum(shares[:done]) / total
        place = first + int(np.argmin(np.abs(below[first : last + 1] - target)))
        cuts.append(float(values[place]))
        first = place + 1
    return tuple(cuts)


def natural_breaks(scores: Floats, grades: int) -> tuple[float, ...]:
    """Return the cuts that minimise the squared deviations within grades (Fisher 1958, Jenks).

    Exact, by dynamic programming over the distinct scores.

    Parameters
    ----------
    scores : ndarray, shape (units,)
        NaN is left out; at least `grades` distinct values.
    grades : int
        Number of grades.

    Returns
    -------
    tuple of float
        The lowest score of every grade but the first.

    Examples
    --------
    >>> natural_breaks(np.array([1.0, 2.0, 1.5, 10.0, 11.0, 20.0]), 3)
    (10.0, 20.0)
    """
    values, counts = np.unique(scores[~np.isnan(scores)], return_counts=True)
    centred = values - values.mean()
    n = np.concatenate([[0.0], np.cumsum(counts)])
    s = np.concatenate([[0.0], np.cumsum(counts * centred)])
    q = np.concatenate([[0.0], np.cumsum(counts * centred**2)])
    size = len(values)

    def cost(starts: Ints, end: int) -> Floats:
        total = s[end] - s[starts]
        return np.asarray(q[end] - q[starts] - total**2 / (n[end] - n[starts]))

    best = np.array([np.inf] + [float(cost(np.array([0]), end)[0]) for end in range(1, size + 1)])
    origins = []
    for done in range(1, grades):
        fresh = np.full(size + 1, np.inf)
        origin = np.zeros(size + 1, dtype=np.int64)
        for end in range(done + 1, size + 1):
            starts = np.arange(done, end)
            totals = best[starts] + cost(starts, end)
            pick = int(np.argmin(totals))
            fresh[end], origin[end] = totals[pick], starts[pick]
        best = fresh
        origins.append(origin)
    cuts = []
    end = size
    for origin in reversed(origins):
        end = int(origin[end])
        cuts.append(float(values[end]))
    return tuple(reversed(cuts))


def kmeans_cuts(scores: Floats, grades: int) -> tuple[float, ...]:
    """Return the cuts half-way between the means of the best clustering of scores.

    On a line the best k-means clusters are those of `natural_breaks`, and found exactly: there are no starting
    points and no local optimum. The two rules put the same units into the same grades; they part a new score
    differently, k-means at the middle between two means, natural breaks at the lowest score of the upper grade.

    Parameters
    ----------
    scores : ndarray, shape (units,)
        NaN is left out; at least `grades` distinct values.
    grades : int
        Number of grades.

    Returns
    -------
    tuple of float
        One fewer than grades, rising.

    References
    ----------
    Wang, H. and Song, M. (2011). Ckmeans.1d.dp: optimal k-means clustering in one dimension. The R Journal 3(2).

    Examples
    --------
    >>> kmeans_cuts(np.array([1.0, 2.0, 1.5, 10.0, 11.0, 20.0]), 3)
    (6.0, 15.25)
    """
    seen = scores[~np.isnan(scores)]
    clusters = grade_index(seen, natural_breaks(seen, grades))
    means = [float(seen[clusters == k].mean()) for k in range(grades)]
    return tuple((low + high) / 2 for low, high in pairwise(means))
