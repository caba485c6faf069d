"""The catalogue of a county and what of it is comprehensive, joint or empowered: one edition of it a year.

A catalogue is announced anew once a year: the rows of 2021 end on the day on which those of 2022 begin. So any two
years' counts can be had, whatever rose or fell between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from yitihua.indicators.simulation.records.draws import Draws, Ints, Words, ids, no_day, none

FIELDS = 40
#: The first fields hold most items, as streets and markets do.
HEAVY, HEAVY_SHARE = 12, 0.75
NAMES = np.array([f"领域{i + 1:02d}" for i in range(FIELDS)], dtype=object)
Measures = Mapping[str, int]


@dataclass(frozen=True)
class Catalogue:
    """One year's penalty items of a county.

    Attributes
    ----------
    items : ndarray of str
        Codes.
    field : ndarray of int
        Field of each; comprehensive ones lie in the first `fields`.
    comprehensive : ndarray of bool
    fields : int
        Fields with a comprehensive item.
    empowered : ndarray of int
        Places of the items that towns have; the first of every field first.
    """

    items: Words
    field: Ints
    comprehensive: np.ndarray
    fields: int
    empowered: Ints

    def comprehensive_in(self, fields: int) -> Ints:
        """Return the places of comprehensive items in the first fields, one of every field first."""
        return _one_of_each_first(np.flatnonzero(self.comprehensive & (self.field < fields)), self.field)


def _one_of_each_first(places: Ints, field: Ints) -> Ints:
    _, first = np.unique(field[places], return_index=True)
    rest = np.ones(len(places), dtype=bool)
    rest[first] = False
    return np.concatenate([places[first], places[rest]])


def catalogue(draws: Draws, year: int, m: Measures) -> Catalogue:
    """Return a year's penalty items: so many, so many comprehensive, so many fields."""
    count, many = m["penalty_items_catalogue"], m["penalty_items_comprehensive"]
    fields, empowered_fields = m["fields_comprehensive"], m["fields_empowered"]
    comprehensive = np.arange(count) < many
    field = np.empty(count, dtype=np.int64)
    field[:many] = np.concatenate([np.arange(fields), _fields(draws, many - fields, fields)])
    field[many:] = np.concatenate([np.arange(FIELDS), _fields(draws, count - many - FIELDS, FIELDS)])
    items = ids(f"P{draws.county}-{year}-", count)
    usable = np.flatnonzero(field < empowered_fields)
    # Comprehensive items come first, so that towns use what the bureau might.
    order = _one_of_each_first(usable, field)
    wanted = m["empowered_items"]
    if wanted > len(order):
        raise ValueError(f"{draws.county}: {wanted} items in {empowered_fields} fields, {len(order)} there")
    return Catalogue(items, field, comprehensive, fields, order[:wanted])


def _fields(draws: Draws, count: int, of: int) -> Ints:
    heavy = min(HEAVY, of)
    weight = np.where(np.arange(of) < heavy, HEAVY_SHARE / heavy, (1 - HEAVY_SHARE) / max(of - heavy, 1))
    return draws.rng.choice(of, count, p=weight / weight.sum())


def item_rows(
    draws: Draws, made: Mapping[int, Catalogue], m: Mapping[int, Measures], turn: np.datetime64
) -> pd.DataFrame:
    """Return the catalogues of both years, with sub-items and other lists that count nowhere.

    Parameters
    ----------
    draws : Draws
    made, m : mapping
        Year -> its penalty items; year -> measures.
    turn : datetime64
        The day on which the catalogue of 2022 took the place of that of 2021.
    """
    parts = []
    for year, found in made.items():
        now = m[year]
        count = len(found.items)
        announced = np.datetime64("2020-06-01") if year == 2021 else np.datetime64("2022-01-01")
        high = np.zeros(count, dtype=bool)
        high[: now["highfreq_items_comprehensive"]] = True
        high[count - (now["highfreq_items"] - now["highfreq_items_comprehensive"]) :] = True
        penalty = _list(year, "penalty", found.items, NAMES[found.field], high_frequency=high,
                        comprehensive_from=np.where(found.comprehensive, announced, np.datetime64("NaT")))  # fmt: skip
        sub = _list(
            year, "penalty", ids(f"U{draws.county}-{year}-", 30), NAMES[draws.rng.integers(0, FIELDS, 30)], main=False
        )
        supervision, forms = now["supervision_items"], now["supervision_items_with_forms"]
        complete = np.arange(supervision) < forms + (supervision - forms) // 2
        watched = _list(year, "supervision", supervised(draws.county, year, supervision), none(supervision),
                        form_complete=complete)  # fmt: skip
        checks, joint = now["firm_check_items"], now["joint_list_items"]
        on_joint = np.where(np.arange(checks + 20) < joint, announced, np.datetime64("NaT"))
        firm = _list(year, "firm_check", ids(f"F{draws.county}-{year}-", checks + 20), none(checks + 20),
                     on_site=np.arange(checks + 20) < checks, joint_from=on_joint)  # fmt: skip
        other = _list(year, "other", ids(f"L{draws.county}-{year}-", 25), none(25))
        parts += [penalty, sub, watched, firm, other]
    rows = pd.concat(parts, ignore_index=True)
    is_old = rows.pop("year") == 2021
    rows.insert(0, "county", draws.county)
    rows["valid_from"] = np.where(is_old, np.datetime64("2019-01-01"), turn)
    rows["valid_to"] = np.where(is_old, turn, np.datetime64("NaT"))
    return rows


def supervised(county: str, year: int, count: int) -> Words:
    """Return the codes of a year's supervision items; those with a form in use come first."""
    return ids(f"S{county}-{year}-", count)


def _list(year: int, name: str, items: Words, field: Words, **columns: object) -> pd.DataFrame:
    count = len(items)
    plain = {
        "main": np.ones(count, dtype=bool), "high_frequency": np.zeros(count, dtype=bool),
        "on_site": np.zeros(count, dtype=bool), "form_complete": np.zeros(count, dtype=bool),
        "comprehensive_from": no_day(count), "joint_from": no_day(count),
    }  # fmt: skip
    return pd.DataFrame({"year": year, "item_id": items, "list": name, "field": field} | plain | columns)


def empowered_rows(
    draws: Draws, made: Mapping[int, Catalogue], m: Mapping[int, Measures], towns: Words, turn: np.datetime64
) -> pd.DataFrame:
    """Return which towns have which items: so many pairs, towns and items, by each year's list."""
    parts = []
    for year, found in made.items():
        many, pairs, items = m[year]["towns_empowered"], m[year]["empowered_items_town_sum"], len(found.empowered)
        if many == 0:
            continue
        # Round r gives item i to town (i + r) mod T: all pairs are different, and the first round covers every item.
        place = np.arange(pairs)
        item, town = place % items, (place % items + place // items) % many
        is_old = year == 2021
        parts.append(pd.DataFrame({
            "county": draws.county, "town": towns[town], "item_id": found.items[found.empowered[item]],
            "empowered_from": np.full(pairs, np.datetime64("2020-09-01") if is_old else turn),
            "empowered_to": np.full(pairs, turn if is_old else np.datetime64("NaT", "D")),
        }))  # fmt: skip
    if not parts:
        columns = ["county", "town", "item_id", "empowered_from", "empowered_to"]
        return pd.DataFrame({name: pd.Series(dtype="datetime64[s]" if "_" in name and name != "item_id" else object)
                             for name in columns})  # fmt: skip
    return pd.concat(parts, ignore_index=True)
