"""The result: progress, activity, quadrant and sign of every unit and period, with what is open about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.analysis.barometer.components import NAMES
from yitihua.analysis.barometer.inputs import Inputs, Numbers, numbers
from yitihua.analysis.barometer.reading import QUADRANTS
from yitihua.definitions.barometer_models import BarometerSpec, QuadrantWords
from yitihua.errors import refuse
from yitihua.index.recipe import Label
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

    from yitihua.analysis.barometer.feedback import Feedback

#: What an interval covers, in Chinese and English.
COVERS: Label = (
    "区间只含抽样误差：进展含问卷估计的误差，活跃含计数的偶然波动（过度离散系数见定义）；"
    "不含填报错误、口径变化和上下限、权重的选择",
    "Intervals cover chance alone: of survey estimates in progress, of counts in activity "
    "(over-dispersion as defined); not wrong reports, changed counting rules, or the choice of bounds and weights",
)


@dataclass(frozen=True, eq=False)
class Drawn:
    """What joint draws say of the periods shown; ends have shape (periods, units), shares a last axis more."""

    progress: tuple[Floats, Floats]
    activity: tuple[Floats, Floats]
    reading: tuple[Floats, Floats]
    sign: Floats
    quadrant: Floats


@dataclass(frozen=True, eq=False)
class Barometer:
    """The barometer of several periods under one frozen recipe.

    Attributes
    ----------
    edition : str
    inputs : Inputs
        Arrays of all periods that were read.
    places : tuple of int
        The periods shown, by place in `inputs`.
    carried : tuple of dict
        For every period shown: indicator -> periods whose survey estimates stand in.
    drawn : Drawn
        Intervals and probabilities.
    draws, seed, level : int, int, float
        Of `drawn`.
    """

    edition: str
    inputs: Inputs
    places: tuple[int, ...]
    carried: tuple[Mapping[str, tuple[str, ...]], ...]
    drawn: Drawn
    draws: int
    seed: int
    level: float

    @property
    def spec(self) -> BarometerSpec:
        """How it is defined."""
        return self.inputs.spec

    @property
    def units(self) -> tuple[str, ...]:
        """Codes of the units, of all periods."""
        return self.inputs.units

    @cached_property
    def periods(self) -> tuple[str, ...]:
        """The periods shown, rising."""
        return tuple(self.inputs.panel.periods[place] for place in self.places)

    @property
    def rule(self) -> Label:
        """What may be compared, in Chinese and English."""
        return self.inputs.panel.rule

    @property
    def simulated(self) -> bool:
        """Whether any of it is simulated."""
        return self.inputs.panel.simulated

    @property
    def last(self) -> Scoreboard:
        """The board of the last period shown."""
        return self.board(self.periods[-1])

    def board(self, period: str) -> Scoreboard:
        """Return the board of a period, with the estimates that stand in."""
        return self.inputs.panel.boards[period]

    @cached_property
    def numbers(self) -> Numbers:
        """The point values of all periods that were read."""
        return numbers(self.inputs, self.inputs.nodes, self.inputs.counts)

    def shown(self, name: str) -> Any:
        """Return an array of `numbers` for the periods shown: standing, progress, parts, sign, ..."""
        return getattr(self.numbers, name)[list(self.places)]

    def place_of(self, period: str | None) -> int:
        """Return the place of a period among those shown; default: the last."""
        if period is None:
            return len(self.periods) - 1
        if str(period) not in self.periods:
            raise refuse("unknown-period", key="period", name=str(period), options=self.periods)
        return self.periods.index(str(period))

    def row_of(self, unit: str) -> int:
        """Return a unit's row, by code or by name in any language, in the last period that has it."""
        for period in reversed(self.inputs.panel.periods):
            table = self.board(period).table
            known = {name for names in table.names.values() for name in names} | set(table.units)
            if unit in known or period == self.inputs.panel.periods[0]:
                return self.units.index(table.units[table.row_of(unit)])
        raise AssertionError("the first period answers or refuses")

    @cached_property
    def names(self) -> dict[str, tuple[str, ...]]:
        """Language -> names of the units."""
        found: dict[str, dict[str, str]] = {"zh": {}, "en": {}}
        for board in self.inputs.panel.boards.values():
            for lang, names in found.items():
                names |= {unit: board.table.name_of(row, lang) for row, unit in enumerate(board.table.units)}
        return {lang: tuple(names[unit] for unit in self.units) for lang, names in found.items()}

    def quadrant_of(self, place: int) -> QuadrantWords | None:
        """Return the words of a quadrant, None for -1."""
        found: QuadrantWords | None = getattr(self.spec.quadrant, QUADRANTS[place]) if place >= 0 else None
        return found

    def frame(self, lang: str = "en", period: str | None = None) -> pd.DataFrame:
        """Return one row a unit and period shown; of one period, the highest reading first.

        Parameters
        ----------
        lang : {"en", "zh"}
        period : str, optional

        Returns
        -------
        DataFrame
            period, unit, name, level; sign (label), sign_name, glyph, p_sign (its probability); reading, progress
            and activity, each with _low and _high; standing (level against goalposts), change, own_past; volume,
            momentum, breadth, recency; quadrant, quadrant_name, p_quadrant; p_ with every label of a sign; carried
            (indicators whose estimate another period lends); simulated. Its attrs say the rule of comparison.
        """
        import pandas as pd

        places = range(len(self.periods)) if period is None else [self.place_of(period)]
        frame = pd.concat([self._rows(place, lang) for place in places], ignore_index=True)
        if period is not None:
            frame = frame.sort_values("reading", ascending=False, kind="stable", na_position="last", ignore_index=True)
        which = 0 if lang == "zh" else 1
        frame.attrs = {"rule": self.rule[which], "covers": COVERS[which], "simulated": self.simulated}
        return frame

    def _rows(self, place: int, lang: str) -> pd.DataFrame:
        import pandas as pd

        board = self.board(self.periods[place])
        here = np.isin(self.units, board.table.units)
        sign, quadrant = self.shown("sign")[place], self.shown("quadrant")[place]
        rule = self.spec.sign
        signs = [rule.names[k].get(lang) if k >= 0 else "" for k in sign]
        areas = [self.quadrant_of(int(k)) for k in quadrant]
        columns: dict[str, Any] = {
            "period": self.periods[place], "unit": self.units, "name": self.names[lang], "level": self.inputs.levels,
            "sign": [rule.labels[k] if k >= 0 else "" for k in sign], "sign_name": signs,
            "glyph": [rule.glyphs[k] if k >= 0 else "" for k in sign],
            "p_sign": _own(self.drawn.sign[place], sign),
        }  # fmt: skip
        for name in ("reading", "progress", "activity"):
            low, high = getattr(self.drawn, name)
            columns |= {name: self.shown(name)[place], f"{name}_low": low[place], f"{name}_high": high[place]}
        columns |= {name: self.shown(name)[place] for name in ("standing", "change", "own_past")}
        columns |= {name: self.shown("parts")[place, :, k] for k, name in enumerate(NAMES)}
        columns["quadrant"] = [QUADRANTS[k] if k >= 0 else "" for k in quadrant]
        columns["quadrant_name"] = ["" if area is None else area.name.get(lang) for area in areas]
        columns["p_quadrant"] = _own(self.drawn.quadrant[place], quadrant)
        columns |= {f"p_{label}": self.drawn.sign[place, :, k] for k, label in enumerate(rule.labels)}
        columns["carried"] = " ".join(self.carried[place])
        columns["simulated"] = self.simulated
        return pd.DataFrame(columns)[here]

    def unit(self, code: str) -> UnitBarometer:
        """Return one unit's barometer, by code or name.

        Raises
        ------
        InputError
            If no unit or more than one answers to it.
        """
        return UnitBarometer(self, self.row_of(code))

    def feedback(self, unit: str, period: str | None = None) -> Feedback:
        """Return what a unit's next sign and grade need; see `yitihua.analysis.barometer.feedback`."""
        from yitihua.analysis.barometer.feedback import feedback

        return feedback(self, self.row_of(unit), self.place_of(period))

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return all of it as plain data."""
        which = 0 if lang == "zh" else 1
        return {
            "edition": self.edition,
            "title": self.spec.title.get(lang),
            "periods": list(self.periods),
            "rule": self.rule[which],
            "covers": COVERS[which],
            "simulated": self.simulated,
            "notices": [notice[which] for notice in self.last.table.notices],
            "draws": self.draws,
            "seed": self.seed,
            "level": self.level,
            "carried": [
                {"period": period, "indicators": {code: list(by) for code, by in lenders.items()}}
                for period, lenders in zip(self.periods, self.carried, strict=True)
            ],
            "rows": self.frame(lang).to_dict("records"),
        }

    def __repr__(self) -> str:
        simulated = ", simulated 模拟" if self.simulated else ""
        return (
            f"<Barometer {self.edition}: {len(self.units)} units, {', '.join(self.periods)}; {self.rule[1]}{simulated}>"
        )


@dataclass(frozen=True, eq=False)
class UnitBarometer:
    """One unit of a barometer.

    Attributes
    ----------
    whole : Barometer
    row : int
    """

    whole: Barometer
    row: int

    @property
    def code(self) -> str:
        """The unit's code."""
        return self.whole.units[self.row]

    def name(self, lang: str = "en") -> str:
        """Return its name."""
        return self.whole.names[lang][self.row]

    def frame(self, lang: str = "en") -> pd.DataFrame:
        """Return one row a period, the columns of `Barometer.frame`."""
        frame = self.whole.frame(lang)
        own = frame[frame["unit"] == self.code].reset_index(drop=True)
        own.attrs = frame.attrs
        return own

    def feedback(self, period: str | None = None) -> Feedback:
        """Return what the next sign and grade need; default: of the last period."""
        return self.whole.feedback(self.code, period)

    def to_dict(self, lang: str = "en", period: str | None = None) -> dict[str, Any]:
        """Return its rows and its feedback as plain data."""
        which = 0 if lang == "zh" else 1
        return {
            "edition": self.whole.edition,
            "unit": self.code,
            "name": self.name(lang),
            "rule": self.whole.rule[which],
            "covers": COVERS[which],
            "simulated": self.whole.simulated,
            "rows": self.frame(lang).to_dict("records"),
            "feedback": self.feedback(period).to_dict(lang),
        }

    def __repr__(self) -> str:
        simulated = ", simulated 模拟" if self.whole.simulated else ""
        signs = ", ".join(
            f"{period} {self.whole.spec.sign.names[k].en if k >= 0 else '-'}"
            for period, k in zip(self.whole.periods, self.whole.shown("sign")[:, self.row], strict=True)
        )
        return f"<UnitBarometer {self.code} {self.name()}: {signs}{simulated}>"


def _own(shares: Floats, places: Any) -> Floats:
    """Return the share at each unit's own place, shape (units,); NaN without one."""
    found = shares[np.arange(len(places)), np.maximum(places, 0)]
    return np.where(np.asarray(places) < 0, np.nan, found)
