"""The contract of a treatment: clip to fitted limits, then bend by a fitted curve."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import Key, Label, Method, Settings
from yitihua.index.own import checked_column, own_words
from yitihua.index.recipe import Treatment

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Numbers = Mapping[str, Floats]


@dataclass(frozen=True, kw_only=True)
class TreatMethod(Method):
    """A treatment.

    Attributes
    ----------
    fit : function
        ``fit(x, settings, room, code)`` -> Treatment, where `room` holds goalposts that must also
        have an image.
    """

    fit: Callable[[Floats, Settings, tuple[float, ...], str], Treatment]


@dataclass(frozen=True)
class Curve:
    """A monotone map of one column's values, given its fitted numbers.

    Attributes
    ----------
    name : str
        As a Treatment names it.
    words : function
        ``words(numbers)`` -> Chinese and English formula.
    transform, slope : function
        ``f(x, numbers)`` -> image and derivative, same shape.
    inside : function
        ``inside(x, numbers)`` -> which values have an image.
    """

    name: str
    words: Callable[[Numbers], Label]
    transform: Callable[[Floats, Numbers], Floats]
    slope: Callable[[Floats, Numbers], Floats]
    inside: Callable[[Floats, Numbers], Mask]


@cache
def _curves() -> dict[str, Curve]:
    package = import_module("yitihua.index.treat")
    modules = (import_module(f"yitihua.index.treat.{info.name}") for info in iter_modules(package.__path__))
    return {curve.name: curve for module in modules for curve in getattr(module, "CURVES", ())}


def curve_of(name: str) -> Curve:
    """Return a curve by its name; a user's own function is one.

    Examples
    --------
    >>> curve_of("ln").name
    'ln'
    """
    return _curves()[name] if name in _curves() else _own_curve(name)


def curve_names() -> tuple[str, ...]:
    """Return the shipped curves."""
    return tuple(_curves())


def _own_curve(place: str) -> Curve:
    def transform(x: Floats, numbers: Numbers) -> Floats:
        parameters = {name: float(values[0]) for name, values in numbers.items()}
        return checked_column(place, np.ravel(x), **parameters).reshape(np.shape(x))

    def slope(x: Floats, numbers: Numbers) -> Floats:
        step = 1e-6 * np.maximum(np.abs(x), 1e-6)
        return np.asarray((transform(x + step, numbers) - transform(x - step, numbers)) / (2 * step))

    def inside(x: Floats, numbers: Numbers) -> Mask:
        return np.isfinite(transform(x, numbers))

    return Curve(place, lambda numbers: own_words(place), transform, slope, inside)


def own_method(place: str) -> TreatMethod:
    """Return a user's function ``fn(x, **parameters)`` -> treated values as a treatment."""

    def fit(x: Floats, settings: Settings, room: tuple[float, ...], code: str) -> Treatment:
        stated = dict(settings.get("parameters") or ())
        numbers = tuple((name, (float(value),)) for name, value in stated.items())
        return replace(Treatment(place), curve=place, numbers=numbers, outcome=place)

    return TreatMethod(name=place, words=own_words(place), keys=(OWN_KEY,), fit=fit)


OWN_KEY = Key("parameters", dict[str, float], about="A user's own function: keyword arguments passed to it.")
