"""Raking (iterative proportional fitting) on cells of coded margins.

Weights are multiplied by population / sample for each level, one margin after the other, until they stand still.
Respondents alike in every margin get one factor, so sweeps run over cells and the factor is joined back once.

Two rules say when to stop. ``exact``: no level was off by more than `epsilon` relative in the last sweep.
``r``: as R's ``rake``: no cell's weight changed by more than `epsilon` in a sweep, in the unit of the weights,
or as a part of their sum where epsilon is under 1; R's own values are epsilon 1 and 10 sweeps, which may stop
early: on the reference sample R leaves errors of 1e-8 so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from yitihua.errors import InputError, refuse
from yitihua.surveys.estimation.design import Codes, Floats
from yitihua.surveys.weighting.base import check_weights
from yitihua.surveys.weighting.coded import CodedMargins, check_margins
from yitihua.surveys.weighting.distances import Distance
from yitihua.surveys.weighting.feasibility import explain_miss
from yitihua.surveys.weighting.newton import Problem, walk
from yitihua.surveys.weighting.systems import CodedSystem

Rule = Literal["exact", "r"]
OnFailure = Literal["refuse", "keep"]


@dataclass(frozen=True, eq=False)
class Adjustment:
    """What a weighting step found.

    Attributes
    ----------
    factor : ndarray, shape (respondents,)
        New weight over old; without meaning for weights of 0, which stay 0.
    iterations : int
        Sweeps (raking) or Newton steps (calibration).
    converged : bool
    error : float
        The largest relative error of a margin, ``|sum of weights / population - 1|``.
    worst : str
        Where it is.
    cells : int
        Cells it was worked out on.
    """

    factor: Floats
    iterations: int
    converged: bool
    error: float
    worst: str
    cells: int


def sweep(
    weight: Floats, codes: Sequence[Codes], totals: Sequence[Floats], rule: Rule, epsilon: float, maxit: int
) -> tuple[Floats, int, bool]:
    """Rake weights by cell.

    Parameters
    ----------
    weight : ndarray, shape (cells,)
        Starting weights, not all 0.
    codes : sequence of ndarray of int, each of shape (cells,)
        Level of each cell in each margin.
    totals : sequence of ndarray, each of shape (levels,)
        Population totals; levels without cells are left out of account.
    rule, epsilon, maxit
        When to stop, see the module.

    Returns
    -------
    weight : ndarray, shape (cells,)
    iterations : int
    converged : bool

    Examples
    --------
    >>> weight, sweeps, done = sweep(np.array([1.0, 3.0]), [np.array([0, 1])], [np.array([5.0, 5.0])], "exact", 1e-9, 9)
    >>> weight, done
    (array([5., 5.]), True)
    """
    if rule == "r" and epsilon < 1:
        epsilon = epsilon * float(weight.sum())
    for iteration in range(1, maxit + 1):
        before, change = weight, 0.0
        for level, total in zip(codes, totals, strict=True):
            achieved = np.bincount(level, weight, len(total))
            ratio = total / np.where(achieved > 0, achieved, 1.0)
            if rule == "exact":
                change = max(change, float(np.max(np.abs(ratio - 1), where=achieved > 0, initial=0.0)))
            weight = weight * ratio[level]
        if rule == "r":
            change = float(np.max(np.abs(weight - before)))
        if change < epsilon:
            return weight, iteration, True
    return weight, maxit, False


def rake(
    weight: Floats,
    margins: CodedMargins,
    *,
    rule: Rule = "exact",
    epsilon: float | None = None,
    maxit: int | None = None,
    on_failure: OnFailure = "refuse",
) -> Adjustment:
    """Rake weights to margins.

    The margins may differ in their total by up to 1e-6 relative, as R's may; beyond it no weights could meet them.

    Parameters
    ----------
    weight : ndarray, shape (respondents,)
        Starting weights, at least 0.
    margins : CodedMargins
    rule : {"exact", "r"}
        When to stop, see the module.
    epsilon : float, optional
        1e-10 (exact) or 1 (r).
    maxit : int, optional
        Most sweeps. If left out: 10 (r); or 500 (exact), after which Newton steps finish what sweeps do slowly.
    on_failure : {"refuse", "keep"}
        Whether weights that did not converge are refused, naming what prevents it, or kept with
        ``converged=False``.

    Raises
    ------
    InputError
        For impossible margins (see `check_margins`) and for non-convergence.

    Examples
    --------
    >>> codes = {"age": np.array([0, 0, 1, 1]), "sex": np.array([0, 1, 0, 1])}
    >>> margins = CodedMargins.of(codes, {"age": np.array([6.0, 4.0]), "sex": np.array([5.0, 5.0])})
    >>> rake(np.ones(4), margins).factor
    array([3., 3., 2., 2.])
    """
    if faults := [*check_weights(weight, zero=True), *check_margins(margins, weight)]:
        raise InputError(faults)
    cells = margins.cells
    start = cells.total(weight)
    epsilon = (1e-10 if rule == "exact" else 1.0) if epsilon is None else epsilon
    most = (500 if rule == "exact" else 10) if maxit is None else maxit
    found, iterations, converged = sweep(start, cells.codes, margins.totals, rule, epsilon, most)
    if not converged and rule == "exact" and maxit is None:
        found, steps, converged = _finish(margins, found, epsilon)
        iterations += steps
    ratio = found / np.where(start > 0, start, 1.0)
    ratio[start == 0] = 1.0
    error, worst = worst_level(margins, found)
    if not converged and on_failure == "refuse":
        why = explain_miss(CodedSystem(margins), start, np.concatenate(margins.totals), 0.0, np.inf)
        level = level_name(margins, why) if why is not None else worst
        details: dict[str, Any] = {
            "iterations": iterations,
            "error": f"{error:.2g}",
            "epsilon": f"{epsilon:g}",
            "crossing": _extreme(margins, ratio),
        }
        code = "rake-impossible" if why is not None else "rake-not-converged"
        raise refuse(code, file=margins.file, key=level, **details)
    return Adjustment(ratio[cells.key], iterations, converged, error, worst, len(cells))


def _finish(margins: CodedMargins, weight: Floats, epsilon: float) -> tuple[Floats, int, bool]:
    """Finish slow sweeps by Newton steps from where they stand; factors of raking times such factors are raking."""
    totals = np.concatenate(margins.totals)
    # The steps stop by |misfit| / (1 + total), which is relative where totals are at least 1.
    unit = 1 / totals[totals > 0].min()
    problem = Problem(CodedSystem(margins), weight * unit, totals * unit, Distance("raking"))
    factor, steps, converged = walk(problem, epsilon, 50)
    return (weight * factor, steps, True) if converged else (weight, steps, False)


def worst_level(margins: CodedMargins, weight: Floats) -> tuple[float, str]:
    """Return the largest relative error of a level under weights by cell, and the level."""
    error, worst = 0.0, ""
    for margin, codes, total in zip(margins.margins, margins.cells.codes, margins.totals, strict=True):
        achieved = np.bincount(codes, weight, len(total))
        off = np.abs(achieved - total) / np.where(total > 0, total, 1.0)
        place = int(np.argmax(off))
        if off[place] >= error or not worst:
            error, worst = float(off[place]), margin.label(place)
    return error, worst


def level_name(margins: CodedMargins, column: int) -> str:
    """Return the name of a column counted over all margins."""
    for margin in margins.margins:
        if column < margin.totals.size:
            return margin.label(column)
        column -= margin.totals.size
    raise IndexError(column)


def _extreme(margins: CodedMargins, ratio: Floats) -> str:
    """Return the cell that was pulled hardest, with its respondents and factor."""
    with np.errstate(divide="ignore"):
        pull = np.abs(np.log(ratio))
    cell = int(np.argmax(pull))
    return f"{margins.cell_label(cell)} [n = {margins.cells.count[cell]}, {ratio[cell]:.3g}]"
