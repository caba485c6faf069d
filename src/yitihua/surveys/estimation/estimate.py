"""One table of estimates: items by domains, with errors, intervals, design effects and what to beware of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from yitihua.errors import FaultList, listing, refuse
from yitihua.surveys.estimation.covariance import DomainErrors, ErrorCollector
from yitihua.surveys.estimation.design import Floats, SurveyDesign
from yitihua.surveys.estimation.domains import Cells, Partition, cells_of, partition_of
from yitihua.surveys.estimation.effects import Deff, clusters_and_strata, design_effect, effective_n, kish
from yitihua.surveys.estimation.intervals import SHARE_INTERVALS, ShareInterval, interval_share, interval_t
from yitihua.surveys.estimation.linearise import Statistic, linearise
from yitihua.surveys.estimation.results import Estimates
from yitihua.surveys.estimation.variance import Mask

#: "domain" counts clusters and strata of the domain's respondents, as R; "answered" of those who answered the item.
Freedom = Literal["domain", "answered"] | float


def estimate(
    design: SurveyDesign,
    items: Mapping[str, Any],
    domains: Any = None,
    *,
    statistic: Statistic = "mean",
    denominators: Mapping[str, Any] | None = None,
    units: Sequence[str] | None = None,
    ci: ShareInterval | Literal["auto"] = "auto",
    level: float = 0.95,
    df: Freedom = "domain",
    deff: Deff = "without",
    scale: float = 1.0,
) -> Estimates:
    """Estimate a statistic of every item in every domain, with its variance under the design.

    A respondent without a valid answer leaves that item's domain (as R's ``na.rm = TRUE``), and so changes n and
    the clusters that count, never the design. Domains are masks: clusters without members count as zeros.

    Parameters
    ----------
    design : SurveyDesign
        How respondents were drawn and weighted.
    items : mapping of str to array of float, each of shape (respondents,)
        Answers, NaN where missing. Shares take 0 and 1 (see `top_k`, `bottom_k`), nets their `net` coding.
    domains : array of labels, categorical or Partition, optional
        A label for each respondent, missing for none. None is the whole sample, "all".
    statistic : str
        "mean", "share", "total" (the sum over the domain) or "ratio".
    denominators : mapping, optional
        Of ratios, by the names of `items`.
    units : sequence of str, optional
        Domains in order, also those without respondents; default the sorted labels.
    ci : str
        "auto" is Wilson for shares and t for the rest; see `intervals.interval_share`.
    level : float
        Of confidence.
    df : str or float
        "domain" (as R's `degf` of a subset), "answered", or a number; infinite takes the normal distribution.
    deff : str
        "without" or "replace", see `effects.design_effect`.
    scale : float
        What values are multiplied with on the way out: 100 for points or per cent.

    Raises
    ------
    InputError
        Columns of the wrong length, shares of other values than 0 and 1, ratios without a denominator, labels
        that are not in `units`, strata of one cluster under the rule "fail".

    Examples
    --------
    >>> design = SurveyDesign.from_columns([1.0] * 6, clusters=[[1, 1, 2, 2, 3, 3]])
    >>> y = np.array([1.0, 0.0, 1.0, 1.0, 0.0, np.nan])
    >>> found = estimate(design, {"agree": y}, ["a", "b"] * 3, statistic="share")
    >>> found.value.ravel().round(4).tolist(), found.n.ravel().tolist()
    ([0.6667, 0.5], [3.0, 2.0])
    >>> found.covariance.dense().round(4).tolist()
    [[0.1111, 0.0], [0.0, 0.1875]]
    """
    columns, below = _columns(design, items, denominators, statistic)
    options = _Options(statistic, _method(statistic, ci), level, df, deff, scale)
    of = partition_of(domains, len(design.weight), units)
    weight = of.take(design.weight)
    cells = tuple(cells_of(table, of) for table in design.tables)
    collector, counter = ErrorCollector(design, of, cells), _Counter(of, cells[0], weight)
    found = []
    for y, x in zip(columns.values(), below, strict=True):
        line = linearise(statistic, of.take(y), weight, of, None if x is None else of.take(x))
        collector.add(line)
        counter.add(line.known)
        found.append((line.value, line.weight, line.spread))
    value, weights, spread = (np.stack(parts, axis=1) for parts in zip(*found, strict=True))
    parts = _Parts(value, weights, spread, counter.finish(), collector.finish(tuple(columns)))
    return _table(design, of, cells, parts, options)


@dataclass(frozen=True)
class _Options:
    statistic: Statistic
    method: ShareInterval
    level: float
    df: Freedom
    deff: Deff
    scale: float


@dataclass(frozen=True, eq=False)
class _Counts:
    """Who is behind the numbers, shape (domains, items); `members` and `df` of the domain's respondents."""

    members: Floats
    n: Floats
    squares: Floats
    n_psu: Floats
    n_strata: Floats
    df: Floats


@dataclass(frozen=True, eq=False)
class _Parts:
    value: Floats
    weight: Floats
    spread: Floats
    counts: _Counts
    errors: DomainErrors


def _method(statistic: Statistic, ci: ShareInterval | Literal["auto"]) -> ShareInterval:
    if statistic not in ("mean", "share", "total", "ratio"):
        raise refuse("estimate-option", key="statistic", found=statistic, options="mean, share, total, ratio")
    if ci == "auto":
        return "wilson" if statistic == "share" else "t"
    allowed = SHARE_INTERVALS if statistic == "share" else ("t",)
    if ci not in allowed:
        raise refuse("estimate-option", key="ci", found=ci, options=listing(allowed))
    return ci


def _columns(
    design: SurveyDesign, items: Mapping[str, Any], denominators: Mapping[str, Any] | None, statistic: Statistic
) -> tuple[dict[str, Floats], list[Floats | None]]:
    """Return items and denominators as arrays of floats."""
    faults, n = FaultList(), len(design.weight)
    columns = {name: np.asarray(column, dtype=float) for name, column in items.items()}
    given = {name: np.asarray(column, dtype=float) for name, column in (denominators or {}).items()}
    for name, column in [*columns.items(), *given.items()]:
        if column.shape != (n,):
            faults.add("estimate-lengths", found=name, rows="x".join(map(str, column.shape)), options=n)
    if statistic == "share":
        for name, column in columns.items():
            odd = ~((column == 0) | (column == 1) | np.isnan(column))
            if odd.any():
                faults.add("estimate-share", key=name, found=listing(f"{v:g}" for v in np.unique(column[odd])))
    if statistic == "ratio":
        for name in columns.keys() - given.keys():
            faults.add("estimate-denominator", found=name)
    faults.raise_if_any()
    return columns, [given[name] if statistic == "ratio" else None for name in columns]


class _Counter:
    """Counts respondents, clusters and strata behind items that come one by one."""

    def __init__(self, of: Partition, primary: Cells, weight: Floats) -> None:
        self._of, self._primary = of, primary
        self._weighted = (weight > 0).astype(float)
        self._squares = weight * weight
        self._everybody = self._numbers(self._weighted)
        self._items: list[tuple[Floats, ...]] = []

    def _numbers(self, inside: Floats) -> tuple[Floats, ...]:
        clusters, strata = clusters_and_strata(self._primary, len(self._of.names), self._primary.sum(inside))
        return self._of.sum(inside), self._of.sum(self._squares * inside), clusters, strata

    def add(self, known: Mask | None) -> None:
        self._items.append(self._everybody if known is None else self._numbers(self._weighted * known))

    def finish(self) -> _Counts:
        n, squares, clusters, strata = (np.stack(parts, axis=1) for parts in zip(*self._items, strict=True))
        members, _, all_clusters, all_strata = self._everybody
        return _Counts(members[:, None], n, squares, clusters, strata, (all_clusters - all_strata)[:, None])


def _table(
    design: SurveyDesign, of: Partition, cells: tuple[Cells, ...], parts: _Parts, options: _Options
) -> Estimates:
    value, weight, spread, counts, errors = parts.value, parts.weight, parts.spread, parts.counts, parts.errors
    untold = _one_cluster(design, cells[0], counts, errors.variance, weight**2 * spread, options.statistic)
    variance = np.where(untold | np.isnan(value), np.nan, errors.variance)
    df = _freedom(options.df, counts)
    deff_kish = kish(weight, counts.squares, counts.n)
    low, high = _interval(value, variance, df, counts, of, deff_kish, options)
    alike = (counts.n > 0) & ~(spread > 0)
    flags = {
        "no-respondents": np.broadcast_to(counts.members == 0, value.shape),
        "no-answers": (counts.members > 0) & (counts.n == 0),
        "no-denominator": (counts.n > 0) & np.isnan(value),
        "one-psu": untold,
        "one-psu-strata": np.broadcast_to(_lonely(cells, len(of.names))[:, None], value.shape) & (counts.n > 0),
        "alike": alike,
        "no-df": ~np.isnan(variance) & ~(df > 0),
    }
    with np.errstate(invalid="ignore", divide="ignore"):
        missing = np.where(counts.members > 0, 1 - counts.n / counts.members, np.nan)
    return Estimates(
        domains=of.names,
        items=errors.items,
        statistic=options.statistic,
        value=value * options.scale,
        se=np.sqrt(variance) * options.scale,
        ci_low=low * options.scale,
        ci_high=high * options.scale,
        df=df,
        n=counts.n,
        n_eff=effective_n(variance, spread, weight),
        deff=design_effect(variance, spread, weight, counts.n, options.deff),
        deff_kish=deff_kish,
        n_psu=counts.n_psu,
        n_strata=counts.n_strata,
        item_missing=missing,
        ci_method=options.method,
        level=options.level,
        flags=flags,
        errors=errors.scaled(options.scale),
    )


def _freedom(asked: Freedom, counts: _Counts) -> Floats:
    if asked == "domain":
        return np.broadcast_to(counts.df, counts.n.shape)
    if asked == "answered":
        return counts.n_psu - counts.n_strata
    return np.full(counts.n.shape, float(asked))


def _interval(
    value: Floats, variance: Floats, df: Floats, counts: _Counts, of: Partition, deff_kish: Floats, options: _Options
) -> tuple[Floats, Floats]:
    if options.statistic != "share":
        return interval_t(value, np.sqrt(variance), df, options.level)
    # R's "beta" counts the rows of the domain, with an answer or not.
    n = np.broadcast_to(of.sum()[:, None], value.shape) if options.method == "beta" else counts.n
    alike = counts.n / deff_kish
    return interval_share(value, variance, df, n, method=options.method, level=options.level, n_alike=alike)


def _one_cluster(
    design: SurveyDesign, primary: Cells, counts: _Counts, variance: Floats, size: Floats, statistic: Statistic
) -> Mask:
    """Return where a variance of 0 says only that one cluster cannot differ from itself.

    Not where the stratum was taken whole, nor where the rule calls such clusters certain.
    """
    if statistic == "total":
        return np.zeros(variance.shape, dtype=bool)
    table = primary.table
    known = np.bincount(table.stratum, table.scale)[primary.group_stratum] == 0
    if design.one_psu in ("remove", "certainty"):
        known |= table.lonely[primary.group_stratum]
    open_ = np.bincount(primary.group_domain, ~known, len(counts.df)) > 0
    with np.errstate(invalid="ignore"):
        nothing = ~(variance > 1e-24 * size)
    return np.asarray((counts.n_psu == 1) & open_[:, None] & nothing)


def _lonely(cells: tuple[Cells, ...], domains: int) -> Mask:
    found = np.zeros(domains, dtype=bool)
    for own in cells:
        found[own.group_domain[own.table.lonely[own.group_stratum]]] = True
    return found
