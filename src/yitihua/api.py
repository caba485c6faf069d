"""The short way: one call from a definition to a graded ranking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
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
from yitihua.index.panel import ALL, EACH, Panel, score_panel
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.cities import with_cities
from yitihua.indicators.following import day_of
from yitihua.indicators.period_ends import rising
from yitihua.indicators.periods import read_periods
from yitihua.indicators.reading import periods_of, read_table
from yitihua.indicators.sources import Sources
from yitihua.indicators.table import IndicatorTable

if TYPE_CHECKING:
    from yitihua.analysis.barometer.barometer import Barometer
    from yitihua.analysis.chain import Chain
    from yitihua.indicators.reading import Data


def evaluate(
    edition: str | Path | Edition,
    data: Data = None,
    *,
    period: str | int | None = None,
    date: str | dt.date | None = None,
    cities: bool = False,
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
    cities : bool
        Whether to add a row for every city, ranked apart: its counties' measures are summed, then
        scored with the recipe fitted on the counties; see `yitihua.indicators.cities`.
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
    return score_table(read_table(loaded, source, when), loaded, cities)


def panel(
    edition: str | Path | Edition,
    data: Data = None,
    periods: Sequence[str | int] | None = None,
    *,
    fitted: str | int = ALL,
    units_of: str | dt.date | None = None,
    date: str | dt.date | None = None,
    **changes: Any,
) -> Panel:
    """Score several periods of the data.

    Parameters
    ----------
    edition, data, date, **changes
        As in `evaluate`.
    periods : sequence of str or int, optional
        Which; default: all that the data hold.
    fitted : str
        To what bounds, limits, weights and grade cuts are fitted: "all" periods together (COINr ``global = TRUE``),
        "each" by itself, or one period by name, whose recipe is then frozen for the others.
    units_of : str or datetime.date, optional
        The day, or the period at whose end, in whose units all periods are told, where the edition names a table of
        units renamed, merged and split (``unit_changes``); default: the end of the last period.

    Returns
    -------
    Panel
        Its `rule` says whether scores compare between periods.

    Raises
    ------
    InputError
        With every fault of definitions or data, or if the data hold no such period.

    Examples
    --------
    >>> import yitihua as yt
    >>> yt.panel("hdi").wide(what="rank").loc[["CHE", "NOR"]].to_numpy().tolist()
    [[1.0, 1.0], [2.0, 2.0]]
    """
    loaded, source, _ = open_edition(edition, data, None, date)
    loaded = with_changes(loaded, changes)
    known = periods_of(loaded, source)
    chosen = [str(period) for period in periods] if periods is not None else list(known)
    if not known:
        raise refuse("no-panel", key="periods")
    unknown = [period for period in chosen if period not in known]
    if unknown:
        raise refuse("unknown-period", key="periods", name=unknown[0], options=known)
    tables = read_periods(loaded, source, rising(tuple(chosen)), day_of(units_of))
    return score_panel(tables, loaded, str(fitted))


def barometer(
    edition: str | Path | Edition,
    data: Data = None,
    periods: Sequence[str | int] | None = None,
    *,
    surveys: Data = None,
    fitted: str | int = ALL,
    units_of: str | dt.date | None = None,
    date: str | dt.date | None = None,
    n: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    **changes: Any,
) -> Barometer:
    """Read progress and activity of several periods as quadrants and signs; see `yitihua.analysis.barometer`.

    Parameters
    ----------
    edition, data, date, **changes
        As in `evaluate`; the index file of the edition has ``[barometer]``.
    periods : sequence of str or int, optional
        Which to show; default: all of the shortest length. The others serve as their past.
    surveys : as data, optional
        Other data whose survey estimates stand in, such as the years beside quarters.
    fitted, units_of
        As in `panel`, but never fitted to "each".
    n, seed, level
        Draws behind intervals and probabilities, their seed, and the level of intervals.

    Returns
    -------
    Barometer

    Raises
    ------
    InputError
        With every fault of definitions or data; see `yitihua.analysis.barometer.making.barometer_of`.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = yt.barometer("zhejiang-2022", n=100)  # simulated data
    >>> found.unit("海宁市").frame().sign_name.to_list()
    ['', 'light rain']
    """
    from yitihua.analysis.barometer.making import barometer_of, tables_of

    loaded, source, _ = open_edition(edition, data, None, date)
    loaded = with_changes(loaded, changes)
    tables, lenders = tables_of(loaded, source, surveys, day_of(units_of))
    chosen = None if periods is None else [str(period) for period in periods]
    return barometer_of(tables, loaded, chosen, str(fitted), n, seed, level, lenders)


def chain(
    editions: Sequence[str | Path | Edition],
    breaks: Sequence[str | int],
    data: Data | Sequence[Data] = None,
    *,
    fitted: str = "overlap",
    method: str = "additive",
    by: str = "unit",
    scale: str = "old",
) -> Chain:
    """Score each period under its edition and link the series over the breaks; see `yitihua.analysis.chain`.

    Parameters
    ----------
    editions : sequence of str, Path or Edition
        In the order of time.
    breaks : sequence of str or int
        Periods at which the edition changes, one fewer than editions; each is scored under both.
    data : as in `evaluate`, or a list with one for each edition
        Default: each edition's own.
    fitted : {"overlap", "all"}
        To what bounds, limits, weights and cuts are fitted: the period of the edition's (first) break, or all
        periods of the edition.
    method : {"additive", "multiplicative"}
        How a link carries a score.
    by : {"unit", "level"}
        A unit's own link, or the mean of its level.
    scale : {"old", "new"}
        Whose scale the series stands on: the first edition's, or the last's.

    Returns
    -------
    Chain

    Raises
    ------
    InputError
        With every fault of definitions or data, or where the editions do not meet.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.definitions.changes import with_changes
    >>> hdi = yt.load_edition("hdi")
    >>> other = with_changes(hdi, {"aggregate": "arithmetic"})
    >>> yt.chain([other, hdi], breaks=[2021]).wide().loc["CHE"].round(3).tolist()
    [0.965, 0.967]
    """
    from yitihua.analysis.chain import chain_panels

    if fitted not in ("overlap", ALL):
        raise refuse("chain-fitted" if fitted == EACH else "bad-choice", key="fitted", found=fitted,
                     options=["overlap", ALL])  # fmt: skip
    when = [str(period) for period in breaks]
    if len(when) != len(editions) - 1 or when != sorted(set(when)):
        raise refuse("chain-breaks", key="breaks", found=len(editions), count=len(when))
    sources: list[Any] = list(data) if isinstance(data, (list, tuple)) else [data] * len(editions)
    if len(sources) != len(editions):
        raise refuse("bad-choice", key="data", found=len(sources), options=[len(editions)])
    panels = []
    for place, (edition, source) in enumerate(zip(editions, sources, strict=True)):
        loaded, found, _ = open_edition(edition, source)
        known = periods_of(loaded, found)
        start, end = when[place - 1] if place else None, when[place] if place < len(when) else None
        for period in (start, end):
            if period is not None and period not in known:
                raise refuse("chain-period", key="breaks", name=loaded.name, found=period, options=list(known))
        chosen = [period for period in known if (start or period) <= period <= (end or period)]
        on = start or end or chosen[0] if fitted == "overlap" else ALL
        panels.append(score_panel(read_periods(loaded, found, chosen), loaded, on))
    return chain_panels(panels, method=method, by=by, scale=scale)


def score_table(table: IndicatorTable, edition: Edition, cities: bool = False) -> Scoreboard:
    """Fit and apply; cities are added after the fit, so that no fitted number depends on them."""
    recipe = fit(table, edition)
    return apply(with_cities(table, edition) if cities else table, recipe)


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
        settings = project.settings
        data = project.data
        if project.survey is not None or settings.simulated:
            data = Sources(project.data, project.survey, settings.simulated, settings.units)
    return loaded, data, period if period is not None else project.settings.period
