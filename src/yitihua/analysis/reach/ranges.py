"""How far each weight can move while the top k, or a unit's grade, stays: its stability interval."""

from __future__ import annotations

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

    Returns
    -------
    DataFrame
        code, name, weight, low, high, and who ends it there: ends_low, ends_high (unit behind / unit that would
        overtake it, or the grade that would be got; "" where the weight goes to 0 or 1). Exact, for scores before
        rounding: scores are linear in the weight (or their logarithms or powers are).

    Raises
    ------
    InputError
        If not exactly one of `top` and `unit` is given, a name is unknown, or scores are not linear in the weights.

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
    line = linear(board, name, node)
    if top is not None:
        a, b, words = _top_rows(line, top)
    else:
        assert row is not None
        a, b, words = _grade_rows(line, row, scheme)
    records = []
    for j, child in enumerate(line.node.children):
        low, high, first, last = _interval(line, j, a, b, words)
        records.append(
            {
                "code": child,
                "name": board.recipe.labels[child][1],
                "weight": float(line.nominal[j]),
                "low": low,
                "high": high,
                "ends_low": first,
                "ends_high": last,
            }
        )
    return marked(pd.DataFrame(records), board, "en", level=name)


def _top_rows(line: Linear, top: Any) -> tuple[Floats, Floats, list[str]]:
    """Return a, b with a @ w >= b for every pair of one inside the top k and one outside, and who they are."""
    count = len(line.rows)
    if isinstance(top, bool) or not isinstance(top, (int, np.integer)) or not 1 <= top < count:
        raise refuse("number-range", key="top", found=str(top), low="1", high=str(count - 1))
    inside = np.flatnonzero(line.board.rank[line.rows] <= top)
    outside = np.setdiff1d(np.arange(count), inside)
    if not outside.size:
        raise refuse("number-range", key="top", found=str(top), low="1", high=str(count - 1))
    lead = line.sign * (line.values[inside][:, None, :] - line.values[outside][None, :, :])
    units = [line.board.table.units[r] for r in line.rows.tolist()]
    words = [f"{units[i]} < {units[o]}" for i in inside.tolist() for o in outside.tolist()]
    return lead.reshape(-1, lead.shape[2]), np.zeros(len(words)), words


def _grade_rows(line: Linear, row: int, scheme: str | None) -> tuple[Floats, Floats, list[str]]:
    board = line.board
    rule, place = scheme_named(board.recipe, scheme), line.place_of(row)
    cuts = rule.cuts_of(line.level)
    if cuts is None:
        raise refuse("no-grades-at-level", key="scheme", name=rule.code, found=line.level)
    given, half = int(board.grade_indices[rule.code][row]), 0.5 * line.unit_of_rounding
    own = line.sign * line.values[place]
    a, b, words = [], [], []
    if given > 0:
        a.append(own)
        b.append(line.sign * line.transformed_score(round(cuts[given - 1], 12) - half))
        words.append(rule.labels[given - 1])
    if given < len(cuts):
        a.append(-own)
        b.append(-line.sign * line.transformed_score(round(cuts[given], 12) - half))
        words.append(rule.labels[given + 1])
    return np.array(a), np.array(b), words


def _interval(line: Linear, j: int, a: Floats, b: Floats, words: list[str]) -> tuple[float, float, str, str]:
    """Return the ends of one weight's interval; along it a @ w - b is start + slope * weight."""
    nominal = float(line.nominal[j])
    rest = line.nominal.copy()
    rest[j] = 0.0
    # Siblings without weight share alike what is left, as `full_set` has it.
    others = rest / rest.sum() if rest.sum() > 0 else np.where(np.arange(len(rest)) == j, 0, 1 / (len(rest) - 1))
    start = a @ others - b
    slope = a[:, j] - a @ others
    with np.errstate(divide="ignore", invalid="ignore"):
        at = np.where(slope != 0, -start / slope, np.nan)
    # Where a pair is tied at the nominal weight the interval has no room on the side that parts them.
    below = np.where((slope > 0) & (at <= nominal + 1e-12), at, -np.inf)
    above = np.where((slope < 0) & (at >= nominal - 1e-12), at, np.inf)
    low, high = float(below.max(initial=-np.inf)), float(above.min(initial=np.inf))
    first = "" if low <= 0 else words[int(below.argmax())]
    last = "" if high >= 1 else words[int(above.argmin())]
    return max(0.0, min(low, nominal)), min(1.0, max(high, nominal)), first, last
