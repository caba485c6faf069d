"""The linear programmes of benefit-of-the-doubt without bounds on shares: one model for all units, solved by HiGHS.

The model is the dual ("envelopment") of: the largest w'x with w'r <= 1 for every rival r. It has a row a child and
a column a rival, so it stays small, and from unit to unit only the right side changes: HiGHS starts where it
stopped. Rivals enter when weights are found under which they exceed 1; most never do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from yitihua.errors import refuse
from yitihua.index.aggregate.dea_bases import Basis
from yitihua.index.aggregate.dea_bounds import Cases, Floats, Mask, Restrictions

#: Feasibility asked of the solver, its tightest.
TOLERANCE = 1e-10
#: Gap between the score of the weights and its bound from above that is taken for rounding.
_GAP = 1e-8


def new_solver() -> Any:
    """Return a silent HiGHS at its tightest tolerances."""
    import highspy

    # The base class of the wrapper: the wrapper prints a banner when it is made, and calls back into Python.
    base: Any = highspy.Highs.__base__
    solver = base()
    for option, value in (
        ("output_flag", False),
        ("presolve", "off"),
        ("primal_feasibility_tolerance", TOLERANCE),
        ("dual_feasibility_tolerance", TOLERANCE),
    ):
        solver.setOptionValue(option, value)
    return solver


def programme(cost: Floats, columns: tuple[Floats, Floats], rows: tuple[Floats, Floats], matrix: Floats) -> Any:
    """Return a linear programme for HiGHS: bounds are (lower, upper), the matrix has a row a restriction."""
    import highspy

    made = highspy.HighsLp()
    made.num_row_, made.num_col_ = matrix.shape
    made.col_cost_ = cost
    made.col_lower_, made.col_upper_ = columns
    made.row_lower_, made.row_upper_ = rows
    nonzero = matrix != 0
    made.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    made.a_matrix_.start_ = np.append(0, np.cumsum(nonzero.sum(axis=1)))
    made.a_matrix_.index_ = np.nonzero(nonzero)[1]
    made.a_matrix_.value_ = matrix[nonzero]
    return made


def proven(solver: Any, rivals: Floats, own: Floats, run: Callable[[], tuple[Floats, float]]) -> Floats:
    """Return weights under which no rival exceeds 1, once their score meets the bound that the solver gives.

    Raises
    ------
    InputError
        If it does not, even from a fresh start.
    """
    for attempt in range(2):
        weights, bound = run()
        weights = weights / max(float((rivals @ weights).max()), 1e-300)
        gap = abs(bound - float(weights @ own))
        if gap <= _GAP * max(1.0, bound):
            return weights
        if attempt == 0:  # what warm starts have piled up is thrown away
            solver.clearSolver()
    raise refuse("bod-unsolved", found=f"{gap:.3g}")


class Envelopment:
    """The model, and the rivals that have entered it.

    Parameters
    ----------
    rivals : ndarray, shape (rivals, children)
        No missing or negative values; every column that is not all 0 has its largest value at 1.
    limits : Restrictions
        Without bounds on shares; ratios for values on this scale.
    """

    def __init__(self, rivals: Floats, limits: Restrictions) -> None:
        self.rivals, self.ratios = rivals, limits.ratios
        m = rivals.shape[1]
        self.entered = list(dict.fromkeys(rivals.argmax(axis=0).tolist()))
        self._rows, self._free = np.arange(m, dtype=np.int32), np.full(m, np.inf)
        self._own, self._present = np.zeros(m), np.ones(m, dtype=bool)
        self._solver = new_solver()
        # Columns: a multiplier for each ratio, then for each rival.
        columns = np.concatenate([-self.ratios, rivals[self.entered]])
        count = len(columns)
        cost = np.append(np.zeros(len(self.ratios)), np.ones(len(self.entered)))
        bounds = (np.zeros(count), np.full(count, np.inf))
        self._solver.passModel(programme(cost, bounds, (np.zeros(m), self._free), columns.T))

    def solve(self, case: Cases) -> Floats:
        """Return the best weights of a unit: no rival exceeds 1 under them.

        Parameters
        ----------
        case : Cases
            One unit, as `Cases.at` gives it for a single row; not all 0.

        Returns
        -------
        ndarray, shape (children,)
        """
        own, present = case.own, case.present
        self._own = own
        self._solver.changeRowsBounds(len(own), self._rows, own, self._free)
        if len(self.ratios) and (present != self._present).any():
            self._present = present
            for g, out in enumerate((self.ratios[:, ~present] != 0).any(axis=1).tolist()):
                self._solver.changeColBounds(g, 0.0, 0.0 if out else np.inf)
        # Weight on what is missing helps nobody; where ratios bind, a child with 0 may have to carry some.
        used = present if len(self.ratios) else own > 0
        return proven(self._solver, self.rivals, own, lambda: self._run(used))

    def _run(self, used: Mask) -> tuple[Floats, float]:
        """Solve, and let rivals in until none exceeds 1."""
        solver, m = self._solver, len(used)
        while True:
            solver.run()
            weights = np.array(solver.getSolution().row_dual)
            reached = self.rivals @ weights
            most = int(reached.argmax())
            if reached[most] <= 1 + TOLERANCE or most in self.entered:
                return np.where(used, np.maximum(weights, 0.0), 0.0), float(solver.getInfo().objective_function_value)
            self.entered.append(most)
            solver.addCol(1.0, 0.0, np.inf, m, self._rows, self.rivals[most])

    def basis(self) -> Basis | None:
        """Return what binds at the last optimum, or None where that does not tell the weights."""
        solution = self._solver.getSolution()
        binding = np.array(solution.col_value) > TOLERANCE
        idle = np.array(solution.row_value) - self._own > TOLERANCE
        split = len(self.ratios)
        rivals = np.array(self.entered)[binding[split:]]
        return Basis.of(len(self._own), rivals, np.flatnonzero(binding[:split]), none=np.flatnonzero(idle))
