"""Records on a server: which of its tables hold what, and the same counts as DuckDB's; no row leaves the server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from yitihua.definitions.records import RecordBook
from yitihua.errors import FaultList, InputError, refuse
from yitihua.indicators.dialects import SPARK, Dialect
from yitihua.indicators.records import clean_sql, server_sql
from yitihua.indicators.records.clean_sql import ServerColumn, Standing
from yitihua.indicators.records.folder import MANIFEST
from yitihua.indicators.records.periods import Period, workday_exceptions
from yitihua.indicators.records.rejects import Rejects
from yitihua.indicators.sessions import is_parquet

if TYPE_CHECKING:
    from yitihua.indicators.records.measuring import Asked
    from yitihua.indicators.records.store import FileRead
    from yitihua.indicators.table import Floats


class Server(Protocol):
    """Where tables of records are: `PostgresServer`, `SparkServer`."""

    dialect: Dialect

    def relation(self, table: str) -> str:
        """Return a table as it stands after FROM."""
        ...

    def columns(self, table: str) -> list[ServerColumn] | None:
        """Return the columns of a table; None where there is no such table."""
        ...

    def offer(self, made: Mapping[str, str], queries: Sequence[str]) -> None:
        """Take the tables that queries may name, and all those queries."""
        ...

    def run(self, queries: Mapping[Any, str]) -> dict[Any, list[tuple[Any, ...]]]:
        """Return what queries of (county, label, value) find."""
        ...

    def table(self, query: str, of: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the columns and rows of one query."""
        ...


class ServerRecords:
    """What `measuring` asks of records, answered by a server.

    Parameters
    ----------
    asked : Asked
        The edition, and records.toml.
    server : Server
        Stays open; it is the caller's.
    periods : sequence of Period
    measures : iterable of str, optional
        Those that are counted; only the records that they need are touched. Default: all; none: every type is checked.

    Raises
    ------
    InputError
        With every table that is not there, and every column that is absent or of another type.
    """

    def __init__(
        self, asked: Asked, server: Server, periods: Sequence[Period], measures: Iterable[str] | None = None
    ) -> None:
        self._book, self._server, self._periods = asked.book, server, periods
        self._measures = list(asked.book.counts if measures is None else measures)
        kinds = types_needed(asked.book, self._measures if self._measures and measures is not None else None)
        standing = find_tables(asked, server, kinds)
        self.absent = set(asked.book.types) - set(standing)
        self.where = server.dialect.name
        self.files: list[FileRead] = []
        self.skipped: list[tuple[str, str]] = []
        days = workday_exceptions(asked.book.workdays, asked.edition.project)
        made = server_sql.all_steps(asked.book, standing, asked.words, periods, days, server.dialect)
        queries: dict[Any, str] = dict(clean_sql.rejects(asked.book, standing, made, server.dialect))
        for name in self._measures:
            if not asked.book.used[name] & self.absent:
                queries[("count", name)] = server_sql.count_query(asked.book, name, server.dialect)
        annexes = [] if measures is not None else [
            shared.sql for shared in asked.book.annexes.values() if not asked.book.types_of(shared.sql) & self.absent
        ]  # fmt: skip
        server.offer(made, [*queries.values(), *annexes])
        self._found = server.run(queries)
        self.rejects = _rejects(self._found)

    def senders(self) -> dict[str, frozenset[str]]:
        """Return the counties that have a sound record, by record type."""
        return {
            kind: frozenset(str(county) for county, _, _ in self._found.get(("sent", kind), ()))
            for kind in self._book.types
        }

    def counts(self, counties: Sequence[str]) -> dict[str, Floats]:
        """Return every measure's counts, as `counting.counts`."""
        rows = {county: i for i, county in enumerate(counties)}
        columns = {period.name: i for i, period in enumerate(self._periods)}
        counted = {}
        for name in self._measures:
            values = np.full((len(self._periods), len(counties)), np.nan)
            for county, period, value in self._found.get(("count", name), ()):
                if value is not None and county in rows:
                    values[columns[period], rows[county]] = float(value)
            counted[name] = values
        return counted

    def annex(self, which: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the columns and rows of an annex, in order."""
        shared = self._book.annexes[which]
        if self._book.types_of(shared.sql) & self.absent:
            return [], []
        columns, rows = self._server.table(shared.sql.strip(), which)
        return columns, sorted(rows, key=lambda row: [(cell is None, cell) for cell in row])

    def rows_of(self, measure: str, county: str, period: str) -> list[tuple[str, float | None]]:
        """Return the ids of the records behind one number, each with its amount where amounts are summed."""
        if self._book.used[measure] & self.absent:
            return []
        query = server_sql.rows_query(self._book, measure, county, period, self._server.dialect)
        _, rows = self._server.table(query, measure)
        found = [(str(key), None if value is None else float(value)) for key, value in rows]
        return sorted(found, key=lambda row: row[0])


def types_needed(book: RecordBook, measures: Iterable[str] | None = None) -> list[str]:
    """Return the record types that measures need, with those that they refer to; all types without measures.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> from yitihua.definitions.records import load_records
    >>> types_needed(load_records(load_edition("zhejiang-2022")), ["town_cases"])
    ['towns', 'items', 'cases']
    """
    if measures is None:
        return list(book.types)
    found: set[str] = set().union(*(book.used[name] for name in measures))
    waiting = list(found)
    while waiting:
        for column in book.types[waiting.pop()].columns.values():
            other = (column.refers or "").partition(".")[0]
            if other and other not in found:
                found.add(other)
                waiting.append(other)
    return [kind for kind in book.types if kind in found]


def find_tables(asked: Asked, server: Server, kinds: Iterable[str]) -> dict[str, Standing]:
    """Return where the records of each type stand; types without a table are left out.

    A table that records.toml names must be there; a type that it does not name may be absent.

    Raises
    ------
    InputError
        With every table that is not there, and every column that is absent or of another type.
    """
    faults, found = FaultList(), {}
    for kind in kinds:
        stated = asked.folder.settings.tables.get(kind)
        table = kind if stated is None else stated
        try:
            columns = server.columns(table)
        except InputError as error:
            if error.faults[0].code == "engine-lost":
                raise
            faults.extend(error.faults)
            continue
        if columns is None:
            if stated is not None:
                faults.add("engine-table", file=MANIFEST, found=table)
            continue
        schema = asked.book.types[kind]
        place = clean_sql.placed(schema, asked.book.columns_of(kind), columns, table, faults)
        found[kind] = Standing(server.relation(table), place)
    faults.raise_if_any()
    if not found:
        raise refuse("records-tables", engine=server.dialect.name, options=list(kinds))
    return found


def check(asked: Asked, server: Server) -> Rejects:
    """Return what was read and what was rejected of every type, without counting measures."""
    return ServerRecords(asked, server, [Period.of("2022")], ()).rejects


def statement(asked: Asked, measures: Sequence[str], periods: Sequence[Period], dialect: Dialect) -> str:
    """Return the whole statement that counts measures on a server whose tables are as the schemas say.

    Examples
    --------
    >>> from pathlib import Path
    >>> from yitihua.definitions import load_edition
    >>> from yitihua.indicators.dialects import POSTGRES
    >>> from yitihua.indicators.records.measuring import ask
    >>> asked = ask(load_edition("zhejiang-2022"), Path(), on_server=True)
    >>> text = statement(asked, ["town_cases"], [Period.of("2022")], POSTGRES)
    >>> text.startswith("WITH yt_counties AS ("), text.count('FROM "cases"')
    (True, 1)
    """
    book, standing = asked.book, {}
    for kind in types_needed(book, measures):
        table = asked.folder.settings.tables.get(kind, kind)
        columns = clean_sql.as_stated(book.types[kind], book.columns_of(kind))
        files = dialect is SPARK and is_parquet(table)
        standing[kind] = Standing(f"parquet.`{table}`" if files else dialect.relation(table), columns)
    days = workday_exceptions(book.workdays, asked.edition.project)
    made = server_sql.all_steps(book, standing, asked.words, periods, days, dialect)
    parts = [
        f"SELECT county, label AS period, {dialect.literal(name)} AS measure, value\nFROM (\n"
        f"{server_sql.count_query(book, name, dialect)}\n) x"
        for name in measures
    ]
    return server_sql.with_tables(made, "\nUNION ALL\n".join(parts)) + ";"


def _rejects(found: Mapping[Any, list[tuple[Any, ...]]]) -> Rejects:
    """Return rejects by what the queries of `clean_sql.rejects` found."""
    made = Rejects()
    for (what, kind), rows in found.items():
        if what not in ("read", "behind", "unknown"):
            continue
        for county, label, value in rows:
            count, place = int(value), "" if county is None else str(county)
            if what == "read":
                made.read[kind] += count
                made.read_in[(kind, str(county))] += count
            if label:
                made.summed[(kind, str(label), place)] += count
    return made
