"""One summary of a board; text, repr and HTML are made from it."""

from __future__ import annotations

import html
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yitihua.definitions.levels import level_word
from yitihua.index.tables import score_order
from yitihua.publish.words import TITLES, method_lines

if TYPE_CHECKING:
    from yitihua.index.scoreboard import Scoreboard

STAR = "★"


@dataclass(frozen=True)
class Summary:
    """What a reader sees first.

    Attributes
    ----------
    title, notices : str, list of str
        What it is, and what must be known about it.
    header, rows : list
        The ranking; cells are text.
    methods : list of (str, str)
        Every choice that decides a headline.
    more : int
        Units not shown.
    """

    title: str
    notices: list[str]
    header: list[str]
    rows: list[list[str]]
    methods: list[tuple[str, str]]
    more: int
    lang: str


def summarise(board: Scoreboard, lang: str = "en", top: int | None = 10, dimensions: bool = True) -> Summary:
    """Return the summary of a board.

    Parameters
    ----------
    board : Scoreboard
        The result.
    lang : {"en", "zh"}
        Language.
    top : int or None
        Units shown a level; None for all.
    dimensions : bool
        Whether to show the first-level nodes, where there are at most five.
    """
    recipe, table = board.recipe, board.table
    which = 0 if lang == "zh" else 1
    first = list(recipe.first_level) if dimensions and len(recipe.first_level) <= 5 else []
    several = len(set(table.levels)) > 1
    header = [TITLES["rank"][which], TITLES["name"][which], TITLES["score"][which]]
    header += [rule.title[which] for rule in recipe.grades] + [TITLES["coverage"][which], *first]
    rows: list[list[str]] = []
    shown: dict[str, int] = {}
    everything = np.hstack([board.normalised, board.node_values])
    digits = 2 if recipe.scale[1] - recipe.scale[0] > 10 else max(3, min(recipe.score_decimals, 4))
    for row in score_order(board):
        level = table.levels[row]
        shown[level] = shown.get(level, 0) + 1
        if top is not None and shown[level] > top:
            continue
        name = table.name_of(int(row), lang) + (f" ({level_word(level, lang)})" if several else "")
        if table.units[row] == recipe.reference_unit:
            name += "〔基准〕" if lang == "zh" else " [reference]"
        cells = [_number(board.rank[row], 0), name, _number(board.total[row], digits)]
        cells += [_grade(board, rule.code, int(row), lang) for rule in recipe.grades]
        cells.append(f"{board.coverage[row]:.0%}")
        cells += [_number(everything[row, recipe.plan.column[code]], digits - (digits == 2)) for code in first]
        rows.append(cells)
    return Summary(
        title=recipe.title[which] + (f" · {table.period}" if table.period else ""),
        notices=notices(board, lang),
        header=header,
        rows=rows,
        methods=method_lines(recipe, lang),
        more=len(table.units) - len(rows),
        lang=lang,
    )


def notices(board: Scoreboard, lang: str) -> list[str]:
    """Return what must be said beside any number of this board."""
    which = 0 if lang == "zh" else 1
    found = []
    if board.table.simulated or board.recipe.simulated:
        found.append(
            ("模拟数据：指标值为模拟，不得作为结论引用。", "SIMULATED DATA 模拟数据: the values are simulated, no finding may be drawn.")[which]
        )
    if board.recipe.notice[which] and not _contradicts(board):
        found.append(board.recipe.notice[which])
    unscored = int(np.isnan(board.total).sum())
    if unscored:
        found.append(
            (f"{unscored}个单位覆盖率不足，不评分、不评级，原因见scores.csv的note列。", f"Not scored for low coverage: {unscored} (the notes in scores.csv say why).")[which]
        )
    found += board.table.notices
    return found


def _contradicts(board: Scoreboard) -> bool:
    """An edition's word on its shipped data does not hold for data of the user's own."""
    own = any(not line.name.startswith("data/") for line in board.table.lineage) or not board.table.lineage
    return own and board.recipe.notice[1].startswith("Real data")


def _grade(board: Scoreboard, scheme: str, row: int, lang: str) -> str:
    rule = next(rule for rule in board.recipe.grades if rule.code == scheme)
    index = int(board.grade_indices[scheme][row])
    if index < 0:
        return "-"
    if scheme == "stars":
        return STAR * (index + 1)
    return rule.names[index][0 if lang == "zh" else 1]


def _number(value: float, digits: int) -> str:
    return "-" if np.isnan(value) else f"{value:.{digits}f}"


def width(text: str) -> int:
    """Return the columns a text takes in a terminal; Chinese characters take two.

    Examples
    --------
    >>> width("A权重")
    5
    """
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def summary_text(board: Scoreboard, lang: str = "en", top: int | None = 10) -> str:
    """Return the summary as plain text."""
    summary = summarise(board, lang, top, dimensions=False)
    table = [summary.header, *summary.rows]
    widths = [max(width(row[column]) for row in table) for column in range(len(summary.header))]
    lines = [f"<Scoreboard> {summary.title}", *summary.notices, ""]
    for cells in table:
        padded = [cell + " " * (size - width(cell)) for cell, size in zip(cells, widths, strict=True)]
        lines.append("  ".join(padded).rstrip())
    if summary.more:
        lines.append(f"… {summary.more} more; .scores has all")
    return "\n".join(lines)


def summary_html(board: Scoreboard, lang: str = "en", top: int | None = 10) -> str:
    """Return the summary as an HTML fragment; every text is escaped."""
    summary = summarise(board, lang, top)
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in summary.header)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in summary.rows
    )
    said = "".join(f"<p><strong>{html.escape(text)}</strong></p>" for text in summary.notices)
    how = "".join(f"<tr><td>{html.escape(a)}</td><td>{html.escape(b)}</td></tr>" for a, b in summary.methods)
    more = f"<p>… {summary.more} more</p>" if summary.more else ""
    return (
        f"<div><h4>{html.escape(summary.title)}</h4>{said}"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"
        f"<details><summary>{'方法' if lang == 'zh' else 'method'}</summary><table>{how}</table></details></div>"
    )
