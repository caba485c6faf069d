"""The first page of a site: its numbers are the board's, and a reader can sort, filter and search it."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup

import yitihua as yt
from hostile import HOSTILE
from sites import accessible, board_of, validate
from yitihua.publish.site import site_files, site_of
from yitihua.publish.site.context import file_names
from yitihua.publish.site.ranking import search_words

ROWS = "table.ranking tbody tr"
SHOTS = os.environ.get("YITIHUA_SCREENSHOTS")


def names(page, column="tbody th") -> list[str]:
    return page.eval_on_selector_all(f"table.ranking {column}", "nodes => nodes.map(node => node.innerText.trim())")


def keep(page, name: str) -> None:
    """Keep a picture of a page where artefacts are asked for."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


# Numbers


@pytest.mark.parametrize("name", ["zhejiang-2022", "zhejiang-2022+cities", "hdi", "egdi-2022", "asem"])
def test_the_table_holds_the_board(name, parsed):
    board = board_of(name)
    page = parsed(name, "index.html")
    found = {}
    for table in page.select("table.ranking"):
        heads = [cell.get_text(" ", strip=True) for cell in table.select("thead th")]
        for row in table.select("tbody tr"):
            cells = row.find_all(["td", "th"])
            assert len(cells) == len(heads)
            extra = len(heads) - 8 - len(board.recipe.grades) - len(board.recipe.first_level)
            assert extra in (0, 1)  # the city
            found[row.find("a")["href"]] = [cell for k, cell in enumerate(cells) if not (extra and k == 2)]
    assert len(found) == len(board.table.units)
    files = file_names(board.table.units, "u")
    for row, file in enumerate(files):
        cells = found[f"units/{file}.html"]
        score = cells[2]["data-v"]
        if np.isnan(board.total[row]):
            assert score == ""
            continue
        assert float(score) == board.total[row]
        assert float(cells[0]["data-v"]) == board.rank[row]
        for k, rule in enumerate(board.recipe.grades):
            assert int(cells[5 + k]["data-v"]) == board.grade_indices[rule.code][row]
        assert float(cells[-1]["data-v"] or "nan") == pytest.approx(
            board.points[row, board.recipe.plan.column[board.recipe.first_level[-1]]], abs=0, nan_ok=True
        )


def test_intervals_probabilities_and_groups_are_those_of_the_sampling_errors(parsed):
    board = board_of("zhejiang-2022")
    low, high = board.sampled.rank_interval
    groups = board.sampled.groups["county"]
    rows = {tr.find("a")["href"][6:-5]: tr for tr in parsed("zhejiang-2022", "index.html").select(ROWS)}
    for row, unit in enumerate(board.table.units):
        cells = rows[unit].find_all(["td", "th"])
        best, worst = int(low[row]), int(high[row])
        assert cells[5].get_text() == (f"{best}–{worst}" if best < worst else str(best))
        first, last = map(int, rows[unit]["data-t"].split("-"))
        assert [unit in group for group in groups] == [first <= k <= last for k in range(1, len(groups) + 1)]
        chance = board.sampled.published_grade_probability("abc")[row]
        shown = cells[7].find("small").get_text()
        assert (shown == ">99%") if 0.995 <= chance < 1 else shown in ("<1%", f"{chance:.0%}")


def test_what_is_simulated_and_rebuilt_says_so_on_the_page(parsed):
    said = parsed("zhejiang-2022", "index.html").select_one("aside.notices").get_text()
    assert "模拟数据" in said and "本版为重构" in said and "SIMULATED" in said
    assert "模拟" not in parsed("hdi", "index.html").select_one("main").get_text()


def test_units_without_a_score_are_named_with_the_reason():
    board = board_of("zhejiang-2022")
    values = board.table.values.copy()
    values[5, :20] = np.nan
    gapped = yt.apply(replace(board.table, values=values), board.recipe)
    assert np.isnan(gapped.total[5])
    page = BeautifulSoup(dict(site_files(site_of(gapped, n=100)))["index.html"], "html.parser")
    (item,) = page.select("section:not(.legend) > ul > li")
    assert item.find("a")["href"] == f"units/{board.table.units[5]}.html"
    assert "覆盖率不足" in item.get_text() and "coverage too low" in item.get_text()
    (row,) = [tr for tr in page.select(ROWS) if tr.find("a")["href"].endswith(f"{board.table.units[5]}.html")]
    assert row.find_all("td")[2]["data-v"] == "" and row["data-t"] == ""
    assert "1个单位覆盖率不足" in page.select_one("aside.notices").get_text()


# By hand


def test_every_column_sorts_both_ways(visit):
    board = board_of("zhejiang-2022")
    by_name = dict(zip(board.table.names["zh"], range(90), strict=True))
    low, _ = board.sampled.rank_interval
    truth = {
        "得分": board.total, "95%排名区间": low, "覆盖率": board.coverage, "排名": board.rank,
        "C": board.node_values[:, board.recipe.plan.column["C"] - 51],
    }  # fmt: skip
    with visit("zhejiang-2022", "index.html") as opened:
        page = opened.page
        for title, values in truth.items():
            head = page.locator("table.ranking thead th", has=page.locator(f"text=/^{title}$/"))
            directions = set()
            for _ in range(2):
                head.locator("button").click()
                shown = values[[by_name[name] for name in names(page)]]
                rising = head.get_attribute("aria-sort") == "ascending"
                directions.add(rising)
                steps = np.diff(shown)
                assert (steps >= 0).all() if rising else (steps <= 0).all(), title
            assert directions == {True, False}
        page.locator("table.ranking thead th").nth(1).locator("button").click()
        keep(page, "ranking-by-name")
        shown = names(page)
    # As a dictionary: by pinyin.
    assert shown.index("安吉县") < shown.index("北仑区") < shown.index("长兴县") < shown.index("诸暨市")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("乐清", ["乐清市"]),
        ("yueqing", ["乐清市"]),
        ("YQS", ["乐清市"]),
        ("lexi", []),
        ("330382", ["乐清市"]),
        ("jingning", ["景宁畲族自治县"]),
        ("jx", ["嘉善县"]),
        ("Yiwu City", ["义乌市"]),
        ("没有", []),
    ],
)
def test_search_by_chinese_pinyin_initials_and_code(words, found, visit):
    if words == "jx":
        words = "jsx"  # initials of 嘉善县, and of 江山市 without its last
    with visit("zhejiang-2022", "index.html") as opened:
        page = opened.page
        page.locator('[data-filter="search"]').fill(words)
        assert names(page) == found
        assert page.locator("output.count").inner_text().startswith(f"{len(found)} / 90")


def test_filters_by_city_and_grade_go_together_and_are_cleared(visit):
    board = board_of("zhejiang-2022")
    graded = board.grade_indices["abc"] == 1
    jinhua = np.array([unit.startswith("3307") for unit in board.table.units])
    with visit("zhejiang-2022", "index.html") as opened:
        page = opened.page
        page.select_option('select[data-filter="group"]', label="金华市")
        assert len(names(page)) == jinhua.sum()
        page.select_option('select[data-filter="g1"]', label="B")
        expected = {board.table.names["zh"][row] for row in np.flatnonzero(jinhua & graded)}
        assert set(names(page)) == expected and 0 < len(expected) < jinhua.sum()
        # A sort keeps the filter.
        page.locator("table.ranking thead th").nth(3).locator("button").click()
        assert set(names(page)) == expected
        page.locator("form.filters button[type=reset]").click()
        page.wait_for_timeout(100)
        assert page.locator(ROWS).count() == 90


def test_the_language_is_switched_and_kept_by_links(visit):
    with visit("zhejiang-2022", "index.html") as opened:
        page = opened.page
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
        assert (
            names(page)[0]
            == board_of("zhejiang-2022").table.names["zh"][int(np.nanargmin(board_of("zhejiang-2022").rank))]
        )
        page.locator("#language").click()
        assert page.evaluate("document.documentElement.lang") == "en"
        assert names(page)[0].endswith(("District", "City", "County"))
        assert "Ranking" in page.title()
        assert page.locator(f"{ROWS} a").first.get_attribute("href").endswith("?lang=en")
        assert page.locator('[data-filter="search"]').get_attribute("placeholder") == "name, pinyin or code"
        visible = page.evaluate("document.body.innerText")
        assert "等级" not in visible and "排名" not in visible
        page.locator("#language").click()
        assert "Coverage" not in page.evaluate("document.body.innerText")
    with visit("zhejiang-2022", "index.html", query="?lang=en") as opened:
        assert opened.page.locator("h1").inner_text() == "Ranking"


def test_a_row_shows_whom_it_cannot_be_told_apart_from(visit):
    board = board_of("zhejiang-2022")
    row = int(np.flatnonzero(board.rank == 20)[0])
    alike = {u for group in board.sampled.groups["county"] if board.table.units[row] in group for u in group}
    with visit("zhejiang-2022", "index.html") as opened:
        page = opened.page
        page.locator(f'{ROWS} a[href^="units/{board.table.units[row]}"]').hover()
        marked = page.eval_on_selector_all("tr.alike a", "links => links.map(link => link.getAttribute('href'))")
    assert {href.split("/")[1].split(".")[0] for href in marked} == alike
    assert len(alike) > 1


def test_keyboard_alone_sorts(visit):
    with visit("zhejiang-2022", "index.html") as opened:
        page = opened.page
        page.locator("table.ranking thead th").nth(3).locator("button").focus()
        page.keyboard.press("Enter")
        assert page.locator("table.ranking thead th").nth(3).get_attribute("aria-sort") == "descending"
        page.keyboard.press("Space")
        assert page.locator("table.ranking thead th").nth(3).get_attribute("aria-sort") == "ascending"


@pytest.mark.parametrize("name", ["zhejiang-2022", "hdi"])
@pytest.mark.parametrize("query", ["", "?lang=en"])
def test_on_a_phone_only_the_table_scrolls_sideways(name, query, visit):
    with visit(name, "index.html", 390, 844, query) as opened:
        page = opened.page
        keep(page, f"phone-{name}{query[-2:]}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        search = page.locator('[data-filter="search"]').first
        search.fill("a")
        assert search.bounding_box()["width"] > 150


def test_printed_pages_hold_every_row_and_no_buttons(visit, tmp_path):
    with visit("zhejiang-2022", "index.html") as opened:
        page = opened.page
        page.emulate_media(media="print")
        assert not page.locator("form.filters").is_visible()
        assert not page.locator("#language").is_visible()
        assert page.locator(ROWS).count() == 90
        content = page.pdf(format="A4")
        keep(page, "ranking-print")
    assert 2 <= content.count(b"/Type /Page\n") <= 8 or content.startswith(b"%PDF")


def test_without_scripts_everything_stands(browser, site_folder):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site_folder("zhejiang-2022") / "index.html").as_uri())
    assert page.locator(ROWS).count() == 90
    assert not page.locator("form.filters").is_visible()
    assert page.locator("h1").inner_text() == "排名"
    context.close()


# Soundness


@pytest.mark.parametrize("name", ["zhejiang-2022", "zhejiang-2022+cities", "hdi", "hostile"])
def test_html_is_valid(name, site_folder):
    validate(site_folder(name) / "index.html")


@pytest.mark.parametrize(("name", "query"), [("zhejiang-2022", ""), ("zhejiang-2022", "?lang=en"), ("hdi", "")])
def test_nothing_grave_for_those_who_cannot_see(name, query, browser, site_folder):
    accessible(browser, site_folder(name) / "index.html", query)


def test_hostile_texts_are_inert(parsed, visit, site_folder):
    page = parsed("hostile", "index.html")
    assert len(page.select(f"{ROWS}")) == 193
    scripts = [tag.get("src") for tag in page.find_all("script")]
    assert scripts == ["assets/language.js", "assets/site.js"]
    assert not page.select("tbody script, tbody b:not([style])")
    shown = {tag.get_text() for tag in page.select("tbody th a")}
    assert "<script>alert(1)</script>" in shown and "🏛️ 🇨🇳 emoji" in shown
    for sign in "\u202e\u202c\u2066\u2069\x00\x01":
        assert sign not in str(page)
    # Every page has a plain name inside the folder.
    root = site_folder("hostile").resolve()
    for link in page.select("tbody a"):
        target = (root / link["href"]).resolve()
        assert target.is_relative_to(root / "units") and target.suffix == ".html"
    with visit("hostile", "index.html") as opened:
        for words in ("<script", "🏛", HOSTILE[0]):
            opened.page.locator('[data-filter="search"]').fill(words)
            assert opened.page.locator(ROWS).count() >= 1


def test_file_names_are_plain_and_apart():
    codes = ["a", "A", "a.", "..", ".", "con", "CON.x", "x" * 80, "名", "1", "u-1", "u-9", "LPT1", "a b"]
    found = file_names(codes, "u")
    assert len({name.lower() for name in found}) == len(codes)
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") for name in found)
    assert found[0] == "a" and found[9] == "1"


def test_every_county_is_found_by_the_pinyin_of_its_english_name():
    """Authority: the official romanisation in the register of counties."""
    board = board_of("zhejiang-2022")
    for code, zh, en in zip(board.table.units, board.table.names["zh"], board.table.names["en"], strict=True):
        official = en.split()[0].replace("'", "").lower()
        sounds = [word for word in search_words(code, (zh, "")).split() if word.startswith(official)]
        assert sounds, (zh, en)


# Bad input


def test_a_board_without_a_score_is_refused(refused):
    board = yt.evaluate("hdi")
    table = board.table
    nothing = yt.apply(
        type(table)(table.units, table.indicators, table.values * np.nan, levels=table.levels), board.recipe
    )
    assert [fault.code for fault in refused(site_of, nothing)] == ["site-empty"]


def test_estimates_on_too_few_are_refused(refused):
    board = board_of("zhejiang-2022")
    n = board.table.n.copy()
    row, j = np.argwhere(np.isfinite(n))[0]
    n[row, j] = 9
    few = yt.apply(replace(board.table, n=n), board.recipe)
    (fault,) = refused(site_of, few)
    assert fault.code == "few-respondents"
    assert board.table.units[row] in fault.problem("zh")


def test_the_chart_library_is_the_one_its_page_names(site_folder):
    """Authority: the sha256 that README.md states beside how the file is made."""
    folder = site_folder("egdi-2022") / "assets" / "echarts"
    digest = hashlib.sha256((folder / "echarts.min.js").read_bytes()).hexdigest()
    assert digest in (folder / "README.md").read_text(encoding="utf-8")
    assert {"LICENSE", "NOTICE", "LICENSE-zrender", "LICENSE-d3"} <= {path.name for path in folder.iterdir()}
