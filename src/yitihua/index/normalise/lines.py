"""Straight lines fitted to columns: what the affine normalisations share.

A line takes values to 0..1 by ``(x - origin) / width * gain + base``, the form of `affine`. It is fitted once and
then maps any values, so that a recipe of last year scores this year. Shapes: x is (..., units, indicators), a
line's vectors are (..., indicators).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from yitihua.index.normalise.affine import Floats, affine
from yitihua.index.recipe import Normalisation

Mask = npt.NDArray[np.bool_]


class Line(NamedTuple):
    """Points = (x - origin) / width * gain + base, by column; a width of 0 or NaN gives no points."""

    origin: Floats
    width: Floats
    gain: Floats
    base: Floats

    def points(self, x: Floats) -> Floats:
        """Return points of values, shape (..., units, indicators); NaN stays NaN.

        Examples
        --------
        >>> one = np.ones(1)
        >>> Line(0 * one, 4 * one, one, 0 * one).points(np.array([[1.0], [4.0]])).ravel()
        array([0.25, 1.  ])
        """
        origin, width, gain, base = (vector[..., None, :] for vector in self)
        return affine(x, origin, width, gain, base)


class Range(NamedTuple):
    """Smallest and largest observed value of each column, NaN where there is none."""

    low: Floats
    high: Floats

    @property
    def varies(self) -> Mask:
        """Which columns have values that differ by more than rounding."""
        largest = np.maximum(np.abs(self.low), np.abs(self.high))
        return np.asarray(self.high - self.low > 1e-12 * largest)

    def worst(self, positive: Mask) -> Floats:
        """Return the worst observed value of each column."""
        return np.where(positive, self.low, self.high)

    def best(self, positive: Mask) -> Floats:
        """Return the best observed value of each column."""
        return np.where(positive, self.high, self.low)


def range_of(x: Floats) -> Range:
    """Return the smallest and largest observed value of each column.

    Parameters
    ----------
    x : ndarray, shape (..., units, indicators)
        NaN is left out.

    Examples
    --------
    >>> range_of(np.array([[1.0, np.nan], [3.0, np.nan]]))
    Range(low=array([ 1., nan]), high=array([ 3., nan]))
    """
    nothing = np.full((*x.shape[:-2], 1, x.shape[-1]), np.nan)
    padded = x if x.shape[-2] else nothing
    return Range(np.fmin.reduce(padded, axis=-2), np.fmax.reduce(padded, axis=-2))


def line(origin: Floats, width: Floats, gain: float | Floats = 1.0, base: float | Floats = 0.0) -> Line:
    """Return a line whose four vectors have one shape."""
    vectors = (np.asarray(vector, dtype=float) for vector in (origin, width, gain, base))
    return Line(*np.broadcast_arrays(*vectors))


def on_scale(
    method: str, fitted: Line, scale: tuple[float, float], clip: bool, bounds: tuple[float, float] | None = None
) -> Normalisation:
    """Return a line of one column as the index keeps it, with 0..1 taken to the scale.

    Parameters
    ----------
    method : str
        Name of the normalisation.
    fitted : Line
        Of one column: shape (1,).
    scale : (float, float)
        Lowest and highest points.
    clip : bool
        Whether points beyond the scale are cut to it.
    bounds : (float, float), optional
        What is printed as the column's range.

    Examples
    --------
    >>> one = np.ones(1)
    >>> on_scale("fracmax", Line(0 * one, 4 * one, one, 0 * one), (0.0, 100.0), False).gain
    100.0
    """
    low, high = scale
    origin, width, gain, base = (_number(vector) for vector in fitted)
    lower, upper = (None, None) if bounds is None else (_number(np.array([bound])) for bound in bounds)
    return Normalisation(
        method,
        lower,
        upper,
        origin=origin,
        width=width,
        gain=(high - low) * (1.0 if gain is None else gain),
        base=low + (high - low) * (0.0 if base is None else base),
        clip=clip,
    )


def _number(vector: Floats) -> float | None:
    """Return the one entry of a vector; None stands for NaN, which JSON does not know."""
    value = float(vector[0])
    return None if np.isnan(value) else value
