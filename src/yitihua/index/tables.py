"""The board's tables as tidy DataFrames; column names are the field's terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from yitihua.index.recipe import ViewRule

if TYPE_CHECKING:
    from yitihua.index.sampling import Sampling
    from yitihua.index.scoreboard import Scoreboard

Floats = npt.NDArray[np.float64]


def pick(label: tuple[str, str], lang: str) -> str:
    """Return the Chinese or the English of a label."""
    return label[0] if lang == "zh" else label[1]


def whole_or_na(values: Floats) -> Any:
    """Return floats as nullable whole numbers.

    Examples
    --------
    >>> whole_or_na(np.array([1.0, np.nan])).tolist()
    [1, <NA>]
    """
    return pd.array([pd.NA if np.isnan(value) else int(value) for value in values], dtype="Int64")


def _identity(board: Scoreboard, lang: str, rows: npt.NDArray[np.int64] | None = None) -> dict[str, list[str]]:
    index = range(len(board.table.units)) if rows is None else rows
    return {
        "unit": [board.table.units[row] for row in index],
        "name": [board.table.name_of(int(row), lang) for row in index],
        "level": [board.table.levels[row] for row in index],
    }


def grade_labels(board: Scoreboard, scheme: str) -> list[str | None]:
    """Return each unit's label in a scheme, None where there is no grade."""
    labels = next(rule.labels for rule in board.recipe.grades if rule.code == scheme)
    return [labels[index] if index >= 0 else None for index in board.grade_indices[scheme]]


def score_order(board: Scoreboard) -> npt.NDArray[np.int64]:
    """Return rows by level, then best first, then unscored in the table's order."""
    levels = {level: place for place, level in enumerate(dict.fromkeys(board.table.levels))}
    place = np.array([levels[level] for level in board.table.levels])
    missing = np.isnan(board.rank)
    return np.lexsort((np.arange(len(place)), np.where(missing, np.inf, board.rank), missing, place))


def score_table(board: Scoreboard, lang: str = "en") -> pd.DataFrame:
    """Return one row a unit: score, rank, grades, coverage, first-level nodes and a note."""
    recipe = board.recipe
    data: dict[str, Any] = {
        **_identity(board, lang),
        "score": board.total,
        "rank": whole_or_na(board.rank),
    }
    if board.sampled is not None:
        data |= _intervals(board.sampled)
    for rule in recipe.grades:
        data[rule.code] = pd.array(grade_labels(board, rule.code), dtype="string")
        if board.sampled is not None:
            data[f"{rule.code}_probability"] = board.sampled.published_grade_probability(rule.code)
    if board.sampled is not None:
        data["groups"] = group_numbers(board, board.sampled.groups)
    data["coverage"] = board.coverage
    place = recipe.plan.column
    for code in recipe.first_level:
        data[code] = board.points[:, place[code]]
    data["note"] = notes(board, lang)
    return pd.DataFrame(data).iloc[score_order(board)].reset_index(drop=True)


def _intervals(found: Sampling) -> dict[str, Any]:
    low, high = found.score_interval
    best, worst = found.rank_interval
    return {
        "score_se": np.where(np.isnan(found.board.total), np.nan, found.se),
        "score_low": low,
        "score_high": high,
        "rank_low": whole_or_na(best),
        "rank_high": whole_or_na(worst),
    }


def sampling_table(found: Sampling, lang: str = "en") -> pd.DataFrame:
    """Return one row a unit, best first: score and rank with intervals, every grade's probability, groups.

    ``stars=4`` is the probability of that grade; ``groups`` counts, from the best, the groups of
    units that cannot be told apart, to which the unit belongs.
    """
    board = found.board
    data: dict[str, Any] = {**_identity(board, lang), "score": board.total, **_intervals(found)}
    data["rank"] = whole_or_na(board.rank)
    for rule in board.recipe.grades:
        data[rule.code] = pd.array(grade_labels(board, rule.code), dtype="string")
        for k, label in enumerate(rule.labels):
            data[f"{rule.code}={label}"] = found.grade_probability[rule.code][:, k]
    data["groups"] = group_numbers(board, found.groups)
    frame = pd.DataFrame(data).iloc[score_order(board)].reset_index(drop=True)
    frame.attrs = {"edition": board.recipe.edition, "simulated": board.table.simulated or board.recipe.simulated}
    return frame


def group_numbers(board: Scoreboard, groups: Mapping[str, Sequence[tuple[str, ...]]]) -> list[str]:
    """Return the first and last group of every unit within its level: "3" or "3-7"; "" without a score.

    Parameters
    ----------
    board : Scoreboard
    groups : mapping
        Level -> groups of units, best first.
    """
    spans = group_spans(board, groups)
    return ["" if span is None else str(span[0]) if span[0] == span[1] else f"{span[0]}-{span[1]}" for span in spans]


def group_spans(board: Scoreboard, groups: Mapping[str, Sequence[tuple[str, ...]]]) -> list[tuple[int, int] | None]:
    """Return the first and last group of every unit within its level, from 1; None without a score.

    Groups are runs of neighbours in the ranking, so a unit is in all groups between its first and its last.
    """
    place: dict[str, list[int]] = {unit: [] for unit in board.table.units}
    for runs in groups.values():
        for number, units in enumerate(runs, start=1):
            for unit in units:
                place[unit].append(number)
    return [(numbers[0], numbers[-1]) if numbers else None for numbers in place.values()]


def notes(board: Scoreboard, lang: str = "en") -> list[str]:
    """Return, for each unit, why it has no score or grade, what was filled, and that data are simulated."""
    recipe = board.recipe
    common = []
    if board.table.simulated or recipe.simulated:
        common.append("模拟数据" if lang == "zh" else "simulated data 模拟")
    found = []
    for row, unit in enumerate(board.table.units):
        parts = list(common)
        if unit == recipe.reference_unit:
            parts.append("基准单位" if lang == "zh" else "reference unit")
        parts += _missing_nodes(board, row, lang)
        parts += _missing_grades(board, row, lang)
        if filled := int(board.imputed[row].sum()):
            of = len(recipe.codes)
            parts.append(f"{of}项中{filled}项为填补值" if lang == "zh" else f"{filled} of {of} values imputed")
        found.append(("；" if lang == "zh" else "; ").join(parts))
    return found


def _missing_nodes(board: Scoreboard, row: int, lang: str) -> list[str]:
    """Say which part right below the index is missing, with the share that its rule looked at."""
    if np.isfinite(board.total[row]):
        return []
    recipe = board.recipe
    which = 0 if lang == "zh" else 1
    parts = []
    nodes = {node.code: k for k, node in enumerate(recipe.nodes)}
    for code in recipe.first_level:
        label = f"{code} {recipe.labels[code][which]}"
        if code in nodes and np.isnan(board.node_values[row, nodes[code]]):
            k = nodes[code]
            parts.append(f"{label} {board.node_tested[row, k]:.0%} < {recipe.nodes[k].coverage:.0%}")
        elif code not in nodes and np.isnan(board.normalised[row, recipe.codes.index(code)]):
            spread = np.isfinite(board.treated[row, recipe.codes.index(code)])
            parts.append(label + (f" ({NO_SPREAD[which]})" if spread else ""))
    text = ("、" if which == 0 else ", ").join(parts) or f"{board.node_tested[row, -1]:.0%}"
    return [f"不评分：覆盖率不足（{text}）" if which == 0 else f"not scored: coverage too low ({text})"]


def _missing_grades(board: Scoreboard, row: int, lang: str) -> list[str]:
    if np.isnan(board.total[row]):
        return []
    absent = [rule.code for rule in board.recipe.grades if board.grade_indices[rule.code][row] < 0]
    if not absent:
        return []
    text = "、".join(absent) if lang == "zh" else ", ".join(absent)
    return [
        f"不评级（{text}）：不同得分少于等级数，或分界点与得分尺度不符"
        if lang == "zh"
        else f"not graded ({text}): fewer different scores than grades, or cuts that do not suit the points"
    ]


def rank_table(board: Scoreboard) -> pd.DataFrame:
    """Return unit, name, level, node, score, rank and coverage, one row a unit and node."""
    units, nodes = len(board.table.units), len(board.recipe.nodes)
    order = [nodes - 1, *range(nodes - 1)]
    return pd.DataFrame(
        {key: np.repeat(np.array(values, dtype=object), nodes) for key, values in _identity(board, "en").items()}
        | {
            "node": np.tile(np.array([board.recipe.nodes[k].code for k in order], dtype=object), units),
            "score": board.node_values[:, order].ravel(),
            "rank": whole_or_na(board.node_ranks[:, order].ravel()),
            "coverage": board.node_coverage[:, order].ravel(),
        }
    )


def grade_table(board: Scoreboard) -> pd.DataFrame:
    """Return unit, name, level, scheme, grade (1 = lowest) and label."""
    parts = []
    for rule in board.recipe.grades:
        indices = board.grade_indices[rule.code]
        part = pd.DataFrame(_identity(board, "en"))
        part["scheme"] = rule.code
        part["grade"] = whole_or_na(np.where(indices < 0, np.nan, indices + 1.0))
        part["label"] = pd.array(grade_labels(board, rule.code), dtype="string")
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


#: What may be said of a cell besides the remarks that came with the data.
CLIPPED_GOALPOSTS = ("超出目标区间，已截断", "outside goalposts, clipped")
CLIPPED_RANGE = ("超出拟合范围，已截断", "outside fitted range, clipped")
IMPUTED = ("已填补", "imputed")
WINSORISED = ("已缩尾", "winsorised")
NO_SPREAD = ("拟合数据无差异，未采用", "no spread in the fitted data, not used")


def cell_flags(board: Scoreboard, lang: str = "en") -> list[str]:
    """Return the flags of every cell, row by row: clipped, imputed, winsorised, remarks."""
    which = 0 if lang == "zh" else 1
    goal = np.array([rule.normalise.method == "goalposts" for rule in board.recipe.indicators])
    flat = np.isfinite(board.treated) & np.isnan(board.normalised)
    found: dict[tuple[int, int], list[str]] = {}
    for mask, words in (
        (board.clipped & goal, CLIPPED_GOALPOSTS),
        (board.clipped & ~goal, CLIPPED_RANGE),
        (board.imputed, IMPUTED),
        (flat, NO_SPREAD),
        (board.winsorised, WINSORISED),
    ):
        for row, j in np.argwhere(mask).tolist():
            found.setdefault((row, j), []).append(words[which])
    place = {code: j for j, code in enumerate(board.recipe.codes)}
    row_of = {unit: row for row, unit in enumerate(board.table.units)}
    for (unit, code), remarks in board.table.flags.items():
        if code in place:
            found.setdefault((row_of[unit], place[code]), []).extend(remark[which] for remark in remarks)
    units, codes = len(board.table.units), len(board.recipe.codes)
    return ["; ".join(found.get((row, j), ())) for row in range(units) for j in range(codes)]


def indicator_table(board: Scoreboard, lang: str = "en") -> pd.DataFrame:
    """Return one row a unit and indicator: raw value, se, n, every stage, weight, contribution, origin, flags."""
    table, codes = board.table, board.recipe.codes
    units, count = len(table.units), len(codes)
    contribution, weight = board.contribution_arrays
    columns = [table.indicators.index(code) for code in codes]

    def flat(array: Floats | None) -> Any:
        return np.full(units * count, np.nan) if array is None else array.ravel()

    assert table.origin is not None
    origin = table.origin[:, columns].copy()
    origin[board.imputed] = "imputed"
    return pd.DataFrame(
        {
            "unit": np.repeat(np.array(table.units, dtype=object), count),
            "indicator": np.tile(np.array(codes, dtype=object), units),
            "raw_value": flat(table.values[:, columns]),
            "se": flat(None if table.se is None else table.se[:, columns]),
            "n": flat(None if table.n is None else table.n[:, columns]),
            "treated": flat(board.treated),
            "normalised": flat(board.normalised),
            "weight": flat(weight[:, :count]),
            "contribution": flat(contribution[:, :count]),
            "origin": origin.ravel(),
            "flags": cell_flags(board, lang),
        }
    )


def contribution_table(board: Scoreboard, lang: str = "en") -> pd.DataFrame:
    """Return unit, code, name, depth, weight in force, points and contribution, top down."""
    recipe = board.recipe
    contribution, weight = board.contribution_arrays
    depth = {node.code: node.depth for node in recipe.nodes}
    depth |= {child: node.depth + 1 for node in recipe.nodes for child in node.children}
    codes = sorted(recipe.plan.column, key=lambda code: depth[code])
    order = [recipe.plan.column[code] for code in codes]
    units = len(board.table.units)
    return pd.DataFrame(
        {
            "unit": np.repeat(np.array(board.table.units, dtype=object), len(codes)),
            "code": np.tile(np.array(codes, dtype=object), units),
            "name": np.tile(np.array([pick(recipe.labels[code], lang) for code in codes], dtype=object), units),
            "depth": np.tile([depth[code] for code in codes], units),
            "weight": weight[:, order].ravel(),
            "points": board.points[:, order].ravel(),
            "contribution": contribution[:, order].ravel(),
        }
    )


def view_table(board: Scoreboard, rule: ViewRule, scores: Floats, lang: str) -> pd.DataFrame:
    """Return unit, name, level, one column a group, and their mean as "total"."""
    frame = pd.DataFrame(_identity(board, lang))
    for column, (code, _, _) in enumerate(rule.groups):
        frame[code] = scores[:, column]
    frame["total"] = scores[:, -1]
    return frame
