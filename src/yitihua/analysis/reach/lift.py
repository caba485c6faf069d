"""The smallest change of weights that lifts a unit to a grade, to a rank, or above another, proven and tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.analysis.goals import Goal, goal_of
from yitihua.analysis.reach.branch import Way, nearest
from yitihua.analysis.reach.gaps import apart, at_least, at_most, behind, span
from yitihua.analysis.reach.linear import Linear, linear
from yitihua.analysis.reach.solve import Distance, Program, Solution, solve
from yitihua.errors import refuse
from yitihua.index.scoreboard import Scoreboard
from yitihua.index.tables import grade_labels
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

#: Seconds for the programmes of one target.
TIME_LIMIT = 60.0
#: How far short of the weights that were found the target must be missed, as a share of the way.
SHORT = 1e-6


@dataclass(frozen=True, eq=False)
class Lift:
    """The smallest change of weights that reaches a target.

    Attributes
    ----------
    line : Linear
        The board, the node whose weights vary, and the bounds.
    row : int
        Of the unit, on the board.
    target : (str, str)
        In Chinese and English.
    distance : {"sum", "max"}
        What is smallest: the weight that is moved (half the sum of absolute changes), or the largest change.
    weights : ndarray, shape (children,)
        At which the target is reached.
    amount : float
        The distance; 0 where the target is reached already.
    solution : Solution
        With its certificate.
    board : Scoreboard
        Scored at the weights.
    short_of : float
        Share of the way at which the target was tried and missed, by scores before rounding; NaN where it is
        reached already, and where time ended before the answer was proven and it is reached short of it as well.
    rounded_earlier : bool
        Whether published scores, rounded, reach the target short of the weights already.
    forced : bool
        Whether bounds that exclude the weights in force make this change necessary, whatever the target.
    """

    line: Linear
    row: int
    target: tuple[str, str]
    distance: Distance
    weights: Floats
    amount: float
    solution: Solution
    board: Scoreboard
    short_of: float
    rounded_earlier: bool = False
    forced: bool = False

    @property
    def reached_already(self) -> bool:
        """Whether nothing has to change."""
        return self.amount == 0.0

    def table(self, lang: str = "en") -> pd.DataFrame:
        """Return one row a child: code, name, weight, weight_new, change, lowest, highest."""
        import pandas as pd

        which = 0 if lang == "zh" else 1
        line = self.line
        return pd.DataFrame(
            {
                "code": line.node.children,
                "name": [line.board.recipe.labels[child][which] for child in line.node.children],
                "weight": line.nominal,
                "weight_new": self.weights,
                "change": np.where(np.abs(self.weights - line.nominal) < 1e-12, 0.0, self.weights - line.nominal),
                "lowest": line.low,
                "highest": line.high,
            }
        )

    @property
    def before_after(self) -> dict[str, tuple[Any, Any]]:
        """Score, rank and grades of the unit, before and after."""
        old, new, row = self.line.board, self.board, self.row
        found: dict[str, tuple[Any, Any]] = {
            "score": (float(old.rounded_scores[row]), float(new.rounded_scores[row])),
            "rank": (int(old.rank[row]), int(new.rank[row])),
        }
        for rule in old.recipe.grades:
            found[rule.code] = (grade_labels(old, rule.code)[row], grade_labels(new, rule.code)[row])
        return found

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the answer as plain data, with its certificate."""
        table = self.line.board.table
        return {
            "unit": table.units[self.row],
            "name": table.name_of(self.row, lang),
            "target": self.target[0 if lang == "zh" else 1],
            "distance": self.distance,
            "amount": self.amount,
            "weights": dict(zip(self.line.node.children, self.weights.tolist(), strict=True)),
            "before_after": {key: list(pair) for key, pair in self.before_after.items()},
            "certificate": self.solution.certificate
            | {"missed_at": self.short_of, "rounded_earlier": self.rounded_earlier, "forced_by_bounds": self.forced},
            "simulated": table.simulated or self.line.board.recipe.simulated,
        }

    def __repr__(self) -> str:
        name, simulated = self.line.board.table.name_of(self.row), self.line.board.table.simulated
        said = "reached already" if self.reached_already else f"{self.amount:.4f} of weight moved"
        if self.distance == "max" and not self.reached_already:
            said = f"no weight changes by more than {self.amount:.4f}"
        return f"<Lift {name}: {self.target[1]}; {said}{', simulated 模拟' if simulated else ''}>"


def lift(
    board: Scoreboard,
    unit: str,
    grade: str | None = None,
    rank: int | None = None,
    above: str | None = None,
    scheme: str | None = None,
    node: str | None = None,
    bounds: Mapping[str, Sequence[float]] | None = None,
    share: float | None = None,
    distance: Distance = "sum",
    time_limit: float = TIME_LIMIT,
) -> Lift:
    """Return the smallest change of weights that lifts a unit to a target.

    Parameters
    ----------
    board : Scoreboard
    unit : str
        Code or name.
    grade : str, optional
        Label of a grade to reach at least.
    rank : int, optional
        To be reached at least; ties share the best rank.
    above : str, optional
        Another unit of the level, to be strictly ahead of.
    scheme : str, optional
        Of the grade; default: the first that has such a label.
    node, bounds, share
        Which weights vary, and how far; see `linear`.
    distance : {"sum", "max"}
        Smallest weight moved, or smallest largest change.
    time_limit : float
        Seconds for a rank, or a place above another with other gaps; where it is not enough the certificate has a gap.

    Returns
    -------
    Lift
        With a certificate: duals of the linear programme, or bound and gap of the mixed-integer one. The board is
        scored at the weights, and just short of them, where the target must be missed.

    Raises
    ------
    InputError
        If not exactly one target is named, a name is unknown, or no weights within the bounds reach it: then it
        says what can be reached; if time ends before any are found.

    Notes
    -----
    Units with gaps below the node share anew the weight of what they lack; weights at which one would gain or lose
    its score of the node are left out (for a grade, at which the unit itself would). The order of units with
    different gaps is no linear matter: then the unit's possible scores are parted until the bound meets the answer
    ("branched").

    Published scores are rounded, which no linear programme knows. A grade is reached from half a unit of the last
    digit below its cut; a rank where enough rivals are not ahead before rounding; another unit is surely left
    behind by one unit of the last digit. With few decimals rounding may bring the target earlier: `rounded_earlier`.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = lift(yt.evaluate("hdi"), "Norway", rank=1)
    >>> found.before_after["rank"], round(found.amount, 4)
    ((2, 1), 0.0248)
    """
    row = board.table.row_of(unit)
    goal = goal_of(board, row, grade, rank, above, scheme)
    if distance not in ("sum", "max"):
        raise refuse("bad-choice", key="distance", found=str(distance), options=["sum", "max"])
    line = linear(board, board.table.levels[row], node, bounds, share)
    line = line.alone(row) if goal.kind == "grade" else line
    if goal.reached(board) and _inside(line):
        nothing = Solution(line.nominal, 0.0, {"kind": "none", "reached": True})
        return Lift(line, row, goal.words, distance, line.nominal, 0.0, nothing, board, float("nan"))
    return _tried(line, goal, distance, _way(line, goal), time_limit)


def _inside(line: Linear) -> bool:
    """Return whether the weights in force keep to the bounds."""
    return bool(((line.nominal >= line.low - 1e-12) & (line.nominal <= line.high + 1e-12)).all())


def _way(line: Linear, goal: Goal) -> Way:
    return {"grade": _to_grade, "rank": _to_rank, "above": _above}[goal.kind](line, goal)


def _said(line: Linear, product: float) -> tuple[str, str]:
    score = float(line.scores_of(line.sign * product))
    said = f"{float(np.round(score, line.board.recipe.score_decimals)):g}"
    return said, said


def _to_grade(line: Linear, goal: Goal) -> Way:
    place = line.place_of(goal.row)
    least = goal.cut - 0.5 * line.unit_of_rounding
    cut = line.sign * line.transformed_score(least)
    return Way(
        place,
        firm=lambda top, margin: at_least(line, place, cut + margin)[None, :],
        slack=lambda at: float(at.total[goal.row] - least),
        best=lambda: _said(line, span(line, place)[1]),
    )


def _above(line: Linear, goal: Goal) -> Way:
    place, other = line.place_of(goal.row), line.place_of(goal.other)
    unit, straight = line.unit_of_rounding, line.power == 1.0

    def led(top: float, margin: float, size: float) -> Floats:
        if straight:
            return behind(line, place, [other], top, size + margin)
        # A step of the score is no fixed step of the product where means bend: so the rival is held against `top`.
        held = at_most(line, other, line.lowered(top, size) - margin)[None, :]
        if size < 0 or apart(line, place)[other]:
            return held
        least = line.step(size) if line.power > 1 else top - line.lowered(top, size)
        return np.vstack([held, behind(line, place, [other], top, least + margin)])

    def best() -> tuple[str, str]:
        # A step less is a tie: within it the two cannot be told apart by what is published.
        ties = replace(way, firm=lambda top, margin: led(top, margin, -unit))
        found = nearest(line, ties, "sum", 0.0, TIME_LIMIT)[1]
        return ("仍低于对方", "still behind") if found is None else ("两者相同", "a tie")

    way = Way(
        place,
        firm=lambda top, margin: led(top, margin, unit),
        slack=lambda at: float(at.total[goal.row] - at.total[goal.other] - unit),
        best=best,
        branches=not straight or bool(apart(line, place)[other]),
    )
    return way


def _to_rank(line: Linear, goal: Goal) -> Way:
    from yitihua.analysis.reach.rank_range import best_rank

    place = line.place_of(goal.row)
    rivals = np.arange(len(line.rows)) != place

    def slack(at: Scoreboard) -> float:
        others = np.sort(at.total[line.rows[rivals]])[::-1]
        return float(at.total[goal.row] - others[goal.rank - 1])

    def best() -> tuple[str, str]:
        found = best_rank(line, place)
        if found.bound < found.rank:
            return f"第{found.rank}名（不会优于第{found.bound}名）", f"rank {found.rank}, none below {found.bound}"
        return f"第{found.rank}名", f"rank {found.rank}"

    return Way(
        place,
        firm=lambda top, margin: np.zeros((0, len(line.nominal))),
        slack=slack,
        best=best,
        loose=lambda top, margin: behind(line, place, rivals, top, margin),
        most=goal.rank - 1,
        branches=bool(apart(line, place).any()),
    )


def _refused(code: str, board: Scoreboard, goal: Goal, **details: str) -> Exception:
    names = board.table.name_of(goal.row, "zh"), board.table.name_of(goal.row)
    return refuse(
        code, key=goal.kind, name=names[0], name_en=names[1], found=goal.words[0], found_en=goal.words[1], **details
    )


def _out_of_reach(board: Scoreboard, goal: Goal, best: tuple[str, str]) -> Exception:
    return _refused("out-of-reach", board, goal, best=best[0], best_en=best[1])


def _tried(line: Linear, goal: Goal, distance: Distance, way: Way, seconds: float) -> Lift:
    """Solve, score at the weights that were found, and just short of them."""
    width = line.board.recipe.scale[1] - line.board.recipe.scale[0]
    # The solver keeps constraints to its own tolerance; a margin far below the last digit makes up for it.
    for margin in (1e-12 * width, 1e-10 * width, 1e-8 * width):
        bound, solution = nearest(line, way, distance, margin, seconds)
        if solution is None and np.isfinite(bound):
            raise _refused("out-of-time", line.board, goal, seconds=f"{seconds:g}", bound=f"{bound:.4f}")
        if solution is None:
            raise _out_of_reach(line.board, goal, way.best())
        board = line.scored(solution.weights)
        if goal.reached(board) and way.slack(board) >= 0 and line.kept(solution.weights):
            break
    else:
        raise _out_of_reach(line.board, goal, way.best())
    start, forced = _start(line, distance)
    by_bounds = solution.amount <= forced + 1e-9
    short_of, earlier = (float("nan"), False) if by_bounds else _short_of(line, goal, way, start, forced, solution)
    return Lift(
        line, goal.row, goal.words, distance, solution.weights, solution.amount, solution, board,
        short_of=short_of, rounded_earlier=earlier, forced=by_bounds,
    )  # fmt: skip


def _start(line: Linear, distance: Distance) -> tuple[Floats, float]:
    """Return the weights in force, or the nearest within bounds that exclude them; and how far off they are."""
    if _inside(line):
        return line.nominal, 0.0
    found = solve(Program.nearest(line, np.zeros((0, len(line.nominal))), distance))[1]
    assert found is not None  # `linear` has refused bounds without any weights
    return found.weights, found.amount


def _short_of(
    line: Linear, goal: Goal, way: Way, start: Floats, forced: float, solution: Solution
) -> tuple[float, bool]:
    """Return the share of the way from the start at which the target is missed, and whether rounding reaches it there.

    All weights on the way are nearer than the answer, since distances are convex.
    """
    moved = solution.weights - start
    for short in (SHORT, 1e-4, 1e-2):
        near = line.scored(start + (1.0 - short) * moved)
        if way.slack(near) < 0:
            return 1.0 - short, goal.reached(near)
    # Only an answer that is not proven to the last digit can be reached short of it.
    gap, way_back = solution.certificate["gap"], 0.01 * (solution.amount - forced)
    assert gap > 0.9 * way_back, f"{goal.words[1]} is reached short of {solution.weights}"
    return float("nan"), False
