"""What a figure shows: units, their rows and names, intervals, grades, and how all that is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from yitihua.analysis.asked import level_name
from yitihua.analysis.uncertainty.result import Uncertainty
from yitihua.definitions.levels import level_word
from yitihua.errors import refuse
from yitihua.index.recipe import GradeRule
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats
from yitihua.publish.summary import grade_word

Ints = npt.NDArray[np.int64]

#: Rows a column of a figure holds, columns a figure holds, and how many units are drawn where nobody says.
ROWS, COLUMNS, FIRST = 46, 4, 50


@dataclass(frozen=True, eq=False)
class Chosen:
    """Units to draw, best first.

    Attributes
    ----------
    level : str
    rows : ndarray of int
        Rows of the table.
    of : int
        Units of the level with a score.
    unscored : int
        Units of the level without one: they are not drawn.
    picked : bool
        Whether they were named, and are not the first of the ranking.
    """

    level: str
    rows: Ints
    of: int
    unscored: int
    picked: bool

    def said(self, lang: str) -> str:
        """Return how many units are drawn, of how many."""
        count, word = len(self.rows), level_word(self.level, lang)
        if lang == "zh":
            text = f"{word}{self.of}个单位" if count == self.of else f"{word}{self.of}个单位中的{count}个"
            if count < self.of and not self.picked:
                text = f"{word}{self.of}个单位中的前{count}个"
            return text + (f"；另有{self.unscored}个覆盖率不足，不评分，未画出" if self.unscored else "")
        text = f"{self.of} units" if count == self.of else f"{count} of {self.of} units"
        if count < self.of and not self.picked:
            text = f"the first {count} of {self.of} units"
        said = f"Level {word}: {text}"
        return said + (
            f"; {self.unscored} more without a score for low coverage are not drawn" if self.unscored else ""
        )


def choose_units(
    board: Scoreboard, units: Sequence[str] | None, level: str | None, top: int | None, most: int = ROWS * COLUMNS
) -> Chosen:
    """Return the units to draw.

    Parameters
    ----------
    board : Scoreboard
    units : sequence of str, optional
        Codes or names; default: the first `top` of the level.
    level : str, optional
        Default: the level of the units, or the one with the most units.
    top : int, optional
        Default: all, or the first 50 where there are more than the figure holds.
    most : int
        What the figure holds.

    Raises
    ------
    InputError
        If a name is unknown, units are of several levels, none is left, or there are too many.
    """
    if isinstance(units, str):
        units = [units]
    if units is not None:
        if not units:
            raise refuse("figure-units", key="units")
        named = list(dict.fromkeys(board.table.row_of(unit) for unit in units))
        levels = list(dict.fromkeys(board.table.levels[row] for row in named))
        if len(levels) > 1 or level not in (None, levels[0]):
            raise refuse("different-levels", name=list(units), options=[*levels, *([level] if level else [])])
        level = levels[0]
    level = level_name(board, level)
    rows = board.level_rows[level]
    scored = rows[np.isfinite(board.total[rows])]
    if units is not None:
        picked = np.array(named, dtype=np.int64)
        drawn = picked[np.isfinite(board.total[picked])]
    else:
        drawn = scored
    if not drawn.size:
        raise refuse("figure-empty", name=level)
    order = drawn[np.lexsort((drawn, board.rank[drawn]))]
    if top is not None:
        high = min(most, len(scored))
        if isinstance(top, bool) or not isinstance(top, (int, np.integer)) or not 1 <= top <= most:
            raise refuse("number-range", key="top", found=str(top), low="1", high=str(high))
    limit = top if top is not None else len(order) if len(order) <= most else FIRST if units is None else None
    if limit is None:
        raise refuse("figure-many", key="units", what="units", found=len(order), high=most)
    return Chosen(level, order[:limit], len(scored), len(rows) - len(scored), units is not None)


@dataclass(frozen=True, eq=False)
class Intervals:
    """Intervals of scores and ranks, shape (units,) each; of a run of replicates, or of sampling errors alone."""

    score: tuple[Floats, Floats]
    rank: tuple[Floats, Floats]
    level: float
    of_run: bool

    def said(self, lang: str) -> str:
        """Return what the intervals mean."""
        if lang == "zh":
            what = "所列各种选择和误差的重复试验" if self.of_run else "问卷调查的抽样误差，不含填报数据的误差"
            return f"横线为得分的{self.level:.0%}区间，名次后括号内为名次区间（{what}）；区间重叠者名次先后未必可靠"
        what = "replicates of the choices and errors" if self.of_run else "sampling error of the surveys only"
        return (
            f"Lines are {self.level:.0%} intervals of the score, brackets those of the rank ({what}); "
            "where they overlap, the order is not sure"
        )


def intervals_of(board: Scoreboard, uncertainty: Any = None) -> Intervals | None:
    """Return the intervals to draw: of a run of replicates, else of the surveys' sampling errors, else None.

    Raises
    ------
    InputError
        If what was given is no result of this board.
    """
    if uncertainty is not None:
        found = checked(board, uncertainty, Uncertainty, "uncertainty")
        return Intervals(found.score_interval, found.rank_interval, found.level, True)
    if board.sampled is None:
        return None
    return Intervals(board.sampled.score_interval, board.sampled.rank_interval, board.sampled.level, False)


def checked(board: Scoreboard, found: Any, kind: type[Any], key: str) -> Any:
    """Return a result once it is known to be of the kind and of the board.

    Raises
    ------
    InputError
        If it is not.
    """
    if type(found) is not kind:
        how = {"Uncertainty": "board.uncertainty(...)", "Sensitivity": "board.sensitivity(...)"}[kind.__name__]
        raise refuse("figure-kind", key=key, name=kind.__name__, found=type(found).__name__, options=how)
    if found.board is not board:
        same = found.board.table.units == board.table.units
        if not same or not np.array_equal(found.board.total, board.total, equal_nan=True):
            raise refuse("figure-strange", key=key)
    return found


def grade_words(rule: GradeRule, lang: str) -> list[str]:
    """Return the names of grades as shown, lowest first: stars as stars."""
    return [grade_word(rule, k)[0 if lang == "zh" else 1] for k in range(len(rule.names))]


def digits_of(board: Scoreboard) -> int:
    """Return how many decimals of a score are shown: by the scale, or by the scores where they leave it."""
    low, high = board.recipe.scale
    known = board.total[np.isfinite(board.total)]
    if known.size and (known.min() < low or known.max() > high):
        low, high = float(known.min()), float(known.max())
    return 1 if high - low > 10 else 3


def shown(value: float, digits: int) -> str:
    """Return a number with a true minus sign, "—" where there is none.

    Examples
    --------
    >>> shown(-0.25, 1), shown(float("nan"), 1)
    ('−0.2', '—')
    """
    return f"{value:.{digits}f}".replace("-", "−") if np.isfinite(value) else "—"


def title_of(board: Scoreboard, what: str, lang: str) -> str:
    """Return the title of a figure: the index, the period, what is shown."""
    name = board.recipe.title[0 if lang == "zh" else 1]
    if lang == "zh":
        return f"{name}{f'·{board.table.period}' if board.table.period else ''}：{what}"
    return f"{name}{f', {board.table.period}' if board.table.period else ''}: {what}"


def rank_words(row: int, board: Scoreboard, intervals: Intervals | None) -> str:
    """Return a rank, with its interval in brackets where there is one and it holds more than the rank."""
    rank = f"{board.rank[row]:.0f}"
    if intervals is None or not np.isfinite(intervals.rank[0][row]):
        return rank
    low, high = int(intervals.rank[0][row]), int(intervals.rank[1][row])
    return f"{rank} ({low}–{high})" if low < high else rank


def columns_of(count: int, rows: int = ROWS) -> tuple[int, int]:
    """Return columns, and rows a column, that hold so many units in columns of about equal length.

    Examples
    --------
    >>> columns_of(90), columns_of(10)
    ((2, 45), (1, 10))
    """
    columns = -(-count // rows)
    return columns, -(-count // columns)


def one_column(ax: Axes | None, columns: int) -> None:
    """Refuse one `ax` for a figure of several columns."""
    if ax is not None and columns > 1:
        raise refuse("figure-axes", key="ax", found=columns)
