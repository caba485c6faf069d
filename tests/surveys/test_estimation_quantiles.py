"""Quantiles against R survey: every rule, every interval, ties, jumps, domains."""

import numpy as np
import pytest
from estimation_reference import answers, close, design, numbers, rows

from yitihua.errors import InputError
from yitihua.surveys.estimation.design import SurveyDesign
from yitihua.surveys.estimation.quantile_rules import RULES, Sorted, quantile
from yitihua.surveys.estimation.quantiles import estimate_quantiles

PROBS = (0.02, 0.1, 0.25, 0.5, 0.75, 0.95)
INTERVALS = {"t": "mean", "beta": "beta", "logit": "xlogit", "asin": "asin"}


@pytest.mark.parametrize("name", ["wr", "two", "plain"])
@pytest.mark.parametrize("rule", RULES)
def test_rules_and_intervals(name: str, rule: str) -> None:
    data = rows()
    for item in ("y", "score"):
        expected = answers()[f"quantile.{name}.{rule}.{item}"]
        domain = np.where((data["w"] > 0) & data[item].notna(), "in", None)
        for interval, tag in INTERVALS.items():
            found = estimate_quantiles(design(name), {item: data[item]}, PROBS, domain, qrule=rule, interval=interval)
            close(found.value[0], expected["est"])
            for part, ours in (("low", found.ci_low), ("high", found.ci_high), ("se", found.se)):
                theirs = numbers(expected[tag][part])
                # R has no interval where a share of 0 or 1 stops its transformation, and none in ours either.
                close(ours[0][~np.isnan(theirs)], theirs[~np.isnan(theirs)])


@pytest.mark.parametrize("rule", RULES)
def test_jumps_ties_and_shares_below_the_first_value(rule: str) -> None:
    data = Sorted.of(np.array([3.0, 1, 2, 2, 5, 4]), np.array([1.0, 2, 1, 2, 1, 1]))
    found = [quantile(data, share, rule) for share in (0.05, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.99)]
    close(found, answers()[f"small.{rule}"])


@pytest.mark.parametrize("item", ["y", "score"])
def test_domains(item: str) -> None:
    data = rows()
    by = np.where(data["w"] > 0, data["dom"], None)
    found = estimate_quantiles(design("wr"), {item: data[item]}, (0.5,), by)
    for row, domain in enumerate("ab"):
        ours = [found.value[row, 0], found.ci_low[row, 0], found.ci_high[row, 0], found.se[row, 0]]
        close(ours, answers()[f"quantile_by.{item}"][domain])


def test_one_value_and_none() -> None:
    """R 4.2 and later: the single value for every rule; no value for nobody."""
    for rule in RULES:
        assert quantile(Sorted.of(np.array([3.0]), np.array([2.0])), 0.5, rule) == 3
        assert np.isnan(quantile(Sorted.of(np.array([3.0]), np.array([0.0])), 0.5, rule))


def test_covariance_has_the_errors_and_the_correlation_of_the_shares() -> None:
    rng = np.random.default_rng(3)
    base = rng.normal(size=400)
    g = SurveyDesign.from_columns(np.ones(400))
    same = estimate_quantiles(g, {"a": base, "b": 2 * base, "c": rng.normal(size=400)}, interval="wilson")
    matrix = same.covariance.dense()
    close(np.sqrt(np.diag(matrix)), same.se[0])
    correlation = matrix / np.outer(same.se[0], same.se[0])
    close(correlation[0, 1], 1.0)
    assert abs(correlation[0, 2]) < 0.2


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(InputError) as raised:
        quantile(Sorted.of(np.array([3.0]), np.array([2.0])), 0.5, "hf10")
    assert raised.value.faults[0].code == "estimate-option"
