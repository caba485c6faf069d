"""The published facts of nine places give a partial board: values and comparison, no grade."""

from __future__ import annotations

import numpy as np
import pytest

import yitihua as yt


@pytest.fixture(scope="module")
def board() -> yt.Scoreboard:
    return yt.evaluate("zhejiang-2022", "zhejiang-2022-published")


def test_two_cities_and_seven_counties(board: yt.Scoreboard) -> None:
    assert len(board.table.units) == 9
    assert sorted(board.table.levels) == ["city"] * 2 + ["county"] * 7
    assert int(np.isfinite(board.table.values).sum()) == 40


def test_nobody_is_scored_ranked_or_graded_and_the_table_says_why(board: yt.Scoreboard) -> None:
    scores = board.scores
    for column in ("score", "rank", "stars", "abc"):
        assert scores[column].isna().all()
    assert scores["note"].str.contains("coverage too low").all()
    assert board.coverage.max() < 0.25


def test_jiashan_is_marked_as_the_reference(board: yt.Scoreboard) -> None:
    marked = board.scores[board.scores["note"].str.contains("reference unit")]
    assert marked["unit"].tolist() == ["330421"]


def test_comparison_stays_within_the_level(board: yt.Scoreboard) -> None:
    table = yt.compare(board)
    for _, part in table.groupby(["level", "indicator"]):
        assert part["unit"].nunique() >= 2
    assert set(table[table["level"] == "city"]["indicator"]) == {"A06", "A07"}
    jiashan = table[(table["indicator"] == "A08") & table["reference"]]
    assert jiashan["value"].item() == 862
    assert jiashan["gap_to_best"].item() == 0
    xiaoshan = table[(table["indicator"] == "A08") & ~table["reference"]]
    expected = (np.log(350 / 100) - np.log(862 / 100)) / np.log(10) * 100
    assert xiaoshan["gap_to_reference"].item() == pytest.approx(expected)


def test_withdrawn_and_annualised_values(board: yt.Scoreboard) -> None:
    """E10 of Jiashan counts fume complaints: withdrawn. B09 is a year's rate, not seven months'."""
    row = board.table.row_of("嘉善县")
    value = dict(zip(board.table.indicators, board.table.values[row], strict=True))
    assert np.isnan(value["E10"])
    assert value["B09"] == pytest.approx(78 / 648160 * 100000 * 12 / 7, abs=0.01)


def test_every_remark_reaches_the_table(board: yt.Scoreboard) -> None:
    flags = board.indicators.set_index(["unit", "indicator"])["flags"]
    assert "lower bound" in flags["330421", "A01"]
    assert "upper bound" in flags["330200", "A06"]
    assert "street order only" in flags["330109", "D04"]
