"""A project folder: the user's own four folders, and project.toml which says what to score."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from yitihua.definitions import resolver
from yitihua.definitions.framework_models import Strict
from yitihua.definitions.source import read_toml
from yitihua.definitions.validation import validate
from yitihua.errors import FaultList, refuse, suggest

#: The dataset that `yitihua survey estimate` writes into a project's data/.
ESTIMATES = "survey-estimates"


class ProjectFile(Strict):
    """project.toml; every key may be left out."""

    edition: str | None = Field(None, description="Default: the only edition the project defines.")
    data: str | None = Field(None, description="A CSV file in the project, or a dataset's name.")
    period: str | None = None
    lang: Literal["zh", "en"] | None = None
    out: str = Field("results", description="Folder for results, inside the project.")
    survey: str | None = Field(None, description="A second data file with survey estimates, merged by unit.")
    answers: dict[str, str] = Field(
        default_factory=dict, description="Questionnaire -> file or dataset with its answers, for `yitihua survey`."
    )
    frame: str | None = Field(None, description="The sampling frame of these answers.")
    margins: str | None = Field(None, description="Population margins of these answers.")
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
        """The second data file, with survey estimates: as stated, else what `yitihua survey estimate` has written."""
        if self.settings.survey is None and (self.folder / "data" / ESTIMATES / "passport.toml").is_file():
            return ESTIMATES
        return self._located(self.settings.survey)

    def _located(self, stated: str | None) -> str | None:
        if stated is None:
            return None
        path = self.folder / stated
        return str(path) if path.exists() or Path(stated).suffix else stated


def is_project(folder: Path) -> bool:
    """Return whether a folder has a project.toml or definitions of its own."""
    return folder.is_dir() and ((folder / "project.toml").is_file() or bool(resolver.project_editions(folder)))


def project_settings(folder: str | Path) -> ProjectFile:
    """Read project.toml, or return the defaults where there is none.

    Raises
    ------
    InputError
        If the folder is not there, or the file is faulty.
    """
    root = Path(folder)
    if not root.is_dir():
        raise refuse("file-not-found", file=str(folder), reason="")
    path = root / "project.toml"
    if not path.is_file():
        return ProjectFile()
    faults = FaultList()
    source = read_toml(path, faults, root)
    made = validate(ProjectFile, source.data, source, (), faults)
    if made is not None and (Path(made.out).is_absolute() or ".." in Path(made.out).parts):
        place = source.place(("out",))
        reason = "a folder inside the project"
        faults.add("bad-value", file=place.file, line=place.line, key="out", found=repr(made.out), reason=reason)
    faults.raise_if_any()
    assert made is not None  # None comes with a fault
    return made


def load_project(folder: str | Path, edition: str | None = None) -> Project:
    """Read a project folder; `edition` names one of its editions in place of project.toml's choice.

    Raises
    ------
    InputError
        If it is no project, or does not say which edition.
    """
    root = Path(folder)
    settings = project_settings(root)
    edition = edition or settings.edition
    known = resolver.edition_names(root)
    if edition is not None and edition not in known:
        # Read once more for the line; without project.toml the name came from the command.
        place = read_toml(root / "project.toml", FaultList(), root).place(("edition",))
        raise refuse(
            "unknown-edition", file=place.file, line=place.line, key="edition",
            name=edition, options=known, hint=suggest(edition, known),
        )  # fmt: skip
    if edition is None:
        own = resolver.project_editions(root)
        if not is_project(root):
            raise refuse("no-project", name=root.name)
        if len(own) != 1:
            options = own or known
            raise refuse("unknown-edition", file="project.toml", key="edition", name="", options=options)
        (edition,) = own
    return Project(root, edition, settings)
