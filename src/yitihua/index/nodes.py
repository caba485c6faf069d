"""Rules of nodes: how each is made from its children, with weights and numbers fitted from the leaves up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.definitions.index_models import AggregateRule
from yitihua.definitions.methods import AGGREGATE, plain
from yitihua.index.aggregate.means import default_floor
from yitihua.index.apply import Mask, add_up, observed_points
from yitihua.index.plan import Plan, mixture_of
from yitihua.index.recipe import Array, NodeRule, Recipe
from yitihua.index.weighting import Weigher, weight_set
from yitihua.indicators.table import Floats, IndicatorTable

#: Settings of means that a NodeRule keeps in fields of their own.
_FIELDS = ("floor", "exponent")


def made_by(rule: AggregateRule, scale: tuple[float, float]) -> dict[str, Any]:
    """Return method, floor, exponent and settings of a node or view.

    Examples
    --------
    >>> made_by(AggregateRule(method="geometric"), (0.0, 100.0))["floor"]
    1.0
    """
    settings = rule.settings
    exponent = 1.0 if settings.get("exponent") is None else float(settings["exponent"])
    floor = settings.get("floor")
    floor = default_floor(rule.method, exponent, scale) if floor is None else float(floor)
    others = tuple((k, plain(v)) for k, v in settings.items() if k not in _FIELDS and v is not None)
    return {"method": rule.method, "floor": floor, "exponent": exponent, "settings": others}


def stated_nodes(edition: Edition) -> tuple[NodeRule, ...]:
    """Return the nodes, children before parents, with equal weights and nothing fitted."""
    spec = edition.spec
    rules = []
    for code in sorted(edition.nodes, key=lambda code: -edition.depths[code]):
        depth, children = edition.depths[code], edition.children[code]
        rule = spec.aggregate.nodes.get(code) or spec.aggregate.levels.get(str(depth)) or spec.aggregate
        default = spec.coverage.index if code == edition.root else spec.coverage.node
        node = edition.nodes[code]
        rules.append(
            NodeRule(
                code=code,
                name=(node.name.zh, node.name.en),
                parent=node.parent,
                depth=depth,
                children=children,
                weights=(1.0 / len(children),) * len(children),
                coverage=spec.coverage.nodes.get(code, default),
                **made_by(rule, spec.scale),
            )
        )
    return tuple(rules)


def with_fitted_nodes(draft: Recipe, table: IndicatorTable, raw: Floats, filled: Floats, edition: Edition) -> Recipe:
    """Return the recipe with weights and fitted numbers of its nodes.

    Parameters
    ----------
    draft : Recipe
        With fitted indicators; its nodes state their methods.
    table : IndicatorTable
        What is fitted to.
    raw, filled : ndarray, shape (units, indicators)
        Denominated values, before and after joint imputation.
    edition : Edition
        Weights.
    """
    chosen = weight_set(edition, edition.spec.weights.use)
    learns = chosen.method != "equal" or any(AGGREGATE[node.method].fit is not None for node in draft.nodes)
    weigher = Weigher(edition, raw, {}, draft.scale)
    if not learns:
        return replace(draft, nodes=tuple(_weighted(node, weigher) for node in draft.nodes))
    points, observed = observed_points(raw, filled, table, draft)
    weigher.points |= {code: points[:, j] for j, code in enumerate(draft.codes)}
    done: list[NodeRule] = []
    for stated in draft.nodes:
        node = _weighted(stated, weigher)
        node = fitted_node(node, [weigher.points[child] for child in node.children], draft.scale)
        done.append(node)
        scores, _, _ = add_up(points, observed, Plan.of(replace(draft, nodes=tuple(done))))
        weigher.points[node.code] = scores[:, -1]
    fitted_on = tuple(dict.fromkeys((*draft.fitted_on, *weigher.files.items())))
    return replace(draft, nodes=tuple(done), weighting=weigher.summary(), fitted_on=fitted_on)


def fitted_node(node: NodeRule, columns: list[Floats], scale: tuple[float, float]) -> NodeRule:
    """Return a node with the numbers that its method fits to the points of its children; most fit none.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("hdi", aggregate="topsis")
    >>> fitted_node(board.recipe.root, [board.node_values[:, j] for j in range(3)], (0.0, 1.0)) == board.recipe.root
    True
    """
    fit = AGGREGATE[node.method].fit
    if fit is None:
        return node
    mixture = mixture_of(node, scale)
    numbers = fit(np.column_stack(columns), mixture.weights, mixture.settings, scale)
    return replace(node, numbers=tuple(Array.of(name, values) for name, values in numbers.items()))


def fitted_nodes(recipe: Recipe, points: Floats, observed: Mask, wanted: Collection[str]) -> tuple[NodeRule, ...]:
    """Return the nodes of a recipe, the numbers of some of them fitted to these units, from the leaves up.

    Parameters
    ----------
    recipe : Recipe
        Weights are kept.
    points : ndarray, shape (units, indicators)
        Of the units that numbers are fitted to.
    observed : ndarray of bool, same shape
        Which points count for coverage.
    wanted : collection of str
        Codes of the nodes to fit; the others keep the numbers they have.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("asem", aggregate="topsis")
    >>> codes = [node.code for node in board.recipe.nodes]
    >>> fitted_nodes(board.recipe, board.normalised, np.isfinite(board.normalised), codes) == board.recipe.nodes
    True
    """
    column = {code: points[:, j] for j, code in enumerate(recipe.codes)}
    done: list[NodeRule] = []
    for node in recipe.nodes:
        if node.code in wanted and AGGREGATE[node.method].fit is not None:
            if any(child not in column for child in node.children):
                scores, _, _ = add_up(points, observed, Plan.of(replace(recipe, nodes=tuple(done))))
                column |= {one.code: scores[:, len(recipe.codes) + k] for k, one in enumerate(done)}
            node = fitted_node(node, [column[child] for child in node.children], recipe.scale)
        done.append(node)
    return tuple(done)


def _weighted(node: NodeRule, weigher: Weigher) -> NodeRule:
    weights = weigher.weights(node.code)
    return replace(node, weights=tuple(weights[child] for child in node.children))
