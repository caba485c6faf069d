"""The pages of method and audit: every choice, file, finding and problem of the board stands on them."""

import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from bs4 import BeautifulSoup

import yitihua as yt
from sites import accessible, board_of, validate
from yitihua.publish.data_problems import LEAD, data_problems
from yitihua.publish.runs import run_inputs
from yitihua.publish.site import audit, site_of
from yitihua.publish.words import method_lines

NAMES = ["zhejiang-2022", "zhejiang-2022+cities", "hdi", "asem"]


def text_of(page) -> str:
    return re.sub(r"\s+", " ", page.find("main").get_text())


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


# Method


@pytest.mark.parametrize("name", NAMES)
def test_every_choice_and_every_file_is_on_the_page(name, parsed):
    board, edition = board_of(name), yt.load_edition(name.removesuffix("+cities"))
    text = text_of(parsed(name, "method.html"))
    for lang in ("zh", "en"):
        for what, how in method_lines(board.recipe, lang):
            assert plain(what) in text and plain(how) in text
    inputs = run_inputs(board, edition)
    assert len(inputs) >= 3
    for file, digest in inputs.items():
        assert file in text and digest in text
    for line in board.table.lineage:
        assert line.title in text and line.licence in text


@pytest.mark.parametrize("name", NAMES)
def test_grades_stand_with_cuts_and_how_many_units_have_them(name, parsed):
    """Identity: the counts of a scheme sum to the graded units."""
    board = board_of(name)
    tables = [(rule, level) for rule in board.recipe.grades for level in board.level_rows if rule.cuts_of(level)]
    found = [heading.find_next("table") for heading in parsed(name, "method.html").select("h3[id^=grade-]")]
    assert len(found) == len(tables)
    for table, (rule, level) in zip(found, tables, strict=True):
        given = board.grade_indices[rule.code][board.level_rows[level]]
        rows = [[cell.get_text() for cell in row.find_all("td")] for row in table.select("tbody tr")]
        assert [int(row[2]) for row in rows] == [int((given == k).sum()) for k in reversed(range(len(rule.names)))]
        cuts = [float(row[0]) for row in rows[:-1]]
        assert cuts == pytest.approx(rule.cuts_of(level)[::-1], rel=1e-9) and rows[-1][0] == rows[0][1] == "–"


# Audit


@pytest.mark.parametrize("name", NAMES)
def test_every_finding_of_the_audit_is_on_the_page(name, parsed):
    findings = board_of(name).audit().findings
    page = parsed(name, "audit.html")
    text = text_of(page)
    for finding in findings:
        for words in (finding.checked, finding.figure, finding.words):
            assert plain(words[0]) in text and plain(words[1]) in text
    verdicts = [mark["class"][1] for mark in page.select(".verdict")]
    assert Counter(verdicts) == Counter(finding.verdict for finding in findings)


@pytest.mark.parametrize("name", NAMES)
def test_cells_that_are_missing_filled_or_cut_are_counted(name, parsed):
    board = board_of(name)
    rows = parsed(name, "audit.html").select("#cells tbody tr")
    assert len(rows) == len(board.recipe.codes)
    for j, row in enumerate(rows):
        cells = [cell.get_text() for cell in row.find_all("td")]
        missing = np.isnan(board.denominated[:, j]) & ~board.imputed[:, j]
        masks = (missing, board.imputed[:, j], board.winsorised[:, j], board.clipped[:, j])
        assert [int(cell) for cell in cells[1:5]] == [int(mask.sum()) for mask in masks]


@pytest.mark.parametrize("name", ["zhejiang-2022", "asem"])
def test_problems_are_those_of_the_workbook(name, parsed):
    problems = data_problems(board_of(name), yt.load_edition(name))
    rows = parsed(name, "audit.html").select("#list tbody tr")
    assert len(rows) == len(problems)
    for row, problem in zip(rows, problems, strict=True):
        cells = [cell.get_text(" ", strip=True) for cell in row.find_all("td")]
        assert problem.kind[0] in cells[0] and problem.code in cells[2]
        assert plain(problem.words[1]).strip() in plain(row.get_text())


def test_a_long_list_is_cut_but_keeps_its_leads_and_says_what_is_left(monkeypatch):
    board, edition = board_of("zhejiang-2022"), yt.load_edition("zhejiang-2022")
    problems = data_problems(board, edition)
    leads = sum(problem.kind == LEAD for problem in problems)
    monkeypatch.setattr(audit, "MOST", leads + 5)
    page = BeautifulSoup(audit.audit_page(site_of(board, edition, n=100), "0", ()), "html.parser")
    kinds = [row.find("td").get_text() for row in page.select("#list tbody tr")]
    assert len(kinds) == leads + 5 and sum(LEAD[0] in kind for kind in kinds) == leads
    assert f"另有{len(problems) - leads - 5}项" in text_of(page)
    # The counts above the list are of all.
    cards = [int(card.find(class_="big").get_text()) for card in page.find(id="data").find_next("ul").select("li")]
    assert sum(cards) == len(problems)


def test_units_that_keep_their_grade_are_counted_over_the_replicates(parsed):
    board = board_of("zhejiang-2022")
    run = board.uncertainty(n=200, seed=0)
    text = text_of(parsed("zhejiang-2022", "audit.html"))
    for rule in board.recipe.grades:
        given = board.grade_indices[rule.code]
        chance = np.array([run.grade_probability[rule.code][row, k] for row, k in enumerate(given) if k >= 0])
        said = f"of {len(chance)} units {(chance >= 0.9).sum()} keep their grade in nine replicates of ten or more, "
        assert f"{rule.title[1]}: {said}{(chance < 0.5).sum()} in fewer than half." in text


def test_the_choice_that_moves_most_is_named(parsed):
    effects = board_of("zhejiang-2022").uncertainty(n=200, seed=0).effects
    most = effects.loc[effects["mean_shift"].idxmax()]
    assert (most["source"], most["rival"]) == ("aggregate", "geometric")
    page = parsed("zhejiang-2022", "audit.html")
    assert "ranks move most with aggregation (geometric)" in text_of(page)
    shifts = [
        float(row.find_all("td")[1].get_text()) for row in page.find(id="effects").find_next("table").select("tbody tr")
    ]
    assert shifts == pytest.approx(effects["mean_shift"], abs=0.0051)


def test_without_enough_units_there_is_no_audit_and_the_page_says_why():
    board = board_of("zhejiang-2022")
    few = yt.apply(replace(board.table.take([0, 1]), covariance=None), board.recipe)
    page = BeautifulSoup(audit.audit_page(site_of(few, n=100), "0", ()), "html.parser")
    assert not page.select(".verdict")
    assert "There is no audit" in text_of(page)


def test_pages_of_method_and_audit_validate(site_folder):
    validate(*(site_folder(name) / file for name in NAMES for file in ("method.html", "audit.html")))


@pytest.mark.parametrize("file", ["method.html", "audit.html"])
@pytest.mark.parametrize(("query", "width"), [("", 1280), ("?lang=en", 390)])
def test_pages_of_method_and_audit_are_accessible_and_fit_a_telephone(file, query, width, browser, visit, site_folder):
    accessible(browser, site_folder("zhejiang-2022") / file, query, width)
    with visit("zhejiang-2022", file, width=width, query=query) as found:
        assert found.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
