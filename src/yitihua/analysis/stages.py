"""Which numbers of a board an analysis looks at: a stage, the units of one level, a part of the tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from yitihua.errors import refuse, suggest
from yitihua.index.recipe import NodeRule, Recipe
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

Stage = Literal["raw", "denominated", "filled", "treated", "normalised"]
STAGES: tuple[str, ...] = get_args(Stage)

Ints = npt.NDArray[np.int64]


def choose(kind: str, wanted: str, options: Sequence[str]) -> None:
    """Refuse a word that is not among the options.

    Raises
    ------
    InputError
        Naming the options and the nearest of them.

    Examples
    --------
    >>> choose("stage", "raw", STAGES)
    """
    if wanted not in options:
        raise refuse(
            "unknown-reference", kind=kind, name=str(wanted), options=list(options),
            hint=suggest(str(wanted), options),
        )  # fmt: skip


def level_rows(board: Scoreboard, level: str | None = None) -> Ints:
    """Return the rows of the units of one level.

    Units of other levels are often sums or means of these (cities of counties), and would be counted twice.

    Parameters
    ----------
    board : Scoreboard
    level : str, optional
        Default: the level with the most units, the first of these.

    Raises
    ------
    InputError
        If there is no such level.

    Examples
    --------
    >>> import yitihua as yt
    >>> len(level_rows(yt.evaluate("hdi"))), len(level_rows(yt.evaluate("hdi"), "aggregate"))
    (193, 11)
    """
    rows = board.level_rows
    if level is None:
        return max(rows.values(), key=len) if rows else np.zeros(0, dtype=np.int64)
    choose("level", level, list(rows))
    return rows[level]


def stage_values(
    board: Scoreboard,
    codes: Sequence[str],
    stage: str = "normalised",
    level: str | None = None,
    directed: bool = False,
) -> Floats:
    """Return the columns of indicators and nodes, for the units of one level.

    Parameters
    ----------
    board : Scoreboard
    codes : sequence of str
        Indicators and nodes.
    stage : {"raw", "denominated", "filled", "treated", "normalised"}
        Values as they came in, divided, with joint imputations, treated (and filled), or points. A node has
        its score at every stage.
    level : str, optional
        See `level_rows`.
    directed : bool
        Turn the sign of indicators of which less is better, so that more is better everywhere. Points are
        directed already.

    Returns
    -------
    ndarray, shape (units of the level, len(codes))
        NaN missing; an indicator without spread has no points.

    Raises
    ------
    InputError
        If the stage, the level or a code is unknown.

    Examples
    --------
    >>> import yitihua as yt
    >>> stage_values(yt.evaluate("asem"), ["CO2", "Environ"]).shape
    (51, 2)
    """
    choose("stage", stage, STAGES)
    rows, recipe = level_rows(board, level), board.recipe
    column = [recipe.plan.column[recipe.code_of(code)] for code in codes]
    values = board.table.select(recipe.codes) if stage == "raw" else np.asarray(getattr(board, stage))
    if directed and stage != "normalised":
        values = values * np.array([1.0 if rule.positive else -1.0 for rule in recipe.indicators])
    return np.asarray(np.hstack([values[rows], board.node_values[rows]])[:, column])


def node_of(recipe: Recipe, wanted: str | None = None) -> NodeRule:
    """Return a node by code or name; default: the index itself.

    Raises
    ------
    InputError
        If there is no such node.

    Examples
    --------
    >>> import yitihua as yt
    >>> node_of(yt.evaluate("asem").recipe).children
    ('Sust', 'Conn')
    """
    if wanted is None:
        return recipe.root
    nodes = {node.code: node for node in recipe.nodes}
    code = recipe.code_of(wanted) if wanted not in nodes else wanted
    choose("node", code, list(nodes))
    return nodes[code]


def chosen_codes(recipe: Recipe, wanted: str | Sequence[str]) -> tuple[str, ...]:
    """Return the codes of "indicators", "nodes", "both", or those given by code or name.

    Raises
    ------
    InputError
        If one is unknown.

    Examples
    --------
    >>> import yitihua as yt
    >>> chosen_codes(yt.evaluate("hdi").recipe, "nodes")
    ('health', 'education', 'income', 'HDI')
    """
    nodes = tuple(node.code for node in recipe.nodes)
    if wanted == "indicators":
        return recipe.codes
    if wanted == "nodes":
        return nodes
    if wanted == "both":
        return recipe.codes + nodes
    return tuple(dict.fromkeys(recipe.code_of(code) for code in ([wanted] if isinstance(wanted, str) else wanted)))


def parents_of(recipe: Recipe) -> dict[str, str]:
    """Return the parent of every indicator and node but the index.

    Examples
    --------
    >>> import yitihua as yt
    >>> parents_of(yt.evaluate("asem").recipe)["CO2"]
    'Environ'
    """
    return {child: node.code for node in recipe.nodes for child in node.children}


def ancestors_of(recipe: Recipe, code: str) -> tuple[str, ...]:
    """Return the nodes above, from the parent to the index.

    Examples
    --------
    >>> import yitihua as yt
    >>> ancestors_of(yt.evaluate("asem").recipe, "CO2")
    ('Environ', 'Sust', 'Index')
    """
    parents, found = parents_of(recipe), []
    while code in parents:
        code = parents[code]
        found.append(code)
    return tuple(found)


def weights_below(recipe: Recipe, node: str) -> dict[str, float]:
    """Return the nominal weight in a node of all that stands below it: the product down the tree.

    From the index these are the recipe's `global_weights`, which COINr calls effective weights.

    References
    ----------
    COINr, R/weights.R, `get_eff_wts`: weights scaled to sum to 1 within each parent, times the parent's.

    Examples
    --------
    >>> import yitihua as yt
    >>> recipe = yt.evaluate("asem").recipe
    >>> round(weights_below(recipe, "Sust")["CO2"], 4), round(weights_below(recipe, "Index")["CO2"], 4)
    (0.0667, 0.0333)
    """
    nodes = {rule.code: rule for rule in recipe.nodes}
    found, open_nodes = {node: 1.0}, [node]
    while open_nodes:
        rule = nodes[open_nodes.pop()]
        for child, weight in zip(rule.children, rule.weights, strict=True):
            found[child] = found[rule.code] * weight
            if child in nodes:
                open_nodes.append(child)
    return found


def indicators_below(recipe: Recipe, node: str) -> tuple[str, ...]:
    """Return the indicators below a node, in the recipe's order.

    Examples
    --------
    >>> import yitihua as yt
    >>> indicators_below(yt.evaluate("asem").recipe, "Environ")
    ('Renew', 'PrimEner', 'CO2', 'MatCon', 'Forest')
    """
    below = weights_below(recipe, node)
    return tuple(code for code in recipe.codes if code in below)


def warnings_of(board: Scoreboard, lang: str) -> list[str]:
    """Return what must be said beside any number of a board: that it is simulated, and the edition's own notice.

    Examples
    --------
    >>> import yitihua as yt
    >>> warnings_of(yt.evaluate("hdi"), "en")
    []
    """
    said = []
    if board.table.simulated or board.recipe.simulated:
        zh, en = "模拟数据，不是任何县（市、区）的真实情况", "simulated data, not the facts of any county"
        said.append(zh if lang == "zh" else en)
    if notice := board.recipe.notice[0 if lang == "zh" else 1]:
        said.append(notice)
    return said


def marked(frame: pd.DataFrame, board: Scoreboard, lang: str, **said: Any) -> pd.DataFrame:
    """Return a table with what must be said beside its numbers in `.attrs`."""
    recipe = board.recipe
    frame.attrs = {
        "edition": recipe.edition,
        "simulated": board.table.simulated or recipe.simulated,
        "notice": recipe.notice[0 if lang == "zh" else 1],
    }
    frame.attrs.update(said)
    return frame
