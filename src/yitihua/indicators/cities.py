"""City boards: measures are summed over counties, then indicators are computed; scores are never averaged.

How a measure becomes a city's is said by its key `sums`:

sum
    The counties' values added up (the default).
same
    One number for all, such as a provincial catalogue; missing where counties differ.
max, mean
    The largest, or the plain mean.
no
    It cannot be had from the counties: distinct items in several counties overlap, and their sum
    would count them twice. The indicators that need it are missing, with a remark.

A formula with a denominator, or one that compares with the period before, is computed over the
counties that hold all of its measures, if they are at least `complete` of the city's counties; a
plain count needs all of them. What a city's own offices did is in no county's measures.

Survey estimates: the mean of the counties' estimates weighted by population (in its absence by
respondents), for firms too; standard errors are combined as of independent samples. A value given
without measures and without a survey cannot be summed and is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.definitions.framework_models import Formula
from yitihua.errors import refuse
from yitihua.indicators.arrays import Floats, Remark
from yitihua.indicators.background import Background
from yitihua.indicators.covariance import Covariance
from yitihua.indicators.derive import derive, needed
from yitihua.indicators.places import known_places, places_of
from yitihua.indicators.stacking import stacked
from yitihua.indicators.table import IndicatorTable

LEVEL = "city"
#: Share of a city's counties that must hold what an indicator needs.
COMPLETE = 2 / 3

NOT_SUMMABLE: Remark = ("县级数为去重计数，不能相加", "a count of distinct things: counties' values cannot be summed")
GIVEN: Remark = ("直接填报的值不能合计", "given as a value, which cannot be summed")
MONTHS_DIFFER: Remark = ("各县覆盖月数不同", "counties cover different months")
COUNTIES_DIFFER: Remark = ("各县所用全省统一数不一致", "counties differ in a number that is one for all")


@dataclass(frozen=True)
class City:
    """A city: code, and names in Chinese and English."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, eq=False)
class _Groups:
    """Which rows belong to which city, and how many counties each has, with and without a row.

    `of` is -1 for rows of none.
    """

    cities: tuple[City, ...]
    of: Any
    whole: Floats

    def sizes(self, rows: Any) -> Floats:
        """Return how many of some rows every city has."""
        return np.bincount(self.of[rows & (self.of >= 0)], minlength=len(self.cities)).astype(float)

    def merge(self, x: Floats, how: str, rows: Any, whole: bool = False) -> Floats:
        """Return one value a city from the values of some rows; NaN where a value is missing or there is none.

        A sum of the whole city needs a row of every county.
        """
        found = np.full(len(self.cities), np.nan)
        for i in range(len(self.cities)):
            own = x[rows & (self.of == i)]
            if own.size == 0 or how == "no":
                continue
            if how in ("sum", "mean") and whole and own.size < self.whole[i]:
                continue
            if how == "same":
                found[i] = own[0] if (own == own[0]).all() else np.nan
            else:
                found[i] = {"sum": own.sum, "max": own.max, "mean": own.mean}[how]()
        return found


def cities_of(table: IndicatorTable) -> dict[str, City]:
    """Return the city of every county of Zhejiang in a table.

    Examples
    --------
    >>> import yitihua as yt
    >>> cities_of(yt.evaluate("zhejiang-2022").table)["330421"]
    City(code='330400', zh='嘉兴市', en='Jiaxing')
    """
    return {unit: City(p.city, p.city_zh, p.city_en) for unit, p in places_of(table).items()}


def _all_cities() -> dict[str, City]:
    """Return the city of every county of Zhejiang, whether a table holds it or not."""
    return {unit: City(p.city, p.city_zh, p.city_en) for unit, p in known_places().items()}


def sum_to_cities(
    table: IndicatorTable,
    edition: Edition,
    city_of: Mapping[str, City] | None = None,
    *,
    complete: float = COMPLETE,
    weights: Mapping[str, float] | None = None,
) -> IndicatorTable:
    """Return a table of cities from one of counties.

    Parameters
    ----------
    table : IndicatorTable
        Counties with their measures.
    edition : Edition
        Says how measures are summed and which indicators are survey estimates.
    city_of : dict, optional
        Unit -> City, for all counties of a city: one that is not in the table counts as missing.
        Default: what `zhejiang-counties` says.
    complete : float
        Share of a city's counties that must hold what an indicator needs.
    weights : dict, optional
        Unit -> weight of its survey estimates. Default: the measure ``population``, else the
        census population of `zhejiang-counties`, else respondents.

    Returns
    -------
    IndicatorTable
        One row a city, of the level "city".

    Raises
    ------
    InputError
        If no unit has a known city, or the table holds no measures.

    Examples
    --------
    >>> import pandas as pd, yitihua as yt
    >>> edition = yt.load_edition("zhejiang-2022")
    >>> frame = pd.DataFrame({"unit": ["330402", "330421"], "towns": [8, 9], "towns_empowered": [8, 3]})
    >>> cities = sum_to_cities(yt.read_table(edition, frame), edition, complete=0)
    >>> cities.units, float(cities.select(["A07"])[0, 0]) == 11 / 17 * 100
    (('330400',), True)
    """
    groups = _grouped(table, _all_cities() if city_of is None else city_of)
    if not table.measures:
        raise refuse("no-measures")
    everyone = groups.of >= 0
    shape = (len(groups.cities), len(table.indicators))
    values, se, n = (np.full(shape, np.nan) for _ in range(3))
    flags: dict[tuple[str, str], tuple[Remark, ...]] = {}
    weight, weighted_by = _weights(table, weights)
    for j, code in enumerate(table.indicators):
        formula, entry = table.background.formulas.get(code), edition.indicators.get(code)
        if formula is not None:
            values[:, j], remarks = _summed(table, edition, formula, groups, complete)
        elif entry is not None and entry.survey is not None:
            values[:, j], se[:, j], n[:, j], remarks = _averaged(table, j, groups, weight, complete)
        else:
            remarks = dict.fromkeys(_with_any(table.values[:, j], groups), GIVEN)
        flags |= {(groups.cities[i].code, code): (remark,) for i, remark in remarks.items()}
    origin = np.where(np.isfinite(values), "simulated" if table.simulated else "summed", "").astype(object)
    merged = {code: groups.merge(x, _rule(edition, code), everyone, whole=True) for code, x in table.measures.items()}
    covariance = _covariance(table, groups, weight, values)
    if covariance is not None:
        columns = [table.indicators.index(code) for code in covariance.indicators]
        se[:, columns] = np.where(np.isfinite(values[:, columns]), covariance.se, np.nan)
    return replace(
        table,
        units=tuple(city.code for city in groups.cities),
        covariance=covariance,
        values=values,
        se=se if np.isfinite(se).any() else None,
        n=n if np.isfinite(n).any() else None,
        origin=origin,
        names={"zh": tuple(city.zh for city in groups.cities), "en": tuple(city.en for city in groups.cities)},
        levels=(LEVEL,) * len(groups.cities),
        attributes={name: _attribute(column, groups, everyone) for name, column in table.attributes.items()},
        measures=merged,
        flags=flags,
        background=replace(_background(table, edition, groups, everyone), made=_made(groups, weighted_by)),
    )


def with_cities(table: IndicatorTable, edition: Edition, city_of: Mapping[str, City] | None = None) -> IndicatorTable:
    """Return the table with rows of its cities added; a city that has a row of its own keeps it."""
    cities = sum_to_cities(table, edition, city_of)
    fresh = [row for row, unit in enumerate(cities.units) if unit not in set(table.units)]
    return stacked(table, cities.take(fresh))


def _grouped(table: IndicatorTable, city_of: Mapping[str, City]) -> _Groups:
    known = [None if table.levels[row] == LEVEL else city_of.get(unit) for row, unit in enumerate(table.units)]
    cities = tuple(dict.fromkeys(city for city in known if city is not None))
    if not cities:
        raise refuse("no-cities", found=list(table.units))
    place = {city: i for i, city in enumerate(cities)}
    # A county that sent no row at all is missing as much as one whose cells are empty.
    absent = [place[city] for unit, city in city_of.items() if unit not in set(table.units) and city in place]
    of = np.array([-1 if city is None else place[city] for city in known])
    whole = np.bincount([*of[of >= 0], *absent], minlength=len(cities)).astype(float)
    return _Groups(cities, of, whole)


def _rule(edition: Edition, code: str) -> str:
    return edition.measures[code].sums if code in edition.measures else "sum"


def _with_any(x: Floats, groups: _Groups) -> list[int]:
    found: list[int] = np.flatnonzero(groups.sizes(np.isfinite(x)) > 0).tolist()
    return found


def _summed(
    table: IndicatorTable, edition: Edition, formula: Formula, groups: _Groups, complete: float
) -> tuple[Floats, dict[int, Remark]]:
    """Compute one indicator of every city from summed measures."""
    behind, names = table.background, needed(formula)
    changes = formula.kind == "yoy_change"
    now = {name: table.measures[name] for name in names}
    before = {name: behind.before.get(name, np.full(len(table.units), np.nan)) for name in names} if changes else {}
    known = np.all([np.isfinite(x) for x in (*now.values(), *before.values())], axis=0)
    count, whole = groups.sizes(known), groups.whole
    nothing = np.full(len(groups.cities), np.nan)
    rules = {name: _rule(edition, name) for name in names}
    if "no" in rules.values():
        return nothing, dict.fromkeys(np.flatnonzero(count > 0).tolist(), NOT_SUMMABLE)
    months, months_before = _months(behind, groups, known)
    derived = derive(
        formula,
        {name: groups.merge(x, rules[name], known) for name, x in now.items()},
        {name: groups.merge(x, rules[name], known) for name, x in before.items()} if changes else None,
        months,
        months_before,
    )
    share = complete if formula.denominator is not None or changes else 1.0
    enough = count >= share * whole - 1e-9
    values = np.where(enough, derived.values, np.nan)
    remarks = {i: remark for i, remark in derived.remarks.items() if enough[i] and count[i]}
    for i in np.flatnonzero((count < whole) & (count > 0)).tolist():
        remarks[i] = _counties(int(count[i]), int(whole[i]), bool(enough[i]))
    if formula.annualise:
        remarks |= dict.fromkeys(np.flatnonzero(np.isnan(months) & (count > 0)).tolist(), MONTHS_DIFFER)
    differ = np.isnan([groups.merge(now[name], "same", known) for name in names if rules[name] == "same"])
    if differ.size:
        remarks |= dict.fromkeys(np.flatnonzero(differ.any(axis=0) & (count > 0)).tolist(), COUNTIES_DIFFER)
    return values, remarks


def _counties(count: int, whole: int, enough: bool) -> Remark:
    zh, en = f"{whole}个县中{count}个有数", f"{count} of {whole} counties"
    return (zh, en) if enough else (f"{zh}，不足以合计", f"{en}, too few to sum")


def _months(behind: Background, groups: _Groups, rows: Any) -> tuple[Floats, Floats]:
    """Return the months covered by every city, NaN where its counties differ."""
    found = []
    for months in (behind.months, behind.months_before):
        full = np.full(len(groups.of), 12.0) if months is None else months
        found.append(groups.merge(full, "same", rows))
    return found[0], found[1]


def _weights(table: IndicatorTable, stated: Mapping[str, float] | None) -> tuple[Floats | None, Remark]:
    """Return the weights of survey estimates and what they are; None is respondents."""
    if stated is not None:
        return np.array([stated.get(unit, np.nan) for unit in table.units], dtype=float), (
            "给定的权数",
            "stated weights",
        )
    if "population" in table.measures:
        return table.measures["population"], ("常住人口", "population")
    places = places_of(table)
    if places:
        census = np.array([places[unit].population if unit in places else np.nan for unit in table.units])
        return census, ("第七次人口普查常住人口", "census population of 2020")
    return None, ("样本量", "respondents")


def _made(groups: _Groups, weighted_by: Remark) -> dict[str, tuple[Remark, Remark]]:
    """Return for every city, in words, how its measures and how its survey estimates were made."""
    found = {}
    for city, whole in zip(groups.cities, groups.whole.astype(int).tolist(), strict=True):
        summed = (
            f"下属{whole}个县（市、区）的原始量合计后重新计算，得分不作平均",
            f"computed anew from the measures of its {whole} counties; scores are not averaged",
        )
        averaged = (
            f"下属{whole}个县（市、区）的估计值按{weighted_by[0]}加权平均，标准误按各县独立合成",
            f"mean of the estimates of its {whole} counties weighted by {weighted_by[1]}, counties independent",
        )
        found[city.code] = summed, averaged
    return found


def _averaged(
    table: IndicatorTable, j: int, groups: _Groups, weight: Floats | None, complete: float
) -> tuple[Floats, Floats, Floats, dict[int, Remark]]:
    """Average the estimates of one indicator by weight; the errors of counties are independent."""
    x = table.values[:, j]
    blank = np.full(len(table.units), np.nan)
    se, n = (blank if array is None else array[:, j] for array in (table.se, table.n))
    w = n if weight is None else np.where(np.isfinite(weight), weight, np.nan)
    known = np.isfinite(x) & np.isfinite(w)
    total = groups.merge(np.nan_to_num(w), "sum", known)
    count, whole = groups.sizes(known), groups.whole
    enough = (count >= complete * whole - 1e-9) & (count > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = groups.merge(w * x, "sum", known) / total
        error = np.sqrt(groups.merge((w * se) ** 2, "sum", known)) / total
    remarks = {
        i: _counties(int(count[i]), int(whole[i]), bool(enough[i]))
        for i in np.flatnonzero((count < whole) & (count > 0)).tolist()
    }
    kept = [np.where(enough, y, np.nan) for y in (mean, error, groups.merge(n, "sum", known))]
    return kept[0], kept[1], kept[2], remarks


def _covariance(table: IndicatorTable, groups: _Groups, weight: Floats | None, values: Floats) -> Covariance | None:
    """Return the covariance of the cities' estimates, whose counties share what is estimated in common."""
    own = table.covariance
    if own is None:
        return None
    columns = [table.indicators.index(code) for code in own.indicators]
    x, n = table.values[:, columns], None if table.n is None else table.n[:, columns]
    w = n if weight is None else np.broadcast_to(weight[:, None], x.shape)
    assert w is not None  # without weights there are respondents
    w = np.where(np.isfinite(x) & np.isfinite(w), w, 0.0)
    member = groups.of[None, :] == np.arange(len(groups.cities))[:, None]
    parts = member[:, :, None] * w
    total = parts.sum(axis=1, keepdims=True)
    share = np.divide(parts, total, out=np.zeros_like(parts), where=total > 0)
    share *= np.isfinite(values[:, columns])[:, None, :]
    return own.weighted([city.code for city in groups.cities], share)


def _attribute(column: Any, groups: _Groups, rows: Any) -> Any:
    """Sum a denominator; a group of counties says nothing of their city."""
    if column.dtype == object:
        return np.full(len(groups.cities), "", dtype=object)
    return groups.merge(column, "sum", rows, whole=True)


def _background(table: IndicatorTable, edition: Edition, groups: _Groups, rows: Any) -> Background:
    behind = table.background
    months, months_before = _months(behind, groups, rows)
    return replace(
        behind,
        before={code: groups.merge(x, _rule(edition, code), rows, whole=True) for code, x in behind.before.items()},
        months=None if behind.months is None else months,
        months_before=None if behind.months_before is None else months_before,
        places={},  # a sum stands in no cell; the counties' rows say where theirs do
        places_before={},
        submissions=(),
    )
