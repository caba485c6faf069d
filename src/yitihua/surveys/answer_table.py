"""A table of answers as it was found, with the place of every cell, and faults told by value.

A slip is rarely made once: a wrong code stands in a thousand rows. So faults of cells are told once
a value, with the count and the first rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from yitihua.errors import FaultList, suggest
from yitihua.indicators.cells import MISSING, RawTable, column_letters, plain
from yitihua.surveys.privacy.identifiers import shown

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.object_]

#: Values of one column that are told apart; more than this many are told together.
MOST_VALUES = 20
FIRST_ROWS = 5


@dataclass(slots=True)
class AnswerTable:
    """Columns of a table of answers.

    Attributes
    ----------
    columns : dict
        Header -> list of str, or array of float with NaN.
    letters : dict
        Header -> column letters in the file, whatever was left out since.
    lines : ndarray of int
        Line of each row in the file, the header being line 1.
    file, sheet : str
        For messages.
    """

    columns: dict[str, Any]
    letters: dict[str, str]
    lines: Ints
    file: str
    sheet: str = ""
    _distinct: dict[str, tuple[Any, Ints, list[str]]] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.lines)

    @classmethod
    def of(cls, raw: RawTable, file: str, sheet: str = "") -> AnswerTable:
        """Return a table as the readers of the package give it."""
        letters = {name: column_letters(place) for place, name in enumerate(raw.columns)}
        return cls(dict(raw.columns), letters, np.asarray(raw.lines, dtype=np.int64), file, sheet)

    def cell(self, column: str, row: int) -> str:
        """Return the spreadsheet name of a cell, as "C7"."""
        return f"{self.letters[column]}{self.lines[row]}"

    def fault(self, faults: FaultList, code: str, column: str, row: int, **details: Any) -> None:
        """Add a fault at a cell."""
        faults.add(code, file=self.file, sheet=self.sheet, cell=self.cell(column, row), key=column, **details)

    def faults_by_value(
        self,
        faults: FaultList,
        code: str,
        column: str,
        rows: Ints,
        words: Iterable[str] = (),
        hint_from: bool = False,
        **details: Any,
    ) -> None:
        """Add a fault for each different value in some rows of a column.

        Parameters
        ----------
        code : str
            The message; it is given `found`, `count` and `rows` besides the details.
        rows : ndarray of int
            Rows that are faulty.
        words : iterable of str
            Allowed words; what resembles one of them may be repeated.
        hint_from : bool
            Whether to suggest the nearest of the words.
        """
        allowed = list(words)
        groups: dict[str, list[int]] = {}
        for row in rows.tolist():
            value = self.columns[column][row]
            text = shown(f"{value:.12g}" if isinstance(value, float) else value, allowed)
            groups.setdefault(text if text in groups or len(groups) < MOST_VALUES else "…", []).append(row)
        for text, group in groups.items():
            hint = suggest(text, allowed) if hint_from else ""
            place = self.first_rows(group)
            self.fault(faults, code, column, group[0], found=text, count=len(group), rows=place, hint=hint, **details)

    def first_rows(self, rows: list[int] | Ints) -> str:
        """Return the first lines of some rows for a message, as "7, 9, 12 …"."""
        some = ", ".join(str(line) for line in self.lines[np.asarray(rows, dtype=np.int64)[:FIRST_ROWS]])
        return some + (" …" if len(rows) > FIRST_ROWS else "")

    def texts(self, column: str) -> Words:
        """Return a column as stripped text, "" where missing; 330102.0 becomes 330102."""
        numbers, different = self.distinct(column)
        return np.array([*different, ""], dtype=object)[numbers]

    def distinct(self, column: str) -> tuple[Ints, list[str]]:
        """Return as the function `distinct`; a column is gone through only once."""
        values = self.columns[column]
        if column not in self._distinct or self._distinct[column][0] is not values:
            self._distinct[column] = (values, *distinct(values))
        return self._distinct[column][1:]

    def take(self, rows: Ints) -> AnswerTable:
        """Return some rows."""
        columns = {
            name: values[rows] if isinstance(values, np.ndarray) else [values[row] for row in rows.tolist()]
            for name, values in self.columns.items()
        }
        return AnswerTable(columns, self.letters, self.lines[rows], self.file, self.sheet)


def distinct(values: Any) -> tuple[Ints, list[str]]:
    """Return each row's place in a list of the different texts, -1 where missing, and that list."""
    import pandas as pd

    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        codes, found = pd.factorize(values)
        texts = [f"{value:.0f}" if float(value).is_integer() else f"{value:.15g}" for value in found.tolist()]
        return np.asarray(codes, dtype=np.int64), texts
    codes, found = pd.factorize(np.asarray(values, dtype=object))
    texts = [str(value).strip() for value in found.tolist()]
    if any(text.endswith(".0") for text in texts):
        texts = [plain(text) for text in texts]
    if not MISSING.isdisjoint(texts):
        gone = np.array([text in MISSING for text in texts] + [True])
        codes = np.where(gone[codes], -1, codes)
    return np.asarray(codes, dtype=np.int64), texts


@dataclass(slots=True)
class Removed:
    """A column that was not kept.

    Attributes
    ----------
    column : str
        Its letters: a header may be personal itself.
    kind : str
        A key of `yitihua.surveys.privacy.identifiers.KINDS`, or "" where the definition does not name it.
    how : str
        "dropped", "hashed" (with a key) or "numbered" (the same number for the same value, this run only).
    """

    column: str
    kind: str
    how: str


@dataclass(slots=True)
class Protected:
    """A table without its identifiers, and what is left of them.

    Attributes
    ----------
    table : AnswerTable
        Columns that the definition names.
    numbers : dict
        Role or column -> ndarray of int: the same number for the same value, -1 for none.
    hashes : dict
        The same as keyed hashes, only where there is a key.
    removed : list of Removed
        What was left out.
    names : dict
        Column letters -> the respondent's own words to be masked in open answers; gone after reading.
    """

    table: AnswerTable
    numbers: dict[str, Ints] = field(default_factory=dict)
    hashes: dict[str, Words] = field(default_factory=dict)
    removed: list[Removed] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict, repr=False)
