"""Weights and standard errors against R's survey package (4.1-1); calls are in results.json and make.R."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from weighting_samples import REFERENCE, linearised_mean, small, standard_errors, synth90

from yitihua.surveys.estimation.design import SurveyDesign
from yitihua.surveys.weighting.coded import CodedMargins
from yitihua.surveys.weighting.matching import match
from yitihua.surveys.weighting.steps import Weights

NUMERIC = np.array([50_000.0, 1_250_000.0, 152_000.0])


@cache
def large(name: str) -> Weights:
    sample, _, margins = synth90()
    base = Weights.start(sample["base_w"].to_numpy())

    def of(*variables: str) -> CodedMargins:
        return match(margins.only(variables), sample, base.base)

    if name == "rake3":
        return base.rake(of("age", "sex", "region"), rule="r", epsilon=1e-8, maxit=500)
    if name == "rake3c":
        return base.rake(of("age", "sex", "county"), rule="r", epsilon=1e-8, maxit=500)
    if name == "calrak3":
        return base.calibrate(of("age", "sex", "region"), "raking", epsilon=1e-12)
    if name == "calrak3c":
        return base.calibrate(of("age", "sex", "county"), "raking", epsilon=1e-12)
    if name == "ps":
        return base.poststratify(of("age"))
    raked = large("rake3")
    return raked.trim(upper=4 * float(np.median(raked.final)), strict=True)


@pytest.mark.parametrize("name", ["rake3", "rake3c", "calrak3", "calrak3c", "ps", "trim"])
def test_weights_of_the_90_counties_are_those_of_r(name: str) -> None:
    _, wanted, _ = synth90()
    found = large(name)
    np.testing.assert_allclose(found.final, wanted[name], rtol=1e-12)
    told = json.loads((REFERENCE / "results.json").read_text(encoding="utf-8"))["results"][f"syn_{name}.weights"]
    assert found.effect().deff[0] == pytest.approx(told["kish_deff"], rel=1e-12)


def as_r_4_1(weights: Weights, strata: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Standard errors of totals of respondents drawn within strata; R 4.1-1 centres strata of one at 0."""
    e = weights.final[:, None] * weights.projections()[0].residuals(z)
    stratum = np.unique(strata, return_inverse=True)[1]
    n = np.bincount(stratum)
    means = np.stack([np.bincount(stratum, column) / n for column in e.T], axis=1)
    means[n == 1] = 0.0
    return np.sqrt(((e - means[stratum]) ** 2 * (n / np.maximum(n - 1, 1))[stratum, None]).sum(axis=0))


@pytest.mark.parametrize("name", ["calrak3", "calrak3c", "ps"])
def test_standard_errors_of_the_90_counties_are_those_of_r(name: str) -> None:
    sample, _, _ = synth90()
    results = json.loads((REFERENCE / "results.json").read_text(encoding="utf-8"))["results"]
    weights, strata = large(name), sample["stratum"].to_numpy()
    q1, q10 = (sample[item].to_numpy(dtype=float, na_value=np.nan) for item in ("q1", "q10"))
    whole, table = results[f"syn_{name}.mean_q1"], results[f"syn_{name}.by_region_q10"]
    z = [linearised_mean(weights.final, q1, np.ones(len(q1), bool))]
    z += [linearised_mean(weights.final, q10, (sample["region"] == r).to_numpy()) for r in table["row_order"]]
    wanted = [whole["se"]["q1"], *np.sqrt(np.diag(np.array(table["vcov"]["x"]).reshape(3, 3)))]
    np.testing.assert_allclose(as_r_4_1(weights, strata, np.column_stack(z)), wanted, rtol=1e-11)


def test_standard_errors_by_county_are_those_of_r() -> None:
    """90 domains of a sample calibrated to three margins, 98 columns of which two depend on the others."""
    sample, _, _ = synth90()
    results = json.loads((REFERENCE / "results.json").read_text(encoding="utf-8"))["results"]
    weights, strata = large("calrak3c"), sample["stratum"].to_numpy()
    told = results["syn_calrak3c.by_county_q1"]["table"]
    q1 = sample["q1"].to_numpy(dtype=float, na_value=np.nan)
    z = [linearised_mean(weights.final, q1, (sample["county"] == c).to_numpy()) for c in told["county"]]
    np.testing.assert_allclose(as_r_4_1(weights, strata, np.column_stack(z)), told["se"], rtol=1e-9)


def test_the_standard_error_of_rake_is_that_of_calibrate_with_the_same_weights() -> None:
    """R's own rake() sweeps unweighted residuals: 0.4% and 0.7% from the same weights by calibrate()."""
    sample, _, _ = synth90()
    results = json.loads((REFERENCE / "results.json").read_text(encoding="utf-8"))["results"]
    q1 = sample["q1"].to_numpy(dtype=float, na_value=np.nan)
    for name, far in (("3", 0.004), ("3c", 0.0068)):
        raked = large(f"rake{name}")
        design = SurveyDesign.from_columns(raked.final, strata=[sample["stratum"]], projections=raked.projections())
        se = standard_errors(design, linearised_mean(raked.final, q1, np.ones(len(q1), bool))[:, None])[0]
        assert se == pytest.approx(results[f"syn_calrak{name}.mean_q1"]["se"]["q1"], rel=1e-7)
        assert 1 - se / results[f"syn_rake{name}.mean_q1"]["se"]["q1"] == pytest.approx(far, rel=0.05)


@cache
def made(name: str) -> Weights:
    """Repeat one call of make.R."""
    sample, _, _, margins = small()
    weight = sample["w"].to_numpy()
    base, plain = Weights.start(weight), Weights.start(np.ones(len(sample)))
    x = np.column_stack([np.ones(len(sample)), sample["income"], sample["size"]])
    names = ("one", "income", "size")

    def of(*variables: str) -> CodedMargins:
        return match(margins.only(variables), sample, weight, columns={"age_sex": ("age", "sex")}, separator="|")

    three = of("age", "sex", "area")
    narrow, wide = (0.4, 2.7), (0.3, 3.2)
    share = weight.sum() / 50_000
    to_shares = replace(three, margins=tuple(replace(m, totals=m.totals * share) for m in three.margins))
    if name.startswith("trim"):
        raked = made("raking")
        middle = float(np.median(raked.final))
        return raked.trim(0.0 if name == "trim_upper" else middle / 2, 2 * middle, strict=name == "trim_strict")
    calls = {
        "linear": lambda: base.calibrate(three),
        "linear_list": lambda: base.calibrate(three),
        "linear_bounds": lambda: base.calibrate(three, bounds=narrow, epsilon=1e-7),
        "raking": lambda: base.calibrate(three, "raking", epsilon=1e-12),
        "raking_loose": lambda: base.calibrate(three, "raking", epsilon=1e-7),
        "raking_bounds": lambda: base.calibrate(three, "raking", bounds=narrow, epsilon=1e-7),
        "logit": lambda: base.calibrate(three, "logit", bounds=wide, epsilon=1e-12),
        "logit_loose": lambda: base.calibrate(three, "logit", bounds=wide, epsilon=1e-7),
        "interaction": lambda: base.calibrate(of("age_sex", "area"), "raking", epsilon=1e-12),
        "post": lambda: base.poststratify(of("age_sex")),
        "rake": lambda: base.rake(three, rule="r", epsilon=1e-10, maxit=100),
        "rake_default": lambda: base.rake(three, rule="r"),
        "rake_partial": lambda: base.rake(of("age_sex", "area"), rule="r", epsilon=1e-10, maxit=100),
        "rake_shares": lambda: base.rake(to_shares, rule="r", epsilon=1e-10, maxit=100),
        "numeric": lambda: base.calibrate_matrix(x, NUMERIC, names),
        "numeric_raking": lambda: base.calibrate_matrix(x, NUMERIC, names, "raking", epsilon=1e-12),
        "numeric_bounds": lambda: base.calibrate_matrix(x, NUMERIC, names, "logit", bounds=(0.4, 3.0), epsilon=1e-12),
        "ratio": lambda: base.calibrate_matrix(x[:, 1:2], NUMERIC[1:2], names[1:2], variance=x[:, 1]),
        "rescaled": lambda: plain.calibrate(three, "raking", bounds=wide, epsilon=1e-10),
        "rescaled_linear": lambda: plain.calibrate(three, bounds=wide, epsilon=1e-10),
        "sequence": lambda: base.poststratify(of("age")).calibrate(of("sex", "area")),
        "sequence2": lambda: base.calibrate_matrix(x, NUMERIC, names).calibrate(three, "raking", epsilon=1e-12),
    }  # fmt: skip
    return calls[name]()


CALLS = [
    "linear", "linear_list", "linear_bounds", "raking", "raking_loose", "raking_bounds", "logit", "logit_loose",
    "interaction", "post", "rake", "rake_default", "rake_partial", "rake_shares", "numeric", "numeric_raking",
    "numeric_bounds", "ratio", "rescaled", "rescaled_linear", "sequence", "sequence2",
    "trim", "trim_strict", "trim_upper",
]  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_weights_are_those_of_r_even_where_r_stops_early(name: str) -> None:
    _, wanted, _, _ = small()
    np.testing.assert_allclose(made(name).final, wanted[name], rtol=1e-12)


@pytest.mark.parametrize("name", [name for name in CALLS if not name.startswith("rake")])
def test_standard_errors_are_those_of_r(name: str) -> None:
    sample, _, results, _ = small()
    weights, wanted = made(name), results.loc[name]
    y = sample["y"].to_numpy()
    village, everybody = (sample["area"] == "village").to_numpy(), np.ones(len(y), bool)
    z = np.column_stack([
        linearised_mean(weights.final, y, everybody), np.nan_to_num(y), linearised_mean(weights.final, y, village),
        (sample["age"] == "18-34").to_numpy(dtype=float),
    ])  # fmt: skip
    # One calibration, also with trimming after it: both rules agree, so the default is R's.
    rules = ("r",) if name.startswith("sequence") else ("r", "linearised")
    for rule in rules:
        design = SurveyDesign.from_columns(
            weights.final, strata=[sample["stratum"]], clusters=[sample["psu"]], projections=weights.projections(rule)
        )
        found = standard_errors(design, z)
        columns = ["mean_se", "total_se", "village_se", "young_se"]
        np.testing.assert_allclose(found, wanted[columns].to_numpy(dtype=float), rtol=1e-10, atol=1e-7)


def test_exact_raking_is_raking_by_calibration() -> None:
    """Two algorithms, one solution (Deville & Särndal 1992); R's default rake is 1e-8 from it."""
    sample, wanted, _, margins = small()
    weight = sample["w"].to_numpy()
    coded = match(margins.only(["age", "sex", "area"]), sample, weight)
    exact = Weights.start(weight).rake(coded).final
    np.testing.assert_allclose(exact, wanted["raking"], rtol=1e-9)
    assert 1e-11 < np.abs(wanted["rake_default"] / wanted["raking"] - 1).max() < 1e-6


def test_shares_and_totals_give_the_same_raking() -> None:
    sample, wanted, _, _ = small()
    weight = sample["w"].to_numpy()
    import pandas as pd

    from yitihua.surveys.weighting.margins import read_margins

    table = pd.read_csv(REFERENCE / "weighting" / "margins.csv").query("variable != 'age_sex'")
    shares = table.assign(share=table["total"] / 50_000).drop(columns="total")
    found = Weights.start(weight).rake(match(read_margins(shares), sample, weight)).final
    np.testing.assert_allclose(found, wanted["rake_shares"], rtol=1e-9)
