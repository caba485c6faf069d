"""The short way: one call from a definition to a graded ranking."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yitihua.definitions import resolver
from yitihua.definitions.changes import with_changes
from yitihua.definitions.edition import Edition
from yitihua.definitions.loader import load_edition
from yitihua.definitions.project import is_project, load_project
from yitihua.errors import refuse
from yitihua.index.apply import apply
from yitihua.index.fit import fit
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.reading import read_table

if TYPE_CHECKING:
    from yitihua.indicators.reading import Data


def evaluate(
    edition: str | Path | Edition,
    data: Data = None,
    *,
    period: str | int | None = None,
    date: str | dt.date | None = None,
    **changes: Any,
) -> Scoreboard:
    """Score data with an edition or a project.

    Parameters
    ----------
    edition : str, Path or Edition
        Name of an edition ("asem"), path of a project folder, or a loaded edition.
    data : str, Path, DataFrame, Dataset or IndicatorTable, optional
        A CSV file, the name of a dataset, or a table in memory. Default: the project's or the
        edition's own data.
    period : str or int, optional
        Which period of the data.
    date : str or datetime.date, optional
        Day as of which dated values of the definitions are taken.
    **changes
        Settings of the index file to change: ``weights="satisfaction-35"``,
        ``aggregate="geometric"``, ``normalise="minmax"``, ``score_decimals=2`` and so on; see
        `yitihua.definitions.changes.with_changes`.

    Returns
    -------
    Scoreboard

    Raises
    ------
    InputError
        With every fault of definitions or data.

    Examples
    --------
    >>> import yitihua as yt
    >>> yt.evaluate("egdi-2022").scores["unit"].head(3).to_list()
    ['Denmark', 'Finland', 'Republic of Korea']
    >>> yt.evaluate("hdi", period=2021, aggregate="arithmetic").recipe.root.method
    'arithmetic'
    """
    loaded, source, when = open_edition(edition, data, period, date)
    loaded = with_changes(loaded, changes)
    table = read_table(loaded, source, when)
    return apply(table, fit(table, loaded))


def open_edition(
    edition: str | Path | Edition,
    data: Data = None,
    period: str | int | None = None,
    date: str | dt.date | None = None,
) -> tuple[Edition, Data, str | int | None]:
    """Return the loaded edition with the data and period it is to be scored with."""
    if isinstance(edition, Edition):
        if date is not None:
            raise refuse("no-effect", key="date", name="date", method="edition: str, Path")
        return edition, data, period
    if isinstance(edition, str) and edition in resolver.edition_names():
        return load_edition(edition, date=date), data, period
    folder = Path(edition)
    if isinstance(edition, str) and not is_project(folder) and folder.name == edition:
        return load_edition(edition, date=date), data, period  # refuses, naming the known ones
    project = load_project(folder)
    loaded = load_edition(project.edition, project.folder, date)
    if data is None:
        data = project.data
    return loaded, data, period if period is not None else project.settings.period
