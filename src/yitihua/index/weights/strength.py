"""What all fitted weights share: which columns can be weighed, and how strengths become weights.

A column that does not vary tells units apart in nothing, so no method here gives it a weight; nor one
without any value. Where nothing is left to tell columns apart, they are weighed equally, and the result
says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from yitihua.errors import FaultList

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

#: A column whose range is below this share of its largest value differs by rounding only.
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """What there is in each column; arrays have the shape (..., indicators).

    Attributes
    ----------
    count : ndarray of int
        Values that are there.
    low, high : ndarray
        Smallest and largest of them, NaN without any.
    complete : bool
        Whether no cell at all is missing.
    """

    count: npt.NDArray[np.int64]
    low: Floats
    high: Floats
    complete: bool

    @property
    def seen(self) -> Mask:
        """Columns with values."""
        return np.asarray(self.count > 0)

    @property
    def live(self) -> Mask:
        """Columns with two values that differ by more than rounding."""
        return np.asarray(self.high - self.low > ROUNDING * np.maximum(np.abs(self.high), np.abs(self.low)))


def columns_of(z: Floats) -> Columns:
    """Return counts and ranges of columns.

    Parameters
    ----------
    z : ndarray, shape (..., units, indicators)
        NaN missing.

    Examples
    --------
    >>> found = columns_of(np.array([[1.0, 5.0, np.nan], [2.0, 5.0, 1.0], [3.0, np.nan, np.nan]]))
    >>> found.count, found.live
    (array([3, 2, 1]), array([ True, False, False]))
    """
    shape = z.shape[:-2] + z.shape[-1:]
    units = z.shape[-2]
    if units == 0:
        nothing = np.full(shape, np.nan)
        return Columns(np.zeros(shape, dtype=np.int64), nothing, nothing, True)
    low, high = z.min(axis=-2), z.max(axis=-2)
    if not np.isnan(low).any():
        return Columns(np.full(shape, units, dtype=np.int64), low, high, True)
    missing = np.isnan(z)
    count = units - missing.sum(axis=-2)
    # Several times as fast as fmin and fmax, which pass over NaN.
    low, high = np.where(missing, np.inf, z).min(axis=-2), np.where(missing, -np.inf, z).max(axis=-2)
    return Columns(count, np.where(count > 0, low, np.nan), np.where(count > 0, high, np.nan), False)


def standard_deviation(z: Floats, columns: Columns) -> Floats:
    """Return the standard deviation (n - 1) of the values each column has; 0 where it does not vary.

    Parameters
    ----------
    z : ndarray, shape (..., units, indicators)
        NaN missing.
    columns : Columns
        Of the same matrix.

    Returns
    -------
    ndarray, shape (..., indicators)

    Examples
    --------
    >>> z = np.array([[1.0, 5.0], [3.0, 5.0], [np.nan, 5.0]])
    >>> standard_deviation(z, columns_of(z)).round(4)
    array([1.4142, 0.    ])
    """
    live = columns.live
    count = np.where(live, columns.count, 2)
    if columns.complete:
        centred = z - z.mean(axis=-2, keepdims=True) if z.shape[-2] else z
    else:
        missing = np.isnan(z)
        mean = np.where(missing, 0.0, z).sum(axis=-2) / np.maximum(columns.count, 1)
        centred = np.where(missing, 0.0, z - mean[..., None, :])
    squares = np.einsum("...ij,...ij->...j", centred, centred)
    return np.asarray(np.where(live, np.sqrt(squares / (count - 1)), 0.0))


def to_weights(strength: Floats, live: Mask, seen: Mask) -> tuple[Floats, Mask]:
    """Return strengths scaled to sum to 1, and whether equal weights had to stand in for them.

    Where no strength is above 0, the columns that vary get the same weight; where none varies, those that
    have values; where none has any, all.

    Parameters
    ----------
    strength : ndarray, shape (..., indicators)
        0 or more; only those of columns that vary count.
    live : ndarray of bool, shape (..., indicators)
        Columns that vary.
    seen : ndarray of bool, shape (..., indicators)
        Columns with values.

    Returns
    -------
    weights : ndarray, shape (..., indicators)
    equal : ndarray of bool, shape (...)

    Examples
    --------
    >>> to_weights(np.array([3.0, 1.0, 0.0]), np.array([True, True, False]), np.array([True, True, True]))
    (array([0.75, 0.25, 0.  ]), array(False))
    >>> to_weights(np.zeros(2), np.zeros(2, dtype=bool), np.ones(2, dtype=bool))
    (array([0.5, 0.5]), array(True))
    """
    if live.all() and ((total := strength.sum(axis=-1, keepdims=True)) > 0).all():
        return np.asarray(strength / total), np.zeros(total.shape[:-1], dtype=bool)
    kept = np.where(live, strength, 0.0)
    total = kept.sum(axis=-1, keepdims=True)
    equal = ~(total > 0)
    any_live, any_seen = live.any(axis=-1, keepdims=True), seen.any(axis=-1, keepdims=True)
    stand_in = np.where(any_live, live, np.where(any_seen, seen, True))
    kept = np.where(equal, stand_in, kept)
    return np.asarray(kept / kept.sum(axis=-1, keepdims=True)), np.asarray(equal[..., 0])


def column_names(names: Sequence[str] | None, count: int) -> tuple[str, ...]:
    """Return the names of columns for messages: as given, or their numbers from 1.

    Examples
    --------
    >>> column_names(None, 2)
    ('1', '2')
    """
    return tuple(names) if names is not None else tuple(str(j + 1) for j in range(count))


def refuse_columns(bad: Any, code: str, names: Sequence[str] | None, found: Floats) -> None:
    """Raise one fault a column that is marked, with its name as key.

    Parameters
    ----------
    bad : ndarray of bool, shape (indicators,)
        Columns that cannot be weighed.
    code : str
        A key of the messages.
    names : sequence of str or None
        Names of the columns.
    found : ndarray, shape (indicators,)
        The number that will not do.

    Raises
    ------
    InputError
        If any column is marked.
    """
    faults = FaultList()
    labels = column_names(names, len(found))
    for j in np.flatnonzero(bad):
        faults.add(code, key=labels[j], name=labels[j], found=f"{found[j]:.6g}")
    faults.raise_if_any()
