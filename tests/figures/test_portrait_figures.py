"""Portraits and radars show a unit's points, its peers and what is not sure."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

import yitihua as yt
from drawn import board_of, collection, printed
from yitihua.publish.figures.drawing import figure_alt
from yitihua.publish.figures.intervals import estimated_codes, points_interval


def test_bars_are_points_and_ticks_medians() -> None:
    board = board_of("zhejiang-2022")
    row = board.table.row_of("嘉善县")
    (ax,) = board.plot.portrait("嘉善县", lang="zh").axes
    recipe = board.recipe
    codes = [recipe.root.code]
    for first in recipe.first_level:
        codes += [first, *(code for code in recipe.codes if code.startswith(first))]
    bars = {p.get_gid(): p for p in ax.patches if p.get_gid()}
    for k, code in enumerate(codes):
        column = recipe.plan.column[code]
        if np.isfinite(board.points[row, column]):
            assert bars[f"bar-{k}"].get_width() == board.points[row, column]
        assert collection(ax, f"median-{k}").get_xdata()[0] == np.nanmedian(board.points[:, column])
    assert len(bars) == np.isfinite(board.points[row]).sum()
    said = printed(ax.figure)
    assert f"得分{board.total[row]:.1f}" in said and f"名次{board.rank[row]:.0f}" in said


def test_intervals_of_the_first_level_agree_with_those_of_the_score() -> None:
    """Identity: 500 draws through `apply` and 2000 of `sampling` are of one distribution; only E has estimates."""
    board = board_of("zhejiang-2022")
    low, high = points_interval(board, 0)
    column = board.recipe.plan.column
    moved = {code for code, place in column.items() if high[place] > low[place]}
    assert moved <= estimated_codes(board) and {"E", board.recipe.root.code} <= moved
    # E weighs a fifth: its interval is five times the score's, but for the noise of the draws.
    whole = np.subtract(*(end[0] for end in reversed(board.sampled.score_interval)))
    assert abs((high[column["E"]] - low[column["E"]]) * 0.2 / whole - 1) < 0.15
    assert points_interval(board_of("hdi"), 0) is None


def test_missing_values_are_called_so() -> None:
    board = board_of("zhejiang-2022")
    row = int(np.argmax(np.isnan(board.points).sum(axis=1)))
    (ax,) = board.plot.portrait(board.table.units[row]).axes
    texts = [text.get_text().strip() for text in ax.texts]
    assert texts.count("missing") == np.isnan(board.points[row]).sum() > 0


def test_a_unit_without_a_score_has_a_portrait() -> None:
    board = board_of("zhejiang-2022")
    values = board.table.values.copy()
    values[0, 10:] = np.nan
    lost = yt.apply(replace(board.table, values=values, se=None, covariance=None), board.recipe)
    assert "Not scored" in figure_alt(lost.plot.portrait(lost.table.units[0]))


def test_a_radar_has_the_units_and_their_median() -> None:
    board = board_of("zhejiang-2022")
    (ax,) = board.plot.radar(["嘉善县", "柯城区"]).axes
    columns = [board.recipe.plan.column[code] for code in board.recipe.first_level]
    for k, unit in enumerate(("嘉善县", "柯城区")):
        drawn = collection(ax, f"unit-{k}").get_ydata()
        own = board.points[board.table.row_of(unit), columns]
        assert np.array_equal(drawn, np.append(own, own[0]))
    middle = collection(ax, "median").get_ydata()[:-1]
    assert np.array_equal(middle, np.median(board.points[:, columns], axis=0))
    assert len([line for line in ax.lines if line.get_gid() == "interval-0"]) == 1  # E alone is estimated


def test_a_radar_goes_down_to_where_there_are_three_spokes() -> None:
    """ASEM has two first-level nodes, and eight below them."""
    (ax,) = board_of("asem").plot.radar("AUT").axes
    assert len(ax.get_xticks()) == 8


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"units": []}, "figure-units"),
        ({"units": "Norwey"}, "unknown-unit"),
        ({"units": ["Norway", "World"]}, "different-levels"),
        ({"units": ["Norway", "Germany", "France", "Italy", "Spain"]}, "figure-many"),
        ({"units": "Norway", "codes": ["health", "income"]}, "figure-few"),
        ({"units": "Norway", "codes": ["health", "incom"]}, "unknown-reference"),
        ({"units": "Norway", "ax": Figure().subplots()}, "figure-polar"),
    ],
)
def test_bad_input(refused, asked: dict, code: str) -> None:
    assert refused(board_of("hdi").plot.radar, **asked)[0].code == code


def test_an_unknown_unit_has_no_portrait(refused) -> None:
    assert refused(board_of("hdi").plot.portrait, "Norwey")[0].code == "unknown-unit"


def test_units_without_any_score_have_no_radar(refused) -> None:
    """The published facts are far too few: no county has a first-level score."""
    board = yt.evaluate("zhejiang-2022", "zhejiang-2022-published")
    assert refused(board.plot.radar, board.table.units[0])[0].code == "figure-empty"
    assert refused(board.plot.ranking)[0].code == "figure-empty"
    assert board.plot.portrait(board.table.units[0]).axes


def test_points_below_zero_are_drawn_from_zero() -> None:
    """z-scores have no lowest value: bars start at 0, to the left where a unit is below the mean."""
    board = board_of("asem-z")
    row = int(np.argmin(board.total))
    (ax,) = board.plot.portrait(board.table.units[row]).axes
    bar = next(patch for patch in ax.patches if patch.get_gid() == "bar-0")
    assert bar.get_x() + min(bar.get_width(), 0) <= board.total[row] + 1e-12
    assert board.total[row] in (bar.get_x(), bar.get_x() + bar.get_width())
