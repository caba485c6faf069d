"""How far each weight can move while the top k, or a unit's grade, stays: its stability interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.analysis.asked import level_name, scheme_named
from yitihua.analysis.reach.linear import Linear, linear
from yitihua.analysis.stages import marked
from yitihua.errors import refuse
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd


def weight_ranges(
    board: Scoreboard,
    top: int | None = None,
    unit: str | None = None,
    scheme: str | None = None,
    level: str | None = None,
    node: str | None = None,
    every: bool = False,
) -> pd.DataFrame:
    """Return for each weight the interval around it in which the top k, or a unit's grade, stays.

    One weight moves; its siblings share the rest in proportion to their weights.

    Parameters
    ----------
    board : Scoreboard
    top : int, optional
        The set of the first k units has to stay; their order may change.
    unit : str, optional
        Instead: the grade of this unit has to stay.
    scheme : str, optional
        Of the grade; default: the first.
    level : str, optional
        Of the units; default: that of the unit, or the one with the most.
    node : str, optional
        Whose children's weights; default: the index itself.
    every : bool
        Instead: the weights below every node, one node after the other.

    Returns
    -------
    DataFrame
        below (the node), code, name, weight, low, high, and who ends it there: ends_low, ends_high (unit behind / unit
        that would overtake it, or the grade that would be got; "" where the weight goes to 0 or 1). Exact, for scores
        before rounding: scores are linear in the weight (or their logarithms or powers are), or quotients of what is
        linear where units have gaps. Where one with gaps would gain or lose its score of the node, "coverage" ends it.

    Raises
    ------
    InputError
        If not exactly one of `top` and `unit` is given, both `node` and `every` are, a name is unknown, or scores are
        not linear in the weights.

    References
    ----------
    Weight stability intervals: Mareschal (1988), Weight stability intervals in multicriteria decision aid,
    European Journal of Operational Research 33: 54-64.

    Examples
    --------
    >>> import yitihua as yt
    >>> weight_ranges(yt.evaluate("hdi"), top=3)[["code", "low", "high"]].round(3).values.tolist()
    [['health', 0.0, 0.421], ['education', 0.287, 0.556], ['income', 0.0, 0.43]]
    """
    import pandas as pd

    if (top is None) == (unit is None):
        raise refuse("one-target", key="top, unit", found=["-"] if top is None else ["top", "unit"])
    row = None if unit is None else board.table.row_of(unit)
    name = board.table.levels[row] if row is not None and level is None else level_name(board, level)
    if every and node is not None:
        raise refuse("one-of-two", key="node, every", found=str(node))
    nodes = [one.code for one in reversed(board.recipe.nodes)] if every else [node]
    records = [record for one in nodes for record in _below(linear(board, name, one), top, row, scheme)]
    return marked(pd.DataFrame(records), board, "en", level=name)


def _below(line: Linear, top: int | None, row: int | None, scheme: str | None) -> list[dict[str, Any]]:
    """Return one record a child of the node whose weights vary."""
    if top is not None:
        pairs, words = _top_pairs(line, top)
    else:
        assert row is not None
        line = line.alone(row)
        pairs, words = _grade_pair(line, row, scheme)
    records = []
    for j, child in enumerate(line.node.children):
        low, high, first, last = _interval(line, j, pairs, words)
        records.append(
            {
                "below": line.node.code,
                "code": child,
                "name": line.board.recipe.labels[child][1],
                "weight": float(line.nominal[j]),
                "low": low,
                "high": high,
                "ends_low": first,
                "ends_high": last,
            }
        )
    return records


@dataclass(frozen=True, eq=False)
class Pairs:
    """Quotients that have to stay in order: over @ w / over_seen @ w >= under @ w / under_seen @ w, by row."""

    over: Floats
    over_seen: Floats
    under: Floats
    under_seen: Floats


def _top_pairs(line: Linear, top: Any) -> tuple[Pairs, list[str]]:
    """Return every pair of one inside the top k and one outside, and who they are."""
    count = len(line.rows)
    if isinstance(top, bool) or not isinstance(top, (int, np.integer)) or not 1 <= top < count:
        raise refuse("number-range", key="top", found=str(top), low="1", high=str(count - 1))
    inside = np.flatnonzero(line.board.rank[line.rows] <= top)
    outside = np.setdiff1d(np.arange(count), inside)
    if not outside.size:
        raise refuse("number-range", key="top", found=str(top), low="1", high=str(count - 1))
    one, other = np.repeat(inside, len(outside)), np.tile(outside, len(inside))
    seen, values = line.observed.astype(float), line.signed
    units = [line.board.table.units[r] for r in line.rows.tolist()]
    words = [f"{units[i]} < {units[o]}" for i, o in zip(one.tolist(), other.tolist(), strict=True)]
    return Pairs(values[one], seen[one], values[other], seen[other]), words


def _grade_pair(line: Linear, row: int, scheme: str | None) -> tuple[Pairs, list[str]]:
    """Return the unit against the cut below it and the cut above it."""
    board = line.board
    rule, place = scheme_named(board.recipe, scheme), line.place_of(row)
    cuts = rule.cuts_of(line.level)
    if cuts is None:
        raise refuse("no-grades-at-level", key="scheme", name=rule.code, found=line.level)
    given, half = int(board.grade_indices[rule.code][row]), 0.5 * line.unit_of_rounding
    own, seen = line.signed[place], line.observed[place].astype(float)
    over, under, words = [], [], []
    if given > 0:
        least = line.sign * line.transformed_score(round(cuts[given - 1], 12) - half)
        over.append(own)
        under.append(least * seen)
        words.append(rule.labels[given - 1])
    if given < len(cuts):
        most = line.sign * line.transformed_score(round(cuts[given], 12) - half)
        over.append(most * seen)
        under.append(own)
        words.append(rule.labels[given + 1])
    both = np.tile(seen, (len(words), 1))
    return Pairs(np.array(over), both, np.array(under), both), words


def _interval(line: Linear, j: int, pairs: Pairs, words: list[str]) -> tuple[float, float, str, str]:
    """Return the ends of one weight's interval, and who ends it."""
    nominal = float(line.nominal[j])
    rest = line.nominal.copy()
    rest[j] = 0.0
    # Siblings without weight share alike what is left, as `full_set` has it.
    others = rest / rest.sum() if rest.sum() > 0 else np.where(np.arange(len(rest)) == j, 0, 1 / (len(rest) - 1))

    def along(rows: Floats) -> tuple[Floats, Floats]:
        """Start and slope of rows @ w as the weight moves."""
        start = rows @ others
        return start, rows[:, j] - start

    (a0, a1), (b0, b1), (c0, c1), (d0, d1) = (
        along(each) for each in (pairs.over, pairs.over_seen, pairs.under, pairs.under_seen)
    )
    same = (pairs.over_seen == pairs.under_seen).all(axis=1)
    # over / seen >= under / seen, multiplied out; with the same gaps the denominators go, and it is linear.
    square = np.where(same, 0.0, a1 * d1 - c1 * b1)
    slope = np.where(same, a1 - c1, a1 * d0 + a0 * d1 - c1 * b0 - c0 * b1)
    start = np.where(same, a0 - c0, a0 * d0 - c0 * b0)
    kept, moved = along(line.keep)
    low, high = _roots(
        np.concatenate([square, np.zeros(len(moved))]), np.concatenate([slope, moved]),
        np.concatenate([start, kept - line.keep_low]), nominal,
    )  # fmt: skip
    words = [*words, *["coverage"] * len(moved)]
    first = "" if low.max(initial=-np.inf) <= 0 else words[int(low.argmax())]
    last = "" if high.min(initial=np.inf) >= 1 else words[int(high.argmin())]
    lowest, highest = float(low.max(initial=0.0)), float(high.min(initial=1.0))
    return min(lowest, nominal), max(highest, nominal), first, last


def _roots(square: Floats, slope: Floats, start: Floats, at: float) -> tuple[Floats, Floats]:
    """Return the ends of the interval around a point in which square x^2 + slope x + start >= 0, by row.

    Where a pair is tied at the point the interval has no room on the side that parts them.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        only = np.where(slope != 0, -start / slope, np.nan)
        low = np.where((slope > 0) & (only <= at + 1e-12), only, -np.inf)
        high = np.where((slope < 0) & (only >= at - 1e-12), only, np.inf)
        # The root of larger size first: the other follows from it without a difference of like numbers.
        inner = slope**2 - 4.0 * square * start
        large = -0.5 * (slope + np.where(slope >= 0, 1.0, -1.0) * np.sqrt(np.maximum(inner, 0.0)))
        pair = np.sort(np.stack([large / square, np.where(large != 0, start / large, 0.0)]), axis=0)
    curved, up = square != 0, square > 0
    right = up & (at >= 0.5 * (pair[0] + pair[1]))
    never = inner <= 0
    low = np.where(curved, np.where(up, np.where(right & ~never, pair[1], -np.inf), pair[0]), low)
    high = np.where(curved, np.where(up, np.where(right | never, np.inf, pair[0]), pair[1]), high)
    return low, high
