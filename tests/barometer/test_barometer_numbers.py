"""Components of the barometer. Authorities: the formulas worked out by hand, identities, and simulated coverage."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yitihua.analysis.barometer import components as c
from yitihua.analysis.barometer import noise, reading
from yitihua.analysis.barometer import progress as p

counts_of = st.lists(st.integers(0, 500), min_size=4, max_size=4)
RULES = c.Rules(np.array([2.0]), np.array([10.0]), np.array([1.0]), np.array([0.4, 0.2, 0.2, 0.2]), window=3)


def series(*counts):
    return np.array(counts, dtype=float).reshape(-1, 1, 1)


def parts_of(counts, months=3.0, rules=RULES, size=10.0):
    size, months = np.full(counts.shape, size), np.full(counts.shape[:2], months)
    return c.components(counts, size, months, rules, np.full(len(counts), -1))


def test_components_by_hand():
    """Quarters 10, 10, 10, 15 for 10 officers: a year 60, for each 6."""
    found = parts_of(series(10, 10, 10, 15))[-1, 0]
    growth = math.log((60 + 2) / (40 + 2)) / math.log(1.5)
    weights = [2 ** (-j / 2) for j in range(4)]
    seen, even = (15 * weights[0] + 10 * sum(weights[1:])) / 45, sum(weights) / 4
    expected = [100 * (6 - 2) / 8, 50 + 50 * growth, 100, 50 + 50 * (seen - even) / (1 - even)]
    assert found == pytest.approx(expected, rel=1e-12)
    assert c.activity(found, RULES) == pytest.approx(np.dot(RULES.shares, expected))


def test_the_year_before_is_the_same_quarter():
    rules = c.Rules(RULES.lower, RULES.upper, RULES.weight, RULES.shares, reference="year")
    counts = series(10, 90, 90, 90, 10)
    found = c.components(counts, np.ones(counts.shape), np.full((5, 1), 3.0), rules, np.array([-1] * 4 + [0]))
    assert np.isnan(found[:4, 0, 1]).all()
    assert found[4, 0, 1] == 50.0  # as in the same quarter, whatever lies between


def test_periods_of_different_length_have_the_same_pace():
    """30 in a quarter is 120 in a year: momentum and recency see an even pace."""
    counts, months = series(120, 30), np.array([[12.0], [3.0]])
    found = c.components(counts, np.ones(counts.shape), months, RULES, np.array([-1, -1]))[1, 0]
    assert found[[1, 3]] == pytest.approx([50.0, 50.0])


def test_missing_measures_and_the_coverage_rule():
    rules = c.Rules(np.ones(3), np.full(3, 5.0), np.array([1.0, 1.0, 1.0]), RULES.shares, coverage=2 / 3)
    counts = np.array([[[3.0, 3.0, np.nan], [3.0, np.nan, np.nan]]])
    found = c.components(counts, np.ones(counts.shape), np.full((1, 2), 12.0), rules, np.array([-1]))[0]
    assert found[0, 0] == 50.0
    assert np.isnan(found[1]).all()
    assert np.isnan(c.activity(found, rules)).all()  # volume and breadth alone carry 0.6 < 2/3


def test_a_size_of_zero_is_missing():
    assert np.isnan(parts_of(series(5, 5), size=0.0)[:, 0, 0]).all()


@given(counts_of, st.integers(1, 400))
def test_more_in_the_latest_period_never_lowers_anything(counts, more):
    """What the search of feedback rests on."""
    before, after = parts_of(series(*counts))[-1], parts_of(series(*counts[:3], counts[3] + more))[-1]
    assert (after >= before - 1e-9).all()


@given(counts_of)
def test_components_stay_on_the_scale(counts):
    found = parts_of(series(*counts))
    there = np.isfinite(found)
    assert ((found[there] >= 0) & (found[there] <= 100)).all()
    assert there[1:].all()


@given(counts_of, st.integers(2, 9))
def test_the_pace_of_recency_has_no_unit(counts, times):
    one = c.recency(series(*counts), 2.0, 4)
    assert c.recency(series(*counts) * times, 2.0, 4) == pytest.approx(one, nan_ok=True)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_recency_at_its_corners(size):
    oldest, latest = np.zeros(5), np.zeros(5)
    oldest[4 - size], latest[4] = 7.0, 7.0
    assert c.recency(series(*latest), 2.0, size + 1).ravel()[-1] == 100.0
    assert c.recency(series(*oldest), 2.0, size + 1).ravel()[-1] == 0.0
    assert c.recency(series(3, 3, 3, 3, 3), 2.0, size + 1).ravel()[-1] == pytest.approx(50.0)


def test_recency_leaves_out_a_period_without_a_count():
    assert c.recency(series(5, np.nan, 5), 1.0, 3).ravel()[-1] == pytest.approx(50.0)
    assert np.isnan(c.recency(series(5, 5, np.nan), 1.0, 3).ravel()[-1])


@pytest.mark.parametrize("dispersion", [1.0, 4.0])
@pytest.mark.parametrize("mean", [8.0, 60.0, 900.0])
def test_intervals_of_counts_hold_the_pace_as_often_as_stated(mean, dispersion):
    """Counts with variance dispersion * mean, 2000 times: the 95% interval of the pace holds it in about 95%."""
    rng = np.random.default_rng(7)
    size = 2000
    if dispersion == 1.0:
        seen = rng.poisson(mean, size).astype(float)
    else:
        shape = mean / (dispersion - 1)
        seen = rng.negative_binomial(shape, 1 / dispersion, size).astype(float)
    low, high = noise.interval(noise.draw_counts(seen, dispersion, 1000, rng), 0.95)
    assert 0.925 < ((low <= mean) & (mean <= high)).mean() < 0.98


def test_a_count_of_zero_has_a_variance():
    drawn = noise.draw_counts(np.zeros(3), 4.0, 500, np.random.default_rng(1))
    assert (drawn.std(axis=0) > 0.5).all()
    assert (drawn >= 0).all()


def test_level_of_nodes_that_both_periods_have():
    """A node that is new does not pass for a change."""
    then, now = np.array([[50.0, np.nan, 40.0]]), np.array([[52.0, 10.0, 44.0]])
    weights = np.array([0.4, 0.2, 0.4])
    assert p.change(now, then, weights, 0.8) == pytest.approx(3.0)
    assert np.isnan(p.change(now, then, weights, 0.9)).all()


@given(
    st.floats(0, 95), st.floats(-40, 40), st.floats(0.1, 60), st.floats(0, 1), st.floats(1, 20)
)  # fmt: skip
def test_the_level_that_is_needed_is_the_least_that_does(now, changed, wanted, share, span):
    rise = p.level_needed(now, changed, wanted, share, span)

    def at(step):
        return float(p.progress(np.array(now + step), p.own_past(np.array(changed + step), span), share))

    if math.isnan(rise):
        assert at(100 - now) - at(0) < wanted
    else:
        assert at(rise) - at(0) == pytest.approx(wanted, abs=1e-6)
        assert 0 <= rise <= 100 - now + 1e-9
        assert at(rise * (1 - 1e-3)) - at(0) <= wanted + 1e-9


def test_signs_and_quadrants_on_their_lines():
    assert reading.sign(np.array([19.999, 20.0, 80.0]), [20, 40, 60, 80]).tolist() == [0, 1, 4]
    line = np.array([50.0] * 4)
    progress, activity = np.array([50.0, 50, 49, 49]), np.array([50.0, 49, 50, 49])
    places = reading.quadrant(progress, activity, (line, line))
    assert [reading.QUADRANTS[k] for k in places] == ["both", "progress_only", "activity_only", "neither"]


@given(st.lists(st.one_of(st.floats(0, 100), st.just(math.nan)), min_size=1, max_size=9))
def test_the_median_is_numpys(values):
    found = reading.cut_lines(np.array(values), "median", ["a"] * len(values))
    there = [value for value in values if not math.isnan(value)]
    assert found[0] == pytest.approx(np.median(there)) if there else np.isnan(found).all()


def test_probabilities_of_signs_sum_to_one():
    places = reading.sign(np.random.default_rng(0).uniform(0, 100, (500, 6)), [20, 40, 60, 80])
    found = reading.shares(places, 5)
    assert found.sum(axis=1) == pytest.approx(1.0)
    assert found[0, 2] == (places[:, 0] == 2).mean()
