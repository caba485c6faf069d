"""Read definition files: TOML with line numbers, `extends`, and dated values.

A definition may be spread over several files and may extend another. What is left after
merging is one plain dict, and for every key the file and line it came from, so that a fault
can be named by place.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yitihua.definitions.resolver import shown
from yitihua.errors import FaultList

Key = tuple[str, ...]

_HEADER = re.compile(r"\[\[?(?P<name>[^\[\]]+)\]\]?\s*(#.*)?")
_ASSIGN = re.compile(
    r"""^\s*(?P<key>(?:[A-Za-z0-9_\-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_\-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART = re.compile(r"""[A-Za-z0-9_\-]+|"[^"]*"|'[^']*'""")
#: Meant as a date, right or not: "2022-1-1" is refused as a date instead of as an unknown key.
_DATE = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}$")


@dataclass(frozen=True, slots=True)
class Place:
    """A file, as shown to the user, and a line in it."""

    file: str
    line: int | None = None


@dataclass(slots=True)
class Source:
    """One merged definition.

    Attributes
    ----------
    data : dict
        The merged content, dated values not yet resolved.
    places : dict
        Key path -> Place.
    files : list of Path
        Every file read, the base's first.
    """

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[Key, Place] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)

    def place(self, key: Key) -> Place:
        """Return the place of a key, or of the nearest enclosing key that has one."""
        for length in range(len(key), 0, -1):
            if key[:length] in self.places:
                return self.places[key[:length]]
        return Place(self.places[()].file if () in self.places else "")


def read_toml(path: Path, faults: FaultList, project: Path | None = None) -> Source:
    """Read one TOML file; on a fault the returned source is empty."""
    name = shown(path, project)
    source = Source(places={(): Place(name)}, files=[path])
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        faults.add("not-utf8", file=name, line=line, reason=f"byte {error.start + 1}")
        return source
    except OSError as error:
        faults.add("file-not-found", file=name, reason=error.strerror or "")
        return source
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"at line (\d+)", str(error))
        line = int(match[1]) if match else text.count("\n") + 1
        faults.add("bad-toml", file=name, line=line, found=str(error))
        return source
    except RecursionError:
        faults.add("bad-toml", file=name, found="nested too deeply")
        return source
    if _depth_exceeds(data, MAX_DEPTH):
        faults.add("bad-toml", file=name, found="nested too deeply")
        return source
    source.data = data
    source.places |= {key: Place(name, line) for key, line in key_lines(text).items()}
    return source


#: No definition is nested deeper than this; what is would only exhaust the stack.
MAX_DEPTH = 50


def _depth_exceeds(data: Any, limit: int) -> bool:
    level = [data]
    for _ in range(limit):
        level = [
            child
            for item in level
            if isinstance(item, (dict, list))
            for child in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return False
    return True


def key_lines(text: str) -> dict[Key, int]:
    r"""Return the line of each table header and key of a TOML text.

    Examples
    --------
    >>> key_lines('[nodes.A]\nname = "x"\n')
    {('nodes',): 1, ('nodes', 'A'): 1, ('nodes', 'A', 'name'): 2}
    """
    lines: dict[Key, int] = {}
    table: Key = ()
    closing = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if closing:
            closing = "" if closing in line else closing
            continue
        if match := _HEADER.fullmatch(line.strip()):
            table = _parts(match["name"])
            _note(lines, table, number)
        elif match := _ASSIGN.match(line):
            _note(lines, table + _parts(match["key"]), number)
            rest = line[match.end() :]
            for quotes in ('"""', "'''"):
                if rest.count(quotes) == 1:
                    closing = quotes
    return lines


def _parts(dotted: str) -> Key:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _note(lines: dict[Key, int], key: Key, number: int) -> None:
    for length in range(1, len(key) + 1):
        lines.setdefault(key[:length], number)


def add_file(whole: Source, part: Source, faults: FaultList) -> None:
    """Add one file of the same edition; a key stated twice is a fault naming both places."""
    for section, content in part.data.items():
        known = whole.data.get(section)
        if known is None:
            whole.data[section] = content
        elif isinstance(known, dict) and isinstance(content, dict):
            for key in content:
                if key in known:
                    first, second = whole.place((section, key)), part.place((section, key))
                    faults.add(
                        "duplicate-code",
                        file=second.file,
                        line=second.line,
                        key=f"{section}.{key}",
                        name=key,
                        other=f"{first.file}:{first.line or '?'}",
                    )
            whole.data[section] = content | known
        else:
            second = part.place((section,))
            faults.add(
                "duplicate-code",
                file=second.file,
                line=second.line,
                key=section,
                name=section,
                other=whole.place((section,)).file,
            )
    for key, place in part.places.items():
        whole.places.setdefault(key, place)
    whole.files += part.files


def resolve_dates(source: Source, date: dt.date | None, faults: FaultList) -> dict[str, Any]:
    """Return the content as of a date: ``{ 2022-01-01 = 40, 2025-01-01 = 50 }`` becomes one value.

    A value holds from its date on. With no date the latest holds.
    """

    def resolve(value: Any, key: Key) -> Any:
        if isinstance(value, list):
            return [resolve(item, key) for item in value]
        if not isinstance(value, dict):
            return value
        if value and all(_DATE.match(name) for name in value):
            return latest(value, key)
        return {name: resolve(item, (*key, name)) for name, item in value.items()}

    def latest(value: dict[str, Any], key: Key) -> Any:
        place = source.place(key)
        days = {}
        for name, item in value.items():
            try:
                days[dt.date.fromisoformat(name)] = item
            except ValueError:
                faults.add("bad-date", file=place.file, line=place.line, key=".".join(key), found=name)
        past = [day for day in days if date is None or day <= date]
        if past:
            return resolve(days[max(past)], key)
        if len(days) == len(value):
            faults.add(
                "no-value-yet",
                file=place.file,
                line=place.line,
                key=".".join(key),
                date=date,
                first=min(days),
            )
        # Refused already; any of the values lets the rest of the entry be checked.
        return resolve(next(iter(value.values())), key)

    resolved: dict[str, Any] = resolve(source.data, ())
    return resolved
