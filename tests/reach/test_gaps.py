"""Units with gaps share the weight of what they lack anew: exact answers all the same.

Authorities: enumeration of a fine grid of weights with the quotients written out here; `board.whatif`, which scores by
another path.
"""

from dataclasses import replace

import numpy as np
import pytest

import yitihua as yt
from toys import toy_board, toy_frame
from yitihua.analysis.reach import lift, rank_range
from yitihua.analysis.reach.gaps import apart, span, statuses
from yitihua.analysis.reach.linear import linear

COVERAGE = 0.5


def toy(seed, units=10):
    """Return a board of three indicators with gaps of several patterns, all but the last unit scored."""
    frame = toy_frame(seed, units)
    for row, key in ((1, "osi"), (3, "tii"), (4, "tii"), (6, "hci")):
        frame.loc[row, key] = np.nan
    frame.loc[units - 1, ["osi", "tii"]] = np.nan
    board = toy_board(frame)
    root = replace(board.recipe.nodes[-1], coverage=COVERAGE)
    return yt.apply(board.table, replace(board.recipe, nodes=(*board.recipe.nodes[:-1], root)))


def grid(board, step=0.01):
    """Return weights and the scores there, NaN where a unit would gain or lose its score."""
    a = np.arange(0, 1 + step / 2, step)
    weights = np.clip([(x, y, 1 - x - y) for x in a for y in a if x + y <= 1 + 1e-9], 0, 1)
    points = board.points[:, [board.recipe.plan.column[c] for c in board.recipe.root.children]]
    seen = np.isfinite(points)
    share = weights @ seen.T
    scored = share >= COVERAGE - 1e-9
    same = (scored == np.isfinite(board.total)).all(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        scores = np.where(scored, weights @ np.where(seen, points, 0.0).T / share, np.nan)
    return weights[same], scores[same]


def test_the_grid_is_the_board():
    board = toy(1)
    weights, scores = grid(board)
    line = linear(board, board.table.levels[0])
    for k in range(0, len(weights), 500):
        total = line.scored(weights[k]).total
        np.testing.assert_allclose(total, scores[k], rtol=1e-12)
        np.testing.assert_allclose(line.scores(weights[k]), total[line.rows], rtol=1e-12)
        assert line.kept(weights[k])


@pytest.mark.parametrize("distance", ["sum", "max"])
@pytest.mark.parametrize("seed", range(4))
def test_no_weights_of_a_grid_do_it_with_less(seed, distance):
    board = toy(seed)
    weights, scores = grid(board)
    change = np.abs(weights - np.array(board.recipe.root.weights))
    away = change.sum(axis=1) / 2 if distance == "sum" else change.max(axis=1)
    order = [int(k) for k in np.argsort(-board.total) if np.isfinite(board.total[k])]
    kinds = set()
    for row, ahead in ((order[4], order[2]), (order[7], order[1]), (order[3], order[0])):
        unit = board.table.units[row]
        ranks = 1 + (scores > scores[:, [row]]).sum(axis=1)
        cases = [({"above": board.table.units[ahead]}, scores[:, row] > scores[:, ahead])]
        cases += [({"rank": rank}, ranks <= rank) for rank in (1, 2, 4)]
        for asked, reached in cases:
            if not reached.any():
                continue
            found = lift(board, unit, distance=distance, **asked)
            least = away[reached].min()
            assert least - 0.02 <= found.amount <= least + 1e-9, asked  # the grid is a hundredth wide
            if not found.reached_already:
                assert found.solution.certificate["gap"] <= 1.1e-6
                assert found.short_of < 1
                kinds.add(found.solution.certificate["kind"])
    assert "branched" in kinds


def test_a_grade_is_linear_with_gaps():
    board = toy(5)
    weights, scores = grid(board)
    away = np.abs(weights - np.array(board.recipe.root.weights)).sum(axis=1) / 2
    cut = board.recipe.grades[0].cuts_of(board.table.levels[0])[-1]
    tried = 0
    for row, unit in enumerate(board.table.units):
        if not (scores[:, row] >= cut).any() or board.total[row] >= cut:
            continue
        found = lift(board, unit, grade=board.recipe.grades[0].labels[-1], scheme=board.recipe.grades[0].code)
        least = away[scores[:, row] >= cut].min()
        assert least - 0.02 <= found.amount <= least + 1e-9
        assert found.solution.certificate["kind"] == "linear"
        tried += 1
    assert tried


@pytest.mark.parametrize("seed", range(3))
def test_rank_range_against_a_grid(seed):
    board = toy(seed)
    _, scores = grid(board)
    ranks = 1 + (scores[:, None, :] > scores[:, :, None]).sum(axis=2)
    found = rank_range(board).set_index("unit")
    assert found["exact"].all()
    rows = [board.table.row_of(unit) for unit in found.index]
    lowest, highest = ranks[:, rows].min(axis=0), ranks[:, rows].max(axis=0)
    assert (found["best"].to_numpy() <= lowest).all()
    assert (found["worst"].to_numpy() >= highest).all()
    assert (found["best"].to_numpy() == lowest).mean() >= 0.75
    assert (found["worst"].to_numpy() == highest).mean() >= 0.75
    one = found.iloc[2]
    at = board.whatif(weights={child: one[f"best_{child}"] for child in board.recipe.root.children}).board
    assert at.rank[board.table.row_of(found.index[2])] == one["best"]


def test_ends_of_a_quotient():
    board = toy(2)
    line = linear(board, board.table.levels[0], bounds={"tii": (0.2, 0.6)})
    weights, scores = grid(board)
    inside = (weights[:, board.recipe.root.children.index("tii")] >= 0.2 - 1e-12) & (
        weights[:, board.recipe.root.children.index("tii")] <= 0.6 + 1e-12
    )
    for place, row in enumerate(line.rows.tolist()):
        low, high = span(line, place)
        assert low <= scores[inside, row].min() + 1e-12
        assert high >= scores[inside, row].max() - 1e-12
        assert high == pytest.approx(scores[inside, row].max(), abs=0.01)


def test_statuses():
    """Where nothing is missing there is no rule; a pattern that is scored stays so, one that is not stays not."""
    seen = np.array([[1, 1, 1], [1, 1, 0], [0, 0, 1], [1, 1, 0]], dtype=bool)
    keep, low = statuses(seen, np.array([0.3, 0.4, 0.3]), 0.5)
    assert keep.tolist() == [[0, 0, -1], [1, 1, 0]]
    assert low == pytest.approx([-0.5, 0.5], abs=1e-8)
    assert statuses(seen[:1], np.full(3, 1 / 3), 0.5)[0].shape == (0, 3)


def test_gaps_below_a_node_of_the_province():
    board = yt.evaluate("zhejiang-2022")
    line = linear(board, "county", "A")
    assert 0 < apart(line, line.place_of(board.table.row_of("嘉善县"))).sum() < len(line.rows)
    for asked in ({"above": "海宁市"}, {"rank": 80}):
        found = board.reach("嘉善县", node="A", **asked)
        again = board.whatif(weights=dict(zip(line.node.children, found.weights.tolist(), strict=True))).board
        assert (np.isfinite(again.total) == np.isfinite(board.total)).all()
        row = found.row
        assert again.rank[row] <= asked.get("rank", again.rank[board.table.row_of("海宁市")] - 1)


def test_bounds_that_take_a_score():
    """U01 lacks the first indicator: with 0.6 of the weight on it there is no score."""
    with pytest.raises(yt.InputError, match="gains or loses") as error:
        toy(1).reach("U00", rank=1, bounds={"osi": (0.6, 1.0)})
    assert len(error.value.faults) == 1


def test_out_of_time():
    board = toy(1, 10)
    unit = board.table.units[int(np.nanargmin(board.total))]
    with pytest.raises(yt.InputError, match="no weights were found"):
        lift(board, unit, rank=3, time_limit=0.0)
