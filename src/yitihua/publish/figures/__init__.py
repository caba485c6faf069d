"""Figures: rankings, changes, portraits, maps, structure, certainty, densities; matplotlib, one style.

`plotting` is `board.plot`; then a module a family: ranking, change, portrait, maps, structure, certainty, density.
`choosing` says what is drawn, `intervals` how sure points are, `drawing` is a figure with its notices, alternative
text and file, `style` the one style: colours, sizes, the bundled font in `font/`.

>>> import yitihua as yt
>>> from yitihua.publish.figures import figure_alt
>>> figure_alt(yt.evaluate("hdi").plot.tree())[:55]
'Human Development Index, 2022: framework. 4 indicators '
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yitihua.publish.figures.drawing import as_bytes, figure_alt, save

__all__ = ["as_bytes", "figure_alt", "save"]


def __getattr__(name: str) -> Any:
    """Fetch what needs matplotlib when it is asked for, so that `board.plot` can refuse without it."""
    if name in __all__:
        from yitihua.publish.figures import drawing

        return getattr(drawing, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
