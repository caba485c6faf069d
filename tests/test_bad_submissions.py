"""Every kind of faulty submission: named by file, sheet and cell, with the mend, alone, and nothing written."""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import zipfile
from collections.abc import Callable

import duckdb
import pandas as pd
import pytest
from openpyxl.workbook import Workbook

import yitihua as yt
from submitting import COUNT, FREE, NAME, UNIT, Office, cell_of, form, good_bytes, put, spoilt
from yitihua.commands import province
from yitihua.definitions import load_edition
from yitihua.definitions.expressions import names_in
from yitihua.definitions.framework_models import Formula
from yitihua.indicators.shares import is_share
from yitihua.publish.template import Filling, workbook_bytes

HERE, CELL = cell_of(COUNT)
FREE_SHEET, FREE_CELL = cell_of(FREE)
FIRST = form().sheets[0]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.fixture
def office(tmp_path) -> Office:
    return Office.at(tmp_path / "project")


def case(name, spoil, code, sheet="", cell="", says="", hint="", file="a.xlsx"):
    """One fault; `spoil` changes an opened good workbook, or is the whole file."""
    return pytest.param(spoil, code, sheet, cell, says, hint, file, id=name)


def entry(name, value, code, says="", hint="", measure=COUNT, look=""):
    """One fault in one number cell."""
    sheet, cell = cell_of(measure)
    return case(name, put(measure, value, look=look), code, sheet, cell, says, hint)


def cover(row: int, value: object) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        book["封面"][f"C{row}"].value = value

    return change


def both(*changes: Callable[[Workbook], None]) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        for one in changes:
            one(book)

    return change


def rezipped(edit: Callable[[str, bytes], bytes], content: bytes | None = None) -> bytes:
    """Return a workbook with its parts changed byte by byte."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content or good_bytes())) as old, zipfile.ZipFile(target, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, edit(name, old.read(name)))
    return target.getvalue()


def with_formula(cell: bytes, formula: bytes, number: int = 2) -> bytes:
    """Return a workbook whose cell keeps its value and gets a formula, as a spreadsheet saves it."""

    def edit(name: str, part: bytes) -> bytes:
        if name != f"xl/worksheets/sheet{number}.xml":
            return part
        pattern = rb'(<c r="' + cell + rb'"[^>]*>)(<v>)'
        assert len(re.findall(pattern, part)) == 1
        return re.sub(pattern, rb"\1<f>" + formula + rb"</f>\2", part)

    return rezipped(edit)


def rename(old: str, new: str) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        book[old].title = new

    return change


def meta(row: int, value: str) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        book["_meta"][f"B{row}"].value = value

    return change


def row_of(measure: str) -> int:
    return form().fields[measure].row


def drop_row(book: Workbook) -> None:
    book[HERE].delete_rows(row_of(COUNT))


def double_row(book: Workbook) -> None:
    sheet = book[HERE]
    for column in "ABCDEFG":
        sheet[f"{column}40"].value = sheet[f"{column}{row_of(COUNT)}"].value


def wrong_code(book: Workbook) -> None:
    book[HERE][f"A{row_of(COUNT)}"].value = "enforcement_complaint"


def no_code(book: Workbook) -> None:
    book[HERE]["F45"].value = 12


def show(name: str, state: str) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        book[name].sheet_state = state

    return change


def hide_column(book: Workbook) -> None:
    column = book[HERE].column_dimensions["F"]
    column.hidden, column.max = True, 6


def no_width() -> bytes:
    def edit(name: str, part: bytes) -> bytes:
        sheet = f"xl/worksheets/sheet{2 + form().sheets.index(next(s for s in form().sheets if s.name == HERE))}.xml"
        narrow = re.sub(rb"<col min=\"6\" max=\"7\" width=\"[\d.]+\"", b'<col min="6" max="6" width="0"', part)
        return narrow if name == sheet else part

    return rezipped(edit)


def heading_twice(book: Workbook) -> None:
    book[HERE].insert_cols(6)
    book[HERE]["F4"].value = "本期"
    # The county's numbers are in the column that moved to the right.
    for row in range(5, 20):
        book[HERE][f"F{row}"].value, book[HERE][f"G{row}"].value = book[HERE][f"G{row}"].value, None


def cover_error(book: Workbook) -> None:
    cell = book["封面"]["C4"]
    cell.value, cell.data_type = "#N/A", "e"


def merge(book: Workbook) -> None:
    row = row_of(COUNT)
    book[HERE].merge_cells(f"F{row}:G{row}")


def hide_row(book: Workbook) -> None:
    book[HERE].row_dimensions[row_of(COUNT)].hidden = True


def empty_sheet(book: Workbook) -> None:
    at = book.sheetnames.index(HERE)
    del book[HERE]
    book.create_sheet(HERE, at)


def drop_sheet(book: Workbook) -> None:
    del book[HERE]


def extra_sheet(book: Workbook) -> None:
    book.create_sheet("测算")["B2"].value = 17


def drop_heading(book: Workbook) -> None:
    book[HERE]["F4"].value = "数值"


def drop_cover_row(book: Workbook) -> None:
    book["封面"].delete_rows(7)


def far_cell(book: Workbook) -> None:
    book[HERE]["A1048576"].value = "x"


def wide_sheet(book: Workbook) -> None:
    book[HERE]["XFD3"].value = "x"


def above_whole(book: Workbook) -> None:
    put("ratings_satisfied", 101)(book)


def above_whole_before(book: Workbook) -> None:
    put("ratings_satisfied", 101, "before")(book)


def error_cell(book: Workbook) -> None:
    cell = book[HERE][CELL]
    cell.value, cell.data_type = "#DIV/0!", "e"


def empty_book() -> bytes:
    target = io.BytesIO()
    Workbook().save(target)
    return target.getvalue()


def other_book() -> bytes:
    book = Workbook()
    book.active["A1"].value = "会议通知"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", 8) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(80 << 20))
    return target.getvalue()


def lying_bomb() -> bytes:
    """A part that says it is small and is not."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", 8) as archive:
        archive.writestr("xl/workbook.xml", bytes(5 << 20))
    raw = target.getvalue()
    return raw.replace(struct.pack("<I", 5 << 20), struct.pack("<I", 1000))


def many_rows() -> bytes:
    """A million rows, none of them stated by a dimension."""

    def edit(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet2.xml":
            return part
        rows = b"".join(b'<row r="%d"/>' % number for number in range(100, 1_000_000, 40))
        return part.replace(b"</sheetData>", rows + b"</sheetData>").replace(b"<dimension ", b"<dimensio ")

    return rezipped(edit)


def encrypted_zip() -> bytes:
    raw = bytearray(good_bytes())
    place = raw.index(b"PK\x01\x02")
    while place >= 0:
        raw[place + 8] |= 1
        place = raw.find(b"PK\x01\x02", place + 4)
    return bytes(raw)


CELLS = [
    entry("text in a number cell", "很多", "entry-text", "很多"),
    entry("about so many", "约200", "entry-text", "约200"),
    entry("true or false", True, "entry-text", "TRUE"),
    entry("full-width digits", "１２０", "entry-full-width", "１２０", "120"),
    entry("full-width point", "１２．５", "entry-full-width", "１２．５", "12.5", FREE),
    entry("unit inside the cell", "120件", "entry-unit", "120件", "120"),
    entry("ten thousands", "1.2万", "entry-unit", "1.2万", "12000"),
    entry("thousands separator", "1,234", "entry-thousands", "1,234", "1234"),
    entry("full-width thousands separator", "1，234", "entry-thousands", "1，234", "1234"),
    entry("percent sign", "65%", "entry-percent", "65%"),
    entry("full-width percent sign", "６５％", "entry-percent", "６５％"),
    entry("percent typed as 0-1", 0.65, "entry-share", "0.65", look="0%"),
    entry("fraction where a count is asked", 12.5, "entry-fraction", "12.5"),
    entry("negative count", -3, "entry-negative", "-3"),
    entry("negative amount", -0.5, "entry-negative", "-0.5", measure=FREE),
    entry("infinite", "inf", "infinite", "inf"),
    entry("sign of infinity", "∞", "infinite", "∞"),
    entry("overflow in text", "1e999", "infinite", "1e999"),
    entry("overflow in a number", 1e200, "entry-too-large", "1e+200"),
    entry("error typed as text", "#REF!", "entry-error", "#REF!"),
    entry("date in a number cell", dt.datetime(2022, 5, 1), "entry-date", "2022", look="yyyy-mm-dd"),
    entry("date typed as text", "2022-05-01", "entry-date", "2022-05-01"),
    entry("formula without a value", "=1+1", "entry-unsolved"),
    case("formula with an error", error_cell, "entry-error", HERE, CELL, "#DIV/0!"),
    case("formula into another file",
         with_formula(b"F5", b"[1]Sheet1!$A$1"), "entry-linked", FIRST.name, "F5", "60"),
    case("numerator above denominator", above_whole, "part-above-whole", *cell_of("ratings_satisfied"),
         cell_of("ratings_given")[1]),
    case("the same a year before", above_whole_before, "part-above-whole", *cell_of("ratings_satisfied", "before"),
         cell_of("ratings_given", "before")[1]),
]  # fmt: skip

SHEETS = [
    case("renamed sheet", rename(HERE, "满意度"), "sheet-renamed", "满意度", says=HERE),
    case("renamed cover", rename("封面", "首页"), "sheet-renamed", "首页", says="封面"),
    case("missing sheet", drop_sheet, "sheet-missing", says=HERE),
    case("extra sheet", extra_sheet, "sheet-extra", "测算", says="测算"),
    case("empty sheet", empty_sheet, "sheet-empty", HERE, says=HERE),
    case("deleted row", drop_row, "row-missing", HERE, says=COUNT),
    case("duplicated row", double_row, "row-double", HERE, "A40", COUNT),
    case("changed code", wrong_code, "row-unknown", HERE, f"A{row_of(COUNT)}", "enforcement_complaint", COUNT),
    case("number without a code", no_code, "row-without-code", HERE, "F45"),
    case("renamed heading", drop_heading, "heading-missing", HERE, says="本期"),
    case("merged cells", merge, "cells-merged", HERE, CELL, f"F{row_of(COUNT)}:G{row_of(COUNT)}"),
    case("hidden row with a value", hide_row, "cells-hidden", HERE, f"A{row_of(COUNT)}"),
    case("deleted row of the cover", drop_cover_row, "cover-row-missing", "封面", says="覆盖月数"),
    case("million-row sheet", far_cell, "book-sheet-too-large", HERE, says="1048576"),
    case("sixteen thousand columns", wide_sheet, "book-sheet-too-large", HERE, says="16384"),
    case("million rows without a dimension", many_rows(), "book-sheet-too-large", FIRST.name),
]

SHEETS += [
    case("hidden sheet", show(HERE, "hidden"), "sheet-hidden", HERE, says=HERE),
    case("hidden cover", show("封面", "veryHidden"), "sheet-hidden", "封面", says="封面"),
    case("hidden column", hide_column, "cells-hidden", HERE, "F4"),
    case("column of no width", no_width(), "cells-hidden", HERE, "F4"),
    case("heading twice", heading_twice, "heading-double", HERE, "G4", "F4"),
]

COVERS = [
    case("error on the cover", cover_error, "cover-error", "封面", "C4", "#N/A"),
    case("formula without a result on the cover", cover(6, "=2000+22"), "cover-error", "封面", "C6"),
    case("unknown county code", both(cover(4, "339999"), cover(5, None)), "unit-unknown", "封面", "C4", "339999"),
    case("mistyped code, right name", cover(4, "33042"), "unit-unknown", "封面", "C4", "33042", UNIT),
    case("no unit", both(cover(4, None), cover(5, None)), "unit-not-stated", "封面", "C4"),
    case("old county name", both(cover(4, None), cover(5, "江干区")), "unit-old", "封面", "C5", "江干区", "330102"),
    case("old county code", both(cover(4, "330103"), cover(5, "下城区")), "unit-old", "封面", "C4", "330103", "330105"),
    case("code and name disagree", cover(5, "平湖市"), "unit-differs", "封面", "C5", "平湖市"),
    case("wrong period", cover(6, "2021"), "period-wrong", "封面", "C6", "2021"),
    case("no period", cover(6, None), "period-wrong", "封面", "C6"),
    case("months above 12", cover(7, 13), "bad-months", "封面", "C7", "13"),
    case("months below 1", cover(7, 0), "bad-months", "封面", "C7", "0"),
    case("months in words", cover(7, "全年"), "bad-months", "封面", "C7", "全年"),
    case("impossible date", cover(10, "2023-02-30"), "bad-date", "封面", "C10", "2023-02-30"),
    case("last year's template", meta(2, "2021.1"), "form-old", "封面", "C11", "2021.1"),
    case("definitions have changed since", meta(3, "0" * 64), "form-old", "封面", "C11", "00000000"),
    case("another edition's template", meta(1, "zhejiang-2025"), "form-other-edition", "封面", "C11", "zhejiang-2025"),
    case("simulated values in a real project", good_bytes(simulated=True), "simulated-in-real"),
]

FILES = [
    case("corrupt file", good_bytes()[:20_000], "book-corrupt"),
    case("damaged part", good_bytes().replace(b"\x00\x00", b"\x01\x00", 900), "book-corrupt"),
    case("not a workbook at all", b"%PDF-1.7 something", "book-corrupt"),
    case("a document renamed", bomb()[:0] or rezipped(lambda name, part: b""), "book-corrupt"),
    case("password-protected", OLE + "EncryptedPackage".encode("utf-16-le"), "book-password"),
    case("encrypted archive", encrypted_zip(), "book-password"),
    case("xls instead of xlsx", OLE + "Workbook".encode("utf-16-le"), "book-xls"),
    case("xlsx under the old ending", good_bytes(), "book-suffix", file="a.xls"),
    case("web page that calls itself xls", b"<html><table/></html>", "book-xls", file="a.xls"),
    case("workbook that calls itself csv", good_bytes(), "csv-is-book", file="a.csv"),
    case("xls by its name", OLE + "Workbook".encode("utf-16-le"), "book-xls", file="a.xls"),
    case("WPS format", OLE + "Workbook".encode("utf-16-le"), "book-wps", file="a.et"),
    case("WPS text", b"x", "book-wps", file="a.wps"),
    case("zip bomb", bomb(), "book-bomb", says="80 MB"),
    case("zip bomb that lies about its size", lying_bomb(), "book-corrupt"),
    case("file of no bytes", b"", "book-empty-file"),
    case("empty workbook", empty_book(), "book-empty"),
    case("some other workbook", other_book(), "form-none", says="Sheet"),
    case("picture of a table", b"\x89PNG", "submission-suffix", says=".png", file="a.png"),
]


@pytest.mark.parametrize(("spoil", "code", "sheet", "cell", "says", "hint", "file"), [*CELLS, *SHEETS, *COVERS, *FILES])
def test_one_fault(office, refused, spoil, code, sheet, cell, says, hint, file):
    office.receive(spoil if isinstance(spoil, bytes) else spoilt(spoil), file)
    for call in (lambda: province.check_submissions(office.folder, None, "zh"),
                 lambda: province.collect(office.folder, False, False, True, "zh")):  # fmt: skip
        (fault,) = refused(call)
        assert (fault.code, fault.file) == (code, f"submissions/{file}")
        assert (fault.sheet, fault.cell) == (sheet, cell)
        assert fault.details.get("hint", "") == hint
        for lang in ("zh", "en"):
            assert says in fault.text(lang)
            assert hint in fault.mend(lang)
            assert cell in fault.place(lang)
            assert sheet in fault.place(lang)
    assert not (office.folder / "data").exists()


def test_there_are_forty_kinds():
    assert len({param.values[1] for param in (*CELLS, *SHEETS, *COVERS, *FILES)}) >= 40


def test_the_good_workbook_is_sound(office):
    office.receive(good_bytes())
    assert sum(line.status == "collected" for line in province.check_submissions(office.folder, None, "zh")) == 1


def test_all_faults_of_all_files_come_at_once(office, refused):
    office.receive(spoilt(both(put(COUNT, "多"), put(FREE, -1), cover(6, "2020"))), "a.xlsx")
    office.receive(good_bytes()[:9000], "b.xlsx")
    office.receive(spoilt(drop_row, good_bytes("330482", "平湖市")), "c.xlsx")
    faults = refused(province.check_submissions, office.folder, None, "zh")
    assert [(fault.file[12:], fault.code) for fault in faults] == [
        ("a.xlsx", "period-wrong"), ("a.xlsx", "entry-negative"), ("a.xlsx", "entry-text"),
        ("b.xlsx", "book-corrupt"), ("c.xlsx", "row-missing"),
    ]  # fmt: skip


def test_one_county_twice(office, refused, capsys):
    office.receive(good_bytes(), "a.xlsx")
    office.receive(spoilt(both(put(FREE, 77), cover(10, dt.datetime(2023, 1, 20)))), "b.xlsx")
    (fault,) = refused(province.check_submissions, office.folder, None, "zh")
    assert fault.code == "submission-double"
    assert all(part in fault.problem("zh") for part in (NAME, "a.xlsx (2023-01-15)", "b.xlsx (2023-01-20)"))
    province.collect(office.folder, newest=True, keep_going=False, json=True, lang="zh")
    header, *rows = (office.folder / "data/collected.csv").read_text("utf-8-sig").splitlines()
    now = dict(zip(header.split(","), rows[1].split(","), strict=True))
    assert (now["period"], now[FREE]) == ("2022", "77")
    assert '"older"' in capsys.readouterr().out


def test_two_of_one_date_are_not_told_apart_by_their_names(office, refused):
    office.receive(good_bytes(), "a.xlsx")
    office.receive(spoilt(put(FREE, 77)), "a_final.xlsx")
    (fault,) = refused(province.collect, office.folder, True, False, False, "zh")
    assert fault.code == "submission-tied"
    assert "无法判断哪份最新" in fault.problem("zh") and "a_final.xlsx (2023-01-15)" in fault.problem("en")


def test_a_file_named_for_another_county(office, refused):
    """A county that takes its neighbour's file and forgets the cover would report in its neighbour's name."""
    office.receive(good_bytes(), "330482_平湖市_2022.xlsx")
    office.receive(good_bytes(*("330424", "海盐县")), "330424_海盐县_2022.xlsx")
    (fault,) = refused(province.check_submissions, office.folder, office.folder / "back", "zh")
    assert (fault.code, fault.sheet, fault.cell) == ("file-of-other", "封面", "C4")
    assert "330482 平湖市" in fault.problem("zh") and "330421 嘉善县" in fault.problem("en")
    office.receive(good_bytes(), "330421_嘉善县_2022.xlsx")
    (fault,) = refused(province.check_submissions, office.folder, office.folder / "back", "zh")
    assert fault.code == "file-of-other"  # and nobody sent twice
    lines = {line.unit: line.status for line in received(office)[2].lines}
    assert (lines["330482"], lines["330421"], lines["330424"]) == ("faulty", "collected", "collected")
    assert [path.name for path in (office.folder / "back").iterdir()] == ["330482_平湖市_2022_退回修改.xlsx"]


@pytest.mark.parametrize(("when", "other"), [("now", "G"), ("before", "F")])
def test_a_population_in_ten_thousands(office, refused, when, other):
    change = both(put("population", 65.98, when), put("population", 656_132, "before" if when == "now" else "now"))
    office.receive(spoilt(change), "a.xlsx")
    (fault,) = refused(province.check_submissions, office.folder, None, "zh")
    sheet, cell = cell_of("population", when)
    assert (fault.code, fault.sheet, fault.cell) == ("entry-scale", sheet, cell)
    assert f"{sheet}!{other}{cell[1:]}" in fault.problem("zh")
    assert "656132" in fault.problem("en") and "以万计" in fault.mend("zh")


def test_a_count_that_starts_from_little_is_only_noted(office):
    office.receive(spoilt(both(put(COUNT, 4000), put(COUNT, 4, "before"))))
    _, (submission,), outcome = received(office)
    assert not outcome.faults
    assert any("相差千倍以上" in note[0] for note in submission.notes)


# What is no fault


def received(office: Office):
    """Collect in JSON's shape, from Python."""
    from yitihua.commands.province import _read

    return _read(office.folder, False, "zh")


def test_a_zero_base_is_noted(office):
    office.receive(spoilt(put(COUNT, 0, "before")))
    _, (submission,), outcome = received(office)
    assert not outcome.faults
    assert any("zero a year before" in en and COUNT in en for _, en in submission.notes)


def test_a_missing_previous_period_is_noted(office):
    office.receive(spoilt(put(COUNT, None, "before")))
    _, (submission,), outcome = received(office)
    assert not outcome.faults
    assert any("no value a year before" in en and COUNT in en for _, en in submission.notes)


def test_an_empty_cell_without_a_reason_is_noted(office):
    office.receive(spoilt(put(COUNT, None)))
    _, (submission,), outcome = received(office)
    assert not outcome.faults
    assert any("no reason" in en for _, en in submission.notes)


@pytest.mark.parametrize("word", ["不适用", "未开展", "NA", "—"])
def test_words_for_missing(office, word):
    office.receive(spoilt(put(COUNT, word)))
    _, (submission,), outcome = received(office)
    assert not outcome.faults
    assert (COUNT, "now") not in submission.values


@pytest.mark.parametrize(
    ("formula", "linked"),
    [
        (b"SUM(Table1[a])", False), (b"Table1[[#This Row],[2021]]", False), (b"Table1[a]-B!A1", False),
        (b"[1]S!A1", True), (b"2*[1]S.x!A1", True), (b"'[1]a-b'!A1", True), (b"&apos;[b.xlsx]S 1&apos;!A1", True),
    ],
)  # fmt: skip
def test_only_other_files_are_links(office, formula, linked):
    office.receive(with_formula(b"F5", formula))
    _, _, outcome = received(office)
    assert [fault.code for fault in outcome.faults] == ["entry-linked"] * linked


def test_a_formula_that_gives_no_text_is_empty(office):
    def edit(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet2.xml":
            return part
        return re.sub(rb'(<c r="F5"[^>]*)><v>[^<]*</v>', rb'\1 t="str"><f>""</f><v></v>', part)

    office.receive(rezipped(edit))
    _, (submission,), outcome = received(office)
    assert not outcome.faults
    assert (FIRST.fields[0].code, "now") not in submission.values


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (None, NAME),
        (NAME, None),
        (UNIT, "嘉兴市嘉善县"),
        (UNIT, "嘉善 县"),
        (UNIT, "浙江省嘉兴市嘉善县"),
        (UNIT, "嘉善"),
    ],
)
def test_ways_to_say_which_county(office, code, name):
    office.receive(spoilt(both(cover(4, code), cover(5, name))))
    _, (submission,), outcome = received(office)
    assert not outcome.faults
    assert (submission.unit, submission.name) == (UNIT, NAME)


def test_a_name_that_several_units_have(office, refused, tmp_path):
    (office.folder / "units.csv").write_text("code,name\n1,鼓楼区\n2,鼓楼区\n", "utf-8")
    project = office.folder / "project.toml"
    project.write_text(project.read_text("utf-8").replace('"zhejiang-counties"', '"units.csv"'), "utf-8")
    office.receive(spoilt(both(cover(4, None), cover(5, "鼓楼区"))))
    (fault,) = refused(province.check_submissions, office.folder, None, "zh")
    assert (fault.code, fault.cell) == ("unit-ambiguous", "C5")
    assert "2 鼓楼区" in fault.allowed("zh")


def test_a_date_whose_cell_lost_its_format(office):
    office.receive(spoilt(put_cover_number))
    _, (submission,), outcome = received(office)
    assert not outcome.faults
    assert submission.stated == dt.date(2023, 1, 15)


def put_cover_number(book: Workbook) -> None:
    book["封面"]["C10"].value, book["封面"]["C10"].number_format = 44941, "General"


def test_marks_that_nobody_sees_are_no_fault(office):
    office.receive(spoilt(put(COUNT, "\ufeff120\u200b")))
    _, (submission,), outcome = received(office)
    assert not outcome.faults
    assert submission.values[(COUNT, "now")] == 120


def test_macros_are_noted_and_not_run(office):
    target = io.BytesIO(good_bytes())
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    office.receive(target.getvalue(), "a.xlsm")
    _, (submission,), outcome = received(office)
    assert not outcome.faults
    assert any("macros" in en for _, en in submission.notes)


def test_links_to_other_files_are_noted(office):
    target = io.BytesIO(good_bytes())
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", b"<x/>")
    office.receive(target.getvalue())
    _, (submission,), outcome = received(office)
    assert not outcome.faults
    assert any("links" in en for _, en in submission.notes)


def test_moved_rows_and_columns_are_read_by_code_and_heading(office):
    def move(book: Workbook) -> None:
        sheet = book[HERE]
        row = row_of(COUNT)
        cells = [sheet.cell(row, c).value for c in range(1, 10)]
        sheet.delete_rows(row)
        sheet.insert_cols(1)
        sheet.insert_rows(2)
        for c, value in enumerate(cells, start=2):
            sheet.cell(60, c).value = value
        sheet.cell(60, 7).value = 321

    office.receive(spoilt(move))
    _, (submission,), outcome = received(office)
    assert not outcome.faults
    assert submission.values[(COUNT, "now")] == 321
    assert submission.places[(COUNT, "now")].cell == "G60"


def test_numbers_typed_as_text_are_read(office):
    office.receive(spoilt(both(put(COUNT, " 120 "), cover(4, 330421), cover(6, 2022), cover(7, "12个月"))))
    _, (submission,), outcome = received(office)
    assert not outcome.faults
    assert submission.values[(COUNT, "now")] == 120


def test_a_lost_version_sheet_falls_back_on_the_cover(office):
    def drop(book: Workbook) -> None:
        del book["_meta"]

    office.receive(spoilt(drop))
    assert not received(office)[2].faults


# Tables

WIDE = f"单位代码,名称,时期,覆盖月数,{COUNT},{FREE}\n{UNIT},{NAME},2022,12,120,300.5\n{UNIT},{NAME},2021,12,100,200\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read(office, encoding):
    office.receive(WIDE.encode(encoding), "a.csv")
    _, (submission,), outcome = received(office)
    assert not outcome.faults
    assert submission.name == NAME
    assert [submission.values[(COUNT, when)] for when in ("now", "before")] == [120, 100]


def test_a_parquet_file_is_read(office):
    path = office.receive(b"", "a.parquet")
    row = f"SELECT '{UNIT}' AS unit, 2022 AS period, '{COUNT}' AS indicator, 120 AS value"
    duckdb.execute(f"COPY ({row}) TO '{path}' (FORMAT parquet)")
    _, (submission,), outcome = received(office)
    assert not outcome.faults
    assert submission.values == {(COUNT, "now"): 120}


TABLES = [
    ("text", WIDE.replace("120", "很多"), "entry-text", "E2"),
    ("fraction", WIDE.replace("120", "1.5"), "entry-fraction", "E2"),
    ("full-width", WIDE.replace("300.5", "３００"), "entry-full-width", "F2"),
    ("unknown county", WIDE.replace(UNIT, "339999").replace(NAME, ""), "unit-unknown", "A2"),
    ("old county", WIDE.replace(UNIT, "330104").replace(NAME, "江干区"), "unit-old", "A2"),
    ("wrong period", WIDE.replace(",2022,", ",2019,"), "period-wrong", "C2"),
    ("row twice", WIDE + f"{UNIT},{NAME},2022,12,1,2\n", "duplicate-unit", "A4"),
    ("no unit", WIDE + ",,2022,12,1,2\n", "blank-unit", "A4"),
    ("misspelt measure", WIDE.replace(COUNT, COUNT[:-1]), "unknown-column", "E1"),
    ("unknown measure in a long table", f"unit,indicator,value\n{UNIT},{COUNT}x,3\n", "row-unknown", "B2"),
    ("measure twice", f"unit,indicator,value\n{UNIT},{COUNT},3\n{UNIT},{COUNT},4\n", "row-double", "B3"),
    ("not a table", "\x00\x00", "not-utf8", ""),
]


@pytest.mark.parametrize(("content", "code", "cell"), [t[1:] for t in TABLES], ids=[t[0] for t in TABLES])
def test_faults_of_tables(office, refused, content, code, cell):
    office.receive(content.encode(), "a.csv")
    (fault,) = refused(province.check_submissions, office.folder, None, "zh")
    assert (fault.code, fault.cell) == (code, cell)


def test_a_corrupt_parquet_file(office, refused):
    office.receive(b"PAR1 nothing", "a.parquet")
    (fault,) = refused(province.check_submissions, office.folder, None, "zh")
    assert fault.code == "bad-parquet"


def test_a_blank_template_says_who_is_not_stated(office, refused):
    from submitting import registry

    office.receive(workbook_bytes(form(), registry(), Filling(period="2022")))
    (fault,) = refused(province.check_submissions, office.folder, None, "zh")
    assert fault.code == "unit-not-stated"


# Parts and wholes


def test_every_share_is_checked(office, refused):
    """One fault for each indicator whose part is made to exceed its whole, sums included; none can go unseen."""
    edition = load_edition("zhejiang-2022")
    shares = {code: (names_in(part), names_in(whole)) for code, part, whole in form().pairs}
    assert {"A05", "D03", "C06", "E07"} <= set(shares)
    # A whole that holds its own part, or a part that is a remainder of it, cannot be exceeded by numbers of 0 or more.
    bounded = {code for code, (part, whole) in shares.items() if set(part) & set(whole)}
    assert bounded == {"A04", "B03", "C06"}
    for code, (part, _) in shares.items():
        if code in bounded:
            continue
        office.receive(spoilt(put(part[0], 999_999)), "a.xlsx")
        faults = refused(province.check_submissions, office.folder, None, "zh")
        places = [(fault.sheet, fault.cell) for fault in faults if fault.code == "part-above-whole"]
        assert cell_of(part[0]) in places, code
        assert all(edition.indicators[fault.details["indicator"]].formula for fault in faults)


def test_a_sum_above_its_whole_names_all_cells(office, refused):
    office.receive(spoilt(put("cases_coded", 150)), "a.xlsx")
    (fault,) = refused(province.check_submissions, office.folder, None, "zh")
    assert (fault.code, fault.sheet, fault.cell) == ("part-above-whole", *cell_of("checks_coded"))
    assert all("!".join(cell_of(code)) in fault.problem("en") for code in ("cases_coded", "firm_checks", "cases_all"))
    names = [form().fields[code].definition.name for code in ("checks_coded", "cases_coded")]
    assert f"“{names[0].zh} + {names[1].zh}”为210" in fault.problem("zh")
    assert f"'{names[0].en} + {names[1].en}' is 210" in fault.problem("en")


def test_an_edition_may_let_a_ratio_exceed_1():
    per_cent = Formula(numerator="a", denominator="b", multiplier=100)
    assert is_share(per_cent)
    assert not is_share(per_cent.model_copy(update={"part_of_whole": False}))
    assert is_share(Formula(numerator="a", denominator="b", part_of_whole=True))
    assert not is_share(Formula(numerator="a", denominator="b", multiplier=100, annualise=True))


# A plain table of measures, given with --data

PLAIN = f"unit,period,{COUNT},{FREE},officers,officers_in_towns,checks_coded,cases_coded,firm_checks,cases_all,E08\n"
ROW = f"{UNIT},2022,120,300.5,100,60,10,10,20,20,80\n"
BEFORE = ROW.replace("2022", "2021")


@pytest.mark.parametrize(
    ("old", "new", "code", "cell", "says"),
    [
        (",100,60,", ",100,160,", "part-above-whole", "F2", "E2"),
        (",10,10,20,20,", ",10,31,20,20,", "part-above-whole", "G2", "H2, I2, J2"),
        (",120,", ",-5,", "entry-negative", "C2", "-5"),
        (",60,", ",0.65,", "entry-share", "F2", "0.65"),
        (",120,", ",12.5,", "entry-fraction", "C2", "12.5"),
        (",120,", ",１２０,", "entry-full-width", "C2", "１２０"),
        (",120,", ",120件,", "entry-unit", "C2", "120件"),
        (",120,", ",65%,", "entry-percent", "C2", "65%"),
        (",120,", ",inf,", "infinite", "C2", "inf"),
        (",120,", ",多,", "entry-text", "C2", "多"),
        (",80\n", ",0.8\n", "value-share", "K2", "0.8"),
    ],
)
def test_one_fault_in_a_plain_table(tmp_path, refused, old, new, code, cell, says):
    path = tmp_path / "a.csv"
    assert old in ROW
    path.write_text(PLAIN + ROW.replace(old, new) + BEFORE, "utf-8")
    (fault,) = refused(yt.evaluate, "zhejiang-2022", str(path))
    assert (fault.code, fault.file, fault.cell) == (code, str(path), cell)
    assert all(says in fault.text(lang) for lang in ("zh", "en"))


def test_a_part_above_its_whole_a_year_before(tmp_path, refused):
    path = tmp_path / "a.csv"
    path.write_text(PLAIN + ROW + BEFORE.replace(",100,60,", ",100,160,"), "utf-8")
    (fault,) = refused(yt.evaluate, "zhejiang-2022", str(path))
    assert (fault.code, fault.cell) == ("part-above-whole", "F3")


def test_a_part_above_its_whole_in_a_long_table(tmp_path, refused):
    path = tmp_path / "a.csv"
    path.write_text(f"unit,indicator,value\n{UNIT},officers,10\n{UNIT},officers_in_towns,11\n", "utf-8")
    (fault,) = refused(yt.evaluate, "zhejiang-2022", str(path))
    assert (fault.code, fault.cell) == ("part-above-whole", "C3")


def test_trial_values_of_a_frame_are_said_and_not_refused():
    frame = pd.DataFrame({"unit": ["a", "b"], "officers": [10.5, 20], "officers_in_towns": [11, 5]})
    notices = yt.read_table(load_edition("zhejiang-2022"), frame).notices
    assert any(en.endswith("A05 (1)") for _, en in notices)


def test_yes_and_no_in_parquet_are_no_numbers(tmp_path, refused):
    path = tmp_path / "a.parquet"
    row = f"SELECT '{UNIT}' AS unit, true AS officers, 2 AS officers_in_towns"
    duckdb.execute(f"COPY ({row}) TO '{path}' (FORMAT parquet)")
    (fault,) = refused(yt.evaluate, "zhejiang-2022", str(path))
    assert (fault.code, fault.cell) == ("entry-text", "B2")
