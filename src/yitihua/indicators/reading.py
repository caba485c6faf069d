"""Read data into an IndicatorTable: a CSV file, a dataset with a passport, or a DataFrame."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.definitions.passport import Passport, dataset_names, sha256_of
from yitihua.errors import FaultList, refuse, suggest
from yitihua.indicators import cells, columns, unit_columns
from yitihua.indicators.cells import RawTable
from yitihua.indicators.columns import Roles
from yitihua.indicators.datasets import Dataset, find_dataset
from yitihua.indicators.derive import derive, describe, needed
from yitihua.indicators.table import Floats, IndicatorTable, Lineage

if TYPE_CHECKING:
    import pandas as pd

    Data = str | Path | pd.DataFrame | Dataset | IndicatorTable | None


def read_table(edition: Edition, data: Data = None, period: str | int | None = None) -> IndicatorTable:
    """Read the values of an edition's indicators.

    Parameters
    ----------
    edition : Edition
        Says which columns are indicators, measures, groups and denominators.
    data : str, Path, DataFrame, Dataset, IndicatorTable, optional
        A CSV file, the name of a dataset, or a table in memory. Default: the edition's dataset.
    period : str or int, optional
        Which period, where the data holds several. Default: the edition's.

    Returns
    -------
    IndicatorTable
        One row a unit, every indicator of the edition as a column; NaN where there is no value.

    Raises
    ------
    InputError
        With every fault: file, cell, what was found, what is allowed, the mend.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> read_table(load_edition("hdi"), period=2021)
    <IndicatorTable 204 units x 4 indicators, 100% filled, period 2021>
    """
    if isinstance(data, IndicatorTable):
        return data
    faults = FaultList()
    wanted = str(period) if period is not None else None
    raw, passport, lineage, source = _open(edition, data, faults)
    faults.raise_if_any()
    assert raw is not None
    reader = _Reader(edition, raw, passport, faults, _dated_period(edition, passport, wanted))
    table = reader.read()
    faults.raise_if_any()
    return replace(table, lineage=lineage, simulated=source is not None and source.passport.dataset.simulated)


def _dated_period(edition: Edition, passport: Passport | None, wanted: str | None) -> str | None:
    """Return the period to use: the one asked for, or the edition's if the columns know it."""
    if wanted is not None or passport is None:
        return wanted
    known = {column.period for column in passport.columns.values() if column.period}
    return edition.spec.period if edition.spec.period in known else None


def _open(
    edition: Edition, data: Data, faults: FaultList
) -> tuple[RawTable | None, Passport | None, tuple[Lineage, ...], Dataset | None]:
    if data is None:
        data = edition.spec.dataset
        if data is None:
            raise refuse("no-data", file=f"index/{edition.name}.toml", key="dataset")
    if isinstance(data, Dataset):
        return data.raw, data.passport, data.lineage, data
    if not isinstance(data, (str, Path)):
        assert not isinstance(data, IndicatorTable)  # read_table has returned it already
        return cells.from_frame(data), None, (), None
    if isinstance(data, str) and (dataset := find_dataset(data, edition.project)) is not None:
        return dataset.raw, dataset.passport, dataset.lineage, dataset
    path = Path(data)
    if not path.suffix:
        options = dataset_names(edition.project)
        raise refuse("unknown-dataset", name=str(data), options=options, hint=suggest(str(data), options))
    if path.suffix.lower() != ".csv":
        raise refuse("unknown-suffix", file=str(data), found=path.suffix)
    raw = cells.read_csv(path, str(data), faults)
    lineage = (Lineage(path.name, sha256_of(path)),) if raw is not None else ()
    return raw, None, lineage, None


@dataclass(slots=True)
class _Reader:
    """Reads one table step by step; faults are collected throughout."""

    edition: Edition
    raw: RawTable
    passport: Passport | None
    faults: FaultList
    period: str | None
    roles: Roles = field(default_factory=Roles)
    earlier: RawTable | None = None

    def read(self) -> IndicatorTable:
        if self.passport is not None:
            self.roles = columns.from_passport(self.passport, self.raw, self.period, self.faults)
            self._check_column_periods()
        else:
            self.roles = columns.from_header(self.edition, self.raw, self.faults)
        if "unit" not in self.roles.single:
            self.faults.add(
                "no-unit-column",
                file=self.raw.file,
                line=1,
                found=list(self.raw.columns),
                options=columns.ALIASES["unit"],
            )
            self.faults.raise_if_any()
        self._pick_period()
        self.faults.raise_if_any()
        return self._long() if self.roles.is_long else self._wide()

    def _check_column_periods(self) -> None:
        assert self.passport is not None
        known = sorted({c.period for c in self.passport.columns.values() if c.period and c.role == "value"})
        if known and self.period is None:
            raise refuse("no-period", file=self.raw.file, options=known)
        if known and self.period not in known:
            raise refuse("unknown-period", file=self.raw.file, name=self.period, options=known)

    def _pick_period(self) -> None:
        column = self.roles.single.get("period")
        if column is None:
            return
        stated = [cells.plain(value) for value in self.raw.text(column)]
        for row, value in enumerate(stated):
            if not value:
                self.faults.add("blank-period", file=self.raw.file, cell=self.raw.cell(column, row))
        self.faults.raise_if_any()
        known = sorted(set(stated))
        wanted = self.period or (self.edition.spec.period if self.edition.spec.period in known else None)
        if wanted is None:
            if len(known) > 1:
                raise refuse("no-period", file=self.raw.file, key=column, options=known)
            wanted = known[0]
        if wanted not in known:
            raise refuse("unknown-period", file=self.raw.file, key=column, name=wanted, options=known)
        before = cells.period_before(wanted, known)
        self.period = wanted
        whole = self.raw
        self.raw = whole.take([row for row, value in enumerate(stated) if value == wanted])
        if before is not None:
            self.earlier = whole.take([row for row, value in enumerate(stated) if value == before])

    # Wide: a row a unit.

    def _wide(self) -> IndicatorTable:
        units = self._units()
        codes = tuple(self.edition.indicators)
        given = [code for code in codes if code in self.roles.values]
        if not given and not columns.computable(self.edition, set(self.roles.measures)):
            self.faults.add(
                "no-indicator-column", file=self.raw.file, line=1,
                found=list(self.raw.columns), options=[*codes, *self.edition.measures],
            )  # fmt: skip
        values = np.full((len(units), len(codes)), np.nan)
        se, n = np.full_like(values, np.nan), np.full_like(values, np.nan)
        origin = np.full(values.shape, "", dtype=object)
        for j, code in enumerate(codes):
            if code in self.roles.values:
                values[:, j] = cells.numbers(self.raw, self.roles.values[code], self.faults, units)
            if code in self.roles.se:
                se[:, j] = self._standard_errors(self.roles.se[code], units)
            if code in self.roles.n:
                n[:, j] = cells.numbers(self.raw, self.roles.n[code], self.faults, units)
        origin[np.isfinite(values)] = self._origin("reported")
        measures, flags = self._derive(units, codes, values, origin)
        for j, code in enumerate(codes):
            column = self.roles.values.get(code)
            cell_of = {row: self.raw.cell(column, row) for row in range(len(units))} if column else {}
            self._check_log(code, values[:, j], units, cell_of)
        return self._table(units, codes, values, se, n, origin, measures, flags, list(range(len(units))))

    def _units(self) -> list[str]:
        units = [cells.plain(value) for value in self.raw.text(self.roles.single["unit"])]
        first: dict[str, int] = {}
        for row, unit in enumerate(units):
            cell = self.raw.cell(self.roles.single["unit"], row)
            if not unit:
                self.faults.add("blank-unit", file=self.raw.file, cell=cell)
            elif unit in first:
                self.faults.add(
                    "duplicate-unit",
                    file=self.raw.file,
                    cell=cell,
                    name=unit,
                    first=self.raw.lines[first[unit]],
                    what="unit",
                )
            first.setdefault(unit, row)
        return units

    def _standard_errors(self, column: str, label: list[str]) -> Floats:
        found = cells.numbers(self.raw, column, self.faults, label)
        for row in np.flatnonzero(found < 0):
            self.faults.add(
                "negative-se", file=self.raw.file, cell=self.raw.cell(column, int(row)),
                key=f"{label[row]}, {column}", found=f"{found[row]:g}",
            )  # fmt: skip
        return found

    def _origin(self, default: str) -> str:
        if self.passport is None:
            return default
        info = self.passport.dataset
        return "simulated" if info.simulated else (info.origin if default == "reported" else default)

    def _derive(
        self, units: list[str], codes: tuple[str, ...], values: Floats, origin: Any
    ) -> tuple[dict[str, Floats], dict[tuple[str, str], tuple[str, ...]]]:
        """Compute what has a formula and its measures; fills `values` and `origin` in place."""
        now = {
            name: cells.numbers(self.raw, column, self.faults, units) for name, column in self.roles.measures.items()
        }
        before = self._earlier_measures(units)
        months = self._months(units)
        flags: dict[tuple[str, str], tuple[str, ...]] = {}
        for code in columns.computable(self.edition, set(now)):
            if code in self.roles.values:
                column = self.roles.values[code]
                self.faults.add(
                    "both-given", file=self.raw.file, line=1, cell=self.raw.header(column), key=column, name=code
                )
                continue
            formula = self.edition.indicators[code].formula
            assert formula is not None
            j = codes.index(code)
            derived = derive(formula, now, before, months)
            values[:, j] = derived.values
            origin[np.isfinite(derived.values), j] = self._origin("computed")
            for row, remark in derived.remarks.items():
                flags[(units[row], code)] = (remark,)
        return now, flags

    def _earlier_measures(self, units: list[str]) -> dict[str, Floats] | None:
        if self.earlier is None:
            return None
        stated = [cells.plain(value) for value in self.earlier.text(self.roles.single["unit"])]
        row_of = {unit: row for row, unit in enumerate(stated)}
        index = np.array([row_of.get(unit, -1) for unit in units])
        found = {}
        for name, column in self.roles.measures.items():
            column_values = cells.numbers(self.earlier, column, self.faults, stated)
            found[name] = np.where(index >= 0, column_values[index], np.nan)
        return found

    def _months(self, units: list[str]) -> Floats | float:
        column = self.roles.single.get("months")
        if column is None:
            return 12.0
        months = cells.numbers(self.raw, column, self.faults, units)
        for row in np.flatnonzero((months < 1) | (months > 12)):
            self.faults.add(
                "bad-months",
                file=self.raw.file,
                cell=self.raw.cell(column, int(row)),
                key=units[row],
                found=f"{months[row]:g}",
            )
        return np.where(np.isnan(months), 12.0, months)

    # Long: a row a unit and an indicator.

    def _long(self) -> IndicatorTable:
        single = self.roles.single
        row_units = [cells.plain(value) for value in self.raw.text(single["unit"])]
        row_codes = self.raw.text(single["indicator"])
        codes = tuple(self.edition.indicators)
        units = list(dict.fromkeys(unit for unit in row_units if unit))
        place_unit = {unit: i for i, unit in enumerate(units)}
        place_code = {code: j for j, code in enumerate(codes)}
        label = [f"{unit} {code}" for unit, code in zip(row_units, row_codes, strict=True)]
        column = {
            "value": cells.numbers(self.raw, single["value"], self.faults, label),
            "se": self._standard_errors(single["se"], label) if "se" in single else None,
            "n": cells.numbers(self.raw, single["n"], self.faults, label) if "n" in single else None,
        }
        arrays = {name: np.full((len(units), len(codes)), np.nan) for name in column}
        origin = np.full((len(units), len(codes)), "", dtype=object)
        origins = self.raw.text(single["origin"]) if "origin" in single else [""] * len(self.raw)
        remarks = self.raw.text(single["flag"]) if "flag" in single else [""] * len(self.raw)
        flags: dict[tuple[str, str], tuple[str, ...]] = {}
        first: dict[tuple[str, str], int] = {}
        rows: dict[str, int] = {}
        for row, (unit, code) in enumerate(zip(row_units, row_codes, strict=True)):
            if not self._sound_pair(row, unit, code, place_code, first):
                continue
            rows.setdefault(unit, row)
            at = place_unit[unit], place_code[code]
            for name, found in column.items():
                if found is not None:
                    arrays[name][at] = found[row]
            if np.isfinite(arrays["value"][at]):
                origin[at] = origins[row] or self._origin("reported")
            if remarks[row]:
                flags[(unit, code)] = (remarks[row],)
        for j, code in enumerate(codes):
            cell_of = {
                i: self.raw.cell(single["value"], first[(unit, code)])
                for i, unit in enumerate(units)
                if (unit, code) in first
            }
            self._check_log(code, arrays["value"][:, j], units, cell_of)
        first_rows = [rows.get(unit, 0) for unit in units]
        return self._table(units, codes, arrays["value"], arrays["se"], arrays["n"], origin, {}, flags, first_rows)

    def _sound_pair(
        self, row: int, unit: str, code: str, known: dict[str, int], first: dict[tuple[str, str], int]
    ) -> bool:
        single = self.roles.single
        if not unit:
            self.faults.add("blank-unit", file=self.raw.file, cell=self.raw.cell(single["unit"], row))
            return False
        cell = self.raw.cell(single["indicator"], row)
        if code not in known:
            self.faults.add(
                "unknown-indicator", file=self.raw.file, cell=cell, key=unit, name=code,
                options=list(known), hint=suggest(code, known),
            )  # fmt: skip
            return False
        if (unit, code) in first:
            line = self.raw.lines[first[(unit, code)]]
            self.faults.add(
                "duplicate-unit",
                file=self.raw.file,
                cell=cell,
                name=f"{unit} {code}",
                first=line,
                what="unit and indicator",
            )
            return False
        first[(unit, code)] = row
        return True

    # Both.

    def _check_log(self, code: str, x: Floats, units: list[str], cell_of: dict[int, str]) -> None:
        """Refuse here, where the cell is known, what has no logarithm later."""
        if self.edition.indicators[code].transform != "ln":
            return
        for row in np.flatnonzero(x <= 0).tolist():
            self.faults.add(
                "log-domain", file=self.raw.file, cell=cell_of.get(row, ""), key=f"{units[row]}, {code}",
                name=code, found=f"{x[row]:g}", bound="0",
            )  # fmt: skip

    def _table(
        self, units: list[str], codes: tuple[str, ...], values: Floats, se: Floats, n: Floats, origin: Any,
        measures: dict[str, Floats], flags: dict[tuple[str, str], tuple[str, ...]], rows: list[int],
    ) -> IndicatorTable:  # fmt: skip
        computed = columns.computable(self.edition, set(measures))
        notices = []
        if self.passport is not None and self.passport.dataset.notice is not None:
            notices.append((self.passport.dataset.notice.zh, self.passport.dataset.notice.en))
        if self.roles.ignored:
            names = ", ".join(self.roles.ignored)
            notices.append((f"未使用的列：{names}", f"columns not used: {names}"))
        return IndicatorTable(
            units=tuple(units),
            indicators=codes,
            values=values,
            se=se if np.isfinite(se).any() else None,
            n=n if np.isfinite(n).any() else None,
            origin=origin,
            names=unit_columns.names(self.raw, self.roles, rows),
            levels=unit_columns.levels(self.raw, self.roles, self.passport, units, rows),
            attributes=unit_columns.attributes(self.edition, self.raw, self.roles, rows, self.faults),
            measures=measures,
            formulas={code: describe(self.edition.indicators[code].formula) for code in computed},
            formula_measures={code: measures_of(self.edition, code) for code in computed},
            flags=flags,
            period=self.period,
            notices=tuple(notices),
        )


def measures_of(edition: Edition, code: str) -> tuple[str, ...]:
    """Return the measures an indicator is computed from, empty where it is not computed."""
    formula = edition.indicators[code].formula
    return needed(formula) if formula is not None else ()
