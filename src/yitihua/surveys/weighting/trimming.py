"""Trimming: weights beyond limits are cut, and what was cut is shared among the others.

``equal`` adds the same amount to every weight that was not cut, as R's ``trimWeights``; ``proportional``
multiplies them by one factor; ``none`` lets the sum fall. Once cut, the sharing may push others over a limit:
strict repeats until none is, as R's ``strict=TRUE``.

Differences from R: weights of 0 stay 0 and take no part (R raises them to the lower limit and gives them a
share); limits that cannot hold (the mean beyond them) are refused, where R repeats for ever. After trimming R
takes its residuals with the weights from before; see `projection`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from yitihua.errors import refuse
from yitihua.surveys.estimation.design import Codes, Floats
from yitihua.surveys.weighting.coded import sum_by

Redistribution = Literal["equal", "proportional", "none"]
#: R's rounds shrink what is left geometrically; what is left after so many is solved for at once.
_ROUNDS = 100


@dataclass(frozen=True, eq=False)
class Trimmed:
    """What trimming did.

    Attributes
    ----------
    factor : ndarray, shape (respondents,)
        New weight over old; 1 for weights of 0.
    cut : ndarray of bool
        Whose weight was beyond a limit at the start.
    rounds : int
    moved : float
        The sum of weights cut off (and shared) in the first round, net of what was filled up from below.
    """

    factor: Floats
    cut: np.ndarray
    rounds: int
    moved: float


Limit = float | Floats


def median_limits(
    weight: Floats, below: float = 0.2, above: float = 5.0, within: Codes | None = None
) -> tuple[Limit, Limit]:
    """Return limits as multiples of the median of the weights above 0, of all or of each group (county).

    Returns
    -------
    lower, upper : float, or ndarray of shape (respondents,) with `within`

    Examples
    --------
    >>> median_limits(np.array([1.0, 2.0, 30.0]))
    (0.4, 10.0)
    """
    middle = _quantiles(weight, within)[1]
    return below * middle, above * middle


def quartile_limits(weight: Floats, spread: float = 3.0, within: Codes | None = None) -> tuple[Limit, Limit]:
    """Return limits the median plus and minus a multiple of the interquartile range, of weights above 0.

    The lower limit is not under 0, where it does nothing. `within` and what is returned: as `median_limits`.

    Examples
    --------
    >>> quartile_limits(np.array([1.0, 2.0, 3.0, 4.0, 50.0]), 2.0)
    (0.0, 7.0)
    """
    low, middle, high = _quantiles(weight, within)
    lower = middle - spread * (high - low)
    return (max(lower, 0.0) if isinstance(lower, float) else np.maximum(lower, 0.0)), middle + spread * (high - low)


def _quantiles(weight: Floats, within: Codes | None) -> tuple[Limit, Limit, Limit]:
    if within is None:
        low, middle, high = np.percentile(weight[weight > 0], [25, 50, 75])
        return float(low), float(middle), float(high)
    table = np.full((int(within.max(initial=0)) + 1, 3), np.nan)
    for group in np.unique(within[weight > 0]):
        table[group] = np.percentile(weight[(within == group) & (weight > 0)], [25, 50, 75])
    # A group without weights has nothing to trim.
    spread = np.where(np.isnan(table), 1.0, table)[within]
    return spread[:, 0], spread[:, 1], spread[:, 2]


def span(limit: Limit) -> str:
    """Return a limit as text, its range where it differs by respondent."""
    low, high = float(np.min(limit)), float(np.max(limit))
    return f"{low:.6g}" if low == high else f"{low:.6g}…{high:.6g}"


def trim(
    weight: Floats,
    lower: Limit = 0.0,
    upper: Limit = np.inf,
    *,
    strict: bool = False,
    share: Redistribution = "equal",
    within: Codes | None = None,
) -> Trimmed:
    """Trim weights to limits.

    Parameters
    ----------
    weight : ndarray, shape (respondents,)
        At least 0; NaN is refused by the step before.
    lower, upper : float or ndarray of shape (respondents,)
        Limits of the weights.
    strict : bool
        Repeat until no weight is beyond a limit.
    share : {"equal", "proportional", "none"}
        What becomes of the part cut off.
    within : ndarray of int, optional
        Group (county) within which it is shared; sums of groups then stay.

    Raises
    ------
    InputError
        Where lower is above upper, or the mean weight (of a group) lies beyond the limits, or, unless strict,
        a group has nobody to take the share.

    Examples
    --------
    >>> weight = np.array([1.0, 1.0, 10.0])
    >>> weight * trim(weight, upper=5).factor
    array([3.5, 3.5, 5. ])
    """
    words = {"lower": span(lower), "upper": span(upper)}
    if not np.all(np.asarray(lower) <= upper) or not np.all(np.asarray(upper) > 0):
        raise refuse("trim-limits", **words)
    live = weight > 0
    group = np.zeros(len(weight), dtype=np.int64) if within is None else within
    size = int(group.max(initial=0)) + 1
    current = weight.astype(float)
    cut, moved, rounds = np.zeros(len(weight), dtype=bool), 0.0, 0
    if share != "none":
        _check_mean(weight, live, group, size, lower, upper)
    while True:
        outside = live & ((current < lower) | (current > upper))
        if not outside.any():
            break
        rounds += 1
        kept = np.where(outside, np.clip(current, lower, upper), current)
        spare = sum_by(group, current - kept, size)
        if rounds == 1:
            cut, moved = outside, float(spare.sum())
        stuck = bool((np.bincount(group[live & ~outside], minlength=size)[group[outside]] == 0).any())
        if strict and share != "none" and (stuck or rounds > _ROUNDS):
            current = _settled(current, live, group, size, (lower, upper), share)
            break
        if share != "none":
            kept = _shared(kept, live & ~outside, group, spare, share, words)
        current = kept
        if not strict:
            break
    return Trimmed(np.where(live, current / np.where(live, weight, 1.0), 1.0), cut, rounds, moved)


def _settled(
    weight: Floats, live: np.ndarray, group: Codes, size: int, limits: tuple[Limit, Limit], share: Redistribution
) -> Floats:
    """Return weights within limits, of the same sum by group, that differ by one shift (or factor) before clipping."""
    goal = sum_by(group, np.where(live, weight, 0.0), size)
    smallest = np.full(size, np.inf)
    np.minimum.at(smallest, group[live], weight[live])
    largest = np.zeros(size)
    np.maximum.at(largest, group[live], weight[live])
    low, high = (-largest, goal) if share == "equal" else (np.zeros(size), goal / smallest)
    for _ in range(200):
        middle = (low + high) / 2
        moved = weight + middle[group] if share == "equal" else weight * middle[group]
        moved = np.where(live, np.clip(moved, *limits), weight)
        short = sum_by(group, np.where(live, moved, 0.0), size) < goal
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return moved


def _check_mean(weight: Floats, live: np.ndarray, group: Codes, size: int, lower: Limit, upper: Limit) -> None:
    """Refuse limits that hold for no weights of the same sum."""
    total = sum_by(group, np.where(live, weight, 0.0), size)
    least, most = (sum_by(group, np.where(live, limit, 0.0), size) for limit in (lower, upper))
    beyond = (total < least * (1 - 1e-12)) | (total > most * (1 + 1e-12))
    for g in np.flatnonzero(beyond):
        own = live & (group == g)
        limits = (np.broadcast_to(limit, weight.shape)[own] for limit in (lower, upper))
        words = dict(zip(("lower", "upper"), map(span, limits), strict=True))
        raise refuse(
            "trim-impossible", key=f"within = {g}" if size > 1 else "", mean=f"{weight[own].mean():.6g}", **words
        )


def _shared(
    weight: Floats, inside: np.ndarray, group: Codes, spare: Floats, share: Redistribution, words: dict[str, str]
) -> Floats:
    """Return weights with the spare part of each group given to those inside the limits."""
    base = inside.astype(float) if share == "equal" else np.where(inside, weight, 0.0)
    takers = sum_by(group, base, len(spare))
    for g in np.flatnonzero((takers == 0) & (spare != 0)):
        raise refuse("trim-no-takers", key=f"within = {g}" if len(spare) > 1 else "", **words)
    part = spare / np.where(takers > 0, takers, 1.0)
    return np.asarray(weight + base * part[group])


def trim_and_calibrate(
    weight: Floats,
    cut: Callable[[Floats], Trimmed],
    fit: Callable[[Floats], Floats],
    beyond: Callable[[Floats], np.ndarray],
    *,
    cycles: int = 50,
) -> tuple[Floats, int]:
    """Trim and calibrate in turn until calibrated weights lie within the limits.

    Parameters
    ----------
    weight : ndarray, shape (respondents,)
        Calibrated weights.
    cut : callable
        Trims weights.
    fit : callable
        Returns the calibration's factor for weights.
    beyond : callable
        Whose weights lie beyond the limits by more than is tolerated.
    cycles : int
        Most rounds.

    Returns
    -------
    factor : ndarray, shape (respondents,)
    cycles : int
        Rounds it took; 0 if nothing was beyond.

    Raises
    ------
    InputError
        If weights within the limits that meet the margins were not found, naming the rows still beyond.
    """
    current = weight
    for cycle in range(cycles + 1):
        out = beyond(current)
        if not out.any():
            return np.where(weight > 0, current / np.where(weight > 0, weight, 1.0), 1.0), cycle
        current = current * cut(current).factor
        current = current * fit(current)
    rows = [int(row) + 1 for row in np.flatnonzero(beyond(current))[:1000]]
    raise refuse("trim-calibrate", n=int(beyond(current).sum()), cycles=cycles, rows=rows)
