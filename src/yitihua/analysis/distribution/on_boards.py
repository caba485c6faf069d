"""What a distribution is of, on a board: the scores of a code, the groups of units, people, positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from yitihua.analysis.distribution.distance_weights import inverse_distance
from yitihua.analysis.distribution.inputs import Index
from yitihua.analysis.distribution.neighbours import Neighbours, adjacency, k_nearest
from yitihua.analysis.stages import level_rows
from yitihua.errors import refuse
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

#: Grouping by the head of an administrative code: name -> digits.
DIGITS = {"province": 2, "city": 4}
By = str | Mapping[str, str]
#: Pairs of adjoining units, or neighbours over the units that are looked at, in their order.
Adjoining = Neighbours | Sequence[Sequence[Any]]


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of one code over the units of one level.

    Attributes
    ----------
    board : Scoreboard
    code : str
    rows : ndarray of int, shape (units,)
        Rows of the board.
    units : tuple of str
    values : ndarray, shape (units,)
        On the scale of the index; NaN where there is no score. What lies beyond the scale by no
        more than rounding (1e-9 of it) is set to its end.
    """

    board: Scoreboard
    code: str
    rows: Index
    units: tuple[str, ...]
    values: Floats

    def names(self, lang: str) -> list[str]:
        """Return the names of the units."""
        return [self.board.table.name_of(int(row), lang) for row in self.rows]


def scores_of(board: Scoreboard, code: str | None, level: str | None) -> Scores:
    """Return the scores of an indicator or node (default: the index) over one level (default: the largest)."""
    recipe = board.recipe
    found = recipe.nodes[-1].code if code is None else recipe.code_of(code)
    rows = level_rows(board, level)
    values = board.points[rows, recipe.plan.column[found]].astype(float)
    low, high = recipe.scale
    for end in (low, high):
        values[np.abs(values - end) <= 1e-9 * (high - low)] = end
    return Scores(board, found, rows, tuple(board.table.units[row] for row in rows), values)


def groups_of(scores: Scores, by: By) -> list[str | None]:
    """Return the group of each unit; None where it is in none.

    Raises
    ------
    InputError
        If there is no such column, or codes are too short or not of digits.
    """
    if not isinstance(by, str):
        return [by.get(unit) for unit in scores.units]
    columns = {name: x for name, x in scores.board.table.attributes.items() if x.dtype == object}
    if by in columns:
        return [columns[by][row] for row in scores.rows]
    if by not in DIGITS:
        raise refuse("distribution-by", key="by", name=by, reason="there is no such column", options=list(columns))
    digits = DIGITS[by]
    if not all(len(unit) > digits and unit[:digits].isdecimal() for unit in scores.units):
        reason = "codes do not begin with digits enough"
        raise refuse("distribution-by", key="by", name=by, reason=reason, options=list(columns))
    return [unit[:digits] for unit in scores.units]


def people_of(scores: Scores, population: str | Mapping[str, float] | None) -> Floats | None:
    """Return the people of each unit, by a measure or a column of the data, or as stated; NaN where unknown.

    Raises
    ------
    InputError
        If there is no such measure or column.
    """
    if population is None:
        return None
    if not isinstance(population, str):
        return np.array([population.get(unit, np.nan) for unit in scores.units], dtype=float)
    table = scores.board.table
    known = {**{name: x for name, x in table.attributes.items() if x.dtype != object}, **table.measures}
    if population not in known:
        raise refuse("distribution-weights-name", key="population", name=population, options=list(known))
    return np.asarray(known[population], dtype=float)[scores.rows]


def neighbours_of(
    scores: Scores, neighbours: Adjoining | None, coordinates: Any, k: int, within: float | None
) -> Neighbours:
    """Return who adjoins whom among the units.

    Raises
    ------
    InputError
        If neither neighbours nor coordinates are given, or a unit has no position.
    """
    if isinstance(neighbours, Neighbours):
        return neighbours
    if neighbours is not None:
        return adjacency(scores.units, neighbours)
    if coordinates is None:
        raise refuse("neighbours-source", key="coordinates")
    positions = _positions(scores, coordinates)
    if within is not None:
        return inverse_distance(positions, power=0.0, within=within)
    return k_nearest(positions, k)


def _positions(scores: Scores, given: Any) -> Floats:
    """Return longitude and latitude, shape (units, 2); NaN where a unit has none."""
    if isinstance(given, str):
        from yitihua.indicators.datasets import load_dataset

        given = load_dataset(given).frame
    if not isinstance(given, Mapping):
        if not {"lon", "lat"} <= set(given.columns):
            raise refuse("neighbours-source", key="coordinates")
        column = next((name for name in ("unit", "code") if name in given.columns), None)
        codes = given.index if column is None else given[column]
        pairs = zip(given["lon"].tolist(), given["lat"].tolist(), strict=True)
        given = dict(zip(map(str, codes), pairs, strict=True))
    return np.array([given.get(unit, (np.nan, np.nan)) for unit in scores.units], dtype=float).reshape(-1, 2)
