"""Covariances between items and between domains, in the form that an index receives.

Errors of two domains are independent where no stratum or cluster has respondents of both and no calibration
is shared: then a block a domain says all. Otherwise the blocks are 0 and the whole matrix is in the shared
factors, exactly: the roots of the variance, or the eigenvectors of their product where those are fewer.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from yitihua.errors import refuse
from yitihua.indicators.covariance import Covariance
from yitihua.surveys.estimation.design import Codes, Floats, SurveyDesign
from yitihua.surveys.estimation.domains import LARGEST, Cells, Partition, cell_roots, sparse_allowed, spread_roots
from yitihua.surveys.estimation.linearise import Linearised
from yitihua.surveys.estimation.stages import used
from yitihua.surveys.estimation.variance import Mask, roots

#: The largest order of a matrix over all domains and items that is spread out.
LARGEST_ORDER = 4000
#: Eigenvalues below this share of the largest are rounding.
RANK = 1e-13
#: Numbers in the columns that are taken through a calibration at once.
CHUNK = 20_000_000


@dataclass(frozen=True, eq=False)
class DomainErrors:
    """Errors of a table of domains and items.

    Attributes
    ----------
    domains, items : tuple of str
        Rows and columns.
    variance : ndarray, shape (domains, items)
    nested : bool
        Whether no error is shared between domains.
    own : list of ndarray, each of shape (roots,)
        Roots within domains by item, see `domains.cell_roots`.
    own_domain : ndarray of int, shape (roots,)
        Their domains.
    wide : ndarray, shape (roots, domains * items), or None
        Roots over all domains; None if not needed or too large.
    given : ndarray, shape (domains, items, items), or None
        Covariances within domains where they do not come from `own`: of calibrated designs.
    """

    domains: tuple[str, ...]
    items: tuple[str, ...]
    variance: Floats
    nested: bool
    own: list[Floats] = field(default_factory=list)
    own_domain: Codes = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    wide: Floats | None = None
    given: Floats | None = None

    @cached_property
    def blocks(self) -> Floats:
        """Covariances within domains, shape (domains, items, items), computed when asked for."""
        if self.given is not None:
            return self.given
        domains, k = self.variance.shape
        blocks = np.empty((domains, k, k))
        for i, one in enumerate(self.own):
            blocks[:, i, i] = self.variance[:, i]
            for j, other in enumerate(self.own[:i]):
                blocks[:, i, j] = blocks[:, j, i] = np.bincount(self.own_domain, one * other, domains)
        return blocks

    def scaled(self, scale: float) -> DomainErrors:
        """Return the errors of values multiplied with a number."""
        if scale == 1:
            return self
        own = [root * scale for root in self.own]
        wide = None if self.wide is None else self.wide * scale
        given = None if self.given is None else self.given * scale**2
        return replace(self, variance=self.variance * scale**2, own=own, wide=wide, given=given)

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
        return Covariance(self.domains, self.items, np.zeros((*missing.shape, missing.shape[1])), shared)


def _eigen_factors(wide: Floats) -> Floats:
    values, vectors = np.linalg.eigh(wide.T @ wide)
    kept = values > RANK * values[-1]
    return np.asarray((vectors[:, kept] * np.sqrt(values[kept])).T)


class ErrorCollector:
    """Takes linearised items one by one and keeps only what their errors need.

    Parameters
    ----------
    design : SurveyDesign
    of : Partition
        The domains.
    cells : tuple of Cells
        By stage.
    """

    def __init__(self, design: SurveyDesign, of: Partition, cells: tuple[Cells, ...]) -> None:
        self._design, self._of, self._cells = design, of, cells
        self._projected = calibrated_within(design, of)
        self._sparse = self._projected or sparse_allowed(design)
        self._residuals: list[Floats] = []
        self._totals: list[list[Floats]] = [[] for _ in cells]
        self._known: list[list[Floats]] = [[] for _ in cells]
        self._lonely = [bool(own.table.lonely.any()) for own in cells]

    def add(self, line: Linearised) -> None:
        """Take one item."""
        inverse = _inverse(line.divisor)
        if not self._sparse:
            self._residuals.append(line.residual * inverse[self._of.domain])
            return
        weighted = self._residual(line) if self._projected else line.weighted
        for stage, own in enumerate(self._cells):
            self._totals[stage].append(own.sum(weighted) * inverse[own.domain])
            if self._lonely[stage]:
                known = np.ones(len(line.weighted)) if line.known is None else line.known.astype(float)
                self._known[stage].append(own.sum(known))

    def _residual(self, line: Linearised) -> Floats:
        """Return weighted residuals of one item in all domains at once: no calibration crosses them."""
        z = np.zeros((len(self._design.weight), 1))
        rows = slice(None) if self._of.rows is None else self._of.rows
        z[rows, 0] = line.residual
        for projection in reversed(self._design.projections):
            z = projection.residuals(z)
        return np.asarray((z[:, 0] * self._design.weight)[rows])

    def finish(self, items: tuple[str, ...]) -> DomainErrors:
        """Return the errors of the items taken."""
        if not self._sparse:
            return _wide_errors(self._design, self._of, items, np.stack(self._residuals, axis=1))
        domains = len(self._of.names)
        known = [seen if lonely else None for seen, lonely in zip(self._known, self._lonely, strict=True)]
        parts = [
            cell_roots(own, self._totals[stage], known[stage], self._design, stage)
            for stage, own in enumerate(self._cells)
        ]
        own_domain = _joined([part[1] for part in parts])
        own = [_joined([part[0][item] for part in parts]) for item in range(len(items))]
        variance = np.stack([np.bincount(own_domain, root * root, domains) for root in own], axis=1).astype(float)
        nested = all(cells.nested for cells in self._cells)
        found = DomainErrors(self._of.names, items, variance, nested, own, own_domain)
        size = sum(len(cells.table.stratum) for cells in self._cells) * variance.size
        if nested or size > LARGEST or variance.size > LARGEST_ORDER:
            return found
        return replace(found, wide=spread_roots(self._cells, self._totals, known, self._design, domains))


def calibrated_within(design: SurveyDesign, of: Partition) -> bool:
    """Return whether every calibration was done within groups that lie in one domain each.

    A projection says so by `group`, a number for each respondent. Then a county's residuals need no column of
    their own. Not with strata of one cluster, whose centre counts all strata in calibrated designs.
    """
    groups = [getattr(projection, "group", None) for projection in design.projections]
    if not groups or any(group is None for group in groups) or any(table.lonely.any() for table in design.tables):
        return False
    domain = np.full(len(design.weight), -1, dtype=np.int64)
    domain[slice(None) if of.rows is None else of.rows] = of.domain
    for group in groups:
        inverse, head = used(np.asarray(group))
        if not np.array_equal(domain, domain[head][inverse]):
            return False
    return True


def _joined(parts: list[Any]) -> Any:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _inverse(divisor: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(divisor != 0, 1 / divisor, 0.0)


def _wide_errors(design: SurveyDesign, of: Partition, items: tuple[str, ...], residuals: Floats) -> DomainErrors:
    """Return errors where every respondent's calibration error enters every domain: some domains at a time."""
    n, domains, k = len(design.weight), len(of.names), len(items)
    rows = np.arange(n) if of.rows is None else of.rows
    height = sum(len(table.stratum) for table in design.tables)
    wide = np.empty((height, domains * k)) if height * domains * k <= LARGEST else None
    blocks = np.empty((domains, k, k))
    step = max(1, CHUNK // (n * k))
    for start in range(0, domains, step):
        stop = min(start + step, domains)
        inside = np.flatnonzero((of.domain >= start) & (of.domain < stop))
        z = np.zeros((n, stop - start, k))
        z[rows[inside], of.domain[inside] - start] = residuals[inside]
        part = roots(design, z.reshape(n, -1))
        each = part.reshape(height, stop - start, k)
        blocks[start:stop] = np.einsum("rdi,rdj->dij", each, each, optimize=True)
        if wide is not None:
            wide[:, start * k : stop * k] = part
    variance = np.einsum("dii->di", blocks)
    return DomainErrors(of.names, items, variance, domains == 1, wide=wide, given=blocks)
