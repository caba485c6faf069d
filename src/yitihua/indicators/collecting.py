"""Many submissions into one table, and who is missing, late, double or faulty."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from yitihua.errors import Fault, FaultList
from yitihua.indicators import tabular_forms, workbook, workbook_forms
from yitihua.indicators.form import Form
from yitihua.indicators.registry import Registry
from yitihua.indicators.submissions import Submission

TABLES: Final = (".csv", ".parquet")
#: Workbooks in other formats, which are refused with the way out.
FOREIGN: Final = (".xls", ".et", ".ett", ".wps")
ACCEPTED: Final = (*workbook.SUFFIXES, *TABLES)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, of whom, for which period, and by when."""

    form: Form
    registry: Registry
    period: str
    deadline: dt.date | None = None
    simulated: bool = False

    @property
    def before(self) -> str:
        """The period a year before, or "-" where periods are no years."""
        return str(int(self.period) - 1) if self.period.isdigit() else f"{self.period}-1"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report: a submission, or a unit that sent none."""

    unit: str
    name: str
    status: str
    file: str = ""
    date: dt.date | None = None
    dated_by: str = ""
    filled: int = 0
    asked: int = 0
    faults: int = 0
    notes: tuple[tuple[str, str], ...] = ()
    late: bool = False


@dataclass(slots=True)
class Collected:
    """The outcome: what to keep, what is wrong, and the report."""

    kept: list[Submission] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def submission_files(folder: Path) -> list[Path]:
    """Return every file that may be a submission, in the order of names; locks and hidden files are passed over."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        and path.name.casefold() not in ("thumbs.db", "desktop.ini")
    )


def read_submissions(
    folder: Path, asked: Asked, root: Path, track: Callable[[list[Path]], Iterable[Path]] = iter
) -> list[Submission]:
    """Read every submission in a folder.

    Parameters
    ----------
    folder : Path
        Where the files are.
    asked : Asked
        What was asked.
    root : Path
        Names in messages are relative to it.
    track : callable, optional
        Wraps the list of files, to show progress.
    """
    found: list[Submission] = []
    for path in track(submission_files(folder)):
        shown = path.relative_to(root).as_posix()
        made = list(_read_one(path, shown, asked))
        for submission in made:
            if submission.simulated and not asked.simulated:
                submission.faults.add("simulated-in-real", file=shown)
            if submission.stated is None:
                # Remembered apart: a file's own date is that of the last copy, not of the filling in.
                submission.modified = dt.date.fromtimestamp(path.stat().st_mtime)
        if _holds_one_unit(path):
            for submission in made:
                _check_file_name(submission, path, asked)
        found += made
    return found


def _holds_one_unit(path: Path) -> bool:
    """Return whether a file is a workbook, which holds one unit; a table may hold many."""
    return path.suffix.lower() not in TABLES


def named_unit(file: str, registry: Registry) -> str:
    """Return the unit whose code the name of a file starts with, as that of a template does, or ""."""
    match = re.match(r"(\d{6})(?!\d)", Path(file).name)
    return match[1] if match is not None and match[1] in registry.units else ""


def _check_file_name(submission: Submission, path: Path, asked: Asked) -> None:
    named = named_unit(path.name, asked.registry)
    if not named or not submission.unit or named == submission.unit:
        return
    units, place = asked.registry.units, submission.places.get(("cover", "unit"))
    where = place.where() if place is not None else {"file": submission.file}
    name, other = (
        f"{code} {units[code].name_zh if code in units else ''}".strip() for code in (named, submission.unit)
    )
    submission.faults.add("file-of-other", **where, key=named, name=name, other=other)


def _read_one(path: Path, shown: str, asked: Asked) -> Iterator[Submission]:
    suffix = path.suffix.lower()
    if suffix in TABLES:
        yield from tabular_forms.read_tabular(path, shown, asked.form, asked.registry, asked.period)
    elif suffix in (*workbook.SUFFIXES, *FOREIGN):
        yield workbook_forms.read_workbook(path, shown, asked.form, asked.registry, asked.period)
    else:
        refused = Submission(shown)
        refused.faults.add("submission-suffix", file=shown, found=path.suffix or path.name, options=ACCEPTED)
        yield refused


def collate(submissions: list[Submission], asked: Asked, newest: bool = False) -> Collected:
    """Sort submissions into those to keep, those at fault and those that are missing.

    Parameters
    ----------
    submissions : list of Submission
        As read.
    asked : Asked
        What was asked, and by when.
    newest : bool
        Take the newest of several of one unit; otherwise they are a fault, and none is kept.
    """
    out = Collected()
    by_unit: dict[str, list[Submission]] = {}
    for submission in submissions:
        if not _is_misnamed(submission):  # whose it is stands open: the county its cover names has not sent twice
            by_unit.setdefault(submission.unit, []).append(submission)
    status: dict[int, str] = {}
    for unit, several in by_unit.items():
        if not unit or len(several) == 1:
            continue
        several.sort(key=lambda s: (_dated(s)[0], s.file))
        # Two of one date: the name of a file must not decide which of them holds.
        tied = newest and _dated(several[-1])[0] == _dated(several[-2])[0]
        take = newest and not tied
        for submission in several[:-1] if take else several:
            status[id(submission)] = "older" if take else "double"
        if not take:
            faults = FaultList()
            files = [f"{s.file} ({_dated(s)[0]})" for s in several]
            name = f"{unit} {several[0].name}".strip()
            code = "submission-tied" if tied else "submission-double"
            faults.add(code, file=several[-1].file, key=unit, name=name, found=files)
            out.faults += faults
    for submission in submissions:
        state = status.get(id(submission), "")
        if state != "older":
            out.faults += submission.faults
        state = state or ("faulty" if submission.faults else "collected")
        if state == "collected":
            out.kept.append(submission)
        out.lines.append(_line(submission, state, asked))
    # What could not be read says by its file name who has sent something.
    sent = set(by_unit) | {line.unit for line in out.lines}
    out.lines += [
        Line(unit.code, unit.name_zh, "missing") for unit in asked.registry.units.values() if unit.code not in sent
    ]
    order = {code: i for i, code in enumerate(asked.registry.units)}
    out.kept.sort(key=lambda s: (order.get(s.unit, len(order)), s.unit))
    out.lines.sort(key=lambda line: (order.get(line.unit, len(order)), line.unit, line.file))
    return out


def _is_misnamed(submission: Submission) -> bool:
    return any(fault.code == "file-of-other" for fault in submission.faults)


def _dated(submission: Submission) -> tuple[dt.date, str]:
    if submission.stated is not None:
        return submission.stated, "stated"
    return submission.modified or dt.date.min, "file"


def _line(submission: Submission, state: str, asked: Asked) -> Line:
    date, by = _dated(submission)
    late = asked.deadline is not None and date > asked.deadline
    unit, name = submission.unit, submission.name
    if (not unit or _is_misnamed(submission)) and (named := named_unit(submission.file, asked.registry)):
        unit, name = named, asked.registry.units[named].name_zh
    return Line(
        unit, name, state, submission.file, date, by,
        submission.filled(asked.form), len(asked.form.fields), len(submission.faults), tuple(submission.notes), late,
    )  # fmt: skip


def collected_csv(kept: list[Submission], asked: Asked) -> bytes:
    """Return the table that is scored: two periods as rows, a column a measure, ready for Excel as well."""
    codes = list(asked.form.fields)
    rows: list[list[str]] = [["unit", "name_zh", "name_en", "level", "period", "months", *codes, "submission"]]
    for when, period in (("before", asked.before), ("now", asked.period)):
        for submission in kept:
            numbers = [_text(submission.values.get((code, when))) for code in codes]
            if when == "now" or any(numbers):
                unit = asked.registry.units.get(submission.unit)
                who = (unit.name_zh, unit.name_en, unit.level) if unit else (submission.name, submission.name, "unit")
                rows.append([submission.unit, *who, period, _text(submission.months), *numbers, submission.file])
    return csv_bytes(rows)


def remarks_csv(kept: list[Submission], asked: Asked) -> bytes:
    """Return why values are missing, and what units remarked."""
    rows = [["unit", "measure", "period", "reason", "remark"]]
    for s in kept:
        codes = [code for code in asked.form.fields if code in s.reasons or code in s.remarks]
        rows += [[s.unit, code, asked.period, s.reasons.get(code, ""), s.remarks.get(code, "")] for code in codes]
    return csv_bytes(rows)


def csv_bytes(rows: Iterable[Iterable[str]]) -> bytes:
    """Return CSV with the byte-order mark that Excel needs for Chinese; no cell can start a formula."""
    target = io.StringIO(newline="")
    csv.writer(target, lineterminator="\n").writerows([_inert(cell) for cell in row] for row in rows)
    return target.getvalue().encode("utf-8-sig")


def _inert(cell: str) -> str:
    # Text that a county typed must not run in the spreadsheet of whoever opens the report.
    return f"'{cell}" if cell[:1] in ("=", "+", "@") else cell


def _text(number: float | None) -> str:
    if number is None:
        return ""
    return str(int(number)) if number == int(number) else repr(number)
