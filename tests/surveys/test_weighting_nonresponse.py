"""Non-response: hand derivations, the two usual steps, AAPOR's formulas, and the rule of merging."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yitihua.errors import InputError
from yitihua.surveys.weighting.collapse import Merge, collapse
from yitihua.surveys.weighting.nonresponse import adjust_nonresponse, classes_of
from yitihua.surveys.weighting.responses import CATEGORIES, categories, response_rates
from yitihua.surveys.weighting.steps import Weights

COMPLETE, PARTIAL, R, NC, OTHER, UH, UO, NE = range(8)


def test_the_factor_by_hand() -> None:
    """Class 0: 2 complete, 1 refusal, 1 not eligible, 1 unknown, all of weight 10; e = 3/4, so (20+10+7.5)/20."""
    category, cell = np.array([COMPLETE, COMPLETE, R, NE, UO, COMPLETE]), np.array([0, 0, 0, 0, 0, 1])
    found = adjust_nonresponse(np.full(6, 10.0), category, cell, minimum=1)
    np.testing.assert_allclose(found.factor, [1.875, 1.875, 0, 0, 0, 1])
    overall = adjust_nonresponse(np.full(6, 10.0), category, cell, minimum=1, e="overall")
    np.testing.assert_allclose(overall.factor[:2], (20 + 10 + 10 * 4 / 5) / 20)
    given_e = adjust_nonresponse(np.full(6, 10.0), category, cell, minimum=1, e=0.0)
    np.testing.assert_allclose(given_e.factor[:2], 1.5)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_one_formula_is_the_two_usual_steps(seed: int) -> None:
    """Valliant, Dever & Kreuter: unknown shared among the known, then non-respondents among respondents."""
    rng = np.random.default_rng(seed)
    cell = np.repeat(np.arange(3), 60)
    category, weight = rng.choice(8, 180, p=[0.4, 0.1, 0.1, 0.1, 0.05, 0.05, 0.1, 0.1]), rng.uniform(1, 9, 180)
    found = adjust_nonresponse(weight, category, cell, minimum=1, limit=np.inf)
    for c in range(3):
        own = cell == c
        known, eligible = own & ~np.isin(category, (UH, UO)), own & (category < 5)
        answered = own & (category <= PARTIAL)
        first = weight[own].sum() / weight[known].sum()
        second = weight[eligible].sum() / weight[answered].sum()
        np.testing.assert_allclose(found.factor[answered], first * second)
        assert np.all(found.factor[own & ~answered] == 0)


def test_partial_interviews_may_count_as_refusals() -> None:
    category, cell = np.array([COMPLETE, PARTIAL]), np.zeros(2, dtype=int)
    assert adjust_nonresponse(np.ones(2), category, cell, minimum=1).factor.tolist() == [1, 1]
    assert adjust_nonresponse(np.ones(2), category, cell, minimum=1, partial=False).factor.tolist() == [2, 0]


def test_response_rates_are_those_of_aapor() -> None:
    """Standard Definitions, 10th edition: numbers by hand."""
    rates = response_rates(np.repeat(np.arange(8), [500, 60, 120, 80, 40, 90, 110, 60]))
    known, unknown, e = 800, 200, 800 / 860
    assert rates.e == pytest.approx(e)
    wanted = [500 / 1000, 560 / 1000, 500 / (known + e * unknown), 560 / (known + e * unknown), 500 / 800, 560 / 800]
    assert [rates.rr1, rates.rr2, rates.rr3, rates.rr4, rates.rr5, rates.rr6] == pytest.approx(wanted)
    weighted = response_rates(np.array([COMPLETE, R]), np.array([1.0, 3.0]))
    assert weighted.rr1 == 0.25
    assert np.isnan(response_rates(np.array([NE])).rr1)
    assert len(CATEGORIES) == 8


def test_unknown_dispositions_are_named_with_their_number() -> None:
    with pytest.raises(InputError) as caught:
        categories(["complete", "refusd", None, "refusd"])
    codes = [fault.code for fault in caught.value.faults]
    assert codes == ["disposition-unknown", "disposition-missing"]
    assert "'refusd' is not known (2 people, first in row 2)" in str(caught.value)
    assert "Did you mean 'refusal'" in str(caught.value)
    assert "rows 3" in str(caught.value)
    assert categories(["abgebrochen"], {"abgebrochen": "R"}).tolist() == [R]


def test_small_classes_merge_with_the_stated_or_the_smaller_neighbour() -> None:
    ones = np.ones(4)
    to, log = collapse(np.array([50, 3, 20, 9]), ones, ones, np.zeros(4, int), minimum=10)
    # 3 goes to the neighbour with fewer respondents, the 20; then 9 goes to the only one beside it.
    assert to.tolist() == [0, 2, 2, 2]
    assert log == (Merge(1, 2, 3, 1.0), Merge(3, 2, 9, 1.0))
    to, _ = collapse(np.array([50, 3, 20, 9]), ones, ones, np.zeros(4, int), minimum=10, neighbour={1: 0})
    assert to.tolist() == [0, 0, 2, 2]
    # Across parents nothing merges: the last class of a parent stays, and is in the log.
    to, log = collapse(np.array([50, 3]), ones[:2], ones[:2], np.array([0, 1]), minimum=10)
    assert to.tolist() == [0, 1]
    assert log == (Merge(1, 1, 3, 1.0),)


def test_a_factor_above_the_limit_merges_too() -> None:
    to, log = collapse(np.array([30, 30]), np.array([30.0, 30.0]), np.array([120.0, 33.0]), np.zeros(2, int), limit=3)
    assert to.tolist() == [1, 1]
    assert log[0].factor == 4


def test_merging_keeps_the_sum_of_weights_and_is_told() -> None:
    rng = np.random.default_rng(8)
    county, age = rng.integers(0, 4, 800), rng.integers(0, 6, 800)
    cell, classes, parent = classes_of(county, age)
    category = np.where(rng.random(800) < 0.3, COMPLETE, rng.choice([R, NC], 800))
    weights = Weights.start(rng.uniform(1, 5, 800)).adjust_nonresponse(
        category, cell, classes, parent=parent, minimum=12
    )
    for c in range(4):
        assert weights.final[county == c].sum() == pytest.approx(weights.base[county == c].sum())
    assert weights.notes
    note = weights.notes[0]
    assert note.code == "weights-note-class-merged"
    assert "merged with" in note.problem("en")
    assert "并入" in note.problem("zh")
    assert weights.steps[0].n == int((category == COMPLETE).sum())


def test_eligible_people_without_a_respondent_are_refused() -> None:
    with pytest.raises(InputError, match="2 people are eligible but none answered") as caught:
        adjust_nonresponse(
            np.ones(3), np.array([R, R, COMPLETE]), np.array([0, 0, 1]), ("a", "b"), parent=np.array([0, 1])
        )
    assert caught.value.faults[0].key == "a"
    with pytest.raises(InputError, match="there is no class 'c'"):
        adjust_nonresponse(
            np.ones(2), np.array([COMPLETE, COMPLETE]), np.array([0, 1]), ("a", "b"), neighbour={"a": "c"}
        )
    with pytest.raises(InputError, match="do not have the same parent"):
        adjust_nonresponse(
            np.ones(2),
            np.array([COMPLETE, COMPLETE]),
            np.array([0, 1]),
            ("a", "b"),
            parent=np.array([0, 1]),
            neighbour={"a": "b"},
        )
    with pytest.raises(InputError, match="out of range: 2"):
        adjust_nonresponse(np.ones(1), np.array([COMPLETE]), np.array([0]), e=2.0)


def test_the_log_names_classes() -> None:
    found = adjust_nonresponse(
        np.ones(5),
        np.array([COMPLETE, R, COMPLETE, COMPLETE, COMPLETE]),
        np.array([0, 0, 1, 1, 1]),
        ("a", "b"),
        minimum=2,
    )
    assert found.log.to_dict("records") == [{"class": "a", "merged_into": "b", "respondents": 1, "factor": 2.0}]
