"""The nearest weights that reach a target, where units with other gaps are rivals: by parting the unit's scores.

Two quotients of weights are compared, which is no linear matter. But where the unit's product lies between two
numbers, rivals held against the upper one give a programme that asks less than the target, and so a bound; parts that
cannot hold the answer are dropped, and the others halved, until the bound meets the answer.
"""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from yitihua.analysis.reach.gaps import at_least, at_most, span
from yitihua.analysis.reach.linear import Linear, largest
from yitihua.analysis.reach.solve import Distance, Program, Solution, solve
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

#: The gap of weight at which the search ends: with linear programmes, and with slower ones that have switches.
CLOSED = {False: 1e-9, True: 1e-6}
Rows = Callable[[float, float], Floats]


@dataclass(frozen=True)
class Way:
    """How a target is reached.

    Attributes
    ----------
    place : int
        Of the unit among the rows.
    firm, loose : function
        (top, margin) -> rows that must be 0 or more, where the unit's product does not exceed `top`; `most` of the
        loose ones may fall.
    slack : function
        Board -> by how much the target is reached, by scores before rounding.
    best : function
        Says what can be reached, in Chinese and English.
    branches : bool
        Whether some rivals have other gaps than the unit.
    """

    place: int
    firm: Rows
    slack: Callable[[Scoreboard], float]
    best: Callable[[], tuple[str, str]]
    loose: Rows | None = None
    most: int = 0
    branches: bool = False

    def program(
        self, line: Linear, distance: Distance, margin: float, low: float, top: float, inner: bool = False
    ) -> Program:
        """Return the programme of the nearest weights where the unit's product is `low` at least.

        It asks less than the target where the product may come up to `top`, more where it may rise beyond (`inner`).
        """
        rows = [self.firm(top, margin)]
        if self.branches:
            rows.append(at_least(line, self.place, low)[None, :])
            rows += [] if inner else [at_most(line, self.place, top)[None, :]]
        program = Program.nearest(line, np.vstack(rows), distance)
        if self.loose is None:
            return program
        loose = self.loose(top, margin)
        size = largest(-loose, line.low, line.high)
        return program.with_switches(loose[size > 0], size[size > 0], self.most)


def nearest(line: Linear, way: Way, distance: Distance, margin: float, seconds: float) -> tuple[float, Solution | None]:
    """Return what no weights that reach a target by some margin go below, and the nearest found, with what proves it.

    The bound is infinite where no weights reach it; when time is over there may be a bound alone.
    """
    if not way.branches:
        return solve(way.program(line, distance, margin, -np.inf, np.inf), seconds)
    low, top = span(line, way.place)
    narrow, order, closed = 1e-13 * (top - low), itertools.count(), CLOSED[way.loose is not None]
    end = time.monotonic() + seconds
    best: Solution | None = None
    parts = [(0.0, next(order), low, top)]
    solved, left = 0, np.inf  # the lowest bound of parts that are not halved
    while parts and time.monotonic() < end:
        below = np.inf if best is None else best.amount - closed
        if parts[0][0] >= below:
            break
        known, _, low, top = heapq.heappop(parts)
        bound, relaxed = solve(way.program(line, distance, margin, low, top), end - time.monotonic(), below)
        bound, solved = max(bound, known), solved + 1
        if bound >= below:
            left = min(left, max(below, 0.0))
            continue
        if relaxed is not None:
            found = _inner(line, way, distance, margin, relaxed, end)
            solved += 1
            best = found if best is None or (found is not None and found.amount < best.amount) else best
        if top - low <= narrow:
            left = min(left, bound)
            continue
        middle = 0.5 * (low + top)
        for half in ((low, middle), (middle, top)):
            heapq.heappush(parts, (bound, next(order), *half))
    least = min([left, *(part[0] for part in parts)])
    if best is None:
        return least, None
    least = min(least, best.amount)
    proof = {"objective": best.amount, "bound": least, "gap": best.amount - least, "programs": solved}
    given_up = {key: best.certificate[key] for key in ("given_up",) if key in best.certificate}
    return least, replace(best, certificate={"kind": "branched", **proof, **given_up})


def _inner(line: Linear, way: Way, distance: Distance, margin: float, relaxed: Solution, end: float) -> Solution | None:
    """Return weights that surely reach the target: the unit holds its product, and rivals stay behind that."""
    product = float(line.products(relaxed.weights)[way.place])
    program = way.program(line, distance, margin, product, product, inner=True)
    return solve(program, max(end - time.monotonic(), 0.1))[1]
