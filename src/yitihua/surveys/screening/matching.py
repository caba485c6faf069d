"""How alike answers are: pairs within a county, clusters against their county, the same person twice.

On honest satisfaction data most people have somebody who gives 85% of the same answers, so a fixed
line on the best match (Kuriakose & Robbins 2016) accuses the honest. What is compared is how much more
alike the answers of one interviewer or one sampling unit are than answers of their county otherwise.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from yitihua.surveys.answer_table import Bools, Floats, Ints
from yitihua.surveys.screening.patterns import packed

#: Rows of a county that are compared at once.
CHUNK = 1024

Counts = npt.NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True, eq=False)
class Agreement:
    """Shares of equal answers.

    Attributes
    ----------
    best : ndarray, shape (respondents,)
        With the most similar respondent of the county; NaN where there is nobody to compare with.
    within, outside : dict
        Kind of cluster -> mean share with others of the cluster, and with the county outside it.
    """

    best: Floats
    within: dict[str, Floats] = field(default_factory=dict)
    outside: dict[str, Floats] = field(default_factory=dict)


def agreement(
    codes: Floats, county: Ints, clusters: Mapping[str, Ints], thought: Bools | None = None, least: int = 10
) -> Agreement:
    """Return how alike answers are within counties.

    Parameters
    ----------
    codes : ndarray, shape (respondents, items)
        NaN where there is no answer; only items that both answered are compared.
    county : ndarray of int
        From 0; -1 takes no part.
    clusters : mapping
        Kind -> ndarray of int, the cluster of each respondent, -1 for none.
    thought : ndarray of bool, shape (items,), optional
        Items compared within clusters. Default: all.
    least : int
        Items both must have answered.

    Examples
    --------
    >>> codes = np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 5.0]])
    >>> agreement(codes, np.zeros(3, int), {}, least=2).best
    array([1. , 1. , 0.5])
    """
    count = len(codes)
    found = Agreement(
        np.full(count, np.nan),
        {kind: np.full(count, np.nan) for kind in clusters},
        {kind: np.full(count, np.nan) for kind in clusters},
    )
    opinion = np.ones(codes.shape[1], dtype=bool) if thought is None else thought
    order = np.argsort(county, kind="stable")
    order = order[county[order] >= 0]
    sides = (_Marks.of(codes[order][:, opinion]), _Marks.of(codes[order][:, ~opinion]))
    starts = np.searchsorted(county[order], np.arange(int(county.max(initial=-1)) + 2))
    numbers = {kind: number[order] for kind, number in clusters.items()}
    for first, end in itertools.pairwise(starts.tolist()):
        for begin in range(first, end, CHUNK):
            rows = slice(begin, min(begin + CHUNK, end))
            _compare(rows, slice(first, end), sides, order, numbers, least, found)
    return found


@dataclass(frozen=True, slots=True)
class _Marks:
    """Answers as small whole numbers, an array an item; what is missing equals nothing.

    Attributes
    ----------
    left, right : ndarray of unsigned int, shape (items, respondents)
        Places of the codes from 1; missing is 0 on the left and the largest number on the right.
    given : ndarray of uint32, shape (respondents, words)
        A bit an item: whether it was answered.
    """

    left: npt.NDArray[np.unsignedinteger[Any]]
    right: npt.NDArray[np.unsignedinteger[Any]]
    given: npt.NDArray[np.uint32]

    @classmethod
    def of(cls, codes: Floats) -> _Marks:
        import pandas as pd

        known = ~np.isnan(codes)
        found = [pd.factorize(column) for column in codes.T]
        largest = np.iinfo(np.uint8 if max((len(kinds) for _, kinds in found), default=0) < 254 else np.uint32)
        places = np.array([place for place, _ in found], dtype=np.int64).reshape(codes.T.shape)
        left = np.where(known.T, places + 1, 0).astype(largest.dtype)
        right = np.where(known.T, places + 1, largest.max).astype(largest.dtype)
        return cls(left, right, packed(known))

    def equal(self, rows: slice, members: slice) -> Counts:
        """Return how many answers are equal, shape (rows, members)."""
        count = self._zeros(rows, members)
        for left, right in zip(self.left, self.right, strict=True):
            count += left[rows, None] == right[None, members]
        return count

    def both(self, rows: slice, members: slice) -> Counts:
        """Return how many items both answered, shape (rows, members)."""
        count = self._zeros(rows, members)
        for word in self.given.T:
            count += np.bitwise_count(word[rows, None] & word[None, members])
        return count

    def _zeros(self, rows: slice, members: slice) -> Counts:
        # Half of 255, because the counts of both sides are added.
        kind = np.uint8 if len(self.left) < 128 else np.uint16
        return np.zeros((rows.stop - rows.start, members.stop - members.start), dtype=kind)


def _compare(
    rows: slice, members: slice, sides: tuple[_Marks, _Marks], order: Ints, clusters: Mapping[str, Ints], least: int,
    found: Agreement,
) -> None:  # fmt: skip
    equal, both = sides[0].equal(rows, members), sides[0].both(rows, members)
    all_equal, all_both = equal + sides[1].equal(rows, members), both + sides[1].both(rows, members)
    itself = (np.arange(len(equal)), rows.start - members.start + np.arange(len(equal)))
    all_both[itself] = 0
    enough = all_both >= least
    share = np.where(enough, all_equal / np.maximum(all_both, 1).astype(np.float32), np.float32(-1))
    best = share.max(axis=1, initial=-1)
    target = order[rows]
    found.best[target] = np.where(best >= 0, best, np.nan)
    if not clusters:
        return
    valid = enough & (both > 0)
    share = equal / np.maximum(both, 1).astype(np.float32) * valid
    total, n = share.sum(axis=1), np.count_nonzero(valid, axis=1)
    for kind, number in clusters.items():
        if (number[rows] < 0).all():
            continue
        # Numbers within the county are small, and small ones are compared faster.
        _, place = np.unique(number[members], return_inverse=True)
        place = place.astype(np.uint16)
        own_place = place[rows.start - members.start :][: len(equal)]
        same = (own_place[:, None] == place[None, :]) & (number[rows] >= 0)[:, None]
        own = np.einsum("ij,ij->i", share, same.astype(np.float32))
        n_own = np.count_nonzero(same & valid, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            found.within[kind][target] = np.where(n_own > 0, own / n_own, np.nan)
            found.outside[kind][target] = np.where(n > n_own, (total - own) / (n - n_own), np.nan)


def cluster_excess(within: Floats, outside: Floats, cluster: Ints, least: int = 4) -> tuple[Floats, Floats]:
    """Return how much more alike a cluster is than its county, and that in robust standard deviations.

    Parameters
    ----------
    within, outside : ndarray, shape (respondents,)
        From `agreement`.
    cluster : ndarray of int
        -1 for none.
    least : int
        Smaller clusters are not compared.

    Returns
    -------
    excess, z : ndarray, shape (respondents,)
        The same for all members; NaN where not compared. z is (excess - median) sqrt(size) over all
        clusters, in units of 1.4826 MAD; NaN with fewer than five clusters or where all are alike.
    """
    known = (cluster >= 0) & np.isfinite(within) & np.isfinite(outside)
    excess, z = np.full(len(cluster), np.nan), np.full(len(cluster), np.nan)
    if not known.any():
        return excess, z
    size = np.bincount(cluster[known])
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(cluster[known], (within - outside)[known]) / size
    compared = size >= least
    excess[known] = np.where(compared, mean, np.nan)[cluster[known]]
    if compared.sum() >= 5:
        # The mean over few members varies more: without the root of the size, small clusters stand out by chance.
        scaled = (mean - np.median(mean[compared])) * np.sqrt(size)
        spread = 1.4826 * np.median(np.abs(scaled[compared] - np.median(scaled[compared])))
        if spread > 0:
            z[known] = np.where(compared, scaled / spread, np.nan)[cluster[known]]
    return excess, z


def repeats(codes: Floats, numbers: Ints, order: Ints, who: Bools, match: float = 0.95, least: int = 10) -> Bools:
    """Return who repeats an earlier interview of the same device, address or telephone.

    Each is compared with the one just before it and with the first of the cluster.

    Parameters
    ----------
    codes : ndarray, shape (respondents, items)
        NaN where there is no answer.
    numbers : ndarray of int
        Identifier, -1 for none.
    order : ndarray of int
        Rows from the earliest on.
    who : ndarray of bool
        Who counts.
    match : float
        Share of equal answers among those both gave.
    least : int
        Items both must have answered.

    Examples
    --------
    >>> codes = np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 5.0]])
    >>> repeats(codes, np.zeros(3, int), np.arange(3), np.ones(3, bool), least=2)
    array([False,  True, False])
    """
    found = np.zeros(len(codes), dtype=bool)
    rows = order[who[order] & (numbers[order] >= 0)]
    rows = rows[np.argsort(numbers[rows], kind="stable")]
    if len(rows) < 2:
        return found
    own = numbers[rows]
    first = np.searchsorted(own, own)
    place = np.arange(len(rows))
    for earlier in (np.maximum(place - 1, first), first):
        later, before = rows[place > first], rows[earlier[place > first]]
        both = (~np.isnan(codes[later]) & ~np.isnan(codes[before])).sum(axis=1)
        equal = (codes[later] == codes[before]).sum(axis=1)
        found[later] |= (both >= least) & (equal >= match * both)
    return found
