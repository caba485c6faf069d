"""Replicates against R survey (JK1, JKn, JK2, bootstrap and other matrices, both centres), and by simulation."""

import numpy as np
import pandas as pd
import pytest
from estimation_reference import FOLDER, answers, close, design, rows

from yitihua.errors import InputError
from yitihua.surveys.estimation.design import SurveyDesign
from yitihua.surveys.estimation.estimate import estimate
from yitihua.surveys.estimation.replicates import Replicates

CENTRES = [("centred", False), ("mse", True)]


def compare(replicates: Replicates, expected: dict, data: pd.DataFrame, totals: bool = True) -> None:
    x, score, dom = data["x"].to_numpy(), data["score"].to_numpy(), data["dom"].to_numpy()
    one = np.ones(len(data))
    value, errors = replicates.ratios(np.stack([x, score], axis=1), np.stack([one, one], axis=1))
    close([value[0], np.sqrt(errors[0, 0])], [expected["mean"]["est"], expected["mean"]["se"]])
    close(errors, expected["cov"])
    full, thetas = replicates.totals(x[:, None])
    close(full, expected["total"]["est"])
    if totals:
        close(np.sqrt(replicates.covariance(full, thetas)[0]), expected["total"]["se"])
    value, errors = replicates.ratios(score[:, None], x[:, None])
    close([value[0], np.sqrt(errors[0, 0])], [expected["ratio"][k] for k in ("est", "se")])
    inside = np.stack([dom == d for d in expected["mean_by"]["dom"]], axis=1).astype(float)
    value, errors = replicates.ratios(inside * x[:, None], inside)
    close(value, expected["mean_by"]["est"])
    # A domain within one cluster disappears from its own replicate: R drops it for the domain alone, we for all.
    if "c" not in expected["mean_by"]["dom"]:
        close(np.sqrt(np.diag(errors)), expected["mean_by"]["se"])
        close(errors, expected["cov_by"], atol=1e-10)
    value, errors = replicates.apply(lambda w: np.log((w * x).sum() / w.sum()))
    close([value[0], np.sqrt(errors[0, 0])], [expected["log"][k] for k in ("est", "se")])
    close(replicates.df, expected["degf"])


@pytest.mark.parametrize(("tag", "mse"), CENTRES)
def test_jk1(tag: str, mse: bool) -> None:
    compare(Replicates.jackknife(design("srs"), mse=mse), answers()[f"jk1.{tag}"], rows())


@pytest.mark.parametrize(("tag", "mse"), CENTRES)
@pytest.mark.parametrize("rule", ["adjust", "remove", "average"])
@pytest.mark.parametrize(("name", "kind"), [("wr", "jkn"), ("one", "jkn_fpc")])
def test_jkn(name: str, kind: str, rule: str, tag: str, mse: bool) -> None:
    expected = answers()[f"{kind}.{rule}.{tag}"]
    found = Replicates.jackknife(design(name, rule), mse=mse)
    close(found.rscales, expected["rscales"])
    close(found.scale, expected["scale"])
    # R leaves strata taken whole out of the replicates of totals, not out of the total itself.
    compare(found, expected, rows(), totals=kind == "jkn" or (rule != "adjust" and not mse))


@pytest.mark.parametrize(("tag", "mse"), CENTRES)
def test_supplied_matrices(tag: str, mse: bool) -> None:
    data = rows()
    part = data[~data["stratum"].isin(["S5", "S6"])]
    matrix = pd.read_csv(FOLDER / "designs" / "bootstrap.csv").to_numpy()
    compare(Replicates.supplied(part["w"], matrix, mse=mse), answers()[f"bootstrap.{tag}"], part)
    other = answers()[f"other.{tag}"]
    compare(Replicates.supplied(part["w"], matrix, scale=0.03, rscales=other["rscales"], mse=mse), other, part)
    pairs = Replicates.supplied(part["w"], matrix[:, :7], scale=1.0, mse=mse)
    compare(pairs, answers()[f"jk2.{tag}"], part)


def test_separate_factors_are_multiplied_in() -> None:
    weight, factors = np.array([2.0, 3.0]), np.array([[1.0, 0.0], [2.0, 1.0]])
    close(Replicates.supplied(weight, factors, combined=False).weights, [[2, 0], [6, 3]])


def test_bootstrap_means_the_linearised_variance() -> None:
    """Simulation: 4,000 replicates; the variance of a total has a relative error of about 2.2% then."""
    rng = np.random.default_rng(5)
    stratum = np.repeat(np.arange(4), 30)
    cluster = np.arange(120) // 3
    y = rng.normal(size=120) + stratum + rng.normal(size=40)[cluster]
    g = SurveyDesign.from_columns(rng.uniform(1, 3, 120), strata=[stratum], clusters=[cluster])
    linear = estimate(g, {"y": y}, statistic="total").se[0, 0]
    replicates = Replicates.bootstrap(g, 4000, seed=9)
    full, thetas = replicates.totals(y[:, None])
    assert abs(np.sqrt(replicates.covariance(full, thetas)[0, 0]) / linear - 1) < 0.04
    again = Replicates.bootstrap(g, 4000, seed=9)
    assert np.array_equal(again.weights, replicates.weights)


def test_jackknife_of_a_total_is_the_linearised_variance() -> None:
    """Identity, with replacement and with a population: centred at the full estimate, stratum by stratum."""
    rng = np.random.default_rng(2)
    stratum = np.repeat(np.arange(3), 4)
    for populations in ((), (np.repeat([9.0, 20.0, 5.0], 4),)):
        g = SurveyDesign.from_columns(rng.uniform(1, 2, 12), strata=[stratum], populations=populations)
        y = rng.normal(size=12)
        replicates = Replicates.jackknife(g, mse=True)
        full, thetas = replicates.totals(y[:, None])
        close(np.sqrt(replicates.covariance(full, thetas)[0, 0]), estimate(g, {"y": y}, statistic="total").se[0, 0])


def test_faults() -> None:
    for weights, rscales in ((np.ones((3, 4)), None), (np.ones(2), None), (np.ones((2, 4)), [1.0])):
        with pytest.raises(InputError) as raised:
            Replicates.supplied(np.ones(2), weights, rscales=rscales)
        assert raised.value.faults[0].code == "replicates-shape"
    with pytest.raises(InputError) as raised:
        Replicates.jackknife(design("wr", "fail"))
    assert raised.value.faults[0].code == "design-one-psu"
