"""Fuzzy comprehensive evaluation: published examples, identities, ties, and two levels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import yitihua as yt
from yitihua.errors import InputError
from yitihua.index.aggregate.fuzzy import (
    METHODS,
    OPERATORS,
    compose,
    decided,
    grade_score,
    largest_membership,
    memberships,
    normalised,
)
from yitihua.index.aggregate.means import arithmetic
from yitihua.index.aggregate.method import Mixture

(FUZZY,) = METHODS

#: SOURCES.md S8 (mathmodels-book, fuzzy chapter): three ways of farming, five indicators made to be better the
#: more, four thresholds each, weights, and the printed memberships and scores.
FARMING = np.array([[592.5, 2.0, 25.0, 72.0, 1.0], [529.0, 3.0, 42.0, 105.0, 2.0], [412.0, 4.0, 48.0, 85.0, 3.0]])
THRESHOLDS = np.array([[0, 350, 450, 550], [1, 2, 3, 4], [0, 20, 40, 60], [0, 50, 90, 130], [1, 2, 3, 4.0]])
WEIGHTS = [0.2, 0.1, 0.15, 0.3, 0.25]


def test_published_farming_example() -> None:
    r = memberships(FARMING, THRESHOLDS)
    first = [[0, 0, 0, 1], [0, 1, 0, 0], [0, 0.75, 0.25, 0], [0, 0.45, 0.55, 0], [1, 0, 0, 0]]
    np.testing.assert_allclose(r[0], first, atol=1e-12)
    b = compose(r, WEIGHTS)
    printed = [[0.25, 0.3475, 0.2025, 0.2], [0.0, 0.25, 0.4645, 0.2855], [0.0, 0.1135, 0.7265, 0.16]]
    np.testing.assert_allclose(b, printed, atol=1e-12)
    scores = [30.0, 60.0, 75.0, 90.0]
    np.testing.assert_allclose(decided(b, scores), [61.5375, 75.5325, 75.6975])
    np.testing.assert_array_equal(decided(b, scores, "largest"), [60.0, 75.0, 75.0])


def test_published_membership() -> None:
    """S8: 0.07 of SO2 between 0.05 and 0.15 is 0.8 in the first grade and 0.2 in the second."""
    np.testing.assert_allclose(memberships(0.07, [0.05, 0.15, 0.25, 0.5]), [0.8, 0.2, 0.0, 0.0])


def test_operators_by_hand() -> None:
    """S8's clothes: colour, make, brand, style; good, fair, bad."""
    r = np.array([[0.8, 0.1, 0.1], [0.7, 0.2, 0.1], [0.6, 0.2, 0.2], [0.7, 0.1, 0.2]])
    w = [0.3, 0.3, 0.3, 0.1]
    expected = {
        "min_max": [0.3, 0.2, 0.2],  # max over rows of min(w, r)
        "product_max": [0.24, 0.06, 0.06],  # .3*.8; .3*.2; .3*.2
        "min_sum": [1.0, 0.6, 0.5],  # .3+.3+.3+.1; .1+.2+.2+.1; .1+.1+.2+.1
        "product_sum": [0.7, 0.16, 0.14],
    }
    for operator, b in expected.items():
        np.testing.assert_allclose(compose(r, w, operator), b, atol=1e-12)
    np.testing.assert_allclose(compose(2 * r, w, "product_sum", normalise_rows=True), expected["product_sum"])
    np.testing.assert_allclose(normalised(np.array(expected["min_max"])), [3 / 7, 2 / 7, 2 / 7])
    # The bounded sum: 4 rows of 0.25 each weigh 0.25, so 1; rows above their weights cannot pass it.
    np.testing.assert_allclose(compose(np.ones((4, 2)), np.ones(4), "min_sum"), [1.0, 1.0])


POINTS = hnp.arrays(float, (5, 3), elements=st.floats(0.0, 100.0))


@given(POINTS, st.lists(st.integers(1, 9), min_size=3, max_size=3))
def test_with_sums_and_even_grades_it_is_the_arithmetic_mean(x: np.ndarray, w: list[int]) -> None:
    """Membership in two neighbouring grades is linear interpolation: sum_v r_v s_v = x if s are the thresholds."""
    thresholds = [0.0, 30.0, 45.0, 100.0]
    b = compose(memberships(x, thresholds), w)
    np.testing.assert_allclose(grade_score(b, thresholds), arithmetic(x, np.array(w, float)), atol=1e-9)


@given(POINTS)
def test_rows_sum_to_one(x: np.ndarray) -> None:
    r = memberships(x * 3 - 100, [10.0, 20.0, 70.0])
    np.testing.assert_allclose(r.sum(axis=-1), 1.0)
    assert (r >= 0).all()
    assert ((r > 0).sum(axis=-1) <= 2).all()


def test_half_trapezoids_at_the_ends() -> None:
    found = memberships([-5.0, 10.0, 15.0, 20.0, 99.0], [10.0, 20.0])
    np.testing.assert_allclose(found[:, 1], [0.0, 0.0, 0.5, 1.0, 1.0])


def test_ties_go_up() -> None:
    """As a score on a cut does; rounding does not part what is equal."""
    b = np.array([[0.4, 0.4, 0.2], [0.1 + 0.2, 0.3, 0.4], [0.3, 0.1 + 0.2, 0.3], [np.nan] * 3])
    np.testing.assert_array_equal(largest_membership(b), [1, 2, 2, -1])
    np.testing.assert_array_equal(decided(b, [1.0, 2.0, 3.0], "largest"), [2.0, 3.0, 3.0, np.nan])


@pytest.mark.parametrize("operator", OPERATORS)
def test_missing_rows_are_left_out(operator: str) -> None:
    r = np.random.default_rng(1).dirichlet(np.ones(4), (6, 3))
    w = np.array([0.5, 0.3, 0.2])
    holed = r.copy()
    holed[2, 1] = np.nan
    holed[3, 0, 2] = np.nan  # part of a row missing: the row is
    holed[4, 2] = 0.0  # nobody answered
    holed[5] = np.nan
    found = compose(holed, w, operator)
    np.testing.assert_allclose(found[:2], compose(r, w, operator)[:2])
    for unit, kept in ((2, [0, 2]), (3, [1, 2]), (4, [0, 1])):
        np.testing.assert_allclose(found[unit], compose(r[unit, kept], w[kept], operator))
    assert np.isnan(found[5]).all()
    assert np.isnan(compose(holed[5], w, operator)).all()


def test_answer_shares_with_gaps() -> None:
    """Shares without the don't knows: rows are divided by their sum if asked, as SPSSAU does."""
    shares = np.array([[0.1, 0.4, 0.3], [0.2, 0.2, 0.2]])
    plain, whole = compose(shares, [1.0, 1.0]), compose(shares, [1.0, 1.0], normalise_rows=True)
    np.testing.assert_allclose(plain, [0.15, 0.3, 0.25])
    np.testing.assert_allclose(whole, [(0.125 + 1 / 3) / 2, (0.5 + 1 / 3) / 2, (0.375 + 1 / 3) / 2])


def test_two_levels_hand_up_memberships() -> None:
    """The B of a child is its row of R: with sums the index is the weighted mean of all rows."""
    x = np.random.default_rng(3).uniform(0, 100, (7, 5))
    x[1, 0] = np.nan
    settings = FUZZY.settings({"decide": "largest"})
    scores, below = [], []
    for columns in (slice(0, 2), slice(2, 5)):
        weights = np.full(columns.stop - columns.start, 1 / (columns.stop - columns.start))
        score, b = FUZZY.combine(x[:, columns], Mixture(weights, settings))
        scores.append(score)
        below.append(b)
    top = np.column_stack(scores)
    _, b = FUZZY.combine(top, Mixture(np.array([0.4, 0.6]), settings, carried=below))
    np.testing.assert_allclose(b, 0.4 * below[0] + 0.6 * below[1])
    # A child whose coverage is too low has no score, though it has memberships.
    top[2, 0] = np.nan
    _, b = FUZZY.combine(top, Mixture(np.array([0.4, 0.6]), settings, carried=below))
    np.testing.assert_allclose(b[2], below[1][2])
    # A child that hands nothing up is graded by its score.
    _, b = FUZZY.combine(top, Mixture(np.array([0.4, 0.6]), settings, carried=[None, below[1]]))
    np.testing.assert_allclose(b[0], 0.4 * memberships(top[0, 0], np.linspace(0, 100, 5)) + 0.6 * below[1][0])


def test_asem_as_the_arithmetic_mean() -> None:
    """With the defaults the whole tree gives COINr's arithmetic means."""
    found, plain = yt.evaluate("asem", aggregate="fuzzy"), yt.evaluate("asem")
    np.testing.assert_allclose(found.total, plain.total, atol=1e-9)
    other = yt.evaluate("asem", aggregate={"method": "fuzzy", "operator": "min_max", "decide": "largest"})
    assert set(np.unique(other.total)) <= {0.0, 25.0, 50.0, 75.0, 100.0}


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: memberships([1.0], [1.0]), "fuzzy-thresholds"),
        (lambda: memberships([1.0], [2.0, 1.0]), "fuzzy-thresholds"),
        (lambda: memberships([1.0], [1.0, np.inf]), "fuzzy-thresholds"),
        (lambda: compose([[0.5, 0.5]], [1.0, 1.0]), "aggregate-shape"),
        (lambda: compose([0.5, 0.5], [1.0]), "aggregate-shape"),
        (lambda: compose([[-0.5, 0.5]], [1.0]), "aggregate-negative"),
        (lambda: compose([[0.5, 0.5]], [1.0], "sum"), "bad-choice"),
        (lambda: grade_score(np.ones((2, 3)), [1.0, 2.0]), "fuzzy-grades"),
        (lambda: decided(np.ones((2, 2)), [1.0, 2.0], "mean"), "bad-choice"),
        (
            lambda: FUZZY.combine(np.ones((1, 1)), Mixture(np.ones(1), FUZZY.settings({}), carried=[np.ones((1, 3))])),
            "fuzzy-grades",
        ),
    ],
)
def test_refuses(call: object, code: str) -> None:
    with pytest.raises(InputError) as caught:
        call()  # type: ignore[operator]
    assert [fault.code for fault in caught.value.faults] == [code]
