"""Read data into an IndicatorTable: a CSV or Parquet file, a dataset with a passport, or a DataFrame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.definitions.passport import Passport, dataset_names, says_simulated, sha256_of
from yitihua.errors import FaultList, listing, refuse, suggest
from yitihua.indicators import cells, columns, parquet, unit_columns
from yitihua.indicators.background import Background, same_months, words_of
from yitihua.indicators.blocks import Block, read_block
from yitihua.indicators.cells import RawTable
from yitihua.indicators.columns import Roles
from yitihua.indicators.datasets import Dataset, find_dataset
from yitihua.indicators.derive import describe, needed
from yitihua.indicators.origins import Columns, columns_of
from yitihua.indicators.sources import Sources
from yitihua.indicators.table import Floats, IndicatorTable, Lineage, Remark
from yitihua.indicators.value_checks import check_logarithms, check_parts, check_percents

if TYPE_CHECKING:
    import pandas as pd

    from yitihua.indicators.covariance import Covariance

    Data = str | Path | pd.DataFrame | Dataset | IndicatorTable | Sources | None


def read_table(edition: Edition, data: Data = None, period: str | int | None = None) -> IndicatorTable:
    """Read the values of an edition's indicators.

    Parameters
    ----------
    edition : Edition
        Says which columns are indicators, measures, groups and denominators.
    data : str, Path, DataFrame, Dataset, IndicatorTable, optional
        A CSV or Parquet file, the name of a dataset, or a table in memory. Default: the edition's dataset.
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
        if period is not None and str(period) != data.period:
            raise refuse("unknown-period", key="period", name=period, options=[data.period or "-"])
        return data
    if isinstance(data, Sources):
        from yitihua.indicators.merging import read_sources  # which reads each part by this function

        return read_sources(edition, data, period)
    data = found_data(edition, data)
    table = read_one(edition, data, period)
    from yitihua.indicators.periods import before_followed, with_other_periods  # which read them by `read_one`

    return with_other_periods([before_followed(table, edition, data)], edition, data)[0]


def read_one(edition: Edition, data: Data, period: str | int | None) -> IndicatorTable:
    """Read one period of one file, dataset or frame."""
    faults = FaultList()
    wanted = str(period) if period is not None else None
    raw, passport, lineage = _open(edition, data, faults)
    faults.raise_if_any()
    assert raw is not None
    simulated = passport.dataset.simulated if passport is not None else _beside_says_simulated(data)
    reader = _Reader(edition, raw, passport, faults, _dated_period(edition, passport, wanted), simulated)
    reader.shown = lineage[0].name if lineage else ""
    table = reader.read()
    faults.raise_if_any()
    return replace(table, lineage=lineage, simulated=simulated, covariance=_covariance(data, table))


def periods_of(edition: Edition, data: Data = None) -> tuple[str, ...]:
    """Return the periods that data hold, in rising order; none where no column says.

    Parameters
    ----------
    edition : Edition
    data
        As in `read_table`; of a project's data and survey, the periods of its data.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> periods_of(load_edition("hdi")), periods_of(load_edition("asem"))
    (('2021', '2022'), ())
    """
    if isinstance(data, IndicatorTable):
        return tuple(sorted(table.period for table in (data, *data.history) if table.period))
    if isinstance(data, Sources):
        return periods_of(edition, data.data)
    data = found_data(edition, data)
    faults = FaultList()
    raw, passport, _ = _open(edition, data, faults)
    faults.raise_if_any()
    assert raw is not None
    return _Reader(edition, raw, passport, FaultList(), None, False).periods()


def found_data(edition: Edition, data: Data) -> Data:
    """Return the dataset that a name, or nothing, stands for; anything else as it is."""
    if data is None:
        data = edition.spec.dataset
        if data is None:
            raise refuse("no-data", file=f"index/{edition.name}.toml", key="dataset")
    if isinstance(data, str) and (dataset := find_dataset(data, edition.project)) is not None:
        return dataset
    return data


def _covariance(data: Data, table: IndicatorTable) -> Covariance | None:
    """Return the covariance that comes with a dataset, of the indicators that the table has."""
    found = data.covariance(table.units, table.period) if isinstance(data, Dataset) else None
    if found is None:
        return None
    return found.select([code for code in found.indicators if code in table.indicators])


def _beside_says_simulated(data: Data) -> bool:
    return isinstance(data, (str, Path)) and says_simulated(Path(data))


def _dated_period(edition: Edition, passport: Passport | None, wanted: str | None) -> str | None:
    """Return the period to use: the one asked for, or the edition's if the columns know it."""
    if wanted is not None or passport is None:
        return wanted
    known = {column.period for column in passport.columns.values() if column.period}
    return edition.spec.period if edition.spec.period in known else None


def _open(
    edition: Edition, data: Data, faults: FaultList
) -> tuple[RawTable | None, Passport | None, tuple[Lineage, ...]]:
    if isinstance(data, Dataset):
        return _of_dataset(data, edition)
    if not isinstance(data, (str, Path)):
        assert data is not None and not isinstance(data, (IndicatorTable, Sources))  # read_table has dealt with those
        return cells.from_frame(data), None, ()
    path = Path(data)
    if not path.suffix:
        options = dataset_names(edition.project)
        raise refuse("unknown-dataset", name=str(data), options=options, hint=suggest(str(data), options))
    if parquet.is_parquet(path):
        raw = parquet.read_parquet(path, str(data), faults)
    elif path.suffix.lower() == ".csv":
        raw = cells.read_csv(path, str(data), faults)
    else:
        raise refuse("unknown-suffix", file=str(data), found=path.suffix)
    lineage = (Lineage(path.name, sha256_of(path)),) if raw is not None else ()
    return raw, None, lineage


def _of_dataset(dataset: Dataset, edition: Edition) -> tuple[RawTable | None, Passport | None, tuple[Lineage, ...]]:
    if dataset.passport.file.layout == "reference":
        options = dataset_names(edition.project)
        raise refuse(
            "not-scored",
            file=f"data/{dataset.name}/passport.toml",
            key="file.layout",
            name=dataset.name,
            options=options,
        )
    return dataset.raw, dataset.passport, dataset.lineage


@dataclass(slots=True)
class _Reader:
    """Reads one table step by step; faults are collected throughout."""

    edition: Edition
    raw: RawTable
    passport: Passport | None
    faults: FaultList
    period: str | None
    simulated: bool
    roles: Roles = field(default_factory=Roles)
    earlier: RawTable | None = None
    earlier_period: str | None = None
    shown: str = ""
    #: Indicators whose part exceeds its whole, with the number of units, where that is not refused.
    above: list[str] = field(default_factory=list)

    def read(self) -> IndicatorTable:
        if self.passport is not None:
            self.roles = columns.from_passport(self.passport, self.edition, self.raw, self.period, self.faults)
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
        block = read_block(self.raw, self.roles, self.edition, self.faults)
        self._check_codes(block)
        return self._table(block)

    def periods(self) -> tuple[str, ...]:
        """Return the periods of the columns, or those that a column of periods states."""
        if known := self._column_periods():
            return tuple(known)
        if self.passport is not None:
            self.roles = columns.from_passport(self.passport, self.edition, self.raw, None, self.faults)
        else:
            self.roles = columns.from_header(self.edition, self.raw, self.faults)
        column = self.roles.single.get("period")
        stated = self.raw.text(column) if column is not None else []
        return tuple(sorted({cells.plain(value) for value in stated if value}))

    def _column_periods(self) -> list[str]:
        columns_ = self.passport.columns.values() if self.passport is not None else ()
        return sorted({column.period for column in columns_ if column.period and column.role == "value"})

    def _check_column_periods(self) -> None:
        known = self._column_periods()
        if known and self.period is None:
            raise refuse("no-period", file=self.raw.file, options=known)
        if known and self.period not in known:
            raise refuse("unknown-period", file=self.raw.file, name=self.period, options=known)

    def _pick_period(self) -> None:
        column = self.roles.single.get("period")
        if column is None:
            if self.period is not None and not self._column_periods():
                raise refuse("no-period-column", file=self.raw.file, key="period", name=self.period)
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
            self.earlier_period = before

    def _check_codes(self, block: Block) -> None:
        """Refuse a table without any known code, values given twice, and what has no logarithm."""
        given = [code for code in self.edition.indicators if code in block.numbers]
        computable = columns.computable(self.edition, set(block.numbers))
        if not given and not computable:
            options = [*self.edition.indicators, *self.edition.measures]
            found = list(self.raw.columns)
            self.faults.add("no-indicator-column", file=self.raw.file, line=1, found=found, options=options)
        for code in given:
            if code in computable:
                cell = block.columns.get(code, "")
                self.faults.add("both-given", file=self.raw.file, line=1, cell=cell, key=code, name=code)

    def _origin(self, default: str) -> str:
        if self.simulated:
            return "simulated"
        return self.passport.dataset.origin if self.passport is not None and default == "reported" else default

    def _table(self, block: Block) -> IndicatorTable:
        units, codes = block.units, tuple(self.edition.indicators)
        values, se, n = (np.full((len(units), len(codes)), np.nan) for _ in range(3))
        for j, code in enumerate(codes):
            for array, source in ((values, block.numbers), (se, block.se), (n, block.n)):
                if code in source:
                    array[:, j] = source[code]
        origin = np.where(np.isfinite(values), self._origin("reported"), "").astype(object)
        row_of, column_of = ({name: k for k, name in enumerate(names)} for names in (units, codes))
        for (unit, code), text in block.origins.items():
            if code in column_of:
                origin[row_of[unit], column_of[code]] = text
        measures = {code: block.numbers[code] for code in self.edition.measures if code in block.numbers}
        self.above += check_parts(self.edition, block, self.raw.file, self.faults)
        computed = [c for c in columns.computable(self.edition, set(measures)) if c not in block.numbers]
        flags = dict(block.remarks)
        background = self._background(block, computed, measures)
        self._derive(background, block, computed, values, origin, flags)
        check_logarithms(self.edition, block, values, self.raw.file, self.faults)
        check_percents(self.edition, block, self.raw.file, self.faults)
        return IndicatorTable(
            units=tuple(units),
            indicators=codes,
            values=values,
            se=se if np.isfinite(se).any() else None,
            n=n if np.isfinite(n).any() else None,
            origin=origin,
            names=unit_columns.names(self.raw, self.roles, block.rows),
            levels=unit_columns.levels(self.raw, self.roles, self.passport, units, block.rows),
            attributes=unit_columns.attributes(self.edition, self.raw, self.roles, block.rows, self.faults),
            measures=measures,
            formulas={code: describe(self.edition.indicators[code].formula) for code in computed},
            formula_measures={code: measures_of(self.edition, code) for code in computed},
            flags=flags,
            period=self.period,
            notices=tuple(self._notices(units, values)),
            background=background,
        )

    def _background(self, block: Block, computed: list[str], measures: dict[str, Floats]) -> Background:
        """Return what stands behind the values: words, formulas, and the period before."""
        before: dict[str, Floats] = {}
        places_before: Columns = {}
        months_before = None
        if self.earlier is not None:
            earlier = read_block(self.earlier, self.roles, self.edition, self.faults)
            self.above += check_parts(self.edition, earlier, self.earlier.file, self.faults)
            before = {code: x for code, x in earlier.aligned(block.units).items() if code in self.edition.measures}
            months_before = same_months(earlier.aligned_months(block.units))
            places_before = columns_of(earlier.places, block.units, self.shown) if self.shown else {}
        formulas = {code: self.edition.indicators[code].formula for code in computed}
        return replace(
            words_of(self.edition, list(measures)),
            formulas={code: formula for code, formula in formulas.items() if formula is not None},
            before=before,
            before_period=self.earlier_period,
            months=same_months(block.months),
            months_before=months_before,
            places=columns_of(block.places, block.units, self.shown) if self.shown else {},
            places_before=places_before,
            submissions=self._submissions(block),
        )

    def _submissions(self, block: Block) -> tuple[str, ...]:
        """Return which submission every unit's row was collected from, where the table says so."""
        column = self.roles.single.get("submission")
        if column is None:
            return ()
        files = self.raw.text(column)
        return tuple(files[row] for row in block.rows)

    def _derive(
        self, background: Background, block: Block, computed: list[str], values: Floats, origin: Any,
        flags: dict[Any, tuple[Remark, ...]],
    ) -> None:  # fmt: skip
        """Compute what has a formula and its measures; fills `values`, `origin` and `flags` in place."""
        codes = list(self.edition.indicators)
        for code in computed:
            derived = background.compute(background.formulas[code], block.numbers)
            assert derived is not None  # its measures are there: that is what makes it computable
            j = codes.index(code)
            values[:, j] = derived.values
            origin[np.isfinite(derived.values), j] = self._origin("computed")
            for row, remark in derived.remarks.items():
                flags[(block.units[row], code)] = (*flags.get((block.units[row], code), ()), remark)

    def _notices(self, units: list[str], values: Floats) -> Iterator[tuple[str, str]]:
        """Say what a reader of the result should know of the data; nothing is left out in silence."""
        if self.passport is not None and self.passport.dataset.notice is not None:
            yield self.passport.dataset.notice.zh, self.passport.dataset.notice.en
        if self.raw.encoding == "gb18030":
            yield "数据按GB18030编码读取", "the data was read as GB18030, not UTF-8: look whether the names are right"
        if self.roles.ignored:
            names = listing(self.roles.ignored)
            yield f"未使用的列：{names}", f"columns not used: {names}"
        empty = [code for j, code in enumerate(self.edition.indicators) if np.isnan(values[:, j]).all()]
        if empty:
            names = listing(empty)
            yield f"没有任何数据的指标：{names}", f"indicators without any data: {names}"
        if self.above:
            names = listing(dict.fromkeys(self.above))
            yield f"部分大于总数的指标（单位数）：{names}", f"a part exceeds its whole in (units): {names}"
        reference = self.edition.spec.reference_unit
        if reference is not None and reference not in units:
            yield f"数据中没有基准单位{reference}", f"the reference unit {reference} is not in the data"


def measures_of(edition: Edition, code: str) -> tuple[str, ...]:
    """Return the measures an indicator is computed from, empty where it is not computed."""
    formula = edition.indicators[code].formula
    return needed(formula) if formula is not None else ()
