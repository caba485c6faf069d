"""Is a change more than the surveys' noise? Draws of both periods, tests, and what many tests ask for.

The estimates of both periods are drawn around what was found, independently, and scored by the recipe of either board.
The standard error of a change is the root of the two variances of the draws; the test is of the hypothesis that the
true value did not change, two-sided, by the normal distribution. What no survey estimates has no sampling error: it
counts as reported, and so do goalposts and fitted numbers.

Ninety units are ninety tests: Holm's step-down keeps the chance of naming any unit wrongly at the level whatever the
errors have in common; Benjamini and Hochberg's step-up keeps the share of wrong names among those named.

Sources: Holm (1979), Scand. J. Stat. 6; Benjamini & Hochberg (1995), J. R. Stat. Soc. B 57; Goldstein & Spiegelhalter
(1996), J. R. Stat. Soc. A 159, for ranks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from yitihua.analysis.change.errors import BothErrors
from yitihua.index import grade
from yitihua.index.redraw import Redraw
from yitihua.index.sampling import ranks_of_draws
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.covariance import Covariance
from yitihua.indicators.table import Floats

#: Verdicts, and how they are said.
BEYOND, WITHIN, UNTOLD, EXACT = "beyond", "within", "untold", "exact"
VERDICTS: Final[dict[str, tuple[str, str]]] = {
    BEYOND: ("超出误差", "beyond noise"),
    WITHIN: ("误差之内", "within noise"),
    UNTOLD: ("无法判断（无误差）", "cannot be told (no errors)"),
    EXACT: ("无抽样误差，照报", "exact as reported"),
    "": ("-", "-"),
}
ADJUSTMENTS: Final = ("holm", "bh", "none")

#: Draws worked on at a time times units times columns.
_BATCH: Final = 4_000_000


@dataclass(frozen=True, eq=False)
class Draws:
    """Draws of one board.

    Attributes
    ----------
    scores : ndarray, shape (draws, units)
        The index.
    variance : ndarray, shape (units, columns)
        Of every indicator's and node's points, in the order of the plan.
    """

    scores: Floats
    variance: Floats


def draw_board(board: Scoreboard, errors: Covariance | None, n: int, generator: np.random.Generator) -> Draws:
    """Draw a board's scores under its errors; without any they are what they are."""
    if errors is None:
        return Draws(np.broadcast_to(board.total, (n, len(board.total))), np.zeros(board.points.shape))
    redraw = Redraw.of(board, errors.indicators)
    root = board.points.shape[1] - 1
    columns = sorted({*redraw.columns.tolist(), *(step.column for step in redraw.steps), root})  # no draw moves others
    shift = np.nan_to_num(board.points[:, columns])  # squares of small differences, so that nothing cancels
    first, second, scores = np.zeros(shift.shape), np.zeros(shift.shape), []
    size = max(1, _BATCH // max(1, shift.size))
    for start in range(0, n, size):
        points = redraw.nodes(errors.draws(min(size, n - start), generator), columns)
        scores.append(points[:, :, -1])
        moved = points - shift
        first += moved.sum(axis=0)
        second += (moved**2).sum(axis=0)
    variance = np.zeros(board.points.shape)
    variance[:, columns] = np.maximum((second - first**2 / n) / (n - 1), 0.0)
    return Draws(np.concatenate(scores), variance)


def adjusted(p: Floats, method: str) -> Floats:
    """Return p-values adjusted for how many there are; NaN is no test and stays.

    Examples
    --------
    >>> adjusted(np.array([0.01, np.nan, 0.04]), "holm").tolist()
    [0.02, nan, 0.04]
    """
    found = np.full(p.shape, np.nan)
    told = np.isfinite(p)
    if not told.any() or method == "none":
        return p.copy() if method == "none" else found
    from statsmodels.stats.multitest import multipletests

    found[told] = multipletests(p[told], method={"holm": "holm", "bh": "fdr_bh"}[method])[1]
    return found


@dataclass(frozen=True, eq=False)
class Tests:
    """Tests of the change of one quantity over units, shape (units,) each; NaN where there is no test.

    Attributes
    ----------
    change, se, p, holm, bh : ndarray
    verdict : ndarray of str
        See `VERDICTS`; "" where there is no change to judge.
    """

    change: Floats
    se: Floats
    p: Floats
    holm: Floats
    bh: Floats
    verdict: npt.NDArray[np.object_]


def tested(
    change: Floats,
    se: Floats,
    untold: npt.NDArray[np.bool_],
    alpha: float,
    adjust: str,
    some: bool = True,
    estimated: npt.NDArray[np.bool_] | None = None,
) -> Tests:
    """Test changes against their standard errors.

    Parameters
    ----------
    change, se : ndarray, shape (units,)
    untold : ndarray of bool
        Where an error is not known.
    alpha : float
    adjust : {"holm", "bh", "none"}
        By which p-value a verdict is given.
    some : bool
        Whether there are sampling errors at all; else nothing can be told.
    estimated : ndarray of bool, optional
        Where an estimate stands behind the change, so that it is tested even if no draw moved it (points that were
        cut at a goalpost in all draws of both periods); default: nowhere.

    Examples
    --------
    >>> found = tested(np.array([3.0, 1.0, 1.0]), np.array([1.0, 1.0, 0.0]), np.zeros(3, bool), 0.05, "holm")
    >>> found.verdict.tolist(), found.p.round(4).tolist()
    (['beyond', 'within', 'exact'], [0.0027, 0.3173, nan])
    """
    from scipy.stats import norm

    known = np.isfinite(change) & ~untold
    stuck = known & (se == 0) & (np.zeros(change.shape, dtype=bool) if estimated is None else estimated)
    drawn = known & ((se > 0) | stuck)
    z = np.divide(change, se, out=np.full(change.shape, np.nan), where=drawn & ~stuck)
    z[stuck] = np.where(change[stuck] == 0, 0.0, np.inf)
    p = np.asarray(2 * norm.sf(np.abs(z)))
    by = {name: adjusted(p, name) for name in ADJUSTMENTS}
    verdict = np.full(change.shape, "", dtype=object)
    verdict[np.isfinite(change)] = UNTOLD
    if some:
        verdict[known & ~drawn] = EXACT
    verdict[drawn] = np.where(by[adjust][drawn] < alpha, BEYOND, WITHIN)
    return Tests(change, np.where(known, se, np.nan), p, by["holm"], by["bh"], verdict)


@dataclass(frozen=True, eq=False)
class RankDraws:
    """How ranks moved in draws, shape (units,) each: shares of draws, and the middle of the places gained."""

    up: Floats
    down: Floats
    low: Floats
    high: Floats


def rank_draws(
    boards: tuple[Scoreboard, Scoreboard], draws: tuple[Draws, Draws], rows: tuple[list[int], list[int]], level: float
) -> RankDraws:
    """Return in how many draws every unit stands higher than before, or lower; places gained are of whole draws."""
    ranks = []
    for board, drawn, own in zip(boards, draws, rows, strict=True):
        rounded = grade.rounded(drawn.scores, board.recipe.score_decimals)
        found = np.full(rounded.shape, np.nan)
        for members in board.level_rows.values():
            found[:, members] = ranks_of_draws(rounded[:, members])
        ranks.append(found[:, own])
    gained = ranks[0] - ranks[1]
    missing = np.isnan(gained).any(axis=0)
    tail = (1 - level) / 2
    low, high = np.quantile(gained, [tail, 1 - tail], axis=0)
    up, down = ((gained > 0).mean(axis=0), (gained < 0).mean(axis=0))
    up, down, low, high = (np.where(missing, np.nan, x) for x in (up, down, np.floor(low), np.ceil(high)))
    return RankDraws(up, down, low, high)


def untold_scores(errors: BothErrors, rows: tuple[list[int], list[int]]) -> npt.NDArray[np.bool_]:
    """Return which units have an estimate below the index of which the error is not known."""
    return np.asarray(errors.unknown[0][rows[0]].any(axis=1) | errors.unknown[1][rows[1]].any(axis=1))
