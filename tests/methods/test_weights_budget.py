"""Budget allocation and Delphi: by hand, Kendall's W against scipy's Friedman test, tables of experts, faults."""

from __future__ import annotations

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import friedmanchisquare, wilcoxon

import yitihua as yt
from yitihua.index.recipe import Recipe
from yitihua.index.weights.agreement import kendall_w
from yitihua.index.weights.ahp_sheet import Comparison
from yitihua.index.weights.budget import budget
from yitihua.index.weights.delphi import authority, delphi_change, delphi_round
from yitihua.index.weights.expert_table import read_expert_table
from yitihua.publish.expert_forms import budget_form

ASKED = Comparison("A", ("甲", "A"), ("A1", "A2", "A3"), (("速度", "speed"), ("成本", "cost"), ("质量", "quality")))


# Kendall's W.


@given(hnp.arrays(float, (5, 4), elements=st.integers(1, 5).map(float)))
def test_w_is_friedmans_statistic(scores):
    """Oracle: scipy.stats.friedmanchisquare, corrected for ties: chi2 = m (n - 1) W."""
    found = kendall_w(scores)
    if np.isnan(found.w):
        assert all(len(set(row)) == 1 for row in scores.tolist())
        return
    chi2, p = friedmanchisquare(*scores.T)
    assert found.chi2 == pytest.approx(chi2)
    assert found.p == pytest.approx(p)
    assert found.w == pytest.approx(chi2 / (5 * 3))


def test_w_at_its_ends():
    """Identity: the same order gives 1; two opposite orders give 0."""
    order = np.array([1.0, 2.0, 3.0, 4.0])
    assert kendall_w(np.array([order, order, order])).w == pytest.approx(1)
    assert kendall_w(np.array([order, order[::-1]])).w == pytest.approx(0)


def test_w_leaves_out_who_did_not_score_all():
    """Stated: such a judge cannot be ranked."""
    scores = np.array([[1.0, 2.0, 3.0], [1.0, 3.0, 2.0], [np.nan, 1.0, 2.0]])
    assert kendall_w(scores).w == kendall_w(scores[:2]).w
    assert kendall_w(scores).judges == 2
    assert np.isnan(kendall_w(scores[:1]).w)
    assert np.isnan(kendall_w(np.ones((3, 4))).w)


# Budgets.


def test_means_and_medians_by_hand():
    """By hand: shares (.5 .3 .2), (.6 .4 0), (.1 .1 .8): means .4 .8/3 1/3; medians .5 .3 .2."""
    points = np.array([[50.0, 30.0, 20.0], [60.0, 40.0, np.nan], [10.0, 10.0, 80.0]])
    assert budget(points).weights == pytest.approx([0.4, 0.8 / 3, 1 / 3])
    assert budget(points, centre="median").weights == pytest.approx([0.5, 0.3, 0.2])
    assert budget(points).sd == pytest.approx(np.std([[0.5, 0.3, 0.2], [0.6, 0.4, 0], [0.1, 0.1, 0.8]], axis=0, ddof=1))


def test_other_sums_are_scaled_where_allowed():
    """By hand: 5 and 5 of a budget of 100 is one half each."""
    found = budget(np.array([[5.0, 5.0], [20.0, 80.0]]), sums="rescale", experts=["Wang", "Li"])
    assert found.weights == pytest.approx([0.35, 0.65])
    assert found.rescaled == ("Wang",)


def test_zeros_and_constant_opinions():
    """Stated: 0 points is an opinion; experts who all say the same are followed, W is then not defined."""
    found = budget(np.array([[100.0, 0.0], [100.0, 0.0]]))
    assert found.weights.tolist() == [1.0, 0.0]
    assert np.isnan(budget(np.full((3, 4), 25.0)).concordance.w)


@given(hnp.arrays(float, (4, 5), elements=st.integers(1, 50).map(float)))
def test_weights_are_weights(points):
    found = budget(points, sums="rescale")
    assert found.weights.sum() == pytest.approx(1)
    assert (found.weights > 0).all()
    assert found.shares.sum(axis=1) == pytest.approx(np.ones(4))


@pytest.mark.parametrize(
    ("points", "code"),
    [
        ([[50.0, 60.0]], "budget-sum"),
        ([[50.0, -50.0]], "budget-points"),
        ([[50.0, np.nan]], "budget-missing"),
        ([[0.0, 0.0]], "budget-sum"),
        ([[np.inf, 1.0]], "budget-points"),
    ],
)
def test_budgets_that_are_none(points, code):
    with pytest.raises(yt.InputError) as caught:
        budget(np.array(points))
    assert [fault.code for fault in caught.value.faults] == [code]


def test_no_experts_and_medians_of_nothing_are_refused():
    with pytest.raises(yt.InputError):
        budget(np.empty((0, 3)))
    with pytest.raises(yt.InputError) as caught:
        budget(np.array([[100.0, 0, 0], [0, 100.0, 0], [0, 0, 100.0]]), centre="median")
    assert caught.value.faults[0].code == "budget-median"


# Tables of experts, and the form.


def test_columns_by_code_or_name_in_any_order(tmp_path):
    """By hand; a column of another node is passed over."""
    path = tmp_path / "points.csv"
    path.write_text("专家,质量,A1,cost,B9\n王,20,50,30,7\n,,,,\n李,10,60,30,\n", encoding="utf-8")
    experts, points = read_expert_table(path, ASKED)
    assert experts == ("王", "李")
    assert points.tolist() == [[50, 30, 20], [60, 30, 10]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("expert,A1,A2\nWang,50,50\n", "expert-columns"),
        ("expert,A1,A2,A3\nWang,50,lots,20\n", "not-a-number"),
        ("expert,A1,speed,A2,A3\nWang,50,50,30,20\n", "duplicate-column"),
    ],
)
def test_tables_that_do_not_fit(tmp_path, text, code):
    path = tmp_path / "points.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(yt.InputError) as caught:
        read_expert_table(path, ASKED)
    assert caught.value.faults[0].code == code
    assert caught.value.faults[0].file == "points.csv"


def project(folder, keys):
    (folder / "index").mkdir(exist_ok=True)
    text = f'extends = "hdi"\n[weights]\nuse = "experts"\n[weights.sets.experts]\n{keys}\n'
    (folder / "index" / "mine.toml").write_text(text, encoding="utf-8")
    (folder / "project.toml").write_text('edition = "mine"\n', encoding="utf-8")
    return folder


def filled(path, rows):
    """Write the form and fill in rows of experts, by sheet."""
    path.write_bytes(budget_form(yt.load_edition("hdi")))
    book = openpyxl.load_workbook(path)
    for name, experts in rows.items():
        for i, values in enumerate(experts):
            for j, value in enumerate(values):
                book[name].cell(5 + i, 1 + j).value = value
    book.save(path)


def test_from_the_form_to_a_ranking(tmp_path):
    """Identity: weights of the index are the means of the filled form; the file is recorded; JSON scores the same."""
    filled(tmp_path / "points.xlsx", {"HDI": [["王", 50, 30, 20], ["李", 30, 30, 40]], "education": [["王", 60, 40]]})
    board = yt.evaluate(project(tmp_path, 'method = "budget"\nfile = "points.xlsx"'))
    weights = dict(zip(board.recipe.root.children, board.recipe.root.weights, strict=True))
    assert weights == pytest.approx({"health": 0.4, "education": 0.3, "income": 0.3})
    assert "points.xlsx" in dict(board.recipe.fitted_on)
    assert any("2 experts, Kendall's W" in note[1] for note in board.recipe.weighting.notes)
    assert any("1 expert, no Kendall's W" in note[1] for note in board.recipe.weighting.notes)
    recipe = Recipe.from_json(board.recipe.to_json())
    assert recipe == board.recipe
    np.testing.assert_array_equal(yt.apply(board.table, recipe).total, board.total)


def test_an_empty_form_is_refused(tmp_path):
    """Sent back as it went out: a fault that says so, no traceback."""
    filled(tmp_path / "points.xlsx", {})
    with pytest.raises(yt.InputError) as caught:
        yt.evaluate(project(tmp_path, 'method = "budget"\nfile = "points.xlsx"'))
    assert caught.value.faults[0].code == "budget-empty"


def test_forms_are_the_same_bytes():
    edition = yt.load_edition("zhejiang-2022")
    assert budget_form(edition) == budget_form(edition)


# Delphi.


SCORES = np.array([[5.0, 3.0, 4.0], [4.0, 4.0, 4.0], [5.0, 2.0, np.nan]])


def test_a_round_by_hand():
    """By hand: means 14/3, 3, 4; full scores 2/3, 0, 0 of those who scored; cv = sd (n - 1) / mean."""
    found = delphi_round(SCORES)
    assert found.mean == pytest.approx([14 / 3, 3, 4])
    assert found.full_share == pytest.approx([2 / 3, 0, 0])
    assert found.cv == pytest.approx([np.std([5, 4, 5], ddof=1) / (14 / 3), 1 / 3, 0])
    assert found.weights == pytest.approx(np.array([14 / 3, 3, 4]) / (14 / 3 + 7))
    assert found.count.tolist() == [3, 3, 2]
    assert found.agree_share == pytest.approx([1, 1 / 3, 1])  # 4 of 5 and more
    assert found.consensus.tolist() == [True, False, True]


def test_authority_weighs_experts():
    """By hand: Cr = (Ca + Cs) / 2; mean of item 1 with 0.8, 0.6, 0.4."""
    cr = authority(np.array([0.9, 0.7, 0.5]), np.array([0.7, 0.5, 0.3]))
    assert cr == pytest.approx([0.8, 0.6, 0.4])
    assert delphi_round(SCORES, authority=cr).mean[0] == pytest.approx((5 * 0.8 + 4 * 0.6 + 5 * 0.4) / 1.8)


def test_what_moved_between_rounds():
    """Oracle: scipy.stats.wilcoxon on the experts who moved."""
    rng = np.random.default_rng(2)
    earlier = rng.integers(1, 6, (12, 3)).astype(float)
    later = np.clip(earlier + rng.integers(-1, 2, (12, 3)), 1, 5)
    later[:, 2] = earlier[:, 2]
    found = delphi_change(earlier, later)
    gap = (later - earlier)[:, 0]
    assert found.p[0] == pytest.approx(wilcoxon(gap[gap != 0]).pvalue)
    assert found.p[2] == 1
    assert found.mean == pytest.approx(later.mean(axis=0) - earlier.mean(axis=0))
    assert found.w == pytest.approx(kendall_w(later).w - kendall_w(earlier).w)


def test_delphi_as_a_weight_method(tmp_path):
    """Identity: weights are the means of the last round, scaled; items without consensus are named."""
    (tmp_path / "round2.csv").write_text(
        "expert,health,education,income,eys,mys\nWang,5,5,3,4,5\nLi,5,4,1,4,5\nZhao,4,5,5,5,5\n", encoding="utf-8"
    )
    board = yt.evaluate(project(tmp_path, 'method = "delphi"\nfile = "round2.csv"\nfull_score = 5'))
    weights = dict(zip(board.recipe.root.children, board.recipe.root.weights, strict=True))
    total = 14 / 3 + 14 / 3 + 3
    assert weights == pytest.approx({"health": 14 / 3 / total, "education": 14 / 3 / total, "income": 3 / total})
    assert any("no consensus yet on" in note[1] and "income" in note[1] for note in board.recipe.weighting.notes)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: delphi_round(np.array([[0.0, 3.0]])), "delphi-score"),
        (lambda: delphi_round(np.array([[6.0, 3.0]]), full_score=5), "delphi-score"),
        (lambda: delphi_round(np.full((2, 2), np.nan)), "delphi-empty"),
        (lambda: delphi_round(SCORES, authority=np.array([1.0, -1.0, 0.5])), "delphi-authority"),
        (lambda: authority(np.array([1.2]), np.array([0.5])), "delphi-authority"),
        (lambda: delphi_change(SCORES, SCORES[:2]), "delphi-shape"),
    ],
)
def test_delphi_refuses(call, code):
    with pytest.raises(yt.InputError) as caught:
        call()
    assert caught.value.faults[0].code == code
