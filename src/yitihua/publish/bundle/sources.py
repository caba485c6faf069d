"""Definitions and passports on their way into a bundle and out of it."""

from __future__ import annotations

import hashlib
import re
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from yitihua.definitions import resolver
from yitihua.definitions.changes import with_changes
from yitihua.definitions.edition import Edition
from yitihua.definitions.loader import load_edition
from yitihua.definitions.passport import sha256_of
from yitihua.definitions.project import is_project
from yitihua.errors import InputError
from yitihua.index.run import Run
from yitihua.indicators.table import IndicatorTable

_PASSPORT: Final = re.compile(r"data/([^/]+)/passport\.toml")


def definition_files(edition: Edition) -> dict[str, bytes]:
    """Return the files an edition was read from, those of a project and those that ship apart from each other.

    A project's edition may extend the shipped one of its name, so that both have files of the same names.
    """
    layers = [("shipped", resolver.shipped_root())]
    if edition.project is not None:
        layers.insert(0, ("project", edition.project))
    found = {}
    for path in edition.files:
        whole = path.resolve()
        layer, root = next((name, root) for name, root in layers if whole.is_relative_to(root.resolve()))
        found[f"definitions/{layer}/{whole.relative_to(root.resolve()).as_posix()}"] = path.read_bytes()
    return found


def passport_files(table: IndicatorTable, project: Path | None) -> dict[str, bytes]:
    """Return the passports of the datasets a table was read from, as far as they are found unchanged."""
    found = {}
    for line in table.lineage:
        if (match := _PASSPORT.fullmatch(line.name)) is None:
            continue
        for root in resolver.roots(project):
            path = root / line.name
            if path.is_file() and sha256_of(path) == line.sha256:
                found[f"passports/{match[1]}/passport.toml"] = path.read_bytes()
                break
    return found


def true_passports(files: Mapping[str, bytes], table: IndicatorTable) -> dict[str, bytes]:
    """Return those passports of a bundle whose sha256 the table states."""
    stated = {line.name: line.sha256 for line in table.lineage}
    return {
        name: content
        for name, content in files.items()
        if name.startswith("passports/")
        if stated.get(f"data/{name.removeprefix('passports/')}") == hashlib.sha256(content).hexdigest()
    }


def says_simulated(passports: Mapping[str, bytes]) -> bool:
    r"""Return whether a passport calls its data simulated; one that cannot be read says no.

    Examples
    --------
    >>> says_simulated({"passports/a/passport.toml": b"[dataset]\nsimulated = true"})
    True
    """
    for content in passports.values():
        try:
            if tomllib.loads(content.decode("utf-8"))["dataset"]["simulated"] is True:
                return True
        except (ValueError, KeyError, TypeError):
            continue
    return False


@contextmanager
def opened_edition(files: Mapping[str, bytes], name: str, date: str | None, weights: str) -> Iterator[Edition | None]:
    """Load an edition from the definitions of a bundle and from nothing else; None where it has none.

    Inside the block they stand in for the shipped folders, so that no method reads another file.
    """
    own = {path: content for path, content in files.items() if path.startswith("definitions/")}
    if not own:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        for path, content in own.items():
            place = Path(folder) / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        root = Path(folder) / "definitions"
        with resolver.content_from(root / "shipped"):
            project = root / "project"
            loaded = load_edition(name, project if project.is_dir() else None, date)
            yield loaded if weights == loaded.spec.weights.use else with_changes(loaded, {"weights": weights})


def edition_of_run(run: Run) -> Edition | None:
    """Return the edition that a folder of results was scored with, where its files are found unchanged.

    They are looked for in the project the folder lies in, and among what ships.
    """
    folder = Path(run.folder).absolute()
    recorded = {name: digest for name, digest in run.inputs.items() if name.endswith(".toml")}
    for project in (*(place for place in (folder.parent, folder.parent.parent) if is_project(place)), None):
        try:
            loaded = load_edition(run.recipe.edition, project, run.recipe.date)
        except InputError:
            continue
        names = loaded.file_names()
        if names and all(recorded.get(name) == sha256_of(path) for name, path in names.items()):
            return loaded
    return None
