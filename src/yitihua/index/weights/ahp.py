"""The analytic hierarchy process (AHP, 层次分析法): weights from judgments of pairs, and how consistent they are.

A judgment a_ij says how many times as important i is as j, on Saaty's scale of 1 to 9; a_ji = 1 / a_ij. The weights
are the priorities of the matrix; CI = (lambda_max - k) / (k - 1) and CR = CI / RI(k), acceptable below 0.10.

RI is the mean CI of random matrices, which authors simulated differently. Two tables are in use and give other
ratios near the limit, so the table is an option that is printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from yitihua.errors import FaultList, refuse
from yitihua.index.weights.judgments import SCALE, check_judgments, reciprocal
from yitihua.index.weights.strength import Floats

Priorities = Literal["eigenvector", "geometric", "column"]
RandomIndex = Literal["saaty1980", "chinese"]

#: Mean consistency indices of random matrices. "saaty1980": Saaty (1980), as in SOURCES.md section 4 (S8).
#: "chinese": the table of many Chinese tools and MATLAB scripts (SOURCES.md section 4, table B).
RANDOM_INDEX: dict[str, dict[int, float]] = {
    "saaty1980": dict(
        enumerate((0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.54, 1.56), start=3),
    ),
    "chinese": dict(
        enumerate((0.52, 0.89, 1.12, 1.26, 1.36, 1.41, 1.46, 1.49, 1.52, 1.54, 1.56, 1.58, 1.59), start=3),
    ),
}
#: Above it a matrix is too inconsistent (Saaty 1980).
CR_LIMIT = 0.10


@dataclass(frozen=True, slots=True)
class Worst:
    """The judgment that fits the rest least.

    Of pairs that fit equally badly it is the one whose change mends most, and of these the first. With k = 3 all
    three pairs always deviate alike (each by the cube root of a_12 a_23 a_31), so that none is to blame alone.

    Attributes
    ----------
    row, column : str
        Labels of the pair, such that the judgment is 1 or more.
    judgment : float
        a_ij as given.
    implied : float
        w_i / w_j, as the priorities have it.
    deviation : float
        max(a_ij w_j / w_i, its reciprocal), 1 where it fits.
    better : float
        Of the 17 values of the scale, the one with the smallest CR when it stands for this judgment.
    cr : float
        That CR.
    """

    row: str
    column: str
    judgment: float
    implied: float
    deviation: float
    better: float
    cr: float


@dataclass(frozen=True, slots=True, eq=False)
class Priority:
    """Priorities of one judgment matrix, and its consistency.

    Attributes
    ----------
    labels : tuple of str
        What was compared, k of them.
    weights : ndarray, shape (k,)
        Sum to 1.
    lambda_max : float
        Largest eigenvalue; for the other methods the mean of (A w)_i / w_i.
    ci, cr : float
        0 for k of 1 and 2, which cannot contradict themselves.
    random_index : str
        Table that RI was taken from.
    method : str
        How priorities were computed.
    worst : Worst or None
        None where every judgment fits, as it always does for k of 1 and 2.
    """

    labels: tuple[str, ...]
    weights: Floats
    lambda_max: float
    ci: float
    cr: float
    random_index: str
    method: str
    worst: Worst | None

    @property
    def acceptable(self) -> bool:
        """Whether CR is below 0.10."""
        return self.cr < CR_LIMIT


def priorities(a: Floats, method: Priorities = "eigenvector") -> tuple[Floats, Floats]:
    """Return priorities and lambda_max of positive reciprocal matrices.

    Parameters
    ----------
    a : ndarray, shape (..., k, k)
        Judgments; nothing missing, nothing checked.
    method : {"eigenvector", "geometric", "column"}
        Right eigenvector of the largest eigenvalue (特征向量法); geometric means of rows (方根法); mean of
        rows after columns are scaled to 1 (和积法). For consistent matrices they are the same.

    Returns
    -------
    weights : ndarray, shape (..., k)
        Sum to 1.
    lambda_max : ndarray, shape (...)
        The eigenvalue, or the mean of (A w)_i / w_i.

    References
    ----------
    Saaty, T. L. (1980). The analytic hierarchy process. Crawford, G. and Williams, C. (1985). Journal of
    Mathematical Psychology 29, 387-405, for geometric means. SPSSAU help, AHP, for 和积法 and 方根法.

    Examples
    --------
    >>> w, lam = priorities(np.array([[1.0, 2.0, 4.0], [0.5, 1.0, 2.0], [0.25, 0.5, 1.0]]))
    >>> w.round(4), round(float(lam), 4)
    (array([0.5714, 0.2857, 0.1429]), 3.0)
    """
    if method == "eigenvector":
        values, vectors = np.linalg.eig(a)
        # By Perron and Frobenius the eigenvalue of the largest real part is real and its vector positive.
        at = values.real.argmax(axis=-1)
        w = np.abs(np.take_along_axis(vectors.real, at[..., None, None], axis=-1)[..., 0])
        w = w / w.sum(axis=-1, keepdims=True)
        return w, np.take_along_axis(values.real, at[..., None], axis=-1)[..., 0]
    scaled = a / a.sum(axis=-2, keepdims=True)
    w = np.exp(np.log(a).mean(axis=-1)) if method == "geometric" else scaled.mean(axis=-1)
    w = w / w.sum(axis=-1, keepdims=True)
    return w, ((a @ w[..., None])[..., 0] / w).mean(axis=-1)


def ahp(
    a: Floats,
    labels: Sequence[str] | None = None,
    method: Priorities = "eigenvector",
    random_index: RandomIndex = "saaty1980",
    group: bool = False,
) -> Priority:
    """Return the priorities of one judgment matrix with its consistency and its worst judgment.

    Parameters
    ----------
    a : ndarray, shape (k, k)
        Judgments.
    labels : sequence of str, optional
        What is compared; numbers from 1 unless given.
    method : {"eigenvector", "geometric", "column"}
        See `priorities`.
    random_index : {"saaty1980", "chinese"}
        Table of RI: up to 13 and up to 15.
    group : bool
        Whether it is a mean of several experts' matrices, whose values lie between those of the scale; then
        only whether they are reciprocal is checked.

    Raises
    ------
    InputError
        With every fault of the matrix, each named by the labels of row and column; if k is beyond the table.

    Examples
    --------
    >>> a = np.array([[1, 1/2, 4, 3, 3], [2, 1, 7, 5, 5], [1/4, 1/7, 1, 1/2, 1/3], [1/3, 1/5, 2, 1, 1],
    ...               [1/3, 1/5, 3, 1, 1]])
    >>> found = ahp(a)
    >>> found.weights.round(4)
    array([0.2636, 0.4758, 0.0538, 0.0981, 0.1087])
    >>> round(found.lambda_max, 4), round(found.cr, 4), found.acceptable
    (5.0721, 0.0161, True)
    """
    names = tuple(labels) if labels is not None else tuple(str(i + 1) for i in range(len(a)))
    faults = FaultList()
    check_judgments(a, names, faults, scale=None if group else 9.0)
    faults.raise_if_any()
    exact = reciprocal(a)
    k = len(exact)
    table = RANDOM_INDEX[random_index]
    if k > max(table):
        raise refuse("ahp-too-many", key=random_index, found=k, most=max(table))
    w, lam = priorities(exact, method)
    ci, cr = consistency(lam, k, random_index)
    worst = _worst(exact, w, names, method, random_index) if k > 2 else None
    return Priority(names, w, float(lam), float(ci), float(cr), random_index, method, worst)


def consistency(lambda_max: Floats, k: int, random_index: RandomIndex = "saaty1980") -> tuple[Floats, Floats]:
    """Return CI and CR of matrices of order k; both are 0 for k of 1 and 2.

    Parameters
    ----------
    lambda_max : ndarray, shape (...)
        Largest eigenvalues. What rounding leaves below k counts as k.

    Raises
    ------
    KeyError
        If k is beyond the table.

    Examples
    --------
    >>> ci, cr = consistency(np.array(3.0858), 3)
    >>> round(float(ci), 4), round(float(cr), 4)
    (0.0429, 0.074)
    """
    lam = np.asarray(lambda_max, dtype=float)
    if k < 3:
        return np.zeros_like(lam), np.zeros_like(lam)
    ci = np.maximum(lam - k, 0.0) / (k - 1)
    return ci, ci / RANDOM_INDEX[random_index][k]


def _worst(a: Floats, w: Floats, labels: Sequence[str], method: Priorities, random_index: RandomIndex) -> Worst | None:
    """Return the pair with the largest a_ij w_j / w_i, and what would mend it; None where all fit."""
    away = np.abs(np.log(a * w[None, :] / w[:, None]))
    if away.max() < 1e-9:
        return None
    # Rounding must not choose among pairs that deviate alike, nor among values of the scale that mend alike.
    found: list[tuple[float, Worst]] = []
    for i, j in np.argwhere(np.triu(away >= away.max() - 1e-9, 1)).tolist():
        row, column = (j, i) if a[i, j] < 1 else (i, j)
        tried = np.repeat(a[None], len(SCALE), axis=0)
        tried[:, row, column], tried[:, column, row] = SCALE, 1.0 / np.array(SCALE)
        ratios = consistency(priorities(tried, method)[1], len(a), random_index)[1]
        best = int(ratios.round(9).argmin())
        judged, implied, size = float(a[row, column]), float(w[row] / w[column]), float(np.exp(away[i, j]))
        worst = Worst(labels[row], labels[column], judged, implied, size, SCALE[best], float(ratios[best]))
        found.append((round(worst.cr, 9), worst))
    return min(found, key=lambda pair: pair[0])[1]


def within_parents(found: Mapping[str, Priority]) -> dict[str, float]:
    """Return the weight of every label within its parent.

    Parameters
    ----------
    found : mapping
        Parent -> priorities of its children.

    Examples
    --------
    >>> even = ahp(np.ones((2, 2)), ["x", "y"])
    >>> within_parents({"index": even})
    {'x': 0.5, 'y': 0.5}
    """
    return {
        label: float(weight)
        for priority in found.values()
        for label, weight in zip(priority.labels, priority.weights, strict=True)
    }


def overall(within: Mapping[str, float], parents: Mapping[str, str]) -> dict[str, float]:
    """Return weights in the whole: products of the weights within parents down the hierarchy.

    Parameters
    ----------
    within : mapping
        Node or indicator -> weight within its parent.
    parents : mapping
        The same -> its parent; the root is nobody's child.

    Examples
    --------
    >>> overall({"A": 0.6, "B": 0.4, "a1": 0.5}, {"A": "root", "B": "root", "a1": "A"})
    {'A': 0.6, 'B': 0.4, 'a1': 0.3}
    """
    found: dict[str, float] = {}
    for label, weight in within.items():
        above = parents[label]
        while above in within:
            weight, above = weight * within[above], parents[above]
        found[label] = weight
    return found
