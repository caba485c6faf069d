"""The barometer (晴雨表) in the pages: all units by sign, quadrant and reading; and a unit's signs over the periods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from yitihua.definitions.levels import level_pair
from yitihua.publish.barometer_text import barometer_notices, carried_lines, feedback_lines
from yitihua.publish.site.context import Site
from yitihua.publish.site.render import Pair, number, percent, render
from yitihua.publish.site.tilemap import tile_map

if TYPE_CHECKING:
    from yitihua.analysis.barometer.barometer import Barometer

FILE = "barometer.html"
#: The square of progress against activity, in pixels, and its margin.
SIDE, EDGE = 420, 34


def barometer_page(site: Site, version: str, bar: Any) -> bytes:
    """Return barometer.html; the site has a barometer."""
    found = site.barometer
    assert found is not None  # checked by the caller
    last = found.periods[-1]
    frames = {lang: found.frame(lang, last).set_index("unit") for lang in ("zh", "en")}
    levels = [_level(site, found, frames, level) for level in dict.fromkeys(frames["zh"]["level"])]
    page = {
        "title": ("晴雨表", "Barometer"), "root": "", "file": FILE, "scripts": ("site.js",), "period": last,
        "notices": [line for line in _both(barometer_notices, found) if line not in site.notices],
        "carried": _both(carried_lines, found),
        "levels": levels, "signs": _signs(found), "words": _words(found), "counts": _counts(found),
        "names": [(zh.zh, zh.en) for zh in reversed(found.spec.sign.names)],
    }  # fmt: skip
    return render("barometer.html", page=page, site=site, version=version, bar=bar)


def _both(lines: Any, found: Barometer) -> list[Pair]:
    return list(zip(lines(found, "zh"), lines(found, "en"), strict=True))


def _signs(found: Barometer) -> list[tuple[str, Pair, Pair]]:
    """Return glyph, name and words of every sign, the best first."""
    rule = found.spec.sign
    rows = zip(rule.glyphs, rule.names, rule.words, strict=True)
    return [(glyph, (name.zh, name.en), (words.zh, words.en)) for glyph, name, words in rows][::-1]


def _words(found: Barometer) -> list[tuple[Pair, Pair]]:
    """Return name and words of every quadrant."""
    areas = [found.quadrant_of(k) for k in range(4)]
    return [((a.name.zh, a.name.en), (a.words.zh, a.words.en)) for a in areas if a is not None]


def _counts(found: Barometer) -> list[tuple[str, list[int]]]:
    """Return how many units have every sign in every period, the best first; periods without any are left out."""
    signs = found.shown("sign")
    many = len(found.spec.sign.labels)
    rows = [(period, [int((row == k).sum()) for k in reversed(range(many))]) for period, row in
            zip(found.periods, signs, strict=True)]  # fmt: skip
    return [row for row in rows if any(row[1])]


def _level(site: Site, found: Barometer, frames: dict[str, pd.DataFrame], level: str) -> dict[str, Any]:
    """Return one level's table, square and map."""
    zh, en = (frame[frame["level"] == level] for frame in (frames["zh"], frames["en"]))
    place = {unit: row for row, unit in enumerate(site.board.table.units)}
    before = _before(found)
    units = [
        _unit(
            site, zh.loc[unit].to_dict() | {"en": en.loc[unit].to_dict()}, place.get(str(unit)), before.get(str(unit))
        )
        for unit in zh.index
    ]
    rows = [place[str(unit)] for unit in zh.index if str(unit) in place]
    reading = np.full(len(site.board.table.units), np.nan)
    for unit, value in zh["reading"].items():
        if str(unit) in place:
            reading[place[str(unit)]] = value
    tiles, columns = tile_map(site, rows, reading, 0)
    glyphs = {site.files[place[str(u)]]: (g, n, e) for u, g, n, e in
              zip(zh.index, zh["glyph"], zh["sign_name"], en["sign_name"], strict=True) if str(u) in place}  # fmt: skip
    for tile in tiles:
        glyph, name, english = glyphs[tile["href"]]
        tile["told"] = (f"{tile['told'][0]} {glyph} {name}", f"{tile['told'][1]} {glyph} {english}")
    return {"word": level_pair(level), "units": units, "tiles": tiles, "columns": columns,
            "square": _square(found, units)}  # fmt: skip


def _before(found: Barometer) -> dict[str, Pair]:
    """Return the name of every unit's sign in the period before the last."""
    if len(found.periods) < 2:
        return {}
    names = [(name.zh, name.en) for name in found.spec.sign.names]
    return {unit: names[k] for unit, k in zip(found.units, found.shown("sign")[-2], strict=True) if k >= 0}


def _unit(site: Site, one: dict[str, Any], row: int | None, before: Pair | None) -> dict[str, Any]:
    """Return a row of the table."""

    def span(name: str) -> str:
        low, high = one[f"{name}_low"], one[f"{name}_high"]
        return "" if pd.isna(low) else f"{number(low, 1)}–{number(high, 1)}"

    shown = {name: None if pd.isna(one[name]) else float(one[name]) for name in ("reading", "progress", "activity")}
    return {
        "name": (one["name"], one["en"]["name"]), "href": "" if row is None else site.files[row],
        "glyph": one["glyph"], "sign": (one["sign_name"], one["en"]["sign_name"]), "chance": percent(one["p_sign"]),
        **shown, "spans": {name: span(name) for name in shown}, "before": before,
        "quadrant": (one["quadrant_name"], one["en"]["quadrant_name"]),
    }  # fmt: skip


def _square(found: Barometer, units: list[dict[str, Any]]) -> dict[str, Any]:
    """Return where the dots and the lines between quadrants stand in a square of 0 to 100 by 0 to 100."""

    def at(value: float) -> float:
        return round(EDGE + value / 100 * (SIDE - 2 * EDGE), 1)

    dots: list[dict[str, Any]] = [
        {"x": at(one["activity"]), "y": round(SIDE - at(one["progress"]), 1), "of": one}
        for one in units
        if one["progress"] is not None and one["activity"] is not None
    ]
    rule = found.spec.quadrant.cuts
    up, across = (_cut(getattr(rule, name), [dot["of"][name] for dot in dots]) for name in ("activity", "progress"))
    ticks = [(at(value), str(value)) for value in (0, 25, 50, 75, 100)]
    return {"dots": dots, "side": SIDE, "edge": EDGE, "end": SIDE - EDGE, "ticks": ticks,
            "up": at(up), "across": round(SIDE - at(across), 1)}  # fmt: skip


def _cut(stated: float | str, values: list[float]) -> float:
    """Return where a quadrant begins: as stated, or the median of the level."""
    return float(np.median(values)) if stated == "median" and values else 0.0 if stated == "median" else float(stated)


def unit_weather(site: Site, unit: str) -> dict[str, Any] | None:
    """Return a unit's signs over the periods and what its next sign needs; None where nothing is known of it."""
    found = site.barometer
    if found is None or unit not in found.units:
        return None
    own = found.unit(unit)
    rule, signs = found.spec.sign, found.shown("sign")[:, own.row]
    past = [
        (period, rule.glyphs[k], (rule.names[k].zh, rule.names[k].en))
        for period, k in zip(found.periods, signs, strict=True)
        if k >= 0
    ]
    back = found.feedback(unit)
    lines = list(zip(feedback_lines(back, "zh"), feedback_lines(back, "en"), strict=True))
    # How far it is, and by which counts: the rest is what `yitihua barometer --unit` prints.
    return {"past": past, "lines": [lines[0], *lines[2:3]]}
