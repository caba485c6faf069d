"""Formulas as MathML, which browsers draw themselves: no script, no font and no request to another host."""

from typing import Any

from docutils import nodes
from docutils.utils.math import latex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

_log = logging.getLogger(__name__)


def _drawn(node: nodes.Node, block: bool) -> str:
    try:
        return latex2mathml.tex2mathml(node.astext(), as_block=block)
    except Exception as found:  # whatever the reader of formulas stumbles over is a fault of the page
        _log.warning("formula cannot be read: %s (%s)", node.astext(), found, location=node)
        return ""


def _inline(self: Any, node: nodes.Node) -> None:
    self.body.append(_drawn(node, False))
    raise nodes.SkipNode


def _block(self: Any, node: nodes.Element) -> None:
    number = get_node_equation_number(self, node) if node["number"] else ""
    self.body.append(self.starttag(node, "div", CLASS="formula"))
    self.body.append(_drawn(node, True))
    if number:
        self.body.append(f'<span class="eqno">({number})</span>')
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer."""
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))
    app.config.html_math_renderer = "mathml"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
