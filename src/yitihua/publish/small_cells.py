"""Nothing is published that rests on fewer respondents than may be shown, nor what gives such a number away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yitihua.errors import refuse
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.cities import LEVEL, cities_of
from yitihua.indicators.table import IndicatorTable
from yitihua.surveys.privacy.suppression import MINIMUM, primary

if TYPE_CHECKING:
    from yitihua.definitions.edition import Edition


def fewest(edition: Edition | None, minimum: int | None = None) -> int:
    """Return the fewest respondents behind a number that is shown: as asked, as the edition says, or 10.

    Nobody can ask for less than the edition's own minimum, or than 10 where no questionnaire says.

    Raises
    ------
    InputError
        If fewer than 2 are asked for: one respondent is a person.

    Examples
    --------
    >>> import yitihua as yt
    >>> fewest(yt.load_edition("zhejiang-2022")), fewest(None, 30)
    (10, 30)
    """
    if minimum is not None and (isinstance(minimum, bool) or not isinstance(minimum, int) or minimum < 2):
        raise refuse("number-range", key="minimum", found=str(minimum), low="2", high="∞")
    stated = [] if edition is None else [form.privacy.minimum for form in edition.questionnaires.values()]
    return max([minimum or 0, *(stated or [MINIMUM])])


def few_cells(table: IndicatorTable, minimum: int = MINIMUM) -> list[tuple[int, int]]:
    """Return row and column of the values that rest on too few, or give such a number away.

    A city's value less those of its counties must not be that of a few: the rest can be worked out.

    Examples
    --------
    >>> n = np.array([[12.0, 9.0, 3.0]])
    >>> few_cells(IndicatorTable(("a",), ("x", "y", "z"), np.array([[1.0, 1.0, np.nan]]), n=n))
    [(0, 1)]
    """
    if table.n is None:
        return []
    shown = np.where(np.isfinite(table.values), table.n, np.nan)
    few = primary(shown, minimum)
    cities = [row for row, level in enumerate(table.levels) if level == LEVEL]
    if cities:
        city_of = {unit: city.code for unit, city in cities_of(table).items()}
        for row in cities:
            own = [k for k, unit in enumerate(table.units) if city_of.get(unit) == table.units[row] and k != row]
            few[row] |= primary(shown[row] - np.nansum(shown[own], axis=0), minimum)
    return [(row, j) for row, j in np.argwhere(few).tolist()]


def refuse_few(board: Scoreboard, minimum: int = MINIMUM) -> None:
    """Refuse a board with a value on fewer respondents than may be shown.

    To hide the cell would not do: it can be solved from the score and the other cells.

    Raises
    ------
    InputError
        Naming the first cells, without their numbers.
    """
    table = board.table
    inside = replace(table, values=np.where(_of_index(board), table.values, np.nan))
    if found := few_cells(inside, minimum):
        names = [f"{table.units[row]} {table.indicators[j]}" for row, j in found[:5]]
        raise refuse("few-respondents", found="; ".join(names), count=len(found), minimum=minimum)


def _of_index(board: Scoreboard) -> npt.NDArray[np.bool_]:
    codes = set(board.recipe.codes)
    return np.array([[code in codes for code in board.table.indicators]])
