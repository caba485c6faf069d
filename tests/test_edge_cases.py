"""Cases a review found wrong: each by its stated answer."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import yitihua as yt
from yitihua.definitions.source import key_lines
from yitihua.index import grade, treat

NAN = float("nan")


def frame(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame({"unit": [f"U{i}" for i in range(len(next(iter(columns.values()))))], **columns})


@pytest.mark.parametrize("method", ["minmax", "zscore", "rank", "percentile_rank"])
def test_a_constant_column_says_nothing_under_any_fitted_method(method: str) -> None:
    """0.1 repeated has a standard deviation of 3e-17 in floating point: still no spread."""
    data = frame(osi=[0.1] * 9, tii=list(np.linspace(0.1, 0.9, 9)), hci=list(np.linspace(0.1, 0.9, 9)))
    board = yt.evaluate("egdi-2022", data, normalise=method, coverage={"index": 0.5})
    assert np.isnan(board.normalised[:, 0]).all()
    later = yt.apply(yt.read_table(yt.load_edition("egdi-2022"), data.assign(osi=0.2)), board.recipe)
    assert np.isnan(later.normalised[:, 0]).all()
    if method != "minmax":
        return
    strict = yt.evaluate("egdi-2022", data, normalise=method)
    assert "no spread" in strict.scores["note"].iloc[0]


def test_winsorising_never_empties_a_column() -> None:
    _, _, passed = treat.winsor_limits(np.array([0.0] * 50 + [7.0]))
    assert not passed
    data = frame(osi=[0.0] * 50 + [7.0], tii=list(np.arange(51.0)), hci=list(np.arange(51.0)))
    board = yt.evaluate("egdi-2022", data, treat="winsorise_log", normalise="minmax")
    assert np.isfinite(board.normalised).all()


def test_percentile_rank_beyond_the_sample_is_cut_and_flagged() -> None:
    data = frame(osi=[0.1, 0.2, 0.3], tii=[0.1, 0.2, 0.3], hci=[0.1, 0.2, 0.3])
    board = yt.evaluate("egdi-2022", data, normalise="percentile_rank")
    better = yt.apply(yt.read_table(yt.load_edition("egdi-2022"), data.assign(osi=9.0)), board.recipe)
    np.testing.assert_array_equal(better.normalised[:, 0], 1.0)
    assert better.clipped[:, 0].all()
    assert not board.clipped.any()


def test_powered_means_of_z_scores_need_a_stated_floor() -> None:
    with pytest.raises(yt.InputError) as caught:
        yt.evaluate("asem", normalise="zscore", aggregate="geometric")
    assert {fault.code for fault in caught.value.faults} == {"needs-key"}
    yt.evaluate("asem", normalise="zscore", aggregate={"method": "geometric", "floor": 0.1})
    yt.evaluate("asem", normalise={"method": "zscore", "mean": 50, "sd": 10}, aggregate="harmonic")


def test_default_cuts_are_withheld_from_points_off_the_scale() -> None:
    board = yt.evaluate("zhejiang-2022", normalise="zscore")
    assert np.isfinite(board.total).all()
    assert board.scores["stars"].isna().all()
    assert "do not suit" in board.scores["note"].iloc[0]
    scaled = yt.evaluate("zhejiang-2022", normalise={"method": "zscore", "mean": 60, "sd": 10})
    assert scaled.scores["stars"].notna().all()


def test_fixed_cuts_are_not_rounded() -> None:
    data = frame(osi=[65.52, 66.6], tii=[65.52, 66.6], hci=[65.52, 66.6])
    own = {"own": {"labels": ["lo", "hi"], "cuts": [66.4]}}
    board = yt.evaluate("egdi-2022", data, scale=[0, 100], score_decimals=0, grades=own)
    assert board.scores.set_index("unit")["own"].to_dict() == {"U0": "lo", "U1": "hi"}


def test_quantile_grades_never_part_ties_and_none_is_empty() -> None:
    scores = np.array([1.0] * 8 + [2.0, 3.0])
    counts = np.bincount(grade.grade_index(scores, grade.quantile_cuts(scores, [1, 1])), minlength=2)
    np.testing.assert_array_equal(counts, [8, 2])
    rng = np.random.default_rng(1)
    for _ in range(50):
        scores = rng.integers(0, 9, 30).astype(float)
        found = grade.grade_index(scores, grade.quantile_cuts(scores, [1] * 4))
        assert set(found) == {0, 1, 2, 3}
        for value in np.unique(scores):
            assert len(set(found[scores == value])) == 1


def test_a_child_on_zero_contributes_nothing_under_a_root_mean() -> None:
    data = frame(osi=[0.0, 0.5], tii=[0.4, 0.5], hci=[0.9, 0.5])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        board = yt.evaluate("egdi-2022", data, aggregate={"method": "generalised", "exponent": 0.5})
        contribution, _ = board.contribution_arrays
    assert contribution[0, 0] == 0.0
    np.testing.assert_allclose(contribution[:, :3].sum(axis=1), board.total)


def test_the_note_tells_the_share_the_rule_looked_at(tmp_path: Path) -> None:
    """Three levels: most leaves are there, but only one of three sub-nodes has a score."""
    tree = '[edition]\ntitle = "T"\n[nodes.R]\nname = "R"\n[nodes.N]\nname = "N"\nparent = "R"\n'
    for sub in "abc":
        tree += f'[nodes.{sub}]\nname = "{sub}"\nparent = "N"\n'
        for k in range(3):
            tree += (f'[indicators.{sub}{k}]\nname = "x"\nparent = "{sub}"\nunit = "1"\n'
                     'goalposts = { lower = 0, upper = 1, reason = "r" }\n')  # fmt: skip
    (tmp_path / "indicators" / "t").mkdir(parents=True)
    (tmp_path / "indicators" / "t" / "f.toml").write_text(tree, encoding="utf-8")
    full = {f"{sub}{k}": [1.0] for sub in "abc" for k in range(3)}
    data = frame(**full | {"b0": [NAN], "b1": [NAN], "c0": [NAN], "c1": [NAN]})
    board = yt.evaluate(tmp_path, data)
    assert board.coverage[0] == pytest.approx(5 / 9)
    assert "N N 33% < 67%" in board.scores["note"][0]
    text = board.explain("U0", "N").text()
    assert "too little, so there is no score" in text
    assert "0.333" in text


def test_explained_weights_are_those_in_force() -> None:
    board = yt.evaluate("zhejiang-2022")
    holes = np.isnan(board.normalised[:, :10]).sum(axis=1)
    row = int(np.flatnonzero(holes)[0])
    unit = board.table.units[row]
    assert f"weight {1 / (10 - holes[row]):.6g}" in board.explain(unit, "A").text()
    complete = board.table.units[int(np.flatnonzero(np.isfinite(board.table.values).all(axis=1))[0])]
    assert "passed its weight" not in board.explain(complete, "A01").text()


def test_weights_of_a_replaced_node_are_scaled() -> None:
    board = yt.evaluate("zhejiang-2022")
    root = board.recipe.nodes[-1]
    heavy = dataclasses.replace(root, weights=tuple(3 * weight for weight in root.weights))
    replaced = yt.apply(board.table, dataclasses.replace(board.recipe, nodes=(*board.recipe.nodes[:-1], heavy)))
    np.testing.assert_allclose(replaced.total, board.total)
    np.testing.assert_allclose(replaced.coverage, board.coverage)


def test_year_on_year_of_quarters_looks_a_year_back() -> None:
    data = pd.DataFrame(
        {
            "unit": ["a"] * 3,
            "period": ["2021Q1", "2021Q4", "2022Q1"],
            "town_cases": [1000, 4000, 1100],
        }
    )
    edition = yt.load_edition("zhejiang-2022")
    value = yt.read_table(edition, data, period="2022Q1").select(["C01"])[0, 0]
    assert value == pytest.approx(10.0)
    assert np.isnan(yt.read_table(edition, data, period="2021Q4").select(["C01"])[0, 0])


def test_a_what_if_drops_keys_of_the_old_method() -> None:
    board = yt.evaluate("zhejiang-2022", grades={"stars": {"method": "quantile"}})
    assert board.scores["stars"].value_counts().max() <= 19
    assert yt.evaluate("hdi", aggregate={"nodes": {"HDI": {"method": "arithmetic"}}}).recipe.root.method == "arithmetic"


def test_arguments_without_effect_are_refused() -> None:
    edition = yt.load_edition("hdi")
    with pytest.raises(yt.InputError):
        yt.evaluate(edition, date="2020-01-01")
    with pytest.raises(yt.InputError):
        yt.evaluate(edition, yt.read_table(edition, period=2021), period=1900)


def test_infinite_values_and_zero_denominators_in_memory_are_refused() -> None:
    table = yt.read_table(yt.load_edition("asem"))
    with pytest.raises(yt.InputError, match="infinite"):
        dataclasses.replace(table, values=np.where(np.isnan(table.values), np.inf, table.values))
    zero = dict(table.attributes) | {"Den_Pop": np.zeros(51)}
    with pytest.raises(yt.InputError, match="denominator"):
        yt.evaluate("asem", dataclasses.replace(table, attributes=zero))
    recipe = yt.evaluate("asem").recipe
    without = {name: column for name, column in table.attributes.items() if name != "Group_EurAsia"}
    with pytest.raises(yt.InputError, match="Group_EurAsia"):
        yt.apply(dataclasses.replace(table, attributes=without), recipe)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"weights": [', '"weights": [0.5, ', 1),
        lambda text: text.replace("0.3333333333333333", "NaN"),
        lambda text: text.replace('"osi"', '"nobody"', 1),
        lambda text: '{"format": 1, "indicators": [[]]}',
        lambda text: "[" * 100_000,
        lambda text: text[:-40],
    ],
)
def test_a_broken_recipe_is_refused(change: Callable[[str], str]) -> None:
    text = change(yt.evaluate("egdi-2022").recipe.to_json())
    with pytest.raises(yt.InputError) as caught:
        yt.Recipe.from_json(text)
    assert caught.value.faults[0].code == "bad-json"


def test_treatment_leaves_room_for_goalposts() -> None:
    """An automatic shift reaches below the goalposts, so that their logarithm exists."""
    board = yt.evaluate("zhejiang-2022", treat="log")
    assert np.nanmax(np.abs(board.normalised)) <= 100
    assert np.isfinite(board.total).all()


def test_hostile_definitions_take_no_time_and_no_stack(tmp_path: Path) -> None:
    key_lines("a = [\n[" + " " * 200_000 + "\n1 ]]\n")  # took minutes with a backtracking pattern
    (tmp_path / "index").mkdir()
    for text in ("a = " + "[" * 20_000 + "]" * 20_000, ".".join(["a"] * 3_000) + " = 1"):
        (tmp_path / "index" / "t.toml").write_text(text, encoding="utf-8")
        with pytest.raises(yt.InputError) as caught:
            yt.load_edition("t", tmp_path)
        assert {fault.code for fault in caught.value.faults} == {"bad-toml"}


def test_a_node_may_not_be_called_like_a_grade(tmp_path: Path) -> None:
    (tmp_path / "indicators" / "t").mkdir(parents=True)
    (tmp_path / "indicators" / "t" / "f.toml").write_text(
        '[edition]\ntitle = "T"\n[nodes.R]\nname = "R"\n[indicators.stars]\nname = "s"\nparent = "R"\nunit = "1"\n'
        'goalposts = { lower = 0, upper = 1, reason = "r" }\n',
        encoding="utf-8",
    )
    with pytest.raises(yt.InputError) as caught:
        yt.load_edition("t", tmp_path)
    assert [fault.code for fault in caught.value.faults] == ["reserved-code"]


def test_results_stay_inside_the_project(tmp_path: Path) -> None:
    (tmp_path / "project.toml").write_text('edition = "hdi"\nout = "../elsewhere"\n', encoding="utf-8")
    with pytest.raises(yt.InputError) as caught:
        yt.evaluate(tmp_path)
    assert caught.value.faults[0].key == "out"
