"""Where a number stood: file, column and line of every value and measure that was read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

_CELL = re.compile(r"([A-Z]+)(\d+)")


@dataclass(frozen=True, slots=True)
class Column:
    """Where the values of one indicator or measure stood.

    Attributes
    ----------
    file : str
        Name of the input, as `run.json` has it.
    letters : str
        Column, as a spreadsheet names it.
    lines : tuple of int
        Line of every unit, 0 where it has none; the header is line 1.
    """

    file: str
    letters: str
    lines: tuple[int, ...]

    def take(self, rows: Sequence[int]) -> Column:
        """Return it for some units only; a row of -1 is a unit without a line."""
        return replace(self, lines=tuple(self.lines[row] if row >= 0 else 0 for row in rows))


#: Code -> where it stood; the first column that has a line for a unit holds its value.
Columns = Mapping[str, tuple[Column, ...]]


def columns_of(places: Mapping[tuple[str, str], str], units: Sequence[str], file: str) -> dict[str, tuple[Column, ...]]:
    """Return the columns that hold cells given by unit and code.

    Examples
    --------
    >>> columns_of({("a", "x"): "C7", ("b", "x"): "C9"}, ["b", "c", "a"], "f.csv")["x"][0].lines
    (9, 0, 7)
    """
    row_of = {unit: row for row, unit in enumerate(units)}
    letters: dict[str, str] = {}
    lines: dict[str, list[int]] = {}
    for (unit, code), cell in places.items():
        match = _CELL.fullmatch(cell)
        if match is not None and unit in row_of:
            letters[code] = match[1]
            lines.setdefault(code, [0] * len(units))[row_of[unit]] = int(match[2])
    return {code: (Column(file, letters[code], tuple(found)),) for code, found in lines.items()}


def place_of(columns: Columns, code: str, row: int) -> tuple[str, str] | None:
    """Return file and cell of a unit's number, or None where they are not known."""
    for column in columns.get(code, ()):
        if row < len(column.lines) and column.lines[row]:
            return column.file, f"{column.letters}{column.lines[row]}"
    return None


def taken(columns: Columns, rows: Sequence[int]) -> dict[str, tuple[Column, ...]]:
    """Return the columns for some units only; -1 is a unit that has no line."""
    return {code: tuple(column.take(rows) for column in found) for code, found in columns.items()}


def to_json(columns: Columns) -> dict[str, Any]:
    """Return columns for JSON; the many that share their lines name them once.

    Examples
    --------
    >>> shared = {code: (Column("f.csv", code, (2, 3)),) for code in "AB"}
    >>> to_json(shared)
    {'lines': [[2, 3]], 'codes': {'A': [['f.csv', 'A', 0]], 'B': [['f.csv', 'B', 0]]}}
    >>> from_json(to_json(shared)) == shared
    True
    """
    lines: dict[tuple[int, ...], int] = {}
    codes = {
        code: [[column.file, column.letters, lines.setdefault(column.lines, len(lines))] for column in found]
        for code, found in columns.items()
    }
    return {"lines": [list(found) for found in lines], "codes": codes}


def from_json(data: Mapping[str, Any]) -> dict[str, tuple[Column, ...]]:
    """Return the columns that JSON holds."""
    lines = [tuple(found) for found in data["lines"]]
    return {
        code: tuple(Column(file, letters, lines[index]) for file, letters, index in found)
        for code, found in data["codes"].items()
    }
