"""Tables of several periods told in the units of one day, so that a unit can be followed through time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.errors import FaultList, refuse
from yitihua.indicators.carrying import carried, existed
from yitihua.indicators.cities import LEVEL
from yitihua.indicators.derive import NO_BASE_PERIOD, SMALL_BASE, UNDEFINED
from yitihua.indicators.period_ends import period_end, period_span
from yitihua.indicators.registry import read_registry
from yitihua.indicators.unit_changes import UnitChanges, read_unit_changes

if TYPE_CHECKING:
    from yitihua.indicators.table import IndicatorTable

#: `unit_changes` of an edition or a call that wants none.
NONE = "none"


def changes_of(edition: Edition) -> UnitChanges | None:
    """Return the table of changes that an edition names, or None.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> changes_of(load_edition("hdi")) is None
    True
    """
    name = edition.spec.unit_changes
    return None if name is None or name == NONE else read_unit_changes(name, edition.project)


def follow(
    tables: Sequence[IndicatorTable],
    edition: Edition,
    changes: UnitChanges,
    until: dt.date | None = None,
    read: Callable[[str], IndicatorTable] | None = None,
) -> list[IndicatorTable]:
    """Return tables of several periods in the units of one day.

    Parameters
    ----------
    tables : sequence of IndicatorTable
        Their periods say when they end: 2021, 2021Q1, 2021-03, 2021上半年.
    edition : Edition
    changes : UnitChanges
    until : datetime.date, optional
        The day; default: the end of the last period.
    read : callable, optional
        Reads another period, where a formula compares with a period before that is not among the tables.

    Raises
    ------
    InputError
        With every fault: a period without an end, a day before a change that a table already has, units that
        ended or did not exist yet, units without a rule.
    """
    ends = [told_on(table, changes) for table in tables]
    if None in ends and len({frozenset(table.units) for table in tables}) == 1:
        return list(tables)  # the same units throughout: nothing to follow, however the periods are called
    faults = FaultList()
    for table, end in zip(tables, ends, strict=True):
        if end is None:
            faults.add("unit-changes-period", key="period", name=table.period or "-")
    faults.raise_if_any()
    known = [end for end in ends if end is not None]
    last = max(end for table in tables if (end := period_end(table.period)) is not None)
    day = last if until is None else until
    for table, end in zip(tables, known, strict=True):
        _check_units(table, changes, end, day, faults)
    faults.raise_if_any()
    names = _names(edition)
    made = [carried(table, edition, changes, end, day, names) for table, end in zip(tables, known, strict=True)]
    _check_rules(made, edition, changes, day, faults)
    faults.raise_if_any()
    by_period = {table.period: table for table in made}
    found = []
    for table, end in zip(made, known, strict=True):
        found.append(_with_before(table, edition, changes, end, day, by_period, read))
    return found


def with_same_units_before(
    table: IndicatorTable, edition: Edition, changes: UnitChanges, read: Callable[[str], IndicatorTable]
) -> IndicatorTable:
    """Return one period's table as it is, but for its period before, which is told in the table's own units.

    A code may have meant another area a year before: the change over a year would compare the two.
    """
    day = told_on(table, changes)
    return table if day is None else _with_before(table, edition, changes, day, day, {}, read)


def told_on(table: IndicatorTable, changes: UnitChanges) -> dt.date | None:
    """Return the day in whose units a table stands, None where its period does not say when it ends.

    That is the last of its period; but a table that still has what ended within the period, and nothing that was
    made then, stands in the units of the day before. One that has what was made later, and nothing that ended then,
    was told in the later units from the start.
    """
    span = period_span(table.period)
    if span is None:
        return None
    start, end = span
    for date in reversed(changes.dates):
        if not start <= date <= end:
            continue
        before = date - dt.timedelta(days=1)
        ended = any(changes.ended(unit, date) == date for unit in table.units)
        made = any(not existed(changes, unit, before, date) for unit in table.units)
        if ended and not made:
            end = before
    for date in changes.dates:
        if date <= end:
            continue
        if table.simulated:  # the simulated province has the units of today in every period
            end = date
            continue
        made = any(not existed(changes, unit, date - dt.timedelta(days=1), date) for unit in table.units)
        if made and not any(changes.ended(unit, date) == date for unit in table.units):
            end = date
    return end


def _check_units(table: IndicatorTable, changes: UnitChanges, end: dt.date, day: dt.date, faults: FaultList) -> None:
    period = table.period or "-"
    if backward := changes.between(day, end):
        faults.add(
            "unit-changes-backward", key="units_of", found=day.isoformat(), name=period,
            options=[f"{row.date} {row.old}" for row in backward],
        )  # fmt: skip
    for unit in table.units:
        if (date := changes.ended(unit, end)) is not None:
            leads = [f"{row.new} {row.new_name}" for row in changes.rows if row.old == unit and row.date == date]
            faults.add("unit-ended", name=unit, period=period, date=date.isoformat(), options=leads)
        if not existed(changes, unit, end, day):
            made = min(row.date for row in changes.between(end, day) if row.new == unit)
            faults.add("unit-not-yet", name=unit, period=period, date=made.isoformat())


def _check_rules(
    tables: Sequence[IndicatorTable], edition: Edition, changes: UnitChanges, day: dt.date, faults: FaultList
) -> None:
    """Refuse units that are in no list of units, nor in the last period, and that no change leads on from."""
    if edition.spec.units is None or len(tables) < 2:
        return
    listed = set(read_registry(edition.spec.units, None, edition.project).units)
    listed |= {row.old for row in changes.rows if row.date > day}
    last = max(tables, key=lambda table: period_end(table.period) or dt.date.min)
    listed |= set(last.units)  # an index may be scored on units that its list does not name
    for table in tables:
        lost = [
            f"{unit} {table.name_of(row, 'zh')}"
            for row, unit in enumerate(table.units)
            if unit not in listed and table.levels[row] != LEVEL
        ]
        if lost:
            faults.add("unit-no-rule", key="unit_changes", period=table.period or "-", name=lost)


def _names(edition: Edition) -> dict[str, tuple[str, str]]:
    if edition.spec.units is None:
        return {}
    units = read_registry(edition.spec.units, None, edition.project).units
    return {code: (unit.name_zh, unit.name_en) for code, unit in units.items()}


def _with_before(
    table: IndicatorTable, edition: Edition, changes: UnitChanges, end: dt.date, day: dt.date,
    by_period: dict[str | None, IndicatorTable], read: Callable[[str], IndicatorTable] | None,
) -> IndicatorTable:  # fmt: skip
    """Return a table whose period before is told in the same units, so that a code means one area in both."""
    behind = table.background
    name = behind.before_period
    earlier = period_end(name)
    if name is None or earlier is None or not changes.between(earlier - dt.timedelta(days=366), end):
        return table
    other = by_period.get(name)
    if other is None and read is not None:
        raw = read(name)
        stands = told_on(raw, changes) or earlier
        if not all(existed(changes, unit, stands, day) for unit in raw.units):
            return table  # the data of before are on the later units already
        other = carried(raw, edition, changes, stands, day)
    if other is None:
        return table
    place = {unit: row for row, unit in enumerate(other.units)}
    rows = [place.get(unit, -1) for unit in table.units]
    before = {
        code: np.array([x[row] if row >= 0 else np.nan for row in rows])
        for code, x in other.measures.items()
        if code in behind.before
    }
    behind = replace(behind, before=before, places_before={})
    return _recomputed(replace(table, background=behind))


def _recomputed(table: IndicatorTable) -> IndicatorTable:
    """Return a table with its changes over a year computed anew."""
    values, flags = table.values.copy(), dict(table.flags)
    assert table.origin is not None
    origin = table.origin.copy()
    for code, formula in table.background.formulas.items():
        if formula.kind != "yoy_change":
            continue
        derived = table.background.compute(formula, table.measures)
        if derived is None:
            continue
        j = table.indicators.index(code)
        values[:, j] = derived.values
        there = np.isfinite(derived.values)
        origin[:, j] = np.where(there, "simulated" if table.simulated else "computed", "")
        for row, unit in enumerate(table.units):
            kept = tuple(w for w in flags.pop((unit, code), ()) if w not in (NO_BASE_PERIOD, SMALL_BASE, UNDEFINED))
            words = (*kept, derived.remarks[row]) if row in derived.remarks else kept
            if words:
                flags[unit, code] = words
    return replace(table, values=values, origin=origin, flags=flags)


def day_of(stated: str | dt.date | None) -> dt.date | None:
    """Return the day in whose units tables are told: a date, or the last day of a period.

    Raises
    ------
    InputError
        If it is neither.

    Examples
    --------
    >>> day_of("2021-04-09"), day_of("2020")
    (datetime.date(2021, 4, 9), datetime.date(2020, 12, 31))
    """
    if stated is None or isinstance(stated, dt.date):
        return stated
    try:
        return dt.date.fromisoformat(stated)
    except ValueError:
        end = period_end(stated)
        if end is None:
            raise refuse("bad-choice", key="units_of", found=stated, options=["YYYY-MM-DD", "2021", "2021Q1"]) from None
        return end
