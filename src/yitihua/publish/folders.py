"""Put a folder of files in place so that a reader finds the old one or the new one, never a mixture.

A folder cannot replace a filled folder in one step, but a link can replace a link: files go into a
new folder beside OUT (".OUT.run-..."), and OUT is a link that is switched to it by one rename. The
folder it pointed to before is kept until the next run, so that a reader who is inside is not cut
off. Writers of the same OUT wait for each other.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from yitihua.errors import refuse

_RUN = r"\d{8}T\d{6}-\d+-[0-9a-f]{6}"


def write_folder(out: str | Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a new folder and make it current by one atomic step.

    Parameters
    ----------
    out : str or Path
        The folder readers open. It becomes a link to the newest run beside it.
    files : mapping
        Relative name (may hold "/") -> content.

    Returns
    -------
    Path
        `out`.

    Raises
    ------
    InputError
        If `out` holds something that was not written here, or cannot be written.
    """
    out = Path(os.path.abspath(out))  # noqa: PTH100 - resolve() would follow the link we switch
    stamp = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}-{os.getpid()}-{secrets.token_hex(3)}"
    fresh = out.parent / f".{out.name}.run-{stamp}"
    _refuse_foreign(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with alone(out.parent / f".{out.name}.lock"):
            _refuse_foreign(out)  # once more: somebody may have come in between
            _write_files(fresh, files)
            before = _target(out)
            _switch(out, fresh)
            _sweep(out, before)
    except OSError as error:
        raise refuse("bad-output", name=str(out), reason=error.strerror or str(error)) from None
    finally:
        # Whatever went wrong after the switch, the run that readers see stays.
        if _target(out) != fresh and not _is_same(out, fresh):
            shutil.rmtree(fresh, ignore_errors=True)
    return out


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock file while the folder is written, so that one writer never sweeps up another's run."""
    with path.open("a+b") as handle:
        _lock(handle)
        yield


def _lock(handle: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)


def _refuse_foreign(out: Path) -> None:
    if out.is_symlink():
        if not _is_run(out, out.readlink().name) or out.readlink().parent != Path():
            raise refuse("bad-output", name=str(out), reason="it is a link of somebody else's")
    elif out.is_dir():
        if any(out.iterdir()) and not _holds_only_a_run(out):
            raise refuse("bad-output", name=str(out), reason="it holds other files")
    elif out.exists():
        raise refuse("bad-output", name=str(out), reason="it is a file")


def _is_run(out: Path, name: str) -> bool:
    return re.fullmatch(rf"\.{re.escape(out.name)}\.run-{_RUN}", name) is not None


def _holds_only_a_run(folder: Path) -> bool:
    """Return whether a real folder is a copy of results of ours and nothing else."""
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    ours: set[str] = set()
    for record in [folder / "run.json", *folder.glob("*/run.json")]:
        try:
            outputs = json.loads(record.read_text(encoding="utf-8"))["outputs"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        base = record.parent.relative_to(folder)
        ours |= {(base / name).as_posix() for name in (*outputs, "run.json")}
    return bool(ours) and found == ours


def _write_files(fresh: Path, files: Mapping[str, bytes]) -> None:
    fresh.mkdir()
    for name, content in files.items():
        path = fresh / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())


def _target(out: Path) -> Path | None:
    return out.parent / out.readlink() if out.is_symlink() else None


def _is_same(out: Path, fresh: Path) -> bool:
    return out.is_dir() and fresh.exists() and out.samefile(fresh)


def _switch(out: Path, fresh: Path) -> None:
    """Point `out` at `fresh`: one rename of a new link over the old."""
    link = fresh.with_name(f"{fresh.name}.link")
    try:
        link.symlink_to(fresh.name, target_is_directory=True)
    except OSError:
        # Windows without the right to make links: the best there is are two renames.
        _swap(out, fresh)
        return
    try:
        if out.is_dir() and not out.is_symlink():
            _swap(out, link)  # a plain folder cannot be replaced by a link in one step
        else:
            link.replace(out)
    finally:
        if link.is_symlink():
            link.unlink()


def _swap(out: Path, new: Path) -> None:
    """Move what stands at `out` aside, put `new` there, and undo the first if the second fails."""
    aside = out.parent / f"{new.name}.old"
    if out.exists():
        out.rename(aside)
    try:
        new.rename(out)
    except BaseException:
        if aside.exists():
            aside.rename(out)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _sweep(out: Path, before: Path | None) -> None:
    """Remove runs nobody points at, but for the one before; the lock keeps other writers out."""
    keep = {path.name for path in (_target(out), before) if path is not None}
    for path in out.parent.iterdir():
        stem = re.sub(r"\.(link|old)$", "", path.name)
        if path.name in keep or not _is_run(out, stem):
            continue
        if path.is_symlink():
            path.unlink(missing_ok=True)
        else:
            shutil.rmtree(path, ignore_errors=True)
