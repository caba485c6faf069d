"""Quantiles by domain with Woodruff's intervals.

The share at or below the estimated quantile has an interval as any share; read back through the quantile's own
rule its limits are the limits of the quantile (Woodruff 1952; R survey's `svyquantile` of 4.1 and later). The
standard error is the interval's width over twice the quantile of t.

R's ``interval.type = "score"`` is not offered: it stops at the tolerance of a root search.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from yitihua.surveys.estimation.covariance import DomainErrors
from yitihua.surveys.estimation.design import Floats, SurveyDesign
from yitihua.surveys.estimation.domains import Partition, partition_of
from yitihua.surveys.estimation.estimate import Freedom, estimate
from yitihua.surveys.estimation.intervals import ShareInterval, quantile_t
from yitihua.surveys.estimation.quantile_rules import Sorted, quantile
from yitihua.surveys.estimation.results import Estimates


def estimate_quantiles(
    design: SurveyDesign,
    items: Mapping[str, Any],
    probs: Sequence[float] = (0.5,),
    domains: Any = None,
    *,
    qrule: str = "math",
    interval: ShareInterval = "t",
    units: Sequence[str] | None = None,
    level: float = 0.95,
    df: Freedom = "answered",
) -> Estimates:
    """Estimate quantiles of every item in every domain.

    Parameters
    ----------
    design, items, domains, units, level
        As in `estimate`.
    probs : sequence of float
        Shares between 0 and 1. The result has an item for each item and share, named "item@share".
    qrule : str
        One of `quantile_rules.RULES`.
    interval : str
        Of the share below the quantile: "t" (R's "mean"), "beta", "logit" (R's "xlogit"), "asin", "wilson" or
        "korn-graubard".
    df : str or float
        As in `estimate`; R counts those who answered here.

    Returns
    -------
    Estimates
        A limit is NaN where that of the share is outside 0 to 1, and the standard error with it. Covariances
        between quantiles have the correlations of the shares below them. `n_eff` and `deff` are of the shares.

    Examples
    --------
    >>> design = SurveyDesign.from_columns([1.0] * 9)
    >>> found = estimate_quantiles(design, {"y": np.arange(1.0, 10.0)})
    >>> found.items, found.value.tolist(), found.ci_low.tolist(), found.ci_high.tolist()
    (('y@0.5',), [[5.0]], [[2.0]], [[9.0]])
    """
    n = len(design.weight)
    of = partition_of(domains, n, units)
    weight = of.take(design.weight)
    rows = np.arange(n) if of.rows is None else of.rows
    inside = [np.flatnonzero(of.domain == domain) for domain in range(len(of.names))]
    values, below, data = [], {}, []
    for name, column in items.items():
        y = np.asarray(of.take(np.asarray(column, dtype=float)), dtype=float)
        sorted_ = [_sorted(y[members], weight[members]) for members in inside]
        for share in probs:
            estimates = np.array([quantile(one, share, qrule) for one in sorted_])
            indicator = np.full(n, np.nan)
            indicator[rows] = np.where(np.isnan(y), np.nan, y <= estimates[of.domain])
            below[f"{name}@{share:g}"] = indicator
            values.append(estimates)
            data.append(sorted_)
    shares = estimate(design, below, of, statistic="share", ci=interval, level=level, df=df)
    return _read_back(shares, np.stack(values, axis=1), data, qrule, of)


def _sorted(y: Floats, weight: Floats) -> Sorted:
    known = ~np.isnan(y)
    return Sorted.of(y[known], weight[known])


def _read_back(shares: Estimates, value: Floats, data: list[list[Sorted]], qrule: str, of: Partition) -> Estimates:
    """Return quantiles with the limits that those of the shares below them have."""
    low, high = np.full(value.shape, np.nan), np.full(value.shape, np.nan)
    for item, sorted_ in enumerate(data):
        for domain in range(len(of.names)):
            low[domain, item] = quantile(sorted_[domain], float(shares.ci_low[domain, item]), qrule)
            high[domain, item] = quantile(sorted_[domain], float(shares.ci_high[domain, item]), qrule)
    se = (high - low) / (2 * quantile_t(shares.level, shares.df))
    with np.errstate(invalid="ignore", divide="ignore"):
        # A step of the share is so much of the quantile.
        slope = np.where(shares.se > 0, se / shares.se, np.nan)
    return replace(
        shares,
        statistic="quantile",
        value=value,
        se=se,
        ci_low=low,
        ci_high=high,
        errors=_stretched(shares.errors, slope),
    )


def _stretched(errors: DomainErrors, slope: Floats) -> DomainErrors:
    """Return the errors of shares as errors of quantiles, with the shares' correlations."""
    known = np.nan_to_num(slope)
    blocks = errors.blocks * known[:, :, None] * known[:, None, :]
    wide = None if errors.wide is None else errors.wide * known.ravel()
    return DomainErrors(
        errors.domains, errors.items, errors.variance * known**2, errors.nested, wide=wide, given=blocks
    )
