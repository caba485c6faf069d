"""Views: the same indicators along another grouping."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yitihua.index import aggregate
from yitihua.index.recipe import ViewRule

if TYPE_CHECKING:
    from yitihua.index.scoreboard import Scoreboard

Floats = npt.NDArray[np.float64]


def view_scores(board: Scoreboard, rule: ViewRule) -> Floats:
    """Return the scores of a view's groups and their mean, shape (units, groups + 1).

    Every indicator keeps its weight in the whole index, so with arithmetic means and no missing
    cell the last column equals the index. A group needs the coverage of a node.

    Parameters
    ----------
    board : Scoreboard
        The scored table.
    rule : ViewRule
        Groups and their indicators.
    """
    recipe = board.recipe
    place = {code: j for j, code in enumerate(recipe.codes)}
    weights = recipe.global_weights
    observed = np.isfinite(board.normalised)
    if not recipe.count_imputed:
        observed &= ~board.imputed
    scores = np.full((len(board.table.units), len(rule.groups) + 1), np.nan)
    totals = []
    for g, (_, _, members) in enumerate(rule.groups):
        columns = [place[code] for code in members]
        w = np.array([weights[code] for code in members])
        totals.append(float(w.sum()))
        if totals[-1] == 0:
            continue
        covered = observed[:, columns] @ w / w.sum() >= rule.coverage - 1e-9
        mean = aggregate.combine(board.normalised[:, columns], w, rule.method, rule.floor, rule.exponent)
        scores[:, g] = np.where(covered, mean, np.nan)
    means = np.array(totals)
    whole = aggregate.combine(scores[:, :-1], means, rule.method, rule.floor, rule.exponent)
    scores[:, -1] = np.where(np.isfinite(scores[:, :-1][:, means > 0]).all(axis=1), whole, np.nan)
    return scores
