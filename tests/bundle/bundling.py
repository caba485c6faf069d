"""Bundles for tests: small ones, and ones that a forger made, who sets manifest and archive right again."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import yitihua as yt
from yitihua.definitions.skeleton import write_skeleton
from yitihua.publish.bundle.archive import MANIFEST, read_archive, write_archive
from yitihua.publish.bundle.manifest import Stated, manifest_bytes, read_manifest
from yitihua.publish.bundle.packing import bundle_of_board


@cache
def bundle_of(edition: str) -> bytes:
    """Return the bundle of a shipped edition."""
    loaded = yt.load_edition(edition)
    return bundle_of_board(yt.evaluate(loaded), loaded)


@cache
def small() -> bytes:
    """Return the bundle of the skeleton project: 21 KB."""
    with TemporaryDirectory() as folder:
        write_skeleton(Path(folder) / "p", "tsi")
        loaded = yt.load_edition("tsi", Path(folder) / "p")
        board = yt.evaluate(Path(folder) / "p")
        return bundle_of_board(board, loaded)


def forged(data: bytes, change: Callable[[dict[str, bytes]], None], **stated: object) -> bytes:
    """Return a bundle with files changed and every hash set right again, as a forger would."""
    files = read_archive(data)
    manifest = read_manifest(files)
    change(files)
    files.pop(MANIFEST, None)
    told = Stated(**{name: getattr(manifest, name) for name in Stated.model_fields} | stated)
    return write_archive(files | {MANIFEST: manifest_bytes(told, files)})


def edited(name: str, old: str, new: str) -> Callable[[dict[str, bytes]], None]:
    """Return a change of the first place in a file where `old` stands."""

    def change(files: dict[str, bytes]) -> None:
        text = files[name].decode("utf-8")
        assert old in text, f"{old!r} is not in {name}"
        files[name] = text.replace(old, new, 1).encode("utf-8")

    return change


def edited_json(name: str, change: Callable[[dict], None], **style: object) -> Callable[[dict[str, bytes]], None]:
    """Return a change of what a JSON file holds, written as the package writes it."""
    style = style or ({"separators": (",", ":")} if name == "table.json" else {"indent": 1})

    def edit(files: dict[str, bytes]) -> None:
        data = json.loads(files[name])
        change(data)
        files[name] = (json.dumps(data, ensure_ascii=False, **style) + "\n").encode("utf-8")

    return edit


@dataclass
class Entry:
    """One entry of a hostile archive; what is None is true."""

    name: str
    content: bytes = b"{}"
    flags: int = 0x800
    method: int = 0
    size: int | None = None
    packed: int | None = None
    attributes: int = 0o100644 << 16
    extra: bytes = b""
    offset: int | None = None


def archive(entries: list[Entry], count: int | None = None, before: bytes = b"", after: bytes = b"") -> bytes:
    """Write an archive by hand, with whatever an attacker wants in its headers."""
    body, directory = bytearray(before), bytearray()
    for one in entries:
        raw = one.name.encode("utf-8")
        size = len(one.content) if one.size is None else one.size
        packed = len(one.content) if one.packed is None else one.packed
        head = (one.flags, one.method, 0, 33, zlib.crc32(one.content), packed, size, len(raw), len(one.extra))
        offset = len(body) if one.offset is None else one.offset
        body += struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, *head) + raw + one.extra + one.content
        directory += struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 788, 20, *head, 0, 0, 0, one.attributes, offset)
        directory += raw + one.extra
    number = len(entries) if count is None else count
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, number, number, len(directory), len(body), 0)
    return bytes(body + directory + end) + after


def as_entries(files: Mapping[str, bytes]) -> list[Entry]:
    return [Entry(name, files[name]) for name in sorted(files)]
