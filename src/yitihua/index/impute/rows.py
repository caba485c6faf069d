"""A missing value from the unit's other indicators: their mean or median, as points, mapped back.

COINr ``Impute(impute_by = "row", normalise_first = TRUE)`` with f_i = ``i_mean`` or ``i_median`` (R/impute.R): each
column is directed and taken to 0..1 by its own smallest and largest value, a missing cell gets the mean of the unit's
observed cells in the same group, and goes back to the column's scale. With ``within = "parent"`` the groups are those
of COINr's ``group_level = 2``, the children of one node. Under an arithmetic mean of min-max points with equal weights
the mean changes no score that is there without it: leaving a cell out is the same ("shadow imputation").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import Key, Settings
from yitihua.index.impute.filled import Filled, filled_with
from yitihua.index.impute.method import Cells, JointImpute

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Centre = Literal["mean", "median"]


def ranges(x: Floats) -> tuple[Floats, Floats]:
    """Return the smallest and largest observed value of each column, NaN where there is none.

    Parameters
    ----------
    x : ndarray, shape (units, indicators)

    Examples
    --------
    >>> ranges(np.array([[1.0, np.nan], [3.0, np.nan]]))
    (array([ 1., nan]), array([ 3., nan]))
    """
    padded = x if len(x) else np.full((1, x.shape[1]), np.nan)
    return np.fmin.reduce(padded, axis=0), np.fmax.reduce(padded, axis=0)


def by_siblings(
    x: Floats, groups: Sequence[str], positive: Mask, low: Floats, high: Floats, centre: Centre = "mean"
) -> Filled:
    """Return values with missing cells filled from the unit's others in the same group.

    Parameters
    ----------
    x : ndarray, shape (units, indicators)
        NaN is missing.
    groups : sequence of str, length indicators
        Which columns go together.
    positive : ndarray of bool, shape (indicators,)
        Whether more is better.
    low, high : ndarray, shape (indicators,)
        Ends of each column's scale, from the fitted sample. A column without spread has no points to lend to
        others; its own missing cells get its one value. A column never observed is not filled.
    centre : {"mean", "median"}

    Returns
    -------
    Filled
        NaN where the unit has no other value in the group.

    Examples
    --------
    >>> x = np.array([[0.0, 0.0], [10.0, 1.0], [4.0, np.nan]])
    >>> by_siblings(x, ["a", "a"], np.array([True, False]), *ranges(x)).values[2]
    array([4. , 0.6])
    """
    worst, best = np.where(positive, low, high), np.where(positive, high, low)
    width = best - worst
    points = (x - worst) / np.where(width == 0, np.nan, width)
    typical = np.full(x.shape, np.nan)
    for group in dict.fromkeys(groups):
        columns = [j for j, own in enumerate(groups) if own == group]
        typical[:, columns] = _centres(points[:, columns], centre)[:, None]
    return filled_with(x, worst + typical * width)


def _centres(points: Floats, centre: Centre) -> Floats:
    """Return the mean or median of what each row has observed; NaN for an empty row."""
    found = np.full(len(points), np.nan)
    some = np.isfinite(points).any(axis=1)
    if some.any():
        found[some] = (np.nanmean if centre == "mean" else np.nanmedian)(points[some], axis=1)
    return found


def _fit(cells: Cells, columns: list[int], settings: Settings) -> dict[str, Floats]:
    low, high = ranges(cells.x)
    return {"low": low, "high": high}


def _method(name: str, words: tuple[str, str], source: str, centre: Centre) -> JointImpute:
    def apply(cells: Cells, columns: list[int], settings: Settings, numbers: dict[str, Floats]) -> Floats:
        groups = cells.parents if settings["within"] == "parent" else ("",) * len(cells.parents)
        found = by_siblings(cells.x, groups, cells.positive, numbers["low"], numbers["high"], centre)
        return found.values[:, columns]

    return JointImpute(name=name, words=words, keys=(WITHIN,), source=source, fit=_fit, apply=apply)


WITHIN = Key(
    "within",
    Literal["parent", "all"],
    "parent",
    words=("范围", "within"),
    about="From the indicators under the same node, or from all.",
)

METHODS = (
    _method("row_mean", ("同组指标均值", "mean of siblings"), "COINr Impute (impute_by = row, i_mean)", "mean"),
    _method(
        "row_median", ("同组指标中位数", "median of siblings"), "COINr Impute (impute_by = row, i_median)", "median"
    ),
)
