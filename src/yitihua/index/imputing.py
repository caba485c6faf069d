"""Joint imputations of a recipe: fitted to a table, then applied to it or to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import IMPUTE
from yitihua.errors import refuse
from yitihua.index.impute.method import Cells, JointImpute
from yitihua.index.recipe import Array, Imputer, Recipe
from yitihua.indicators.table import Floats, IndicatorTable


@dataclass(frozen=True)
class Column:
    """What is stated of one indicator's imputation."""

    code: str
    parent: str
    positive: bool
    method: str
    settings: tuple[tuple[str, Any], ...]


def fit_imputers(table: IndicatorTable, x: Floats, history: History, columns: Sequence[Column]) -> tuple[Imputer, ...]:
    """Return the joint imputations, fitted; indicators with the same method and settings go together.

    Parameters
    ----------
    table : IndicatorTable
        Units and groups.
    x : ndarray, shape (units, indicators)
        Denominated values.
    history : tuple of (period, ndarray)
        Denominated values of other periods.
    columns : sequence of Column
        Of all indicators, in the order of `x`.
    """
    groups: dict[tuple[str, Any], list[str]] = {}
    for column in columns:
        if isinstance(IMPUTE[column.method], JointImpute):
            groups.setdefault((column.method, column.settings), []).append(column.code)
    found = []
    parents = tuple(column.parent for column in columns)
    positive = np.array([column.positive for column in columns])
    place = {column.code: j for j, column in enumerate(columns)}
    for (method, settings), codes in groups.items():
        rule = IMPUTE[method]
        stated = rule.settings(dict(settings))
        cells = _cells(table, x, history, parents, positive, tuple(place), stated)
        numbers = rule.fit(cells, [place[code] for code in codes], stated)
        arrays = tuple(Array.of(name, values) for name, values in numbers.items())
        found.append(Imputer(method, tuple(codes), settings, arrays))
    return tuple(found)


History = tuple[tuple[str, Floats], ...]


def impute_jointly(table: IndicatorTable, x: Floats, history: History, recipe: Recipe) -> Floats:
    """Return the values with the cells filled that joint imputations can fill.

    Every imputation sees the observed values alone, never what another has filled.
    """
    if not recipe.imputers:
        return x
    filled = x.copy()
    place = {code: j for j, code in enumerate(recipe.codes)}
    parents = {child: node.code for node in recipe.nodes for child in node.children}
    above = tuple(parents.get(code, "") for code in recipe.codes)
    positive = np.array([rule.positive for rule in recipe.indicators])
    for imputer in recipe.imputers:
        columns = [place[code] for code in imputer.codes if code in place]
        rule = IMPUTE[imputer.method]
        stated = rule.settings(dict(imputer.settings))
        cells = _cells(table, x, history, above, positive, recipe.codes, stated)
        numbers = {one.name: one.array for one in imputer.numbers}
        got = rule.apply(cells, columns, stated, numbers)
        own = x[:, columns]
        filled[:, columns] = np.where(np.isnan(own), got, own)
    return filled


def _cells(
    table: IndicatorTable,
    x: Floats,
    history: History,
    parents: tuple[str, ...],
    positive: npt.NDArray[np.bool_],
    codes: tuple[str, ...],
    settings: Mapping[str, Any],
) -> Cells:
    groups, name = None, settings.get("group")
    if name is not None:
        if name not in table.attributes:
            raise refuse("missing-column", key=name, name=name, reason="impute.group")
        groups = table.attributes[name]
    return Cells(x, parents, positive, codes, table.units, groups, table.period, history)
