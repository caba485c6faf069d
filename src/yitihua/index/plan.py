"""A recipe compiled to arrays, so that scoring is a handful of array operations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import AGGREGATE, NORMALISE
from yitihua.index.aggregate.method import AggregateMethod, Mixture
from yitihua.index.recipe import NodeRule, Recipe

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class NodeStep:
    """One node: where its children stand in the work array, and how they are combined."""

    code: str
    column: int
    children: npt.NDArray[np.int64] | slice
    method: AggregateMethod
    mixture: Mixture
    coverage: float

    @property
    def weights(self) -> Floats:
        """Weights of the children; they sum to 1."""
        return self.mixture.weights

    @property
    def columns(self) -> list[int]:
        """Columns of the children."""
        if isinstance(self.children, slice):
            return list(range(self.children.start, self.children.stop))
        return [int(child) for child in self.children]

    def combine(self, x: Floats, carried: dict[int, Any] | None = None) -> Floats:
        """Return the node's points from its children's.

        Parameters
        ----------
        x : ndarray, shape (..., units, children)
            Points; NaN is missing.
        carried : dict, optional
            Column -> what a child handed up beside its score; what this node hands up is added.
        """
        if not self.method.carries:
            return np.asarray(self.method.combine(x, self.mixture))
        carried = {} if carried is None else carried
        below: Sequence[Any] = [carried.get(column) for column in self.columns]
        scores, carried[self.column] = self.method.combine(x, replace(self.mixture, carried=below))
        return np.asarray(scores)


def mixture_of(node: NodeRule, scale: tuple[float, float]) -> Mixture:
    """Return how a node is made, ready for use.

    Examples
    --------
    >>> import yitihua as yt
    >>> recipe = yt.evaluate("hdi").recipe
    >>> mixture_of(recipe.root, recipe.scale).settings["floor"]
    0.0
    """
    stated = {"floor": node.floor, "exponent": node.exponent} | dict(node.settings)
    return Mixture(
        weights=np.array(node.weights) / math.fsum(node.weights),
        settings=AGGREGATE[node.method].settings(stated),
        numbers={one.name: one.array for one in node.numbers},
        scale=scale,
    )


@dataclass(frozen=True)
class Plan:
    """Vectors over indicators, and the steps over nodes.

    Attributes
    ----------
    origin, width, gain, base : ndarray, shape (indicators,)
        The affine map; NaN where it was never fitted or does not apply.
    clip : ndarray of bool
        Which columns are cut to the scale.
    filled, ln, limited, bent, ranked : list of int
        Columns that take a detour: filled by a value, logarithms, limits, curves, and points that
        are not an affine map.
    steps : tuple of NodeStep
        Children before parents.
    """

    origin: Floats
    width: Floats
    gain: Floats
    base: Floats
    clip: npt.NDArray[np.bool_]
    filled: list[int]
    ln: list[int]
    limited: list[int]
    bent: list[int]
    ranked: list[int]
    steps: tuple[NodeStep, ...]
    column: dict[str, int]

    @classmethod
    def of(cls, recipe: Recipe) -> Plan:
        """Compile a recipe."""
        rules = recipe.indicators
        maps = [rule.normalise for rule in rules]

        def vector(values: list[float | None]) -> Floats:
            return np.array([np.nan if value is None else value for value in values], dtype=float)

        column = {code: j for j, code in enumerate([*recipe.codes, *(node.code for node in recipe.nodes)])}
        steps = tuple(
            NodeStep(
                node.code,
                column[node.code],
                _as_slice([column[child] for child in node.children]),
                AGGREGATE[node.method],
                mixture_of(node, recipe.scale),
                node.coverage,
            )
            for node in recipe.nodes
        )
        return cls(
            origin=vector([m.origin for m in maps]),
            width=vector([m.width for m in maps]),
            gain=vector([m.gain for m in maps]),
            base=vector([m.base for m in maps]),
            clip=np.array([m.clip for m in maps], dtype=bool),
            filled=[j for j, rule in enumerate(rules) if rule.fill],
            ln=[j for j, rule in enumerate(rules) if rule.transform == "ln"],
            limited=[j for j, rule in enumerate(rules) if rule.treat.lower is not None or rule.treat.upper is not None],
            bent=[j for j, rule in enumerate(rules) if rule.treat.bent],
            ranked=[j for j, m in enumerate(maps) if NORMALISE[m.method].apply is not None],
            steps=steps,
            column=column,
        )


def _as_slice(columns: list[int]) -> npt.NDArray[np.int64] | slice:
    """Return neighbouring columns as a slice: a view, where a list would copy."""
    if columns == list(range(columns[0], columns[0] + len(columns))):
        return slice(columns[0], columns[0] + len(columns))
    return np.array(columns)
