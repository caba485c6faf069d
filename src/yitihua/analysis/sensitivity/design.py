"""Which draws are mixed how: the evaluations of a base point, for Sobol' indices and for Shapley effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yitihua.analysis.sensitivity.draws import Draws, Ints, Letters
from yitihua.analysis.sensitivity.factors import Space
from yitihua.analysis.sensitivity.movers import UnitSums
from yitihua.analysis.sensitivity.shapley import INNER, permutation_letters
from yitihua.analysis.sensitivity.targets import Target, level_ranks
from yitihua.index.grade import rounded
from yitihua.indicators.table import Floats

#: Scores (and drawn values) that are there at a time, so that they stay in the cache; twice that where whole draws
#: are made, which costs something a block. Nothing of size runs x units is kept.
CELLS = 100_000


@dataclass(frozen=True, eq=False)
class Design:
    """The evaluations of every base point.

    Attributes
    ----------
    letters : ndarray of int8, shape (evaluations, factors)
        The same for every base point; empty where `orders` tell.
    orders : ndarray of int, shape (n, factors), or None
        Permutations, one a base point.
    groups : tuple of str
        Sources with several factors, beside single factors: taken from B together.
    second : bool
        Whether BA follow AB.
    """

    letters: Letters
    orders: Ints | None = None
    groups: tuple[str, ...] = ()
    second: bool = False

    @property
    def each(self) -> int:
        """Evaluations a base point."""
        return len(self.letters) if self.orders is None else self.orders.shape[1] * INNER

    def of_rows(self, rows: Ints) -> Letters:
        """Return the letters of some base points, shape (evaluations, rows, factors)."""
        if self.orders is None:
            return np.repeat(self.letters[:, None, :], len(rows), axis=1)
        found = permutation_letters(self.orders[rows])
        return np.moveaxis(found.reshape(len(rows), -1, found.shape[-1]), 1, 0)


def sobol_design(space: Space, second: bool) -> Design:
    """Return A, B, every AB_i, AB of sources with several factors, and every BA_i if asked for.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.analysis.sensitivity.factors import space_of
    >>> from yitihua.analysis.uncertainty.engine import Engine
    >>> from yitihua.analysis.uncertainty.mix import mix_of
    >>> board = yt.evaluate("hdi")
    >>> space = space_of(Engine.of(board, mix_of(board, aggregate="arithmetic", normalise="minmax"), 0), False)
    >>> sobol_design(space, second=False).letters.tolist()
    [[0, 0], [1, 1], [1, 0], [0, 1]]
    """
    d = len(space.factors)
    own = np.eye(d, dtype=np.int8)
    sources = space.sources
    groups = [name for name, places in sources.items() if len(places) > 1 and len(sources) > 1]
    together = np.zeros((len(groups), d), dtype=np.int8)
    for k, name in enumerate(groups):
        together[k, list(sources[name])] = 1
    parts = [np.zeros((1, d), dtype=np.int8), np.ones((1, d), dtype=np.int8), own, together]
    return Design(np.concatenate([*parts, 1 - own] if second else parts), groups=tuple(groups), second=second)


def rows_in_block(space: Space, each: int) -> int:
    """Return how many base points a block has, so that it stays small.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.analysis.sensitivity.factors import space_of
    >>> from yitihua.analysis.uncertainty.engine import Engine
    >>> from yitihua.analysis.uncertainty.mix import mix_of
    >>> board = yt.evaluate("hdi")
    >>> rows_in_block(space_of(Engine.of(board, mix_of(board, weights="uniform"), 0), False), each=7)
    70
    """
    engine = space.engine
    cells = max(each * max(len(engine.board.table.units), len(space.factors)), engine.noise.centre.size)
    return int(max(1, (CELLS if engine.noise.is_none else 2 * CELLS) // max(1, cells)))


def evaluate(draws: Draws, design: Design, target: Target, by_unit: bool, block: int) -> tuple[Floats, UnitSums | None]:
    """Return the target over the evaluations of a block, and what is kept of all units' ranks.

    Returns
    -------
    values : ndarray, shape (evaluations, rows)
    sums : UnitSums or None
    """
    board = draws.space.engine.board
    rows = draws.block_rows(block)
    letters = design.of_rows(rows)
    each, size, d = letters.shape
    row = np.tile(np.arange(size), each)
    scores = draws.scores(block, row, letters.reshape(each * size, d))
    rounded(scores, board.recipe.score_decimals, out=scores)
    ranks = level_ranks(board, scores)
    values = target.reduce(scores, ranks).reshape(each, size)
    if not by_unit:
        return values, None
    swapped = 2 + d + len(design.groups)
    return values, UnitSums.of(ranks.reshape(each, size, -1)[:swapped])
