"""What a site gives away: every file is what its name says, and the page states its size and sha256."""

import hashlib
from dataclasses import replace
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

import yitihua as yt
from calling import called
from hostile import HOSTILE
from sites import accessible, board_of, validate
from yitihua.publish.bundle.verify import verify_bytes
from yitihua.publish.site import downloads, site_of
from yitihua.publish.workbook import board_workbook


@pytest.mark.parametrize("name", ["zhejiang-2022", "zhejiang-2022+cities", "hdi"])
def test_the_page_states_bytes_and_sha256_of_every_file(name, site_folder, parsed):
    folder = site_folder(name)
    rows = parsed(name, "downloads.html").select("table.files tbody tr")
    found = {row.find("a")["href"]: row for row in rows}
    assert {file.relative_to(folder).as_posix() for file in (folder / "downloads").iterdir()} == set(found)
    for link, row in found.items():
        content = (folder / link).read_bytes()
        cells = row.find_all("td")
        assert int(cells[1].get_text().replace(",", "")) == len(content)
        assert cells[2].get_text() == hashlib.sha256(content).hexdigest()


def test_workbook_and_bulletin_are_the_boards(site_folder, tmp_path):
    """Identity: the same bytes as `yitihua workbook` and `yitihua bulletin` write."""
    board, edition = board_of("zhejiang-2022"), yt.load_edition("zhejiang-2022")
    folder = site_folder("zhejiang-2022") / "downloads"
    assert (folder / "results.xlsx").read_bytes() == board_workbook(board, edition, "zh")
    board.bulletin(tmp_path / "b.docx", edition=edition)
    assert (folder / "bulletin.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()


def test_the_bundle_is_computed_again_and_equal(site_folder):
    verdict = verify_bytes((site_folder("zhejiang-2022") / "downloads/bundle.zip").read_bytes())
    assert verdict.equal and verdict.has_definitions
    assert verdict.manifest.simulated


def test_tables_are_read_back_as_the_boards(site_folder):
    board = board_of("zhejiang-2022")
    folder = site_folder("zhejiang-2022") / "downloads"
    scores = pd.read_csv(folder / "scores.csv", dtype={"unit": str}).set_index("unit")
    assert (folder / "scores.csv").read_bytes()[:3] == b"\xef\xbb\xbf"  # Excel shows Chinese without it as nonsense
    np.testing.assert_array_equal(scores.loc[list(board.table.units), "score"], board.total)
    np.testing.assert_array_equal(scores.loc[list(board.table.units), "rank"], board.rank)
    indicators = pd.read_csv(folder / "indicators.zip", dtype={"unit": str})
    assert len(indicators) == len(board.table.units) * len(board.recipe.codes)


def test_texts_that_would_become_formulas_are_marked(site_folder):
    content = (site_folder("hostile") / "downloads/scores.csv").read_bytes()
    names = set(pd.read_csv(BytesIO(content), keep_default_na=False)["name"])
    starters = tuple("=+-@＝＋－＠")
    assert not [name for name in names if name.lstrip().startswith(starters)]
    # Beginning and end of what stood there are kept.
    assert {"'=1+1", "'@SUM(A1:A9)", "<b>bold</b>"} <= names
    assert len([text for text in HOSTILE if text.strip().startswith(starters)]) > 5


def test_a_province_of_thousands_has_no_workbook_and_the_page_says_how_to_make_one(monkeypatch):
    monkeypatch.setattr(downloads, "MOST_UNITS", 89)
    board, edition = board_of("zhejiang-2022"), yt.load_edition("zhejiang-2022")
    found = dict(downloads.downloads_files(site_of(board, edition, n=100), "0", ()))
    assert not [name for name in found if name.endswith(".xlsx")]
    text = BeautifulSoup(found["downloads.html"], "html.parser").find("main").get_text()
    assert "yitihua workbook" in text and "90个单位" in text


def test_what_cannot_be_packed_is_left_out_with_the_reason():
    """Own code is not run by those who verify, so it is not packed."""
    board = board_of("hdi")
    recipe = replace(board.recipe, weighting=replace(board.recipe.weighting, method="mine.py:weights"))
    found = dict(downloads.downloads_files(site_of(replace(board, recipe=recipe), n=100), "0", ()))
    assert "downloads/bundle.zip" not in found
    text = BeautifulSoup(found["downloads.html"], "html.parser").find("main").get_text()
    assert "What is not here" in text and "a bundle holds no code and runs none" in text


def test_a_folder_of_results_brings_the_definitions_it_was_scored_with(tmp_path, monkeypatch, capsys):
    """Its bundle is then computed again from the definitions, and questions are worded."""
    run, site = tmp_path / "run", tmp_path / "site"
    assert called(monkeypatch, capsys, ["score", "-e", "zhejiang-2022", "-o", run])[0] == 0
    assert called(monkeypatch, capsys, ["publish", run, "-o", site, "-n", "100"])[0] == 0
    verdict = verify_bytes((site / "downloads/bundle.zip").read_bytes())
    assert verdict.equal and verdict.has_definitions and verdict.manifest.recipe == "fitted"
    asked = yt.load_edition("zhejiang-2022").questionnaires["citizens"].items["CZ04"].text.zh
    assert asked in (site / "indicators/E01.html").read_text(encoding="utf-8")


def test_notices_stand_on_the_page_of_downloads(parsed):
    text = parsed("zhejiang-2022", "downloads.html").find("body").get_text()
    assert "模拟数据" in text and "SIMULATED" in text and "重构" in text


def test_the_page_of_downloads_validates(site_folder):
    validate(*(site_folder(name) / "downloads.html" for name in ("zhejiang-2022", "hdi", "hostile")))


@pytest.mark.parametrize(("query", "width"), [("", 1280), ("?lang=en", 390)])
def test_the_page_of_downloads_is_accessible_and_fits_a_telephone(query, width, browser, visit, site_folder):
    accessible(browser, site_folder("zhejiang-2022") / "downloads.html", query, width)
    with visit("zhejiang-2022", "downloads.html", width=width, query=query) as found:
        assert found.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert found.page.locator("a[download]").count() == 5
