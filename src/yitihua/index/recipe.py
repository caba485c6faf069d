"""Recipe: every choice and every fitted number of an index, frozen and serialisable.

`fit` makes one, `apply` scores with it. Next year's data on this year's bounds is `apply`; a
what-if is `dataclasses.replace` and `apply`; an audit replays the JSON.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yitihua.errors import refuse, suggest

if TYPE_CHECKING:
    from yitihua.index.plan import Plan

FORMAT = 1
Label = tuple[str, str]  # Chinese, English
Settings = tuple[tuple[str, Any], ...]
Numbers = tuple[tuple[str, tuple[float, ...]], ...]


@dataclass(frozen=True)
class Array:
    """Fitted numbers with a name and a shape, row by row; NaN is None."""

    name: str
    shape: tuple[int, ...]
    values: tuple[float | None, ...]

    @classmethod
    def of(cls, name: str, values: Any) -> Array:
        """Keep an array."""
        import numpy as np

        array = np.asarray(values, dtype=float)
        return cls(name, array.shape, tuple(None if v != v else v for v in array.ravel().tolist()))

    @property
    def array(self) -> Any:
        """The numbers as an ndarray."""
        import numpy as np

        return np.array([np.nan if v is None else v for v in self.values], dtype=float).reshape(self.shape)


@dataclass(frozen=True)
class Treatment:
    """How one indicator is treated; limits are None where nothing is clipped.

    First come the limits, then the logarithm ln(x + log_shift) or another `curve` with its
    `numbers`. `settings` and the four before `curve` are what the method was told to look at, so
    that it can be fitted anew; an offset of None is fitted.
    """

    method: str = "none"
    lower: float | None = None
    upper: float | None = None
    log_shift: float | None = None
    outcome: str = ""
    skew: float = 2.0
    kurtosis: float = 3.5
    max_winsorised: int = 5
    offset: float | None = None
    curve: str = ""
    numbers: Numbers = ()
    settings: Settings = ()

    @property
    def bent(self) -> bool:
        """Whether values are mapped by more than limits."""
        return self.log_shift is not None or bool(self.curve)


@dataclass(frozen=True)
class Normalisation:
    """Points = (x - origin) / width * gain + base, or ranks in `reference`. None: never fitted.

    `numbers` is what other methods have fitted, `settings` what they were told.
    """

    method: str
    lower: float | None = None
    upper: float | None = None
    origin: float | None = None
    width: float | None = None
    gain: float = 1.0
    base: float = 0.0
    clip: bool = False
    reference: tuple[float, ...] = ()
    numbers: Numbers = ()
    settings: Settings = ()

    def array(self, name: str) -> Any:
        """Return fitted numbers by name, as an array."""
        import numpy as np

        return np.array(dict(self.numbers)[name], dtype=float)


@dataclass(frozen=True)
class IndicatorRule:
    """What happens to one indicator on its way to points."""

    code: str
    name: Label
    unit: Label
    direction: str
    transform: str
    denominate_by: str | None
    impute: str
    impute_group: str | None
    fill: tuple[tuple[str, float], ...]
    treat: Treatment
    normalise: Normalisation
    goalposts: tuple[float, float] | None = None

    @property
    def positive(self) -> bool:
        """Whether more is better."""
        return self.direction == "+"


@dataclass(frozen=True)
class NodeRule:
    """How one node is made from its children; weights sum to 1."""

    code: str
    name: Label
    parent: str | None
    depth: int
    children: tuple[str, ...]
    weights: tuple[float, ...]
    method: str
    floor: float
    exponent: float
    coverage: float
    settings: Settings = ()
    numbers: tuple[Array, ...] = ()


@dataclass(frozen=True)
class ViewRule:
    """Another grouping of the same indicators: each keeps its weight in the whole index."""

    code: str
    name: Label
    groups: tuple[tuple[str, Label, tuple[str, ...]], ...]
    method: str
    floor: float
    exponent: float
    coverage: float
    settings: Settings = ()


@dataclass(frozen=True)
class Imputer:
    """A joint imputation: its indicators, settings and fitted numbers."""

    method: str
    codes: tuple[str, ...]
    settings: Settings = ()
    numbers: tuple[Array, ...] = ()


@dataclass(frozen=True)
class Weighting:
    """How the weights in force came about.

    Attributes
    ----------
    method : str
        A weighting method fitted to data or read from a file; "" where they are stated.
    scope : str
        "siblings" or "indicators".
    settings : tuple
        What the method was told.
    notes : tuple of Label
        What must be said of them: consistency ratios, constant columns, no convergence.
    """

    method: str = ""
    scope: str = "siblings"
    settings: Settings = ()
    notes: tuple[Label, ...] = ()


@dataclass(frozen=True)
class GradeRule:
    """One grade scheme; cuts by level, lowest first. Shares: of units in each label, where quantiles are cut."""

    code: str
    title: Label
    labels: tuple[str, ...]
    names: tuple[Label, ...]
    method: str
    cuts: tuple[tuple[str, tuple[float, ...]], ...]
    shares: tuple[float, ...] = ()

    def cuts_of(self, level: str) -> tuple[float, ...] | None:
        """Return the cuts of a level; fixed cuts hold for every level."""
        found = dict(self.cuts)
        return found.get("*", found.get(level))


@dataclass(frozen=True)
class Recipe:
    """Everything needed to score a table.

    Attributes
    ----------
    edition, title, notice : str or Label
        Which edition, and what a reader must know about it.
    scale : (float, float)
        Lowest and highest points.
    score_decimals : int
        Ranks and grades are taken on scores rounded so.
    indicators : tuple of IndicatorRule
    nodes : tuple of NodeRule
        Children before parents; the last is the index itself.
    views : tuple of ViewRule
    grades : tuple of GradeRule
    weight_set : str
        Name of the weight set.
    count_imputed : bool
        Whether filled cells count as observed.
    fitted_on : tuple of (name, sha256)
        Inputs of the fit.
    imputers : tuple of Imputer
        Imputations that look at more than one column.
    weighting : Weighting
        Which method made the weights, and what must be said of them.
    own_code : tuple of (place, sha256)
        Functions of the user's own that the recipe names; it scores only where code is allowed.
    """

    edition: str
    title: Label
    notice: Label
    unit_noun: Label
    date: str | None
    period: str | None
    scale: tuple[float, float]
    score_decimals: int
    indicators: tuple[IndicatorRule, ...]
    nodes: tuple[NodeRule, ...]
    views: tuple[ViewRule, ...]
    grades: tuple[GradeRule, ...]
    weight_set: str
    count_imputed: bool
    reference_unit: str | None
    fitted_on: tuple[tuple[str, str], ...] = ()
    simulated: bool = False
    format: int = FORMAT
    imputers: tuple[Imputer, ...] = ()
    weighting: Weighting = Weighting()
    own_code: tuple[tuple[str, str], ...] = ()

    @property
    def root(self) -> NodeRule:
        """The index itself."""
        return self.nodes[-1]

    @property
    def first_level(self) -> tuple[str, ...]:
        """Codes directly below the index."""
        return self.root.children

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Codes of the indicators, in column order."""
        return tuple(rule.code for rule in self.indicators)

    @cached_property
    def labels(self) -> dict[str, Label]:
        """Chinese and English name of every indicator and node."""
        return {rule.code: rule.name for rule in self.indicators} | {node.code: node.name for node in self.nodes}

    def code_of(self, wanted: str) -> str:
        """Return the code of an indicator or node, given by its code or by its whole name.

        Raises
        ------
        InputError
            If there is none, or several have that name.

        Examples
        --------
        >>> import yitihua as yt
        >>> yt.evaluate("hdi").recipe.code_of("life expectancy at birth")
        'le'
        """
        if wanted in self.labels:
            return wanted
        text = wanted.strip().casefold()
        found = [c for c, label in self.labels.items() if text in (c.casefold(), *(name.casefold() for name in label))]
        if len(found) == 1:
            return found[0]
        known = [*self.labels, *(name for label in self.labels.values() for name in label)]
        raise refuse(
            "unknown-reference", kind="indicator or node", name=wanted, options=list(self.labels),
            hint=suggest(wanted, known),
        )  # fmt: skip

    @cached_property
    def global_weights(self) -> dict[str, float]:
        """Weight of every node and indicator in the whole index: the product down the tree."""
        found = {self.root.code: 1.0}
        for node in reversed(self.nodes):
            for child, weight in zip(node.children, node.weights, strict=True):
                found[child] = found[node.code] * weight
        return found

    @cached_property
    def plan(self) -> Plan:
        """The recipe as arrays, ready for `apply`."""
        from yitihua.index.plan import Plan

        return Plan.of(self)

    def to_json(self) -> str:
        """Return the recipe as JSON; numbers are written so that they read back the same bits."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        """Return the recipe a JSON text holds.

        Raises
        ------
        InputError
            If it is not a recipe of this format.
        """
        try:
            data = json.loads(text, parse_constant=_no_constant)
            if not isinstance(data, dict) or data.get("format") != FORMAT:
                raise ValueError(f"format is not {FORMAT}")
            recipe = typing.cast(Recipe, _build(cls, data))
            _check(recipe)
            return recipe
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise refuse("bad-json", reason=str(error) or type(error).__name__) from None

    def save(self, path: str | Path) -> None:
        """Write the recipe to a JSON file."""
        Path(path).write_text(self.to_json(), encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> Recipe:
        """Read a recipe from a JSON file."""
        try:
            return cls.from_json(Path(path).read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            raise refuse("not-utf8", file=str(path), reason=f"byte {error.start + 1}") from None
        except OSError as error:
            raise refuse("file-not-found", file=str(path), reason=error.strerror or "") from None


def _no_constant(word: str) -> typing.NoReturn:
    raise ValueError(f"{word} is not a number")


def _check(recipe: Recipe) -> None:
    """Refuse a recipe whose tree or weights do not hold together."""
    known = {rule.code for rule in recipe.indicators}
    if not recipe.nodes or not known:
        raise ValueError("no nodes or no indicators")
    for node in recipe.nodes:
        if len(node.weights) != len(node.children) or not node.children:
            raise ValueError(f"{node.code}: {len(node.children)} children, {len(node.weights)} weights")
        if unknown := [child for child in node.children if child not in known]:
            raise ValueError(f"{node.code}: {unknown[0]} stands below it but is not defined before it")
        if min(node.weights) < 0 or sum(node.weights) <= 0:
            raise ValueError(f"{node.code}: weights {list(node.weights)}")
        known.add(node.code)


def _frozen(value: Any) -> Any:
    """Return a setting with lists as tuples."""
    if isinstance(value, dict):
        raise ValueError(f"a setting is not a table: {value!r}")
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _build(kind: Any, value: Any) -> Any:
    """Rebuild dataclasses and tuples from what JSON kept of them."""
    if kind is Any:
        return _frozen(value)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        unknown = set(value) - set(hints)
        if unknown:
            raise ValueError(f"unknown: {sorted(unknown)}")
        return kind(**{name: _build(hints[name], item) for name, item in value.items()})  # type: ignore[operator]
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        if value is None:
            return None
        return _build(next(argument for argument in arguments if argument is not type(None)), value)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return tuple(_build(arguments[0], item) for item in value)
        if len(arguments) != len(value):
            raise ValueError(f"expected {len(arguments)} entries, found {len(value)}")
        return tuple(_build(argument, item) for argument, item in zip(arguments, value, strict=True))
    if kind is float:
        return float(value)
    if not isinstance(value, kind):
        raise ValueError(f"expected {kind.__name__}, found {value!r}")
    return value
