"""The framework and the pages of indicators: their numbers are the board's, their words the edition's."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from bs4 import BeautifulSoup

import yitihua as yt
from hostile import HOSTILE
from sites import accessible, board_of, validate
from yitihua.analysis.importance import effective_weights
from yitihua.index import grade
from yitihua.indicators.facts import published_facts
from yitihua.publish.colours import shade
from yitihua.publish.site import site_of
from yitihua.publish.site.indicators import Rooms, indicator_pages
from yitihua.publish.site.spread import bars, decimals_for
from yitihua.publish.tiles import known_tiles

NAMES = ["zhejiang-2022", "hdi", "asem"]


def shown(text: str) -> float:
    """Return a number as it stands on a page."""
    return float(text.replace(",", "").replace("−", "-").rstrip("%")) if text != "–" else np.nan


def heads(table) -> list[str]:
    return [cell.find("span", lang="en").get_text() for cell in table.select("thead th")]


def rows_of(page) -> dict[str, list[str]]:
    """Return the cells of the table of all units, by the file of the unit."""
    found = {}
    for row in page.select("#all tbody tr"):
        cells = row.find_all(["td", "th"])
        found[row.find("a")["href"].split("/")[-1][:-5]] = [cell.get_text() for cell in cells]
    return found


# The framework


@pytest.mark.parametrize("name", NAMES)
def test_weights_in_the_index_are_the_products_down_the_tree(name, parsed):
    """Authority: `effective_weights`, which is checked against COINr; and the identity that leaves sum to 1."""
    board = board_of(name)
    stated = effective_weights(board).set_index("code")
    lines = parsed(name, "indicators.html").select("table.tree tbody tr")
    found = {}
    for line in lines:
        code = re.search(r"indicators/(.+)\.html", line.find("a")["href"])[1]
        whole = [cell.get_text() for cell in line.find_all("td", class_="n")]
        found[code] = shown(whole[1]) / 100
        assert shown(whole[0]) / 100 == pytest.approx(stated.loc[code, "weight"], abs=5e-4)
        assert found[code] == pytest.approx(stated.loc[code, "effective"], abs=5e-5)
    assert set(found) == set(stated.index) - {board.recipe.root.code}
    assert sum(found[code] for code in board.recipe.codes) == pytest.approx(1, abs=5e-5 * len(board.recipe.codes))


def test_medians_and_coverage_are_over_the_units_of_the_largest_level(parsed):
    board = board_of("zhejiang-2022+cities")
    rows = board.level_rows["county"]
    assert len(rows) == 90 < len(board.table.units)
    for line in parsed("zhejiang-2022+cities", "indicators.html").select("table.tree tbody tr"):
        code = re.search(r"indicators/(.+)\.html", line.find("a")["href"])[1]
        cells = [cell.get_text() for cell in line.find_all("td", class_="n")]
        points = board.points[rows, board.recipe.plan.column[code]]
        assert shown(cells[2]) == pytest.approx(np.nanmedian(points), abs=0.0501)
        if code in board.recipe.codes:
            share = np.isfinite(board.denominated[rows, board.recipe.codes.index(code)]).mean()
            assert cells[3] in (f"{share:.0%}", ">99%")


# Numbers on the pages


@pytest.mark.parametrize("name", [*NAMES, "zhejiang-2022+cities"])
def test_the_table_of_every_indicator_holds_the_board(name, parsed):
    board, level_rows = board_of(name), list(board_of(name).level_rows.values())
    for j, code in enumerate(board.recipe.codes):
        page = parsed(name, f"indicators/{code}.html")
        names, found = heads(page.select_one("#all")), rows_of(page)
        assert set(found) == set(board.table.units)
        at = names.index("points")
        value = next(k for k, head in enumerate(names) if head.startswith("value"))
        points = board.normalised[:, j]
        ranks = grade.ranks_within(grade.rounded(points, board.recipe.score_decimals), level_rows)
        digits = 2 if board.recipe.scale == (0, 100) else 3
        raw = board.denominated[:, j]
        tolerance = 0.5001 * 10.0 ** -decimals_for(np.where(board.imputed[:, j], np.nan, raw))
        for row, unit in enumerate(board.table.units):
            cells = found[unit]
            assert shown(cells[0]) == pytest.approx(ranks[row], nan_ok=True)
            assert shown(cells[at]) == pytest.approx(points[row], abs=0.5001 * 10.0**-digits, nan_ok=True)
            if not board.imputed[row, j]:
                assert shown(cells[value]) == pytest.approx(raw[row], abs=tolerance, nan_ok=True)


def test_a_filled_cell_shows_what_it_was_filled_with_and_says_so(parsed):
    """Authority: `explain`, which names the fill."""
    board = board_of("asem")
    row, j = np.argwhere(board.imputed)[0].tolist()
    unit, code = board.table.units[row], board.recipe.codes[j]
    page = parsed("asem", f"indicators/{code}.html")
    names, cells = heads(page.select_one("#all")), rows_of(page)[unit]
    fill = next(step.value for step in board.explain(unit, code).steps if step.stage[1] == "imputed")
    value = next(k for k, head in enumerate(names) if head.startswith("value"))
    observed = np.where(board.imputed[:, j], np.nan, board.denominated[:, j])
    assert shown(cells[value]) == pytest.approx(fill, abs=0.5001 * 10.0 ** -decimals_for(observed))
    assert "填补" in cells[names.index("origin")]


def test_standard_errors_and_respondents_stand_beside_estimates_alone(parsed):
    board = board_of("zhejiang-2022")
    column = board.table.indicators.index("E01")
    page = parsed("zhejiang-2022", "indicators/E01.html")
    names, found = heads(page.select_one("#all")), rows_of(page)
    for row, unit in enumerate(board.table.units):
        cells = found[unit]
        assert shown(cells[names.index("standard error")]) == pytest.approx(board.table.se[row, column], abs=5.1e-4)
        assert shown(cells[names.index("respondents")]) == board.table.n[row, column]
    assert "standard error" not in heads(parsed("zhejiang-2022", "indicators/A01.html").select_one("#all"))


def test_fewer_respondents_than_may_be_shown_are_not_on_the_page():
    board = board_of("zhejiang-2022")
    counts = board.table.n[:, board.table.indicators.index("E01")]
    least = int(np.median(counts))
    site = replace(site_of(board, n=100), minimum=least)
    page = BeautifulSoup(dict(indicator_pages(Rooms(site), "0", ()))["indicators/E01.html"], "html.parser")
    at = heads(page.select_one("#all")).index("respondents")
    found = {unit: cells[at] for unit, cells in rows_of(page).items()}
    assert 0 < sum(cell == "–" for cell in found.values()) < 90
    for row, unit in enumerate(board.table.units):
        assert found[unit] == (f"{counts[row]:.0f}" if counts[row] >= least else "–")


@pytest.mark.parametrize("name", NAMES)
def test_a_node_shows_its_scores_and_parts(name, parsed):
    board = board_of(name)
    for k, node in enumerate(board.recipe.nodes[:-1]):
        page = parsed(name, f"indicators/{node.code}.html")
        found, at = rows_of(page), heads(page.select_one("#all")).index("points")
        digits = 2 if board.recipe.scale == (0, 100) else 3
        for row, unit in enumerate(board.table.units):
            assert shown(found[unit][0]) == pytest.approx(board.node_ranks[row, k], nan_ok=True)
            expected = pytest.approx(board.node_values[row, k], abs=0.5001 * 10.0**-digits, nan_ok=True)
            assert shown(found[unit][at]) == expected
        parts = [link["href"] for link in page.find(id="parts").find_next("table").select("a")]
        assert parts == [f"../indicators/{child}.html" for child in node.children]


# Words


def test_definition_reasons_measures_and_risks_are_the_editions(parsed):
    edition = yt.load_edition("zhejiang-2022")
    for code, stated in edition.indicators.items():
        text = parsed("zhejiang-2022", f"indicators/{code}.html").find("main").get_text()
        for words in (stated.definition, stated.goalposts.reason, stated.gaming_risk):
            assert words is None or (words.zh in text and words.en in text), code
        if stated.formula is not None:
            for name in re.findall(r"[a-z_]+", f"{stated.formula.numerator} {stated.formula.denominator or ''}"):
                measure = edition.measures[name]
                assert measure.name.zh in text and measure.name.en in text
                assert measure.counting_rule is None or measure.counting_rule.zh in text
        for fact, words in published_facts(stated.evidence).items():
            assert fact in text and words[0] in text


def test_questions_are_worded_as_they_are_asked(parsed):
    edition = yt.load_edition("zhejiang-2022")
    asked = [(code, item) for code, one in edition.indicators.items() if one.survey for item in one.survey.items]
    assert len(asked) > 10
    for code, item in asked:
        form, _, name = item.partition(".")
        question = edition.questionnaires[form].items[name]
        text = parsed("zhejiang-2022", f"indicators/{code}.html").find("main").get_text()
        assert question.text.zh in text and question.text.en in text
        for option in edition.questionnaires[form].scales[question.scale].options:
            assert option.text.zh in text


def test_every_link_to_an_indicator_leads_to_a_page(site_folder, parsed):
    folder = site_folder("asem")
    pages = ["indicators.html", "method.html", "audit.html", "indicators/TBTs.html", "indicators/Conn.html"]
    for page in pages:
        links = [link["href"] for link in parsed("asem", page).select("a[href]")]
        assert links
        for link in links:
            target = link.partition("#")[0]
            assert not target or (folder / page).parent.joinpath(target).resolve().is_file(), (page, link)


# Charts


def test_bars_hold_every_value_once():
    """Identity: each value lies in one bar, ends belong to the bar that numpy's histogram gives them to."""
    rng = np.random.default_rng(5)
    for values in (rng.lognormal(size=300), np.array([3.0, 3.0, np.nan]), np.arange(10.0), np.array([np.nan])):
        found, seen = bars(values), values[np.isfinite(values)]
        assert sum(count for _, _, count in found) == seen.size
        for low, high, count in found[:-1]:
            assert count == int(((seen >= low) & (seen < high)).sum())
        assert not found or (found[0][0] <= seen.min() and found[-1][1] >= seen.max())


@pytest.mark.parametrize("code", ["A01", "E01", "D"])
def test_the_chart_draws_the_table(code, parsed):
    board = board_of("zhejiang-2022")
    page = parsed("zhejiang-2022", f"indicators/{code}.html")
    data = json.loads(page.select_one('[data-chart="spread"] script').string)
    found = rows_of(page)
    points = board.points[:, board.recipe.plan.column[code]]
    values = points if code == "D" else board.denominated[:, board.recipe.codes.index(code)]
    # Dots stand in the order of the table, from whose rows they take their names.
    assert data["dots"] == [values[board.table.units.index(unit)] for unit in found]
    assert sum(bar[2] for bar in data["bars"]) == np.isfinite(values).sum()
    marks = [mark["at"] for mark in data["marks"]]
    posts = () if code == "D" else board.recipe.indicators[board.recipe.codes.index(code)].goalposts
    assert marks == [*posts, float(np.nanmedian(values))]


# In a browser


def test_charts_are_drawn_tiles_hold_the_points_and_names_change_language(visit):
    board = board_of("zhejiang-2022")
    points = board.points[:, board.recipe.plan.column["A"]]
    low, high = points.min(), points.max()
    with visit("zhejiang-2022", "indicators/A.html") as found:
        page = found.page
        assert page.locator("[data-chart] svg path, [data-chart] svg rect").count() > 90
        assert page.locator("#all tbody th").first.inner_text() == board.table.name_of(int(points.argmax()), "zh")
        tiles = page.locator(".tiles .tile")
        assert tiles.count() == 90
        grid = known_tiles()
        texts = {tile.split("\n")[0]: tile.split("\n")[1] for tile in tiles.all_inner_texts()}
        for row in range(90):
            name = board.table.name_of(row, "zh").replace("畲族自治县", "县")
            assert float(texts[name]) == pytest.approx(points[row], abs=0.0551)
        best = board.table.units[int(points.argmax())]
        style = page.evaluate(
            "() => { const one = [...document.querySelectorAll('.tiles .tile')].sort((a, b) => "
            "parseFloat(b.childNodes[2].data) - parseFloat(a.childNodes[2].data))[0]; return one.style.cssText; }"
        )
        top = min(place[0] for place in grid.values())
        assert f"grid-area: {grid[best][0] - top + 1} / {grid[best][1] + 1}" in style
        share = 0.1 + 0.85 * (points.max() - low) / (high - low)
        drawn = [int(channel) for channel in re.search(r"rgb\((\d+), (\d+), (\d+)\)", style).groups()]
        # The page shades by the points it shows, which are rounded.
        assert drawn == pytest.approx([int(shade(share)[at : at + 2], 16) for at in (1, 3, 5)], abs=1)
        page.get_by_role("button", name="English").click()
        assert page.locator("#all tbody th").first.inner_text() == board.table.name_of(int(points.argmax()), "en")
        assert "Xihu" in " ".join(page.locator(".tiles .tile").all_inner_texts())
        assert page.locator("[data-chart] svg").first.text_content().count("median") == 1


def test_the_table_is_sorted_by_what_a_cell_shows(visit):
    board = board_of("zhejiang-2022")
    with visit("zhejiang-2022", "indicators/C08.html", query="?lang=en") as found:
        page = found.page
        page.locator("#all thead button", has_text="value").click()
        cells = page.locator("#all tbody tr td:nth-child(3)").all_inner_texts()
    values = [shown(cell) for cell in cells]
    known = [value for value in values if not np.isnan(value)]
    assert known == sorted(known, reverse=True) and np.isnan(values[len(known) :]).all()
    assert known[0] == pytest.approx(np.nanmax(board.denominated[:, board.recipe.codes.index("C08")]), abs=0.0051)


def test_hostile_texts_stand_on_the_pages_as_texts(visit, parsed, site_folder):
    for file in sorted((site_folder("hostile") / "indicators").glob("*.html")):
        page = parsed("hostile", f"indicators/{file.name}")
        assert {script.get("type", "src") for script in page.find_all("script")} == {"src", "application/json"}
        assert all(script.get("src") for script in page.find_all("script") if not script.get("type"))
        assert not page.find_all(["b", "t"]) and "\u202e" not in str(page)
    board = board_of("hostile")
    with visit("hostile", f"indicators/{board.recipe.codes[0]}.html", query="?lang=en") as found:
        names = found.page.locator("#all tbody th").all_inner_texts()
        assert "<script>alert(1)</script>" in names and HOSTILE[0] in names
        assert found.page.locator("#all script, #all b").count() == 0


@pytest.mark.parametrize("name", ["zhejiang-2022", "asem", "hostile"])
def test_pages_of_indicators_validate(name, site_folder):
    folder = site_folder(name)
    validate(folder / "indicators.html", *sorted((folder / "indicators").glob("*.html")))


@pytest.mark.parametrize(
    ("name", "file", "query", "width"),
    [
        ("zhejiang-2022", "indicators.html", "", 1280),
        ("zhejiang-2022", "indicators/A.html", "?lang=en", 390),
        ("zhejiang-2022", "indicators/E01.html", "", 390),
        ("asem", "indicators/TBTs.html", "", 1280),
    ],
)
def test_pages_of_indicators_are_accessible_and_fit_a_telephone(name, file, query, width, browser, visit, site_folder):
    accessible(browser, site_folder(name) / file, query, width)
    with visit(name, file, width=width, query=query) as found:
        assert found.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
