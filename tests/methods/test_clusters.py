"""K-means: grades by score against scikit-learn and brute force, clusters of profiles with a known truth."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from large_board import large_board
from sklearn.cluster import KMeans

import yitihua as yt
from yitihua.analysis.clusters import clusters
from yitihua.index.grade import grade_index, kmeans_cuts, natural_breaks


def loss(values, labels):
    return sum(((values[labels == k] - values[labels == k].mean()) ** 2).sum() for k in np.unique(labels))


@pytest.mark.parametrize("seed", range(4))
def test_no_run_of_scikit_learn_is_better(seed):
    """Oracle: scikit-learn's KMeans, 50 starts; ours is the optimum (Wang and Song 2011)."""
    values = np.random.default_rng(seed).normal(size=70)
    ours = loss(values, grade_index(values, kmeans_cuts(values, 5)))
    theirs = KMeans(5, n_init=50, random_state=0).fit(values[:, None]).inertia_
    assert ours <= theirs + 1e-9


@given(st.lists(st.integers(0, 40).map(float), min_size=3, max_size=9).filter(lambda x: len(set(x)) >= 3))
def test_every_partition_is_worse_or_equal(values):
    """Brute force over all ways to part the sorted scores into three."""
    x = np.sort(np.array(values))
    best = min(
        loss(x, np.repeat([0, 1, 2], [a, b - a, len(x) - b]))
        for a, b in combinations(range(1, len(x)), 2)
        if x[a - 1] < x[a] and x[b - 1] < x[b]
    )
    assert loss(x, grade_index(x, kmeans_cuts(x, 3))) == pytest.approx(best, abs=1e-9)


def test_cuts_lie_half_way_between_means():
    """By hand: means 1.5, 10.5 and 20."""
    assert kmeans_cuts(np.array([1.0, 2.0, 1.5, 10.0, 11.0, 20.0, np.nan]), 3) == (6.0, 15.25)
    assert natural_breaks(np.array([1.0, 2.0, 1.5, 10.0, 11.0, 20.0, np.nan]), 3) == (10.0, 20.0)


def test_grades_by_kmeans_are_those_of_natural_breaks():
    """Identity on the sample: both are the best clustering of the scores."""
    boards = [
        yt.evaluate("asem", grades={"abc": {"labels": ["C", "B", "A"], "method": method}})
        for method in ("kmeans", "natural_breaks")
    ]
    first, second = (board.grade_indices["abc"] for board in boards)
    assert first.tolist() == second.tolist()
    ours, theirs = ({rule.code: rule.cuts for rule in board.recipe.grades}["abc"] for board in boards)
    assert ours != theirs
    recipe = type(boards[0].recipe).from_json(boards[0].recipe.to_json())
    assert recipe == boards[0].recipe


def planted(spread=2.0, seed=0):
    """Three types of counties: 30 with 80 in every part, 30 with 50, and 30 strong in A and B, weak in the rest."""
    board = yt.evaluate("zhejiang-2022")
    rng = np.random.default_rng(seed)
    truth = np.repeat([0, 2, 1], 30)
    levels = {0: [80] * 5, 2: [50] * 5, 1: [90, 90, 45, 45, 45]}
    values = board.node_values.copy()
    first = [node.code for node in board.recipe.nodes]
    for row, kind in enumerate(truth):
        for code, mean in zip(board.recipe.first_level, levels[kind], strict=True):
            values[row, first.index(code)] = mean + rng.normal(0, spread)
    values[:, -1] = values[:, [first.index(code) for code in board.recipe.first_level]].mean(axis=1)
    return replace(board, node_values=values), truth


def test_planted_types_are_found():
    """Simulated truth: clusters come in the order of their mean scores."""
    board, truth = planted()
    found = clusters(board, 3)
    assert found.cluster.tolist() == truth.tolist()
    assert found.silhouette > 0.8
    assert found.table()["units"].tolist() == [30, 30, 30]
    assert found.within < 0.1 * found.total


def test_the_same_seed_gives_the_same_clusters():
    board = yt.evaluate("zhejiang-2022")
    assert clusters(board, 4, seed=3).cluster.tolist() == clusters(board, 4, seed=3).cluster.tolist()


def test_units_without_a_score_are_in_none():
    """Identity: the rest are clustered as if these were not there."""
    board, _ = planted()
    values = board.node_values.copy()
    values[5] = np.nan
    found = clusters(replace(board, node_values=values), 3)
    assert 5 not in found.rows
    assert len(found.frame()) == 89


def test_a_part_that_does_not_differ_counts_nothing():
    """Identity: a constant column leaves the clusters as they are without it."""
    board, _ = planted()
    codes = list(board.recipe.first_level)
    values = board.node_values.copy()
    values[:, [node.code for node in board.recipe.nodes].index("E")] = 60.0
    same = clusters(replace(board, node_values=values), 3)
    without = clusters(board, 3, codes[:-1])
    assert same.cluster.tolist() == without.cluster.tolist()


def test_national_size():
    found = clusters(large_board(), 6, starts=3)
    assert found.table()["units"].sum() == len(found.rows)
    assert set(found.frame("zh").columns) == {"unit", "name", "cluster", "score", "A", "B", "C", "D", "E"}


@pytest.mark.parametrize(("k", "code"), [(1, "clusters-k"), (90, "clusters-k"), (0, "clusters-k")])
def test_an_impossible_number_is_refused(k, code):
    with pytest.raises(yt.InputError) as caught:
        clusters(yt.evaluate("zhejiang-2022"), k)
    assert caught.value.faults[0].code == code


def test_an_unknown_code_is_refused():
    with pytest.raises(yt.InputError, match="Z99"):
        clusters(yt.evaluate("zhejiang-2022"), 3, ["A", "Z99"])
