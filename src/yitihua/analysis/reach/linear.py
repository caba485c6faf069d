"""Scores as a product of the weights that vary: what makes questions of weights linear.

The weights of the children of one node vary, between bounds, and sum to 1. Under arithmetic means the
score is sum_k w_k v_k; under geometric means its logarithm is, under power means its power. What stands
above the node adds a constant and a factor, which go into v because the weights sum to 1.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from yitihua.analysis.stages import node_of
from yitihua.analysis.uncertainty.means import form_of, is_mean, transformed, untransformed
from yitihua.analysis.uncertainty.weight_mix import bounds_of, weight_mix
from yitihua.errors import refuse
from yitihua.index.apply import apply
from yitihua.index.plan import NodeStep
from yitihua.index.recipe import NodeRule
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Linear:
    """Scores of the units of a level as a product with weights.

    Attributes
    ----------
    board : Scoreboard
    node : NodeRule
        Whose children's weights vary.
    level : str
    rows : ndarray of int, shape (units,)
        Rows of the board with a score.
    values : ndarray, shape (units, children)
        The transformed score is ``values @ weights``.
    nominal, low, high : ndarray, shape (children,)
        Weights in force, and their bounds.
    power, floor : float
        Of the means: 1 arithmetic, 0 geometric; see `transformed`.
    """

    board: Scoreboard
    node: NodeRule
    level: str
    rows: Ints
    values: Floats
    nominal: Floats
    low: Floats
    high: Floats
    power: float
    floor: float

    @property
    def unit_of_rounding(self) -> float:
        """One unit of the last digit that is published."""
        return float(10.0**-self.board.recipe.score_decimals)

    def place_of(self, row: int) -> int:
        """Return where a row of the board stands among `rows`.

        Raises
        ------
        InputError
            If the unit has no score.
        """
        found = np.flatnonzero(self.rows == row)
        if not found.size:
            names = self.board.table.name_of(row, "zh"), self.board.table.name_of(row)
            raise refuse("no-score-to-lift", key="unit", name=names[0], name_en=names[1])
        return int(found[0])

    def transformed_score(self, score: float) -> float:
        """Return a score as `values @ weights` gives it; harmonic and negative powers turn the order round."""
        return float(transformed(np.array([score]), self.power, -np.inf)[0])

    @property
    def sign(self) -> float:
        """-1 where a larger product is a smaller score (powers below 0)."""
        return -1.0 if self.power < 0 else 1.0

    def scores(self, weights: Floats) -> Floats:
        """Return scores at some weights by the product, shape (units,)."""
        return np.asarray(untransformed(self.values @ weights, self.power))

    def scores_of(self, product: Floats | float) -> Floats:
        """Return the score that a product stands for."""
        return np.asarray(untransformed(np.asarray(product, dtype=float), self.power))

    def step(self, size: float) -> float:
        """Return how much of the product a step of the score is, at the score where it is most."""
        if self.power == 1.0:
            return size
        scores = self.board.total[self.rows]
        ends = max(float(scores.min()), size), float(scores.max())
        return max(abs(self.transformed_score(end + size) - self.transformed_score(end)) for end in ends)

    def leads(self, place: int) -> Floats:
        """Return by how much rivals are ahead as a product with weights, shape (units - 1, children)."""
        return np.asarray(self.sign * (np.delete(self.values, place, axis=0) - self.values[place]))

    def scored(self, weights: Floats) -> Scoreboard:
        """Return the board at some weights, scored as any board is."""
        nodes = tuple(
            replace(node, weights=tuple(np.asarray(weights).tolist())) if node.code == self.node.code else node
            for node in self.board.recipe.nodes
        )
        return apply(self.board.table, replace(self.board.recipe, nodes=nodes, weight_set="reach"))


def linear(
    board: Scoreboard,
    level: str,
    node: str | None = None,
    bounds: Mapping[str, Sequence[float]] | None = None,
    share: float | None = None,
) -> Linear:
    """Return scores of a level as a product of the weights below one node.

    Parameters
    ----------
    board : Scoreboard
    level : str
    node : str, optional
        Code or name; default: the index itself, so that first-level weights vary.
    bounds : mapping, optional
        Child -> (lowest, highest) weight; default: 0 to 1.
    share : float, optional
        Children without bounds stay within this share of their weight, 0.2 for +-20%.

    Raises
    ------
    InputError
        If the node or one above it is no mean, or of another kind of mean; if units have gaps below it; if no
        weights keep to the bounds.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = linear(yt.evaluate("hdi"), "country")
    >>> bool(np.allclose(found.scores(found.nominal), found.board.total[found.rows]))
    True
    """
    chosen = node_of(board.recipe, node)
    low, high = _bounds(board, chosen, bounds or {}, share)
    steps = {step.code: step for step in board.recipe.plan.steps}
    chain = _chain(board, chosen)
    forms = {form_of(steps[one.code]) for one in chain if is_mean(steps[one.code])}
    for one in chain:
        if not is_mean(steps[one.code]) or len(forms) > 1:
            methods = sorted({each.method for each in chain})
            raise refuse("not-linear", key="node", name=one.code, found=", ".join(methods))
    power, floor = next(iter(forms))
    rows = board.level_rows[level]
    rows = rows[np.isfinite(board.total[rows])]
    columns = list(steps[chosen.code].columns)
    points = board.points[rows][:, columns]
    gaps = np.isnan(points).any(axis=1)
    if gaps.any():
        names = [[board.table.name_of(row, lang) for row in rows[gaps].tolist()[:5]] for lang in ("zh", "en")]
        count = str(int(gaps.sum()))
        raise refuse("gaps-below", key="node", name=chosen.code, count=count, found=names[0], found_en=names[1])
    factor = _factor(board, chain, steps, rows)
    whole = transformed(board.total[rows], power, floor)
    own = transformed(board.points[rows, steps[chosen.code].column], power, floor)
    values = (whole - factor * own)[:, None] + factor[:, None] * transformed(points, power, floor)
    nominal = np.array(chosen.weights)
    return Linear(board, chosen, level, rows, values, nominal, low, high, power, floor)


def _bounds(
    board: Scoreboard, node: NodeRule, bounds: Mapping[str, Sequence[float]], share: float | None
) -> tuple[Floats, Floats]:
    stated = {str(child): tuple(pair) for child, pair in bounds.items()}
    if share is None:
        named = {board.recipe.code_of(child) for child in stated}
        stated |= {child: (0.0, 1.0) for child in node.children if child not in named}
    asked = {"kind": "bounds", "nodes": [node.code], "bounds": stated}
    return bounds_of(weight_mix(board.recipe, asked if share is None else {**asked, "share": share}), node)


def _chain(board: Scoreboard, node: NodeRule) -> list[NodeRule]:
    """Return the node and all above it, up to the index."""
    nodes, found = {one.code: one for one in board.recipe.nodes}, [node]
    while found[-1].parent is not None:
        found.append(nodes[found[-1].parent])
    return found


def _factor(board: Scoreboard, chain: list[NodeRule], steps: Mapping[str, NodeStep], rows: Ints) -> Floats:
    """Return the weight of the node in the index, by unit: weights are shared anew where siblings are missing."""
    factor = np.ones(len(rows))
    for child, parent in itertools.pairwise(chain):
        step = steps[parent.code]
        there = np.isfinite(board.points[rows][:, list(step.columns)])
        weights = np.array(parent.weights)
        factor = factor * weights[parent.children.index(child.code)] / (there * weights).sum(axis=1)
    return factor


def largest(c: Floats, low: Floats, high: Floats) -> Floats:
    """Return the largest c @ w over weights between bounds that sum to 1.

    Parameters
    ----------
    c : ndarray, shape (..., children)
    low, high : ndarray, shape (children,)

    Returns
    -------
    ndarray, shape (...)
        Exact: what is left of 1 goes to the largest coefficients first (a continuous knapsack).

    Examples
    --------
    >>> float(largest(np.array([3.0, 1.0]), np.array([0.0, 0.4]), np.array([1.0, 1.0])).round(6))
    2.2
    """
    order = np.argsort(-c, axis=-1)
    room = np.take_along_axis(np.broadcast_to(high - low, c.shape), order, axis=-1)
    left = 1.0 - low.sum()
    before = np.cumsum(room, axis=-1) - room
    given = np.clip(left - before, 0.0, room)
    return np.asarray(c @ low + (np.take_along_axis(c, order, axis=-1) * given).sum(axis=-1))
