"""A province in small for the tests of submissions: a project, a good workbook, and ways to spoil it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import openpyxl
from openpyxl.workbook import Workbook

from yitihua.definitions import load_edition
from yitihua.definitions.expressions import names_in
from yitihua.indicators.form import Form, form_of
from yitihua.indicators.registry import Registry, read_registry
from yitihua.publish.template import Filling, workbook_bytes

UNIT, NAME, PERIOD = "330421", "嘉善县", "2022"
PROJECT = """edition = "zhejiang-2022"
period = "2022"
data = "data/collected.csv"
units = "zhejiang-counties"
former = "zhejiang-former-names"
deadline = 2023-01-31
"""
#: A measure that no share uses as part or whole, so that one bad entry has no consequences.
COUNT, FREE = "enforcement_complaints", "ordinary_case_days"


@cache
def form() -> Form:
    return form_of(load_edition("zhejiang-2022"))


@cache
def registry() -> Registry:
    return read_registry("zhejiang-counties", "zhejiang-former-names")


def entries() -> dict[tuple[str, str], object]:
    """Return numbers for every cell: no part above its whole, no zero base."""
    parts = {code for _, part, whole in form().pairs for code in names_in(part) if code not in names_in(whole)}
    made: dict[tuple[str, str], object] = {}
    for code, field in form().fields.items():
        size = 60.0 if code in parts else 100.0
        made[(code, "now")], made[(code, "before")] = size, size - 5.0 if field.needs_before else size
    made[("cover", "date")] = dt.date(2023, 1, 15)
    return made


@cache
def good_bytes(unit: str = UNIT, name: str = NAME, simulated: bool = False) -> bytes:
    filling = Filling(unit, name, PERIOD, entries=entries(), simulated=simulated)
    return workbook_bytes(form(), registry(), filling)


def cell_of(measure: str, when: str = "now") -> tuple[str, str]:
    """Return sheet and cell of an entry in the template."""
    field = form().fields[measure]
    return field.sheet, f"{'F' if when == 'now' else 'G'}{field.row}"


def spoilt(change: Callable[[Workbook], None], content: bytes | None = None) -> bytes:
    """Return a workbook changed by openpyxl."""
    book = openpyxl.load_workbook(io.BytesIO(content or good_bytes()))
    change(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def put(measure: str, value: object, when: str = "now", look: str = "") -> Callable[[Workbook], None]:
    """Return a change that puts a value into a cell."""

    def change(book: Workbook) -> None:
        sheet, name = cell_of(measure, when)
        cell = book[sheet][name]
        cell.value = value
        if look:
            cell.number_format = look

    return change


@dataclass(frozen=True)
class Office:
    """A project folder that receives submissions."""

    folder: Path

    def receive(self, content: bytes, name: str = "a.xlsx") -> Path:
        path = self.folder / "submissions" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    @classmethod
    def at(cls, folder: Path, project: str = PROJECT) -> Office:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "project.toml").write_text(project, encoding="utf-8")
        return cls(folder)
