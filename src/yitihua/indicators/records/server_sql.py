"""Statements of a server that counts records: periods and days, clean records, shared tables, and the queries."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from yitihua.definitions.records import OFFERED, RecordBook, tables_in
from yitihua.indicators.dialects import POSTGRES, SPARK, Dialect
from yitihua.indicators.records.clean_sql import Standing, steps
from yitihua.indicators.records.counting import query_of
from yitihua.indicators.records.periods import Period, calendar_span, month_rows, period_rows

#: Engine -> how every day from one to another is written, and the number of a day in its week, Monday being 1.
_DAYS = {
    POSTGRES.name: ("SELECT CAST(g.day AS DATE) AS day FROM generate_series(TIMESTAMP '{}', TIMESTAMP '{}', "
                    "INTERVAL '1' DAY) AS g (day)", "EXTRACT(ISODOW FROM d.day)"),
    SPARK.name: ("SELECT EXPLODE(SEQUENCE(DATE '{}', DATE '{}')) AS day", "EXTRACT(DAYOFWEEK_ISO FROM d.day)"),
}  # fmt: skip


def all_steps(
    book: RecordBook,
    standing: Mapping[str, Standing],
    counties: Mapping[str, str],
    periods: Sequence[Period],
    workdays: Mapping[dt.date, bool],
    dialect: Dialect,
) -> dict[str, str]:
    """Return every table that queries may name, each using only those before it: name -> query.

    Shared tables whose records are absent are left out.
    """
    made = steps(book, standing, counties, dialect)
    made |= {
        "periods": _values("periods", period_rows(periods)),
        "months": _values("months", month_rows(periods)),
        "calendar": _calendar(periods, workdays, dialect),
    }
    for view, shared in book.views.items():
        if book.types_of(shared.sql) <= set(standing):
            made[view] = shared.sql.strip()
    return made


def needed(made: Mapping[str, str], queries: Iterable[str]) -> dict[str, int]:
    """Return the tables that queries need, directly or by way of others, in order, and how often each is named."""
    counts: dict[str, int] = {}
    waiting = list(queries)
    for text in waiting:
        _name(text, made, counts)
    for name in reversed(list(made)):
        if name in counts:
            _name(made[name], made, counts)
    return {name: counts[name] for name in made if name in counts}


def _name(text: str, made: Mapping[str, str], counts: dict[str, int]) -> None:
    for name in tables_in(text):
        if name in made:
            counts[name] = counts.get(name, 0) + len(re.findall(rf"\b(?:FROM|JOIN)\s+{name}\b", text, re.IGNORECASE))


def with_tables(made: Mapping[str, str], query: str) -> str:
    """Return a query as one statement, with the tables that it needs before it."""
    chain = ",\n".join(f"{name} AS (\n{made[name]}\n)" for name in needed(made, [query]))
    return f"WITH {chain}\n{query}" if chain else query


def count_query(book: RecordBook, measure: str, dialect: Dialect) -> str:
    """Return the query of a measure as (county, label, value)."""
    query = book.counts[measure]
    inner = query_of(query.rows, query.value)
    return f"SELECT county, period AS label, {dialect.cast('value')} AS value FROM (\n{inner}\n) c"


def rows_query(book: RecordBook, measure: str, county: str, period: str, dialect: Dialect) -> str:
    """Return the query of the records behind one number: (id, amount)."""
    query = book.counts[measure]
    amount = dialect.cast("amount" if re.search(r"\bamount\b", query.value) else "NULL")
    place = f"county = {dialect.literal(county)} AND period = {dialect.literal(period)}"
    return f"SELECT id, {amount} AS amount FROM (\n{query.rows.strip()}\n) r WHERE {place}"


def _constant(value: Any) -> str:
    # Names of periods and months are ours and hold no quotes.
    return f"DATE '{value.isoformat()}'" if isinstance(value, dt.date) else f"'{value}'"


def _values(table: str, rows: Iterable[Sequence[Any]]) -> str:
    lines = ",\n  ".join("(" + ", ".join(_constant(value) for value in row) + ")" for row in rows)
    columns = ", ".join(OFFERED[table])
    return f"SELECT {columns} FROM (VALUES\n  {lines}\n) AS v ({columns})"


def _calendar(periods: Sequence[Period], workdays: Mapping[dt.date, bool], dialect: Dialect) -> str:
    """Return the table of days; those that differ from Monday to Friday are written out."""
    first, last = calendar_span(periods)
    every, weekday = _DAYS[dialect.name]
    days = every.format(first.isoformat(), last.isoformat())
    worked, join = f"CASE WHEN {weekday} < 6 THEN 1 ELSE 0 END", ""
    differ = [(day, int(works)) for day, works in sorted(workdays.items()) if first <= day <= last]
    if differ:
        worked = f"COALESCE(x.working, {worked})"
        listed = ", ".join(f"(DATE '{day.isoformat()}', {works})" for day, works in differ)
        join = f"\n  LEFT JOIN (VALUES {listed}) AS x (day, working) ON x.day = d.day"
    return (
        "SELECT day, CAST(ROW_NUMBER() OVER (ORDER BY day) - 1 AS INTEGER) AS day_number,\n"
        "  CAST(SUM(working) OVER (ORDER BY day) AS INTEGER) AS workday_number\n"
        f"FROM (\n  SELECT d.day, {worked} AS working\n  FROM ({days}) d{join}\n) w"
    )
