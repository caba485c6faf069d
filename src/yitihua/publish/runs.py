"""Write a folder of results so that a reader finds the old one or the new one, never a mixture.

A folder cannot replace a filled folder in one step, but a link can replace a link: results go
into a new folder beside OUT (".OUT.run-..."), and OUT is a link that is switched to it by one
rename. The folder it pointed to before is kept until the next run, so that a reader who is
inside it is not cut off.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import platform
import secrets
import shutil
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from yitihua.definitions.edition import Edition
from yitihua.definitions.passport import sha256_of
from yitihua.errors import refuse
from yitihua.index.scoreboard import Scoreboard
from yitihua.index.tables import score_table
from yitihua.indicators.table_json import table_to_json

PACKAGES = ("yitihua", "numpy", "scipy", "pandas", "pydantic")


def board_files(board: Scoreboard, edition: Edition, lang: str = "en") -> dict[str, bytes]:
    """Return scores.csv, indicators.csv, recipe.json, table.json and run.json as bytes.

    table.json holds all that went in, so that `yitihua.read_run` finds the same scores again. CSV
    files in Chinese begin with a byte-order mark, without which Excel shows Chinese as nonsense;
    English ones have none.
    """
    encoding = "utf-8-sig" if lang == "zh" else "utf-8"
    files = {
        "scores.csv": score_table(board, lang).to_csv(index=False, lineterminator="\n").encode(encoding),
        "indicators.csv": board.indicator_table(lang).to_csv(index=False, lineterminator="\n").encode(encoding),
        "recipe.json": board.recipe.to_json().encode("utf-8"),
        "table.json": table_to_json(board.table).encode("utf-8"),
    }
    files["run.json"] = run_record(board, edition, files).encode("utf-8")
    return files


def run_record(board: Scoreboard, edition: Edition, files: Mapping[str, bytes]) -> str:
    """Return run.json: versions, and the sha256 of every input and output."""
    inputs = {name: sha256_of(path) for name, path in edition.file_names().items()}
    inputs |= {line.name: line.sha256 for line in board.table.lineage}
    record = {
        "edition": edition.name,
        "title": {"zh": board.recipe.title[0], "en": board.recipe.title[1]},
        "notice": {"zh": board.recipe.notice[0], "en": board.recipe.notice[1]},
        "simulated": board.table.simulated or board.recipe.simulated,
        "period": board.table.period,
        "date": board.recipe.date,
        "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "versions": {name: _version(name) for name in PACKAGES} | {"python": platform.python_version()},
        "inputs": inputs,
        "outputs": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


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
    if out.exists() and not out.is_symlink() and not (out.is_dir() and not any(out.iterdir())):
        raise refuse("bad-output", name=str(out), reason="it holds other files")
    fresh = out.parent / f"{_prefix(out)}{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}-{os.getpid()}-{secrets.token_hex(3)}"
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_through(path, content)
        before = _target(out)
        _switch(out, fresh)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise refuse("bad-output", name=str(out), reason=error.strerror or str(error)) from None
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    _sweep(out, keep={fresh.name, before.name if before else ""})
    return out


def _prefix(out: Path) -> str:
    return f".{out.name}.run-"


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def _target(out: Path) -> Path | None:
    return out.parent / out.readlink() if out.is_symlink() else None


def _switch(out: Path, fresh: Path) -> None:
    """Point `out` at `fresh`: one rename of a new link over the old."""
    link = out.parent / f"{fresh.name}.link"
    try:
        link.symlink_to(fresh.name, target_is_directory=True)
    except OSError:
        # Windows without the right to make links: the best there is are two renames.
        _switch_by_rename(out, fresh)
        return
    if out.is_dir() and not out.is_symlink():
        out.rmdir()  # empty, as checked: no reader loses anything
    link.replace(out)


def _switch_by_rename(out: Path, fresh: Path) -> None:
    old = out.parent / f"{fresh.name}.old"
    if out.exists():
        out.rename(old)
    fresh.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def _sweep(out: Path, keep: set[str]) -> None:
    """Remove runs nobody points at, except those a living process may be writing."""
    for path in out.parent.glob(f"{_prefix(out)}*"):
        if path.name in keep or _is_alive(path.name):
            continue
        if path.is_symlink():
            path.unlink(missing_ok=True)
        else:
            shutil.rmtree(path, ignore_errors=True)


def _is_alive(name: str) -> bool:
    parts = name.rsplit("-", 2)
    if sys.platform == "win32" or len(parts) != 3 or not parts[1].isdigit() or int(parts[1]) == os.getpid():
        return False
    try:
        os.kill(int(parts[1]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
