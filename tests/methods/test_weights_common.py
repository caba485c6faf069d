"""Common weights of benefit of the doubt: scipy as oracle, identities, stated answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from large_board import CONSTANT, large_board
from scipy.optimize import linprog

import yitihua as yt
from yitihua.index.aggregate.dea import benefit_of_doubt
from yitihua.index.recipe import Recipe
from yitihua.index.weights.common_weights import common_weights


def smallest(x, t):
    """Oracle: Despotis (2005) as printed, shortfalls as variables, by scipy.optimize.linprog."""
    n, k = x.shape
    best = benefit_of_doubt(x).scores
    cost = np.concatenate([np.zeros(k), np.full(n, t / n), [1 - t]])
    equal = np.hstack([x, np.eye(n), np.zeros((n, 1))])  # x w + d = e
    upper = np.hstack([np.zeros((n, k)), np.eye(n), -np.ones((n, 1))])  # d <= z
    found = linprog(cost, A_ub=upper, b_ub=np.zeros(n), A_eq=equal, b_eq=best, bounds=(0, None))
    assert found.status == 0
    return found.fun


def loss(found, t):
    return t * found.shortfall.mean() + (1 - t) * found.shortfall.max()


@pytest.mark.parametrize("t", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_as_small_as_scipy_finds(t, seed):
    """Oracle: `smallest`."""
    x = np.random.default_rng(seed).uniform(0, 1, (25, 4))
    assert loss(common_weights(x, t), t) == pytest.approx(smallest(x, t), abs=1e-7)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 5), st.sampled_from([0.0, 0.5, 1.0]))
def test_nobody_exceeds_its_own_best(seed, k, t):
    """Identity: 0 <= w'x <= own best score; weights sum to 1."""
    x = np.random.default_rng(seed).integers(0, 9, (12, k)).astype(float)
    x[:, 0] += np.arange(12) % 2 + 0.5
    found = common_weights(x, t)
    live = [j for j in range(k) if len(np.unique(x[:, j])) > 1]
    reached = x[:, live] @ found.unscaled[live]
    assert (reached <= found.best + 1e-7).all()
    assert found.weights.sum() == pytest.approx(1)
    assert (found.weights >= 0).all()
    assert found.shortfall == pytest.approx(np.maximum(found.best - reached, 0), abs=1e-6)


def test_a_mirror_image_gets_equal_weights():
    """By hand: swapping the columns leaves the sample as it is."""
    x = np.array([[4.0, 1.0], [1.0, 4.0], [3.0, 3.0], [2.0, 3.0], [3.0, 2.0]])
    for t in (0.0, 0.5, 1.0):
        assert common_weights(x, t).weights == pytest.approx([0.5, 0.5])


def test_one_unit_that_is_best_in_all():
    """By hand: both columns say the same, so any weights do; the larger smallest weight is 1/2."""
    x = np.array([[1.0, 1.0], [0.5, 0.5], [0.2, 0.2]])
    found = common_weights(x)
    assert found.shortfall == pytest.approx([0, 0, 0], abs=1e-7)
    assert found.weights == pytest.approx([0.5, 0.5], abs=1e-6)


def test_bounds_hold():
    """Identity: each share of the sum of weights lies in the bounds."""
    x = np.random.default_rng(5).uniform(0, 1, (30, 5))
    found = common_weights(x, lower=0.1, upper=0.3)
    assert found.weights.min() >= 0.1 - 1e-7
    assert found.weights.max() <= 0.3 + 1e-7
    assert loss(found, 1.0) >= loss(common_weights(x), 1.0) - 1e-9
    assert common_weights(x, lower=0.2).weights == pytest.approx(np.full(5, 0.2))


def test_columns_and_cells_that_say_nothing():
    """Stated: constant and empty columns get 0; units with gaps have no say; nothing to weigh, equal weights."""
    x = np.random.default_rng(6).uniform(0, 1, (20, 2))
    padded = np.column_stack([x[:, 0], np.full(20, 0.7), x[:, 1], np.full(20, np.nan)])
    want = common_weights(x).weights
    assert common_weights(padded).weights == pytest.approx([want[0], 0, want[1], 0])
    holes = x.copy()
    holes[:4, 0] = np.nan
    assert common_weights(holes).weights == pytest.approx(common_weights(x[4:]).weights)
    assert common_weights(holes).units == 16
    nothing = common_weights(np.full((5, 2), 0.5))
    assert nothing.equal
    assert nothing.weights.tolist() == [0.5, 0.5]
    assert common_weights(padded[:, :2]).weights.tolist() == [1.0, 0.0]
    apart = np.array([[1.0, np.nan], [0.5, np.nan], [np.nan, 1.0], [np.nan, 0.5]])
    assert common_weights(apart).equal


def test_zeros_are_values():
    """By hand: weights (1, 1) give every unit its own best score."""
    x = np.array([[0.0, 1.0], [0.0, 0.5], [1.0, 0.0]])
    found = common_weights(x)
    assert found.best == pytest.approx([1.0, 0.5, 1.0])
    assert found.shortfall == pytest.approx([0, 0, 0], abs=1e-7)


def test_through_an_index_and_json():
    """Identity: node weights are those of the function on the points of its children."""
    board = yt.evaluate("asem", weights={"use": "w", "sets": {"w": {"method": "common_dea", "lower": 0.05}}})
    node = next(node for node in board.recipe.nodes if node.code == "Social")
    columns = [board.recipe.codes.index(code) for code in node.children]
    want = common_weights(board.normalised[:, columns] / 100, lower=0.05).weights
    assert node.weights == pytest.approx(want, abs=1e-9)
    recipe = Recipe.from_json(board.recipe.to_json())
    assert recipe == board.recipe
    np.testing.assert_array_equal(yt.apply(board.table, recipe).total, board.total)


def test_national_size():
    """2,844 units, 51 columns, missing cells and a constant column."""
    board = large_board()
    z = board.normalised / 100
    z[:, board.recipe.codes.index(CONSTANT)] = 0.5
    found = common_weights(z)
    assert found.weights[board.recipe.codes.index(CONSTANT)] == 0
    assert found.units < 2844


def test_mean_shortfalls_need_no_best_scores():
    """Identity: sum over units of e_i is a constant, so the weights are the same without computing it."""
    x = np.random.default_rng(8).uniform(0, 1, (60, 5))
    assert common_weights(x, with_best=False).weights == pytest.approx(common_weights(x).weights, abs=1e-6)
    assert np.isnan(common_weights(x, with_best=False).shortfall).all()


# Bad input.


def test_negative_values_are_refused():
    with pytest.raises(yt.InputError):
        common_weights(np.array([[1.0, -1.0], [0.5, 2.0]]))


@pytest.mark.parametrize(("lower", "upper"), [(0.6, None), (None, 0.4), (0.5, 0.4), (-0.1, None), (None, 1.2)])
def test_bounds_that_cannot_hold_are_refused(lower, upper):
    with pytest.raises(yt.InputError) as caught:
        common_weights(np.array([[1.0, 0.3], [0.5, 0.6]]), lower=lower, upper=upper)
    assert caught.value.faults[0].code == "common-bounds"
