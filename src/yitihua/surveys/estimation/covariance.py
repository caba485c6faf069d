"""Covariances between items and between domains, in the form that an index receives.

Errors of two domains are independent where no stratum or cluster has respondents of both and no calibration
is shared: then a block a domain says all. Otherwise the blocks are 0 and the whole matrix is in the shared
factors, exactly: the roots of the variance, or the eigenvectors of their product where those are fewer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from yitihua.errors import refuse
from yitihua.indicators.covariance import Covariance
from yitihua.surveys.estimation.design import Codes, Floats, SurveyDesign
from yitihua.surveys.estimation.domains import LARGEST, Cells, Partition, cell_roots, sparse_allowed, spread_roots
from yitihua.surveys.estimation.variance import Mask, roots

#: The largest order of a matrix over all domains and items that is spread out.
LARGEST_ORDER = 4000
#: Eigenvalues below this share of the largest are rounding.
RANK = 1e-13


@dataclass(frozen=True, eq=False)
class DomainErrors:
    """Errors of a table of domains and items.

    Attributes
    ----------
    domains, items : tuple of str
        Rows and columns.
    blocks : ndarray, shape (domains, items, items)
        Covariances within domains.
    nested : bool
        Whether that is all: no error is shared between domains.
    wide : ndarray, shape (roots, domains * items), or None
        Roots over all domains; None if not needed or too large.
    """

    domains: tuple[str, ...]
    items: tuple[str, ...]
    blocks: Floats
    nested: bool
    wide: Floats | None = None

    @property
    def variance(self) -> Floats:
        """Variances, shape (domains, items)."""
        return np.asarray(np.einsum("dii->di", self.blocks))

    def scaled(self, scale: float) -> DomainErrors:
        """Return the errors of values multiplied with a number."""
        if scale == 1:
            return self
        return replace(self, blocks=self.blocks * scale**2, wide=None if self.wide is None else self.wide * scale)

    def covariance(self, missing: Mask, cross: Literal["exact", "ignore"] = "exact") -> Covariance:
        """Return the covariance for an index; see `Estimates.covariance`.

        Parameters
        ----------
        missing : ndarray of bool, shape (domains, items)
            Estimates without a standard error, whose rows and columns are 0.
        cross : str
            Whether errors shared between domains are kept or left out.
        """
        keep = np.where(missing, 0.0, 1.0)
        none = np.zeros((0, *missing.shape))
        if self.nested or cross == "ignore":
            blocks = np.where(np.isnan(self.blocks), 0.0, self.blocks) * keep[:, :, None] * keep[:, None, :]
            return Covariance(self.domains, self.items, blocks, none)
        if self.wide is None or missing.size > LARGEST_ORDER:
            raise refuse("estimate-covariance-large", found=missing.size, options=LARGEST_ORDER)
        wide = np.where(keep.ravel() > 0, self.wide, 0.0)
        factors = wide if len(wide) <= wide.shape[1] else _eigen_factors(wide)
        shared = factors.reshape(len(factors), *missing.shape)
        return Covariance(self.domains, self.items, np.zeros_like(self.blocks), shared)


def _eigen_factors(wide: Floats) -> Floats:
    values, vectors = np.linalg.eigh(wide.T @ wide)
    kept = values > RANK * values[-1]
    return np.asarray((vectors[:, kept] * np.sqrt(values[kept])).T)


def errors_of(
    design: SurveyDesign,
    of: Partition,
    items: tuple[str, ...],
    residual: list[Floats],
    divisor: Floats,
    known: list[Mask | None],
    cells: tuple[Cells, ...],
) -> DomainErrors:
    """Return the errors of linearised statistics.

    Parameters
    ----------
    residual : list of ndarray, each of shape (members,)
        By item, see `Linearised`.
    divisor : ndarray, shape (domains, items)
        What residuals are divided by.
    known : list of ndarray of bool, each of shape (members,), or None
        Who answered.
    cells : tuple of Cells
        By stage.
    """
    if not sparse_allowed(design):
        return _wide_errors(design, of, items, residual, divisor)
    weight = of.take(design.weight)
    inverse = _inverse(divisor)
    parts: list[tuple[Floats, Codes]] = []
    totals: list[Floats] = []
    answered: list[Floats | None] = []
    weighted = [weight * values for values in residual]
    for stage, own in enumerate(cells):
        total = np.stack([own.sum(values) for values in weighted], axis=1) * inverse[own.domain]
        seen = None
        if own.table.lonely.any() and any(mask is not None for mask in known):
            ones = np.ones(len(of.domain))
            seen = np.stack([own.sum(ones if mask is None else mask.astype(float)) for mask in known], axis=1)
        parts.append(cell_roots(own, total, seen, design, stage))
        totals.append(total)
        answered.append(seen)
    blocks = _blocks(np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts]), len(of.names))
    nested = all(own.nested for own in cells)
    found = DomainErrors(of.names, items, blocks, nested)
    size = sum(len(own.table.stratum) for own in cells) * divisor.size
    if nested or size > LARGEST or divisor.size > LARGEST_ORDER:
        return found
    return replace(found, wide=spread_roots(cells, tuple(totals), tuple(answered), design, len(of.names)))


def _inverse(divisor: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(divisor != 0, 1 / divisor, 0.0)


def _blocks(found: Floats, domain: Codes, domains: int) -> Floats:
    """Return products of roots summed by domain, shape (domains, items, items)."""
    k = found.shape[1]
    blocks = np.empty((domains, k, k))
    columns = [np.ascontiguousarray(found[:, i]) for i in range(k)]
    for i in range(k):
        for j in range(i + 1):
            blocks[:, i, j] = blocks[:, j, i] = np.bincount(domain, columns[i] * columns[j], domains)
    return blocks


def _wide_errors(
    design: SurveyDesign, of: Partition, items: tuple[str, ...], residual: list[Floats], divisor: Floats
) -> DomainErrors:
    """Return errors where every respondent's calibration error enters every domain: some domains at a time."""
    n, (domains, k) = len(design.weight), divisor.shape
    rows = np.arange(n) if of.rows is None else of.rows
    stacked = np.stack(residual, axis=1) * _inverse(divisor)[of.domain]
    height = sum(len(table.stratum) for table in design.tables)
    wide = np.empty((height, domains * k)) if height * domains * k <= LARGEST else None
    blocks = np.empty((domains, k, k))
    step = max(1, 20_000_000 // (n * k))
    for start in range(0, domains, step):
        stop = min(start + step, domains)
        inside = np.flatnonzero((of.domain >= start) & (of.domain < stop))
        z = np.zeros((n, (stop - start), k))
        z[rows[inside], of.domain[inside] - start] = stacked[inside]
        part = roots(design, z.reshape(n, -1))
        each = part.reshape(height, stop - start, k)
        blocks[start:stop] = np.einsum("rdi,rdj->dij", each, each, optimize=True)
        if wide is not None:
            wide[:, start * k : stop * k] = part
    return DomainErrors(of.names, items, blocks, len(of.names) == 1, wide)
