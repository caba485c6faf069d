"""The archive of a bundle: a ZIP file whose every byte follows from its files, and its reader.

Any program opens it. It is written with nothing in it that depends on the machine or the hour: entries are stored,
sorted by name, dated 1980-01-01, with one set of attributes, without extra fields or comments. So the reader needs
no library that unpacks: it looks at the directory, refuses what the writer would not have written before it reads
further, and then compares the whole with what the writer makes of the same files.
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from yitihua.errors import InputError, refuse

#: A national board of 2,844 counties and 51 indicators takes some 30 MB.
MOST_FILES: Final = 512
MOST_BYTES: Final = 128 << 20
MOST_FILE_BYTES: Final = 64 << 20
MOST_NAME_BYTES: Final = 200

MANIFEST: Final = "manifest.json"
#: No name begins or ends with a space, or ends with a dot; no two dots stand together.
_PART = r"[\w(+-](?:[\w()+-]|[. ](?=[\w(+-]))*"
#: The only names that a bundle holds: relative, without "..", of letters and digits of any script.
NAMES: Final = re.compile(
    r"(?:manifest|table|recipe)\.json|(?:scores|scores\.zh|values|measures|estimates|covariance)\.csv"
    rf"|passports/{_PART}/passport\.toml"
    rf"|definitions/(?:project|shipped)/(?:index/{_PART}\.toml|(?:indicators|surveys)/{_PART}/{_PART}\.toml)"
)

_LOCAL = struct.Struct("<4s5H3I2H")
_ENTRY = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCAL_MARK, _ENTRY_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_ZIP64_MARK = b"PK\x06\x07"
_NEEDS, _MADE_BY = 20, (3 << 8) | 20  # version 2.0, as Unix makes it
_UTF8, _STORED = 0x800, 0
_TIME, _DATE = 0, (1 << 5) | 1  # 1980-01-01, the first day that ZIP knows
_ATTRIBUTES = 0o100644 << 16  # a plain file, no link and no folder
_DIRECTORY: Final = "the archive's own directory"


@dataclass(frozen=True, slots=True)
class _Entry:
    """What the directory says of one file."""

    name: str
    size: int
    crc: int
    offset: int


def write_archive(files: Mapping[str, bytes]) -> bytes:
    """Return files as an archive; the same files give the same bytes everywhere.

    Parameters
    ----------
    files : mapping
        Name -> content.

    Raises
    ------
    InputError
        If a name is none that a bundle may hold, or the whole is too large.

    Examples
    --------
    >>> import io, zipfile
    >>> made = write_archive({"table.json": b"{}", "manifest.json": b"{}"})
    >>> zipfile.ZipFile(io.BytesIO(made)).namelist(), made == write_archive(read_archive(made))
    (['manifest.json', 'table.json'], True)
    """
    if len(files) > MOST_FILES:
        raise refuse("bundle-large", found=f"{len(files)} files", limit=f"{MOST_FILES} files")
    for name, content in files.items():
        _check_name(name)
        _check_size(name, len(content), MOST_FILE_BYTES)
    body, directory, offset = bytearray(), bytearray(), 0
    for name in sorted(files):
        content, raw = files[name], name.encode("utf-8")
        common = (_UTF8, _STORED, _TIME, _DATE, zlib.crc32(content), len(content), len(content), len(raw), 0)
        directory += _ENTRY.pack(_ENTRY_MARK, _MADE_BY, _NEEDS, *common, 0, 0, 0, _ATTRIBUTES, offset) + raw
        body += _LOCAL.pack(_LOCAL_MARK, _NEEDS, *common) + raw + content
        offset = len(body)
    end = _END.pack(_END_MARK, 0, 0, len(files), len(files), len(directory), offset, 0)
    whole = bytes(body + directory + end)
    _check_size("", len(whole), MOST_BYTES)
    return whole


def load_archive(path: Path) -> bytes:
    """Return the bytes of a file from outside, its size looked at first.

    Raises
    ------
    InputError
        If it is not there, no plain file, or too large.
    """
    if not path.is_file():
        raise refuse("file-not-found", file=str(path), reason="")
    _check_size("", path.stat().st_size, MOST_BYTES)
    with path.open("rb") as handle:
        return handle.read(MOST_BYTES + 1)


def read_archive(data: bytes) -> dict[str, bytes]:
    """Return the files of an archive that is, byte by byte, as `write_archive` writes it.

    Nothing is unpacked and nothing is written to disk.

    Parameters
    ----------
    data : bytes
        Of anybody.

    Returns
    -------
    dict
        Name -> content.

    Raises
    ------
    InputError
        With the file in which the first wrong byte lies, or the archive's own directory. What is unsafe (paths
        that lead out, links, compressed or encrypted entries, sizes that are not true) is refused before any
        content is looked at.
    """
    _check_size("", len(data), MOST_BYTES)
    count, size, start = _end(data)
    entries = _directory(data[start : start + size], count, start)
    files = {one.name: _content(data, one) for one in entries}
    again = write_archive(files)
    if again != data:
        raise _changed(_region(data, again, entries))
    return files


def _end(data: bytes) -> tuple[int, int, int]:
    """Return number of entries, size and place of the directory."""
    place = len(data) - _END.size
    if place < 0 or data[place : place + 4] != _END_MARK:
        if data.rfind(_END_MARK) >= 0:
            raise _unsafe(_DIRECTORY, "there are bytes before or behind the archive")
        raise refuse("not-a-bundle", reason="it is no ZIP archive")
    _, disk, first_disk, here, count, size, start, comment = _END.unpack_from(data, place)
    if (
        data[max(place - 20, 0) : place].startswith(_ZIP64_MARK)
        or 0xFFFF in (here, count)
        or 0xFFFFFFFF in (size, start)
    ):
        raise _unsafe(_DIRECTORY, "it is in the ZIP64 format")
    if count > MOST_FILES:
        raise refuse("bundle-large", found=f"{count} files", limit=f"{MOST_FILES} files")
    if start + size < place:
        raise _unsafe(_DIRECTORY, "there are bytes before or behind the archive")
    if start + size != place or (disk, first_disk, here, comment) != (0, 0, count, 0):
        raise _changed(_DIRECTORY)
    return count, size, start


def _directory(raw: bytes, count: int, end: int) -> list[_Entry]:
    """Return the entries of the directory; refuses what the writer would never write, before any content is read."""
    entries: list[_Entry] = []
    seen: set[str] = set()
    place = offset = 0
    for _ in range(count):
        if place + _ENTRY.size > len(raw):
            raise _changed(_DIRECTORY)
        fields = _ENTRY.unpack_from(raw, place)
        length = fields[10]
        name = _name(raw[place + _ENTRY.size : place + _ENTRY.size + length])
        one = _entry(name, fields)
        if (folded := unicodedata.normalize("NFC", name).casefold()) in seen:
            raise _unsafe(name, "there are two files of this name")
        seen.add(folded)
        if one.offset != offset:
            raise _changed(_DIRECTORY)
        offset += _LOCAL.size + length + one.size
        if offset > end:
            raise _unsafe(name, "its size is not the size that is stated")
        place += _ENTRY.size + length
        entries.append(one)
    if place != len(raw) or offset != end:
        raise _changed(_DIRECTORY)
    return entries


def _entry(name: str, fields: tuple[Any, ...]) -> _Entry:
    mark, _, _, flags, method, _, _, crc, packed, size, _, extra, comment, _, _, attributes, offset = fields
    if mark != _ENTRY_MARK:
        raise _changed(_DIRECTORY)
    if flags & 1:
        raise _unsafe(name, "it is encrypted")
    if 0xFFFFFFFF in (packed, size, offset):
        raise _unsafe(name, "it is in the ZIP64 format")
    if method != _STORED:
        raise _unsafe(name, "it is compressed")
    if packed != size:
        raise _unsafe(name, "its size is not the size that is stated")
    _check_size(name, size, MOST_FILE_BYTES)
    if attributes != _ATTRIBUTES:
        raise _unsafe(name, "it is no plain file: a link, a folder or one with other rights")
    if (flags, extra, comment) != (_UTF8, 0, 0):
        raise _changed(_DIRECTORY)
    return _Entry(name, size, crc, offset)


def _name(raw: bytes) -> str:
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        name = raw.decode("latin-1")
    _check_name(name)
    return name


def _content(data: bytes, one: _Entry) -> bytes:
    begin = one.offset + _LOCAL.size + len(one.name.encode("utf-8"))
    content = data[begin : begin + one.size]
    if zlib.crc32(content) != one.crc:
        raise _changed(one.name)
    return content


def _region(data: bytes, again: bytes, entries: list[_Entry]) -> str:
    """Return in which file the first byte lies that is not as it would be written."""
    first = next((i for i, (a, b) in enumerate(zip(data, again, strict=False)) if a != b), len(data))
    ends = [one.offset + _LOCAL.size + len(one.name.encode("utf-8")) + one.size for one in entries]
    return next((one.name for one, end in zip(entries, ends, strict=True) if first < end), _DIRECTORY)


def _check_name(name: str) -> None:
    if len(name.encode("utf-8", "replace")) > MOST_NAME_BYTES or NAMES.fullmatch(name) is None:
        raise _unsafe(name, "a bundle holds no file of this name")


def _check_size(name: str, size: int, limit: int) -> None:
    if size > limit:
        raise refuse("bundle-large", file=printable(name), found=f"{size} bytes", limit=f"{limit} bytes")


def _unsafe(name: str, reason: str) -> InputError:
    return refuse("bundle-unsafe", file="" if name == _DIRECTORY else printable(name), reason=reason)


def _changed(name: str) -> InputError:
    return refuse("bundle-changed", file="" if name == _DIRECTORY else printable(name), what=printable(name))


def printable(text: object, limit: int = 120) -> str:
    r"""Return text from outside as a terminal may show it: no control characters, not endless.

    Examples
    --------
    >>> printable("a" + chr(27) + "[2J")
    'a\\x1b[2J'
    """
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text)[:limit])
    return shown + ("…" if len(str(text)) > limit else "")
