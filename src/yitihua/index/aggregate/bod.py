"""Benefit-of-the-doubt as an aggregation: the frontier is learnt from a sample and kept in the recipe."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from yitihua.definitions.methods import Complaints, Key, Settings, Share
from yitihua.index.aggregate.dea import BenefitOfDoubt, benefit_of_doubt, frontier
from yitihua.index.aggregate.dea_bounds import Floats, ordinal, restrictions
from yitihua.index.aggregate.method import AggregateMethod, Mixture, Scale


def fit(x: Floats, weights: Floats, settings: Settings, scale: Scale) -> dict[str, Floats]:
    """Return the units of a sample that are the best under some weights, as shares of the scale.

    Parameters
    ----------
    x : ndarray, shape (units, children)
        Points; NaN missing. A child of weight 0 does not count.
    weights : ndarray, shape (children,)
        They matter where shares are bounded around them, or weights are ordered like them.
    settings : mapping
        Every key of the method.
    scale : (float, float)

    Returns
    -------
    dict
        ``frontier``, shape (rows, children), 0 where missing.

    Raises
    ------
    InputError
        If points lie below the scale (z-scores do), or no shares lie within the bounds.

    Examples
    --------
    >>> x = np.array([[80.0, 20.0], [20.0, 80.0], [50.0, 40.0]])
    >>> plain = METHODS[0].settings({})
    >>> fit(x, np.array([0.5, 0.5]), plain, (0.0, 100.0))
    {'frontier': array([[0.8, 0.2],
           [0.2, 0.8]])}
    """
    restrictions(len(weights), *_bounds(weights, settings))
    z = _counted(x, weights, scale)
    if np.isnan(z).all():
        return {"frontier": np.zeros((1, len(weights)))}
    return {"frontier": np.nan_to_num(z[frontier(z)]) if (z > 0).any() else np.zeros((1, len(weights)))}


def _counted(x: Floats, weights: Floats, scale: Scale) -> Floats:
    """Return points as shares of the scale, NaN for children that do not count."""
    return np.where(weights > 0, (x - scale[0]) / (scale[1] - scale[0]), np.nan)


def _bounds(weights: Floats, settings: Settings) -> tuple[Floats | float | None, Floats | float | None]:
    around = settings["share_around"]
    if around is None:
        return settings["share_lower"], settings["share_upper"]
    share = weights / weights.sum()
    return share * (1.0 - around), np.minimum(share * (1.0 + around), 1.0)


def _scored(x: Floats, mixture: Mixture) -> BenefitOfDoubt:
    # Below the scale nothing can be claimed; draws of estimates and next year's values may lie there.
    z = np.maximum(_counted(x, mixture.weights, mixture.scale), 0.0)
    ratios = ordinal(mixture.weights) if mixture.settings["ordinal"] else None
    lower, upper = _bounds(mixture.weights, mixture.settings)
    return benefit_of_doubt(z, mixture.numbers["frontier"], lower, upper, ratios, mixture.settings["clip"])


def combine(x: Floats, mixture: Mixture) -> Floats:
    """Return scores on the scale: its top for a unit on the frontier of the sample.

    Parameters
    ----------
    x : ndarray, shape (..., units, children)
        Points; NaN missing, and the unit is scored on the children it has. Points below the scale count as its
        lowest.
    mixture : Mixture

    Returns
    -------
    ndarray, shape (..., units)

    Examples
    --------
    >>> x = np.array([[80.0, 20.0], [20.0, 80.0], [50.0, 40.0]])
    >>> settings = METHODS[0].settings({})
    >>> w = np.array([0.5, 0.5])
    >>> combine(x, Mixture(w, settings, fit(x, w, settings, (0.0, 100.0)))).round(1)
    array([100., 100.,  90.])
    """
    low, high = mixture.scale
    return low + (high - low) * _scored(x, mixture).scores


def partials(x: Floats, mixture: Mixture) -> Floats:
    """Return slopes whose products with the children's points are what each gives to the score.

    Without bounds on shares, and on a scale from 0, they are the unit's own weights, which are dM/dx.

    Examples
    --------
    >>> x = np.array([[80.0, 20.0], [20.0, 80.0], [50.0, 40.0]])
    >>> settings = METHODS[0].settings({})
    >>> w = np.array([0.5, 0.5])
    >>> mixture = Mixture(w, settings, fit(x, w, settings, (0.0, 100.0)))
    >>> (partials(x, mixture) * x).sum(axis=1).round(1)
    array([100., 100.,  90.])
    """
    low, high = mixture.scale
    found = _scored(x, mixture)
    seen = raised(x, mixture)
    # A score of 0 has no shares: the lowest of the scale is then given by weight and points.
    weighted = np.where(np.isnan(x), 0.0, seen * mixture.weights)
    total = weighted.sum(axis=-1, keepdims=True)
    by_weight = np.divide(weighted, total, out=np.zeros_like(weighted), where=total > 0)
    shares = np.where(found.scores[..., None] == 0, by_weight, found.shares)
    given = (low + (high - low) * found.scores)[..., None] * shares
    slopes = np.divide(given, seen, out=np.zeros_like(x), where=(seen != 0) & ~np.isnan(given))
    return np.where(np.isnan(x), np.nan, slopes)


def raised(x: Floats, mixture: Mixture) -> Floats:
    """Return points with those below the scale at its lowest.

    Examples
    --------
    >>> raised(np.array([[-5.0, 20.0]]), Mixture(np.array([0.5, 0.5]), METHODS[0].settings({})))
    array([[ 0., 20.]])
    """
    return np.maximum(x, mixture.scale[0])


def _check(settings: Settings, scale: Scale) -> Complaints:
    lower, upper, around = settings["share_lower"], settings["share_upper"], settings["share_around"]
    if around is not None and (lower is not None or upper is not None):
        return [("share_around", "shares are bounded around the weights or by fixed numbers, not both")]
    if lower is not None and upper is not None and lower > upper:
        return [("share_lower", "the lower bound of shares is above the upper one")]
    return []


def _above_scale(settings: Mapping[str, object]) -> bool:
    return not settings["clip"]


METHODS = (
    AggregateMethod(
        name="bod",
        words=("数据包络分析（各取所长）", "benefit of the doubt (DEA)"),
        source="Cherchye, Moesen, Rogge and Van Puyenbroeck 2007; Wong and Beasley 1990",
        keys=(
            Key(
                "share_lower", Share, words=("份额下限", "lower share"),
                about="Every child gives at least this share of a unit's score.",
            ),
            Key(
                "share_upper", Share, words=("份额上限", "upper share"),
                about="No child gives more than this share of a unit's score.",
            ),
            Key(
                "share_around", Share, words=("份额浮动", "shares around weights"),
                about="Shares lie this near the weights in force: from w(1 - a) to w(1 + a).",
            ),
            Key(
                "ordinal", bool, default=False, words=("权重保序", "weights keep their order"),
                about="A unit's own weights are ordered like the weights in force.",
            ),
            Key(
                "clip", bool, default=True, words=("截断", "clip"),
                about="A unit better than all of the sample gets the top of the scale, not more.",
            ),
        ),
        check=_check,
        off_scale=_above_scale,
        fit=fit,
        combine=combine,
        partials=partials,
        raised=raised,
        slow=True,
    ),
)  # fmt: skip
