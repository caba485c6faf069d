"""Scores of many replicates at once: points and weights that differ by replicate, up the tree.

A mean is taken of transformed points, so that a node is a matrix product of weights and points for
all replicates at once; where every node is arithmetic the whole index is one product. Units with
the same gaps go together: for them a gap only changes weights. Units whose gaps few others share,
and methods that are no means, go through `yitihua.analysis.uncertainty.masked`.

The result is what `yitihua.index.apply.add_up` gives, up to rounding: the tests hold both to 1e-12.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from yitihua.analysis.uncertainty.masked import masked_totals
from yitihua.analysis.uncertainty.means import form_of, is_mean, transformed, untransformed
from yitihua.index.plan import NodeStep, Plan

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

#: A pattern of gaps is worth a product of its own if so many units share it, or if there are so few patterns.
SHARED_BY, PATTERNS = 8, 16


@dataclass(frozen=True, eq=False)
class Group:
    """Units with the same gaps.

    Attributes
    ----------
    rows : ndarray of int
    finite, observed : ndarray of bool, shape (indicators,)
        Which have points, and which count for coverage.
    """

    rows: Ints
    finite: Mask
    observed: Mask


@dataclass(frozen=True, eq=False)
class Tree:
    """Points that no replicate moves, and the nodes above them.

    Attributes
    ----------
    plan : Plan
        Nodes, children before parents.
    points : ndarray, shape (units, indicators)
        NaN missing.
    observed : ndarray of bool, same shape
        Which cells count for coverage.
    """

    plan: Plan
    points: Floats
    observed: Mask

    @cached_property
    def means(self) -> bool:
        """Whether every node is a weighted mean."""
        return all(is_mean(step) for step in self.plan.steps)

    @cached_property
    def linear(self) -> bool:
        """Whether every node is an arithmetic mean."""
        return all(step.method.name == "arithmetic" for step in self.plan.steps)

    @cached_property
    def groups(self) -> tuple[list[Group], Ints]:
        """Groups of units with the same gaps, and the units that are in none."""
        finite = np.isfinite(self.points)
        if finite.all() and self.observed.all():
            return [Group(np.arange(len(finite)), finite[0], self.observed[0])], np.zeros(0, dtype=np.int64)
        kinds, which, counts = np.unique(
            np.hstack([finite, self.observed]), axis=0, return_inverse=True, return_counts=True
        )
        which, width = which.ravel(), finite.shape[1]
        kept = np.flatnonzero((counts >= SHARED_BY) | (len(kinds) <= PATTERNS))
        found = [Group(np.flatnonzero(which == k), kinds[k, :width], kinds[k, width:]) for k in kept]
        return found, np.flatnonzero(~np.isin(which, kept))

    def totals(
        self,
        n: int,
        weights: Mapping[str, Floats],
        columns: Sequence[int] = (),
        drawn: Floats | None = None,
        gone: Mapping[int, Mask] | None = None,
    ) -> Floats:
        """Return the scores of the index.

        Parameters
        ----------
        n : int
            Number of replicates.
        weights : mapping of str to ndarray, shape (n, children)
            By node; a node that is not in it has its own weights. Rows sum to 1.
        columns : sequence of int
            Indicators whose points replicates move.
        drawn : ndarray, shape (n, columns, units)
            Their points; they have gaps where `points` has.
        gone : mapping of int to ndarray of bool, shape (n,)
            Indicators that some replicates leave out, for methods that look at values without weights.

        Returns
        -------
        ndarray, shape (n, units)
            NaN without a score.
        """
        if not self.means:
            everyone = np.arange(len(self.points))
            return masked_totals(
                self.plan, self.points, self.observed, everyone, n, weights, columns, drawn, gone or {}
            )
        groups, others = self.groups
        if len(groups) == 1 and not others.size:
            return self._of_group(groups[0], n, weights, columns, drawn)
        found = np.empty((n, len(self.points)))
        for group in groups:
            found[:, group.rows] = self._of_group(group, n, weights, columns, drawn)
        if others.size:
            found[:, others] = masked_totals(
                self.plan, self.points, self.observed, others, n, weights, columns, drawn, {}
            )
        return found

    def _of_group(
        self, group: Group, n: int, weights: Mapping[str, Floats], columns: Sequence[int], drawn: Floats | None
    ) -> Floats:
        whole = len(group.rows) == len(self.points)
        points = self.points if whole else self.points[group.rows]
        own = drawn if whole or drawn is None else drawn[:, :, group.rows]
        in_force, scored = self._weights_in_force(group, weights)
        found = (self._product if self.linear else self._climb)(n, in_force, points, columns, own)
        if scored is False or (scored is not True and not scored.all()):
            found[~np.broadcast_to(scored, (n,))] = np.nan
        return found

    def _weights_in_force(self, group: Group, weights: Mapping[str, Floats]) -> tuple[dict[str, Floats], Any]:
        """Return by node the weights of a group's children, 0 for what is not there, and whether there is a score."""
        width = len(group.finite)
        there: dict[int, Any] = {j: bool(group.finite[j]) for j in range(width)}
        counts: dict[int, Any] = {j: bool(group.observed[j]) for j in range(width)}
        found: dict[str, Floats] = {}
        for step in self.plan.steps:
            own = weights.get(step.code, step.weights[None, :])
            here = [there[c] for c in step.columns]
            if all(one is True for one in here) and all(counts[c] is True for c in step.columns):
                found[step.code], there[step.column], counts[step.column] = own, True, True
                continue
            kept = (
                np.column_stack([own[:, k] * flag for k, flag in enumerate(here)]) if _any_array(here) else own * here
            )
            sums = kept.sum(axis=1, keepdims=True)
            found[step.code] = kept / np.where(sums > 0, sums, 1.0)
            share = sum(own[:, k] * counts[c] for k, c in enumerate(step.columns))
            passed = np.asarray((share >= step.coverage - 1e-9) & (sums[:, 0] > 0))
            there[step.column] = counts[step.column] = True if passed.all() else passed
        return found, there[self.plan.steps[-1].column]

    def _product(
        self, n: int, weights: Mapping[str, Floats], points: Floats, columns: Sequence[int], drawn: Floats | None
    ) -> Floats:
        """Return the scores of a tree of arithmetic means: one product of all weights with all points."""
        whole: dict[int, Any] = {self.plan.steps[-1].column: 1.0}
        for step in reversed(self.plan.steps):
            own = weights[step.code]
            for k, column in enumerate(step.columns):
                whole[column] = whole[step.column] * own[:, k]
        moved = set(columns)
        still = [j for j in range(points.shape[1]) if j not in moved]
        scores = np.zeros((n, len(points)))
        if still:
            matrix = np.empty((n, len(still)))
            for k, column in enumerate(still):
                matrix[:, k] = whole[column]
            fixed = points if len(still) == points.shape[1] else points[:, still]
            np.matmul(matrix, np.nan_to_num(fixed).T, out=scores)
        if drawn is not None:
            share = np.empty((n, 1, len(columns)))
            for k, column in enumerate(columns):
                share[:, 0, k] = whole[column]
            scores += np.matmul(share, _without_gaps(drawn))[:, 0]
        return scores

    def _climb(
        self, n: int, weights: Mapping[str, Floats], points: Floats, columns: Sequence[int], drawn: Floats | None
    ) -> Floats:
        """Return the scores of a tree of means, node by node."""
        made: dict[int, Floats] = {}
        place = {column: k for k, column in enumerate(columns)}
        for step in self.plan.steps:
            made[step.column] = _mean(n, weights[step.code], step, points, place, drawn, made)
        return np.array(np.broadcast_to(made[self.plan.steps[-1].column], (n, len(points))))


def _any_array(flags: Sequence[Any]) -> bool:
    return any(not isinstance(flag, bool) for flag in flags)


def _without_gaps(drawn: Floats) -> Floats:
    """Return drawn points with 0 for gaps, which have no weight; gaps are the same in every replicate."""
    return np.nan_to_num(drawn) if np.isnan(drawn[0]).any() else drawn


def _mean(
    n: int,
    weights: Floats,
    step: NodeStep,
    points: Floats,
    place: Mapping[int, int],
    drawn: Floats | None,
    made: Mapping[int, Floats],
) -> Floats:
    """Return a node's scores, shape (n, units), or (1, units) where no replicate moves them."""
    power, floor = form_of(step)
    leaves = [(k, c) for k, c in enumerate(step.columns) if c not in made and c not in place]
    moved = [(k, c) for k, c in enumerate(step.columns) if c in place]
    top = np.zeros((1, len(points)))
    endless = np.zeros((1, len(points)), dtype=bool)
    if leaves:
        value = transformed(_no_gaps(points[:, [c for _, c in leaves]]), power, floor)
        own = weights[:, [k for k, _ in leaves]]
        top, endless = _added(top, endless, own @ _finite(value).T, (own > 0) @ np.isinf(value).T)
    if moved and drawn is not None:
        value = transformed(_no_gaps(drawn[:, [place[c] for _, c in moved]]), power, floor)
        own = weights[:, None, [k for k, _ in moved]]
        lost = np.isinf(value)
        hit = np.matmul((own > 0).astype(float), lost.astype(float))[:, 0] > 0 if lost.any() else lost[:1, 0]
        top, endless = _added(
            top, endless, np.matmul(np.broadcast_to(own, (n, 1, own.shape[2])), _finite(value))[:, 0], hit
        )
    for k, column in enumerate(step.columns):
        if column in made:
            value = transformed(_no_gaps(made[column]), power, floor)
            share = weights[:, k : k + 1]
            top, endless = _added(top, endless, share * _finite(value), np.isinf(value) & (share > 0))
    if endless.any():
        # Only a floor of 0 leaves points without a logarithm or a negative power: they make the mean 0.
        return np.where(endless, 0.0, untransformed(np.where(endless, 1.0, top), power))
    with np.errstate(divide="ignore"):  # a node without children in this group is not looked at
        return untransformed(top, power)


def _added(top: Floats, endless: Mask, more: Floats, lost: Mask) -> tuple[Floats, Mask]:
    return top + more, (endless | lost if lost.any() else endless)


def _no_gaps(x: Floats) -> Floats:
    """Return points with 1 for gaps, which have no weight."""
    gaps = np.isnan(x)
    return np.where(gaps, 1.0, x) if gaps.any() else x


def _finite(value: Floats) -> Floats:
    endless = np.isinf(value)
    return np.where(endless, 0.0, value) if endless.any() else value
