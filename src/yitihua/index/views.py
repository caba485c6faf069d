"""Views: the same indicators along another grouping."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import AGGREGATE
from yitihua.index.aggregate.method import Mixture
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
    method = AGGREGATE[rule.method]
    stated = {"floor": rule.floor, "exponent": rule.exponent} | dict(rule.settings)
    mixture = Mixture(np.ones(1), method.settings(stated), scale=recipe.scale)
    scores = np.full((len(board.table.units), len(rule.groups) + 1), np.nan)
    totals = []
    for g, (_, _, members) in enumerate(rule.groups):
        columns = [place[code] for code in members]
        w = np.array([weights[code] for code in members])
        totals.append(float(w.sum()))
        if totals[-1] == 0:
            continue
        covered = observed[:, columns] @ w / w.sum() >= rule.coverage - 1e-9
        mean = method.combine(board.normalised[:, columns], replace(mixture, weights=w / w.sum()))
        scores[:, g] = np.where(covered, mean, np.nan)
    means = np.array(totals)
    whole = method.combine(scores[:, :-1], replace(mixture, weights=means / means.sum()))
    scores[:, -1] = np.where(np.isfinite(scores[:, :-1][:, means > 0]).all(axis=1), whole, np.nan)
    return scores
