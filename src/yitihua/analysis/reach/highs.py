"""Linear and mixed-integer programmes of weights, solved by HiGHS to the last digits.

SciPy's door to HiGHS keeps rows to 1e-7 and whole numbers to 1e-6, which is more than the last published digit.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from yitihua.indicators.table import Floats

#: How far a whole number may be missed: tighter takes twice the time.
WHOLE = 1e-8


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a programme came to.

    Attributes
    ----------
    x : ndarray or None
        None where there is no solution, or none was found in time.
    objective : float
    bound : float
        No solution goes below; infinite where there is none.
    row_duals, column_duals : ndarray
        Of linear programmes: what one more unit of a row's, or a variable's, limit costs.
    """

    x: Floats | None
    objective: float
    bound: float
    row_duals: Floats
    column_duals: Floats


def minimise(
    cost: Floats,
    rows: Floats,
    limits: tuple[Floats, Floats],
    bounds: tuple[Floats, Floats],
    switches: int = 0,
    seconds: float = np.inf,
) -> Outcome:
    """Return the x with the least cost @ x where rows @ x and x lie between limits.

    Parameters
    ----------
    cost : ndarray, shape (variables,)
    rows : ndarray, shape (rows, variables)
    limits, bounds : (ndarray, ndarray)
        Lowest and highest, of rows and of variables; infinite where there is none.
    switches : int
        The last variables, which are 0 or 1.
    seconds : float

    Examples
    --------
    >>> one = np.ones(2)
    >>> found = minimise(np.array([1.0, 2.0]), one[None, :], (one[:1], one[:1]), (0 * one, 0.7 * one))
    >>> found.x.round(9).tolist(), round(found.bound, 9), found.row_duals.tolist()
    ([0.7, 0.3], 1.3, [2.0])
    """
    import highspy

    from yitihua.index.aggregate.dea_solver import new_solver, programme

    solver = new_solver()
    solver.setOptionValue("presolve", "choose" if switches else "off")
    solver.setOptionValue("time_limit", float(max(min(seconds, 1e9), 0.0)))
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_feasibility_tolerance", WHOLE)
    model: Any = programme(cost, bounds, limits, rows)
    if switches:
        kinds = highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger
        model.integrality_ = [kinds[0]] * (len(cost) - switches) + [kinds[1]] * switches
    solver.passModel(model)
    with silent():
        solver.run()
    return _outcome(solver, switches)


def _outcome(solver: Any, switches: int) -> Outcome:
    import highspy

    none = np.zeros(0)
    status, state, info = highspy.HighsModelStatus, solver.getModelStatus(), solver.getInfo()
    if state in (status.kInfeasible, status.kUnboundedOrInfeasible):
        return Outcome(None, np.inf, np.inf, none, none)
    solution = solver.getSolution()
    found = np.array(solution.col_value) if info.primal_solution_status == 2 else None
    proven = info.mip_dual_bound if switches else info.objective_function_value
    if state != status.kOptimal and not switches:
        return Outcome(None, np.inf, -np.inf, none, none)
    bound = float(proven) if np.isfinite(proven) else -np.inf
    return Outcome(
        found, float(info.objective_function_value), bound, np.array(solution.row_dual), np.array(solution.col_dual)
    )


@contextmanager
def silent() -> Iterator[None]:
    """Keep what a library prints past Python away from stdout.

    HiGHS prints a line of its own now and then, whatever it is told, and would do so into JSON.

    Examples
    --------
    >>> with silent():
    ...     _ = os.write(1, b"noise")
    """
    with suppress(AttributeError, ValueError):  # stdout may be closed, or None under pythonw
        sys.stdout.flush()
    try:
        saved = os.dup(1)
    except OSError:  # nothing to print to
        yield
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 1)
        yield
    finally:
        with suppress(OSError, AttributeError, TypeError):
            ctypes.CDLL(None).fflush(None)  # what the C library still holds goes nowhere as well
        os.dup2(saved, 1)
        os.close(saved)
        os.close(nothing)
