"""The results workbook read back: numbers are the board's tables, text is text, bytes are the same twice."""

import io
import re
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from python_calamine import CalamineWorkbook

import yitihua as yt
from hostile import HOSTILE, hostile_board
from panel_boards import with_gaps
from yitihua.errors import InputError
from yitihua.publish.workbook import board_workbook
from yitihua.publish.workbook.page import TABS

# openpyxl does not read the ends of data bars, and says so.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")

#: What a cell may hold of it: signs that XML forbids replaced, turning marks out, tabs and line ends plain, cut.
CLEAN = {
    "\u202e123\u202c": "123", "\u2066x\u2069": "x", "a\tb": "a b", "\tx=1": " x=1",
    "line\nbreak\r\nend": "line\nbreak\nend", "\x00\x01\x08\x0b\x1f": "\ufffd" * 5, "\ud800 lone": "\ufffd lone",
    "\ufffe\uffff": "\ufffd\ufffd", "x" * 40_000: "x" * 31_999 + "…",
}  # fmt: skip


@cache
def board_of(name: str) -> yt.Scoreboard:
    return with_gaps(yt.evaluate("zhejiang-2022"), 0.3) if name == "gaps" else yt.evaluate(name)


@cache
def content_of(name: str, lang: str = "zh") -> bytes:
    return board_workbook(board_of(name), None, lang)


def table(name: str, key: str, lang: str = "zh") -> tuple[list[str], dict[str, list[Any]]]:
    """Return the titles of a sheet's table, and its columns."""
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content_of(name, lang))).get_sheet_by_name(
        TABS[key][0 if lang == "zh" else 1]
    )
    cells = rows.to_python()
    mark = {"zh": ("代码", "类别"), "en": ("unit", "code", "kind")}[lang]
    head = next(k for k, row in enumerate(cells) if row[0] in mark or (len(row) > 1 and row[1] in mark))
    titles = [str(title) for title in cells[head]]
    return titles, {title: [row[c] for row in cells[head + 1 :]] for c, title in enumerate(titles)}


def floats(values: list[Any]) -> np.ndarray:
    return np.array([np.nan if value == "" else value for value in values], dtype=float)


def same(found: np.ndarray, expected: Any) -> None:
    """Sixteen figures stand in a file, so the last bit may differ."""
    np.testing.assert_allclose(found, expected, rtol=1e-15, atol=0, equal_nan=True)


BOARDS = ("zhejiang-2022", "gaps", "hdi", "egdi-2022", "asem")


@pytest.mark.parametrize("name", BOARDS)
def test_ranking_is_the_score_table(name: str) -> None:
    board = board_of(name)
    expected = board.score_table("zh")
    titles, found = table(name, "ranking")
    assert found["代码"] == expected["unit"].tolist()
    for title, column in (("得分", "score"), ("排名", "rank"), ("覆盖率", "coverage")):
        same(floats(found[title]), expected[column].to_numpy(dtype=float, na_value=np.nan))
    for code in board.recipe.first_level:
        title = next(one for one in titles if one == code or one.startswith(f"{code}\n"))
        same(floats(found[title]), expected[code].to_numpy(dtype=float))
    for rule in board.recipe.grades:
        names = dict(zip(rule.labels, (name[0] for name in rule.names), strict=True))
        assert found[rule.title[0]] == [names.get(label, "") for label in expected[rule.code]]
        if board.sampled is not None:
            likely = expected[f"{rule.code}_probability"].to_numpy(dtype=float)
            same(floats(found[f"{rule.title[0]}\n概率"]), likely)
    if board.sampled is not None:
        for title, column in (("得分\n区间下限", "score_low"), ("得分\n区间上限", "score_high"),
                              ("排名\n最好", "rank_low"), ("排名\n最差", "rank_high")):  # fmt: skip
            same(floats(found[title]), expected[column].to_numpy(dtype=float, na_value=np.nan))


@pytest.mark.parametrize("name", BOARDS)
def test_scores_are_the_rank_table(name: str) -> None:
    board = board_of(name)
    titles, found = table(name, "scores")
    expected = board.ranks.set_index(["unit", "node"])
    for node in board.recipe.nodes:
        own = expected.xs(node.code, level="node").loc[found["代码"]]
        score = next(one for one in titles if one.startswith(f"{node.code}\n") and one.endswith("得分"))
        for title, column in ((score, "score"), (f"{node.code}\n排名", "rank"), (f"{node.code}\n覆盖率", "coverage")):
            same(floats(found[title]), own[column].to_numpy(dtype=float, na_value=np.nan))


@pytest.mark.parametrize("name", BOARDS)
def test_indicators_and_contributions_are_the_boards(name: str) -> None:
    board = board_of(name)
    _, found = table(name, "indicators")
    expected = board.indicator_table("zh").set_index(["unit", "indicator"])
    expected = expected.loc[list(zip(found["代码"], found["指标"], strict=True))]
    pairs = [("原始值", "raw_value"), ("得分", "normalised"), ("实际权重", "weight"), ("贡献", "contribution")]
    pairs += [("受访者数", "n")] * (board.table.n is not None) + [("标准误", "se")] * (board.table.se is not None)
    for title, column in pairs:
        same(floats(found[title]), expected[column].to_numpy(dtype=float))
    assert found["标记"] == expected["flags"].tolist()
    titles, found = table(name, "contributions")
    shares = board.contributions.set_index(["unit", "code"])["contribution"]
    for code in board.recipe.codes:
        title = next(one for one in titles if one == code or one.startswith(f"{code}\n"))
        own = shares.xs(code, level="code").loc[found["代码"]]
        same(floats(found[title]), own.to_numpy(dtype=float))


def test_weights_are_nominal_and_in_force() -> None:
    board = board_of("gaps")
    _, found = table("gaps", "weights")
    nominal = [board.recipe.global_weights[code] for code in found["代码"]]
    same(floats(found["名义权重\n（占总指数）"]), nominal)
    weight = board.contribution_arrays[1][np.isfinite(board.total)]
    means = [np.nan_to_num(weight[:, board.recipe.plan.column[code]]).mean() for code in found["代码"]]
    np.testing.assert_allclose(floats(found["实际权重\n均值"]), means, rtol=1e-12)


def test_problems_are_counted_from_the_board() -> None:
    board = board_of("gaps")
    _, found = table("gaps", "problems")
    kinds = {kind: found["类别"].count(kind) for kind in set(found["类别"])}
    assert kinds["缺失"] == int(np.isnan(board.denominated).sum())
    assert kinds["覆盖率不足"] == int(np.isnan(board.node_values).sum())
    assert kinds["超出目标区间，已截断"] == int(board.clipped.sum())
    asem = board_of("asem")
    _, found = table("asem", "problems")
    assert found["类别"].count("已填补") == int(asem.imputed.sum()) > 0
    assert found["类别"].count("已缩尾") == int(asem.winsorised.sum()) > 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_sheet_says_what_it_is(lang: str) -> None:
    content = content_of("zhejiang-2022", lang)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    # The barometer has a sheet where there is one: tests/site/test_barometer_page.py.
    tabs = [pair[0 if lang == "zh" else 1] for key, pair in TABS.items() if key != "barometer"]
    assert book.sheet_names == tabs
    words = {"zh": ("模拟数据", "本版为重构"), "en": ("SIMULATED DATA", "A reconstruction")}[lang]
    for name in book.sheet_names:
        top = " ".join(str(cell) for row in book.get_sheet_by_name(name).to_python()[:5] for cell in row)
        assert all(word in top for word in words), name
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
    assert len(sheets) == len(tabs)
    for text in sheets:
        assert words[0] in re.search("<oddFooter>(.*?)</oddFooter>", text)[1]  # type: ignore[index]
        assert 'paperSize="9" ' in text and 'orientation="landscape"' in text


def test_headings_stay_in_sight_and_on_every_page() -> None:
    book = openpyxl.load_workbook(io.BytesIO(content_of("zhejiang-2022")))
    for key in ("ranking", "scores", "indicators", "contributions", "weights", "problems", "live", "live_data"):
        sheet = book[TABS[key][0]]
        assert sheet.print_title_rows and sheet.freeze_panes, key
    assert book["排名"].conditional_formatting and book["图"]._charts


def test_the_same_board_gives_the_same_bytes() -> None:
    board = yt.evaluate("zhejiang-2022")
    edition = yt.load_edition("zhejiang-2022")
    assert board_workbook(board, edition) == board_workbook(yt.evaluate("zhejiang-2022"), edition)


def test_method_sheet_has_goalposts_reasons_and_hashes() -> None:
    board, edition = board_of("zhejiang-2022"), yt.load_edition("zhejiang-2022")
    book = CalamineWorkbook.from_filelike(io.BytesIO(board_workbook(board, edition)))
    cells = [str(cell) for row in book.get_sheet_by_name("方法").to_python() for cell in row]
    words = board.table.background.indicators
    assert all(words[code].reason[0] in cells for code in board.recipe.codes)
    assert all(line.sha256 in cells for line in board.table.lineage)
    assert "index/zhejiang-2022.toml" in cells and "numpy" in cells


def test_methods_that_no_formula_repeats_leave_the_live_sheet_out_and_say_why() -> None:
    board = yt.evaluate("hdi", aggregate="topsis")
    book = CalamineWorkbook.from_filelike(io.BytesIO(board_workbook(board)))
    assert "试算" not in book.sheet_names and "试算数据" not in book.sheet_names
    cells = [str(cell) for row in book.get_sheet_by_name("方法").to_python() for cell in row]
    assert any(cell.startswith("无试算表：总指数由") for cell in cells)


# Text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_text_stays_text(lang: str) -> None:
    content = board_workbook(hostile_board(), None, lang)
    live = [TABS[key][0 if lang == "zh" else 1] for key in ("live", "live_data")]
    ranking = TABS["ranking"][0 if lang == "zh" else 1]
    seen: set[str] = set()
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.hyperlink is None
                if cell.data_type == "f":
                    assert sheet.title in live and not any(len(text) > 3 and text in cell.value for text in HOSTILE)
                elif isinstance(cell.value, str) and cell.value.lstrip()[:1] in set("=+-@＝＋－＠"):
                    # Typed anew in Excel it stays text: a quote stands before it.
                    assert cell.data_type == "s" and cell.quotePrefix, cell.value
                if sheet.title == ranking and cell.column == 3 and isinstance(cell.value, str):
                    seen.add(cell.value)
    assert {CLEAN.get(text, text) for text in HOSTILE} - {"_x0041_ _x0000_"} <= seen
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not any("externalLink" in name or "vba" in name.lower() for name in archive.namelist())
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8")
            assert "<script" not in text and 'TargetMode="External"' not in text
    names = {
        row[2] for row in CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(ranking).to_python()
    }
    assert "_x0041_ _x0000_" in names


# Privacy


def test_estimates_on_few_respondents_are_refused_with_their_cells() -> None:
    board = board_of("zhejiang-2022")
    n = board.table.n.copy()  # type: ignore[union-attr]
    row, j = 3, board.table.indicators.index("E01")
    n[row, j] = 9
    few = yt.apply(replace(board.table, n=n), board.recipe)
    with pytest.raises(InputError) as found:
        board_workbook(few)
    (fault,) = found.value.faults
    assert fault.code == "few-respondents"
    assert f"{board.table.units[row]} E01" in fault.problem("zh")
    n[row, j] = 10
    board_workbook(yt.apply(replace(board.table, n=n), board.recipe))


def test_published_cells_rest_on_ten_respondents() -> None:
    _, found = table("zhejiang-2022", "indicators")
    n = floats(found["受访者数"])
    assert np.nanmin(n) >= 10


def test_unknown_language_is_refused() -> None:
    with pytest.raises(InputError, match="zh"):
        board_workbook(board_of("hdi"), None, "de")


def test_many_units_keep_the_weights_right_below_the_index(monkeypatch: pytest.MonkeyPatch) -> None:
    from yitihua.publish.workbook import live_plan

    monkeypatch.setattr(live_plan, "DEEP_UNITS", 50)
    book = openpyxl.load_workbook(io.BytesIO(board_workbook(board_of("zhejiang-2022"))))
    entries = [row[0].value for row in book["试算"].iter_rows(max_col=3) if not row[2].protection.locked]
    assert entries == list("ABCDE")
    cells = [str(row[1].value) for row in book["方法"].iter_rows(max_col=4)] + [
        str(row[2].value) for row in book["方法"].iter_rows(max_col=4)
    ]
    assert any("试算表只可修改一级指标的权重" in cell for cell in cells)


# The command


def test_command_writes_for_an_edition_and_for_a_folder_of_results(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from yitihua.cli import app

    runner = CliRunner()
    made = runner.invoke(app, ["score", "--edition", "hdi", "-o", str(tmp_path / "run"), "--lang", "zh"])
    assert made.exit_code == 0
    books = []
    for words in (["--edition", "hdi"], [str(tmp_path / "run")]):
        file = tmp_path / f"{len(books)}.xlsx"
        found = runner.invoke(app, ["workbook", *words, "-o", str(file), "--lang", "zh"])
        assert found.exit_code == 0 and f"已写入 {file}" in found.output
        books.append(CalamineWorkbook.from_path(file))
    first, second = (book.get_sheet_by_name("排名").to_python() for book in books)
    assert first == second
    inputs = [{str(cell) for row in book.get_sheet_by_name("方法").to_python() for cell in row} for book in books]
    assert inputs[0] == inputs[1]


@pytest.mark.parametrize("text", HOSTILE)
def test_file_names_stay_in_the_folder(text: str) -> None:
    from yitihua.commands.workbook import file_name

    name = file_name("results", text, text)
    assert re.fullmatch(r"results[\w-]*\.xlsx", name) and Path(name).name == name
    assert len(name.encode()) <= 255 and name.isprintable()


def test_board_writes_itself(tmp_path: Path) -> None:
    board = board_of("hdi")
    board.to_excel(tmp_path / "x.xlsx")
    assert (tmp_path / "x.xlsx").read_bytes() == content_of("hdi")
    with pytest.raises(InputError, match=r"x\.xls"):
        board.to_excel(tmp_path / "x.xls")


@pytest.mark.parametrize("words", [["--edition", "hdi", "-o", "x.csv"], ["RUN", "--weights", "equal"], []])
def test_bad_calls_are_refused(words: list[str], tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from yitihua.cli import app

    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    words = [str(tmp_path) if word == "RUN" else word for word in words]
    found = CliRunner().invoke(app, ["workbook", *words])
    assert isinstance(found.exception, InputError)
