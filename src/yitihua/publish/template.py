"""Draw the form of an edition as an Excel workbook: to be sent out, filled in, and sent back.

Only the cells to be filled in are unlocked. Where the file is a copy with faults marked, the
county's own entries stand in it as they were, the faulty ones in colour with problem and mend.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from yitihua.errors import Fault
from yitihua.indicators.form import (
    COLUMNS,
    COVER,
    COVER_FIRST_ROW,
    COVER_LABELS,
    HEADER_ROW,
    META,
    PROBLEMS,
    REASONS,
    RULES,
    UNITS,
    Field,
    Form,
    FormSheet,
)
from yitihua.indicators.registry import Registry
from yitihua.indicators.submissions import Slot
from yitihua.publish.template_words import COVER_HELP, HOW_TO, LOOKS, RULE_COLUMNS, SHEET_HELP, WIDTHS

LETTERS = {key: "ABCDEFGHI"[i] for i, key in enumerate(COLUMNS)}


@dataclass(frozen=True)
class Filling:
    """What stands in the workbook beside the form itself.

    Attributes
    ----------
    unit, name : str
        Whose it is; "" for a blank one.
    period : str
        For which period.
    entries : dict
        Slot -> value, as `Submission.raw`.
    reasons, remarks : dict
        Measure -> text.
    marks : dict
        Slot -> faults of that cell.
    faults : sequence of Fault
        All of them, for the sheet of problems.
    simulated : bool
        Whether titles say that the values are simulated.
    lang : str
        Language of the problems.
    """

    unit: str = ""
    name: str = ""
    period: str = ""
    entries: Mapping[Slot, Any] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[Slot, Sequence[Fault]] = field(default_factory=dict)
    faults: Sequence[Fault] = ()
    simulated: bool = False
    lang: str = "zh"


def workbook_bytes(form: Form, registry: Registry, filling: Filling) -> bytes:
    """Return the workbook.

    Parameters
    ----------
    form : Form
        What is asked.
    registry : Registry
        Units of the drop-down.
    filling : Filling
        Unit, period and what stands in the cells.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> from yitihua.indicators.form import form_of
    >>> content = workbook_bytes(form_of(load_edition("zhejiang-2022")), Registry(), Filling(period="2022"))
    >>> content[:2]
    b'PK'
    """
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        # A fixed date, so that the same form gives the same bytes.
        book.set_properties({"title": form.title.zh, "created": dt.datetime(2022, 1, 1)})
        _Drawing(book, form, registry, filling).draw()
    return target.getvalue()


class _Drawing:
    """Draws one workbook sheet by sheet."""

    def __init__(self, book: Any, form: Form, registry: Registry, filling: Filling) -> None:
        self.book, self.form, self.registry, self.filling = book, form, registry, filling
        self.formats = {name: book.add_format(look) for name, look in LOOKS.items()}

    def draw(self) -> None:
        if self.filling.faults:
            self._problems()
        self._cover()
        for sheet in self.form.sheets:
            self._measures(sheet)
        self._rules()
        self._hidden()

    def _sheet(self, name: str, title: str, note: str = "", landscape: bool = False) -> Any:
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.set_margins(0.5, 0.5, 0.6, 0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&F&C&A&R&P / &N")
        if landscape:
            sheet.set_landscape()
        mark = "【模拟 simulated】" if self.filling.simulated else ""
        sheet.set_row(0, 26)
        sheet.write_string(0, 0, f"{mark}{title}", self.formats["title"])
        sheet.write_string(1, 0, note, self.formats["warn" if self.filling.simulated else "sub"])
        return sheet

    def _subtitle(self) -> str:
        """Return who and when; a simulated file says so on every sheet."""
        filling = self.filling
        parts = [filling.name and f"{filling.unit} {filling.name}", filling.period and f"{filling.period}年"]
        if filling.simulated:
            parts.append("数值全部为模拟，不得作为任何县的评价结论 simulated values, nothing may be concluded")
        return "    ".join(part for part in parts if part)

    # The cover

    def _cover(self) -> None:
        sheet = self._sheet(COVER, f"{self.form.title.zh}　原始量填报表", self._subtitle())
        sheet.set_column("A:A", 16)
        sheet.set_column("B:B", 18)
        sheet.set_column("C:C", 34)
        sheet.set_column("D:D", 52)
        sheet.set_row(2, 22)
        for c, text in enumerate(("项目", "item", "填写", "说明")):
            sheet.write_string(2, c, text, self.formats["head"])
        filling = self.filling
        default = {"unit": filling.unit, "name": filling.name, "period": filling.period, "months": 12}
        default["version"] = self.form.stamp
        for i, (key, label) in enumerate(COVER_LABELS.items()):
            row = COVER_FIRST_ROW - 1 + i
            sheet.set_row(row, 22)
            sheet.write_string(row, 0, label.zh, self.formats["text"])
            sheet.write_string(row, 1, label.en, self.formats["text"])
            look = {"date": "date", "months": "months"}.get(key, "words")
            value = filling.entries.get(("cover", key), default.get(key, ""))
            self._entry(sheet, row, 2, ("cover", key), value, "text" if key == "version" else look)
            sheet.write_string(row, 3, COVER_HELP[key], self.formats["text"])
        self._cover_rules(sheet)
        for i, text in enumerate(HOW_TO):
            sheet.write_string(COVER_FIRST_ROW + len(COVER_LABELS) + 1 + i, 0, text, self.formats["sub"])
        self._protect(sheet)
        sheet.activate()

    def _cover_rules(self, sheet: Any) -> None:
        keys = list(COVER_LABELS)
        row = {key: COVER_FIRST_ROW - 1 + keys.index(key) for key in keys}
        if self.registry.units:
            last = len(self.registry.units)
            source = f"={UNITS}!$A$1:$A${last}"
            rule = {"validate": "list", "source": source, "error_title": "单位代码"}
            rule["error_message"] = "请从列表中选择单位代码。"
            sheet.data_validation(row["unit"], 2, row["unit"], 2, rule)
        sheet.data_validation(row["months"], 2, row["months"], 2, {
            "validate": "integer", "criteria": "between", "minimum": 1, "maximum": 12,
            "error_title": "覆盖月数", "error_message": "1至12的整数。",
        })  # fmt: skip
        sheet.data_validation(row["date"], 2, row["date"], 2, {
            "validate": "date", "criteria": ">=", "value": dt.date(2020, 1, 1),
            "error_title": "填报日期", "error_message": "日期，如2023-01-20。",
        })  # fmt: skip

    # The sheets of measures

    def _measures(self, form_sheet: FormSheet) -> None:
        title = f"{form_sheet.code}　{form_sheet.title.zh}　{form_sheet.title.en}"
        sheet = self._sheet(form_sheet.name, title, self._subtitle(), landscape=True)
        sheet.write_string(2, 0, SHEET_HELP, self.formats["sub"])
        for c, (key, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True)):
            sheet.set_column(c, c, width)
            sheet.write_string(HEADER_ROW - 1, c, self._heading(key), self.formats["head"])
        sheet.set_row(HEADER_ROW - 1, 32)
        for form_field in form_sheet.fields:
            self._field(sheet, form_field)
        first, last = HEADER_ROW, HEADER_ROW + len(form_sheet.fields) - 1
        self._measure_rules(sheet, form_sheet, first, last)
        sheet.freeze_panes(HEADER_ROW, 2)
        sheet.repeat_rows(HEADER_ROW - 1)
        self._protect(sheet)

    def _heading(self, key: str) -> str:
        period = self.filling.period
        if key == "now" and period:
            return f"{COLUMNS[key]}\n{period}"
        if key == "before" and period.isdigit():
            return f"{COLUMNS[key]}\n{int(period) - 1}"
        return COLUMNS[key]

    def _field(self, sheet: Any, form_field: Field) -> None:
        row, definition, code = form_field.row - 1, form_field.definition, form_field.code
        looks = self.formats
        sheet.set_row(row, 30)
        sheet.write_string(row, 0, code, looks["code"])
        sheet.write_string(row, 1, definition.name.zh, looks["text"])
        sheet.write_string(row, 2, definition.name.en, looks["code"])
        sheet.write_string(row, 3, definition.unit.zh, looks["text"])
        sheet.write_string(row, 4, definition.period.zh if definition.period else "", looks["code"])
        for column, when in ((5, "now"), (6, "before")):
            self._entry(sheet, row, column, (code, when), self.filling.entries.get((code, when), ""), "number")
        sheet.write_string(row, 7, self.filling.reasons.get(code, ""), looks["words"])
        sheet.write_string(row, 8, self.filling.remarks.get(code, ""), looks["words"])
        if definition.counting_rule is not None:
            size = {"x_scale": 2.6, "y_scale": 1.4, "author": "yitihua"}
            sheet.write_comment(row, 1, f"计数规则：{definition.counting_rule.zh}", size)

    def _measure_rules(self, sheet: Any, form_sheet: FormSheet, first: int, last: int) -> None:
        for form_field in form_sheet.fields:
            row, definition = form_field.row - 1, form_field.definition
            counted = definition.kind == "count"
            rule = definition.counting_rule.zh if definition.counting_rule else ""
            words = f"{definition.unit.zh}。{rule}"
            sheet.data_validation(row, 5, row, 6, {
                "validate": "integer" if counted else "decimal", "criteria": ">=", "value": 0, "ignore_blank": True,
                "input_title": definition.name.zh[:32],
                "input_message": words if len(words) <= 255 else f"{words[:254]}…",
                "error_title": "只填数字",
                "error_message": "请填0或正数，不带单位、百分号和千分位；没有数据的留空并选缺报原因。",
            })  # fmt: skip
        sheet.data_validation(first, 7, last, 7, {"validate": "list", "source": list(REASONS), "error_type": "warning"})
        needed = [f for f in form_sheet.fields if f.needs_before]
        missing = self.formats["missing"]
        sheet.conditional_format(first, 5, last, 5, {
            "type": "formula", "criteria": f'=AND($F{first + 1}="",$H{first + 1}="")', "format": missing,
        })  # fmt: skip
        for form_field in needed:
            row = form_field.row
            sheet.conditional_format(row - 1, 6, row - 1, 6, {
                "type": "formula", "criteria": f'=AND($G{row}="",$H{row}="")', "format": missing,
            })  # fmt: skip

    def _entry(self, sheet: Any, row: int, column: int, slot: Slot, value: Any, look: str) -> None:
        faults = self.filling.marks.get(slot, ())
        looks = self.formats["bad" if faults else look]
        if value is None or value == "":
            sheet.write_blank(row, column, None, looks)
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value, looks)
        elif isinstance(value, (int, float)) and abs(value) < 1e300:
            sheet.write_number(row, column, value, looks)
        elif isinstance(value, (dt.datetime, dt.date)) and not faults:
            sheet.write_datetime(row, column, value, self.formats["date"])
        else:
            sheet.write_string(row, column, str(value)[:2000], looks)
        if faults:
            lang = self.filling.lang
            words = "\n".join(f"{fault.problem(lang)}\n→ {fault.mend(lang)}" for fault in faults)
            sheet.write_comment(row, column, words, {"x_scale": 2.6, "y_scale": 1.6, "author": "yitihua"})

    # The other sheets

    def _rules(self) -> None:
        sheet = self._sheet(RULES, "计数规则　counting rules", "按此计数；有疑问先问后填。", landscape=True)
        for c, (title, width) in enumerate(RULE_COLUMNS):
            sheet.set_column(c, c, width)
            sheet.write_string(2, c, title, self.formats["head"])
        for i, (code, form_field) in enumerate(self.form.fields.items(), start=3):
            definition, rule = form_field.definition, form_field.definition.counting_rule
            cells = (
                code, definition.name.zh, definition.unit.zh, definition.period.zh if definition.period else "",
                rule.zh if rule else "", rule.en if rule else "", "、".join(form_field.indicators),
            )  # fmt: skip
            for c, text in enumerate(cells):
                sheet.write_string(i, c, text, self.formats["code" if c in (0, 5) else "text"])
        sheet.freeze_panes(3, 2)
        sheet.repeat_rows(2)
        self._protect(sheet)

    def _hidden(self) -> None:
        units = self.book.add_worksheet(UNITS)
        for i, unit in enumerate(self.registry.units.values()):
            units.write_row(i, 0, (unit.code, unit.name_zh, unit.name_en))
        meta = self.book.add_worksheet(META)
        facts = {
            "edition": self.form.edition, "version": self.form.version, "form": self.form.sha,
            "period": self.filling.period, "unit": self.filling.unit, "simulated": str(int(self.filling.simulated)),
        }  # fmt: skip
        for i, (key, text) in enumerate(facts.items()):
            meta.write_string(i, 0, key)
            meta.write_string(i, 1, text)
        units.very_hidden()
        meta.very_hidden()

    def _problems(self) -> None:
        lang, zh = self.filling.lang, self.filling.lang == "zh"
        count = len(self.filling.faults)
        title = f"问题清单：{count}处，请改正后重新报送" if zh else f"{count} problems: please correct and send again"
        note = (
            "红色单元格有问题，鼠标移上可见说明。改正后删除本表。"
            if zh
            else "Faulty cells are red. Delete this sheet when done."
        )
        sheet = self._sheet(PROBLEMS[lang], title, note, landscape=True)
        heads = (
            ("序号", "工作表", "单元格", "问题", "允许", "处理")
            if zh
            else ("no.", "sheet", "cell", "problem", "allowed", "mend")
        )
        for c, (text, width) in enumerate(zip(heads, (6, 18, 9, 60, 40, 60), strict=True)):
            sheet.set_column(c, c, width)
            sheet.write_string(2, c, text, self.formats["head"])
        places = {id(fault): slot for slot, faults in self.filling.marks.items() for fault in faults}
        for i, fault in enumerate(self.filling.faults, start=1):
            slot = places.get(id(fault))
            tab, cell = self._where(slot) if slot is not None else (fault.sheet, fault.cell)
            sheet.write_number(i + 2, 0, i, self.formats["plain"])
            for c, text in enumerate(
                (tab, cell, fault.problem(lang), fault.allowed(lang)[:500], fault.mend(lang)), start=1
            ):
                sheet.write_string(i + 2, c, text, self.formats["plain"])
            if slot is not None:
                sheet.write_url(i + 2, 2, f"internal:'{tab}'!{cell}", self.formats["plain"], cell)
        sheet.freeze_panes(3, 0)

    def _where(self, slot: Slot) -> tuple[str, str]:
        """Return sheet and cell of an entry in this workbook, which need not be those of the county's file."""
        if slot[0] == "cover":
            return COVER, xl_rowcol_to_cell(COVER_FIRST_ROW - 1 + list(COVER_LABELS).index(slot[1]), 2)
        form_field = self.form.fields[slot[0]]
        return form_field.sheet, f"{LETTERS[slot[1]]}{form_field.row}"

    def _protect(self, sheet: Any) -> None:
        """Lock all but the cells to be filled in; no password: it guards against slips, not against people."""
        sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})
