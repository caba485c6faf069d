"""Sigma convergence: whether the spread over units falls from period to period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from yitihua.analysis.distribution.inputs import above_zero, choice, enough, numbers
from yitihua.errors import refuse
from yitihua.indicators.arrays import Floats

if TYPE_CHECKING:
    import pandas as pd

Measure = Literal["cv", "sd_log", "sd"]
MEASURES: tuple[Measure, ...] = ("cv", "sd_log", "sd")


@dataclass(frozen=True, slots=True, eq=False)
class SigmaConvergence:
    """The spread by period, and its trend.

    Attributes
    ----------
    measure : {"cv", "sd_log", "sd"}
        What the trend is of.
    periods : ndarray, shape (periods,)
    n : ndarray of int, shape (periods,)
        Units behind each.
    mean, sd, cv, sd_log : ndarray, shape (periods,)
        Standard deviations are with n - 1; sd_log is of natural logarithms, NaN where a value is not
        above 0; cv is NaN where the mean is not.
    slope, slope_p : float
        Of the measure on the period by least squares, per unit of period, and the two-sided p of
        Student's t; p is NaN with fewer than 3 periods, and too small where periods hang together.
    tau, tau_p : float
        Kendall's tau of measure and period and its two-sided p (Mann 1945): of the order only. The
        least p possible is 1/3 with 3 periods, 1/12 with 4, 1/60 with 5.
    left_out : int
        Units without a value in some period, where only those with all are used; else 0.
    """

    measure: Measure
    periods: Floats
    n: npt.NDArray[np.intp]
    mean: Floats
    sd: Floats
    cv: Floats
    sd_log: Floats
    slope: float
    slope_p: float
    tau: float
    tau_p: float
    left_out: int

    @property
    def falling(self) -> bool:
        """Whether the spread falls: the slope is below 0. Whether by more than chance, say the p."""
        return self.slope < 0

    @property
    def frame(self) -> pd.DataFrame:
        """One row a period."""
        import pandas as pd

        names = ("n", "mean", "sd", "cv", "sd_log")
        return pd.DataFrame({"period": self.periods} | {name: getattr(self, name) for name in names})


def sigma_convergence(
    y: npt.ArrayLike, periods: Sequence[float] | npt.NDArray[np.generic], measure: Measure = "cv", balanced: bool = True
) -> SigmaConvergence:
    """Return the spread over units by period, and whether it falls.

    Parameters
    ----------
    y : array_like, shape (units, periods)
        NaN is missing.
    periods : sequence of numbers, shape (periods,)
        Rising, such as years; they need not be evenly spaced.
    measure : {"cv", "sd_log", "sd"}
        Coefficient of variation sd / mean, standard deviation of ln y, or standard deviation.
        Only the first two are free of the unit of y.
    balanced : bool
        Whether only units with a value in every period are used, so that the spread does not move
        because units come and go. Otherwise each period uses the units it has.

    Returns
    -------
    SigmaConvergence

    Raises
    ------
    InputError
        If there are fewer than 2 periods or 2 units, periods do not rise, a mean (cv) or a value
        (sd_log) is not above 0, or a value is infinite.

    References
    ----------
    Barro & Sala-i-Martin (1992), "Convergence".

    Examples
    --------
    >>> found = sigma_convergence([[40, 45, 48], [60, 55, 52]], [2020, 2021, 2022])
    >>> found.falling, round(float(found.cv[0]), 4), round(found.tau, 1)
    (True, 0.2828, -1.0)
    """
    choice(measure, MEASURES, "measure")
    values = numbers(y)
    when = checked_periods(periods, values)
    there = np.isfinite(values)
    whole = np.asarray(there.all(axis=1), dtype=bool)
    left_out = int((~whole).sum()) if balanced else 0
    used: npt.NDArray[np.bool_] = there & whole[:, None] if balanced else there
    count = used.sum(axis=0)
    enough(int(count.min()), 2, "units in all periods" if balanced else "units with a value", "y")
    mean = np.sum(values, axis=0, where=used) / count
    sd = _sd(values, used, count)
    cv = np.divide(sd, mean, out=np.full_like(sd, np.nan), where=mean > 0)
    positive = used & (values > 0)
    logs = np.log(values, out=np.zeros_like(values), where=positive)
    sd_log = np.where((positive == used).all(axis=0), _sd(logs, used, count), np.nan)
    if measure == "cv":
        above_zero(mean, "mean")
    elif measure == "sd_log":
        above_zero(np.where(used, values, np.nan))
    series = {"cv": cv, "sd_log": sd_log, "sd": sd}[measure]
    slope, slope_p, tau, tau_p = _trend(when, series)
    return SigmaConvergence(measure, when, count, mean, sd, cv, sd_log, slope, slope_p, tau, tau_p, left_out)


def checked_periods(periods: Sequence[float] | npt.NDArray[np.generic], values: Floats) -> Floats:
    """Return the periods as numbers: two or more, rising, one for each column of values.

    Raises
    ------
    InputError
    """
    if values.ndim != 2:
        raise refuse("distribution-shape", key="y", name="y", found=str(values.shape), expected="(units, periods)")
    try:
        when = np.array([float(p) for p in periods])
    except (TypeError, ValueError):
        raise refuse("convergence-periods", reason="are not numbers", found=list(periods)) from None
    if when.shape != values.shape[1:]:
        shapes = {"found": str(when.shape), "expected": str(values.shape[1:])}
        raise refuse("distribution-shape", key="periods", name="periods", **shapes)
    enough(len(when), 2, "periods", "periods")
    if not (np.diff(when) > 0).all():
        raise refuse("convergence-periods", reason="do not rise", found=[f"{p:g}" for p in when])
    return when


def _sd(values: Floats, used: npt.NDArray[np.bool_], count: npt.NDArray[np.intp]) -> Floats:
    mean = np.sum(values, axis=0, where=used) / count
    squares = np.sum((values - mean) ** 2, axis=0, where=used)
    return np.asarray(np.sqrt(squares / (count - 1)))


def _trend(when: Floats, series: Floats) -> tuple[float, float, float, float]:
    """Return slope and p by least squares, Kendall's tau and p."""
    from scipy.stats import kendalltau, linregress

    if len(when) < 3:
        slope = float((series[1] - series[0]) / (when[1] - when[0]))
        return slope, float("nan"), float(np.sign(slope)), float("nan")
    line = linregress(when, series)
    if series.min() == series.max():
        return float(line.slope), float("nan"), float("nan"), float("nan")
    ranks = kendalltau(when, series)
    return float(line.slope), float(line.pvalue), float(ranks.statistic), float(ranks.pvalue)
