"""Scores of many replicates up a tree of weighted means, whatever gaps the units have.

Replicates are the last axis: a node is one product of its children's points, shape (units,
children), with its weights, shape (children, n), and what is not moved by a replicate has n = 1. A
gap counts as 0 in the product, and the result is divided by the weight that is there; that weight
is a row of numbers for every different set of gaps, however many units share it. Gaps of indicators
are the same in every replicate; whether a node has a score may differ, by coverage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from yitihua.analysis.uncertainty.means import form_of, transformed, untransformed
from yitihua.index.plan import NodeStep, Plan

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

#: Below this a weight does not count for coverage.
SLACK = 1e-9


@dataclass(frozen=True, eq=False)
class Average:
    """What a node averages, before it is taken back to points.

    Attributes
    ----------
    values : ndarray, shape (units, n or 1)
        NaN without a score.
    power : float
        Of the mean.
    gaps : bool
        Whether any is NaN.
    """

    values: Floats
    power: float
    gaps: bool

    def scores(self) -> Floats:
        """Return points, shape (units, n or 1)."""
        return untransformed(self.values, self.power)

    def seen_by(self, power: float, floor: float) -> Floats:
        """Return what the node above averages; the values are used up."""
        if power == self.power == 0:  # the logarithm of what would be an exponential
            with np.errstate(divide="ignore"):
                return np.maximum(self.values, np.log(floor), out=self.values)
        return transformed(self.scores(), power, floor)


@dataclass(frozen=True, eq=False)
class Node:
    """A node with what no replicate moves.

    Attributes
    ----------
    code : str
    column : int
    power, floor : float
        Of the mean.
    coverage : float
        Least share of the weight that must be there.
    weights : ndarray, shape (children, 1)
        Its own.
    still, moved, nodes : tuple of int
        Places among the children: indicators that no replicate moves, that replicates move, and nodes.
    drawn : ndarray of int
        Where the moved indicators are among the drawn ones.
    columns : tuple of int
        Of the nodes among its children.
    x : ndarray, shape (units, still)
        What is averaged of the still ones: transformed points, 0 for gaps and where they are infinite.
    endless : ndarray, shape (units, still), or None
        Where they are infinite.
    gone : tuple of (int, ndarray of int)
        Place among the moved, and the units that have a gap there.
    rows, kind : ndarray of int
        Units with a gap or an indicator that does not count for coverage, and which kind of gaps each has.
    there, counts : ndarray, shape (kinds, indicators)
        By kind, which of the still and moved indicators have points, and which count; 1 or 0.
    """

    code: str
    column: int
    power: float
    floor: float
    coverage: float
    weights: Floats
    still: tuple[int, ...]
    moved: tuple[int, ...]
    nodes: tuple[int, ...]
    drawn: Ints
    columns: tuple[int, ...]
    x: Floats
    endless: Floats | None
    gone: tuple[tuple[int, Ints], ...]
    rows: Ints
    kind: Ints
    there: Floats
    counts: Floats

    @cached_property
    def alike(self) -> bool:
        """Whether all that is there counts."""
        return bool((self.there == self.counts).all())

    @cached_property
    def x_gapped(self) -> Floats:
        """What is averaged of the still ones, of the units with gaps."""
        return self.x[self.rows]

    @cached_property
    def settled(self) -> Floats | None:
        """Scores with its own weights, shape (units,); None where replicates move it, or a unit may have none.

        Of arithmetic means of indicators alone.
        """
        if self.moved or self.nodes:
            return None
        bottom, share = self.of_what_is_there(self.weights)
        if (share < self.coverage - SLACK).any() or (bottom < SLACK).any():
            return None
        found = self.x @ self.weights
        found[self.rows] /= bottom[self.kind]
        return found[:, 0]

    def of_still(self, w: Floats) -> Floats:
        """Return the weights of the still ones."""
        return w[list(self.still)] if len(self.still) < len(w) else w

    def average(self, weights: Floats | None, drawn: Floats | None, made: Mapping[int, Average]) -> Average:
        """Return what the node averages.

        Parameters
        ----------
        weights : ndarray, shape (children, n), or None
            None: its own.
        drawn : ndarray, shape (columns, units, n), or None
        made : mapping of int to Average
            Nodes below, by column; they are used up.
        """
        w = self.weights if weights is None else weights
        top, hit = self._of_still(w)
        if self.moved:
            assert drawn is not None
            value, own = self._of_moved(drawn), w[list(self.moved)]
            hit = _either(hit, self._hit_by(value, own))
            value *= own[:, None, :]
            top = _plus(top, value.sum(axis=0))
        absent: dict[int, Mask] = {}
        for k, column in zip(self.nodes, self.columns, strict=True):
            value = made[column].seen_by(self.power, self.floor)
            if made[column].gaps:
                absent[k] = np.isnan(value)
                value[absent[k]] = 0.0
            hit = _either(hit, self._hit_by(value[None], w[k : k + 1]))
            top = _plus(top, np.multiply(value, w[k], out=value if value.shape[1] == w.shape[1] else None))
        top, gaps = self._over_what_is_there(top, w, absent)
        if hit is not None and hit.any():
            # Only a floor of 0 leaves points without a logarithm or a negative power: they make the mean 0.
            top = np.where(hit & ~np.isnan(top), -np.inf if self.power == 0 else np.inf, top)
        return Average(top, self.power, gaps)

    def of_what_is_there(self, w: Floats) -> tuple[Floats, Floats]:
        """Return the weights of the indicators that are there, and that count, shape (kinds, n or 1)."""
        own = self.of_still(w) if not self.moved else w[[*self.still, *self.moved]]
        there = self.there @ own
        return there, there if self.alike else self.counts @ own

    def _of_still(self, w: Floats) -> tuple[Floats, Mask | None]:
        if not self.still:
            return np.zeros((len(self.x), 1)), None
        own = self.of_still(w)
        hit = None if self.endless is None else self.endless @ (own > 0) > 0
        return self.x @ own, hit

    def _of_moved(self, drawn: Floats) -> Floats:
        """Return what is averaged of drawn points, shape (moved, units, n); 0 for gaps."""
        value = drawn[self.drawn]
        if self.power == 0:
            with np.errstate(divide="ignore"):
                np.log(np.maximum(value, self.floor, out=value), out=value)
        else:
            value = transformed(value, self.power, self.floor)
        for k, rows in self.gone:
            value[k, rows] = 0.0
        return value

    def _hit_by(self, value: Floats, w: Floats) -> Mask | None:
        """Return where an infinite value has weight, shape (units, n or 1); sets it to 0."""
        if self.power > 0 or self.floor > 0:
            return None
        lost = np.isinf(value)
        if not lost.any():
            return None
        value[lost] = 0.0
        return np.asarray((lost & (w > 0)[:, None, :]).any(axis=0))

    def _over_what_is_there(self, top: Floats, w: Floats, absent: Mapping[int, Mask]) -> tuple[Floats, bool]:
        """Return sums over the weights that are there, NaN where they are too few, and whether that is so anywhere."""
        rows = self.rows
        if absent:
            lacking = np.zeros(len(top), dtype=bool)
            lacking[rows] = True
            for gone in absent.values():
                lacking |= gone.any(axis=1)
            rows = np.flatnonzero(lacking)
        if not rows.size:
            return top, False
        bottom, share = self.of_what_is_there(w)
        if absent:
            kind = np.zeros(len(top), dtype=np.int64)  # kind 0 has no gaps
            kind[self.rows] = self.kind
            bottom, share = bottom[kind[rows]], share[kind[rows]]
        for k in self.nodes:
            own = w[k] if k not in absent else w[k] * ~absent[k][rows]
            bottom, share = bottom + own, share + own
        bottom = np.where((share >= self.coverage - SLACK) & (bottom > 0), bottom, np.nan)
        gaps = bool(np.isnan(bottom).any())
        if top.shape[1] < bottom.shape[1]:
            top = np.array(np.broadcast_to(top, (len(top), bottom.shape[1])))
        top[rows] /= bottom if absent else bottom[self.kind]
        return top, gaps


def _plus(top: Floats, more: Floats) -> Floats:
    """Return the sum, in place if it has the shape of the first."""
    return np.add(top, more, out=top if top.shape[1] >= more.shape[1] else None)


def _either(one: Mask | None, other: Mask | None) -> Mask | None:
    return other if one is None else one if other is None else one | other


def nodes_of(plan: Plan, points: Floats, observed: Mask, columns: Sequence[int]) -> list[Node]:
    """Return the nodes of a tree of means, children before parents.

    Parameters
    ----------
    plan : Plan
    points : ndarray, shape (units, indicators)
        NaN missing.
    observed : ndarray of bool, same shape
        Which cells count for coverage.
    columns : sequence of int
        Indicators that replicates move.
    """
    place = {column: k for k, column in enumerate(columns)}
    return [_node(step, points, observed, place) for step in plan.steps]


def _node(step: NodeStep, points: Floats, observed: Mask, place: Mapping[int, int]) -> Node:
    power, floor = form_of(step)
    width, columns = points.shape[1], step.columns
    still = tuple(k for k, c in enumerate(columns) if c < width and c not in place)
    moved = tuple(k for k, c in enumerate(columns) if c in place)
    nodes = tuple(k for k, c in enumerate(columns) if c >= width)
    leaves = [columns[k] for k in (*still, *moved)]
    missing = np.isnan(points[:, leaves])
    x = transformed(np.where(missing, 1.0, points[:, leaves])[:, : len(still)], power, floor)
    endless = np.isinf(x)
    x = np.where(missing[:, : len(still)] | endless, 0.0, x)
    endless &= ~missing[:, : len(still)]
    marks = np.hstack([missing, ~observed[:, leaves]])
    rows = np.flatnonzero(marks.any(axis=1))
    # Kind 0 has no gaps: it is there for units that lack a node alone.
    nothing = np.zeros((1, marks.shape[1]), dtype=bool)
    kinds, kind = np.unique(np.vstack([nothing, marks[rows]]), axis=0, return_inverse=True)
    return Node(
        code=step.code, column=step.column, power=power, floor=floor, coverage=step.coverage,
        weights=step.weights[:, None], still=still, moved=moved, nodes=nodes,
        drawn=np.array([place[columns[k]] for k in moved], dtype=np.int64),
        columns=tuple(columns[k] for k in nodes), x=np.ascontiguousarray(x),
        endless=endless.astype(float) if endless.any() else None,
        gone=tuple((k, np.flatnonzero(gap)) for k, gap in enumerate(missing[:, len(still) :].T) if gap.any()),
        rows=rows, kind=kind.ravel()[1:],
        there=(~kinds[:, : len(leaves)]).astype(float), counts=(~kinds[:, len(leaves) :]).astype(float),
    )  # fmt: skip


def climbed(nodes: Sequence[Node], weights: Mapping[str, Floats], drawn: Floats | None) -> Floats:
    """Return the scores of the index, shape (units, n), or (units, 1) if nothing moves them.

    Parameters
    ----------
    nodes : sequence of Node
        As of `nodes_of`.
    weights : mapping of str to ndarray, shape (n, children)
        By node; a node that is not in it has its own.
    drawn : ndarray, shape (columns, units, n), or None
    """
    made: dict[int, Average] = {}
    for node in nodes:
        own = weights.get(node.code)
        made[node.column] = node.average(None if own is None else np.ascontiguousarray(own.T), drawn, made)
    return made[nodes[-1].column].scores()
