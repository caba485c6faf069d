"""The ZIP archive that a Word document is: the same bytes for the same parts, and a stranger's looked at first."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

from yitihua.errors import refuse
from yitihua.publish.zip_entry import zip_entry

#: Largest template, largest once unpacked, and most parts.
FILE, UNPACKED, PARTS = 20_000_000, 100_000_000, 2_000


def same_bytes(content: bytes) -> bytes:
    """Return an archive with its parts in their order, without hours and machines.

    Examples
    --------
    >>> made = BytesIO()
    >>> with zipfile.ZipFile(made, "w") as archive:
    ...     archive.writestr("a", "1")
    >>> same_bytes(same_bytes(made.getvalue())) == same_bytes(made.getvalue())
    True
    """
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(zip_entry(name), old.read(name))
    return target.getvalue()


def check_document(content: bytes, name: str) -> None:
    """Refuse what is no Word document, or too large to be read.

    Raises
    ------
    InputError
        Saying which.
    """
    if len(content) > FILE:
        raise refuse("papers-template-file", file=name, reason="it is too large")
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
                raise refuse("papers-template-file", file=name, reason="it is too large")
            names = {part.filename for part in parts}
            if not {"[Content_Types].xml", "word/document.xml"} <= names:
                raise refuse("papers-template-file", file=name, reason="it is no Word document (.docx)")
            if any("vbaProject" in one for one in names):
                raise refuse("papers-template-file", file=name, reason="it holds macros")
            if archive.testzip() is not None:
                raise zlib.error
    except zlib.error:
        raise refuse("papers-template-file", file=name, reason="it is damaged") from None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise refuse("papers-template-file", file=name, reason="it is no Word document (.docx)") from None
