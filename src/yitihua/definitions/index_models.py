"""The shape of the files in index/: how the indicators add up.

Each class is one TOML table of index/NAME.toml. Defaults that decide a headline are stated
here once, with the reason, and are printed with the result. The JSON schema in
index/schema.json is made from these classes.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from yitihua.definitions.framework_models import Strict
from yitihua.definitions.survey_plan_models import SurveyRule
from yitihua.definitions.text import Text


def _fraction(value: Any) -> Any:
    """Accept "2/3" where a TOML file would have to round."""
    if isinstance(value, str) and value.count("/") == 1:
        top, bottom = value.split("/")
        try:
            return float(top) / float(bottom)
        except (ValueError, ZeroDivisionError):
            return value
    return value


def _method_table(value: Any) -> Any:
    return {"method": value} if isinstance(value, str) else value


def _use_table(value: Any) -> Any:
    return {"use": value} if isinstance(value, str) else value


Share = Annotated[float, Field(ge=0, le=1), BeforeValidator(_fraction, json_schema_input_type=float | str)]
Number = Annotated[float, Field(allow_inf_nan=False)]

ImputeMethod = Literal["none", "mean", "median", "group_mean"]
TreatMethod = Literal["none", "log", "winsorise_log"]
NormaliseMethod = Literal["goalposts", "minmax", "zscore", "rank", "percentile_rank", "none"]
AggregateMethod = Literal["arithmetic", "geometric", "harmonic", "generalised"]


class ImputeRule(Strict):
    """How a missing cell of an indicator is filled."""

    method: ImputeMethod = "none"
    group: str | None = Field(None, description="Data column that holds the group, for group_mean.")


class TreatRule(Strict):
    """How outliers of an indicator are treated (OECD/JRC: skewness 2 and kurtosis 3.5)."""

    method: TreatMethod = "none"
    skew: float = Field(2.0, gt=0, allow_inf_nan=False)
    kurtosis: Number = 3.5
    max_winsorised: int = Field(5, ge=0)
    offset: Literal["auto"] | Number = Field(
        "auto", description='ln(x - min + 0.01 range) when "auto", else ln(x + offset).'
    )


class NormaliseRule(Strict):
    """How an indicator becomes points on the scale."""

    method: NormaliseMethod = "goalposts"
    mean: Number | None = Field(None, description="zscore: mean of the points; 0 unless stated.")
    sd: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = Field(
        None, description="zscore: standard deviation of the points; 1 unless stated."
    )
    clip: bool = Field(True, description="goalposts, minmax: points beyond the scale are cut and flagged.")

    @property
    def off_scale(self) -> bool:
        """Whether the points know no scale: ranks, and z-scores without a stated mean."""
        return self.method == "rank" or (self.method == "zscore" and self.mean is None)


class AggregateRule(Strict):
    """How a node is made from its children."""

    method: AggregateMethod = "arithmetic"
    floor: Number | None = Field(
        None,
        description="Not for arithmetic: values below are raised to it. 1 % up the scale; 0 for p > 0.",
    )
    exponent: Number | None = Field(None, description="generalised: the power p.")


class ImputeSpec(ImputeRule):
    """``[impute]``."""

    indicators: dict[
        str, Annotated[ImputeRule, BeforeValidator(_method_table, json_schema_input_type=ImputeRule | str)]
    ] = Field(default_factory=dict)


class TreatSpec(TreatRule):
    """``[treat]``."""

    indicators: dict[
        str, Annotated[TreatRule, BeforeValidator(_method_table, json_schema_input_type=TreatRule | str)]
    ] = Field(default_factory=dict)


class NormaliseSpec(NormaliseRule):
    """``[normalise]``."""

    indicators: dict[
        str,
        Annotated[NormaliseRule, BeforeValidator(_method_table, json_schema_input_type=NormaliseRule | str)],
    ] = Field(default_factory=dict)


class AggregateSpec(AggregateRule):
    """``[aggregate]``: for all nodes, for a level (0 = the index itself), or for one node."""

    levels: dict[
        str,
        Annotated[AggregateRule, BeforeValidator(_method_table, json_schema_input_type=AggregateRule | str)],
    ] = Field(default_factory=dict)
    nodes: dict[
        str,
        Annotated[AggregateRule, BeforeValidator(_method_table, json_schema_input_type=AggregateRule | str)],
    ] = Field(default_factory=dict)
    views: dict[
        str,
        Annotated[AggregateRule, BeforeValidator(_method_table, json_schema_input_type=AggregateRule | str)],
    ] = Field(default_factory=dict)


class WeightSet(Strict):
    """``[weights.sets.NAME]``: weights of children within their parent; they need not sum to 1."""

    reason: Text | None = None
    weights: dict[str, Number]


class WeightSpec(Strict):
    """``[weights]``: equal within each parent, or a named set; groups a set leaves out stay equal."""

    use: str = "equal"
    sets: dict[str, WeightSet] = Field(default_factory=dict)


class CoverageSpec(Strict):
    """``[coverage]``: the share of a node's weight that must be observed.

    Two thirds for a node, so that one missing cell does not silence a dimension; everything
    for the index itself, so that no graded unit lacks a first-level node.
    """

    node: Share = 2 / 3
    index: Share = 1.0
    nodes: dict[str, Share] = Field(default_factory=dict)
    count_imputed: bool = Field(False, description="Whether filled cells count as observed.")


class GradeScheme(Strict):
    """``[grades.NAME]``: labels from the lowest up."""

    title: Text | None = None
    labels: tuple[str, ...] = Field(min_length=2)
    names: tuple[Text, ...] | None = Field(None, description="Words for the labels, same order.")
    method: Literal["fixed", "quantile", "natural_breaks"] = "fixed"
    cuts: tuple[Number, ...] | None = Field(None, description="fixed: one fewer than labels, rising.")
    shares: tuple[Annotated[float, Field(gt=0, allow_inf_nan=False)], ...] | None = Field(
        None, description="quantile: share of units in each label; equal unless stated."
    )


class IndexSpec(Strict):
    """A file of index/: index/NAME.toml."""

    extends: str | None = None
    title: Text | None = None
    dataset: str | None = Field(None, description="Dataset in data/ used when no data is given.")
    period: str | None = Field(None, description="Period of the dataset used when none is given.")
    units: str | None = Field(None, description="Dataset or CSV file of the units that report, for `init`.")
    former: str | None = Field(None, description="Dataset of old names and codes of those units, for `init`.")
    reference_unit: str | None = None
    scale: tuple[Number, Number] = (0.0, 100.0)
    score_decimals: int = Field(9, ge=0, le=12)
    impute: Annotated[ImputeSpec, BeforeValidator(_method_table, json_schema_input_type=ImputeSpec | str)] = (
        ImputeSpec()
    )
    treat: Annotated[TreatSpec, BeforeValidator(_method_table, json_schema_input_type=TreatSpec | str)] = TreatSpec()
    normalise: Annotated[NormaliseSpec, BeforeValidator(_method_table, json_schema_input_type=NormaliseSpec | str)] = (
        NormaliseSpec()
    )
    weights: Annotated[WeightSpec, BeforeValidator(_use_table, json_schema_input_type=WeightSpec | str)] = WeightSpec()
    aggregate: Annotated[AggregateSpec, BeforeValidator(_method_table, json_schema_input_type=AggregateSpec | str)] = (
        AggregateSpec()
    )
    coverage: CoverageSpec = CoverageSpec()
    survey: SurveyRule = SurveyRule()
    grades: dict[str, GradeScheme] = Field(default_factory=dict)


def default_grades(scale: tuple[float, float]) -> dict[str, GradeScheme]:
    """Return the two schemes every edition has unless it states its own.

    Stars are cut at 50, 60, 70, 80 and A/B/C at 80 and 60 on a 0-100 scale, and at the same
    places of any other scale. These cuts are ours: none were ever published.

    Examples
    --------
    >>> default_grades((0, 1))["abc"].cuts
    (0.6, 0.8)
    """
    low, high = scale

    def at(*points: int) -> tuple[float, ...]:
        return tuple(low + (high - low) * point / 100 for point in points)

    stars = tuple(
        Text(zh=f"{word}星", en=f"{number} star{'s' * (number > 1)}") for number, word in enumerate("一二三四五", 1)
    )
    return {
        "stars": GradeScheme(
            title=Text(zh="星级", en="stars"),
            labels=("1", "2", "3", "4", "5"),
            names=stars,
            cuts=at(50, 60, 70, 80),
        ),
        "abc": GradeScheme(title=Text(zh="等级", en="grade"), labels=("C", "B", "A"), cuts=at(60, 80)),
    }
