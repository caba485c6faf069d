"""What changed between two boards: Shapley by brute force, exact sums, joint imputations, fitted nodes; agreement."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from large_board import large_board
from scipy.stats import kendalltau, rankdata, spearmanr

import yitihua as yt
from yitihua.analysis.agreement import agreement, compare_boards, compare_recipes, kendall, mean_ranks, spearman
from yitihua.analysis.attribution import attribute_change, shapley_parts
from yitihua.definitions.changes import with_changes

# Agreement.


@given(hnp.arrays(float, (2, 9), elements=st.integers(0, 6).map(float)))
def test_rank_correlations_are_scipys(x):
    """Oracle: scipy's spearmanr and kendalltau (tau-b), and rankdata."""
    a, b = x
    assert mean_ranks(a) == pytest.approx(rankdata(a))
    if len(set(a)) > 1 and len(set(b)) > 1:
        assert spearman(a, b) == pytest.approx(spearmanr(a, b)[0])
        assert kendall(a, b) == pytest.approx(kendalltau(a, b)[0])
    else:
        assert np.isnan(spearman(a, b))
        assert np.isnan(kendall(a, b))


def test_shifts_by_hand():
    """By hand: ranks 1 2 3 4 become 2 1 3 none: shifts 1, 1, 0."""
    found = agreement(np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 1.0, 3.0, np.nan]))
    assert (found.units, found.mean_shift, found.max_shift, found.moved) == (3, pytest.approx(2 / 3), 1, 2)


def test_a_board_agrees_with_itself():
    """Identity; and with another recipe the shifts are those of the ranks."""
    board = yt.evaluate("asem")
    same = compare_boards(board, board)
    assert same.agreement.kendall == pytest.approx(1)
    assert same.agreement.moved == 0
    assert set(same.grade_changes.values()) == {0}
    other = yt.evaluate("asem", aggregate="geometric")
    found = compare_boards(board, other)
    assert found.agreement.mean_shift == pytest.approx(np.abs(board.rank - other.rank).mean())
    assert found.agreement.kendall == pytest.approx(kendalltau(board.rank, other.rank)[0])
    by_recipe = compare_recipes(board.table, board.recipe, other.recipe)
    assert by_recipe.agreement == found.agreement
    for lang in ("zh", "en"):
        assert len(found.table(lang)) == 51


# Shapley.


@given(st.lists(st.floats(-5, 5), min_size=8, max_size=8))
def test_shapley_by_brute_force(values):
    """Definition: the mean over all orders of what each adds, in a loop."""
    players = ["a", "b", "c"]
    size = dict(zip([frozenset(s) for s in ("", "a", "b", "c", "ab", "ac", "bc", "abc")], values, strict=True))
    found = shapley_parts(players, lambda joined: np.array([size[joined]]))
    for player in players:
        added = []
        for order in permutations(players):
            before = frozenset(order[: order.index(player)])
            added.append(size[before | {player}] - size[before])
        assert found[player][0] == pytest.approx(np.mean(added))
    assert sum(part[0] for part in found.values()) == pytest.approx(values[-1] - values[0])


def shifted(table, seed=0):
    """Return a table moved a little, with the same gaps."""
    noise = np.exp(np.random.default_rng(seed).normal(0, 0.05, table.values.shape))
    return replace(table, values=table.values * noise)


RECIPES = [
    {},
    {"impute": "knn"},
    {"impute": "iterative"},
    {"impute": "row_mean"},
    {"aggregate": "topsis"},
    {"aggregate": "vikor"},
    {"weights": "entropy"},
    {"normalise": "rank"},
    {"impute": "knn", "weights": "critic", "aggregate": "topsis"},
]


@pytest.mark.parametrize("choices", RECIPES, ids=str)
def test_a_run_with_itself_has_no_change(choices):
    """Identity: nothing differs, and every part is 0; for joint imputations and nodes with fitted numbers too."""
    board = yt.evaluate("asem", **choices)
    found = attribute_change(board, yt.evaluate("asem", **choices))
    assert not any(found.differs.values())
    assert all((part[np.isfinite(part)] == 0).all() for part in found.score.values())
    assert yt.diff(board, board).recipe == ()


@pytest.mark.parametrize("choices", RECIPES, ids=str)
def test_parts_sum_to_the_change(choices):
    """Identity: data, weights and method add up to each unit's change of score, exactly."""
    old = yt.evaluate("asem", **choices)
    edition = yt.load_edition("asem")
    mean = {"method": "geometric", "floor": 1.0} if "aggregate" not in choices else "arithmetic"
    changes = {**choices, "weights": "cv", "aggregate": mean}
    table = shifted(old.table)
    new = yt.apply(table, yt.fit(table, with_changes(edition, changes)))
    found = attribute_change(old, new)
    change = new.total - old.total
    total = sum(found.score.values())
    assert found.differs["data"]
    assert found.differs["weights"]
    assert found.differs["method"]
    place = {unit: row for row, unit in enumerate(old.table.units)}
    rows = [place[unit] for unit in found.units]
    assert total == pytest.approx(change[rows], abs=1e-9)
    ranks = sum(found.rank.values())
    assert ranks == pytest.approx((old.rank - new.rank)[rows], abs=1e-9)


def test_only_data_differ():
    """Identity: with one recipe the whole change is the data's."""
    old = yt.evaluate("asem", impute="knn")
    new = yt.apply(shifted(old.table), old.recipe)
    found = attribute_change(old, new)
    assert found.differs == {"data": True, "weights": False, "method": False}
    assert found.score["data"] == pytest.approx(new.total - old.total, abs=1e-9)
    assert (found.score["weights"] == 0).all()


@pytest.mark.parametrize("choices", [c for c in RECIPES if "weights" not in c], ids=str)
def test_only_data_differ_and_all_is_fitted_anew(choices):
    """Identity: one rule on two tables; numbers that joint imputations and nodes fit anew are data, not method."""
    edition = with_changes(yt.load_edition("asem"), choices)
    table = yt.evaluate("asem").table
    old, new = (yt.apply(one, yt.fit(one, edition)) for one in (table, shifted(table)))
    found = attribute_change(old, new)
    assert found.differs == {"data": True, "weights": False, "method": False}
    assert found.score["data"] == pytest.approx(new.total - old.total, abs=1e-9)


@pytest.mark.parametrize("choices", [c | {"aggregate": "vikor"} for c in RECIPES if "weights" in c], ids=str)
def test_weights_made_anew_are_weights(choices):
    """Convention: weights that a method makes of other data are booked under weights; ideals that follow from them too.

    Derivation: two parts differ, so each is the mean of two differences of scores.
    """
    edition = with_changes(yt.load_edition("asem"), choices)
    table = yt.evaluate("asem").table
    old, new = (yt.apply(one, yt.fit(one, edition)) for one in (table, shifted(table)))
    found = attribute_change(old, new)
    assert found.differs == {"data": True, "weights": True, "method": False}
    assert any(".weights." in change.path for change in found.found.recipe)

    def mixed(table, weights):
        stated = {node.code: dict(zip(node.children, node.weights, strict=True)) for node in weights.recipe.nodes}
        given = {code: weight for children in stated.values() for code, weight in children.items()}
        return yt.apply(table, yt.fit(table, with_changes(edition, {"weights": given}))).total

    first, second = mixed(table, new), mixed(new.table, old)
    assert mixed(table, old) == pytest.approx(old.total, abs=1e-9)
    assert found.score["weights"] == pytest.approx(((first - old.total) + (new.total - second)) / 2, abs=1e-9)


def test_only_weights_differ():
    """Identity: with one table the whole change is the weights'."""
    old = yt.evaluate("asem")
    weights = np.array(old.recipe.root.weights)[::-1] * np.array([0.7, 1.3])
    root = replace(old.recipe.root, weights=tuple((weights / weights.sum()).tolist()))
    new = yt.apply(old.table, replace(old.recipe, nodes=(*old.recipe.nodes[:-1], root)))
    found = attribute_change(old, new)
    assert found.differs == {"data": False, "weights": True, "method": False}
    assert found.score["weights"] == pytest.approx(new.total - old.total, abs=1e-9)


def test_the_simulated_province_with_filled_cells():
    """Identity on two years, with a joint imputation: parts sum to the change of every county scored in both."""
    old = yt.evaluate("zhejiang-2022", period=2021, impute="knn")
    new = yt.evaluate("zhejiang-2022", period=2022, impute="knn", weights="entropy")
    found = attribute_change(old, new)
    place = {unit: row for row, unit in enumerate(old.table.units)}
    rows_old = [place[unit] for unit in found.units]
    rows_new = [new.table.units.index(unit) for unit in found.units]
    change = new.total[rows_new] - old.total[rows_old]
    total = sum(found.score.values())
    known = np.isfinite(change) & np.isfinite(total)
    assert known.sum() > 60
    assert total[known] == pytest.approx(change[known], abs=1e-9)


def test_national_size():
    """Identity on 2,844 units and 51 indicators, three parts at once: they sum to every change of score and rank."""
    old = large_board()
    edition = with_changes(yt.load_edition("zhejiang-2022"), {"weights": "satisfaction-35", "aggregate": "geometric"})
    table = shifted(old.table)
    new = yt.apply(table, yt.fit(table, edition))
    found = attribute_change(old, new)
    assert found.differs == {"data": True, "weights": True, "method": True}
    change, gained = new.total - old.total, old.rank - new.rank
    known = np.isfinite(change) & np.isfinite(found.score["data"])
    assert known.sum() > 2000
    assert sum(found.score.values())[known] == pytest.approx(change[known], abs=1e-9)
    assert sum(found.rank.values())[known] == pytest.approx(gained[known], abs=1e-9)


# Tables, and what is refused.


def test_table_in_both_languages():
    """One row a unit, names in the language asked for, the largest change first; parts sum to the change."""
    old = yt.evaluate("zhejiang-2022", period=2021)
    new = yt.evaluate("zhejiang-2022", period=2022, weights="satisfaction-35")
    found = attribute_change(old, new)
    zh, en = found.table("zh"), found.table("en")
    assert en.equals(found.frame)
    assert zh.drop(columns="name").equals(en.drop(columns="name"))
    row = new.table.row_of("嘉善县")
    name = {lang: table.set_index("unit").loc[new.table.units[row], "name"] for lang, table in (("zh", zh), ("en", en))}
    assert name == {"zh": "嘉善县", "en": new.table.name_of(row, "en")}
    assert name["en"].isascii()
    assert zh.attrs["simulated"]
    assert zh.attrs["notice"] == new.recipe.notice[0] != en.attrs["notice"]
    assert zh.attrs["differs"] == {"data": True, "weights": True, "method": False}
    known = zh.dropna(subset=["change", "data"])
    assert len(known) > 60
    assert (known[["data", "weights", "method"]].sum(axis=1) - known["change"]).abs().max() < 1e-9
    assert known["change"].abs().is_monotonic_decreasing


def test_boards_with_nothing_in_common_are_refused(refused):
    """Other indicators; and other units of the same index."""
    assert [f.code for f in refused(attribute_change, yt.evaluate("hdi"), yt.evaluate("asem"))] == ["nothing-shared"]
    board = yt.evaluate("hdi")
    halves = [yt.apply(board.table.take(rows), board.recipe) for rows in (range(90), range(90, 180))]
    (fault,) = refused(attribute_change, *halves)
    assert fault.code == "nothing-shared"
