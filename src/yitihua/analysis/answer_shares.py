"""Shares of answers as they come in, in a table or as arrays: checked cell by cell, all faults together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.errors import FaultList, InputError
from yitihua.index.recipe import Recipe
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

#: Columns of a table of answers that are no grades.
_KEYS = ("unit", "indicator")


@dataclass(frozen=True, slots=True, eq=False)
class AnswerShares:
    """Answers by indicator.

    Attributes
    ----------
    shares : dict
        Indicator -> ndarray, shape (units of the board, grades): rows sum to 1, from the lowest grade up; NaN
        where a unit has no answers. Indicators without any answer are left out.
    grades : tuple of str
        The columns of a table of answers; empty where answers came as arrays.
    count : int
        How many grades; 0 without answers.
    """

    shares: dict[str, Floats] = field(default_factory=dict)
    grades: tuple[str, ...] = ()
    count: int = 0


def answer_shares(
    board: Scoreboard, answers: pd.DataFrame | Mapping[str, Any] | None, grades: Sequence[Any] | None = None
) -> AnswerShares:
    """Return answers as shares of the grades, checked.

    Parameters
    ----------
    board : Scoreboard
        Whose units and indicators the answers are of.
    answers : DataFrame or mapping, optional
        As `fuzzy_evaluation` takes them. Units and indicators by code or name.
    grades : sequence, optional
        Names of the grades, if they are stated: as many as there are columns of answers.

    Raises
    ------
    InputError
        Naming every fault with unit, indicator and column: a cell that is no number, negative or infinite; a row
        that is answered in part; a unit and indicator that stand twice; rows or arrays of another width; unknown
        names.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = answer_shares(yt.evaluate("hdi"), {"le": [[3, 1]] * 204})
    >>> found.shares["le"][0], found.count
    (array([0.75, 0.25]), 2)
    """
    if answers is None:
        return AnswerShares()
    faults = FaultList()
    columns: tuple[str, ...] = ()
    if isinstance(answers, Mapping):
        arrays = _from_arrays(board, answers, faults)
        count = next((array.shape[1] for array in arrays.values()), 0)
    else:
        columns = _grade_columns(answers)
        arrays, count = _from_table(board, answers, columns, faults), len(columns)
    if grades and count and len(grades) != count:
        names = columns or tuple(str(k + 1) for k in range(count))
        faults.add("shares-grades", key="grades", found=str(len(grades)), expected=str(count), options=names)
    faults.raise_if_any()
    shares = {}
    for code, array in arrays.items():
        total = array.sum(axis=1, keepdims=True)
        if (total > 0).any():
            shares[code] = array / np.where(total > 0, total, np.nan)
    return AnswerShares(shares, columns, count)


def _grade_columns(table: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns of grades, once the table has the columns that it needs."""
    columns = tuple(str(name) for name in table.columns if name not in _KEYS)
    faults = FaultList()
    for name in _KEYS:
        if name not in table.columns:
            faults.add("missing-column", key=name, name=name, reason="shares")
    for name, times in Counter(map(str, table.columns)).items():
        if times > 1:
            faults.add("duplicate-column", key=name, name=name)
    if len(columns) < 2:
        faults.add("shares-few", key="shares", found=", ".join(columns) or "-")
    faults.raise_if_any()
    return columns


def _from_table(
    board: Scoreboard, table: pd.DataFrame, columns: tuple[str, ...], faults: FaultList
) -> dict[str, Floats]:
    units, codes = table["unit"].astype(str).tolist(), table["indicator"].astype(str).tolist()
    places = [f"{unit}, {code}" for unit, code in zip(units, codes, strict=True)]
    values = _checked(table[[name for name in table.columns if name not in _KEYS]].to_numpy(), places, columns, faults)
    arrays: dict[str, Floats] = {}
    lines: dict[tuple[int, str], int] = {}
    rows, known = _Rows(board), _Codes(board.recipe)
    for line, (unit, name) in enumerate(zip(units, codes, strict=True)):
        row, code = rows.find(unit, faults), known.find(name, faults)
        if row is None or code is None:
            continue
        first = lines.setdefault((row, code), line)
        if first != line:
            faults.add("shares-double", key=places[line], first=str(first + 1), second=str(line + 1))
            continue
        shape = len(board.table.units), len(columns)
        arrays.setdefault(code, np.full(shape, np.nan))[row] = values[line]
    return arrays


def _from_arrays(board: Scoreboard, answers: Mapping[str, Any], faults: FaultList) -> dict[str, Floats]:
    units, known = board.table.units, _Codes(board.recipe)
    arrays: dict[str, Floats] = {}
    width = 0
    for name, values in answers.items():
        code = known.find(str(name), faults)
        if code is None:
            continue
        if code in arrays:
            faults.add("shares-twice", key=str(name), name=code)
            continue
        array = _rectangle(values, units, code, faults)
        if array is None:
            continue
        width = width or array.shape[1]
        if array.shape != (len(units), width) or width < 2:
            expected = f"({len(units)}, {max(width, 2)})"
            faults.add("shares-shape", key=code, found=str(array.shape), expected=expected)
            continue
        columns = tuple(str(k + 1) for k in range(width))
        arrays[code] = _checked(array, [f"{unit}, {code}" for unit in units], columns, faults)
    return arrays


def _rectangle(values: Any, units: tuple[str, ...], code: str, faults: FaultList) -> npt.NDArray[Any] | None:
    """Return rows of answers as an array of two axes; None where they are of different lengths, or no rows."""
    try:
        array = np.asarray(values)
    except ValueError:  # ragged, or a list where a number belongs
        rows = [[*row] if isinstance(row, (list, tuple, np.ndarray)) else [row] for row in values]
        usual, _ = Counter(len(row) for row in rows).most_common(1)[0]
        uneven = [k for k, row in enumerate(rows) if len(row) != usual]
        for k in uneven:
            unit = units[k] if k < len(units) else f"{k + 1}"
            faults.add("shares-ragged", key=f"{unit}, {code}", found=str(len(rows[k])), expected=str(usual))
        if uneven:
            return None
        array = np.empty((len(rows), usual), dtype=object)
        for (k, j), _ in np.ndenumerate(array):
            array[k, j] = rows[k][j]
    if array.ndim == 2:
        return array
    faults.add("shares-shape", key=code, found=str(array.shape), expected=f"({len(units)}, 2, 3, …)")
    return None


def _checked(cells: npt.NDArray[Any], places: list[str], columns: tuple[str, ...], faults: FaultList) -> Floats:
    """Return cells as numbers, NaN where blank; says which are none, or cannot be answers."""
    values = cells.astype(float) if cells.dtype.kind in "fiub" else np.full(cells.shape, np.nan)
    blank = np.isnan(values) if cells.dtype.kind in "fiub" else np.zeros(cells.shape, dtype=bool)
    if cells.dtype.kind not in "fiub":
        for (i, k), cell in np.ndenumerate(cells):
            blank[i, k] = cell is None or str(cell).strip() in ("", "nan", "NaN", "NA", "<NA>", "None")
            if blank[i, k]:
                continue
            try:
                values[i, k] = float(cell)
            except (TypeError, ValueError):
                faults.add("shares-text", key=f"{places[i]}, {columns[k]}", found=str(cell))
    for i, k in np.argwhere((values < 0) | np.isinf(values)).tolist():
        faults.add("shares-range", key=f"{places[i]}, {columns[k]}", found=f"{values[i, k]:g}")
    for i in np.flatnonzero(blank.any(axis=1) & ~blank.all(axis=1)).tolist():
        gaps = [columns[k] for k in np.flatnonzero(blank[i]).tolist()]
        faults.add("shares-blank", key=f"{places[i]}, {', '.join(gaps)}", found=", ".join(gaps))
    return values


class _Rows:
    """Rows of units by code or name; each unknown one is a fault once."""

    def __init__(self, board: Scoreboard) -> None:
        self.table = board.table
        self.known: dict[str, int | None] = {unit: row for row, unit in enumerate(self.table.units)}

    def find(self, unit: str, faults: FaultList) -> int | None:
        if unit not in self.known:
            try:
                self.known[unit] = self.table.row_of(unit)
            except InputError as error:
                self.known[unit] = None
                faults.extend(error.faults)
        return self.known[unit]


class _Codes:
    """Codes of indicators by code or name; each unknown one is a fault once."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.known: dict[str, str | None] = {code: code for code in recipe.codes}

    def find(self, name: str, faults: FaultList) -> str | None:
        if name not in self.known:
            self.known[name] = self._asked(name, faults)
        return self.known[name]

    def _asked(self, name: str, faults: FaultList) -> str | None:
        try:
            code = self.recipe.code_of(name)
        except InputError as error:
            faults.extend(error.faults)
            return None
        if code in self.recipe.codes:
            return code
        faults.add("unknown-reference", key=name, kind="indicator", name=name, options=self.recipe.codes)
        return None
