"""PostgreSQL and Spark, for whoever sums there: how one connects, and how what goes wrong is said.

How to log in is kept nowhere and shown nowhere; the servers' own words may quote a row and are left out.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yitihua.errors import InputError, refuse

if TYPE_CHECKING:
    import psycopg
    from pyspark.sql import SparkSession

#: The environment variable that holds how to connect, password and all.
DSN_VARIABLE = "YITIHUA_POSTGRES_DSN"


def missing_extra(package: str, extra: str) -> InputError:
    """Return the refusal of an engine whose package is not installed."""
    return refuse("engine-extra", found=package, extra=extra)


def connect_postgres(dsn: str | None = None, timeout: int = 10) -> psycopg.Connection[Any]:
    """Return a read-only connection.

    Parameters
    ----------
    dsn : str, optional
        How to connect, as libpq takes it; without it the environment variable YITIHUA_POSTGRES_DSN, and
        without that libpq's own (PGHOST, PGUSER, a password file).
    timeout : int
        Seconds to wait for the server to answer.

    Raises
    ------
    InputError
        Where psycopg is not installed or the server does not answer.
    """
    try:
        import psycopg
    except ImportError:
        raise missing_extra("psycopg", "postgres") from None
    dsn = os.environ.get(DSN_VARIABLE, "") if dsn is None else dsn
    try:
        connection = psycopg.connect(
            dsn, connect_timeout=timeout, cursor_factory=psycopg.RawCursor, application_name="yitihua"
        )
    except psycopg.Error as error:
        raise _no_connection(dsn, error) from None
    connection.read_only = True
    return connection


def postgres_refusal(error: psycopg.Error, source: str) -> InputError:
    """Return a refusal by the SQLSTATE; the server's text may quote a row and is left out."""
    state = error.sqlstate or ""
    if state in ("42P01", "3F000"):
        return refuse("engine-table", file=source, found=source)
    if state == "42501":
        return refuse("engine-no-right", file=source)
    if state in ("42883", "42804", "22P02", "42846"):
        return refuse("engine-conversion", file=source)
    if state in ("", "57P01", "57P02", "57P03", "08006", "08003"):
        return refuse("engine-lost", file=source, engine="PostgreSQL")
    return refuse("engine-refused", file=source, engine="PostgreSQL", found=f"SQLSTATE {state}")


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


def is_parquet(source: str) -> bool:
    """Return whether a source of Spark is meant as files, not as a table of the catalogue.

    Examples
    --------
    >>> is_parquet("lake/cases"), is_parquet("cases.parquet"), is_parquet("law.cases")
    (True, True, False)
    """
    return "/" in source or source.endswith((".parquet", ".pq"))


def spark_errors() -> type[Exception]:
    """Return what Spark raises.

    Raises
    ------
    InputError
        Where pyspark is not installed.
    """
    try:
        from pyspark.errors import PySparkException
    except ImportError:
        raise missing_extra("pyspark", "spark") from None
    found: type[Exception] = PySparkException
    return found


@contextmanager
def spark_refusing(refusal_of: Callable[[str], InputError]) -> Iterator[None]:
    """Turn Spark's errors into refusals by their condition; their text may quote a row and is left out.

    Parameters
    ----------
    refusal_of : callable
        Condition, as TABLE_OR_VIEW_NOT_FOUND -> refusal.
    """
    errors = spark_errors()
    try:
        yield
    except errors as error:
        refusal = refusal_of(str(error.getCondition() or type(error).__name__).split(".")[0])  # type: ignore[attr-defined]
    except Exception as error:
        # py4j hands on in a class of its own what it does not know of Java's.
        java = getattr(error, "java_exception", None)
        if java is None:
            raise
        condition = java.getCondition() if hasattr(java, "getCondition") else None
        refusal = refusal_of(str(condition or java.getClass().getSimpleName()).split(".")[0])
    else:
        return
    raise refusal


def spark_refusal(condition: str, source: str) -> InputError:
    """Return the refusal of a condition, as TABLE_OR_VIEW_NOT_FOUND."""
    if condition in ("PATH_NOT_FOUND", "TABLE_OR_VIEW_NOT_FOUND"):
        return refuse("engine-table", file=source, found=source)
    if condition in ("CAST_INVALID_INPUT", "DATATYPE_MISMATCH"):
        return refuse("engine-conversion", file=source)
    if condition in ("FAILED_READ_FILE", "UNABLE_TO_INFER_SCHEMA", "CANNOT_READ_FILE_FOOTER"):
        return refuse("engine-parquet", file=source)
    return refuse("engine-refused", file=source, engine="Spark", found=condition)


def _own_warehouse() -> str:
    """Return a temporary folder for the tables of a session, of which none is made.

    Spark makes the folder whenever a table is looked up by name: unasked, spark-warehouse/ where the user stands.
    """
    folder = tempfile.mkdtemp(prefix="yitihua-spark-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def local_session(threads: int = 2) -> SparkSession:
    """Return a quiet session on this machine, which nobody else can reach.

    Raises
    ------
    InputError
        Where pyspark or Java is missing.
    """
    errors = spark_errors()
    from pyspark.sql import SparkSession

    quiet = Path(__file__).with_name("spark_log4j2.properties")
    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={quiet}",
        "spark.sql.shuffle.partitions": str(threads),
        "spark.sql.warehouse.dir": _own_warehouse(),
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
    except errors:
        raise refuse("engine-java") from None
    session.sparkContext.setLogLevel("OFF")
    return session
