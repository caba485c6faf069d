"""Tile map and heat map show the board's numbers."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex

import yitihua as yt
from drawn import board_of, collection, printed
from yitihua.publish.figures import style
from yitihua.publish.tiles import known_tiles


def patches(ax) -> list:
    return [patch for patch in ax.patches if patch.get_gid() == "tile"]


def test_the_tile_map_has_the_ninety_counties_each_on_a_tile_of_its_own() -> None:
    tiles = known_tiles()
    assert set(tiles) == set(yt.load_dataset("zhejiang-counties").frame["code"].astype(str))
    assert len(set(tiles.values())) == 90
    assert (max(r for r, _ in tiles.values()), max(c for _, c in tiles.values())) == (12, 10)


def test_tiles_lie_by_position() -> None:
    """Authority: longitude and latitude of the register. A tile map keeps west to east and north to south roughly."""
    frame = yt.load_dataset("zhejiang-counties").frame
    spots = np.array([known_tiles()[str(code)] for code in frame["code"]])
    assert np.corrcoef(spots[:, 1], frame["lon"])[0, 1] > 0.9
    assert np.corrcoef(spots[:, 0], -frame["lat"])[0, 1] > 0.9


def test_tiles_show_scores_with_intervals() -> None:
    board = board_of("zhejiang-2022")
    ax = board.plot.tiles().axes[0]
    tiles = patches(ax)
    assert len(tiles) == 90
    places = {(patch.get_y(), patch.get_x()): patch for patch in tiles}
    scale, norm = style.sequential(), lambda x: (x - board.total.min()) / np.ptp(board.total)
    for row, unit in enumerate(board.table.units):
        patch = places[known_tiles()[unit]]
        assert to_hex(patch.get_facecolor()) == to_hex(scale(norm(board.total[row])))
    texts = {text.get_text() for text in ax.texts}
    low, high = board.sampled.score_interval
    assert {f"{score:.1f}" for score in board.total} <= texts
    assert {f"{a:.1f}–{b:.1f}" for a, b in zip(low, high, strict=True)} <= texts


@pytest.mark.parametrize("scheme", ["stars", "abc"])
def test_tiles_by_grade(scheme: str) -> None:
    board = board_of("zhejiang-2022")
    count = len(next(rule for rule in board.recipe.grades if rule.code == scheme).labels)
    shades = style.grade_colours(count)
    places = {(p.get_y(), p.get_x()): to_hex(p.get_facecolor()) for p in patches(board.plot.tiles(scheme).axes[0])}
    found = [places[known_tiles()[unit]] for unit in board.table.units]
    assert found == [shades[k] for k in board.grade_indices[scheme]]


def test_tiles_of_an_estimate_have_intervals_and_of_a_count_none() -> None:
    board = board_of("zhejiang-2022")
    assert "95%" in printed(board.plot.tiles("E01"))
    assert "95%" not in printed(board.plot.tiles("A02"))


def test_unscored_tiles_are_hatched() -> None:
    board = board_of("zhejiang-2022")
    values = board.table.values.copy()
    values[0] = np.nan
    lost = yt.apply(replace(board.table, values=values, se=None, covariance=None), board.recipe)
    hatched = [patch for patch in patches(lost.plot.tiles().axes[0]) if patch.get_hatch()]
    assert len(hatched) == 1
    assert len([patch for patch in patches(lost.plot.tiles("abc", lang="zh").axes[0]) if patch.get_hatch()]) == 1


def test_tiles_of_ones_own() -> None:
    board = board_of("asem")
    where = {unit: divmod(k, 8) for k, unit in enumerate(board.table.units)}
    assert len(patches(board.plot.tiles(where=where).axes[0])) == 51


def test_the_heat_map_shows_points_gaps_and_fills() -> None:
    board = board_of("zhejiang-2022")
    ax = board.plot.heatmap().axes[0]
    order = np.argsort(board.rank, kind="stable")
    shown = np.ma.filled(collection(ax, "points").get_array(), np.nan)
    assert np.array_equal(shown, board.points[order, :51], equal_nan=True)
    crosses = collection(ax, "missing").get_offsets()
    assert len(crosses) == np.isnan(board.points[:, :51]).sum() > 0
    assert len(ax.get_xticklabels()) == 51 and len(ax.get_yticklabels()) == 90


def test_filled_cells_are_dotted() -> None:
    board = board_of("zhejiang-filled")
    dots = collection(board.plot.heatmap().axes[0], "filled").get_offsets()
    assert len(dots) == board.imputed.sum() > 0


def test_numbers_stand_in_few_columns() -> None:
    board = board_of("hdi")
    (ax, *_) = board.plot.heatmap("nodes", top=4).axes
    assert len(ax.texts) == 16
    assert ax.texts[3].get_text() == f"{board.scores['score'].iloc[0]:.3f}"


@pytest.mark.parametrize(
    ("draw", "asked", "code"),
    [
        ("tiles", {"what": "scores"}, "bad-choice"),
        ("tiles", {"level": "town"}, "unknown-reference"),
        ("tiles", {"lang": "de"}, "unknown-reference"),
        ("heatmap", {"codes": ["A01", "A99"]}, "unknown-reference"),
        ("heatmap", {"codes": []}, "figure-many"),
        ("heatmap", {"top": -1}, "number-range"),
    ],
)
def test_bad_input(refused, draw: str, asked: dict, code: str) -> None:
    assert refused(getattr(board_of("zhejiang-2022").plot, draw), **asked)[0].code == code


def test_units_without_a_tile_are_refused(refused) -> None:
    fault = refused(board_of("hdi").plot.tiles)[0]
    assert fault.code == "figure-no-tiles" and "where=" in fault.mend()
