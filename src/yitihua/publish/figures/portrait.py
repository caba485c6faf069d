"""One unit, or a few: bars of every indicator beside its peers, and a radar of the first level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from yitihua.analysis.asked import known_codes
from yitihua.analysis.stages import indicators_below
from yitihua.errors import refuse
from yitihua.index.recipe import Recipe
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats
from yitihua.publish.figures import choosing, style
from yitihua.publish.figures.drawing import canvas, finished, shortened, text_width, wrapped
from yitihua.publish.figures.intervals import points_interval
from yitihua.publish.summary import probability_words

#: Inches of a row, of the axis below, of the scale, of a name at most; indicators a portrait holds.
ROW, FOOT, SCALE, NAME, CODES = 0.172, 1.0, 3.6, 3.3, 120
#: Units that one radar holds.
UNITS = 4


@style.styled()
def portrait(board: Scoreboard, unit: str, lang: str = "en", ax: Axes | None = None) -> Figure:
    """Draw a unit beside its peers; see `yitihua.publish.figures.plotting.Plot.portrait`."""
    row, zh, place = board.table.row_of(unit), lang == "zh", 0 if lang == "zh" else 1
    recipe = board.recipe
    if len(recipe.codes) > CODES:
        raise refuse("figure-many", key="portrait", what="indicators", found=len(recipe.codes), high=CODES)
    name = board.table.name_of(row, lang)
    title = choosing.title_of(board, f"{name}画像" if zh else f"portrait of {name}", lang)
    codes, family = _rows(recipe)
    columns = [recipe.plan.column[code] for code in codes]
    peers = board.points[board.level_rows[board.table.levels[row]]][:, columns]
    interval = points_interval(board, row)
    said = [_standing(board, row, lang), _bars_said(board, interval is not None, zh)]
    names = [
        shortened(f"{code}  {recipe.labels[code][place]}" if recipe.labels[code][place] != code else code, NAME,
                  style.SMALL)
        for code in codes
    ]  # fmt: skip
    beside = max(text_width(text, style.SMALL) for text in names)
    figure, (one,) = canvas(board, lang, title, said, (beside + SCALE + 0.5, len(codes) * ROW + FOOT), ax=ax)
    nodes = np.array([code not in recipe.codes for code in codes])
    _peers(one, peers)
    _bars(one, board, row, columns, family, nodes, zh)
    if interval is not None:
        low, high = (end[columns] for end in interval)
        at = np.flatnonzero(high > low)
        one.hlines(at, low[at], high[at], color=style.INK, linewidth=1.1, zorder=5, gid="intervals")
    _ranks(one, peers, board.points[row, columns])
    one.set_yticks(np.arange(len(codes)), names)
    one.set_ylim(len(codes) - 0.4, -0.6)
    one.set_xlabel("得分（右侧为在同级单位中的名次）" if zh else "points (rank among its peers on the right)")
    style.tidy(one, "x")
    _portrait_key(figure, one, zh, ax is not None)
    return finished(figure, title, f"{title}{'。' if zh else '. '}{said[0]}{'。' if zh else '.'}", board, lang)


def _rows(recipe: Recipe) -> tuple[list[str], list[int]]:
    """Return the index, then every first-level node followed by its indicators, and the family of each (-1: none)."""
    codes, family = [recipe.root.code], [-1]
    for k, first in enumerate(recipe.first_level):
        below = [] if first in recipe.codes else list(indicators_below(recipe, first))
        codes += [first, *below]
        family += [k] * (1 + len(below))
    return codes, family


def _standing(board: Scoreboard, row: int, lang: str) -> str:
    """Return score, rank and grades of a unit, with their intervals and probabilities."""
    zh = lang == "zh"
    if np.isnan(board.total[row]):
        return "覆盖率不足，不评分" if zh else "Not scored: coverage is too low"
    digits, intervals = choosing.digits_of(board), choosing.intervals_of(board)
    score = choosing.shown(board.total[row], digits)
    if intervals is not None:
        low, high = (end[row] for end in intervals.score)
        ends = f"{choosing.shown(low, digits)}–{choosing.shown(high, digits)}"
        score += f"（{ends}）" if zh else f" ({ends})"
    rank = choosing.rank_words(row, board, intervals)
    of = int(np.isfinite(board.total[board.level_rows[board.table.levels[row]]]).sum())
    parts = [f"得分{score}", f"名次{rank}，共{of}个单位"] if zh else [f"Score {score}", f"rank {rank} of {of}"]
    for rule in board.recipe.grades:
        index = int(board.grade_indices[rule.code][row])
        if index >= 0:
            sure = ""
            if board.sampled is not None:
                sure = probability_words(board.sampled.published_grade_probability(rule.code)[row])
                sure = f"（概率{sure}）" if zh else f" (probability {sure})"
            word = choosing.grade_words(rule, lang)[index]
            parts.append(f"{rule.title[0]}{word}{sure}" if zh else f"{rule.title[1]} {word}{sure}")
    return ("；" if zh else "; ").join(parts)


def _bars_said(board: Scoreboard, drawn: bool, zh: bool) -> str:
    said = "灰带为同级单位的中间一半，竖线为中位数；斜纹为填补值" if zh else (
        "Grey bands hold the middle half of its peers, ticks their median; hatched: filled values")  # fmt: skip
    if drawn and board.sampled is not None:
        level = f"{board.sampled.level:.0%}"
        said += f"；黑线为{level}区间（只含问卷调查的抽样误差）" if zh else (
            f"; black lines: {level} intervals (sampling error of the surveys only)")  # fmt: skip
    return said


def _peers(ax: Axes, peers: Floats) -> None:
    """Draw quartiles and median of the peers behind and over the bars."""
    for k in range(peers.shape[1]):
        known = peers[np.isfinite(peers[:, k]), k]
        if known.size:
            low, middle, high = np.quantile(known, [0.25, 0.5, 0.75]).tolist()
            ax.barh(k, high - low, left=low, height=0.9, color="#E8E8E8", zorder=1)
            ax.plot([middle, middle], [k - 0.45, k + 0.45], color=style.INK, linewidth=1.2, zorder=4,
                    solid_capstyle="butt", gid=f"median-{k}")  # fmt: skip


def _bars(ax: Axes, board: Scoreboard, row: int, columns: list[int], family: list[int], nodes: Any, zh: bool) -> None:
    base = min(board.recipe.scale[0], 0.0) if np.nanmin(board.points[:, columns]) >= board.recipe.scale[0] else 0.0
    filled = np.append(board.imputed[row], np.zeros(board.node_values.shape[1], dtype=bool))[columns]
    for k, column in enumerate(columns):
        value = float(board.points[row, column])
        if not np.isfinite(value):
            ax.text(board.recipe.scale[0], k, " 缺失" if zh else " missing", va="center", fontsize=style.TINY,
                    color=style.WARNING, zorder=6)  # fmt: skip
            continue
        colour = style.SOFT if family[k] < 0 else style.CYCLE[family[k] % len(style.CYCLE)]
        ax.barh(k, value - base, left=base, height=0.62 if nodes[k] else 0.34, color=colour, zorder=3,
                hatch="////" if filled[k] else None, edgecolor="white" if filled[k] else colour,
                linewidth=0.0 if filled[k] else 0.5, gid=f"bar-{k}")  # fmt: skip


def _ranks(ax: Axes, peers: Floats, own: Floats) -> None:
    for k, value in enumerate(own):
        if np.isfinite(value):
            rank = 1 + int((peers[:, k] > value).sum())
            ax.text(1.01, k, f"{rank}", transform=ax.get_yaxis_transform(), va="center", fontsize=style.TINY,
                    color=style.SOFT)  # fmt: skip


def _portrait_key(figure: Figure, ax: Axes, zh: bool, inside: bool) -> None:
    handles: list[Any] = [
        Patch(color=style.ACCENT, label="本单位" if zh else "this unit"),
        Line2D(
            [],
            [],
            color=style.INK,
            marker="|",
            linestyle="",
            markersize=8,
            label="同级中位数" if zh else "peers' median",
        ),
        Patch(color="#E8E8E8", label="同级中间一半" if zh else "middle half of peers"),
    ]
    if inside:
        ax.legend(handles=handles, loc="lower right")
    else:
        figure.legend(handles=handles, loc="outside lower left", ncols=3, columnspacing=1.2)


def _spokes(recipe: Recipe, codes: Sequence[str] | None) -> tuple[str, ...]:
    """Return the codes of the spokes: as asked, else the highest level with three or more.

    Raises
    ------
    InputError
        If there are fewer than three, or more than can be read.
    """
    if codes is not None:
        found = known_codes(recipe, [codes] if isinstance(codes, str) else codes)
    else:
        nodes, found = {node.code: node for node in recipe.nodes}, recipe.first_level
        while len(found) < 3 and any(code in nodes for code in found):
            found = tuple(child for code in found for child in (nodes[code].children if code in nodes else (code,)))
    if len(found) < 3:
        raise refuse("figure-few", key="codes", found=len(found), low=3)
    if len(found) > 20:
        raise refuse("figure-many", key="codes", what="indicators", found=len(found), high=20)
    return found


@style.styled()
def radar(
    board: Scoreboard, units: str | Sequence[str], codes: Sequence[str] | None = None, lang: str = "en",
    ax: Axes | None = None,
) -> Figure:  # fmt: skip
    """Draw units on spokes; see `yitihua.publish.figures.plotting.Plot.radar`."""
    zh, place = lang == "zh", 0 if lang == "zh" else 1
    wanted = [units] if isinstance(units, str) else list(units)
    if not wanted:
        raise refuse("figure-units", key="units")
    rows = list(dict.fromkeys(board.table.row_of(unit) for unit in wanted))
    levels = list(dict.fromkeys(board.table.levels[row] for row in rows))
    if len(levels) > 1:
        raise refuse("different-levels", name=wanted, options=levels)
    if len(rows) > UNITS:
        raise refuse("figure-many", key="units", what="units", found=len(rows), high=UNITS)
    if ax is not None and ax.name != "polar":
        raise refuse("figure-polar", key="ax", found=ax.name)
    spokes = _spokes(board.recipe, codes)
    names = [board.table.name_of(row, lang) for row in rows]
    joined = ("、" if zh else ", ").join(names)
    title = choosing.title_of(board, f"{joined}雷达图" if zh else f"radar of {joined}", lang)
    peers = board.points[board.level_rows[levels[0]]][:, [board.recipe.plan.column[code] for code in spokes]]
    if not np.isfinite(board.points[rows][:, [board.recipe.plan.column[code] for code in spokes]]).any():
        raise refuse("figure-empty", name=levels[0])
    intervals = [points_interval(board, row) for row in rows]
    said = [_radar_said(board, any(one is not None for one in intervals), zh)]
    figure, (one,) = canvas(board, lang, title, said, (6.2, 4.9), ax=ax, subplot_kw={"projection": "polar"})
    _draw_radar(one, board, rows, names, spokes, intervals, _middle(peers), zh)
    labels = [board.recipe.labels[code][place] for code in spokes]
    broken = ["\n".join(wrapped(label, 1.2, style.SMALL)) for label in labels]
    one.set_xticks(_angles(len(spokes)), broken)
    for angle, text in zip(_angles(len(spokes)), one.get_xticklabels(), strict=True):
        across = float(np.sin(angle))  # away from the circle
        text.set_horizontalalignment("center" if abs(across) < 0.3 else "left" if across > 0 else "right")
    if ax is None:
        fits = sum(text_width(name, style.SMALL) + 0.6 for name in names) < 4.0
        figure.legend(loc="outside lower center", ncols=len(rows) + 1 if fits else 2)
    else:
        one.legend(loc="upper right")
    style.tidy(one)
    one.tick_params(axis="y", labelsize=style.TINY, labelcolor=style.FAINT)
    one.tick_params(axis="x", labelcolor=style.INK, pad=8)
    alt = ("；" if zh else "; ").join(
        f"{name}：" + "，".join(f"{label}{value}" for label, value in _pairs(board, row, spokes, labels)) if zh else
        f"{name}: " + ", ".join(f"{label} {value}" for label, value in _pairs(board, row, spokes, labels))
        for name, row in zip(names, rows, strict=True)
    )  # fmt: skip
    return finished(figure, title, f"{title}。{alt}。" if zh else f"{title}. {alt}.", board, lang)


def _middle(peers: Floats) -> Floats:
    """Return the median of every column, NaN where no unit has a value."""
    known = [column[np.isfinite(column)] for column in peers.T]
    return np.array([np.median(column) if column.size else np.nan for column in known])


def _angles(count: int) -> Floats:
    return np.linspace(0, 2 * np.pi, count, endpoint=False)


def _pairs(board: Scoreboard, row: int, spokes: Sequence[str], labels: list[str]) -> list[tuple[str, str]]:
    digits = choosing.digits_of(board)
    values = [board.points[row, board.recipe.plan.column[code]] for code in spokes]
    return [(label, choosing.shown(value, digits)) for label, value in zip(labels, values, strict=True)]


def _radar_said(board: Scoreboard, drawn: bool, zh: bool) -> str:
    said = "虚线为同级单位中位数；面积大小没有意义，请看各轴" if zh else (
        "Dashed: median of the peers; read the spokes, areas mean nothing")  # fmt: skip
    if drawn and board.sampled is not None:
        level = f"{board.sampled.level:.0%}"
        said += f"；轴上短线为{level}区间（只含问卷调查的抽样误差）" if zh else (
            f"; lines on spokes: {level} intervals (sampling error of the surveys only)")  # fmt: skip
    return said


def _draw_radar(
    ax: Any, board: Scoreboard, rows: list[int], names: list[str], spokes: Sequence[str],
    intervals: list[tuple[Floats, Floats] | None], middle: Floats, zh: bool,
) -> None:  # fmt: skip
    columns = [board.recipe.plan.column[code] for code in spokes]
    angle = _angles(len(spokes))
    around = np.append(angle, angle[0])
    ax.set_theta_offset(np.pi / 2)
    ax.set_theta_direction(-1)
    for k, row in enumerate(rows):
        own = board.points[row, columns]
        colour = style.CYCLE[k % len(style.CYCLE)]
        ax.plot(around, np.append(own, own[0]), color=colour, linewidth=1.6, marker="o", markersize=4, label=names[k],
                gid=f"unit-{k}")  # fmt: skip
        if len(rows) == 1:
            ax.fill(around, np.append(own, own[0]), color=colour, alpha=0.12, linewidth=0)
        if (found := intervals[k]) is not None:
            low, high = (end[columns] for end in found)
            for j in np.flatnonzero(high > low):
                ax.plot([angle[j]] * 2, [low[j], high[j]], color=colour, linewidth=3.0, alpha=0.5, gid=f"interval-{k}")
    ax.plot(around, np.append(middle, middle[0]), color=style.FAINT, linewidth=1.2, zorder=1.5, linestyle=(0, (4, 2)),
            label="同级中位数" if zh else "peers' median", gid="median")  # fmt: skip
    bottom, top = board.recipe.scale
    known = board.points[np.ix_(rows, columns)]
    if np.nanmin(known) >= bottom and np.nanmax(known) <= top:
        ax.set_ylim(bottom, top)
    ax.set_rlabel_position(90 / len(spokes))
    ax.spines["polar"].set_color(style.LINE)
    ax.grid(color=style.LINE, linewidth=0.5)
