"""Least squares for convergence: the fit by statsmodels, unit effects taken out, designs that hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from yitihua.analysis.distribution.inputs import enough
from yitihua.errors import FaultList, refuse
from yitihua.indicators.arrays import Floats


@dataclass(frozen=True, slots=True)
class Fit:
    """A regression.

    Attributes
    ----------
    coefficients, se, p : ndarray, shape (columns of the design,)
        p is two-sided, of Student's t.
    df : int
        Of t: observations less what was estimated, or clusters less 1.
    r2 : float
    n : int
    half_width : float
        Of a 95% interval, in standard errors.
    """

    coefficients: Floats
    se: Floats
    p: Floats
    df: int
    r2: float
    n: int
    half_width: float


def fit_line(y: Floats, design: Floats, errors: str, groups: npt.NDArray[np.intp] | None, absorbed: int = 0) -> Fit:
    """Fit by least squares.

    Parameters
    ----------
    y : ndarray, shape (observations,)
    design : ndarray, shape (observations, columns)
    errors : str
        A name of statsmodels, or "classical"; not looked at where there are groups.
    groups : ndarray of int, shape (observations,), or None
        Clusters.
    absorbed : int
        Number of effects that were taken out of y and design before.

    Raises
    ------
    InputError
        If no degree of freedom is left, or there is one cluster.
    """
    from scipy.stats import t as student
    from statsmodels.regression.linear_model import OLS

    n = len(y)
    rank = int(np.linalg.matrix_rank(design))
    free = n - rank - absorbed
    enough(free, 1, "degrees of freedom", "y")
    if groups is None:
        fit = OLS(y, design).fit(cov_type="nonrobust" if errors == "classical" else errors)
        covariance = fit.cov_params() * ((n - rank) / free)
    else:
        count = len(np.unique(groups))
        enough(count, 2, "groups to cluster by", "clusters")
        fit = OLS(y, design).fit(cov_type="cluster", cov_kwds={"groups": groups})
        covariance, free = fit.cov_params(), count - 1
    se = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    t = np.divide(fit.params, se, out=np.full(se.shape, np.inf), where=se > 0)
    spread = ((y - y.mean()) ** 2).sum()
    r2 = 1.0 - float(fit.ssr) / spread if spread > 0 else float("nan")
    p = 2 * student.sf(np.abs(t), free)
    return Fit(np.asarray(fit.params), se, p, free, r2, n, float(student.ppf(0.975, free)))


def within_units(x: Floats, unit: npt.NDArray[Any], units: int) -> Floats:
    """Return rows less the mean of their unit's rows."""
    sums = np.zeros((units, *x.shape[1:]))
    np.add.at(sums, unit, x)
    count = np.maximum(np.bincount(unit, minlength=units), 1)
    return np.asarray(x - (sums / count.reshape(-1, *[1] * (x.ndim - 1)))[unit])


def check_design(start: Floats, extra: Floats, names: tuple[str, ...], rest: Floats) -> None:
    """Refuse a start without differences, and controls that add nothing to what stands before them."""
    enough(len(start), 3, "units with a value", "y")
    basis = _orthonormal(rest)
    if _left(start, basis) < 1e-9:
        raise refuse("distribution-constant", key="y", found=f"{np.exp(start[0]):g}", what="convergence")
    basis = _orthonormal(np.column_stack([rest, start]))
    faults, fixed = FaultList(), _orthonormal(rest)
    for k, name in enumerate(names):
        x = extra[:, k]
        if _left(x, fixed) < 1e-9:
            faults.add("convergence-controls", key=name, name=name, reason="is the same in all units")
        elif _left(x, basis) < 1e-9:
            faults.add("convergence-controls", key=name, name=name, reason="is a linear combination of the others")
        else:
            basis = _orthonormal(np.column_stack([basis, x]))
    faults.raise_if_any()


def _orthonormal(columns: Floats) -> Floats:
    """Return an orthonormal basis of what the columns span."""
    scale = np.sqrt((columns**2).sum(axis=0))
    columns = columns[:, scale > 0] / scale[scale > 0]
    if not columns.shape[1]:
        return columns
    u, s, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(u[:, s > 1e-10 * s[0]])


def _left(x: Floats, basis: Floats) -> float:
    """Return the share of a column's length that a basis does not explain."""
    length = float(np.sqrt((x**2).sum()))
    if length == 0:
        return 0.0
    return float(np.sqrt(((x - basis @ (basis.T @ x)) ** 2).sum())) / length
