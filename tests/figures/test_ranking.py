"""The ranking shows the board's numbers: scores, intervals, ranks, grades."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from drawn import board_of, collection, printed
from yitihua.publish.figures import style
from yitihua.publish.figures.drawing import figure_alt


def test_dots_and_lines_are_scores_and_sampling_intervals() -> None:
    """Authority: the board itself; 90 units in two columns, best first."""
    board = board_of("zhejiang-2022")
    figure = board.plot.ranking()
    order = np.argsort(board.rank, kind="stable")
    drawn = np.concatenate([collection(ax, "scores").get_offsets()[:, 0] for ax in figure.axes])
    assert np.array_equal(drawn, board.total[order])
    lines = [segment for ax in figure.axes for segment in collection(ax, "intervals").get_segments()]
    low, high = board.sampled.score_interval
    assert np.array_equal([line[0, 0] for line in lines], low[order])
    assert np.array_equal([line[1, 0] for line in lines], high[order])
    names = [label.get_text() for ax in figure.axes for label in ax.get_yticklabels()]
    assert names == [board.table.name_of(row, "en") for row in order]


def test_colours_are_grades() -> None:
    board = board_of("zhejiang-2022")
    figure = board.plot.ranking(top=20, scheme="abc")
    rows = np.argsort(board.rank, kind="stable")[:20]
    shades = style.grade_colours(3)
    faces = [to_hex(colour) for colour in collection(figure.axes[0], "scores").get_facecolors()]
    assert faces == [shades[k] for k in board.grade_indices["abc"][rows]]


def test_intervals_of_a_run_take_the_place_of_the_surveys() -> None:
    board = board_of("hdi")
    found = board.uncertainty(n=200, weights="dirichlet")
    figure = board.plot.ranking(top=10, uncertainty=found)
    country = board.level_rows["country"]
    rows = country[np.argsort(board.rank[country], kind="stable")][:10]
    lines = collection(figure.axes[0], "intervals").get_segments()
    assert np.array_equal([line[1, 0] for line in lines], found.score_interval[1][rows])
    assert "90%" in printed(figure)


def test_what_is_simulated_and_reconstructed_is_called_so() -> None:
    for lang, words in (("en", ("Simulated data", "reconstruction")), ("zh", ("模拟数据", "本版为重构"))):
        figure = board_of("zhejiang-2022").plot.ranking(top=3, lang=lang)
        there = printed(figure)
        for word in words:
            assert word in there and word in figure_alt(figure)
    real = board_of("hdi").plot.ranking(top=3)
    assert "imulated" not in printed(real)


def test_many_units_are_cut_and_that_is_said() -> None:
    figure = board_of("hdi").plot.ranking()
    assert "the first 50 of 193 units" in printed(figure)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"units": ["Norwey"]}, "unknown-unit"),
        ({"units": []}, "figure-units"),
        ({"units": ["Norway", "World"]}, "different-levels"),
        ({"level": "town"}, "unknown-reference"),
        ({"top": 0}, "number-range"),
        ({"top": 1000}, "number-range"),
        ({"top": True}, "number-range"),
        ({"lang": "fr"}, "unknown-reference"),
        ({"scheme": "star"}, "bad-choice"),
        ({"uncertainty": 3}, "figure-kind"),
    ],
)
def test_bad_input(refused, asked: dict, code: str) -> None:
    assert refused(board_of("hdi").plot.ranking, **asked)[0].code == code


def test_a_result_of_another_board_is_refused(refused) -> None:
    other = board_of("asem").uncertainty(n=100, weights="dirichlet")
    assert refused(board_of("hdi").plot.ranking, uncertainty=other)[0].code == "figure-strange"
