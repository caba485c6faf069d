"""Residents: the citizens' questionnaire (web and face to face) and the telephone spot check."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from yitihua.indicators.table import Floats
from yitihua.surveys.simulation import draws, fieldwork
from yitihua.surveys.simulation.draws import BLANK, DONT_KNOW, NOT_APPLICABLE, REFUSED
from yitihua.surveys.simulation.fieldwork import Sample
from yitihua.surveys.simulation.population import STRATA, Population
from yitihua.surveys.simulation.streams import Ints, Streams

#: Communities a county and people selected in each: about 150 of 240 answer.
COMMUNITIES, PER_COMMUNITY = 12, 20
#: Selected by telephone: residents (part A) and people in records (part B); about 30 of each answer.
PART_A, PART_B = 56, 46

#: Points on 0-100 by age band, by stratum, and by mode. Means over a county are taken out again, so that
#: a county's true mean is the one of the citizens' survey as fielded; the telephone stands `PHONE` above it.
AGE_EFFECT = np.array([-4.0, -2.5, -1.0, 0.5, 2.0, 4.0])
RURAL_EFFECT = 1.5
FACE_TO_FACE = 2.0
PHONE = 3.0
WEB_BY_AGE = np.array([0.93, 0.9, 0.82, 0.68, 0.45, 0.22])

#: Question -> indicator, points beside the indicator's mean (they cancel out), reversed wording, don't-know share.
RATED: dict[str, tuple[str, float, bool, float]] = {
    "CZ04": ("E01", 0.0, False, 0.04),
    "CZ06": ("E02", -3.0, False, 0.09),
    "CZ07": ("E02", 6.0, False, 0.05),
    "CZ08": ("E02", 3.0, False, 0.1),
    "CZ09": ("E02", -6.0, True, 0.11),
    "CZ10": ("E03", 3.0, False, 0.1),
    "CZ11": ("E03", -3.0, False, 0.1),
}
#: Question -> points of awareness beside the indicator's share.
HEARD = {"CZ15": 8.0, "CZ16": -8.0}
#: Telephone question -> the question of the citizens' form that is worded alike.
ALIKE = {"PH04": "CZ04", "PH05": "CZ07", "PH06": "CZ11"}

EDUCATION = np.array([[0.1, 0.2, 0.26, 0.2, 0.24], [0.32, 0.33, 0.2, 0.09, 0.06]])
WORK = np.array([
    [0.06, 0.24, 0.06, 0.02, 0.56, 0.0, 0.06], [0.14, 0.56, 0.16, 0.03, 0.02, 0.0, 0.09],
    [0.13, 0.52, 0.2, 0.06, 0.0, 0.0, 0.09], [0.11, 0.44, 0.22, 0.12, 0.0, 0.02, 0.09],
    [0.06, 0.26, 0.16, 0.17, 0.0, 0.27, 0.08], [0.0, 0.03, 0.05, 0.22, 0.0, 0.62, 0.08],
])  # fmt: skip


def citizens(people: Population, truth: Mapping[str, Floats], period: str, seed: int) -> Sample:
    """Return the citizens' sample with its answers: communities in urban and rural strata, people in each."""
    rng = Streams(seed, ["citizens", period], people.codes)
    by_stratum = people.people.sum(axis=(2, 3))
    clusters = clusters_of(by_stratum)
    stratum_of, county_of = (np.repeat(column, PER_COMMUNITY) for column in _cluster_rows(clusters))
    weight = by_stratum[county_of, stratum_of] / (clusters[county_of, stratum_of] * PER_COMMUNITY)
    cluster = np.repeat(np.arange(len(weight) // PER_COMMUNITY), PER_COMMUNITY)
    age, sex = _age_and_sex(people, county_of, stratum_of, rng)
    web = rng.random(len(weight)) < WEB_BY_AGE[age - 2]
    reached = np.where(stratum_of == 0, 0.8, 0.88)
    willing = np.array([0.74, 0.78, 0.8, 0.83, 0.86, 0.84])[age - 2]
    sample = Sample(county_of, weight, fieldwork.dispositions(rng, reached, willing, 0.97, 0.035))
    sample.labels["stratum"] = np.array(STRATA, dtype=object)[stratum_of]
    within = cluster - np.repeat(_first_of_each(county_of[::PER_COMMUNITY]), PER_COMMUNITY) + 1
    sample.labels["psu"] = np.array(
        [f"{people.codes[c]}-{k:02d}" for c, k in zip(county_of, within, strict=True)], dtype=object
    )
    sample.labels["mode"] = np.where(web, "web", "face to face").astype(object)
    town = 1 + np.repeat(
        np.floor(rng.random(cluster[-1] + 1) * people.towns[county_of[::PER_COMMUNITY]]), PER_COMMUNITY
    )
    _who(sample, people, age, sex, stratum_of, town.astype(np.int64), rng)
    effect = AGE_EFFECT[age - 2] + RURAL_EFFECT * stratum_of + np.where(web, 0.0, FACE_TO_FACE)
    shift = effect - usual_effect(people)[county_of]
    cluster_effect = rng.standard_normal(cluster[-1] + 1)[cluster]
    _ask_citizens(sample, truth, shift, cluster_effect, rng)
    hasty = fieldwork.careless(sample, {name: rule[2] for name, rule in RATED.items()}, rng)
    sample.items["CZ12"] = np.where(hasty, sample.items["CZ06"], sample.items["CZ12"])
    fieldwork.clear_unanswered(sample, rng, keep=("CZ12", "CZ13", "CZ14", "CZ18", "CZ19", "CZ20", "CZ21", "CZ22"))
    _screened_out(sample, rng)
    fieldwork.paradata(sample, period, 270.0, hasty, rng)
    fieldwork.answered_twice(sample, rng)
    return sample


def clusters_of(by_stratum: Floats) -> Ints:
    """Return communities selected by county and stratum: proportional, at least four of each."""
    urban = by_stratum[:, 0] / by_stratum.sum(axis=1)
    first = np.clip(np.round(COMMUNITIES * urban), 4, COMMUNITIES - 4).astype(np.int64)
    return np.column_stack([first, COMMUNITIES - first])


def _cluster_rows(clusters: Ints) -> tuple[Ints, Ints]:
    strata = np.tile([0, 1], len(clusters))
    counties = np.repeat(np.arange(len(clusters)), 2)
    return np.repeat(strata, clusters.ravel()), np.repeat(counties, clusters.ravel())


def _first_of_each(groups: Ints) -> Ints:
    return np.searchsorted(groups, groups)


def _age_and_sex(people: Population, county: Ints, stratum: Ints, rng: Streams) -> tuple[Ints, Ints]:
    cells = people.people.reshape(len(people.codes), 2, 12)[county, stratum]
    cell = draws.choice(rng, cells)
    return 2 + cell // 2, 1 + cell % 2


def usual_effect(people: Population) -> Floats:
    """Return each county's mean of the effects of age, stratum and mode, over its whole population."""
    shares = people.people.sum(axis=3) / people.people.sum(axis=(1, 2, 3))[:, None, None]
    by_age = AGE_EFFECT + (1 - WEB_BY_AGE) * FACE_TO_FACE
    return np.asarray((shares * (by_age + RURAL_EFFECT * np.array([[0.0], [1.0]]))).sum(axis=(1, 2)))


def _who(sample: Sample, people: Population, age: Ints, sex: Ints, stratum: Ints, town: Ints, rng: Streams) -> None:
    """Add what the frame knows of a person, and the questions about it."""
    centre = rng.random(len(sample)) < people.centres[sample.county]
    area = np.where(stratum == 1, 3, np.where(centre, 2, 1))
    education = 1 + draws.choice(rng, EDUCATION[stratum] * np.linspace(1.6, 0.4, 5) ** ((age - 4)[:, None] / 3))
    sample.numbers |= {"town": town, "age_band": age, "sex": sex, "area": area}
    sample.numbers["education"] = np.where(sample.answered, education, BLANK)
    sample.items |= {"CZ01": age, "CZ02": np.ones(len(sample), dtype=np.int64), "CZ03": town}


def _ask_citizens(sample: Sample, truth: Mapping[str, Floats], shift: Floats, cluster: Floats, rng: Streams) -> None:
    count, county, items = len(sample), sample.county, sample.items
    person = rng.standard_normal(count)
    ones = np.ones(count)
    web = sample.labels["mode"] == "web"

    def rated(name: str) -> Ints:
        code, points, reverse, unknown = RATED[name]
        centre = draws.centre_for(truth[code][county] + points + shift)
        answers = draws.five_points(centre, cluster, person, rng, reverse)
        return draws.with_code(answers, DONT_KNOW, np.where(web, unknown, unknown * 1.3), rng)

    def yes(share: Floats, unknown: float) -> Ints:
        return draws.with_code(draws.yes(share, cluster, person, rng), DONT_KNOW, unknown, rng)

    for name in ("CZ04", "CZ05", "CZ06", "CZ07", "CZ08", "CZ09", "CZ10", "CZ11"):
        items[name] = yes(0.12 * ones, 0.02) if name == "CZ05" else rated(name)
    items["CZ12"] = draws.with_code(np.full(count, 2), 4, 0.03, rng)
    items["CZ13"] = yes(0.07 * ones, 0.01)
    outcome = draws.satisfied(truth["E08"][county] / 100 - 0.14, cluster, person, rng)
    outcome = draws.with_code(draws.with_code(outcome, DONT_KNOW, 0.03, rng), NOT_APPLICABLE, 0.08, rng)
    items["CZ14"] = draws.asked(outcome, items["CZ13"] == 1)
    for name, points in HEARD.items():
        items[name] = yes((truth["E09"][county] + points) / 100, 0.04)
    # People who say yes to much also say yes to a measure that does not exist.
    items["CZ17"] = yes(0.04 + 0.07 * (items["CZ15"] == 1), 0.05)
    tenths = np.clip(np.round((draws.centre_for(truth["E01"][county] + shift) + draws.SPREAD * (
        np.sqrt(draws.PERSON_SHARE) * person + 0.7 * rng.standard_normal(count))) / 10), 0, 10)  # fmt: skip
    half = rng.random(count) < 0.5
    items["CZ18"] = draws.asked(draws.with_code(tenths.astype(np.int64), DONT_KNOW, 0.04, rng), half)
    items["CZ19"] = draws.with_code(sample.numbers["sex"], REFUSED, 0.01, rng)
    items["CZ20"] = draws.with_code(sample.numbers["education"], REFUSED, 0.02, rng)
    items["CZ21"] = sample.numbers["area"].copy()
    work = 1 + draws.choice(rng, WORK[sample.numbers["age_band"] - 2])
    items["CZ22"] = draws.with_code(work, REFUSED, 0.02, rng)


def _screened_out(sample: Sample, rng: Streams) -> None:
    """Give those who are not eligible the answer that ended the interview."""
    out = sample.disposition == fieldwork.NOT_ELIGIBLE
    why = rng.integers(0, 3, len(sample))
    own = sample.numbers["age_band"]
    sample.items["CZ01"] = np.where(out, np.where(why == 0, 1, own), sample.items["CZ01"])
    sample.items["CZ02"] = np.where(out & (why > 0), np.where(why == 1, 0, 1), sample.items["CZ02"])
    sample.items["CZ03"] = np.where(out & (why == 2), 90, sample.items["CZ03"])


def telephone(people: Population, truth: Mapping[str, Floats], period: str, seed: int) -> Sample:
    """Return the telephone sample: part A random residents, part B call-backs of people in records."""
    rng = Streams(seed, ["telephone", period], people.codes)
    count = len(people.codes)
    county = np.repeat(np.arange(count), PART_A + PART_B)
    part_a = np.tile(np.arange(PART_A + PART_B) < PART_A, count)
    by_stratum = people.people.sum(axis=(2, 3))
    urban_calls = np.clip(np.round(PART_A * by_stratum[:, 0] / by_stratum.sum(axis=1)), 6, PART_A - 6)
    place = np.tile(np.arange(PART_A + PART_B), count)
    stratum = np.where(place < urban_calls[county], 0, 1)
    calls = np.column_stack([urban_calls, PART_A - urban_calls])
    records = people.records
    weight = np.where(
        part_a, (by_stratum / calls)[county, stratum], (records.cases + records.problems)[county] / PART_B
    )
    age, sex = _age_and_sex(people, county, stratum, rng)
    reached = np.where(part_a, 0.74, 0.82)
    sample = Sample(county, weight, fieldwork.dispositions(rng, reached, np.full(len(county), 0.78), 0.97, 0.03))
    sample.labels["part"] = np.where(part_a, "A", "B").astype(object)
    # A call-back is about one record of the county: a closed case or a confirmed problem, of January to September.
    case = rng.random(len(sample)) < (records.cases / (records.cases + records.problems))[county]
    about = np.where(case, "case", "problem").astype(object)
    sample.labels["record"] = fieldwork.or_none(about, ~part_a)
    sample.numbers["record_month"] = np.where(part_a, BLANK, rng.integers(1, 10, len(sample)))
    sample.labels["stratum"] = np.where(part_a, np.array(STRATA, dtype=object)[stratum], "records").astype(object)
    sample.labels["psu"] = np.array(
        [f"{people.codes[c]}-{k:03d}" for c, k in zip(county, place + 1, strict=True)], dtype=object
    )
    sample.labels["mode"] = np.full(len(sample), "telephone", dtype=object)
    town = 1 + np.floor(rng.random(len(sample)) * people.towns[county]).astype(np.int64)
    _who(sample, people, age, sex, stratum, town, rng)
    effect = AGE_EFFECT[age - 2] + RURAL_EFFECT * stratum + (1 - WEB_BY_AGE[age - 2]) * FACE_TO_FACE
    shift = effect - usual_effect(people)[county] + PHONE
    # Where cases are recorded as they happen, more of the records are true; where problems are closed, more hear of it.
    honest = np.clip(0.9 + 0.5 * (records.unified - 0.92), 0.6, 0.98)[county]
    told = np.clip(0.72 + 1.0 * (records.closed - 0.9), 0.4, 0.9)[county]
    _ask_by_telephone(sample, truth, shift, part_a, (honest, told), rng)
    fieldwork.paradata(sample, period, 235.0, np.zeros(len(sample), dtype=bool), rng)
    return sample


def _ask_by_telephone(
    sample: Sample,
    truth: Mapping[str, Floats],
    shift: Floats,
    part_a: npt.NDArray[np.bool_],
    records: tuple[Floats, Floats],
    rng: Streams,
) -> None:
    count, county = len(sample), sample.county
    person, cluster = rng.standard_normal(count), rng.standard_normal(count)
    honest, told = records

    def coded(answers: Ints, unknown: float) -> Ints:
        return draws.with_code(draws.with_code(answers, DONT_KNOW, unknown, rng), REFUSED, 0.008, rng)

    items: dict[str, Ints] = {"PH01": np.ones(count, dtype=np.int64)}
    items["PH02"] = draws.with_code(sample.numbers["age_band"], REFUSED, 0.01, rng)
    items["PH03"] = draws.with_code(sample.numbers["town"], REFUSED, 0.005, rng)
    for name, twin in ALIKE.items():
        code, points, reverse, unknown = RATED[twin]
        centre = draws.centre_for(truth[code][county] + points + shift)
        answers = draws.five_points(centre, cluster, person, rng, reverse)
        items[name] = draws.asked(coded(answers, unknown), part_a)
    share = (truth["E09"][county] + HEARD["CZ15"] + 2.0) / 100
    items["PH07"] = draws.asked(coded(draws.yes(share, cluster, person, rng), 0.04), part_a)
    # Whether the record is true has nothing to do with how content the person is.
    items["PH08"] = draws.asked(coded(draws.yes(honest, cluster, rng.standard_normal(count), rng), 0.03), ~part_a)
    true_record = items["PH08"] == 1
    outcome = draws.satisfied(truth["E08"][county] / 100, cluster, person, rng)
    items["PH09"] = draws.asked(coded(outcome, 0.02), true_record)
    items["PH10"] = draws.asked(coded(draws.yes(told, cluster, person, rng), 0.04), true_record)
    items["PH11"] = draws.asked(draws.with_code(sample.numbers["education"], REFUSED, 0.02, rng), part_a)
    items["PH12"] = draws.with_code(sample.numbers["sex"], DONT_KNOW, 0.01, rng)
    sample.items = items
    fieldwork.clear_unanswered(sample, rng, keep=items, first=5)
    _ended_at_once(sample, rng)


def _ended_at_once(sample: Sample, rng: Streams) -> None:
    """Record how a call ended before the questions: no, under age, or living elsewhere."""
    refused, out = sample.disposition == fieldwork.REFUSAL, sample.disposition == fieldwork.NOT_ELIGIBLE
    young = rng.random(len(sample)) < 0.5
    sample.items["PH01"] = np.where(refused, 0, np.where(out, 1, sample.items["PH01"]))
    sample.items["PH02"] = np.where(out, np.where(young, 1, sample.numbers["age_band"]), sample.items["PH02"])
    sample.items["PH03"] = np.where(out & ~young, 90, sample.items["PH03"])
