"""Simulated themes and their tasks, checklists, registered figures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from yitihua.definitions.framework_models import Checklist
from yitihua.indicators.simulation.records.draws import Draws, Ints, Words, ids, no_day
from yitihua.indicators.simulation.records.items import Measures
from yitihua.indicators.simulation.records.organisation import Both

#: Tasks a quarter of a theme that runs: ten make it run.
BUSY = 11


def theme_rows(draws: Draws, m: Both) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return themes claimed in each year, and their tasks: eleven a quarter where one runs, two where it does not."""
    before, after = m[2021]["themes_claimed"], m[2022]["themes_claimed"]
    count = max(before, after)
    claimed = np.full(count, np.datetime64("2021-01-10"))
    ended = no_day(count)
    claimed[before:] = np.datetime64("2022-01-10")
    ended[after:] = np.datetime64("2021-12-20")
    names = ids(f"TH{draws.county}-", count)
    themes = pd.DataFrame({"theme_id": names, "county": draws.county, "claimed_on": claimed, "ended_on": ended})
    parts = []
    for year in (2021, 2022):
        there, running = names[: m[year]["themes_claimed"]], m[year]["themes_running"]
        many = np.where(np.arange(len(there)) < running, BUSY, 2)
        for number in range(4):
            theme = np.repeat(there, many)
            first = np.datetime64(f"{year}-{3 * number + 1:02d}-11")
            day = first + draws.rng.integers(0, 75, len(theme)).astype("timedelta64[D]")
            parts.append(pd.DataFrame({"theme_id": theme, "happened_at": day + draws.clock(len(theme))}))
    tasks = pd.concat(parts, ignore_index=True)
    tasks.insert(0, "flow_id", ids(f"TF{draws.county}-", len(tasks)))
    tasks.insert(1, "county", draws.county)
    return themes, tasks


def checklist_rows(draws: Draws, m: Both, lists: Mapping[str, Checklist], towns: Words) -> pd.DataFrame:
    """Return the points of three checklists, scored in November of each year; command rooms once before as well."""
    parts = []
    for year in (2021, 2022):
        now = m[year]
        day = np.datetime64(f"{year}-11-20")
        parts.append(_scored(draws, "A10", lists["A10"], [draws.county], [now["rule_points_met"]], day))
        departments = now["cooperation_points_applicable"] // 100
        met = _capped(draws, now["cooperation_points_met"], departments, 100)
        parts.append(_scored(draws, "B08", lists["B08"], ids(f"DP{draws.county}-", departments), met, day))
        good = now["towns_room_standard"]
        order = draws.rng.permutation(len(towns))
        for which, early in ((order[good:], day - np.timedelta64(120, "D")), (order, day)):
            passes = np.isin(which, order[:good]) if early == day else np.ones(len(which), dtype=bool)
            parts.append(_rooms(draws, lists["CC"], towns[which], passes, early))
    whole = pd.concat(parts, ignore_index=True)
    whole.insert(0, "county", draws.county)
    whole["applicable"] = True
    return whole


def _capped(draws: Draws, total: int, count: int, most: int) -> Ints:
    """Return whole numbers up to `most` that sum to a total."""
    parts = np.full(count, total // count)
    parts[: total % count] += 1
    for i, j in draws.rng.integers(0, count, (3 * count, 2)):
        step = min(int(draws.rng.integers(0, 6)), int(parts[i]), most - int(parts[j]))
        if i != j:
            parts[i], parts[j] = parts[i] - step, parts[j] + step
    return parts


def _scored(
    draws: Draws, code: str, points: Checklist, scored: Words | list[str], met: Ints | list[int], day: np.datetime64
) -> pd.DataFrame:
    """Return every point of a list for some units: full ones in an order of chance, until what was met is used up."""
    full = np.array([point.points for point in points.points.values()])
    rows = []
    for unit, total in zip(scored, met, strict=True):
        order = draws.rng.permutation(len(full))
        before = np.cumsum(full[order]) - full[order]
        got = np.empty(len(full))
        got[order] = np.clip(total - before, 0, full[order])
        rows.append(_points(code, points, unit, got, day))
    return pd.concat(rows, ignore_index=True)


def _rooms(draws: Draws, points: Checklist, towns: Words, passes: np.ndarray, day: np.datetime64) -> pd.DataFrame:
    """Return the rooms of towns: 80 points or more with every must, or one of the two not."""
    full = np.array([point.points for point in points.points.values()])
    must = np.array([point.must for point in points.points.values()])
    rows = []
    for i, (town, good) in enumerate(zip(towns, passes, strict=True)):
        got = full.copy()
        if good:  # some points that are no musts are lost, fewer than 20 in all
            spare = draws.rng.permutation(np.flatnonzero(~must))
            lost = spare[np.cumsum(full[spare]) <= 19][:2]
            got[lost] = 0
        elif i % 2:
            got[np.flatnonzero(must)[0]] = 0  # enough points, a must is not met
        else:
            spare = np.flatnonzero(~must)
            got[spare[: int(np.searchsorted(np.cumsum(full[spare]), 20.5)) + 1]] = 0
        rows.append(_points("CC", points, str(town), got, day))
    if not rows:
        return pd.DataFrame()
    return pd.concat(rows, ignore_index=True)


def _points(code: str, points: Checklist, unit: str, got: np.ndarray, day: np.datetime64) -> pd.DataFrame:
    return pd.DataFrame({
        "checklist": code, "scored": unit, "point": list(points.points),
        "points_full": [point.points for point in points.points.values()], "points": got,
        "must": [point.must for point in points.points.values()], "scored_on": day,
    })  # fmt: skip


def register_rows(m: Both, county: str) -> pd.DataFrame:
    """Return registered figures at the ends of quarters: the mean of a year's two ends is its number of entities."""
    first, second = m[2021]["market_entities"], m[2022]["market_entities"]
    start = round(first * 0.98)
    ends = [start, 2 * first - start, 2 * second - 2 * first + start]
    days = np.array([f"{year}-{month}" for year in (2021, 2022) for month in ("03-31", "06-30", "09-30", "12-31")],
                    dtype="datetime64[D]")  # fmt: skip
    entities = np.round(np.interp(np.arange(1, 9), [0, 4, 8], ends)).astype(np.int64)
    rows = [("market_entities", np.datetime64("2020-12-31"), start)]
    rows += [("market_entities", day, value) for day, value in zip(days, entities, strict=True)]
    rows += [("population", np.datetime64(f"{year}-12-31"), m[year]["population"]) for year in (2021, 2022)]
    rows.append(("population", np.datetime64("2020-11-01"), m[2021]["population"]))
    return pd.DataFrame({"county": county, "figure": [r[0] for r in rows], "on_day": np.array([r[1] for r in rows]),
                         "value": np.array([float(r[2]) for r in rows])})  # fmt: skip


def whole_numbers(table: Mapping[str, np.ndarray], row: int) -> Measures:
    """Return a county's measures as whole numbers."""
    return {name: int(values[row]) for name, values in table.items()}
