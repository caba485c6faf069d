"""VIKOR against pymcdm, its conditions by hand, and its stated answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from yitihua.errors import InputError
from yitihua.index.aggregate.vikor import compromise, fit_vikor, regrets, vikor


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(6).uniform(5.0, 95.0, (30, 5))


W = np.array([0.4, 0.25, 0.2, 0.1, 0.05])


@pytest.mark.parametrize("v", [0.0, 0.3, 0.5, 1.0])
def test_agrees_with_pymcdm(x: np.ndarray, v: float) -> None:
    """Oracle: pymcdm VIKOR."""
    from pymcdm.methods import VIKOR

    np.testing.assert_allclose(vikor(x, W, fit_vikor(x, W), v), VIKOR(v=v)(x, W, np.ones(5)), atol=1e-12)


def test_published_by_pymcdm() -> None:
    """The example of pymcdm's documentation."""
    x = np.array([[78, 56, 34, 6], [4, 45, 3, 97], [18, 2, 50, 63], [9, 14, 11, 92], [85, 9, 100, 29.0]])
    w = np.full(4, 0.25)
    np.testing.assert_allclose(vikor(x, w, fit_vikor(x, w)), [0.5679, 0.7667, 1.0, 0.7493, 0.0], atol=5e-5)


def test_compromise_by_hand() -> None:
    """One child of weight 1 and points 100, 95, 50, 0: S = R = Q = 0, .05, .5, 1; the threshold is 1/3.

    The advantage .05 is too small, so every unit within 1/3 of the first is proposed.
    """
    found = compromise([[95.0], [0.0], [100.0], [50.0]], [1.0])
    np.testing.assert_allclose(found.q, [0.05, 1.0, 0.0, 0.5])
    np.testing.assert_array_equal(found.order, [2, 0, 3, 1])
    assert found.advantage == pytest.approx(0.05)
    assert found.threshold == pytest.approx(1 / 3)
    assert (found.acceptable_advantage, found.acceptable_stability) == (False, True)
    assert found.compromise == (2, 0)


def test_first_by_one_of_the_two_is_stable() -> None:
    """S = .3, .4, .5, .75 and R = .3, .2, .5, .5: Q of the first is .1/.3/2, of the second .1/.45/2."""
    w = np.array([0.5, 0.5])
    x = np.array([[100.0, 40.0], [60.0, 60.0], [0.0, 100.0], [50.0, 0.0]])
    s, r = regrets(x, w, np.array([100.0, 100.0]), np.zeros(2))
    np.testing.assert_allclose(s, [0.3, 0.4, 0.5, 0.75])
    np.testing.assert_allclose(r, [0.3, 0.2, 0.5, 0.5])
    found = compromise(x, w)
    np.testing.assert_allclose(found.q, [1 / 6, 1 / 9, 0.5 * 0.2 / 0.45 + 0.5, 1.0])
    assert found.order[0] == 1
    assert found.acceptable_stability  # the second unit is first by R
    assert not found.acceptable_advantage
    assert found.compromise == (1, 0)


def test_both_conditions_hold() -> None:
    found = compromise([[100.0, 100.0], [20.0, 30.0], [0.0, 0.0]], [0.5, 0.5])
    assert found.acceptable_advantage
    assert found.acceptable_stability
    assert found.compromise == (0,)


def test_advantage_without_stability_proposes_two() -> None:
    """Unit 5 has the least S, unit 1 the least R, and unit 6 is first by Q: a table found by a search.

    Unit 6 by hand: regrets 50/80 * .4, 10/70 * .4, 60/100 * .2, so S = .4271 and R = .25.
    """
    x = [[10, 80, 80], [50, 40, 0], [30, 50, 60], [30, 10, 70], [30, 40, 60], [90, 20, 100], [40, 70, 40], [70, 20, 80]]
    found = compromise(x, [0.4, 0.4, 0.2])
    assert (found.s[6], found.r[6]) == (pytest.approx(0.25 + 0.4 / 7 + 0.12), pytest.approx(0.25))
    assert (int(np.argmin(found.s)), int(np.argmin(found.r)), found.order[0]) == (5, 1, 6)
    assert found.acceptable_advantage  # .169 against 1/7
    assert not found.acceptable_stability
    assert found.compromise == (6, 5)


ROWS = hnp.arrays(float, (6, 3), elements=st.integers(0, 100).map(float))


@given(ROWS, st.integers(0, 5))
def test_fixed_ideals_keep_scores_when_a_unit_leaves(x: np.ndarray, gone: int) -> None:
    w = [0.5, 0.3, 0.2]
    whole, part = (vikor(one, w, fit_vikor(one, w, "scale")) for one in (x, np.delete(x, gone, axis=0)))
    np.testing.assert_array_equal(np.delete(whole, gone), part)
    np.testing.assert_allclose(vikor([[100.0] * 3, [0.0] * 3], w, fit_vikor(x, w, "scale")), [0.0, 1.0])


@given(ROWS, st.integers(0, 2), st.floats(0.0, 50.0), st.sampled_from([0.0, 0.5, 1.0]))
def test_more_points_never_raise_q(x: np.ndarray, j: int, more: float, v: float) -> None:
    w = [0.5, 0.3, 0.2]
    numbers, better = fit_vikor(x, w), x.copy()
    better[:, j] += more
    before, after = (vikor(one, w, numbers, v) for one in (x, better))
    assert ((after <= before + 1e-9) | np.isnan(before)).all()


def test_missing_constant_and_nothing(x: np.ndarray) -> None:
    numbers = fit_vikor(x, W)
    holed = x.copy()
    holed[3, 1] = np.nan
    holed[4] = np.nan
    kept = [0, 2, 3, 4]
    s, r = regrets(holed, W, numbers["best"], numbers["worst"])
    expected = regrets(x[3:4, kept], W[kept], numbers["best"][kept], numbers["worst"][kept])
    assert (s[3], r[3]) == (pytest.approx(expected[0][0]), pytest.approx(expected[1][0]))
    assert np.isnan(vikor(holed, W, numbers)[4])
    # A child constant in the sample causes no regret (pymcdm refuses it).
    constant = x.copy()
    constant[:, 4] = 50.0
    rest = W[:4] / W[:4].sum()
    found = vikor(constant, W, fit_vikor(constant, W))
    np.testing.assert_allclose(found, vikor(x[:, :4], rest, fit_vikor(x[:, :4], rest)), atol=1e-12)
    # Equal R tell nothing: only the term of S is left, v times it.
    x = np.array([[100.0, 0.0], [0.0, 100.0], [0.0, 0.0]])
    np.testing.assert_allclose(vikor(x, [0.5, 0.5], fit_vikor(x, [0.5, 0.5])), [0.0, 0.0, 0.5])
    same = np.full((3, 2), 7.0)
    assert np.isnan(vikor(same, [1.0, 1.0], fit_vikor(same, [1.0, 1.0]))).all()
    nothing = np.full((3, 2), np.nan)
    assert np.isnan(vikor(nothing, [1.0, 1.0], fit_vikor(nothing, [1.0, 1.0]))).all()


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda x: vikor(x, W, fit_vikor(x, W), 1.5), "aggregate-range"),
        (lambda x: fit_vikor(x, W, "top"), "bad-choice"),
        (lambda x: fit_vikor(x, W, "stated", best=1.0, worst=1.0), "aggregate-ideals"),
        (lambda x: fit_vikor(x, W[:2]), "aggregate-shape"),
        (lambda x: compromise(x[:1], W), "aggregate-few"),
    ],
)
def test_refuses(x: np.ndarray, call: object, code: str) -> None:
    with pytest.raises(InputError) as caught:
        call(x)  # type: ignore[operator]
    assert [fault.code for fault in caught.value.faults] == [code]
