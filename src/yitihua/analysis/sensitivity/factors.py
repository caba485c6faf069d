"""The inputs of a board: every choice, weight and error of a mix, as factors that are drawn.

A factor is one of

choice   methods of one stage, each as likely; where some combinations of methods cannot be scored, the
         stages that do not go together are one factor, whose options are the combinations that can be
drop     what is left out, or nothing, each as likely
set      rival weight sets, each as likely
amount   one child's weight before its parent's children are made to sum to 1
seed     a number that stands for a whole draw: sampling errors, measurement errors, filled cells, a panel of
         experts, weights between bounds. Its index is that of all it draws together.

Weights that must sum to 1 depend on each other, amounts do not. With "dirichlet" amounts are gamma variates of
shape weight times concentration: divided by their sum they are the Dirichlet weights of `uncertainty`. With
"uniform" they are exponential: any weights, alike. With "bounds" they are uniform between a child's bounds;
divided by their sum they may leave the bounds a little, which the draws of `uncertainty` do not.

References
----------
Saisana, Saltelli and Tarantola (2005), Uncertainty and sensitivity analysis techniques as tools for the quality
assessment of composite indicators, J. R. Stat. Soc. A 168: 307-323 (triggers of choices). Tarantola, Giglioli,
Jesinghaus and Saltelli (2002), Can global sensitivity analysis steer the implementation of models for environmental
assessments and decision-making?, Stoch. Env. Res. Risk Assess. 16: 63-76 (a factor that stands for a whole draw).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from yitihua.analysis.uncertainty.combos import STAGES, Combo, options_of
from yitihua.analysis.uncertainty.engine import Engine
from yitihua.analysis.uncertainty.mix import WeightMix
from yitihua.analysis.uncertainty.weight_mix import bounds_of
from yitihua.index.recipe import NodeRule
from yitihua.indicators.table import Floats

NOISE = ("sampling", "measurement", "imputation")

Kind = Literal["choice", "drop", "set", "amount", "seed"]


@dataclass(frozen=True)
class Factor:
    """One input.

    Attributes
    ----------
    name : str
        Such as "weights.A01", "normalise", "treat+normalise".
    source : str
        Of the mix: "weights", "normalise", ...; stages that are one factor are joined by "+".
    kind : {"choice", "drop", "set", "amount", "seed"}
    size : int
        Options to choose from; 0 where it is no choice among options.
    parent, child : str
        Of a weight; a parent alone where all below it are drawn together.
    stages : tuple of str
        Of a choice.
    varies : bool
        Whether it has more than one value.
    """

    name: str
    source: str
    kind: Kind
    size: int = 0
    parent: str = ""
    child: str = ""
    stages: tuple[str, ...] = ()
    varies: bool = True


@dataclass(frozen=True, eq=False)
class Space:
    """All factors of a board and a mix.

    Attributes
    ----------
    engine : Engine
    factors : tuple of Factor
        Those that vary; the order is that of the mix's sources.
    still : tuple of Factor
        Those that are asked for and have one value only.
    together : bool
        Whether weights are drawn as they are, given each other, and combinations likewise: for Shapley effects.
        Else amounts and choices are independent: for Sobol' indices.
    sound : ndarray of int
        Combinations of methods that can be scored.
    picks : dict of str to tuple
        Factor of choice -> by option, the choices of its stages.
    """

    engine: Engine
    factors: tuple[Factor, ...]
    still: tuple[Factor, ...]
    together: bool
    sound: np.ndarray
    picks: dict[str, tuple[tuple[str, ...], ...]]

    @property
    def sources(self) -> dict[str, tuple[int, ...]]:
        """Source -> places of its factors."""
        found: dict[str, tuple[int, ...]] = {}
        for place, factor in enumerate(self.factors):
            found[factor.source] = (*found.get(factor.source, ()), place)
        return found


def space_of(engine: Engine, together: bool) -> Space:
    """Return the factors of a board and a mix.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.analysis.uncertainty.mix import mix_of
    >>> board = yt.evaluate("hdi")
    >>> mix = mix_of(board, weights={"kind": "uniform", "nodes": "HDI"}, aggregate="arithmetic")
    >>> [factor.name for factor in space_of(Engine.of(board, mix, 0), False).factors]
    ['weights.health', 'weights.education', 'weights.income', 'aggregate']
    """
    mix = engine.mix
    offered = options_of(engine.board, mix)
    sound = np.array([k for k, one in enumerate(engine.combos) if isinstance(one, Combo)])
    choices = np.array([one.choices for one in engine.combos])[sound]
    asked = [stage for stage in STAGES if stage in mix.sources]
    parts = [(stage,) for stage in asked] if together else independent_parts(choices, asked)
    found: list[Factor] = []
    picks: dict[str, tuple[tuple[str, ...], ...]] = {}
    for source in mix.sources:
        if source in NOISE:
            found.append(Factor(source, source, "seed"))
        elif source == "weights" and mix.weights is not None:
            found += weight_factors(mix.weights, engine.board.recipe.nodes, together)
        elif source == "drop":
            found.append(Factor("drop", "drop", "drop", 1 + len(mix.drop)))
        for part in parts:
            if source == part[0]:
                name = "+".join(part)
                columns = [STAGES.index(stage) for stage in part]
                kept = [*dict.fromkeys(map(tuple, choices[:, columns].tolist()))]
                whole = itertools.product(*(offered[stage] for stage in part))
                picks[name] = tuple(pick for pick in whole if pick in kept)
                size = len(picks[name])
                found.append(Factor(name, name, "choice", size, stages=part, varies=size > 1))
    varying = tuple(factor for factor in found if factor.varies)
    return Space(engine, varying, tuple(f for f in found if not f.varies), together, sound, picks)


def independent_parts(choices: np.ndarray, stages: Sequence[str]) -> list[tuple[str, ...]]:
    """Return stages in as many parts as there can be so that every pick of one goes with every pick of the others.

    Parameters
    ----------
    choices : ndarray of str, shape (combinations, 3)
        Those that can be scored, of treat, normalise, aggregate.
    stages : sequence of str
        That have rivals.

    Examples
    --------
    >>> whole = np.array([["own", n, a] for n in ("own", "zscore") for a in ("own", "geometric")])
    >>> independent_parts(whole, ["normalise", "aggregate"])
    [('normalise',), ('aggregate',)]
    >>> independent_parts(whole[:3], ["normalise", "aggregate"])
    [('normalise', 'aggregate')]
    """
    for parts in sorted(_partitions(list(stages)), key=len, reverse=True):
        sizes = [len(np.unique(choices[:, [STAGES.index(stage) for stage in part]], axis=0)) for part in parts]
        if np.prod(sizes, dtype=int) == len(choices):
            return parts
    return [tuple(stages)]


def _partitions(stages: list[str]) -> list[list[tuple[str, ...]]]:
    if not stages:
        return [[]]
    found = []
    first, rest = stages[0], stages[1:]
    for size in range(len(rest) + 1):
        for others in itertools.combinations(rest, size):
            left = [stage for stage in rest if stage not in others]
            found += [[(first, *others), *parts] for parts in _partitions(left)]
    return found


def weight_factors(mix: WeightMix, nodes: Sequence[NodeRule], together: bool) -> list[Factor]:
    """Return the factors of weights: one a child, or one for all that is drawn together.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.analysis.uncertainty.weight_mix import weight_mix
    >>> recipe = yt.evaluate("hdi").recipe
    >>> mix = weight_mix(recipe, {"kind": "bounds"})
    >>> [factor.name for factor in weight_factors(mix, recipe.nodes, together=True)]
    ['weights.education', 'weights.HDI']
    """
    if mix.kind == "sets":
        return [Factor("weights", "weights", "set", 1 + len(mix.sets))]
    if mix.kind == "experts":
        return [Factor("weights", "weights", "seed")]
    varied = [node for node in nodes if node.code in mix.nodes]
    if mix.kind == "bounds" and together:
        return [Factor(f"weights.{node.code}", "weights", "seed", parent=node.code) for node in varied]
    found = []
    for node in varied:
        low, high = bounds_of(mix, node)
        for child, weight, least, most in zip(node.children, node.weights, low, high, strict=True):
            varies = bool(most > least) if mix.kind == "bounds" else weight > 0
            found.append(Factor(f"weights.{child}", "weights", "amount", parent=node.code, child=child, varies=varies))
    return found


def amounts(mix: WeightMix, node: NodeRule, place: int, u: Floats) -> Floats:
    """Return the amounts of one child from uniform numbers: the quantile function of its distribution.

    Parameters
    ----------
    mix : WeightMix
        Of kind dirichlet, uniform or bounds.
    node : NodeRule
    place : int
        Of the child.
    u : ndarray
        In 0..1.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.analysis.uncertainty.weight_mix import weight_mix
    >>> recipe = yt.evaluate("hdi").recipe
    >>> amounts(weight_mix(recipe, {"kind": "bounds", "share": 0.3}), recipe.root, 0, np.array([0.0, 1.0])).round(3)
    array([0.233, 0.433])
    """
    if mix.kind == "bounds":
        low, high = bounds_of(mix, node)
        return np.asarray(low[place] + u * (high[place] - low[place]))
    weight = node.weights[place] / sum(node.weights)
    if weight == 0:
        return np.zeros_like(u)
    if mix.kind == "uniform":
        return np.asarray(-np.log1p(-u))
    from scipy.special import gammaincinv

    return np.asarray(gammaincinv(weight * mix.concentration, u))


def published_amounts(mix: WeightMix, node: NodeRule) -> Floats:
    """Return amounts in the proportion of the published weights, as large in all as they are on average.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.analysis.uncertainty.weight_mix import weight_mix
    >>> recipe = yt.evaluate("hdi").recipe
    >>> published_amounts(weight_mix(recipe, {"kind": "uniform"}), recipe.root)
    array([1., 1., 1.])
    """
    weights = np.array(node.weights) / sum(node.weights)
    size = {"dirichlet": mix.concentration, "uniform": float((weights > 0).sum())}
    return np.asarray(weights * size.get(mix.kind, 1.0))
