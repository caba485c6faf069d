"""Dumbbells and slopes show both boards' numbers."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex

import yitihua as yt
from drawn import board_of, collection, earlier_board, printed
from yitihua.publish.figures import style


def both(board: yt.Scoreboard, other: yt.Scoreboard) -> list[int]:
    order = np.lexsort((np.arange(len(board.total)), board.rank))
    return [row for row in order if np.isfinite(board.total[row]) and np.isfinite(other.total[row])]


@pytest.fixture(scope="module")
def pair() -> tuple[yt.Scoreboard, yt.Scoreboard]:
    return board_of("zhejiang-2022"), earlier_board()


def test_dumbbells_join_the_two_scores(pair) -> None:
    new, old = pair
    assert new.table.units == old.table.units
    rows = both(new, old)
    figure = new.plot.dumbbell(old)

    def drawn(gid: str) -> np.ndarray:
        return np.concatenate([collection(ax, gid).get_offsets()[:, 0] for ax in figure.axes])

    assert np.array_equal(drawn("before"), old.total[rows]) and np.array_equal(drawn("after"), new.total[rows])
    for gid, board in (("intervals-old", old), ("intervals-new", new)):
        ends = [line[:, 0] for ax in figure.axes for line in collection(ax, gid).get_segments()]
        assert np.array_equal(ends, np.array(board.sampled.score_interval).T[rows])
    colours = [to_hex(c).upper() for ax in figure.axes for c in collection(ax, "after").get_facecolors()]
    rises = new.total[rows] >= old.total[rows]
    assert colours == [style.ACCENT if up else style.OTHER for up in rises]
    words = printed(figure)
    assert "2 without a score in 2021 left out" in words


def test_slopes_join_places_and_print_ranks(pair) -> None:
    new, old = pair
    rows = both(new, old)
    (ax,) = new.plot.slope(old).axes
    lines = [collection(ax, f"slope-{k}") for k in range(len(rows))]
    assert len({line.get_ydata()[0] for line in lines}) == len({line.get_ydata()[1] for line in lines}) == len(rows)
    # Places are in the order of ranks.
    order = np.argsort([line.get_ydata()[0] for line in lines])
    assert np.all(np.diff(old.rank[np.array(rows)[order]]) >= 0)
    texts = {text.get_text() for text in ax.texts}
    name = new.table.name_of(rows[0], "en")
    assert any(text.startswith("1") and text.endswith(name) for text in texts)
    strong = [k for k, line in enumerate(lines) if to_hex(line.get_color()).upper() == style.ACCENT]
    gained = old.rank[rows] - new.rank[rows]
    assert len(strong) == 5 and min(gained[strong]) >= max(np.delete(gained, strong))


def test_another_recipe_is_said(pair) -> None:
    new, _ = pair
    other = yt.evaluate("zhejiang-2022", aggregate="geometric")
    figure = new.plot.dumbbell(other, top=5, labels=("geometric", "arithmetic"))
    words = printed(figure)
    assert "differ in methods" in words and "geometric to arithmetic" in words
    same = new.plot.dumbbell(new, top=5)
    assert {to_hex(c).upper() for c in collection(same.axes[0], "after").get_facecolors()} == {style.FAINT}
    words = printed(same)
    assert "differ in methods" not in words and "before to after" in words


@pytest.mark.parametrize("name", ["dumbbell", "slope"])
def test_bad_input(refused, name: str, pair) -> None:
    new, _ = pair
    draw = getattr(new.plot, name)
    assert refused(draw, 3)[0].code == "figure-kind"
    assert refused(draw, board_of("hdi"))[0].code == "figure-other"
    assert refused(draw, new, ["nowhere at all"])[0].code == "unknown-unit"
    empty = replace(new.table, values=np.full(new.table.values.shape, np.nan), se=None, covariance=None)
    assert refused(draw, yt.apply(empty, new.recipe))[0].code == "figure-other"
