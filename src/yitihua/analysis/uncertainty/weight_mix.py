"""Weights that vary, as they are asked for, and the draws of them."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from yitihua.analysis.uncertainty.mix import KINDS, WeightMix
from yitihua.analysis.uncertainty.weight_draws import (
    Floats,
    bounded_weights,
    dirichlet_around,
    feasible_start,
    uniform_weights,
)
from yitihua.errors import FaultList, InputError, refuse, suggest
from yitihua.index.recipe import NodeRule, Recipe

_FIELDS = tuple(f.name for f in dataclasses.fields(WeightMix))


def weight_mix(recipe: Recipe, stated: Mapping[str, Any]) -> WeightMix:
    """Return how weights vary, checked against a recipe.

    Parameters
    ----------
    recipe : Recipe
    stated : mapping
        "kind" and the fields of `WeightMix`; `nodes` are all that have two children or more unless stated.

    Raises
    ------
    InputError
        With every fault: unknown names, weights that do not sum to 1, bounds between which there is nothing.

    Examples
    --------
    >>> import yitihua as yt
    >>> recipe = yt.evaluate("hdi").recipe
    >>> weight_mix(recipe, {"kind": "bounds", "share": 0.5}).nodes
    ('education', 'HDI')
    """
    faults = FaultList()
    for name in stated:
        if name not in _FIELDS:
            faults.add("unknown-key", key="weights", name=name, options=list(_FIELDS), hint=suggest(name, _FIELDS))
    kind = stated.get("kind")
    if kind not in KINDS:
        hint = suggest(str(kind), KINDS)
        faults.add("bad-choice", key="weights.kind", found=str(kind), options=list(KINDS), hint=hint)
    faults.raise_if_any()
    found = WeightMix(
        kind=stated["kind"],
        nodes=_nodes(recipe, stated.get("nodes"), faults),
        concentration=_number(stated, "concentration", 1.0, 1e9, 99.0, faults),
        share=_number(stated, "share", 0.0, 1.0, 0.25, faults),
        bounds=_bounds(recipe, stated.get("bounds") or {}, faults),
        sets=_sets(recipe, stated.get("sets") or {}, faults),
        experts=_experts(recipe, stated.get("experts") or {}, faults),
        centre=stated.get("centre", "arithmetic"),
    )
    if found.centre not in ("arithmetic", "geometric"):
        faults.add("bad-choice", key="weights.centre", found=str(found.centre), options=["arithmetic", "geometric"])
    faults.raise_if_any()
    if found.kind == "bounds":
        _check_bounds(recipe, found)
    if found.kind == "sets" and not found.sets:
        raise refuse("needs-key", key="weights", method="sets", name="sets")
    if found.kind == "experts":
        if not found.experts:
            raise refuse("needs-key", key="weights", method="experts", name="experts")
        found = dataclasses.replace(found, nodes=tuple(found.experts))
    return found


def _number(stated: Mapping[str, Any], name: str, low: float, high: float, default: float, faults: FaultList) -> float:
    value = stated.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        faults.add("number-range", key=f"weights.{name}", found=str(value), low=f"{low:g}", high=f"{high:g}")
        return default
    return float(value)


def _nodes(recipe: Recipe, wanted: Any, faults: FaultList) -> tuple[str, ...]:
    parents = {node.code: node for node in recipe.nodes if len(node.children) > 1}
    if wanted is None:
        return tuple(parents)
    found = []
    for name in [wanted] if isinstance(wanted, str) else wanted:
        try:
            code = name if name in parents else recipe.code_of(str(name))
        except InputError as error:
            faults.extend(error.faults)
            continue
        if code not in parents:
            options = list(parents)
            faults.add("unknown-reference", key="weights.nodes", kind="node", name=str(name), options=options)
        found.append(code)
    return tuple(dict.fromkeys(found))


def _children(recipe: Recipe) -> dict[str, NodeRule]:
    return {child: node for node in recipe.nodes for child in node.children}


def _bounds(recipe: Recipe, stated: Mapping[str, Any], faults: FaultList) -> dict[str, tuple[float, float]]:
    found = {}
    for name, pair in stated.items():
        try:
            code = recipe.code_of(str(name))
        except InputError as error:
            faults.extend(error.faults)
            continue
        try:
            low, high = (float(value) for value in pair)
        except (TypeError, ValueError):
            low, high = 1.0, 0.0
        if not 0 <= low <= high <= 1:
            faults.add("weight-bounds-pair", key=f"weights.bounds.{code}", found=str(pair))
        found[code] = (low, high)
    return found


def bounds_of(mix: WeightMix, node: NodeRule) -> tuple[Floats, Floats]:
    """Return lower and upper bounds of a node's children: as stated, else a share around the nominal weight.

    Examples
    --------
    >>> import yitihua as yt
    >>> recipe = yt.evaluate("hdi").recipe
    >>> low, high = bounds_of(weight_mix(recipe, {"kind": "bounds", "share": 0.3}), recipe.root)
    >>> low.round(4), high.round(4)
    (array([0.2333, 0.2333, 0.2333]), array([0.4333, 0.4333, 0.4333]))
    """
    around = [(w * (1 - mix.share), min(1.0, w * (1 + mix.share))) for w in node.weights]
    pairs = [mix.bounds.get(child, pair) for child, pair in zip(node.children, around, strict=True)]
    return np.array([low for low, _ in pairs]), np.array([high for _, high in pairs])


def _check_bounds(recipe: Recipe, mix: WeightMix) -> None:
    faults = FaultList()
    for node in recipe.nodes:
        if node.code not in mix.nodes:
            continue
        low, high = bounds_of(mix, node)
        if low.sum() > 1 + 1e-9 or high.sum() < 1 - 1e-9:
            faults.add(
                "weight-bounds-empty", key=f"weights.bounds, {node.code}", name=node.code,
                low=f"{low.sum():g}", high=f"{high.sum():g}",
            )  # fmt: skip
    unused = sorted(
        set(mix.bounds) - {child for node in recipe.nodes if node.code in mix.nodes for child in node.children}
    )
    for code in unused:
        faults.add("no-effect", key=f"weights.bounds.{code}", name=code, method="nodes")
    faults.raise_if_any()


def _sets(recipe: Recipe, stated: Mapping[str, Any], faults: FaultList) -> dict[str, dict[str, float]]:
    found = {}
    for name, weights in stated.items():
        try:
            found[str(name)] = full_set(recipe, weights, f"weights.sets.{name}")
        except InputError as error:
            faults.extend(error.faults)
    return found


def full_set(recipe: Recipe, stated: Mapping[str, Any], key: str = "weights") -> dict[str, float]:
    """Return a weight for every indicator and node but the index; children of a parent sum to 1.

    Parameters
    ----------
    recipe : Recipe
        Weights that are not stated are its own.
    stated : mapping
        Child (code or name) -> weight. Of the children of a parent all are stated, or none, or those that are
        leave the others something to share in proportion to their weights.
    key : str
        For messages.

    Raises
    ------
    InputError
        With every fault: a name that is unknown, a weight below 0, children that do not sum to 1.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = full_set(yt.evaluate("hdi").recipe, {"health": 0.5})
    >>> found["health"], found["education"], found["income"]
    (0.5, 0.25, 0.25)
    """
    faults, given = FaultList(), {}
    parents = _children(recipe)
    for name, value in stated.items():
        try:
            code = recipe.code_of(str(name))
        except InputError as error:
            faults.extend(error.faults)
            continue
        if code not in parents:
            options = list(parents)
            faults.add("unknown-reference", key=key, kind="indicator or node", name=str(name), options=options)
        elif isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
            faults.add("number-range", key=f"{key}.{code}", found=str(value), low="0", high="1")
        else:
            given[code] = float(value)
    faults.raise_if_any()
    found: dict[str, float] = {}
    for node in recipe.nodes:
        own = {child: given[child] for child in node.children if child in given}
        rest = {child: w for child, w in zip(node.children, node.weights, strict=True) if child not in own}
        left, room = 1.0 - sum(own.values()), sum(rest.values())
        if left < -1e-6 or (left > 1e-6 and not rest):
            faults.add("weights-sum", key=key, name=node.code, found=f"{sum(own.values()):.6g}", options=list(own))
            continue
        total = sum(own.values()) if not rest and own else 1.0
        found |= {child: weight / total for child, weight in own.items()}
        for child, weight in rest.items():
            share = weight / room if room > 0 else 1.0 / len(rest)
            found[child] = max(left, 0.0) * share
    faults.raise_if_any()
    return found


def _experts(recipe: Recipe, stated: Mapping[str, Any], faults: FaultList) -> dict[str, dict[str, tuple[float, ...]]]:
    nodes = {node.code: node for node in recipe.nodes}
    found: dict[str, dict[str, tuple[float, ...]]] = {}
    counts = set()
    for name, table in stated.items():
        code = name if name in nodes else (recipe.code_of(str(name)) if str(name) in recipe.labels else str(name))
        if code not in nodes:
            options = list(nodes)
            faults.add(
                "unknown-reference", key="weights.experts", kind="node", name=str(name), options=options,
                hint=suggest(str(name), options),
            )  # fmt: skip
            continue
        node = nodes[code]
        columns = {str(child): tuple(float(v) for v in np.ravel(table[child])) for child in table}
        absent = [child for child in node.children if child not in columns]
        strange = [child for child in columns if child not in node.children]
        if absent or strange:
            faults.add(
                "experts-children", key=f"weights.experts.{code}", found=list(columns), options=list(node.children)
            )
            continue
        shares = np.array([columns[child] for child in node.children])
        if (
            shares.shape[1] < 2
            or not np.isfinite(shares).all()
            or (shares < 0).any()
            or (shares.sum(axis=0) <= 0).any()
        ):
            faults.add("experts-numbers", key=f"weights.experts.{code}", found=str(shares.shape[1]))
            continue
        counts.add(shares.shape[1])
        found[code] = {child: columns[child] for child in node.children}
    if len(counts) > 1:
        faults.add("experts-counts", key="weights.experts", found=sorted(counts))
    return found


def draw_weights(
    mix: WeightMix, nodes: Sequence[NodeRule], n: int, generator: np.random.Generator, which: Floats | None = None
) -> dict[str, Floats]:
    """Return drawn weights of every node that varies.

    Parameters
    ----------
    mix : WeightMix
    nodes : sequence of NodeRule
        The board's own.
    n : int
    generator : Generator
    which : ndarray of int, shape (n,), optional
        For rival sets: 0 the published one, 1, 2, ... the others. Drawn unless given.

    Returns
    -------
    dict of str to ndarray, shape (n, children)
        Rows sum to 1.

    Examples
    --------
    >>> import yitihua as yt
    >>> recipe = yt.evaluate("hdi").recipe
    >>> mix = weight_mix(recipe, {"kind": "uniform", "nodes": "HDI"})
    >>> {code: w.shape for code, w in draw_weights(mix, recipe.nodes, 5, np.random.default_rng(0)).items()}
    {'HDI': (5, 3)}
    """
    varied = [node for node in nodes if node.code in mix.nodes]
    if mix.kind == "sets":
        chosen = generator.integers(0, len(mix.sets) + 1, n) if which is None else which
        found = {}
        for node in varied:
            rows = [np.array(node.weights), *(np.array([s[c] for c in node.children]) for s in mix.sets.values())]
            table = np.array([row / row.sum() if row.sum() > 0 else rows[0] for row in rows])
            found[node.code] = table[np.asarray(chosen, dtype=np.int64)]
        return found
    if mix.kind == "experts":
        panel = _panel(mix, n, generator)
        return {node.code: panel[node.code] for node in varied}
    found = {}
    for node in varied:
        nominal = _nominal(node.weights)
        if mix.kind == "dirichlet":
            found[node.code] = dirichlet_around(nominal, mix.concentration, n, generator)
        elif mix.kind == "uniform":
            found[node.code] = uniform_weights(nominal, n, generator)
        else:
            low, high = bounds_of(mix, node)
            found[node.code] = bounded_weights(feasible_start(nominal, low, high), low, high, n, generator)
    return found


@functools.lru_cache(maxsize=1024)
def _nominal(weights: tuple[float, ...]) -> Floats:
    found = np.array(weights) / sum(weights)
    found.flags.writeable = False  # every block is given the same
    return found


def _panel(mix: WeightMix, n: int, generator: np.random.Generator) -> dict[str, Floats]:
    """Return means over panels drawn with replacement: an expert comes with all that he said."""
    tables = {code: np.array([*columns.values()]).T for code, columns in mix.experts.items()}
    experts = len(next(iter(tables.values())))
    picked = generator.integers(0, experts, (n, experts))
    times = np.zeros((n, experts))
    np.add.at(times, (np.arange(n)[:, None], picked), 1.0 / experts)
    found = {}
    for code, points in tables.items():
        shares = points / points.sum(axis=1, keepdims=True)
        if mix.centre == "geometric":
            with np.errstate(divide="ignore"):
                means = np.exp(times @ np.maximum(np.log(shares), -745.0))
        else:
            means = times @ shares
        found[code] = means / means.sum(axis=1, keepdims=True)
    return found
