"""Ranges, indices and densities are those that the analyses found."""

from functools import cache

import numpy as np
import pytest

from drawn import board_of, collection, printed
from yitihua.analysis.distribution.of_boards import density
from yitihua.publish.figures.drawing import figure_alt


@cache
def replicates():
    return board_of("zhejiang-2022").uncertainty(n=200, weights="dirichlet", sampling=True)


@cache
def shares(method: str):
    return board_of("asem").sensitivity(n=64, weights="uniform", normalise="zscore", method=method)


def test_ranges_of_ranks() -> None:
    board, found = board_of("zhejiang-2022"), replicates()
    figure = board.plot.uncertainty(found)
    order = np.argsort(board.rank, kind="stable")
    for gid, (low, high) in (("intervals", found.rank_interval), ("joint", found.rank_sets)):
        ends = [line[:, 0] for ax in figure.axes for line in collection(ax, gid).get_segments()]
        assert np.array_equal(ends, np.array([low, high]).T[order])
    for gid, values in (("published", board.rank), ("mean", found.mean_rank())):
        drawn = np.concatenate([collection(ax, gid).get_offsets()[:, 0] for ax in figure.axes])
        assert np.array_equal(drawn, values[order])
    assert "200 replicates" in printed(figure)


@pytest.mark.parametrize(("method", "columns"), [("sobol", ("first", "total")), ("shapley", ("effect",))])
def test_bars_are_indices_with_their_intervals(method: str, columns: tuple[str, ...]) -> None:
    found = shares(method)
    (ax,) = board_of("asem").plot.sobol(found, top=6).axes
    frame = found.table().iloc[:6]
    for column in columns:
        widths = [bar.get_width() for bar in ax.patches if bar.get_gid() == column]
        assert np.array_equal(widths, frame[column])
        ends = [line[:, 0] for line in collection(ax, f"{column}-intervals").get_segments()]
        assert np.array_equal(ends, frame[[f"{column}_low", f"{column}_high"]])
    assert "smaller ones are not drawn" in printed(ax.figure)


@pytest.mark.parametrize("method", ["sobol", "shapley"])
def test_sources_are_drawn_too(method: str) -> None:
    found = shares(method)
    figure = board_of("asem").plot.sobol(found, of="sources", lang="zh")
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == list(found.sources("zh")["name"])


def test_densities_by_city() -> None:
    board = board_of("zhejiang-2022")
    figure = board.plot.density(lang="zh")
    (ax,) = figure.axes
    curves = density(board, by="city").curves
    assert len(ax.get_yticklabels()) == 12 == len(curves) + 1
    labels = [label.get_text() for label in ax.get_yticklabels()]
    k = next(k for k, label in enumerate(labels) if label.startswith("嘉兴市"))
    line, scale = collection(ax, f"density-{k}"), collection(ax, "density-0")
    assert np.array_equal(line.get_xdata(), curves["3304"].x)
    # One scale of height for all curves, so areas can be compared.
    whole = density(board).curves[""]
    ratio = (0 - scale.get_ydata().min()) / whole.f.max()
    assert np.allclose(k - line.get_ydata(), curves["3304"].f * ratio)
    own = [score for unit, score in zip(board.table.units, board.total, strict=True) if unit.startswith("3304")]
    assert np.array_equal(collection(ax, f"units-{k}").get_offsets()[:, 0], own)
    assert collection(ax, f"median-{k}").get_offsets()[0, 0] == np.median(own)
    assert "嘉兴市" in figure_alt(figure)


def test_one_density_of_all() -> None:
    (ax,) = board_of("hdi").plot.density(by=None).axes
    assert len(ax.get_yticklabels()) == 1


@pytest.mark.parametrize(
    ("draw", "asked", "code"),
    [
        ("uncertainty", {"found": None}, "figure-kind"),
        ("sobol", {"found": "sobol"}, "figure-kind"),
        ("density", {"by": "region of the moon"}, "distribution-by"),
        ("density", {"by": None, "code": "nothing"}, "unknown-reference"),
    ],
)
def test_bad_input(refused, draw: str, asked: dict, code: str) -> None:
    assert refused(getattr(board_of("hdi").plot, draw), **asked)[0].code == code


def test_results_of_other_boards_and_odd_numbers_are_refused(refused) -> None:
    assert refused(board_of("hdi").plot.uncertainty, replicates())[0].code == "figure-strange"
    plot = board_of("asem").plot
    assert refused(plot.sobol, shares("sobol"), top=0)[0].code == "number-range"
    assert refused(plot.sobol, shares("sobol"), of="stages")[0].code == "unknown-reference"


def test_many_groups_are_refused(refused) -> None:
    board = board_of("hdi")
    by = {unit: unit for unit in board.table.units}
    assert refused(board.plot.density, by)[0].code == "figure-many"
