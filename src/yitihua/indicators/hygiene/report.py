"""All checks of operational data together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yitihua.definitions.edition import Edition
from yitihua.indicators.hygiene.ceilings import ceilings
from yitihua.indicators.hygiene.copies import copies, unchanged
from yitihua.indicators.hygiene.digits import benford, heaping
from yitihua.indicators.hygiene.jumps import jumps
from yitihua.indicators.hygiene.values import Flag, Label, columns_of
from yitihua.indicators.table import IndicatorTable

if TYPE_CHECKING:
    import pandas as pd

#: Check -> its name, and what one test of it is about.
CHECKS: Final[dict[str, tuple[Label, Label]]] = {
    "heaping": (("末位数字扎堆", "heaping"), ("项指标或单位", "measures and units")),
    "benford": (("首位数字", "first digits"), ("项指标", "measures")),
    "jump": (("异常跳变", "jumps"), ("个数", "values")),
    "unchanged": (("与上年相同", "same as last year"), ("个单位", "units")),
    "copy": (("单位间雷同", "copies"), ("对单位", "pairs of units")),
    "ceiling": (("触顶与触底", "ceilings and floors"), ("项指标", "indicators")),
}
STRENGTHS: Final[dict[str, Label]] = {"strong": ("明显", "strong"), "look": ("留意", "look")}


@dataclass(frozen=True, slots=True, eq=False)
class HygieneReport:
    """What was looked at, and what was seen. Nothing in the data has been changed.

    Attributes
    ----------
    table : IndicatorTable
    flags : tuple of Flag
        By check, strong ones first.
    tests : dict of str to int
        Check -> how many tests it made; 0 where the data do not allow it.
    """

    table: IndicatorTable
    flags: tuple[Flag, ...]
    tests: Mapping[str, int]

    def frame(self, lang: str = "en") -> pd.DataFrame:
        """Return one row a flag: check, strength, units, codes, what was seen, what to ask, figure, p, adjusted p."""
        import pandas as pd

        which = 0 if lang == "zh" else 1
        rows = [
            (
                CHECKS[flag.check][0][which],
                STRENGTHS[flag.strength][which],
                "; ".join(flag.units),
                "; ".join(flag.codes),
                flag.seen[which],
                flag.ask[which],
                flag.figure,
                flag.p,
                flag.adjusted,
            )
            for flag in self.flags
        ]
        columns = ["check", "strength", "units", "codes", "seen", "ask", "figure", "p", "p_adjusted"]
        frame = pd.DataFrame(rows, columns=columns)
        frame.attrs = {"simulated": self.table.simulated, "period": self.table.period}
        return frame


def hygiene(table: IndicatorTable, edition: Edition) -> HygieneReport:
    """Look for numbers that were not counted: heaping, odd digits, jumps, copies, ceilings.

    Parameters
    ----------
    table : IndicatorTable
        With measures, and the period before where the data have it.
    edition : Edition
        Names of measures and indicators.

    Returns
    -------
    HygieneReport
        Evidence, each with what to ask. On data that were counted, each check with a chance model gives a strong
        flag in about one report in a hundred; jumps and ceilings pass thresholds.

    Examples
    --------
    >>> import yitihua as yt
    >>> zhejiang = yt.load_edition("zhejiang-2022")
    >>> found = hygiene(yt.read_table(zhejiang), zhejiang)
    >>> sorted({flag.check for flag in found.flags if flag.strength == "strong"})
    []
    """
    columns = columns_of(table, edition)
    units = table.units
    made = {
        "heaping": heaping(columns, units),
        "benford": benford(columns),
        "jump": jumps(columns, units),
        "unchanged": unchanged(columns, units),
        "copy": copies(columns, units),
        "ceiling": ceilings(table, edition),
    }
    flags = [flag for found, _ in made.values() for flag in sorted(found, key=lambda flag: flag.strength != "strong")]
    return HygieneReport(table, tuple(flags), {check: tests for check, (_, tests) in made.items()})
