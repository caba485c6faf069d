"""Correlations between columns with missing cells: each pair on the units that have both values.

Pairs are computed together by matrix products, which give the sums over the units that a pair shares. Shapes:
``z`` (units, indicators) with NaN missing -> (indicators, indicators). A correlation is NaN where fewer than
two units are shared, or where one of the two does not vary among them; the diagonal is 1 for columns that
vary.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from yitihua.index.weights.strength import ROUNDING, Columns, Floats, columns_of

#: Kinds of correlation.
Correlation = Literal["pearson", "spearman", "kendall", "distance"]

#: Elements of the distance matrices held at a time.
_BLOCK = 1 << 21


def correlations(z: Floats, kind: Correlation = "pearson") -> Floats:
    """Return the correlations of all pairs of columns.

    Parameters
    ----------
    z : ndarray, shape (units, indicators)
        NaN missing.
    kind : {"pearson", "spearman", "kendall", "distance"}
        Kendall's is tau-b; the distance correlation is 0 or more, and 0 only for independent columns.

    Returns
    -------
    ndarray, shape (indicators, indicators)

    References
    ----------
    Kendall, M. G. (1945). The treatment of ties in ranking problems. Biometrika 33, 239-251. Székely, G. J.,
    Rizzo, M. L. and Bakirov, N. K. (2007). Measuring and testing dependence by correlation of distances.
    Annals of Statistics 35, 2769-2794.

    Examples
    --------
    >>> z = np.array([[1.0, 1.0, 5.0], [2.0, 4.0, 5.0], [3.0, 9.0, 5.0], [np.nan, 2.0, 5.0]])
    >>> correlations(z).round(4)
    array([[1.    , 0.9897,    nan],
           [0.9897, 1.    ,    nan],
           [   nan,    nan,    nan]])
    >>> correlations(z, "spearman")[0, 1]
    np.float64(1.0)
    """
    columns = columns_of(z)
    if kind == "pearson":
        r = pearson(z, columns)
    elif kind == "spearman":
        r = _spearman(z, columns)
    elif kind == "kendall":
        r = _by_pair(z, columns, _tau)
    else:
        r = _distance(z, columns)
    r[~columns.live, :] = np.nan
    r[:, ~columns.live] = np.nan
    np.fill_diagonal(r, np.where(columns.live, 1.0, np.nan))
    return r


def pearson(z: Floats, columns: Columns) -> Floats:
    """Return Pearson's r of all pairs of columns, each on the units that have both values.

    Examples
    --------
    >>> z = np.array([[1.0, 3.0], [2.0, 1.0], [3.0, 2.0]])
    >>> pearson(z, columns_of(z)).round(3)
    array([[ 1. , -0.5],
           [-0.5,  1. ]])
    """
    if columns.complete:
        centred = z - z.mean(axis=0) if len(z) else z
        cross = centred.T @ centred
        spread = np.sqrt(np.diag(cross))
        return _ratio(cross, spread[:, None] * spread)
    seen = np.isfinite(z)
    filled = np.where(seen, z, 0.0)
    # About the column's own mean, because sums of squares about 0 lose digits.
    filled -= np.where(seen, filled.sum(axis=0) / np.maximum(columns.count, 1), 0.0)
    mask = seen.astype(float)
    shared, sums = mask.T @ mask, filled.T @ mask
    squares = (filled * filled).T @ mask
    cross = shared * (filled.T @ filled) - sums * sums.T
    spread = shared * squares - sums**2
    # What rounding leaves of a column that does not vary among the shared units is no variance.
    spread = np.where(spread > ROUNDING * shared * squares, spread, 0.0)
    return _ratio(cross, np.sqrt(spread * spread.T))


def _ratio(cross: Floats, spread: Floats) -> Floats:
    r = np.divide(cross, spread, out=np.full_like(cross, np.nan), where=spread > 0)
    return np.clip(r, -1.0, 1.0, out=r)


def _spearman(z: Floats, columns: Columns) -> Floats:
    """Return Pearson's r of mean ranks; a pair with missing cells is ranked anew on what it shares."""
    from scipy.stats import rankdata

    if columns.complete:
        ranks = np.asarray(rankdata(z, axis=0), dtype=float) if len(z) else z
        return pearson(ranks, columns_of(ranks))
    return _by_pair(z, columns, _rho)


def _by_pair(z: Floats, columns: Columns, measure: Callable[[Floats, Floats], float]) -> Floats:
    m = z.shape[1]
    r = np.full((m, m), np.nan)
    seen = np.isfinite(z)
    live = np.flatnonzero(columns.live)
    for j in live:
        for k in live[live < j]:
            both = seen[:, j] & seen[:, k]
            pair = z[both][:, [j, k]]
            if columns_of(pair).live.all():
                r[j, k] = r[k, j] = measure(pair[:, 0], pair[:, 1])
    return r


def _rho(x: Floats, y: Floats) -> float:
    from scipy.stats import rankdata

    return float(np.corrcoef(rankdata(x), rankdata(y))[0, 1])


def _tau(x: Floats, y: Floats) -> float:
    from scipy.stats import kendalltau

    return float(kendalltau(x, y).statistic)


def _distance(z: Floats, columns: Columns) -> Floats:
    """Return distance correlations: dCov^2 = S1 + S2 - 2 S3, each over the units that a pair shares.

    S1 is the mean of the products of distances, S2 the product of their means, S3 the mean over units of the
    products of their mean distances. Units are taken in blocks, so that no matrix of all distances is held.
    """
    n, m = z.shape
    mask = np.isfinite(z).astype(float)
    # On a common scale, so that sums of columns with different units of measurement keep their digits.
    low, width = np.where(columns.live, columns.low, 0.0), np.where(columns.live, columns.high - columns.low, 1.0)
    filled = np.where(mask > 0, (z - low) / width, 0.0)
    # Without missing cells all pairs share all units, and one sum of distances a unit does for all of them.
    reach = np.ones((n, 1)) if columns.complete else mask
    products, totals, rows, squares, own_rows = np.zeros((5, m, m))
    for start in range(0, n, step := max(1, _BLOCK // max(1, n * m))):
        here = mask[start : start + step]
        # (block, indicators, units): distances of the block's units to all, 0 where one of the two is missing.
        apart = np.abs(filled[start : start + step, :, None] - filled.T)
        apart *= here[:, :, None] * mask.T
        flat = apart.transpose(1, 0, 2).reshape(m, -1)
        products += flat @ flat.T
        # (block, j, k): sum of the distances in j to the units that also have k.
        sums = apart @ reach * here[:, None, :]
        totals += sums.sum(axis=0)
        rows += (sums * sums.transpose(0, 2, 1)).sum(axis=0)
        own_rows += (sums * sums).sum(axis=0)
        squares += (np.square(apart, out=apart) @ reach * here[:, None, :]).sum(axis=0)
    shared = np.maximum(mask.T @ mask, 1.0)
    covariance = products / shared**2 + totals * totals.T / shared**4 - 2.0 * rows / shared**3
    variance = squares / shared**2 + totals**2 / shared**4 - 2.0 * own_rows / shared**3
    variance = np.where(variance > ROUNDING * squares / shared**2, variance, 0.0)
    spread = np.sqrt(variance * variance.T)
    # Rounding leaves some 1e-17 of a covariance that is 0.
    covariance = np.where(covariance > ROUNDING * spread, covariance, 0.0)
    return np.asarray(np.sqrt(_ratio(covariance, spread)))
