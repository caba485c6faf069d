"""Shapley effects against closed forms: linear normal models, Dirichlet weights, Ishigami's function."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import yitihua as yt
from yitihua.analysis.sensitivity.shapley import permutation_letters, shapley_effects, subset_letters
from yitihua.analysis.stages import weights_below


def from_worths(worth: Callable[[tuple[int, ...]], float], d: int) -> np.ndarray:
    """Shapley's formula: the mean over all orders of what each brings (Owen 2014)."""
    found = np.zeros(d)
    for i in range(d):
        others = [k for k in range(d) if k != i]
        for size in range(d):
            for free in itertools.combinations(others, size):
                share = 1.0 / (d * math.comb(d - 1, size))
                found[i] += share * (worth(tuple(sorted((*free, i)))) - worth(free))
    return found / worth(tuple(range(d)))


def gaussian_worth(beta: np.ndarray, covariance: np.ndarray) -> Callable[[tuple[int, ...]], float]:
    """E Var(Y | others) of a linear model of normal inputs: Iooss and Prieur (2019), section 4."""

    def worth(free: tuple[int, ...]) -> float:
        given = [k for k in range(len(beta)) if k not in free]
        own = covariance[np.ix_(free, free)]
        if given and free:
            cross = covariance[np.ix_(free, given)]
            own = own - cross @ np.linalg.solve(covariance[np.ix_(given, given)], cross.T)
        return float(beta[list(free)] @ own @ beta[list(free)]) if free else 0.0

    return worth


def normal_inputs(covariance: np.ndarray) -> tuple[Any, Any]:
    root, d = np.linalg.cholesky(covariance), len(covariance)

    def sample(m: int, rng: np.random.Generator) -> np.ndarray:
        return rng.standard_normal((m, d)) @ root.T

    def conditional(x: np.ndarray, given: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        fresh = sample(len(x), rng)
        if not given.any():
            return fresh
        # Kriging: a draw, moved by the regression of its rest on what is given.
        slope = np.linalg.solve(covariance[np.ix_(given, given)], covariance[np.ix_(given, ~given)])
        found = x.copy()
        found[:, ~given] = fresh[:, ~given] + (x[:, given] - fresh[:, given]) @ slope
        return found

    return sample, conditional


@pytest.mark.parametrize("rho", [-0.8, 0.0, 0.6])
def test_two_correlated_normal_inputs_have_the_closed_form(rho: float) -> None:
    """Iooss and Prieur (2019), section 4: (b1^2 s1^2 (1 - r^2/2) + r b1 b2 s1 s2 + b2^2 s2^2 r^2/2) / V."""
    s1, s2 = 1.0, 2.0
    covariance = np.array([[s1 * s1, rho * s1 * s2], [rho * s1 * s2, s2 * s2]])
    whole = s1 * s1 + s2 * s2 + 2 * rho * s1 * s2
    truth = (s1 * s1 * (1 - rho * rho / 2) + rho * s1 * s2 + s2 * s2 * rho * rho / 2) / whole
    assert from_worths(gaussian_worth(np.ones(2), covariance), 2)[0] == pytest.approx(truth)
    found = shapley_effects(lambda x: x.sum(axis=1), *normal_inputs(covariance), 2, n=20_000, seed=1)
    assert found.exact
    assert found.effect[0] == pytest.approx(truth, abs=0.02)
    assert found.low[0] <= truth <= found.high[0]


@pytest.mark.parametrize(("exact", "n"), [(True, 10_000), (False, 8_000)])
def test_four_inputs_two_of_which_are_correlated_have_the_closed_form(exact: bool, n: int) -> None:
    covariance = np.diag([1.0, 1.0, 2.0, 0.5])
    covariance[1, 2] = covariance[2, 1] = 0.9 * math.sqrt(2.0)
    beta = np.array([1.0, 2.0, -1.0, 0.0])
    truth = from_worths(gaussian_worth(beta, covariance), 4)
    found = shapley_effects(lambda x: x @ beta, *normal_inputs(covariance), 4, n=n, seed=2, exact=exact)
    np.testing.assert_allclose(found.effect, truth, atol=0.04)
    assert found.effect.sum() == pytest.approx(1.0, abs=1e-12)
    assert (found.high - found.low < 0.15).all()


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    covariance = np.array([[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]])
    beta = np.array([1.0, 1.0, 2.0])
    truth = from_worths(gaussian_worth(beta, covariance), 3)
    held = []
    for seed in range(60):
        found = shapley_effects(lambda x: x @ beta, *normal_inputs(covariance), 3, n=300, seed=seed)
        held += [*((found.low <= truth) & (truth <= found.high))]
    assert 0.84 <= np.mean(held) <= 0.96


@pytest.mark.parametrize(("exact", "n"), [(True, 8_000), (False, 4_000)])
def test_independent_ishigami_shares_its_interaction(exact: bool, n: int) -> None:
    """Of independent inputs an interaction is shared evenly (Owen 2014): S1 + S13 / 2, S2, S13 / 2."""
    a, b = 7.0, 0.1
    one, two, both = 0.5 * (1 + b * math.pi**4 / 5) ** 2, a * a / 8, b * b * math.pi**8 * (1 / 18 - 1 / 50)
    truth = np.array([one + both / 2, two, both / 2]) / (one + two + both)

    def model(x: np.ndarray) -> np.ndarray:
        return np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])

    def sample(m: int, rng: np.random.Generator) -> np.ndarray:
        return rng.uniform(-math.pi, math.pi, (m, 3))

    def conditional(x: np.ndarray, given: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return np.where(given, x, sample(len(x), rng))

    found = shapley_effects(model, sample, conditional, 3, n=n, seed=3, exact=exact)
    np.testing.assert_allclose(found.effect, truth, atol=0.05)
    assert found.effect.sum() == pytest.approx(1.0, abs=1e-12)


def dirichlet_worth(a: np.ndarray, b: np.ndarray) -> Callable[[tuple[int, ...]], float]:
    """E Var(sum b w | weights that are not free) of Dirichlet weights.

    The free ones are what is left, R, times Dirichlet weights of their own; R is Beta distributed
    (Kotz, Balakrishnan and Johnson 2000, ch. 49), so E R^2 = s (s + 1) / (t (t + 1)) of the sums of shapes.
    """

    def worth(free: tuple[int, ...]) -> float:
        if not free:
            return 0.0
        own, value = a[list(free)], b[list(free)]
        s, t = own.sum(), a.sum()
        mean = own @ value / s
        variance = (own @ value**2 / s - mean**2) / (s + 1)
        return float(variance * s * (s + 1) / (t * (t + 1)))

    return worth


@pytest.mark.parametrize("kind", ["dirichlet", "uniform"])
@pytest.mark.parametrize("node", ["Environ", "P2P"])
def test_weights_of_a_node_have_the_effects_of_dirichlet_weights(kind: str, node: str) -> None:
    """A score of arithmetic means is linear in the weights of one node; P2P has 8 children (permutations)."""
    board = yt.evaluate("asem")
    recipe = board.recipe
    rule = next(one for one in recipe.nodes if one.code == node)
    row = board.table.row_of("DEU")
    points = board.points[row][[recipe.plan.column[child] for child in rule.children]]
    nominal = np.array(rule.weights) / sum(rule.weights)
    shapes = nominal * 20 if kind == "dirichlet" else np.ones(len(nominal))
    truth = from_worths(dirichlet_worth(shapes, points), len(nominal))
    n = 2048 if node == "Environ" else 4096
    found = board.sensitivity(
        {"unit": "DEU", "of": "score"}, n=n, method="shapley",
        weights={"kind": kind, "nodes": [node], "concentration": 20.0},
    )  # fmt: skip
    assert found.effects is not None
    assert found.effects.exact == (node == "Environ")
    np.testing.assert_allclose(found.effects.effect, truth, atol=0.05)
    assert found.effects.effect.sum() == pytest.approx(1.0, abs=1e-12)
    # The spread of the score itself: weights below the node count as much as the node does in the index.
    share = weights_below(recipe, recipe.root.code)[node]
    variance = dirichlet_worth(shapes, points)(tuple(range(len(nominal))))
    assert found.sd == pytest.approx(share * math.sqrt(variance), rel=0.05)


def test_letters_say_what_is_drawn_anew() -> None:
    assert subset_letters(3)[-1, 1].tolist() == [2, 2, 2]
    letters = permutation_letters(np.array([[2, 0, 1]]))[0, :, 2]
    assert letters.tolist() == [[0, 0, 3], [3, 0, 3], [3, 3, 3]]


def test_a_constant_output_has_no_effects_and_no_warning() -> None:
    sample, conditional = normal_inputs(np.eye(2))
    for exact in (True, False):
        found = shapley_effects(lambda x: np.ones(len(x)), sample, conditional, 2, n=64, exact=exact)
        assert found.constant
        assert not found.effect.any()


def test_too_few_draws_are_refused(refused: Callable[..., Any]) -> None:
    (fault,) = refused(shapley_effects, lambda x: x[:, 0], *normal_inputs(np.eye(2)), 2, 63)
    assert fault.code == "number-range"
    (fault,) = refused(shapley_effects, lambda x: np.full(len(x), np.nan), *normal_inputs(np.eye(2)), 2, 64)
    assert fault.code == "too-few-runs"
