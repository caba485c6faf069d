"""The ranking: scores with their intervals, ranks with theirs, grades by colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from yitihua.analysis.asked import scheme_named
from yitihua.index.recipe import GradeRule
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats
from yitihua.publish.figures import choosing, style
from yitihua.publish.figures.choosing import Intervals
from yitihua.publish.figures.drawing import canvas, finished, shortened, text_width

#: Inches of a row, of the axis below, of the scale of a column, and of a name at most.
ROW, FOOT, SCALE, NAME = 0.168, 1.15, 2.9, 2.1


@style.styled()
def ranking(
    board: Scoreboard,
    units: Sequence[str] | None = None,
    level: str | None = None,
    top: int | None = None,
    uncertainty: Any = None,
    scheme: str | None = None,
    lang: str = "en",
    ax: Axes | None = None,
) -> Figure:
    """Draw scores, best first; see `yitihua.publish.figures.plotting.Plot.ranking`."""
    chosen = choosing.choose_units(board, units, level, top)
    intervals = choosing.intervals_of(board, uncertainty)
    rule = scheme_named(board.recipe, scheme) if scheme is not None or board.recipe.grades else None
    columns, rows = choosing.columns_of(len(chosen.rows))
    choosing.one_column(ax, columns)
    names = [shortened(board.table.name_of(int(row), lang), NAME, style.SMALL) for row in chosen.rows]
    ranks = [choosing.rank_words(int(row), board, intervals) for row in chosen.rows]
    beside = max(map(text_width, names)) + max(map(text_width, ranks))
    title = choosing.title_of(board, "得分排名" if lang == "zh" else "ranking by score", lang)
    said = [chosen.said(lang), *([intervals.said(lang)] if intervals is not None else [])]
    size = (max(columns * (beside + SCALE + 0.2), 5.0), rows * ROW + FOOT)
    figure, axes = canvas(board, lang, title, said, size, (1, columns), ax, sharex=True)
    for k, one in enumerate(axes):
        part = slice(k * rows, (k + 1) * rows)
        _column(one, board, chosen.rows[part], names[part], ranks[part], intervals, rule)
        one.set_ylim(rows - 0.4, -0.6)
        one.set_xlabel("得分（右侧为名次）" if lang == "zh" else "score (ranks on the right)")
    if rule is not None:
        _cuts(axes, rule, chosen.level)
        _key(figure, axes[0], rule, lang, ax is not None)
    return finished(figure, title, _alt(board, chosen, names, intervals, title, lang), board, lang)


def _column(
    ax: Axes, board: Scoreboard, rows: Any, names: list[str], ranks: list[str], intervals: Intervals | None,
    rule: GradeRule | None,
) -> None:  # fmt: skip
    """Draw one column of units from the top down."""
    at = np.arange(len(rows))
    scores = board.total[rows]
    if intervals is not None:
        segments(ax, at, intervals.score[0][rows], intervals.score[1][rows])
    colours = [style.ACCENT] * len(rows)
    if rule is not None:
        shades = style.grade_colours(len(rule.labels))
        colours = [shades[k] if k >= 0 else "#FFFFFF" for k in board.grade_indices[rule.code][rows]]
    ax.scatter(scores, at, s=20, c=colours, edgecolors=style.INK, linewidths=0.6, zorder=3, gid="scores")
    ax.set_yticks(at, names)
    for y, rank in enumerate(ranks):
        ax.text(1.01, y, rank, transform=ax.get_yaxis_transform(), va="center", fontsize=style.TINY, color=style.SOFT)
    style.tidy(ax, "x")


def segments(ax: Axes, at: Any, low: Floats, high: Floats, colour: str = style.FAINT) -> None:
    """Draw intervals as lines, one a row."""
    ax.hlines(at, low, high, color=colour, linewidth=2.0, zorder=2, gid="intervals")


def _cuts(axes: list[Axes], rule: GradeRule, level: str) -> None:
    """Draw the cuts of grades that lie within the scale in sight."""
    low, high = axes[0].get_xlim()
    for cut in rule.cuts_of(level) or ():
        if low < cut < high:
            for ax in axes:
                ax.axvline(cut, color=style.FAINT, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1, gid="cut")


def _key(figure: Figure, ax: Axes, rule: GradeRule, lang: str, inside: bool) -> None:
    """Draw what the colours mean, best grade first."""
    words, shades = choosing.grade_words(rule, lang), style.grade_colours(len(rule.labels))
    handles = [
        Line2D([], [], marker="o", linestyle="", markersize=5, markerfacecolor=shade, markeredgecolor=style.INK,
               markeredgewidth=0.6, label=word)
        for word, shade in zip(words, shades, strict=True)
    ][::-1]  # fmt: skip
    title = rule.title[0 if lang == "zh" else 1]
    if inside:
        ax.legend(handles=handles, title=title, loc="lower right", title_fontsize=style.SMALL)
    else:
        figure.legend(
            handles=handles, title=title, loc="outside lower left", ncols=len(handles), title_fontsize=style.SMALL,
            alignment="left", handletextpad=0.2, columnspacing=1.2,
        )  # fmt: skip


def _alt(
    board: Scoreboard, chosen: choosing.Chosen, names: list[str], intervals: Intervals | None, title: str, lang: str
) -> str:
    """Return the figure in words: who leads and who is last, with score and rank interval."""
    digits = choosing.digits_of(board)

    def one(k: int) -> str:
        row = int(chosen.rows[k])
        rank = choosing.rank_words(row, board, intervals)
        if lang == "zh":
            return f"第{rank}名{names[k]}{choosing.shown(board.total[row], digits)}分"
        return f"{names[k]} {choosing.shown(board.total[row], digits)}, rank {rank}"

    ends = list(dict.fromkeys([*range(min(3, len(names))), len(names) - 1]))
    if lang == "zh":
        return f"{title}。{chosen.said(lang)}。" + "；".join(one(k) for k in ends) + "。"
    return f"{title}. {chosen.said(lang)}. " + "; ".join(one(k) for k in ends) + "."
