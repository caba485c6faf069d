"""Tables one below the other: counties and the cities made from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from yitihua.indicators.covariance import Covariance
from yitihua.indicators.origins import taken
from yitihua.indicators.table import IndicatorTable


def stacked(first: IndicatorTable, second: IndicatorTable) -> IndicatorTable:
    """Return the rows of two tables of the same columns one below the other."""

    def both(name: str) -> Any:
        parts = [getattr(table, name) for table in (first, second)]
        if all(part is None for part in parts):
            return None
        return np.vstack([np.full(table.values.shape, np.nan) if part is None else part
                          for table, part in zip((first, second), parts, strict=True)])  # fmt: skip

    def columns(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
        return {name: np.concatenate([column, other[name]]) for name, column in one.items()}

    a, b = first.background, second.background
    rows = [*range(len(first.units)), *[-1] * len(second.units)]  # what was summed stands in no cell
    return replace(
        first,
        units=(*first.units, *second.units),
        values=np.vstack([first.values, second.values]),
        se=both("se"),
        n=both("n"),
        covariance=_stacked_errors(first, second),
        origin=both("origin"),
        names={
            lang: (*(first.names.get(lang) or first.units), *(second.names.get(lang) or second.units))
            for lang in dict.fromkeys([*first.names, *second.names])
        },
        levels=(*first.levels, *second.levels),
        attributes=columns(first.attributes, second.attributes),
        measures=columns(first.measures, second.measures),
        flags={**first.flags, **second.flags},
        background=replace(
            a,
            before=columns(a.before, b.before),
            months=None if a.months is None or b.months is None else np.concatenate([a.months, b.months]),
            months_before=None
            if a.months_before is None or b.months_before is None
            else np.concatenate([a.months_before, b.months_before]),
            places=taken(a.places, rows),
            places_before=taken(a.places_before, rows),
            made={**a.made, **b.made},
            submissions=(*a.submissions, *[""] * len(second.units)) if a.submissions else (),
        ),
    )


def _stacked_errors(first: IndicatorTable, second: IndicatorTable) -> Covariance | None:
    if first.covariance is None or second.covariance is None:
        return None if first.covariance is None else first.covariance.of((*first.units, *second.units))
    return first.covariance.stacked(second.covariance)
