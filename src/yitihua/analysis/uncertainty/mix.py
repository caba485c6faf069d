"""What is varied: which sources of uncertainty take part, as they are asked for, checked against a board.

A mix is plain data, so that it can be written beside its results and read back. Every source is
off unless asked for; `default_mix` says what is asked for where nothing is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

import numpy as np

from yitihua.definitions.methods import AGGREGATE, NORMALISE, TREAT, Registry
from yitihua.errors import FaultList, InputError, refuse, suggest
from yitihua.index.recipe import Recipe
from yitihua.index.sampling import errors_of
from yitihua.index.scoreboard import Scoreboard

Numbers = dict[str, float]
WeightKind = Literal["dirichlet", "uniform", "bounds", "sets", "experts"]
KINDS: tuple[str, ...] = get_args(WeightKind)
FILLS = ("hotdeck", "regression")

#: How far weights stray by default: the standard deviation of a weight of 0.2 is then 0.04.
CONCENTRATION = 99.0


@dataclass(frozen=True)
class WeightMix:
    """How weights are drawn, within every parent for itself.

    Attributes
    ----------
    kind : {"dirichlet", "uniform", "bounds", "sets", "experts"}
        Around the nominal weights; anywhere; anywhere between bounds; one of some rival sets beside the
        published one; a panel of experts drawn with replacement.
    nodes : tuple of str
        Parents whose children's weights vary.
    concentration : float
        Of the Dirichlet distribution.
    share : float
        Bounds as a share of the nominal weight, where `bounds` does not name the child.
    bounds : dict
        Child -> (lower, upper).
    sets : dict
        Name of a rival set -> {child: weight}.
    experts : dict
        Parent -> {child: one number an expert}.
    centre : {"arithmetic", "geometric"}
        Mean of the experts' shares.
    """

    kind: WeightKind
    nodes: tuple[str, ...]
    concentration: float = CONCENTRATION
    share: float = 0.25
    bounds: dict[str, tuple[float, float]] = field(default_factory=dict)
    sets: dict[str, Numbers] = field(default_factory=dict)
    experts: dict[str, dict[str, tuple[float, ...]]] = field(default_factory=dict)
    centre: Literal["arithmetic", "geometric"] = "arithmetic"


@dataclass(frozen=True)
class Mix:
    """Every source of uncertainty that takes part.

    Attributes
    ----------
    sampling : bool
        Sampling error of the surveys: joint normal draws with their covariance.
    measurement : dict
        Operational indicator -> ("relative" or "absolute", standard deviation).
    imputation : str
        "" (cells stay as filled), "hotdeck" or "regression": cells are drawn anew.
    treat, normalise, aggregate : tuple of str
        Rival methods beside the published choice, each as likely.
    weights : WeightMix, optional
    drop : tuple of str
        Indicators and nodes of which one is left out, or none, each as likely.
    """

    sampling: bool = False
    measurement: dict[str, tuple[str, float]] = field(default_factory=dict)
    imputation: str = ""
    treat: tuple[str, ...] = ()
    normalise: tuple[str, ...] = ()
    aggregate: tuple[str, ...] = ()
    weights: WeightMix | None = None
    drop: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of what takes part, in the order of the stages."""
        named = ("sampling", "measurement", "imputation", "treat", "normalise", "weights", "aggregate", "drop")
        return tuple(name for name in named if getattr(self, name))

    def only(self, *sources: str) -> Mix:
        """Return the mix with some of its sources alone."""
        empty = Mix()
        return replace(self, **{name: getattr(empty, name) for name in self.sources if name not in sources})

    def to_dict(self) -> dict[str, Any]:
        """Return the mix as plain data."""
        found = {name: value for name, value in asdict(self).items() if value}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


def default_mix(board: Scoreboard) -> dict[str, Any]:
    """Return what is varied where nothing is asked for, as keywords of `mix_of`.

    Sampling error where the table has any, imputed cells where there are any, weights around the
    nominal ones (Dirichlet), min-max or goalpost bounds, arithmetic or geometric means.

    Examples
    --------
    >>> import yitihua as yt
    >>> sorted(default_mix(yt.evaluate("hdi")))
    ['aggregate', 'normalise', 'weights']
    """
    recipe = board.recipe
    found: dict[str, Any] = {"weights": "dirichlet", "normalise": ["minmax"]}
    if all(node.method in ("arithmetic", "geometric") for node in recipe.nodes):
        found["aggregate"] = ["geometric"] if recipe.root.method == "arithmetic" else ["arithmetic"]
    if errors_of(board.table, recipe.codes) is not None:
        found["sampling"] = True
    if board.imputed.any():
        found["imputation"] = "regression" if recipe.imputers else "hotdeck"
    return found


def mix_of(
    board: Scoreboard,
    *,
    sampling: bool = False,
    measurement: float | Mapping[str, Any] | None = None,
    imputation: str | bool | None = None,
    treat: str | Sequence[str] | None = None,
    normalise: str | Sequence[str] | None = None,
    weights: Any = None,
    aggregate: str | Sequence[str] | None = None,
    drop: bool | str | Sequence[str] | None = None,
) -> Mix:
    """Return a checked mix.

    Parameters
    ----------
    board : Scoreboard
    sampling : bool
        Sampling error of the surveys.
    measurement : float or mapping, optional
        Measurement error of operational indicators: a relative standard deviation for all of them, or
        by indicator a number (relative) or ``{"absolute": 0.5}`` in its unit.
    imputation : {"hotdeck", "regression"} or True, optional
        Draw imputed cells anew; True takes "regression" where cells are filled jointly, else "hotdeck".
    treat, normalise, aggregate : str or sequence of str, optional
        Rivals of the published choice, by name.
    weights : str or mapping, optional
        "dirichlet", "uniform", "bounds", or a mapping with "kind" and the fields of `WeightMix`; "sets" may
        list names of the edition's own sets and of methods that make weights.
    drop : True, str or sequence of str, optional
        What may be left out, one at a time; True is every indicator.

    Raises
    ------
    InputError
        With every fault.

    Examples
    --------
    >>> import yitihua as yt
    >>> mix_of(yt.evaluate("hdi"), weights="uniform", drop=["le"]).sources
    ('weights', 'drop')
    """
    recipe, faults = board.recipe, FaultList()
    if sampling and errors_of(board.table, recipe.codes) is None:
        faults.add("no-sampling-error", key=recipe.edition)
    found = Mix(
        sampling=bool(sampling),
        measurement=_measurement(board, measurement, faults),
        imputation=_imputation(board, imputation, faults),
        treat=_rivals("treat", treat, TREAT, faults),
        normalise=_rivals("normalise", normalise, NORMALISE, faults),
        aggregate=_rivals("aggregate", aggregate, AGGREGATE, faults),
        drop=_drop(recipe, drop, faults),
        weights=None,
    )
    try:
        found = replace(found, weights=_weights(board, weights))
    except InputError as error:
        faults.extend(error.faults)
    faults.raise_if_any()
    return found


def _listed(value: str | Sequence[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(str(one) for one in value)


def _rivals(key: str, value: Any, registry: Registry, faults: FaultList) -> tuple[str, ...]:
    """Return rival methods; those that must be told something have no defaults to stand for them."""
    found = _listed(value)
    options = [name for name in registry.names if not any(one.required for one in registry[name].keys)]
    for name in found:
        if name not in options:
            faults.add("bad-choice", key=key, found=name, options=options, hint=suggest(name, options))
    return tuple(dict.fromkeys(found))


def _drop(recipe: Recipe, value: Any, faults: FaultList) -> tuple[str, ...]:
    if value is True:
        return recipe.codes
    found = []
    for name in _listed(value or None):
        try:
            code = recipe.code_of(name)
        except InputError as error:
            faults.extend(error.faults)
            continue
        if code == recipe.root.code:
            faults.add("nothing-left-out", key="drop", name=code)
        found.append(code)
    return tuple(dict.fromkeys(found))


def _imputation(board: Scoreboard, value: Any, faults: FaultList) -> str:
    if not value:
        return ""
    found = ("regression" if board.recipe.imputers else "hotdeck") if value is True else str(value)
    if found not in FILLS:
        faults.add("bad-choice", key="imputation", found=found, options=list(FILLS), hint=suggest(found, FILLS))
    if not board.imputed.any():
        faults.add("nothing-imputed", key="imputation")
    return found


def _measurement(board: Scoreboard, value: Any, faults: FaultList) -> dict[str, tuple[str, float]]:
    if value is None:
        return {}
    recipe = board.recipe
    errors = errors_of(board.table, recipe.codes)
    sampled = set(errors.indicators) if errors is not None else set()
    if not isinstance(value, Mapping):
        value = dict.fromkeys([code for code in recipe.codes if code not in sampled], value)
    found = {}
    for name, stated in value.items():
        try:
            code = recipe.code_of(name)
        except InputError as error:
            faults.extend(error.faults)
            continue
        if code not in recipe.codes or code in sampled:
            options = [one for one in recipe.codes if one not in sampled]
            faults.add("not-operational", key=f"measurement.{code}", name=code, options=options)
            continue
        kind, size = next(iter(stated.items()), ("", None)) if isinstance(stated, Mapping) else ("relative", stated)
        if isinstance(size, bool) or not isinstance(size, (int, float)) or not 0 <= size < np.inf:
            faults.add("number-range", key=f"measurement.{code}", found=str(size), low="0", high="∞")
        elif kind not in ("relative", "absolute"):
            options = ["relative", "absolute"]
            faults.add("bad-choice", key=f"measurement.{code}", found=str(kind), options=options)
        else:
            found[code] = (str(kind), float(size))
    return found


def _weights(board: Scoreboard, value: Any) -> WeightMix | None:
    from yitihua.analysis.uncertainty.weight_mix import weight_mix

    if value is None or value is False:
        return None
    if isinstance(value, str):
        value = {"kind": value}
    if isinstance(value, Mapping) and not isinstance(value.get("sets") or {}, Mapping):
        from yitihua.analysis.weight_sets import named_weights

        names = _listed(value["sets"])
        value = {**value, "sets": {name: named_weights(board, name) for name in names}}
    if not isinstance(value, Mapping):
        raise refuse("bad-choice", key="weights", found=type(value).__name__, options=[*KINDS, "{kind = ...}"])
    return weight_mix(board.recipe, dict(value))
