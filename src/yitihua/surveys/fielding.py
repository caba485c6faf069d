"""One questionnaire from answers to weighted respondents: screen, exclude if asked, weight, score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.definitions.survey_models import QuestionnaireFile
from yitihua.definitions.survey_plan_models import WeightingStep
from yitihua.errors import FaultList, refuse
from yitihua.surveys.answer_columns import ANSWERED
from yitihua.surveys.answers import Answers
from yitihua.surveys.estimation.design import SurveyDesign
from yitihua.surveys.scoring import Scores, score
from yitihua.surveys.screening.exclusion import ExclusionLog, default_rule, exclude
from yitihua.surveys.screening.screen import Screening, screen
from yitihua.surveys.weighting.base import inverse_probability
from yitihua.surveys.weighting.coded import CodedMargin, CodedMargins
from yitihua.surveys.weighting.margins import Margins
from yitihua.surveys.weighting.matching import match
from yitihua.surveys.weighting.nonresponse import classes_of
from yitihua.surveys.weighting.responses import CATEGORIES, ResponseRates, response_rates
from yitihua.surveys.weighting.steps import Weights

if TYPE_CHECKING:
    import pandas as pd

#: The outcomes of a table of answers as AAPOR's categories.
OUTCOMES = {
    "complete": "I", "partial": "P", "refusal": "R", "non-contact": "NC", "other": "O", "unknown": "UO",
    "not eligible": "NE",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Fielded:
    """One questionnaire with everything that was done to it. Arrays have a row a selected person.

    Attributes
    ----------
    name : str
        The questionnaire.
    answers : Answers
        All rows of the table.
    screening : Screening
    log : ExclusionLog or None
        Who was left out, by which rule; None where nobody was asked to be.
    category : ndarray of int
        AAPOR's category after exclusion, an index into `responses.CATEGORIES`.
    weights : Weights
        0 after the first step for those without an interview that counts.
    scores : Scores
        NaN for the same.
    """

    name: str
    answers: Answers
    screening: Screening
    log: ExclusionLog | None
    category: Any
    weights: Weights
    scores: Scores
    frame: pd.DataFrame | None

    @property
    def form(self) -> QuestionnaireFile:
        """What was asked."""
        return self.answers.form

    @property
    def counted(self) -> Any:
        """Whose answers are estimated from."""
        return (self.category <= 1) & (self.weights.final > 0)

    @property
    def rates(self) -> ResponseRates:
        """AAPOR response rates of all who were selected, not weighted."""
        return response_rates(self.category)

    def rates_by_county(self, counties: Sequence[str]) -> dict[str, float]:
        """Return county -> RR2: interviews, partial ones too, over all but those known not to be eligible."""
        county = self.answers.columns["county"]
        found = {}
        for code in counties:
            own = self.category[county == code]
            eligible = (own != CATEGORIES.index("NE")).sum()
            found[code] = float((own <= 1).sum() / eligible) if eligible else np.nan
        return found

    def design(self) -> SurveyDesign:
        """Return the design of those who count: strata within counties, clusters, corrections, calibrations.

        People without an interview are not in it: how many of them answer is left to chance by the
        variance as well.
        """
        rows = np.flatnonzero(self.counted)
        columns, rules = self.answers.columns, self.form.design
        county = columns["county"][rows]
        stratum = columns.get("stratum")
        strata = county if stratum is None else _joined(county, stratum[rows])
        psu = columns.get("psu")
        clusters = [np.arange(len(rows)) if psu is None else psu[rows]]
        populations = [self._populations(strata, clusters[0])] if rules.fpc else []
        return SurveyDesign.from_columns(
            self.weights.final[rows], strata=[strata], clusters=clusters, populations=populations,
            one_psu=rules.one_psu,
            projections=tuple(_Of(one, rows, len(self.category)) for one in self.weights.projections()),
        )  # fmt: skip

    def _populations(self, strata: Any, clusters: Any) -> Any:
        """Return the frame's count of first-stage units in each respondent's stratum."""
        if self.frame is None:
            raise refuse("survey-no-frame", key=f"surveys/{self.name}.toml: design.fpc", name=self.name)
        own = self.frame[(self.frame["survey"] == self.name) & (self.frame["stage"].astype(int) == 1)]
        if "stratum" not in self.answers.columns:
            known = own.groupby("county")["units"].sum().astype(float).to_dict()
        else:
            known = dict(zip(_joined(own["county"], own["stratum"]), own["units"].astype(float), strict=True))
        absent = sorted(set(strata) - set(known))
        file = str(self.frame.attrs.get("file", ""))
        if absent:
            raise refuse("survey-stratum-not-in-frame", file=file, key=self.name, found=absent, n=len(absent))
        faults = FaultList()
        drawn = Counter(stratum for stratum, _ in set(zip(strata.tolist(), clusters.tolist(), strict=True)))
        for name, n in sorted(drawn.items()):
            if not known[name] >= n:
                faults.add("survey-frame-small", file=file, key=f"{self.name}: {name}", found=f"{known[name]:g}", n=n)
        faults.raise_if_any()
        return np.array([known[name] for name in strata])


@dataclass(frozen=True, eq=False)
class _Of:
    """A calibration over all selected people, seen from those who count; the others' values are 0."""

    inner: Any
    rows: Any
    size: int

    @property
    def group(self) -> Any:
        """The county of each respondent where the calibration was by county, else None."""
        whole = getattr(self.inner, "group", None)
        return None if whole is None else whole[self.rows]

    def residuals(self, z: Any) -> Any:
        """Return the residuals of the rows that count."""
        whole = np.zeros((self.size, *z.shape[1:]))
        whole[self.rows] = z
        return self.inner.residuals(whole)[self.rows]


def field(
    name: str,
    answers: Answers,
    frame: pd.DataFrame | None = None,
    margins: Margins | None = None,
    leave_out: bool = False,
) -> Fielded:
    """Screen, leave out if asked, weight and score the answers to one questionnaire.

    Parameters
    ----------
    name : str
        Of the questionnaire.
    answers : Answers
        From `read_answers`: all who were selected, with their dispositions.
    frame : DataFrame, optional
        Sampling frame with columns survey, county, stage, stratum, units.
    margins : Margins, optional
        Of this survey's population.
    leave_out : bool
        Whether those whom the default rule of screening proposes are left out. Careless ones then
        count as refusals, so that others of their class stand for them; those who do not belong to
        the population or answered twice count as not eligible.

    Raises
    ------
    InputError
        Of weights, margins or the frame.
    """
    own = None if frame is None else frame[frame["survey"] == name]
    found = screen(answers, frame=own)
    category = np.array([CATEGORIES.index(OUTCOMES[outcome]) for outcome in answers.outcome])
    log = None
    if leave_out:
        _, log = exclude(answers, found, default_rule(found))
        gone = np.isin(answers.lines, [entry.line for entry in log.entries])
        category = np.where(gone & found.decisive, CATEGORIES.index("NE"), category)
        category = np.where(gone & ~found.decisive, CATEGORIES.index("R"), category)
    weights = weigh(name, answers, category, margins)
    counted = (category <= 1) & (weights.final > 0)
    return Fielded(name, answers, found, log, category, weights, score(answers, who=counted), frame)


def weigh(name: str, answers: Answers, category: Any, margins: Margins | None) -> Weights:
    """Return the weights of the steps that a questionnaire of some name states.

    Without a first step for non-response, those who gave no interview that counts start from 0.

    Raises
    ------
    InputError
        If no interview counts, or, where non-response is adjusted for, none of a county; of the steps.
    """
    columns = answers.columns
    _check_interviews(answers, category)
    if "weight" in columns:
        base = columns["weight"]
    elif "probability" in columns:
        base = inverse_probability(columns["probability"], file=answers.file)
    else:
        base = np.ones(len(answers))
    steps = answers.form.weighting
    if not steps or steps[0].step != "nonresponse":
        Weights.start(base, file=answers.file)  # every weight is checked before some become 0
        base = np.where(category > 1, 0.0, base)
    weights = Weights.start(base, zero=True, file=answers.file)
    raked: CodedMargins | None = None
    for step in steps:
        where = f"surveys/{name}.toml: [[weighting]] {step.step}"
        if step.step == "nonresponse":
            weights = _adjusted(weights, step, answers, category, where)
        elif step.step == "trim":
            weights = _trimmed(weights, step, answers, raked)
        else:
            raked = _coded(weights, step, answers, margins, where)
            weights = _calibrated(weights, step, raked)
    return weights


def _check_interviews(answers: Answers, category: Any) -> None:
    """Refuse answers without an interview that counts, and counties whose people nobody could stand for."""
    counts = category <= 1
    if not counts.any():
        left_out = int((np.isin(answers.outcome, ANSWERED) & ~counts).sum())
        raise refuse("survey-nobody", file=answers.file, n=len(answers), left_out=left_out)
    if not any(step.step == "nonresponse" for step in answers.form.weighting):
        return
    county, faults = answers.columns["county"], FaultList()
    for code in sorted(set(county.tolist()) - set(county[counts].tolist())):
        faults.add(
            "answers-county-empty", file=answers.file, key="county", name=code, drawn=int((county == code).sum())
        )
    faults.raise_if_any()


def _adjusted(weights: Weights, step: WeightingStep, answers: Answers, category: Any, where: str) -> Weights:
    known = answers.known
    crossed = [answers.columns["county"], *(known[name] for name in _known(step.by, known, where))]
    cell, names, parent = classes_of(*crossed, parents=1)
    return weights.adjust_nonresponse(
        category, cell, names, parent=parent, minimum=step.minimum or 20, limit=step.limit, file=answers.file
    )


def _trimmed(weights: Weights, step: WeightingStep, answers: Answers, raked: CodedMargins | None) -> Weights:
    """Trim at a multiple of the county's median weight; after a calibration trim and rake in turn until both hold.

    Counties differ in size and so in weights: one limit for all would move people between them.
    """
    if step.upper is None:
        return weights
    county = np.unique(answers.columns["county"].astype(str), return_inverse=True)[1]
    median = np.ones(int(county.max(initial=0)) + 1)
    final = weights.final
    for code in range(len(median)):
        live = final[(county == code) & (final > 0)]
        median[code] = np.median(live) if len(live) else 1.0
    return weights.trim(upper=step.upper * median[county], within=county, margins=raked)


def _calibrated(weights: Weights, step: WeightingStep, coded: CodedMargins) -> Weights:
    if step.step == "rake":
        return weights.rake(coded)
    if step.step == "poststratify":
        return weights.poststratify(coded)
    options: dict[str, Any] = {} if step.bounds is None else {"bounds": step.bounds}
    return weights.calibrate(coded, step.method, **options)


def _coded(
    weights: Weights, step: WeightingStep, answers: Answers, margins: Margins | None, where: str
) -> CodedMargins:
    if margins is None:
        title = answers.form.questionnaire.title
        raise refuse("survey-no-margins", key=where, name=title.zh, name_en=title.en)
    there = sorted(set(answers.columns["county"].tolist()))
    chosen = with_parts(margins, step.margins).only(list(step.margins) or None, there)
    return match(chosen, answers.known, weights.final, minimum=step.minimum or 0)


def with_parts(margins: Margins, wanted: Sequence[str]) -> Margins:
    """Return margins with those of one part of a crossing added: ``age`` is had from ``age_sex``.

    Calibrating a county of 150 answers to twelve crossed cells spends more than its twelve clusters
    can pay for: the linearised variance then falls short (coverage .86 for .95 in the simulated
    province). One part of the crossing, its small levels merged, does not.
    """
    added = []
    for name in wanted:
        if name in margins.variables:
            continue
        crossing = next((m for m in margins.margins if name in m.name.split("_") and "_" in m.name), None)
        if crossing is not None:
            added.append(_part(crossing, name))
    return replace(margins, margins=(*margins.margins, *added))


def _part(crossing: CodedMargin, name: str) -> CodedMargin:
    place = crossing.name.split("_").index(name)
    own = [level.split("-")[place] for level in crossing.levels]
    levels = tuple(dict.fromkeys(own))
    member = np.array([[level == name for name in levels] for level in own], dtype=float)
    totals = crossing.totals @ member
    return replace(crossing, name=name, levels=levels, totals=totals, kin=())


def _known(names: Sequence[str], known: dict[str, Any], where: str) -> Sequence[str]:
    absent = [name for name in names if name not in known]
    if absent:
        raise refuse("survey-column", key=f"{where}: by", found=absent, options=list(known))
    return names


def _joined(first: Any, second: Any) -> Any:
    return np.array([f"{a}|{b}" for a, b in zip(first, second, strict=True)], dtype=object)
