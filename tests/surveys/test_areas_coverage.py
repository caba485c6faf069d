"""Intervals of small-area estimates on known provinces: how often they hold the truth.

Sampling variances are estimated from the samples and pooled, as in use. Counties have 10 to 200 respondents.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from yitihua.surveys.areas.fay_herriot import fay_herriot
from yitihua.surveys.areas.pooled import pooled_variance


def normal(rng: np.random.Generator, n: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, ...]:
    truth = 62 + 2 * x + 4 * rng.normal(size=len(n))
    direct = truth + 24 * rng.normal(size=len(n)) / np.sqrt(n)
    return truth, direct, 24**2 * rng.chisquare(n - 1) / (n - 1) / n


def likert(rng: np.random.Generator, n: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, ...]:
    """Five answers scored 0 to 100, crowded at the top; county effects skewed to the left."""
    effect = -4 * (rng.gamma(2.0, 1.0, len(n)) - 2) / np.sqrt(2)
    centre = 0.7 + 0.06 * (2 * x + effect)
    below = ndtr(np.array([-1.2, -0.5, 0.3, 1.2]) - centre[:, None])
    chance = np.diff(np.column_stack([np.zeros(len(n)), below, np.ones(len(n))]), axis=1)
    points = np.arange(5) * 25.0
    counts = rng.multinomial(n, chance)
    direct = counts @ points / n
    return chance @ points, direct, (counts @ points**2 / n - direct**2) / (n - 1)


@pytest.mark.parametrize("method", ["reml", "ml", "fh"])
@pytest.mark.parametrize("world", [normal, likert])
def test_ninety_counties(world, method):
    rng = np.random.default_rng(20221231)
    n = rng.permutation(np.round(np.geomspace(10, 200, 90)).astype(int))
    x = rng.normal(size=90)
    hits, squares, reps = np.zeros(90), np.zeros((2, 90)), 250
    for _ in range(reps):
        truth, direct, variance = world(rng, n, x)
        fit = fay_herriot(direct, pooled_variance(variance, n).variance, x, method)
        low, high = fit.interval()
        hits += (low <= truth) & (truth <= high)
        squares += (np.array([direct, fit.eblup]) - truth) ** 2
    assert 0.93 < hits.mean() / reps < 0.97
    small = n < 30
    assert 0.92 < hits[small].mean() / reps < 0.97
    error = np.sqrt(squares[:, small].mean(axis=1) / reps)
    assert error[1] < 0.75 * error[0]  # and the estimates are worth having


def test_pooling_is_what_makes_small_samples_work():
    """Likert answers of 10 to 20 people: their own variances, taken as known, make worse intervals and estimates."""
    rng = np.random.default_rng(4)
    n, x = np.tile([10, 14, 20], 30), rng.normal(size=90)
    hits, squares, reps = np.zeros(2), np.zeros(2), 150
    for _ in range(reps):
        truth, direct, variance = likert(rng, n, x)
        for k, d in enumerate((np.maximum(variance, 1e-3), pooled_variance(variance, n).variance)):
            fit = fay_herriot(direct, d, x)
            low, high = fit.interval()
            hits[k] += ((low <= truth) & (truth <= high)).mean()
            squares[k] += ((fit.eblup - truth) ** 2).mean()
    assert hits[0] / reps < 0.93
    assert 0.935 < hits[1] / reps < 0.965
    assert squares[1] < 0.9 * squares[0]


def test_fifteen_areas_are_rough_but_not_wrong():
    rng = np.random.default_rng(9)
    n, x = np.round(np.geomspace(10, 200, 15)).astype(int), np.linspace(-1, 1, 15)
    hits, reps = 0.0, 400
    for _ in range(reps):
        truth, direct, variance = normal(rng, n, x)
        fit = fay_herriot(direct, pooled_variance(variance, n).variance, x)
        low, high = fit.interval()
        hits += ((low <= truth) & (truth <= high)).mean()
        assert "few-areas" in fit.flags
    assert 0.93 < hits / reps < 0.97
