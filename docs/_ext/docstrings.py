"""Docstrings as they are meant, where napoleon reads them otherwise.

A colon in the first line of a property ends no type; attributes that share a line are several; words
in a type ("shape (units,)") are no links to whatever has that name.
"""

import re
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx

_SEVERAL = re.compile(r"^\w+(?:, \w+)+(?= : )")


def mended(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Change lines in place, before napoleon sees them."""
    if what in ("property", "attribute") and lines:
        lines[0] = lines[0].replace(": ", " — ")
    elif what == "class":
        lines[:] = [_SEVERAL.sub(lambda match: match[0].replace(", ", ","), line) for line in lines]


def unlinked(app: Sphinx, document: nodes.document) -> None:
    """Take links out of words that are no names of classes."""
    for link in list(document.findall(pending_xref)):
        if link.get("refdomain") == "py" and link.get("reftype") in ("class", "obj") and link["reftarget"].islower():
            link.replace_self(link.children)


def setup(app: Sphinx) -> dict[str, Any]:
    """Come before napoleon."""
    app.connect("autodoc-process-docstring", mended, priority=100)
    app.connect("doctree-read", unlinked)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
