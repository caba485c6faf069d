"""Signals from how an answer came in: its pace, and the device, address or telephone it shares."""

from __future__ import annotations

import numpy as np

from yitihua.surveys.answer_table import Bools, Floats, Ints

#: Fewer in a group make no median of their own.
SMALLEST_GROUP = 20


def pace(seconds: Floats, n_items: Ints, group: Ints, who: Bools) -> Floats:
    """Return seconds an answered item, relative to the median of the group: 1 is usual.

    Interviews differ in length by their filters and by breaking off, so the time is taken an item.
    Groups are modes: reading aloud takes longer than reading. A group of fewer than 20 is compared
    with the median over all.

    Parameters
    ----------
    seconds : ndarray, shape (respondents,)
        Length of the interview; NaN is left out.
    n_items : ndarray of int
        Items answered.
    group : ndarray of int
        Mode, from 0.
    who : ndarray of bool
        Who counts for the median, and has a result.

    Examples
    --------
    >>> everyone, one = np.ones(3, bool), np.zeros(3, int)
    >>> pace(np.array([100.0, 200.0, 20.0]), np.array([10, 20, 10]), one, everyone)
    array([1. , 1. , 0.2])
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        each = np.where(who & (n_items > 0), seconds / n_items, np.nan)
    return _relative(each, group)


def _relative(values: Floats, group: Ints) -> Floats:
    known = np.isfinite(values)
    if not known.any():
        return np.full(values.shape, np.nan)
    usual = np.full(int(group.max()) + 1, np.median(values[known]))
    for number in range(len(usual)):
        own = values[known & (group == number)]
        if len(own) >= SMALLEST_GROUP:
            usual[number] = np.median(own)
    return np.asarray(values / usual[group])


def item_pace(latency: Floats, group: Ints, who: Bools) -> Floats:
    """Return the median over items of the seconds taken relative to the item's own median in the group.

    Parameters
    ----------
    latency : ndarray, shape (respondents, items)
        Seconds; NaN where not measured.
    group : ndarray of int
        Mode, from 0.
    who : ndarray of bool
        Who counts.

    Returns
    -------
    ndarray, shape (respondents,)
        1 is usual. Quick on most items is quick; long on one, a telephone that rang.
    """
    counted = np.where(who[:, None], latency, np.nan)
    relative = np.column_stack([_relative(column, group) for column in counted.T])
    order = np.sort(relative, axis=1)  # NaN comes last
    n = np.isfinite(relative).sum(axis=1)
    rows = np.arange(len(relative))
    low, high = order[rows, np.maximum((n - 1) // 2, 0)], order[rows, np.minimum(n // 2, relative.shape[1] - 1)]
    return np.where(n > 0, (low + high) / 2, np.nan)


def cluster_sizes(numbers: Ints, who: Bools) -> Ints:
    """Return how many respondents share each respondent's device, address or telephone.

    Parameters
    ----------
    numbers : ndarray of int, shape (respondents,)
        Alike where the identifier is; -1 for none.
    who : ndarray of bool
        Who counts.

    Returns
    -------
    ndarray of int
        0 for those without an identifier or who do not count.

    Examples
    --------
    >>> cluster_sizes(np.array([0, 0, 1, -1]), np.ones(4, bool))
    array([2, 2, 1, 0])
    """
    counted = who & (numbers >= 0)
    size = np.bincount(numbers[counted], minlength=max(int(numbers.max(initial=-1)) + 1, 1))
    return np.asarray(np.where(counted, size[np.maximum(numbers, 0)], 0))
