"""Read the cells of a table: encodings, missing values, numbers, and what is wrong where."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.errors import FaultList, refuse
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

#: Headers of the column of units that are understood without a passport, in small letters.
UNIT_HEADERS = ("unit", "code", "unit_code", "id", "ucode", "单位代码", "代码", "行政区划代码", "单位")
#: Cells that mean "missing".
MISSING = frozenset(
    {
        "",
        "NA",
        "N/A",
        "na",
        "n/a",
        "NaN",
        "nan",
        "null",
        "NULL",
        "None",
        ".",
        "-",
        "—",
        "——",
        "缺失",
        "不适用",
    }
)

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)


@dataclass(slots=True)
class RawTable:
    """A table as it was found: text or numbers, with the place of every cell.

    Attributes
    ----------
    encoding : str
        What the file was read as.
    columns : dict
        Header -> list of str, or an array where the table came from Python.
    lines : list of int
        Line of each row in the file, from 1; the header is line 1.
    file : str
        Name for messages.
    """

    columns: dict[str, Any]
    lines: list[int]
    file: str
    encoding: str = "utf-8"

    def __len__(self) -> int:
        return len(self.lines)

    def cell(self, column: str, row: int) -> str:
        """Return the spreadsheet name of a cell, as "C7"."""
        return f"{column_letters(list(self.columns).index(column))}{self.lines[row]}"

    def header(self, column: str) -> str:
        """Return the spreadsheet name of a column's header, as "C1"."""
        return f"{column_letters(list(self.columns).index(column))}1"

    def text(self, column: str) -> list[str]:
        """Return a column as stripped text; missing becomes ""."""
        return ["" if _is_none(value) else str(value).strip() for value in self.columns[column]]

    def take(self, rows: Sequence[int]) -> RawTable:
        """Return some rows."""
        picked = {name: [values[row] for row in rows] for name, values in self.columns.items()}
        return RawTable(picked, [self.lines[row] for row in rows], self.file, self.encoding)


def _is_none(value: Any) -> bool:
    return (
        value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and value != value)
    )


def column_letters(index: int) -> str:
    """Return the spreadsheet letters of a column counted from 0.

    Examples
    --------
    >>> column_letters(0), column_letters(25), column_letters(26)
    ('A', 'Z', 'AA')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def decode(raw: bytes, name: str, faults: FaultList) -> tuple[str, str] | None:
    """Return text and encoding, UTF-8 (with or without mark) or GB18030, else add a fault."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            where = error.start
        else:
            if "\x00" not in text:
                return text, encoding
            where = raw.index(b"\x00")
    faults.add("not-utf8", file=name, line=raw[:where].count(b"\n") + 1, reason=f"byte {where + 1}")
    return None


def read_csv(path: Path, name: str, faults: FaultList) -> RawTable | None:
    """Read a CSV file; None after a fault that leaves nothing to look at."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        faults.add("file-not-found", file=name, reason=error.strerror or "")
        return None
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        faults.add("csv-is-book", file=name)
        return None
    decoded = decode(raw, name, faults)
    if decoded is None:
        return None
    text, encoding = decoded
    rows: list[list[str]] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""))
    start = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        faults.add("bad-csv", file=name, line=start, reason=str(error))
        return None
    if len(rows) < 2:
        faults.add("empty-table", file=name)
        return None
    if len(rows[0]) == 1 and (found := next((mark for mark in ";\t|" if mark in rows[0][0]), "")):
        faults.add("wrong-separator", file=name, line=1, found="TAB" if found == "\t" else found)
        return None
    table = _table(rows[0], rows[1:], lines[1:], name, faults)
    if table is not None:
        table.encoding = encoding
    return table


def _table(header: list[str], rows: list[list[str]], lines: list[int], name: str, faults: FaultList) -> RawTable | None:
    titles = [cell.strip() for cell in header]
    seen: set[str] = set()
    sound = True
    for index, title in enumerate(titles):
        if title and title in seen:
            faults.add("duplicate-column", file=name, line=1, cell=f"{column_letters(index)}1", name=title)
            sound = False
        seen.add(title)
    for row, line in zip(rows, lines, strict=True):
        # Spreadsheets save trailing empty cells; only cells that hold something are too many.
        while len(row) > len(titles) and not row[-1].strip():
            row.pop()
        if len(row) != len(titles):
            faults.add("ragged-row", file=name, line=line, found=len(row), expected=len(titles))
            sound = False
    if not sound:
        return None
    columns = {title: [row[index] for row in rows] for index, title in enumerate(titles) if title}
    for index, title in enumerate(titles):
        if not title and any(row[index].strip() for row in rows):
            faults.add("no-column-name", file=name, line=1, cell=f"{column_letters(index)}1")
    return RawTable(columns, lines, name)


def from_frame(frame: pd.DataFrame) -> RawTable:
    """Return a DataFrame as a raw table; a named or non-default index becomes a column.

    The numbers that are left in the index of a frame from which rows were taken are not a column: an index
    without a name counts as the units only where no column holds them.

    Examples
    --------
    >>> import pandas as pd
    >>> whole = pd.DataFrame({"unit": ["a", "b", "c"], "x": [1.0, 2.0, 3.0]})
    >>> list(from_frame(whole[whole["x"] > 1]).columns), list(from_frame(whole.set_index("unit")).columns)
    (['unit', 'x'], ['unit', 'x'])
    """
    name = frame.index.name
    header = {str(column).casefold() for column in frame.columns}
    if not header.isdisjoint(UNIT_HEADERS if name is None else {str(name).casefold()}):
        frame = frame.reset_index(drop=True)
    elif name is not None or not frame.index.equals(type(frame.index)(range(len(frame)))):
        frame = frame.rename_axis(str(name or UNIT_HEADERS[0])).reset_index()
    columns: dict[str, Any] = {}
    for position, name in enumerate(frame.columns):
        if str(name) in columns:
            raise refuse("duplicate-column", line=1, cell=f"{column_letters(position)}1", name=name)
        series = frame.iloc[:, position]
        numeric = series.dtype.kind in "fiu"
        columns[str(name)] = series.to_numpy(dtype=float, na_value=np.nan) if numeric else series.tolist()
    return RawTable(columns, list(range(2, len(frame) + 2)), "")


def numbers(table: RawTable, column: str, faults: FaultList, label: list[str] | None = None) -> Floats:
    """Return a column as numbers, NaN where missing; every cell that is neither is a fault.

    Parameters
    ----------
    table : RawTable
        The table.
    column : str
        Its header.
    faults : FaultList
        Takes a fault a bad cell.
    label : list of str, optional
        Unit of each row, for messages.
    """
    return judged(table, column, parsed(table.columns[column]), faults, label)


def parsed(cells: Any) -> Floats:
    """Return cells as numbers: NaN where missing, infinity where a closer look is needed."""
    if isinstance(cells, np.ndarray):
        return cells.astype(float)
    return np.array([_number(cell) for cell in cells], dtype=float)


def judged(table: RawTable, column: str, values: Floats, faults: FaultList, label: list[str] | None = None) -> Floats:
    """Add a fault for every value that is not finite, and return the values with NaN there."""
    cells = table.columns[column]
    for row in np.flatnonzero(np.isinf(values)):
        found = str(cells[row]).strip()
        key = f"{label[row]}, {column}" if label else column
        infinite = isinstance(cells, np.ndarray) or _INFINITE.fullmatch(found) or _NUMBER.fullmatch(found)
        where: dict[str, Any] = {"file": table.file, "cell": table.cell(column, int(row)), "key": key}
        if infinite:
            faults.add("infinite", **where, found=found)
        else:
            faults.add("not-a-number", **where, found=found[:40], extra=_hint(found))
        values[row] = np.nan
    return values


def _hint(found: str) -> str:
    """Return how a number that was dressed up would be written, or an empty string.

    Examples
    --------
    >>> _hint("45%"), _hint("1,234"), _hint("12,5")
    (' (45% → 45)', ' (1,234 → 1234)', ' (12,5: 12.5? 125?)')
    """
    text = unicodedata.normalize("NFKC", found)  # full-width digits, commas and percent signs
    bare = text.removesuffix("%").strip()
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", bare):
        return f" ({found} → {bare.replace(',', '')})"
    if re.fullmatch(r"[+-]?\d+,\d+", bare):
        return f" ({found}: {bare.replace(',', '.')}? {bare.replace(',', '')}?)"
    return f" ({found} → {bare})" if bare != found and _NUMBER.fullmatch(bare) else ""


def _number(cell: Any) -> float:
    """Return the number, NaN for missing, infinity for anything that needs a closer look."""
    if _is_none(cell):
        return float("nan")
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return float(cell)
    text = str(cell).strip()
    if _NUMBER.fullmatch(text):
        return float(text)
    return float("nan") if text in MISSING else float("inf")


def plain(value: str) -> str:
    """Return a code or a period as text; spreadsheets turn 2022 into 2022.0."""
    return value[:-2] if value.endswith(".0") and value[:-2].isdigit() else value


_YEAR_FIRST = re.compile(r"(\d{4})(.*)", re.DOTALL)


def period_before(period: str, known: list[str]) -> str | None:
    """Return the same period a year before, if the table has it.

    A period begins with its year: 2022, 2022Q1, 2022-03, 2022上半年. Others have none before.

    Examples
    --------
    >>> period_before("2022Q1", ["2021Q1", "2021Q4", "2022Q1"])
    '2021Q1'
    """
    match = _YEAR_FIRST.fullmatch(period)
    if match is None:
        return None
    before = f"{int(match[1]) - 1:04d}{match[2]}"
    return before if before in known else None
