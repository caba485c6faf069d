"""Which cells of two tables differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.indicators.table import IndicatorTable, Words

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("unit", "name", "kind", "code", "old", "new")


def changed_cells(old: IndicatorTable, new: IndicatorTable) -> pd.DataFrame:
    """Return every cell that differs, for units and columns of both tables.

    Where a formula differs, the new value is the one the old formula gives.

    Parameters
    ----------
    old, new : IndicatorTable
        Two tables with units in common.

    Returns
    -------
    DataFrame
        unit, name, kind (value, se, n, measure, measure of the period before, months,
        attribute), code, old, new; NaN is missing.

    Examples
    --------
    >>> a = IndicatorTable(("u",), ("x", "y"), np.array([[1.0, np.nan]]))
    >>> b = IndicatorTable(("u",), ("x", "y"), np.array([[2.0, np.nan]]))
    >>> changed_cells(a, b)[["code", "old", "new"]].values.tolist()
    [['x', 1.0, 2.0]]
    """
    import pandas as pd

    place = {unit: row for row, unit in enumerate(old.units)}
    units = [unit for unit in new.units if unit in place]
    rows_old = [place[unit] for unit in units]
    rows_new = [row for row, unit in enumerate(new.units) if unit in place]
    records = []
    for kind, first, second in _pairs(old, new):
        for code, column in second.items():
            if code in first:
                for i in _differing(first[code][rows_old], column[rows_new]):
                    row = rows_new[i]
                    values = (first[code][rows_old[i]], column[row])
                    records.append((units[i], new.name_of(row), kind, code, *values))
    frame = pd.DataFrame(records, columns=list(COLUMNS))
    return frame.sort_values("unit", kind="stable", ignore_index=True)


def _pairs(old: IndicatorTable, new: IndicatorTable) -> Iterator[tuple[str, Mapping[str, Words], Mapping[str, Words]]]:
    yield "value", _columns(old, old.values), _as_defined(new, old)
    yield "se", _columns(old, old.se), _columns(new, new.se)
    yield "n", _columns(old, old.n), _columns(new, new.n)
    yield "measure", *_padded(old.measures, new.measures)
    yield "measure before", *_padded(old.background.before, new.background.before)
    months = [
        np.full(len(table.units), 12.0) if table.background.months is None else table.background.months
        for table in (old, new)
    ]
    yield "months", {"months": months[0]}, {"months": months[1]}
    yield "attribute", old.attributes, new.attributes


def _as_defined(data: IndicatorTable, definition: IndicatorTable) -> dict[str, Words]:
    """Return values by the formulas of another table: what only a formula changed is no change of data."""
    found = _columns(data, data.values)
    for code, formula in definition.background.formulas.items():
        if code in found and formula != data.background.formulas.get(code, formula):
            derived = data.background.compute(formula, data.measures)
            if derived is not None:
                found[code] = derived.values
    return found


def _columns(table: IndicatorTable, array: Any) -> dict[str, Words]:
    """Return columns by indicator; no array is one of missing cells."""
    if array is None:
        array = np.full((len(table.units), len(table.indicators)), np.nan)
    return {code: array[:, j] for j, code in enumerate(table.indicators)}


def _padded(old: Mapping[str, Words], new: Mapping[str, Words]) -> tuple[dict[str, Words], dict[str, Words]]:
    """Return both with the same columns: a measure that only one table holds is no change of a cell."""
    shared = [code for code in new if code in old]
    return {code: old[code] for code in shared}, {code: new[code] for code in shared}


def _differing(old: Words, new: Words) -> list[int]:
    if old.dtype == object or new.dtype == object:
        return [i for i, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
    both = np.isnan(old) & np.isnan(new)
    found: list[int] = np.flatnonzero((old != new) & ~both).tolist()
    return found
