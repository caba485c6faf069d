"""A board, or a folder of results, packed into the one file that anybody can compute again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from yitihua import __version__
from yitihua.definitions.edition import Edition
from yitihua.errors import InputError, refuse
from yitihua.index.fit import fit
from yitihua.index.recipe import Recipe
from yitihua.index.run import read_run
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import IndicatorTable
from yitihua.publish.bundle.archive import write_archive
from yitihua.publish.bundle.contents import bundle_files, settled_text
from yitihua.publish.bundle.manifest import Stated
from yitihua.publish.bundle.recompute import FITTED_WITHIN, counted, recomputed, refuse_own_code, stated_of
from yitihua.publish.bundle.sources import definition_files, edition_of_run, opened_edition, passport_files
from yitihua.publish.bundle.verify import verify_bytes
from yitihua.publish.small_cells import few_cells, fewest


def bundle_of_run(folder: str | Path) -> bytes:
    """Return the bundle of a folder of results.

    The definitions go in where their files are found as run.json records them: in the project the folder lies in,
    or among what ships. Else the bundle holds the recipe alone, and says so.

    Raises
    ------
    InputError
        If it is no folder of results, or what it holds may not be published.
    """
    run = read_run(folder)
    edition = edition_of_run(run)
    versions = {str(name): str(version) for name, version in run.record.get("versions", {}).items()}
    return bundle_of_board(run.board, edition, versions)


def bundle_of_board(board: Scoreboard, edition: Edition | None, versions: Mapping[str, str] | None = None) -> bytes:
    """Return the bundle of a board.

    Parameters
    ----------
    board : Scoreboard
        Of `yitihua.evaluate`, or read back from results.
    edition : Edition, or None
        Whose definitions go in.
    versions : mapping, optional
        Of the packages that made the scores. Default: this one's alone, so that the bytes do not depend on others.

    Returns
    -------
    bytes
        An archive that was computed again before it is returned.

    Raises
    ------
    InputError
        If the recipe names functions of somebody's own, fewer than 10 respondents would show, or the scores do not
        come out again.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.publish.bundle.archive import read_archive
    >>> edition = yt.load_edition("hdi")
    >>> made = bundle_of_board(yt.evaluate(edition), edition)
    >>> sorted(read_archive(made))[:3]
    ['definitions/shipped/index/hdi.toml', 'definitions/shipped/indicators/hdi/framework.toml', 'manifest.json']
    """
    refuse_own_code(board.recipe)
    # Names of the files that offices sent in may hold a person's name, and no number depends on them.
    table = replace(board.table, background=replace(board.table.background, submissions=()))
    _refuse_small(table, fewest(edition))
    project = None if edition is None else edition.project
    definitions = {} if edition is None else definition_files(edition)
    recipe = "fitted" if _comes_out(table, board.recipe, definitions) else "given"
    blank = Stated(
        edition="", title={}, notice={}, simulated=False, period=None, date=None, weights="", cities=False,
        recipe=recipe, versions=dict(versions or {"yitihua": __version__}), inputs={},
    )  # fmt: skip
    stated = stated_of(table, board.recipe, blank)
    files = bundle_files(replace(board, table=table), stated, definitions | passport_files(table, project))
    data = write_archive(files)
    verdict = verify_bytes(data)
    if not verdict.equal:
        raise refuse("bundle-unverified", options=[one.file for one in verdict.differs])
    return data


def _comes_out(table: IndicatorTable, recipe: Recipe, definitions: Mapping[str, bytes]) -> bool:
    """Return whether the recipe is what the definitions give when they are fitted to the table.

    It is not where it was made for another year, changed in Python, or weighed by files of experts, which stay out.
    """
    try:
        with opened_edition(definitions, recipe.edition, recipe.date, recipe.weight_set) as edition:
            if edition is None:
                return False
            fresh = fit(recomputed(counted(table), edition), edition).to_json()
    except InputError:
        return False
    text = recipe.to_json()
    return Recipe.from_json(settled_text(fresh, text.encode("utf-8"), FITTED_WITHIN)).to_json() == text


def _refuse_small(table: IndicatorTable, minimum: int) -> None:
    # Every count is in the file, also where its value is missing.
    if found := few_cells(replace(table, values=np.zeros_like(table.values)), minimum):
        names = [f"{table.units[row]} {table.indicators[j]}" for row, j in found]
        raise refuse("bundle-small-cells", found=len(found), minimum=minimum, name=names)
