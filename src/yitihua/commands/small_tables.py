"""Small CSV files that a question is asked with: assumed values, costs, attainable steps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from yitihua.errors import FaultList

if TYPE_CHECKING:
    import pandas as pd


def small_table(path: Path, texts: Sequence[str], numbers: Sequence[str], optional: Sequence[str] = ()) -> pd.DataFrame:
    """Return some columns of a CSV file: texts as they stand, numbers with NaN where a cell is empty.

    Parameters
    ----------
    path : Path
    texts, numbers : sequence of str
        Columns that must be there.
    optional : sequence of str
        Columns of numbers that may be.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, or a value is no number: with file, row and column.
    """
    import pandas as pd

    from yitihua.indicators import cells

    faults = FaultList()
    raw = cells.read_csv(path, str(path), faults)
    faults.raise_if_any()
    assert raw is not None  # or there was a fault
    for name in (*texts, *numbers):
        if name not in raw.columns:
            faults.add("missing-column", file=str(path), name=name, reason=", ".join([*texts, *numbers]))
    faults.raise_if_any()
    present = [*numbers, *(name for name in optional if name in raw.columns)]
    for name in texts:
        for line, text in zip(raw.lines, raw.text(name), strict=True):
            if not text:
                faults.add("cell-empty", file=str(path), line=line, key=name)
    columns = {name: raw.text(name) for name in texts} | {name: cells.numbers(raw, name, faults) for name in present}
    faults.raise_if_any()
    return pd.DataFrame(columns)
