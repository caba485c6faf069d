"""Firms: the enterprises' questionnaire and the ratings that follow a check."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from yitihua.indicators.table import Floats
from yitihua.surveys.simulation import draws, fieldwork
from yitihua.surveys.simulation.draws import DONT_KNOW, NOT_APPLICABLE
from yitihua.surveys.simulation.fieldwork import Sample
from yitihua.surveys.simulation.population import SIZE_STRATA, Population, Records, size_strata
from yitihua.surveys.simulation.streams import Ints, Streams

#: Firms selected a county by size stratum: large ones more often than their number; about 180 of 300 answer.
SELECTED = (150, 90, 60)
#: Invitations to rate that are drawn a county: about 40 of 112 answer.
INVITED = 112

#: Points on 0-100 by size stratum; a county's mean over its firms is taken out again.
SIZE_EFFECT = np.array([0.0, 1.5, 3.0])
#: Question -> indicator, points beside its mean, reversed wording, don't-know share.
RATED: dict[str, tuple[str, float, bool, float]] = {
    "EN04": ("E04", 0.0, False, 0.03),
    "EN07": ("E05", -2.0, True, 0.04),
    "EN08": ("E05", -3.0, True, 0.07),
    "EN09": ("E05", 5.0, False, 0.05),
    "EN10": ("E06", 3.0, False, 0.07),
    "EN11": ("E06", -4.0, False, 0.08),
    "EN12": ("E06", 1.0, False, 0.06),
}
#: Questions about checks, which firms without one may call not applicable.
ABOUT_CHECKS = ("EN07", "EN08", "EN09", "EN12")
UNKNOWN_TIMES = 998
#: How far a county's firms are from its records in what they recall of checks, as a standard deviation of logs.
RECALL = 0.3


def enterprises(people: Population, truth: Mapping[str, Floats], period: str, seed: int) -> Sample:
    """Return the enterprises' sample with its answers: firms drawn within size strata."""
    rng = Streams(seed, ["enterprises", period], people.codes)
    units = len(people.codes)
    county = np.repeat(np.arange(units), sum(SELECTED))
    stratum = np.tile(np.repeat([0, 1, 2], SELECTED), units)
    frame = size_strata(people.firms)
    weight = np.maximum(frame[county, stratum] / np.array(SELECTED)[stratum], 1.0)
    size, sector = _size_and_sector(people, county, stratum, rng)
    web = rng.random(len(county)) < np.array([0.7, 0.85, 0.95])[stratum]
    reached, willing = np.array([0.78, 0.84, 0.9])[stratum], np.array([0.76, 0.78, 0.76])[stratum]
    sample = Sample(county, weight, fieldwork.dispositions(rng, reached, willing, 0.97, 0.03))
    sample.labels["stratum"] = np.array(SIZE_STRATA, dtype=object)[stratum]
    place = np.tile(np.arange(1, sum(SELECTED) + 1), units)
    sample.labels["psu"] = np.array(
        [f"{people.codes[c]}-{k:03d}" for c, k in zip(county, place, strict=True)], dtype=object
    )
    sample.labels["mode"] = np.where(web, "web", "face to face").astype(object)
    town = 1 + np.floor(rng.random(len(county)) * people.towns[county]).astype(np.int64)
    sample.numbers |= {"town": town, "size_band": size, "sector": sector}
    shift = SIZE_EFFECT[stratum] - (frame @ SIZE_EFFECT / frame.sum(axis=1))[county]
    _ask_firms(sample, truth, shift, people.records, rng)
    hasty = fieldwork.careless(sample, {name: rule[2] for name, rule in RATED.items()}, rng)
    sample.items["EN13"] = np.where(hasty, sample.items["EN10"], sample.items["EN13"])
    fieldwork.clear_unanswered(
        sample, rng, keep=("EN05", "EN06", "EN13", "EN15", "EN16", "EN18", "EN19", "EN20"), first=5
    )
    out = sample.disposition == fieldwork.NOT_ELIGIBLE
    sample.items["EN01"] = np.where(out, 0, sample.items["EN01"])
    fieldwork.paradata(sample, period, 300.0, hasty, rng)
    fieldwork.answered_twice(sample, rng)
    return sample


def _size_and_sector(people: Population, county: Ints, stratum: Ints, rng: Streams) -> tuple[Ints, Ints]:
    """Draw size band and sector within the stratum; the last stratum holds two bands."""
    large = people.firms[county][:, 2:].sum(axis=2)
    size = np.where(stratum == 2, 3 + draws.choice(rng, large), stratum + 1)
    sector = 1 + draws.choice(rng, people.firms[county, size - 1])
    return size, sector


def _ask_firms(sample: Sample, truth: Mapping[str, Floats], shift: Floats, records: Records, rng: Streams) -> None:
    count, county = len(sample), sample.county
    person, cluster, ones = rng.standard_normal(count), rng.standard_normal(count), np.ones(count)
    size = sample.numbers["size_band"]
    # What firms recall goes with the county's records, as B04, B01, D03 and E07 are to be held against them.
    recall = np.exp(RECALL * rng.normals(2))  # memory strays, and not the same way everywhere
    often = np.array([1.3, 2.6, 4.5, 7.0])[size - 1] * (np.clip(records.checks, 0.3, 3.0) * recall[:, 0])[county]
    checks = rng.poisson(often * np.exp(0.5 * rng.standard_normal(count)))
    joint = np.clip(records.joint * recall[:, 1], 0.02, 0.95)[county]
    items: dict[str, Ints] = {"EN01": np.ones(count, dtype=np.int64)}
    items["EN02"] = 1 + draws.choice(rng, np.array([[0.72, 0.13, 0.12, 0.03], [0.25, 0.4, 0.32, 0.03]])[(size > 1) * 1])
    items["EN03"] = sample.numbers["town"].copy()

    def rated(name: str) -> Ints:
        code, points, reverse, unknown = RATED[name]
        answers = draws.five_points(
            draws.centre_for(truth[code][county] + points + shift), cluster, person, rng, reverse
        )
        answers = draws.with_code(answers, DONT_KNOW, unknown, rng)
        unasked = (checks == 0) * 0.7 if name in ABOUT_CHECKS else 0 * ones
        return draws.with_code(answers, NOT_APPLICABLE, unasked, rng)

    def yes(share: Floats | float, unknown: float) -> Ints:
        return draws.with_code(draws.yes(share * ones, cluster, person, rng), DONT_KNOW, unknown, rng)

    items["EN04"] = rated("EN04")
    items["EN05"] = draws.with_code(np.minimum(checks, 365), UNKNOWN_TIMES, 0.04, rng)
    checked = (items["EN05"] > 0) & (items["EN05"] != UNKNOWN_TIMES)
    items["EN06"] = draws.asked(draws.with_code(rng.binomial(checks, joint), UNKNOWN_TIMES, 0.04, rng), checked)
    for name in ("EN07", "EN08", "EN09", "EN10", "EN11", "EN12"):
        items[name] = rated(name)
    items["EN13"] = draws.with_code(np.full(count, 4), 3, 0.03, rng)
    items["EN14"] = yes(np.where(size > 1, 0.09, 0.05), 0.01)
    for name, share in (("EN15", 0.84 + 0.1 * records.coded[county]), ("EN16", 0.8 * records.invited[county])):
        items[name] = draws.asked(draws.with_code(yes(share, 0.07), NOT_APPLICABLE, 0.01, rng), checked)
    items["EN17"] = draws.yes(0.04 * ones, cluster, person, rng)
    items["EN18"] = size.copy()
    firm = np.array([[0.25, 0.7, 0.04, 0.01], [0.9, 0.07, 0.02, 0.01]])[(size > 1) * 1]
    items["EN19"] = 1 + draws.choice(rng, firm)
    items["EN20"] = sample.numbers["sector"].copy()
    items["EN21"] = yes(np.where(size > 2, 0.3, 0.05), 0.06)
    sample.items = items


def post_check(people: Population, truth: Mapping[str, Floats], period: str, seed: int) -> Sample:
    """Return a sample of invitations to rate a check, with the ratings of those who gave one."""
    rng = Streams(seed, ["post-check", period], people.codes)
    units = len(people.codes)
    county = np.repeat(np.arange(units), INVITED)
    count = len(county)
    size, _ = _size_and_sector(people, county, draws.choice(rng, np.tile([0.8, 0.14, 0.06], (count, 1))), rng)
    weight = np.maximum(people.invited[county] / INVITED, 1.0)
    records, willing, eligible = people.records, 0.95, 0.98
    reached = np.clip(records.rated / (willing * eligible), 0.1, 0.95)[county]
    ended = fieldwork.dispositions(rng, reached, np.full(count, willing), eligible, 0.01)
    sample = Sample(county, weight, ended)
    sample.labels["stratum"] = np.full(count, "invited", dtype=object)
    place = np.tile(np.arange(1, INVITED + 1), units)
    sample.labels["psu"] = np.array(
        [f"{people.codes[c]}-{k:03d}" for c, k in zip(county, place, strict=True)], dtype=object
    )
    sample.labels["mode"] = np.full(count, "web", dtype=object)
    sample.numbers["size_band"] = size
    person, cluster, ones = rng.standard_normal(count), rng.standard_normal(count), np.ones(count)
    items: dict[str, Ints] = {"PC01": np.ones(count, dtype=np.int64)}
    rating = draws.satisfied(truth["E07"][county] / 100, cluster, person, rng)
    items["PC02"] = draws.with_code(rating, DONT_KNOW, 0.01, rng)
    items["PC03"] = draws.with_code(
        draws.yes(0.88 + 0.08 * records.coded[county], cluster, person, rng), DONT_KNOW, 0.04, rng
    )
    joint = np.clip(records.joint * np.exp(RECALL * rng.normals()), 0.02, 0.95)[county]
    departments = 1 + draws.choice(rng, np.column_stack([1 - joint, 0.72 * joint, 0.28 * joint]))
    # Firms that find checks unreasonable (E05) have been checked for the same things more often.
    again = np.clip(0.16 + 0.006 * (61.0 - truth["E05"][county]), 0.04, 0.4)
    items["PC04"] = draws.with_code(departments, DONT_KNOW, 0.03, rng)
    items["PC05"] = draws.with_code(draws.yes(again, cluster, person, rng), DONT_KNOW, 0.05, rng)
    items["PC06"] = draws.yes(0.05 * ones, cluster, person, rng)
    items["PC07"] = size.copy()
    sample.items = items
    fieldwork.clear_unanswered(sample, rng, first=3)
    sample.items["PC01"] = np.where(ended == fieldwork.NOT_ELIGIBLE, 0, sample.items["PC01"])
    fieldwork.paradata(sample, period, 50.0, np.zeros(count, dtype=bool), rng)
    fieldwork.answered_twice(sample, rng)
    return sample
