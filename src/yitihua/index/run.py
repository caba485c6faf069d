"""A run read back: the table that went in, the recipe, and the record of how it was made."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from yitihua.definitions.own_code import allow_code
from yitihua.errors import FaultList, refuse
from yitihua.index.apply import apply, own_functions
from yitihua.index.recipe import FORMAT as RECIPE_FORMAT
from yitihua.index.recipe import Recipe
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import IndicatorTable
from yitihua.indicators.table_json import table_from_json

#: Files a folder of results must hold to be read back.
FILES = ("run.json", "recipe.json", "table.json")


@dataclass(frozen=True, eq=False)
class Run:
    """What a folder of results holds.

    Attributes
    ----------
    table : IndicatorTable
        What was scored.
    recipe : Recipe
        What it was scored with.
    record : dict
        run.json: versions, and the sha256 of every input and output.
    folder : str
        Where it was read from.
    """

    table: IndicatorTable
    recipe: Recipe
    record: dict[str, Any] = field(default_factory=dict)
    folder: str = ""

    @cached_property
    def board(self) -> Scoreboard:
        """The scores, made again: the same to the last bit.

        Raises
        ------
        InputError
            If the recipe names functions of somebody's own: reading a result back never runs them.
        """
        if named := own_functions(self.recipe):
            raise refuse("own-code-in-run", file=f"{self.folder}/recipe.json", options=named)
        with allow_code(False):
            return apply(self.table, self.recipe)

    @property
    def inputs(self) -> dict[str, str]:
        """Name of every input -> sha256."""
        recorded: dict[str, str] = dict(self.record.get("inputs", {}))
        return recorded or {line.name: line.sha256 for line in self.table.lineage}

    def __repr__(self) -> str:
        return f"<Run {self.folder or self.recipe.edition}: {self.table!r}>"


def read_run(folder: str | Path) -> Run:
    """Read a folder of results that `yitihua score -o` wrote.

    Parameters
    ----------
    folder : str or Path
        The folder.

    Returns
    -------
    Run
        ``run.board`` holds the same scores as scores.csv, to the last bit.

    Raises
    ------
    InputError
        If it is no such folder, a file was changed since, or the format is not known.

    Examples
    --------
    >>> import tempfile, yitihua as yt
    >>> from yitihua.publish.folders import write_folder
    >>> from yitihua.publish.runs import board_files
    >>> edition = yt.load_edition("hdi")
    >>> board = yt.evaluate(edition)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run = read_run(write_folder(folder + "/out", board_files(board, edition)))
    >>> run.board.total.tobytes() == board.total.tobytes()
    True
    """
    if Path(folder).is_symlink() and not Path(folder).exists():
        raise refuse("lost-link", file=str(folder), found=str(Path(folder).readlink()))
    root = Path(folder).resolve()  # a link may be switched to a newer run while this one is read
    shown = str(folder)
    texts = {name: _read(root / name, f"{shown}/{name}") for name in FILES if (root / name).is_file()}
    record = _record(texts, shown)
    absent = [name for name in FILES if name not in texts]
    if absent:
        raise refuse("not-a-run", file=shown, reason=f"missing: {', '.join(absent)}")
    _check_hashes(root, shown, record)
    _check_recipe_format(texts["recipe.json"], f"{shown}/recipe.json")
    recipe = Recipe.from_json(texts["recipe.json"].decode("utf-8"))
    return Run(table_from_json(texts["table.json"].decode("utf-8"), f"{shown}/table.json"), recipe, record, shown)


def _read(path: Path, shown: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise refuse("file-not-found", file=shown, reason=error.strerror or "") from None


def _record(texts: dict[str, bytes], shown: str) -> dict[str, Any]:
    if "run.json" not in texts:
        raise refuse("not-a-run", file=shown, reason="missing: run.json")
    record = _json(texts["run.json"])
    if record is None or not isinstance(record.get("outputs"), dict):
        raise refuse("not-a-run", file=f"{shown}/run.json", reason="it cannot be read")
    return record


def _json(text: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(text.decode("utf-8"))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _check_hashes(root: Path, shown: str, record: dict[str, Any]) -> None:
    """Refuse files that are not as they were written; every one of them is named."""
    faults = FaultList()
    for name, expected in record["outputs"].items():
        path = root / name
        if not path.is_file():
            faults.add("not-a-run", file=shown, reason=f"missing: {name}")
            continue
        found = hashlib.sha256(_read(path, f"{shown}/{name}")).hexdigest()
        if found != expected:
            options = [f"run.json {str(expected)[:12]}…", f"{name} {found[:12]}…"]
            faults.add("changed-file", file=f"{shown}/{name}", name=name, options=options)
    for name in FILES[1:]:
        if name not in record["outputs"]:
            faults.add("not-a-run", file=f"{shown}/run.json", reason=f"missing: {name}")
    faults.raise_if_any()


def _check_recipe_format(text: bytes, shown: str) -> None:
    data = _json(text)
    found = None if data is None else data.get("format")
    if found != RECIPE_FORMAT:
        raise refuse("unknown-format", file=shown, found=found, options=[str(RECIPE_FORMAT)])
