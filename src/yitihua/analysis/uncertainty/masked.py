"""Scores of many replicates where some node is no mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from yitihua.analysis.uncertainty.means import form_of, is_mean, transformed, untransformed
from yitihua.index.plan import NodeStep, Plan

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(eq=False)
class Children:
    """A node's children as they are found on the way up.

    Attributes
    ----------
    still : list of (place, ndarray, shape (units,))
        Points that no replicate moves.
    drawn : list of (place, column of the drawn points)
    made : list of (place, ndarray, shape (n, units))
        Scores of nodes that differ by replicate.
    """

    still: list[tuple[int, Floats]] = field(default_factory=list)
    drawn: list[tuple[int, int]] = field(default_factory=list)
    made: list[tuple[int, Floats]] = field(default_factory=list)


def masked_totals(
    plan: Plan,
    points: Floats,
    observed: Mask,
    n: int,
    weights: Mapping[str, Floats],
    columns: Sequence[int],
    drawn: Floats | None,
    gone: Mapping[int, Mask],
) -> Floats:
    """Return the scores, shape (n, units), of drawn points, shape (n, columns, units); see `tree.Tree.totals`."""
    units, width = points.shape
    place = {column: k for k, column in enumerate(columns)} if drawn is not None else {}
    work: dict[int, Floats] = {j: points[:, j] for j in range(width) if j not in place}
    present: dict[int, Mask] = {j: observed[:, j] for j in range(width)}
    for column, left in gone.items():
        values = work.get(column) if column not in place else drawn[:, place[column]]  # type: ignore[index]
        work[column] = np.where(left[:, None], np.nan, np.broadcast_to(values, (n, units)))  # type: ignore[arg-type]
        place.pop(column, None)
    carried: list[dict[int, Any]] = [{} for _ in range(n)]
    for step in plan.steps:
        w = weights.get(step.code)
        if is_mean(step):
            children = Children()
            for k, column in enumerate(step.columns):
                if column in place:
                    children.drawn.append((k, place[column]))
                else:
                    (children.still if work[column].ndim == 1 else children.made).append((k, work[column]))
            found = mean_of(children, drawn, w, step)
        else:
            values = [work[c] if c in work else drawn[:, place[c]] for c in step.columns]  # type: ignore[index]
            found = _one_by_one(n, values, w, step, carried)
        share = _shares([present[c] for c in step.columns], step.weights if w is None else w)
        if share is not None:
            found = np.where(share >= step.coverage - 1e-9, found, np.nan)
        work[step.column], present[step.column] = found, np.isfinite(found)
    return np.array(np.broadcast_to(work[plan.steps[-1].column], (n, units)))


def mean_of(children: Children, drawn: Floats | None, w: Floats | None, step: NodeStep) -> Floats:
    """Return a node's mean over the children that are there.

    Parameters
    ----------
    children : Children
        NaN missing; drawn points have the same gaps in every replicate.
    drawn : ndarray, shape (n, columns, units), or None
    w : ndarray, shape (n, children), or None
        None: the node's own weights.
    step : NodeStep

    Returns
    -------
    ndarray, shape (units,) or (n, units)
        NaN where no child of positive weight is there.
    """
    power, floor = form_of(step)
    weights = step.weights[None, :] if w is None else w
    sums = _Sums(power, floor)
    if children.still:
        x = np.array([values for _, values in children.still])
        sums.add(x, weights[:, [k for k, _ in children.still]], np.matmul)
    if children.drawn:
        assert drawn is not None
        columns = [column for _, column in children.drawn]
        x = drawn if columns == [*range(drawn.shape[1])] else drawn[:, columns]
        sums.add(x, weights[:, [k for k, _ in children.drawn]], _batched)
    for k, values in children.made:
        sums.add(values, weights[:, k : k + 1], np.multiply)
    found = sums.mean()
    single = w is None and not children.drawn and not children.made
    return np.asarray(found[0] if single else found)


def _batched(weights: Floats, x: Floats) -> Floats:
    """Return weights (n or 1, k) times x (n, k, units) or (k, units), shape (n, units)."""
    return weights @ x if x.ndim == 2 else np.matmul(weights[:, None, :], x)[:, 0]


class _Sums:
    """The sums of a mean: of weights times transformed points, and of weights, over what is there."""

    def __init__(self, power: float, floor: float) -> None:
        self.power, self.floor = power, floor
        self.top: Any = 0.0
        self.bottom: Any = 0.0
        self.endless: Any = None

    def add(self, x: Floats, weights: Floats, product: Callable[[Floats, Floats], Floats]) -> None:
        # Gaps of drawn points are those of the first replicate; scores of nodes may differ in theirs.
        gaps = np.isnan(x[0] if x.ndim == 3 else x)
        any_gap = bool(gaps.any())
        value = transformed(np.where(gaps, 1.0, x) if any_gap else x, self.power, self.floor)
        lost = np.isinf(value) if self.power <= 0 else None
        if lost is not None and lost.any():
            value = np.where(lost, 0.0, value)
            hit = product((weights > 0).astype(float), np.where(gaps, 0.0, lost.astype(float))) > 0
            self.endless = hit if self.endless is None else self.endless | hit
        if any_gap:
            value = np.where(gaps, 0.0, value)
            self.bottom = self.bottom + product(weights, (~gaps).astype(float))
        else:
            self.bottom = self.bottom + weights.sum(axis=1, keepdims=True)
        self.top = self.top + product(weights, value)

    def mean(self) -> Floats:
        bottom = self.bottom
        if bottom.min() <= 0:
            bottom = np.where(bottom > 0, bottom, np.nan)
        average = self.top / bottom
        if self.endless is None:
            return untransformed(average, self.power)
        # Only a floor of 0 leaves points without a logarithm or a negative power: they make the mean 0.
        return np.where(self.endless, 0.0, untransformed(np.where(self.endless, 1.0, average), self.power))


def _one_by_one(
    n: int, children: Sequence[Floats], w: Floats | None, step: NodeStep, carried: list[dict[int, Any]]
) -> Floats:
    """Return the scores of a node that is no mean, replicate by replicate where weights differ."""
    if w is None and all(child.ndim == 1 for child in children) and not step.method.carries:
        return step.combine(np.column_stack(children))
    shape = (n, children[0].shape[-1])
    x = np.stack([np.broadcast_to(child, shape) for child in children], axis=-1)
    if w is None and not step.method.carries:
        return step.combine(x)
    found = np.empty(shape)
    for number in range(n):
        own = step if w is None else replace(step, mixture=replace(step.mixture, weights=w[number]))
        found[number] = own.combine(x[number], carried[number])
    return found


def _shares(there: Sequence[Mask], weights: Floats) -> Floats | None:
    """Return the share of the weight right below a node that is there, shape (n or 1, units); None for all of it."""
    if all(mask.all() for mask in there):
        return None
    rows = np.atleast_2d(weights)
    still = [k for k, mask in enumerate(there) if mask.ndim == 1]
    share = rows[:, still] @ np.array([there[k] for k in still], dtype=float) if still else np.zeros((1, 1))
    for k, mask in enumerate(there):
        if mask.ndim == 2:
            share = share + rows[:, k : k + 1] * mask
    single = weights.ndim == 1 and len(still) == len(there)
    return np.asarray(share[0] if single else share)
