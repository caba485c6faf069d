"""The codebook check: unknown codes with count and nearest code, filters, item non-response. Counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from answer_examples import FORM
from hypothesis import given
from hypothesis import strategies as st

from yitihua.definitions.conditions import BadConditionError, parse_condition
from yitihua.surveys.answers import inspect_answers, read_answers
from yitihua.surveys.asked import holds
from yitihua.surveys.codebook import KIND_WORDS
from yitihua.surveys.codes import classify, code_or_none

SCALE = FORM.scales["satisfied5"]


def frame(**columns: list) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    base = {"respondent": [f"R{k}" for k in range(count)], "county": ["330102"] * count}
    return pd.DataFrame(base | dict.fromkeys(("Q1", "Q2", "Q3", "Q4"), [None] * count) | columns)


@pytest.mark.parametrize(
    ("text", "kind", "nearest"),
    [
        ("非常满意", "text", 5), ("very satisfied", "text", 5), ("Very satisfed", "text", 5), ("比较满 意", "text", 4),
        ("5、非常满意", "text", 5), ("4分", "text", 4), ("不知道", "text", 98), ("拒绝回答", "text", 98),
        ("张三", "text", None), ("５", "full-width", 5), ("９８", "full-width", 98), ("6", "beyond", 5),
        ("0", "beyond", 1), ("-1", "missing-code", 98), ("99", "missing-code", 98), ("9", "missing-code", 98),
        ("-99", "missing-code", 98), ("999", "missing-code", 98), ("12", "beyond", 5), ("2.5", "fraction", None),
        ("1e400", "infinite", None),
    ],
)  # fmt: skip
def test_nearest_code(text, kind, nearest):
    assert classify(text, SCALE) == (kind, nearest)


def test_codes_as_files_have_them():
    options = {option.code: option for option in SCALE.options}
    assert [code_or_none(text, SCALE, options) for text in ("5", "5.0", "05", "98")] == [5, 5, 5, 98]
    assert all(np.isnan(code_or_none(text, SCALE, options)) for text in ("", "NA", "-", "缺失"))


def test_words_that_usually_mean_missing_are_an_answer_where_the_scale_has_them():
    from yitihua.definitions import load_edition

    scale = load_edition("zhejiang-2022").questionnaires["citizens"].scales["satisfied5_2"]
    assert code_or_none("不适用", scale, {}) is None
    assert classify("不适用", scale) == ("text", 97)


def test_every_unknown_code_is_listed_once():
    data = frame(Q4=["5", "非常满意", "非常满意", "7", "77", "６", "4", ""])
    found = inspect_answers(data, FORM).codebook
    listed = {(u.found, u.kind, u.count, u.rows, u.nearest) for u in found.unknown}
    assert listed == {
        ("非常满意", "text", 2, "3, 4", 5), ("7", "missing-code", 1, "5", 98), ("77", "missing-code", 1, "6", 98),
        ("６", "beyond", 1, "7", 5),
    }  # fmt: skip
    for lang, column in (("en", "count"), ("zh", "次数")):
        assert found.table(lang)[column].tolist() == [2, 1, 1, 1]
    assert set(KIND_WORDS) >= {u.kind for u in found.unknown}


def test_register_codes():
    from yitihua.definitions import load_edition

    scale = load_edition("zhejiang-2022").questionnaires["citizens"].scales["cz03_options"]
    options = {option.code: option for option in scale.options}
    assert [code_or_none(text, scale, options) for text in ("1", "90", "999", "0", "1000", "1.5")] == [
        1, 90, 999, None, None, None,
    ]  # fmt: skip


def test_recodes_are_applied_and_counted():
    data = frame(Q4=["5", "非常满意", "-1", "-1"])
    made = read_answers(data, FORM, recodes={"Q4": {"非常满意": 5, "-1": None}})
    np.testing.assert_array_equal(made.item("Q4"), [5, 5, np.nan, np.nan])
    assert [(r.item, r.found, r.code, r.count) for r in made.codebook.recoded] == [
        ("Q4", "非常满意", 5, 1), ("Q4", "-1", None, 2),
    ]  # fmt: skip


def test_filters_and_item_nonresponse():
    """Q3 is asked where Q2 > 0: of six, two answered as asked, one should have, one should not have, two unknown."""
    data = frame(Q2=[3, 1, 2, 0, 998, None], Q3=[5, 98, None, 4, 4, None], Q4=[1, 2, 3, 4, 5, 98])
    notes = {note.item: note for note in read_answers(data, FORM).codebook.asked}
    third = notes["Q3"]
    assert (third.asked, third.answered, third.missing, third.dont_know, third.not_asked, third.rows) == (
        3, 2, 1, 1, 1, "5",
    )  # fmt: skip
    assert (notes["Q4"].asked, notes["Q4"].answered, notes["Q4"].dont_know) == (6, 6, 1)
    assert (notes["Q1"].asked, notes["Q1"].missing) == (6, 6)


def test_only_those_who_answered_count_as_non_response():
    data = frame(Q4=[1, None]).assign(disposition=["complete", "refusal"])
    (note,) = [note for note in read_answers(data, FORM).codebook.asked if note.item == "Q4"]
    assert (note.asked, note.missing) == (1, 0)


# Conditions.


@pytest.mark.parametrize("text", ["", "CZ13", "=1", "CZ13=", "CZ13=1 &", "CZ13~1", "a b=1", "(CZ13=1)=2=3", "| x=1"])
def test_what_is_no_condition(text):
    with pytest.raises(BadConditionError):
        parse_condition(text)


def evaluate(text: str, **columns: list) -> list:
    arrays = {
        name: np.array(values, dtype=object if isinstance(values[0], str) else float)
        for name, values in columns.items()
    }
    return holds(parse_condition(text), arrays, FORM).tolist()


def test_conditions_by_hand():
    nan = np.nan
    columns = {"part": ["A", "B", "", "B"], "Q2": [0.0, 3.0, 998.0, nan], "Q4": [5.0, 98.0, 1.0, nan]}
    for text, expected in {
        "part=A": [1, 0, nan, 0],
        "part!=A": [0, 1, nan, 1],
        "Q2>0": [0, 1, nan, nan],  # don't know how often
        "Q2!=0": [0, 1, 1, nan],  # but not never
        "Q2>=0 & Q2<=3": [1, 1, nan, nan],
        "Q4=不清楚": [0, 1, 0, nan],
        "Q4=Very satisfied": [1, 0, 0, nan],
        "part=A & Q2>0": [0, 0, nan, 0],  # false and unknown is false
        "part=B | Q2>0": [0, 1, nan, 1],  # true or unknown is true
        "part=A & Q4=5 | Q2=3": [1, 1, 0, nan],
    }.items():
        np.testing.assert_array_equal(evaluate(text, **columns), expected, err_msg=text)


@given(st.lists(st.sampled_from([0.0, 1.0, 2.0]), min_size=1, max_size=20), st.integers(0, 2))
def test_a_comparison_and_its_opposite(values, bound):
    """Identity: of < and >= exactly one holds, of = and != as well."""
    for one, other in (("<", ">="), (">", "<="), ("=", "!=")):
        both = np.array([evaluate(f"Q2{sign}{bound}", Q2=values) for sign in (one, other)])
        assert (both.sum(axis=0) == 1).all()
