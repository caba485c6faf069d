"""Several periods of the same data: read together, and each beside the others where an imputation looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from yitihua.definitions.edition import Edition
from yitihua.definitions.methods import IMPUTE
from yitihua.indicators.reading import found_data, periods_of, read_one, read_table
from yitihua.indicators.sources import Sources
from yitihua.indicators.table import IndicatorTable

if TYPE_CHECKING:
    from yitihua.indicators.reading import Data


def read_periods(edition: Edition, data: Data, periods: Sequence[str]) -> tuple[IndicatorTable, ...]:
    """Read several periods, each as `read_table` does.

    Parameters
    ----------
    edition, data
        As in `read_table`.
    periods : sequence of str
        In rising order.

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
    if isinstance(data, (IndicatorTable, Sources)):
        return tuple(read_table(edition, data, period) for period in periods)
    data = found_data(edition, data)
    return with_other_periods([read_one(edition, data, period) for period in periods], edition, data)


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


def with_other_periods(tables: Sequence[IndicatorTable], edition: Edition, data: Data) -> tuple[IndicatorTable, ...]:
    """Return tables, each with all other periods of the data as its history, where the edition looks at them."""
    if not looks_at_other_periods(edition):
        return tuple(tables)
    seen = {table.period for table in tables}
    others = [read_one(edition, data, other) for other in periods_of(edition, data) if other not in seen]
    rising = sorted([*tables, *others], key=lambda table: table.period or "")
    return tuple(replace(one, history=tuple(other for other in rising if other is not one)) for one in tables)
