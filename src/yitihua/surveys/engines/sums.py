"""SumsTable: what an engine hands over, one row a cell of domain, stratum, cluster and margins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from yitihua.errors import FaultList, listing, refuse
from yitihua.surveys.engines.query import SumsQuery
from yitihua.surveys.engines.sql import products
from yitihua.surveys.estimation.design import Codes, Floats

#: How much final weights over starting ones may differ within a cell, relative.
PROPORTION = 1e-9


@dataclass(frozen=True, eq=False)
class SumsTable:
    """Sums over respondents by cell, in the order of the labels, whatever order the engine had.

    Attributes
    ----------
    variables : tuple of str
        k names.
    domains, strata : tuple of str
        Labels; parts of a label from several columns are joined by "/".
    margins : mapping of str to tuple of str
        Calibration columns -> labels.
    domain : ndarray of int, shape (cells,)
        -1 outside every domain.
    stratum, psu : ndarray of int, shape (cells,)
        Numbers over the whole sample; `psu` is None where respondents were drawn themselves.
    margin : ndarray of int, shape (cells, margins)
        -1 where missing.
    rows, members, weight : ndarray, shape (cells,)
        Respondents of the design, those with a weight above 0, and the weights, whether they answered or not.
    population : ndarray, shape (cells,), or None
        Primary units in the stratum's population.
    n, wx, wy, ww : ndarray, shape (cells, k)
        Respondents with a weight and a value, and sums of weight times x (1, or a ratio's denominator),
        of weight times y and of squared weights.
    start : ndarray, shape (cells,), or None
        Weights that a calibration started from.
    spread : ndarray, shape (4, cells, k), or None
        Sums of w, w y^2, w x y and w x^2 over those with a value, for design effects.
    squares : ndarray, shape (cells, 2k + 1, 2k + 1), or None
        Without clusters: sums of products of w y, w x and w; 0 where not asked.
    ratio, share : ndarray of bool, shape (k,)
        Which variables have a denominator of their own, and which are 0 or 100 for everyone.
    """

    variables: tuple[str, ...]
    domains: tuple[str, ...]
    strata: tuple[str, ...]
    margins: Mapping[str, tuple[str, ...]]
    domain: Codes
    stratum: Codes
    psu: Codes | None
    margin: Codes
    rows: Floats
    members: Floats
    weight: Floats
    population: Floats | None
    n: Floats
    wx: Floats
    wy: Floats
    ww: Floats
    start: Floats | None
    spread: Floats | None
    squares: Floats | None
    ratio: npt.NDArray[np.bool_]
    share: npt.NDArray[np.bool_]

    @classmethod
    def of_columns(cls, columns: Mapping[str, npt.NDArray[Any]], query: SumsQuery, source: str = "") -> SumsTable:
        """Check and order what a query returned.

        Parameters
        ----------
        columns : mapping
            Names of `Writer.text` -> values; cells may come in any order and in parts.
        query : SumsQuery
        source : str
            How the source is called in messages.

        Raises
        ------
        InputError
            For no rows, rows without stratum or cluster, and weights or populations that are none.
        """
        sums = {
            name: _floats(values, name)
            for name, values in columns.items()
            if not (name[0] == "g" and name[1:].isdigit())
        }
        keys = [_labels(columns[f"g{i}"]) for i in range(query.parts)]
        _check(sums, keys, query, source)
        size = len(sums["n"])
        d, s = query.domain_parts, len(query.stratum)
        domains, domain = _factorize(_joined(keys[:d], size))
        strata, stratum = _factorize(_joined(keys[d : d + s], size))
        psu = None if query.psu is None else _factorize(_joined([*keys[d : d + s], keys[d + s]], size))[1]
        margin = [_factorize(key) for key in keys[query.parts - len(query.margins) :]] if query.margins else []
        codes = np.column_stack(
            [domain, stratum, np.zeros(size, np.int64) if psu is None else psu, *(m[1] for m in margin)]
        )
        fold = _Fold(codes)
        k = len(query.variables)

        def each(prefix: str) -> Floats:
            return fold(np.column_stack([sums[f"{prefix}{i}"] for i in range(k)]))

        first = fold.codes
        if (
            query.start is not None
            and (-fold.least(-sums["g_max"]) > fold.least(sums["g_min"]) * (1 + PROPORTION)).any()
        ):
            raise refuse("engine-start", file=source, key=query.weight, start=query.start, margins=query.margins)
        return cls(
            variables=tuple(variable.name for variable in query.variables),
            domains=domains,
            strata=strata,
            margins={name: found[0] for name, found in zip(query.margins, margin, strict=True)},
            domain=first[:, 0],
            stratum=first[:, 1],
            psu=None if psu is None else first[:, 2],
            margin=first[:, 3:],
            rows=fold(sums["n"]),
            members=fold(sums["m"]),
            weight=fold(sums["w"]),
            population=fold.least(sums["pop_min"]) if query.population is not None else None,
            n=each("n"),
            wx=each("wx"),
            wy=each("wy"),
            ww=each("ww"),
            start=fold(sums["d"]) if query.start is not None else None,
            spread=np.stack([each(name) for name in ("wk", "wyy", "wxy", "wxx")]) if query.deff else None,
            squares=_squares(sums, query, fold) if query.psu is None else None,
            ratio=np.array([variable.over is not None for variable in query.variables]),
            share=np.array([variable.is_share for variable in query.variables]),
        )

    @property
    def margin_columns(self) -> dict[str, npt.NDArray[Any]]:
        """The margins of each cell in words, None where missing: the sample that `weighting.match` takes."""
        columns = {}
        for j, (name, labels) in enumerate(self.margins.items()):
            columns[name] = np.array([*labels, None], dtype=object)[self.margin[:, j]]
        return columns

    def regroup(self, domains: Sequence[str], of: Callable[[str], str | None]) -> SumsTable:
        """Return the same sums for other domains that are made of these: counties to cities.

        Parameters
        ----------
        domains : sequence of str
            The new domains in their order.
        of : callable
            Old label -> new label, or None to leave it in the design only.

        Examples
        --------
        ``table.regroup(("3301", "3302"), lambda county: county[:4])``
        """
        place = {name: i for i, name in enumerate(domains)}
        new = np.array([place.get(of(name) or "", -1) for name in self.domains] + [-1], dtype=np.int64)
        return replace(self, domains=tuple(domains), domain=new[self.domain])

    def by_domain(self, values: Floats) -> Floats:
        """Return sums of cells' values, shape (cells, k), by domain, shape (domains, k)."""
        inside, count = self.domain >= 0, len(self.domains)
        domain = self.domain[inside]
        return np.stack([np.bincount(domain, column[inside], count) for column in values.T], axis=1)

    def with_populations(self, populations: Mapping[str, float]) -> SumsTable:
        """Return the table with the number of primary units in the population of every stratum.

        Raises
        ------
        InputError
            Strata without a number of at least 1.
        """
        found = np.array([float(populations.get(label, np.nan)) for label in self.strata])
        if (wrong := ~(found >= 1)).any():
            raise refuse("engine-population", found=listing(self.strata[h] for h in np.flatnonzero(wrong)))
        return replace(self, population=found[self.stratum])

    def on_unit_interval(self) -> SumsTable:
        """Return the sums of shares as 0 and 1 instead of 0 and 100."""
        k, squares, spread = len(self.variables), self.squares, self.spread
        if squares is not None:
            factor = np.where(np.arange(2 * k + 1) < k, 0.01, 1.0)
            squares = squares * factor[:, None] * factor
        if spread is not None:
            spread = spread * np.array([1.0, 1e-4, 0.01, 1.0])[:, None, None]
        return replace(self, wy=self.wy / 100, squares=squares, spread=spread)

    def reweighted(self, factor: Floats) -> SumsTable:
        """Return the sums with weights times a factor a cell, as raking gives; the old are the start.

        Parameters
        ----------
        factor : ndarray, shape (cells,)
            The same for every respondent of a cell.
        """
        f = np.asarray(factor, dtype=float)
        column = f[:, None]
        return replace(
            self,
            weight=self.weight * f,
            wx=self.wx * column,
            wy=self.wy * column,
            ww=self.ww * column**2,
            start=self.weight if self.start is None else self.start,
            spread=None if self.spread is None else self.spread * column,
            squares=None if self.squares is None else self.squares * f[:, None, None] ** 2,
        )


class _Fold:
    """Adds up the rows that have the same codes."""

    def __init__(self, codes: Codes) -> None:
        self.order = np.lexsort(codes.T[::-1])
        ordered = codes[self.order]
        new = np.ones(len(codes), dtype=bool)
        new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
        self.starts = np.flatnonzero(new)
        self.codes: Codes = ordered[self.starts]

    def __call__(self, values: Floats) -> Floats:
        return np.asarray(np.add.reduceat(values[self.order], self.starts, axis=0))

    def least(self, values: Floats) -> Floats:
        return np.asarray(np.fmin.reduceat(values[self.order], self.starts))


def _floats(values: npt.NDArray[Any], name: str) -> Floats:
    """Return sums as numbers; a sum over nobody is 0, the least of nobody is missing."""
    nobody = np.nan if name.endswith(("_min", "_max")) else 0.0
    if isinstance(values, np.ma.MaskedArray):
        return np.where(np.ma.getmaskarray(values), nobody, np.asarray(values.data, dtype=float))
    if values.dtype == object:
        return np.array([nobody if value is None else float(value) for value in values])
    return np.asarray(values, dtype=float)


def _labels(values: npt.NDArray[Any]) -> list[str | None]:
    """Return keys as text, None where missing; 3.0 is "3", whatever type the engine gave it."""
    plain: list[Any] = values.tolist()
    return [_label(value) for value in plain]


def _label(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    try:
        whole = int(value) == value
    except (TypeError, ValueError, OverflowError):
        return str(value)
    return str(int(value)) if whole else str(value)


def _joined(keys: list[list[str | None]], size: int) -> list[str | None]:
    """Return one label of several; a missing part makes it missing."""
    if len(keys) == 1:
        return keys[0]
    if not keys:
        return [""] * size
    return [None if None in parts else "/".join(parts) for parts in zip(*keys, strict=True)]


def _factorize(labels: list[str | None]) -> tuple[tuple[str, ...], Codes]:
    """Return sorted labels and numbers; -1 where missing."""
    ordered = sorted({label for label in labels if label is not None})
    place: dict[str | None, int] = {label: i for i, label in enumerate(ordered)}
    place[None] = -1
    return tuple(ordered), np.array([place[label] for label in labels], dtype=np.int64)


def _squares(sums: Mapping[str, Floats], query: SumsQuery, fold: _Fold) -> Floats:
    size = 2 * len(query.variables) + 1
    pairs = products(query)
    found = fold(np.column_stack([sums[f"s{a}_{b}"] for a, b in pairs]))
    whole = np.zeros((len(found), size, size))
    for j, (a, b) in enumerate(pairs):
        whole[:, a, b] = whole[:, b, a] = found[:, j]
    return whole


def _check(sums: Mapping[str, Floats], keys: list[list[str | None]], query: SumsQuery, source: str) -> None:
    """Refuse what no estimate can be made of; counts only, never what a row holds."""
    faults = FaultList()
    n = sums["n"]
    if not n.sum():
        faults.add("engine-no-rows", file=source)
    design = [*query.stratum, *(() if query.psu is None else (query.psu,))]
    for name, key in zip(design, keys[query.domain_parts :], strict=False):
        if missing := sum(int(count) for count, label in zip(n, key, strict=True) if label is None):
            faults.add("engine-key-missing", file=source, key=name, found=missing)
    for column, short in ((query.weight, "w"), (query.start, "d")):
        if column is None:
            continue
        if missing := int((n - sums[f"{short}_known"]).sum()):
            faults.add("engine-weight-missing", file=source, key=column, found=missing)
        if (sums[f"{short}_min"] < 0).any() or not np.isfinite(sums[short]).all():
            faults.add("engine-weight-negative", file=source, key=column)
    if query.population is not None:
        _check_population(
            sums, keys[query.domain_parts : query.domain_parts + len(query.stratum)], query, source, faults
        )
    faults.raise_if_any()


def _check_population(
    sums: Mapping[str, Floats], keys: list[list[str | None]], query: SumsQuery, source: str, faults: FaultList
) -> None:
    ranges: dict[str | None, tuple[float, float]] = {}
    n, known = sums["n"], sums["pop_known"]
    for label, low, high, count in zip(_joined(keys, len(n)), sums["pop_min"], sums["pop_max"], n - known, strict=True):
        least, most = ranges.get(label, (np.inf, -np.inf))
        # A missing size counts as a size of its own.
        ranges[label] = min(least, low if not count else -np.inf), max(most, high)
    differing = [str(label) for label, (low, high) in ranges.items() if not (low == high and np.isfinite(low))]
    if differing:
        faults.add("engine-population", file=source, key=str(query.population), found=listing(sorted(differing), 5))
