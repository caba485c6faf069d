"""What a table says of its units beside indicators: names, levels, groups and denominators."""

from __future__ import annotations

from typing import Any

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.definitions.passport import Passport
from yitihua.errors import FaultList
from yitihua.indicators import cells, columns
from yitihua.indicators.cells import RawTable
from yitihua.indicators.columns import Roles


def names(raw: RawTable, roles: Roles, rows: list[int]) -> dict[str, tuple[str, ...]]:
    """Return language -> name of each unit; `rows` holds the row each unit is read from."""
    found = {}
    for lang in ("zh", "en"):
        column = roles.single.get(f"name_{lang}") or roles.single.get("name")
        if column is not None:
            text = raw.text(column)
            found[lang] = tuple(text[row] for row in rows)
    return found


def levels(
    raw: RawTable, roles: Roles, passport: Passport | None, units: list[str], rows: list[int]
) -> tuple[str, ...]:
    """Return the level of each unit, from the table or by the passport's patterns; may be empty."""
    column = roles.single.get("level")
    if column is not None:
        text = raw.text(column)
        return tuple(text[row] or "unit" for row in rows)
    if passport is not None and passport.levels:
        return tuple(passport.level_of(unit) for unit in units)
    return ()


def attributes(edition: Edition, raw: RawTable, roles: Roles, rows: list[int], faults: FaultList) -> dict[str, Any]:
    """Return the groups and denominators an edition uses: column -> array over units."""
    found: dict[str, Any] = {}
    for name, kind in columns.used_attributes(edition).items():
        if name not in roles.attributes:
            reason = _why(edition, name)
            faults.add("missing-column", file=raw.file, line=1, key=name, name=name, reason=reason)
        elif kind == "number":
            label = raw.text(roles.single["unit"])
            values = cells.numbers(raw, name, faults, label)
            for row in np.flatnonzero(values <= 0):
                faults.add(
                    "bad-denominator", file=raw.file, cell=raw.cell(name, int(row)),
                    key=f"{label[row]}, {name}", name=name, found=f"{values[row]:g}",
                )  # fmt: skip
            found[name] = values[rows]
        else:
            text = raw.text(name)
            found[name] = np.array([text[row] for row in rows], dtype=object)
    return found


def _why(edition: Edition, name: str) -> str:
    users = [code for code, indicator in edition.indicators.items() if indicator.denominate_by == name]
    return f"denominate_by: {', '.join(users[:6])}" if users else "impute.group"
