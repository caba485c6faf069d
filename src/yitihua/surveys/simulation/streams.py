"""Random numbers with a stream a county: what a county's people say does not depend on who else is simulated."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from yitihua.indicators.table import Floats

Ints = npt.NDArray[np.int64]


class Streams:
    """Draws arrays over the people of several counties, each county's part from its own stream.

    Rows are sorted by county and every county has the same number of rows. A county's stream is a
    child of the seed, keyed on its code, so counties may be simulated alone, in batches of any size
    or side by side, and get the same numbers.

    Parameters
    ----------
    seed : int
        Of the whole province.
    names : sequence of str
        Which part of the simulation, as questionnaire and year.
    codes : sequence of str
        The counties, in the order of the rows.

    Examples
    --------
    >>> two = Streams(0, ["citizens", "2022"], ["330102", "330421"]).random(4)
    >>> one = Streams(0, ["citizens", "2022"], ["330421"]).random(2)
    >>> bool((two[2:] == one).all())
    True
    """

    def __init__(self, seed: int, names: Sequence[str], codes: Sequence[str]) -> None:
        entropy = [seed, *(zlib.crc32(name.encode()) for name in names)]
        self._streams = [
            np.random.default_rng(np.random.SeedSequence(entropy, spawn_key=(int(code),))) for code in codes
        ]

    def _rows(self, count: int) -> int:
        rows, rest = divmod(count, len(self._streams))
        if rest:
            raise ValueError(f"{count} rows do not divide among {len(self._streams)} counties")
        return rows

    def _parts(self, draw: Callable[[np.random.Generator], npt.NDArray[np.float64]]) -> Floats:
        return np.concatenate([draw(stream) for stream in self._streams], axis=-1)

    def random(self, count: int, sets: int | None = None) -> Floats:
        """Return uniform numbers for `count` rows; with `sets`, an array of that many rows of them."""
        rows = self._rows(count)
        return self._parts(lambda stream: stream.random(rows if sets is None else (sets, rows)))

    def standard_normal(self, count: int) -> Floats:
        """Return standard normal numbers for `count` rows."""
        rows = self._rows(count)
        return self._parts(lambda stream: stream.standard_normal(rows))

    def integers(self, low: int, high: int, count: int) -> Ints:
        """Return whole numbers from `low` to below `high` for `count` rows."""
        rows = self._rows(count)
        return np.concatenate([stream.integers(low, high, rows) for stream in self._streams])

    def poisson(self, rate: Floats) -> Ints:
        """Return counts, a rate a row."""
        parts = np.split(rate, len(self._streams))
        return np.concatenate([stream.poisson(part) for stream, part in zip(self._streams, parts, strict=True)])

    def binomial(self, count: Ints, share: Floats) -> Ints:
        """Return how many of `count` succeed, a count and a share a row."""
        counts, shares = np.split(count, len(self._streams)), np.split(share, len(self._streams))
        return np.concatenate(
            [stream.binomial(n, p) for stream, n, p in zip(self._streams, counts, shares, strict=True)]
        )

    def normals(self, *shape: int) -> Floats:
        """Return a table of standard normal numbers for each county; shape (counties, *shape)."""
        return np.stack([stream.standard_normal(shape) for stream in self._streams])
