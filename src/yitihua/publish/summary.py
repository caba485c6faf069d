"""One summary of a board; text, repr and HTML are made from it."""

from __future__ import annotations

import html
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yitihua.definitions.levels import level_word
from yitihua.index.tables import score_order
from yitihua.publish.words import TITLES, method_lines, sampling_line

if TYPE_CHECKING:
    from yitihua.index.recipe import GradeRule, Recipe
    from yitihua.index.scoreboard import Scoreboard

STAR = "★"


@dataclass(frozen=True)
class Ranking:
    """The ranking of one level: its word, rows of text cells, and how many units are not shown."""

    level: str
    rows: list[list[str]]
    more: int


@dataclass(frozen=True)
class Summary:
    """What a reader sees first.

    Attributes
    ----------
    title, notices : str, list of str
        What it is, and what must be known about it.
    header : list of str
        Titles of the ranking's columns.
    rankings : list of Ranking
        One a level: units of different level are not ranked together.
    methods : list of (str, str)
        Every choice that decides a headline.
    """

    title: str
    notices: list[str]
    header: list[str]
    rankings: list[Ranking]
    methods: list[tuple[str, str]]


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
        Whether to show the first-level nodes.
    """
    recipe, table = board.recipe, board.table
    which = 0 if lang == "zh" else 1
    first = recipe.first_level if dimensions else ()
    header = [TITLES["rank"][which], TITLES["name"][which], TITLES["score"][which]]
    if board.sampled is not None:
        header += [TITLES["score_interval"][which], TITLES["rank_interval"][which]]
    header += [rule.title[which] for rule in recipe.grades] + [TITLES["coverage"][which], *first]
    order = score_order(board)
    rankings = []
    for level in dict.fromkeys(table.levels):
        rows = [int(row) for row in order if table.levels[row] == level]
        shown = rows if top is None else rows[:top]
        cells = [_cells(board, row, lang, first) for row in shown]
        rankings.append(Ranking(level_word(level, lang), cells, len(rows) - len(shown)))
    title = recipe.title[which] + (f" · {table.period}" if table.period else "")
    methods = method_lines(recipe, lang)
    if board.sampled is not None:
        methods.append(sampling_line(board.sampled, lang))
    return Summary(title, notices(board, lang), header, rankings, methods)


def _cells(board: Scoreboard, row: int, lang: str, first: tuple[str, ...]) -> list[str]:
    recipe, table = board.recipe, board.table
    digits = score_digits(recipe)
    name = table.name_of(row, lang)
    if table.units[row] == recipe.reference_unit:
        name += "〔基准〕" if lang == "zh" else " [reference]"
    return [
        _number(board.rank[row], 0),
        name,
        _number(board.total[row], digits),
        *_intervals(board, row, digits),
        *(_grade(board, rule.code, row, lang) for rule in recipe.grades),
        f"{board.coverage[row]:.0%}",
        *(_number(board.points[row, recipe.plan.column[code]], digits - (digits == 2)) for code in first),
    ]


def _intervals(board: Scoreboard, row: int, digits: int) -> list[str]:
    """Return score and rank intervals of a unit, nothing where no indicator is estimated."""
    if board.sampled is None:
        return []
    if np.isnan(board.total[row]):
        return ["-", "-"]
    low, high = (end[row] for end in board.sampled.score_interval)
    best, worst = (int(end[row]) for end in board.sampled.rank_interval)
    fewer = digits - 1
    return [f"{low:.{fewer}f}–{high:.{fewer}f}", f"{best}–{worst}" if best < worst else str(best)]


def notices(
    board: Scoreboard, lang: str, reasons: tuple[str, str] = ("scores.csv的note列", "the notes in scores.csv")
) -> list[str]:
    """Return what must be said beside any number of this board; `reasons` is where it says why units have no score."""
    which = 0 if lang == "zh" else 1
    found = []
    if board.table.simulated or board.recipe.simulated:
        found.append(
            (
                "模拟数据：指标值为模拟，不得作为结论引用。",
                "SIMULATED DATA 模拟数据: the values are simulated, no finding may be drawn.",
            )[which]
        )
    if board.recipe.notice[which]:
        found.append(board.recipe.notice[which])
    unscored = int(np.isnan(board.total).sum())
    if unscored:
        found.append(
            (
                f"{unscored}个单位覆盖率不足，不评分、不评级，原因见{reasons[0]}。",
                f"Not scored for low coverage: {unscored} ({reasons[1]} say why).",
            )[which]
        )
    found += [notice[which] for notice in board.table.notices]
    return found


def _grade(board: Scoreboard, scheme: str, row: int, lang: str) -> str:
    rule = next(rule for rule in board.recipe.grades if rule.code == scheme)
    index = int(board.grade_indices[scheme][row])
    if index < 0:
        return "-"
    word = grade_word(rule, index)[0 if lang == "zh" else 1]
    if board.sampled is None:
        return word
    return f"{word} {probability_words(board.sampled.published_grade_probability(scheme)[row])}"


def grade_word(rule: GradeRule, index: int) -> tuple[str, str]:
    """Return a grade as shown, in Chinese and English: stars as stars.

    Examples
    --------
    >>> import yitihua as yt
    >>> stars, abc = yt.evaluate("zhejiang-2022").recipe.grades
    >>> grade_word(stars, 2), grade_word(abc, 0)
    (('★★★', '★★★'), ('C', 'C'))
    """
    if rule.code == "stars" and rule.labels == tuple(str(number + 1) for number in range(len(rule.labels))):
        return STAR * (index + 1), STAR * (index + 1)
    return rule.names[index]


def score_digits(recipe: Recipe) -> int:
    """Return the decimals of a score as shown.

    Examples
    --------
    >>> import yitihua as yt
    >>> score_digits(yt.evaluate("zhejiang-2022").recipe), score_digits(yt.evaluate("egdi-2022").recipe)
    (2, 4)
    """
    return 2 if recipe.scale[1] - recipe.scale[0] > 10 else max(3, min(recipe.score_decimals, 4))


def probability_words(probability: float) -> str:
    """Return a probability in percent; what is not certain is not printed as 100%.

    Examples
    --------
    >>> probability_words(1.0), probability_words(0.9995), probability_words(0.623)
    ('100%', '>99%', '62%')
    """
    return ">99%" if 0.995 <= probability < 1 else f"{probability:.0%}"


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


#: A ranking may wrap names longer than this so that the first-level scores still fit.
NAME_WIDTH = 22


def natural_width(summary: Summary) -> int:
    """Return how wide the ranking is when only long names are wrapped."""
    rows = [summary.header, *(row for ranking in summary.rankings for row in ranking.rows)]
    widths = [max(width(row[column]) for row in rows) + 1 for column in range(len(summary.header))]
    widths[1] = min(widths[1], NAME_WIDTH + 1)
    return sum(widths)


def summary_text(board: Scoreboard, lang: str = "en", top: int | None = 10) -> str:
    """Return the summary as plain text."""
    summary = summarise(board, lang, top, dimensions=False)
    lines = [f"<Scoreboard> {summary.title}", *summary.notices]
    table = [summary.header, *(row for ranking in summary.rankings for row in ranking.rows)]
    widths = [max(width(row[column]) for row in table) for column in range(len(summary.header))]

    def line(cells: list[str]) -> str:
        padded = (cell + " " * (size - width(cell)) for cell, size in zip(cells, widths, strict=True))
        return "  ".join(padded).rstrip()

    for ranking in summary.rankings:
        lines += ["", f"[{ranking.level}]"] if len(summary.rankings) > 1 else [""]
        lines += [line(summary.header), *(line(row) for row in ranking.rows)]
        if ranking.more:
            lines.append(
                f"… 另有{ranking.more}个，见.scores" if lang == "zh" else f"… {ranking.more} more; .scores has all"
            )
    return "\n".join(lines)


def summary_html(board: Scoreboard, lang: str = "en", top: int | None = 10) -> str:
    """Return the summary as an HTML fragment; every text is escaped."""
    summary = summarise(board, lang, top)

    def row(cells: list[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    parts = [f"<div><h4>{html.escape(summary.title)}</h4>"]
    parts += [f"<p><strong>{html.escape(text)}</strong></p>" for text in summary.notices]
    for ranking in summary.rankings:
        if len(summary.rankings) > 1:
            parts.append(f"<h5>{html.escape(ranking.level)}</h5>")
        body = "".join(row(cells, "td") for cells in ranking.rows)
        parts.append(f"<table><thead>{row(summary.header, 'th')}</thead><tbody>{body}</tbody></table>")
        if ranking.more:
            parts.append(f"<p>… 另有{ranking.more}个</p>" if lang == "zh" else f"<p>… {ranking.more} more</p>")
    how = "".join(row(list(pair), "td") for pair in summary.methods)
    word = "方法" if lang == "zh" else "method"
    parts.append(f"<details><summary>{word}</summary><table>{how}</table></details></div>")
    return "".join(parts)
