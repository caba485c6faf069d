"""Simulated answers of residents and firms to the four questionnaires of an edition.

The true mean of every county is known, so what an estimator finds can be held against it. The
truth is the mean of the citizens' and the enterprises' survey as fielded (web and face to face);
telephone answers to the same questions stand three points above it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yitihua.indicators.covariance import Covariance
from yitihua.indicators.simulate import SURVEYED, Province
from yitihua.indicators.table import Floats
from yitihua.surveys.direct import Direct, Plain
from yitihua.surveys.simulation import citizens, fieldwork, firms
from yitihua.surveys.simulation.population import (
    SIZE_STRATA,
    STRATA,
    Population,
    by_county,
    communities,
    margins,
    population_of,
    size_strata,
)
from yitihua.surveys.simulation.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

#: Typical error and respondents of one county, for a province without respondents (national size).
TYPICAL_SE = {"E01": 2.6, "E02": 1.8, "E03": 2.3, "E04": 2.2, "E05": 2.0, "E06": 2.0, "E08": 7.0, "E09": 3.2}
TYPICAL_N = {"E01": 150, "E02": 155, "E03": 152, "E04": 175, "E05": 165, "E06": 172, "E08": 26, "E09": 155}


#: Counties that are in memory at a time: some 100 MB.
COUNTIES_A_BATCH = 90


@dataclass(frozen=True, slots=True)
class Surveys:
    """Answers of one year, a table each, with the frame they were drawn from and the truth.

    Attributes
    ----------
    answers : dict
        Questionnaire -> one row a selected person or firm, one column a question.
    frame : DataFrame
        Units and selections by county, survey, stratum and stage.
    margins : DataFrame
        Population totals by county: age and sex, area, size and sector.
    truth : DataFrame
        True mean of each county and indicator.
    planted : dict
        Questionnaire -> kind of fault -> how often it was put into the answers.
    """

    answers: Mapping[str, pd.DataFrame]
    frame: pd.DataFrame
    margins: pd.DataFrame
    truth: pd.DataFrame
    planted: Mapping[str, Mapping[str, int]]

    @property
    def others(self) -> dict[str, pd.DataFrame]:
        """Frame, margins and truth by name."""
        return {"frame": self.frame, "margins": self.margins, "truth": self.truth}


def simulate_surveys(province: Province, period: str = "2022") -> Surveys:
    """Simulate the answers of one year to the four questionnaires.

    Each county has random numbers of its own, so the answers in some counties are those they have
    in the whole; `in_batches` gives a large province piece by piece.

    Parameters
    ----------
    province : Province
        From `simulate_measures`; its seed is used here as well.
    period : str
        "2021" or "2022".

    Examples
    --------
    >>> from yitihua.indicators.simulate import simulate_measures
    >>> made = simulate_surveys(simulate_measures(seed=0, codes=["330102", "330421"]))
    >>> sorted(made.answers)
    ['citizens', 'enterprises', 'post-check', 'telephone']
    """
    people, truth, seed = population_of(province, period), province.truth[period], province.seed
    samples = {
        "citizens": citizens.citizens(people, truth, period, seed),
        "enterprises": firms.enterprises(people, truth, period, seed),
        "telephone": citizens.telephone(people, truth, period, seed),
        "post-check": firms.post_check(people, truth, period, seed),
    }
    letters = {"citizens": "C", "enterprises": "F", "telephone": "T", "post-check": "R"}
    codes = people.codes
    return Surveys(
        answers={name: fieldwork.frame_of(sample, codes, letters[name]) for name, sample in samples.items()},
        frame=sampling_frame(people),
        margins=margins(people),
        truth=true_means(codes, truth),
        planted={name: sample.planted for name, sample in samples.items()},
    )


def in_batches(province: Province, period: str = "2022", counties: int = COUNTIES_A_BATCH) -> Iterator[Surveys]:
    """Yield the answers of one year, some counties at a time; the size of a batch changes no number.

    Examples
    --------
    >>> from yitihua.indicators.simulate import simulate_measures
    >>> province = simulate_measures(seed=0, codes=["330102", "330421", "330903"])
    >>> [len(made.truth) for made in in_batches(province, counties=2)]
    [2, 1]
    """
    for first in range(0, len(province.units), counties):
        yield simulate_surveys(province.take(range(first, min(first + counties, len(province.units)))), period)


def sampling_frame(people: Population) -> pd.DataFrame:
    """Return units and selections by county, survey, stratum and stage.

    Stage 1 of the citizens' survey selects communities, stage 2 people in them: units are there
    the residents of the stratum. The other surveys have one stage.
    """
    import pandas as pd

    by_stratum = people.people.sum(axis=(2, 3))
    chosen = citizens.clusters_of(by_stratum).astype(float)
    calls = np.clip(np.round(citizens.PART_A * by_stratum[:, 0] / by_stratum.sum(axis=1)), 6, citizens.PART_A - 6)
    part_a = np.column_stack([calls, citizens.PART_A - calls])
    part_b = np.full((len(people.codes), 1), float(citizens.PART_B))
    selected = np.tile(np.array(firms.SELECTED, dtype=float), (len(people.codes), 1))
    invited = np.full((len(people.codes), 1), float(firms.INVITED))
    rows = [
        ("citizens", 1, STRATA, communities(by_stratum), chosen),
        ("citizens", 2, STRATA, by_stratum, chosen * citizens.PER_COMMUNITY),
        ("enterprises", 1, SIZE_STRATA, size_strata(people.firms), selected),
        ("telephone", 1, STRATA, by_stratum, part_a),
        ("telephone", 1, ("records",), (people.records.cases + people.records.problems)[:, None], part_b),
        ("post-check", 1, ("invited",), people.invited[:, None], invited),
    ]
    parts = [
        pd.DataFrame({
            "survey": survey, "county": np.repeat(people.codes, len(strata)), "stage": stage,
            "stratum": np.tile(strata, len(people.codes)), "units": total.ravel().astype(int),
            "selected": n.ravel().astype(int),
        })
        for survey, stage, strata, total, n in rows
    ]  # fmt: skip
    return by_county(parts, people.codes)


def true_means(codes: tuple[str, ...], truth: Mapping[str, Floats]) -> pd.DataFrame:
    """Return the true means, a row a county; E07 is the share of the ratings."""
    import pandas as pd

    return pd.DataFrame({"county": list(codes), **{code: np.round(values, 3) for code, values in truth.items()}})


def typical_estimates(province: Province, period: str) -> Plain:
    """Return truth plus an error of the usual size, where no respondents are simulated.

    Examples
    --------
    >>> from yitihua.indicators.simulate import simulate_measures
    >>> typical_estimates(simulate_measures(seed=0), "2022").by["E08"].mean.shape
    (90,)
    """
    found = {}
    for code in SURVEYED:
        count = len(province.units)
        rng = Streams(province.seed, ["typical", code, period], province.units.codes)
        se = TYPICAL_SE[code] * np.exp(0.1 * rng.standard_normal(count))
        n = np.maximum(rng.poisson(np.full(count, TYPICAL_N[code], dtype=float)), 12)
        mean = np.clip(province.truth[period][code] + se * rng.standard_normal(count), 0.0, 100.0)
        found[code] = Direct(mean, se, n)
    errors = np.column_stack([one.se for one in found.values()])
    return Plain(found, Covariance.independent(province.units.codes, list(found), errors))
