"""What happens in the field: who is reached, who breaks off, who is careless, who answers twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.indicators.table import Floats
from yitihua.surveys.simulation.draws import BLANK
from yitihua.surveys.simulation.streams import Ints, Streams

if TYPE_CHECKING:
    import pandas as pd

DISPOSITIONS = ("complete", "partial", "refusal", "not eligible", "not reached")
COMPLETE, PARTIAL, REFUSAL, NOT_ELIGIBLE, NOT_REACHED = range(5)

#: Shares of those who answer: careless ones, people who answer twice from one device, skipped questions.
CARELESS, TWICE, SKIPPED = 0.02, 0.01, 0.008
FIELD_DAYS = 45
OPENING = "-10-10T08:00"


@dataclass(slots=True)
class Sample:
    """The people or firms selected for one questionnaire, a row each.

    Attributes
    ----------
    county : ndarray of int
        Row of the county.
    labels : dict
        Text columns: stratum, psu, mode, ...
    numbers : dict
        Whole-number columns, BLANK where empty; the questions come last, in their order.
    weight : ndarray
        Inverse of the selection probability.
    disposition : ndarray of int
        Index into `DISPOSITIONS`.
    planted : dict
        Kind of fault -> how often it was put in, for the passport.
    """

    county: Ints
    weight: Floats
    disposition: Ints
    labels: dict[str, npt.NDArray[np.object_]] = field(default_factory=dict)
    numbers: dict[str, Ints] = field(default_factory=dict)
    items: dict[str, Ints] = field(default_factory=dict)
    planted: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.county)

    @property
    def answered(self) -> npt.NDArray[np.bool_]:
        """Who answered, at least in part."""
        return self.disposition <= PARTIAL


def dispositions(rng: Streams, reached: Floats, willing: Floats, eligible: float, breaks: float) -> Ints:
    """Return how each contact ended."""
    u = rng.random(len(reached), sets=4)
    found = np.where(u[3] < breaks, PARTIAL, COMPLETE)
    found = np.where(u[2] > eligible, NOT_ELIGIBLE, found)
    found = np.where(u[1] > willing, REFUSAL, found)
    return np.where(u[0] > reached, NOT_REACHED, found)


def clear_unanswered(sample: Sample, rng: Streams, keep: Iterable[str] = (), first: int = 4) -> None:
    """Blank what was not answered: by those who never began, after a break, and a few skipped questions."""
    names = list(sample.items)
    kept = set(keep)
    breaks = rng.integers(first, len(names), len(sample))
    skips = 0
    for place, name in enumerate(names):
        gone = sample.disposition > PARTIAL
        gone |= (sample.disposition == PARTIAL) & (place >= breaks)
        if name not in kept and place >= first:
            skipped = (rng.random(len(sample)) < SKIPPED) & ~gone & (sample.items[name] != BLANK)
            skips += int(skipped.sum())
            gone |= skipped
        sample.items[name] = np.where(gone, BLANK, sample.items[name])
    sample.planted["skipped-question"] = skips
    sample.planted["broken-off"] = int((sample.disposition == PARTIAL).sum())


def careless(sample: Sample, grid: dict[str, bool], rng: Streams) -> npt.NDArray[np.bool_]:
    """Let a small share give one answer throughout a block of questions; return who they are."""
    who = sample.answered & (rng.random(len(sample)) < CARELESS)
    one = rng.integers(3, 6, len(sample))
    for name in grid:
        sample.items[name] = np.where(who & (sample.items[name] != BLANK), one, sample.items[name])
    sample.planted["one-answer-throughout"] = int(who.sum())
    return who


def paradata(sample: Sample, period: str, seconds: float, hasty: npt.NDArray[np.bool_], rng: Streams) -> None:
    """Add when each interview began, how long it took, on which device, by which interviewer."""
    began = sample.disposition <= PARTIAL
    minutes = rng.integers(0, FIELD_DAYS, len(sample)) * 1440 + rng.integers(0, 12 * 60, len(sample))
    start = np.datetime64(period + OPENING, "s") + minutes.astype("timedelta64[m]")
    duration = np.round(seconds * np.exp(0.35 * rng.standard_normal(len(sample))))
    duration = np.where(hasty, np.round(duration * 0.25), duration)
    duration = np.where(sample.disposition == PARTIAL, np.round(duration * 0.5), duration)
    sample.labels["start"] = or_none(start.astype(str).astype(object), sample.disposition != NOT_REACHED)
    sample.numbers["duration"] = np.where(began, duration.astype(np.int64), BLANK)
    web = (sample.labels["mode"] == "web") & began
    devices = np.array([f"{value:08x}" for value in rng.integers(0, 2**32, len(sample))], dtype=object)
    sample.labels["device"] = or_none(devices, web)
    interviewer = 1 + rng.integers(0, 4, len(sample))
    sample.numbers["interviewer"] = np.where(sample.labels["mode"] == "web", BLANK, interviewer)


def or_none(texts: npt.NDArray[np.object_], where: npt.NDArray[np.bool_]) -> npt.NDArray[np.object_]:
    """Return the texts where a condition holds, None elsewhere."""
    found = texts.copy()
    found[~where] = None
    return found


def answered_twice(sample: Sample, rng: Streams) -> None:
    """Append a second copy of a few web answers: same device and answers, some minutes later."""
    web = sample.answered & (sample.labels["mode"] == "web")
    rows = np.flatnonzero(web & (rng.random(len(sample)) < TWICE))
    sample.planted["answered-twice"] = len(rows)
    order = np.argsort(np.concatenate([sample.county, sample.county[rows]]), kind="stable")

    def longer(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.concatenate([column, column[rows]])[order]

    later = np.array(sample.labels["start"][rows].tolist(), dtype="datetime64[s]") + np.timedelta64(4, "m")
    starts = np.concatenate([sample.labels["start"], later.astype(str).astype(object)])[order]
    tables: tuple[dict[str, npt.NDArray[Any]], ...] = (sample.labels, sample.numbers, sample.items)
    for table in tables:
        for name, column in table.items():
            table[name] = longer(column)
    sample.labels["start"] = starts
    sample.county, sample.weight, sample.disposition = (
        longer(column) for column in (sample.county, sample.weight, sample.disposition)
    )


def frame_of(sample: Sample, codes: tuple[str, ...], letter: str) -> pd.DataFrame:
    """Return the sample as a table: who, where, how, then the answers; empty where blank."""
    import pandas as pd

    county = np.array(codes, dtype=object)[sample.county]
    starts = np.searchsorted(sample.county, np.arange(len(codes)))
    place = np.arange(len(sample)) - starts[sample.county] + 1
    columns: dict[str, object] = {
        "respondent": [f"{letter}{code}-{number:03d}" for code, number in zip(county, place, strict=True)],
        "county": county,
        **sample.labels,
        "disposition": np.array(DISPOSITIONS, dtype=object)[sample.disposition],
        "weight": np.round(sample.weight, 3),
    }
    for name, values in (sample.numbers | sample.items).items():
        columns[name] = pd.array(np.where(values == BLANK, 0, values), dtype="Int16")
        columns[name][values == BLANK] = pd.NA  # type: ignore[index]
    return pd.DataFrame(columns)
