"""Marked copies of faulty workbooks: the template, refilled as the county filled it, faults in colour."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from yitihua.errors import Fault
from yitihua.indicators.form import Form
from yitihua.indicators.registry import Registry
from yitihua.indicators.submissions import Slot, Submission
from yitihua.publish.template import Filling, workbook_bytes


def marked_copies(
    submissions: list[Submission], form: Form, registry: Registry, period: str, lang: str, extra: list[Fault]
) -> Iterator[tuple[str, bytes]]:
    """Yield file name and content of a marked copy for each submission with faults.

    Parameters
    ----------
    submissions : list of Submission
        As read; those without faults are passed over.
    form, registry, period
        What was asked, of whom, for when.
    lang : str
        Language of problems and mends.
    extra : list of Fault
        Faults found across files, such as one county twice.
    """
    taken: set[str] = set()
    for submission in submissions:
        faults = [*submission.faults, *(fault for fault in extra if fault.file == submission.file)]
        if faults:
            yield _name(submission, lang, taken), marked_copy(submission, faults, form, registry, period, lang)


def marked_copy(
    submission: Submission, faults: list[Fault], form: Form, registry: Registry, period: str, lang: str
) -> bytes:
    """Return one marked copy."""
    marks: dict[Slot, list[Fault]] = {}
    for fault in faults:
        if (slot := submission.slot_of(fault)) is not None:
            marks.setdefault(slot, []).append(fault)
        # A part above its whole: any of the cells may be the wrong one.
        if fault.code == "part-above-whole":
            others = fault.details["cells"].split("\n")
            for slot in (slot for slot, place in submission.places.items() if place.short() in others):
                marks.setdefault(slot, []).append(fault)
    filling = Filling(
        submission.unit, submission.name, period, entries=_entries(submission, form), reasons=submission.reasons,
        remarks=submission.remarks, marks=marks, faults=faults, simulated=submission.simulated, lang=lang,
    )  # fmt: skip
    return workbook_bytes(form, registry, filling)


def _entries(submission: Submission, form: Form) -> dict[Slot, object]:
    # The version is the copy's own: it is this period's template, whatever the county used.
    return submission.raw | {("cover", "version"): form.stamp}


def _name(submission: Submission, lang: str, taken: set[str]) -> str:
    stem = PurePosixPath(submission.file).stem
    if PurePosixPath(submission.file).suffix in (".csv", ".parquet") and submission.unit:
        stem = f"{stem}_{submission.unit}"
    ending = "退回修改" if lang == "zh" else "to_correct"
    name = f"{stem}_{ending}.xlsx"
    number = 2
    while name in taken:
        name, number = f"{stem}_{ending}_{number}.xlsx", number + 1
    taken.add(name)
    return name
