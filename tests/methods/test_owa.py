"""OWA: its special cases, Torra's and Yager's forms written out, and maximum entropy against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import optimize

from yitihua.errors import InputError
from yitihua.index.aggregate.means import arithmetic
from yitihua.index.aggregate.method import Mixture
from yitihua.index.aggregate.owa import (
    METHODS,
    max_entropy_weights,
    orness,
    owa,
    owa_weights,
    power_quantifier,
    quantifier_of,
    stated_quantifier,
)

(OWA,) = METHODS
ROWS = hnp.arrays(float, (5, 4), elements=st.integers(0, 100).map(float))
WEIGHTS = st.lists(st.integers(1, 9), min_size=4, max_size=4)


@given(ROWS, WEIGHTS)
def test_special_cases(x: np.ndarray, w: list[int]) -> None:
    """Orness 1 is the largest child, 0 the smallest, Q(r) = r the weighted mean (Yager 1988, 1996)."""
    np.testing.assert_array_equal(owa(x, w, power_quantifier(1.0)), x.max(axis=1))
    np.testing.assert_array_equal(owa(x, w, power_quantifier(0.0)), x.min(axis=1))
    np.testing.assert_allclose(owa(x, w, power_quantifier(0.5)), arithmetic(x, np.array(w, float)), atol=1e-10)


@given(ROWS, st.lists(st.integers(0, 9), min_size=4, max_size=4).filter(any))
def test_yagers_owa_written_out(x: np.ndarray, v: list[int]) -> None:
    """sum v_i x_(i), the largest first."""
    places = np.array(v) / sum(v)
    expected = [sum(p * value for p, value in zip(places, sorted(row, reverse=True), strict=True)) for row in x]
    np.testing.assert_allclose(owa(x, np.ones(4), stated_quantifier(v)), expected, atol=1e-10)


def test_torras_wowa_written_out() -> None:
    """Torra 1997: w*(sum of importance up to a place) less that before it, by hand.

    Places (.1, .2, .3, .4), importance (.4, .1, .3, .2); row 0.4, 0.7, 0.2, 0.5 in order .7 .5 .4 .2 with importance
    .1 .2 .4 .3, sums .1 .3 .7 1. The line has knots 0 .25 .5 .75 1 and values 0 .1 .3 .6 1: at .1 it is .04,
    at .3 .1 + .2 * .2 = .14, at .7 .3 + .8 * .3 = .54.
    """
    x = np.array([[0.4, 0.7, 0.2, 0.5]])
    share = owa_weights(x, [0.4, 0.1, 0.3, 0.2], stated_quantifier([0.1, 0.2, 0.3, 0.4]))
    np.testing.assert_allclose(share, [[0.40, 0.04, 0.46, 0.10]])
    assert owa(x, [0.4, 0.1, 0.3, 0.2], stated_quantifier([0.1, 0.2, 0.3, 0.4]))[0] == pytest.approx(0.33)


def test_most_by_hand() -> None:
    """Q(r) = r^2 over two children: 1/4 for the better, 3/4 for the weaker; its orness by the integral is 1/3."""
    assert owa([[80.0, 40.0]], [1.0, 1.0], quantifier_of({}, 2))[0] == pytest.approx(0.25 * 80 + 0.75 * 40)
    k = 1000
    share = owa_weights(np.arange(k, 0, -1.0)[None], np.ones(k), quantifier_of({"quantifier": "most"}, k))
    assert orness(share[0]) == pytest.approx(1 / 3, abs=1e-3)


@pytest.mark.parametrize("degree", [0.0, 0.1, 0.3, 0.5, 0.8, 0.95, 1.0])
def test_max_entropy_has_its_orness_and_no_rival(degree: float) -> None:
    """O'Hagan 1988: largest entropy under sum 1 and the orness; against scipy's general solver."""
    v = max_entropy_weights(5, degree)
    assert v.sum() == pytest.approx(1.0)
    assert orness(v) == pytest.approx(degree, abs=1e-9)
    if not 0 < degree < 1:
        return
    places = np.arange(4, -1, -1) / 4
    solved = optimize.minimize(
        lambda u: float((u * np.log(u)).sum()),
        np.full(5, 0.2),
        bounds=[(1e-9, 1)] * 5,
        constraints=[
            {"type": "eq", "fun": lambda u: u.sum() - 1},
            {"type": "eq", "fun": lambda u: places @ u - degree},
        ],
        options={"ftol": 1e-14},
    )
    np.testing.assert_allclose(v, solved.x, atol=1e-4)


@given(ROWS, WEIGHTS, st.floats(0.05, 0.95), st.integers(0, 3), st.floats(0.0, 40.0))
def test_monotone_between_the_ends_and_sure_of_orness(
    x: np.ndarray, w: list[int], degree: float, j: int, more: float
) -> None:
    quantifier = power_quantifier(degree)
    found, better = owa(x, w, quantifier), x.copy()
    better[:, j] += more
    assert (owa(better, w, quantifier) >= found - 1e-9).all()
    assert (found >= x.min(axis=1) - 1e-9).all()
    assert (found <= x.max(axis=1) + 1e-9).all()
    assert (owa(x, w, power_quantifier(min(1.0, degree + 0.04))) >= found - 1e-9).all()


def test_contributions_are_exact() -> None:
    """Homogeneous of degree 1: weights in force times points sum to the score, and are its slopes."""
    x = np.random.default_rng(1).uniform(0, 100, (9, 4))
    x[2, 1] = np.nan
    mixture = Mixture(np.array([0.4, 0.3, 0.2, 0.1]), OWA.settings({}))
    slopes = OWA.partials(x, mixture)
    np.testing.assert_allclose(np.nansum(slopes * x, axis=1), OWA.combine(x, mixture))
    assert np.isnan(slopes[2, 1])
    up = x.copy()
    up[:, 0] += 1e-6
    np.testing.assert_allclose((OWA.combine(up, mixture) - OWA.combine(x, mixture)) / 1e-6, slopes[:, 0], atol=1e-6)


def test_missing_ties_zeros_and_one_child() -> None:
    nan = np.nan
    x = np.array([[10.0, nan, 30.0], [nan, nan, nan], [nan, nan, 7.0]])
    w = np.array([0.5, 0.25, 0.25])
    found = owa(x, w, power_quantifier(0.3))
    assert found[0] == pytest.approx(owa([[10.0, 30.0]], w[[0, 2]], power_quantifier(0.3))[0])
    assert np.isnan(found[1])
    assert found[2] == 7.0
    # A child without importance is not looked at, even by the largest and the smallest.
    for degree, expected in ((0.0, 10.0), (1.0, 30.0)):
        assert owa([[10.0, 30.0, 99.0, -5.0]], [0.1, 0.2, 0.0, 0.0], power_quantifier(degree))[0] == expected
    np.testing.assert_allclose(owa(np.full((2, 3), 7.0), w, power_quantifier(0.3)), 7.0)
    assert np.isnan(orness([1.0]))
    np.testing.assert_array_equal(max_entropy_weights(1, 0.2), [1.0])


def test_settings() -> None:
    """Each way to state Q, and that only one is."""
    x = np.array([[10.0, 20.0, 60.0]])
    mixture = Mixture(np.full(3, 1 / 3), OWA.settings({"order_weights": (0.0, 0.0, 1.0)}))
    assert OWA.combine(x, mixture)[0] == pytest.approx(10.0)
    mixture = Mixture(np.full(3, 1 / 3), OWA.settings({"orness": 0.7, "spread_by": "entropy"}))
    assert OWA.combine(x, mixture)[0] == pytest.approx(max_entropy_weights(3, 0.7) @ [60.0, 20.0, 10.0])
    mixture = Mixture(np.full(3, 1 / 3), OWA.settings({"orness": 0.5}))
    assert OWA.combine(x, mixture)[0] == pytest.approx(30.0)
    assert OWA.check is not None
    for stated in ({"orness": 0.5, "quantifier": "most"}, {"order_weights": (0.0,)}, {"spread_by": "entropy"}):
        assert len(OWA.check(OWA.settings(stated), (0.0, 100.0))) == 1


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: power_quantifier(1.2), "aggregate-range"),
        (lambda: max_entropy_weights(3, -0.1), "aggregate-range"),
        (lambda: stated_quantifier([]), "aggregate-weights"),
        (lambda: stated_quantifier([0.5, -0.5]), "aggregate-weights"),
        (lambda: owa([[1.0, 2.0]], [1.0], power_quantifier(0.5)), "aggregate-shape"),
    ],
)
def test_refuses(call: object, code: str) -> None:
    with pytest.raises(InputError) as caught:
        call()  # type: ignore[operator]
    assert [fault.code for fault in caught.value.faults] == [code]
