"""The shape of the files in surveys/: what people are asked.

One TOML file a questionnaire. Answers, weights and estimates are the work of
`yitihua.surveys`; here is only what was asked and how an answer is scored.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from yitihua.definitions.framework_models import Strict
from yitihua.definitions.text import Text


class QuestionnaireInfo(Strict):
    """``[questionnaire]``."""

    title: Text
    population: Text
    mode: Literal["self-administered", "telephone", "face-to-face"] = "self-administered"
    version: str = "1"
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
    note: Text | None = None


class Item(Strict):
    """``[items.CZ04]``: one question.

    ``linear100`` maps the lowest code of the scale to 0 and the highest to 100; ``share_yes``
    and ``top2`` count the answer "yes" or the two best answers as 100, others as 0.
    """

    text: Text
    scale: str
    role: Literal["indicator", "screening", "demographic", "check", "open"]
    indicator: str | None = None
    scoring: Literal["none", "linear100", "top2", "share_yes"] = "none"
    reverse: bool = False
    filter: str | None = Field(None, description="Asked only of those it holds for.")
    mode_key: str | None = Field(None, description="Marks items worded alike in several modes.")
    note: Text | None = None


class QuestionnaireFile(Strict):
    """A file of surveys/NAME/: surveys/NAME/citizens.toml."""

    questionnaire: QuestionnaireInfo
    scales: dict[str, Scale] = Field(min_length=1)
    items: dict[str, Item] = Field(min_length=1)
