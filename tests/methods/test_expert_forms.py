"""Forms of experts: hostile names stay text, drop-downs, live formulas by hand, faults of filled forms, overwriting."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from typer.testing import CliRunner

import yitihua as yt
from yitihua.cli import app
from yitihua.definitions.text import Text
from yitihua.index.weights.ahp import RANDOM_INDEX, ahp
from yitihua.index.weights.ahp_reading import read_judgments
from yitihua.index.weights.ahp_sheet import META, SCALE_SHEET, comparisons_of
from yitihua.index.weights.expert_table import read_expert_table
from yitihua.index.weights.judgments import SCALE
from yitihua.publish.expert_forms import ahp_form, budget_form

HOSTILE = ('=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(1)")


def hdi():
    return yt.load_edition("hdi")


def renamed():
    """Return the HDI with names that a spreadsheet could take for formulas."""
    edition = hdi()
    entries = [*edition.nodes.items(), *edition.indicators.items()]
    texts = {code: Text(zh=HOSTILE[n % 4], en=HOSTILE[(n + 1) % 4]) for n, (code, _) in enumerate(entries)}

    def with_names(group):
        return {code: entry.model_copy(update={"name": texts[code]}) for code, entry in group.items()}

    return dataclasses.replace(
        edition, nodes=with_names(edition.nodes), indicators=with_names(edition.indicators),
    )  # fmt: skip


def opened(content: bytes, path: Path):
    path.write_bytes(content)
    return openpyxl.load_workbook(path)


def filled(path: Path, upper=None) -> Path:
    """Write the HDI's form with 2 above the diagonal; `upper` holds other entries: (sheet, row, column) -> value."""
    book = opened(ahp_form(hdi()), path)
    for parent, k in (("HDI", 3), ("education", 2)):
        for i in range(k):
            for j in range(i + 1, k):
                book[parent].cell(5 + i, 3 + j).value = (upper or {}).get((parent, i, j), 2)
    book.save(path)
    return path


# Drawing.


@pytest.mark.parametrize("form", [ahp_form, budget_form])
def test_hostile_names_are_text(tmp_path, form):
    """House rule: what begins with = + - @ stands as text; formulas are the form's own, and name no such text."""
    book = opened(form(renamed()), tmp_path / "form.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    formulas = [cell.value for cell in cells if cell.data_type == "f"]
    assert formulas
    assert all(re.match(r"=IF\(", formula) for formula in formulas)
    assert not any("HYPERLINK" in formula or "@SUM" in formula for formula in formulas)
    # The names are there, whole, as text: in cells, or in the messages beside the cells.
    prompts = [rule.prompt for sheet in book for rule in sheet.data_validations.dataValidation]
    texts = [cell.value for cell in cells if cell.data_type != "f"] + prompts
    assert all(any(name in text for text in texts) for name in HOSTILE)


def test_a_form_with_hostile_names_comes_back(tmp_path):
    """Identity: judgments are found by codes, whatever the names are."""
    book = opened(ahp_form(renamed()), tmp_path / "wang.xlsx")
    for row, column, value in ((5, 4, 3), (5, 5, 5), (6, 5, 2)):
        book["HDI"].cell(row, column).value = value
    book["education"].cell(5, 4).value = 1 / 3
    book.save(tmp_path / "wang.xlsx")
    found = read_judgments([tmp_path / "wang.xlsx"], comparisons_of(renamed()))
    assert found["HDI"].matrices[0] == pytest.approx(np.array([[1, 3, 5], [1 / 3, 1, 2], [1 / 5, 1 / 2, 1]]))
    assert found["education"].matrices[0] == pytest.approx(np.array([[1, 1 / 3], [3, 1]]))


def test_each_pair_has_a_drop_down_of_the_scale(tmp_path):
    """Saaty's 17 values, 1/9 to 9, on the cells above the diagonal and on no other; these alone are unlocked."""
    edition = yt.load_edition("zhejiang-2022")
    book = opened(ahp_form(edition), tmp_path / "form.xlsx")
    values = [row[0].value for row in book[SCALE_SHEET].iter_rows()]
    assert sorted(values) == pytest.approx(sorted(SCALE))
    for asked in comparisons_of(edition):
        sheet, k = book[asked.parent], len(asked.codes)
        upper = {(5 + i, 3 + j) for i in range(k) for j in range(i + 1, k)}
        rules = sheet.data_validations.dataValidation
        assert {rule.formula1.replace("$", "") for rule in rules} == {f"{SCALE_SHEET}!A1:A17"}
        found = {(c.row, c.column) for rule in rules for area in rule.sqref.ranges for c in _cells(sheet, area)}
        assert found == upper
        unlocked = {(c.row, c.column) for row in sheet.iter_rows() for c in row if not c.protection.locked}
        assert unlocked == upper
        assert sheet.protection.sheet


def _cells(sheet, area):
    return [cell for row in sheet[area.coord] for cell in row] if ":" in area.coord else [sheet[area.coord]]


def test_the_budget_form_asks_for_every_child_once(tmp_path):
    """One sheet a node, one column a child; 100 points are checked by the sheet's own sum."""
    edition = yt.load_edition("zhejiang-2022")
    book = opened(budget_form(edition), tmp_path / "form.xlsx")
    for asked in comparisons_of(edition):
        sheet = book[asked.parent]
        assert tuple(cell.value for cell in sheet[4][1 : len(asked.codes) + 1]) == asked.codes
        assert "SUM(B5:" in sheet.cell(5, len(asked.codes) + 2).value


def test_live_formulas_are_the_column_method(tmp_path):
    """By hand, following the cells each formula names: columns scaled and averaged; mean of (Aw)/w; RI of Saaty."""
    book = opened(ahp_form(hdi()), tmp_path / "form.xlsx")
    sheet = book["HDI"]
    a = np.array([[1, 3, 5], [1 / 3, 1, 2], [1 / 5, 1 / 2, 1]])
    assert sheet["C6"].value == '=IF(D5="","",1/D5)'
    assert sheet["C7"].value == '=IF(E5="","",1/E5)'
    assert sheet["D7"].value == '=IF(E6="","",1/E6)'
    full = "COUNT($C$5:$E$7)=9"
    assert [sheet.cell(8, c).value for c in (3, 4, 5)] == [f'=IF({full},SUM({x}5:{x}7),"")' for x in "CDE"]
    assert sheet["F5"].value == f'=IF({full},SUMPRODUCT($C5:$E5/$C$8:$E$8)/3,"")'
    assert sheet["G5"].value == f'=IF({full},SUM(MMULT($C5:$E5,$F$5:$F$7))/F5,"")'
    assert sheet["G8"].value == f'=IF({full},(AVERAGE(G5:G7)-3)/2/{RANDOM_INDEX["saaty1980"][3]:g},"")'
    weights = (a / a.sum(axis=0)).sum(axis=1) / 3
    cr = ((a @ weights / weights).mean() - 3) / 2 / 0.58
    found = ahp(a, method="column")
    assert found.weights == pytest.approx(weights)
    assert found.cr == pytest.approx(cr)


# Filled-in forms with a fault, one each.


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("lots", "ahp-not-number"),
        (dt.datetime(2024, 1, 3), "ahp-date"),
        (12, "ahp-scale"),
        (0, "ahp-scale"),
        (-3, "ahp-scale"),
        (None, "ahp-missing"),
        ("1/0", "ahp-not-number"),
    ],
)
def test_a_bad_cell_is_named(tmp_path, value, code):
    """Each fault says file, sheet and cell; a negative number is refused, never turned round."""
    path = filled(tmp_path / "wang.xlsx", {("HDI", 0, 1): value})
    with pytest.raises(yt.InputError) as caught:
        read_judgments([path], comparisons_of(hdi()))
    (fault,) = caught.value.faults
    assert (fault.file, fault.sheet, fault.cell) == ("wang.xlsx", "HDI", "D5")
    assert fault.code == code


@pytest.mark.parametrize("typed", ["1/3", "１／３", " 1 / 3 ", 0.33])
def test_ways_to_write_a_third(tmp_path, typed):
    """By hand: fraction as text, full-width, with blanks, and two decimals are all 1/3."""
    path = filled(tmp_path / "wang.xlsx", {("education", 0, 1): typed})
    found = read_judgments([path], comparisons_of(hdi()))["education"].matrices[0]
    assert found == pytest.approx(np.array([[1, 1 / 3], [3, 1]]))


def test_two_sheets_for_a_node_are_refused(tmp_path):
    """A copied sheet would make one expert count twice, or hide a change of mind."""
    path = filled(tmp_path / "wang.xlsx")
    book = openpyxl.load_workbook(path)
    book.copy_worksheet(book["HDI"]).title = "HDI (2)"
    book.save(path)
    with pytest.raises(yt.InputError) as caught:
        read_judgments([path], comparisons_of(hdi()))
    (fault,) = caught.value.faults
    assert (fault.code, fault.sheet) == ("ahp-expert-twice", "HDI (2)")


def test_judgments_of_something_unasked_are_refused(tmp_path):
    """A fourth column with judgments is a fault; remarks beside the matrix are none."""
    head = "code,eys,mys,{}\neys,,3,{}\nmys,,,{}\n"
    asked = [comparison for comparison in comparisons_of(hdi()) if comparison.parent == "education"]
    path = tmp_path / "wang.csv"
    path.write_text(head.format("quality", "2", "5"), encoding="utf-8")
    with pytest.raises(yt.InputError) as caught:
        read_judgments([path], asked)
    assert [(fault.code, fault.key) for fault in caught.value.faults] == [("ahp-label-unknown", "quality")]
    path.write_text(head.format("", "", ""), encoding="utf-8")
    assert read_judgments([path], asked)["education"].matrices[0, 0, 1] == 3


def test_a_node_that_was_taken_out_of_the_form_is_named(tmp_path):
    path = filled(tmp_path / "wang.xlsx")
    book = openpyxl.load_workbook(path)
    del book["education"]
    book.save(path)
    with pytest.raises(yt.InputError, match="education") as caught:
        read_judgments([path], comparisons_of(hdi()))
    assert [fault.code for fault in caught.value.faults] == ["ahp-not-judged"]


def test_an_expert_stands_in_a_table_once(tmp_path):
    """Twice would count twice; rows without a name are told apart by number."""
    (asked,) = (comparison for comparison in comparisons_of(hdi()) if comparison.parent == "education")
    path = tmp_path / "points.csv"
    path.write_text("expert,eys,mys\nWang,50,50\nLi,20,80\nWang,90,10\n", encoding="utf-8")
    with pytest.raises(yt.InputError) as caught:
        read_expert_table(path, asked)
    assert [(fault.code, fault.key) for fault in caught.value.faults] == [("expert-twice", "Wang")]
    path.write_text("expert,eys,mys\n,50,50\n,20,80\n", encoding="utf-8")
    assert read_expert_table(path, asked)[0] == ("1", "2")


# From files to an index.


def project(folder: Path, keys: str) -> Path:
    (folder / "index").mkdir(parents=True, exist_ok=True)
    text = f'extends = "hdi"\n[weights]\nuse = "experts"\n[weights.sets.experts]\n{keys}\n'
    (folder / "index" / "mine.toml").write_text(text, encoding="utf-8")
    (folder / "project.toml").write_text('edition = "mine"\n', encoding="utf-8")
    return folder


def test_a_node_without_a_matrix_is_named(tmp_path):
    """The index has a node that nobody judged: the fault names it; nodes with one child would need none."""
    (tmp_path / "wang_HDI.csv").write_text(
        "code,health,education,income\nhealth,,1,1\neducation,,,1\nincome,,,\n", encoding="utf-8"
    )
    with pytest.raises(yt.InputError, match="'education'") as caught:
        yt.evaluate(project(tmp_path, 'method = "ahp"\nfiles = ["wang_HDI.csv"]'))
    assert [fault.code for fault in caught.value.faults] == ["ahp-nobody"]


def test_one_matrix_of_all_indicators(tmp_path):
    """By hand: judgments 4:2:1:1 over all four indicators; a node has the sum of its own, a lone child the whole."""
    codes = list(hdi().indicators)
    upper = (",2,4,4", ",,2,2", ",,,1", ",,,")
    lines = [",".join(["code", *codes]), *(f"{code},{row}" for code, row in zip(codes, upper, strict=True))]
    (tmp_path / "wang.csv").write_text("\n".join(lines), encoding="utf-8")
    keys = 'method = "ahp"\nfiles = ["wang.csv"]\nscope = "indicators"'
    board = yt.evaluate(project(tmp_path, keys))
    shares = dict(zip(codes, np.array([4, 2, 1, 1]) / 8, strict=True))
    for node in board.recipe.nodes:
        below = {child: sum(shares[leaf] for leaf in hdi().indicators_below(child)) for child in node.children}
        total = sum(below.values())
        assert dict(zip(node.children, node.weights, strict=True)) == pytest.approx(
            {child: share / total for child, share in below.items()}
        )


def test_a_file_whose_name_looks_like_a_pattern(tmp_path):
    """points[1].csv is what browsers call a second download."""
    (tmp_path / "points[1].csv").write_text(
        "expert,health,education,income,eys,mys\nWang,50,30,20,60,40\n", encoding="utf-8"
    )
    board = yt.evaluate(project(tmp_path, 'method = "budget"\nfile = "points[1].csv"'))
    weights = dict(zip(board.recipe.root.children, board.recipe.root.weights, strict=True))
    assert weights == pytest.approx({"health": 0.5, "education": 0.3, "income": 0.2})
    assert "points[1].csv" in dict(board.recipe.fitted_on)


@pytest.mark.parametrize("name", ["**.xlsx", "a\\u0000b", "x" * 300, ""])
def test_patterns_and_names_that_are_none(tmp_path, name):
    """No traceback: the file is said to be missing."""
    for keys in (f'method = "ahp"\nfiles = ["{name}"]', f'method = "budget"\nfile = "{name}"'):
        with pytest.raises(yt.InputError):
            yt.evaluate(project(tmp_path, keys))


# Command.


@pytest.mark.parametrize("method", ["ahp", "budget"])
def test_a_filled_form_is_never_overwritten(tmp_path, method):
    """The blank form may be written again; one that holds anything is refused and left as it is."""
    target = tmp_path / "form.xlsx"
    words = ["experts", "--edition", "hdi", "--method", method, "-o", str(target)]
    for _ in range(2):
        assert CliRunner().invoke(app, words).exit_code == 0
    book = openpyxl.load_workbook(target)
    book["HDI"]["D5"].value = 3
    book.save(target)
    held = target.read_bytes()
    result = CliRunner().invoke(app, words)
    assert isinstance(result.exception, yt.InputError)
    assert result.exception.faults[0].code == "expert-form-there"
    assert target.read_bytes() == held


def test_command_takes_a_project_folder(tmp_path):
    """The form asks for the nodes of the project's own edition."""
    folder = project(tmp_path / "mine", 'method = "ahp"\nfiles = ["experts/*.xlsx"]')
    result = CliRunner().invoke(app, ["experts", str(folder), "-o", str(tmp_path / "form.xlsx"), "--lang", "en"])
    assert result.exit_code == 0, result.output
    assert {"HDI", "education"} <= set(openpyxl.load_workbook(tmp_path / "form.xlsx").sheetnames) - {META}
