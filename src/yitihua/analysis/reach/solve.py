"""Linear and mixed-integer programmes over weights, solved by HiGHS (scipy), with a certificate."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from yitihua.indicators.table import Floats

Distance = Literal["sum", "max"]


@contextmanager
def silent() -> Iterator[None]:
    """Keep what a library prints past Python away from stdout.

    HiGHS prints a line of its own now and then, whatever it is told, and would do so into JSON.

    Examples
    --------
    >>> with silent():
    ...     _ = os.write(1, b"noise")
    """
    with suppress(AttributeError, ValueError):  # stdout may be closed, or None under pythonw
        sys.stdout.flush()
    try:
        saved = os.dup(1)
    except OSError:  # nothing to print to
        yield
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 1)
        yield
    finally:
        with suppress(OSError, AttributeError, TypeError):
            ctypes.CDLL(None).fflush(None)  # what the C library still holds goes nowhere as well
        os.dup2(saved, 1)
        os.close(saved)
        os.close(nothing)


@dataclass(frozen=True, eq=False)
class Solution:
    """Weights, the distance, and what proves that none is shorter.

    Attributes
    ----------
    weights : ndarray, shape (children,)
    amount : float
    certificate : dict
        kind "linear": primal and dual objective and the dual values of the targets; kind "mixed-integer": the
        bound that was proven, and the gap to it.
    """

    weights: Floats
    amount: float
    certificate: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Program:
    """Minimise the distance to nominal weights: w between bounds, sum 1, and a @ w >= b.

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
    def nearest(cls, nominal: Floats, low: Floats, high: Floats, a: Floats, b: Floats, distance: Distance) -> Program:
        """Return the programme of the nearest weights with a @ w >= b."""
        k = len(nominal)
        extra = k if distance == "sum" else 1
        spread = np.eye(k) if distance == "sum" else np.ones((k, 1))
        up, down = np.hstack([-np.eye(k), spread]), np.hstack([np.eye(k), spread])
        target = np.hstack([a, np.zeros((len(a), extra))])
        cost = np.concatenate([np.zeros(k), np.full(extra, 0.5 if distance == "sum" else 1.0)])
        return cls(
            cost=cost,
            a=np.vstack([up, down, target]),
            b=np.concatenate([-nominal, nominal, b]),
            low=np.concatenate([low, np.zeros(extra)]),
            high=np.concatenate([high, np.ones(extra)]),
            children=k,
            targets=len(a),
        )

    def with_switches(self, a: Floats, b: Floats, size: Floats, most: int) -> Program:
        """Return the programme with rows a @ w >= b of which `most` may fall, by `size`."""
        count, width = len(a), len(self.cost)
        old = np.hstack([self.a, np.zeros((len(self.a), count))])
        scaled = a / size[:, None]  # rows of one size: the solver keeps a switch whole only to a tolerance
        rows = np.hstack([scaled, np.zeros((count, width - self.children)), np.eye(count)])
        limit = np.concatenate([np.zeros(width), -np.ones(count)])[None, :]
        return replace(
            self,
            cost=np.concatenate([self.cost, np.zeros(count)]),
            a=np.vstack([old, rows, limit]),
            b=np.concatenate([self.b, b / size, [-float(most)]]),
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


def solve(program: Program) -> Solution | None:
    """Return the solution with its certificate, or None where there is none."""
    if not program.switches:
        return _linear(program)
    from scipy.optimize import Bounds, LinearConstraint, milp

    width = len(program.cost)
    whole = np.concatenate([np.zeros(width - program.switches), np.ones(program.switches)])
    total = np.concatenate([np.ones(program.children), np.zeros(width - program.children)])
    with silent():
        found = milp(
            program.cost,
            integrality=whole,
            bounds=Bounds(program.low, program.high),
            constraints=[LinearConstraint(program.a, program.b, np.inf), LinearConstraint(total[None, :], 1.0, 1.0)],
            options={"mip_rel_gap": 0.0},
        )
    if found.x is None:
        return None
    # Switches are whole only to a tolerance, which a large row turns into points: solve again with them set.
    on = np.round(found.x[width - program.switches :])
    again = _linear(program.fixed(on))
    if again is None:
        return None
    bound = float(found.mip_dual_bound)
    certificate = {
        "kind": "mixed-integer",
        "objective": again.amount,
        "bound": bound,
        "gap": max(again.amount - bound, 0.0),
        "given_up": int(on.sum()),
    }
    return replace(again, certificate=certificate)


def _linear(program: Program) -> Solution | None:
    from scipy.optimize import linprog

    k, width = program.children, len(program.cost)
    total = np.concatenate([np.ones(k), np.zeros(width - k)])
    found = linprog(
        program.cost, A_ub=-program.a, b_ub=-program.b, A_eq=total[None, :], b_eq=[1.0],
        bounds=np.column_stack([program.low, program.high]), method="highs-ds",
    )  # fmt: skip
    if found.status != 0:
        return None
    duals = found.ineqlin.marginals
    dual = float(
        -program.b @ duals + found.eqlin.marginals.sum()
        + program.low @ found.lower.marginals + program.high @ found.upper.marginals
    )  # fmt: skip
    weights = found.x[:k] / found.x[:k].sum()
    certificate = {
        "kind": "linear",
        "objective": float(found.fun),
        "dual_objective": dual,
        "gap": abs(float(found.fun) - dual),
        "duals": (-duals[len(duals) - program.targets :]).tolist(),
    }
    return Solution(weights, float(found.fun), certificate)
