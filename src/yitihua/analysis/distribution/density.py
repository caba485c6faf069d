"""Gaussian kernel density of scores, reflected at the ends of their scale, and what its shape says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from yitihua.analysis.distribution.inputs import choice, column, enough, grouping, places
from yitihua.analysis.distribution.theil import Groups
from yitihua.errors import refuse
from yitihua.indicators.arrays import Floats

if TYPE_CHECKING:
    import pandas as pd

BandwidthRule = Literal["robust", "scott", "silverman"]
RULES: tuple[BandwidthRule, ...] = ("robust", "scott", "silverman")
Bounds = tuple[float | None, float | None] | None

#: A Gaussian kernel counts as 0 beyond so many bandwidths: 2e-15 of its mass.
REACH = 8.0
#: Least number of grid points; a narrow bandwidth gets more, so that a bandwidth holds at least STEPS.
POINTS, STEPS, MOST_POINTS = 512, 8, 65_536


@dataclass(frozen=True, slots=True)
class Shape:
    """What a density looks like: position, height, width, peaks, tails.

    Attributes
    ----------
    mode : float
        Where the main peak is.
    height : float
        Density there.
    width : float
        Width of the main peak at half its height, ended by a bound where it reaches one.
    peaks : tuple of float
        Where the peaks are, from left to right: local maxima that rise above their surroundings by
        at least `prominence` of the main peak. One says a single mode; more, polarisation.
    heights : tuple of float
        Density at each of them.
    median : float
        Half of the mass lies below.
    left_tail, right_tail : float
        From the mode to the 5% and 95% points of the mass; negative where the mode lies beyond.
    skew : float
        ``(q95 + q05 - 2 q50) / (q95 - q05)``, -1 to 1: above 0 the right tail is the longer.
    prominence : float
    """

    mode: float
    height: float
    width: float
    peaks: tuple[float, ...]
    heights: tuple[float, ...]
    median: float
    left_tail: float
    right_tail: float
    skew: float
    prominence: float


@dataclass(frozen=True, slots=True, eq=False)
class Density:
    """A kernel density on an even grid.

    Attributes
    ----------
    x, f : ndarray, shape (points,)
        Grid, and density there per unit of x.
    bandwidth : float
        Standard deviation of the kernel.
    rule : str
        The rule it is by, or "given".
    bounds : (float or None, float or None)
        Where it was reflected.
    n, left_out : int
        Values, and units without one.
    """

    x: Floats
    f: Floats
    bandwidth: float
    rule: str
    bounds: tuple[float | None, float | None]
    n: int
    left_out: int

    @property
    def integral(self) -> float:
        """Mass on the grid: 1, less up to 3e-7 a side without a bound, if the step is below a bandwidth."""
        return float(np.trapezoid(self.f, self.x))

    def shape(self, prominence: float = 0.05) -> Shape:
        """Return position, height and width of the main peak, number of peaks, and tails.

        Parameters
        ----------
        prominence : float
            Least rise of a peak above the lowest point between it and a higher one, as a share of
            the height of the main peak.
        """
        from scipy.signal import find_peaks

        if not 0 < prominence <= 1:
            raise refuse("number-range", key="prominence", found=f"{prominence:g}", low="0", high="1")
        top = int(np.argmax(self.f))
        height = float(self.f[top])
        # Zeros at both ends, so that a peak at a bound is one too.
        found, _ = find_peaks(np.concatenate([[0.0], self.f, [0.0]]), prominence=prominence * height)
        peaks = found - 1
        mass = np.concatenate([[0.0], np.cumsum((self.f[1:] + self.f[:-1]) / 2 * np.diff(self.x))])
        low, median, high = np.interp([0.05, 0.5, 0.95], mass / mass[-1], self.x).tolist()
        mode = float(self.x[top])
        return Shape(
            mode,
            height,
            self._right_end(top, height / 2) - self._left_end(top, height / 2),
            tuple(self.x[peaks].tolist()),
            tuple(self.f[peaks].tolist()),
            median,
            mode - low,
            high - mode,
            (high + low - 2 * median) / (high - low),
            prominence,
        )

    def _right_end(self, top: int, level: float) -> float:
        """Return where the density first falls to a level right of the peak, or the end of the grid."""
        under = np.flatnonzero(self.f[top:] <= level)
        if not under.size:
            return float(self.x[-1])
        k = top + int(under[0])
        return float(np.interp(level, [self.f[k], self.f[k - 1]], [self.x[k], self.x[k - 1]]))

    def _left_end(self, top: int, level: float) -> float:
        under = np.flatnonzero(self.f[: top + 1] <= level)
        if not under.size:
            return float(self.x[0])
        k = int(under[-1])
        return float(np.interp(level, [self.f[k], self.f[k + 1]], [self.x[k], self.x[k + 1]]))

    @property
    def frame(self) -> pd.DataFrame:
        """Columns x and density."""
        import pandas as pd

        return pd.DataFrame({"x": self.x, "density": self.f})


def bandwidth(y: npt.ArrayLike, rule: BandwidthRule = "robust") -> float:
    """Return a bandwidth by a rule of thumb.

    Parameters
    ----------
    y : array_like, shape (units,)
        At least two different values. NaN: left out.
    rule : {"robust", "scott", "silverman"}
        "robust": ``0.9 min(sd, IQR/1.349) n^(-1/5)``, what Stata takes and most papers report;
        "scott": ``sd n^(-1/5)`` and "silverman": ``sd (3n/4)^(-1/5)``, both as scipy names them.
        sd is with n - 1. Where half of the values are equal, so that the IQR is 0, "robust" takes sd.

    Returns
    -------
    float

    Raises
    ------
    InputError
        If there are fewer than two values, or all are equal.

    References
    ----------
    Silverman (1986), *Density Estimation for Statistics and Data Analysis*, section 3.4.

    Examples
    --------
    >>> round(bandwidth([1, 2, 3, 4]), 6)  # 0.9 * 1.5 / 1.349 * 4 ** -0.2; IQR / 1.349 is below sd
    0.75842
    """
    choice(rule, RULES, "bandwidth")
    x = column(y)
    x = x[np.isfinite(x)]
    enough(len(x), 2, "units with a value", "y")
    if x.min() == x.max():
        raise refuse("distribution-constant", key="y", found=f"{x[0]:g}", what="a density")
    sd, n = float(x.std(ddof=1)), len(x)
    if rule == "scott":
        return float(sd * n**-0.2)
    if rule == "silverman":
        return float(sd * (0.75 * n) ** -0.2)
    q25, q75 = np.quantile(x, [0.25, 0.75])
    spread = min(sd, float(q75 - q25) / 1.349)
    return float(0.9 * (spread if spread > 0 else sd) * n**-0.2)


def density(
    y: npt.ArrayLike,
    bounds: Bounds = (0.0, 100.0),
    *,
    bandwidth: float | BandwidthRule = "robust",
    points: int | None = None,
) -> Density:
    """Return the Gaussian kernel density ``1/(n h) sum K((x - x_i)/h)``, reflected at bounds.

    A kernel at a score of 98 would put mass above 100, where no score can be, and the curve would
    sag towards the end. Each kernel is therefore mirrored at the bounds, as often as it takes, so
    that the mass on the scale is 1 and the curve is level at its ends.

    Parameters
    ----------
    y : array_like, shape (units,)
        Values within the bounds. NaN: the unit is left out and counted.
    bounds : (float or None, float or None), or None
        Lower and upper end of the scale; None where there is none.
    bandwidth : float or {"robust", "scott", "silverman"}
        In units of y, or a rule of `bandwidth`.
    points : int, optional
        Grid points; default 512, or as many as put 8 into a bandwidth.

    Returns
    -------
    Density
        Over the bounds; where there is none, to 5 bandwidths beyond the last value, outside of
        which less than 3e-7 of the mass lies.

    Raises
    ------
    InputError
        If a value lies outside the bounds, or there are fewer than two different values and no
        bandwidth is given.

    References
    ----------
    Rosenblatt (1956), Parzen (1962); reflection: Silverman (1986), section 2.10.

    Examples
    --------
    >>> found = density([20, 30, 40, 90, 95, 99])
    >>> round(found.integral, 9), len(found.shape().peaks)
    (1.0, 2)
    """
    values = column(y)
    there = np.isfinite(values)
    left_out = int((~there).sum())
    values = values[there]
    low, high = _checked(bounds, values)
    if isinstance(bandwidth, str):
        width, rule = _by_rule(values, bandwidth), str(bandwidth)
    else:
        width, rule = float(bandwidth), "given"
        if not 0 < width < np.inf:
            raise refuse("number-range", key="bandwidth", found=f"{bandwidth:g}", low="0", high="∞")
        enough(len(values), 1, "units with a value", "y")
    start = float(values.min()) - 5 * width if low is None else low
    end = float(values.max()) + 5 * width if high is None else high
    wanted = min(max(POINTS, int(np.ceil((end - start) / width * STEPS)) + 1), MOST_POINTS)
    count = wanted if points is None else points
    enough(count, 2, "grid points", "points")
    grid = np.linspace(start, end, count)
    f = _kernels(grid, _mirrored(values, low, high, width), width) / len(values)
    return Density(grid, f, width, rule, (low, high), len(values), left_out)


def densities(
    y: npt.ArrayLike,
    groups: Groups,
    bounds: Bounds = (0.0, 100.0),
    *,
    bandwidth: float | BandwidthRule = "robust",
    points: int | None = None,
) -> dict[str, Density]:
    """Return the density of each group, or period; those with fewer than two different values have none.

    Parameters
    ----------
    y : array_like, shape (units,)
        NaN: the unit is left out.
    groups : sequence, shape (units,)
        Group of every unit with a value.
    bounds, bandwidth, points
        As in `density`; a rule is applied in each group by itself.

    Returns
    -------
    dict of str to Density
        By label. A group without two different values is not in it.

    Raises
    ------
    InputError
        As `density`, and where a unit with a value is in no group.

    Examples
    --------
    >>> sorted(densities([1, 2, 5, 5, 7, 9], [2021, 2021, 2022, 2022, 2023, 2023]))
    ['2021', '2023']
    """
    values = column(y)
    there = np.isfinite(values)
    cut = grouping(groups, there)
    kept = values[there]
    _checked(bounds, kept)
    found = {}
    for g, label in enumerate(cut.labels):
        own = kept[cut.of == g]
        if own.min() < own.max():
            found[label] = density(own, bounds, bandwidth=bandwidth, points=points)
    return found


def _by_rule(values: Floats, rule: BandwidthRule) -> float:
    return bandwidth(values, rule)


def _checked(bounds: Bounds, values: Floats) -> tuple[float | None, float | None]:
    """Return the bounds, or refuse them and the values beyond."""
    low, high = (None, None) if bounds is None else bounds
    start, end = -np.inf if low is None else float(low), np.inf if high is None else float(high)
    if not start < end:
        raise refuse("distribution-bounds", key="bounds", low=str(low), high=str(high))
    wrong = (values < start) | (values > end)
    if wrong.any():
        shown = {"low": f"{start:g}", "high": f"{end:g}"}
        raise refuse("distribution-outside", key="y", n=int(wrong.sum()), found=places(values, wrong), **shown)
    return None if low is None else start, None if high is None else end


def _mirrored(values: Floats, low: float | None, high: float | None, width: float) -> Floats:
    """Return the values and their images at the bounds, as far as a kernel reaches the scale."""
    reach = REACH * width
    if low is None or high is None:
        bound = low if low is not None else high
        images = values if bound is None else np.concatenate([values, 2 * bound - values])
        start = -np.inf if low is None else low - reach
        end = np.inf if high is None else high + reach
    else:
        period = 2 * (high - low)
        turns = np.arange(-int(np.ceil(reach / period)) - 1, int(np.ceil(reach / period)) + 2) * period
        images = np.concatenate([values, 2 * low - values])[:, None] + turns
        start, end = low - reach, high + reach
    return np.asarray(images[(images >= start) & (images <= end)])


def _kernels(grid: Floats, centres: Floats, width: float) -> Floats:
    """Return the sum of Gaussian kernels on a grid, a block of grid points at a time."""
    centres = np.sort(centres)
    found = np.empty(len(grid))
    block = 64
    for start in range(0, len(grid), block):
        x = grid[start : start + block]
        first, last = np.searchsorted(centres, [x[0] - REACH * width, x[-1] + REACH * width])
        distance = (x[:, None] - centres[None, first:last]) / width
        found[start : start + block] = np.exp(-0.5 * distance * distance).sum(axis=1)
    return np.asarray(found / (width * np.sqrt(2 * np.pi)))
