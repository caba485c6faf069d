"""The one style of all figures: colours, fonts, sizes, and how a figure is kept.

Nothing here touches matplotlib's global settings: they hold within `styled` alone, and what is drawn outlives it,
since fonts are named in the texts and ticks themselves.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap, to_hex

from yitihua.publish import colours
from yitihua.publish.colours import INK as INK
from yitihua.publish.colours import OKABE_ITO as OKABE_ITO
from yitihua.publish.colours import SEQUENCE

#: For groups, in this order; more groups than colours repeat them, so names stand beside.
CYCLE = tuple(OKABE_ITO[name] for name in ("blue", "orange", "green", "purple", "sky", "vermilion"))
#: Below 0, 0, above 0.
DIVERGING = ("#B24A00", "#F0A25E", "#FFFFFF", "#6FB1DC", "#00527F")

SOFT, FAINT, LINE = "#595959", "#8C8C8C", "#D9D9D9"
#: Of what must be said: that data are simulated, the edition reconstructed. 7:1 on white.
WARNING = "#8A2D00"
ACCENT, OTHER = OKABE_ITO["blue"], OKABE_ITO["orange"]

FAMILY = "Yitihua Sans SC"
FONT_FILE = "YitihuaSansSC.otf"
#: Asked in turn for characters that the bundled font lacks.
FALLBACKS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei",
    "SimHei", "DejaVu Sans",
)  # fmt: skip
SIZE, SMALL, TINY, TITLE = 9.0, 8.0, 7.0, 12.0
DPI = 150


@cache
def font_file() -> Path:
    """Return where the bundled font is, made known to matplotlib under its own name."""
    path = Path(str(resources.files("yitihua.publish.figures") / "font" / FONT_FILE))
    font_manager.fontManager.addfont(path)
    return path


def families() -> list[str]:
    """Return the bundled font, then those of the system that are there.

    Examples
    --------
    >>> families()[0]
    'Yitihua Sans SC'
    """
    font_file()
    there = {one.name for one in font_manager.fontManager.ttflist}
    return [FAMILY, *(name for name in FALLBACKS if name in there)]


def settings() -> dict[str, Any]:
    """Return the matplotlib settings of all figures."""
    return {
        "font.family": families(), "font.size": SIZE, "text.color": INK, "text.usetex": False,
        "text.parse_math": False, "axes.unicode_minus": True, "axes.formatter.use_locale": False,
        "axes.edgecolor": FAINT, "axes.labelcolor": SOFT, "axes.labelsize": SMALL, "axes.linewidth": 0.6,
        "axes.titlesize": SIZE, "axes.titlelocation": "left", "axes.titlepad": 6.0, "axes.facecolor": "white",
        "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True, "axes.grid": False,
        "grid.color": LINE, "grid.linewidth": 0.5, "grid.linestyle": "-", "grid.alpha": 1.0,
        "xtick.color": FAINT, "ytick.color": FAINT, "xtick.labelcolor": SOFT, "ytick.labelcolor": INK,
        "xtick.labelsize": SMALL, "ytick.labelsize": SMALL, "xtick.major.width": 0.6, "ytick.major.width": 0.6,
        "xtick.major.size": 3.0, "ytick.major.size": 0.0, "legend.frameon": False, "legend.fontsize": SMALL,
        "lines.linewidth": 1.5, "lines.solid_capstyle": "round", "hatch.linewidth": 0.5, "hatch.color": LINE,
        "figure.facecolor": "white", "figure.dpi": DPI, "savefig.dpi": DPI, "savefig.facecolor": "white",
        "svg.fonttype": "path", "svg.hashsalt": "yitihua", "path.simplify": True, "figure.autolayout": False,
    }  # fmt: skip


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the one style, whatever style is in force; it is back in force afterwards."""
    with mpl.rc_context(), quiet():
        mpl.rcdefaults()
        mpl.rcParams.update(settings())  # type: ignore[arg-type]
        yield


@contextmanager
def quiet() -> Iterator[None]:
    """Let a character that no font has be drawn as a box without a warning: a rare name is no fault."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def tidy(ax: Axes, grid: str = "") -> None:
    """Give axes the style for good: ticks made at a later drawing have it too.

    Parameters
    ----------
    ax : Axes
    grid : {"", "x", "y"}
        Lines across which axis.
    """
    for axis, colour in (("x", SOFT), ("y", INK)):
        ax.tick_params(axis=axis, labelfontfamily=families(), labelsize=SMALL, labelcolor=colour, color=FAINT)  # type: ignore[arg-type]
    for text in (ax.xaxis.label, ax.yaxis.label, ax.xaxis.offsetText, ax.yaxis.offsetText):
        text.set_fontfamily(families())  # axes that were there have the font of their own style
    if grid:
        ax.grid(True, axis=grid, color=LINE, linewidth=0.5)  # type: ignore[arg-type]
        ax.set_axisbelow(True)


def sequential() -> Colormap:
    """Return the scale from low to high."""
    return LinearSegmentedColormap.from_list("yitihua-sequence", SEQUENCE)


def diverging() -> Colormap:
    """Return the scale through 0."""
    return LinearSegmentedColormap.from_list("yitihua-diverging", DIVERGING)


def grade_colours(count: int) -> list[str]:
    """Return a colour for every grade, lowest first: darker is better.

    Examples
    --------
    >>> grade_colours(2)
    ['#cfe1f2', '#114987']
    """
    scale = sequential()
    return [to_hex(scale(0.2 + 0.7 * k / max(count - 1, 1))) for k in range(count)]


def ink_on(colour: Any) -> str:
    """Return black or white, whichever is read better on a colour; see `colours.ink_on`.

    Examples
    --------
    >>> ink_on("white"), ink_on("#08306B")
    ('#000000', '#FFFFFF')
    """
    return colours.ink_on(to_hex(colour))


def luminance(colour: Any) -> float:
    """Return the relative luminance of a colour, 0 to 1; see `colours.luminance`.

    Examples
    --------
    >>> luminance("white"), luminance("black")
    (1.0, 0.0)
    """
    return colours.luminance(to_hex(colour))
