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
#: Of a smaller share the inverse may not be a number.
TINY = 1e-200


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
    ndarray, shape (units, n), or (units, 1) if nothing moves them, or None
        None where a gap is not below one node alone: the tree is to be climbed.
    """
    gapped = [node for node in nodes if node.rows.size]
    if any(node.nodes for node in gapped):
        return None
    own = {code: np.ascontiguousarray(w.T) for code, w in weights.items()}
    whole = _whole(plan, nodes, own)
    moved = list(columns) if drawn is not None else []
    scores = np.zeros((len(points), 1))
    if not moved:
        scores = _times(points, whole[: points.shape[1]], by_unit=bool(gapped))
    elif len(moved) < points.shape[1]:
        still = np.setdiff1d(np.arange(points.shape[1]), moved)
        scores = _times(points[:, still], whole[still], by_unit=True)
    if drawn is not None:
        parts = drawn * whole[moved][:, None, :]
        for node in gapped:
            for k, gap in node.gone:
                parts[node.drawn[k], gap] = 0.0
        total = parts.sum(axis=0)
        scores = np.add(scores, total, out=scores if scores.shape == total.shape else None)
    strict = all(node.coverage >= 1.0 for node in nodes if node.nodes)
    for node in gapped:
        if not _correct(scores, node, own.get(node.code, node.weights), whole[node.column], drawn, strict):
            return None
    return scores


def _whole(plan: Plan, nodes: Sequence[Node], own: Mapping[str, Floats]) -> Floats:
    """Return the weight of every indicator and node in the whole index, shape (indicators + nodes, n or 1)."""
    root = nodes[-1].column
    found = np.ones((root + 1, max((w.shape[1] for w in own.values()), default=1)))
    for node, step in zip(reversed(nodes), reversed(plan.steps), strict=True):
        found[step.children] = own.get(node.code, node.weights) * found[node.column]
    return found


def _times(points: Floats, weights: Floats, by_unit: bool) -> Floats:
    """Return the product, shape (units, n), a unit's numbers next to each other, or a replicate's.

    A row is longer than n where n is a power of 2: columns of such an array share few places of the cache.
    """
    if not by_unit:
        return (weights.T @ points.T).T
    n = weights.shape[1]
    found = np.empty((len(points), n | 8))[:, :n]
    return np.matmul(points, weights, out=found)


def _correct(scores: Floats, node: Node, w: Floats, above: Floats, drawn: Floats | None, strict: bool) -> bool:
    """Give units back what a node's gaps take from them; whether that can be told without its parents.

    `above` is the node's weight in the whole, shape (n or 1,).
    """
    bottom, share = node.of_what_is_there(w)
    short = (share < node.coverage - SLACK) | (bottom <= 0)
    if short.any():
        # A node without a score leaves none to the nodes above if these want all of their children.
        if not strict or (short & (above <= SLACK)).any():
            return False
        bottom[short] = np.nan
    if node.coverage <= 2 * SLACK and (bottom < TINY).any():
        return False
    factor = above * (1.0 / bottom - 1.0)
    part = node.x_gapped @ node.of_still(w) if node.still else np.zeros((len(node.rows), 1))
    if node.moved:
        assert drawn is not None
        value = np.nan_to_num(drawn[node.drawn[:, None], node.rows])
        part = part + (value * w[list(node.moved)][:, None, :]).sum(axis=0)
    scores[node.rows] += part * factor[node.kind]
    return True
