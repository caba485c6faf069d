"""The units a project expects: their codes, names and levels, and the names they had before."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from yitihua.definitions.project import ProjectFile
from yitihua.indicators.datasets import Dataset, load_dataset


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
        A dataset with the roles unit and name; None for no list.
    former : str, optional
        A dataset with the columns former_code, former_name, code, name, note_zh, note_en.
    project : Path, optional
        Project folder whose data/ is looked into first.

    Examples
    --------
    >>> len(read_registry("zhejiang-counties").units)
    90
    """
    if units is None:
        return Registry()
    return Registry(_units(load_dataset(units, project)), _former(former, project))


def registry_of(settings: ProjectFile, project: Path) -> Registry:
    """Return the units a project expects."""
    return read_registry(settings.units, settings.former, project)


def _units(dataset: Dataset) -> dict[str, Unit]:
    roles = {column.role: name for name, column in dataset.passport.columns.items()}
    codes = dataset.raw.text(roles["unit"])
    blank = [""] * len(codes)

    def column(*wanted: str) -> list[str]:
        name = next((roles[role] for role in wanted if role in roles), None)
        return dataset.raw.text(name) if name is not None else blank

    levels = column("level")
    rows = zip(codes, column("name_zh", "name"), column("name_en", "name"), levels, strict=True)
    # A list of counties need not say so in every row; the passport's patterns may, else they are counties.
    patterns = dataset.passport
    stated = bool(patterns.levels)
    return {
        code: Unit(code, zh, en, level or (patterns.level_of(code) if stated else "county"))
        for code, zh, en, level in rows
    }


def _former(name: str | None, project: Path | None) -> tuple[Former, ...]:
    if name is None:
        return ()
    raw = load_dataset(name, project).raw
    columns = ("former_code", "former_name", "code", "name", "note_zh", "note_en")
    return tuple(Former(*row) for row in zip(*(raw.text(column) for column in columns), strict=True))
