"""Read experts' judgments of pairs from workbooks and CSV files: by labels, never by position.

A sheet counts where its heading row holds codes or names of what is compared; others, and those of other nodes,
are passed over. Moved rows and columns are no fault. Each pair is read from the two cells that hold it: one
of them is enough, both must be reciprocal.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.errors import FaultList, refuse, suggest
from yitihua.index.weights.ahp_sheet import CODE_HEADING, COVER, EXPERT_LABEL, META, NOT_LABELS, SCALE_SHEET, Comparison
from yitihua.index.weights.judgments import TYPED, as_fraction
from yitihua.index.weights.strength import Floats

# Reading of tables is imported late: the registry of methods imports this module while definitions are read.
if TYPE_CHECKING:
    from yitihua.indicators.workbook import Sheet

_NUMBER = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(?:/(\d+(?:\.\d*)?))?")
_MOST = 9.0


@dataclass(frozen=True, slots=True, eq=False)
class Judgments:
    """Judgments of one node's children by several experts.

    Attributes
    ----------
    asked : Comparison
        What was compared.
    experts : tuple of str
        In the order of the files.
    matrices : ndarray, shape (experts, k, k)
        Reciprocal, complete, in the order of ``asked.codes``.
    """

    asked: Comparison
    experts: tuple[str, ...]
    matrices: Floats


@dataclass(slots=True)
class _Grid:
    """Cells of one sheet or CSV file, and how a place in it is named."""

    rows: list[list[Any]]
    file: str
    sheet: str
    name: Callable[[int, int], str]

    def value(self, row: int, column: int) -> Any:
        cells = self.rows[row] if row < len(self.rows) else []
        return cells[column] if column < len(cells) else ""

    def at(self, row: int, column: int) -> dict[str, Any]:
        return {"file": self.file, "sheet": self.sheet, "cell": self.name(row, column)}


def read_judgments(
    paths: Sequence[Path], asked: Sequence[Comparison], shown: Mapping[Path, str] | None = None
) -> dict[str, Judgments]:
    r"""Return the judgments of every node by every expert.

    Parameters
    ----------
    paths : sequence of Path
        Filled-in forms (.xlsx), one an expert, whose name stands on the cover, else is that of the file; or
        CSV files, one an expert and node, named EXPERT.csv or EXPERT_NODE.csv: codes or names in the
        heading row and the first column, judgments as 3, 1/3 or 0.33.
    asked : sequence of Comparison
        Nodes whose children were compared.
    shown : mapping, optional
        Path -> its name in messages.

    Returns
    -------
    dict
        Node -> Judgments.

    Raises
    ------
    InputError
        With every fault of every file, each with file, sheet and cell: a judgment that is missing, no number,
        off the scale, or not reciprocal; labels that are unknown, double or missing; a node that an expert
        did not judge; an expert who judged twice.

    Examples
    --------
    >>> import tempfile
    >>> asked = Comparison("A", ("甲", "A"), ("A1", "A2"), (("速度", "speed"), ("成本", "cost")))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "Wang.csv"
    ...     _ = path.write_text("code,A2,A1\nA1,3,\nA2,,\n", encoding="utf-8")
    ...     found = read_judgments([path], [asked])["A"]
    >>> found.experts, found.matrices.round(3).tolist()
    (('Wang',), [[[1.0, 3.0], [0.333, 1.0]]])
    """
    faults = FaultList()
    found: dict[str, dict[str, tuple[Floats, str]]] = {comparison.parent: {} for comparison in asked}
    files: dict[str, str] = {}
    for path in paths:
        file = (shown or {}).get(path, path.name)
        for expert, grid in _grids(path, file, asked, faults):
            files.setdefault(expert, file)
            for comparison in (comparison for comparison in asked if _header(grid, comparison) is not None):
                by_expert = found[comparison.parent]
                if expert in by_expert:
                    where = {"file": file, "sheet": grid.sheet, "key": expert}
                    faults.add("ahp-expert-twice", **where, parent=comparison.parent, other=by_expert[expert][1])  # type: ignore[arg-type]
                else:
                    by_expert[expert] = (_matrix(grid, comparison, faults), file)
    for comparison in asked:
        for expert, file in files.items():
            if expert not in found[comparison.parent]:
                faults.add("ahp-not-judged", file=file, key=expert, parent=comparison.parent, options=comparison.codes)
    if not files and not faults:
        parents = [comparison.parent for comparison in asked]
        raise refuse("ahp-nobody", key="files", name=parents, options=[code for c in asked for code in c.codes])
    faults.raise_if_any()
    return {
        comparison.parent: Judgments(
            comparison,
            tuple(found[comparison.parent]),
            np.array([matrix for matrix, _ in found[comparison.parent].values()]),
        )
        for comparison in asked
    }


# Files


def _grids(path: Path, file: str, asked: Sequence[Comparison], faults: FaultList) -> list[tuple[str, _Grid]]:
    """Return expert and cells of every sheet of a file that may compare something."""
    from yitihua.indicators.workbook import SUFFIXES, cell_name, open_book

    if path.suffix.lower() not in SUFFIXES:
        return _csv_grid(path, file, asked, faults)
    book = open_book(path, file, faults, unread=(SCALE_SHEET, META))
    if book is None:
        return []
    sheets = [sheet for name, sheet in book.sheets.items() if name not in (SCALE_SHEET, META)]
    expert = next((name for sheet in sheets if (name := _expert(sheet))), "") or path.stem
    return [(expert, _Grid(sheet.rows, file, sheet.name, cell_name)) for sheet in sheets if sheet.name != COVER]


def _csv_grid(path: Path, file: str, asked: Sequence[Comparison], faults: FaultList) -> list[tuple[str, _Grid]]:
    from yitihua.indicators.cells import column_letters, read_csv

    table = read_csv(path, file, faults)
    if table is None:
        return []
    lines = [1, *table.lines]
    rows = [list(table.columns), *(list(row) for row in zip(*table.columns.values(), strict=True))]
    grid = _Grid(rows, file, "", lambda row, column: f"{column_letters(column)}{lines[row]}")
    about = [comparison for comparison in asked if _header(grid, comparison) is not None]
    # A CSV file holds one matrix; that of another node is not for us.
    return [(path.stem.removesuffix(f"_{about[0].parent}") or path.stem, grid)] if about else []


def _expert(sheet: Sheet) -> str:
    for row in sheet.rows:
        for column, cell in enumerate(row):
            if _text(cell) == EXPERT_LABEL:
                return next((_text(other) for other in row[column + 1 :] if _text(other)), "")
    return ""


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split()) if isinstance(cell, (str, int, float)) else ""


# Labels


def _header(grid: _Grid, asked: Comparison) -> int | None:
    """Return the heading row: the first that holds two labels, or one beside the heading of codes."""
    for number, row in enumerate(grid.rows):
        texts = [_text(cell) for cell in row]
        labels = len({asked.label(text) for text in texts[1:]} - {None})
        if labels > 1 or (labels and CODE_HEADING in texts):
            return number
    return None


def _labels(
    grid: _Grid, asked: Comparison, texts: Mapping[tuple[int, int], str], kind: str, faults: FaultList
) -> tuple[dict[str, tuple[int, int]], dict[tuple[int, int], str]]:
    """Return code -> place, and the texts that are no label; double and missing labels are reported."""
    found: dict[str, tuple[int, int]] = {}
    others: dict[tuple[int, int], str] = {}
    for place, text in texts.items():
        code = asked.label(text)
        if code is None:
            if text and text not in NOT_LABELS:
                others[place] = text
        elif code in found:
            faults.add("ahp-label-twice", **grid.at(*place), key=code, kind=kind, other=grid.name(*found[code]))
        else:
            found[code] = place
    for code in asked.codes:
        if code not in found:
            hint = suggest(code, others.values())
            faults.add(
                "ahp-label-missing",
                file=grid.file,
                sheet=grid.sheet,
                key=code,
                kind=kind,
                name=hint or code,
                options=asked.codes,
            )
    return found, others


# Judgments


def _matrix(grid: _Grid, asked: Comparison, faults: FaultList) -> Floats:
    """Return one expert's matrix; where something is faulty it is reported, and 1 stands there."""
    top = _header(grid, asked) or 0
    left = next((c for c, cell in enumerate(grid.rows[top]) if _text(cell) == CODE_HEADING), 0)
    across = {(top, c): _text(cell) for c, cell in enumerate(grid.rows[top]) if c > left}
    down = {(r, left): _text(grid.value(r, left)) for r in range(top + 1, len(grid.rows))}
    columns, odd_columns = _labels(grid, asked, across, "column", faults)
    rows, odd_rows = _labels(grid, asked, down, "row", faults)
    strange = [(place, text, [(r, place[1]) for r, _ in rows.values()]) for place, text in odd_columns.items()]
    strange += [(place, text, [(place[0], c) for _, c in columns.values()]) for place, text in odd_rows.items()]
    for place, text, cells in strange:
        # A remark beside the matrix is no fault; judgments of something that was not asked are.
        if any(_text(grid.value(*cell)) for cell in cells):
            faults.add(
                "ahp-label-unknown", **grid.at(*place), key=text, hint=suggest(text, asked.codes), options=asked.codes
            )
    places = {
        (i, j): (rows[row][0], columns[column][1])
        for i, row in enumerate(asked.codes)
        for j, column in enumerate(asked.codes)
        if row in rows and column in columns
    }
    return _pairs(grid, asked, places, faults)


def _pairs(
    grid: _Grid, asked: Comparison, places: Mapping[tuple[int, int], tuple[int, int]], faults: FaultList
) -> Floats:
    codes = asked.codes
    a = np.eye(len(codes))
    given = {pair: _judgment(grid, place, codes, pair, faults) for pair, place in places.items()}
    missing = []
    for i, j in [pair for pair in given if pair[0] < pair[1] and pair[::-1] in given]:
        upper, lower = given[i, j], given[j, i]
        if upper is None and lower is None:
            missing.append((i, j))
            continue
        one = upper if upper is not None else lower
        larger, smaller = max(upper or 0.0, lower or 0.0), min(upper or np.inf, lower or np.inf)
        if one is None or np.isnan([upper or 1.0, lower or 1.0]).any():
            continue
        if upper is not None and lower is not None and abs(smaller - 1.0 / larger) > TYPED:
            where = grid.at(*places[j, i]) | {"key": f"{codes[j]}, {codes[i]}", "row": codes[j], "column": codes[i]}
            other, wanted = as_fraction(upper), as_fraction(1.0 / upper)
            faults.add("ahp-reciprocal", **where, found=as_fraction(lower), other=other, wanted=wanted)
            continue
        # Of two cells the larger counts: 3 rather than 0.33.
        first = upper is not None and (lower is None or upper >= lower)
        a[i, j] = one if first or lower is None else 1.0 / lower
        a[j, i] = 1.0 / a[i, j]
    if missing and len(missing) == len(codes) * (len(codes) - 1) // 2:
        faults.add("ahp-blank", file=grid.file, sheet=grid.sheet, key=asked.parent)
        return a
    for i, j in missing:
        faults.add(
            "ahp-missing", **grid.at(*places[i, j]), key=f"{codes[i]}, {codes[j]}", row=codes[i], column=codes[j]
        )
    return a


def _judgment(
    grid: _Grid, place: tuple[int, int], codes: Sequence[str], pair: tuple[int, int], faults: FaultList
) -> float | None:
    """Return a judgment, None for an empty cell, NaN for what was reported."""
    row, column = codes[pair[0]], codes[pair[1]]
    where = grid.at(*place) | {"key": f"{row}, {column}", "row": row, "column": column}
    cell = grid.value(*place)
    value = _number(cell)
    if value is None:
        return None
    if isinstance(cell, (dt.date, dt.time, dt.timedelta)):
        faults.add("ahp-date", **where, found=cell)
    elif np.isnan(value):
        faults.add("ahp-not-number", **where, found=str(cell)[:40])
    elif pair[0] == pair[1]:
        if abs(value - 1.0) > 1e-9:
            faults.add("ahp-diagonal", **where, found=f"{value:g}")
        return 1.0
    elif not 1.0 / _MOST - TYPED <= value <= _MOST + 1e-9:
        faults.add("ahp-scale", **where, found=f"{value:g}", most=f"{_MOST:g}")
    else:
        return next((1.0 / k for k in range(2, 10) if abs(value - 1.0 / k) <= TYPED), value)
    return float("nan")


def _number(cell: Any) -> float | None:
    """Return a number or fraction, None for nothing, NaN for what is neither."""
    from yitihua.indicators.cells import MISSING

    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return float(cell)
    if cell is None or isinstance(cell, str):
        text = unicodedata.normalize("NFKC", cell or "").replace(" ", "")
        # An error such as #DIV/0! comes from a formula of the form; the cell that it was made from counts.
        if text in MISSING or text.startswith("#"):
            return None
        match = _NUMBER.fullmatch(text)
        if match and (match[2] is None or float(match[2]) > 0):
            return float(match[1]) / float(match[2] or 1)
    return float("nan")
