"""The joint errors of small-area estimates and benchmarks, against matrices written out and simulations."""

from __future__ import annotations

import numpy as np
import pytest

from yitihua.errors import InputError
from yitihua.indicators.covariance import Covariance
from yitihua.surveys.areas.benchmark import benchmark
from yitihua.surveys.areas.covariance import area_covariance
from yitihua.surveys.areas.fay_herriot import fay_herriot


@pytest.fixture(scope="module")
def fit():
    rng = np.random.default_rng(7)
    d = 320.0 / rng.integers(10, 201, 30)
    x = rng.normal(size=(30, 2))
    y = 60 + x @ [2.0, 0.5] + 3 * rng.normal(size=30) + np.sqrt(d) * rng.normal(size=30)
    y[4] = np.nan
    return fay_herriot(y, d, x)


def test_one_indicator_has_the_mse_and_the_shared_beta(fit):
    """Authority: errors of the BLUP written out with dense matrices; the diagonal is the MSE of sae."""
    found = area_covariance({"E01": fit})
    np.testing.assert_allclose(found.se[:, 0], fit.se, rtol=1e-12)
    known, a = fit.sampled, fit.sigma2_u
    v = a + fit.variance[known]
    # theta_hat = H y: errors are H e + (H - I) u, on all areas.
    h = np.zeros((30, 30))
    h[:, known] = (1 - fit.gamma)[:, None] * (fit.x @ fit.beta_covariance @ (fit.x[known] / v[:, None]).T)
    h += np.diag(fit.gamma)
    dense = h @ np.diag(np.where(known, np.nan_to_num(fit.variance), 0)) @ h.T
    dense += a * (h - np.eye(30)) @ (h - np.eye(30)).T
    np.testing.assert_allclose(found.dense(), dense + np.diag(2 * fit.g3), rtol=1e-9, atol=1e-12)


def test_a_shift_common_to_all_direct_estimates_is_not_shrunk(fit):
    blocks = np.where(fit.sampled, np.nan_to_num(fit.variance), 0.0)[:, None, None]
    sampling = Covariance(fit.areas, ("E01",), blocks, np.full((1, 30, 1), 1.3))
    found = area_covariance({"E01": fit}, sampling)
    np.testing.assert_allclose(found.shared[-1], 1.3, rtol=1e-12)


def test_direct_estimates_that_enter_keep_their_own_error(fit):
    variance = np.where(fit.sampled, np.nan_to_num(fit.variance) * 1.1, 0.0)
    sampling = Covariance(fit.areas, ("E01",), variance[:, None, None], np.zeros((0, 30, 1)))
    enters = np.zeros((30, 1), dtype=bool)
    enters[[4, 8]] = True  # area 4 has no sample: nothing of its own can enter
    found = area_covariance({"E01": fit}, sampling, enters)
    assert found.blocks[8, 0, 0] == pytest.approx(variance[8])
    assert found.se[4, 0] == pytest.approx(fit.se[4])
    np.testing.assert_allclose(found.dense()[8, :8], 0)


def test_two_indicators_against_simulation():
    """Authority: 3,000 simulated provinces; correlated sampling errors and area effects, m = 40."""
    rng = np.random.default_rng(11)
    m, reps = 40, 3000
    d = 300.0 / rng.integers(10, 121, (m, 2))
    effects = np.array([[9.0, 4.0], [4.0, 6.0]])
    rho = np.array([[1.0, 0.6], [0.6, 1.0]])
    error = rho * np.sqrt(d[:, :, None] * d[:, None, :])
    x = np.column_stack([np.ones(m), rng.normal(size=m)])
    names = tuple(str(k + 1) for k in range(m))
    sampling = Covariance(names, ("a", "b"), error, np.zeros((0, m, 2)))
    u = rng.multivariate_normal([0, 0], effects, (reps, m))
    e = np.einsum("cij,rcj->rci", np.linalg.cholesky(error), rng.normal(size=(reps, m, 2)))
    errors, stated = np.empty((reps, m, 2)), []
    for r in range(reps):
        # A is taken as known here: what is tested is the joint error at a given A.
        for i in range(2):
            w = 1 / (effects[i, i] + d[:, i])
            y = u[r, :, i] + e[r, :, i]
            beta = np.linalg.solve((x.T * w) @ x, x.T @ (w * y))
            errors[r, :, i] = x @ beta + effects[i, i] * w * (y - x @ beta) - u[r, :, i]
        if r < 200:
            fits = {name: fay_herriot(u[r, :, i] + e[r, :, i], d[:, i], x) for i, name in enumerate(("a", "b"))}
            stated.append(area_covariance(fits, sampling))
    within = np.mean([s.blocks[:, 0, 1] + (s.shared[:, :, 0] * s.shared[:, :, 1]).sum(axis=0) for s in stated], axis=0)
    cross = (errors[:, :, 0] * errors[:, :, 1]).mean(axis=0)
    assert abs((cross - within).mean()) < 0.1 * cross.mean()
    mean = errors.mean(axis=1)  # the error of the province's mean is what areas share
    spread = np.mean([s.dense().reshape(m, 2, m, 2).mean(axis=(0, 2)) for s in stated], axis=0)
    np.testing.assert_allclose(np.cov(mean.T), spread, rtol=0.15)  # off the diagonal a term of 1/m is left out


def test_internal_benchmark(fit):
    """Authority: dense matrices; the sum agrees, the MSE grows by a^2 Var(L), the covariance says the same."""
    people = np.linspace(1, 3, 30)
    city = ["甲"] * 10 + ["乙"] * 20
    for method in ("difference", "ratio"):
        found = benchmark(fit, people, city, method=method)
        for g, name in enumerate(found.groups):
            inside = np.array(city) == name
            kept = inside & fit.sampled
            share = people[kept] / people[kept].sum()
            assert share @ found.value[kept] == pytest.approx(share @ fit.direct[kept], rel=1e-12)
            assert found.total[g] == pytest.approx(share @ fit.direct[kept])
        before = area_covariance({"E01": fit})
        after = found.covariance(before)
        np.testing.assert_allclose(after.se[:, 0] ** 2, found.mse, rtol=1e-10)
        assert (found.mse > fit.mse).all()
    # Var(L) from scratch: L is a linear contrast of y.
    known = fit.sampled
    v = np.diag(fit.sigma2_u + fit.variance[known])
    x = fit.x[known]
    residual = np.eye(known.sum()) - x @ fit.beta_covariance @ x.T @ np.linalg.inv(v)
    inside = (np.array(city) == "甲")[known]
    share = np.where(inside, people[known], 0) / people[known][inside].sum()
    pick = (share * (1 - fit.gamma[known])) @ residual
    where = found.groups.index("甲")
    assert found.gap_covariance[where, where] == pytest.approx(pick @ v @ pick, rel=1e-9)


def test_the_error_is_uncorrelated_with_the_internal_gap():
    """Authority: simulation of the statement on which the benchmark's MSE rests."""
    rng = np.random.default_rng(5)
    m, reps, a = 20, 40_000, 4.0
    d = 200.0 / rng.integers(10, 121, m)
    x = np.column_stack([np.ones(m), rng.normal(size=m)])
    w = 1 / (a + d)
    fit_matrix = x @ np.linalg.solve((x.T * w) @ x, x.T * w)
    h = np.diag(a * w) + np.diag(1 - a * w) @ fit_matrix
    u, e = 2.0 * rng.normal(size=(reps, m)), np.sqrt(d) * rng.normal(size=(reps, m))
    errors = (u + e) @ h.T - u
    gap = ((u + e) - (u + e) @ h.T).mean(axis=1)
    correlation = (errors * gap[:, None]).mean(axis=0) / errors.std(axis=0) / gap.std()
    assert np.abs(correlation).max() < 4.5 / np.sqrt(reps)


def test_external_benchmark(fit):
    """Authority: (I - a w') M (I - a w')' + a a' V(T), dense; the weighted sum then errs as T does."""
    people, city = np.linspace(1, 3, 30), ["甲"] * 10 + ["乙"] * 20
    given, variance = {"甲": 61.0, "乙": 59.0}, {"甲": 0.09, "乙": 0.25}
    before = area_covariance({"E01": fit})
    for method in ("difference", "ratio"):
        found = benchmark(fit, people, city, totals=given, total_variance=variance, method=method)
        after = found.covariance(before)
        np.testing.assert_allclose(after.se[:, 0] ** 2, found.mse, rtol=1e-8)
        for name in found.groups:
            share = np.where(np.array(city) == name, found.share, 0.0)
            assert share @ found.value == pytest.approx(given[name])
            assert share @ after.dense() @ share == pytest.approx(variance[name], rel=1e-8)
    assert benchmark(fit, people, city, totals=given, total_variance=variance).mse.mean() < fit.mse.mean()


def test_benchmarks_that_cannot_be_met(fit):
    people = np.ones(30)
    people[2] = 0
    with pytest.raises(InputError) as caught:
        benchmark(fit, people, ["甲"] * 10 + ["乙"] * 20, totals={"甲": np.nan}, method="ratios")
    assert [fault.code for fault in caught.value.faults] == [
        "benchmark-method",
        "benchmark-population",
        "benchmark-total",
        "benchmark-total",
    ]
    negative = fay_herriot(np.nan_to_num(fit.direct, nan=-60.0) - 200, np.full(30, 2.0), fit.x)
    with pytest.raises(InputError, match="Take the difference"):
        benchmark(negative, np.ones(30), method="ratio")
