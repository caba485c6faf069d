"""Formulas as MathML, which browsers draw themselves: no script, no font and no request to another host."""

import re
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging

_log = logging.getLogger(__name__)
#: A logarithm stands apart from what it is taken of, which the converter forgets.
_LOGARITHM = re.compile(r"\\ln(?=\s*(?:\\d?frac|[A-Za-z0-9]))\s*")
_TAG = re.compile(r"<[^>]*>")


def _drawn(node: nodes.Node, display: str) -> str:
    formula = " ".join(node.astext().split())
    try:
        made = convert(_LOGARITHM.sub(r"\\ln\\, ", formula), display=display)
    except Exception as found:  # whatever the converter stumbles over is a fault of the page
        _log.warning("formula cannot be read: %s (%r)", formula, found, location=node)
        return ""
    unknown = re.findall(r"\\\w+", _TAG.sub("", made))
    if unknown:
        _log.warning("formula has unknown commands %s: %s", unknown, formula, location=node)
    return made


def _inline(self: Any, node: nodes.Node) -> None:
    self.body.append(_drawn(node, "inline"))
    raise nodes.SkipNode


def _block(self: Any, node: nodes.Element) -> None:
    self.body.append(self.starttag(node, "div", CLASS="formula"))
    self.body.append(_drawn(node, "block"))
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer, and choose it."""
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))
    app.config.html_math_renderer = "mathml"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
