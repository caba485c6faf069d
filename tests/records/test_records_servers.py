"""Records in PostgreSQL and Spark are cleaned and counted as DuckDB cleans and counts their files.

Authority: DuckDB's counts, which `test_records_counting` holds to counts by hand; the servers are held to them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from calling import called
from engine_servers import PASSWORD, absent, postgres_server, spark_session
from record_tables import Row, as_files, as_parquet, into_postgres, made
from yitihua.definitions import load_edition
from yitihua.definitions.records import RecordBook, load_records
from yitihua.errors import Fault
from yitihua.indicators.dialects import POSTGRES, SPARK
from yitihua.indicators.records.measuring import Counted, ask, measure, rows_behind
from yitihua.indicators.records.periods import Period, periods_of_years
from yitihua.indicators.records.postgres import PostgresServer
from yitihua.indicators.records.servers import check, statement
from yitihua.indicators.records.spark import SparkServer
from yitihua.indicators.sessions import DSN_VARIABLE

Refused = Callable[..., tuple[Fault, ...]]
PERIODS = [Period.of("2021"), Period.of("2022"), *periods_of_years([2021, 2022], "quarter")]
#: Sums of whole numbers; others may differ in the last bits by the order in which a server adds.
DECIMAL = {"rule_points_met", "rule_points_applicable", "cooperation_points_met", "cooperation_points_applicable",
           "market_entities", "population"}  # fmt: skip


@dataclass(frozen=True)
class Made:
    """Records as DuckDB reads and counts them, and where Spark finds them."""

    tables: dict[str, list[Row]]
    files: Path
    lake: Path
    counted: Counted


@pytest.fixture(scope="module")
def book() -> RecordBook:
    return load_records(load_edition("zhejiang-2022"))


@pytest.fixture(scope="module")
def here(book: RecordBook, tmp_path_factory: pytest.TempPathFactory) -> Made:
    tables, folder = made(book), tmp_path_factory.mktemp("records")
    files = as_files(tables, folder / "files")
    lake = as_parquet(tables, book, folder / "lake")
    (lake / "records.toml").write_text("[tables]\n" + "".join(f'{kind} = "{kind}.parquet"\n' for kind in tables))
    return Made(tables, files, lake, measure(ask(load_edition("zhejiang-2022"), files), PERIODS, max_rejects=1))


@pytest.fixture(scope="module")
def dsn(here: Made, book: RecordBook) -> Iterator[str]:
    try:
        import psycopg
    except ImportError:
        absent("psycopg")
    with postgres_server() as connection_string:
        with psycopg.connect(connection_string) as connection:
            into_postgres(here.tables, book, connection)
            some = {kind: here.tables[kind] for kind in ("cases", "items")}
            into_postgres(some, book, connection, "some of it")
            connection.execute("CREATE ROLE stranger LOGIN PASSWORD 'x'")
        yield connection_string


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    with spark_session() as found:
        yield found


@pytest.fixture
def server(dsn: str) -> Iterator[PostgresServer]:
    server = PostgresServer(dsn)
    yield server
    server.close()


def asked(folder: Path) -> Any:
    return ask(load_edition("zhejiang-2022"), folder, on_server=True)


def stated(folder: Path, *lines: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "records.toml").write_text("[tables]\n" + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return folder


def assert_same(found: Counted, expected: Counted) -> None:
    """Assert that counts, rejects and all that is said of them agree."""
    assert found.counties == expected.counties and found.absent == expected.absent
    assert found.silent == expected.silent and found.annexes == expected.annexes
    for name, values in expected.values.items():
        tolerance = 1e-12 if name in DECIMAL else 0
        np.testing.assert_allclose(found.values[name], values, rtol=tolerance, atol=0, err_msg=name)
    assert found.rejects.by_county == expected.rejects.by_county
    assert found.rejects.read == expected.rejects.read and found.rejects.read_in == expected.rejects.read_in
    assert not found.rejects.listed  # no row has left the server


def test_made_records_try_every_measure_and_every_reason(here: Made) -> None:
    for name, values in here.counted.values.items():
        assert np.nansum(values[:2]) > 0 and np.nansum(values[2:]) > 0, name
    reasons = {reason for _, reason in here.counted.rejects.counts}
    assert reasons == {"missing", "unknown-county", "date-range", "unknown-code", "order", "duplicate",
                       "unknown-reference", "superseded", "merged"}  # fmt: skip
    assert not here.counted.absent


def test_postgres_counts_as_duckdb(here: Made, server: PostgresServer, tmp_path: Path) -> None:
    found = measure(asked(tmp_path), PERIODS, max_rejects=1, server=server)
    assert_same(found, here.counted)
    assert found.where == "PostgreSQL"


def test_spark_counts_as_duckdb_and_leaves_nothing_behind(here: Made, session: Any) -> None:
    session.range(3).createOrReplaceTempView("cases")  # somebody else's
    server = SparkServer(here.lake, session)
    found = measure(asked(here.lake), PERIODS, max_rejects=1, server=server)
    server.close()
    assert_same(found, here.counted)
    assert [table.name for table in session.catalog.listTables()] == ["cases"]
    assert str(Path.cwd()) not in session.conf.get("spark.sql.warehouse.dir")  # which is made when a table is asked for
    assert session.table("cases").count() == 3
    session.catalog.dropTempView("cases")


def test_types_without_a_table_are_absent(here: Made, server: PostgresServer, dsn: str, tmp_path: Path) -> None:
    import psycopg

    files = as_files({kind: here.tables[kind] for kind in ("cases", "items")}, tmp_path / "files")
    expected = measure(ask(load_edition("zhejiang-2022"), files), PERIODS, max_rejects=1)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE ROLE clerk LOGIN PASSWORD 'x'")
        connection.execute('GRANT USAGE ON SCHEMA "some of it" TO clerk')
        connection.execute('GRANT SELECT ON ALL TABLES IN SCHEMA "some of it" TO clerk')
        connection.execute('ALTER ROLE clerk SET search_path = "some of it"')
    clerk = PostgresServer(re.sub("user=.*", "user=clerk password=x", dsn))
    assert_same(measure(asked(tmp_path), PERIODS, max_rejects=1, server=clerk), expected)
    clerk.close()
    assert "population" in expected.absent and "cases_all" not in expected.absent


@pytest.mark.parametrize("name", ["town_cases", "ordinary_case_days", "problems_closed", "ratings_given", "towns"])
def test_rows_behind_a_number(name: str, here: Made, server: PostgresServer, tmp_path: Path) -> None:
    county = here.counted.counties[int(np.nanargmax(here.counted.values[name][1]))]
    year = Period.of("2022")
    expected = rows_behind(ask(load_edition("zhejiang-2022"), here.files), name, county, year)
    assert rows_behind(asked(tmp_path), name, county, year, server=server) == expected
    assert expected.rows


def test_rows_behind_a_number_in_spark_touch_only_what_they_need(here: Made, session: Any, tmp_path: Path) -> None:
    year = Period.of("2022")
    expected = rows_behind(ask(load_edition("zhejiang-2022"), here.files), "teams_now", "330421", year)
    lake = stated(tmp_path / "lake", f'teams = "{here.lake}/teams.parquet"', 'cases = "nowhere/cases.parquet"')
    server = SparkServer(lake, session)
    assert rows_behind(asked(lake), "teams_now", "330421", year, server=server) == expected
    server.close()
    assert expected.rows


@pytest.mark.parametrize("name", ["simple_case_minutes", "firm_checks", "officers_qualified"])
def test_a_printed_statement_runs_as_it_is(name: str, here: Made, dsn: str, session: Any, tmp_path: Path) -> None:
    import psycopg

    values = here.counted.values[name][:2]
    expected = {(county, period.name): value for row, period in zip(values, PERIODS[:2], strict=True)
                for county, value in zip(here.counted.counties, row, strict=True) if value}  # fmt: skip
    text = statement(asked(tmp_path), [name], PERIODS[:2], POSTGRES)
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(text.encode()).fetchall()
    assert {(county, period): value for county, period, _, value in rows} == expected
    folder = stated(tmp_path / "lake", *(f'{kind} = "{here.lake}/{kind}.parquet"' for kind in here.tables))
    rows = session.sql(statement(asked(folder), [name], PERIODS[:2], SPARK).rstrip(";")).collect()
    assert {(row[0], row[1]): row[3] for row in rows} == expected and expected


def test_a_server_keeps_what_it_had_and_is_not_written_to(server: PostgresServer, dsn: str, tmp_path: Path) -> None:
    import psycopg

    # Whoever writes, and be it a temporary table that is rolled back, takes a number. The log itself grows unasked.
    numbers = "SELECT COUNT(*), pg_snapshot_xmax(pg_current_snapshot()) FROM pg_class"
    with psycopg.connect(dsn, autocommit=True) as connection:
        before = connection.execute(numbers).fetchone()
        check(asked(tmp_path), server)
        assert connection.execute(numbers).fetchone() == before
        with connection.transaction(force_rollback=True):
            connection.execute("CREATE TEMP TABLE mine (a integer)")
        assert connection.execute(numbers).fetchone() != before


def test_check_counts_rejects_and_lists_none(here: Made, server: PostgresServer, tmp_path: Path) -> None:
    rejects = check(asked(tmp_path), server)
    assert rejects.by_county == here.counted.rejects.by_county and not rejects.listed
    assert rejects.summary() == here.counted.rejects.summary()
    assert rejects.share("cases") == here.counted.rejects.share("cases")
    assert [f.details for f in rejects.check(0.01, asked(tmp_path).book)] == [
        f.details for f in here.counted.rejects.check(0.01, asked(tmp_path).book)
    ]
    lines = rejects.to_csv().decode("utf-8-sig").splitlines()
    assert lines[0] == "record,county,count,reason,reason_zh,reason_en" and len(lines) == len(rejects.summed) + 1


OWN_TYPES = """
CREATE TYPE body AS ENUM ('镇街', 'comprehensive');
CREATE DOMAIN yes AS boolean;
CREATE TABLE "我的案件" ("案件编号" uuid, "区县" integer, "办案主体" body, "程序" varchar(20), "立案时间" date,
  "决定时间" timestamptz, "不计期限工作日" numeric, "处理结果" char(10), "全程留痕" yes, other bytea);
INSERT INTO "我的案件"
SELECT CAST('00000000-0000-0000-0000-00000000000' || n AS uuid), 330421, who, how, '2022-01-28', decided, days, '处罚',
  traced
FROM (VALUES
  (1, CAST('镇街' AS body), '普通程序', CAST('2022-02-07 16:30+00' AS timestamptz), 1.0, true),
  (2, '镇街', ' 普通\u3000', '2022-12-31 15:59+00', 0, NULL),
  (3, '镇街', '—', '2022-12-31 16:01+00', 0, NULL),
  (4, 'comprehensive', NULL, '2022-05-01+00', 0.5, NULL),
  (5, 'comprehensive', NULL, 'infinity', 0, NULL)) AS v (n, who, how, decided, days, traced);
"""


def test_columns_of_a_platforms_own_types_and_names(server: PostgresServer, dsn: str, tmp_path: Path) -> None:
    # By hand: case 1 was decided on 8 February in China, the 4th working day after 28 January (see
    # test_net_working_days); case 3 on 1 January 2023; half a day and an endless date are no numbers and no days.
    import psycopg

    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(OWN_TYPES)
    folder = stated(tmp_path / "own", 'cases = "我的案件"')
    year = Period.of("2022")
    behind = rows_behind(asked(folder), "ordinary_case_days", "330421", year, server=server)
    assert behind.rows[0] == ("00000000-0000-0000-0000-000000000001", 3.0) and len(behind.rows) == 2
    assert rows_behind(asked(folder), "cases_unified", "330421", year, server=server).value == 1
    assert rows_behind(asked(folder), "department_cases", "330421", year, server=server).value == 0
    counts = check(asked(folder), server).counts
    assert {reason: n for (kind, reason), n in counts.items() if kind == "cases"} == {"bad-number": 1, "date-range": 1}


BAD = """
CREATE TABLE bad_cases (case_id text, "案号" text, county text, outcome bytea, decided_at text, traced integer,
  days_excluded text[]);
CREATE TABLE hidden (town text);
REVOKE ALL ON hidden FROM PUBLIC;
"""


def test_every_fault_of_tables_is_told_at_once(
    server: PostgresServer, dsn: str, tmp_path: Path, refused: Refused
) -> None:
    import psycopg

    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(BAD)
    folder = stated(tmp_path / "bad", 'cases = "bad_cases"', 'items = "nowhere.items"', 'towns = "some of it.cases"')
    faults = refused(measure, asked(folder), PERIODS, server=server)
    told = [(fault.code, str(fault.details.get("name", fault.details.get("found")))) for fault in faults]
    assert told == [
        ("records-header", "设立日期"), ("engine-table", "nowhere.items"),
        ("records-twice", "case_id"), ("records-header", "办案主体类型"), ("records-type", "decided_at"),
        ("records-type", "days_excluded"), ("records-type", "outcome"), ("records-type", "traced"),
    ]  # fmt: skip
    assert "text" in faults[4].problem("en") and "timestamptz" in faults[4].allowed("zh")


def test_no_tables_no_rights_and_no_server(
    dsn: str, tmp_path: Path, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE ROLE newcomer LOGIN PASSWORD 'x'")
        connection.execute("ALTER ROLE newcomer SET search_path = nowhere")
    for user, code in (("newcomer", "records-tables"), ("stranger", "engine-no-right")):
        other = PostgresServer(re.sub("user=.*", f"user={user} password=x", dsn))
        faults = refused(measure, asked(tmp_path), PERIODS, server=other)
        assert {fault.code for fault in faults} == {code}
        other.close()
    wrong = re.sub(r"port=\d+", "port=1", dsn)
    faults = refused(PostgresServer, wrong)
    assert faults[0].code == "engine-connection" and PASSWORD not in faults[0].problem("zh")


@pytest.mark.parametrize("engine", ["postgres", "spark"])
def test_a_query_that_a_server_does_not_take_is_named(
    engine: str, here: Made, dsn: str, request: pytest.FixtureRequest, refused: Refused
) -> None:
    from dataclasses import replace

    whole = asked(here.lake if engine == "spark" else here.files)
    counts = {name: whole.book.counts[name] for name in ("teams_now", "teams_before")}
    counts["teams_now"] = counts["teams_now"].model_copy(update={"value": "SUM(no_such_thing)"})
    wrong = replace(whole, book=replace(whole.book, counts=counts))
    server: Any = (PostgresServer(dsn) if engine == "postgres"
                   else SparkServer(here.lake, request.getfixturevalue("session")))  # fmt: skip
    faults = refused(rows_behind, wrong, "teams_now", "330421", Period.of("2022"), server=server)
    server.close()
    assert [(fault.code, fault.details["name"]) for fault in faults] == [("records-query", "teams_now")]


def test_tables_of_unknown_types_are_refused(tmp_path: Path, refused: Refused) -> None:
    folder = stated(tmp_path / "x", 'case = "cases"')
    faults = refused(asked, folder)
    assert [(fault.code, fault.key, fault.line) for fault in faults] == [("unknown-key", "tables.case", 2)]


def test_the_command_line_on_postgres(
    here: Made, dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(DSN_VARIABLE, dsn)
    folder, out = stated(tmp_path / "records"), tmp_path / "out"
    on = ["--engine", "postgres", "--lang", "zh"]
    code, said, _ = called(monkeypatch, capsys, ["records", "measure", folder, *on, "-o", out, "--max-rejects", "1"])
    assert code == 0 and "未通过" in said and PASSWORD not in said
    files_out = tmp_path / "of files"
    words = ["records", "measure", here.files, "-o", files_out, "--max-rejects", "1"]
    assert called(monkeypatch, capsys, words)[0] == 0
    one, other = (pd.read_csv(folder / "counted.csv", dtype={"unit": str}) for folder in (out, files_out))
    pd.testing.assert_frame_equal(one, other, rtol=1e-12)
    assert '"engine": "PostgreSQL"' in (out / "counted.json").read_text(encoding="utf-8")
    code, said, error = called(monkeypatch, capsys, ["records", "check", folder, *on])
    assert code == 2 and "案件：" in said and "超过限度" in error
    words = ["records", "rows", folder, "town_cases", "--unit", "330421", "--period", "2022"]
    there = called(monkeypatch, capsys, [*words, *on])
    assert there == called(monkeypatch, capsys, [*words[:2], here.files, *words[3:], "--lang", "zh"]) and there[0] == 0
    assert called(monkeypatch, capsys, ["records", "check", folder, "--engine", "oracle"])[0] == 2


def test_the_command_line_prints_statements(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.delitem(os.environ, DSN_VARIABLE, raising=False)  # no server is asked
    folder = stated(tmp_path / "records", 'cases = "law.cases"')
    for engine, table in (("postgres", '"law"."cases"'), ("spark", "`law`.`cases`")):
        words = ["records", "sql", "town_cases", "--engine", engine, "--project", folder, "--periods", "2022Q3"]
        code, said, _ = called(monkeypatch, capsys, words)
        assert code == 0 and f"FROM {table}" in said and "'2022Q3'" in said and said.rstrip().endswith(";")
    assert called(monkeypatch, capsys, ["records", "sql", "--engine", "duckdb"])[0] == 2
