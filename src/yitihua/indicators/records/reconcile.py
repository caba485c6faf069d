"""Reconciliation: what an office typed beside what its records say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yitihua.indicators.table import IndicatorTable

if TYPE_CHECKING:
    from yitihua.indicators.records.measuring import Counted

#: What a pair of numbers can be.
STATES = {
    "differs": ("不一致", "differs"),
    "typed-only": ("仅有填报数", "typed only"),
    "counted-only": ("仅有计数", "counted only"),
    "same": ("一致", "the same"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure of a county as typed and as counted; difference = typed - counted, relative to the counted."""

    unit: str
    name: str
    period: str
    measure: str
    typed: float
    counted: float

    @property
    def difference(self) -> float:
        """Typed minus counted; NaN where one is missing."""
        return self.typed - self.counted

    @property
    def relative(self) -> float:
        """The difference over the counted number; infinite where nothing was counted."""
        if math.isnan(self.difference):
            return math.nan
        if self.counted == 0:
            return 0.0 if self.difference == 0 else math.copysign(math.inf, self.difference)
        return self.difference / self.counted

    @property
    def state(self) -> str:
        """A key of `STATES`."""
        if math.isnan(self.typed):
            return "counted-only"
        if math.isnan(self.counted):
            return "typed-only"
        return "same" if self.difference == 0 else "differs"


def reconcile(counted: Counted, typed: Mapping[str, IndicatorTable]) -> list[Difference]:
    """Return every measure that was typed or counted, the largest relative differences first.

    Parameters
    ----------
    counted : Counted
        As `measure` returns it.
    typed : mapping
        Period -> the table that was typed; periods in one of the two only are left out.

    Returns
    -------
    list of Difference
        Differences first, by size relative to the count; then what only one side has; then what agrees. Pairs of which
        neither is known are left out.
    """
    found: list[Difference] = []
    for row, period in enumerate(counted.periods):
        table = typed.get(period.name)
        if table is None:
            continue
        place = {unit: i for i, unit in enumerate(table.units)}
        for measure, values in counted.values.items():
            column = table.measures.get(measure)
            for i, unit in enumerate(counted.counties):
                said = float(column[place[unit]]) if column is not None and unit in place else math.nan
                number = float(values[row, i])
                if not (math.isnan(said) and math.isnan(number)):
                    found.append(Difference(unit, counted.names[unit][0], period.name, measure, said, number))
    rank = {state: i for i, state in enumerate(STATES)}
    order = [(rank[d.state], -abs(np.nan_to_num(d.relative, nan=0.0, posinf=1e300, neginf=-1e300)), d.unit, d.measure)
             for d in found]  # fmt: skip
    return [found[i] for i in sorted(range(len(found)), key=order.__getitem__)]
