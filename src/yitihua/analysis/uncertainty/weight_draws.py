"""Random weights of siblings: around the nominal ones, anywhere on the simplex, or between bounds.

Shapes: nominal weights (children,), draws (n, children); every draw is 0 or more and sums to 1. A
child whose nominal weight is 0 keeps it, except where bounds say otherwise.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Pair moves of each chain, as a multiple of the number of children, before its weights are taken.
SWEEPS = 12


def dirichlet_around(nominal: Floats, concentration: float, n: int, generator: np.random.Generator) -> Floats:
    """Return draws of a Dirichlet distribution whose mean is the nominal weights.

    A weight w has the standard deviation sqrt(w (1 - w) / (concentration + 1)).

    Parameters
    ----------
    nominal : ndarray, shape (children,)
        Sum to 1.
    concentration : float
        1 or more; the larger, the nearer to nominal.
    n : int
        Number of draws.
    generator : Generator

    Returns
    -------
    ndarray, shape (n, children)

    References
    ----------
    Kotz, Balakrishnan and Johnson (2000), Continuous Multivariate Distributions, vol. 1, ch. 49: gamma variates
    divided by their sum.

    Examples
    --------
    >>> w = dirichlet_around(np.array([0.2, 0.8]), 99.0, 20_000, np.random.default_rng(1))
    >>> w.mean(axis=0).round(2), w.std(axis=0).round(2)
    (array([0.2, 0.8]), array([0.04, 0.04]))
    """
    shape = np.asarray(nominal, dtype=float) * concentration
    # The same draws either way; one shape for all is faster.
    one = bool((shape == shape[0]).all())
    return _shares(generator.standard_gamma(shape[0] if one else shape, (n, len(shape))), nominal)


def uniform_weights(nominal: Floats, n: int, generator: np.random.Generator) -> Floats:
    """Return draws that are uniform over all weights that sum to 1, for the children with a weight above 0.

    Examples
    --------
    >>> w = uniform_weights(np.array([0.5, 0.5, 0.0]), 3, np.random.default_rng(1))
    >>> w.shape, w.sum(axis=1).round(12).tolist(), w[:, 2].tolist()
    ((3, 3), [1.0, 1.0, 1.0], [0.0, 0.0, 0.0])
    """
    return _shares(generator.standard_exponential((n, len(nominal))) * (np.asarray(nominal) > 0), nominal)


def _shares(amounts: Floats, nominal: Floats) -> Floats:
    own = np.ascontiguousarray(amounts.T)  # a child's draws next to each other, as they are multiplied later
    sums = np.add.reduce(own, axis=0)
    if np.minimum.reduce(sums, initial=np.inf) > 0:
        own /= sums
        return own.T
    # Where all gammas underflow nothing was drawn: that replicate keeps the nominal weights.
    return np.where(sums > 0, own / np.where(sums > 0, sums, 1.0), np.asarray(nominal)[:, None]).T


def bounded_weights(nominal: Floats, lower: Floats, upper: Floats, n: int, generator: np.random.Generator) -> Floats:
    """Return draws that are uniform over all weights between bounds that sum to 1.

    Every draw is the end of a chain of its own. A step takes two children and draws how they share
    what they hold together, uniformly over what the bounds allow: a Gibbs sampler along the edges
    of the simplex, whose stationary distribution is uniform.

    Parameters
    ----------
    nominal : ndarray, shape (children,)
        Where chains start, moved between the bounds if need be.
    lower, upper : ndarray, shape (children,)
        In 0..1; ``lower.sum() <= 1 <= upper.sum()``.
    n : int
        Number of draws.
    generator : Generator

    Returns
    -------
    ndarray, shape (n, children)

    References
    ----------
    Smith (1984), Efficient Monte Carlo procedures for generating points uniformly distributed over bounded
    regions, Operations Research 32: hit-and-run; here with the directions e_i - e_j.

    Examples
    --------
    >>> low, high = np.array([0.1, 0.2, 0.0]), np.array([0.5, 0.6, 0.3])
    >>> w = bounded_weights(np.full(3, 1 / 3), low, high, 1000, np.random.default_rng(1))
    >>> bool((w >= low - 1e-12).all() and (w <= high + 1e-12).all() and np.allclose(w.sum(axis=1), 1))
    True
    """
    start = feasible_start(nominal, lower, upper)
    w = np.repeat(start[:, None], n, axis=1)  # a child's draws are contiguous
    children = len(start)
    for _ in range(SWEEPS if children > 1 else 0):
        order = generator.permutation(children)
        for first, second in zip(order, np.roll(order, 1), strict=True):
            both = w[first] + w[second]
            low = np.maximum(lower[first], both - upper[second])
            high = np.minimum(upper[first], both - lower[second])
            w[first] = low + np.maximum(high - low, 0.0) * generator.random(n)
            w[second] = both - w[first]
    return np.clip(w, lower[:, None], upper[:, None]).T


def feasible_start(nominal: Floats, lower: Floats, upper: Floats) -> Floats:
    """Return the nominal weights, or weights between the bounds as near to them as one shift and clip come.

    Examples
    --------
    >>> feasible_start(np.array([0.7, 0.2, 0.1]), np.zeros(3), np.array([0.5, 1.0, 1.0])).round(3)
    array([0.5, 0.3, 0.2])
    """
    low, high = -1.0, 1.0
    for _ in range(200):  # clip(nominal + shift) rises with the shift: bisect for a sum of 1
        shift = 0.5 * (low + high)
        if np.clip(nominal + shift, lower, upper).sum() > 1.0:
            high = shift
        else:
            low = shift
    found = np.clip(nominal + low, lower, upper)
    return np.asarray(found + (1.0 - found.sum()) * _room(found, lower, upper))


def _room(found: Floats, lower: Floats, upper: Floats) -> Floats:
    room = np.minimum(upper - found, found - lower)
    return room / room.sum() if room.sum() > 0 else np.full(len(found), 0.0)
