"""Records in PostgreSQL: one read-only statement cleans and counts; nothing is made on the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from yitihua.errors import InputError, refuse
from yitihua.indicators.dialects import POSTGRES
from yitihua.indicators.records.clean_sql import ServerColumn
from yitihua.indicators.records.server_sql import with_tables
from yitihua.indicators.sessions import connect_postgres, postgres_refusal

if TYPE_CHECKING:
    import psycopg

_KINDS = {
    **dict.fromkeys(("int2", "int4", "int8"), "integer"),
    **dict.fromkeys(("float4", "float8", "numeric"), "number"),
    **dict.fromkeys(("text", "varchar", "bpchar", "name", "uuid", "citext"), "text"),
    "bool": "flag", "date": "date", "timestamp": "time", "timestamptz": "zoned",
}  # fmt: skip
#: Every query reads tables that were cleaned a line before and of which the server knows no sizes: it would believe
#: them to hold one row each and go through millions for every one of millions.
_SETTINGS = (
    "SET LOCAL enable_nestloop = off", "SET LOCAL jit = off", "SET LOCAL standard_conforming_strings = on",
    # The 4 MB that servers are delivered with send every sort to the disk; who has set more keeps it.
    "SELECT set_config('work_mem', '64MB', true) WHERE pg_size_bytes(current_setting('work_mem')) < 67108864",
)  # fmt: skip


class PostgresServer:
    """Tables of records on a PostgreSQL server.

    Parameters
    ----------
    dsn : str, optional
        How to connect; see `yitihua.indicators.sessions.connect_postgres`.

    Raises
    ------
    InputError
        Where psycopg is not installed or the server does not answer.
    """

    dialect = POSTGRES

    def __init__(self, dsn: str | None = None) -> None:
        self._connection = connect_postgres(dsn)
        self._made: Mapping[str, str] = {}

    def relation(self, table: str) -> str:
        """Return a table as it stands after FROM."""
        return self.dialect.relation(table)

    def columns(self, table: str) -> list[ServerColumn] | None:
        """Return the columns of a table; None where there is no such table.

        Raises
        ------
        InputError
            Where it must not be read.
        """
        import psycopg

        try:
            cursor = self._connection.execute(f"SELECT * FROM {self.relation(table)} LIMIT 0".encode())
            described = cursor.description or ()
            return [self._column(column) for column in described]
        except psycopg.Error as error:
            if error.sqlstate in ("42P01", "3F000"):
                return None
            raise postgres_refusal(error, table) from None
        finally:
            with suppress(psycopg.Error):
                self._connection.rollback()

    def _column(self, column: psycopg.Column) -> ServerColumn:
        known = self._connection.adapters.types.get(column.type_code)
        if known is not None and known.oid == column.type_code:
            return ServerColumn(column.name, _KINDS.get(known.name, "other"), known.name)
        # A type of the server's own: an enumeration is text, a domain is what it is made of.
        row = self._connection.execute(
            b"SELECT t.typname, t.typtype, b.typname FROM pg_type t LEFT JOIN pg_type b ON b.oid = t.typbasetype "
            b"WHERE t.oid = $1", [column.type_code]
        ).fetchone()  # fmt: skip
        own, sort, base = row or ("?", "", None)
        kind = "text" if sort == "e" else _KINDS.get(str(base or own), "other")
        return ServerColumn(column.name, kind, str(own))

    def offer(self, made: Mapping[str, str], queries: Sequence[str]) -> None:
        """Take the tables that queries may name."""
        self._made = made

    def run(self, queries: Mapping[Any, str]) -> dict[Any, list[tuple[Any, ...]]]:
        """Return what queries of (county, label, value) find, in one statement.

        Raises
        ------
        InputError
            For what the server refuses: by its code, since its words may quote a row.
        """
        text = POSTGRES.text
        parts = [
            f"SELECT {i} AS q, CAST(county AS {text}) AS county, CAST(label AS {text}) AS label, value\n"
            f"FROM (\n{query}\n) x"
            for i, query in enumerate(queries.values())
        ]
        found: dict[Any, list[tuple[Any, ...]]] = {key: [] for key in queries}
        if not parts:
            return found
        keys = list(queries)
        _, rows = self._fetch("\nUNION ALL\n".join(parts), queries)
        for q, *row in rows:
            found[keys[q]].append(tuple(row))
        return found

    def table(self, query: str, of: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the columns and rows of one query.

        Raises
        ------
        InputError
            As `run`.
        """
        return self._fetch(query, {of: query})

    def _fetch(self, query: str, parts: Mapping[Any, str]) -> tuple[list[str], list[tuple[Any, ...]]]:
        import psycopg

        try:
            for setting in _SETTINGS:
                self._connection.execute(setting.encode())
            cursor = self._connection.cursor(binary=True).execute(with_tables(self._made, query).encode())
            return [column.name for column in cursor.description or ()], cursor.fetchall()
        except psycopg.Error as error:
            refusal = self._refusal(error, parts)
        finally:
            with suppress(psycopg.Error):
                self._connection.rollback()
        raise refusal

    def _refusal(self, error: psycopg.Error, parts: Mapping[Any, str]) -> InputError:
        """Return the refusal of an error, with the query that the server does not take, if it is one alone."""
        import psycopg

        state = error.sqlstate or ""
        if not state.startswith("42") or state == "42501":
            return postgres_refusal(error, "PostgreSQL")
        for key, query in parts.items():
            with suppress(psycopg.Error):
                self._connection.rollback()
            try:
                self._connection.execute(("EXPLAIN " + with_tables(self._made, query)).encode())
            except psycopg.Error as again:
                name = key if isinstance(key, str) else key[-1]
                return refuse("records-query", name=name, reason=f"PostgreSQL, SQLSTATE {again.sqlstate}")
        return postgres_refusal(error, "PostgreSQL")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
