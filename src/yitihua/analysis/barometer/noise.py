"""Counting error: how far a count may lie from the pace behind it.

A count of a period is one outcome of a pace: had the period run again, another would have come. The pace is drawn
from a gamma distribution with mean y + 1/2 and variance dispersion * (y + 1/2), y being the count. With dispersion 1
this is the posterior of a Poisson mean under Jeffreys' prior; more stands for campaigns, in which counts come in
bunches. A count of 0 has an interval too. It does not cover wrong reports or a changed counting rule.

Source: Brown, Cai and DasGupta (2003), Statistica Sinica 13: Jeffreys' intervals for Poisson means.
"""

from __future__ import annotations

import numpy as np

from yitihua.indicators.table import Floats


def draw_counts(counts: Floats, dispersion: float, n: int, generator: np.random.Generator) -> Floats:
    """Return `n` draws of the paces behind counts, shape (n, *counts.shape); NaN stays.

    Examples
    --------
    >>> drawn = draw_counts(np.array([0.0, 100.0, np.nan]), 4.0, 20_000, np.random.default_rng(0))
    >>> bool((drawn[:, 0].std() > 0) and abs(drawn[:, 1].std() - 20) < 0.5 and np.isnan(drawn[:, 2]).all())
    True
    """
    there = np.isfinite(counts)
    shape = np.where(there, counts + 0.5, 1.0) / dispersion
    drawn = generator.standard_gamma(shape, size=(n, *counts.shape)) * dispersion
    return np.where(there, drawn, np.nan)


def interval(draws: Floats, level: float) -> tuple[Floats, Floats]:
    """Return the lower and upper end over the first axis; NaN where a draw is NaN.

    Examples
    --------
    >>> low, high = interval(np.arange(101.0)[:, None], 0.9)
    >>> round(float(low[0]), 6), round(float(high[0]), 6)
    (5.0, 95.0)
    """
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(draws, [tail, 1.0 - tail], axis=0)
    return low, high
