"""Bands: values between cuts get the same points (categorical scales, OECD/JRC Handbook 2008, step 5).

Cuts are stated, or quantiles of the fitted sample. A value on a cut belongs to the better band, as a score on a
grade cut goes up.
"""

from __future__ import annotations

import numpy as np

from yitihua.definitions.methods import Complaints, Key, Number, Settings, Share
from yitihua.index.normalise.affine import Floats
from yitihua.index.normalise.method import Mask, NormaliseMethod, Sample, Scale
from yitihua.index.normalise.standard import is_constant
from yitihua.index.recipe import Normalisation

#: Phrases for what is wrong with the settings.
CUTS_NOT_RISING = "must rise"
POINTS_COUNT = "one more than there are cuts"
POINTS_FALL = "must not fall, from the worst band to the best"
POINTS_OFF = "beyond the scale"
QUANTILES_INSIDE = "must rise between 0 and 1"


def bands(x: Floats, cuts: Floats, points: Floats, positive: bool) -> Floats:
    """Return the points of the band each value falls in.

    Parameters
    ----------
    x : ndarray
        One indicator, any shape; NaN stays NaN.
    cuts : ndarray, shape (k,)
        Rising.
    points : ndarray, shape (k + 1,)
        From the worst band to the best; where less is better the worst band is the one above all cuts.
    positive : bool
        Whether more is better.

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 3.0, np.nan])
    >>> bands(x, np.array([2.0]), np.array([0.0, 100.0]), True)
    array([  0., 100., 100.,  nan])
    >>> bands(x, np.array([2.0]), np.array([0.0, 100.0]), False)
    array([100., 100.,   0.,  nan])
    """
    up = np.searchsorted(cuts, x, side="right" if positive else "left")
    band = up if positive else len(cuts) - up
    return np.where(np.isnan(x), np.nan, points[band])


def quantile_cuts(x: Floats, quantiles: Floats, positive: bool) -> Floats:
    """Return the cuts that leave stated shares of the sample in the worse bands.

    Linear interpolation between order statistics (Hyndman and Fan 1996, type 7, the default of R and NumPy), of
    -x where less is better.

    Parameters
    ----------
    x : ndarray, shape (units,)
        The sample; NaN is left out.
    quantiles : ndarray, shape (k,)
        Rising, between 0 and 1.
    positive : bool
        Whether more is better.

    Returns
    -------
    ndarray, shape (k,)
        Rising; empty where nothing was observed.

    Examples
    --------
    >>> quantile_cuts(np.arange(11.0), np.array([0.2, 0.5]), True)
    array([2., 5.])
    >>> quantile_cuts(np.arange(11.0), np.array([0.2, 0.5]), False)
    array([5., 8.])
    """
    seen = x[np.isfinite(x)]
    if not seen.size:
        return np.empty(0)
    return np.asarray(np.quantile(seen, quantiles if positive else 1.0 - quantiles[::-1]))


def even_points(bands: int, scale: Scale) -> tuple[float, ...]:
    """Return points spread evenly over the scale, for the worst band to the best.

    Examples
    --------
    >>> even_points(3, (0.0, 100.0))
    (0.0, 50.0, 100.0)
    """
    low, high = scale
    return tuple(low + (high - low) * band / (bands - 1) for band in range(bands))


def _kept(method: str, cuts: Floats, settings: Settings, scale: Scale) -> Normalisation:
    points = settings["points"] or even_points(len(cuts) + 1, scale)
    numbers = (("cuts", tuple(cuts.tolist())), ("points", tuple(float(point) for point in points)))
    return Normalisation(method, numbers=numbers)


def _fit_stated(sample: Sample, settings: Settings) -> Normalisation:
    return _kept("bands", np.array(settings["cuts"], dtype=float), settings, sample.scale)


def _fit_quantiles(sample: Sample, settings: Settings) -> Normalisation:
    if not sample.seen.size or is_constant(sample.seen):
        return Normalisation("quantile_bands")
    cuts = quantile_cuts(sample.x, np.array(settings["quantiles"], dtype=float), sample.positive)
    return _kept("quantile_bands", cuts, settings, sample.scale)


def _apply(x: Floats, n: Normalisation, positive: bool, scale: Scale) -> tuple[Floats, Mask]:
    uncut = np.zeros(np.shape(x), dtype=bool)
    if not n.numbers:
        return np.full(np.shape(x), np.nan), uncut
    return bands(x, n.array("cuts"), n.array("points"), positive), uncut


def _check_points(settings: Settings, cuts: int, scale: Scale) -> Complaints:
    points = settings["points"]
    if points is None:
        return []
    if len(points) != cuts + 1:
        return [("points", POINTS_COUNT)]
    found = [("points", POINTS_FALL)] if (np.diff(points) < 0).any() else []
    return [*found, ("points", POINTS_OFF)] if min(points) < scale[0] or max(points) > scale[1] else found


def _check_stated(settings: Settings, scale: Scale) -> Complaints:
    cuts = settings["cuts"]
    if cuts is None:
        return []
    found = [("cuts", CUTS_NOT_RISING)] if len(cuts) == 0 or (np.diff(cuts) <= 0).any() else []
    return found + _check_points(settings, len(cuts), scale)


def _check_quantiles(settings: Settings, scale: Scale) -> Complaints:
    steps = np.diff([0.0, *settings["quantiles"], 1.0])
    found = [("quantiles", QUANTILES_INSIDE)] if len(steps) < 2 or (steps <= 0).any() else []
    return found + _check_points(settings, len(settings["quantiles"]), scale)


POINTS = Key(
    "points",
    tuple[Number, ...],
    words=("各档得分", "points"),
    about="Points from the worst band to the best; evenly over the scale unless stated.",
)
_HANDBOOK = "OECD/JRC Handbook 2008, step 5 (categorical scales)"

METHODS = (
    NormaliseMethod(
        name="bands",
        words=("分档", "bands"),
        keys=(
            Key(
                "cuts",
                tuple[Number, ...],
                required=True,
                words=("分界值", "cuts"),
                about="Rising values; one on a cut belongs to the better band.",
            ),
            POINTS,
        ),
        source=_HANDBOOK,
        check=_check_stated,
        fit=_fit_stated,
        apply=_apply,
    ),
    NormaliseMethod(
        name="quantile_bands",
        words=("分位数分档", "quantile bands"),
        keys=(
            Key(
                "quantiles",
                tuple[Share, ...],
                (0.2, 0.4, 0.6, 0.8),
                words=("分位数", "quantiles"),
                about="Shares of the sample below each cut, counted from the worst.",
            ),
            POINTS,
        ),
        source=_HANDBOOK,
        check=_check_quantiles,
        fit=_fit_quantiles,
        apply=_apply,
    ),
)
