"""Fuzzy evaluation of a board: by hand from answer shares, identities with the index's own fuzzy aggregation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from large_board import large_board

import yitihua as yt
from yitihua.analysis.fuzzy_board import fuzzy_evaluation
from yitihua.index.aggregate.fuzzy import OPERATORS


@pytest.fixture(scope="module")
def egdi():
    return yt.evaluate("egdi-2022")


def test_answers_by_hand(egdi):
    """By hand: three indicators of equal weight, all from answers; B is their mean."""
    n = len(egdi.table.units)
    answers = {"osi": [80, 10, 10], "tii": [7, 2, 1], "hci": [0.6, 0.2, 0.2]}
    found = fuzzy_evaluation(
        egdi, {code: np.tile(row, (n, 1)) for code, row in answers.items()}, ["low", "middle", "high"]
    )
    want = np.mean([[0.8, 0.1, 0.1], [0.7, 0.2, 0.1], [0.6, 0.2, 0.2]], axis=0)
    frame = found.frame()
    assert frame[["low", "middle", "high"]].to_numpy() == pytest.approx(np.tile(want, (n, 1)))
    assert set(frame["grade"]) == {"low"}
    assert frame["score"].to_numpy() == pytest.approx(np.full(n, want @ [0, 0.5, 1]))  # the scale of the EGDI is 0..1
    assert found.from_answers == ("osi", "tii", "hci")


def test_all_answers_in_one_grade_give_that_grade(egdi):
    """Identity under every operator."""
    n = len(egdi.table.units)
    answers = {code: np.tile([0.0, 0.0, 5.0, 0.0], (n, 1)) for code in egdi.recipe.codes}
    for operator in OPERATORS:
        frame = fuzzy_evaluation(egdi, answers, ["a", "b", "c", "d"], operator=operator).frame()
        assert set(frame["grade"]) == {"c"}
        assert frame["c"].to_numpy() == pytest.approx(np.ones(n))


def test_without_answers_it_is_the_fuzzy_aggregation():
    """Identity: the same scores as an index whose nodes are all made by the method `fuzzy`."""
    board = yt.evaluate("asem")
    for operator in OPERATORS:
        own = yt.evaluate("asem", aggregate={"method": "fuzzy", "operator": operator})
        found = fuzzy_evaluation(board, operator=operator)
        by_unit = found.frame().set_index("unit")["score"]
        assert by_unit.loc[list(own.table.units)].to_numpy() == pytest.approx(own.total, abs=1e-9)


def test_memberships_sum_to_one():
    """Identity, at every node, with missing cells."""
    found = fuzzy_evaluation(yt.evaluate("zhejiang-2022"), grades=["差", "一般", "较好", "好"])
    total = found.b.sum(axis=2)
    assert total[np.isfinite(total)] == pytest.approx(1)
    assert "较好" in found.frame("A", lang="zh").columns


def test_a_table_of_answers_and_units_without(egdi):
    """A unit without answers is taken from its points; counts are divided by their sum."""
    table = pd.DataFrame({"unit": ["Denmark", "Finland"], "indicator": "osi", "bad": [3, 0], "good": [1, 9]})
    found = fuzzy_evaluation(egdi, table)
    j = found.codes.index("osi")
    rows = {egdi.table.units[row]: k for k, row in enumerate(found.rows)}
    assert found.b[rows["Denmark"], j] == pytest.approx([0.75, 0.25])
    assert found.b[rows["Finland"], j] == pytest.approx([0, 1])
    points = egdi.normalised[egdi.table.units.index("Sweden"), list(egdi.recipe.codes).index("osi")]
    assert found.b[rows["Sweden"], j] == pytest.approx([1 - points, points])


def test_thresholds_by_hand(egdi):
    """By hand: with thresholds 0.5 and 0.9, 0.7 is half of each."""
    found = fuzzy_evaluation(egdi, grades=["low", "high"], thresholds=[0.5, 0.9], scores=[0.0, 1.0])
    j = list(egdi.recipe.codes).index("osi")
    want = np.clip((egdi.normalised[:, j] - 0.5) / 0.4, 0, 1)
    assert found.b[:, found.codes.index("osi"), 1] == pytest.approx(want)


def test_national_size():
    found = fuzzy_evaluation(large_board())
    assert np.isfinite(found.frame()["score"]).sum() > 2000


# Bad input.


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        ({"operator": "mean"}, "unknown-reference"),
        ({"shares": {"nothing": np.ones((193, 3))}}, "unknown-reference"),
        ({"shares": {"osi": np.ones((5, 3))}}, "shares-shape"),
        ({"shares": {"osi": np.ones(193)}}, "shares-shape"),
        ({"shares": {"osi": np.ones((193, 1))}}, "shares-shape"),
        ({"shares": {"osi": np.ones((193, 3)), "tii": np.ones((193, 4))}}, "shares-shape"),
        ({"shares": {"osi": -np.ones((193, 3))}}, "shares-range"),
        ({"shares": {"osi": np.full((193, 3), np.inf)}}, "shares-range"),
        ({"shares": {"EGDI": np.ones((193, 3))}}, "unknown-reference"),
        ({"shares": {"osi": np.ones((193, 3)), "Online Service Index": np.ones((193, 3))}}, "shares-twice"),
        ({"shares": {"osi": np.ones((193, 3))}, "thresholds": [0.0, 1.0]}, "fuzzy-grades"),
        ({"shares": pd.DataFrame({"unit": ["Denmark"], "indicator": ["osi"]})}, "shares-few"),
        ({"shares": pd.DataFrame({"unit": ["Denmark"], "indicator": ["osi"], "a": [1]})}, "shares-few"),
        (
            {"shares": pd.DataFrame([["Denmark", "osi", 1, 2]], columns=["unit", "indicator", "a", "a"])},
            "duplicate-column",
        ),
        ({"grades": ["a", "b"], "thresholds": [0.2, 0.4, 0.6]}, "fuzzy-grades"),
        ({"thresholds": [0.6, 0.2]}, "fuzzy-thresholds"),
        ({"shares": pd.DataFrame({"unit": ["Nowhere"], "indicator": ["osi"], "a": [1], "b": [2]})}, "unknown-unit"),
        ({"shares": pd.DataFrame({"unit": ["Denmark"], "a": [1]})}, "missing-column"),
    ],
)
def test_refuses(egdi, refused, choices, code):
    assert refused(fuzzy_evaluation, egdi, **choices)[0].code == code


def answered(*rows, columns=("bad", "fair", "good")):
    return pd.DataFrame(rows, columns=["unit", "indicator", *columns])


def places(faults):
    return [(fault.code, fault.key, fault.details.get("found")) for fault in faults]


def test_text_in_a_cell(egdi, refused):
    """In a table and in an array, with unit, indicator, column and what was found."""
    faults = refused(fuzzy_evaluation, egdi, answered(["Denmark", "osi", "many", 1, 2]))
    assert places(faults) == [("shares-text", "Denmark, osi, bad", "many")]
    assert "0 or more" in faults[0].allowed("en")
    array = np.ones((193, 3)).tolist()
    array[3][1] = "x"
    array[5][2] = [1]
    unit, other = egdi.table.units[3], egdi.table.units[5]
    faults = refused(fuzzy_evaluation, egdi, {"osi": array})
    assert places(faults) == [("shares-text", f"{unit}, osi, 2", "x"), ("shares-text", f"{other}, osi, 3", "[1]")]


def test_rows_of_different_lengths(egdi, refused):
    """The one that is unlike the others is named."""
    array = np.ones((193, 3)).tolist()
    array[3] = [1.0, 2.0]
    faults = refused(fuzzy_evaluation, egdi, {"osi": array})
    assert places(faults) == [("shares-ragged", f"{egdi.table.units[3]}, osi", "2")]


@pytest.mark.parametrize(
    "answers", [answered(["Denmark", "osi", 1, 1, 2]), {"osi": np.ones((193, 3))}], ids=["table", "array"]
)
@pytest.mark.parametrize("names", [["low", "high"], ["a", "b", "c", "d"]])
def test_other_names_than_columns(egdi, refused, answers, names):
    """Fewer or more names than columns of answers."""
    faults = refused(fuzzy_evaluation, egdi, answers, names)
    assert places(faults) == [("shares-grades", "grades", str(len(names)))]
    assert "3" in faults[0].problem("zh")


def test_a_unit_and_indicator_twice(egdi, refused):
    """By code or by name: it is the same indicator, and neither row wins."""
    rows = ["Denmark", "osi", 1, 0, 0], ["Finland", "osi", 1, 0, 0], ["Denmark", "Online Service Index", 0, 0, 1]
    faults = refused(fuzzy_evaluation, egdi, answered(*rows))
    assert [(fault.code, fault.details["first"], fault.details["second"]) for fault in faults] == [
        ("shares-double", "1", "3")
    ]


def test_a_row_answered_in_part(egdi, refused):
    """A blank among answers is no 0; a blank row is no answer, and then the indicator is not from answers."""
    faults = refused(fuzzy_evaluation, egdi, answered(["Denmark", "osi", 5, np.nan, None]))
    assert places(faults) == [("shares-blank", "Denmark, osi, fair, good", "fair, good")]
    array = np.ones((193, 3))
    array[7, 0] = np.nan
    faults = refused(fuzzy_evaluation, egdi, {"osi": array})
    assert places(faults) == [("shares-blank", f"{egdi.table.units[7]}, osi, 1", "1")]
    for nothing in (["Denmark", "osi", np.nan, np.nan, np.nan], ["Denmark", "osi", 0, 0, 0]):
        found = fuzzy_evaluation(egdi, answered(nothing))
        assert found.from_answers == ()
        own = fuzzy_evaluation(egdi, grades=["bad", "fair", "good"])
        np.testing.assert_array_equal(found.b, own.b)


def test_all_faults_of_a_table_together(egdi, refused):
    """Every fault is named, not the first alone."""
    table = answered(
        ["Denmark", "osi", "x", 1, 1],
        ["Nowhere", "osi", 1, 1, 1],
        ["Finland", "nothing", 1, 1, 1],
        ["Finland", "tii", -1, 1, 1],
        ["Sweden", "tii", 1, None, 1],
        ["Sweden", "tii", 1, 1, 1],
    )
    faults = refused(fuzzy_evaluation, egdi, table, ["low", "high"])
    assert {fault.code for fault in faults} == {
        "shares-text", "unknown-unit", "unknown-reference", "shares-range", "shares-blank", "shares-double",
        "shares-grades",
    }  # fmt: skip


def test_units_by_name():
    """A county by its Chinese name is the county of the code."""
    board = yt.evaluate("zhejiang-2022")
    code = board.recipe.codes[0]
    row = board.table.row_of("西湖区")
    found = [fuzzy_evaluation(board, answered([unit, code, 1, 2, 1])) for unit in ("西湖区", board.table.units[row])]
    np.testing.assert_array_equal(found[0].b, found[1].b)
    place = list(found[0].rows).index(row)
    assert found[0].b[place, 0] == pytest.approx([0.25, 0.5, 0.25])
