"""Two walks to the solution of the calibration equations, for all groups (counties) at once.

`walk` repeats R's ``grake`` in every group. `downhill` minimises the convex dual
``sum w Phi(x b) - totals b`` (Phi' = F) by damped Newton steps and finds the solution wherever there is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from yitihua.surveys.estimation.design import Floats
from yitihua.surveys.weighting.distances import Distance
from yitihua.surveys.weighting.systems import System

#: R's SOMETHRESHOLD: starting weights are rescaled where every total is further off than this.
_FAR = 20.0
#: A derivative below this part of the factor would leave directions without a step.
_FLOOR = 1e-4


@dataclass(frozen=True, eq=False)
class Problem:
    """Find factors g = F(x b / variance) with sum w g x = totals.

    Attributes
    ----------
    system : System
        x, over units.
    start : ndarray, shape (units,)
        Starting weights.
    totals : ndarray, shape (columns,)
    distance : Distance
        F.
    checked : ndarray of bool, shape (columns,), optional
        Columns that say whether it has converged; all if left out.
    whole : ndarray, shape (groups, columns), optional
        Sums of columns that are checked too: the size of each group.
    variance : ndarray, shape (units,), optional
        Ones if left out.
    """

    system: System
    start: Floats
    totals: Floats
    distance: Distance
    checked: np.ndarray | None = None
    whole: Floats | None = None
    variance: Floats | None = None

    @cached_property
    def scale(self) -> Floats:
        """By how much R rescales the starting weights of each group, shape (groups,); mostly 1."""
        if self.distance.method == "linear" and not self.distance.bounded:
            return np.ones(self.system.groups)
        sample = self.system.cross(self.start)
        ratio, group = self._seen(self.totals / np.where(sample != 0, sample, np.nan), sample)
        least = np.full(self.system.groups, np.inf)
        np.fmin.at(least, group, ratio)
        known = np.isfinite(ratio)
        count = np.bincount(group[known], minlength=self.system.groups)
        mean = np.bincount(group[known], ratio[known], self.system.groups) / np.maximum(count, 1)
        return np.where((least > _FAR) & (count > 0), mean, 1.0)

    def _seen(self, values: Floats, sample: Floats) -> tuple[Floats, np.ndarray]:
        """Return total / sample of the columns R has, and their groups."""
        kept = np.ones(len(values), dtype=bool) if self.checked is None else self.checked
        ratio, group = values[kept], self.system.column_group[kept]
        if self.whole is None:
            return ratio, group
        return (
            np.concatenate([self.whole @ self.totals / (self.whole @ sample), ratio]),
            np.concatenate([np.arange(self.system.groups), group]),
        )

    @cached_property
    def weight(self) -> Floats:
        """Starting weights after R's rescaling, shape (units,)."""
        return np.asarray(self.start * self.scale[self.system.unit_group])

    @property
    def spread(self) -> Floats:
        """The working variance."""
        return np.ones(len(self.start)) if self.variance is None else self.variance

    def misfit(self, g: Floats) -> Floats:
        """Return totals minus what the factors reach, shape (columns,)."""
        return np.asarray(self.totals - self.system.cross(self.weight * g))

    def met(self, misfit: Floats, epsilon: float) -> np.ndarray:
        """Return which groups have converged by R's criterion, shape (groups,)."""
        off = ~(np.abs(misfit) / (1 + np.abs(self.totals)) < epsilon)
        if self.checked is not None:
            off &= self.checked
        open_ = np.bincount(self.system.column_group, off, self.system.groups) > 0
        if self.whole is not None:
            open_ |= ~(np.abs(self.whole @ misfit) / (1 + np.abs(self.whole @ self.totals)) < epsilon)
        return ~open_


def walk(problem: Problem, epsilon: float, maxit: int) -> tuple[Floats, int, bool]:
    """Walk as R does: full steps, halved in groups where the factor is not finite.

    Returns
    -------
    g : ndarray, shape (units,)
        Factors on the rescaled weights.
    steps : int
    converged : bool
    """
    system, distance, spread = problem.system, problem.distance, problem.spread
    eta = np.zeros(system.columns)
    u = np.zeros(len(problem.start))
    open_, steps = np.ones(system.groups, dtype=bool), 1
    with np.errstate(all="ignore"):
        g, slope = distance.factor(u), distance.derivative_in_r(u)
        misfit = problem.misfit(g)
        while True:
            step = system.solver(problem.weight * slope / spread)(misfit)
            step[~open_[system.column_group]] = 0.0
            eta = eta + step
            u = system.fit(eta) / spread
            g, slope = distance.factor(u), distance.derivative_in_r(u)
            while steps < maxit and (wild := ~(np.isfinite(g) & np.isfinite(slope))).any():
                steps += 1
                halved = np.bincount(system.unit_group, wild, system.groups) > 0
                step = np.where(halved[system.column_group], step / 2, 0.0)
                eta = eta - step
                u = system.fit(eta) / spread
                g, slope = distance.factor(u), distance.derivative_in_r(u)
            misfit = problem.misfit(g)
            open_ &= ~problem.met(misfit, epsilon)
            if not open_.any():
                return g, steps, True
            steps += 1
            if steps > maxit or not np.isfinite(misfit).all():
                return g, steps - 1, False


def downhill(problem: Problem, epsilon: float, maxit: int) -> tuple[Floats, int, bool]:
    """Minimise the dual by Newton steps with a line search in each group; returns as `walk`."""
    system, distance, spread = problem.system, problem.distance, problem.spread
    eta, w = np.zeros(system.columns), problem.weight
    by_column, by_unit = system.column_group, system.unit_group

    def height(b: Floats) -> Floats:
        own = w * spread * distance.integral(system.fit(b) / spread)
        goal = np.bincount(by_column, problem.totals * b, system.groups)
        return np.asarray(np.bincount(by_unit, own, system.groups) - goal, dtype=float)

    with np.errstate(all="ignore"):
        now = height(eta)
        for steps in range(1, maxit + 1):
            u = system.fit(eta) / spread
            g = distance.factor(u)
            misfit = problem.misfit(g)
            shut = problem.met(misfit, epsilon)
            if shut.all() or not np.isfinite(misfit).all():
                return g, steps, bool(shut.all())
            slope = np.maximum(distance.derivative(u), _FLOOR * np.maximum(np.abs(g), 1e-12))
            step = system.solver(w * slope / spread)(misfit)
            step[shut[by_column]] = 0.0
            fall = np.bincount(by_column, misfit * step, system.groups)
            size, room = np.ones(system.groups), 1e-13 * (np.abs(now) + np.abs(fall))
            for _ in range(60):
                then = height(eta + size[by_column] * step)
                poor = ~(then <= now - 1e-4 * size * fall + room)
                if not poor.any():
                    break
                size[poor] /= 2
            eta, now = eta + size[by_column] * step, then
        return g, maxit, False
