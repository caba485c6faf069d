"""Near misses among cases: revoked ones, items outside a list or announced later, stamps that are missing.

Where a case that counts has to have another item, two cases of one quarter change items, and only those are taken whose
item or field has another case of that quarter: so no number of cases, items or fields moves, whatever the period.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from yitihua.indicators.simulation.records.draws import Draws, Ints
from yitihua.indicators.simulation.records.items import NAMES, Catalogue, Measures

YEARS = (2021, 2022)
#: How many rows of a kind are taken where more would do.
FEW = 2


def change(
    draws: Draws, cases: pd.DataFrame, items: pd.DataFrame, m: Mapping[int, Measures], made: Mapping[int, Catalogue]
) -> None:
    """Change cases, and the days on which a few items were announced, in place; no count of either year changes."""
    # A case in two rows would have to be changed twice: those are left alone.
    single = ~cases["case_id"].duplicated(keep=False).to_numpy()
    for year in YEARS:
        _one_year(draws, cases, items, m, made, year, single)
    _under_the_old_list(cases, items, m[2022], made, single)


def _one_year(
    draws: Draws, cases: pd.DataFrame, items: pd.DataFrame, both: Mapping[int, Measures],
    lists: Mapping[int, Catalogue], year: int, single: np.ndarray,
) -> None:  # fmt: skip
    m, made = both[year], lists[year]
    of_year = (cases["decided_at"].dt.year == year).to_numpy()
    outcome, body = cases["outcome"].to_numpy(), cases["body"].to_numpy()
    counted = of_year & (outcome == "penalty") & (body != "police")
    town, bureau = counted & (body == "town"), counted & (body == "comprehensive")
    season = cases["decided_at"].dt.quarter.to_numpy()
    spare_town = np.flatnonzero(single & _another(cases, "item_id", town))
    spare_bureau = np.flatnonzero(single & _another(cases, "field", bureau))
    place = pd.Series(np.arange(len(made.items)), index=made.items)
    item = place.reindex(cases["item_id"]).fillna(-1).to_numpy().astype(np.int64)
    plain = np.flatnonzero(single & counted & (body == "department"))
    plain = plain[(item[plain] >= 0) & ~made.comprehensive[item[plain]]]
    plain = plain[np.argsort(made.field[item[plain]], kind="stable")]

    # Fields that are comprehensive, or empowered, in neither year: a window of twelve months may see both.
    outside = plain[made.field[item[plain]] >= max(one.fields for one in lists.values())]
    to_bureau = _swap(cases, spare_bureau, outside, season)
    free = plain[made.field[item[plain]] >= max(one["fields_empowered"] for one in both.values())]
    free = free[~np.isin(item[free], made.empowered) & ~np.isin(free, to_bureau)]
    to_town = _swap(cases, spare_town, free, season)
    _revoke(cases, _left(spare_bureau, to_bureau)[:FEW], _unused_of_bureau(m, made)[:FEW], made)
    _revoke_in_towns(cases, _left(spare_town, to_town), item, m, made)
    _waive(cases, np.flatnonzero(of_year & (outcome == "waived") & single), m, made)
    rest = _left(plain, np.concatenate([to_bureau, to_town]))
    cases.loc[rest[:1], "item_id"] = f"L{draws.county}-{year}-0"
    turn = items["valid_to"].min() if year == 2022 else pd.Timestamp("2021-02-10")
    _announce_late(cases, items, rest[1:], made, turn)
    _stamps(cases, np.flatnonzero(single & counted))
    _other_bodies(cases, of_year & single)


def _put(cases: pd.DataFrame, rows: Ints, places: Ints, made: Catalogue) -> Ints:
    """Give cases other items; return the cases."""
    rows = rows[: len(places)]
    cases.loc[rows, "item_id"] = made.items[places[: len(rows)]]
    cases.loc[rows, "field"] = NAMES[made.field[places[: len(rows)]]]
    return rows


def _another(cases: pd.DataFrame, column: str, mask: np.ndarray) -> np.ndarray:
    """Return which of some cases have their item, or field, from an earlier row of the same quarter as well."""
    of = cases.loc[mask, [column]].assign(quarter=cases["decided_at"].dt.to_period("Q"))
    found = np.zeros(len(cases), dtype=bool)
    found[np.flatnonzero(mask)] = of.duplicated().to_numpy()
    return found


def _left(rows: Ints, taken: Ints) -> Ints:
    return rows[~np.isin(rows, taken)]


def _swap(cases: pd.DataFrame, first: Ints, second: Ints, season: Ints) -> Ints:
    """Let a few cases of one quarter change items, so that the items of all cases stay as they were; return them."""
    names = ["item_id", "field"]
    for number in (4, 3, 2, 1):
        one, other = first[season[first] == number][:FEW], second[season[second] == number][:FEW]
        count = min(len(one), len(other))
        if count:
            pair = np.concatenate([one[:count], other[:count]])
            cases.loc[pair, names] = cases.loc[np.roll(pair, count), names].to_numpy()
            return pair
    return first[:0]


def _unused_of_bureau(m: Measures, made: Catalogue) -> Ints:
    """Return comprehensive items of fields in which the bureau has no case."""
    return np.flatnonzero(made.comprehensive & (made.field >= m["fields_department_used"]))


def _unused_of_towns(m: Measures, made: Catalogue) -> Ints:
    """Return empowered items that no town has used, those of unused fields first."""
    used = made.empowered[made.field[made.empowered] < m["fields_town_used"]][: m["empowered_items_used"]]
    rest = made.empowered[~np.isin(made.empowered, used)]
    return rest[np.argsort(made.field[rest] < m["fields_town_used"], kind="stable")]


def _revoke(cases: pd.DataFrame, rows: Ints, places: Ints, made: Catalogue) -> None:
    cases.loc[_put(cases, rows, places, made), "revoked"] = True


def _revoke_in_towns(cases: pd.DataFrame, spare: Ints, item: Ints, m: Measures, made: Catalogue) -> None:
    """Let towns have revoked cases on items that they use in no other; comprehensive ones stay comprehensive."""
    unused = _unused_of_towns(m, made)
    for is_comprehensive in (True, False):
        rows = spare[made.comprehensive[item[spare]] == is_comprehensive][:FEW]
        _revoke(cases, rows, unused[made.comprehensive[unused] == is_comprehensive][:FEW], made)


def _waive(cases: pd.DataFrame, waived: Ints, m: Measures, made: Catalogue) -> None:
    """Let towns and the bureau waive penalties on items and in fields in which they have no penalty."""
    for body, places in (("town", _unused_of_towns(m, made)), ("comprehensive", _unused_of_bureau(m, made))):
        rows, waived = waived[:FEW], waived[FEW:]
        cases.loc[_put(cases, rows, places[:FEW], made), "body"] = body


def _announce_late(cases: pd.DataFrame, items: pd.DataFrame, rows: Ints, made: Catalogue, day: pd.Timestamp) -> None:
    """Let items without a case become comprehensive on a day; cases on them before then do not count there."""
    early = rows[(cases["decided_at"] < day).to_numpy()[rows]][:FEW]
    idle = made.comprehensive & ~pd.Index(made.items).isin(cases["item_id"])
    # The last of a field: the field itself stays comprehensive by its others.
    idle[np.unique(made.field, return_index=True)[1]] = False
    places = np.flatnonzero(idle)[::-1][:FEW]
    cases_changed = _put(cases, early, places, made)
    items.loc[items["item_id"].isin(made.items[places[: len(cases_changed)]]), "comprehensive_from"] = day


def _under_the_old_list(
    cases: pd.DataFrame, items: pd.DataFrame, m: Measures, made: Mapping[int, Catalogue], single: np.ndarray
) -> None:
    """Let towns decide early in 2022 by the old list, whose items are no longer theirs at the end of the year."""
    old, new = made[2021], made[2022]
    turn = items["valid_to"].min()

    def town_of(year: int) -> np.ndarray:
        by_town = (cases["body"] == "town") & (cases["outcome"] == "penalty") & ~cases["revoked"]
        found: np.ndarray = (by_town & (cases["decided_at"].dt.year == year)).to_numpy()
        return found

    town = town_of(2022)
    spare = np.flatnonzero(single & _another(cases, "item_id", town) & (cases["decided_at"] < turn))
    place = pd.Series(np.arange(len(new.items)), index=new.items)
    item = place.reindex(cases["item_id"].iloc[spare]).fillna(-1).to_numpy().astype(np.int64)
    spare, item = spare[item >= 0], item[item >= 0]
    # Fields in which towns have a case by the new list as well, and items that towns used late in 2021: while the old
    # list is in force those are used anyway.
    listed = old.empowered[old.field[old.empowered] < m["fields_town_used"]]
    late = town_of(2021) & (cases["decided_at"].dt.quarter == 4).to_numpy()
    listed = listed[pd.Index(old.items[listed]).isin(cases.loc[late, "item_id"])]
    for is_comprehensive in (True, False):
        rows = spare[new.comprehensive[item] == is_comprehensive][-FEW:]
        _put(cases, rows, listed[old.comprehensive[listed] == is_comprehensive][:FEW], old)


def _stamps(cases: pd.DataFrame, counted: Ints) -> None:
    """Let simple cases lack one stamp or the other, an ordinary one its opening; others have stamps nobody asks for."""
    procedure, evidence = cases["procedure"].to_numpy()[counted], cases["evidence_at"].isna().to_numpy()[counted]
    decided = cases["decided_at"]
    lacking = counted[(procedure == "simple") & evidence]
    begun, ended, unopened = lacking[::3], lacking[1::3], lacking[2::3]
    cases.loc[begun, "evidence_at"] = decided[begun]
    cases.loc[ended, "delivered_at"] = decided[ended] + np.timedelta64(20, "m")
    cases.loc[unopened, "procedure"] = "ordinary"
    stamped = counted[(procedure == "simple") & ~evidence][:FEW]
    cases.loc[stamped, "filed_at"] = cases.loc[stamped, "evidence_at"] - np.timedelta64(10, "D")
    slow = counted[(procedure == "ordinary") & cases["delivered_at"].notna().to_numpy()[counted]][:FEW]
    cases.loc[slow, "evidence_at"] = cases.loc[slow, "filed_at"]


def _other_bodies(cases: pd.DataFrame, of_year: np.ndarray) -> None:
    """Let the police be lenient, cases be dropped that meet the list, and cases be waived that do not meet it."""
    outcome, body = cases["outcome"].to_numpy(), cases["body"].to_numpy()
    police = np.flatnonzero(of_year & (body == "police"))
    cases.loc[police[::2], "lenient"] = True
    dropped = np.flatnonzero(of_year & (outcome == "dropped"))
    cases.loc[dropped[::3], "lenient"] = True
    # Two of those dropped were waived in truth: one by the police.
    cases.loc[dropped[1:3], "outcome"] = "waived"
    cases.loc[dropped[1:2], "body"] = "police"
    cases.loc[dropped[1:2], "lenient"] = True
