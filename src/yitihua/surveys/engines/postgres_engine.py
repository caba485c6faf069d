"""PostgreSQL, where the answers live: the sums are made on the server, in a read-only transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.indicators.dialects import POSTGRES, Kind
from yitihua.indicators.sessions import connect_postgres, postgres_refusal
from yitihua.surveys.engines.engine import Columns, SqlEngine
from yitihua.surveys.engines.query import SumsQuery

if TYPE_CHECKING:
    import psycopg

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
        self.source = table
        self._connection = connect_postgres(dsn, timeout)

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
        return self.dialect.relation(self.source)

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
            refusal = postgres_refusal(error, self.source)
        if not self._connection.closed:
            self._connection.rollback()
        raise refusal

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
