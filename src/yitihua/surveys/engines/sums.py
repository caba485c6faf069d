"""SumsTable: what an engine hands over, one row a cell of domain, stratum, cluster and margins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from yitihua.errors import listing, refuse
from yitihua.surveys.engines.keys import Fold, Key, check_sums, pairs
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
        of weight times y and of squared weights; the latter NaN unless shares or design effects need them.
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
    def of_parts(cls, parts: Sequence[Mapping[str, npt.NDArray[Any]]], query: SumsQuery, source: str = "") -> SumsTable:
        """Check and order what a query returned.

        Parameters
        ----------
        parts : sequence of mappings
            Names of `Writer.text` -> values; cells may come in any order, and the same one in several parts.
        query : SumsQuery
        source : str
            How the source is called in messages.

        Raises
        ------
        InputError
            For no rows, rows without stratum or cluster, and weights or populations that are none.
        """
        names = [name for name in parts[0] if not _is_key(name)]
        sums = {name: np.concatenate([_floats(part[name], name) for part in parts]) for name in names}
        keys = [Key.of([part[f"g{i}"] for part in parts]) for i in range(query.parts)]
        check_sums(sums, keys, query, source)
        d, s, k = query.domain_parts, len(query.stratum), len(query.variables)
        size = len(sums["n"])
        domain, stratum = Key.joined(keys[:d], size), Key.joined(keys[d : d + s], size)
        psu = None if query.psu is None else pairs(stratum, keys[d + s])
        margins = keys[query.parts - len(query.margins) :] if query.margins else []
        unit = np.zeros(size, dtype=np.int64) if psu is None else psu
        fold = Fold(np.column_stack([domain.codes, stratum.codes, unit, *(key.codes for key in margins)]))
        if query.start is not None:
            _check_proportion(fold, sums, query, source)
        nobody = np.full(size, np.nan)

        def each(prefix: str) -> Floats:
            return fold(np.column_stack([sums.get(f"{prefix}{i}", nobody) for i in range(k)]))

        codes = fold.codes
        found = cls(
            variables=tuple(variable.name for variable in query.variables),
            domains=domain.labels,
            strata=stratum.labels,
            margins={name: key.labels for name, key in zip(query.margins, margins, strict=True)},
            domain=codes[:, 0],
            stratum=codes[:, 1],
            psu=None if psu is None else codes[:, 2],
            margin=codes[:, 3:],
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
        gain, base = np.array([variable.line for variable in query.variables]).T
        return found.on_line(gain, base)

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
        >>> import pandas as pd
        >>> from yitihua.surveys.engines import DuckDBEngine, Score, Variable
        >>> answers = pd.DataFrame({"w": [1.0, 1.0, 2.0], "q": [1, 5, 3], "county": ["330102", "330106", "330203"]})
        >>> query = SumsQuery("w", (Variable("q", (Score.linear("q", (1, 2, 3, 4, 5)),)),), domain=("county",))
        >>> with DuckDBEngine(answers) as engine:
        ...     cities = engine.sums(query).regroup(("3301", "3302"), lambda county: county[:4])
        >>> cities.by_domain(cities.n).ravel().tolist()
        [2.0, 1.0]
        """
        place = {name: i for i, name in enumerate(domains)}
        new = np.array([place.get(of(name) or "", -1) for name in self.domains] + [-1], dtype=np.int64)
        return replace(self, domains=tuple(domains), domain=new[self.domain])

    def by_domain(self, values: Floats) -> Floats:
        """Return sums of cells' values, shape (cells, k), by domain, shape (domains, k)."""
        inside = self.domain >= 0
        # Columns side by side in memory are added up three times as fast.
        columns = np.ascontiguousarray(values.T if inside.all() else values[inside].T)
        domain = self.domain[inside]
        return np.stack([np.bincount(domain, column, len(self.domains)) for column in columns], axis=1)

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

    def on_line(self, gain: Floats, base: Floats) -> SumsTable:
        """Return the sums of base + gain * y in place of y, shapes (k,)."""
        if (gain == 1).all() and (base == 0).all():
            return self
        squares, spread = self.squares, self.spread
        if squares is not None:
            k = len(gain)
            turn = np.eye(2 * k + 1)
            turn[range(k), range(k)], turn[range(k), range(k, 2 * k)] = gain, base
            squares = turn @ squares @ turn.T
        if spread is not None:
            wk, wyy, wxy, wxx = spread
            # Where y is moved, x is 1 for all or the line goes through 0.
            spread = np.stack([wk, gain**2 * wyy + 2 * gain * base * wxy + base**2 * wxx, gain * wxy + base * wxx, wxx])
        return replace(self, wy=gain * self.wy + base * self.wx, squares=squares, spread=spread)

    def on_unit_interval(self) -> SumsTable:
        """Return the sums of shares as 0 and 1 instead of 0 and 100."""
        k = len(self.variables)
        return self.on_line(np.full(k, 0.01), np.zeros(k))

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


def _is_key(name: str) -> bool:
    return name[0] == "g" and name[1:].isdigit()


def _floats(values: npt.NDArray[Any], name: str) -> Floats:
    """Return sums as numbers; a sum over nobody is 0, the least of nobody is missing."""
    nobody = np.nan if name.endswith(("_min", "_max")) else 0.0
    if isinstance(values, np.ma.MaskedArray):
        return np.where(np.ma.getmaskarray(values), nobody, np.asarray(values.data, dtype=float))
    if values.dtype == object:
        return np.array([nobody if value is None else float(value) for value in values])
    return np.asarray(values, dtype=float)


def _check_proportion(fold: Fold, sums: Mapping[str, Floats], query: SumsQuery, source: str) -> None:
    """Refuse final weights that are not the starting ones times a factor of the cell."""
    least, most = fold.least(sums["g_min"]), -fold.least(-sums["g_max"])
    if (most > least * (1 + PROPORTION)).any():
        raise refuse("engine-start", file=source, key=query.weight, start=query.start, margins=query.margins)


def _squares(sums: Mapping[str, Floats], query: SumsQuery, fold: Fold) -> Floats:
    size = 2 * len(query.variables) + 1
    pairs = products(query)
    found = fold(np.column_stack([sums[f"s{a}_{b}"] for a, b in pairs]))
    whole = np.zeros((len(found), size, size))
    for j, (a, b) in enumerate(pairs):
        whole[:, a, b] = whole[:, b, a] = found[:, j]
    return whole
