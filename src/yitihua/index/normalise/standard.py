"""Goalposts, min-max, z-score, ranks, and values as they are: how each is fitted.

OECD/JRC Handbook (2008), step 5; ranks as COINr ``n_rank``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from yitihua.definitions.methods import Key, Number, PositiveNumber, Settings
from yitihua.index.normalise.affine import Floats, bounds, percentile_rank, rank
from yitihua.index.normalise.method import Mask, NormaliseMethod, Sample, Scale
from yitihua.index.recipe import Normalisation


def normalisation_between(
    method: str, clip: bool, lower: float, upper: float, scale: tuple[float, float], positive: bool
) -> Normalisation:
    """Return the affine map that takes two bounds to the ends of the scale.

    Examples
    --------
    >>> normalisation_between("minmax", True, 2.0, 12.0, (0.0, 100.0), False).origin
    12.0
    """
    worst, span = bounds(np.array([lower]), np.array([upper]), np.array([positive]))
    gain = scale[1] - scale[0]
    return Normalisation(method, lower, upper, float(worst[0]), float(span[0]), gain, scale[0], clip)


def is_constant(seen: Floats) -> bool:
    """Return whether values differ by rounding at most.

    Examples
    --------
    >>> is_constant(np.array([0.1 + 0.2, 0.3]))
    True
    """
    return bool(np.ptp(seen) <= 1e-12 * np.abs(seen).max())


def _none(sample: Sample, settings: Settings) -> Normalisation:
    low, high = sample.scale
    positive = sample.positive
    return Normalisation("none", origin=0.0 if positive else low + high, width=1.0 if positive else -1.0)


def _goalposts(sample: Sample, settings: Settings) -> Normalisation:
    assert sample.goalposts is not None  # checked when the edition was loaded
    return normalisation_between("goalposts", settings["clip"], *sample.goalposts, sample.scale, sample.positive)


def _minmax(sample: Sample, settings: Settings) -> Normalisation:
    seen, (low, high) = sample.seen, sample.scale
    if not seen.size:
        return Normalisation("minmax", gain=high - low, base=low, clip=settings["clip"])
    lower = float(seen.min())
    upper = lower if is_constant(seen) else float(seen.max())
    return normalisation_between("minmax", settings["clip"], lower, upper, sample.scale, sample.positive)


def _zscore(sample: Sample, settings: Settings) -> Normalisation:
    gain = 1.0 if settings["sd"] is None else float(settings["sd"])
    base = 0.0 if settings["mean"] is None else float(settings["mean"])
    seen = sample.seen
    if seen.size < 2:
        return Normalisation("zscore", gain=gain, base=base)
    # A constant column has no spread, whatever rounding makes of its standard deviation.
    sd = 0.0 if is_constant(seen) else float(seen.std(ddof=1))
    width = sd if sample.positive else -sd
    return Normalisation("zscore", origin=float(seen.mean()), width=width, gain=gain, base=base)


def sorted_sample(sample: Sample) -> tuple[float, ...]:
    """Return the observed values in rising order; none where they do not differ."""
    seen = sample.seen
    return () if seen.size and is_constant(seen) else tuple(float(value) for value in np.sort(seen))


def _rank(sample: Sample, settings: Settings) -> Normalisation:
    return Normalisation("rank", reference=sorted_sample(sample))


def _percentile_rank(sample: Sample, settings: Settings) -> Normalisation:
    return Normalisation("percentile_rank", reference=sorted_sample(sample), clip=True)


def _to_rank(x: Floats, n: Normalisation, positive: bool, scale: Scale) -> tuple[Floats, Mask]:
    return rank(x, np.array(n.reference), positive), np.zeros(np.shape(x), dtype=bool)


def _to_percentile(x: Floats, n: Normalisation, positive: bool, scale: Scale) -> tuple[Floats, Mask]:
    return percentile_rank(x, np.array(n.reference), positive, scale)


def _always(settings: Settings) -> bool:
    return True


def _no_mean(settings: Settings) -> bool:
    return not settings.get("mean")  # not stated is 0: half of the points are negative


CLIP = Key(
    "clip",
    bool,
    True,
    words=("截断", "clip"),
    about="Points beyond the scale are cut to it and flagged.",
)
_HANDBOOK: Any = "OECD/JRC Handbook 2008, step 5"

METHODS = (
    NormaliseMethod(name="goalposts", words=("目标区间", "goalposts"), keys=(CLIP,), source=_HANDBOOK, fit=_goalposts),
    NormaliseMethod(name="minmax", words=("最小—最大值", "min-max"), keys=(CLIP,), source=_HANDBOOK, fit=_minmax),
    NormaliseMethod(
        name="zscore",
        words=("Z分数", "z-score"),
        keys=(
            Key("mean", Number, words=("均值", "mean"), about="Mean of the points; 0 unless stated."),
            Key("sd", PositiveNumber, words=("标准差", "sd"), about="Standard deviation of points; 1 unless stated."),
        ),
        source=_HANDBOOK,
        fit=_zscore,
        off_scale=_no_mean,
    ),
    NormaliseMethod(
        name="rank", words=("名次", "rank"), source="COINr n_rank", fit=_rank, apply=_to_rank, off_scale=_always
    ),
    NormaliseMethod(
        name="percentile_rank",
        words=("百分位名次", "percentile rank"),
        source=_HANDBOOK,
        fit=_percentile_rank,
        apply=_to_percentile,
    ),
    NormaliseMethod(name="none", words=("不变", "none"), fit=_none),
)
