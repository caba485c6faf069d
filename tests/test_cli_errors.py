"""The command line on bad input: exit code 2, the faults by place, no traceback, nothing left behind."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from calling import called
from conftest import DATA, INDEX


class Result(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run the command line in this process, in a folder that holds the project."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("YITIHUA_LANG", "en")

    def call(*words: object) -> Result:
        code, out, err = called(monkeypatch, capsys, words)
        assert "Traceback" not in out + err
        return Result(code, out, err)

    return call


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file, folder and link below a folder, hidden ones too."""
    found = {}
    for path in sorted(folder.rglob("*")):
        kind = b"link" if path.is_symlink() else b"folder" if path.is_dir() else path.read_bytes()
        found[path.relative_to(folder).as_posix()] = kind
    return found


def bad_definition(tsi) -> None:
    tsi.edit(INDEX, "access = 40,", "access = -40,")
    tsi.edit(INDEX, "score_decimals = 9", "score_decimal = 9")


def bad_data(tsi) -> None:
    tsi.edit(DATA, ",150,74.6", ",many,74.6%")


@pytest.mark.parametrize("command", ["check", "score", "explain"])
@pytest.mark.parametrize("spoil", [bad_definition, bad_data])
def test_bad_input_ends_with_2_and_names_every_place(tsi, run, tmp_path, command, spoil):
    spoil(tsi)
    before = tree(tmp_path)
    words = ["project", "T1"] if command == "explain" else ["project"]
    found = run(command, *words)
    assert found.code == 2
    assert found.out == ""
    assert "2 faults found" in found.err
    places = ["H3", "I3", "74.6% → 74.6"]
    if spoil is bad_definition:
        places = ["line 4", "line 23", "Did you mean 'score_decimals'?"]
    for place in places:
        assert place in found.err
    assert tree(tmp_path) == before


@pytest.mark.parametrize("spoil", [bad_definition, bad_data])
def test_nothing_is_left_where_results_were_to_go(tsi, run, tmp_path, spoil):
    spoil(tsi)
    before = tree(tmp_path)
    assert run("score", "project", "-o", "new/out").code == 2
    assert tree(tmp_path) == before


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_json_holds_the_faults(tsi, run, lang):
    bad_data(tsi)
    found = run("score", "project", "--json", "--lang", lang)
    assert found.code == 2
    answer = json.loads(found.out)
    assert answer["ok"] is False
    assert [(fault["code"], fault["cell"]) for fault in answer["faults"]] == [
        ("not-a-number", "H3"),
        ("not-a-number", "I3"),
    ]
    assert answer["faults"][0]["file"].endswith("tsi.csv")
    assert answer["faults"][0]["problem"] == ("“many”不是数字" if lang == "zh" else "'many' is not a number")


@pytest.mark.parametrize("option", [["--lang", "zh"], ["--lang=zh"]])
def test_chinese(tsi, run, option):
    bad_definition(tsi)
    found = run("check", "project", *option)
    assert found.code == 2
    for words in ("发现2处问题", "第23行", "权重为负", "允许", "处理", "是否想写“score_decimals”？"):
        assert words in found.err
    assert "line 23" not in found.err


def test_chinese_by_environment(tsi, run, monkeypatch):
    bad_definition(tsi)
    monkeypatch.setenv("YITIHUA_LANG", "zh")
    assert "发现2处问题" in run("check", "project").err


CALLS = {
    "unknown option": (["score", "project", "--nope"], "--nope"),
    "unknown command": (["scores", "project"], "scores"),
    "neither DIR nor edition": (["score"], "either DIR or --edition"),
    "folder that is not there": (["score", "nowhere"], "nowhere"),
    "file for a folder": (["score", "project/project.toml"], "project.toml"),
    "editions of a folder that is not there": (["editions", "nowhere"], "nowhere"),
    "unknown edition": (["check", "--edition", "hdii"], "Did you mean 'hdi'?"),
    "unknown unit": (["explain", "project", "Northgait"], "Did you mean 'Northgate'?"),
    "unknown indicator": (["explain", "project", "T1", "waitng"], "Did you mean 'waiting'?"),
    "explain without a unit": (["explain", "project"], "explain DIR UNIT [INDICATOR]"),
    "explain with too many words": (
        ["explain", "project", "T1", "waiting", "x"],
        "explain DIR UNIT [INDICATOR]",
    ),
    "explain without a word": (["explain"], "UNIT"),
    "unknown weight set": (
        ["score", "project", "--weights", "quality-frst"],
        "Did you mean 'quality-first'?",
    ),
    "unknown language": (["score", "project", "--lang", "fr"], "'fr'"),
    "bad date": (["score", "project", "--date", "2024-99-99"], "2024-99-99"),
    "negative top": (["score", "project", "--top", "-1"], "--top"),
    "unknown dataset": (["score", "project", "--data", "asme"], "Did you mean 'asem'?"),
    "unknown period": (["score", "--edition", "hdi", "--period", "1850"], "1850"),
    "missing data file": (["score", "project", "--data", "none.csv"], "none.csv"),
    "init of an edition without measures": (["init", "new", "--edition", "hdi"], "hdi"),
    "init in a folder that is full": (["init", "--new-edition", "project"], "it is not empty"),
    "init below a file": (["init", "--new-edition", "project/project.toml/x"], "project.toml/x"),
    "init with a bad name": (["init", "--new-edition", "new", "--name", "../x"], "../x"),
}


@pytest.mark.parametrize("name", CALLS)
def test_bad_calls(tsi, run, tmp_path, name):
    words, says = CALLS[name]
    before = tree(tmp_path)
    found = run(*words)
    assert found.code == 2
    assert says in found.said
    assert tree(tmp_path) == before


# Where results cannot go


def test_a_folder_that_holds_other_files_is_left_alone(tsi, run, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("mine")
    before = tree(tmp_path)
    found = run("score", "project", "-o", "mine")
    assert found.code == 2
    assert "it holds other files" in found.err
    assert tree(tmp_path) == before
    found = run("score", "project", "-o", "mine", "--lang", "zh")
    assert "其中有其他文件" in found.err


@pytest.mark.parametrize("out", ["file", "file/out", "file/deeper/out"])
def test_a_file_in_the_way_is_left_alone(tsi, run, tmp_path, out):
    (tmp_path / "file").write_text("mine")
    before = tree(tmp_path)
    assert run("score", "project", "-o", out).code == 2
    assert tree(tmp_path) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_folder_without_the_right_to_write(tsi, run, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    assert run("score", "project", "-o", "locked/out").code == 2
    assert not any((tmp_path / "locked").iterdir())


def test_any_other_refusal_of_the_system_is_a_fault_too(tsi, run, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "locked/out")

    monkeypatch.setattr("yitihua.publish.folders.write_folder", refuse)
    found = run("score", "project", "--lang", "zh")
    assert found.code == 2
    assert "无法访问“locked/out”：没有权限" in found.err


def test_results_of_before_outlive_bad_input(tsi, run, tmp_path):
    assert run("score", "project").code == 0
    before = tree(tmp_path)
    data = tsi.text(DATA)
    bad_data(tsi)
    assert run("score", "project").code == 2
    tsi.write(DATA, data)
    assert tree(tmp_path) == before


# In a process of its own


def process(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "yitihua.cli", *words],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )


def test_a_process_ends_with_2(tsi, tmp_path):
    bad_definition(tsi)
    done = process(tmp_path, "score", "project", "--json", "--lang", "zh", PYTHONIOENCODING="utf-8")
    assert done.returncode == 2
    assert len(json.loads(done.stdout)["faults"]) == 2
    assert b"Traceback" not in done.stderr


def test_a_terminal_without_chinese(tsi, tmp_path):
    done = process(tmp_path, "score", "project", "--lang", "zh", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert b"Northgate" in done.stdout
    assert "镇街".encode("unicode_escape") in done.stdout
