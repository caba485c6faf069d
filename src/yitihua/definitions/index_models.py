"""The shape of the files in index/: how the indicators add up.

Each class is one TOML table of index/NAME.toml. Defaults that decide a headline are stated
here once, with the reason, and are printed with the result. The JSON schema in
index/schema.json is made from these classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, create_model
from pydantic_core import PydanticCustomError

from yitihua.definitions.barometer_models import BarometerSpec
from yitihua.definitions.framework_models import Strict
from yitihua.definitions.methods import AGGREGATE, IMPUTE, NORMALISE, TREAT, WEIGHTS, Method, Number, Registry, Share
from yitihua.definitions.own_code import PATTERN, code_is_allowed, is_own_code
from yitihua.definitions.survey_plan_models import SurveyRule
from yitihua.definitions.text import Text


def _method_table(value: Any) -> Any:
    return {"method": value} if isinstance(value, str) else value


def _use_table(value: Any) -> Any:
    return {"use": value} if isinstance(value, str) else value


class MethodRule(Strict):
    """What every table that names a method has in common."""

    registry: ClassVar[Registry]
    method: str

    @property
    def known(self) -> Method:
        """The method that is named."""
        found: Method = self.registry[self.method]
        return found

    @property
    def stated(self) -> dict[str, Any]:
        """The keys of methods that are stated."""
        names = {*self.registry.keys, "parameters"}
        return {
            name: getattr(self, name)
            for name in sorted(self.model_fields_set & names)
            if getattr(self, name) is not None
        }

    @property
    def settings(self) -> dict[str, Any]:
        """Every key of the method: as stated, or its default."""
        return self.known.settings(self.stated)

    @property
    def off_scale(self) -> bool:
        """Whether what comes out does not live on the scale."""
        return self.known.off_scale(self.settings)


def _choice(registry: Registry) -> Any:
    """Return the annotation of a method's name: one of the stage's, or a function of one's own."""

    def known(value: Any) -> Any:
        if not isinstance(value, str) or value in registry or (is_own_code(value) and code_is_allowed()):
            return value
        if is_own_code(value):
            raise PydanticCustomError("own_code", "own code", {"name": value})
        expected = " or ".join(f"'{name}'" for name in registry.names)
        raise PydanticCustomError("literal_error", "one of {expected}", {"expected": expected})

    schema = {"anyOf": [{"enum": list(registry.names)}, {"type": "string", "pattern": PATTERN}]}
    return Annotated[str, BeforeValidator(known), WithJsonSchema(schema)]


def _fields(registry: Registry) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for key in registry.keys.values():
        about = f"{', '.join(registry.takers(key.name))}: {key.about}"
        fields[key.name] = (key.type | None, Field(None, description=about))
    fields["parameters"] = (
        dict[str, float] | None,
        Field(None, description="A user's own function: keyword arguments passed to it."),
    )
    return fields


def _rule(name: str, registry: Registry, default: str, doc: str) -> Any:
    fields = {"method": (_choice(registry), default)} | _fields(registry)
    made: Any = create_model(name, __base__=MethodRule, __doc__=doc, __module__=__name__, **fields)
    made.registry = registry
    return made


if TYPE_CHECKING:

    class ImputeRule(MethodRule):
        """How a missing cell of an indicator is filled."""

        method: str = "none"

    class TreatRule(MethodRule):
        """How outliers of an indicator are treated."""

        method: str = "none"

    class NormaliseRule(MethodRule):
        """How an indicator becomes points on the scale."""

        method: str = "goalposts"

    class AggregateRule(MethodRule):
        """How a node is made from its children."""

        method: str = "arithmetic"

    class WeightSetRule(MethodRule):
        """How weights are made."""

        method: str = "equal"

else:
    ImputeRule = _rule("ImputeRule", IMPUTE, "none", "How a missing cell of an indicator is filled.")
    TreatRule = _rule("TreatRule", TREAT, "none", "How outliers of an indicator are treated.")
    NormaliseRule = _rule("NormaliseRule", NORMALISE, "goalposts", "How an indicator becomes points on the scale.")
    AggregateRule = _rule("AggregateRule", AGGREGATE, "arithmetic", "How a node is made from its children.")
    WeightSetRule = _rule("WeightSetRule", WEIGHTS, "equal", "How weights are made.")

OneImpute = Annotated[ImputeRule, BeforeValidator(_method_table, json_schema_input_type=ImputeRule | str)]
OneTreat = Annotated[TreatRule, BeforeValidator(_method_table, json_schema_input_type=TreatRule | str)]
OneNormalise = Annotated[NormaliseRule, BeforeValidator(_method_table, json_schema_input_type=NormaliseRule | str)]
OneAggregate = Annotated[AggregateRule, BeforeValidator(_method_table, json_schema_input_type=AggregateRule | str)]


class ImputeSpec(ImputeRule):
    """``[impute]``."""

    indicators: dict[str, OneImpute] = Field(default_factory=dict)


class TreatSpec(TreatRule):
    """``[treat]``."""

    indicators: dict[str, OneTreat] = Field(default_factory=dict)


class NormaliseSpec(NormaliseRule):
    """``[normalise]``."""

    indicators: dict[str, OneNormalise] = Field(default_factory=dict)


class AggregateSpec(AggregateRule):
    """``[aggregate]``: for all nodes, for a level (0 = the index itself), or for one node."""

    levels: dict[str, OneAggregate] = Field(default_factory=dict)
    nodes: dict[str, OneAggregate] = Field(default_factory=dict)
    views: dict[str, OneAggregate] = Field(default_factory=dict)


class WeightSet(WeightSetRule):
    """``[weights.sets.NAME]``: weights of children within their parent, stated or made by a method.

    Stated weights need not sum to 1. Groups of siblings without any are equal, or weighed by `method`.
    """

    reason: Text | None = None
    weights: dict[str, Number] = Field(default_factory=dict)
    scope: Literal["siblings", "indicators"] = Field(
        "siblings", description="Whether a method weighs within each parent, or all indicators at once."
    )


class WeightSpec(Strict):
    """``[weights]``: equal within each parent, a named set, or the name of a weighting method."""

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
    method: Literal["fixed", "quantile", "natural_breaks", "kmeans"] = "fixed"
    cuts: tuple[Number, ...] | None = Field(None, description="fixed: one fewer than labels, rising.")
    shares: tuple[Annotated[float, Field(gt=0, allow_inf_nan=False)], ...] | None = Field(
        None, description="quantile: share of units in each label; equal unless stated."
    )


class IndexSpec(Strict):
    """A file of index/: index/NAME.toml."""

    extends: str | None = None
    drop: tuple[str, ...] = Field(
        (), description="With extends: tables and keys of the base's index file to leave out: treat, weights.sets.NAME."
    )
    title: Text | None = None
    dataset: str | None = Field(None, description="Dataset in data/ used when no data is given.")
    period: str | None = Field(None, description="Period of the dataset used when none is given.")
    units: str | None = Field(None, description="Dataset or CSV file of the units that report, for `init`.")
    former: str | None = Field(None, description="Dataset of old names and codes of those units, for `init`.")
    unit_changes: str | None = Field(
        None, description="Dataset of units renamed, merged and split, by which periods are told in the same units."
    )
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
    barometer: BarometerSpec | None = None


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
