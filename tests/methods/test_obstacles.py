"""Obstacles, strengths, ceilings and floors: by hand, identities, planted profiles, boards of national size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from large_board import CONSTANT, large_board
from scipy.stats import zscore

import yitihua as yt
from yitihua.analysis.extremes import end_shares, extremes, ferguson_delta, frequencies
from yitihua.analysis.obstacles import obstacle_degree, obstacles
from yitihua.analysis.strengths import best_and_worst, gap_to_peers, rank_balance, strengths


@pytest.fixture(scope="module")
def zhejiang():
    return yt.evaluate("zhejiang-2022")


# Obstacles.


def test_obstacles_by_hand():
    """By hand: losses 0.5 x 0.6 and 1 x 0.4 are 3/7 and 4/7."""
    z, w = np.array([[0.5, 0.0]]), np.array([0.6, 0.4])
    assert obstacle_degree(z, w) == pytest.approx(np.array([[300 / 7, 400 / 7]]))
    assert obstacle_degree(z, w, normalised=False) == pytest.approx(np.array([[30.0, 40.0]]))


@given(
    hnp.arrays(float, (5, 6), elements=st.integers(0, 20).map(lambda k: k / 20)),
    hnp.arrays(float, 6, elements=st.floats(0.01, 1)),
)
def test_obstacles_sum_to_a_hundred(z, w):
    """Identity, unless a unit has full points on everything."""
    found = obstacle_degree(z, w)
    full = (z == 1).all(axis=1)
    assert found.sum(axis=1)[~full] == pytest.approx(100)
    assert (found[full] == 0).all()


def test_missing_cells_have_no_obstacle():
    """Stated: the others share the 100 percent."""
    found = obstacle_degree(np.array([[0.5, np.nan, 0.0], [np.nan] * 3]), np.ones(3))
    np.testing.assert_allclose(found, [[100 / 3, np.nan, 200 / 3], [np.nan] * 3])


def test_unnormalised_obstacles_add_up_to_the_points_lost(zhejiang):
    """Identity in a linear index: sum F I = 100 - score."""
    found = obstacles(zhejiang, normalised=False)
    assert found.linear
    assert np.nansum(found.degrees, axis=1) == pytest.approx(100 - zhejiang.total)
    assert found.unexplained == pytest.approx(np.zeros(90), abs=1e-9)
    geometric = obstacles(yt.evaluate("zhejiang-2022", aggregate="geometric"), normalised=False)
    assert not geometric.linear
    assert np.nanmin(geometric.unexplained) > 0  # a geometric mean loses more than the sum of shortfalls


def test_first_level_obstacles_are_sums(zhejiang):
    """Identity."""
    found = obstacles(zhejiang)
    columns = [[j for j, code in enumerate(zhejiang.recipe.codes) if code.startswith(part)] for part in "ABCDE"]
    want = np.column_stack([np.nansum(found.degrees[:, part], axis=1) for part in columns])
    assert found.first_level == pytest.approx(want)
    top = found.top(3, lang="zh")
    assert top.groupby("unit").size().max() == 3
    assert (top.groupby("unit")["degree"].diff().dropna() <= 0).all()


def test_obstacles_of_points_off_the_scale_are_refused():
    with pytest.raises(yt.InputError):
        obstacles(yt.evaluate("asem", normalise="zscore"))
    with pytest.raises(yt.InputError):
        obstacle_degree(np.array([[1.2]]), np.ones(1))
    with pytest.raises(yt.InputError):
        obstacle_degree(np.array([[0.2]]), np.array([-1.0]))


# Strengths and weaknesses.


def test_gaps_by_hand_and_scipy():
    """By hand; standardised gaps are scipy's z-scores with n - 1."""
    x = np.random.default_rng(0).normal(size=(12, 3))
    rows = [np.arange(12)]
    assert gap_to_peers(x, rows) == pytest.approx(x - x.mean(axis=0))
    assert gap_to_peers(x, rows, standardised=True) == pytest.approx(zscore(x, ddof=1))
    two = [np.arange(6), np.arange(6, 12)]
    assert gap_to_peers(x, two)[:6] == pytest.approx(x[:6] - x[:6].mean(axis=0))
    assert np.isnan(gap_to_peers(np.ones((3, 1)), [np.arange(3)], standardised=True)).all()  # no spread


@given(hnp.arrays(float, (7, 2), elements=st.integers(0, 4).map(float)))
def test_rank_balance_in_loops(x):
    """Definition: share of the others that are worse less the share that are better."""
    want = [[np.mean([np.sign(x[i, j] - x[k, j]) for k in range(7) if k != i]) for j in range(2)] for i in range(7)]
    assert rank_balance(x, [np.arange(7)]) == pytest.approx(np.array(want))


def test_best_and_worst_by_hand():
    """By hand: the two best above 0, the one worst below."""
    found = best_and_worst(np.array([1.0, -5.0, 3.0, 0.0, np.nan]), np.array([1.0, -5.0, 3.0, 0.0, np.nan]), 2)
    assert [part.tolist() for part in found] == [[2, 0], [1]]


def test_a_planted_strength_and_weakness_are_named(zhejiang):
    """Planted: a county with full points on A01 and none on B02 beside average peers."""
    points = np.full_like(zhejiang.normalised, 60.0)
    points += np.random.default_rng(1).normal(0, 1, points.shape)
    codes = list(zhejiang.recipe.codes)
    points[4, codes.index("A01")], points[4, codes.index("B02")] = 100.0, 0.0
    for by in ("points", "standardised", "rank"):
        found = strengths(replace(zhejiang, normalised=points), by=by).of(zhejiang.table.units[4], k=1)
        assert found["code"].tolist() == ["A01", "B02"], by
        assert found["kind"].tolist() == ["strength", "weakness"]


def test_contribution_gaps_add_up(zhejiang):
    """Identity: contributions sum to the score, and so do their gaps where all cells are there."""
    found = strengths(zhejiang, "contribution")
    whole = np.isfinite(zhejiang.normalised).all()
    given = zhejiang.contribution_arrays[0][:, : len(zhejiang.recipe.codes)]
    assert np.nansum(given, axis=1) == pytest.approx(zhejiang.total)
    assert found.gap.shape == given.shape
    assert not whole or np.nansum(found.gap, axis=1) == pytest.approx(zhejiang.total - zhejiang.total.mean())


def test_strengths_refuse(zhejiang):
    for call in (
        lambda: strengths(zhejiang, "luck"),
        lambda: strengths(zhejiang, peers="nothing"),
        lambda: strengths(zhejiang).of("nowhere"),
        lambda: strengths(zhejiang).of("330102", k=0),
    ):
        with pytest.raises(yt.InputError):
            call()


# Ceilings and floors.


def test_ends_and_frequencies_by_hand():
    """By hand: a third at each end; three of one value and one of another tell half of the pairs apart."""
    floor, ceiling = end_shares(np.array([[0.0], [100.0], [50.0], [np.nan]]), 0.0, 100.0)
    assert (floor[0], ceiling[0]) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    found = frequencies(np.array([[1.0], [1.0], [1.0], [2.0]]))
    assert (found.distinct[0], found.same[0], found.ratio[0], found.apart[0]) == (2, 0.75, 3, 0.5)


def test_ferguson_by_hand():
    """Ferguson (1949): c (n^2 - sum f^2) / ((c - 1) n^2); 1 where all of c scores are equally frequent."""
    assert ferguson_delta(np.array([1.0, 1.0, 2.0, 2.0]), 2) == pytest.approx(1)
    assert ferguson_delta(np.array([1.0, 1.0, 1.0, 2.0]), 3) == pytest.approx(3 * (16 - 10) / (2 * 16))
    assert ferguson_delta(np.ones(5), 4) == 0


def test_planted_ceilings_are_concerns(zhejiang):
    """Planted: a fifth at full points, a tenth at none, one indicator the same for all."""
    points = np.random.default_rng(2).uniform(20, 80, zhejiang.normalised.shape)
    codes = list(zhejiang.recipe.codes)
    points[:18, codes.index("A01")] = 100.0
    points[:9, codes.index("A02")] = 0.0
    found = extremes(replace(zhejiang, normalised=points))
    assert "ceiling" in found.concerns["A01"]
    assert "floor" not in found.concerns["A02"]
    table = found.table("zh").set_index("code")
    assert table.loc["A01", "ceiling"] == pytest.approx(0.2)
    assert table.loc["A02", "floor"] == pytest.approx(0.1)
    assert "floor" in extremes(replace(zhejiang, normalised=points), thresholds={"floor": 0.05}).concerns["A02"]


def test_points_off_the_scale_have_no_ends():
    """Stated: z-scores and ranks know no floor."""
    for method in ("zscore", "rank"):
        assert extremes(yt.evaluate("asem", normalise=method)).frame["floor"].isna().all()


def test_national_size():
    """2,844 x 51 with missing cells and a constant column, which is near-constant and no strength."""
    board = large_board()
    assert "near-constant" in extremes(board).concerns[CONSTANT]
    found = obstacles(board)
    scored = np.isfinite(board.total)
    assert np.nansum(found.degrees[scored], axis=1) == pytest.approx(100)
    assert len(strengths(board).frame(k=2)) > 2844
