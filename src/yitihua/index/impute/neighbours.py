"""A missing value from the units most like this one (k nearest neighbours).

Troyanskaya et al. (2001), Bioinformatics 17(6), 520-525, as scikit-learn's ``KNNImputer``: columns are standardised
(mean 0, standard deviation 1), the distance of two units is taken over the indicators both have, enlarged to all, and
a missing cell gets the mean of the nearest units that have it. The fitted sample is kept as a plain array, so that a
recipe fills next year's table from the units it was fitted on, without scikit-learn.

It differs in one thing: units at exactly the same distance as the last neighbour share its place, where scikit-learn
takes any of them, so that the order of the units decides nothing.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import Key, PositiveInt, Settings
from yitihua.index.impute.filled import Filled, filled_with
from yitihua.index.impute.method import Cells, JointImpute

Floats = npt.NDArray[np.float64]
Weigh = Literal["uniform", "distance"]
#: Rows whose distances are held at a time.
_CHUNK = 512


def moments(x: Floats) -> tuple[Floats, Floats]:
    """Return mean and standard deviation (divided by n) of each column's observed values.

    Parameters
    ----------
    x : ndarray, shape (units, indicators)

    Returns
    -------
    mean, sd : ndarray, shape (indicators,)
        NaN and 1 where nothing was observed; a deviation of 1 where values do not differ.

    Examples
    --------
    >>> moments(np.array([[1.0, 5.0], [3.0, np.nan]]))
    (array([2., 5.]), array([1., 1.]))
    """
    seen = np.isfinite(x)
    n = seen.sum(axis=0)
    mean = np.divide(np.where(seen, x, 0.0).sum(axis=0), n, out=np.full(x.shape[1], np.nan), where=n > 0)
    away = np.where(seen, x - np.where(n > 0, mean, 0.0), 0.0)
    sd = np.sqrt(np.divide((away * away).sum(axis=0), n, out=np.zeros(x.shape[1]), where=n > 0))
    return mean, np.where(sd > 1e-12 * np.abs(np.where(n > 0, mean, 0.0)), sd, 1.0)


def squared_distances(a: Floats, b: Floats) -> Floats:
    """Return squared distances over what both rows have, times the share of columns that is.

    scikit-learn ``nan_euclidean_distances``, squared.

    Parameters
    ----------
    a, b : ndarray, shapes (p, indicators) and (q, indicators)

    Returns
    -------
    ndarray, shape (p, q)
        Infinite where two rows have no column in common.

    Examples
    --------
    >>> squared_distances(np.array([[3.0, np.nan]]), np.array([[3.0, 1.0], [5.0, np.nan], [np.nan, 1.0]]))
    array([[ 0.,  8., inf]])
    """
    has_a, has_b = np.isfinite(a).astype(float), np.isfinite(b).astype(float)
    in_a, in_b = np.where(has_a > 0, a, 0.0), np.where(has_b > 0, b, 0.0)
    sizes = (in_a * in_a) @ has_b.T + has_a @ (in_b * in_b).T
    squares = sizes - 2.0 * (in_a @ in_b.T)
    # Near 0 the difference of large numbers has no digits left: there it is computed cell by cell.
    rows, columns = np.nonzero(squares <= 1e-6 * sizes)
    for start in range(0, len(rows), 100_000):
        i, j = rows[start : start + 100_000], columns[start : start + 100_000]
        gap = (in_a[i] - in_b[j]) * has_a[i] * has_b[j]
        squares[i, j] = (gap * gap).sum(axis=1)
    shared = has_a @ has_b.T
    return np.asarray(np.divide(squares * a.shape[1], shared, out=np.full(squares.shape, np.inf), where=shared > 0))


def by_neighbours(
    x: Floats, sample: Floats, mean: Floats, sd: Floats, neighbours: int = 5, weigh: Weigh = "uniform"
) -> Filled:
    """Return values with missing cells filled from the nearest units of a sample.

    Parameters
    ----------
    x : ndarray, shape (units, indicators)
        NaN is missing.
    sample : ndarray, shape (k, indicators)
        Standardised values of the units the imputation was fitted on, NaN missing. A unit of `x` that is among
        them is no neighbour of its own, since it lacks what is asked for.
    mean, sd : ndarray, shape (indicators,)
        What `sample` was standardised with.
    neighbours : int
        How many of the nearest units that have the indicator; all of them, if there are fewer.
    weigh : {"uniform", "distance"}
        Equal weights, or 1 / distance; units at distance 0 then count alone.

    Returns
    -------
    Filled
        A unit that has nothing in common with any of them gets the column's mean, as in scikit-learn. NaN where
        the sample never observed the indicator.

    Examples
    --------
    >>> x = np.array([[1.0, 10.0], [2.0, 20.0], [9.0, 90.0], [1.4, np.nan]])
    >>> mean, sd = moments(x)
    >>> by_neighbours(x, (x - mean) / sd, mean, sd, neighbours=2).values[3]
    array([ 1.4, 15. ])
    """
    z = (x - mean) / sd
    candidates = np.full(x.shape, np.nan)
    known = np.isfinite(sample)
    wanted = np.isnan(x) & known.any(axis=0)
    rows = np.flatnonzero(wanted.any(axis=1))
    for start in range(0, len(rows), _CHUNK):
        some = rows[start : start + _CHUNK]
        distances = squared_distances(z[some], sample)
        for j in np.flatnonzero(wanted[some].any(axis=0)).tolist():
            own, donors = wanted[some, j], known[:, j]
            values = sample[donors, j]
            found = _average(distances[own][:, donors], values, neighbours, weigh)
            candidates[some[own], j] = np.where(np.isnan(found), values.mean(), found) * sd[j] + mean[j]
    return filled_with(x, candidates)


def _average(squares: Floats, values: Floats, neighbours: int, weigh: Weigh) -> Floats:
    """Return the mean of the nearest values by row; NaN where none is at a finite distance.

    Parameters
    ----------
    squares : ndarray, shape (receivers, donors)
        Squared distances.
    values : ndarray, shape (donors,)
    """
    k = min(neighbours, len(values))
    last = np.partition(squares, k - 1, axis=1)[:, k - 1 : k]
    nearer, level = squares < last, (squares == last) & np.isfinite(last)
    nearer &= np.isfinite(squares)
    places = k - nearer.sum(axis=1, keepdims=True)
    # Those that are level with the last neighbour share the places that are left.
    weights = nearer + level * (places / np.maximum(level.sum(axis=1, keepdims=True), 1))
    if weigh == "distance":
        same = squares == 0
        with np.errstate(divide="ignore", invalid="ignore"):
            weights = np.where(same.any(axis=1, keepdims=True), weights * same, weights / np.sqrt(squares))
        weights[~np.isfinite(weights)] = 0.0
    total = weights.sum(axis=1)
    return np.asarray(np.divide(weights @ values, total, out=np.full(len(squares), np.nan), where=total > 0))


def _fit(cells: Cells, columns: list[int], settings: Settings) -> dict[str, Floats]:
    mean, sd = moments(cells.x)
    return {"sample": (cells.x - mean) / sd, "mean": mean, "sd": sd}


def _apply(cells: Cells, columns: list[int], settings: Settings, numbers: dict[str, Floats]) -> Floats:
    found = by_neighbours(
        cells.x, numbers["sample"], numbers["mean"], numbers["sd"], settings["neighbours"], settings["weigh"]
    )
    return found.values[:, columns]


METHODS = (
    JointImpute(
        name="knn",
        words=("近邻", "nearest neighbours"),
        keys=(
            Key(
                "neighbours",
                PositiveInt,
                5,
                words=("近邻数", "neighbours"),
                about="How many of the most similar units a missing value is taken from.",
            ),
            Key(
                "weigh",
                Literal["uniform", "distance"],
                "uniform",
                words=("近邻权重", "weights"),
                about="Neighbours weigh the same, or by 1 / distance.",
            ),
        ),
        source="Troyanskaya et al. 2001; scikit-learn KNNImputer",
        fit=_fit,
        apply=_apply,
    ),
)
