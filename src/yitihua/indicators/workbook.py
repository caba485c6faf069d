"""Open a workbook that came from outside: what it is, whether it is safe, and what stands in it.

Values come from calamine. What calamine does not tell (hidden rows, errors, formulas without a
value, links to other files) is read from the XML with regular expressions, which neither expand
entities nor build trees. Sizes are checked before anything is unpacked.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Container
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, Final

from yitihua.errors import FaultList
from yitihua.indicators.cells import column_letters

#: A form has some 100 rows; what is far larger is a slip (a stray cell at the bottom) or an attack.
#: The limits are such that a look at a cell's name is enough: three letters or five digits are too many.
MOST_ROWS: Final = 9_999
MOST_COLUMNS: Final = 702
MOST_BYTES: Final = 64 << 20
MOST_FILE_BYTES: Final = 32 << 20
MOST_RATIO: Final = 300

SUFFIXES: Final = (".xlsx", ".xlsm")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Names of streams in an OLE file are UTF-16; the first that is found says what it is.
_STREAMS = (("EncryptedPackage", "book-password"), ("Workbook", "book-xls"), ("Book", "book-xls"))

_SHEET = re.compile(rb"<(?:\w+:)?sheet\b([^>]*?)/?>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b([^>]*?)/?>")
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\b[^>]*?ref=[\"']([A-Z]+\d+(?::[A-Z]+\d+)?)[\"']")
_FAR = re.compile(rb" r=[\"'](?:[A-Z]{3,}\d+|[A-Z]*\d{5,})[\"']")
_ODD_CELL = re.compile(rb"<(?:\w+:)?f[\s/>]|\bt=[\"']e[\"']")
#: Plain pieces of text to look for first; only where one is found is the sheet taken apart.
_HIDING = (b'hidden="1"', b"hidden='1'", b'hidden="true"', b'ht="0"', b'width="0"', b'width="0.')
_ODD_SIGNS = (b"<f>", b"<f ", b"<f/", b":f>", b":f ", b't="e"', b"t='e'")
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b([^>]*?)/?>")
_CELL = re.compile(rb"<(?:\w+:)?c\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?f>)", re.DOTALL)
#: Another file in a formula: [1]Sheet!A1, '[1]My sheet'!A1; not Table[column] of this one.
_LINK = re.compile(r"(?<![\w\]])\[[^\[\]]+\][\w.]*!|'[^']*\[[^\[\]]+\][^']*'!")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>/]*>([^<]+)</|<(?:\w+:)?is\b")


@dataclass(slots=True)
class Sheet:
    """One sheet: values from A1 on, and what is odd about them.

    Attributes
    ----------
    name : str
        As the tab shows it.
    rows : list of list
        Values; "" is empty.
    merged : list of tuple
        Merged ranges as first row, first column, last row, last column, from 0.
    hidden_rows, hidden_columns : set of int
        From 0.
    errors : dict
        (row, column) -> "#DIV/0!" and the like.
    unsolved : set
        Cells with a formula but no value.
    linked : set
        Cells whose formula points into another file.
    hidden : bool
        Whether the tab is not shown.
    """

    name: str
    rows: list[list[Any]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    unsolved: set[tuple[int, int]] = field(default_factory=set)
    linked: set[tuple[int, int]] = field(default_factory=set)
    hidden: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return not self.errors and not self.unsolved and not any(_filled(cell) for row in self.rows for cell in row)

    def value(self, row: int, column: int) -> Any:
        """Return a cell, "" beyond the end."""
        cells = self.rows[row] if 0 <= row < len(self.rows) else []
        return cells[column] if 0 <= column < len(cells) else ""


@dataclass(slots=True)
class Book:
    """A workbook that could be read."""

    sheets: dict[str, Sheet]
    macros: bool = False
    links: bool = False


def _filled(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""


def cell_name(row: int, column: int) -> str:
    """Return a spreadsheet name from places counted from 0.

    Examples
    --------
    >>> cell_name(4, 5)
    'F5'
    """
    return f"{column_letters(column)}{row + 1}"


def open_book(path: Path, shown: str, faults: FaultList, unread: Container[str] = ()) -> Book | None:
    """Read a workbook; None after a fault that leaves nothing to look at.

    Parameters
    ----------
    path : Path
        The file.
    shown : str
        Its name for messages.
    faults : FaultList
        Takes what is wrong with the file as a whole.
    unread : container of str
        Sheets whose values nobody needs, such as long lists for drop-downs.
    """
    if (raw := _bytes_of(path, shown, faults)) is None:
        return None
    try:
        archive = zipfile.ZipFile(BytesIO(raw))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        faults.add("book-corrupt", file=shown)
        return None
    with archive:
        if not _is_safe(archive, len(raw), shown, faults):
            return None
        try:
            return _read(archive, raw, shown, faults, unread)
        except _UNREADABLE:
            faults.add("book-corrupt", file=shown)
            return None


#: What damaged parts of an archive raise, in Python's own reader and in ours.
_UNREADABLE = (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError, NotImplementedError, RuntimeError)


def _bytes_of(path: Path, shown: str, faults: FaultList) -> bytes | None:
    """Return the file's bytes, or say what it is instead of a workbook."""
    suffix = path.suffix.lower()
    try:
        size = path.stat().st_size
        if size > MOST_FILE_BYTES:
            faults.add(
                "book-too-large", file=shown, found=f"{size / 2**20:.0f} MB", limit=f"{MOST_FILE_BYTES >> 20} MB"
            )
            return None
        raw = path.read_bytes()
    except OSError as error:
        faults.add("file-not-found", file=shown, reason=error.strerror or "")
        return None
    if not raw:
        faults.add("book-empty-file", file=shown)
    elif raw.startswith(_OLE):
        kind = next((code for name, code in _STREAMS if name.encode("utf-16-le") in raw), "book-corrupt")
        faults.add("book-wps" if suffix in (".et", ".wps", ".ett") and kind == "book-xls" else kind, file=shown)
    elif suffix in (".et", ".wps", ".ett"):
        faults.add("book-wps", file=shown)
    elif suffix == ".xls":
        # Somebody gave a new workbook the old ending, or the file is a web page that only calls itself one.
        faults.add("book-suffix" if raw.startswith(b"PK") else "book-xls", file=shown)
    else:
        return raw
    return None


def _is_safe(archive: zipfile.ZipFile, packed: int, shown: str, faults: FaultList) -> bool:
    """Return whether the unpacked sizes, as stated, are those of a form."""
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        faults.add("book-password", file=shown)
        return False
    total = sum(part.file_size for part in parts)
    if total > MOST_BYTES or (total > 1 << 20 and total > MOST_RATIO * packed):
        found, limit = f"{total / 2**20:.0f} MB, {total / max(packed, 1):.0f}:1", f"{MOST_BYTES >> 20} MB"
        faults.add("book-bomb", file=shown, found=found, limit=limit, ratio=f"{MOST_RATIO}:1")
        return False
    return True


def _read(archive: zipfile.ZipFile, raw: bytes, shown: str, faults: FaultList, unread: Container[str]) -> Book | None:
    import python_calamine as calamine

    # A part that states a size smaller than it has would grow in calamine; its checksum tells.
    if archive.testzip() is not None:
        raise zipfile.BadZipFile
    names = archive.namelist()
    parts, hidden = _sheet_parts(archive)
    sheets = {name: _odd(name, archive.read(part)) for name, part in parts.items() if part in names}
    too_large = [(name, found) for name, (sheet, found) in sheets.items() if found]
    for name, found in too_large:
        faults.add("book-sheet-too-large", file=shown, sheet=name, found=found, limit=f"{MOST_ROWS} x {MOST_COLUMNS}")
    if too_large:
        return None
    try:
        with calamine.CalamineWorkbook.from_filelike(BytesIO(raw)) as opened:
            for name, (sheet, _) in sheets.items():
                if name in unread:
                    continue
                source = opened.get_sheet_by_name(name)
                sheet.rows = source.to_python(skip_empty_area=False)
                sheet.merged = [(*first, *last) for first, last in source.merged_cell_ranges or ()]
    except calamine.CalamineError:
        faults.add("book-corrupt", file=shown)
        return None
    for name, (sheet, _) in sheets.items():
        sheet.hidden = name in hidden
    return Book(
        {name: sheet for name, (sheet, _) in sheets.items()},
        macros=any(name.endswith("vbaProject.bin") for name in names),
        links=any(name.startswith("xl/externalLinks/") for name in names),
    )


def _attributes(text: bytes) -> dict[str, str]:
    return {
        name.decode().rpartition(":")[2]: html.unescape((one or two).decode("utf-8"))
        for name, one, two in _ATTRIBUTE.findall(text)
    }


def _sheet_parts(archive: zipfile.ZipFile) -> tuple[dict[str, str], set[str]]:
    """Return sheet -> part of the archive, in the order of the tabs, and the sheets that are not shown."""
    relations = archive.read("xl/_rels/workbook.xml.rels")
    targets = {}
    for match in _RELATION.finditer(relations):
        found = _attributes(match[1])
        target = found.get("Target", "")
        path = PurePosixPath(target.lstrip("/")) if target.startswith("/") else PurePosixPath("xl") / target
        targets[found.get("Id", "")] = str(path)
    parts: dict[str, str] = {}
    hidden = set[str]()
    for match in _SHEET.finditer(archive.read("xl/workbook.xml")):
        found = _attributes(match[1])
        if "name" in found and found.get("id") in targets:
            parts[found["name"]] = targets[found["id"]]
            if found.get("state") in ("hidden", "veryHidden"):
                hidden.add(found["name"])
    if not parts:
        raise zipfile.BadZipFile
    return parts, hidden


def _odd(name: str, xml: bytes) -> tuple[Sheet, str]:
    """Return what is odd about a sheet, and its size where that is beyond any form."""
    sheet = Sheet(name)
    if beyond := _size_beyond(xml):
        return sheet, beyond
    # Most sheets have nothing odd; only the others are looked at piece by piece.
    if any(sign in xml for sign in _HIDING):
        _hidden(sheet, xml)
    if any(sign in xml for sign in _ODD_SIGNS):
        _odd_cells(sheet, xml)
    return sheet, ""


def _size_beyond(xml: bytes) -> str:
    """Return the size of a sheet that is too large, else "": by what it says, and by what it holds."""
    if dimension := _DIMENSION.search(xml):
        row, column = _place(dimension[1].rpartition(b":")[2])
        if row >= MOST_ROWS or column >= MOST_COLUMNS:
            return f"{row + 1} x {column + 1}"
    if far := _FAR.search(xml):
        return f"≥ {far[0].decode()}"
    count = len(_ROW.findall(xml))
    return f"{count} x ?" if count > MOST_ROWS else ""


def _hidden(sheet: Sheet, xml: bytes) -> None:
    row = -1
    for match in _ROW.finditer(xml):
        found = _attributes(match[1])
        row = int(found["r"]) - 1 if found.get("r", "").isdigit() else row + 1
        if found.get("hidden") in ("1", "true") or found.get("ht") == "0":
            sheet.hidden_rows.add(row)
    for match in _COLUMN.finditer(xml):
        found = _attributes(match[1])
        if found.get("hidden") in ("1", "true") or _is_zero(found.get("width")):
            first, final = int(found.get("min", 1)) - 1, int(found.get("max", 1))
            sheet.hidden_columns |= set(range(first, min(final, MOST_COLUMNS)))


def _is_zero(width: str | None) -> bool:
    return width is not None and width.strip("0.") == ""


def _odd_cells(sheet: Sheet, xml: bytes) -> None:
    for match in _CELL.finditer(xml):
        inner = match[2] or b""
        formula = _FORMULA.search(inner)
        if formula is None and not _ODD_CELL.search(match[1]):
            continue
        found = _attributes(match[1])
        if "r" not in found:
            continue
        place, value = _place(found["r"].encode()), _VALUE.search(inner)
        if found.get("t") == "e":
            sheet.errors[place] = html.unescape((value[1] or b"#VALUE!").decode("utf-8")) if value else "#VALUE!"
        # A formula whose result is no text at all, as ="" gives, is solved.
        if formula is not None and value is None and not (found.get("t") == "str" and b"<v" in inner):
            sheet.unsolved.add(place)
        if formula is not None and _LINK.search(html.unescape((formula[1] or b"").decode("utf-8"))):
            sheet.linked.add(place)


def _place(name: bytes) -> tuple[int, int]:
    letters = name.rstrip(b"0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return int(name[len(letters) :] or b"1") - 1, column - 1
