"""Put a folder of pages in place in one step, as a plain folder that can be copied to a stick, or as one .zip.

A folder of results is a link (see `folders`); a site is handed on by copying, and a copied link is empty. So the
new folder is written beside SITE and the two change places by one call of the system (Linux and macOS). Where
there is no such call, the old folder is renamed aside and the new one takes its place: between these two renames
a reader finds nothing.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import re
import secrets
import shutil
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

from yitihua.errors import refuse
from yitihua.publish.folders import alone
from yitihua.publish.zip_entry import zip_entry

#: Lists the files of a site, so that a folder of somebody else's is never replaced.
RECORD = "site.json"
_AT_CWD, _EXCHANGE = -100, 2


def replace_site(out: str | Path, files: Iterable[tuple[str, bytes]]) -> tuple[Path, int, int]:
    """Write a site; readers find the old one or the new one.

    Parameters
    ----------
    out : str or Path
        A folder, or a file that ends with .zip.
    files : iterable of (str, bytes)
        Relative name (with "/") and content; taken one by one.

    Returns
    -------
    (Path, int, int)
        `out`, the number of files, and their bytes.

    Raises
    ------
    InputError
        If `out` holds what is not a site of ours, or cannot be written.
    """
    out = Path(os.path.abspath(out))  # noqa: PTH100 - resolve() would follow a link that stands there
    fresh = out.parent / f".{out.name}.new-{os.getpid()}-{secrets.token_hex(3)}"
    _refuse_foreign(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with alone(out.parent / f".{out.name}.lock"):
            _refuse_foreign(out)  # once more: somebody may have come in between
            _sweep(out)
            if out.suffix.lower() == ".zip":
                count, size = _write_zip(fresh, files)
                fresh.replace(out)
            else:
                count, size = _write_folder(fresh, files)
                _put(fresh, out)
    except OSError as error:
        raise refuse("bad-output", name=str(out), reason=error.strerror or str(error)) from None
    finally:
        _remove(fresh)
    return out, count, size


def _refuse_foreign(out: Path) -> None:
    if out.suffix.lower() == ".zip":
        if out.is_dir() or out.is_symlink():
            raise refuse("bad-output", name=str(out), reason="it is no plain file")
        return
    if out.is_symlink():
        raise refuse("bad-output", name=str(out), reason="it is a link of somebody else's")
    if out.exists() and not out.is_dir():
        raise refuse("bad-output", name=str(out), reason="it is a file")
    if out.is_dir() and any(out.iterdir()) and not _is_ours(out):
        raise refuse("bad-output", name=str(out), reason="it holds other files")


def _is_ours(out: Path) -> bool:
    """Return whether a folder holds a site and nothing else."""
    try:
        known = set(json.loads((out / RECORD).read_text(encoding="utf-8"))["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    found = {path.relative_to(out).as_posix() for path in out.rglob("*") if not path.is_dir() or path.is_symlink()}
    return found <= known | {RECORD}


def _write_folder(fresh: Path, files: Iterable[tuple[str, bytes]]) -> tuple[int, int]:
    fresh.mkdir()
    digests: dict[str, str] = {}
    size = 0
    for name, content in files:
        path = fresh / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        digests[name] = hashlib.sha256(content).hexdigest()
        size += len(content)
    (fresh / RECORD).write_bytes(_record(digests))
    if hasattr(os, "sync"):
        os.sync()  # once, instead of file by file
    return len(digests) + 1, size


def _write_zip(fresh: Path, files: Iterable[tuple[str, bytes]]) -> tuple[int, int]:
    digests: dict[str, str] = {}
    size = 0
    with zipfile.ZipFile(fresh, "w") as archive:
        for name, content in files:
            archive.writestr(zip_entry(name), content)
            digests[name] = hashlib.sha256(content).hexdigest()
            size += len(content)
        archive.writestr(zip_entry(RECORD), _record(digests))
    return len(digests) + 1, size


def _record(digests: dict[str, str]) -> bytes:
    return (json.dumps({"made by": "yitihua publish", "files": digests}, ensure_ascii=False, indent=0) + "\n").encode()


def _put(fresh: Path, out: Path) -> None:
    """Let a new folder take a place: free, an empty folder, or that of an older site."""
    if out.is_dir() and any(out.iterdir()):
        if not exchange(fresh, out):
            aside = fresh.with_name(f"{fresh.name}.old")
            out.rename(aside)
            try:
                fresh.rename(out)
            except BaseException:
                aside.rename(out)
                raise
            _remove(aside)
        return
    if out.is_dir():
        out.rmdir()
    fresh.rename(out)


def exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; whether the system could."""
    if sys.platform == "win32":
        return False
    library = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(one), os.fsencode(other)
    if hasattr(library, "renameat2"):
        return bool(library.renameat2(_AT_CWD, names[0], _AT_CWD, names[1], _EXCHANGE) == 0)
    if hasattr(library, "renamex_np"):
        return bool(library.renamex_np(names[0], names[1], _EXCHANGE) == 0)
    return False


def _sweep(out: Path) -> None:
    """Remove what writers that were killed have left; the lock keeps living ones out."""
    left = re.compile(rf"\.{re.escape(out.name)}\.new-\d+-[0-9a-f]{{6}}(\.old)?")
    for path in out.parent.iterdir():
        if left.fullmatch(path.name):
            if path.name.endswith(".old") and not out.exists():
                path.rename(out)  # killed between two renames: readers get the old site back
            else:
                _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
