"""One common factor of a correlation matrix by least squares on its off-diagonal (minres, ULS)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yitihua.indicators.table import Floats

#: Largest slope of the sum of squares, within the bounds, at which the fit has come to rest.
AT_REST = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class OneFactor:
    """Loadings on one factor.

    Attributes
    ----------
    loadings : ndarray, shape (items,)
        Of standardised items; their sum is 0 or more.
    heywood : bool
        Whether a loading is at its bound of 1, so that an item would have no variance of its own: the
        model does not hold, or there are too few units (Heywood 1931).
    converged : bool
        Whether the fit came to rest.
    """

    loadings: Floats
    heywood: bool
    converged: bool

    @property
    def uniquenesses(self) -> Floats:
        """Share of each item's variance that is its own, 1 - loading^2."""
        return np.asarray(1 - self.loadings**2)


def one_factor(r: Floats, steps: int = 2000) -> OneFactor:
    """Return the loadings l that minimise the sum over j < k of (r_jk - l_j l_k)^2, with |l_j| <= 1.

    Parameters
    ----------
    r : ndarray, shape (items, items)
        Correlations, without NaN. It may be singular, or no proper correlation matrix at all, as pairs with
        missing cells can make it: only the off-diagonal is looked at.
    steps : int
        Most steps of the search (L-BFGS-B, from the first component of the off-diagonal).

    Returns
    -------
    OneFactor
        Two items do not determine two loadings: they get equal ones, sqrt(r), where r is above 0, and NaN
        where it is not. One item gets NaN.

    References
    ----------
    Harman, H. H. and Jones, W. H. (1966). Factor analysis by minimizing residuals (minres). Psychometrika
    31, 351-368; the bound is of Harman, H. H. and Fukuda, Y. (1966), Psychometrika 31, 563-571. It is the
    default of R's ``psych::fa``.

    Examples
    --------
    >>> loadings = np.array([0.9, 0.6, 0.5])
    >>> found = one_factor(np.outer(loadings, loadings))
    >>> found.loadings.round(6), found.heywood, found.converged
    (array([0.9, 0.6, 0.5]), False, True)
    """
    k = len(r)
    if k < 3:
        shared = float(r[0, 1]) if k == 2 else np.nan
        loading = np.sqrt(min(shared, 1.0)) if shared > 0 else np.nan
        return OneFactor(np.full(k, loading), bool(shared >= 1.0 - 1e-9), True)
    from scipy.optimize import minimize

    off = r - np.diag(np.diag(r))
    values, vectors = np.linalg.eigh(off)
    start = np.clip(vectors[:, -1] * np.sqrt(max(values[-1], 0.0)), -1.0, 1.0)

    def misfit(x: Floats) -> tuple[float, Floats]:
        left = off - np.outer(x, x) * (1 - np.eye(k))
        return float((left**2).sum() / 4), -(left @ x)

    options = {"maxiter": steps, "maxcor": 20, "ftol": 0.0, "gtol": AT_REST / 1000}
    found = minimize(misfit, start, jac=True, bounds=[(-1.0, 1.0)] * k, method="L-BFGS-B", options=options)
    loadings = np.asarray(found.x, dtype=float)
    slope = misfit(loadings)[1]
    # At a bound, only a slope that leads back inside counts.
    inward = np.clip(loadings - slope, -1.0, 1.0) - loadings
    loadings = loadings * (-1.0 if loadings.sum() < 0 else 1.0)
    return OneFactor(loadings, bool((np.abs(loadings) >= 1.0 - 1e-9).any()), bool(np.abs(inward).max() < AT_REST))
