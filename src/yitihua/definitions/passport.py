"""The passport of a dataset: who made it, under which licence, what each column is.

A dataset is a folder of data/ with a passport.toml and one CSV or Parquet file.
`yitihua.indicators` reads the table; here is what the passport may say.
"""

from __future__ import annotations

import datetime as dt
import fnmatch
import hashlib
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import Field

from yitihua.definitions import resolver
from yitihua.definitions.framework_models import Strict
from yitihua.definitions.source import Source, read_toml
from yitihua.definitions.text import Text
from yitihua.definitions.validation import validate
from yitihua.errors import FaultList

Role = Literal[
    "unit", "name_zh", "name_en", "name", "level", "period", "months",
    "value", "se", "n", "measure", "indicator", "origin", "flag", "flag_zh", "flag_en",
    "attribute", "published", "context",
]  # fmt: skip


class Column(Strict):
    """One column of the file."""

    role: Role
    unit: str = Field(min_length=1, description="Unit of the numbers, or 'text', 'code', 'date'.")
    of: str | None = Field(
        None, description="The indicator, measure or node. se and n must state it; for others the column's name."
    )
    period: str | None = Field(None, description="Period the column belongs to, for files with a column a year.")
    label: Text | None = None


class DatasetInfo(Strict):
    """``[dataset]``."""

    title: Text
    description: Text | None = None
    producer: str = Field(min_length=1)
    citation: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    date: dt.date
    link: str = ""
    notice: Text | None = Field(None, description="Printed with every result made from these data.")
    edition: str | None = Field(None, description="The edition the values belong to.")
    origin: str = Field("reported", description="Origin of every value: reported, published, simulated, ...")
    simulated: bool = False


class FileInfo(Strict):
    """``[file]``."""

    name: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    layout: Literal["wide", "long", "reference"] = Field(
        "wide", description="A row a unit; a row a unit and indicator; or a table that is not scored."
    )
    derived_from: str | None = None


class CovarianceInfo(Strict):
    """``[covariance]``: the file with the covariance of the estimates among the values."""

    name: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    period: str | None = Field(None, description="The period it is of, where the values are of several.")


class PlantedFault(Strict):
    """``[[faults]]``: a fault that was put into the data on purpose, for practice and tests."""

    unit: str = Field(min_length=1)
    column: str = Field(min_length=1, description="Header of the column, or the unit's column for a whole row.")
    kind: str = Field(pattern="^[a-z][a-z-]*$", description="What sort of fault, in a word or two.")
    description: Text
    refused: bool = Field(False, description="Whether reading the table refuses it.")


class Passport(Strict):
    """A whole passport.toml."""

    dataset: DatasetInfo
    file: FileInfo
    covariance: CovarianceInfo | None = None
    columns: dict[str, Column] = Field(min_length=1)
    faults: tuple[PlantedFault, ...] = ()
    levels: dict[str, str] = Field(
        default_factory=dict,
        description="Unit pattern -> level, first match; for files without a level column.",
    )

    def level_of(self, unit: str) -> str:
        """Return the level of a unit by the first pattern that matches its code."""
        return next((level for pattern, level in self.levels.items() if fnmatch.fnmatchcase(unit, pattern)), "unit")


def dataset_names(project: Path | None = None) -> list[str]:
    """Return the names of all datasets, sorted.

    Examples
    --------
    >>> "hdi-hdr2324" in dataset_names()
    True
    """
    roots = resolver.roots(project)
    return sorted({path.parent.name for root in roots for path in (root / "data").glob("*/passport.toml")})


def find_passport(name: str, project: Path | None = None) -> Path | None:
    """Return the passport file of a dataset, the project's own first."""
    for root in resolver.roots(project):
        path = root / "data" / name / "passport.toml"
        if path.is_file():
            return path
    return None


def read_passport(path: Path, faults: FaultList, project: Path | None = None) -> tuple[Passport | None, Source]:
    """Read and check one passport.toml."""
    source = read_toml(path, faults, project)
    if not source.data:
        return None, source
    return validate(Passport, source.data, source, (), faults), source


def says_simulated(file: Path) -> bool:
    """Return whether a passport beside a file calls that very file simulated; a passport that cannot be read says no.

    A file named by its path is read without its passport, but simulated values stay simulated.

    Examples
    --------
    >>> says_simulated(Path("nowhere/data.csv"))
    False
    """
    try:
        found = tomllib.loads((file.parent / "passport.toml").read_text(encoding="utf-8"))
        return found["file"]["name"] == file.name and found["dataset"]["simulated"] is True
    except (OSError, ValueError, KeyError, TypeError):
        return False


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
