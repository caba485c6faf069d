"""Text that stands in a cell as text: nothing in it runs, breaks the file or turns the line around."""

from __future__ import annotations

import re
from typing import Final

#: A cell takes 32,767 signs; XlsxWriter drops a longer text without a word.
LONGEST: Final = 32_000
# What XML 1.0 forbids, and controls of C1 that no reader shows.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Embeddings, overrides and isolates: they can make 123 read 321. Plain marks (LRM, RLM) move nothing else.
_TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_STARTERS: Final = frozenset("=+-@＝＋－＠")


def inert(text: object) -> str:
    r"""Return a text that every reader of workbooks shows and none interprets.

    Signs that XML forbids become U+FFFD, marks that turn the direction of what follows are taken out, tabs and
    carriage returns become a space and a line end, and what is too long for a cell is cut.

    Examples
    --------
    >>> inert("a\x00b\tc"), inert("1\u202e23"), len(inert("x" * 40_000))
    ('a\ufffdb c', '123', 32000)
    """
    found = _FORBIDDEN.sub("\ufffd", str(text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    found = _TURNING.sub("", found)
    return found if len(found) <= LONGEST else f"{found[: LONGEST - 1]}…"


def starts_like_formula(text: str) -> bool:
    """Return whether a text would become a formula if somebody typed it anew; such cells are marked as text.

    Full-width signs count: an East Asian Excel takes them for their narrow ones.

    Examples
    --------
    >>> starts_like_formula(" =1+1"), starts_like_formula("＠SUM"), starts_like_formula("A=1")
    (True, True, False)
    """
    return text.lstrip()[:1] in _STARTERS if text.strip() else False


def in_footer(text: str) -> str:
    """Return a text for a header or footer, where & begins a command and 255 signs are all there is.

    Examples
    --------
    >>> in_footer("A&P")
    'A&&P'
    """
    plain = inert(text).replace("\n", " ")
    return (plain if len(plain) <= 90 else f"{plain[:89]}…").replace("&", "&&")
