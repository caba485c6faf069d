"""Why scores and ranks differ between two boards: data, weights, method, and definition if it changed.

The change of every unit is split by the Shapley value (Shapley 1953; for index numbers Shorrocks
2013, J Econ Inequality 11:99-126). The parts are switched from the old board to the new one in every
order, and a part is the mean of what it brought, so none is preferred, and they sum to the change.

What belongs to which part:

data
    Units, values, denominators and groups, and the numbers that either board fitted to its own data
    (joint imputations, bounds, fills, limits, ideals and frontiers of nodes), which move because the
    data moved, see `yitihua.analysis.refit`.
weights
    The weights in force, wherever they are from: stated, or made from data by a method (entropy,
    CRITIC). Weights that such a method gives for other data are booked here, not under data, also
    where nothing but the data differs.
method
    Imputation, treatment, normalisation, means, floors, coverage, scale, rounding, grades.
definition
    Indicators and nodes, the tree, directions, formulas, goalposts.

`yitihua.diff` splits the same change among data, definition and recipe, and the data's part by
indicator. With a finer partition the Shapley value divides what parts do together otherwise, so
weights and method need not sum to its recipe part to the last digit, nor the data parts be equal.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.analysis.diff import Diff, diff
from yitihua.analysis.refit import mixed_board, mixed_recipe
from yitihua.analysis.stages import marked
from yitihua.errors import InputError
from yitihua.index.fitted import same_arrays
from yitihua.index.run import Run
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

PARTS = ("data", "weights", "method", "definition")

Value = Callable[[frozenset[str]], Floats]


def shapley_parts(players: Sequence[str], value: Value) -> dict[str, Floats]:
    """Return the Shapley value of each player: the mean, over all orders, of what it adds when it joins.

    Parameters
    ----------
    players : sequence of str
        All whose order matters.
    value : function
        Set of players that have joined -> ndarray, shape (units,), or more. NaN where a set has no
        value: orders that pass through such a set are left out, element by element.

    Returns
    -------
    dict
        Player -> ndarray; they sum to value(all) - value(none). NaN where no order is left.

    References
    ----------
    Shapley (1953), A value for n-person games; Shorrocks (2013), J Econ Inequality 11:99-126.

    Examples
    --------
    >>> size = {"a": 3.0, "b": 5.0}
    >>> product = lambda joined: np.array([np.prod([size[p] if p in joined else 1.0 for p in size])])
    >>> shapley_parts(["a", "b"], product)  # 3 * 5 - 1 = 14
    {'a': array([6.]), 'b': array([8.])}
    """
    subsets = [frozenset(found) for k in range(len(players) + 1) for found in itertools.combinations(players, k)]
    values = {subset: np.asarray(value(subset), dtype=float) for subset in subsets}
    shape = values[frozenset()].shape
    sums, count = {player: np.zeros(shape) for player in players}, np.zeros(shape)
    for order in itertools.permutations(players):
        path = [values[frozenset(order[:k])] for k in range(len(order) + 1)]
        sound = np.isfinite(path).all(axis=0)
        count += sound
        for player, before, after in zip(order, path[:-1], path[1:], strict=True):
            sums[player] += np.subtract(after, before, out=np.zeros(shape), where=sound)
    divisor = np.where(count == 0, np.nan, count)
    return {player: total / divisor for player, total in sums.items()}


@dataclass(frozen=True, eq=False)
class Attribution:
    """The change of every unit's score and rank, by part.

    Attributes
    ----------
    found : Diff
        What differs between the boards, in detail.
    parts : tuple of str
        "data", "weights", "method", and "definition" where definitions differ.
    differs : dict
        Part -> whether anything of it differs; one that does not has 0 everywhere.
    score : dict
        Part -> ndarray, shape (units,): points of the change of score.
    rank : dict
        Part -> ndarray, shape (units,): places gained; fractions occur.
    rows_old, rows_new : ndarray of int, shape (units,)
        Rows of the units of both boards.
    """

    found: Diff
    parts: tuple[str, ...]
    differs: dict[str, bool]
    score: dict[str, Floats]
    rank: dict[str, Floats]
    rows_old: npt.NDArray[np.int64]
    rows_new: npt.NDArray[np.int64]

    @property
    def units(self) -> tuple[str, ...]:
        """Units of both boards, in the new one's order."""
        return self.found.units

    @cached_property
    def frame(self) -> pd.DataFrame:
        """`table` with names in English."""
        return self.table("en")

    def table(self, lang: str = "en") -> pd.DataFrame:
        """Return one row a unit of both boards, the largest change of score first.

        Columns: unit, name, level, score_old, score_new, change, a column a part (they sum to
        change), rank_old, rank_new, rank_change (places gained: positive is up), and rank_PART
        (they sum to rank_change). NaN where a unit has no score on a board, or, for parts, on
        every way from the one to the other.
        """
        import pandas as pd

        from yitihua.index.tables import whole_or_na

        old, new = self.found.old, self.found.new
        change = new.total[self.rows_new] - old.total[self.rows_old]
        gained = old.rank[self.rows_old] - new.rank[self.rows_new]
        data: dict[str, Any] = {
            "unit": list(self.units),
            "name": [new.table.name_of(int(row), lang) for row in self.rows_new],
            "level": [new.table.levels[row] for row in self.rows_new],
            "score_old": old.total[self.rows_old],
            "score_new": new.total[self.rows_new],
            "change": change,
            **self.score,
            "rank_old": whole_or_na(old.rank[self.rows_old]),
            "rank_new": whole_or_na(new.rank[self.rows_new]),
            "rank_change": whole_or_na(gained),
            **{f"rank_{part}": values for part, values in self.rank.items()},
        }
        order = np.argsort(-np.nan_to_num(np.abs(change), nan=-1.0), kind="stable")
        frame = pd.DataFrame(data).iloc[order].reset_index(drop=True)
        return marked(frame, new, lang, differs=self.differs)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row a part: part, differs, mean_score (absolute), share, mean_rank (absolute, places), largest_rank.

        The share is that of the part in the sum of the absolute parts of all units; NaN where
        nothing changed.
        """
        import pandas as pd

        sizes = {part: np.abs(self.score[part][np.isfinite(self.score[part])]) for part in self.parts}
        places = {part: np.abs(self.rank[part][np.isfinite(self.rank[part])]) for part in self.parts}
        total = sum(float(size.sum()) for size in sizes.values())
        records = [
            {
                "part": part,
                "differs": self.differs[part],
                "mean_score": float(sizes[part].mean()) if sizes[part].size else np.nan,
                "share": float(sizes[part].sum()) / total if total > 0 else np.nan,
                "mean_rank": float(places[part].mean()) if places[part].size else np.nan,
                "largest_rank": float(places[part].max()) if places[part].size else np.nan,
            }
            for part in self.parts
        ]
        return marked(pd.DataFrame(records), self.found.new, "en")

    def __repr__(self) -> str:
        if not any(self.differs.values()):
            return "<Attribution: nothing differs 无差异>"
        said = ", ".join(f"{row.part} {row.mean_score:.3g}" for row in self.summary.itertuples())
        return f"<Attribution over {len(self.units)} units, mean absolute points: {said}>"


def attribute_change(old: Run | Scoreboard, new: Run | Scoreboard) -> Attribution:
    """Split every unit's change of score and rank among data, weights, method and definition.

    Parameters
    ----------
    old, new : Run or Scoreboard
        From `yitihua.read_run`, or boards in memory; two years, two recipes, two editions.

    Returns
    -------
    Attribution
        Parts sum to the change; a part of which nothing differs is exactly 0. Ranks are taken
        within the level on every mixed board, among the units that its data hold.

    Raises
    ------
    InputError
        If the boards have no unit or no indicator in common.

    Examples
    --------
    >>> import dataclasses, yitihua as yt
    >>> old = yt.evaluate("hdi", period=2021)
    >>> root = dataclasses.replace(old.recipe.root, weights=(0.5, 0.25, 0.25))
    >>> recipe = dataclasses.replace(old.recipe, nodes=(*old.recipe.nodes[:-1], root))
    >>> new = yt.apply(yt.read_table(yt.load_edition("hdi"), period=2022), recipe)
    >>> found = attribute_change(old, new)
    >>> found.differs
    {'data': True, 'weights': True, 'method': False}
    >>> parts = found.frame[["data", "weights", "method"]].sum(axis=1)
    >>> bool((parts - found.frame["change"]).abs().max() < 1e-12)
    True
    """
    found = diff(old, new)
    changed = _changed(found)
    mixes = _Mixes(found, changed)
    players = [part for part in PARTS if changed[part]]
    score = shapley_parts(players, mixes.scores)
    rank = shapley_parts(players, lambda joined: -mixes.ranks(joined))
    parts = tuple(part for part in PARTS if part != "definition" or changed[part])
    first, last = mixes.scores(frozenset()), mixes.scores(frozenset(players))
    nothing = np.where(np.isfinite(first) & np.isfinite(last), 0.0, np.nan)
    return Attribution(
        found=found,
        parts=parts,
        differs={part: changed[part] for part in parts},
        score={part: score.get(part, nothing) for part in parts},
        rank={part: rank.get(part, nothing) for part in parts},
        rows_old=np.array(mixes.rows(found.old), dtype=np.int64),
        rows_new=np.array(mixes.rows(found.new), dtype=np.int64),
    )


def _changed(found: Diff) -> dict[str, bool]:
    """Return which parts differ; names of weight sets alone change no weight."""
    said = [change.path for change in found.recipe]
    weights = [path for path in said if path.startswith("nodes.") and ".weights." in path]
    named = [path for path in said if path == "weight_set" or path.split(".")[0] == "weighting"]
    fitted = [path for path in said if path.startswith("nodes.") and ".numbers." in path] if weights else []
    others = len(said) > len(weights) + len(named) + len(fitted)
    return {
        "data": found.differs["data"],
        "weights": bool(weights),
        "method": others or (bool(fitted) and not _follow_weights(found)),
        "definition": found.differs["definition"],
    }


def _follow_weights(found: Diff) -> bool:
    """Return whether the numbers of nodes differ for no other reason than weights and data."""
    try:
        mixed = mixed_recipe((found.old, found.new), found.fits, 1, 1, 0, weights=1)
    except InputError:
        return False
    pairs = zip(mixed.nodes, found.new.recipe.nodes, strict=True)
    return all(same_arrays(a.numbers, b.numbers) for a, b in pairs)


class _Mixes:
    """Boards mixed of both: some parts are the new board's and the others the old one's."""

    def __init__(self, found: Diff, changed: dict[str, bool]) -> None:
        self.found = found
        self.boards = (found.old, found.new)
        self.all = frozenset(part for part, differs in changed.items() if differs)
        # The boards themselves are not made again; where nothing differs the old one stands for both.
        self.made: dict[frozenset[str], Scoreboard | None] = {self.all: found.new}
        self.made[frozenset()] = found.old

    def board(self, joined: frozenset[str]) -> Scoreboard | None:
        """Return the board in which these parts are the new one's; None where it cannot be made."""
        if joined not in self.made:
            data, weights, method, definition = (int(part in joined) for part in PARTS)
            self.made[joined] = mixed_board(
                self.boards, self.found.fits, data, definition, method, weights=weights
            )  # fmt: skip
        return self.made[joined]

    def rows(self, board: Scoreboard) -> list[int]:
        """Return the rows of the units of both boards."""
        place = {unit: row for row, unit in enumerate(board.table.units)}
        return [place[unit] for unit in self.found.units]

    def scores(self, joined: frozenset[str]) -> Floats:
        """Return the scores of a mix; NaN where there is none."""
        board = self.board(joined)
        return np.full(len(self.found.units), np.nan) if board is None else board.total[self.rows(board)]

    def ranks(self, joined: frozenset[str]) -> Floats:
        """Return the ranks of a mix; NaN where there is none."""
        board = self.board(joined)
        return np.full(len(self.found.units), np.nan) if board is None else board.rank[self.rows(board)]
