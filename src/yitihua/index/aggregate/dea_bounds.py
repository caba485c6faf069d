"""What restricts the weights of benefit-of-the-doubt: bounds on shares, and ratios of weights.

A share is what a child gives to the score of its unit, w_j x_j / sum_k w_k x_k ("pie share"). Bounds on shares
hold for the unit that is scored; ratios hold for the weights themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yitihua.errors import FaultList

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Bound = float | Sequence[float] | Floats | None

#: Sums of shares may miss 1 by rounding.
_SLACK = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Restrictions:
    """What weights must obey beside being 0 or more.

    Attributes
    ----------
    lower, upper : ndarray, shape (children,)
        Bounds on shares: 0 and 1 where there are none.
    ratios : ndarray, shape (restrictions, children)
        Rows g with sum_j g_j w_j >= 0.
    """

    lower: Floats
    upper: Floats
    ratios: Floats

    @property
    def shares(self) -> bool:
        """Whether shares are bounded at all."""
        return bool((self.lower > 0).any() or (self.upper < 1).any())


def restrictions(children: int, lower: Bound = None, upper: Bound = None, ratios: Floats | None = None) -> Restrictions:
    """Return checked restrictions.

    Parameters
    ----------
    children : int
        Number of children.
    lower, upper : float or array of shape (children,), optional
        Smallest and largest share of each child; one number holds for all.
    ratios : ndarray, shape (restrictions, children), optional
        Rows g with sum_j g_j w_j >= 0: w_1 >= 2 w_2 is (1, -2, 0, ...).

    Raises
    ------
    InputError
        If bounds are not shares, a lower one is above the upper one, or no shares that sum to 1 lie within;
        all faults together.

    Examples
    --------
    >>> restrictions(3, lower=0.1, upper=[0.5, 0.5, 0.6]).upper
    array([0.5, 0.5, 0.6])
    >>> restrictions(2, ratios=np.array([[1.0, -2.0]])).shares
    False
    """
    faults = FaultList()
    low = _bound(faults, children, "lower", 0.0 if lower is None else lower)
    high = _bound(faults, children, "upper", 1.0 if upper is None else upper)
    rows = np.zeros((0, children)) if ratios is None else np.atleast_2d(np.asarray(ratios, dtype=float))
    if rows.shape[1] != children or not np.isfinite(rows).all():
        faults.add("bod-ratios", key="ratios", found=f"{rows.shape[1]}", want=children)
    if not faults:
        if (low > high).any():
            j = int(np.argmax(low > high))
            faults.add("bod-bounds", key="lower", reason=f"child {j + 1}: {low[j]:g} > {high[j]:g}")
        if low.sum() > 1 + _SLACK:
            faults.add("bod-bounds", key="lower", reason=f"the lower bounds sum to {low.sum():g}")
        if high.sum() < 1 - _SLACK:
            faults.add("bod-bounds", key="upper", reason=f"the upper bounds sum to {high.sum():g}")
    faults.raise_if_any()
    return Restrictions(low, high, rows)


def _bound(faults: FaultList, children: int, name: str, bound: float | Sequence[float] | Floats) -> Floats:
    found = np.asarray(bound, dtype=float)
    if found.shape not in ((), (children,)):
        faults.add("bod-bounds", key=name, reason=f"{found.size} bounds for {children} children")
        return np.zeros(children)
    if not ((found >= 0) & (found <= 1)).all():
        faults.add("bod-bounds", key=name, reason="a bound is not a share between 0 and 1")
    return np.broadcast_to(found, (children,)).copy()


def ordinal(importance: Sequence[float] | Floats) -> Floats:
    """Return the ratios that order weights like `importance`: w_a >= w_b wherever a is more important.

    All pairs are given, not only neighbours, so that the order of the others stands where a child is missing.

    Parameters
    ----------
    importance : array of shape (children,)
        Any numbers that rank the children; equal ones are not compared.

    Returns
    -------
    ndarray, shape (pairs, children)

    References
    ----------
    Cherchye, L., Moesen, W., Rogge, N. and Van Puyenbroeck, T. (2007). An introduction to 'benefit of the
    doubt' composite indicators. Social Indicators Research 82, 111-145.

    Examples
    --------
    >>> ordinal([3, 1, 1])
    array([[ 1., -1.,  0.],
           [ 1.,  0., -1.]])
    """
    rank = np.asarray(importance, dtype=float)
    first, second = np.nonzero(rank[:, None] > rank)
    rows = np.zeros((len(first), len(rank)))
    rows[np.arange(len(first)), first] = 1.0
    rows[np.arange(len(first)), second] = -1.0
    return rows


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Units to be scored, ready for the solver; arrays have the shape (units, children).

    Attributes
    ----------
    own : ndarray
        Values, 0 where missing.
    present : ndarray of bool
        What is not missing.
    lower, upper : ndarray
        Bounds on the unit's shares.
    """

    own: Floats
    present: Mask
    lower: Floats
    upper: Floats

    def at(self, rows: npt.NDArray[np.int64]) -> Cases:
        """Return some of the units."""
        return Cases(self.own[rows], self.present[rows], self.lower[rows], self.upper[rows])


def cases(own: Floats, present: Mask, limits: Restrictions) -> tuple[Cases, Mask]:
    """Return units with the bounds on their own shares, and whether these leave them a score above 0.

    A missing child has no share. Lower bounds of the others stay; where the upper bounds of those present sum
    to less than 1 they are raised in proportion, until the sum is 1. A child with 0 has no share either, but
    is not excused: a unit that may draw its score from nothing else than a zero scores 0.

    Parameters
    ----------
    own : ndarray, shape (units, children)
        Values, 0 where missing.
    present : ndarray of bool, same shape
        What is not missing.
    limits : Restrictions

    Returns
    -------
    cases : Cases
    alive : ndarray of bool, shape (units,)

    Examples
    --------
    >>> limits = restrictions(3, lower=0.1, upper=0.4)
    >>> own = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0]])
    >>> found, alive = cases(own, np.array([[True, True, True], [True, True, False]]), limits)
    >>> found.upper, alive
    (array([[0.4, 0.4, 0.4],
           [0.5, 0.5, 0. ]]), array([False,  True]))
    """
    lower = np.where(present, limits.lower, 0.0)
    upper = np.where(present, limits.upper, 0.0)
    total = upper.sum(axis=1, keepdims=True)
    upper = upper / np.where((total > 0) & (total < 1), total, 1.0)
    reach = np.where(own > 0, upper, 0.0).sum(axis=1)
    alive = ~((lower > 0) & (own <= 0)).any(axis=1) & (reach >= 1 - _SLACK)
    return Cases(own, present, lower, upper), np.asarray(alive)
