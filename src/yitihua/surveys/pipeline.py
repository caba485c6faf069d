"""The surveys of an edition or a project, step by step: read, field, estimate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from yitihua.definitions.edition import Edition
from yitihua.definitions.project import Project
from yitihua.definitions.survey_plan_models import SurveyRule
from yitihua.errors import FaultList, InputError, refuse, suggest
from yitihua.indicators.cells import RawTable
from yitihua.indicators.datasets import find_dataset
from yitihua.surveys.answer_files import open_answers
from yitihua.surveys.answers import Answers, Inspection, inspect_answers, read_answers
from yitihua.surveys.estimating import estimate_surveys
from yitihua.surveys.fielding import Fielded
from yitihua.surveys.fielding import field as field_one
from yitihua.surveys.privacy.keys import HashKey
from yitihua.surveys.survey_estimates import SurveyEstimates
from yitihua.surveys.weighting.margins import Margins, read_margins

if TYPE_CHECKING:
    import pandas as pd

#: A function that goes through questionnaires, such as one that shows a progress bar.
Tracker = Callable[[Iterable[str], int], Iterable[str]]

_FRAME_COLUMNS = ("survey", "county", "stage", "stratum", "units")


@dataclass(frozen=True)
class SurveySources:
    """Where the answers are, and what they were drawn from.

    Attributes
    ----------
    answers : dict
        Questionnaire -> dataset or file.
    frame, margins : str or None
    rule : SurveyRule
        What is done with them.
    key : HashKey or None
        For keyed hashes of identifiers.
    """

    edition: Edition
    answers: Mapping[str, str]
    frame: str | None = None
    margins: str | None = None
    rule: SurveyRule = field(default_factory=SurveyRule)
    key: HashKey | None = None

    @classmethod
    def of(
        cls,
        edition: Edition,
        project: Project | None = None,
        answers: Mapping[str, str] | None = None,
        exclude: Literal["none", "default"] | None = None,
        key: HashKey | None = None,
    ) -> SurveySources:
        """Return what the call, the project or the edition names, in this order.

        Raises
        ------
        InputError
            If none names any answers, or one names an unknown questionnaire.
        """
        rule = edition.spec.survey
        if exclude is not None:
            rule = rule.model_copy(update={"exclude": exclude})
        own = {} if project is None else {name: _located(project, at) for name, at in project.settings.answers.items()}
        stated = dict(answers or own or rule.answers)
        faults = FaultList()
        for name in stated:
            if name not in edition.questionnaires:
                options = list(edition.questionnaires)
                faults.add("unknown-questionnaire", key=name, name=name, options=options, hint=suggest(name, options))
        if not stated:
            faults.add("survey-no-answers", key="answers", options=list(edition.questionnaires))
        faults.raise_if_any()

        def beside(name: Literal["frame", "margins"]) -> str | None:
            own_one = None if project is None else _located(project, getattr(project.settings, name))
            # The edition's frame is of the edition's own answers.
            return own_one if own_one is not None or (own and not answers) else getattr(rule, name)

        frame, margins = beside("frame"), beside("margins")
        return cls(edition, stated, frame, margins, rule, key)


def _located(project: Project | None, stated: str | None) -> Any:
    if stated is None or project is None:
        return stated
    path = project.folder / stated
    return str(path) if path.exists() or Path(stated).suffix else stated


def inspect(sources: SurveySources) -> dict[str, Inspection]:
    """Read every questionnaire's answers without stopping at faults."""
    return {
        name: inspect_answers(
            at, sources.edition.questionnaires[name], key=sources.key, project=sources.edition.project
        )
        for name, at in sources.answers.items()
    }


def read_surveys(sources: SurveySources) -> dict[str, Answers]:
    """Read the answers to every questionnaire.

    Raises
    ------
    InputError
        With the faults of all of them.
    """
    found: dict[str, Answers] = {}
    faults = FaultList()
    for name, at in sources.answers.items():
        try:
            found[name] = read_answers(
                at, sources.edition.questionnaires[name], key=sources.key, project=sources.edition.project
            )
        except InputError as error:
            faults.extend(error.faults)
    faults.raise_if_any()
    return found


def field_surveys(
    sources: SurveySources, answers: Mapping[str, Answers] | None = None, track: Tracker | None = None
) -> dict[str, Fielded]:
    """Screen and weight the answers to every questionnaire, leaving out whom the rule says.

    Raises
    ------
    InputError
        With the faults of all questionnaires, the frame and the margins.
    """
    answers = read_surveys(sources) if answers is None else answers
    frame = read_frame(sources)
    faults = FaultList()
    found: dict[str, Fielded] = {}
    names = list(answers)
    for name in names if track is None else track(names, len(names)):
        try:
            margins = _margins(sources, name)
            found[name] = field_one(name, answers[name], frame, margins, sources.rule.exclude == "default")
        except InputError as error:
            faults.extend(error.faults)
    faults.raise_if_any()
    return found


def estimate(
    sources: SurveySources, fielded: Mapping[str, Fielded] | None = None, counties: list[str] | None = None
) -> SurveyEstimates:
    """Estimate the edition's surveyed indicators.

    Parameters
    ----------
    sources : SurveySources
    fielded : mapping, optional
        From `field_surveys`. Default: made here.
    counties : list of str, optional
        Default: all counties of the answers, sorted.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = estimate(SurveySources.of(yt.load_edition("zhejiang-2022")))  # simulated answers
    >>> len(found.counties), found.indicators[0], found.entering.value.shape
    (90, 'E01', (90, 8))
    """
    fielded = field_surveys(sources) if fielded is None else fielded
    if counties is None:
        counties = sorted({code for one in fielded.values() for code in one.answers.columns["county"].tolist()})
    return estimate_surveys(sources.edition, fielded, counties, sources.rule)


def read_frame(sources: SurveySources) -> pd.DataFrame | None:
    """Return the sampling frame: survey, county, stage, stratum, units; None where none is named.

    Raises
    ------
    InputError
        If it cannot be read or lacks a column.
    """
    if sources.frame is None:
        return None
    import pandas as pd

    raw = _table(sources.frame, sources.edition.project)
    absent = [name for name in _FRAME_COLUMNS if name not in raw.columns]
    if absent:
        raise refuse("survey-frame-columns", file=raw.file, line=1, found=list(raw.columns), options=absent)
    columns = {name: raw.text(name) for name in ("survey", "county", "stratum")}
    faults = FaultList()
    from yitihua.indicators import cells

    numbers = {name: cells.numbers(raw, name, faults) for name in ("stage", "units")}
    faults.raise_if_any()
    frame = pd.DataFrame({**columns, **numbers}).assign(stage=lambda table: table["stage"].astype(int))
    frame.attrs["file"] = raw.file
    return frame


def _margins(sources: SurveySources, name: str) -> Margins | None:
    """Return the margins of one questionnaire; None where there are none or no step asks for them."""
    steps = sources.edition.questionnaires[name].weighting
    if sources.margins is None or not any(step.step in ("rake", "poststratify", "calibrate") for step in steps):
        return None
    dataset = find_dataset(sources.margins, sources.edition.project)
    if dataset is None:
        try:
            return replace(read_margins(sources.margins, survey=name), file=sources.margins)
        except InputError as error:
            raise InputError([replace(fault, file=str(sources.margins)) for fault in error.faults]) from None
    return read_margins(dataset.frame, survey=name, name=dataset.raw.file)


def _table(at: str, project: Path | None) -> RawTable:
    faults = FaultList()
    raw, _, _ = open_answers(at, faults, None, project)
    faults.raise_if_any()
    assert raw is not None  # None comes with a fault
    return raw
