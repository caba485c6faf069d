"""Mixed runs: the data of one run under the definitions of a second and the methods of a third.

What belongs to which block:

definition
    Which indicators and nodes there are, their names, the tree, direction, formula, unit,
    ``transform``, ``denominate_by``, goalposts, views.
recipe
    Methods and weights: imputation, treatment and normalisation method, weights, means, floors,
    coverage, scale, rounding, grades. Weights belong here wherever they are from: those that a
    method makes from data (entropy, CRITIC) are printed and argued about as weights, so a change
    of them is one of the recipe, also where it came about because the data moved. Numbers that a
    run did not fit to its own data, such as last year's bounds kept for this year, are a choice too.
data
    The rest: units, values, measures, denominators, groups, other periods; and the numbers that a
    run fitted to its own data (joint imputations, fills, limits, bounds, moments, ranks, ideals and
    frontiers of nodes), which move because the data moved. In a mix they are fitted anew to the
    mixed data by the method in force, see `analysis.refit`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any

import numpy as np

from yitihua.index.fitted import is_fitted, on_treated_scale
from yitihua.index.normalise.standard import normalisation_between
from yitihua.index.recipe import IndicatorRule, NodeRule, Normalisation, Recipe
from yitihua.indicators.table import IndicatorTable, Words

INDICATOR_DEFINITION = ("name", "unit", "direction", "transform", "denominate_by", "goalposts")
NODE_DEFINITION = ("name", "parent", "depth", "children")
RECIPE_DEFINITION = ("edition", "title", "notice", "unit_noun", "date", "views")
#: Facts about the fit, which the data bring with them.
RECIPE_DATA = ("period", "fitted_on", "simulated", "format")


def mix_recipes(definition: Recipe, method: Recipe, keep: Collection[str] = ()) -> Recipe:
    """Return a recipe with the definitions of one and the methods and weights of another.

    An indicator or node that only `definition` has keeps its methods too. Bounds that follow from
    goalposts are made anew from the definition's goalposts. Fitted numbers stay with the method;
    but on a scale that the definition changed (`transform`, `denominate_by`) all stays with the
    definition, unless `keep` names the indicator, whose numbers are then to be fitted anew. In a
    node whose children differ, the shared children keep their weights relative to each other.

    Examples
    --------
    >>> import yitihua as yt
    >>> recipe = yt.evaluate("hdi").recipe
    >>> mix_recipes(recipe, recipe) == recipe
    True
    """
    rules = {rule.code: rule for rule in method.indicators}
    nodes = {node.code: node for node in method.nodes}
    other_root = method.root
    return dataclasses.replace(
        method,
        **{name: getattr(definition, name) for name in (*RECIPE_DEFINITION, *RECIPE_DATA)},
        indicators=tuple(
            _mix_rule(rule, rules.get(rule.code), method.scale, rule.code in keep) for rule in definition.indicators
        ),
        nodes=tuple(
            _mix_node(node, other_root if node.code == definition.root.code else nodes.get(node.code))
            for node in definition.nodes
        ),
    )


def _mix_rule(own: IndicatorRule, other: IndicatorRule | None, scale: tuple[float, float], keep: bool) -> IndicatorRule:
    if other is None:
        return own
    if all(getattr(own, name) == getattr(other, name) for name in INDICATOR_DEFINITION):
        return other
    taken = {name: getattr(own, name) for name in INDICATOR_DEFINITION}
    rescaled = (own.transform, own.denominate_by) != (other.transform, other.denominate_by)
    if rescaled and is_fitted(other) and not keep:
        # Fills, limits and bounds were fitted on another scale: they cannot serve here.
        return dataclasses.replace(own, normalise=_as_defined(own, own, scale))
    return dataclasses.replace(other, **taken, normalise=other.normalise if keep else _as_defined(own, other, scale))


def _as_defined(own: IndicatorRule, other: IndicatorRule, scale: tuple[float, float]) -> Normalisation:
    """Return the normalisation of `other` for the goalposts and the direction of `own`."""
    n, positive, (low, high) = other.normalise, own.positive, scale
    if n.method == "none":
        return dataclasses.replace(n, origin=0.0 if positive else low + high, width=1.0 if positive else -1.0)
    if n.method == "zscore" and n.width is not None:
        return dataclasses.replace(n, width=abs(n.width) if positive else -abs(n.width))
    if n.method == "goalposts" and own.goalposts is not None:
        bounds = [on_treated_scale(bound, own.transform, other.treat, own.code) for bound in own.goalposts]
        return normalisation_between("goalposts", n.clip, bounds[0], bounds[1], scale, positive)
    if n.method in ("goalposts", "minmax") and n.lower is not None and n.upper is not None:
        return normalisation_between(n.method, n.clip, n.lower, n.upper, scale, positive)
    return n


def _mix_node(own: NodeRule, other: NodeRule | None) -> NodeRule:
    if other is None:
        return own
    taken = {name: getattr(own, name) for name in NODE_DEFINITION}
    return dataclasses.replace(other, code=own.code, **taken, weights=_mix_weights(own, other))


def with_weights(recipe: Recipe, other: Recipe) -> Recipe:
    """Return a recipe with the weights of another, and all else as it is.

    Children that the other does not have keep the weight they came with.

    Examples
    --------
    >>> import yitihua as yt
    >>> recipe = yt.evaluate("hdi").recipe
    >>> with_weights(recipe, recipe) == recipe
    True
    """
    theirs = {node.code: node for node in other.nodes} | {recipe.root.code: other.root}
    nodes = tuple(
        dataclasses.replace(node, weights=_mix_weights(node, theirs[node.code])) if node.code in theirs else node
        for node in recipe.nodes
    )
    return dataclasses.replace(recipe, nodes=nodes, weight_set=other.weight_set, weighting=other.weighting)


def _mix_weights(own: NodeRule, other: NodeRule) -> tuple[float, ...]:
    """Return the other's weights for this node's children; new children keep the weight they came with."""
    if own.children == other.children:
        return other.weights
    theirs = dict(zip(other.children, other.weights, strict=True))
    mine = dict(zip(own.children, own.weights, strict=True))
    shared = [code for code in own.children if code in theirs]
    total, room = sum(theirs[code] for code in shared), sum(mine[code] for code in shared)
    if not shared or total <= 0 or room <= 0:
        return own.weights
    mixed = [theirs[code] / total * room if code in theirs else mine[code] for code in own.children]
    return own.weights if np.allclose(mixed, own.weights, rtol=0, atol=1e-12) else tuple(mixed)


def mix_tables(
    data: IndicatorTable, definition: IndicatorTable, method: IndicatorTable, recipe: Recipe
) -> IndicatorTable:
    """Return the data of one run with the indicators, and the formulas, of another.

    Where a formula differs and the data hold the measures of the new one, the value is computed
    anew; where they do not, the value stays as it is, and what it brings counts as data. An
    indicator that only the definition's run has brings its values with it; so does a column of
    denominators or groups.
    """
    wanted, column = recipe.codes, {code: j for j, code in enumerate(data.indicators)}
    values = np.full((len(data.units), len(wanted)), np.nan)
    for j, code in enumerate(wanted):
        formula = definition.background.formulas.get(code)
        derived = None
        if formula is not None and formula != data.background.formulas.get(code):
            derived = data.background.compute(formula, data.measures)
        if derived is not None:
            values[:, j] = derived.values
        elif code in column:
            values[:, j] = data.values[:, column[code]]
        elif code in definition.indicators:
            values[:, j] = _aligned(definition.values[:, definition.indicators.index(code)], definition, data)
    attributes = dict(data.attributes)
    for other in (definition, method):
        for name, array in other.attributes.items():
            attributes.setdefault(name, _aligned(array, other, data))
    return IndicatorTable(
        data.units,
        wanted,
        values,
        levels=data.levels,
        names=data.names,
        attributes=attributes,
        period=data.period,
        history=data.history,
    )


def _aligned(array: Words, table: IndicatorTable, other: IndicatorTable) -> Words:
    """Return an array over the units of one table for those of another; missing where it has none."""
    place = {unit: row for row, unit in enumerate(table.units)}
    nothing = "" if array.dtype == object else np.nan
    return np.array([array[place[unit]] if unit in place else nothing for unit in other.units], dtype=array.dtype)


def flattened(value: Any, path: str = "") -> dict[str, Any]:
    """Return a recipe, or part of one, as path -> plain value; entries with a code are named by it.

    Examples
    --------
    >>> flattened({"a": {"b": 1, "c": [2, 3]}})
    {'a.b': 1, 'a.c': (2, 3)}
    """
    if isinstance(value, dict):
        found: dict[str, Any] = {}
        for key, item in value.items():
            found |= flattened(item, f"{path}.{key}" if path else str(key))
        return found
    if isinstance(value, (list, tuple)) and value and all(isinstance(item, dict) and "code" in item for item in value):
        return flattened({item["code"]: {k: v for k, v in item.items() if k != "code"} for item in value}, path)
    return {path: tuple(value) if isinstance(value, list) else value}


def definition_of(recipe: Recipe, table: IndicatorTable) -> dict[str, Any]:
    """Return the definition block as path -> value; the tree is said by parents, formulas in words."""
    found: dict[str, Any] = {name: getattr(recipe, name) for name in RECIPE_DEFINITION if name != "views"}
    found |= flattened([dataclasses.asdict(view) for view in recipe.views], "views") if recipe.views else {}
    parents = {child: node.code for node in recipe.nodes for child in node.children}
    for rule in recipe.indicators:
        found |= {f"indicators.{rule.code}.{name}": getattr(rule, name) for name in INDICATOR_DEFINITION}
        found[f"indicators.{rule.code}.parent"] = parents.get(rule.code)
        if rule.code in table.formulas:
            found[f"indicators.{rule.code}.formula"] = table.formulas[rule.code]
    for node in recipe.nodes:
        found |= {f"nodes.{node.code}.name": node.name, f"nodes.{node.code}.parent": node.parent}
    return found


def method_of(recipe: Recipe) -> dict[str, Any]:
    """Return the recipe block as path -> value; weights by child, fitted arrays of imputations and nodes by name."""
    skip = {*RECIPE_DEFINITION, *RECIPE_DATA, "indicators", "nodes", "imputers"}
    fields = [f.name for f in dataclasses.fields(recipe) if f.name not in skip]
    found = flattened({name: _plain(getattr(recipe, name)) for name in fields}) | _imputers_of(recipe)
    for rule in recipe.indicators:
        own = {k: v for k, v in dataclasses.asdict(rule).items() if k not in (*INDICATOR_DEFINITION, "code")}
        found |= flattened(own, f"indicators.{rule.code}")
    for node in recipe.nodes:
        for name in ("method", "floor", "exponent", "coverage", "settings"):
            found[f"nodes.{node.code}.{name}"] = getattr(node, name)
        weights = zip(node.children, node.weights, strict=True)
        found |= {f"nodes.{node.code}.weights.{child}": weight for child, weight in weights}
        found |= {f"nodes.{node.code}.numbers.{one.name}": one for one in node.numbers}
    return found


def _imputers_of(recipe: Recipe) -> dict[str, Any]:
    """Return the joint imputations as path -> value; a second one of the same method is named METHOD-2."""
    found: dict[str, Any] = {}
    names: dict[str, int] = {}
    for one in recipe.imputers:
        count = names[one.method] = names.get(one.method, 0) + 1
        name = one.method.replace(".", "/")  # a function of somebody's own, pkg.mod:fn
        path = f"imputers.{name}" + (f"-{count}" if count > 1 else "")
        found[f"{path}.codes"] = one.codes
        found |= {f"{path}.settings.{name}": value for name, value in one.settings}
        found |= {f"{path}.numbers.{array.name}": array for array in one.numbers}
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0]):
        return [dataclasses.asdict(item) for item in value]
    return value
