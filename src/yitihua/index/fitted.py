"""The numbers fitted to a column: fill values, winsor limits, shifts, bounds, moments, cuts.

A rule says what is to be fitted, and `fitted_rule` returns it with the numbers of some data in
it. It may hold the numbers of other data already: only what was stated is looked at. So a recipe
can be fitted anew without the edition it came from, which is what `diff` does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from yitihua.errors import refuse
from yitihua.index import grade, impute, treat
from yitihua.index.normalise.affine import Floats, bounds
from yitihua.index.recipe import GradeRule, IndicatorRule, Normalisation, Treatment


def fitted_rule(
    rule: IndicatorRule, x: Floats, groups: Any, scale: tuple[float, float], units: Sequence[str]
) -> IndicatorRule:
    """Return a rule with its numbers fitted to one column.

    Parameters
    ----------
    rule : IndicatorRule
        Its methods and settings are kept.
    x : ndarray, shape (units,)
        Denominated values; NaN is missing.
    groups : ndarray of str, shape (units,), or None
        Where the rule fills by group.
    scale : (float, float)
        Lowest and highest points.
    units : sequence of str
        For messages.
    """
    fill_values = impute.fill_values(x, rule.impute, groups)
    x = impute.fill(x, fill_values, groups)
    if rule.transform == "ln":
        x = treat.logarithm(x, 0.0, rule.code, units)
    # The logarithm of goalposts is needed as well, so the shift must leave room for them.
    room = _logged_if(rule.transform, rule.goalposts) if rule.normalise.method == "goalposts" else ()
    treatment = _treatment(x, rule.treat, rule.code, room)
    x = treat.treated(x, treatment.lower, treatment.upper, treatment.log_shift, rule.code, units)
    normalise = _normalisation(x, replace(rule, treat=treatment), scale)
    return replace(rule, fill=tuple(fill_values.items()), treat=treatment, normalise=normalise)


def is_fitted(rule: IndicatorRule) -> bool:
    """Return whether any number of a rule follows from data; goalposts alone do not."""
    methods = (rule.impute, rule.treat.method, rule.normalise.method)
    return methods[:2] != ("none", "none") or methods[2] not in ("goalposts", "none")


def same_numbers(a: IndicatorRule, b: IndicatorRule) -> bool:
    """Return whether two rules hold the same fitted numbers, up to rounding.

    Examples
    --------
    >>> import yitihua as yt
    >>> rule = yt.evaluate("hdi").recipe.indicators[0]
    >>> same_numbers(rule, rule)
    True
    """
    words_a, numbers_a = _numbers_of(a)
    words_b, numbers_b = _numbers_of(b)
    return words_a == words_b and np.allclose(numbers_a, numbers_b, rtol=1e-9, atol=1e-12, equal_nan=True)


def _numbers_of(rule: IndicatorRule) -> tuple[tuple[Any, ...], Floats]:
    """Return what is fitted: words and counts, which must be equal, and numbers."""
    t, n = rule.treat, rule.normalise
    words = (t.outcome, tuple(name for name, _ in rule.fill), len(n.reference))
    plain = (t.lower, t.upper, t.log_shift, n.lower, n.upper, n.origin, n.width, n.gain, n.base)
    numbers = [np.nan if number is None else number for number in plain]
    return words, np.array([*numbers, *(value for _, value in rule.fill), *n.reference], dtype=float)


def _logged_if(transform: str, goalposts: tuple[float, float] | None) -> tuple[float, ...]:
    return tuple(math.log(bound) if transform == "ln" else bound for bound in goalposts or ())


def _treatment(x: Floats, stated: Treatment, code: str, room: tuple[float, ...]) -> Treatment:
    stated = replace(stated, lower=None, upper=None, log_shift=None, outcome="")
    if stated.method == "none":
        return stated
    seen = x[np.isfinite(x)]
    if seen.size == 0 or np.ptp(seen) == 0:
        return replace(stated, outcome="nothing to treat")
    if stated.method == "log":
        return _logged(np.append(seen, room), stated, code)
    if not treat.is_outlying(x[:, None], stated.skew, stated.kurtosis)[0]:
        return replace(stated, outcome="passed untreated")
    lower, upper, passed = treat.winsor_limits(x, stated.skew, stated.kurtosis, stated.max_winsorised)
    if passed:
        return replace(stated, lower=lower, upper=upper, outcome="winsorised")
    return _logged(np.append(seen, room), stated, code)


def _logged(seen: Floats, stated: Treatment, code: str) -> Treatment:
    """Return a logarithm; later values below the fitted range are raised to it, where ln still exists."""
    lower = float(seen.min()) if stated.offset is None else None
    return replace(stated, lower=lower, log_shift=_shift(seen, stated, code), outcome="log")


def _shift(seen: Floats, stated: Treatment, code: str) -> float:
    if stated.offset is None:
        return treat.log_shift(seen)
    if seen.min() + stated.offset <= 0:
        raise refuse("log-domain", key=code, name=code, found=f"{seen.min():g}", bound=f"{-stated.offset:g}")
    return stated.offset


def _normalisation(x: Floats, rule: IndicatorRule, scale: tuple[float, float]) -> Normalisation:
    (low, high), stated, positive = scale, rule.normalise, rule.positive
    if stated.method == "none":
        return Normalisation("none", origin=0.0 if positive else low + high, width=1.0 if positive else -1.0)
    if stated.method == "goalposts":
        assert rule.goalposts is not None  # checked when the edition was loaded
        lower, upper = (on_treated_scale(bound, rule.transform, rule.treat, rule.code) for bound in rule.goalposts)
        return normalisation_between(stated.method, stated.clip, lower, upper, scale, positive)
    seen = x[np.isfinite(x)]
    if stated.method in ("rank", "percentile_rank"):
        sample = () if seen.size and _is_constant(seen) else tuple(float(value) for value in np.sort(seen))
        return Normalisation(stated.method, reference=sample, clip=stated.method == "percentile_rank")
    if stated.method == "zscore":
        mean, sd = _moments(seen)
        width = None if sd is None else (sd if positive else -sd)
        return Normalisation("zscore", origin=mean, width=width, gain=stated.gain, base=stated.base)
    if seen.size:
        low_, high_ = float(seen.min()), float(seen.max())
        upper_ = low_ if _is_constant(seen) else high_
        return normalisation_between(stated.method, stated.clip, low_, upper_, scale, positive)
    return Normalisation("minmax", gain=high - low, base=low, clip=stated.clip)


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


def _moments(seen: Floats) -> tuple[float | None, float | None]:
    if seen.size < 2:
        return None, None
    # A constant column has no spread, whatever rounding makes of its standard deviation.
    return float(seen.mean()), 0.0 if _is_constant(seen) else float(seen.std(ddof=1))


def _is_constant(seen: Floats) -> bool:
    return bool(np.ptp(seen) <= 1e-12 * np.abs(seen).max())


def on_treated_scale(bound: float, transform: str, treatment: Treatment, code: str) -> float:
    """Take a goalpost through the same logarithms as the values.

    Examples
    --------
    >>> on_treated_scale(1.0, "ln", Treatment(), "A08")
    0.0
    """
    if transform == "ln":
        bound = math.log(bound)
    if treatment.log_shift is not None:
        if bound + treatment.log_shift <= 0:
            raise refuse(
                "log-domain",
                key=f"{code}.goalposts",
                name=code,
                found=f"{bound:g}",
                bound=f"{-treatment.log_shift:g}",
            )
        bound = math.log(bound + treatment.log_shift)
    return bound


def fitted_cuts(rule: GradeRule, scores: Floats, levels: tuple[str, ...]) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """Return the cuts of a scheme that is fitted to scores, by level.

    A level with fewer different scores than grades has none.
    """
    cuts = []
    for level in dict.fromkeys(levels):
        own = scores[[row for row, name in enumerate(levels) if name == level]]
        count = len(rule.labels)
        if np.unique(own[~np.isnan(own)]).size < count:
            continue
        quantiles = rule.method == "quantile"
        shares = rule.shares or (1.0,) * count
        cuts.append((level, grade.quantile_cuts(own, shares) if quantiles else grade.natural_breaks(own, count)))
    return tuple(cuts)
