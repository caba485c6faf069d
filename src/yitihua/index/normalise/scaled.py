"""Scaling by stated bounds without a cut: COINr ``n_scaled``, used for some indicators of the GII 2020.

``(x - l) / (u - l)``, times 100. Where less is better COINr's ``Normalise.numeric()`` calls it with -x, and its
bounds are not turned with the direction (R/normalise.R, ``get_iMeta_norm_paras``): they are those of -x. So it is
here; to state bounds on the indicator's own scale, use goalposts with ``clip = false``.
"""

from __future__ import annotations

import numpy as np

from yitihua.definitions.methods import Complaints, Key, Number, Settings
from yitihua.index.normalise.affine import Floats
from yitihua.index.normalise.lines import Line, Mask, line, on_scale
from yitihua.index.normalise.method import NormaliseMethod, Sample
from yitihua.index.recipe import Normalisation

#: Phrase for bounds that do not rise.
NOT_RISING = "upper must be above lower"


def scaled(lower: Floats, upper: Floats, positive: Mask) -> Line:
    """Return the line ``(x - lower) / (upper - lower)``, of -x where less is better.

    Nothing is fitted, so a constant column has points.

    Parameters
    ----------
    lower, upper : ndarray, shape (indicators,)
        Bounds of x, or of -x where less is better.
    positive : ndarray of bool, shape (indicators,)
        Whether more is better.

    Examples
    --------
    >>> one = np.ones(2)
    >>> scaled(0 * one, 200 * one, np.array([True, False])).points(np.array([[50.0, 50.0]]))
    array([[ 0.25, -0.25]])
    """
    span = upper - lower
    return line(np.where(positive, lower, -lower), np.where(positive, span, -span))


def _fit(sample: Sample, settings: Settings) -> Normalisation:
    lower, upper = (np.array([float(settings[name])]) for name in ("scaled_lower", "scaled_upper"))
    return on_scale("scaled", scaled(lower, upper, np.array([sample.positive])), sample.scale, False)


def _check(settings: Settings, scale: tuple[float, float]) -> Complaints:
    rising = settings["scaled_upper"] > settings["scaled_lower"]
    return [] if rising else [("scaled_upper", NOT_RISING)]


def _always(settings: Settings) -> bool:
    return True


METHODS = (
    NormaliseMethod(
        name="scaled",
        words=("按界缩放", "scaled"),
        keys=(
            Key(
                "scaled_lower",
                Number,
                0.0,
                words=("下界", "lower"),
                about="Value (of -x where less is better) that gets the low end of the scale.",
            ),
            Key(
                "scaled_upper",
                Number,
                100.0,
                words=("上界", "upper"),
                about="Value (of -x where less is better) that gets the high end.",
            ),
        ),
        source="COINr n_scaled",
        check=_check,
        fit=_fit,
        off_scale=_always,
    ),
)
