"""Screening of units, as COINr's Screen and get_data_avail."""

from __future__ import annotations

import coinr_steps as coinr
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import yitihua as yt
from yitihua.index.screen import (
    REASON_WORDS,
    availability,
    indicators_below,
    screen,
    screen_board,
    screened_table,
    screening_frame,
)

RULES = {"missing": "byNA", "zeros": "byzeros", "both": "byNAandzeros"}


def holed(seed: int, units: int = 30, indicators: int = 9) -> np.ndarray:
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 3, (units, indicators)).astype(float)
    return np.where(rng.random(x.shape) < rng.random((units, 1)) * 0.7, np.nan, x)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("thresholds", [(2 / 3, 0.05), (0.5, 0.5), (8 / 9, 0.75), (0.0, 0.0), (1.0, 1.0)])
@given(seed=st.integers(0, 300))
def test_as_coinr(rule: str, thresholds: tuple[float, float], seed: int) -> None:
    """R/screen_units.R, Screen.data.frame; units exactly on a threshold stay."""
    x = holed(seed)
    x[:, 0] = np.where(np.isnan(x).all(axis=1), 1.0, x[:, 0])  # without any value: see below
    found = screen(x, rule, *thresholds)
    assert found.kept.tolist() == coinr.screen(x, RULES[rule], *thresholds)


@pytest.mark.parametrize("rule", RULES)
def test_forcing_as_coinr(rule: str) -> None:
    """Force overrides the rules, both ways."""
    x = holed(3)
    units = [f"u{i}" for i in range(30)]
    found = screen(x, rule, force={"u4": True, "u9": False, "u0": True}, units=units)
    assert found.kept.tolist() == coinr.screen(x, RULES[rule], force={4: True, 9: False, 0: True})
    assert (found.reasons[4], found.reasons[9]) == ("kept by name", "left out by name")


def test_asem_by_hand() -> None:
    """Counts of empty cells in ASEM's raw table, at the 85 % of the example in COINr's help."""
    board = yt.evaluate("asem")
    x = board.table.select(list(board.recipe.codes))
    missing = np.isnan(x).sum(axis=1)
    found = screen_board(board, least_available=0.85)
    np.testing.assert_array_equal(found.kept, missing <= 7)  # 49 * 0.15 = 7.35
    table = screened_table(board.table, found)
    assert table.units == tuple(u for u, m in zip(board.table.units, missing, strict=True) if m <= 7)
    edition = yt.load_edition("asem")
    assert len(yt.evaluate(edition, table).total) == len(table.units)


def test_shares_by_node() -> None:
    """R/screen_units.R, get_data_avail.coin: 1 - rowMeans(is.na(.)) of the indicators below each group."""
    board = yt.evaluate("asem")
    x = board.table.select(list(board.recipe.codes))
    below = indicators_below(board)
    assert set(below) == {node.code for node in board.recipe.nodes}
    found = screen_board(board).availability
    for k, node in enumerate(found.groups):
        np.testing.assert_allclose(found.by_group[:, k], 1 - np.isnan(x[:, below[node]]).mean(axis=1))
    np.testing.assert_allclose(found.by_group[:, found.groups.index("Index")], found.available)


def test_a_unit_without_any_value() -> None:
    """COINr has NA for its share of zeros; here it counts as mostly zeros, and as having few values."""
    x = np.array([[np.nan, np.nan], [1.0, 2.0]])
    for rule, reason in (
        ("missing", "few values"),
        ("zeros", "mostly zeros"),
        ("both", "few values and mostly zeros"),
    ):
        found = screen(x, rule)
        assert found.kept.tolist() == [False, True]
        assert found.reasons == (reason, "enough")
    assert np.isnan(availability(x).nonzero[0])


def test_zeros_alone() -> None:
    """By hand: 19 zeros of 20 values are exactly 5 % that is not zero, which stays."""
    x = np.zeros((2, 20))
    x[0, 0] = 1.0
    assert screen(x, "zeros").kept.tolist() == [True, False]
    assert screen(x, "missing").kept.all()
    assert screen(x, "missing").mostly_zeros.tolist() == [False, True]  # said, whether looked at or not


def test_no_units_no_indicators_and_the_size_of_china() -> None:
    assert screen(np.empty((0, 5))).kept.shape == (0,)
    assert not screen(np.empty((3, 0)), "zeros").kept.any()
    x = holed(1, 2844, 51)
    x[:, 17] = 3.0
    assert len(screen(x, "both", groups={"a": range(20), "b": range(20, 51)}).reasons) == 2844


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_table(lang: str) -> None:
    board = yt.evaluate("asem")
    found = screen_board(board, "both", 0.9)
    frame = screening_frame(found, board.table.units, lang)
    assert frame.shape == (51, 7 + len(board.recipe.nodes))
    kept, reason = ("保留", "原因") if lang == "zh" else ("kept", "reason")
    assert frame[kept].sum() == found.kept.sum()
    assert set(frame[reason]) <= {words[0 if lang == "zh" else 1] for words in REASON_WORDS.values()}


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ({"least_available": 1.2}, ["bad-value"]),
        ({"least_nonzero": float("nan")}, ["bad-value"]),
        ({"force": {"x": True}}, ["unknown-reference"]),
        (
            {"least_available": -1, "least_nonzero": 2, "force": {"x": True, "y": False}},
            ["bad-value", "bad-value", "unknown-reference", "unknown-reference"],
        ),
    ],
)
def test_bad_input_is_refused_all_at_once(more: dict, codes: list[str]) -> None:
    with pytest.raises(yt.InputError) as caught:
        screen(np.ones((2, 2)), units=["a", "b"], **more)
    assert [fault.code for fault in caught.value.faults] == codes
    assert all("share" not in fault.text("zh") for fault in caught.value.faults)
