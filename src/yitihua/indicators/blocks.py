"""One period of a table, whatever its layout: numbers by unit and code, with the place of each.

A wide table has a row a unit and a column a code; a long one a row a unit and code. Both become a
`Block`, and nothing after this knows which it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.definitions.framework_models import Measure
from yitihua.errors import FaultList, suggest
from yitihua.indicators import cells
from yitihua.indicators.cells import RawTable
from yitihua.indicators.columns import Roles
from yitihua.indicators.entries import judge
from yitihua.indicators.shares import words_of
from yitihua.indicators.table import Floats, Remark


@dataclass(slots=True)
class Block:
    """Numbers of one period.

    Attributes
    ----------
    units : list of str
        In the order of their first row.
    rows : list of int
        Row of the table that holds each unit's name, level and groups.
    numbers, se, n : dict
        Indicator or measure -> array over units.
    origins, remarks : dict
        (unit, code) -> what the table says of a value.
    places : dict
        (unit, code) -> cell.
    columns : dict
        Code -> cell of its header, in wide tables.
    months : ndarray
        Months covered.
    """

    units: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    numbers: dict[str, Floats] = field(default_factory=dict)
    se: dict[str, Floats] = field(default_factory=dict)
    n: dict[str, Floats] = field(default_factory=dict)
    origins: dict[tuple[str, str], str] = field(default_factory=dict)
    remarks: dict[tuple[str, str], tuple[Remark, ...]] = field(default_factory=dict)
    places: dict[tuple[str, str], str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    months: Floats = field(default_factory=lambda: np.empty(0))

    def aligned(self, units: list[str]) -> dict[str, Floats]:
        """Return the numbers for other units, NaN for those that are not here."""
        place = {unit: i for i, unit in enumerate(self.units)}
        index = np.array([place.get(unit, -1) for unit in units], dtype=int)
        return {code: np.where(index >= 0, values[index], np.nan) for code, values in self.numbers.items()}

    def aligned_months(self, units: list[str]) -> Floats:
        """Return the months covered for other units, 12 where nothing is said."""
        place = {unit: i for i, unit in enumerate(self.units)}
        return np.array([self.months[place[unit]] if unit in place else 12.0 for unit in units])


def read_block(raw: RawTable, roles: Roles, edition: Edition, faults: FaultList) -> Block:
    """Read one period of a table in either layout."""
    block = _long(raw, roles, edition, faults) if roles.is_long else _wide(raw, roles, edition, faults)
    block.months = _months(raw, roles, block, faults)
    return block


def _wide(raw: RawTable, roles: Roles, edition: Edition, faults: FaultList) -> Block:
    unit_column = roles.single["unit"]
    units = [cells.plain(value) for value in raw.text(unit_column)]
    first: dict[str, int] = {}
    for row, unit in enumerate(units):
        cell = raw.cell(unit_column, row)
        if not unit:
            faults.add("blank-unit", file=raw.file, cell=cell)
        elif unit in first:
            line = raw.lines[first[unit]]
            faults.add("duplicate-unit", file=raw.file, cell=cell, name=unit, first=line, what="unit")
        first.setdefault(unit, row)
    block = Block(units, list(range(len(units))))
    for code, column in (roles.values | roles.measures).items():
        if code in roles.measures:
            block.numbers[code] = _measures(raw, column, [edition.measures.get(code)] * len(raw), units, faults)
        else:
            block.numbers[code] = cells.numbers(raw, column, faults, units)
        block.columns[code] = raw.header(column)
        letters = block.columns[code].rstrip("0123456789")
        block.places |= {(unit, code): f"{letters}{raw.lines[row]}" for row, unit in enumerate(units)}
    for code, column in roles.se.items():
        block.se[code] = _standard_errors(raw, column, units, faults)
    for code, column in roles.n.items():
        block.n[code] = _counts(raw, column, units, faults)
    return block


def _long(raw: RawTable, roles: Roles, edition: Edition, faults: FaultList) -> Block:
    single = roles.single
    units = [cells.plain(value) for value in raw.text(single["unit"])]
    codes = raw.text(single["indicator"])
    label = [f"{unit} {code}" for unit, code in zip(units, codes, strict=True)]
    values = _measures(raw, single["value"], [edition.measures.get(code) for code in codes], label, faults)
    se = _standard_errors(raw, single["se"], label, faults) if "se" in single else None
    n = _counts(raw, single["n"], label, faults) if "n" in single else None
    sound = _sound_pairs(raw, single, units, codes, edition, faults)
    block = Block()
    place: dict[str, int] = {}
    for row, _ in sound:
        if units[row] not in place:
            place[units[row]] = len(block.units)
            block.units.append(units[row])
            block.rows.append(row)
    remarks = _remarks(raw, roles)
    origins = raw.text(single["origin"]) if "origin" in single else [""] * len(raw)
    for row, code in sound:
        at = place[units[row]]
        for table, source in ((block.numbers, values), (block.se, se), (block.n, n)):
            if source is not None:
                table.setdefault(code, np.full(len(block.units), np.nan))[at] = source[row]
        key = (units[row], code)
        block.places[key] = raw.cell(single["value"], row)
        if origins[row]:
            block.origins[key] = origins[row]
        if any(remarks[row]):
            block.remarks[key] = (remarks[row],)
    return block


def _measures(
    raw: RawTable, column: str, definitions: Sequence[Measure | None], label: list[str], faults: FaultList
) -> Floats:
    """Return a column as numbers; raw quantities are judged as in a county's form: no shares, nothing negative.

    Parameters
    ----------
    definitions : sequence of Measure or None
        What each row holds; None where it is no measure.
    """
    values = cells.parsed(raw.columns[column])
    # Whole numbers are asked of files, where a share or "in ten thousands" is a slip, and where an edition says so.
    counted, signed = (
        np.array([definition is not None and test(definition) for definition in definitions])
        for test in (lambda m: bool(raw.file) and m.kind == "count" and "kind" in m.model_fields_set, _may_be_negative)
    )
    measured = np.array([definition is not None for definition in definitions])
    with np.errstate(invalid="ignore"):  # NaN is missing, infinity asks for a closer look
        odd = np.isinf(values) | ((values < 0) & ~signed) | (counted & (values % 1 > 0))
    for row in np.flatnonzero(odd & measured).tolist():
        definition = definitions[row]
        assert definition is not None
        verdict = judge(raw.columns[column][row], definition.kind)
        values[row] = verdict.value
        if verdict.code:
            where: dict[str, Any] = {"file": raw.file, "cell": raw.cell(column, row), "key": f"{label[row]}, {column}"}
            details: dict[str, Any] = {**words_of(definition), **verdict.details}
            faults.add(verdict.code, **where, **details)
    return cells.judged(raw, column, values, faults, label)


def _may_be_negative(measure: Measure) -> bool:
    return measure.kind == "amount"


def _sound_pairs(
    raw: RawTable, single: dict[str, str], units: list[str], codes: list[str], edition: Edition, faults: FaultList
) -> list[tuple[int, str]]:
    """Return the rows that name a unit and a known code for the first time; the others are faults."""
    known = [*edition.indicators, *edition.measures]
    choices = set(known)
    first: dict[tuple[str, str], int] = {}
    sound = []
    for row, (unit, code) in enumerate(zip(units, codes, strict=True)):
        cell = raw.cell(single["indicator"], row)
        if not unit:
            faults.add("blank-unit", file=raw.file, cell=raw.cell(single["unit"], row))
        elif code not in choices:
            hint = suggest(code, known)
            faults.add("unknown-indicator", file=raw.file, cell=cell, key=unit, name=code, options=known, hint=hint)
        elif (unit, code) in first:
            line, name = raw.lines[first[(unit, code)]], f"{unit} {code}"
            faults.add("duplicate-unit", file=raw.file, cell=cell, name=name, first=line, what="unit and indicator")
        else:
            first[(unit, code)] = row
            sound.append((row, code))
    return sound


def _remarks(raw: RawTable, roles: Roles) -> list[Remark]:
    zh = roles.single.get("flag_zh") or roles.single.get("flag")
    en = roles.single.get("flag_en") or roles.single.get("flag")
    blank = [""] * len(raw)
    return list(zip(raw.text(zh) if zh else blank, raw.text(en) if en else blank, strict=True))


def _standard_errors(raw: RawTable, column: str, label: list[str], faults: FaultList) -> Floats:
    return _not_negative("negative-se", raw, column, label, faults)


def _counts(raw: RawTable, column: str, label: list[str], faults: FaultList) -> Floats:
    return _not_negative("negative-n", raw, column, label, faults)


def _not_negative(fault: str, raw: RawTable, column: str, label: list[str], faults: FaultList) -> Floats:
    found = cells.numbers(raw, column, faults, label)
    for row in np.flatnonzero(found < 0).tolist():
        cell, key = raw.cell(column, row), f"{label[row]}, {column}"
        faults.add(fault, file=raw.file, cell=cell, key=key, found=f"{found[row]:g}")
    return found


def _months(raw: RawTable, roles: Roles, block: Block, faults: FaultList) -> Floats:
    column = roles.single.get("months")
    if column is None:
        return np.full(len(block.units), 12.0)
    label = raw.text(roles.single["unit"])
    months = cells.numbers(raw, column, faults, label)
    for row in np.flatnonzero((months < 1) | (months > 12)).tolist():
        faults.add("bad-months", file=raw.file, cell=raw.cell(column, row), key=label[row], found=f"{months[row]:g}")
    own = months[block.rows] if block.rows else months[:0]
    return np.where(np.isnan(own), 12.0, own)
