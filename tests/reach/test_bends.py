"""Answers of weights where scores bend, bounds exclude the weights in force, or nearly all units are tied.

Authorities: the power mean written out here over fine grids of weights; `board.whatif` for constant columns.
"""

import numpy as np
import pytest

import yitihua as yt
from toys import toy_board, toy_frame
from yitihua.analysis.reach import lift, rank_range, weight_ranges

GRID = np.clip([(i / 100, j / 100, 1 - (i + j) / 100) for i in range(101) for j in range(101 - i)], 0.0, 1.0)


def toy(frame, decimals=9, aggregate=None):
    """Return a board of three indicators as they stand, under some mean."""
    board = toy_board(frame, decimals)
    return board if aggregate is None else board.whatif(aggregate=aggregate).board


def random_frame(seed, units, low=0.02, high=0.98):
    return toy_frame(seed, units, low, high)


@pytest.mark.parametrize(
    ("aggregate", "power"),
    [
        ("geometric", 0.0),
        ("harmonic", -1.0),
        ({"method": "generalised", "exponent": -2.0}, -2.0),
        ({"method": "generalised", "exponent": 0.5}, 0.5),
        ({"method": "generalised", "exponent": 2.0}, 2.0),
    ],
)
def test_above_under_means_that_bend(aggregate, power):
    """One unit of the last digit is another step of the product at another score."""
    frame = random_frame(0, 12)
    board = toy(frame, decimals=2, aggregate=aggregate)
    x = board.points[:, [board.recipe.plan.column[c] for c in board.recipe.root.children]]
    scores = np.exp(GRID @ np.log(x).T) if power == 0 else (GRID @ (x**power).T) ** (1 / power)
    away = np.abs(GRID - 1 / 3).sum(axis=1) / 2
    order = np.argsort(-board.total).tolist()
    tried = 0
    for behind, ahead in ((1, 0), (3, 2), (6, 5), (6, 3)):
        unit, other = order[behind], order[ahead]
        done = scores[:, unit] - scores[:, other] >= 0.01
        if not done.any() or board.rounded_scores[unit] > board.rounded_scores[other]:
            continue
        found = lift(board, board.table.units[unit], above=board.table.units[other])
        assert away[done].min() - 0.02 <= found.amount <= away[done].min() + 1e-9
        assert found.short_of == 1 - 1e-6
        assert found.board.total[unit] - found.board.total[other] >= 0.01
        tried += 1
    assert tried >= 2


@pytest.mark.parametrize("distance", ["sum", "max"])
@pytest.mark.parametrize("rank", [1, 3, 6])
def test_bounds_that_exclude_the_weights_in_force(rank, distance):
    """The nearest weights within them, also where the weights in force would have reached the target."""
    frame = random_frame(1, 10, 0.2, 0.9)
    board = toy(frame)
    inside = GRID[GRID[:, 0] >= 0.6]
    scores = inside @ frame.to_numpy().T
    change = np.abs(inside - 1 / 3)
    away = change.sum(axis=1) / 2 if distance == "sum" else change.max(axis=1)
    kinds = set()
    for row, unit in enumerate(board.table.units):
        done = 1 + (scores > scores[:, [row]]).sum(axis=1) <= rank
        if not done.any():
            continue
        found = lift(board, unit, rank=rank, bounds={"osi": (0.6, 1.0)}, distance=distance)
        assert away[done].min() - 0.02 <= found.amount <= away[done].min() + 1e-9
        assert found.weights[0] >= 0.6 - 1e-9
        assert not found.reached_already
        assert np.isnan(found.short_of) == found.forced
        assert found.to_dict()["certificate"]["forced_by_bounds"] == found.forced
        kinds.add(found.forced)
    assert True in kinds


def test_forced_by_bounds_is_said():
    from yitihua.publish.reach_text import lift_lines

    board = toy(random_frame(1, 10, 0.2, 0.9))
    best = board.table.units[int(np.argmax(board.total))]
    found = lift(board, best, rank=3, bounds={"osi": (0.6, 1.0)})
    assert found.forced
    assert "outside the bounds" in lift_lines(found)[-1]
    assert "不在界限之内" in lift_lines(found, "zh")[-1]


@pytest.mark.parametrize("aggregate", [None, "geometric", "harmonic", {"method": "generalised", "exponent": -2.0}])
def test_worst_ranks_where_one_weight_ties_all(aggregate):
    """With all weight on a constant column everybody is first: a lead below the solver's tolerance is none."""
    frame = random_frame(3, 9, 0.05, 0.95).assign(osi=0.5)
    for decimals in (2, 9):
        board = toy(frame, decimals, aggregate)
        found = rank_range(board).set_index("unit")
        assert found["exact"].all()
        for weights in GRID[::97]:
            at = board.whatif(weights=dict(zip(board.recipe.root.children, weights.tolist(), strict=True))).board
            rank = 1 + (at.total[None, :] > at.total[:, None] + 1e-9).sum(axis=1)
            assert (found["best"].to_numpy() <= rank).all()
            assert (found["worst"].to_numpy() >= rank).all()


def test_a_point_of_zero_under_a_geometric_mean():
    """One unit at the lower goalpost has a score of 0 at all weights: it is refused itself, and no rival to others."""
    base = yt.evaluate("hdi")
    board = base.whatif(values={"China": {"le": 20.0}}).board
    assert board.total[board.table.row_of("China")] == 0.0
    for ask in (
        lambda: lift(board, "China", rank=100),
        lambda: lift(board, "China", above="India"),
        lambda: rank_range(board, ["China"]),
        lambda: weight_ranges(board, unit="China"),
    ):
        with pytest.raises(yt.InputError) as caught:
            ask()
        assert [fault.code for fault in caught.value.faults] == ["zero-whatever-weights"]
    here, there = lift(board, "France", rank=20), lift(base, "France", rank=20)
    assert here.amount == pytest.approx(there.amount, abs=1e-9)
    with pytest.raises(yt.InputError) as caught:
        board.whatif(weights={"health": 0.0}).board.reach("France", rank=20)
    assert [fault.code for fault in caught.value.faults] == ["zero-whatever-weights"]
