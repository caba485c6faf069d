"""Spark, when one machine is outgrown: the same group-by in a session that is running, or a local one."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.errors import InputError, refuse
from yitihua.surveys.engines.dialects import SPARK, Kind
from yitihua.surveys.engines.engine import Columns, SqlEngine, missing_extra
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
        try:
            from pyspark.errors import PySparkException
        except ImportError:
            raise missing_extra("pyspark", "spark") from None
        self._errors = PySparkException
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
        looks_like_path = isinstance(source, Path) or "/" in source or source.endswith((".parquet", ".pq"))
        return self._session.read.parquet(str(source)) if looks_like_path else self._session.table(source)

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

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        """Turn Spark's errors into refusals by their condition; their text may quote a row and is left out."""
        try:
            yield
        except self._errors as error:
            refusal = self._refusal(str(error.getCondition() or type(error).__name__).split(".")[0])
        except Exception as error:
            # py4j hands on in a class of its own what it does not know of Java's.
            java = getattr(error, "java_exception", None)
            if java is None:
                raise
            condition = java.getCondition() if hasattr(java, "getCondition") else None
            refusal = self._refusal(str(condition or java.getClass().getSimpleName()).split(".")[0])
        else:
            return
        raise refusal

    def _refusal(self, condition: str) -> InputError:
        if condition in ("PATH_NOT_FOUND", "TABLE_OR_VIEW_NOT_FOUND"):
            return refuse("engine-table", file=self.source, found=self.source)
        if condition in ("CAST_INVALID_INPUT", "DATATYPE_MISMATCH"):
            return refuse("engine-conversion", file=self.source)
        if condition in ("FAILED_READ_FILE", "UNABLE_TO_INFER_SCHEMA", "CANNOT_READ_FILE_FOOTER"):
            return refuse("engine-parquet", file=self.source)
        return refuse("engine-refused", file=self.source, engine=self.dialect.name, found=condition)

    def close(self) -> None:
        """Stop the session, if it was started here."""
        if self._own:
            self._session.stop()


def local_session(threads: int = 2) -> SparkSession:
    """Return a quiet session on this machine, which nobody else can reach.

    Raises
    ------
    InputError
        Where pyspark or Java is missing.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise missing_extra("pyspark", "spark") from None
    quiet = Path(__file__).with_name("spark_log4j2.properties")
    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={quiet}",
        "spark.sql.shuffle.partitions": str(threads),
    }
    builder: Any = SparkSession.builder
    builder = builder.master(f"local[{threads}]").appName("yitihua")
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        with warnings.catch_warnings():
            # PySpark warns of the pandas it finds, which is of no use here: no table goes through pandas.
            warnings.simplefilter("ignore", FutureWarning)
            session: SparkSession = builder.getOrCreate()
    except PySparkException:
        raise refuse("engine-java") from None
    session.sparkContext.setLogLevel("OFF")
    return session
