"""Whom every choice moves: total-order indices of all units' ranks at once, from the runs of one target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yitihua.analysis.sensitivity.factors import Factor, Space, amounts, published_amounts
from yitihua.analysis.sensitivity.targets import level_ranks
from yitihua.analysis.uncertainty.combos import Combo
from yitihua.analysis.uncertainty.effects import PROBES
from yitihua.analysis.uncertainty.engine import Engine
from yitihua.index.grade import rounded
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    from yitihua.analysis.sensitivity.result import Sensitivity


@dataclass(eq=False)
class UnitSums:
    """Sums over base points, by unit.

    Attributes
    ----------
    count, total, square : ndarray, shape (units,)
        Of ranks over A and B.
    moved, pairs : ndarray, shape (changes, units)
        Sums of squared changes of rank from A, and how many changes there were.
    """

    count: Floats
    total: Floats
    square: Floats
    moved: Floats
    pairs: Floats

    @classmethod
    def of(cls, ranks: Floats) -> UnitSums:
        """Sum over a block: ranks of shape (2 + changes, rows, units), NaN without; the first two are A and B."""
        base, changed = ranks[:2], ranks[2:]
        change = changed - base[0]
        if not np.isnan(ranks).any():
            rows = np.full(ranks.shape[2], float(ranks.shape[1]))
            return cls(
                2 * rows, base.sum(axis=(0, 1)), (base * base).sum(axis=(0, 1)),
                np.einsum("cru,cru->cu", change, change), np.tile(rows, (len(changed), 1)),
            )  # fmt: skip
        there, seen = np.isfinite(base), np.isfinite(change)
        base, change = np.where(there, base, 0.0), np.where(seen, change, 0.0)
        return cls(
            there.sum(axis=(0, 1)).astype(float), base.sum(axis=(0, 1)), (base * base).sum(axis=(0, 1)),
            np.einsum("cru,cru->cu", change, change), seen.sum(axis=1).astype(float),
        )  # fmt: skip

    def add(self, other: UnitSums) -> None:
        """Add the sums of another block."""
        for name in ("count", "total", "square", "moved", "pairs"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def variance(self) -> Floats:
        """Variance of every unit's rank over A and B, shape (units,); NaN without a rank."""
        count = np.where(self.count > 0, self.count, np.nan)
        return np.asarray(np.maximum(self.square / count - (self.total / count) ** 2, 0.0))

    @property
    def totals(self) -> Floats:
        """Total-order index of every unit's rank, shape (changes, units); 0 where the rank never varies."""
        mean = 0.5 * self.moved / np.where(self.pairs > 0, self.pairs, np.nan)
        variance = self.variance
        return np.asarray(np.where(variance > 0, mean / np.where(variance > 0, variance, 1.0), 0.0 * mean))


def alone(found: Sensitivity, factor: Factor | str) -> Floats:
    """Return the mean absolute shift of every unit's rank while one choice alone varies and all else is as published.

    Parameters
    ----------
    found : Sensitivity
    factor : Factor or str
        A weight, or a source of the mix.

    Returns
    -------
    ndarray, shape (units,)
        Over 128 replicates, in places; NaN without a rank.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = yt.evaluate("hdi").sensitivity(n=64, normalise="minmax", weights="uniform")
    >>> bool(alone(found, "weights").mean() > alone(found, "normalise").mean())
    True
    """
    board, engine = found.board, found.space.engine
    if isinstance(factor, Factor) and factor.kind == "amount":
        scores = _one_weight(found.space, factor, found.seed)
    else:
        name = factor if isinstance(factor, str) else factor.source
        scores = Engine.of(board, engine.mix.only(*name.split("+")), found.seed).probe(PROBES)
    ranks = level_ranks(board, rounded(scores, board.recipe.score_decimals))
    shifts = np.abs(ranks - board.rank)
    there = np.isfinite(shifts)
    count = there.sum(axis=0)
    return np.asarray(np.where(there, shifts, 0.0).sum(axis=0) / np.where(count > 0, count, np.nan))


def _one_weight(space: Space, factor: Factor, seed: int) -> Floats:
    engine = space.engine
    mix, own = engine.mix.weights, engine.combos[int(space.sound[0])]
    assert mix is not None and isinstance(own, Combo)
    node = next(node for node in engine.board.recipe.nodes if node.code == factor.parent)
    place = node.children.index(factor.child)
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(2**32 - 2, place)))
    drawn = np.tile(published_amounts(mix, node), (PROBES, 1))
    # One number in every 128th, so that so few tell the mean well.
    u = (np.arange(PROBES) + generator.random(PROBES)) / PROBES
    drawn[:, place] = amounts(mix, node, place, u)
    weights = {node.code: drawn / drawn.sum(axis=1, keepdims=True)}
    # Points stay as published: nothing but this weight is drawn.
    return own.tree.totals(PROBES, weights)
