"""Units side by side: the script holds the board, and a reader chooses by name, pinyin, code and keyboard."""

import json

import numpy as np
import pytest

from sites import accessible, board_of, validate
from yitihua.publish.site import site_of
from yitihua.publish.site.comparing import MOST, ahead_in_draws

FILE = "compare.html"
THREE = "#units=330106,330108,331126"


def data_of(folder) -> dict:
    text = (folder / "assets" / "compare-data.js").read_text(encoding="utf-8")
    return json.loads(text.removeprefix("window.yitihuaCompare=").removesuffix(";\n"))


def chosen(page) -> list[str]:
    return [word.removesuffix(" ×") for word in page.locator("#chosen button").all_inner_texts()]


def heads(page) -> list[str]:
    return page.locator("table.side thead th").all_inner_texts()


# Numbers


@pytest.mark.parametrize("name", ["zhejiang-2022", "zhejiang-2022+cities", "hdi", "asem"])
def test_the_script_holds_the_board(name, site_folder):
    board, data = board_of(name), data_of(site_folder(name))
    plan, codes = board.recipe.plan, board.recipe.codes
    files = [one["file"].removeprefix("indicators/").removesuffix(".html") for one in data["rows"]]
    assert sorted(files) == sorted(set(plan.column) - {board.recipe.root.code})
    columns = [plan.column[code] for code in files]
    rows = [board.table.units.index(unit[0]) for unit in data["units"]]
    assert sorted(rows) == list(range(len(rows)))
    found = np.array(data["points"], dtype=float)
    half = 0.5 * 10.0 ** -data["pointDigits"] + 1e-12
    np.testing.assert_allclose(found, board.points[np.ix_(rows, columns)], rtol=0, atol=half)
    values = np.array(data["values"], dtype=float)
    np.testing.assert_allclose(values, board.table.select(codes)[rows], rtol=6e-4)
    for unit, row in zip(data["units"], rows, strict=True):
        score, rank = (np.nan if x is None else x for x in (unit[6], unit[9]))
        np.testing.assert_allclose([score, rank], [board.total[row], board.rank[row]], atol=0.5 * 10 ** -data["digits"])
        for grade, rule in zip(unit[13], board.recipe.grades, strict=True):
            assert grade[0] == board.grade_indices[rule.code][row]


def test_who_is_ahead_is_counted_in_the_draws_and_in_the_replicates(site_folder):
    board, data = board_of("zhejiang-2022"), data_of(site_folder("zhejiang-2022"))
    rows = [board.table.units.index(unit[0]) for unit in data["units"]]
    sampled, choices = data["ahead"][0]
    run = board.uncertainty(n=200, seed=0)
    for i, j in ((0, 1), (3, 40), (89, 0), (50, 52)):
        one, other = board.sampled.rounded[:, rows[i]], board.sampled.rounded[:, rows[j]]
        assert sampled["of"][i][j] == pytest.approx(1000 * (one > other).mean(), abs=1)
        share = run.beats(board.table.units[rows[i]], board.table.units[rows[j]])
        assert choices["of"][i][j] == pytest.approx(1000 * share, abs=1)
        assert (choices["of"][i][j] == 1000) == (share == 1) and (choices["of"][i][j] == 0) == (share == 0)


def test_shares_of_draws_are_those_of_pairs():
    board = board_of("zhejiang-2022")
    shares = ahead_in_draws(board.sampled, np.arange(90))
    apart = board.sampled.apart(np.arange(90))
    most = 1 - (1 - board.sampled.level) / 2
    np.testing.assert_array_equal(np.maximum(shares, shares.T) >= most, apart)


def test_cities_are_not_set_against_counties(site_folder):
    data = data_of(site_folder("zhejiang-2022+cities"))
    sizes = [len(sources[0]["of"]) for sources in data["ahead"]]
    assert sizes == [sum(unit[5] == k for unit in data["units"]) for k in range(len(data["levels"]))]


# By hand


def test_three_counties_side_by_side(visit):
    board = board_of("zhejiang-2022")
    rows = [board.table.units.index(unit) for unit in ("330106", "330108", "331126")]
    with visit("zhejiang-2022", FILE, query=THREE) as opened:
        page = opened.page
        assert heads(page)[1:-1] == [board.table.names["zh"][row] for row in rows]
        whole = page.locator("table.side tbody").first.locator("tr").first.locator("td").all_inner_texts()
        assert [f"{board.total[row]:.2f}" in cell for row, cell in zip(rows, whole, strict=False)] == [True] * 3
        assert page.locator("table.side tbody tr").count() == 3 + len(board.recipe.grades) + 51 + 5
        line = page.locator("table.side tr", has=page.locator('a[href="indicators/A01.html"]'))
        j = board.recipe.codes.index("A01")
        points = [board.normalised[row, j] for row in rows]
        shown = line.locator("td").all_inner_texts()
        for cell, value in zip(shown, points, strict=False):
            assert f"{value:.1f}" in cell
        assert float(shown[-1]) == pytest.approx(max(points) - min(points), abs=0.11)
        assert line.locator("td.top-one").count() == points.count(max(points))
        assert page.locator("#dots svg path").count() > 10
        assert page.locator("#pairs table").count() == 2


def test_units_are_added_by_pinyin_and_keyboard_and_removed(visit):
    with visit("zhejiang-2022", FILE, query="#units=330106,330108") as opened:
        page = opened.page
        assert chosen(page) == ["西湖区", "滨江区"]
        page.locator("#find").focus()
        page.keyboard.type("yueqing")
        assert page.locator("#found button").all_inner_texts() == ["+ 乐清市"]
        page.keyboard.press("Enter")
        assert chosen(page) == ["西湖区", "滨江区", "乐清市"]
        assert page.url.endswith("#units=330106,330108,330382")
        page.keyboard.type("安吉")
        page.keyboard.press("Tab")  # the button that removes all
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert chosen(page)[-1] == "安吉县" and len(heads(page)) == 6
        page.locator("#chosen button").first.click()
        assert chosen(page) == ["滨江区", "乐清市", "安吉县"]
        page.locator("#chooser button[type=reset]").click()
        page.wait_for_timeout(50)
        assert chosen(page) == [] and not page.locator("#result").is_visible()


def test_no_more_than_fit_a_page(visit):
    board = board_of("zhejiang-2022")
    with visit("zhejiang-2022", FILE, query="#units=" + ",".join([*board.table.units[:9], "nobody", "%"])) as opened:
        page = opened.page
        assert len(chosen(page)) == MOST
        page.locator("#find").fill("a")
        assert not page.locator("#found").is_visible()
        assert "已选6个" in page.locator("#told").inner_text()


def test_an_address_with_a_question_mark_and_a_link_from_a_page_choose(visit):
    with visit("zhejiang-2022", FILE, query="?units=331126,330106") as opened:
        assert chosen(opened.page) == ["庆元县", "西湖区"]
    with visit("zhejiang-2022", "units/330106.html") as opened:
        opened.page.locator('a[href*="compare.html#"]').click()
        opened.page.wait_for_selector("#chosen button")
        assert chosen(opened.page)[0] == "西湖区" and len(chosen(opened.page)) == 3


def test_largest_gaps_come_first_where_asked(visit):
    with visit("zhejiang-2022", FILE, query=THREE) as opened:
        page = opened.page
        page.select_option("#order", "gap")
        gaps = page.locator("table.side tbody").nth(1).locator("tr td:last-child").all_inner_texts()
        numbers = [float(gap) for gap in gaps if gap != "–"]
        assert len(gaps) == 51 and numbers == sorted(numbers, reverse=True) and numbers[0] > numbers[-1]


def test_both_languages_and_levels(visit):
    with visit("zhejiang-2022+cities", FILE, query="?lang=en#units=330106,330100") as opened:
        page = opened.page
        said = page.locator("main").inner_text()
        assert not any("\u4e00" <= sign <= "\u9fff" for sign in said)
        assert "ranked apart" in said and heads(page)[1:3] == ["Xihu District\ncounty", "Hangzhou\ncity"]
        assert set(page.locator("#pairs td").all_inner_texts()) == {"–"}
        page.locator("#language").click()
        assert "Work foundation" not in page.locator("main").inner_text()
        assert page.url.endswith("#units=330106,330100")


# Soundness


@pytest.mark.parametrize("name", ["zhejiang-2022", "hdi", "hostile"])
def test_html_is_valid(name, site_folder):
    validate(site_folder(name) / FILE)


@pytest.mark.parametrize("query", [THREE, "?lang=en" + THREE])
def test_nothing_grave_for_those_who_cannot_see(query, browser, site_folder):
    accessible(browser, site_folder("zhejiang-2022") / FILE, query)


@pytest.mark.parametrize("query", [THREE, "?lang=en#units=330106,330108,330109,330110,330111,330112"])
def test_on_a_phone_only_tables_scroll_sideways(query, visit):
    with visit("zhejiang-2022", FILE, 390, 844, query) as opened:
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_printed_tables_stand_without_the_choice(visit):
    with visit("zhejiang-2022", FILE, query=THREE) as opened:
        page = opened.page
        page.emulate_media(media="print")
        assert page.locator("table.side").is_visible()
        for hidden in ("#chooser", "#chosen", "#order"):
            assert not page.locator(hidden).is_visible()


def test_hostile_texts_are_inert(visit, site_folder):
    codes = [unit[0] for unit in data_of(site_folder("hostile"))["units"]]
    with visit("hostile", FILE) as opened:
        page = opened.page
        for words in ("<script", "🏛", '"quoted"'):
            page.locator("#find").fill(words)
            assert page.locator("#found button").count() >= 1
            page.keyboard.press("Enter")
        names = page.locator("#chosen button").all_inner_texts()
        assert any("<script>alert(1)</script>" in name for name in names)
        assert page.locator("#result script, #result img, #chosen b").count() == 0
        address = page.url
        page.reload()
        assert page.locator("#chosen button").all_inner_texts() == names and page.url == address
    assert len(codes) == len(set(codes)) == 193


def test_levels_of_many_are_compared_without_pairs(monkeypatch):
    from yitihua.publish.site import comparing

    monkeypatch.setattr(comparing, "PAIRS", 50)
    site = site_of(board_of("zhejiang-2022"), n=100)
    assert '"ahead":[[]]' in comparing.compare_data(site).decode()
    assert "超过50个单位的层级不给出" in comparing.compare_page(site, "1", ()).decode()
