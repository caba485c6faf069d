"""What DuckDB's engine refuses: in words of both languages, without a traceback of the engine or what a row holds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from engine_answers import LIKERT, TOP, YES, answers, query, write_parquet

from yitihua.errors import Fault
from yitihua.indicators.dialects import DUCKDB
from yitihua.surveys.engines import (
    DuckDBEngine,
    PostgresEngine,
    Score,
    SparkEngine,
    SumsQuery,
    SumsTable,
    Variable,
    estimate,
)

Refused = Callable[..., tuple[Fault, ...]]
SECRET = "13800001111"
Q1 = (Variable("q1", (Score.linear("q1", LIKERT),)),)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return answers(400)


def sums(source: Any, asked: SumsQuery, **options: Any) -> SumsTable:
    with DuckDBEngine(source, **options) as engine:
        return engine.sums(asked)


def codes(faults: tuple[Fault, ...]) -> list[str]:
    assert SECRET not in "".join(fault.text(lang) for fault in faults for lang in ("zh", "en"))
    return [fault.code for fault in faults]


def test_files_that_are_not_there(tmp_path: Path, refused: Refused) -> None:
    assert codes(refused(DuckDBEngine, tmp_path / "nowhere.parquet")) == ["file-not-found"]
    assert codes(refused(DuckDBEngine, [tmp_path / "a.csv", str(tmp_path / "b*.csv")])) == ["file-not-found"] * 2
    assert codes(refused(DuckDBEngine, tmp_path)) == ["file-not-found"]
    (tmp_path / "answers.xlsx").write_bytes(b"PK")
    assert codes(refused(DuckDBEngine, tmp_path / "answers.xlsx")) == ["unknown-suffix"]


@pytest.mark.parametrize("keep", [0, 4, 200, 5000, -20])
def test_parquet_that_is_cut_off(table: pd.DataFrame, tmp_path: Path, keep: int, refused: Refused) -> None:
    whole = write_parquet(table, tmp_path / "whole.parquet").read_bytes()
    path = tmp_path / "part.parquet"
    path.write_bytes(whole[:keep])
    assert codes(refused(sums, path, query())) == ["engine-parquet"]


def test_parquet_with_damage_inside(table: pd.DataFrame, tmp_path: Path, refused: Refused) -> None:
    path = write_parquet(table, tmp_path / "damaged.parquet")
    data = bytearray(path.read_bytes())
    data[100:4000] = b"\xff" * 3900
    path.write_bytes(bytes(data))
    assert codes(refused(sums, path, query())) in (["engine-parquet"], ["engine-refused"])


def test_csv_that_changes_its_mind(tmp_path: Path, refused: Refused) -> None:
    path = tmp_path / "answers.csv"
    rows = "\n".join("1,3" for _ in range(30_000))
    path.write_text(f"w,q1\n{rows}\n1,{SECRET}x\n", encoding="utf-8")
    assert codes(refused(sums, path, SumsQuery("w", Q1))) == ["engine-conversion"]
    path.write_text(f"w,q1\n1,3\n{SECRET}x,3\n", encoding="utf-8")
    assert codes(refused(sums, path, SumsQuery("w", Q1))) == ["engine-column-type"]


def test_columns_and_their_kinds(table: pd.DataFrame, refused: Refused) -> None:
    faults = refused(sums, table, query((YES,), domain=("County",), margins=("agee",), population="disposition"))
    assert codes(faults) == ["engine-column", "engine-column", "engine-column-type"]
    assert [fault.details.get("hint") for fault in faults] == ["county", "age", None]
    text = Variable("sex", (Score.linear("sex", LIKERT),))
    assert codes(refused(sums, table, query((text,)))) == ["engine-column-type"]
    assert codes(refused(sums, table, query(()))) == ["engine-variables"]


def test_conditions(table: pd.DataFrame, refused: Refused) -> None:
    def ask(*where: str) -> list[str]:
        return codes(refused(sums, table, query((YES,), where=where)))

    assert ask("1=1; DROP TABLE answers", "excluded") == ["engine-condition"]
    assert ask("wave=next", "excluded=perhaps") == ["engine-value", "engine-value"]
    assert ask("nosuch=1") == ["engine-column"]
    assert ask("wave=1900") == ["engine-no-rows"]
    # A value is a value, whatever it looks like.
    assert ask("county=' OR 1=1 --'".replace("=1", "1")) == ["engine-no-rows"]


def test_rows_without_design(table: pd.DataFrame, refused: Refused) -> None:
    spoiled = table.copy()
    spoiled['we"ight'] = spoiled['we"ight'].astype(object)
    spoiled.loc[spoiled.index[:3], "city"] = None
    faults = refused(sums, spoiled.astype({'we"ight': float}), query((YES,)))
    assert codes(faults) == ["engine-key-missing"]
    assert faults[0].key == "city"
    for value, code in (
        (np.nan, "engine-weight-missing"),
        (-1.0, "engine-weight-negative"),
        (np.inf, "engine-weight-negative"),
    ):
        spoiled = table.copy()
        spoiled.loc[spoiled["disposition"] == "complete", 'we"ight'] = value
        assert codes(refused(sums, spoiled, query((YES,)))) == [code]


def test_populations(table: pd.DataFrame, refused: Refused) -> None:
    asked = query((YES,), population="population")
    differing = table.copy()
    differing.loc[differing.index[::2], "population"] += 1
    assert codes(refused(sums, differing, asked)) == ["engine-population"]
    differing.loc[differing.index[::2], "population"] = np.nan
    assert codes(refused(sums, differing, asked)) == ["engine-population"]
    small = sums(table.assign(population=1.0), asked)
    assert codes(refused(estimate, small)) == ["engine-population-small"]
    assert codes(refused(estimate, sums(table, query((YES,))), populations={})) == ["engine-population"]


def test_rows_would_leave_the_engine(table: pd.DataFrame, refused: Refused) -> None:
    with DuckDBEngine(table.assign(id=range(len(table)))) as engine:
        engine.max_cells = 100
        assert codes(refused(engine.sums, query((YES,), psu="id"))) == ["engine-too-many-cells"]


def test_options_of_estimates(table: pd.DataFrame, refused: Refused) -> None:
    found = sums(table, query((TOP, Q1[0])))
    assert codes(refused(estimate, found, statistic="share")) == ["engine-share"]
    assert codes(refused(estimate, found, statistic="median")) == ["estimate-option"]
    assert codes(refused(estimate, found, ci="wilson")) == ["estimate-option"]
    alone = sums(table, query((TOP,), stratum=("city", "area", "town"), psu="town"))
    assert codes(refused(estimate, alone, one_psu="fail")) == ["design-one-psu"]
    people = sums(table, query((TOP,), stratum=("city", "area"), psu=None))
    assert codes(refused(estimate, people, one_psu="fail")) == ["engine-one-psu"]


def test_settings_and_memory(table: pd.DataFrame, refused: Refused) -> None:
    assert codes(refused(DuckDBEngine, table, threads=0)) == ["engine-setting"]
    assert codes(refused(DuckDBEngine, table, memory_limit="much")) == ["engine-setting"]
    assert codes(refused(DuckDBEngine, 42)) == ["engine-source"]
    assert codes(refused(sums, table, query(), memory_limit="100KB")) == ["engine-memory"]


def test_temporary_files_go(table: pd.DataFrame) -> None:
    engine = DuckDBEngine(table)
    folder = Path(engine._folder.name)
    assert folder.is_dir()
    engine.close()
    assert not folder.exists()


def test_weights_are_written_once(table: pd.DataFrame, tmp_path: Path, refused: Refused) -> None:
    factors = pd.DataFrame({"sex": ["F", "M"], "factor": [1.0, 2.0]})
    with DuckDBEngine(table) as engine:
        asked = query((YES,), margins=("sex",))
        for target, name, code in (("a.parquet", "sex", "engine-column-taken"), ("no/a.parquet", "w", "bad-output")):
            assert codes(refused(engine.write_weights, asked, factors, tmp_path / target, name)) == [code]


@pytest.mark.parametrize(
    ("package", "engine", "extra"), [("psycopg", PostgresEngine, "postgres"), ("pyspark.errors", SparkEngine, "spark")]
)
def test_missing_extras(
    package: str, engine: Any, extra: str, monkeypatch: pytest.MonkeyPatch, refused: Refused
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    faults = refused(engine, "answers")
    assert codes(faults) == ["engine-extra"]
    assert f"yitihua[{extra}]" in faults[0].mend("en")


def test_items_of_questionnaires(refused: Refused) -> None:
    from yitihua.definitions import load_edition

    form = load_edition("zhejiang-2022").questionnaires["citizens"]
    assert codes(refused(Variable.of_items, "x", ("CZ99",), form)) == ["engine-item"]
    assert codes(refused(Variable.of_items, "x", ("CZ01",), form)) == ["engine-item"]


def test_numbers_in_queries_are_finite() -> None:
    with pytest.raises(ValueError, match="inf"):
        DUCKDB.number(float("inf"))
