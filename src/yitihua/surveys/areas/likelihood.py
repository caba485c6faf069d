"""The variance of area effects: score functions of the Fay-Herriot model and their roots.

The model is ``y_d = x_d' beta + u_d + e_d`` with ``u_d ~ N(0, A)`` and ``e_d ~ N(0, D_d)``, D known.
The estimate of A is the root of one function of one number, so it is bracketed and found to the last
bits instead of by Fisher scoring, whose stopping rule would leave digits behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from yitihua.indicators.arrays import Floats

Method = Literal["reml", "ml", "fh"]
METHODS: tuple[Method, ...] = ("reml", "ml", "fh")

#: Points of the grid on which sign changes of the score are looked for, and doublings of its upper end.
_GRID, _DOUBLINGS = 80, 200


@dataclass(frozen=True, slots=True)
class Gls:
    """Generalised least squares at a given A.

    Attributes
    ----------
    weight : ndarray, shape (areas,)
        ``1 / (A + D)``.
    beta : ndarray, shape (p,)
    root : ndarray, shape (p, p)
        ``root @ root.T`` is the covariance of beta, ``(X' V^-1 X)^-1``.
    leverage : ndarray, shape (areas,)
        Diagonal of ``V^-1/2 X (X' V^-1 X)^-1 X' V^-1/2``.
    residual : ndarray, shape (areas,)
        ``y - X beta``.
    """

    weight: Floats
    beta: Floats
    root: Floats
    leverage: Floats
    residual: Floats


def gls(y: Floats, d: Floats, x: Floats, a: float) -> Gls:
    """Fit beta at a given variance of area effects, by QR (normal equations square the condition).

    Parameters
    ----------
    y, d : ndarray, shape (areas,)
        Direct estimates and sampling variances, all finite, d > 0.
    x : ndarray, shape (areas, p)
        Of full column rank.
    a : float
        Variance of area effects, >= 0.

    Examples
    --------
    >>> fit = gls(np.array([1.0, 3.0]), np.array([1.0, 1.0]), np.ones((2, 1)), 1.0)
    >>> round(float(fit.beta[0]), 12), round(float((fit.root @ fit.root.T)[0, 0]), 12)
    (2.0, 1.0)
    """
    weight = 1.0 / (a + d)
    half = np.sqrt(weight)
    q, r = np.linalg.qr(half[:, None] * x)
    beta = np.linalg.solve(r, q.T @ (half * y))
    return Gls(weight, beta, np.linalg.inv(r), (q**2).sum(axis=1), y - x @ beta)


def score(y: Floats, d: Floats, x: Floats, a: float, method: Method) -> float:
    """Return the estimating function of A, positive where A is too small.

    "reml" and "ml" are derivatives of the restricted and the full log-likelihood in A; "fh" is the
    moment equation of Fay & Herriot (1979), ``sum (y - x' beta)^2 / (A + D) - (m - p)``, which only falls.
    Formulas: Rao & Molina 2015, 6.1.
    """
    fit = gls(y, d, x, a)
    if method == "fh":
        return float((fit.weight * fit.residual**2).sum() - (len(y) - x.shape[1]))
    spread = float(((fit.weight * fit.residual) ** 2).sum())
    share = 1.0 - fit.leverage if method == "reml" else 1.0
    return 0.5 * (spread - float((fit.weight * share).sum()))


def log_likelihood(y: Floats, d: Floats, x: Floats, a: float, restricted: bool) -> float:
    """Return the (restricted) log-likelihood at A with beta at its best.

    The restricted one is that of m - p error contrasts, without the constant ``log|X'X| / 2``.
    """
    fit = gls(y, d, x, a)
    total = float((fit.weight * fit.residual**2).sum() + np.log(a + d).sum())
    if not restricted:
        return float(-0.5 * (total + len(y) * np.log(2 * np.pi)))
    total -= 2.0 * float(np.log(np.abs(np.diag(fit.root))).sum())
    return float(-0.5 * (total + (len(y) - x.shape[1]) * np.log(2 * np.pi)))


@dataclass(frozen=True, slots=True)
class AreaVariance:
    """The estimated variance of area effects.

    Attributes
    ----------
    value : float
        0 at the boundary.
    maxima : int
        How many local maxima the likelihood has; the highest is taken.
    iterations : int
        Of the root finder, summed over the maxima.
    converged : bool
    """

    value: float
    maxima: int
    iterations: int
    converged: bool


def area_variance(y: Floats, d: Floats, x: Floats, method: Method) -> AreaVariance:
    """Estimate A: the highest maximum of the likelihood on [0, inf), or the root of the moment equation.

    With very unequal variances a likelihood can have two maxima; Fisher scoring then ends in the one
    nearer to its start. Here a grid finds the sign changes of the score, each is refined to rounding,
    and their likelihoods (and that at 0) are compared.

    Parameters
    ----------
    y, d : ndarray, shape (areas,)
    x : ndarray, shape (areas, p)
    method : str

    Examples
    --------
    Equal variances and a common mean: A = s^2 - D by REML, and 0 where the areas differ less than that.

    >>> y, x = np.array([1.0, 2.0, 3.0, 6.0]), np.ones((4, 1))
    >>> round(area_variance(y, np.full(4, 1.5), x, "reml").value, 12), round(float(y.var(ddof=1)) - 1.5, 12)
    (3.166666666667, 3.166666666667)
    >>> area_variance(y, np.full(4, 5.0), x, "reml").value
    0.0
    """
    from scipy.optimize import brentq

    top = _upper_end(y, d, x, method)
    grid = np.concatenate([[0.0], np.geomspace(min(1e-3 * float(d.min()), 0.5 * top), top, _GRID)])
    values = np.array([score(y, d, x, float(a), method) for a in grid])
    found, iterations, converged = ([0.0] if values[0] <= 0 else []), 0, True
    for k in np.flatnonzero((values[:-1] > 0) & (values[1:] <= 0)):
        root, report = brentq(
            lambda a: score(y, d, x, float(a), method),
            grid[k],
            grid[k + 1],
            xtol=1e-16 * float(d.min()),
            rtol=4 * np.finfo(float).eps,
            maxiter=500,
            full_output=True,
            disp=False,
        )
        found.append(float(root))
        iterations += report.iterations
        converged &= report.converged
    best = max(found, key=lambda a: log_likelihood(y, d, x, a, method != "ml"))
    return AreaVariance(best, len(found), iterations, converged)


def _upper_end(y: Floats, d: Floats, x: Floats, method: Method) -> float:
    """Return an A beyond every root: there the areas differ less than the model says."""
    residual = gls(y, np.ones_like(d), x, 0.0).residual
    top: float = 2.0 * (float(d.max()) + float((residual**2).sum()) / (len(y) - x.shape[1]))
    for _ in range(_DOUBLINGS):
        if score(y, d, x, top, method) < 0:
            break
        top *= 2.0
    return top
