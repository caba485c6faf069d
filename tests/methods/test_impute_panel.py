"""Panels: the last value and the line between two periods, as COINr's impute_panel does it."""

from __future__ import annotations

import dataclasses

import coinr_steps as coinr
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import yitihua as yt
from yitihua.index.impute.panel import carried_forward, interpolated
from yitihua.index.recipe import Recipe

#: tests/testthat/test-impute_panel.R of COINr: one unit, 2020 to 2022, four indicators.
SERIES = np.array([[[1, 3, np.nan, 7]], [[2, np.nan, 5, 8]], [[3, 5, 6, np.nan]]], dtype=float)


def panel(seed: int, periods: int = 7, units: int = 5, indicators: int = 4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(periods, units, indicators))
    return np.where(rng.random(x.shape) < 0.45, np.nan, x)


def test_linear_is_coinrs_own_test() -> None:
    """ "linear_imp_works" in COINr's tests: i2 = 3, 4, 5; i3 = 5, 5, 6; i4 = 7, 8, 8."""
    found = interpolated(SERIES, np.array([2020.0, 2021.0, 2022.0])).values[:, 0]
    np.testing.assert_array_equal(found, [[1, 3, 5, 7], [2, 4, 5, 8], [3, 5, 6, 8]])


def test_constant_is_coinrs_own_test() -> None:
    """ "constant_imp_works" in COINr's tests: i2 = 3, 3, 5; i3 = 5, 5, 6; i4 = 7, 8, 8."""
    found, _ = carried_forward(SERIES, backward=True)
    np.testing.assert_array_equal(found.values[:, 0], [[1, 3, 5, 7], [2, 3, 5, 8], [3, 5, 6, 8]])


@pytest.mark.parametrize("max_gap", [None, 1, 2, 5])
@given(seed=st.integers(0, 500))
def test_latest_as_coinr(seed: int, max_gap: int | None) -> None:
    """R/impute.R, impute_panel with imp_type = "latest" and max_time."""
    x = panel(seed)
    found, period = carried_forward(x, max_gap)
    np.testing.assert_array_equal(found.values, coinr.impute_panel_latest(x, max_gap))
    np.testing.assert_array_equal(found.filled, np.isnan(x) & np.isfinite(found.values))
    # DataT: the period that each value is from.
    t, i, j = np.nonzero(period >= 0)
    np.testing.assert_array_equal(found.values[t, i, j], x[period[t, i, j], i, j])
    assert ((period < 0) == np.isnan(found.values)).all()


@given(seed=st.integers(0, 500))
def test_linear_and_constant_as_coinr(seed: int) -> None:
    """R's approx with rule = 2, over uneven years. numpy.interp is its linear form."""
    x, time = panel(seed), np.array([2010, 2011, 2013, 2014, 2018, 2019, 2022.0])
    linear = interpolated(x, time)
    np.testing.assert_allclose(linear.values, coinr.impute_panel_approx(x, time, "linear"), rtol=1e-12, atol=1e-14)
    constant, _ = carried_forward(x, backward=True)
    np.testing.assert_array_equal(constant.values, coinr.impute_panel_approx(x, time, "constant"))
    np.testing.assert_array_equal(linear.filled, np.isnan(x) & np.isfinite(linear.values))


@given(seed=st.integers(0, 200))
def test_linear_within_gaps_as_pandas(seed: int) -> None:
    """pandas interpolate(limit_area="inside") fills what ends = "none" fills."""
    x = panel(seed, units=1)[:, 0]
    expected = pd.DataFrame(x).interpolate(limit_area="inside").to_numpy()
    np.testing.assert_allclose(interpolated(x, ends="none").values, expected, atol=1e-14)


def test_gaps_that_are_too_long_stay_open() -> None:
    """By hand: a run of two is bridged at 2 and not at 1; ends are carried one period at 1."""
    nan = np.nan
    x = np.array([nan, nan, 1.0, nan, nan, 4.0, nan, 6.0, nan, nan])[:, None]
    at = {gap: interpolated(x, max_gap=gap).values.ravel() for gap in (1, 2)}
    np.testing.assert_array_equal(at[1], [nan, 1, 1, nan, nan, 4, 5, 6, 6, nan])
    np.testing.assert_array_equal(at[2], [1, 1, 1, 2, 3, 4, 5, 6, 6, 6])


def test_a_single_value_and_none() -> None:
    x = np.array([[np.nan, np.nan], [2.0, np.nan], [np.nan, np.nan]])
    np.testing.assert_array_equal(interpolated(x).values, [[2, np.nan]] * 3)
    np.testing.assert_array_equal(interpolated(x, ends="none").values, x)
    empty = np.empty((0, 2))
    assert interpolated(empty).values.shape == carried_forward(empty)[0].values.shape == (0, 2)


def test_panels_at_the_size_of_china() -> None:
    x = panel(1, periods=10, units=2844, indicators=51)
    x[:, :, 17] = 3.0
    for found in (interpolated(x), carried_forward(x)[0]):
        np.testing.assert_array_equal(found.values[np.isfinite(x)], x[np.isfinite(x)])


# Through an edition ---------------------------------------------------------------------------------------------------


def tables(*periods: str) -> list[yt.IndicatorTable]:
    edition = yt.load_edition("egdi-2022")
    found = []
    for k, period in enumerate(periods):
        frame = pd.DataFrame({"unit": ["a", "b", "c"], "osi": [0.1, 0.5, 0.9], "tii": [0.2, 0.4, 0.6], "hci": 0.1 * k})
        found.append(dataclasses.replace(yt.read_table(edition, frame), period=period))
    return found


def holed(table: yt.IndicatorTable, unit: int, j: int) -> yt.IndicatorTable:
    values = table.values.copy()
    values[unit, j] = np.nan
    return dataclasses.replace(table, values=values)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("last_value", 0.1),  # 2019's, since 2020 has none
        ({"method": "last_value", "max_gap": 1}, np.nan),
        ("linear", 0.1 + 0.3 * 2 / 4),  # between 0.1 in 2019 and 0.4 in 2023: 2021 is half-way
        ({"method": "linear", "max_gap": 1}, np.nan),
    ],
)
def test_other_periods_fill_a_table(rule: object, expected: float) -> None:
    first, second, third, now, later = tables("2018", "2019", "2020", "2021", "2023")
    other = (first, second, holed(third, 1, 2), later)
    table = dataclasses.replace(holed(now, 1, 2), history=other)
    edition = yt.load_edition("egdi-2022")
    board = yt.evaluate(edition, table, impute=rule)
    np.testing.assert_allclose(board.treated[1, 2], expected)
    assert board.imputed.sum() == int(np.isfinite(expected))
    again = Recipe.from_json(board.recipe.to_json())
    assert again == board.recipe
    np.testing.assert_array_equal(yt.apply(table, again).total, board.total)


def test_a_table_without_other_periods_is_refused_only_where_something_is_missing() -> None:
    (table,) = tables("2021")
    edition = yt.load_edition("egdi-2022")
    assert np.isfinite(yt.evaluate(edition, table, impute="linear").total).all()
    with pytest.raises(yt.InputError) as caught:
        yt.evaluate(edition, holed(table, 0, 0), impute="linear")
    assert [fault.code for fault in caught.value.faults] == ["no-other-periods"]
