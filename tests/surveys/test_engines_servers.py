"""DuckDB, PostgreSQL and Spark agree to 1e-12, on answers with everything that goes wrong in files.

Authority: the estimators in memory, to which `test_engines` holds DuckDB; here the others are held to DuckDB.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from engine_answers import RATIO, YES, answers, query, write_parquet

from engine_servers import PASSWORD, absent, postgres_server, spark_session
from yitihua.errors import Fault
from yitihua.indicators.sessions import DSN_VARIABLE
from yitihua.surveys.engines import DuckDBEngine, PostgresEngine, SparkEngine, SumsTable, estimate
from yitihua.surveys.engines.engine import SqlEngine

Refused = Callable[..., tuple[Fault, ...]]
TABLE = 'answers "2026" %s'


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return answers()


@pytest.fixture(scope="module")
def parquet(table: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_parquet(table, tmp_path_factory.mktemp("answers") / "answers.parquet")


@pytest.fixture(scope="module")
def dsn(table: pd.DataFrame) -> Iterator[str]:
    try:
        import psycopg
        from psycopg.sql import Identifier
    except ImportError:
        absent("psycopg")
    types = {"str": "text", "object": "text", "string": "text", "int64": "integer", "float64": "double precision"}
    types |= {"bool": "boolean", "Int16": "smallint", "Int32": "numeric", "Int64": "bigint"}
    columns = {name: types[str(kind)] for name, kind in table.dtypes.items()}
    # In another order than in the file.
    mixed = table.sample(frac=1.0, random_state=1)
    with postgres_server() as connection_string, psycopg.connect(connection_string) as connection:
        named = Identifier(TABLE).as_string()
        declared = ", ".join(f"{Identifier(str(n)).as_string()} {kind}" for n, kind in columns.items())
        connection.execute(f"CREATE TABLE {named} ({declared})".encode())
        with connection.cursor().copy(f"COPY {named} FROM STDIN".encode()) as copy:
            for row in mixed.astype(object).itertuples(index=False):
                copy.write_row(tuple(_plain(value, columns[name]) for name, value in zip(columns, row, strict=True)))
        connection.commit()
        connection.execute("CREATE ROLE stranger LOGIN PASSWORD 'x'")
        connection.commit()
        yield connection_string


def _plain(value: Any, kind: str) -> Any:
    """Return a value for PostgreSQL: NaN stays NaN in columns of floating point and is NULL elsewhere."""
    if value is None or value is pd.NA or (value != value and kind != "double precision"):
        return None
    return value


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    with spark_session() as found:
        yield found


@pytest.fixture(scope="module", params=["postgres", "spark"])
def engine(request: pytest.FixtureRequest, parquet: Path) -> Iterator[SqlEngine]:
    if request.param == "postgres":
        with PostgresEngine(TABLE, request.getfixturevalue("dsn")) as found:
            yield found
    else:
        with SparkEngine(parquet, request.getfixturevalue("session")) as found:
            yield found


QUERIES: Mapping[str, dict[str, Any]] = {
    "clusters": {},
    "people": {"psu": None, "domain": ("county", "sex"), "deff": False},
    "mask": {"domain": (), "within": ("sex=F & age>=2 | sex=M",), "population": "population"},
    "margins": {"margins": ("sex", "age"), "domain": ("city",)},
}


@pytest.mark.parametrize("name", QUERIES)
def test_engines_agree(engine: SqlEngine, parquet: Path, name: str) -> None:
    asked = query(**QUERIES[name])
    with DuckDBEngine(parquet) as duck:
        wanted = duck.sums(asked)
    found = engine.sums(asked)
    assert (found.domains, found.strata, found.margins) == (wanted.domains, wanted.strata, wanted.margins)
    for key in SumsTable.__dataclass_fields__:
        a, b = getattr(found, key), getattr(wanted, key)
        if isinstance(b, np.ndarray):
            # Sums of scores on both sides of 0 cancel, so zero is told to the size of the largest.
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14 * np.nanmax(np.abs(b), initial=0), err_msg=key)
    ours, theirs = estimate(found), estimate(wanted)
    for key in ("value", "se", "df", "n", "deff", "ci_low"):
        a, b = getattr(ours, key), getattr(theirs, key)
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14 * np.nanmax(np.abs(b), initial=0), err_msg=key)


def test_ratios_and_shares_agree(engine: SqlEngine, parquet: Path) -> None:
    with DuckDBEngine(parquet) as duck:
        for variables, statistic in (((RATIO,), "mean"), ((YES,), "share")):
            asked = query(variables)
            ours, theirs = (estimate(each.sums(asked), statistic=statistic) for each in (engine, duck))
            np.testing.assert_allclose(ours.value, theirs.value, rtol=1e-12)
            np.testing.assert_allclose(ours.se, theirs.se, rtol=1e-12)


def test_names_and_values_are_data(engine: SqlEngine) -> None:
    county = 'O\'Brien; DROP TABLE "a" -- 50%'
    found = engine.sums(
        query(
            (YES,),
            where=(
                *query().where,
                f"county={county.replace('; ', ';')}",
            )[:2],
        )
    )
    assert county in found.domains
    assert engine.sums(query((YES,))).rows.sum() == found.rows.sum()


def test_unknown_columns(engine: SqlEngine, refused: Refused) -> None:
    asked = query((YES,), domain=("county; DROP TABLE answers",), psu="twon", where=("disposition=complete",))
    faults = refused(engine.sums, asked)
    assert [fault.key for fault in faults] == ["county; DROP TABLE answers", "twon"]
    assert faults[1].details["hint"] == "town"


def test_too_many_cells(engine: SqlEngine, refused: Refused) -> None:
    engine.max_cells, limit = 10, engine.max_cells
    try:
        assert refused(engine.sums, query((YES,)))[0].code == "engine-too-many-cells"
    finally:
        engine.max_cells = limit


def test_postgres_faults_tell_no_secrets(dsn: str, refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    cases = {
        "engine-table": ("nowhere.answers", dsn),
        "engine-connection": (TABLE, dsn.replace("port=", "port=1 options='-c a=b' connect_timeout=2 keepalives=")),
        "engine-dsn": (TABLE, f"host=127.0.0.1 password={PASSWORD} nonsense"),
        "engine-no-right": (TABLE, dsn.replace("tester", "stranger").replace(PASSWORD, "x")),
    }
    for code, (table, connection) in cases.items():

        def ask(table: str = table, connection: str = connection) -> None:
            with PostgresEngine(table, connection, timeout=2) as engine:
                engine.sums(query())

        faults = refused(ask)
        assert [fault.code for fault in faults] == [code]
        assert PASSWORD not in "".join(fault.text(lang) for fault in faults for lang in ("zh", "en"))
    wrong = refused(PostgresEngine, TABLE, dsn.replace(PASSWORD, "wr0ng"))
    assert wrong[0].code == "engine-connection"
    assert "wr0ng" not in wrong[0].text()
    monkeypatch.setenv(DSN_VARIABLE, dsn)
    with PostgresEngine(TABLE) as engine:
        assert PASSWORD not in repr(engine)
        assert engine.sums(query()).rows.sum() > 2000


def test_postgres_is_read_only(dsn: str, refused: Refused) -> None:
    with PostgresEngine(TABLE, dsn) as engine:
        assert refused(engine._run, "CREATE TABLE mine (a integer)", ())[0].code == "engine-refused"
        assert engine.columns()["visits"] == "float"


def test_postgres_that_goes_away(dsn: str, refused: Refused) -> None:
    with PostgresEngine(TABLE, dsn) as engine, PostgresEngine(TABLE, dsn) as other:
        pid = engine._run("SELECT pg_backend_pid()", ()).fetchone()[0]
        other._run("SELECT pg_terminate_backend($1)", (pid,))
        assert refused(engine.sums, query())[0].code == "engine-lost"


def test_spark_faults(session: Any, tmp_path: Path, parquet: Path, refused: Refused) -> None:
    assert refused(SparkEngine, tmp_path / "nowhere.parquet", session)[0].code == "engine-table"
    assert refused(SparkEngine, "nowhere", session)[0].code == "engine-table"
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(parquet.read_bytes()[:5000])
    assert refused(SparkEngine, broken, session)[0].code == "engine-parquet"


def test_a_session_that_was_given_stays_open(session: Any, parquet: Path) -> None:
    with SparkEngine(session.read.parquet(str(parquet))) as engine:
        assert engine.sums(query((YES,))).rows.sum() > 2000
        assert repr(engine) == "SparkEngine('DataFrame')"
    assert session.range(3).count() == 3


def test_spark_without_java(session: Any) -> None:
    """In a process of its own: the running session would be handed out instead of a new one."""
    code = (
        "from yitihua.errors import InputError\n"
        "from yitihua.indicators.sessions import local_session\n"
        "try:\n    local_session()\nexcept InputError as error:\n    print(error.faults[0].code)\n"
    )
    environment = {**os.environ, "JAVA_HOME": "/nowhere"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert run.stdout.strip() == "engine-java"
