"""Make the board of a what-if: the stages whose choices changed are done again, all else is replayed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from yitihua.analysis.extremes import off_scale
from yitihua.analysis.leave_out import without
from yitihua.analysis.refit import own_fit
from yitihua.analysis.weight_sets import weighted
from yitihua.analysis.whatif.asking import Asked
from yitihua.definitions.methods import AGGREGATE
from yitihua.errors import refuse
from yitihua.index.apply import apply, groups_of, observed_points
from yitihua.index.fitted import fitted_rule, stated_normalisation
from yitihua.index.nodes import fitted_nodes
from yitihua.index.recipe import Recipe
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import IndicatorTable

#: Where a value of a what-if comes from, in the column `origin`.
ASSUMED = "assumed"
NOTICE = (
    "假设情形（what-if）：按假设重新计算，不是公布结果。",
    "A what-if: computed on assumptions, not a published result.",
)


def made(base: Scoreboard, asked: Asked, parts: Collection[str] | None = None) -> Scoreboard:
    """Return the board with what is asked, or with some parts of it alone.

    Parameters
    ----------
    base : Scoreboard
    asked : Asked
    parts : collection of str, optional
        Of `asked.parts`; default: all.

    Returns
    -------
    Scoreboard
        Goalposts, bounds and grade cuts stay as published, unless another normalisation is asked for: it is
        fitted to the units that the published one was fitted to. Numbers that a node fitted to its own data
        (ideals, frontiers) follow where anything but values changed. Without a scale there are no grades.

    Raises
    ------
    InputError
        If a mean is asked for that needs a scale where points have none.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.analysis.whatif.asking import asked_of
    >>> board = yt.evaluate("hdi")
    >>> made(board, asked_of(board, weights={"health": 0.5})).recipe.root.weights
    (0.5, 0.25, 0.25)
    """
    parts = asked.parts if parts is None else parts
    if not parts:
        return base
    board = base
    if "values" in parts:
        board = apply(with_values(base.table, asked), base.recipe)
    recipe = board.recipe
    if "normalise" in parts:
        recipe = _normalised(board, recipe, asked, own_fit(base).rows)
    if "aggregate" in parts:
        nodes = (replace(node, **asked.aggregate.get(node.code, {})) for node in recipe.nodes)
        stated = tuple(replace(node, numbers=()) if node.code in asked.aggregate else node for node in nodes)
        recipe = replace(recipe, nodes=stated)
    if "weights" in parts:
        recipe = weighted(recipe, asked.weights, asked.weight_name)
    if "drop" in parts:
        recipe = without(recipe, asked.drop)
    recipe = _on_scale(recipe, base.recipe)
    if set(parts) != {"values"}:
        recipe = _refitted(board, base, recipe, asked if "aggregate" in parts else Asked())
    return apply(board.table, replace(recipe, notice=_with_notice(recipe.notice)))


def with_values(table: IndicatorTable, asked: Asked) -> IndicatorTable:
    """Return the table with the values that are assumed; their cells say so.

    Examples
    --------
    >>> import yitihua as yt
    >>> table = yt.evaluate("hdi").table
    >>> float(with_values(table, Asked(values={(0, 0): 70.0})).values[0, 0])
    70.0
    """
    values, flags = table.values.copy(), dict(table.flags)
    assert table.origin is not None
    origin = table.origin.copy()
    for (row, column), value in asked.values.items():
        was = f"{table.values[row, column]:g}"
        key = (table.units[row], table.indicators[column])
        flags[key] = (*flags.get(key, ()), (f"假设值，原为{was}", f"assumed, was {was}"))
        values[row, column] = value
        origin[row, column] = "" if np.isnan(value) else ASSUMED
    return replace(table, values=values, origin=origin, flags=flags)


def _normalised(board: Scoreboard, recipe: Recipe, asked: Asked, rows: list[int]) -> Recipe:
    rules = []
    for j, rule in enumerate(recipe.indicators):
        if rule.code in asked.normalise:
            method, settings = asked.normalise[rule.code]
            groups = groups_of(board.table, rule)
            rule = fitted_rule(
                replace(rule, normalise=stated_normalisation(method, settings)),
                board.filled[rows, j],
                None if groups is None else groups[rows],
                recipe.scale,
                [board.table.units[row] for row in rows],
                recipe.reference_unit,
            )
        rules.append(rule)
    return replace(recipe, indicators=tuple(rules))


def _on_scale(recipe: Recipe, published: Recipe) -> Recipe:
    """Refuse means that need a scale where points have none now, and drop grades that were cut on one."""
    if _without_scale(published):
        return recipe
    powered = [node.method for node in recipe.nodes if node.method in ("geometric", "harmonic", "generalised")]
    if powered and any(off_scale(recipe, column) for column in range(len(recipe.indicators))):
        raise refuse("mean-off-scale", key="aggregate", name=powered[-1])
    return replace(recipe, grades=()) if _without_scale(recipe) else recipe


def _without_scale(recipe: Recipe) -> bool:
    methods = [(AGGREGATE[node.method], dict(node.settings)) for node in recipe.nodes]
    return any(off_scale(recipe, column) for column in range(len(recipe.indicators))) or any(
        method.off_scale(method.settings(settings)) for method, settings in methods
    )


def _refitted(board: Scoreboard, base: Scoreboard, recipe: Recipe, asked: Asked) -> Recipe:
    fits = {node.code for node in recipe.nodes if AGGREGATE[node.method].fit is not None}
    if not fits:
        return recipe
    own = own_fit(base)
    points, observed = observed_points(board.denominated, board.filled, board.table, recipe)
    wanted = fits & (own.nodes | set(asked.aggregate))
    return replace(recipe, nodes=fitted_nodes(recipe, points[own.rows], observed[own.rows], wanted))


def _with_notice(notice: tuple[str, str]) -> tuple[str, str]:
    zh, en = notice
    return (f"{zh}{NOTICE[0]}" if zh else NOTICE[0], f"{en} {NOTICE[1]}" if en else NOTICE[1])
