"""Read a form that came back as a workbook, in whatever state."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yitihua.errors import FaultList, suggest
from yitihua.indicators.form import COLUMNS, COVER, COVER_LABELS, META, OWN_SHEETS, RULES, UNITS, Form, FormSheet
from yitihua.indicators.registry import Registry
from yitihua.indicators.shares import words_of
from yitihua.indicators.submissions import (
    Place,
    Submission,
    check_whole,
    settle_date,
    settle_months,
    settle_period,
    settle_unit,
    take_entry,
    tidy,
)
from yitihua.indicators.workbook import Book, Sheet, cell_name, open_book


def read_workbook(path: Path, shown: str, form: Form, registry: Registry, period: str) -> Submission:
    """Read one workbook.

    Parameters
    ----------
    path : Path
        The file.
    shown : str
        Its name for messages.
    form : Form
        What was asked.
    registry : Registry
        Who was asked.
    period : str
        For which period.

    Returns
    -------
    Submission
        With every fault; its values are those that could be read.
    """
    found = Submission(shown)
    book = open_book(path, shown, found.faults, unread=(RULES, UNITS))
    if book is not None:
        _Reader(book, found, form, registry, period).read()
    return found


@dataclass(slots=True)
class _Reader:
    """Reads one opened workbook into one submission."""

    book: Book
    found: Submission
    form: Form
    registry: Registry
    period: str
    #: Measure -> place of its code, to tell a row that stands twice.
    seen: dict[str, Place] = field(default_factory=dict)
    #: Sheets of the form whose rows cannot be expected, since the sheet itself is at fault.
    lost: set[str] = field(default_factory=set)

    def read(self) -> None:
        if all(sheet.is_empty for sheet in self.book.sheets.values()):
            self.found.faults.add("book-empty", file=self.found.file)
            return
        stamp = self._stamp()
        self.found.simulated = self._meta().get("simulated") == "1" or self._says_simulated()
        if not self._is_ours(stamp):
            return
        self._note_oddities()
        self._cover()
        self._sheets()
        for sheet in self.form.sheets:
            if sheet.name not in self.lost:
                self._absent_rows(sheet)
        check_whole(self.found, self.form)

    @property
    def faults(self) -> FaultList:
        return self.found.faults

    def place(self, sheet: str, row: int, column: int) -> Place:
        return Place(self.found.file, cell_name(row, column), sheet)

    # Which template this is

    def _meta(self) -> dict[str, str]:
        sheet = self.book.sheets.get(META)
        return {tidy(row[0]): tidy(row[1]) for row in sheet.rows if len(row) > 1} if sheet is not None else {}

    def _says_simulated(self) -> bool:
        return any("模拟" in str(cell) for sheet in self.book.sheets.values() for row in sheet.rows[:2] for cell in row)

    def _stamp(self) -> str:
        """Return edition / version / digest: from the hidden sheet, or from the cover where that was lost."""
        meta = self._meta()
        if "edition" in meta:
            return f"{meta['edition']} / {meta.get('version', '')} / {meta.get('form', '')[:8]}"
        place = self._cover_rows().get("version")
        return tidy(self.book.sheets[COVER].value(*place)) if place is not None else ""

    def _is_ours(self, stamp: str) -> bool:
        """Return whether the file is this form; if not, that is its one fault."""
        if stamp == self.form.stamp:
            return True
        parts = [part.strip() for part in stamp.split("/")]
        place = self._cover_rows().get("version")
        where = self.place(COVER, *place) if place is not None else Place(self.found.file)
        if len(parts) != 3:
            if self._has_form_sheets():
                note = ("模板版本无从核实（隐藏的版本页已丢失）", "the template's version cannot be verified")
                self.found.notes.append(note)
                return True
            options = [COVER, *(sheet.name for sheet in self.form.sheets)]
            self.faults.add("form-none", file=self.found.file, found=list(self.book.sheets), options=options)
            return False
        code = "form-other-edition" if parts[0] != self.form.edition else "form-old"
        self.faults.add(code, **where.where(), found=stamp, wanted=self.form.stamp)
        return False

    def _has_form_sheets(self) -> bool:
        return COVER in self.book.sheets and any(sheet.name in self.book.sheets for sheet in self.form.sheets)

    def _note_oddities(self) -> None:
        if self.book.macros:
            self.found.notes.append(("含有宏，未运行", "it holds macros, which were not run"))
        if self.book.links:
            self.found.notes.append(("含有外部链接，未更新", "it holds links to other files, which were not followed"))

    # The cover

    def _cover_rows(self) -> dict[str, tuple[int, int]]:
        """Return entry of the cover -> place of its value, found by the label, wherever it has moved."""
        sheet = self.book.sheets.get(COVER)
        labels = {text.zh: key for key, text in COVER_LABELS.items()}
        places: dict[str, tuple[int, int]] = {}
        for r, row in enumerate(sheet.rows if sheet is not None else []):
            for c, cell in enumerate(row[:4]):
                key = labels.get(tidy(cell).rstrip(":"))
                if key is not None:
                    places.setdefault(key, (r, c + 2))
        return places

    def _cover(self) -> None:
        if COVER not in self.book.sheets:
            self._missing_sheet(COVER)
            return
        sheet, rows = self.book.sheets[COVER], self._cover_rows()
        raw: dict[str, Any] = {}
        at: dict[str, Place] = {}
        for key, label in COVER_LABELS.items():
            if key not in rows:
                self.faults.add("cover-row-missing", file=self.found.file, sheet=COVER, name=label.zh)
                at[key] = Place(self.found.file, sheet=COVER)
                continue
            raw[key], at[key] = sheet.value(*rows[key]), self.place(COVER, *rows[key])
            self.found.raw[("cover", key)], self.found.places[("cover", key)] = raw[key], at[key]
            if broken := sheet.errors.get(rows[key]) or ("=…" if rows[key] in sheet.unsolved else ""):
                self.faults.add("cover-error", **at[key].where(), name=label.zh, name_en=label.en, found=broken)
                del raw[key]
        if sheet.hidden:
            self.faults.add("sheet-hidden", file=self.found.file, sheet=COVER, name=COVER)
        if raw.keys() >= {"unit", "name"}:
            settle_unit(self.found, self.registry, raw.get("unit"), raw.get("name"), at["unit"], at["name"])
        if "period" in raw:
            settle_period(self.found, raw["period"], self.period, at["period"])
        if "months" in raw:
            settle_months(self.found, raw["months"], at["months"])
        if "date" in raw:
            settle_date(self.found, raw["date"], at["date"])

    # The sheets of measures

    def _sheets(self) -> None:
        expected = {sheet.name: sheet for sheet in self.form.sheets}
        absent = [name for name in expected if name not in self.book.sheets]
        gone = [name for name in (COVER, *absent) if name not in self.book.sheets]
        for name, sheet in self.book.sheets.items():
            if name in expected:
                self._measures(sheet)
            elif name not in OWN_SHEETS and not sheet.is_empty and not self._renamed_from(sheet, gone):
                options = [COVER, *expected]
                self.faults.add("sheet-extra", file=self.found.file, sheet=name, name=name, options=options)
        for name in absent:
            self._missing_sheet(name)

    def _missing_sheet(self, name: str) -> None:
        self.lost.add(name)
        known = {*OWN_SHEETS, *(sheet.name for sheet in self.form.sheets)}
        strange = [sheet for tab, sheet in self.book.sheets.items() if tab not in known]
        renamed = next((sheet.name for sheet in strange if self._renamed_from(sheet, [name])), "")
        code = "sheet-renamed" if renamed else "sheet-missing"
        self.faults.add(code, file=self.found.file, sheet=renamed, name=name, found=renamed)

    def _renamed_from(self, sheet: Sheet, absent: list[str]) -> str:
        """Return which absent sheet this one is under another name, by its codes; "" if none."""
        words = {tidy(cell) for row in sheet.rows for cell in row[:3]}
        for name in absent:
            fields = next((s.fields for s in self.form.sheets if s.name == name), ())
            labels = [text.zh for text in COVER_LABELS.values()] if name == COVER else [f.code for f in fields]
            if labels and sum(label in words for label in labels) * 2 > len(labels):
                return name
        return ""

    def _measures(self, sheet: Sheet) -> None:
        if sheet.is_empty:
            self.lost.add(sheet.name)
            self.faults.add("sheet-empty", file=self.found.file, sheet=sheet.name, name=sheet.name)
            return
        if sheet.hidden:
            self.faults.add("sheet-hidden", file=self.found.file, sheet=sheet.name, name=sheet.name)
        header, columns = self._header(sheet)
        absent = [COLUMNS[key] for key in ("code", "now", "before") if key not in columns]
        if absent:
            self.lost.add(sheet.name)
            options = list(COLUMNS.values())
            self.faults.add("heading-missing", file=self.found.file, sheet=sheet.name, name=absent, options=options)
            return
        inputs = {columns[key]: key for key in ("now", "before")}
        self._double_headings(sheet, header, columns)
        for column in sorted(set(inputs) & sheet.hidden_columns):
            if any(self._holds(sheet, row, column) for row in range(header + 1, len(sheet.rows))):
                self.faults.add("cells-hidden", **self.place(sheet.name, header, column).where(), what="column")
        self._merged(sheet, header, inputs)
        for row in range(
            header + 1, max(len(sheet.rows), *(r + 1 for r, _ in (*sheet.errors, *sheet.unsolved, (0, 0))))
        ):
            self._row(sheet, row, columns, inputs)

    def _header(self, sheet: Sheet) -> tuple[int, dict[str, int]]:
        """Return the row of headings and the column of each; headings may have moved."""
        best: tuple[int, dict[str, int]] = (0, {})
        for r, row in enumerate(sheet.rows[:40]):
            columns: dict[str, int] = {}
            for c, cell in enumerate(row):
                key = _heading(cell)
                if key is not None:
                    columns.setdefault(key, c)
            if len(columns) > len(best[1]):
                best = (r, columns)
            if len(best[1]) == len(COLUMNS):
                break
        return best

    def _double_headings(self, sheet: Sheet, header: int, columns: dict[str, int]) -> None:
        for c, cell in enumerate(sheet.rows[header]):
            key = _heading(cell)
            if key is not None and columns[key] != c:
                first = cell_name(header, columns[key])
                place = self.place(sheet.name, header, c)
                self.faults.add("heading-double", **place.where(), name=COLUMNS[key], first=first)

    def _merged(self, sheet: Sheet, header: int, inputs: dict[int, str]) -> None:
        for top, left, bottom, right in sheet.merged:
            if bottom > header and any(left <= column <= right for column in inputs):
                place = self.place(sheet.name, max(top, header + 1), left)
                span = f"{cell_name(top, left)}:{cell_name(bottom, right)}"
                self.faults.add("cells-merged", **place.where(), found=span)

    def _row(self, sheet: Sheet, row: int, columns: dict[str, int], inputs: dict[int, str]) -> None:
        code = tidy(sheet.value(row, columns["code"]))
        at = self.place(sheet.name, row, columns["code"])
        holds = any(self._holds(sheet, row, column) for column in inputs)
        if not code:
            if holds:
                column = next(column for column in inputs if self._holds(sheet, row, column))
                self.faults.add("row-without-code", **self.place(sheet.name, row, column).where())
            return
        if code not in self.form.fields:
            hint = suggest(code, [c for c in self.form.fields if c not in self.seen])
            self.faults.add("row-unknown", **at.where(), name=code, options=list(self.form.fields), hint=hint)
            # Its own row is then not missing as well.
            self.seen.setdefault(hint, at)
            return
        if code in self.seen:
            self.faults.add("row-double", **at.where(), key=code, name=code, first=self.seen[code].short())
            return
        self.seen[code] = at
        if holds and row in sheet.hidden_rows:
            self.faults.add("cells-hidden", **at.where(), key=code, what="row")
            return
        for column, when in inputs.items():
            if column not in sheet.hidden_columns:
                self._entry(sheet, row, column, code, when)
        for key, target in (("reason", self.found.reasons), ("remark", self.found.remarks)):
            if key in columns and (text := tidy(sheet.value(row, columns[key]))):
                target[code] = text

    def _holds(self, sheet: Sheet, row: int, column: int) -> bool:
        place = (row, column)
        return place in sheet.errors or place in sheet.unsolved or str(sheet.value(row, column)).strip() != ""

    def _entry(self, sheet: Sheet, row: int, column: int, code: str, when: str) -> None:
        cell, place = (row, column), self.place(sheet.name, row, column)
        definition = self.form.fields[code].definition
        details: dict[str, Any] = {"key": code, **words_of(definition)}
        if cell in sheet.errors:
            self._keep(code, when, sheet.errors[cell], place)
            self.faults.add("entry-error", **place.where(), **details, found=sheet.errors[cell])
        elif cell in sheet.unsolved:
            self._keep(code, when, "", place)
            self.faults.add("entry-unsolved", **place.where(), **details)
        elif cell in sheet.linked:
            self._keep(code, when, sheet.value(row, column), place)
            self.faults.add("entry-linked", **place.where(), **details, found=sheet.value(row, column))
        else:
            take_entry(self.found, self.form, code, when, sheet.value(row, column), place)

    def _keep(self, code: str, when: str, raw: Any, place: Place) -> None:
        self.found.raw[(code, when)], self.found.places[(code, when)] = raw, place

    def _absent_rows(self, sheet: FormSheet) -> None:
        for form_field in sheet.fields:
            if form_field.code not in self.seen:
                self.faults.add(
                    "row-missing", file=self.found.file, sheet=sheet.name, key=form_field.code,
                    measure=form_field.code, **words_of(form_field.definition),
                )  # fmt: skip


def _heading(cell: Any) -> str | None:
    """Return which column a heading stands for; the period below it and remarks behind it do not matter."""
    word = tidy(cell).split("\n")[0].split(" ")[0].split("(")[0]
    return next((key for key, title in COLUMNS.items() if title == word), None)
