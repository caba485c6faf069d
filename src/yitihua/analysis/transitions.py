"""Moves between grades over the periods of a panel, as a Markov chain.

Counts of all pairs of neighbouring periods are added up; a row of probabilities is what became of the units of a
grade one period later. What follows from them (the long run, first passages, the half-life) holds if the chain is the
same in every period and has no memory: the first is tested where there are three periods or more, the second is not.

Some moves are the surveys' noise. How many would be seen if no true score had moved is counted in draws: the score of
the earlier period under the errors of both.

Sources: Anderson & Goodman (1957), "Statistical inference about Markov chains", Ann. Math. Stat. 28; Kemeny & Snell
(1960), "Finite Markov Chains"; Shorrocks (1978), "The measurement of mobility", Econometrica 46; Wilson (1927).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.analysis.change.errors import SAME, both_errors
from yitihua.analysis.change.noise import draw_board
from yitihua.errors import refuse
from yitihua.index import grade
from yitihua.index.recipe import GradeRule, Label
from yitihua.index.sampling import SEED, default_draws
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats, Remark

if TYPE_CHECKING:
    import pandas as pd

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Homogeneity:
    """Whether all steps have the same probabilities: Anderson and Goodman's chi-square."""

    statistic: float
    df: int
    p: float


@dataclass(frozen=True, eq=False)
class Transitions:
    """Moves between grades.

    Attributes
    ----------
    periods : tuple of str
        Rising.
    rule : GradeRule
        The grades, lowest first.
    level : str
        Whose units.
    said : (str, str)
        What the periods are scored with, in Chinese and English.
    steps : ndarray of int, shape (periods - 1, grades, grades)
        Units by grade before (rows) and after (columns).
    noise : ndarray, shape (periods - 1,)
        Moves expected from the surveys' errors if no true score had moved; NaN where no error is stated.
    interval : float
        Of the intervals.
    notes : tuple of Remark
        What is assumed.
    simulated : bool
    """

    periods: tuple[str, ...]
    rule: GradeRule
    level: str
    said: Label
    steps: Counts
    noise: Floats
    interval: float
    notes: tuple[Remark, ...]
    simulated: bool

    @cached_property
    def counts(self) -> Counts:
        """All steps together, shape (grades, grades)."""
        return np.asarray(self.steps.sum(axis=0))

    @cached_property
    def probabilities(self) -> Floats:
        """Shares of every row, NaN for a grade nobody started from."""
        return shares_of(self.counts)

    @cached_property
    def bounds(self) -> tuple[Floats, Floats]:
        """Wilson's intervals of the probabilities."""
        from statsmodels.stats.proportion import proportion_confint

        rows = np.broadcast_to(self.counts.sum(axis=1, keepdims=True), self.counts.shape)
        low, high = (np.full(self.counts.shape, np.nan) for _ in range(2))
        there = rows > 0
        low[there], high[there] = proportion_confint(self.counts[there], rows[there], 1 - self.interval, "wilson")
        return low, high

    @property
    def moved(self) -> Counts:
        """How many units changed grade, by step."""
        return np.asarray(self.steps.sum(axis=(1, 2)) - np.trace(self.steps, axis1=1, axis2=2))

    @property
    def units(self) -> Counts:
        """How many units had a grade before and after, by step."""
        return np.asarray(self.steps.sum(axis=(1, 2)))

    @cached_property
    def ergodic(self) -> Floats | None:
        """The long run: shares of the grades that the chain tends to; None where it depends on the start."""
        return stationary(self.counts)

    @cached_property
    def passage(self) -> Floats | None:
        """Mean number of periods until a grade is first reached (diagonal: reached again); None where not defined."""
        return first_passage(self.counts)

    @cached_property
    def half_life(self) -> float:
        """Periods until half the distance to the long run is gone, by the second eigenvalue; NaN where not defined."""
        return half_life(self.counts)

    @property
    def mobility(self) -> float:
        """Shorrocks' index (k - trace) / (k - 1): 0 nobody moves; NaN where a grade has no unit to start from."""
        p, k = self.probabilities, len(self.counts)
        return float((k - np.trace(p)) / (k - 1))

    @cached_property
    def homogeneity(self) -> Homogeneity | None:
        """Whether steps differ by more than chance; None with fewer than three periods."""
        return homogeneity(self.steps)

    def frame(self, lang: str = "en") -> pd.DataFrame:
        """Return one row a pair of grades: from, to, count, share, low, high."""
        import pandas as pd

        words = self.words(lang)
        low, high = self.bounds
        records = [
            (words[i], words[j], int(self.counts[i, j]), self.probabilities[i, j], low[i, j], high[i, j])
            for i in range(len(words))
            for j in range(len(words))
        ]
        frame = pd.DataFrame(records, columns=["from", "to", "count", "share", "low", "high"])
        which = 0 if lang == "zh" else 1
        notes = tuple(note[which] for note in self.notes)
        frame.attrs = {"rule": self.said[which], "simulated": self.simulated, "notes": notes}
        return frame

    def words(self, lang: str = "en") -> list[str]:
        """Return the grades in words, lowest first."""
        which = 0 if lang == "zh" else 1
        names = self.rule.names
        return [names[k][which] if names else label for k, label in enumerate(self.rule.labels)]

    def __repr__(self) -> str:
        simulated = ", simulated 模拟" if self.simulated else ""
        return (
            f"<Transitions {self.periods[0]}–{self.periods[-1]}, {self.rule.code}: "
            f"{int(self.moved.sum())} of {int(self.units.sum())} change grade{simulated}>"
        )


def transitions(
    boards: Mapping[str, Scoreboard],
    scheme: str | None = None,
    *,
    level: str | None = None,
    interval: float = 0.95,
    errors: str = SAME,
    draws: int | None = None,
    seed: int = SEED,
    rule: Label = ("", ""),
) -> Transitions:
    """Count moves between grades over the periods of a panel.

    Parameters
    ----------
    boards : mapping of str to Scoreboard
        By period, rising.
    scheme : str, optional
        A grade scheme; default: the first.
    level : str, optional
        Whose units; default: the level with the most.
    interval : float
        Of the intervals of probabilities.
    errors : {"same", "known"}
        See `yitihua.analysis.change.errors.both_errors`.
    draws, seed : int, optional
        For the moves that are noise; draws as in `yitihua.change`.
    rule : (str, str)
        What is said of the recipe.

    Raises
    ------
    InputError
        If there are fewer than two periods, or a scheme or level is unknown.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = yt.panel("hdi").transitions("group")
    >>> found.words(), int(found.moved.sum())
    (['Low', 'Medium', 'High', 'Very high'], 11)
    """
    if len(boards) < 2:
        raise refuse("transitions-periods", key="periods", found=list(boards))
    last = list(boards.values())[-1]
    chosen = _rule(boards, scheme)
    sizes = {name: len(rows) for name, rows in last.level_rows.items()}
    level = max(sizes, key=lambda name: sizes[name]) if level is None else level
    if level not in sizes:
        raise refuse("bad-choice", key="level", found=level, options=list(sizes))
    pairs = list(zip(list(boards.values())[:-1], list(boards.values())[1:], strict=True))
    found = [_step(a, b, chosen.code, len(chosen.labels), level) for a, b in pairs]
    if draws is None:
        draws = min(default_draws(board) for board in boards.values())
    noise, notes = [], []
    for (a, b), (_, rows) in zip(pairs, found, strict=True):
        both = both_errors(a, b, errors)
        notes += [note for note in both.notes if note not in notes]
        noise.append(_noise(a, b, chosen.code, rows, (draws, seed), both) if both.indicators else math.nan)
    simulated = any(board.table.simulated or board.recipe.simulated for board in boards.values())
    return Transitions(
        tuple(boards), chosen, level, rule, np.stack([counts for counts, _ in found]), np.array(noise),
        interval, tuple(notes), simulated,
    )  # fmt: skip


def _rule(boards: Mapping[str, Scoreboard], scheme: str | None) -> GradeRule:
    """Return the scheme on the last board; all must have its grades."""
    last = list(boards.values())[-1]
    rules = {rule.code: rule for rule in last.recipe.grades}
    name = next(iter(rules), "") if scheme is None else scheme
    labels = [{rule.code: rule.labels for rule in board.recipe.grades}.get(name) for board in boards.values()]
    if name not in rules or any(one != rules[name].labels for one in labels):
        raise refuse("bad-choice", key="scheme", found=name, options=list(rules))
    return rules[name]


def _step(
    old: Scoreboard, new: Scoreboard, scheme: str, size: int, level: str
) -> tuple[Counts, tuple[list[int], list[int]]]:
    """Return the counts of one step, and the rows of the units that had a grade in both periods."""
    place = {unit: row for row, unit in enumerate(old.table.units)}
    first, second = old.grade_indices[scheme], new.grade_indices[scheme]
    pairs = [
        (place[unit], row)
        for row, unit in enumerate(new.table.units)
        if unit in place and new.table.levels[row] == old.table.levels[place[unit]] == level
        if first[place[unit]] >= 0 and second[row] >= 0
    ]
    counts = np.zeros((size, size), dtype=np.int64)
    for a, b in pairs:
        counts[first[a], second[b]] += 1
    return counts, ([a for a, _ in pairs], [b for _, b in pairs])


def _noise(
    old: Scoreboard, new: Scoreboard, scheme: str, rows: tuple[list[int], list[int]], how: tuple[int, int], both: Any
) -> float:
    """Return how many units would change grade if no true score had moved: old scores under the errors of both."""
    draws, seed = how
    before, after = (
        draw_board(board, errors, draws, np.random.default_rng([seed, k])).scores
        for k, (board, errors) in enumerate(((old, both.old), (new, both.new)))
    )
    still = old.total[rows[0]]
    seen = []
    for scores, board, own in ((before, old, rows[0]), (after, new, rows[1])):
        drawn = still + (scores[:, own] - board.total[own])
        seen.append(_grades(old, scheme, drawn, rows[0]))
    return float((seen[0] != seen[1]).mean(axis=0).sum())


def _grades(board: Scoreboard, scheme: str, scores: Floats, rows: list[int]) -> Counts:
    rule = next(rule for rule in board.recipe.grades if rule.code == scheme)
    rounded = grade.rounded(scores, board.recipe.score_decimals)
    cuts = rule.cuts_of(board.table.levels[rows[0]]) if rows else None
    return np.asarray(grade.grade_index(rounded, [round(cut, 12) for cut in cuts or ()]))


def shares_of(counts: npt.ArrayLike) -> Floats:
    """Return the shares of every row; NaN where a row is empty.

    Examples
    --------
    >>> shares_of([[3, 1], [0, 0]]).tolist()
    [[0.75, 0.25], [nan, nan]]
    """
    x = np.asarray(counts, dtype=float)
    rows = x.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(x, rows, out=np.full(x.shape, np.nan), where=rows > 0), dtype=float)


def _closed(counts: npt.ArrayLike) -> list[int] | None:
    """Return the grades of the one closed class that the chain ends in, None where there are several or it is unknown.

    A grade from which nobody started says nothing of what follows: if it can be reached, the long run is not known.
    """
    x = np.asarray(counts)
    seen = (x.sum(axis=0) + x.sum(axis=1)) > 0
    states = np.flatnonzero(seen).tolist()
    if not states or (x.sum(axis=1)[states] == 0).any():
        return None
    reach = np.eye(len(x), dtype=bool) | (x > 0)
    for _ in range(len(x)):
        reach = (reach.astype(int) @ reach.astype(int)) > 0
    classes = {frozenset(j for j in states if reach[i, j] and reach[j, i]) for i in states}
    closed = [one for one in classes if all(set(np.flatnonzero(reach[i]).tolist()) <= one for i in one)]
    return sorted(closed[0]) if len(closed) == 1 else None


def stationary(counts: npt.ArrayLike) -> Floats | None:
    """Return the distribution that a chain keeps, None where it depends on the start.

    Examples
    --------
    >>> stationary([[3, 1], [2, 2]]).round(4).tolist()
    [0.6667, 0.3333]
    >>> stationary([[3, 0], [0, 3]]) is None
    True
    """
    states = _closed(counts)
    if states is None:
        return None
    p = shares_of(counts)[np.ix_(states, states)]
    size = len(states)
    system = np.vstack([p.T - np.eye(size), np.ones(size)])
    solved = np.linalg.lstsq(system, np.append(np.zeros(size), 1.0), rcond=None)[0]
    found = np.zeros(len(np.asarray(counts)))
    found[states] = np.maximum(solved, 0.0)
    total = found.sum()
    return np.asarray(found / total, dtype=float)


def first_passage(counts: npt.ArrayLike) -> Floats | None:
    """Return mean first passage times (Kemeny & Snell), rows from, columns to; None unless all grades lead to all.

    Examples
    --------
    >>> first_passage([[3, 1], [2, 2]]).round(4).tolist()
    [[1.5, 4.0], [2.0, 3.0]]
    """
    size = len(np.asarray(counts))
    pi = stationary(counts)
    if pi is None or len(_closed(counts) or ()) < size:
        return None
    p = shares_of(counts)
    z = np.linalg.inv(np.eye(size) - p + np.outer(np.ones(size), pi))
    found = (np.diag(z)[None, :] - z) / pi[None, :] + np.diag(1 / pi)
    return np.asarray(found, dtype=float)


def half_life(counts: npt.ArrayLike) -> float:
    """Return ln 2 / -ln |second eigenvalue| of the grades that are in use; NaN where the long run is not unique.

    Examples
    --------
    >>> round(half_life([[3, 1], [2, 2]]), 4)
    0.5
    """
    if _closed(counts) is None:
        return math.nan
    x = np.asarray(counts)
    states = np.flatnonzero((x.sum(axis=0) + x.sum(axis=1)) > 0)
    sizes = np.sort(np.abs(np.linalg.eigvals(shares_of(x)[np.ix_(states, states)])))[::-1]
    if len(sizes) < 2 or sizes[1] >= 1 - 1e-12:
        return math.nan
    return 0.0 if sizes[1] < 1e-12 else float(math.log(0.5) / math.log(sizes[1]))


def homogeneity(steps: npt.ArrayLike) -> Homogeneity | None:
    """Return Anderson and Goodman's test that all steps have the same probabilities; None where nothing can differ.

    Parameters
    ----------
    steps : array_like of int, shape (steps, grades, grades)

    Examples
    --------
    >>> found = homogeneity([[[8, 2], [1, 9]], [[5, 5], [1, 9]]])
    >>> round(found.statistic, 4), found.df
    (1.978, 2)
    """
    from scipy.stats import chi2

    x = np.asarray(steps, dtype=float)
    statistic, df = 0.0, 0
    for i in range(x.shape[1]):
        table = x[:, i, :]
        table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
        if min(table.shape, default=0) < 2:
            continue
        expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / table.sum()
        statistic += float(((table - expected) ** 2 / expected).sum())
        df += (table.shape[0] - 1) * (table.shape[1] - 1)
    return None if df == 0 else Homogeneity(statistic, df, float(chi2.sf(statistic, df)))
