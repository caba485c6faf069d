"""What fills the forms of a practice project: the simulated measures of two years. SIMULATED 模拟."""

from __future__ import annotations

import math

from yitihua.definitions.edition import Edition
from yitihua.errors import refuse
from yitihua.indicators.form import Form
from yitihua.indicators.reading import read_table
from yitihua.indicators.table import IndicatorTable

Measures = dict[tuple[str, str], float]


def demo_measures(edition: Edition, form: Form, period: str) -> dict[str, Measures]:
    """Return unit -> (measure, "now" or "before") -> number, from the edition's simulated dataset.

    Raises
    ------
    InputError
        If its dataset is not simulated, or holds no measures of that period.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> from yitihua.indicators.form import form_of
    >>> edition = load_edition("zhejiang-2022")
    >>> made = demo_measures(edition, form_of(edition), "2022")
    >>> len(made), made["330421"][("towns", "now")]
    (90, 9.0)
    """
    table = read_table(edition, period=period)
    if not table.simulated or not table.measures:
        raise refuse("no-demo", file=f"index/{edition.name}.toml", key="dataset", name=str(edition.spec.dataset))
    made: dict[str, Measures] = {unit: {} for unit in table.units}
    _add(made, table, form, "now")
    if period.isdigit():
        _add(made, read_table(edition, period=str(int(period) - 1)), form, "before")
    return made


def _add(made: dict[str, Measures], table: IndicatorTable, form: Form, when: str) -> None:
    for code, column in table.measures.items():
        if code in form.fields:
            for unit, number in zip(table.units, column.tolist(), strict=True):
                if unit in made and not math.isnan(number):
                    made[unit][(code, when)] = number
