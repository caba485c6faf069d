"""What holds for every figure: both languages, nothing cut off, notices, words for those who do not see it."""

import warnings
from functools import cache
from itertools import pairwise

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from drawn import board_of, earlier_board, printed
from yitihua.publish.figures.drawing import figure_alt


@cache
def found():
    board = board_of("zhejiang-2022")
    return board.uncertainty(n=100, weights="dirichlet"), board.sensitivity(n=64, weights="dirichlet", sampling=True)


FIGURES = {
    "ranking": lambda plot, lang: plot.ranking(lang=lang),
    "one unit": lambda plot, lang: plot.ranking(top=1, lang=lang),
    "dumbbell": lambda plot, lang: plot.dumbbell(earlier_board(), lang=lang),
    "one dumbbell": lambda plot, lang: plot.dumbbell(earlier_board(), top=1, lang=lang),
    "slope": lambda plot, lang: plot.slope(earlier_board(), lang=lang),
    "one slope": lambda plot, lang: plot.slope(earlier_board(), top=1, lang=lang),
    "portrait": lambda plot, lang: plot.portrait("330421", lang=lang),
    "radar": lambda plot, lang: plot.radar(["330421", "331127", "330106"], lang=lang),
    "heatmap": lambda plot, lang: plot.heatmap(lang=lang),
    "small heatmap": lambda plot, lang: plot.heatmap("nodes", top=1, lang=lang),
    "tiles": lambda plot, lang: plot.tiles(lang=lang),
    "grades": lambda plot, lang: plot.tiles("stars", lang=lang),
    "tree": lambda plot, lang: plot.tree(lang=lang),
    "correlation": lambda plot, lang: plot.correlation(lang=lang),
    "small correlation": lambda plot, lang: plot.correlation(["A", "B"], lang=lang),
    "weights": lambda plot, lang: plot.weights(lang=lang),
    "few weights": lambda plot, lang: plot.weights(of="children", lang=lang),
    "uncertainty": lambda plot, lang: plot.uncertainty(found()[0], lang=lang),
    "one range": lambda plot, lang: plot.uncertainty(found()[0], top=1, lang=lang),
    "sobol": lambda plot, lang: plot.sobol(found()[1], lang=lang),
    "one index": lambda plot, lang: plot.sobol(found()[1], top=1, lang=lang),
    "density": lambda plot, lang: plot.density(lang=lang),
    "one density": lambda plot, lang: plot.density(by=None, lang=lang),
}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", FIGURES)
def test_every_figure(name: str, lang: str) -> None:
    figure = FIGURES[name](board_of("zhejiang-2022").plot, lang)
    said = ("模拟数据", "本版为重构") if lang == "zh" else ("Simulated data", "reconstruction")
    for text in (printed(figure).replace("\n", ""), figure_alt(figure)):
        assert all(word in text.replace(" ", "") or word in text for word in said)
    renderer = FigureCanvasAgg(figure).get_renderer()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Figure.draw(figure, renderer)  # nothing is hushed: no glyph is missing
    # Nothing reaches beyond the paper.
    box, paper = Figure.get_tightbbox(figure, renderer), figure.get_size_inches()
    assert box.x0 >= -0.01 and box.y0 >= -0.01
    assert box.x1 <= paper[0] + 0.01 and box.y1 <= paper[1] + 0.01
    # No name beside an axis stands on another.
    for ax in figure.axes:
        labels = [one.get_window_extent(renderer) for one in ax.get_yticklabels() if one.get_text()]
        tops = sorted((one.y0, one.y1) for one in labels) if ax.name != "polar" else []
        assert all(a[1] - b[0] <= 0.35 * (a[1] - a[0]) for a, b in pairwise(tops))
