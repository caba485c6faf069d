"""Indicators of which neither more nor less is better: a best value, or a best interval.

Middle-best (适度指标, best value c): ``z = 1 - |x - c| / max |x - c|``. Interval-best (区间型指标, [a, b]) with
``M = max(a - min, max - b)``: ``z = 1 - (a - x) / M`` below a, 1 between, ``1 - (x - b) / M`` above b
(SOURCES.md, section 0, after Zhang's ``mathmodels``). Both are ``1 - distance / reach``, where reach is the largest
distance in the fitted sample. The direction stated for the indicator plays no part.
"""

from __future__ import annotations

import numpy as np

from yitihua.definitions.methods import Complaints, Key, Number, Settings
from yitihua.index.normalise.affine import Floats
from yitihua.index.normalise.lines import range_of
from yitihua.index.normalise.method import Mask, NormaliseMethod, Sample, Scale
from yitihua.index.recipe import Normalisation

#: Phrase for an interval whose ends are the wrong way round.
ENDS_FALL = "best_to must not be below best_from"


def distance_to_best(x: Floats, best_from: float | Floats, best_to: float | Floats) -> Floats:
    """Return how far values are from an interval; 0 inside.

    Parameters
    ----------
    x : ndarray, shape (..., units, indicators)
        NaN stays NaN.
    best_from, best_to : float or ndarray, shape (indicators,)
        Ends of the best interval; equal for a best value.

    Examples
    --------
    >>> distance_to_best(np.array([1.0, 5.0, 9.0, np.nan]), 4.0, 6.0)
    array([ 3.,  0.,  3., nan])
    """
    return np.maximum(np.maximum(best_from - x, x - best_to), 0.0)


def reach_of_best(x: Floats, best_from: float | Floats, best_to: float | Floats) -> Floats:
    """Return the largest distance of a sample from the best interval, by column.

    Parameters
    ----------
    x : ndarray, shape (..., units, indicators)
        NaN is left out.
    best_from, best_to : float or ndarray, shape (indicators,)

    Returns
    -------
    ndarray, shape (..., indicators)
        NaN where nothing was observed or values do not differ: such a column says nothing about any unit.

    Examples
    --------
    >>> reach_of_best(np.array([[1.0], [5.0], [8.0]]), 4.0, 6.0)
    array([3.])
    """
    seen = range_of(x)
    reach = np.maximum(distance_to_best(seen.low, best_from, best_to), distance_to_best(seen.high, best_from, best_to))
    return np.where(seen.varies, reach, np.nan)


def nearness(x: Floats, best_from: float | Floats, best_to: float | Floats, reach: Floats) -> Floats:
    """Return ``1 - distance / reach`` of values.

    Parameters
    ----------
    x : ndarray, shape (..., units, indicators)
        NaN stays NaN.
    best_from, best_to : float or ndarray, shape (indicators,)
        The best interval.
    reach : ndarray, shape (indicators,)
        See `reach_of_best`. Where it is 0, because the whole sample was inside the interval, values inside
        have 1 and later ones outside minus infinity, to be cut to the low end of the scale.

    Returns
    -------
    ndarray
        1 inside the interval, 0 at the reach, below 0 for later values farther away.

    Examples
    --------
    >>> nearness(np.array([[1.0], [3.0], [5.0]]), 4.0, 6.0, np.array([4.0])).ravel()
    array([0.25, 0.75, 1.  ])
    """
    away = distance_to_best(x, best_from, best_to)
    safe = np.where(reach == 0, np.nan, reach)
    inside = np.where(np.isnan(reach), np.nan, 1.0)
    outside = np.where(reach == 0, -np.inf, 1.0 - away / safe)
    return np.where(np.isnan(away), np.nan, np.where(away == 0, inside, outside))


def _interval(settings: Settings) -> tuple[float, float]:
    if "best" in settings:
        return float(settings["best"]), float(settings["best"])
    return float(settings["best_from"]), float(settings["best_to"])


def _fit(sample: Sample, settings: Settings) -> Normalisation:
    best_from, best_to = _interval(settings)
    reach = float(reach_of_best(sample.x[:, None], best_from, best_to)[0])
    numbers = (("best", (best_from, best_to)), *((("reach", (reach,)),) if np.isfinite(reach) else ()))
    return Normalisation("", numbers=numbers, clip=True)


def _apply(x: Floats, n: Normalisation, positive: bool, scale: Scale) -> tuple[Floats, Mask]:
    best_from, best_to = n.array("best")
    reach = n.array("reach") if dict(n.numbers).get("reach") else np.array([np.nan])
    share = nearness(np.asarray(x)[..., None], best_from, best_to, reach)[..., 0]
    low, high = scale
    cut = share < 0
    return low + (high - low) * np.where(cut, 0.0, share), cut


def _check(settings: Settings, scale: tuple[float, float]) -> Complaints:
    best_from, best_to = settings["best_from"], settings["best_to"]
    wrong = best_from is not None and best_to is not None and best_to < best_from
    return [("best_to", ENDS_FALL)] if wrong else []


_AFTER = "on the scale after treatment"

METHODS = (
    NormaliseMethod(
        name="middle_best",
        words=("适度值", "middle-best"),
        keys=(Key("best", Number, required=True, words=("最佳值", "best"), about=f"The best value, {_AFTER}."),),
        source="SOURCES.md, section 0 (mathmodels)",
        fit=_fit,
        apply=_apply,
    ),
    NormaliseMethod(
        name="interval_best",
        words=("适度区间", "interval-best"),
        keys=(
            Key("best_from", Number, required=True, words=("最佳区间下端", "from"), about=f"Lower end, {_AFTER}."),
            Key("best_to", Number, required=True, words=("最佳区间上端", "to"), about=f"Upper end, {_AFTER}."),
        ),
        source="SOURCES.md, section 0 (mathmodels)",
        check=_check,
        fit=_fit,
        apply=_apply,
    ),
)
