"""Hygiene: planted faults are found, counted numbers are not flagged, laws and tests against scipy and closed forms."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, chisquare, poisson
from typer.testing import CliRunner

import yitihua as yt
from yitihua.cli import app
from yitihua.indicators.hygiene.copies import copies, unchanged
from yitihua.indicators.hygiene.digits import benford, first_digits, heaping
from yitihua.indicators.hygiene.jumps import jumps
from yitihua.indicators.hygiene.report import CHECKS, HygieneReport, hygiene
from yitihua.indicators.hygiene.values import Column, columns_of, decimals_of, holm
from yitihua.publish.hygiene_text import hygiene_document

UNITS = tuple(f"u{i}" for i in range(90))


def counted(seed=0, units=90, measures=40, growth=0.1):
    """Counts as they are: log-normal sizes of units, Poisson noise, a year before that differs by growth and noise."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(0, 0.8, units))
    columns = []
    for j in range(measures):
        mean = size * np.exp(rng.uniform(4, 9)) * np.exp(rng.normal(0, 0.2, units))
        before, now = rng.poisson(mean), rng.poisson(mean * np.exp(rng.normal(growth, 0.1, units)))
        columns.append(Column(f"m{j}", (f"第{j}项", f"measure {j}"), now.astype(float), before.astype(float), 0))
    return columns


def changed(columns, j, change):
    now = columns[j].now.copy()
    change(now)
    return [*columns[:j], replace(columns[j], now=now), *columns[j + 1 :]]


# What was counted is not flagged.


def test_strong_flags_on_counted_numbers_are_rare():
    """Simulated truth: 60 clean provinces; each check's family-wise level is 1%, jumps need what growth never does."""
    strong = dict.fromkeys(("heaping", "unchanged", "copy", "jump"), 0)
    for seed in range(60):
        columns = counted(seed)
        for check, (found, _) in {
            "heaping": heaping(columns, UNITS),
            "unchanged": unchanged(columns, UNITS),
            "copy": copies(columns, UNITS),
            "jump": jumps(columns, UNITS),
        }.items():
            strong[check] += any(flag.strength == "strong" for flag in found)
    # 60 reports at 1%: 4 or more would happen once in 300 such tests.
    assert all(count <= 3 for count in strong.values()), strong


def test_zeros_that_units_share_are_no_copies():
    """Simulated truth: units differ in how often they have nothing to report; no pair copied."""
    strong = 0
    for seed in range(40):
        rng = np.random.default_rng(100 + seed)
        often = rng.uniform(0, 0.5, 90)
        columns = [
            replace(c, now=np.where(rng.random(90) < often, 0.0, c.now), before=np.full(90, np.nan))
            for c in counted(seed)
        ]
        strong += bool(copies(columns, UNITS)[0])
    assert strong <= 3  # at 1% a report, more would happen once in 500 such tests


def test_rates_at_their_ceiling_are_not_heaped():
    """Simulated truth: rates of two decimals, a third of the units at exactly 100.00."""
    strong = 0
    for seed in range(40):
        rng = np.random.default_rng(200 + seed)
        columns = []
        for j in range(30):
            rate = np.round(rng.uniform(60, 100, 90), 2)
            rate[rng.random(90) < 1 / 3] = 100.0
            columns.append(Column(f"r{j}", ("率", "rate"), rate, np.full(90, np.nan), 2))
        strong += bool(heaping(columns, UNITS)[0])
    assert strong <= 3


def test_first_digits_of_lognormal_sizes_are_not_flagged():
    """Simulated truth: sizes over many orders of magnitude follow the law."""
    strong = 0
    for seed in range(40):
        rng = np.random.default_rng(300 + seed)
        x = np.exp(rng.normal(5, 3, (20, 400)))
        columns = [Column(f"b{j}", ("甲", "b"), row, np.full(400, np.nan), None) for j, row in enumerate(x)]
        strong += bool(benford(columns)[0])
    assert strong <= 3


def test_a_rise_from_nothing_is_asked_about():
    """Planted: 0 last year, as much as others this year; where many rose it is the measure."""
    columns = counted(12)
    before = columns[4].before.copy()
    before[6] = 0.0
    now = columns[4].now.copy()
    now[6] = 1_234_810.0
    planted = [replace(columns[4], before=before, now=now)]
    (flag,) = jumps(planted, UNITS)[0]
    assert (flag.units, flag.strength) == (("u6",), "look")
    assert "1234810" in flag.seen[1]
    before[:30] = 0.0
    assert jumps([replace(columns[4], before=before, now=now)], UNITS)[0] == []


def test_the_simulated_province_is_clean():
    """The simulation has no planted fault in its main set: nothing strong but what its own zeros and growth make."""
    edition = yt.load_edition("zhejiang-2022")
    found = hygiene(yt.read_table(edition), edition)
    assert [flag for flag in found.flags if flag.strength == "strong"] == []
    assert found.tests["copy"] == 90 * 89 // 2


# Heaping.


def test_a_heaped_measure_is_found():
    """Planted: half of the counts rounded to tens. p is scipy's binomial test of a fifth."""
    columns = changed(counted(), 3, lambda now: now.__setitem__(slice(0, 45), np.round(now[:45], -1)))
    found, _ = heaping(columns, UNITS)
    assert [flag.codes for flag in found] == [("m3",)]
    whole = columns[3].now[columns[3].now >= 100]
    hits = int(np.isin(whole % 10, [0, 5]).sum())
    assert found[0].p == pytest.approx(binomtest(hits, len(whole), 0.2, alternative="greater").pvalue)
    assert found[0].figure == hits / len(whole)


def test_a_unit_that_rounds_is_found():
    """Planted: one unit's values of all measures rounded to fifties."""
    columns = counted(measures=60)
    for j in range(60):
        columns = changed(columns, j, lambda now: now.__setitem__(7, 50 * np.round(now[7] / 50)))
    found, _ = heaping(columns, UNITS)
    assert [flag.units for flag in found] == [("u7",)]


def test_digits_that_nobody_typed_are_not_looked_at():
    """Stated: computed numbers have no last digits, nor do values below a hundred, nor columns of one value."""
    rng = np.random.default_rng(1)
    columns = [
        Column("ratio", ("比", "ratio"), rng.random(90), np.full(90, np.nan), decimals_of(rng.random(90))),
        Column("small", ("小", "small"), rng.integers(0, 99, 90).astype(float), np.full(90, np.nan), 0),
        Column("same", ("同", "same"), np.full(90, 500.0), np.full(90, np.nan), 0),
    ]
    assert heaping(columns, UNITS) == ([], 0)


# Benford.


def test_first_digits_of_powers_follow_the_law():
    """Benford (1938): powers of 2 follow log10(1 + 1/d); 2 ** 0 .. 2 ** 999 by exact integers."""
    powers = [2**k for k in range(1000)]
    want = np.bincount([int(str(power)[0]) for power in powers], minlength=10)[1:]
    assert first_digits(np.array([float(power) for power in powers[:1000]])) == pytest.approx(want)
    assert np.abs(want / 1000 - np.log10(1 + 1 / np.arange(1, 10))).max() < 0.0025


def test_a_measure_that_departs_is_found():
    """Planted: a third of the values begin with 5 or 6; chi-squared as scipy's."""
    rng = np.random.default_rng(2)
    clean = 10 ** rng.uniform(0, 4, 600)
    bent = np.where(
        rng.random(600) < 0.33, 10 ** (np.floor(rng.uniform(0, 4, 600)) + rng.uniform(0.7, 0.84, 600)), clean
    )
    columns = [
        Column(name, ("甲", name), x, np.full(600, np.nan), None) for name, x in (("clean", clean), ("bent", bent))
    ]
    found, tests = benford(columns)
    assert tests == 2
    assert [flag.codes for flag in found] == [("bent",)]
    law = np.log10(1 + 1 / np.arange(1, 10))
    assert found[0].p == pytest.approx(chisquare(first_digits(bent), 600 * law).pvalue)


def test_benford_is_not_applied_where_it_says_nothing():
    """Stated: fewer than 100 values, or fewer than three orders of magnitude."""
    rng = np.random.default_rng(3)
    few = Column("few", ("少", "few"), 10 ** rng.uniform(0, 4, 99), np.full(99, np.nan), None)
    narrow = Column("narrow", ("窄", "narrow"), rng.uniform(40, 60, 500), np.full(500, np.nan), None)
    assert benford([few, narrow]) == ([], 0)


# Jumps.


@pytest.mark.parametrize(("factor", "ask"), [(10.0, "extra zeros"), (1e-4, "extra zeros"), (5.5, "Is the change real")])
def test_planted_jumps_are_found(factor, ask):
    """Planted: an extra zero, a value in ten thousands, and a change by 5.5 times."""
    columns = counted(4)
    j = int(np.argmax([column.now[11] for column in columns]))
    found, _ = jumps(changed(columns, j, lambda now: now.__setitem__(11, now[11] * factor)), UNITS)
    assert [(flag.units, flag.codes, flag.strength) for flag in found] == [(("u11",), (f"m{j}",), "strong")]
    assert ask in found[0].ask[1]


def test_a_zero_where_there_was_much_is_asked_about():
    """Planted: a missing value typed as 0; where many fell to 0 it is the measure, not the unit."""
    columns = counted(5)
    found, _ = jumps(changed(columns, 2, lambda now: now.__setitem__(4, 0.0)), UNITS)
    assert [(flag.units, flag.strength) for flag in found] == [(("u4",), "look")]
    many, _ = jumps(changed(columns, 2, lambda now: now.__setitem__(slice(0, 30), 0.0)), UNITS)
    assert many == []


def test_small_counts_change_by_times():
    """Stated: from 1 to 5 is no jump."""
    before, now = np.full(90, 2.0), np.full(90, 2.0)
    before[3], now[3] = 1.0, 12.0
    assert jumps([Column("m", ("甲", "m"), now, before, 0)], UNITS)[0] == []


# Copies.


def test_a_copied_form_is_found():
    """Planted: one unit sends another's numbers in 10 of 40 measures. p is the Poisson tail of equal values."""
    columns = counted(6)
    for j in range(10):
        columns = changed(columns, j, lambda now: now.__setitem__(20, now[50]))
    found, tests = copies(columns, UNITS)
    assert [flag.units for flag in found] == [("u20", "u50")]
    assert set(found[0].codes) >= {f"m{j}" for j in range(10)}
    assert tests == 4005
    assert found[0].adjusted == pytest.approx(found[0].p * 4005)


def test_values_that_many_share_are_no_copies():
    """Stated: numbers of towns agree by chance; only telling measures count."""
    rng = np.random.default_rng(7)
    columns = [
        Column(f"t{j}", ("镇", "towns"), rng.integers(5, 12, 90).astype(float), np.full(90, np.nan), 0)
        for j in range(40)
    ]
    assert copies(columns, UNITS)[0] == []


def test_last_years_figures_are_found():
    """Planted: five values carried over are strong, one is a question; p of the five is a Poisson tail."""
    columns = counted(8)
    five = columns
    largest = np.argsort([-column.before[9] for column in columns])[:5].tolist()
    for j in largest:
        five = changed(five, j, lambda now, j=j: now.__setitem__(9, columns[j].before[9]))
    found, _ = unchanged(five, UNITS)
    strong = [flag for flag in found if flag.strength == "strong"]
    assert [flag.units for flag in strong] == [("u9",)]
    assert set(strong[0].codes) >= {f"m{j}" for j in largest}
    mean = float(strong[0].seen[1].split("about ")[1].split(" by")[0])
    assert strong[0].p == pytest.approx(poisson.sf(strong[0].figure - 1, mean), rel=0.5)
    large = int(np.argmax([column.before[9] for column in columns]))
    one = changed(columns, large, lambda now: now.__setitem__(9, columns[large].before[9]))
    assert (("u9",), "look") in [(flag.units, flag.strength) for flag in unchanged(one, UNITS)[0]]


# The faulty copy's unrefused faults, in the simulated province.


def test_faults_of_the_faulty_copy_are_found():
    """data/zhejiang-2022-simulated-faulty: copied-from-last-year, wrong-unit, extra-zero, zero-for-missing."""
    edition = yt.load_edition("zhejiang-2022")
    table = yt.read_table(edition)
    measures = {code: values.copy() for code, values in table.measures.items()}
    row = {unit: i for i, unit in enumerate(table.units)}
    measures["firm_checks"][row["330114"]] = table.background.before["firm_checks"][row["330114"]]
    measures["population"][row["330182"]] /= 10_000
    measures["town_cases"][row["330203"]] *= 10
    measures["problems_sensed"][row["330206"]] = 0
    found = hygiene(replace(table, measures=measures), edition)
    seen = {(flag.check, flag.units[0], flag.codes[0]) for flag in found.flags if flag.units and len(flag.codes) == 1}
    assert ("jump", "330182", "population") in seen
    assert ("jump", "330203", "town_cases") in seen
    assert ("jump", "330206", "problems_sensed") in seen
    assert any(flag.check == "unchanged" and flag.units == ("330114",) for flag in found.flags)


# The whole.


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_by_definition(p):
    """Holm (1979), in a loop; never below the raw value, in the same order."""
    order = np.argsort(p, kind="stable")
    running, want = 0.0, np.empty(len(p))
    for k, i in enumerate(order):
        running = max(running, (len(p) - k) * p[i])
        want[i] = min(running, 1.0)
    assert holm(p) == pytest.approx(want)


def test_nothing_is_changed_and_frames_hold_all():
    """House rule: evidence, never corrections."""
    edition = yt.load_edition("zhejiang-2022")
    table = yt.read_table(edition)
    copy = {code: values.copy() for code, values in table.measures.items()}
    found = hygiene(table, edition)
    assert all(np.array_equal(table.measures[code], values, equal_nan=True) for code, values in copy.items())
    assert len(found.frame()) == len(found.frame("zh")) == len(found.flags)
    assert set(found.tests) == set(CHECKS)
    for lang in ("zh", "en"):
        text = hygiene_document(found, ("甲", "A"), lang)
        assert all(flag.seen[0 if lang == "zh" else 1] in text for flag in found.flags)
        assert ("模拟" if lang == "zh" else "SIMULATED") in text


@pytest.mark.parametrize("rows", [[0], [0, 1], list(range(15))])
def test_few_units(rows):
    """One unit, or a handful: no test where there is nothing to compare, and no crash."""
    edition = yt.load_edition("zhejiang-2022")
    found = hygiene(yt.read_table(edition).take(rows), edition)
    assert isinstance(found, HygieneReport)


def test_editions_without_measures_or_years():
    """ASEM: published values of one year; what cannot be checked says so."""
    edition = yt.load_edition("asem")
    found = hygiene(yt.read_table(edition), edition)
    assert found.tests["jump"] == 0
    assert "the data do not allow this check" in hygiene_document(found, ("", "ASEM"))


def test_missing_cells_and_constant_columns():
    """Property: gaps and columns that do not vary raise nothing."""
    columns = counted(9)
    rng = np.random.default_rng(9)
    gaps = [replace(c, now=np.where(rng.random(90) < 0.3, np.nan, c.now)) for c in columns]
    flat = [
        *gaps,
        replace(columns[0], code="flat", now=np.full(90, 500.0)),
        replace(columns[0], now=np.full(90, np.nan)),
    ]
    for check in (heaping, jumps, copies, unchanged):
        assert not [flag for flag in check(flat, UNITS)[0] if flag.strength == "strong"]


def test_national_size():
    """2,844 units x 72 measures in a few seconds; a copied form is still found."""
    units = tuple(f"u{i}" for i in range(2844))
    columns = counted(10, 2844, 72)
    for j in range(12):
        columns = changed(columns, j, lambda now: now.__setitem__(17, now[2000]))
    assert ("u17", "u2000") in [flag.units for flag in copies(columns, units)[0]]
    assert not [flag for flag in unchanged(columns, units)[0] if flag.strength == "strong"]


def test_columns_are_measures_and_what_is_not_computed():
    edition = yt.load_edition("zhejiang-2022")
    table = yt.read_table(edition)
    codes = [column.code for column in columns_of(table, edition)]
    assert len(codes) == len(set(codes))
    assert not set(codes) & set(table.formulas)


# Command.


def run(*words):
    return CliRunner().invoke(app, ["hygiene", *map(str, words)], env={"COLUMNS": "80"})


def test_command(tmp_path: Path):
    shown = run("--edition", "zhejiang-2022", "--lang", "zh")
    assert shown.exit_code == 0
    assert "不是结论" in shown.output
    for name in ("flags.csv", "flags.json", "flags.md"):
        result = run("--edition", "zhejiang-2022", "--lang", "en", "-o", tmp_path / name)
        assert result.exit_code == 0, result.output
    edition = yt.load_edition("zhejiang-2022")
    count = len(hygiene(yt.read_table(edition), edition).flags)
    assert len(pd.read_csv(tmp_path / "flags.csv")) == count
    data = json.loads((tmp_path / "flags.json").read_text(encoding="utf-8"))
    assert len(data["flags"]) == count
    assert data["simulated"] is True


def test_command_refuses_other_files(tmp_path: Path):
    result = run("--edition", "zhejiang-2022", "-o", tmp_path / "flags.docx")
    assert isinstance(result.exception, yt.InputError)
    assert not list(tmp_path.iterdir())
