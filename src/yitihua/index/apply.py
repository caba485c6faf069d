"""Apply: a table and a Recipe -> a Scoreboard.

The order of the stages is denominate, impute, transform and treat, normalise, aggregate, grade.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import IMPUTE, NORMALISE
from yitihua.definitions.own_code import is_own_code, load_own_code
from yitihua.errors import FaultList, refuse
from yitihua.index import impute, normalise, treat
from yitihua.index.imputing import impute_jointly
from yitihua.index.plan import Plan
from yitihua.index.recipe import IndicatorRule, Recipe
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats, IndicatorTable

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Treated:
    """Values after treatment, and which cells were changed on the way."""

    values: Floats
    imputed: Mask
    winsorised: Mask


def apply(table: IndicatorTable, recipe: Recipe) -> Scoreboard:
    """Score a table with a recipe; nothing is fitted.

    Parameters
    ----------
    table : IndicatorTable
        Must hold every indicator of the recipe; missing cells are NaN.
    recipe : Recipe
        From `fit` or from JSON.

    Returns
    -------
    Scoreboard

    Raises
    ------
    InputError
        If indicators or denominators are missing, or a value has no logarithm.

    Examples
    --------
    >>> import yitihua as yt
    >>> edition = yt.load_edition("hdi")
    >>> recipe = yt.fit(yt.read_table(edition, period=2021), edition)
    >>> board = apply(yt.read_table(edition, period=2022), recipe)
    >>> board.scores["name"].head(3).to_list()
    ['Switzerland', 'Norway', 'Iceland']
    """
    check_own_code(recipe)
    divided = [(rule.code, rule.denominate_by) for rule in recipe.indicators]
    raw = denominate(table, divided)
    filled = impute_jointly(table, raw, denominated_history(table, divided, recipe), recipe)
    return score_values(table, recipe, raw, filled)


def score_values(table: IndicatorTable, recipe: Recipe, raw: Floats, filled: Floats) -> Scoreboard:
    """Score values that are denominated and jointly filled already.

    Parameters
    ----------
    table : IndicatorTable
        Units, levels and groups.
    recipe : Recipe
    raw, filled : ndarray, shape (units, indicators)
        Denominated values before and after joint imputation, columns as in the recipe.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("hdi")
    >>> again = score_values(board.table, board.recipe, board.denominated, board.filled)
    >>> bool((again.total == board.total).all())
    True
    """
    plan = recipe.plan
    treated = transform_and_treat(raw, filled, table, recipe, plan)
    points, clipped = to_points(treated.values, recipe, plan)
    observed = np.isfinite(points)
    if not recipe.count_imputed:
        observed &= ~treated.imputed
    scores, shares, tested = add_up(points, observed, plan)
    return Scoreboard(
        table=table,
        recipe=recipe,
        denominated=raw,
        filled=filled,
        treated=treated.values,
        normalised=points,
        node_values=scores[:, len(recipe.codes) :],
        node_coverage=shares[:, len(recipe.codes) :],
        node_tested=tested,
        imputed=treated.imputed,
        winsorised=treated.winsorised,
        clipped=clipped,
    )


def own_functions(recipe: Recipe) -> list[str]:
    """Return the functions of somebody's own that a recipe names.

    Examples
    --------
    >>> import yitihua as yt
    >>> own_functions(yt.evaluate("hdi").recipe)
    []
    """
    methods = [m for rule in recipe.indicators for m in (rule.impute, rule.treat.method, rule.normalise.method)]
    methods += [rule.treat.curve for rule in recipe.indicators]
    methods += [node.method for node in recipe.nodes] + [view.method for view in recipe.views]
    methods += [imputer.method for imputer in recipe.imputers] + [recipe.weighting.method]
    return [method for method in dict.fromkeys(methods) if is_own_code(method)]


def check_own_code(recipe: Recipe) -> None:
    """Refuse a recipe whose functions of one's own are not allowed here, or are no longer what it records."""
    recorded = dict(recipe.own_code)
    for place in own_functions(recipe):
        found, expected = load_own_code(place).sha256, recorded.get(place)
        if expected is not None and found != expected:
            raise refuse("own-code-differs", name=place, found=found[:12], expected=expected[:12])


def denominate(table: IndicatorTable, denominators: Sequence[tuple[str, str | None]]) -> Floats:
    """Return the indicator values, divided by a data column where one is named.

    Parameters
    ----------
    table : IndicatorTable
        Values and attributes.
    denominators : sequence of (indicator, attribute or None)
        In the order of the result's columns.

    Returns
    -------
    ndarray, shape (units, indicators)
    """
    values = table.select([code for code, _ in denominators])
    if all(name is None for _, name in denominators):
        return values.copy()
    absent = {name: code for code, name in denominators if name is not None and name not in table.attributes}
    if absent:
        faults = FaultList()
        for name, code in absent.items():
            faults.add("missing-column", key=name, name=name, reason=f"denominate_by: {code}")
        faults.raise_if_any()
    divisors = np.column_stack(
        [
            np.ones(len(table.units)) if name is None else np.asarray(table.attributes[name], dtype=float)
            for _, name in denominators
        ]
    )
    bad = np.argwhere(divisors <= 0)
    if bad.size:
        faults = FaultList()
        for row, j in bad.tolist():
            code, by = denominators[j]
            found = f"{divisors[row, j]:g}"
            faults.add("bad-denominator", key=f"{table.units[row]}, {code}", name=by, found=found)
        faults.raise_if_any()
    return np.asarray(values / divisors)


def denominated_history(
    table: IndicatorTable, divided: Sequence[tuple[str, str | None]], recipe: Recipe | None = None
) -> tuple[tuple[str, Floats], ...]:
    """Return the denominated values of other periods; a unit or indicator they lack is missing there.

    With a recipe: only where one of its imputations looks at other periods.
    """
    if not table.history or (recipe is not None and not needs_history(imputer.method for imputer in recipe.imputers)):
        return ()
    found = []
    for other in table.history:
        aligned = other.aligned(table.units, [code for code, _ in divided])
        found.append((other.period or "", denominate(aligned, divided)))
    return tuple(found)


def needs_history(methods: Iterable[str]) -> bool:
    """Return whether any imputation looks at other periods."""
    return any(getattr(IMPUTE[method], "needs_history", False) for method in methods)


def transform_and_treat(raw: Floats, filled: Floats, table: IndicatorTable, recipe: Recipe, plan: Plan) -> Treated:
    """Fill missing cells, take logarithms, and clip or bend outliers, by the fitted numbers."""
    none = np.zeros(raw.shape, dtype=bool)
    if not (plan.filled or plan.ln or plan.limited or plan.bent or recipe.imputers):
        return Treated(raw, none, none)
    values = filled.copy()
    winsorised = none.copy()
    for j in plan.filled:
        rule = recipe.indicators[j]
        values[:, j] = impute.fill(values[:, j], dict(rule.fill), groups_of(table, rule))
    imputed = np.isnan(raw) & np.isfinite(values)
    for j in plan.ln:
        values[:, j] = treat.logarithm(values[:, j], 0.0, recipe.indicators[j].code, table.units)
    for j in sorted({*plan.limited, *plan.bent}):
        code, treatment = recipe.indicators[j].code, recipe.indicators[j].treat
        clipped = treat.clipped_to(values[:, j], treatment)
        winsorised[:, j] = (clipped != values[:, j]) & np.isfinite(clipped)
        values[:, j] = treat.treated_by(clipped, treatment, code, table.units)
    return Treated(values, imputed, winsorised)


def groups_of(table: IndicatorTable, rule: IndicatorRule) -> npt.NDArray[np.object_] | None:
    """Return the groups that an indicator is filled by, None where it is filled by none.

    Raises
    ------
    InputError
        If the table has no such column.
    """
    if rule.impute_group is None:
        return None
    if rule.impute_group not in table.attributes:
        raise refuse("missing-column", key=rule.impute_group, name=rule.impute_group, reason="impute.group")
    return table.attributes[rule.impute_group]


def observed_points(raw: Floats, filled: Floats, table: IndicatorTable, recipe: Recipe) -> tuple[Floats, Mask]:
    """Return the points of a recipe's indicators, and which of them count as observed.

    Parameters
    ----------
    raw, filled : ndarray, shape (units, indicators)
        Denominated values, before and after joint imputation.
    table : IndicatorTable
        Units and groups.
    recipe : Recipe
        With fitted indicators; nodes are not looked at.
    """
    treated = transform_and_treat(raw, filled, table, recipe, recipe.plan)
    points, _ = to_points(treated.values, recipe, recipe.plan)
    observed = np.isfinite(points)
    if not recipe.count_imputed:
        observed &= ~treated.imputed
    return points, observed


def to_points(treated: Floats, recipe: Recipe, plan: Plan) -> tuple[Floats, Mask]:
    """Return points on the scale and which of them were cut to it."""
    low, high = recipe.scale
    points = normalise.affine(treated, plan.origin, plan.width, plan.gain, plan.base)
    beyond = ((points < low) | (points > high)) & plan.clip
    if beyond.any():
        points = np.where(beyond, np.clip(points, low, high), points)
    for j in plan.ranked:
        rule = recipe.indicators[j]
        method = NORMALISE[rule.normalise.method]
        points[:, j], beyond[:, j] = method.apply(treated[:, j], rule.normalise, rule.positive, recipe.scale)
    return points, beyond


def add_up(points: Floats, observed: Mask, plan: Plan) -> tuple[Floats, Floats, Floats]:
    """Aggregate up the tree under the coverage rules.

    Parameters
    ----------
    points : ndarray, shape (units, indicators)
        Normalised values, NaN missing.
    observed : ndarray of bool, same shape
        Which cells count for coverage.
    plan : Plan
        Nodes, children before parents.

    Returns
    -------
    scores, shares : ndarray, shape (units, indicators + nodes)
        Points of every indicator and node, NaN where coverage is too low; and the share of the
        weight below each that was observed.
    tested : ndarray, shape (units, nodes)
        Share of the weight right below each node that has a score: what the coverage rule looks at.
    """
    width = points.shape[1]
    scores = np.empty((points.shape[0], width + len(plan.steps)))
    scores[:, :width] = points
    shares = np.ones_like(scores)
    tested = np.ones((points.shape[0], len(plan.steps)))
    carried: dict[int, Any] = {}
    if observed.all():
        for step in plan.steps:
            scores[:, step.column] = step.combine(scores[:, step.children], carried)
        return scores, shares, tested
    shares[:, :width] = observed
    available = np.empty(scores.shape, dtype=bool)
    available[:, :width] = observed
    for step in plan.steps:
        share = tested[:, step.column - width] = available[:, step.children] @ step.weights
        score = np.where(share >= step.coverage - 1e-9, step.combine(scores[:, step.children], carried), np.nan)
        scores[:, step.column] = score
        available[:, step.column] = np.isfinite(score)
        shares[:, step.column] = shares[:, step.children] @ step.weights
    return scores, shares, tested
