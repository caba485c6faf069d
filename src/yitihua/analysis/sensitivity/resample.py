"""Bootstrap of means by a matrix of counts: a thousand resamples are one product.

Every resample draws rows with replacement; how often it drew each row, over the number of rows, is a
row of the matrix. Means of any products of outputs over all resamples are the matrix times the products.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Resamples behind every interval.
RESAMPLES = 1000
#: Cells of the matrix of counts at a time.
CELLS = 2_000_000


def resample_shares(n: int, resamples: int, generator: np.random.Generator) -> Floats:
    """Return how much every row counts in every resample, shape (resamples, n); rows sum to 1.

    Examples
    --------
    >>> shares = resample_shares(4, 2, np.random.default_rng(1))
    >>> shares.shape, shares.sum(axis=1).tolist()
    ((2, 4), [1.0, 1.0])
    """
    picked = generator.integers(0, n, (resamples, n)) + np.arange(resamples)[:, None] * n
    return np.bincount(picked.ravel(), minlength=resamples * n).reshape(resamples, n) / n


def resampled_means(products: Floats, resamples: int, generator: np.random.Generator) -> Floats:
    """Return the means of every column over each resample of rows.

    Parameters
    ----------
    products : ndarray, shape (n, columns)
        NaN is left out of its column.
    resamples : int
    generator : Generator

    Returns
    -------
    ndarray, shape (1 + resamples, columns)
        The first row is over all rows as they are.

    Examples
    --------
    >>> resampled_means(np.ones((8, 2)), 3, np.random.default_rng(1)).tolist()
    [[1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]
    """
    n = len(products)
    there = np.isfinite(products)
    whole = bool(there.all())
    filled = products if whole else np.hstack([np.where(there, products, 0.0), there])
    size = max(1, CELLS // n)
    parts = [filled.mean(axis=0)[None]]
    for start in range(0, resamples, size):
        parts.append(resample_shares(n, min(size, resamples - start), generator) @ filled)
    found = np.concatenate(parts)
    if whole:
        return found
    share = found[:, products.shape[1] :]
    return np.asarray(found[:, : products.shape[1]] / np.where(share > 0, share, 1.0))


def interval(values: Floats, level: float) -> tuple[Floats, Floats]:
    """Return the lower and upper end of the middle share of some values, along the first axis.

    Examples
    --------
    >>> low, high = interval(np.arange(101.0)[:, None], 0.9)
    >>> low.round(9).tolist(), high.round(9).tolist()
    ([5.0], [95.0])
    """
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(values, [tail, 1.0 - tail], axis=0)
    return low, high
