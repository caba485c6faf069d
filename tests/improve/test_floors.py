"""Floors of means, and costs of any size. Authority: every combination of steps, scored by `apply`."""

import itertools

import numpy as np
import pandas as pd
import pytest

import yitihua as yt

KEYS = ["osi", "tii", "hci"]


def toy(seed, low):
    frame = pd.DataFrame(np.random.default_rng(seed).uniform(low, 0.7, (8, 3)), columns=KEYS)
    frame.iloc[0] = [low / 2, 0.05, 0.3]
    units = [f"U{k}" for k in range(8)]
    return frame, yt.evaluate("egdi-2022", frame.assign(unit=units), normalise="none", score_decimals=4)


@pytest.mark.parametrize("size", [1.0, 1e-8])
@pytest.mark.parametrize("aggregate", [None, "geometric", {"method": "geometric", "floor": 0.1}])
@pytest.mark.parametrize(("seed", "low"), [(1, 0.0001), (2, 0.0001), (1, 0.2)])
def test_cheapest_of_all_combinations_of_steps(seed, low, aggregate, size):
    frame, board = toy(seed, low)
    board = board if aggregate is None else board.whatif(aggregate=aggregate).board
    rng = np.random.default_rng(seed + 50)
    steps = {}
    for key in KEYS:
        shares, costs = np.sort(rng.uniform(0, 1, 3)), np.sort(rng.uniform(0.1, 5, 3)) * size
        steps[key] = list(zip((frame[key][0] + (1 - frame[key][0]) * shares).tolist(), costs.tolist(), strict=True))
    ways = list(itertools.product(*([(frame[key][0], 0.0), *steps[key]] for key in KEYS)))
    table = pd.DataFrame([[value for value, _ in way] for way in ways], columns=KEYS)
    units = [f"V{k}" for k in range(len(ways))]
    tried = yt.apply(yt.evaluate("egdi-2022", table.assign(unit=units), normalise="none").table, board.recipe)
    costs = np.array([sum(cost for _, cost in way) for way in ways])
    for rank in (1, 4):
        needed = np.sort(board.rounded_scores[1:])[::-1][rank - 1]
        done = tried.rounded_scores >= needed
        if done.any():
            assert board.improve("U0", rank=rank, steps=steps).cost == pytest.approx(costs[done].min(), rel=1e-9)
        else:
            with pytest.raises(yt.InputError):
                board.improve("U0", rank=rank, steps=steps)


def test_points_below_a_floor_cost_as_well():
    """A line that starts below the floor of its mean: points up to the floor are paid for, and bring nothing."""
    frame, board = toy(1, 0.2)
    board = board.whatif(aggregate={"method": "geometric", "floor": 0.25}).board
    found = board.improve("U0", rank=5, among=["tii"], limits={"tii": 1.0})
    row = found.table().iloc[0]
    assert row["points_new"] - row["points"] == pytest.approx(row["change"])
    assert row["cost"] == pytest.approx(row["change"])
    assert found.short_of == 1 - 1e-6
    x = np.maximum([frame["osi"][0], row["value_new"], frame["hci"][0]], 0.25)
    assert np.exp(np.log(x).mean()) == pytest.approx(found.board.total[0], rel=1e-12)
    priced = board.improve("U0", rank=5, costs={"tii": 7.0}, limits={"tii": 1.0})
    assert priced.cost == pytest.approx(7.0 * row["change"])


def test_a_unit_at_a_lower_goalpost():
    """A geometric mean is 0 there and rises without a bound on its slope: the score of 0 can be left all the same."""
    base = yt.evaluate("hdi")
    board = base.whatif(values={"China": {"le": 20.0}}).board
    row = board.table.row_of("China")
    assert board.total[row] == 0.0
    found = board.improve("China", grade="high", costs={"le": 1.0})
    assert found.board.total[row] >= 0.6995
    assert found.short_of == 1 - 1e-6
    value = found.table()["value_new"][0]
    others = [base.points[row, base.recipe.plan.column[code]] for code in ("education", "income")]
    assert ((value - 20) / 65 * others[0] * others[1]) ** (1 / 3) == pytest.approx(0.6995, abs=1e-7)
    assert found.cost == pytest.approx(value - 20)
    stepped = board.improve("China", grade="high", steps={"le": [(25, 1.0), (80, 3.0), (84, 4.0)]})
    assert stepped.cost == 3.0
    with pytest.raises(yt.InputError):
        board.improve("China", grade="high", steps={"le": [(25, 1.0)]})
    with pytest.raises(yt.InputError):
        board.improve("China", grade="high", costs={"gnipc": 1.0})
