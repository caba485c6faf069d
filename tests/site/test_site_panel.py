"""The what-if panel in the frame of the site."""

from dataclasses import replace

import pytest

from sites import accessible, board_of, validate
from yitihua.publish.site import panel, site_of

PANEL = 'document.querySelector("[data-yitihua-panel]").yitihuaPanel'


def test_a_slider_moves_the_ranking_to_that_of_a_whatif(visit):
    """Authority: `board.whatif`, which fits and scores in Python."""
    board = board_of("zhejiang-2022")
    with visit("zhejiang-2022", "panel.html") as found:
        page = found.page
        box = page.locator('.yp-slider[data-code="A"] input[type=number]')
        box.fill("60")
        box.press("Enter")
        box.blur()
        weights = page.evaluate(f"() => {PANEL}.weights()")
        assert weights["A"] == pytest.approx(0.6) and weights["B"] == pytest.approx(0.1)
        ranks = page.evaluate(f"() => [...{PANEL}.result().rank]")
        first = page.locator(".site-panel .yp-name:visible").first.inner_text()
    changed = board.whatif(weights={code: weights[code] for code in board.recipe.root.children}).board
    assert ranks == changed.rank.tolist() != board.rank.tolist()
    assert first == board.table.name_of(int(changed.rank.argmin()), "zh")


def test_the_button_of_the_site_switches_the_panel(visit):
    with visit("zhejiang-2022", "panel.html") as found:
        page = found.page
        names = page.locator(".site-panel .yp-name:visible")
        assert "柯城区" in names.all_inner_texts()
        page.evaluate(f"() => {PANEL}.move('A', 0.5)")
        page.get_by_role("button", name="English").click()
        assert any(name.startswith("Kecheng") or name.endswith(("County", "City")) for name in names.all_inner_texts())
        assert page.locator(".site-panel legend").first.inner_text() == "First-level weights"
        # What was tried stays tried, and there is one button of languages.
        assert page.evaluate(f"() => {PANEL}.weights()")["A"] == pytest.approx(0.5)
        assert page.get_by_role("button", name="中文").count() == 1
        page.get_by_role("button", name="中文").click()
        assert page.locator(".site-panel legend").first.inner_text() == "一级指标权重"


def test_a_link_in_english_opens_the_panel_in_english(visit):
    with visit("zhejiang-2022", "panel.html", query="?lang=en") as found:
        assert found.page.locator(".site-panel legend").first.inner_text() == "First-level weights"


def test_an_index_that_is_no_mean_has_a_page_that_says_why():
    board = board_of("hdi")
    nodes = (*board.recipe.nodes[:-1], replace(board.recipe.nodes[-1], method="topsis"))
    site = site_of(board, n=100)
    page = panel.panel_page(replace(site, board=replace(board, recipe=replace(board.recipe, nodes=nodes))), "0", ())
    text = page.decode("utf-8")
    assert "TOPSIS" in text and "yitihua-panel-data" not in text and "panel.js" not in text


def test_hostile_names_stand_in_the_panel_as_texts(visit):
    with visit("hostile", "panel.html") as found:
        assert found.page.locator(".site-panel tbody b, .site-panel tbody script").count() == 0
        assert found.page.locator(".site-panel tbody").inner_text().strip()


def test_the_page_of_the_panel_validates(site_folder):
    validate(*(site_folder(name) / "panel.html" for name in ("zhejiang-2022", "hdi", "hostile")))


@pytest.mark.parametrize(("query", "width"), [("", 1280), ("?lang=en", 390)])
def test_the_page_of_the_panel_is_accessible_and_fits_a_telephone(query, width, browser, visit, site_folder):
    accessible(browser, site_folder("zhejiang-2022") / "panel.html", query, width)
    with visit("zhejiang-2022", "panel.html", width=width, query=query) as found:
        assert found.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
