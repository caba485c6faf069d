"""Correlations of all pairs of columns with p values, each pair on the units that have both values.

Pearson's r and Spearman's rho are tested by Student's t with n - 2 degrees of freedom, Kendall's tau-b by
the normal law with the variance of Kendall (1970) corrected for ties. Where a pair has few units and no
ties, rho (n < 10) and tau (n < 50) have their exact permutation p instead; `exact` marks these pairs. R's
``cor.test`` does the same, but for rho from 10 to 1289 units without ties, where it takes an Edgeworth
series. All p are two-sided.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from yitihua.analysis.stages import choose
from yitihua.index.weights.correlation import correlations
from yitihua.index.weights.strength import columns_of
from yitihua.indicators.table import Floats

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Ranks = npt.NDArray[np.int32]
Kind = Literal["pearson", "spearman", "kendall"]
Correction = Literal["none", "bonferroni", "holm", "fdr"]
Missing = Literal["pairwise", "listwise"]

#: Fewer units than this, without ties: the exact p (as R's `cor.test`).
EXACT_SPEARMAN = 10
EXACT_KENDALL = 50

#: Signs of differences held at a time.
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Association:
    """Correlations of all pairs of columns.

    Attributes
    ----------
    kind : str
        "pearson", "spearman" or "kendall".
    r : ndarray, shape (columns, columns)
        NaN where fewer than two units are shared, or where one of the two does not vary among them; 1 on
        the diagonal of columns that vary.
    n : ndarray of int, same shape
        Units with both values.
    p : ndarray, same shape
        Two-sided; NaN where r is, below three units, and on the diagonal, which is no test.
    exact : ndarray of bool, same shape
        Where p is from the exact permutation distribution.
    """

    kind: str
    r: Floats
    n: Ints
    p: Floats
    exact: Mask


def associate(z: Floats, kind: str = "pearson") -> Association:
    """Return the correlations of all pairs of columns, with p values.

    Parameters
    ----------
    z : ndarray, shape (units, columns)
        NaN missing; a pair is looked at on the units that have both.
    kind : {"pearson", "spearman", "kendall"}
        Spearman's rho is Pearson's r of mean ranks among the shared units; Kendall's is tau-b.

    Returns
    -------
    Association

    Raises
    ------
    InputError
        If the kind is unknown.

    References
    ----------
    Kendall, M. G. (1970). Rank Correlation Methods, 4th ed. COINr, R/correlations.R: ``stats::cor(...,
    use = "pairwise.complete.obs")`` and ``stats::cor.test``.

    Examples
    --------
    >>> z = np.array([[1.0, 1.0], [2.0, 3.0], [3.0, 2.0], [4.0, 4.0], [np.nan, 9.0]])
    >>> found = associate(z, "kendall")
    >>> found.r[0, 1].round(3), found.n[0, 1], found.p[0, 1].round(3), found.exact[0, 1]
    (np.float64(0.667), np.int64(4), np.float64(0.333), np.True_)
    """
    choose("kind of correlation", kind, get_args(Kind))
    z = np.asarray(z, dtype=float)
    mask = np.isfinite(z).astype(float)
    n = np.rint(mask.T @ mask).astype(np.int64)
    exact = np.zeros(n.shape, dtype=bool)
    if kind == "pearson":
        r = correlations(z, "pearson")
        p = student_p(r, n)
    elif kind == "spearman":
        ranks = _dense_ranks(z)
        r = _rho(ranks, z)
        p = student_p(r, n)
        exact = _exact(ranks, r, n, EXACT_SPEARMAN)
        for j, k in np.argwhere(exact):
            p[j, k] = exact_spearman_p(float(r[j, k]), int(n[j, k]))
    else:
        ranks = _dense_ranks(z)
        r, surplus = _tau(ranks, z)
        p = _kendall_p(ranks, surplus, n, r)
        exact = _exact(ranks, r, n, EXACT_KENDALL)
        for j, k in np.argwhere(exact):
            p[j, k] = exact_kendall_p(float(surplus[j, k]), int(n[j, k]))
    np.fill_diagonal(r, np.where(np.isfinite(np.diag(r)), 1.0, np.nan))
    np.fill_diagonal(p, np.nan)
    return Association(kind, r, n, p, exact)


def covariances(z: Floats, missing: str = "pairwise") -> tuple[Floats, int]:
    """Return covariances (n - 1) of columns, and the units behind them.

    Parameters
    ----------
    z : ndarray, shape (units, items)
        NaN missing.
    missing : {"pairwise", "listwise"}
        Each pair on the units that have both, about their means there, as R's ``cov(use =
        "pairwise.complete.obs")``; or all on the units without a missing cell.

    Returns
    -------
    covariances : ndarray, shape (items, items)
        NaN where a pair shares fewer than two units.
    units : int
        Units with all items, or the fewest that a pair shares.

    Examples
    --------
    >>> z = np.array([[1.0, 2.0], [2.0, 4.0], [3.0, np.nan]])
    >>> covariances(z)
    (array([[1., 1.], [1., 2.]]), 2)
    """
    choose("rule for missing cells", missing, get_args(Missing))
    seen = np.isfinite(z)
    if missing == "listwise":
        z = z[seen.all(axis=1)]
        seen = np.isfinite(z)
    mask = seen.astype(float)
    shared = mask.T @ mask
    # About the column's own mean, because sums of squares about 0 lose digits.
    filled = np.where(seen, z, 0.0)
    filled = np.where(seen, filled - filled.sum(axis=0) / np.maximum(mask.sum(axis=0), 1), 0.0)
    sums = filled.T @ mask
    cross = filled.T @ filled - sums * sums.T / np.maximum(shared, 1)
    found = np.divide(cross, shared - 1, out=np.full_like(cross, np.nan), where=shared > 1)
    return found, int(shared.min(initial=len(z)))


def student_p(r: Floats, n: npt.ArrayLike) -> Floats:
    """Return two-sided p values of correlations by Student's t with n - 2 degrees of freedom.

    Exact for Pearson's r of normal data; the usual approximation for Spearman's.

    Parameters
    ----------
    r : ndarray, any shape
    n : array_like of int, broadcast with r
        p is NaN below 3.

    Examples
    --------
    >>> student_p(np.array([0.5, 1.0, np.nan]), 20).round(4)
    array([0.0248, 0.    ,    nan])
    """
    from scipy.special import stdtr

    df = np.asarray(n, dtype=float) - 2
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(r) * np.sqrt(df / ((1 - np.abs(r)) * (1 + np.abs(r))))
        p = 2 * stdtr(np.where(df > 0, df, np.nan), -t)
    return np.asarray(np.where(np.isfinite(r) & (df > 0), p, np.nan))


def adjust_p(p: Floats, correction: str = "holm") -> Floats:
    """Return p values corrected for the number of tests.

    Parameters
    ----------
    p : ndarray, any shape
        All tests of one family. NaN is no test, and stays.
    correction : {"none", "bonferroni", "holm", "fdr"}
        Bonferroni and Holm (1979) bound the chance of any false finding, Holm being never worse; "fdr",
        Benjamini and Hochberg (1995), bounds the expected share of false ones among the findings.

    Returns
    -------
    ndarray, same shape

    Raises
    ------
    InputError
        If the correction is unknown.

    References
    ----------
    Holm, S. (1979). Scandinavian Journal of Statistics 6, 65-70. Benjamini, Y. and Hochberg, Y. (1995).
    Journal of the Royal Statistical Society B 57, 289-300.

    Examples
    --------
    >>> p = np.array([0.01, 0.04, 0.03, np.nan])
    >>> adjust_p(p, "bonferroni"), adjust_p(p, "holm"), adjust_p(p, "fdr")
    (array([0.03, 0.12, 0.09,  nan]), array([0.03, 0.06, 0.06,  nan]), array([0.03, 0.04, 0.04,  nan]))
    """
    choose("correction", correction, get_args(Correction))
    flat = np.asarray(p, dtype=float).ravel()
    tested = np.flatnonzero(np.isfinite(flat))
    values, count = flat[tested], len(tested)
    order = np.argsort(values, kind="stable")
    adjusted = values[order]
    if correction == "bonferroni":
        adjusted = adjusted * count
    elif correction == "holm":
        adjusted = np.maximum.accumulate(adjusted * np.arange(count, 0, -1))
    elif correction == "fdr":
        adjusted = np.minimum.accumulate((adjusted * count / np.arange(1, count + 1))[::-1])[::-1]
    found = np.full(flat.shape, np.nan)
    found[tested[order]] = np.minimum(adjusted, 1.0)
    return found.reshape(np.shape(p))


@lru_cache(maxsize=EXACT_SPEARMAN)
def _spearman_null(n: int) -> Floats:
    """Return rho of all orders of n units against 1..n, sorted."""
    orders: Ints = np.array(list(permutations(range(n))), dtype=np.int64)
    squares = np.square(orders - np.arange(n)).sum(axis=1)
    return np.asarray(np.sort(1 - 6 * squares / (n * (n * n - 1))))


def exact_spearman_p(rho: float, n: int) -> float:
    """Return the two-sided p of rho without ties: the share of all n! orders that are as far from 0.

    Examples
    --------
    >>> exact_spearman_p(1.0, 4) == 2 / 24
    True
    """
    null = _spearman_null(n)
    return float((np.abs(null) >= abs(rho) - 1e-9).mean())


@lru_cache(maxsize=EXACT_KENDALL)
def _inversions(n: int) -> Floats:
    """Return the share of the n! orders with 0, 1, ... inversions, up to n (n - 1) / 2."""
    shares = np.ones(1)
    for units in range(2, n + 1):
        shares = np.convolve(shares, np.full(units, 1 / units))
    return shares


def exact_kendall_p(surplus: float, n: int) -> float:
    """Return the two-sided p of tau without ties, from the distribution of the number of inversions.

    Parameters
    ----------
    surplus : float
        Pairs of units in the same order minus pairs in opposite orders.
    n : int

    References
    ----------
    Kendall (1970), chapter 5; R's ``cor.test(method = "kendall")``.

    Examples
    --------
    >>> exact_kendall_p(6, 4) == 2 / 24
    True
    """
    pairs = n * (n - 1) // 2
    fewest = round((pairs - abs(surplus)) / 2)
    return float(min(1.0, 2 * _inversions(n)[: fewest + 1].sum()))


def _dense_ranks(z: Floats) -> Ranks:
    """Return ranks 0, 1, ... of the distinct values of each column, -1 for missing; shape (columns, units)."""
    ranks = np.full(z.T.shape, -1, dtype=np.int32)
    for j, column in enumerate(z.T):
        seen = np.isfinite(column)
        ranks[j, seen] = np.unique(column[seen], return_inverse=True)[1].ravel()
    return ranks


def _exact(ranks: Ranks, r: Floats, n: Ints, below: int) -> Mask:
    """Return which pairs are few enough and without ties; ties among other units count as ties."""
    free = ranks.max(axis=1, initial=-1) + 1 == np.diag(n)
    exact = free[:, None] & free & (n >= 3) & (n < below) & np.isfinite(r)
    np.fill_diagonal(exact, False)
    return np.asarray(exact)


def _rho(ranks: Ranks, z: Floats) -> Floats:
    """Return Pearson's r of mean ranks; pairs with missing cells are ranked anew on what they share."""
    seen = ranks >= 0
    if seen.all():
        middle = np.array([_mean_ranks(row) for row in ranks], dtype=float).reshape(ranks.shape)
        return correlations(middle.T, "pearson")
    m = len(ranks)
    r = np.full((m, m), np.nan)
    live = np.flatnonzero(columns_of(z).live)
    for j in live:
        for k in live[live <= j]:
            both = seen[j] & seen[k]
            x, y = _mean_ranks(ranks[j, both]), _mean_ranks(ranks[k, both])
            # Ranks have a known mean, and differences of ranks are exact.
            x, y = x - (len(x) + 1) / 2, y - (len(y) + 1) / 2
            spread = np.sqrt((x @ x) * (y @ y))
            if spread > 0:
                r[j, k] = r[k, j] = min(1.0, max(-1.0, (x @ y) / spread))
    return r


def _mean_ranks(dense: Ranks) -> Floats:
    """Return mean ranks from 1, of dense ranks without missing."""
    counts = np.bincount(dense) if len(dense) else np.zeros(0, dtype=np.int64)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[dense])


def _tau(ranks: Ranks, z: Floats) -> tuple[Floats, Floats]:
    """Return tau-b, and pairs of units in the same order minus those in opposite orders.

    For every pair of units the signs of the differences in all columns are one row, so the surplus of all
    pairs of columns is one matrix product; in single precision, since what a block adds up is a whole
    number below 2^24.
    """
    m, n = ranks.shape
    live, seen = columns_of(z).live, ranks >= 0
    kept: npt.NDArray[Any] = np.where(seen, ranks, 0).astype(np.int16 if n < 1 << 15 else np.int32)
    mask, complete = seen.astype(np.float32), bool(seen.all())
    surplus, apart = np.zeros((2, m, m))
    if complete:
        apart += n * (n - 1) / 2 - np.array([[_tie_sums(row)[0]] for row in ranks]).reshape(m, 1)
    step = max(1, _BLOCK // max(1, n * m))
    for start in range(0, n, step):
        size = min(step, n - start)
        signs = kept[:, start : start + size, None] - kept[:, None, start:]
        np.clip(signs, -1, 1, out=signs)
        # Each pair of units once.
        signs[:, :, :size] *= np.triu(np.ones((size, size), dtype=kept.dtype), 1)
        flat = signs.reshape(m, size * (n - start)).astype(np.float32)
        if not complete:
            both = mask[:, start : start + size, None] * mask[:, None, start:]
            flat *= both.reshape(m, size * (n - start))
            apart += np.abs(flat) @ both.reshape(m, size * (n - start)).T
        surplus += flat @ flat.T
    spread = np.sqrt(apart) * np.sqrt(apart.T)
    r = np.divide(surplus, spread, out=np.full((m, m), np.nan), where=spread > 0)
    r[~live] = np.nan
    r[:, ~live] = np.nan
    return np.clip(r, -1.0, 1.0), surplus


def _kendall_p(ranks: Ranks, surplus: Floats, n: Ints, r: Floats) -> Floats:
    """Return p by the normal law, with the variance of the surplus under ties (Kendall 1970, 4.9)."""
    from scipy.special import ndtr

    size = n.astype(float)
    pairs, x = size * (size - 1), _ties(ranks, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (pairs * (2 * size + 5) - x[2] - x[2].T) / 18
        variance += 2 * x[0] * x[0].T / pairs + x[1] * x[1].T / (9 * pairs * (size - 2))
        p = 2 * ndtr(-np.abs(surplus) / np.sqrt(variance))
    return np.asarray(np.where(np.isfinite(r) & (n >= 3), p, np.nan))


def _ties(ranks: Ranks, n: Ints) -> Floats:
    """Return sums over ties of t units: t(t-1)/2, t(t-1)(t-2), t(t-1)(2t+5); shape (3, columns, columns).

    [j, k] is of the ties in j among the units that k has too.
    """
    seen = ranks >= 0
    found = np.zeros((3, *n.shape))
    for j in np.flatnonzero(ranks.max(axis=1, initial=-1) + 1 < np.diag(n)):
        own = _tie_sums(ranks[j, seen[j]])
        for k in range(len(ranks)):
            found[:, j, k] = own if n[j, k] == n[j, j] else _tie_sums(ranks[j, seen[j] & seen[k]])
    return found


def _tie_sums(dense: Ranks) -> tuple[float, float, float]:
    t = np.bincount(dense).astype(float) if len(dense) else np.zeros(1)
    pairs = t * (t - 1)
    return float(pairs.sum()) / 2, float((pairs * (t - 2)).sum()), float((pairs * (2 * t + 5)).sum())
