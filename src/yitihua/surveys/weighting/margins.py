"""Population margins: a long table of totals or shares, read and checked, then matched with a sample.

The table has a row a variable and level, and a county where margins are known by county: columns ``variable``,
``level``, ``total`` or ``share``, optional ``county`` ("" or missing for the whole population), ``survey``,
``source`` and ``date``. A variable may be a crossing: ``age_sex`` with levels such as ``2-1``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.errors import Fault, FaultList, suggest
from yitihua.indicators import cells as table_cells
from yitihua.indicators.cells import RawTable
from yitihua.indicators.parquet import is_parquet, read_parquet
from yitihua.surveys.estimation.design import Floats
from yitihua.surveys.weighting.coded import CodedMargin, CodedMargins, differing_totals
from yitihua.surveys.weighting.labels import label

if TYPE_CHECKING:
    import pandas as pd

_NEEDED = ("variable", "level")
_NO_CODES = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Margins:
    """Margins of one population, not yet matched with a sample.

    Attributes
    ----------
    margins : tuple of CodedMargin
        Without codes. Totals, or parts of 1 for the names in `shares`.
    shares : frozenset of str
        Variables given as shares.
    origin : dict
        Variable -> source and date, as given.
    notes : tuple of Fault
        Rescalings.
    file : str
    """

    margins: tuple[CodedMargin, ...]
    shares: frozenset[str] = frozenset()
    origin: Mapping[str, str] | None = None
    notes: tuple[Fault, ...] = ()
    file: str = ""

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the margins, in the order of the table."""
        return tuple(margin.name for margin in self.margins)

    def only(self, variables: Sequence[str] | None = None, counties: Sequence[str] | None = None) -> Margins:
        """Return some margins in the given order, or those of some counties.

        Parameters
        ----------
        variables : sequence of str, optional
        counties : sequence of str, optional
            For margins by county; others stay whole.
        """
        kept = {margin.name: margin for margin in self.margins}
        faults = FaultList()
        for name in variables or ():
            if name not in kept:
                faults.add("margin-none", file=self.file, key=name, options=list(kept), hint=suggest(name, kept))
        faults.raise_if_any()
        chosen = [kept[name] for name in (self.variables if variables is None else variables)]
        if counties is not None:
            wanted = [str(county) for county in counties]
            chosen = [_of_counties(margin, wanted) for margin in chosen]
        return replace(self, margins=tuple(chosen))


def _of_counties(margin: CodedMargin, counties: Sequence[str]) -> CodedMargin:
    if margin.groups == ("",):
        return margin
    rows = [g for g, name in enumerate(margin.groups) if name in set(counties)]
    return replace(margin, totals=margin.totals[rows], groups=tuple(margin.groups[g] for g in rows))


def read_margins(
    source: pd.DataFrame | str | Path | Any,
    *,
    survey: str | None = None,
    rescale: bool = False,
    tolerance: float = 1e-6,
    name: str = "",
) -> Margins:
    """Read and check a table of margins.

    Parameters
    ----------
    source : DataFrame, str or Path
        A pandas or polars frame, a CSV or a Parquet file.
    survey : str, optional
        Takes rows whose column ``survey`` says so.
    rescale : bool
        Where margins of one population have different totals, multiply the later ones up to the first one's, by
        county, and note by how much; shares likewise to 1. Without it they are refused.
    tolerance : float
        Relative difference that passes for rounding; within it margins are set to the first one's total.
    name : str
        What messages call a table from Python.

    Raises
    ------
    InputError
        Missing columns, numbers that are missing, negative or no numbers, a level given twice, totals
        and shares mixed, shares that do not sum to 1, totals of one population that differ, counties
        without a margin that others have.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"variable": ["sex", "sex"], "level": ["F", "M"], "total": [51.0, 49.0]})
    >>> margins = read_margins(table)
    >>> margins.variables, margins.margins[0].totals
    (('sex',), array([[51., 49.]]))
    """
    faults = FaultList()
    table = _open(source, name, faults)
    if table is None:
        faults.raise_if_any()
        raise AssertionError("a table that cannot be opened is a fault")
    rows = _rows(table, survey, faults)
    faults.raise_if_any()
    margins = [_margin(table, variable, at, rows, faults) for variable, at in rows.by_variable.items()]
    faults.raise_if_any()
    shares = frozenset(margin.name for margin in margins if rows.is_share[rows.by_variable[margin.name][0]])
    notes = FaultList()
    margins = [
        _shares_to_one(m, rescale, tolerance, table.file, faults, notes) if m.name in shares else m for m in margins
    ]
    margins = _same_totals(margins, shares, rescale, tolerance, table.file, faults, notes)
    faults.raise_if_any()
    origin = {variable: rows.origin[at[0]] for variable, at in rows.by_variable.items()}
    return Margins(tuple(margins), shares, origin, tuple(notes), table.file)


def _open(source: Any, name: str, faults: FaultList) -> RawTable | None:
    import pandas as pd

    if isinstance(source, (str, Path)):
        path = Path(source)
        read = read_parquet if is_parquet(path) else table_cells.read_csv
        return read(path, path.name, faults)
    frame = (
        source if isinstance(source, pd.DataFrame) else pd.DataFrame({c: np.asarray(source[c]) for c in source.columns})
    )
    return replace(table_cells.from_frame(frame.reset_index(drop=True)), file=name or "margins")


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows of the table that count, as columns."""

    by_variable: dict[str, list[int]]
    county: list[str]
    level: list[str]
    value: Floats
    is_share: npt.NDArray[np.bool_]
    origin: list[str]


def _text(table: RawTable, column: str) -> list[str]:
    if column not in table.columns:
        return [""] * len(table)
    values = table.columns[column]
    missing = table_cells.MISSING
    return ["" if value is None or value != value or str(value) in missing else label(value) for value in values]


def _rows(table: RawTable, survey: str | None, faults: FaultList) -> _Rows:
    present = list(table.columns)
    for column in _NEEDED:
        if column not in present:
            faults.add(
                "margin-column", file=table.file, line=1, found=column, options=present, hint=suggest(column, present)
            )
    given = [column for column in ("total", "share") if column in present]
    if not given:
        faults.add(
            "margin-column", file=table.file, line=1, found="total", options=present, hint=suggest("total", present)
        )
    county, variable, level = (_text(table, column) for column in ("county", "variable", "level"))
    surveys = _text(table, "survey")
    if survey is not None and survey not in surveys:
        options = sorted(set(surveys))
        faults.add(
            "margin-survey", file=table.file, key="survey", found=survey, options=options, hint=suggest(survey, options)
        )
    if survey is None and len(set(surveys)) > 1:
        faults.add("margin-surveys", file=table.file, key="survey", options=sorted(set(surveys)))
    faults.raise_if_any()
    numbers = {column: table_cells.numbers(table, column, faults) for column in given}
    nothing = np.full(len(table), np.nan)
    total, share = numbers.get("total", nothing), numbers.get("share", nothing)
    by_variable: dict[str, list[int]] = {}
    for row in range(len(table)):
        if survey is not None and surveys[row] != survey:
            continue
        line, where = table.lines[row], f"{variable[row]} = {level[row]}" + (f" ({county[row]})" if county[row] else "")
        if not variable[row] or not level[row]:
            faults.add("margin-blank", file=table.file, line=line, key="level" if variable[row] else "variable")
        elif np.isnan(total[row]) == np.isnan(share[row]):
            code = "margin-two-numbers" if np.isfinite(total[row]) else "margin-no-number"
            faults.add(code, file=table.file, line=line, key=where)
        elif min(x for x in (total[row], share[row]) if not np.isnan(x)) < 0:
            found = total[row] if not np.isnan(total[row]) else share[row]
            faults.add("margin-negative", file=table.file, line=line, key=where, found=f"{found:g}")
        else:
            by_variable.setdefault(variable[row], []).append(row)
    if not by_variable and not faults:
        faults.add("empty-table", file=table.file)
    origin = [" ".join(filter(None, pair)) for pair in zip(_text(table, "source"), _text(table, "date"), strict=True)]
    value = np.where(np.isnan(total), share, total)
    return _Rows(by_variable, county, level, value, np.isnan(total), origin)


def _margin(table: RawTable, variable: str, at: list[int], rows: _Rows, faults: FaultList) -> CodedMargin:
    """Return one margin, its levels in the order of the table."""
    groups = sorted({rows.county[row] for row in at})
    if "" in groups and len(groups) > 1:
        row = next(row for row in at if rows.county[row] == "")
        faults.add("margin-county-mixed", file=table.file, line=table.lines[row], key=variable)
    if len({bool(rows.is_share[row]) for row in at}) > 1:
        faults.add("margin-mixed", file=table.file, key=variable)
    levels = list(dict.fromkeys(rows.level[row] for row in at))
    place, block = {level: i for i, level in enumerate(levels)}, {group: i for i, group in enumerate(groups)}
    totals = np.zeros((len(groups), len(levels)))
    first: dict[tuple[int, int], int] = {}
    for row in at:
        cell = block[rows.county[row]], place[rows.level[row]]
        if cell in first:
            where = f"{variable} = {rows.level[row]}" + (f" ({rows.county[row]})" if rows.county[row] else "")
            faults.add("margin-double", file=table.file, line=table.lines[row], key=where, first=first[cell])
        first[cell] = table.lines[row]
        totals[cell] = rows.value[row]
    return CodedMargin(variable, tuple(levels), totals, _NO_CODES, tuple(groups))


def _where(margin: CodedMargin, group: int | np.integer[Any]) -> str:
    return margin.name + (f" ({margin.groups[group]})" if margin.groups[group] else "")


def _shares_to_one(
    margin: CodedMargin, rescale: bool, tolerance: float, file: str, faults: FaultList, notes: FaultList
) -> CodedMargin:
    sums = margin.totals.sum(axis=1)
    for group in np.flatnonzero(np.abs(sums - 1) > tolerance):
        details: dict[str, Any] = {"found": f"{sums[group]:.9g}"}
        if rescale and sums[group] > 0:
            notes.add("margin-note-shares", file=file, key=_where(margin, group), **details)
        else:
            faults.add("margin-share-sum", file=file, key=_where(margin, group), **details)
    return replace(margin, totals=margin.totals / np.where(sums > 0, sums, 1.0)[:, None])


def _same_totals(
    margins: list[CodedMargin],
    shares: frozenset[str],
    rescale: bool,
    tolerance: float,
    file: str,
    faults: FaultList,
    notes: FaultList,
) -> list[CodedMargin]:
    """Return margins of one total, or add the faults of those that differ."""
    plain = [margin for margin in margins if margin.name not in shares]
    by_county = [margin for margin in margins if margin.groups != ("",)]
    for margin in by_county[1:]:
        for county in sorted(set(margin.groups) ^ set(by_county[0].groups)):
            lacking, having = (margin, by_county[0]) if county not in margin.groups else (by_county[0], margin)
            faults.add("margin-county-missing", file=file, key=lacking.name, county=county, other=having.name)
    if faults or len(plain) < 2:
        return margins
    differ = differing_totals(CodedMargins(tuple(plain), file=file), tolerance)
    if differ and not rescale:
        faults.extend(differ)
        return margins
    first = plain[0]
    out = []
    for margin in margins:
        if margin.name in shares or margin is first:
            out.append(margin)
            continue
        goal, own = first.totals.sum(axis=1), margin.totals.sum(axis=1)
        if len(goal) != len(own):
            # A margin of the whole beside margins by county: all are multiplied alike.
            goal, own = goal.sum(keepdims=True), own.sum(keepdims=True)
        ratio = goal / np.where(own > 0, own, 1.0)
        far = np.abs(ratio - 1)
        if far.max() > tolerance:
            group = int(np.argmax(far))
            where = _where(margin, group) if len(ratio) == len(margin.groups) else margin.name
            details: dict[str, Any] = {
                "first": first.name,
                "ratio": f"{ratio[group]:.6g}",
                "n": int((far > tolerance).sum()),
            }
            notes.add("margin-note-rescaled", file=file, key=where, **details)
        out.append(replace(margin, totals=margin.totals * (ratio[:, None] if far.max() > 1e-15 else 1.0)))
    return out
