"""Words of bulletins: the subject of an index, periods, numbered headings, names joined."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_DIGITS: Final = "一二三四五六七八九"
#: What the name of an index ends with, which the name of what is judged does not.
_ENDINGS: Final = ("评价指数", "评价指标体系", "评价体系", "评价")


def numeral(number: int) -> str:
    """Return a whole number from 1 to 99 in Chinese.

    Examples
    --------
    >>> numeral(3), numeral(10), numeral(12), numeral(40)
    ('三', '十', '十二', '四十')
    """
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else _DIGITS[tens - 1]) + ("十" if tens else "") + (_DIGITS[ones - 1] if ones else "")


def subject_of(title: str) -> str:
    """Return what an index judges: its name without what stands in brackets at the end, and without "index".

    Examples
    --------
    >>> subject_of("某省营商环境评价指数（2022版，重构）"), subject_of("人类发展指数")
    ('某省营商环境', '人类发展指数')
    """
    plain = re.sub(r"[（(][^（）()]*[）)]\s*$", "", title).strip() or title
    for ending in _ENDINGS:
        if plain.endswith(ending) and len(plain) > len(ending):
            return plain[: -len(ending)]
    return plain


def period_words(period: str | None) -> str:
    """Return a period as a Chinese sentence names it.

    Examples
    --------
    >>> period_words("2022"), period_words("2022Q3"), period_words(None)
    ('2022年', '2022Q3期', '')
    """
    if not period:
        return ""
    return f"{period}年" if re.fullmatch(r"\d{4}", period) else f"{period}期"


def listed(names: Sequence[str], most: int | None = None, noun: str = "单位") -> str:
    """Return names joined, and how many they are where some are left out.

    Examples
    --------
    >>> listed(["甲", "乙", "丙"], 2), listed(["甲"])
    ('甲、乙等3个单位', '甲')
    """
    if most is None or len(names) <= most:
        return "、".join(names)
    return f"{'、'.join(names[:most])}等{len(names)}个{noun}"


def one_line(words: str) -> str:
    """Return a sentence that ends with one full stop."""
    return words.rstrip("；，。 ") + "。"


def quoted(name: str) -> str:
    """Return a name in quotation marks, those inside it single.

    Examples
    --------
    >>> quoted("“一件事”落地率")
    '“‘一件事’落地率”'
    """
    return f"“{name.replace('“', '‘').replace('”', '’')}”"


def grade_word(name: str) -> str:
    """Return a grade as a sentence names it: a bare letter is "A级", so that a number may follow.

    Examples
    --------
    >>> grade_word("A"), grade_word("五星")
    ('A级', '五星')
    """
    return f"{name}级" if name.isascii() else name
