"""Planted telephones, names and id numbers are found in no output, log, cache or error message."""

from __future__ import annotations

import hmac
import json
import logging
import pickle
import tempfile
import traceback
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from answer_examples import FORM, HEADER, ROWS, SECRETS, change, table
from hypothesis import given
from hypothesis import strategies as st

from yitihua.errors import InputError
from yitihua.surveys.answers import inspect_answers, read_answers
from yitihua.surveys.privacy.identifiers import (
    kind_of_header,
    kind_of_value,
    masked,
    personal_rows,
    shown,
    valid_id_number,
)
from yitihua.surveys.privacy.keys import HashKey, read_key
from yitihua.surveys.screening.exclusion import default_rule, exclude
from yitihua.surveys.screening.screen import screen

PHONE, ID, NAME, MAIL = "13912345678", "11010519491231002X", "欧阳明珠", "ming.zhu@example.cn"
#: A check digit written wrongly: still a person's number.
WRONG_ID = "110105194912310021"
PINYIN = "Ouyangmingzhu"
PLANTED = (PINYIN, PHONE, ID, NAME, MAIL, WRONG_ID, "139 1234 5678", "１３９１２３４５６７８", *SECRETS)
KEY = HashKey(b"0123456789abcdef0123456789abcdef")


def placed(column: str, value: str) -> str:
    return change(1, column, value)


WRONG_PLACES = [
    pytest.param(placed(column, value), id=f"{column} {kind}")
    for column in ("respondent", "county", "stratum", "psu", "mode", "disposition", "weight", "start", "duration",
                   "age", "Q1", "Q2", "Q4")
    for kind, value in (("phone", PHONE), ("id", ID), ("name", NAME), ("pinyin", PINYIN), ("mail", MAIL),
                        ("bad id", WRONG_ID), ("spaced", "139 1234 5678"), ("wide", "１３９１２３４５６７８"),
                        ("both", f"{NAME}{PHONE}"))
]  # fmt: skip
FAULTY = [
    pytest.param(table(header=HEADER.replace("age", PHONE)), id="header phone"),
    pytest.param(table(header=HEADER.replace("age", NAME)), id="header name"),
    pytest.param(table(header=HEADER.replace("age", PHONE).replace("Q5", PHONE)), id="header twice"),
    pytest.param(table(header=HEADER.replace("age", f"age {NAME}").replace("Q4", f"Q4 {PHONE}")), id="header glued"),
    pytest.param(placed("Q5", f"我叫{NAME}，电话{PHONE}，身份证{ID}，{MAIL}"), id="open text"),
    pytest.param(table(*ROWS[:3], f"R9,{NAME},{PHONE}"), id="row too short"),
    pytest.param(table(ROWS[0] + f",{PHONE},{NAME}"), id="row too long"),
    pytest.param(
        table(*(f"{row},x" for row in ROWS), header=HEADER + ",备注").replace("很好,x", f"很好,{NAME}{PHONE}"),
        id="unnamed column",
    ),
    pytest.param(change(1, "respondent", PHONE).replace("R3,", f"{PHONE},"), id="respondent twice"),
    pytest.param(change(1, "respondent", NAME).replace("R3,", f"{NAME},"), id="named respondent twice"),
    pytest.param(change(1, "weight", "0").replace("R2,", f"{NAME},"), id="named respondent with a fault"),
    pytest.param(change(0, "psu", NAME).replace("330102,urban,P1", f"330102,rural,{NAME}"), id="psu is a name"),
]


def everything(text: str, folder: Path, capsys, caplog, keep_open: bool = False, key: HashKey | None = None) -> str:
    """Read, screen and exclude; return all that came out of it, files and logs included."""
    file = folder / "answers.csv"
    file.write_text(text, encoding="utf-8")
    caplog.set_level(logging.DEBUG)
    out: list[object] = []
    found = inspect_answers(file, FORM, key=key)
    out += [fault.text(lang) for fault in found.faults for lang in ("zh", "en")]
    out += [repr(fault) + json.dumps(fault.to_dict(), ensure_ascii=False) for fault in found.faults]
    out += [found.codebook.table(lang).to_string() + found.codebook.notes(lang).to_string() for lang in ("zh", "en")]
    out.append(repr(found))
    try:
        answers = read_answers(file, FORM, key=key, keep_open=keep_open)
    except InputError as error:
        # Everything a traceback could print, the causes as well.
        chain: BaseException | None = error
        while chain is not None:
            out += [*traceback.format_exception(chain), str(chain), repr(chain.args)]
            chain = chain.__cause__ or chain.__context__
    else:
        screening = screen(answers)
        kept, log = exclude(answers, screening, default_rule(screening))
        for lang in ("zh", "en"):
            tables = (screening.table(lang), screening.summary(lang), log.table(lang))
            out += [made.to_csv() for made in tables]
        out += [json.dumps(log.to_dict(), ensure_ascii=False), kept.frame().to_csv(), repr(answers), answers.notices]
        out += [answers.frame().to_csv(), answers.open_texts, answers.hashes, repr(answers.removed), answers.lineage]
        pickled = folder / "answers.pickle"
        pickled.write_bytes(pickle.dumps((answers, screening, log)))
        out.append(str(answers.numbers))
    captured = capsys.readouterr()
    out += [captured.out, captured.err, caplog.text]
    made = [path for path in folder.rglob("*") if path.is_file() and path != file]
    out += [path.read_bytes().decode("utf-8", "replace") for path in made]
    return "\n".join(map(str, out))


def assert_clean(text: str) -> None:
    bare = text.replace(" ", "").replace("-", "")
    assert not [secret for secret in PLANTED if secret in text or secret.replace(" ", "") in bare]


@pytest.mark.parametrize("text", [*WRONG_PLACES, *FAULTY])
def test_nothing_leaks(tmp_path: Path, capsys, caplog, text):
    assert_clean(everything(text, tmp_path, capsys, caplog))


@pytest.mark.parametrize("key", [None, KEY])
def test_sound_answers_hold_nothing_personal(tmp_path: Path, capsys, caplog, key):
    assert_clean(everything(table(), tmp_path, capsys, caplog, keep_open=True, key=key))


def test_nothing_is_cached(tmp_path: Path, monkeypatch, capsys, caplog):
    """No file appears in the home, the working or the temporary folder."""
    for name in ("home", "work", "temp", "in"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    monkeypatch.chdir(tmp_path / "work")
    everything(table(), tmp_path / "in", capsys, caplog)
    assert not [path for name in ("home", "work", "temp") for path in (tmp_path / name).rglob("*")]


def test_open_answers_are_masked(tmp_path: Path):
    file = tmp_path / "a.csv"
    file.write_text(placed("Q5", f"我是李四光，电话{PHONE}；{ID}"), encoding="utf-8")
    answers = read_answers(file, FORM, keep_open=True)
    assert answers.open_texts["Q5"][1] == "我是[姓名 name]，电话[电话号码 telephone number]；[证件号码 identity number]"
    assert read_answers(file, FORM).open_texts == {}


def test_identifiers_become_numbers_that_tell_who_is_alike(tmp_path: Path):
    file = tmp_path / "a.csv"
    file.write_text(change(2, "phone", "+86 139-0013-9000"), encoding="utf-8")
    answers = read_answers(file, FORM)
    phone = answers.numbers["phone"]
    assert phone[1] == phone[2] != phone[0]
    assert phone[4] == -1
    assert answers.hashes == {}
    removed = {(column.kind, column.how) for column in answers.removed}
    assert removed == {("phone", "numbered"), ("name", "dropped"), ("open", "dropped")}


def test_hashes_are_hmac_sha256_and_join_files_only_with_the_same_key(tmp_path: Path):
    file = tmp_path / "a.csv"
    file.write_text(table(), encoding="utf-8")
    one, again = (read_answers(file, FORM, key=KEY) for _ in range(2))
    other = read_answers(file, FORM, key=HashKey(b"another key of some length"))
    expected = hmac.digest(b"0123456789abcdef0123456789abcdef", b"phone\x1f13800138000", "sha256").hex()[:32]
    assert one.hashes["phone"][0] == expected
    assert list(one.hashes["phone"]) == list(again.hashes["phone"])
    assert not set(one.hashes["phone"]) & set(other.hashes["phone"]) - {""}
    assert one.key_id == KEY.key_id != other.key_id


def test_a_column_the_definition_does_not_know_is_found_by_its_header(tmp_path: Path):
    """手机号码 is nowhere in the definition: kept as numbers, for repeats; 身份证号 is not kept at all."""
    header = HEADER.replace("phone", "手机号码").replace("contact", "身份证号")
    file = tmp_path / "a.csv"
    file.write_text(table(header=header), encoding="utf-8")
    answers = read_answers(file, FORM)
    assert answers.numbers["phone"][0] >= 0
    kinds = {(column.kind, column.how) for column in answers.removed}
    assert {("phone", "numbered"), ("id", "dropped")} <= kinds


def test_a_definition_cannot_ask_for_names_to_be_kept(tmp_path: Path):
    respondents = FORM.respondents.model_copy(update={"context": ("age", "姓名")})
    form = FORM.model_copy(update={"respondents": respondents})
    file = tmp_path / "a.csv"
    file.write_text(table(header=HEADER.replace("contact", "姓名")), encoding="utf-8")
    assert set(read_answers(file, form).context) == {"age"}


def test_numbers_in_parquet_and_excel(tmp_path: Path, refused):
    frame = pd.DataFrame([row.split(",") for row in ROWS], columns=HEADER.split(",")).replace("", None)
    frame["Q2"] = pd.to_numeric(frame["Q2"])
    frame.loc[2, "Q2"] = 13912345678
    frame["phone"] = pd.to_numeric(frame["phone"])
    for name in ("a.xlsx", "frame"):
        data = frame
        if name != "frame":
            frame.to_excel(tmp_path / name, index=False)
            data = tmp_path / name
        (fault,) = refused(read_answers, data, FORM)
        assert (fault.code, fault.cell) == ("answers-personal", "N4")
        assert PHONE not in fault.text() + fault.text("zh")


def test_a_telephone_in_the_name_of_the_file(tmp_path: Path):
    file = tmp_path / f"{PHONE}.csv"
    file.write_text(change(0, "weight", "0"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_answers(file, FORM)
    assert PHONE not in str(caught.value)


# The detectors themselves.


def test_check_digit_is_gb_11643():
    """The standard's own examples, and every wrong last sign."""
    assert valid_id_number("11010519491231002X")
    assert valid_id_number("440524188001010014")
    assert sum(valid_id_number("1101051949123100" + "2" + last) for last in "0123456789X") == 1


@given(st.integers(13_000_000_000, 19_999_999_999))
def test_every_mobile_number_is_found_however_it_is_written(number):
    text = str(number)
    spaced = f"{text[:3]} {text[3:7]}-{text[7:]}"
    for written in (text, spaced, f"+86{text}", f"0086 {text}"[2:], f"请打{text}谢谢"):
        assert kind_of_value(written) == "phone"
        assert text not in masked(written).replace(" ", "").replace("-", "")
        assert shown(written) == "***"
    assert personal_rows([text, "5"]) == {0: "phone"}
    assert personal_rows(np.array([float(number), 5.0])) == {0: "phone"}


@given(st.floats(0, 1e9, allow_nan=False), st.integers(0, 9_999_999_999))
def test_numbers_are_no_telephones(weight, code):
    assert kind_of_value(repr(weight)) == "" or "e" in repr(weight)
    assert kind_of_value(str(code)) == ""
    assert personal_rows(np.array([weight])) == {}


@pytest.mark.parametrize("value", ["2022-11-15T14:00:00", "330102-001", "C330102-001", "P1", "192.5", "1.2.3", "@", ""])
def test_codes_and_dates_are_no_identifiers(value):
    assert kind_of_value(value) == ""


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("姓名", "name"), ("受访者姓名", "name"), ("Name", "name"), ("full_name", "name"), ("手机", "phone"),
        ("联系电话", "phone"), ("Mobile", "phone"), ("身份证号码", "id"), ("id_card", "id"), ("家庭住址", "address"),
        ("Email", "email"), ("微信openid", "account"), ("来自IP", "ip"), ("设备号", "device"), ("经度", "place"),
        ("出生日期", "birth"), ("county", ""), ("县", ""), ("town", ""), ("age_band", ""), ("数量", ""), ("性别", ""),
    ],
)  # fmt: skip
def test_headers(header, kind):
    assert kind_of_header(header) == kind


def test_key(tmp_path: Path, monkeypatch, refused):
    monkeypatch.delenv("YITIHUA_HASH_KEY", raising=False)
    assert read_key() is None
    monkeypatch.setenv("YITIHUA_HASH_KEY", " 0123456789abcdef0123456789abcdef\n")
    assert read_key().key_id == KEY.key_id
    file = tmp_path / "key"
    file.write_bytes(b"0123456789abcdef0123456789abcdef\n")
    assert read_key(file).key_id == KEY.key_id
    assert "0123456789" not in repr(KEY) + str(KEY)
    with pytest.raises(TypeError, match="not stored"):
        pickle.dumps(KEY)
    file.write_bytes(b"short secret")
    (fault,) = refused(read_key, file)
    assert fault.code == "hash-key-short"
    assert "secret" not in fault.text()
    (fault,) = refused(read_key, tmp_path / "none")
    assert fault.code == "file-not-found"
