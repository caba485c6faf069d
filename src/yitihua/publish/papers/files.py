"""Papers as files: names that stay in their folder, and one call a paper."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from yitihua.errors import refuse
from yitihua.publish.atomic import replace_files

if TYPE_CHECKING:
    from yitihua.definitions.edition import Edition
    from yitihua.index.scoreboard import Scoreboard
    from yitihua.publish.papers.bulletin import Stated
    from yitihua.publish.portraits import Portraits

#: Bytes of a part of a name: three of them and a suffix fit what file systems take.
_BYTES = 72


def file_name(suffix: str, *parts: str) -> str:
    """Return the name of a file; what comes from a file of somebody's cannot lead to another folder.

    Examples
    --------
    >>> file_name(".pdf", "画像", "330421", "嘉善县"), file_name(".pdf", "portrait", "../../x:y", "")
    ('画像_330421_嘉善县.pdf', 'portrait_x_y.pdf')
    """
    plain = (re.sub(r"[^\w-]+", "_", part).strip("_") for part in parts)
    short = (part.encode("utf-8")[:_BYTES].decode("utf-8", "ignore") for part in plain)
    return "_".join(part for part in short if part) + suffix


def distinct(names: Sequence[str]) -> list[str]:
    """Return names of which no two are one file, on disks that know no capitals either.

    Examples
    --------
    >>> distinct(["a.pdf", "A.pdf", "b.pdf"])
    ['a.pdf', 'A_2.pdf', 'b.pdf']
    """
    taken: set[str] = set()
    found = []
    for name in names:
        stem, dot, suffix = name.rpartition(".")
        number, one = 1, name
        while one.casefold() in taken:
            number += 1
            one = f"{stem}_{number}{dot}{suffix}"
        taken.add(one.casefold())
        found.append(one)
    return found


def portrait_files(found: Portraits, lang: str = "zh") -> Iterator[tuple[str, bytes]]:
    """Yield the name and the PDF of every unit's portrait."""
    from yitihua.publish.papers.portrait_pdf import portrait_pdfs

    which = list(found)
    place = 0 if lang == "zh" else 1
    word = ("画像", "portrait")[place]
    names = distinct([file_name(".pdf", word, one.unit, one.name[place]) for one in which])
    return zip(names, portrait_pdfs(found, which, lang), strict=True)


def write_portrait(
    board: Scoreboard,
    unit: str,
    path: str | Path,
    lang: str = "zh",
    before: Scoreboard | None = None,
    edition: Edition | None = None,
) -> None:
    """Write the portrait of a unit; see `Scoreboard.portrait`."""
    from yitihua.publish.papers.portrait_pdf import portrait_pdf
    from yitihua.publish.portraits import portraits

    check_suffix(path, (".pdf",), "path")
    replace_files({Path(path): portrait_pdf(portraits(board, before=before, edition=edition), unit, lang)})


def write_bulletin(
    board: Scoreboard,
    path: str | Path,
    before: Scoreboard | None = None,
    edition: Edition | None = None,
    template: str | Path | None = None,
    stated: Stated | None = None,
) -> None:
    """Write the bulletin of a board; see `Scoreboard.bulletin`."""
    from yitihua.publish.portraits import portraits

    check_suffix(path, (".docx", ".pdf"), "path")
    replace_files(
        {Path(path): bulletin_bytes(portraits(board, before=before, edition=edition), path, template, stated)}
    )


def bulletin_bytes(
    found: Portraits, path: str | Path, template: str | Path | None = None, stated: Stated | None = None
) -> bytes:
    """Return the bulletin in the format that the name of its file asks for.

    Raises
    ------
    InputError
        If a template is given for a PDF, or is faulty.
    """
    if Path(path).suffix.lower() == ".pdf":
        from yitihua.publish.papers.bulletin_pdf import bulletin_pdf

        if template is not None:
            raise refuse("papers-pdf-template", key="template")
        return bulletin_pdf(found, stated)
    from yitihua.publish.papers.bulletin_docx import bulletin_docx

    return bulletin_docx(found, stated, template)


def check_suffix(path: str | Path, suffixes: Sequence[str], key: str) -> None:
    """Refuse a file that would bear the name of another format."""
    if Path(path).suffix.lower() not in suffixes:
        raise refuse("bad-choice", key=key, found=Path(path).name, options=[f"*{suffix}" for suffix in suffixes])
