"""Every kind of bad table of answers is refused by file, cell and mend, in both languages, and nothing else with it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from answer_examples import FORM, HEADER, ROWS, SECRETS, change, table

from yitihua.indicators.parquet import write_parquet
from yitihua.surveys.answers import inspect_answers, read_answers, require_counties

LONG = "respondent,county,item,code\nR1,330102,Q1,1\nR1,330102,Q3,5\nR2,330105,Q1,1\n"


def case(name, text, code, cell="", key="", line=None, says="", mend=""):
    """One fault: the text of a CSV file; `says` stands in the problem, `mend` in the mend, in both languages."""
    return pytest.param(text, code, cell, key, line, says, mend, id=name)


def doubled(column: str) -> str:
    return table(header=HEADER.replace("age", column))


CASES = [
    # The file
    case("empty", "", "empty-table"),
    case("header only", HEADER + "\n", "empty-table"),
    case("UTF-16", table().encode("utf-16"), "not-utf8", line=1),
    case("NUL byte", "respondent,county\nR1,330102\nR\0,330102\n", "not-utf8", line=3),
    case("semicolons", table().replace(",", ";"), "wrong-separator", line=1, says=";"),
    case("row too short", table(*ROWS[:2], "R3,330102,rural"), "ragged-row", line=4, says="3"),
    case("row too long", table(ROWS[0] + ",,x"), "ragged-row", line=2, says="19"),
    case("quote that is never closed", table(ROWS[0], '"' + "x" * 140_000), "bad-csv", line=3),
    case("header twice", doubled("weight"), "duplicate-column", "L1", line=1, says="weight"),
    # Columns
    case("no respondent", table(header=HEADER.replace("respondent", "weather")), "answers-column-absent", "",
         "respondent", 1, says="respondent"),
    case("no county", table(header=HEADER.replace("county", "xyz")), "answers-column-absent", "", "county", 1,
         says="county"),
    case("item left out", table(header=HEADER.replace("Q4", "remark")), "answers-item-absent", "", "Q4", 1, says="Q4"),
    case("two weights", table(header=HEADER.replace("duration", "probability").replace("Q5", "x"))
         .replace(",120,", ",0.5,").replace(",110,", ",0.5,").replace(",90,", ",0.5,").replace(",100,", ",0.5,")
         .replace("T10:00:00,,", "T10:00:00,0.5,"), "answers-two-weights", "I1", "probability", 1, says="weight"),
    # Rows
    case("no id", change(1, "respondent", ""), "answers-blank", "A3", "respondent", says="3"),
    case("no county in a row", change(2, "county", " "), "answers-blank", "B4", "county", says="4"),
    case("no stratum in a row", change(0, "stratum", "NA"), "answers-blank", "C2", "stratum", says="2"),
    case("one respondent twice", change(3, "respondent", "R2"), "answers-twice", "A5", "respondent", says="3"),
    case("a psu in two strata", change(1, "stratum", "rural"), "answers-psu-strata", "D3", "psu", says="P1"),
    # Words
    case("unknown mode", change(1, "mode", "wab"), "answers-word", "E3", "mode", says="wab", mend="web"),
    case("unknown disposition", change(4, "disposition", "refused"), "answers-word", "F6", "disposition",
         says="refused", mend="refusal"),
    # Numbers and dates
    case("weight 0", change(1, "weight", "0"), "answers-weight", "G3", "weight", says="0"),
    case("negative weight", change(2, "weight", "-3"), "answers-weight", "G4", "weight", says="-3"),
    case("no weight", change(4, "weight", ""), "answers-no-weight", "G6", "weight", says="6"),
    case("weight in words", change(0, "weight", "12人"), "answers-number", "G2", "weight", says="***"),
    case("infinite weight", change(0, "weight", "1e999"), "answers-number", "G2", "weight", says="1e999"),
    case("negative duration", change(0, "duration", "-5"), "answers-duration", "I2", "duration", says="-5"),
    case("no date", change(0, "start", "11/10/2022"), "answers-date", "H2", "start", says="11/10/2022"),
    case("a day that is not", change(0, "start", "2022-02-30"), "answers-date", "H2", "start", says="2022-02-30"),
    case("future", change(3, "start", "2031-01-01T08:00:00"), "answers-future", "H5", "start", says="2031"),
    # Codes
    case("words for a code", change(0, "Q4", "非常满意"), "answers-unknown-code-near", "P2", "Q4", mend="5"),
    case("code and words", change(0, "Q4", "5.非常满意"), "answers-unknown-code-near", "P2", "Q4", mend="5"),
    case("full-width code", change(0, "Q4", "５"), "answers-unknown-code-near", "P2", "Q4", says="５", mend="5"),
    case("beyond the scale", change(0, "Q4", "6"), "answers-unknown-code-near", "P2", "Q4", says="6", mend="5"),
    case("other missing code", change(0, "Q4", "99"), "answers-unknown-code-near", "P2", "Q4", says="99", mend="98"),
    case("minus one", change(0, "Q4", "-1"), "answers-unknown-code-near", "P2", "Q4", says="-1", mend="98"),
    case("half a point", change(0, "Q4", "3.5"), "answers-unknown-code", "P2", "Q4", says="3.5"),
    case("text in a scale", change(0, "Q4", "满不在乎"), "answers-unknown-code", "P2", "Q4", says="***"),
    case("number beyond its bounds", change(0, "Q2", "400"), "answers-unknown-code", "N2", "Q2", says="400"),
    case("half a visit", change(0, "Q2", "1.5"), "answers-unknown-code", "N2", "Q2", says="1.5"),
    case("infinite answer", change(0, "Q2", "1e400"), "answers-unknown-code", "N2", "Q2"),
    # Identifiers in wrong places
    case("a telephone as answer", change(0, "Q2", "13800138000"), "answers-personal", "N2", "Q2", says="1"),
    case("a telephone as weight", change(0, "weight", "13800138000"), "answers-personal", "G2", "weight"),
    case("an id number as county", change(0, "county", "11010519491231002X"), "answers-personal", "B2", "county"),
    case("a name as county", change(0, "county", "张三丰"), "answers-code-word", "B2", "county", says="1"),
    case("words as age", change(0, "age", "old"), "answers-code-word", "L2", "age", says="1"),
    # Long tables
    case("unknown item", LONG + "R2,330105,Q33,1\n", "answers-item-unknown", "C5", "item", says="Q33", mend="Q3"),
    case("answered twice", LONG + "R2,330105,Q1,0\n", "answers-item-twice", "C5", "item", says="5"),
    case("two counties", LONG + "R2,330102,Q3,4\n", "answers-person-differs", "B5", "county", says="5"),
    case("unknown code in a long table", LONG + "R2,330105,Q3,7\n", "answers-unknown-code-near", "D5", "Q3", says="7"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "cell", "key", "line", "says", "mend"), CASES)
def test_refused(tmp_path: Path, refused, text, code, cell, key, line, says, mend):
    file = tmp_path / "answers.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    faults = refused(read_answers, str(file), FORM, today=dt.date(2026, 11, 20))
    fault = next(fault for fault in faults if fault.code == code)
    # A cell that is emptied because it may be personal is blank as well.
    emptied = code in ("answers-blank", "answers-personal", "answers-code-word")
    assert len(faults) == 1 or emptied, [fault.text() for fault in faults]
    assert (fault.file, fault.cell, fault.key) == (str(file), cell, key)
    assert fault.line == line
    for lang in ("zh", "en"):
        assert says in fault.problem(lang)
        assert mend in fault.mend(lang)
        assert not [secret for secret in SECRETS if secret in fault.text(lang)]


def test_a_wrong_value_is_told_once_with_its_count(tmp_path: Path, refused):
    file = tmp_path / "answers.csv"
    file.write_text(table().replace(",5,4,", ",5,7,").replace(",4,5,很好", ",4,7,"), encoding="utf-8")
    (fault,) = refused(read_answers, file, FORM)
    assert (fault.cell, fault.details["count"], fault.details["rows"]) == ("P2", "2", "2, 3")


def test_faults_are_collected(tmp_path: Path, refused):
    file = tmp_path / "answers.csv"
    text = change(0, "weight", "0").replace("P3,web,complete,12,", "P3,wxb,complete,-1,").replace(",5,4,", ",9,4,")
    file.write_text(text, encoding="utf-8")
    codes = {fault.code for fault in refused(read_answers, file, FORM)}
    assert codes == {"answers-weight", "answers-word", "answers-unknown-code-near"}


def test_truncated_parquet(tmp_path: Path, refused):
    file = tmp_path / "answers.parquet"
    frame = pd.DataFrame([row.split(",") for row in ROWS], columns=HEADER.split(","))
    write_parquet(frame, file)
    file.write_bytes(file.read_bytes()[:-200])
    (fault,) = refused(read_answers, file, FORM)
    assert (fault.code, fault.file) == ("bad-parquet", str(file))


def test_file_that_is_not_there(tmp_path: Path, refused):
    (fault,) = refused(read_answers, tmp_path / "none.csv", FORM)
    assert fault.code == "file-not-found"


def test_suffix(tmp_path: Path, refused):
    (fault,) = refused(read_answers, tmp_path / "answers.sav", FORM)
    assert (fault.code, fault.details["found"]) == ("answers-suffix", ".sav")


def test_unknown_dataset(refused):
    (fault,) = refused(read_answers, "zhejiang-2022-simulated-citizen", FORM)
    assert (fault.code, fault.details["hint"]) == ("unknown-dataset", "zhejiang-2022-simulated-citizens")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old"])
def test_damaged_workbook(tmp_path: Path, refused, content):
    file = tmp_path / "answers.xlsx"
    file.write_bytes(content)
    (fault,) = refused(read_answers, file, FORM)
    assert fault.code in ("book-empty-file", "book-corrupt", "book-xls")
    assert fault.file == str(file)


def workbook(path: Path, changed: dict[str, object] | None = None, second: bool = False) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEADER.split(","))
    for row in ROWS:
        cells = row.split(",")
        sheet.append([float(c) if c.replace(".", "").isdigit() else c or None for c in cells])
    for cell, value in (changed or {}).items():
        sheet[cell] = value
    if second:
        book.create_sheet("另一张")
        book["另一张"].append(["respondent", "county"])
        book["另一张"].append(["R9", "330102"])
    book.save(path)
    return path


def test_workbook_with_an_error_in_a_cell(tmp_path: Path, refused):
    faults = refused(read_answers, workbook(tmp_path / "a.xlsx", {"P2": "#N/A"}), FORM)
    assert [(fault.code, fault.cell) for fault in faults] == [("answers-cell-error", "P2")]


def test_workbook_with_a_formula_that_was_never_computed(tmp_path: Path, refused):
    faults = refused(read_answers, workbook(tmp_path / "a.xlsx", {"G3": "=1+1"}), FORM)
    assert ("answers-cell-error", "G3") in [(fault.code, fault.cell) for fault in faults]


def test_workbook_with_two_sheets(tmp_path: Path, refused):
    file = workbook(tmp_path / "a.xlsx", second=True)
    (fault,) = refused(read_answers, file, FORM)
    assert fault.code == "answers-sheets"
    assert len(read_answers(file, FORM, sheet="Sheet")) == 5
    (fault,) = refused(read_answers, file, FORM, sheet="Sheets")
    assert (fault.code, fault.details["hint"]) == ("answers-sheet", "Sheet")


def test_county_without_answers(tmp_path: Path, refused):
    file = tmp_path / "answers.csv"
    file.write_text(table(*ROWS[:3], ROWS[4]), encoding="utf-8")
    answers = read_answers(file, FORM)
    faults = refused(require_counties, answers, ["330102", "330105", "330106"])
    assert [(f.code, f.key, f.details["name"], f.details["drawn"]) for f in faults] == [
        ("answers-county-empty", "county", "330105", "1"),
        ("answers-county-empty", "county", "330106", "0"),
    ]


@pytest.mark.parametrize("header", ["cz4", "Q04", "q 4", "wieght"])
def test_misspelt_header_is_refused_not_left_out(tmp_path: Path, refused, header):
    name = "weight" if header == "wieght" else "Q4"
    text = table(header=HEADER.replace(name, header.replace("cz", "q")))
    file = tmp_path / "answers.csv"
    file.write_text(text, encoding="utf-8")
    faults = refused(read_answers, file, FORM)
    assert ("answers-column", name) in [(fault.code, fault.key) for fault in faults]


def test_respondent_of_a_long_table_who_is_not_listed(tmp_path: Path, refused):
    people = pd.DataFrame({"respondent": ["R1"], "county": ["330102"]})
    long = tmp_path / "long.csv"
    long.write_text("respondent,item,code\nR1,Q1,1\nR7,Q1,1\n", encoding="utf-8")
    (fault,) = refused(read_answers, long, FORM, respondents=people)
    assert (fault.code, fault.cell) == ("answers-no-person", "A3")


def test_inspection_does_not_raise(tmp_path: Path):
    file = tmp_path / "answers.csv"
    file.write_text(change(0, "Q4", "非常满意"), encoding="utf-8")
    found = inspect_answers(file, FORM)
    assert [fault.code for fault in found.faults] == ["answers-unknown-code-near"]
    assert found.answers is not None
    (row,) = found.codebook.table("zh").to_dict("records")
    assert (row["题目"], row["次数"], row["最接近的代码"], row["选项"]) == ("Q4", 1, 5, "非常满意")


def test_recodes_of_an_unknown_item(refused):
    (fault,) = refused(read_answers, "zhejiang-2022-simulated-citizens", FORM, recodes={"Q9": {"x": 1}})
    assert (fault.code, fault.key) == ("unknown-reference", "recodes")
