"""Fuzzy comprehensive evaluation: every unit belongs to every grade to a degree.

R = (r_jv) is the membership of child j in grade v, B = W o R that of the node, by one of four operators:

=============  ===============================  ==============================================
"min_max"      b_v = max_j min(w_j, r_jv)       only the child that weighs most decides
"product_max"  b_v = max_j w_j r_jv             the same, more finely
"min_sum"      b_v = min(1, sum_j min(w_j, r))  bounded sum
"product_sum"  b_v = sum_j w_j r_jv             the weighted mean; recommended
=============  ===============================  ==============================================

(SOURCES.md section 7). Weights sum to 1. B is normalised to sum 1 and decided by grade scores,
sum b_v s_v / sum b_v, or by the largest membership. Memberships come from answer shares (arrays
handed in) or from points through the points at which each grade holds fully: half-trapezoids at
the ends, triangles between, so that a row sums to 1. In a tree the B of a child node is its row
in the R of its parent.

With product_sum, triangles and the thresholds as grade scores the result is the weighted arithmetic
mean of points cut to the thresholds: membership in two neighbouring grades is linear interpolation.

Stated answers: a missing child is left out and the weights of the others scaled up; all missing is
NaN. A row of answer shares that sums to 0 is missing. Of grades tied within 1e-12 the higher is
taken, as a score on a cut goes up.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import Complaints, Key, Number, Settings
from yitihua.errors import refuse
from yitihua.index.aggregate.method import AggregateMethod, Mixture
from yitihua.index.aggregate.rows import Scale, checked, in_force, one_of

Floats = npt.NDArray[np.float64]

OPERATORS = ("min_max", "product_max", "min_sum", "product_sum")
#: Grades of points unless stated otherwise, evenly over the scale.
GRADES = 5


def memberships(x: npt.ArrayLike, thresholds: npt.ArrayLike) -> Floats:
    """Return the membership of points in grades.

    Parameters
    ----------
    x : array_like, shape (...)
        Points; NaN is missing.
    thresholds : array_like, shape (grades,) or (..., grades)
        Points at which each grade holds fully, rising; of two or more grades. With more axes
        they belong to the last axes of `x`: (children, grades) for x (..., units, children).

    Returns
    -------
    ndarray, shape (..., grades)
        Rows sum to 1: between two thresholds membership moves linearly from one grade to the next, beyond the
        first and the last it is full. NaN where `x` is missing.

    Raises
    ------
    InputError
        If thresholds do not rise.

    References
    ----------
    SOURCES.md S8 (mathmodels, `compute_mf`).

    Examples
    --------
    >>> memberships(0.07, [0.05, 0.15, 0.25, 0.5]).round(3)
    array([0.8, 0.2, 0. , 0. ])
    >>> memberships([10.0, 95.0], [25.0, 50.0, 75.0])
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    points = np.asarray(x, dtype=float)[..., None]
    at = np.asarray(thresholds, dtype=float)
    if at.ndim < 1 or at.shape[-1] < 2 or not np.isfinite(at).all() or not (np.diff(at, axis=-1) > 0).all():
        raise refuse("fuzzy-thresholds", found=", ".join(f"{one:g}" for one in at.ravel()[:12]))
    # How many grades up a point is: 1.25 lies a quarter of the way from the second grade to the third.
    place = np.clip((points - at[..., :-1]) / np.diff(at, axis=-1), 0.0, 1.0).sum(axis=-1, keepdims=True)
    return np.asarray(np.maximum(0.0, 1.0 - np.abs(place - np.arange(at.shape[-1]))))


def compose(
    r: npt.ArrayLike, weights: npt.ArrayLike, operator: str = "product_sum", normalise_rows: bool = False
) -> Floats:
    """Return B = W o R.

    Parameters
    ----------
    r : array_like, shape (..., children, grades)
        Memberships or answer shares; NaN is missing.
    weights : array_like, shape (children,)
        Need not sum to 1.
    operator : str
        "min_max", "product_max", "min_sum" or "product_sum".
    normalise_rows : bool
        Divide each row by its sum first (SPSSAU does), for shares that leave out some answers.

    Returns
    -------
    ndarray, shape (..., grades)
        Not normalised. NaN where all rows are missing.

    Raises
    ------
    InputError
        If shapes do not fit, a weight cannot be used, a membership is negative or there is no such operator.

    References
    ----------
    SOURCES.md section 7 (S5, S8).

    Examples
    --------
    >>> r = [[0.8, 0.1, 0.1], [0.7, 0.2, 0.1], [0.6, 0.2, 0.2], [0.7, 0.1, 0.2]]
    >>> compose(r, [0.3, 0.3, 0.3, 0.1]).round(2)
    array([0.7 , 0.16, 0.14])
    >>> compose(r, [0.3, 0.3, 0.3, 0.1], "min_max")
    array([0.3, 0.2, 0.2])
    """
    one_of("operator", operator, OPERATORS)
    rows = np.asarray(r, dtype=float)
    if rows.ndim < 2:
        raise refuse("aggregate-shape", found=str(rows.shape), expected="(..., children, grades)")
    total = rows.sum(axis=-1)
    total = np.where(total == 0, np.nan, total)
    seen, w = checked(total if total.ndim > 1 else total[None], weights)
    if np.fmin.reduce(rows.ravel(), initial=0.0) < 0:
        raise refuse("aggregate-negative", found=f"{np.fmin.reduce(rows.ravel()):g}", name="R")
    if normalise_rows:
        rows = rows / total[..., None]
    kept = in_force(seen, w)
    if kept.ndim > 1:
        kept = kept.reshape(total.shape)
        rows = np.where(np.isnan(total)[..., None], 0.0, rows)
    pairs = kept[..., None]
    if operator == "product_sum":
        return np.asarray(w @ rows if kept.ndim == 1 and seen.ndim == rows.ndim - 1 else (pairs * rows).sum(axis=-2))
    if operator == "product_max":
        return np.asarray((pairs * rows).max(axis=-2))
    smaller = np.minimum(pairs, rows)
    return np.asarray(smaller.max(axis=-2) if operator == "min_max" else np.minimum(1.0, smaller.sum(axis=-2)))


def normalised(b: Floats) -> Floats:
    """Return B divided by its sum; NaN where that is 0.

    Examples
    --------
    >>> normalised(np.array([0.3, 0.2, 0.1, 0.0])).round(3)
    array([0.5  , 0.333, 0.167, 0.   ])
    """
    total = b.sum(axis=-1, keepdims=True)
    return np.asarray(b / np.where(total > 0, total, np.nan))


def grade_score(b: Floats, scores: npt.ArrayLike) -> Floats:
    """Return sum b_v s_v / sum b_v.

    Parameters
    ----------
    b : ndarray, shape (..., grades)
        Memberships, normalised or not.
    scores : array_like, shape (grades,)
        What each grade is worth.

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    InputError
        If there is not one score a grade.

    Examples
    --------
    >>> grade_score(np.array([0.7, 0.16, 0.14]), [90.0, 75.0, 50.0]).round(2)
    np.float64(82.0)
    """
    worth = np.asarray(scores, dtype=float)
    if worth.shape != b.shape[-1:]:
        raise refuse("fuzzy-grades", found=str(worth.size), expected=str(b.shape[-1]))
    return np.asarray(normalised(b) @ worth)[()]


def largest_membership(b: Floats) -> npt.NDArray[np.int64]:
    """Return the grade of the largest membership: of tied grades the higher, -1 where B is missing.

    Parameters
    ----------
    b : ndarray, shape (..., grades)
        Memberships, grades from the lowest up.

    Returns
    -------
    ndarray of int, shape (...)

    Examples
    --------
    >>> largest_membership(np.array([[0.5, 0.2, 0.3], [0.4, 0.2, 0.4], [np.nan, np.nan, np.nan]]))
    array([ 0,  2, -1])
    """
    top = b.max(axis=-1, keepdims=True)
    last = b.shape[-1] - 1 - np.argmax((b >= top - 1e-12)[..., ::-1], axis=-1)
    return np.asarray(np.where(np.isnan(top[..., 0]), -1, last))


def decided(b: Floats, scores: npt.ArrayLike, decide: str = "scores") -> Floats:
    """Return the score of B.

    Parameters
    ----------
    b : ndarray, shape (..., grades)
        Memberships, grades from the lowest up.
    scores : array_like, shape (grades,)
        What each grade is worth.
    decide : str
        "scores" (`grade_score`) or "largest" (the worth of the grade with the largest membership).

    Returns
    -------
    ndarray, shape (...)

    Examples
    --------
    >>> decided(np.array([[0.5, 0.2, 0.3]]), [0.0, 50.0, 100.0], "largest")
    array([0.])
    """
    one_of("decide", decide, ("scores", "largest"))
    mean = grade_score(b, scores)
    if decide == "scores":
        return mean
    return np.asarray(np.where(np.isnan(mean), np.nan, np.asarray(scores, dtype=float)[largest_membership(b)]))


def grade_points(settings: Settings, scale: Scale) -> tuple[Floats, Floats]:
    """Return thresholds and scores of the grades that an index file states, or five even ones.

    Examples
    --------
    >>> grade_points({"thresholds": None, "grade_scores": None}, (0.0, 100.0))[0]
    array([  0.,  25.,  50.,  75., 100.])
    """
    stated, worth = settings.get("thresholds"), settings.get("grade_scores")
    count = GRADES if worth is None else len(worth)
    thresholds = np.linspace(*scale, count) if stated is None else np.asarray(stated, dtype=float)
    return thresholds, thresholds if worth is None else np.asarray(worth, dtype=float)


def _combine(x: Floats, mixture: Mixture) -> tuple[Floats, Floats]:
    settings = mixture.settings
    thresholds, scores = grade_points(settings, mixture.scale)
    r = memberships(x, thresholds)
    for j, below in enumerate(mixture.carried):
        if below is None:
            continue
        handed: Any = np.asarray(below)
        if handed.shape[-1] != len(thresholds):
            raise refuse("fuzzy-grades", found=str(handed.shape[-1]), expected=str(len(thresholds)))
        # A child whose coverage is too low has no score, though it has memberships.
        r[..., j, :] = np.where(np.isnan(x[..., j, None]), np.nan, handed)
    b = normalised(compose(r, mixture.weights, settings["operator"]))
    return decided(b, scores, settings["decide"]), b


def _check(settings: Settings, scale: Scale) -> Complaints:
    lists = {key: settings.get(key) for key in ("thresholds", "grade_scores")}
    stated = {key: value for key, value in lists.items() if value is not None}
    rise = "two or more rising numbers are expected"
    found = [
        (key, rise) for key, value in stated.items() if len(value) < 2 or not all(a < b for a, b in pairwise(value))
    ]
    if not found and len({len(value) for value in stated.values()}) > 1:
        found.append(("grade_scores", "one score a grade is expected"))
    if not found and "grade_scores" in stated:
        worth = stated["grade_scores"]
        if worth[0] < scale[0] or worth[-1] > scale[1]:
            found.append(("grade_scores", "it must lie on the scale"))
    return found


METHODS = (
    AggregateMethod(
        name="fuzzy",
        words=("模糊综合评价", "fuzzy evaluation"),
        source="Zadeh 1965; SPSSAU",
        keys=(
            Key(
                "operator",
                Literal["min_max", "product_max", "min_sum", "product_sum"],
                default="product_sum",
                words=("合成算子", "operator"),
                about="How weights and memberships are composed.",
            ),
            Key(
                "thresholds",
                tuple[Number, ...],
                words=("等级阈值", "thresholds"),
                about="Points at which each grade holds fully, from the lowest up; five even ones unless stated.",
            ),
            Key(
                "grade_scores",
                tuple[Number, ...],
                words=("等级赋分", "grade scores"),
                about="What each grade is worth, on the scale; the thresholds unless stated.",
            ),
            Key(
                "decide",
                Literal["scores", "largest"],
                default="scores",
                words=("判定方式", "decision"),
                about="By grade scores, or by the grade of the largest membership.",
            ),
        ),
        check=_check,
        combine=_combine,
        carries=True,
    ),
)
