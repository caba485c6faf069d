"""Sampling error of an index: what the surveys leave open about scores, ranks and grades.

The estimates are drawn again and again from a normal distribution around what was found, with
their whole covariance; every draw is scored by the board's own recipe. What is not estimated from
a sample stays as it is, and so do goalposts and other fitted numbers: the spread is that of the
surveys alone. Chance draws of one seed are the same on every machine and in every process.

Rank intervals are quantiles of the draws. Where units truly differ by less than their errors, drawn
ranks scatter more than true ones and the intervals hold the truth less often than stated (86% for
95% where the spread is two thirds of an error); in an index whose other parts are not estimated,
units differ by much more. Points cut at a goalpost make intervals one-sided there.

Sources: draws from the sampling distribution, as in Handbook on Constructing Composite Indicators
(OECD/JRC 2008), step 7; league tables with simulated rank intervals, Goldstein and Spiegelhalter
(1996), J. R. Stat. Soc. A 159.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import AGGREGATE
from yitihua.errors import refuse
from yitihua.index import grade
from yitihua.index.redraw import Redraw
from yitihua.indicators.covariance import Covariance
from yitihua.indicators.table import Floats, IndicatorTable

if TYPE_CHECKING:
    import pandas as pd

    from yitihua.index.scoreboard import Scoreboard

#: Draws and seed of what is printed and written by default.
DRAWS, SEED, LEVEL = 2000, 0, 0.95
#: Draws that tables show by default where a draw costs a linear programme a unit.
SLOW_DRAWS = 200

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Sampling:
    """Draws of a board's scores under the sampling errors of its estimates.

    Attributes
    ----------
    board : Scoreboard
    scores : ndarray, shape (draws, units)
        NaN where the board has no score.
    seed : int or None
        What the draws came from; None for a Generator that was given.
    level : float
        Of the intervals, such as 0.95.
    """

    board: Scoreboard
    scores: Floats
    seed: int | None
    level: float

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return len(self.scores)

    @cached_property
    def rounded(self) -> Floats:
        """Scores rounded as the published ones are, so that ranks and grades are taken alike."""
        return grade.rounded(self.scores, self.board.recipe.score_decimals)

    @cached_property
    def ranks(self) -> Floats:
        """Ranks within the level in every draw, shape (draws, units); ties share the best rank."""
        found = np.full(self.scores.shape, np.nan)
        for rows in self.board.level_rows.values():
            found[:, rows] = ranks_of_draws(self.rounded[:, rows])
        return found

    @cached_property
    def se(self) -> Floats:
        """Standard errors of the scores, shape (units,); 0 for a unit without an estimate."""
        return np.asarray(self.scores.std(axis=0, ddof=1))

    @cached_property
    def score_interval(self) -> tuple[Floats, Floats]:
        """Lower and upper end for every score, shape (units,): quantiles of the draws."""
        low, high = _quantiles(self.scores, self.level)
        return low, high

    @cached_property
    def rank_interval(self) -> tuple[Floats, Floats]:
        """Best and worst rank of every unit, shape (units,): quantiles of the draws, outward to whole ranks."""
        low, high = _quantiles(self.ranks, self.level)
        return np.floor(low + 1e-9), np.ceil(high - 1e-9)

    @cached_property
    def grade_probability(self) -> dict[str, Floats]:
        """Scheme -> share of draws in each grade, shape (units, grades), lowest first; NaN without a grade."""
        found = {}
        for rule in self.board.recipe.grades:
            shares = np.full((self.scores.shape[1], len(rule.labels)), np.nan)
            for level, rows in self.board.level_rows.items():
                cuts = rule.cuts_of(level)
                if cuts is None:
                    continue
                indices = grade.grade_index(self.rounded[:, rows], [round(cut, 12) for cut in cuts])
                share = np.stack([(indices == k).mean(axis=0) for k in range(len(rule.labels))], axis=1)
                shares[rows] = np.where(np.isnan(self.board.total[rows])[:, None], np.nan, share)
            found[rule.code] = shares
        return found

    def published_grade_probability(self, scheme: str) -> Floats:
        """Return the probability of the grade each unit was given, shape (units,); NaN without one."""
        indices = self.board.grade_indices[scheme]
        shares = self.grade_probability[scheme]
        own = shares[np.arange(len(indices)), np.maximum(indices, 0)]
        return np.where(indices < 0, np.nan, own)

    def apart(self, rows: npt.NDArray[np.int64]) -> Mask:
        """Return which pairs of units can be told apart, shape (len(rows), len(rows)).

        Two units are apart if the interval of their difference leaves out 0: if one is ahead in so
        many draws. Errors that both share cancel, so this asks less than that their two intervals
        do not overlap. The level holds pair by pair: of twenty pairs that are truly equal, one is
        expected to be told apart.
        """
        scores = np.ascontiguousarray(self.rounded[:, rows].T)
        return np.stack([self._apart(scores[k], scores) for k in range(len(rows))])

    def _apart(self, one: Floats, others: Floats) -> Mask:
        """Return whether a unit's draws, shape (draws,), are apart from others', shape (units, draws)."""
        ahead, behind = (others < one).mean(axis=1), (others > one).mean(axis=1)
        most = 1.0 - (1.0 - self.level) / 2.0
        return np.asarray((ahead >= most) | (behind >= most))

    @cached_property
    def groups(self) -> dict[str, list[tuple[str, ...]]]:
        """Level -> groups of units, best first, none of whose members can be told apart.

        Each is a run of neighbours in the ranking that are alike pair by pair, as long as can be;
        groups overlap, since a may be like b and b like c while a and c differ.
        """
        found = {}
        for level, rows in self.board.level_rows.items():
            scored = rows[np.isfinite(self.board.total[rows])]
            order = scored[np.argsort(-self.board.rounded_scores[scored], kind="stable")]
            units = [self.board.table.units[row] for row in order]
            scores = np.ascontiguousarray(self.rounded[:, order].T)
            runs = runs_alike(len(order), lambda first, last, x=scores: self._apart(x[last], x[first:last]))  # type: ignore[misc]
            found[level] = [tuple(units[first : last + 1]) for first, last in runs]
        return found

    @property
    def frame(self) -> pd.DataFrame:
        """One row a unit, best first: score, se, interval, rank, rank interval, grade probabilities, groups."""
        return self.table("en")

    def table(self, lang: str = "en") -> pd.DataFrame:
        """Return `frame` with names in one language."""
        from yitihua.index import tables

        return tables.sampling_table(self, lang)

    def __repr__(self) -> str:
        low, high = self.rank_interval
        width = np.nanmedian(high - low + 1) if np.isfinite(high).any() else np.nan
        simulated = ", simulated 模拟" if self.board.table.simulated or self.board.recipe.simulated else ""
        return (
            f"<Sampling {self.draws} draws, seed {self.seed}, {self.level:.0%} intervals, "
            f"median rank interval {width:.0f} places{simulated}>"
        )


def default_draws(board: Scoreboard) -> int:
    """Return how many draws tables show: 2000, or 200 where a node is made by linear programmes.

    Examples
    --------
    >>> import yitihua as yt
    >>> default_draws(yt.evaluate("hdi")), default_draws(yt.evaluate("hdi", aggregate="bod"))
    (2000, 200)
    """
    return SLOW_DRAWS if any(AGGREGATE[node.method].slow for node in board.recipe.nodes) else DRAWS


def sampling(
    board: Scoreboard,
    n: int = DRAWS,
    seed: int | np.random.Generator = SEED,
    level: float = LEVEL,
) -> Sampling:
    """Draw a board's scores under the sampling errors of its estimates.

    Parameters
    ----------
    board : Scoreboard
        Of a table with standard errors or a covariance.
    n : int
        Number of draws, 100 or more.
    seed : int or Generator
        The same seed gives the same draws; 0 is a seed.
    level : float
        Of the intervals.

    Returns
    -------
    Sampling

    Raises
    ------
    InputError
        If no indicator of the index has a standard error, or n or level is out of range.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("zhejiang-2022")  # simulated data
    >>> found = sampling(board, n=200, seed=1)
    >>> found.scores.shape, bool((found.se > 0).all())
    ((200, 90), True)
    """
    if n < 100:
        raise refuse("number-range", key="n", found=str(n), low="100", high="∞")
    if not 0.5 <= level < 1:
        raise refuse("number-range", key="level", found=f"{level:g}", low="0.5", high="1")
    errors = errors_of(board.table, board.recipe.codes)
    if errors is None:
        raise refuse("no-sampling-error", key=board.recipe.edition)
    generator = np.random.default_rng(seed)
    redraw = Redraw.of(board, errors.indicators)
    parts, size = [], max(1, 4_000_000 // max(1, errors.blocks[:, 0].size))
    for start in range(0, n, size):
        parts.append(redraw.totals(errors.draws(min(size, n - start), generator)))
    return Sampling(board, np.concatenate(parts), seed if isinstance(seed, int) else None, level)


def errors_of(table: IndicatorTable, codes: tuple[str, ...]) -> Covariance | None:
    """Return the sampling errors of an index's indicators, None where there are none.

    Standard errors without covariances are taken as independent: right only if no two indicators
    come from the same people.
    """
    place = {code: j for j, code in enumerate(table.indicators)}
    stated = None if table.covariance is None else table.covariance
    joint = [] if stated is None else [code for code in stated.indicators if code in codes]
    alone = [] if table.se is None else [
        code for code in codes
        if code in place and code not in joint and np.nan_to_num(table.se[:, place[code]]).any()
    ]  # fmt: skip
    found = None
    if stated is not None and joint:
        found = _filled(stated.select(joint), table)
    if alone:
        assert table.se is not None  # it names them
        own = Covariance.independent(table.units, alone, table.se[:, [place[code] for code in alone]])
        found = own if found is None else found.beside(own)
    return found if found is not None and found.se.any() else None


def _filled(errors: Covariance, table: IndicatorTable) -> Covariance:
    """Return a covariance in which a value with a standard error has at least that error."""
    if table.se is None:
        return errors
    columns = [table.indicators.index(code) for code in errors.indicators]
    lacking = np.nan_to_num(table.se[:, columns]) * (errors.se == 0)
    if not lacking.any():
        return errors
    blocks = errors.blocks.copy()
    diagonal = np.arange(len(columns))
    blocks[:, diagonal, diagonal] += lacking**2
    return replace(errors, blocks=blocks)


def ranks_of_draws(scores: Floats) -> Floats:
    """Return ranks within each draw, best 1, ties sharing the best rank; shape (draws, units).

    Examples
    --------
    >>> ranks_of_draws(np.array([[70.0, 90.0, np.nan, 70.0, 60.0]]))
    array([[ 2.,  1., nan,  2.,  4.]])
    """
    order = np.argsort(-scores, axis=1, kind="stable")  # NaN last
    seen = np.take_along_axis(scores, order, axis=1)
    fresh = np.ones(seen.shape, dtype=bool)
    fresh[:, 1:] = seen[:, 1:] != seen[:, :-1]
    place = np.maximum.accumulate(np.where(fresh, np.arange(1, seen.shape[1] + 1), 0), axis=1).astype(float)
    place[np.isnan(seen)] = np.nan
    found = np.empty_like(place)
    np.put_along_axis(found, order, place, axis=1)
    return found


def runs_alike(size: int, apart: Callable[[int, int], Mask]) -> list[tuple[int, int]]:
    """Return the longest runs (first, last) of neighbours none of whom are apart from each other.

    Parameters
    ----------
    size : int
        How many there are, in order.
    apart : callable
        ``apart(first, last)``: which of first, ..., last - 1 are apart from `last`.

    Examples
    --------
    >>> pairs = np.zeros((4, 4), dtype=bool)
    >>> pairs[0, 2] = pairs[0, 3] = True
    >>> runs_alike(4, lambda first, last: pairs[first:last, last])
    [(0, 1), (1, 3)]
    """
    runs: list[tuple[int, int]] = []
    first = 0
    for last in range(size):
        differs = np.flatnonzero(apart(first, last))
        if differs.size:
            first += int(differs[-1]) + 1
        if runs and runs[-1][0] == first:
            runs[-1] = (first, last)
        else:
            runs.append((first, last))
    return runs


def _quantiles(draws: Floats, level: float) -> tuple[Floats, Floats]:
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(draws, [tail, 1.0 - tail], axis=0)
    return low, high
