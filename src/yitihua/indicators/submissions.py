"""What a unit sent back: its values with the place of each, and everything that is wrong, at once."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any, Literal

from yitihua.definitions.expressions import names_in
from yitihua.errors import Fault, FaultList, suggest
from yitihua.indicators.cells import plain
from yitihua.indicators.entries import judge
from yitihua.indicators.form import COVER_LABELS, Form
from yitihua.indicators.registry import Registry
from yitihua.indicators.shares import above_whole, part_words, words_of

When = Literal["now", "before"]
#: A year's change beyond this is a slip of the unit, as 65.98 for 659 800 persons.
LEAP = 1000
#: An entry of the form: a measure and which period, or ("cover", label).
Slot = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands."""

    file: str
    cell: str = ""
    sheet: str = ""
    line: int | None = None

    def where(self) -> dict[str, Any]:
        """Return the place as arguments of `FaultList.add`."""
        return {"file": self.file, "cell": self.cell, "sheet": self.sheet, "line": self.line}

    def short(self) -> str:
        """Return sheet and cell as spreadsheets write them."""
        return f"{self.sheet}!{self.cell}" if self.sheet else self.cell


@dataclass(slots=True)
class Submission:
    """What one unit reports, from whatever kind of file.

    Attributes
    ----------
    file : str
        As messages name it.
    unit, name : str
        Code and name; "" where the file does not say who it is.
    period : str or None
        Period reported.
    months : float
        Months covered.
    stated : datetime.date or None
        Date of filling in that the file states.
    modified : datetime.date or None
        Date of the file itself, where it states none.
    values : dict
        (measure, "now" or "before") -> number; what is missing is not there.
    raw : dict
        Slot -> what stands in the cell, as found; for marked copies.
    places : dict
        Slot -> place.
    reasons, remarks : dict
        Measure -> text of the form.
    notes : list of (str, str)
        What is no fault but should be known, in Chinese and English.
    faults : FaultList
        Everything wrong.
    simulated : bool
        Whether the file says that it holds simulated values.
    """

    file: str
    unit: str = ""
    name: str = ""
    period: str | None = None
    months: float = 12.0
    stated: dt.date | None = None
    modified: dt.date | None = None
    values: dict[tuple[str, str], float] = field(default_factory=dict)
    raw: dict[Slot, Any] = field(default_factory=dict)
    places: dict[Slot, Place] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)
    faults: FaultList = field(default_factory=FaultList)
    simulated: bool = False

    def filled(self, form: Form) -> int:
        """Return how many measures of this period have a value."""
        return sum((code, "now") in self.values for code in form.fields)

    def slot_of(self, fault: Fault) -> Slot | None:
        """Return the entry a fault is about, by its place."""
        where = (fault.sheet, fault.cell, fault.line)
        return next((s for s, p in self.places.items() if p.cell and (p.sheet, p.cell, p.line) == where), None)


def tidy(raw: Any) -> str:
    """Return a cell of words as text: no padding, full-width characters as plain ones, 2022.0 as 2022.

    Examples
    --------
    >>> tidy(330421.0), tidy("　３３０４２１ ")
    ('330421', '330421')
    """
    if raw is None:
        return ""
    return plain(unicodedata.normalize("NFKC", str(raw)).strip())


def take_entry(found: Submission, form: Form, measure: str, when: str, raw: Any, place: Place) -> None:
    """Judge one number and keep it, or add its fault."""
    slot = (measure, when)
    found.raw[slot], found.places[slot] = raw, place
    definition = form.fields[measure].definition
    verdict = judge(raw, definition.kind)
    if verdict.code:
        details: dict[str, Any] = {**words_of(definition), **verdict.details}
        found.faults.add(verdict.code, **place.where(), key=measure, **details)
    elif not math.isnan(verdict.value):
        found.values[slot] = verdict.value


def settle_unit(found: Submission, registry: Registry, code: Any, name: Any, at: Place, name_at: Place) -> None:
    """Work out who reports; an unknown, old or contradictory name is a fault."""
    stated, called = tidy(code), tidy(name)
    found.unit, found.name = stated, called
    faults = found.faults
    if not stated and not called:
        faults.add("unit-not-stated", **at.where(), options=list(registry.units)[:4])
        return
    if not registry.units:
        found.unit = stated or called
        return
    for word, place in ((stated, at), (called, name_at)):
        if (old := registry.formerly(word)) is not None and word not in registry.units:
            faults.add("unit-old", **place.where(), name=word, hint=old.now_code, zh=old.note_zh, en=old.note_en)
            return
    named = registry.named(called) if called else []
    # A full name says as much as a code, wherever it stands, if only one unit has it.
    by_name = registry.named(stated) if stated and stated not in registry.units else [] if stated else named
    unit = registry.units.get(stated) or (by_name[0] if len(by_name) == 1 else None)
    if unit is not None and unit.code != stated:
        found.unit = unit.code
        found.notes.append(
            (f"未填单位代码，按名称认定为{unit.code}", f"no unit code, taken by its name as {unit.code}")
        )
    if len(by_name) > 1:
        several = [f"{match.code} {match.name_zh}" for match in by_name]
        faults.add("unit-ambiguous", **(at if stated else name_at).where(), name=stated or called, options=several)
        return
    if unit is None:
        _unknown(faults, registry, stated, called, at if stated else name_at)
        return
    # 嘉兴市嘉善县 says no less than 嘉善县.
    if called and unit not in named and not "".join(called.split()).endswith(unit.name_zh):
        other = " / ".join(f"{match.code} {match.name_zh}" for match in named)
        faults.add(
            "unit-differs", **name_at.where(), stated=stated, name=called, official=unit.name_zh,
            other=other or "无此单位", other_en=other or "no such unit",
        )  # fmt: skip
    found.name = unit.name_zh


def _unknown(faults: FaultList, registry: Registry, stated: str, called: str, place: Place) -> None:
    named = registry.named(called)
    codes = {unit.name_zh: unit.code for unit in registry.units.values()}
    near_name = suggest(called, codes) if called else ""
    hint = named[0].code if len(named) == 1 else codes.get(near_name) or suggest(stated, registry.units)
    options = [f"{unit.code} {unit.name_zh}" for unit in registry.units.values()]
    faults.add("unit-unknown", **place.where(), name=stated or called, options=options, hint=hint)


def settle_period(found: Submission, raw: Any, wanted: str, place: Place) -> None:
    """Check that the submission is for the period that is collected."""
    text = tidy(raw).removesuffix("年").removesuffix("年度").strip()
    found.period = text or None
    if text != wanted:
        found.faults.add("period-wrong", **place.where(), found=text or "—", wanted=wanted)


def settle_months(found: Submission, raw: Any, place: Place) -> None:
    """Read the months covered; empty is 12, and noted."""
    verdict = judge(tidy(raw).removesuffix("个月"))
    if verdict.code:
        found.faults.add("bad-months", **place.where(), found=tidy(raw)[:40])
    elif math.isnan(verdict.value):
        found.notes.append(("未填覆盖月数，按12个月计", "months covered not stated, taken as 12"))
    elif not 1 <= verdict.value <= 12:
        found.faults.add("bad-months", **place.where(), found=f"{verdict.value:g}")
    else:
        found.months = verdict.value


def settle_date(found: Submission, raw: Any, place: Place) -> None:
    """Read the date of filling in; empty is no fault, the file's own date is then used."""
    if isinstance(raw, dt.datetime):
        found.stated = raw.date()
    elif isinstance(raw, dt.date):
        found.stated = raw
    elif isinstance(raw, (int, float)) and 36_526 <= raw <= 73_050:
        # A date whose cell lost its format: days since 1900, from 2000 to 2099.
        found.stated = dt.date(1899, 12, 30) + dt.timedelta(days=int(raw))
    elif text := tidy(raw):
        match = re.fullmatch(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})日?(\s.*)?|(\d{4})(\d{2})(\d{2})", text)
        try:
            parts = [part for part in match.groups() if part and part.isdigit()] if match else []
            found.stated = dt.date(*(int(part) for part in parts[:3]))
        except (ValueError, TypeError):
            found.faults.add("bad-date", **place.where(), key=COVER_LABELS["date"].zh, found=text[:40])


def check_whole(found: Submission, form: Form) -> None:
    """Check what only several entries together show: parts and wholes, bases of changes, what is empty."""
    _parts_above_wholes(found, form)
    leaps = _leaps(found, form)
    zero = [c for c, f in form.fields.items() if f.needs_before and found.values.get((c, "before")) == 0]
    absent = [
        c
        for c, f in form.fields.items()
        if f.needs_before and (c, "now") in found.values and (c, "before") not in found.values
    ]
    empty = [c for c in form.fields if (c, "now") not in found.values and c not in found.reasons]
    # A cell that is faulty is not "empty" as well.
    bad = {fault.key for fault in found.faults}
    absent, empty = [c for c in absent if c not in bad], [c for c in empty if c not in bad]
    for codes, zh, en in (
        (zero, "上年同期为0，同比无法计算", "zero a year before, no change can be computed"),
        (absent, "上年同期未填，同比无法计算", "no value a year before, no change can be computed"),
        (empty, "未填且未写明缺报原因", "empty, and no reason is given"),
        (
            leaps,
            "与上年同期相差千倍以上，请核对单位",
            "a thousand times more or less than a year before, check the unit",
        ),
    ):
        if codes:
            rest = len(codes) - 6
            names = "、".join(form.fields[code].definition.name.zh for code in codes[:6])
            shown = ", ".join(codes[:6])
            more_zh, more_en = (f"等{len(codes)}项", f" and {rest} more") if rest > 0 else ("", "")
            found.notes.append((f"{names}{more_zh}：{zh}", f"{shown}{more_en}: {en}"))


def _leaps(found: Submission, form: Form) -> list[str]:
    """Return counts that leap a thousandfold in a year; for stocks and sums that is a fault, a slip of 万.

    A count may start from next to nothing; a population or a register of firms does not.
    """
    leaps = []
    told = {(fault.sheet, fault.cell, fault.line) for fault in found.faults}
    for code, field_ in form.fields.items():
        now, before = (found.values.get((code, when), 0.0) for when in ("now", "before"))
        if min(now, before) <= 0 or max(now, before) < LEAP * min(now, before):
            continue
        places = [found.places[(code, when)] for when in ("now", "before")]
        if any((place.sheet, place.cell, place.line) in told for place in places):
            continue  # one slip, one fault
        definition = field_.definition
        if definition.kind == "ratio_input":
            # Ten thousands in place of ones are likelier than the reverse: the smaller number is pointed at.
            small, large = ("now", "before") if now < before else ("before", "now")
            found.faults.add(
                "entry-scale", **found.places[(code, small)].where(), key=code, **words_of(definition),
                found=f"{min(now, before):.15g}", bound=f"{max(now, before):.15g}",
                other=found.places[(code, large)].short(),
            )  # fmt: skip
        elif definition.kind == "count":
            leaps.append(code)
    return leaps


def _parts_above_wholes(found: Submission, form: Form) -> None:
    for when in ("now", "before"):
        known = {code: number for (code, period), number in found.values.items() if period == when}
        for indicator, part, whole in form.pairs:
            if not (known.keys() >= {*names_in(part), *names_in(whole)}):
                continue
            top, bottom, above = above_whole(part, whole, known)
            if above:
                first, *others = dict.fromkeys((*names_in(part), *names_in(whole)))
                cells = [found.places[(code, when)].short() for code in others]
                measures = {code: field.definition for code, field in form.fields.items()}
                found.faults.add(
                    "part-above-whole", **found.places[(first, when)].where(), key=first, indicator=indicator,
                    found=f"{top:.15g}", bound=f"{bottom:.15g}", other=cells, cells="\n".join(cells),
                    **part_words(part, whole, measures),
                )  # fmt: skip
