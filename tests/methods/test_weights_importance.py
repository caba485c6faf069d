"""Importance-targeted weights: closed forms, COINr's objective, properties, targets out of reach, stated answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from large_board import CONSTANT, large_board
from scipy.optimize import brentq, minimize

import yitihua as yt
from yitihua.index.recipe import Recipe
from yitihua.index.weights.importance import (
    _closed_form,
    _derivatives,
    _solve,
    importance_shares,
    importance_weights,
)


def sample(covariance, n=400, seed=0):
    """Draw columns whose sample covariance is exactly the one asked for."""
    c = np.asarray(covariance, dtype=float)
    x = np.random.default_rng(seed).normal(size=(n, len(c)))
    x -= x.mean(axis=0)
    x = x @ np.linalg.inv(np.linalg.cholesky(x.T @ x / (n - 1)).T)
    return x @ np.linalg.cholesky(c).T + 5.0


def test_uncorrelated_children():
    """By hand: r_j is proportional to w_j sd_j, so equal importance wants w_j proportional to 1 / sd_j."""
    sd = np.array([1.0, 2.0, 5.0])
    for measure in ("squared_correlation", "correlation"):
        found = importance_weights(sample(np.diag(sd**2)), measure=measure)
        assert found.weights == pytest.approx((1 / sd) / (1 / sd).sum(), abs=1e-6)
        assert found.reached
        assert found.converged


def test_uncorrelated_children_with_targets():
    """By hand: shares of r^2 are w_j^2 sd_j^2 over their sum, so w_j is proportional to sqrt(t_j) / sd_j."""
    sd, t = np.array([1.0, 3.0]), np.array([0.8, 0.2])
    want = np.sqrt(t) / sd
    assert importance_weights(sample(np.diag(sd**2)), t).weights == pytest.approx(want / want.sum(), abs=1e-6)
    assert importance_weights(sample(np.diag(sd**2)), 10 * t).weights == pytest.approx(want / want.sum(), abs=1e-6)


@pytest.mark.parametrize("rho", [-0.3, 0.2, 0.6])
def test_two_correlated_children(rho):
    """Oracle: the one equation in w, r_1^2 / (r_1^2 + r_2^2) = t, solved by brentq from the formula."""
    s1, s2, t = 1.0, 2.0, 0.6
    c = np.array([[s1**2, rho * s1 * s2], [rho * s1 * s2, s2**2]])

    def gap(w):
        r1, r2 = w * s1 + (1 - w) * rho * s2, (1 - w) * s2 + w * rho * s1
        return r1 * abs(r1) / (r1**2 + r2**2) - t

    found = importance_weights(sample(c), np.array([t, 1 - t]))
    assert found.weights[0] == pytest.approx(brentq(gap, 0.01, 0.99), abs=1e-6)


def test_never_worse_than_nelder_mead():
    """COINr get_opt_weights (R/weights.R): sum of squared differences of r / sum r, by Nelder-Mead, here from equal."""
    z = yt.evaluate("asem").normalised[:, :6]
    z = z[np.isfinite(z).all(axis=1)]
    t = np.array([1.0, 2.0, 1.0, 1.0, 2.0, 1.0]) / 8

    def loss(w):
        r = np.corrcoef(np.column_stack([z, z @ np.abs(w)]).T)[-1, :-1]
        return ((t - r / np.abs(r).sum()) ** 2).sum()

    found = importance_weights(z, t, "correlation")
    theirs = minimize(loss, t, method="Nelder-Mead", options={"maxiter": 4000})
    assert loss(found.weights) <= theirs.fun + 1e-9


def test_shares_are_those_of_correlations():
    """Oracle: numpy.corrcoef of the children with their weighted mean."""
    z = sample([[1.0, 0.4, 0.1], [0.4, 2.0, 0.3], [0.1, 0.3, 1.5]])
    w = np.array([0.2, 0.5, 0.3])
    r = np.corrcoef(np.column_stack([z, z @ w]).T)[-1, :-1]
    assert importance_shares(w, np.cov(z.T)) == pytest.approx(r**2 / (r**2).sum())
    assert importance_shares(w, np.cov(z.T), "correlation") == pytest.approx(r / r.sum())


@pytest.mark.parametrize("measure", ["squared_correlation", "correlation"])
def test_derivatives_are_those_of_differences(measure):
    """Oracle: central differences."""
    c = np.array([[1.0, -0.5, 0.1], [-0.5, 2.0, 0.3], [0.1, 0.3, 1.5]])
    w = np.array([0.2, 0.3, 0.5])
    step = 1e-6
    want = np.column_stack(
        [
            (importance_shares(w + e, c, measure) - importance_shares(w - e, c, measure)) / (2 * step)
            for e in np.eye(3) * step
        ]
    )
    assert _derivatives(w, c, measure) == pytest.approx(want, abs=1e-6)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 7))
def test_weights_are_weights_and_the_report_is_true(seed, k):
    """Property: 0 or more, sum 1; share and discrepancy follow from the weights by numpy."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(60, k)) @ rng.normal(size=(k, k)) + rng.normal(size=(60, 1))
    t = rng.uniform(0.2, 1, k)
    found = importance_weights(z, t)
    assert (found.weights >= 0).all()
    assert found.weights.sum() == pytest.approx(1)
    share = importance_shares(found.weights, np.cov(z.T))
    assert found.share == pytest.approx(share, abs=1e-9)
    assert found.discrepancy == pytest.approx(np.abs(share - t / t.sum()).max(), abs=1e-9)
    assert found.reached == (found.discrepancy <= 0.001)


def test_a_target_out_of_reach_is_said():
    """By hand: a child that copies another has its correlation, so (0.9, 0.1) of two copies and noise is impossible."""
    z = sample([[1.0, 0.0], [0.0, 1.0]])
    copies = np.column_stack([z[:, 0], z[:, 0], z[:, 1]])
    found = importance_weights(copies, np.array([0.8, 0.1, 0.1]))
    assert not found.reached
    assert found.share[0] == pytest.approx(found.share[1])


@pytest.mark.parametrize(("measure", "power"), [("correlation", 1), ("squared_correlation", 2)])
def test_the_least_share_of_a_child_is_what_it_has_without_weight(measure, power):
    """By hand: with rho = 0.8 a child has rho^p / (1 + rho^p) of the importance at weight 0, and cannot have less."""
    found = importance_weights(sample([[1.0, 0.8], [0.8, 1.0]]), np.array([0.05, 0.95]), measure)
    least = 0.8**power / (1 + 0.8**power)
    assert found.weights == pytest.approx([0.0, 1.0], abs=1e-6)
    assert found.share == pytest.approx([least, 1 - least], abs=1e-6)
    assert found.converged
    assert not found.reached


@pytest.mark.parametrize(("measure", "power"), [("correlation", 1), ("squared_correlation", 2)])
def test_two_children_in_closed_form(measure, power):
    """By hand: v1 + rho v2 = c g1 and rho v1 + v2 = c g2 give v = (g1 - rho g2, g2 - rho g1), and w = v / sd."""
    rho, sd, g = 0.25, np.array([2.0, 3.0]), np.array([3.0, 4.0])
    z = sample([[sd[0] ** 2, rho * sd[0] * sd[1]], [rho * sd[0] * sd[1], sd[1] ** 2]])
    want = np.array([g[0] - rho * g[1], g[1] - rho * g[0]]) / sd
    found = importance_weights(z, g**power, measure)
    assert found.weights == pytest.approx(want / want.sum())
    assert found.reached
    assert found.iterations == 0


def test_copies_share_the_weight_of_one():
    """By hand: a child and its copy have the same correlation; of all splits the even one does not hang on a start."""
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=(2, 30))
    found = importance_weights(np.column_stack([a, a, b]))
    assert found.weights[0] == pytest.approx(found.weights[1])
    assert found.reached


@pytest.mark.parametrize("seed", range(20))
def test_search_and_closed_form_agree(seed):
    """Identity: where targets can be reached the least squares find the weights of the closed form."""
    rng = np.random.default_rng(seed)
    z = 0.5 * rng.normal(size=(60, 1)) + rng.normal(size=(60, 4))
    c, t = np.cov(z.T), rng.dirichlet(np.full(4, 20.0))
    exact = _closed_form(t, c, "squared_correlation")
    found = _solve(t, t, c, "squared_correlation", 500)
    if exact is None:
        assert found[2] > 1e-12
    else:
        assert found[0] == pytest.approx(exact[0], abs=1e-6)


def test_what_has_not_converged_says_so():
    """One evaluation is not enough where no closed form reaches the targets."""
    z = sample([[1.0, 0.8], [0.8, 100.0]])
    assert importance_weights(z, np.array([0.5, 0.5]), max_iterations=1).converged
    z = sample([[1.0, 0.8], [0.8, 1.0]])
    found = importance_weights(z, np.array([0.05, 0.95]), max_iterations=1)
    assert not found.converged
    assert not found.reached
    board = yt.evaluate("asem", weights={"use": "w", "sets": {"w": {"method": "importance", "max_iterations": 1}}})
    assert any("not converged" in note[1] and "未收敛" in note[0] for note in board.recipe.weighting.notes)


def test_columns_that_say_nothing():
    """Stated: a constant or empty column has weight 0; one that varies takes all; none, equal weights."""
    z = sample(np.diag([1.0, 4.0]))
    padded = np.column_stack([z[:, 0], np.full(400, 3.0), z[:, 1], np.full(400, np.nan)])
    found = importance_weights(padded)
    assert found.weights == pytest.approx([2 / 3, 0, 1 / 3, 0], abs=1e-6)
    assert found.target == pytest.approx([0.5, 0, 0.5, 0])
    assert importance_weights(padded[:, [0, 1]]).weights.tolist() == [1.0, 0.0]
    nothing = importance_weights(padded[:, [1, 1]])
    assert nothing.equal
    assert nothing.weights.tolist() == [0.5, 0.5]


def test_missing_cells_take_the_units_that_a_pair_shares():
    """Identity: dropping cells at random moves the weights little; a column seen once only is left out."""
    rng = np.random.default_rng(3)
    z = sample([[1.0, 0.3, 0.2], [0.3, 2.0, 0.1], [0.2, 0.1, 1.0]], n=3000)
    holes = np.where(rng.random(z.shape) < 0.1, np.nan, z)
    assert importance_weights(holes).weights == pytest.approx(importance_weights(z).weights, abs=0.03)


def test_national_size():
    """2,844 x 51 at once, with missing cells and a constant column."""
    board = large_board()
    z = board.normalised / 100
    z[:, board.recipe.codes.index(CONSTANT)] = 0.5
    found = importance_weights(z)
    assert found.weights.sum() == pytest.approx(1)
    assert found.weights[board.recipe.codes.index(CONSTANT)] == 0


def test_through_an_index_and_json():
    """Identity: importance by the audit's own linear measure is level where the targets were reached."""
    board = yt.evaluate("asem", weights="importance")
    node = next(node for node in board.recipe.nodes if node.code == "Environ")
    columns = [board.recipe.codes.index(code) for code in node.children]
    y = board.node_values[:, [n.code for n in board.recipe.nodes].index("Environ")]
    r = np.corrcoef(np.column_stack([board.normalised[:, columns], y]).T)[-1, :-1]
    assert r**2 / (r**2).sum() == pytest.approx(np.full(len(columns), 1 / len(columns)), abs=0.001)
    recipe = Recipe.from_json(board.recipe.to_json())
    assert recipe == board.recipe
    np.testing.assert_array_equal(yt.apply(board.table, recipe).total, board.total)


def chosen(**keys):
    return yt.evaluate("asem", weights={"use": "w", "sets": {"w": {"method": "importance", **keys}}})


def test_targets_of_another_set_or_by_code():
    """Identity: a set named as target is the same as its weights stated by code."""
    targets = {"Renew": 2, "PrimEner": 1, "CO2": 1, "MatCon": 1, "Forest": 1}
    board = chosen(targets=targets)
    node = next(node for node in board.recipe.nodes if node.code == "Environ")
    columns = [board.recipe.codes.index(code) for code in node.children]
    want = importance_weights(board.normalised[:, columns] / 100, np.array([2.0, 1, 1, 1, 1])).weights
    assert node.weights == pytest.approx(want, abs=1e-6)
    assert chosen(target="entropy").recipe.root.weights != chosen().recipe.root.weights


def test_a_target_of_nothing_leaves_a_child_out():
    """Stated: weight 0, and the others as without it."""
    z = sample([[1.0, 0.3, 0.2], [0.3, 2.0, 0.1], [0.2, 0.1, 1.0]])
    found = importance_weights(z, np.array([1.0, 0.0, 2.0]))
    want = importance_weights(z[:, [0, 2]], np.array([1.0, 2.0])).weights
    assert found.weights == pytest.approx([want[0], 0, want[1]], abs=1e-6)
    assert found.reached


def test_children_that_repeat_each_other_share_their_weight():
    """Stated: any split between copies does as well; the one nearest to the targets is even."""
    z = sample([[1.0, 0.3], [0.3, 2.0]])
    found = importance_weights(np.column_stack([z[:, 0], z[:, 0], z[:, 1]]))
    assert found.weights[0] == pytest.approx(found.weights[1], abs=1e-6)


def test_sets_that_are_each_other_s_target_are_refused():
    sets = {"a": {"method": "importance", "target": "b"}, "b": {"method": "importance", "target": "a"}}
    with pytest.raises(yt.InputError) as caught:
        yt.evaluate("asem", weights={"use": "a", "sets": sets})
    assert caught.value.faults[0].code == "weights-circle"


# Bad input.


def test_some_targets_of_a_parent_are_refused():
    with pytest.raises(yt.InputError) as caught:
        chosen(targets={"Renew": 2})
    assert caught.value.faults[0].code == "importance-absent"


@pytest.mark.parametrize("target", [[-1.0, 1.0], [0.0, 0.0], [1.0], [np.nan, 1.0]])
def test_impossible_targets_are_refused(target):
    with pytest.raises(yt.InputError) as caught:
        importance_weights(sample(np.eye(2)), np.array(target))
    assert caught.value.faults[0].code == "importance-targets"


@pytest.mark.parametrize(
    ("sets", "code"),
    [
        ({"w": {"target": "nobody"}}, "unknown-reference"),
        ({"w": {"target": "w"}}, "weights-circle"),
        ({"w": {"target": "v"}, "v": {"target": "w"}}, "weights-circle"),
        ({"w": {"target": "v"}, "v": {"target": "u"}, "u": {"target": "v"}}, "weights-circle"),
        ({"w": {"target": "v"}, "v": {"target": "nobody"}}, "unknown-reference"),
        ({"w": {"tolerance": 0}}, "bad-value"),
        ({"w": {"max_iterations": 0}}, "bad-value"),
        ({"w": {"measure": "kendall"}}, "bad-choice"),
    ],
)
def test_settings_that_cannot_be_are_refused(sets, code, refused):
    """Sets that name each other in a circle among them."""
    stated = {"use": "w", "sets": {name: {"method": "importance", **keys} for name, keys in sets.items()}}
    assert {fault.code for fault in refused(yt.evaluate, "asem", weights=stated)} == {code}


def test_a_set_of_a_combination_that_names_nobody_is_refused(refused):
    stated = {"use": "w", "sets": {"w": {"method": "combination", "sets": ["v", "sd"]},
                                   "v": {"method": "combination", "sets": ["nobody", "sd"]}}}  # fmt: skip
    assert {fault.code for fault in refused(yt.evaluate, "asem", weights=stated)} == {"unknown-reference"}


def test_a_misspelt_target_is_refused():
    with pytest.raises(yt.InputError) as caught:
        chosen(targets={"Renw": 2, "PrimEner": 1, "CO2": 1, "MatCon": 1, "Forest": 1, "Renew": 1})
    assert "Renw" in {fault.details.get("name") for fault in caught.value.faults}
