"""Scores of many replicates where every node is an arithmetic mean: one product, corrected where cells are missing.

A gap counts as 0 in the product of all points and all weights. What that takes from a unit is given
back node by node: where only a share b of a node's weight is there, its part of the sum is divided by
b, so (1 / b - 1) times that part is added. Only units with gaps are touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from yitihua.analysis.uncertainty.climb import Node
from yitihua.index.plan import Plan

Floats = npt.NDArray[np.float64]

#: Below this a weight does not count for coverage.
SLACK = 1e-9


def product(
    plan: Plan,
    points: Floats,
    nodes: Sequence[Node],
    weights: Mapping[str, Floats],
    columns: Sequence[int],
    drawn: Floats | None,
) -> Floats | None:
    """Return the scores of a tree of arithmetic means.

    Parameters
    ----------
    plan : Plan
    points : ndarray, shape (units, indicators)
        0 for gaps.
    nodes : sequence of Node
        As of `climb.nodes_of`.
    weights : mapping of str to ndarray, shape (n, children)
        By node; a node that is not in it has its own.
    columns : sequence of int
        Indicators that are drawn.
    drawn : ndarray, shape (columns, units, n), or None

    Returns
    -------
    ndarray, shape (n, units), or (1, units) if nothing moves them, or None
        None where a gap is not below one node alone: the tree is to be climbed.
    """
    if any(node.rows.size and node.nodes for node in nodes):
        return None
    own = {code: np.ascontiguousarray(w.T) for code, w in weights.items()}
    whole: dict[int, Floats] = {plan.steps[-1].column: np.ones(1)}
    for node, step in zip(reversed(nodes), reversed(plan.steps), strict=True):
        rows = own.get(node.code, node.weights)
        for k, column in enumerate(step.columns):
            whole[column] = whole[node.column] * rows[k]
    moved = set(columns) if drawn is not None else set()
    still = [j for j in range(points.shape[1]) if j not in moved]
    scores = np.zeros((1, len(points)))
    if still:
        scores = _stacked([whole[j] for j in still]).T @ (points[:, still] if moved else points).T
    if drawn is not None:
        parts = drawn * _stacked([whole[j] for j in columns])[:, None, :]
        for node in nodes:
            for k, gap in node.gone:
                parts[node.drawn[k], gap] = 0.0
        total = parts.sum(axis=0).T
        scores = np.add(scores, total, out=scores if scores.shape == total.shape else None)
    strict = all(node.coverage >= 1.0 for node in nodes if node.nodes)
    for node in nodes:
        if node.rows.size and not _correct(scores, node, own.get(node.code, node.weights), whole, drawn, strict):
            return None
    return scores


def _stacked(rows: Sequence[Floats]) -> Floats:
    found = np.empty((len(rows), max(len(row) for row in rows)))
    for k, row in enumerate(rows):
        found[k] = row
    return found


def _correct(
    scores: Floats, node: Node, w: Floats, whole: Mapping[int, Floats], drawn: Floats | None, strict: bool
) -> bool:
    """Give units back what a node's gaps take from them; whether that can be told without its parents."""
    bottom, share = node.of_what_is_there(w)
    above = whole[node.column]
    short = (share < node.coverage - SLACK) | (bottom <= 0)
    if short.any():
        # A node without a score leaves none to the nodes above if these want all of their children.
        if not strict or (np.broadcast_to(above, short.shape)[short] <= SLACK).any():
            return False
        bottom = np.where(short, np.nan, bottom)
    factor = above * (1.0 / bottom - 1.0)
    part = node.x[node.rows] @ w[list(node.still)] if node.still else np.zeros((len(node.rows), 1))
    if node.moved:
        assert drawn is not None
        value = np.nan_to_num(drawn[node.drawn[:, None], node.rows])
        part = part + (value * w[list(node.moved)][:, None, :]).sum(axis=0)
    scores[:, node.rows] += (part * factor[node.kind]).T
    return True
