"""The contract of an aggregation: points of children -> points of a node, row by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import Key, Method, Settings
from yitihua.index.own import called, own_words

Floats = npt.NDArray[np.float64]
Scale = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Mixture:
    """How a node is made, ready for use.

    Attributes
    ----------
    weights : ndarray, shape (children,)
        Sum to 1.
    settings : mapping
        Every key of the method.
    numbers : mapping
        Fitted numbers.
    scale : (float, float)
        Lowest and highest points.
    carried : sequence of ndarray or None
        By child, what a method that carries handed up beside its score.
    """

    weights: Floats
    settings: Settings
    numbers: Mapping[str, Floats] = field(default_factory=dict)
    scale: Scale = (0.0, 100.0)
    carried: Sequence[Floats | None] = ()


@dataclass(frozen=True, kw_only=True)
class AggregateMethod(Method):
    """An aggregation.

    Attributes
    ----------
    combine : function
        ``combine(x, mixture)``: x (..., units, children) -> (..., units); each unit's result
        depends on its own row and on the mixture alone. With `carries`: result and what is handed up.
    fit : function or None
        ``fit(x, weights, settings, scale)`` -> numbers learnt from a sample, kept in the recipe.
    partials : function or None
        ``partials(x, mixture)`` -> dM/dx by child, for means that are homogeneous of degree 1.
    raised : function or None
        ``raised(x, mixture)`` -> the children's points as the mean sees them (above its floor).
    carries : bool
        Whether more than a score is handed up.
    slow : bool
        Whether a row costs a linear programme, so that tables show intervals from fewer draws.
    """

    combine: Callable[[Floats, Mixture], Any]
    fit: Callable[[Floats, Floats, Settings, Scale], Mapping[str, Floats]] | None = None
    partials: Callable[[Floats, Mixture], Floats] | None = None
    raised: Callable[[Floats, Mixture], Floats] | None = None
    carries: bool = False
    slow: bool = False


def own_method(place: str) -> AggregateMethod:
    """Return a user's function ``fn(x, weights, **parameters)`` -> (units,) as an aggregation."""

    def combine(x: Floats, mixture: Mixture) -> Floats:
        parameters = dict(mixture.settings.get("parameters") or ())
        flat = x.reshape(-1, x.shape[-1])
        found = called(place, (len(flat),), flat, mixture.weights, **parameters)
        return np.where(np.isnan(flat).all(axis=1), np.nan, found).reshape(x.shape[:-1])

    return AggregateMethod(name=place, words=own_words(place), keys=(OWN_KEY,), combine=combine)


OWN_KEY = Key("parameters", dict[str, float], about="A user's own function: keyword arguments passed to it.")
