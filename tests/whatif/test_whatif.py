"""`board.whatif`: the same numbers as scoring the changed edition from the start, and parts that sum to the change.

Authorities: `yt.evaluate` with the change made in the index file (another path through the code); a weighted
sum by hand; the efficiency of the Shapley value.
"""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import yitihua as yt
from yitihua.analysis.whatif import WhatIf, whatif


@pytest.fixture(scope="module")
def zhejiang():
    return yt.evaluate("zhejiang-2022")


@pytest.fixture(scope="module")
def hdi():
    return yt.evaluate("hdi")


@pytest.fixture(scope="module")
def asem():
    return yt.evaluate("asem")


def same(found: WhatIf, board) -> None:
    np.testing.assert_allclose(found.board.total, board.total, rtol=0, atol=1e-10)
    np.testing.assert_array_equal(found.board.rank, board.rank)


@pytest.mark.parametrize("name", ["indicators-equal", "satisfaction-35", "overlap-halved", "entropy", "equal"])
def test_named_weights_are_those_of_the_edition(zhejiang, name):
    same(zhejiang.whatif(weights=name), yt.evaluate("zhejiang-2022", weights=name))


@pytest.mark.parametrize("method", ["minmax", "zscore", "rank"])
def test_another_normalisation_is_that_of_the_edition(asem, method):
    same(asem.whatif(normalise=method), yt.evaluate("asem", normalise=method))


@pytest.mark.parametrize("method", ["arithmetic", "harmonic", "topsis"])
def test_other_means_are_those_of_the_edition(hdi, method):
    same(hdi.whatif(aggregate=method), yt.evaluate("hdi", aggregate=method))


def test_settings_of_methods_are_used(asem):
    stated = {"method": "generalised", "exponent": -1.0, "floor": 20.0}
    same(asem.whatif(aggregate=stated), yt.evaluate("asem", aggregate=stated))


def test_one_indicator_and_one_node_alone(asem):
    found = asem.whatif(normalise={"CO2": "fracmax"}, aggregate={"Environ": "geometric"})
    stated = {"normalise": {"indicators": {"CO2": {"method": "fracmax"}}}}
    changed = yt.evaluate("asem", **stated).recipe.indicators[asem.recipe.codes.index("CO2")]
    assert found.board.recipe.indicators[asem.recipe.codes.index("CO2")] == changed
    assert {n.code: n.method for n in found.board.recipe.nodes if n.method != "arithmetic"} == {"Environ": "geometric"}


def test_values_are_replayed_on_the_published_bounds(zhejiang):
    """A county's score by hand: its points are (value - low) / (high - low) under unchanged goalposts."""
    row = zhejiang.table.row_of("嘉善县")
    code = "A02"
    column = zhejiang.recipe.codes.index(code)
    rule = zhejiang.recipe.indicators[column]
    low, high = rule.normalise.lower, rule.normalise.upper
    value = low + 0.25 * (high - low)
    found = zhejiang.whatif(values={"嘉善县": {code: value}})
    assert found.board.normalised[row, column] == pytest.approx(25.0 if rule.positive else 75.0)
    others = np.arange(len(zhejiang.table.units)) != row
    np.testing.assert_array_equal(found.board.total[others], zhejiang.total[others])
    assert found.board.table.origin[row, zhejiang.table.indicators.index(code)] == "assumed"
    assert any("假设值" in zh for zh, _ in found.board.table.flags["330421", code])


def test_a_table_of_values_is_a_mapping_of_values(hdi):
    frame = pd.DataFrame({"unit": ["Norway", "Japan"], "indicator": ["le", "mys"], "value": [85.0, np.nan]})
    first, second = hdi.whatif(values=frame), hdi.whatif(values={"Norway": {"le": 85}, "Japan": {"mys": None}})
    np.testing.assert_array_equal(first.board.total, second.board.total)
    assert np.isnan(first.board.table.values[hdi.table.row_of("Japan"), hdi.table.indicators.index("mys")])


def test_left_out_is_a_weight_of_zero(asem):
    found = asem.whatif(drop=["Social", "CO2"])
    sure = yt.apply(asem.table, found.board.recipe)
    assert found.board.recipe.global_weights["Social"] == 0 == found.board.recipe.global_weights["CO2"]
    np.testing.assert_allclose(sure.total, found.board.total, rtol=0, atol=0)
    assert sum(found.board.recipe.global_weights[c] for c in asem.recipe.codes) == pytest.approx(1)


def test_parts_sum_to_the_change(zhejiang):
    found = zhejiang.whatif(
        weights={"E": 0.4}, aggregate="geometric", drop=["A07"], values={"嘉善县": {"A02": 0.0}}, normalise="minmax"
    )
    assert found.parts == ("values", "normalise", "aggregate", "weights", "drop")
    change = found.board.total - found.base.total
    np.testing.assert_allclose(sum(found.score_parts.values()), change, rtol=0, atol=1e-9)
    np.testing.assert_allclose(sum(found.rank_parts.values()), found.base.rank - found.board.rank, atol=1e-9)
    frame = found.table("zh")
    np.testing.assert_allclose(frame["rank_own"] + frame["rank_others"], frame["rank_change"].astype(float), atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(share=st.floats(0, 1))
def test_siblings_share_the_rest_in_proportion(share):
    board = yt.evaluate("hdi")
    found = whatif(board, weights={"Health": share})
    weights = dict(zip(board.recipe.root.children, found.board.recipe.root.weights, strict=True))
    assert sum(weights.values()) == pytest.approx(1)
    assert weights["health"] == share
    assert weights["education"] == pytest.approx(weights["income"])


def test_stating_the_weights_in_force_moves_nobody(zhejiang):
    found = zhejiang.whatif(weights=dict.fromkeys("ABCDE", 0.2))
    assert found.comparison().agreement.moved == 0
    np.testing.assert_allclose(found.board.total, zhejiang.total, rtol=0, atol=1e-12)


def test_without_a_scale_there_are_no_grades(zhejiang):
    found = zhejiang.whatif(normalise="zscore")
    assert found.board.recipe.grades == ()
    assert any("no scale" in note for note in found.notes("en"))
    assert any("没有固定量程" in note for note in found.notes("zh"))


def test_numbers_kept_from_another_year_stay(hdi):
    """A board scored by last year's recipe keeps last year's ideals when only its weights change."""
    old = yt.evaluate("hdi", period=2021, aggregate="topsis")
    new = yt.apply(yt.read_table(yt.load_edition("hdi"), period=2022), old.recipe)
    found = new.whatif(weights={"health": 0.5})
    assert [node.numbers for node in found.board.recipe.nodes] == [node.numbers for node in old.recipe.nodes]


def test_a_whatif_says_that_it_is_one(zhejiang):
    found = zhejiang.whatif(weights={"A": 0.3})
    assert "假设情形" in found.board.recipe.notice[0]
    assert "simulated 模拟" in repr(found)
    assert found.to_dict("zh")["simulated"]
    assert "假设情形，不是公布结果。" in found.notes("zh")
    assert "what-if" in repr(found.board)


def test_cities_are_compared_apart():
    board = yt.evaluate("zhejiang-2022", cities=True)
    found = board.whatif(weights={"A": 0.5}, values={"嘉善县": {"A02": 0.0}})
    assert len(found.table(level="city")) == 11
    assert any("市级" in note for note in found.notes("zh"))


BAD = {
    "nothing": ({}, "nothing is asked"),
    "unknown name": ({"weights": {"Q": 0.3}}, "'Q'"),
    "does not sum": ({"weights": {"A": 0.7, "B": 0.6}}, "1.3"),
    "all stated, less than 1": ({"weights": dict.fromkeys("ABCDE", 0.1)}, "0.5"),
    "negative": ({"weights": {"A": -0.1}}, "-0.1"),
    "no number": ({"weights": {"A": "much"}}, "much"),
    "the index itself": ({"weights": {"Z": 1.0}}, "'Z'"),
    "unknown set": ({"weights": "fair"}, "'fair'"),
    "no weights": ({"weights": 3}, "int"),
    "unknown method": ({"normalise": "minmx"}, "minmx"),
    "setting of another method": ({"aggregate": {"method": "arithmetic", "exponent": 2}}, "exponent"),
    "method that must be told": ({"aggregate": "generalised"}, "exponent"),
    "node as indicator": ({"normalise": {"A": "minmax"}}, "'A'"),
    "indicator as node": ({"aggregate": {"A01": "geometric"}}, "'A01'"),
    "mean without a scale": ({"normalise": "zscore", "aggregate": "geometric"}, "no scale"),
    "unknown unit": ({"values": {"Atlantis": {"A01": 1}}}, "Atlantis"),
    "unknown indicator": ({"values": {"嘉善县": {"A99": 1}}}, "A99"),
    "value of a node": ({"values": {"嘉善县": {"A": 1}}}, "'A'"),
    "no finite value": ({"values": {"嘉善县": {"A01": float("inf")}}}, "inf"),
    "a flat mapping": ({"values": {"嘉善县": 3}}, "dict"),
    "a column is missing": ({"values": pd.DataFrame({"unit": [], "value": []})}, "'indicator'"),
    "unknown element": ({"drop": ["A99"]}, "A99"),
    "everything left out": ({"drop": list("ABCDE")}, "nothing is left"),
}


@pytest.mark.parametrize(("asked", "said"), BAD.values(), ids=BAD)
def test_bad_input(zhejiang, asked, said):
    with pytest.raises(yt.InputError) as error:
        zhejiang.whatif(**asked)
    assert len(error.value.faults) == 1
    assert said in str(error.value)
    assert error.value.faults[0].text("zh") != error.value.faults[0].text("en")


def test_all_faults_together(zhejiang):
    with pytest.raises(yt.InputError) as error:
        zhejiang.whatif(weights={"Q": 1}, normalise="x", aggregate="y", drop=["W"], values={"Atlantis": {"V": "u"}})
    assert len(error.value.faults) == 7


def test_a_set_of_an_edition_that_is_not_at_hand(hdi):
    board = dataclasses.replace(hdi, recipe=dataclasses.replace(hdi.recipe, edition="elsewhere"))
    with pytest.raises(yt.InputError, match="elsewhere"):
        board.whatif(weights="entropy")
    same(board.whatif(weights="entropy", edition=yt.load_edition("hdi")), yt.evaluate("hdi", weights="entropy"))


def test_a_set_of_another_tree(hdi):
    with pytest.raises(yt.InputError, match="another tree"):
        hdi.whatif(weights="entropy", edition=yt.load_edition("asem"))
