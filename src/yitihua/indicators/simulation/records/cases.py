"""Simulated cases: so many decisions, by body, field, item, procedure, with the days and minutes they took."""

from __future__ import annotations

import numpy as np
import pandas as pd

from yitihua.indicators.simulation.records.draws import Draws, Ints, Words, ids, next_workday, no_day, none, workday
from yitihua.indicators.simulation.records.items import NAMES, Catalogue, Measures

PENALTIES = ("warning", "fine", "licence", "business")
PENALTY_SHARES = (0.25, 0.71, 0.02, 0.02)
#: Shares of rows that must not be counted: police cases, dropped ones, cases not decided yet; parts of one case.
POLICE, DROPPED, OPEN, PARTS = 0.02, 0.01, 0.01, 0.03


def case_rows(draws: Draws, year: int, m: Measures, made: Catalogue, towns: Words) -> pd.DataFrame:
    """Return the cases decided in a year, with those that count nowhere."""
    count = m["cases_all"]
    town, bureau = m["town_cases"], m["department_cases"]
    body = np.repeat(
        np.array(["town", "comprehensive", "department"], dtype=object), [town, bureau, count - town - bureau]
    )
    item = _items(draws, m, made)
    rows = _decided(draws, year, m, count)
    rows["body"], rows["item_id"] = body, made.items[item]
    rows["field"] = NAMES[made.field[item]]
    rows["town"] = none(count)
    rows.loc[: town - 1, "town"] = towns[draws.rng.integers(0, len(towns), town)]
    rows["outcome"], rows["penalty"] = "penalty", draws.words(PENALTIES, count, PENALTY_SHARES)
    waived = m["lenient_waived"]
    rows["lenient"] = draws.some(m["lenient_eligible"] - waived, count)
    rows["cross_region"] = draws.some(m["cross_region_cases"], count)
    due = draws.some(m["cases_unified_due"], count)
    traced = np.zeros(count, dtype=bool)
    traced[draws.rng.permutation(np.flatnonzero(due))[: m["cases_unified"]]] = True
    # Some with a system of their own are traced as well, and do not count.
    rows["own_system"], rows["traced"] = ~due, traced | (~due & (draws.rng.random(count) < 0.3))
    rows["revoked"] = (body == "department") & (draws.rng.random(count) < 0.004)
    extra = _uncounted(draws, year, count, waived, made)
    whole = pd.concat([rows, extra, _parts_of_cases(draws, rows)], ignore_index=True)
    whole.insert(1, "county", draws.county)
    return whole


def _items(draws: Draws, m: Measures, made: Catalogue) -> Ints:
    """Return the item of every decision, by its place in the catalogue."""
    town, bureau, count = m["town_cases"], m["department_cases"], m["cases_all"]
    used, fields = m["empowered_items_used"], m["fields_town_used"]
    everywhere = made.comprehensive_in(made.fields)
    if used:
        inside = made.empowered[made.field[made.empowered] < fields]
        chosen = inside[:used]
    else:
        # Towns without empowered items of their own act on delegation, outside the fields that are empowered.
        chosen = everywhere[~np.isin(everywhere, made.empowered)]
        if len(made.empowered):
            chosen = chosen[~np.isin(made.field[chosen], made.field[made.empowered])]
    by_town = np.concatenate([chosen[:used], draws.rng.choice(chosen, town - used)]) if town else chosen[:0]
    of_bureau = made.comprehensive_in(m["fields_department_used"])
    first = of_bureau[: m["fields_department_used"]]
    by_bureau = np.concatenate([first, draws.rng.choice(of_bureau, bureau - len(first))])
    rest = count - town - bureau
    left = m["cases_comprehensive_fields"] - int(made.comprehensive[by_town].sum()) - bureau
    plain = np.flatnonzero(~made.comprehensive)
    if not 0 <= left <= rest:
        raise ValueError(f"{draws.county}: {left} comprehensive cases are left for {rest} of other departments")
    others = np.concatenate([draws.rng.choice(everywhere, left), draws.rng.choice(plain, rest - left)])
    return np.concatenate([by_town, by_bureau, draws.rng.permutation(others)])


def _decided(draws: Draws, year: int, m: Measures, count: int) -> pd.DataFrame:
    """Return procedures and times: the ordinary ones take working days, the simple ones minutes."""
    order = draws.rng.permutation(count)
    ordinary, simple = order[: m["ordinary_cases"]], order[m["ordinary_cases"] :][: m["simple_cases"]]
    decided = (draws.days(count, year) + draws.clock(count)).astype("datetime64[m]")
    filed, evidence, delivered = no_day(count, "m"), no_day(count, "m"), no_day(count, "m")
    excluded = np.zeros(count, dtype=np.int64)
    procedure = np.full(count, "simple", dtype=object)
    procedure[ordinary] = draws.words(("ordinary", "fast"), len(ordinary), (0.9, 0.1))
    days = draws.parts(m["ordinary_case_days"], len(ordinary), least=1, spread=0.7)
    away = np.where(draws.rng.random(len(ordinary)) < 0.1, draws.rng.integers(1, 20, len(ordinary)), 0)
    last = next_workday(decided[ordinary].astype("datetime64[D]"))
    # The last working day before New Year's Day would be one of the year before.
    last = np.maximum(last, next_workday(np.array([np.datetime64(f"{year - 1}-12-31")])) + 1)
    decided[ordinary] = workday(last) + draws.clock(len(ordinary), 14, 18)
    filed[ordinary] = workday(last - days - away) + draws.clock(len(ordinary), 8, 11)
    delivered[ordinary] = decided[ordinary] + draws.rng.integers(0, 4, len(ordinary)).astype("timedelta64[D]")
    excluded[ordinary] = away
    minutes = draws.parts(m["simple_case_minutes"], len(simple), least=1, spread=0.7)
    evidence[simple] = decided[simple]
    delivered[simple] = decided[simple] + minutes.astype("timedelta64[m]")
    return pd.DataFrame({
        "case_id": ids(f"C{draws.county}-{year}-", count), "procedure": procedure, "filed_at": filed,
        "evidence_at": evidence, "decided_at": decided, "delivered_at": delivered, "days_excluded": excluded,
    })  # fmt: skip


def _uncounted(draws: Draws, year: int, count: int, waived: int, made: Catalogue) -> pd.DataFrame:
    """Return waived cases, and rows that no count of penalty cases may hold."""
    police, dropped, undecided = (max(1, round(share * count)) for share in (POLICE, DROPPED, OPEN))
    many = waived + police + dropped + undecided
    item = draws.rng.choice(len(made.items), many)
    decided = (draws.days(many, year) + draws.clock(many)).astype("datetime64[m]")
    decided[many - undecided :] = np.datetime64("NaT")
    words = np.repeat(np.array(["waived", "penalty", "dropped", "penalty"], dtype=object),
                      [waived, police, dropped, undecided])  # fmt: skip
    body = np.repeat(
        np.array(["department", "police", "department"], dtype=object), [waived, police, dropped + undecided]
    )
    return pd.DataFrame({
        "case_id": ids(f"C{draws.county}-{year}-", many, count), "procedure": "ordinary", "filed_at": no_day(many, "m"),
        "evidence_at": no_day(many, "m"), "decided_at": decided, "delivered_at": no_day(many, "m"),
        "days_excluded": 0, "body": body, "item_id": made.items[item], "field": NAMES[made.field[item]],
        "town": none(many), "outcome": words, "penalty": none(many), "lenient": np.arange(many) < waived,
        "cross_region": False, "own_system": False, "traced": False, "revoked": False,
    })  # fmt: skip


def _parts_of_cases(draws: Draws, rows: pd.DataFrame) -> pd.DataFrame:
    """Return second rows of cases with two penalties: the platform writes one a penalty."""
    some = rows[draws.rng.random(len(rows)) < PARTS].copy()
    some["penalty"] = np.where(some["penalty"] == "warning", "fine", "warning")
    return some
