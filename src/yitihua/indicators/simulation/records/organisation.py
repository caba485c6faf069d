"""Simulated officers, trainings, towns, teams, squads, users: what stands at the end of both years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from yitihua.indicators.simulation.records.draws import Days, Draws, Words, ids, no_day, none
from yitihua.indicators.simulation.records.items import Measures

Both = Mapping[int, Measures]
NEVER = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class Standing:
    """Who stands at the end of each year: rows that stay, leave in 2022, or came in 2022.

    Attributes
    ----------
    since, until : ndarray of days
    first, last : ndarray of bool
        Whether a row stands at the end of 2021, of 2022.
    """

    since: Days
    until: Days
    first: np.ndarray
    last: np.ndarray


def standing(draws: Draws, before: int, after: int, leaving: int = 0) -> Standing:
    """Return rows of which so many stand at the end of 2021, and so many at the end of 2022.

    Those that leave are the last rows of 2021; those that come follow them.

    Examples
    --------
    >>> found = standing(Draws(0, "330421", "x"), 5, 4)
    >>> int(found.first.sum()), int(found.last.sum())
    (5, 4)
    """
    leave = max(leaving, before - after, 0)
    come = after - before + leave
    count = before + come
    place = np.arange(count)
    first, last = place < before, (place < before - leave) | (place >= before)
    since = np.where(
        first, draws.day_in("2012-01-01", "2021-11-30", count), draws.day_in("2022-02-01", "2022-12-01", count)
    )
    until = np.where(last, NEVER, draws.day_in("2022-02-01", "2022-12-01", count))
    return Standing(since, until, first, last)


def officer_rows(draws: Draws, m: Both, towns: Words) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return officers and their trainings; police and auxiliaries are there and do not count."""
    before, after = m[2021], m[2022]
    posted_before, posted_after = before["officers_in_towns"], after["officers_in_towns"]
    # Officers of towns who are one too many in 2022 leave; a few others leave too.
    turnover = max(0, posted_before - posted_after) + before["officers"] // 40
    found = standing(draws, before["officers"], after["officers"], min(turnover, before["officers"]))
    count = len(found.since)
    leaves = np.flatnonzero(found.first & ~found.last)
    # Those that leave are counted from the end: enough of them come from the towns.
    gone = min(max(posted_before - posted_after, 0), len(leaves))
    old = np.concatenate([np.flatnonzero(found.first & found.last), leaves[: len(leaves) - gone]])
    in_town = np.zeros(count, dtype=bool)
    in_town[leaves[len(leaves) - gone :]] = True
    in_town[old[: posted_before - gone]] = True
    stays = int((in_town & found.last).sum())
    free = np.flatnonzero(found.last & ~in_town)
    came = free[::-1][: posted_after - stays]
    if stays + len(came) != posted_after or int((in_town & found.first).sum()) != posted_before:
        raise ValueError(f"{draws.county}: officers in towns")
    since = no_day(count)
    since[in_town] = np.maximum(
        draws.day_in("2019-01-01", "2021-06-01", int(in_town.sum())), np.datetime64("2019-01-01")
    )
    since[came] = draws.day_in("2022-01-10", "2022-06-29", len(came))
    posted = ~np.isnat(since)
    # A posting in the county before the post began would be odd; people move within it.
    begun = np.where(in_town, np.minimum(found.since, since), found.since)
    begun = np.where(posted & ~in_town, np.minimum(begun, np.datetime64("2022-01-05")), begun)
    begun = np.where(
        found.first, np.minimum(begun, np.datetime64("2021-11-30")), np.maximum(begun, np.datetime64("2022-01-02"))
    )
    town = none(count)
    town[posted] = towns[draws.rng.integers(0, len(towns), int(posted.sum()))]
    certificate, enforcing = _qualified(draws, m, found)
    rows = pd.DataFrame({
        "officer_id": ids(f"O{draws.county}-", count), "kind": "officer", "since": begun, "until": found.until,
        "enforcing_since": enforcing, "certificate_until": certificate, "town": town, "town_since": since,
        "town_commanded": posted,
    })  # fmt: skip
    extra = rows.sample(max(2, count // 10), random_state=int(draws.rng.integers(1 << 31))).copy()
    extra["officer_id"] = ids(f"O{draws.county}-", len(extra), count)
    extra["kind"] = draws.words(("police", "auxiliary"), len(extra))
    whole = pd.concat([rows, extra], ignore_index=True)
    whole.insert(1, "county", draws.county)
    return whole, _trainings(draws, m, found, rows["officer_id"].to_numpy())


def _qualified(draws: Draws, m: Both, found: Standing) -> tuple[Days, Days]:
    """Return until when certificates hold and since when people enforce: so many with both at either year's end."""
    count = len(found.since)
    certificate, enforcing = no_day(count), no_day(count)
    was = np.zeros(count, dtype=bool)
    was[np.flatnonzero(found.first)[: m[2021]["officers_qualified"]]] = True
    now = np.zeros(count, dtype=bool)
    rest = np.concatenate([np.flatnonzero(found.last & was), np.flatnonzero(found.last & ~was)])
    now[rest[: m[2022]["officers_qualified"]]] = True
    both, lost, won = was & now, was & ~now, now & ~was
    enforcing[both | lost] = draws.day_in("2008-01-01", "2018-12-31", int((both | lost).sum()))
    enforcing[won] = draws.day_in("2019-01-01", "2019-12-31", int(won.sum()))
    certificate[both | won] = draws.day_in("2023-01-01", "2027-12-31", int((both | won).sum()))
    certificate[lost] = draws.day_in("2021-12-31", "2022-12-30", int(lost.sum()))
    # Others have a certificate or the years, not both.
    neither = np.flatnonzero(~was & ~now)
    enforcing[neither[::2]] = draws.day_in("2010-01-01", "2018-12-31", len(neither[::2]))
    certificate[neither[1::2]] = draws.day_in("2023-01-01", "2027-12-31", len(neither[1::2]))
    enforcing[neither[1::2]] = draws.day_in("2020-06-01", "2021-12-31", len(neither[1::2]))
    return certificate, enforcing


def _trainings(draws: Draws, m: Both, found: Standing, officers: Words) -> pd.DataFrame:
    """Return tests that were passed by so many of those in post at the end of each year, and tests that were not."""
    parts = []
    for year, stands in ((2021, found.first), (2022, found.last)):
        here = draws.rng.permutation(np.flatnonzero(stands))
        passed, rest = here[: m[year]["officers_trained"]], here[m[year]["officers_trained"] :]
        failed = rest[: len(rest) // 2]
        who = np.concatenate([passed, failed, passed[: len(passed) // 20]])
        good = np.concatenate(
            [np.ones(len(passed), bool), np.zeros(len(failed), bool), np.ones(len(passed) // 20, bool)]
        )
        day = draws.day_in(f"{year}-03-01", f"{year}-06-30", len(who))
        day[len(passed) + len(failed) :] = np.datetime64(f"{year}-11-11")  # a second test of one who has passed
        parts.append(pd.DataFrame({"officer_id": officers[who], "county": draws.county, "tested_on": day,
                                   "completed": True, "passed": good}))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


@dataclass(frozen=True)
class Towns:
    """A county's towns, and which of them have a working team in each year."""

    rows: pd.DataFrame
    names: Words
    operating: Mapping[int, Words]
    free: Words


def town_rows(draws: Draws, m: Both) -> Towns:
    """Return the towns: the first of one order have a team, of another a judicial contact, of a third a station."""
    count = m[2022]["towns"]
    names = ids(f"{draws.county}", count, 101)
    order = {kind: draws.rng.permutation(count) for kind in ("team", "judicial", "station")}
    teams = {year: m[year]["towns_team_operating"] for year in (2021, 2022)}
    has_team = order["team"][: max(teams.values())]
    document = no_day(count)
    document[order["team"][: teams[2021]]] = draws.day_in("2019-01-01", "2021-11-30", teams[2021])
    late = order["team"][teams[2021] : max(teams.values())]
    document[late] = draws.day_in("2022-01-10", "2022-11-30", len(late))
    without = order["team"][len(has_team) :]
    document[without[::2]] = np.datetime64("2020-05-01")
    leader = np.ones(count, dtype=bool)
    leader[without[::2]] = False  # a document and no leader: not operating
    flags = {}
    for kind, name in (("judicial", "towns_judicial"), ("station", "towns_supervised")):
        most = max(m[year][name] for year in (2021, 2022))
        flags[kind] = np.zeros(count, dtype=bool)
        flags[kind][order[kind][:most]] = True
    rows = pd.DataFrame({
        "town": names, "county": draws.county, "valid_from": np.datetime64("2001-01-01"), "valid_to": NEVER,
        "team_document_on": document, "team_leader": leader, "team_premises": True, "team_command": True,
        "judicial_contact": flags["judicial"], "supervision_station": flags["station"],
    })  # fmt: skip
    operating = {year: names[order["team"][: teams[year]]] for year in (2021, 2022)}
    return Towns(rows, names, operating, names[without])


def event_rows(draws: Draws, m: Both, towns: Towns) -> pd.DataFrame:
    """Return a record a quarter in so many towns with a contact or a station; and some that do not count."""
    parts = []
    for kind, flag, name in (("judicial", "judicial_contact", "towns_judicial"),
                             ("supervision", "supervision_station", "towns_supervised")):  # fmt: skip
        has = towns.rows[flag].to_numpy()
        able, unable = towns.names[has], towns.names[~has]
        for year in (2021, 2022):
            chosen = able[: m[year][name]]
            for number in range(4):
                first = np.datetime64(f"{year}-{3 * number + 1:02d}-02")
                for who, answered in ((chosen, True), (unable, True), (able[m[year][name] :], False)):
                    if kind == "judicial" and not answered:
                        continue  # a record counts there without an answer
                    at = first + draws.rng.integers(0, 70, len(who)).astype("timedelta64[D]")
                    back = at + draws.rng.integers(1, 15, len(who)).astype("timedelta64[D]")
                    parts.append(pd.DataFrame({"town": who, "kind": kind, "happened_at": at,
                                               "answered_at": back if answered else no_day(len(who))}))  # fmt: skip
    whole = pd.concat(parts, ignore_index=True)
    whole.insert(0, "event_id", ids(f"G{draws.county}-", len(whole)))
    whole.insert(1, "county", draws.county)
    return whole


def team_rows(draws: Draws, m: Both) -> pd.DataFrame:
    """Return enforcement teams: those of 2021, and which of them were merged; task forces do not count."""
    found = standing(draws, m[2022]["teams_before"], m[2022]["teams_now"])
    count = len(found.since)
    rows = pd.DataFrame({"since": found.since, "until": found.until, "permanent": True})
    extra = rows.head(2).assign(permanent=False)
    whole = pd.concat([rows, extra], ignore_index=True)
    whole.insert(0, "team_id", ids(f"A{draws.county}-", count + len(extra)))
    whole.insert(1, "county", draws.county)
    return whole


def squad_rows(draws: Draws, m: Both) -> pd.DataFrame:
    """Return squads, with when they passed and until when."""
    found = standing(draws, m[2021]["squads"], m[2022]["squads"])
    count = len(found.since)
    passed, until = no_day(count), no_day(count)
    was, now = m[2021]["squads_passed"], m[2022]["squads_passed"]
    order = np.flatnonzero(found.first & found.last)
    order = np.concatenate([order, np.flatnonzero(found.first != found.last)])
    both = min(was, now)
    passed[order[:both]], until[order[:both]] = (
        draws.day_in("2020-01-01", "2021-11-30", both),
        np.datetime64("2024-12-31"),
    )
    lost, won = order[both:was], order[both:now]
    passed[lost], until[lost] = np.datetime64("2020-03-01"), draws.day_in("2022-01-15", "2022-12-15", len(lost))
    passed[won], until[won] = draws.day_in("2022-01-15", "2022-12-15", len(won)), np.datetime64("2025-12-31")
    return pd.DataFrame({"squad_id": ids(f"B{draws.county}-", count), "county": draws.county, "since": found.since,
                         "until": found.until, "passed_on": passed, "passed_until": until})  # fmt: skip


def user_rows(draws: Draws, m: Both) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return accounts and the log: so many months in which an account was there, and in which it was used."""
    whole = {year: divmod(m[year]["user_months_registered"], 12) for year in (2021, 2022)}
    before, after = whole[2021][0], whole[2022][0]
    both = min(before, after)
    registered = [draws.day_in("2018-01-01", "2020-12-31", before)]
    closed = [np.where(np.arange(before) < both, NEVER, draws.day_in("2022-01-02", "2022-01-30", before))]
    registered.append(draws.day_in("2022-01-02", "2022-01-30", after - both))
    closed.append(no_day(after - both))
    for year in (2021, 2022):
        rest = whole[year][1]
        if rest:  # one account that came late in the year, and is gone before the next January ends
            registered.append(np.array([np.datetime64(f"{year}-{13 - rest:02d}-05")]))
            closed.append(np.array([np.datetime64(f"{year + 1}-01-15")]))
    since, until = np.concatenate(registered), np.concatenate(closed)
    users = pd.DataFrame({"user_id": ids(f"Y{draws.county}-", len(since)), "county": draws.county,
                          "registered_on": since, "closed_on": until})  # fmt: skip
    return users, _actions(draws, m, users)


def _actions(draws: Draws, m: Both, users: pd.DataFrame) -> pd.DataFrame:
    since, until = users["registered_on"].to_numpy(), users["closed_on"].to_numpy()
    names, parts = users["user_id"].to_numpy(), []
    for year in (2021, 2022):
        months = np.arange(f"{year}-01", f"{year + 1}-01", dtype="datetime64[M]")
        ends = (months + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
        there = (since[:, None] <= ends) & (np.isnat(until)[:, None] | (until[:, None] > ends))
        who, when = np.nonzero(there)
        # More people are active later in the year.
        weight = 1 + 0.5 * when / 12
        order = np.argsort(draws.rng.exponential(size=len(who)) / weight)
        active, idle = order[: m[year]["user_months_active"]], order[m[year]["user_months_active"] :]
        twice = active[: len(active) // 5]
        of = np.concatenate([active, twice, idle[: len(idle) // 2]])
        kind = draws.words(("check", "case", "cooperation", "review"), len(of))
        kind[len(active) + len(twice) :] = "login"
        day = months[when[of]].astype("datetime64[D]") + draws.rng.integers(0, 28, len(of)).astype("timedelta64[D]")
        parts.append(pd.DataFrame({"user_id": names[who[of]], "happened_at": day + draws.clock(len(of)), "kind": kind}))
    whole = pd.concat(parts, ignore_index=True)
    whole.insert(0, "action_id", ids(f"W{draws.county}-", len(whole)))
    whole.insert(1, "county", draws.county)
    return whole
