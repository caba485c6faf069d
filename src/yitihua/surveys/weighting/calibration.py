"""Calibration to totals (Deville & Särndal 1992): linear, raking and logit, with bounds on the factor.

The first try walks exactly as R's ``calibrate``: full Newton steps from 0, halved only where the factor is not
finite, rescaled starting weights where all totals are over 20 times the sample's (bounds then hold after the
rescaling), until ``|misfit| / (1 + |total|) < epsilon`` in R's columns: the whole and all levels but each
margin's first. So results are those of R even where its epsilon, 1e-7, stops early. Where that walk fails, a
second one goes downhill on the convex dual with line searches; it finds solutions that R's walk misses
(R takes a wrong derivative for bounded raking), and where there is none, the total that cannot be met is named.

Not taken over from R: ``aggregate.stage``, ``trim``, ``bounds.const``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yitihua.errors import Fault, FaultList, InputError, refuse
from yitihua.surveys.estimation.design import Floats
from yitihua.surveys.weighting.base import check_weights
from yitihua.surveys.weighting.coded import CodedMargins, check_margins
from yitihua.surveys.weighting.distances import Distance, Method
from yitihua.surveys.weighting.feasibility import explain_miss
from yitihua.surveys.weighting.newton import Problem, downhill, walk
from yitihua.surveys.weighting.raking import Adjustment, OnFailure, level_name, worst_level
from yitihua.surveys.weighting.systems import CodedSystem, MatrixSystem

Bounds = tuple[float, float]
_FREE: Bounds = (-np.inf, np.inf)


@dataclass(frozen=True, eq=False)
class Calibrated(Adjustment):
    """A calibration; `notes` tell of rescaled starting weights, negative weights, and a second walk."""

    notes: tuple[Fault, ...] = ()


def calibrate(
    weight: Floats,
    margins: CodedMargins,
    method: Method = "linear",
    *,
    bounds: Bounds = _FREE,
    epsilon: float = 1e-10,
    maxit: int = 50,
    on_failure: OnFailure = "refuse",
) -> Calibrated:
    """Calibrate weights to coded margins.

    Parameters
    ----------
    weight : ndarray, shape (respondents,)
        Starting weights, at least 0.
    margins : CodedMargins
        Margins that every county has are solved county by county, in one call.
    method : {"linear", "raking", "logit"}
        Distance between old and new weights.
    bounds : (float, float)
        Of the factor new / old; around 1, and finite for logit.
    epsilon : float
        See the module; R's own value is 1e-7.
    maxit : int
        Most Newton steps.
    on_failure : {"refuse", "keep"}
        As in `rake`.

    Raises
    ------
    InputError
        For impossible margins, unusable bounds, bounds within which no weights meet the margins (the margin
        is named), and non-convergence.

    Examples
    --------
    >>> codes = {"age": np.array([0, 0, 1, 1]), "sex": np.array([0, 1, 0, 1])}
    >>> margins = CodedMargins.of(codes, {"age": np.array([6.0, 4.0]), "sex": np.array([5.0, 5.0])})
    >>> calibrate(np.ones(4), margins, "raking").factor.round(12)
    array([3., 3., 2., 2.])
    """
    distance = Distance(method, *bounds)
    if faults := [*check_weights(weight, zero=True), *check_margins(margins, weight)]:
        raise InputError(faults)
    system, cells = CodedSystem(margins), margins.cells
    totals = np.concatenate(margins.totals)
    problem = Problem(system, cells.total(weight), totals, distance, *_columns_of_r(margins))
    ratio, steps, converged, notes = _solve(problem, epsilon, maxit)
    error, worst = worst_level(margins, ratio * problem.start)
    if not converged and on_failure == "refuse":
        why = explain_miss(system, problem.weight, totals, distance.least, distance.upper)
        raise _failure(margins.file, worst if why is None else level_name(margins, why), why, steps, error, distance)
    factor = np.where(weight > 0, ratio[cells.key], 1.0)
    return Calibrated(factor, steps, converged, error, worst, len(cells), (*notes, *_negative(factor)))


def calibrate_matrix(
    weight: Floats,
    x: Floats,
    totals: Floats,
    names: Sequence[str],
    method: Method = "linear",
    *,
    bounds: Bounds = _FREE,
    variance: Floats | None = None,
    epsilon: float = 1e-10,
    maxit: int = 50,
    on_failure: OnFailure = "refuse",
) -> Calibrated:
    """Calibrate weights to totals of numeric variables.

    Parameters
    ----------
    weight : ndarray, shape (respondents,)
        Starting weights, at least 0.
    x : ndarray, shape (respondents, k)
        Calibration variables; a column of ones calibrates the size of the population.
    totals : ndarray, shape (k,)
        Population totals.
    names : sequence of str
        Names of the columns, for messages.
    variance : ndarray, shape (respondents,), optional
        Variance of the working model up to a constant (R's ``variance``): the predictor is x b / variance.
    method, bounds, epsilon, maxit, on_failure
        As in `calibrate`.

    Raises
    ------
    InputError
        As `calibrate`, and for values that are missing or infinite.

    Examples
    --------
    >>> x = np.column_stack([np.ones(3), [1.0, 2.0, 3.0]])
    >>> calibrate_matrix(np.ones(3), x, np.array([3.0, 7.0]), ["one", "size"]).factor.round(12)
    array([0.5, 1. , 1.5])
    """
    distance = Distance(method, *bounds)
    goal = np.asarray(totals, dtype=float)
    faults = FaultList()
    faults.extend(check_weights(weight, zero=True))
    if x.shape != (len(weight), len(goal)) or len(names) != len(goal):
        faults.add("calibration-shape", rows=len(weight), shape=x.shape, totals=len(goal), names=len(names))
        raise InputError(faults)
    for name, column, total in zip(names, x.T, goal, strict=True):
        if bad := np.flatnonzero(~np.isfinite(column) & (weight > 0)).tolist():
            faults.add("calibration-values", key=name, n=len(bad), rows=[row + 1 for row in bad])
        if not np.isfinite(total):
            faults.add("margin-number", key=name, found=total)
    faults.raise_if_any()
    x = np.where((weight > 0)[:, None], x, 0.0)
    system = MatrixSystem(x)
    problem = Problem(system, weight, goal, distance, variance=variance)
    ratio, steps, converged, notes = _solve(problem, epsilon, maxit)
    off = np.abs(system.cross(weight * ratio) - goal) / _nonzero(np.abs(goal))
    place = int(np.argmax(off))
    error, worst = float(off[place]), names[place]
    if not converged and on_failure == "refuse":
        why = explain_miss(system, weight, goal, distance.least, distance.upper)
        raise _failure("", worst if why is None else names[why], why, steps, error, distance)
    factor = np.where(weight > 0, ratio, 1.0)
    return Calibrated(factor, steps, converged, error, worst, len(weight), (*notes, *_negative(factor)))


def _solve(problem: Problem, epsilon: float, maxit: int) -> tuple[Floats, int, bool, list[Fault]]:
    """Return factors by unit, steps, whether they converged, and notes."""
    notes, distance = FaultList(), problem.distance
    if (scale := problem.scale[problem.scale != 1]).size:
        noted = "weights-note-rescaled" if distance.bounded else "weights-note-rescaled-free"
        notes.add(
            noted, low=f"{scale.min():.4g}", high=f"{scale.max():.4g}", lower=distance.lower, upper=distance.upper
        )
    ratio, steps, converged = walk(problem, epsilon, maxit)
    if not converged and (distance.bounded or distance.method != "linear"):
        again, more, converged = downhill(problem, epsilon, 4 * maxit)
        steps += more
        if converged:
            ratio = again
            notes.add("weights-note-second-walk", steps=more)
    return ratio * problem.scale[problem.system.unit_group], steps, converged, list(notes)


def _columns_of_r(margins: CodedMargins) -> tuple[npt.NDArray[np.bool_], Floats]:
    """Return which columns R has beside the whole, and the sums that give the whole, group by group.

    R leaves out each factor's first level, in the order of the alphabet, of those in the sample.
    """
    kept, groups = [], margins.groups
    for margin, codes in zip(margins.margins, margins.cells.codes, strict=True):
        filled = np.bincount(codes, minlength=margin.totals.size).reshape(margin.totals.shape) > 0
        order = np.argsort(np.array(margin.levels))
        first = order[np.argmax(filled[:, order], axis=1)]
        filled[np.arange(len(first)), first] = False
        kept.append(filled.ravel())
    shape = margins.margins[0].totals.shape
    whole = np.zeros((groups, sum(margin.totals.size for margin in margins.margins)))
    if groups == 1:
        whole[0, : shape[0] * shape[1]] = 1.0
    else:
        whole[np.repeat(np.arange(groups), shape[1]), np.arange(shape[0] * shape[1])] = 1.0
    return np.concatenate(kept), whole


def _nonzero(values: Floats) -> Floats:
    return np.where(values != 0, values, 1.0)


def _negative(factor: Floats) -> list[Fault]:
    notes = FaultList()
    if n := int((factor < 0).sum()):
        notes.add("weights-note-negative", n=n)
    return list(notes)


def _failure(file: str, key: str, why: int | None, steps: int, error: float, distance: Distance) -> InputError:
    code = "calibration-not-converged" if why is None else "calibration-infeasible"
    return refuse(
        code, file=file, key=key, steps=steps, error=f"{error:.2g}", lower=distance.lower, upper=distance.upper
    )
