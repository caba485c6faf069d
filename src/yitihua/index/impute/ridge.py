"""Bayesian ridge regression, whose penalty is fitted with it (MacKay 1992, Neural Computation 4, 415-447).

The same updates, priors, start and stopping rule as scikit-learn's ``BayesianRidge``, in one function without its
checks. With many more rows than columns the singular directions are taken from the small matrix X'X.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Shape and rate of the gamma priors on both precisions.
PRIOR = 1e-6
#: At most so many updates, and the sum of changes of the slopes at which they end.
MAX_UPDATES, TOLERANCE = 300, 1e-3


def bayesian_ridge(x: Floats, y: Floats) -> tuple[Floats, float]:
    """Return slopes and intercept.

    With noise precision alpha and slope precision lambda the slopes are (X'X + lambda/alpha I)^-1 X'y on centred
    data; gamma = sum alpha e/(lambda + alpha e) over the eigenvalues e of X'X, lambda = gamma / |slope|^2 and
    alpha = (n - gamma) / |residual|^2, each with its prior, in turn.

    Parameters
    ----------
    x : ndarray, shape (n, p)
    y : ndarray, shape (n,)
        No missing values in either.

    Returns
    -------
    slope : ndarray, shape (p,)
    intercept : float

    Examples
    --------
    >>> x = np.arange(20.0)[:, None]
    >>> slope, intercept = bayesian_ridge(x, 3.0 * x[:, 0] + 1.0)
    >>> slope.round(4), round(intercept, 4)
    (array([3.]), 1.0)
    """
    n = len(y)
    x_mean, y_mean = x.mean(axis=0), float(y.mean())
    x, y = x - x_mean, y - y_mean
    eigen, directions, projected = _directions(x, y)
    alpha = 1.0 / (float(y @ y) / n + float(np.finfo(float).eps))
    penalty, slope = 1.0, np.zeros(x.shape[1])
    for update in range(MAX_UPDATES):
        before, slope = slope, directions @ (projected / (eigen + penalty / alpha))
        residual = y - x @ slope
        gamma = float((alpha * eigen / (penalty + alpha * eigen)).sum())
        penalty = (gamma + 2 * PRIOR) / (float(slope @ slope) + 2 * PRIOR)
        alpha = (n - gamma + 2 * PRIOR) / (float(residual @ residual) + 2 * PRIOR)
        if update and float(np.abs(before - slope).sum()) < TOLERANCE:
            break
    slope = directions @ (projected / (eigen + penalty / alpha))
    return slope, y_mean - float(x_mean @ slope)


def _directions(x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the eigenvalues of X'X that are not 0, their directions as columns, and X'y along them."""
    n, p = x.shape
    if n > 2 * p:
        eigen, directions = np.linalg.eigh(x.T @ x)
        projected = directions.T @ (x.T @ y)
    else:
        u, s, vt = np.linalg.svd(x, full_matrices=False)
        eigen, directions, projected = s * s, vt.T, s * (u.T @ y)
    # Directions in which rows do not differ are rounding noise, and the penalty alone would hold them down.
    kept = eigen > max(n, p) * np.finfo(float).eps * (eigen.max() if eigen.size else 0.0)
    return eigen[kept], directions[:, kept], projected[kept]
