"""Read tables of experts, one row an expert and one column a child: budgets and scores."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from yitihua.errors import FaultList, suggest
from yitihua.index.weights.ahp_sheet import Comparison
from yitihua.index.weights.strength import Floats

#: Headings of the column with names of experts.
EXPERT_HEADINGS = ("专家", "专家姓名", "expert", "Expert", "name")


def read_expert_table(path: Path, asked: Comparison, shown: str = "") -> tuple[tuple[str, ...], Floats]:
    r"""Return experts and their numbers, in the order of ``asked.codes``.

    Parameters
    ----------
    path : Path
        CSV or .xlsx (the first sheet that has a column asked for). Columns are found by code or name, in any
        order; others, such as those of another node, are passed over. Experts stand under 专家 or expert, else
        they are numbered. A row without a single number is no expert.
    asked : Comparison
        What is weighed.
    shown : str, optional
        Name of the file in messages.

    Returns
    -------
    experts : tuple of str
    numbers : ndarray, shape (experts, k)
        NaN for an empty cell.

    Raises
    ------
    InputError
        With every fault: columns that are missing or double, cells that are no numbers, an expert who stands
        there twice and so would count twice.

    Examples
    --------
    >>> import tempfile
    >>> asked = Comparison("A", ("甲", "A"), ("A1", "A2"), (("速度", "speed"), ("成本", "cost")))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "budget.csv"
    ...     _ = path.write_text("expert,cost,A1\nWang,40,60\nLi,,100\n", encoding="utf-8")
    ...     read_expert_table(path, asked)
    (('Wang', 'Li'), array([[ 60.,  40.],
           [100.,  nan]]))
    """
    faults = FaultList()
    file = shown or path.name
    rows, sheet, name = _rows(path, file, asked, faults)
    faults.raise_if_any()
    header = [str(cell).strip() for cell in rows[0]] if rows else []
    columns: dict[str, int] = {}
    for at, title in enumerate(header):
        code = asked.label(title)
        if code in columns:
            faults.add("duplicate-column", file=file, sheet=sheet, cell=name(0, at), name=title)
        elif code is not None:
            columns[code] = at
    absent = [code for code in asked.codes if code not in columns]
    if absent:
        hint = suggest(absent[0], [title for title in header if title and asked.label(title) is None])
        faults.add("expert-columns", file=file, sheet=sheet, found=absent, options=asked.codes, hint=hint)
    faults.raise_if_any()
    who = next((at for at, title in enumerate(header) if title in EXPERT_HEADINGS), None)
    experts, numbers = [], []
    seen: dict[str, str] = {}
    for r, row in enumerate(rows[1:], start=1):
        values = [
            _value(row[at] if at < len(row) else "", file, sheet, name(r, at), code, faults)
            for code, at in ((code, columns[code]) for code in asked.codes)
        ]
        if all(value != value for value in values):
            continue
        label = str(row[who]).strip() if who is not None and who < len(row) else ""
        if who is not None and label:
            if label in seen:
                faults.add("expert-twice", file=file, sheet=sheet, cell=name(r, who), key=label, other=seen[label])
            seen.setdefault(label, name(r, who))
        experts.append(label or str(r))
        numbers.append(values)
    faults.raise_if_any()
    return tuple(experts), np.array(numbers, dtype=float).reshape(len(numbers), len(asked.codes))


def _rows(
    path: Path, file: str, asked: Comparison, faults: FaultList
) -> tuple[list[list[Any]], str, Callable[[int, int], str]]:
    """Return rows from the heading on, the sheet, and how a place is named."""
    # Imported late: the registry of methods imports this module while definitions are read.
    from yitihua.indicators.cells import column_letters, read_csv
    from yitihua.indicators.workbook import SUFFIXES, cell_name, open_book

    if path.suffix.lower() in SUFFIXES:
        book = open_book(path, file, faults)
        for sheet in book.sheets.values() if book is not None else ():
            for top, row in enumerate(sheet.rows):
                if any(asked.label(str(cell).strip()) is not None for cell in row):
                    return sheet.rows[top:], sheet.name, lambda r, c, top=top: cell_name(top + r, c)
        return [], "", cell_name
    table = read_csv(path, file, faults)
    if table is None:
        return [], "", cell_name
    lines = [1, *table.lines]
    rows = [list(table.columns), *(list(row) for row in zip(*table.columns.values(), strict=True))]
    return rows, "", lambda r, c: f"{column_letters(c)}{lines[r]}"


def _value(cell: Any, file: str, sheet: str, place: str, code: str, faults: FaultList) -> float:
    from yitihua.indicators.cells import parsed

    value = float(parsed([cell])[0])
    if np.isinf(value):
        faults.add("not-a-number", file=file, sheet=sheet, cell=place, key=code, found=str(cell)[:40], extra="")
        return float("nan")
    return value
