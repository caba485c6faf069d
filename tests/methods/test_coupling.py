"""Coupling coordination: formulas by hand and in loops, limits, wrong forms refused, grade tables, boards."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from large_board import large_board
from scipy.stats import gmean

import yitihua as yt
from yitihua.analysis.coupling import (
    FORMS,
    WRONG_FORMS,
    coordination_degree,
    coupling_coordination,
    coupling_degree,
    development_index,
    matching_forms,
    to_interval,
)
from yitihua.analysis.coupling_board import coupling
from yitihua.analysis.coupling_grades import TABLES, graded

levels = hnp.arrays(float, (6, 4), elements=st.floats(0.01, 1.0))


@given(levels)
def test_normative_is_geometric_over_arithmetic_mean(u):
    """Oracle: scipy.stats.gmean over numpy's mean (Wang et al. 2021, normative form)."""
    assert coupling_degree(u) == pytest.approx(gmean(u, axis=1) / u.mean(axis=1))


@given(levels)
def test_wang_in_loops(u):
    """Wang et al. (2021): sqrt((1 - mean |Ui - Uj|) (prod Ui / max U)^(1/(k-1))), written out."""
    want = []
    for row in u:
        gaps = [abs(a - b) for a, b in combinations(row, 2)]
        want.append(np.sqrt((1 - np.mean(gaps)) * np.prod(row / row.max()) ** (1 / 3)))
    assert coupling_degree(u, "wang") == pytest.approx(np.array(want))


@given(levels)
def test_two_subsystems_and_limits(u):
    """Identity: C is in 0..1, 1 where all are equal; for two, 2 sqrt(ab) / (a + b)."""
    for form in FORMS:
        c = coupling_degree(u, form)
        assert ((c >= 0) & (c <= 1 + 1e-12)).all()
        assert coupling_degree(np.repeat(u[:, :1], 4, axis=1), form) == pytest.approx(np.ones(6))
    a, b = u[:, 0], u[:, 1]
    assert coupling_degree(u[:, :2]) == pytest.approx(2 * np.sqrt(a * b) / (a + b))


def test_zeros_and_gaps_have_stated_answers():
    """Stated: one at 0 gives C = D = 0; all at 0 gives D = 0 without C; a gap gives nothing."""
    found = coupling_coordination(np.array([[0.0, 0.5], [0.0, 0.0], [np.nan, 0.5]]))
    np.testing.assert_array_equal(found.c, [0, np.nan, np.nan])
    np.testing.assert_array_equal(found.d, [0, 0, np.nan])
    np.testing.assert_array_equal(found.t, [0.25, 0, np.nan])


def test_development_and_coordination_by_hand():
    """By hand: T = (3 x 0.2 + 0.8) / 4, D = sqrt(C T)."""
    u = np.array([[0.2, 0.8]])
    t = development_index(u, np.array([3.0, 1.0]))
    assert t == pytest.approx([0.35])
    assert coordination_degree(np.array([0.8]), t) == pytest.approx([np.sqrt(0.28)])


@pytest.mark.parametrize("form", WRONG_FORMS)
def test_wrong_forms_are_refused_with_the_reason(form):
    """Wang et al. (2021), Liu (2017): forms met in papers that are wrong."""
    with pytest.raises(yt.InputError) as caught:
        coupling_degree(np.array([[0.2, 0.8]]), form)
    fault = caught.value.faults[0]
    assert fault.code == "coupling-form"
    assert WRONG_FORMS[form] in fault.problem("en")
    assert "normative" in fault.allowed("en")


def test_a_papers_numbers_tell_its_form():
    """Planted: without the factor k a degree of two systems is half as large, and is recognised."""
    u = np.array([[0.2, 0.8], [0.5, 0.6], [0.3, 0.9]])
    assert "normative" in matching_forms(u, coupling_degree(u))
    assert "no_factor" in matching_forms(u, coupling_degree(u) / 2)
    assert "normative" not in matching_forms(u, coupling_degree(u) / 2)


def test_interval_by_hand():
    """By hand: SPSSAU's 0.01 + 0.98 (u - min) / (max - min)."""
    u = np.array([[10.0, 1.0], [20.0, 3.0], [np.nan, 2.0], [30.0, 5.0]])
    np.testing.assert_allclose(to_interval(u)[:, 0], [0.01, 0.5, np.nan, 0.99])
    with pytest.raises(yt.InputError):
        to_interval(np.ones((3, 2)))
    with pytest.raises(yt.InputError):
        to_interval(u, 0.9, 0.1)


@pytest.mark.parametrize(
    ("u", "code"),
    [
        ([[1.2, 0.5]], "coupling-range"),
        ([[-0.1, 0.5]], "coupling-range"),
        ([[0.5]], "coupling-count"),
    ],
)
def test_levels_that_do_not_fit(u, code):
    with pytest.raises(yt.InputError) as caught:
        coupling_degree(np.array(u))
    assert code in [fault.code for fault in caught.value.faults]


def test_grades_at_their_cuts():
    """Table of Acta Geographica Sinica 2021, 76(4):781: ten grades of D, a tenth each."""
    d = np.array([0.05, 0.1, 0.35, 0.8, 0.95, 1.0])
    assert graded(d).tolist() == [0, 1, 3, 8, 9, 9]
    assert graded(d, closed="right").tolist() == [0, 0, 3, 7, 9, 9]
    assert len(TABLES["coordination"].labels) == 10
    assert TABLES["coordination"].labels[9] == ("优质协调", "excellently coordinated")


def test_on_a_board():
    """Identity: C, T and D of the first-level scores on 0..1; units are ordered by D; names in Chinese."""
    board = yt.evaluate("zhejiang-2022")
    found = coupling(board, weights="index")
    place = board.recipe.plan.column
    u = board.points[:, [place[code] for code in board.recipe.first_level]] / 100
    assert found.degrees.c == pytest.approx(gmean(u, axis=1) / u.mean(axis=1))
    assert found.degrees.t == pytest.approx(board.total / 100)
    frame = found.frame("zh")
    assert frame["d"].is_monotonic_decreasing
    assert "柯城区" in set(frame["name"])
    assert set(frame["d_grade"]) <= {label for label, _ in TABLES["coordination"].labels}
    with pytest.raises(yt.InputError):
        coupling(yt.evaluate("asem", normalise="zscore"))
    with pytest.raises(yt.InputError):
        coupling(board, ["A"])


def test_national_size():
    found = coupling(large_board(), form="wang")
    assert np.isfinite(found.degrees.d).sum() > 2000
