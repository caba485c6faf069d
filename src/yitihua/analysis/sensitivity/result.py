"""What a sensitivity analysis says: indices of every choice, weight and error, and whom each moves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.analysis.sensitivity.factors import Factor, Space
from yitihua.analysis.sensitivity.movers import UnitSums, alone
from yitihua.analysis.sensitivity.shapley import Effects
from yitihua.analysis.sensitivity.sobol import Indices
from yitihua.analysis.sensitivity.targets import Target
from yitihua.analysis.uncertainty.combos import Failure
from yitihua.errors import refuse
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Sobol' indices or Shapley effects of a target.

    Attributes
    ----------
    space : Space
        Factors, and the engine that scores.
    target : Target
    method : {"sobol", "shapley"}
    n, seed : int
        Base points, and what they were drawn from.
    level : float
        Of intervals.
    runs, lost : int
        Runs, and those of them in which the target has no value.
    unusual : int
        Runs of independent draws in which the target has another value than its commonest: where they are few,
        indices rest on few runs.
    groups : tuple of str
        Sources of several factors, that also have an index together.
    indices : Indices or None
        Of the factors, then of the groups.
    effects : Effects or None
        Shapley effects of the factors.
    sums : UnitSums or None
        Ranks of all units, for `movers`.
    """

    space: Space
    target: Target
    method: str
    n: int
    seed: int
    level: float
    runs: int
    lost: int
    unusual: int
    groups: tuple[str, ...]
    indices: Indices | None
    effects: Effects | None
    sums: UnitSums | None

    @property
    def board(self) -> Scoreboard:
        """The board as published."""
        return self.space.engine.board

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Factors that vary, in the order of the indices."""
        return self.space.factors

    @property
    def constant(self) -> bool:
        """Whether the target never varied."""
        found = self.indices or self.effects
        return found is not None and found.constant

    @property
    def mean(self) -> float:
        """Mean of the target over the runs."""
        found = self.indices or self.effects
        assert found is not None
        return found.mean

    @property
    def sd(self) -> float:
        """Standard deviation of the target over the runs: what the indices are shares of, squared."""
        found = self.indices or self.effects
        assert found is not None
        return float(np.sqrt(found.variance))

    @cached_property
    def failures(self) -> tuple[Failure, ...]:
        """Combinations of methods that cannot be scored: no run has them."""
        return tuple(one for one in self.space.engine.combos if isinstance(one, Failure))

    @property
    def without_effect(self) -> tuple[str, ...]:
        """Factors that change the target in no run."""
        found = self.indices.total if self.indices is not None else self.effects.effect if self.effects else None
        strength = np.zeros(len(self.factors)) if found is None else found[: len(self.factors)]
        still = [factor.name for factor, value in zip(self.factors, strength, strict=True) if value == 0]
        return (*still, *(factor.name for factor in self.space.still))

    def table(self, lang: str = "en") -> pd.DataFrame:
        """Return one row a factor, the strongest first.

        Columns: factor, name, source, then first, first_low, first_high, total, total_low, total_high, or
        effect, effect_low, effect_high for Shapley effects.
        """
        from yitihua.analysis.sensitivity.tables import factor_table

        return factor_table(self, lang)

    def sources(self, lang: str = "en") -> pd.DataFrame:
        """Return one row a source of the mix, the strongest first: all its factors taken together.

        Columns: source, name, factors (how many), then as in `table`. A Shapley effect of a source is the sum of
        those of its factors, without an interval where there are several.
        """
        from yitihua.analysis.sensitivity.tables import source_table

        return source_table(self, lang)

    def second(self, lang: str = "en") -> pd.DataFrame:
        """Return one row a pair of factors, the strongest first: what two do together beyond what each does.

        Columns: factor_1, factor_2, name_1, name_2, second, second_low, second_high.

        Raises
        ------
        InputError
            If it was not asked for (``second=True``).
        """
        from yitihua.analysis.sensitivity.tables import second_table

        if self.indices is None or self.indices.second is None:
            raise refuse("needs-key", key="second", method="second()", name="second=True")
        return second_table(self, lang)

    @cached_property
    def choices(self) -> tuple[Factor | str, ...]:
        """What `movers` tells apart: sources where there are several, else factors."""
        names = list(self.space.sources)
        return tuple(names) if len(names) > 1 else self.factors

    @cached_property
    def unit_totals(self) -> Floats:
        """Total-order index of every unit's rank, shape (choices, units); NaN without a rank.

        Raises
        ------
        InputError
            Of Shapley effects.
        """
        if self.sums is None:
            raise refuse("movers-by-sobol", key="method", found=self.method)
        whole = self.sums.totals
        if len(self.space.sources) < 2:
            return whole[: len(self.factors)]
        places = []
        for name, own in self.space.sources.items():
            places.append(len(self.factors) + self.groups.index(name) if name in self.groups else own[0])
        return np.asarray(whole[places])

    @cached_property
    def unit_shifts(self) -> Floats:
        """Mean absolute shift of every unit's rank while one choice alone varies, shape (choices, units)."""
        return np.array([alone(self, choice) for choice in self.choices]).reshape(-1, len(self.board.table.units))

    def movers(self, lang: str = "en") -> pd.DataFrame:
        """Return which choice most moves whom: one row a unit, best first.

        Columns: unit, name, level, rank, rank_sd (over the runs), choice (the one with the largest total-order
        index of the unit's rank, "" where the rank never varies), choice_name, total (that index), shift (mean
        absolute shift of the rank while that choice alone varies, all else as published).

        Raises
        ------
        InputError
            Of Shapley effects.

        Examples
        --------
        >>> import yitihua as yt
        >>> found = yt.evaluate("asem").sensitivity(n=64, weights="uniform", normalise="zscore")
        >>> found.movers()["choice"].value_counts().index[0]
        'weights'
        """
        from yitihua.analysis.sensitivity.tables import mover_table

        return mover_table(self, lang)

    def notes(self, lang: str = "en") -> list[str]:
        """Return what must be said beside the numbers."""
        from yitihua.analysis.sensitivity.tables import notes

        return notes(self, lang)

    @property
    def frame(self) -> pd.DataFrame:
        """`table` with names in English."""
        return self.table("en")

    def __repr__(self) -> str:
        simulated = ", simulated 模拟" if self.board.table.simulated or self.board.recipe.simulated else ""
        what = "Sobol' indices" if self.method == "sobol" else "Shapley effects"
        return (
            f"<Sensitivity of {self.target.title[1]}: {what} of {len(self.factors)} factors, {self.n} points, "
            f"seed {self.seed}, {self.level:.0%} intervals{simulated}>"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return what is needed to make the run again: target, method, n, seed, level, mix."""
        second = self.indices is not None and self.indices.second is not None
        return {
            "target": self.target.spec, "method": self.method, "n": self.n, "seed": self.seed, "level": self.level,
            "second": second, "mix": self.space.engine.mix.to_dict(),
        }  # fmt: skip
