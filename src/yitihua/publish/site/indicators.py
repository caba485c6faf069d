"""The framework, and a page for every node and indicator below the index itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from markupsafe import Markup

from yitihua.analysis.importance import effective_weights, importance
from yitihua.definitions.levels import level_pair, origin_label
from yitihua.index import grade
from yitihua.index.explain import fill_value
from yitihua.index.recipe import IndicatorRule, NodeRule
from yitihua.index.tables import CLIPPED_GOALPOSTS, CLIPPED_RANGE, NO_SPREAD, WINSORISED
from yitihua.indicators.table import Floats
from yitihua.publish.panel.payload import MEANS
from yitihua.publish.site.context import Site
from yitihua.publish.site.indicator_words import SOURCES, indicator_words, pair_of
from yitihua.publish.site.render import Pair, as_json, percent, plain, render
from yitihua.publish.site.spread import decimals_for, main_level, spread
from yitihua.publish.tiles import known_tiles
from yitihua.publish.words import method_word

SCRIPTS = (
    "units-data.js",
    "shades.js",
    "unit-names.js",
    "site.js",
    "echarts/echarts.min.js",
    "charts.js",
    "charts-indicators.js",
)


@dataclass(frozen=True, eq=False)
class Rooms:
    """What the pages of indicators share: weights, links, who is drawn.

    Attributes
    ----------
    site : Site
    """

    site: Site

    @cached_property
    def rows(self) -> list[int]:
        """Rows of the level with the most units."""
        return [int(row) for row in self.site.board.level_rows[main_level(self.site)]]

    @cached_property
    def weights(self) -> dict[str, tuple[float, float]]:
        """Code -> weight in its parent, weight in the index."""
        table = effective_weights(self.site.board)
        found = zip(table["code"], table["weight"], table["effective"], strict=True)
        return {str(code): (float(weight), float(whole)) for code, weight, whole in found}

    @cached_property
    def parents(self) -> dict[str, str]:
        """Code -> the node above it."""
        return {child: node.code for node in self.site.board.recipe.nodes for child in node.children}

    @cached_property
    def links(self) -> dict[str, tuple[float, float]]:
        """Code -> correlation with the node above it, and its share of that node's variance."""
        found: dict[str, tuple[float, float]] = {}
        for node in self.site.board.recipe.nodes:
            parts = importance(self.site.board, node.code, level=main_level(self.site))
            found |= dict(zip(parts.codes, zip(parts.correlation.tolist(), parts.share.tolist(), strict=True),
                              strict=True))  # fmt: skip
        return found

    @cached_property
    def unit_cells(self) -> list[Markup]:
        """The cell of every unit with a link to its page, from one folder down; English names are in units-data.js."""
        # A heading at the head of a row needs no scope; 90 x 57 of them are 60 KB.
        cell = Markup('<th><a href="../{}">{}</a></th>')
        return [cell.format(file, plain(zh)) for file, (zh, _) in zip(self.site.files, self.site.names, strict=True)]

    @cached_property
    def grid(self) -> bool:
        """Whether every unit of the main level has a place in the tile map."""
        return all(self.site.board.table.units[row] in known_tiles() for row in self.rows)

    @cached_property
    def several(self) -> bool:
        """Whether there are several levels."""
        return len(self.site.board.level_rows) > 1

    def points(self, code: str) -> Floats:
        """Return the points of an indicator or node."""
        board = self.site.board
        return np.asarray(board.points[:, board.recipe.plan.column[code]])

    def seen(self, code: str) -> float:
        """Return the share of the units of the main level that have a value of their own; of a node, of its weight."""
        board = self.site.board
        codes = board.recipe.codes
        if code in codes:
            j = codes.index(code)
            return float((np.isfinite(board.denominated[:, j]) & ~board.imputed[:, j])[self.rows].mean())
        k = [node.code for node in board.recipe.nodes].index(code)
        return float(board.node_coverage[self.rows, k].mean())

    def line(self, code: str) -> dict[str, Any]:
        """Return what a table of parts says of one of them."""
        recipe = self.site.board.recipe
        rule = next((rule for rule in recipe.indicators if rule.code == code), None)
        points = self.points(code)[self.rows]
        weight, whole = self.weights[code]
        stated = None if self.site.edition is None or rule is None else self.site.edition.indicators.get(code)
        r, share = self.links.get(code, (None, None))
        return {
            "code": code, "name": recipe.labels[code], "href": self.site.indicator_files[code],
            "leaf": rule is not None,
            "unit": rule.unit if rule is not None else ("", ""),
            "direction": None if rule is None else (("正", "+") if rule.positive else ("逆", "−")),
            "kind": SOURCES.get(stated.source) if stated is not None else None,
            "weight": weight, "whole": whole, "r": r, "share": share,
            "median": float(np.median(points[np.isfinite(points)])) if np.isfinite(points).any() else None,
            "seen": self.seen(code),
        }  # fmt: skip


def units_data(site: Site) -> bytes:
    """Return units-data.js: names, and places in the tile map, by the file of every unit.

    With English names beside every number a site of ninety counties would be a third larger.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.publish.site.build import site_of
    >>> units_data(site_of(yt.evaluate("zhejiang-2022"), n=100)).decode().partition('"330105"')[0]
    'window.yitihuaNames={"330102":["上城区","Shangcheng District",2,4],'
    """
    grid, found = known_tiles(), {}
    for file, names, unit in zip(site.files, site.names, site.board.table.units, strict=True):
        found[file.removeprefix("units/").removesuffix(".html")] = [*names, *grid.get(unit, ())]
    return f"window.yitihuaNames={as_json(found)};\n".encode()


def framework_page(rooms: Rooms, version: str, bar: Any) -> bytes:
    """Return indicators.html: the tree with weights.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.publish.site.build import site_of
    >>> page = framework_page(Rooms(site_of(yt.evaluate("hdi"), n=100)), "0", ())
    >>> b"indicators/gnipc.html" in page
    True
    """
    site, recipe = rooms.site, rooms.site.board.recipe
    node_of = {node.code: node for node in recipe.nodes}
    lines: list[dict[str, Any]] = []

    def walk(code: str, depth: int) -> None:
        for child in node_of[code].children:
            lines.append(rooms.line(child) | {"depth": depth})
            if child in node_of:
                walk(child, depth + 1)

    walk(recipe.root.code, 1)
    tree = [_branch(rooms, child, node_of) for child in recipe.root.children]
    noun = recipe.unit_noun
    level, count, above = level_pair(main_level(site)), len(recipe.codes), len(recipe.nodes) - 1
    lead = (
        f"{count}个指标，{above}个上级指标。中位数和有数据的比例按{level[0]}的{len(rooms.rows)}个{noun[0]}计算。",
        f"{count} indicators under {above} nodes. Medians and coverage are over the {len(rooms.rows)} units of level "
        f"{level[1]}.",
    )
    views = [
        {"name": view.name, "groups": [{"name": name, "codes": codes} for _, name, codes in view.groups]}
        for view in recipe.views
    ]
    page = {
        "title": ("指标体系", "Indicators"), "root": "", "file": "indicators.html", "scripts": SCRIPTS,
        "lines": lines, "tree": tree, "lead": lead, "views": views,
        "kinds": any(line["kind"] for line in lines), "digits": _digits(site),
    }  # fmt: skip
    return render("framework.html", page=page, site=site, version=version, bar=bar)


def _branch(rooms: Rooms, code: str, node_of: dict[str, NodeRule]) -> dict[str, Any]:
    """Return a branch for the chart of weights."""
    zh, en = rooms.site.board.recipe.labels[code]
    found: dict[str, Any] = {"code": code, "name": (zh, en), "value": rooms.weights[code][1]}
    if code in node_of:
        found["children"] = [_branch(rooms, child, node_of) for child in node_of[code].children]
    return found


def _digits(site: Site) -> int:
    return max(site.digits - 1, 1) if site.digits == 2 else site.digits


def indicator_pages(rooms: Rooms, version: str, bar: Any) -> Iterator[tuple[str, bytes]]:
    """Yield the page of every node and indicator, in the order of the tree.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.publish.site.build import site_of
    >>> rooms = Rooms(site_of(yt.evaluate("hdi"), n=100))
    >>> [name for name, _ in indicator_pages(rooms, "0", ())][:3]
    ['indicators/health.html', 'indicators/le.html', 'indicators/education.html']
    """
    recipe = rooms.site.board.recipe
    nodes = {node.code: node for node in recipe.nodes}
    rules = {rule.code: rule for rule in recipe.indicators}
    order = _in_order(recipe.root.code, nodes)
    for k, code in enumerate(order):
        page = _shared(rooms, code) | {
            "before": order[k - 1] if k else None, "after": order[k + 1] if k + 1 < len(order) else None,
        }  # fmt: skip
        page |= _indicator(rooms, rules[code]) if code in rules else _node(rooms, nodes[code])
        files = rooms.site.indicator_files
        made = render(
            "indicator.html", page=page, site=rooms.site, version=version, bar=bar, labels=recipe.labels, files=files
        )
        yield files[code], made


def _in_order(code: str, nodes: dict[str, NodeRule]) -> list[str]:
    found: list[str] = []
    for child in nodes[code].children:
        found.append(child)
        if child in nodes:
            found += _in_order(child, nodes)
    return found


def _shared(rooms: Rooms, code: str) -> dict[str, Any]:
    site, board = rooms.site, rooms.site.board
    zh, en = board.recipe.labels[code]
    above: list[str] = []
    at = code
    while at in rooms.parents:
        at = rooms.parents[at]
        above.insert(0, at)
    line = rooms.line(code)
    return {
        "title": (f"{code} {zh}", f"{code} {en}") if (zh, en) != (code, code) else (code, code),
        "root": "../", "file": "indicators.html", "scripts": SCRIPTS, "code": code,
        "above": above, "line": line, "grid": rooms.grid, "digits": _digits(site),
        "tile_digits": max(site.digits - 1, 1),
        "level": level_pair(main_level(site)), "drawn": len(rooms.rows), "several": rooms.several,
        "whole": (board.recipe.root.code, board.recipe.root.name),
    }  # fmt: skip


def _order(rooms: Rooms, points: Floats) -> list[int]:
    """Return rows by level, then most points first, then those without."""
    found: list[int] = []
    for rows in rooms.site.board.level_rows.values():
        own = points[rows]
        found += rows[np.lexsort((rows, -np.nan_to_num(own, nan=0.0), np.isnan(own)))].tolist()
    return found


def _node(rooms: Rooms, node: NodeRule) -> dict[str, Any]:
    site, board = rooms.site, rooms.site.board
    k = [other.code for other in board.recipe.nodes].index(node.code)
    points, ranks = board.node_values[:, k], board.node_ranks[:, k]
    stated = None if site.edition is None else site.edition.nodes.get(node.code)
    rows = [
        {"cell": rooms.unit_cells[row], "level": _level(rooms, row), "rank": float(ranks[row]),
         "points": float(points[row]), "seen": float(board.node_coverage[row, k])}
        for row in _order(rooms, points)
    ]  # fmt: skip
    method = method_word(node.method, "zh"), method_word(node.method, "en")
    return {
        "kind": "node", "words": {"definition": pair_of(stated.definition) if stated is not None else None},
        "children": [rooms.line(child) for child in node.children],
        "method": method, "coverage": percent(node.coverage), "mean": node.method in MEANS,
        "chart": spread(points, ("得分", "score"), (), rooms.rows, _order(rooms, points)), "rows": rows,
        "points_column": 3 if rooms.several else 2,
    }  # fmt: skip


def _level(rooms: Rooms, row: int) -> Pair:
    return level_pair(rooms.site.board.table.levels[row]) if rooms.several else ("", "")


def _indicator(rooms: Rooms, rule: IndicatorRule) -> dict[str, Any]:
    site, board = rooms.site, rooms.site.board
    j = board.recipe.codes.index(rule.code)
    values = np.array(board.denominated[:, j], dtype=float)
    for row in np.flatnonzero(board.imputed[:, j]).tolist():
        values[row] = fill_value(board, row, rule, j)
    words = indicator_words(site, rule)
    what = _what(rule, "数值", "value")
    marks = []
    if words["goalposts"] is not None:
        low, high = words["goalposts"]
        best = (("目标下限", "lower goalpost"), ("目标上限", "upper goalpost"))
        marks = [(low, best[0]), (high, best[1])]
    observed = np.where(board.imputed[:, j], np.nan, values)
    found = {
        "kind": "indicator", "words": words, "what": what, "median_word": _what(rule, "数值中位数", "median value"),
        "chart": spread(observed, what, marks, rooms.rows, _order(rooms, board.normalised[:, j])),
        "value_digits": decimals_for(observed),
        "median": float(np.median(seen)) if (seen := observed[rooms.rows][np.isfinite(observed[rooms.rows])]).size
        else None,
        "missing": int(np.isnan(board.denominated[rooms.rows, j]).sum()),
    }  # fmt: skip
    return found | _indicator_rows(rooms, rule, j, values)


def _what(rule: IndicatorRule, zh: str, en: str) -> Pair:
    """Return a word with the unit in which values stand."""
    if rule.denominate_by:
        return f"{zh}（除以{rule.denominate_by}）", f"{en} (divided by {rule.denominate_by})"
    units = [unit if not unit else f"，{unit}" if "（" in unit else f"（{unit}）" for unit in rule.unit[:1]]
    units += [unit if not unit else f", {unit}" if "(" in unit else f" ({unit})" for unit in rule.unit[1:]]
    return f"{zh}{units[0]}", f"{en}{units[1]}"


def _indicator_rows(rooms: Rooms, rule: IndicatorRule, j: int, values: Floats) -> dict[str, Any]:
    """Return a row a unit, and which columns the table has."""
    site, board, table = rooms.site, rooms.site.board, rooms.site.board.table
    column = table.indicators.index(rule.code)
    nothing = np.full(len(table.units), np.nan)
    se = nothing if table.se is None or rule.denominate_by else table.se[:, column]
    n = nothing if table.n is None else np.where(table.n[:, column] >= site.minimum, table.n[:, column], np.nan)
    assert table.origin is not None
    origins = ["imputed" if board.imputed[row, j] else str(table.origin[row, column]) or "missing"
               for row in range(len(values))]  # fmt: skip
    points = board.normalised[:, j]
    ranks = grade.ranks_within(grade.rounded(points, board.recipe.score_decimals), list(board.level_rows.values()))
    marks = _marks(rooms, rule, j)
    error_digits = min(decimals_for(values) + 1, 6)
    rows = []
    for row in _order(rooms, points):
        rows.append({
            "cell": rooms.unit_cells[row], "level": _level(rooms, row), "rank": float(ranks[row]),
            "value": float(values[row]), "points": float(points[row]), "se": float(se[row]), "n": float(n[row]),
            "origin": origin_label(origins[row]), "marks": marks.get(row, ()),
        })  # fmt: skip
    kinds = sorted(set(origins) - {"missing"})
    with_se, with_n = bool(np.isfinite(se).any()), bool(np.isfinite(n).any())
    return {
        "rows": rows, "with_se": with_se, "with_n": with_n,
        "points_column": 3 + rooms.several + with_se + with_n,
        "with_marks": bool(marks), "with_origin": len(kinds) > 1, "error_digits": error_digits,
        "origin": origin_label(kinds[0]) if len(kinds) == 1 else None,
    }  # fmt: skip


def _marks(rooms: Rooms, rule: IndicatorRule, j: int) -> dict[int, Sequence[Pair]]:
    """Return what was done to cells, and the remarks that came with the data, by row."""
    board = rooms.site.board
    clipped = CLIPPED_GOALPOSTS if rule.normalise.method == "goalposts" else CLIPPED_RANGE
    found: dict[int, list[Pair]] = {}
    for mask, word in (
        (board.winsorised[:, j], WINSORISED),
        (board.clipped[:, j], clipped),
        (np.isfinite(board.treated[:, j]) & np.isnan(board.normalised[:, j]), NO_SPREAD),
    ):
        for row in np.flatnonzero(mask).tolist():
            found.setdefault(row, []).append(word)
    units = {unit: row for row, unit in enumerate(board.table.units)}
    for (unit, code), remarks in board.table.flags.items():
        if code == rule.code and unit in units:
            found.setdefault(units[unit], []).extend(remarks)
    return {row: tuple(words) for row, words in found.items()}
