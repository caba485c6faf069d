"""Every byte of a bundle counts, and archives that mean harm are refused before they are read."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

import pytest
from bundling import Entry, archive, as_entries, edited, edited_json, forged, small

from yitihua.errors import InputError
from yitihua.publish.bundle.archive import MOST_FILE_BYTES, MOST_FILES, NAMES, read_archive, write_archive
from yitihua.publish.bundle.manifest import read_manifest
from yitihua.publish.bundle.verify import verify, verify_bytes


def _regions(data: bytes) -> list[tuple[int, int, str]]:
    """Return begin, end and name of every file's content, found by a reader of its own."""
    found, place = [], 0
    while data[place : place + 4] == b"PK\x03\x04":
        size, length = struct.unpack_from("<I", data, place + 22)[0], struct.unpack_from("<H", data, place + 26)[0]
        begin = place + 30 + length
        found.append((begin, begin + size, data[place + 30 : begin].decode()))
        place = begin + size
    return found


def test_every_byte_changed_is_found_and_its_file_named() -> None:
    data = small()
    inside = {k: name for begin, end, name in _regions(data) for k in range(begin, end)}
    assert len({*inside.values()}) == len(read_archive(data)) and len(data) > 20_000
    for k in range(len(data)):
        # In headers and directory every bit is tried, and the whole byte; in content one.
        for flip in (1,) if k in inside else (1, 2, 4, 8, 16, 32, 64, 128, 255):
            spoilt = bytearray(data)
            spoilt[k] ^= flip
            with pytest.raises(InputError) as caught:
                read_manifest(read_archive(bytes(spoilt)))
            if k in inside:
                assert caught.value.faults[0].file == inside[k], k
            assert len(caught.value.faults) == 1


def test_every_byte_left_out_or_added_is_found() -> None:
    data = small()
    for k in range(0, len(data), 37):
        for spoilt in (data[:k] + data[k + 1 :], data[:k] + b"x" + data[k:]):
            with pytest.raises(InputError):
                read_manifest(read_archive(spoilt))
    for k in range(200):
        with pytest.raises(InputError):
            read_archive(data[:k])


def test_a_sample_of_changed_bytes_fails_the_whole_command(tmp_path) -> None:
    data, file = small(), tmp_path / "b.zip"
    for begin, end, name in _regions(data):
        spoilt = bytearray(data)
        spoilt[(begin + end) // 2] ^= 1
        file.write_bytes(spoilt)
        with pytest.raises(InputError) as caught:
            verify(file)
        assert name in caught.value.faults[0].text("en") and name in caught.value.faults[0].text("zh")


def test_every_byte_of_the_manifest_counts_when_the_archive_is_packed_anew() -> None:
    """A forger who sets the checksums of the archive right: what is not free text is refused or comes out otherwise."""
    data = small()
    files = read_archive(data)
    for name in sorted(set(files) - {"manifest.json"}):
        spoilt = files | {name: files[name][:-2] + bytes([files[name][-2] ^ 1]) + files[name][-1:]}
        with pytest.raises(InputError) as caught:
            read_manifest(read_archive(write_archive(spoilt)))
        assert [fault.file for fault in caught.value.faults] == [name]


HOSTILE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "absolute path": (lambda: archive([Entry("/etc/passwd")]), "bundle-unsafe", "/etc/passwd"),
    "drive": (lambda: archive([Entry("C:table.json")]), "bundle-unsafe", "C:table.json"),
    "parent": (lambda: archive([Entry("definitions/../../table.json")]), "bundle-unsafe", ".."),
    "parent in a name": (lambda: archive([Entry("definitions/shipped/index/../x.toml")]), "bundle-unsafe", ".."),
    "backslash": (lambda: archive([Entry("definitions\\shipped\\index\\a.toml")]), "bundle-unsafe", "definitions"),
    "folder": (lambda: archive([Entry("definitions/")]), "bundle-unsafe", "definitions/"),
    "control character": (lambda: archive([Entry("table.json\x00.exe")]), "bundle-unsafe", "table.json"),
    "long name": (lambda: archive([Entry(f"passports/{'a' * 300}/passport.toml")]), "bundle-unsafe", "passports"),
    "nested archive": (lambda: archive([Entry("inner.zip", small())]), "bundle-unsafe", "inner.zip"),
    "code": (lambda: archive([Entry("definitions/project/index/x.py")]), "bundle-unsafe", "x.py"),
    "link": (lambda: archive([Entry("table.json", b"/etc/passwd", attributes=0o120777 << 16)]), "bundle-unsafe", "t"),
    "folder rights": (lambda: archive([Entry("table.json", attributes=0o040755 << 16)]), "bundle-unsafe", "table"),
    "executable": (lambda: archive([Entry("table.json", attributes=0o100755 << 16)]), "bundle-unsafe", "table.json"),
    "bomb": (lambda: archive([Entry("table.json", b"x" * 99, method=8, size=1 << 30)]), "bundle-unsafe", "table.json"),
    "huge stated size": (
        lambda: archive([Entry("table.json", size=MOST_FILE_BYTES + 1, packed=MOST_FILE_BYTES + 1)]),
        "bundle-large", "table.json",
    ),
    "size beyond the file": (lambda: archive([Entry("table.json", size=9999, packed=9999)]), "bundle-unsafe", "table"),
    "sizes differ": (lambda: archive([Entry("table.json", size=9999)]), "bundle-unsafe", "table.json"),
    "encrypted": (lambda: archive([Entry("table.json", flags=0x801)]), "bundle-unsafe", "table.json"),
    "zip64": (
        lambda: archive([Entry("table.json", size=0xFFFFFFFF, packed=0xFFFFFFFF, extra=b"\1\0\x10\0" + b"\0" * 16)]),
        "bundle-unsafe", "table.json",
    ),
    "zip64 end": (lambda: archive(as_entries({"table.json": b""}), count=0xFFFF), "bundle-unsafe", ""),
    "extra field": (lambda: archive([Entry("table.json", extra=b"UT\x05\0\x03....")]), "bundle-changed", ""),
    "same name twice": (lambda: archive([Entry("table.json"), Entry("table.json")]), "bundle-unsafe", "table.json"),
    "names alike but for case": (
        lambda: archive([Entry("passports/a/passport.toml"), Entry("passports/A/passport.toml")]),
        "bundle-unsafe", "passports/A",
    ),
    "entries that overlap": (
        lambda: archive([Entry("recipe.json"), Entry("table.json", offset=0)]), "bundle-changed", "",
    ),
    "many entries": (lambda: archive([Entry("table.json")] * (MOST_FILES + 1)), "bundle-large", ""),
    "bytes behind": (lambda: small() + b"#!/bin/sh", "bundle-unsafe", ""),
    "bytes before": (lambda: b"#!/bin/sh\n" + small(), "bundle-unsafe", ""),
    "comment": (lambda: small()[:-2] + b"\x04\x00evil", "bundle-unsafe", ""),
    "no archive": (lambda: b"%PDF-1.7" * 100, "not-a-bundle", ""),
    "nothing": (lambda: b"", "not-a-bundle", ""),
    "no manifest": (lambda: archive([Entry("table.json")]), "not-a-bundle", "manifest.json"),
}  # fmt: skip


@pytest.mark.parametrize("how", HOSTILE)
def test_hostile_archives_are_refused_unread(how: str, refused, tmp_path) -> None:
    made, code, names = HOSTILE[how]
    before = {*tmp_path.iterdir()}
    (fault,) = refused(verify_bytes, made())
    assert fault.code == code and names in fault.file
    assert "\x00" not in fault.text("en")
    assert {*tmp_path.iterdir()} == before


def test_names_that_a_bundle_holds_lead_nowhere_else() -> None:
    parts = (
        "..",
        ".",
        "",
        "a",
        "/",
        "\\",
        "C:",
        "~",
        "\x00",
        "definitions",
        "project",
        "index",
        "table.json",
        "a.toml",
    )
    for a in parts:
        for b in parts:
            for c in parts:
                for name in (f"{a}/{b}/{c}", f"definitions/project/{a}/{b}/{c}", f"passports/{a}{b}/passport.toml"):
                    if NAMES.fullmatch(name):
                        assert not re.search(r"\.\.|\\|:|//|^/|\x00|~", name), name


def _own_code(files: dict[str, bytes]) -> None:
    edited_json("recipe.json", lambda data: data["nodes"][-1].update(method="os:getcwd"))(files)


SPOILT: dict[str, tuple[Callable[[dict[str, bytes]], None], str]] = {
    "own code in the recipe": (_own_code, "bundle-own-code"),
    "own code recorded": (
        edited_json("recipe.json", lambda data: data.update(own_code=[["os:getcwd", ""]])), "bundle-own-code",
    ),
    "own code in the definitions": (
        edited("definitions/project/index/tsi.toml", 'method = "', 'method = "os:getcwd" #'), "code-not-allowed",
    ),
    "no table": (lambda files: files.pop("table.json") and None, "not-a-bundle"),
    "table of no JSON": (lambda files: files.update({"table.json": b"[" * 100_000}), "bundle-stopped"),
    "table of other shape": (edited_json("table.json", lambda data: data["values"].pop()), "not-a-run"),
    "recipe of another format": (edited_json("recipe.json", lambda data: data.update(format=9)), "bad-json"),
    "definitions that are faulty": (
        edited("definitions/project/index/tsi.toml", "score_decimals", "score_decimal"), "unknown-key",
    ),
    "an edition that is a path": (
        edited("definitions/project/index/tsi.toml", "score_decimals", 'extends = "../../../x"\nscore_decimals'),
        "unknown-edition",
    ),
    "table without Unicode": (lambda files: files.update({"table.json": b"\xff"}), "not-utf8"),
}  # fmt: skip


@pytest.mark.parametrize("how", SPOILT)
def test_what_cannot_be_computed_is_refused_in_words(how: str, refused, tmp_path) -> None:
    change, code = SPOILT[how]
    found = refused(verify_bytes, forged(small(), change))
    assert found[0].code == code


def test_a_manifest_that_lies(refused) -> None:
    files = read_archive(small())
    text = files["manifest.json"].decode()
    for old, new, code in (
        ('"format": 1', '"format": 2', "not-a-bundle"),
        ('"edition": "tsi"', '"edition": 5', "not-a-bundle"),
        ('"edition": "tsi"', '"edition": "tsi", "more": 1', "not-a-bundle"),
        ('"format": 1,', '"format":  1,', "bundle-changed"),
        ('"size": ', '"size": 1', "bundle-hash"),
        ('"scores.csv"', '"other.csv"', "bundle-files"),
    ):
        spoilt = files | {"manifest.json": text.replace(old, new, 1).encode()}
        assert refused(verify_bytes, write_archive(spoilt))[0].code == code
    assert refused(verify_bytes, write_archive(files | {"manifest.json": b"[" * 9999}))[0].code == "not-a-bundle"


def test_no_file_outside_is_read(tmp_path, monkeypatch, refused) -> None:
    """An edition's name may be no path, in the manifest or behind `extends`, even where it leads to definitions."""
    for folder in ("indicators/out", "index"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "index" / "out.toml").write_text("this is no TOML", encoding="utf-8")
    (tmp_path / "indicators" / "out" / "a.toml").write_text("this is no TOML", encoding="utf-8")
    up = "../" * 12 + tmp_path.as_posix().lstrip("/") + "/index/out"
    named = edited_json("recipe.json", lambda data: data.update(edition=up))
    extends = edited("definitions/project/index/tsi.toml", "score_decimals", f'extends = "{up}"\nscore_decimals')
    for data in (forged(small(), named, edition=up), forged(small(), extends)):
        assert {fault.code for fault in refused(verify_bytes, data)} == {"unknown-edition"}


def test_no_code_of_the_current_folder_runs(tmp_path, monkeypatch) -> None:
    """A folder that a county unpacked may hold a numpy.py; the clean process starts elsewhere."""
    for name in ("numpy", "json", "sitecustomize", "yitihua"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "numpy.py"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert verify_bytes(small()).equal
    assert not (tmp_path / "ran").exists()


def test_a_computation_that_does_not_end_is_stopped(monkeypatch, refused) -> None:
    monkeypatch.setattr("yitihua.publish.bundle.verify.MOST_SECONDS", 0.01)
    assert refused(verify_bytes, small())[0].code == "bundle-stopped"
