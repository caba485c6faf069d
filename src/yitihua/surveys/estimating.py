"""From fielded questionnaires to what an index receives: estimates of its indicators and their covariance.

Direct estimates of every questionnaire, the shift to the telephone reference where asked, small-area
estimates beside them, and the rule that says which enters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.definitions.survey_plan_models import SurveyRule
from yitihua.errors import refuse
from yitihua.surveys.choosing import bounds_of, choose
from yitihua.surveys.estimation.estimate import estimate
from yitihua.surveys.estimation.results import Estimates
from yitihua.surveys.fielding import Fielded
from yitihua.surveys.survey_estimates import Direct, SurveyEstimates


def primary_questionnaires(edition: Edition) -> dict[str, str]:
    """Return indicator -> the questionnaire it is estimated from: that of its first item.

    Items of other questionnaires in its list are the same questions asked in another mode.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> found = primary_questionnaires(load_edition("zhejiang-2022"))
    >>> found["E01"], found["E04"], found["E08"], "E07" in found
    ('citizens', 'enterprises', 'telephone', False)
    """
    return {
        code: entry.survey.items[0].split(".")[0]
        for code, entry in edition.indicators.items()
        if entry.survey is not None and entry.formula is None
    }


def estimate_surveys(
    edition: Edition, fielded: Mapping[str, Fielded], counties: Sequence[str], rule: SurveyRule | None = None
) -> SurveyEstimates:
    """Estimate an edition's surveyed indicators by county.

    Parameters
    ----------
    edition : Edition
        Which indicator is estimated from which questionnaire.
    fielded : mapping of str to Fielded
        Questionnaire -> its weighted answers; indicators of others are left out.
    counties : sequence of str
        Codes, in the order of the result; those without answers too.
    rule : SurveyRule, optional
        Default: the edition's.

    Raises
    ------
    InputError
        If there is nothing to estimate, of designs, and of a mode adjustment without overlap.
    """
    rule = rule or edition.spec.survey
    primary_of = primary_questionnaires(edition)
    direct = []
    for name, one in fielded.items():
        codes = [code for code in one.scores.indicators if primary_of.get(code) == name]
        if codes:
            direct.append(direct_estimates(edition, one, codes, counties, rule.level))
    if not direct:
        raise refuse("survey-nothing", found=list(fielded), options=sorted(set(primary_of.values())))
    notices: list[tuple[str, str]] = []
    if rule.mode == "adjust":
        from yitihua.surveys.mode_shift import shifted

        direct = [shifted(part, fielded, edition, notices) for part in direct]
    order = [code for code in edition.indicators if any(code in part.found.items for part in direct)]
    direct = [part for code in order for part in direct if part.found.items[0] == code]
    return choose(tuple(direct), fielded, tuple(counties), rule, tuple(notices))


def direct_estimates(
    edition: Edition, one: Fielded, codes: Sequence[str], counties: Sequence[str], level: float = 0.95
) -> Direct:
    """Return design-based means of the respondents' scores by county.

    Where every score is 0 or 100 the interval is Wilson's of a share, else Student's.
    """
    rows = np.flatnonzero(one.counted)
    design = one.design()
    county = one.answers.columns["county"][rows]
    scores = {code: one.scores.indicator(code)[rows] for code in codes}
    found = estimate(design, scores, county, units=counties, level=level)
    whole = estimate(design, scores, level=level)
    two = [code for code, y in scores.items() if np.isin(y[np.isfinite(y)], (0.0, 100.0)).all()]
    if two:
        shares = {code: scores[code] / 100.0 for code in two}
        options: dict[str, Any] = {"statistic": "share", "level": level, "scale": 100.0}
        found = _with_intervals(found, estimate(design, shares, county, units=counties, **options))
        whole = _with_intervals(whole, estimate(design, shares, **options))
    ends = [bounds_of(one.form, code) or (-np.inf, np.inf) for code in found.items]
    # A mean of 100s may come out a last bit above 100.
    found = replace(found, value=np.clip(found.value, [low for low, _ in ends], [high for _, high in ends]))
    place = {code: i for i, code in enumerate(counties)}
    where = np.array([place[code] for code in county], dtype=np.int64)
    population = np.bincount(where, one.weights.final[rows], len(counties))
    return Direct(one.name, found, whole, np.asarray(population, dtype=float), level=level)


def _with_intervals(found: Estimates, shares: Estimates) -> Estimates:
    """Return estimates with the intervals of those that are shares."""
    low, high, n_eff = found.ci_low.copy(), found.ci_high.copy(), found.n_eff.copy()
    for k, code in enumerate(shares.items):
        j = found.items.index(code)
        low[:, j], high[:, j], n_eff[:, j] = shares.ci_low[:, k], shares.ci_high[:, k], shares.n_eff[:, k]
    return replace(found, ci_low=low, ci_high=high, n_eff=n_eff)
