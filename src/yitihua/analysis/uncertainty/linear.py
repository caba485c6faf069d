"""Scores of many replicates where every node is an arithmetic mean: one product, corrected where cells are missing.

A gap counts as 0 in the product of all points and all weights. What that takes from a unit is given
back node by node: where only a share b of a node's weight is there, its part of the sum is divided by
b, so (1 / b - 1) times that part is added. Only units with gaps are touched. A node of indicators whose
weights and points are the same in every replicate counts as one indicator.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from yitihua.analysis.uncertainty.climb import SLACK, Node
from yitihua.analysis.uncertainty.space import room
from yitihua.index.plan import NodeStep, Plan

Floats = npt.NDArray[np.float64]

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
    settled = {node.column: node.settled for node in nodes if node.code not in own and node.settled is not None}
    gapped = [node for node in gapped if node.column not in settled]
    steps = {step.column: step for step in plan.steps}
    whole = _whole(plan, nodes, own, settled)
    moved = list(columns) if drawn is not None else []
    scores = np.zeros((len(points), 1))
    lent = False
    if settled or len(moved) < points.shape[1]:
        lent = bool(gapped or moved)
        scores = _times(*_still(plan, points, settled, whole, moved), by_unit=lent)
    if drawn is not None:
        parts = drawn * whole[moved][:, None, :]
        for node in gapped:
            for k, gap in node.gone:
                parts[node.drawn[k], gap] = 0.0
        total = parts.sum(axis=0)
        scores = np.add(scores, total, out=scores if scores.shape == total.shape else None)
    strict = all(node.coverage >= 1.0 for node in nodes if node.nodes)
    if gapped and not _give_back(scores, [(node, steps[node.column]) for node in gapped], own, whole, drawn, strict):
        return None
    # The room is used again by the next: a copy is handed on, in it a replicate's numbers next to each other.
    return np.array(scores.T, order="C").T if lent else scores


def _whole(plan: Plan, nodes: Sequence[Node], own: Mapping[str, Floats], settled: Container[int]) -> Floats:
    """Return the weight of every indicator and node in the whole index, shape (indicators + nodes, n or 1).

    What is below a settled node is left empty.
    """
    root = nodes[-1].column
    found = room("whole", root + 1, max((w.shape[1] for w in own.values()), default=1))
    found[root] = 1.0
    for node, step in zip(reversed(nodes), reversed(plan.steps), strict=True):
        if node.column in settled:
            continue
        w, above, children = own.get(node.code, node.weights), found[node.column], step.children
        if isinstance(children, slice):
            np.multiply(w, above, out=found[children])
        else:
            found[children] = w * above
    return found


def _still(
    plan: Plan, points: Floats, settled: Mapping[int, Floats], whole: Floats, moved: Sequence[int]
) -> tuple[Floats, Floats]:
    """Return what no replicate moves, shape (units, parts), and its weights: indicators, or nodes that are settled."""
    if not settled and not moved:
        return points, whole[: points.shape[1]]
    gone = {column for step in plan.steps if step.column in settled for column in step.columns} | set(moved)
    left = [column for column in range(points.shape[1]) if column not in gone]
    return np.column_stack([points[:, left], *settled.values()]), whole[[*left, *settled]]


def _times(points: Floats, weights: Floats, by_unit: bool) -> Floats:
    """Return the product, shape (units, n): in a room, a unit's numbers next to each other, or a replicate's.

    A row is longer than n where n is a power of 2: columns of such an array share few places of the cache.
    """
    if not by_unit:
        return (weights.T @ points.T).T
    n = weights.shape[1]
    return np.matmul(points, weights, out=room("scores", len(points), n | 8)[:, :n])


def _give_back(
    scores: Floats,
    gapped: Sequence[tuple[Node, NodeStep]],
    own: Mapping[str, Floats],
    whole: Floats,
    drawn: Floats | None,
    strict: bool,
) -> bool:
    """Give units back what gaps take from them; whether that can be told node by node, without those above."""
    factors = _factors([node for node, _ in gapped], own, whole, strict)
    if factors is None:
        return False
    start = 0
    for node, step in gapped:
        part = _part(node, whole[step.children], drawn)
        kind, room_of = start + node.kind, room("factor", len(node.rows), factors.shape[1])
        part *= np.take(factors, kind, axis=0, out=room_of, mode="clip")
        scores[node.rows] += part
        start += len(node.there)
    return True


def _part(node: Node, w: Floats, drawn: Floats | None) -> Floats:
    """Return the node's part in the scores of the units with gaps, shape (rows, n or 1); w: in the whole."""
    rows = len(node.rows)
    still = np.zeros((rows, 1))
    if node.still:
        still = np.matmul(node.x_gapped, node.of_still(w), out=room("part", rows, w.shape[1]))
    if not node.moved:
        return still
    assert drawn is not None
    value = np.nan_to_num(drawn[node.drawn[:, None], node.rows])
    value *= w[list(node.moved)][:, None, :]
    return np.asarray(still + value.sum(axis=0))


def _factors(gapped: Sequence[Node], own: Mapping[str, Floats], whole: Floats, strict: bool) -> Floats | None:
    """Return by what a node's part is multiplied to be given back, shape (kinds of all nodes, n or 1).

    None where a unit may lack the score of a node, and with it perhaps of those above.
    """
    kinds = [len(node.there) for node in gapped]
    bottom = room("bottom", sum(kinds), whole.shape[1])
    share = bottom if all(node.alike for node in gapped) else np.empty_like(bottom)
    start = 0
    for node, size in zip(gapped, kinds, strict=True):
        bottom[start : start + size], counts = node.of_what_is_there(own.get(node.code, node.weights))
        if share is not bottom:
            share[start : start + size] = counts
        start += size
    least = np.repeat([node.coverage for node in gapped], kinds)
    lowest = np.minimum.reduce(bottom, axis=1)
    low = (lowest if share is bottom else np.minimum.reduce(share, axis=1)) < least - SLACK
    at = np.flatnonzero(low | (lowest <= 0))
    if at.size:
        short = (share[at] < least[at, None] - SLACK) | (bottom[at] <= 0)
        above = whole[np.repeat([node.column for node in gapped], kinds)[at]]
        # A node without a score leaves none to the nodes above if these want all of their children.
        if not strict or (short & (above <= SLACK)).any():
            return None
        bottom[at] = np.where(short, np.nan, bottom[at])
    lenient = least <= 2 * SLACK
    if lenient.any() and (bottom[lenient] < TINY).any():
        return None
    np.divide(1.0, bottom, out=bottom)
    bottom -= 1.0
    return bottom
