"""The contracts of an imputation: by column, or jointly over all indicators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import Key, Method, Settings
from yitihua.errors import refuse
from yitihua.index.own import called, own_words

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.object_]
Numbers = dict[str, Floats]


@dataclass(frozen=True, eq=False)
class Cells:
    """What an imputation may look at.

    Attributes
    ----------
    x : ndarray, shape (units, indicators)
        Denominated values; NaN is missing.
    parents : tuple of str
        Code of each indicator's parent.
    positive : ndarray of bool, shape (indicators,)
        Whether more is better.
    codes, units : tuple of str
        Of columns and rows.
    groups : ndarray of str, shape (units,), or None
        The column that the key ``group`` names.
    period : str or None
        Of `x`.
    history : tuple of (str, ndarray)
        Values of other periods, units and indicators as in `x`, in rising order.
    """

    x: Floats
    parents: tuple[str, ...]
    positive: npt.NDArray[np.bool_]
    codes: tuple[str, ...]
    units: tuple[str, ...]
    groups: Words | None = None
    period: str | None = None
    history: tuple[tuple[str, Floats], ...] = ()


@dataclass(frozen=True, kw_only=True)
class ColumnImpute(Method):
    """An imputation by one value a column, or one a group of units.

    Attributes
    ----------
    value : function or None
        ``value(observed)`` -> what fills a missing cell; None fills nothing.
    by_group : bool
        Whether the value is taken within the unit's group.
    """

    value: Callable[[Floats], float] | None
    by_group: bool = False


@dataclass(frozen=True, kw_only=True)
class JointImpute(Method):
    """An imputation that looks at other indicators, units or periods.

    Attributes
    ----------
    fit : function
        ``fit(cells, columns, settings)`` -> numbers kept in the recipe.
    apply : function
        ``apply(cells, columns, settings, numbers)`` -> the columns with missing cells filled,
        shape (units, len(columns)); NaN where it cannot.
    needs_history : bool
        Whether it looks at other periods.
    """

    fit: Callable[[Cells, list[int], Settings], Numbers]
    apply: Callable[[Cells, list[int], Settings, Numbers], Floats]
    needs_history: bool = False


def own_method(place: str) -> JointImpute:
    """Return a user's function ``fn(x, **parameters)`` -> filled (units, indicators) as an imputation."""

    def fit(cells: Cells, columns: list[int], settings: Settings) -> Numbers:
        return {}

    def apply(cells: Cells, columns: list[int], settings: Settings, numbers: Numbers) -> Floats:
        parameters = dict(settings.get("parameters") or ())
        filled = called(place, cells.x.shape, cells.x, **parameters)
        seen = np.isfinite(cells.x)
        if not np.array_equal(filled[seen], cells.x[seen]):
            raise refuse("own-code-failed", name=place, found="observed values changed")
        return filled[:, columns]

    return JointImpute(name=place, words=own_words(place), keys=(OWN_KEY,), fit=fit, apply=apply)


OWN_KEY = Key("parameters", dict[str, float], about="A user's own function: keyword arguments passed to it.")
