"""Every registered method of every stage at the size of China's counties, with missing cells and a constant column."""

from __future__ import annotations

import numpy as np
import pytest
from large_board import CONSTANT, large_board

import yitihua as yt
from yitihua.definitions.changes import with_changes
from yitihua.definitions.methods import AGGREGATE, IMPUTE, NORMALISE, TREAT, WEIGHTS
from yitihua.index.recipe import Recipe

#: What a method needs to be told, where its defaults do not do for this data.
NEEDS = {
    ("normalise", "bands"): {"cuts": [20, 50, 80], "points": [0, 40, 70, 100]},
    ("normalise", "interval_best"): {"best_from": 40, "best_to": 60},
    ("normalise", "middle_best"): {"best": 50},
    ("weights", "combination"): {"sets": ["entropy", "equal"]},
    ("weights", "pca"): {"negative": "clip", "missing": "pairwise"},
    ("weights", "rotated_factor"): {"missing": "pairwise"},
    ("weights", "component_shares"): {"missing": "pairwise"},
    ("weights", "independence"): {"missing": "pairwise"},
    ("aggregate", "owa"): {"quantifier": "most"},
}
#: Weights from what experts send back have no data to work on here; see their own tests.
EXPERTS = {"ahp", "budget", "delphi", "rank_order"}
#: Imputations from other periods need other periods; see test_panels.py.
PERIODS = {"last_value", "linear"}
#: These know no goalposts, ranks or points below 0 at a mean that does.
FLOORED = {"geometric", "harmonic", "generalised"}


@pytest.fixture(scope="module")
def table():
    return large_board().table


def board_of(table, **changes):
    edition = with_changes(yt.load_edition("zhejiang-2022"), {"coverage": {"count_imputed": True}, **changes})
    recipe = yt.fit(table, edition)
    board = yt.apply(table, recipe)
    assert Recipe.from_json(recipe.to_json()) == recipe
    return board


def keys_of(registry, stage, name):
    stated = NEEDS.get((stage, name))
    if stated is None:
        required = [key.name for key in registry[name].keys if key.required]
        return {} if not required else {key: "city" if key == "group" else None for key in required}
    return {key: value for key, value in stated.items() if key in {k.name for k in registry[name].keys}}


@pytest.mark.parametrize("name", sorted(set(IMPUTE.names) - PERIODS))
def test_impute(table, name):
    """Property: observed values stay; what is filled is finite."""
    if "group" in [key.name for key in IMPUTE[name].keys]:
        with pytest.raises(yt.InputError, match="city"):  # this data have no such column, and that is said
            board_of(table, impute={"method": name, "group": "city"})
        return
    board = board_of(table, impute={"method": name})
    seen = np.isfinite(board.denominated)
    np.testing.assert_array_equal(board.filled[seen], board.denominated[seen])
    assert np.isfinite(board.total).sum() > 2000


@pytest.mark.parametrize("name", TREAT.names)
def test_treat(table, name):
    """Property: every unit with all cells has a score; the constant column is left as it is or has no points."""
    board = board_of(table, treat={"method": name}, normalise="minmax", impute="median")
    j = board.recipe.codes.index(CONSTANT)
    assert np.ptp(board.treated[:, j]) == 0
    assert np.isfinite(board.total).sum() == 0 or np.isfinite(board.total).sum() > 2000


@pytest.mark.parametrize("name", NORMALISE.names)
def test_normalise(table, name):
    """Property: a constant column has no points or the same points; the others have points where there is a value."""
    changes = {}
    if name == "dist2ref":
        changes["reference_unit"] = table.units[5]
    keys = keys_of(NORMALISE, "normalise", name)
    if name == "dist2targ":
        indicators = yt.load_edition("zhejiang-2022").indicators
        ends = {"+": np.nanmax(table.values, axis=0) + 1, "-": np.nanmin(table.values, axis=0) - 1}
        keys = {"targets": {c: float(ends[i.direction][j]) for j, (c, i) in enumerate(indicators.items())}}
    board = board_of(table, normalise={"method": name, **keys}, impute="median", **changes)
    j = board.recipe.codes.index(CONSTANT)
    points = board.normalised[:, j]
    assert np.isnan(points).all() or np.ptp(points) == 0
    others = np.delete(board.normalised, j, axis=1)
    assert np.isfinite(others).mean() > 0.95


@pytest.mark.parametrize("name", sorted(set(WEIGHTS.names) - EXPERTS))
def test_weights(table, name):
    """Property: weights of 0 or more that sum to 1 at every node."""
    keys = keys_of(WEIGHTS, "weights", name)
    stated = {"use": "w", "sets": {"w": {"method": name, **keys}}} if name != "equal" else "equal"
    board = board_of(table, weights=stated)
    for node in board.recipe.nodes:
        assert sum(node.weights) == pytest.approx(1)
        assert min(node.weights) >= 0


@pytest.mark.parametrize("name", AGGREGATE.names)
def test_aggregate(table, name):
    """Property: units with enough cells have a score, the same for the same row."""
    keys = {"floor": 1.0} if name in FLOORED else keys_of(AGGREGATE, "aggregate", name)
    if name == "generalised":
        keys["exponent"] = 0.5
    if name == "bod":
        # A linear programme a unit and node: a tenth of the units; without bounds on shares a column that is the
        # same for all gives everybody 1, as the method says.
        table, keys = table.take(range(0, len(table.units), 10)), {"share_lower": 0.02, "share_upper": 0.4}
    board = board_of(table, aggregate={"method": name, **keys})
    assert np.isfinite(board.total).mean() > 0.7
    assert np.unique(board.total[np.isfinite(board.total)]).size > 1


@pytest.mark.parametrize("name", ["ahp", "budget", "delphi", "rank_order", "combination"])
def test_methods_without_defaults_say_what_they_need(name):
    """One fault each: named alone, in the command line or in a combination."""
    with pytest.raises(yt.InputError) as caught:
        yt.evaluate("asem", weights=name)
    assert {fault.code for fault in caught.value.faults} == {"needs-key"}
    sets = {"joint": {"method": "combination", "sets": [name, "equal"]}}
    with pytest.raises(yt.InputError):
        yt.evaluate("asem", weights={"use": "joint", "sets": sets})


@pytest.mark.parametrize("stage", ["impute", "treat", "normalise", "weights", "aggregate"])
def test_no_method_by_its_name_alone_ends_in_a_traceback(stage):
    """Property: a score, or faults in words."""
    registry = {"impute": IMPUTE, "treat": TREAT, "normalise": NORMALISE, "weights": WEIGHTS, "aggregate": AGGREGATE}
    for name in registry[stage].names:
        for edition in ("asem", "hdi"):
            try:
                yt.evaluate(edition, **{stage: name})
            except yt.InputError as error:
                assert error.faults, name
