"""Rank sets that hold jointly: confidence sets for the ranks of all units at once.

From a simultaneous confidence band for all differences of scores: a unit's best possible rank is one
more than the number of units that are surely ahead of it, its worst the number of units that are not
surely behind it. The band's half width is a quantile of the largest studentised deviation of any
difference (single step). A marginal interval, taken from the quantiles of a unit's own ranks, says
nothing of two units together, and holds the truth too rarely where units differ by less than their
errors; these sets hold it at least as often as stated.

References
----------
Mogstad, Romano, Shaikh and Wilhelm (2024), Inference for ranks with applications to mobility across
neighbourhoods and academic achievement across countries, Review of Economic Studies 91: 476-518.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Deviations that are looked at, at most: their largest is needed to a percent or so.
DRAWS = 4000
#: Above so many units differences are not studentised one by one.
PAIRWISE = 500


def joint_rank_sets(scores: Floats, draws: Floats, level: float) -> tuple[Floats, Floats]:
    """Return the best and worst rank of every unit, all of them jointly at the level.

    Parameters
    ----------
    scores : ndarray, shape (units,)
        As published; NaN has no rank.
    draws : ndarray, shape (n, units)
        Scores drawn around them; replicates with a gap are left out.
    level : float
        Such as 0.9.

    Returns
    -------
    best, worst : ndarray, shape (units,)
        NaN without a score.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> scores = np.array([80.0, 79.5, 60.0])
    >>> joint_rank_sets(scores, scores + rng.normal(0, 1, (500, 3)), 0.9)
    (array([1., 1., 3.]), array([2., 2., 3.]))
    """
    best, worst = np.full(len(scores), np.nan), np.full(len(scores), np.nan)
    scored = np.flatnonzero(np.isfinite(scores) & np.isfinite(draws).any(axis=0))
    own = draws[:, scored]
    own = own[np.isfinite(own).all(axis=1)][:DRAWS]
    if not scored.size or len(own) < 2:
        return best, worst
    centre = scores[scored]
    errors = own - centre
    half = _half_widths(errors, level)
    for i, unit in enumerate(scored.tolist()):
        gap, width = centre - centre[i], half(i)
        not_ahead = (-gap > width) | ((gap == 0) & (width == 0))
        not_ahead[i] = True
        best[unit] = 1 + (gap > width).sum()
        worst[unit] = 1 + (~not_ahead).sum()
    return best, worst


def _half_widths(errors: Floats, level: float) -> Callable[[int], Floats]:
    """Return a function of a unit's place: half widths of the band for its difference to every other."""
    n, units = errors.shape
    spread = errors - errors.mean(axis=0)
    scale = float(np.abs(errors).max(initial=1.0))
    if units > PAIRWISE:
        largest = errors.max(axis=1) - errors.min(axis=1)
        width = float(np.quantile(largest, level))
        return lambda i: np.full(units, width if width > 1e-12 * scale else 0.0)
    covariance = spread.T @ spread / (n - 1)
    variance = np.diag(covariance)[:, None] + np.diag(covariance)[None, :] - 2 * covariance
    se = np.sqrt(np.maximum(variance, 0.0))
    floor = 1e-9 * max(float(se.max(initial=0.0)), 1e-300)
    safe = np.where(se > floor, se, np.inf)
    largest = np.zeros(n)
    for i in range(units - 1):
        deviation = np.abs(errors[:, i : i + 1] - errors[:, i + 1 :]) / safe[i, i + 1 :]
        np.maximum(largest, deviation.max(axis=1), out=largest)
    critical = float(np.quantile(largest, level))
    # Differences without an error in any draw are known: equal scores are tied, others told apart.
    return lambda i: np.where(se[i] > floor, critical * se[i], 0.0)
