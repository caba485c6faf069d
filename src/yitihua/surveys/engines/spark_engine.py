"""Spark, when one machine is outgrown: the same group-by in a session that is running, or a local one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.errors import InputError
from yitihua.indicators.dialects import SPARK, Kind
from yitihua.indicators.sessions import is_parquet, local_session, spark_errors, spark_refusal, spark_refusing
from yitihua.surveys.engines.engine import Columns, SqlEngine
from yitihua.surveys.engines.query import SumsQuery

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), "integer"),
    **dict.fromkeys(("float", "double"), "float"),
    "string": "text",
    "boolean": "boolean",
}


class SparkEngine(SqlEngine):
    """Answers in Parquet files, a table of the catalogue, or a Spark DataFrame.

    Parameters
    ----------
    source : path, str or pyspark DataFrame
        Parquet files as Spark finds them (a file, a folder, a pattern, an address in a store), the name of a
        table, or a frame.
    session : SparkSession, optional
        The session to use, which stays open. Without it a local one is started, in 6 to 9 seconds, which
        listens on this machine only and is stopped by `close`.
    threads : int
        Of the local session.

    Raises
    ------
    InputError
        Where pyspark is not installed or Java is not, and where there is no such source.
    """

    dialect = SPARK

    def __init__(
        self, source: str | Path | DataFrame, session: SparkSession | None = None, *, threads: int = 2
    ) -> None:
        spark_errors()  # refuses, where it is not installed
        self._own = session is None and not hasattr(source, "sparkSession")
        if hasattr(source, "sparkSession"):
            self._session: Any = source.sparkSession
        else:
            self._session = local_session(threads) if session is None else session
        try:
            with self._refusing():
                self._frame: Any = self._opened(source)
                # Reads the schema now, so that a missing file is found here.
                self._schema: Any = self._frame.schema
        except InputError:
            self.close()
            raise

    def _opened(self, source: Any) -> Any:
        if not isinstance(source, str | Path):
            self.source = "DataFrame"
            return source
        self.source = str(source)
        is_path = isinstance(source, Path) or is_parquet(source)
        return self._session.read.parquet(str(source)) if is_path else self._session.table(source)

    def columns(self) -> Mapping[str, Kind]:
        """Return every column of the source and what it holds."""
        kinds: dict[str, Kind] = {}
        for field in self._schema.fields:
            name = field.dataType.simpleString()
            kinds[field.name] = "float" if name.startswith("decimal") else _KINDS.get(name, "other")
        return kinds

    def _relation(self, query: SumsQuery) -> str:
        return "yitihua_answers"

    def _fetch(self, sql: str, parameters: Sequence[Any]) -> Columns:
        with self._refusing():
            self._frame.createOrReplaceTempView("yitihua_answers")
            found = self._session.sql(sql, args=list(parameters) or None)
            names = list(found.columns)
            rows = found.collect()
            self._session.catalog.dropTempView("yitihua_answers")
        table = np.empty((len(rows), len(names)), dtype=object)
        for i, row in enumerate(rows):
            table[i] = tuple(row)
        return {name: table[:, j] for j, name in enumerate(names)}

    def _refusing(self) -> AbstractContextManager[None]:
        return spark_refusing(lambda condition: spark_refusal(condition, self.source))

    def close(self) -> None:
        """Stop the session, if it was started here."""
        if self._own:
            self._session.stop()
