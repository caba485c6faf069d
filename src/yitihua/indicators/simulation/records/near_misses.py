"""Near misses: records that all but one condition of a counting rule would count.

Were they not there, a rule that forgot a condition would still find the planted numbers. Rows are added that count
nowhere, and rows that count are changed in what does not matter to any number: of a year, of a quarter, or of the
twelve months up to a quarter's end. See `near_cases` for cases.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from yitihua.indicators.simulation.records import near_cases
from yitihua.indicators.simulation.records.draws import Draws, Ints, ids, none
from yitihua.indicators.simulation.records.items import NAMES, Catalogue, supervised
from yitihua.indicators.simulation.records.organisation import NEVER, Both, Towns

Tables = dict[str, pd.DataFrame]
YEARS = (2021, 2022)
DAY = np.timedelta64(1, "D")
#: How many rows of a kind are taken where more would do.
FEW = 3


def add_near_misses(draws: Draws, tables: Tables, m: Both, made: Mapping[int, Catalogue], towns: Towns) -> None:
    """Put near misses among the records of a county, in place; no count of either year changes.

    Parameters
    ----------
    draws : Draws
    tables : dict
        Record type -> rows.
    m, made : mapping
        Year -> measures; year -> penalty items.
    towns : Towns
    """
    _items(tables["items"], made)
    near_cases.change(draws, tables["cases"], tables["items"], m, made)
    silent = _towns(draws, tables, towns)
    _inspections(draws, tables, m, silent)
    tables["empowered_items"] = _empowered(draws, tables["empowered_items"], towns)
    _officers(draws, tables["officers"], towns)
    failed = tables["trainings"].index[~tables["trainings"]["passed"]]
    # A test passed without the training, and the training without a pass.
    tables["trainings"].loc[failed[::2], ["completed", "passed"]] = [False, True]
    tables["teams"] = _teams(draws, tables["teams"])
    tables["squads"] = _squads(draws, tables["squads"])
    _themes(draws, tables)
    tables["checklist_scores"] = _not_applicable(draws, tables["checklist_scores"])
    _ratings(tables["ratings"])
    tables["problems"] = _problems(draws, tables["problems"])
    tables["coded_acts"] = _codes(draws, tables)


def more(table: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return a table with rows appended, in its own types."""
    return pd.concat([table, rows[list(table.columns)].astype(table.dtypes)], ignore_index=True)


def _of_year(times: pd.Series, year: int) -> np.ndarray:
    found: np.ndarray = (times.dt.year == year).to_numpy()
    return found


def _items(items: pd.DataFrame, made: Mapping[int, Catalogue]) -> None:
    """Let an item of no list have every other mark, and items that need no visit stand on the joint list."""
    beyond = max(found.fields for found in made.values())
    for year in made:
        other = items.index[items["item_id"].str.startswith("L") & items["item_id"].str.contains(f"-{year}-")][0]
        first = np.datetime64("2020-06-01") if year == 2021 else np.datetime64("2022-01-01")
        items.loc[other, ["high_frequency", "on_site", "form_complete"]] = True
        items.loc[other, ["comprehensive_from", "joint_from"]] = first
        items.loc[other, "field"] = NAMES[min(beyond, len(NAMES) - 1)]
        indoors = items.index[(items["list"] == "firm_check") & ~items["on_site"]
                              & items["item_id"].str.contains(f"-{year}-")]  # fmt: skip
        items.loc[indoors[::2], "joint_from"] = first


def _towns(draws: Draws, tables: Tables, towns: Towns) -> str | None:
    """Let towns lack one condition each, one of them nothing but records: that one is returned.

    A town that was merged into another has all of them, and so has one that is founded later.
    """
    rows, free = tables["towns"], towns.free
    place = rows.index[pd.Index(rows["town"]).get_indexer(free)]
    good = ["team_leader", "team_premises", "team_command"]
    rows.loc[place, good], rows.loc[place, "team_document_on"] = True, np.datetime64("2020-05-01")
    silent = str(free[-1]) if len(free) and len(rows) > 1 else None
    lacking = place[:-1] if silent else place
    for start, name in enumerate(reversed(good)):
        rows.loc[lacking[start::4], name] = False
    rows.loc[lacking[3::4], "team_document_on"] = NEVER
    gone = rows.iloc[[0, 0]].copy()
    merged = f"{draws.county}100"
    gone["town"], gone["team_document_on"] = [merged, f"{draws.county}099"], np.datetime64("2019-05-01")
    gone["valid_from"] = np.array(["2001-01-01", "2023-03-01"], dtype="datetime64[s]")
    gone["valid_to"] = np.array(["2020-06-30", "NaT"], dtype="datetime64[s]")
    gone[[*good, "judicial_contact", "supervision_station"]] = True
    tables["towns"] = more(rows, gone)
    visits = tables["inspections"]
    for year in YEARS:
        some = np.flatnonzero(_of_year(visits["started_at"], year) & visits["complete"] & visits["town"].isna())[:FEW]
        visits.loc[some, "town"] = merged
    tables["town_events"] = _events(draws, tables, merged)
    if silent:
        _silence(tables, silent, towns)
    return silent


def _events(draws: Draws, tables: Tables, merged: str) -> pd.DataFrame:
    """Add events in a town that is no more, and events of the year before both."""
    events, rows = tables["town_events"], tables["towns"]
    late = events.groupby([events["kind"], events["happened_at"].dt.year]).head(1).copy()
    late["town"], late["answered_at"] = merged, late["happened_at"] + 5 * DAY
    old = pd.concat([
        pd.DataFrame({"county": draws.county, "town": rows.loc[rows[flag], "town"].to_numpy(), "kind": kind,
                      "happened_at": np.datetime64("2020-11-03"), "answered_at": np.datetime64("2020-11-20")})
        for kind, flag in (("supervision", "supervision_station"), ("judicial", "judicial_contact"))
    ])  # fmt: skip
    extra = pd.concat([late, old], ignore_index=True)
    extra["event_id"] = ids(f"G{draws.county}-", len(extra), len(events))
    return more(events, extra)


def _silence(tables: Tables, silent: str, towns: Towns) -> None:
    """Take every record that counts away from a town; what is left there is incomplete, or another body's."""
    instead = [str(town) for town in towns.free if town != silent]
    for kind in ("inspections", "cases"):
        rows = tables[kind]
        for year, column in ((y, "started_at" if kind == "inspections" else "decided_at") for y in YEARS):
            here = np.flatnonzero((rows["town"] == silent) & _of_year(rows[column], year))
            choice = np.array([*instead, *towns.operating[year]], dtype=object)
            rows.loc[here, "town"] = choice[np.arange(len(here)) % len(choice)] if len(choice) else None
            if kind == "inspections":
                some = np.flatnonzero(~rows["complete"] & _of_year(rows[column], year))[:FEW]
            else:
                some = np.flatnonzero((rows["body"] == "department") & _of_year(rows[column], year)
                                      & ~rows["case_id"].duplicated(keep=False))[:FEW]  # fmt: skip
            rows.loc[some, "town"] = silent


def _inspections(draws: Draws, tables: Tables, m: Both, silent: str | None) -> None:
    """Let forms be used in incomplete checks, for items of no list, outside both years; add joint ones of no firm."""
    visits, parts = tables["inspections"], []
    before = none(0)
    for year, day in ((2021, "2020-02-17T10:00"), (2022, "2023-02-15T10:00")):
        forms, count = m[year]["supervision_items_with_forms"], m[year]["supervision_items"]
        unused = supervised(draws.county, year, forms + (count - forms) // 2)[forms:][:FEW]
        here = _of_year(visits["started_at"], year)
        broken = np.flatnonzero(~visits["complete"] & here)[: len(unused)]
        visits.loc[broken, "item_id"] = unused[: len(broken)]
        bare = np.flatnonzero(visits["complete"] & here & visits["item_id"].isna())
        visits.loc[bare[:1], "item_id"] = f"L{draws.county}-{year}-0"
        if year == 2022:  # late in the year under a code of the old list, by which nobody had used it
            late = bare[1:][visits["started_at"].to_numpy()[bare[1:]] >= np.datetime64("2022-10-01")][: len(before)]
            visits.loc[late, "item_id"] = before[: len(late)]
        before = unused[:1]
        whole = np.flatnonzero(visits["complete"] & here)[:1]
        beyond = visits.iloc[np.repeat(whole, max(len(unused), 1))].copy()
        beyond["visit_id"] = ids(f"W{draws.county}-{year}-", len(beyond))
        beyond["item_id"] = unused if len(unused) else None
        beyond["started_at"], beyond["finished_at"] = np.datetime64(day), np.datetime64(day) + np.timedelta64(40, "m")
        beyond["plan_id"], beyond["town"] = None, silent
        pair = visits.iloc[np.repeat(whole, 2)].copy()
        pair["visit_id"], pair["department"] = f"Y{draws.county}-{year}", ["综合执法", "消防"]
        pair["plan_id"] = [f"N{draws.county}-{year}-Y{i}" for i in range(2)]
        pair["target"], pair["mode"], pair["item_id"], pair["town"] = "other", "routine", None, None
        parts += [beyond, pair]
    tables["inspections"] = more(visits, pd.concat(parts, ignore_index=True))


def _empowered(draws: Draws, rows: pd.DataFrame, towns: Towns) -> pd.DataFrame:
    """Add a sub-item, which is no main item, to a town that need have no powers."""
    extra = pd.DataFrame({
        "county": draws.county, "town": towns.names[-1],
        "item_id": [f"U{draws.county}-{year}-0" for year in YEARS],
        "empowered_from": np.array(["2020-09-01", "2022-01-10"], dtype="datetime64[s]"),
        "empowered_to": np.array(["2022-01-10", "NaT"], dtype="datetime64[s]"),
    })  # fmt: skip
    return more(rows, extra) if len(rows) else extra


def _officers(draws: Draws, rows: pd.DataFrame, towns: Towns) -> None:
    """Let some be posted whom the town does not command, and some be commanded by a town that nobody wrote down."""
    some = np.flatnonzero((rows["kind"] == "officer") & rows["town"].isna())
    posted, nowhere = some[:FEW], some[FEW : FEW + 1]
    rows.loc[posted, "town"] = towns.names[draws.rng.integers(0, len(towns.names), len(posted))]
    rows.loc[nowhere, "town_commanded"] = True
    rows.loc[np.concatenate([posted, nowhere]), "town_since"] = np.datetime64("2020-03-01")


def _teams(draws: Draws, rows: pd.DataFrame) -> pd.DataFrame:
    """Add a team that was merged before the reform, and one that was founded and merged within a quarter."""
    extra = rows.iloc[[0, 0]].copy()
    extra["team_id"], extra["permanent"] = ids(f"A{draws.county}-", 2, len(rows)), True
    extra["since"] = np.array(["2011-04-01", "2022-04-06"], dtype="datetime64[s]")
    extra["until"] = np.array(["2020-06-30", "2022-06-17"], dtype="datetime64[s]")
    return more(rows, extra)


def _squads(draws: Draws, rows: pd.DataFrame) -> pd.DataFrame:
    """Add a squad that is no more and whose pass would still hold, and one that passed before it began."""
    extra = rows.iloc[[0, 0]].copy()
    extra["squad_id"] = ids(f"B{draws.county}-", 2, len(rows))
    extra["since"] = np.array(["2011-04-01", "2023-02-01"], dtype="datetime64[s]")
    extra["until"] = np.array(["2020-12-20", "NaT"], dtype="datetime64[s]")
    extra["passed_on"], extra["passed_until"] = np.datetime64("2020-10-12"), np.datetime64("2024-12-31")
    return more(rows, extra)


def _themes(draws: Draws, tables: Tables) -> None:
    """Add a theme that ended and one that is yet to be claimed, both with tasks in both years."""
    rows, tasks = tables["themes"], tables["theme_flows"]
    extra = rows.iloc[[0, 0]].copy()
    names = ids(f"TH{draws.county}-", 2, len(rows))
    extra["theme_id"] = names
    extra["claimed_on"] = np.array(["2018-03-01", "2023-01-10"], dtype="datetime64[s]")
    extra["ended_on"] = np.array(["2020-03-20", "NaT"], dtype="datetime64[s]")
    tables["themes"] = more(rows, extra)
    of_one = tasks[tasks["theme_id"] == tasks["theme_id"].iloc[0]]
    copies = pd.concat([of_one.assign(theme_id=name) for name in names for _ in range(FEW)], ignore_index=True)
    copies["flow_id"] = ids(f"TF{draws.county}-", len(copies), len(tasks))
    tables["theme_flows"] = more(tasks, copies)


def _not_applicable(draws: Draws, rows: pd.DataFrame) -> pd.DataFrame:
    """Add a department to which, as the province has recognised, the list of cooperation does not apply."""
    first = rows["scored"] == f"DP{draws.county}-0"
    extra = rows[first & (rows["checklist"] == "B08")].copy()
    extra["scored"], extra["points"], extra["applicable"] = f"DP{draws.county}-X", 0, False
    return more(rows, extra)


def _ratings(rows: pd.DataFrame) -> None:
    """Let some answer without a choice, and some open the invitation on a device that another has rated with."""
    silent = np.flatnonzero(rows["rated_at"].isna())
    valid = np.flatnonzero(rows["by_target"] & rows["rating"].notna())
    empty, opened = silent[:FEW], silent[FEW : 2 * FEW][: len(valid)]
    rows.loc[empty, "rated_at"] = rows.loc[empty, "invited_at"] + np.timedelta64(2, "h")
    rows.loc[empty, "by_target"] = True
    rows.loc[opened, "device"] = rows.loc[valid[: len(opened)], "device"].to_numpy()


def _problems(draws: Draws, rows: pd.DataFrame) -> pd.DataFrame:
    """Add alarms at mended spots that nobody confirmed, one of them dealt with; let some come back after 90 days."""
    once = ~rows["spot"].duplicated(keep=False).to_numpy()
    mended = rows["rectified_at"].to_numpy()
    in_time = ~np.isnat(mended) & (mended <= rows["due_at"].to_numpy())
    seen = (rows["rechecked_at"].notna() & rows["merged_into"].isna()).to_numpy()
    closed = np.flatnonzero(once & in_time & seen)
    some = closed[: 2 * FEW]
    alarm = rows.iloc[some].copy()
    alarm["problem_id"] = ids(f"Q{draws.county}-A-", len(alarm))
    alarm["found_at"] = alarm["rectified_at"] + 10 * DAY
    alarm["confirmed_at"] = pd.NaT
    for column, days in (("due_at", 12), ("rectified_at", 5), ("rechecked_at", 6)):
        alarm[column] = alarm["found_at"] + days * DAY
    # The second half of them was not dealt with at all.
    alarm.loc[alarm.index[FEW:], ["due_at", "rectified_at", "rechecked_at"]] = pd.NaT
    _months_later(draws, rows, closed[2 * FEW :])
    return more(rows, alarm)


def _months_later(draws: Draws, rows: pd.DataFrame, places: Ints) -> None:
    """Let a few problems come back at their spot after 91 days or more; number one spot as every county does."""
    found, mended = rows["found_at"].to_numpy(), rows["rectified_at"].to_numpy()
    for year in YEARS:
        here = places[found[places].astype("datetime64[Y]") == np.datetime64(str(year), "Y")]
        here = here[np.argsort(found[here], kind="stable")]
        early, late = here[:FEW], here[::-1][:FEW]
        apart = min(len(early), len(late), len(here) // 2)
        far = found[late[:apart]] > mended[early[:apart]] + 91 * DAY
        rows.loc[late[:apart][far], "spot"] = rows.loc[early[:apart][far], "spot"].to_numpy()
        middle = here[FEW:-FEW]
        if len(middle):
            rows.loc[middle[len(middle) // 2], "spot"] = f"1号点位-{year}"


def _codes(draws: Draws, tables: Tables) -> pd.DataFrame:
    """Add codes of checks without a firm, and codes that name a check or a case by the other's number."""
    codes, visits, cases = (tables[kind] for kind in ("coded_acts", "inspections", "cases"))
    whole = visits[visits["complete"]].drop_duplicates("visit_id")
    firm, other = whole[whole["target"] == "firm"], whole[whole["target"] != "firm"]
    decided = cases[(cases["outcome"] == "penalty") & (cases["body"] != "police") & cases["decided_at"].notna()]
    parts = []
    for act, names, at in (
        ("check", other["visit_id"], other["started_at"]),
        ("case", firm["visit_id"], firm["started_at"]),
        ("check", decided["case_id"], decided["decided_at"]),
    ):
        bare = np.flatnonzero(~names.isin(codes["act_id"]) & ~names.duplicated())[:FEW]
        parts.append(pd.DataFrame({
            "county": draws.county, "act": act, "act_id": names.iloc[bare].to_numpy(),
            "generated_at": at.iloc[bare].to_numpy() - np.timedelta64(30, "m"), "scannable": True,
        }))  # fmt: skip
    return more(codes, pd.concat(parts, ignore_index=True))
