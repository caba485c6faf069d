"""Fit: an edition and a table -> a Recipe with every fitted number in it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.definitions.index_models import AggregateRule, GradeScheme, NormaliseRule, TreatRule, default_grades
from yitihua.definitions.text import Text
from yitihua.errors import refuse
from yitihua.index import grade, impute, treat
from yitihua.index.apply import apply, denominate
from yitihua.index.normalise import Floats, bounds
from yitihua.index.recipe import (
    GradeRule,
    IndicatorRule,
    Label,
    NodeRule,
    Normalisation,
    Recipe,
    Treatment,
    ViewRule,
)
from yitihua.index.weights import resolve_weights
from yitihua.indicators.table import IndicatorTable


def fit(table: IndicatorTable, edition: Edition) -> Recipe:
    """Make a Recipe: fill values, winsor limits, bounds, weights and grade cuts.

    Parameters
    ----------
    table : IndicatorTable
        The data that fitted numbers are taken from.
    edition : Edition
        Methods, tree and weights.

    Returns
    -------
    Recipe

    Raises
    ------
    InputError
        If a stated method cannot be fitted to the data.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> from yitihua.indicators.reading import read_table
    >>> hdi = load_edition("hdi")
    >>> fit(read_table(hdi), hdi).root.method
    'geometric'
    """
    values = denominate(table, [(code, i.denominate_by) for code, i in edition.indicators.items()])
    rules = tuple(_indicator_rule(edition, code, values[:, j], table) for j, code in enumerate(edition.indicators))
    draft = Recipe(
        edition=edition.name,
        title=_label(edition.title),
        notice=_label(edition.info.notice),
        unit_noun=_label(edition.info.unit_noun),
        date=edition.date.isoformat() if edition.date else None,
        period=table.period,
        scale=edition.spec.scale,
        score_decimals=edition.spec.score_decimals,
        indicators=rules,
        nodes=_node_rules(edition),
        views=_view_rules(edition),
        grades=(),
        weight_set=edition.spec.weights.use,
        count_imputed=edition.spec.coverage.count_imputed,
        reference_unit=edition.spec.reference_unit,
        fitted_on=tuple((line.name, line.sha256) for line in table.lineage),
        simulated=table.simulated,
    )
    schemes = edition.grades
    fixed = all(scheme.method == "fixed" for scheme in schemes.values())
    scores = None if fixed else apply(table, draft).rounded_scores
    grades = tuple(
        _grade_rule(code, scheme, scores, table.levels, _suits(edition, scheme, code))
        for code, scheme in schemes.items()
    )
    return replace(draft, grades=grades)


def _label(text: Text | None) -> Label:
    return (text.zh, text.en) if text is not None else ("", "")


def _indicator_rule(edition: Edition, code: str, x: Floats, table: IndicatorTable) -> IndicatorRule:
    indicator, spec = edition.indicators[code], edition.spec
    impute_rule = spec.impute.indicators.get(code, spec.impute)
    groups = table.attributes.get(impute_rule.group) if impute_rule.group else None
    fill_values = impute.fill_values(x, impute_rule.method, groups)
    x = impute.fill(x, fill_values, groups)
    if indicator.transform == "ln":
        x = treat.logarithm(x, 0.0, code, table.units)
    goalposts = None if indicator.goalposts is None else (indicator.goalposts.lower, indicator.goalposts.upper)
    rule = spec.normalise.indicators.get(code, spec.normalise)
    # The logarithm of goalposts is needed as well, so the shift must leave room for them.
    room = _logged_if(indicator.transform, goalposts) if rule.method == "goalposts" else ()
    treatment = _treatment(x, spec.treat.indicators.get(code, spec.treat), code, room)
    x = treat.treated(x, treatment.lower, treatment.upper, treatment.log_shift, code, table.units)
    return IndicatorRule(
        code=code,
        name=_label(indicator.name),
        unit=_label(indicator.unit),
        direction=indicator.direction,
        transform=indicator.transform,
        denominate_by=indicator.denominate_by,
        impute=impute_rule.method,
        impute_group=impute_rule.group,
        fill=tuple(fill_values.items()),
        treat=treatment,
        normalise=_normalisation(
            x, rule, indicator.transform, goalposts, treatment, spec.scale, indicator.direction == "+", code
        ),
        goalposts=goalposts,
    )


def _logged_if(transform: str, goalposts: tuple[float, float] | None) -> tuple[float, ...]:
    return tuple(math.log(bound) if transform == "ln" else bound for bound in goalposts or ())


def _treatment(x: Floats, rule: TreatRule, code: str, room: tuple[float, ...]) -> Treatment:
    if rule.method == "none":
        return Treatment()
    seen = x[np.isfinite(x)]
    if seen.size == 0 or np.ptp(seen) == 0:
        return Treatment(rule.method, outcome="nothing to treat")
    if rule.method == "log":
        return _logged("log", np.append(seen, room), rule, code)
    if not treat.is_outlying(x[:, None], rule.skew, rule.kurtosis)[0]:
        return Treatment("winsorise_log", outcome="passed untreated")
    lower, upper, passed = treat.winsor_limits(x, rule.skew, rule.kurtosis, rule.max_winsorised)
    if passed:
        return Treatment("winsorise_log", lower=lower, upper=upper, outcome="winsorised")
    return _logged("winsorise_log", np.append(seen, room), rule, code)


def _logged(method: str, seen: Floats, rule: TreatRule, code: str) -> Treatment:
    """Return a logarithm; later values below the fitted range are raised to it, where ln still exists."""
    lower = float(seen.min()) if rule.offset == "auto" else None
    return Treatment(method, lower=lower, log_shift=_shift(seen, rule, code), outcome="log")


def _shift(seen: Floats, rule: TreatRule, code: str) -> float:
    if rule.offset == "auto":
        return treat.log_shift(seen)
    shift = float(rule.offset)
    if seen.min() + shift <= 0:
        raise refuse("log-domain", key=code, name=code, found=f"{seen.min():g}", bound=f"{-shift:g}")
    return shift


def _normalisation(
    x: Floats, rule: NormaliseRule, transform: str, goalposts: tuple[float, float] | None,
    treatment: Treatment, scale: tuple[float, float], positive: bool, code: str,
) -> Normalisation:  # fmt: skip
    low, high = scale
    if rule.method == "none":
        return Normalisation("none", origin=0.0 if positive else low + high, width=1.0 if positive else -1.0)
    if rule.method == "goalposts":
        assert goalposts is not None  # checked when the edition was loaded
        lower, upper = (on_treated_scale(bound, transform, treatment, code) for bound in goalposts)
        return normalisation_between(rule.method, rule.clip, lower, upper, scale, positive)
    seen = x[np.isfinite(x)]
    if rule.method in ("rank", "percentile_rank"):
        sample = () if seen.size and _is_constant(seen) else tuple(float(value) for value in np.sort(seen))
        return Normalisation(rule.method, reference=sample, clip=rule.method == "percentile_rank")
    if rule.method == "zscore":
        mean, sd = _moments(seen)
        width = None if sd is None else (sd if positive else -sd)
        gain, base = 1.0 if rule.sd is None else rule.sd, 0.0 if rule.mean is None else rule.mean
        return Normalisation("zscore", origin=mean, width=width, gain=gain, base=base)
    if seen.size:
        low_, high_ = float(seen.min()), float(seen.max())
        upper_ = low_ if _is_constant(seen) else high_
        return normalisation_between(rule.method, rule.clip, low_, upper_, scale, positive)
    return Normalisation("minmax", gain=high - low, base=low, clip=rule.clip)


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


def _node_rules(edition: Edition) -> tuple[NodeRule, ...]:
    spec = edition.spec
    weights = resolve_weights(edition)
    order = sorted(edition.nodes, key=lambda code: -edition.depths[code])
    rules = []
    for code in order:
        depth = edition.depths[code]
        rule = spec.aggregate.nodes.get(code) or spec.aggregate.levels.get(str(depth)) or spec.aggregate
        default = spec.coverage.index if code == edition.root else spec.coverage.node
        rules.append(
            NodeRule(
                code=code,
                name=_label(edition.nodes[code].name),
                parent=edition.nodes[code].parent,
                depth=depth,
                children=edition.children[code],
                weights=tuple(weights[child] for child in edition.children[code]),
                coverage=spec.coverage.nodes.get(code, default),
                **_mean_of(rule, spec.scale),
            )
        )
    return tuple(rules)


def _mean_of(rule: AggregateRule, scale: tuple[float, float]) -> dict[str, Any]:
    """Return method, floor and exponent.

    Where a single 0 would make the mean 0 the floor is 1 % up the scale unless stated; a power
    mean with p > 0 only needs values that have a power.
    """
    exponent = 1.0 if rule.exponent is None else rule.exponent
    floor = scale[0] + 0.01 * (scale[1] - scale[0]) if rule.floor is None else rule.floor
    if rule.floor is None and rule.method == "generalised" and exponent > 0:
        floor = 0.0
    return {"method": rule.method, "floor": float(floor), "exponent": exponent}


def _view_rules(edition: Edition) -> tuple[ViewRule, ...]:
    spec = edition.spec
    rules = []
    for code, view in edition.views.items():
        groups = tuple(
            (
                group,
                _label(name),
                tuple(c for c, i in edition.indicators.items() if i.views.get(code) == group),
            )
            for group, name in view.groups.items()
        )
        rule = spec.aggregate.views.get(code) or AggregateRule()
        rules.append(
            ViewRule(code, _label(view.name), groups, coverage=spec.coverage.node, **_mean_of(rule, spec.scale))
        )
    return tuple(rules)


def _suits(edition: Edition, scheme: GradeScheme, code: str) -> bool:
    """Return False for the default cuts where points are z-scores or ranks, which know no scale."""
    normalise = edition.spec.normalise
    rules = [normalise.indicators.get(indicator, normalise) for indicator in edition.indicators]
    off_scale = any(rule.off_scale for rule in rules)
    default = default_grades(edition.spec.scale).get(code)
    return not (off_scale and scheme.method == "fixed" and default is not None and scheme.cuts == default.cuts)


def _grade_rule(
    code: str, scheme: GradeScheme, scores: Floats | None, levels: tuple[str, ...], suits: bool
) -> GradeRule:
    cuts: list[tuple[str, tuple[float, ...]]] = []
    if scheme.method == "fixed" and not suits:
        pass
    elif scheme.method == "fixed":
        assert scheme.cuts is not None
        cuts.append(("*", scheme.cuts))
    else:
        assert scores is not None
        for level in dict.fromkeys(levels):
            own = scores[[row for row, name in enumerate(levels) if name == level]]
            fitted = _fitted_cuts(scheme, own)
            if fitted is not None:
                cuts.append((level, fitted))
    names = scheme.names or tuple(Text(zh=label, en=label) for label in scheme.labels)
    title = scheme.title or Text(zh=code, en=code)
    return GradeRule(
        code, _label(title), scheme.labels, tuple(_label(name) for name in names), scheme.method, tuple(cuts)
    )


def _fitted_cuts(scheme: GradeScheme, scores: Floats) -> tuple[float, ...] | None:
    """Return the cuts of one level, or None where there are fewer different scores than grades."""
    count = len(scheme.labels)
    if np.unique(scores[~np.isnan(scores)]).size < count:
        return None
    if scheme.method == "natural_breaks":
        return grade.natural_breaks(scores, count)
    return grade.quantile_cuts(scores, scheme.shares or (1.0,) * count)
