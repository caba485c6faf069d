"""What a unit is to reach: a grade, a rank, or a place above another unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from yitihua.analysis.asked import grade_named
from yitihua.errors import refuse
from yitihua.index.scoreboard import Scoreboard


@dataclass(frozen=True)
class Goal:
    """A target for one unit.

    Attributes
    ----------
    kind : {"grade", "rank", "above"}
    row : int
        Of the unit, on the board.
    words : (str, str)
        In Chinese and English.
    cut : float
        For a grade: where it begins.
    rank : int
        For a rank: to be reached at least; ties share the best rank.
    other : int
        For a place above another: its row.
    """

    kind: Literal["grade", "rank", "above"]
    row: int
    words: tuple[str, str]
    cut: float = -np.inf
    rank: int = 0
    other: int = -1

    def reached(self, board: Scoreboard) -> bool:
        """Whether published scores, rounded, reach it."""
        if self.kind == "grade":
            return bool(board.rounded_scores[self.row] >= self.cut)
        if self.kind == "rank":
            return bool(board.rank[self.row] <= self.rank)
        return bool(board.rounded_scores[self.row] > board.rounded_scores[self.other])

    def least(self, board: Scoreboard) -> float:
        """Return the score before rounding that the unit needs while all others keep theirs."""
        half = 0.5 * 10.0**-board.recipe.score_decimals
        if self.kind == "grade":
            return self.cut - half
        if self.kind == "above":
            return float(board.rounded_scores[self.other]) + half
        rows = board.level_rows[board.table.levels[self.row]]
        rivals = board.rounded_scores[rows[rows != self.row]]
        rivals = np.sort(rivals[np.isfinite(rivals)])[::-1]
        return float(rivals[self.rank - 1]) - half if self.rank <= len(rivals) else -np.inf


def goal_of(
    board: Scoreboard, row: int, grade: str | None, rank: Any, above: str | None, scheme: str | None = None
) -> Goal:
    """Return the target that is asked for.

    Raises
    ------
    InputError
        If not exactly one is named, a grade or unit is unknown, the level has no such grades, the rank does not
        exist, or the unit or the other one has no score.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("hdi")
    >>> goal = goal_of(board, board.table.row_of("Norway"), None, 1, None)
    >>> goal.words[1], goal.reached(board), round(goal.least(board), 4)
    ('rank 1 at least', False, 0.9665)
    """
    asked = [name for name, value in (("grade", grade), ("rank", rank), ("above", above)) if value is not None]
    if len(asked) != 1:
        raise refuse("one-target", key="grade, rank, above", found=asked or ["-"])
    _scored(board, row, "unit")
    if grade is not None:
        return _grade(board, row, grade, scheme)
    if above is not None:
        return _above(board, row, above)
    count = int(np.isfinite(board.total[board.level_rows[board.table.levels[row]]]).sum())
    if isinstance(rank, bool) or not isinstance(rank, (int, np.integer)) or not 1 <= rank <= count:
        raise refuse("number-range", key="rank", found=str(rank), low="1", high=str(count))
    return Goal("rank", row, (f"进入第{rank}名", f"rank {rank} at least"), rank=int(rank))


def _scored(board: Scoreboard, row: int, key: str) -> None:
    if np.isnan(board.total[row]):
        names = board.table.name_of(row, "zh"), board.table.name_of(row)
        raise refuse("no-score-to-lift", key=key, name=names[0], name_en=names[1])


def _grade(board: Scoreboard, row: int, label: str, scheme: str | None) -> Goal:
    rule, k = grade_named(board.recipe, label, scheme)
    level = board.table.levels[row]
    cuts = rule.cuts_of(level)
    if cuts is None:
        raise refuse("no-grades-at-level", key="grade", name=rule.code, found=level)
    words = (f"达到{rule.title[0]}{rule.labels[k]}", f"{rule.title[1]} {rule.labels[k]} at least")
    return Goal("grade", row, words, cut=round(cuts[k - 1], 12) if k > 0 else -np.inf)


def _above(board: Scoreboard, row: int, above: str) -> Goal:
    table = board.table
    other = table.row_of(above)
    if other == row:
        raise refuse("same-unit-twice", key="above", name=table.units[row])
    if table.levels[other] != table.levels[row]:
        options = [table.levels[row], table.levels[other]]
        raise refuse("different-levels", name=[table.units[row], table.units[other]], options=options)
    _scored(board, other, "above")
    return Goal("above", row, (f"高于{table.name_of(other, 'zh')}", f"ahead of {table.name_of(other)}"), other=other)
