"""Residuals of calibrations against dense least squares, loops over counties, and the delete-one-cluster jackknife."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from weighting_samples import linearised_mean, small, standard_errors

from yitihua.surveys.estimation.design import SurveyDesign
from yitihua.surveys.weighting.coded import CodedMargin, CodedMargins
from yitihua.surveys.weighting.matching import match
from yitihua.surveys.weighting.projection import CellProjection, CodedProjection, MatrixProjection
from yitihua.surveys.weighting.raking import rake
from yitihua.surveys.weighting.steps import Weights


def dense(x: np.ndarray, weight: np.ndarray, z: np.ndarray) -> np.ndarray:
    root = np.sqrt(weight)[:, None]
    return z - x @ np.linalg.lstsq(x * root, z * root, rcond=None)[0]


def indicators(codes: np.ndarray, size: int) -> np.ndarray:
    return (codes[:, None] == np.arange(size)).astype(float)


def by_county(rng: np.random.Generator, n: int, counties: int, sizes: tuple[int, ...]) -> CodedMargins:
    county = rng.integers(0, counties, n)
    names = tuple(f"C{i}" for i in range(counties))
    people = rng.uniform(1e4, 1e5, counties)
    made = []
    for m, size in enumerate(sizes):
        totals = people[:, None] * rng.dirichlet(np.full(size, 20.0), counties)
        codes = county * size + rng.integers(0, size, n)
        made.append(CodedMargin(f"v{m}", tuple(map(str, range(size))), totals, codes, names))
    return CodedMargins(tuple(made))


@pytest.mark.parametrize("sizes", [(5,), (3, 4), (4, 3, 2), (2, 9, 3, 5)])
def test_coded_residuals_are_those_of_dense_least_squares(sizes: tuple[int, ...]) -> None:
    rng = np.random.default_rng(3)
    n, weight, z = 500, rng.uniform(0.2, 9, 500), rng.standard_normal((500, 3))
    weight[:20] = 0.0
    codes = {f"v{m}": rng.integers(0, size, n) for m, size in enumerate(sizes)}
    margins = CodedMargins.of(codes, {f"v{m}": np.ones(size) for m, size in enumerate(sizes)})
    x = np.column_stack([indicators(codes[f"v{m}"], size) for m, size in enumerate(sizes)])
    wanted = dense(x, weight, z)
    np.testing.assert_allclose(CodedProjection(margins, weight).residuals(z), wanted, atol=1e-12)
    np.testing.assert_allclose(MatrixProjection(x, weight).residuals(z), wanted, atol=1e-12)
    if len(sizes) == 1:
        np.testing.assert_allclose(CellProjection(codes["v0"], weight).residuals(z), wanted, atol=1e-12)


def test_residuals_within_counties_are_those_of_each_county_alone() -> None:
    rng = np.random.default_rng(4)
    margins = by_county(rng, 2000, 12, (4, 3))
    weight, z = rng.uniform(0.2, 9, 2000), rng.standard_normal((2000, 2))
    found = CodedProjection(margins, weight).residuals(z)
    numbers = np.column_stack([np.ones(2000), rng.standard_normal(2000)])
    county = margins.margins[0].codes // 4
    within = MatrixProjection(numbers, weight, county).residuals(z)
    for c in range(12):
        rows = county == c
        x = np.column_stack([indicators(m.codes[rows] % len(m.levels), len(m.levels)) for m in margins.margins])
        np.testing.assert_allclose(found[rows], dense(x, weight[rows], z[rows]), atol=1e-12)
        np.testing.assert_allclose(within[rows], dense(numbers[rows], weight[rows], z[rows]), atol=1e-12)


def test_a_margin_nested_in_another_changes_nothing() -> None:
    """Region is a sum of counties: what elimination leaves of it is rounding error, which must count as nothing."""
    rng = np.random.default_rng(5)
    county, age = rng.integers(0, 30, 3000), rng.integers(0, 4, 3000)
    weight, z = rng.uniform(0.2, 9e4, 3000), rng.standard_normal((3000, 2))
    ones = {"county": np.ones(30), "age": np.ones(4), "region": np.ones(3)}
    with_region = CodedMargins.of({"county": county, "age": age, "region": county // 10}, ones)
    without = CodedMargins.of({"county": county, "age": age}, ones)
    np.testing.assert_allclose(
        CodedProjection(with_region, weight).residuals(z), CodedProjection(without, weight).residuals(z), atol=1e-11
    )


def test_badly_scaled_columns_lose_nothing() -> None:
    rng = np.random.default_rng(6)
    base = rng.standard_normal(400)
    x = np.column_stack([np.ones(400), 1e9 + 1e3 * base, 1e-6 * rng.standard_normal(400)])
    z, weight = rng.standard_normal((400, 1)), rng.uniform(1, 5, 400)
    plain = np.column_stack([np.ones(400), base, rng.standard_normal(400) * 0 + x[:, 2] * 1e6])
    np.testing.assert_allclose(MatrixProjection(x, weight).residuals(z), dense(plain, weight, z), atol=1e-8)


SAMPLE, _, _, MARGINS = small()
WEIGHT = SAMPLE["w"].to_numpy()
X = np.column_stack([np.ones(len(SAMPLE)), SAMPLE["income"], SAMPLE["size"]])
TOTALS, NAMES = np.array([5e4, 1.25e6, 1.52e5]), ("one", "income", "size")


def of(*variables: str) -> CodedMargins:
    return match(MARGINS.only(variables), SAMPLE, WEIGHT)


def post_then_linear(weight: np.ndarray) -> Weights:
    return Weights.start(weight, zero=True).poststratify(of("age")).calibrate(of("sex", "area"))


def numbers_then_raking(weight: np.ndarray) -> Weights:
    numbers = Weights.start(weight, zero=True).calibrate_matrix(X, TOTALS, NAMES)
    return numbers.calibrate(of("age", "sex", "area"), "raking")


def raking(weight: np.ndarray) -> Weights:
    return Weights.start(weight, zero=True).rake(of("age", "sex", "area"))


def statistics_of(weight: np.ndarray) -> np.ndarray:
    y = SAMPLE["y"].to_numpy()
    known = ~np.isnan(y)
    village = known & (SAMPLE["area"] == "village").to_numpy()
    means = [(weight * np.nan_to_num(y))[rows].sum() / weight[rows].sum() for rows in (known, village)]
    return np.array([*means, *(weight @ column for column in VARIABLES.T)])


VARIABLES = np.column_stack(
    [np.nan_to_num(SAMPLE["y"]), SAMPLE["age"] == "18-34", SAMPLE["sex"] == "M", SAMPLE["income"]]
).astype(float)


def jackknife(make: Callable[[np.ndarray], Weights]) -> np.ndarray:
    """Leave out one cluster of its stratum after the other, and weight anew each time."""
    full, variance = statistics_of(make(WEIGHT).final), 0.0
    for stratum, rows in SAMPLE.groupby("stratum"):
        clusters = rows["psu"].unique()
        k = len(clusters)
        for cluster in clusters:
            factor = np.where(SAMPLE["stratum"] == stratum, k / (k - 1), 1.0) * (SAMPLE["psu"] != cluster)
            variance = variance + (k - 1) / k * (statistics_of(make(WEIGHT * factor).final) - full) ** 2
    return np.sqrt(variance)


def linearised(weights: Weights, rule: str) -> np.ndarray:
    final, y = weights.final, SAMPLE["y"].to_numpy()
    everybody, village = np.ones(len(y), bool), (SAMPLE["area"] == "village").to_numpy()
    means = [linearised_mean(final, y, rows) for rows in (everybody, village)]
    design = SurveyDesign.from_columns(
        final, strata=[SAMPLE["stratum"]], clusters=[SAMPLE["psu"]], projections=weights.projections(rule)
    )
    return standard_errors(design, np.column_stack([*means, VARIABLES]))


@pytest.mark.parametrize("make", [raking, post_then_linear, numbers_then_raking])
def test_standard_errors_agree_with_the_jackknife(make: Callable[[np.ndarray], Weights]) -> None:
    """An independent authority for several calibrations in a row, where R's order is another."""
    found, wanted = linearised(make(WEIGHT), "linearised"), jackknife(make)
    fixed = wanted < 1e-3
    assert np.all(found[fixed] < 1e-3)
    np.testing.assert_allclose(found[~fixed], wanted[~fixed], rtol=0.08)


def test_the_order_of_r_gives_an_error_to_totals_that_were_calibrated_last() -> None:
    weights = numbers_then_raking(WEIGHT)
    assert linearised(weights, "linearised")[3] < 1e-6
    assert linearised(weights, "r")[3] == pytest.approx(187.15, abs=0.01)
    truth = jackknife(numbers_then_raking)[5]
    assert abs(linearised(weights, "linearised")[5] / truth - 1) < 0.02 < 0.3 < linearised(weights, "r")[5] / truth - 1


def test_variance_covers_the_truth_when_raked_sample_after_sample() -> None:
    """Simulation: 400 samples of a known population, raked; the mean SE against the spread of the estimates."""
    rng = np.random.default_rng(20261120)
    size, n = 20_000, 300
    age, sex = rng.integers(0, 3, size), rng.integers(0, 2, size)
    y = 50 + 8 * age - 5 * sex + rng.normal(0, 6, size)
    totals = {"age": np.bincount(age).astype(float), "sex": np.bincount(sex).astype(float)}
    estimates, errors = [], []
    for _ in range(400):
        rows = rng.choice(size, n, replace=False)
        margins = CodedMargins.of({"age": age[rows], "sex": sex[rows]}, totals)
        start = np.full(n, size / n)
        final = start * rake(start, margins).factor
        e = CodedProjection(margins, start).residuals(linearised_mean(final, y[rows], np.ones(n, bool))[:, None])[:, 0]
        estimates.append((final * y[rows]).sum() / final.sum())
        errors.append(np.sqrt(n / (n - 1) * ((final * e) ** 2).sum()))
    # Unweighted, y has a spread of about 9.3; what the margins leave is 6: a wrong projection would show at once.
    assert np.mean(errors) == pytest.approx(np.std(estimates), rel=0.1)
    assert np.mean(errors) == pytest.approx(6 / np.sqrt(n), rel=0.05)
    assert abs(np.mean(estimates) - y.mean()) < 4 * np.std(estimates) / 20


def test_steps_that_count_as_given_have_no_projection() -> None:
    assert Weights.start(np.ones(4)).trim(upper=0.5, share="none").projections() == ()
