"""Read submissions that came as a table: CSV or Parquet, wide or long, one unit or many."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from yitihua.errors import FaultList, suggest
from yitihua.indicators import cells, parquet
from yitihua.indicators.cells import RawTable
from yitihua.indicators.columns import ALIASES
from yitihua.indicators.form import Form
from yitihua.indicators.registry import Registry
from yitihua.indicators.submissions import (
    Place,
    Submission,
    check_whole,
    settle_months,
    settle_period,
    settle_unit,
    take_entry,
    tidy,
)


def read_tabular(path: Path, shown: str, form: Form, registry: Registry, period: str) -> list[Submission]:
    """Read a CSV or Parquet file into one submission a unit.

    A wide table has a column a measure, a long one the columns indicator (or measure) and value.
    Rows of the period before give last year's values.
    """
    faults = FaultList()
    raw = parquet.read_parquet(path, shown, faults) if parquet.is_parquet(path) else cells.read_csv(path, shown, faults)
    whole = Submission(shown, faults=faults)
    if raw is None:
        return [whole]
    roles = _roles(raw)
    if "unit" not in roles:
        faults.add("no-unit-column", file=shown, line=1, found=list(raw.columns), options=ALIASES["unit"])
        return [whole]
    reader = _Reader(raw, roles, form, registry, period, shown, faults)
    made = reader.read()
    return [*([whole] if faults else []), *made]


def _roles(raw: RawTable) -> dict[str, str]:
    folded = {name.casefold(): name for name in reversed(list(raw.columns))}
    aliases = ALIASES | {"indicator": (*ALIASES["indicator"], "measure", "原始量"), "date": ("date", "填报日期")}
    return {
        role: folded[next(word for word in words if word in folded)]
        for role, words in aliases.items()
        if any(word in folded for word in words)
    }


class _Reader:
    """Sorts the rows of one table by unit and period."""

    def __init__(
        self, raw: RawTable, roles: dict[str, str], form: Form, registry: Registry, period: str, shown: str,
        faults: FaultList,
    ) -> None:  # fmt: skip
        self.raw, self.roles, self.form, self.registry = raw, roles, form, registry
        self.period, self.shown, self.faults = period, shown, faults
        self.before = str(int(period) - 1) if period.isdigit() else f"{period}-1"
        self.long = "indicator" in roles and "value" in roles
        self.made: dict[str, Submission] = {}
        self.rows: dict[tuple[str, str], int] = {}

    def read(self) -> list[Submission]:
        if not self.long:
            self._judge_header()
        for row in range(len(self.raw)):
            self._row(row)
        for submission in self.made.values():
            check_whole(submission, self.form)
        return list(self.made.values())

    def _cell(self, role: str, row: int) -> Any:
        return self.raw.columns[self.roles[role]][row] if role in self.roles else ""

    def _place(self, column: str, row: int) -> Place:
        return Place(self.shown, self.raw.cell(column, row))

    def _judge_header(self) -> None:
        taken = set(self.roles.values())
        open_codes = [code for code in self.form.fields if code not in self.raw.columns]
        for name in self.raw.columns:
            if name in taken or name in self.form.fields:
                continue
            if hint := suggest(name, open_codes):
                self.faults.add(
                    "unknown-column", file=self.shown, line=1, cell=self.raw.header(name), key=name, name=name,
                    options=open_codes, hint=hint,
                )  # fmt: skip
        if not any(code in self.raw.columns for code in self.form.fields):
            found, options = list(self.raw.columns), list(self.form.fields)
            self.faults.add("no-indicator-column", file=self.shown, line=1, found=found, options=options)

    def _row(self, row: int) -> None:
        unit = tidy(self._cell("unit", row))
        at = self._place(self.roles["unit"], row)
        if not unit:
            self.faults.add("blank-unit", **at.where())
            return
        found = self.made.get(unit)
        if found is None:
            found = self.made[unit] = Submission(self.shown)
            names = [role for role in ("name_zh", "name", "name_en") if role in self.roles]
            name_at = self._place(self.roles[names[0]], row) if names else at
            settle_unit(found, self.registry, unit, self._cell(names[0], row) if names else "", at, name_at)
        when = self._when(found, row)
        if when is None:
            return
        if self.long:
            self._long(found, row, when)
        else:
            self._wide(found, row, when, unit)

    def _when(self, found: Submission, row: int) -> str | None:
        """Return which period a row is about; another one is a fault, said once a unit."""
        if "period" not in self.roles:
            found.period = self.period
            return "now"
        stated = tidy(self._cell("period", row)).removesuffix("年")
        if stated == self.before:
            return "before"
        if stated != self.period and found.period not in (None, self.period):
            return None
        settle_period(found, stated, self.period, self._place(self.roles["period"], row))
        return "now" if found.period == self.period else None

    def _wide(self, found: Submission, row: int, when: str, unit: str) -> None:
        if (unit, when) in self.rows:
            first = self.raw.lines[self.rows[(unit, when)]]
            place = self._place(self.roles["unit"], row)
            found.faults.add("duplicate-unit", **place.where(), name=unit, first=first, what="unit")
            return
        self.rows[(unit, when)] = row
        if "months" in self.roles and when == "now":
            settle_months(found, self._cell("months", row), self._place(self.roles["months"], row))
        for code in self.form.fields:
            if code in self.raw.columns:
                take_entry(found, self.form, code, when, self.raw.columns[code][row], self._place(code, row))

    def _long(self, found: Submission, row: int, when: str) -> None:
        code = tidy(self._cell("indicator", row))
        at = self._place(self.roles["indicator"], row)
        if code not in self.form.fields:
            options = list(self.form.fields)
            found.faults.add("row-unknown", **at.where(), name=code, options=options, hint=suggest(code, options))
        elif (code, when) in found.places:
            found.faults.add("row-double", **at.where(), key=code, name=code, first=found.places[(code, when)].cell)
        else:
            place = self._place(self.roles["value"], row)
            take_entry(found, self.form, code, when, self._cell("value", row), place)
