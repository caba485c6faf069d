"""Imputation of missing cells: column mean, median, or mean of the unit's group.

Shapes: (units,) for one indicator. What is filled is marked and never counts as observed unless
the edition says so.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Key of the fill value that does not depend on a group.
EVERYONE = ""


def fill_values(x: Floats, method: str, groups: npt.NDArray[np.object_] | None = None) -> dict[str, float]:
    """Return the value a missing cell takes, by group; no entry where nothing was observed.

    Parameters
    ----------
    x : ndarray, shape (units,)
        One indicator, NaN missing.
    method : {"none", "mean", "median", "group_mean"}
        Rule.
    groups : ndarray of str, shape (units,), optional
        For ``group_mean``. A unit without a group is not filled.

    Examples
    --------
    >>> fill_values(np.array([1.0, 3.0, np.nan]), "mean")
    {'': 2.0}
    >>> fill_values(np.array([1.0, 3.0, np.nan]), "group_mean", np.array(["a", "b", "b"], dtype=object))
    {'a': 1.0, 'b': 3.0}
    """
    seen = np.isfinite(x)
    if method == "none" or not seen.any():
        return {}
    if method == "mean":
        return {EVERYONE: float(x[seen].mean())}
    if method == "median":
        return {EVERYONE: float(np.median(x[seen]))}
    assert groups is not None
    names = sorted({str(name) for name in groups[seen] if name})
    return {name: float(x[seen & (groups == name)].mean()) for name in names}


def fill(x: Floats, values: Mapping[str, float], groups: npt.NDArray[np.object_] | None = None) -> Floats:
    """Return the column with missing cells filled; cells without a fill value stay NaN.

    Examples
    --------
    >>> fill(np.array([1.0, np.nan]), {"": 2.0})
    array([1., 2.])
    """
    missing = np.isnan(x)
    if not values or not missing.any():
        return x
    filled = x.copy()
    if groups is None:
        filled[missing] = values[EVERYONE]
    else:
        for row in np.flatnonzero(missing):
            filled[row] = values.get(str(groups[row]), np.nan)
    return filled
