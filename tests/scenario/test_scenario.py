"""Scenarios: values by hand, and the board that `whatif` gives for them."""

import numpy as np
import pytest

import yitihua as yt
from yitihua.analysis.scenario import FORMS, LABEL, assumption_of


@pytest.fixture(scope="module")
def zhejiang():
    return yt.evaluate("zhejiang-2022")


def now(board, unit, code):
    return float(board.table.values[board.table.row_of(unit), board.table.indicators.index(code)])


HAND = {
    "a value": (95, 1, lambda x, b: 95.0),
    "a value as text": ("=95", 1, lambda x, b: 95.0),
    "an amount": ("+3", 4, lambda x, b: x + 3),
    "an amount every year": ("+0.5/y", 4, lambda x, b: x + 2),
    "a share of itself": ("-5%", 4, lambda x, b: 0.95 * x),
    "a rate every year": ("+2%/y", 4, lambda x, b: x * 1.02**4),
    "a rate in Chinese": ("每年+2％", 4, lambda x, b: x * 1.02**4),
    "half the gap": ("gap 50%", 1, lambda x, b: x + (max(goalposts(b, "A02")) - x) / 2),
    "the gap in Chinese": ("差距50%", 1, lambda x, b: x + (max(goalposts(b, "A02")) - x) / 2),
    "a third of the way to the best": ("best 30%", 1, lambda x, b: x + 0.3 * (best(b, "A02") - x)),
}


def goalposts(board, code):
    return next(rule.goalposts for rule in board.recipe.indicators if rule.code == code)


def best(board, code):
    return float(np.nanmax(board.table.values[board.level_rows["county"], board.table.indicators.index(code)]))


@pytest.mark.parametrize(("stated", "years", "expected"), HAND.values(), ids=HAND)
def test_values_by_hand(zhejiang, stated, years, expected):
    found = zhejiang.scenario({"A02": stated}, ["嘉善县"], years=years)
    value = found.values()["value_new"].item()
    assert value == pytest.approx(expected(now(zhejiang, "嘉善县", "A02"), zhejiang))
    other = zhejiang.whatif(values={"嘉善县": {"A02": value}}).board
    np.testing.assert_array_equal(found.board.total, other.total)


def test_less_is_better_goes_down(zhejiang):
    """Of an indicator of which less is better the gap is to the lower goalpost."""
    code = next(rule.code for rule in zhejiang.recipe.indicators if not rule.positive)
    found = zhejiang.scenario({code: "gap 50%"}).values()
    goal = min(goalposts(zhejiang, code))
    expected = np.minimum(found["value"], found["value"] + (goal - found["value"]) / 2)
    np.testing.assert_allclose(found["value_new"], expected)


def test_trend_goes_on():
    old, new = yt.evaluate("hdi", period=2021), yt.evaluate("hdi", period=2022)
    found = new.scenario({"le": "trend"}, ["Norway"], years=2, before=old)
    last, first = now(new, "Norway", "le"), now(old, "Norway", "le")
    assert found.values()["value_new"].item() == pytest.approx(last + 2 * (last - first))


def test_nodes_and_their_own(zhejiang):
    """A node stands for all below it; what is said of an indicator itself goes before."""
    found = zhejiang.scenario({"D01": "=90", "D": "+1"}, ["嘉善县"])
    table = found.values().set_index("indicator")
    assert table.loc["D01", "value_new"] == 90
    assert table.loc["D02", "value_new"] == table.loc["D02", "value"] + 1
    assert set(table.index) <= {code for code in zhejiang.recipe.codes if code.startswith("D")}


def test_what_cannot_be_is_cut_and_told(zhejiang):
    found = zhejiang.scenario({"D09": "+60"})
    table = found.values()
    assert table["value_new"].max() == 100
    assert (table["capped"] == (table["value"] + 60 > 100)).all()
    assert str(int(table["capped"].sum())) in found.notes("en")[1]


def test_it_says_what_it_is(zhejiang):
    found = zhejiang.scenario({"E": "gap 50%"})
    for lang, label in zip(("zh", "en"), LABEL, strict=True):
        assert found.notes(lang)[0] == label
        assert found.to_dict(lang)["scenario"] == label
        assert found.table(lang).attrs["scenario"] == label
        assert found.values(lang).attrs["scenario"] == label
    assert LABEL[1] in repr(found.board)
    assert found.table().attrs["simulated"]
    assert "simulated" in repr(found)


def test_the_narrowest_holds(zhejiang):
    """Whatever the order: an indicator before its node, a node before the index."""
    root = zhejiang.recipe.root.code
    for order in ((root, "D", "D09"), ("D09", "D", root)):
        said = {root: "+1", "D": "+2", "D09": "+3"}
        found = zhejiang.scenario({name: said[name] for name in order}).assumed
        assert (found["A01"].size, found["D01"].size, found["D09"].size) == (1, 2, 3)


def test_missing_stays_missing(zhejiang):
    found = zhejiang.scenario({"A": "gap 50%"})
    before, after = np.isnan(zhejiang.table.values), np.isnan(found.board.table.values)
    np.testing.assert_array_equal(before, after)


BAD = {
    "nothing": ({}, {}, "{}"),
    "unreadable": ({"A02": "more"}, {}, "more"),
    "over the whole gap": ({"A02": "gap 150%"}, {}, "gap 150%"),
    "not finite": ({"A02": float("nan")}, {}, "nan"),
    "unknown indicator": ({"Q": "+1"}, {}, "'Q'"),
    "unknown unit": ({"A02": "+1"}, {"units": ["Atlantis"]}, "Atlantis"),
    "one node named twice": ({"D": "gap 50%", "保障支撑": "best 20%"}, {}, "twice"),
    "no years": ({"A02": "+1/y"}, {"years": 0}, "years"),
    "a trend without a past": ({"A02": "trend"}, {}, "earlier"),
}


@pytest.mark.parametrize(("assume", "more", "said"), BAD.values(), ids=BAD)
def test_bad_input(zhejiang, assume, more, said):
    with pytest.raises(yt.InputError) as error:
        zhejiang.scenario(assume, **more)
    assert len(error.value.faults) == 1
    assert said in str(error.value)
    assert error.value.faults[0].text("zh") != error.value.faults[0].text("en")


def test_no_goalposts_no_gap():
    with pytest.raises(yt.InputError, match="CO2"):
        yt.evaluate("asem").scenario({"CO2": "gap 50%"})


def test_units_without_values(zhejiang):
    rows = np.argwhere(np.isnan(zhejiang.table.values))
    row, column = rows[0].tolist()
    with pytest.raises(yt.InputError, match="nothing changes"):
        zhejiang.scenario({zhejiang.table.indicators[column]: "+1"}, [zhejiang.table.units[row]])


def test_every_form_that_is_offered_is_read():
    assert all(assumption_of(form) is not None for form in FORMS)


def test_a_scenario_is_a_board(zhejiang):
    """Its sampling error is that of the surveys, and it can be asked what any board is asked."""
    found = zhejiang.scenario({"E01": "+1"}).board.uncertainty(n=200, seed=1, sampling=True)
    assert np.isfinite(found.score_interval[0]).any()
