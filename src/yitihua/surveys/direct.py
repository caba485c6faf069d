"""The direct estimator: design-weighted means of a county with linearised standard errors.

A stand-in until the survey room estimates with screening, calibrated weights and modes: every
complete or partial interview counts, with the weight it was drawn with. Telephone answers to the
citizens' questions are left for the mode comparison; they do not enter here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yitihua.definitions.survey_models import Item, QuestionnaireFile
from yitihua.indicators.table import Floats

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
    """Estimates by domain.

    Attributes
    ----------
    mean, se : ndarray, shape (domains,)
        NaN where nobody answered; the error is NaN with a single cluster.
    n : ndarray of int
        Respondents with a score.
    """

    mean: Floats
    se: Floats
    n: npt.NDArray[np.int64]


def direct(
    y: Floats,
    weight: Floats,
    domain: npt.NDArray[np.int64],
    stratum: npt.NDArray[np.int64],
    psu: npt.NDArray[np.int64],
    domains: int,
) -> Direct:
    """Estimate means by domain, where strata lie within domains.

    The variance is that of clusters drawn with replacement:
    ``sum_h n_h / (n_h - 1) sum_i (Z_hi - mean Z_h)^2`` with ``Z_hi = sum_k w_k (y_k - mean) / sum w``.
    A stratum with one cluster is centred at the mean over the domain's clusters, as R's "adjust".

    Parameters
    ----------
    y, weight : ndarray, shape (respondents,)
        Scores, NaN where missing, and weights.
    domain, stratum, psu : ndarray of int
        Numbers from 0; strata and clusters are numbered over all domains.
    domains : int
        How many there are.

    Examples
    --------
    >>> zero, four = np.zeros(4, dtype=int), np.arange(4)
    >>> found = direct(np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4), zero, zero, four, 1)
    >>> float(found.mean[0]), round(float(found.se[0]), 6)  # the same as sd / sqrt(n)
    (2.5, 0.645497)
    """
    known = ~np.isnan(y)
    y, weight, domain, stratum, psu = y[known], weight[known], domain[known], stratum[known], psu[known]
    n = np.bincount(domain, minlength=domains)
    total = np.bincount(domain, weight, domains)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(domain, weight * y, domains) / total
    z = weight * (y - mean[domain]) / total[domain]
    clusters, first, inverse = np.unique(psu, return_index=True, return_inverse=True)
    z_cluster = np.bincount(inverse, z, len(clusters))
    h, d = stratum[first], domain[first]
    size = np.bincount(h)[h]
    centre = np.where(
        size > 1,
        np.bincount(h, z_cluster)[h] / np.maximum(size, 1),
        _grand(np.asarray(z_cluster, dtype=float), d, domains),
    )
    scale = np.where(size > 1, size / np.maximum(size - 1, 1), 1.0)
    variance = np.bincount(d, scale * (z_cluster - centre) ** 2, domains)
    alone = np.bincount(d, minlength=domains) < 2
    return Direct(mean, np.where(alone, np.nan, np.sqrt(variance)), n)


def _grand(z: Floats, domain: npt.NDArray[np.int64], domains: int) -> Floats:
    count = np.bincount(domain, minlength=domains)
    return np.asarray((np.bincount(domain, z, domains) / np.maximum(count, 1))[domain])


def joined(pieces: Sequence[Direct]) -> Direct:
    """Return the estimates of several sets of domains as one.

    Examples
    --------
    >>> one = Direct(np.array([70.0]), np.array([2.0]), np.array([150]))
    >>> joined([one, one]).n.tolist()
    [150, 150]
    """
    return Direct(
        np.concatenate([piece.mean for piece in pieces]),
        np.concatenate([piece.se for piece in pieces]),
        np.concatenate([piece.n for piece in pieces]),
    )


def item_scores(codes: Floats, item: Item, questionnaire: QuestionnaireFile) -> Floats:
    """Return 0-100 scores of one question; codes that count as missing become NaN.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> form = load_edition("zhejiang-2022").questionnaires["citizens"]
    >>> item_scores(np.array([1.0, 5.0, 98.0]), form.items["CZ09"], form)  # worded in reverse
    array([100.,   0.,  nan])
    """
    options = questionnaire.scales[item.scale].options
    valid = [option.code for option in options if not option.missing]
    low, high = min(valid), max(valid)
    answered = np.where(np.isin(codes, valid), codes, np.nan)
    answered = low + high - answered if item.reverse else answered
    if item.scoring == "linear100":
        return np.asarray((answered - low) / (high - low) * 100)
    line = high - 1 if item.scoring == "top2" else 1
    return np.where(np.isnan(answered), np.nan, (answered >= line) * 100.0)


def estimates(
    answers: Mapping[str, pd.DataFrame], forms: Mapping[str, QuestionnaireFile], counties: tuple[str, ...]
) -> dict[str, Direct]:
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
    import pandas as pd

    found = {}
    for code, (survey, questions) in SOURCES.items():
        table, form = answers[survey], forms[survey]
        table = table[table["disposition"].isin(["complete", "partial"])]
        scores = [
            item_scores(table[name].to_numpy(dtype=float, na_value=np.nan), form.items[name], form)
            for name in questions
        ]
        stacked = np.vstack(scores)
        known = np.isfinite(stacked).sum(axis=0)
        y = np.where(known > 0, np.nansum(stacked, axis=0) / np.maximum(known, 1), np.nan)
        domain = pd.Categorical(table["county"], categories=counties).codes.astype(np.int64)
        stratum = pd.factorize(table["county"].astype(str) + table["stratum"].astype(str))[0]
        psu = pd.factorize(table["psu"])[0]
        weight = table["weight"].to_numpy(dtype=float)
        found[code] = direct(y, weight, domain, stratum, psu, len(counties))
    return found
