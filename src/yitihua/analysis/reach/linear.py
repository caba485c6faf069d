"""Scores as a product of the weights that vary: what makes questions of weights linear.

The weights of the children of one node vary, between bounds, and sum to 1. Under arithmetic means the
score is sum_k w_k v_k; under geometric means its logarithm is, under power means its power. What stands
above the node adds a constant and a factor, which go into v because the weights sum to 1.

A unit with gaps shares its missing children's weight anew: its score is sum_obs w_k v_k / sum_obs w_k. A target for it
is still linear, sum_obs w_k (v_k - t) >= 0, and so is the order of two units with the same gaps.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from yitihua.analysis.reach.gaps import statuses, within
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
Mask = npt.NDArray[np.bool_]


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
        Rows of the board with a score; without those whose score is 0 whatever the weights (a point of 0 under a mean
        without a floor).
    values : ndarray, shape (units, children)
        The transformed score is ``values @ weights / (observed @ weights)``; 0 where nothing was observed.
    observed : ndarray of bool, shape (units, children)
        All true for units without gaps, so that the quotient is 1.
    keep, keep_low : ndarray, shape (rules, children) and (rules,)
        ``keep @ weights >= keep_low`` where no unit gains or loses its score of the node by its coverage.
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
    observed: Mask
    keep: Floats
    keep_low: Floats
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
        if not found.size and np.isfinite(self.board.total[row]):
            _refuse_zero(self.board, row)
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

    @property
    def signed(self) -> Floats:
        """`values` turned so that more is always better."""
        return self.sign * self.values

    def products(self, weights: Floats) -> Floats:
        """Return the transformed scores at some weights, turned so that more is better, shape (units,)."""
        return np.asarray(self.signed @ weights / (self.observed @ weights))

    def scores(self, weights: Floats) -> Floats:
        """Return scores at some weights by the product, shape (units,)."""
        return self.scores_of(self.sign * self.products(weights))

    def alone(self, row: int) -> Linear:
        """Return the same for a question of one unit: whether others keep their scores does not matter."""
        columns = [self.board.recipe.plan.column[child] for child in self.node.children]
        mine = (np.abs(self.keep) == np.isfinite(self.board.points[row, columns])).all(axis=1)
        return replace(self, keep=self.keep[mine], keep_low=self.keep_low[mine])

    def kept(self, weights: Floats) -> bool:
        """Return whether no unit gains or loses its score of the node at some weights."""
        return bool((self.keep @ weights >= self.keep_low).all())

    def scores_of(self, product: Floats | float) -> Floats:
        """Return the score that a product stands for."""
        return np.asarray(untransformed(np.asarray(product, dtype=float), self.power))

    def step(self, size: float) -> float:
        """Return the least that a step of the score is in the product, whatever the score at whatever weights."""
        if self.power == 1.0:
            return size
        seen = self.values[self.observed & np.isfinite(self.values)]
        ends = [max(float(self.scores_of(end)), size) for end in (seen.min(), seen.max())]
        return min(abs(self.transformed_score(end + size) - self.transformed_score(end)) for end in ends)

    def lowered(self, product: float, size: float) -> float:
        """Return the product, turned so that more is better, of a score that is lower by a step."""
        if self.power == 1.0:
            return product - size
        score = float(self.scores_of(self.sign * product)) - size
        return self.sign * self.transformed_score(max(score, 1e-9 * abs(size)))

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
        If the node or one above it is no mean, or of another kind of mean; if no weights keep to the bounds, or
        none at which units with gaps keep their scores; if a unit has a point of 0 that counts only where its
        weight, 0 now, does.

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
    # A point of 0 without a floor makes the score 0 whatever its weight: such a unit is never ahead of others.
    rows = rows[np.isfinite(transformed(board.total[rows], power, floor))]
    columns = list(steps[chosen.code].columns)
    points = board.points[rows][:, columns]
    factor = _factor(board, chain, steps, rows)
    counts = factor > 0  # the node is in the score of the unit
    whole = transformed(board.total[rows], power, floor)
    own = np.where(counts, transformed(board.points[rows, steps[chosen.code].column], power, floor), 0.0)
    observed = np.isfinite(points) | ~counts[:, None]
    inside = np.where(np.isfinite(points), transformed(points, power, floor), 0.0)
    if not np.isfinite(inside).all():
        _refuse_zero(board, int(rows[~np.isfinite(inside).all(axis=1)][0]))
    values = np.where(observed, (whole - factor * own)[:, None] + factor[:, None] * inside, 0.0)
    nominal = np.array(chosen.weights)
    everyone = np.isfinite(board.points[board.level_rows[level]][:, columns])
    keep, keep_low = statuses(everyone, nominal, chosen.coverage)
    if within(nominal, low, high, keep, keep_low) is None:
        raise refuse("no-score-kept", key="bounds", name=chosen.code)
    return Linear(board, chosen, level, rows, values, observed, keep, keep_low, nominal, low, high, power, floor)


def _refuse_zero(board: Scoreboard, row: int) -> NoReturn:
    """Refuse a unit with a point of 0 where it makes the whole score 0, unless its weight is 0."""
    names = board.table.name_of(row, "zh"), board.table.name_of(row)
    raise refuse("zero-whatever-weights", key="unit", name=names[0], name_en=names[1])


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
    """Return the weight of the node in the index, by unit: weights are shared anew where siblings are missing.

    It is 0 where the node, or one above it, has no score: its weights do not count there.
    """
    points = board.points[rows]
    factor = np.isfinite(points[:, steps[chain[0].code].column]).astype(float)
    for child, parent in itertools.pairwise(chain):
        step = steps[parent.code]
        there = np.isfinite(points[:, list(step.columns)])
        weights = np.array(parent.weights)
        shared = (there * weights).sum(axis=1)
        counts = there[:, parent.children.index(child.code)] & np.isfinite(points[:, step.column])
        share = weights[parent.children.index(child.code)] / np.where(shared > 0, shared, 1.0)
        factor = factor * np.where(counts, share, 0.0)
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
