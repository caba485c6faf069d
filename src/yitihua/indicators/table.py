"""IndicatorTable: what goes into an index. Values, standard errors, counts and origins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from yitihua.errors import refuse, suggest
from yitihua.indicators.arrays import Floats, Remark, Words
from yitihua.indicators.background import Background
from yitihua.indicators.covariance import Covariance

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Floats", "IndicatorTable", "Lineage", "Remark", "Words"]


@dataclass(frozen=True)
class Lineage:
    """One input: file or dataset, and the sha256 of its bytes."""

    name: str
    sha256: str
    title: str = ""
    licence: str = ""
    title_zh: str = ""


@dataclass(frozen=True, eq=False)
class IndicatorTable:
    """Indicator values of units in one period.

    Attributes
    ----------
    units, indicators : tuple of str
        Codes of rows and columns.
    values : ndarray, shape (units, indicators)
        Raw values in the indicators' own units; NaN is missing.
    se : ndarray of the same shape, or None
        Standard errors; NaN where there is none.
    n : ndarray of the same shape, or None
        Respondents behind an estimate.
    covariance : Covariance, or None
        Of the estimates among these values, over the same units; None takes `se` as independent.
    origin : ndarray of str, same shape
        Where each value comes from: reported, computed, published, simulated, ...; "" if missing.
    names : dict
        Language -> names of the units.
    levels : tuple of str
        Level of each unit; units rank within their level.
    attributes : dict
        Column name -> array over units: groups (text) and denominators (numbers).
    measures : dict
        Measure -> array over units, where values were computed from measures.
    formulas : dict
        Indicator -> its formula in words, where values were computed from measures.
    formula_measures : dict
        Indicator -> the measures its formula names.
    flags : dict
        (unit, indicator) -> remarks on a value, each in Chinese and English.
    notices : tuple of (str, str)
        What a reader should know of the data, in Chinese and English.
    background : Background
        Words of the edition, formulas, and the measures of the period before.
    history : tuple of IndicatorTable
        Other periods of the same units, in rising order, where an imputation looks at them.
    """

    units: tuple[str, ...]
    indicators: tuple[str, ...]
    values: Floats
    se: Floats | None = None
    n: Floats | None = None
    covariance: Covariance | None = None
    origin: Words | None = None
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    levels: tuple[str, ...] = ()
    attributes: Mapping[str, Words] = field(default_factory=dict)
    measures: Mapping[str, Floats] = field(default_factory=dict)
    formulas: Mapping[str, str] = field(default_factory=dict)
    formula_measures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    flags: Mapping[tuple[str, str], tuple[Remark, ...]] = field(default_factory=dict)
    period: str | None = None
    simulated: bool = False
    lineage: tuple[Lineage, ...] = ()
    notices: tuple[Remark, ...] = ()
    background: Background = field(default_factory=Background)
    history: tuple[IndicatorTable, ...] = ()

    def __post_init__(self) -> None:
        shape = (len(self.units), len(self.indicators))
        for name in ("values", "se", "n", "origin"):
            array = getattr(self, name)
            if array is not None and np.shape(array) != shape:
                raise ValueError(f"{name} has shape {np.shape(array)}, expected (units, indicators) = {shape}")
        if self.covariance is not None and self.covariance.units != self.units:
            raise ValueError("the covariance is of other units than the table")
        if np.isinf(self.values).any():
            row, j = np.argwhere(np.isinf(self.values))[0].tolist()
            key = f"{self.units[row]}, {self.indicators[j]}"
            raise refuse("infinite", key=key, found=f"{self.values[row, j]:g}")
        if not self.levels:
            object.__setattr__(self, "levels", ("unit",) * shape[0])
        if self.origin is None:
            origin = np.where(np.isnan(self.values), "", "reported").astype(object)
            object.__setattr__(self, "origin", origin)

    def __repr__(self) -> str:
        rows, columns = self.values.shape
        share = np.isfinite(self.values).mean() if self.values.size else 0.0
        simulated = ", simulated 模拟" if self.simulated else ""
        period = f", period {self.period}" if self.period else ""
        return f"<IndicatorTable {rows} units x {columns} indicators, {share:.0%} filled{period}{simulated}>"

    def name_of(self, row: int, lang: str = "en") -> str:
        """Return a unit's name, or its code where none is known."""
        names = self.names.get(lang) or next(iter(self.names.values()), ())
        return (names[row] if names else "") or self.units[row]

    def row_of(self, unit: str) -> int:
        """Return the row of a unit given by code or by name in any language.

        Raises
        ------
        InputError
            If no unit or more than one answers to it.
        """
        if unit in self.units:
            return self.units.index(unit)
        wanted = unit.strip().casefold()
        rows = sorted(
            {row for row, name in self._all_names() if name.casefold() == wanted}
            or {row for row, name in self._all_names() if wanted and wanted in name.casefold()}
        )  # fmt: skip
        if len(rows) == 1:
            return rows[0]
        if rows:
            raise refuse(
                "ambiguous-unit",
                name=unit,
                options=[f"{self.units[r]} {self.name_of(r, 'zh')}" for r in rows],
            )
        known = [*self.units, *(name for _, name in self._all_names())]
        options = [f"{code} {self.name_of(row, 'zh')}" for row, code in enumerate(self.units)]
        raise refuse("unknown-unit", name=unit, options=options, hint=suggest(unit, known))

    def _all_names(self) -> list[tuple[int, str]]:
        return [(row, name) for names in self.names.values() for row, name in enumerate(names)]

    def select(self, indicators: Sequence[str]) -> Floats:
        """Return the columns of some indicators, in their order; shape (units, len(indicators))."""
        if tuple(indicators) == self.indicators:
            return self.values
        column = {code: j for j, code in enumerate(self.indicators)}
        absent = [code for code in indicators if code not in column]
        if absent:
            raise refuse("table-mismatch", absent=absent, options=self.indicators)
        return self.values[:, [column[code] for code in indicators]]

    def take(self, rows: Sequence[int]) -> IndicatorTable:
        """Return the table with some rows only, in the given order."""
        index = list(rows)
        units = tuple(self.units[row] for row in index)
        kept = set(units)
        return replace(
            self,
            units=units,
            values=self.values[index],
            se=None if self.se is None else self.se[index],
            n=None if self.n is None else self.n[index],
            covariance=None if self.covariance is None else self.covariance.take(index),
            origin=None if self.origin is None else self.origin[index],
            names={lang: tuple(names[row] for row in index) for lang, names in self.names.items()},
            levels=tuple(self.levels[row] for row in index),
            attributes={name: column[index] for name, column in self.attributes.items()},
            measures={name: column[index] for name, column in self.measures.items()},
            flags={key: value for key, value in self.flags.items() if key[0] in kept},
            background=self.background.take(index),
            history=tuple(other.aligned(units, other.indicators) for other in self.history),
        )

    def aligned(self, units: Sequence[str], indicators: Sequence[str]) -> IndicatorTable:
        """Return values and attributes for given units and indicators; what the table lacks is missing."""
        row_of = {unit: row for row, unit in enumerate(self.units)}
        column_of = {code: j for j, code in enumerate(self.indicators)}
        rows = np.array([row_of.get(unit, -1) for unit in units], dtype=int)
        columns = np.array([column_of.get(code, -1) for code in indicators], dtype=int)
        values = self.values[rows][:, columns] if self.units and self.indicators else np.empty((0, 0))
        values = np.where((rows < 0)[:, None] | (columns < 0)[None, :], np.nan, values)
        attributes = {
            name: np.array([column[row] if row >= 0 else ("" if column.dtype == object else np.nan) for row in rows])
            for name, column in self.attributes.items()
        }
        return IndicatorTable(tuple(units), tuple(indicators), values, attributes=attributes, period=self.period)

    def to_frame(self) -> pd.DataFrame:
        """Return the values as a DataFrame, units by indicators."""
        import pandas as pd

        return pd.DataFrame(self.values.copy(), index=pd.Index(self.units, name="unit"), columns=list(self.indicators))
