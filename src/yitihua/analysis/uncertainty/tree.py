"""Scores of many replicates at once: points and weights that differ by replicate, up the tree.

Where every node is an arithmetic mean the whole index is one product of points and weights (`linear`).
Other trees of means are climbed node by node (`climb`); where a method is no mean, replicates are taken
one by one (`masked`).

The result is what `yitihua.index.apply.add_up` gives, up to rounding: the tests hold both to 1e-12.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from yitihua.analysis.uncertainty.climb import Node, climbed, nodes_of
from yitihua.analysis.uncertainty.linear import product
from yitihua.analysis.uncertainty.masked import masked_totals
from yitihua.analysis.uncertainty.means import is_mean
from yitihua.index.plan import Plan

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


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
    def zeroed(self) -> Floats:
        """Points, with 0 for gaps."""
        return np.nan_to_num(self.points)

    def nodes(self, columns: Sequence[int]) -> list[Node]:
        """Return the nodes of a tree of means, prepared for draws of some indicators."""
        key = tuple(columns)
        if key not in self._prepared:
            self._prepared[key] = nodes_of(self.plan, self.points, self.observed, key)
        return self._prepared[key]

    @cached_property
    def _prepared(self) -> dict[tuple[int, ...], list[Node]]:
        return {}

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
        drawn : ndarray, shape (columns, units, n)
            Their points; they have gaps where `points` has.
        gone : mapping of int to ndarray of bool, shape (n,)
            Indicators that some replicates leave out, for methods that look at values without weights.

        Returns
        -------
        ndarray, shape (n, units)
            NaN without a score.
        """
        if not self.means:
            by_row = None if drawn is None else np.ascontiguousarray(np.moveaxis(drawn, -1, 0))
            return masked_totals(self.plan, self.points, self.observed, n, weights, columns, by_row, gone or {})
        nodes = self.nodes(columns if drawn is not None else ())
        found = product(self.plan, self.zeroed, nodes, weights, columns, drawn) if self.linear else None
        if found is None:
            found = climbed(nodes, weights, drawn)
        return (found if found.shape[1] == n else np.broadcast_to(found, (len(self.points), n))).T
