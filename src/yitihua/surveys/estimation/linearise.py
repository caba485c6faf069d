"""Statistics of domains and how each answer moves them: means, shares, totals, ratios; codings of answers.

A statistic that is smooth in weighted totals is, to first order, a weighted total of *linearised values*
(Woodruff 1971; Demnati & Rao 2004): ``(y - mean) / W`` for a mean, ``(y - R x) / X`` for a ratio, ``y`` for a
total. A share is the mean of 0 and 1, a net the mean of -1, 0 and 1, so their errors need no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from yitihua.surveys.estimation.design import Floats
from yitihua.surveys.estimation.domains import Partition
from yitihua.surveys.estimation.variance import Mask

Statistic = Literal["mean", "share", "total", "ratio"]


@dataclass(frozen=True, eq=False)
class Linearised:
    """One item in all domains.

    Attributes
    ----------
    value : ndarray, shape (domains,)
        NaN where no weight or no denominator is.
    residual, weighted : ndarray, shape (members,)
        Linearised values times `divisor`, and times the weight as well; 0 without an answer.
    divisor : ndarray, shape (domains,)
        What the residuals of a domain are divided by.
    known : ndarray of bool, shape (members,), or None
        Members with an answer; None if all have.
    weight : ndarray, shape (domains,)
        Sum of weights of those who answered.
    spread : ndarray, shape (domains,)
        Weighted variance of the linearised values, not corrected for n - 1.
    """

    value: Floats
    residual: Floats
    weighted: Floats
    divisor: Floats
    known: Mask | None
    weight: Floats
    spread: Floats


def linearise(statistic: Statistic, y: Floats, weight: Floats, of: Partition, x: Floats | None = None) -> Linearised:
    """Return a statistic by domain with its linearised values.

    Parameters
    ----------
    statistic : str
        "mean", "share", "total" or "ratio".
    y, weight : ndarray, shape (members,)
        Answers, NaN where missing, and final weights.
    of : Partition
        The domains.
    x : ndarray, shape (members,), optional
        Denominators of a ratio; a missing one leaves the answer out.

    Examples
    --------
    >>> two = Partition(("a", "b"), np.array([0, 0, 1]))
    >>> found = linearise("mean", np.array([1.0, 2.0, np.nan]), np.array([1.0, 3.0, 1.0]), two)
    >>> found.value.tolist(), found.residual.tolist()
    ([1.75, nan], [-0.75, 0.25, 0.0])
    """
    known: Mask | None = np.isfinite(y) if x is None else np.isfinite(y) & np.isfinite(x)
    if known is not None and known.all():
        known = None
    w = weight if known is None else np.where(known, weight, 0.0)
    y = y if known is None else np.where(known, y, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        total_weight = of.sum(w)
        total = of.sum(w * y)
        some = total_weight > 0
        mean = np.where(some, total / total_weight, np.nan)
        if statistic == "ratio" and x is not None:
            x = x if known is None else np.where(known, x, 0.0)
            divisor = of.sum(w * x)
            value = np.where(some & (divisor != 0), total / divisor, np.nan)
            residual = _within(of, np.nan_to_num(value)) * -x + y
            centred = residual
        else:
            centred = y - _within(of, np.nan_to_num(mean))
            value, divisor, residual = mean, total_weight, centred
            if statistic == "total":
                value, divisor, residual = np.where(some, total, np.nan), np.ones(len(of.names)), y
        if known is not None:
            # In place: these arrays are not the caller's.
            centred[~known] = 0.0
            residual[~known] = 0.0
        weighted = w * centred
        spread = of.sum(weighted * centred) / total_weight / divisor**2
        weighted = weighted if residual is centred else w * residual
    return Linearised(value, residual, weighted, divisor, known, total_weight, spread)


def _within(of: Partition, by_domain: Floats) -> Floats:
    return by_domain[of.domain] if len(by_domain) > 1 else by_domain


def top_k(codes: Floats, points: int, k: int = 2) -> Floats:
    """Return 1 for the k highest answers of a scale from 1 to `points`, 0 for the others, NaN where missing.

    Examples
    --------
    >>> top_k(np.array([5.0, 4.0, 3.0, np.nan]), points=5).tolist()
    [1.0, 1.0, 0.0, nan]
    """
    return _coded(codes, codes > points - k)


def bottom_k(codes: Floats, k: int = 2) -> Floats:
    """Return 1 for the k lowest answers of a scale from 1, 0 for the others, NaN where missing.

    Examples
    --------
    >>> bottom_k(np.array([1.0, 3.0])).tolist()
    [1.0, 0.0]
    """
    return _coded(codes, codes <= k)


def net(codes: Floats, points: int, k: int = 2) -> Floats:
    """Return 1 for the k highest answers, -1 for the k lowest, 0 between: the mean is the net share.

    Examples
    --------
    >>> net(np.array([5.0, 3.0, 1.0, np.nan]), points=5).tolist()
    [1.0, 0.0, -1.0, nan]
    """
    return top_k(codes, points, k) - bottom_k(codes, k)


def levels(codes: Floats, values: Sequence[float]) -> Floats:
    """Return a column of 0 and 1 for each value, shape (respondents, values); NaN where missing.

    Examples
    --------
    >>> levels(np.array([1.0, 2.0, np.nan]), (1, 2)).tolist()
    [[1.0, 0.0], [0.0, 1.0], [nan, nan]]
    """
    codes = np.asarray(codes, dtype=float)
    return np.stack([_coded(codes, codes == value) for value in values], axis=1)


def _coded(codes: Floats, chosen: Mask) -> Floats:
    return np.where(np.isnan(codes), np.nan, np.asarray(chosen, dtype=float))
