"""The simulated province: calibrated, consistent, legal by the questionnaires, the same for the same seed."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from typer.testing import CliRunner

import yitihua as yt
from yitihua.cli import app
from yitihua.definitions.passport import Passport, dataset_names
from yitihua.definitions.resolver import shipped_root
from yitihua.indicators.derive import derive
from yitihua.indicators.parquet import Spool, read_parquet, write_parquet
from yitihua.indicators.simulate import SURVEYED, Province, simulate_measures
from yitihua.indicators.simulation.rules import rules
from yitihua.surveys.simulation.files import write_province

DATA = shipped_root() / "data"
NAME = "zhejiang-2022-simulated"
SEED = 2022
EDITION = yt.load_edition("zhejiang-2022")
FORMS = EDITION.questionnaires
RULES = rules()
COMPUTED = [code for code, indicator in EDITION.indicators.items() if indicator.formula is not None]
SURVEYS = ("citizens", "enterprises", "telephone", "post-check")

#: part, whole: the part may never exceed it.
NEVER_ABOVE = [
    (formula.numerator, formula.denominator)
    for code in COMPUTED
    if (formula := EDITION.indicators[code].formula) is not None
    and formula.kind in ("ratio", "checklist")
    and formula.multiplier == 100
    and formula.denominator is not None
    and " " not in formula.numerator + formula.denominator
] + [
    ("teams_now", "teams_before"),
    ("department_cases", "cases_comprehensive_fields"),
    ("town_cases", "cases_all"),
    ("fields_town_used", "empowered_items_used"),
    ("empowered_items_used", "town_cases"),
    ("empowered_items", "empowered_items_town_sum"),
    ("empowered_items", "penalty_items_catalogue"),
    ("random_checks", "firm_checks"),
    ("checks_coded", "firm_checks"),
    ("cases_coded", "cases_all"),
    ("problems_due", "problems_confirmed"),
    ("simple_cases", "cases_all"),
    ("ratings_given", "ratings_invited"),
    ("ratings_invited", "firm_checks"),
    ("towns", "squads"),
]


@pytest.fixture(scope="module")
def province() -> Province:
    return simulate_measures(SEED)


@pytest.fixture(scope="module")
def values(province: Province) -> dict[str, np.ndarray]:
    """Indicator -> values of 2022 by the package's own formulas."""
    found = {}
    for code in COMPUTED:
        formula = EDITION.indicators[code].formula
        assert formula is not None
        found[code] = derive(formula, province.measures["2022"], province.measures["2021"]).values
    return found


# Shipped files


def test_shipped_files_are_what_the_simulator_makes(province: Province, tmp_path: Path) -> None:
    names = write_province(province, tmp_path)
    assert names == [name for name in (NAME, f"{NAME}-faulty", *(n for n in names[2:])) if name in dataset_names()]
    # The quarters are counted from records: tests/records/test_simulated_records.py.
    assert set(names) == {name for name in dataset_names() if "simulated" in name} - {f"{NAME}-quarters"}
    for name in names:
        made, shipped = yt.load_dataset(name, tmp_path), yt.load_dataset(name)
        without = {"file": {"sha256"}}
        assert made.passport.model_dump(exclude=without) == shipped.passport.model_dump(exclude=without)
        for column in shipped.raw.columns:
            one, two = (np.array(dataset.raw.text(column)) for dataset in (made, shipped))
            # A quantile may differ in its last digit between versions of SciPy; no more than that.
            assert (one == two).mean() > 0.995, (name, column)


def test_shipped_files_are_small() -> None:
    files = [path for path in DATA.glob(f"{NAME}*/*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 3_000_000
    tables = {path.name for path in files if path.suffix == ".csv"}
    assert tables == {"zhejiang_2022_simulated_faulty.csv"}  # text among numbers, which only CSV can hold
    assert all("simulated" in path.name for path in files if path.name not in ("passport.toml", "covariance.parquet"))


def test_it_is_the_data_of_the_edition_and_scores() -> None:
    board = yt.evaluate("zhejiang-2022")
    assert board.table.period == "2022"
    assert board.table.simulated
    assert not np.isnan(board.total).any()
    assert board.table.se is not None
    assert board.table.n is not None
    assert np.isfinite(board.table.se[:, [EDITION_CODES.index(code) for code in SURVEYED]]).all()
    assert board.table.values.shape == (90, 51)
    before = yt.evaluate("zhejiang-2022", period="2021")
    assert np.isnan(before.table.values[:, EDITION_CODES.index("B04")]).all()  # no data for 2020


EDITION_CODES = list(EDITION.indicators)


# Margins, correlations, persistence


@pytest.mark.parametrize("code", COMPUTED)
def test_margins_are_the_calibrated_ones(code: str, values: dict[str, np.ndarray]) -> None:
    rule = RULES[code]
    found = np.nanquantile(values[code], [0.05, 0.5, 0.95])
    off = np.abs(found - [rule.q05, rule.q50, rule.q95])
    spread = rule.q95 - rule.q05
    if code == "A01":  # one field of forty is 2.5 points
        assert off.max() <= 1.25
    elif code == "C12":  # a share of some forty decisions: chance widens it
        assert off[1] <= 0.15 * spread
        assert off.max() <= 0.4 * spread
    else:
        assert off.max() <= 0.08 * spread
        assert off[1] <= 0.05 * spread


@pytest.mark.parametrize("code", COMPUTED)
def test_gaps_are_about_the_calibrated_share(code: str, values: dict[str, np.ndarray]) -> None:
    share = RULES[code].missing_share
    share += {"A08": 0.08, "C04": 0.08, "C05": 0.08, "B03": 0.02, "C02": 0.01, "D03": 0.01}.get(code, 0.0)
    assert stats.binom.cdf(np.isnan(values[code]).sum() - 1, 90, share) < 0.9999
    assert np.isnan(values[code]).mean() < 0.25


@pytest.mark.parametrize("code", SURVEYED)
def test_true_means_are_the_calibrated_ones(code: str, province: Province) -> None:
    rule, spread = RULES[code], RULES[code].q95 - RULES[code].q05
    found = np.quantile(province.truth["2022"][code], [0.05, 0.5, 0.95])
    np.testing.assert_allclose(found, [rule.q05, rule.q50, rule.q95], atol=0.05 * spread)


def expected_correlation(a: str, b: str) -> float:
    one, two = RULES[a], RULES[b]
    found = one.general_loading * two.general_loading + one.logpop_loading * two.logpop_loading
    return found + (one.block_loading * two.block_loading if one.corr_block == two.corr_block else 0.0)


def test_correlations_follow_the_blocks() -> None:
    """Averaged over seeds: the model's correlations come back, block by block, with their signs."""
    pairs = list(itertools.combinations(RULES, 2))
    expected = np.array([expected_correlation(a, b) for a, b in pairs])
    sums = np.zeros(len(pairs))
    for seed in range(3):
        made = simulate_measures(seed)
        table = dict(made.truth["2022"])
        for code in COMPUTED:
            formula = EDITION.indicators[code].formula
            assert formula is not None
            table[code] = derive(formula, made.measures["2022"], made.measures["2021"]).values
        ranks = pd.DataFrame(table).corr(method="spearman")
        sums += np.array([ranks.loc[a, b] for a, b in pairs])
    found = sums / 3
    slope, intercept = np.polyfit(expected, found, 1)
    assert 0.85 < slope < 1.1
    assert abs(intercept) < 0.03
    assert np.corrcoef(expected, found)[0, 1] > 0.8
    for block in sorted({rule.corr_block for rule in RULES.values()}):
        inside = [i for i, (a, b) in enumerate(pairs) if {RULES[a].corr_block, RULES[b].corr_block} == {block}]
        signed = found[inside] * np.sign(expected[inside])
        if inside and "B09" not in itertools.chain(*(pairs[i] for i in inside)):
            assert signed.mean() > 0.4 * np.abs(expected[inside]).mean(), block
    strong = np.abs(expected) > 0.3
    assert (np.sign(found[strong]) == np.sign(expected[strong])).all()


def test_cities_are_alike_and_counties_persist(province: Province) -> None:
    city = province.units.city
    truth = pd.Series(province.truth["2022"]["E01"])
    assert truth.groupby(city).mean().std() > truth.std() / np.sqrt(truth.groupby(city).size().mean())
    same = [stats.spearmanr(province.truth["2021"][code], province.truth["2022"][code]).statistic for code in SURVEYED]
    assert 0.65 < np.mean(same) < 0.9


def test_border_counties_share_more_cases(values: dict[str, np.ndarray], province: Province) -> None:
    border = province.units.border
    assert border.sum() == 18
    assert np.nanmedian(values["B09"][border]) > 1.3 * np.nanmedian(values["B09"][~border])


# Consistency of the measures


@pytest.mark.parametrize(("seed", "units"), [(0, 90), (1, 90), (SEED, 90), (0, 2842)])
def test_measures_agree_with_one_another(seed: int, units: int) -> None:
    made = simulate_measures(seed, units)
    for table in made.measures.values():
        assert set(table) == set(EDITION.measures)
        for name, column in table.items():
            known = column[~np.isnan(column)]
            assert (known >= 0).all(), name
            assert (known == np.round(known)).all(), name
        for part, whole in NEVER_ABOVE:
            assert not (table[part] > table[whole]).any(), (part, whole)
        assert not (table["department_cases"] + table["town_cases"] > table["cases_all"]).any()
        assert not (table["ordinary_cases"] + table["simple_cases"] > table["cases_all"]).any()
        nowhere = table["towns_empowered"] == 0
        assert (table["empowered_items"][nowhere] == 0).all()
    now = made.measures["2021"]["teams_now"]
    reported = ~np.isnan(now)
    assert (now[reported] == made.measures["2021"]["teams_before"][reported]).all()
    assert (made.measures["2021"]["teams_before"] == made.measures["2022"]["teams_before"]).all()


def test_registers_are_kept(province: Province) -> None:
    register = yt.load_dataset("zhejiang-counties").frame
    towns = province.measures["2022"]["towns"]
    known = register["n_towns_total_2023"].to_numpy(dtype=float)
    np.testing.assert_array_equal(towns[known > 0], known[known > 0])
    assert towns[list(register["code"]).index("330383")] == 9  # Longgang has areas in place of towns
    assert province.measures["2022"]["population"].sum() == pytest.approx(65_770_000, rel=0.005)
    np.testing.assert_allclose(province.measures["2022"]["population"], register["pop_2020"] * 1.0186, rtol=0.02)


def test_no_published_value_is_copied(values: dict[str, np.ndarray], province: Province) -> None:
    """A county's published figure is not put on that county as if it were observed here."""
    published = yt.load_dataset("zhejiang-2022-published").frame
    same = [
        (row.unit, row.indicator)
        for row in published.itertuples()
        if row.unit in province.units.codes
        and row.indicator in values
        and row.value not in (0, 100)
        and abs(values[row.indicator][province.units.codes.index(row.unit)] - row.value) < 0.05
    ]
    assert len(same) <= 1


# Faults


def faulty() -> tuple[Passport, list[dict[str, str]], list[dict[str, str]]]:
    spoilt, sound = yt.load_dataset(f"{NAME}-faulty"), yt.load_dataset(NAME)
    tables = [pd.DataFrame(dataset.raw.columns).map(plain).to_dict("records") for dataset in (spoilt, sound)]
    return spoilt.passport, tables[0], tables[1]


def plain(cell: str | float) -> str:
    """Return a number as short text, whether it stood in a CSV cell or in Parquet; anything else as it is."""
    if isinstance(cell, float):
        return "" if np.isnan(cell) else f"{cell:.12g}"
    return f"{float(cell):.12g}" if re.fullmatch(r"\d+\.\d+", cell, re.ASCII) else cell


def test_listed_faults_are_there_and_nothing_else() -> None:
    passport, spoilt, sound = faulty()
    was = {(row["unit"], row["period"]): row for row in sound}
    units = {(row["unit"], row["period"]) for row in spoilt}
    changed = {
        (row["unit"], column)
        for row in spoilt
        for column, cell in row.items()
        if (row["unit"], row["period"]) in was and was[row["unit"], row["period"]][column] != cell
    }
    listed = {(fault.unit, fault.column) for fault in passport.faults}
    (swapped,) = [fault.unit for fault in passport.faults if fault.kind == "swapped"]
    assert changed == {pair for pair in listed if pair[1] != "unit"} | {(swapped, "problems_due")}
    gone = {unit for unit, period in was if period == "2022" and (unit, period) not in units}
    by_kind = {fault.kind: fault.unit for fault in passport.faults}
    assert by_kind["missing-unit"] in gone
    assert len(gone) == 2  # one did not report, one gave the code of a district that is no more
    assert by_kind["former-code"] == "330103"
    assert ("330103", "2022") in units - set(was)
    twice = [row["unit"] for row in spoilt if row["period"] == "2022"]
    assert twice.count(by_kind["duplicate-unit"]) == 2
    assert len(by_kind) == len(passport.faults) == 18
    assert all(fault.description.zh and fault.description.en for fault in passport.faults)


def test_faults_that_reading_refuses_are_refused() -> None:
    passport, _, _ = faulty()
    with pytest.raises(yt.InputError) as caught:
        yt.evaluate("zhejiang-2022", f"{NAME}-faulty")
    said = " ".join(f"{fault.key} {fault.problem()}" for fault in caught.value.faults)
    refused = [fault for fault in passport.faults if fault.refused]
    assert len(refused) == 12
    assert len(caught.value.faults) >= len(refused)
    for fault in refused:
        assert fault.unit in said, fault.kind
        assert fault.column == "unit" or f"{fault.unit}, {fault.column}" in said


def test_silent_faults_show_in_the_values(tmp_path: Path) -> None:
    """Those that reading lets pass give values that a reader can see are wrong."""
    passport, spoilt, _ = faulty()
    bad = {fault.unit for fault in passport.faults if fault.refused}
    frame = pd.DataFrame([row for row in spoilt if row["unit"] not in bad])
    table = yt.read_table(EDITION, frame.rename(columns={"unit": "unit"}).astype(str), "2022")

    def value(kind: str, code: str) -> float:
        (unit,) = [fault.unit for fault in passport.faults if fault.kind == kind]
        return float(table.values[table.units.index(unit), EDITION_CODES.index(code)])

    assert abs(value("copied-from-last-year", "B04")) < 15
    assert value("wrong-unit", "B09") > 1000
    assert value("extra-zero", "C01") > 300
    assert value("zero-for-missing", "D04") == 0


# Command line


def run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    few = "330102,330421,330903"
    for name in ("a", "b"):
        assert run("simulate", "--seed", "0", "--counties", few, "-o", str(tmp_path / name)).exit_code == 0
    assert run("simulate", "--seed", "1", "--counties", few, "-o", str(tmp_path / "c")).exit_code == 0
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert len(files) == 18  # project.toml, table and passport of eight datasets, the covariance of the estimates
    assert all((tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes() for file in files)
    scored = f"data/{NAME}/zhejiang_2022_simulated.parquet"
    assert (tmp_path / "a" / scored).read_bytes() != (tmp_path / "c" / scored).read_bytes()


def test_a_part_has_the_numbers_of_the_whole(province: Province) -> None:
    part = simulate_measures(SEED, codes=["330903", "330102"])
    assert part.units.codes == ("330903", "330102")
    for name, column in part.measures["2022"].items():
        whole = province.measures["2022"][name]
        np.testing.assert_array_equal(column, whole[[province.units.codes.index(c) for c in part.units.codes]])


def test_a_project_that_scores(tmp_path: Path) -> None:
    out = tmp_path / "p"
    done = run("simulate", "--units", "120", "--no-surveys", "-o", str(out), "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["simulated"] is True
    assert said["datasets"] == ["china-2022-simulated", "china-2022-simulated-faulty"]
    board = yt.evaluate(out)
    assert len(board.table.units) == 120
    assert board.table.simulated
    again = run("simulate", "-o", str(out))
    assert isinstance(again.exception, yt.InputError)
    assert again.exception.faults[0].code == "bad-output"


@pytest.mark.parametrize(("lang", "words"), [("zh", "模拟数据"), ("en", "SIMULATED")])
def test_collecting_practice_submissions_says_simulated(tmp_path: Path, lang: str, words: str) -> None:
    out = str(tmp_path / "p")
    assert "模拟" in run("init", out, "--demo", "--unit", "330421", "--lang", lang).stdout
    done = run("collect", out, "--lang", lang)
    assert done.exit_code == 0, done.output
    assert words in done.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--units", "0"), "bad-value"),
        (("--units", "2843"), "bad-value"),
        (("--counties", "330102,339999"), "unknown-unit"),
    ],
)
def test_bad_calls_leave_nothing(tmp_path: Path, words: tuple[str, str], code: str) -> None:
    done = run("simulate", *words, "-o", str(tmp_path / "p"))
    assert isinstance(done.exception, yt.InputError)
    assert done.exception.faults[0].code == code
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, province: Province) -> None:
    from yitihua.surveys.simulation import folder

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(folder, "write_province", fail)
    with pytest.raises(KeyboardInterrupt):
        folder.new_folder(province, tmp_path / "p")
    assert list(tmp_path.iterdir()) == []


# Parquet


def test_parquet_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "a [b] *"
    folder.mkdir()
    frame = pd.DataFrame({
        "unit": ["330102", None], "count": pd.array([3, None], dtype="Int16"), "share": [0.5, np.nan],
        "day": pd.to_datetime(["2022-10-01", None]), "nothing": pd.Series([None, None], dtype=object),
    })  # fmt: skip
    write_parquet(frame, folder / "x.parquet")
    faults = yt.errors.FaultList()
    table = read_parquet(folder / "x.parquet", "x", faults)
    assert not faults
    assert table is not None
    assert table.text("unit") == ["330102", ""]
    assert table.text("nothing") == ["", ""]
    np.testing.assert_array_equal(table.columns["count"], [3, np.nan])
    np.testing.assert_array_equal(table.columns["share"], [0.5, np.nan])
    assert table.text("day")[0] == "2022-10-01T00:00:00"
    assert table.text("day")[1] == ""


def test_a_file_that_grows_does_not_show_its_pieces(tmp_path: Path) -> None:
    """More rows than a row group holds, in pieces of two sizes: the same bytes, and nothing is left over."""
    rows = 130_000
    whole = pd.DataFrame({"unit": [f"{i % 977}" for i in range(rows)], "code": pd.array(np.arange(rows) % 7, "Int16")})
    for size in (9_000, 50_000):
        with Spool(tmp_path) as spool:
            for first in range(0, rows, size):
                spool.add("t", whole.iloc[first : first + size])
            spool.write("t", tmp_path / f"{size}.parquet")
    assert (tmp_path / "9000.parquet").read_bytes() == (tmp_path / "50000.parquet").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["50000.parquet", "9000.parquet"]
    table = read_parquet(tmp_path / "9000.parquet", "t", yt.errors.FaultList())
    assert table is not None
    np.testing.assert_array_equal(table.columns["code"], np.arange(rows) % 7)


def test_a_parquet_file_scores_like_its_csv(tmp_path: Path) -> None:
    path = tmp_path / "values.parquet"
    write_parquet(yt.load_dataset(NAME).frame, path)
    board = yt.evaluate("zhejiang-2022", path)
    assert board.total.tobytes() == yt.evaluate("zhejiang-2022").total.tobytes()


def test_a_file_named_by_its_path_stays_simulated(tmp_path: Path) -> None:
    """Whoever scores the shipped file by its path is told all the same; a file with another passport is not."""
    path = DATA / NAME / "zhejiang_2022_simulated.parquet"
    board = yt.evaluate("zhejiang-2022", path, period="2022")
    assert board.table.simulated
    assert set(board.table.origin[board.table.origin != ""]) == {"simulated"}
    assert "模拟" in str(board)
    other = tmp_path / "mine.parquet"
    other.write_bytes(path.read_bytes())
    assert not yt.read_table(EDITION, other, "2022").simulated
    (tmp_path / "passport.toml").write_text("[dataset\n", encoding="utf-8")
    assert not yt.read_table(EDITION, other, "2022").simulated


@pytest.mark.parametrize("content", [b"PAR1", b"", b"unit,A01\n1,2\n"])
def test_a_damaged_parquet_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(content)
    with pytest.raises(yt.InputError) as caught:
        yt.read_table(EDITION, path)
    assert caught.value.faults[0].code == "bad-parquet"
    assert str(path) in caught.value.faults[0].file


def test_a_parquet_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(yt.InputError) as caught:
        yt.read_table(EDITION, tmp_path / "x.parquet")
    assert caught.value.faults[0].code == "file-not-found"
