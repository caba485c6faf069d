"""Normal equations X'DX b = X'Dz of calibration variables, without a dense matrix of respondents x columns.

`CodedSystem` works on cells of coded margins: X'DX are cross-tabulations. `MatrixSystem` takes numeric columns.
Both split into blocks where groups (counties) are calibrated apart; all blocks are solved in one call.
Columns may depend on each other (three full margins share their total): directions with an eigenvalue under
256 machine epsilons of the largest, after scaling to a unit diagonal, count as none, as in R's ``ginv`` there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from yitihua.surveys.estimation.design import Codes, Floats
from yitihua.surveys.weighting.coded import CodedMargins, sum_by

Solver = Callable[[Floats], Floats]
_NONE = 256 * np.finfo(float).eps


class System(Protocol):
    """Calibration variables over units: cells, or respondents."""

    columns: int
    #: The group of each unit and of each column.
    unit_group: Codes
    column_group: Codes
    groups: int

    def cross(self, values: Floats) -> Floats:
        """Return X'v, shape (columns, ...), for v of shape (units, ...)."""
        ...

    def fit(self, coefficients: Floats) -> Floats:
        """Return X b, shape (units, ...), for b of shape (columns, ...)."""
        ...

    def solver(self, d: Floats) -> Solver:
        """Return the function that gives b with X' diag(d) X b = right-hand side, of least norm where free."""
        ...


def inverse(matrices: Floats, diagonal: Floats | None = None) -> Floats:
    """Return pseudo-inverses of symmetric positive semi-definite matrices, shape (..., k, k).

    Parameters
    ----------
    matrices : ndarray, shape (..., k, k)
    diagonal : ndarray, shape (..., k), optional
        What to scale by: the diagonal before other columns were eliminated. What elimination leaves of a
        column that depends on them is rounding error, and must be small beside this.

    Examples
    --------
    >>> inverse(np.array([[4.0, 0.0], [0.0, 0.0]]))
    array([[0.25, 0.  ], [0.  , 0.  ]])
    """
    diagonal = np.einsum("...ii->...i", matrices) if diagonal is None else diagonal
    scale = np.where(diagonal > 0, 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0)), 0.0)
    scaled = matrices * scale[..., :, None] * scale[..., None, :]
    values, vectors = np.linalg.eigh(scaled)
    kept = values > _NONE * np.max(values, axis=-1, keepdims=True, initial=1.0)
    inverted = np.where(kept, 1 / np.where(kept, values, 1.0), 0.0)
    core = (vectors * inverted[..., None, :]) @ np.swapaxes(vectors, -1, -2)
    return np.asarray(core * scale[..., :, None] * scale[..., None, :])


class CodedSystem:
    """Indicators of coded margins over cells.

    The margin of most levels is eliminated first (its block is diagonal), so that 2,842 counties beside
    two short margins cost a matrix of the short ones only.

    Parameters
    ----------
    margins : CodedMargins
    """

    def __init__(self, margins: CodedMargins) -> None:
        cells = margins.cells
        self.groups = groups = margins.groups
        sizes = np.array([margin.totals.size for margin in margins.margins])
        self._codes, self._sizes = cells.codes, sizes
        self._start = np.concatenate([[0], np.cumsum(sizes)])
        self.columns = int(self._start[-1])
        local = sizes // groups
        self.column_group = np.concatenate([np.arange(size) // width for size, width in zip(sizes, local, strict=True)])
        self.unit_group = cells.codes[0] // local[0]
        self._big = int(np.argmax(local))
        self._short = [m for m in range(len(sizes)) if m != self._big]
        self._local = local
        #: Place of each short column in its block, margins side by side.
        at = np.concatenate([[0], np.cumsum(local[self._short])]).astype(int)
        self._width = int(at[-1])
        self._at = at

    def cross(self, values: Floats) -> Floats:
        """Return sums over each level of every margin, shape (columns, ...)."""
        if values.ndim == 1:
            pairs = zip(self._codes, self._sizes, strict=True)
            return np.concatenate([np.bincount(codes, values, size) for codes, size in pairs])
        return np.stack([self.cross(values[:, j]) for j in range(values.shape[1])], axis=1)

    def fit(self, coefficients: Floats) -> Floats:
        """Return the sum of each cell's coefficients, shape (cells, ...)."""
        total = coefficients[self._codes[0]]
        for start, codes in zip(self._start[1:-1], self._codes[1:], strict=True):
            total = total + coefficients[start + codes]
        return np.asarray(total)

    def _block(self, d: Floats, one: int, other: int) -> Floats:
        """Return the cross-tabulation of two margins, shape (groups, levels, levels)."""
        wide, narrow = int(self._local[one]), int(self._local[other])
        key = self._codes[one] * narrow + self._codes[other] % narrow
        return sum_by(key, d, self.groups * wide * narrow).reshape(self.groups, wide, narrow)

    def solver(self, d: Floats) -> Solver:
        """See `System.solver`; the free part of the solution is not of least norm, its fit is the same."""
        g, big, short = self.groups, self._big, self._short
        a = np.bincount(self._codes[big], d, self._sizes[big]).reshape(g, -1)
        a_inverse = np.where(a != 0, 1 / np.where(a != 0, a, 1.0), 0.0)[..., None]
        if not short:
            return lambda rhs: np.asarray((a_inverse * rhs.reshape(g, a.shape[1], -1)).reshape(rhs.shape))
        c = np.concatenate([self._block(d, big, m) for m in short], axis=2)
        b = np.zeros((g, self._width, self._width))
        for i, m in enumerate(short):
            for j, other in enumerate(short):
                rows, columns = slice(self._at[i], self._at[i + 1]), slice(self._at[j], self._at[j + 1])
                b[:, rows, columns] = self._block(d, m, other)
        carried = np.swapaxes(c, 1, 2)
        inner = inverse(b - carried @ (a_inverse * c), np.einsum("gii->gi", b))

        def solve(rhs: Floats) -> Floats:
            flat = rhs.reshape(self.columns, -1)
            parts = [flat[self._start[m] : self._start[m + 1]].reshape(g, int(self._local[m]), -1) for m in short]
            r1 = flat[self._start[big] : self._start[big + 1]].reshape(g, int(self._local[big]), -1)
            x2 = inner @ (np.concatenate(parts, axis=1) - carried @ (a_inverse * r1))
            x1 = a_inverse * (r1 - c @ x2)
            out = np.empty_like(flat)
            out[self._start[big] : self._start[big + 1]] = x1.reshape(-1, flat.shape[1])
            for i, m in enumerate(short):
                piece = x2[:, self._at[i] : self._at[i + 1]]
                out[self._start[m] : self._start[m + 1]] = piece.reshape(-1, flat.shape[1])
            return np.asarray(out.reshape(rhs.shape))

        return solve


class MatrixSystem:
    """Numeric calibration variables over respondents, the same columns in every group.

    Parameters
    ----------
    x : ndarray, shape (respondents, k)
    group : ndarray of int, optional
        Calibrates each group apart: there are then groups x k columns, group by group.
    """

    def __init__(self, x: Floats, group: Codes | None = None) -> None:
        self._x, k = x, x.shape[1]
        self.unit_group = np.zeros(len(x), dtype=np.int64) if group is None else group
        self.groups = int(self.unit_group.max(initial=0)) + 1
        self.columns = self.groups * k
        self.column_group = np.repeat(np.arange(self.groups), k)

    def _sum(self, values: Floats) -> Floats:
        return sum_by(self.unit_group, values, self.groups)

    def cross(self, values: Floats) -> Floats:
        """Return X'v by group, shape (columns, ...)."""
        k = self._x.shape[1]
        flat = values.reshape(len(values), -1)
        if self.groups == 1:
            found = self._x.T @ flat
        else:
            sums = [[self._sum(self._x[:, i] * flat[:, j]) for j in range(flat.shape[1])] for i in range(k)]
            found = np.array(sums).transpose(2, 0, 1).reshape(self.columns, -1)
        return np.asarray(found.reshape(self.columns, *values.shape[1:]))

    def fit(self, coefficients: Floats) -> Floats:
        """Return X b with the coefficients of each respondent's group."""
        k = self._x.shape[1]
        if self.groups == 1:
            return np.asarray(self._x @ coefficients)
        own = coefficients.reshape(self.groups, k, -1)[self.unit_group]
        return np.asarray(np.einsum("nk,nkj->nj", self._x, own).reshape(len(self._x), *coefficients.shape[1:]))

    def solver(self, d: Floats) -> Solver:
        """See `System.solver`."""
        k = self._x.shape[1]
        if self.groups == 1:
            blocks = ((self._x * d[:, None]).T @ self._x)[None]
        else:
            blocks = np.empty((self.groups, k, k))
            for i in range(k):
                for j in range(i, k):
                    blocks[:, i, j] = blocks[:, j, i] = self._sum(d * self._x[:, i] * self._x[:, j])
        inverted = inverse(blocks)
        return lambda rhs: np.asarray((inverted @ rhs.reshape(self.groups, k, -1)).reshape(rhs.shape))
