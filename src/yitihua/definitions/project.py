"""A project folder: the user's own four folders, and project.toml which says what to score."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from yitihua.definitions import resolver
from yitihua.definitions.framework_models import Strict
from yitihua.definitions.source import Source, read_toml
from yitihua.definitions.validation import validate
from yitihua.errors import FaultList, refuse, suggest


class ProjectFile(Strict):
    """project.toml; every key may be left out."""

    edition: str | None = Field(None, description="Default: the only edition the project defines.")
    data: str | None = Field(None, description="A CSV file in the project, or a dataset's name.")
    period: str | None = None
    lang: Literal["zh", "en"] | None = None
    out: str = Field("results", description="Folder for results, inside the project.")
    survey: str | None = Field(None, description="A second data file with survey estimates, merged by unit.")
    units: str | None = Field(None, description="Dataset with the codes and names of the units that report.")
    former: str | None = Field(None, description="Dataset of old names and codes of units.")
    deadline: dt.date | None = Field(None, description="Last day for submissions.")
    simulated: bool = Field(False, description="Every value is simulated; every result says so.")


@dataclass(frozen=True)
class Project:
    """A project folder and what its project.toml says."""

    folder: Path
    edition: str
    settings: ProjectFile

    @property
    def data(self) -> str | None:
        """The data to score: a path inside the project, or a dataset's name."""
        return self._located(self.settings.data)

    @property
    def survey(self) -> str | None:
        """The second data file, with survey estimates."""
        return self._located(self.settings.survey)

    def _located(self, stated: str | None) -> str | None:
        if stated is None:
            return None
        path = self.folder / stated
        return str(path) if path.exists() or Path(stated).suffix else stated


def is_project(folder: Path) -> bool:
    """Return whether a folder has a project.toml or definitions of its own."""
    return folder.is_dir() and ((folder / "project.toml").is_file() or bool(resolver.project_editions(folder)))


def load_project(folder: str | Path) -> Project:
    """Read a project folder.

    Raises
    ------
    InputError
        If it is no project, or does not say which edition.
    """
    root = Path(folder)
    faults = FaultList()
    settings, source = ProjectFile(), Source()
    path = root / "project.toml"
    if not root.is_dir():
        raise refuse("file-not-found", file=str(folder), reason="")
    if path.is_file():
        source = read_toml(path, faults, root)
        made = validate(ProjectFile, source.data, source, (), faults)
        faults.raise_if_any()
        assert made is not None
        settings = made
    edition = settings.edition
    known = resolver.edition_names(root)
    if edition is not None and edition not in known:
        place = source.place(("edition",))
        raise refuse(
            "unknown-edition", file=place.file, line=place.line, key="edition",
            name=edition, options=known, hint=suggest(edition, known),
        )  # fmt: skip
    if edition is None:
        own = resolver.project_editions(root)
        if len(own) != 1:
            options = own or known
            raise refuse("unknown-edition", file="project.toml", key="edition", name="", options=options)
        (edition,) = own
    return Project(root, edition, settings)
