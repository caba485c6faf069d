"""Covariance: the sampling errors of estimates, within a unit and shared between units.

A full matrix over 2,842 counties and nine indicators would take 5 GB. Errors of different counties
are independent except for what is estimated in common (a mode effect, a provincial calibration),
so the matrix is kept as a block a unit plus a few shared factors. Where it is small, any matrix fits
the same form, with as many factors as it needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from yitihua.indicators.arrays import Floats


@dataclass(frozen=True, eq=False)
class Covariance:
    """Covariance of estimates of some units and indicators.

    The covariance of (u, i) and (v, j) is ``blocks[u, i, j]`` if u is v, plus
    ``sum_r shared[r, u, i] * shared[r, v, j]``.

    Attributes
    ----------
    units, indicators : tuple of str
        Codes of rows and columns.
    blocks : ndarray, shape (units, indicators, indicators)
        Within a unit. Rows and columns of what is missing or has no error are 0.
    shared : ndarray, shape (factors, units, indicators)
        Errors that units have in common; no factors is the usual case.
    """

    units: tuple[str, ...]
    indicators: tuple[str, ...]
    blocks: Floats
    shared: Floats

    def __post_init__(self) -> None:
        n, k = len(self.units), len(self.indicators)
        if self.blocks.shape != (n, k, k):
            raise ValueError(f"blocks have shape {self.blocks.shape}, expected (units, k, k) = {(n, k, k)}")
        if self.shared.ndim != 3 or self.shared.shape[1:] != (n, k):
            raise ValueError(f"shared has shape {self.shared.shape}, expected (factors, units, k) = (r, {n}, {k})")

    @classmethod
    def independent(cls, units: Sequence[str], indicators: Sequence[str], se: Floats) -> Covariance:
        """Return the covariance of independent errors; a missing standard error counts as none.

        Parameters
        ----------
        units, indicators : sequence of str
            Codes.
        se : ndarray, shape (units, indicators)
            Standard errors.
        """
        variance = np.nan_to_num(np.asarray(se, dtype=float)) ** 2
        blocks = np.zeros((*variance.shape, variance.shape[1]))
        diagonal = np.arange(variance.shape[1])
        blocks[:, diagonal, diagonal] = variance
        return cls(tuple(units), tuple(indicators), blocks, np.zeros((0, *variance.shape)))

    @property
    def se(self) -> Floats:
        """Standard errors, shape (units, indicators)."""
        own = np.einsum("uii->ui", self.blocks)
        return np.asarray(np.sqrt(np.maximum(own + (self.shared**2).sum(axis=0), 0.0)))

    def dense(self) -> Floats:
        """Return the whole matrix, shape (units * indicators, units * indicators), unit by unit."""
        n, k = len(self.units), len(self.indicators)
        flat = self.shared.reshape(len(self.shared), n * k)
        matrix = flat.T @ flat
        for u in range(n):
            matrix[u * k : (u + 1) * k, u * k : (u + 1) * k] += self.blocks[u]
        return np.asarray(matrix)

    def draws(self, n: int, generator: np.random.Generator) -> Floats:
        """Return seeded draws of the errors, shape (n, units, indicators), mean 0, normal.

        Examples
        --------
        >>> errors = Covariance.independent(["a"], ["x"], np.array([[2.0]]))
        >>> bool(abs(errors.draws(50_000, np.random.default_rng(1)).std() - 2) < 0.02)
        True
        """
        roots = matrix_root(self.blocks)
        own = np.einsum("uij,nuj->nui", roots, generator.standard_normal((n, *self.shared.shape[1:])))
        common = np.tensordot(generator.standard_normal((n, len(self.shared))), self.shared, axes=1)
        return np.asarray(own + common)

    def take(self, rows: Sequence[int]) -> Covariance:
        """Return the covariance of some units, in the given order."""
        index = list(rows)
        units = tuple(self.units[row] for row in index)
        return replace(self, units=units, blocks=self.blocks[index], shared=self.shared[:, index])

    def of(self, units: Sequence[str]) -> Covariance:
        """Return the covariance of other units in their order; one that is not here has no error."""
        place = {unit: row for row, unit in enumerate(self.units)}
        rows = np.array([place.get(unit, -1) for unit in units], dtype=np.int64)
        here = rows >= 0
        blocks = np.zeros((len(rows), *self.blocks.shape[1:]))
        shared = np.zeros((len(self.shared), len(rows), len(self.indicators)))
        blocks[here], shared[:, here] = self.blocks[rows[here]], self.shared[:, rows[here]]
        return Covariance(tuple(units), self.indicators, blocks, shared)

    def weighted(self, units: Sequence[str], weights: Floats) -> Covariance:
        """Return the covariance of weighted sums over units, such as cities over their counties.

        Parameters
        ----------
        units : sequence of str
            Codes of the sums. No unit belongs to two of them.
        weights : ndarray, shape (sums, units, indicators)
            Of each unit's estimate in each sum, 0 where it does not belong.
        """
        blocks = np.einsum("cui,uij,cuj->cij", weights, self.blocks, weights, optimize=True)
        return Covariance(tuple(units), self.indicators, blocks, np.einsum("cui,rui->rci", weights, self.shared))

    def stacked(self, other: Covariance) -> Covariance:
        """Return the units of both, one after the other; what they share they must number alike."""
        blocks = np.concatenate([self.blocks, other.blocks])
        shared = np.concatenate([self.shared, other.shared], axis=1)
        return Covariance(self.units + other.units, self.indicators, blocks, shared)

    def beside(self, other: Covariance) -> Covariance:
        """Return the covariance of both sets of indicators over the same units, independent of each other."""
        a, b = len(self.indicators), len(other.indicators)
        blocks = np.zeros((len(self.units), a + b, a + b))
        blocks[:, :a, :a], blocks[:, a:, a:] = self.blocks, other.blocks
        shared = np.concatenate([
            np.pad(self.shared, ((0, 0), (0, 0), (0, b))), np.pad(other.shared, ((0, 0), (0, 0), (a, 0)))
        ])  # fmt: skip
        return Covariance(self.units, self.indicators + other.indicators, blocks, shared)

    def select(self, indicators: Sequence[str]) -> Covariance:
        """Return the covariance of some indicators, in the given order."""
        columns = [self.indicators.index(code) for code in indicators]
        blocks = self.blocks[:, columns][:, :, columns]
        return replace(self, indicators=tuple(indicators), blocks=blocks, shared=self.shared[:, :, columns])


def matrix_root(matrices: Floats) -> Floats:
    """Return symmetric square roots of positive semi-definite matrices, shape (..., k, k).

    Unlike Cholesky's, it stands singular matrices: two indicators of one question, or none asked. Eigenvalues that are
    0 but for rounding count as 0: their roots, 1e-8 of the largest, would differ from one LAPACK to the next.
    """
    values, vectors = np.linalg.eigh(matrices)
    noise = np.finfo(float).eps * matrices.shape[-1] * values.max(axis=-1, keepdims=True, initial=0.0)
    values = np.where(values > noise, values, 0.0)
    return np.asarray((vectors * np.sqrt(values)[..., None, :]) @ np.swapaxes(vectors, -1, -2))
