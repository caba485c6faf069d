"""Parquet tables, read and written through DuckDB: small files for many rows."""

from __future__ import annotations

import glob
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.errors import FaultList
from yitihua.indicators.cells import RawTable

if TYPE_CHECKING:
    import pandas as pd


def is_parquet(path: Path) -> bool:
    """Return whether a file is Parquet, by its name.

    Examples
    --------
    >>> is_parquet(Path("answers.parquet")), is_parquet(Path("answers.csv"))
    (True, False)
    """
    return path.suffix.lower() == ".parquet"


def read_parquet(path: Path, name: str, faults: FaultList) -> RawTable | None:
    """Read a Parquet file; None after a fault.

    Numbers become arrays of floats, NaN for NULL and for NaN alike; anything else becomes text,
    times as ISO 8601. Rows are numbered as in a spreadsheet, the header being line 1.
    """
    import duckdb

    if not path.is_file():
        faults.add("file-not-found", file=name, reason="")
        return None
    try:
        with duckdb.connect() as connection:
            # DuckDB takes the path for a pattern: brackets and stars in folder names must stand for themselves.
            found = connection.execute("SELECT * FROM read_parquet(?)", [glob.escape(str(path))]).fetchnumpy()
    except duckdb.Error as error:
        faults.add("bad-parquet", file=name, reason=_short(error))
        return None
    count = len(next(iter(found.values()))) if found else 0
    if count == 0:
        faults.add("empty-table", file=name)
        return None
    return RawTable({key: _column(values) for key, values in found.items()}, list(range(2, count + 2)), name)


def _short(error: Exception) -> str:
    """Return DuckDB's own words without the path, which the fault names already."""
    words = re.sub(r"(for )?(file )?'[^']*'", "", str(error).splitlines()[0].split(": ", 1)[-1], flags=re.IGNORECASE)
    return " ".join(words.split())[:80] or type(error).__name__


def _column(values: Any) -> Any:
    gone = np.ma.getmaskarray(values)
    plain = np.ma.getdata(values)
    if plain.dtype.kind == "b":  # yes and no are no numbers, though they add up
        plain = np.where(plain, "TRUE", "FALSE").astype(object)
    if plain.dtype.kind in "fiu":
        return np.where(gone, np.nan, plain.astype(float))
    if plain.dtype.kind == "M":
        plain = np.datetime_as_string(plain, unit="s")
    return ["" if missing or value is None else str(value) for value, missing in zip(plain, gone, strict=True)]


#: Small groups cost space, large ones memory; every shipped table is one group.
OPTIONS = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 12, ROW_GROUP_SIZE 122880"


#: Rows put into a growing table at a time.
INSERTED = 20480


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a table; the same table gives the same bytes.

    Columns that hold nothing but text or None become text, so that an empty column keeps its type.
    """
    import duckdb

    with duckdb.connect(config={"threads": "1"}) as connection:
        connection.register("made", _typed(frame))
        connection.execute(f"COPY (SELECT * FROM made) TO {_quoted(path)} ({OPTIONS})")


class Spool:
    """Tables that grow on disk piece by piece and become Parquet files, for more rows than memory should hold.

    The same rows give the same bytes, in whatever pieces they came.

    Parameters
    ----------
    folder : Path
        Where the growing tables are; they are deleted at the end.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> with tempfile.TemporaryDirectory() as place, Spool(Path(place)) as spool:
    ...     spool.add("answers", pd.DataFrame({"a": [1, 2]}))
    ...     spool.add("answers", pd.DataFrame({"a": [3]}))
    ...     spool.write("answers", Path(place) / "answers.parquet")
    ...     len(read_parquet(Path(place) / "answers.parquet", "answers", FaultList()))
    3
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / ".spool.duckdb"
        self._known: dict[str, list[str]] = {}
        self._waiting: dict[str, pd.DataFrame] = {}
        self._begun: set[str] = set()

    def __enter__(self) -> Spool:
        import duckdb

        # One thread keeps the order of the rows. The limit makes DuckDB write what it cannot hold; every piece is
        # committed, because what one transaction holds back stays in memory (1.5 GB at national size).
        self._connection = duckdb.connect(str(self._file), config={"threads": 1, "memory_limit": "256MB"})
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()
        for left in self._file.parent.glob(f"{self._file.name}*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()

    def add(self, name: str, frame: pd.DataFrame) -> None:
        """Append rows to a table; the first piece says which columns it has."""
        import pandas as pd

        self._known.setdefault(name, list(frame.columns))
        frame = _typed(frame)
        if name in self._waiting:
            frame = pd.concat([self._waiting[name], frame], ignore_index=True)
        # Row groups end where insertions do, so these have one size whatever the size of the pieces.
        whole = len(frame) - len(frame) % INSERTED
        for first in range(0, whole, INSERTED):
            self._insert(name, frame.iloc[first : first + INSERTED])
        self._waiting[name] = frame.iloc[whole:]

    def _insert(self, name: str, rows: pd.DataFrame) -> None:
        self._connection.register("piece", rows)
        verb = f'INSERT INTO "{name}"' if name in self._begun else f'CREATE TABLE "{name}" AS'
        self._connection.execute(f"{verb} SELECT * FROM piece")
        self._connection.unregister("piece")
        self._begun.add(name)

    def tables(self) -> dict[str, list[str]]:
        """Return the tables there are, in the order they were begun, with their columns."""
        return dict(self._known)

    def write(self, name: str, path: Path) -> None:
        """Write a table as Parquet and forget it."""
        rest = self._waiting.pop(name)
        if len(rest) or name not in self._begun:
            self._insert(name, rest)
        self._connection.execute(f'COPY (SELECT * FROM "{name}") TO {_quoted(path)} ({OPTIONS})')
        self._connection.execute(f'DROP TABLE "{name}"')
        del self._known[name]
        self._begun.discard(name)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    text = [name for name in frame.columns if frame[name].dtype.kind == "O" and str(frame[name].dtype) == "object"]
    return frame.astype(dict.fromkeys(text, "string"))
