"""The cheapest improvement of indicators: exact, proven, and tried by scoring.

Authorities: the fractional knapsack (Dantzig 1957), where means are arithmetic; enumeration of all choices of steps;
scipy's SLSQP on the convex programme, where means are geometric; `board.whatif`, which scores by another path.
"""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

import yitihua as yt
from toys import toy_board, toy_frame
from yitihua.analysis.improve import improve
from yitihua.analysis.improve.score import Score


@pytest.fixture(scope="module")
def zhejiang():
    return yt.evaluate("zhejiang-2022")


@pytest.fixture(scope="module")
def hdi():
    board = yt.evaluate("hdi")
    return yt.apply(board.table, replace(board.recipe, score_decimals=9))


def toy(seed=1, units=12):
    return toy_board(toy_frame(seed, units))


CASES = {
    "a grade": ("zhejiang-2022", "嘉善县", {"grade": "B"}),
    "a grade, all but all": ("zhejiang-2022", "嘉善县", {"grade": "A"}),
    "stars, some indicators": ("zhejiang-2022", "嘉善县", {"grade": "2", "scheme": "stars", "among": ["D", "E"]}),
    "a rank": ("zhejiang-2022", "嘉善县", {"rank": 40}),
    "above another": ("zhejiang-2022", "嘉善县", {"above": "海宁市"}),
    "costs": ("zhejiang-2022", "嘉善县", {"rank": 70, "costs": {"D09": 2.0, "D05": 0.5, "E10": 3.0, "B04": 1.0}}),
    "geometric": ("hdi", "Albania", {"grade": "very high"}),
    "geometric, costs": ("hdi", "Albania", {"rank": 40, "costs": {"le": 1.0, "eys": 0.7, "mys": 0.5}}),
}


def replayed(board, found, values):
    """The board with values, by the public way."""
    codes = [board.recipe.codes[move.column] for move in found.moves]
    changed = {c: float(v) for c, v, m in zip(codes, values, found.moves, strict=True) if v != m.start}
    return board.whatif(values={board.table.units[found.row]: changed}).board


@pytest.mark.parametrize(("name", "unit", "asked"), CASES.values(), ids=CASES)
def test_reached_there_and_missed_just_short(zhejiang, hdi, name, unit, asked):
    board = {"zhejiang-2022": zhejiang, "hdi": hdi}[name]
    found = improve(board, unit, **asked)
    proof = found.found.certificate
    assert proof["bound"] <= proof["objective"] + 1e-9
    assert proof["gap"] <= 1e-9 * max(proof["objective"], 1)
    at = replayed(board, found, found.values)
    assert found.goal.reached(at)
    # Just short: the part of the way that is a line is gone back by a millionth.
    lines = np.array([move.line and gain > 0 for move, gain in zip(found.moves, found.found.gains, strict=True)])
    starts = np.array([move.start for move in found.moves])
    assert lines.any()
    assert found.short_of == pytest.approx(1 - 1e-6)
    back = np.where(lines, starts + found.short_of * (found.values - starts), found.values)
    assert not found.goal.reached(replayed(board, found, back))
    table = found.table()
    assert table["cost"].sum() == pytest.approx(found.cost)
    assert table["effect"].sum() == pytest.approx(found.board.total[found.row] - board.total[found.row])
    assert (table["effect"] > 0).all()


@pytest.mark.parametrize("seed", range(6))
def test_lines_under_arithmetic_means_are_a_fractional_knapsack(seed):
    """Dantzig (1957): what brings most for its cost is taken first."""
    rng = np.random.default_rng(seed)
    board = toy(seed)
    row = int(np.argsort(-board.total)[9])
    costs = dict(zip(board.recipe.codes, rng.uniform(0.5, 3, 3).tolist(), strict=True))
    found = improve(board, board.table.units[row], rank=5, costs=costs)
    need = found.goal.least(board) - board.total[row]
    best = board.normalised.max(axis=0)
    cost = 0.0
    for code in sorted(costs, key=costs.get):  # weights are equal
        j = board.recipe.codes.index(code)
        gain = min(need, (best[j] - board.normalised[row, j]) / 3)
        need, cost = need - gain, cost + gain * 3 * costs[code]
    assert need == pytest.approx(0, abs=1e-12)
    assert found.cost == pytest.approx(cost, rel=1e-6)
    assert found.found.certificate["kind"] == "linear"


@pytest.mark.parametrize("seed", range(6))
def test_steps_against_all_choices(seed):
    rng = np.random.default_rng(seed)
    board = toy(seed + 20)
    row = int(np.argsort(-board.total)[8])
    own = board.table.values[row]
    steps = {
        code: [(float(min(own[j] + up, 1.0)), float(rng.uniform(1, 9))) for up in (0.05, 0.1, 0.2, 0.3)]
        for j, code in enumerate(board.table.indicators)
    }
    goal = {"rank": 3}
    unit = board.table.units[row]
    choices = [[None, *pairs] for pairs in steps.values()]
    least = improve(board, unit, rank=3).goal.least(board)
    costs = []
    for picked in itertools.product(*choices):
        values = {c: p[0] for c, p in zip(steps, picked, strict=True) if p is not None}
        score = np.mean([values.get(code, own[j]) for j, code in enumerate(board.table.indicators)])
        if score >= least:
            costs.append(sum(p[1] for p in picked if p is not None))
    if not costs:
        with pytest.raises(yt.InputError, match="best that can be reached"):
            improve(board, unit, **goal, steps=steps)
        return
    found = improve(board, unit, **goal, steps=steps)
    assert found.cost == pytest.approx(min(costs))
    assert found.found.certificate["kind"] == "mixed-integer"
    assert np.isnan(found.short_of)
    table = pd.DataFrame(
        [(c, v, k) for c, pairs in steps.items() for v, k in pairs], columns=["indicator", "value", "cost"]
    )
    assert improve(board, unit, **goal, steps=table).cost == pytest.approx(found.cost)


def test_lines_under_geometric_means_against_slsqp(hdi):
    """The set of values that reach a score is convex: a general solver finds the same optimum."""
    unit, costs = "Albania", {"le": 1.0, "eys": 0.7, "mys": 0.5}
    found = improve(hdi, unit, rank=40, costs=costs)
    row = hdi.table.row_of(unit)
    score, least = Score(hdi, row), found.goal.least(hdi)
    moves = found.moves
    prices = np.array([move.costs[0] / move.gains[0] for move in moves])
    columns = [move.column for move in moves]

    def at(gains):
        points = score.start.copy()
        points[columns] += gains
        return score(points) - least

    solved = minimize(
        lambda g: prices @ g, x0=[move.gains[0] / 2 for move in moves], method="SLSQP",
        bounds=[(0, move.gains[0]) for move in moves], constraints={"type": "ineq", "fun": at},
        options={"ftol": 1e-14, "maxiter": 500},
    )  # fmt: skip
    assert solved.success
    assert found.cost == pytest.approx(solved.fun, rel=1e-6)
    assert found.found.certificate["tangents"] > 1


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_tangents_lie_above_the_score(seed):
    """A tree of means with exponents of 1 or less is concave, floors or not."""
    rng = np.random.default_rng(seed)
    board = toy(4).whatif(aggregate={"method": "geometric", "floor": 0.5}).board
    score = Score(board, int(rng.integers(12)))
    here, there = (np.clip(score.start + rng.uniform(0, 0.5, 3), 0, 1) for _ in range(2))
    value, slopes = score.above(here)
    assert score(there) <= value + slopes @ (there - here) + 1e-9


def test_a_fixed_cost_before_points_rise(zhejiang):
    """Who stands beyond the lowest goalpost pays for the way to it, and a line is left alone where that is too dear."""
    column = zhejiang.recipe.codes.index("A02")
    rule = zhejiang.recipe.indicators[column]
    low = min(rule.goalposts)
    board = zhejiang.whatif(values={"嘉善县": {"A02": low - 10}}).board
    costs = {"A02": 1.0, "A03": 2.0}
    found = improve(board, "嘉善县", rank=int(board.rank[board.table.row_of("嘉善县")]) - 2, costs=costs)
    assert found.found.certificate["kind"] == "mixed-integer"
    move = next(move for move in found.moves if move.column == column)
    assert move.fixed == pytest.approx(10.0)
    assert move.first == pytest.approx(low)
    # By hand, on a fine grid of how far the other goes: what is still wanted is the first one's, with its fixed cost.
    other = next(one for one in found.moves if one.column != column)
    score, need = Score(board, found.row), found.goal.least(board) - board.total[found.row]
    slopes = score.above(score.start)[1]
    tried = []
    for share in np.linspace(0, 1, 2001):
        rest = (need - slopes[other.column] * other.gains[0] * share) / slopes[column]
        if rest <= move.gains[0]:
            line = move.fixed + (move.costs[0] - move.fixed) * rest / move.gains[0] if rest > 0 else 0.0
            tried.append(line + other.costs[0] * share)
    assert found.cost == pytest.approx(min(tried), abs=other.costs[0] / 2000 * 1.01)


def test_gaps_are_left_alone(zhejiang):
    gaps = np.argwhere(np.isnan(zhejiang.table.values) & np.isfinite(zhejiang.total)[:, None])
    row, column = gaps[0].tolist()
    code = zhejiang.table.indicators[column]
    found = improve(zhejiang, zhejiang.table.units[row], rank=1)
    assert code in found.untouched
    assert code not in set(found.table()["code"])


def test_limits_hold(zhejiang):
    found = improve(zhejiang, "嘉善县", above="海宁市", limits={"D09": 20.0})
    table = found.table().set_index("code")
    assert table.loc["D09", "value_new"] <= 20.0 + 1e-9
    assert found.cost >= improve(zhejiang, "嘉善县", above="海宁市").cost - 1e-9


def test_reached_already(zhejiang):
    found = zhejiang.improve("柯城区", rank=1)
    assert found.reached_already
    assert found.cost == 0
    assert found.table().empty
    assert found.to_dict()["indicators"] == []


BAD = {
    "no target": ({}, "exactly one"),
    "two targets": ({"rank": 3, "grade": "B"}, "exactly one"),
    "unknown grade": ({"grade": "Z"}, "'Z'"),
    "itself": ({"above": "嘉善县"}, "itself"),
    "rank 0": ({"rank": 0}, "90"),
    "unknown indicator": ({"rank": 3, "costs": {"Q9": 1.0}}, "'Q9'"),
    "a node has no cost": ({"rank": 3, "costs": {"A": 1.0}}, "'A'"),
    "a cost of 0": ({"rank": 3, "costs": {"A02": 0}}, "> 0"),
    "costs that are no mapping": ({"rank": 3, "costs": [1, 2]}, "list"),
    "a step that is no pair": ({"rank": 3, "steps": {"A02": [95]}}, "95"),
    "a step without a cost": ({"rank": 3, "steps": {"A02": [(95, None)]}}, "None"),
    "a step back": ({"rank": 3, "steps": {"A02": [(1.0, 5.0)]}}, "no improvement"),
    "a limit below the value": ({"rank": 3, "limits": {"A02": 1.0}}, "no improvement"),
    "costs and steps": ({"rank": 3, "costs": {"A02": 1.0}, "steps": {"A02": [(95, 5.0)]}}, "A02"),
    "among without costs": ({"rank": 3, "costs": {"A02": 1.0}, "among": ["E"]}, "none in common"),
    "unknown node": ({"rank": 3, "among": ["Q"]}, "'Q'"),
    "out of reach": ({"grade": "A", "among": ["A"]}, "best that can be reached"),
    "a table without costs": ({"rank": 3, "steps": pd.DataFrame({"indicator": ["A02"], "value": [95]})}, "cost"),
}


@pytest.mark.parametrize(("asked", "said"), BAD.values(), ids=BAD)
def test_bad_input(zhejiang, asked, said):
    with pytest.raises(yt.InputError) as error:
        zhejiang.improve("嘉善县", **asked)
    assert len(error.value.faults) == 1
    assert said in str(error.value)
    assert error.value.faults[0].text("zh") != error.value.faults[0].text("en")


def test_all_faults_together(zhejiang):
    with pytest.raises(yt.InputError) as error:
        zhejiang.improve("嘉善县", rank=3, costs={"Q1": 1, "A02": -1}, limits={"Q2": 3}, among=["Q3"])
    assert len(error.value.faults) == 4


def test_means_that_are_not_concave():
    with pytest.raises(yt.InputError, match="topsis"):
        yt.evaluate("asem", aggregate="topsis").improve("Malta", rank=1)
    with pytest.raises(yt.InputError, match="exponent"):
        toy().whatif(aggregate={"method": "generalised", "exponent": 2}).board.improve("U01", rank=1)


def test_cells_that_follow_others():
    """Joint imputations see the values that are moved."""
    board = yt.evaluate("zhejiang-2022", impute="knn")
    filled = np.isnan(board.denominated) & np.isfinite(board.filled)
    row = int(np.flatnonzero(filled.any(axis=1))[0])
    with pytest.raises(yt.InputError, match="filled from its other values"):
        board.improve(board.table.units[row], rank=1)


def test_denominated_values_are_in_the_unit_that_is_reported():
    """ASEM divides some indicators by a size: what is asked for is the value as it is reported."""
    board = yt.evaluate("asem")
    divided = [rule.code for rule in board.recipe.indicators if rule.denominate_by is not None]
    row = int(np.argsort(-board.total)[25])
    found = improve(board, board.table.units[row], rank=20, among=divided)
    assert found.goal.reached(replayed(board, found, found.values))
