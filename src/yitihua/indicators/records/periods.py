"""Periods as days: years, quarters and months, and the tables of days that counting queries join."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from yitihua.errors import refuse
from yitihua.indicators.datasets import load_dataset

_YEAR = re.compile(r"(\d{4})")
_QUARTER = re.compile(r"(\d{4})Q([1-4])")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
#: So many years before the first period the calendar begins: no case takes longer.
CALENDAR_YEARS = 20
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A year, a quarter or a month.

    Examples
    --------
    >>> quarter = Period.of("2022Q1")
    >>> quarter.first_day.isoformat(), quarter.last_day.isoformat(), quarter.months
    ('2022-01-01', '2022-03-31', 3)
    >>> quarter.year_first_day.isoformat()
    '2021-04-01'
    """

    name: str
    first_day: dt.date
    last_day: dt.date

    @classmethod
    def of(cls, name: str) -> Period:
        """Return the period of a name: 2022, 2022Q3 or 2022-09.

        Raises
        ------
        InputError
            For other names.
        """
        text = name.strip().upper()
        if found := _YEAR.fullmatch(text):
            return cls(text, *_months(int(found[1]), 1, 12))
        if found := _QUARTER.fullmatch(text):
            last = 3 * int(found[2])
            return cls(text, *_months(int(found[1]), last - 2, last))
        if (found := _MONTH.fullmatch(text)) and 1 <= int(found[2]) <= 12:
            return cls(text, *_months(int(found[1]), int(found[2]), int(found[2])))
        raise refuse("records-period", found=name)

    @property
    def months(self) -> int:
        """How many months it covers."""
        return self.last_day.month - self.first_day.month + 1

    @property
    def next_day(self) -> dt.date:
        """The first day after it."""
        return self.last_day + DAY

    @property
    def eve(self) -> dt.date:
        """The last day before it."""
        return self.first_day - DAY

    @property
    def year_first_day(self) -> dt.date:
        """The first of the 12 months that end with it."""
        end = self.next_day
        return end.replace(year=end.year - 1)


def _months(year: int, first: int, last: int) -> tuple[dt.date, dt.date]:
    return dt.date(year, first, 1), dt.date(year, last, calendar.monthrange(year, last)[1])


def periods_of_years(years: Iterable[int], by: str = "year") -> tuple[Period, ...]:
    """Return the years themselves, or their quarters, in order.

    Examples
    --------
    >>> [period.name for period in periods_of_years([2022], "quarter")]
    ['2022Q1', '2022Q2', '2022Q3', '2022Q4']
    """
    parts = ("Q1", "Q2", "Q3", "Q4") if by == "quarter" else ("",)
    return tuple(Period.of(f"{year}{part}") for year in sorted(set(years)) for part in parts)


def period_rows(periods: Sequence[Period]) -> list[tuple[str, dt.date, dt.date, dt.date, dt.date, dt.date]]:
    """Return the table ``periods``: period, first_day, last_day, next_day, eve, year_first_day."""
    return [(p.name, p.first_day, p.last_day, p.next_day, p.eve, p.year_first_day) for p in periods]


def month_rows(periods: Sequence[Period]) -> list[tuple[str, str, dt.date, dt.date, dt.date]]:
    """Return the table ``months``: period, month, first_day, last_day, next_day."""
    rows = []
    for period in periods:
        for number in range(period.first_day.month, period.last_day.month + 1):
            first, last = _months(period.first_day.year, number, number)
            rows.append((period.name, f"{first:%Y-%m}", first, last, last + DAY))
    return rows


def calendar_span(periods: Sequence[Period]) -> tuple[dt.date, dt.date]:
    """Return the first and last day of the calendar: from 20 years before the first period to a year after the last."""
    first = dt.date(min(p.first_day for p in periods).year - CALENDAR_YEARS, 1, 1)
    return first, dt.date(max(p.last_day for p in periods).year + 1, 12, 31)


def calendar_rows(periods: Sequence[Period], exceptions: dict[dt.date, bool]) -> list[tuple[dt.date, int, int]]:
    """Return the table ``calendar``: day, day_number, workday_number.

    ``workday_number`` is the number of working days up to and including the day, so that a difference of two is the
    working days after the first up to the second.

    Parameters
    ----------
    periods : sequence of Period
        What is counted.
    exceptions : dict
        Day -> whether it is worked, where that differs from Monday to Friday.

    Examples
    --------
    >>> rows = calendar_rows([Period.of("2022Q1")], {dt.date(2022, 1, 3): False, dt.date(2022, 1, 29): True})
    >>> number = {day: workday for day, _, workday in rows}
    >>> number[dt.date(2022, 1, 4)] - number[dt.date(2021, 12, 31)]
    1
    """
    first, last = calendar_span(periods)
    rows, worked = [], 0
    for number in range((last - first).days + 1):
        day = first + dt.timedelta(days=number)
        worked += exceptions.get(day, day.weekday() < 5)
        rows.append((day, number, worked))
    return rows


def workday_exceptions(dataset: str | None, project: Path | None = None) -> dict[dt.date, bool]:
    """Return the days that differ from Monday to Friday, from a dataset with the columns day and working.

    Raises
    ------
    InputError
        If there is no such dataset.

    Examples
    --------
    >>> found = workday_exceptions("china-working-days")
    >>> found[dt.date(2022, 10, 8)], found[dt.date(2022, 10, 7)]
    (True, False)
    """
    if dataset is None:
        return {}
    raw = load_dataset(dataset, project).raw
    return {
        dt.date.fromisoformat(day): float(working) == 1
        for day, working in zip(raw.text("day"), raw.text("working"), strict=True)
    }
