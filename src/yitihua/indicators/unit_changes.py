"""Units that were renamed, merged or split: the table of changes, checked, and what it says of any two dates.

A row says what share of a unit went to which unit on a day. Changes of one day happen at once: shares are of the units
as they were before it. Between two dates the days are multiplied out, so that chains need no rows of their own.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from yitihua.errors import FaultList, refuse
from yitihua.indicators.cells import RawTable, plain
from yitihua.indicators.datasets import Dataset, load_dataset
from yitihua.indicators.table import Lineage

RENAME, MERGE, SPLIT, TRANSFER = "rename", "merge", "split", "transfer"
KINDS: Final = (RENAME, MERGE, SPLIT, TRANSFER)
COLUMNS: Final = ("date", "kind", "from_code", "from_name", "to_code", "to_name", "share", "share_basis")


@dataclass(frozen=True, slots=True)
class UnitChange:
    """What share of a unit went to which unit on a day.

    Attributes
    ----------
    date : datetime.date
    kind : {"rename", "merge", "split", "transfer"}
    old, old_name, new, new_name : str
        Codes and names.
    share : Fraction
        Of the old unit; by date and old unit they sum to 1.
    size : float or None
        How large the moved part is (residents), for means over parts of several units.
    basis : str
        What the share was taken from.
    line : int
        Of the file.
    """

    date: dt.date
    kind: str
    old: str
    old_name: str
    new: str
    new_name: str
    share: Fraction
    size: float | None
    basis: str
    line: int


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a unit that stands in another unit later: its share of the old unit, and its size where known."""

    unit: str
    share: Fraction
    size: float | None


@dataclass(frozen=True)
class UnitChanges:
    """A checked table of changes.

    Attributes
    ----------
    rows : tuple of UnitChange
        In order of their dates.
    lineage : tuple of Lineage
        The files it was read from.
    file : str
        Name for messages.
    """

    rows: tuple[UnitChange, ...]
    lineage: tuple[Lineage, ...] = ()
    file: str = ""

    @property
    def dates(self) -> tuple[dt.date, ...]:
        """Days on which something changed, rising."""
        return tuple(sorted({row.date for row in self.rows}))

    def between(self, after: dt.date, until: dt.date) -> tuple[UnitChange, ...]:
        """Return the changes after one day and until another."""
        return tuple(row for row in self.rows if after < row.date <= until)

    def ended(self, code: str, until: dt.date) -> dt.date | None:
        """Return the day on which a unit ended, if it did until a day and did not come back; a renamed one ended.

        Examples
        --------
        >>> changes = read_unit_changes("zhejiang-unit-changes")
        >>> changes.ended("330104", dt.date(2021, 12, 31)), changes.ended("330102", dt.date(2021, 12, 31))
        (datetime.date(2021, 4, 9), None)
        """
        found = None
        for date in self.dates:
            if date > until:
                break
            own = [row for row in self.rows if row.date == date]
            if any(row.new == code for row in own):
                found = None
            elif any(row.old == code for row in own):
                found = date
        return found

    def parts(self, units: Sequence[str], after: dt.date, until: dt.date) -> dict[str, tuple[Part, ...]]:
        """Return the units of a later day, each with the parts of earlier units that are in it.

        Parameters
        ----------
        units : sequence of str
            Units of the earlier day; those without a change stay as they are.
        after, until : datetime.date
            Changes after the one and until the other count.

        Examples
        --------
        >>> changes = read_unit_changes("zhejiang-unit-changes")
        >>> found = changes.parts(["330104", "330109"], dt.date(2020, 12, 31), dt.date(2021, 12, 31))
        >>> [(part.unit, part.size) for part in found["330114"]]
        [('330104', 521977.0), ('330109', 247173.0)]
        """
        held: dict[str, dict[str, Part]] = {unit: {unit: Part(unit, Fraction(1), None)} for unit in units}
        for date in sorted({row.date for row in self.between(after, until)}):
            held = self._after(held, date)
        return {new: tuple(parts.values()) for new, parts in held.items() if parts}

    def _after(self, held: dict[str, dict[str, Part]], date: dt.date) -> dict[str, dict[str, Part]]:
        moves: dict[str, list[UnitChange]] = defaultdict(list)
        for row in self.rows:
            if row.date == date:
                moves[row.old].append(row)
        made: dict[str, dict[str, Part]] = {}
        for unit, parts in held.items():
            for new, share, size in [(m.new, m.share, m.size) for m in moves[unit]] or [(unit, Fraction(1), None)]:
                into = made.setdefault(new, {})
                for origin, part in parts.items():
                    # The size of a part of several origins is told for the whole alone.
                    own = size if len(parts) == 1 and size is not None else _times(part.size, share)
                    one = Part(origin, part.share * share, own)
                    into[origin] = one if origin not in into else _joined(into[origin], one)
        return made

    def names(self) -> dict[str, str]:
        """Return the names of the units that changes lead to, by code."""
        return {row.new: row.new_name for row in self.rows}


def _times(size: float | None, share: Fraction) -> float | None:
    return None if size is None else size * float(share)


def _joined(one: Part, other: Part) -> Part:
    size = None if one.size is None or other.size is None else one.size + other.size
    return Part(one.unit, one.share + other.share, size)


def read_unit_changes(name: str, project: Path | None = None) -> UnitChanges:
    """Read and check a table of changes.

    Parameters
    ----------
    name : str
        A dataset with the columns date, kind, from_code, from_name, to_code, to_name, share, share_basis, and
        perhaps size.
    project : Path, optional
        Project folder whose data/ is looked into first.

    Raises
    ------
    InputError
        With every fault of the table.

    Examples
    --------
    >>> found = read_unit_changes("zhejiang-unit-changes")
    >>> len(found.rows), str(found.dates[-1])
    (16, '2021-04-09')
    """
    dataset: Dataset = load_dataset(name, project)
    rows = checked_changes(dataset.raw)
    return UnitChanges(rows, dataset.lineage, dataset.raw.file)


def checked_changes(raw: RawTable) -> tuple[UnitChange, ...]:
    """Return the changes of a table in order of their dates.

    Raises
    ------
    InputError
        With every fault.
    """
    if absent := [column for column in COLUMNS if column not in raw.columns]:
        raise refuse("unit-changes-columns", file=raw.file, line=1, key="unit_changes", name=absent, options=COLUMNS)
    faults = FaultList()
    columns = {name: raw.text(name) for name in (*COLUMNS, *(["size"] if "size" in raw.columns else []))}
    rows = []
    for row in range(len(raw)):
        texts = {name: plain(values[row]) for name, values in columns.items()}
        if (made := _row(texts, raw, row, faults)) is not None:
            rows.append(made)
    found = tuple(sorted(rows, key=lambda one: one.date))
    _check_days(found, raw.file, faults)
    faults.raise_if_any()
    return found


def _row(texts: dict[str, str], raw: RawTable, row: int, faults: FaultList) -> UnitChange | None:
    before, line = len(faults), raw.lines[row]

    def fault(code: str, column: str, **details: Any) -> None:
        faults.add(code, file=raw.file, cell=raw.cell(column, row), key=column, found=texts[column], **details)

    for column in ("from_code", "to_code"):
        if not texts[column]:
            fault("unit-change-value", column, options=["330102"])
    try:
        date = dt.date.fromisoformat(texts["date"])
    except ValueError:
        date = dt.date.min
        fault("unit-change-value", "date", options=["YYYY-MM-DD"])
    if texts["kind"] not in KINDS:
        fault("unit-change-value", "kind", options=KINDS)
    share = _fraction(texts["share"])
    if share is None or not 0 < share <= 1:
        fault("unit-change-value", "share", options=["1", "0.35", "965810/1487787"])
    size = _fraction(texts["size"]) if texts.get("size") else None
    if texts.get("size") and (size is None or size <= 0):
        fault("unit-change-value", "size", options=["357657"])
    if len(faults) > before or share is None:
        return None
    return UnitChange(
        date, texts["kind"], texts["from_code"], texts["from_name"], texts["to_code"], texts["to_name"], share,
        None if size is None else float(size), texts["share_basis"], line,
    )  # fmt: skip


def _fraction(text: str) -> Fraction | None:
    try:
        return Fraction(text.replace(" ", ""))
    except (ValueError, ZeroDivisionError):
        return None


def _check_days(rows: tuple[UnitChange, ...], file: str, faults: FaultList) -> None:
    """Check what rows of one day say together."""
    by_unit: dict[tuple[dt.date, str], list[UnitChange]] = defaultdict(list)
    for row in rows:
        by_unit[row.date, row.old].append(row)
    for (date, unit), own in by_unit.items():
        place: dict[str, Any] = {"file": file, "line": own[0].line, "name": unit, "date": date.isoformat()}
        targets = [row.new for row in own]
        if len(set(targets)) < len(targets):
            faults.add("unit-change-twice", **place, found=targets)
            continue
        if len({row.kind for row in own}) > 1:
            faults.add("unit-change-kinds", **place, found=[row.kind for row in own])
            continue
        _check_unit(own, unit, place, faults)
    for date in sorted({row.date for row in rows}):
        if ring := _ring([row for row in rows if row.date == date]):
            line = min(row.line for row in rows if row.date == date and row.old in ring)
            faults.add("unit-change-cycle", file=file, line=line, date=date.isoformat(), found=" -> ".join(ring))


def _check_unit(own: list[UnitChange], unit: str, place: dict[str, Any], faults: FaultList) -> None:
    total, kind = sum((row.share for row in own), Fraction(0)), own[0].kind
    if abs(total - 1) > Fraction(1, 10**9):
        shown = f"{float(total):.6g}"
        faults.add("unit-change-shares", **place, found=[str(row.share) for row in own], total=shown)
        return
    whole = len(own) == 1
    same_code = whole and own[0].new == unit and own[0].new_name == own[0].old_name
    wrong = (
        (kind in (RENAME, MERGE) and not whole)
        or (kind == RENAME and same_code)
        or (kind in (SPLIT, TRANSFER) and whole)
        or (kind == TRANSFER and unit not in [row.new for row in own])
    )
    if wrong:
        targets = [f"{row.new} {row.share}" for row in own]
        faults.add("unit-change-form", **place, kind=kind, found=targets)
    sizes = [row.size for row in own]
    if all(size is not None for size in sizes):
        whole_size = sum(size for size in sizes if size is not None)
        if any(abs((row.size or 0) / whole_size - float(row.share)) > 1e-6 for row in own):
            faults.add("unit-change-sizes", **place, found=[f"{size:g}" for size in sizes if size is not None])


def _ring(rows: list[UnitChange]) -> list[str]:
    """Return the codes of a ring of whole units that change places on one day: nobody can tell old from new."""
    next_of = {row.old: row.new for row in rows if row.share == 1 and row.old != row.new}
    for start in next_of:
        path = [start]
        while path[-1] in next_of and next_of[path[-1]] not in path:
            path.append(next_of[path[-1]])
        if next_of.get(path[-1]) == start:
            return [*path, start]
    return []
