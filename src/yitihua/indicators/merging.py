"""One table from a project's two files: what offices submitted, and what surveys estimated."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from yitihua.definitions.edition import Edition
from yitihua.definitions.passport import find_passport, read_passport
from yitihua.definitions.project import ESTIMATES
from yitihua.errors import FaultList, listing, suggest
from yitihua.indicators import cells, parquet
from yitihua.indicators.columns import ALIASES
from yitihua.indicators.covariance import Covariance
from yitihua.indicators.datasets import find_dataset
from yitihua.indicators.origins import Columns
from yitihua.indicators.reading import read_table
from yitihua.indicators.registry import read_registry
from yitihua.indicators.sources import Sources
from yitihua.indicators.table import Floats, IndicatorTable

Mask = npt.NDArray[np.bool_]


def read_sources(edition: Edition, sources: Sources, period: str | int | None = None) -> IndicatorTable:
    """Read a project's data, with the survey estimates merged in by unit.

    Raises
    ------
    InputError
        If the survey names a unit that did not report, or an indicator that both files give.
    """
    table = read_table(edition, sources.data, period)
    if sources.survey == ESTIMATES and (other := _of_another_period(edition, table.period)):
        table = replace(table, notices=(*table.notices, (
            f"由答卷估计的值属{other}年，未用于{table.period}年",
            f"the estimates from the answers are of {other} and were not used for {table.period}",
        )))  # fmt: skip
    elif sources.survey is not None:
        extra = read_table(edition, sources.survey, period if _has_periods(sources.survey, edition.project) else None)
        expected = read_registry(sources.units, project=edition.project).units
        if sources.survey == ESTIMATES:
            table = _giving_way(table, extra)
        table = merge(table, extra, sources.survey, expected)
    if sources.simulated:
        assert table.origin is not None  # set when the table was made
        origin = np.where(table.origin == "", "", "simulated").astype(object)
        table = replace(table, simulated=True, origin=origin)
    return table


def _of_another_period(edition: Edition, period: str | None) -> str:
    """Return the period of the project's own survey estimates where it is not the one scored, else ""."""
    path = find_passport(ESTIMATES, edition.project)
    if path is None:
        return ""
    passport, _ = read_passport(path, FaultList(), edition.project)  # what is wrong with it is said when it is read
    own = None if passport is None or passport.covariance is None else passport.covariance.period
    return own if own is not None and period is not None and own != period else ""


def _giving_way(table: IndicatorTable, extra: IndicatorTable) -> IndicatorTable:
    """Return the table without estimates that `yitihua survey estimate` has made anew from the answers."""
    anew = np.isfinite(extra.select(table.indicators)).any(axis=0)
    gone: Mask = np.asarray(anew & np.isfinite(table.values).any(axis=0))
    if not gone.any():
        return table

    def without(array: Floats | None) -> Floats | None:
        return None if array is None else np.where(gone, np.nan, array)

    codes = {code for code, is_gone in zip(table.indicators, gone.tolist(), strict=True) if is_gone}
    errors = table.covariance
    names = listing(code for code in table.indicators if code in codes)
    lost = listing(unit for unit in table.units if unit not in set(extra.units))
    without_zh = f"；以下单位没有答卷估计值，按缺失处理：{lost}" if lost else ""
    without_en = f"; these units have no estimate from the answers and count as missing: {lost}" if lost else ""
    return replace(
        table,
        values=np.where(gone, np.nan, table.values),
        se=without(table.se),
        n=without(table.n),
        origin=np.where(gone, "", np.asarray(table.origin, dtype=object)).astype(object),
        covariance=None if errors is None else errors.select([c for c in errors.indicators if c not in codes]),
        flags={key: flag for key, flag in table.flags.items() if key[1] not in codes},
        notices=(
            *table.notices,
            (f"改用由答卷重新估计的值：{names}{without_zh}", f"estimated anew from the answers: {names}{without_en}"),
        ),
    )


def _has_periods(survey: str, project: Path | None) -> bool:
    """Return whether the second file states periods; if not, it is taken for the one that is scored."""
    path, faults = Path(survey), FaultList()  # what is wrong with the file is said when it is read
    dataset = find_dataset(survey, project)
    if dataset is not None:
        return any(column.role == "period" or column.period for column in dataset.passport.columns.values())
    raw = parquet.read_parquet(path, survey, faults) if parquet.is_parquet(path) else None
    raw = cells.read_csv(path, survey, faults) if path.suffix.lower() == ".csv" else raw
    return raw is not None and any(name.casefold() in ALIASES["period"] for name in raw.columns)


def merge(table: IndicatorTable, extra: IndicatorTable, file: str, expected: Container[str] = ()) -> IndicatorTable:
    """Return a table with the values, standard errors and respondents of another added by unit.

    Parameters
    ----------
    table, extra : IndicatorTable
        Of the same edition.
    file : str
        Name of the second for messages.
    expected : container of str
        Units that may be in the second alone: they were surveyed and have not reported.
    """
    faults = FaultList()
    place = {unit: i for i, unit in enumerate(table.units)}
    silent = [unit for unit in extra.units if unit not in place and unit in expected]
    for unit in extra.units:
        if unit not in place and unit not in expected:
            options = list(table.units)
            faults.add(
                "survey-unknown-unit", file=file, key=unit, name=unit, options=options, hint=suggest(unit, options)
            )
    rows = [(place[unit], i) for i, unit in enumerate(extra.units) if unit in place]
    into, source = [list(side) for side in zip(*rows, strict=True)] if rows else ([], [])
    added = np.full(table.values.shape, np.nan)
    added[into] = extra.select(table.indicators)[source]
    both = np.isfinite(added) & np.isfinite(table.values)
    for j in np.flatnonzero(both.any(axis=0)).tolist():
        faults.add("survey-both", file=file, key=table.indicators[j], name=table.indicators[j])
    faults.raise_if_any()
    fresh = np.isfinite(added)
    values = np.where(fresh, added, table.values)
    assert table.origin is not None and extra.origin is not None  # set when the tables were made
    origins = np.full(table.values.shape, "", dtype=object)
    origins[into] = extra.origin[source]
    return replace(
        table,
        values=values,
        se=_beside(table, table.se, extra.se, into, source),
        n=_beside(table, table.n, extra.n, into, source),
        covariance=_covariances(table, extra),
        origin=np.where(fresh, origins, table.origin).astype(object),
        flags={**table.flags, **{key: flag for key, flag in extra.flags.items() if key[0] in place}},
        lineage=(*table.lineage, *extra.lineage),
        background=replace(table.background, places=_places(table, extra, fresh, dict(zip(into, source, strict=True)))),
        simulated=table.simulated or extra.simulated,
        notices=(*_without_empty(table), *_without_empty(extra), *_silent(silent), *_empty(table, values)),
    )


def _places(table: IndicatorTable, extra: IndicatorTable, fresh: Mask, row_of: dict[int, int]) -> Columns:
    """Return where the values stand; those of the second file come first where it gave them."""
    found = dict(table.background.places)
    for code, columns in extra.background.places.items():
        if code in table.indicators and fresh[:, table.indicators.index(code)].any():
            given = fresh[:, table.indicators.index(code)]
            rows = [row_of[row] if given[row] else -1 for row in range(len(table.units))]
            found[code] = (*(column.take(rows) for column in columns), *found.get(code, ()))
    return found


def _beside(
    table: IndicatorTable, own: Floats | None, other: Floats | None, into: list[int], source: list[int]
) -> Floats | None:
    if other is None:
        return own
    out = np.full(table.values.shape, np.nan) if own is None else own.copy()
    out[into] = np.where(np.isfinite(other[source]), other[source], out[into])
    return out


def _covariances(table: IndicatorTable, extra: IndicatorTable) -> Covariance | None:
    """Return the errors of both files' estimates; files of different surveys are independent."""
    found = [None if part.covariance is None else part.covariance.of(table.units) for part in (table, extra)]
    if found[0] is None or found[1] is None:
        return found[0] or found[1]
    return found[0].beside(found[1])


_EMPTY = ("没有任何数据的指标：", "indicators without any data: ")


def _without_empty(table: IndicatorTable) -> list[tuple[str, str]]:
    # Each file alone lacks the other's indicators; only what is empty in both is worth a word.
    return [notice for notice in table.notices if not notice[0].startswith(_EMPTY[0])]


def empties_told_again(table: IndicatorTable, values: Floats) -> tuple[tuple[str, str], ...]:
    """Return a table's notices, with the indicators that have no data told of other values."""
    return (*_without_empty(table), *_empty(table, values))


def _silent(units: list[str]) -> list[tuple[str, str]]:
    if not units:
        return []
    names = listing(units)
    return [
        (
            f"有调查数据但没有原始量（未报送或未汇总）、不计分的单位：{names}",
            f"surveyed but without measures (not reported, or left out), hence not scored: {names}",
        )
    ]


def _empty(table: IndicatorTable, values: Floats) -> list[tuple[str, str]]:
    names = listing(code for j, code in enumerate(table.indicators) if np.isnan(values[:, j]).all())
    return [(f"{_EMPTY[0]}{names}", f"{_EMPTY[1]}{names}")] if names else []
