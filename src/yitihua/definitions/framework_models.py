"""The shape of the files in indicators/: what is measured.

Each class is one TOML table. Unknown keys are refused. The JSON schema in
indicators/schema.json is made from these classes.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from yitihua.definitions.text import Text

#: Column names of the result tables, which a code or a grade scheme must not take.
RESERVED = frozenset({"unit", "name", "level", "score", "rank", "coverage", "note", "period", "indicator", "value"})


class Strict(BaseModel):
    """Frozen, and refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EditionInfo(Strict):
    """``[edition]``: what this edition is, and what a reader must know about it."""

    title: Text
    description: Text | None = None
    notice: Text | None = Field(None, description="Printed with every result, such as 'a reconstruction'.")
    source: str = Field("", description="Citation of the index's own publication.")
    licence: str = ""
    version: str = "1"
    date: dt.date | None = Field(None, description="Dated values are taken as of this day.")
    unit_noun: Text = Text(zh="单位", en="unit")
    extends: str | None = Field(None, description="Edition whose definitions are taken over.")
    drop: tuple[str, ...] = Field(
        (),
        description="Indicators or nodes of the base to leave out, or views.NAME, measures.NAME, checklists.NAME, "
        "questionnaires.NAME. "
        "What is stated anew beside it replaces the base's entry whole.",
    )
    order: tuple[str, ...] = Field(
        (), description="With extends: nodes and indicators in the order they stand in; the rest follows."
    )


class Node(Strict):
    """``[nodes.A]``: a branch of the tree. The one node without a parent is the index itself."""

    name: Text
    short_name: Text | None = None
    parent: str | None = None
    definition: Text | None = None


class Goalposts(Strict):
    """Bounds in the raw unit. For a "-" indicator the lower one is the best value."""

    lower: float = Field(allow_inf_nan=False)
    upper: float = Field(allow_inf_nan=False)
    reason: Text


class Formula(Strict):
    """How an indicator is computed from named measures.

    ``numerator`` and ``denominator`` are sums, differences or products of measures.
    value = numerator / denominator * multiplier; ``yoy_change`` compares that ratio with the
    period before: (now / before - 1) * multiplier.
    """

    numerator: str
    denominator: str | None = None
    multiplier: float = Field(1.0, allow_inf_nan=False)
    kind: Literal["ratio", "mean", "checklist", "count", "yoy_change"] = "ratio"
    annualise: bool = Field(False, description="Multiply by 12 / months covered.")
    part_of_whole: bool | None = Field(
        None,
        description="Whether the numerator cannot exceed the denominator. Default: in a ratio or checklist x 100.",
    )
    min_denominator: float | None = Field(None, allow_inf_nan=False, description="Below it the value is flagged.")
    undefined_when: Text | None = Field(None, description="When the value is missing, never zero.")
    quality_measures: tuple[str, ...] = ()


class SurveySource(Strict):
    """Questionnaire items an indicator is estimated from, as ``questionnaire.item``."""

    items: tuple[str, ...] = Field(min_length=1)
    statistic: Literal["mean", "share"] = "mean"
    rule: Text | None = None


class Indicator(Strict):
    """``[indicators.A01]``: a leaf of the tree."""

    name: Text
    short_name: Text | None = None
    definition: Text | None = None
    parent: str
    unit: Text
    direction: Literal["+", "-"] = "+"
    source: Literal["operational", "survey", "hybrid", "document", "statistical"] = "operational"
    formula: Formula | None = None
    survey: SurveySource | None = None
    checklist: str | None = None
    transform: Literal["none", "ln"] = Field(
        "none", description="Taken of the value and of both goalposts when the score is made."
    )
    denominate_by: str | None = Field(None, description="Data column the value is divided by.")
    goalposts: Goalposts | None = None
    views: dict[str, str] = Field(default_factory=dict, description="View -> group.")
    code: str | None = None
    evidence: tuple[str, ...] = Field((), description="Ids of published facts.")
    gaming_risk: Text | None = None
    note: Text | None = None
    replaces: str | None = Field(None, description="Code of the indicator of an earlier edition that it succeeds.")


class CountQuery(Strict):
    """``[measures.officers.count]``: how a measure is counted from records, in ANSI SQL.

    ``rows`` gives a row for all that counts (county, period, id, perhaps amount), ``value`` what is made of them.
    """

    rows: str = Field(min_length=1)
    value: str = Field("COUNT(*)", description="An aggregate over the rows, as COUNT(*) or SUM(amount).")
    none: Literal["zero", "missing"] = Field("zero", description="What a county has for which nothing counts.")


class Measure(Strict):
    """``[measures.officers]``: a raw quantity that an office submits or a query counts."""

    name: Text
    unit: Text
    kind: Literal["count", "ratio_input", "duration_sum", "amount"] = "count"
    period: Text | None = None
    counting_rule: Text | None = None
    record: str | None = Field(None, description="The record type it can be counted from.")
    count: CountQuery | None = Field(None, description="How it is counted from records.")
    sums: Literal["sum", "same", "max", "mean", "no"] = Field(
        "sum", description="How a city's value comes from those of its counties; 'no': it cannot, as for a union."
    )


class View(Strict):
    """``[views.ssp]``: another grouping of the same indicators."""

    name: Text
    groups: dict[str, Text] = Field(min_length=1)
    note: Text | None = None


class Code(Strict):
    """``[codes."S1.1"]``: a code of the qualitative coding the framework came from."""

    levels: tuple[Text, ...] = Field(min_length=1)
    hot_words: tuple[str, ...] = ()


class ChecklistPoint(Strict):
    """One point of a checklist."""

    text: Text
    evidence: Text
    points: float = Field(gt=0, allow_inf_nan=False)
    must: bool = False


class Checklist(Strict):
    """``[checklists.A10]``: points that are scored by two people."""

    name: Text
    scored_unit: Text
    points: dict[str, ChecklistPoint] = Field(min_length=1)


#: Section of a framework file -> the class of each of its entries.
SECTIONS: dict[str, type[Strict]] = {
    "nodes": Node,
    "indicators": Indicator,
    "measures": Measure,
    "views": View,
    "codes": Code,
    "checklists": Checklist,
}


class FrameworkFile(Strict):
    """A file of indicators/NAME/: any of these sections, in any number of files."""

    edition: EditionInfo | None = None
    nodes: dict[str, Node] = Field(default_factory=dict)
    indicators: dict[str, Indicator] = Field(default_factory=dict)
    measures: dict[str, Measure] = Field(default_factory=dict)
    views: dict[str, View] = Field(default_factory=dict)
    codes: dict[str, Code] = Field(default_factory=dict)
    checklists: dict[str, Checklist] = Field(default_factory=dict)
