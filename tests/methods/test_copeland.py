"""Outranking and Copeland against COINr's code written out, exact arithmetic, and stated answers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import yitihua as yt
from yitihua.errors import InputError
from yitihua.index.aggregate import copeland as module
from yitihua.index.aggregate.copeland import copeland, copeland_points, outranking, outranking_sums


def outrank_matrix(x: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, int, float]:
    """COINr R/aggregate.R, `outrankMatrix`, line for line (without missing cells)."""
    units = len(x)
    w = w / w.sum()
    orm = np.zeros((units, units))
    for ii in range(units):
        for jj in range(units):
            if ii > jj:
                orm[ii, jj] = 1 - orm[jj, ii]
            elif ii < jj:
                orm[ii, jj] = w[x[ii] > x[jj]].sum() + w[x[ii] == x[jj]].sum() / 2
    return orm, int((np.abs(orm - 1) < 1e-12).sum()), float((np.abs(orm - 1) < 1e-12).sum() / ((units**2 - units) / 2))


def a_copeland(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """COINr R/aggregate.R, `a_copeland` (newest): > 0.5 is 1, < 0.5 is -1, 0.5 is 0, diagonal 0, row sums."""
    orm, _, _ = outrank_matrix(x, w)
    signs = np.where(np.abs(orm - 0.5) < 1e-12, 0.0, np.sign(orm - 0.5))
    np.fill_diagonal(signs, 0.0)
    return signs.sum(axis=1)


def test_the_example_of_coinr() -> None:
    """COINr tests/testthat/test-aggregate.R, "outranking matrix": scores, 3 dominant pairs, fraction 3/6."""
    x = np.column_stack([[1, 2, 3, 4], [3, 2, 1, 5], [2, 3, 1, 4]])
    found = outranking(x)
    np.testing.assert_array_equal(np.diag(found.matrix), 0.0)
    assert found.matrix[1, 0] == pytest.approx(2 / 3)
    assert found.matrix[2, 0] == pytest.approx(1 / 3)
    assert found.matrix[3, 0] == 1.0
    assert (found.dominance_pairs, found.fraction) == (3, 0.5)


@pytest.mark.parametrize("seed", range(3))
def test_row_sums_of_the_outranking_matrix(seed) -> None:
    """COINr 1.0, `a_copeland`: rowSums(outrankMatrix(X, w)$OutRankMatrix), with ties and weights."""
    rng = np.random.default_rng(seed)
    x, w = rng.integers(0, 4, (30, 7)).astype(float), rng.random(7)
    want = outrank_matrix(x, w)[0].sum(axis=1)
    np.testing.assert_allclose(outranking_sums(x, w), want, atol=1e-9)
    np.testing.assert_allclose(outranking_sums(x[::-1], w, x), want[::-1], atol=1e-9)
    assert outranking_sums(x, w).sum() == pytest.approx(30 * 29 / 2)  # every pair gives one share away


def test_shares_with_missing_cells() -> None:
    """By hand: a and b share the second child only (a wins); c has nothing in common with a: half; d has nothing."""
    x = [[np.nan, 3.0, np.nan], [1.0, 2.0, np.nan], [2.0, np.nan, 1.0], [np.nan] * 3]
    np.testing.assert_allclose(outranking_sums(x, [1.0, 1.0, 1.0]), [1.5, 0.0, 1.5, np.nan])


def test_outranking_as_an_index() -> None:
    """Identity: at every node the row sums over the pillar's points, as a share of the other units."""
    board = yt.evaluate("asem", aggregate={"method": "copeland", "count": "shares"})
    node = next(node for node in board.recipe.nodes if node.code == "Social")
    x = np.round(board.normalised[:, [board.recipe.codes.index(child) for child in node.children]], 9)
    want = outrank_matrix(x, np.array(node.weights))[0].sum(axis=1) / 50 * 100
    place = [node.code for node in board.recipe.nodes].index("Social")
    np.testing.assert_allclose(board.node_values[:, place], want, atol=1e-9)
    with pytest.raises(InputError, match="never a loss"):
        yt.evaluate("asem", aggregate={"method": "copeland", "count": "shares", "ties": "loss"})


def test_two_units_that_draw() -> None:
    """COINr test-aggregate.R, "test equal units correctly assigned": 0 for both."""
    x = np.array([[1.0, 2.0], [2.0, 1.0]])
    np.testing.assert_array_equal(outranking(x).matrix, [[0.0, 0.5], [0.5, 0.0]])
    np.testing.assert_array_equal(copeland(x, [1.0, 1.0]), [0.0, 0.0])
    # COINr 1.1.2 on CRAN: orm[orm == 0.5] <- 0, then orm[orm < 0.5] <- -1.
    np.testing.assert_array_equal(copeland(x, [1.0, 1.0], ties="loss"), [-1.0, -1.0])


def test_asem_agrees_with_coinr() -> None:
    """51 countries, 49 normalised indicators of the stored reference, by COINr's code written out."""
    board = yt.evaluate("asem")
    x, w = board.normalised, np.random.default_rng(1).dirichlet(np.ones(49))
    for weights in (np.ones(49), w):
        orm, dominant, fraction = outrank_matrix(x, weights)
        found = outranking(x, weights)
        np.testing.assert_allclose(found.matrix, orm, atol=1e-13)
        assert (found.dominance_pairs, found.fraction) == (dominant, pytest.approx(fraction))
        np.testing.assert_array_equal(copeland(x, weights), a_copeland(x, weights))


def test_a_pillar_of_asem_with_draws() -> None:
    """Eight indicators of equal weight draw often; COINr 1.1.2's sequence of replacements, written out."""
    x = yt.evaluate("asem").normalised[:, :8]
    orm, _, _ = outrank_matrix(x, np.ones(8))
    drawn = np.isclose(orm, 0.5).sum()
    assert drawn > 50
    np.testing.assert_array_equal(copeland(x, np.ones(8)), a_copeland(x, np.ones(8)))
    old = np.where(orm > 0.5, 1.0, orm)
    old[old == 0.5] = 0.0
    old[old < 0.5] = -1.0
    np.fill_diagonal(old, 0.0)
    np.testing.assert_array_equal(copeland(x, np.ones(8), ties="loss"), old.sum(axis=1))
    np.testing.assert_array_equal(copeland(x[::-1], np.ones(8), x, ties="loss"), old.sum(axis=1)[::-1])


def exact(x: np.ndarray, weights: list[Fraction]) -> np.ndarray:
    """Wins less losses in exact arithmetic, pairs compared on what both have."""
    units = len(x)
    net = np.full(units, np.nan)
    for i in range(units):
        if np.isnan(x[i]).all():
            continue
        score = 0
        for k in range(units):
            cells = [(a, b, w) for a, b, w in zip(x[i], x[k], weights, strict=True) if a == a and b == b]
            gap = sum((w * int(np.sign(a - b)) for a, b, w in cells), Fraction(0))
            score += (gap > 0) - (gap < 0)
        net[i] = score
    return net


def test_equal_weights_do_not_depend_on_rounding() -> None:
    """51 weights of 1/51 with ties and gaps: as in exact fractions."""
    rng = np.random.default_rng(5)
    x = rng.integers(0, 4, (60, 51)).astype(float)
    x[rng.random(x.shape) < 0.1] = np.nan
    np.testing.assert_array_equal(copeland(x, np.full(51, 1 / 51)), exact(x, [Fraction(1, 51)] * 51))


@given(
    hnp.arrays(float, (7, 5), elements=st.sampled_from([0.0, 1.0, 2.0, np.nan])),
    st.lists(st.integers(1, 6), min_size=5, max_size=5),
)
def test_agrees_with_exact_fractions(x: np.ndarray, whole: list[int]) -> None:
    weights = [Fraction(one, sum(whole)) for one in whole]
    found = copeland(x, [float(one) for one in weights])
    np.testing.assert_array_equal(found, exact(x, weights))
    # Against itself as a reference it is the same, row by row.
    np.testing.assert_array_equal(copeland(x[::-1], whole, x), found[::-1])
    if np.isfinite(x).any(axis=1).all():
        assert found.sum() == 0


def test_more_than_eight_children_and_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups of eight and blocks of rows change nothing: brute force on 70 x 19 in blocks of 5 rows."""
    rng = np.random.default_rng(2)
    x, w = rng.integers(0, 9, (70, 19)).astype(float), rng.dirichlet(np.ones(19))
    expected = a_copeland(x, w), outrank_matrix(x, w)[0]
    for size in (1, 350, 1 << 16):
        monkeypatch.setattr(module, "BLOCK", size)
        np.testing.assert_array_equal(copeland(x, w), expected[0])
        np.testing.assert_array_equal(copeland(x[::-1], w, x), expected[0][::-1])
        np.testing.assert_allclose(outranking(x, w).matrix, expected[1], atol=1e-13)


def test_large_samples_use_wider_codes() -> None:
    """Net wins of one child are positions: 33,000 distinct values do not fit into 16 bits."""
    n = 33_000
    x = np.random.default_rng(0).permutation(n).astype(float)[:, None]
    np.testing.assert_array_equal(copeland(x[:20], [1.0], x), 2 * x[:20, 0] - (n - 1))


def test_new_units_are_compared_with_the_old() -> None:
    """One child: wins are the values below, losses those above; between two values no draw."""
    reference = np.array([[10.0], [20.0], [20.0], [30.0]])
    new = np.array([[5.0], [10.0], [15.0], [20.0], [25.0], [30.0], [99.0]])
    np.testing.assert_array_equal(copeland(new, [1.0], reference), [-4, -3, -2, 0, 2, 3, 4])


def test_missing_cells() -> None:
    """A pair is compared on what both have, weights scaled up; nothing in common is a draw, nothing at all NaN."""
    nan = np.nan
    x = np.array([[5.0, nan, 1.0], [4.0, 9.0, 2.0], [nan, 3.0, nan], [nan, nan, nan]])
    w = [0.5, 0.3, 0.2]
    found = outranking(x, w)
    # 0 against 1 on children 0 and 2: 0.5 won of 0.7. 0 against 2: nothing in common. 1 beats 2.
    np.testing.assert_allclose(found.matrix[0], [0.0, 0.5 / 0.7, nan, nan])
    np.testing.assert_allclose(found.matrix[1], [0.2 / 0.7, 0.0, 1.0, nan])
    assert found.dominance_pairs == 1
    assert found.fraction == pytest.approx(1 / 2)
    np.testing.assert_array_equal(copeland(x, w), [1.0, 0.0, -1.0, nan])


def test_constant_child_pulls_to_a_draw_and_no_weight_is_not_looked_at() -> None:
    x = np.array([[1.0, 7.0], [2.0, 7.0]])
    np.testing.assert_allclose(outranking(x, [0.4, 0.6]).matrix, [[0.0, 0.3], [0.7, 0.0]])
    assert outranking(x, [0.4, 0.6]).dominance_pairs == 0
    assert outranking(x, [1.0, 0.0]).dominance_pairs == 1
    same = np.full((4, 3), 7.0)
    np.testing.assert_array_equal(copeland(same, np.ones(3)), 0.0)


def test_one_unit_and_none() -> None:
    found = outranking([[1.0, 2.0]])
    assert (found.matrix.tolist(), found.dominance_pairs) == ([[0.0]], 0)
    assert np.isnan(found.fraction)
    np.testing.assert_array_equal(copeland([[1.0, 2.0]], [1.0, 1.0]), [0.0])
    assert copeland(np.empty((0, 2)), [1.0, 1.0]).shape == (0,)
    np.testing.assert_array_equal(copeland_points(np.array([-1.0, 0.0, 1.0]), 1), [0.0, 50.0, 100.0])


def test_batches() -> None:
    x = np.random.default_rng(4).normal(size=(3, 2, 9, 4))
    found = copeland(x, np.ones(4))
    assert found.shape == (3, 2, 9)
    np.testing.assert_array_equal(found[2, 1], copeland(x[2, 1], np.ones(4)))
    against = copeland(x, np.ones(4), x[0, 0])
    np.testing.assert_array_equal(against[1, 1], copeland(x[1, 1], np.ones(4), x[0, 0]))


@given(hnp.arrays(float, (6, 4), elements=st.integers(0, 9).map(float)))
def test_only_order_matters(x: np.ndarray) -> None:
    """A rising function of a child changes nothing."""
    np.testing.assert_array_equal(copeland(x, np.ones(4)), copeland(np.exp(x / 3) - 5, np.ones(4)))


def test_on_the_scale() -> None:
    """As many wins as losses is the middle; the winner of all pairs has the top."""
    np.testing.assert_allclose(copeland_points(np.array([-4.0, 0.0, 2.0, 4.0]), 5, (20.0, 120.0)), [20, 70, 95, 120])


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: copeland([[1.0, 2.0]], [1.0]), "aggregate-shape"),
        (lambda: copeland([[1.0, 2.0]], [1.0, 1.0], reference=[[1.0]]), "aggregate-shape"),
        (lambda: copeland([[1.0, 2.0]], [1.0, np.nan]), "aggregate-weights"),
        (lambda: copeland([[1.0, np.inf]], [1.0, 1.0]), "aggregate-infinite"),
        (lambda: copeland([[1.0, 2.0]], [1.0, 1.0], ties="half"), "bad-choice"),
        (lambda: outranking([[1.0, 2.0]], [0.0, 0.0]), "aggregate-weights"),
    ],
)
def test_refuses(call: object, code: str) -> None:
    with pytest.raises(InputError) as caught:
        call()  # type: ignore[operator]
    assert [fault.code for fault in caught.value.faults] == [code]
