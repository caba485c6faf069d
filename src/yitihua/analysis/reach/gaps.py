"""Units with gaps: which weights leave them their scores, and targets as rows of a programme.

A row r stands for ``r @ weights >= 0``. Products are those of `Linear.products`, where more is better.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yitihua.analysis.reach.highs import minimise
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    from yitihua.analysis.reach.linear import Linear

Mask = npt.NDArray[np.bool_]
Rivals = Mask | list[int]

#: `apply` scores a node from its coverage less this.
ALLOWED = 1e-9


def statuses(observed: Mask, nominal: Floats, coverage: float) -> tuple[Floats, Floats]:
    """Return rules keep @ weights >= keep_low, under which no unit gains or loses its score of a node.

    Parameters
    ----------
    observed : ndarray of bool, shape (units, children)
    nominal : ndarray, shape (children,)
        Weights in force, which sum to 1.
    coverage : float
        Share of the weight that has to be observed.

    Returns
    -------
    ndarray, ndarray
        Shapes (rules, children) and (rules,); one rule a pattern of gaps, none where nothing is missing.

    Examples
    --------
    >>> statuses(np.array([[True, True, False], [True, True, True]]), np.full(3, 1 / 3), 0.5)[0]
    array([[1., 1., 0.]])
    """
    patterns = np.unique(observed[~observed.all(axis=1)], axis=0).astype(float)
    # Without any observed weight there is no score, whatever the rule.
    least = max(coverage - ALLOWED, ALLOWED)
    scored = patterns @ nominal >= least
    keep = np.where(scored[:, None], patterns, -patterns)
    # Half of what is allowed stays free, so that the solver's last digits change nobody's status.
    return keep, np.where(scored, least + ALLOWED / 2, -(least - ALLOWED / 2))


def within(nominal: Floats, low: Floats, high: Floats, keep: Floats, keep_low: Floats) -> Floats | None:
    """Return weights between bounds that sum to 1 and keep the rules, the nominal ones if they do; None if none do.

    Examples
    --------
    >>> within(np.array([0.5, 0.5]), np.zeros(2), np.array([0.4, 1.0]), np.zeros((0, 2)), np.zeros(0))
    array([0.4, 0.6])
    """
    from yitihua.analysis.uncertainty.weight_draws import feasible_start

    start = feasible_start(nominal, low, high)
    if (keep @ start >= keep_low).all():
        return start
    found = minimise(
        np.zeros(len(nominal)),
        np.vstack([np.ones(len(nominal)), keep]),
        (np.append(1.0, keep_low), np.append(1.0, np.full(len(keep), np.inf))),
        (low, high),
    )
    return None if found.x is None else np.asarray(found.x / found.x.sum())


def apart(line: Linear, place: int) -> Mask:
    """Return whose gaps differ from a unit's, shape (units,): their order is no row of weights."""
    return np.asarray((line.observed != line.observed[place]).any(axis=1))


def at_least(line: Linear, place: int, product: float) -> Floats:
    """Return the row of a unit whose product is a number at least, shape (children,)."""
    return np.where(line.observed[place], line.signed[place] - product, 0.0)


def at_most(line: Linear, place: int, product: float) -> Floats:
    """Return the row of a unit whose product is a number at most, shape (children,)."""
    return np.where(line.observed[place], product - line.signed[place], 0.0)


def behind(line: Linear, place: int, rivals: Rivals, top: float, by: float) -> Floats:
    """Return rows of rivals that a unit leads by some step, shape (rivals, children).

    Parameters
    ----------
    line : Linear
    place : int
        Of the unit among the rows.
    rivals : array of int or bool
    top : float
        What the unit's product does not exceed: rivals with other gaps are held against it.
    by : float
        Of the product.
    """
    values, seen = line.signed[rivals], line.observed[rivals]
    same = ~apart(line, place)[rivals]
    return np.where(seen, np.where(same[:, None], line.signed[place], top) - values - by, 0.0)


def ahead(line: Linear, place: int, rivals: Rivals, bottom: float, by: float) -> Floats:
    """Return rows of rivals that lead a unit by some step, the unit's product being `bottom` at least.

    See `behind`.
    """
    values, seen = line.signed[rivals], line.observed[rivals]
    same = ~apart(line, place)[rivals]
    return np.where(seen, values - np.where(same[:, None], line.signed[place], bottom) - by, 0.0)


def span(line: Linear, place: int) -> tuple[float, float]:
    """Return the least and the largest product of a unit over all weights allowed: exact.

    References
    ----------
    Charnes and Cooper (1962), Programming with linear fractional functionals, Naval Research Logistics Quarterly 9:
    y = w / (observed @ w), s = 1 / (observed @ w) turn the quotient into a linear programme.
    """
    k = len(line.nominal)
    rows = np.vstack(
        [
            np.append(line.observed[place].astype(float), 0.0),
            np.append(np.ones(k), -1.0),
            np.hstack([np.eye(k), -line.low[:, None]]),
            np.hstack([-np.eye(k), line.high[:, None]]),
            np.hstack([line.keep, -line.keep_low[:, None]]),
        ]
    )
    least, most = np.zeros(len(rows)), np.full(len(rows), np.inf)
    least[0], most[:2] = 1.0, [1.0, 0.0]
    anywhere = np.zeros(k + 1), np.full(k + 1, np.inf)
    own = np.append(line.signed[place], 0.0)
    ends = [sign * minimise(sign * own, rows, (least, most), anywhere).objective for sign in (1.0, -1.0)]
    return ends[0], ends[1]
