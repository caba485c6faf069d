"""A difference between modes, adjusted by regression, with its linearised values.

Weighted least squares of an answer on mode and covariates, as R's svyglm; the covariates (and the fixed
effects of counties) are swept out first, which leaves coefficients, residuals and linearised values of the
modes as they are (Frisch & Waugh 1933) and stands covariates that follow from one another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yitihua.surveys.estimation.design import Codes, Floats

#: A column of which less than this part remains after sweeping is taken to follow from the others.
_NOTHING_LEFT = 1e-9


@dataclass(frozen=True, eq=False)
class Contrast:
    """Coefficients of a regression and what their variance is made of.

    Attributes
    ----------
    coefficient : ndarray, shape (q,)
        Of the columns of interest; NaN if one of them follows from covariates and fixed effects.
    influence : ndarray, shape (rows, q)
        Linearised values, not weighted (for `covariance_matrix`).
    parameters : int
        Coefficients of the whole regression, fixed effects among them.
    """

    coefficient: Floats
    influence: Floats
    parameters: int


def contrast(y: Floats, weight: Floats, columns: Floats, covariates: Floats, within: Codes | None) -> Contrast:
    """Regress y on columns, covariates and fixed effects.

    Parameters
    ----------
    y, weight : ndarray, shape (rows,)
        Finite; weights above 0.
    columns : ndarray, shape (rows, q)
        Of interest: indicators of modes.
    covariates : ndarray, shape (rows, p)
        Without a constant; columns may follow from one another.
    within : ndarray of int, shape (rows,), or None
        Groups whose fixed effects are swept out; None is a single intercept.

    Examples
    --------
    >>> y, web = np.array([1.0, 3.0, 5.0, 7.0]), np.array([[0.0], [0.0], [1.0], [1.0]])
    >>> found = contrast(y, np.ones(4), web, np.zeros((4, 0)), None)
    >>> found.coefficient.round(9).tolist(), found.influence[:, 0].round(9).tolist()
    ([4.0], [0.5, -0.5, -0.5, 0.5])
    """
    groups = np.zeros(len(y), dtype=np.int64) if within is None else np.unique(within, return_inverse=True)[1]
    root = np.sqrt(weight)[:, None]
    size = np.sqrt((weight[:, None] * columns**2).sum(axis=0))
    all_columns = np.column_stack([y, columns, covariates])
    swept = root * (all_columns - _means(all_columns, weight, groups))
    q = columns.shape[1]
    base = _basis(swept[:, 1 + q :], root * covariates)
    left = swept[:, : 1 + q] - base @ (base.T @ swept[:, : 1 + q])
    target, modes = left[:, 0], left[:, 1:]
    parameters = q + base.shape[1] + int(groups.max()) + 1
    orthogonal, triangle = np.linalg.qr(modes)
    if (np.abs(np.diag(triangle)) <= _NOTHING_LEFT * np.maximum(size, np.finfo(float).tiny)).any():
        return Contrast(np.full(q, np.nan), np.full((len(y), q), np.nan), parameters)
    coefficient = np.linalg.solve(triangle, orthogonal.T @ target)
    residual = (target - modes @ coefficient) / root[:, 0]
    slopes = np.linalg.solve(triangle, np.linalg.solve(triangle.T, (modes / root).T)).T
    return Contrast(coefficient, slopes * residual[:, None], parameters)


def _means(values: Floats, weight: Floats, groups: Codes) -> Floats:
    """Return the weighted mean of each column over the row's group."""
    count = int(groups.max()) + 1
    total = np.bincount(groups, weight, count)
    means = [np.bincount(groups, weight * column, count) / total for column in values.T]
    return np.stack(means, axis=1)[groups]


def _basis(swept: Floats, before: Floats) -> Floats:
    """Return an orthonormal basis of the columns, without those that sweeping left nothing of."""
    from scipy.linalg import qr

    size = np.sqrt((before**2).sum(axis=0))
    kept = np.sqrt((swept**2).sum(axis=0)) > _NOTHING_LEFT * size
    if not kept.any():
        return np.zeros((len(swept), 0))
    scaled = swept[:, kept] / np.sqrt((swept[:, kept] ** 2).sum(axis=0))
    orthogonal, triangle, _ = qr(scaled, mode="economic", pivoting=True)
    rank = int((np.abs(np.diag(triangle)) > _NOTHING_LEFT).sum())
    return np.asarray(orthogonal[:, :rank])
