"""The array functions against oracle libraries, published conventions and brute force."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from yitihua.index import aggregate, grade, impute, normalise, treat


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(7).lognormal(1.0, 0.6, (40, 5)) + 1.0


@pytest.fixture
def weights() -> np.ndarray:
    return np.array([3.0, 1.0, 0.0, 2.0, 0.5])


def test_means_agree_with_scipy(x: np.ndarray, weights: np.ndarray) -> None:
    np.testing.assert_allclose(aggregate.arithmetic(x, weights), np.average(x, axis=1, weights=weights))
    np.testing.assert_allclose(aggregate.geometric(x, weights, 0.5), stats.gmean(x, axis=1, weights=weights))
    np.testing.assert_allclose(aggregate.harmonic(x, weights, 0.5), stats.hmean(x, axis=1, weights=weights))
    np.testing.assert_allclose(
        aggregate.generalised(x, weights, 2.5, 0.0), stats.pmean(x, 2.5, axis=1, weights=weights)
    )


def test_power_mean_limits(x: np.ndarray, weights: np.ndarray) -> None:
    geometric = aggregate.geometric(x, weights, 0.5)
    np.testing.assert_allclose(aggregate.generalised(x, weights, 0.0, 0.5), geometric)
    np.testing.assert_allclose(aggregate.generalised(x, weights, 1e-7, 0.5), geometric, rtol=1e-6)
    np.testing.assert_allclose(aggregate.generalised(x, weights, 1.0, 0.0), aggregate.arithmetic(x, weights))


@pytest.mark.parametrize("method", ["arithmetic", "geometric", "harmonic", "generalised"])
def test_missing_child_equals_leaving_it_out(method: str, x: np.ndarray, weights: np.ndarray) -> None:
    holed = x.copy()
    holed[:, 1] = np.nan
    rest = [0, 2, 3, 4]
    expected = aggregate.combine(x[:, rest], weights[rest], method, 0.5, 2.0)
    np.testing.assert_allclose(aggregate.combine(holed, weights, method, 0.5, 2.0), expected)


def test_nothing_left_is_missing() -> None:
    assert np.isnan(aggregate.arithmetic(np.array([[np.nan, 5.0]]), np.array([1.0, 0.0]))).all()
    assert np.isnan(aggregate.geometric(np.array([[np.nan, np.nan]]), np.ones(2), 1.0)).all()


def test_geometric_zero_with_floor_zero_and_missing_sibling() -> None:
    found = aggregate.geometric(np.array([[0.0, np.nan, 9.0], [0.0, 4.0, 9.0]]), np.ones(3), 0.0)
    np.testing.assert_array_equal(found, [0.0, 0.0])


def test_batch_axes(x: np.ndarray, weights: np.ndarray) -> None:
    batch = np.stack([x, 2 * x, x[::-1]])
    for method in ("arithmetic", "geometric", "harmonic"):
        found = aggregate.combine(batch, weights, method, 0.5, 1.0)
        assert found.shape == (3, 40)
        np.testing.assert_allclose(found[1], aggregate.combine(2 * x, weights, method, 0.5, 1.0))


@pytest.mark.parametrize("method", ["arithmetic", "geometric", "harmonic", "generalised"])
def test_partials_are_the_derivative(method: str, x: np.ndarray, weights: np.ndarray) -> None:
    """Central differences; and Euler: x dM/dx sums to M."""
    found = aggregate.partials(x, weights, method, 0.5, 2.5)
    step = 1e-6
    for j in range(x.shape[1]):
        up, down = x.copy(), x.copy()
        up[:, j] += step
        down[:, j] -= step
        slope = (
            aggregate.combine(up, weights, method, 0.5, 2.5) - aggregate.combine(down, weights, method, 0.5, 2.5)
        ) / (2 * step)
        np.testing.assert_allclose(found[:, j], slope, atol=1e-7)
    np.testing.assert_allclose((found * x).sum(axis=1), aggregate.combine(x, weights, method, 0.5, 2.5))


def test_moments_agree_with_scipy(x: np.ndarray) -> None:
    holed = x.copy()
    holed[::7, 2] = np.nan
    np.testing.assert_allclose(treat.skewness(holed), stats.skew(holed, axis=0, bias=False, nan_policy="omit"))
    np.testing.assert_allclose(treat.kurtosis(holed), stats.kurtosis(holed, axis=0, bias=False, nan_policy="omit"))


def test_winsor_goes_one_distinct_value_at_a_time() -> None:
    x = np.concatenate([np.arange(30.0), [200.0, 200.0, 900.0]])
    lower, upper, passed = treat.winsor_limits(x, most=1)
    assert (lower, upper, passed) == (0.0, 200.0, False)
    lower, upper, passed = treat.winsor_limits(x, most=5)
    assert (lower, upper, passed) == (0.0, 29.0, True)


def test_winsor_pulls_in_the_lower_tail() -> None:
    lower, upper, passed = treat.winsor_limits(np.append(np.arange(30.0), -900.0))
    assert (lower, upper, passed) == (0.0, 29.0, True)


def test_affine_hits_the_bounds_exactly() -> None:
    rng = np.random.default_rng(3)
    lower = rng.normal(size=200) * 10.0 ** rng.integers(-6, 6, 200)
    upper = lower + rng.lognormal(size=200)
    for positive in (True, False):
        origin, width = normalise.bounds(lower, upper, np.full(200, positive))
        points = normalise.affine(np.stack([lower, upper]), origin, width, np.full(200, 100.0), np.zeros(200))
        low, high = (points[0], points[1]) if positive else (points[1], points[0])
        np.testing.assert_array_equal(low, 0.0)
        np.testing.assert_array_equal(high, 100.0)


def test_rank_agrees_with_scipy() -> None:
    x = np.random.default_rng(5).integers(0, 9, 50).astype(float)
    np.testing.assert_array_equal(normalise.rank(x, np.sort(x), True), stats.rankdata(x, "min"))
    np.testing.assert_array_equal(normalise.rank(x, np.sort(x), False), stats.rankdata(-x, "min"))
    scaled, cut = normalise.percentile_rank(x, np.sort(x), True, (0.0, 100.0))
    assert not cut.any()
    np.testing.assert_allclose(scaled, (stats.rankdata(x, "min") - 1) / 49 * 100)


def test_ranks_share_the_best_place() -> None:
    scores = np.random.default_rng(6).integers(0, 20, 60).astype(float)
    np.testing.assert_array_equal(grade.ranks(scores), stats.rankdata(-scores, "min"))


def test_quantile_cuts_give_the_stated_counts() -> None:
    scores = np.random.default_rng(8).normal(size=90)
    counts = np.bincount(grade.grade_index(scores, grade.quantile_cuts(scores, [10, 20, 40, 20, 10])))
    np.testing.assert_array_equal(counts, [9, 18, 36, 18, 9])


@pytest.mark.parametrize("seed", range(6))
def test_natural_breaks_are_optimal(seed: int) -> None:
    """Against every possible partition of a small sample."""
    scores = np.sort(np.random.default_rng(seed).integers(0, 40, 11).astype(float))
    values = np.unique(scores)

    def loss(cuts: tuple[float, ...]) -> float:
        groups = grade.grade_index(scores, cuts)
        return sum(((scores[groups == g] - scores[groups == g].mean()) ** 2).sum() for g in np.unique(groups))

    best = min(loss(cuts) for cuts in itertools.combinations(values[1:], 3))
    assert loss(grade.natural_breaks(scores, 4)) == pytest.approx(best)


def test_a_score_on_a_cut_goes_up() -> None:
    np.testing.assert_array_equal(grade.grade_index(np.array([49.999, 50, 60, 80]), [50, 60, 80]), [0, 1, 2, 3])


def test_fill_by_group_leaves_unknown_groups_missing() -> None:
    groups = np.array(["a", "a", "b", "", "c"], dtype=object)
    x = np.array([1.0, np.nan, np.nan, np.nan, 4.0])
    values = impute.fill_values(x, "group_mean", groups)
    assert values == {"a": 1.0, "c": 4.0}
    np.testing.assert_array_equal(impute.fill(x, values, groups), [1.0, 1.0, np.nan, np.nan, 4.0])


def test_median_fill() -> None:
    assert impute.fill_values(np.array([1.0, 2.0, 9.0, np.nan]), "median") == {"": 2.0}
