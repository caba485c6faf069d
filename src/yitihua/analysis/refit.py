"""Fitted numbers that follow the data: which ones a run fitted to its own data, and the same rule on other data.

A run fits its joint imputations, its fills, limits and bounds, and the numbers of nodes such as
ideals and frontiers to its own data, unless it was scored with a recipe that was made before
(`yitihua.apply`). Which of the two holds is not taken on trust: the numbers are fitted again, and
what comes out the same is the run's own.

Weights that a method made from data (entropy, CRITIC) are printed and talked about as weights:
they belong to the recipe, and are never fitted anew here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from yitihua.analysis.mixing import mix_recipes, mix_tables, with_weights
from yitihua.errors import InputError
from yitihua.index.apply import apply, denominate, denominated_history, groups_of, needs_history, observed_points
from yitihua.index.fitted import fitted_cuts, fitted_rule, is_fitted, same_arrays, same_numbers
from yitihua.index.imputing import Column, History, fit_imputers, impute_jointly
from yitihua.index.nodes import fitted_node, fitted_nodes
from yitihua.index.recipe import GradeRule, Imputer, IndicatorRule, NodeRule, Recipe, Settings
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.cities import LEVEL
from yitihua.indicators.table import Floats, IndicatorTable

#: A joint imputation as it is stated: its method and settings. A recipe holds each once.
Stated = tuple[str, Settings]


@dataclass(frozen=True, eq=False)
class OwnFit:
    """What a run fitted to its own data.

    Attributes
    ----------
    rows : list of int
        Rows that took part: cities summed after the fit did not.
    codes : frozenset of str
        Indicators with fitted numbers that are the run's own.
    imputers : frozenset of (method, settings)
        Joint imputations with fitted numbers that are.
    nodes : frozenset of str
        Nodes with fitted numbers that are.
    """

    rows: list[int]
    codes: frozenset[str] = frozenset()
    imputers: frozenset[Stated] = frozenset()
    nodes: frozenset[str] = frozenset()

    @property
    def count(self) -> int:
        """How many of the run's rules hold numbers that are its own."""
        return len(self.codes) + len(self.imputers) + len(self.nodes)


def own_fit(board: Scoreboard) -> OwnFit:
    """Return which fitted numbers of a run are fitted to its own data.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("hdi", period=2021, normalise="minmax", aggregate="topsis")
    >>> sorted(own_fit(board).codes), sorted(own_fit(board).nodes)
    (['eys', 'gnipc', 'le', 'mys'], ['HDI', 'education', 'health', 'income'])
    >>> table = yt.read_table(yt.load_edition("hdi"), period=2022)
    >>> kept = own_fit(yt.apply(table, board.recipe))  # last year's bounds and ideals
    >>> "le" in kept.codes, sorted(kept.nodes)
    (False, [])
    """
    table = board.table
    counties = [row for row, level in enumerate(table.levels) if level != LEVEL]
    assert table.origin is not None
    unsummed = [row for row in range(len(table.units)) if not (table.origin[row] == "summed").any()]
    tried = {tuple(rows): None for rows in (counties, unsummed, [*range(len(table.units))]) if rows}
    return max((_own_of_rows(board, [*rows]) for rows in tried), key=lambda fit: fit.count)  # the first of equals


def own_fits(old: Scoreboard, new: Scoreboard) -> tuple[OwnFit, OwnFit]:
    """Return what either run fitted to its own data, but for numbers that both share.

    Those do not move with the data, whoever fitted them: next year on this year's bounds.
    """
    a, b = old.recipe, new.recipe
    rules = {rule.code: rule for rule in b.indicators}
    codes = {rule.code for rule in a.indicators if rule.code in rules and same_numbers(rule, rules[rule.code])}
    theirs = {_stated(one): one.numbers for one in b.imputers}
    stated = {_stated(one): one.numbers for one in a.imputers}
    imputers = {key for key, numbers in stated.items() if key in theirs and same_arrays(numbers, theirs[key])}
    nodes = {
        node.code
        for node in a.nodes
        if (other := _like(node, a, b)) is not None and other.code == node.code
        if other.method == node.method and same_arrays(node.numbers, other.numbers)
    }
    first, second = (
        replace(fit, codes=fit.codes - codes, imputers=fit.imputers - imputers, nodes=fit.nodes - nodes)
        for fit in (own_fit(old), own_fit(new))
    )
    return first, second


def _own_of_rows(board: Scoreboard, rows: list[int]) -> OwnFit:
    """Return what comes out the same when it is fitted again to some rows of the run."""
    recipe, table = board.recipe, board.table.take(rows)
    codes = [
        rule.code
        for j, rule in enumerate(recipe.indicators)
        if is_fitted(rule) and _is_own(rule, board.filled[rows, j], table, recipe)
    ]
    raw = board.denominated[rows]
    imputers = [_stated(one) for one in recipe.imputers if one.numbers and _is_own_imputer(one, raw, table, recipe)]
    points, place = board.points[rows], recipe.plan.column
    nodes = [
        node.code
        for node in recipe.nodes
        if node.numbers and _is_own_node(node, [points[:, place[child]] for child in node.children], recipe)
    ]
    return OwnFit(rows, frozenset(codes), frozenset(imputers), frozenset(nodes))


def _is_own(rule: IndicatorRule, column: Floats, table: IndicatorTable, recipe: Recipe) -> bool:
    try:
        return same_numbers(_fitted(rule, column, table, recipe), rule)
    except InputError:
        return False


def _is_own_imputer(imputer: Imputer, raw: Floats, table: IndicatorTable, recipe: Recipe) -> bool:
    columns = _columns(recipe, [imputer])
    try:
        return all(
            same_arrays(again.numbers, imputer.numbers)
            for again in fit_imputers(table, raw, _history(table, recipe, columns), columns)
        )
    except InputError:
        return False


def _is_own_node(node: NodeRule, columns: list[Floats], recipe: Recipe) -> bool:
    try:
        return same_arrays(fitted_node(node, columns, recipe.scale).numbers, node.numbers)
    except InputError:
        return False


def _fitted(rule: IndicatorRule, column: Floats, table: IndicatorTable, recipe: Recipe) -> IndicatorRule:
    """Return a rule with its numbers fitted to a column of jointly filled values."""
    return fitted_rule(rule, column, groups_of(table, rule), recipe.scale, table.units, recipe.reference_unit)


def _stated(imputer: Imputer) -> Stated:
    return imputer.method, imputer.settings


def _like(node: NodeRule, own: Recipe, other: Recipe) -> NodeRule | None:
    """Return the same node of another recipe, None where it has none; the index itself always is."""
    if node.code == own.root.code:
        return other.root
    return next((one for one in other.nodes if one.code == node.code), None)


def _columns(recipe: Recipe, imputers: list[Imputer]) -> list[Column]:
    """Return what the indicators state of their imputation, of these imputations alone."""
    stated = {code: _stated(one) for one in imputers for code in one.codes}
    parents = {child: node.code for node in recipe.nodes for child in node.children}
    nothing: Stated = ("none", ())
    return [
        Column(rule.code, parents.get(rule.code, ""), rule.positive, *stated.get(rule.code, nothing))
        for rule in recipe.indicators
    ]


def _divided(recipe: Recipe) -> list[tuple[str, str | None]]:
    return [(rule.code, rule.denominate_by) for rule in recipe.indicators]


def _history(table: IndicatorTable, recipe: Recipe, columns: list[Column]) -> History:
    if not needs_history(column.method for column in columns):
        return ()
    return denominated_history(table, _divided(recipe))


def mixed_recipe(
    boards: tuple[Scoreboard, ...],
    fits: tuple[OwnFit, ...],
    data: int,
    definition: int,
    method: int,
    weights: int | None = None,
) -> Recipe:
    """Return the definition of one run with the method of another, its own numbers fitted to the data of a third.

    Numbers are fitted in the order of `yitihua.fit`: joint imputations, then what columns need, to
    the values that these have filled, then nodes from the leaves up, under the weights in force.

    Parameters
    ----------
    boards, fits : tuple
        The old run and the new one, and what they fitted.
    data, definition, method : int
        0 is the old run, 1 the new one.
    weights : int, optional
        Whose weights are in force; default: those of `method`.

    Raises
    ------
    InputError
        If the method cannot be fitted to these data.
    """
    weights = method if weights is None else weights
    if data == definition == method == weights:
        return boards[data].recipe
    table, defined, chosen = (boards[run] for run in (data, definition, method))
    own = _own_of_mix(boards, fits, data, definition, method)
    recipe = mix_recipes(defined.recipe, chosen.recipe, own.codes)
    if weights != method:
        recipe = with_weights(recipe, boards[weights].recipe)
    if data == definition == method:
        own = OwnFit(own.rows, nodes=own.nodes)  # nothing but nodes follows from weights
    recipe = replace(recipe, imputers=_stated_imputers(recipe, (chosen.recipe, defined.recipe)))
    if own.count == 0:
        return recipe
    return _refitted(recipe, mix_tables(table.table, defined.table, chosen.table, recipe).take(own.rows), own)


def _own_of_mix(
    boards: tuple[Scoreboard, ...], fits: tuple[OwnFit, ...], data: int, definition: int, method: int
) -> OwnFit:
    """Return what of a mix is to be fitted to its data: what is its runs' own, and what fits no more.

    Numbers by child of a node, or by indicator of a joint imputation, cannot serve where the
    definition has other children or indicators: they are fitted anew, whosever they were.
    """
    defined, chosen = boards[definition].recipe, boards[method].recipe
    methods = {rule.code: rule.normalise.method for rule in chosen.indicators}
    codes = fits[method].codes | {code for code in fits[definition].codes if code not in methods}
    # Goalposts that the definition no longer states stay as they were: there is nothing to fit them to.
    codes -= {r.code for r in defined.indicators if r.goalposts is None and methods.get(r.code) == "goalposts"}
    stated = {_stated(one) for one in chosen.imputers}
    imputers = fits[method].imputers | (fits[definition].imputers - stated)
    if _divided(chosen) != _divided(defined):
        imputers |= {_stated(one) for one in chosen.imputers if one.numbers}
    nodes = set()
    for node in defined.nodes:
        other = _like(node, defined, chosen)
        if node.code in fits[definition].nodes if other is None else other.code in fits[method].nodes:
            nodes.add(node.code)
        if other is not None and other.numbers and other.children != node.children:
            nodes.add(node.code)
    return OwnFit(fits[data].rows, codes, imputers, frozenset(nodes))


def _stated_imputers(recipe: Recipe, sources: tuple[Recipe, Recipe]) -> tuple[Imputer, ...]:
    """Return the joint imputations of a mix, with the indicators that state them in the first source that has them."""
    codes: dict[Stated, list[str]] = {}
    known: dict[Stated, Imputer] = {}
    for rule in recipe.indicators:
        for one in (one for source in sources for one in source.imputers):
            if one.method == rule.impute and rule.code in one.codes:
                known.setdefault(_stated(one), one)
                codes.setdefault(_stated(one), []).append(rule.code)
                break
    return tuple(replace(one, codes=tuple(codes[key])) for key, one in known.items())


def _refitted(recipe: Recipe, table: IndicatorTable, own: OwnFit) -> Recipe:
    """Return a recipe with what is own fitted to a table."""
    raw = with_logarithms(denominate(table, _divided(recipe)), recipe)
    columns = _columns(recipe, [one for one in recipe.imputers if _stated(one) in own.imputers])
    fitted = fit_imputers(table, raw, _history(table, recipe, columns), columns)
    again = {_stated(one): one for one in fitted}
    recipe = replace(recipe, imputers=tuple(again.get(_stated(one), one) for one in recipe.imputers))
    history = _history(table, recipe, _columns(recipe, [*recipe.imputers]))
    filled = impute_jointly(table, raw, history, recipe)
    rules = tuple(
        _fitted(rule, filled[:, j], table, recipe) if rule.code in own.codes else rule
        for j, rule in enumerate(recipe.indicators)
    )
    recipe = replace(recipe, indicators=rules)
    if not own.nodes:
        return recipe
    points, observed = observed_points(raw, filled, table, recipe)
    return replace(recipe, nodes=fitted_nodes(recipe, points, observed, own.nodes))


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
        recipe = mixed_recipe(boards, fits, data if fit is None else fit, definition, method, weights)
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
