"""Treatment of outliers before normalisation: winsorise, take a logarithm, or leave alone.

Shapes: (units,) for one indicator or (units, indicators) where said. NaN is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from yitihua.errors import FaultList

Floats = npt.NDArray[np.float64]


def skewness(x: Floats) -> Floats:
    """Return the bias-corrected skewness of each column (G1 of Joanes and Gill 1998).

    Parameters
    ----------
    x : ndarray, shape (units, indicators)

    Returns
    -------
    ndarray, shape (indicators,)
        NaN with fewer than three values or no spread.

    Examples
    --------
    >>> skewness(np.array([[1.0], [2.0], [9.0]])).round(3)
    array([1.63])
    """
    n, m2, m3, _ = _moments(x)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(n > 2, m3 / m2**1.5 * np.sqrt(n * (n - 1)) / (n - 2), np.nan)


def kurtosis(x: Floats) -> Floats:
    """Return the bias-corrected excess kurtosis of each column (G2 of Joanes and Gill 1998).

    Parameters
    ----------
    x : ndarray, shape (units, indicators)

    Returns
    -------
    ndarray, shape (indicators,)
        NaN with fewer than four values or no spread.

    Examples
    --------
    >>> kurtosis(np.array([[1.0], [2.0], [3.0], [9.0]])).round(3)
    array([3.014])
    """
    n, m2, _, m4 = _moments(x)
    with np.errstate(divide="ignore", invalid="ignore"):
        g2 = m4 / m2**2 - 3.0
        return np.where(n > 3, (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * g2 + 6), np.nan)


def _moments(x: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    seen = np.isfinite(x)
    n = seen.sum(axis=0).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(seen, x, 0.0).sum(axis=0) / n
        d = np.where(seen, x - mean, 0.0)
        d2 = d * d
        return n, d2.sum(axis=0) / n, (d2 * d).sum(axis=0) / n, (d2 * d2).sum(axis=0) / n


def is_outlying(x: Floats, skew: float, kurt: float) -> npt.NDArray[np.bool_]:
    """Return which columns are both skewed and heavy-tailed: |skewness| >= skew and kurtosis >= kurt.

    The JRC rule uses 2 and 3.5 (Groeneveld and Meeden 1984). A column on a limit is outlying, as in COINr, which
    passes what is below one of the two (R/treat.R, ``check_SkewKurt``). A column with too few values or no
    spread has no skewness and is not outlying.

    Examples
    --------
    >>> is_outlying(np.append(np.arange(20.0), 500.0)[:, None], 2.0, 3.5)
    array([ True])
    """
    with np.errstate(invalid="ignore"):
        return np.asarray((np.abs(skewness(x)) >= skew) & (kurtosis(x) >= kurt))


def winsor_limits(
    x: Floats, skew: float = 2.0, kurt: float = 3.5, most: int | None = 5, force: bool = False
) -> tuple[float, float, bool]:
    """Return the limits that winsorising one distinct value at a time arrives at.

    As long as the column is outlying and fewer than `most` points are winsorised, all points with the largest
    value (the smallest, where the skewness is below 0) are set to the next one (COINr, R/treat.R, ``winsorise``).
    Points are counted, not steps: tied points move together and count one each, so that a tie may carry the
    count beyond `most`.

    Parameters
    ----------
    x : ndarray, shape (units,)
        Values of one indicator; NaN is left out.
    skew, kurt : float
        See `is_outlying`.
    most : int or None
        No further step once so many points are winsorised; None for no limit (COINr ``winmax = NULL``).
    force : bool
        Winsorise on to `most` points even where the column is no longer outlying (COINr ``force_win``). Each step
        follows the sign of the skewness, so that the end that is pulled in may change.

    Returns
    -------
    lower, upper : float
        Limits; clipping to them gives the winsorised column. NaN where nothing was observed.
    passed : bool
        Whether the result is no longer outlying; False where no spread is left (COINr then stops with an error
        and leaves the column as it was).

    Examples
    --------
    >>> x = np.append(np.arange(20.0), 500.0)
    >>> winsor_limits(x)
    (0.0, 19.0, True)
    >>> winsor_limits(x, force=True, most=3)
    (1.0, 18.0, True)
    """
    y = x[np.isfinite(x)].copy()
    if y.size == 0:
        return float("nan"), float("nan"), True
    seen = y.copy()
    outlying = bool(is_outlying(y[:, None], skew, kurt)[0])
    moved = 0
    while (outlying or force) and np.ptp(y) > 0 and (most is None or moved < most):
        if skewness(y[:, None])[0] >= 0:
            top = y.max()
            y[y == top] = y[y < top].max()
        else:
            bottom = y.min()
            y[y == bottom] = y[y > bottom].min()
        moved = int((seen != y).sum())
        outlying = bool(is_outlying(y[:, None], skew, kurt)[0])
    # A column that is left without any spread is not treated but emptied.
    return float(y.min()), float(y.max()), bool(np.ptp(y) > 0) and not outlying


def log_shift(x: Floats) -> float:
    """Return the amount added before a logarithm: ``0.01 range - min`` (COINr ``log_CT``).

    Examples
    --------
    >>> log_shift(np.array([5.0, 105.0]))
    -4.0
    """
    low, high = float(np.nanmin(x)), float(np.nanmax(x))
    return 0.01 * (high - low) - low


def logarithm(x: Floats, shift: float, code: str, units: Sequence[str]) -> Floats:
    """Return ln(x + shift) of one indicator; NaN stays NaN.

    Raises
    ------
    InputError
        Naming every unit whose value has no logarithm.

    Examples
    --------
    >>> logarithm(np.array([1.0, np.nan]), 0.0, "gdp", ["a", "b"])
    array([ 0., nan])
    """
    bad = np.flatnonzero(x + shift <= 0)
    if bad.size:
        faults = FaultList()
        for row in bad.tolist():
            key = f"{units[row]}, {code}"
            faults.add("log-domain", key=key, name=code, found=f"{x[row]:g}", bound=f"{-shift:g}")
        faults.raise_if_any()
    return np.asarray(np.log(x + shift))


def treated(
    x: Floats, lower: float | None, upper: float | None, log_shift: float | None, code: str, units: Sequence[str]
) -> Floats:
    """Return one indicator clipped to fitted limits and, where a shift is given, logged.

    Examples
    --------
    >>> treated(np.array([0.0, 5.0, 99.0]), 1.0, 9.0, None, "x", ["a", "b", "c"])
    array([1., 5., 9.])
    """
    if lower is not None or upper is not None:
        x = np.clip(x, lower, upper)
    return x if log_shift is None else logarithm(x, log_shift, code, units)
