"""Discrete choices: the recipe that every combination of rival methods gives, fitted once.

A rival is fitted to the same units as the published recipe was. Numbers that a node learnt from a
sample (TOPSIS ideals and the like) are fitted for the combination, with the nominal weights; they
stay when weights or values are drawn.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from yitihua.analysis.extremes import off_scale
from yitihua.analysis.refit import own_fit
from yitihua.analysis.uncertainty.mix import Mix
from yitihua.analysis.uncertainty.tree import Tree
from yitihua.definitions.methods import AGGREGATE, NORMALISE, TREAT
from yitihua.errors import InputError, refuse
from yitihua.index.aggregate.means import default_floor
from yitihua.index.apply import Treated, add_up, groups_of, to_points, transform_and_treat
from yitihua.index.fitted import fitted_rule, stated_normalisation, stated_treatment
from yitihua.index.nodes import fitted_node
from yitihua.index.plan import Plan
from yitihua.index.recipe import IndicatorRule, NodeRule, Recipe
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

#: The published choice, as it is named beside its rivals.
OWN = "own"
STAGES = ("treat", "normalise", "aggregate")


@dataclass(frozen=True, eq=False)
class Combo:
    """One combination of methods, ready to score.

    Attributes
    ----------
    choices : tuple of str
        Of treat, normalise, aggregate; "own" is the published one.
    recipe : Recipe
    filled : ndarray, shape (units, indicators)
        Denominated values with every fill, before logarithms and limits.
    tree : Tree
        Points without any draw, and the nodes.
    on_scale : bool
        Whether scores compare with the published ones and their grades; ranks always do.
    """

    choices: tuple[str, ...]
    recipe: Recipe
    filled: Floats
    tree: Tree
    on_scale: bool

    @cached_property
    def name(self) -> str:
        """The choices in words, such as ``normalise minmax, aggregate own``."""
        return ", ".join(f"{stage} {choice}" for stage, choice in zip(STAGES, self.choices, strict=True))


@dataclass(frozen=True)
class Failure:
    """A combination that cannot be scored.

    Attributes
    ----------
    choices : tuple of str
    reason : (str, str)
        In Chinese and English.
    """

    choices: tuple[str, ...]
    reason: tuple[str, str]


def options_of(board: Scoreboard, mix: Mix) -> dict[str, tuple[str, ...]]:
    """Return what is chosen from at every stage: the published choice first, then its rivals.

    A rival that is the published choice for every indicator or node is left out.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.analysis.uncertainty.mix import mix_of
    >>> board = yt.evaluate("hdi")
    >>> options_of(board, mix_of(board, normalise=["minmax", "goalposts"]))
    {'treat': ('own',), 'normalise': ('own', 'minmax'), 'aggregate': ('own',)}
    """
    recipe = board.recipe
    in_force = {
        "treat": {rule.treat.method for rule in recipe.indicators},
        "normalise": {rule.normalise.method for rule in recipe.indicators},
        "aggregate": {node.method for node in recipe.nodes},
    }
    return {stage: (OWN, *(rival for rival in getattr(mix, stage) if in_force[stage] != {rival})) for stage in STAGES}


def combos_of(board: Scoreboard, mix: Mix) -> list[Combo | Failure]:
    """Return every combination of the published choices and their rivals, the published ones first.

    Raises
    ------
    InputError
        If none can be scored.
    """
    found: list[Combo | Failure] = []
    rows = own_fit(board).rows
    made: dict[tuple[str, str], tuple[IndicatorRule, ...]] = {}
    for choices in itertools.product(*options_of(board, mix).values()):
        try:
            found.append(_combo(board, choices, rows, made))
        except InputError as error:
            first = error.faults[0]
            found.append(Failure(choices, (first.problem("zh"), first.problem("en"))))
    if not any(isinstance(one, Combo) for one in found):
        reasons = [one.reason for one in found if isinstance(one, Failure)]
        raise refuse("no-replicate", found=reasons[0][0], found_en=reasons[0][1])
    return found


def _combo(
    board: Scoreboard,
    choices: tuple[str, ...],
    rows: Sequence[int],
    made: dict[tuple[str, str], tuple[IndicatorRule, ...]],
) -> Combo:
    treat_by, normalise_by, aggregate_by = choices
    key = (treat_by, normalise_by)
    if key not in made:
        made[key] = _rules(board, treat_by, normalise_by, rows)
    rules = made[key]
    if set(choices) == {OWN}:
        return scored_combo(board, board.recipe, choices, True, refit=None)  # what was published can be scored
    recipe = replace(board.recipe, indicators=rules)
    off = any(off_scale(recipe, column) for column in range(len(rules)))
    recipe = replace(recipe, nodes=_nodes(recipe, aggregate_by, off))
    # Scores are compared with the published ones, so these must have the scale too.
    on_scale = not _is_off(recipe) and not _is_off(board.recipe)
    return scored_combo(board, recipe, choices, on_scale, refit=rows)


def scored_combo(
    board: Scoreboard, recipe: Recipe, choices: tuple[str, ...], on_scale: bool, refit: Sequence[int] | None
) -> Combo:
    """Return a combination with its points; nodes' numbers are fitted to the rows `refit`, or stay."""
    plan = recipe.plan
    treated = transform_and_treat(board.denominated, board.filled, board.table, recipe, plan)
    points, _ = to_points(treated.values, recipe, plan)
    observed = observed_of(points, treated, recipe)
    if refit is not None and any(AGGREGATE[node.method].fit is not None for node in recipe.nodes):
        recipe = _with_numbers(recipe, points, observed, refit)
        plan = recipe.plan
    return Combo(choices, recipe, filled_values(board, recipe), Tree(plan, points, observed), on_scale)


def observed_of(points: Floats, treated: Treated, recipe: Recipe) -> np.ndarray:
    """Return which cells count for coverage."""
    observed = np.isfinite(points)
    if not recipe.count_imputed:
        observed &= ~treated.imputed
    return observed


def filled_values(board: Scoreboard, recipe: Recipe) -> Floats:
    """Return denominated values with every cell filled that joint imputations or column fills can fill."""
    from yitihua.index import impute

    values = board.filled.copy()
    for j in recipe.plan.filled:
        rule = recipe.indicators[j]
        values[:, j] = impute.fill(values[:, j], dict(rule.fill), groups_of(board.table, rule))
    return values


def _rules(board: Scoreboard, treat_by: str, normalise_by: str, rows: Sequence[int]) -> tuple[IndicatorRule, ...]:
    recipe, table = board.recipe, board.table
    if treat_by == normalise_by == OWN:
        return recipe.indicators
    rules = []
    for j, rule in enumerate(recipe.indicators):
        stated = rule
        if treat_by != OWN:
            stated = replace(stated, treat=stated_treatment(treat_by, TREAT[treat_by].settings({})))
        if normalise_by != OWN:
            settings = NORMALISE[normalise_by].settings({})
            stated = replace(stated, normalise=stated_normalisation(normalise_by, settings))
        if normalise_by == "goalposts" and rule.goalposts is None:
            raise refuse("no-goalposts", key=f"normalise, {rule.code}", name=rule.code)
        groups = groups_of(table, rule)
        rules.append(
            fitted_rule(
                stated, board.filled[rows, j], None if groups is None else groups[rows], recipe.scale,
                [table.units[row] for row in rows], recipe.reference_unit,
            )
        )  # fmt: skip
    return tuple(rules)


def _nodes(recipe: Recipe, method: str, off: bool) -> tuple[NodeRule, ...]:
    if method == OWN:
        if off and any(node.method not in ("arithmetic",) and _is_mean(node) for node in recipe.nodes):
            raise refuse("mean-off-scale", key="aggregate", name=next(n.method for n in recipe.nodes if _is_mean(n)))
        return recipe.nodes
    if off and method in ("geometric", "harmonic", "generalised"):
        raise refuse("mean-off-scale", key="aggregate", name=method)
    floor = default_floor(method, 1.0, recipe.scale)
    return tuple(
        replace(node, method=method, floor=floor, exponent=1.0, settings=(), numbers=()) for node in recipe.nodes
    )


def _is_mean(node: NodeRule) -> bool:
    return node.method in ("geometric", "harmonic", "generalised")


def _is_off(recipe: Recipe) -> bool:
    """Return whether scores know no scale."""
    columns = any(off_scale(recipe, column) for column in range(len(recipe.indicators)))
    return columns or any(_off_scale(node) for node in recipe.nodes)


def _off_scale(node: NodeRule) -> bool:
    method = AGGREGATE[node.method]
    return bool(method.off_scale(method.settings(dict(node.settings))))


def _with_numbers(recipe: Recipe, points: Floats, observed: np.ndarray, rows: Sequence[int]) -> Recipe:
    column = {code: points[:, j] for j, code in enumerate(recipe.codes)}
    done: list[NodeRule] = []
    for node in recipe.nodes:
        done.append(fitted_node(node, [column[child][rows] for child in node.children], recipe.scale))
        scores, _, _ = add_up(points, observed, Plan.of(replace(recipe, nodes=tuple(done))))
        column[node.code] = scores[:, -1]
    return replace(recipe, nodes=tuple(done))
