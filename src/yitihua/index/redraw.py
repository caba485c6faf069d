"""Scores of many drawn tables at once: only what a draw can move is computed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.index.apply import denominate, to_points
from yitihua.index.plan import NodeStep
from yitihua.index.treat import clipped_to, curve_for
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    from yitihua.index.recipe import Recipe
    from yitihua.index.scoreboard import Scoreboard

#: Rows (draws x units) worked on at a time: large enough for arrays to pay, small enough for memory.
ROWS = 200_000


@dataclass(frozen=True, eq=False)
class Redraw:
    """What is needed to score draws of some indicators of a board; the recipe stays as it was fitted.

    Attributes
    ----------
    board : Scoreboard
        What no draw moves stays as it is there.
    columns : ndarray of int, shape (k,)
        The drawn indicators' columns in the recipe.
    recipe : Recipe
        The recipe of these indicators alone, without nodes.
    steps : tuple of NodeStep
        The nodes above them, children before parents.
    divisor : ndarray, shape (units, k)
        What the values are divided by before they are scored.
    """

    board: Scoreboard
    columns: npt.NDArray[np.int64]
    recipe: Recipe
    steps: tuple[NodeStep, ...]
    divisor: Floats

    @classmethod
    def of(cls, board: Scoreboard, indicators: Sequence[str]) -> Redraw:
        """Prepare the scoring of draws of some indicators."""
        plan = board.recipe.plan
        columns = np.array([plan.column[code] for code in indicators], dtype=np.int64)
        moved = set(columns.tolist())
        steps = []
        # What a node hands up beside its score is not kept on the board: then all are made again.
        carries = any(step.method.carries for step in plan.steps)
        for step in plan.steps:
            if carries or moved & set(step.columns):
                moved.add(step.column)
                steps.append(step)
        rules = tuple(board.recipe.indicators[j] for j in columns)
        ones = replace(board.table, values=np.ones(board.table.values.shape))
        share = denominate(ones, [(rule.code, rule.denominate_by) for rule in rules])
        return cls(board, columns, replace(board.recipe, indicators=rules, nodes=()), tuple(steps), 1.0 / share)

    def totals(self, errors: Floats) -> Floats:
        """Return the scores under errors added to the drawn indicators.

        Parameters
        ----------
        errors : ndarray, shape (draws, units, k)
            In the indicators' own units. Where an indicator is scored by its logarithm the error
            of the logarithm is taken to be error / value, so that every draw has one.

        Returns
        -------
        ndarray, shape (draws, units)
            NaN where the board has no score: a draw takes no cell away and adds none.
        """
        return np.asarray(self.nodes(errors, [self.board.points.shape[1] - 1])[:, :, 0])

    def nodes(self, errors: Floats, columns: Sequence[int]) -> Floats:
        """Return the points of some columns of the board under errors, as `totals` does of the index.

        Parameters
        ----------
        errors : ndarray, shape (draws, units, k)
        columns : sequence of int
            Indicators and nodes by their column in the recipe's plan; the last is the index.

        Returns
        -------
        ndarray, shape (draws, units, len(columns))
        """
        draws, units = errors.shape[:2]
        found = np.empty((draws, units, len(columns)))
        size = max(1, ROWS // max(units, 1))
        for start in range(0, draws, size):
            found[start : start + size] = self._chunk(errors[start : start + size], columns)
        return found

    def _chunk(self, errors: Floats, columns: Sequence[int]) -> Floats:
        fixed = self.board.points
        points = self._points(errors)
        work: dict[int, Floats] = {column: points[:, :, k] for k, column in enumerate(self.columns.tolist())}
        shape = errors.shape[:2]
        carried: dict[int, Any] = {}
        for step in self.steps:
            children = np.empty((*shape, len(step.columns)))
            for place, child in enumerate(step.columns):
                children[:, :, place] = work.get(child, fixed[:, child])
            work[step.column] = self._combined(children, step, carried)
        return np.stack([work.get(one, np.broadcast_to(fixed[:, one], shape)) for one in columns], axis=-1)

    def _combined(self, children: Floats, step: NodeStep, carried: dict[int, Any]) -> Floats:
        """Return a node's scores, shape (draws, units); units with the same gaps go together.

        A draw makes no gap and fills none, so without them every mean is a matrix product.
        """
        there = np.isfinite(children[0])
        scored = np.isfinite(self.board.points[:, step.column])
        if step.method.partials is None or step.method.fit is not None:
            return np.where(scored, step.combine(children, carried), np.nan)
        found = np.full(children.shape[:2], np.nan)
        patterns, which = np.unique(there, axis=0, return_inverse=True)
        for number, kept in enumerate(patterns):
            rows = np.flatnonzero((which.ravel() == number) & scored)
            if rows.size and kept.any():
                gaps = len(patterns) > 1 or not kept.all()  # an indicator may be missing everywhere
                own = children[:, rows][:, :, kept] if gaps else children[:, rows]
                found[:, rows] = step.method.combine(own, replace(step.mixture, weights=step.weights[kept]))
        return found

    def _points(self, errors: Floats) -> Floats:
        """Return the points of the drawn indicators, shape (draws, units, k)."""
        board = self.board
        raw, still = board.denominated[:, self.columns], board.treated[:, self.columns]
        moved = errors / self.divisor
        treated = np.empty(errors.shape)
        for k, rule in enumerate(self.recipe.indicators):
            limits, own = rule.treat, moved[:, :, k]
            curve = curve_for(limits)
            if rule.transform == "ln" or curve is not None:
                # Slopes are taken at the value as it is, inside the limits of what was fitted.
                at = np.log(raw[:, k]) if rule.transform == "ln" else raw[:, k]
                slope = 1.0 / raw[:, k] if rule.transform == "ln" else np.ones(len(at))
                if curve is not None:
                    slope = slope * curve[0].slope(clipped_to(at, limits), curve[1])
                drawn = still[:, k] + own * slope
            else:
                drawn = raw[:, k] + own
            if curve is None:
                drawn = clipped_to(drawn, limits)
            # A cell that was filled in has no sampling error of its own.
            treated[:, :, k] = np.where(np.isnan(raw[:, k]), still[:, k], drawn)
        flat, _ = to_points(treated.reshape(-1, len(self.columns)), self.recipe, self.recipe.plan)
        return flat.reshape(errors.shape)
