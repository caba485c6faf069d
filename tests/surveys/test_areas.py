"""Fay-Herriot against R's sae and metafor, scipy's maximiser, closed forms and dense matrices."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import ndtri

from yitihua.errors import InputError
from yitihua.surveys.areas.composite import enters
from yitihua.surveys.areas.fay_herriot import FayHerriot, fay_herriot, fay_herriot_many
from yitihua.surveys.areas.likelihood import area_variance, log_likelihood, score
from yitihua.surveys.areas.pooled import pooled_variance

REFERENCE = Path(__file__).parents[1] / "reference" / "survey"
METAFOR = json.loads((REFERENCE / "small_areas" / "metafor.json").read_text())
METHODS = {"REML": "reml", "ML": "ml", "PM": "fh"}
TIGHT = {"rtol": 1e-8, "atol": 0}


@pytest.fixture(scope="module")
def synth() -> tuple[FayHerriot, dict]:
    table = pd.read_csv(REFERENCE / "synth90_fh_input.csv")
    x = pd.DataFrame({"region": pd.Categorical(table["region"], categories=["centre", "east", "west"])})
    answer = json.loads((REFERENCE / "results.json").read_text())["results"]["fh.synth"]
    return fay_herriot(table["q1"], table["v"], x, areas=table["county"]), answer


def test_sae_reml_of_synth90(synth):
    """Authority: sae::mseFH, results.json fh.synth."""
    fit, answer = synth
    np.testing.assert_allclose(fit.eblup, answer["eblup"], **TIGHT)
    np.testing.assert_allclose(fit.mse, answer["mse"], **TIGHT)
    np.testing.assert_allclose(fit.sigma2_u, answer["fit"]["refvar"], **TIGHT)
    coefficients = fit.coefficients()
    for ours, name in (("beta", "beta"), ("se", "std.error"), ("z", "tvalue")):
        np.testing.assert_allclose(coefficients[ours], answer["fit"]["beta"][name], **TIGHT)
    np.testing.assert_allclose(coefficients["p"], answer["fit"]["beta"]["pvalue"], rtol=1e-8, atol=1e-300)
    gof = answer["fit"]["gof"]
    np.testing.assert_allclose(
        [fit.loglike, fit.aic, fit.bic, fit.kic], [gof[k] for k in ("loglike", "AIC", "BIC", "KIC")], **TIGHT
    )
    assert fit.columns == ("intercept", "region_east", "region_west")
    assert fit.converged
    assert fit.flags == ()


def noise(m: int, k: int) -> np.ndarray:
    steps = [0.6180339887498949, 0.4142135623730951, 0.7320508075688772, 0.2360679774997898]
    return ndtri((np.arange(1, m + 1) * steps[k - 1]) % 1 * 0.998 + 0.001)


def made(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The inputs of small_areas/make.R."""
    m = {"m15": 15, "m40": 40, "near_zero": 60, "zero": 30, "m400": 400}[name]
    k = np.arange(1, m + 1)
    if name == "m15":
        d = 4 + 60 / (10 + 12 * (k - 1))
        return 62 + 3.1 * noise(m, 1) + 0.9 * np.sqrt(d) * noise(m, 2), d, noise(m, 3)
    if name == "m40":
        d, x, z = 320 / (10 + (37 * k) % 191), noise(m, 3), noise(m, 4) ** 2
        y = 70 + 2 * x - z + 2.5 * noise(m, 1) + np.sqrt(d) * noise(m, 2)
        return y, d, np.column_stack([x, z, 1000 + 200 * (k % 3)])
    if name == "near_zero":
        d, x = 320 / (20 + (53 * k) % 181), noise(m, 3)
        return 55 + x + 0.5 * noise(m, 1) + np.sqrt(d) * noise(m, 2), d, x
    if name == "zero":
        d = 8.0 + k % 7
        return 55 + 0.5 * np.sqrt(d) * noise(m, 2), d, noise(m, 3)
    d, x, z = 320 / (10 + (97 * k) % 191), noise(m, 3), noise(m, 4)
    y = 64 + 2 * x - 0.5 * z + 3 * noise(m, 1) + np.sqrt(d) * noise(m, 2)
    return y, d, np.column_stack([x, z])


@pytest.mark.parametrize("key", METAFOR)
def test_metafor(key):
    """Authority: R's metafor, another implementation of the same model; its blup's error is g1 + g2."""
    name, method = key.split(".")
    answer = METAFOR[key]
    fit = fay_herriot(*made(name), METHODS[method])
    np.testing.assert_allclose(fit.sigma2_u, answer["tau2"][0], rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(fit.beta, answer["beta"], **TIGHT)
    np.testing.assert_allclose(fit.beta_covariance.ravel(), answer["beta_cov"], rtol=1e-8, atol=1e-12)
    rows = np.array(answer["areas"], dtype=int)
    np.testing.assert_allclose(fit.eblup[rows], answer["blup"], **TIGHT)
    np.testing.assert_allclose(np.sqrt(fit.g1 + fit.g2)[rows], answer["se"], **TIGHT)
    likelihood = fit.loglike
    if method == "REML":  # metafor counts log|X'X| / 2, a constant
        likelihood = fit.restricted_loglike + 0.5 * np.linalg.slogdet(fit.x.T @ fit.x)[1]
    np.testing.assert_allclose(likelihood, answer["loglike"][0], **TIGHT)


@pytest.mark.parametrize("m", [15, 40, 2842])
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_scipy_finds_the_same_maximum(m, method):
    """Authority: scipy's bounded maximiser of the likelihood, written with dense matrices for small m."""
    rng = np.random.default_rng(m)
    d = 320.0 / rng.integers(10, 201, m)
    x = np.column_stack([np.ones(m), rng.normal(size=(m, 3))])
    y = x @ [60.0, 2.0, -1.0, 0.0] + 3 * rng.normal(size=m) + np.sqrt(d) * rng.normal(size=m)
    fit = fay_herriot(y, d, x, method)
    best = minimize_scalar(
        lambda a: -log_likelihood(y, d, x, a, method == "reml"),
        bounds=(0, 60),
        method="bounded",
        options={"xatol": 1e-9},
    )
    assert fit.sigma2_u == pytest.approx(best.x, rel=2e-6)  # a maximum is flat: its place has half the digits
    assert abs(score(y, d, x, fit.sigma2_u, method)) < 1e-10 * (1 / d).sum()
    if m > 40:
        return
    a = 1.7
    v = np.diag(a + d)
    gls = np.linalg.solve(x.T @ np.linalg.solve(v, x), x.T @ np.linalg.solve(v, y))
    r = y - x @ gls
    dense = -0.5 * (m * np.log(2 * np.pi) + np.linalg.slogdet(v)[1] + r @ np.linalg.solve(v, r))
    assert log_likelihood(y, d, x, a, False) == pytest.approx(dense, rel=1e-12)
    dense += 0.5 * 4 * np.log(2 * np.pi) - 0.5 * np.linalg.slogdet(x.T @ np.linalg.solve(v, x))[1]
    assert log_likelihood(y, d, x, a, True) == pytest.approx(dense, rel=1e-12)


@pytest.mark.parametrize("method", ["reml", "ml", "fh"])
def test_mse_by_dense_matrices(method):
    """Authority: Rao & Molina 2015, 6.2.1-6.2.2, written out area by area (sae::mseFH has the same)."""
    y, d, x = made("m40")
    fit = fay_herriot(y, d, x, method)
    a, m, design = fit.sigma2_u, len(y), np.column_stack([np.ones(len(y)), x])
    inverse = np.diag(1 / (a + d))
    q = np.linalg.inv(design.T @ inverse @ design)
    for c in range(m):
        b = d[c] / (a + d[c])
        g1, g2 = a * d[c] / (a + d[c]), b**2 * design[c] @ q @ design[c]
        if method == "fh":
            of_a = 2 * m / np.trace(inverse) ** 2
            bias = 2 * (m * np.trace(inverse @ inverse) - np.trace(inverse) ** 2) / np.trace(inverse) ** 3
        else:
            of_a = 2 / np.trace(inverse @ inverse)
            bias = -np.trace(q @ design.T @ inverse @ inverse @ design) / np.trace(inverse @ inverse)
            bias = bias if method == "ml" else 0.0
        g3 = d[c] ** 2 / (a + d[c]) ** 3 * of_a
        assert fit.mse[c] == pytest.approx(g1 + g2 + 2 * g3 - bias * b**2, rel=1e-9)


def test_balanced_case_by_hand():
    """Authority: hand. Equal D and only an intercept: closed forms of all three methods, and of every g."""
    y, d, m = np.array([40.0, 44.0, 47.0, 55.0, 59.0]), 9.0, 5
    squares = ((y - y.mean()) ** 2).sum()
    for method, a in (("reml", squares / 4 - d), ("fh", squares / 4 - d), ("ml", squares / 5 - d)):
        fit = fay_herriot(y, np.full(m, d), method=method)
        assert fit.sigma2_u == pytest.approx(a, rel=1e-12)
        b = d / (a + d)
        np.testing.assert_allclose(fit.eblup, y.mean() + (1 - b) * (y - y.mean()), rtol=1e-12)
        mse = (1 - b) * d + b**2 * (a + d) / m + 2 * b**2 * (2 * (a + d) ** 2 / m) / (a + d)
        mse += b**2 * (a + d) / m if method == "ml" else 0.0
        np.testing.assert_allclose(fit.mse, mse, rtol=1e-12)


def test_boundary_is_said():
    """Areas that differ less than their sampling errors: A = 0, everything synthetic, MSE g2 + 2 g3."""
    y, d, x = made("zero")
    fit = fay_herriot(y, d, x)
    assert fit.sigma2_u == 0
    assert fit.boundary
    assert "no-area-variance" in fit.flags
    np.testing.assert_array_equal(fit.gamma, 0)
    np.testing.assert_allclose(fit.eblup, fit.synthetic)
    np.testing.assert_allclose(fit.mse, fit.g2 + 2 * fit.g3)
    flat = fay_herriot(np.full(6, 3.0), np.arange(1.0, 7.0))
    assert flat.sigma2_u == 0


def test_the_higher_of_two_maxima():
    """Authority: a fine scan of the likelihood."""
    y = np.array([-4.2, 0.3, -7.3, -0.2, 0.1, -2.5])
    d = np.array([21.511, 0.394, 5.224, 0.023, 0.013, 17.442])
    x = np.ones((6, 1))
    found = area_variance(y, d, x, "reml")
    assert found.maxima == 2
    scan = np.concatenate([[0.0], np.geomspace(1e-6, 1e3, 4000)])
    best = max(log_likelihood(y, d, x, a, True) for a in scan)
    assert log_likelihood(y, d, x, found.value, True) >= best
    assert "several-maxima" in fay_herriot(y, d).flags


@pytest.mark.parametrize("factor", [1e-6, 1e5])
def test_units_do_not_matter(factor):
    y, d, x = made("m40")
    one, other = fay_herriot(y, d, x), fay_herriot(y * factor, d * factor**2, x * [1e8, 1, 1e-4])
    np.testing.assert_allclose(other.sigma2_u, one.sigma2_u * factor**2, rtol=1e-8)
    np.testing.assert_allclose(other.eblup, one.eblup * factor, rtol=1e-8)
    np.testing.assert_allclose(other.mse, one.mse * factor**2, rtol=1e-8)


def test_intercept_is_added_once():
    y, d, x = made("m40")
    dummies = np.eye(3)[np.arange(40) % 3]
    assert fay_herriot(y, d, dummies).columns == ("x1", "x2", "x3")
    assert fay_herriot(y, d, np.column_stack([np.ones(40), x])).columns == ("x1", "x2", "x3", "x4")
    assert fay_herriot(y, d, x[:, 0], intercept=False).columns == ("x1",)
    words = pd.DataFrame({"type": ["市区", "县"] * 20})
    assert fay_herriot(y, d, words).columns == ("intercept", "type_市区")


@pytest.mark.parametrize("method", ["reml", "ml", "fh"])
def test_areas_without_a_sample(method):
    """The model is that of the sampled areas; the others are its limit for a variance without end."""
    y, d, x = made("m40")
    y[[3, 30]] = np.nan
    d[3] = np.nan
    fit = fay_herriot(y, d, x, method)
    known = np.isfinite(y)
    alone = fay_herriot(y[known], d[known], x[known], method)
    np.testing.assert_allclose(fit.eblup[known], alone.eblup, rtol=1e-12)
    np.testing.assert_allclose(fit.mse[known], alone.mse, rtol=1e-12)
    assert fit.bic == pytest.approx(alone.bic)
    np.testing.assert_allclose(fit.eblup[~known], fit.x[~known] @ fit.beta)
    x_out = fit.x[~known]
    expected = fit.sigma2_u + np.einsum("cp,pq,cq->c", x_out, fit.beta_covariance, x_out)
    if method == "reml":
        np.testing.assert_allclose(fit.mse[~known], expected, rtol=1e-12)
    assert np.isfinite(fit.mse).all()
    assert fit.gamma[~known].tolist() == [0, 0]
    assert np.isnan(fit.table()["direct"].to_numpy()).sum() == 2


def test_every_faulty_area_is_named():
    y = [50.0, 60.0, 70.0, np.nan, np.inf, 55.0, 52.0]
    d = [0.0, np.nan, -1.0, np.nan, 1.0, 2.0, 2.0]
    x = pd.DataFrame({"gdp": [1.0, 2, 3, np.nan, 5, 6, 7], "type": ["a", "b", "a", "b", "a", None, "b"]})
    with pytest.raises(InputError) as caught:
        fay_herriot(y, d, x, areas=list("ABCDEFG"))
    found = [(fault.code, fault.key) for fault in caught.value.faults]
    assert found == [
        ("area-direct", "E"),
        ("area-variance", "A"),
        ("area-variance", "B"),
        ("area-variance", "C"),
        ("area-x-missing", "D"),
        ("area-x-missing", "F"),
    ]
    assert caught.value.faults[4].details["columns"] == "gdp"
    assert caught.value.faults[5].details["columns"] == "type_b"
    for fault in caught.value.faults:
        assert fault.text("zh") and fault.text("en")


def test_models_that_cannot_be_fitted():
    y, d = np.arange(4.0), np.ones(4)
    x = np.column_stack([np.arange(4.0), 2 * np.arange(4.0)])
    with pytest.raises(InputError, match="x2 can be computed"):
        fay_herriot(y, d, x)
    with pytest.raises(InputError, match="only 4 areas"):
        fay_herriot(y, d, np.random.default_rng(0).normal(size=(4, 3)))
    with pytest.raises(InputError, match="no small-area method 'rml'"):
        fay_herriot(y, d, method="rml")
    with pytest.raises(InputError, match="2, E02"):
        fay_herriot_many(np.ones((4, 2)), np.array([[1, 1], [1, 0], [1, 1], [1, 1]]), ["E01", "E02"])


def test_many_indicators_are_fitted_one_by_one():
    y, d, x = made("m40")
    both = fay_herriot_many(np.column_stack([y, y[::-1]]), np.column_stack([d, d[::-1]]), ["E01", "E02"], x)
    np.testing.assert_array_equal(both["E01"].eblup, fay_herriot(y, d, x).eblup)
    np.testing.assert_array_equal(both["E02"].mse, fay_herriot(y[::-1], d[::-1], x).mse)


def test_pooled_variances_by_hand():
    """Authority: hand; small types go with all areas, the bounded rule gives no zero at an end."""
    n = np.array([21.0, 41.0, 11.0, 0.0])
    v = np.array([20.0, 5.0, 0.0, np.nan])
    plain = pooled_variance(v, n)
    unit = (20 * 420 + 40 * 205 + 10 * 0) / 70
    np.testing.assert_allclose(plain.variance[:3], unit / n[:3])
    assert np.isnan(plain.variance[3])
    grouped = pooled_variance(v, n, group=["a", "b", "a", "a"])
    assert grouped.merged == ()
    np.testing.assert_allclose(grouped.unit, [20 * 420 / 30, 205, 20 * 420 / 30, 20 * 420 / 30])
    assert pooled_variance(v, n, group=["a", "b", "c", "c"]).merged == ("a", "c")
    y = np.array([60.0, 80.0, 100.0, np.nan])
    bounded = pooled_variance(v, n, estimate=y, bounds=(0, 100))
    assert (bounded.variance[:3] > 0).all()
    assert bounded.unit[2] < bounded.unit[1] < bounded.unit[0]
    with pytest.raises(InputError, match="n is -"):
        pooled_variance([1.0], [np.nan])
    with pytest.raises(InputError, match="no variance to pool"):
        pooled_variance([np.nan, 0.0], [5, 5])


def test_what_enters_and_why():
    direct = np.array([[60.0, np.nan], [40.0, 50.0], [np.nan, 70.0]])
    eblup = np.array([[58.0, 61.0], [47.0, 52.0], [np.nan, np.nan]])
    n_eff = np.array([[100.0, 120.0], [99.9, np.nan], [0.0, 5.0]])
    found = enters(direct, eblup, n_eff)
    assert found.method.tolist() == [["direct", "synthetic"], ["EBLUP", "EBLUP"], ["none", "direct"]]
    np.testing.assert_array_equal(found.value, [[60.0, 61.0], [47.0, 52.0], [np.nan, 70.0]])
    assert found.zh[0, 0] == "采用直接估计：有效样本量100≥100"
    assert found.en[1, 0] == "EBLUP: effective sample 99.9 < 100"
    assert found.en[2, 1] == "direct: there is no small-area estimate"
    assert enters(direct, eblup, n_eff, rule="eblup").method[0].tolist() == ["EBLUP", "synthetic"]
    assert enters(direct, eblup, n_eff, rule="direct").en[1, 1] == "direct: the rule for all areas"
    with pytest.raises(InputError, match="composite"):
        enters(direct, eblup, n_eff, rule="compsite")
