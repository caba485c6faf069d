"""A board as data for the live panel: all that its arithmetic needs, and no more."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.definitions.levels import level_pair
from yitihua.errors import refuse
from yitihua.index.recipe import Recipe
from yitihua.index.scoreboard import Scoreboard
from yitihua.publish.panel.sets import panel_sets
from yitihua.publish.summary import notices
from yitihua.publish.words import method_word

if TYPE_CHECKING:
    from yitihua.definitions.edition import Edition
    from yitihua.index.sampling import Sampling

#: Of the payload; a script refuses any other.
FORMAT = 1
#: Aggregations that the panel's script computes itself.
MEANS = ("arithmetic", "geometric", "harmonic", "generalised")

Pair = tuple[str, str]


def panel_data(
    board: Scoreboard,
    sets: Sequence[str] | Mapping[str, Mapping[str, float]] | None = None,
    edition: Edition | None = None,
) -> dict[str, Any]:
    """Return a board as plain data for the panel.

    Parameters
    ----------
    board : Scoreboard
    sets : sequence of str or mapping, optional
        Weight sets to offer, see `panel_sets`; default: equal weights and the sets of the edition's index file.
    edition : Edition, optional
        Where sets are looked up; default: the shipped one that the board's recipe names.

    Returns
    -------
    dict
        Arrays are base64 of little-endian Float64 (`points`: a column an indicator and node, one after the other)
        and of bytes (`uncounted`: cells that do not count for coverage; "" where there are none). Names are
        (Chinese, English).

    Raises
    ------
    InputError
        If the index itself is made by a method that the panel cannot compute, or a set is unknown.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = panel_data(yt.evaluate("hdi"))
    >>> [node["code"] for node in found["nodes"]], found["decimals"]
    (['health', 'education', 'income', 'HDI'], 3)
    """
    recipe = board.recipe
    free = open_nodes(recipe)
    if recipe.root.code not in free:
        method = recipe.root.method
        raise refuse(
            "panel-method", key=f"aggregate, {recipe.root.code}", name=recipe.root.code,
            found=method_word(method, "zh"), found_en=method_word(method, "en"), options=list(MEANS),
        )  # fmt: skip
    offered, left_out = panel_sets(board, free, sets, edition)
    return {
        "format": FORMAT,
        "edition": recipe.edition,
        "title": recipe.title,
        "period": board.table.period or "",
        "notices": _notices(board),
        "simulated": bool(board.table.simulated or recipe.simulated),
        "decimals": recipe.score_decimals,
        "scale": recipe.scale,
        "noun": recipe.unit_noun,
        "units": _units(board),
        "columns": [{"code": code, "name": recipe.labels[code]} for code in recipe.plan.column],
        "indicators": len(recipe.codes),
        "points": base64.b64encode(np.asarray(board.points.T, dtype="<f8").tobytes()).decode("ascii"),
        "uncounted": _uncounted(board),
        "nodes": _nodes(recipe, free),
        "grades": _grades(board),
        "sampling": _sampling(board),
        "weight_set": (method_word(recipe.weight_set, "zh"), method_word(recipe.weight_set, "en")),
        "sets": offered,
        "sets_left_out": left_out,
    }


def panel_json(
    board: Scoreboard,
    sets: Sequence[str] | Mapping[str, Mapping[str, float]] | None = None,
    edition: Edition | None = None,
) -> str:
    """Return `panel_data` as JSON that may stand inside a page's script element.

    Examples
    --------
    >>> import yitihua as yt
    >>> "<" in panel_json(yt.evaluate("hdi"))
    False
    """
    text = json.dumps(panel_data(board, sets, edition), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # A name with "</script" or "<!--" in it would end the element, and the two separators are line ends in scripts.
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def open_nodes(recipe: Recipe) -> tuple[str, ...]:
    """Return the nodes whose weights the panel can change.

    A node made by another method than a mean keeps its published scores, and with it all below.

    Examples
    --------
    >>> import yitihua as yt
    >>> open_nodes(yt.evaluate("hdi").recipe)
    ('HDI', 'income', 'education', 'health')
    >>> open_nodes(yt.evaluate("hdi", aggregate="topsis").recipe)
    ()
    """
    found: list[str] = []
    for node in reversed(recipe.nodes):  # parents before children
        if node.method in MEANS and (node.parent is None or node.parent in found):
            found.append(node.code)
    return tuple(found)


def _notices(board: Scoreboard) -> list[Pair]:
    return list(zip(notices(board, "zh"), notices(board, "en"), strict=True))


def _units(board: Scoreboard) -> dict[str, Any]:
    table, levels = board.table, list(board.level_rows)
    rows = range(len(table.units))
    return {
        "codes": list(table.units),
        "names": [[table.name_of(row, lang) for row in rows] for lang in ("zh", "en")],
        "level": [levels.index(level) for level in table.levels],
        "levels": [level_pair(level) for level in levels],
    }


def _uncounted(board: Scoreboard) -> str:
    """Return which cells `add_up` does not count as observed, column by column; "" for none."""
    counted = np.isfinite(board.normalised)
    if not board.recipe.count_imputed:
        counted &= ~board.imputed
    return "" if counted.all() else base64.b64encode((~counted.T).astype(np.uint8).tobytes()).decode("ascii")


def _nodes(recipe: Recipe, free: Sequence[str]) -> list[dict[str, Any]]:
    place = recipe.plan.column
    return [
        {
            "code": node.code,
            "column": place[node.code],
            "children": [place[child] for child in node.children],
            "weights": list(node.weights),
            "method": node.method,
            "words": (method_word(node.method, "zh"), method_word(node.method, "en")),
            "floor": node.floor,
            "exponent": node.exponent,
            "coverage": node.coverage,
            "open": node.code in free,
        }
        for node in recipe.nodes
    ]


def _grades(board: Scoreboard) -> list[dict[str, Any]]:
    """Return the schemes with the cuts of every level; None where a level has no grades."""
    found = []
    for rule in board.recipe.grades:
        cuts = [rule.cuts_of(level) for level in board.level_rows]
        found.append(
            {
                "code": rule.code,
                "title": rule.title,
                "labels": rule.labels,
                "names": rule.names,
                "cuts": [None if own is None else [round(cut, 12) for cut in own] for own in cuts],
            }
        )
    return found


def _sampling(board: Scoreboard) -> dict[str, Any] | None:
    """Return rank intervals and the places of those who cannot be told apart; None where nothing was sampled."""
    found = board.sampled
    if found is None:
        return None
    low, high = found.rank_interval
    bands = bands_of(found)
    return {
        "level": found.level,
        "draws": found.draws,
        "ranks": [None if np.isnan(a) else (int(a), int(b)) for a, b in zip(low, high, strict=True)],
        "bands": bands,
    }


def bands_of(found: Sampling) -> list[tuple[int, int] | None]:
    """Return for every unit the best and worst rank among those who are in a group with it.

    Parameters
    ----------
    found : Sampling
        Its groups are runs of neighbours, so what a unit shares a group with is a run too.

    Returns
    -------
    list of (int, int) or None
        One a unit; None for a unit without a score.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("zhejiang-2022")  # simulated data
    >>> band = bands_of(board.sampled)[0]
    >>> band[0] <= board.rank[0] <= band[1]
    np.True_
    """
    board = found.board
    row_of = {unit: row for row, unit in enumerate(board.table.units)}
    bands: list[tuple[int, int] | None] = [None] * len(row_of)
    for groups in found.groups.values():
        for group in groups:
            rows = [row_of[unit] for unit in group]
            best, worst = int(board.rank[rows].min()), int(board.rank[rows].max())
            for row in rows:
                known = bands[row] or (best, worst)
                bands[row] = min(known[0], best), max(known[1], worst)
    return bands
