"""MPI and AMPI: the papers' formulas written out, Compind's code, bounds, and contributions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from yitihua.errors import InputError
from yitihua.index.aggregate.method import Mixture
from yitihua.index.aggregate.penalised import METHODS, ampi, fit_ampi, fit_mpi, mpi, penalised_mean

MPI, AMPI = METHODS


def settings(method: object, **stated: object) -> dict[str, object]:
    return method.settings(stated)  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def raw() -> np.ndarray:
    return np.random.default_rng(9).lognormal(2.0, 0.4, (25, 5))


POSITIVE = np.array([True, False, True, True, False])


def test_by_hand() -> None:
    """90, 100, 110: M = 100, S^2 = 200/3, S cv = S^2 / M = 2/3; with n - 1 S^2 = 100 and the penalty is 1."""
    x = [[90.0, 100.0, 110.0]]
    w = np.ones(3)
    assert penalised_mean(x, w)[0] == pytest.approx(100 - 2 / 3)
    assert penalised_mean(x, w, "plus")[0] == pytest.approx(100 + 2 / 3)
    assert penalised_mean(x, w, spread="sample")[0] == pytest.approx(99.0)
    # Weighted: w = (1/2, 1/4, 1/4), M = 97.5, S^2 = sum w (x - M)^2 = 28.125 + 1.5625 + 39.0625.
    assert penalised_mean(x, [2.0, 1.0, 1.0])[0] == pytest.approx(97.5 - 68.75 / 97.5)


@pytest.mark.parametrize("penalty", ["minus", "plus"])
def test_mpi_of_the_paper_written_out(raw: np.ndarray, penalty: str) -> None:
    """De Muro, Mazziotta & Pareto 2011: z = 100 +/- 10 (x - M) / S, then M_i -/+ S_i cv_i."""
    z = 100 + 10 * np.where(POSITIVE, 1, -1) * (raw - raw.mean(axis=0)) / raw.std(axis=0)
    mean, sd = z.mean(axis=1), z.std(axis=1)
    expected = mean - sd * (sd / mean) if penalty == "minus" else mean + sd * (sd / mean)
    np.testing.assert_allclose(mpi(raw, np.ones(5), POSITIVE, fit_mpi(raw), penalty), expected)


def test_mpi_as_compind(raw: np.ndarray) -> None:
    """Compind R/normalise_ci.R (method 1: R's sd, n - 1) and R/ci_mpi.R: Ma * (1 - cv^2) with R's var."""
    z = 100 + np.where(POSITIVE, 1, -1) * (raw - raw.mean(axis=0)) / raw.std(axis=0, ddof=1) * 10
    mean = z.mean(axis=1)
    cv = z.std(axis=1, ddof=1) / mean
    found = mpi(raw, np.ones(5), POSITIVE, fit_mpi(raw, "sample"), "minus", "sample")
    np.testing.assert_allclose(found, mean * (1 - cv**2))


def test_ampi_as_compind(raw: np.ndarray) -> None:
    """Compind R/ci_ampi.R for one period: goalposts gp -/+ (max - min) / 2, NEG by (max - x), Ma - Sqm cv, n - 1."""
    gp = np.median(raw, axis=0)
    delta = (raw.max(axis=0) - raw.min(axis=0)) / 2
    low, high = gp - delta, gp + delta
    r = np.where(POSITIVE, (raw - low) / (high - low) * 60 + 70, (high - raw) / (high - low) * 60 + 70)
    mean, sd = r.mean(axis=1), r.std(axis=1, ddof=1)
    found = ampi(raw, np.ones(5), POSITIVE, fit_ampi(raw, gp), "minus", "sample")
    np.testing.assert_allclose(found, mean - sd * sd / mean)


def test_ampi_compares_periods(raw: np.ndarray) -> None:
    """Goalposts over all periods: a unit on the reference has 100 in every year, and one that improves rises."""
    later = raw * 1.1
    reference = raw.mean(axis=0)
    numbers = fit_ampi(np.stack([raw, later]), reference)
    assert ampi(reference[None], np.ones(5), POSITIVE, numbers)[0] == pytest.approx(100.0)
    before, after = (ampi(x, np.ones(5), np.ones(5, bool), numbers) for x in (raw, later))
    assert (after > before).all()


ROWS = hnp.arrays(float, (4, 3), elements=st.floats(70.0, 130.0))


@given(ROWS, st.lists(st.integers(1, 9), min_size=3, max_size=3))
def test_between_70_and_130_the_result_stays_there(x: np.ndarray, w: list[int]) -> None:
    """S^2 <= (M - 70)(130 - M), so M - S^2 / M >= 70 and M + S^2 / M <= 130 for M of 70 to 130."""
    assert (penalised_mean(x, w) >= 70 - 1e-9).all()
    assert (penalised_mean(x, w, "plus") <= 130 + 1e-9).all()
    assert (penalised_mean(x, w) <= penalised_mean(x, w, "plus") + 1e-9).all()


@given(st.floats(1.0, 200.0), st.floats(0.0, 0.99))
def test_of_equal_means_the_even_unit_is_better(mean: float, spread: float) -> None:
    even, uneven = penalised_mean([[mean, mean], [mean * (1 - spread), mean * (1 + spread)]], [1.0, 1.0])
    assert even == mean
    assert uneven <= even


def test_as_an_aggregation_of_points() -> None:
    """100 and 0: M = 50, S^2 / M = 50. 100, 0, 0, 0: 25 - 75, cut to the scale."""
    for x, expected in (([100.0, 0.0], 0.0), ([100.0, 0.0, 0.0, 0.0], 0.0), ([60.0, 40.0], 48.0)):
        mixture = Mixture(np.full(len(x), 1 / len(x)), settings(MPI))
        assert MPI.combine(np.array([x]), mixture)[0] == pytest.approx(expected)
    assert penalised_mean([[100.0, 0.0, 0.0, 0.0]], np.ones(4))[0] == pytest.approx(-50.0)
    # Points that do not live on the scale (standardised ones around 100) are not cut.
    mixture = Mixture(np.full(2, 0.5), settings(MPI))
    assert MPI.combine(np.array([[110.0, 130.0]]), mixture)[0] == pytest.approx(120 - 100 / 120)


def test_ampi_of_points_maps_there_and_back() -> None:
    """0, 50, 100 points stand for 70, 100, 130."""
    x = np.array([[0.0, 0.0], [50.0, 50.0], [100.0, 100.0], [0.0, 100.0]])
    mixture = Mixture(np.full(2, 0.5), settings(AMPI))
    np.testing.assert_allclose(AMPI.combine(x, mixture), [0.0, 50.0, 100.0, (100 - 900 / 100 - 70) / 0.6])
    raw = Mixture(np.full(2, 0.5), settings(AMPI, points="raw"))
    np.testing.assert_allclose(AMPI.combine(x, raw), [70.0, 100.0, 130.0, 91.0])
    assert AMPI.off_scale({"points": "raw"})
    assert not AMPI.off_scale({"points": "scale"})


@pytest.mark.parametrize("spread", ["population", "sample"])
@pytest.mark.parametrize("penalty", ["minus", "plus"])
def test_contributions_are_exact(penalty: str, spread: str) -> None:
    """Central differences; and Euler: x dM/dx sums to M, which is homogeneous of degree 1."""
    x = np.random.default_rng(2).uniform(30.0, 70.0, (12, 4))
    mixture = Mixture(np.array([0.4, 0.3, 0.2, 0.1]), settings(MPI, penalty=penalty, spread=spread))
    slopes = MPI.partials(x, mixture)
    step = 1e-5
    for j in range(4):
        up, down = x.copy(), x.copy()
        up[:, j] += step
        down[:, j] -= step
        expected = (MPI.combine(up, mixture) - MPI.combine(down, mixture)) / (2 * step)
        np.testing.assert_allclose(slopes[:, j], expected, atol=1e-8)
    np.testing.assert_allclose((slopes * x).sum(axis=1), MPI.combine(x, mixture))
    holed = x.copy()
    holed[0, 1] = np.nan
    slopes = MPI.partials(holed, mixture)
    assert np.isnan(slopes[0, 1])
    np.testing.assert_allclose(np.nansum(slopes * holed, axis=1), MPI.combine(holed, mixture))


def test_contributions_of_a_cut_score_sum_to_it() -> None:
    x = np.array([[100.0, 0.0, 0.0, 0.0]])
    for penalty, expected in (("minus", 0.0), ("plus", 100.0)):
        mixture = Mixture(np.full(4, 0.25), settings(MPI, penalty=penalty))
        assert MPI.combine(x, mixture)[0] == pytest.approx(expected)
        assert (MPI.partials(x, mixture) * x).sum() == pytest.approx(expected)


def test_a_strength_can_cost() -> None:
    """The penalty is not monotone: dM/dx = w (1 - 2 (x - M) / M + S^2 / M^2) < 0 for a child far above the rest.

    60, 10, 10: M = 80/3, S^2 = 5000/9; at the first child 1 - 2 * 1.25 + 0.78125 < 0.
    """
    before, after = penalised_mean([[60.0, 10.0, 10.0], [61.0, 10.0, 10.0]], np.ones(3))
    assert after < before


def test_missing_constant_and_zeros(raw: np.ndarray) -> None:
    holed = raw.copy()
    holed[2, 1] = np.nan
    kept = [0, 2, 3, 4]
    w = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    np.testing.assert_allclose(penalised_mean(holed[2:3], w), penalised_mean(raw[2:3, kept], w[kept]))
    constant = raw.copy()
    constant[:, 3] = 7.0
    assert np.isnan(fit_mpi(constant)["sd"][3])
    assert np.isnan(fit_ampi(constant, np.ones(5))["lower"][3])
    others = [0, 1, 2, 4]
    for spread in ("population", "sample"):
        found = mpi(constant, np.ones(5), POSITIVE, fit_mpi(constant), spread=spread)
        alone = mpi(raw[:, others], np.ones(4), POSITIVE[others], fit_mpi(raw[:, others]), spread=spread)
        np.testing.assert_allclose(found, alone)
    nan = np.nan
    x = [[0.0, 0.0], [nan, nan], [5.0, nan], [-3.0, -3.0], [-3.0, 1.0]]
    for spread in ("population", "sample"):
        np.testing.assert_array_equal(penalised_mean(x, [1.0, 1.0], spread=spread), [0.0, nan, 5.0, -3.0, nan])


def test_equal_children_are_even_to_the_last_bit() -> None:
    x = np.full((1, 7), 0.1) * np.arange(1, 50)[:, None]
    np.testing.assert_allclose(penalised_mean(x, np.arange(1.0, 8.0)), x[:, 0], rtol=1e-15)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: penalised_mean([[1.0, 2.0]], [1.0]), "aggregate-shape"),
        (lambda: penalised_mean([[1.0, 2.0]], [1.0, 1.0], "up"), "bad-choice"),
        (lambda: penalised_mean([[1.0, 2.0]], [1.0, 1.0], spread="n"), "bad-choice"),
        (lambda: fit_mpi([[1.0]], "n"), "bad-choice"),
        (lambda: fit_ampi([[1.0, 2.0]], [1.0]), "aggregate-shape"),
        (lambda: fit_ampi([[1.0, 2.0]], [1.0, np.nan]), "aggregate-shape"),
    ],
)
def test_refuses(call: object, code: str) -> None:
    with pytest.raises(InputError) as caught:
        call()  # type: ignore[operator]
    assert [fault.code for fault in caught.value.faults] == [code]
