"""Sobol' indices of any vectorised model: shares of the variance of its output that its inputs account for.

First order: what is expected to vanish from the variance once an input is known. Total: what is expected
to stay while it alone is unknown. Second order: what two inputs do together beyond what each does. Inputs
are independent; where they are not, see `yitihua.analysis.sensitivity.shapley`.

Two samples A and B of n points; AB_i is A with input i (or a group of inputs) taken from B, BA_i the
reverse. First order and total are scipy's (Saltelli et al. 2010), second order is Saltelli's (2002). Points
are scrambled Sobol' points. Intervals are percentiles of a bootstrap over rows; it takes points for
independent ones, so it rather widens than narrows the intervals of Sobol' points.

References
----------
Saltelli (2002), Making best use of model evaluations to compute sensitivity indices, Computer Physics
Communications 145: 280-297. Saltelli et al. (2010), Variance based sensitivity analysis of model output,
Computer Physics Communications 181: 259-270, table 2 (b) and (f). Owen (1998), Scrambling Sobol' and
Niederreiter-Xing points, J. Complexity 14: 466-489.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yitihua.analysis.sensitivity.resample import RESAMPLES, interval, resampled_means
from yitihua.errors import refuse

Floats = npt.NDArray[np.float64]

#: Fewest points: below, intervals are wider than the indices.
FEWEST = 64
#: Fewest points that must be left to an index where some runs have no output.
LEFT = 32
#: Outputs that differ by less than this share of the largest are the same number, rounded.
SAME = 1e-12


@dataclass(frozen=True, eq=False)
class Indices:
    """Sobol' indices with intervals.

    Attributes
    ----------
    first, first_low, first_high, total, total_low, total_high : ndarray, shape (d,)
        0 where the input changes nothing, or the output is constant.
    second, second_low, second_high : ndarray, shape (d, d), or None
        Above the diagonal; NaN elsewhere.
    mean, variance : float
        Of the output, over A and B.
    fewest : int
        Rows that the index with the fewest has: those where all outputs that it needs are finite.
    constant : bool
        Whether the output never varied.
    """

    first: Floats
    first_low: Floats
    first_high: Floats
    total: Floats
    total_low: Floats
    total_high: Floats
    second: Floats | None
    second_low: Floats | None
    second_high: Floats | None
    mean: float
    variance: float
    fewest: int
    constant: bool


def check_points(n: object, key: str = "n") -> int:
    """Return the number of points, a power of 2.

    Raises
    ------
    InputError
        If it is not, or below 64; names the next ones.

    Examples
    --------
    >>> check_points(1024)
    1024
    """
    whole = isinstance(n, (int, np.integer)) and not isinstance(n, bool)
    if whole and n >= FEWEST and n & (n - 1) == 0:  # type: ignore[operator]
        return int(n)  # type: ignore[call-overload,no-any-return]
    size = float(n) if isinstance(n, (int, float, np.number)) and np.isfinite(n) else 1024.0
    below = 2 ** int(np.floor(np.log2(max(size, FEWEST))))
    raise refuse("points-not-power", key=key, found=str(n), options=[below, 2 * below])


def sobol_points(n: int, d: int, generator: np.random.Generator) -> Floats:
    """Return scrambled Sobol' points in the unit cube, shape (n, d).

    Examples
    --------
    >>> points = sobol_points(64, 3, np.random.default_rng(1))
    >>> points.shape, sorted(set((points[:, 0] * 64).astype(int))) == list(range(64))
    ((64, 3), True)
    """
    from scipy.stats import qmc

    # The keyword is `seed` or `rng`, as scipy goes; both take a generator.
    name = "rng" if "rng" in inspect.signature(qmc.Sobol).parameters else "seed"
    return np.asarray(qmc.Sobol(d, scramble=True, **{name: generator}).random(n))


def sobol_indices(
    model: Callable[[Floats], Floats],
    d: int,
    n: int = 1024,
    seed: int | np.random.Generator = 0,
    level: float = 0.9,
    second: bool = False,
    resamples: int = RESAMPLES,
) -> Indices:
    """Return the Sobol' indices of a model of independent inputs.

    Parameters
    ----------
    model : function
        Takes points of the unit cube, shape (m, d), and returns outputs, shape (m,). An input with another
        distribution is mapped by its quantile function. NaN: no output; it is left out of all indices that need it.
    d : int
        Number of inputs.
    n : int
        Points, a power of 2 from 64; the model sees n (d + 2) of them, n (2 d + 2) with second order.
    seed : int or Generator
    level : float
        Of intervals.
    second : bool
        Second order too.
    resamples : int
        Of the bootstrap.

    Raises
    ------
    InputError
        If n is no power of 2, or an index has fewer than 32 rows with all outputs that it needs.

    Examples
    --------
    >>> found = sobol_indices(lambda u: 3 * u[:, 0] + 4 * u[:, 1] + 0 * u[:, 2], 3, n=1024)
    >>> found.first.round(2), found.total.round(2)
    (array([0.36, 0.64, 0.  ]), array([0.36, 0.64, 0.  ]))
    """
    n = check_points(n)
    generator = np.random.default_rng(seed)
    points = sobol_points(n, 2 * d, generator)
    a, b = points[:, :d], points[:, d:]
    f_ab, f_ba = np.empty((d, n)), np.empty((d, n)) if second else None
    for i in range(d):
        mixed = a.copy()
        mixed[:, i] = b[:, i]
        f_ab[i] = model(mixed)
        if f_ba is not None:
            mixed = b.copy()
            mixed[:, i] = a[:, i]
            f_ba[i] = model(mixed)
    f_a, f_b = np.asarray(model(a), dtype=float), np.asarray(model(b), dtype=float)
    return indices_of(f_a, f_b, f_ab, f_ba, level, generator, resamples)


def indices_of(
    f_a: Floats,
    f_b: Floats,
    f_ab: Floats,
    f_ba: Floats | None,
    level: float,
    generator: np.random.Generator,
    resamples: int = RESAMPLES,
) -> Indices:
    """Return indices from the outputs of a model.

    Parameters
    ----------
    f_a, f_b : ndarray, shape (n,)
    f_ab : ndarray, shape (d, n)
        One row an input, or a group of inputs, taken from B.
    f_ba : ndarray, shape (k, n), or None
        One row for each of the first k rows of f_ab; second order is of these.
    level : float
    generator : Generator
        Of the bootstrap.
    resamples : int

    Raises
    ------
    InputError
        If an index has fewer than 32 rows (or than all, where there are fewer) with all outputs that it needs.

    Examples
    --------
    >>> a, b = np.array([0.0, 1.0, 2.0, 3.0]), np.array([3.0, 1.0, 0.0, 2.0])
    >>> indices_of(a, b, np.stack([b, a]), None, 0.9, np.random.default_rng(1)).total.round(2)
    array([1.4, 0. ])
    """
    d = len(f_ab)
    pairs = [] if f_ba is None else list(itertools.combinations(range(len(f_ba)), 2))
    finite = np.isfinite(f_a) & np.isfinite(f_b)
    mean = float(np.mean([f_a[finite], f_b[finite]])) if finite.any() else 0.0
    f_a, f_b, f_ab = np.where(finite, f_a, np.nan) - mean, np.where(finite, f_b, np.nan) - mean, f_ab - mean
    products = np.vstack([[f_a + f_b, f_a * f_a + f_b * f_b], f_b * (f_ab - f_a), 0.5 * (f_ab - f_a) ** 2])
    if f_ba is not None:
        f_ba = f_ba - mean
        products = np.vstack([products, _closed(f_a, f_b, f_ab, f_ba, pairs)])
    fewest = int(np.isfinite(products).sum(axis=1).min())
    if fewest < min(LEFT, len(f_a)):
        raise refuse("too-few-runs", key="n", found=len(f_a), left=fewest, low=LEFT)
    if _constant(mean, f_a, f_b, f_ab, f_ba):
        return _zeros(d, None if f_ba is None else len(f_ba), mean, fewest)
    means = resampled_means(products.T, resamples, generator)
    found = _from_means(means, d, pairs)
    ends = [interval(values[1:], level) for values in found]
    own = [values[0] for values in found]
    if fewest == len(f_a) and not fewest & (fewest - 1):
        own[:2] = of_scipy(f_a, f_b, f_ab)
    variance = float(0.5 * means[0, 1] - (0.5 * means[0, 0]) ** 2)
    second: tuple[Floats | None, ...] = (None, None, None)
    if f_ba is not None:
        second = tuple(_above(values, pairs, len(f_ba)) for values in (own[2], *ends[2]))
    (first_low, first_high), (total_low, total_high) = ends[:2]
    return Indices(
        own[0], first_low, first_high, own[1], total_low, total_high, second[0], second[1], second[2],
        mean, variance, fewest, False,
    )  # fmt: skip


def of_scipy(f_a: Floats, f_b: Floats, f_ab: Floats) -> tuple[Floats, Floats]:
    """Return first and total order, shape (d,) each, as scipy estimates them; n is a power of 2.

    Parameters
    ----------
    f_a, f_b : ndarray, shape (n,)
    f_ab : ndarray, shape (d, n)

    Examples
    --------
    >>> a, b = np.array([0.0, 1.0, 2.0, 3.0]), np.array([3.0, 1.0, 0.0, 2.0])
    >>> first, total = of_scipy(a, b, np.stack([b, a]))
    >>> first.round(2), total.round(2)
    (array([1.4, 0. ]), array([1.4, 0. ]))
    """
    from scipy.stats import sobol_indices as scipy_indices

    # Of a single input scipy (1.17) fails, so that it gets every input twice.
    twice = np.concatenate([f_ab, f_ab])[:, None, :]
    found = scipy_indices(func={"f_A": f_a[None], "f_B": f_b[None], "f_AB": twice}, n=len(f_a))
    return found.first_order[: len(f_ab)], found.total_order[: len(f_ab)]


def _constant(mean: float, *outputs: Floats | None) -> bool:
    """Return whether all outputs (from which the mean is taken) are one number but for rounding."""
    there = [values[np.isfinite(values)] for values in outputs if values is not None and values.size]
    low, high = min(float(v.min()) for v in there), max(float(v.max()) for v in there)
    return high - low <= SAME * max(abs(low + mean), abs(high + mean))


def _zeros(d: int, of_pairs: int | None, mean: float, fewest: int) -> Indices:
    zero = np.zeros(d)
    table = None
    if of_pairs is not None:
        table = np.full((of_pairs, of_pairs), np.nan)
        table[np.triu_indices(of_pairs, 1)] = 0.0
    return Indices(zero, zero, zero, zero, zero, zero, table, table, table, mean, 0.0, fewest, True)


def _closed(f_a: Floats, f_b: Floats, f_ab: Floats, f_ba: Floats, pairs: list[tuple[int, int]]) -> Floats:
    """Return what averages to the variance that a pair accounts for, interactions among them too, (pairs, n).

    AB_i and BA_j have input i from B and input j from A, and no other input in common.
    """
    if not pairs:
        return np.zeros((0, len(f_a)))
    i, j = np.array(pairs).T
    return np.asarray(0.5 * (f_ab[i] * f_ba[j] + f_ab[j] * f_ba[i]) - f_a * f_b)


def _from_means(means: Floats, d: int, pairs: list[tuple[int, int]]) -> list[Floats]:
    """Return first, total and second order from means of products, shape (resamples, ...) each."""
    variance = 0.5 * means[:, 1] - (0.5 * means[:, 0]) ** 2
    # A resample without any variance (but for rounding) says of no input that it does anything.
    there = variance > SAME * variance[0]
    scale = np.where(there, 1.0 / np.where(there, variance, 1.0), 0.0)[:, None]
    first, total = means[:, 2 : 2 + d] * scale, means[:, 2 + d : 2 + 2 * d] * scale
    i, j = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return [first, total, means[:, 2 + 2 * d :] * scale - first[:, i] - first[:, j]]


def _above(values: Floats, pairs: list[tuple[int, int]], d: int) -> Floats:
    found = np.full((d, d), np.nan)
    for (i, j), value in zip(pairs, values, strict=True):
        found[i, j] = value
    return found
