"""One replicate as a board of its own: the published path, with what was chosen and drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from yitihua.analysis.uncertainty.combos import STAGES, Combo, Failure
from yitihua.analysis.uncertainty.engine import BLOCK, Choices, Engine, indicators_of
from yitihua.errors import refuse
from yitihua.index.apply import denominate, score_values
from yitihua.index.recipe import Recipe
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats


@dataclass(frozen=True, eq=False)
class Replicate:
    """One replicate, made again.

    Attributes
    ----------
    number : int
        From 0.
    choices : dict
        Stage -> what was chosen: "own" is the published choice; "drop" is what is left out or "".
    scores : ndarray, shape (units,)
        As the run computed them.
    board : Scoreboard
        The same by the ordinary path: one table, one recipe. Equal to `scores` within 1e-12 of the scale.
    """

    number: int
    choices: dict[str, str]
    scores: Floats
    board: Scoreboard


def replicate(engine: Engine, number: int) -> Replicate:
    """Make a replicate again.

    Raises
    ------
    InputError
        If its combination of methods cannot be scored.
    """
    block, place = divmod(number, BLOCK)
    scores, choices = engine.scores(block, keep=place)
    combo = engine.combos[int(choices.combo[place])]
    if isinstance(combo, Failure):
        raise refuse("failed-replicate", name=number, found=combo.reason[0], found_en=combo.reason[1])
    said = dict(zip(STAGES, combo.choices, strict=True))
    dropped = int(choices.dropped[place])
    said["drop"] = "" if dropped < 0 else engine.mix.drop[dropped]
    return Replicate(number, said, scores[place], _board(engine, combo, choices, place))


def _board(engine: Engine, combo: Combo, choices: Choices, place: int) -> Scoreboard:
    board = engine.board
    recipe = _recipe(combo.recipe, {code: w[place] for code, w in choices.weights.items()})
    raw, filled = board.denominated.copy(), combo.filled.copy()
    if choices.values is not None:
        for k, column in enumerate(engine.noise.columns):
            drawn = choices.values[k, :, 0]
            filled[:, column] = drawn
            raw[:, column] = np.where(np.isnan(raw[:, column]), np.nan, drawn)
    dropped = int(choices.dropped[place])
    if dropped >= 0 and not combo.tree.means:
        gone = indicators_of(recipe, engine.mix.drop[dropped])
        columns = [recipe.plan.column[code] for code in gone]
        raw[:, columns] = filled[:, columns] = np.nan
        rules = tuple(replace(r, fill=()) if r.code in gone else r for r in recipe.indicators)
        recipe = replace(recipe, indicators=rules)
    return score_values(_table(board, raw), recipe, raw, filled)


def _table(board: Scoreboard, raw: Floats) -> Any:
    """Return the table whose values give these denominated ones."""
    codes = board.recipe.codes
    ones = replace(board.table, values=np.ones(board.table.values.shape))
    share = denominate(ones, [(rule.code, rule.denominate_by) for rule in board.recipe.indicators])
    values = board.table.values.copy()
    values[:, [board.table.indicators.index(code) for code in codes]] = raw / share
    return replace(board.table, values=values)


def _recipe(recipe: Recipe, weights: dict[str, Floats]) -> Recipe:
    nodes = tuple(
        replace(node, weights=tuple(weights[node.code].tolist())) if node.code in weights else node
        for node in recipe.nodes
    )
    return replace(recipe, nodes=nodes)
