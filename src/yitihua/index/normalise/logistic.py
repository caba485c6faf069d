"""Logistic points: a z-score bent into the scale, so that extreme values cannot run away.

``1 / (1 + exp(-steepness * z))`` with z the distance to the mean in standard deviations (n - 1), times -1 where
less is better. The mean has the middle of the scale; its ends are never reached.
"""

from __future__ import annotations

import numpy as np

from yitihua.definitions.methods import Key, PositiveNumber, Settings
from yitihua.index.normalise.affine import Floats
from yitihua.index.normalise.method import Mask, NormaliseMethod, Sample, Scale
from yitihua.index.normalise.standard import is_constant
from yitihua.index.recipe import Normalisation


def logistic(x: Floats, mean: Floats, sd: Floats, positive: Mask, steepness: float = 1.0) -> Floats:
    """Return ``1 / (1 + exp(-steepness * z))`` of values.

    Parameters
    ----------
    x : ndarray, shape (..., units, indicators)
        NaN stays NaN.
    mean, sd : ndarray, shape (indicators,)
        Of the fitted sample; a standard deviation of 0 or NaN gives no points.
    positive : ndarray of bool, shape (indicators,)
        Whether more is better.
    steepness : float
        Above 0.

    Examples
    --------
    >>> one = np.ones(1)
    >>> logistic(np.array([[0.0], [1.0]]), 0 * one, one, np.array([True])).round(4).ravel()
    array([0.5   , 0.7311])
    """
    safe = np.where(sd == 0, np.nan, np.where(positive, sd, -sd))
    # The hyperbolic tangent says the same without overflow.
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * steepness * ((x - mean) / safe)))


def _fit(sample: Sample, settings: Settings) -> Normalisation:
    seen = sample.seen
    if seen.size < 2 or is_constant(seen):
        return Normalisation("logistic")
    numbers = (("mean", (float(seen.mean()),)), ("sd", (float(seen.std(ddof=1)),)))
    return Normalisation("logistic", numbers=numbers)


def _apply(x: Floats, n: Normalisation, positive: bool, scale: Scale) -> tuple[Floats, Mask]:
    uncut = np.zeros(np.shape(x), dtype=bool)
    if not n.numbers:
        return np.full(np.shape(x), np.nan), uncut
    low, high = scale
    steepness = float(dict(n.settings).get("steepness", 1.0))
    share = logistic(np.asarray(x)[..., None], n.array("mean"), n.array("sd"), np.array([positive]), steepness)
    return low + (high - low) * share[..., 0], uncut


METHODS = (
    NormaliseMethod(
        name="logistic",
        words=("逻辑斯蒂", "logistic"),
        keys=(
            Key(
                "steepness",
                PositiveNumber,
                1.0,
                words=("陡度", "steepness"),
                about="How fast points rise with a standard deviation.",
            ),
        ),
        source="logistic function of the z-score",
        fit=_fit,
        apply=_apply,
    ),
)
