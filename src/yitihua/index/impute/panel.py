"""Missing values of panels from the unit's own other periods: the last value, or a line between two.

COINr ``impute_panel`` (R/impute.R):

- last value (``imp_type = "latest"``): the value of the latest earlier period that has one, at most ``max_time``
  periods back. Only observed values are carried, never one that was itself carried. Periods are those of the data:
  a gap of years counts as one step.
- linear (``imp_type = "linear"``, R's ``stats::approx`` with ``rule = 2``): between two observed periods on the
  straight line in time; before the first and after the last the nearest observed value.
- with ``backward`` the last value also fills what precedes the first observed period (``imp_type = "constant"``).

A series with a single value is carried to all periods by the linear rule (R stops with an error there).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import Key, PositiveInt, Settings
from yitihua.errors import refuse
from yitihua.index.impute.filled import Filled, filled_with
from yitihua.index.impute.method import Cells, JointImpute

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Ends = Literal["nearest", "none"]


class _Around(NamedTuple):
    """The period of the last value at or before each period, and of the next at or after; -1 where there is none."""

    before: Ints
    after: Ints


def _around(x: Floats) -> _Around:
    count = len(x)
    here = np.where(np.isfinite(x), np.arange(count).reshape(-1, *(1,) * (x.ndim - 1)), -1)
    before = np.maximum.accumulate(here, axis=0) if count else here
    later = np.where(here < 0, count, here)
    after = np.minimum.accumulate(later[::-1], axis=0)[::-1] if count else later
    return _Around(before, np.where(after == count, -1, after))


def _taken(x: Floats, period: Ints) -> Floats:
    """Return values of other periods, NaN where the period is -1."""
    found = np.take_along_axis(x, np.maximum(period, 0), axis=0)
    return np.where(period < 0, np.nan, found)


def carried_forward(x: Floats, max_gap: int | None = None, backward: bool = False) -> tuple[Filled, Ints]:
    """Return values with missing ones taken from the latest earlier period that has one.

    Parameters
    ----------
    x : ndarray, shape (periods, ...)
        In rising order of time; NaN is missing.
    max_gap : int, optional
        At most so many periods away (COINr ``max_time``).
    backward : bool
        Whether periods before the first observed one take its value.

    Returns
    -------
    Filled
        NaN where no period near enough has a value.
    period : ndarray of int, same shape
        Which period each value is from; -1 where there is none (COINr ``DataT``).

    Examples
    --------
    >>> x = np.array([[np.nan], [3.0], [np.nan], [np.nan]])
    >>> found, period = carried_forward(x, max_gap=1)
    >>> found.values.ravel(), period.ravel()
    (array([nan,  3.,  3., nan]), array([-1,  1,  1, -1]))
    """
    around = _around(x)
    period = np.where(around.before < 0, around.after, around.before) if backward else around.before
    if max_gap is not None:
        here = np.arange(len(x)).reshape(-1, *(1,) * (x.ndim - 1))
        period = np.where(np.abs(here - period) > max_gap, -1, period)
    return filled_with(x, _taken(x, period)), period


def interpolated(x: Floats, time: Floats | None = None, max_gap: int | None = None, ends: Ends = "nearest") -> Filled:
    """Return values with missing ones on the straight line between the periods around them.

    Parameters
    ----------
    x : ndarray, shape (periods, ...)
        In rising order of time; NaN is missing.
    time : ndarray, shape (periods,), optional
        Rising; equal steps unless given.
    max_gap : int, optional
        Longest run of missing periods that is bridged, and farthest period that an end is carried to.
    ends : {"nearest", "none"}
        What stands before the first and after the last observed period: its value, or nothing.

    Returns
    -------
    Filled

    Examples
    --------
    >>> x = np.array([[np.nan], [1.0], [np.nan], [4.0]])
    >>> interpolated(x, np.array([2018.0, 2019.0, 2021.0, 2022.0])).values.ravel()
    array([1., 1., 3., 4.])
    """
    shape = (-1, *(1,) * (x.ndim - 1))
    when = np.arange(len(x), dtype=float) if time is None else np.asarray(time, dtype=float)
    around = _around(x)
    inside = (around.before >= 0) & (around.after >= 0)
    start, end = _taken(x, around.before), _taken(x, around.after)
    began, length = when[around.before], when[around.after] - when[around.before]
    share = np.divide(when.reshape(shape) - began, length, out=np.zeros(x.shape), where=inside & (length != 0))
    found = np.where(inside, start + (end - start) * share, np.nan)
    if ends == "nearest":
        found = np.where(inside, found, np.where(around.before >= 0, start, end))
    if max_gap is not None:
        here = np.arange(len(x)).reshape(shape)
        nearest = np.where(around.before >= 0, here - around.before, around.after - here)
        steps = np.where(inside, around.after - around.before - 1, nearest)
        found = np.where(steps > max_gap, np.nan, found)
    return filled_with(x, found)


def times_of(periods: Sequence[str]) -> Floats:
    """Return periods as numbers; equal steps in their sorted order where one is not a number.

    Examples
    --------
    >>> times_of(["2019", "2021"]), times_of(["2019Q2", "2019Q1"])
    (array([2019., 2021.]), array([1., 0.]))
    """
    try:
        return np.array([float(period) for period in periods])
    except ValueError:
        order = sorted(set(periods))
        return np.array([float(order.index(period)) for period in periods])


def _stacked(cells: Cells, columns: list[int]) -> tuple[Floats, Floats, int]:
    """Return the columns in all periods in rising order, their times, and the place of the period in hand."""
    times = times_of([*(period for period, _ in cells.history), cells.period or ""])
    blocks = [*(values[:, columns] for _, values in cells.history), cells.x[:, columns]]
    order = np.argsort(times, kind="stable")
    return np.stack([blocks[k] for k in order]), times[order], int(np.flatnonzero(order == len(blocks) - 1)[0])


def _fit(cells: Cells, columns: list[int], settings: Settings) -> dict[str, Floats]:
    if not cells.history and np.isnan(cells.x[:, columns]).any():
        raise refuse("no-other-periods", key="impute.method", name=cells.period or "-")
    return {}


def _last_value(cells: Cells, columns: list[int], settings: Settings, numbers: dict[str, Floats]) -> Floats:
    x, _, own = _stacked(cells, columns)
    return np.asarray(carried_forward(x, settings["max_gap"], settings["backward"])[0].values[own])


def _linear(cells: Cells, columns: list[int], settings: Settings, numbers: dict[str, Floats]) -> Floats:
    x, time, own = _stacked(cells, columns)
    return np.asarray(interpolated(x, time, settings["max_gap"], settings["ends"]).values[own])


MAX_GAP = Key(
    "max_gap",
    PositiveInt,
    words=("最大间隔", "at most"),
    about="At most so many periods of the data away; no limit unless stated.",
)

METHODS = (
    JointImpute(
        name="last_value",
        words=("沿用上期", "last value"),
        keys=(
            MAX_GAP,
            Key(
                "backward",
                bool,
                False,
                words=("首期回推", "backward"),
                about="Periods before the first observed one take its value.",
            ),
        ),
        source="COINr impute_panel (latest, constant)",
        fit=_fit,
        apply=_last_value,
        needs_history=True,
    ),
    JointImpute(
        name="linear",
        words=("线性插值", "linear interpolation"),
        keys=(
            MAX_GAP,
            Key(
                "ends",
                Ends,
                "nearest",
                words=("两端", "ends"),
                about='Before the first and after the last observed period: "nearest" its value, "none" nothing.',
            ),
        ),
        source="COINr impute_panel (linear)",
        fit=_fit,
        apply=_linear,
        needs_history=True,
    ),
)
