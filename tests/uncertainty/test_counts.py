"""Ranks of many replicates and what is counted of them, against `grade.ranks` and brute-force counts."""

import numpy as np
import pytest

from yitihua.analysis.uncertainty import counts
from yitihua.analysis.uncertainty.counts import count_ranks, grade_counts, pairs_ahead, rank_counts, ranks_of
from yitihua.index import grade

RNG = np.random.default_rng(11)
SCORES = {
    "plain": (RNG.uniform(20, 90, (40, 30)), 9),
    "tied": (RNG.uniform(20, 90, (40, 30)), 0),
    "below zero": (RNG.normal(0, 3, (40, 30)), 2),
    "tied everywhere": (np.full((5, 4), 7.25), 2),
    "more digits than fit a whole number": (RNG.uniform(20, 90, (40, 30)), 15),
    "one unit": (RNG.uniform(20, 90, (3, 1)), 3),
    "more units than 8 bits hold": (RNG.uniform(20, 90, (6, 300)), 1),
    "more units than are counted together": (RNG.uniform(20, 90, (6, 600)), 1),
}


@pytest.fixture(params=[False, True], ids=["whole", "with gaps"])
def gaps(request):
    return request.param


@pytest.fixture(params=SCORES.values(), ids=SCORES)
def scores(request, gaps):
    found, decimals = request.param
    found = np.round(found, decimals)
    if gaps:
        found = np.where(np.random.default_rng(1).random(found.shape) < 0.1, np.nan, found)
        found[:, :1] = np.nan if found.shape[1] > 1 else found[:, :1]
    return found, decimals


def test_ranks_are_those_of_every_replicate_by_itself(scores, monkeypatch):
    scores, decimals = scores
    plain = np.array([grade.ranks(one) for one in scores])
    for cells in (counts.CELLS, 64):
        monkeypatch.setattr(counts, "CELLS", cells)
        monkeypatch.setattr(counts, "LEAST", 1)
        for said in (None, decimals):
            ranks = ranks_of(scores, said).astype(float)
            np.testing.assert_array_equal(np.where(ranks == 0, np.nan, ranks), plain)


def test_counts_are_those_of_a_loop(scores):
    scores, decimals = scores
    units, ranks = scores.shape[1], ranks_of(scores, decimals)
    found = np.zeros((units, units + 1), dtype=np.int64)
    rank_counts(ranks, found)
    rank_counts(ranks[:2], found)
    seen = np.concatenate([ranks, ranks[:2]])
    plain = np.array([[(seen[:, u] == r).sum() for r in range(units + 1)] for u in range(units)])
    np.testing.assert_array_equal(found, plain)
    sorted_ones = np.zeros_like(found)
    count_ranks(scores, decimals, sorted_ones)
    count_ranks(scores[:2], decimals, sorted_ones)
    np.testing.assert_array_equal(sorted_ones, plain)
    ahead = pairs_ahead(ranks)
    np.testing.assert_array_equal(ahead, [(scores[:, [u]] > scores).sum(axis=0) for u in range(units)])
    cuts = np.nanquantile(scores, [0.2, 0.7], axis=None).round(decimals).tolist()
    own = grade.grade_index(scores, cuts)
    np.testing.assert_array_equal(grade_counts(scores, cuts), np.array([(own == k).sum(axis=0) for k in range(3)]).T)
