"""A folder of results is the old one or the new one, whenever the writer is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

import yitihua as yt
from yitihua.definitions.passport import sha256_of
from yitihua.publish.runs import board_files, write_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders are switched by symbolic links")


def test_files_hold_what_they_promise(tmp_path: Path) -> None:
    edition = yt.load_edition("zhejiang-2022")
    board = yt.evaluate(edition)
    out = write_folder(tmp_path / "out", board_files(board, edition))
    scores = pd.read_csv(out / "scores.csv", dtype={"unit": str})
    assert list(scores.columns) == [
        "unit", "name", "level", "score", "rank", "stars", "abc", "coverage", "A", "B", "C", "D", "E", "note",
    ]  # fmt: skip
    assert set(scores["score"]) == set(board.total)  # full precision: the same bits
    indicators = pd.read_csv(out / "indicators.csv", dtype={"unit": str})
    assert len(indicators) == 90 * 51
    assert set(indicators["origin"].dropna()) == {"simulated"}
    sums = indicators.groupby("unit")["contribution"].sum()
    assert (sums - scores.set_index("unit")["score"]).abs().max() < 1e-9
    replay = yt.apply(board.table, yt.Recipe.load(out / "recipe.json"))
    assert replay.total.tobytes() == board.total.tobytes()
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert run["simulated"] is True
    assert run["outputs"]["scores.csv"] == sha256_of(out / "scores.csv")
    shipped = yt.load_edition("zhejiang-2022").file_names()
    assert {name: run["inputs"][name] for name in shipped} == {n: sha256_of(p) for n, p in shipped.items()}
    assert "data/zhejiang-2022-simulated/zhejiang_2022_simulated.csv" in run["inputs"]


def test_chinese_tables_open_in_excel(tmp_path: Path) -> None:
    edition = yt.load_edition("zhejiang-2022")
    files = board_files(yt.evaluate(edition), edition, "zh")
    assert files["scores.csv"].startswith("\ufeffunit".encode())
    assert "嘉善县" in files["scores.csv"].decode("utf-8-sig")


def test_new_run_replaces_old_and_keeps_one(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for number in range(4):
        write_folder(out, {"a.txt": str(number).encode(), "sub/b.txt": b"x"})
        assert (out / "a.txt").read_text() == str(number)
        assert (out / "sub" / "b.txt").is_file()
    assert len(list(tmp_path.glob(".out.run-*"))) == 2  # the current one and the one before


def test_a_reader_inside_the_old_run_is_not_cut_off(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_folder(out, {"a.txt": b"old"})
    inside = out.resolve()
    write_folder(out, {"a.txt": b"new"})
    assert (inside / "a.txt").read_text() == "old"


def test_a_folder_of_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(yt.InputError) as caught:
        write_folder(tmp_path / "out", {"a.txt": b"x"})
    assert caught.value.faults[0].code == "bad-output"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out" / "thesis.txt").read_text() == "mine"


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write_folder(tmp_path / "out", {"a.txt": b"x"})
    assert (tmp_path / "out" / "a.txt").read_bytes() == b"x"


@pytest.mark.parametrize("step", ["open", "fsync", "symlink", "replace"])
def test_a_failure_at_any_step_leaves_the_old_run(tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    write_folder(out, {"a.txt": b"old", "b.txt": b"old"})

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    target = {
        "open": (Path, "open"),
        "fsync": (os, "fsync"),
        "symlink": (Path, "symlink_to"),
        "replace": (Path, "replace"),
    }[step]
    with monkeypatch.context() as patch:
        patch.setattr(*target, fail)
        with pytest.raises(KeyboardInterrupt):
            write_folder(out, {"a.txt": b"new", "b.txt": b"new"})
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {"a.txt": b"old", "b.txt": b"old"}
    write_folder(out, {"a.txt": b"newer"})
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {"a.txt": b"newer"}


WRITER = """
import sys
from yitihua.publish.runs import write_folder
number = 0
print("ready", flush=True)
while True:
    number += 1
    write_folder(sys.argv[1], {f"f{i}.txt": str(number).encode() for i in range(6)})
"""


@pytest.mark.parametrize("delay", [0.05, 0.11, 0.17, 0.23])
def test_killed_at_any_moment_a_reader_finds_one_whole_run(tmp_path: Path, delay: float) -> None:
    out = tmp_path / "out"
    write_folder(out, {f"f{i}.txt": b"0" for i in range(6)})
    with subprocess.Popen([sys.executable, "-c", WRITER, str(out)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        stop = time.monotonic() + delay
        while time.monotonic() < stop:
            run = out.resolve()
            assert {path.name for path in run.iterdir()} <= {f"f{i}.txt" for i in range(6)}
        os.kill(writer.pid, signal.SIGKILL)
    contents = {path.read_bytes() for path in out.iterdir()}
    assert len(list(out.iterdir())) == 6
    assert len(contents) == 1
    write_folder(out, {"f0.txt": b"after"})  # what the killed writer left does not stand in the way
    assert (out / "f0.txt").read_bytes() == b"after"
    assert len(list(tmp_path.glob(".out.run-*"))) <= 2
