"""Scores against hand derivations, identities, and the plain estimator's own scores on the shipped answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from yitihua.definitions import load_edition
from yitihua.definitions.survey_models import Item, QuestionnaireFile
from yitihua.surveys import direct
from yitihua.surveys.answers import read_answers
from yitihua.surveys.scoring import indicator_items, item_scores, respondent_scores, score

FORMS = load_edition("zhejiang-2022").questionnaires
ITEMS = [(name, code) for name, form in FORMS.items() for code, item in form.items.items() if item.scoring != "none"]


@pytest.fixture(scope="module")
def answers():
    return {name: read_answers(f"zhejiang-2022-simulated-{name}", form) for name, form in FORMS.items()}


@pytest.mark.parametrize(("name", "code"), ITEMS)
def test_same_as_the_plain_estimator(answers, name, code):
    form, codes = FORMS[name], answers[name].item(code)
    expected = direct.item_scores(codes, form.items[code], form)
    np.testing.assert_array_equal(item_scores(codes, form.items[code], form), expected)


def scored(codes: list[float], kind: str = "ordinal", **settings: object) -> list[float]:
    options = [{"code": c, "text": str(c)} for c in (1, 2, 3, 5, 8)] + [{"code": 98, "text": "dk", "missing": True}]
    if kind == "binary":
        options = [{"code": c, "text": str(c)} for c in (0, 1, 2)]
    scale = {"kind": kind} | ({"minimum": 0, "maximum": 10} if kind == "numeric" else {"options": options})
    item = Item.model_validate({"text": "x", "scale": "s", "role": "check", **settings})
    info = {"title": "x", "population": "x"}
    form = QuestionnaireFile.model_validate({"questionnaire": info, "scales": {"s": scale}, "items": {"x": item}})
    return item_scores(np.array(codes), item, form).tolist()


CODES = [1.0, 2.0, 3.0, 5.0, 8.0, 98.0, 4.0, np.nan]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        # Codes 1 2 3 5 8: the best two are 8 and 5 although 7 is not there; 98 and the unknown 4 have no score.
        ({"scoring": "linear100"}, [0, 100 / 7, 200 / 7, 400 / 7, 100]),
        ({"scoring": "linear100", "reverse": True}, [100, 600 / 7, 500 / 7, 300 / 7, 0]),
        ({"scoring": "top2"}, [0, 0, 0, 100, 100]),
        ({"scoring": "top2", "reverse": True}, [100, 100, 0, 0, 0]),
        ({"scoring": "top", "top": 1}, [0, 0, 0, 0, 100]),
        ({"scoring": "top", "top": 3}, [0, 0, 100, 100, 100]),
        ({"scoring": "net"}, [-100, -100, 0, 100, 100]),
        ({"scoring": "net", "reverse": True}, [100, 100, 0, -100, -100]),
        ({"scoring": "none"}, [np.nan] * 5),
    ],
)
def test_ordinal_by_hand(settings, expected):
    np.testing.assert_allclose(scored(CODES, **settings), [*expected, np.nan, np.nan, np.nan], rtol=1e-15)


def test_binary_and_numbers_by_hand():
    assert scored([0, 1, 2], "binary", scoring="share_yes") == [0, 100, 0]
    assert scored([0, 1, 2], "binary", scoring="share_yes", reverse=True) == [100, 0, 0]
    plain = scored([0, 2.5, 10, 11, -1], "numeric", scoring="numeric")
    np.testing.assert_array_equal(plain, [0, 2.5, 10, np.nan, np.nan])
    np.testing.assert_array_equal(scored([0, 2.5, 10], "numeric", scoring="linear100"), [0, 25, 100])
    np.testing.assert_array_equal(scored([0, 2.5], "numeric", scoring="linear100", reverse=True), [100, 75])


def test_the_mean_of_net_is_satisfied_minus_dissatisfied(answers):
    """Identity: net = share of the best two - share of the worst two."""
    form = FORMS["citizens"]
    codes = answers["citizens"].item("CZ04")
    codes = codes[np.isin(codes, [1, 2, 3, 4, 5])]
    net = item_scores(codes, form.items["CZ04"].model_copy(update={"scoring": "net"}), form).mean()
    assert net == pytest.approx(100 * (np.mean(codes >= 4) - np.mean(codes <= 2)), abs=1e-9)


def test_half_rule():
    scores = np.array([[100.0, 0.0, 50.0, 50.0], [100.0, np.nan, 50.0, np.nan], [np.nan, np.nan, 50.0, np.nan]])
    np.testing.assert_array_equal(respondent_scores(scores, np.ones(4)), [50, 75, np.nan])
    np.testing.assert_array_equal(respondent_scores(scores, np.ones(4), 0.25), [50, 75, 50])
    np.testing.assert_array_equal(respondent_scores(scores, np.array([3.0, 1.0, 1.0, 1.0])), [400 / 6, 87.5, np.nan])


@given(arrays(float, (6, 4), elements=st.sampled_from([0.0, 25.0, 50.0, 75.0, 100.0, np.nan])), st.floats(0.1, 10))
def test_respondent_scores_do_not_depend_on_the_unit_of_weights(scores, factor):
    weights = np.array([0.1, 0.2, 0.3, 0.4])
    one, other = (respondent_scores(scores, w) for w in (weights, weights * factor))
    np.testing.assert_allclose(one, other, rtol=1e-12)
    known = one[np.isfinite(one)]
    assert ((known >= 0) & (known <= 100)).all()


def test_score_of_the_shipped_answers(answers):
    made = score(answers["citizens"])
    assert made.indicators == ("E01", "E02", "E03", "E09")
    assert indicator_items(FORMS["citizens"])["E02"] == ("CZ06", "CZ07", "CZ08", "CZ09")
    block = np.column_stack([made.item(code) for code in ("CZ06", "CZ07", "CZ08", "CZ09")])
    n = np.isfinite(block).sum(axis=1)
    expected = np.where(n >= 2, np.nansum(block, axis=1) / np.maximum(n, 1), np.nan)
    np.testing.assert_allclose(made.indicator("E02"), expected, rtol=1e-15)
    assert np.isnan(made.indicator_scores[~answers["citizens"].answered]).all()
    assert made.n_items.max() == 4


def test_who_counts_can_be_said(answers):
    who = np.zeros(len(answers["citizens"]), dtype=bool)
    assert np.isnan(score(answers["citizens"], who=who).indicator_scores).all()
