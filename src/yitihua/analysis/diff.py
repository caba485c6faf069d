"""Diff: what changed between two runs, and why every unit moved.

The change of a unit's score is split among data, definition and recipe: what belongs to which is
said in `yitihua.analysis.mixing`, how it is split in `yitihua.analysis.split`. Bounds and other
numbers that a run fitted to its own data are no choice: where they moved by the same rule, their
effect is part of the data's, and told apart within it.

Weights are the exception: those that a method makes from data (entropy, CRITIC) are printed and
argued about as weights, so they stay part of the recipe. Where only data differ, such a run may
still have a recipe part, and the weights that moved are listed in `Diff.recipe`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from yitihua.analysis import cell_changes, mixing, movement, refit
from yitihua.analysis.split import BLOCKS, FITTED_NODES, UNSPLIT, Split, split_change
from yitihua.errors import InputError, refuse
from yitihua.index.fitted import same_arrays
from yitihua.index.recipe import Array
from yitihua.index.run import Run
from yitihua.index.scoreboard import Scoreboard

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BLOCKS", "FITTED_NODES", "UNSPLIT", "Change", "Diff", "diff"]


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
        Goalposts, formulas, the tree; methods, weights, grades. Weights made from data by a method
        are listed in `recipe` (nodes.CODE.weights.CHILD) also where nothing but the data differs.
    refitted : tuple of Change
        Bounds, fills, cuts, numbers of joint imputations (imputers.METHOD.numbers.NAME) and of nodes
        (nodes.CODE.numbers.NAME) that the same rule gives for other data: no choice has changed.
    fits : (OwnFit, OwnFit)
        What either run fitted to its own data.
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
    refitted: tuple[Change, ...]
    fits: tuple[refit.OwnFit, refit.OwnFit]
    cells: pd.DataFrame

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        lists = (self.inputs, self.added, self.removed, self.relabelled, self.definition, self.recipe, self.refitted)
        return not any(lists) and self.cells.empty

    @property
    def differs(self) -> dict[str, bool]:
        """Whether a block differs; units in one run only count where numbers were fitted to them too."""
        others = bool(self.added or self.removed) and any(fit.count for fit in self.fits)
        return {
            "data": others or not self.cells.empty,
            "definition": bool(self.definition),
            "recipe": bool(self.recipe),
        }

    @property
    def is_refitted(self) -> bool:
        """Whether numbers that follow the data are in play."""
        return self.differs["data"] and any(fit.count for fit in self.fits)

    @property
    def is_slow(self) -> bool:
        """Whether a node of either run costs a linear programme a unit; `by_indicator` then has one line a unit."""
        return any(step.method.slow for board in (self.old, self.new) for step in board.recipe.plan.steps)

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
    def split(self) -> Split:
        """The parts of every unit's change as arrays, before anything is sorted or left out."""
        return split_change(self)

    @cached_property
    def scores(self) -> pd.DataFrame:
        """One row a unit of both runs: old and new score, the parts of the change, ranks and grades.

        Columns: unit, name, level, score_old, score_new, change, data, definition, recipe,
        refitted (how much of data comes from bounds and the like fitted anew), rank_old, rank_new,
        rank_change (places gained), rank_own, rank_others, and for every grade scheme SCHEME_old
        and SCHEME_new.
        """
        return movement.score_frame(self, self.split)

    @cached_property
    def by_indicator(self) -> pd.DataFrame:
        """The data part by indicator: unit, indicator, part, refitted (how much of it is fitted numbers).

        Holds a row for every indicator whose value differs or that moved the unit, the largest
        first, and sums to the data part. What ideals, frontiers and the like of nodes bring when they
        are fitted anew stands in a row ``(fitted nodes)``. Where a unit has no score on any way from
        the old values to the new ones, or a node costs a linear programme a unit, one row
        ``(not split)`` holds the whole.
        """
        return movement.indicator_frame(self, self.split)

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
    fits = refit.own_fits(a, b)
    kept, refitted = _middles(a, b, fits)
    return Diff(
        old=a,
        new=b,
        inputs=_changes(_inputs(old), _inputs(new)),
        added=tuple(unit for unit in b.table.units if unit not in known[0]),
        removed=tuple(unit for unit in a.table.units if unit not in known[1]),
        relabelled=_changes(_labels(a, known[1]), _labels(b, known[0])),
        definition=tuple(change for change in _changes(first, second) if not _came_with_data(change, a, b)),
        recipe=tuple(change for change in _changes(refitted, mixing.method_of(b.recipe)) if not _is_rounding(change)),
        refitted=tuple(change for change in _changes(kept, refitted) if not _is_rounding(change)),
        fits=fits,
        cells=cell_changes.changed_cells(a.table, b.table),
    )


def _middles(
    a: Scoreboard, b: Scoreboard, fits: tuple[refit.OwnFit, refit.OwnFit]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the old method under the new definitions: with the numbers as they were, and fitted to the new data."""
    kept = mixing.method_of(mixing.mix_recipes(b.recipe, a.recipe))
    try:
        recipe = refit.mixed_recipe((a, b), fits, 1, 1, 0)
    except InputError:  # the old method cannot be fitted to the new data: then it is no choice to keep it
        return kept, kept
    return kept, mixing.method_of(replace(recipe, grades=refit.refitted_grades(a, b, fits)))


def _is_rounding(change: Change) -> bool:
    """Return whether numbers fitted to the same data on two machines differ in the last bits alone."""
    pair = (change.old, change.new)
    if all(isinstance(x, Array) for x in pair):
        return same_arrays(*([x] for x in pair))
    fitted = any(part in change.path for part in (".normalise.", ".treat.", ".fill", ".cuts"))
    numbers = [[x] if isinstance(x, float) else x for x in pair]
    if not fitted or not all(isinstance(x, (list, tuple)) for x in numbers) or len(numbers[0]) != len(numbers[1]):
        return False
    pairs = list(zip(*numbers, strict=True))
    return all(isinstance(x, float) for one in pairs for x in one) and all(_is_close(*one) for one in pairs)


def _is_close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-12)


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
