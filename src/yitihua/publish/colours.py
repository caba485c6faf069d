"""The colours of figures and pages, apart from the library that draws figures."""

from __future__ import annotations

from collections.abc import Sequence

#: Okabe and Ito (2008), Color Universal Design: told apart with every common colour-vision deficiency.
OKABE_ITO = {
    "blue": "#0072B2", "orange": "#E69F00", "green": "#009E73", "purple": "#CC79A7", "sky": "#56B4E9",
    "vermilion": "#D55E00", "yellow": "#F0E442", "black": "#000000",
}  # fmt: skip
#: Light to dark, low to high: told apart in grey too.
SEQUENCE = ("#F4F8FB", "#CFE1F2", "#93C4DE", "#4B98C9", "#1A64A5", "#08306B")
#: Of what has no value.
MISSING = "#E3E3E3"
INK = "#1A1A1A"


def shade(share: float, colours: Sequence[str] = SEQUENCE) -> str:
    """Return the colour at a share of the way from the first to the last, in between in equal steps.

    Examples
    --------
    >>> shade(0.0), shade(1.0), shade(0.5, ("#000000", "#ffffff"))
    ('#f4f8fb', '#08306b', '#808080')
    """
    at = min(max(share, 0.0), 1.0) * (len(colours) - 1)
    first = min(int(at), len(colours) - 2)
    ends = zip(_channels(colours[first]), _channels(colours[first + 1]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * (at - first)):02x}" for a, b in ends)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, 0 to 1 (WCAG 2).

    Examples
    --------
    >>> luminance("#FFFFFF"), luminance("#000000")
    (1.0, 0.0)
    """
    shares = [channel / 255 for channel in _channels(colour)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return round(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2], 12)


def ink_on(colour: str) -> str:
    """Return black or white, whichever is read better on a colour: 4.58 to 1 at least (WCAG 2 asks for 4.5).

    Examples
    --------
    >>> ink_on("#FFFFFF"), ink_on("#08306B")
    ('#000000', '#FFFFFF')
    """
    light = luminance(colour)
    return "#000000" if (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) else "#FFFFFF"


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
