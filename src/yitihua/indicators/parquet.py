"""Parquet tables, read and written through DuckDB: small files for many rows."""

from __future__ import annotations

import glob
import re
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


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a table; the same table gives the same bytes.

    Columns that hold nothing but text or None become text, so that an empty column keeps its type.
    """
    import duckdb

    with duckdb.connect(config={"threads": "1"}) as connection:
        connection.register("made", _typed(frame))
        target = str(path).replace("'", "''")
        options = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 12, ROW_GROUP_SIZE 1000000"
        connection.execute(f"COPY (SELECT * FROM made) TO '{target}' ({options})")


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    text = [name for name in frame.columns if frame[name].dtype.kind == "O" and str(frame[name].dtype) == "object"]
    return frame.astype(dict.fromkeys(text, "string"))
