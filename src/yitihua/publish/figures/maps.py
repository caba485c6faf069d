"""Two maps: a tile a county, and a cell a county and indicator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from yitihua.analysis.asked import known_codes, level_name
from yitihua.analysis.stages import ancestors_of, chosen_codes
from yitihua.errors import InputError, refuse, suggest
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.places import known_places
from yitihua.indicators.table import Floats
from yitihua.publish.figures import choosing, style
from yitihua.publish.figures.choosing import Ints
from yitihua.publish.figures.drawing import canvas, finished, shortened, text_width
from yitihua.publish.figures.intervals import estimated_codes, points_interval
from yitihua.publish.summary import probability_words
from yitihua.publish.tiles import known_tiles, short_name

#: Inches of a tile; of a cell across and down; of names beside and below at most.
TILE, ACROSS, DOWN, NAME, BELOW = 0.64, 0.15, 0.145, 2.0, 2.1
#: Codes that a heat map holds, and codes up to which numbers stand in the cells.
CODES, NUMBERS = 80, 12
MISSING, HATCH = "#E3E3E3", "////"

Tiles = Mapping[str, tuple[int, int]]


@style.styled()
def tiles(
    board: Scoreboard,
    what: str = "score",
    level: str | None = None,
    where: Tiles | None = None,
    lang: str = "en",
    ax: Axes | None = None,
) -> Figure:
    """Draw the tile map; see `yitihua.publish.figures.plotting.Plot.tiles`."""
    zh = lang == "zh"
    rows = board.level_rows[level_name(board, level)]
    grid = known_tiles() if where is None else where
    strange = [board.table.units[row] for row in rows if board.table.units[row] not in grid]
    if strange:
        raise refuse("figure-no-tiles", key="where", found=strange)
    named, values, colours, texts, key = _content(board, what, rows, lang)
    title = choosing.title_of(board, f"{named}（方格图）" if zh else f"{named} (tile map)", lang)
    said = ["一格为一个单位，只示意相对位置，不是地图，不反映面积和边界；粗线为设区市" if zh else
            "A tile a unit: positions are rough, this is no map and shows neither areas nor boundaries; "
            "thick lines part cities"]  # fmt: skip
    lines = _interval_lines(board, what, rows)
    if lines is not None and board.sampled is not None and what in {rule.code for rule in board.recipe.grades}:
        said.append("第三行为得到该等级的概率（只含问卷调查的抽样误差）" if zh else
                    "Third line: probability of that grade (sampling error of surveys only)")  # fmt: skip
    elif lines is not None and board.sampled is not None:
        said.append(f"第三行为{board.sampled.level:.0%}区间（只含问卷调查的抽样误差）" if zh else
                    f"Third line: {board.sampled.level:.0%} intervals (sampling error of surveys only)")  # fmt: skip
    at = np.array([grid[board.table.units[row]] for row in rows])
    low, high = at.min(axis=0), at.max(axis=0) + 1
    size = ((high - low)[1] * TILE + 0.3, (high - low)[0] * TILE + 0.75)
    figure, (one,) = canvas(board, lang, title, said, (max(size[0], 5.0), size[1]), ax=ax)
    zoom = 1.0
    if ax is not None:  # text as large as the tiles that fit there
        box, dpi = ax.get_window_extent(), figure.dpi
        zoom = min(1.0, box.width / dpi / size[0], box.height / dpi / size[1])
    for k, row in enumerate(rows):
        name = short_name(board.table.name_of(int(row), lang))
        _tile(one, at[k], colours[k], name, texts[k], None if lines is None else lines[k], zoom)
    _borders(one, {tuple(spot): board.table.units[row] for spot, row in zip(at.tolist(), rows, strict=True)})
    one.set_xlim(low[1] - 0.06, high[1] + 0.06)
    one.set_ylim(high[0] + 0.06, low[0] - 0.06)
    one.set_aspect("equal")
    one.set_axis_off()
    _tile_key(figure, one, key, values, zh, ax is not None)
    words = f"{title}。共{len(rows)}格。" if zh else f"{title}. {len(rows)} tiles."
    return finished(figure, title, words + _extremes(board, rows, values, texts, lang), board, lang)


def _content(
    board: Scoreboard, what: str, rows: Ints, lang: str
) -> tuple[str, Floats, list[Any], list[str], list[tuple[str, Any]] | None]:
    """Return name, values, colours and texts of the tiles, and the key of grades (None: a scale)."""
    place = 0 if lang == "zh" else 1
    schemes = {rule.code: rule for rule in board.recipe.grades}
    if what in schemes:
        rule, index = schemes[what], board.grade_indices[what][rows]
        words, shades = choosing.grade_words(rule, lang), style.grade_colours(len(rule.labels))
        texts = [words[k] if k >= 0 else "—" for k in index]
        colours: list[Any] = [shades[k] if k >= 0 else None for k in index]
        key: list[tuple[str, Any]] = list(zip(words, shades, strict=True))
        return rule.title[place], np.where(index >= 0, index, np.nan).astype(float), colours, texts, key
    values = _values(board, what)[rows]
    name = ("得分" if lang == "zh" else "scores") if what == "score" else board.recipe.labels[
        board.recipe.code_of(what)][place]  # fmt: skip
    scale, norm = style.sequential(), _norm(values)
    digits = choosing.digits_of(board)
    texts = [choosing.shown(value, digits) for value in values]
    return name, values, [scale(norm(value)) if np.isfinite(value) else None for value in values], texts, None


def _values(board: Scoreboard, what: str) -> Floats:
    """Return the scores of what is asked for, shape (units,).

    Raises
    ------
    InputError
        If there is no such score, indicator, node or grade scheme.
    """
    if what == "score":
        return board.total
    try:
        code = board.recipe.code_of(what)
    except InputError:
        options = ["score", *(rule.code for rule in board.recipe.grades), *board.recipe.labels]
        raise refuse(
            "bad-choice", key="what", found=str(what), options=options, hint=suggest(str(what), options)
        ) from None
    return np.asarray(board.points[:, board.recipe.plan.column[code]])


def _norm(values: Floats) -> Normalize:
    known = values[np.isfinite(values)]
    return Normalize(float(known.min()), float(known.max())) if known.size else Normalize(0.0, 1.0)


def _interval_lines(board: Scoreboard, what: str, rows: Ints) -> list[str] | None:
    """Return intervals of scores as texts; in place of a score's, None where nothing is known."""
    if board.sampled is None:
        return None
    if what in {rule.code for rule in board.recipe.grades}:
        shares = board.sampled.published_grade_probability(what)[rows]
        return [probability_words(share) if np.isfinite(share) else "" for share in shares]
    digits, scores = choosing.digits_of(board), board.sampled.score_interval
    if what != "score":
        code = board.recipe.code_of(what)
        if code not in estimated_codes(board):
            return None
        column, none = board.recipe.plan.column[code], np.full(board.points.shape[1], np.nan)
        found = [points_interval(board, int(row)) or (none, none) for row in rows]
        low, high = (np.array([ends[k][column] for ends in found]) for k in (0, 1))
    else:
        low, high = (end[rows] for end in scores)
    return [f"{a:.{digits}f}–{b:.{digits}f}" if np.isfinite(a) else "" for a, b in zip(low, high, strict=True)]


def _tile(ax: Axes, spot: Any, colour: Any, name: str, text: str, line: str | None, zoom: float) -> None:
    row, col = (float(end) for end in spot)
    face = "white" if colour is None else colour
    ax.add_patch(Rectangle((col, row), 1, 1, facecolor=face, edgecolor="white", linewidth=1.0, gid="tile",
                           hatch=HATCH if colour is None else None))  # fmt: skip
    ink = style.ink_on(face)
    three = bool(line)
    for shift, said, size in ((0.28 if three else 0.36, name, 7.5), (0.56 if three else 0.66, text, 7.5)):
        while size > 4.5 and text_width(said, size) > TILE * 0.94:
            size -= 0.5
        ax.text(col + 0.5, row + shift, said, ha="center", va="center", fontsize=size * zoom, color=ink)
    if line:
        ax.text(col + 0.5, row + 0.82, line, ha="center", va="center", fontsize=5.5 * zoom, color=ink)


def _borders(ax: Axes, where: dict[tuple[int, int], str]) -> None:
    """Draw thick lines round the tiles of every city that is known."""
    places = known_places()
    city = {spot: places[unit].city if unit in places else "" for spot, unit in where.items()}
    for (row, col), own in city.items():
        sides = {
            (row - 1, col): ((col, col + 1), (row, row)),
            (row + 1, col): ((col, col + 1), (row + 1, row + 1)),
            (row, col - 1): ((col, col), (row, row + 1)),
            (row, col + 1): ((col + 1, col + 1), (row, row + 1)),
        }
        for spot, (x, y) in sides.items():
            if own and city.get(spot) != own:
                ax.plot(x, y, color=style.INK, linewidth=1.1, solid_capstyle="round", zorder=4)


def _tile_key(
    figure: Figure, ax: Axes, key: list[tuple[str, Any]] | None, values: Floats, zh: bool, inside: bool
) -> None:
    missing = Patch(facecolor="white", edgecolor=style.FAINT, hatch=HATCH, label="不评分" if zh else "not scored")
    if key is not None:
        handles = [Patch(facecolor=shade, edgecolor=style.FAINT, label=word) for word, shade in reversed(key)]
        handles += [missing] if np.isnan(values).any() else []
        if inside:
            ax.legend(handles=handles, loc="lower right")
        else:
            figure.legend(handles=handles, loc="outside lower left", ncols=len(handles))
        return
    if np.isfinite(values).any():
        bar(figure, ax, _norm(values), "得分" if zh else "score")
    if np.isnan(values).any():
        ax.legend(handles=[missing], loc="lower right")


def bar(figure: Figure, ax: Axes, norm: Normalize, label: str, scale: Any = None) -> None:
    """Draw the scale of colours below axes."""
    from matplotlib.cm import ScalarMappable

    shown = ScalarMappable(norm, style.sequential() if scale is None else scale)
    made = figure.colorbar(shown, ax=ax, orientation="horizontal", shrink=0.5, aspect=35, pad=0.02, anchor=(0.0, 1.0))
    made.outline.set_visible(False)
    made.set_label(label, fontsize=style.SMALL, color=style.SOFT)
    style.tidy(made.ax)


def _extremes(board: Scoreboard, rows: Ints, values: Floats, texts: list[str], lang: str) -> str:
    if not np.isfinite(values).any():
        return ""
    ends = [int(np.nanargmax(values)), int(np.nanargmin(values))]
    first, last = (f"{board.table.name_of(int(rows[k]), lang)}{'' if lang == 'zh' else ' '}{texts[k]}" for k in ends)
    return f"最高{first}，最低{last}。" if lang == "zh" else f" Highest {first}, lowest {last}."


@style.styled()
def heatmap(
    board: Scoreboard,
    codes: str | Sequence[str] = "indicators",
    units: Sequence[str] | None = None,
    level: str | None = None,
    top: int | None = None,
    lang: str = "en",
    ax: Axes | None = None,
) -> Figure:
    """Draw points of units by indicator; see `yitihua.publish.figures.plotting.Plot.heatmap`."""
    zh, place = lang == "zh", 0 if lang == "zh" else 1
    recipe = board.recipe
    columns = chosen_codes(recipe, codes) if isinstance(codes, str) else known_codes(recipe, codes)
    if len(columns) > CODES or not columns:
        raise refuse("figure-many", key="codes", what="indicators", found=len(columns), high=CODES)
    chosen = choosing.choose_units(board, units, level, top)
    at = np.array([recipe.plan.column[code] for code in columns], dtype=np.int64)
    points = board.points[np.ix_(chosen.rows, at)]
    title = choosing.title_of(board, "各单位各指标得分" if zh else "points of every unit and indicator", lang)
    filled = _filled(board, chosen.rows, at)
    key = "颜色越深得分越高，带×的灰格为缺失，圆点为填补值；不显示误差"
    key = (
        key if zh else "Darker is better; crossed grey cells are missing, dots are filled values; errors are not shown"
    )
    said = [chosen.said(lang), key]
    names = [f"{board.rank[row]:.0f}  {shortened(board.table.name_of(int(row), lang), NAME, style.TINY)}"
             for row in chosen.rows]  # fmt: skip
    below = [f"{code}  {shortened(recipe.labels[code][place], BELOW, style.TINY)}" for code in columns]
    across = max(ACROSS, 0.42) if len(columns) <= NUMBERS else ACROSS
    beside, under = (max(text_width(text, style.TINY) for text in side) for side in (names, below))
    size = (max(len(columns) * across + beside + 0.4, 5.0), len(names) * DOWN + under + 1.15)
    figure, (one,) = canvas(board, lang, title, said, size, ax=ax)
    scale, norm = style.sequential().with_extremes(bad=MISSING), Normalize(*_span(board, points))
    one.imshow(
        np.ma.masked_invalid(points), cmap=scale, norm=norm, aspect="auto", interpolation="nearest", gid="points"
    )
    y, x = np.nonzero(filled)
    ink: Any = [style.ink_on(scale(norm(points[i, j]))) for i, j in zip(y, x, strict=True)]
    one.scatter(x, y, s=3, c=ink, linewidths=0, gid="filled")
    y, x = np.nonzero(np.isnan(points))
    one.scatter(x, y, s=7, marker="x", color=style.FAINT, linewidths=0.7, gid="missing")
    if len(columns) <= NUMBERS:
        _numbers(one, points, scale, norm, choosing.digits_of(board))
    one.set_yticks(np.arange(len(names)), names, fontsize=style.TINY)
    one.set_xticks(np.arange(len(columns)), below, rotation=90, fontsize=style.TINY)
    _families(one, board, columns)
    style.tidy(one)
    one.tick_params(labelsize=style.TINY, length=0)
    for side in one.spines.values():
        side.set_visible(False)
    bar(figure, one, norm, "得分" if zh else "points")
    missing = int(np.isnan(points).sum())
    alt = (f"{title}。{len(names)}个单位，{len(columns)}列，{missing}格缺失，{int(filled.sum())}格为填补值。" if zh else
           f"{title}. {len(names)} units by {len(columns)} columns, {missing} cells missing, "
           f"{int(filled.sum())} filled.")  # fmt: skip
    return finished(figure, title, alt, board, lang)


def _filled(board: Scoreboard, rows: Ints, columns: Ints) -> Any:
    """Return which cells were filled, shape (units, codes); nodes are never."""
    nodes = np.zeros(board.node_values.shape, dtype=bool)
    return np.hstack([board.imputed, nodes])[np.ix_(rows, columns)]


def _span(board: Scoreboard, points: Floats) -> tuple[float, float]:
    """Return the scale of the points: the recipe's, widened where points leave it."""
    low, high = board.recipe.scale
    known = points[np.isfinite(points)]
    if not known.size:
        return low, high
    inside = known.min() >= low and known.max() <= high
    return (low, high) if inside else (float(known.min()), float(known.max()))


def _numbers(ax: Axes, points: Floats, scale: Any, norm: Normalize, digits: int) -> None:
    for (i, j), value in np.ndenumerate(points):
        if np.isfinite(value):
            ax.text(j, i, choosing.shown(value, digits), ha="center", va="center", fontsize=6.0,
                    color=style.ink_on(scale(norm(value))))  # fmt: skip


def _families(ax: Axes, board: Scoreboard, codes: Sequence[str]) -> None:
    """Part the columns of different first-level nodes by white lines."""
    above = [(ancestors_of(board.recipe, code) or (code,)) for code in codes]
    first = [ups[-2] if len(ups) > 1 else code for ups, code in zip(above, codes, strict=True)]
    for k in range(1, len(first)):
        if first[k] != first[k - 1]:
            ax.axvline(k - 0.5, color="white", linewidth=2.0)
