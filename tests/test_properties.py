"""Invariants that hold for any data (hypothesis)."""

from __future__ import annotations

import dataclasses
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import yitihua as yt

EDITION = yt.load_edition("zhejiang-2022")


def tables(units: int = 8, missing: bool = True) -> st.SearchStrategy[yt.IndicatorTable]:
    """Tables of the edition's shape on a coarse grid, so that ties and constant columns occur."""

    def make(seed: int, top: int) -> yt.IndicatorTable:
        rng = np.random.default_rng(seed)
        values = 5.0 + rng.integers(0, top, (units, len(EDITION.indicators)))
        if missing:
            values[rng.random(values.shape) < 0.15] = np.nan
        return yt.IndicatorTable(tuple(f"u{i}" for i in range(units)), tuple(EDITION.indicators), values)

    return st.builds(make, st.integers(0, 2**32), st.sampled_from([2, 5, 90]))


def evaluate(table: yt.IndicatorTable, **changes: object) -> yt.Scoreboard:
    return yt.evaluate(EDITION, table, **changes)


@given(tables(), st.permutations(range(8)))
def test_order_of_units_does_not_matter(table: yt.IndicatorTable, order: list[int]) -> None:
    for changes in ({}, {"normalise": "minmax"}, {"aggregate": "geometric", "impute": "mean"}):
        board, moved = evaluate(table, **changes), evaluate(table.take(order), **changes)
        np.testing.assert_allclose(moved.total, board.total[order], rtol=1e-12, atol=1e-12)
        np.testing.assert_array_equal(moved.rank, board.rank[order])
        for scheme in board.grade_indices:
            np.testing.assert_array_equal(moved.grade_indices[scheme], board.grade_indices[scheme][order])


@given(tables(), st.randoms(use_true_random=False))
def test_order_of_indicators_does_not_matter(table: yt.IndicatorTable, random: Random) -> None:
    codes = list(EDITION.indicators)
    random.shuffle(codes)
    shuffled = dataclasses.replace(EDITION, indicators={code: EDITION.indicators[code] for code in codes})
    board = evaluate(table)
    moved = yt.evaluate(
        shuffled, dataclasses.replace(table, indicators=tuple(codes), values=table.select(codes), origin=None)
    )
    np.testing.assert_allclose(moved.total, board.total, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(moved.rank, board.rank)


@given(tables(missing=False), st.floats(0.01, 100), st.floats(-1000, 1000), st.integers(0, 50))
def test_affine_change_of_a_minmax_input_changes_nothing(
    table: yt.IndicatorTable, slope: float, shift: float, j: int
) -> None:
    values = table.values.copy()
    values[:, j] = values[:, j] * slope + shift
    # A logarithm is taken before min-max, so an affine change is none there.
    if EDITION.indicators[table.indicators[j]].transform != "none":
        return
    board = evaluate(table, normalise="minmax")
    changed = evaluate(dataclasses.replace(table, values=values), normalise="minmax")
    np.testing.assert_allclose(changed.normalised, board.normalised, atol=1e-6)
    np.testing.assert_allclose(changed.total, board.total, atol=1e-6)


@pytest.mark.parametrize("normalise", ["goalposts", "minmax", "zscore", "percentile_rank", "rank"])
@pytest.mark.parametrize("aggregate", ["arithmetic", "geometric", "harmonic"])
@settings(max_examples=12)
@given(table=tables(missing=False), row=st.integers(0, 7), j=st.integers(0, 50), gain=st.floats(0.01, 200))
def test_a_better_value_never_lowers_the_own_score(
    normalise: str, aggregate: str, table: yt.IndicatorTable, row: int, j: int, gain: float
) -> None:
    """Under a fixed recipe: more of a "+" indicator, or less of a "-" one."""
    rule = aggregate if aggregate == "arithmetic" else {"method": aggregate, "floor": 0.5}
    recipe = evaluate(table, normalise=normalise, aggregate=rule).recipe
    values = table.values.copy()
    better = gain if recipe.indicators[j].positive else -gain
    if recipe.indicators[j].transform == "ln" and values[row, j] + better <= 0:
        return
    values[row, j] += better
    board = yt.apply(table, recipe)
    changed = yt.apply(dataclasses.replace(table, values=values), recipe)
    assert np.isnan(changed.total[row]) == np.isnan(board.total[row])
    assert np.isnan(board.total[row]) or changed.total[row] >= board.total[row] - 1e-9
    others = np.arange(8) != row
    np.testing.assert_array_equal(changed.total[others], board.total[others])


@given(tables())
def test_contributions_sum_to_the_score(table: yt.IndicatorTable) -> None:
    for changes in ({}, {"aggregate": "geometric"}, {"aggregate": {"levels": {"0": "harmonic"}}}):
        board = evaluate(table, **changes)
        contribution, weight = board.contribution_arrays
        scored = np.isfinite(board.total)
        below = np.nansum(contribution[:, : len(board.recipe.codes)], axis=1)
        np.testing.assert_allclose(below[scored], board.total[scored], rtol=1e-9)
        np.testing.assert_allclose(np.nansum(weight[:, : len(board.recipe.codes)], axis=1)[scored], 1.0)


@given(tables())
def test_recipe_survives_json_to_the_last_bit(table: yt.IndicatorTable) -> None:
    board = evaluate(table, normalise="minmax", impute="median", treat="winsorise_log")
    again = yt.Recipe.from_json(board.recipe.to_json())
    assert again == board.recipe
    replay = yt.apply(table, again)
    assert replay.total.tobytes() == board.total.tobytes()
    assert replay.node_values.tobytes() == board.node_values.tobytes()


@given(tables())
def test_scores_stay_on_the_scale(table: yt.IndicatorTable) -> None:
    board = evaluate(table)
    seen = board.node_values[np.isfinite(board.node_values)]
    assert ((seen >= -1e-9) & (seen <= 100 + 1e-9)).all()
    assert ((board.coverage >= 0) & (board.coverage <= 1 + 1e-12)).all()


@given(tables())
def test_a_view_regroups_the_same_total(table: yt.IndicatorTable) -> None:
    """With arithmetic means and nothing missing a view's mean is the index (identity)."""
    full = dataclasses.replace(table, values=np.nan_to_num(table.values, nan=50.0), origin=None)
    board = evaluate(full)
    for name in EDITION.views:
        np.testing.assert_allclose(board.view(name)["total"], board.total, rtol=1e-12)
