"""Diff: what changed between two runs, and why every unit moved.

The change of a unit's score is split among three blocks: data, definition and recipe (what
belongs to which is said in `yitihua.analysis.mixing`). The blocks are switched from the old run
to the new one in every possible order, and a block's part is the mean of what it brought (the
Shapley value): no order is preferred, and the parts sum to the change without a remainder. An
order that passes through a mix in which the unit has no score is left out for that unit; where
none is left, the change is not split.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.analysis import cell_changes, mixing, movement
from yitihua.errors import InputError, refuse
from yitihua.index.apply import apply
from yitihua.index.run import Run
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

BLOCKS = ("data", "definition", "recipe")
#: The line of a unit's data part that belongs to no single indicator.
INTERACTION = "(interaction)"


@dataclass(frozen=True)
class Change:
    """One thing that is not the same: where, the old value and the new; None is absent."""

    path: str
    old: Any
    new: Any


@dataclass(frozen=True, eq=False)
class Diff:
    """What changed between two runs.

    Attributes
    ----------
    old, new : Scoreboard
        Both runs.
    inputs : tuple of Change
        Input files by sha256.
    added, removed : tuple of str
        Units in one run only; they are listed, not scored.
    relabelled : tuple of Change
        Names and levels of units.
    definition, recipe : tuple of Change
        Goalposts, formulas, the tree; methods, weights, grades.
    cells : DataFrame
        unit, name, kind, code, old, new: every value and measure that differs.
    """

    old: Scoreboard
    new: Scoreboard
    inputs: tuple[Change, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    relabelled: tuple[Change, ...]
    definition: tuple[Change, ...]
    recipe: tuple[Change, ...]
    cells: pd.DataFrame

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        lists = (self.inputs, self.added, self.removed, self.relabelled, self.definition, self.recipe)
        return not any(lists) and self.cells.empty

    @cached_property
    def units(self) -> tuple[str, ...]:
        """Units of both runs, in the new one's order."""
        known = set(self.old.table.units)
        return tuple(unit for unit in self.new.table.units if unit in known)

    def unit_code(self, unit: str) -> str:
        """Return the code of a unit of either run, given by code or by name."""
        for table in (self.new.table, self.old.table):
            try:
                return table.units[table.row_of(unit)]
            except InputError:
                continue
        return self.new.table.units[self.new.table.row_of(unit)]  # refuses, with a hint

    @cached_property
    def _split(self) -> tuple[dict[str, Floats], Floats, tuple[str, ...]]:
        return split_change(self)

    @cached_property
    def scores(self) -> pd.DataFrame:
        """One row a unit of both runs: old and new score, the parts of the change, ranks and grades.

        Columns: unit, name, level, score_old, score_new, change, data, definition, recipe,
        rank_old, rank_new, rank_change (places gained), rank_own, rank_others, and for every
        grade scheme SCHEME_old and SCHEME_new.
        """
        return movement.score_frame(self, self._split[0])

    @cached_property
    def by_indicator(self) -> pd.DataFrame:
        """The data part by indicator: unit, indicator, part.

        Holds a row for every value that both runs have and that differs, and a row
        ``(interaction)`` for the rest: values that only one run has, the weight they pass to
        others, and what means other than the arithmetic share among several.
        """
        parts, lines, codes = self._split
        return movement.indicator_frame(self, parts["data"], lines, codes)

    def __repr__(self) -> str:
        if self.is_empty:
            return "<Diff: nothing differs 无差异>"
        return (
            f"<Diff: {len(self.inputs)} inputs, {len(self.added)} + {len(self.removed)} units in one run only, "
            f"{len(self.cells)} cells, {len(self.definition)} definitions, {len(self.recipe)} recipe settings>"
        )


def diff(old: Run | Scoreboard, new: Run | Scoreboard) -> Diff:
    """Compare two runs.

    Parameters
    ----------
    old, new : Run or Scoreboard
        From `yitihua.read_run`, or boards in memory.

    Returns
    -------
    Diff
        ``.scores`` says why every unit moved: the parts sum to the change.

    Raises
    ------
    InputError
        If the runs have no unit or no indicator in common.

    Examples
    --------
    >>> import yitihua as yt
    >>> before, after = yt.evaluate("hdi", period=2021), yt.evaluate("hdi", period=2022)
    >>> diff(before, before)
    <Diff: nothing differs 无差异>
    >>> scores = diff(before, after).scores
    >>> bool((scores["change"] - scores["data"]).abs().max() < 1e-12)
    True
    """
    boards = [run.board if isinstance(run, Run) else run for run in (old, new)]
    a, b = boards
    known = set(a.table.units), set(b.table.units)
    if not known[0] & known[1] or not set(a.recipe.codes) & set(b.recipe.codes):
        raise refuse("nothing-shared", options=[a.recipe.edition, b.recipe.edition])
    first, second = mixing.definition_of(a.recipe, a.table), mixing.definition_of(b.recipe, b.table)
    middle = mixing.mix_recipes(b.recipe, a.recipe)
    return Diff(
        old=a,
        new=b,
        inputs=_changes(_inputs(old), _inputs(new)),
        added=tuple(unit for unit in b.table.units if unit not in known[0]),
        removed=tuple(unit for unit in a.table.units if unit not in known[1]),
        relabelled=_changes(_labels(a, known[1]), _labels(b, known[0])),
        definition=tuple(change for change in _changes(first, second) if not _came_with_data(change, a, b)),
        recipe=_changes(mixing.method_of(middle), mixing.method_of(b.recipe)),
        cells=cell_changes.changed_cells(a.table, b.table),
    )


def _inputs(run: Run | Scoreboard) -> dict[str, str]:
    if isinstance(run, Run):
        return run.inputs
    return {line.name: line.sha256 for line in run.table.lineage}


def _came_with_data(change: Change, a: Scoreboard, b: Scoreboard) -> bool:
    """Return whether a formula is in one run only because the other was given the value: no definition changed."""
    head, _, field = change.path.rpartition(".")
    code = head.removeprefix("indicators.")
    known = code in a.recipe.codes and code in b.recipe.codes
    return field == "formula" and known and (change.old is None or change.new is None)


def _labels(board: Scoreboard, known: set[str]) -> dict[str, Any]:
    table = board.table
    found: dict[str, Any] = {"period": table.period, "simulated": table.simulated}
    for row, unit in enumerate(table.units):
        if unit in known:
            found[f"{unit}.level"] = table.levels[row]
            found |= {f"{unit}.name_{lang}": names[row] for lang, names in table.names.items()}
    return found


def _changes(old: dict[str, Any], new: dict[str, Any]) -> tuple[Change, ...]:
    paths = dict.fromkeys([*old, *new])
    return tuple(Change(p, old.get(p), new.get(p)) for p in paths if old.get(p) != new.get(p))


def split_change(found: Diff) -> tuple[dict[str, Floats], Floats, tuple[str, ...]]:
    """Return every unit's change by block, and its data part by indicator.

    Only blocks that differ are switched, so a block that does not differ has a part of exactly 0.

    Returns
    -------
    parts : dict
        Block -> array over the units of both runs; NaN where the change cannot be split.
    lines : ndarray, shape (units, indicators)
        The data part by indicator.
    codes : tuple of str
        Columns of `lines`: the indicators of both runs.
    """
    differs = {"data": not found.cells.empty, "definition": bool(found.definition), "recipe": bool(found.recipe)}
    changed = [block for block in BLOCKS if differs[block]]
    mixes = _Mixes(found)
    count = len(found.units)
    sums = {block: np.zeros(count) for block in BLOCKS}
    lines = np.zeros((count, len(mixes.codes)))
    orders = np.zeros(count)
    for order in itertools.permutations(changed):
        states = [frozenset(order[:k]) for k in range(len(order) + 1)]
        scores = [mixes.scores(state, differs) for state in states]
        sound: Any = np.isfinite(np.vstack(scores)).all(axis=0)
        orders += sound
        for k, block in enumerate(order):
            sums[block] += np.where(sound, scores[k + 1] - scores[k], 0.0)
            if block == "data":
                step = mixes.contributions(states[k + 1], differs) - mixes.contributions(states[k], differs)
                lines += np.where(sound[:, None], step, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = {block: total / orders for block, total in sums.items()}
        change = mixes.scores(frozenset(changed), differs) - mixes.scores(frozenset(), differs)
        # No part absorbs a remainder: what is asserted here follows from the telescoping alone.
        error = np.nan_to_num(sum(parts.values()) - change)
        assert np.abs(error).max(initial=0.0) <= 1e-12 * max(1.0, found.new.recipe.scale[1] / 100.0)
        return parts, lines / orders[:, None], mixes.codes


class _Mixes:
    """Scores of the units of both runs when some blocks are the new run's and the others the old one's."""

    def __init__(self, found: Diff) -> None:
        self.found = found
        shared = set(found.old.recipe.codes)
        self.codes = tuple(code for code in found.new.recipe.codes if code in shared)
        self.boards: dict[frozenset[str], Scoreboard] = {}

    def board(self, state: frozenset[str], differs: dict[str, bool]) -> Scoreboard:
        """Return the board of a mix; the runs themselves are not made again."""
        if not state:
            return self.found.old
        if state == {block for block in BLOCKS if differs[block]}:
            return self.found.new
        if state not in self.boards:
            data, definition, method = (self.found.new if block in state else self.found.old for block in BLOCKS)
            recipe = mixing.mix_recipes(definition.recipe, method.recipe)
            table = mixing.mix_tables(data.table, definition.table, method.table, recipe)
            self.boards[state] = apply(table, recipe)
        return self.boards[state]

    def rows(self, board: Scoreboard) -> list[int]:
        """Return the rows of the units of both runs."""
        place = {unit: row for row, unit in enumerate(board.table.units)}
        return [place[unit] for unit in self.found.units]

    def scores(self, state: frozenset[str], differs: dict[str, bool]) -> Floats:
        """Return the scores of a mix."""
        board = self.board(state, differs)
        return board.total[self.rows(board)]

    def contributions(self, state: frozenset[str], differs: dict[str, bool]) -> Floats:
        """Return the contributions of the shared indicators in a mix, 0 where missing."""
        board = self.board(state, differs)
        columns = [board.recipe.plan.column[code] for code in self.codes]
        return np.nan_to_num(board.contribution_arrays[0][np.ix_(self.rows(board), columns)])
