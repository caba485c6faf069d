"""Numbers that joint imputations and nodes fit, in the split of a change: whose they are, and what they bring."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest

import yitihua as yt
from yitihua.analysis import split
from yitihua.analysis.diff import BLOCKS, FITTED_NODES, UNSPLIT, Change, Diff
from yitihua.analysis.refit import own_fit
from yitihua.definitions.changes import with_changes
from yitihua.index.recipe import Array, Recipe
from yitihua.index.scoreboard import Scoreboard
from yitihua.publish.change_words import NUMBER_ZH, change_lines
from yitihua.publish.diff_text import diff_dict, diff_text
from yitihua.publish.terminal import json_text

ASEM = yt.load_edition("asem")
TABLE = yt.evaluate("asem").table
WITHOUT_TWO = dataclasses.replace(
    ASEM, indicators={c: i for c, i in ASEM.indicators.items() if c not in ("CO2", "TBTs")}
)

FITTED: tuple[dict[str, Any], ...] = (
    {"impute": "knn"},
    {"impute": "row_mean"},
    {"impute": "iterative"},
    {"aggregate": "topsis"},
    {"aggregate": "vikor"},
    {"aggregate": "rsr"},
    {"aggregate": "copeland"},
    {"aggregate": {"method": "grey", "ideal": "sample"}},
    {"aggregate": "bod"},
    {"impute": "knn", "aggregate": "topsis"},
)


def moved(seed: int = 0) -> yt.IndicatorTable:
    """Return the table with every value moved by some 5 per cent."""
    noise = np.exp(np.random.default_rng(seed).normal(0, 0.05, TABLE.values.shape))
    return dataclasses.replace(TABLE, values=TABLE.values * noise)


def scored(table: yt.IndicatorTable, edition: yt.Edition, changes: dict[str, Any]) -> Scoreboard:
    return yt.apply(table, yt.fit(table, with_changes(edition, changes)))


def check_sums(found: Diff) -> None:
    """Identity: blocks sum to the change, lines to the data part."""
    scores = found.scores.dropna(subset=["change", "data"]).set_index("unit")
    assert len(scores) > 0
    assert (scores[list(BLOCKS)].sum(axis=1) - scores["change"]).abs().max() <= 1e-9
    lines = found.by_indicator.groupby("unit")["part"].sum().reindex(scores.index).fillna(0)
    assert (lines - scores["data"]).abs().max() <= 1e-9
    anew = found.by_indicator.groupby("unit")["refitted"].sum().reindex(scores.index).fillna(0)
    assert (anew - scores["refitted"]).abs().max() <= 1e-9


@pytest.mark.parametrize("changes", FITTED, ids=str)
def test_data_alone_are_no_recipe(changes: dict[str, Any]) -> None:
    """Identity: one rule, two tables. All is data; the lists name what the rule fitted anew, and nothing chosen."""
    old, new = scored(TABLE, ASEM, changes), scored(moved(), ASEM, changes)
    found = yt.diff(old, new)
    assert not found.recipe
    assert found.scores["recipe"].abs().max() == 0
    assert found.scores["data"].tolist() == found.scores["change"].tolist()
    check_sums(found)
    paths = {change.path for change in found.refitted}
    differing = {
        f"nodes.{a.code}.numbers.{x.name}"
        for a, b in zip(old.recipe.nodes, new.recipe.nodes, strict=True)
        for x, y in zip(a.numbers, b.numbers, strict=True)
        if x != y
    }
    assert differing <= paths
    if "aggregate" in changes:
        assert differing
    if "impute" in changes:
        assert any(path.startswith(f"imputers.{changes['impute']}.numbers.") for path in paths)


@pytest.mark.parametrize("changes", FITTED, ids=str)
def test_another_year_s_numbers_kept_are_a_choice(changes: dict[str, Any]) -> None:
    """Identity: one table, once on its own numbers and once on another's: all is recipe, and listed there."""
    own = scored(moved(), ASEM, changes)
    kept = yt.apply(own.table, scored(TABLE, ASEM, changes).recipe)
    assert own_fit(own).count > own_fit(kept).count
    found = yt.diff(kept, own)
    assert not any(".numbers." in change.path for change in found.refitted)
    assert any(".numbers." in change.path for change in found.recipe)
    assert found.scores["recipe"].tolist() == found.scores["change"].tolist()
    # The same numbers twice do not move with the data, whoever fitted them.
    assert not any(".numbers." in change.path for change in yt.diff(scored(TABLE, ASEM, changes), kept).refitted)


@pytest.mark.parametrize("changes", [c for c in FITTED if c.get("aggregate") != "copeland"], ids=str)
@pytest.mark.parametrize("kept", [False, True])
def test_other_indicators_too(changes: dict[str, Any], kept: bool) -> None:
    """Arrays by indicator or by child fit no other framework: in a mix they are made anew, and all still sums."""
    old = scored(TABLE, ASEM, changes)
    source = TABLE if kept else moved()
    recipe = yt.fit(source, with_changes(WITHOUT_TWO, changes))
    found = yt.diff(old, yt.apply(moved(), recipe))
    assert {change.path.split(".")[1] for change in found.definition} >= {"CO2", "TBTs"}
    assert np.isfinite(found.scores["definition"]).all()
    check_sums(found)
    if not kept:
        assert not found.recipe


def test_numbers_of_nodes_have_a_line_by_hand() -> None:
    """Derivation: with goalposts the points of a country whose values stay do not move; what moves it are ideals."""
    table = yt.read_table(yt.load_edition("hdi"))
    values = table.values.copy()
    row = table.row_of("NOR")
    values[row, table.indicators.index("le")] += 3.0  # Norway is not the highest of its column
    old, new = (yt.evaluate("hdi", t, aggregate="topsis") for t in (table, dataclasses.replace(table, values=values)))
    found = yt.diff(old, new)
    scores = found.scores.set_index("unit")
    others = found.by_indicator.query("unit != 'NOR'")
    assert set(others["indicator"]) == {FITTED_NODES}
    assert others["part"].tolist() == others["refitted"].tolist()
    changes = scores["change"].reindex(others["unit"])
    np.testing.assert_allclose(others["part"], changes, rtol=0, atol=1e-15)
    own = found.by_indicator.query("unit == 'NOR'").set_index("indicator")
    assert set(own.index) == {"le", FITTED_NODES}
    # By hand: the mean of switching values first and numbers first.
    kept, ahead = yt.apply(new.table, old.recipe).total[row], yt.apply(old.table, new.recipe).total[row]
    a, b = old.total[row], new.total[row]
    assert own.loc["le", "part"] == pytest.approx(((kept - a) + (b - ahead)) / 2, abs=1e-12)
    assert own.loc["le", "refitted"] == 0
    assert own.loc[FITTED_NODES, "part"] == pytest.approx(((b - kept) + (ahead - a)) / 2, abs=1e-12)
    assert "各级合成所用的最优值" in diff_text(found, "zh", "NOR")
    assert "ideals, references and the like of nodes" in diff_text(found, "en", "NOR")


def test_linear_programmes_are_not_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line a unit, without switching indicators one by one; how much is fitted anew is worked out by hand."""

    def walked(*_: object) -> None:
        raise AssertionError("indicators are switched one by one")

    monkeypatch.setattr(split, "_walk", walked)
    changes = {"aggregate": {"method": "bod", "share_around": 0.3}}
    old, new = scored(TABLE, ASEM, changes), scored(moved(), ASEM, changes)
    found = yt.diff(old, new)
    assert found.is_slow
    lines = found.by_indicator
    assert set(lines["indicator"]) == {UNSPLIT}
    assert lines["unit"].is_unique
    kept, ahead = yt.apply(new.table, old.recipe).total, yt.apply(old.table, new.recipe).total
    by_hand = ((new.total - kept) + (ahead - old.total)) / 2
    rows = [old.table.units.index(unit) for unit in found.scores["unit"]]
    np.testing.assert_allclose(found.scores["refitted"], by_hand[rows], rtol=0, atol=1e-9)
    unit = str(lines["unit"][0])
    assert "逐单位求解线性规划" in diff_text(found, "zh", unit)
    assert "a linear programme for every unit" in diff_text(found, "en", unit)
    check_sums(found)


@pytest.mark.parametrize("weights", ["entropy", "critic"])
def test_weights_made_from_data_are_recipe(weights: str) -> None:
    """Convention: they are printed as weights, so where only data differ they are listed under the recipe."""
    old, new = (scored(t, ASEM, {"weights": weights}) for t in (TABLE, moved()))
    found = yt.diff(old, new)
    listed = {change.path for change in found.recipe}
    differing = {
        f"nodes.{a.code}.weights.{child}"
        for a, b in zip(old.recipe.nodes, new.recipe.nodes, strict=True)
        for child, x, y in zip(a.children, a.weights, b.weights, strict=True)
        if x != y
    }
    assert listed == differing != set()
    assert not any(".weights." in change.path for change in found.refitted)
    assert found.scores["recipe"].abs().max() > 0.1
    check_sums(found)


def test_other_periods_stay_with_the_data() -> None:
    """By hand: two blocks differ, so a part is the mean of two differences of scores; the other year fills."""
    plain, mean = {"impute": "linear"}, {"impute": "linear", "aggregate": "geometric"}
    edition = yt.load_edition("zhejiang-2022")
    old = yt.evaluate(with_changes(edition, plain), period=2021)
    new = yt.evaluate(with_changes(edition, mean), period=2022)
    assert old.imputed.any()
    found = yt.diff(old, new)
    crossed, ahead = yt.apply(new.table, old.recipe).total, yt.apply(old.table, new.recipe).total
    place_old, place_new = ({u: r for r, u in enumerate(board.table.units)} for board in (old, new))
    for unit, part in zip(found.scores["unit"], found.scores["recipe"], strict=True):
        a, b = place_old[unit], place_new[unit]
        by_hand = ((ahead[a] - old.total[a]) + (new.total[b] - crossed[b])) / 2
        assert part == pytest.approx(by_hand, abs=1e-12, nan_ok=True)


def test_distances_to_a_reference_unit_follow_the_data() -> None:
    """Identity: points against the index's reference unit are the run's own."""
    unit = TABLE.units[0]
    edition = dataclasses.replace(ASEM, spec=ASEM.spec.model_copy(update={"reference_unit": unit}))
    old, new = (scored(t, edition, {"normalise": "dist2ref"}) for t in (TABLE, moved()))
    found = yt.diff(old, new)
    assert not found.recipe
    assert found.fits[0].codes == set(old.recipe.codes)
    check_sums(found)


def test_cities_are_not_neighbours() -> None:
    """Identity: cities are summed after the fit, so the imputation's own sample are the counties."""
    edition = with_changes(yt.load_edition("zhejiang-2022"), {"impute": "knn", "normalise": "minmax"})
    boards = [yt.evaluate(edition, period=period, cities=True) for period in (2021, 2022)]
    assert own_fit(boards[0]).imputers
    found = yt.diff(*boards)
    assert not found.recipe
    assert found.scores["recipe"].abs().max() == 0


# What is shown.


def test_long_arrays_are_kept_short() -> None:
    """A sample of 51 x 49 numbers is told in one line, in both languages and in JSON."""
    old, new = (scored(t, ASEM, {"impute": "knn", "aggregate": "vikor"}) for t in (TABLE, moved()))
    found = yt.diff(old, new)
    changes = {change.path: change for change in found.refitted}
    whole = changes["imputers.knn.numbers.sample"]
    assert isinstance(whole.old, Array)
    assert whole.old.shape == (51, 49)
    zh, en = diff_text(found, "zh"), diff_text(found, "en")
    observed = int(np.isfinite(old.denominated).sum())
    assert f"多指标联合插补 · 近邻 · 拟合数 · 样本: 2499个数中变动{observed}个" in zh
    assert f"imputers.knn.numbers.sample: {observed} of 2499 numbers differ, by at most" in en
    assert "SusEcFin 经济金融可持续 · 拟合数 · 群体效用值范围: [" in zh
    assert max(len(line) for text in (zh, en) for line in text.splitlines()) < 300
    told = {item["path"]: item for item in json.loads(json_text(diff_dict(found)))["refitted"]}
    sample = told["imputers.knn.numbers.sample"]["old"]
    assert sample["shape"] == [51, 49]
    assert len(sample["first"]) == 8
    assert told["nodes.Sust.numbers.s"]["new"] == list(changes["nodes.Sust.numbers.s"].new.values)


def test_another_size_is_said() -> None:
    """Sizes, not numbers, where a frontier is made of more units; a point never observed is a dash."""
    change = Change(
        "nodes.x.numbers.frontier", Array.of("frontier", np.ones((3, 5))), Array.of("frontier", np.ones((4, 5)))
    )
    assert change_lines((change,), "zh", {}) == ["x · 拟合数 · 前沿面: 3 × 5个数 -> 4 × 5个数"]
    assert change_lines((change,), "en", {}) == ["nodes.x.numbers.frontier: 3 × 5 numbers -> 4 × 5 numbers"]
    short = Change("nodes.x.numbers.best", Array.of("best", [1.0, np.nan]), Array.of("best", [1.0, 2.5]))
    assert change_lines((short,), "en", {}) == ["nodes.x.numbers.best: [1, -] -> [1, 2.5]"]
    holes = [Array.of("sample", [np.nan] * k + [1.0] * (9 - k)) for k in (1, 2)]
    long = Change("imputers.knn.numbers.sample", *holes)
    assert change_lines((long,), "en", {}) == ["imputers.knn.numbers.sample: 1 of 9 numbers differ"]
    assert change_lines((long,), "zh", {}) == ["多指标联合插补 · 近邻 · 拟合数 · 样本: 9个数中变动1个"]


def test_another_imputation_is_told() -> None:
    """Settings stand by their keys, methods by their Chinese names."""
    old = scored(TABLE, ASEM, {"impute": {"method": "knn", "neighbours": 3}})
    new = scored(TABLE, ASEM, {"impute": {"method": "knn", "neighbours": 7}})
    found = yt.diff(old, new)
    assert ("imputers.knn.settings.neighbours", 3, 7) in [(c.path, c.old, c.new) for c in found.recipe]
    assert "多指标联合插补 · 近邻 · 参数 · 近邻数: 3 -> 7" in diff_text(found, "zh")
    assert (found.scores["recipe"] - found.scores["change"]).abs().max() == 0
    text = diff_text(yt.diff(yt.evaluate("asem"), new), "zh")
    assert "多指标联合插补 · 近邻 · 指标: （无） -> Goods、Services、FDI、PRemit、…（49个指标）" in text


def test_every_fitted_number_has_a_chinese_name() -> None:
    """Whatever a method calls its numbers is said in Chinese."""

    def names(recipe: Recipe) -> set[str]:
        return {one.name for part in (*recipe.nodes, *recipe.imputers) for one in part.numbers}

    found = set().union(*(names(scored(TABLE, ASEM, changes).recipe) for changes in FITTED))
    assert found == set(NUMBER_ZH)
