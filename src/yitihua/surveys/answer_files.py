"""Open a file of answers: CSV, Excel, Parquet, a dataset by name, or a table in memory."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yitihua.definitions.passport import dataset_names, sha256_of
from yitihua.errors import FaultList, refuse, suggest
from yitihua.indicators import cells, parquet
from yitihua.indicators.cells import RawTable
from yitihua.indicators.datasets import Dataset, find_dataset
from yitihua.indicators.table import Lineage
from yitihua.surveys.privacy.identifiers import masked

if TYPE_CHECKING:
    import pandas as pd

    Data = str | Path | pd.DataFrame | Dataset

SUFFIXES: Final = (".csv", ".xlsx", ".xlsm", ".parquet")
#: A workbook holds at most 1,048,576 rows; answers of a province are far fewer.
MOST_BYTES: Final = 1 << 30
MOST_RATIO: Final = 300
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
#: Cells that hold an error, and formulas that were saved without their result.
_ODD: Final = re.compile(
    rb"<(?:\w+:)?c\b(?=[^>]*?\br=\"([A-Z]+\d+)\")(?:[^>]*?\bt=\"e\"|[^>]*?>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"
    rb"\s*(?:<(?:\w+:)?v>\s*</(?:\w+:)?v>|<(?:\w+:)?v\s*/>)?\s*</(?:\w+:)?c>)"
)


def open_answers(
    data: Data, faults: FaultList, sheet: str | None = None, project: Path | None = None
) -> tuple[RawTable | None, tuple[Lineage, ...], bool]:
    """Return a table as found, where it came from, and whether it is simulated; None after a fault.

    Parameters
    ----------
    data : str, Path, DataFrame or Dataset
        A file, the name of a dataset, or a table in memory.
    faults : FaultList
        Takes what is wrong with the file as a whole.
    sheet : str, optional
        Sheet of a workbook that has several.
    project : Path, optional
        A project folder whose data/ is looked into first.
    """
    if isinstance(data, str) and not Path(data).suffix:
        found = find_dataset(data, project)
        if found is None:
            options = dataset_names(project)
            raise refuse("unknown-dataset", name=masked(data), options=options, hint=suggest(data, options))
        data = found
    if isinstance(data, Dataset):
        return data.raw, data.lineage, data.passport.dataset.simulated
    if not isinstance(data, (str, Path)):
        return cells.from_frame(data), (), False
    path, name = Path(data), str(data)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        faults.add("answers-suffix", file=name, found=suffix, options=SUFFIXES)
        return None, (), False
    if not path.is_file():
        faults.add("file-not-found", file=name, reason="")
        return None, (), False
    if suffix == ".parquet":
        raw = parquet.read_parquet(path, name, faults)
    elif suffix == ".csv":
        raw = cells.read_csv(path, name, faults)
    else:
        raw = read_excel(path, name, faults, sheet)
    return raw, (Lineage(path.name, sha256_of(path)),) if raw is not None else (), False


def read_excel(path: Path, name: str, faults: FaultList, sheet: str | None = None) -> RawTable | None:
    """Read one sheet of a workbook, the header in its first row; None after a fault.

    Columns of numbers become arrays of float, NaN where empty; others text, times as ISO 8601.

    Parameters
    ----------
    path : Path
        An .xlsx or .xlsm file.
    name : str
        Its name for messages.
    faults : FaultList
        Takes what is wrong with the workbook, and cells that hold an error.
    sheet : str, optional
        Needed where more than one sheet holds something.
    """
    raw = path.read_bytes()
    if not raw:
        faults.add("book-empty-file", file=name)
        return None
    if raw.startswith(_OLE):
        faults.add("book-password" if _ENCRYPTED in raw else "book-xls", file=name)
        return None
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            total = sum(part.file_size for part in archive.infolist())
            if total > MOST_BYTES or (total > 1 << 20 and total > MOST_RATIO * len(raw)):
                found, limit = f"{total >> 20} MB", f"{MOST_BYTES >> 20} MB"
                faults.add("book-bomb", file=name, found=found, limit=limit, ratio=f"{MOST_RATIO}:1")
                return None
            # A part that states a size smaller than it has would grow in calamine; its checksum tells.
            if archive.testzip() is not None:
                raise zipfile.BadZipFile
            odd = _odd_cells(archive)
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError, NotImplementedError, RuntimeError):
        faults.add("book-corrupt", file=name)
        return None
    return _sheet(raw, name, odd, faults, sheet)


def _odd_cells(archive: zipfile.ZipFile) -> list[str]:
    """Return cells with an error or without the result of their formula: calamine reads them as empty."""
    parts = [part for part in archive.namelist() if re.fullmatch(r"xl/worksheets/[^/]+\.xml", part)]
    texts = [archive.read(part) for part in parts]
    return [match[1].decode() for text in texts if b'="e"' in text or b"<f" in text for match in _ODD.finditer(text)]


def _sheet(raw: bytes, name: str, odd: list[str], faults: FaultList, wanted: str | None) -> RawTable | None:
    import python_calamine as calamine

    try:
        with calamine.CalamineWorkbook.from_filelike(BytesIO(raw)) as book:
            names = [wanted] if wanted is not None and wanted in book.sheet_names else book.sheet_names
            found = {title: book.get_sheet_by_name(title).to_python(skip_empty_area=False) for title in names}
            if wanted is not None and wanted not in found:
                faults.add("answers-sheet", file=name, found=wanted, options=list(found), hint=suggest(wanted, found))
                return None
    except (calamine.CalamineError, ValueError, OSError):
        faults.add("book-corrupt", file=name)
        return None
    filled = {title: rows for title, rows in found.items() if sum(map(any, rows)) > 1}
    if not filled:
        faults.add("empty-table", file=name)
        return None
    if len(filled) > 1:
        faults.add("answers-sheets", file=name, found=list(filled), options=list(filled))
        return None
    if odd:
        faults.add("answers-cell-error", file=name, cell=odd[0], count=len(odd), rows=", ".join(odd[:5]))
    (rows,) = filled.values()
    return _table(rows, name, faults)


def _table(rows: list[list[Any]], name: str, faults: FaultList) -> RawTable | None:
    header = [str(cell).strip() for cell in rows[0]]
    lines = [line for line, row in enumerate(rows[1:], start=2) if any(cell not in ("", None) for cell in row)]
    columns: dict[str, Any] = {}
    for place, title in enumerate(header):
        letters = cells.column_letters(place)
        values = [rows[line - 1][place] for line in lines]
        if title in columns:
            faults.add("duplicate-column", file=name, line=1, cell=f"{letters}1", name=title)
            return None
        if not title and any(value not in ("", None) for value in values):
            faults.add("no-column-name", file=name, line=1, cell=f"{letters}1")
        # A column without a name keeps its place, so that the letters of the others stay right.
        columns[title or f"\x00{letters}"] = _column(values)
    return RawTable(columns, lines, name)


def _column(values: list[Any]) -> Any:
    # bool is a number for Python, but TRUE in a sheet is an answer in words.
    if all(value == "" or (isinstance(value, (int, float)) and not isinstance(value, bool)) for value in values):
        return np.array([np.nan if value == "" else float(value) for value in values])
    return [_text(value) for value in values]


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    return str(value).strip()
