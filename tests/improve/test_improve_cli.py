"""`yitihua improve` and `yitihua scenario`: the same answers as in Python, in two languages; bad files are refused."""

import json

import pytest
from typer.testing import CliRunner

import yitihua as yt
from yitihua.cli import app

EDITION = ("-e", "zhejiang-2022")


def said(*words):
    result = CliRunner().invoke(app, [*map(str, words)])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_improve(lang, tmp_path):
    text = said("improve", *EDITION, "嘉善县", "--above", "海宁市", "--lang", lang)
    assert ("证明：" if lang == "zh" else "proof: ") in text
    assert ("模拟数据" if lang == "zh" else "SIMULATED DATA") in text
    said("score", *EDITION, "-o", tmp_path / "run")
    assert text == said("improve", tmp_path / "run", "嘉善县", "--above", "海宁市", "--lang", lang)
    found = json.loads(said("improve", tmp_path / "run", "嘉善县", "--above", "海宁市", "--json"))
    assert found["cost"] == pytest.approx(yt.evaluate("zhejiang-2022").improve("嘉善县", above="海宁市").cost)
    assert ("已经达到" if lang == "zh" else "already") in said(
        "improve", *EDITION, "柯城区", "--rank", 1, "--lang", lang
    )


def test_files_of_costs_and_steps(tmp_path):
    costs, steps = tmp_path / "costs.csv", tmp_path / "steps.csv"
    costs.write_text("indicator,cost,limit\nD09,2,60\nD05,1,\n", encoding="utf-8")
    steps.write_text("indicator,value,cost\nE10,-20,30\nE10,-30,50\n", encoding="utf-8")
    found = json.loads(said("improve", *EDITION, "嘉善县", "--rank", 84, "--costs", costs, "--steps", steps, "--json"))
    board = yt.evaluate("zhejiang-2022")
    again = board.improve(
        "嘉善县", rank=84, costs={"D09": 2, "D05": 1}, limits={"D09": 60}, steps={"E10": [(-20, 30), (-30, 50)]}
    )
    assert found["cost"] == pytest.approx(again.cost)
    assert found["cost_is"] == "stated"


def test_values_that_are_printed_reach_the_target():
    """They are rounded away from where they started."""
    board = yt.evaluate("zhejiang-2022")
    from yitihua.publish.improve_text import improve_rows

    found = board.improve("嘉善县", grade="B")
    printed = {row[0]: float(row[3]) for row in improve_rows(found)[1:]}
    at = board.whatif(values={"嘉善县": printed}).board
    assert found.goal.reached(at)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_scenario(lang, tmp_path):
    words = ("--assume", "D=差距50%,E01=+5%/y", "--years", 3)
    text = said("scenario", *EDITION, *words, "--lang", lang)
    assert text.startswith("改革方向推演" if lang == "zh" else "A scenario")
    assert ("不是预测" if lang == "zh" else "no forecast") in text.replace("\n", " ")
    assert ("模拟数据" if lang == "zh" else "SIMULATED DATA") in text
    file = tmp_path / "scenario.json"
    said("scenario", *EDITION, *words, "-o", file)
    found = json.loads(file.read_text(encoding="utf-8"))
    again = yt.evaluate("zhejiang-2022").scenario({"D": "gap 50%", "E01": "+5%/y"}, years=3)
    scores = {one["unit"]: one["score_new"] for one in found["units"]["county"]}
    assert scores == pytest.approx(
        dict(zip(again.table()["unit"], again.table()["score_new"], strict=True)), nan_ok=True
    )
    said("scenario", *EDITION, *words, "-o", tmp_path / "scenario.csv")
    assert (tmp_path / "scenario.csv").read_text(encoding="utf-8-sig").startswith("unit,name,score_old")


def test_trend_by_period():
    text = said(
        "scenario", "-e", "hdi", "--assume", "le=trend", "--before", 2021, "--units", "Norway", "--unit", "Norway"
    )
    assert "Norway" in text


BAD = {
    "two units": ("improve", *EDITION, "嘉善县", "海宁市", "--rank", "3"),
    "no target": ("improve", *EDITION, "嘉善县"),
    "no such file": ("improve", *EDITION, "嘉善县", "--rank", "3", "--costs", "absent.csv"),
    "nothing assumed": ("scenario", *EDITION),
    "unreadable": ("scenario", *EDITION, "--assume", "A02=more"),
    "no such period": ("scenario", "-e", "hdi", "--assume", "le=trend", "--before", "1900"),
    "a file of no kind": ("scenario", *EDITION, "--assume", "A02=+1", "-o", "x.pdf"),
}


@pytest.mark.parametrize("words", BAD.values(), ids=BAD)
def test_bad_calls(words):
    result = CliRunner().invoke(app, list(words))
    assert isinstance(result.exception, yt.InputError)
    assert len(result.exception.faults) == 1


FILES = {
    "no cost": ("indicator,price\nD09,2\n", "cost"),
    "no number": ("indicator,cost\nD09,dear\n", "dear"),
    "twice": ("indicator,cost\nD09,2\nD09,3\n", "D09"),
    "an unknown indicator": ("indicator,cost\nQ9,2\n", "Q9"),
    "an empty cost": ("indicator,cost\nD09,\n", "D09"),
}


@pytest.mark.parametrize(("content", "word"), FILES.values(), ids=FILES)
def test_bad_files(content, word, tmp_path):
    path = tmp_path / "costs.csv"
    path.write_text(content, encoding="utf-8")
    result = CliRunner().invoke(app, ["improve", *EDITION, "嘉善县", "--rank", "3", "--costs", str(path)])
    assert isinstance(result.exception, yt.InputError)
    assert word in str(result.exception)


def test_an_empty_cell_is_named_by_its_line(tmp_path):
    steps = tmp_path / "steps.csv"
    steps.write_text("indicator,value,cost\nD09,100,3\n,90,1\n", encoding="utf-8")
    result = CliRunner().invoke(
        app, ["improve", "-e", "zhejiang-2022", "兰溪市", "--grade", "B", "--steps", str(steps)]
    )
    (fault,) = result.exception.faults
    assert (fault.code, fault.line, fault.key) == ("cell-empty", 3, "indicator")


def test_a_trend_between_two_folders_of_results(tmp_path):
    """The period before may be another folder of results: a year in which nothing changed goes on without change."""
    runner = CliRunner()
    for name in ("now", "then"):
        runner.invoke(app, ["score", "-e", "hdi", "-o", str(tmp_path / name)])
    words = ["scenario", str(tmp_path / "now"), "--assume", "le=trend", "--units", "Norway", "--lang", "en"]
    result = runner.invoke(app, [*words, "--before", str(tmp_path / "then")])
    assert "0 of 193 units move" in result.output
    result = runner.invoke(app, [*words, "--before", "2019"])
    assert "--before RUN" in str(result.exception)
