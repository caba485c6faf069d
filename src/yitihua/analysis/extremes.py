"""Ceilings and floors: indicators on which many units stand at an end, or that hardly tell units apart.

An indicator on which a third of the counties have full points says nothing about the order of
these, whatever its weight. Shares are of the units with a value; points beyond the scale that were
cut to it are told apart from those that end there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.analysis.asked import level_name
from yitihua.analysis.stages import marked, parents_of
from yitihua.definitions.methods import NORMALISE
from yitihua.errors import FaultList, InputError
from yitihua.index.fitted import normalisation_settings
from yitihua.index.recipe import Recipe
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

#: Values that differ less are the same: what another order of summing leaves.
DIGITS = 12

#: Threshold -> (value, where it is from).
THRESHOLDS: dict[str, tuple[float, str]] = {
    "floor": (0.15, "McHorney & Tarlov 1995, Qual Life Res 4:293; Terwee et al. 2007, J Clin Epidemiol 60:34"),
    "ceiling": (0.15, "McHorney & Tarlov 1995, Qual Life Res 4:293; Terwee et al. 2007, J Clin Epidemiol 60:34"),
    "same": (0.50, "after COINr get_stats, t_zero = 0.5, which looks at zeros alone"),
    "distinct": (0.10, "caret nearZeroVar (Kuhn 2008, J Stat Softw 28:5): uniqueCut = 10 %"),
    "ratio": (19.0, "caret nearZeroVar (Kuhn 2008, J Stat Softw 28:5): freqCut = 95/5"),
    "available": (0.65, "COINr get_stats, t_avail = 0.65"),
}


def end_shares(x: Floats, lower: float | Floats, upper: float | Floats) -> tuple[Floats, Floats]:
    """Return the share of units at or below the lower end, and at or above the upper one.

    Parameters
    ----------
    x : ndarray, shape (..., units, indicators)
        Points; NaN is missing and does not count.
    lower, upper : float or ndarray, shape (indicators,)
        Ends of the scale. What is nearer to an end than 1e-12 of the scale's width is on it.

    Returns
    -------
    floor, ceiling : ndarray, shape (..., indicators)
        NaN where no unit has a value.

    References
    ----------
    Terwee et al. (2007), J Clin Epidemiol 60:34-42: a floor or ceiling effect is present if more
    than 15 % reach the lowest or highest possible score, after McHorney & Tarlov (1995).

    Examples
    --------
    >>> floor, ceiling = end_shares(np.array([[0.0], [100.0], [100.0], [40.0], [np.nan]]), 0.0, 100.0)
    >>> floor, ceiling
    (array([0.25]), array([0.5]))
    """
    near = 10.0**-DIGITS * (upper - lower)
    seen = np.isfinite(x).sum(axis=-2)
    with np.errstate(invalid="ignore"):
        counts = [(x <= lower + near).sum(axis=-2), (x >= upper - near).sum(axis=-2)]
    floor, ceiling = (np.where(seen == 0, np.nan, count / np.maximum(seen, 1)) for count in counts)
    return floor, ceiling


@dataclass(frozen=True, slots=True)
class Frequencies:
    """How often values occur, by indicator; every array has shape (indicators,).

    Attributes
    ----------
    seen, distinct : ndarray of int
        Units with a value, and different values among them.
    mode : ndarray
        The most frequent value, the smallest of equals; NaN without a value.
    same : ndarray
        Share of the units at the mode.
    ratio : ndarray
        How often the mode occurs for each time of the next most frequent value; infinite where
        there is one value only.
    apart : ndarray
        Share of the pairs of units that have different values; NaN with fewer than two units.
    """

    seen: npt.NDArray[np.int64]
    distinct: npt.NDArray[np.int64]
    mode: Floats
    same: Floats
    ratio: Floats
    apart: Floats


def frequencies(x: Floats) -> Frequencies:
    """Count values.

    Parameters
    ----------
    x : ndarray, shape (units, indicators)
        NaN is missing and does not count. Values that agree to 12 digits are the same.

    Notes
    -----
    The share of pairs told apart is ``1 - sum f (f - 1) / (n (n - 1))`` for frequencies f: 1 where
    all differ, 0 for a constant, 1/2 for two halves of many units. Ferguson's delta compares the
    same count with its maximum on a scale of few steps, see `ferguson_delta`.

    Examples
    --------
    >>> found = frequencies(np.array([[1.0], [1.0], [1.0], [4.0], [np.nan]]))
    >>> found.distinct, found.mode, found.same, found.ratio, found.apart
    (array([2]), array([1.]), array([0.75]), array([3.]), array([0.5]))
    """
    columns = x.shape[1]
    seen, distinct = np.zeros(columns, dtype=np.int64), np.zeros(columns, dtype=np.int64)
    mode, same, ratio, apart = (np.full(columns, np.nan) for _ in range(4))
    for j in range(columns):
        values, counts = np.unique(rounded(x[np.isfinite(x[:, j]), j]), return_counts=True)
        n = int(counts.sum())
        seen[j], distinct[j] = n, len(values)
        if n:
            top = int(np.argmax(counts))
            rest = np.delete(counts, top)
            mode[j], same[j] = values[top], counts[top] / n
            ratio[j] = counts[top] / rest.max() if rest.size else np.inf
        if n > 1:
            apart[j] = 1.0 - float((counts * (counts - 1.0)).sum()) / (n * (n - 1.0))
    return Frequencies(seen, distinct, mode, same, ratio, apart)


def rounded(x: Floats) -> Floats:
    """Return values rounded to 12 significant digits of the largest.

    Examples
    --------
    >>> bool(np.ptp(rounded(np.array([0.1 + 0.2, 0.3]))) == 0)
    True
    """
    largest = float(np.abs(x).max(initial=0.0))
    if largest == 0 or not np.isfinite(largest):
        return x
    places = DIGITS - 1 - int(np.floor(np.log10(largest)))
    return np.asarray(np.round(x, places) if places <= 300 else x)


def ferguson_delta(x: Floats, possible: int) -> float:
    """Return Ferguson's delta: how much of the discrimination that a scale allows a sample shows.

    ``c (n^2 - sum f^2) / ((c - 1) n^2)`` for c possible scores: 0 where all have one score, 1
    where all scores are equally frequent.

    Parameters
    ----------
    x : ndarray, shape (units,)
        Scores; NaN is missing and does not count.
    possible : int
        Number of scores that the scale has, 2 or more; not the number that occur.

    Returns
    -------
    float
        NaN without a value.

    Raises
    ------
    InputError
        If fewer scores are possible than occur, or fewer than two.

    References
    ----------
    Ferguson (1949), Psychometrika 14:61-68, for k items scored 0 or 1, where c = k + 1; Hankins
    (2008), Health Qual Life Outcomes 6:36, for items of several grades. Terluin et al. (2009),
    Health Qual Life Outcomes 7:38, show that it says nothing about reliability: units that are
    told apart may be so by error.

    Examples
    --------
    >>> ferguson_delta(np.repeat(np.arange(10.0), 3), 10)
    1.0
    """
    values, counts = np.unique(rounded(x[np.isfinite(x)]), return_counts=True)
    n = float(counts.sum())
    if possible < max(2, len(values)):
        faults = FaultList()
        faults.add("too-few-scores", key="possible", found=possible, least=max(2, len(values)))
        raise InputError(faults)
    if n == 0:
        return float("nan")
    return float(possible * (n * n - float((counts.astype(float) ** 2).sum())) / ((possible - 1.0) * n * n))


@dataclass(frozen=True, eq=False)
class Extremes:
    """Floors, ceilings and frequent values of every indicator.

    Attributes
    ----------
    board : Scoreboard
        The board.
    level : str
        Of the units that are counted.
    thresholds : dict
        What is a concern, as in `THRESHOLDS`.
    arrays : dict
        Column of `table` -> ndarray, shape (indicators,).
    """

    board: Scoreboard
    level: str
    thresholds: dict[str, float]
    arrays: dict[str, Any]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """`table` with names in English."""
        return self.table("en")

    def table(self, lang: str = "en") -> pd.DataFrame:
        """Return one row an indicator, in the order of the framework.

        Columns
        -------
        code, name, parent, weight
            Weight in the whole index.
        units, missing, imputed, winsorised
            Units with points; shares of all units without a value, filled in, pulled in.
        floor, floor_beyond, ceiling, ceiling_beyond
            Shares at or beyond the ends of the scale, and strictly beyond them before points were
            cut; NaN where points know no scale (z-scores, ranks).
        at_worst, at_best
            Shares at the lowest and the highest points that any unit has.
        distinct, mode, same, ratio
            Different values, the most frequent one, the share of the units that have it, and how
            often it occurs for each time of the next: of values before treatment.
        apart
            Share of the pairs of units that the points tell apart.
        concerns
            Names of the thresholds that are passed, see `concerns`.
        """
        import pandas as pd

        recipe, place = self.board.recipe, 0 if lang == "zh" else 1
        parents = parents_of(recipe)
        data: dict[str, Any] = {
            "code": list(recipe.codes),
            "name": [rule.name[place] for rule in recipe.indicators],
            "parent": [parents[code] for code in recipe.codes],
            "weight": [recipe.global_weights[code] for code in recipe.codes],
            **self.arrays,
            "concerns": ["; ".join(self.concerns[code]) for code in recipe.codes],
        }
        return marked(pd.DataFrame(data), self.board, lang, level=self.level)

    @cached_property
    def concerns(self) -> dict[str, tuple[str, ...]]:
        """Indicator -> what is a concern.

        ``floor``, ``ceiling``: more than the threshold stand there. ``same``: more than the
        threshold have one value. ``near-constant``: few different values, and one of them much
        more frequent than the next; or one value only. ``available``: too few have a value.
        """
        a, least = self.arrays, self.thresholds
        n = len(self.board.level_rows[self.level])
        with np.errstate(invalid="ignore"):
            few = (a["distinct"] <= least["distinct"] * n) & (a["ratio"] > least["ratio"])
            flags = {
                "floor": a["floor"] > least["floor"],
                "ceiling": a["ceiling"] > least["ceiling"],
                "same": a["same"] > least["same"],
                "near-constant": few | (a["distinct"] <= 1),
                "available": 1.0 - a["missing"] < least["available"],
            }
        codes = self.board.recipe.codes
        return {code: tuple(name for name, flag in flags.items() if flag[j]) for j, code in enumerate(codes)}


def extremes(board: Scoreboard, level: str | None = None, thresholds: dict[str, float] | None = None) -> Extremes:
    """Return how many units stand at the ends of every indicator, and how many values are the same.

    Parameters
    ----------
    board : Scoreboard
        Any board; needs no total.
    level : str, optional
        Of the units that are counted; default: the level with the most.
    thresholds : dict, optional
        Other values than those of `THRESHOLDS`, by its names.

    Raises
    ------
    InputError
        If the level or a threshold is unknown.

    Notes
    -----
    Under min-max bounds fitted to the same data the best and the worst unit stand at the ends by
    construction; a floor or ceiling then is a value that many share. The 15 % are a convention
    from health questionnaires, where the ends of a scale are the lowest and highest possible score.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = extremes(yt.evaluate("asem"))
    >>> row = found.frame.set_index("code").loc["TIRcon"]
    >>> int(row["distinct"]), row["concerns"]
    (2, 'floor; ceiling; same')
    """
    limits = {name: value for name, (value, _) in THRESHOLDS.items()}
    faults = FaultList()
    for name in thresholds or ():
        if name not in limits:
            faults.add("unknown-reference", kind="threshold", name=name, options=list(limits))
    faults.raise_if_any()
    name = level_name(board, level)
    rows = board.level_rows[name]
    return Extremes(board, name, limits | (thresholds or {}), _arrays(board, rows))


def _arrays(board: Scoreboard, rows: Sequence[int] | npt.NDArray[np.int64]) -> dict[str, Any]:
    recipe, (low, high) = board.recipe, board.recipe.scale
    points, values = board.normalised[rows], board.denominated[rows]
    seen = np.isfinite(points).sum(axis=0)
    bounded = np.array([not off_scale(recipe, j) for j in range(len(recipe.indicators))])
    middle = (low + high) / 2.0
    with np.errstate(invalid="ignore"):
        cut = board.clipped[rows]
        under = (cut & (points < middle)) | (points < low)
        over = (cut & (points > middle)) | (points > high)

    def share(marks: npt.NDArray[np.bool_], of: Any) -> Floats:
        return np.where(np.asarray(of) == 0, np.nan, marks.sum(axis=0) / np.maximum(of, 1))

    ends = [*end_shares(points, low, high), share(under, seen), share(over, seen)]
    floor, ceiling, floor_beyond, ceiling_beyond = (np.where(bounded, end, np.nan) for end in ends)
    sample = frequencies(values)
    some = seen > 0
    worst, best = np.full(len(seen), np.nan), np.full(len(seen), np.nan)
    if some.any():
        known = points[:, some]
        worst[some], best[some] = end_shares(known, np.nanmin(known, axis=0), np.nanmax(known, axis=0))
    return {
        "units": seen,
        "missing": np.isnan(values).mean(axis=0),
        "imputed": board.imputed[rows].mean(axis=0),
        "winsorised": board.winsorised[rows].mean(axis=0),
        "floor": floor,
        "floor_beyond": floor_beyond,
        "ceiling": ceiling,
        "ceiling_beyond": ceiling_beyond,
        "at_worst": worst,
        "at_best": best,
        "distinct": sample.distinct,
        "mode": sample.mode,
        "same": sample.same,
        "ratio": sample.ratio,
        "apart": frequencies(points).apart,
    }


def off_scale(recipe: Recipe, column: int) -> bool:
    """Return whether the points of an indicator know no scale: z-scores, ranks.

    Examples
    --------
    >>> import yitihua as yt
    >>> off_scale(yt.evaluate("hdi").recipe, 0)
    False
    """
    rule = recipe.indicators[column].normalise
    return bool(NORMALISE[rule.method].off_scale(normalisation_settings(rule)))
