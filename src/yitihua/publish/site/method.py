"""How the index is made: every choice in words, grades, uncertainty, sources with their sha256, versions."""

from __future__ import annotations

import platform
from typing import Any

from yitihua.definitions.levels import level_pair
from yitihua.publish.panel.payload import MEANS
from yitihua.publish.runs import PACKAGES, package_version, run_inputs
from yitihua.publish.site.certainty import GROUPS, certainty_lines, robust_line
from yitihua.publish.site.context import Site
from yitihua.publish.site.downloads import live_sheet
from yitihua.publish.site.indicators import Rooms
from yitihua.publish.site.render import Pair, render, short
from yitihua.publish.summary import grade_word
from yitihua.publish.words import method_lines, method_word, sampling_line, stages_words

#: The stages in the order in which they are gone through.
STAGES: tuple[tuple[Pair, Pair], ...] = (
    (
        ("除以分母", "Denominate"),
        (
            "按定义需要的，先除以人口、面积等分母。",
            "Where it is asked for, values are divided by population, area and the like.",
        ),
    ),
    (
        ("填补", "Impute"),
        (
            "按各指标的规定填补缺失值；不填补的，缺失值一直保留为缺失，从不当作0。",
            "Gaps are filled as each indicator says; where nothing is filled a gap stays a gap and is never 0.",
        ),
    ),
    (
        ("变换与异常值处理", "Transform and treat"),
        (
            "需要时取对数，再把极端值拉回或压缩。",
            "Logarithms where asked for; then extreme values are pulled in or bent.",
        ),
    ),
    (
        ("标准化", "Normalise"),
        (
            "把不同单位的数值换成同一分值范围的得分。",
            "Values in different units become points on one scale.",
        ),
    ),
    (
        ("加权合成", "Aggregate"),
        (
            "自下而上逐级加权；有得分的权重不足规定比例的，该级不评分。",
            "Level by level from below; where too little of the weight has a score there is none.",
        ),
    ),
    (
        ("排名和等级", "Rank and grade"),
        (
            "得分按规定小数位取整后，在同一层级内排名、评级，得分相同的并列。",
            "Scores are rounded, then ranked and graded within their level; equal scores share a rank.",
        ),
    ),
)


def method_page(rooms: Rooms, version: str, bar: Any) -> bytes:
    """Return method.html.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.publish.site.build import site_of
    >>> page = method_page(Rooms(site_of(yt.evaluate("hdi"), n=100)), "0", ())
    >>> b"yitihua verify bundle.zip" in page
    True
    """
    site, board = rooms.site, rooms.site.board
    page = {
        "live_sheet": live_sheet(rooms.site),
        "panel": all(node.method in MEANS for node in rooms.site.board.recipe.nodes),
        "title": ("方法", "Method"), "root": "", "file": "method.html", "scripts": ("site.js",),
        "lines": _lines(site), "stages": STAGES, "indicators": _indicators(rooms),
        "grades": [grade for rule in board.recipe.grades for grade in _grades(site, rule.code)],
        "certainty": [*certainty_lines(site.certainty), robust_line(site.robust)],
        "sources": _sources(site), "versions": _versions(),
        "edition": board.recipe.edition, "with_definitions": site.edition is not None,
    }  # fmt: skip
    return render("method.html", page=page, site=site, version=version, bar=bar, labels=board.recipe.labels)


def _lines(site: Site) -> list[tuple[Pair, Pair]]:
    """Return every choice as (what, how), each in Chinese and English."""
    board = site.board
    told = []
    for lang in ("zh", "en"):
        lines = method_lines(board.recipe, lang)
        if board.sampled is not None:
            lines.append(sampling_line(board.sampled, lang, GROUPS))
        if board.recipe.date:
            lines.append((("定义日期" if lang == "zh" else "definitions as of"), board.recipe.date))
        told.append(lines)
    return [((a[0], b[0]), (a[1], b[1])) for a, b in zip(*told, strict=True)]


def _indicators(rooms: Rooms) -> list[dict[str, Any]]:
    """Return a row a node and indicator, in the order of the tree."""
    recipe = rooms.site.board.recipe
    rules = {rule.code: rule for rule in recipe.indicators}
    nodes = {node.code: node for node in recipe.nodes}
    found: list[dict[str, Any]] = []

    def walk(code: str, depth: int) -> None:
        for child in nodes[code].children:
            weight, whole = rooms.weights[child]
            row: dict[str, Any] = {
                "code": child,
                "depth": depth,
                "weight": weight,
                "whole": whole,
                "posts": "",
                "leaf": child in rules,
            }
            if child in rules:
                rule = rules[child]
                row["how"] = (stages_words(rule, "zh"), stages_words(rule, "en"))
                row["direction"] = ("正", "+") if rule.positive else ("逆", "−")
                if rule.normalise.method == "goalposts" and rule.goalposts:
                    row["posts"] = "{} – {}".format(*map(short, rule.goalposts))
            else:
                method = nodes[child].method
                row["how"] = (method_word(method, "zh"), method_word(method, "en"))
                row["direction"] = None
            found.append(row)
            if child in nodes:
                walk(child, depth + 1)

    walk(recipe.root.code, 1)
    return found


def _grades(site: Site, code: str) -> list[dict[str, Any]]:
    """Return a table a level: every grade with its cuts and how many units have it."""
    board = site.board
    rule = next(rule for rule in board.recipe.grades if rule.code == code)
    method = method_word(rule.method, "zh"), method_word(rule.method, "en")
    tables = []
    for level, rows in board.level_rows.items():
        cuts = rule.cuts_of(level)
        if cuts is None:
            continue
        given = board.grade_indices[code][rows]
        ends = [None, *cuts, None]
        words = level_pair(level)
        several = len(board.level_rows) > 1
        tables.append({
            "title": (f"{rule.title[0]}（{words[0]}）", f"{rule.title[1]} ({words[1]})") if several else rule.title,
            "method": method,
            "rows": [
                {"word": grade_word(rule, k), "from": ends[k], "to": ends[k + 1],
                 "count": int((given == k).sum())}
                for k in reversed(range(len(rule.names)))
            ],
        })  # fmt: skip
    return tables


def _sources(site: Site) -> list[dict[str, Any]]:
    """Return every input with its sha256: data with title and licence, definitions by name."""
    lines = {line.name: line for line in site.board.table.lineage}
    inputs = dict(site.inputs) if site.inputs is not None else run_inputs(site.board, site.edition)
    found = []
    for name, digest in inputs.items():
        line = lines.get(name)
        title = None if line is None or not (line.title or line.title_zh) else (line.title_zh or line.title, line.title)
        found.append({"name": name, "sha256": digest, "title": title, "licence": "" if line is None else line.licence})
    return found


def _versions() -> dict[str, str]:
    return {name: package_version(name) for name in PACKAGES} | {"python": platform.python_version()}
