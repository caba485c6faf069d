"""Portraits of all units: arrays made once for everybody, a page's worth of them picked when a unit is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.analysis.learning import Learning, learning
from yitihua.analysis.obstacles import Obstacles, branches, obstacles
from yitihua.analysis.raising import Raised, can_raise, raised_to_quartile, raised_totals
from yitihua.analysis.strengths import Strengths, gap_to_peers, strengths
from yitihua.errors import InputError
from yitihua.index import grade
from yitihua.index.sampling import errors_of
from yitihua.index.scoreboard import Scoreboard
from yitihua.index.tables import notes, score_order
from yitihua.indicators.table import Floats
from yitihua.publish.portraits.comparing import (
    Before,
    Group,
    Intervals,
    before_of,
    estimate_interval,
    groups_of,
    intervals_of,
    quartiles,
)
from yitihua.publish.portraits.model import Label, Portrait
from yitihua.publish.small_cells import fewest, refuse_few
from yitihua.publish.summary import notices

if TYPE_CHECKING:
    from yitihua.analysis.uncertainty.result import Uncertainty
    from yitihua.definitions.edition import Edition

Ints = npt.NDArray[np.int64]

#: Strengths, weaknesses, obstacles and lifts on a page; exemplars by each first-level node.
LISTED, EXEMPLARS = 5, 2
#: Units, in English, of values that lie between 0 and 100.
HUNDRED = ("%", "score 0-100")
#: Where a reader is told why a unit has no score: on its own page.
REASONS: Label = ("各单位画像的备注", "the notes in their portraits")


@dataclass(frozen=True, eq=False)
class Portraits:
    """Portraits of all units of a board.

    Attributes
    ----------
    board : Scoreboard
    before : Before or None
        The period before.
    intervals : Intervals or None
        Of scores and ranks.
    minimum : int
        Fewest respondents behind a number that is shown.
    """

    board: Scoreboard
    before: Before | None
    intervals: Intervals | None
    minimum: int

    # What holds for every page.

    @property
    def units(self) -> tuple[str, ...]:
        """Codes of all units, by level, best first, those without a score last."""
        return tuple(self.board.table.units[row] for row in self.order.tolist())

    @cached_property
    def order(self) -> Ints:
        """Rows in the order of `units`."""
        return score_order(self.board)

    @property
    def title(self) -> Label:
        """Of the index."""
        return self.board.recipe.title

    @property
    def period(self) -> str | None:
        """Of the data."""
        return self.board.table.period

    @cached_property
    def notices(self) -> tuple[Label, ...]:
        """What must stand on every page: simulated data, a reconstruction, ...; an empty text says nothing."""
        zh, en = (notices(self.board, lang, REASONS) for lang in ("zh", "en"))
        return tuple(zip_longest(zh, en, fillvalue=""))

    @property
    def same_rules(self) -> bool | None:
        """Whether the period before was scored by the same rules and numbers; None where there is none."""
        return None if self.before is None else self.before.same_rules

    @property
    def level_of_intervals(self) -> float | None:
        """Such as 0.95; None where there are no intervals."""
        return None if self.intervals is None else self.intervals.level

    def of(self, unit: str) -> Portrait:
        """Return the portrait of a unit.

        Parameters
        ----------
        unit : str
            Code or name.

        Raises
        ------
        InputError
            If there is no such unit.
        """
        from yitihua.publish.portraits.picking import portrait_of

        return portrait_of(self, self.board.table.row_of(unit))

    def __iter__(self) -> Iterator[Portrait]:
        from yitihua.publish.portraits.picking import portrait_of

        return (portrait_of(self, row) for row in self.order.tolist())

    def __len__(self) -> int:
        return len(self.board.table.units)

    # Arrays, made when the first page asks for them.

    @cached_property
    def groups(self) -> list[Group]:
        """Whom units are compared with."""
        return groups_of(self.board)

    @cached_property
    def quartiles(self) -> Floats:
        """Of the level's points, shape (3, units, indicators + nodes)."""
        return quartiles(self.board)

    @cached_property
    def ranks(self) -> Floats:
        """Within the level, shape (units, indicators + nodes)."""
        points = grade.rounded(self.board.points, self.board.recipe.score_decimals)
        return grade.ranks_within(points, list(self.board.level_rows.values()))

    @cached_property
    def counts(self) -> Ints:
        """Units of the level that have points, shape (units, indicators + nodes)."""
        found = np.zeros(self.board.points.shape, dtype=np.int64)
        for rows in self.board.level_rows.values():
            found[rows] = np.isfinite(self.board.points[rows]).sum(axis=0)
        return found

    @cached_property
    def strengths(self) -> Strengths:
        """By points against the mean of the level: they need no score."""
        return strengths(self.board, by="points")

    @cached_property
    def obstacles(self) -> Obstacles | None:
        """None where points lie beyond the scale, as z-scores do: there nothing is lost from full points."""
        try:
            return obstacles(self.board)
        except InputError:
            return None

    @cached_property
    def raised(self) -> Raised:
        """What every indicator alone would bring."""
        return raised_to_quartile(self.board)

    @property
    def has_lifts(self) -> bool:
        """Whether lifts can be worked out at all: not where a node costs a linear programme a unit."""
        return can_raise(self.board)

    @cached_property
    def learning(self) -> Learning:
        """From whom units can learn, by first-level nodes and all indicators."""
        recipe = self.board.recipe
        return learning(self.board, tuple(dict.fromkeys([*recipe.first_level, *recipe.codes])), EXEMPLARS)

    @cached_property
    def learning_gains(self) -> Floats:
        """Score gained with the points of those in `learning.rows`, of the same shape."""
        found, board = np.full(self.learning.rows.shape, np.nan), self.board
        for c, code in enumerate(self.learning.codes if self.has_lifts else ()):
            column = board.recipe.plan.column[code]
            for k in range(EXEMPLARS):
                peer = self.learning.rows[:, c, k]
                points = np.where(peer >= 0, board.points[peer, column], np.nan)
                gain = raised_totals(board, column, points) - board.total
                found[:, c, k] = np.where(peer >= 0, gain, np.nan)
        return found

    @cached_property
    def rule_words(self) -> list[Label]:
        """How units are comparable, by the number of traits dropped."""
        traits, found = self.learning.traits, []
        for dropped in range(len(traits) + 1):
            words = [trait.words() for trait in traits[: len(traits) - dropped]]
            zh, en = ["同层级", *(word[0] for word in words)], ["same level", *(word[1] for word in words)]
            found.append(("、".join(zh), ", ".join(en)))
        return found

    @cached_property
    def notes(self) -> tuple[list[str], list[str]]:
        """What must be said of every unit, in Chinese and English."""
        return notes(self.board, "zh"), notes(self.board, "en")

    @cached_property
    def value_interval(self) -> tuple[Floats, Floats] | None:
        """Ends of the raw values' intervals, shape (units, indicators), of the surveys' sampling errors.

        Normal; of shares and scores from 0 to 100 normal in the logit, so that no end is a value that cannot be.
        """
        board = self.board
        errors = errors_of(board.table, board.recipe.codes)
        if errors is None or board.sampled is None:
            return None
        se = np.full(board.normalised.shape, np.nan)
        place = {code: j for j, code in enumerate(board.recipe.codes)}
        se[:, [place[code] for code in errors.indicators]] = np.where(errors.se > 0, errors.se, np.nan)
        values = board.table.select(board.recipe.codes)
        bounded = np.array([rule.unit[1] in HUNDRED for rule in board.recipe.indicators])
        return estimate_interval(values, NormalDist().inv_cdf(0.5 + board.sampled.level / 2) * se, bounded)

    @cached_property
    def branch_of(self) -> dict[str, str]:
        """Indicator -> the first-level code above it, its own where it stands there."""
        return dict(zip(self.board.recipe.codes, branches(self.board), strict=True))

    @cached_property
    def means(self) -> Floats:
        """Mean points of the level, shape (units, indicators)."""
        points = self.board.normalised
        return points - gap_to_peers(points, tuple(self.board.level_rows.values()))

    @cached_property
    def divisors(self) -> Floats:
        """What raw values are divided by, shape (units, indicators)."""
        table = self.board.table
        names = [rule.denominate_by for rule in self.board.recipe.indicators]
        one = np.ones(len(table.units))
        return np.column_stack([one if n is None else np.asarray(table.attributes[n], dtype=float) for n in names])

    @cached_property
    def sorted_scores(self) -> dict[str, Floats]:
        """Level -> its rounded scores, rising."""
        rounded = self.board.rounded_scores
        return {
            level: np.sort(rounded[rows][np.isfinite(rounded[rows])]) for level, rows in self.board.level_rows.items()
        }

    @cached_property
    def tied(self) -> list[tuple[str, ...]]:
        """Codes of the units that share a group of indistinguishable ones with each unit."""
        board, sampled = self.board, self.board.sampled
        found: list[dict[str, None]] = [{} for _ in board.table.units]
        place = {unit: row for row, unit in enumerate(board.table.units)}
        for runs in ({} if sampled is None else sampled.groups).values():
            for run in runs:
                for unit in run:
                    found[place[unit]] |= dict.fromkeys(run)
        return [tuple(other for other in one if other != unit) for unit, one in zip(place, found, strict=True)]

    @cached_property
    def probabilities(self) -> dict[str, Any]:
        """Scheme -> probability of every unit's own grade."""
        sampled = self.board.sampled
        if sampled is None:
            return {}
        return {rule.code: sampled.published_grade_probability(rule.code) for rule in self.board.recipe.grades}


def portraits(
    board: Scoreboard,
    *,
    before: Scoreboard | None = None,
    certainty: Uncertainty | None = None,
    edition: Edition | None = None,
    minimum: int | None = None,
) -> Portraits:
    """Return what a page on every unit says: position, peers, strengths, obstacles, indicators, what would lift it.

    Parameters
    ----------
    board : Scoreboard
    before : Scoreboard, optional
        Of the period before; units and indicators are matched by code.
    certainty : Uncertainty, optional
        A run of replicates of this board: intervals are then its own. Default: of the surveys' sampling errors.
    edition : Edition, optional
        Its questionnaires say how many respondents a number must rest on.
    minimum : int, optional
        Asks for more respondents than the edition does.

    Returns
    -------
    Portraits
        ``.units`` are their codes, ``.of("330421")`` is one of them; iterating gives all of them.

    Raises
    ------
    InputError
        If a value of either board rests on fewer respondents than may be shown, or the boards do not fit.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = portraits(yt.evaluate("hdi"))
    >>> one = found.of("Norway")
    >>> one.rank, one.standings[0].name, [peers.kind for peers in one.peers]
    (2, ('五星', '5 stars'), ['level', 'grade'])
    """
    least = fewest(edition, minimum)
    refuse_few(board, least)
    if before is not None:
        refuse_few(before, least)
    return Portraits(board, before_of(board, before), intervals_of(board, certainty), least)
