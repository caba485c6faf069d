"""Simulated problems, complaints, leads, reviews and suits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from yitihua.indicators.simulation.records.draws import Draws, ids, no_day, none
from yitihua.indicators.simulation.records.items import Measures

SENSED, SEEN = ("sensor", "video", "satellite", "drone"), ("patrol", "complaint")
DAY = np.timedelta64(1, "D")


def problem_rows(draws: Draws, year: int, m: Measures) -> pd.DataFrame:
    """Return a year's problems: confirmed, due, closed; some came back, some were doubled or never confirmed."""
    count, due, closed, sensed = (m[f"problems_{name}"] for name in ("confirmed", "due", "closed", "sensed"))
    limit = draws.rng.integers(2, 20, count)
    last = int(limit.max(initial=0)) + 1
    found = draws.days(count, year, worked=False, last=last)
    confirmed = found + draws.rng.integers(0, 2, count).astype("timedelta64[D]")
    deadline = confirmed + limit.astype("timedelta64[D]")
    place = np.arange(count)
    is_due, is_closed = place < due, place < closed
    mended = np.where(is_closed, confirmed + (limit // 2).astype("timedelta64[D]"), np.datetime64("NaT"))
    # Of those not closed: mended too late, mended and not looked at again, never mended.
    late, unseen = (place >= closed) & (place % 3 == 0), (place >= closed) & (place % 3 == 1)
    mended = np.where(late & is_due, deadline + 5 * DAY, mended)
    mended = np.where(unseen & is_due, deadline, mended)
    seen = np.where((is_closed | (late & is_due)) & ~np.isnat(mended), mended + DAY, np.datetime64("NaT"))
    source = draws.words(SEEN, count)
    source[draws.some(sensed, count)] = draws.words(SENSED, sensed)
    rows = pd.DataFrame({
        "problem_id": ids(f"Q{draws.county}-{year}-", count), "source": source,
        "spot": ids(f"K{draws.county}-{year}-", count),
        "found_at": found, "confirmed_at": confirmed, "merged_into": none(count),
        "due_at": np.where(is_due, deadline, np.datetime64("NaT")), "rectified_at": mended, "rechecked_at": seen,
    })  # fmt: skip
    rows = _come_back(rows, closed, due, year)
    extra = rows.iloc[: max(2, count // 100)].copy()
    extra["problem_id"] = ids(f"Q{draws.county}-{year}-", len(extra), count)
    extra["spot"] = ids(f"K{draws.county}-{year}-", len(extra), count)
    half = len(extra) // 2
    extra.loc[extra.index[:half], "merged_into"] = rows["problem_id"].to_numpy()[:half]
    for column in ("confirmed_at", "due_at", "rectified_at", "rechecked_at"):
        extra.loc[extra.index[half:], column] = pd.NaT
    whole = pd.concat([rows, extra], ignore_index=True)
    whole.insert(1, "county", draws.county)
    return whole


def _come_back(rows: pd.DataFrame, closed: int, due: int, year: int) -> pd.DataFrame:
    """Let some of those not closed have been mended in time and re-checked, and come back within 90 days."""
    many = min((due - closed) // 4, closed) if closed else 0
    if many == 0:
        return rows
    failed, again = rows.index[closed : closed + many], rows.index[:many]
    start = np.datetime64(f"{year}-03-01")
    usable = rows.loc[again, "found_at"].to_numpy() >= start
    failed, again = failed[usable], again[usable]
    back = rows.loc[again, "found_at"].to_numpy().astype("datetime64[D]")
    rows.loc[failed, "found_at"], rows.loc[failed, "confirmed_at"] = back - 30 * DAY, back - 30 * DAY
    rows.loc[failed, "due_at"] = back - 15 * DAY
    rows.loc[failed, "rectified_at"], rows.loc[failed, "rechecked_at"] = back - 20 * DAY, back - 19 * DAY
    rows.loc[failed, "spot"] = rows.loc[again, "spot"].to_numpy()
    return rows


def complaint_rows(draws: Draws, year: int, m: Measures) -> pd.DataFrame:
    """Return a year's complaints: of some persons on some matters; sent twice by some; and tips, which do not count."""
    count = m["enforcement_complaints"]
    at = draws.days(count, year, worked=False) + draws.clock(count, 0, 24)
    rows = pd.DataFrame({
        "kind": "enforcement", "person": ids(f"H{draws.county}-{year}-", count),
        "matter": ids(f"M{draws.county}-{year}-", count),
        "received_at": at.astype("datetime64[m]"),
    })  # fmt: skip
    twice = rows.sample(frac=0.1, random_state=int(draws.rng.integers(1 << 31)))
    tips = rows.sample(frac=0.5, random_state=int(draws.rng.integers(1 << 31)))
    tips = tips.assign(kind=draws.words(("tip", "other"), len(tips)), matter=none(len(tips)))
    whole = pd.concat([rows, twice, tips], ignore_index=True)
    whole.insert(0, "complaint_id", ids(f"Z{draws.county}-{year}-", len(whole)))
    whole.insert(1, "county", draws.county)
    whole.insert(2, "channel", draws.words(("hotline", "letters"), len(whole), (0.8, 0.2)))
    return whole


def lead_rows(draws: Draws, year: int, m: Measures) -> pd.DataFrame:
    """Return the leads due in a year: answered in time and in substance, late, returned or urged."""
    count, resolved = m["leads_due"], m["leads_resolved"]
    due = draws.days(count, year, worked=False)
    sent = due - draws.rng.integers(10, 31, count).astype("timedelta64[D]")
    place = np.arange(count)
    filed, refused = no_day(count), no_day(count)
    answered = sent + draws.rng.integers(1, 9, count).astype("timedelta64[D]")
    by_refusal = (place < resolved) & (place % 4 == 0)
    filed[(place < resolved) & ~by_refusal] = answered[(place < resolved) & ~by_refusal]
    refused[by_refusal] = answered[by_refusal]
    late, poor = (place >= resolved) & (place % 2 == 0), (place >= resolved) & (place % 2 == 1)
    filed[late] = due[late] + 7 * DAY
    refused[poor] = answered[poor]
    return pd.DataFrame({
        "lead_id": ids(f"E{draws.county}-{year}-", count), "county": draws.county, "sent_at": sent, "due_at": due,
        "filed_at": filed, "refused_at": refused, "returned": poor & (place % 4 == 1),
        "supervised": poor & (place % 4 == 3),
    })  # fmt: skip


def review_rows(draws: Draws, year: int, m: Measures) -> pd.DataFrame:
    """Return reviews and suits concluded in a year; some decisions have both, of which the last result counts."""
    count, corrected = m["decisions_reviewed"], m["decisions_corrected"]
    place = np.arange(count)
    ended = draws.day_in(f"{year}-03-01", f"{year}-12-31", count)
    wrong = draws.words(("revoked", "changed", "unlawful", "invalid"), count)
    right = draws.words(("upheld", "withdrawn", "mediated"), count, (0.7, 0.2, 0.1))
    last = pd.DataFrame({
        "decision_id": ids(f"J{draws.county}-{year}-", count),
        "decision": draws.words(("penalty", "coercion"), count, (0.8, 0.2)),
        "kind": np.where(place % 6 == 0, "suit", "review"), "accepted_on": ended - 40 * DAY, "concluded_on": ended,
        "outcome": np.where(place < corrected, wrong, right),
    })  # fmt: skip
    first = last[last["kind"] == "suit"].copy()
    first["kind"], first["accepted_on"], first["concluded_on"] = (
        "review",
        first["accepted_on"] - 20 * DAY,
        first["accepted_on"],
    )
    # What the review said does not count: the opposite of the suit.
    first["outcome"] = np.where(first["outcome"].isin(["upheld", "withdrawn", "mediated"]), "revoked", "upheld")
    other = last.head(3).assign(decision="other", decision_id=ids(f"I{draws.county}-{year}-", min(3, count)))
    whole = pd.concat([last, first, other], ignore_index=True)
    whole.insert(0, "review_id", ids(f"R{draws.county}-{year}-", len(whole)))
    whole.insert(1, "county", draws.county)
    return whole
