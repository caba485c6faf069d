"""A recipe compiled to arrays, so that scoring is a handful of array operations."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yitihua.index.recipe import Recipe

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class NodeStep:
    """One node: where its children stand in the work array, and how they are combined."""

    code: str
    column: int
    children: npt.NDArray[np.int64] | slice
    weights: Floats
    method: str
    floor: float
    exponent: float
    coverage: float


@dataclass(frozen=True)
class Plan:
    """Vectors over indicators, and the steps over nodes.

    Attributes
    ----------
    origin, width, gain, base : ndarray, shape (indicators,)
        The affine map; NaN where it was never fitted or does not apply.
    clip : ndarray of bool
        Which columns are cut to the scale.
    ln, winsorised, logged, ranked : list of int
        Columns that take a detour.
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
    winsorised: list[int]
    logged: list[int]
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
                np.array(node.weights) / math.fsum(node.weights),
                node.method,
                node.floor,
                node.exponent,
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
            filled=[j for j, rule in enumerate(rules) if rule.impute != "none"],
            ln=[j for j, rule in enumerate(rules) if rule.transform == "ln"],
            winsorised=[
                j for j, rule in enumerate(rules) if rule.treat.lower is not None or rule.treat.upper is not None
            ],
            logged=[j for j, rule in enumerate(rules) if rule.treat.log_shift is not None],
            ranked=[j for j, m in enumerate(maps) if m.method in ("rank", "percentile_rank")],
            steps=steps,
            column=column,
        )


def _as_slice(columns: list[int]) -> npt.NDArray[np.int64] | slice:
    """Return neighbouring columns as a slice: a view, where a list would copy."""
    if columns == list(range(columns[0], columns[0] + len(columns))):
        return slice(columns[0], columns[0] + len(columns))
    return np.array(columns)
