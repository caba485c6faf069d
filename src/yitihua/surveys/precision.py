"""How well an estimated error is known itself: effective samples and covariances that allow for few clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from yitihua.indicators.covariance import Covariance
from yitihua.indicators.table import Floats
from yitihua.surveys.areas.fay_herriot import FayHerriot
from yitihua.surveys.estimation.intervals import quantile_t


def widened(errors: Covariance, df: Floats, level: float = 0.95) -> Covariance:
    """Return a covariance whose normal intervals at a level are Student's.

    An index draws normal errors. A county of twelve clusters in two strata has 10 degrees of freedom:
    normal intervals from its standard error hold the truth in 92% in place of 95%. Every error is
    multiplied by the quantile of t over that of the normal, 1.14 here, which leaves correlations as
    they are. An estimate without degrees of freedom stays as it is.

    Parameters
    ----------
    errors : Covariance
    df : ndarray, shape (units, indicators)
    level : float

    Examples
    --------
    >>> errors = Covariance.independent(["a", "b"], ["x"], np.array([[1.0], [1.0]]))
    >>> widened(errors, np.array([[10.0], [np.inf]])).se.round(3).tolist()
    [[1.137], [1.0]]
    """
    with np.errstate(invalid="ignore"):
        ratio = quantile_t(level, df) / quantile_t(level, np.inf)
    ratio = np.where(np.isfinite(ratio), ratio, 1.0)
    blocks = errors.blocks * ratio[:, :, None] * ratio[:, None, :]
    return replace(errors, blocks=blocks, shared=errors.shared * ratio)


def pooled_size(n_eff: Floats, se: Floats, fits: Mapping[str, FayHerriot], codes: Sequence[str]) -> Floats:
    """Return effective sample sizes by the variances pooled over counties, shape (counties, indicators).

    A county's own variance is noise when it rests on few clusters, and n_eff with it: to let the
    direct estimate enter where its own n_eff is large picks those whose error was estimated too low
    (intervals of those picked held the truth in 86% in place of 95% in the simulated province).

    Parameters
    ----------
    n_eff, se : ndarray, shape (counties, indicators)
        As estimated.
    fits : mapping of str to FayHerriot
        Indicator -> its model, which was fitted with pooled variances.
    codes : sequence of str
        The indicators in their order.
    """
    nothing = np.full(len(n_eff), np.nan)
    pooled = np.column_stack([fits[code].variance if code in fits else nothing for code in codes])
    with np.errstate(invalid="ignore", divide="ignore"):
        size = n_eff * se**2 / pooled
    return np.where(np.isfinite(size), size, n_eff)
