"""Replicate weights: jackknife, bootstrap, or as supplied; the variance is that of any statistic over them.

Scales follow R survey 4.5 (`svrepdesign`, `as.svrepdesign`). A calibrated survey should calibrate each replicate
and hand the matrix to `Replicates.supplied`: replicates of final weights know nothing of the margins.

Where this differs from R: `svytotal` of R's replicates leaves respondents of strata taken whole out of the
replicates and not out of the estimate, so that ``mse = TRUE`` counts their total as error; here they are in both.
A replicate in which one statistic is not defined is left out for all of them, so that the covariance is one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from yitihua.errors import refuse
from yitihua.surveys.estimation.design import Floats, SurveyDesign
from yitihua.surveys.estimation.stages import StageTable
from yitihua.surveys.estimation.variance import refuse_one_psu

#: A pivot below this share of the first is no dimension of its own, as R's ``qr`` is told for degrees of freedom.
RANK = 1e-5


@dataclass(frozen=True, eq=False)
class Replicates:
    """Replicate weights and what their squared deviations count.

    Attributes
    ----------
    weight : ndarray, shape (respondents,)
        Full-sample weights.
    weights : ndarray, shape (respondents, replicates)
        Weights of the replicates, the sampling weight included.
    scale : float
    rscales : ndarray, shape (replicates,)
        The variance is ``scale sum_r rscales_r (theta_r - centre)^2``.
    mse : bool
        Whether the centre is the full-sample estimate; otherwise the mean over replicates with `rscales` above 0.
    """

    weight: Floats
    weights: Floats
    scale: float
    rscales: Floats
    mse: bool = False

    @classmethod
    def supplied(
        cls,
        weight: Any,
        weights: Any,
        *,
        scale: float | None = None,
        rscales: Sequence[float] | Floats | None = None,
        mse: bool = False,
        combined: bool = True,
    ) -> Replicates:
        """Return replicates of a given matrix.

        Parameters
        ----------
        weight : array, shape (respondents,)
        weights : array, shape (respondents, replicates)
        scale : float, optional
            Default ``1 / (replicates - 1)``, a bootstrap's. JK1 takes ``(n - 1) / n``; JKn and JK2 take 1 with
            their `rscales` (JK2: 1); BRR takes ``1 / replicates``.
        rscales : array, shape (replicates,), optional
            Default 1.
        mse : bool
        combined : bool
            Whether the matrix includes the sampling weight; if not, it is multiplied in.
        """
        full, matrix = np.asarray(weight, dtype=float), np.asarray(weights, dtype=float)
        if matrix.ndim != 2 or len(matrix) != len(full) or matrix.shape[1] < 2:
            raise refuse("replicates-shape", found=matrix.shape, options=f"({len(full)}, 2+)")
        count = matrix.shape[1]
        each = np.ones(count) if rscales is None else np.asarray(rscales, dtype=float)
        if each.shape != (count,):
            raise refuse("replicates-shape", key="rscales", found=each.shape, options=f"({count},)")
        matrix = matrix if combined else matrix * full[:, None]
        return cls(full, matrix, 1 / (count - 1) if scale is None else scale, each, mse)

    @classmethod
    def jackknife(cls, design: SurveyDesign, *, mse: bool = False) -> Replicates:
        """Return the jackknife that leaves out one primary cluster at a time: JKn, or JK1 without strata.

        A population at the primary stage shrinks a stratum's `rscales`; later stages are left to the clusters,
        as in R. A stratum of one cluster is left out whole under "adjust", skipped under the other rules, and
        under "average" the rest is scaled up.

        Examples
        --------
        >>> design = SurveyDesign.from_columns([1.0] * 3)
        >>> found = Replicates.jackknife(design)
        >>> found.weights[:, 0].tolist(), round(found.scale, 4)
        ([0.0, 1.5, 1.5], 0.6667)
        """
        table = design.tables[0]
        n_h = table.units[table.stratum]
        strata, clusters = len(table.units), len(table.stratum)
        refuse_under_fail(design, table)
        single = n_h == 1
        with np.errstate(divide="ignore", invalid="ignore"):
            grow = np.where(single, strata / max(strata - 1, 1), n_h / (n_h - 1))
            # table.scale holds (1 - f) n / (n - 1); the jackknife counts (1 - f) (n - 1) / n.
            counted = np.where(single, (strata - 1) / strata, table.scale * ((n_h - 1) / n_h) ** 2)
        # Strata taken whole have no replicates, as R drops them.
        left_out = np.flatnonzero((table.scale > 0) & (~single | (design.one_psu == "adjust")))
        if strata == 1:
            factors = np.where(np.eye(clusters, dtype=bool), 0.0, grow[:, None])
            return cls(design.weight, _spread(design, table, factors), float(counted[0]), np.ones(clusters), mse)
        factors = np.ones((clusters, len(left_out)))
        for column, cluster in enumerate(left_out):
            stratum = table.stratum == table.stratum[cluster]
            factors[:, column] = np.where(stratum, grow, 1.0) if not single[cluster] else grow[cluster]
            factors[cluster, column] = 0.0
        scale = clusters / len(left_out) if design.one_psu == "average" else 1.0
        return cls(design.weight, _spread(design, table, factors), scale, counted[left_out], mse)

    @classmethod
    def bootstrap(
        cls, design: SurveyDesign, replicates: int, seed: int | np.random.Generator, *, mse: bool = False
    ) -> Replicates:
        """Return seeded bootstrap replicates of n - 1 clusters of every stratum with replacement.

        Rao & Wu (1988), R's "subbootstrap": unbiased for totals with replacement. Populations are not
        considered, so it overstates where much of a stratum was drawn. Clusters alone in a stratum stay.

        Examples
        --------
        >>> design = SurveyDesign.from_columns([1.0] * 5)
        >>> found = Replicates.bootstrap(design, 50, seed=1)
        >>> found.weights.shape, bool(np.allclose(found.weights.sum(axis=0), 5))
        ((5, 50), True)
        """
        generator = np.random.default_rng(seed)
        table = design.tables[0]
        refuse_under_fail(design, table)
        factors = np.ones((len(table.stratum), replicates))
        order = np.argsort(table.stratum, kind="stable")
        ends = np.cumsum(table.units).astype(int)
        for end, units in zip(ends, table.units.astype(int), strict=True):
            if units > 1:
                drawn = generator.multinomial(units - 1, np.full(units, 1 / units), size=replicates)
                factors[order[end - units : end]] = drawn.T * units / (units - 1)
        weights = _spread(design, table, factors)
        return cls(design.weight, weights, 1 / (replicates - 1), np.ones(replicates), mse)

    @cached_property
    def df(self) -> float:
        """Degrees of freedom: the rank of the replicate weights less 1, as R's `degf`."""
        from scipy.linalg import qr

        pivots = np.abs(np.diag(qr(self.weights, mode="r", pivoting=True)[0]))
        return float((pivots > RANK * pivots[0]).sum() - 1)

    def covariance(self, full: Floats, thetas: Floats) -> Floats:
        """Return the covariance of statistics from their replicates.

        Parameters
        ----------
        full : ndarray, shape (k,)
            Of the full sample.
        thetas : ndarray, shape (replicates, k)
            Replicates in which any is NaN are left out.
        """
        told = ~np.isnan(thetas).any(axis=1)
        rscales, thetas = self.rscales[told], thetas[told]
        centre = full if self.mse else thetas[rscales > 0].mean(axis=0)
        deviation = (thetas - centre) * np.sqrt(rscales)[:, None]
        return np.asarray(deviation.T @ deviation * self.scale)

    def apply(self, statistic: Callable[[Floats], Any]) -> tuple[Floats, Floats]:
        """Return a statistic of weights and its covariance, as R's `withReplicates`.

        Parameters
        ----------
        statistic : callable
            Takes weights of shape (respondents,), returns a number or an array of shape (k,).

        Examples
        --------
        >>> y = np.array([1.0, 2.0, 3.0, 6.0])
        >>> jackknife = Replicates.jackknife(SurveyDesign.from_columns(np.ones(4)))
        >>> value, errors = jackknife.apply(lambda w: (w * y).sum() / w.sum())
        >>> value.tolist(), errors.round(6).tolist()  # s^2 / n
        ([3.0], [[1.166667]])
        """
        full = np.atleast_1d(np.asarray(statistic(self.weight), dtype=float))
        thetas = [np.atleast_1d(np.asarray(statistic(column), dtype=float)) for column in self.weights.T]
        return full, self.covariance(full, np.stack(thetas))

    def totals(self, y: Floats) -> tuple[Floats, Floats]:
        """Return weighted totals, of the full sample (k,) and of replicates (replicates, k); no missing values.

        Means and ratios are quotients of these, domains are columns that are 0 outside.
        """
        values = np.asarray(y, dtype=float)
        return np.asarray(self.weight @ values), np.asarray(self.weights.T @ values)

    def ratios(self, y: Floats, x: Floats) -> tuple[Floats, Floats]:
        """Return ratios of weighted totals by column and their covariance; means have 1 for x.

        Parameters
        ----------
        y, x : ndarray, shape (respondents, k)
            0 outside a column's domain and where an answer is missing, in both.

        Examples
        --------
        >>> y, x = np.array([[1.0], [2.0], [3.0], [6.0]]), np.ones((4, 1))
        >>> jackknife = Replicates.jackknife(SurveyDesign.from_columns(np.ones(4)))
        >>> [part.ravel().round(6).tolist() for part in jackknife.ratios(y, x)]
        [[3.0], [1.166667]]
        """
        (above, above_r), (below, below_r) = self.totals(y), self.totals(x)
        with np.errstate(invalid="ignore", divide="ignore"):
            full, thetas = above / below, above_r / below_r
        return full, self.covariance(full, thetas)


def refuse_under_fail(design: SurveyDesign, table: StageTable) -> None:
    """Refuse strata of one cluster under "fail"."""
    if design.one_psu == "fail":
        refuse_one_psu(table, table.lonely, 0)


def _spread(design: SurveyDesign, table: StageTable, factors: Floats) -> Floats:
    return np.asarray(factors[table.cluster] * design.weight[:, None])
