"""Text files as platforms export them: which encoding, which separator, which header."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: Bytes read at a time.
BLOCK = 1 << 20
#: Encodings that a mark at the beginning gives away.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATORS = (",", "\t", ";", "|")
#: What stands for bytes that no encoding explains.
REPLACED = "\ufffd"


@dataclass(frozen=True, slots=True)
class TextFile:
    """How a text file is to be read.

    Attributes
    ----------
    path : Path
        A file in UTF-8: the file itself, or a copy made of it.
    encoding : str
        What it was found in: utf-8, utf-16 or gb18030.
    separator : str
        Between columns.
    header : tuple of str
        Names of the columns.
    lines : int
        Physical lines, with the header.
    lossy : bool
        Whether some of its bytes are explained by no encoding: a sign stands for them.
    """

    path: Path
    encoding: str
    separator: str
    header: tuple[str, ...]
    lines: int
    lossy: bool = False


def encoding_of(path: Path) -> str:
    """Return the encoding of a text file: by its mark, UTF-8 if all of it is, else GB18030.

    A file with a few bytes that neither explains is taken for that of the two in which fewer characters are lost.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    with path.open("rb") as handle:
        start = handle.read(4)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    if not _lost(path, "utf-8", stop=True):
        return "utf-8"
    if not _lost(path, "gb18030", stop=True):
        return "gb18030"
    return "utf-8" if _lost(path, "utf-8") <= _lost(path, "gb18030") else "gb18030"


def _lost(path: Path, encoding: str, stop: bool = False) -> int:
    """Return how many characters an encoding does not explain; with `stop`, 1 as soon as there is one."""
    if not stop:
        return sum(part.count(REPLACED) for part in _decoded(path, encoding))
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as handle:
            while block := handle.read(BLOCK):
                decoder.decode(block)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return 1
    return 0


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    with path.open("rb") as handle:
        while block := handle.read(BLOCK):
            yield decoder.decode(block)
    yield decoder.decode(b"", True)


def prepare(path: Path, scratch: Path) -> TextFile:
    """Find out how a file is to be read; one that is not in UTF-8 is copied into `scratch` in UTF-8.

    Raises
    ------
    OSError
        If it cannot be read, or the copy cannot be written.
    """
    encoding = encoding_of(path)
    plain, lossy = path, False
    if encoding != "utf-8":
        plain = scratch / f"{path.stem}.{len(list(scratch.iterdir()))}.csv"
        with plain.open("w", encoding="utf-8", newline="") as handle:
            for part in _decoded(path, encoding):
                lossy = lossy or REPLACED in part
                handle.write(part)
    with plain.open(encoding="utf-8", errors="replace", newline="") as handle:
        first = handle.readline()
    separator = max(_SEPARATORS, key=first.count)
    header = next(csv.reader(io.StringIO(first), delimiter=separator), [])
    names = tuple(re.sub(r"\s+", "", name.lstrip("\ufeff")) for name in header)
    return TextFile(plain, encoding.removesuffix("-sig"), separator, names, _lines(plain), lossy)


def _lines(path: Path) -> int:
    """Return the number of lines; a last one without its end counts."""
    count, last = 0, b"\n"
    with path.open("rb") as handle:
        while block := handle.read(BLOCK):
            count += block.count(b"\n")
            last = block[-1:]
    return count + (last != b"\n")


def sheet_to_text(path: Path, scratch: Path) -> Path:
    """Copy the first sheet of an Excel workbook into a text file in UTF-8.

    Raises
    ------
    OSError, ValueError
        If it cannot be read, or the copy cannot be written.
    """
    from python_calamine import CalamineError, load_workbook

    made = scratch / f"{path.stem}.{len(list(scratch.iterdir()))}.csv"
    try:
        rows = load_workbook(str(path)).get_sheet_by_index(0).iter_rows()
        with made.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerows([_cell(value) for value in row] for row in rows)
    except CalamineError as error:
        raise ValueError(str(error).splitlines()[0][:80]) from None
    return made


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
