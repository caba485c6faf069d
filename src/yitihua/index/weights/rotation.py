"""Varimax: the rotation after which each column loads high on few factors and low on the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yitihua.index.weights.strength import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Rotated:
    """Rotated loadings.

    Attributes
    ----------
    loadings : ndarray, shape (indicators, factors)
        Given loadings times `rotation`, each factor with a sum of 0 or more.
    rotation : ndarray, shape (factors, factors)
        Orthogonal.
    converged : bool
        Whether it came to rest within the steps allowed.
    """

    loadings: Floats
    rotation: Floats
    converged: bool


def varimax(loadings: Floats, kaiser: bool = True, tolerance: float = 1e-10, sweeps: int = 200) -> Rotated:
    """Return loadings rotated so that the variance of their squares within factors is largest.

    Factors are turned two at a time by the angle that is best for the pair, until no pair turns any more.

    Parameters
    ----------
    loadings : ndarray, shape (indicators, factors)
        Rows of 0 throughout are allowed.
    kaiser : bool
        Whether rows are scaled to length 1 for the rotation, and back after it, so that indicators with
        small communalities count alike; the default of R's ``varimax``.
    tolerance : float
        Angle below which a pair counts as at rest.
    sweeps : int
        Most times that every pair is turned.

    References
    ----------
    Kaiser, H. F. (1958). The varimax criterion for analytic rotation in factor analysis. Psychometrika 23,
    187-200, with his angle for a pair. The step by singular values of R's ``stats::varimax`` finds the same,
    but stays where it starts if the criterion is smallest there.

    Examples
    --------
    >>> half = np.sqrt(0.5)
    >>> varimax(np.array([[half, half], [half, -half], [half, half]])).loadings.round(6) + 0.0
    array([[1., 0.],
           [0., 1.],
           [1., 0.]])
    """
    m, k = loadings.shape
    scale = np.sqrt((loadings**2).sum(axis=1, keepdims=True)) if kaiser else np.ones((m, 1))
    scale[scale == 0] = 1.0
    turned, rotation, converged = loadings / scale, np.eye(k), k < 2
    for _ in range(0 if k < 2 else sweeps):
        largest = 0.0
        for f in range(k - 1):
            for g in range(f + 1, k):
                angle = _angle(turned[:, f], turned[:, g])
                largest = max(largest, abs(angle))
                turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
                turned[:, [f, g]] = turned[:, [f, g]] @ turn
                rotation[:, [f, g]] = rotation[:, [f, g]] @ turn
        if largest < tolerance:
            converged = True
            break
    rotation = rotation * np.where((loadings @ rotation).sum(axis=0) < 0, -1.0, 1.0)
    return Rotated(loadings @ rotation, rotation, converged)


def _angle(x: Floats, y: Floats) -> float:
    """Return the angle by which a pair of factors must be turned (Kaiser 1958)."""
    u, v = x * x - y * y, 2.0 * x * y
    over = 2.0 * (u * v).sum() - 2.0 * u.sum() * v.sum() / len(x)
    under = (u * u - v * v).sum() - (u.sum() ** 2 - v.sum() ** 2) / len(x)
    # Rounding must not turn a pair whose criterion is the same at every angle.
    if abs(over) + abs(under) < 1e-14 * ((u * u).sum() + (v * v).sum()):
        return 0.0
    return float(np.arctan2(over, under)) / 4.0
