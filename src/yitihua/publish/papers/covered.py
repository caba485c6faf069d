"""Which characters a font file draws: its cmap table, read without a font library."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

_NEVER = frozenset[int]()


@cache
def covered(path: Path, index: int = 0) -> frozenset[int]:
    """Return the code points a font draws; nothing where the file cannot be read.

    Parameters
    ----------
    path : Path
        .otf, .ttf, or .ttc.
    index : int
        Which font of a collection.

    Examples
    --------
    >>> from yitihua.publish.papers.engine import FONTS
    >>> drawn = covered(FONTS / "YitihuaSansSC.otf")
    >>> ord("善") in drawn, ord("\U0001f600") in drawn
    (True, False)
    """
    try:
        data = path.read_bytes()
        return _of_table(data, _table(data, b"cmap", index))
    except (OSError, struct.error, ValueError, IndexError):
        return _NEVER


def _table(data: bytes, name: bytes, index: int) -> int:
    """Return where a table begins."""
    start = 0
    if data[:4] == b"ttcf":
        (start,) = struct.unpack_from(">I", data, 12 + 4 * index)
    (count,) = struct.unpack_from(">H", data, start + 4)
    for k in range(count):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, start + 12 + 16 * k)
        if tag == name:
            return int(offset)
    raise ValueError(name)


def _of_table(data: bytes, at: int) -> frozenset[int]:
    """Return what the fullest Unicode subtable maps: format 12 before format 4."""
    (count,) = struct.unpack_from(">H", data, at + 2)
    found: dict[int, int] = {}
    for k in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", data, at + 4 + 8 * k)
        if platform == 0 or (platform == 3 and encoding in (1, 10)):
            (form,) = struct.unpack_from(">H", data, at + offset)
            found.setdefault(form, at + offset)
    if 12 in found:
        return _groups(data, found[12])
    return _segments(data, found[4]) if 4 in found else _NEVER


def _groups(data: bytes, at: int) -> frozenset[int]:
    (count,) = struct.unpack_from(">I", data, at + 12)
    drawn: set[int] = set()
    for first, last, _ in struct.iter_unpack(">III", data[at + 16 : at + 16 + 12 * count]):
        if last <= 0x10FFFF:
            drawn.update(range(first, last + 1))
    return frozenset(drawn)


def _segments(data: bytes, at: int) -> frozenset[int]:
    (twice,) = struct.unpack_from(">H", data, at + 6)
    lists = [struct.unpack_from(f">{twice // 2}H", data, at + 14 + twice * k + (2 if k else 0)) for k in range(4)]
    drawn: set[int] = set()
    for place, (last, first, delta, offset) in enumerate(zip(*lists, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code + delta
            if offset:
                where = at + 16 + 3 * twice + 2 * place + offset + 2 * (code - first)
                (glyph,) = struct.unpack_from(">H", data, where)
                glyph = glyph + delta if glyph else 0
            if glyph % 65536:
                drawn.add(code)
    return frozenset(drawn)
