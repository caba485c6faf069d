"""Fit: an edition and a table -> a Recipe with every fitted number in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.definitions.index_models import AggregateRule, GradeScheme, default_grades
from yitihua.definitions.methods import plain
from yitihua.definitions.own_code import load_own_code
from yitihua.definitions.text import Text
from yitihua.index.apply import apply, denominate, denominated_history, groups_of, needs_history, own_functions
from yitihua.index.fitted import fitted_cuts, fitted_rule, stated_normalisation, stated_treatment
from yitihua.index.imputing import Column, fit_imputers, impute_jointly
from yitihua.index.nodes import made_by, stated_nodes, with_fitted_nodes
from yitihua.index.recipe import GradeRule, IndicatorRule, Label, Recipe, ViewRule
from yitihua.indicators.stacking import pooled
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
    return fit_periods((table,), edition)


def fit_periods(tables: Sequence[IndicatorTable], edition: Edition) -> Recipe:
    """Make one Recipe for several periods: every number is fitted to all their rows together.

    Winsor limits, bounds, weights and grade cuts see each unit once a period (COINr ``Normalise.purse`` and
    ``Treat.purse`` with ``global = TRUE``). Joint imputations fill every period by itself, from its own cells and,
    for those of panels, from the unit's other periods. A reference unit is taken in the latest period.

    Parameters
    ----------
    tables : sequence of IndicatorTable
        One or more, in rising order of time, with the same indicators.
    edition : Edition

    Raises
    ------
    InputError
        If a stated method cannot be fitted to the data.

    Examples
    --------
    >>> import yitihua as yt
    >>> edition = yt.load_edition("asem")
    >>> table = yt.read_table(edition)
    >>> twice = fit_periods((table, table), edition)
    >>> twice.indicators[0].normalise == yt.fit(table, edition).indicators[0].normalise
    True
    """
    divided = [(code, indicator.denominate_by) for code, indicator in edition.indicators.items()]
    by_period = [denominate(table, divided) for table in tables]
    table, raw = pooled(tables), np.vstack(by_period[::-1])
    draft = Recipe(
        edition=edition.name,
        title=_label(edition.title),
        notice=_label(edition.info.notice),
        unit_noun=_label(edition.info.unit_noun),
        date=edition.date.isoformat() if edition.date else None,
        period=table.period,
        scale=edition.spec.scale,
        score_decimals=edition.spec.score_decimals,
        indicators=tuple(_stated_rule(edition, code) for code in edition.indicators),
        nodes=stated_nodes(edition),
        views=_view_rules(edition),
        grades=(),
        weight_set=edition.spec.weights.use,
        count_imputed=edition.spec.coverage.count_imputed,
        reference_unit=edition.spec.reference_unit,
        fitted_on=tuple((line.name, line.sha256) for line in table.lineage),
        simulated=table.simulated,
    )
    columns = [_imputation(edition, code) for code in edition.indicators]
    joint = needs_history(column.method for column in columns)
    histories = [denominated_history(one, divided) if joint else () for one in tables]
    draft = replace(draft, imputers=fit_imputers(table, raw, next(filter(None, histories), ()), columns))
    filled_by_period = [
        impute_jointly(one, own, history, draft) for one, own, history in zip(tables, by_period, histories, strict=True)
    ]
    filled = np.vstack(filled_by_period[::-1])
    draft = replace(draft, indicators=_fitted_rules(draft, filled, table))
    draft = with_fitted_nodes(draft, table, raw, filled, edition)
    draft = replace(draft, own_code=tuple((place, load_own_code(place).sha256) for place in own_functions(draft)))
    schemes = edition.grades
    fixed = all(scheme.method == "fixed" for scheme in schemes.values())
    scores = None if fixed else np.concatenate([apply(one, draft).rounded_scores for one in tables[::-1]])
    grades = tuple(
        _grade_rule(code, scheme, scores, table.levels, _suits(edition, scheme, code))
        for code, scheme in schemes.items()
    )
    return replace(draft, grades=grades)


def _label(text: Text | None) -> Label:
    return (text.zh, text.en) if text is not None else ("", "")


def _stated_rule(edition: Edition, code: str) -> IndicatorRule:
    """Return what the edition states for an indicator, without any fitted number."""
    indicator, spec = edition.indicators[code], edition.spec
    impute_rule = spec.impute.indicators.get(code, spec.impute)
    treat_rule = spec.treat.indicators.get(code, spec.treat)
    rule = spec.normalise.indicators.get(code, spec.normalise)
    return IndicatorRule(
        code=code,
        name=_label(indicator.name),
        unit=_label(indicator.unit),
        direction=indicator.direction,
        transform=indicator.transform,
        denominate_by=indicator.denominate_by,
        impute=impute_rule.method,
        impute_group=impute_rule.stated.get("group"),
        fill=(),
        treat=stated_treatment(treat_rule.method, treat_rule.settings),
        normalise=stated_normalisation(rule.method, rule.settings),
        goalposts=None if indicator.goalposts is None else (indicator.goalposts.lower, indicator.goalposts.upper),
    )


def _fitted_rules(draft: Recipe, filled: Floats, table: IndicatorTable) -> tuple[IndicatorRule, ...]:
    """Return the rules with the numbers fitted to their columns."""
    rules = []
    for j, rule in enumerate(draft.indicators):
        groups = groups_of(table, rule)
        rules.append(fitted_rule(rule, filled[:, j], groups, draft.scale, table.units, draft.reference_unit))
    return tuple(rules)


def _imputation(edition: Edition, code: str) -> Column:
    rule = edition.spec.impute.indicators.get(code, edition.spec.impute)
    settings = tuple((name, plain(value)) for name, value in rule.settings.items() if value is not None)
    return Column(code, edition.parents[code], edition.indicators[code].direction == "+", rule.method, settings)


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
            ViewRule(code, _label(view.name), groups, coverage=spec.coverage.node, **made_by(rule, spec.scale))
        )
    return tuple(rules)


def _suits(edition: Edition, scheme: GradeScheme, code: str) -> bool:
    """Return False for the default cuts where points or scores, such as z-scores and ranks, know no scale."""
    spec, normalise = edition.spec, edition.spec.normalise
    rules = [normalise.indicators.get(indicator, normalise) for indicator in edition.indicators]
    depths = [(node, str(edition.depths[node])) for node in edition.nodes]
    made = [spec.aggregate.nodes.get(n) or spec.aggregate.levels.get(d) or spec.aggregate for n, d in depths]
    off_scale = any(rule.off_scale for rule in (*rules, *made))
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
