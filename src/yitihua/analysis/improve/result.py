"""The cheapest improvement: which indicators, to what values, at what cost, and what proves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.analysis.goals import Goal
from yitihua.analysis.improve.moves import Move
from yitihua.analysis.improve.program import Cheapest, cost_of
from yitihua.analysis.improve.score import Score
from yitihua.analysis.stages import marked
from yitihua.index.scoreboard import Scoreboard
from yitihua.index.tables import grade_labels
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Improvement:
    """The cheapest improvement of a unit's indicators that reaches a target.

    Attributes
    ----------
    base : Scoreboard
        As published.
    goal : Goal
        The unit, and what it is to reach.
    board : Scoreboard
        Scored with the improved values.
    moves : list of Move
        All that could be done.
    values : ndarray, shape (moves,)
        Raw values after it; the published one where nothing is done.
    found : Cheapest or None
        The mixture with its certificate; None where the target is reached already.
    priced : bool
        Whether costs were stated; else every point of an indicator costs 1.
    short_of : float
        Share of the way at which the target was tried and missed; NaN where values come in steps: then each was
        taken back a step by itself, and the target missed.
    untouched : tuple of str
        Indicators that were asked for but have no value that can be moved.
    """

    base: Scoreboard
    goal: Goal
    board: Scoreboard
    moves: Sequence[Move]
    values: Floats
    found: Cheapest | None
    priced: bool
    short_of: float = float("nan")
    untouched: tuple[str, ...] = ()

    @property
    def row(self) -> int:
        """Row of the unit on the board."""
        return self.goal.row

    @property
    def reached_already(self) -> bool:
        """Whether nothing has to be done."""
        return self.found is None

    @property
    def cost(self) -> float:
        """What it costs; 0 where the target is reached already."""
        return 0.0 if self.found is None else self.found.cost

    def table(self, lang: str = "en") -> pd.DataFrame:
        """Return one row an indicator that is improved, the most effective first.

        Parameters
        ----------
        lang : {"en", "zh"}

        Returns
        -------
        DataFrame
            code, name, unit (of the value), value, value_new, change, points, points_new, effect (points of the
            index: they sum to the change of the score), cost.
        """
        import pandas as pd

        which, recipe = 0 if lang == "zh" else 1, self.base.recipe
        gains = np.zeros(len(self.moves)) if self.found is None else self.found.gains
        effects = self._effects(gains)
        records = []
        for k, move in enumerate(self.moves):
            if self.found is None or gains[k] <= 0:
                continue
            rule = recipe.indicators[move.column]
            points = float(self.base.normalised[self.row, move.column])
            records.append(
                {
                    "code": rule.code,
                    "name": rule.name[which],
                    "unit": rule.unit[which],
                    "value": move.start,
                    "value_new": float(self.values[k]),
                    "change": float(self.values[k] - move.start),
                    "points": points,
                    "points_new": points + move.lent + float(gains[k]),
                    "effect": float(effects[k]),
                    "cost": cost_of(move, float(gains[k]), self.found.chosen[k]),
                }
            )
        columns = ["code", "name", "unit", "value", "value_new", "change", "points", "points_new", "effect", "cost"]
        frame = pd.DataFrame(records, columns=columns)
        frame = frame.sort_values("effect", ascending=False, kind="stable").reset_index(drop=True)
        return marked(frame, self.base, lang, target=self.goal.words[which])

    def _effects(self, gains: Floats) -> Floats:
        """Return what every move brings the index on the straight way (Aumann and Shapley); it sums to the change."""
        if not gains.any():
            return gains
        score, columns = Score(self.base, self.row), [move.column for move in self.moves]
        full = np.zeros(score.width)
        full[columns] = gains
        nodes, weights = np.polynomial.legendre.leggauss(1 if score.linear else 24)
        slopes = [w / 2 * score.above(score.start + (t + 1) / 2 * full)[1] for t, w in zip(nodes, weights, strict=True)]
        raw = np.sum(slopes, axis=0)[columns] * gains
        change = float(self.board.total[self.row] - self.base.total[self.row])
        return np.asarray(raw * (change / raw.sum()))

    @property
    def before_after(self) -> dict[str, tuple[Any, Any]]:
        """Score, rank and grades of the unit, before and after."""
        old, new, row = self.base, self.board, self.row
        found: dict[str, tuple[Any, Any]] = {
            "score": (float(old.rounded_scores[row]), float(new.rounded_scores[row])),
            "rank": (int(old.rank[row]), int(new.rank[row])),
        }
        for rule in old.recipe.grades:
            found[rule.code] = (grade_labels(old, rule.code)[row], grade_labels(new, rule.code)[row])
        return found

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the answer as plain data, with its certificate."""
        table = self.base.table
        proof = {} if self.found is None else self.found.certificate
        return {
            "unit": table.units[self.row],
            "name": table.name_of(self.row, lang),
            "target": self.goal.words[0 if lang == "zh" else 1],
            "cost": self.cost,
            "cost_is": "stated" if self.priced else "points",
            "indicators": self.table(lang).to_dict("records"),
            "before_after": {key: list(pair) for key, pair in self.before_after.items()},
            "certificate": proof | {"missed_at": None if np.isnan(self.short_of) else self.short_of},
            "untouched": list(self.untouched),
            "simulated": table.simulated or self.base.recipe.simulated,
            "edition": self.base.recipe.edition,
        }

    def __repr__(self) -> str:
        name, simulated = self.base.table.name_of(self.row), self.base.table.simulated or self.base.recipe.simulated
        said = "reached already" if self.reached_already else f"{len(self.table())} indicators, cost {self.cost:.6g}"
        return f"<Improvement {name}: {self.goal.words[1]}; {said}{', simulated 模拟' if simulated else ''}>"
