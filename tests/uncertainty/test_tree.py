"""Scores of many replicates at once, against `add_up` for every replicate by itself."""

from dataclasses import replace

import numpy as np
import pytest

import yitihua as yt
from yitihua.analysis.uncertainty.tree import Tree
from yitihua.index.apply import add_up

N = 40
MEANS = {
    "arithmetic": ("arithmetic", 1.0, -np.inf),
    "geometric": ("geometric", 1.0, 1.0),
    "geometric without a floor": ("geometric", 1.0, 0.0),
    "harmonic": ("harmonic", 1.0, 1.0),
    "harmonic without a floor": ("harmonic", 1.0, 0.0),
    "power": ("generalised", 0.5, 0.0),
}


def weights_of(recipe, rng, alpha=1.0):
    return {
        node.code: rng.dirichlet(np.full(len(node.children), alpha), N)
        for node in recipe.nodes
        if rng.random() < 0.8 and len(node.children) > 1
    }


def one_by_one(recipe, points, observed, weights, columns, drawn):
    found = []
    for k in range(N):
        own = {code: tuple(w[k].tolist()) for code, w in weights.items()}
        nodes = tuple(replace(node, weights=own.get(node.code, node.weights)) for node in recipe.nodes)
        x = points.copy()
        if drawn is not None:
            x[:, columns] = drawn[:, :, k].T
        found.append(add_up(x, observed, replace(recipe, nodes=nodes).plan)[0][:, -1])
    return np.array(found)


@pytest.mark.parametrize("edition", ["zhejiang-2022", "hdi", "asem"])
@pytest.mark.parametrize("coverage", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("mean", MEANS.values(), ids=MEANS)
def test_every_replicate_is_what_it_is_by_itself(edition, coverage, mean):
    method, exponent, floor = mean
    base = yt.evaluate(edition).recipe
    power = {"settings": (("exponent", exponent), ("floor", floor))} if method == "generalised" else {"settings": ()}
    rng = np.random.default_rng(5)
    nodes = tuple(
        replace(node, method=method, floor=floor, exponent=exponent, numbers=(), coverage=coverage, **power)
        for node in base.nodes
    )
    recipe = replace(base, nodes=nodes)
    points = rng.uniform(0, 100, (30, len(recipe.codes)))
    points[rng.random(points.shape) < 0.1] = 0.0
    points[rng.random(points.shape) < rng.choice([0.0, 0.05, 0.4], 30)[:, None]] = np.nan
    observed = np.isfinite(points) & (rng.random(points.shape) < 0.95)
    tree = Tree(recipe.plan, points, observed)
    for columns in ((), tuple(range(0, points.shape[1], 3)), tuple(range(points.shape[1]))):
        drawn = None
        if columns:
            drawn = points[:, columns].T[:, :, None] * rng.uniform(0.5, 1.0, (len(columns), 30, N))
        for weights in ({}, weights_of(recipe, rng), weights_of(recipe, rng, alpha=0.01)):
            found = tree.totals(N, weights, columns, drawn)
            plain = one_by_one(recipe, points, observed, weights, columns, drawn)
            np.testing.assert_array_equal(np.isnan(found), np.isnan(plain))
            np.testing.assert_allclose(found, plain, rtol=1e-11, atol=1e-10)


@pytest.mark.parametrize("units", [1, 3])
def test_what_was_handed_out_stays_when_the_next_replicates_are_scored(units):
    recipe, rng = yt.evaluate("zhejiang-2022").recipe, np.random.default_rng(6)
    points = rng.uniform(0, 100, (units, len(recipe.codes)))
    points[:, 0] = np.nan
    tree = Tree(recipe.plan, points, np.isfinite(points))
    first = tree.totals(N, weights_of(recipe, rng))
    seen = first.copy()
    second = tree.totals(N, weights_of(recipe, rng))
    assert not np.shares_memory(first, second)
    np.testing.assert_array_equal(first, seen)
