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
CELLS = 8_000_000


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
    resamples : int
    generator : Generator

    Returns
    -------
    ndarray, shape (resamples, columns)

    Examples
    --------
    >>> resampled_means(np.ones((8, 2)), 3, np.random.default_rng(1)).tolist()
    [[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]
    """
    n = len(products)
    size = max(1, CELLS // n)
    parts = [
        resample_shares(n, min(size, resamples - start), generator) @ products for start in range(0, resamples, size)
    ]
    return np.concatenate(parts)


def interval(values: Floats, level: float) -> tuple[Floats, Floats]:
    """Return the lower and upper end of the middle share of some values, along the first axis.

    Examples
    --------
    >>> low, high = interval(np.arange(101.0)[:, None], 0.9)
    >>> low.tolist(), high.tolist()
    ([5.0], [95.0])
    """
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(values, [tail, 1.0 - tail], axis=0)
    return low, high
