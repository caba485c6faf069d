"""Broken record files: what cannot be read is counted by reason, the rest goes on, and too much of it stops the run.

Authority: each file is spoilt in one way on purpose, so that what must be rejected is known.
"""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from calling import called
from recording import CASES, asked, case, cases, counted, records, value
from yitihua.indicators.records import text_files
from yitihua.indicators.records.measuring import check, measure, rows_behind
from yitihua.indicators.records.periods import Period

GOOD = [case(i) for i in range(100, 110)]
HEADER = f"{CASES},lenient,days_excluded"


def spoilt(*lines: str) -> str:
    """Return ten sound cases and lines of one's own."""
    return "\n".join([CASES, *GOOD[:5], *lines, *GOOD[5:]]) + "\n"


def wide(*lines: str) -> str:
    """Return the same with the columns lenient and days_excluded; the lines state them."""
    return "\n".join([HEADER, *(f"{line},," for line in GOOD), *lines]) + "\n"


BROKEN = {
    "too few columns": (spoilt("C1,330421,comprehensive"), "columns", 1),
    "too many columns": (spoilt(case(1) + ",x,y"), "columns", 1),
    "half a last line": ("\n".join([CASES, *GOOD, "C1,330421,compre"]), "columns", 1),
    "bytes of zero at the end": ("\n".join([CASES, *GOOD]) + "\n" + "\0" * 64, "columns", 1),
    "no id": (spoilt(case(1, case_id="")), "missing", 1),
    "no county": (spoilt(case(1, county="NULL")), "missing", 1),
    "a county of another province": (spoilt(case(1, county="110101")), "unknown-county", 1),
    "a county that is no more": (spoilt(case(1, county="下城区")), "unknown-county", 1),
    "a day that does not exist": (spoilt(case(1, decided_at="2022-02-30")), "bad-date", 1),
    "a day or a month": (spoilt(case(1, decided_at="1/3/2022")), "bad-date", 1),
    "words for a day": (spoilt(case(1, decided_at="昨天")), "bad-date", 1),
    "a year of another age": (spoilt(case(1, decided_at="0222-03-01")), "date-range", 1),
    "the end before the start": (spoilt(case(1, delivered_at="2022-02-01 10:00")), "order", 1),
    "the hour before the start": (spoilt(case(1, delivered_at="2022-03-01 09:00")), "order", 1),
    "an unknown outcome": (spoilt(case(1, outcome="吓唬")), "unknown-code", 1),
    "an unknown body": (spoilt(case(1, body="居委会")), "unknown-code", 1),
    "the same line twice": (spoilt(GOOD[0]), "duplicate", 1),
    "an unknown item": (spoilt(case(1, item_id="I9")), "unknown-reference", 1),
    "an unknown town": (spoilt(case(1, body="town", town="T9")), "unknown-reference", 1),
    "neither yes nor no": (wide(f"{case(1)},也许,"), "bad-flag", 1),
    "a broken number": (wide(f"{case(1)},,三天"), "bad-number", 1),
    "half a day": (wide(f"{case(1)},,1.5"), "bad-number", 1),
    "a quotation mark left open": (spoilt('C1,330421,"comprehensive,,,,,,,,,,'), "quote", 6),
    "characters of no encoding": (spoilt(case(1, field="?!")).encode().replace(b"?!", b"\xff\xff"), "encoding", 1),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_broken_is_counted_and_the_rest_goes_on(tmp_path: Path, kind: str) -> None:
    text, reason, count = BROKEN[kind]
    found = counted(records(tmp_path, {"cases": text}))
    assert {r: n for (k, r), n in found.rejects.counts.items() if k == "cases"} == {reason: count}
    lost = count - 1 if reason == "quote" else 0
    assert value(found, "cases_all") == 10 - lost
    assert found.rejects.read["cases"] == 10 - lost + count
    rows = list(csv.DictReader(io.StringIO(found.rejects.to_csv().decode("utf-8-sig"))))
    assert (
        len(rows) == count and rows[0]["reason"] == reason and rows[0]["reason_zh"] and rows[0]["file"] == "cases.csv"
    )


FORMS = {
    "2022-03-01": 1, "2022/3/1": 1, "2022.3.1": 1, "20220301": 1, "2022年3月1日": 1, "2022年03月01日": 1, "44621": 1,
    "2022-03-01 10:15:00": 1, "2022/3/1 10:15": 1, "2022-03-01T10:15:00": 1, "20220301101500": 1,
    "2022年3月1日 10时15分": 1, "2022年3月1日10:15": 1, "２０２２年３月１日": 1, "44621.427": 1,
    "01-03-2022": 0, "3月1日": 0, "2022-3": 0, "202203": 0,
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_dates(tmp_path: Path, form: str) -> None:
    text = spoilt(case(1, procedure="ordinary", evidence_at="", delivered_at="", decided_at=form))
    found = counted(records(tmp_path, {"cases": text}), "2022-03")
    assert value(found, "ordinary_cases") == 0 and value(found, "cases_all") == 10 + FORMS[form]
    assert found.rejects.of("cases") == 1 - FORMS[form]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_encodings_and_separators_are_told_apart(tmp_path: Path, encoding: str, separator: str) -> None:
    text = cases(*(case(i, county="嘉善县", body="综合行政执法局", outcome="行政处罚") for i in range(3)))
    text = text.replace("case_id", "案号").replace("outcome", "处理结果").replace(",", separator)
    found = counted(records(tmp_path, {"案件": text.encode(encoding)}))
    assert value(found, "department_cases") == 3 and not found.rejects.listed
    named = {"utf-8-sig": "utf-8", "gbk": "gb18030"}.get(encoding, encoding)
    assert [file.encoding for file in found.files if file.kind == "cases"] == [named]


def test_gb18030_with_a_few_lost_bytes_stays_gb18030(tmp_path: Path) -> None:
    text = cases(*(case(i, county="嘉善县", outcome="行政处罚") for i in range(50))).encode("gb18030")
    path = records(tmp_path, {"cases": text.replace(b"C7,", b"C\xff,")}) / "cases.csv"
    assert text_files.encoding_of(path) == "gb18030"
    found = counted(tmp_path)
    assert value(found, "cases_all") == 49 and found.rejects.counts == {("cases", "encoding"): 1}


def test_excel_and_parquet_are_read_as_text_files_are(tmp_path: Path) -> None:
    import xlsxwriter

    lines = [line.split(",") for line in cases(*GOOD).splitlines()]
    folder = records(tmp_path, {})
    with xlsxwriter.Workbook(str(folder / "案件导出.xlsx")) as book:
        sheet = book.add_worksheet()
        for i, line in enumerate(lines):
            sheet.write_row(i, 0, line)
    assert value(counted(folder), "cases_all") == 10
    text = tmp_path.parent / f"{tmp_path.name}.txt"
    text.write_text(cases(*GOOD))
    duckdb.execute(f"COPY (SELECT * FROM read_csv('{text}')) TO '{folder}/cases.parquet'")
    both = counted(folder)  # the same ten, twice
    assert value(both, "cases_all") == 10 and both.rejects.counts[("cases", "duplicate")] == 10


def test_files_that_cannot_be_read_stop_the_run_or_are_left_out_by_name(refused, tmp_path: Path) -> None:
    folder = records(tmp_path, {"cases": cases(*GOOD), "leads.parquet": b"PAR1 half", "squads.xlsx": b"no zip",
                                "teams": ""})  # fmt: skip
    broken = {"teams.csv", "squads.xlsx", "leads.parquet"}
    faults = refused(measure, asked(folder), [Period.of("2022")])
    assert {(fault.code, fault.file) for fault in faults} == {("records-unreadable", name) for name in broken}
    found = measure(asked(folder), [Period.of("2022")], skip_files=True)
    assert {file for file, _ in found.skipped} == broken
    assert value(found, "cases_all") == 10 and found.absent["leads_due"] == ("leads",)


def test_a_required_column_that_is_absent_and_one_that_is_there_twice(refused, tmp_path: Path) -> None:
    folder = records(tmp_path, {"cases": cases(*GOOD).replace("outcome", "result"),
                                "leads": "lead_id,线索编号,county,sent_at,due_at\n"})  # fmt: skip
    faults = refused(measure, asked(folder), [Period.of("2022")])
    assert {(fault.code, fault.file) for fault in faults} == {
        ("records-header", "cases.csv"), ("records-twice", "leads.csv"),
    }  # fmt: skip
    assert "result" in next(fault for fault in faults if fault.code == "records-header").problem("en")


def test_too_many_rejects_stop_the_run_whole_or_of_one_county(refused, tmp_path: Path) -> None:
    bad = [case(i, outcome="?") for i in range(1, 4)]
    folder = records(tmp_path / "a", {"cases": spoilt(*bad)})
    (fault,) = refused(measure, asked(folder), [Period.of("2022")])
    assert fault.code == "records-rejects" and "23.1%" in fault.problem("en")
    assert value(measure(asked(folder), [Period.of("2022")], max_rejects=0.25), "cases_all") == 10
    # A county may not hide among many: 20 of its 30 are broken, one in a hundred of all.
    many = [case(i, item_id="") for i in range(1000, 3500)]
    of_one = [case(i, county="330424", item_id="", outcome="?" if i < 20 else "penalty") for i in range(30)]
    folder = records(tmp_path / "b", {"cases": cases(*many, *of_one)})
    (fault,) = refused(measure, asked(folder), [Period.of("2022")])
    assert fault.code == "records-rejects" and "330424" in fault.problem("zh")


def test_a_newer_state_of_a_record_stands_whatever_the_order_of_files(tmp_path: Path) -> None:
    old = cases(case(1, decided_at="", delivered_at="", procedure="ordinary", filed_at="2022-01-05", evidence_at=""))
    new = cases(case(1, delivered_at="", procedure="ordinary", filed_at="2022-01-05", evidence_at=""))
    for names in (("cases-1", "cases-2"), ("cases-2", "cases-1")):
        found = counted(records(tmp_path / names[0], dict(zip(names, (old, new), strict=True))))
        assert value(found, "ordinary_cases") == 1
        assert found.rejects.counts == {("cases", "superseded"): 1} and found.rejects.of("cases") == 0


def test_a_folder_without_records_and_unknown_files(refused, tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text("a\n1\n")
    (fault,) = refused(asked, tmp_path)
    assert fault.code == "records-folder"
    (fault,) = refused(asked, tmp_path / "nowhere")
    assert fault.code == "file-not-found"
    assert counted(records(tmp_path, {"cases": cases(*GOOD)})).unknown == ("notes.csv",)


@pytest.mark.parametrize("word", ["330421", "嘉善县", "嘉善", "Jiashan County"])
def test_counties_are_known_by_code_and_name(tmp_path: Path, word: str) -> None:
    found = counted(records(tmp_path, {"cases": cases(case(1, county=word))}))
    assert value(found, "cases_all") == 1
    behind = rows_behind(asked(tmp_path), "cases_all", word, Period.of("2022"))
    assert behind.value == 1 and behind.rows == (("C1", None),)


def test_check_reads_and_counts_nothing(tmp_path: Path) -> None:
    rejects, files, store = check(asked(records(tmp_path, {"cases": spoilt(case(1, outcome="?"))})))
    store.close()
    assert rejects.of("cases") == 1 and {file.kind for file in files} == {"cases", "items", "towns"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command_line_says_what_is_wrong_and_writes_rejects(monkeypatch, capsys, tmp_path: Path, lang: str) -> None:
    folder = records(tmp_path / "records", {"cases": spoilt(case(1, outcome="?"))})
    code, out, err = called(monkeypatch, capsys, ["records", "measure", folder, "-o", tmp_path / "out", "--lang", lang])
    assert code == 2 and "Traceback" not in out + err and ("案件" if lang == "zh" else "cases") in out + err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["rejects.csv"]
    wide_limit = ["records", "measure", folder, "-o", tmp_path / "out", "--max-rejects", "0.2", "--periods", "2022"]
    code, out, err = called(monkeypatch, capsys, [*wide_limit, "--lang", lang])
    assert code == 0 and (tmp_path / "out" / "counted.csv").is_file()
    code, out, err = called(monkeypatch, capsys, ["records", "rows", folder, "cases_all", "--unit", "330421",
                                                  "--period", "2022", "--lang", lang])  # fmt: skip
    assert code == 0 and [line.strip() for line in out.splitlines()[1:]] == [f"C{i}" for i in range(100, 110)]


RUN = """
import os, sys
from pathlib import Path
left = int(sys.argv[1])
whole = Path.replace
def dies(self, target):
    global left
    if left == 0:
        os._exit(9)
    left -= 1
    return whole(self, target)
Path.replace = dies
sys.argv = ["yitihua", "records", "measure", *sys.argv[2:]]
from yitihua.cli import main
main()
"""


def test_killed_between_any_two_files_and_started_again_the_output_is_the_same(tmp_path: Path) -> None:
    folder = records(tmp_path / "records", {"cases": spoilt(case(1, outcome="?"))})
    options = [str(folder), "--max-rejects", "1", "--periods", "2022", "-o"]

    def run(left: int, out: Path) -> int:
        words = [sys.executable, "-c", RUN, str(left), *options, str(out)]
        return subprocess.run(words, capture_output=True, check=False, timeout=120).returncode

    def content(out: Path) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in out.iterdir() if not path.name.startswith(".")}

    assert run(99, tmp_path / "whole") == 0
    for left in range(4):
        out = tmp_path / f"out-{left}"
        assert run(left, out) == 9
        assert run(99, out) == 0
        assert content(out) == content(tmp_path / "whole")


FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))
sys.argv = ["yitihua", "records", "measure", *sys.argv[1:]]
from yitihua.indicators.records.folder import RecordsFolder
RecordsFolder.is_large = True
from yitihua.cli import main
main()
"""


def test_a_full_disk_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    # A limit on the size of files stands in for the disk: writing fails in the same call.
    folder = records(tmp_path / "records", {"cases": cases(*(case(i) for i in range(3000)))})
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    run = subprocess.run(
        [sys.executable, "-c", FULL, str(folder), "--periods", "2022", "-o", str(tmp_path / "out"), "--lang", "en"],
        capture_output=True, text=True, check=False, timeout=120, env={**os.environ, "TMPDIR": str(scratch)},
    )  # fmt: skip
    assert run.returncode == 2 and "Traceback" not in run.stderr + run.stdout
    assert "full or read-only" in run.stdout + run.stderr
    assert not (tmp_path / "out").exists() and not list(scratch.iterdir())


def test_a_place_that_cannot_be_written_is_said(monkeypatch, capsys, tmp_path: Path) -> None:
    folder = records(tmp_path / "records", {"cases": cases(*GOOD)})
    (tmp_path / "file").write_text("")
    code, out, err = called(monkeypatch, capsys, ["records", "measure", folder, "--periods", "2022", "-o",
                                                  tmp_path / "file" / "out", "--lang", "en"])  # fmt: skip
    assert code == 2 and "cannot write" in out + err
