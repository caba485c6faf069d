"""What changed between two runs: nothing for a run with itself, and parts that sum to the change."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import yitihua as yt
from yitihua.analysis.diff import BLOCKS
from yitihua.cli import app
from yitihua.definitions.changes import with_changes
from yitihua.index.scoreboard import Scoreboard
from yitihua.publish.diff_text import diff_text
from yitihua.publish.folders import write_folder
from yitihua.publish.runs import board_files

NAN = float("nan")


def write(folder: Path, name: str, board: Scoreboard, edition: yt.Edition) -> Path:
    return write_folder(folder / name, board_files(board, edition))


def tsi_frame() -> pd.DataFrame:
    """Two years of the skeleton's towns."""
    return pd.DataFrame(
        {
            "unit": ["T1", "T2", "T3", "T1", "T2", "T3"],
            "period": ["2023"] * 3 + ["2024"] * 3,
            "waiting_minutes": [42000.0, 61000, 18500, 40000, 61000, 30000],
            "visits": [3000.0, 2600, 2100, 3000, 2600, 2100],
            "online_requests": [5200.0, 3900, 6100, 5600, 3900, 5000],
            "requests": [8000.0, 7000, 7400, 8000, 7000, 7400],
            "spending": [310.0, 150, 520, 310, 150, 500],
            "satisfaction": [81.2, 74.6, 86.9, 81.2, NAN, 80.0],
        }
    )


# Runs that are read back


@pytest.mark.parametrize("name", ["hdi", "egdi-2022", "asem", "zhejiang-2022", "tsi"])
def test_a_run_read_back_scores_the_same_bits(name: str, tmp_path: Path, tsi) -> None:
    edition = yt.load_edition(name, tsi.folder if name == "tsi" else None)
    data = pd.read_csv(tsi.folder / "data/tsi.csv", dtype={"unit": str}) if name == "tsi" else None
    board = yt.evaluate(edition, data)
    run = yt.read_run(write(tmp_path, "out", board, edition))
    assert run.recipe == board.recipe
    for field in ("total", "normalised", "node_values", "node_coverage"):
        assert getattr(run.board, field).tobytes() == getattr(board, field).tobytes()
    stored = pd.read_csv(tmp_path / "out" / "scores.csv", dtype=str)
    assert [float(x) for x in stored["score"].dropna()] == run.board.scores["score"].dropna().tolist()
    pd.testing.assert_frame_equal(run.board.indicators, board.indicators)
    assert run.table.background.formulas == board.table.background.formulas
    assert str(run.board.explain(board.table.units[0], board.recipe.codes[0])) == str(
        board.explain(board.table.units[0], board.recipe.codes[0])
    )
    assert yt.diff(run, run).is_empty
    assert yt.diff(board, run).cells.empty


def test_the_period_before_is_read_back(tmp_path: Path) -> None:
    edition = yt.load_edition("zhejiang-2022")
    frame = pd.DataFrame(
        {
            "unit": ["a", "b"] * 2,
            "period": [2022, 2022, 2023, 2023],
            "town_cases": [10.0, NAN, 15, 9],
            "months": [12, 12, 6, 12],
        }
    )
    board = yt.evaluate(edition, frame, period=2023)
    behind = yt.read_run(write(tmp_path, "out", board, edition)).table.background
    np.testing.assert_array_equal(behind.before["town_cases"], [10, NAN])
    np.testing.assert_array_equal(behind.months, [6, 12])
    assert (behind.before_period, behind.months_before) == ("2022", None)


def test_folders_that_are_no_runs(tmp_path: Path, refused: Callable[..., tuple]) -> None:
    edition = yt.load_edition("hdi")
    board = yt.evaluate(edition)
    assert [f.code for f in refused(yt.read_run, tmp_path)] == ["not-a-run"]
    assert [f.code for f in refused(yt.read_run, tmp_path / "nowhere")] == ["not-a-run"]
    out = write(tmp_path, "changed", board, edition)
    for file in ("scores.csv", "recipe.json"):
        (out / file).write_bytes((out / file).read_bytes() + b" ")
    faults = refused(yt.read_run, out)
    assert [(f.code, Path(f.file).name) for f in faults] == [
        ("changed-file", "scores.csv"),
        ("changed-file", "recipe.json"),
    ]
    out = write(tmp_path, "old", board, edition)
    (out / "table.json").unlink()
    assert "table.json" in refused(yt.read_run, out)[0].problem("en")
    (out / "run.json").write_text("{")
    assert refused(yt.read_run, out)[0].code == "not-a-run"


@pytest.mark.parametrize("file", ["table.json", "recipe.json"])
@pytest.mark.parametrize(
    ("text", "code"), [('{"format": 99}', "unknown-format"), ("[]", None), ('{"format": 1}', None)]
)
def test_unknown_versions(
    tmp_path: Path, refused: Callable[..., tuple], file: str, text: str, code: str | None
) -> None:
    edition = yt.load_edition("hdi")
    files = board_files(yt.evaluate(edition), edition)
    record = json.loads(files["run.json"])
    files[file] = text.encode()
    import hashlib

    record["outputs"][file] = hashlib.sha256(files[file]).hexdigest()
    files["run.json"] = json.dumps(record).encode()
    faults = refused(yt.read_run, write_folder(tmp_path / "out", files))
    assert len(faults) == 1
    assert code is None or faults[0].code == code


def replaced(table: yt.IndicatorTable, changes: dict[tuple[int, str], float]) -> yt.IndicatorTable:
    values = table.values.copy()
    for (row, code), value in changes.items():
        values[row, table.indicators.index(code)] = value
    return dataclasses.replace(table, values=values)


# Diff


def test_a_run_with_itself_is_empty(tmp_path: Path) -> None:
    for name in yt.edition_names():
        board = yt.evaluate(name)
        found = yt.diff(board, board)
        assert found.is_empty
        assert (found.scores["change"].dropna() == 0).all()
        assert found.by_indicator.empty
        assert "same" in diff_text(found, "en")
        assert "相同" in diff_text(found, "zh")


def check_sums(found) -> pd.DataFrame:
    """Every part of every unit sums exactly; ranks too; and the data part by indicator."""
    scores = found.scores
    split = scores.dropna(subset=["change", "data"])
    assert (split[list(BLOCKS)].sum(axis=1) - split["change"]).abs().max() <= 1e-12
    ranked = scores.dropna(subset=["rank_own"])
    assert (ranked["rank_own"] + ranked["rank_others"] - ranked["rank_change"]).abs().max() == 0
    lines = found.by_indicator.groupby("unit")["part"].sum()
    data = split.set_index("unit")["data"]
    assert (data - lines.reindex(data.index).fillna(0)).abs().max() <= 1e-12
    for block in ("definition", "recipe"):
        if not getattr(found, block):
            assert (split[block] == 0).all()
    return scores.set_index("unit")


def test_three_blocks_by_hand(tsi) -> None:
    """The parts of a change worked out from the eight mixes."""
    edition = yt.load_edition("tsi", tsi.folder)
    frame = tsi_frame()
    old = yt.evaluate(edition, frame, period=2023)
    tsi.edit("indicators/tsi/framework.toml", "2024-01-01 = 90", "2024-01-01 = 80")
    changed = with_changes(yt.load_edition("tsi", tsi.folder), {"aggregate": "arithmetic"})
    new = yt.evaluate(changed, frame, period=2024)
    found = yt.diff(old, new)
    assert [c.path for c in found.definition] == ["indicators.online.goalposts"]
    assert {c.path.rsplit(".", 1)[1] for c in found.recipe} >= {"method"}
    scores = check_sums(found)

    def score(data: Scoreboard, goal: float, arithmetic: bool) -> float:
        values = data.denominated[data.table.row_of("T1")]
        points = [
            (60 - values[0]) / 55 * 100,
            min(values[1] / goal * 100, 100),
            np.log(values[2] / 10) / np.log(100) * 100,
            (values[3] - 50) / 45 * 100,
        ]
        access, quality = (points[0] + points[1]) / 2, (points[2] + points[3]) / 2
        return 0.4 * access + 0.6 * quality if arithmetic else access**0.4 * quality**0.6

    def mix(state: set[str]) -> float:
        return score(new if "data" in state else old, 80 if "definition" in state else 90, "recipe" in state)

    assert mix(set()) == pytest.approx(scores.loc["T1", "score_old"], abs=1e-12)
    assert mix(set(BLOCKS)) == pytest.approx(scores.loc["T1", "score_new"], abs=1e-12)
    for block in BLOCKS:
        steps = []
        for order in itertools.permutations(BLOCKS):
            before = set(order[: order.index(block)])
            steps.append(mix(before | {block}) - mix(before))
        assert scores.loc["T1", block] == pytest.approx(np.mean(steps), abs=1e-12)
    lines = found.by_indicator.query("unit == 'T1'")["indicator"].tolist()
    assert set(lines) == {"waiting", "online"}
    assert diff_text(found, "zh", "T1") != diff_text(found, "en", "T1")


def test_a_changed_formula_is_computed_from_the_old_measures(tsi) -> None:
    frame = tsi_frame()
    old = yt.evaluate(yt.load_edition("tsi", tsi.folder), frame, period=2023)
    text = tsi.text("indicators/tsi/framework.toml")
    assert 'numerator = "online_requests"' in text
    tsi.write(
        "indicators/tsi/framework.toml",
        text.replace('numerator = "online_requests"', 'numerator = "online_requests + visits", part_of_whole = false'),
    )
    same_data = yt.evaluate(yt.load_edition("tsi", tsi.folder), frame, period=2023)
    found = yt.diff(old, same_data)
    assert [c.path for c in found.definition] == ["indicators.online.formula"]
    scores = check_sums(found)
    # The values differ because the formula does; the same measures are no change of data.
    assert found.cells.empty
    np.testing.assert_allclose(scores["definition"], scores["change"], atol=1e-12)
    both = yt.diff(old, yt.evaluate(yt.load_edition("tsi", tsi.folder), frame, period=2024))
    row = check_sums(both).loc["T1"]
    assert row["definition"] != 0
    assert row["data"] != 0


def test_indicators_and_weights_added_and_dropped() -> None:
    old_edition = yt.load_edition("zhejiang-2022")
    old = yt.evaluate(old_edition)
    kept = {c: i for c, i in old_edition.indicators.items() if c not in ("A07", "C01")}
    new = yt.evaluate(dataclasses.replace(old_edition, indicators=kept), old.table)
    found = yt.diff(old, new)
    assert {c.path.split(".")[1] for c in found.definition} >= {"A07", "C01"}
    assert not found.recipe  # equal weights stay equal: no choice of weights has changed
    scores = check_sums(found)
    np.testing.assert_array_equal(scores["definition"].dropna(), scores["change"].dropna())
    back = yt.diff(new, yt.evaluate(old_edition, weights="satisfaction-35"))
    assert back.definition
    assert {c.path for c in back.recipe} >= {"weight_set", "nodes.ZJ.weights.E"}
    check_sums(back)


def test_a_value_given_instead_of_computed_is_no_change_of_definition(tsi) -> None:
    edition = yt.load_edition("tsi", tsi.folder)
    frame = tsi_frame()
    computed = yt.evaluate(edition, frame, period=2023)
    given = frame.drop(columns=["waiting_minutes", "visits"]).query("period == '2023'")
    found = yt.diff(computed, yt.evaluate(edition, given.assign(waiting=[14.0, 61000 / 2600, 10.0]), period=2023))
    assert not found.definition
    assert found.cells["code"].tolist() == ["waiting"]
    check_sums(found)


@pytest.mark.parametrize("seed", range(6))
def test_parts_sum_whatever_is_missing(seed: int) -> None:
    """Random holes, random weights, another mean and fewer indicators at once."""
    rng = np.random.default_rng(seed)
    edition = yt.load_edition("zhejiang-2022")
    table = yt.evaluate(edition).table
    boards = []
    for _ in range(2):
        values = np.where(rng.random(table.values.shape) < 0.15, NAN, table.values * rng.uniform(0.8, 1.2, (90, 51)))
        dropped = set(rng.choice(list(edition.indicators), 3, replace=False).tolist())
        kept = {code: entry for code, entry in edition.indicators.items() if code not in dropped}
        weights = {code: float(weight) for code, weight in zip("ABCDE", rng.uniform(1, 3, 5), strict=True)}
        method = str(rng.choice(["arithmetic", "geometric", "harmonic"]))
        rows = np.sort(rng.choice(90, 80, replace=False)).tolist()
        given = dataclasses.replace(table, values=values).take(rows)
        smaller = dataclasses.replace(with_changes(edition, {"weights": weights, "aggregate": method}), indicators=kept)
        boards.append(yt.evaluate(smaller, given))
    found = yt.diff(*boards)
    scores = check_sums(found)
    both = scores.dropna(subset=["change"])
    assert both["data"].notna().mean() > 0.9
    assert len(found.added) == len(found.removed)


def test_cells_units_ranks_and_grades() -> None:
    table = yt.evaluate("zhejiang-2022").table
    old = yt.evaluate("zhejiang-2022", table)
    values = table.values.copy()
    j = table.indicators.index("E01")
    values[3, j] += 40
    changed = dataclasses.replace(table, values=values).take([*range(1, 90)])
    new = yt.evaluate("zhejiang-2022", changed)
    found = yt.diff(old, new)
    assert found.removed == (table.units[0],)
    assert not found.added
    assert found.cells[["unit", "kind", "code", "new"]].values.tolist() == [
        [table.units[3], "value", "E01", values[3, j]]
    ]
    scores = check_sums(found)
    assert table.units[0] not in scores.index
    mover = scores.loc[table.units[3]]
    assert mover["change"] == mover["data"] != 0
    assert (scores.drop(table.units[3])["change"].fillna(0) == 0).all()
    assert (scores.drop(table.units[3])["rank_own"].fillna(0) == 0).all()
    assert mover["rank_own"] >= 0
    text = diff_text(found, "en", table.units[0])
    assert "one run only" in text
    assert table.units[0] in diff_text(found, "zh")


def test_units_that_gain_or_lose_a_score() -> None:
    table = yt.evaluate("zhejiang-2022").table
    values = table.values.copy()
    values[2, 42:] = NAN  # all of D and E: no score any more
    values[4, 0] = NAN if np.isfinite(values[4, 0]) else 50.0
    found = yt.diff(
        yt.evaluate("zhejiang-2022", table),
        yt.evaluate("zhejiang-2022", dataclasses.replace(table, values=values), aggregate="geometric"),
    )
    scores = check_sums(found)
    assert np.isnan(scores.loc[table.units[2], "change"])
    assert np.isfinite(scores.loc[table.units[4], "data"])
    text = diff_text(found, "en")
    assert "<NA>" not in text
    assert "nan" not in text
    assert "-> -" in diff_text(found, "zh", table.units[2])
    lines = found.by_indicator.query(f"unit == '{table.units[4]}'")
    assert lines["indicator"].tolist() == ["A01"]  # which one run lacks: its own doing, with the weight it passes on


def test_a_lost_score_is_explained_and_rounding_is_no_move() -> None:
    """Only one county lost its answers: it says why it has no score, and no other county moved."""
    table = yt.evaluate("zhejiang-2022").table
    lost = replaced(table, {(2, code): NAN for code in table.indicators if code.startswith("E")})
    found = yt.diff(*(yt.evaluate("zhejiang-2022", t, aggregate="geometric") for t in (table, lost)))
    text = diff_text(found, "zh", table.units[2])
    assert "后一次: 模拟数据；不评分：覆盖率不足（E " in text
    overview = diff_text(found, "zh")
    assert "数据 +0.0000" not in overview
    assert f"{table.units[2]} 西湖区" in overview


@pytest.mark.parametrize("normalise", ["minmax", "zscore", "rank", "percentile_rank"])
def test_every_method_splits_exactly(normalise: str) -> None:
    rng = np.random.default_rng(1)
    table = yt.evaluate("zhejiang-2022").table
    noisy = dataclasses.replace(table, values=table.values * rng.uniform(0.9, 1.1, table.values.shape))
    old = yt.evaluate("zhejiang-2022", table)
    new = yt.evaluate("zhejiang-2022", noisy, normalise=normalise, weights="satisfaction-35", score_decimals=2)
    check_sums(yt.diff(old, new))
    check_sums(yt.diff(new, old))


REFITTING = (
    {"normalise": "minmax"},
    {"normalise": "zscore"},
    {"normalise": "percentile_rank"},
    {"normalise": "minmax", "impute": "mean", "count_imputed": True},
    {"normalise": "minmax", "treat": "winsorise_log"},
    {"normalise": "minmax", "aggregate": "geometric"},
    {"normalise": "minmax", "impute": "knn"},
    {"normalise": "minmax", "impute": "row_mean"},
    {"normalise": "minmax", "impute": "iterative"},
    {"normalise": "minmax", "aggregate": "topsis"},
    {"normalise": "minmax", "aggregate": "vikor"},
    {"normalise": "minmax", "aggregate": {"method": "bod", "share_around": 0.3}},
    {"normalise": "zscore", "impute": "knn", "aggregate": "topsis", "count_imputed": True},
)

#: These look at more than one column: numbers of other indicators, and of nodes, move with E01.
LOOKING_AROUND = ("knn", "row_mean", "iterative", "topsis", "vikor", "bod")


@pytest.mark.parametrize("changes", REFITTING, ids=str)
def test_numbers_fitted_to_changed_data_are_no_recipe(changes: dict[str, object]) -> None:
    """Only data differ: what the same rule fits to them is data, worked out here by scoring the mixes."""
    known = {"normalise", "impute", "treat", "aggregate"}
    edition = with_changes(yt.load_edition("zhejiang-2022"), {k: v for k, v in changes.items() if k in known})
    table = yt.evaluate("zhejiang-2022").table
    top = float(np.nanmax(table.select(["E01"])))
    old, new = yt.evaluate(edition, table), yt.evaluate(edition, replaced(table, {(3, "E01"): top + 5}))
    found = yt.diff(old, new)
    assert not found.recipe
    assert not found.definition
    moved = {change.path.split(".")[1] for change in found.refitted}
    assert "E01" in moved
    assert len(moved) == 1 or any(method in str(changes) for method in LOOKING_AROUND)
    scores = check_sums(found)
    assert (scores["recipe"].dropna() == 0).all()
    np.testing.assert_array_equal(scores["data"], scores["change"])
    kept = yt.apply(new.table, old.recipe).total  # new values on old numbers
    moved = yt.apply(old.table, new.recipe).total  # old values on new numbers
    for row in (3, 10):
        unit = table.units[row]
        by_hand = ((new.total[row] - kept[row]) + (moved[row] - old.total[row])) / 2
        assert scores.loc[unit, "refitted"] == pytest.approx(by_hand, abs=1e-12)
    others = scores.drop(table.units[3])
    np.testing.assert_allclose(others["refitted"], others["change"], atol=1e-12)
    assert "重新拟合" in diff_text(found, "zh")
    assert "fitted anew" in diff_text(found, "en")


def test_last_year_s_bounds_kept_are_a_choice() -> None:
    """The same data, once on bounds of their own and once on those of another year: that is recipe."""
    first = yt.evaluate("hdi", period=2021, normalise="minmax")
    own = yt.evaluate("hdi", period=2022, normalise="minmax")
    kept = yt.apply(own.table, first.recipe)
    found = yt.diff(kept, own)
    assert found.recipe
    assert not found.refitted
    scores = check_sums(found)
    np.testing.assert_array_equal(scores["recipe"].dropna(), scores["change"].dropna())
    # Kept bounds do not move with the data: nothing but the values has changed.
    found = yt.diff(first, kept)
    assert not found.recipe
    assert not found.refitted
    assert (check_sums(found)["refitted"].dropna() == 0).all()


def test_a_unit_that_leaves_moves_fitted_bounds() -> None:
    table = yt.evaluate("zhejiang-2022").table
    best = int(np.nanargmax(table.select(["E01"])[:, 0]))
    rest = table.take([row for row in range(90) if row != best])
    found = yt.diff(*(yt.evaluate("zhejiang-2022", t, normalise="minmax") for t in (table, rest)))
    assert found.cells.empty
    assert not found.recipe
    scores = check_sums(found)
    assert (scores["change"].dropna() != 0).any()
    np.testing.assert_allclose(scores["refitted"].dropna(), scores["change"].dropna(), atol=1e-12)


def test_cuts_fitted_to_scores_are_no_recipe() -> None:
    edition = yt.load_edition("asem")
    scheme = edition.grades["abc"].model_copy(update={"method": "quantile", "cuts": None})

    def graded(scheme: object) -> yt.Edition:
        return dataclasses.replace(edition, spec=edition.spec.model_copy(update={"grades": {"abc": scheme}}))

    table = yt.evaluate("asem").table
    doubled = dataclasses.replace(table, values=table.values * np.linspace(1, 1.2, len(table.units))[:, None])
    old = yt.evaluate(graded(scheme), table)
    found = yt.diff(old, yt.evaluate(graded(scheme), doubled))
    assert not [change for change in found.recipe if change.path.startswith("grades")]
    assert any(change.path.endswith(".cuts") for change in found.refitted)
    # Other shares are another rule.
    found = yt.diff(old, yt.evaluate(graded(scheme.model_copy(update={"shares": (1.0, 2.0, 3.0)})), table))
    assert {change.path for change in found.recipe} == {"grades.abc.shares", "grades.abc.cuts"}


def test_with_cities_the_numbers_are_the_counties() -> None:
    """Cities are summed after the fit; their rows do not make a run's bounds look like another's."""
    rng = np.random.default_rng(3)
    edition = with_changes(yt.load_edition("zhejiang-2022"), {"normalise": "minmax"})
    frame = yt.load_dataset("zhejiang-2022-simulated").frame
    data = [frame]
    numbers = [name for name in frame.columns if name in edition.measures]
    data.append(frame.assign(**{name: frame[name] * rng.uniform(1, 1.1, len(frame)) for name in numbers[40:42]}))
    boards = [yt.evaluate(edition, given, period=2022, cities=True) for given in data]
    found = yt.diff(*boards)
    assert not found.recipe
    assert (check_sums(found)["recipe"].dropna() == 0).all()


def test_one_indicator_alone_gets_the_whole_part_whatever_the_mean() -> None:
    table = yt.read_table(yt.load_edition("hdi"))
    row = table.row_of("NOR")
    old, new = yt.evaluate("hdi", table), yt.evaluate("hdi", replaced(table, {(row, "gnipc"): 50000.0}))
    found = yt.diff(old, new)
    lines = found.by_indicator
    assert lines[["unit", "indicator"]].values.tolist() == [["NOR", "gnipc"]]
    assert lines["part"][0] == found.scores.set_index("unit").loc["NOR", "change"]
    # Two: the mean of what each brings first and what it brings last.
    both = yt.evaluate("hdi", replaced(table, {(row, "gnipc"): 50000.0, (row, "le"): 70.0}))
    first = yt.evaluate("hdi", replaced(table, {(row, "le"): 70.0}))
    part = yt.diff(old, both).by_indicator.set_index("indicator")["part"]
    assert part["le"] == pytest.approx(((first.total - old.total)[row] + (both.total - new.total)[row]) / 2, abs=1e-15)
    assert part["le"] != pytest.approx(part["gnipc"], rel=0.1)


def test_a_value_without_a_logarithm_in_a_mix(tsi) -> None:
    """Spending of 0 has no logarithm; neither run takes one of it, only a mix of them would."""
    frame = tsi_frame().query("period == '2024'").assign(spending=[0.0, 150, 500]).reset_index(drop=True)
    text = tsi.text("indicators/tsi/framework.toml")
    tsi.write("indicators/tsi/framework.toml", text.replace('transform = "ln"\n', ""))
    plain = yt.evaluate(yt.load_edition("tsi", tsi.folder), frame)
    tsi.write("indicators/tsi/framework.toml", text)
    logged = yt.evaluate(yt.load_edition("tsi", tsi.folder), frame.assign(spending=[300.0, 150, 500]))
    assert plain.recipe.indicators != logged.recipe.indicators
    scores = check_sums(yt.diff(plain, logged))
    assert np.isfinite(scores.loc["T1", "data"])
    assert np.isfinite(scores.loc["T3", "data"])


def test_what_is_printed_adds_up() -> None:
    import re

    found = yt.diff(yt.evaluate("hdi", period=2021), yt.evaluate("hdi", period=2022, aggregate="arithmetic"))
    for line in diff_text(found, "en").splitlines():
        match = re.search(r"  ([\d.]+) -> ([\d.]+)  ([+-][\d.]+) \((.*)\)  rank", line)
        if match:
            old, new, change = (round(float(text) * 1e6) for text in match.groups()[:3])
            assert new - old == change
            assert sum(round(float(part) * 1e6) for part in re.findall(r"[+-][\d.]+", match[4])) == change
    text = diff_text(found, "en", "NOR")
    total = float(re.search(r"The data part, ([+-][\d.]+)", text)[1])
    lines = [float(x) for x in re.findall(r"^    \w+ .*  ([+-][\d.]+)$", text, re.MULTILINE)]
    assert len(lines) == 2
    assert round(sum(lines), 8) == total


def test_settings_are_told_in_chinese() -> None:
    found = yt.diff(yt.evaluate("hdi"), yt.evaluate("hdi", aggregate="arithmetic", normalise="minmax"))
    text = diff_text(found, "zh")
    assert "HDI 人类发展指数 · 方法: geometric -> arithmetic" in text
    assert "indicators." not in text
    assert "le、eys、mys、gnipc（4个指标） · 标准化 · 方法: goalposts -> minmax" in text


def test_boards_with_nothing_in_common(refused: Callable[..., tuple]) -> None:
    faults = refused(yt.diff, yt.evaluate("hdi"), yt.evaluate("asem"))
    assert [fault.code for fault in faults] == ["nothing-shared"]


def test_command_line(tmp_path: Path) -> None:
    edition = yt.load_edition("zhejiang-2022")
    first = write(tmp_path, "a", yt.evaluate(edition), edition)
    second = write(tmp_path, "b", yt.evaluate(edition, weights="satisfaction-35"), edition)

    def run(*words: object) -> str:
        result = CliRunner().invoke(app, ["diff", *map(str, words)])
        assert result.exit_code == 0, result.output
        return result.output

    assert "same" in run(first, first, "--lang", "en")
    text = run(first, second, "--lang", "zh")
    assert "方法与权重" in text
    assert "模拟数据" in text
    data = json.loads(run(first, second, "嘉善县", "--json"))
    assert [row["unit"] for row in data["scores"]] == ["330421"]
    assert data["scores"][0]["recipe"] == data["scores"][0]["change"]
    assert json.loads(run(first, first, "--json"))["empty"] is True


def test_cells_are_called_by_name() -> None:
    """On the telephone "B09" says nothing; indicator and measure are named in the language of the reader."""
    table = yt.read_table(yt.load_edition("zhejiang-2022"))
    population = table.measures["population"].copy()
    population[0] *= 2
    moved = dataclasses.replace(table, measures={**table.measures, "population": population})
    recipe = yt.fit(table, yt.load_edition("zhejiang-2022"))
    found = yt.diff(yt.apply(table, recipe), yt.apply(moved, recipe))
    assert "population 常住人口 (原始量)" in diff_text(found, "zh")
    assert "population resident population (measure)" in diff_text(found, "en")
