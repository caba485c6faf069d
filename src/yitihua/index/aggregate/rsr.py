"""Rank-sum ratio (RSR, Tian Fengdiao 1988): the weighted mean of a unit's ranks over their number.

RSR_i = sum w_j R_ij / n, R_ij the rank of unit i in child j from the lowest (1) to the best (n): whole
ranks with ties sharing their mean, or interpolated, R = 1 + (n - 1) (x - min) / (max - min), which keep
distances (SOURCES.md section 15, S8).

`fit_rsr` keeps the sample, so that a new unit is ranked among the old: it gets the mean of the
ranks it would stand between, cut to 1 and n. As an aggregation the score is RSR on the scale.

`rsr_grades` does the rest of the method: distribution, probits, the regression of RSR on the probit, and
grades cut at fitted RSR.

Stated answers: a missing child is left out and the weights of the others scaled up; ranks of a child
are taken among the units that have it, and divided by their number. All missing is NaN. In a
constant child everybody has the mean rank, (n + 1) / 2, under both kinds of ranks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import Key, Settings
from yitihua.errors import refuse
from yitihua.index.aggregate.copeland import DECIMALS
from yitihua.index.aggregate.method import AggregateMethod, Mixture
from yitihua.index.aggregate.rows import Scale, checked, in_force, is_complete, one_of, to_scale

Floats = npt.NDArray[np.float64]

RANKS = ("whole", "interpolated")
#: Numbers of grades for which cuts of the probit are given.
GRADES = range(2, 11)


@dataclass(frozen=True, slots=True, eq=False)
class RsrGrades:
    """The distribution of RSR, its regression on the probit, and the grades.

    Attributes
    ----------
    values : ndarray, shape (groups,)
        Distinct RSR, rising.
    counts, cumulated : ndarray of int, shape (groups,)
        Units with that value, and with that or a lower one.
    mean_rank : ndarray, shape (groups,)
        Mean rank of the group.
    frequency : ndarray, shape (groups,)
        Mean rank / n, or units cumulated / n; the last is 1 - 1 / (4 n), because its probit would be infinite.
    probit : ndarray, shape (groups,)
        Normal quantile of the frequency, plus 5.
    intercept, slope, r_squared, f, p : float
        RSR = intercept + slope probit over the groups, its fit, and the F test of the slope.
    fitted : ndarray, shape (units,)
        Fitted RSR of each unit; NaN without RSR.
    probit_cuts, cuts : ndarray, shape (grades - 1,)
        Where grades begin, as probits and as fitted RSR.
    grade : ndarray of int, shape (units,)
        From 0, the lowest; a unit on a cut goes up; -1 without RSR.
    normality_p : float
        Shapiro-Wilk on the RSR of the units: grades by probits take them for normal. NaN for fewer than 3.
    """

    values: Floats
    counts: npt.NDArray[np.int64]
    cumulated: npt.NDArray[np.int64]
    mean_rank: Floats
    frequency: Floats
    probit: Floats
    intercept: float
    slope: float
    r_squared: float
    f: float
    p: float
    fitted: Floats
    probit_cuts: Floats
    cuts: Floats
    grade: npt.NDArray[np.int64]
    normality_p: float


def fit_rsr(x: npt.ArrayLike) -> dict[str, Floats]:
    """Keep what ranks are taken among.

    Parameters
    ----------
    x : array_like, shape (units, children)
        Directed points (more is better); NaN is missing.

    Returns
    -------
    dict
        "sorted", shape (units, children): each child's values rising, NaN last.

    Examples
    --------
    >>> fit_rsr([[3.0], [np.nan], [1.0]])["sorted"].ravel()
    array([ 1.,  3., nan])
    """
    return {"sorted": np.sort(np.asarray(x, dtype=float), axis=0)}


def rank_ratios(x: npt.ArrayLike, numbers: Mapping[str, Floats], ranks: str = "whole") -> Floats:
    """Return R_ij / n_j.

    Parameters
    ----------
    x : array_like, shape (..., units, children)
        Directed points; NaN is missing.
    numbers : mapping
        From `fit_rsr`.
    ranks : str
        "whole" (ties share their mean) or "interpolated".

    Returns
    -------
    ndarray, same shape as `x`
        1 / n to 1; NaN where missing, and for a child never observed in the sample.

    Raises
    ------
    InputError
        If there is no such kind of ranks.

    Examples
    --------
    >>> x = np.array([[10.0], [30.0], [30.0], [90.0]])
    >>> rank_ratios(x, fit_rsr(x)).ravel() * 4
    array([1. , 2.5, 2.5, 4. ])
    >>> rank_ratios(x, fit_rsr(x), "interpolated").ravel() * 4
    array([1.  , 1.75, 1.75, 4.  ])
    """
    one_of("ranks", ranks, RANKS)
    points = np.asarray(x, dtype=float)
    found = np.full(points.shape, np.nan)
    for j in range(points.shape[-1]):
        known = numbers["sorted"][:, j]
        known = known[: np.count_nonzero(~np.isnan(known))]
        n, column = known.size, points[..., j]
        if not n:
            continue
        if known[0] == known[-1] or ranks == "whole":
            below, upto = np.searchsorted(known, column, "left"), np.searchsorted(known, column, "right")
            rank = np.clip((below + upto + 1) / 2, 1.0, n)
        else:
            rank = 1.0 + (n - 1) * np.clip((column - known[0]) / (known[-1] - known[0]), 0.0, 1.0)
        found[..., j] = np.where(np.isnan(column), np.nan, rank / n)
    return found


def rsr(x: npt.ArrayLike, weights: npt.ArrayLike, numbers: Mapping[str, Floats], ranks: str = "whole") -> Floats:
    """Return the weighted rank-sum ratio of each row.

    Parameters
    ----------
    x : array_like, shape (..., units, children)
        Directed points; NaN is missing.
    weights : array_like, shape (children,)
        Need not sum to 1.
    numbers : mapping
        From `fit_rsr`.
    ranks : str
        "whole" or "interpolated".

    Returns
    -------
    ndarray, shape (..., units)
        1 / n to 1.

    Raises
    ------
    InputError
        If shapes do not fit, a weight cannot be used or there is no such kind of ranks.

    References
    ----------
    Tian (1988); SOURCES.md section 15 (S8).

    Examples
    --------
    >>> x = np.array([[10.0, 5.0], [30.0, 4.0], [20.0, 3.0]])
    >>> rsr(x, [1.0, 1.0], fit_rsr(x)).round(4)
    array([0.6667, 0.8333, 0.5   ])
    """
    points, w = checked(x, weights)
    ratio = rank_ratios(points, numbers, ranks)
    if is_complete(ratio):
        return np.asarray(ratio @ w)
    return np.asarray((np.where(np.isnan(ratio), 0.0, ratio) * in_force(ratio, w)).sum(axis=-1))


def probit_cuts(grades: int) -> Floats:
    """Return the usual cuts of the probit: mean -/+ 3 standard deviations in equal steps.

    So 3 grades are cut at 4 and 6, 4 at 3.5, 5 and 6.5, 5 at 3.2, 4.4, 5.6 and 6.8.

    Raises
    ------
    InputError
        If there are fewer than 2 grades or more than 10.

    Examples
    --------
    >>> probit_cuts(3), probit_cuts(5)
    (array([4., 6.]), array([3.2, 4.4, 5.6, 6.8]))
    """
    if grades not in GRADES:
        raise refuse("aggregate-range", key="grades", name="grades", found=str(grades), allowed="2 – 10")
    return np.asarray(np.round(2.0 + 6.0 * np.arange(1, grades) / grades, 12))


def rsr_grades(values: npt.ArrayLike, grades: int = 3, frequency: str = "mean_rank") -> RsrGrades:
    """Return the distribution of RSR, its regression on the probit, and grades.

    Parameters
    ----------
    values : array_like, shape (units,)
        RSR; NaN is missing.
    grades : int
        2 to 10.
    frequency : str
        "mean_rank" (mean rank of the group over n, Tian) or "cumulated" (units up to the group over
        n, S8); without ties they are the same.

    Returns
    -------
    RsrGrades

    Raises
    ------
    InputError
        If fewer than three values differ, or the number of grades is out of range.

    References
    ----------
    Tian (1988); SOURCES.md section 15 (S8).

    Examples
    --------
    >>> found = rsr_grades([0.2, 0.4, 0.5, 0.5, 0.7, 0.9])
    >>> found.grade, round(found.slope, 3)
    (array([1, 1, 1, 1, 1, 2]), 0.25)
    """
    from scipy import special, stats

    one_of("frequency", frequency, ("mean_rank", "cumulated"))
    given = np.asarray(values, dtype=float).ravel()
    seen = ~np.isnan(given)
    probits = probit_cuts(grades)
    # Sums of the same ranks in another order differ in the last bits.
    distinct, which, counts = np.unique(np.round(given[seen], 12), return_inverse=True, return_counts=True)
    if distinct.size < 3:
        raise refuse("aggregate-few", name="RSR", found=str(distinct.size), expected="3")
    n = int(counts.sum())
    cumulated = np.cumsum(counts)
    mean_rank = cumulated - (counts - 1) / 2
    shares = (mean_rank if frequency == "mean_rank" else cumulated) / n
    shares[-1] = 1.0 - 1.0 / (4 * n)
    probit = special.ndtri(shares) + 5.0
    line = stats.linregress(probit, distinct)
    r2, free = float(line.rvalue**2), distinct.size - 2
    f = float("inf") if r2 >= 1.0 else r2 / (1.0 - r2) * free
    fitted, grade = np.full(given.shape, np.nan), np.full(given.shape, -1, dtype=np.int64)
    fitted[seen] = (line.intercept + line.slope * probit)[which]
    # The line rises, so that a grade by fitted RSR is a grade by probit.
    grade[seen] = np.searchsorted(probits, probit + 1e-12, side="right")[which]
    return RsrGrades(
        values=distinct,
        counts=counts,
        cumulated=cumulated,
        mean_rank=mean_rank,
        frequency=shares,
        probit=probit,
        intercept=float(line.intercept),
        slope=float(line.slope),
        r_squared=r2,
        f=f,
        p=float(stats.f.sf(f, 1, free)),
        fitted=fitted,
        probit_cuts=probits,
        cuts=line.intercept + line.slope * probits,
        grade=grade,
        normality_p=float(stats.shapiro(given[seen]).pvalue) if 3 <= n <= 5000 else float("nan"),
    )


def _fit(x: Floats, weights: Floats, settings: Settings, scale: Scale) -> Mapping[str, Floats]:
    return fit_rsr(np.round(x, DECIMALS))


def _combine(x: Floats, mixture: Mixture) -> Floats:
    found = rsr(np.round(x, DECIMALS), mixture.weights, mixture.numbers, mixture.settings["ranks"])
    return to_scale(found, mixture.scale)


METHODS = (
    AggregateMethod(
        name="rsr",
        words=("秩和比法（RSR）", "rank-sum ratio (RSR)"),
        source="田凤调 1988",
        keys=(
            Key(
                "ranks",
                Literal["whole", "interpolated"],
                default="whole",
                words=("编秩方式", "ranks"),
                about="Whole ranks (整数秩), ties sharing their mean; or ranks interpolated by value (非整数秩).",
            ),
        ),
        fit=_fit,
        combine=_combine,
    ),
)
