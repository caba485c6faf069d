"""Fit: an edition and a table -> a Recipe with every fitted number in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from yitihua.definitions.edition import Edition
from yitihua.definitions.index_models import AggregateRule, GradeScheme, NormaliseRule, TreatRule, default_grades
from yitihua.definitions.text import Text
from yitihua.index.apply import apply, denominate
from yitihua.index.fitted import fitted_cuts, fitted_rule
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
from yitihua.indicators.table import Floats, IndicatorTable


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
    """Return what the edition states for an indicator, with the numbers fitted to its column."""
    indicator, spec = edition.indicators[code], edition.spec
    impute_rule = spec.impute.indicators.get(code, spec.impute)
    treat_rule = spec.treat.indicators.get(code, spec.treat)
    rule = spec.normalise.indicators.get(code, spec.normalise)
    stated = IndicatorRule(
        code=code,
        name=_label(indicator.name),
        unit=_label(indicator.unit),
        direction=indicator.direction,
        transform=indicator.transform,
        denominate_by=indicator.denominate_by,
        impute=impute_rule.method,
        impute_group=impute_rule.group,
        fill=(),
        treat=_stated_treatment(treat_rule),
        normalise=_stated_normalisation(rule),
        goalposts=None if indicator.goalposts is None else (indicator.goalposts.lower, indicator.goalposts.upper),
    )
    groups = table.attributes.get(impute_rule.group) if impute_rule.group else None
    return fitted_rule(stated, x, groups, spec.scale, table.units)


def _stated_treatment(rule: TreatRule) -> Treatment:
    """Keep what the method looks at, so that the recipe alone tells how its numbers were fitted."""
    offset = None if rule.offset == "auto" else float(rule.offset)
    if rule.method == "winsorise_log":
        return Treatment(
            rule.method, skew=rule.skew, kurtosis=rule.kurtosis, max_winsorised=rule.max_winsorised, offset=offset
        )
    return Treatment(rule.method, offset=offset if rule.method == "log" else None)


def _stated_normalisation(rule: NormaliseRule) -> Normalisation:
    if rule.method == "zscore":
        gain, base = 1.0 if rule.sd is None else rule.sd, 0.0 if rule.mean is None else rule.mean
        return Normalisation("zscore", gain=gain, base=base)
    return Normalisation(rule.method, clip=rule.clip and rule.method in ("goalposts", "minmax"))


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
    names = scheme.names or tuple(Text(zh=label, en=label) for label in scheme.labels)
    title = scheme.title or Text(zh=code, en=code)
    shares = scheme.shares or () if scheme.method == "quantile" else ()
    stated = GradeRule(
        code, _label(title), scheme.labels, tuple(_label(name) for name in names), scheme.method, (), shares
    )
    if scheme.method == "fixed":
        assert scheme.cuts is not None
        return replace(stated, cuts=(("*", scheme.cuts),) if suits else ())
    assert scores is not None
    return replace(stated, cuts=fitted_cuts(stated, scores, levels))
