"""The skeleton of a new edition: a small project that checks and scores as it stands."""

from __future__ import annotations

import re
from pathlib import Path

from yitihua.errors import refuse

_HERE = Path(__file__).resolve().parent
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

#: File of the skeleton -> where it goes in the project.
FILES = {
    "project.toml": "project.toml",
    "indicators/framework.toml": "indicators/NAME/framework.toml",
    "index/index.toml": "index/NAME.toml",
    "surveys/residents.toml": "surveys/NAME/residents.toml",
    "data/data.csv": "data/NAME.csv",
}


def skeleton_text(file: str) -> str:
    """Return one file of the skeleton.

    Examples
    --------
    >>> skeleton_text("index/index.toml").splitlines()[0]
    '# How it adds up. Every key has a default; what is stated here is printed with the result.'
    """
    return (_HERE / file).read_text(encoding="utf-8")


def write_skeleton(folder: str | Path, name: str | None = None) -> str:
    """Write the skeleton into a new or empty folder.

    Parameters
    ----------
    folder : str or Path
        Must not exist yet, or be empty.
    name : str, optional
        Name of the edition: letters, digits, dot, dash, underscore. Default: the folder's name.

    Returns
    -------
    str
        The edition's name.

    Raises
    ------
    InputError
        If the folder holds something, or the name will not do.
    """
    root = Path(folder)
    edition = name if name is not None else root.resolve().name
    if not _NAME.fullmatch(edition):
        raise refuse("bad-value", key="--name", found=repr(edition), reason="letters, digits, dot, dash and underscore")
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise refuse("bad-output", name=str(folder), reason="it is not empty")
    try:
        for file, target in FILES.items():
            path = root / target.replace("NAME", edition)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(skeleton_text(file).replace("NAME", edition), encoding="utf-8")
    except OSError as error:
        raise refuse("bad-output", name=str(folder), reason=error.strerror or str(error)) from None
    return edition
