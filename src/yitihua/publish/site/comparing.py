"""The page on which units are chosen and put side by side, and the script of numbers that it reads."""

from __future__ import annotations

from typing import Any

import numpy as np

from yitihua.analysis.uncertainty.result import Uncertainty
from yitihua.analysis.uncertainty.summary import PAIRS
from yitihua.definitions.levels import level_pair
from yitihua.index.sampling import Sampling
from yitihua.indicators.table import Floats
from yitihua.publish.site.certainty import certainty_lines, chance_word, mix_words
from yitihua.publish.site.context import Site
from yitihua.publish.site.ranking import search_words
from yitihua.publish.site.render import Pair, as_json, render
from yitihua.publish.summary import grade_word

#: Units side by side: no more fit a page.
MOST = 6
SCRIPTS = (
    "site.js", "echarts/echarts.min.js", "charts.js", "charts-units.js", "compare-data.js", "compare.js",
)  # fmt: skip


def compare_page(site: Site, version: str, bar: Any) -> bytes:
    """Return compare.html."""
    tall = 60 + 56 * len(site.board.recipe.first_level)
    page = {"title": ("对比", "Compare"), "root": "", "file": "compare.html", "scripts": SCRIPTS, "tall": tall}
    return render("compare.html", page=page, site=site, version=version, bar=bar, most=MOST, legend=_legend(site))


def compare_data(site: Site) -> bytes:
    """Return the plain script of all numbers that can be compared.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.publish.site import site_of
    >>> compare_data(site_of(yt.evaluate("egdi-2022"))).decode()[:22]
    'window.yitihuaCompare='
    """
    board, recipe, table = site.board, site.board.recipe, site.board.table
    columns, digits = _columns(site), 1 if site.digits == 2 else site.digits
    points = board.points[:, [recipe.plan.column[code] for code, _ in columns]]
    values = table.select(recipe.codes)
    data = {
        "most": MOST, "digits": site.digits, "pointDigits": digits,
        "range": _range(site), "chance": chance_word(site.certainty),
        "rows": [_row(site, code, depth) for code, depth in columns],
        "grades": [{"title": rule.title, "names": [grade_word(rule, k) for k in range(len(rule.names))]}
                   for rule in recipe.grades],
        "levels": [level_pair(level) for level in board.level_rows],
        "ahead": [_sources(site, level) for level in board.level_rows],
        "units": [_unit(site, row) for row in site.order],
        "points": _rounded(points[site.order], digits),
        "values": [[_short(value) for value in values[row].tolist()] for row in site.order],
    }  # fmt: skip
    return f"window.yitihuaCompare={as_json(data)};\n".encode()


def _columns(site: Site) -> list[tuple[str, int]]:
    """Return codes with their depth, first-level nodes being 1, every node before what stands below it."""
    children = {node.code: node.children for node in site.board.recipe.nodes}
    found: list[tuple[str, int]] = []
    waiting = [(code, 1) for code in reversed(site.board.recipe.first_level)]
    while waiting:
        code, depth = waiting.pop()
        found.append((code, depth))
        waiting += [(child, depth + 1) for child in reversed(children.get(code, ()))]
    return found


def _row(site: Site, code: str, depth: int) -> dict[str, Any]:
    recipe = site.board.recipe
    found: dict[str, Any] = {"name": recipe.labels[code], "depth": depth, "file": site.indicator_files[code]}
    if code in recipe.codes:
        j = recipe.codes.index(code)
        found |= {"value": j, "unit": recipe.indicators[j].unit, "lower": not recipe.indicators[j].positive}
    return found


def _unit(site: Site, row: int) -> list[Any]:
    """Return code, names, search words, page, level, score and rank with intervals, coverage, grades with chances."""
    board, digits = site.board, site.digits  # as many as are shown, so that the pages say the same
    zh, en = site.names[row]
    scored = bool(np.isfinite(board.total[row]))
    ends = [float(end[row]) for end in (*site.certainty.score_interval, *site.certainty.rank_interval)]
    low, high, best, worst = ends if scored else [np.nan] * 4
    grades = [
        [int(board.grade_indices[rule.code][row]), _chance(site.grade_probability(rule, row))]
        for rule in board.recipe.grades
    ]
    levels = list(board.level_rows)
    return [
        board.table.units[row], zh, en, search_words(board.table.units[row], (zh, en)), site.files[row],
        levels.index(board.table.levels[row]), _round(board.total[row], digits), _round(low, digits),
        _round(high, digits), _round(board.rank[row], 0), _round(best, 0), _round(worst, 0),
        _round(board.coverage[row], 3), grades,
    ]  # fmt: skip


def _sources(site: Site, level: str) -> list[dict[str, Any]]:
    """Return who is ahead of whom how surely, by sampling errors and by other choices, as far as they are known.

    Rows and columns are the units of the level in the order of the page; numbers are thousandths.
    """
    rows = site.board.level_rows[level]
    if not 1 < len(rows) <= PAIRS:
        return []
    place = {row: k for k, row in enumerate(rows.tolist())}
    order = [place[row] for row in site.order if row in place]
    found = []
    runs = [site.certainty] if site.robust is site.certainty else [site.certainty, site.robust]
    for run in runs:
        shares = run.ahead(level) if isinstance(run, Uncertainty) else ahead_in_draws(run, rows)
        thousandths = [[_chance(share) for share in line] for line in shares[np.ix_(order, order)].tolist()]
        found.append({"name": _source_word(run), "of": thousandths})
    return found


def ahead_in_draws(found: Sampling, rows: Any) -> Floats:
    """Return in which share of the draws row i is ahead of column j, shape (rows, rows); ties count for neither.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("zhejiang-2022")  # simulated data
    >>> shares = ahead_in_draws(board.sampled, np.arange(3))
    >>> bool((shares + shares.T <= 1).all()), shares.shape
    (True, (3, 3))
    """
    scores = np.ascontiguousarray(found.rounded[:, rows].T)
    return np.stack([(one > scores).mean(axis=1) for one in scores])


def _source_word(run: Sampling | Uncertainty) -> Pair:
    if isinstance(run, Sampling):
        return "只考虑抽样误差", "sampling errors alone"
    zh, en = mix_words(run)
    return f"变动{zh}", f"varying {en}"


def _chance(share: float | None) -> int | None:
    """Return a share in thousandths; what is not certain is not rounded to none or all."""
    if share is None or not np.isfinite(share):
        return None
    if 0 < share < 1:
        return min(max(round(share * 1000), 1), 999)
    return int(share) * 1000


def _range(site: Site) -> list[float] | None:
    """Return the ends of the scale, None where points lie beyond it: the axis then finds its own."""
    low, high = site.board.recipe.scale
    points = site.board.points[np.isfinite(site.board.points)]
    return [low, high] if low <= points.min() and points.max() <= high else None


def _round(value: float, digits: int) -> float | int | None:
    if not np.isfinite(value):
        return None
    found = round(float(value), digits)
    return int(found) if found.is_integer() else found


def _rounded(points: Floats, digits: int) -> list[list[float | int | None]]:
    return [[_round(value, digits) for value in line] for line in points.tolist()]


def _short(value: float) -> float | int | None:
    """Return a raw value to four figures, whole parts in full."""
    if not np.isfinite(value):
        return None
    if value == 0 or abs(value) >= 1000:
        return _round(value, 0)
    return _round(value, min(max(3 - int(np.floor(np.log10(abs(value)))), 0), 12))


def _legend(site: Site) -> list[Pair]:
    lines = certainty_lines(site.certainty)
    lines.append((
        "谁领先：表中是左边一行的单位得分高于上面一列的单位的比例；接近50%说明两者难分先后，两个方向之和不足100%的部分是得分相同。",
        "Who is ahead: how often the unit of the row has the higher score; near 50% the two cannot be told apart; what "
        "is lacking to 100% in both directions together are equal scores.",
    ))  # fmt: skip
    if max(map(len, site.board.level_rows.values())) > PAIRS:
        lines.append((
            f"超过{PAIRS}个单位的层级不给出两两领先的比例。",
            f"In levels of more than {PAIRS} units it is not given who is ahead.",
        ))  # fmt: skip
    return lines
