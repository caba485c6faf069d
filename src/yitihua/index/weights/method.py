"""The contract of a weighting method: the points of siblings -> their weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import Key, Label, Method, Settings
from yitihua.errors import refuse
from yitihua.index.own import called, own_words

Floats = npt.NDArray[np.float64]


def _no_files(path: str) -> Path:
    raise refuse("file-not-found", file=path, reason="no project")


def _none_matching(pattern: str) -> tuple[Path, ...]:
    raise refuse("file-not-found", file=pattern, reason="no project")


@dataclass(frozen=True, eq=False)
class Siblings:
    """What a weighting method may look at.

    Attributes
    ----------
    z : ndarray, shape (units, children)
        Directed points in 0..1; NaN is missing.
    raw : ndarray, same shape
        Denominated values before treatment; NaN columns for nodes.
    positive : ndarray of bool, shape (children,)
        Whether more is better in `raw`.
    codes, names : tuple
        Of the children; names in Chinese and English.
    parent, parent_name : str, (str, str)
        The node above; the index itself where all indicators are weighed at once.
    find : function
        ``find(path)`` -> a file of the project; it is recorded with its sha256.
    find_all : function
        ``find_all(pattern)`` -> files of the project, sorted: "experts/*.xlsx", or one name.
    others : function or None
        ``others(name)`` -> weights of these children in another set of the edition, for combinations.
    """

    z: Floats
    raw: Floats
    positive: npt.NDArray[np.bool_]
    codes: tuple[str, ...]
    names: tuple[Label, ...]
    parent: str = ""
    parent_name: Label = ("", "")
    find: Callable[[str], Path] = _no_files
    find_all: Callable[[str], tuple[Path, ...]] = _none_matching
    others: Callable[[str], Floats] | None = field(default=None)


@dataclass(frozen=True, eq=False)
class Weighed:
    """Weights that sum to 1, and what must be said of them.

    Attributes
    ----------
    weights : ndarray, shape (children,)
        0 or more.
    notes : tuple of (str, str)
        In Chinese and English; printed with the result.
    """

    weights: Floats
    notes: tuple[Label, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WeightMethod(Method):
    """A weighting method.

    Attributes
    ----------
    weigh : function
        ``weigh(siblings, settings)`` -> Weighed.
    """

    weigh: Callable[[Siblings, Settings], Weighed]


def own_method(place: str) -> WeightMethod:
    """Return a user's function ``fn(z, **parameters)`` -> weights (children,) as a weighting method."""

    def weigh(siblings: Siblings, settings: Settings) -> Weighed:
        parameters = dict(settings.get("parameters") or ())
        found = called(place, (len(siblings.codes),), siblings.z, **parameters)
        if not np.isfinite(found).all() or found.min() < 0 or found.sum() <= 0:
            raise refuse("own-code-failed", name=place, found=f"weights {np.round(found, 6).tolist()}")
        return Weighed(found / found.sum())

    return WeightMethod(name=place, words=own_words(place), keys=(OWN_KEY,), weigh=weigh)


OWN_KEY = Key("parameters", dict[str, float], about="A user's own function: keyword arguments passed to it.")
