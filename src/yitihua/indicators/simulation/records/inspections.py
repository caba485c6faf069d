"""Simulated inspections, their codes and their ratings: visits, single and joint, planned and random."""

from __future__ import annotations

import numpy as np
import pandas as pd

from yitihua.indicators.simulation.records.draws import Draws, Ints, Words, ids, no_day, none
from yitihua.indicators.simulation.records.items import Measures, supervised

DEPARTMENTS = np.array(
    ["综合执法", "市场监管", "生态环境", "应急管理", "消防", "卫生健康", "交通运输", "自然资源", "住建", "农业农村",
     "水利", "文化旅游", "人力社保", "教育"], dtype=object,
)  # fmt: skip
#: Shares of visits that must not be counted: their record is incomplete, or they have no firm for a target.
INCOMPLETE, OTHERS = 0.02, 0.03


def visit_rows(draws: Draws, year: int, m: Measures) -> pd.DataFrame:
    """Return a year's visits, a row each: whom, random or not, how many departments, how many had planned it."""
    firm, joint, random, random_joint = (
        m[name] for name in ("firm_checks", "joint_checks", "random_checks", "random_checks_joint")
    )
    # Visits on firms: the joint ones first. Random ones among them as far as they go, the rest on other targets.
    joint_inside = min(random_joint, joint)
    single_inside = min(random - random_joint, firm - joint)
    outside = np.array([random_joint - joint_inside, random - random_joint - single_inside])
    beyond = max(0, m["supervision_items_with_forms"] - firm) + max(5, round(OTHERS * firm))
    count = firm + int(outside.sum()) + beyond
    place = np.arange(count)
    is_joint = (place < joint) | ((place >= firm) & (place < firm + outside[0]))
    is_random = (
        (place < joint_inside)
        | ((place >= joint) & (place < joint + single_inside))
        | ((place >= firm) & (place < firm + outside.sum()))
    )
    avoided = np.zeros(count, dtype=np.int64)
    avoided[:joint] = draws.parts(m["planned_checks_cancelled"], joint, most=len(DEPARTMENTS) - 2, spread=1.5)
    departments = np.where(is_joint, np.maximum(2, avoided + 1 + (draws.rng.random(count) < 0.2)), 1)
    # One planned check becomes the visit itself; where none or one was planned nothing is avoided.
    planned = np.where(avoided > 0, avoided + 1, draws.rng.integers(0, 2, count))
    return pd.DataFrame({
        "visit_id": ids(f"V{draws.county}-{year}-", count), "firm": place < firm, "random": is_random,
        "departments": departments, "planned": planned,
        "started_at": (draws.days(count, year, worked=True) + draws.clock(count, 8, 16)).astype("datetime64[m]"),
        "target_id": ids(f"T{draws.county}-", count) if count == 0 else _targets(draws, count),
    })  # fmt: skip


def _targets(draws: Draws, count: int) -> Words:
    return np.array([f"T{draws.county}-{i}" for i in draws.rng.integers(0, 2 * count + 1, count)], dtype=object)


def inspection_rows(
    draws: Draws, year: int, m: Measures, visits: pd.DataFrame, operating: Words, free: Words
) -> pd.DataFrame:
    """Return a row a department of each visit, and visits whose record is incomplete.

    Parameters
    ----------
    draws, year, m
    visits : DataFrame
        As `visit_rows` gives them.
    operating, free : ndarray of str
        Towns whose team works, each of which has a record in every quarter; and towns that may have one.
    """
    count = len(visits)
    town = _towns(draws, visits, operating, np.concatenate([operating, free]))
    forms = m["supervision_items_with_forms"]
    item = none(count)
    item[draws.rng.permutation(count)[:forms]] = supervised(draws.county, year, forms)
    # Items without all of content, standard and frequency are looked at as well, and do not count.
    spare = np.flatnonzero(item == None)  # noqa: E711 -- an array of objects
    weak = supervised(draws.county, year, m["supervision_items"])[forms + (m["supervision_items"] - forms) // 2 :]
    some = spare[: len(weak) // 2]
    item[some] = weak[: len(some)]
    of = np.repeat(np.arange(count), visits["departments"])
    nth = np.arange(len(of)) - np.repeat(
        np.cumsum(visits["departments"]) - visits["departments"], visits["departments"]
    )
    first = draws.rng.integers(0, len(DEPARTMENTS), count)
    started = visits["started_at"].to_numpy()[of]
    is_planned = nth < visits["planned"].to_numpy()[of]
    plan = none(len(of))
    named = item[of]
    named[nth > 0] = None
    plan[is_planned] = ids(f"N{draws.county}-{year}-", int(is_planned.sum()))
    whole = pd.DataFrame({
        "visit_id": visits["visit_id"].to_numpy()[of], "department": DEPARTMENTS[(first[of] + nth) % len(DEPARTMENTS)],
        "town": town[of], "target_id": visits["target_id"].to_numpy()[of],
        "target": np.where(visits["firm"].to_numpy()[of], "firm", "other"),
        "mode": np.where(visits["random"].to_numpy()[of], "random", "routine"),
        "started_at": started, "finished_at": started + np.timedelta64(50, "m"), "complete": True, "plan_id": plan,
        "item_id": named,
    })  # fmt: skip
    broken = whole.iloc[draws.rng.choice(len(whole), max(2, round(INCOMPLETE * count)))].copy()
    broken["visit_id"] = ids(f"X{draws.county}-{year}-", len(broken))
    broken["complete"], broken["town"], broken["item_id"] = False, None, None
    whole = pd.concat([whole, broken], ignore_index=True)
    whole.insert(1, "county", draws.county)
    return whole


def _towns(draws: Draws, visits: pd.DataFrame, operating: Words, allowed: Words) -> Words:
    """Return the town of every visit: a fifth have one, and every working team one in each quarter."""
    count = len(visits)
    town = none(count)
    if len(allowed):
        some = draws.rng.random(count) < 0.2
        town[some] = allowed[draws.rng.integers(0, len(allowed), int(some.sum()))]
    season = visits["started_at"].to_numpy().astype("datetime64[M]").astype(np.int64) % 12 // 3
    for number in range(4):
        places = np.flatnonzero(season == number)[: len(operating)]
        town[places] = operating[: len(places)]
    return town


def coded_rows(draws: Draws, year: int, m: Measures, visits: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    """Return the codes of checks and cases; some came too late or cannot be scanned."""
    firm = np.flatnonzero(visits["firm"])
    order = draws.rng.permutation(firm)
    coded, rest = order[: m["checks_coded"]], order[m["checks_coded"] :]
    late, dull = rest[: len(rest) // 30], rest[len(rest) // 30 : len(rest) // 15]
    started = visits["started_at"].to_numpy()
    hour = np.timedelta64(1, "h")
    parts = [
        _codes("check", visits["visit_id"].to_numpy()[coded], started[coded] - hour, True),
        _codes("check", visits["visit_id"].to_numpy()[late], started[late] + hour, True),
        _codes("check", visits["visit_id"].to_numpy()[dull], started[dull] - hour, False),
    ]
    counted = cases[(cases["outcome"] == "penalty") & (cases["body"] != "police") & cases["decided_at"].notna()]
    counted = counted.drop_duplicates("case_id")
    order = draws.rng.permutation(len(counted))
    chosen, dull = order[: m["cases_coded"]], order[m["cases_coded"] :][: len(counted) // 50]
    at = counted["decided_at"].to_numpy()
    named = counted["case_id"].to_numpy()
    parts += [_codes("case", named[chosen], at[chosen], True), _codes("case", named[dull], at[dull], False)]
    whole = pd.concat(parts, ignore_index=True)
    whole.insert(0, "county", draws.county)
    return whole


def _codes(act: str, named: Words, at: np.ndarray, scannable: bool) -> pd.DataFrame:
    return pd.DataFrame({"act": act, "act_id": named, "generated_at": at, "scannable": scannable})


def rating_rows(draws: Draws, m: Measures, visits: pd.DataFrame) -> pd.DataFrame:
    """Return invitations to rate checks, and what came back: valid, late, by others, from one device for two firms."""
    invited, given, satisfied = (m[f"ratings_{name}"] for name in ("invited", "given", "satisfied"))
    places = draws.rng.permutation(np.flatnonzero(visits["firm"]))[:invited]
    at = visits["started_at"].to_numpy()[places] + np.timedelta64(60, "m")
    visit = visits["visit_id"].to_numpy()[places]
    target = np.array([f"{name}-{i}" for i, name in enumerate(visits["target_id"].to_numpy()[places])], dtype=object)
    place = np.arange(invited)
    spare = (invited - given) // 12
    late = (place >= given) & (place < given + spare)
    foreign = (place >= given + spare) & (place < given + 2 * spare)
    shared = (place >= given + 2 * spare) & (place < given + 2 * spare + 2 * (spare // 2))
    answered = (place < given) | late | foreign | shared
    hours = np.where(late, draws.rng.integers(200, 400, invited), draws.rng.integers(1, 160, invited))
    rated = np.where(answered, at + hours.astype("timedelta64[h]"), np.datetime64("NaT"))
    rating = none(invited)
    rating[answered] = draws.words(("very_satisfied", "satisfied"), int(answered.sum()))
    rating[satisfied:given] = draws.words(("neutral", "dissatisfied", "very_dissatisfied"), given - satisfied)
    device = none(invited)
    device[answered] = np.array([f"D-{name}" for name in visit[answered]], dtype=object)
    pair: Ints = np.flatnonzero(shared)
    device[pair] = np.array(
        [f"S{draws.county}-{i // 2}-{visit[pair[i - i % 2]]}" for i in range(len(pair))], dtype=object
    )
    return pd.DataFrame({
        "county": draws.county, "visit_id": visit, "target_id": target, "invited_at": at,
        "rated_at": rated if len(rated) else no_day(0, "m"), "rating": rating, "by_target": answered & ~foreign,
        "device": device,
    })  # fmt: skip
