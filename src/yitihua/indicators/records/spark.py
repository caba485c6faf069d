"""Records in Spark: the same queries as in PostgreSQL, as views of a session, dropped when they were counted."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yitihua.errors import InputError, refuse
from yitihua.indicators.dialects import SPARK
from yitihua.indicators.records.clean_sql import ServerColumn
from yitihua.indicators.records.server_sql import needed
from yitihua.indicators.sessions import is_parquet, local_session, spark_errors, spark_refusal, spark_refusing

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_KINDS = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), "integer"),
    **dict.fromkeys(("float", "double"), "number"),
    "string": "text", "boolean": "flag", "date": "date", "timestamp_ntz": "time", "timestamp": "zoned",
}  # fmt: skip


class SparkServer:
    """Tables of records in Parquet files or in the catalogue of a Spark session.

    Parameters
    ----------
    folder : Path
        Where Parquet files are whose place is not stated in full.
    session : SparkSession, optional
        The session to use, which stays open. Without it a local one is started, which listens on this machine only
        and is stopped by `close`.
    threads : int
        Of the local session.

    Raises
    ------
    InputError
        Where pyspark is not installed or Java is not.
    """

    dialect = SPARK

    def __init__(self, folder: Path, session: SparkSession | None = None, *, threads: int = 2) -> None:
        spark_errors()  # refuses, where it is not installed
        self._folder, self._own = folder, session is None
        self._session: Any = local_session(threads) if session is None else session
        # The names of views are this object's own: a session may hold tables called cases.
        self._prefix = f"yitihua_{uuid.uuid4().hex[:12]}_"
        self._views: dict[str, bool] = {}
        self._read: dict[str, str] = {}

    def relation(self, table: str) -> str:
        """Return a table as it stands after FROM."""
        return self._read.get(table, self.dialect.relation(table))

    def columns(self, table: str) -> list[ServerColumn] | None:
        """Return the columns of a table or of Parquet files; None where there are none.

        Raises
        ------
        InputError
            Where they cannot be read.
        """
        try:
            with self._refusing(table):
                fields = self._frame(table).schema.fields
        except InputError as error:
            if error.faults[0].code == "engine-table":
                return None
            raise
        return [_column(field.name, field.dataType.simpleString()) for field in fields]

    def _frame(self, table: str) -> Any:
        if not is_parquet(table):
            return self._session.table(self.dialect.relation(table))
        # An address in a store names its place in full, as an absolute path does.
        place = table if "://" in table or Path(table).is_absolute() else str(self._folder / table)
        frame = self._session.read.parquet(place)
        view = f"{self._prefix}file_{len(self._read)}"
        frame.createOrReplaceTempView(view)
        self._views[view] = False
        self._read[table] = view
        return frame

    def offer(self, made: Mapping[str, str], queries: Sequence[str]) -> None:
        """Make a view of every table that the queries name; what is named more than once is kept once it was read.

        Raises
        ------
        InputError
            For what Spark refuses: by its condition, since its words may quote a row.
        """
        for name, times in needed(made, queries).items():
            view = self._prefix + name
            with self._refusing(name):
                self._session.sql(self._with_views(made[name])).createOrReplaceTempView(view)
                self._views[view] = times > 1
                if times > 1:
                    self._session.catalog.cacheTable(view)

    def _with_views(self, query: str) -> str:
        """Return a query that names tables as they are called in definitions, over the views that stand for them."""
        known = {view.removeprefix(self._prefix): query for view in self._views}
        chain = ", ".join(f"{name} AS (SELECT * FROM {self._prefix}{name})" for name in needed(known, [query]))
        return f"WITH {chain}\n{query}" if chain else query

    def run(self, queries: Mapping[Any, str]) -> dict[Any, list[tuple[Any, ...]]]:
        """Return what queries of (county, label, value) find.

        Raises
        ------
        InputError
            As `offer`.
        """
        return {key: self.table(query, key if isinstance(key, str) else key[-1])[1] for key, query in queries.items()}

    def table(self, query: str, of: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the columns and rows of one query.

        Raises
        ------
        InputError
            As `offer`.
        """
        with self._refusing(of):
            found = self._session.sql(self._with_views(query))
            return list(found.columns), [tuple(row) for row in found.collect()]

    def _refusing(self, of: str) -> AbstractContextManager[None]:
        return spark_refusing(lambda condition: _refusal(condition, of))

    def close(self) -> None:
        """Drop the views, and stop the session if it was started here."""
        for view, cached in reversed(self._views.items()):
            if cached:
                self._session.catalog.uncacheTable(view)
            self._session.catalog.dropTempView(view)
        self._views.clear()
        self._read.clear()
        if self._own:
            self._session.stop()


def _column(name: str, type_: str) -> ServerColumn:
    plain = type_.split("(", 1)[0]
    kind = {"decimal": "number", "varchar": "text", "char": "text"}.get(plain, _KINDS.get(plain, "other"))
    return ServerColumn(name, kind, type_)


def _refusal(condition: str, of: str) -> InputError:
    """Return the refusal of a condition; those of a query's text name the query."""
    if condition.startswith(("PARSE_", "UNRESOLVED_", "MISSING_", "AMBIGUOUS_", "UNSUPPORTED_")):
        return refuse("records-query", name=of, reason=f"Spark, {condition}")
    return spark_refusal(condition, of)
