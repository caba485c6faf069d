"""Simulated records: counted, they give the measures that were planted, and nothing else in the files gets in the way.

Authority: the simulated measures themselves, before gaps; every file also holds rows that must not be counted.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calling import called
from recording import asked
from yitihua.definitions import load_edition
from yitihua.indicators.datasets import load_dataset
from yitihua.indicators.reading import read_table
from yitihua.indicators.records.measuring import Counted, measure
from yitihua.indicators.records.periods import Period, periods_of_years
from yitihua.indicators.records.reconcile import reconcile
from yitihua.indicators.simulation.records.files import truth, write_records

SEED = 2022
#: A model county, one whose towns have no powers, one with the most merged checks, a city's core.
COUNTIES = ("330421", "330411", "330723", "330102")
YEARS = ("2021", "2022")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("province") / "records"
    write_records(path, SEED, 90, COUNTIES)
    return path


@pytest.fixture(scope="module")
def found(folder: Path) -> Counted:
    periods = [*map(Period.of, YEARS), *periods_of_years([2021, 2022], "quarter")]
    return measure(asked(folder), periods)


def test_counts_equal_the_planted_measures_of_both_years(found: Counted) -> None:
    counties, planted = truth(SEED, 90, COUNTIES)
    order = [found.counties.index(county) for county in counties]
    assert len(found.values) == 72 and not found.absent
    for name, values in found.values.items():
        for row, year in enumerate((2021, 2022)):
            np.testing.assert_array_equal(values[row, order], planted[year][name], err_msg=f"{name} {year}")
    assert any((planted[2022][name] == 0).any() for name in ("towns_empowered", "empowered_items_used"))


def test_quarters_sum_to_the_year_where_a_measure_flows(found: Counted) -> None:
    edition = load_edition("zhejiang-2022")
    flows = [n for n, m in edition.measures.items() if m.period is not None and m.period.en == "quarter flow"]
    assert len(flows) > 25
    for name in flows:
        for row in (0, 1):
            quarters = found.values[name][2 + 4 * row : 6 + 4 * row]
            np.testing.assert_array_equal(quarters.sum(axis=0), found.values[name][row], err_msg=name)
    stocks = [n for n, m in edition.measures.items() if m.period is not None and m.period.en == "year stock"]
    for name in stocks:
        np.testing.assert_array_equal(found.values[name][9], found.values[name][1], err_msg=name)


def test_the_shipped_quarters_are_counts_of_these_records(found: Counted) -> None:
    frame = load_dataset("zhejiang-2022-simulated-quarters").frame.set_index(["period", "unit"])
    for row, period in enumerate(found.periods[2:], 2):
        for i, county in enumerate(found.counties):
            line = frame.loc[(period.name, county)]
            for name, values in found.values.items():
                np.testing.assert_equal(float(line[name]), values[row, i], err_msg=f"{county} {period.name} {name}")


def test_the_files_hold_what_must_not_be_counted(found: Counted, folder: Path) -> None:
    import duckdb

    def count(kind: str, where: str) -> int:
        return duckdb.execute(f"SELECT COUNT(*) FROM '{folder}/{kind}-*.parquet' WHERE {where}").fetchone()[0]  # type: ignore[index]

    traps = {
        "cases": "body = 'police'", "inspections": "NOT complete", "complaints": "kind <> 'enforcement'",
        "problems": "merged_into IS NOT NULL", "officers": "kind <> 'officer'", "reviews": "decision = 'other'",
        "items": "NOT main", "teams": "NOT permanent", "user_actions": "kind = 'login'", "trainings": "NOT passed",
        "coded_acts": "NOT scannable", "ratings": "rated_at IS NOT NULL AND NOT by_target",
    }  # fmt: skip
    assert all(count(kind, where) > 0 for kind, where in traps.items())
    assert found.rejects.counts[("cases", "merged")] > 0 and set(found.rejects.counts) == {("cases", "merged")}


def test_a_county_does_not_depend_on_who_else_is_asked_for(tmp_path: Path, folder: Path) -> None:
    import duckdb

    write_records(tmp_path / "one", SEED, 90, ["330421"])
    write_records(tmp_path / "again", SEED, 90, ["330421"])
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()
        if path.suffix == ".parquet":
            whole = f"SELECT * FROM '{folder / path.name}' WHERE county = '330421'"
            differ = duckdb.execute(f"SELECT COUNT(*) FROM (({whole}) EXCEPT ALL SELECT * FROM '{path}')").fetchone()
            missing = duckdb.execute(f"SELECT COUNT(*) FROM (SELECT * FROM '{path}' EXCEPT ALL ({whole}))").fetchone()
            assert differ == missing == (0,), path.name


def test_reconciliation_finds_only_what_was_not_reported(found: Counted) -> None:
    edition = load_edition("zhejiang-2022")
    typed = {year: read_table(edition, "zhejiang-2022-simulated", year) for year in YEARS}
    differences = reconcile(found, typed)
    assert {d.state for d in differences} <= {"same", "counted-only"}
    frame = load_dataset("zhejiang-2022-simulated").frame
    frame = frame[frame["unit"].isin(COUNTIES) & frame["period"].isin(YEARS)]
    gaps = int(frame[list(found.values)].isna().sum().sum())
    assert sum(d.state == "counted-only" for d in differences) == gaps


def test_a_typed_number_that_is_too_high_comes_first(monkeypatch, capsys, tmp_path: Path, folder: Path) -> None:
    typed = tmp_path / "typed.csv"
    counties, planted = truth(SEED, 90, COUNTIES)
    place = counties.index("330421")
    true = int(planted[2022]["joint_checks"][place])
    typed.write_text(
        f"unit,period,joint_checks,firm_checks\n330421,2022,{true * 2},{int(planted[2022]['firm_checks'][place])}\n"
    )
    words = [
        "records",
        "reconcile",
        folder,
        "--against",
        typed,
        "--periods",
        "2022",
        "-o",
        tmp_path / "out",
        "--lang",
        "en",
    ]
    code, out, err = called(monkeypatch, capsys, words)
    assert code == 0, err
    assert "SIMULATED" in out and "+100.0%" in out and "differs 1" in out
    first = (tmp_path / "out" / "differences.csv").read_text(encoding="utf-8-sig").splitlines()[1]
    assert first.startswith("330421,") and f"joint_checks,{true * 2},{true},{true},1,differs" in first


def test_the_command_line_from_simulation_to_explanation(monkeypatch, capsys, tmp_path: Path) -> None:
    def run(*words: object) -> str:
        code, out, err = called(monkeypatch, capsys, [*words, "--lang", "en"])
        assert code == 0, err
        return str(out)

    project = tmp_path / "province"
    out = run("simulate", "-o", project, "--counties", "330421,330424", "--no-surveys", "--records")
    assert "records/" in out and "SIMULATED" in out
    out = run("records", "measure", project)
    assert "72 of 72 measures" in out and "SIMULATED" in out
    assert "simulated = true" in (project / "data" / "counted" / "passport.toml").read_text()
    scored = run("score", project, "--data", "counted", "--period", "2022")
    assert "SIMULATED" in scored
    out = run("explain", project, "330421", "D04", "--data", "counted", "--period", "2022", "--records", project)
    assert "counted from records" in out and "yitihua records rows" in out and "Q330421-2022-" in out
