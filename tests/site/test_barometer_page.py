"""The barometer in the pages and in the workbook: the numbers are those of the result object.

Authority: `yt.barometer` itself, read once more; the simulated quarters of the province.
"""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from python_calamine import CalamineWorkbook

import yitihua as yt
from browsing import opened
from calling import called
from sites import accessible, validate
from yitihua.publish.site import site_files, site_of
from yitihua.publish.workbook import board_workbook


@cache
def weather():
    return yt.barometer("zhejiang-2022", "zhejiang-2022-simulated-quarters", surveys="zhejiang-2022-simulated", n=200)


@cache
def pages() -> dict[str, bytes]:
    edition = yt.load_edition("zhejiang-2022")
    board = yt.evaluate(edition)
    return dict(site_files(site_of(board, edition, n=100, barometer=weather())))


@cache
def page(name: str) -> BeautifulSoup:
    return BeautifulSoup(pages()[name].decode(), "html.parser")


def test_the_table_holds_every_unit_with_its_own_numbers() -> None:
    frame = weather().frame("zh", weather().periods[-1]).set_index("name")
    rows = page("barometer.html").select("table.sortable tbody tr")
    assert len(rows) == len(frame) == 90
    shown = [float(row.select("td.n")[0].get_text().split()[0]) for row in rows]
    assert shown == sorted(shown, reverse=True)
    for row in rows:
        one = frame.loc[row.th.find("span", lang="zh").get_text()]
        for cell, name in zip(row.select("td.n"), ("reading", "progress", "activity"), strict=True):
            value, span = cell.get_text(" ").split(" ", 1)
            assert value == f"{one[name]:.1f}"
            assert span.strip() == f"{one[f'{name}_low']:.1f}–{one[f'{name}_high']:.1f}"
        assert one["sign_name"] in row.select_one("td.c").get_text()
        assert one["quadrant_name"] in row.get_text()


def test_counts_of_signs_add_up_to_the_units() -> None:
    rows = page("barometer.html").select("#s-signs ~ div table tbody tr")
    assert [row.th.get_text() for row in rows] == ["2022Q1", "2022Q2", "2022Q3", "2022Q4"]
    for row in rows:
        assert sum(int(cell.get_text()) for cell in row.select("td")) == 90


def test_dots_lie_on_the_side_of_the_lines_that_their_quadrant_says() -> None:
    svg = page("barometer.html").select_one("svg.square")
    up, across = (float(line[name]) for line, name in zip(svg.select("line"), ("x1", "y1"), strict=True))
    frame = weather().frame("zh", weather().periods[-1]).set_index("name")
    dots = svg.select("circle")
    assert len(dots) == 90
    for dot in dots:
        quadrant = frame.loc[dot.title.get_text().split()[0], "quadrant_name"]
        x, y = float(dot["cx"]), float(dot["cy"])
        assert abs(x - up) < 0.2 or ("活跃高" in quadrant) == (x > up)
        assert abs(y - across) < 0.2 or ("进展高" in quadrant) == (y < across)


def test_a_unit_says_its_signs_and_what_the_next_one_needs() -> None:
    own = weather().unit("330421").frame("zh")
    section = page("units/330421.html").find(id="s-weather").parent
    text = section.get_text(" ")
    for period, name in zip(own["period"], own["sign_name"], strict=True):
        assert (f"{period} " in text and name in text) == bool(name)
    back = weather().feedback("330421")
    assert f"读数{back.reading:.1f}" in text and "部门联合双随机抽查户次" in text
    assert "barometer.html" in str(page("index.html").nav)


def test_what_is_simulated_and_ours_is_said() -> None:
    text = page("barometer.html").get_text()
    assert "模拟数据" in text and "SIMULATED" in text and "并非官方口径" in text and "可跨期比较" in text


def test_the_page_is_sound_and_opens_without_a_server(tmp_path: Path, browser) -> None:
    for name, content in pages().items():
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    file = tmp_path / "barometer.html"
    for width in (1280, 390):
        with opened(browser, file, width, 900, inside=tmp_path) as found:
            names = found.page.locator("table.sortable tbody th")
            first = names.first.inner_text()
            found.page.locator("table.sortable thead .sort").first.click()
            assert names.first.inner_text() != first
            assert found.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
    validate(file, tmp_path / "units" / "330421.html")
    accessible(browser, file)


def test_a_site_without_periods_has_no_such_page() -> None:
    edition = yt.load_edition("egdi-2022")
    names = [name for name, _ in site_files(site_of(yt.evaluate(edition), edition, n=100))]
    assert "barometer.html" not in names


@pytest.mark.parametrize(("lang", "tab"), [("zh", "晴雨表"), ("en", "Barometer")])
def test_the_sheet_of_the_workbook_holds_the_same(lang: str, tab: str) -> None:
    edition = yt.load_edition("zhejiang-2022")
    board = yt.evaluate(edition)
    book = CalamineWorkbook.from_object(io.BytesIO(board_workbook(board, edition, lang, None, weather())))
    rows = book.get_sheet_by_name(tab).to_python()
    head = next(i for i, row in enumerate(rows) if row[0] in ("代码", "unit"))
    frame = weather().frame(lang, weather().periods[-1])
    body = rows[head + 1 : head + 1 + len(frame)]
    assert [str(row[0]) for row in body] == frame["unit"].tolist()
    assert [row[4] for row in body] == pytest.approx(frame["reading"].tolist())
    assert [row[2] for row in body] == frame["sign_name"].tolist()
    with zipfile.ZipFile(io.BytesIO(board_workbook(board, edition, lang, None, weather()))) as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/charts/chart")]
    (drawn,) = [text for text in charts if "scatterChart" in text]
    assert f"{tab}!$I${head + 2}:$I${head + 91}" in drawn.replace("'", "")  # activity, a row a unit
    plain = CalamineWorkbook.from_object(io.BytesIO(board_workbook(board, edition, lang)))
    assert tab not in plain.sheet_names


def test_publish_takes_quarters_beside_the_year_and_refuses_data_without_periods(monkeypatch, capsys, tmp_path) -> None:
    words = ["publish", "-e", "zhejiang-2022", "-n", "100", "--lang", "en", "-o"]
    quarters = ["--barometer", "zhejiang-2022-simulated-quarters"]
    code, _, err = called(monkeypatch, capsys, [*words, tmp_path / "a", *quarters])
    assert code == 0, err
    assert "2022Q4" in (tmp_path / "a" / "barometer.html").read_text(encoding="utf-8")
    code, _, err = called(monkeypatch, capsys, [*words, tmp_path / "b", "--barometer", "none"])
    assert code == 0 and not (tmp_path / "b" / "barometer.html").exists(), err
    code, _, _ = called(monkeypatch, capsys, ["publish", "-e", "hdi", "-o", tmp_path / "c", *quarters])
    assert code == 2 and not (tmp_path / "c").exists()
