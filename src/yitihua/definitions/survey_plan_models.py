"""How a survey becomes estimates: the design and weights of a questionnaire, and what an index takes from them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from yitihua.definitions.framework_models import Strict

WeightingKind = Literal["nonresponse", "rake", "poststratify", "calibrate", "trim"]


class DesignRules(Strict):
    """``[design]``: how the people of a questionnaire were drawn.

    Strata are those of the table of answers within a county; clusters are its column psu.
    """

    fpc: bool = Field(False, description="Whether the frame's counts correct for a finite population, first stage.")
    one_psu: Literal["adjust", "fail", "remove", "average", "certainty"] = Field(
        "adjust", description="What a stratum of one cluster counts as in the variance."
    )


class WeightingStep(Strict):
    """``[[weighting]]``: one step from base to final weights; steps follow one another."""

    step: WeightingKind
    by: tuple[str, ...] = Field((), description="nonresponse: columns whose crossing makes the classes in a county.")
    minimum: int | None = Field(
        None, ge=1, description="A class (20 unless stated) or level with fewer respondents is merged with a neighbour."
    )
    limit: float = Field(3.0, gt=1, description="nonresponse: a class with a higher factor is merged.")
    margins: tuple[str, ...] = Field((), description="rake, poststratify, calibrate: variables of the margins.")
    method: Literal["linear", "raking", "logit"] = Field("raking", description="calibrate: the distance.")
    bounds: tuple[float, float] | None = Field(None, description="calibrate: lowest and highest factor.")
    upper: float | None = Field(None, gt=1, description="trim: as a multiple of the county's median weight.")


class SurveyRule(Strict):
    """``[survey]`` of an index: which answers, who is left out, and which estimate enters the ranking."""

    answers: dict[str, str] = Field(
        default_factory=dict, description="Questionnaire -> dataset or file with its answers."
    )
    frame: str | None = Field(None, description="Dataset or file with the sampling frame.")
    margins: str | None = Field(None, description="Dataset or file with the population margins.")
    exclude: Literal["none", "default"] = Field(
        "none", description="Whether those whom the default rule of screening proposes are left out, with a log."
    )
    mode: Literal["report", "adjust"] = Field(
        "report", description="Whether answers given in other modes are shifted to the telephone reference."
    )
    enters: Literal["direct", "composite", "eblup"] = Field(
        "direct", description="Which estimate is scored: direct, Fay-Herriot, or direct from n_eff on."
    )
    n_eff: float = Field(100.0, gt=0, description="composite: effective respondents from which the direct one enters.")
    benchmark: Literal["none", "all", "city"] = Field(
        "none", description="Whether small-area estimates are moved to agree with the direct one of the whole."
    )
    level: float = Field(0.95, ge=0.5, lt=1, description="Of confidence intervals.")
