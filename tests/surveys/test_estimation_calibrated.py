"""Calibrated errors on awkward designs against R survey: post-strata, raking, linear; domains, stages, rules."""

import numpy as np
import pandas as pd
import pytest
from estimation_reference import LeastSquares, answers, close, design, numbers, rows

from yitihua.surveys.estimation.design import Floats, SurveyDesign
from yitihua.surveys.estimation.estimate import estimate

CASES = [
    (rule, name, kind)
    for rule in ("adjust", "average", "remove")
    for name in ("wr", "two")
    for kind in ("post", "rake", "greg")
]


def sample() -> pd.DataFrame:
    """Without weights of 0, by which R divides."""
    return rows()[rows()["w"] > 0].reset_index(drop=True)


def variables(kind: str) -> Floats:
    data = sample()
    one, man = np.ones(len(data)), (data["sex"] == "M").to_numpy(dtype=float)
    south = (data["area"] == "south").to_numpy(dtype=float)
    columns = {"post": [one, man], "rake": [one, man, south], "greg": [one, data["x"].to_numpy(), man]}[kind]
    return np.stack(columns, axis=1)


def calibrated(rule: str, name: str, kind: str) -> SurveyDesign:
    base = design(name, rule, sample())
    weight = numbers(answers()[f"calibrated.{rule}.{name}.{kind}"]["weights"])
    return SurveyDesign(weight, base.stages, base.one_psu, (LeastSquares(variables(kind), base.weight),))


@pytest.mark.parametrize(("rule", "name", "kind"), CASES)
def test_against_r(rule: str, name: str, kind: str) -> None:
    expected, data, g = answers()[f"calibrated.{rule}.{name}.{kind}"], sample(), calibrated(rule, name, kind)
    for statistic in ("mean", "total"):
        whole = estimate(g, {"y": data["y"]}, statistic=statistic)
        theirs = expected[statistic]
        close([whole.value[0, 0], whole.se[0, 0]], [theirs["est"], theirs["se"]], rtol=1e-8)
        found = estimate(g, {"y": data["y"]}, data["dom"], statistic=statistic)
        told = ~found.flags["one-psu"][:, 0]
        close(found.value[:, 0], expected[f"{statistic}_by"]["est"], rtol=1e-8)
        close(found.se[told, 0], numbers(expected[f"{statistic}_by"]["se"])[told], rtol=1e-8)
    found = estimate(g, {"score": data["score"]}, data["dom"])
    told = ~found.flags["one-psu"][:, 0]
    close(found.se[told, 0], numbers(expected["x_by"]["se"])[told], rtol=1e-8)
    matrix = np.array(expected["cov_by"], dtype=float)
    if not np.isnan(matrix).any():
        close(found.covariance.dense(), np.where(told[:, None] & told, matrix, 0), rtol=1e-8, atol=1e-12)


def test_the_last_calibration_comes_first() -> None:
    """Identity: what the last margins fix has no error, whatever was calibrated before. R's order leaves some."""
    data = sample()
    base = design("wr", "adjust", data)
    first, last = variables("rake"), variables("greg")
    weight = base.weight * np.linspace(0.8, 1.2, len(data))
    for projections, fixed in (
        ((LeastSquares(first, base.weight), LeastSquares(last, weight)), True),
        ((LeastSquares(last, weight), LeastSquares(first, base.weight)), False),
    ):
        g = SurveyDesign(weight, base.stages, "adjust", projections)
        error = estimate(g, {"x": data["x"]}, statistic="total").se[0, 0]
        assert bool(error < 1e-8) is fixed
