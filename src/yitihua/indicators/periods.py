"""Several periods of the same data: read together, and each beside the others where an imputation looks at them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from yitihua.definitions.edition import Edition
from yitihua.definitions.methods import IMPUTE
from yitihua.errors import refuse
from yitihua.indicators.reading import found_data, periods_of, read_one, read_table
from yitihua.indicators.sources import Sources
from yitihua.indicators.table import IndicatorTable

if TYPE_CHECKING:
    from yitihua.indicators.reading import Data


def read_periods(
    edition: Edition, data: Data, periods: Sequence[str], units_of: dt.date | None = None
) -> tuple[IndicatorTable, ...]:
    """Read several periods, each as `read_table` does.

    Parameters
    ----------
    edition, data
        As in `read_table`.
    periods : sequence of str
        In rising order.
    units_of : datetime.date, optional
        Where the edition names a table of changed units: the day in whose units all periods are told; default: the
        end of the last.

    Raises
    ------
    InputError
        With every fault of the first period that has one.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> [len(table.units) for table in read_periods(load_edition("hdi"), None, ["2021", "2022"])]
    [204, 204]
    """
    if isinstance(data, IndicatorTable):
        return tuple(read_table(edition, data, period) for period in periods)
    if isinstance(data, Sources):
        source = data.data
        return tuple(followed([read_table(edition, data, period) for period in periods], edition, source, units_of))
    data = found_data(edition, data)
    tables = followed([read_one(edition, data, period) for period in periods], edition, data, units_of)
    return with_other_periods(tables, edition, data, units_of)


def followed(
    tables: Sequence[IndicatorTable], edition: Edition, data: Data, units_of: dt.date | None = None
) -> list[IndicatorTable]:
    """Return tables in the units of one day, where the edition names a table of changed units."""
    from yitihua.indicators.following import changes_of, follow

    changes = changes_of(edition) if tables and all(table.period for table in tables) else None
    if changes is None:
        if units_of is not None:
            raise refuse("no-effect", key="units_of", name="units_of", method="unit_changes")
        return [*tables]

    def read(period: str) -> IndicatorTable:
        return read_one(edition, found_data(edition, data), period)

    return follow(tables, edition, changes, units_of, read)


def before_followed(table: IndicatorTable, edition: Edition, data: Data) -> IndicatorTable:
    """Return a table whose period before is told in its own units, where the edition names a table of changed units."""
    from yitihua.indicators.following import changes_of, with_same_units_before

    changes = changes_of(edition) if table.background.before_period is not None else None
    if changes is None:
        return table
    return with_same_units_before(table, edition, changes, lambda period: read_one(edition, data, period))


def looks_at_other_periods(edition: Edition) -> bool:
    """Return whether an imputation of the edition fills cells from a unit's other periods.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> looks_at_other_periods(load_edition("hdi"))
    False
    """
    rule = edition.spec.impute
    methods = {rule.method, *(own.method for own in rule.indicators.values())}
    return any(getattr(IMPUTE[method], "needs_history", False) for method in methods)


def with_other_periods(
    tables: Sequence[IndicatorTable], edition: Edition, data: Data, units_of: dt.date | None = None
) -> tuple[IndicatorTable, ...]:
    """Return tables, each with all other periods of the data as its history, where the edition looks at them."""
    if not looks_at_other_periods(edition):
        return tuple(tables)
    seen = {table.period for table in tables}
    others = [read_one(edition, data, other) for other in periods_of(edition, data) if other not in seen]
    if others:
        others = _with_units(others, tables, edition, data, units_of)
    rising = sorted([*tables, *others], key=lambda table: table.period or "")
    return tuple(replace(one, history=tuple(other for other in rising if other is not one)) for one in tables)


def _with_units(
    others: list[IndicatorTable], tables: Sequence[IndicatorTable], edition: Edition, data: Data, day: dt.date | None
) -> list[IndicatorTable]:
    """Return the tables of other periods in the units of those in hand; later ones cannot be told so, and stay."""
    from yitihua.indicators.period_ends import period_end

    ends = [end for table in tables if (end := period_end(table.period)) is not None]
    if edition.spec.unit_changes is None or not ends:
        return others
    until = max(ends) if day is None else day
    earlier = [table for table in others if (end := period_end(table.period)) is not None and end <= until]
    later = [table for table in others if table not in earlier]
    return [*followed(earlier, edition, data, until), *later] if earlier else later
