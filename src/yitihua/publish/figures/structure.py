"""What the index is made of: the tree, correlations, weights in effect."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from yitihua.analysis.correlations import THRESHOLDS, correlation_flags, correlation_matrix
from yitihua.analysis.importance import importance
from yitihua.analysis.stages import level_rows, weights_below
from yitihua.errors import refuse
from yitihua.index.recipe import Recipe
from yitihua.index.scoreboard import Scoreboard
from yitihua.publish.figures import choosing, style
from yitihua.publish.figures.drawing import canvas, finished, shortened, text_width
from yitihua.publish.figures.maps import bar

#: Inches of a leaf of the tree, between its columns, of a name at most; leaves it holds.
LEAF, GAP, NAME, LEAVES = 0.175, 0.45, 3.6, 120
#: Inches of a cell of the correlation map; codes it holds, and up to which numbers stand in it.
CELL, CODES, NUMBERS = 0.145, 80, 12
#: Inches of a row of weights; parts the figure holds.
ROW, PARTS = 0.175, 80


@style.styled()
def tree(board: Scoreboard, lang: str = "en", ax: Axes | None = None) -> Figure:
    """Draw the framework; see `yitihua.publish.figures.plotting.Plot.tree`."""
    recipe, zh = board.recipe, lang == "zh"
    if len(recipe.codes) > LEAVES:
        raise refuse("figure-many", key="tree", what="indicators", found=len(recipe.codes), high=LEAVES)
    title = choosing.title_of(board, "指标体系" if zh else "framework", lang)
    said = ["百分数为在总指数中的权重；空心点为逆向指标（越低越好）" if zh else
            "Percentages are weights in the whole index; hollow dots: less is better"]  # fmt: skip
    texts = _texts(recipe, lang)
    depth = {recipe.root.code: 0}
    for node in reversed(recipe.nodes):
        depth |= dict.fromkeys(node.children, depth[node.code] + 1)
    deepest = max(depth[code] for code in recipe.codes)
    # Indicators stand in the last column, whatever their depth.
    column = {code: deepest if code in recipe.codes else depth[code] for code in depth}
    widths = [max((text_width(texts[code], style.SMALL) for code in column if column[code] == k), default=0.0) + GAP
              for k in range(deepest + 1)]  # fmt: skip
    left = np.concatenate([[0.05], 0.05 + np.cumsum(widths)])
    width, height = float(left[-1]), len(recipe.codes) * LEAF
    figure, (one,) = canvas(board, lang, title, said, (max(width, 5.0), height + 0.2), ax=ax)
    y = _heights(recipe)
    strong = max(weights_below(recipe, recipe.root.code)[code] for code in recipe.first_level)
    effect = weights_below(recipe, recipe.root.code)
    positive = {rule.code: rule.positive for rule in recipe.indicators}
    for node in recipe.nodes:
        start = float(left[column[node.code]]) + 0.12 + text_width(texts[node.code], style.SMALL)
        for child in node.children:
            end = float(left[column[child]])
            turn = float(left[column[child]]) - GAP * 0.55
            line = 0.6 + 2.4 * effect[child] / strong
            one.plot([start, turn, turn, end], [y[node.code], y[node.code], y[child], y[child]], color=style.LINE,
                     linewidth=line, zorder=1, solid_joinstyle="round", gid="branch")  # fmt: skip
    for code, text in texts.items():
        x = float(left[column[code]])
        hollow = not positive.get(code, True)
        one.plot([x], [y[code]], marker="o", markersize=4.5, color=style.ACCENT, zorder=3, linestyle="",
                 markerfacecolor="white" if hollow else style.ACCENT, gid=f"code-{code}")  # fmt: skip
        under = None if code in recipe.codes else {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
        one.text(x + 0.08, y[code], text, va="center", fontsize=style.SMALL, zorder=3, bbox=under)
    one.set_xlim(0, max(width, 5.0))
    one.set_ylim(len(recipe.codes) - 0.4, -0.6)
    one.set_axis_off()
    names, count = ("；" if zh else "; ").join(texts[code] for code in recipe.first_level), len(recipe.codes)
    alt = f"{title}。{count}个末级指标，一级指标：{names}。" if zh else f"{title}. {count} indicators under {names}."
    return finished(figure, title, alt, board, lang)


def _texts(recipe: Recipe, lang: str) -> dict[str, str]:
    """Return what stands at every node and indicator: code, name, weight in the index."""
    place, weights = 0 if lang == "zh" else 1, weights_below(recipe, recipe.root.code)
    found = {}
    for code in [*recipe.codes, *(node.code for node in recipe.nodes)]:
        if code == recipe.root.code:
            found[code] = "总指数" if lang == "zh" else "index"
            continue
        name = shortened(recipe.labels[code][place], NAME, style.SMALL)
        head = "" if name == code else f"{code} "
        found[code] = f"{head}{name} {weights[code] * 100:.3g}%"
    return found


def _heights(recipe: Recipe) -> dict[str, float]:
    """Return the height of every code: leaves in the order of the tree, a node amid its children."""
    nodes = {node.code: node for node in recipe.nodes}
    found: dict[str, float] = {}

    def settle(code: str) -> float:
        if code in nodes:
            below = [settle(child) for child in nodes[code].children]
            found[code] = (below[0] + below[-1]) / 2
        else:
            found[code] = float(sum(leaf in recipe.codes for leaf in found if leaf not in nodes))
        return found[code]

    settle(recipe.root.code)
    return found


@style.styled()
def correlation(
    board: Scoreboard,
    codes: str | Sequence[str] = "indicators",
    kind: str = "pearson",
    stage: str = "normalised",
    level: str | None = None,
    lang: str = "en",
    ax: Axes | None = None,
) -> Figure:
    """Draw the correlation map; see `yitihua.publish.figures.plotting.Plot.correlation`."""
    zh, place = lang == "zh", 0 if lang == "zh" else 1
    frame = correlation_matrix(board, codes, kind, stage, level)
    labels, r = list(frame.index), frame.to_numpy(dtype=float, copy=True)
    if len(labels) > CODES:
        raise refuse("figure-many", key="codes", what="indicators", found=len(labels), high=CODES)
    words = {"pearson": ("皮尔逊", "Pearson"), "spearman": ("斯皮尔曼", "Spearman"), "kendall": ("肯德尔", "Kendall")}
    title = choosing.title_of(board, f"相关系数（{words[kind][0]}）" if zh else f"{words[kind][1]} correlations", lang)
    flags = correlation_flags(r, lang="en")
    np.fill_diagonal(flags, "")
    units, (negative, _, high) = len(level_rows(board, level)), THRESHOLDS
    low = f"{negative:g}".replace("-", "−")
    said = [f"{units}个单位；圆点为不高于{low}或不低于{high:g}的相关系数，灰格为无法计算" if zh else
            f"{units} units; dots mark correlations up to {low} or from {high:g}; grey: none"]  # fmt: skip
    names = [shortened(_named(board.recipe, label, place), 3.0, style.TINY) for label in labels]
    beside = max(text_width(name, style.TINY) for name in names)
    cell = max(CELL, 0.36) if len(labels) <= NUMBERS else CELL
    side = max(len(labels) * cell, 2.2)
    figure, (one,) = canvas(board, lang, title, said, (max(side + beside + 0.3, 5.0), side + 1.3), ax=ax)
    scale, norm = style.diverging().with_extremes(bad="#C8C8C8"), Normalize(-1, 1)
    one.imshow(
        np.ma.masked_invalid(r), cmap=scale, norm=norm, aspect="auto", interpolation="nearest", gid="correlations"
    )
    i, j = np.nonzero((flags == "negative") | (flags == "high"))
    one.scatter(j, i, s=4, color=style.INK, linewidths=0, gid="flags")
    if len(labels) <= NUMBERS:
        for (a, b), value in np.ndenumerate(r):
            if np.isfinite(value):
                text = f"{value:.2f}".replace("-", "−")
                one.text(b, a, text, ha="center", va="center", fontsize=6.5, color=style.ink_on(scale(norm(value))))
    one.set_yticks(np.arange(len(labels)), names)
    one.set_xticks(np.arange(len(labels)), labels, rotation=90)
    style.tidy(one)
    one.tick_params(labelsize=style.TINY, length=0)
    for edge in one.spines.values():
        edge.set_visible(False)
    bar(figure, one, norm, "相关系数" if zh else "correlation", scale)
    np.fill_diagonal(r, np.nan)
    p, q = np.unravel_index(int(np.nanargmax(np.abs(r))), r.shape) if np.isfinite(r).any() else (0, 0)
    alt = f"{title}。最强的一对：{names[p]}与{names[q]}，{r[p, q]:.2f}。" if zh else (
        f"{title}. Strongest pair: {names[p]} and {names[q]}, {r[p, q]:.2f}.")  # fmt: skip
    return finished(figure, title, alt, board, lang)


@style.styled()
def weights(
    board: Scoreboard,
    node: str | None = None,
    of: str = "indicators",
    level: str | None = None,
    lang: str = "en",
    ax: Axes | None = None,
) -> Figure:
    """Draw effective against nominal weights; see `yitihua.publish.figures.plotting.Plot.weights`."""
    zh, place = lang == "zh", 0 if lang == "zh" else 1
    found = importance(board, node, of, level=level)
    if len(found.codes) > PARTS:
        raise refuse("figure-many", key="of", what="indicators", found=len(found.codes), high=PARTS)
    title = choosing.title_of(board, "有效权重与名义权重" if zh else "effective against nominal weights", lang)
    said = ["有效权重：各部分与总分的相关比（一阶敏感度）占其总和的比重；权重是替代率，不等于影响力" if zh else
            "Effective: the correlation ratio with the score (first-order sensitivity) as a share of their sum; a "
            "weight is a rate of exchange, not influence"]  # fmt: skip
    names = [shortened(_named(board.recipe, code, place), 3.4, style.SMALL) for code in found.codes]
    beside = max(text_width(name, style.SMALL) for name in names)
    figure, (one,) = canvas(board, lang, title, said, (max(beside + 3.6, 5.0), len(names) * ROW + 1.0), ax=ax)
    at = np.arange(len(names))
    share = found.share * 100
    nominal = found.nominal * 100
    more = (style.ACCENT, style.OTHER)
    one.hlines(at, nominal, share, color=[more[0] if s >= w else more[1] for s, w in zip(share, nominal, strict=True)],
               linewidth=1.6, zorder=2)  # fmt: skip
    one.scatter(nominal, at, s=18, color="white", edgecolors=style.INK, linewidths=1.0, zorder=3, gid="nominal")
    one.scatter(share, at, s=18, c=[more[0] if s >= w else more[1] for s, w in zip(share, nominal, strict=True)],
                zorder=4, gid="effective")  # fmt: skip
    one.set_yticks(at, names)
    one.set_ylim(len(names) - 0.4, -0.6)
    one.set_xlim(left=0)
    one.set_xlabel("权重（%）" if zh else "weight (%)")
    style.tidy(one, "x")
    _weight_key(figure, one, zh, ax is not None)
    k = int(np.nanargmax(np.abs(share - nominal))) if np.isfinite(share).any() else 0
    a, b = f"{nominal[k]:.1f}%", f"{share[k]:.1f}%"
    alt = (f"{title}。相差最大：{names[k]}，名义{a}，有效{b}。" if zh else
           f"{title}. Largest difference: {names[k]}, nominal {a}, effective {b}.")  # fmt: skip
    return finished(figure, title, alt, board, lang)


def _named(recipe: Recipe, code: str, place: int) -> str:
    """Return code and name, or the code alone where it is the name."""
    name = recipe.labels[code][place]
    return code if name == code else f"{code} {name}"


def _weight_key(figure: Figure, ax: Axes, zh: bool, inside: bool) -> None:
    words = ("名义权重", "有效权重较高", "有效权重较低") if zh else ("nominal", "effective, higher", "effective, lower")
    faces = (("white", style.INK), (style.ACCENT, style.ACCENT), (style.OTHER, style.OTHER))
    handles = [
        Line2D([], [], marker="o", linestyle="", markersize=5, markerfacecolor=face, markeredgecolor=edge, label=word)
        for word, (face, edge) in zip(words, faces, strict=True)
    ]
    if inside:
        ax.legend(handles=handles, loc="lower right")
    else:
        figure.legend(handles=handles, loc="outside lower left", ncols=3, handletextpad=0.2, columnspacing=1.2)
