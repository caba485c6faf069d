"""Ranks of many replicates, and counts of ranks, grades and pairs over them.

Scores that are rounded to a number of decimals are whole numbers of that unit. Score and place of a
unit then fit one 64-bit number, so that a plain sort gives the ranking; that is faster than to sort
places by scores, and equal scores are next to each other to the last digit.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from yitihua.analysis.uncertainty.space import room

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
#: Ranks in the smallest unsigned type that holds one more than the number of units; 0 without a score.
Ranks = npt.NDArray[np.unsignedinteger]

#: Whole numbers below this are told apart as floats.
WHOLE = 2**52
#: Ranks that are worked on at a time, and the least replicates: so small that memory is used again at once.
CELLS, LEAST = 12_000, 16
#: Above so many units a unit's ranks are counted by themselves: they are few, the table of all is large.
WIDE = 500


def ranks_of(scores: Floats, decimals: int | None = None) -> Ranks:
    """Return ranks within each replicate, best 1, ties sharing the best; 0 where there is no score.

    Parameters
    ----------
    scores : ndarray, shape (n, units)
        Rounded; equal means tied. NaN has no rank.
    decimals : int, optional
        To which they are rounded. Saying so makes ranking faster, and changes nothing else.

    Returns
    -------
    ndarray of unsigned int, shape (n, units)

    Examples
    --------
    >>> ranks_of(np.array([[70.0, 90.0, np.nan, 70.0, 60.0]])).tolist()
    [[2, 1, 0, 2, 4]]
    >>> ranks_of(np.array([[70.0, 90.0, 60.0]]), decimals=1).tolist()
    [[2, 1, 3]]
    """
    n, units = scores.shape
    found = np.empty((n, units), dtype=np.min_scalar_type(units + 1))
    step = max(LEAST, CELLS // max(1, units))
    for start in range(0, n, step):
        own, ranks = scores[start : start + step], found[start : start + step]
        gaps = np.isnan(own)
        some = bool(gaps.any())
        keys = None if decimals is None else _keys(own, decimals)
        order, same = _by_score(own) if keys is None else _by_key(keys)
        _scatter(order, same, ranks)
        if some:
            ranks[gaps] = 0
    return found


def _last(units: int) -> int:
    """Return the largest whole number that fits a key with the place of a unit."""
    return int(min(WHOLE, 2 ** (62 - units.bit_length())))


def _keys(scores: Floats, decimals: int) -> Ints | None:
    """Return whole numbers, the best score lowest, with the unit's place in the last bits; None if they do not fit.

    Without a score a unit is behind all. The numbers are there until the next are asked for.
    """
    n, units = scores.shape
    limit, bits = _last(units), units.bit_length()
    whole = np.multiply(scores, -(10.0**decimals), out=room("whole numbers", n, units))
    np.rint(whole, out=whole)
    keys = room("keys", n, units).view(np.int64)
    with np.errstate(invalid="ignore"):
        low, high = whole.min(initial=0.0), whole.max(initial=0.0)
        if np.isnan(high):
            low, high = np.fmin.reduce(whole, axis=None, initial=0.0), np.fmax.reduce(whole, axis=None, initial=0.0)
            np.copyto(whole, limit, where=np.isnan(whole))
        if high > limit or low < -limit:
            return None
        np.copyto(keys, whole, casting="unsafe")
    keys <<= bits
    keys += np.arange(units)
    return keys


def _by_key(keys: Ints) -> tuple[Ints, Mask]:
    """Return units from the best to the last, and which have the score of the one before them; uses the keys up."""
    bits = keys.shape[1].bit_length()
    keys.sort(axis=1)
    order = keys & ((1 << bits) - 1)
    keys >>= bits
    return order, keys[:, 1:] == keys[:, :-1]


def _by_score(scores: Floats) -> tuple[Ints, Mask]:
    order = np.argsort(-scores, axis=1)  # NaN last
    seen = np.take_along_axis(scores, order, axis=1)
    return order, seen[:, 1:] == seen[:, :-1]


def _scatter(order: Ints, same: Mask, found: Ranks) -> None:
    """Write ranks to the places of the units."""
    n, units = order.shape
    ranks = np.broadcast_to(np.arange(1, units + 1, dtype=found.dtype), (n, units))
    if same.any():
        ranks = ranks.copy()
        tied = np.flatnonzero(same.any(axis=1))
        ranks[tied, 1:] = np.where(same[tied], 0, ranks[tied, 1:])
        ranks[tied] = np.maximum.accumulate(ranks[tied], axis=1)
    order += np.arange(n)[:, None] * units
    found.reshape(-1)[order.reshape(-1)] = ranks.reshape(-1)


def rank_counts(ranks: Ranks, into: Ints) -> None:
    """Add how often each unit has each rank.

    Parameters
    ----------
    ranks : ndarray of unsigned int, shape (n, units)
        As of `ranks_of`.
    into : ndarray of int, shape (units, 1 + units)
        First column: without a rank.

    Examples
    --------
    >>> counts = np.zeros((2, 3), dtype=np.int64)
    >>> rank_counts(ranks_of(np.array([[70.0, 90.0], [np.nan, 80.0]])), counts)
    >>> counts
    array([[1, 0, 1],
           [0, 2, 0]])
    """
    units = ranks.shape[1]
    if units <= WIDE:
        flat = ranks + np.arange(units) * (units + 1)
        into += np.bincount(flat.reshape(-1), minlength=into.size).reshape(into.shape)
        return
    for unit, own in enumerate(np.ascontiguousarray(ranks.T)):
        counts = np.bincount(own)
        into[unit, : len(counts)] += counts


def count_ranks(scores: Floats, decimals: int, into: Ints) -> None:
    """Add how often each unit has each rank, as `rank_counts` of `ranks_of`; faster where nobody asks for the ranks.

    Parameters
    ----------
    scores : ndarray, shape (n, units)
        Rounded; equal means tied. NaN has no rank.
    decimals : int
        To which they are rounded.
    into : ndarray of int, shape (units, 1 + units)
        First column: without a rank.

    Examples
    --------
    >>> counts = np.zeros((2, 3), dtype=np.int64)
    >>> count_ranks(np.array([[70.0, 90.0], [np.nan, 80.0]]), 1, counts)
    >>> counts
    array([[1, 0, 1],
           [0, 2, 0]])
    """
    n, units = scores.shape
    keys = _keys(scores, decimals) if units <= WIDE else None
    if keys is None:
        rank_counts(ranks_of(scores, decimals), into)
        return
    bits = units.bit_length()
    keys.sort(axis=1)
    # Sorted units need not go back to their places: a rank and the unit that has it is all that is counted.
    pairs = np.bitwise_and(keys, (1 << bits) - 1, out=room("pairs", n, units).view(np.int64))
    keys >>= bits
    by_rank = np.arange(units, units * (units + 1), units)
    pairs += by_rank
    flat = keys.reshape(-1)
    odd = keys[:, -1] == _last(units)
    odd[np.flatnonzero(flat[1:] == flat[:-1]) // units] = True
    if odd.any():
        pairs[odd] += _ranks_of_sorted(keys[odd], by_rank) - by_rank
    into += np.bincount(pairs.reshape(-1), minlength=into.size).reshape(1 + units, units).T


def _ranks_of_sorted(keys: Ints, by_rank: Ints) -> Ints:
    """Return what stands for the rank of sorted scores: ties share the best, 0 without a score."""
    found = np.broadcast_to(by_rank, keys.shape).copy()
    np.copyto(found[:, 1:], 0, where=keys[:, 1:] == keys[:, :-1])
    np.maximum.accumulate(found, axis=1, out=found)
    np.copyto(found, 0, where=keys == _last(keys.shape[1]))
    return found


def grade_counts(scores: Floats, cuts: Sequence[float]) -> Ints:
    """Return how often each unit has each grade, shape (units, grades), lowest first; a score on a cut goes up.

    Counts what is at least each cut: as `grade.grade_index`, without a grade for every single score.

    Examples
    --------
    >>> grade_counts(np.array([[59.9, 80.0], [60.0, np.nan]]), [60, 80])
    array([[1, 1, 0],
           [0, 0, 1]])
    """
    reached = [np.isfinite(scores), *(scores >= round(cut, 12) for cut in cuts)]
    counts = [np.add.reduce(mask.view(np.uint8), axis=0, dtype=np.int64) for mask in reached]
    return np.stack([*(a - b for a, b in itertools.pairwise(counts)), counts[-1]], axis=1)


def pairs_ahead(ranks: Ranks) -> Ints:
    """Return how often each unit is ahead of each other, shape (units, units); without a rank is behind nobody.

    Examples
    --------
    >>> pairs_ahead(np.array([[1, 2, 0], [2, 1, 0], [1, 1, 0]], dtype=np.uint8))
    array([[0, 1, 0],
           [1, 0, 0],
           [0, 0, 0]])
    """
    units = ranks.shape[1]
    # Where nobody is tied or without a rank, one of every two is ahead.
    plain = ranks.sum(axis=1, dtype=np.int64) == units * (units + 1) // 2
    found = _wins(ranks[plain], half=True) if plain.any() else np.zeros((units, units), dtype=np.int64)
    found += np.tril(int(plain.sum()) - found.T, -1)
    return found if plain.all() else found + _wins(ranks[~plain], half=False)


def _wins(ranks: Ranks, half: bool) -> Ints:
    """Return how often the unit of a row is ahead of the unit of a column; half: of those after it alone."""
    n, units = ranks.shape
    found = np.zeros((units, units), dtype=np.int64)
    own = np.zeros((units, -(-n // 64) * 64), dtype=ranks.dtype)  # ranks of 0 are ahead of nobody
    own[:, :n] = ranks.T
    first = own
    if not half:
        first = np.where(own == 0, np.iinfo(own.dtype).max, own)
    for i in range(units):
        after = i + 1 if half else 0
        words = np.packbits(first[i] < own[after:], axis=1).view(np.uint64)
        found[i, after:] = np.bitwise_count(words).sum(axis=1, dtype=np.int64)
    return found
