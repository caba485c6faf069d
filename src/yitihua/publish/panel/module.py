"""The panel's script: parts joined to one ES module, and to one plain script for pages opened as files."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

#: In the order in which they are joined; what stands in a part is seen by those after it.
PARTS = ("arithmetic", "weights", "words", "elements", "controls", "table", "panel")
FOLDER = Path(__file__).parent / "parts"


@cache
def panel_style() -> str:
    """Return the panel's style sheet.

    Examples
    --------
    >>> ".yitihua-panel" in panel_style()
    True
    """
    return (FOLDER / "style.css").read_text(encoding="utf-8")


@cache
def _body() -> str:
    parts = "\n".join((FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in PARTS)
    return f'"use strict";\nconst STYLE = {json.dumps(panel_style())};\n{parts}'


def panel_module() -> str:
    """Return one ES module: its default export is what anywidget calls, `mount` shows a panel anywhere.

    Examples
    --------
    >>> panel_module().rstrip().endswith("export default { render };")
    True
    """
    return f"{_body()}\nexport {{ mount, Board }};\nexport default {{ render }};\n"


def panel_script() -> str:
    """Return a plain script, since a page opened as a file cannot load modules.

    It shows a panel in every element with the attribute ``data-yitihua-panel``, whose value is the id of the
    script element with the panel's JSON, and leaves ``yitihuaPanel.mount`` for other scripts.

    Examples
    --------
    >>> "</script" in panel_script(), panel_script().startswith("(function () {")
    (False, True)
    """
    return f"(function () {{\n{_body()}\nwindow.yitihuaPanel = {{ mount, Board }};\nmountAll(document);\n}})();\n"
