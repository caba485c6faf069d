"""Write files so that a reader finds the old ones or the new ones, never half of one."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from yitihua.errors import refuse


def replace_files(files: Mapping[Path, bytes]) -> None:
    """Write every file beside its place, then rename all of them into place.

    Raises
    ------
    InputError
        If one cannot be written; then none has changed.
    """
    made: list[tuple[Path, Path]] = []
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(3)}")
            made.append((fresh, path))
            _write(fresh, content)
        for fresh, path in made:
            fresh.replace(path)
    except OSError as error:
        where = str(made[-1][1]) if made else ""
        raise refuse("bad-output", name=where, reason=error.strerror or str(error)) from None
    finally:
        for fresh, _ in made:
            fresh.unlink(missing_ok=True)


def new_folder(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write a folder that does not exist yet, or is empty; it appears in one step.

    Raises
    ------
    InputError
        If the folder holds something, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise refuse("bad-output", name=str(folder), reason="it is not empty")
    whole = folder.resolve()
    fresh = whole.parent / f".{whole.name}.new-{os.getpid()}-{secrets.token_hex(3)}"
    try:
        whole.parent.mkdir(parents=True, exist_ok=True)
        fresh.mkdir()
        for name, content in files:
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, content)
        if whole.exists():
            whole.rmdir()  # empty, as checked
        fresh.rename(whole)
    except OSError as error:
        raise refuse("bad-output", name=str(folder), reason=error.strerror or str(error)) from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def add_files(folder: Path, fresh: Iterable[str], files: Iterable[tuple[str, bytes]]) -> None:
    """Write files into a folder that is there; those of its folders named `fresh` must be absent or empty.

    Raises
    ------
    InputError
        If one of them holds something, or a file cannot be written; then nothing has changed.
    """
    for name in fresh:
        place = folder / name
        if place.exists() and (not place.is_dir() or any(path.name != ".keep" for path in place.iterdir())):
            raise refuse("bad-output", name=str(place), reason="it is not empty")
    replace_files({folder / name: content for name, content in files})


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
