"""From the boards of several periods to arrays, and from arrays to the barometer's numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from yitihua.analysis.barometer import components as parts
from yitihua.analysis.barometer import progress as own
from yitihua.analysis.barometer import reading as read
from yitihua.analysis.barometer.components import Rules
from yitihua.definitions.barometer_models import ActivityRule, BarometerSpec
from yitihua.errors import FaultList, refuse
from yitihua.index.apply import apply
from yitihua.index.panel import Panel
from yitihua.index.recipe import Recipe
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.period_ends import period_span, rising
from yitihua.indicators.table import Floats, IndicatorTable

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Inputs:
    """Arrays of all periods and units; a unit that is not in a period is NaN there.

    Attributes
    ----------
    spec : BarometerSpec
    panel : Panel
        Boards of the periods, rising, with estimates that stand in.
    units, levels : tuple of str
        Of all periods; a unit's level is that of its last period.
    nodes : ndarray, shape (3, periods, units, nodes)
        Scores on 0-100: of the period; of the period and of the earlier one, made of the indicators both have.
    codes : tuple of str
        The nodes.
    weights : ndarray, shape (nodes,)
    counts, size : ndarray, shape (periods, units, measures)
        Of the enacting measures; size in units of `base`.
    most : ndarray of the same shape
        What a count cannot exceed; infinite where nothing is said.
    measures : tuple of str
    months : ndarray, shape (periods, units)
    rules : Rules
    before, year_before : ndarray of int, shape (periods,)
        Places of the period the level is set against, and of the same period a year before; -1 where there is none.
    """

    spec: BarometerSpec
    panel: Panel
    units: tuple[str, ...]
    levels: tuple[str, ...]
    nodes: Floats
    codes: tuple[str, ...]
    weights: Floats
    counts: Floats
    size: Floats
    most: Floats
    measures: tuple[str, ...]
    months: Floats
    rules: Rules
    before: Ints
    year_before: Ints


@dataclass(frozen=True, eq=False)
class Numbers:
    """What is made of nodes and counts; shapes (..., periods, units), parts with a last axis of 4."""

    standing: Floats
    change: Floats
    own_past: Floats
    progress: Floats
    parts: Floats
    activity: Floats
    reading: Floats
    sign: Ints
    quadrant: Ints


def numbers(one: Inputs, nodes: Floats, counts: Floats) -> Numbers:
    """Return all numbers of nodes and counts, which may have draws before their axes."""
    rule, sign = one.spec.progress, one.spec.sign
    standing = own.level(nodes[..., 0, :, :, :], one.weights, rule.coverage)
    change = own.change(nodes[..., 1, :, :, :], nodes[..., 2, :, :, :], one.weights, rule.coverage)
    past = own.own_past(change, rule.span)
    progress = own.progress(standing, past, rule.past)
    found = parts.components(counts, one.size, one.months, one.rules, one.year_before)
    activity = parts.activity(found, one.rules)
    reading = read.reading(progress, activity, sign_share(one.spec))
    cuts = one.spec.quadrant.cuts
    lines = read.cut_lines(progress, cuts.progress, one.levels), read.cut_lines(activity, cuts.activity, one.levels)
    return Numbers(
        standing, change, past, progress, found, activity, reading,
        read.sign(reading, sign.cuts), read.quadrant(progress, activity, lines),
    )  # fmt: skip


def sign_share(spec: BarometerSpec) -> float:
    """Return the share of progress in the reading."""
    weights = spec.sign.weights
    return weights.progress / (weights.progress + weights.activity)


def rules_of(rule: ActivityRule) -> Rules:
    """Return how counts are scored, as arrays over the enacting measures."""
    measures = rule.measures.values()
    return Rules(
        np.array([one.lower for one in measures]),
        np.array([one.upper for one in measures]),
        np.array([one.weight for one in measures]),
        np.array([getattr(rule.weights, name) for name in parts.NAMES]),
        rule.window, rule.reference, rule.bound, rule.alive, rule.half_life, rule.periods, rule.coverage,
    )  # fmt: skip


def months_of(period: str) -> int | None:
    """Return how many months a period's name says, None where it says nothing.

    Examples
    --------
    >>> months_of("2022"), months_of("2022Q3"), months_of("wave 2")
    (12, 3, None)
    """
    span = period_span(period)
    return None if span is None else span[1].month - span[0].month + 1


def same_length(known: Sequence[str]) -> list[str]:
    """Return the periods of the shortest length, rising; longer ones only lend estimates.

    Examples
    --------
    >>> same_length(["2021", "2022", "2022Q1", "2022Q2"])
    ['2022Q1', '2022Q2']
    """
    lengths = {period: months_of(period) or 12 for period in known}
    least = min(lengths.values(), default=12)
    return list(rising(tuple(period for period in known if lengths[period] == least)))


def places_before(periods: Sequence[str], lag: str) -> Ints:
    """Return the place of the period before each, or of the same period a year before; -1 where there is none.

    Raises
    ------
    InputError
        If lag is "year" and a period does not tell its year.

    Examples
    --------
    >>> places_before(["2021Q4", "2022Q1", "2022Q4"], "year").tolist()
    [-1, -1, 0]
    """
    if lag == "period":
        return np.arange(-1, len(periods) - 1)
    faults = FaultList()
    for period in periods:
        if months_of(period) is None:
            faults.add("barometer-year", key="period", found=period)
    faults.raise_if_any()
    spans = [period_span(period) for period in periods]
    place = {(span[1].year, span[1].month): k for k, span in enumerate(spans) if span is not None}
    found = [-1 if span is None else place.get((span[1].year - 1, span[1].month), -1) for span in spans]
    return np.array(found, dtype=np.int64)


def node_columns(recipe: Recipe, spec: BarometerSpec) -> tuple[tuple[str, ...], list[int], Floats]:
    """Return the nodes of progress, their columns of a board's points, and their weights in the index."""
    codes = spec.progress.nodes or recipe.first_level
    weight = {recipe.root.code: 1.0}
    for node in sorted(recipe.nodes, key=lambda node: node.depth):
        for child, share in zip(node.children, node.weights, strict=True):
            weight[child] = weight[node.code] * share
    return tuple(codes), [recipe.plan.column[code] for code in codes], np.array([weight[code] for code in codes])


def on_hundred(points: Floats, recipe: Recipe) -> Floats:
    """Return points of the index's scale as points of 0-100."""
    low, high = recipe.scale
    return np.asarray(100.0 * (points - low) / (high - low))


def spread(column: Floats, table: IndicatorTable, units: Sequence[str]) -> Floats:
    """Return a table's rows for all units, NaN for those it lacks; the first axis is of units."""
    rows = {unit: row for row, unit in enumerate(table.units)}
    found = np.full((len(units), *column.shape[1:]), np.nan)
    for place, unit in enumerate(units):
        if unit in rows:
            found[place] = column[rows[unit]]
    return found


def inputs_of(panel: Panel, spec: BarometerSpec) -> Inputs:
    """Return the arrays of a panel's periods.

    Raises
    ------
    InputError
        If there is one period only, a period does not tell its year where that is needed, or the data lack more
        enacting measures than the coverage rule allows.
    """
    if len(panel.periods) < 2:
        raise refuse("barometer-periods", key="periods", found=", ".join(panel.periods))
    boards = list(panel.boards.values())
    level_of = {u: level for b in boards for u, level in zip(b.table.units, b.table.levels, strict=True)}
    units = tuple(level_of)
    codes, columns, weights = node_columns(boards[0].recipe, spec)
    rule = spec.activity
    tables = [board.table for board in boards]
    _lacking(tables, rule)
    lag, periods = spec.progress.lag if spec.progress.past else "period", panel.periods
    before = places_before(periods, lag)
    scored = [
        spread(on_hundred(b.points[:, columns], b.recipe), b.table, units)
        for kind in boards_alike(boards, before) for b in kind
    ]  # fmt: skip
    nodes = np.array(scored).reshape(3, len(boards), *scored[0].shape)
    return Inputs(
        spec, panel, units, tuple(level_of.values()), nodes, codes, weights,
        np.array([_measures(table, list(rule.measures), units) for table in tables]),
        np.array([_measures(table, [one.per for one in rule.measures.values()], units) for table in tables])
        / np.array([one.base for one in rule.measures.values()]),
        np.array([_most(table, rule, units) for table in tables]),
        tuple(rule.measures),
        np.array([_months(table, units) for table in tables]),
        rules_of(rule),
        before,
        places_before(periods, "year" if rule.reference == "year" else "period"),
    )  # fmt: skip


def boards_alike(boards: Sequence[Scoreboard], before: Ints) -> tuple[list[Scoreboard], ...]:
    """Return three lists of boards: as they are; and each period with its earlier one on the cells that both have.

    Where there is no earlier period both are without values.
    """
    now, then = [], []
    for board, place in zip(boards, before.tolist(), strict=True):
        earlier = boards[place] if place >= 0 else None
        seen = None if earlier is None else earlier.table
        now.append(_only(board, board.table if seen is None else seen, seen is None))
        then.append(_only(board if earlier is None else earlier, board.table, seen is None))
    return list(boards), now, then


def _only(board: Scoreboard, other: IndicatorTable, nothing: bool) -> Scoreboard:
    """Return a board scored again with the cells only that another table has too."""
    table = board.table
    theirs = other.aligned(table.units, table.indicators).values
    gone = np.full(table.values.shape, True) if nothing else np.isfinite(table.values) & np.isnan(theirs)
    return apply(replace(table, values=np.where(gone, np.nan, table.values)), board.recipe) if gone.any() else board


def _measures(table: IndicatorTable, names: Sequence[str], units: Sequence[str]) -> Floats:
    gap = np.full(len(table.units), np.nan)
    columns = [np.asarray(table.measures.get(name, gap), dtype=float) for name in names]
    return spread(np.stack(columns, axis=1), table, units)


def _most(table: IndicatorTable, rule: ActivityRule, units: Sequence[str]) -> Floats:
    """Return what counts cannot exceed: their wholes, infinite where none is stated or known."""
    wholes = _measures(table, [one.of or "" for one in rule.measures.values()], units)
    return np.where(np.isnan(wholes), np.inf, wholes)


def _months(table: IndicatorTable, units: Sequence[str]) -> Floats:
    """Return the months a unit's counts cover: as the data say, or as the period's name says."""
    stated = table.background.months
    if stated is None:
        return np.full(len(units), float(months_of(table.period or "") or 12))
    found = spread(np.asarray(stated, dtype=float), table, units)
    return np.where(np.isnan(found), 12.0, found)


def _lacking(tables: Sequence[IndicatorTable], rule: ActivityRule) -> None:
    """Refuse data without the columns that the coverage rule needs."""
    there: Mapping[str, bool] = {
        name: any(name in table.measures and one.per in table.measures for table in tables)
        for name, one in rule.measures.items()
    }
    absent = [name for name, found in there.items() if not found]
    held = sum(one.weight for name, one in rule.measures.items() if there[name])
    total = sum(one.weight for one in rule.measures.values())
    if absent and (held == 0 or held < rule.coverage * total - 1e-12):
        raise refuse("barometer-lacks", key="barometer.activity.measures", absent=absent)
