"""Activity in four components: volume, momentum, breadth and recency of counts.

Every function takes arrays of shape (..., periods, units, measures): axes before these are draws. What is missing
(NaN) stays missing in its own measure, and means over measures leave it out, see `mean_present`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yitihua.indicators.table import Floats

Ints = npt.NDArray[np.int64]

#: The components, in the order of weights and of the last axis of `components`.
NAMES = ("volume", "momentum", "breadth", "recency")


@dataclass(frozen=True, eq=False)
class Rules:
    """How counts are scored; arrays have shape (measures,).

    Attributes
    ----------
    lower, upper : ndarray
        Counts a year for each unit of size that score 0 and 100 points of volume.
    weight : ndarray
        Of the measures, in every component.
    shares : ndarray, shape (4,)
        Weights of the components, in the order of `NAMES`.
    window, reference : int, str
        "trailing": momentum looks back on so many periods; "year": on the same period of the year before.
    bound : float
        Growth that counts as full: 0.5 is +50 %, and as full a fall 1 / 1.5.
    alive : float
        Share of `lower` from which a measure counts as alive.
    half_life, periods : float, int
        Of recency: after how many periods a count weighs half, and over how many it is taken.
    coverage : float
        Least share of weight, of measures and of components, that must be there.
    """

    lower: Floats
    upper: Floats
    weight: Floats
    shares: Floats
    window: int = 4
    reference: str = "trailing"
    bound: float = 0.5
    alive: float = 0.5
    half_life: float = 2.0
    periods: int = 4
    coverage: float = 2 / 3


def annualised(counts: Floats, months: Floats) -> Floats:
    """Return counts a year: count * 12 / months; months have shape (periods, units).

    Examples
    --------
    >>> annualised(np.array([[[30.0]]]), np.array([[3.0]])).ravel()
    array([120.])
    """
    return np.asarray(counts * (12.0 / months)[..., None])


def mean_present(values: Floats, weights: Floats, coverage: float = 0.0) -> Floats:
    """Return the weighted mean over the last axis of what is there.

    NaN where less than `coverage` of the weight is there, or none.

    Examples
    --------
    >>> mean_present(np.array([[10.0, np.nan, 40.0]]), np.array([1.0, 1.0, 2.0]), 0.7)
    array([30.])
    """
    there = np.isfinite(values) & (weights > 0)
    held = (there * weights).sum(axis=-1)
    total = np.where(there, values, 0.0) * weights
    enough = (held > 0) & (held >= coverage * weights.sum() - 1e-12)
    return np.where(enough, total.sum(axis=-1) / np.where(held > 0, held, 1.0), np.nan)


def volume(rates: Floats, lower: Floats, upper: Floats) -> Floats:
    """Return points of volume: 100 * clip((rate - lower) / (upper - lower), 0, 1).

    Parameters
    ----------
    rates : ndarray
        Counts a year for each unit of size.

    Examples
    --------
    >>> volume(np.array([1.0, 4.0, 20.0]), np.array(2.0), np.array(10.0))
    array([  0.,  25., 100.])
    """
    return np.asarray(100.0 * np.clip((rates - lower) / (upper - lower), 0.0, 1.0))


def momentum(annual: Floats, before: Floats, half: Floats, bound: float) -> Floats:
    """Return points of momentum: 50 + 50 * clip(ln((a + h) / (b + h)) / ln(1 + bound), -1, 1).

    Parameters
    ----------
    annual, before : ndarray
        Counts a year now (a) and in what is looked back on (b).
    half : ndarray
        Half a count of the period, as counts a year (h = 6 / months): so 0 has a logarithm.

    Examples
    --------
    >>> momentum(np.array([100.0, 150.0, 50.0]), np.array([100.0] * 3), np.array(0.0), 0.5)
    array([ 50., 100.,   0.])
    """
    growth = np.log((annual + half) / (before + half)) / np.log1p(bound)
    return np.asarray(50.0 + 50.0 * np.clip(growth, -1.0, 1.0))


def trailing(annual: Floats, months: Floats, window: int) -> Floats:
    """Return counts a year over the `window` periods before each: all counts by all months.

    NaN for the first period, and where none of those periods has a count; periods without one are left out.

    Examples
    --------
    >>> trailing(np.array([10.0, 20.0, 60.0]).reshape(3, 1, 1), np.full((3, 1), 12.0), 2).ravel()
    array([nan, 10., 15.])
    """
    length = np.where(np.isfinite(annual), months[..., None], 0.0)
    counts = np.where(np.isfinite(annual), annual, 0.0) * length
    found = np.full(annual.shape, np.nan)
    for t in range(1, annual.shape[-3]):
        span = length[..., max(0, t - window) : t, :, :].sum(axis=-3)
        total = counts[..., max(0, t - window) : t, :, :].sum(axis=-3)
        found[..., t, :, :] = np.where(span > 0, total / np.where(span > 0, span, 1.0), np.nan)
    return found


def breadth(rates: Floats, lower: Floats, alive: float) -> Floats:
    """Return 100 where a measure is alive, rate >= alive * lower, else 0; its weighted mean is the component.

    Examples
    --------
    >>> breadth(np.array([0.9, 1.0, np.nan]), np.array(2.0), 0.5)
    array([  0., 100.,  nan])
    """
    return np.where(np.isfinite(rates), np.where(rates >= alive * lower, 100.0, 0.0), np.nan)


def recency(annual: Floats, half_life: float, periods: int) -> Floats:
    """Return points of recency, of the pace over each period and the `periods` - 1 before it.

    With weights w_j = 2 ** (-j / half_life), j periods back, s = sum(w_j a_j) / sum(a_j) lies between the smallest
    weight and 1. Points run straight from 0 (all in the oldest period) over 50 (s of an even pace, the mean of the
    weights) to 100 (all in the latest). Nothing in all of them is 0. NaN with fewer than two periods, or without the
    latest; periods without a count are left out of the even pace too.

    Examples
    --------
    >>> latest = recency(np.array([0.0, 0.0, 9.0]).reshape(3, 1, 1), 1.0, 3)
    >>> even = recency(np.array([5.0, 5.0, 5.0]).reshape(3, 1, 1), 1.0, 3)
    >>> latest.ravel(), even.ravel()
    (array([ nan,   0., 100.]), array([nan, 50., 50.]))
    """
    found = np.full(annual.shape, np.nan)
    for t in range(1, annual.shape[-3]):
        last = annual[..., max(0, t - periods + 1) : t + 1, :, :]
        back = np.arange(last.shape[-3] - 1, -1, -1.0)
        weights = np.broadcast_to((0.5 ** (back / half_life))[:, None, None], last.shape[-3:])
        found[..., t, :, :] = _recent(last, weights)
    return found


def _recent(last: Floats, weights: Floats) -> Floats:
    there = np.isfinite(last)
    counts = np.where(there, last, 0.0)
    number, total = there.sum(axis=-3), counts.sum(axis=-3)
    least = np.where(there, weights, np.inf).min(axis=-3)
    even = np.where(there, weights, 0.0).sum(axis=-3) / np.maximum(number, 1)
    seen = (counts * weights).sum(axis=-3) / np.where(total > 0, total, 1.0)
    usable = (number >= 2) & there[..., -1, :, :]
    low = (seen - least) / np.where(usable, even - least, 1.0)
    high = (seen - even) / np.where(usable, 1.0 - even, 1.0)
    points = np.where(seen <= even, 50.0 * low, 50.0 + 50.0 * high)
    points = np.where(total > 0, np.clip(points, 0.0, 100.0), 0.0)
    return np.where(usable, points, np.nan)


def components(counts: Floats, size: Floats, months: Floats, rules: Rules, year_before: Ints) -> Floats:
    """Return the four components, shape (..., periods, units, 4), in the order of `NAMES`.

    Parameters
    ----------
    counts : ndarray, shape (..., periods, units, measures)
        In the period, not a year.
    size : ndarray, shape (periods, units, measures)
        What a count is set against; 0 counts as missing.
    months : ndarray, shape (periods, units)
    rules : Rules
    year_before : ndarray of int, shape (periods,)
        Place of the same period of the year before, -1 where there is none; used with reference "year".
    """
    parts = by_measure(counts, size, months, rules, year_before)
    return np.stack([mean_present(part, rules.weight, rules.coverage) for part in parts], axis=-1)


def by_measure(
    counts: Floats, size: Floats, months: Floats, rules: Rules, year_before: Ints
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return points of the four components by measure; parameters as in `components`."""
    annual = annualised(counts, months)
    rates = annual / np.where(size > 0, size, np.nan)
    if rules.reference == "year":
        there = (year_before >= 0)[:, None, None]
        before = np.where(there, annual[..., np.maximum(year_before, 0), :, :], np.nan)
    else:
        before = trailing(annual, months, rules.window)
    half = (6.0 / months)[..., None]
    return (
        volume(rates, rules.lower, rules.upper),
        momentum(annual, before, half, rules.bound),
        breadth(rates, rules.lower, rules.alive),
        recency(annual, rules.half_life, rules.periods),
    )


def activity(parts: Floats, rules: Rules) -> Floats:
    """Return activity, the weighted mean of the four components that are there, under the coverage rule.

    Examples
    --------
    >>> rules = Rules(np.ones(1), np.ones(1), np.ones(1), np.array([0.4, 0.2, 0.2, 0.2]))
    >>> activity(np.array([[50.0, 100.0, 0.0, 50.0], [50.0, np.nan, 50.0, np.nan]]), rules)
    array([50., nan])
    """
    return mean_present(parts, rules.shares, rules.coverage)
