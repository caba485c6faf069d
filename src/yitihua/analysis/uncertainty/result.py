"""What a run of replicates says about every unit: intervals of score and rank, grades, pairs, tied groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.analysis.uncertainty.combos import STAGES, Combo, Failure
from yitihua.analysis.uncertainty.engine import BLOCK, Engine
from yitihua.analysis.uncertainty.mix import Mix
from yitihua.analysis.uncertainty.rank_sets import joint_rank_sets
from yitihua.analysis.uncertainty.replay import Replicate, replicate
from yitihua.analysis.uncertainty.summary import PAIRS, Summary
from yitihua.errors import refuse
from yitihua.index.sampling import runs_alike
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """The distribution of scores, ranks and grades over replicates.

    Attributes
    ----------
    board : Scoreboard
        As published.
    mix : Mix
        What was varied.
    n, seed : int
        Replicates asked for, and what they were drawn from.
    level : float
        Of intervals, such as 0.9.
    engine : Engine
        Makes replicates again.
    summary : Summary
    """

    board: Scoreboard
    mix: Mix
    n: int
    seed: int
    level: float
    engine: Engine
    summary: Summary

    # Scores.

    @property
    def sound(self) -> int:
        """Replicates with scores."""
        return self.summary.sound

    @cached_property
    def _moments(self) -> tuple[Floats, Floats]:
        return self.summary.moments()

    @property
    def mean(self) -> Floats:
        """Mean score of every unit over replicates, shape (units,)."""
        return self._moments[0]

    @property
    def sd(self) -> Floats:
        """Standard deviation of every unit's score over replicates, shape (units,)."""
        return self._moments[1]

    @cached_property
    def score_interval(self) -> tuple[Floats, Floats]:
        """Lower and upper end for every score, shape (units,): quantiles of the replicates."""
        tail = (1.0 - self.level) / 2.0
        low, high = self.summary.quantiles([tail, 1.0 - tail])
        return low, high

    # Ranks.

    def rank_counts(self, level: str) -> Ints:
        """Return how often each unit of a level had each rank, shape (units, units); first rank 1."""
        counts = self.summary.counted(f"ranks {level}")
        rows = self.board.level_rows[level]
        return np.zeros((len(rows), len(rows)), dtype=np.int64) if counts is None else counts[:, 1:]

    @cached_property
    def rank_interval(self) -> tuple[Floats, Floats]:
        """Best and worst rank of every unit by itself, shape (units,): quantiles of its own ranks."""
        low, high, tail = self._blank(), self._blank(), (1.0 - self.level) / 2.0
        for level, rows in self.board.level_rows.items():
            counts = self.rank_counts(level)
            for row, own in zip(rows.tolist(), counts, strict=True):
                below = own.cumsum()
                total = int(below[-1])
                if total:
                    # The smallest rank that at least the tail of the replicates reach, and the largest alike.
                    ends = below.searchsorted(
                        [max(tail * total, 1e-9) * (1 + 1e-12), (1.0 - tail) * total * (1 - 1e-12)]
                    )
                    low[row], high[row] = 1 + ends
        return low, high

    @cached_property
    def rank_sets(self) -> tuple[Floats, Floats]:
        """Best and worst rank of every unit, all units of a level jointly, see `rank_sets.joint_rank_sets`."""
        best, worst, draws = self._blank(), self._blank(), self.summary.first
        for rows in self.board.level_rows.values():
            best[rows], worst[rows] = joint_rank_sets(self.board.rounded_scores[rows], draws[:, rows], self.level)
        return best, worst

    def mean_rank(self) -> Floats:
        """Return the mean rank of every unit over replicates, shape (units,)."""
        found = self._blank()
        for level, rows in self.board.level_rows.items():
            counts = self.rank_counts(level)
            total = np.where(counts.sum(axis=1) > 0, counts.sum(axis=1), np.nan)
            found[rows] = counts @ np.arange(1, len(rows) + 1) / total
        return found

    def top(self, k: int) -> Floats:
        """Return the probability of every unit to be among the top k of its level, shape (units,).

        Raises
        ------
        InputError
            If k is not at least 1 and at most the number of units of the largest level.
        """
        most = max(len(rows) for rows in self.board.level_rows.values())
        if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or not 1 <= k <= most:
            raise refuse("number-range", key="k", found=str(k), low="1", high=str(most))
        found = self._blank()
        for level, rows in self.board.level_rows.items():
            counts = self.rank_counts(level)
            total = np.where(counts.sum(axis=1) > 0, counts.sum(axis=1), np.nan)
            found[rows] = counts[:, :k].sum(axis=1) / total
        return found

    # Grades.

    @cached_property
    def grade_probability(self) -> dict[str, Floats]:
        """Scheme -> probability of each grade, shape (units, grades), lowest first; NaN without a grade."""
        found = {}
        for rule in self.board.recipe.grades:
            shares = np.full((len(self.board.table.units), len(rule.labels)), np.nan)
            for level, rows in self.board.level_rows.items():
                counts = self.summary.counted(f"grades {rule.code} {level}")
                if counts is not None:
                    total = counts.sum(axis=1, keepdims=True)
                    shares[rows] = counts / np.where(total > 0, total, np.nan)
            found[rule.code] = shares
        return found

    # Pairs.

    def beats(self, first: str, second: str) -> float:
        """Return the probability that one unit is ahead of another of its level; ties count for neither.

        Parameters
        ----------
        first, second : str
            Codes or names.

        Raises
        ------
        InputError
            If a unit is unknown, or the two are of different levels.
        """
        table = self.board.table
        i, j = table.row_of(first), table.row_of(second)
        if table.levels[i] != table.levels[j]:
            raise refuse("different-levels", name=[first, second], options=[table.levels[i], table.levels[j]])
        rows = self.board.level_rows[table.levels[i]]
        if len(rows) <= PAIRS:
            place = {row: k for k, row in enumerate(rows.tolist())}
            return float(self.ahead(table.levels[i])[place[i], place[j]])
        draws = self.summary.first
        return float((draws[:, i] > draws[:, j]).mean())

    def ahead(self, level: str) -> Floats:
        """Return the probability that row i is ahead of column j, shape (units, units) of a level.

        Raises
        ------
        InputError
            If the level has more than 500 units: ask `beats` pair by pair.
        """
        rows = self.board.level_rows[level]
        if len(rows) > PAIRS:
            raise refuse("pairs-too-many", key="level", name=level, found=len(rows), high=PAIRS)
        counts = self.summary.counted(f"ahead {level}")
        assert counts is not None
        return np.asarray(counts / max(self.sound, 1))

    @cached_property
    def groups(self) -> dict[str, list[tuple[str, ...]]]:
        """Level -> groups of neighbours in the ranking none of whom is surely ahead of another, best first.

        Two units are told apart where one is ahead in 1 - (1 - level) / 2 of the replicates or more.
        """
        found = {}
        most = 1.0 - (1.0 - self.level) / 2.0
        for level, rows in self.board.level_rows.items():
            scored = np.flatnonzero(np.isfinite(self.board.total[rows]))
            order = scored[np.argsort(-self.board.rounded_scores[rows[scored]], kind="stable")]
            units = [self.board.table.units[row] for row in rows[order]]
            if len(rows) <= PAIRS:
                ahead = self.ahead(level)[np.ix_(order, order)]

                def apart(first: int, last: int, p: Floats = ahead) -> npt.NDArray[np.bool_]:
                    return np.asarray((p[first:last, last] >= most) | (p[last, first:last] >= most))
            else:
                draws = np.ascontiguousarray(self.summary.first[:, rows[order]].T)

                def apart(first: int, last: int, p: Floats = draws) -> npt.NDArray[np.bool_]:
                    above = (p[first:last] > p[last]).mean(axis=1)
                    below = (p[first:last] < p[last]).mean(axis=1)
                    return np.asarray((above >= most) | (below >= most))

            found[level] = [tuple(units[a : b + 1]) for a, b in runs_alike(len(order), apart)]
        return found

    # What was chosen.

    @cached_property
    def failures(self) -> tuple[tuple[Failure, int], ...]:
        """Combinations of methods that cannot be scored, with the number of replicates that chose them."""
        failed = {k: one for k, one in enumerate(self.engine.combos) if isinstance(one, Failure)}
        if not failed:
            return ()
        counts = np.bincount(self.combos, minlength=len(self.engine.combos))
        return tuple((one, int(counts[k])) for k, one in failed.items())

    @cached_property
    def combos(self) -> Ints:
        """Which combination of methods each replicate chose, shape (n,)."""
        found = [self.engine.block(k).combo for k in range(-(-self.n // BLOCK))]
        return np.concatenate(found)[: self.n]

    def choices(self) -> pd.DataFrame:
        """Return one row a replicate: block, what was chosen at every stage, what was left out, whether it failed."""
        import pandas as pd

        frames = []
        for block in range(-(-self.n // BLOCK)):
            made = self.engine.block(block)
            said = np.array([one.choices for one in self.engine.combos], dtype=object)[made.combo]
            frame = pd.DataFrame(said, columns=list(STAGES))
            names = np.array([*self.mix.drop, ""], dtype=object)
            frame["drop"] = names[made.dropped]
            frame["failed"] = np.array([isinstance(one, Failure) for one in self.engine.combos])[made.combo]
            frame.insert(0, "block", block)
            frames.append(frame)
        found = pd.concat(frames, ignore_index=True).iloc[: self.n]
        found.insert(0, "replicate", np.arange(len(found)))
        return found

    def replicate(self, number: int) -> Replicate:
        """Make one replicate again, as a board of its own.

        Raises
        ------
        InputError
            If there is no such replicate, or its combination of methods cannot be scored.
        """
        if isinstance(number, bool) or not isinstance(number, (int, np.integer)) or not 0 <= number < self.n:
            raise refuse("no-such-replicate", key="replicate", found=str(number), high=self.n - 1)
        return replicate(self.engine, int(number))

    @cached_property
    def effects(self) -> pd.DataFrame:
        """What every source does by itself, see `yitihua.analysis.uncertainty.effects`."""
        from yitihua.analysis.uncertainty.effects import effects

        return effects(self.board, self.mix, self.seed)

    @property
    def without_effect(self) -> tuple[str, ...]:
        """Sources and rivals that move no score at all, such as ``normalise: minmax``."""
        frame = self.effects
        still = frame[(frame["largest_change"] == 0) & (frame["unscored"] == 0)]
        return tuple(f"{s}: {r}" if r else s for s, r in zip(still["source"], still["rival"], strict=True))

    # Tables.

    @property
    def frame(self) -> pd.DataFrame:
        """`table` with names in English."""
        return self.table("en")

    def table(self, lang: str = "en", top: Sequence[int] = ()) -> pd.DataFrame:
        """Return one row a unit, best first.

        Columns: unit, name, level, score, mean, sd, score_low, score_high, rank, rank_low, rank_high
        (each unit by itself), joint_low, joint_high (all units jointly), top_K for every k asked for,
        SCHEME and SCHEME_LABEL (the grade given, and the probability of each), groups (numbers of the
        tied groups the unit is in).
        """
        from yitihua.analysis.uncertainty.tables import uncertainty_table

        return uncertainty_table(self, lang, top)

    def _blank(self) -> Floats:
        return np.full(len(self.board.table.units), np.nan)

    @property
    def sound_combos(self) -> list[Combo]:
        """Combinations of methods that can be scored."""
        return [one for one in self.engine.combos if isinstance(one, Combo)]

    def notes(self, lang: str = "en") -> list[str]:
        """Return what must be said beside the numbers."""
        from yitihua.analysis.uncertainty.tables import notes

        return notes(self, lang)

    def __repr__(self) -> str:
        low, high = self.rank_interval
        width = np.nanmedian(high - low + 1) if np.isfinite(high).any() else np.nan
        simulated = ", simulated 模拟" if self.board.table.simulated or self.board.recipe.simulated else ""
        failed = sum(count for _, count in self.failures)
        return (
            f"<Uncertainty {self.n} replicates ({failed} failed), seed {self.seed}, {self.level:.0%} intervals, "
            f"{' + '.join(self.mix.sources)}, median rank interval {width:.0f} places{simulated}>"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return what is needed to make the run again: mix, n, seed, level."""
        return {"n": self.n, "seed": self.seed, "level": self.level, "block": BLOCK, "mix": self.mix.to_dict()}
