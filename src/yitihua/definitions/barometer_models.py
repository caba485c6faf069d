"""The shape of ``[barometer]`` in index/NAME.toml: how progress and activity become a quadrant and a sign."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from yitihua.definitions.framework_models import Strict
from yitihua.definitions.methods import Number, PositiveInt, PositiveNumber, Share
from yitihua.definitions.text import Text

Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class ProgressRule(Strict):
    """``[barometer.progress]``: the level against goalposts, and the unit against its own past."""

    nodes: tuple[str, ...] = Field((), description="Nodes or indicators; default: the index's first level.")
    past: Share = Field(0.3, description="Share of the own past; the rest is the level.")
    span: PositiveNumber = Field(10.0, description="Points of change, of 100, that count as full.")
    lag: Literal["year", "period"] = Field(
        "year", description="Against the same period a year before, or the last one."
    )
    coverage: Share = Field(2 / 3, description="Least share of the nodes' weight that must be there.")
    carry: bool = Field(True, description="Whether survey estimates of another period stand in where there are none.")
    reason: Text | None = None


class ActivityMeasure(Strict):
    """``[barometer.activity.measures.NAME]``: a count of what is done, set against a size."""

    per: str = Field(description="A measure of size, such as officers.")
    base: PositiveNumber = Field(1.0, description="Per so many of them: 10000 for a count per 10000 residents.")
    lower: PositiveNumber = Field(description="Counts a year per base that score 0.")
    upper: PositiveNumber = Field(description="Counts a year per base that score 100.")
    weight: PositiveNumber = 1.0
    of: str | None = Field(None, description="A measure it cannot exceed; feedback asks for no more than that.")
    reason: Text


class ComponentWeights(Strict):
    """``[barometer.activity.weights]``."""

    volume: Weight = 0.4
    momentum: Weight = 0.2
    breadth: Weight = 0.2
    recency: Weight = 0.2


class ActivityRule(Strict):
    """``[barometer.activity]``: momentum, volume, breadth and recency of the enacting measures."""

    measures: dict[str, ActivityMeasure] = Field(min_length=1)
    weights: ComponentWeights = ComponentWeights()
    reference: Literal["trailing", "year"] = Field(
        "trailing", description="Momentum against the mean of the last periods, or the same period a year before."
    )
    window: PositiveInt = Field(4, description="trailing: how many periods.")
    bound: PositiveNumber = Field(0.5, description="Growth that counts as full: 0.5 is +50 %.")
    alive: PositiveNumber = Field(0.5, description="Share of `lower` from which a measure counts as alive.")
    half_life: PositiveNumber = Field(2.0, description="Recency: periods after which a count weighs half.")
    periods: int = Field(4, ge=2, description="Recency: over how many periods.")
    dispersion: float = Field(4.0, ge=1, allow_inf_nan=False, description="Variance of a count over its mean.")
    coverage: Share = Field(2 / 3, description="Least share of weight, of measures and of components.")
    reason: Text | None = None


class QuadrantCuts(Strict):
    """Where high begins: a number of points, or the median of the units of a level in a period."""

    progress: Number | Literal["median"] = "median"
    activity: Number | Literal["median"] = "median"


class QuadrantWords(Strict):
    """A quadrant's name and what it says."""

    name: Text
    words: Text


class QuadrantRule(Strict):
    """``[barometer.quadrant]``."""

    cuts: QuadrantCuts = QuadrantCuts()
    both: QuadrantWords
    progress_only: QuadrantWords
    activity_only: QuadrantWords
    neither: QuadrantWords
    reason: Text | None = None


class SignWeights(Strict):
    """``[barometer.sign.weights]``: of progress and activity in the reading."""

    progress: Weight = 0.5
    activity: Weight = 0.5


class SignRule(Strict):
    """``[barometer.sign]``: signs from the lowest up."""

    labels: tuple[str, ...] = Field(min_length=2)
    names: tuple[Text, ...]
    glyphs: tuple[str, ...]
    cuts: tuple[Number, ...] = Field(description="Points of the reading, one fewer than labels, rising.")
    words: tuple[Text, ...]
    weights: SignWeights = SignWeights()
    reason: Text | None = None


class BarometerSpec(Strict):
    """``[barometer]``: progress and activity of every unit and period, as a quadrant and a sign."""

    title: Text = Text(zh="晴雨表", en="barometer")
    note: Text | None = Field(None, description="Printed with every reading.")
    progress: ProgressRule = ProgressRule()
    activity: ActivityRule
    quadrant: QuadrantRule
    sign: SignRule
