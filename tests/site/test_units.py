"""Pages of units: every number is the board's or the portrait's, and a reader finds it in both languages."""

from dataclasses import replace

import numpy as np
import pytest
from bs4 import BeautifulSoup

import yitihua as yt
from calling import called
from sites import accessible, board_of, validate
from yitihua.publish.portraits import portraits
from yitihua.publish.site import site_of
from yitihua.publish.site.context import file_names
from yitihua.publish.site.render import number
from yitihua.publish.site.units import quantity, unit_pages

#: Pages of the largest shipped index; 2,844 of them and the rest are to stay below 150 MB.
MOST_BYTES = 36_000


def cells(row) -> list[str]:
    return [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"], recursive=False)]


def table(page, title: str):
    """Return the heads and the rows of the table below a heading."""
    head = next(h for h in page.select("main h2") if title in h.get_text())
    found = head.find_next("table")
    return cells(found.select_one("thead tr")), found.select("tbody tr:not(.g)")


def page_of(site, row: int) -> BeautifulSoup:
    return BeautifulSoup(dict(unit_pages(site, "1", ()))[site.files[row]], "html.parser")


# Numbers


@pytest.mark.parametrize("name", ["zhejiang-2022", "zhejiang-2022+cities", "hdi", "asem"])
def test_every_indicator_is_the_boards(name, parsed):
    board = board_of(name)
    codes = board.recipe.codes
    values, (contribution, _) = board.table.select(codes), board.contribution_arrays
    digits = 1 if board.recipe.scale[1] > 10 else 3
    files = file_names(board.table.units, "u")
    for row in range(0, len(files), max(1, len(files) // 12)):
        heads, rows = table(parsed(name, f"units/{files[row]}.html"), "全部指标")
        shown = {tr.find("a")["href"]: cells(tr) for tr in rows}
        assert len(shown) == len(rows) == len(codes)
        for j, code in enumerate(codes):
            cell = dict(zip(heads, shown[f"../indicators/{code}.html"], strict=True))
            assert cell["数值"].split()[0] == quantity(values[row, j])
            assert cell["得分"] == number(board.normalised[row, j], digits)
            assert cell["贡献"] == number(contribution[row, j], 2 if digits == 1 else digits)
            level = board.level_rows[board.table.levels[row]]
            known = board.normalised[level, j]
            assert cell["中位数"] == number(np.nanmedian(known) if np.isfinite(known).any() else None, digits)
            if np.isfinite(board.normalised[row, j]):
                known, own = (np.round(x, board.recipe.score_decimals) for x in (known, board.normalised[row, j]))
                assert cell["名次"] == f"{1 + (known > own).sum()}/{np.isfinite(known).sum()}"


def test_the_head_of_the_page_is_the_ranking(parsed):
    board = board_of("zhejiang-2022")
    low, high = board.sampled.score_interval
    best, worst = board.sampled.rank_interval
    for row in range(0, 90, 7):
        page = parsed("zhejiang-2022", f"units/{board.table.units[row]}.html")
        cards = [" ".join(li.get_text(" ", strip=True).split()) for li in page.select("ul.cards li")]
        assert cards[0].startswith(f"{board.total[row]:.2f} 综合得分 95%区间 {low[row]:.2f}–{high[row]:.2f}")
        assert cards[1].startswith(f"{board.rank[row]:.0f} / 90 同级排名 95%区间 {best[row]:.0f}–{worst[row]:.0f}")
        assert page.h1.get_text(" ", strip=True).startswith(board.table.names["zh"][row])
        alike = {u for group in board.sampled.groups["county"] if board.table.units[row] in group for u in group}
        assert f"与{len(alike) - 1}个单位分不出先后" in page.main.get_text() or len(alike) == 1


def test_first_level_table_says_what_its_charts_show(parsed):
    board = board_of("zhejiang-2022")
    columns = [board.recipe.plan.column[code] for code in board.recipe.first_level]
    contribution, _ = board.contribution_arrays
    page = parsed("zhejiang-2022", "units/330106.html")
    row = board.table.units.index("330106")
    heads, rows = table(page, "各一级指标")
    for j, tr in zip(columns, rows, strict=True):
        cell = dict(zip(heads, cells(tr), strict=True))
        low, middle, high = np.quantile(board.points[:, j], [0.25, 0.5, 0.75])
        assert cell["得分"] == f"{board.points[row, j]:.1f}"
        assert cell["同级中位数"] == f"{middle:.1f}" and cell["同级四分位范围"] == f"{low:.1f}–{high:.1f}"
        # Arithmetic means: what is got and what is lost are the weight times the scale.
        got, lost = float(cell["对总分的贡献"]), float(cell["失分（占全部失分）"].split("（")[0])
        assert got == pytest.approx(contribution[row, j], abs=0.005)
        assert got + lost == pytest.approx(20, abs=0.011)


def test_lists_lifts_and_exemplars_are_the_portraits(parsed):
    board = board_of("zhejiang-2022")
    found = portraits(board, edition=yt.load_edition("zhejiang-2022"))
    for unit in ("330106", "331126", "330483"):
        one, page = found.of(unit), parsed("zhejiang-2022", f"units/{unit}.html")
        lists = [[a["href"][14:-5] for a in ol.find_all("a")] for ol in page.select("main ol")]
        assert lists == [list(one.strengths), list(one.weaknesses), list(one.obstacles)]
        _, rows = table(page, "先补哪一项")
        assert [(tr.find("a")["href"][14:-5], cells(tr)[6], cells(tr)[8]) for tr in rows] == [
            (lift.code, f"+{lift.gain:.2f}", str(lift.rank)) for lift in one.lifts
        ]
        _, rows = table(page, "可以向谁学")
        assert [tr.find_all("a")[1]["href"] for tr in rows] == [f"{peer.unit}.html" for peer in one.exemplars]


def test_a_page_says_how_the_unit_stood_before():
    """Authority: the human development values that the same publication gives for 2021."""
    edition = yt.load_edition("hdi")
    now = board_of("hdi")
    then = yt.apply(yt.evaluate("hdi", period="2021").table, now.recipe)
    site = site_of(now, edition, then, n=100)
    row, old = (board.table.row_of("Norway") for board in (now, then))
    page = page_of(site, row)
    heads, rows = table(page, "各一级指标")
    column = now.recipe.plan.column
    for code, tr in zip(now.recipe.first_level, rows, strict=True):
        cell = dict(zip(heads, cells(tr), strict=True))
        assert cell["上期（2021）"] == f"{then.points[old, column[code]]:.3f}"
        change = now.points[row, column[code]] - then.points[old, column[code]]
        assert float(cell["变化"].replace("−", "-")) == pytest.approx(change, abs=6e-4)
    said = page.main.get_text()
    assert f"上期（2021）：得分{then.total[old]:.3f}，排名{then.rank[old]:.0f}，" in said
    assert "规则不完全相同" not in said
    other = site_of(now, edition, yt.apply(then.table, yt.evaluate("hdi", aggregate="arithmetic").recipe), n=100)
    assert "规则不完全相同" in page_of(other, row).main.get_text()


def test_a_unit_without_a_score_has_a_page_that_says_why():
    board = board_of("zhejiang-2022")
    values = board.table.values.copy()
    values[5, :20] = np.nan
    gapped = yt.apply(replace(board.table, values=values), board.recipe)
    page = page_of(site_of(gapped, n=100), 5)
    assert "不评分：覆盖率不足" in page.select_one("p.note").get_text()
    assert "没有得分，不作测算。" in page.main.get_text()
    assert "上一位" not in page.main.get_text()  # it has no place among the ranked
    _, rows = table(page, "全部指标")
    assert cells(rows[0])[1] == "–" and "缺失" in cells(rows[0])[-1]


def test_origin_and_remarks_stand_beside_the_value(parsed):
    board = board_of("zhejiang-2022")
    row, j = np.argwhere(board.clipped)[0]
    page = parsed("zhejiang-2022", f"units/{board.table.units[row]}.html")
    _, rows = table(page, "全部指标")
    (tr,) = [tr for tr in rows if tr.find("a")["href"].endswith(f"/{board.recipe.codes[j]}.html")]
    assert "模拟" in cells(tr)[-1] and "已截断" in cells(tr)[-1]
    survey = next(tr for tr in rows if tr.find("a")["href"].endswith("/E01.html"))
    place = board.table.indicators.index("E01")
    assert f"{board.table.n[row, place]:.0f}人" in cells(survey)[1]


def test_pages_stay_small(site_folder):
    sizes = [path.stat().st_size for path in (site_folder("zhejiang-2022") / "units").iterdir()]
    assert len(sizes) == 90 and max(sizes) < MOST_BYTES


def test_links_lead_to_pages_of_units_and_indicators(site_folder, parsed):
    board, folder = board_of("zhejiang-2022"), site_folder("zhejiang-2022")
    known = {f"../indicators/{code}.html" for code in board.recipe.plan.column}
    for link in parsed("zhejiang-2022", "units/330106.html").select("main a"):
        href = link["href"].split("#")[0]
        assert href in known or (folder / "units" / href).is_file(), href


@pytest.mark.parametrize(
    "board",
    [
        lambda: yt.evaluate("hdi", normalise="zscore"),  # points beyond the scale: no loss, no full points
        lambda: yt.evaluate("hdi", aggregate="bod"),  # a linear programme a unit: nothing to try indicator by indicator
        lambda: yt.apply(board_of("hdi").table.take([0]), board_of("hdi").recipe),  # nobody to compare with
    ],
    ids=["beyond the scale", "programmes", "one unit"],
)
def test_boards_of_other_kinds_have_pages(board, tmp_path):
    made = board()
    site = site_of(made, n=100)
    files = dict(unit_pages(site, "1", ()))
    for name in site.files[:3]:
        (tmp_path / name.removeprefix("units/")).write_bytes(files[name])
    validate(*tmp_path.iterdir())
    page = BeautifulSoup(files[site.files[0]], "html.parser")
    assert bool(page.select('[data-chart="unit-sources"]')) == (made.recipe.indicators[0].normalise.method != "zscore")
    assert ("不能逐项测算" in page.main.get_text()) == (made.recipe.root.method == "bod")


def test_a_period_before_on_too_few_respondents_is_refused(refused):
    board = board_of("zhejiang-2022")
    n = board.table.n.copy()
    row, j = np.argwhere(np.isfinite(n))[0]
    n[row, j] = 9
    few = yt.apply(replace(board.table, n=n, period="2021"), board.recipe)
    assert [fault.code for fault in refused(site_of, board, None, few)] == ["few-respondents"]


# In a browser


def test_english_is_whole_and_definitions_open(visit):
    edition = yt.load_edition("zhejiang-2022")
    with visit("zhejiang-2022", "units/330106.html", query="?lang=en") as opened:
        page = opened.page
        said = page.locator("main").inner_text().replace("simulated 模拟", "")
        assert not any("\u4e00" <= sign <= "\u9fff" for sign in said)
        assert page.locator("table.ind tbody tr:not(.g)").count() == 51
        page.locator("details.defs summary").first.click()
        told = page.locator("details.defs").first.inner_text()
        assert edition.indicators["A01"].definition.en in told
        measures = edition.measures
        assert f"Formula: {measures['fields_comprehensive'].name.en} ÷ {measures['fields_catalogue'].name.en} ×" in told
        page.locator("#language").click()
        assert "Work foundation" not in page.locator("main").inner_text()
        assert edition.indicators["A01"].definition.zh in page.locator("details.defs").first.inner_text()
        link = page.locator('table.ind a[href^="../indicators/A01"]')
        assert link.get_attribute("title") == edition.indicators["A01"].definition.zh


def test_marks_stand_where_the_numbers_are(visit):
    board = board_of("zhejiang-2022")
    row, codes = board.table.units.index("330106"), board.recipe.codes
    with visit("zhejiang-2022", "units/330106.html") as opened:
        marks = opened.page.eval_on_selector_all(
            "table.ind .mk",
            "nodes => nodes.map(node => ['--p', '--m'].map(name => node.style.getPropertyValue(name)))",
        )
    points, medians = np.array(marks, dtype=float).T
    assert len(points) == np.isfinite(board.normalised[row]).sum() == len(codes)
    np.testing.assert_allclose(points, board.normalised[row], atol=0.06)
    np.testing.assert_allclose(medians, np.nanmedian(board.normalised, axis=0), atol=0.06)


@pytest.mark.parametrize(("name", "unit"), [("zhejiang-2022", "330106"), ("hdi", "NOR"), ("asem", "CHN")])
def test_charts_are_drawn_and_only_tables_scroll_on_a_phone(name, unit, visit):
    with visit(name, f"units/{unit}.html", 390, 844) as opened:
        page = opened.page
        assert page.locator(".canvas svg").count() == 2
        assert page.locator(".canvas svg path").count() > 10
        assert page.locator("table.ind .mk").count() > 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_printed_page_has_its_tables_and_no_switches(visit):
    with visit("zhejiang-2022", "units/330106.html") as opened:
        page = opened.page
        page.emulate_media(media="print")
        assert not page.locator("details.defs").first.is_visible() and not page.locator("#language").is_visible()
        assert page.locator("table.ind").is_visible() and page.locator(".canvas svg").first.is_visible()


@pytest.mark.parametrize(
    ("name", "unit"), [("zhejiang-2022", "330106"), ("zhejiang-2022+cities", "330100"), ("hdi", "NOR"), ("asem", "CHN")]
)
def test_html_is_valid(name, unit, site_folder):
    validate(site_folder(name) / "units" / f"{unit}.html")


@pytest.mark.parametrize("query", ["", "?lang=en"])
def test_nothing_grave_for_those_who_cannot_see(query, browser, site_folder):
    accessible(browser, site_folder("zhejiang-2022") / "units" / "330106.html", query)


def test_hostile_texts_are_inert(site_folder, visit):
    folder = site_folder("hostile")
    pages = sorted((folder / "units").iterdir())
    assert len(pages) == 193
    validate(*pages[:40])
    for path in pages:
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        assert not page.select("h1 script, h1 b, td script, td b, li b, main script:not([type])")
        assert not set("\u202e\u2066\x00") & set(str(page))
    script = next(path for path in pages if "&lt;script&gt;alert(1)" in path.read_text(encoding="utf-8"))
    for query in ("", "?lang=en"):
        with visit("hostile", f"units/{script.name}", query=query) as opened:
            assert opened.page.locator(".canvas svg").count() >= 1
            # A tooltip is HTML: names in it are shown, not read.
            box = opened.page.locator(".canvas").first.bounding_box()
            opened.page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.5)
            assert opened.page.locator("main b:not([style]) script, main img").count() == 0


# By the command line


def test_before_is_another_period_or_a_folder_of_results(tmp_path, monkeypatch, capsys):
    now = board_of("hdi")
    then = yt.apply(yt.evaluate("hdi", period="2021").table, now.recipe)
    run = tmp_path / "run"
    assert called(monkeypatch, capsys, ["score", "-e", "hdi", "--period", "2021", "-o", run])[0] == 0
    for k, before in enumerate(("2021", run)):
        site = tmp_path / f"site-{k}"
        words = ["publish", "-e", "hdi", "--before", before, "-n", "100", "-o", site]
        assert called(monkeypatch, capsys, words)[0] == 0
        page = BeautifulSoup((site / "units" / "NOR.html").read_text(encoding="utf-8"), "html.parser")
        assert f"上期（2021）：得分{then.total[then.table.row_of('Norway')]:.3f}" in page.main.get_text()
    code, _, said = called(monkeypatch, capsys, ["publish", run, "--before", "2020", "-o", tmp_path / "x"])
    assert code == 2 and "--before RUN" in said and not (tmp_path / "x").exists()
    code, _, said = called(monkeypatch, capsys, ["publish", "-e", "hdi", "--before", "1066", "-o", tmp_path / "x"])
    assert code == 2 and "1066" in said and not (tmp_path / "x").exists()
