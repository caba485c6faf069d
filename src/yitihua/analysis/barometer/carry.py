"""Yearly survey estimates stand in for periods without one, and keep the errors they were made with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.index.redraw import Redraw
from yitihua.index.sampling import errors_of
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.merging import empties_told_again
from yitihua.indicators.period_ends import period_end, period_span, rising
from yitihua.indicators.table import Floats, IndicatorTable, Words


@dataclass(frozen=True, eq=False)
class Lent:
    """A table in which estimates of other periods stand in.

    Attributes
    ----------
    table : IndicatorTable
    origin : ndarray of str, shape (units, indicators)
        The period every value comes from; "" where there is none.
    """

    table: IndicatorTable
    origin: Words

    @property
    def lenders(self) -> dict[str, tuple[str, ...]]:
        """Indicator -> the other periods whose estimates stand in."""
        found = {}
        for j, code in enumerate(self.table.indicators):
            others = sorted({str(one) for one in self.origin[:, j]} - {"", self.table.period or ""})
            if others:
                found[code] = tuple(others)
        return found


def survey_codes(edition: Edition) -> tuple[str, ...]:
    """Return the indicators that are estimated by surveys.

    Examples
    --------
    >>> import yitihua as yt
    >>> survey_codes(yt.load_edition("zhejiang-2022"))[:3]
    ('E01', 'E02', 'E03')
    """
    return tuple(
        code for code, one in edition.indicators.items() if one.survey is not None or one.source == "survey"
    )  # fmt: skip


def lending_order(period: str, known: Sequence[str]) -> list[str]:
    """Return whose estimates may stand in: of the year that holds the period, then of earlier ones, latest first.

    Earlier is what ends before the period begins; as text where one does not say when it ends.

    Examples
    --------
    >>> lending_order("2022Q2", ["2020", "2021", "2022", "2022Q1", "2022Q2", "2022Q3"])
    ['2022', '2022Q1', '2021', '2020']
    """
    span, ends = period_span(period), {other: period_end(other) for other in known}
    if span is None or None in ends.values():
        return sorted((other for other in known if other < period), reverse=True)
    year = dt.date(span[1].year, 1, 1), dt.date(span[1].year, 12, 31)
    whole = [other for other in known if other != period and period_span(other) == year]
    earlier = [other for other in known if (end := ends[other]) is not None and end < span[0]]
    return whole + list(reversed(rising(tuple(earlier))))


def lent(table: IndicatorTable, others: Mapping[str, IndicatorTable], codes: Sequence[str]) -> Lent:
    """Let estimates of other periods stand in where a survey indicator has none.

    Parameters
    ----------
    table : IndicatorTable
    others : mapping
        Period -> its table, in the order of `lending_order`.
    codes : sequence of str
        The indicators that may be lent; none: nothing is.
    """
    origin = np.where(np.isnan(table.values), "", table.period or "").astype(object)
    values = table.values.copy()
    se = np.full(values.shape, np.nan) if table.se is None else table.se.copy()
    wanted = [j for j, code in enumerate(table.indicators) if code in codes]
    for period, other in others.items():
        column = {code: j for j, code in enumerate(other.indicators)}
        rows = {unit: row for row, unit in enumerate(other.units)}
        for j in wanted:
            theirs = column.get(table.indicators[j])
            if theirs is None:
                continue
            for row in np.flatnonzero(np.isnan(values[:, j])).tolist():
                place = rows.get(table.units[row])
                if place is not None and np.isfinite(other.values[place, theirs]):
                    values[row, j] = other.values[place, theirs]
                    se[row, j] = np.nan if other.se is None else other.se[place, theirs]
                    origin[row, j] = period
    if (origin == np.where(np.isnan(table.values), "", table.period or "")).all():
        return Lent(table, origin)
    made = np.where(np.isnan(table.values) & np.isfinite(values), "lent", np.asarray(table.origin))
    errors, notices = se if np.isfinite(se).any() else None, empties_told_again(table, values)
    return Lent(replace(table, values=values, se=errors, origin=made, notices=notices), origin)


def source_draws(
    tables: Mapping[str, IndicatorTable], codes: tuple[str, ...], n: int, seeds: np.random.SeedSequence
) -> dict[str, tuple[tuple[str, ...], Floats]]:
    """Return period -> (indicators, draws of their errors): one set a period, whoever borrows from it."""
    found = {}
    for (period, table), seed in zip(tables.items(), seeds.spawn(len(tables)), strict=True):
        errors = errors_of(table, codes)
        if errors is not None:
            found[period] = errors.indicators, errors.draws(n, np.random.default_rng(seed))
    return found


def node_draws(
    board: Scoreboard,
    one: Lent,
    columns: Sequence[int],
    sources: Mapping[str, tuple[tuple[str, ...], Floats]],
    units_of: Mapping[str, tuple[str, ...]],
    n: int,
) -> Floats:
    """Return draws of a board's nodes under sampling errors, shape (n, units, columns).

    A value that is lent has the errors of its own period: draw by draw the same as there, so that they cancel in
    a change between two periods that share an estimate.
    """
    table = board.table
    place = {code: j for j, code in enumerate(table.indicators)}
    drawn = [code for code in board.recipe.codes if any(code in codes for codes, _ in sources.values())]
    errors = np.zeros((n, len(table.units), len(drawn)))
    for period, (codes, draws) in sources.items():
        rows = {unit: row for row, unit in enumerate(units_of[period])}
        theirs = np.array([rows.get(unit, -1) for unit in table.units])
        for k, code in enumerate(drawn):
            if code not in codes or code not in place:
                continue
            own = np.flatnonzero((one.origin[:, place[code]] == period) & (theirs >= 0))
            errors[:, own, k] = draws[:, theirs[own], codes.index(code)]
    moved = [k for k in range(len(drawn)) if errors[:, :, k].any()]
    if not moved:
        return np.broadcast_to(board.points[:, list(columns)], (n, len(table.units), len(columns)))
    return Redraw.of(board, [drawn[k] for k in moved]).nodes(errors[:, :, moved], list(columns))
