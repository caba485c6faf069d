"""Margins as codes: what raking, post-stratification and calibration work on.

A respondent's level is a whole number; respondents alike in every margin form one cell, and everything
iterates on cells. With 90 counties, two margins of 12 and 3 levels are 3,240 cells for any number of rows.
A margin that every county has for itself takes one block of codes a county: level l of county g is
``g * levels + l``, so that all counties are raked in one call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from yitihua.errors import Fault, refuse
from yitihua.surveys.estimation.design import Codes, Floats

#: Above so many possible cells the codes are hashed instead of counted.
_COUNTED = 4_000_000


@dataclass(frozen=True, eq=False)
class CodedMargin:
    """One margin: population totals, and where each respondent stands in it.

    Attributes
    ----------
    name : str
        The variable.
    levels : tuple of str
        Names of the L levels.
    totals : ndarray, shape (groups, L)
        Population totals; 0 where a group does not have the level.
    codes : ndarray of int, shape (respondents,)
        ``group * L + level``. Respondents of weight 0 may have any valid code.
    groups : tuple of str
        Names of the groups (counties); one group named "" is the whole population.
    kin : tuple of int, optional
        A number for each level; only levels of one number may merge: in a crossing, those that differ in the
        first variable only.
    """

    name: str
    levels: tuple[str, ...]
    totals: Floats
    codes: Codes
    groups: tuple[str, ...] = ("",)
    kin: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        shape = (len(self.groups), len(self.levels))
        if self.totals.shape != shape:
            raise ValueError(f"margin {self.name}: totals have shape {self.totals.shape}, expected {shape}")
        if len(self.codes) and not 0 <= self.codes.min() <= self.codes.max() < self.totals.size:
            raise refuse("margin-codes", key=self.name, low=self.codes.min(), high=self.codes.max(), n=self.totals.size)

    def label(self, code: int | np.integer[Any]) -> str:
        """Return the name of a level: "age = 18-34", with the county where there are several."""
        group, level = divmod(int(code), len(self.levels))
        where = f" ({self.groups[group]})" if self.groups[group] else ""
        return f"{self.name} = {self.levels[level]}{where}"


@dataclass(frozen=True, eq=False)
class Cells:
    """Respondents alike in every margin.

    Attributes
    ----------
    key : ndarray of int, shape (respondents,)
        The cell of each.
    codes : tuple of ndarray of int, each of shape (cells,)
        For each margin the code of the cell.
    count : ndarray of int, shape (cells,)
        Respondents.
    """

    key: Codes
    codes: tuple[Codes, ...]
    count: Codes

    def __len__(self) -> int:
        return len(self.count)

    def total(self, values: Floats) -> Floats:
        """Return sums by cell of values by respondent, shape (respondents,) or (respondents, k)."""
        if values.ndim == 1:
            return sum_by(self.key, values, len(self))
        columns = [sum_by(self.key, values[:, j], len(self)) for j in range(values.shape[1])]
        return np.column_stack(columns) if columns else np.zeros((len(self), 0))


@dataclass(frozen=True, eq=False)
class CodedMargins:
    """Margins of one population over the same respondents.

    Attributes
    ----------
    margins : tuple of CodedMargin
        In the order in which raking takes them.
    notes : tuple of Fault
        What was done to the margins on the way: rescaled, levels merged.
    file : str
        Where the totals stand, for messages.
    """

    margins: tuple[CodedMargin, ...]
    notes: tuple[Fault, ...] = ()
    file: str = ""

    @classmethod
    def of(
        cls,
        codes: Mapping[str, Codes],
        totals: Mapping[str, Floats],
        levels: Mapping[str, Sequence[str]] | None = None,
    ) -> CodedMargins:
        """Return margins of the whole population from coded columns.

        Parameters
        ----------
        codes : mapping
            Variable -> level of each respondent, from 0.
        totals : mapping
            Variable -> population totals by level.
        levels : mapping, optional
            Variable -> names of levels; numbers if left out.

        Examples
        --------
        >>> margins = CodedMargins.of({"sex": np.array([0, 1, 1])}, {"sex": np.array([5.0, 5.0])})
        >>> len(margins.cells), margins.margins[0].label(1)
        (2, 'sex = 1')
        """
        made = []
        for name, column in codes.items():
            goal = np.asarray(totals[name], dtype=float)
            names = tuple(map(str, levels[name] if levels else range(len(goal))))
            made.append(CodedMargin(name, names, goal[None, :], np.asarray(column, dtype=np.int64)))
        return cls(tuple(made))

    def __len__(self) -> int:
        return len(self.margins[0].codes)

    @property
    def totals(self) -> tuple[Floats, ...]:
        """Flat totals of each margin, by code."""
        return tuple(margin.totals.ravel() for margin in self.margins)

    @property
    def groups(self) -> int:
        """How many populations can be calibrated apart: the counties if every margin is by county, else 1."""
        sizes = {len(margin.groups) for margin in self.margins}
        return sizes.pop() if len(sizes) == 1 else 1

    @cached_property
    def cells(self) -> Cells:
        """The cells of all margins together; computed once."""
        return reduce_to_cells(
            [margin.codes for margin in self.margins], [margin.totals.shape for margin in self.margins]
        )

    def cell_label(self, cell: int) -> str:
        """Return what the respondents of a cell have in common."""
        both = zip(self.margins, self.cells.codes, strict=True)
        return ", ".join(margin.label(int(codes[cell])) for margin, codes in both)


def reduce_to_cells(codes: Sequence[Codes], shapes: Sequence[tuple[int, ...]]) -> Cells:
    """Return the cells that respondents form.

    Where every margin has the same groups, the group is counted once, so that the number of possible cells
    grows with the counties and not with a power of them.

    Parameters
    ----------
    codes : sequence of ndarray of int, each of shape (respondents,)
        ``group * levels + level`` of each margin.
    shapes : sequence of (groups, levels)

    Examples
    --------
    >>> cells = reduce_to_cells([np.array([0, 1, 1]), np.array([2, 0, 0])], [(1, 2), (1, 3)])
    >>> cells.key, cells.codes
    (array([0, 1, 1]), (array([0, 1]), array([2, 0])))
    """
    same = len({shape[0] for shape in shapes}) == 1
    sizes = [shapes[0][0] * shapes[0][1], *(s[1] if same else s[0] * s[1] for s in shapes[1:])]
    wide = float(np.prod([float(size) for size in sizes]))
    key = np.array(codes[0], dtype=np.int64)
    parts = [codes[0]]
    for column, size, shape in zip(codes[1:], sizes[1:], shapes[1:], strict=True):
        part = column % shape[1] if same and shape[0] > 1 else column
        parts.append(part)
        if wide < 2**62:
            key *= size
            key += part
    if wide >= 2**62:
        key = _hashed(parts)
        wide = float(key.max(initial=0) + 1)
    if wide <= max(_COUNTED, 4 * len(key)):
        count = np.bincount(key, minlength=int(wide))
        present = np.flatnonzero(count)
        if len(present) < len(count):
            place = np.zeros(len(count), dtype=np.int64)
            place[present] = np.arange(len(present))
            key = place[key]
        count = count[present]
    else:
        import pandas as pd

        key = np.asarray(pd.factorize(key)[0], dtype=np.int64)
        count = np.bincount(key)
    member = np.zeros(len(count), dtype=np.int64)
    member[key] = np.arange(len(key))
    return Cells(key, tuple(column[member] for column in codes), count)


def _hashed(parts: Sequence[Codes]) -> Codes:
    """Return numbers of distinct rows, for more possible rows than an integer holds."""
    import pandas as pd

    key = np.zeros(len(parts[0]), dtype=np.int64)
    for part in parts:
        key = np.asarray(pd.factorize(key * (part.max(initial=0) + 1) + part)[0], dtype=np.int64)
    return key


def sum_by(codes: Codes, values: Floats, size: int) -> Floats:
    """Return sums of values by code, shape (size,).

    Examples
    --------
    >>> sum_by(np.array([0, 2, 2]), np.array([1.0, 2.0, 3.0]), 3)
    array([1., 0., 5.])
    """
    return np.asarray(np.bincount(codes, values, size), dtype=np.float64)


def check_margins(margins: CodedMargins, weight: Floats, tolerance: float = 1e-6) -> list[Fault]:
    """Return what makes margins impossible for these respondents; no faults if weights can be found.

    Found are: totals of one population that differ by more than `tolerance` relative; a level with a
    population but no respondent of positive weight; a level with respondents but a population of 0;
    a negative or missing total.

    Parameters
    ----------
    margins : CodedMargins
    weight : ndarray, shape (respondents,)
    """
    from yitihua.errors import FaultList

    faults, file = FaultList(), margins.file
    cells = margins.cells
    if len(weight) != len(margins):
        faults.add("weight-length", file=file, found=len(weight), wanted=len(margins))
        return list(faults)
    by_cell = cells.total(np.abs(weight))
    count = cells.total((weight != 0).astype(float))
    for margin, codes in zip(margins.margins, cells.codes, strict=True):
        total = margin.totals.ravel()
        achieved = np.bincount(codes, by_cell, len(total))
        people = np.bincount(codes, count, len(total))
        for code in np.flatnonzero(~(total >= 0) | np.isinf(total)):
            faults.add("margin-number", file=file, key=margin.label(code), found=total[code])
        for code in np.flatnonzero((total > 0) & (achieved == 0)):
            faults.add("margin-empty-cell", file=file, key=margin.label(code), total=_number(total[code]))
        for code in np.flatnonzero((total == 0) & (achieved > 0)):
            faults.add("margin-zero", file=file, key=margin.label(code), n=int(people[code]))
    faults.extend(differing_totals(margins, tolerance))
    return list(faults)


def differing_totals(margins: CodedMargins, tolerance: float = 1e-6) -> list[Fault]:
    """Return a fault for each population whose size one margin states otherwise than the first one."""
    from yitihua.errors import FaultList

    faults = FaultList()
    first = margins.margins[0]
    for other in margins.margins[1:]:
        left, right = first.totals.sum(axis=1), other.totals.sum(axis=1)
        if len(left) != len(right):
            left, right = left.sum(keepdims=True), right.sum(keepdims=True)
        apart = np.abs(left - right) > tolerance * np.maximum(np.abs(left), np.abs(right))
        for group in np.flatnonzero(apart):
            where = first.groups[group] if len(left) == len(first.groups) else ""
            names: dict[str, Any] = {
                "first": first.name,
                "other": other.name,
                "left": _number(left[group]),
                "right": _number(right[group]),
            }
            key = " ".join(part for part in (f"{first.name}, {other.name}", f"({where})" if where else "") if part)
            faults.add("margin-totals-differ", file=margins.file, key=key, **names)
    return list(faults)


def _number(value: float) -> str:
    return f"{value:.12g}"
