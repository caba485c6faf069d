"""`yitihua survey` on bad input: exit code 2, file and place and mend in both languages, nothing written."""

# ruff: noqa: E501 (a case is read as one row of the table)

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from survey_project import ANSWERS, FRAME, MARGINS, RESIDENTS, SurveyProject, project, sample

from calling import called
from yitihua.indicators.parquet import write_parquet

Spoil = Callable[[SurveyProject], Any]


def cell(row: int, column: str, value: object) -> Spoil:
    return lambda made: made.cell(row, column, value)


def edit(file: str, old: str, new: str) -> Spoil:
    return lambda made: made.edit(file, old, new)


def write(file: str, content: str | bytes) -> Spoil:
    return lambda made: made.write(file, content)


def answers(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Spoil:
    return lambda made: made.table(ANSWERS, change(made.made.answers.copy()))


def table(file: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Spoil:
    def spoil(made: SurveyProject) -> None:
        made.table(file, change(pd.read_csv(made.folder / file, dtype={"county": str, "level": str})))

    return spoil


def everybody(column: str, value: object) -> Spoil:
    return answers(lambda frame: frame.assign(**{column: value}))


def replaced(name: str, content: Callable[[SurveyProject], bytes]) -> Spoil:
    def spoil(made: SurveyProject) -> None:
        made.write(f"data/{name}", content(made))
        made.edit("project.toml", f'residents = "{ANSWERS}"', f'residents = "data/{name}"')

    return spoil


def two_sheets(made: SurveyProject) -> None:
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("另一张")):
        sheet.append(["respondent", "county", "Q1"])
        sheet.append(["R1", "330102", 4])
    book.save(made.folder / "data/answers.xlsx")
    made.edit("project.toml", f'residents = "{ANSWERS}"', 'residents = "data/answers.xlsx"')


def truncated(made: SurveyProject) -> bytes:
    path = made.folder / "data/a.parquet"
    write_parquet(made.made.answers, path)
    return path.read_bytes()[:-300]


def binary(_: SurveyProject) -> bytes:
    return bytes(range(256)) * 20


def no_interviews(frame: pd.DataFrame) -> pd.DataFrame:
    frame[["Q0", "Q1", "Q2", "Q3", "duration"]] = np.nan
    return frame.assign(disposition="refusal", Q9="")


def first_county(frame: pd.DataFrame) -> pd.Series:
    return frame["county"] == frame["county"].iloc[0]


def silent_county(frame: pd.DataFrame) -> pd.DataFrame:
    """Nobody of the first county answers."""
    rows = first_county(frame)
    frame.loc[rows, ["Q0", "Q1", "Q2", "Q3", "duration", "Q9"]] = [np.nan] * 5 + [""]
    frame.loc[rows, "disposition"] = "refusal"
    return frame


def no_young(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[~(first_county(frame) & (frame["age_band"] == 1))]


UNMERGED = edit(RESIDENTS, 'margins = ["age_band"]\nminimum = 5', 'margins = ["age_band"]')
FPC = edit(RESIDENTS, "[scales.satisfied5]", "[design]\nfpc = true\n[scales.satisfied5]")


def both(*spoils: Spoil) -> Spoil:
    def spoil(made: SurveyProject) -> None:
        for one in spoils:
            one(made)

    return spoil


def key(text: str) -> Spoil:
    return lambda made: (made.folder.parent / "key").write_text(text, encoding="utf-8")


#: Name, what is done to the project, code of a fault, its file (its end), what its places hold, more words of the call.
CASES: list[Any] = [
    pytest.param(*case[1:], *(() if len(case) > 5 else ("",)), id=case[0])
    for case in [
        ("unknown code", cell(2, "Q1", 7), "answers-unknown-code-near", ANSWERS, "M2 Q1"),
        ("text in a scale", cell(3, "Q2", "挺好"), "answers-unknown-code", ANSWERS, "N3 Q2"),
        ("weight 0", cell(4, "weight", 0), "answers-weight", ANSWERS, "E4 weight"),
        ("negative weight", cell(4, "weight", -2), "answers-weight", ANSWERS, "E4 weight"),
        ("no weight", cell(4, "weight", ""), "answers-no-weight", ANSWERS, "E4 weight"),
        ("infinite weight", cell(4, "weight", "inf"), "answers-number", ANSWERS, "E4 weight"),
        ("weight in words", cell(4, "weight", "十"), "answers-number", ANSWERS, "E4 weight"),
        ("negative duration", cell(5, "duration", -3), "answers-duration", ANSWERS, "I5 duration"),
        ("future", cell(6, "start", "2099-01-01T08:00:00"), "answers-future", ANSWERS, "H6 start"),
        ("no day", cell(6, "start", "2026-02-31"), "answers-date", ANSWERS, "H6 start"),
        ("unknown disposition", cell(7, "disposition", "maybe"), "answers-word", ANSWERS, "G7 disposition"),
        ("unknown mode", cell(7, "mode", "wbe"), "answers-word", ANSWERS, "F7 mode"),
        ("one respondent twice", cell(9, "respondent", "R00001"), "answers-twice", ANSWERS, "A9 respondent"),
        ("no id", cell(9, "respondent", ""), "answers-blank", ANSWERS, "A9 respondent"),
        ("a unit in two strata", cell(2, "stratum", "rural"), "answers-psu-strata", ANSWERS, "psu"),
        ("probability above 1", answers(lambda f: f.drop(columns="weight").assign(probability=1.5)),
         "answers-probability", ANSWERS, "probability"),
        ("no county", answers(lambda f: f.drop(columns="county")), "answers-column-absent", ANSWERS, "county"),
        ("no item", answers(lambda f: f.drop(columns="Q2")), "answers-item-absent", ANSWERS, "Q2"),
        ("header twice", lambda m: m.write(ANSWERS, m.text(ANSWERS).replace("psu", "stratum", 1)), "duplicate-column",
         ANSWERS, "1"),
        ("empty file", write(ANSWERS, ""), "empty-table", ANSWERS, ""),
        ("UTF-16", lambda m: m.write(ANSWERS, m.text(ANSWERS).encode("utf-16")), "not-utf8", ANSWERS, "1"),
        ("binary", replaced("b.csv", binary), "not-utf8", "b.csv", "1"),
        ("truncated Parquet", replaced("a.parquet", truncated), "bad-parquet", "a.parquet", ""),
        ("two sheets", two_sheets, "answers-sheets", "answers.xlsx", ""),
        ("missing file", edit("project.toml", ANSWERS, "data/gone.csv"), "file-not-found", "gone.csv", ""),
        ("other kind of file", replaced("a.sav", binary), "answers-suffix", "a.sav", ""),
        ("unknown questionnaire", edit("project.toml", "residents =", "resident ="), "unknown-questionnaire",
         "", "resident"),
        ("no answers at all", edit("project.toml", f'[answers]\nresidents = "{ANSWERS}"\n', ""), "survey-no-answers",
         "", "answers"),
        ("frame lacks columns", both(FPC, table(FRAME, lambda f: f.drop(columns="units"))), "survey-frame-columns", FRAME, "1"),
        ("frame lacks a stratum", both(FPC, table(FRAME, lambda f: f[1:])), "survey-stratum-not-in-frame", FRAME, "330102|urban"),
        ("text in the frame", both(FPC, table(FRAME, lambda f: f.assign(units="many"))), "not-a-number", FRAME, "E2"),
        ("fewer units than drawn", both(FPC, table(FRAME, lambda f: f.assign(units=2))), "survey-frame-small", FRAME, "residents: 330102|rural 2 3"),
        ("no frame", both(FPC, edit("project.toml", f'frame = "{FRAME}"\n', "")), "survey-no-frame", "", "fpc"),
        ("no margins", edit("project.toml", f'margins = "{MARGINS}"\n', ""), "survey-no-margins", "", "surveys/residents.toml rake"),
        ("margins absent", edit("project.toml", MARGINS, "data/gone.csv"), "file-not-found", "gone.csv", ""),
        ("margins without totals", table(MARGINS, lambda f: f.drop(columns="total")), "margin-column", MARGINS, ""),
        ("negative margin", table(MARGINS, lambda f: f.assign(total=-1.0)), "margin-negative", MARGINS, ""),
        ("sums of margins", both(
            edit(RESIDENTS, 'margins = ["age_band"]', 'margins = ["age_band", "sex"]'),
            table(MARGINS, lambda f: pd.concat([f, f[f["level"] != "3"].assign(variable="sex", total=4000.0)]))),
         "margin-totals-differ", MARGINS, "sex"),
        ("margin names an unknown level", table(MARGINS, lambda f: f.assign(level=f["level"].replace("3", "old"))),
         "margin-level-missing", MARGINS, "age_band"),
        ("empty cell", both(UNMERGED, answers(no_young)), "margin-empty-cell", MARGINS, "age_band = 1"),
        ("a county without answers", answers(silent_county), "answers-county-empty", ANSWERS, "330102"),
        ("a margin that is not there", edit(RESIDENTS, 'margins = ["age_band"]', 'margins = ["education"]'),
         "margin-none", MARGINS, "education"),
        ("weighting by an unknown column", edit(RESIDENTS, 'by = ["stratum"]', 'by = ["town"]'), "survey-column", "", "surveys/residents.toml by town"),
        ("unknown step", edit(RESIDENTS, 'step = "rake"', 'step = "rakes"'), "", RESIDENTS, "step"),
        ("unknown rule", edit("index/ix.toml", 'exclude = "none"', 'exclude = "some"'), "", "index/ix.toml", "exclude"),
        ("nobody answered", answers(no_interviews), "survey-nobody", ANSWERS, "216 rows"),
        ("all are left out", both(everybody("Q0", 0), edit("index/ix.toml", 'exclude = "none"', 'exclude = "default"')),
         "survey-nobody", ANSWERS, "175 were left out"),
        ("--answers without =", lambda m: None, "bad-call", "", "", "--answers residents"),
        ("--answers of an unknown one", lambda m: None, "unknown-questionnaire", "", "nobody",
         "--answers nobody=data/answers.csv"),
        ("--exclude", lambda m: None, "bad-choice", "", "--exclude", "--exclude all"),
        ("key file absent", lambda m: None, "file-not-found", "nokey", "", "--key-file nokey"),
        ("key too short", key("abc"), "hash-key-short", "key", "", "--key-file key"),
        ("a file where the folder should be", lambda m: (m.folder.parent / "out").write_text("x"), "bad-output", "", "",
         "-o out"),
        ("a place that cannot be written", lambda m: None, "bad-output", "", "", "-o /proc/none/out"),
        ("a folder of other things", lambda m: m.write("../out/letter.txt", "x"), "bad-output", "", "", "-o out"),
    ]
]  # fmt: skip


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Any]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("YITIHUA_HASH_KEY", raising=False)

    def call(*words: object) -> tuple[int, str, str]:
        code, out, err = called(monkeypatch, capsys, words)
        return code, out, err

    return call


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): b"" if path.is_dir() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if not path.name.endswith(".lock")
    }


@pytest.mark.parametrize(("spoil", "code", "file", "place", "words"), CASES)
def test_refused(run: Any, tmp_path: Path, spoil: Spoil, code: str, file: str, place: str, words: str) -> None:
    spoil(project(tmp_path / "p", sample(counties=4, psus=3)))
    before = tree(tmp_path)
    ended, out, err = run("survey", "estimate", "p", "--json", "--lang", "en", *words.split())
    assert ended == 2, out + err
    faults = json.loads(out)["faults"]
    assert faults
    fault = next((one for one in faults if one["code"] == code), faults[0])
    assert not code or fault["code"] == code, faults
    assert fault["file"].endswith(file)
    said = f"{fault['line']} {fault['cell']} {fault['key']} {fault['problem']}"
    assert all(part in said for part in place.split(" ")), said
    assert fault["problem"] and fault["mend"]
    assert fault["file"] or fault["key"] or words or code in ("bad-call", "bad-output"), fault
    for lang, label in (("zh", "处理"), ("en", "mend ")):
        ended, out, err = run("survey", "estimate", "p", "--lang", lang, *words.split())
        assert ended == 2 and "Traceback" not in out + err
        assert label in err, err
        assert (lang == "zh") == any("\u4e00" <= sign <= "\u9fff" for sign in err.replace("另一张", "")), err
    assert tree(tmp_path) == before
