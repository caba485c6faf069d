"""A site is the old one or the new one, whenever the writer is killed; it can be copied, and it is nobody else's."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import yitihua as yt
from calling import called
from yitihua.publish import site_folder
from yitihua.publish.site_folder import RECORD, exchange, replace_site

OLD = {"index.html": b"old", "units/a.html": b"old a"}
NEW = {"index.html": b"new", "units/a.html": b"new a", "units/b.html": b"new b"}


@pytest.fixture
def run(monkeypatch, capsys):
    return lambda *words: called(monkeypatch, capsys, words)


def held(out: Path) -> dict[str, bytes]:
    """Return what a reader finds, but for the record."""
    found = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert found.pop(RECORD)
    return found


def test_a_site_is_a_plain_folder_that_can_be_copied(tmp_path):
    for files in (OLD, NEW, OLD):
        out, count, size = replace_site(tmp_path / "site", files.items())
        assert held(out) == files
        assert (count, size) == (len(files) + 1, sum(map(len, files.values())))
        assert not out.is_symlink()
    shutil.copytree(tmp_path / "site", tmp_path / "stick")
    assert held(tmp_path / "stick") == OLD
    assert sorted(path.name for path in tmp_path.iterdir()) == [".site.lock", "site", "stick"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot let folders change places")
def test_folders_change_places_in_one_step(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    assert exchange(tmp_path / "one", tmp_path / "other")
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["other"]


class Killed(BaseException):
    """The writer ends here, without tidying up."""


@pytest.mark.parametrize("at", range(8))
@pytest.mark.parametrize("by_exchange", [True, False])
def test_a_failure_at_any_step_leaves_the_old_site(tmp_path, monkeypatch, at, by_exchange):
    """Authority: the promise itself; the n-th call of any kind of write, rename or removal fails."""
    out, _, _ = replace_site(tmp_path / "site", OLD.items())
    calls = iter(range(100))

    def counted(real):
        def call(*args, **kwargs):
            if next(calls) == at:
                raise Killed
            return real(*args, **kwargs)

        return call

    with monkeypatch.context() as patch:
        if not by_exchange:
            patch.setattr(site_folder, "exchange", lambda one, other: False)
        for name in ("mkdir", "write_bytes", "rename"):
            patch.setattr(Path, name, counted(getattr(Path, name)))
        with contextlib.suppress(Killed):
            replace_site(out, NEW.items())
    assert held(out) in (OLD, NEW)
    replace_site(out, NEW.items())
    assert held(out) == NEW
    assert sorted(path.name for path in tmp_path.iterdir()) == [".site.lock", "site"]


WRITER = """
import sys
from yitihua.publish.site_folder import replace_site
number = 0
while True:
    number += 1
    replace_site(sys.argv[1], ((f"{k}.html", str(number).encode() * 5000) for k in range(40)))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no signal that cannot be caught")
@pytest.mark.parametrize("seed", range(6))
def test_killed_at_any_moment_a_reader_finds_one_whole_site(tmp_path, seed):
    out = tmp_path / "site"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(out)])
    while not out.exists():
        assert writer.poll() is None
        time.sleep(0.005)
    time.sleep(0.11 + 0.037 * seed)
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    found = held(out)
    assert sorted(found) == sorted(f"{k}.html" for k in range(40))
    assert len(set(found.values())) == 1
    replace_site(out, OLD.items())  # what the killed writer left is swept away
    assert held(out) == OLD
    assert sorted(path.name for path in tmp_path.iterdir()) == [".site.lock", "site"]


def test_pages_that_cannot_be_made_leave_the_old_site(tmp_path):
    out, _, _ = replace_site(tmp_path / "site", OLD.items())

    def pages() -> Iterator[tuple[str, bytes]]:
        yield "index.html", b"new"
        raise ValueError("a page that cannot be made")

    with pytest.raises(ValueError, match="cannot be made"):
        replace_site(out, pages())
    assert held(out) == OLD
    assert sorted(path.name for path in tmp_path.iterdir()) == [".site.lock", "site"]


def test_killed_between_two_renames_the_next_writer_puts_the_old_site_back(tmp_path):
    """Where folders cannot change places."""
    out, _, _ = replace_site(tmp_path / "site", OLD.items())
    out.rename(tmp_path / ".site.new-123-abcdef.old")

    def pages() -> Iterator[tuple[str, bytes]]:
        assert held(out) == OLD
        yield from NEW.items()

    replace_site(out, pages())
    assert held(out) == NEW


# What is somebody else's


def spoil_file(out: Path) -> None:
    out.write_text("mine")


def spoil_folder(out: Path) -> None:
    out.mkdir()
    (out / "thesis.txt").write_text("mine")


def spoil_added(out: Path) -> None:
    replace_site(out, OLD.items())
    (out / "units" / "notes.txt").write_text("mine")


def spoil_link(out: Path) -> None:
    (out.parent / "elsewhere").mkdir()
    out.symlink_to("elsewhere", target_is_directory=True)


@pytest.mark.parametrize("spoil", [spoil_file, spoil_folder, spoil_added, spoil_link])
def test_what_is_somebody_else_s_is_left_alone(tmp_path, spoil, refused):
    out = tmp_path / "site"
    spoil(out)
    before = sorted((path.name, path.is_dir() or path.read_bytes()) for path in tmp_path.rglob("*"))
    assert [fault.code for fault in refused(replace_site, out, NEW.items())] == ["bad-output"]
    assert sorted((path.name, path.is_dir() or path.read_bytes()) for path in tmp_path.rglob("*")) == before


def test_an_empty_folder_may_be_there(tmp_path):
    (tmp_path / "site").mkdir()
    out, _, _ = replace_site(tmp_path / "site", OLD.items())
    assert held(out) == OLD


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_told(tmp_path, refused):
    tmp_path.chmod(0o500)
    assert [fault.code for fault in refused(replace_site, tmp_path / "site", OLD.items())] == ["bad-output"]


# As one file


def test_a_zip_holds_the_same_and_has_the_same_bytes_twice(tmp_path):
    first, count, _ = replace_site(tmp_path / "one.zip", NEW.items())
    second, _, _ = replace_site(tmp_path / "two.ZIP", NEW.items())
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert {name: archive.read(name) for name in archive.namelist() if name != RECORD} == NEW
        assert len(archive.namelist()) == count
        assert set(json.loads(archive.read(RECORD))["files"]) == set(NEW)
    replace_site(first, OLD.items())
    with zipfile.ZipFile(first) as archive:
        assert archive.read("index.html") == b"old"


# By the command line


def test_publish_writes_a_site_and_says_what_it_shows(run, tmp_path):
    words = ("publish", "-e", "zhejiang-2022", "-o", tmp_path / "site", "--lang", "zh", "-n", "100")
    code, out, _ = run(*words)
    assert code == 0
    assert "模拟数据" in out and "重构" in out and "index.html" in out
    assert (tmp_path / "site" / "index.html").is_file()
    _, out, _ = run("publish", "-e", "hdi", "-o", tmp_path / "s.zip", "--json", "-n", "100")
    told = json.loads(out)
    with zipfile.ZipFile(tmp_path / "s.zip") as archive:
        assert told["files"] == len(archive.namelist())
        assert told["bytes"] + len(archive.read(RECORD)) == sum(entry.file_size for entry in archive.infolist())


def test_publish_reads_a_folder_of_results(run, tmp_path):
    assert run("score", "-e", "egdi-2022", "-o", tmp_path / "results")[0] == 0
    (folder,) = (path.parent for path in (tmp_path / "results").rglob("run.json"))
    assert run("publish", folder, "-o", tmp_path / "site", "-n", "100")[0] == 0
    text = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    best = yt.evaluate("egdi-2022").score_table("en")["name"][0]
    assert best in text


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["-e", "hdi"], "-o SITE"),
        (["-o", "x"], "--edition"),
        (["-e", "nothing", "-o", "x"], "nothing"),
        (["-e", "hdi", "-o", "x", "-n", "3"], "100"),
        (["-e", "hdi", "-o", "x", "--period", "1700"], "1700"),
    ],
)
def test_bad_calls_say_what_is_possible_and_write_nothing(run, options, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = run("publish", *options)
    assert code == 2
    assert told in out + err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_pages_say_what_changed_since_the_last_earlier_period(run, tmp_path):
    """The data hold 2021 and 2022; nobody need ask, and `none` leaves it out."""
    for option, there in (((), True), (("--before", "none"), False)):
        words = ("publish", "-e", "zhejiang-2022", "-o", tmp_path / "site", "-n", "100", *option)
        assert run(*words)[0] == 0
        text = (tmp_path / "site/units/330106.html").read_text(encoding="utf-8")
        assert ("2021" in text) is there


def test_an_earlier_period_that_cannot_be_shown_does_not_stop_the_ranking(run, tmp_path, monkeypatch):
    """Its estimates rest on nine respondents: asked for it is refused, unasked it is left out, and that is said."""
    from yitihua.commands import publishing

    earlier = publishing._earlier

    def on_nine(*words):
        board = earlier(*words)
        n = np.where(np.isfinite(board.table.n), 9.0, np.nan)
        return replace(board, table=replace(board.table, n=n))

    monkeypatch.setattr(publishing, "_earlier", on_nine)
    words = ("publish", "-e", "zhejiang-2022", "-o", tmp_path / "site", "-n", "100", "--lang", "zh")
    code, out, err = run(*words)
    assert code == 0, err
    assert "未与上一期（2021）比较" in out and "不足10人" in out
    code, out, err = run(*words, "--before", "2021")
    assert code == 2 and "不足10人" in out + err


def test_a_folder_that_is_no_project_is_called_so(run, tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("x")
    code, out, err = run("publish", tmp_path / "letters", "-o", tmp_path / "site", "--lang", "zh")
    assert code == 2 and "“letters”不是项目" in out + err
    assert not (tmp_path / "site").exists()
