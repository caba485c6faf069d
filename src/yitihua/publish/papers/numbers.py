"""Numbers as papers print them."""

from __future__ import annotations

import math

import numpy as np

from yitihua.index.scoreboard import Scoreboard
from yitihua.publish.summary import probability_words

NONE = "—"


class Printed:
    """How the numbers of a board are printed: decimals follow its scale.

    Parameters
    ----------
    board : Scoreboard

    Examples
    --------
    >>> import yitihua as yt
    >>> shown = Printed(yt.evaluate("hdi"))
    >>> shown.score(0.9612), shown.gained(-0.0104), shown.score(None)
    ('0.961', '−0.010', '—')
    """

    def __init__(self, board: Scoreboard) -> None:
        low, high = board.recipe.scale
        known = board.total[np.isfinite(board.total)]
        if known.size and (known.min() < low or known.max() > high):
            low, high = float(known.min()), float(known.max())
        wide = high - low > 10
        self.decimals = 2 if wide else 3
        self.fewer = 1 if wide else 3

    def score(self, value: float | None) -> str:
        """Return a score."""
        return fixed(value, self.decimals)

    def points(self, value: float | None) -> str:
        """Return points of a node or an indicator."""
        return fixed(value, self.fewer)

    def gained(self, value: float | None) -> str:
        """Return a difference of scores with its sign."""
        return signed(value, self.decimals)

    def moved(self, value: float | None) -> str:
        """Return a difference of points with its sign."""
        return signed(value, self.fewer)

    def between(self, low: float | None, high: float | None) -> str:
        """Return an interval of scores; nothing where there is none."""
        return "" if low is None or high is None else f"{self.score(low)}–{self.score(high)}"


def fixed(value: float | None, decimals: int) -> str:
    """Return a number with a true minus sign, a dash where there is none.

    Examples
    --------
    >>> fixed(-1.25, 1), fixed(-0.001, 1), fixed(None, 1)
    ('−1.2', '0.0', '—')
    """
    if value is None or not math.isfinite(value):
        return NONE
    text = f"{value:.{decimals}f}"
    return text.lstrip("-") if not float(text) else text.replace("-", "−")


def signed(value: float | None, decimals: int) -> str:
    """Return a difference with its sign; none of them where it is nothing.

    Examples
    --------
    >>> signed(1.0, 1), signed(-1.0, 1), signed(0.01, 1)
    ('+1.0', '−1.0', '0.0')
    """
    text = fixed(value, decimals)
    return f"+{text}" if text != NONE and not text.startswith("−") and float(text) else text


def raw(value: float | None) -> str:
    """Return a raw value with three or four figures, whole numbers as such.

    Examples
    --------
    >>> raw(65.0), raw(8.0900591), raw(1234567.8), raw(0.01234), raw(-22.437)
    ('65', '8.09', '1,234,568', '0.0123', '−22.44')
    """
    if value is None or not math.isfinite(value):
        return NONE
    text = f"{value:,.{_decimals(value)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text.replace("-", "−")


def between(low: float | None, high: float | None) -> str:
    """Return an interval of raw values, both ends with the same decimals; nothing where there is none.

    Examples
    --------
    >>> between(62.961, 70.9), between(-0.5, 0.25), between(None, None)
    ('62.96–70.90', '−0.500 – 0.250', '')
    """
    if low is None or high is None:
        return ""
    decimals = _decimals(max(abs(low), abs(high)))
    joint = " – " if low < 0 or high < 0 else "–"
    return joint.join(f"{end:,.{decimals}f}".replace("-", "−") for end in (low, high))


def _decimals(value: float) -> int:
    """Return the decimals that show three or four figures of a number."""
    size = abs(value)
    if size >= 1:
        return 0 if size >= 1000 else 1 if size >= 100 else 2
    return min(3 + max(0, -math.floor(math.log10(size)) - 1), 12) if size else 0


def percent(value: float | None, decimals: int = 0) -> str:
    """Return a share in percent.

    Examples
    --------
    >>> percent(0.5), percent(None)
    ('50%', '—')
    """
    return NONE if value is None or not math.isfinite(value) else f"{100 * value:.{decimals}f}%"


def chance(value: float | None) -> str:
    """Return a probability; what is not certain is not printed as 100%."""
    return NONE if value is None else probability_words(value)


def whole(value: int | None) -> str:
    """Return a whole number."""
    return NONE if value is None else str(value)
