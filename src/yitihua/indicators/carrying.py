"""A table of an earlier period in the units of a later day: renamed, merged, and shared out where units were split.

Sums add up with shares, so that totals stay. What one number for all must agree in agrees or is missing; means are
weighted by the size of the parts; counts of distinct things cannot be shared out or added, and are missing. A unit
that only took another name or code keeps every bit of its row. Whatever was shared out says so beside the value.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.indicators.background import Background
from yitihua.indicators.cities import COUNTIES_DIFFER, GIVEN, NOT_SUMMABLE
from yitihua.indicators.covariance import Covariance, matrix_root
from yitihua.indicators.derive import needed
from yitihua.indicators.origins import Columns, taken
from yitihua.indicators.table import Floats, IndicatorTable, Remark
from yitihua.indicators.unit_changes import Part, UnitChanges

NO_SIZES: Remark = (
    "变动表未给出各部分规模，无法加权平均",
    "the change table states no sizes, so no weighted mean can be made",
)
NOT_SHARED: Remark = ("最大值不能按比例分摊", "a maximum cannot be shared out")
LACKING: Remark = ("缺少原单位的数据", "a unit it was made of has no data")


@dataclass(frozen=True, eq=False)
class _Way:
    """How the rows of a table become rows of later units.

    Attributes
    ----------
    units : tuple of str
        Later units, those that lead on from the table's first.
    parts : tuple of tuple of Part
        What every one is made of.
    rows : dict
        Earlier unit -> its row in the table; one that is not there has no data.
    """

    units: tuple[str, ...]
    parts: tuple[tuple[Part, ...], ...]
    rows: Mapping[str, int]

    def plain(self, i: int) -> bool:
        """Return whether a later unit is one whole earlier one, whatever it was called."""
        return len(self.parts[i]) == 1 and self.parts[i][0].share == 1

    def source(self, i: int) -> int:
        """Return the row that names and levels come from: the largest part's."""
        known = [part for part in self.parts[i] if part.unit in self.rows]
        return self.rows[max(known, key=lambda part: (part.size or 0.0, part.share)).unit]

    def values(self, x: Any, i: int) -> Any:
        """Return a column's values of the parts; NaN for a part without a row."""
        return np.array([x[self.rows[part.unit]] if part.unit in self.rows else np.nan for part in self.parts[i]])

    def shares(self, i: int) -> Floats:
        return np.array([float(part.share) for part in self.parts[i]])

    def weights(self, i: int) -> Floats | None:
        """Return the weights of the parts in a mean, None where sizes are not known; one part needs none."""
        if len(self.parts[i]) == 1:
            return np.ones(1)
        sizes = [part.size for part in self.parts[i]]
        if any(size is None for size in sizes):
            return None
        found = np.array(sizes, dtype=float)
        return np.asarray(found / found.sum())


def existed(changes: UnitChanges, code: str, after: dt.date, until: dt.date) -> bool:
    """Return whether a code stood for a unit on a day, as far as later changes tell: one that is made later did not.

    Examples
    --------
    >>> from yitihua.indicators.unit_changes import read_unit_changes
    >>> changes = read_unit_changes("zhejiang-unit-changes")
    >>> days = dt.date(2020, 12, 31), dt.date(2021, 12, 31)
    >>> existed(changes, "330114", *days), existed(changes, "330102", *days)
    (False, True)
    """
    rows = changes.between(after, until)
    made = min((row.date for row in rows if row.new == code), default=None)
    left = min((row.date for row in rows if row.old == code), default=None)
    return made is None or (left is not None and left <= made)


def carried(
    table: IndicatorTable, edition: Edition, changes: UnitChanges, after: dt.date, until: dt.date,
    names: Mapping[str, tuple[str, str]] | None = None,
) -> IndicatorTable:  # fmt: skip
    """Return a table of one day in the units of a later one.

    Parameters
    ----------
    table : IndicatorTable
    edition : Edition
        Says how measures add up.
    changes : UnitChanges
    after, until : datetime.date
        The day of the table, and the later one.
    names : dict, optional
        Code -> Chinese and English name of the later units; default: what the table of changes says.

    Examples
    --------
    >>> import pandas as pd, yitihua as yt
    >>> from yitihua.indicators.unit_changes import read_unit_changes
    >>> edition = yt.load_edition("zhejiang-2022")
    >>> frame = pd.DataFrame({"unit": ["330103", "330105"], "towns": [8, 10], "towns_empowered": [2, 7]})
    >>> found = carried(yt.read_table(edition, frame), edition, read_unit_changes("zhejiang-unit-changes"),
    ...                 dt.date(2020, 12, 31), dt.date(2021, 12, 31))
    >>> found.units, found.measures["towns"].tolist(), float(found.select(["A07"])[0, 0])
    (('330105',), [18.0], 50.0)
    """
    way = _way(table, changes, after, until)
    if all(way.plain(i) and unit == way.parts[i][0].unit for i, unit in enumerate(way.units)):
        return table
    base = table.take([way.source(i) for i in range(len(way.units))])
    mixed = [i for i in range(len(way.units)) if not way.plain(i)]
    remarks: dict[int, dict[str, Remark]] = {i: {} for i in mixed}
    measures = {code: _measure(way, x, _rule(edition, code), code, remarks) for code, x in table.measures.items()}
    before = {code: _measure(way, x, _rule(edition, code), code, None) for code, x in table.background.before.items()}
    behind = _background(table.background, way, mixed, before)
    made = _values(table, base, behind, edition, way, measures, remarks)
    values, se, n, covariance = made
    origin = np.array(base.origin, dtype=object, copy=True)
    for i in mixed:
        origin[i] = np.where(np.isfinite(values[i]), "simulated" if table.simulated else "carried", "")
    return replace(
        base,
        units=way.units,
        names=_names(table, base, way, changes, names),
        values=values, se=se, n=n, covariance=covariance, origin=origin,
        measures=measures,
        attributes={name: _attribute(way, column) for name, column in table.attributes.items()},
        flags=_flags(table, way, values, remarks),
        background=behind,
        lineage=(*table.lineage, *(line for line in changes.lineage if line not in table.lineage)),
        notices=(*table.notices, _notice(table, way, until)),
        history=(),
    )  # fmt: skip


def _way(table: IndicatorTable, changes: UnitChanges, after: dt.date, until: dt.date) -> _Way:
    rows = {unit: row for row, unit in enumerate(table.units)}
    olds = dict.fromkeys(row.old for row in changes.between(after, until))
    starts = [*table.units, *(old for old in olds if old not in rows and existed(changes, old, after, until))]
    parts = changes.parts(starts, after, until)
    kept = {unit: own for unit, own in parts.items() if any(part.unit in rows for part in own)}
    order = sorted(kept, key=lambda unit: (min(rows.get(p.unit, len(rows)) for p in kept[unit]), unit))
    return _Way(tuple(order), tuple(kept[unit] for unit in order), rows)


def _rule(edition: Edition, code: str) -> str:
    return edition.measures[code].sums if code in edition.measures else "sum"


def _measure(way: _Way, x: Floats, rule: str, code: str, remarks: dict[int, dict[str, Remark]] | None) -> Floats:
    """Return a measure of the later units; why one is missing goes to `remarks`."""
    found = np.full(len(way.units), np.nan)
    for i in range(len(way.units)):
        own = way.values(x, i)
        if way.plain(i):
            found[i] = own[0]
            continue
        value, why = _merged(way, i, own, rule)
        found[i] = value
        if why is not None and remarks is not None and np.isnan(value):
            remarks[i][code] = why
    return found


def _merged(way: _Way, i: int, own: Floats, rule: str) -> tuple[float, Remark | None]:
    if rule == "no":
        return np.nan, NOT_SUMMABLE
    if np.isnan(own).any():
        return np.nan, LACKING
    if rule == "sum":
        return float(way.shares(i) @ own), None
    if rule == "same":
        return (float(own[0]), None) if (own == own[0]).all() else (np.nan, COUNTIES_DIFFER)
    if rule == "max":
        whole = bool((way.shares(i) == 1).all())
        return (float(own.max()), None) if whole else (np.nan, NOT_SHARED)
    weights = way.weights(i)
    return (np.nan, NO_SIZES) if weights is None else (float(weights @ own), None)


def _background(behind: Background, way: _Way, mixed: Sequence[int], before: dict[str, Floats]) -> Background:
    """Return what stands behind the values; what was merged or shared out stands in no cell."""
    inside = set(mixed)
    rows = [-1 if i in inside else way.source(i) for i in range(len(way.units))]

    def months(x: Floats | None) -> Floats | None:
        return None if x is None else _measure(way, x, "same", "", None)

    def places(columns: Columns) -> Columns:
        return taken(columns, rows)

    return replace(
        behind,
        before=before,
        months=months(behind.months),
        months_before=months(behind.months_before),
        places=places(behind.places),
        places_before=places(behind.places_before),
        submissions=tuple("" if row < 0 else behind.submissions[row] for row in rows) if behind.submissions else (),
    )


def _values(
    table: IndicatorTable, base: IndicatorTable, behind: Background, edition: Edition, way: _Way,
    measures: dict[str, Floats], remarks: dict[int, dict[str, Remark]],
) -> tuple[Floats, Floats | None, Floats | None, Covariance | None]:  # fmt: skip
    """Return values, standard errors, respondents and covariance; plain units keep theirs to the bit."""
    values = base.values.copy()
    se, n = (None if x is None else x.copy() for x in (base.se, base.n))
    weights = np.zeros((len(way.units), len(table.units)))
    for j, code in enumerate(table.indicators):
        formula, entry = behind.formulas.get(code), edition.indicators.get(code)
        derived = None if formula is None else behind.compute(formula, measures)
        for i in remarks:
            for array in (se, n):
                if array is not None:
                    array[i, j] = np.nan
            if derived is not None and formula is not None:
                values[i, j] = derived.values[i]
                own = [remarks[i][name] for name in needed(formula) if name in remarks[i]]
                if own or i in derived.remarks:
                    remarks[i][code] = own[0] if own else derived.remarks[i]
            elif entry is not None and entry.survey is not None:
                _estimate(table, way, i, j, values, se, n, remarks[i])
            else:
                values[i, j] = np.nan
                if np.isfinite(way.values(table.values[:, j], i)).any():
                    remarks[i][code] = GIVEN
    for i in range(len(way.units)):
        mean = way.weights(i)
        for part, weight in zip(way.parts[i], mean if mean is not None else (), strict=False):
            if part.unit in way.rows:
                weights[i, way.rows[part.unit]] = weight
    covariance = _covariance(table.covariance, way, weights, values, table.indicators)
    if covariance is not None and se is not None:
        columns = [table.indicators.index(code) for code in covariance.indicators]
        for i in remarks:
            se[i, columns] = np.where(np.isfinite(values[i, columns]), covariance.se[i], np.nan)
    return values, se, n, covariance


def _estimate(
    table: IndicatorTable, way: _Way, i: int, j: int, values: Floats, se: Floats | None, n: Floats | None,
    remarks: dict[str, Remark],
) -> None:  # fmt: skip
    """Average the estimates of the parts by size; a unit that is a part of one takes the estimate of the whole."""
    own, weights = way.values(table.values[:, j], i), way.weights(i)
    values[i, j] = np.nan
    if weights is None:
        remarks[table.indicators[j]] = NO_SIZES
    elif np.isnan(own).any():
        remarks[table.indicators[j]] = LACKING
    else:
        values[i, j] = weights @ own
        if se is not None and table.se is not None:
            se[i, j] = np.sqrt(((weights * way.values(table.se[:, j], i)) ** 2).sum())
        if n is not None and table.n is not None:
            n[i, j] = way.shares(i) @ way.values(table.n[:, j], i)


def _covariance(
    own: Covariance | None, way: _Way, weights: Floats, values: Floats, indicators: Sequence[str]
) -> Covariance | None:
    """Return the covariance of the later units' estimates; parts of one unit share its error in full."""
    if own is None:
        return None
    split = [row for row in range(weights.shape[1]) if (weights[:, row] > 0).sum() > 1]
    blocks, shared = own.blocks.copy(), own.shared
    if split:
        k = len(own.indicators)
        factors = np.zeros((len(split), k, len(own.units), k))
        for at, row in enumerate(split):
            factors[at, :, row, :] = matrix_root(own.blocks[row])
            blocks[row] = 0.0
        shared = np.concatenate([shared, factors.reshape(-1, len(own.units), k)])
    columns = [list(indicators).index(code) for code in own.indicators]
    known = np.isfinite(values[:, columns])
    return replace(own, blocks=blocks, shared=shared).weighted(way.units, weights[:, :, None] * known[:, None, :])


def _names(
    table: IndicatorTable, base: IndicatorTable, way: _Way, changes: UnitChanges,
    names: Mapping[str, tuple[str, str]] | None,
) -> dict[str, tuple[str, ...]]:  # fmt: skip
    """Return the names of the later units: as given, as the table of changes says, else as they were."""
    stated, given = changes.names(), names or {}
    found = {}
    for lang in dict.fromkeys([*table.names, "zh"]):
        which = 0 if lang == "zh" else 1
        old = base.names.get(lang) or base.units
        found[lang] = tuple(
            old[i]
            if unit == way.parts[i][0].unit and way.plain(i)
            else given[unit][which]
            if unit in given
            else stated.get(unit, old[i])
            if which == 0
            else unit
            for i, unit in enumerate(way.units)
        )
    return found


def _attribute(way: _Way, column: Any) -> Any:
    """Return a group, where all parts agree in it, or a denominator, which adds up."""
    if column.dtype != object:
        return _measure(way, column, "sum", "", None)
    found = []
    for parts in way.parts:
        words = {column[way.rows[part.unit]] if part.unit in way.rows else "" for part in parts}
        found.append(words.pop() if len(words) == 1 else "")
    return np.array(found, dtype=object)


def _flags(
    table: IndicatorTable, way: _Way, values: Floats, remarks: dict[int, dict[str, Remark]]
) -> dict[tuple[str, str], tuple[Remark, ...]]:
    found: dict[tuple[str, str], tuple[Remark, ...]] = {}
    later = {way.parts[i][0].unit: unit for i, unit in enumerate(way.units) if way.plain(i)}
    for (unit, code), words in table.flags.items():
        if unit in later:
            found[later[unit], code] = words
    for i, own in remarks.items():
        how = _how(table, way, i)
        for j, code in enumerate(table.indicators):
            words = (own[code],) if code in own else ()
            if np.isfinite(values[i, j]):
                words = (*words, how)
            if words:
                found[way.units[i], code] = words
    return found


def _how(table: IndicatorTable, way: _Way, i: int) -> Remark:
    """Say of what a later unit is made, and that it was shared out where it was."""
    shared = any(part.share != 1 for part in way.parts[i])
    zh, en = [], []
    for part in way.parts[i]:
        row = way.rows.get(part.unit)
        names = [part.unit] * 2 if row is None else [table.name_of(row, lang) for lang in ("zh", "en")]
        amount = "" if part.share == 1 else f"×{float(part.share):.4g}"
        zh.append(f"原{names[0]}{amount}")
        en.append(f"former {names[1]}{amount}")
    if shared:
        return "按比例分摊：" + "＋".join(zh), "apportioned: " + " + ".join(en)
    return "合并：" + "＋".join(zh), "merged: " + " + ".join(en)


def is_carried(remark: Remark) -> bool:
    """Return whether a remark says that a value was merged or apportioned.

    Examples
    --------
    >>> is_carried(("按比例分摊：原余杭区×0.51", "apportioned: former Yuhang×0.51"))
    True
    """
    return remark[1].startswith(("apportioned: ", "merged: "))


def _notice(table: IndicatorTable, way: _Way, until: dt.date) -> Remark:
    mixed = [i for i in range(len(way.units)) if not way.plain(i)]
    shared = sum(any(part.share != 1 for part in way.parts[i]) for i in mixed)
    renamed = sum(way.plain(i) and way.parts[i][0].unit != unit for i, unit in enumerate(way.units))
    return (
        f"数据按{until}的区划表示：改名或换代码{renamed}个，合并{len(mixed) - shared}个，按比例分摊{shared}个",
        f"told in the units of {until}: {renamed} renamed, {len(mixed) - shared} merged, {shared} apportioned",
    )
