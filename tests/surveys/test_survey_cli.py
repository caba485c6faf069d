"""`yitihua survey` from answers to a scored board, and no personal word in anything that it says or writes."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from survey_project import ANSWERS, DATA, RESIDENTS, SurveyProject, project, sample

import yitihua as yt
from calling import called
from yitihua.indicators.cities import sum_to_cities
from yitihua.indicators.covariance import Covariance
from yitihua.surveys.privacy.keys import HashKey

ESTIMATES = "data/survey-estimates"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YITIHUA_LANG", "en")
    monkeypatch.delenv("YITIHUA_HASH_KEY", raising=False)

    def call(*words: object) -> tuple[int, str, str]:
        code, out, err = called(monkeypatch, capsys, words)
        assert "Traceback" not in out + err
        return code, out, err

    return call


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_from_answers_to_a_board(run: Run, tmp_path: Path) -> None:
    made = project(tmp_path / "p", sample(counties=9))
    for command in ("check", "screen", "weight", "estimate"):
        ended, out, err = run("survey", command, "p")
        assert (ended, err) == (0, ""), err
        assert "Residents" in out or "indicator" in out
    first = contents(made.folder / ESTIMATES)
    assert set(first) == {"survey_estimates.parquet", "covariance.parquet", "passport.toml"}
    assert run("survey", "estimate", "p")[0] == 0
    assert contents(made.folder / ESTIMATES) == first  # the same bytes
    board = yt.evaluate(made.folder)
    table = board.table
    assert table.covariance is not None and table.covariance.units == table.units
    # Clusters that are content are so in both indicators: their errors go together, and the board knows.
    place = [table.covariance.indicators.index(code) for code in ("s1", "s2")]
    blocks = table.covariance.blocks[:, place][:, :, place]
    assert (np.abs(blocks[:, 0, 1]) > 0).all()
    own = Covariance.independent(table.units, ("s1", "s2"), np.sqrt(np.einsum("uii->ui", blocks)))
    alone = yt.apply(replace(table, covariance=own), board.recipe).sampling(2000, 1)
    joint = board.sampling(2000, 1)
    w = 1 / 3
    expected = w * np.sqrt(blocks.sum(axis=(1, 2)))
    np.testing.assert_allclose(joint.se, expected, rtol=0.08)
    assert not np.allclose(joint.se, alone.se, rtol=0.01)
    assert run("score", "p", "-o", "out")[0] == 0
    back = yt.read_run(tmp_path / "out").board
    assert back.sampling(500, 3).scores.tobytes() == board.sampling(500, 3).scores.tobytes()
    # A comma-separated table of the same estimates, read by hand.
    estimates = pd.read_csv(made.folder / "results-survey/estimates.csv", dtype={"county": str})
    direct = estimates.query("method == 'direct' and county != 'all' and indicator == 's1'")
    np.testing.assert_allclose(table.select(["s1"])[:, 0], direct["estimate"], rtol=1e-12)
    assert set(contents(made.folder / "results-survey")) == {
        "estimates.csv", "screening.csv", "survey.json", "weights.csv",
    }  # fmt: skip


def test_json_has_the_same_numbers(run: Run, tmp_path: Path) -> None:
    made = project(tmp_path / "p", sample(counties=9))
    for command in ("check", "screen", "weight"):
        ended, out, _ = run("survey", command, "p", "--json")
        assert ended == 0 and json.loads(out)
    ended, out, _ = run("survey", "estimate", "p", "--json")
    rows = json.loads(out)["estimates"]
    table = pd.read_csv(made.folder / "results-survey/estimates.csv", dtype={"county": str})
    assert [row["estimate"] for row in rows] == pytest.approx(table["estimate"].tolist(), nan_ok=True)


def test_check_says_who_answered_what_they_were_not_asked(run: Run, tmp_path: Path) -> None:
    """Authority: counting: Q3 is asked of the satisfied only, yet everybody has an answer; two skip Q2."""
    made = sample(counties=4)
    did = np.flatnonzero(made.answers["disposition"] == "complete")
    made.answers.loc[did[:2], "Q2"] = np.nan
    found = project(tmp_path / "p", made)
    found.edit(RESIDENTS, 'mode_key = "heard"', 'mode_key = "heard"\nfilter = "Q1>3"')
    ended, out, _ = run("survey", "check", "p", "--json")
    notes = {note["item"]: note for note in json.loads(out)["questionnaires"]["residents"]["notes"]}
    wrong = int((made.answers["Q1"] <= 3).sum())
    assert (notes["Q3"]["answered_not_asked"], notes["Q2"]["missing"], notes["Q1"]["missing"]) == (wrong, 2, 0)
    ended, out, _ = run("survey", "check", "p")
    assert ended == 0
    lines = [line.split() for line in out.splitlines()]
    assert ["Q3", str(len(did) - wrong), "0", "0.0%", "0", str(wrong)] in lines
    assert ["Q2", str(len(did)), "2", f"{2 / len(did):.1%}", "0", "0"] in lines


def test_a_table_in_gb18030_is_read_and_said_to_be(run: Run, tmp_path: Path) -> None:
    made = project(tmp_path / "p", sample(counties=4))
    made.write(ANSWERS, made.text(ANSWERS).encode("gb18030"))
    ended, out, _ = run("survey", "check", "p")
    assert ended == 0 and "GB18030" in out


def spoilt(made: SurveyProject, how: str) -> None:
    folder = made.folder / ESTIMATES
    errors, passport = folder / "covariance.parquet", folder / "passport.toml"
    if how == "tampered":
        errors.write_bytes(errors.read_bytes() + b"x")
    elif how == "gone":
        errors.unlink()
    elif how == "counties":
        table = pd.read_csv(made.folder / DATA, dtype={"unit": str})
        made.table(DATA, table.assign(unit="99" + table["unit"].str[2:]))
    else:
        before = hashlib.sha256(errors.read_bytes()).hexdigest()
        duckdb.sql(f"copy (select 1 as unit, 2.0 as value) to '{errors.as_posix()}' (format parquet)")
        after = hashlib.sha256(errors.read_bytes()).hexdigest()
        passport.write_text(passport.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")


@pytest.mark.parametrize(
    ("how", "code", "file"),
    [
        ("tampered", "bad-hash", "covariance.parquet"),
        ("gone", "file-not-found", "covariance.parquet"),
        ("shape", "not-a-covariance", "covariance.parquet"),
        ("counties", "survey-unknown-unit", "survey-estimates"),
    ],
)
def test_scoring_refuses_estimates_that_do_not_fit(run: Run, tmp_path: Path, how: str, code: str, file: str) -> None:
    made = project(tmp_path / "p", sample(counties=9))
    assert run("survey", "estimate", "p")[0] == 0
    spoilt(made, how)
    ended, out, _ = run("score", "p", "--json", "-o", "out")
    assert ended == 2
    fault = json.loads(out)["faults"][0]
    assert fault["code"] == code and fault["file"].endswith(file) and fault["mend"]
    assert not (tmp_path / "out").exists()


def test_cities_keep_the_covariance() -> None:
    """Authority: w'Vw over the counties of a city, weights their population; what counties share stays shared."""
    counties = yt.evaluate("zhejiang-2022").table
    assert counties.covariance is not None
    shared = np.full((1, *counties.covariance.blocks.shape[:2]), 0.5)
    wider = replace(counties, covariance=replace(counties.covariance, shared=shared))
    edition = yt.load_edition("zhejiang-2022")
    found = sum_to_cities(wider, edition)
    assert found.covariance is not None
    people = counties.measures["population"]
    rows = [i for i, unit in enumerate(counties.units) if unit.startswith("3302")]
    weight = people[rows] / people[rows].sum()
    at, j = found.covariance.units.index("330200"), found.covariance.indicators.index("E01")
    k = wider.covariance.indicators.index("E01")
    expected = np.sqrt((weight**2 * wider.covariance.blocks[rows, k, k]).sum() + 0.5**2)
    assert found.covariance.se[at, j] == pytest.approx(expected)
    assert found.covariance.shared[:, at, j] == pytest.approx([0.5])


# Nothing personal comes out

PHONES = ("13812345678", "13987654321", "057188886666", "+8613700001111")
NAMES = ("欧阳建国", "诸葛明慧", "司马青青", "慕容小满")
CARDS = ("11010519491231002X", "330106198001011237")
MAILS = ("zhuge@example.org",)
SECRETS = (*PHONES, *NAMES, *CARDS, *MAILS)
#: The same where they are cut up: digits alone, within longer words.
PATTERN = re.compile("|".join(map(re.escape, [*SECRETS, "13812345", "建国", "明慧", "青青", "小满", "19491231002"])))


def planted(folder: Path, faulty: bool) -> SurveyProject:
    made = sample(counties=9)
    table = made.answers
    n = len(table)
    pick = np.arange(n)
    table["phone"] = np.array(PHONES)[pick % 4]
    table["contact"] = np.array(NAMES)[pick % 4]  # dropped by the definition
    table["姓名"] = np.array(NAMES)[(pick + 1) % 4]
    table["身份证号"] = np.array(CARDS)[pick % 2]
    table["device"] = [f"{NAMES[i % 4]}的手机-{i}" for i in pick]
    table["ip"] = [f"10.1.{i // 250}.{i % 250}" for i in pick]
    table["remark"] = [f"打过{PHONES[i % 4]}，{NAMES[i % 4]}接的" for i in pick]
    table["interviewer"] = [f"{i % 5 + 1}" for i in pick]
    table["欧阳建国13812345678"] = "x"  # a header that is personal
    words = [f"请找{NAMES[i % 4]}，{PHONES[i % 4]}，{MAILS[0]}，{CARDS[i % 2]}" for i in pick]
    table["Q9"] = np.where(table["disposition"] == "complete", words, "")
    found = project(folder, made)
    if faulty:
        done = np.flatnonzero(table["disposition"] == "complete")[:12] + 2
        spoil = {
            "Q1": PHONES[0], "Q2": NAMES[0], "Q3": CARDS[0], "weight": PHONES[1], "county": NAMES[1],
            "stratum": NAMES[2], "psu": PHONES[2], "mode": NAMES[3], "disposition": NAMES[0], "start": PHONES[3],
            "duration": CARDS[1], "age_band": NAMES[1],
        }  # fmt: skip
        for row, (column, value) in zip(done, spoil.items(), strict=True):
            found.cell(int(row), column, value)
        found.cell(40, "respondent", NAMES[2])
        found.cell(41, "respondent", NAMES[2])
        found.cell(42, "interviewer", NAMES[3])
    return found


def everything(folder: Path, skip: set[Path]) -> list[tuple[str, str]]:
    """Return name and text of every file below a folder; of Parquet what is inside as well."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path not in skip:
            found.append((path.name, path.read_bytes().decode("utf-8", errors="ignore")))
            if path.suffix == ".parquet":
                found.append((path.name, duckdb.sql(f"from read_parquet('{path.as_posix()}')").df().to_csv()))
    return found


@pytest.mark.parametrize("faulty", [False, True])
@pytest.mark.parametrize("with_key", [False, True])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_nothing_personal_is_said_or_written(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faulty: bool, with_key: bool, kind: str
) -> None:
    made = planted(tmp_path / "p", faulty)
    source = made.folder / ANSWERS
    if kind == "parquet":
        source = source.with_suffix(".parquet")
        duckdb.sql(
            f"copy (from read_csv('{made.folder / ANSWERS}', all_varchar = true)) to '{source}' (format parquet)"
        )
        (made.folder / ANSWERS).unlink()
        made.edit("project.toml", ANSWERS, "data/answers.parquet")
    made.edit("index/ix.toml", 'exclude = "none"', 'exclude = "default"')
    if with_key:
        monkeypatch.setenv("YITIHUA_HASH_KEY", "0123456789abcdef0123456789abcdef")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    said = []
    for lang in ("en", "zh"):
        for command in ("check", "screen", "weight", "estimate"):
            for more in ([], ["--json"], ["-o", "out"]):
                if command == "check" and more[:1] == ["-o"]:
                    continue
                words = [str(tmp_path / more[1] / f"{command}-{lang}") if word == "out" else word for word in more]
                ended, out, err = run("survey", command, "p", "--lang", lang, *words)
                assert ended == (2 if faulty else 0), out + err
                said += [out, err]
    if not faulty:
        for more in ([], ["--json"]):
            ended, out, err = run("score", "p", *more)
            assert ended == 0, err
            said += [out, err]
    for text in said:
        assert not PATTERN.search(text), PATTERN.search(text)
    files = everything(tmp_path, {source})
    assert faulty or len(files) > 10
    for name, text in files:
        assert not PATTERN.search(text), (name, PATTERN.search(text))
    key = HashKey(b"0123456789abcdef0123456789abcdef")
    for name, text in files:
        assert key.digest("phone", PHONES[0]) not in text, name  # hashes are for linking in memory, not for files
