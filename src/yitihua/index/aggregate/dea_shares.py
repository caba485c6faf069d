"""The linear programmes of benefit-of-the-doubt with bounds on shares, solved by HiGHS.

Shares q_j = w_j x_j / score turn the programme of a unit into: the smallest t with sum_j q_j r_j / x_j <= t for every
rival r, within the bounds and with sum_j q_j = 1. Its score is 1 / t. The bounds are plain bounds of variables, so
a few rivals are all the rows there are; others are added when they exceed t.
"""

from __future__ import annotations

import numpy as np

from yitihua.index.aggregate.dea_bases import Basis
from yitihua.index.aggregate.dea_bounds import Cases, Floats, Mask, Restrictions
from yitihua.index.aggregate.dea_solver import TOLERANCE, new_solver, programme, proven

#: Rivals that are added at a time.
_AT_ONCE = 20


class SharesGame:
    """The programme of one unit after the other; see `yitihua.index.aggregate.dea_solver.Envelopment`.

    Parameters
    ----------
    rivals : ndarray, shape (rivals, children)
        No missing or negative values; every column that is not all 0 has its largest value at 1.
    limits : Restrictions
        With ratios for values on this scale.
    """

    def __init__(self, rivals: Floats, limits: Restrictions) -> None:
        self.rivals, self.ratios = rivals, limits.ratios
        self._columns = np.arange(rivals.shape[1] + 1, dtype=np.int32)
        self._solver = new_solver()
        self._rows: list[int] = []
        self._ratio_rows = np.zeros(0, dtype=np.int64)
        self._lower = self._upper = np.zeros(rivals.shape[1])
        self._solved = False

    def solve(self, case: Cases) -> Floats:
        """Return the best weights of a unit: no rival exceeds 1 under them.

        Parameters
        ----------
        case : Cases
            One unit, as `Cases.at` gives it for a single row; above 0 where it must have a share.

        Returns
        -------
        ndarray, shape (children,)
            0 where no shares obey bounds and ratios together: then only weights of 0 do.
        """
        own, present = case.own, case.present
        some = own > 0
        # A child with 0 has no share. With ratios it may have to carry weight all the same: a variable of its own.
        scale = np.where(some, 1.0 / np.where(some, own, 1.0), present & (len(self.ratios) > 0))
        self._lower = np.where(some, case.lower, 0.0)
        self._upper = np.where(some, case.upper, np.where(scale > 0, np.inf, 0.0))
        self._pass(some, present, scale)
        if not self._possible():
            return np.zeros(len(own))
        return proven(self._solver, self.rivals, own, lambda: self._run(scale))

    def _pass(self, some: Mask, present: Mask, scale: Floats) -> None:
        """Hand over the programme with the rivals that are strongest under middling shares."""
        room = np.where(some, self._upper - self._lower, 0.0)
        total = room.sum()
        middle = self._lower + (room * (1.0 - self._lower.sum()) / total if total > 0 else 0.0)
        self._rows = self._strongest(self.rivals @ (middle * scale), -np.inf)
        self._ratio_rows = np.flatnonzero((self.ratios[:, ~present] == 0).all(axis=1))
        rows = np.concatenate([some[None].astype(float), self.ratios[self._ratio_rows] * scale, self._scaled(scale)])
        t = np.zeros(len(rows))
        t[1 + len(self._ratio_rows) :] = -1.0
        low, high = np.full(len(rows), -np.inf), np.zeros(len(rows))
        low[: 1 + len(self._ratio_rows)], high[: 1 + len(self._ratio_rows)] = 0.0, np.inf
        low[0] = high[0] = 1.0
        cost = np.append(np.zeros(len(some)), 1.0)
        bounds = np.append(self._lower, 0.0), np.append(self._upper, np.inf)
        self._solver.passModel(programme(cost, bounds, (low, high), np.column_stack([rows, t])))

    def _possible(self) -> bool:
        """Solve once; return whether any shares obey what restricts them."""
        import highspy

        self._solver.run()
        self._solved = self._solver.getModelStatus() != highspy.HighsModelStatus.kInfeasible
        return self._solved

    def _scaled(self, scale: Floats) -> Floats:
        return self.rivals[self._rows] * scale

    def _strongest(self, reached: Floats, above: float) -> list[int]:
        """Return the rivals that reach most, of those above a value."""
        few = min(_AT_ONCE, len(reached))
        strongest = np.argpartition(-reached, few - 1)[:few]
        found: list[int] = strongest[reached[strongest] > above].tolist()
        return found

    def _run(self, scale: Floats) -> tuple[Floats, float]:
        """Solve, and let rivals in until none exceeds t."""
        while True:
            self._solver.run()
            found = np.array(self._solver.getSolution().col_value)
            weights, t = np.maximum(found[:-1], 0.0) * scale, found[-1]
            # Relative to t, which is large for a unit that is weak where it must have a share.
            more = self._strongest(self.rivals @ weights, t + TOLERANCE * max(1.0, t))
            more = [rival for rival in more if rival not in self._rows]
            if not more:
                return weights, 1.0 / t
            for rival in more:
                self._rows.append(rival)
                row = np.append(self.rivals[rival] * scale, -1.0)
                self._solver.addRow(-np.inf, 0.0, len(row), self._columns, row)

    def basis(self) -> Basis | None:
        """Return what binds at the last optimum, or None where that does not tell the weights."""
        if not self._solved:
            return None
        solution = self._solver.getSolution()
        cost, row = np.array(solution.col_dual)[:-1], np.abs(np.array(solution.row_dual)) > TOLERANCE
        split = 1 + len(self._ratio_rows)
        idle = (self._upper <= 0) | ((self._lower <= 0) & (cost > TOLERANCE))
        return Basis.of(
            len(cost),
            np.array(self._rows)[row[split:]],
            self._ratio_rows[row[1:split]],
            low=np.flatnonzero(~idle & (cost > TOLERANCE)),
            high=np.flatnonzero(~idle & (cost < -TOLERANCE)),
            none=np.flatnonzero(idle),
        )
