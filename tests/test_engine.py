"""Rules of the engine on small tables whose answers are worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import yitihua as yt
from yitihua.definitions.skeleton import write_skeleton

NAN = float("nan")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_skeleton(tmp_path / "tsi")
    return tmp_path / "tsi"


def frame(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame({"unit": [f"U{i}" for i in range(len(next(iter(columns.values()))))], **columns})


def test_skeleton_by_hand(project: Path) -> None:
    """Every number of unit T1 worked out from the raw measures."""
    board = yt.evaluate(project)
    row = board.table.row_of("T1")
    waiting = (60 - 42000 / 3000) / 55 * 100
    online = 5200 / 8000 * 100 / 90 * 100  # the goalpost dated 2024 holds
    spending = np.log(310 / 10) / np.log(100) * 100
    satisfaction = (81.2 - 50) / 45 * 100
    np.testing.assert_allclose(board.normalised[row], [waiting, online, spending, satisfaction])
    access, quality = (waiting + online) / 2, (spending + satisfaction) / 2
    assert board.total[row] == pytest.approx(access**0.4 * quality**0.6)


def test_dated_goalpost_before_its_second_date(project: Path) -> None:
    earlier = yt.evaluate(project, date="2023-06-30")
    row = earlier.table.row_of("T1")
    assert earlier.normalised[row, 1] == 100.0  # 65 % against an upper goalpost of 60
    assert earlier.clipped[row, 1]


def test_coverage_two_thirds_of_a_node_and_all_of_the_index() -> None:
    edition = yt.load_edition("zhejiang-2022")
    values = np.full((4, 51), 60.0)
    codes = list(edition.indicators)
    d = [j for j, code in enumerate(codes) if code.startswith("D")]  # nine indicators
    values[1, d[:3]] = NAN  # six of nine: just two thirds
    values[2, d[:4]] = NAN  # five of nine: too few
    values[3, d] = NAN
    board = yt.evaluate(edition, yt.IndicatorTable(("a", "b", "c", "d"), tuple(codes), values))
    np.testing.assert_array_equal(np.isfinite(board.total), [True, True, False, False])
    np.testing.assert_array_equal(board.grade_indices["stars"] >= 0, [True, True, False, False])
    np.testing.assert_allclose(board.coverage, [1, 1 - 3 / 45, 1 - 4 / 45, 0.8])
    notes = board.scores.set_index("unit")["note"]
    assert "D Support guarantee 56% < 67%" in notes["c"]
    assert "D Support guarantee 0% < 67%" in notes["d"]
    assert board.scores["rank"].isna().tolist() == [False, False, True, True]


def test_filled_cells_do_not_count_unless_asked(project: Path) -> None:
    board = yt.evaluate(project, impute="mean")
    row = board.table.row_of("T4")
    assert board.imputed[row].sum() == 1
    assert np.isnan(board.total[row])  # half of `quality` is filled, two thirds must be seen
    counted = yt.evaluate(project, impute="mean", coverage={"count_imputed": True})
    assert np.isfinite(counted.total[row])
    assert counted.indicators.query("unit == 'T4' and indicator == 'spending'")["origin"].item() == "imputed"


def test_values_outside_goalposts_are_cut_and_flagged() -> None:
    data = frame(le=[90.0, 15.0, 60.0], eys=[10.0, 10.0, 10.0], mys=[9.0, 9.0, 9.0], gnipc=[5000.0, 5000.0, 5000.0])
    board = yt.evaluate("hdi", data)
    np.testing.assert_allclose(board.normalised[:, 0], [1.0, 0.0, 40 / 65])
    flags = board.indicators.query("indicator == 'le'")["flags"].tolist()
    assert flags == ["outside goalposts, clipped", "outside goalposts, clipped", ""]
    free = yt.evaluate("hdi", data, normalise={"clip": False})
    assert free.normalised[0, 0] > 1


def test_ties_share_the_best_rank_on_rounded_scores() -> None:
    data = frame(osi=[0.50001, 0.50002, 0.4, 0.6], tii=[0.5, 0.5, 0.4, 0.6], hci=[0.5, 0.5, 0.4, 0.6])
    assert yt.evaluate("egdi-2022", data).rank.tolist() == [2, 2, 4, 1]
    assert yt.evaluate("egdi-2022", data, score_decimals=6).rank.tolist() == [3, 2, 4, 1]


def test_units_rank_within_their_level() -> None:
    data = frame(osi=[0.9, 0.8, 0.7, 0.6], tii=[0.9, 0.8, 0.7, 0.6], hci=[0.9, 0.8, 0.7, 0.6])
    data["level"] = ["city", "county", "city", "county"]
    board = yt.evaluate("egdi-2022", data)
    assert board.rank.tolist() == [1, 1, 2, 2]
    assert board.scores["level"].tolist() == ["city", "city", "county", "county"]


def test_fitted_cuts_are_taken_within_the_level() -> None:
    values = np.concatenate([np.linspace(0.1, 0.5, 9), np.linspace(0.6, 0.9, 9)])
    data = frame(osi=list(values), tii=list(values), hci=list(values))
    data["level"] = ["county"] * 9 + ["city"] * 9
    thirds = {"abc": {"labels": ["C", "B", "A"], "method": "quantile"}}
    board = yt.evaluate("egdi-2022", data, grades=thirds)
    for _, part in board.scores.groupby("level"):
        labels = part["abc"].tolist()
        assert labels == ["A"] * 3 + ["B"] * 3 + ["C"] * 3
    new = frame(osi=[0.55], tii=[0.55], hci=[0.55])
    new["level"] = ["county"]
    table = yt.read_table(yt.load_edition("egdi-2022"), new)
    assert yt.apply(table, board.recipe).scores["abc"].item() == "A"


def test_too_few_scores_to_cut_gives_no_grade_and_says_so() -> None:
    data = frame(osi=[0.5, 0.5], tii=[0.5, 0.5], hci=[0.5, 0.5])
    board = yt.evaluate("egdi-2022", data, grades={"abc": {"labels": ["C", "B", "A"], "method": "natural_breaks"}})
    assert board.scores["abc"].isna().all()
    assert "not graded (abc)" in board.scores["note"].iloc[0]


@pytest.mark.parametrize("labels", [["bad", "good"], list("ABCDEFG")])
@pytest.mark.parametrize("method", ["quantile", "natural_breaks"])
def test_any_number_of_grades(labels: list[str], method: str) -> None:
    board = yt.evaluate("asem", grades={"own": {"labels": labels, "method": method}})
    found = board.scores["own"]
    assert set(found) == set(labels)
    order = found.map(labels.index).to_numpy()
    assert (np.diff(order) <= 0).all()  # best first


def test_constant_column_is_left_out_and_flagged() -> None:
    data = frame(osi=[0.5, 0.6, 0.7], tii=[0.4, 0.4, 0.4], hci=[0.1, 0.2, 0.3])
    board = yt.evaluate("egdi-2022", data, normalise="minmax", coverage={"index": 0.5})
    assert np.isnan(board.normalised[:, 1]).all()
    np.testing.assert_allclose(board.total, [0, 0.5, 1], atol=1e-12)
    assert "no spread" in board.indicators.query("indicator == 'tii'")["flags"].iloc[0]


def test_zscore_and_rank_by_hand() -> None:
    data = frame(osi=[1.0, 2.0, 3.0], tii=[1.0, 2.0, 3.0], hci=[1.0, 2.0, 3.0])
    z = yt.evaluate("egdi-2022", data, normalise={"method": "zscore", "mean": 50, "sd": 10})
    np.testing.assert_allclose(z.total, [40, 50, 60])
    np.testing.assert_allclose(yt.evaluate("egdi-2022", data, normalise="rank").total, [1, 2, 3])
    np.testing.assert_allclose(yt.evaluate("egdi-2022", data, normalise="percentile_rank").total, [0, 0.5, 1])


def test_named_weight_sets_and_weights_in_a_call() -> None:
    equal = yt.evaluate("zhejiang-2022")
    led = yt.evaluate("zhejiang-2022", weights="satisfaction-35")
    assert led.recipe.global_weights["E"] == pytest.approx(0.35)
    assert led.recipe.weight_set == "satisfaction-35"
    given = yt.evaluate("zhejiang-2022", weights={"A": 1, "B": 1, "C": 1, "D": 1, "E": 1})
    np.testing.assert_allclose(given.total, equal.total)
    all_equal = yt.evaluate("zhejiang-2022", weights="indicators-equal").recipe.global_weights
    assert {round(all_equal[code], 12) for code in equal.recipe.codes} == {round(1 / 51, 12)}


def test_partial_weights_are_refused() -> None:
    with pytest.raises(yt.InputError) as caught:
        yt.evaluate("zhejiang-2022", weights={"A": 1, "B": 1})
    assert caught.value.faults[0].code == "partial-weights"


def test_unknown_change_is_refused_with_a_suggestion() -> None:
    with pytest.raises(yt.InputError) as caught:
        yt.evaluate("hdi", aggregat="arithmetic")
    assert "Did you mean 'aggregate'" in str(caught.value)


def test_fit_on_one_year_and_apply_to_another() -> None:
    """Min-max bounds and cuts of 2021 score 2022: values beyond them are cut and flagged."""
    edition = yt.load_edition("hdi")
    now, later = yt.read_table(edition, period=2021), yt.read_table(edition, period=2022)
    board = yt.evaluate(edition, now, normalise="minmax")
    scored = yt.apply(later, board.recipe)
    low, high = np.nanmin(now.values, axis=0), np.nanmax(now.values, axis=0)
    low[3], high[3] = np.log(low[3]), np.log(high[3])
    values = later.values.copy()
    values[:, 3] = np.log(values[:, 3])
    np.testing.assert_allclose(scored.normalised, np.clip((values - low) / (high - low), 0, 1), atol=1e-12)
    outside = (values < low - 1e-12) | (values > high + 1e-12)
    assert outside.any()
    np.testing.assert_array_equal(scored.clipped, outside)


def test_log_treatment_carries_over_to_lower_values() -> None:
    """A later value below the fitted range is raised to it, where the logarithm still exists."""
    data = frame(osi=[1.0, 2.0, 100.0], tii=[1.0, 2.0, 3.0], hci=[1.0, 2.0, 3.0])
    board = yt.evaluate("egdi-2022", data, treat={"indicators": {"osi": "log"}}, normalise="minmax")
    np.testing.assert_allclose(board.treated[:, 0], np.log(np.array([1.0, 2.0, 100.0]) - 1 + 0.99))
    lower = yt.read_table(yt.load_edition("egdi-2022"), frame(osi=[-50.0], tii=[1.0], hci=[1.0]))
    scored = yt.apply(lower, board.recipe)
    assert scored.treated[0, 0] == board.treated[0, 0]
    assert scored.winsorised[0, 0]


def test_wide_and_long_files_give_the_same_scores(tmp_path: Path) -> None:
    wide = yt.read_table(yt.load_edition("hdi"))
    rows = [
        {"unit": unit, "indicator": code, "value": wide.values[i, j]}
        for i, unit in enumerate(wide.units)
        for j, code in enumerate(wide.indicators)
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "long.csv", index=False)
    np.testing.assert_array_equal(yt.evaluate("hdi", tmp_path / "long.csv").total, yt.evaluate("hdi").total)


def test_standard_errors_come_through() -> None:
    board = yt.evaluate("zhejiang-2022")
    survey = board.indicators.query("indicator == 'E01'")
    assert survey["se"].between(0.5, 6).all()
    assert board.indicators.query("indicator == 'A01'")["se"].isna().all()


def test_measures_are_computed_with_year_on_year_and_months() -> None:
    data = pd.DataFrame(
        {
            "unit": ["330421", "330109", "330421", "330109"],
            "period": [2022, 2022, 2021, 2021],
            "months": [6, 12, 12, 12],
            "town_cases": [660, 300, 500, 0],
            "cases_all": [600, 900, 1, 1],
            "officers": [100, 60, 1, 1],
        }
    )
    table = yt.read_table(yt.load_edition("zhejiang-2022"), data, period=2022)
    value = {code: table.values[:, j] for j, code in enumerate(table.indicators)}
    np.testing.assert_allclose(value["C07"], [12.0, 15.0])  # 600 cases in six months are 1200 a year
    np.testing.assert_allclose(value["C01"], [32.0, NAN])
    assert table.flags[("330109", "C01")] == (("不适用", "undefined"),)
    assert table.origin[0, table.indicators.index("C07")] == "computed"


def test_explain_reaches_from_measures_to_points(project: Path) -> None:
    board = yt.evaluate(project)
    text = board.explain("Northgate", "waiting").text()
    for part in ("42000", "3000", "waiting_minutes / visits", "14 minutes", "83.63636364", "less is better"):
        assert part in text
    frame_ = board.explain("T1").frame
    assert frame_.loc[frame_["stage"] == "score", "value"].item() == pytest.approx(board.total[0])


def test_unit_by_name_code_or_part_of_a_name() -> None:
    table = yt.read_table(yt.load_edition("zhejiang-2022"))
    assert table.row_of("330421") == table.row_of("嘉善县") == table.row_of("jiashan")
    with pytest.raises(yt.InputError) as caught:
        table.row_of("County")
    assert caught.value.faults[0].code == "ambiguous-unit"


def test_repr_and_html_say_what_is_simulated() -> None:
    board = yt.evaluate("zhejiang-2022")
    assert "SIMULATED" in repr(board)
    html = board._repr_html_()
    assert "SIMULATED" in html
    assert "reconstruction" in html
    assert "模拟" in board.scores["note"].iloc[0]


def test_html_escapes_names() -> None:
    data = frame(osi=[0.5], tii=[0.5], hci=[0.5])
    data["name"] = ["<script>alert(1)</script>"]
    assert "<script>" not in yt.evaluate("egdi-2022", data)._repr_html_()
