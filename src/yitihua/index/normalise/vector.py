"""Vector normalisation: each value over the length of its column, as TOPSIS takes it.

``x / sqrt(sum x^2)`` (Hwang and Yoon 1981; SOURCES.md, section 0). Where less is better ``1 - x / sqrt(sum x^2)``,
as pymcdm ``vector_normalization``.
"""

from __future__ import annotations

import numpy as np

from yitihua.definitions.methods import Settings
from yitihua.index.normalise.affine import Floats
from yitihua.index.normalise.lines import Line, Mask, line, on_scale, range_of
from yitihua.index.normalise.method import NormaliseMethod, Sample
from yitihua.index.recipe import Normalisation


def vector(x: Floats, positive: Mask) -> Line:
    """Return the line ``x / sqrt(sum x^2)``, or 1 less it where less is better.

    Parameters
    ----------
    x : ndarray, shape (..., units, indicators)
        The sample. NaN is left out of the sum.
    positive : ndarray of bool, shape (indicators,)
        Whether more is better.

    Returns
    -------
    Line
        Width 0 where values do not differ: no points.

    Examples
    --------
    >>> x = np.array([[3.0, 3.0], [4.0, 4.0]])
    >>> vector(x, np.array([True, False])).points(x)
    array([[0.6, 0.4],
           [0.8, 0.2]])
    """
    seen = range_of(x)
    largest = np.maximum(np.abs(seen.low), np.abs(seen.high))
    unit = np.where(seen.varies, largest, 1.0)
    # Divided by the largest value first, so that no square overflows.
    parts = np.where(np.isnan(x), 0.0, x / unit[..., None, :])
    length = unit * np.sqrt(np.einsum("...ij,...ij->...j", parts, parts))
    gain, base = np.where(positive, 1.0, -1.0), np.where(positive, 0.0, 1.0)
    return line(np.zeros(length.shape), np.where(seen.varies, length, 0.0), gain, base)


def _fit(sample: Sample, settings: Settings) -> Normalisation:
    return on_scale("vector", vector(sample.x[:, None], np.array([sample.positive])), sample.scale, False)


def _always(settings: Settings) -> bool:
    return True


METHODS = (
    NormaliseMethod(
        name="vector",
        words=("向量归一化", "vector"),
        source="Hwang and Yoon 1981; pymcdm vector_normalization",
        fit=_fit,
        off_scale=_always,
    ),
)
