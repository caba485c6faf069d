"""A folder of results is the old one or the new one, whenever the writer is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

import yitihua as yt
from yitihua.definitions.passport import sha256_of
from yitihua.publish.folders import write_folder
from yitihua.publish.runs import board_files

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders are switched by symbolic links")


def test_files_hold_what_they_promise(tmp_path: Path) -> None:
    edition = yt.load_edition("zhejiang-2022")
    board = yt.evaluate(edition)
    out = write_folder(tmp_path / "out", board_files(board, edition))
    scores = pd.read_csv(out / "scores.csv", dtype={"unit": str})
    assert list(scores.columns) == [
        "unit", "name", "level", "score", "rank", "score_se", "score_low", "score_high", "rank_low", "rank_high",
        "stars", "stars_probability", "abc", "abc_probability", "groups", "coverage", "A", "B", "C", "D", "E", "note",
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
    assert "data/zhejiang-2022-simulated/zhejiang_2022_simulated.parquet" in run["inputs"]


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


def test_an_interrupt_right_after_the_switch_leaves_the_new_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    write_folder(out, {"a.txt": b"old"})
    real = Path.replace

    def replace_then_stop(self: Path, target: Path) -> None:
        real(self, target)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace_then_stop)
        with pytest.raises(KeyboardInterrupt):
            write_folder(out, {"a.txt": b"new"})
    assert (out / "a.txt").read_bytes() == b"new"


def test_without_the_right_to_make_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows: OUT is a plain folder, replaced by two renames, again and again."""

    def refuse_link(*_: object, **__: object) -> None:
        raise OSError("no right")

    edition = yt.load_edition("egdi-2022")
    files = board_files(yt.evaluate(edition), edition)
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(Path, "symlink_to", refuse_link)
        write_folder(out, files)
        write_folder(out, files | {"recipe.json": b"new"})
        assert not out.is_symlink()
        assert (out / "recipe.json").read_bytes() == b"new"
        patch.setattr(Path, "rename", refuse_link)
        with pytest.raises(yt.InputError):
            write_folder(out, files)
    assert (out / "recipe.json").read_bytes() == b"new"
    write_folder(out, files)  # with the right back, the plain folder gives way to a link
    assert out.is_symlink()


def test_somebody_else_s_link_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "out").symlink_to("precious", target_is_directory=True)
    with pytest.raises(yt.InputError):
        write_folder(tmp_path / "out", {"a.txt": b"x"})
    assert (tmp_path / "out").readlink() == Path("precious")


def test_names_that_look_alike_are_not_swept(tmp_path: Path) -> None:
    for name in ("r", "r.run-1", "[r]"):
        write_folder(tmp_path / name, {"a.txt": name.encode()})
    for _ in range(3):
        write_folder(tmp_path / "r", {"a.txt": b"r"})
    assert (tmp_path / "r.run-1" / "a.txt").read_bytes() == b"r.run-1"
    assert (tmp_path / "[r]" / "a.txt").read_bytes() == b"[r]"


def test_two_writers_at_once(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: write_folder(out, {f"f{i}": b"%d" % n for i in range(5)}), range(40)))
    assert len(list(out.iterdir())) == 5
    assert len({path.read_bytes() for path in out.iterdir()}) == 1


WRITER = """
import sys
from yitihua.publish.folders import write_folder
number = 0
print("ready", flush=True)
while True:
    number += 1
    write_folder(sys.argv[1], {f"f{i}.txt": str(number).encode() for i in range(6)})
"""


def _whole(run: Path) -> bool:
    """Whether a run is complete and of one piece."""
    try:
        return len({(run / f"f{i}.txt").read_bytes() for i in range(6)}) == 1
    except FileNotFoundError:
        return False


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
            assert _whole(run) or out.resolve() != run  # a run is swept only once OUT has left it
        os.kill(writer.pid, signal.SIGKILL)
    contents = {path.read_bytes() for path in out.iterdir()}
    assert len(list(out.iterdir())) == 6
    assert len(contents) == 1
    write_folder(out, {"f0.txt": b"after"})  # what the killed writer left does not stand in the way
    assert (out / "f0.txt").read_bytes() == b"after"
    assert len(list(tmp_path.glob(".out.run-*"))) <= 2


def test_a_link_copied_without_what_it_leads_to(tmp_path: Path) -> None:
    """`cp -r results kept` copies the link; said so, the office knows what to do."""
    (tmp_path / "kept").symlink_to(".results.run-1")
    with pytest.raises(yt.InputError, match="a link that leads nowhere") as refused:
        yt.read_run(tmp_path / "kept")
    assert "cp -rL" in refused.value.faults[0].mend("zh")
