"""Grey relation: the formula written out, bounds, and its stated answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from yitihua.errors import InputError
from yitihua.index.aggregate.grey import fit_grey, grey_relation


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(4).uniform(5.0, 95.0, (20, 5))


W = np.array([0.4, 0.25, 0.2, 0.1, 0.05])


def relation(x: np.ndarray, w: np.ndarray, rho: float) -> np.ndarray:
    """SOURCES.md section 6, loop for loop: two-level extremes, then the weighted mean over positions."""
    best = [max(row[k] for row in x) for k in range(x.shape[1])]
    gaps = [[abs(best[k] - row[k]) for k in range(x.shape[1])] for row in x]
    low, high = min(min(row) for row in gaps), max(max(row) for row in gaps)
    return np.array([sum(w[k] * (low + rho * high) / (gap + rho * high) for k, gap in enumerate(row)) for row in gaps])


@pytest.mark.parametrize("rho", [0.1, 0.5, 1.0])
def test_the_formula_written_out(x: np.ndarray, rho: float) -> None:
    np.testing.assert_allclose(grey_relation(x, W, fit_grey(x, "sample"), rho), relation(x, W, rho))
    np.testing.assert_allclose(
        grey_relation(x, np.ones(5), fit_grey(x, "sample"), rho), relation(x, np.full(5, 0.2), rho)
    )


def test_by_hand() -> None:
    """Reference 100, largest distance 100, rho 1/2: xi = 50 / (100 - x + 50)."""
    x = np.array([[100.0, 50.0], [0.0, 0.0]])
    found = grey_relation(x, [0.5, 0.5], fit_grey(x))
    np.testing.assert_allclose(found, [(1 + 0.5) / 2, 1 / 3])
    # A smallest distance above 0: reference 100, distances 10, 20, 30: xi = (10 + 15) / (d + 15).
    x = np.array([[90.0, 80.0], [80.0, 70.0]])
    found = grey_relation(x, [0.5, 0.5], fit_grey(x, "scale", "sample"))
    np.testing.assert_allclose(found, [(1 + 25 / 35) / 2, (25 / 35 + 25 / 45) / 2])


ROWS = hnp.arrays(float, (6, 3), elements=st.integers(0, 100).map(float))


@given(ROWS, st.integers(0, 5), st.sampled_from([0.1, 0.5, 1.0]))
def test_fixed_reference_keeps_scores_when_a_unit_leaves(x: np.ndarray, gone: int, rho: float) -> None:
    w = [0.5, 0.3, 0.2]
    rest = np.delete(x, gone, axis=0)
    whole, part = (grey_relation(one, w, fit_grey(one), rho) for one in (x, rest))
    np.testing.assert_array_equal(np.delete(whole, gone), part)
    assert (whole >= rho / (1 + rho) - 1e-12).all()
    assert (whole <= 1).all()


def test_extremes_of_the_sample_can_move_scores_when_a_unit_leaves() -> None:
    """The largest distance is that of the last unit."""
    x = np.array([[90.0, 60.0], [60.0, 90.0], [0.0, 0.0]])
    whole, part = (grey_relation(one, [0.5, 0.5], fit_grey(one, "sample"))[:2] for one in (x, x[:2]))
    assert not np.allclose(whole, part)


@given(ROWS, st.integers(0, 2), st.floats(0.0, 50.0), st.sampled_from(["sample", "scale"]))
def test_more_points_never_lower_the_grade(x: np.ndarray, j: int, more: float, ideal: str) -> None:
    numbers, better = fit_grey(x, ideal), x.copy()
    better[:, j] += more
    before, after = (grey_relation(one, [0.5, 0.3, 0.2], numbers) for one in (x, better))
    assert (after >= before - 1e-12).all()
    assert (after <= 1 + 1e-12).all()


def test_missing_constant_and_nothing(x: np.ndarray) -> None:
    numbers = fit_grey(x)
    holed = x.copy()
    holed[3, 1] = np.nan
    holed[4] = np.nan
    kept = [0, 2, 3, 4]
    found = grey_relation(holed, W, numbers)
    part = {"reference": numbers["reference"][kept], "extremes": numbers["extremes"]}
    assert found[3] == pytest.approx(grey_relation(x[3:4, kept], W[kept], part)[0])
    assert np.isnan(found[4])
    # A child constant in the sample is at the best of the sample: xi = 1.
    constant = x.copy()
    constant[:, 0] = 50.0
    extremes = fit_grey(constant, "sample")
    rest = {"reference": extremes["reference"][1:], "extremes": extremes["extremes"]}
    expected = W[0] + (1 - W[0]) * grey_relation(x[:, 1:], W[1:], rest)
    np.testing.assert_allclose(grey_relation(constant, W, extremes), expected)
    # A child never observed has no reference and is left out, also in later data.
    never = x.copy()
    never[:, 0] = np.nan
    extremes = fit_grey(never, "sample")
    np.testing.assert_allclose(grey_relation(x, W, extremes), grey_relation(never, W, extremes))
    same = np.full((2, 5), 7.0)
    np.testing.assert_array_equal(grey_relation(same, W, fit_grey(same, "sample")), [1.0, 1.0])
    np.testing.assert_array_equal(grey_relation(same - 1, W, fit_grey(same, "sample")), [0.0, 0.0])
    nothing = np.full((2, 5), np.nan)
    for ideal in ("sample", "scale"):
        for extreme in ("sample", "scale"):
            assert np.isnan(grey_relation(nothing, W, fit_grey(nothing, ideal, extreme))).all()


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda x: fit_grey(x, "top"), "bad-choice"),
        (lambda x: fit_grey(x, extremes="own"), "bad-choice"),
        (lambda x: fit_grey(x, "stated"), "aggregate-ideals"),
        (lambda x: grey_relation(x, W, fit_grey(x), 0.0), "aggregate-range"),
        (lambda x: grey_relation(x, W, fit_grey(x), 1.5), "aggregate-range"),
        (lambda x: grey_relation(x, W[:2], fit_grey(x)), "aggregate-shape"),
    ],
)
def test_refuses(x: np.ndarray, call: object, code: str) -> None:
    with pytest.raises(InputError) as caught:
        call(x)  # type: ignore[operator]
    assert [fault.code for fault in caught.value.faults] == [code]
