"""What is asked of a what-if, checked against a board: all faults together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from yitihua.analysis.leave_out import without
from yitihua.analysis.weight_sets import named_weights, weighted
from yitihua.definitions.index_models import AggregateRule, NormaliseRule
from yitihua.definitions.source import Place, Source
from yitihua.definitions.validation import validate
from yitihua.errors import FaultList, InputError, refuse
from yitihua.index.nodes import made_by
from yitihua.index.recipe import Recipe
from yitihua.index.scoreboard import Scoreboard

if TYPE_CHECKING:
    import pandas as pd

    from yitihua.definitions.edition import Edition

#: What may be asked for, in the order in which it is done.
PARTS = ("values", "normalise", "aggregate", "weights", "drop")

Cell = tuple[int, int]


@dataclass(frozen=True)
class Asked:
    """A what-if, ready to be made.

    Attributes
    ----------
    values : dict
        (row of the table, column of the table) -> value; NaN is missing.
    normalise : dict
        Indicator -> (method, settings).
    aggregate : dict
        Node -> method, floor, exponent and settings, as `made_by` returns them.
    weights : dict
        Child -> weight, for every child of every node; empty: as they are.
    weight_name : str
        Under which the weights stand in the recipe.
    drop : tuple of str
        Indicators and nodes.
    """

    values: dict[Cell, float] = field(default_factory=dict)
    normalise: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    aggregate: dict[str, dict[str, Any]] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    weight_name: str = ""
    drop: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """What is asked for, in the order in which it is done."""
        return tuple(part for part in PARTS if getattr(self, part))


def asked_of(
    board: Scoreboard,
    weights: str | Mapping[str, float] | None = None,
    normalise: str | Mapping[str, Any] | None = None,
    aggregate: str | Mapping[str, Any] | None = None,
    drop: str | Sequence[str] | None = None,
    values: Mapping[str, Mapping[str, float]] | pd.DataFrame | None = None,
    edition: Edition | None = None,
) -> Asked:
    """Return what is asked, checked.

    Raises
    ------
    InputError
        With every fault.

    Examples
    --------
    >>> import yitihua as yt
    >>> asked_of(yt.evaluate("hdi"), weights={"health": 0.5}, values={"Norway": {"le": 85}}).parts
    ('values', 'weights')
    """
    faults = FaultList()

    def tried(make: Any, value: Any, default: Any) -> Any:
        try:
            return default if value is None else make(value)
        except InputError as error:
            faults.extend(error.faults)
            return default

    stated, name = tried(lambda value: _weights(board, value, edition), weights, ({}, ""))
    found = Asked(
        values=tried(lambda value: _values(board, value), values, {}),
        normalise=tried(lambda value: _normalise(board.recipe, value), normalise, {}),
        aggregate=tried(lambda value: _aggregate(board.recipe, value), aggregate, {}),
        weights=stated,
        weight_name=name,
        drop=tried(lambda value: _drop(board.recipe, value), drop, ()),
    )
    if not faults and not found.parts:
        faults.add("nothing-asked", options=list(PARTS))
    if not faults and found.drop:
        recipe = weighted(board.recipe, found.weights, name) if found.weights else board.recipe
        tried(lambda codes: without(recipe, codes), found.drop, None)
    faults.raise_if_any()
    return found


def _weights(
    board: Scoreboard, value: str | Mapping[str, float], edition: Edition | None
) -> tuple[dict[str, float], str]:
    from yitihua.analysis.uncertainty.weight_mix import full_set

    if isinstance(value, str):
        return named_weights(board, value, edition), value
    if not isinstance(value, Mapping):
        raise refuse("bad-choice", key="weights", found=type(value).__name__, options=["{CODE: 0.3, ...}", "NAME"])
    return (full_set(board.recipe, value), "what-if") if value else ({}, "")


def _drop(recipe: Recipe, value: str | Sequence[str]) -> tuple[str, ...]:
    faults, found = FaultList(), dict[str, None]()
    for name in [value] if isinstance(value, str) else value:
        try:
            found[recipe.code_of(str(name))] = None
        except InputError as error:
            faults.extend(error.faults)
    faults.raise_if_any()
    return tuple(found)


def _rule(model: Any, key: str, value: Any, scale: tuple[float, float], faults: FaultList) -> Any:
    """Return a method with its settings, checked as the index file checks them; None where it is faulty."""
    before = len(faults)
    stated = dict(value) if isinstance(value, Mapping) else {"method": value}
    rule = validate(model, stated, Source(places={(): Place("")}), (key,), faults)
    if rule is None:
        return None
    own = {one.name: one for one in rule.known.keys}
    for name in [name for name in rule.stated if name not in own]:
        takers = ", ".join(rule.registry.takers(name))
        faults.add("no-effect", key=f"{key}.{name}", name=name, method=takers)
    for name in [name for name, one in own.items() if one.required and name not in rule.stated]:
        faults.add("needs-key", key=key, method=rule.method, name=name)
    if rule.known.check is not None and len(faults) == before:
        for name, reason in rule.known.check(rule.settings, scale):
            found = str(rule.stated.get(name, "-"))
            faults.add("bad-value", key=f"{key}.{name}", found=found, reason=reason)
    return rule if len(faults) == before else None


def _by_name(recipe: Recipe, value: Any, names: Sequence[str], kind: str, faults: FaultList) -> dict[str, Any]:
    """Return indicator or node -> what is stated; a single statement is for all of them."""
    if isinstance(value, str) or (isinstance(value, Mapping) and "method" in value):
        return dict.fromkeys(names, value)
    if not isinstance(value, Mapping):
        options = ["METHOD", "{CODE: METHOD, ...}"]
        faults.add("bad-choice", key=kind, found=type(value).__name__, options=options)
        return {}
    found = {}
    for name, stated in value.items():
        try:
            code = str(name) if str(name) in names else recipe.code_of(str(name))
        except InputError as error:
            faults.extend(error.faults)
            continue
        if code not in names:
            what = "indicator" if kind == "normalise" else "node"
            faults.add("unknown-reference", key=kind, kind=what, name=str(name), options=list(names))
        else:
            found[code] = stated
    return found


def _normalise(recipe: Recipe, value: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    faults, found = FaultList(), {}
    rules = {rule.code: rule for rule in recipe.indicators}
    bare: set[str] = set()
    checked: dict[str, Any] = {}
    for code, stated in _by_name(recipe, value, recipe.codes, "normalise", faults).items():
        if (said := repr(stated)) not in checked:
            checked[said] = _rule(NormaliseRule, "normalise", stated, recipe.scale, faults)
        rule = checked[said]
        if rule is None:
            continue
        if rule.method == "goalposts" and rules[code].goalposts is None:
            bare.add(code)
        found[code] = (rule.method, dict(rule.settings))
    for code in sorted(bare):
        faults.add("no-goalposts", key=f"normalise, {code}", name=code)
    faults.raise_if_any()
    return found


def _aggregate(recipe: Recipe, value: Any) -> dict[str, dict[str, Any]]:
    faults, found = FaultList(), {}
    names = tuple(node.code for node in recipe.nodes)
    checked: dict[str, Any] = {}
    for code, stated in _by_name(recipe, value, names, "aggregate", faults).items():
        if (said := repr(stated)) not in checked:
            checked[said] = _rule(AggregateRule, "aggregate", stated, recipe.scale, faults)
        if checked[said] is not None:
            found[code] = made_by(checked[said], recipe.scale)
    faults.raise_if_any()
    return found


def _values(board: Scoreboard, value: Any) -> dict[Cell, float]:
    table, recipe, faults = board.table, board.recipe, FaultList()
    found: dict[Cell, float] = {}
    for unit, name, number in _cells(value):
        before = len(faults)
        row, code = -1, ""
        try:
            row = table.row_of(str(unit))
        except InputError as error:
            faults.extend(error.faults)
        try:
            code = recipe.code_of(str(name))
        except InputError as error:
            faults.extend(error.faults)
        if code and code not in recipe.codes:
            faults.add("unknown-reference", key="values", kind="indicator", name=code, options=list(recipe.codes))
        missing = number is None or (isinstance(number, float) and math.isnan(number))
        if not missing and not _is_number(number):
            faults.add("number-range", key=f"values.{unit}.{name}", found=str(number), low="-∞", high="∞")
        if len(faults) == before:
            found[row, table.indicators.index(code)] = math.nan if missing else float(number)
    faults.raise_if_any()
    return found


def _is_number(value: Any) -> bool:
    import numbers

    return isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)


def _cells(value: Any) -> list[tuple[Any, Any, Any]]:
    """Return (unit, indicator, value) of a nested mapping or of a table in long form."""
    if hasattr(value, "columns"):
        wanted = ["unit", "indicator", "value"]
        faults = FaultList()
        for name in wanted:
            if name not in value.columns:
                faults.add("missing-column", key="values", name=name, reason="one row a value is wanted")
        faults.raise_if_any()
        return [(row[0], row[1], row[2]) for row in value[wanted].astype(object).to_numpy().tolist()]
    if not isinstance(value, Mapping) or not all(isinstance(inner, Mapping) for inner in value.values()):
        raise refuse("bad-choice", key="values", found=type(value).__name__, options=["{UNIT: {CODE: 12.3}}"])
    return [(unit, code, number) for unit, inner in value.items() for code, number in inner.items()]
