"""`yitihua bundle` and `yitihua verify`: what goes in comes out again, to the last byte, wherever it is packed.

Authority: the published rankings' own boards, and identity of bytes.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bundling import bundle_of, edited, forged, small

import yitihua as yt
from calling import called
from yitihua.definitions.changes import with_changes
from yitihua.publish.bundle.archive import MOST_BYTES, read_archive, write_archive
from yitihua.publish.bundle.manifest import read_manifest
from yitihua.publish.bundle.packing import bundle_of_board, bundle_of_run
from yitihua.publish.bundle.verify import verify_bytes
from yitihua.publish.folders import write_folder
from yitihua.publish.runs import board_files

EDITIONS = ("hdi", "egdi-2022", "asem", "zhejiang-2022")


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run the command line in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("YITIHUA_LANG", "en")

    def call(*words: object) -> tuple[int, str, str]:
        code, out, err = called(monkeypatch, capsys, words)
        assert "Traceback" not in out + err
        return code, out, err

    return call


@pytest.mark.parametrize("name", EDITIONS)
def test_an_edition_comes_out_again(name: str) -> None:
    data = bundle_of(name)
    verdict = verify_bytes(data)
    assert verdict.equal and verdict.has_definitions and not verdict.given
    assert verdict.manifest.recipe == "fitted"
    files, board = read_archive(data), yt.evaluate(name)
    rows = list(csv.DictReader(io.StringIO(files["scores.csv"].decode())))
    shown = board.score_table("en")
    assert [row["unit"] for row in rows] == shown["unit"].tolist()
    rounded = dict(zip(board.table.units, board.rounded_scores, strict=True))
    for row in rows:
        score = rounded[row["unit"]]
        assert row["score"] == "" if np.isnan(score) else float(row["score"]) == score
    assert read_manifest(files).simulated == board.table.simulated


def test_estimates_come_with_their_covariance() -> None:
    files = read_archive(bundle_of("zhejiang-2022"))
    table = yt.evaluate("zhejiang-2022").table
    rows = list(csv.DictReader(io.StringIO(files["covariance.csv"].decode())))
    assert table.covariance is not None and table.n is not None and table.se is not None
    place = {code: j for j, code in enumerate(table.covariance.indicators)}
    back = np.zeros_like(table.covariance.blocks)
    for row in rows:
        i, j, u = place[row["first"]], place[row["second"]], table.units.index(row["unit"])
        back[u, i, j] = back[u, j, i] = float(row["value"])
    assert back.tobytes() == table.covariance.blocks.tobytes()
    rows = list(csv.DictReader(io.StringIO(files["estimates.csv"].decode())))
    assert len(rows) == int(np.isfinite(table.se).sum())
    measures = list(csv.DictReader(io.StringIO(files["measures.csv"].decode())))
    assert [float(row["towns"] or "nan") for row in measures] == pytest.approx(table.measures["towns"], nan_ok=True)


def test_any_program_reads_it_and_nothing_of_the_machine_is_in_it() -> None:
    data = small()
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.testzip() is None and not opened.comment
        for info in opened.infolist():
            assert (info.compress_type, info.date_time) == (zipfile.ZIP_STORED, (1980, 1, 1, 0, 0, 0))
            assert (info.create_system, info.external_attr, info.extra) == (3, 0o100644 << 16, b"")
        names = opened.namelist()
    assert names == sorted(names)
    text = data.decode("utf-8", "replace")
    assert str(Path.home()) not in text and sys.platform not in text
    assert not re.search(r'"created"|20\d\d-\d\d-\d\dT', text)


def _packed_by_another_process(folder: Path, where: Path, words: list[str], **environment: str) -> bytes:
    where.mkdir(exist_ok=True)
    kept = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    command = [sys.executable, "-m", "yitihua.cli", "bundle", *words, "-o", "b.zip"]
    subprocess.run(command, cwd=where, env=kept, check=True, capture_output=True)
    return (where / "b.zip").read_bytes()


def test_the_same_bytes_in_every_place(tmp_path: Path, tsi) -> None:
    """Another folder, language, time zone, hash seed, number of threads, and a relative path: the same bytes."""
    other = {"LANG": "zh_CN.UTF-8", "LC_ALL": "zh_CN.UTF-8", "TZ": "Asia/Shanghai", "PYTHONHASHSEED": "77"}
    for words in (["--edition", "zhejiang-2022"], ["--edition", "hdi"]):
        one = _packed_by_another_process(tmp_path, tmp_path / "a", words, PYTHONHASHSEED="1", OPENBLAS_NUM_THREADS="1")
        two = _packed_by_another_process(tmp_path, tmp_path / "b", words, **other)
        assert one == two == bundle_of(words[1])
    one = _packed_by_another_process(tmp_path, tmp_path / "a", [str(tsi.folder)], **other)
    moved = tmp_path / "elsewhere"
    shutil.copytree(tsi.folder, moved / "named differently")
    two = _packed_by_another_process(tmp_path, moved, ["named differently"], LANG="C")
    assert one == two == small()


#: Kernels of OpenBLAS and NumPy that take other paths, so that sums and logarithms end in other bits.
OTHER_KERNELS = {
    "OPENBLAS_CORETYPE": "Nehalem",
    "OPENBLAS_NUM_THREADS": "1",
    "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL",
}


@pytest.mark.skipif(sys.platform != "linux", reason="names of kernels are those of one platform")
def test_another_processor_changes_no_verdict(tmp_path: Path) -> None:
    """Packed with other kernels and verified with these.

    The shipped editions and folders of results give the same bytes; weights by eigenvectors and sums of logarithms
    differ in their last bits, and are verified all the same.
    """
    quiet = {**OTHER_KERNELS, "PYTHONWARNINGS": "ignore"}
    for name in EDITIONS:
        assert _packed_by_another_process(tmp_path, tmp_path / "a", ["--edition", name], **quiet) == bundle_of(name)
    loaded = yt.load_edition("asem")
    for method in ("rotated_factor", "entropy", "critic"):
        words = ["--edition", "asem", "--weights", method]
        data = _packed_by_another_process(tmp_path, tmp_path / "a", words, **quiet)
        assert verify_bytes(data).equal and read_manifest(read_archive(data)).recipe == "fitted"
        changed = with_changes(loaded, {"weights": method})
        folder = write_folder(tmp_path / method, board_files(yt.evaluate(changed), changed))
        assert _packed_by_another_process(tmp_path, tmp_path / "a", [str(folder)], **quiet) == bundle_of_run(folder)


def test_a_project_its_results_and_an_edition_give_one_ranking(run, tmp_path: Path, tsi) -> None:
    assert run("score", tsi.folder, "-o", tsi.folder / "results")[0] == 0
    assert run("bundle", tsi.folder, "-o", "a.zip")[0] == 0
    assert run("bundle", tsi.folder / "results", "-o", "b.zip")[0] == 0
    a, b = (read_archive((tmp_path / name).read_bytes()) for name in ("a.zip", "b.zip"))
    # The results say which packages made them; that is all in which the two differ.
    assert {name: content for name, content in a.items() if b[name] != content}.keys() == {"manifest.json"}
    assert "numpy" in read_manifest(b).versions and read_manifest(b).recipe == "fitted"
    for name in ("a.zip", "b.zip"):
        ended, out, _ = run("verify", name)
        assert ended == 0 and "Equal" in out


@pytest.mark.parametrize("name", EDITIONS)
def test_results_come_out_again(name: str, tmp_path: Path) -> None:
    loaded = yt.load_edition(name)
    folder = write_folder(tmp_path / "out", board_files(yt.evaluate(loaded), loaded, "zh"))
    data = bundle_of_run(folder)
    assert read_manifest(read_archive(data)).recipe == "fitted"
    assert verify_bytes(data).equal
    assert bundle_of_run(folder) == data


def test_results_without_their_definitions_say_so(tmp_path: Path, tsi, run) -> None:
    """The project changed since: its files are not those of the results, so they stay out, and the recipe is given."""
    run("score", tsi.folder, "-o", "out")
    tsi.edit("index/tsi.toml", "score_decimals = 9", "score_decimals = 8")
    shutil.move(tsi.folder, tmp_path / "changed")
    ended, out, _ = run("bundle", "out", "-o", "b.zip")
    assert ended == 0 and "No definitions" in out
    files = read_archive((tmp_path / "b.zip").read_bytes())
    assert not [name for name in files if name.startswith("definitions/")]
    ended, out, _ = run("verify", "b.zip")
    assert ended == 0 and "Equal" in out and "No definitions" in out
    assert "没有指标定义" in run("verify", "b.zip", "--lang", "zh")[1]


def test_weights_dates_and_cities_are_kept(run, tmp_path: Path) -> None:
    call = ("--edition", "zhejiang-2022", "--weights", "equal", "--cities")
    assert run("bundle", *call, "-o", "c.zip")[0] == 0
    manifest = read_manifest(read_archive((tmp_path / "c.zip").read_bytes()))
    assert (manifest.weights, manifest.cities, manifest.recipe) == ("equal", True, "fitted")
    assert run("verify", "c.zip")[0] == 0
    assert run("bundle", "--edition", "hdi", "--period", "2021", "-o", "h.zip")[0] == 0
    assert run("verify", "h.zip")[0] == 0


def test_a_recipe_of_another_year_is_given_and_compared() -> None:
    """Bounds fitted to 2021 and kept: the recipe does not follow from the data, and verify says in what."""
    loaded = yt.load_edition("asem")
    table = yt.read_table(loaded)
    values = table.values.copy()
    values[0] *= 1.5
    board = yt.apply(table, yt.fit(replace(table, values=values), loaded))
    data = bundle_of_board(board, loaded)
    verdict = verify_bytes(data)
    assert verdict.equal and verdict.manifest.recipe == "given"
    assert verdict.given[0].file == "recipe.json" and verdict.given[0].count
    assert any(place.where.startswith("indicators.") for place in verdict.given[0].places)


def test_weights_by_experts_stay_out_and_their_weights_are_given(tsi, run) -> None:
    codes = list(yt.load_edition("tsi", tsi.folder).indicators)
    shares = [[str(100 - 10 * (len(codes) - 1)), *["10"] * (len(codes) - 1)], [*["10"] * (len(codes) - 1), ""]]
    shares[1][-1] = str(100 - 10 * (len(codes) - 1))
    lines = [["expert", *codes], ["张三", *shares[0]], ["李四", *shares[1]]]
    tsi.write("experts/points.csv", "".join(",".join(line) + "\n" for line in lines))
    text = tsi.text("index/tsi.toml")
    sets = '\n[weights.sets.panel]\nmethod = "budget"\nscope = "indicators"\nfile = "experts/points.csv"\n'
    tsi.write("index/tsi.toml", text + sets)
    ended, out, err = run("bundle", tsi.folder, "--weights", "panel", "-o", "e.zip")
    assert (ended, err) == (0, ""), out + err
    data = Path("e.zip").read_bytes()
    assert "张三".encode() not in data and read_manifest(read_archive(data)).recipe == "given"
    assert run("verify", "e.zip")[0] == 0


def test_what_is_said(run, tmp_path: Path) -> None:
    ended, out, _ = run("bundle", "--edition", "zhejiang-2022", "-o", "z.zip", "--lang", "zh")
    assert ended == 0 and "重构" in out and "模拟" in out and "已复算一致" in out
    ended, out, _ = run("bundle", "--edition", "zhejiang-2022", "-o", "z.zip", "--json")
    said = json.loads(out)
    assert said["simulated"] and said["bytes"] == (tmp_path / "z.zip").stat().st_size
    ended, out, _ = run("verify", "z.zip", "--json")
    back = json.loads(out)
    assert (ended, back["equal"], back["sha256"], back["differs"]) == (0, True, said["sha256"], [])
    assert "reconstruction" in run("verify", "z.zip")[1]
    assert "一致" in run("verify", "z.zip", "--lang", "zh")[1]


def test_what_differs_is_said_and_the_exit_code_is_one(run, tmp_path: Path) -> None:
    change = edited("scores.csv", ",0.967,1,", ",0.999,1,")
    (tmp_path / "f.zip").write_bytes(forged(bundle_of("hdi"), change))
    ended, out, _ = run("verify", "f.zip")
    assert ended == 1 and "CHE, score: 0.999 in the bundle, 0.967 when computed" in out
    ended, out, _ = run("verify", "f.zip", "--lang", "zh")
    assert ended == 1 and "CHE, score：包内0.999，复算0.967" in out
    ended, out, _ = run("verify", "f.zip", "--json")
    said = json.loads(out)
    assert ended == 1 and not said["equal"] and said["differs"][0]["file"] == "scores.csv"
    assert said["differs"][0]["places"] == [{"where": "CHE, score", "stated": "0.999", "found": "0.967"}]
    (tmp_path / "g.zip").write_bytes(bundle_of("hdi").replace(b",0.967,1,", b",0.999,1,", 1))
    ended, out, _ = run("verify", "g.zip", "--json")
    (fault,) = json.loads(out)["faults"]
    assert ended == 2 and (fault["code"], fault["file"]) == ("bundle-changed", "g.zip: scores.csv")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["bundle", "--edition", "hdi"], "no file to write"),
        (["bundle", "--edition", "hdi", "-o", "b.txt"], "*.zip"),
        (["bundle", "-o", "b.zip"], "either DIR or --edition"),
        (["bundle", "--edition", "nothing", "-o", "b.zip"], "nothing"),
        (["bundle", "out", "--period", "2021", "-o", "b.zip"], "holds its data"),
        (["bundle", "--edition", "hdi", "-o", "b.zip", "--sign", "nokey"], "nokey"),
        (["verify", "nothing.zip"], "nothing.zip"),
        (["verify", "out"], "out"),
        (["verify", "empty.zip"], "no ZIP archive"),
        (["verify", "empty.zip", "--signers", "x"], "go together"),
    ],
)
def test_bad_calls(run, tmp_path: Path, words: list[str], says: str) -> None:
    loaded = yt.load_edition("hdi")
    write_folder(tmp_path / "out", board_files(yt.evaluate(loaded), loaded))
    (tmp_path / "empty.zip").write_bytes(b"")
    ended, out, err = run(*words)
    assert ended == 2 and says in out + err
    assert not (tmp_path / "b.zip").exists()


def test_a_file_too_large_is_not_read(run, tmp_path: Path) -> None:
    with (tmp_path / "large.zip").open("wb") as handle:
        handle.truncate(MOST_BYTES + 1)
    ended, out, err = run("verify", "large.zip")
    assert ended == 2 and "too large" in out + err


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not here")
def test_signatures(run, tmp_path: Path) -> None:
    """Authority: ssh-keygen itself, called by hand."""
    for name in ("office", "stranger"):
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(tmp_path / name)]
        subprocess.run(make, check=True)
    (tmp_path / "signers").write_text("office@example " + (tmp_path / "office.pub").read_text(encoding="utf-8"))
    ended, out, _ = run("bundle", "--edition", "egdi-2022", "-o", "b.zip", "--sign", "office")
    assert ended == 0 and "b.zip.sig" in out
    by_hand = ["ssh-keygen", "-Y", "verify", "-f", "signers", "-I", "office@example", "-n", "yitihua-bundle"]
    with (tmp_path / "b.zip").open("rb") as handle:
        subprocess.run([*by_hand, "-s", "b.zip.sig"], stdin=handle, check=True, capture_output=True, cwd=tmp_path)
    ended, out, _ = run("verify", "b.zip", "--signature", "b.zip.sig", "--signers", "signers")
    assert ended == 0 and "Signed by office@example" in out
    run("bundle", "--edition", "egdi-2022", "-o", "s.zip", "--sign", "stranger")
    run("bundle", "--edition", "hdi", "-o", "h.zip")
    for words in (["s.zip", "--signature", "s.zip.sig"], ["h.zip", "--signature", "b.zip.sig"]):
        ended, out, err = run("verify", *words, "--signers", "signers")
        assert ended == 2 and "signature" in out + err


def test_without_the_tool_a_signature_is_refused(run, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    (tmp_path / "key").write_text("key", encoding="utf-8")
    ended, out, err = run("bundle", "--edition", "egdi-2022", "-o", "b.zip", "--sign", "key")
    assert ended == 2 and "ssh-keygen" in out + err and not (tmp_path / "b.zip").exists()


def test_the_writer_refuses_names_that_the_reader_would(refused) -> None:
    assert refused(write_archive, {"notes.txt": b""})[0].code == "bundle-unsafe"
