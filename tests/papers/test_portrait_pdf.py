"""Portraits as PDF read back: numbers are the board's, the font is inside, the bytes are the same twice."""

import os
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from reading import board_of, fonts_of, found_of, pages_of, reader, squeezed, text_of

import yitihua as yt
from yitihua.errors import InputError
from yitihua.publish.papers.engine import FONTS, MISSING, MissingCharactersWarning, Press
from yitihua.publish.papers.portrait_pdf import portrait_pdf, portrait_pdfs, portraits_book
from yitihua.publish.portraits import portraits


def number(value, digits):
    return f"{value:.{digits}f}".replace("-", "−")


@pytest.mark.parametrize("unit", ["330421", "330802", "330225"])
def test_every_indicator_of_the_page_is_the_boards(unit):
    """The authority is the board's own table of indicators, formatted here by hand."""
    board = board_of("zhejiang-2022")
    text = text_of(portrait_pdf(found_of("zhejiang-2022"), unit, "zh")).split("全部指标")[1]
    cells = board.indicator_table("zh").set_index(["unit", "indicator"]).loc[unit]
    rows = board.level_rows["county"]
    for j, rule in enumerate(board.recipe.indicators):
        cell, points = cells.loc[rule.code], board.normalised[rows, j]
        start = text.find(f"{rule.code} {rule.name[0]}")
        assert start >= 0, rule.code
        rest = re.split(r" [A-E]\d\d |模拟", text[start + 4 :])[0].split()
        if np.isnan(cell["normalised"]):
            assert "缺失" in rest
            continue
        known = points[np.isfinite(points)]
        rank = 1 + int((np.round(known, 9) > round(cell["normalised"], 9)).sum())
        printed = [number(cell["normalised"], 1), f"{rank}/{known.size}", number(known.mean(), 1)]
        assert {*printed, number(cell["contribution"], 2)} <= set(rest), (rule.code, rest)
        if not np.isnan(cell["n"]):
            assert str(int(cell["n"])) in rest


def test_the_head_says_score_rank_grade_and_their_intervals():
    board = board_of("zhejiang-2022")
    row = board.table.row_of("330421")
    text = text_of(portrait_pdf(found_of("zhejiang-2022"), "330421", "zh"))
    low, high = (end[row] for end in board.sampled.score_interval)
    best, worst = (int(end[row]) for end in board.sampled.rank_interval)
    for want in (
        number(board.total[row], 2), f"95% 区间 {low:.2f}–{high:.2f}", f"{board.rank[row]:.0f} / 90",
        f"第 {best}–{worst} 位", "一星", "嘉兴市", "基准单位",
    ):  # fmt: skip
        assert squeezed(want) in squeezed(text), want


def test_first_level_and_peers_are_the_boards():
    board = board_of("zhejiang-2022")
    row = board.table.row_of("330421")
    text = text_of(portrait_pdf(found_of("zhejiang-2022"), "330421", "en"))
    ranks = board.node_ranks
    for k, node in enumerate(board.recipe.nodes[:-1]):
        line = rf"{node.code} {node.name[1]} {number(board.node_values[row, k], 1)} {ranks[row, k]:.0f}/90 20%"
        assert line in text
    assert "6 of 7 in the same city (Jiaxing)" in text


def test_what_the_page_says_would_lift_it_is_the_score_made_again():
    board = board_of("zhejiang-2022")
    one = found_of("zhejiang-2022").of("330421")
    text = text_of(portrait_pdf(found_of("zhejiang-2022"), "330421", "zh"))
    for lift in one.lifts:
        values = board.table.values.copy()
        values[board.table.row_of("330421"), board.table.indicators.index(lift.code)] = lift.target_value
        again = yt.apply(replace(board.table, values=values), board.recipe)
        row = board.table.row_of("330421")
        assert f"+{again.total[row] - board.total[row]:.2f} 85 → {again.rank[row]:.0f}" in text


def test_every_page_says_that_the_data_are_simulated_and_the_edition_rebuilt():
    for lang, words in (("zh", ("模拟数据", "重构")), ("en", ("SIMULATED", "reconstruction"))):
        pages = pages_of(portrait_pdf(found_of("zhejiang-2022"), "330421", lang))
        assert len(pages) in (2, 3) and all(word in page for page in pages for word in words)
    assert "模拟" not in text_of(portrait_pdf(found_of("hdi"), "NOR", "zh"))


def test_the_change_since_the_period_before_is_printed():
    board = board_of("zhejiang-2022")
    before = yt.apply(yt.read_table(yt.load_edition("zhejiang-2022"), None, "2021"), board.recipe)
    row = board.table.row_of("330421")
    found = portraits(board, before=before)
    text = squeezed(text_of(portrait_pdf(found, "330421", "zh")))
    assert f"较2021+{board.total[row] - before.total[row]:.2f}" in text
    places = int(before.rank[row] - board.rank[row])
    assert f"名次{'上升' if places > 0 else '下降'}{abs(places)}位" in text
    assert "规则变化" not in text


def test_a_unit_without_a_score_says_why():
    from panel_boards import with_gaps

    found = portraits(with_gaps(board_of("zhejiang-2022"), 0.3))
    one = next(one for one in found if not one.scored)
    text = squeezed(text_of(portrait_pdf(found, one.unit, "zh")))
    assert "不评分" in text and "覆盖率不足" in text and squeezed(one.note[0]) in text


def test_boards_of_other_kinds_make_pages():
    for name, settings in (
        ("asem", {}), ("egdi-2022", {"normalise": "zscore"}), ("egdi-2022", {"aggregate": "bod"}), ("hdi", {}),
    ):  # fmt: skip
        board = board_of(name, **settings)
        found = portraits(board)
        assert board.table.name_of(0) in text_of(portrait_pdf(found, board.table.units[0], "en"))


# The file


def test_fonts_are_inside_and_are_subsets():
    fonts = fonts_of(portrait_pdf(found_of("zhejiang-2022"), "330421", "zh"))
    assert fonts and all(fonts.values())
    assert all(re.fullmatch(r"/[A-Z]{6}\+YitihuaSansSC-Regular.*", name) for name in fonts)


def test_the_document_has_title_language_and_tags():
    read = reader(portrait_pdf(found_of("zhejiang-2022"), "330421", "zh"))
    assert "嘉善县" in read.metadata.title and read.trailer["/Root"]["/Lang"] == "zh"
    assert read.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert all(round(float(page.mediabox.width)) == 595 for page in read.pages)  # A4


def test_same_input_same_bytes_also_in_another_process():
    code = (
        "import sys, hashlib, yitihua as yt\n"
        "from yitihua.publish.portraits import portraits\n"
        "from yitihua.publish.papers.portrait_pdf import portrait_pdf\n"
        "print(hashlib.sha256(portrait_pdf(portraits(yt.evaluate('hdi')), 'NOR', 'zh')).hexdigest())"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    hashes = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env | {
            "PYTHONHASHSEED": seed, "TZ": zone}).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai"))
    }  # fmt: skip
    assert len(hashes) == 1


def test_one_of_many_is_the_one_alone():
    found = found_of("zhejiang-2022")
    which = [found.of(unit) for unit in found.units[:3]]
    assert list(portrait_pdfs(found, which, "zh")) == [portrait_pdf(found, one.unit, "zh") for one in which]


def test_a_book_holds_all_and_counts_the_pages_of_each():
    found = found_of("hdi")
    which = [found.of(unit) for unit in ("NOR", "JPN", "CHN")]
    pages = pages_of(portraits_book(found, which, "en"))
    singles = [len(pages_of(portrait_pdf(found, one.unit, "en"))) for one in which]
    assert len(pages) == sum(singles)
    ends = [f"{k + 1} / {count}" for count in singles for k in range(count)]
    assert [page[-5:] for page in pages] == ends


# Characters


def test_a_character_without_a_font_shows_and_is_named(monkeypatch):
    from yitihua.publish.papers import engine

    monkeypatch.setattr(engine, "_system_fonts", lambda typst: ())
    board = board_of("hdi")
    names = {lang: ("𠮷\u2f00王", *each[1:]) for lang, each in board.table.names.items()}
    found = portraits(yt.apply(replace(board.table, names=names), board.recipe))
    with pytest.warns(MissingCharactersWarning, match=r"U\+20BB7"):
        text = text_of(portrait_pdf(found, board.table.units[0], "zh"))
    assert f"{MISSING}{MISSING}王" in text


def test_fonts_of_the_system_stand_in_where_they_can():
    typst = pytest.importorskip("typst")
    from yitihua.publish.papers.engine import _system_fonts

    if not any(family.startswith("Noto Sans CJK") for family, _, _ in _system_fonts(typst)):
        pytest.skip("no font of this machine draws 𠮷")
    press = Press("𠮷善")
    assert press.missing == () and press.families[1].startswith("Noto Sans CJK")
    assert Press("善").families == ["Yitihua Sans SC"]  # and none is looked for without need


def test_coverage_of_a_font_is_what_fonttools_reads():
    """Another reader of the same table: fontTools, which matplotlib brings."""
    from fontTools.ttLib import TTFont
    from matplotlib import get_data_path

    from yitihua.publish.papers.covered import covered

    for path in (
        FONTS / "YitihuaSansSC.otf",
        *sorted((FONTS.__class__(get_data_path()) / "fonts/ttf").glob("DejaVu*.ttf")),
    ):
        want = TTFont(path).getBestCmap()
        assert covered(path) == frozenset(want), path.name
    assert covered(FONTS / "OFL.txt") == frozenset() and covered(FONTS / "none.otf") == frozenset()


# Refused, one fault each


def refused(call):
    with pytest.raises(InputError) as found:
        call()
    (fault,) = found.value.faults
    assert fault.problem("zh") and fault.problem("en") and fault.mend("zh")
    return fault.code


def test_an_unknown_language_is_refused():
    assert refused(lambda: portrait_pdf(found_of("hdi"), "NOR", "de")) == "unknown-reference"


def test_an_unknown_unit_is_refused():
    assert refused(lambda: portrait_pdf(found_of("hdi"), "Atlantis")) == "unknown-unit"


def test_an_absent_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    assert refused(lambda: portrait_pdf(found_of("hdi"), "NOR")) == "papers-package"


def test_another_suffix_is_refused(tmp_path):
    assert refused(lambda: board_of("hdi").portrait("NOR", tmp_path / "a.docx")) == "bad-choice"
    assert not list(tmp_path.iterdir())


def test_few_respondents_are_refused_and_nothing_is_written(tmp_path):
    board = board_of("zhejiang-2022")
    n = board.table.n.copy()
    n[3, board.table.indicators.index("E01")] = 9
    few = yt.apply(replace(board.table, n=n), board.recipe)
    assert refused(lambda: few.portrait("330421", tmp_path / "a.pdf")) == "few-respondents"
    assert not list(tmp_path.iterdir())


def test_respondents_of_a_value_that_is_left_out_are_not_printed():
    board = board_of("zhejiang-2022")
    row, j = board.table.row_of("330421"), board.table.indicators.index("E01")
    n, values = board.table.n.copy(), board.table.values.copy()
    n[row, j], values[row, j] = 7, np.nan
    found = portraits(yt.apply(replace(board.table, n=n, values=values), board.recipe))
    one = found.of("330421").row("E01")
    assert one.respondents is None and one.value is None and one.value_low is None
    line = text_of(portrait_pdf(found, "330421", "zh")).split("E01 ")[-1].split("E02 ")[0]
    assert " 7 " not in line and "缺失" in line


def test_the_board_writes_its_own(tmp_path):
    board = board_of("hdi")
    board.portrait("Norway", tmp_path / "n.pdf", "en")
    assert (tmp_path / "n.pdf").read_bytes() == portrait_pdf(portraits(board), "NOR", "en")
