"""Errors where respondents were drawn themselves, from sums of squares instead of a row a respondent.

For the n respondents of stratum h, with z the weighted linearised value, ``sum (z - mean)(z - mean)'`` is
``sum z z' - sum z sum z' / n``; the rest is as in `estimation.variance`, which wants every cluster and so would
want every respondent here. The subtraction loses digits: with scores of mean 60 and standard deviation
25, one or two of sixteen.

Calibrated weights leave residuals z - w f, with f the same for everyone in a cell of the margins. So their
squares are ``sum z z' - sum w z f' - f sum w z' + f f' sum w^2``, and again no row is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yitihua.errors import listing, refuse
from yitihua.indicators.covariance import matrix_root
from yitihua.surveys.engines.sums import SumsTable
from yitihua.surveys.estimation.covariance import DomainErrors
from yitihua.surveys.estimation.design import Codes, Floats, SurveyDesign
from yitihua.surveys.estimation.domains import LARGEST, Cells
from yitihua.surveys.estimation.stages import WHOLE, first_rows
from yitihua.surveys.estimation.variance import Mask

#: A variance below this part of the squares it was left of is rounding: everybody answered alike.
NOTHING = 1e-13
#: The largest order of a matrix over all domains and variables of which a root is taken: some seconds.
LARGEST_ROOT = 1500
#: A population this little below the sample (relative) is the sample, rounded.
SAME = 1e-9


@dataclass(frozen=True, eq=False)
class SquareSums:
    """What the variance needs of each cell, for some columns (variables of one or several domains).

    Attributes
    ----------
    stratum : ndarray of int, shape (cells,)
    total : ndarray, shape (cells, columns)
        Sums of weighted linearised values; of residuals, where weights are calibrated.
    second : ndarray, shape (columns, columns)
        Sums of their products over all cells, times the factor of the stratum.
    gross : ndarray, shape (columns,)
        The sums of squares in `second` without what calibration took off.
    known : ndarray, shape (cells, columns)
        Whether anybody of the column's domain has a value; it tells which strata of one respondent count.
    """

    stratum: Codes
    total: Floats
    second: Floats
    gross: Floats
    known: Mask


@dataclass(frozen=True, eq=False)
class Strata:
    """Strata of respondents.

    Attributes
    ----------
    units, left : ndarray, shape (strata,)
        Respondents drawn, and the share of the population left out, 1 - f.
    labels : tuple of str
        Names, for messages.
    design : SurveyDesign
        For the rule of strata of one respondent and the calibrations.
    """

    units: Floats
    left: Floats
    labels: tuple[str, ...]
    design: SurveyDesign

    @classmethod
    def of(cls, table: SumsTable, design: SurveyDesign) -> Strata:
        """Return the strata of a table."""
        count = len(table.strata)
        units = np.bincount(table.stratum, table.rows, count)
        if table.psu is not None:
            units = np.bincount(table.stratum[first_rows(table.psu)], minlength=count).astype(float)
        left = np.ones(count)
        if table.population is not None:
            population = np.full(count, np.inf)
            population[table.stratum] = table.population
            finite = np.isfinite(population)
            left[finite] = (population[finite] - units[finite]) / population[finite]
            if (small := left < -SAME).any():
                raise refuse("engine-population-small", found=listing(table.strata[h] for h in np.flatnonzero(small)))
        return cls(np.asarray(units, dtype=float), np.where(left < WHOLE, 0.0, left), table.strata, design)

    @property
    def lonely(self) -> Mask:
        """Strata of one unit that were not taken whole."""
        return np.asarray((self.units == 1) & (self.left > 0))

    def told(self, cells: Cells, domains: int) -> tuple[Mask, Mask]:
        """Return the domains with strata of one unit, and those where an error of 0 is an answer.

        The latter have only strata that were taken whole, or that the rule calls certain.
        """
        lonely = self.lonely[cells.group_stratum]
        sure = self.left[cells.group_stratum] == 0
        if self.design.one_psu in ("remove", "certainty"):
            sure |= lonely
        return (
            np.bincount(cells.group_domain, lonely, domains) > 0,
            np.bincount(cells.group_domain, ~sure, domains) == 0,
        )

    @property
    def scale(self) -> Floats:
        """What squared deviations count; 0 in a stratum of one."""
        return self.left * np.where(self.units > 1, self.units / np.maximum(self.units - 1, 1), 0.0)

    def covariance(self, sums: SquareSums) -> Floats:
        """Return the covariance of the columns, shape (columns, columns)."""
        here, inverse = np.unique(sums.stratum, return_inverse=True)
        total = np.zeros((len(here), sums.total.shape[1]))
        np.add.at(total, inverse, sums.total)
        there = np.zeros(total.shape, dtype=bool)
        np.logical_or.at(there, inverse, sums.known)
        weighted = total * (self.scale[here] / self.units[here])[:, None]
        found = sums.second - weighted.T @ total
        flat = np.einsum("ii->i", found) <= NOTHING * sums.gross
        found[flat] = 0.0
        found[:, flat] = 0.0
        if self.lonely[here].any():
            return self._one_respondent(found, here, total, there)
        return np.asarray(found)

    def _one_respondent(self, found: Floats, here: Codes, total: Floats, there: Mask) -> Floats:
        """Apply the rule, as `estimation.domains.cell_roots`; "remove" and "certainty" add nothing."""
        rule, units = self.design.one_psu, self.units[here]
        lonely = self.lonely[here]
        if rule == "fail" and (alone := lonely & there.any(axis=1)).any():
            raise refuse("engine-one-psu", found=listing(self.labels[h] for h in here[alone]))
        with np.errstate(invalid="ignore", divide="ignore"):
            if rule == "adjust":
                centre = total.sum(axis=0) / (there * units[:, None]).sum(axis=0)
                deviation = np.where(there, total - centre, 0.0)[lonely] * np.sqrt(self.left[here][lonely])[:, None]
                return np.asarray(found + deviation.T @ deviation)
            if rule == "average":
                several = (there & ~lonely[:, None]).sum(axis=0)
                factor = np.sqrt(np.where(several > 0, there.sum(axis=0) / several, np.nan))
                return np.asarray(found * factor[:, None] * factor)
        return found


def square_errors(table: SumsTable, strata: Strata, value: Floats, divisor: Floats) -> DomainErrors:
    """Return the errors of linearised statistics of a table without clusters.

    Parameters
    ----------
    table : SumsTable
        With squares.
    strata : Strata
    value : ndarray, shape (domains, k)
        What x is multiplied with before it is taken from y: the mean or ratio, 0 for totals.
    divisor : ndarray, shape (domains, k)
        What linearised values are divided by; 0 where there is no estimate.
    """
    domains, k = divisor.shape
    inside = np.flatnonzero(table.domain >= 0)
    order = inside[np.argsort(table.domain[inside], kind="stable")]
    rows = np.split(order, np.searchsorted(table.domain[order], np.arange(1, domains)))
    parts = _Parts(table, strata, value, _inverse(divisor), rows)
    pairs = np.unique(np.column_stack([table.stratum[inside], table.domain[inside]]), axis=0)
    nested = not strata.design.projections and len(np.unique(pairs[:, 0])) == len(pairs)
    if nested or domains * k > LARGEST_ROOT or len(table.domain) * domains * k > LARGEST:
        blocks = np.stack([strata.covariance(parts.of([d])) for d in range(domains)])
        return _errors(table, blocks, nested)
    whole = strata.covariance(parts.of(range(domains)))
    blocks = np.stack([whole[d * k : (d + 1) * k, d * k : (d + 1) * k] for d in range(domains)])
    wide = np.full_like(whole, np.nan) if np.isnan(whole).any() else matrix_root(whole)
    return _errors(table, blocks, domains == 1, wide)


def _errors(table: SumsTable, blocks: Floats, nested: bool, wide: Floats | None = None) -> DomainErrors:
    variance = np.einsum("dii->di", blocks)
    return DomainErrors(table.domains, table.variables, variance, nested, wide=wide, given=blocks)


@dataclass(frozen=True, eq=False)
class _Parts:
    """Makes the sums of some domains; `rows` are the cells of each."""

    table: SumsTable
    strata: Strata
    value: Floats
    inverse: Floats
    rows: Sequence[Codes]

    def of(self, domains: Sequence[int]) -> SquareSums:
        table, k = self.table, self.value.shape[1]
        calibrated = bool(self.strata.design.projections)
        every = calibrated or len(domains) > 1
        cells = np.arange(len(table.domain)) if every else self.rows[domains[0]]
        scale = self.strata.scale[table.stratum]
        total = np.zeros((len(cells), len(domains), k))
        cross = np.zeros_like(total)
        known = np.full(total.shape, calibrated)
        second = np.zeros((len(domains), k, len(domains), k))
        assert table.squares is not None
        for i, d in enumerate(domains):
            rows = self.rows[d]
            place = rows if every else slice(None)
            above, below = self.inverse[d], -self.value[d] * self.inverse[d]
            total[place, i] = above * table.wy[rows] + below * table.wx[rows]
            cross[place, i] = above * table.squares[rows, :k, -1] + below * table.squares[rows, k:-1, -1]
            known[place, i] |= table.n[rows] > 0
            linear = np.concatenate([np.diag(above), np.diag(below)])
            squares = np.tensordot(scale[rows], table.squares[rows, :-1, :-1], axes=1)
            second[i, :, i, :] = linear.T @ squares @ linear
        size = len(domains) * k
        sums = total.reshape(-1, size)
        squared = second.reshape(size, size)
        gross = np.einsum("ii->i", squared).copy()
        if calibrated:
            weight = self.strata.design.weight
            fit = _fit(self.strata.design, sums, weight)
            taken = (fit * scale[:, None]).T @ cross.reshape(-1, size)
            whole = table.squares[:, -1, -1] * scale
            squared = squared - taken - taken.T + (fit * whole[:, None]).T @ fit
            sums = sums - weight[:, None] * fit
        return SquareSums(table.stratum[cells], sums, squared, gross, known.reshape(-1, size))


def _fit(design: SurveyDesign, total: Floats, weight: Floats) -> Floats:
    """Return what the calibrations explain of linearised values, the same for everyone in a cell."""
    mean = total * _inverse(weight)[:, None]
    residual = mean
    for projection in reversed(design.projections):
        residual = projection.residuals(residual)
    return np.asarray(mean - residual)


def _inverse(values: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(values != 0, 1 / values, 0.0)
