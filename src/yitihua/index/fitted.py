"""The numbers fitted to a column: fill values, winsor limits, shifts, bounds, moments, cuts.

A rule says what is to be fitted, and `fitted_rule` returns it with the numbers of some data in
it. It may hold the numbers of other data already: only what was stated is looked at. So a recipe
can be fitted anew without the edition it came from, which is what `diff` does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from yitihua.definitions.methods import NORMALISE, TREAT, plain
from yitihua.errors import refuse
from yitihua.index import grade, impute, treat
from yitihua.index.normalise.affine import Floats
from yitihua.index.normalise.method import Sample
from yitihua.index.recipe import Array, GradeRule, IndicatorRule, Normalisation, Treatment


def fitted_rule(
    rule: IndicatorRule,
    x: Floats,
    groups: Any,
    scale: tuple[float, float],
    units: Sequence[str],
    reference_unit: str | None = None,
) -> IndicatorRule:
    """Return a rule with its numbers fitted to one column.

    Parameters
    ----------
    rule : IndicatorRule
        Its methods and settings are kept.
    x : ndarray, shape (units,)
        Denominated values, after joint imputations; NaN is missing.
    groups : ndarray of str, shape (units,), or None
        Where the rule fills by group.
    scale : (float, float)
        Lowest and highest points.
    units : sequence of str
        Codes of the units.
    reference_unit : str, optional
        For normalisations against it.
    """
    fill_values = impute.fill_values(x, rule.impute, groups)
    x = impute.fill(x, fill_values, groups)
    if rule.transform == "ln":
        x = treat.logarithm(x, 0.0, rule.code, units)
    # The logarithm of goalposts is needed as well, so the shift must leave room for them.
    room = _logged_if(rule.transform, rule.goalposts) if rule.normalise.method == "goalposts" else ()
    treatment = fitted_treatment(x, rule.treat, rule.code, room)
    x = treat.treated_by(x, treatment, rule.code, units)
    posts = None
    if rule.normalise.method == "goalposts":
        assert rule.goalposts is not None  # checked when the edition was loaded
        lower, upper = (on_treated_scale(bound, rule.transform, treatment, rule.code) for bound in rule.goalposts)
        posts = (lower, upper)
    sample = Sample(x, rule.positive, scale, posts, units, reference_unit, rule.code)
    normalise = fitted_normalisation(sample, rule.normalise)
    return replace(rule, fill=tuple(fill_values.items()), treat=treatment, normalise=normalise)


#: Settings that older methods keep in fields of their own; all others stand under `settings`.
_TREAT_FIELDS = {"log": {"offset"}, "winsorise_log": {"skew", "kurtosis", "max_winsorised", "offset"}}
_NORMALISE_FIELDS = {"goalposts": {"clip"}, "minmax": {"clip"}, "zscore": {"mean", "sd"}}


def _kept(settings: Mapping[str, Any], fields: set[str]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, plain(value)) for name, value in settings.items() if name not in fields and value is not None)


def treatment_settings(stated: Treatment) -> dict[str, Any]:
    """Return what a treatment was told.

    Examples
    --------
    >>> treatment_settings(Treatment("log", offset=1.0))
    {'offset': 1.0}
    """
    fields = {
        "skew": stated.skew,
        "kurtosis": stated.kurtosis,
        "max_winsorised": stated.max_winsorised,
        "offset": "auto" if stated.offset is None else stated.offset,
    }
    taken = {name: fields[name] for name in _TREAT_FIELDS.get(stated.method, ())}
    found: dict[str, Any] = TREAT[stated.method].settings(taken | dict(stated.settings))
    return found


def normalisation_settings(stated: Normalisation) -> dict[str, Any]:
    """Return what a normalisation was told.

    Examples
    --------
    >>> normalisation_settings(Normalisation("minmax", clip=True))
    {'clip': True}
    """
    fields = {"clip": stated.clip, "mean": stated.base, "sd": stated.gain}
    taken = {name: fields[name] for name in _NORMALISE_FIELDS.get(stated.method, ())}
    found: dict[str, Any] = NORMALISE[stated.method].settings(taken | dict(stated.settings))
    return found


def stated_treatment(method: str, settings: Mapping[str, Any]) -> Treatment:
    """Return a treatment that holds what the method looks at, and no number yet."""
    fields = _TREAT_FIELDS.get(method, set())
    values = {name: settings[name] for name in fields}
    if "offset" in values:
        values["offset"] = None if values["offset"] == "auto" else float(values["offset"])
    return Treatment(method, settings=_kept(settings, fields), **values)


def stated_normalisation(method: str, settings: Mapping[str, Any]) -> Normalisation:
    """Return a normalisation that holds what the method was told, and no number yet."""
    fields = _NORMALISE_FIELDS.get(method, set())
    stated = Normalisation(method, settings=_kept(settings, fields))
    if "clip" in fields:
        stated = replace(stated, clip=bool(settings["clip"]))
    if "sd" in fields:
        gain, base = settings["sd"], settings["mean"]
        stated = replace(stated, gain=1.0 if gain is None else float(gain), base=0.0 if base is None else float(base))
    return stated


def fitted_treatment(x: Floats, stated: Treatment, code: str, room: tuple[float, ...] = ()) -> Treatment:
    """Return a treatment with its numbers fitted to a column."""
    settings = treatment_settings(stated)
    found: Treatment = TREAT[stated.method].fit(x, settings, room, code)
    return replace(found, method=stated.method, settings=stated.settings)


def fitted_normalisation(sample: Sample, stated: Normalisation) -> Normalisation:
    """Return a normalisation with its numbers fitted to a column."""
    settings = normalisation_settings(stated)
    found: Normalisation = NORMALISE[stated.method].fit(sample, settings)
    return replace(found, method=stated.method, settings=stated.settings)


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


def same_arrays(a: Sequence[Array], b: Sequence[Array]) -> bool:
    """Return whether an imputation or a node holds the same fitted numbers twice, up to rounding.

    Examples
    --------
    >>> same_arrays([Array.of("best", [1.0])], [Array.of("best", [1.0 + 1e-14])])
    True
    """
    if [(one.name, one.shape) for one in a] != [(one.name, one.shape) for one in b]:
        return False
    # Chains of regressions carry rounding on; numbers near 0 have no digits of their own.
    pairs = ((one.array, other.array) for one, other in zip(a, b, strict=True))
    return all(np.allclose(one, other, rtol=1e-9, atol=1e-10, equal_nan=True) for one, other in pairs)


def _numbers_of(rule: IndicatorRule) -> tuple[tuple[Any, ...], Floats]:
    """Return what is fitted: words and counts, which must be equal, and numbers."""
    t, n = rule.treat, rule.normalise
    counts = tuple((name, len(values)) for name, values in (*t.numbers, *n.numbers))
    words = (t.outcome, tuple(name for name, _ in rule.fill), len(n.reference), counts)
    single = (t.lower, t.upper, t.log_shift, n.lower, n.upper, n.origin, n.width, n.gain, n.base)
    numbers = [np.nan if number is None else number for number in single]
    others = [value for _, values in (*t.numbers, *n.numbers) for value in values]
    return words, np.array([*numbers, *(value for _, value in rule.fill), *n.reference, *others], dtype=float)


def _logged_if(transform: str, goalposts: tuple[float, float] | None) -> tuple[float, ...]:
    return tuple(math.log(bound) if transform == "ln" else bound for bound in goalposts or ())


def on_treated_scale(bound: float, transform: str, treatment: Treatment, code: str) -> float:
    """Take a goalpost through the same logarithms as the values.

    Examples
    --------
    >>> on_treated_scale(1.0, "ln", Treatment(), "A08")
    0.0
    """
    if transform == "ln":
        bound = math.log(bound)
    value = np.array([bound])
    if not treat.has_image(value, treatment)[0]:
        lowest = -treatment.log_shift if treatment.log_shift is not None else math.nan
        raise refuse("log-domain", key=f"{code}.goalposts", name=code, found=f"{bound:g}", bound=f"{lowest:g}")
    return float(treat.bent_by(value, treatment)[0])


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
        if rule.method == "quantile":
            found = grade.quantile_cuts(own, rule.shares or (1.0,) * count)
        elif rule.method == "kmeans":
            found = grade.kmeans_cuts(own, count)
        else:
            found = grade.natural_breaks(own, count)
        cuts.append((level, found))
    return tuple(cuts)
