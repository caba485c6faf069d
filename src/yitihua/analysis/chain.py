"""Chain-linked scores: one series over periods in which the edition changes, with every break stated.

At a break one period is scored under both editions. What a unit gains or loses there by the new definitions alone
is its link, and the link carries its series over the break:

additive
    link = old score - new score at the break, and linked = score + link. The default, since scores are points on a
    scale whose zero is a convention: a difference of points means the same everywhere, a ratio does not.
multiplicative
    link = old / new, and linked = score * link, for scores on a ratio scale or on scales of different length.

A link is a unit's own, or the mean of its level's (``by="level"``), which also serves units that joined after the
break and lets no unit keep for ever what the old definitions happened to give it. Over several breaks links are added
(multiplied). Ranks and grades are never taken of linked scores: they stand within the edition that gave them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yitihua.analysis.agreement import Comparison, compare_boards, rows_of
from yitihua.errors import FaultList, refuse
from yitihua.index.panel import EACH, Panel
from yitihua.index.recipe import Label
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

ADDITIVE, MULTIPLICATIVE = "additive", "multiplicative"
METHODS: Final = (ADDITIVE, MULTIPLICATIVE)
UNIT, LEVEL = "unit", "level"
OWNERS: Final = (UNIT, LEVEL)
OLD, NEW = "old", "new"
#: On whose scale the series stands: that of the first edition, or of the last.
SCALES: Final = (OLD, NEW)


@dataclass(frozen=True, eq=False)
class Break:
    """A period at which the edition changes, scored under both.

    Attributes
    ----------
    period : str
        The overlap.
    old, new : Scoreboard
        The same period under both editions.
    link : dict of str to float
        Unit, or level -> what carries a score of the new edition to the old scale.
    by : {"unit", "level"}
        Which of them.
    """

    period: str
    old: Scoreboard
    new: Scoreboard
    link: Mapping[str, float]
    by: str

    @property
    def label(self) -> str:
        """How tables name it: ``2022: hdi > hdi-2``."""
        return f"{self.period}: {self.old.recipe.edition} > {self.new.recipe.edition}"

    @cached_property
    def effects(self) -> dict[str, Comparison]:
        """By level what the new definitions alone do to ranks and grades: the same period under both."""
        shared = dict(zip(self.old.table.units, self.old.table.levels, strict=True))
        levels = [
            level
            for unit, level in zip(self.new.table.units, self.new.table.levels, strict=True)
            if shared.get(unit) == level and level in self.old.level_rows
        ]
        return {level: compare_boards(self.old, self.new, level) for level in dict.fromkeys(levels)}

    def links_of(self, board: Scoreboard) -> Floats:
        """Return the link of every unit of a board, shape (units,); NaN where it has none."""
        keys = board.table.units if self.by == UNIT else board.table.levels
        return np.array([self.link.get(key, np.nan) for key in keys], dtype=float)


@dataclass(frozen=True, eq=False)
class Chain:
    """Panels of several editions, linked.

    Attributes
    ----------
    panels : tuple of Panel
        One an edition, in the order of time; each ends with the period the next begins with.
    breaks : tuple of Break
        One fewer.
    method, by, scale : str
        See the module's words.
    """

    panels: tuple[Panel, ...]
    breaks: tuple[Break, ...]
    method: str
    by: str
    scale: str

    @property
    def simulated(self) -> bool:
        """Whether any of it is simulated."""
        return any(panel.simulated for panel in self.panels)

    @property
    def rule(self) -> Label:
        """What was linked how, and what may be compared, in Chinese and English."""
        reference = self.panels[0 if self.scale == OLD else -1]
        edition = next(iter(reference.boards.values())).recipe.edition
        if not self.breaks:
            return ("无断点：同一版本", "no break: one edition")
        zh = {ADDITIVE: "相加（分数之差）", MULTIPLICATIVE: "相乘（分数之比）"}[self.method]
        zh_by = {UNIT: "逐单位", LEVEL: "按层级均值"}[self.by]
        by = {UNIT: "unit by unit", LEVEL: "by the mean of the level"}[self.by]
        told = "; ".join(one.label for one in self.breaks)
        return (
            f"断点：{told.replace('; ', '；')}。链接得分以{edition}为基准，{zh_by}{zh}；"
            "位次和等级只在各版本之内有效，不跨断点比较",
            f"break at {told}; linked scores on the scale of {edition}, {self.method}, {by}; "
            "ranks and grades hold within an edition, never across a break",
        )

    @cached_property
    def unlinked(self) -> tuple[str, ...]:
        """Units with a score in some period that no link carries to the scale of the series."""
        lost: dict[str, None] = {}
        for place, panel in enumerate(self.panels):
            for board in panel.boards.values():
                rows = np.flatnonzero(~np.isnan(board.total) & np.isnan(self._link(place, board)))
                lost |= dict.fromkeys(board.table.units[row] for row in rows)
        return tuple(lost)

    def frame(self, lang: str = "en") -> pd.DataFrame:
        """Return one row a unit, period and edition; the period of a break stands under both editions.

        Columns: period, edition, unit, name, level, score and rank (the edition's own), break (which breaks lie
        between the row and the scale of the series, empty for none), link, linked.
        """
        import pandas as pd

        from yitihua.index.tables import whole_or_na

        parts = []
        for place, panel in enumerate(self.panels):
            crossed = self._crossed(place)
            for period, board in panel.boards.items():
                units = board.table.units
                link = self._link(place, board)
                parts.append(
                    pd.DataFrame(
                        {
                            "period": period,
                            "edition": board.recipe.edition,
                            "unit": list(units),
                            "name": [board.table.name_of(row, lang) for row in range(len(units))],
                            "level": list(board.table.levels),
                            "score": board.total,
                            "rank": whole_or_na(board.rank),
                            "break": "; ".join(one.label for one in crossed),
                            "link": link,
                            "linked": self._carried(board.total, link),
                        }
                    )
                )
        frame = pd.concat(parts, ignore_index=True)
        frame.attrs.update(self._attrs(lang))
        return frame

    def wide(self, lang: str = "en") -> pd.DataFrame:
        """Return linked scores, one row a unit and one column a period.

        The period of a break stands once: under the edition on whose side the scale lies, whose score it is.
        """
        import pandas as pd

        columns: dict[str, Any] = {}
        order = range(len(self.panels))
        # What is written last stands, so the panel nearest to the scale comes last.
        for place in order if self.scale == NEW else reversed(order):
            for period, board in self.panels[place].boards.items():
                units = board.table.units
                columns[period] = pd.Series(self._carried(board.total, self._link(place, board)), index=list(units))
        names = dict.fromkeys(
            unit for panel in self.panels for board in panel.boards.values() for unit in board.table.units
        )
        frame = pd.DataFrame({period: columns[period] for period in sorted(columns)})
        frame = frame.reindex(list(names)).rename_axis(index="unit")
        frame.attrs.update(self._attrs(lang))
        return frame

    def break_frame(self, lang: str = "en") -> pd.DataFrame:
        """Return one row a break and level: units, correlation of ranks, ranks and grades that changed, mean link."""
        import pandas as pd

        rows = []
        for one in self.breaks:
            for level, found in one.effects.items():
                links = one.links_of(one.new)[rows_of(one.new, found.units)]
                row: dict[str, Any] = {
                    "break": one.label, "period": one.period, "level": level, "units": found.agreement.units,
                    "spearman": found.agreement.spearman, "kendall": found.agreement.kendall,
                    "rank_changed": found.agreement.moved, "rank_shift_max": found.agreement.max_shift,
                    "link_mean": _over(np.mean, links), "link_min": _over(np.min, links),
                    "link_max": _over(np.max, links),
                }  # fmt: skip
                row |= {f"{scheme}_changed": count for scheme, count in found.grade_changes.items()}
                rows.append(row)
        frame = pd.DataFrame(rows)
        frame.attrs.update(self._attrs(lang))
        return frame

    def _attrs(self, lang: str) -> dict[str, Any]:
        told = [one.label for one in self.breaks]
        return {"rule": self.rule[0 if lang == "zh" else 1], "break": told, "simulated": self.simulated}

    def _crossed(self, place: int) -> tuple[Break, ...]:
        return self.breaks[:place] if self.scale == OLD else self.breaks[place:]

    def _link(self, place: int, board: Scoreboard) -> Floats:
        """Return what carries the scores of a panel to the scale, shape (units,)."""
        added = self.method == ADDITIVE
        total = np.full(len(board.table.units), 0.0 if added else 1.0)
        for one in self._crossed(place):
            link = one.links_of(board)
            forward = self.scale == OLD
            if added:
                total += link if forward else -link
            else:
                total *= link if forward else 1.0 / link
        return total

    def _carried(self, scores: Floats, link: Floats) -> Floats:
        return np.asarray(scores + link if self.method == ADDITIVE else scores * link)

    def __repr__(self) -> str:
        simulated = ", simulated 模拟" if self.simulated else ""
        periods = sorted({period for panel in self.panels for period in panel.boards})
        return f"<Chain of {len(periods)} periods, {self.rule[1]}{simulated}>"


def _over(what: Any, links: Floats) -> float:
    seen = links[np.isfinite(links)]
    return float(what(seen)) if seen.size else float("nan")


def chain_panels(panels: Sequence[Panel], *, method: str = ADDITIVE, by: str = UNIT, scale: str = OLD) -> Chain:
    """Link panels of one edition each.

    Parameters
    ----------
    panels : sequence of Panel
        In the order of time; each begins with the period with which the one before ends.
    method : {"additive", "multiplicative"}
        How a link carries a score.
    by : {"unit", "level"}
        Whose link it is.
    scale : {"old", "new"}
        On the scale of the first edition, or of the last.

    Raises
    ------
    InputError
        If panels share no period at their ends, scores of a panel do not compare between periods, the scales
        have different lengths under additive links, or a score is not above 0 under multiplicative ones.

    Examples
    --------
    >>> import yitihua as yt
    >>> first, second = yt.panel("hdi", periods=[2021], fitted="2021"), yt.panel("hdi", fitted="2021")
    >>> chain_panels([first, second]).wide().loc["CHE"].round(3).tolist()
    [0.965, 0.967]
    """
    for key, found, options in (("method", method, METHODS), ("by", by, OWNERS), ("scale", scale, SCALES)):
        if found not in options:
            raise refuse("bad-choice", key=key, found=found, options=list(options))
    if not panels:
        raise refuse("chain-ends", key="panels", found="-")
    faults = FaultList()
    for panel in panels:
        if panel.fitted == EACH and len(panel.boards) > 1:
            faults.add("chain-fitted", key="fitted", found=EACH)
    for before, after in pairwise(panels):
        if before.periods[-1] != after.periods[0]:
            faults.add("chain-ends", key="panels", found=f"{before.periods[-1]} / {after.periods[0]}")
    faults.raise_if_any()
    breaks = []
    for before, after in pairwise(panels):
        period = after.periods[0]
        old, new = before.boards[period], after.boards[period]
        breaks.append(Break(period, old, new, _links(old, new, period, method, by), by))
    return Chain(tuple(panels), tuple(breaks), method, by, scale)


def _links(old: Scoreboard, new: Scoreboard, period: str, method: str, by: str) -> dict[str, float]:
    widths = [board.recipe.scale[1] - board.recipe.scale[0] for board in (old, new)]
    if method == ADDITIVE and widths[0] != widths[1]:
        raise refuse("chain-scales", key="method", found=[list(board.recipe.scale) for board in (old, new)])
    place = {unit: row for row, unit in enumerate(old.table.units)}
    pairs: dict[str, list[tuple[float, float]]] = {}
    for row, (unit, level) in enumerate(zip(new.table.units, new.table.levels, strict=True)):
        if unit in place and old.table.levels[place[unit]] == level:
            pair = (float(old.total[place[unit]]), float(new.total[row]))
            if not np.isnan(pair).any():
                pairs.setdefault(unit if by == UNIT else level, []).append(pair)
    if not pairs:
        raise refuse("chain-no-overlap", key="breaks", name=period)
    means = {key: np.mean(found, axis=0).tolist() for key, found in pairs.items()}
    if method == MULTIPLICATIVE and (low := [key for key, pair in means.items() if min(pair) <= 0]):
        raise refuse("chain-not-positive", key="method", name=period, found=len(low), options=low[:10])
    return {key: before - after if method == ADDITIVE else before / after for key, (before, after) in means.items()}
