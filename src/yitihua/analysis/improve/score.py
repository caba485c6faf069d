"""A unit's score as a function of the points of its indicators, with its slopes."""

from __future__ import annotations

import numpy as np

from yitihua.analysis.uncertainty.means import form_of, is_mean
from yitihua.errors import refuse
from yitihua.index.plan import NodeStep
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats


def floors_of(board: Scoreboard) -> Floats:
    """Return the floor of the mean above each indicator, -inf where there is none, shape (indicators,).

    Examples
    --------
    >>> import yitihua as yt
    >>> floors_of(yt.evaluate("hdi", aggregate="geometric")).tolist()
    [0.01, 0.01, 0.01, 0.01]
    """
    width = len(board.recipe.codes)
    floors = np.full(width, -np.inf)
    for step in board.recipe.plan.steps:
        columns = np.arange(width + len(board.recipe.plan.steps))[step.columns]
        if is_mean(step):
            floors[columns[columns < width]] = form_of(step)[1]
    return floors


class Score:
    """The score of one unit; weights are shared anew where it has gaps, as they are published.

    A weighted mean with an exponent of 1 or less is concave and rises with every child, and so does a tree of
    such means: a tangent lies above it everywhere. Indicators below the floor of the mean above them are taken at
    the floor. Where a floor lends points to a node the tangent is that of the mean without it, moved so far that it
    begins on the floor: it still lies above.

    Parameters
    ----------
    board : Scoreboard
    row : int

    Raises
    ------
    InputError
        If a node is no mean, or one with an exponent above 1.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("hdi")
    >>> score = Score(board, 0)
    >>> bool(abs(score(score.start) - board.total[0]) < 1e-12)
    True
    """

    def __init__(self, board: Scoreboard, row: int) -> None:
        plan = board.recipe.plan
        self.steps = plan.steps
        self.width = len(board.recipe.codes)
        self.width_of_scale = board.recipe.scale[1] - board.recipe.scale[0]
        self.there = np.isfinite(board.points[row])
        for step in self.steps:
            if not is_mean(step) or form_of(step)[0] > 1:
                raise refuse("not-concave", key="improve", name=step.code, found=step.method.name)
        # What stands below the floor of the mean above counts as the floor.
        own = np.maximum(board.normalised[row], floors_of(board))
        self.start = np.where(self.there[: self.width], own, 0.0)
        points = np.where(np.arange(len(self.there)) < self.width, 0.0, board.points[row])
        points[: self.width] = self.start
        # How far below a floor each child stands at the start.
        self.lent: list[Floats] = []
        for step in self.steps:
            lent = np.maximum(form_of(step)[1] - points[step.columns], 0.0)
            self.lent.append(np.where(self.there[step.columns], lent, 0.0))

    @property
    def linear(self) -> bool:
        """Whether one tangent is the score: every mean is arithmetic."""
        return all(step.method.name == "arithmetic" for step in self.steps)

    def __call__(self, points: Floats) -> float:
        """Return the score at the points of all indicators, as it is published."""
        return float(self._up(points, raised=False)[-1])

    def above(self, points: Floats) -> tuple[float, Floats]:
        """Return the tangent's value and slopes at some points: it lies on or above the score everywhere.

        Below a mean that is 0 for a child of 0 there is no tangent, and slopes are not finite.
        """
        scores = self._up(points, raised=True)
        slopes = np.zeros(len(scores))
        slopes[-1] = 1.0
        for step, lent in zip(reversed(self.steps), reversed(self.lent), strict=True):
            x = np.where(self.there[step.columns], scores[step.columns] + lent, np.nan)
            assert step.method.partials is not None  # means have them
            slope = np.nan_to_num(step.method.partials(x[None, :], step.mixture)[0], posinf=np.inf)
            if step.method.name != "arithmetic" and scores[step.column] == 0:
                slope = np.full_like(slope, np.inf)
            with np.errstate(invalid="ignore"):  # what stands below no tangent has none
                slopes[step.columns] = slopes[step.column] * slope
        return float(scores[-1]), slopes[: self.width]

    def _up(self, points: Floats, raised: bool) -> Floats:
        scores = np.full(self.width + len(self.steps), np.nan)
        scores[: self.width] = np.where(self.there[: self.width], points, np.nan)
        for step, lent in zip(self.steps, self.lent, strict=True):
            if self.there[step.column]:
                scores[step.column] = _combined(step, scores, self.there, lent if raised else None)
        return scores


def _combined(step: NodeStep, scores: Floats, there: Floats, lent: Floats | None) -> float:
    x = np.where(there[step.columns], scores[step.columns], np.nan)
    return float(step.combine((x if lent is None else x + lent)[None, :])[0])
