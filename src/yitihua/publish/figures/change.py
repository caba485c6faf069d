"""What changed between two boards: scores as dumbbells, ranks as slopes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from yitihua.errors import refuse
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats
from yitihua.publish.figures import choosing, style
from yitihua.publish.figures.choosing import Intervals, Ints
from yitihua.publish.figures.drawing import canvas, finished, shortened, text_width

#: Inches of a row, of the axis below, of the scale of a column, of a name at most, of a row of slopes.
ROW, FOOT, SCALE, NAME, STEP = 0.19, 1.0, 3.0, 2.1, 0.14
#: Lines that stand out in a slope figure, upwards and downwards each, at most and one of so many; units it holds.
MOVERS, SHARE, MOST = 5, 6, 120


@dataclass(frozen=True, eq=False)
class Pair:
    """Units that two boards score: rows in either, best of the new first, and what must be said.

    Attributes
    ----------
    old, new : Scoreboard
    before, after : ndarray of int, shape (units,)
        Rows in the old and the new board.
    names : list of str
    labels : (str, str)
        What the boards are called.
    said : list of str
    """

    old: Scoreboard
    new: Scoreboard
    before: Ints
    after: Ints
    names: list[str]
    labels: tuple[str, str]
    said: list[str]


def pair_of(
    board: Scoreboard, other: Any, units: Sequence[str] | None, level: str | None, top: int | None,
    labels: tuple[str, str] | None, lang: str, most: int,
) -> Pair:  # fmt: skip
    """Return the units to draw of two boards.

    Raises
    ------
    InputError
        If `other` is no board, or they share no scored unit.
    """
    if not isinstance(other, Scoreboard):
        raise refuse(
            "figure-kind", key="other", name="Scoreboard", found=type(other).__name__, options="yt.evaluate(...)"
        )
    chosen = choosing.choose_units(board, units, level, top, most)
    place = {unit: row for row, unit in enumerate(other.table.units) if np.isfinite(other.total[row])}
    after = [int(row) for row in chosen.rows if board.table.units[row] in place]
    if not after:
        raise refuse("figure-other", key="other")
    before = [place[board.table.units[row]] for row in after]
    zh = lang == "zh"
    periods = (other.table.period, board.table.period)
    if labels is None:
        named = all(periods) and periods[0] != periods[1]
        labels = (str(periods[0]), str(periods[1])) if named else ("原结果", "本结果") if zh else ("before", "after")
    said = [chosen.said(lang)]
    lost = len(chosen.rows) - len(after)
    if lost:
        said.append(
            f"{lost}个在“{labels[0]}”中没有得分，未画出" if zh else f"{lost} without a score in {labels[0]} left out"
        )
    if (board.recipe.indicators, board.recipe.nodes) != (other.recipe.indicators, other.recipe.nodes):
        said.append("两次结果的方法、权重或由数据拟合的数值不同，变化不全来自数据；分解见diff" if zh else
                    "The two differ in methods, weights or fitted numbers too, so not all change is in the data: "
                    "see `diff`")  # fmt: skip
    names = [shortened(board.table.name_of(row, lang), NAME, style.SMALL) for row in after]
    return Pair(other, board, np.array(before), np.array(after), names, labels, said)


@style.styled()
def dumbbell(
    board: Scoreboard,
    other: Any,
    units: Sequence[str] | None = None,
    level: str | None = None,
    top: int | None = None,
    labels: tuple[str, str] | None = None,
    lang: str = "en",
    ax: Axes | None = None,
) -> Figure:
    """Draw two scores a unit; see `yitihua.publish.figures.plotting.Plot.dumbbell`."""
    pair = pair_of(board, other, units, level, top, labels, lang, choosing.ROWS * choosing.COLUMNS)
    zh = lang == "zh"
    columns, rows = choosing.columns_of(len(pair.names))
    choosing.one_column(ax, columns)
    title = choosing.title_of(board, f"得分变化（{pair.labels[0]}—{pair.labels[1]}）" if zh
                              else f"change of scores, {pair.labels[0]} to {pair.labels[1]}", lang)  # fmt: skip
    ends = [choosing.intervals_of(other), choosing.intervals_of(board)]
    said = [*pair.said]
    if any(end is not None for end in ends):
        said.append(_interval_words(ends, lang))
    beside = max(text_width(name, style.SMALL) for name in pair.names) + 0.5
    size = (max(columns * (beside + SCALE + 0.2), 5.0), rows * ROW + FOOT)
    figure, axes = canvas(board, lang, title, said, size, (1, columns), ax, sharex=True)
    for k, one in enumerate(axes):
        _bells(one, pair, slice(k * rows, (k + 1) * rows), ends, choosing.digits_of(board))
        one.set_ylim(rows - 0.4, -0.6)
        one.set_xlabel("得分（右侧为变化）" if zh else "score (change on the right)")
    _key(figure, axes[0], pair.labels, lang, ax is not None)
    change = board.total[pair.after] - other.total[pair.before]
    return finished(figure, title, _alt(pair, change, title, board, lang), board, lang)


def _bells(ax: Axes, pair: Pair, part: slice, ends: list[Intervals | None], digits: int) -> None:
    """Draw one column: a line between two dots, their intervals above and below it."""
    before, after = pair.old.total[pair.before[part]], pair.new.total[pair.after[part]]
    at = np.arange(len(after))
    for rows, end, shift, name in (
        (pair.before[part], ends[0], 0.24, "old"),
        (pair.after[part], ends[1], -0.24, "new"),
    ):
        if end is not None:
            low, high = end.score[0][rows], end.score[1][rows]
            ax.hlines(at + shift, low, high, color=style.FAINT, linewidth=1.2, zorder=2, gid=f"intervals-{name}")
    colours: Any = np.select([after > before, after < before], [style.ACCENT, style.OTHER], style.FAINT).tolist()
    ax.hlines(at, before, after, color=colours, linewidth=1.8, zorder=3, gid="changes")
    ax.scatter(before, at, s=16, c="white", edgecolors=colours, linewidths=1.2, zorder=4, gid="before")
    ax.scatter(after, at, s=20, c=colours, edgecolors=colours, linewidths=1.2, zorder=5, gid="after")
    ax.set_yticks(at, pair.names[part])
    for y, change in enumerate(after - before):
        text = signed(float(change), digits)
        ax.text(1.01, y, text, transform=ax.get_yaxis_transform(), va="center", fontsize=style.TINY, color=style.SOFT)
    style.tidy(ax, "x")


def signed(value: float, digits: int) -> str:
    """Return a number with its sign; what rounds to 0 has none.

    Examples
    --------
    >>> signed(1.26, 1), signed(-0.5, 1), signed(-0.01, 1)
    ('+1.3', '−0.5', '0.0')
    """
    text = f"{abs(value):.{digits}f}"
    return text if float(text) == 0 else ("+" if value > 0 else "−") + text


def _interval_words(ends: list[Intervals | None], lang: str) -> str:
    level = next(end.level for end in ends if end is not None)
    if lang == "zh":
        return f"灰色细线为两次得分各自的{level:.0%}区间（只含问卷调查的抽样误差）；变化小于区间者未必真实"
    return (
        f"Thin grey lines are {level:.0%} intervals of either score (sampling error of the surveys only); "
        "a change smaller than these may be none"
    )


def _key(figure: Figure, ax: Axes, labels: tuple[str, str], lang: str, inside: bool) -> None:
    up, down = ("上升", "下降") if lang == "zh" else ("up", "down")

    def dot(face: str, edge: str, label: str) -> Line2D:
        return Line2D([], [], marker="o", linestyle="", markersize=5, markerfacecolor=face, markeredgecolor=edge,
                      label=label)  # fmt: skip

    handles = [
        dot("white", style.SOFT, labels[0]), dot(style.SOFT, style.SOFT, labels[1]),
        dot(style.ACCENT, style.ACCENT, up), dot(style.OTHER, style.OTHER, down),
    ]  # fmt: skip
    if inside:
        ax.legend(handles=handles, loc="lower right")
    else:
        figure.legend(handles=handles, loc="outside lower left", ncols=4, handletextpad=0.2, columnspacing=1.2)


def _alt(pair: Pair, change: Floats, title: str, board: Scoreboard, lang: str) -> str:
    """Return the change in words: how many rose and fell, and who most."""
    digits = choosing.digits_of(board)
    most, least = int(np.argmax(change)), int(np.argmin(change))
    up, down = int((change > 0).sum()), int((change < 0).sum())
    ends = (signed(float(change[most]), digits), signed(float(change[least]), digits))
    if lang == "zh":
        return f"{title}。{up}个上升，{down}个下降；{pair.names[most]}{ends[0]}，{pair.names[least]}{ends[1]}。"
    return f"{title}. {up} rise and {down} fall; {pair.names[most]} {ends[0]}, {pair.names[least]} {ends[1]}."


@style.styled()
def slope(
    board: Scoreboard,
    other: Any,
    units: Sequence[str] | None = None,
    level: str | None = None,
    top: int | None = None,
    labels: tuple[str, str] | None = None,
    lang: str = "en",
    ax: Axes | None = None,
) -> Figure:
    """Draw the order in two boards; see `yitihua.publish.figures.plotting.Plot.slope`."""
    pair = pair_of(board, other, units, level, top, labels, lang, MOST)
    zh, count = lang == "zh", len(pair.names)
    title = choosing.title_of(board, f"名次变化（{pair.labels[0]}—{pair.labels[1]}）" if zh
                              else f"change of ranks, {pair.labels[0]} to {pair.labels[1]}", lang)  # fmt: skip
    ends = [choosing.intervals_of(other), choosing.intervals_of(board)]
    said = [*pair.said, "着色者为名次上升（蓝）、下降（橙）最多的单位" if zh
            else "In colour: those who gained (blue) and lost (orange) most places"]  # fmt: skip
    if count < len(board.total):
        said.append("连线按图中各单位的先后，所注名次为全部单位中的名次" if zh
                    else "Lines join places among the units drawn; printed ranks are among all")  # fmt: skip
    if shown := [end for end in ends if end is not None]:
        said.append(f"括号内为名次的{shown[0].level:.0%}区间（只含问卷调查的抽样误差）" if zh else
                    f"In brackets: {shown[0].level:.0%} rank intervals (sampling error of surveys only)")  # fmt: skip
    ranks = [
        [choosing.rank_words(int(row), one, end) for row in rows]
        for one, rows, end in ((other, pair.before, ends[0]), (board, pair.after, ends[1]))
    ]
    texts = [
        [f"{name}  {rank}" for name, rank in zip(pair.names, ranks[0], strict=True)],
        [f"{rank}  {name}" for name, rank in zip(pair.names, ranks[1], strict=True)],
    ]
    beside = max(text_width(text, style.TINY) for side in texts for text in side)
    size = (max(2 * beside + 3.2, 5.0), count * STEP + 0.75)
    figure, (one,) = canvas(board, lang, title, said, size, ax=ax)
    gained = other.rank[pair.before] - board.rank[pair.after]
    _lines(one, pair, texts, gained)
    return finished(figure, title, _slope_alt(pair, gained, title, lang), board, lang)


def _places(board: Scoreboard, rows: Ints) -> Ints:
    """Return the place of every unit among those drawn, from 0: ties stand one below another, by name order."""
    order = np.lexsort((np.arange(len(rows)), board.rank[rows]))
    places = np.empty(len(rows), dtype=np.int64)
    places[order] = np.arange(len(rows))
    return places


def _lines(ax: Axes, pair: Pair, texts: list[list[str]], gained: Floats) -> None:
    left, right = _places(pair.old, pair.before), _places(pair.new, pair.after)
    order = np.argsort(gained, kind="stable")
    movers = max(1, min(MOVERS, len(left) // SHARE))
    up = {int(k) for k in order[::-1][:movers] if gained[k] > 0}
    down = {int(k) for k in order[:movers] if gained[k] < 0}
    for k in range(len(left)):
        colour = style.ACCENT if k in up else style.OTHER if k in down else style.LINE
        strong = k in up or k in down
        ax.plot([0, 1], [left[k], right[k]], color=colour, linewidth=1.8 if strong else 0.9,
                zorder=3 if strong else 2, marker="o", markersize=2.5, clip_on=False, gid=f"slope-{k}")  # fmt: skip
        ink = style.INK if strong else style.SOFT
        ax.text(-0.02, float(left[k]), texts[0][k], ha="right", va="center", fontsize=style.TINY, color=ink)
        ax.text(1.02, float(right[k]), texts[1][k], ha="left", va="center", fontsize=style.TINY, color=ink)
    ax.set_ylim(len(left) - 0.4, -0.6)
    ax.set_xlim(0, 1)
    ax.set_yticks([])
    ax.set_xticks([0, 1], list(pair.labels))
    ax.xaxis.tick_top()
    for side in ax.spines.values():
        side.set_visible(False)
    style.tidy(ax)


def _slope_alt(pair: Pair, gained: Floats, title: str, lang: str) -> str:
    most, least = int(np.argmax(gained)), int(np.argmin(gained))
    ends = (signed(float(gained[most]), 0), signed(float(gained[least]), 0))
    if lang == "zh":
        return f"{title}。名次变化最大：{pair.names[most]}{ends[0]}，{pair.names[least]}{ends[1]}。"
    return f"{title}. Largest moves: {pair.names[most]} {ends[0]} places, {pair.names[least]} {ends[1]}."
