"""Shapley effects: shares of an output's variance, of inputs that may depend on each other.

The worth of some inputs is the variance that is expected to stay while they are unknown and all others
known, E Var(Y | others). An input's effect is what it adds to the worth, averaged over all orders in
which inputs can come. Effects are 0 or more, and sum to 1. For independent inputs they lie between first
and total order.

Inner draws are shared by all steps of a permutation (or by all subsets): each worth is still estimated
without bias, and differences of worths have less noise.

References
----------
Song, Nelson and Staum (2016), Shapley effects for global sensitivity analysis: theory and computation, SIAM/ASA
J. Uncertainty Quantification 4: 1060-1083 (algorithms by permutations, exact or random). Iooss and Prieur (2019),
Shapley effects for sensitivity analysis with correlated inputs, Int. J. Uncertainty Quantification 9: 493-514.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yitihua.analysis.sensitivity.resample import RESAMPLES, interval, resample_shares
from yitihua.analysis.sensitivity.sobol import FEWEST, LEFT, SAME
from yitihua.errors import refuse

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Letters = npt.NDArray[np.int8]

#: Inner draws behind a conditional variance, as Song et al. advise.
INNER = 3
#: With so many inputs or fewer, all subsets are looked at instead of random permutations.
EXACT = 6

#: Draws inputs, shape (m, d), from a generator.
Sample = Callable[[int, np.random.Generator], Floats]
#: Draws inputs anew given some: (x of shape (m, d), which are given of shape (d,), generator) -> shape (m, d).
Conditional = Callable[[Floats, npt.NDArray[np.bool_], np.random.Generator], Floats]


@dataclass(frozen=True, eq=False)
class Effects:
    """Shapley effects with intervals.

    Attributes
    ----------
    effect, low, high : ndarray, shape (d,)
        Effects sum to 1; all 0 where the output is constant.
    mean, variance : float
        Of the output.
    rows : int
        Outer draws that count.
    exact : bool
        Over all subsets; else over random permutations.
    constant : bool
    """

    effect: Floats
    low: Floats
    high: Floats
    mean: float
    variance: float
    rows: int
    exact: bool
    constant: bool


def subsets(d: int) -> Letters:
    """Return every subset of d inputs but the empty one as a row of flags, shape (2^d - 1, d); row k - 1 is k in bits.

    Examples
    --------
    >>> subsets(2).tolist()
    [[1, 0], [0, 1], [1, 1]]
    """
    return ((np.arange(1, 2**d)[:, None] >> np.arange(d)) & 1).astype(np.int8)


def subset_letters(d: int) -> Letters:
    """Return which draw every input is taken from, shape (2^d - 1, inner, d): 0 the outer, 1, 2, 3 the inner ones.

    Examples
    --------
    >>> subset_letters(2)[0].tolist()
    [[1, 0], [2, 0], [3, 0]]
    """
    return subsets(d)[:, None, :] * np.arange(1, INNER + 1, dtype=np.int8)[None, :, None]


def permutation_letters(orders: Ints) -> Letters:
    """Return which draw every input is taken from along permutations: after step k the first k + 1 are drawn anew.

    Parameters
    ----------
    orders : ndarray of int, shape (m, d)

    Returns
    -------
    ndarray of int8, shape (m, d, inner, d)

    Examples
    --------
    >>> permutation_letters(np.array([[1, 0]]))[0, :, 0].tolist()
    [[0, 1], [1, 1]]
    """
    place = np.argsort(orders, axis=1)
    free = (place[:, None, :] <= np.arange(orders.shape[1])[None, :, None]).astype(np.int8)
    return np.asarray(free[:, :, None, :] * np.arange(1, INNER + 1, dtype=np.int8)[None, None, :, None])


def effects_of_subsets(y: Floats, level: float, generator: np.random.Generator) -> Effects:
    """Return effects from outputs over all subsets.

    Parameters
    ----------
    y : ndarray, shape (n, 2^d - 1, inner)
        By outer draw, subset drawn anew (as in `subsets`) and inner draw.
    level : float
    generator : Generator
        Of the bootstrap.

    Raises
    ------
    InputError
        If fewer than 32 outer draws have all outputs.

    Examples
    --------
    Two independent inputs that are added: every inner draw is a sum of what is kept and what is drawn anew.

    >>> rng = np.random.default_rng(1)
    >>> x = rng.standard_normal((4000, 4, 2)) * [1.0, 2.0]
    >>> letters = np.tile(subset_letters(2).astype(int), (4000, 1, 1, 1))
    >>> y = np.take_along_axis(x[:, None], letters, axis=2).sum(axis=-1)
    >>> effects_of_subsets(y, 0.9, rng).effect.round(1)
    array([0.2, 0.8])
    """
    y, d = _sound(y), round(math.log2(y.shape[1] + 1))
    if _constant(y):
        return no_effects(d, y, exact=True)
    worth = y.var(axis=2, ddof=1)
    table = np.zeros((2**d, d))
    for k in range(2**d):
        for i in range(d):
            size = bin(k & ~(1 << i)).count("1")
            share = 1.0 / (d * math.comb(d - 1, size))
            table[k, i] += share if k >> i & 1 else -share
    shares = np.vstack([np.full(len(y), 1.0 / len(y)), resample_shares(len(y), RESAMPLES, generator)])
    means = shares @ worth
    variance = _variances(shares, y[:, -1])
    # All inputs together are worth the whole variance, so that effects sum to 1.
    means[:, -1] = variance
    return _effects(means @ table[1:], variance, y, level, exact=True)


def effects_of_permutations(y: Floats, orders: Ints, level: float, generator: np.random.Generator) -> Effects:
    """Return effects from outputs along random permutations.

    Parameters
    ----------
    y : ndarray, shape (n, d, inner)
        By permutation (each with an outer draw), step and inner draw.
    orders : ndarray of int, shape (n, d)
    level : float
    generator : Generator

    Raises
    ------
    InputError
        If fewer than 32 permutations have all outputs.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> orders = rng.permuted(np.tile(np.arange(2), (4000, 1)), axis=1)
    >>> x = rng.standard_normal((4000, 4, 2)) * [1.0, 2.0]
    >>> letters = permutation_letters(orders).astype(int)
    >>> y = np.take_along_axis(x[:, None], letters, axis=2).sum(axis=-1)
    >>> effects_of_permutations(y, orders, 0.9, rng).effect.round(1)
    array([0.2, 0.8])
    """
    orders, y = orders[np.isfinite(y).all(axis=(1, 2))], _sound(y)
    n, d, _ = y.shape
    if _constant(y):
        return no_effects(d, y, exact=False)
    worth = y.var(axis=2, ddof=1)
    # The last step ends at the whole variance, which is the same for all permutations.
    steps = np.diff(worth[:, :-1], axis=1, prepend=0.0)
    added, last = np.zeros((n, d)), np.zeros((n, d))
    np.put_along_axis(added, orders[:, :-1], steps, axis=1)
    np.put_along_axis(added, orders[:, -1:], -worth[:, -2:-1] if d > 1 else np.zeros((n, 1)), axis=1)
    np.put_along_axis(last, orders[:, -1:], 1.0, axis=1)
    shares = np.vstack([np.full(n, 1.0 / n), resample_shares(n, RESAMPLES, generator)])
    variance = _variances(shares, y[:, -1])
    return _effects(shares @ added + variance[:, None] * (shares @ last), variance, y, level, exact=False)


def shapley_effects(
    model: Callable[[Floats], Floats],
    sample: Sample,
    conditional: Conditional,
    d: int,
    n: int = 1024,
    seed: int | np.random.Generator = 0,
    level: float = 0.9,
    exact: bool | None = None,
) -> Effects:
    """Return the Shapley effects of a model's inputs, which may depend on each other.

    Parameters
    ----------
    model : function
        Takes inputs, shape (m, d), and returns outputs, shape (m,).
    sample : function
        ``sample(m, generator)`` draws inputs.
    conditional : function
        ``conditional(x, given, generator)`` draws inputs anew but for the given ones, given those.
    d : int
    n : int
        Outer draws, 64 or more: of every subset, or one a permutation.
    seed : int or Generator
    level : float
        Of intervals.
    exact : bool, optional
        Over all subsets; default: with 6 inputs or fewer. The model sees 3 n (2^d - 1) points, else 3 n d.

    Raises
    ------
    InputError
        If n is below 64, or fewer than 32 outer draws have all outputs.

    Examples
    --------
    >>> def sample(m, rng): return rng.standard_normal((m, 2))
    >>> def anew(x, given, rng): return np.where(given, x, rng.standard_normal(x.shape))
    >>> found = shapley_effects(lambda x: x[:, 0] + 2 * x[:, 1], sample, anew, 2, n=20_000)
    >>> found.effect.round(1), round(float(found.effect.sum()), 9)
    (array([0.2, 0.8]), 1.0)
    """
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < FEWEST:
        raise refuse("number-range", key="n", found=str(n), low=str(FEWEST), high="∞")
    generator = np.random.default_rng(seed)
    outer = sample(n, generator)
    if exact if exact is not None else d <= EXACT:
        y = np.empty((n, 2**d - 1, INNER))
        for k, free in enumerate(subsets(d).astype(bool)):
            for t in range(INNER):
                y[:, k, t] = model(conditional(outer, ~free, generator))
        return effects_of_subsets(y, level, generator)
    orders = np.array([generator.permutation(d) for _ in range(n)])
    y = np.empty((n, d, INNER))
    for m in range(n):
        for k in range(d):
            given = np.ones(d, dtype=bool)
            given[orders[m, : k + 1]] = False
            x = conditional(np.repeat(outer[m : m + 1], INNER, axis=0), given, generator)
            y[m, k] = model(x)
    return effects_of_permutations(y, orders, level, generator)


def _sound(y: Floats) -> Floats:
    sound = np.isfinite(y).all(axis=(1, 2))
    if sound.sum() < LEFT:
        raise refuse("too-few-runs", key="n", found=len(y), left=int(sound.sum()), low=LEFT)
    return y[sound]


def _constant(y: Floats) -> bool:
    return float(np.ptp(y)) <= SAME * float(np.abs(y).max())


def no_effects(d: int, y: Floats, exact: bool) -> Effects:
    """Return effects of 0 of outputs that are all the same, shape (n, ..., inner).

    Examples
    --------
    >>> no_effects(2, np.ones((64, 3, 3)), exact=True).effect
    array([0., 0.])
    """
    zero = np.zeros(d)
    return Effects(zero, zero, zero, float(y.mean()), 0.0, len(y), exact, True)


def _variances(shares: Floats, y: Floats) -> Floats:
    """Return the variance of independent outputs, shape (n, inner), by resample of rows."""
    centred = y - y.mean()
    mean, square = shares @ centred.mean(axis=1), shares @ (centred**2).mean(axis=1)
    return np.asarray(np.maximum(square - mean**2, 0.0))


def _effects(parts: Floats, variance: Floats, y: Floats, level: float, exact: bool) -> Effects:
    """Return effects from what every input adds to the variance; the first row is the estimate, the rest resamples."""
    there = variance > SAME * variance[0]
    scale = np.where(there, 1.0 / np.where(there, variance, 1.0), 0.0)
    found = parts * scale[:, None]
    low, high = interval(found[1:], level)
    return Effects(found[0], low, high, float(y[:, -1].mean()), float(variance[0]), len(y), exact, False)
