"""Records in Spark: the same queries as in PostgreSQL, as views of a session that are dropped in the end."""

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
#: Queries that are planned and run together.
AT_ONCE = 12


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
        self._views: list[str] = []
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
        self._read[table] = self._view(f"file_{len(self._read)}", frame)
        return frame

    def _view(self, name: str, frame: Any) -> str:
        view = self._prefix + name
        frame.createOrReplaceTempView(view)
        self._views.append(view)
        return view

    def offer(self, made: Mapping[str, str], queries: Sequence[str]) -> None:
        """Make a view of every table that the queries name; what several of them name is laid down.

        A view of a view would be planned anew with all that lies below it, which takes longer than to read it. What is
        laid down is kept by the executors: where one of them is lost, the run ends and is to be started again.

        Raises
        ------
        InputError
            For what Spark refuses: by its condition, since its words may quote a row.
        """
        for name, times in needed(made, queries).items():
            # What was read, and what is sound of it, are a step away from what lies there.
            near = name.startswith("yt_read_") or f"yt_ranked_{name}" in made
            with self._refusing(name):
                frame = self._session.sql(self._with_views(made[name]))
                self._view(name, frame.localCheckpoint() if times > 1 and not near else frame)

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
        found: dict[Any, list[tuple[Any, ...]]] = {key: [] for key in queries}
        keys = list(queries)
        for start in range(0, len(keys), AT_ONCE):
            some = keys[start : start + AT_ONCE]
            for key, *row in self._together({key: queries[key] for key in some}):
                found[key].append(tuple(row))
        return found

    def _together(self, queries: Mapping[Any, str]) -> list[tuple[Any, ...]]:
        """Return the rows of several queries, each with the key of its query before it."""
        keys = list(queries)
        parts = [f"SELECT {i} AS q, county, label, value\nFROM (\n{query}\n) x"
                 for i, query in enumerate(queries.values())]  # fmt: skip
        try:
            rows = self.table("\nUNION ALL\n".join(parts), "queries")[1]
        except InputError as error:
            if error.faults[0].code != "records-query":
                raise
            for key, query in queries.items():
                self.table(query, str(key[-1]))  # one of them is refused by its name
            raise
        return [(keys[q], *row) for q, *row in rows]

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
        for view in reversed(self._views):
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
