"""Feedback (反馈激励): how far the next sign is; what reaches it by progress, activity or both; the next grade.

What is asked of counts is exact: a candidate is put into the unit's period and the whole activity is computed again.
No count is raised above its upper bound or the whole it is part of (`of`), and progress is held as it is, though some
counts would raise indicators too. More counts never lower a component, so the least whole number is found by halving.
A count adds to its own period only: what it does to later ones is not told.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.analysis.barometer import components as parts
from yitihua.analysis.barometer import reading as read
from yitihua.analysis.barometer.inputs import Inputs, sign_share
from yitihua.analysis.barometer.progress import level_needed
from yitihua.errors import Fault, InputError
from yitihua.index.recipe import Label
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    from yitihua.analysis.barometer.barometer import Barometer
    from yitihua.analysis.improve import Improvement

Counts = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class MoreCounts:
    """So many more of a measure in the period; `by_itself` says whether they alone do it."""

    measure: str
    now: float
    more: int
    by_itself: bool


@dataclass(frozen=True)
class NodeRise:
    """A node that alone lifts the level far enough: its points of 100 now, and those it needs."""

    node: str
    now: float
    needed: float


@dataclass(frozen=True)
class Way:
    """A way to the next sign.

    Attributes
    ----------
    reached : bool
        Whether it gets there.
    best : float
        The reading at the end of this way: at the cut or just above, or the highest it can bring.
    rise : float
        Points by which the level must rise.
    counts : tuple of MoreCounts
        Together; the largest gain for the least effort first.
    """

    reached: bool
    best: float
    rise: float = 0.0
    counts: tuple[MoreCounts, ...] = ()


@dataclass(frozen=True, eq=False)
class Feedback:
    """What a unit's next sign and grade need.

    Attributes
    ----------
    whole : Barometer
    row, place : int
        The unit, and the period among those shown.
    sign, following : int
        Places of the present sign and the next; -1 without a reading, or at the top.
    reading, up, down : float
        The reading; points up to the next sign; points that can be lost before the present one is.
    by_progress, by_activity, by_both : Way or None
        None where nothing is to be reached.
    nodes : tuple of NodeRise
        Nodes each of which alone brings `by_progress`, the least rise first.
    alone : tuple of MoreCounts
        Measures each of which alone brings `by_activity`, the least effort first.
    """

    whole: Barometer
    row: int
    place: int
    sign: int
    following: int
    reading: float
    up: float
    down: float
    by_progress: Way | None = None
    by_activity: Way | None = None
    by_both: Way | None = None
    nodes: tuple[NodeRise, ...] = ()
    alone: tuple[MoreCounts, ...] = ()

    @property
    def period(self) -> str:
        """The period it is about."""
        return self.whole.periods[self.place]

    def grade(self) -> tuple[Improvement | None, Label]:
        """Return the cheapest way to the next grade, or None and why there is none, in Chinese and English."""
        return next_grade(self.whole, self.row, self.period)

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return it as plain data."""
        rule = self.whole.spec.sign
        improvement, said = self.grade()
        plain = {
            name: None if (way := getattr(self, name)) is None else asdict(way)
            for name in ("by_progress", "by_activity", "by_both")
        }
        return {
            "period": self.period,
            "sign": None if self.sign < 0 else rule.labels[self.sign],
            "next": None if self.following < 0 else rule.labels[self.following],
            "reading": self.reading,
            "up": self.up,
            "down": self.down,
            **plain,
            "nodes": [asdict(one) for one in self.nodes],
            "alone": [asdict(one) for one in self.alone],
            "grade": improvement.to_dict(lang) if improvement is not None else said[0 if lang == "zh" else 1],
        }


@dataclass(frozen=True, eq=False)
class _Unit:
    """One unit in one period, ready to be asked what more counts would do."""

    inputs: Inputs
    row: int
    at: int
    level: float
    change: float
    progress: float
    now: Floats
    room: Counts
    effort: Floats

    def activities(self, more: Counts) -> Floats:
        """Return activity with more counts in the period, for candidates of shape (candidates, measures)."""
        one, end, row = self.inputs, self.at + 1, [self.row]
        counts = np.repeat(one.counts[None, :end, row], len(more), axis=0)
        counts[:, -1, 0] += more
        found = parts.components(counts, one.size[:end, row], one.months[:end, row], one.rules, one.year_before[:end])
        return np.asarray(parts.activity(found[:, -1, 0], one.rules))

    def readings(self, more: Counts, gained: float = 0.0) -> Floats:
        """Return readings with more counts, progress being higher by `gained`."""
        return read.reading(np.array(self.progress + gained), self.activities(more), sign_share(self.inputs.spec))

    def gained(self, rise: float) -> float:
        """Return what progress gains when the level rises."""
        rule = self.inputs.spec.progress
        past = np.clip((self.change + np.array([rise, 0.0])) / rule.span, -1.0, 1.0)
        return float((1 - rule.past) * rise + (rule.past * 50.0 * (past[0] - past[1]) if rule.past else 0.0))


def feedback(whole: Barometer, row: int, place: int) -> Feedback:
    """Return the feedback of a unit and a period shown.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = yt.barometer("zhejiang-2022", n=100).feedback("海宁市")  # simulated data
    >>> found.up > 0 and found.by_activity.reached
    True
    """
    numbers, at = whole.numbers, whole.places[place]
    sign, cuts = int(numbers.sign[at, row]), whole.spec.sign.cuts
    reading = float(numbers.reading[at, row])
    if sign < 0:
        return Feedback(whole, row, place, -1, -1, reading, math.nan, math.nan)
    down = reading - cuts[sign - 1] if sign > 0 else math.nan
    if sign == len(cuts):
        return Feedback(whole, row, place, sign, -1, reading, math.nan, down)
    unit, cut = _unit(whole, row, at), cuts[sign]
    by_progress, nodes = _by_progress(unit, cut - reading, cut, reading)
    by_activity = _by_counts(unit, cut, 0.0)
    return Feedback(
        whole, row, place, sign, sign + 1, reading, cut - reading, down,
        by_progress, by_activity, _by_both(unit, cut, cut - reading), nodes, _alone(unit, cut),
    )  # fmt: skip


def _unit(whole: Barometer, row: int, at: int) -> _Unit:
    one, numbers = whole.inputs, whole.numbers
    now, size, year = one.counts[at, row], one.size[at, row], one.months[at, row] / 12.0
    band = (one.rules.upper - one.rules.lower) * size * year
    top = np.minimum(np.ceil(one.rules.upper * size * year - 1e-9), one.most[at, row])
    room = np.where(np.isfinite(now) & (size > 0), np.nan_to_num(top) - np.nan_to_num(now), 0.0)
    return _Unit(
        one, row, at, float(numbers.standing[at, row]), float(numbers.change[at, row]),
        float(numbers.progress[at, row]), now, np.maximum(room, 0).astype(np.int64),
        1.0 / np.where(band > 0, band, np.inf),
    )  # fmt: skip


def _by_progress(unit: _Unit, margin: float, cut: float, reading: float) -> tuple[Way, tuple[NodeRise, ...]]:
    share, rule = sign_share(unit.inputs.spec), unit.inputs.spec.progress
    most = reading + share * unit.gained(100.0 - unit.level)
    if share == 0:
        return Way(False, reading), ()
    rise = level_needed(unit.level, unit.change, margin / share, rule.past, rule.span)
    if math.isnan(rise):
        return Way(False, most), ()
    return Way(True, cut, rise), _by_node(unit, margin / share)


def _by_node(unit: _Unit, wanted: float) -> tuple[NodeRise, ...]:
    """Return the nodes each of which alone raises progress by `wanted`, the least rise first."""
    one, rule = unit.inputs, unit.inputs.spec.progress
    points, now, then = one.nodes[:, unit.at, unit.row]
    both = np.isfinite(now) & np.isfinite(then)
    held, common = one.weights[np.isfinite(points)].sum(), one.weights[both].sum()
    found = []
    for k, code in enumerate(one.codes):
        if not np.isfinite(points[k]) or one.weights[k] <= 0:
            continue
        ratio = held / common if both[k] else 0.0
        rise = level_needed(unit.level, unit.change, wanted, rule.past, rule.span, ratio)
        needed = float(points[k] + rise * held / one.weights[k])
        if needed <= 100.0:  # NaN is not
            found.append(NodeRise(code, float(points[k]), needed))
    return tuple(sorted(found, key=lambda node: node.needed - node.now))


def _least(high: Counts, enough: Callable[[Counts], Mask]) -> Counts:
    """Return the least whole numbers, 0 to `high`, that are enough, all candidates at once; `high` is enough."""
    low, high = np.full(len(high), -1), high.copy()
    while (high - low > 1).any():
        middle = (low + high) // 2
        done = enough(middle)
        low, high = np.where(done, low, middle), np.where(done, middle, high)
    return high


def _alone(unit: _Unit, cut: float) -> tuple[MoreCounts, ...]:
    """Return the measures each of which alone reaches the cut, the least effort first."""
    every = np.eye(len(unit.room), dtype=np.int64)
    able = np.flatnonzero((unit.room > 0) & (unit.readings(every * unit.room) >= cut))
    if not able.size:
        return ()
    one_each = every[able]
    least = _least(unit.room[able], lambda more: unit.readings(one_each * more[:, None]) >= cut)
    found = [
        MoreCounts(unit.inputs.measures[m], float(unit.now[m]), int(more), True)
        for m, more in zip(able.tolist(), least.tolist(), strict=True)
    ]
    effort = dict(zip(unit.inputs.measures, unit.effort.tolist(), strict=True))
    return tuple(sorted(found, key=lambda one: effort[one.measure] * one.more))


def _by_counts(unit: _Unit, cut: float, gained: float) -> Way:
    """Return counts that together reach the cut, filled up to the upper bound one measure after the other.

    The order is that of gain for effort, a measure's whole room from lower to upper bound being an effort of 1.
    """
    every = np.eye(len(unit.room), dtype=np.int64)
    start = float(unit.readings(np.zeros((1, len(unit.room)), dtype=np.int64), gained)[0])
    if start >= cut:
        return Way(True, start)
    gains = unit.readings(every * unit.room, gained) - start
    effort = unit.room * unit.effort
    worth = np.where((unit.room > 0) & (gains > 0), gains / np.where(effort > 0, effort, 1.0), -np.inf)
    order = [m for m in np.argsort(-worth, kind="stable").tolist() if np.isfinite(worth[m])]
    more = np.zeros(len(unit.room), dtype=np.int64)
    for m in order:
        base, one = more.copy(), every[m]
        more[m] = unit.room[m]
        if unit.readings(more[None], gained)[0] >= cut:

            def enough(tried: Counts, base: Counts = base, one: Counts = one) -> Mask:
                return unit.readings(base + one * tried[:, None], gained) >= cut

            more[m] = _least(unit.room[[m]], enough)[0]
            break
    best = float(unit.readings(more[None], gained)[0])
    alone = unit.readings(every * more, gained) >= cut
    counts = [
        MoreCounts(unit.inputs.measures[m], float(unit.now[m]), int(more[m]), bool(alone[m])) for m in order if more[m]
    ]
    return Way(best >= cut, best, 0.0, tuple(counts))


def _by_both(unit: _Unit, cut: float, margin: float) -> Way:
    """Return half of the way by the level and the rest by counts."""
    share, rule = sign_share(unit.inputs.spec), unit.inputs.spec.progress
    rise = 0.0
    if share > 0:
        rise = level_needed(unit.level, unit.change, margin / 2.0 / share, rule.past, rule.span)
        rise = 100.0 - unit.level if math.isnan(rise) else rise
    found = _by_counts(unit, cut, unit.gained(rise))
    return Way(found.reached, found.best, rise, found.counts)


def next_grade(whole: Barometer, row: int, period: str) -> tuple[Improvement | None, Label]:
    """Return the cheapest way to the next grade of the first scheme, or None and why, in Chinese and English."""
    from yitihua.analysis.improve import improve

    board, unit = whole.board(period), whole.units[row]
    if not board.recipe.grades or unit not in board.table.units:
        return None, ("没有等级", "there is no grade")
    scheme, here = board.recipe.grades[0], board.table.units.index(unit)
    now = int(board.grade_indices[scheme.code][here])
    if now < 0:
        return None, ("覆盖率不足，没有等级", "no grade, for want of coverage")
    if now == len(scheme.labels) - 1:
        return None, ("已是最高等级", "at the highest grade already")
    try:
        return improve(board, unit, grade=scheme.labels[now + 1], scheme=scheme.code), ("", "")
    except InputError as error:
        return None, (_said(error.faults[0], "zh"), _said(error.faults[0], "en"))


def _said(fault: Fault, lang: str) -> str:
    return fault.problem(lang)
