"""How sure a board is: ranges of ranks over replicates, and what the spread comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from yitihua.analysis.sensitivity.result import Sensitivity
from yitihua.analysis.stages import choose
from yitihua.analysis.uncertainty.result import Uncertainty
from yitihua.analysis.uncertainty.tables import SOURCES
from yitihua.errors import refuse
from yitihua.index.scoreboard import Scoreboard
from yitihua.publish.figures import choosing, style
from yitihua.publish.figures.drawing import canvas, finished, shortened, text_width

#: Inches of a row, of the axis below, of the scale of a column, of a name at most.
ROW, FOOT, SCALE, NAME = 0.168, 1.0, 2.9, 2.1
#: Inches of a bar, of the name of a factor at most; bars that one figure holds.
BAR, FACTOR, BARS = 0.3, 3.4, 60
JOINT = "#BDBDBD"


@style.styled()
def uncertainty(
    board: Scoreboard,
    found: Any,
    units: Sequence[str] | None = None,
    level: str | None = None,
    top: int | None = None,
    lang: str = "en",
    ax: Axes | None = None,
) -> Figure:
    """Draw ranges of ranks; see `yitihua.publish.figures.plotting.Plot.uncertainty`."""
    found = choosing.checked(board, found, Uncertainty, "found")
    chosen = choosing.choose_units(board, units, level, top)
    columns, rows = choosing.columns_of(len(chosen.rows))
    choosing.one_column(ax, columns)
    zh, place = lang == "zh", 0 if lang == "zh" else 1
    names = [shortened(board.table.name_of(int(row), lang), NAME, style.SMALL) for row in chosen.rows]
    title = choosing.title_of(board, "名次的不确定性" if zh else "uncertainty of ranks", lang)
    varied = ("、" if zh else ", ").join(SOURCES[name][place] for name in found.mix.sources)
    said = [chosen.said(lang), (
        f"{found.sound}次重复试验，同时变动：{varied}。粗线为各单位自身名次的{found.level:.0%}区间，细线为全部单位同时成立的区间"
        if zh else
        f"{found.sound} replicates vary {varied}. Thick: {found.level:.0%} intervals of every rank by itself; "
        "thin: of all ranks jointly"
    )]  # fmt: skip
    beside = max(text_width(name, style.SMALL) for name in names)
    size = (max(columns * (beside + SCALE + 0.3), 5.0), rows * ROW + FOOT)
    figure, axes = canvas(board, lang, title, said, size, (1, columns), ax, sharex=True)
    mean = found.mean_rank()
    for k, one in enumerate(axes):
        part = slice(k * rows, (k + 1) * rows)
        own = chosen.rows[part]
        at = np.arange(len(own))
        one.hlines(at, found.rank_sets[0][own], found.rank_sets[1][own], color=JOINT, linewidth=1.5, gid="joint")
        one.hlines(at, found.rank_interval[0][own], found.rank_interval[1][own], color=style.OKABE_ITO["sky"],
                   linewidth=3.5, zorder=3, gid="intervals")  # fmt: skip
        one.scatter(mean[own], at, s=28, marker="|", color=style.INK, linewidths=1.2, zorder=4, gid="mean")
        one.scatter(board.rank[own], at, s=14, color=style.OTHER, edgecolors=style.INK, linewidths=0.6, zorder=5,
                    gid="published")  # fmt: skip
        one.set_yticks(at, names[part])
        one.set_ylim(rows - 0.4, -0.6)
        one.set_xlim(0, len(board.level_rows[chosen.level]) + 1)
        one.set_xlabel("名次" if zh else "rank")
        style.tidy(one, "x")
    _rank_key(figure, axes[0], zh, ax is not None)
    widths = found.rank_interval[1][chosen.rows] - found.rank_interval[0][chosen.rows] + 1
    middle, widest = float(np.median(widths)), int(np.argmax(widths))
    alt = (
        f"{title}。名次区间宽度的中位数为{middle:.0f}，最宽者{names[widest]}，{widths[widest]:.0f}名。" if zh else
        f"{title}. The median interval holds {middle:.0f} places, the widest, of {names[widest]}, {widths[widest]:.0f}."
    )  # fmt: skip
    return finished(figure, title, alt, board, lang)


def _rank_key(figure: Figure, ax: Axes, zh: bool, inside: bool) -> None:
    handles = [
        Line2D([], [], marker="o", linestyle="", markersize=4, markerfacecolor=style.OTHER, markeredgecolor=style.INK,
               markeredgewidth=0.6, label="公布名次" if zh else "published rank"),
        Line2D([], [], marker="|", linestyle="", markersize=6, color=style.INK,
               label="平均名次" if zh else "mean rank"),
        Line2D([], [], color=style.OKABE_ITO["sky"], linewidth=3.5, label="自身区间" if zh else "by itself"),
        Line2D([], [], color=JOINT, linewidth=1.5, label="联合区间" if zh else "jointly"),
    ]  # fmt: skip
    if inside:
        ax.legend(handles=handles, loc="lower left")
    else:
        figure.legend(handles=handles, loc="outside lower left", ncols=4, columnspacing=1.2)


@style.styled()
def sobol(
    board: Scoreboard, found: Any, of: str = "factors", top: int = 20, lang: str = "en", ax: Axes | None = None
) -> Figure:
    """Draw sensitivity indices; see `yitihua.publish.figures.plotting.Plot.sobol`."""
    found = choosing.checked(board, found, Sensitivity, "found")
    choose("of", of, ("factors", "sources"))
    if isinstance(top, bool) or not isinstance(top, int) or not 1 <= top <= BARS:
        raise refuse("number-range", key="top", found=str(top), low="1", high=str(BARS))
    zh, place = lang == "zh", 0 if lang == "zh" else 1
    whole = found.table(lang) if of == "factors" else found.sources(lang)
    frame = whole.iloc[:top]
    target = found.target.title[place]
    what = ("Sobol'指数" if zh else "Sobol' indices") if found.indices is not None else (
        "Shapley效应" if zh else "Shapley effects")  # fmt: skip
    title = choosing.title_of(board, f"{target}的{what}" if zh else f"{what} of {target}", lang)
    said = [_share_words(found, len(whole) - len(frame), zh)]
    names = [shortened(name, FACTOR, style.SMALL) for name in frame["name"]]
    size = (max(text_width(name, style.SMALL) for name in names) + 4.2, len(names) * BAR + FOOT)
    figure, (one,) = canvas(board, lang, title, said, (max(size[0], 5.5), size[1]), ax=ax)
    bars = (("total", style.OKABE_ITO["sky"], 0.17), ("first", style.ACCENT, -0.17)) if found.indices is not None else (
        ("effect", style.ACCENT, 0.0),)  # fmt: skip
    for column, colour, shift in bars:
        _bars(one, frame, column, colour, shift, 0.34 if len(bars) > 1 else 0.55)
    one.set_yticks(np.arange(len(names)), names)
    one.set_ylim(len(names) - 0.4, -0.6)
    one.axvline(0, color=style.FAINT, linewidth=0.8)
    one.set_xlabel("占方差的比重" if zh else "share of the variance")
    style.tidy(one, "x")
    if len(bars) > 1:
        words = (("一阶指数", "总指数") if zh else ("first order", "total"))  # fmt: skip
        colours = (style.ACCENT, style.OKABE_ITO["sky"])
        handles = [Patch(color=colour, label=word) for colour, word in zip(colours, words, strict=True)]
        if ax is None:
            figure.legend(handles=handles, loc="outside lower left", ncols=2)
        else:
            one.legend(handles=handles, loc="lower right")
    return finished(figure, title, _sobol_alt(frame, bars[0][0], names, title, zh), board, lang)


def _bars(ax: Axes, frame: pd.DataFrame, column: str, colour: str, shift: float, height: float) -> None:
    """Draw the bars of one kind of index, with their intervals where there are any."""
    at = np.arange(len(frame)) + shift
    values = frame[column].to_numpy(dtype=float)
    for bar in ax.barh(at, values, height=height, color=colour, zorder=2):
        bar.set_gid(column)
    low, high = (frame[f"{column}_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
    ax.hlines(at, low, high, color=style.INK, linewidth=1.0, zorder=3, gid=f"{column}-intervals")


def _share_words(found: Sensitivity, more: int, zh: bool) -> str:
    left = (f"；另有{more}项较小，未画出" if zh else f"; {more} smaller ones are not drawn") if more > 0 else ""
    both = found.indices is not None
    if zh:
        kind = "总指数含与其他因素的共同作用，各项之和可大于1；一阶指数小于0的是估计误差" if both else "各项之和为1"
        return f"{found.runs}次运行；黑线为{found.level:.0%}区间；{kind}{left}"
    kind = "total indices hold what factors do together and may sum to more than 1; below 0 is error of the estimate"
    kind = kind if both else "effects sum to 1"
    return f"{found.runs} runs; black lines are {found.level:.0%} intervals; {kind}{left}"


def _sobol_alt(frame: pd.DataFrame, column: str, names: list[str], title: str, zh: bool) -> str:
    values = frame[column].to_numpy(dtype=float)
    first = [f"{name}{'' if zh else ' '}{value:.2f}" for name, value in zip(names[:3], values[:3], strict=True)]
    return f"{title}。最大者：{'，'.join(first)}。" if zh else f"{title}. Largest: {', '.join(first)}."
