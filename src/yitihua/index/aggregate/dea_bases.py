"""An optimum that was found for one unit, tried on the others: many have the same rivals.

What binds at an optimum is a square system of equations. For another unit the same system, with its own
values, gives weights and multipliers; where these are feasible they are its optimum, by the conditions of
optimality, and no programme has to be solved. So draws of the same units are scored many at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yitihua.index.aggregate.dea_bounds import Cases, Floats, Mask, Restrictions

Places = npt.NDArray[np.int64]
_NOWHERE: Places = np.zeros(0, dtype=np.int64)

#: Feasibility of multipliers and weights, on values scaled to 0..1.
TOLERANCE = 1e-10
#: Numbers held at a time.
_BLOCK = 1 << 22


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """Which restrictions hold with equality at an optimum, as many as there are children.

    Attributes
    ----------
    rivals, ratios : ndarray of int
        Rows of the rivals and of the ratios.
    low, high, none : ndarray of int
        Children at the lower and upper bound of their share, and without weight.
    """

    rivals: Places
    ratios: Places
    low: Places
    high: Places
    none: Places

    @classmethod
    def of(
        cls, children: int, rivals: Places, ratios: Places, low: Places = _NOWHERE, high: Places = _NOWHERE,
        none: Places = _NOWHERE,
    ) -> Basis | None:  # fmt: skip
        """Return a basis, or None where too few or too many restrictions bind to tell the weights."""
        count = sum(len(part) for part in (rivals, ratios, low, high, none))
        return cls(rivals, ratios, low, high, none) if count == children else None


def settle(basis: Basis, cases: Cases, rivals: Floats, limits: Restrictions) -> tuple[Mask, Floats]:
    """Return for which units a basis is optimal, and their weights.

    Parameters
    ----------
    basis : Basis
        Of some unit; under ratios, of one that has the same children.
    cases : Cases
        The units.
    rivals : ndarray, shape (rivals, children)
    limits : Restrictions

    Returns
    -------
    settled : ndarray of bool, shape (units,)
    weights : ndarray, shape (units, children)
        0 where not settled.
    """
    settled, weights = np.zeros(len(cases.own), dtype=bool), np.zeros_like(cases.own)
    step = max(1, _BLOCK // max(len(rivals), cases.own.shape[1] ** 2))
    for start in range(0, len(settled), step):
        rows = np.arange(start, min(start + step, len(settled)))
        # A child that is missing has no share that could be at a bound.
        rows = rows[(cases.own[np.ix_(rows, np.append(basis.low, basis.high))] > 0).all(axis=1)]
        settled[rows], weights[rows] = _settle(basis, cases.at(rows), rivals, limits)
    return settled, weights


def _settle(basis: Basis, cases: Cases, rivals: Floats, limits: Restrictions) -> tuple[Mask, Floats]:
    own, lower, upper = cases.own, cases.lower, cases.upper
    m, peers = own.shape[1], len(basis.rivals)
    settled, weights = np.zeros(len(own), dtype=bool), np.zeros_like(own)
    fixed = np.concatenate([rivals[basis.rivals], limits.ratios[basis.ratios], np.eye(m)[basis.none]])
    goal = np.append(np.ones(peers), np.zeros(m - peers))
    if not limits.shares:
        inverse = _inverse(fixed[None])
        if inverse is None:
            return settled, weights
        multipliers = own @ inverse[0]
        settled = _signs(multipliers, peers)
        weights[settled] = inverse[0] @ goal
        # Optimal for the unit that it is from, so within the bounds of all.
        return settled, weights
    systems = np.empty((len(own), m, m))
    systems[:, : len(fixed)] = fixed
    for row, (j, bound, sign) in enumerate(
        [(j, lower, 1.0) for j in basis.low] + [(j, upper, -1.0) for j in basis.high], start=len(fixed)
    ):
        systems[:, row] = -sign * bound[:, j, None] * own
        systems[:, row, j] += sign * own[:, j]
    inverse = _inverse(systems)
    if inverse is None:
        return settled, weights
    found = _signs(np.einsum("ij,ijk->ik", own, inverse), peers)
    some = inverse[found] @ goal
    given = some * own[found]
    total = given.sum(axis=1, keepdims=True)
    inside = (some >= -TOLERANCE) & (given >= lower[found] * total - TOLERANCE) & (
        given <= upper[found] * total + TOLERANCE
    )  # fmt: skip
    good = inside.all(axis=1) & (some @ limits.ratios.T >= -TOLERANCE).all(axis=1)
    good &= (some @ rivals.T <= 1 + TOLERANCE).all(axis=1)
    settled[np.flatnonzero(found)[good]] = True
    weights[settled] = some[good]
    return settled, weights


def _signs(multipliers: Floats, peers: int) -> Mask:
    """Return where rivals have multipliers of 0 or more, all other restrictions of 0 or less."""
    below = (multipliers[:, :peers] >= -TOLERANCE).all(axis=1)
    return np.asarray(below & (multipliers[:, peers:] <= TOLERANCE).all(axis=1))


def _inverse(systems: Floats) -> Floats | None:
    """Return inverses, or None where a system is singular."""
    try:
        return np.asarray(np.linalg.inv(systems))
    except np.linalg.LinAlgError:
        return None
