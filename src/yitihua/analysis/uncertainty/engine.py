"""Replicates in blocks: every block draws from streams of its own, so that it can be made again alone.

Replicate i is number i % BLOCK of block i // BLOCK. A block is drawn whole, whatever n is, so the
first replicates of a longer run are those of a shorter one; and blocks do not depend on each
other, so it does not matter who works on which.

Within a block, replicates with the same discrete choices go together: their points are made in one
pass and their scores in one product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from yitihua.analysis.leave_out import without
from yitihua.analysis.uncertainty.combos import STAGES, Combo, Failure, combos_of
from yitihua.analysis.uncertainty.mix import Mix
from yitihua.analysis.uncertainty.noise import Noise, noise_of
from yitihua.analysis.uncertainty.points import points_of
from yitihua.analysis.uncertainty.weight_mix import draw_weights
from yitihua.index.recipe import Recipe
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

Ints = npt.NDArray[np.int64]

#: Replicates in a block.
BLOCK = 512
#: Drawn values worked on at a time, so that a chunk stays in the cache.
CHUNK = 250_000
#: Streams of a block: adding one at the end changes none before it.
STREAMS = ("treat", "normalise", "aggregate", "weights", "drop", "sampling", "measurement", "imputation")


@dataclass(frozen=True, eq=False)
class Choices:
    """What was chosen and drawn for some replicates.

    Attributes
    ----------
    combo : ndarray of int, shape (n,)
        Combination of methods.
    dropped : ndarray of int, shape (n,)
        What is left out: a place in the mix's `drop`, -1 for nothing.
    weights : dict of str to ndarray, shape (n, children)
        By node that does not have its own weights; dropped children have 0 and the rest sums to 1.
    values : ndarray, shape (columns, units, n), or None
        Drawn denominated values.
    """

    combo: Ints
    dropped: Ints
    weights: dict[str, Floats]
    values: Floats | None


@dataclass(frozen=True, eq=False)
class Engine:
    """A board and a mix, ready to draw.

    Attributes
    ----------
    board : Scoreboard
    mix : Mix
    seed : int
    combos : list of Combo or Failure
        Combinations of methods, the published one first.
    noise : Noise
    """

    board: Scoreboard
    mix: Mix
    seed: int
    combos: list[Combo | Failure]
    noise: Noise
    _sizes: tuple[int, ...] = field(default=())

    @classmethod
    def of(cls, board: Scoreboard, mix: Mix, seed: int) -> Engine:
        """Fit every combination of methods and prepare the draws."""
        from yitihua.analysis.uncertainty.combos import options_of

        combos = combos_of(board, mix)
        sound = [combo for combo in combos if isinstance(combo, Combo)]
        sizes = tuple(len(options) for options in options_of(board, mix).values())
        return cls(board, mix, seed, combos, noise_of(board, mix, sound), sizes)

    def block(self, number: int) -> Choices:
        """Return what a block chooses and draws; drawn values are left to `scores`, which takes them in chunks."""
        combo = np.zeros(BLOCK, dtype=np.int64)
        for stage, size in zip(STAGES, self._sizes, strict=True):
            combo = combo * size + (self.stream(number, stage).integers(0, size, BLOCK) if size > 1 else 0)
        weights = {}
        if self.mix.weights is not None:
            weights = draw_weights(self.mix.weights, self.board.recipe.nodes, BLOCK, self.stream(number, "weights"))
        dropped = np.full(BLOCK, -1)
        if self.mix.drop:
            dropped = self.stream(number, "drop").integers(-1, len(self.mix.drop), BLOCK)
            weights = self.without_dropped(dropped, weights)
        return Choices(combo, dropped, weights, None)

    def stream(self, number: int, name: str) -> np.random.Generator:
        """Return one of a block's generators, by its name in `STREAMS`."""
        key = (number, STREAMS.index(name))
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))

    def _noise_streams(self, number: int) -> list[np.random.Generator]:
        return [self.stream(number, name) for name in STREAMS[5:]]

    @cached_property
    def _drop_factors(self) -> dict[str, Floats]:
        """By node, which of its children stay, shape (1 + drops, children): the first row drops nothing."""
        recipe = self.board.recipe
        left = [recipe, *(without(recipe, [code]) for code in self.mix.drop)]
        found = {}
        for k, node in enumerate(recipe.nodes):
            table = np.array([[1.0] * len(node.children), *(_stays(recipe, one, k) for one in left[1:])])
            if not table.all():
                found[node.code] = table
        return found

    def without_dropped(self, dropped: Ints, weights: dict[str, Floats]) -> dict[str, Floats]:
        """Return weights where some replicates leave something out: 0 for it, the others rescaled.

        Parameters
        ----------
        dropped : ndarray of int, shape (n,)
            A place in the mix's `drop`, -1 for nothing.
        weights : dict of str to ndarray, shape (n, children)
            By node that does not have its own weights.
        """
        found = dict(weights)
        for code, table in self._drop_factors.items():
            own = found.get(code)
            nominal = self._nominal(code)
            kept = table[dropped + 1] * (nominal if own is None else own)
            sums = kept.sum(axis=1, keepdims=True)
            # Weights that were all on what is dropped: the others share evenly.
            even = table[dropped + 1] / np.maximum(table[dropped + 1].sum(axis=1, keepdims=True), 1.0)
            found[code] = np.where(sums > 0, kept / np.where(sums > 0, sums, 1.0), even)
        return found

    def _nominal(self, code: str) -> Floats:
        node = next(node for node in self.board.recipe.nodes if node.code == code)
        return np.array(node.weights) / sum(node.weights)

    def scores(self, number: int, count: int = BLOCK, keep: int | None = None) -> tuple[Floats, Choices]:
        """Return the scores of a block's first replicates, and what was chosen.

        Parameters
        ----------
        number : int
            Of the block.
        count : int
            How many of its replicates are wanted.
        keep : int, optional
            Return the drawn values of this replicate alone.

        Returns
        -------
        scores : ndarray, shape (count, units)
            NaN where a combination cannot be scored.
        choices : Choices
        """
        choices = self.block(number)
        first = self.combos[0]
        if self.noise.is_none and len(self.combos) == 1 and isinstance(first, Combo):
            whole = self.totals(first, BLOCK, choices.weights, None, choices.dropped)
            return np.array(whole[:count], order="C", copy=None if whole.flags.writeable else True), choices
        found = np.full((BLOCK, len(self.board.table.units)), np.nan)
        order = np.argsort(choices.combo, kind="stable")
        streams = self._noise_streams(number)
        kept: Floats | None = None
        size = BLOCK
        if not self.noise.is_none:
            size = max(1, CHUNK // max(1, self.noise.centre.size))
        for start in range(0, BLOCK, size):
            rows = order[start : start + size]
            values = None if self.noise.is_none else self.noise.values(len(rows), streams)
            if keep is not None and values is not None and keep in rows:
                kept = values[:, :, rows == keep]
            self._score(rows, values, choices, found)
        return found[:count], Choices(choices.combo, choices.dropped, choices.weights, kept)

    def probe(self, count: int) -> Floats:
        """Return scores of a few replicates of a block that no run uses, shape (count, units)."""
        choices, found = self.block(-1 % 2**32), np.full((BLOCK, len(self.board.table.units)), np.nan)
        rows = np.argsort(choices.combo[:count], kind="stable")
        values = None if self.noise.is_none else self.noise.values(count, self._noise_streams(-1 % 2**32))
        self._score(rows, values, choices, found)
        return found[:count]

    def _score(self, rows: Ints, values: Floats | None, choices: Choices, found: Floats) -> None:
        own = choices.combo[rows]
        # Rows come by combination, so that those of one are a slice and not a copy.
        numbers, starts = np.unique(own, return_index=True)
        for number, start, end in zip(numbers.tolist(), starts, [*starts[1:], len(own)], strict=True):
            combo = self.combos[number]
            if isinstance(combo, Failure):
                continue
            chosen = rows[start:end]
            part = None if values is None else points_of(values[:, :, start:end], self.noise.columns, combo.recipe)
            weights = {code: w[chosen] for code, w in choices.weights.items()}
            found[chosen] = self.totals(combo, len(chosen), weights, part, choices.dropped[chosen])

    def totals(self, combo: Combo, n: int, weights: dict[str, Floats], points: Floats | None, dropped: Ints) -> Floats:
        """Return scores under one combination.

        Parameters
        ----------
        combo : Combo
        n : int
        weights : dict of str to ndarray, shape (n, children)
        points : ndarray, shape (columns, units, n), or None
            Of the drawn indicators.
        dropped : ndarray of int, shape (n,)
            A place in the mix's `drop`, -1 for nothing.

        Returns
        -------
        ndarray, shape (n, units)
        """
        gone = {} if combo.tree.means or not self.mix.drop else self._gone(combo, dropped)
        return combo.tree.totals(n, weights, self.noise.columns, points, gone)

    def _gone(self, combo: Combo, dropped: Ints) -> dict[int, npt.NDArray[np.bool_]]:
        """Return which replicates leave an indicator out, for methods that look at values without weights."""
        found: dict[int, npt.NDArray[np.bool_]] = {}
        for place, codes in enumerate(self._dropped_indicators):
            for code in codes:
                column = combo.recipe.plan.column[code]
                found[column] = found.get(column, np.zeros(len(dropped), dtype=bool)) | (dropped == place)
        return {column: left for column, left in found.items() if left.any()}

    @cached_property
    def _dropped_indicators(self) -> list[tuple[str, ...]]:
        return [indicators_of(self.board.recipe, code) for code in self.mix.drop]


def indicators_of(recipe: Recipe, code: str) -> tuple[str, ...]:
    """Return the indicators at or below a code."""
    from yitihua.analysis.stages import indicators_below

    return (code,) if code in recipe.codes else indicators_below(recipe, code)


def _stays(recipe: Recipe, left: Recipe, k: int) -> Sequence[float]:
    own, other = recipe.nodes[k], left.nodes[k]
    if own.weights == other.weights:
        return [1.0] * len(own.children)
    return [float(after > 0 or before == 0) for before, after in zip(own.weights, other.weights, strict=True)]
