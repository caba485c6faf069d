"""The template goes out, comes back filled, is collected and scored; marked copies come back corrected."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import subprocess
import sys

import numpy as np
import openpyxl
import pytest

import yitihua as yt
from submitting import COUNT, NAME, UNIT, Office, cell_of, entries, form, good_bytes, put, registry, spoilt
from yitihua.commands import province
from yitihua.commands.starting import Wanted, start_project
from yitihua.definitions import load_edition
from yitihua.indicators.entries import judge
from yitihua.publish import atomic
from yitihua.publish.template import Filling, workbook_bytes

OTHER = ("330482", "平湖市")


@pytest.fixture
def office(tmp_path) -> Office:
    return Office.at(tmp_path / "project")


@pytest.fixture(scope="module")
def book():
    content = workbook_bytes(form(), registry(), Filling(UNIT, NAME, "2022"))
    return openpyxl.load_workbook(io.BytesIO(content))


def run(*words, cwd=None):
    """Run the command line as a user does."""
    call = [sys.executable, "-m", "yitihua.cli", *map(str, words)]
    return subprocess.run(call, capture_output=True, text=True, cwd=cwd, env={**os.environ, "YITIHUA_LANG": "zh"})


def rows_of(path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


# The form


def test_every_measure_an_indicator_needs_stands_once():
    edition = load_edition("zhejiang-2022")
    codes = [field.code for sheet in form().sheets for field in sheet.fields]
    assert len(codes) == len(set(codes))
    assert set(codes) == set(edition.measures)
    assert [sheet.code for sheet in form().sheets] == list(edition.first_level)
    assert {c for c, f in form().fields.items() if f.needs_before} == {
        "firm_checks", "market_entities", "town_cases", "enforcement_complaints",
    }  # fmt: skip


def test_the_digest_changes_with_what_is_asked_only():
    edition = load_edition("zhejiang-2022")
    same = yt.load_edition("zhejiang-2022", date="2022-12-31")
    from yitihua.indicators.form import form_of

    assert form_of(same).sha == form().sha
    measures = dict(edition.measures)
    measures["towns"] = measures["towns"].model_copy(update={"unit": measures["officers"].unit})
    from dataclasses import replace

    assert form_of(replace(edition, measures=measures)).sha != form().sha


# The template


def test_sheets_and_their_order(book):
    assert book.sheetnames == ["封面", *(sheet.name for sheet in form().sheets), "计数规则", "_units", "_meta"]
    assert [book[name].sheet_state for name in ("_units", "_meta")] == ["veryHidden", "veryHidden"]
    assert {row[0].value: row[1].value for row in book["_meta"]["A1:B6"]}["form"] == form().sha


def test_only_what_is_filled_in_is_unlocked(book):
    for form_sheet in form().sheets:
        sheet = book[form_sheet.name]
        assert sheet.protection.sheet
        assert sheet.freeze_panes == "C5"
        assert sheet.print_title_rows == "$4:$4"
        for field in form_sheet.fields:
            locked = [sheet[f"{column}{field.row}"].protection.locked for column in "ABCDEFGHI"]
            assert locked == [True] * 5 + [False] * 4
    assert [book["封面"][f"C{row}"].protection.locked for row in range(4, 12)] == [False] * 7 + [True]


def test_drop_downs_validation_notes_and_colours(book):
    cover = {str(rule.sqref): rule for rule in book["封面"].data_validations.dataValidation}
    assert (cover["C4"].type, cover["C4"].formula1) == ("list", "_units!$A$1:$A$90")
    assert (cover["C7"].formula1, cover["C7"].formula2) == ("1", "12")
    sheet, _ = cell_of(COUNT)
    rules = {str(rule.sqref): rule for rule in book[sheet].data_validations.dataValidation}
    field = form().fields[COUNT]
    rule = rules[f"F{field.row}:G{field.row}"]
    assert (rule.type, rule.operator, rule.formula1) == ("whole", "greaterThanOrEqual", "0")
    assert any(rule.type == "list" and "未开展" in rule.formula1 for rule in rules.values())
    assert field.definition.counting_rule.zh in book[sheet][f"B{field.row}"].comment.text
    assert len(book[sheet].conditional_formatting) >= 2


def test_the_same_form_gives_the_same_bytes():
    assert workbook_bytes(form(), registry(), Filling()) == workbook_bytes(form(), registry(), Filling())


# init


def test_init_for_one_county_for_all_and_for_nobody(tmp_path):
    start_project(tmp_path / "one", Wanted(units=("嘉善县", UNIT, "330482")), "zh")
    names = sorted(path.name for path in (tmp_path / "one/templates").iterdir())
    assert names == ["330421_嘉善县_2022.xlsx", "330482_平湖市_2022.xlsx"]
    start_project(tmp_path / "blank", Wanted(period="2023"), "en")
    assert [path.name for path in (tmp_path / "blank/templates").iterdir()] == ["填报模板_2023.xlsx"]
    assert 'period = "2023"' in (tmp_path / "blank/project.toml").read_text("utf-8")
    start_project(tmp_path / "all", Wanted(every=True), "en")
    assert len(list((tmp_path / "all/templates").iterdir())) == 90


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("zhejiang-2022", ("嘉兴县",)), "unknown-unit"),
        (("hdi",), "form-no-measures"),
        (("zhejiang-2023",), "unknown-edition"),
        ((None, (), False, "zhejiang-county"), "units-unknown"),
        ((None, (), False, "none.csv"), "file-not-found"),
    ],
)
def test_init_that_is_refused_leaves_nothing(tmp_path, refused, words, code):
    (fault,) = refused(start_project, tmp_path / "p", Wanted(*words), "zh")
    assert fault.code == code
    assert list(tmp_path.iterdir()) == []


def test_init_in_a_filled_folder(tmp_path, refused):
    (tmp_path / "p").mkdir()
    (tmp_path / "p/mine.txt").write_text("x")
    (fault,) = refused(start_project, tmp_path / "p", Wanted(), "zh")
    assert fault.code == "bad-output"
    assert [path.name for path in tmp_path.rglob("*")] == ["p", "mine.txt"]


# Editions of one's own

OWN = """[edition]
title = { zh = "小指数", en = "Small index" }
[nodes.S]
name = { zh = "小指数", en = "Small index" }
[nodes.A]
name = { zh = "办件", en = "Cases" }
parent = "S"
[indicators.a]
name = { zh = "办结率", en = "Done" }
parent = "A"
unit = "%"
formula = { numerator = "done + moved", denominator = "due", multiplier = 100 }
goalposts = { lower = 0, upper = 100, reason = "natural" }
[measures]
done = { name = { zh = "办结", en = "done" }, unit = { zh = "件", en = "cases" } }
moved = { name = { zh = "移送", en = "moved" }, unit = { zh = "件", en = "cases" } }
due = { name = { zh = "应办", en = "due" }, unit = { zh = "件", en = "cases" } }
"""


def own_project(folder, framework=OWN, project=""):
    for name, text in (("indicators/own/f.toml", framework), ("index/own.toml", ""), ("project.toml", project)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (folder / "list.csv").write_text("代码,名称\nU1,甲县\nU2,乙县\n", "utf-8")
    return folder


def test_a_small_edition_of_ones_own_goes_out_and_comes_back(tmp_path):
    folder = own_project(tmp_path / "p", project='lang = "zh"  # mine\n')
    made = run("init", "p", "--all", "--units", "p/list.csv", "--period", "2024", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    settings = (folder / "project.toml").read_text("utf-8")
    assert settings.startswith('lang = "zh"  # mine\n')
    for line in ('edition = "own"', 'period = "2024"', 'units = "data/units.csv"', 'data = "data/collected.csv"'):
        assert line in settings
    for unit, name in (("U1", "甲县"), ("U2", "乙县")):
        path = folder / f"templates/{unit}_{name}_2024.xlsx"
        book = openpyxl.load_workbook(path)
        assert book.sheetnames[:2] == ["封面", "A 办件"]
        for row, number in ((5, 3), (6, 1), (7, 4 if unit == "U1" else 8)):
            book["A 办件"][f"F{row}"].value = number
        book.save(folder / "submissions" / path.name)
    for command in ("check", "collect", "score"):
        found = run(command, "p", cwd=tmp_path)
        assert found.returncode == 0, found.stderr
    assert yt.evaluate(folder).table.select(["a"])[:, 0].tolist() == [100, 50]
    book["A 办件"]["F6"].value = 6
    book.save(path.parents[1] / "submissions" / path.name)
    found = run("check", "p", cwd=tmp_path)
    assert found.returncode == 2
    assert "“办结 + 移送”为9，大于“应办”的8" in found.stderr.replace("\n", "")


def test_an_edition_that_extends_the_shipped_one_has_its_units(tmp_path):
    folder = tmp_path / "p"
    (folder / "indicators/mine").mkdir(parents=True)
    (folder / "indicators/mine/f.toml").write_text('[edition]\nextends = "zhejiang-2022"\ndrop = ["D03"]\n', "utf-8")
    start_project(folder, Wanted(units=(UNIT,)), "zh")
    assert [path.name for path in (folder / "templates").iterdir()] == [f"{UNIT}_{NAME}_2022.xlsx"]
    settings = (folder / "project.toml").read_text("utf-8")
    assert 'edition = "mine"' in settings
    assert 'units = "zhejiang-counties"' in settings
    book = openpyxl.load_workbook(folder / f"templates/{UNIT}_{NAME}_2022.xlsx")
    assert "cases_coded" not in [row[0].value for row in book["D 保障支撑"].iter_rows(min_row=5)]


@pytest.mark.parametrize(
    ("wanted", "listed", "code", "cell"),
    [
        (Wanted(every=True, period="2024"), "", "units-none", ""),
        (Wanted(units=("U1",), period="2024"), "", "units-none", ""),
        (Wanted(listed="counties", period="2024"), "", "units-unknown", ""),
        (Wanted(listed="none.csv", period="2024"), "", "file-not-found", ""),
        (Wanted(listed="list.csv", period="2024"), "place,x\nU1,1\n", "no-unit-column", ""),
        (Wanted(listed="list.csv", period="2024"), "code,name\nU1,a\nU1,b\n", "duplicate-unit", "A3"),
        (Wanted(listed="list.csv", period="2024"), "code,name\n,a\n", "blank-unit", "A2"),
        (Wanted(), "", "bad-call", ""),
    ],
)
def test_lists_of_units_that_are_refused(tmp_path, refused, wanted, listed, code, cell):
    folder = own_project(tmp_path / "p")
    (folder / "list.csv").write_text(listed, "utf-8")
    before = sorted(path.name for path in folder.rglob("*"))
    (fault,) = refused(start_project, folder, wanted, "zh")
    assert (fault.code, fault.cell) == (code, cell)
    assert all(fault.mend(lang) for lang in ("zh", "en"))
    assert sorted(path.name for path in folder.rglob("*")) == before


def test_templates_that_went_out_are_not_written_over(tmp_path, refused):
    folder = own_project(tmp_path / "p")
    start_project(folder, Wanted(period="2024"), "zh")
    (fault,) = refused(start_project, folder, Wanted(period="2024"), "zh")
    assert fault.code == "bad-output"
    assert "templates" in fault.problem("zh")


# The whole way


def test_out_and_back_collected_and_scored(tmp_path):
    assert run("init", "p", "--unit", UNIT, "--unit", OTHER[0], cwd=tmp_path).returncode == 0
    folder = tmp_path / "p"
    for path in (folder / "templates").iterdir():
        book = openpyxl.load_workbook(path)
        for (code, when), number in entries().items():
            if code in form().fields:
                sheet, cell = cell_of(code, when)
                book[sheet][cell].value = number
        book.save(folder / "submissions" / path.name)
    checked = run("check", "p", cwd=tmp_path)
    assert checked.returncode == 0, checked.stderr
    assert "2份报送未发现问题，88个单位未报送" in checked.stdout
    collected = run("collect", "p", cwd=tmp_path)
    assert collected.returncode == 0, collected.stderr
    assert "未报送：88" in collected.stdout
    table = rows_of(folder / "data/collected.csv")
    assert [(row["unit"], row["period"]) for row in table] == [
        (UNIT, "2021"), (OTHER[0], "2021"), (UNIT, "2022"), (OTHER[0], "2022"),
    ]  # fmt: skip
    assert (table[2]["name_zh"], table[2]["name_en"], table[2]["level"], table[2]["months"]) == (
        NAME, "Jiashan County", "county", "12",
    )  # fmt: skip
    board = yt.evaluate(folder)
    # A07 is 60 of 100 towns; C01 compares 100 cases with 95 a year before.
    assert board.table.select(["A07", "C01"])[0] == pytest.approx([60.0, 100 * (100 / 95 - 1)])
    assert not board.table.simulated
    assert any("E01" in zh for zh, _ in board.table.notices)
    assert run("score", "p", cwd=tmp_path).returncode == 0


def test_the_demo_is_simulated_everywhere(tmp_path):
    made = run("init", "p", "--demo", "--unit", UNIT, "--unit", OTHER[0], "--unit", "慈溪市", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    folder = tmp_path / "p"
    files = list((folder / "submissions").iterdir())
    assert len(files) == 3
    assert all("模拟" in path.name for path in files)
    book = openpyxl.load_workbook(files[0])
    for name in book.sheetnames[:-2]:
        assert "模拟" in book[name]["A1"].value
    assert run("collect", "p", cwd=tmp_path).returncode == 0
    survey = folder / "data/survey_simulated_模拟.csv"
    lines = survey.read_text("utf-8-sig").splitlines()
    reported = [row["unit"] for row in rows_of(folder / "data/collected.csv") if row["period"] == "2022"]
    assert [line.split(",")[0] for line in lines[1:]] == reported
    scored = run("score", "p", cwd=tmp_path)
    assert scored.returncode == 0, scored.stderr
    assert "模拟" in scored.stdout
    board = yt.evaluate(folder)
    assert board.table.simulated
    assert set(np.unique(board.table.origin.astype(str))) <= {"", "simulated"}
    assert np.isfinite(board.table.select(["E01"])).all()
    assert board.table.se is not None


# collect


def test_missing_late_and_faulty_in_the_report(office, refused):
    office.receive(good_bytes(), "in_time.xlsx")
    late = spoilt(lambda book: book["封面"].__setitem__("C10", dt.datetime(2023, 2, 3)), good_bytes(*OTHER))
    office.receive(late, "late.xlsx")
    undated = spoilt(lambda book: book["封面"].__setitem__("C10", None), good_bytes("330424", "海盐县"))
    path = office.receive(undated, "undated.xlsx")
    os.utime(path, (dt.datetime(2023, 3, 1).timestamp(),) * 2)
    office.receive(spoilt(put(COUNT, "多"), good_bytes("330481", "海宁市")), "bad.xlsx")
    refused(province.collect, office.folder, False, False, False, "zh")
    assert not (office.folder / "data").exists()
    province.collect(office.folder, newest=False, keep_going=True, json=False, lang="zh")
    report = {row["单位代码"]: row for row in rows_of(office.folder / "data/collect-report.csv")}
    assert len(report) == 90
    shown = {unit: (row["状态"], row["逾期"], row["日期来源"]) for unit, row in report.items()}
    assert shown[UNIT] == ("已汇总", "否", "填报日期")
    assert shown[OTHER[0]] == ("已汇总", "是", "填报日期")
    assert shown["330424"] == ("已汇总", "是", "文件修改日期")
    assert shown["330481"] == ("有问题", "否", "填报日期")
    assert shown["330102"] == ("未报送", "", "")
    assert {row["unit"] for row in rows_of(office.folder / "data/collected.csv")} == {UNIT, OTHER[0], "330424"}


def test_a_refused_collection_says_that_nothing_was_written(office, refused, capsys):
    """It points at no report, for there is none; who sent something unreadable is not said to be missing."""
    no_reason = spoilt(lambda book: put(COUNT, None)(book))
    office.receive(no_reason, "a.xlsx")
    office.receive(good_bytes(*OTHER)[:5000], f"{OTHER[0]}_{OTHER[1]}_2022.xlsx")
    for _ in range(2):
        office.receive(good_bytes("330424", "海盐县"), f"c{_}.xlsx")
    refused(province.collect, office.folder, False, False, False, "zh")
    shown = capsys.readouterr().out
    assert "可汇总：1" in shown and "未写入任何文件" in shown and "collect-report.csv" not in shown
    assert f"有问题：1  {OTHER[0]} {OTHER[1]}" in shown and "未报送：87" in shown
    assert "重复报送：2  330424 海盐县×2" in shown
    assert "330421 嘉善县：" in shown and "未填且未写明缺报原因" in shown
    refused(province.collect, office.folder, False, False, False, "en")
    assert "Nothing was written" in capsys.readouterr().out


def test_keep_going_says_what_was_left_out(office, capsys):
    office.receive(good_bytes(), "a.xlsx")
    office.receive(good_bytes()[:5000], "b.xlsx")
    province.collect(office.folder, newest=False, keep_going=True, json=False, lang="zh")
    assert "有问题的1份报送已排除" in capsys.readouterr().out
    province.collect(office.folder, newest=False, keep_going=True, json=True, lang="en")
    found = json.loads(capsys.readouterr().out)
    assert not found["ok"]
    assert [fault["code"] for fault in found["faults"]] == ["book-corrupt"]


def test_nothing_left_to_collect(office, refused):
    office.receive(b"", "a.xlsx")
    codes = [fault.code for fault in refused(province.collect, office.folder, False, True, True, "zh")]
    assert codes == ["book-empty-file", "nothing-left"]


def test_a_faulty_collection_leaves_the_old_table(office, refused):
    office.receive(good_bytes(), "a.xlsx")
    province.collect(office.folder, False, False, True, "zh")
    before = (office.folder / "data/collected.csv").read_bytes()
    office.receive(spoilt(put(COUNT, 3)), "a.xlsx")
    office.receive(b"PK", "b.xlsx")
    refused(province.collect, office.folder, False, False, True, "zh")
    assert (office.folder / "data/collected.csv").read_bytes() == before


def test_a_write_that_fails_changes_nothing(office, refused, monkeypatch):
    office.receive(good_bytes(), "a.xlsx")
    province.collect(office.folder, False, False, True, "zh")
    data = office.folder / "data"
    before = {path.name: path.read_bytes() for path in data.iterdir()}
    office.receive(spoilt(put(COUNT, 3)), "a.xlsx")
    real, count = atomic._write, []

    def full_disk(path, content):
        count.append(path)
        if len(count) == 3:
            raise OSError(28, "No space left on device")
        real(path, content)

    monkeypatch.setattr(atomic, "_write", full_disk)
    (fault,) = refused(province.collect, office.folder, False, False, True, "zh")
    assert fault.code == "bad-output"
    assert {path.name: path.read_bytes() for path in data.iterdir()} == before


@pytest.mark.parametrize("command", ["check", "collect"])
def test_the_command_line_ends_with_2_and_no_traceback(office, command):
    office.receive(spoilt(put(COUNT, "很多")), "a.xlsx")
    found = run(command, office.folder)
    assert found.returncode == 2
    assert "Traceback" not in found.stderr
    sheet, cell = cell_of(COUNT)
    assert all(word in found.stderr.replace("\n", "") for word in ("submissions/a.xlsx", sheet, cell, "很多"))


def test_nothing_was_sent(office, refused):
    (office.folder / "submissions").mkdir()
    (fault,) = refused(province.collect, office.folder, False, False, True, "zh")
    assert fault.code == "no-submissions"


def test_a_folder_with_nothing_but_a_lock_says_so(office):
    office.receive(b"x", "~$a.xlsx")
    found = run("check", office.folder)
    assert found.returncode == 2
    assert "没有收到任何报送文件" in found.stderr


def test_locks_and_hidden_files_are_passed_over(office):
    office.receive(good_bytes(), "嘉兴/a.xlsx")
    for name in ("~$a.xlsx", ".DS_Store", "Thumbs.db"):
        office.receive(b"x", name)
    assert province.check_submissions(office.folder, None, "zh")


def test_remarks_cannot_become_formulas(office):
    def remark(book) -> None:
        sheet, _ = cell_of(COUNT)
        cell = book[sheet][f"I{form().fields[COUNT].row}"]
        cell.value, cell.data_type = '=HYPERLINK("x")', "s"

    office.receive(spoilt(remark))
    province.collect(office.folder, False, False, True, "zh")
    (row,) = rows_of(office.folder / "data/collect-remarks.csv")
    assert row["remark"].startswith("'=")


# Marked copies


@pytest.mark.parametrize(("lang", "title", "word"), [("zh", "问题清单", "退回修改"), ("en", "problems", "to_correct")])
def test_a_marked_copy_goes_back_and_comes_in_corrected(office, refused, tmp_path, lang, title, word):
    def spoil(book) -> None:
        put(COUNT, "120件")(book)
        book["封面"]["C6"].value = "2021"
        sheet, _ = cell_of(COUNT)
        book[sheet].delete_rows(5)

    office.receive(spoilt(spoil), "330421.xlsx")
    faults = refused(province.check_submissions, office.folder, tmp_path / "out", lang)
    assert sorted(fault.code for fault in faults) == ["entry-unit", "period-wrong", "row-missing"]
    path = tmp_path / "out" / f"330421_{word}.xlsx"
    book = openpyxl.load_workbook(path)
    sheet, cell = cell_of(COUNT)
    # The county's row had moved up by one; the copy is the template, where it stands in its place.
    assert book[sheet][cell].value == "120件"
    assert book[sheet][cell].fill.fgColor.rgb == "FFF8CBAD"
    entry = next(fault for fault in faults if fault.code == "entry-unit")
    assert entry.problem(lang) in book[sheet][cell].comment.text
    assert entry.mend(lang) in book[sheet][cell].comment.text
    listed = [[c.value for c in row] for row in book[title].iter_rows(min_row=4)]
    assert [row[3] for row in listed] == [fault.problem(lang) for fault in faults]
    assert [cell, "C6"] == [row[2] for row in listed if row[2]][::-1] or {cell, "C6"} <= {row[2] for row in listed}
    missing = next(fault.details["measure"] for fault in faults if fault.code == "row-missing")
    for place, value in ((cell_of(COUNT), 120), (cell_of(missing), 60), (cell_of(missing, "before"), 60)):
        book[place[0]][place[1]].value = value
    book["封面"]["C6"].value = "2022"
    book.save(office.folder / "submissions/330421.xlsx")
    assert province.check_submissions(office.folder, None, lang)


def test_both_cells_of_a_part_above_its_whole_are_marked(office, refused, tmp_path):
    office.receive(spoilt(put("ratings_satisfied", 101)), "a.xlsx")
    refused(province.check_submissions, office.folder, tmp_path / "out", "zh")
    book = openpyxl.load_workbook(tmp_path / "out/a_退回修改.xlsx")
    for code in ("ratings_satisfied", "ratings_given"):
        sheet, cell = cell_of(code)
        assert book[sheet][cell].fill.fgColor.rgb == "FFF8CBAD"


# Surveys


SURVEY = f"unit,E01,E01_se,E08\n{UNIT},81.5,1.2,90\n"


def with_survey(office: Office, content: str) -> Office:
    office.receive(good_bytes(), "a.xlsx")
    province.collect(office.folder, False, False, True, "zh")
    path = office.folder / "project.toml"
    path.write_text(path.read_text("utf-8") + 'survey = "data/survey.csv"\n', "utf-8")
    (office.folder / "data/survey.csv").write_text(content, "utf-8")
    return office


def test_survey_estimates_are_merged(office):
    board = yt.evaluate(with_survey(office, SURVEY).folder)
    place = board.table.indicators.index("E01")
    assert (board.table.values[0, place], board.table.se[0, place]) == (81.5, 1.2)
    assert any("E02" in zh and "E01" not in zh for zh, _ in board.table.notices)
    assert len(board.table.lineage) == 2


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_survey_of_several_years_is_read_for_the_year_scored(office, suffix):
    with_survey(office, f"unit,year,E01\n{UNIT},2021,70\n{UNIT},2022,80\n")
    if suffix == "parquet":
        import duckdb

        path = office.folder / "data/survey"
        duckdb.execute(f"COPY (SELECT * FROM '{path}.csv') TO '{path}.parquet' (FORMAT parquet)")
        project = office.folder / "project.toml"
        project.write_text(project.read_text("utf-8").replace("survey.csv", "survey.parquet"), "utf-8")
    assert yt.evaluate(office.folder).table.select(["E01"])[0, 0] == 80


def test_a_surveyed_county_that_has_not_reported_is_named(office):
    board = yt.evaluate(with_survey(office, SURVEY + "330482,80,1,80\n").folder)
    assert board.table.units == (UNIT,)
    assert any("330482" in en and "not reported" in en for _, en in board.table.notices)


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (SURVEY + "339999,80,1,80\n", "survey-unknown-unit", "339999"),
        (f"unit,E01,A07\n{UNIT},80,50\n", "survey-both", "A07"),
        (f"unit,E01\n{UNIT},很好\n", "not-a-number", "很好"),
    ],
)
def test_faults_of_the_survey(office, refused, content, code, says):
    (fault,) = refused(yt.evaluate, with_survey(office, content).folder)
    assert (fault.code, fault.file) == (code, str(office.folder / "data/survey.csv"))
    assert says in fault.problem("zh")


# One entry


@pytest.mark.parametrize(
    ("raw", "value"),
    [("12", 12), (12.0, 12), (" 12 ", 12), (0, 0), ("1e3", 1000), (3.0000000000001, 3), (None, None), ("—", None)],
)
def test_entries_that_are_sound(raw, value):
    found = judge(raw, "count")
    assert found.code == ""
    assert found.value == pytest.approx(value) if value is not None else np.isnan(found.value)
