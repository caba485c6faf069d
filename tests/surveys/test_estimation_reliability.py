"""Reliability against R: survey::svycralpha, psych::alpha (90 counties), factanal, and statsmodels' factor model."""

import numpy as np
import pandas as pd
import pytest
from estimation_reference import FOLDER, answers, close, results, rows, synth

from yitihua.errors import InputError
from yitihua.surveys.estimation.reliability import cronbach_alpha, omega, one_factor, reliability, weighted_covariance

QUESTIONS = [f"q{i}" for i in range(1, 11)]


def test_weighted_alpha_and_factor() -> None:
    """R: svyvar, svycralpha and factanal (maximum likelihood) of weighted answers."""
    expected = answers()["reliability"]
    items = pd.read_csv(FOLDER / "designs" / "items.csv")
    weight = rows()["w"].to_numpy()
    matrix, n = weighted_covariance(items.to_numpy()[weight > 0], weight[weight > 0])
    close(matrix, expected["cov"])
    assert n == (weight > 0).sum()
    found = reliability(items, weight)
    close(found.alpha, expected["alpha"])
    loadings, unique = one_factor(matrix)
    close(loadings, expected["loadings"], rtol=1e-5)
    close(unique, expected["unique"], rtol=1e-5)
    total = sum(expected["loadings"]) ** 2
    close(found.omega, total / (total + sum(expected["unique"])), rtol=1e-6)


def test_psych_alpha() -> None:
    """psych::alpha takes pairs of answers, without weights."""
    data, expected = synth(), results()["synth.alpha"]
    found = reliability(data[QUESTIONS], missing="pairwise")
    close(found.alpha, expected["total"]["raw_alpha"])
    close(found.alpha_se, expected["total"]["ase"])
    close(found.alpha_without, expected["alpha_drop"]["raw_alpha"])
    close(found.item_rest, expected["item_stats"]["r.drop"])
    weighted = reliability(data[QUESTIONS], data["base_w"])
    close(weighted.alpha, results()["synth.svycralpha"]["alpha"])


def test_psych_alpha_of_counties() -> None:
    data, expected = synth(), results()["synth.alpha_by_county"]
    for county, alpha in expected["raw_alpha"].items():
        found = reliability(data.loc[data["county"] == county, QUESTIONS], missing="pairwise")
        close(found.alpha, alpha)
        close(found.alpha_se, expected["ase"][county])


def test_one_factor_by_statsmodels() -> None:
    factor = pytest.importorskip("statsmodels.multivariate.factor")
    matrix, n = weighted_covariance(synth()[QUESTIONS].to_numpy(), np.ones(len(synth())), "pairwise")
    sd = np.sqrt(np.diag(matrix))
    fitted = factor.Factor(corr=matrix / np.outer(sd, sd), n_factor=1, method="ml", nobs=n).fit()
    loadings, _ = one_factor(matrix)
    close(loadings / sd, np.abs(fitted.loadings[:, 0]), rtol=1e-4)


def test_a_true_factor_is_found() -> None:
    """Hand: with exact loadings the model fits perfectly."""
    loadings, unique = np.array([0.5, 1.0, 2.0, -0.3]), np.array([1.0, 0.5, 2.0, 1.0])
    found, rest = one_factor(np.outer(loadings, loadings) + np.diag(unique))
    close(found, loadings, rtol=1e-6)
    close(rest, unique, rtol=1e-6)


def test_edges() -> None:
    """No covariance matrix, no reliability: NaN and no warning."""
    assert np.isnan(omega(np.eye(2)))
    assert np.isnan(cronbach_alpha(np.zeros((3, 3))))
    one = reliability({"a": [1.0, np.nan], "b": [np.nan, 2.0], "c": [1.0, 2.0]})
    assert np.isnan(one.alpha) and np.isnan(one.omega) and one.n == 0
    with pytest.raises(InputError) as raised:
        reliability({"a": [1.0, 2.0]}, [1.0])
    assert {fault.code for fault in raised.value.faults} == {"reliability-items", "estimate-lengths"}
