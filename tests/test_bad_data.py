"""Every kind of faulty data is refused by file and cell, with the mend, and alone."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import yitihua as yt
from conftest import DATA, FRAMEWORK, INDEX
from yitihua.indicators.datasets import find_dataset, load_dataset

HEADER = "unit,name,level,waiting_minutes,visits,online_requests,requests,spending,satisfaction"
HEADER += ",satisfaction_se"
LONG = "unit,indicator,value\nT1,waiting,3\nT1,online,50\nT1,spending,100\nT1,satisfaction,80\n"
PERIODS = "unit,period,waiting,online,spending,satisfaction\nT1,2022,20,50,100,80\nT1,2023,20,50,100,80\n"
T2 = ",150,74.6,2.4\n"


def case(name, edit, code, cell="", key="", line=None, says="", hint=""):
    """One fault: a changed place or a whole new file; `says` stands in the words in both languages."""
    return pytest.param(edit, code, cell, key, line, says, hint, id=name)


CASES = [
    # The file
    case("empty file", "", "empty-table"),
    case("only blank lines", "\n\n\n", "empty-table"),
    case("header only", HEADER + "\n", "empty-table"),
    case("NUL byte", ("T2,Riverside", "T2,River\0side"), "not-utf8", line=3, says="163"),
    case("UTF-16", (HEADER + "\nT1,北,town,1,1,1,1,1,1,1\n").encode("utf-16"), "not-utf8", line=1, says="1"),
    case("UTF-16 without its mark", (HEADER + "\nT1,N,town,1,1,1,1,1,1,1\n").encode("utf-16-le"), "not-utf8", line=1),
    case("no text at all", bytes(range(128, 256)) * 3, "not-utf8", line=1),
    case("quote that is never closed", ("T2,Riverside", f'T2,"{"x" * 140_000}'), "bad-csv", line=3),
    # Header and rows
    case("no unit column", ("unit,name", "town,name"), "no-unit-column", line=1, says="town"),
    case("semicolons", HEADER.replace(",", ";") + "\nT1;a\n", "wrong-separator", line=1, says=";"),
    case("duplicate header", ("requests,spending", "requests,requests"), "duplicate-column", "H1", line=1),
    case("column without a name", ("unit,name,", "unit,,"), "no-column-name", "B1", line=1),
    case("row too short", (T2, ",150,74.6\n"), "ragged-row", line=3, says="9"),
    case("row too long", (T2, ",150,74.6,2.4,9\n"), "ragged-row", line=3, says="11"),
    case("misspelt column", ("spending,", "spendng,"), "unknown-column", "H1", "spendng", 1, hint="spending"),
    case("capital letters", ("spending,", "Spending,"), "unknown-column", "H1", "Spending", 1, hint="spending"),
    case("misspelt standard error", ("satisfaction_se", "satisfacton_se"), "unknown-column", "J1", "satisfacton_se", 1,
         hint="satisfaction_se"),
    case("no known column", (HEADER, "unit,a,b,c,d,e,f,g,h,i"), "no-indicator-column", line=1, says="a, b, c"),
    case("given and computable", ("satisfaction_se", "online"), "both-given", "J1", "online", 1, says="online"),
    # Units
    case("duplicate unit", ("T2,River", "T1,River"), "duplicate-unit", "A3", says="T1"),
    case("blank unit", ("T2,River", " ,River"), "blank-unit", "A3"),
    # Cells
    case("text for a number", (T2, ",many,74.6,2.4\n"), "not-a-number", "H3", "T2, spending", says="many"),
    case("percentage", (T2, ",150,74.6%,2.4\n"), "not-a-number", "I3", "T2, satisfaction", says="74.6% → 74.6"),
    case("full-width percentage", (T2, ",150,74.6％,2.4\n"), "not-a-number", "I3", "T2, satisfaction",
         says="74.6％ → 74.6"),
    case("thousands", (T2, ',"1,500",74.6,2.4\n'), "not-a-number", "H3", "T2, spending", says="1,500 → 1500"),
    case("full-width thousands", (T2, ",1，500,74.6,2.4\n"), "not-a-number", "H3", "T2, spending",
         says="1，500 → 1500"),
    case("full-width digits", (T2, ",１５０．５,74.6,2.4\n"), "not-a-number", "H3", "T2, spending",
         says="１５０．５ → 150.5"),
    case("error of a spreadsheet", (T2, ",#DIV/0!,74.6,2.4\n"), "not-a-number", "H3", "T2, spending", says="#DIV/0!"),
    case("text in a measure", ("42000", "4_2000"), "entry-text", "D2", "T1, waiting_minutes", says="4_2000"),
    case("infinite", (T2, ",inf,74.6,2.4\n"), "infinite", "H3", "T2, spending", says="inf"),
    case("too large for a number", (T2, ",1e999,74.6,2.4\n"), "infinite", "H3", "T2, spending", says="1e999"),
    case("negative standard error", (T2, ",150,74.6,-2.4\n"), "negative-se", "J3", "T2, satisfaction_se", says="-2.4"),
    case("logarithm of zero", (T2, ",0,74.6,2.4\n"), "log-domain", "H3", "T2, spending", says="spending"),
    case("logarithm of a negative value", (T2, ",-3,74.6,2.4\n"), "log-domain", "H3", "T2, spending", says="-3"),
    case("months out of range", "unit,months,waiting,online,spending,satisfaction,visits\nT1,13,20,50,100,80,1\n",
         "bad-months", "B2", "T1", says="13"),
    case("no months", "unit,months,waiting,online,spending,satisfaction,visits\nT1,0,20,50,100,80,1\n",
         "bad-months", "B2", "T1", says="0"),
    # Long tables
    case("unknown indicator", LONG + "T1,onlin,4\n", "unknown-indicator", "B6", "T1", hint="online"),
    case("pair given twice", LONG + "T1,online,4\n", "duplicate-unit", "B6", says="T1 online"),
    case("blank unit in a long table", LONG + ",online,4\n", "blank-unit", "A6"),
    case("text in a long table", LONG + "T2,online,x\n", "not-a-number", "C6", "T2 online, value", says="x"),
    case("logarithm in a long table", LONG.replace("100", "-1"), "log-domain", "C4", "T1, spending", says="-1"),
    # Periods
    case("two periods", PERIODS, "no-period", key="period", says="2022, 2023"),
    case("blank period", PERIODS.replace("T1,2023", "T1,"), "blank-period", "B3"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "code", "cell", "key", "line", "says", "hint"), CASES)
def test_one_fault(tsi, refused, edit, code, cell, key, line, says, hint):
    if isinstance(edit, tuple):
        tsi.edit(DATA, *edit)
    else:
        tsi.write(DATA, edit)
    (fault,) = refused(yt.evaluate, tsi.folder)
    assert (fault.code, fault.file) == (code, str(tsi.folder / DATA))
    assert (fault.cell, fault.key, fault.line) == (cell, key, line)
    assert fault.details.get("hint", "") == hint
    for lang in ("zh", "en"):
        assert says in fault.text(lang)
        assert hint in fault.mend(lang)
        assert cell in fault.place(lang)


def test_the_skeleton_is_sound(tsi):
    board = yt.evaluate(tsi.folder)
    assert len(board.scores) == 6
    assert not board.table.flags


def test_several_faults_of_a_table_come_at_once(tsi, refused):
    tsi.edit(DATA, T2, ",many,74.6%,2.4\n")
    tsi.edit(DATA, "T3,Old", "T1,Old")
    tsi.edit(DATA, "T4,Hill", ",Hill")
    tsi.edit(DATA, "95,71.5,2.9", "0,71.5,-2.9")
    faults = refused(yt.evaluate, tsi.folder)
    assert sorted((fault.cell, fault.code) for fault in faults) == [
        ("A4", "duplicate-unit"),
        ("A5", "blank-unit"),
        ("H3", "not-a-number"),
        ("H7", "log-domain"),
        ("I3", "not-a-number"),
        ("J7", "negative-se"),
    ]


# Which data


@pytest.mark.parametrize(
    ("data", "code", "hint"),
    [
        ("none.csv", "file-not-found", ""),
        ("table.xlsx", "unknown-suffix", ""),
        ("asme", "unknown-dataset", "asem"),
    ],
)
def test_data_that_is_not_there(tsi, refused, data, code, hint):
    path = data if hint else str(tsi.folder / data)
    (fault,) = refused(yt.evaluate, tsi.folder, path)
    assert fault.code == code
    assert fault.details.get("hint", "") == hint
    assert path in fault.text("en")


def test_data_of_project_toml_that_is_not_there(tsi, refused):
    tsi.edit("project.toml", "data/tsi.csv", "data/tis.csv")
    (fault,) = refused(yt.evaluate, tsi.folder)
    assert (fault.code, fault.file) == ("file-not-found", str(tsi.folder / "data/tis.csv"))


def test_a_folder_is_no_data_file(tsi, refused):
    tsi.write("data/folder.csv/x", "")
    (fault,) = refused(yt.evaluate, tsi.folder, tsi.folder / "data/folder.csv")
    assert fault.code == "file-not-found"


def test_no_data_at_all(tsi, refused):
    tsi.edit("project.toml", 'data = "data/tsi.csv"', "")
    (fault,) = refused(yt.evaluate, tsi.folder)
    assert (fault.code, fault.file) == ("no-data", INDEX)


def test_an_unknown_period(tsi, refused):
    tsi.write(DATA, PERIODS)
    (fault,) = refused(yt.evaluate, tsi.folder, period=2021)
    assert (fault.code, fault.key, fault.details["options"]) == ("unknown-period", "period", "2022, 2023")
    assert yt.evaluate(tsi.folder, period=2023).table.period == "2023"


# Denominators


def denominated(tsi, population: dict[str, str] | None):
    tsi.edit(FRAMEWORK, 'source = "statistical"', 'source = "statistical"\ndenominate_by = "population"')
    if population is not None:
        header, *rows = tsi.text(DATA).splitlines()
        rows = [f"{row},{population.get(row[:2], '1000')}" for row in rows]
        tsi.write(DATA, "\n".join([f"{header},population", *rows]) + "\n")


def test_a_missing_denominator_column(tsi, refused):
    denominated(tsi, None)
    (fault,) = refused(yt.evaluate, tsi.folder)
    assert (fault.code, fault.file, fault.key) == ("missing-column", str(tsi.folder / DATA), "population")
    assert "spending" in fault.problem("zh")
    assert "spending" in fault.problem("en")


@pytest.mark.parametrize(
    ("value", "code"), [("0", "bad-denominator"), ("-5", "bad-denominator"), ("x", "not-a-number")]
)
def test_a_bad_denominator(tsi, refused, value, code):
    denominated(tsi, {"T3": value})
    (fault,) = refused(yt.evaluate, tsi.folder)
    assert (fault.code, fault.cell, fault.key) == (code, "K4", "T3, population")
    assert value in fault.problem("zh")


def test_a_missing_group_column(tsi, refused):
    tsi.edit(INDEX, '[impute]\nmethod = "none"', '[impute]\nmethod = "group_mean"\ngroup = "region"')
    (fault,) = refused(yt.evaluate, tsi.folder)
    assert (fault.code, fault.key) == ("missing-column", "region")
    assert "impute.group" in fault.problem("en")


@pytest.mark.parametrize(
    ("formula", "data"),
    [
        (None, ("61000,2600", "61000,0")),
        (
            'numerator = "waiting_minutes / visits", denominator = "requests / requests"',
            ("61000,2600", "61000,0"),
        ),
        ('numerator = "waiting_minutes", denominator = "visits - visits + visits"', ("61000,2600", "0,0")),
        (None, ("61000,2600", "1e308,1e-5")),
    ],
)
def test_what_cannot_be_divided_is_missing_with_a_remark(tsi, formula, data):
    if formula:
        tsi.edit(FRAMEWORK, 'numerator = "waiting_minutes", denominator = "visits"', formula)
    tsi.edit(DATA, *data)
    board = yt.evaluate(tsi.folder)
    column = board.table.indicators.index("waiting")
    assert np.flatnonzero(np.isnan(board.table.values[:, column])).tolist() == [1]
    assert board.table.flags[("T2", "waiting")] == (("不适用", "undefined"),)


def test_a_missing_measure_is_not_called_undefined(tsi):
    tsi.edit(DATA, "61000,2600", ",2600")
    board = yt.evaluate(tsi.folder)
    assert np.isnan(board.table.values[1, 0])
    assert not board.table.flags


def test_a_count_of_zero_is_a_value(tsi):
    tsi.edit(
        FRAMEWORK, '{ kind = "mean", numerator = "waiting_minutes", denominator = "visits", min_denominator = 30 }',
        '{ kind = "count", numerator = "waiting_minutes" }',
    )  # fmt: skip
    tsi.edit(DATA, "61000,2600", "0,2600")
    board = yt.evaluate(tsi.folder)
    assert board.table.values[1, 0] == 0
    assert not board.table.flags


# What is read although it is not plain UTF-8 with line feeds


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-8"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_encodings_that_are_read(tsi, encoding, ending):
    text = tsi.text(DATA).replace("Riverside", "江滨镇").replace("\n", ending)
    tsi.write(DATA, text.encode(encoding))
    board = yt.evaluate(tsi.folder)
    assert board.table.names["zh"][1] == "江滨镇"
    assert board.table.units[0] == "T1"


# Passports

PASSPORT = """
[dataset]
title = "Towns"
producer = "us"
citation = "us"
licence = "CC0-1.0"
date = 2024-12-31

[file]
name = "towns.csv"
sha256 = "{sha256}"

[columns]
unit = {{ role = "unit", unit = "code" }}
waiting = {{ role = "value", unit = "minutes" }}
online = {{ role = "value", unit = "%" }}
spending = {{ role = "value", unit = "yuan" }}
"""
TOWNS = "unit,waiting,online,spending,satisfaction\nT1,20,50,100,80\nT2,20,60,200,70\n"


def dataset(tsi, passport: str = "", sha256: str = "") -> None:
    path: Path = tsi.write("data/towns/towns.csv", TOWNS)
    sha256 = sha256 or hashlib.sha256(path.read_bytes()).hexdigest()
    tsi.write("data/towns/passport.toml", PASSPORT.format(sha256=sha256) + passport)


def test_a_dataset_of_ones_own(tsi):
    dataset(tsi, 'satisfaction = { role = "value", unit = "points" }\n')
    assert yt.evaluate(tsi.folder, "towns").table.units == ("T1", "T2")


def test_a_file_that_is_not_the_one_of_its_passport(tsi, refused):
    dataset(tsi, sha256="0" * 64)
    (fault,) = refused(yt.evaluate, tsi.folder, "towns")
    assert (fault.code, fault.file) == ("bad-hash", "data/towns/towns.csv")
    assert "000000000000" in fault.allowed("zh")


def test_a_column_that_is_not_in_the_passport(tsi, refused):
    dataset(tsi)
    (fault,) = refused(yt.evaluate, tsi.folder, "towns")
    assert (fault.code, fault.file, fault.cell) == ("column-not-in-passport", "data/towns/towns.csv", "E1")
    found = find_dataset("towns", tsi.folder)
    (fault,) = refused(lambda: found.frame)
    assert (fault.code, fault.cell, fault.key) == ("column-not-in-passport", "E1", "satisfaction")


def test_a_faulty_passport(tsi, refused):
    dataset(tsi, 'satisfaction = { role = "vale", unit = "points" }\n')
    (fault,) = refused(load_dataset, "towns", tsi.folder)
    assert (fault.code, fault.file, fault.details["hint"]) == (
        "bad-choice",
        "data/towns/passport.toml",
        "value",
    )
    assert fault.key == "columns.satisfaction.role"
    assert fault.line == tsi.line_of("data/towns/passport.toml", "satisfaction")


def test_an_unknown_dataset(refused):
    (fault,) = refused(load_dataset, "zhejiang-countys")
    assert (fault.code, fault.details["hint"]) == ("unknown-dataset", "zhejiang-counties")


# Tables in memory


def test_a_frame_is_refused_like_a_file(tsi, refused):
    frame = pd.read_csv(tsi.folder / DATA)
    frame.loc[1, "satisfaction_se"] = -1.0
    frame["visits"] = frame["visits"].astype(object)
    frame.loc[2, "visits"] = "many"
    faults = refused(yt.evaluate, tsi.folder, frame)
    assert sorted((fault.code, fault.cell) for fault in faults) == [
        ("entry-text", "E4"),
        ("negative-se", "J3"),
    ]


def test_a_frame_with_a_column_twice(tsi, refused):
    frame = pd.read_csv(tsi.folder / DATA)
    frame.columns = [name.replace("online_requests", "visits") for name in frame.columns]
    (fault,) = refused(yt.evaluate, tsi.folder, frame)
    assert (fault.code, fault.cell, fault.details["name"]) == ("duplicate-column", "F1", "visits")
