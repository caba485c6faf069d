"""The same data under other defensible choices, one change at a time: what a ranking owes to its recipe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from yitihua.analysis.agreement import Comparison, compare_boards
from yitihua.analysis.extremes import off_scale
from yitihua.analysis.stages import level_rows
from yitihua.definitions.methods import AGGREGATE, NORMALISE
from yitihua.errors import InputError
from yitihua.index.aggregate.means import default_floor
from yitihua.index.apply import apply, groups_of, observed_points
from yitihua.index.fitted import fitted_rule, stated_normalisation
from yitihua.index.nodes import fitted_nodes
from yitihua.index.recipe import Label, Recipe, Treatment
from yitihua.index.scoreboard import Scoreboard


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """One change of a recipe, and what it does.

    Attributes
    ----------
    code : str
    words : (str, str)
    comparison : Comparison or None
        Published board (old) and variant (new); None where the change cannot be made.
    reason : str
        Why it cannot, in English, else "".
    """

    code: str
    words: Label
    comparison: Comparison | None
    reason: str = ""


def variants(board: Scoreboard, level: str | None = None) -> tuple[Variant, ...]:
    """Return what ranks become under equal weights, other means, other scales, without treatment or fills.

    One choice is changed at a time; those already in force are left out. Numbers that the changed choice fits
    are fitted to the units of the level that is looked at.

    Parameters
    ----------
    board : Scoreboard
    level : str, optional
        Default: the level with the most units.

    Raises
    ------
    InputError
        If the level is unknown.

    Examples
    --------
    >>> import yitihua as yt
    >>> [variant.code for variant in variants(yt.evaluate("hdi"))]
    ['arithmetic', 'geometric', 'minmax', 'ranks']
    """
    level_rows(board, level)  # refuses an unknown level, for all of them
    found = []
    for code, words, change in _CHANGES:
        try:
            recipe = change(board)
            if recipe is None:
                continue
            found.append(Variant(code, words, compare_boards(board, rescored(board, recipe, level), level)))
        except InputError as error:
            found.append(Variant(code, words, None, error.faults[0].problem("en")))
    return tuple(found)


def rescored(board: Scoreboard, recipe: Recipe, level: str | None = None) -> Scoreboard:
    """Return the board's table scored with a recipe whose indicators are ready and whose nodes are fitted here.

    Parameters
    ----------
    board : Scoreboard
    recipe : Recipe
        For the same table; fitted numbers of nodes are replaced.
    level : str, optional
        The units that nodes are fitted to.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("asem", aggregate="topsis")
    >>> bool(np.allclose(rescored(board, board.recipe).total, board.total))
    True
    """
    if all(AGGREGATE[node.method].fit is None for node in recipe.nodes):
        return apply(board.table, recipe)
    rows = level_rows(board, level)
    points, observed = observed_points(board.denominated, board.filled, board.table, recipe)
    nodes = fitted_nodes(recipe, points[rows], observed[rows], [node.code for node in recipe.nodes])
    return apply(board.table, replace(recipe, nodes=nodes))


def _equal(board: Scoreboard) -> Recipe | None:
    recipe = board.recipe
    nodes = tuple(replace(node, weights=(1.0 / len(node.children),) * len(node.children)) for node in recipe.nodes)
    same = all(np.allclose(a.weights, b.weights) for a, b in zip(nodes, recipe.nodes, strict=True))
    return None if same else replace(recipe, nodes=nodes, weight_set="equal")


def _means(method: str) -> Callable[[Scoreboard], Recipe | None]:
    def change(board: Scoreboard) -> Recipe | None:
        recipe = board.recipe
        # A geometric mean of points that know no scale has no meaning.
        if all(node.method == method for node in recipe.nodes) or _any_off_scale(recipe):
            return None
        floor = default_floor(method, 1.0, recipe.scale)
        nodes = tuple(
            replace(node, method=method, floor=floor, exponent=1.0, settings=(), numbers=()) for node in recipe.nodes
        )
        return replace(recipe, nodes=nodes)

    return change


def _any_off_scale(recipe: Recipe) -> bool:
    return any(off_scale(recipe, column) for column in range(len(recipe.indicators)))


def _scaled(method: str) -> Callable[[Scoreboard], Recipe | None]:
    def change(board: Scoreboard) -> Recipe | None:
        if all(rule.normalise.method == method for rule in board.recipe.indicators):
            return None
        settings = NORMALISE[method].settings({})
        return _refitted(board, lambda rule: replace(rule, normalise=stated_normalisation(method, settings)))

    return change


def _untreated(board: Scoreboard) -> Recipe | None:
    if not (board.winsorised.any() or any(rule.treat.bent for rule in board.recipe.indicators)):
        return None
    return _refitted(board, lambda rule: replace(rule, treat=Treatment()))


def _unfilled(board: Scoreboard) -> Recipe | None:
    if not board.imputed.any():
        return None
    rules = tuple(replace(rule, impute="none", fill=(), impute_group=None) for rule in board.recipe.indicators)
    return replace(board.recipe, indicators=rules, imputers=())


def _refitted(board: Scoreboard, change: Callable[..., object]) -> Recipe:
    recipe, table, rows = board.recipe, board.table, level_rows(board)
    rules = []
    for j, rule in enumerate(recipe.indicators):
        groups = groups_of(table, rule)
        stated = change(rule)
        rules.append(
            fitted_rule(
                stated,  # type: ignore[arg-type]
                board.filled[rows, j],
                None if groups is None else groups[rows],
                recipe.scale,
                [table.units[row] for row in rows],
                recipe.reference_unit,
            )
        )
    return replace(recipe, indicators=tuple(rules))


_CHANGES: tuple[tuple[str, Label, Callable[[Scoreboard], Recipe | None]], ...] = (
    ("equal", ("各级等权", "equal weights at every node"), _equal),
    ("arithmetic", ("各级算术平均", "arithmetic means at every node"), _means("arithmetic")),
    ("geometric", ("各级几何平均", "geometric means at every node"), _means("geometric")),
    ("minmax", ("按样本极值标准化", "min-max bounds of the sample"), _scaled("minmax")),
    ("ranks", ("按位次标准化", "percentile ranks"), _scaled("percentile_rank")),
    ("untreated", ("不作异常值处理", "no treatment of outliers"), _untreated),
    ("unfilled", ("不填补缺失", "no imputation"), _unfilled),
)
