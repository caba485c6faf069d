"""What is kept of the replicates: counts of ranks, grades and pairs, and the distribution of scores.

Scores are kept as they are up to a budget; beyond it they are counted in bins, a thousand a unit, so
that memory does not grow with the number of replicates. Ranks, grades and pairs are counted exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from yitihua.analysis.uncertainty.counts import count_ranks, grade_counts, pairs_ahead, rank_counts, ranks_of
from yitihua.index.grade import rounded
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: Scores that are kept as they are, in all; and of the first replicates for good.
BUDGET, SAMPLE = 16_000_000, 4_000_000
#: Scores that wait to be counted, and that are counted at a time.
BATCH, TOGETHER = 4_000_000, 400_000
BINS = 1024
#: A level with more units is not compared pair by pair.
PAIRS = 500
#: What is counted.
KINDS = ("ranks", "ahead", "grades")


@dataclass(eq=False)
class Summary:
    """Counts over replicates.

    Attributes
    ----------
    board : Scoreboard
    sound, on_scale : int
        Replicates with scores, and of these the ones whose scores compare with the published.
    kept : list of ndarray
        Rounded scores that are not yet binned; None when the budget is spent.
    sample : list of ndarray
        The first replicates' scores, on the scale, for what looks at differences.
    """

    board: Scoreboard
    sound: int = 0
    on_scale: int = 0
    kept: list[tuple[Floats, Mask]] | None = field(default_factory=list)
    sample: list[Floats] = field(default_factory=list)
    _kept_size: int = 0
    _sample_size: int = 0
    _bins: Bins | None = None
    _counts: dict[str, Ints] = field(default_factory=dict)
    _done: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    _waiting: list[tuple[Floats, Mask]] = field(default_factory=list)
    _waiting_size: int = 0

    def add(self, scores: Floats, sound: Mask, on_scale: Mask) -> None:
        """Take in the scores of some replicates, and round them where they are.

        Parameters
        ----------
        scores : ndarray, shape (n, units)
        sound, on_scale : ndarray of bool, shape (n,)
            Which have scores at all, and on the published scale.
        """
        if not sound.all():
            scores, on_scale = scores[sound], on_scale[sound]
        rounded(scores, self.board.recipe.score_decimals, out=scores)
        self.sound += len(scores)
        self.on_scale += int(on_scale.sum())
        if self._sample_size < SAMPLE:
            own = scores if on_scale.all() else scores[on_scale]
            self.sample.append(own)
            self._sample_size += own.size
        if self.kept is not None:
            self.kept.append((scores, on_scale))
            self._kept_size += scores.size
            if self._kept_size > BUDGET:
                self._spend()
        elif self._bins is not None:
            self._bins.add(scores[on_scale])
            self._waiting.append((scores, on_scale))
            self._waiting_size += scores.size
            if self._waiting_size >= BATCH:
                self._count_waiting()

    def _spend(self) -> None:
        assert self.kept is not None
        for kind in KINDS:
            self._count_kept(kind)
        own = [scores[on] for scores, on in self.kept]
        self._bins = Bins.around(own)
        for scores in own:
            self._bins.add(scores)
        self.kept = None

    def counted(self, name: str) -> Ints | None:
        """Return a count by name: "ranks LEVEL" (units, 1 + units; first column: without a rank), "ahead LEVEL", ...

        As long as all scores are there, a kind of counts is made when it is first asked for.
        """
        if self.kept is None:
            self._count_waiting()
        else:
            self._count_kept(name.split()[0])
        return self._counts.get(name)

    def _count_kept(self, kind: str) -> None:
        assert self.kept is not None
        blocks, self._done[kind] = self.kept[self._done[kind] :], len(self.kept)
        for some in _batches(blocks):
            self._count(some, [kind])

    def _count_waiting(self) -> None:
        waiting, self._waiting, self._waiting_size = self._waiting, [], 0
        for some in _batches(waiting):
            self._count(some, KINDS)

    def _count(self, blocks: Sequence[tuple[Floats, Mask]], kinds: Sequence[str]) -> None:
        decimals = self.board.recipe.score_decimals
        for level, rows in self.board.level_rows.items():
            size = len(rows)
            if "grades" in kinds:
                self._count_grades(blocks, level, rows)
            pairs = "ahead" in kinds and size <= PAIRS
            if not pairs and "ranks" not in kinds:
                continue
            table = np.zeros((size, size + 1), dtype=np.int64)
            if "ranks" in kinds:
                table = self._counts.setdefault(f"ranks {level}", table)
            if not pairs and size <= PAIRS:
                for scores, _ in blocks:
                    count_ranks(_of(scores, rows), decimals, table)
                continue
            ranks = [ranks_of(_of(scores, rows), decimals) for scores, _ in blocks]
            if "ranks" in kinds:
                # Few units' counts stay in the cache; of many, a unit's row is gone over as seldom as can be.
                for own in ranks if size <= PAIRS else [np.concatenate(ranks)]:
                    rank_counts(own, table)
            if pairs:
                self._add(f"ahead {level}", pairs_ahead(np.concatenate(ranks)))

    def _count_grades(self, blocks: Sequence[tuple[Floats, Mask]], level: str, rows: Ints) -> None:
        for rule in self.board.recipe.grades:
            cuts = rule.cuts_of(level)
            if cuts is None:
                continue
            for scores, on_scale in blocks:
                own = _of(scores if on_scale.all() else scores[on_scale], rows)
                self._add(f"grades {rule.code} {level}", grade_counts(own, cuts))

    def _add(self, name: str, counts: Ints) -> None:
        self._counts[name] = self._counts[name] + counts if name in self._counts else counts

    @property
    def exact(self) -> bool:
        """Whether all scores are still there."""
        return self.kept is not None

    def quantiles(self, at: Sequence[float]) -> Floats:
        """Return quantiles of every unit's scores, shape (len(at), units); NaN without a score."""
        if self.kept is None:
            assert self._bins is not None
            return self._bins.quantiles(at)
        found = np.full((len(at), len(self.board.table.units)), np.nan)
        for start, own in self._by_unit():
            there = np.isfinite(own)
            whole = there.all(axis=1)
            if whole.all() and own.size:
                found[:, start : start + len(own)] = np.quantile(own, at, axis=1)
                continue
            for k in np.flatnonzero(there.any(axis=1)).tolist():
                found[:, start + k] = np.quantile(own[k, there[k]], at)
        return found

    def moments(self) -> tuple[Floats, Floats]:
        """Return mean and standard deviation of every unit's scores, NaN without a score."""
        if self.kept is None:
            assert self._bins is not None
            return self._bins.moments()
        mean, sd = np.full((2, len(self.board.table.units)), np.nan)
        for start, own in self._by_unit():
            for k, scores in enumerate(own, start):
                there = scores if np.isfinite(scores).all() else scores[np.isfinite(scores)]
                if there.size:
                    mean[k] = there.mean()
                    sd[k] = np.sqrt(np.square(there - mean[k]).sum() / (there.size - 1)) if there.size > 1 else np.nan
        return mean, sd

    def _by_unit(self) -> Iterator[tuple[int, Floats]]:
        """Yield the first of some units, and their kept scores on the published scale, shape (units, n)."""
        assert self.kept is not None
        blocks = [scores if on.all() else scores[on] for scores, on in self.kept]
        n, units = sum(map(len, blocks)), len(self.board.table.units)
        step = max(1, TOGETHER // max(1, n))
        for first in range(0, units, step):
            own = np.empty((min(step, units - first), n))
            done = 0
            for scores in blocks:
                own[:, done : done + len(scores)] = scores[:, first : first + step].T
                done += len(scores)
            yield first, own

    @property
    def first(self) -> Floats:
        """The first replicates' scores on the published scale, shape (n, units)."""
        return np.concatenate([np.zeros((0, len(self.board.table.units))), *self.sample])


def _of(scores: Floats, rows: Ints) -> Floats:
    """Return the scores of some units, without a copy where they are all."""
    return scores if len(rows) == scores.shape[1] else scores[:, rows]


def _batches(blocks: list[tuple[Floats, Mask]]) -> Iterator[list[tuple[Floats, Mask]]]:
    """Yield blocks in groups that are worth a pass over all pairs."""
    some: list[tuple[Floats, Mask]] = []
    for block in blocks:
        some.append(block)
        if sum(scores.size for scores, _ in some) >= (TOGETHER if block[0].shape[1] <= PAIRS else BATCH):
            yield some
            some = []
    if some:
        yield some


@dataclass(eq=False)
class Bins:
    """Scores of every unit, counted in bins of equal width.

    Attributes
    ----------
    low, high : ndarray, shape (units,)
        Ends of the bins; scores beyond are counted in the bin at the end, whose outer edge is then the extreme.
    counts : ndarray, shape (units, bins)
    centre : ndarray, shape (units,)
        What moments are taken around.
    """

    low: Floats
    high: Floats
    counts: Ints
    centre: Floats
    least: Floats
    most: Floats
    n: Floats
    total: Floats
    squares: Floats

    @classmethod
    def around(cls, scores: Sequence[Floats]) -> Bins:
        """Return empty bins that hold these scores with a quarter of their range to spare on both sides."""
        units = scores[0].shape[1]
        least, most = np.full(units, np.inf), np.full(units, -np.inf)
        for own in scores:
            least = np.minimum(least, np.where(np.isnan(own), np.inf, own).min(axis=0, initial=np.inf))
            most = np.maximum(most, np.where(np.isnan(own), -np.inf, own).max(axis=0, initial=-np.inf))
        there = least <= most
        low, high = np.where(there, least, 0.0), np.where(there, most, 0.0)
        spare = 0.25 * (high - low)
        zero = np.zeros(units)
        return cls(
            low - spare, high + spare, np.zeros((units, BINS), dtype=np.int64), 0.5 * (low + high),
            np.full(units, np.inf), np.full(units, -np.inf), zero, zero.copy(), zero.copy(),
        )  # fmt: skip

    def add(self, scores: Floats) -> None:
        """Count some scores, shape (n, units); NaN is left out."""
        if len(scores) == 0:
            return
        there = np.isfinite(scores)
        width = np.where(self.high > self.low, self.high - self.low, 1.0)
        filled = np.where(there, scores, self.centre)
        place = np.clip((filled - self.low) * (BINS / width), 0, BINS - 1).astype(np.int64)
        place += np.arange(scores.shape[1]) * BINS
        flat = place.ravel() if there.all() else place[there]
        self.counts += np.bincount(flat, minlength=self.counts.size).reshape(self.counts.shape)
        self.least = np.minimum(self.least, np.where(there, scores, np.inf).min(axis=0))
        self.most = np.maximum(self.most, np.where(there, scores, -np.inf).max(axis=0))
        off = np.where(there, filled - self.centre, 0.0)
        self.n = self.n + there.sum(axis=0)
        self.total = self.total + off.sum(axis=0)
        self.squares = self.squares + (off * off).sum(axis=0)

    def moments(self) -> tuple[Floats, Floats]:
        """Return mean and standard deviation (n - 1) of every unit, NaN without a score."""
        n = np.where(self.n > 0, self.n, np.nan)
        mean = self.total / n
        spread = np.maximum(self.squares - n * mean * mean, 0.0) / np.where(n > 1, n - 1, np.nan)
        return self.centre + mean, np.sqrt(spread)

    def quantiles(self, at: Sequence[float]) -> Floats:
        """Return quantiles, linear within a bin, shape (len(at), units)."""
        found = np.full((len(at), len(self.low)), np.nan)
        for unit in np.flatnonzero(self.n > 0).tolist():
            edges = np.linspace(self.low[unit], self.high[unit], BINS + 1)
            edges = np.clip(edges, self.least[unit], self.most[unit])
            edges[0], edges[-1] = self.least[unit], self.most[unit]
            below = np.concatenate([[0], np.cumsum(self.counts[unit])]) / self.n[unit]
            found[:, unit] = np.interp(at, below, edges)
        return found
