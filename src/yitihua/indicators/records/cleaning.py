"""What can only be seen of many rows: records that stand there twice, and references to records that do not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yitihua.definitions.record_models import RecordFile
from yitihua.definitions.records import RecordBook
from yitihua.indicators.records.rejects import from_rows
from yitihua.indicators.records.typing_sql import county_column, literal, name, shown_key

if TYPE_CHECKING:
    from yitihua.indicators.records.store import Store


def drop_duplicates(store: Store, kind: str, book: RecordBook) -> None:
    """Keep one row of every record of a type: the heaviest, then that whose dates are the latest; list the others.

    Rows that differ in the column `heavier` are parts of one record, rows whose dates lie behind are an older state;
    neither is a fault. All others are duplicates.
    """
    schema, connection = book.types[kind], store.connection
    key = ", ".join(name(column) for column in schema.record.key)
    # Hashes first: 8 bytes are grouped fast, and keys rarely share one; then only those rows are looked at.
    double = f"SELECT h FROM (SELECT hash({key}) AS h FROM {name(kind)}) GROUP BY h HAVING COUNT(*) > 1"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE _double AS {double}")
    if not connection.execute("SELECT COUNT(*) FROM _double").fetchone()[0]:  # type: ignore[index]
        return
    columns = book.columns_of(kind)
    # Ties are settled by the whole row, so that neither files nor threads decide.
    order = [*_standing(schema, columns), *(f"{name(column)} DESC NULLS LAST" for column in columns), "_file", "rowid"]
    first = f"OVER (PARTITION BY {key} ORDER BY {', '.join(order)})"
    dates = [column for column in schema.record.furthest if column in columns]
    is_behind = " OR ".join(f"{name(c)} IS DISTINCT FROM first_value({name(c)}) {first}" for c in dates) or "FALSE"
    heavier = schema.record.heavier
    is_part = f"{name(heavier)} IS DISTINCT FROM first_value({name(heavier)}) {first}" if heavier else "FALSE"
    shown = shown_key(schema)
    county = county_column(schema)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE _gone AS SELECT * FROM ("
        f"SELECT rowid AS row, _file AS file, {shown} AS key, {name(county)} AS county, row_number() {first} AS place, "
        f"CASE WHEN {is_part} THEN 'merged' WHEN {is_behind} THEN 'superseded' ELSE 'duplicate' END AS reason "
        f"FROM {name(kind)} WHERE hash({key}) IN (SELECT h FROM _double)) WHERE place > 1"
    )
    _take_out(store, kind, "")


def _standing(schema: RecordFile, columns: list[str]) -> list[str]:
    """Return the order in which the rows of one record are ranked."""
    order = []
    heavier = schema.record.heavier
    if heavier is not None and heavier in columns:
        ranks = " ".join(f"WHEN {literal(code)} THEN {i}" for i, code in enumerate(schema.codes[heavier], 1))
        order.append(f"CASE {name(heavier)} {ranks} ELSE 0 END DESC")
    dates = [column for column in schema.record.furthest if column in columns]
    return order + [f"{name(column)} DESC NULLS LAST" for column in dates]


def drop_unknown(store: Store, kind: str, book: RecordBook) -> None:
    """Take out and list rows that refer to records of their county which do not exist.

    Types without a file are not asked.
    """
    schema = book.types[kind]
    columns = book.columns_of(kind)
    county = county_column(schema)
    shown = shown_key(schema, "t.")
    for column in columns:
        other, _, target = (schema.columns[column].refers or "").partition(".")
        if not other or other in store.absent:
            continue
        theirs = county_column(book.types[other])
        store.connection.execute(
            "CREATE OR REPLACE TEMP TABLE _gone AS "
            f"SELECT t.rowid AS row, t._file AS file, {shown} AS key, t.{name(county)} AS county, "
            f"'unknown-reference' || chr(31) || {literal(column)} || chr(31) || t.{name(column)} AS reason "
            f"FROM {name(kind)} t ANTI JOIN {name(other)} o "
            f"ON o.{name(target)} = t.{name(column)} AND o.{name(theirs)} = t.{name(county)} "
            f"WHERE t.{name(column)} IS NOT NULL"
        )
        _take_out(store, kind, column)


def _take_out(store: Store, kind: str, column: str) -> None:
    """List the rows of the table ``_gone`` and delete them."""
    connection = store.connection
    rows = connection.execute("SELECT file, key, county, reason FROM _gone ORDER BY file, row").fetchall()
    for file, key, county, reason in rows:
        store.rejects.listed += from_rows(kind, store.files[file].name, [(None, key, county, reason)])
    if rows:
        connection.execute(f"DELETE FROM {name(kind)} WHERE rowid IN (SELECT row FROM _gone)")
