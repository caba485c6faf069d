"""Load an edition's record types, the tables that its queries share, and the queries themselves.

indicators/NAME/records/TYPE.toml   what a platform exports, a file a type
indicators/NAME/records/views.toml  tables that queries share, and annexes
indicators/NAME/*.toml              [measures.X.count]: the query of a measure
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from yitihua.definitions import resolver
from yitihua.definitions.edition import Edition
from yitihua.definitions.framework_models import CountQuery
from yitihua.definitions.record_models import RecordFile, SharedQuery, ViewsFile
from yitihua.definitions.source import Source, read_toml
from yitihua.definitions.validation import validate
from yitihua.errors import FaultList, refuse, suggest

VIEWS = "views"
#: Tables that every engine offers beside the records, with their columns.
OFFERED: Mapping[str, tuple[str, ...]] = {
    "periods": ("period", "first_day", "last_day", "next_day", "eve", "year_first_day"),
    "months": ("period", "month", "first_day", "last_day", "next_day"),
    "calendar": ("day", "day_number", "workday_number"),
}
_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_TEXT = re.compile(r"'(?:[^']|'')*'")
#: What follows FROM or JOIN: a table, or a bracket.
_TABLE = re.compile(r"\b(?:FROM|JOIN)\s+([A-Za-z_][\w.]*|\(|\S)", re.IGNORECASE)
#: EXTRACT(HOUR FROM x) has a FROM that names no table.
_EXTRACT = re.compile(r"\bEXTRACT\s*\(\s*\w+\s+FROM\b", re.IGNORECASE)


@dataclass(frozen=True)
class RecordBook:
    """What an edition says of records.

    Attributes
    ----------
    types : dict
        Record type -> its schema, those that others refer to first.
    views, annexes : dict
        Shared tables in an order in which each uses only those before it; tables printed beside the measures.
    counts : dict
        Measure -> its query.
    workdays : str or None
        The dataset of days that differ from Monday to Friday.
    """

    types: dict[str, RecordFile]
    views: dict[str, SharedQuery]
    annexes: dict[str, SharedQuery]
    counts: dict[str, CountQuery]
    workdays: str | None = None

    @cached_property
    def used(self) -> dict[str, frozenset[str]]:
        """Measure -> the record types that its query needs, directly or by way of shared tables."""
        return {measure: self.types_of(query.rows) for measure, query in self.counts.items()}

    def types_of(self, sql: str) -> frozenset[str]:
        """Return the record types that a query needs, directly or by way of shared tables."""
        found: set[str] = set()
        for name in tables_in(sql):
            if name in self.types:
                found.add(name)
            elif name in self.views:
                found |= self.types_of(self.views[name].sql)
        return frozenset(found)

    def columns_of(self, kind: str) -> list[str]:
        """Return the columns of a type that any query names, its key and its county, in the schema's order."""
        words = {word for sql in self._texts() for word in _WORD.findall(sql)}
        schema = self.types[kind]
        referred = {
            column.refers.partition(".")[2]
            for other in self.types.values()
            for column in other.columns.values()
            if column.refers and column.refers.partition(".")[0] == kind
        }
        kept = {*schema.record.key, *referred} | words
        return [name for name, column in schema.columns.items() if name in kept or column.type == "county"]

    def _texts(self) -> Iterator[str]:
        yield from (query.rows for query in self.counts.values())
        yield from (query.sql for query in (*self.views.values(), *self.annexes.values()))


def tables_in(sql: str) -> list[str]:
    """Return the tables that a query names, each once.

    Examples
    --------
    >>> tables_in("SELECT EXTRACT(HOUR FROM c.at) FROM cases c JOIN (SELECT 1 FROM items) i ON TRUE")
    ['cases', 'items']
    """
    bare = _EXTRACT.sub("EXTRACT(", _TEXT.sub("''", sql))
    return list(dict.fromkeys(name for name in _TABLE.findall(bare) if name != "("))


def load_records(edition: Edition) -> RecordBook:
    """Load what an edition says of records.

    Raises
    ------
    InputError
        With every fault of the files; also where the edition has no record types.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> book = load_records(load_edition("zhejiang-2022"))
    >>> len(book.types), len(book.counts), sorted(book.used["town_cases"])
    (22, 72, ['cases'])
    """
    faults = FaultList()
    folder = records_folder(edition)
    if folder is None:
        raise refuse("records-none", name=edition.name)
    types: dict[str, RecordFile] = {}
    sources: dict[str, Source] = {}
    views = ViewsFile()
    for path in sorted(folder.glob("*.toml")):
        before = len(faults)
        sources[path.stem] = source = read_toml(path, faults, edition.project)
        if len(faults) > before:
            continue
        if path.stem == VIEWS:
            views = validate(ViewsFile, source.data, source, (), faults) or views
        elif made := validate(RecordFile, source.data, source, (), faults):
            types[path.stem] = made
    faults.raise_if_any()
    for kind, schema in types.items():
        _check_type(kind, schema, types, sources[kind], faults)
    counts = {name: measure.count for name, measure in edition.measures.items() if measure.count is not None}
    _check_queries(types, views, counts, sources.get(VIEWS, Source()), faults)
    faults.raise_if_any()
    return RecordBook(_referred_first(types), views.views, views.annexes, counts, views.workdays)


def records_folder(edition: Edition) -> Path | None:
    """Return the folder with the record types of an edition, or of the nearest one that it extends."""
    indicators = [path.parent for path in edition.files if path.parent.parent.name == "indicators"]
    names = list(dict.fromkeys([edition.name, *(path.name for path in reversed(indicators))]))
    for name in names:
        for root in resolver.roots(edition.project):
            folder = root / "indicators" / name / "records"
            if folder.is_dir():
                return folder
    return None


def _check_type(
    kind: str, schema: RecordFile, types: Mapping[str, RecordFile], source: Source, faults: FaultList
) -> None:
    """Check what a type's file says of its own columns and of others'."""
    columns, info = schema.columns, schema.record
    place = source.place(())

    def unknown(key: str, name: str, options: list[str]) -> None:
        faults.add("unknown-key", file=place.file, line=source.place(tuple(key.split("."))).line, key=key,
                   name=name, options=options, hint=suggest(name, options))  # fmt: skip

    named = [("record.key", info.key), ("record.furthest", info.furthest), ("record.order", sum(info.order, ()))]
    for key, names in [*named, ("record.heavier", (info.heavier,) if info.heavier else ())]:
        for name in names:
            if name not in columns:
                unknown(key, name, list(columns))
    for name in schema.codes:
        if name not in columns:
            unknown(f"codes.{name}", name, list(columns))
    for name, column in columns.items():
        if (column.type == "code") != (name in schema.codes):
            faults.add("record-codes", file=place.file, key=f"columns.{name}", name=name)
        if column.refers:
            other, _, target = column.refers.partition(".")
            if other not in types or target not in types[other].columns:
                options = [f"{k}.{c}" for k, t in types.items() for c in t.record.key if t.columns[c].type == "text"]
                unknown(f"columns.{name}.refers", column.refers, options)
    if sum(column.type == "county" for column in columns.values()) != 1:
        faults.add("record-county", file=place.file, key="columns")


def _check_queries(
    types: Mapping[str, RecordFile],
    views: ViewsFile,
    counts: Mapping[str, CountQuery],
    source: Source,
    faults: FaultList,
) -> None:
    """Check that queries are single SELECTs over tables that are there; shared tables use only those before them."""
    known = [*types, *OFFERED]
    file = source.place(()).file
    for name, view in views.views.items():
        _check_query(view.sql, known, file, f"views.{name}", faults)
        known.append(name)
    for name, annex in views.annexes.items():
        _check_query(annex.sql, known, file, f"annexes.{name}", faults)
    for name, count in counts.items():
        _check_query(count.rows, known, "", f"measures.{name}.count", faults)
        if not re.search(r"\b(COUNT|SUM|AVG|MIN|MAX)\s*\(", count.value, re.IGNORECASE) or ";" in count.value:
            faults.add("record-value", key=f"measures.{name}.count.value", found=count.value)


def _check_query(sql: str, known: list[str], file: str, key: str, faults: FaultList) -> None:
    if not sql.strip().upper().startswith("SELECT") or ";" in _TEXT.sub("''", sql):
        faults.add("record-select", file=file, key=key, found=" ".join(sql.split())[:60])
        return
    for table in tables_in(sql):
        if table not in known:
            faults.add("record-table", file=file, key=key, name=table, options=known, hint=suggest(table, known))


def _referred_first(types: dict[str, RecordFile]) -> dict[str, RecordFile]:
    """Return the types so that each comes after those it refers to; types that refer to each other keep their order."""
    done: dict[str, RecordFile] = {}

    def visit(kind: str, path: tuple[str, ...]) -> None:
        if kind in done or kind in path:
            return
        for column in types[kind].columns.values():
            if column.refers:
                visit(column.refers.partition(".")[0], (*path, kind))
        done[kind] = types[kind]

    for kind in types:
        visit(kind, ())
    return done
