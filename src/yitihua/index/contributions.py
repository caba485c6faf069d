"""What every indicator and node contributes to a unit's score."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from yitihua.index.aggregate import scaled_weights
from yitihua.index.plan import NodeStep, Plan

Floats = npt.NDArray[np.float64]


def contributions(scores: Floats, plan: Plan) -> tuple[Floats, Floats]:
    """Return contributions to the index and the weights in force, by indicator and node.

    By Euler's theorem for means that are homogeneous of degree 1, the contributions of a node's
    children sum to its own: under arithmetic means they are weight times points. Where a mean has
    a floor, a child below it counts as if on the floor. Methods that are no such mean (TOPSIS,
    Copeland and the like) have no contributions of their own: there a node's share is divided
    among its children in proportion to weight times points, by weight where these are not positive.

    Parameters
    ----------
    scores : ndarray, shape (units, indicators + nodes)
        Points; NaN missing.
    plan : Plan
        The tree.

    Returns
    -------
    contributions, weights : ndarray, same shape
        NaN for what is missing and for units without a score.
    """
    shares = np.full(scores.shape, np.nan)
    weights = np.full(scores.shape, np.nan)
    factor = np.full(scores.shape, np.nan)
    root = plan.steps[-1].column
    scored = np.isfinite(scores[:, root])
    shares[:, root] = scores[:, root]
    weights[scored, root] = factor[scored, root] = 1.0
    for step in reversed(plan.steps):
        x = scores[:, step.children]
        slope, raised = _slopes(x, scores[:, [step.column]], step)
        in_force = scaled_weights(x, step.weights)
        own = shares[:, [step.column]]
        above = factor[:, [step.column]]
        # A node at 0 that a floor above lent points to: its children share them by weight.
        lent = (scores[:, [step.column]] == 0) & (own > 0)
        # A child on 0 adds nothing, though a power below 1 has an infinite slope there.
        slope = np.where(raised == 0, np.where(np.isfinite(slope), slope, 0.0), slope)
        shares[:, step.children] = np.where(lent, own * in_force, above * slope * raised)
        weights[:, step.children] = weights[:, [step.column]] * in_force
        factor[:, step.children] = above * slope
        if step.method.name != "arithmetic" or lent.any():
            with np.errstate(divide="ignore", invalid="ignore"):
                rescaled = shares[:, step.children] / x
            factor[:, step.children] = np.where(x == 0, above * slope, rescaled)
    return shares, weights


def _slopes(x: Floats, score: Floats, step: NodeStep) -> tuple[Floats, Floats]:
    """Return dM/dx and the points it is taken at; their products sum to the node's score."""
    if step.method.partials is not None and step.method.raised is not None:
        return step.method.partials(x, step.mixture), step.method.raised(x, step.mixture)
    in_force = scaled_weights(x, step.weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.nansum(in_force * x, axis=1, keepdims=True)
        proportional = (total > 0) & (np.nanmin(np.where(np.isnan(x), np.inf, x), axis=1, keepdims=True) >= 0)
        slope = np.where(proportional, in_force * score / total, in_force * score / np.where(x == 0, np.nan, x))
    return slope, x
