"""Inputs drawn in blocks, mixed from several sources, and scored.

Every base point is drawn several times over: the draws have letters, 0, 1, ... (A and B of Sobol' indices; the outer
draw and the inner ones of Shapley effects). An evaluation is a base point and, for every factor, the letter
whose draw it takes. Whole draws (survey errors and the like) come from streams keyed on block, letter and source,
so that a block can be made alone, anywhere, and no draw is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from yitihua.analysis.sensitivity.factors import NOISE, Space, amounts
from yitihua.analysis.uncertainty.combos import STAGES, Combo, options_of
from yitihua.analysis.uncertainty.engine import CHUNK
from yitihua.analysis.uncertainty.points import points_of
from yitihua.analysis.uncertainty.weight_mix import draw_weights
from yitihua.index.recipe import NodeRule
from yitihua.indicators.table import Floats

Ints = npt.NDArray[np.int64]
Letters = npt.NDArray[np.int8]

#: What streams are keyed on, beside block and letter; a new one comes last.
STREAMS = (*NOISE, "weights")


@dataclass(frozen=True, eq=False)
class Draws:
    """The base points of a run, ready to be mixed and scored.

    Attributes
    ----------
    space : Space
    inputs : ndarray, shape (letters, n, factors)
        By factor: a uniform number (choice, drop, set) or an amount; unused where a seed is drawn.
    seed : int
    rows : int
        Base points in a block.
    """

    space: Space
    inputs: Floats
    seed: int
    rows: int

    @classmethod
    def of(cls, space: Space, uniforms: Floats, seed: int, rows: int) -> Draws:
        """Map uniform numbers, shape (letters, n, factors), to inputs."""
        inputs, mix = uniforms.copy(), space.engine.mix.weights
        nodes = {node.code: node for node in space.engine.board.recipe.nodes}
        for place, factor in enumerate(space.factors):
            if factor.kind == "amount" and mix is not None:
                node = nodes[factor.parent]
                inputs[..., place] = amounts(mix, node, node.children.index(factor.child), uniforms[..., place])
        return cls(space, inputs, seed, rows)

    @property
    def blocks(self) -> int:
        """Number of blocks."""
        return -(-int(self.inputs.shape[1]) // self.rows)

    def block_rows(self, block: int) -> Ints:
        """Return the base points of a block."""
        return np.arange(block * self.rows, min((block + 1) * self.rows, self.inputs.shape[1]))

    def scores(self, block: int, row: Ints, letters: Letters) -> Floats:
        """Return the scores of evaluations.

        Parameters
        ----------
        block : int
        row : ndarray of int, shape (m,)
            Base point, counted within the block.
        letters : ndarray of int8, shape (m, factors)

        Returns
        -------
        ndarray, shape (m, units)
            NaN without a score.
        """
        engine = self.space.engine
        combo, dropped = self.combos(block, row, letters), self.dropped(block, row, letters)
        weights = self.weights(block, row, letters)
        if engine.mix.drop:
            weights = engine.without_dropped(dropped, weights)
        found = np.full((len(row), len(engine.board.table.units)), np.nan)

        def score(here: Ints, number: int, points: Floats | None) -> None:
            one = engine.combos[number]
            assert isinstance(one, Combo)  # factors offer no other
            own = weights if len(here) == len(row) else {code: w[here] for code, w in weights.items()}
            found[here] = engine.totals(one, len(here), own, points, dropped[here])

        if engine.noise.is_none:
            for number in np.unique(combo).tolist():
                score(np.flatnonzero(combo == number), number, None)
            return found
        size = max(1, CHUNK // max(1, engine.noise.centre.size))
        for key, mine in self._noise_groups(letters):
            values = engine.noise.values(self.rows, self._noise_streams(block, key))
            for number in np.unique(combo[mine]).tolist():
                one = engine.combos[number]
                assert isinstance(one, Combo)
                same = mine[combo[mine] == number]
                used, which = np.unique(row[same], return_inverse=True)
                points = points_of(values[:, :, used], engine.noise.columns, one.recipe)
                for start in range(0, len(same), size):
                    part = slice(start, start + size)
                    score(same[part], number, points[:, :, which[part]])
        return found

    # Discrete choices.

    @cached_property
    def _stage_options(self) -> dict[str, tuple[str, ...]]:
        return options_of(self.space.engine.board, self.space.engine.mix)

    @cached_property
    def _codes(self) -> Ints:
        """Choice of every stage by combination, shape (combinations, 3)."""
        options = [*self._stage_options.values()]
        return np.array(
            [[opts.index(c) for opts, c in zip(options, one.choices, strict=True)] for one in self.space.engine.combos]
        )

    def combos(self, block: int, row: Ints, letters: Letters) -> Ints:
        """Return the combination of methods of every evaluation, shape (m,)."""
        space = self.space
        places = [k for k, factor in enumerate(space.factors) if factor.kind == "choice"]
        if not places:
            return np.full(len(row), space.sound[0])
        if space.together:
            return self._combos_given(block, row, letters, places)
        sizes = [len(options) for options in self._stage_options.values()]
        picked = np.tile(self._codes[space.sound[0]], (len(row), 1))
        for place in places:
            factor = space.factors[place]
            options = space.picks[factor.name]
            offered = [self._stage_options[stage] for stage in factor.stages]
            codes = np.array([[names.index(c) for names, c in zip(offered, pick, strict=True)] for pick in options])
            own = self._chosen(block, row, letters[:, place], place, len(options))
            picked[:, [STAGES.index(stage) for stage in factor.stages]] = codes[own]
        return np.asarray((picked[:, 0] * sizes[1] + picked[:, 1]) * sizes[2] + picked[:, 2])

    def _combos_given(self, block: int, row: Ints, letters: Letters, places: Sequence[int]) -> Ints:
        """Return combinations drawn among those that have the choices of letter 0 wherever that is the letter.

        All stages share the uniform number of the first, so that letter 0 is one combination, and each as likely.
        """
        sound, codes = self.space.sound, self._codes[self.space.sound]
        zero, first = np.zeros(len(row), dtype=np.int8), places[0]
        outer = codes[self._chosen(block, row, zero, first, len(sound))]
        fits = np.ones((len(row), len(sound)), dtype=bool)
        for place in places:
            stage = STAGES.index(self.space.factors[place].stages[0])
            fits &= (letters[:, place] != 0)[:, None] | (outer[:, stage, None] == codes[:, stage])
        redrawn = letters[:, places].max(axis=1)
        u = self.inputs[redrawn, block * self.rows + row, first]
        nth = np.minimum((u * fits.sum(axis=1)).astype(np.int64), fits.sum(axis=1) - 1)
        return np.asarray(sound[np.argmax(np.cumsum(fits, axis=1) > nth[:, None], axis=1)])

    def _chosen(self, block: int, row: Ints, letter: Letters, place: int, size: int) -> Ints:
        u = self.inputs[letter, block * self.rows + row, place]
        return np.asarray(np.minimum((u * size).astype(np.int64), size - 1))

    def dropped(self, block: int, row: Ints, letters: Letters) -> Ints:
        """Return what every evaluation leaves out, -1 for nothing, shape (m,)."""
        for place, factor in enumerate(self.space.factors):
            if factor.kind == "drop":
                return self._chosen(block, row, letters[:, place], place, factor.size) - 1
        return np.full(len(row), -1)

    # Weights.

    def weights(self, block: int, row: Ints, letters: Letters) -> dict[str, Floats]:
        """Return by node the weights of every evaluation, shape (m, children); nodes that do not vary are left out."""
        mix = self.space.engine.mix.weights
        nodes = self.space.engine.board.recipe.nodes
        places = [k for k, factor in enumerate(self.space.factors) if factor.source == "weights"]
        if mix is None or not places:
            return {}
        kind = self.space.factors[places[0]].kind
        if kind == "set":
            which = self._chosen(block, row, letters[:, places[0]], places[0], 1 + len(mix.sets))
            return draw_weights(mix, nodes, len(row), np.random.default_rng(0), which.astype(float))
        found: dict[str, Floats] = {}
        if kind == "seed":
            drawn = [
                draw_weights(mix, nodes, self.rows, self._stream(block, letter, "weights"))
                for letter in range(len(self.inputs))
            ]
            for code in drawn[0]:
                named = [k for k in places if self.space.factors[k].parent == code] or places[:1]
                found[code] = np.stack([one[code] for one in drawn])[letters[:, named[0]], row]
            return found
        for node in nodes:
            mine = [k for k in places if self.space.factors[k].parent == node.code]
            if mine:
                found[node.code] = self._closed(block, row, letters, node, mine)
        return found

    def _closed(self, block: int, row: Ints, letters: Letters, node: NodeRule, places: Sequence[int]) -> Floats:
        """Return the weights of one node's children from their amounts."""
        mix = self.space.engine.mix.weights
        assert mix is not None
        at, own = block * self.rows + row, letters[:, places]
        varying = [node.children.index(self.space.factors[k].child) for k in places]
        drawn = self.inputs[own, at[:, None], places]
        nominal = np.array(node.weights) / sum(node.weights)
        found = np.zeros((len(row), len(node.children)))
        if self.space.together:
            first = self.inputs[0, at[:, None], places]
            sums = first.sum(axis=1, keepdims=True)
            kept = np.where(own == 0, _shares(first, sums, nominal[varying]), 0.0)
            fresh = np.where(own == 0, 0.0, drawn)
            rest = np.maximum(1.0 - kept.sum(axis=1, keepdims=True), 0.0)
            even = np.where(own == 0, 0.0, nominal[varying])
            even /= np.maximum(even.sum(axis=1, keepdims=True), 1e-300)
            found[:, varying] = kept + rest * _shares(fresh, fresh.sum(axis=1, keepdims=True), even)
            return found
        for k in range(len(node.children)):
            if k not in varying:
                found[:, k] = amounts(mix, node, k, np.zeros(1))
        found[:, varying] = drawn
        return _shares(found, found.sum(axis=1, keepdims=True), nominal)

    # Whole draws.

    def _stream(self, block: int, letter: int, name: str) -> np.random.Generator:
        key = (block, letter, STREAMS.index(name))
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))

    def _noise_streams(self, block: int, key: Sequence[int]) -> list[np.random.Generator]:
        return [self._stream(block, letter, name) for letter, name in zip(key, NOISE, strict=True)]

    def _noise_groups(self, letters: Letters) -> list[tuple[tuple[int, ...], Ints]]:
        """Return (letters of the whole draws, the evaluations that have them)."""
        code, base = np.zeros(len(letters), dtype=np.int64), len(self.inputs)
        places = {factor.name: k for k, factor in enumerate(self.space.factors)}
        for name in NOISE:
            code = code * base + (letters[:, places[name]] if name in places else 0)
        order = np.argsort(code, kind="stable")
        kinds, starts = np.unique(code[order], return_index=True)
        parts = np.split(order, starts[1:])
        return [
            ((int(k) // base**2, int(k) // base % base, int(k) % base), part)
            for k, part in zip(kinds, parts, strict=True)
        ]


def _shares(values: Floats, sums: Floats, otherwise: Floats) -> Floats:
    """Return values over their sums; where nothing was drawn (all amounts underflow) something else."""
    return np.asarray(np.where(sums > 0, values / np.where(sums > 0, sums, 1.0), otherwise))
