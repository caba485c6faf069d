"""Estimates against R survey on awkward designs: stages, finite populations, strata of one cluster, broken domains.

Authority: R 4.2.2, survey 4.1-1, with 4.5's centre for "adjust" (tests/reference/survey/designs/make.R).
"""

import numpy as np
import pytest
from estimation_reference import DESIGNS, answers, close, design, numbers, rows

from yitihua.errors import InputError
from yitihua.surveys.estimation.design import SurveyDesign
from yitihua.surveys.estimation.domains import partition_of
from yitihua.surveys.estimation.effects import degrees_of_freedom
from yitihua.surveys.estimation.estimate import Estimates, estimate
from yitihua.surveys.estimation.variance import contrast, covariance_matrix

RULES = ["adjust", "remove", "average", "certainty"]
CASES = [(rule, name) for rule in RULES for name in DESIGNS if f"{rule}.{name}" in answers()]
BY = {"mean_by": ("mean", "y"), "total_by": ("total", "y"), "x_by": ("mean", "x"), "xtotal_by": ("total", "x")}


def estimated(rule: str, name: str, statistic: str, item: str, domains: bool) -> Estimates:
    data = rows()
    below = {item: data["x"]} if statistic == "ratio" else None
    by = data["dom"] if domains else None
    return estimate(design(name, rule), {item: data[item]}, by, statistic=statistic, denominators=below)


def same_errors(found: Estimates, expected: dict) -> None:
    """R says 0 where all answers of a domain come from one cluster; we say that it cannot be told."""
    se = numbers(expected["se"])
    untold = found.flags["one-psu"][:, 0]
    assert np.all(np.isnan(se[untold]) | (se[untold] < 1e-12))
    close(found.value[:, 0], expected["est"])
    close(found.se[~untold, 0], se[~untold])


@pytest.mark.parametrize(("rule", "name"), CASES)
def test_whole_sample(rule: str, name: str) -> None:
    expected = answers()[f"{rule}.{name}"]
    for tag, statistic, item in [
        ("mean", "mean", "y"),
        ("share", "share", "yes"),
        ("total", "total", "y"),
        ("ratio", "ratio", "y"),
    ]:
        if name == "brewer" and tag == "ratio":
            continue  # R keeps the rows of missing answers in these designs, and svyratio then has no answer
        same_errors(estimated(rule, name, statistic, item, False), expected[tag])
    close(degrees_of_freedom(design(name, rule)), expected["degf"])


@pytest.mark.parametrize(("rule", "name"), CASES)
def test_domains_that_miss_strata_and_clusters(rule: str, name: str) -> None:
    expected = answers()[f"{rule}.{name}"]
    for tag, (statistic, item) in BY.items():
        same_errors(estimated(rule, name, statistic, item, True), expected[tag])
    same_errors(estimated(rule, name, "ratio", "score", True), expected["ratio_by"])
    by = partition_of(rows()["dom"], len(rows()))
    close(degrees_of_freedom(design(name, rule), by), expected["degf_by"])


@pytest.mark.parametrize(("rule", "name"), CASES)
def test_covariances_of_items_and_domains(rule: str, name: str) -> None:
    """Means: their linearised values sum to 0, so strata without the domain add nothing but under "average"."""
    expected = answers()[f"{rule}.{name}"]
    data, g = rows(), design(name, rule)
    both = estimate(g, {"x": data["x"], "score": data["score"]})
    close(both.errors.blocks[0].ravel(), np.ravel(numbers(expected["both"])), atol=1e-10)
    if rule == "average":
        return  # R counts all strata for domains here and those with respondents in svyby's errors
    found = estimate(g, {"x": data["x"], "score": data["score"]}, data["dom"])
    told = np.repeat(~found.flags["one-psu"][:, 0], 2)
    matrix = np.array(expected["cov_by"], dtype=float).reshape(8, 8)
    close(found.covariance.dense(), np.where(told[:, None] & told, matrix, 0), atol=1e-10)


@pytest.mark.parametrize("name", ["wr", "one", "two", "three", "plain"])
def test_fail_names_the_strata(name: str) -> None:
    data = rows()
    assert "error" in answers()[f"fail.{name}"]["mean"] or name == "plain"
    if name == "plain":
        close(estimated("fail", name, "mean", "y", False).se[0], answers()["fail.plain"]["mean"]["se"])
        return
    with pytest.raises(InputError) as raised:
        estimated("fail", name, "mean", "y", False)
    (fault,) = raised.value.faults
    assert fault.code == "design-one-psu"
    assert fault.details["stage"] == "1"
    # S6 is a stratum of one as well; where the population is given it was taken whole.
    strata = ["S5", "S6"] if name == "wr" else ["S5"]
    assert fault.details["rows"] == ", ".join(str(int(np.flatnonzero(data["stratum"] == s)[0]) + 1) for s in strata)


@pytest.mark.parametrize("name", ["wr", "plain", "two"])
def test_design_effects(name: str) -> None:
    expected, data, g = answers()[f"deff.{name}"], rows(), design(name)
    for statistic in ("mean", "total", "ratio"):
        for kind, suffix in (("without", ""), ("replace", "_replace")):
            below = {"y": data["x"]} if statistic == "ratio" else None
            found = estimate(g, {"y": data["y"]}, statistic=statistic, denominators=below, deff=kind)
            close(found.deff[0], expected[statistic + suffix])
    found = estimate(g, {"x": data["x"]}, data["dom"])
    told = ~found.flags["one-psu"][:, 0]
    close(found.deff[told, 0], numbers(expected["by"])[told])


@pytest.mark.parametrize("name", ["wr", "plain", "two"])
def test_contrasts_of_domains(name: str) -> None:
    expected, data = answers()[f"contrast.{name}"], rows()
    found = estimate(design(name), {"x": data["x"]}, data["dom"])
    value, errors = contrast(found.value[:, 0], found.covariance.dense(), [[1, -1, 0, 0], [0.5, 0.25, 0, -0.75]])
    close(value, expected["est"])
    close(errors, expected["var"])


@pytest.mark.parametrize("name", ["wr", "plain", "two"])
def test_intervals(name: str) -> None:
    expected, data, g = answers()[f"ci.{name}"], rows(), design(name)
    methods = {"wilson": "wilson", "beta": "beta", "logit": "xlogit", "asin": "asin", "t": "mean"}
    for method, tag in methods.items():
        whole = estimate(g, {"yes": data["yes"]}, statistic="share", ci=method)
        part = estimate(g, {"yes": data["yes"]}, data["dom"], statistic="share", ci=method)
        close([whole.ci_low[0, 0], whole.ci_high[0, 0]], expected[tag]["all"])
        close([part.ci_low[0, 0], part.ci_high[0, 0]], expected[tag]["a"])
    logit = estimate(g, {"yes": data["yes"]}, statistic="share", ci="logit")
    close([logit.ci_low[0, 0], logit.ci_high[0, 0]], expected["logit"]["all"], rtol=1e-7)  # R iterates
    mean = estimate(g, {"y": data["y"]}, df="answered")
    close([mean.ci_low[0, 0], mean.ci_high[0, 0]], expected["t"])
    normal = estimate(g, {"y": data["y"]}, df=np.inf)
    close([normal.ci_low[0, 0], normal.ci_high[0, 0]], expected["z"])


def test_weights_follow_from_populations() -> None:
    """Identity: the product of population over sample, stage by stage."""
    data = rows()
    found = SurveyDesign.from_frame(data, **DESIGNS["three"])
    expected = data["N1"] / data["n1"] * data["N2"] / data["n2"] * data["N3"] / data["n3"]
    close(found.weight, expected)


def test_an_empty_stage_adds_nothing() -> None:
    """Identity: stages after one with replacement do not matter."""
    data = rows()
    one = design("wr")
    two = SurveyDesign.from_frame(data, "w", strata=["stratum"], clusters=["psu", "ssu"], nest=True)
    z = ((data["x"] - 40) * data["w"].gt(0)).to_numpy()[:, None]
    close(covariance_matrix(two, z), covariance_matrix(one, z))
