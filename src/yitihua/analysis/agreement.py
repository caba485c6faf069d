"""How far two rankings agree: two boards, or two recipes on the same data.

Ranks are those that are published: taken on rounded scores, within a level. Units without a rank
in one of the two have no shift; they are counted, not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.analysis.asked import level_name
from yitihua.analysis.stages import marked
from yitihua.errors import refuse
from yitihua.index.apply import apply
from yitihua.index.recipe import Recipe
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats, IndicatorTable

if TYPE_CHECKING:
    import pandas as pd

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two rankings of the same units agree.

    Attributes
    ----------
    units : int
        Units with a rank in both.
    spearman, kendall : float
        Rank correlations, ties by mean ranks (Spearman) and tau-b (Kendall 1945); NaN with fewer
        than two units, or where all are tied in one of the rankings.
    mean_shift, median_shift, max_shift : float
        Of the absolute change of rank, in places (COINr `remove_elements`: MeanAbsDiff); NaN
        without units.
    moved : int
        Units whose rank differs.
    """

    units: int
    spearman: float
    kendall: float
    mean_shift: float
    median_shift: float
    max_shift: float
    moved: int


def mean_ranks(x: Floats) -> Floats:
    """Return ranks from the smallest (1), tied values sharing the mean of their ranks.

    Parameters
    ----------
    x : ndarray, shape (units,)
        Without NaN.

    Examples
    --------
    >>> mean_ranks(np.array([3.0, 1.0, 3.0, 9.0]))
    array([2.5, 1. , 2.5, 4. ])
    """
    _, place, counts = np.unique(x, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2.0)[place.ravel()])


def spearman(a: Floats, b: Floats) -> float:
    """Return Spearman's rank correlation: Pearson's of mean ranks (Spearman 1904).

    Parameters
    ----------
    a, b : ndarray, shape (units,)
        A pair with a NaN is left out.

    Returns
    -------
    float
        NaN with fewer than two pairs, or where one side is constant.

    Examples
    --------
    >>> spearman(np.array([1.0, 2.0, 3.0]), np.array([10.0, 30.0, 20.0]))
    0.5
    """
    there = np.isfinite(a) & np.isfinite(b)
    if there.sum() < 2:
        return float("nan")
    x, y = (mean_ranks(side[there]) for side in (a, b))
    x, y = x - x.mean(), y - y.mean()
    spread = float(np.sqrt((x @ x) * (y @ y)))
    return float(np.clip((x @ y) / spread, -1.0, 1.0)) if spread > 0 else float("nan")


def kendall(a: Floats, b: Floats) -> float:
    """Return Kendall's tau-b, which corrects for ties (Kendall 1945).

    Parameters
    ----------
    a, b : ndarray, shape (units,)
        A pair with a NaN is left out.

    Returns
    -------
    float
        NaN with fewer than two pairs, or where one side is constant.

    Examples
    --------
    >>> round(kendall(np.array([1.0, 2.0, 3.0]), np.array([10.0, 30.0, 20.0])), 4)
    0.3333
    """
    there = np.isfinite(a) & np.isfinite(b)
    x, y = a[there], b[there]
    if x.size < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    from scipy.stats import kendalltau

    return float(kendalltau(x, y).statistic)


def agreement(old: Floats, new: Floats) -> Agreement:
    """Compare two rankings.

    Parameters
    ----------
    old, new : ndarray, shape (units,)
        Ranks of the same units; NaN has none.

    Examples
    --------
    >>> found = agreement(np.array([1.0, 2.0, 3.0, np.nan]), np.array([2.0, 1.0, 3.0, 4.0]))
    >>> found.units, found.mean_shift == 2 / 3, found.max_shift, found.moved
    (3, True, 1.0, 2)
    """
    shift = np.abs(old - new)
    seen = shift[np.isfinite(shift)]
    nothing = float("nan")
    return Agreement(
        units=seen.size,
        spearman=spearman(old, new),
        kendall=kendall(old, new),
        mean_shift=float(seen.mean()) if seen.size else nothing,
        median_shift=float(np.median(seen)) if seen.size else nothing,
        max_shift=float(seen.max()) if seen.size else nothing,
        moved=int((seen > 0).sum()),
    )


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two boards side by side, within one level.

    Attributes
    ----------
    old, new : Scoreboard
        Both boards.
    level : str
        Units are compared within it.
    units : tuple of str
        Units that stand at that level in both.
    agreement : Agreement
        How far the rankings agree.
    grade_changes : dict
        Grade scheme that both have -> how many units are graded differently; to gain or lose a
        grade counts.
    """

    old: Scoreboard
    new: Scoreboard
    level: str
    units: tuple[str, ...]
    agreement: Agreement
    grade_changes: dict[str, int]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """`table` with names in English."""
        return self.table("en")

    def table(self, lang: str = "en") -> pd.DataFrame:
        """Return one row a unit, the largest change of rank first, units without one last.

        Columns: unit, name, score_old, score_new, score_change, rank_old, rank_new, rank_change
        (places gained: positive is up, as COINr's RankDiffs), and SCHEME_old, SCHEME_new.
        """
        import pandas as pd

        from yitihua.index.tables import grade_labels, whole_or_na

        old, new = self.old, self.new
        first, last = (rows_of(board, self.units) for board in (old, new))
        gained = old.rank[first] - new.rank[last]
        data: dict[str, Any] = {
            "unit": list(self.units),
            "name": [new.table.name_of(int(row), lang) for row in last],
            "score_old": old.total[first],
            "score_new": new.total[last],
            "score_change": new.total[last] - old.total[first],
            "rank_old": whole_or_na(old.rank[first]),
            "rank_new": whole_or_na(new.rank[last]),
            "rank_change": whole_or_na(gained),
        }
        for scheme in self.grade_changes:
            for board, rows, word in ((old, first, "old"), (new, last, "new")):
                labels = grade_labels(board, scheme)
                data[f"{scheme}_{word}"] = pd.array([labels[row] for row in rows], dtype="string")
        order = np.argsort(-np.nan_to_num(np.abs(gained), nan=-1.0), kind="stable")
        frame = pd.DataFrame(data).iloc[order].reset_index(drop=True)
        return marked(frame, new, lang, level=self.level)

    def __repr__(self) -> str:
        found = self.agreement
        return (
            f"<Comparison of {found.units} units: Spearman {found.spearman:.3f}, Kendall {found.kendall:.3f}, "
            f"mean shift {found.mean_shift:.2f} places, largest {found.max_shift:.0f}>"
        )


def rows_of(board: Scoreboard, units: tuple[str, ...]) -> Ints:
    """Return the rows of units."""
    place = {unit: row for row, unit in enumerate(board.table.units)}
    return np.array([place[unit] for unit in units], dtype=np.int64)


def compare_boards(old: Scoreboard, new: Scoreboard, level: str | None = None) -> Comparison:
    """Compare the rankings of two boards.

    Parameters
    ----------
    old, new : Scoreboard
        Any two boards with units in common.
    level : str, optional
        Of units; default: the one with the most units on the old board.

    Returns
    -------
    Comparison
        Ranks are those of each board as it is: units on one board only have taken part in its
        ranking, but have no shift.

    Raises
    ------
    InputError
        If there is no such level, or no unit stands at it on both boards.

    Examples
    --------
    >>> import yitihua as yt
    >>> compare_boards(yt.evaluate("hdi", period=2021), yt.evaluate("hdi", period=2022)).agreement.units
    192
    """
    level = level_name(old, level)
    places = {unit: row for row, unit in enumerate(new.table.units)}
    units = tuple(
        unit
        for unit in (old.table.units[row] for row in old.level_rows[level])
        if unit in places and new.table.levels[places[unit]] == level
    )
    if not units:
        raise refuse("nothing-shared", options=[old.recipe.edition, new.recipe.edition])
    first, last = (rows_of(board, units) for board in (old, new))
    return Comparison(
        old=old,
        new=new,
        level=level,
        units=units,
        agreement=agreement(old.rank[first], new.rank[last]),
        grade_changes=grade_changes(old, new, first, last),
    )


def grade_changes(old: Scoreboard, new: Scoreboard, first: Ints, last: Ints) -> dict[str, int]:
    """Return by grade scheme that both boards have how many units have another label.

    Parameters
    ----------
    first, last : ndarray of int, shape (units,)
        Rows of the same units on the old board and on the new one.
    """
    from yitihua.index.tables import grade_labels

    shared = {rule.code for rule in old.recipe.grades}
    found = {}
    for rule in new.recipe.grades:
        if rule.code in shared:
            before, after = (grade_labels(board, rule.code) for board in (old, new))
            found[rule.code] = sum(before[a] != after[b] for a, b in zip(first, last, strict=True))
    return found


def compare_recipes(table: IndicatorTable, first: Recipe, second: Recipe, level: str | None = None) -> Comparison:
    """Score a table with two recipes and compare the rankings.

    Parameters
    ----------
    table : IndicatorTable
        Must hold every indicator of both recipes.
    first, second : Recipe
        The first is "old", the second "new" in the result. Nothing is fitted: change a recipe
        with `dataclasses.replace`, or fit one.
    level : str, optional
        Of units; default: the one with the most units.

    Raises
    ------
    InputError
        If a recipe cannot be applied to the table, or there is no such level.

    Examples
    --------
    >>> import dataclasses, yitihua as yt
    >>> board = yt.evaluate("hdi")
    >>> root = dataclasses.replace(board.recipe.root, method="arithmetic")
    >>> other = dataclasses.replace(board.recipe, nodes=(*board.recipe.nodes[:-1], root))
    >>> compare_recipes(board.table, board.recipe, other)
    <Comparison of 193 units: Spearman 1.000, Kendall 0.990, mean shift 0.95 places, largest 6>
    """
    return compare_boards(apply(table, first), apply(table, second), level)
