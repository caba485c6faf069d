"""Judge one entry of a submission: a number, missing, or what is wrong with it."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any, Final

from yitihua.indicators.cells import MISSING
from yitihua.indicators.form import REASONS

#: Beyond this a count has lost its last digit in a spreadsheet; no county has that many of anything.
LARGEST: Final = 1e15

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([, ]\d{3})+(\.\d+)?", re.ASCII)
_WITH_UNIT = re.compile(r"([+-]?\d[\d,]*\.?\d*)\s*([万亿]?)\s*([^\d\s.,%万亿][^\d]{0,11})?", re.ASCII)
_ERROR = re.compile(r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!|GETTING_DATA)", re.IGNORECASE)
#: What is copied along with a number and seen by nobody: zero-width spaces and joiners, marks of direction.
_UNSEEN = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF))
_TIMES = {"": 1, "万": 10_000, "亿": 100_000_000}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an entry is.

    Attributes
    ----------
    value : float
        NaN where missing or faulty.
    code : str
        Fault, or "".
    details : dict
        For its message.
    """

    value: float = math.nan
    code: str = ""
    details: dict[str, str] = field(default_factory=dict)


def judge(raw: Any, kind: str = "amount") -> Verdict:
    """Judge what stands in a number cell.

    Parameters
    ----------
    raw : object
        As a spreadsheet or a CSV file gives it.
    kind : str
        Kind of the measure; "count" asks for whole numbers.

    Examples
    --------
    >>> judge(12.0, "count").value, judge("", "count").value
    (12.0, nan)
    >>> judge("１２０", "count")
    Verdict(value=nan, code='entry-full-width', details={'found': '１２０', 'hint': '120'})
    >>> judge("1.2万件", "count").details["hint"], judge(0.65, "count").code
    ('12000', 'entry-share')
    """
    if raw is None or (isinstance(raw, float) and math.isnan(raw)):
        return Verdict()
    if isinstance(raw, bool):
        return _fault("entry-text", str(raw).upper())
    if isinstance(raw, (int, float)):
        return _judge_number(float(raw) if abs(raw) < 1e308 else math.inf, kind, raw)
    if isinstance(raw, (dt.date, dt.time, dt.timedelta)):
        return _fault("entry-date", raw)
    return _judge_text(str(raw), kind)


def _judge_text(raw: str, kind: str) -> Verdict:
    text = raw.translate(_UNSEEN).strip()
    if text in MISSING or text in REASONS:
        return Verdict()
    if _ERROR.fullmatch(text):
        return _fault("entry-error", text)
    if _NUMBER.fullmatch(text):
        return _judge_number(float(text), kind, text)
    if text.casefold().lstrip("+-") in ("inf", "infinity", "∞"):
        return _fault("infinite", text)
    plain = unicodedata.normalize("NFKC", text).replace("，", ",")
    if plain != text and _NUMBER.fullmatch(plain):
        return _fault("entry-full-width", text, hint=plain)
    if "%" in plain or "‰" in plain:
        return _fault("entry-percent", text)
    if _THOUSANDS.fullmatch(plain):
        return _fault("entry-thousands", text, hint=re.sub("[, ]", "", plain))
    if match := _WITH_UNIT.fullmatch(plain):
        return _fault("entry-unit", text, hint=_bare(match[1], match[2]))
    if re.fullmatch(r"\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?月?", plain):
        return _fault("entry-date", text)
    return _fault("entry-text", text)


def _judge_number(value: float, kind: str, raw: Any) -> Verdict:
    if not math.isfinite(value):
        return _fault("infinite", raw)
    if abs(value) > LARGEST:
        return _fault("entry-too-large", f"{value:g}")
    if value < 0:
        return _fault("entry-negative", f"{value:g}")
    if kind == "count" and abs(value - round(value)) > 1e-9 * max(1.0, value):
        return _fault("entry-share" if value < 1 else "entry-fraction", f"{value:.10g}")
    return Verdict(value)


def _bare(number: str, times: str) -> str:
    return f"{float(number.replace(',', '')) * _TIMES[times]:.15g}"


def _fault(code: str, found: object, **details: str) -> Verdict:
    return Verdict(math.nan, code, {"found": str(found)[:40], **details})
