"""The live what-if panel inside the frame of the site."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from yitihua.errors import InputError
from yitihua.publish.panel import panel_script
from yitihua.publish.panel.payload import panel_data
from yitihua.publish.site.context import Site
from yitihua.publish.site.downloads import live_sheet
from yitihua.publish.site.render import Pair, as_json, render


def panel_page(site: Site, version: str, bar: Any) -> bytes:
    """Return panel.html; where the panel cannot compute the index, the page says why.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.publish.site.build import site_of
    >>> b"yitihua-panel-data" in panel_page(site_of(yt.evaluate("hdi"), n=100), "0", ())
    True
    """
    why: list[Pair] = []
    data = Markup("")
    try:
        data = _data(site)
    except InputError as error:
        why = [(fault.problem("zh"), fault.problem("en")) for fault in error.faults]
    page = {
        "title": ("权重试算", "Weights what-if"), "root": "", "file": "panel.html",
        # The first sets the language before the panel is made.
        "scripts": ("panel-language.js", "panel.js", "site.js") if data else ("site.js",),
        "data": data, "why": why, "live_sheet": live_sheet(site),
    }  # fmt: skip
    return render("panel.html", page=page, site=site, version=version, bar=bar)


def _data(site: Site) -> Markup:
    """Return the panel's data: texts made inert, arrays as they are."""
    found = panel_data(site.board, edition=site.edition)
    arrays = {name: found.pop(name) for name in ("points", "uncounted")}  # base64, longer than any text may be
    return Markup(f"{as_json(found)[:-1]},{json.dumps(arrays)[1:]}")


def panel_assets() -> dict[str, bytes]:
    """Return the panel's script by the name of its file.

    Examples
    --------
    >>> sorted(panel_assets())
    ['assets/panel.js']
    """
    return {"assets/panel.js": panel_script().encode("utf-8")}
