"""Moran's I: whether neighbours are alike. Global; for single units see `local_moran`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from yitihua.analysis.distribution.inputs import Index, choice, column, enough
from yitihua.analysis.distribution.neighbours import Neighbours
from yitihua.errors import refuse
from yitihua.indicators.arrays import Floats, Remark

Islands = Literal["keep", "drop"]
ISLANDS: tuple[Islands, ...] = ("keep", "drop")
Alternative = Literal["two-sided", "greater", "less"]
ALTERNATIVES: tuple[Alternative, ...] = ("two-sided", "greater", "less")

#: Permutations at a time: what lies in the cache is multiplied quickest.
BLOCK = 32
#: A matrix with more than this share of entries is multiplied as a full one, if it takes less than so many bytes.
FULL_SHARE, FULL_BYTES = 0.05, 2**30
#: Two results of the same permutation differ by rounding; within this they are a tie.
TIE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Moran:
    """Moran's I and how unusual it is where values are placed at random.

    Attributes
    ----------
    statistic : float
        I: above `expected`, neighbours are alike; below, unlike.
    expected : float
        -1/(n - 1).
    variance_normal, z_normal, p_normal : float
        Where values are draws from one normal distribution.
    variance_random, z_random, p_random : float
        Where the values at hand are placed at random; the normal approximation of I.
    p : float
        By permutations: ``(1 + as extreme) / (1 + permutations)``; two-sided twice the smaller tail,
        at most 1. NaN without permutations.
    alternative : str
        Of all three p.
    permuted : ndarray, shape (permutations,)
        I of each.
    n : int
        Units used, islands among them.
    s0 : float
        Sum of the weights used.
    islands : tuple of int
        Rows of y that have a value and no neighbour with one.
    islands_kept : bool
        Whether they are among the n, with a lag of 0.
    left_out : int
        Units without a value.
    rule : (str, str)
        Of the neighbours, in Chinese and English.
    """

    statistic: float
    expected: float
    variance_normal: float
    z_normal: float
    p_normal: float
    variance_random: float
    z_random: float
    p_random: float
    p: float
    alternative: str
    permuted: Floats = field(repr=False)
    n: int
    s0: float
    islands: tuple[int, ...]
    islands_kept: bool
    left_out: int
    rule: Remark


def moran(
    y: npt.ArrayLike,
    neighbours: Neighbours,
    *,
    standardise: bool = True,
    islands: Islands = "keep",
    permutations: int = 999,
    seed: int | np.random.Generator = 0,
    alternative: Alternative = "two-sided",
) -> Moran:
    """Return ``I = (n/S0) sum_ij w_ij z_i z_j / sum z_i^2``, z the values less their mean, S0 = sum w_ij.

    Parameters
    ----------
    y : array_like, shape (units,)
        NaN: the unit is left out, and is nobody's neighbour.
    neighbours : Neighbours
        Over the same units.
    standardise : bool
        Whether weights are made to sum to 1 for each unit, after units without a value are gone.
    islands : {"keep", "drop"}
        A unit without neighbours stays, with a lag of 0: it counts in n, mean and variance, and its
        row adds nothing to S0 (as in PySAL); or it is left out, and so is who thereby becomes one.
        See `join_islands` for the third way.
    permutations : int
        0 or more.
    seed : int or numpy Generator
    alternative : {"two-sided", "greater", "less"}
        PySAL's `p_sim` is the smaller of greater and less, whichever way I lies: half of two-sided.

    Returns
    -------
    Moran

    Raises
    ------
    InputError
        If fewer than 4 units have a value, all are equal, no two are neighbours, or an option is unknown.

    References
    ----------
    Moran (1950); moments: Cliff & Ord (1981), *Spatial Processes*.

    Examples
    --------
    >>> from yitihua.analysis.distribution.neighbours import adjacency
    >>> row = adjacency("abcdef", list(zip("abcde", "bcdef")))
    >>> found = moran([1, 2, 3, 4, 5, 6], row)
    >>> round(found.statistic, 4), found.p < 0.05
    (0.7143, True)
    """
    choice(alternative, ALTERNATIVES, "alternative")
    checked_permutations(permutations)
    ready = prepare(y, neighbours, standardise, islands)
    z, n = ready.z, len(ready.z)
    enough(n, 4, "units with a value", "y")
    squares = float(z @ z)
    scale = n / ready.s0 / squares
    statistic = scale * float(z @ (ready.matrix @ z))
    expected = -1.0 / (n - 1)
    normal, random = _variances(ready, squares)
    blocks = (np.ascontiguousarray(drawn.T) for drawn in shuffled(z, permutations, seed))
    permuted = np.concatenate([np.empty(0), *(np.einsum("ij,ij->j", zs, ready.matrix @ zs) for zs in blocks)]) * scale
    above = int((permuted >= statistic - TIE).sum())
    below = int((permuted <= statistic + TIE).sum())
    p = float(tail_p(np.array(above), np.array(below), permutations, alternative)) if permutations else float("nan")
    z_normal, z_random = (_standard(statistic - expected, variance) for variance in (normal, random))
    p_normal, p_random = (float(normal_p(np.array(score), alternative)) for score in (z_normal, z_random))
    return Moran(
        statistic, expected, normal, z_normal, p_normal, random, z_random, p_random, p, alternative, permuted, n,
        ready.s0, ready.islands, islands == "keep", ready.left_out, neighbours.rule,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """Values and weights of the units that are used.

    Attributes
    ----------
    rows : ndarray of int, shape (n,)
        Of y.
    z : ndarray, shape (n,)
        Values less their mean.
    sparse, matrix : shape (n, n)
        Weights, and the same in the form that multiplies fastest.
    s0 : float
    islands : tuple of int
        Rows of y without neighbours among those with a value.
    left_out : int
    """

    rows: Index
    z: Floats
    sparse: Any
    matrix: Any
    s0: float
    islands: tuple[int, ...]
    left_out: int


def prepare(y: npt.ArrayLike, neighbours: Neighbours, standardise: bool, islands: Islands) -> Ready:
    """Return what is used of values and weights.

    Raises
    ------
    InputError
        As `moran`.
    """
    choice(islands, ISLANDS, "islands")
    values = column(y)
    if len(values) != neighbours.n:
        shapes = {"found": f"({len(values)},)", "expected": f"({neighbours.n},)"}
        raise refuse("distribution-shape", key="y", name="y", **shapes)
    rows = np.flatnonzero(np.isfinite(values))
    used = neighbours if len(rows) == len(values) else neighbours.take(rows)
    alone: list[int] = rows[list(used.islands)].tolist()
    while islands == "drop" and used.islands:
        kept = np.flatnonzero(used.counts)
        rows, used = rows[kept], used.take(kept)
        alone += rows[list(used.islands)].tolist()
    enough(len(rows), 3, "units with a value", "y")
    matrix = used.standardised() if standardise else used.matrix
    s0 = float(matrix.sum())
    if s0 <= 0:
        raise refuse("neighbours-none", key="neighbours")
    chosen = values[rows]
    if chosen.min() == chosen.max():
        raise refuse("distribution-constant", key="y", found=f"{chosen[0]:g}", what="spatial autocorrelation")
    full = matrix.nnz > FULL_SHARE * len(rows) ** 2 and 8 * len(rows) ** 2 <= FULL_BYTES
    left_out = int(np.isnan(values).sum())
    z = chosen - chosen.mean()
    return Ready(rows, z, matrix, matrix.toarray() if full else matrix, s0, tuple(sorted(alone)), left_out)


def shuffled(x: npt.NDArray[Any], permutations: int, seed: int | np.random.Generator) -> Iterator[npt.NDArray[Any]]:
    """Yield random orders of x, shape (n,), a block at a time, shape (block, n)."""
    rng = np.random.default_rng(seed)
    for start in range(0, permutations, BLOCK):
        drawn = np.empty((min(BLOCK, permutations - start), len(x)), dtype=x.dtype)
        for row in range(len(drawn)):  # one by one is quicker than `rng.permuted` over all
            drawn[row] = rng.permutation(x)
        yield drawn


def checked_permutations(permutations: int) -> None:
    """Refuse a number of permutations below 0."""
    if not (isinstance(permutations, (int, np.integer)) and permutations >= 0):
        raise refuse("number-range", key="permutations", found=str(permutations), low="0", high="∞")


def tail_p(above: npt.NDArray[Any], below: npt.NDArray[Any], permutations: int, alternative: Alternative) -> Floats:
    """Return p from the numbers of permutations at least as high and at least as low."""
    greater, less = (1.0 + above) / (1.0 + permutations), (1.0 + below) / (1.0 + permutations)
    if alternative == "two-sided":
        return np.asarray(np.minimum(1.0, 2.0 * np.minimum(greater, less)))
    return np.asarray(greater if alternative == "greater" else less)


def normal_p(score: Floats, alternative: Alternative) -> Floats:
    """Return p of standard normal scores."""
    from scipy.special import ndtr

    if alternative == "two-sided":
        return np.asarray(2.0 * ndtr(-np.abs(score)))
    return np.asarray(ndtr(-score) if alternative == "greater" else ndtr(score))


def _standard(difference: float, variance: float) -> float:
    """Return a z score; NaN where I cannot vary, as where all units are each other's neighbours alike."""
    return float(difference / np.sqrt(variance)) if variance > TIE else float("nan")


def _variances(ready: Ready, squares: float) -> tuple[float, float]:
    """Return the variance of I under normality and under randomisation (Cliff & Ord 1981)."""
    w, n, s0 = ready.sparse, len(ready.z), ready.s0
    both = w + w.T
    s1 = float((both.data**2).sum()) / 2
    s2 = float(((np.asarray(w.sum(axis=0)).ravel() + np.asarray(w.sum(axis=1)).ravel()) ** 2).sum())
    expected = 1.0 / (n - 1) ** 2
    normal = (n * n * s1 - n * s2 + 3 * s0**2) / ((n * n - 1) * s0**2) - expected
    kurtosis = n * float((ready.z**4).sum()) / squares**2
    first = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    second = kurtosis * ((n * n - n) * s1 - 2 * n * s2 + 6 * s0**2)
    random = (first - second) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected
    return max(normal, 0.0), max(random, 0.0)
