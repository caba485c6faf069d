"""Imputation of missing cells: column mean, median, or mean of the unit's group.

Shapes: (units,) for one indicator. What is filled is marked and never counts as observed unless
the edition says so.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import IMPUTE, Key
from yitihua.index.impute.method import ColumnImpute

Floats = npt.NDArray[np.float64]

#: Key of the fill value that does not depend on a group.
EVERYONE = ""


def fill_values(x: Floats, method: str, groups: npt.NDArray[np.object_] | None = None) -> dict[str, float]:
    """Return the value a missing cell takes, by group; no entry where nothing was observed.

    Parameters
    ----------
    x : ndarray, shape (units,)
        One indicator, NaN missing.
    method : {"none", "mean", "median", "group_mean", "group_median"}
        Rule.
    groups : ndarray of str, shape (units,), optional
        For the methods by group. A unit without a group is not filled.

    Examples
    --------
    >>> fill_values(np.array([1.0, 3.0, np.nan]), "mean")
    {'': 2.0}
    >>> fill_values(np.array([1.0, 3.0, np.nan]), "group_mean", np.array(["a", "b", "b"], dtype=object))
    {'a': 1.0, 'b': 3.0}
    """
    rule, seen = IMPUTE[method], np.isfinite(x)
    if not isinstance(rule, ColumnImpute) or rule.value is None or not seen.any():
        return {}
    if not rule.by_group:
        return {EVERYONE: rule.value(x[seen])}
    assert groups is not None
    names = sorted({str(name) for name in groups[seen] if name})
    return {name: rule.value(x[seen & (groups == name)]) for name in names}


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


def _mean(seen: Floats) -> float:
    return float(seen.mean())


def _median(seen: Floats) -> float:
    return float(np.median(seen))


GROUP = Key(
    "group", str, required=True, words=("分组", "group"), about="Data column that holds the group of each unit."
)

METHODS = (
    ColumnImpute(name="none", words=("不插补", "none"), value=None),
    ColumnImpute(name="mean", words=("均值", "mean"), source="COINr i_mean", value=_mean),
    ColumnImpute(name="median", words=("中位数", "median"), source="COINr i_median", value=_median),
    ColumnImpute(
        name="group_mean",
        words=("组均值", "group mean"),
        keys=(GROUP,),
        source="COINr i_mean_grp",
        value=_mean,
        by_group=True,
    ),
    ColumnImpute(
        name="group_median",
        words=("组中位数", "group median"),
        keys=(GROUP,),
        source="COINr i_median_grp",
        value=_median,
        by_group=True,
    ),
)
