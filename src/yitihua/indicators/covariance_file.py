"""A covariance as a Parquet file that any program can read: one row a number.

factor
    0 for the errors within one unit; from 1 for what units share.
unit, first, second
    With factor 0: the covariance of two indicators of the unit (first as early as second in the
    order of the file). Else: the factor's loading on `first`; `second` is empty.
value
    In the product of the indicators' units; a loading in the indicator's own unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from yitihua.errors import FaultList, refuse
from yitihua.indicators.covariance import Covariance
from yitihua.indicators.parquet import read_parquet, write_parquet

COLUMNS = ("factor", "unit", "first", "second", "value")


def write_covariance(found: Covariance, path: Path) -> None:
    """Write a covariance; the same gives the same bytes. What is 0 is left out."""
    import pandas as pd

    k = len(found.indicators)
    upper = np.array([(i, j) for i in range(k) for j in range(i, k)])
    own = found.blocks[:, upper[:, 0], upper[:, 1]]
    rows, pairs = np.nonzero(own)
    factor, unit, code = np.nonzero(found.shared)
    units, codes = np.array(found.units, dtype=object), np.array(found.indicators, dtype=object)
    frame = pd.DataFrame({
        "factor": np.concatenate([np.zeros(len(rows), dtype=np.int32), factor.astype(np.int32) + 1]),
        "unit": np.concatenate([units[rows], units[unit]]),
        "first": np.concatenate([codes[upper[pairs, 0]], codes[code]]),
        "second": np.concatenate([codes[upper[pairs, 1]], np.full(len(code), "", dtype=object)]),
        "value": np.concatenate([own[rows, pairs], found.shared[factor, unit, code]]),
    })  # fmt: skip
    write_parquet(frame, path)


def read_covariance(path: Path, name: str, units: Sequence[str]) -> Covariance:
    """Read a covariance of some units, in their order; a unit the file does not name has no error.

    Raises
    ------
    InputError
        If the file cannot be read or does not hold a covariance.
    """
    faults = FaultList()
    table = read_parquet(path, name, faults)
    faults.raise_if_any()
    assert table is not None
    if tuple(table.columns) != COLUMNS:
        raise refuse("not-a-covariance", file=name, found=list(table.columns), options=COLUMNS)
    factor, value = (np.asarray(table.columns[key], dtype=float) for key in ("factor", "value"))
    first, second, unit = (table.text(key) for key in ("first", "second", "unit"))
    if not np.isfinite(value).all():
        raise refuse("not-a-covariance", file=name, found=["NaN"], options=COLUMNS)
    codes = sorted({*first, *(code for code in second if code)})
    place, row = {code: j for j, code in enumerate(codes)}, {code: i for i, code in enumerate(units)}
    blocks = np.zeros((len(units), len(codes), len(codes)))
    shared = np.zeros((int(factor.max(initial=0)), len(units), len(codes)))
    known = np.array([row.get(code, -1) for code in unit])
    i = np.array([place[code] for code in first])
    own = (factor == 0) & (known >= 0)
    j = np.array([place.get(code, -1) for code in second])
    if (j[factor == 0] < 0).any():
        raise refuse("not-a-covariance", file=name, found=["second: ''"], options=COLUMNS)
    blocks[known[own], i[own], j[own]] = blocks[known[own], j[own], i[own]] = value[own]
    common = (factor > 0) & (known >= 0)
    shared[factor[common].astype(int) - 1, known[common], i[common]] = value[common]
    return Covariance(tuple(units), tuple(codes), blocks, shared)
