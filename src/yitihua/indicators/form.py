"""The form a unit fills in for one period, derived from an edition: pure data, no spreadsheet in it.

One sheet a first-level node holds the measures that its indicators need; a measure that several
nodes use stands once, where it is first used. `publish.template` draws the form, `submissions`
reads it back; both take the places and the words from here.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from yitihua.definitions.edition import Edition
from yitihua.definitions.framework_models import Formula, Indicator, Measure
from yitihua.definitions.text import Text
from yitihua.errors import refuse
from yitihua.indicators.derive import needed
from yitihua.indicators.shares import parts_of

COVER: Final = "封面"
RULES: Final = "计数规则"
#: Very hidden: what the file is (`META`), and the list of units for the drop-down (`UNITS`).
META: Final = "_meta"
UNITS: Final = "_units"
#: Added to a marked copy; it may still be there when the copy comes back corrected.
PROBLEMS: Final = {"zh": "问题清单", "en": "problems"}
OWN_SHEETS: Final = (COVER, RULES, META, UNITS, *PROBLEMS.values())

#: Column of a sheet of measures -> its heading. The reader finds columns by these words.
COLUMNS: Final = {
    "code": "代码",
    "name": "名称",
    "english": "英文名称",
    "unit": "单位",
    "stock": "时点",
    "now": "本期",
    "before": "上年同期",
    "reason": "缺报原因",
    "remark": "备注",
}
#: Columns a county may fill in.
INPUTS: Final = ("now", "before", "reason", "remark")
HEADER_ROW: Final = 4

#: Entry of the cover -> its label.
COVER_LABELS: Final = {
    "unit": Text(zh="单位代码", en="unit code"),
    "name": Text(zh="单位名称", en="unit name"),
    "period": Text(zh="时期", en="period"),
    "months": Text(zh="覆盖月数", en="months covered"),
    "person": Text(zh="填报人", en="filled in by"),
    "phone": Text(zh="联系电话", en="telephone"),
    "date": Text(zh="填报日期", en="date"),
    "version": Text(zh="模板版本", en="template version"),
}
COVER_FIRST_ROW: Final = 4
#: Why a value is missing; both are read as missing, never as 0.
REASONS: Final = ("不适用", "未开展")


@dataclass(frozen=True, slots=True)
class Field:
    """One measure as the form asks for it.

    Attributes
    ----------
    code : str
        The measure.
    sheet : str
        Name of its sheet.
    row : int
        Row of the sheet, from 1, where the template puts it; the reader goes by the code.
    definition : Measure
        Name, unit, kind, period kind and counting rule.
    needs_before : bool
        Whether a year-on-year change needs the value of the period before.
    indicators : tuple of str
        The indicators it serves.
    """

    code: str
    sheet: str
    row: int
    definition: Measure
    needs_before: bool
    indicators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormSheet:
    """One sheet: a first-level node and the measures first needed there."""

    code: str
    name: str
    title: Text
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Form:
    """The whole form of an edition."""

    edition: str
    version: str
    title: Text
    sheets: tuple[FormSheet, ...]
    pairs: tuple[tuple[str, str, str], ...]

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every field by its measure, in the order of the form."""
        return {field.code: field for sheet in self.sheets for field in sheet.fields}

    @cached_property
    def sha(self) -> str:
        """Digest of what is asked and how it is counted; weights and titles do not change it."""
        asked = [
            (code, field.definition.unit.zh, field.definition.kind, _zh(field.definition.counting_rule))
            for code, field in self.fields.items()
        ]
        return hashlib.sha256(json.dumps([self.edition, asked], ensure_ascii=False).encode()).hexdigest()

    @property
    def stamp(self) -> str:
        """What the cover shows as the template's version: edition, version, digest."""
        return f"{self.edition} / {self.version} / {self.sha[:8]}"


def _zh(text: Text | None) -> str:
    return text.zh if text is not None else ""


def form_of(edition: Edition) -> Form:
    """Return the form that asks for every measure the edition's indicators need.

    Raises
    ------
    InputError
        If no indicator is computed from measures: then there is nothing to ask for.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> form = form_of(load_edition("zhejiang-2022"))
    >>> [(sheet.name, len(sheet.fields)) for sheet in form.sheets][:2]
    [('A 工作基础', 18), ('B 协同合作', 17)]
    >>> form.fields["towns"].sheet, form.fields["town_cases"].needs_before
    ('A 工作基础', True)
    """
    users = _users(edition)
    if not users:
        raise refuse("form-no-measures", file=f"indicators/{edition.name}", name=edition.name)
    changes = {code for i in edition.indicators.values() if _is_change(i.formula) for code in measures_of(i)}
    sheets, done = [], set[str]()
    for node in edition.first_level:
        wanted = [code for leaf in edition.indicators_below(node) for code in measures_of(edition.indicators[leaf])]
        fresh = [code for code in dict.fromkeys(wanted) if code not in done]
        done.update(fresh)
        if fresh:
            name = sheet_name(f"{node} {edition.label(node, 'zh')}")
            fields = tuple(
                Field(code, name, HEADER_ROW + 1 + i, edition.measures[code], code in changes, tuple(users[code]))
                for i, code in enumerate(fresh)
            )
            title = Text(zh=edition.label(node, "zh"), en=edition.label(node, "en"))
            sheets.append(FormSheet(node, name, title, fields))
    return Form(edition.name, edition.info.version, edition.info.title, tuple(sheets), tuple(parts_of(edition)))


def measures_of(indicator: Indicator) -> tuple[str, ...]:
    """Return what an indicator needs: the measures of its formula and those that judge its quality."""
    formula = indicator.formula
    return () if formula is None else tuple(dict.fromkeys((*needed(formula), *formula.quality_measures)))


def _users(edition: Edition) -> dict[str, list[str]]:
    users: dict[str, list[str]] = {}
    for code, indicator in edition.indicators.items():
        for measure in measures_of(indicator):
            users.setdefault(measure, []).append(code)
    return users


def _is_change(formula: Formula | None) -> bool:
    return formula is not None and formula.kind == "yoy_change"


def sheet_name(text: str) -> str:
    """Return a text as the name of a sheet: 31 characters, none that Excel forbids.

    Examples
    --------
    >>> sheet_name("A 投入/产出: 基础")
    'A 投入 产出  基础'
    """
    return re.sub(r"[\[\]:*?/\\]", " ", text)[:31].strip("' ")
