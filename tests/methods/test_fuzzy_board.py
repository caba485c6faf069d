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
        ({"shares": {"osi": np.ones((5, 3))}}, "aggregate-shape"),
        ({"shares": {"osi": -np.ones((193, 3))}}, "aggregate-negative"),
        ({"grades": ["a", "b"], "thresholds": [0.2, 0.4, 0.6]}, "fuzzy-grades"),
        ({"thresholds": [0.6, 0.2]}, "fuzzy-thresholds"),
        ({"shares": pd.DataFrame({"unit": ["Nowhere"], "indicator": ["osi"], "a": [1], "b": [2]})}, "unknown-unit"),
        ({"shares": pd.DataFrame({"unit": ["Denmark"], "a": [1]})}, "missing-column"),
    ],
)
def test_refuses(egdi, choices, code):
    with pytest.raises(yt.InputError) as caught:
        fuzzy_evaluation(egdi, **choices)
    assert caught.value.faults[0].code == code
