"""A bundle of a surveyed project: estimates with their covariance, and no trace of anybody who answered."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from survey_project import ANSWERS, DATA, project, sample

import yitihua as yt
from calling import called
from yitihua.publish.bundle.archive import read_archive
from yitihua.publish.bundle.manifest import read_manifest

PLANTED = ("13800138000", "zhang.sanfeng@example.org", "330106199001011234", "张三丰", "武当山路9号")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YITIHUA_LANG", "en")

    def call(*words: object) -> tuple[int, str]:
        code, out, err = called(monkeypatch, capsys, words)
        return code, out + err

    return call


def test_no_answer_and_no_name_is_in_a_bundle(run, tmp_path: Path) -> None:
    made = sample(counties=9)
    did = np.flatnonzero(made.answers["disposition"] == "complete")
    made.answers["contact"] = PLANTED[0]
    made.answers.loc[did, "Q9"] = [f"{PLANTED[3]} {PLANTED[4]} {PLANTED[1]}"] * len(did)
    # A county with seven answers: its estimate is hidden, and its number with it.
    few = made.answers.index[made.answers["county"] == made.truth["county"][0]]
    reached = [row for row in few if row in set(did.tolist())]
    made.answers.loc[reached[7:], "disposition"] = "refusal"
    made.answers.loc[reached[7:], ["Q0", "Q1", "Q2", "Q3", "Q9", "duration"]] = np.nan
    found = project(tmp_path / "p", made)
    table = pd.read_csv(found.folder / DATA, dtype={"unit": str})
    found.table(DATA, table.assign(手机=PLANTED[0], id_number=PLANTED[2], submission=f"{PLANTED[3]}.xlsx"))
    assert run("survey", "estimate", "p")[0] == 0
    assert run("score", "p", "-o", "p/results")[0] == 0
    for folder, name in (("p", "a.zip"), ("p/results", "b.zip")):
        ended, said = run("bundle", folder, "-o", name)
        assert ended == 0, said
        files = read_archive((tmp_path / name).read_bytes())
        assert read_manifest(files).recipe == "fitted"
        people = [*PLANTED, *made.answers["respondent"], *made.answers["psu"].unique()]
        for file, content in files.items():
            text = content.decode("utf-8-sig")
            assert not [word for word in people if word in text], file
        assert not [file for file in files if Path(ANSWERS).stem in file]
        rows = list(csv.DictReader(io.StringIO(files["estimates.csv"].decode())))
        assert {row["indicator"] for row in rows} == {"s1", "s2"}
        assert all(row["n"] == "" or float(row["n"]) >= 10 for row in rows)
        assert "passports/survey-estimates/passport.toml" in files and "covariance.csv" in files
        ended, said = run("verify", name)
        assert ended == 0 and "Equal" in said
    board = yt.evaluate(found.folder)
    assert board.table.n is not None and np.isnan(board.table.n[0]).any()


def test_estimates_of_others_on_few_answers_are_refused(run, tmp_path: Path) -> None:
    """A table made elsewhere that shows n = 9: it is scored, but not bundled."""
    found = project(tmp_path / "p", sample(counties=4))
    table = pd.read_csv(found.folder / DATA, dtype={"unit": str})
    found.table(DATA, table.assign(s1=70.0, s1_se=2.0, s1_n=[150, 9, 150, 150]))
    assert run("score", "p")[0] == 0
    ended, said = run("bundle", "p", "-o", "a.zip")
    assert ended == 2 and "fewer than 10" in said and table["unit"][1] in said
    assert not (tmp_path / "a.zip").exists()
