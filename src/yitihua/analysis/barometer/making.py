"""From tables of several periods to a barometer: estimates lent, one frozen recipe, joint draws."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from yitihua.analysis.barometer import noise
from yitihua.analysis.barometer import reading as read
from yitihua.analysis.barometer.barometer import Barometer, Drawn
from yitihua.analysis.barometer.carry import Lent, lending_order, lent, node_draws, source_draws, survey_codes
from yitihua.analysis.barometer.inputs import (
    Inputs,
    boards_alike,
    inputs_of,
    node_columns,
    numbers,
    on_hundred,
    same_length,
    spread,
)
from yitihua.definitions.edition import Edition
from yitihua.errors import refuse
from yitihua.index.panel import ALL, score_panel
from yitihua.indicators.period_ends import rising
from yitihua.indicators.periods import read_periods
from yitihua.indicators.reading import periods_of
from yitihua.indicators.table import Floats, IndicatorTable

if TYPE_CHECKING:
    from yitihua.indicators.reading import Data

#: Draws worked on at a time, so that memory stays small.
CHUNK = 100


def barometer_of(
    tables: Sequence[IndicatorTable],
    edition: Edition,
    periods: Sequence[str] | None = None,
    fitted: str = ALL,
    n: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    lenders: Sequence[IndicatorTable] = (),
) -> Barometer:
    """Return the barometer of an edition's tables.

    Parameters
    ----------
    tables : sequence of IndicatorTable
        All periods there are, in rising order. Those of the shortest length are read; longer ones only lend their
        survey estimates.
    edition : Edition
        With ``[barometer]`` in its index file.
    periods : sequence of str, optional
        Which to show; default: all that are read. The others still serve as their past.
    fitted : str
        "all" or a period, as in `yitihua.panel`; never "each", for scores would not compare.
    n, seed, level : int, int, float
        Draws, their seed, and the level of intervals.
    lenders : sequence of IndicatorTable
        Other tables that only lend their survey estimates; of a period that `tables` has they are not looked at.

    Raises
    ------
    InputError
        If the edition has no barometer, there are fewer than two periods, a period is not there or does not tell its
        year, or `fitted`, `n` or `level` is out of range.

    Examples
    --------
    >>> import yitihua as yt
    >>> edition = yt.load_edition("zhejiang-2022")  # simulated data
    >>> tables = [yt.read_table(edition, period=period) for period in (2021, 2022)]
    >>> barometer_of(tables, edition, n=100).periods
    ('2021', '2022')
    """
    spec = edition.spec.barometer
    if spec is None:
        raise refuse("barometer-none", key="barometer", name=edition.name)
    if n < 100:
        raise refuse("number-range", key="n", found=str(n), low="100", high="∞")
    if not 0.5 <= level < 1:
        raise refuse("number-range", key="level", found=f"{level:g}", low="0.5", high="1")
    own = [table.period or "" for table in tables]
    known = same_length(own)
    by_period = {table.period or "": table for table in (*lenders, *tables)}
    if fitted not in (ALL, *known):
        raise refuse("bad-choice", key="fitted", found=fitted, options=[ALL, *known])
    shown = known if periods is None else sorted(dict.fromkeys(periods))
    for period in shown:
        if period not in known:
            raise refuse("unknown-period", key="periods", name=period, options=known)
    if len(known) < 2:
        raise refuse("barometer-periods", key="periods", found=", ".join(known))
    lents = _lents(by_period, known, survey_codes(edition) if spec.progress.carry else ())
    panel = score_panel([one.table for one in lents], edition, fitted)
    inputs = inputs_of(panel, spec)
    places = [known.index(period) for period in shown]
    drawn = _drawn(inputs, lents, by_period, places, n, seed, level)
    carried = tuple(lents[place].lenders for place in places)
    return Barometer(edition.name, inputs, tuple(places), carried, drawn, n, seed, level)


def tables_of(
    edition: Edition, data: Data, surveys: Data = None, units_of: dt.date | None = None
) -> tuple[tuple[IndicatorTable, ...], tuple[IndicatorTable, ...]]:
    """Read all periods of the data, and those of other data that lend survey estimates.

    Raises
    ------
    InputError
        If the edition has no barometer, the data have no periods, or with every fault of the data.

    Examples
    --------
    >>> import yitihua as yt
    >>> tables, lenders = tables_of(yt.load_edition("zhejiang-2022"), None)
    >>> [table.period for table in tables], lenders
    (['2021', '2022'], ())
    """
    if edition.spec.barometer is None:
        raise refuse("barometer-none", key="barometer", name=edition.name)
    known = periods_of(edition, data)
    if not known:
        raise refuse("no-panel", key="periods")
    tables = read_periods(edition, data, rising(tuple(known)), units_of)
    if surveys is None:
        return tables, ()
    lending = periods_of(edition, surveys)
    if not lending:
        raise refuse("no-panel", key="surveys")
    return tables, read_periods(edition, surveys, rising(tuple(lending)), units_of)


def _lents(by_period: Mapping[str, IndicatorTable], known: Sequence[str], codes: Sequence[str]) -> list[Lent]:
    found = []
    for period in known:
        others = {other: by_period[other] for other in lending_order(period, list(by_period))} if codes else {}
        found.append(lent(by_period[period], others, codes))
    return found


def _drawn(
    inputs: Inputs, lents: Sequence[Lent], by_period: Mapping[str, IndicatorTable], places: Sequence[int],
    n: int, seed: int, level: float,
) -> Drawn:  # fmt: skip
    """Return intervals and probabilities from joint draws of nodes and counts."""
    surveys, counting = np.random.SeedSequence(seed).spawn(2)
    recipe = next(iter(inputs.panel.boards.values())).recipe
    sources = source_draws(by_period, recipe.codes, n, surveys)
    units_of = {period: table.units for period, table in by_period.items()}
    columns = node_columns(recipe, inputs.spec)[1]
    by_table = {one.table.period: one for one in lents}
    boards = [board for kind in boards_alike(list(inputs.panel.boards.values()), inputs.before) for board in kind]
    drawn = {
        id(board): _for_all(
            on_hundred(node_draws(board, by_table[board.table.period], columns, sources, units_of, n), recipe),
            board.table, inputs,
        )
        for board in boards
    }  # fmt: skip
    nodes = [drawn[id(board)] for board in boards]
    generator = np.random.default_rng(counting)
    kept: dict[str, list[Floats]] = {name: [] for name in ("progress", "activity", "reading", "sign", "quadrant")}
    for start in range(0, n, CHUNK):
        size = min(CHUNK, n - start)
        some = np.stack([one[start : start + size] for one in nodes], axis=1)
        some = some.reshape(size, *inputs.nodes.shape)
        counts = noise.draw_counts(inputs.counts, inputs.spec.activity.dispersion, size, generator)
        made = numbers(inputs, some, counts)
        for name, parts in kept.items():
            parts.append(getattr(made, name)[:, places])
    all_ = {name: np.concatenate(parts) for name, parts in kept.items()}
    return Drawn(
        noise.interval(all_["progress"], level),
        noise.interval(all_["activity"], level),
        noise.interval(all_["reading"], level),
        read.shares(all_["sign"].astype(np.int64), len(inputs.spec.sign.labels)),
        read.shares(all_["quadrant"].astype(np.int64), len(read.QUADRANTS)),
    )


def _for_all(draws: Floats, table: IndicatorTable, inputs: Inputs) -> Floats:
    """Return draws for all units, shape (n, units, nodes)."""
    if table.units == inputs.units:
        return draws
    return np.moveaxis(spread(np.moveaxis(draws, 0, -1), table, inputs.units), -1, 0)
