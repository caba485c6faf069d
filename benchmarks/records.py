"""Records -> all measures, beside the bare DuckDB queries over the same files, in one run.

    python benchmarks/records.py            a million records in CSV and in Parquet
    python benchmarks/records.py 50         50 million rows of Parquet

The bare side makes the same tables of periods and days and runs the same 72 queries straight over the files: no row is
checked, nothing is listed. What is printed is a ratio; seconds are those of this machine.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from yitihua.definitions import load_edition
from yitihua.definitions.records import load_records
from yitihua.indicators.records import counting
from yitihua.indicators.records.measuring import ask, measure
from yitihua.indicators.records.periods import (
    calendar_rows,
    month_rows,
    period_rows,
    periods_of_years,
    workday_exceptions,
)
from yitihua.indicators.records.typing_sql import TYPES

#: Share of each type among the rows, about as a province's own; types not named have a few thousand.
SHARES = {
    "problems": 0.26,
    "inspections": 0.30,
    "cases": 0.12,
    "coded_acts": 0.16,
    "ratings": 0.10,
    "user_actions": 0.06,
}
FEW = 4_000
#: How a column of a type is made of the row number i.
TIME = "TIMESTAMP '2022-01-01' + to_seconds(CAST(hash(i) % 31000000 AS BIGINT))"
#: Column -> the type whose key it is.
OWNERS = {
    "act_id": "inspections",
    "visit_id": "inspections",
    "town": "towns",
    "item_id": "items",
    "user_id": "users",
    "theme_id": "themes",
    "officer_id": "officers",
}
#: Columns that are kept empty: most records have none.
EMPTY = {"merged_into", "valid_to", "until", "empowered_to", "closed_on", "ended_on", "revoked"}


def write(folder: Path, rows: int, form: str) -> None:
    """Write records of 90 counties: plausible enough that every query has work to do."""
    edition = load_edition("zhejiang-2022")
    book = load_records(edition)
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    counties = [row[0] for row in connection.execute(f"SELECT code FROM read_csv('{_counties()}')").fetchall()]
    listed = ", ".join(f"'{code}'" for code in counties)
    for kind, schema in book.types.items():
        count = int(rows * SHARES[kind]) if kind in SHARES else FEW
        made = ", ".join(f"{_value(kind, c, r, schema, listed)} AS {c}" for c, r in schema.columns.items())
        to = f"COPY (SELECT {made} FROM range({count}) t(i)) TO '{folder}/{kind}.{form}'"
        connection.execute(f"{to} (FORMAT parquet)" if form == "parquet" else f"{to} (HEADER)")


def _counties() -> Path:
    return Path(__file__).parents[1] / "data" / "zhejiang-counties" / "zhejiang_counties.csv"


def _value(kind: str, column: str, rule: object, schema: object, counties: str) -> str:
    if column in EMPTY:
        return f"CAST(NULL AS {TYPES[rule.type]})"
    if rule.type == "county":
        return f"[{counties}][1 + i % 90]"
    if rule.type in ("date", "time"):
        late = {name: j for j, name in enumerate(schema.columns)}[column]
        day = f"{TIME} + INTERVAL {late} DAY"
        if column in ("valid_from", "since", "registered_on", "claimed_on", "empowered_from", "enforcing_since"):
            day = f"TIMESTAMP '2018-01-01' + INTERVAL {late} DAY"
        return f"CAST({day} AS {TYPES[rule.type]})"
    if rule.type == "code":
        codes = ", ".join(f"'{code}'" for code in schema.codes[column])
        return f"[{codes}][1 + CAST(hash(i, '{column}') % {len(schema.codes[column])} AS INTEGER)]"
    if rule.type == "flag":
        return f"hash(i, '{column}') % 3 > 0"
    if rule.type in ("integer", "number"):
        return "CAST(hash(i) % 5 AS INTEGER)"
    if rule.refers:
        other = rule.refers.partition(".")[0]
        if other in SHARES:
            return f"'{other}-' || i"
        return f"'{other}-' || (i % 90 + 90 * CAST(hash(i, '{column}') % {FEW // 90} AS BIGINT))"
    if column in schema.record.key or column in ("act_id", "visit_id"):
        return f"'{OWNERS.get(column, kind)}-' || i"
    return f"'{column}-' || CAST(hash(i, '{column}') % 40 AS VARCHAR)"


def bare(folder: Path, form: str) -> float:
    """Return the seconds of the same queries over the files, nothing checked."""
    start = time.perf_counter()
    edition = load_edition("zhejiang-2022")
    book, periods = load_records(edition), periods_of_years([2021, 2022])
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("SET nested_loop_join_threshold = 64")
    rows = {
        "periods": period_rows(periods),
        "months": month_rows(periods),
        "calendar": calendar_rows(periods, workday_exceptions(book.workdays)),
    }
    for table, columns in counting.OFFERED_TYPES.items():
        connection.execute(f"CREATE TABLE {table} ({columns})")
        counting._fill(connection, table, rows[table])
    for kind, schema in book.types.items():
        kinds = ", ".join(f"'{c}': '{TYPES[r.type]}'" for c, r in schema.columns.items())
        source = (
            f"read_csv('{folder}/{kind}.csv', types = {{{kinds}}})" if form == "csv" else f"'{folder}/{kind}.parquet'"
        )
        # CSV is read once into tables, as anybody would; Parquet is queried where it lies.
        made = "TABLE" if form == "csv" else "VIEW"
        connection.execute(f"CREATE {made} {kind} AS SELECT * FROM {source}")
    for view, shared in book.views.items():
        connection.execute(f"CREATE TABLE {view} AS {shared.sql}")
    for query in book.counts.values():
        connection.execute(counting.query_of(query.rows, query.value)).fetchall()
    return time.perf_counter() - start


def ours(folder: Path) -> float:
    """Return the seconds from the folder to all measures."""
    start = time.perf_counter()
    measure(ask(load_edition("zhejiang-2022"), folder), periods_of_years([2021, 2022]), max_rejects=1)
    return time.perf_counter() - start


def main() -> None:
    """Print seconds and ratios."""
    millions = float(sys.argv[1]) if len(sys.argv) > 1 else 1
    for form in ("parquet",) if millions > 5 else ("csv", "parquet"):
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), int(millions * 1e6), form)
            size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
            mine = ours(Path(folder))
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            theirs = bare(Path(folder), form)
        print(f"{millions:g} million records, {form} ({size:,.0f} MB): all 72 measures {mine:.1f} s, "
              f"bare DuckDB {theirs:.1f} s, ratio {mine / theirs:.2f}; peak memory {peak:.1f} GB")  # fmt: skip


if __name__ == "__main__":
    main()
