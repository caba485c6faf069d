"""From latent scores to values: calibrated distributions with their point masses."""

from __future__ import annotations

import numpy as np

from yitihua.indicators.simulation.rules import Rule
from yitihua.indicators.table import Floats


def calibrated(scores: Floats, rule: Rule, shift: float = 0.0) -> Floats:
    """Return the values of an indicator, in its own unit.

    Parameters
    ----------
    scores : ndarray, shape (units,)
        Latent scores; only their order counts, so the margin is met by ranks and not only on average.
    rule : Rule
        Family, bounds and point masses.
    shift : float
        Moves the whole distribution by this many standard deviations (a year before).

    Examples
    --------
    >>> from yitihua.indicators.simulation.rules import rules
    >>> values = calibrated(np.arange(101.0), rules()["A05"])
    >>> round(float(np.median(values)), 1)
    69.4
    """
    from scipy.special import ndtr, ndtri

    u = (np.argsort(np.argsort(scores, kind="stable"), kind="stable") + 0.5) / len(scores)
    if shift:
        u = ndtr(ndtri(u) + shift)
    return quantile(u, rule)


def quantile(u: Floats, rule: Rule) -> Floats:
    """Return the value at a share of the distribution: point masses outside, the family between them."""
    masses = [(rule.mass_at, rule.mass_share), (rule.mass2_at, rule.mass2_share)]
    middle = (rule.lower + rule.upper) / 2
    low = [(at, share) for at, share in masses if share > 0 and at <= middle]
    high = [(at, share) for at, share in masses if share > 0 and at > middle]
    below, above = sum(share for _, share in low), sum(share for _, share in high)
    values = _family(np.clip((u - below) / (1 - below - above), 1e-9, 1 - 1e-9), rule)
    for at, _ in low:
        values = np.where(u < below, at, values)
    for at, _ in high:
        values = np.where(u > 1 - above, at, values)
    return values


def _family(u: Floats, rule: Rule) -> Floats:
    """Return quantiles of the continuous part, cut off at its bounds."""
    from scipy import stats

    if rule.family == "lognormal":
        law = stats.lognorm(rule.sd_log, scale=rule.median)
    elif rule.family == "beta":
        mean, sd = rule.mean / 100, rule.sd / 100
        weight = mean * (1 - mean) / sd**2 - 1
        law = stats.beta(mean * weight, (1 - mean) * weight, scale=100)
    else:
        law = stats.norm(rule.mean, rule.sd)
    low, high = law.cdf(rule.lower), law.cdf(rule.upper)
    return np.asarray(np.clip(law.ppf(low + u * (high - low)), rule.lower, rule.upper), dtype=float)
