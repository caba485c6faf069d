"""Confidence intervals: t, and for shares Wilson, Korn-Graubard, beta, logit and arcsine."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from yitihua.surveys.estimation.design import Floats

#: "beta" and "logit" are R's methods "beta" and "xlogit" ("logit" to the last digits of its iteration).
ShareInterval = Literal["wilson", "korn-graubard", "beta", "logit", "asin", "t"]
SHARE_INTERVALS: tuple[ShareInterval, ...] = ("wilson", "korn-graubard", "beta", "logit", "asin", "t")


def quantile_t(level: float, df: npt.ArrayLike) -> Floats:
    """Return the two-sided quantile of t; of the normal for infinite df, NaN for df of 0 or less.

    Examples
    --------
    >>> quantile_t(0.95, [np.inf, 10.0, 0.0]).round(6).tolist()
    [1.959964, 2.228139, nan]
    """
    from scipy.special import ndtri, stdtrit

    free = np.asarray(df, dtype=float)
    finite = np.where((free > 0) & np.isfinite(free), free, 1.0)
    upper = 1 - (1 - level) / 2
    return np.where(free > 0, np.where(np.isinf(free), ndtri(upper), stdtrit(finite, upper)), np.nan)


def interval_t(value: Floats, se: Floats, df: npt.ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Return ``value -/+ t se``.

    Examples
    --------
    >>> low, high = interval_t(np.array([2.0]), np.array([1.0]), np.inf)
    >>> [round(float(low[0]), 6), round(float(high[0]), 6)]
    [0.040036, 3.959964]
    """
    half = quantile_t(level, df) * se
    return value - half, value + half


def interval_share(
    share: Floats,
    variance: Floats,
    df: npt.ArrayLike,
    n: Floats,
    *,
    method: ShareInterval = "wilson",
    level: float = 0.95,
    n_alike: Floats | None = None,
) -> tuple[Floats, Floats]:
    """Return an interval of shares.

    Parameters
    ----------
    share, variance : ndarray
        Estimates and their variances.
    df : array
        Degrees of freedom of the variances.
    n : ndarray
        Respondents of the domain, for Korn-Graubard and beta (R takes those without an answer as well; in
        subsets of calibrated designs it takes the whole sample, which is not followed).
    method : str
        "wilson": the score interval on ``n_eff = p (1 - p) / variance`` with a quantile of t, as R survey 4.5.
        "korn-graubard": Clopper-Pearson on ``n_eff (t_(n-1) / t_df)^2``, at most n (Korn & Graubard 1998).
        "beta": the same without the limit, as R. "logit": t on the logit scale, R's "xlogit". "asin": t on
        the arcsine scale. "t": plain.
    level : float
        Of confidence.
    n_alike : ndarray, optional
        Effective number where all answers are the same and the variance says nothing, for Wilson, beta and
        Korn-Graubard; n if not given. The other methods have no interval there.

    Returns
    -------
    low, high : ndarray
        NaN without degrees of freedom or variance.

    Examples
    --------
    >>> half, quarter = np.array([0.5]), np.array([0.25 / 100])
    >>> low, high = interval_share(half, quarter, np.inf, np.array([100.0]))
    >>> round(float(low[0]), 6), round(float(high[0]), 6)
    (0.403832, 0.596168)
    >>> low, high = interval_share(np.array([0.0]), np.array([0.0]), 99, np.array([100.0]))
    >>> float(low[0]), round(float(high[0]), 6)
    (0.0, 0.03788)
    """
    share, variance = np.asarray(share, dtype=float), np.asarray(variance, dtype=float)
    if method == "t":
        return interval_t(share, np.sqrt(variance), df, level)
    spread = np.maximum(share * (1 - share), 0.0)
    # Sums of weights leave 1 - p at a rounding error of 0 where everybody said yes.
    alike = spread < 1e-12
    share = np.where(alike, np.round(share), share)
    with np.errstate(invalid="ignore", divide="ignore"):
        if method in ("logit", "asin"):
            return _transformed(share, np.where(alike, np.nan, variance), spread, quantile_t(level, df), method)
        effective = np.where(alike, n if n_alike is None else n_alike, spread / variance)
        if method == "wilson":
            low, high = _wilson(share, effective, quantile_t(level, df))
        else:
            grown = effective * (quantile_t(level, np.asarray(n) - 1) / quantile_t(level, df)) ** 2
            grown = np.minimum(grown, n) if method == "korn-graubard" else grown
            low, high = _clopper_pearson(share, grown, level)
    exact = np.isinf(effective)
    return np.where(exact, share, low), np.where(exact, share, high)


def _wilson(share: Floats, n: Floats, t: Floats) -> tuple[Floats, Floats]:
    below = 1 + t**2 / n
    middle = (share + t**2 / (2 * n)) / below
    half = t / (2 * n) * np.sqrt(4 * n * share * (1 - share) + t**2) / below
    # At the ends the formula gives 0 and 1 up to rounding; NaN stays NaN.
    return np.where(share == 0, 0.0 * half, middle - half), np.where(share == 1, 1 + 0.0 * half, middle + half)


def _clopper_pearson(share: Floats, n: Floats, level: float) -> tuple[Floats, Floats]:
    from scipy.special import betaincinv

    yes, no, tail = share * n, (1 - share) * n, (1 - level) / 2
    low = betaincinv(np.where(yes > 0, yes, 1.0), no + 1, tail)
    high = betaincinv(yes + 1, np.where(no > 0, no, 1.0), 1 - tail)
    return np.where(yes == 0, 0.0 * n, low), np.where(no == 0, 1 + 0.0 * n, high)


def _transformed(
    share: Floats, variance: Floats, spread: Floats, t: Floats, method: ShareInterval
) -> tuple[Floats, Floats]:
    se = np.sqrt(variance)
    if method == "logit":
        centre, half = np.log(share / (1 - share)), t * se / spread
        return 1 / (1 + np.exp(half - centre)), 1 / (1 + np.exp(-half - centre))
    centre, half = np.arcsin(np.sqrt(share)), t * se / (2 * np.sqrt(spread))
    return np.sin(centre - half) ** 2, np.sin(centre + half) ** 2
