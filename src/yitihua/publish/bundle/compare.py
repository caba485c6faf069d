"""In what two sets of files differ, named as a reader would look for it: file, unit and column, both numbers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

from yitihua.publish.bundle.archive import MANIFEST

#: Places named of one file; the count is of all.
MOST_PLACES: Final = 200


@dataclass(frozen=True, slots=True)
class Place:
    """One place: where it is, what the bundle states, and what comes out. "" is nothing."""

    where: str
    stated: str
    found: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One file that differs.

    Attributes
    ----------
    file : str
    kind : str
        "changed"; "surplus", if nothing in the bundle gives it; "absent", if it comes out and the bundle lacks it.
    places : tuple of Place
        The first of them, where they can be told.
    count : int
        Of all places; 0 where they cannot be told.
    """

    file: str
    kind: str
    places: tuple[Place, ...] = ()
    count: int = 0


def differences(stated: Mapping[str, bytes], found: Mapping[str, bytes]) -> list[Difference]:
    r"""Return which files differ and where; manifest.json alone only if nothing else explains it.

    Examples
    --------
    >>> old = {"scores.csv": b"unit,score\na,1\n"}
    >>> differences(old, {"scores.csv": b"unit,score\na,2\n"})[0].places
    (Place(where='a, score', stated='1', found='2'),)
    """
    made = []
    for name in sorted({*stated, *found}):
        if name not in found or name not in stated:
            made.append(Difference(name, "surplus" if name in stated else "absent"))
        elif stated[name] != found[name]:
            places = [*_places(name, stated[name], found[name])]
            made.append(Difference(name, "changed", tuple(places[:MOST_PLACES]), len(places)))
    return [one for one in made if one.file != MANIFEST] or made


def _places(name: str, stated: bytes, found: bytes) -> Iterator[Place]:
    if name.endswith(".csv"):
        return _cells(stated, found)
    if name.endswith(".json"):
        return _entries(name, stated, found)
    return iter(())


def _cells(stated: bytes, found: bytes) -> Iterator[Place]:
    """Compare tables by their first column, which is the unit, or by line where it does not tell rows apart."""
    old, new = (_rows(text) for text in (stated, found))
    if old is None or new is None:
        return
    head = new[0] if new else []
    for unit, a, b in _paired(old[1:], new[1:]):
        for title, x, y in zip_longest(head, a, b, fillvalue=""):
            if x != y:
                yield Place(f"{unit}, {title}", x, y)


def _paired(old: list[list[str]], new: list[list[str]]) -> Iterator[tuple[str, list[str], list[str]]]:
    keys = [row[0] for row in new if row]
    if len(set(keys)) == len(keys):
        by_unit = {row[0]: row for row in old if row}
        yield from ((row[0], by_unit.pop(row[0], []), row) for row in new if row)
        yield from ((unit, row, []) for unit, row in by_unit.items())
        return
    nothing: list[str] = []
    for line, (a, b) in enumerate(zip_longest(old, new, fillvalue=nothing), start=2):
        if a or b:
            yield f"{line}: {(b or a)[0]}", a, b


def _rows(text: bytes) -> list[list[str]] | None:
    try:
        return list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    except (ValueError, csv.Error):
        return None


def _entries(name: str, stated: bytes, found: bytes) -> Iterator[Place]:
    try:
        old, new = json.loads(stated), json.loads(found)
    except ValueError:
        return
    for path, x, y in _walk(old, new, ()):
        yield Place(_where(name, path, new), x, y)


def _where(name: str, path: tuple[Any, ...], data: Any) -> str:
    """Return a place in words: unit and indicator in table.json, the code of an entry in recipe.json."""
    if name == "table.json" and len(path) == 3 and path[0] in ("values", "se", "n"):
        return f"{path[0]}, {data['units'][path[1]]}, {data['indicators'][path[2]]}"
    parts, at = [], data
    for step in path:
        at = at[step] if _has(at, step) else None
        parts.append(str(at["code"]) if isinstance(step, int) and isinstance(at, dict) and "code" in at else str(step))
    return ".".join(parts)


def _has(at: Any, step: Any) -> bool:
    return step in at if isinstance(at, dict) else isinstance(at, list) and step < len(at)


def _walk(old: Any, new: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], str, str]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            yield from _walk(old.get(key), new.get(key), (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for step, (a, b) in enumerate(zip(old, new, strict=True)):
            yield from _walk(a, b, (*path, step))
    elif old != new or type(old) is not type(new):
        yield path, json.dumps(old, ensure_ascii=False)[:60], json.dumps(new, ensure_ascii=False)[:60]
