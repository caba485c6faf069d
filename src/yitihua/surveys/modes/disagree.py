"""Counties whose self-administered and telephone answers disagree beyond chance and beyond the mode effect.

Every county's difference is held against the mean difference of the others (the mode effect as the other
counties show it), so a county does not hide in the mean it moves; and counties more than three standard errors
from the median difference are left out of that mean, so that they do not make others look odd. Testing 90
counties at 5% would flag four or five that are in order: p-values are adjusted for their number. A flag says
where to look, not what was done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from yitihua.errors import FaultList
from yitihua.indicators.arrays import Words
from yitihua.surveys.estimation.design import Floats, SurveyDesign
from yitihua.surveys.estimation.estimate import estimate
from yitihua.surveys.modes.overlap import Mask, check_modes

if TYPE_CHECKING:
    import pandas as pd

Adjustment = Literal["bh", "holm"]
#: Answers that each mode must have in a county for it to be tested.
LEAST_ANSWERS = 10
#: Standard errors from the median beyond which a county has no part in the common difference.
FAR = 3.0


@dataclass(frozen=True, eq=False)
class Disagreements:
    """Differences by county; arrays have the shape (units,), NaN where a county is not tested.

    Attributes
    ----------
    units : tuple of str
    n, n_reference : ndarray
        Answers of each side.
    mean, mean_reference, difference : ndarray
        Known also where too few answered to test.
    common : ndarray
        Mean difference of the other counties, or the effect that was given.
    excess, se, df, p : ndarray
        ``difference - common`` with its standard error, and the t test of none.
    p_bh, p_holm : ndarray
        Adjusted for the number of counties tested: Benjamini & Hochberg 1995 (of those flagged, how many are
        flagged wrongly), Holm 1979 (whether any is).
    flagged : ndarray of bool
    note : ndarray of str
        Why a county was not tested: "few-answers", "no-variance"; "" if it was.
    """

    units: tuple[str, ...]
    n: Floats
    n_reference: Floats
    mean: Floats
    mean_reference: Floats
    difference: Floats
    common: Floats
    excess: Floats
    se: Floats
    df: Floats
    p: Floats
    p_bh: Floats
    p_holm: Floats
    flagged: Mask
    note: Words

    def table(self) -> pd.DataFrame:
        """Return a row a county, those that stand out most first."""
        import pandas as pd

        columns = [name for name in self.__dataclass_fields__ if name != "units"]
        found = pd.DataFrame({name: getattr(self, name) for name in columns}, index=list(self.units))
        return found.sort_values("p", kind="stable", na_position="last")


def disagreements(
    design: SurveyDesign,
    y: Any,
    mode: Any,
    unit: Any,
    *,
    reference: str = "telephone",
    units: Sequence[str] | None = None,
    common: tuple[float, float] | None = None,
    least: int = LEAST_ANSWERS,
    alpha: float = 0.05,
    adjustment: Adjustment = "bh",
) -> Disagreements:
    """Compare modes within each county.

    The variance of a difference is that of the design, with the covariance of the two means where both modes
    share clusters. Degrees of freedom are Welch's, from clusters less strata of each side. The common
    difference is weighted by ``1 / (1/n + 1/n_reference)``, not by variances, which at these sizes are noise.
    Counties are taken as independent (strata within counties).

    Parameters
    ----------
    design : SurveyDesign
        Of one mixed sample, or of two (`stack_designs`).
    y : array of float, shape (respondents,)
        One item, NaN where missing.
    mode, unit : arrays of labels, shape (respondents,)
        All modes but the reference are taken together; missing labels do not count.
    reference : str
    units : sequence of str, optional
        Counties in order; the sorted labels by default.
    common : (float, float), optional
        A mode effect and its standard error to hold the differences against (from `mode_effects`).
    least : int
        Answers that each mode must have in a county.
    alpha : float
        Level of the flags, after adjustment.
    adjustment : {"bh", "holm"}
        Which adjusted p-values the flags are taken from.

    Raises
    ------
    InputError
        No answers in the reference mode, or in no other.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> unit, mode = np.repeat(list("abcd"), 100), np.tile(["telephone", "web"], 200)
    >>> y = 60 + 20 * rng.normal(size=400) - 5 * (mode == "web") + 25 * ((mode == "web") & (unit == "c"))
    >>> found = disagreements(SurveyDesign.from_columns(np.ones(400), strata=[unit]), y, mode, unit)
    >>> [name for name, one in zip(found.units, found.flagged, strict=True) if one]
    ['c']
    """
    import pandas as pd

    labels = pd.Series(mode, dtype=object)
    counts = {str(name): int(number) for name, number in labels.value_counts().items()}
    faults = FaultList()
    check_modes(sorted(counts), counts, reference, faults)
    faults.raise_if_any()
    values = np.asarray(y, dtype=float)
    is_reference, known = (labels == reference).to_numpy(), labels.notna().to_numpy()
    sides = {
        "other": np.where(known & ~is_reference, values, np.nan),
        "reference": np.where(is_reference, values, np.nan),
    }
    found = estimate(design, sides, unit, units=units, df="answered")
    difference = found.value[:, 0] - found.value[:, 1]
    blocks = found.errors.blocks
    variance = blocks[:, 0, 0] + blocks[:, 1, 1] - 2 * blocks[:, 0, 1]
    few = (found.n < least).any(axis=1)
    told = np.isfinite(found.se).all(axis=1) & (variance > 0) & (found.df > 0).all(axis=1)
    tested = ~few & told
    size = np.where(tested, 1 / (1 / np.maximum(found.n, 1)).sum(axis=1), 0.0)
    expected, own = _others(difference, variance, size) if common is None else _given(common, len(size))
    excess = np.where(tested, difference - expected, np.nan)
    se = np.sqrt(np.where(tested, variance + own, np.nan))
    df = _welch(found.se**2, found.df, tested)
    p = _p_values(excess / se, df)
    bh, holm = benjamini_hochberg(p), holm_adjusted(p)
    note = np.where(few, "few-answers", np.where(told, "", "no-variance")).astype(object)
    flagged = np.nan_to_num(bh if adjustment == "bh" else holm, nan=1.0) <= alpha
    return Disagreements(
        found.domains, found.n[:, 0], found.n[:, 1], found.value[:, 0], found.value[:, 1], difference,
        np.where(tested, expected, np.nan), excess, se, df, p, bh, holm, flagged, note,
    )  # fmt: skip


def _others(difference: Floats, variance: Floats, size: Floats) -> tuple[Floats, Floats]:
    """Return the weighted mean difference of the other counties and its variance; NaN for a county alone."""
    d, v = np.where(size > 0, difference, 0.0), np.where(size > 0, variance, 0.0)
    size = np.where(np.abs(d - _weighted_median(d, size)) <= FAR * np.sqrt(v), size, 0.0)
    left = size.sum() - size
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = ((size * d).sum() - size * d) / left
        spread = ((size**2 * v).sum() - size**2 * v) / left**2
    return np.asarray(mean), np.asarray(spread)


def _weighted_median(values: Floats, weight: Floats) -> float:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)]) if len(values) else np.nan


def _given(common: tuple[float, float], count: int) -> tuple[Floats, Floats]:
    return np.full(count, common[0]), np.full(count, common[1] ** 2)


def _welch(variances: Floats, df: Floats, tested: Mask) -> Floats:
    """Return degrees of freedom of a difference of two means (Welch 1947; Satterthwaite 1946)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        found = variances.sum(axis=1) ** 2 / (variances**2 / df).sum(axis=1)
    return np.where(tested, found, np.nan)


def _p_values(t: Floats, df: Floats) -> Floats:
    from scipy.special import stdtr

    return np.asarray(2 * stdtr(df, -np.abs(t)))


def benjamini_hochberg(p: Floats) -> Floats:
    """Return p-values adjusted to the false discovery rate; NaN ones do not count.

    Examples
    --------
    >>> benjamini_hochberg(np.array([0.01, 0.04, np.nan, 0.03])).tolist()
    [0.03, 0.04, nan, 0.04]
    """
    from scipy.stats import false_discovery_control

    found, known = np.full(p.shape, np.nan), np.isfinite(p)
    if known.any():
        found[known] = false_discovery_control(p[known])
    return found


def holm_adjusted(p: Floats) -> Floats:
    """Return p-values adjusted so that the chance of any wrong flag stays below the level (Holm 1979).

    Examples
    --------
    >>> holm_adjusted(np.array([0.01, 0.04, np.nan, 0.03])).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    steps = np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1))
    found = np.full(p.shape, np.nan)
    found[order] = np.minimum(steps, 1.0)
    return found
