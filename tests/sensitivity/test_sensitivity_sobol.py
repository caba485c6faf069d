"""Sobol' indices against analytic values, against scipy, and against what must hold of any model."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import sobol_indices as scipy_indices

from yitihua.analysis.sensitivity.resample import resample_shares, resampled_means
from yitihua.analysis.sensitivity.sobol import Indices, check_points, indices_of, sobol_indices, sobol_points

A, B = 7.0, 0.1


def ishigami(u: np.ndarray) -> np.ndarray:
    x = math.pi * (2 * u - 1)
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


def ishigami_parts() -> tuple[float, float, float, float]:
    """Variances of x1, x2, x1 with x3, and all: Ishigami and Homma (1990); Saltelli et al. (2008), ch. 4."""
    first = 0.5 * (1 + B * math.pi**4 / 5) ** 2
    both = B**2 * math.pi**8 * (1 / 18 - 1 / 50)
    return first, A**2 / 8, both, first + A**2 / 8 + both


def g_function(a: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    return lambda u: np.prod((np.abs(4 * u - 2) + a) / (1 + a), axis=1)


def close(found: Indices, first: np.ndarray, total: np.ndarray, tolerance: float) -> None:
    assert np.abs(found.first - first).max() < tolerance
    assert np.abs(found.total - total).max() < tolerance


def test_ishigami_has_its_analytic_indices() -> None:
    one, two, both, whole = ishigami_parts()
    found = sobol_indices(ishigami, 3, n=2**13, seed=1, second=True)
    close(found, np.array([one, two, 0.0]) / whole, np.array([one + both, two, both]) / whole, 0.02)
    assert found.second is not None
    assert np.abs(found.second[np.triu_indices(3, 1)] - np.array([0, both, 0]) / whole).max() < 0.02
    assert np.isnan(found.second[np.tril_indices(3)]).all()
    assert found.mean == pytest.approx(A / 2, abs=0.01)
    assert found.variance == pytest.approx(whole, rel=0.01)


def test_g_function_has_its_analytic_indices() -> None:
    """Sobol' (1993), Saltelli et al. (2008), ch. 4: V_i = 1/3 / (1 + a_i)^2, V = prod(1 + V_i) - 1."""
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])
    own = (1 / 3) / (1 + a) ** 2
    whole = np.prod(1 + own) - 1
    total = np.array([own[i] * np.prod(1 + np.delete(own, i)) for i in range(8)]) / whole
    found = sobol_indices(g_function(a), 8, n=2**13, seed=2, second=True)
    close(found, own / whole, total, 0.02)
    assert found.second is not None
    pairs = {pair: own[pair[0]] * own[pair[1]] / whole for pair in itertools.combinations(range(8), 2)}
    for pair, value in pairs.items():
        assert found.second[pair] == pytest.approx(value, abs=0.03)


def test_intervals_hold_analytic_values_about_as_often_as_they_say() -> None:
    """A simulation of a known truth: 40 seeds, 6 indices; Sobol' points make intervals too wide, not too narrow."""
    one, two, both, whole = ishigami_parts()
    first, total = np.array([one, two, 0.0]) / whole, np.array([one + both, two, both]) / whole
    held = []
    for seed in range(40):
        f = sobol_indices(ishigami, 3, n=512, seed=seed, level=0.9, resamples=300)
        held += [*((f.first_low <= first) & (first <= f.first_high))]
        held += [*((f.total_low <= total) & (total <= f.total_high))]
    assert np.mean(held) >= 0.85


def outputs(n: int, d: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    points = sobol_points(n, 2 * d, np.random.default_rng(seed))
    a, b = points[:, :d], points[:, d:]

    def model(u: np.ndarray) -> np.ndarray:
        return 5 + u @ np.arange(d) + 3 * u[:, 0] * u[:, -1]

    mixed = np.stack([np.where(np.arange(d) == i, b, a) for i in range(d)])
    return model(a), model(b), np.array([model(m) for m in mixed])


def test_first_and_total_are_those_of_scipy() -> None:
    a, b, ab = outputs(256, 4, 3)
    found = indices_of(a, b, ab, None, 0.9, np.random.default_rng(0))
    oracle = scipy_indices(func={"f_A": a[None], "f_B": b[None], "f_AB": ab[:, None]}, n=256)
    np.testing.assert_allclose(found.first, oracle.first_order, rtol=1e-12)
    np.testing.assert_allclose(found.total, oracle.total_order, rtol=1e-12)


def test_a_run_without_output_leaves_the_formula_of_scipy_for_the_rest() -> None:
    """257 rows of which one has no output at all: scipy's indices of the other 256, to the last digits."""
    a, b, ab = outputs(256, 4, 3)
    gap = np.full((1,), np.nan)
    with_gap = (np.append(a, gap), np.append(b, gap), np.hstack([ab, np.full((4, 1), np.nan)]))
    found = indices_of(*with_gap, None, 0.9, np.random.default_rng(0))
    oracle = scipy_indices(func={"f_A": a[None], "f_B": b[None], "f_AB": ab[:, None]}, n=256)
    np.testing.assert_allclose(found.first, oracle.first_order, rtol=1e-10)
    np.testing.assert_allclose(found.total, oracle.total_order, rtol=1e-10)
    assert found.fewest == 256


def test_a_gap_counts_only_for_the_index_that_needs_it() -> None:
    a, b, ab = outputs(256, 4, 3)
    whole = indices_of(a, b, ab, None, 0.9, np.random.default_rng(0))
    ab[2, :50] = np.nan
    found = indices_of(a, b, ab, None, 0.9, np.random.default_rng(0))
    np.testing.assert_allclose(found.total[[0, 1, 3]], whole.total[[0, 1, 3]], rtol=1e-10)
    assert found.total[2] == pytest.approx(0.5 * ((a - ab[2])[50:] ** 2).mean() / whole.variance, rel=1e-10)
    assert found.fewest == 206


def test_the_bootstrap_is_that_of_a_loop_over_resamples() -> None:
    """An identity: a matrix of counts times products is the mean of the rows that were drawn."""
    products = np.random.default_rng(1).random((20, 3))
    found = resampled_means(products, 5, np.random.default_rng(7))
    picked = np.random.default_rng(7).integers(0, 20, (5, 20))
    np.testing.assert_allclose(found[1:], [products[rows].mean(axis=0) for rows in picked], rtol=1e-12)
    np.testing.assert_allclose(found[0], products.mean(axis=0), rtol=1e-12)
    assert resample_shares(20, 3, np.random.default_rng(1)).sum() == pytest.approx(3.0)


@pytest.mark.parametrize("second", [False, True])
def test_a_factor_that_never_varies_has_exactly_zero(second: bool) -> None:
    found = sobol_indices(lambda u: u[:, 0] + 0.0 * u[:, 1] + u[:, 2] ** 2, 3, n=128, second=second)
    for name in ("first", "first_low", "first_high", "total", "total_low", "total_high"):
        assert getattr(found, name)[1] == 0.0, name
    assert not found.constant


@pytest.mark.parametrize("value", [0.0, 3.7, 1e9])
def test_a_constant_output_has_zeros_and_no_warning(value: float) -> None:
    found = sobol_indices(lambda u: np.full(len(u), value) * (1 + 1e-16 * u[:, 0]), 2, n=64, second=True)
    assert found.constant
    assert not found.first.any()
    assert not found.total.any()
    assert found.second is not None
    assert found.second[0, 1] == 0
    assert found.mean == pytest.approx(value)


def test_one_input_has_all() -> None:
    found = sobol_indices(lambda u: u[:, 0] ** 2, 1, n=1024)
    assert found.first == pytest.approx([1.0], abs=0.01)
    assert found.total == pytest.approx([1.0], abs=0.01)


@given(st.floats(0.01, 1000), st.floats(-1000, 1000), st.integers(0, 50))
def test_indices_do_not_depend_on_the_unit_of_the_output(gain: float, base: float, seed: int) -> None:
    a, b, ab = outputs(64, 3, seed)
    one = indices_of(a, b, ab, None, 0.9, np.random.default_rng(1), 50)
    two = indices_of(*(base + gain * f for f in (a, b, ab)), None, 0.9, np.random.default_rng(1), 50)
    for name in ("first", "first_low", "first_high", "total", "total_low", "total_high"):
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), atol=1e-6)
    assert (one.total >= 0).all()


def test_the_same_seed_gives_the_same_numbers() -> None:
    one, two, other = (sobol_indices(ishigami, 3, n=128, seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(one.total_high, two.total_high)
    assert (one.total != other.total).any()


@pytest.mark.parametrize(
    ("n", "nearest"),
    [(1000, "512, 1024"), (63, "64, 128"), (0, "64, 128"), (-5, "64, 128"), (True, ""), (96.5, ""), ("many", "")],
)  # fmt: skip
def test_points_that_are_no_power_of_two_are_refused_with_the_next_ones(
    refused: Callable[..., Any], n: Any, nearest: str
) -> None:
    (fault,) = refused(check_points, n)
    assert fault.code == "points-not-power"
    assert nearest in fault.allowed("en")
    assert nearest in fault.allowed("zh")


def test_too_few_runs_with_an_output_are_refused(refused: Callable[..., Any]) -> None:
    (fault,) = refused(sobol_indices, lambda u: np.where(u[:, 0] < 0.9, np.nan, u[:, 0]), 2, 128)
    assert fault.code == "too-few-runs"
