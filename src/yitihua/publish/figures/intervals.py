"""Intervals of points and node scores: what the surveys leave open below the whole score."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from yitihua.analysis.stages import ancestors_of
from yitihua.errors import InputError
from yitihua.index.apply import apply
from yitihua.index.sampling import errors_of
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

#: Draws behind each interval, and the seed they are made from.
DRAWS, SEED = 500, 0


def points_interval(board: Scoreboard, row: int) -> tuple[Floats, Floats] | None:
    """Return lower and upper ends of a unit's points and node scores, None where nothing of it is estimated.

    Drawn as the board's own intervals are: normal errors of the estimates, scored by the board's recipe.

    Returns
    -------
    (ndarray, ndarray), shape (indicators + nodes,) each
        Equal ends where nothing is estimated; NaN where there is no score.
    """
    errors, sampled = errors_of(board.table, board.recipe.codes), board.sampled
    if errors is None or sampled is None:
        return None
    own = errors.take([row])
    if not own.se.any():
        return None
    base = board.table.take([row] * DRAWS)
    values = base.values.copy()
    columns = [board.table.indicators.index(code) for code in own.indicators]
    values[:, columns] += own.draws(DRAWS, np.random.default_rng(SEED))[:, 0]
    drawn = replace(
        base, units=tuple(map(str, range(DRAWS))), values=values, se=None, n=None, covariance=None, history=()
    )
    try:
        points = apply(drawn, board.recipe).points
    except InputError:  # a draw without a logarithm: what cannot be scored has no interval
        return None
    tail = (1.0 - sampled.level) / 2.0
    low, high = np.quantile(points, [tail, 1.0 - tail], axis=0)
    low[-1], high[-1] = (end[row] for end in sampled.score_interval)  # as published
    return low, high


def estimated_codes(board: Scoreboard) -> frozenset[str]:
    """Return the indicators that are estimated from a sample, and the nodes above them.

    Examples
    --------
    >>> import yitihua as yt
    >>> estimated_codes(yt.evaluate("hdi"))
    frozenset()
    """
    errors = errors_of(board.table, board.recipe.codes)
    own = () if errors is None else errors.indicators
    return frozenset(above for code in own for above in (code, *ancestors_of(board.recipe, code)))
