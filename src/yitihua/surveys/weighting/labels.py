"""Levels as text: 2, 2.0 and "2" are one level, whatever kind of column they come in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from yitihua.surveys.estimation.design import Codes


def label(value: object) -> str:
    """Return a level's name.

    Examples
    --------
    >>> label(2), label(2.0), label(" 18-34 ")
    ('2', '2', '18-34')
    """
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def label_codes(column: npt.ArrayLike) -> tuple[Codes, list[str]]:
    """Return the level of each row, -1 where missing or blank, and the sorted names of levels.

    Numbers sort as numbers. Pandas and polars columns, arrays and lists are taken.

    Examples
    --------
    >>> label_codes([10, 9, None])
    (array([ 1,  0, -1]), ['9', '10'])
    """
    import pandas as pd

    values = column.to_numpy() if hasattr(column, "to_numpy") else np.asarray(column)
    codes, uniques = pd.factorize(values)
    names = [label(value) for value in uniques]
    levels = sorted({name for name in names if name}, key=_order)
    place = {name: i for i, name in enumerate(levels)}
    lookup = np.array([*(place.get(name, -1) for name in names), -1], dtype=np.int64)
    return lookup[codes], levels


def _order(name: str) -> tuple[int, float, str]:
    try:
        return 0, float(name), name
    except ValueError:
        return 1, 0.0, name
