"""The cheapest mixture of moves that brings a score to a level: programmes of HiGHS, a tangent at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from yitihua.analysis.improve.moves import Move
from yitihua.analysis.improve.score import Score
from yitihua.analysis.reach.highs import silent
from yitihua.indicators.table import Floats

#: Tangents after which a score that bends is taken as it stands, with its gap.
MOST_CUTS = 400
#: How near to the level a mixture has to come before it is moved onto it, as a share of the scale.
CLOSE = 1e-9
#: Points of the whole scale in the programme: its rows hold to a tolerance of 1e-7.
SCALE = 1e4


@dataclass(frozen=True, eq=False)
class Cheapest:
    """The cheapest mixture.

    Attributes
    ----------
    gains : ndarray, shape (moves,)
        Points gained by each move.
    chosen : list of int or None
        By move, which of its values; None where it is a line or stays.
    cost : float
    certificate : dict
        kind; objective; bound: nothing cheaper reaches the level; gap; tangents: how many it took; price: what one
        more point of the score costs at the margin (linear programmes).
    """

    gains: Floats
    chosen: list[int | None]
    cost: float
    certificate: dict[str, Any]


@dataclass(eq=False)
class Layout:
    """Variables of the programme: gains of lines, switches of lines with a fixed cost, switches of values."""

    moves: Sequence[Move]
    cost: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    gain_of: list[list[tuple[int, float]]] = field(default_factory=list)  # by move: (variable, points)
    rows: list[dict[int, float]] = field(default_factory=list)  # each: sum <= limit
    limits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        for move in self.moves:
            if move.line:
                self._add_line(move)
            else:
                terms = [(self._add(cost, 1.0, 1), gain) for cost, gain in zip(move.costs, move.gains, strict=True)]
                self.gain_of.append(terms)
                self.rows.append({variable: 1.0 for variable, _ in terms})
                self.limits.append(1.0)

    def _add_line(self, move: Move) -> None:
        most = float(move.gains[0])
        variable = self._add(float(move.costs[0] - move.fixed) / most, most, 0)
        self.gain_of.append([(variable, 1.0)])
        if move.fixed > 0:
            switch = self._add(move.fixed, 1.0, 1)
            self.rows.append({variable: 1.0, switch: -most})
            self.limits.append(0.0)

    def _add(self, cost: float, high: float, whole: int) -> int:
        self.cost.append(float(cost))
        self.high.append(float(high))
        self.whole.append(whole)
        return len(self.cost) - 1

    def matrix(self, rows: Sequence[dict[int, float]]) -> Floats:
        """Return rows as an array over all variables."""
        found = np.zeros((len(rows), len(self.cost)))
        for k, row in enumerate(rows):
            for variable, value in row.items():
                found[k, variable] = value
        return found

    def tangent_row(self, slopes: Floats) -> dict[int, float]:
        """Return what a tangent gives each variable, from its slopes by indicator."""
        return {v: slopes[m.column] * g for m, terms in zip(self.moves, self.gain_of, strict=True) for v, g in terms}

    def gains(self, x: Floats) -> Floats:
        """Return points gained by move."""
        return np.array([sum(x[variable] * gain for variable, gain in terms) for terms in self.gain_of])


def cheapest(score: Score, moves: Sequence[Move], level: float) -> Cheapest | None:
    """Return the cheapest mixture of moves at which the score is at least `level`, or None where there is none.

    The score is concave in the points, so every tangent lies above it. The programme with the tangents so far is a
    relaxation, and its optimum a bound; where the mixture that it finds falls short of the level, the tangent
    there is added (Kelley 1960). Under arithmetic means one tangent is the score itself.

    Parameters
    ----------
    score : Score
    moves : sequence of Move
    level : float
        On the index's scale.

    References
    ----------
    Kelley (1960), The cutting-plane method for solving convex programs, Journal of the SIAM 8: 703-712.
    """
    layout = Layout(moves)
    points, cuts, needs = score.start, [], []
    columns = [move.column for move in moves]
    most = score.start.copy()
    most[columns] += [move.gains.max() for move in moves]
    for _ in range(1 if score.linear else MOST_CUTS):
        at, value, slopes = _tangent(score, points, most, columns, level)
        cuts.append(layout.tangent_row(slopes))
        gained = float(slopes[columns] @ (at - score.start)[columns])
        needs.append(level - value + gained)
        solved = _solve(layout, cuts, needs, SCALE / score.width_of_scale)
        if solved is None:
            return None
        x, bound, price = solved
        gains = layout.gains(x)
        points = score.start.copy()
        points[columns] += gains
        if score(points) >= level - CLOSE * score.width_of_scale:
            break
    gains, points = _polished(score, moves, gains, level)
    chosen = [_chosen(x, terms) if not move.line else None for move, terms in zip(moves, layout.gain_of, strict=True)]
    cost = sum(cost_of(move, gain, one) for move, gain, one in zip(moves, gains.tolist(), chosen, strict=True))
    whole = any(layout.whole)
    certificate = {
        "kind": "mixed-integer" if whole else "linear",
        "objective": cost,
        "bound": bound,
        "gap": max(cost - bound, 0.0),
        "tangents": len(cuts),
    }
    if not whole:
        certificate["price"] = price
    return Cheapest(gains, chosen, cost, certificate)


def _tangent(
    score: Score, points: Floats, most: Floats, columns: list[int], level: float
) -> tuple[Floats, float, Floats]:
    """Return where a tangent is taken, its value and its slopes.

    At a point of 0 a geometric mean has no tangent: there one is taken a little way to the best that can be had, so
    near that it shuts these points out; it lies above the score as any other does.
    """
    value, slopes = score.above(points)
    if np.isfinite(slopes[columns]).all():
        return points, value, slopes
    for share in (1e-2, 1e-4, 1e-6, 1e-8):
        at = points + share * (most - points)
        value, slopes = score.above(at)
        # What is 0 although all that can be moved is above 0 stays there.
        slopes = np.where(np.isfinite(slopes), slopes, 0.0)
        if value + float(slopes[columns] @ (points - at)[columns]) < level:
            break
    return at, value, slopes


def cost_of(move: Move, gain: float, chosen: int | None) -> float:
    """Return what a move costs."""
    if not move.line:
        return 0.0 if chosen is None else float(move.costs[chosen])
    return 0.0 if gain <= 0 else move.fixed + float(move.costs[0] - move.fixed) * gain / float(move.gains[0])


def _polished(score: Score, moves: Sequence[Move], gains: Floats, level: float) -> tuple[Floats, Floats]:
    """Move the line with the most room so that the score is the level: the solver leaves it open by its tolerance."""
    from scipy.optimize import brentq

    columns = [move.column for move in moves]

    def points_at(gains: Floats) -> Floats:
        points = score.start.copy()
        points[columns] += gains
        return points

    lines = [k for k, move in enumerate(moves) if move.line and 0 < gains[k] < move.gains[0]]
    if lines:
        k = max(lines, key=lambda k: min(gains[k], moves[k].gains[0] - gains[k]))

        def beyond(gain: float) -> float:
            return score(points_at(np.where(np.arange(len(gains)) == k, gain, gains))) - level

        low, high = 0.0, float(moves[k].gains[0])
        if beyond(low) < 0 < beyond(high):
            found = float(brentq(beyond, low, high, xtol=1e-15, rtol=4 * np.finfo(float).eps))
            gains = np.where(np.arange(len(gains)) == k, found, gains)
    return gains, points_at(gains)


def _chosen(x: Floats, terms: list[tuple[int, float]]) -> int | None:
    on = [k for k, (variable, _) in enumerate(terms) if x[variable] > 0.5]
    return on[0] if on else None


def _solve(
    layout: Layout, cuts: list[dict[int, float]], needs: list[float], scale: float
) -> tuple[Floats, float, float] | None:
    """Return variables, the bound that was proven, and the dual of the tangents; None where nothing reaches them."""
    from scipy.optimize import Bounds, LinearConstraint, linprog, milp

    # Costs of any currency and size: the solver takes two that are 1e-6 apart for the same.
    stated = np.array(layout.cost)
    unit = max(float(stated[stated > 0].min()), 1e-8 * float(stated.max())) if (stated > 0).any() else 1.0
    a = np.vstack([layout.matrix(layout.rows), -scale * layout.matrix(cuts)])
    b = np.concatenate([layout.limits, -scale * np.array(needs)])
    cost, high, whole = stated / unit, np.array(layout.high), np.array(layout.whole)
    if whole.any():
        with silent():
            found = milp(
                cost, integrality=whole, bounds=Bounds(0, high), constraints=[LinearConstraint(a, -np.inf, b)],
                options={"mip_rel_gap": 0.0},
            )  # fmt: skip
        if found.x is None:
            return None
        bound = float(found.mip_dual_bound)
        fixed = np.round(found.x[whole == 1])
        low, high = np.zeros(len(cost)), high.copy()
        low[whole == 1] = high[whole == 1] = fixed
    else:
        low, bound = np.zeros(len(cost)), np.nan
    # With the switches set, a linear programme: its numbers are exact, and its duals prove them.
    linear = linprog(cost, A_ub=a, b_ub=b, bounds=np.column_stack([low, high]), method="highs-ds")
    if linear.status != 0:
        return None
    duals = linear.ineqlin.marginals
    if np.isnan(bound):
        bound = float(b @ duals + high @ linear.upper.marginals + low @ linear.lower.marginals)
    return np.asarray(linear.x), bound * unit, float(-duals[len(layout.rows) :].sum() * scale * unit)
