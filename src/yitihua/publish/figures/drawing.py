"""A figure with what must be said: title, sub-title, notices, alternative text; and how it is kept as a file."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import get_font

from yitihua.analysis.stages import choose, warnings_of
from yitihua.errors import refuse, suggest
from yitihua.index.scoreboard import Scoreboard
from yitihua.publish.atomic import replace_files
from yitihua.publish.figures import style

#: What each format must not say, so that the same figure gives the same bytes.
_UNSAID: dict[str, dict[str, None]] = {
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "ModDate": None, "Creator": None, "Producer": None},
}
_OPEN, _SHUT = "（“《", "，。；：、）”》？！·"
#: What a line may hold or leave to the next: a Chinese character or a word, with the marks that stick to it.
_TOKENS = re.compile(rf"[{_OPEN}]*(?:[\u2e80-\uffff]|[^\s\u2e80-\uffff{_OPEN}{_SHUT}]+)?[{_SHUT}]*\s*")
#: Inches left and right of the header, and between its lines.
MARGIN, LEADING = 0.1, 1.4


class Drawing(Figure):
    """A matplotlib figure that shows itself in notebooks and knows its alternative text.

    Attributes
    ----------
    alt : str
        What the figure shows, for those who cannot see it.
    heading : str
        Its title.
    """

    alt: str = ""
    heading: str = ""

    def draw(self, renderer: Any) -> None:
        """Draw, without warnings of characters that no font has."""
        with style.quiet():
            super().draw(renderer)

    def get_tightbbox(self, *args: Any, **kwargs: Any) -> Any:
        """Return the box around everything drawn."""
        with style.quiet():
            return super().get_tightbbox(*args, **kwargs)

    def _repr_png_(self) -> tuple[bytes, dict[str, str]]:
        return as_bytes(self, "png"), {"alt": self.alt}


@lru_cache(maxsize=20_000)
def _advance(character: str) -> float:
    """Return the width of a character in ems."""
    font = get_font(str(style.font_file()))
    if ord(character) not in font.get_charmap():
        return 1.0
    font.set_size(100.0, 72)
    return float(font.load_char(ord(character)).linearHoriAdvance) / 65536 / 100.0


def text_width(text: str, size: float = style.SIZE) -> float:
    """Return the width of a text in inches.

    Examples
    --------
    >>> round(text_width("县" * 8, 9.0), 3)  # a Chinese character is as wide as the type is large
    1.0
    """
    return sum(_advance(character) for character in text) * size / 72


def wrapped(text: str, inches: float, size: float = style.SIZE) -> list[str]:
    """Return the lines of a text that fit a width; Chinese breaks anywhere but before closing and after opening marks.

    Examples
    --------
    >>> wrapped("模拟数据，不是真实情况", 0.7, 9.0)
    ['模拟数据，', '不是真实情', '况']
    """
    tokens = _TOKENS.findall(text)
    lines, line = [], ""
    for token in tokens:
        if line and text_width((line + token).rstrip(), size) > inches:
            lines.append(line.rstrip())
            line = ""
        line += token
    return [*lines, line.rstrip()] if line.strip() else lines


def shortened(text: str, inches: float, size: float = style.SIZE) -> str:
    """Return a text cut with an ellipsis where it is wider than allowed.

    Examples
    --------
    >>> shortened("Coverage of enforcement fields", 1.0, 8.0)
    'Coverage of enfo…'
    """
    if text_width(text, size) <= inches:
        return text
    while text and text_width(text + "…", size) > inches:
        text = text[:-1]
    return text.rstrip() + "…"


def canvas(
    board: Scoreboard,
    lang: str,
    title: str,
    said: Sequence[str],
    size: tuple[float, float],
    grid: tuple[int, int] = (1, 1),
    ax: Axes | None = None,
    **subplots: Any,
) -> tuple[Figure, list[Axes]]:
    """Return a figure with its header, and its axes row by row.

    Parameters
    ----------
    board : Scoreboard
        What it shows: that it is simulated or reconstructed is printed under the title.
    lang : {"en", "zh"}
    title : str
    said : sequence of str
        What must be said of what is drawn, a paragraph each.
    size : (float, float)
        Inches of the axes with their labels; the header comes on top.
    grid : (int, int)
        Rows and columns of axes.
    ax : Axes, optional
        Draw here instead; the header becomes the title of these axes.
    **subplots
        As for `matplotlib.figure.Figure.subplots`.
    """
    choose("lang", lang, ("en", "zh"))
    warned = _warned(board, lang)
    if ax is not None:
        width = ax.get_window_extent().width / ax.get_figure(root=True).dpi  # type: ignore[union-attr]
        small = [line for text in (title, *said, *warned) for line in wrapped(text, max(width, 2.0), style.SMALL)]
        ax.set_title("\n".join(small), fontsize=style.SMALL, loc="left", fontfamily=style.families())
        return ax.get_figure(root=True), [ax]  # type: ignore[return-value]
    room = size[0] - 2 * MARGIN
    lines = [(line, style.TITLE, style.INK) for line in wrapped(title, room, style.TITLE)]
    lines += [(line, style.SMALL, style.WARNING) for text in warned for line in wrapped(text, room, style.SMALL)]
    lines += [(line, style.SMALL, style.SOFT) for text in said for line in wrapped(text, room, style.SMALL)]
    header = sum(points for _, points, _ in lines) * LEADING / 72 + 2 * MARGIN
    height = size[1] + header
    figure = Drawing(figsize=(size[0], height), dpi=style.DPI)
    figure.set_layout_engine("constrained", rect=(0, 0, 1, 1 - header / height), w_pad=0.08, h_pad=0.08)
    top = height - MARGIN
    for line, points, colour in lines:
        figure.text(MARGIN / size[0], top / height, line, fontsize=points, color=colour, va="top", ha="left")
        top -= points * LEADING / 72
    axes = np.ravel(figure.subplots(*grid, squeeze=False, **subplots)).tolist()
    return figure, axes


def _warned(board: Scoreboard, lang: str) -> list[str]:
    """Return what must be said of the board, as sentences."""
    stop = "。" if lang == "zh" else "."
    return [text[:1].upper() + text[1:].rstrip(stop) + stop for text in warnings_of(board, lang)]


def finished(figure: Figure, heading: str, alt: str, board: Scoreboard, lang: str) -> Figure:
    """Return the figure laid out, with its alternative text; several drawings on one are told one after another."""
    whole = ("" if lang == "zh" else " ").join([alt, *_warned(board, lang)])
    if isinstance(figure, Drawing):
        # Laid out once: constrained layout moves things a little at every drawing, and so would the bytes.
        for _ in range(2):
            figure.draw_without_rendering()
        figure.set_layout_engine("none")
    before = figure_alt(figure)
    vars(figure)["alt"] = f"{before}\n{whole}" if before else whole
    vars(figure).setdefault("heading", heading)
    return figure


def figure_alt(figure: Figure) -> str:
    """Return the alternative text of a figure, "" for one that is not of this package.

    Examples
    --------
    >>> import yitihua as yt
    >>> figure_alt(yt.evaluate("hdi").plot.ranking(top=3))[:40]
    'Human Development Index, 2022: ranking b'
    """
    return str(getattr(figure, "alt", ""))


def as_bytes(figure: Figure, kind: str = "svg") -> bytes:
    """Return a figure as a file's bytes: the same figure gives the same bytes.

    Parameters
    ----------
    figure : Figure
    kind : {"svg", "png", "pdf"}
        Text is kept as outlines in SVG, so that it needs no font.

    Raises
    ------
    InputError
        If the kind is none of these.
    """
    if kind not in _UNSAID:
        raise refuse("bad-choice", key="kind", found=kind, options=list(_UNSAID), hint=suggest(kind, _UNSAID))
    alt, heading = figure_alt(figure), str(getattr(figure, "heading", ""))
    words = {"svg": ("Title", "Description"), "png": ("Title", "Description"), "pdf": ("Title", "Subject")}[kind]
    said = {name: text for name, text in zip(words, (heading, alt), strict=True) if text}
    buffer = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "yitihua", "svg.fonttype": "path", "pdf.fonttype": 3}), style.quiet():
        figure.savefig(buffer, format=kind, metadata=said | _UNSAID[kind], dpi=style.DPI, facecolor="white")
    return buffer.getvalue()


def save(figure: Figure, path: str | Path) -> Path:
    """Write a figure to a file; the suffix says which kind. The same figure gives the same bytes.

    Parameters
    ----------
    figure : Figure
    path : str or Path
        Ending in .svg, .png or .pdf. The file is renamed into place, so none is ever half written.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        If the suffix is another, or the place cannot be written to.
    """
    path = Path(path)
    kind = path.suffix.lower().removeprefix(".")
    if kind not in _UNSAID:
        options = [f".{one}" for one in _UNSAID]
        raise refuse("figure-suffix", file=str(path), found=path.suffix or "-", options=options)
    replace_files({path: as_bytes(figure, kind)})
    return path
