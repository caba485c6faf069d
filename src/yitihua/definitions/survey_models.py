"""The shape of the files in surveys/: what people are asked.

One TOML file a questionnaire: what was asked, how an answer is scored, which columns of a table of
answers mean what, what is personal in them, and when an answer looks careless.
Answers, weights and estimates are the work of `yitihua.surveys`.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from yitihua.definitions.framework_models import Strict
from yitihua.definitions.survey_plan_models import DesignRules, WeightingStep
from yitihua.definitions.text import Text

#: Outcomes of a contact, as AAPOR's Standard Definitions (2023) group them.
Outcome = Literal["complete", "partial", "refusal", "non-contact", "other", "not eligible", "unknown"]
#: How people are asked.
MODES = ("web", "telephone", "face to face", "sms", "paper")
DISPOSITIONS: dict[str, Outcome] = {
    "complete": "complete",
    "partial": "partial",
    "refusal": "refusal",
    "not reached": "non-contact",
    "not eligible": "not eligible",
    "other": "other",
    "unknown": "unknown",
}


class QuestionnaireInfo(Strict):
    """``[questionnaire]``."""

    title: Text
    population: Text
    mode: Literal["self-administered", "telephone", "face-to-face"] = "self-administered"
    version: str = "1"
    min_answered: float = Field(0.5, gt=0, le=1, description="Share of an indicator's items a score needs.")
    note: Text | None = None


class Option(Strict):
    """One answer: its code, its words, and whether it counts as missing."""

    code: int
    text: Text
    missing: bool = False


class Scale(Strict):
    """``[scales.agree5]``: the answers that several items share."""

    kind: Literal["ordinal", "binary", "nominal", "numeric", "text"]
    options: tuple[Option, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    whole: bool = Field(False, description="A number is given, and it has no fraction.")
    register_codes: bool = Field(False, description="Whole numbers besides the options are allowed: a register.")
    note: Text | None = None


class Item(Strict):
    """``[items.CZ04]``: one question.

    ``linear100`` maps the lowest code of the scale to 0 and the highest to 100; ``share_yes``,
    ``top2`` and ``top`` count the answer "yes" or the best answers as 100, others as 0; ``net``
    counts the two best as 100 and the two worst as -100; ``numeric`` is the number as given.
    """

    text: Text
    scale: str
    role: Literal["indicator", "screening", "demographic", "check", "open"]
    indicator: str | None = None
    scoring: Literal["none", "linear100", "top2", "top", "share_yes", "net", "numeric"] = "none"
    top: int | None = Field(None, ge=1, description="How many of the best answers count, with scoring top.")
    weight: float = Field(1.0, gt=0, description="Weight within the indicator.")
    reverse: bool = False
    filter: str | None = Field(None, description="Asked only of those it holds for.")
    split: float | None = Field(None, gt=0, lt=1, description="Share of respondents drawn at random to be asked.")
    expected: int | None = Field(None, description="The code an attentive respondent gives: an attention check.")
    fictitious: bool = Field(False, description="It asks of something that does not exist.")
    recall: bool = Field(False, description="Asks whether a record is true: yes is a match of the call-back.")
    mode_key: str | None = Field(None, description="Marks items worded alike in several modes.")
    note: Text | None = None


class Respondents(Strict):
    """``[respondents]``: the columns of a table of answers that are not questions."""

    respondent: str = "respondent"
    county: str = "county"
    stratum: str = "stratum"
    psu: str = "psu"
    weight: str = "weight"
    probability: str = "probability"
    mode: str = "mode"
    disposition: str = "disposition"
    start: str = "start"
    duration: str = "duration"
    interviewer: str = "interviewer"
    device: str = "device"
    ip: str = "ip"
    phone: str = "phone"
    item: str = Field("item", description="Long tables: the column of item codes.")
    code: str = Field("code", description="Long tables: the column of answers.")
    latency: str = Field("latency", description="Long tables: seconds taken by the answer.")
    context: tuple[str, ...] = Field((), description="Further columns that are kept; all others are left out.")
    modes: tuple[str, ...] = MODES
    dispositions: dict[str, Outcome] = Field(default_factory=lambda: dict(DISPOSITIONS))


class Privacy(Strict):
    """``[privacy]``: what is personal, and how small a group may be shown."""

    drop: tuple[str, ...] = Field((), description="Columns that are left out on reading.")
    hash: tuple[str, ...] = Field((), description="Columns of which only a keyed hash is kept.")
    quasi: tuple[str, ...] = Field((), description="Columns that together may point to a person.")
    k: int = Field(10, ge=2, description="Fewest respondents that share their quasi-identifiers.")
    minimum: int = Field(10, ge=2, description="Fewest respondents behind a number that is shown.")


class Eligibility(Strict):
    """``[eligibility.adult]``: what must hold for everyone who belongs to the population."""

    rule: str
    reason: Text


class Fieldwork(Strict):
    """``[fieldwork]``: first and last day of interviews."""

    start: dt.date | None = None
    end: dt.date | None = None


class ScreeningRules(Strict):
    """``[screening]``: from where on an answer is flagged. A flag excludes nobody."""

    speed: float = Field(0.4, gt=0, lt=1, description="Part of the usual seconds an item within the mode.")
    long_string: float = Field(1.0, gt=0, le=1, description="Part of a block answered alike without a break.")
    long_string_items: int = Field(5, ge=3, description="Shortest run that counts.")
    irv: float = Field(0.05, ge=0, lt=0.5, description="Standard deviation of answers put on 0 to 1.")
    irv_items: int = Field(6, ge=3, description="Fewest answers it is taken over.")
    mahalanobis_p: float = Field(0.001, gt=0, lt=0.5, description="Chi-square probability of the distance.")
    repeated_device: int = Field(2, ge=2)
    repeated_ip: int = Field(5, ge=2)
    repeated_phone: int = Field(2, ge=2)
    twin_match: float = Field(0.95, gt=0.5, le=1, description="Share of equal answers that makes two a pair.")
    twin_items: int = Field(10, ge=3, description="Fewest answers both must have.")
    cluster_excess: float = Field(0.1, gt=0, lt=1, description="Agreement within a cluster above its county's.")
    cluster_z: float = Field(3.5, gt=0, description="The same in robust standard deviations over clusters.")
    cluster_size: int = Field(4, ge=3, description="Smallest cluster that is compared.")
    signals: int = Field(2, ge=1, description="Independent signals the default rule of exclusion asks for.")


class QuestionnaireFile(Strict):
    """A file of surveys/NAME/: surveys/NAME/citizens.toml."""

    questionnaire: QuestionnaireInfo
    scales: dict[str, Scale] = Field(min_length=1)
    items: dict[str, Item] = Field(min_length=1)
    respondents: Respondents = Respondents()
    privacy: Privacy = Privacy()
    eligibility: dict[str, Eligibility] = Field(default_factory=dict)
    fieldwork: Fieldwork = Fieldwork()
    screening: ScreeningRules = ScreeningRules()
    design: DesignRules = DesignRules()
    weighting: tuple[WeightingStep, ...] = ()
