"""A unit's strengths and weaknesses: where it stands above and below its peers.

Peers are the units of the same level, or those of them with the same value of an attribute; the
unit is one of its own peers, so the mean is the one that is published for the group. Nothing is
both: a strength lies above a middle and a weakness below it. The middle is the peers' (the best
unit may then have no weakness at all), or the unit's own: the median of its gaps over the
indicators, so that the weakest sides of the best unit come out too. Cells that were filled in are
never listed; they count in the peers' means and ranks, as in the index.

What "better" means is the rule:

contribution
    Points that the indicator brings to the index, less the peers' mean of it. Under arithmetic
    means and complete data the gaps sum to the unit's lead over the peers' mean score.
points
    Points less the peers' mean.
standardised
    The same, in standard deviations of the peers.
rank
    Rank among the peers (COINr, R/results.R, `get_str_weak`; its lists are those around the unit's
    own middle). Around the peers' middle a strength has more peers behind it than before it: where
    half of the units share the lowest value that is nobody's strength, which COINr needs
    ``min_discard`` for. COINr drops the lowest rank from the weaknesses as well; here it stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.analysis.asked import known_codes
from yitihua.analysis.extremes import frequencies
from yitihua.analysis.stages import choose, marked, parents_of
from yitihua.errors import refuse
from yitihua.index import grade
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

Ints = npt.NDArray[np.int64]
RULES = ("contribution", "points", "standardised", "rank")
MIDDLES = ("peers", "own")


def gap_to_peers(x: Floats, groups: Sequence[Ints], standardised: bool = False) -> Floats:
    """Return each value less the mean of its group.

    Parameters
    ----------
    x : ndarray, shape (units, indicators)
        NaN is missing: it does not count for the mean and has no gap.
    groups : sequence of ndarray of int
        Rows of each group; a unit in none has no gap.
    standardised : bool
        Divide by the group's standard deviation (n - 1). A group of one, or one without spread,
        then has no gaps.

    Returns
    -------
    ndarray, same shape

    Examples
    --------
    >>> gap_to_peers(np.array([[10.0], [20.0], [60.0], [np.nan]]), [np.array([0, 1, 2, 3])]).ravel()
    array([-20., -10.,  30.,  nan])
    """
    found = np.full(x.shape, np.nan)
    for rows in groups:
        own = x[rows]
        seen = np.isfinite(own)
        count = seen.sum(axis=0)
        known = np.where(seen, own, 0.0)
        gap = own - known.sum(axis=0) / np.maximum(count, 1)
        if standardised:
            square = np.where(seen, gap, 0.0) ** 2
            spread = np.sqrt(square.sum(axis=0) / np.maximum(count - 1, 1))
            # Equal numbers have no spread, whatever their mean loses in the last bits.
            flat = spread <= 1e-12 * np.abs(known).max(axis=0, initial=0.0)
            gap = gap / np.where(flat | (count < 2), np.nan, spread)
        found[rows] = gap
    return found


def rank_balance(x: Floats, groups: Sequence[Ints]) -> Floats:
    """Return the share of the others in the group that are worse, less the share that are better.

    Parameters
    ----------
    x : ndarray, shape (units, indicators)
        More is better; NaN is missing and does not count.
    groups : sequence of ndarray of int
        Rows of each group.

    Returns
    -------
    ndarray, same shape
        From -1 (alone at the bottom) to 1 (alone at the top); 0 where all are equal, and for one alone.

    Examples
    --------
    >>> rank_balance(np.array([[1.0], [0.0], [0.0]]), [np.array([0, 1, 2])]).ravel()
    array([ 1. , -0.5, -0.5])
    """
    found = np.full(x.shape, np.nan)
    for rows in groups:
        for j in range(x.shape[1]):
            own = x[rows, j]
            ordered = np.sort(own[np.isfinite(own)])
            worse = np.searchsorted(ordered, own, side="left")
            better = len(ordered) - np.searchsorted(ordered, own, side="right")
            balance = (worse - better) / max(len(ordered) - 1.0, 1.0)
            found[rows, j] = np.where(np.isnan(own), np.nan, balance)
    return found


def best_and_worst(measure: Floats, sign: Floats, k: int) -> tuple[Ints, Ints]:
    """Return the columns of the k largest values with a positive sign, and of the k smallest with a negative one.

    Parameters
    ----------
    measure : ndarray, shape (indicators,)
        More is better; NaN is left out. Ties keep the order of the columns.
    sign : ndarray, shape (indicators,)
        Above 0 where a strength is possible, below 0 where a weakness is.
    k : int
        At most so many of each; fewer where there are fewer.

    Examples
    --------
    >>> gaps = np.array([3.0, -1.0, np.nan, 0.0, 5.0, -4.0])
    >>> best_and_worst(gaps, gaps, 2)
    (array([4, 0]), array([5, 1]))
    """
    with np.errstate(invalid="ignore"):
        good = np.flatnonzero(np.isfinite(measure) & (sign > 0))
        bad = np.flatnonzero(np.isfinite(measure) & (sign < 0))
    return good[np.argsort(-measure[good], kind="stable")[:k]], bad[np.argsort(measure[bad], kind="stable")[:k]]


@dataclass(frozen=True, eq=False)
class Strengths:
    """Strengths and weaknesses of every unit, ready to be asked for one of them.

    Attributes
    ----------
    board : Scoreboard
        The board.
    by : str
        The rule: one of `RULES`.
    peers : str
        "level", or the attribute that peers share.
    codes : tuple of str
        Indicators (or nodes) that are looked at, the columns of the arrays.
    groups : tuple of ndarray of int
        Rows of each group of peers.
    gap : ndarray, shape (units, codes)
        Less the peers' mean; for ``rank`` the balance, see `rank_balance`.
    measure, sign : ndarray, same shape
        What is sorted by, more is better, and on which side of the middle it lies.
    """

    board: Scoreboard
    by: str
    peers: str
    codes: tuple[str, ...]
    groups: tuple[Ints, ...]
    gap: Floats
    measure: Floats
    sign: Floats

    @cached_property
    def _points(self) -> Floats:
        place = self.board.recipe.plan.column
        return np.asarray(self.board.points[:, [place[code] for code in self.codes]])

    @cached_property
    def _ranks(self) -> Floats:
        return grade.ranks_within(grade.rounded(self._points, self.board.recipe.score_decimals), self.groups)

    def of(self, unit: str, k: int = 5, lang: str = "en") -> pd.DataFrame:
        """Return the strengths and the weaknesses of a unit, the strongest and the weakest first.

        Parameters
        ----------
        unit : str
            Code or name.
        k : int
            At most so many of each.
        lang : {"en", "zh"}
            Language of names.

        Returns
        -------
        DataFrame
            kind ("strength" or "weakness"), place, code, name, parent, value (of an indicator, as
            it came in), points, peers_mean (of points), rank and of (among the peers with points),
            contribution, gap (for ``rank`` the share of the others behind less the share before).

        Raises
        ------
        InputError
            If the unit is unknown or k is not positive.
        """
        import pandas as pd

        from yitihua.index.tables import whole_or_na

        if k < 1:
            raise refuse("bad-count", key="k", name="k", found=k, least=1)
        board, recipe = self.board, self.board.recipe
        row, which = board.table.row_of(unit), 0 if lang == "zh" else 1
        group = next(rows for rows in self.groups if row in rows)
        best, worst = best_and_worst(self.measure[row], self.sign[row], k)
        kinds = [("strength", best), ("weakness", worst)]
        listed = [(kind, place, j) for kind, found in kinds for place, j in enumerate(found.tolist(), 1)]
        columns = [j for _, _, j in listed]
        points, parents = self._points, parents_of(recipe)
        contributions = board.contribution_arrays[0]
        with np.errstate(invalid="ignore"):
            means = points[row, columns] - gap_to_peers(points[:, columns], self.groups)[row]
        raw = {rule.code: j for j, rule in enumerate(recipe.indicators)}
        values = board.table.select(recipe.codes)[row]
        frame = pd.DataFrame(
            {
                "kind": [kind for kind, _, _ in listed],
                "place": [place for _, place, _ in listed],
                "code": [self.codes[j] for j in columns],
                "name": [recipe.labels[self.codes[j]][which] for j in columns],
                "parent": [parents[self.codes[j]] for j in columns],
                "value": [float(values[raw[c]]) if c in raw else np.nan for c in (self.codes[j] for j in columns)],
                "points": points[row, columns],
                "peers_mean": means,
                "rank": whole_or_na(self._ranks[row, columns]),
                "of": np.isfinite(points[np.ix_(group, columns)]).sum(axis=0),
                "contribution": [float(contributions[row, recipe.plan.column[self.codes[j]]]) for j in columns],
                "gap": self.gap[row, columns],
            }
        )
        return marked(frame, board, lang, unit=board.table.units[row], by=self.by, peers=self.peers)

    def frame(self, k: int = 3) -> pd.DataFrame:
        """Return one row a unit and entry: unit, kind, place, code, gap; for profiles of all units.

        Parameters
        ----------
        k : int
            At most so many strengths and weaknesses a unit.
        """
        import pandas as pd

        parts = []
        for kind, turn in (("strength", 1.0), ("weakness", -1.0)):
            with np.errstate(invalid="ignore"):
                fits = np.isfinite(self.measure) & (turn * self.sign > 0)
            key = np.where(fits, -turn * self.measure, np.inf)
            order = np.argsort(key, axis=1, kind="stable")[:, :k]
            kept = np.take_along_axis(fits, order, axis=1)
            rows, places = np.nonzero(kept)
            columns = order[rows, places]
            data: dict[str, Any] = {
                "row": rows,
                "unit": np.array(self.board.table.units, dtype=object)[rows],
                "kind": kind,
                "place": places + 1,
                "code": np.array(self.codes, dtype=object)[columns],
                "gap": self.gap[rows, columns],
            }
            parts.append(pd.DataFrame(data))
        frame = pd.concat(parts).sort_values(["row", "kind", "place"], kind="stable").drop(columns="row")
        return marked(frame.reset_index(drop=True), self.board, "en", by=self.by, peers=self.peers)


def strengths(
    board: Scoreboard,
    by: str = "contribution",
    peers: str = "level",
    codes: Sequence[str] | None = None,
    middle: str = "peers",
    least_distinct: float = 0.0,
) -> Strengths:
    """Compare every unit with its peers, indicator by indicator.

    Parameters
    ----------
    board : Scoreboard
        Any board. A unit without a score has no contributions, and so neither strengths nor
        weaknesses by them; the other rules need points only.
    by : {"contribution", "points", "standardised", "rank"}
        The rule, see the module.
    peers : str
        "level", or a column of groups in the data, such as a region: peers then share the level
        and the group. Units whose group is empty are peers of each other.
    codes : sequence of str, optional
        Indicators or nodes, by code or name; default: all indicators.
    middle : {"peers", "own"}
        What strengths lie above and weaknesses below, see the module.
    least_distinct : float
        Leave out indicators with no more than this share of different values among the values of
        all units (COINr's ``unq_discard``; 0.2 leaves out yes-no indicators of 11 units or more).

    Raises
    ------
    InputError
        If the rule, the middle, the column or a code is unknown, or the share is not from 0 to 1.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("hdi")
    >>> strengths(board, by="rank").of("JPN", k=1)[["kind", "code", "rank"]].to_dict("split")["data"]
    [['strength', 'le', 1]]
    >>> strengths(board, by="rank", middle="own").of("JPN", k=1)[["kind", "code", "rank"]].to_dict("split")["data"]
    [['strength', 'le', 1], ['weakness', 'eys', 55]]
    """
    choose("rule", by, RULES)
    choose("middle", middle, MIDDLES)
    recipe = board.recipe
    groups = _peer_groups(board, peers)
    if not 0 <= least_distinct <= 1:
        raise refuse("bad-share", key="least_distinct", name="least_distinct", found=least_distinct)
    wanted = recipe.codes if codes is None else known_codes(recipe, codes)
    columns = [recipe.plan.column[code] for code in wanted]
    points = board.points[:, columns]
    if least_distinct > 0:
        counted = frequencies(points)
        kept = np.flatnonzero(counted.distinct > least_distinct * np.maximum(counted.seen, 1))
        wanted = tuple(wanted[j] for j in kept)
        columns, points = [columns[j] for j in kept], points[:, kept]
    if by == "rank":
        tied = grade.rounded(points, recipe.score_decimals)
        gap, measure = rank_balance(tied, groups), -grade.ranks_within(tied, groups)
        sign = gap
    else:
        x = board.contribution_arrays[0][:, columns] if by == "contribution" else points
        gap = measure = gap_to_peers(x, groups, by == "standardised")
        # What rounding leaves of the mean of equal numbers is neither a strength nor a weakness.
        size = 1.0 if by == "standardised" else np.abs(np.where(np.isfinite(x), x, 0.0)).max(axis=0, initial=0.0)
        with np.errstate(invalid="ignore"):
            sign = np.where(np.abs(gap) <= 1e-12 * size, 0.0, gap)
    measure = np.where(_filled(board, columns), np.nan, measure)
    if middle == "own":
        sign = measure - _row_medians(measure)
    return Strengths(board, by, peers, tuple(wanted), groups, gap, measure, sign)


def _filled(board: Scoreboard, columns: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Return which points are those of filled cells: nobody has measured them, so they say nothing of the unit."""
    wide = np.zeros(board.points.shape, dtype=bool)
    wide[:, : board.imputed.shape[1]] = board.imputed
    return wide[:, list(columns)]


def _row_medians(x: Floats) -> Floats:
    """Return the median of each row, shape (units, 1); NaN where nothing is known."""
    ordered = np.sort(x, axis=1)  # NaN last
    count = np.isfinite(x).sum(axis=1, keepdims=True)
    if x.shape[1] == 0:
        return np.full((len(x), 1), np.nan)
    low, high = (np.take_along_axis(ordered, np.maximum(place, 0), axis=1) for place in ((count - 1) // 2, count // 2))
    return np.where(count > 0, (low + high) / 2.0, np.nan)


def _peer_groups(board: Scoreboard, peers: str) -> tuple[Ints, ...]:
    """Return the rows of each group of peers."""
    levels = board.level_rows
    if peers == "level":
        return tuple(levels.values())
    attributes = {name: array for name, array in board.table.attributes.items() if array.dtype == object}
    choose("column", peers, ["level", *attributes])
    labels = np.array([str(label) for label in attributes[peers]], dtype=object)
    return tuple(
        rows[labels[rows] == label] for rows in levels.values() for label in dict.fromkeys(labels[rows].tolist())
    )
