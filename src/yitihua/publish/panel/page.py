"""A page that is one file: the panel opens by double-click, without a server and without the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from yitihua.publish.panel.module import panel_script
from yitihua.publish.panel.payload import panel_json

if TYPE_CHECKING:
    from yitihua.definitions.edition import Edition
    from yitihua.index.scoreboard import Scoreboard

_PAGE = """<!DOCTYPE html>
<html lang="{html_lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>body {{ margin: 0; padding: clamp(8px, 2vw, 24px); background: #f4f5f7; }}</style>
</head>
<body>
<main data-yitihua-panel="yitihua-panel-data" data-lang="{lang}"></main>
<script type="application/json" id="yitihua-panel-data">{data}</script>
<script>{script}</script>
</body>
</html>
"""


def panel_page(
    board: Scoreboard,
    lang: str = "en",
    sets: Sequence[str] | Mapping[str, Mapping[str, float]] | None = None,
    edition: Edition | None = None,
) -> str:
    """Return a page of HTML with the live panel of a board; it needs nothing beside itself.

    Parameters
    ----------
    board : Scoreboard
    lang : {"en", "zh"}
        Language to begin with; readers can switch.
    sets, edition
        As for `yitihua.publish.panel.payload.panel_data`.

    Raises
    ------
    InputError
        As for `panel_data`.

    Examples
    --------
    >>> import yitihua as yt
    >>> page = panel_page(yt.evaluate("hdi"))
    >>> page.count("<script"), "src=" in page
    (2, False)
    """
    zh = lang == "zh"
    title = f"{board.recipe.title[0]}：权重试算" if zh else f"{board.recipe.title[1]}: weights what-if"
    return _PAGE.format(
        html_lang="zh-CN" if zh else "en",
        lang="zh" if zh else "en",
        title=escape(title),
        data=panel_json(board, sets, edition),
        script=panel_script(),
    )
