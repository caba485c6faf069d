"""The page of figures: the whole province at a glance, and what the ranking hangs on."""

from __future__ import annotations

from typing import Any

import numpy as np

from yitihua.analysis.asked import level_name
from yitihua.analysis.correlations import correlation_matrix
from yitihua.analysis.distribution.of_boards import density
from yitihua.analysis.importance import importance
from yitihua.definitions.levels import level_pair
from yitihua.errors import InputError
from yitihua.publish.site.certainty import robust_line
from yitihua.publish.site.context import Site
from yitihua.publish.site.render import Pair, render

#: Units that a heat map and a chart of rank ranges hold; groups of a chart of densities; indicators of a matrix.
UNITS, GROUPS, CODES = 200, 40, 80
#: Base points of the Sobol' indices, and choices of which they are shown: the rest hardly counts.
POINTS, CHOICES = 256, 12
#: Points of a curve that are drawn.
CURVE = 80
SCRIPTS = (
    "site.js", "echarts/echarts.min.js", "charts.js", "compare-data.js", "shades.js", "charts-figures.js",
)  # fmt: skip


def figures_page(site: Site, version: str, bar: Any) -> bytes:
    """Return figures.html."""
    level = level_name(site.board, None)
    rows = [row for row in site.order if site.board.table.levels[row] == level and np.isfinite(site.board.total[row])]
    places = {row: place for place, row in enumerate(site.order)}  # of units in compare-data.js
    few = len(rows) <= UNITS
    page = {
        "title": ("图", "Figures"), "root": "", "file": "figures.html", "scripts": SCRIPTS,
        "level": level_pair(level), "count": len(rows), "most": UNITS,
        "heat": {"units": [places[row] for row in rows]} if few else None,
        "ranges": _ranges(site, rows) if few else None, "tall": 90 + 15 * len(rows),
        "robust": robust_line(site.robust),
        "weights": _weights(site, level), "sobol": _sobol(site), "choices": CHOICES,
        "densities": _densities(site, level), "matrix": _matrix(site, level),
    }  # fmt: skip
    return render("figures.html", page=page, site=site, version=version, bar=bar)


def _ranges(site: Site, rows: list[int]) -> dict[str, Any]:
    """Return the range of ranks of every unit under other choices, best first."""
    low, high = site.robust.rank_interval
    return {
        "names": [site.names[row] for row in rows],
        "ranks": [float(site.board.rank[row]) for row in rows],
        "low": [float(low[row]) for row in rows],
        "high": [float(high[row]) for row in rows],
        "of": len(rows),
    }


def _weights(site: Site, level: str) -> list[dict[str, Any]]:
    """Return nominal and effective weights of the first level; none where they cannot be told apart from chance."""
    try:
        found = importance(site.board, None, "children", level=level)
    except InputError:
        return []
    labels = site.board.recipe.labels
    return [
        {"name": labels[code], "href": site.indicator_files.get(code, ""), "nominal": float(w), "effective": float(s)}
        for code, w, s in zip(found.codes, found.nominal, found.share, strict=True)
    ]


def _sobol(site: Site) -> list[dict[str, Any]]:
    """Return first and total Sobol' indices of the mean shift of ranks, for the choices with the largest totals."""
    try:
        found = site.board.sensitivity(n=POINTS, seed=0)
    except InputError:
        return []
    zh = found.table("zh")
    names = dict(zip(zh["factor"], zh["name"], strict=True))
    columns = ("first", "first_low", "first_high", "total", "total_low", "total_high")
    return [
        {"name": (str(names[row["factor"]]), str(row["name"])), **{key: float(row[key]) for key in columns}}
        for row in found.frame.head(CHOICES).to_dict("records")
    ]


def _densities(site: Site, level: str) -> list[dict[str, Any]]:
    """Return the curve of all units and of every group, by the median; groups of one have none."""
    board = site.board
    inside = [row for row, own in enumerate(board.table.levels) if own == level]
    groups: dict[str, str] = {board.table.units[row]: site.group_of[row][0] for row in inside if site.group_of[row][0]}
    try:
        curves = {("全部", "all units"): density(board, level=level).curves[""]}
        if 1 < len(set(groups.values())) <= GROUPS:
            english = {site.group_of[row][0]: site.group_of[row][1] for row in inside}
            by_group = density(board, None, groups, level=level).curves
            curves |= {(name, english[name]): curve for name, curve in by_group.items()}
    except InputError:
        return []
    whole = curves[("全部", "all units")]
    known = board.total[inside][np.isfinite(board.total[inside])]
    ends = np.clip([known.min() - 3 * whole.bandwidth, known.max() + 3 * whole.bandwidth], whole.x[0], whole.x[-1])
    found: list[dict[str, Any]] = []
    for (zh, en), curve in curves.items():
        own = [row for row in inside if zh == "全部" or groups.get(board.table.units[row]) == zh]
        scores = board.total[own][np.isfinite(board.total[own])]
        if curve is None or not scores.size:
            continue
        at = np.linspace(ends[0], ends[1], CURVE)
        found.append({
            "name": (zh, en), "count": int(scores.size), "median": float(np.median(scores)),
            "x": [round(float(x), 3) for x in at], "f": [round(float(f), 5) for f in np.interp(at, curve.x, curve.f)],
        })  # fmt: skip
    return [*found[:1], *sorted(found[1:], key=lambda one: -one["median"])]


def _matrix(site: Site, level: str) -> dict[str, Any] | None:
    """Return the correlations of the indicators' points."""
    codes = site.board.recipe.codes
    if not 2 <= len(codes) <= CODES:
        return None
    try:
        frame = correlation_matrix(site.board, level=level)
    except InputError:
        return None
    names: list[Pair] = [site.board.recipe.labels[code] for code in frame.index]
    cells = [[None if not np.isfinite(r) else round(float(r), 2) for r in row] for row in frame.to_numpy()]
    return {"codes": list(frame.index), "names": names, "cells": cells}
