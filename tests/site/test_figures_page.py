"""The page of figures: its numbers are those of the questions that can be asked of the board."""

import json

import numpy as np
import pytest

from sites import accessible, board_of, validate
from yitihua.analysis import questions as ask
from yitihua.publish.site.figures import CHOICES, POINTS


def data_of(page, kind):
    (place,) = page.select(f'[data-chart="{kind}"]')
    return json.loads(place.find("script").string)


def rows_of(page, section):
    table = page.select_one(f"section:has(#{section}) table")
    return [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.select("tbody tr")]


def test_effective_weights_are_those_of_the_importance(parsed):
    found = ask.importance(board_of("zhejiang-2022"), None, "children")
    page = parsed("zhejiang-2022", "figures.html")
    data = data_of(page, "weights")
    np.testing.assert_array_equal([one["nominal"] for one in data], found.nominal)
    np.testing.assert_array_equal([one["effective"] for one in data], found.share)
    assert [row[2] for row in rows_of(page, "s-weights")] == [f"{share:.1%}" for share in found.share]


def test_indices_are_those_of_the_sensitivity(parsed):
    board = board_of("zhejiang-2022")
    frame = board.sensitivity(n=POINTS, seed=0).frame.head(CHOICES)
    data = data_of(parsed("zhejiang-2022", "figures.html"), "sobol")
    for key in ("first", "first_low", "first_high", "total", "total_low", "total_high"):
        np.testing.assert_allclose([one[key] for one in data], frame[key], rtol=0, atol=1e-12)
    assert len(rows_of(parsed("zhejiang-2022", "figures.html"), "s-sobol")) == len(frame)


def test_ranges_and_heat_map_are_in_the_order_of_the_ranking(parsed, site_folder):
    board = board_of("zhejiang-2022")
    page = parsed("zhejiang-2022", "figures.html")
    data = data_of(page, "ranges")
    assert data["ranks"] == sorted(board.rank.tolist())
    text = (site_folder("zhejiang-2022") / "assets/compare-data.js").read_text(encoding="utf-8")
    shared = json.loads(text[text.index("=") + 1 : text.rindex(";")])
    units = [shared["units"][place][0] for place in data_of(page, "heat")["units"]]
    rank = dict(zip(board.table.units, board.rank, strict=True))
    assert len(units) == 90 and [rank[unit] for unit in units] == data["ranks"]


def test_correlations_are_those_asked_for(parsed):
    board = board_of("asem")
    data = data_of(parsed("asem", "figures.html"), "matrix")
    truth = ask.correlation_matrix(board)
    assert data["codes"] == list(truth.index)
    np.testing.assert_allclose(np.array(data["cells"], dtype=float), truth.to_numpy(), atol=0.00501, equal_nan=True)


def test_densities_hold_every_city_by_its_median(parsed):
    board = board_of("zhejiang-2022")
    data = data_of(parsed("zhejiang-2022", "figures.html"), "densities")
    assert data[0]["count"] == 90 and sum(one["count"] for one in data[1:]) == 90 and len(data) == 12
    medians = [one["median"] for one in data[1:]]
    assert medians == sorted(medians, reverse=True)
    for one in data:  # the area under a curve is 1
        assert np.trapezoid(one["f"], one["x"]) == pytest.approx(1, abs=0.02)
    hangzhou = [row for row, unit in enumerate(board.table.units) if unit.startswith("3301")]
    assert next(one for one in data if one["name"][0] == "杭州市")["median"] == np.median(board.total[hangzhou])


@pytest.mark.parametrize("name", ["zhejiang-2022", "zhejiang-2022+cities", "hdi", "asem", "egdi-2022", "hostile"])
def test_every_chart_is_drawn_without_a_complaint(name, visit):
    for query in ("", "?lang=en"):
        with visit(name, "figures.html", query=query) as opened:
            page = opened.page
            charts = page.locator("[data-chart]").count()
            assert charts >= 3
            assert page.locator("[data-chart] svg path").count() > charts
            page.locator("#language").click()
            assert page.locator("[data-chart] svg").count() == charts
            assert page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize("name", ["zhejiang-2022", "hostile"])
def test_html_is_valid(name, site_folder):
    validate(site_folder(name) / "figures.html")


def test_nothing_grave_for_those_who_cannot_see(browser, site_folder):
    accessible(browser, site_folder("zhejiang-2022") / "figures.html", "?lang=en")
