"""Reliability of a scale of several questions, weighted: Cronbach's alpha, omega of one factor, item against rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from yitihua.errors import FaultList, refuse
from yitihua.surveys.estimation.design import Floats

#: "complete" takes respondents who answered all questions; "pairwise" everybody who answered both of a pair.
Missing = Literal["complete", "pairwise"]


@dataclass(frozen=True, eq=False)
class Reliability:
    """How well some questions measure one thing.

    Attributes
    ----------
    items : tuple of str
        Questions.
    n : int
        Respondents who answered all of them ("complete") or any ("pairwise").
    alpha, alpha_se : float
        Cronbach's alpha, and its standard error for multivariate normal answers of a simple sample of n.
    omega : float
        McDonald's omega of a one-factor model; NaN with fewer than three questions or without a solution.
    item_rest : ndarray, shape (items,)
        Correlation of each question with the sum of the others.
    alpha_without : ndarray, shape (items,)
        Alpha of the others; NaN for two questions.
    """

    items: tuple[str, ...]
    n: int
    alpha: float
    alpha_se: float
    omega: float
    item_rest: Floats
    alpha_without: Floats


def reliability(items: Mapping[str, Any], weight: Any = None, *, missing: Missing = "complete") -> Reliability:
    """Return the reliability of questions, all scored in the same direction.

    Parameters
    ----------
    items : mapping of str to array of float, each of shape (respondents,)
        Answers, NaN where missing.
    weight : array, shape (respondents,), optional
        Default 1. Respondents with weight 0 do not count.
    missing : str
        "complete" is R survey's `svycralpha` of complete answers, "pairwise" `psych::alpha` without weights.

    Raises
    ------
    InputError
        Fewer than two questions, or columns of different lengths.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> factor = rng.normal(size=5000)
    >>> found = reliability({name: factor + rng.normal(size=5000) for name in "abcd"})
    >>> round(found.alpha, 2), round(found.omega, 2)  # 4 / (4 + 1)
    (0.8, 0.8)
    """
    faults = FaultList()
    if len(items) < 2:
        faults.add("reliability-items", found=len(items), options=2)
    columns = {name: np.asarray(column, dtype=float) for name, column in items.items()}
    size = len(next(iter(columns.values()), np.zeros(0)))
    w = np.ones(size) if weight is None else np.asarray(weight, dtype=float)
    for name, column in [*columns.items(), ("weight", w)]:
        if column.shape != (size,):
            faults.add("estimate-lengths", found=name, rows=len(column), options=size)
    faults.raise_if_any()
    y = np.stack(list(columns.values()), axis=1)[w > 0]
    matrix, n = weighted_covariance(y, w[w > 0], missing)
    k = len(columns)
    without = [cronbach_alpha(np.delete(np.delete(matrix, i, 0), i, 1)) if k > 2 else np.nan for i in range(k)]
    alpha_se = _alpha_error(matrix, n)
    return Reliability(
        tuple(columns), n, cronbach_alpha(matrix), alpha_se, omega(matrix), item_rest(matrix), np.array(without)
    )


def weighted_covariance(y: Floats, weight: Floats, missing: Missing = "complete") -> tuple[Floats, int]:
    """Return the weighted covariance with n / (n - 1), as R's `svyvar`, and n.

    Parameters
    ----------
    y : ndarray, shape (respondents, k)
    weight : ndarray, shape (respondents,)
        Above 0.
    missing : str
        With "pairwise" n is that of each pair, and the n returned counts those who answered any question.

    Examples
    --------
    >>> matrix, n = weighted_covariance(np.array([[1.0, 2.0], [3.0, 6.0], [np.nan, 1.0]]), np.ones(3))
    >>> matrix.tolist(), n
    ([[2.0, 4.0], [4.0, 8.0]], 2)
    """
    if missing not in ("complete", "pairwise"):
        raise refuse("estimate-option", key="missing", found=missing, options="complete, pairwise")
    known = ~np.isnan(y)
    if missing == "complete":
        known = np.repeat(np.asarray(known.all(axis=1)).reshape(-1, 1), y.shape[1], axis=1)
    there = known.astype(float)
    filled = np.where(known, y, 0.0)
    # Around a common centre first, so that the products below lose no digits.
    with np.errstate(invalid="ignore", divide="ignore"):
        filled = (filled - (weight @ filled) / (weight @ there)) * there
        pairs = there.T @ there
        total = there.T @ (there * weight[:, None])
        first = filled.T @ (there * weight[:, None])
        products = filled.T @ (filled * weight[:, None])
        matrix = (products / total - (first / total) * (first.T / total)) * pairs / (pairs - 1)
    return matrix, int(known.any(axis=1).sum())


def cronbach_alpha(matrix: Floats) -> float:
    """Return alpha of a covariance matrix: ``k / (k - 1) (1 - trace / sum)`` (Cronbach 1951).

    Examples
    --------
    >>> round(cronbach_alpha(np.array([[1.0, 0.5], [0.5, 1.0]])), 6)
    0.666667
    """
    k, total = len(matrix), matrix.sum()
    return float(k / (k - 1) * (1 - np.trace(matrix) / total)) if total > 0 else float("nan")


def _alpha_error(matrix: Floats, n: int) -> float:
    """Return the standard error of alpha (van Zyl, Neudecker & Nel 2000; psych's "ase")."""
    k, total = len(matrix), matrix.sum()
    if not (total > 0 and n > 0):
        return float("nan")
    trace, squared = np.trace(matrix), matrix @ matrix
    inner = total * (np.trace(squared) + trace**2) - 2 * trace * squared.sum()
    return float(np.sqrt(max(2 * k**2 / ((k - 1) ** 2 * total**3) * inner, 0.0) / n))


def item_rest(matrix: Floats) -> Floats:
    """Return the correlation of each item with the sum of the others, from a covariance matrix.

    Examples
    --------
    >>> item_rest(np.array([[1.0, 0.5], [0.5, 1.0]])).tolist()
    [0.5, 0.5]
    """
    own, rows = np.diag(matrix), matrix.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((rows - own) / np.sqrt(own * (matrix.sum() - 2 * rows + own)))


def omega(matrix: Floats) -> float:
    """Return omega total of a one-factor model fitted by maximum likelihood (McDonald 1999).

    ``(sum of loadings)^2 / ((sum of loadings)^2 + sum of unique variances)``, in the metric of the items.

    Examples
    --------
    >>> loadings = np.array([1.0, 2.0, 3.0])
    >>> round(omega(np.outer(loadings, loadings) + np.diag([1.0, 1.0, 2.0])), 6)
    0.9
    """
    if len(matrix) < 3 or not np.isfinite(matrix).all() or not (np.diag(matrix) > 0).all():
        return float("nan")
    loadings, unique = one_factor(matrix)
    common = loadings.sum() ** 2
    return float(common / (common + unique.sum()))


def one_factor(matrix: Floats) -> tuple[Floats, Floats]:
    """Return loadings and unique variances of a one-factor model by maximum likelihood.

    The likelihood is profiled over unique variances of the correlation matrix, at least 0.005 as in R's
    `factanal` (Lawley & Maxwell 1971).

    Parameters
    ----------
    matrix : ndarray, shape (k, k)
        A covariance matrix of three items or more.

    Returns
    -------
    loadings, unique : ndarray, shape (k,)
        The sum of loadings is positive.
    """
    from scipy.optimize import minimize

    sd = np.sqrt(np.diag(matrix))
    correlation = matrix / np.outer(sd, sd)

    def profile(psi: Floats) -> tuple[float, Floats]:
        root = np.sqrt(psi)
        values, vectors = np.linalg.eigh(correlation / np.outer(root, root))
        rest = np.maximum(values[:-1], 1e-12)
        fit = float((rest - np.log(rest)).sum() - len(rest))
        lead = vectors[:, -1] * np.sqrt(max(values[-1] - 1, 0.0)) * root
        slope = (lead**2 + psi - np.diag(correlation)) / psi**2
        return fit, slope

    with np.errstate(divide="ignore", invalid="ignore"):
        try:
            start = 0.5 / np.diag(np.linalg.inv(correlation))
        except np.linalg.LinAlgError:
            start = np.full(len(sd), 0.5)
    start = np.clip(start, 0.005, 1.0)
    options = {"maxiter": 2000, "ftol": 1e-15, "gtol": 1e-10}
    psi = minimize(profile, start, jac=True, method="L-BFGS-B", bounds=[(0.005, 1.0)] * len(sd), options=options).x
    root = np.sqrt(psi)
    values, vectors = np.linalg.eigh(correlation / np.outer(root, root))
    lead = vectors[:, -1] * np.sqrt(max(values[-1] - 1, 0.0)) * root
    return np.asarray(lead * np.sign(lead.sum()) * sd), np.asarray(psi * sd**2)
