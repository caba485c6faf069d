"""What every kind of simulated record draws: days of a year, parts of a whole, ids."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from yitihua.indicators.records.periods import Period, calendar_rows, workday_exceptions

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.object_]
Days = npt.NDArray[np.datetime64]
#: How much a year's flow may rise or fall from its first day to its last.
TREND = {2021: (-0.2, 0.2), 2022: (-0.1, 0.9)}


class Draws:
    """Random numbers of one county and one kind of record; no other county's draws touch them.

    Examples
    --------
    >>> one, two = (Draws(2022, "330421", "cases") for _ in range(2))
    >>> bool((one.parts(10, 4) == two.parts(10, 4)).all())
    True
    """

    def __init__(self, seed: int, county: str, kind: str) -> None:
        entropy = [seed, zlib.crc32(b"records"), zlib.crc32(kind.encode())]
        self.rng = np.random.default_rng(np.random.SeedSequence(entropy, spawn_key=(int(county),)))
        self.county = county
        # A county has a pace of its own: how its flows rise over a year, and how much they dip in winter.
        pace = np.random.default_rng(np.random.SeedSequence([seed, zlib.crc32(b"pace")], spawn_key=(int(county),)))
        self._trend = {year: pace.uniform(*bounds) for year, bounds in TREND.items()}
        self._dip = pace.uniform(0.2, 0.5)

    def days(self, count: int, year: int, *, worked: bool = True, last: int = 0) -> Days:
        """Return days of a year, more of them where the county is busy; `last` days at the end are left out."""
        days, is_worked = _year(year)
        usable = len(days) - last
        place = np.arange(len(days)) / len(days)
        weight = 1 + self._trend[year] * place - self._dip * np.exp(-(((place - 0.1) / 0.06) ** 2))
        weight = np.where(is_worked | (not worked), weight, 0.05)[:usable]
        return days[self.rng.choice(usable, count, p=weight / weight.sum())]

    def clock(self, count: int, first: int = 8, last: int = 17) -> npt.NDArray[np.timedelta64]:
        """Return times of day in whole minutes."""
        return self.rng.integers(first * 60, last * 60, count).astype("timedelta64[m]")

    def parts(self, total: int, count: int, least: int = 0, most: int | None = None, spread: float = 1.0) -> Ints:
        """Return whole numbers from `least` to `most` that sum to a total; where it is too small, from 0."""
        if count == 0:
            return np.zeros(0, dtype=np.int64)
        floor = least if total >= least * count else 0
        weight = self.rng.gamma(1 / spread, size=count)
        found = floor + self.rng.multinomial(total - floor * count, weight / weight.sum())
        while most is not None and (over := int((found - np.minimum(found, most)).sum())):
            if total > most * count:
                raise ValueError(f"{total} in {count} parts of {most}")
            found = np.minimum(found, most)
            room = np.flatnonzero(found < most)
            found[room] += self.rng.multinomial(over, np.full(len(room), 1 / len(room)))
        return found

    def some(self, count: int, of: int) -> npt.NDArray[np.bool_]:
        """Return a mask with exactly `count` of `of` set."""
        mask = np.zeros(of, dtype=bool)
        mask[self.rng.choice(of, count, replace=False)] = True
        return mask

    def words(self, options: Sequence[str], count: int, shares: Sequence[float] | None = None) -> Words:
        """Return words drawn at random."""
        return np.array(options, dtype=object)[self.rng.choice(len(options), count, p=shares)]

    def day_in(self, first: str, last: str, count: int) -> Days:
        """Return days between two, both included."""
        start = np.datetime64(first, "D")
        width = int((np.datetime64(last, "D") - start).astype(int)) + 1
        return start + self.rng.integers(0, width, count).astype("timedelta64[D]")


@cache
def _year(year: int) -> tuple[Days, npt.NDArray[np.bool_]]:
    rows = calendar_rows([Period.of(str(year))], workday_exceptions("china-working-days"))
    numbers = np.array([row[2] for row in rows])
    days = np.array([row[0] for row in rows], dtype="datetime64[D]")
    inside = days.astype("datetime64[Y]") == np.datetime64(str(year), "Y")
    return days[inside], (np.diff(numbers, prepend=0) > 0)[inside]


@cache
def _workdays() -> Days:
    rows = calendar_rows([Period.of("2021"), Period.of("2022")], workday_exceptions("china-working-days"))
    numbers = np.array([row[2] for row in rows])
    days = np.array([row[0] for row in rows], dtype="datetime64[D]")
    return days[np.diff(numbers, prepend=0) > 0]


def next_workday(days: Days) -> Ints:
    """Return the place, among working days, of the last working day up to each day."""
    return np.searchsorted(_workdays(), days, side="right") - 1


def workday(places: Ints) -> Days:
    """Return working days by their places."""
    return _workdays()[places]


def quarter(day: Days) -> Ints:
    """Return the quarter of each day, from 0."""
    return day.astype("datetime64[M]").astype(np.int64) % 12 // 3


def ids(start: str, count: int, first: int = 0) -> Words:
    """Return ids that are numbered on.

    Examples
    --------
    >>> ids("C-", 2).tolist()
    ['C-0', 'C-1']
    """
    return np.array([f"{start}{i}" for i in range(first, first + count)], dtype=object)


def none(count: int) -> Words:
    """Return empty cells."""
    return np.full(count, None, dtype=object)


def no_day(count: int, unit: str = "D") -> Days:
    """Return days, or times, that are not known."""
    return np.full(count, np.datetime64("NaT"), dtype=f"datetime64[{unit}]")
