"""Plain direct estimates of simulated answers: what a table of measures carries before anybody works on the answers.

Every complete or partial interview counts, with the weight it was drawn with: nobody is screened,
nothing is calibrated. A county's numbers do not depend on which others are simulated with it.
`yitihua.surveys.pipeline` does it properly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yitihua.definitions.survey_models import QuestionnaireFile
from yitihua.indicators.covariance import Covariance
from yitihua.indicators.table import Floats
from yitihua.surveys.estimation.design import SurveyDesign
from yitihua.surveys.estimation.estimate import estimate
from yitihua.surveys.scoring import item_scores, respondent_scores

if TYPE_CHECKING:
    import pandas as pd

#: Indicator -> questionnaire and its questions; a person's score is the mean over the questions answered.
SOURCES: dict[str, tuple[str, tuple[str, ...]]] = {
    "E01": ("citizens", ("CZ04",)),
    "E02": ("citizens", ("CZ06", "CZ07", "CZ08", "CZ09")),
    "E03": ("citizens", ("CZ10", "CZ11")),
    "E04": ("enterprises", ("EN04",)),
    "E05": ("enterprises", ("EN07", "EN08", "EN09")),
    "E06": ("enterprises", ("EN10", "EN11", "EN12")),
    "E08": ("telephone", ("PH09",)),
    "E09": ("citizens", ("CZ15", "CZ16")),
}


@dataclass(frozen=True, slots=True)
class Direct:
    """Estimates of one indicator by county.

    Attributes
    ----------
    mean, se : ndarray, shape (counties,)
        NaN where nobody answered; the error is NaN with a single cluster.
    n : ndarray of int
        Respondents with a score.
    """

    mean: Floats
    se: Floats
    n: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Plain:
    """Estimates of all surveyed indicators, and their covariance over the same counties."""

    by: Mapping[str, Direct]
    covariance: Covariance

    def beside(self, other: Plain) -> Plain:
        """Return the counties of both, one after the other."""
        by = {}
        for code, one in self.by.items():
            two = other.by[code]
            by[code] = Direct(
                np.concatenate([one.mean, two.mean]), np.concatenate([one.se, two.se]), np.concatenate([one.n, two.n])
            )
        return Plain(by, self.covariance.stacked(other.covariance))


def joined(pieces: Sequence[Plain]) -> Plain:
    """Return the estimates of several sets of counties as one."""
    return reduce(Plain.beside, pieces)


def estimates(
    answers: Mapping[str, pd.DataFrame], forms: Mapping[str, QuestionnaireFile], counties: tuple[str, ...]
) -> Plain:
    """Estimate every surveyed indicator by county from wide tables of answers.

    Parameters
    ----------
    answers : mapping
        Questionnaire -> table with county, stratum, psu, weight, disposition and a column a question.
    forms : mapping
        Questionnaire -> its definition.
    counties : tuple of str
        Codes in the order of the result.
    """
    by: dict[str, Direct] = {}
    parts = []
    for survey in dict.fromkeys(survey for survey, _ in SOURCES.values()):
        table, form = answers[survey], forms[survey]
        table = table[table["disposition"].isin(["complete", "partial"])]
        scores = {
            code: _score(table, form, questions) for code, (source, questions) in SOURCES.items() if source == survey
        }
        county = table["county"].to_numpy(dtype=object)
        strata = (table["county"].astype(str) + "|" + table["stratum"].astype(str)).to_numpy(dtype=object)
        design = SurveyDesign.from_columns(table["weight"].to_numpy(), strata=[strata], clusters=[table["psu"]])
        found = estimate(design, scores, county, units=counties)
        for k, code in enumerate(found.items):
            by[code] = Direct(found.value[:, k], found.se[:, k], found.n[:, k].astype(np.int64))
        parts.append(found.covariance)
    whole = reduce(Covariance.beside, parts)
    order = [code for code in SOURCES if code in by]
    return Plain({code: by[code] for code in order}, whole.select(order))


def _score(table: pd.DataFrame, form: QuestionnaireFile, questions: tuple[str, ...]) -> Floats:
    """Return each person's mean over the questions answered."""
    points = np.column_stack([
        item_scores(table[name].to_numpy(dtype=float, na_value=np.nan), form.items[name], form) for name in questions
    ])  # fmt: skip
    return respondent_scores(points, np.ones(len(questions)), min_answered=0.0)
