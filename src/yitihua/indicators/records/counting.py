"""Counts: every measure's query over clean records, by county and period."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.definitions.records import RecordBook, tables_in
from yitihua.errors import refuse
from yitihua.indicators.records.periods import Period, calendar_rows, month_rows, period_rows
from yitihua.indicators.records.store import Store, short
from yitihua.indicators.records.typing_sql import county_column, name

if TYPE_CHECKING:
    import datetime as dt

    from yitihua.indicators.table import Floats

#: Table -> its columns with their types.
OFFERED_TYPES = {
    "periods": "period VARCHAR, first_day DATE, last_day DATE, next_day DATE, eve DATE, year_first_day DATE",
    "months": "period VARCHAR, month VARCHAR, first_day DATE, last_day DATE, next_day DATE",
    "calendar": "day DATE, day_number INTEGER, workday_number INTEGER",
}


def query_of(rows: str, value: str) -> str:
    """Return the query of a measure: (county, period, value).

    Examples
    --------
    >>> print(query_of("SELECT c.county, c.period, c.id FROM c", "COUNT(*)"))
    SELECT county, period, COUNT(*) AS value
    FROM (
    SELECT c.county, c.period, c.id FROM c
    ) r
    GROUP BY county, period
    """
    return f"SELECT county, period, {value} AS value\nFROM (\n{rows.strip()}\n) r\nGROUP BY county, period"


def offer(store: Store, book: RecordBook, periods: Sequence[Period], workdays: Mapping[dt.date, bool]) -> None:
    """Put the tables of periods, months and days, and those that queries share, beside the records.

    A shared table that several queries name is made once; from now on nothing outside the store can be read.
    """
    connection = store.connection
    rows: Mapping[str, list[Any]] = {
        "periods": period_rows(periods),
        "months": month_rows(periods),
        "calendar": calendar_rows(periods, dict(workdays)),
    }
    for table, columns in OFFERED_TYPES.items():
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")
        _fill(connection, table, rows[table])
    # Queries are data of a project: they see the records and nothing else of this machine.
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    for view, shared in book.views.items():
        made = "TEMP TABLE" if _times_named(view, book) > 1 else "TEMP VIEW"
        _run(store, f"CREATE {made} {name(view)} AS {shared.sql}", view)


def _fill(connection: Any, table: str, rows: list[Any]) -> None:
    columns = {f"c{i}": np.array([_plain(row[i]) for row in rows]) for i in range(len(rows[0]))}
    names = ", ".join(columns)
    connection.execute(f"INSERT INTO {table} SELECT {names} FROM columns")


def _plain(value: Any) -> Any:
    return np.datetime64(value, "us") if hasattr(value, "isoformat") else value


def _times_named(view: str, book: RecordBook) -> int:
    texts = [shared.sql for shared in (*book.views.values(), *book.annexes.values())]
    texts += [count.rows for count in book.counts.values()]
    return sum(view in tables_in(text) for text in texts)


def _run(store: Store, sql: str, of: str) -> Any:
    import duckdb

    try:
        return store.connection.execute(sql)
    except (duckdb.IOException, duckdb.OutOfMemoryException):
        raise
    except duckdb.Error as error:
        raise refuse("records-query", name=of, reason=short(error)) from None


def counts(store: Store, book: RecordBook, counties: Sequence[str], periods: Sequence[Period]) -> dict[str, Floats]:
    """Return every measure's counts.

    Parameters
    ----------
    store : Store
        Clean records, with the shared tables.
    book : RecordBook
        The queries.
    counties : sequence of str
        Rows of the result.
    periods : sequence of Period
        As given to `offer`.

    Returns
    -------
    dict
        Measure -> array, shape (periods, counties). NaN for all where a record type that the query needs has no file;
        see `zeros` for counties of which nothing counts.

    Raises
    ------
    InputError
        For a query that the engine refuses, or a full disk.
    """
    rows = {county: i for i, county in enumerate(counties)}
    columns = {period.name: i for i, period in enumerate(periods)}
    found: dict[str, Floats] = {}
    for measure, query in book.counts.items():
        values = np.full((len(periods), len(counties)), np.nan)
        if not book.used[measure] & store.absent:
            answer = _run(store, query_of(query.rows, query.value), measure).fetchall()
            for county, period, value in answer:
                if value is not None and county in rows:
                    values[columns[period], rows[county]] = float(value)
        found[measure] = values
    return found


def senders(store: Store, book: RecordBook) -> dict[str, frozenset[str]]:
    """Return the counties that have a sound record, by record type."""
    found = {}
    for kind, schema in book.types.items():
        if kind in store.absent:
            found[kind] = frozenset[str]()
            continue
        rows = store.connection.execute(f"SELECT DISTINCT {name(county_column(schema))} FROM {name(kind)}").fetchall()
        found[kind] = frozenset(str(county) for (county,) in rows)
    return found


def zeros(
    values: Floats,
    kind: str | None,
    counties: Sequence[str],
    sent: Mapping[str, frozenset[str]],
    nothing: Mapping[str, tuple[str, ...]],
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return counts with 0 where a county sent records of the type and none of them counts.

    A county without any record of the type is missing, since nobody can tell whether it has none or has not sent them;
    unless it is stated that it has none.

    Returns
    -------
    values : ndarray, shape (periods, counties)
    silent : ndarray of bool, shape (counties,)
        Counties that are missing for want of records.
    """
    known = sent.get(kind or "", frozenset())
    has = np.array([county in known or kind in nothing.get(county, ()) for county in counties], dtype=bool)
    return np.where(np.isnan(values) & has[np.newaxis, :], 0.0, values), ~has


def annex(store: Store, book: RecordBook, which: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the columns and rows of an annex, in order; nothing where its records have no file."""
    shared = book.annexes[which]
    if book.types_of(shared.sql) & store.absent:
        return [], []
    answer = _run(store, f"SELECT * FROM ({shared.sql}) a ORDER BY ALL", which)
    return [column[0] for column in answer.description], answer.fetchall()


def rows_of(store: Store, book: RecordBook, measure: str, county: str, period: str) -> list[tuple[str, float | None]]:
    """Return what counts in one number: the ids of the records, each with its amount where the measure sums amounts.

    Raises
    ------
    InputError
        For a query that the engine refuses.
    """
    query = book.counts[measure]
    amount = "amount" if re.search(r"\bamount\b", query.value) else "NULL"
    sql = f"SELECT id, {amount} FROM (\n{query.rows.strip()}\n) r WHERE county = $1 AND period = $2 ORDER BY 1"
    import duckdb

    try:
        answer = store.connection.execute(sql, [county, period]).fetchall()
    except duckdb.Error as error:
        raise refuse("records-query", name=measure, reason=short(error)) from None
    return [(str(key), None if value is None else float(value)) for key, value in answer]
