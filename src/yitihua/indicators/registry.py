"""The units a project expects: their codes, names and levels, and the names they had before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from yitihua.definitions.passport import dataset_names
from yitihua.definitions.project import ProjectFile
from yitihua.errors import FaultList, refuse, suggest
from yitihua.indicators.cells import RawTable, plain, read_csv
from yitihua.indicators.columns import ALIASES
from yitihua.indicators.datasets import find_dataset, load_dataset


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit that is expected to report."""

    code: str
    name_zh: str
    name_en: str
    level: str


@dataclass(frozen=True, slots=True)
class Former:
    """A name or code that is no longer valid, and what holds its area now."""

    code: str
    name: str
    now_code: str
    now_name: str
    note_zh: str
    note_en: str


@dataclass(frozen=True)
class Registry:
    """Every unit that may report.

    Attributes
    ----------
    units : dict
        Code -> unit, in the order of the dataset. Empty where the project names no list: then
        any code is taken, and nobody is missing.
    former : tuple of Former
        Old names and codes.
    """

    units: dict[str, Unit] = field(default_factory=dict)
    former: tuple[Former, ...] = ()

    def named(self, name: str) -> list[Unit]:
        """Return the units of a name, in either language; a name without 县, 市 or 区 will do.

        Examples
        --------
        >>> registry = read_registry("zhejiang-counties")
        >>> [unit.code for unit in registry.named("嘉善")]
        ['330421']
        """
        wanted = name.strip().casefold()
        exact = [unit for unit in self.units.values() if wanted in (unit.name_zh, unit.name_en.casefold())]
        if exact or len(wanted) < 2:
            return exact
        return [unit for unit in self.units.values() if unit.name_zh[:-1] == wanted and unit.name_zh[-1] in "县市区"]

    def formerly(self, word: str) -> Former | None:
        """Return what an old name or code became, or None."""
        return next((old for old in self.former if word and word in (old.name, old.code)), None)


def read_registry(units: str | None, former: str | None = None, project: Path | None = None) -> Registry:
    """Read the list of units from a dataset, and the old names from another.

    Parameters
    ----------
    units : str or None
        A dataset with the roles unit and name, or a CSV file (of the project, if it is there) with
        columns of these meanings; None for no list.
    former : str, optional
        A dataset with the columns former_code, former_name, code, name, note_zh, note_en.
    project : Path, optional
        Project folder whose data/ is looked into first.

    Raises
    ------
    InputError
        If there is no such list, or it does not name every unit once.

    Examples
    --------
    >>> len(read_registry("zhejiang-counties").units)
    90
    """
    if units is None:
        return Registry()
    listed = _of_file(units, project) if units.lower().endswith(".csv") else _of_dataset(units, project)
    return Registry(listed, _former(former, project))


def registry_of(settings: ProjectFile, project: Path) -> Registry:
    """Return the units a project expects."""
    return read_registry(settings.units, settings.former, project)


def _of_dataset(name: str, project: Path | None) -> dict[str, Unit]:
    dataset = find_dataset(name, project)
    if dataset is None:
        options = dataset_names(project)
        raise refuse("units-unknown", key="units", name=name, options=options, hint=suggest(name, options))
    roles: dict[str, str] = {column.role: header for header, column in dataset.passport.columns.items()}
    patterns = dataset.passport
    stated = bool(patterns.levels)
    # A list of counties need not say so in every row; the passport's patterns may, else they are counties.
    return _units(dataset.raw, roles, lambda code: patterns.level_of(code) if stated else "county")


def _of_file(name: str, project: Path | None) -> dict[str, Unit]:
    inside = project / name if project is not None else None
    faults = FaultList()
    raw = read_csv(inside if inside is not None and inside.exists() else Path(name), name, faults)
    faults.raise_if_any()
    assert raw is not None  # None comes with a fault
    folded = {header.casefold(): header for header in reversed(list(raw.columns))}
    roles = {
        role: next(folded[word] for word in ALIASES[role] if word in folded)
        for role in ("unit", "name", "name_zh", "name_en", "level")
        if any(word in folded for word in ALIASES[role])
    }
    return _units(raw, roles, lambda _: "unit")


def _units(raw: RawTable, roles: Mapping[str, str], level_of: Callable[[str], str]) -> dict[str, Unit]:
    faults = FaultList()
    if "unit" not in roles:
        raise refuse("no-unit-column", file=raw.file, line=1, found=list(raw.columns), options=ALIASES["unit"])
    codes = [plain(code) for code in raw.text(roles["unit"])]

    def column(*wanted: str) -> list[str]:
        header = next((roles[role] for role in wanted if role in roles), None)
        return raw.text(header) if header is not None else codes

    levels = raw.text(roles["level"]) if "level" in roles else [""] * len(codes)
    made: dict[str, Unit] = {}
    lines: dict[str, int] = {}
    rows = zip(codes, column("name_zh", "name"), column("name_en", "name", "name_zh"), levels, strict=True)
    for row, (code, zh, en, level) in enumerate(rows):
        cell = raw.cell(roles["unit"], row)
        if not code:
            faults.add("blank-unit", file=raw.file, cell=cell)
        elif code in made:
            faults.add("duplicate-unit", file=raw.file, cell=cell, name=code, first=lines[code], what="unit")
        else:
            made[code] = Unit(code, zh or code, en or zh or code, level or level_of(code))
            lines[code] = raw.lines[row]
    faults.raise_if_any()
    return made


def _former(name: str | None, project: Path | None) -> tuple[Former, ...]:
    if name is None:
        return ()
    raw = load_dataset(name, project).raw
    columns = ("former_code", "former_name", "code", "name", "note_zh", "note_en")
    if absent := [column for column in columns if column not in raw.columns]:
        raise refuse("former-columns", file=raw.file, line=1, key="former", name=absent, options=columns)
    return tuple(Former(*row) for row in zip(*(raw.text(column) for column in columns), strict=True))
