"""One style: fonts of the package's own, colours that everybody tells apart, nothing global, the same bytes."""

import subprocess
import sys
import warnings
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import yitihua as yt
from drawn import board_of
from yitihua.publish.figures import style
from yitihua.publish.figures.drawing import as_bytes, figure_alt, save, wrapped

FONT = style.font_file()

#: Simulation of full dichromacy in linear RGB: Viénot, Brettel and Mollon (1999), Color Research and Application 24.
DICHROMATS = {
    "protan": [[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]],
    "deutan": [[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]],
}


def lab(colour: str, kind: str) -> np.ndarray:
    """Return CIE L*a*b* (D65) of a colour as a dichromat sees it."""
    srgb = np.array(to_rgb(colour))
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(DICHROMATS[kind]) @ linear, 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ seen / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def nearest(colours: list[str], kind: str) -> float:
    """Return the least distance (CIE 1976) between two of some colours."""
    seen = [lab(colour, kind) for colour in colours]
    return min(float(np.linalg.norm(a - b)) for k, a in enumerate(seen) for b in seen[:k])


@pytest.mark.parametrize("kind", DICHROMATS)
def test_colours_are_told_apart_by_dichromats(kind: str) -> None:
    """A difference of 2.3 is just noticeable (Mahy and others 1994); groups have 10 or more, rise and fall far more."""
    assert nearest(list(style.CYCLE), kind) > 10
    assert nearest([style.ACCENT, style.OTHER], kind) > 60
    assert nearest(style.grade_colours(5), kind) > 10
    assert nearest([style.DIVERGING[0], style.DIVERGING[2], style.DIVERGING[-1]], kind) > 40
    # A test of the test: red and green of one lightness are not told apart.
    assert nearest(["#B04A4A", "#6A7A2E"], kind) < 35


def test_scales_get_darker_all_the_way() -> None:
    """So that they are read in grey: luminance falls with every step."""
    scale = [style.luminance(style.sequential()(x)) for x in np.linspace(0, 1, 64)]
    assert np.all(np.diff(scale) < 0)
    assert np.all(np.diff([style.luminance(c) for c in style.grade_colours(5)]) < 0)


def test_writing_has_contrast() -> None:
    """WCAG 2.1, 1.4.3: 4.5 to 1 for text."""
    for ink in (style.INK, style.SOFT, style.WARNING):
        assert 1.05 / (style.luminance(ink) + 0.05) >= 4.5
    for x in np.linspace(0, 1, 64):
        back = style.sequential()(x)
        pair = sorted([style.luminance(back), style.luminance(style.ink_on(back))])
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.1


def characters() -> set[str]:
    """Return every character of the names of counties (of China too), indicators and of the package's own words."""
    found = set("−·–—…▲▼★☆“”‘’×°≤≥±←→↑↓")
    for name in ("zhejiang-counties", "china-counties", "zhejiang-tilegrid"):
        found |= set("".join(yt.load_dataset(name).frame.astype(object).fillna("").astype(str).to_numpy().ravel()))
    for edition in yt.edition_names():
        found |= {one for label in board_of(edition).recipe.labels.values() for text in label for one in text}
    for folder in ("index", "publish/figures"):
        for path in (Path(yt.__file__).parent / folder).rglob("*.py"):
            found |= set(path.read_text(encoding="utf-8"))
    return {one for one in found if one.isprintable()}


def test_the_bundled_font_holds_every_character_that_is_drawn() -> None:
    charmap = font_manager.get_font(str(FONT)).get_charmap()
    assert not {one for one in characters() if ord(one) not in charmap}
    gb2312 = {bytes((a, b)).decode("gb2312") for a in range(0xB0, 0xF8) for b in range(0xA1, 0xFF)
              if not (a == 0xD7 and b > 0xF9)}  # fmt: skip
    assert len(gb2312) == 6763  # levels 1 and 2 of GB 2312-1980
    assert all(ord(one) in charmap for one in gb2312)


def test_licence_and_name_of_the_font() -> None:
    """OFL 1.1: conditions 2 (the licence goes with it) and 3 (no reserved name)."""
    licence = (FONT.parent / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence and 'Reserved Font Name "Source"' in licence
    font = font_manager.get_font(str(FONT))
    assert font.family_name == style.FAMILY
    assert "Source" not in font.family_name and "Noto" not in font.family_name
    assert FONT.stat().st_size < 1_700_000


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without fonts but matplotlib's own and ours."""
    ours = [one for one in font_manager.fontManager.ttflist if one.name in (style.FAMILY, "DejaVu Sans")]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", ours)


def test_chinese_renders_on_a_bare_machine(bare: None) -> None:
    """Every county and indicator, with missing glyphs turned into errors."""
    assert style.families() == [style.FAMILY, "DejaVu Sans"]
    board = board_of("zhejiang-2022")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for figure in (board.plot.ranking(lang="zh"), board.plot.heatmap(lang="zh"), board.plot.tree(lang="zh")):
            Figure.draw(figure, FigureCanvasAgg(figure).get_renderer())  # as drawn by matplotlib: nothing is hushed


def test_a_character_in_no_font_is_no_error_and_no_warning(bare: None) -> None:
    with style.styled():
        figure = board_of("hdi").plot.ranking(top=2)
        figure.axes[0].set_xlabel("\U0003106c")
    assert as_bytes(figure, "png")[:4] == b"\x89PNG"


def test_nothing_global_is_left_changed() -> None:
    before = dict(mpl.rcParams)
    as_bytes(board_of("hdi").plot.ranking(top=3))
    assert dict(mpl.rcParams) == before


def test_the_style_in_force_does_not_matter() -> None:
    plain = as_bytes(board_of("hdi").plot.ranking(top=5))
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "black", "font.family": ["serif"], "axes.grid": True}):
        figure = board_of("hdi").plot.ranking(top=5)
    assert as_bytes(figure) == plain


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_the_same_figure_gives_the_same_bytes(kind: str, tmp_path: Path) -> None:
    first, again = (board_of("zhejiang-2022").plot.ranking(top=12, lang="zh") for _ in range(2))
    path = save(first, tmp_path / f"one.{kind}")
    assert path.read_bytes() == as_bytes(again, kind) == as_bytes(first, kind)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_another_process_gives_the_same_svg() -> None:
    code = (
        "import sys, hashlib, yitihua as yt; from yitihua.publish.figures.drawing import as_bytes; "
        "print(hashlib.sha256(as_bytes(yt.evaluate('hdi').plot.ranking(top=4))).hexdigest())"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(2)]
    assert runs[0].stdout == runs[1].stdout and len(runs[0].stdout) == 65


def test_alternative_text_is_in_the_files() -> None:
    figure = board_of("zhejiang-2022").plot.ranking(top=3, lang="zh")
    text = as_bytes(figure, "svg").decode("utf-8")
    assert "柯城区" in figure_alt(figure) and "柯城区" in text and "模拟数据" in text
    assert "<dc:date>" not in text
    data, metadata = figure._repr_png_()
    assert data[:4] == b"\x89PNG" and metadata["alt"] == figure_alt(figure)
    assert figure_alt(Figure()) == ""


@pytest.mark.parametrize("name", ["one.jpg", "one", "one.svgz"])
def test_other_files_are_refused(refused, tmp_path: Path, name: str) -> None:
    fault = refused(save, board_of("hdi").plot.ranking(top=2), tmp_path / name)[0]
    assert fault.code == "figure-suffix" and ".svg" in fault.allowed()


def test_other_kinds_and_places_are_refused(refused, tmp_path: Path) -> None:
    figure = board_of("hdi").plot.ranking(top=2)
    assert refused(as_bytes, figure, "gif")[0].code == "bad-choice"
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert refused(save, figure, tmp_path / "file" / "one.svg")[0].code == "bad-output"


def test_without_matplotlib_it_says_what_to_install(refused, monkeypatch: pytest.MonkeyPatch) -> None:
    board = yt.evaluate("hdi")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    fault = refused(lambda: board.plot)[0]
    assert fault.code == "figure-package" and "yitihua[plot]" in fault.mend()


def test_lines_break_where_chinese_allows_it() -> None:
    """GB/T 15834-2011, 5.1: no line begins with a closing mark, none ends with an opening one."""
    text = "浙江省“大综合一体化”行政执法改革评价指数（2022版，重构）·2022：综合执法事项占比（方格图）"
    for width in np.arange(0.6, 4.0, 0.1):
        lines = wrapped(text, float(width), 12.0)
        assert "".join(lines) == text
        assert all(line[0] not in "，。；：、）”》·" and line[-1] not in "（“《" for line in lines)


def test_axes_of_ones_own() -> None:
    import matplotlib.pyplot as plt

    board = board_of("zhejiang-2022")
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 6))
    assert board.plot.ranking(top=5, lang="zh", ax=left) is figure
    board.plot.weights(of="children", lang="zh", ax=right)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.draw_without_rendering()
    assert "模拟数据" in left.get_title(loc="left") and "本版为重构" in right.get_title(loc="left")
    assert figure_alt(figure).count("\n") == 1
    plt.close(figure)


def test_a_figure_of_several_axes_refuses_one(refused) -> None:
    from matplotlib.figure import Figure as Plain

    ax = Plain().subplots()
    assert refused(board_of("zhejiang-2022").plot.ranking, ax=ax)[0].code == "figure-axes"


def test_the_figures_are_listed() -> None:
    assert "ranking, dumbbell, slope" in repr(board_of("hdi").plot)
