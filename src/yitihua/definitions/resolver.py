"""Find the four content folders: a project's own, then the checkout, then the wheel.

The place is taken from `__file__` and the name in the checkout's pyproject.toml, never from
the current folder: a user's own folder called index/ must not shadow ours. The checkout wins
over a copy inside the package because an editable install may leave a stale one there.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

FOLDERS = ("index", "indicators", "surveys", "data")
_PACKAGE = Path(__file__).resolve().parents[1]

_INSTEAD: ContextVar[Path | None] = ContextVar("content_root", default=None)


@contextmanager
def content_from(folder: Path) -> Iterator[None]:
    """Let another folder stand in for the shipped one, inside the block: a bundle is judged by what is in it alone."""
    token = _INSTEAD.set(folder)
    try:
        yield
    finally:
        _INSTEAD.reset(token)


def shipped_root() -> Path:
    """Return the folder that holds the shipped index/, indicators/, surveys/ and data/.

    Examples
    --------
    >>> sorted(p.name for p in shipped_root().iterdir() if p.name in FOLDERS)
    ['data', 'index', 'indicators', 'surveys']
    """
    return _INSTEAD.get() or _own_root()


@functools.cache
def _own_root() -> Path:
    checkout = _PACKAGE.parents[1]
    if _is_own_checkout(checkout):
        return checkout
    return _PACKAGE / "_content"


def _is_own_checkout(folder: Path) -> bool:
    pyproject = folder / "pyproject.toml"
    if not pyproject.is_file() or folder / "src" / "yitihua" != _PACKAGE:
        return False
    with pyproject.open("rb") as handle:
        return bool(tomllib.load(handle).get("project", {}).get("name") == "yitihua")


def roots(project: Path | None = None) -> list[Path]:
    """Return the folders that are searched, the first wins."""
    found = [shipped_root()]
    if project is not None and project.resolve() != found[0]:
        found.insert(0, project)
    return found


def is_plain_name(name: str) -> bool:
    """Return whether a name is that of a file or folder right here, not a path that leads elsewhere.

    Examples
    --------
    >>> is_plain_name("hdi"), is_plain_name("../hdi"), is_plain_name("..")
    (True, False, False)
    """
    return bool(name) and name not in (".", "..") and not any(sign in name for sign in "/\\:\0")


def edition_names(project: Path | None = None) -> list[str]:
    """Return the names of all editions that can be loaded, sorted.

    Examples
    --------
    >>> edition_names()
    ['asem', 'egdi-2022', 'hdi', 'zhejiang-2022']
    """
    return sorted({name for root in roots(project) for name in _names_in(root)})


def project_editions(project: Path) -> list[str]:
    """Return the names of the editions that a project folder itself defines."""
    return sorted(set(_names_in(project)))


def _names_in(root: Path) -> Iterator[str]:
    if (root / "index").is_dir():
        yield from (path.stem for path in (root / "index").glob("*.toml"))
    if (root / "indicators").is_dir():
        yield from (path.parent.name for path in (root / "indicators").glob("*/*.toml"))


def shown(path: Path, project: Path | None = None) -> str:
    """Return a path as messages show it: relative to the project or to the shipped root."""
    for root in (project, shipped_root()):
        if root is not None and path.resolve().is_relative_to(root.resolve()):
            return path.resolve().relative_to(root.resolve()).as_posix()
    return str(path)
