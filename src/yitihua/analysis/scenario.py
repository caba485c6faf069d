"""A scenario for the next period from stated assumptions (改革方向推演): worked out, not predicted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.analysis.asked import level_name
from yitihua.analysis.stages import indicators_below, marked
from yitihua.analysis.whatif.asking import Asked
from yitihua.analysis.whatif.making import made
from yitihua.analysis.whatif.result import WhatIf
from yitihua.errors import FaultList, InputError, refuse
from yitihua.index.recipe import IndicatorRule
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

#: What a scenario says of itself wherever it is shown.
LABEL = (
    "改革方向推演：按所列假设推算，不是预测，也不是公布结果。",
    "A scenario: worked out from the assumptions stated, no forecast and no published result.",
)
#: How an assumption may be put.
FORMS = ("=95", "+3", "-3", "+5%", "+3/y", "+5%/y", "gap 50%", "best 50%", "trend")

_CHANGE = re.compile(r"([+-]\d+(?:\.\d+)?)(%?)(/y)?")
_SHARE = re.compile(r"(gap|best)\s*(\d+(?:\.\d+)?)%")
_CHINESE = (("差距", "gap "), ("标杆", "best "), ("趋势", "trend"), ("％", "%"), ("－", "-"), ("＋", "+"), ("＝", "="))


@dataclass(frozen=True)
class Assumption:
    """What is assumed of one indicator.

    Attributes
    ----------
    kind : {"value", "add", "rate", "gap", "best", "trend"}
        Becomes a value; changes by an amount; by a share of itself; part of the way to the better goalpost, or to
        the best of the level, is gone; the change since another period goes on.
    size : float
        Value, amount, or share (0.05 for 5%).
    yearly : bool
        Whether it happens every year; a yearly rate compounds.
    said : str
        As stated.
    """

    kind: str
    size: float
    yearly: bool
    said: str


def assumption_of(stated: Any) -> Assumption | None:
    """Return what is assumed, or None where it cannot be read.

    Examples
    --------
    >>> assumption_of("+5%/y")
    Assumption(kind='rate', size=0.05, yearly=True, said='+5%/y')
    >>> assumption_of("差距50%").kind, assumption_of(95).kind, assumption_of("more")
    ('gap', 'value', None)
    """
    if isinstance(stated, (int, float, np.number)) and not isinstance(stated, bool):
        return Assumption("value", float(stated), False, f"={stated:g}") if np.isfinite(stated) else None
    text = str(stated).strip().removeprefix("每年").lower()
    yearly = str(stated).strip().startswith("每年")
    for old, new in _CHINESE:
        text = text.replace(old, new)
    text = text.strip()
    if text == "trend":
        return Assumption("trend", 1.0, True, str(stated))
    if found := _CHANGE.fullmatch(text):
        kind = "rate" if found[2] else "add"
        size = float(found[1]) / (100.0 if found[2] else 1.0)
        return Assumption(kind, size, yearly or bool(found[3]), str(stated))
    if found := _SHARE.fullmatch(text):
        share = float(found[2]) / 100.0
        return Assumption(found[1], share, False, str(stated)) if share <= 1 else None
    if found := re.fullmatch(r"=?\s*(-?\d+(?:\.\d+)?)", text):
        return Assumption("value", float(found[1]), False, str(stated))
    return None


@dataclass(frozen=True, eq=False)
class Scenario:
    """A board for the next period under stated assumptions, beside the present one.

    Attributes
    ----------
    whatif : WhatIf
        The comparison; its board says that it is a scenario.
    stated : dict
        Indicator or node, as it was named -> what was said.
    assumed : dict
        Indicator -> what was assumed.
    units : tuple of str
        Of whom.
    years : float
        Over how many years.
    capped : set of (str, str)
        (unit, indicator) whose value was kept within what it can be.
    """

    whatif: WhatIf
    stated: dict[str, str]
    assumed: dict[str, Assumption]
    units: tuple[str, ...]
    years: float
    capped: frozenset[tuple[str, str]] = frozenset()

    @property
    def board(self) -> Scoreboard:
        """The board under the assumptions."""
        return self.whatif.board

    def table(self, lang: str = "en", level: str | None = None) -> pd.DataFrame:
        """Return one row a unit, as `WhatIf.table` does: scores, ranks and grades now and under the assumptions."""
        frame = self.whatif.table(lang, level)
        frame.attrs["scenario"] = LABEL[0 if lang == "zh" else 1]
        return frame

    def values(self, lang: str = "en") -> pd.DataFrame:
        """Return one row a value that was assumed: unit, name, indicator, value, value_new, assumption, capped."""
        import pandas as pd

        base = self.whatif.base.table
        records = [
            {
                "unit": base.units[row],
                "name": base.name_of(row, lang),
                "indicator": base.indicators[j],
                "value": float(base.values[row, j]),
                "value_new": value,
                "assumption": self.assumed[base.indicators[j]].said,
                "capped": (base.units[row], base.indicators[j]) in self.capped,
            }
            for (row, j), value in self.whatif.asked.values.items()
        ]
        frame = pd.DataFrame(records)
        return marked(frame, self.whatif.base, lang, scenario=LABEL[0 if lang == "zh" else 1])

    def notes(self, lang: str = "en") -> list[str]:
        """Return what must be said beside the numbers; that it is a scenario comes first."""
        zh = lang == "zh"
        said = [LABEL[0 if zh else 1]]
        if any(one.yearly for one in self.assumed.values()):
            said.append(
                f"逐年的假设按{self.years:g}年推算。"
                if zh
                else f"Yearly assumptions run for {self.years:g} year{'' if self.years == 1 else 's'}."
            )
        if self.capped:
            count = len(self.capped)
            said.append(
                f"有{count}个数值推算后超出可能的范围，取界限值。"
                if zh
                else f"{count} values would have left what is possible and were kept at its end."
            )
        return said + self.whatif.notes(lang)[1:]

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return assumptions and how units move, as plain data."""
        found = self.whatif.to_dict(lang)
        found.pop("asked")
        return {
            "scenario": LABEL[0 if lang == "zh" else 1],
            "assumptions": self.stated,
            "of_units": list(self.units),
            "years": self.years,
            **found,
            "notes": self.notes(lang),
            "values": self.values(lang).to_dict("records"),
        }

    def __repr__(self) -> str:
        return repr(self.whatif).replace("<WhatIf values", f"<Scenario of {len(self.assumed)} assumptions")


def scenario(
    board: Scoreboard,
    assume: Mapping[str, Any],
    units: Sequence[str] | None = None,
    years: float = 1,
    before: Scoreboard | None = None,
) -> Scenario:
    """Return the board of a next period in which stated assumptions hold; goalposts and weights stay as they are.

    Parameters
    ----------
    board : Scoreboard
    assume : mapping
        Indicator, or node for all below it -> what is assumed: ``95`` or ``"=95"`` becomes that value; ``"+3"``,
        ``"-3"`` changes by so much of its own unit (points of percentage for shares); ``"+5%"`` by a share of
        itself; ``"+3/y"``, ``"+5%/y"`` every year, rates compounding; ``"gap 50%"`` goes half the way to the better
        goalpost; ``"best 50%"`` half the way to the best of the level; ``"trend"`` goes on as since `before`. In
        Chinese: 每年+5%, 差距50%, 标杆50%, 趋势. Of an indicator named by itself and by nodes, the narrowest holds.
    units : sequence of str, optional
        Codes or names of whom it is assumed; default: all of the level with the most units.
    years : float
        Length of the period, for yearly assumptions.
    before : Scoreboard, optional
        Of an earlier period, one year before, for ``"trend"``.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        With every fault: unknown names, one thing named twice, assumptions that cannot be read, goalposts or an
        earlier board that are wanted and not there.

    Notes
    -----
    Missing values stay missing, and estimates keep their standard errors. Values that were from 0 to 100 in a unit of
    per cent or of points out of 100 stay there, and values of which none was negative do not become so; what was
    kept at an end is told.

    Examples
    --------
    >>> import yitihua as yt
    >>> scenario(yt.evaluate("hdi"), {"gnipc": "+3%/y", "le": "gap 10%"}, ["Norway", "China"], years=5)
    <Scenario of 2 assumptions: ...>
    """
    faults = FaultList()
    assumed = _assumed(board, assume, faults)
    rows = _rows(board, units, faults)
    if isinstance(years, bool) or not isinstance(years, (int, float, np.number)) or not 0 < years <= 100:
        faults.add("number-range", key="years", found=str(years), low="> 0", high="100")
    _check(board, assumed, before, faults)
    faults.raise_if_any()
    cells: dict[tuple[int, int], float] = {}
    capped = set()
    for code, one in assumed.items():
        j = board.table.indicators.index(code)
        column = board.table.values[:, j]
        new = _moved(board, code, one, rows, float(years), before)
        kept = np.clip(new, *_possible(board, code))
        for row, value, free in zip(rows, kept.tolist(), new.tolist(), strict=True):
            if np.isfinite(column[row]) and np.isfinite(value):
                cells[row, j] = value
                if value != free:
                    capped.add((board.table.units[row], code))
    if not cells:
        raise refuse("nothing-assumed", key="assume", options=list(assumed))
    asked = Asked(values=cells)
    found = made(board, asked)
    zh, en = board.recipe.notice
    notice = (LABEL[0] + zh, f"{LABEL[1]} {en}".rstrip())
    found = replace(found, recipe=replace(found.recipe, notice=notice))
    names = tuple(board.table.units[row] for row in rows)
    said = {str(name): str(what) for name, what in assume.items()}
    return Scenario(WhatIf(board, found, asked), said, assumed, names, float(years), frozenset(capped))


def _assumed(board: Scoreboard, assume: Any, faults: FaultList) -> dict[str, Assumption]:
    """Return indicator -> assumption."""
    if not isinstance(assume, Mapping) or not assume:
        faults.add("bad-assumption", key="assume", found=str(assume), options=list(FORMS))
        return {}
    named: dict[str, str] = {}
    found: dict[str, Assumption] = {}
    for name, stated in assume.items():
        one = assumption_of(stated)
        if one is None:
            faults.add("bad-assumption", key=f"assume.{name}", found=str(stated), options=list(FORMS))
        try:
            code = board.recipe.code_of(str(name))
        except InputError as error:
            faults.extend(error.faults)
            continue
        if code in named:
            faults.add("stated-twice", key="assume", name=code, found=[named[code], str(name)])
        named[code] = str(name)
        if one is not None:
            found[code] = one
    below = {code: [code] if code in board.recipe.codes else indicators_below(board.recipe, code) for code in found}
    spread: dict[str, Assumption] = {}
    for code in sorted(found, key=lambda code: -len(below[code])):  # what is said more narrowly holds
        spread |= dict.fromkeys(below[code], found[code])
    own = {code: one for code, one in found.items() if code in board.recipe.codes}
    both = spread | own
    return {code: both[code] for code in board.recipe.codes if code in both}


def _rows(board: Scoreboard, units: Sequence[str] | None, faults: FaultList) -> list[int]:
    if units is None:
        return [int(row) for row in board.level_rows[level_name(board)]]
    found: dict[int, None] = {}
    for unit in [units] if isinstance(units, str) else units:
        try:
            found[board.table.row_of(str(unit))] = None
        except InputError as error:
            faults.extend(error.faults)
    return list(found)


def _check(board: Scoreboard, assumed: Mapping[str, Assumption], before: Scoreboard | None, faults: FaultList) -> None:
    rules = {rule.code: rule for rule in board.recipe.indicators}
    for code, one in assumed.items():
        if one.kind == "gap" and rules[code].goalposts is None:
            faults.add("no-goalposts", key=f"assume.{code}", name=code)
        if one.kind == "trend" and (before is None or code not in before.table.indicators):
            faults.add("no-earlier-board", key=f"assume.{code}", name=code)


def _moved(
    board: Scoreboard, code: str, one: Assumption, rows: list[int], years: float, before: Scoreboard | None
) -> Floats:
    """Return the values of the rows under an assumption; NaN where there is none now, or none to go by."""
    now = board.table.values[rows, board.table.indicators.index(code)]
    times = years if one.yearly else 1.0
    rule = next(rule for rule in board.recipe.indicators if rule.code == code)
    if one.kind == "trend":
        assert before is not None  # or there was a fault
        earlier = before.table.aligned([board.table.units[row] for row in rows], [code]).values[:, 0]
        return np.asarray(now + (now - earlier) * times)
    ways: dict[str, Callable[[], Any]] = {
        "value": lambda: np.full(len(rows), one.size),
        "add": lambda: now + one.size * times,
        "rate": lambda: now + np.abs(now) * _grown(one, times),
        "gap": lambda: _towards(now, _better_goalpost(rule), one.size, rule.positive),
        "best": lambda: _towards(now, _best(board, code, rows, rule), one.size, rule.positive),
    }
    return np.asarray(ways[one.kind](), dtype=float)


def _grown(one: Assumption, times: float) -> float:
    """Return by what share of itself a value has changed: once, or every year; nothing is left after a loss of all."""
    if not one.yearly:
        return one.size
    with np.errstate(over="ignore"):
        return float(np.power(max(1.0 + one.size, 0.0), times)) - 1.0


def _towards(now: Floats, end: Any, share: float, positive: bool) -> Floats:
    """Go a share of the way; who is there already stays."""
    way = np.maximum(end - now, 0.0) if positive else np.minimum(end - now, 0.0)
    return np.asarray(now + share * way)


def _better_goalpost(rule: IndicatorRule) -> float:
    assert rule.goalposts is not None  # or there was a fault
    return max(rule.goalposts) if rule.positive else min(rule.goalposts)


def _best(board: Scoreboard, code: str, rows: list[int], rule: IndicatorRule) -> Floats:
    """Return for every row the best value of its level."""
    column = board.table.values[:, board.table.indicators.index(code)]
    best = np.nanmax if rule.positive else np.nanmin
    ends = {
        level: float(best(column[members])) if np.isfinite(column[members]).any() else np.nan
        for level, members in board.level_rows.items()
    }
    return np.array([ends[board.table.levels[row]] for row in rows])


def _possible(board: Scoreboard, code: str) -> tuple[float, float]:
    """Return between what ends values can be, judged by the unit and by the values there are."""
    column = board.table.values[:, board.table.indicators.index(code)]
    there = column[np.isfinite(column)]
    rule = next(rule for rule in board.recipe.indicators if rule.code == code)
    low = 0.0 if there.size and there.min() >= 0 else -np.inf
    share = rule.unit[0].strip() == "%" or "0—100" in rule.unit[0] or "0-100" in rule.unit[0]
    return low, 100.0 if share and low == 0 and there.max() <= 100 else np.inf
