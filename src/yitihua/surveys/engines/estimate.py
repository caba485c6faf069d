"""Estimates of a table of sums: the same numbers as `estimation.estimate` gives with every respondent in memory.

The cells of the table take the place of respondents: a cell's weighted linearised values are linear in its sums, so
that the variance of `estimation` needs nothing else where clusters were drawn. `squares` does it where people were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from yitihua.errors import listing, refuse
from yitihua.surveys.engines.calibrate import calibrated
from yitihua.surveys.engines.squares import Strata, square_errors
from yitihua.surveys.engines.sums import SumsTable
from yitihua.surveys.estimation.covariance import DomainErrors, ErrorCollector
from yitihua.surveys.estimation.design import Floats, OnePsu, Projection, Stage, SurveyDesign
from yitihua.surveys.estimation.domains import Cells, Partition, cells_of
from yitihua.surveys.estimation.effects import Deff, clusters_and_strata, design_effect, effective_n, kish
from yitihua.surveys.estimation.estimate import Freedom
from yitihua.surveys.estimation.intervals import SHARE_INTERVALS, ShareInterval, interval_share, interval_t
from yitihua.surveys.estimation.linearise import Linearised
from yitihua.surveys.estimation.results import Estimates
from yitihua.surveys.weighting.steps import Weights

Statistic = Literal["mean", "share", "total"]
#: Spread below this part of the squares it was left of is rounding: everybody answered alike.
NOTHING = 1e-13


def estimate(
    table: SumsTable,
    *,
    statistic: Statistic = "mean",
    one_psu: OnePsu = "adjust",
    populations: Mapping[str, float] | None = None,
    weights: Weights | None = None,
    ci: ShareInterval | Literal["auto"] = "auto",
    level: float = 0.95,
    df: Freedom = "domain",
    deff: Deff = "without",
) -> Estimates:
    """Estimate every variable of a table in every domain.

    Parameters
    ----------
    table : SumsTable
        What an engine returned.
    statistic : str
        "mean" (of ratio variables, the ratio), "share" (of variables that are 0 or 100: a mean with the intervals
        of shares) or "total", the sum over the domain.
    one_psu : str
        The rule for strata of one cluster.
    populations : mapping of str to float, optional
        Stratum -> primary units in its population, for the finite-population correction.
    weights : Weights, optional
        Calibrations over the cells of the table, see `calibrate`.
    ci, level, df, deff
        As in `estimation.estimate`.

    Returns
    -------
    Estimates
        Unless the query had `deff`, ``deff`` is NaN, and so are ``n_eff`` and ``deff_kish`` of variables that are no
        shares.

    Raises
    ------
    InputError
        Variables that are no shares, unknown options, populations that are missing or smaller than the sample,
        strata of one cluster under "fail".

    Examples
    --------
    >>> import pandas as pd
    >>> from yitihua.surveys.engines import DuckDBEngine, Score, SumsQuery, Variable
    >>> answers = pd.DataFrame({"w": [1.0, 1.0, 2.0, 1.0], "q": [1, 5, 3, 4], "psu": [1, 2, 3, 4]})
    >>> query = SumsQuery("w", (Variable("q", (Score.linear("q", (1, 2, 3, 4, 5)),)),), psu="psu")
    >>> with DuckDBEngine(answers) as engine:
    ...     found = estimate(engine.sums(query))
    >>> found.value.round(6).tolist(), found.se.round(6).tolist(), found.df.tolist()
    ([[55.0]], [[17.204651]], [[3.0]])
    """
    method = _method(table, statistic, ci)
    table, projections = (table, ()) if weights is None else calibrated(table, weights)
    table = table if populations is None else table.with_populations(populations)
    table = table.on_unit_interval() if statistic == "share" else table
    design, strata = _design(table, one_psu, projections)
    lines = _linearised(table, statistic)
    of = _partition(table)
    cells = cells_of(design.tables[0], of)
    counts = _count(table, of, cells)
    if table.psu is None:
        errors = square_errors(table, strata, lines.center, lines.divisor)
    else:
        errors = _cluster_errors(table, lines, of, cells, design)
    return _results(
        _Made(table, of, cells, strata, lines, counts, errors), _Options(statistic, method, level, df, deff)
    )


@dataclass(frozen=True)
class _Options:
    statistic: Statistic
    method: ShareInterval
    level: float
    df: Freedom
    deff: Deff


@dataclass(frozen=True, eq=False)
class _Lines:
    """Statistics and what their linearised values need, shape (domains, k): (y - center x) / divisor."""

    value: Floats
    center: Floats
    divisor: Floats
    weight: Floats
    spread: Floats
    size: Floats


@dataclass(frozen=True, eq=False)
class _Counts:
    """Who is behind the numbers: members and df by domain, the others by domain and variable."""

    members: Floats
    rows: Floats
    n: Floats
    squares: Floats
    n_psu: Floats
    n_strata: Floats
    df: Floats


@dataclass(frozen=True, eq=False)
class _Made:
    table: SumsTable
    of: Partition
    cells: Cells
    strata: Strata
    lines: _Lines
    counts: _Counts
    errors: DomainErrors


def _method(table: SumsTable, statistic: Statistic, ci: ShareInterval | Literal["auto"]) -> ShareInterval:
    if statistic not in ("mean", "share", "total"):
        raise refuse("estimate-option", key="statistic", found=statistic, options="mean, share, total")
    if statistic == "share" and not table.share.all():
        names = [name for name, share in zip(table.variables, table.share, strict=True) if not share]
        raise refuse("engine-share", found=listing(names))
    if ci == "auto":
        return "wilson" if statistic == "share" else "t"
    allowed = SHARE_INTERVALS if statistic == "share" else ("t",)
    if ci not in allowed:
        raise refuse("estimate-option", key="ci", found=ci, options=listing(allowed))
    return ci


def _design(table: SumsTable, one_psu: OnePsu, projections: tuple[Projection, ...]) -> tuple[SurveyDesign, Strata]:
    """Return the design with cells for respondents, and its strata."""
    alone = np.arange(len(table.domain))
    # Where people were drawn, cells are no clusters: the stage serves to find the strata of domains only.
    population = table.population if table.psu is not None else None
    stage = Stage(table.stratum, alone if table.psu is None else table.psu, population)
    design = SurveyDesign(table.weight, (stage,), one_psu, projections)
    return design, Strata.of(table, design)


def _partition(table: SumsTable) -> Partition:
    rows = np.flatnonzero(table.domain >= 0)
    whole = len(rows) == len(table.domain)
    return Partition(table.domains, table.domain[rows], None if whole else rows)


def _linearised(table: SumsTable, statistic: Statistic) -> _Lines:
    def total(values: Floats) -> Floats:
        return table.by_domain(values)

    wx, wy = total(table.wx), total(table.wy)
    some = wx != 0
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(some, wy / wx, np.nan)
        center = np.zeros_like(mean) if statistic == "total" else np.nan_to_num(mean)
        divisor = np.ones_like(wx) if statistic == "total" else wx
        size = (total(np.abs(table.wy)) ** 2 + (center * total(np.abs(table.wx))) ** 2) / divisor**2
        weight = np.where(table.ratio, np.nan, wx)
        spread = (
            np.where(table.share, mean * (wx - wy) / wx, np.nan) if statistic == "share" else np.full_like(wx, np.nan)
        )
        if table.spread is not None:
            weight, wyy, wxy, wxx = (total(values) for values in table.spread)
            about = center if statistic != "total" else np.nan_to_num(wy / weight)
            squared = wyy - 2 * about * wxy + about**2 * wxx
            spread = np.where(squared > NOTHING * wyy, squared / weight, np.where(weight > 0, 0.0, np.nan))
        spread = spread / divisor**2
    value = np.where(some, wy, np.nan) if statistic == "total" else mean
    return _Lines(value, center, divisor, weight, spread, size)


def _count(table: SumsTable, of: Partition, cells: Cells) -> _Counts:
    domains = len(of.names)

    def clusters(members: Floats, people: Floats) -> tuple[Floats, Floats]:
        found, strata = clusters_and_strata(cells, domains, cells.sum(of.take(members)))
        return (people if table.psu is None else found), strata

    members = table.by_domain(table.members[:, None])[:, 0]
    n = table.by_domain(table.n)
    each = [clusters(table.n[:, i], n[:, i]) for i in range(n.shape[1])]
    psu, strata = clusters(table.members, members)
    return _Counts(
        members[:, None],
        table.by_domain(table.rows[:, None]),
        n,
        table.by_domain(table.ww),
        np.stack([one[0] for one in each], axis=1),
        np.stack([one[1] for one in each], axis=1),
        (psu - strata)[:, None],
    )


def _cluster_errors(table: SumsTable, lines: _Lines, of: Partition, cells: Cells, design: SurveyDesign) -> DomainErrors:
    """Return the errors by `estimation`, with the mean linearised value of a cell for every respondent of it."""
    wx, wy, weight = of.take(table.wx), of.take(table.wy), of.take(table.weight)
    known = of.take(table.n) > 0
    collector = ErrorCollector(design, of, (cells,))
    for i in range(len(table.variables)):
        weighted = wy[:, i] - lines.center[of.domain, i] * wx[:, i]
        residual = weighted / np.where(weight > 0, weight, 1.0)
        collector.add(
            Linearised(
                value=lines.value[:, i],
                residual=residual,
                weighted=weighted,
                divisor=lines.divisor[:, i],
                known=known[:, i],
                weight=lines.weight[:, i],
                spread=lines.spread[:, i],
            )
        )
    return collector.finish(table.variables)


def _results(made: _Made, options: _Options) -> Estimates:
    lines, counts, scale = made.lines, made.counts, 100.0 if options.statistic == "share" else 1.0
    lonely, told = made.strata.told(made.cells, len(made.of.names))
    with np.errstate(invalid="ignore"):
        nothing = ~(made.errors.variance > 1e-24 * lines.size)
    untold = (counts.n_psu == 1) & ~told[:, None] & nothing & (options.statistic != "total")
    variance = np.where(untold | np.isnan(lines.value), np.nan, made.errors.variance)
    df = np.broadcast_to(counts.df, counts.n.shape) if options.df == "domain" else counts.n_psu - counts.n_strata
    if not isinstance(options.df, str):
        df = np.full(counts.n.shape, float(options.df))
    deff_kish = kish(lines.weight, counts.squares, counts.n)
    n = np.broadcast_to(counts.rows, counts.n.shape) if options.method == "beta" else counts.n
    if options.statistic == "share":
        alike = counts.n / deff_kish
        low, high = interval_share(
            lines.value, variance, df, n, method=options.method, level=options.level, n_alike=alike
        )
    else:
        low, high = interval_t(lines.value, np.sqrt(variance), df, options.level)
    flags = {
        "no-respondents": np.broadcast_to(counts.members == 0, lines.value.shape),
        "no-answers": (counts.members > 0) & (counts.n == 0),
        "no-denominator": (counts.n > 0) & np.isnan(lines.value),
        "one-psu": untold,
        "one-psu-strata": np.broadcast_to(lonely[:, None], lines.value.shape) & (counts.n > 0),
        "alike": (counts.n > 0) & (lines.spread == 0),
        "no-df": ~np.isnan(variance) & ~(df > 0),
    }
    with np.errstate(invalid="ignore", divide="ignore"):
        missing = np.where(counts.members > 0, 1 - counts.n / counts.members, np.nan)
    return Estimates(
        domains=made.table.domains,
        items=made.table.variables,
        statistic=options.statistic,
        value=lines.value * scale,
        se=np.sqrt(variance) * scale,
        ci_low=low * scale,
        ci_high=high * scale,
        df=df,
        n=counts.n,
        n_eff=effective_n(variance, lines.spread, lines.weight),
        deff=design_effect(variance, lines.spread, lines.weight, counts.n, options.deff),
        deff_kish=deff_kish,
        n_psu=counts.n_psu,
        n_strata=counts.n_strata,
        item_missing=missing,
        ci_method=options.method,
        level=options.level,
        flags=flags,
        errors=made.errors.scaled(scale),
    )
