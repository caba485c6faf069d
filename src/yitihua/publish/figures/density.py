"""How scores are spread: a kernel density a group, one above another."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from yitihua.analysis.distribution.of_boards import density as density_of
from yitihua.analysis.distribution.on_boards import By, groups_of, scores_of
from yitihua.errors import refuse
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.places import known_places
from yitihua.indicators.table import Floats
from yitihua.publish.figures import choosing, style
from yitihua.publish.figures.drawing import canvas, finished, shortened, text_width

#: Inches of a ridge, of the axis below, of the scale, of a name at most; how far a ridge may rise into the next.
RIDGE, FOOT, SCALE, NAME, RISE = 0.5, 0.7, 5.2, 2.2, 1.5
#: Ridges that one figure holds; above all their curves.
MOST, ABOVE = 40, 1000


@style.styled()
def density(
    board: Scoreboard,
    by: By | None = "city",
    code: str | None = None,
    level: str | None = None,
    lang: str = "en",
    ax: Axes | None = None,
) -> Figure:
    """Draw kernel densities; see `yitihua.publish.figures.plotting.Plot.density`."""
    zh = lang == "zh"
    scores = scores_of(board, code, level)
    whole = density_of(board, code, level=level).curves[""]
    ridges: list[tuple[str, Any, Floats]] = [("全部" if zh else "all units", whole, scores.values)]
    if by is not None:
        curves = density_of(board, code, by, level=level).curves
        labels = np.array(groups_of(scores, by), dtype=object)
        groups = [group for group in dict.fromkeys(labels.tolist()) if group is not None]
        if len(groups) > MOST:
            raise refuse("figure-many", key="by", what="groups", found=len(groups), high=MOST)
        names = _group_names(groups, by, lang)
        found = [(names[group], curves.get(group), scores.values[labels == group]) for group in groups]
        found = [(name, curve, own[np.isfinite(own)]) for name, curve, own in found]
        ridges += sorted((one for one in found if one[2].size), key=lambda one: -float(np.median(one[2])))
    what = board.recipe.labels[scores.code][0 if zh else 1] if code is not None else ""
    title = choosing.title_of(board, f"{what}得分的核密度" if zh else f"kernel density of {what or 'the'} scores", lang)
    said = [
        "高斯核，在分值范围两端反射；各组按中位数从高到低，曲线下面积相等；短线为各单位，圆点为中位数；单位很少的组，曲线仅供参考"
        if zh else
        "Gaussian kernel, reflected at the ends of the scale; groups by their median, equal areas under curves; ticks "
        "are units, dots medians; where units are few, the curve is no more than a hint"
    ]  # fmt: skip
    counts = [int(np.isfinite(own).sum()) for _, _, own in ridges]
    texts = [shortened(f"{name}（{n}）" if zh else f"{name} ({n})", NAME, style.SMALL)
             for (name, _, _), n in zip(ridges, counts, strict=True)]  # fmt: skip
    size = (max(text_width(text, style.SMALL) for text in texts) + SCALE, (len(ridges) + 0.4) * RIDGE + FOOT)
    figure, (one,) = canvas(board, lang, title, said, size, ax=ax)
    tallest = max(float(curve.f.max()) for _, curve, _ in ridges if curve is not None)
    for k, (_, curve, own) in enumerate(ridges):
        _ridge(one, k, curve, own[np.isfinite(own)], RISE / tallest)
    one.set_yticks(np.arange(len(ridges)), texts)
    one.set_ylim(len(ridges) - 0.55, -float(whole.f.max()) * RISE / tallest - 0.15)
    low, high = float(np.nanmin(scores.values)), float(np.nanmax(scores.values))
    margin = max(3 * whole.bandwidth, 0.02 * (high - low))
    one.set_xlim(*np.clip([low - margin, high + margin], whole.x[0], whole.x[-1]))
    one.set_xlabel("得分" if zh else "score")
    style.tidy(one, "x")
    return finished(figure, title, _alt(ridges, title, board, zh), board, lang)


def _ridge(ax: Axes, k: int, curve: Any, own: Floats, scale: float) -> None:
    """Draw one density over its base line, the units as ticks and the median as a dot."""
    colour = style.SOFT if k == 0 else style.ACCENT
    ax.axhline(k, color=style.LINE, linewidth=0.6, zorder=2 * k)
    if curve is not None:
        top = k - curve.f * scale
        ax.fill_between(curve.x, k, top, color=colour, alpha=0.25, linewidth=0, zorder=2 * k)
        ax.plot(curve.x, top, color=colour, linewidth=1.2, zorder=2 * k + 1, gid=f"density-{k}")
    ax.scatter(own, np.full(own.size, k + 0.1), marker="|", s=22, color=colour, linewidths=0.7, zorder=ABOVE,
               gid=f"units-{k}")  # fmt: skip
    ax.scatter([np.median(own)], [k], s=16, color=style.OTHER, edgecolors=style.INK, linewidths=0.6, zorder=ABOVE + 1,
               gid=f"median-{k}")  # fmt: skip


def _group_names(groups: list[str], by: By, lang: str) -> dict[str, str]:
    """Return the names of groups: of cities those of the shipped register, else the groups themselves."""
    names = {group: group for group in groups}
    if by == "city":
        for place in known_places().values():
            if place.city[:4] in names:
                names[place.city[:4]] = place.city_zh if lang == "zh" else place.city_en
    return names


def _alt(ridges: list[tuple[str, Any, Floats]], title: str, board: Scoreboard, zh: bool) -> str:
    digits = choosing.digits_of(board)
    middles = [
        f"{name}{'' if zh else ' '}{choosing.shown(float(np.nanmedian(own)), digits)}" for name, _, own in ridges
    ]
    if zh:
        return f"{title}。中位数：{'，'.join(middles)}。"
    return f"{title}. Medians: {', '.join(middles)}."
