"""Datasets: a folder of data/ with a passport and one CSV or Parquet file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from yitihua.definitions.passport import (
    Column,
    Passport,
    dataset_names,
    find_passport,
    read_passport,
    sha256_of,
)
from yitihua.errors import FaultList, refuse, suggest
from yitihua.indicators import cells, parquet
from yitihua.indicators.cells import RawTable
from yitihua.indicators.table import Lineage

if TYPE_CHECKING:
    import pandas as pd

    from yitihua.indicators.covariance import Covariance


@dataclass(frozen=True)
class Dataset:
    """A table with its passport.

    Attributes
    ----------
    name : str
        Folder in data/.
    passport : Passport
        Who made it, under which licence, what each column is.
    raw : RawTable
        The table as found.
    sha256, passport_sha256 : str
        Of the file, equal to what the passport says; and of the passport itself.
    folder : Path
        Where it is.
    """

    name: str
    passport: Passport
    raw: RawTable
    sha256: str
    passport_sha256: str
    folder: Path

    def __repr__(self) -> str:
        simulated = ", simulated 模拟" if self.passport.dataset.simulated else ""
        return f"<Dataset {self.name}: {self.passport.dataset.title.en}, {len(self.raw)} rows{simulated}>"

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The whole table as a DataFrame: numbers where the passport gives a unit of numbers."""
        import pandas as pd

        faults = FaultList()
        data = {}
        for name in self.raw.columns:
            column = self.passport.columns.get(name)
            if column is None:
                options = list(self.passport.columns)
                faults.add(
                    "column-not-in-passport", file=self.raw.file, line=1, cell=self.raw.header(name), key=name,
                    name=name, options=options, hint=suggest(name, options),
                )  # fmt: skip
                continue
            data[name] = self.raw.text(name) if _is_text(column) else cells.numbers(self.raw, name, faults)
        faults.raise_if_any()
        return pd.DataFrame(data)

    @property
    def lineage(self) -> tuple[Lineage, ...]:
        """What run.json says of this input."""
        info = self.passport.dataset
        folder = f"data/{self.name}"
        covariance = self.passport.covariance
        beside = () if covariance is None else (Lineage(f"{folder}/{covariance.name}", covariance.sha256),)
        return (
            Lineage(f"{folder}/{self.passport.file.name}", self.sha256, info.title.en, info.licence, info.title.zh),
            Lineage(f"{folder}/passport.toml", self.passport_sha256),
            *beside,
        )

    def covariance(self, units: tuple[str, ...], period: str | None) -> Covariance | None:
        """Return the covariance of the estimates of some units, None where the dataset has none of the period.

        Raises
        ------
        InputError
            If the file is not there, was changed or holds no covariance.
        """
        stated = self.passport.covariance
        if stated is None or (stated.period is not None and stated.period != period):
            return None
        from yitihua.indicators.covariance_file import read_covariance

        path, shown = self.folder / stated.name, f"data/{self.name}/{stated.name}"
        if not path.is_file():
            raise refuse("file-not-found", file=shown, reason="")
        _check_hash(path, shown, stated.sha256)
        return read_covariance(path, shown, units)

    def published(self, period: str | int | None = None) -> pd.DataFrame:
        """Return the published results the file holds, by unit, one column a node or indicator.

        Parameters
        ----------
        period : str or int, optional
            For files with a column a period.
        """
        wanted = {
            name: column.of or name
            for name, column in self.passport.columns.items()
            if column.role == "published" and (column.period is None or column.period == str(period))
        }
        unit = next(name for name, column in self.passport.columns.items() if column.role == "unit")
        return self.frame.set_index(unit)[list(wanted)].rename(columns=wanted)


def _is_text(column: Column) -> bool:
    return column.unit in {"text", "code", "date"}


def find_dataset(name: str, project: Path | None = None) -> Dataset | None:
    """Return a dataset by name, or None if no folder of that name exists."""
    path = find_passport(name, project)
    if path is None:
        return None
    faults = FaultList()
    passport, _ = read_passport(path, faults, project)
    faults.raise_if_any()
    assert passport is not None
    file = path.parent / passport.file.name
    shown = f"data/{name}/{passport.file.name}"
    raw = parquet.read_parquet(file, shown, faults) if parquet.is_parquet(file) else cells.read_csv(file, shown, faults)
    faults.raise_if_any()
    assert raw is not None
    _check_hash(file, shown, passport.file.sha256)
    return Dataset(name, passport, raw, passport.file.sha256, sha256_of(path), path.parent)


def _check_hash(file: Path, shown: str, stated: str) -> None:
    digest = sha256_of(file)
    if digest != stated:
        raise refuse("bad-hash", file=shown, options=[f"passport {stated[:12]}…", f"file {digest[:12]}…"])


def load_dataset(name: str, project: str | Path | None = None) -> Dataset:
    """Load a dataset with its passport.

    Parameters
    ----------
    name : str
        Name of a folder in data/.
    project : str or Path, optional
        A project folder whose data/ is looked into first.

    Raises
    ------
    InputError
        If there is no such dataset, or the file does not match its passport.

    Examples
    --------
    >>> load_dataset("zhejiang-counties").frame.shape[0]
    90
    """
    folder = Path(project) if project is not None else None
    found = find_dataset(name, folder)
    if found is None:
        options = dataset_names(folder)
        raise refuse("unknown-dataset", name=name, options=options, hint=suggest(name, options))
    return found
