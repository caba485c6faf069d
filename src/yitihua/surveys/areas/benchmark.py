"""Benchmarking: small-area estimates moved so that, weighted by population, they add up to a city's direct estimate.

A model that is wrong in a whole city shows as a difference there; the city's direct estimate, with its large
sample, corrects it. With w the shares of population within a group, T its total and L = T - sum w eblup:

- difference: every area moves by L (the groups' optimum for equal weights; Wang, Fuller & Qu 2008),
- ratio: every area is multiplied by T / sum w eblup, so it moves by L * eblup / sum w eblup.

What it costs. If T is the sum of the same direct estimates (internal), L is a contrast of the model's own
residuals, and the error of an EBLUP is uncorrelated with any such contrast: the MSE of area c grows by exactly
``a_c^2 Var(L)``, a_c its move for L = 1 (to first order for the ratio), and
``Var(L) = sum w^2 B^2 (A + D) - z' Cov(beta) z`` with ``z = sum w B x`` (Steorts & Ghosh 2013, their g4). The
move is shared by the group's areas: a factor more of the covariance. If T comes from elsewhere with its own
variance (external), errors become ``(I - a w') error + a error(T)``: often smaller than before, for T adds
information.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from yitihua.errors import FaultList, suggest
from yitihua.indicators.arrays import Floats
from yitihua.indicators.covariance import Covariance, matrix_root
from yitihua.surveys.areas.fay_herriot import FayHerriot

BenchmarkMethod = Literal["difference", "ratio"]
METHODS: tuple[BenchmarkMethod, ...] = ("difference", "ratio")


@dataclass(frozen=True, eq=False)
class Benchmarked:
    """Benchmarked estimates.

    Attributes
    ----------
    areas, groups : tuple of str
    value, mse : ndarray, shape (areas,)
    shift : ndarray, shape (areas,)
        What was added.
    move : ndarray, shape (areas,)
        By how much an area moves where its group's total exceeds its sum by 1 (a in the module's text).
    share : ndarray, shape (areas,)
        Population shares within the group (w).
    group : ndarray of int, shape (areas,)
        Index into `groups`.
    total, gap : ndarray, shape (groups,)
        What was benchmarked to, and L.
    gap_covariance : ndarray, shape (groups, groups)
        Of L (internal: groups share beta) or of T (external, diagonal).
    internal : bool
    """

    areas: tuple[str, ...]
    groups: tuple[str, ...]
    value: Floats
    mse: Floats
    shift: Floats
    move: Floats
    share: Floats
    group: npt.NDArray[np.intp]
    total: Floats
    gap: Floats
    gap_covariance: Floats
    internal: bool

    @property
    def se(self) -> Floats:
        """Roots of the MSE, 0 where negative."""
        return np.asarray(np.sqrt(np.maximum(self.mse, 0.0)))

    def covariance(self, before: Covariance, indicator: int = 0) -> Covariance:
        """Return the covariance after benchmarking, from `area_covariance` before it.

        Internal totals add a shared factor a group to the indicator. External ones mix the errors of a
        group's areas: the covariance of that indicator is spread into factors, a matrix of areas x areas,
        and its covariance with other indicators is not kept; benchmark one indicator at a time.
        """
        pushed = self.move[:, None] * matrix_root(self.gap_covariance)[self.group]
        if self.internal:
            factors = np.zeros((len(self.groups), *before.shared.shape[1:]))
            factors[:, :, indicator] = pushed.T
            shared = np.concatenate([before.shared, factors])
            return Covariance(before.units, before.indicators, before.blocks, shared)
        if len(before.indicators) > 1:
            raise ValueError("external totals: give the covariance of one indicator")
        together = self.group[:, None] == self.group
        mix = np.eye(len(self.areas)) - self.move[:, None] * self.share * together
        dense = mix @ before.dense() @ mix.T
        root = matrix_root(dense + pushed @ pushed.T)
        return Covariance(before.units, before.indicators, np.zeros_like(before.blocks), root[:, :, None])


def benchmark(
    fit: FayHerriot,
    population: npt.ArrayLike,
    group: Sequence[str] | None = None,
    *,
    totals: Mapping[str, float] | None = None,
    total_variance: Mapping[str, float] | None = None,
    method: BenchmarkMethod = "difference",
) -> Benchmarked:
    """Benchmark a model's estimates to groups' totals, weighted by population.

    Parameters
    ----------
    fit : FayHerriot
    population : array_like, shape (areas,)
        Of which the shares within a group are taken.
    group : sequence of str, optional
        The city of each area; all form one group by default.
    totals : mapping of str to float, optional
        External means of groups. None takes the population-weighted mean of the group's own direct estimates
        (internal); then areas without a sample move with the rest and have no part in the sum, and a group
        with no sample at all stays.
    total_variance : mapping of str to float, optional
        Variances of external means; 0 where not given (a census, or a mean that is fixed by decree).
    method : {"difference", "ratio"}

    Raises
    ------
    InputError
        Areas without population; groups without a finite total; a ratio to a sum that is not above 0.

    Examples
    --------
    >>> from yitihua.surveys.areas.fay_herriot import fay_herriot
    >>> fit = fay_herriot([50.0, 60.0, 70.0, 80.0], [4.0, 40.0, 40.0, 4.0])
    >>> found = benchmark(fit, [1, 1, 1, 3])
    >>> round(float((np.array([1, 1, 1, 3]) / 6 * found.value).sum()), 9)  # (50 + 60 + 70 + 3 * 80) / 6
    70.0
    """
    names = np.full(len(fit.areas), "all", dtype=object) if group is None else np.asarray(group, dtype=object)
    groups, code = np.unique(names.astype(str), return_inverse=True)
    people = np.asarray(population, dtype=float)
    _check(fit, people, groups, code, totals, method)
    counted = fit.sampled if totals is None else np.ones(len(code), dtype=bool)
    held = np.asarray(np.bincount(code, np.where(counted, people, 0.0), len(groups)), dtype=float)
    share = np.where(counted, people, 0.0) / np.where(held > 0, held, 1.0)[code]
    sums = np.asarray(np.bincount(code, share * fit.eblup, len(groups)), dtype=float)
    if totals is None:
        total = np.bincount(code, share * np.where(fit.sampled, fit.direct, 0.0), len(groups))
        covariance = _gap_covariance(fit, share, code, len(groups))
    else:
        total = np.array([totals[name] for name in groups], dtype=float)
        covariance = np.diag([float((total_variance or {}).get(name, 0.0)) for name in groups])
    move = np.ones(len(code)) if method == "difference" else _ratio_moves(fit.eblup, sums, groups, code, held)
    gap = np.where(held > 0, total - sums, 0.0)
    variance = np.diag(covariance)
    mse = fit.mse + move**2 * variance[code] if totals is None else _external_mse(fit, share, move, variance, code)
    shift = move * gap[code]
    return Benchmarked(
        fit.areas, tuple(str(name) for name in groups), fit.eblup + shift, mse, shift, move, share, code,
        np.where(held > 0, total, np.nan), gap, covariance, totals is None,
    )  # fmt: skip


def _gap_covariance(fit: FayHerriot, share: Floats, code: npt.NDArray[np.intp], groups: int) -> Floats:
    shrunk = share * (1 - fit.gamma)
    total = np.where(fit.sampled, fit.sigma2_u + np.where(fit.sampled, fit.variance, 0.0), 0.0)
    own = np.bincount(code, shrunk**2 * total, groups)
    z = np.stack([np.bincount(code, shrunk * column, groups) for column in fit.x.T], axis=1)
    return np.asarray(np.diag(own) - z @ fit.beta_covariance @ z.T)


def _ratio_moves(
    eblup: Floats, sums: Floats, groups: npt.NDArray[np.str_], code: npt.NDArray[np.intp], held: Floats
) -> Floats:
    faults = FaultList()
    for name, found in zip(groups[(held > 0) & ~(sums > 0)], sums[(held > 0) & ~(sums > 0)], strict=True):
        faults.add("benchmark-ratio", group=name, found=f"{found:g}")
    faults.raise_if_any()
    return eblup / np.where(held > 0, sums, 1.0)[code]


def _external_mse(fit: FayHerriot, share: Floats, move: Floats, variance: Floats, code: npt.NDArray[np.intp]) -> Floats:
    """Return the diagonal of ``(I - a w') M (I - a w')' + a a' V(T)``, M of rank p off the diagonal."""
    own = np.maximum(fit.mse - fit.g2, 0.0)
    factors = (1 - fit.gamma)[:, None] * (fit.x @ matrix_root(fit.beta_covariance))
    groups = len(variance)
    summed = np.stack([np.bincount(code, share * column, groups) for column in factors.T], axis=1)
    cross = share * own + (factors * summed[code]).sum(axis=1)
    whole = np.bincount(code, share**2 * own, groups) + (summed**2).sum(axis=1)
    return np.asarray(own + fit.g2 - 2 * move * cross + move**2 * (whole + variance)[code])


def _check(
    fit: FayHerriot,
    people: Floats,
    groups: npt.NDArray[np.str_],
    code: npt.NDArray[np.intp],
    totals: Mapping[str, float] | None,
    method: str,
) -> None:
    if people.shape != (len(fit.areas),) or code.shape != people.shape:
        raise ValueError(f"population and group have shapes {people.shape} and {code.shape}, not ({len(fit.areas)},)")
    faults = FaultList()
    if method not in METHODS:
        faults.add("benchmark-method", found=method, options=METHODS, hint=suggest(method, METHODS))
    for k in np.flatnonzero(~(np.isfinite(people) & (people > 0))):
        faults.add("benchmark-population", key=fit.areas[k], group=groups[code[k]], found=f"{people[k]:g}")
    if totals is not None:
        for name in groups:
            if not np.isfinite(totals.get(name, np.nan)):
                faults.add("benchmark-total", group=name)
    faults.raise_if_any()
