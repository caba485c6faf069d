"""Fitted numbers that follow the data: which ones a run fitted to its own data, and the same rule on other data.

A run fits its fills, limits and bounds to its own data, unless it was scored with a recipe that
was made before (`yitihua.apply`). Which of the two holds is not taken on trust: the numbers are
fitted again, and what comes out the same is the run's own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from yitihua.analysis.mixing import mix_recipes, mix_tables, with_weights
from yitihua.errors import InputError
from yitihua.index.apply import apply, denominate
from yitihua.index.fitted import fitted_cuts, fitted_rule, is_fitted, same_numbers
from yitihua.index.recipe import GradeRule, IndicatorRule, Recipe
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.cities import LEVEL
from yitihua.indicators.table import Floats, IndicatorTable


@dataclass(frozen=True, eq=False)
class OwnFit:
    """What a run fitted to its own data.

    Attributes
    ----------
    rows : list of int
        Rows that took part: cities summed after the fit did not.
    codes : frozenset of str
        Indicators with fitted numbers that are the run's own.
    """

    rows: list[int]
    codes: frozenset[str]


def own_fit(board: Scoreboard) -> OwnFit:
    """Return which fitted numbers of a run are fitted to its own data.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("hdi", period=2021, normalise="minmax")
    >>> sorted(own_fit(board).codes)
    ['eys', 'gnipc', 'le', 'mys']
    >>> table = yt.read_table(yt.load_edition("hdi"), period=2022)
    >>> "le" in own_fit(yt.apply(table, board.recipe)).codes  # last year's bounds, kept
    False
    """
    table, recipe = board.table, board.recipe
    rules = [rule for rule in recipe.indicators if is_fitted(rule)]
    counties = [row for row, level in enumerate(table.levels) if level != LEVEL]
    assert table.origin is not None
    unsummed = [row for row in range(len(table.units)) if not (table.origin[row] == "summed").any()]
    found = [
        OwnFit(rows, frozenset(rule.code for rule in rules if _is_own(board, rule, rows)))
        for rows in (counties, unsummed, [*range(len(table.units))])
        if rows
    ]
    return max(found, key=lambda fit: len(fit.codes))  # the first of equals


def own_fits(old: Scoreboard, new: Scoreboard) -> tuple[OwnFit, OwnFit]:
    """Return what either run fitted to its own data, but for numbers that both share.

    Those do not move with the data, whoever fitted them: next year on this year's bounds.
    """
    rules = {rule.code: rule for rule in new.recipe.indicators}
    shared = {
        rule.code for rule in old.recipe.indicators if rule.code in rules and same_numbers(rule, rules[rule.code])
    }
    first, second = (replace(fit, codes=fit.codes - shared) for fit in (own_fit(old), own_fit(new)))
    return first, second


def _is_own(board: Scoreboard, rule: IndicatorRule, rows: list[int]) -> bool:
    column = board.denominated[:, board.recipe.plan.column[rule.code]]
    try:
        return same_numbers(_fitted(rule, column, board.table, rows, board.recipe.scale), rule)
    except InputError:
        return False


def _fitted(
    rule: IndicatorRule, column: Floats, table: IndicatorTable, rows: list[int], scale: tuple[float, float]
) -> IndicatorRule:
    groups = table.attributes.get(rule.impute_group) if rule.impute_group else None
    return fitted_rule(
        rule, column[rows], None if groups is None else groups[rows], scale, [table.units[row] for row in rows]
    )


def mixed_recipe(
    boards: tuple[Scoreboard, ...], fits: tuple[OwnFit, ...], data: int, definition: int, method: int
) -> Recipe:
    """Return the definition of one run with the method of another, its own numbers fitted to the data of a third.

    Parameters
    ----------
    boards, fits : tuple
        The old run and the new one, and what they fitted.
    data, definition, method : int
        0 is the old run, 1 the new one.

    Raises
    ------
    InputError
        If the method cannot be fitted to these data.
    """
    if data == definition == method:
        return boards[data].recipe
    table, defined, chosen = (boards[run] for run in (data, definition, method))
    methods = {rule.code: rule.normalise.method for rule in chosen.recipe.indicators}
    own = fits[method].codes | {code for code in fits[definition].codes if code not in methods}
    # Goalposts that the definition no longer states stay as they were: there is nothing to fit them to.
    own -= {r.code for r in defined.recipe.indicators if r.goalposts is None and methods.get(r.code) == "goalposts"}
    recipe = mix_recipes(defined.recipe, chosen.recipe, own)
    if not any(rule.code in own for rule in recipe.indicators):
        return recipe
    mixed = mix_tables(table.table, defined.table, chosen.table, recipe)
    values = with_logarithms(denominate(mixed, [(r.code, r.denominate_by) for r in recipe.indicators]), recipe)
    rules = tuple(
        _fitted(rule, values[:, j], mixed, fits[data].rows, recipe.scale) if rule.code in own else rule
        for j, rule in enumerate(recipe.indicators)
    )
    return replace(recipe, indicators=rules)


def mixed_board(
    boards: tuple[Scoreboard, ...],
    fits: tuple[OwnFit, ...],
    data: int,
    definition: int,
    method: int,
    fit: int | None = None,
    weights: int | None = None,
) -> Scoreboard | None:
    """Return the data of one run scored by a mixed recipe; None where the method cannot be fitted to them.

    Parameters
    ----------
    boards, fits : tuple
        The old run and the new one, and what they fitted.
    data, definition, method : int
        0 is the old run, 1 the new one.
    fit : int, optional
        Whose data the numbers are fitted to; default: those of `data`.
    weights : int, optional
        Whose weights are in force; default: those of `method`.
    """
    tables = [board.table for board in boards]
    try:
        recipe = mixed_recipe(boards, fits, data if fit is None else fit, definition, method)
        if weights is not None and weights != method:
            recipe = with_weights(recipe, boards[weights].recipe)
        table = mix_tables(tables[data], tables[definition], tables[method], recipe)
        divisors = [(rule.code, rule.denominate_by) for rule in recipe.indicators]
        absent = np.isnan(with_logarithms(denominate(table, divisors), recipe))
        return apply(replace(table, values=np.where(absent, np.nan, table.values)), recipe)
    except InputError:
        return None


def with_logarithms(values: Floats, recipe: Recipe) -> Floats:
    """Return denominated values without those that have no logarithm under a recipe.

    Neither run holds such a value, or it would have been refused; a mix of both may.
    """
    found = values.copy()
    for j, rule in enumerate(recipe.indicators):
        if rule.transform == "ln":
            found[found[:, j] <= 0, j] = np.nan
        elif rule.treat.log_shift is not None and rule.treat.lower is None:
            found[found[:, j] + rule.treat.log_shift <= 0, j] = np.nan
    return found


def refitted_grades(old: Scoreboard, new: Scoreboard, fits: tuple[OwnFit, ...]) -> tuple[GradeRule, ...]:
    """Return the old run's grade schemes, with its own fitted cuts fitted to the new run's scores."""
    found, shared = [], {rule.cuts for rule in new.recipe.grades}
    for rule in old.recipe.grades:
        if rule.method != "fixed" and rule.cuts not in shared and _cuts(rule, old, fits[0]) == rule.cuts:
            rule = replace(rule, cuts=_cuts(rule, new, fits[1]))
        found.append(rule)
    return tuple(found)


def _cuts(rule: GradeRule, board: Scoreboard, fit: OwnFit) -> tuple[tuple[str, tuple[float, ...]], ...]:
    levels = tuple(board.table.levels[row] for row in fit.rows)
    return fitted_cuts(rule, board.rounded_scores[fit.rows], levels)
