"""Near misses among cases: revoked ones, items outside a list or announced later, stamps that are missing.

Where a case that counts has to have another item, two cases change items, so that no number of items or fields moves.
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
        _one_year(draws, cases, items, m[year], made[year], year, single)
    _under_the_old_list(cases, items, m[2022], made, single)


def _one_year(
    draws: Draws, cases: pd.DataFrame, items: pd.DataFrame, m: Measures, made: Catalogue, year: int, single: np.ndarray
) -> None:
    of_year = (cases["decided_at"].dt.year == year).to_numpy()
    outcome, body = cases["outcome"].to_numpy(), cases["body"].to_numpy()
    counted = of_year & (outcome == "penalty") & (body != "police")
    town, bureau = counted & (body == "town"), counted & (body == "comprehensive")
    # Cases that can go without their item, or their field, being left without a case.
    spare_town = np.flatnonzero(single & town & cases["item_id"].where(town).duplicated().to_numpy())
    spare_bureau = np.flatnonzero(single & bureau & cases["field"].where(bureau).duplicated().to_numpy())
    place = pd.Series(np.arange(len(made.items)), index=made.items)
    item = place.reindex(cases["item_id"]).fillna(-1).to_numpy().astype(np.int64)
    plain = np.flatnonzero(single & counted & (body == "department"))
    plain = plain[(item[plain] >= 0) & ~made.comprehensive[item[plain]]]
    plain = plain[np.argsort(made.field[item[plain]], kind="stable")]

    outside = plain[made.field[item[plain]] >= made.fields]
    _swap(cases, spare_bureau[:FEW], outside[:FEW])
    free = plain[(made.field[item[plain]] >= m["fields_empowered"]) & ~np.isin(item[plain], made.empowered)]
    free = free[~np.isin(free, outside[:FEW])]
    _swap(cases, spare_town[:FEW], free[:FEW])
    _revoke(cases, spare_bureau[FEW : 2 * FEW], _unused_of_bureau(m, made)[:FEW], made)
    _revoke_in_towns(cases, spare_town[FEW:], item, m, made)
    _waive(cases, np.flatnonzero(of_year & (outcome == "waived") & single), m, made)
    rest = plain[~np.isin(plain, [*outside[:FEW], *free[:FEW]])]
    cases.loc[rest[:1], "item_id"] = f"L{draws.county}-{year}-0"
    _announce_late(cases, items, rest[1:], made, year)
    _stamps(cases, np.flatnonzero(single & counted))
    _other_bodies(cases, of_year & single)


def _put(cases: pd.DataFrame, rows: Ints, places: Ints, made: Catalogue) -> Ints:
    """Give cases other items; return the cases."""
    rows = rows[: len(places)]
    cases.loc[rows, "item_id"] = made.items[places[: len(rows)]]
    cases.loc[rows, "field"] = NAMES[made.field[places[: len(rows)]]]
    return rows


def _swap(cases: pd.DataFrame, first: Ints, second: Ints) -> None:
    """Let cases change items: the items of all cases stay as they were."""
    count = min(len(first), len(second))
    pair, names = np.concatenate([first[:count], second[:count]]), ["item_id", "field"]
    cases.loc[pair, names] = cases.loc[np.roll(pair, count), names].to_numpy()


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


def _announce_late(cases: pd.DataFrame, items: pd.DataFrame, rows: Ints, made: Catalogue, year: int) -> None:
    """Let items without a case become comprehensive in October; cases on them before then do not count there."""
    day = np.datetime64(f"{year}-10-15")
    early = rows[cases["decided_at"].to_numpy()[rows] < day][:FEW]
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
    town = ((cases["decided_at"].dt.year == 2022) & (cases["body"] == "town") & (cases["outcome"] == "penalty")
            & ~cases["revoked"])  # fmt: skip
    spare = np.flatnonzero(single & town & cases["item_id"].where(town).duplicated() & (cases["decided_at"] < turn))
    place = pd.Series(np.arange(len(new.items)), index=new.items)
    item = place.reindex(cases["item_id"].iloc[spare]).fillna(-1).to_numpy().astype(np.int64)
    spare, item = spare[item >= 0], item[item >= 0]
    # Fields in which towns have a case by the new list as well.
    listed = old.empowered[old.field[old.empowered] < m["fields_town_used"]]
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
