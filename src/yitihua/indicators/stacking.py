"""Tables one below the other: counties and the cities made from them, or the periods of a panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def pooled(tables: Sequence[IndicatorTable]) -> IndicatorTable:
    """Return values and attributes of several periods one below the other, the latest first; one table as it is.

    Units stand there once a period: the result serves to fit, not to rank.

    Examples
    --------
    >>> import yitihua as yt
    >>> hdi = yt.load_edition("hdi")
    >>> whole = pooled([yt.read_table(hdi, period=period) for period in (2021, 2022)])
    >>> whole.period, whole.values.shape
    ('2021–2022', (408, 4))
    """
    if len(tables) == 1:
        return tables[0]
    latest_first = tables[::-1]
    names = [name for name in tables[-1].attributes if all(name in table.attributes for table in tables)]
    lineage = dict.fromkeys(line for table in tables for line in table.lineage)
    return IndicatorTable(
        units=tuple(unit for table in latest_first for unit in table.units),
        indicators=tables[-1].indicators,
        values=np.vstack([table.select(tables[-1].indicators) for table in latest_first]),
        levels=tuple(level for table in latest_first for level in table.levels),
        attributes={name: np.concatenate([table.attributes[name] for table in latest_first]) for name in names},
        period=f"{tables[0].period}–{tables[-1].period}",
        simulated=any(table.simulated for table in tables),
        lineage=tuple(lineage),
    )


def _stacked_errors(first: IndicatorTable, second: IndicatorTable) -> Covariance | None:
    if first.covariance is None or second.covariance is None:
        return None if first.covariance is None else first.covariance.of((*first.units, *second.units))
    return first.covariance.stacked(second.covariance)
