"""Who lives and trades in each county: the frame that samples are drawn from, and its margins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yitihua.indicators.simulate import Province
from yitihua.indicators.simulation.rules import rules
from yitihua.indicators.table import Floats
from yitihua.surveys.simulation.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

#: Codes of the questionnaires: age bands 2-7 (18-24 ... 65 or over), sexes, kinds of area.
AGES, SEXES, AREAS = (2, 3, 4, 5, 6, 7), (1, 2), (1, 2, 3)
AGE_SHARES = {"urban": (0.10, 0.23, 0.20, 0.18, 0.14, 0.15), "rural": (0.06, 0.13, 0.15, 0.20, 0.20, 0.26)}
STRATA = ("urban", "rural")
SIZES, SECTORS = (1, 2, 3, 4), (1, 2, 3, 4, 5, 6, 7)
SIZE_STRATA = ("micro", "small", "large")
SIZE_SHARES = (0.925, 0.058, 0.014, 0.003)
SECTOR_SHARES = (0.16, 0.05, 0.42, 0.12, 0.05, 0.16, 0.04)
ADULTS = 0.85
RESIDENTS_A_COMMUNITY = 2500

#: Where a county did not report its numbers its people were checked all the same, so typical ones stand in:
#: cases and problems by resident, checks by firm, invitations by check, ratings by invitation.
TYPICAL = {"cases": 0.012, "problems": 0.028, "checks": 0.19, "invited": 0.7, "rated": 0.34}


@dataclass(frozen=True, slots=True)
class Records:
    """What the county's own records say, one entry a county: people answer questions on the same matters.

    Attributes
    ----------
    cases, problems : ndarray
        Closed cases and confirmed problems, from which call-backs are drawn.
    checks : ndarray
        Checks a firm, over the typical number.
    joint, invited, rated : ndarray
        Shares (0-1) of checks that are joint, of checks with an invitation to rate, of invitations with a rating.
    coded, unified, closed : ndarray
        Shares (0-1) of checks and cases with a code, of cases recorded as they happen, of problems closed on time.
    """

    cases: Floats
    problems: Floats
    checks: Floats
    joint: Floats
    invited: Floats
    rated: Floats
    coded: Floats
    unified: Floats
    closed: Floats


@dataclass(frozen=True, slots=True)
class Population:
    """Counts by county.

    Attributes
    ----------
    people : ndarray, shape (units, strata, ages, sexes)
        Adult residents.
    centres : ndarray, shape (units,)
        Of urban residents, the share in town centres.
    firms : ndarray, shape (units, sizes, sectors)
        Market entities.
    records : Records
        What the county's records say.
    invited : ndarray, shape (units,)
        Invitations to rate a check.
    """

    codes: tuple[str, ...]
    towns: Floats
    people: Floats
    centres: Floats
    firms: Floats
    records: Records
    invited: Floats


def population_of(province: Province, period: str) -> Population:
    """Return the population that a simulated province implies.

    Examples
    --------
    >>> from yitihua.indicators.simulate import simulate_measures
    >>> population_of(simulate_measures(0), "2022").people.shape
    (90, 2, 6, 2)
    """
    units, count = province.units, len(province.units)
    rng = Streams(province.seed, ["population"], units.codes)
    shares = np.array([AGE_SHARES[name] for name in STRATA]) * np.exp(0.08 * rng.normals(2, 6))
    shares /= shares.sum(axis=2, keepdims=True)
    women = np.clip(0.48 + 0.015 * rng.normals(), 0.43, 0.53)
    strata = np.stack([units.urban, 1 - units.urban], axis=1)
    sexes = np.stack([1 - women, women], axis=1)
    measures = province.measures[period]
    adults = measures["population"] * ADULTS
    people = np.round(
        adults[:, None, None, None] * strata[:, :, None, None] * shares[:, :, :, None] * sexes[:, None, None, :]
    )
    tilt = np.array(SIZE_SHARES)[:, None] * np.array(SECTOR_SHARES) * np.exp(0.15 * rng.normals(4, 7))
    firms = np.round(measures["market_entities"][:, None, None] * tilt / tilt.sum(axis=(1, 2), keepdims=True))
    return Population(
        units.codes, units.towns, np.maximum(people, 1), 0.2 + 0.2 * rng.random(count), np.maximum(firms, 1),
        records_of(measures), measures["ratings_invited"],
    )  # fmt: skip


def records_of(measures: Mapping[str, Floats]) -> Records:
    """Return what a county's measures say of matters that people are asked about.

    A gap is filled county by county, never from the other counties, so that a county simulated alone is
    the one it is in the whole.

    Examples
    --------
    >>> from yitihua.indicators.simulate import simulate_measures
    >>> records = records_of(simulate_measures(0).measures["2022"])
    >>> bool(np.isfinite(records.joint).all()), bool((records.joint <= 1).all())
    (True, True)
    """
    typical = {code: rule.q50 / 100 for code, rule in rules().items()}
    people, firms = measures["population"], measures["market_entities"]
    checks = _known(measures["firm_checks"], TYPICAL["checks"] * firms)

    def share(part: str, whole: Floats, usual: float) -> Floats:
        return _known(measures[part] / np.maximum(whole, 1), np.full(len(people), usual))

    coded = (measures["checks_coded"] + measures["cases_coded"]) / (checks + measures["cases_all"])
    return Records(
        cases=_known(measures["cases_all"], np.round(TYPICAL["cases"] * people)),
        problems=_known(measures["problems_confirmed"], np.round(TYPICAL["problems"] * people)),
        checks=checks / firms / TYPICAL["checks"],
        joint=share("joint_checks", checks, typical["B01"]),
        invited=share("ratings_invited", checks, TYPICAL["invited"]),
        rated=share("ratings_given", measures["ratings_invited"], TYPICAL["rated"]),
        coded=_known(coded, np.full(len(people), typical["D03"])),
        unified=share("cases_unified", measures["cases_unified_due"], typical["D01"]),
        closed=share("problems_closed", measures["problems_due"], typical["C10"]),
    )


def _known(values: Floats, instead: Floats) -> Floats:
    return np.where(np.isnan(values), instead, values)


def communities(people: Floats) -> Floats:
    """Return the number of communities (clusters) in each stratum, at least thirty."""
    return np.asarray(np.maximum(np.round(people / RESIDENTS_A_COMMUNITY), 30))


def size_strata(firms: Floats) -> Floats:
    """Return firms by size stratum: the two largest bands are one; shape (units, 3)."""
    by_size = firms.sum(axis=2)
    return np.column_stack([by_size[:, 0], by_size[:, 1], by_size[:, 2] + by_size[:, 3]])


def margins(people: Population) -> pd.DataFrame:
    """Return the population totals that weights can be calibrated to: a row a county, variable and level."""
    import pandas as pd

    by_area = people.people.sum(axis=(2, 3))
    centres = np.round(by_area[:, 0] * people.centres)
    areas = np.column_stack([by_area[:, 0] - centres, centres, by_area[:, 1]])
    tables = [
        ("citizens", "age_sex", [f"{a}-{s}" for a in AGES for s in SEXES], people.people.sum(axis=1).reshape(-1, 12)),
        ("citizens", "area", [str(a) for a in AREAS], areas),
        ("enterprises", "size_sector", [f"{a}-{s}" for a in SIZES for s in SECTORS], people.firms.reshape(-1, 28)),
    ]
    parts = [
        pd.DataFrame({
            "survey": survey, "county": np.repeat(people.codes, len(levels)), "variable": variable,
            "level": np.tile(levels, len(people.codes)), "total": totals.ravel().astype(int),
        })
        for survey, variable, levels, totals in tables
    ]  # fmt: skip
    return by_county(parts, people.codes)


def by_county(parts: list[pd.DataFrame], codes: tuple[str, ...]) -> pd.DataFrame:
    """Return tables as one, county after county, so that some counties' rows are a stretch of the whole."""
    import pandas as pd

    table = pd.concat(parts, ignore_index=True)
    place = pd.Index(codes).get_indexer(pd.Index(table["county"]))
    return table.iloc[np.argsort(place, kind="stable")].reset_index(drop=True)
