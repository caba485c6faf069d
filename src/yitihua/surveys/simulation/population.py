"""Who lives and trades in each county: the frame that samples are drawn from, and its margins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yitihua.indicators.simulate import Province
from yitihua.indicators.simulation.counties import stream
from yitihua.indicators.table import Floats

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
    records : ndarray, shape (units,)
        Closed cases and reported problems, from which call-backs are drawn.
    invited : ndarray, shape (units,)
        Invitations to rate a check.
    """

    codes: tuple[str, ...]
    towns: Floats
    people: Floats
    centres: Floats
    firms: Floats
    records: Floats
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
    rng = stream(province.seed, "population")
    shares = np.array([AGE_SHARES[name] for name in STRATA]) * np.exp(0.08 * rng.standard_normal((count, 2, 6)))
    shares /= shares.sum(axis=2, keepdims=True)
    women = np.clip(0.48 + 0.015 * rng.standard_normal(count), 0.43, 0.53)
    strata = np.stack([units.urban, 1 - units.urban], axis=1)
    sexes = np.stack([1 - women, women], axis=1)
    measures = province.measures[period]
    adults = measures["population"] * ADULTS
    people = np.round(
        adults[:, None, None, None] * strata[:, :, None, None] * shares[:, :, :, None] * sexes[:, None, None, :]
    )
    tilt = np.array(SIZE_SHARES)[:, None] * np.array(SECTOR_SHARES) * np.exp(0.15 * rng.standard_normal((count, 4, 7)))
    firms = np.round(measures["market_entities"][:, None, None] * tilt / tilt.sum(axis=(1, 2), keepdims=True))
    # A county that did not report a count still has the records, so typical numbers stand in.
    cases = _filled(measures["cases_all"] + measures["problems_confirmed"])
    return Population(
        units.codes, units.towns, np.maximum(people, 1), rng.uniform(0.2, 0.4, count), np.maximum(firms, 1),
        cases, _filled(measures["ratings_invited"]),
    )  # fmt: skip


def _filled(values: Floats) -> Floats:
    return np.where(np.isnan(values), np.nanmedian(values) if np.isfinite(values).any() else 1000.0, values)


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
    return pd.concat(parts, ignore_index=True)
