"""Answers come out the same from every layout and kind of file, and nothing of a table is lost in silence."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from answer_examples import FORM, HEADER, ROWS, change, table

from yitihua.definitions import load_edition
from yitihua.indicators.datasets import load_dataset
from yitihua.indicators.parquet import write_parquet
from yitihua.surveys.answers import Answers, read_answers

FORMS = load_edition("zhejiang-2022").questionnaires


def sound() -> pd.DataFrame:
    return pd.read_csv(io.StringIO(table()), dtype={"county": str, "phone": str})


def same(one: Answers, other: Answers) -> None:
    np.testing.assert_array_equal(one.codes, other.codes)
    assert set(one.columns) == set(other.columns)
    for role, values in one.columns.items():
        np.testing.assert_array_equal(values, other.columns[role], err_msg=role)
    np.testing.assert_array_equal(one.context["age"], other.context["age"])
    np.testing.assert_array_equal(one.numbers["phone"], other.numbers["phone"])
    assert list(one.outcome) == list(other.outcome)


@pytest.fixture
def plain(tmp_path: Path) -> Answers:
    file = tmp_path / "plain.csv"
    file.write_text(table(), encoding="utf-8")
    return read_answers(file, FORM)


def test_what_is_read(plain):
    assert plain.items == ("Q1", "Q2", "Q3", "Q4")
    np.testing.assert_array_equal(plain.item("Q2"), [4, 2, 0, 998, np.nan])
    assert plain.columns["county"].tolist() == ["330102"] * 3 + ["330105"] * 2
    assert plain.columns["start"][0] == np.datetime64("2022-10-11T09:00:00")
    assert plain.columns["weight"].tolist() == [10.5, 10.5, 20, 12, 12]
    assert plain.outcome.tolist() == ["complete", "complete", "partial", "complete", "refusal"]
    assert plain.answered.tolist() == [True] * 4 + [False]
    assert plain.lines.tolist() == [2, 3, 4, 5, 6]
    assert [len(plain), len(plain.take(plain.answered)), len(plain.take(np.array([0, 2])))] == [5, 4, 2]


def test_lineage_is_the_sha256_of_the_file(plain, tmp_path):
    assert plain.lineage[0].sha256 == hashlib.sha256((tmp_path / "plain.csv").read_bytes()).hexdigest()


@pytest.mark.parametrize("kind", ["bom", "gb18030", "xlsx", "parquet", "frame", "int16"])
def test_every_kind_of_file_gives_the_same(tmp_path, plain, kind):
    data: object = tmp_path / f"a.{'xlsx' if kind == 'xlsx' else 'parquet' if kind == 'parquet' else 'csv'}"
    if kind in ("bom", "gb18030"):
        data.write_bytes(table().encode("utf-8-sig" if kind == "bom" else "gb18030"))
    elif kind == "xlsx":
        frame = sound()
        frame["start"] = pd.to_datetime(frame["start"])
        frame["county"] = frame["county"].astype(int)
        frame.to_excel(data, index=False)
    elif kind == "parquet":
        write_parquet(sound(), data)
    else:
        data = sound()
        if kind == "int16":
            data = data.astype(dict.fromkeys(("Q1", "Q2", "Q3", "Q4"), "Int16"))
    same(plain, read_answers(data, FORM))


def test_encoding_is_said(tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes(table().encode("gb18030"))
    assert "GB18030" in read_answers(file, FORM).notices[0][0]


def test_nan_and_null_are_both_missing(tmp_path):
    """NaN is not NULL in Parquet written by other tools: both mean that there is no answer."""
    import duckdb

    file = tmp_path / "a.parquet"
    duckdb.execute(
        "COPY (SELECT 'R' || i AS respondent, '330102' AS county, 1 AS Q1, 1 AS Q2, "
        "CASE i WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN NULL ELSE 5 END AS Q3, 3 AS Q4 FROM range(3) t(i)) "
        f"TO '{file}' (FORMAT parquet)"
    )
    np.testing.assert_array_equal(read_answers(file, FORM).item("Q3"), [np.nan, np.nan, 5])


def long_form() -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = sound()
    items = ["Q1", "Q2", "Q3", "Q4", "Q5"]
    long = frame.melt(["respondent"], items, var_name="item", value_name="code").dropna()
    long["code"] = [str(int(c)) if isinstance(c, float) else str(c).removesuffix(".0") for c in long["code"]]
    long["latency"] = 3.5
    return long.sample(frac=1, random_state=1).reset_index(drop=True), frame.drop(columns=items)


def test_long_equals_wide(plain):
    long, people = long_form()
    made = read_answers(long, FORM, respondents=people)
    same(plain, made)
    np.testing.assert_array_equal(np.isfinite(made.latency), np.isfinite(made.codes))


def test_long_with_the_columns_of_respondents_repeated(plain):
    long, people = long_form()
    whole = long.merge(people, on="respondent").sort_values(["respondent", "item"]).reset_index(drop=True)
    made = read_answers(whole, FORM)
    # Who gave no answer has no row.
    same(plain.take(np.arange(4)), made)
    assert made.numbers["phone"].tolist() == plain.numbers["phone"][:4].tolist()


def test_without_a_disposition_an_interview_is_who_answered():
    made = read_answers(sound().drop(columns=["disposition", "mode"]), FORM)
    assert made.outcome.tolist() == ["complete"] * 4 + ["unknown"]
    assert made.columns["mode"].tolist() == ["web"] * 5


def test_what_is_not_kept_is_said(tmp_path):
    frame = sound().assign(weather="fair", 姓名="赵一曼")
    made = read_answers(frame, FORM)
    assert "weather" not in str(made.frame().columns)
    english = " | ".join(en for _, en in made.notices)
    assert "columns R (not named by the definition): not kept" in english
    assert "(name): not kept" in english
    assert "columns J (telephone number): kept as numbers of this run only" in english


def test_today_is_the_last_day_that_is_accepted(tmp_path, refused):
    file = tmp_path / "a.csv"
    file.write_text(change(0, "start", "2022-10-20T23:59:59"), encoding="utf-8")
    assert len(read_answers(file, FORM, today=dt.date(2022, 10, 20))) == 5
    (fault,) = refused(read_answers, file, FORM, today=dt.date(2022, 10, 19))
    assert fault.code == "answers-future"


@pytest.mark.parametrize("name", list(FORMS))
def test_shipped_answers_are_sound(name):
    """The simulated answers break no filter and hold no unknown code; who is asked matches the passport's rows."""
    made = read_answers(f"zhejiang-2022-simulated-{name}", FORMS[name])
    assert made.simulated
    assert len(made) == len(load_dataset(f"zhejiang-2022-simulated-{name}").raw)
    assert not made.codebook.unknown
    assert {note.item: note.not_asked for note in made.codebook.asked if note.not_asked} == {}
    assert all(note.missing <= 0.05 * note.asked for note in made.codebook.asked)
    assert set(made.context) == set(FORMS[name].respondents.context)


def test_header_of_the_examples_names_every_column():
    assert len(HEADER.split(",")) == len(ROWS[0].split(","))
