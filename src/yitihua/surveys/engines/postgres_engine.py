"""PostgreSQL, where the answers live: the sums are made on the server, in a read-only transaction."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.errors import InputError, refuse
from yitihua.surveys.engines.dialects import POSTGRES, Kind
from yitihua.surveys.engines.engine import Columns, SqlEngine, missing_extra
from yitihua.surveys.engines.query import SumsQuery

if TYPE_CHECKING:
    import psycopg

#: The environment variable that holds how to connect, password and all.
DSN_VARIABLE = "YITIHUA_POSTGRES_DSN"

_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("int2", "int4", "int8"), "integer"),
    **dict.fromkeys(("float4", "float8", "numeric"), "float"),
    **dict.fromkeys(("text", "varchar", "bpchar", "name"), "text"),
    "bool": "boolean",
}


class PostgresEngine(SqlEngine):
    """Answers in a table or view of a PostgreSQL server.

    Parameters
    ----------
    table : str
        ``"answers"`` or ``"survey.answers"``.
    dsn : str, optional
        How to connect, as libpq takes it; without it the environment variable YITIHUA_POSTGRES_DSN, and
        without that libpq's own (PGHOST, PGUSER, a password file). It is kept nowhere and shown nowhere.
    timeout : int
        Seconds to wait for the server to answer.

    Raises
    ------
    InputError
        Where psycopg is not installed, the server does not answer or there is no such table.
    """

    dialect = POSTGRES

    def __init__(self, table: str, dsn: str | None = None, *, timeout: int = 10) -> None:
        try:
            import psycopg
        except ImportError:
            raise missing_extra("psycopg", "postgres") from None
        self.source = table
        self._parts = table.split(".")
        dsn = os.environ.get(DSN_VARIABLE, "") if dsn is None else dsn
        try:
            self._connection = psycopg.connect(
                dsn, connect_timeout=timeout, cursor_factory=psycopg.RawCursor, application_name="yitihua"
            )
        except psycopg.Error as error:
            raise _no_connection(dsn, error) from None
        self._connection.read_only = True

    def columns(self) -> Mapping[str, Kind]:
        """Return every column of the source and what it holds."""
        described = self._run(f"SELECT * FROM {self._table} LIMIT 0", ()).description or ()
        types = self._connection.adapters.types
        kinds: dict[str, Kind] = {}
        for column in described:
            known = types.get(column.type_code)
            kinds[column.name] = _KINDS.get(known.name, "other") if known else "other"
        self._connection.rollback()
        return kinds

    @property
    def _table(self) -> str:
        return ".".join(self.dialect.identifier(part) for part in self._parts)

    def _relation(self, query: SumsQuery) -> str:
        return self._table

    def _fetch(self, sql: str, parameters: Sequence[Any]) -> Columns:
        cursor = self._run(sql, parameters)
        names = [column.name for column in cursor.description or ()]
        rows = cursor.fetchall()
        self._connection.rollback()
        table = np.empty((len(rows), len(names)), dtype=object)
        for i, row in enumerate(rows):
            table[i] = row
        return {name: table[:, j] for j, name in enumerate(names)}

    def _run(self, sql: str, parameters: Sequence[Any]) -> psycopg.Cursor[Any]:
        import psycopg

        try:
            # Binary results: floating point as the server has it, not by way of text.
            cursor = self._connection.cursor(binary=True)
            return cursor.execute(sql.encode(), list(parameters) or None)
        except psycopg.Error as error:
            refusal = self._refusal(error)
        if not self._connection.closed:
            self._connection.rollback()
        raise refusal

    def _refusal(self, error: psycopg.Error) -> InputError:
        """Return a refusal by the SQLSTATE; the server's text may quote a row and is left out."""
        state = error.sqlstate or ""
        if state in ("42P01", "3F000"):
            return refuse("engine-table", file=self.source, found=self.source)
        if state == "42501":
            return refuse("engine-no-right", file=self.source)
        if state in ("42883", "42804", "22P02", "42846"):
            return refuse("engine-conversion", file=self.source)
        if state in ("", "57P01", "57P02", "57P03", "08006", "08003"):
            return refuse("engine-lost", file=self.source, engine=self.dialect.name)
        return refuse("engine-refused", file=self.source, engine=self.dialect.name, found=f"SQLSTATE {state}")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _no_connection(dsn: str, error: psycopg.Error) -> InputError:
    """Return the refusal of a server that cannot be reached: where, and never how to log in."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        asked = conninfo_to_dict(dsn)
    except ProgrammingError:
        return refuse("engine-dsn", variable=DSN_VARIABLE)
    names = (("host", "PGHOST"), ("port", "PGPORT"), ("dbname", "PGDATABASE"), ("user", "PGUSER"))
    place = ", ".join(
        f"{name}={value}" for name, variable in names if (value := asked.get(name) or os.environ.get(variable))
    )
    return refuse("engine-connection", engine="PostgreSQL", place=place or "libpq", found=error.sqlstate or "-")
