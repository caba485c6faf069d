"""The last day of a period: years, halves, quarters and months, as tables write them."""

from __future__ import annotations

import calendar
import datetime as dt
import re

_FORMS = (
    (re.compile(r"(\d{4})(?:年)?"), 12),
    (re.compile(r"(\d{4})[年\-_ ]?[Qq]([1-4])"), 3),
    (re.compile(r"(\d{4})年?第?([一二三四1-4])季度?"), 3),
    (re.compile(r"(\d{4})[年\-_ ]?[Hh]([12])"), 6),
    (re.compile(r"(\d{4})年?([上下])半年"), 6),
    (re.compile(r"(\d{4})[年\-](\d{1,2})月?"), 1),
)
_NUMBERS = {"一": 1, "二": 2, "三": 3, "四": 4, "上": 1, "下": 2}


def period_span(period: str | None) -> tuple[dt.date, dt.date] | None:
    """Return the first and the last day of a period, or None where it does not say.

    Examples
    --------
    >>> [str(day) for day in period_span("2021Q2")]
    ['2021-04-01', '2021-06-30']
    """
    for form, months in _FORMS:
        match = form.fullmatch((period or "").strip())
        if match is None:
            continue
        part = match[2] if form.groups > 1 else "1"
        year, month = int(match[1]), (_NUMBERS.get(part) or int(part)) * months
        if 1 <= month <= 12 and year >= 1:
            last = dt.date(year, month, calendar.monthrange(year, month)[1])
            return dt.date(year, month - months + 1, 1), last
    return None


def period_end(period: str | None) -> dt.date | None:
    """Return the last day of a period, or None where it does not say.

    Examples
    --------
    >>> [str(period_end(one)) for one in ("2021", "2021Q1", "2021上半年", "2021-02", "wave 2")]
    ['2021-12-31', '2021-03-31', '2021-06-30', '2021-02-28', 'None']
    """
    span = period_span(period)
    return None if span is None else span[1]


def period_time(period: str) -> float | None:
    """Return a period as a number of years, its end: 2021Q2 is 2021.5; a year is itself, so that years stay whole.

    Examples
    --------
    >>> period_time("2021Q2"), period_time("2021")
    (2021.5, 2021.0)
    """
    if re.fullmatch(r"\d{4}", period):
        return float(period)
    end = period_end(period)
    return None if end is None else end.year + end.month / 12


def rising(periods: tuple[str, ...]) -> tuple[str, ...]:
    """Return periods in the order of their ends; as text where one does not say when it ends.

    Examples
    --------
    >>> rising(("2021第二季度", "2021第一季度")), rising(("b", "a"))
    (('2021第一季度', '2021第二季度'), ('a', 'b'))
    """
    ends = {period: period_end(period) for period in periods}
    if any(end is None for end in ends.values()):
        return tuple(sorted(periods))
    return tuple(sorted(periods, key=lambda period: (ends[period], period)))
