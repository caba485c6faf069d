"""`yitihua barometer`: the same answers as in Python, in two languages and 80 columns; bad calls leave nothing."""

import io
import json

import pandas as pd
import pytest

import yitihua as yt
from calling import called
from yitihua.index.panel import ALL
from yitihua.publish.barometer_text import feedback_lines

NAME = "zhejiang-2022"
CALL = ("barometer", "-e", NAME, "-n", 200)


@pytest.fixture
def call(monkeypatch, capsys):
    return lambda *words: called(monkeypatch, capsys, words)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_all_units(call, lang):
    code, out, _ = call(*CALL, "--lang", lang, "--top", 3)
    assert code == 0
    assert ("模拟数据" if lang == "zh" else "SIMULATED DATA 模拟数据") in out
    assert ("本版为重构" if lang == "zh" else "A reconstruction") in out
    assert ("不得" if lang == "zh" else "this software's choice, not") in out
    best = yt.barometer(NAME, n=200).frame(lang, "2022").iloc[0]
    assert best["name"] in out
    assert f"{best['reading']:.1f}" in out
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_one_unit(call, lang):
    code, out, _ = call(*CALL, "--lang", lang, "--unit", "兰溪市")
    assert code == 0
    said = " ".join(feedback_lines(yt.barometer(NAME, n=200).feedback("兰溪市"), lang))
    assert "".join(said.split())[:60] in "".join(out.split())
    assert ("下一等级" if lang == "zh" else "next grade") in out
    assert max(map(len, out.splitlines())) <= 80


def test_json_and_files(call, tmp_path):
    code, out, _ = call(*CALL, "--json")
    assert code == 0
    whole = json.loads(out)
    found = yt.barometer(NAME, n=200)
    assert whole["rule"] == found.rule[1]
    assert whole["simulated"] is True
    assert [row["sign"] for row in whole["rows"]] == found.frame()["sign"].tolist()
    code, _, _ = call(*CALL, "-o", tmp_path / "b.csv", "--lang", "zh")
    assert code == 0
    written = pd.read_csv(io.BytesIO((tmp_path / "b.csv").read_bytes()), dtype={"unit": str, "period": str})
    assert written["reading"].to_numpy() == pytest.approx(found.frame("zh")["reading"].to_numpy(), nan_ok=True)
    assert set(written["rule"]) == {found.rule[0]}
    assert written["simulated"].all()
    code, _, _ = call(*CALL, "-o", tmp_path / "u.json", "--unit", "兰溪市")
    assert code == 0
    assert json.loads((tmp_path / "u.json").read_text("utf-8"))["feedback"]["next"] == "cloudy"


@pytest.mark.parametrize(
    "words",
    [
        ("barometer", "-e", "hdi"),
        (*CALL, "--unit", "无此县", "-o", "x.csv"),
        (*CALL, "--periods", "2019", "-o", "x.csv"),
        (*CALL, "-o", "x.xlsx"),
        ("barometer", "-e", NAME, "-n", 5, "-o", "x.csv"),
        ("barometer",),
    ],
)
def test_bad_calls_leave_nothing(call, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = call(*words, "--lang", "zh")
    assert code == 2
    assert not out
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_project(call, tmp_path):
    (tmp_path / "project.toml").write_text(f'edition = "{NAME}"\ndata = "zhejiang-2022-simulated"\n', encoding="utf-8")
    code, out, _ = call("barometer", tmp_path, "-n", 200, "--json")
    assert code == 0
    rows = json.loads(out)["rows"]
    frame = yt.barometer(NAME, n=200, fitted=ALL).frame()
    assert [row["sign"] for row in rows] == frame["sign"].tolist()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_quarters_with_the_surveys_of_years(call, lang):
    code, out, _ = call(
        "barometer", "-e", NAME, "--data", "zhejiang-2022-simulated-quarters", "--surveys", "zhejiang-2022-simulated",
        "-n", 100, "--unit", "嘉善县", "--lang", lang,
    )  # fmt: skip
    assert code == 0
    flat = "".join(out.split())
    codes = ["E01", "E02", "E03", "E04", "E05", "E06", "E08", "E09"]
    if lang == "zh":
        assert f"2022Q1–2022Q4没有问卷的指标沿用2022的估计：{'、'.join(codes)}。" in flat
        assert "没有任何数据" not in flat
    else:
        assert f"2022Q1–2022Q4:nosurveyof{','.join(codes)};theestimatesof2022standin." in flat
        assert "without any data" not in out
    assert max(map(len, out.splitlines())) <= 80
