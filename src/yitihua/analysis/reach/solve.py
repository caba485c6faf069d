"""The nearest weights that meet a target: linear and mixed-integer programmes, with a certificate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from yitihua.analysis.reach.highs import minimise
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    from yitihua.analysis.reach.linear import Linear

Distance = Literal["sum", "max"]


@dataclass(frozen=True, eq=False)
class Solution:
    """Weights, the distance, and what proves that none is shorter.

    Attributes
    ----------
    weights : ndarray, shape (children,)
    amount : float
    certificate : dict
        kind "linear": primal and dual objective and the dual values of the targets; kind "mixed-integer": the
        bound that was proven, and the gap to it; kind "branched": the same over all parts of the unit's scores.
    """

    weights: Floats
    amount: float
    certificate: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Program:
    """Minimise the distance to nominal weights: w between bounds, sum 1, keep @ w >= keep_low, and rows @ w >= 0.

    Variables are the k weights, then the k absolute changes or the largest one, then switches.

    Attributes
    ----------
    cost, a, b, low, high : ndarray
        Of all variables; rows of a are lower bounds on a @ x.
    children : int
    targets : int
        The last rows of a, which the targets are.
    switches : int
        Binary variables, the last ones.
    """

    cost: Floats
    a: Floats
    b: Floats
    low: Floats
    high: Floats
    children: int
    targets: int
    switches: int = 0

    @classmethod
    def nearest(cls, line: Linear, rows: Floats, distance: Distance) -> Program:
        """Return the programme of the nearest weights with rows @ w >= 0."""
        k = len(line.nominal)
        extra = k if distance == "sum" else 1
        spread = np.eye(k) if distance == "sum" else np.ones((k, 1))
        up, down = np.hstack([-np.eye(k), spread]), np.hstack([np.eye(k), spread])
        rules = np.vstack([line.keep, rows])
        cost = np.concatenate([np.zeros(k), np.full(extra, 0.5 if distance == "sum" else 1.0)])
        return cls(
            cost=cost,
            a=np.vstack([up, down, np.hstack([rules, np.zeros((len(rules), extra))])]),
            b=np.concatenate([-line.nominal, line.nominal, line.keep_low, np.zeros(len(rows))]),
            low=np.concatenate([line.low, np.zeros(extra)]),
            high=np.concatenate([line.high, np.ones(extra)]),
            children=k,
            targets=len(rows),
        )

    def with_switches(self, rows: Floats, size: Floats, most: int) -> Program:
        """Return the programme with rows @ w >= 0 of which `most` may fall, by `size`."""
        count, width = len(rows), len(self.cost)
        old = np.hstack([self.a, np.zeros((len(self.a), count))])
        scaled = rows / size[:, None]  # rows of one size: the solver keeps a switch whole only to a tolerance
        switched = np.hstack([scaled, np.zeros((count, width - self.children)), np.eye(count)])
        limit = np.concatenate([np.zeros(width), -np.ones(count)])[None, :]
        return replace(
            self,
            cost=np.concatenate([self.cost, np.zeros(count)]),
            a=np.vstack([old, switched, limit]),
            b=np.concatenate([self.b, np.zeros(count), [-float(most)]]),
            low=np.concatenate([self.low, np.zeros(count)]),
            high=np.concatenate([self.high, np.ones(count)]),
            targets=count + 1,
            switches=count,
        )

    def fixed(self, on: Floats) -> Program:
        """Return the linear programme that is left when the switches are set."""
        width = len(self.cost) - self.switches
        return replace(
            self, cost=self.cost[:width], a=self.a[:, :width], b=self.b - self.a[:, width:] @ on,
            low=self.low[:width], high=self.high[:width], switches=0,
        )  # fmt: skip


def solve(program: Program, seconds: float = np.inf, below: float = np.inf) -> tuple[float, Solution | None]:
    """Return what no solution goes below, infinite where there is none, and a solution with its certificate.

    Parameters
    ----------
    program : Program
    seconds : float
        For programmes with switches; when they are over there may be a bound and no solution, or a gap between them.
    below : float
        Solutions of no smaller distance are not looked for.
    """
    if not program.switches:
        only = _linear(program)
        return (np.inf if only is None else only.amount), only
    width = len(program.cost)
    rows, limits = _all_rows(program)
    if np.isfinite(below):
        rows = np.vstack([rows, program.cost])
        limits = np.append(limits[0], -np.inf), np.append(limits[1], below)
    found = minimise(program.cost, rows, limits, (program.low, program.high), program.switches, seconds)
    bound = max(found.bound, 0.0)
    if found.x is None:
        return bound, None
    # Switches are whole only to a tolerance, which a large row turns into points: solve again with them set.
    on = np.round(found.x[width - program.switches :])
    again = _linear(program.fixed(on))
    if again is None:
        return bound, None
    certificate = {
        "kind": "mixed-integer",
        "objective": again.amount,
        "bound": bound,
        "gap": max(again.amount - bound, 0.0),
        "given_up": int(on.sum()),
    }
    return bound, replace(again, certificate=certificate)


def _all_rows(program: Program) -> tuple[Floats, tuple[Floats, Floats]]:
    """Return the rows of a programme with the sum of the weights, which is 1, as the last; and their limits."""
    k, width = program.children, len(program.cost)
    total = np.concatenate([np.ones(k), np.zeros(width - k)])
    rows = np.vstack([program.a, total])
    return rows, (np.append(program.b, 1.0), np.append(np.full(len(program.b), np.inf), 1.0))


def _linear(program: Program) -> Solution | None:
    rows, limits = _all_rows(program)
    found = minimise(program.cost, rows, limits, (program.low, program.high))
    if found.x is None:
        return None
    duals, reduced = found.row_duals, found.column_duals
    at = np.where(reduced > 0, program.low, program.high)
    dual = float(limits[0] @ duals + np.where(reduced != 0, at * reduced, 0.0).sum())
    weights = found.x[: program.children] / found.x[: program.children].sum()
    certificate = {
        "kind": "linear",
        "objective": found.objective,
        "dual_objective": dual,
        "gap": abs(found.objective - dual),
        "duals": duals[len(duals) - 1 - program.targets : -1].tolist(),
    }
    return Solution(weights, found.objective, certificate)
