"""`yitihua robust` and `yitihua whatif` as a person uses them.

Authorities: the Python calls that they stand for; the promise of exit codes (2 for bad input, 130 after Ctrl-C).
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import yitihua as yt
from yitihua.cli import app
from yitihua.publish.summary import width

runner = CliRunner()


def run(*words: str | Path) -> str:
    result = runner.invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.output


def refused(*words: str | Path) -> yt.InputError:
    result = runner.invoke(app, [str(word) for word in words])
    assert isinstance(result.exception, yt.InputError), result.output
    return result.exception


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results") / "run"
    run("score", "--edition", "zhejiang-2022", "--cities", "-o", folder, "--lang", "en")
    return folder


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_robust_of_a_folder_of_results(results: Path, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    text = run("robust", results, "-n", "512", "--top", "0", "--lang", lang)
    assert max(width(line) for line in text.splitlines()) <= 80
    assert ("模拟数据" if lang == "zh" else "simulated data") in text
    assert ("同时成立" if lang == "zh" else "jointly") in text
    assert text.count("柯城区" if lang == "zh" else "Kecheng") == 1


def test_robust_gives_python_s_numbers(results: Path) -> None:
    said = json.loads(run("robust", results, "-n", "512", "--seed", "3", "--json", "--lang", "en"))
    found = yt.read_run(results).board.uncertainty(n=512, seed=3)
    table = found.table("en")
    assert [row["unit"] for row in said["units"]] == table["unit"].to_list()
    np.testing.assert_allclose([row["mean"] for row in said["units"]], table["mean"])
    assert said["simulated"]
    assert said["seed"] == 3
    assert said["mix"]["sampling"] is True


def test_options_say_what_is_varied() -> None:
    words = ("robust", "--edition", "asem", "-n", "200", "--json", "--lang", "en")
    said = json.loads(run(*words, "--weights", "equal,entropy", "--normalise", "rank,zscore", "--drop", "all"))
    assert set(said["mix"]) == {"weights", "normalise", "drop"}
    assert set(said["mix"]["weights"]["sets"]) == {"equal", "entropy"}
    said = json.loads(run(*words, "--measurement", "0.05", "--treat", "none,log"))
    assert set(said["mix"]) == {"measurement", "treat"}


def test_robust_writes_files(tmp_path: Path) -> None:
    words = ("robust", "--edition", "hdi", "-n", "200")
    for name in ("a.csv", "a.json", "a.md"):
        assert name in run(*words, "-o", tmp_path / name, "--lang", "zh")
    assert pd.read_csv(tmp_path / "a.csv")["unit"].is_unique
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["n"] == 200
    assert (tmp_path / "a.md").read_text(encoding="utf-8").startswith("# 人类发展指数：排名有多可靠")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_robust_says_why(lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    words = ("robust", "--edition", "asem", "-n", "200", "--why", "--top", "5", "--lang", lang)
    text = run(*words)
    assert max(width(line) for line in text.splitlines()) <= 80
    assert ("排名取决于什么" if lang == "zh" else "What ranks depend on") in text
    run(*words, "-o", tmp_path / "a.md")
    text = (tmp_path / "a.md").read_text(encoding="utf-8")
    assert text.count("\n# ") + text.startswith("# ") == 2
    said = json.loads(run(*words, "--json"))
    found = yt.evaluate("asem").sensitivity()
    assert said["sensitivity"]["sources"][0]["source"] == found.sources().iloc[0]["source"]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_says_how_far_it_came_and_leaves_nothing(tmp_path: Path, jobs: str) -> None:
    # A parent that ignores Ctrl-C (a job in the background) hands that down.
    start = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from yitihua.cli import main; print('up', flush=True); main()"
    )
    words = ["robust", "--edition", "zhejiang-2022", "--lang", "en", "-n", "100000000", "-j", jobs]
    process = subprocess.Popen(
        [sys.executable, "-c", start, *words, "-o", str(tmp_path / "never.csv")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    time.sleep(6)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "of 100000000 replicates were done; nothing was written" in said
    assert "Traceback" not in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_whatif_of_a_folder_of_results(results: Path, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    words = ("--weights", "A=0.3,E=0.3", "--drop", "A01", "--aggregate", "geometric", "--top", "0", "--lang", lang)
    text = run("whatif", results, *words)
    assert max(width(line) for line in text.splitlines()) <= 80
    assert ("假设情形，不是公布结果" if lang == "zh" else "not a published result") in text
    assert ("模拟数据" if lang == "zh" else "SIMULATED DATA") in text
    assert "▲" in text


def test_whatif_gives_python_s_numbers(results: Path, tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text("unit,indicator,value\n嘉善县,A02,10\n330110,A03,\n", encoding="utf-8")
    said = json.loads(run("whatif", results, "--weights", "A=0.5", "--values", tmp_path / "v.csv", "--json"))
    found = yt.read_run(results).board.whatif(
        weights={"A": 0.5}, values={"嘉善县": {"A02": 10}, "余杭区": {"A03": None}}
    )
    assert [one["score_new"] for one in said["units"]["county"]] == found.table()["score_new"].to_list()
    run("whatif", results, "--weights", "A=0.5", "-o", tmp_path / "w.csv", "--lang", "en")
    assert len(pd.read_csv(tmp_path / "w.csv")) == 101


def test_a_unit_alone() -> None:
    text = run("whatif", "--edition", "hdi", "--weights", "income=0.5", "--unit", "Norway", "--lang", "en")
    assert "Norway" in text
    assert "Switzerland" not in text


FILES = {
    "codes": "A = 0.3\nE = 0.25\n",
    "a table": "[weights]\nA = 0.3\nE = 0.25\n",
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_weights_from_a_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "w.toml").write_text(text)
    words = ("whatif", "--edition", "zhejiang-2022", "--json", "--weights")
    assert run(*words, tmp_path / "w.toml") == run(*words, "A=0.3,E=0.25")


def test_a_weight_set_as_an_index_file_has_it(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text("[weights.sets.mine]\nweights = { A = 1, B = 1, C = 1, D = 1, E = 4 }\n")
    words = ("whatif", "--edition", "zhejiang-2022", "--json", "--weights")
    said = json.loads(run(*words, tmp_path / "w.toml"))
    assert said["asked"]["weights"]["E"] == 0.5
    assert said["asked"]["weights"]["A"] == 0.125


def test_a_project_s_own_sets(tmp_path: Path) -> None:
    run("init", "--new-edition", tmp_path / "p")
    text = run("whatif", tmp_path / "p", "--weights", "entropy", "--lang", "en")
    assert "units move" in text


BAD = {
    "no DIR": (("robust",), "--edition"),
    "no such folder": (("robust", "nowhere"), "nowhere"),
    "n = 0": (("robust", "-e", "hdi", "-n", "0"), "100"),
    "level": (("robust", "-e", "hdi", "--level", "1.5"), "1.5"),
    "no errors to draw": (("robust", "-e", "hdi", "--sampling"), "hdi"),
    "unknown method": (("robust", "-e", "hdi", "--normalise", "minmx"), "minmx"),
    "unknown set": (("robust", "-e", "hdi", "--weights", "fair"), "fair"),
    "nothing varied": (("robust", "-e", "hdi", "--weights", "none"), "nothing is varied"),
    "kind of file": (("robust", "-e", "hdi", "-o", "a.docx"), "a.docx"),
    "why as a table": (("robust", "-e", "hdi", "--why", "-o", "a.csv"), "--why"),
    "nothing asked": (("whatif", "-e", "hdi"), "nothing is asked"),
    "weights that do not sum": (("whatif", "-e", "hdi", "--weights", "health=0.7,income=0.7"), "1.4"),
    "no number": (("whatif", "-e", "hdi", "--weights", "health=much"), "much"),
    "twice": (("whatif", "-e", "hdi", "--weights", "health=0.1,health=0.2"), "twice"),
    "no such file": (("whatif", "-e", "hdi", "--weights", "nowhere.toml"), "nowhere.toml"),
    "no such values": (("whatif", "-e", "hdi", "--values", "nowhere.csv"), "nowhere.csv"),
    "unknown unit": (("whatif", "-e", "hdi", "--weights", "health=0.2", "--unit", "Atlantis"), "Atlantis"),
}


@pytest.mark.parametrize(("words", "said"), BAD.values(), ids=BAD)
def test_bad_calls(words: tuple[str, ...], said: str) -> None:
    error = refused(*words, "--lang", "en")
    assert said in str(error)
    assert len(error.faults) == 1


BAD_FILES = {
    "empty": ("", "no weights"),
    "no numbers": ('A = "much"\n', "much"),
    "two sets": ("[weights.sets.a]\nweights={A=1}\n[weights.sets.b]\nweights={A=1}\n", "several weight sets"),
    "siblings missing": ("[weights.sets.a]\nweights={A=1}\n", "B"),
    "unknown": ("[weights.sets.a]\nweights={A=1,B=1,C=1,D=1,E=1,Q=1}\n", "'Q'"),
    "nothing in sum": ("[weights.sets.a]\nweights={A=0,B=0,C=0,D=0,E=0}\n", "0"),
    "no TOML": ("A == 3\n", "w.toml"),
}


@pytest.mark.parametrize(("text", "said"), BAD_FILES.values(), ids=BAD_FILES)
def test_bad_weight_files(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "w.toml").write_text(text)
    error = refused("whatif", "-e", "zhejiang-2022", "--weights", tmp_path / "w.toml", "--lang", "en")
    assert said in str(error)
    assert "w.toml" in str(error)
    assert len(error.faults) == 1


BAD_VALUES = {
    "column": ("unit,indicator\n嘉善县,A01\n", "'value'"),
    "no number": ("unit,indicator,value\n嘉善县,A01,much\n", "much"),
    "unit": ("unit,indicator,value\nAtlantis,A01,1\n", "Atlantis"),
}


@pytest.mark.parametrize(("text", "said"), BAD_VALUES.values(), ids=BAD_VALUES)
def test_bad_values(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "v.csv").write_text(text, encoding="utf-8")
    error = refused("whatif", "-e", "zhejiang-2022", "--values", tmp_path / "v.csv", "--lang", "en")
    assert said in str(error)
    assert len(error.faults) == 1


def test_results_hold_their_own_data(results: Path) -> None:
    assert "--period" in str(refused("whatif", results, "--weights", "A=0.3", "--period", "2022", "--lang", "en"))
