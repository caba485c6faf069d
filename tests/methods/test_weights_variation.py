"""Weights by coefficient of variation and standard deviation: scipy, pymcdm, scikit-criteria, stated answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import yitihua as yt
from yitihua.index.weights.variation import sd_weights, variation, variation_weights


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(3).lognormal(1.0, 0.5, (30, 5)) * [1, 10, 100, 1, 1]


def test_coefficients_are_those_of_scipy(x):
    """Oracle: scipy.stats.variation(ddof=1)."""
    want = stats.variation(x, ddof=1)
    found = variation(x)
    assert found.coefficient == pytest.approx(want) and found.weights == pytest.approx(want / want.sum())
    assert found.mean == pytest.approx(x.mean(axis=0)) and found.sd == pytest.approx(x.std(axis=0, ddof=1))


def test_sd_weights_are_those_of_pymcdm_and_scikit_criteria(x):
    """Oracles."""
    import pymcdm.weights as peer
    from skcriteria.preprocessing.weighters import std_weights

    assert sd_weights(x) == pytest.approx(peer.standard_deviation_weights(x))
    assert sd_weights(x) == pytest.approx(std_weights(x))


def test_by_hand():
    """Means 2 and 4, deviations 1 and 1: V = 1/2 and 1/4; spreads are the same."""
    x = np.array([[1.0, 3.0], [2.0, 4.0], [3.0, 5.0]])
    assert variation_weights(x) == pytest.approx([2 / 3, 1 / 3]) and sd_weights(x) == pytest.approx([0.5, 0.5])


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.floats(0.001, 1e4), st.floats(-100, 100))
def test_units_of_measurement_and_origins(seed, factor, shift):
    """Identities: V does not see units of measurement, s does not see origins; V does."""
    x = np.random.default_rng(seed).uniform(1, 2, (10, 4))
    scaled = x * [factor, 1, 1, 1]
    assert variation_weights(scaled) == pytest.approx(variation_weights(x), abs=1e-9)
    assert sd_weights(x + shift) == pytest.approx(sd_weights(x), abs=1e-9)
    assert variation_weights(x).sum() == pytest.approx(1)
    raised = variation_weights(x + np.array([100.0, 0, 0, 0]))
    assert raised[0] < variation_weights(x)[0]


def test_constant_zero_and_empty_columns_are_left_out(x):
    more = np.column_stack([x, np.full(30, 4.0), np.zeros(30), np.full(30, -4.0), np.full(30, np.nan)])
    found = variation(more)
    assert found.weights[5:] == pytest.approx(np.zeros(4), abs=0)
    assert found.coefficient[5:8] == pytest.approx(np.zeros(3)) and np.isnan(found.coefficient[8])
    assert found.weights[:5] == pytest.approx(variation_weights(x))
    assert sd_weights(more)[:5] == pytest.approx(sd_weights(x)) and sd_weights(more)[5:] == pytest.approx(np.zeros(4))
    nothing = np.full((4, 3), [5.0, 0.0, np.nan])
    assert variation(nothing).weights == pytest.approx([0.5, 0.5, 0]) and variation(nothing).equal
    assert sd_weights(nothing) == pytest.approx([0.5, 0.5, 0])


def test_zeros_are_values(x):
    x[:3, 0] = 0.0
    assert variation(x).coefficient == pytest.approx(stats.variation(x, ddof=1))


def test_a_missing_cell_is_left_out_of_its_column_alone(x):
    """Oracle: scipy and numpy with NaN passed over."""
    x[np.random.default_rng(4).random(x.shape) < 0.2] = np.nan
    want = np.array([stats.variation(column[~np.isnan(column)], ddof=1) for column in x.T])
    assert variation_weights(x) == pytest.approx(want / want.sum())
    sd = np.nanstd(x, axis=0, ddof=1)
    assert sd_weights(x) == pytest.approx(sd / sd.sum())


def test_stacked_matrices_are_weighed_one_by_one(x):
    both = np.stack([x, x + 1])
    assert variation_weights(both) == pytest.approx(np.array([variation_weights(x), variation_weights(x + 1)]))
    assert sd_weights(both) == pytest.approx(np.array([sd_weights(x), sd_weights(x + 1)]))


def test_a_mean_of_zero_or_less_is_refused_by_name(x, refused):
    x[:, 1] -= x[:, 1].mean() + 1
    x[:, 2] *= -1
    faults = refused(variation, x, list("abcde"))
    assert [(fault.code, fault.key) for fault in faults] == [("variation-mean", "b"), ("variation-mean", "c")]
    assert np.isfinite(sd_weights(x)).all()


def test_raw_values_in_an_index_and_a_note_where_there_are_none():
    """By hand: within Physical the weights are V of the denominated values; nodes have points only, and it is said."""
    weights = {"use": "mine", "sets": {"mine": {"method": "cv", "values": "raw"}}}
    board = yt.evaluate("asem", weights=weights)
    rule = next(node for node in board.recipe.nodes if node.code == "Physical")
    raw = board.denominated[:, [board.recipe.codes.index(child) for child in rule.children]]
    v = np.array([stats.variation(column[~np.isnan(column)], ddof=1) for column in raw.T])
    assert rule.weights == pytest.approx(v / v.sum())
    notes = [en for _, en in board.recipe.weighting.notes]
    assert any("(Sust): not all have raw values" in en for en in notes) and not any("(Physical)" in en for en in notes)


def test_the_short_way_gives_the_same_as_the_long_one(x):
    """Identity: a constant column beside them sends the same columns the long way."""
    long = sd_weights(np.column_stack([x, np.ones(30)]))
    assert long[:5] == pytest.approx(sd_weights(x), rel=1e-14)
    # A spread of rounding only never takes the short way.
    assert sd_weights(np.column_stack([x, np.full(30, 0.1) + 1e-17]))[5] == 0
