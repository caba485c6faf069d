"""Scoreboard: scores at every level, ranks, grades, coverage and contributions; frozen.

Arrays are computed when the board is made; tables are made when asked for. Renderers (HTML,
terminal, files) live in `yitihua.publish`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yitihua.errors import refuse, suggest
from yitihua.index import grade
from yitihua.index.asking import Asking
from yitihua.index.contributions import contributions
from yitihua.index.faces import Faces
from yitihua.index.recipe import Recipe
from yitihua.index.views import view_scores
from yitihua.indicators.table import Floats, IndicatorTable

if TYPE_CHECKING:
    import pandas as pd

    from yitihua.index.explain import Explanation
    from yitihua.index.sampling import Sampling

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, repr=False)
class Scoreboard(Faces, Asking):
    """The result of scoring a table with a recipe.

    Attributes
    ----------
    table : IndicatorTable
        What went in.
    recipe : Recipe
        Every choice and every fitted number.
    denominated, filled, treated, normalised : ndarray, shape (units, indicators)
        Values after each stage; `filled` holds what joint imputations gave, fills by one value a
        column come with `treated`.
    node_values : ndarray, shape (units, nodes)
        Scores of the nodes in the recipe's order, the index itself last; NaN below coverage.
    node_coverage : ndarray, same shape
        Share of the weight below each node that was observed.
    node_tested : ndarray, same shape
        Share of the weight right below each node that has a score: what the coverage rule looks at.
    imputed, winsorised, clipped : ndarray of bool, shape (units, indicators)
        Which cells were filled, pulled in, or cut to the scale.
    """

    table: IndicatorTable
    recipe: Recipe
    denominated: Floats
    filled: Floats
    treated: Floats
    normalised: Floats
    node_values: Floats
    node_coverage: Floats
    node_tested: Floats
    imputed: Mask
    winsorised: Mask
    clipped: Mask

    # Arrays.

    @property
    def total(self) -> Floats:
        """Score of every unit at full precision, NaN where coverage is too low."""
        return self.node_values[:, -1]

    @cached_property
    def points(self) -> Floats:
        """Points of every indicator and node, in the order of the recipe's plan."""
        return np.hstack([self.normalised, self.node_values])

    @cached_property
    def rounded_scores(self) -> Floats:
        """Scores rounded to `score_decimals`: what ranks and grades are taken on."""
        return grade.rounded(self.total, self.recipe.score_decimals)

    @cached_property
    def level_rows(self) -> dict[str, npt.NDArray[np.int64]]:
        """Level -> rows of its units: units are ranked and graded within their level."""
        levels = np.array(self.table.levels, dtype=object)
        return {level: np.flatnonzero(levels == level) for level in dict.fromkeys(self.table.levels)}

    @cached_property
    def rank(self) -> Floats:
        """Rank within the level; ties share the best rank."""
        return grade.ranks_within(self.rounded_scores, list(self.level_rows.values()))

    @cached_property
    def node_ranks(self) -> Floats:
        """Rank within the level by every node's score, shape (units, nodes)."""
        rounded = grade.rounded(self.node_values, self.recipe.score_decimals)
        return grade.ranks_within(rounded, list(self.level_rows.values()))

    @cached_property
    def grade_indices(self) -> dict[str, npt.NDArray[np.int64]]:
        """Grade of every unit by scheme: 0 is the lowest, -1 is none."""
        found = {}
        for rule in self.recipe.grades:
            indices = np.full(len(self.table.units), -1)
            for level, rows in self.level_rows.items():
                cuts = rule.cuts_of(level)
                if cuts is not None:
                    indices[rows] = grade.grade_index(self.rounded_scores[rows], [round(cut, 12) for cut in cuts])
            found[rule.code] = indices
        return found

    @property
    def coverage(self) -> Floats:
        """Share of the whole index's weight that was observed, by unit."""
        return self.node_coverage[:, -1]

    # Tables. Every one carries in .attrs what must be said beside its numbers.

    def _marked(self, frame: pd.DataFrame) -> pd.DataFrame:
        frame.attrs = {
            "edition": self.recipe.edition,
            "simulated": self.table.simulated or self.recipe.simulated,
            "notice": self.recipe.notice[1],
        }
        return frame

    @cached_property
    def scores(self) -> pd.DataFrame:
        """One row a unit, best first: what scores.csv holds, names in English."""
        return self.score_table("en")

    def score_table(self, lang: str = "en") -> pd.DataFrame:
        """Return unit, name, level, score, rank, grades, coverage, first-level nodes, note."""
        from yitihua.index import tables

        return self._marked(tables.score_table(self, lang))

    @property
    def ranks(self) -> pd.DataFrame:
        """Long: unit, name, level, node, score, rank, coverage."""
        from yitihua.index import tables

        return self._marked(tables.rank_table(self))

    @property
    def grades(self) -> pd.DataFrame:
        """Long: unit, name, level, scheme, grade, label."""
        from yitihua.index import tables

        return self._marked(tables.grade_table(self))

    @property
    def indicators(self) -> pd.DataFrame:
        """Long: unit, indicator, raw value and each step to its contribution; what indicators.csv holds."""
        return self.indicator_table("en")

    def indicator_table(self, lang: str = "en") -> pd.DataFrame:
        """Return `indicators` with flags in one language."""
        from yitihua.index import tables

        return self._marked(tables.indicator_table(self, lang))

    def treatment_table(self, lang: str = "en") -> pd.DataFrame:
        """Return one row an indicator: its shape before and after treatment, limits, values pulled in."""
        from yitihua.index.treat.report import board_treatment, treatment_frame

        return self._marked(treatment_frame(board_treatment(self), lang))

    @property
    def contributions(self) -> pd.DataFrame:
        """Long: unit, code, depth, weight, points, contribution; sums to the score at every depth."""
        from yitihua.index import tables

        return self._marked(tables.contribution_table(self))

    @cached_property
    def contribution_arrays(self) -> tuple[Floats, Floats]:
        """Contributions and weights in force, shape (units, indicators + nodes)."""
        return contributions(self.points, self.recipe.plan)

    def view(self, name: str, lang: str = "en") -> pd.DataFrame:
        """Return the scores of a view's groups, one row a unit, and their mean as "total".

        Every indicator keeps its weight in the whole index. So "total" equals the score under
        arithmetic means and complete data; where a cell is missing its weight goes to others of
        its group, who are not the same as in the tree, and the two differ a little.

        Parameters
        ----------
        name : str
            A view of the edition, such as "ssp".
        lang : {"en", "zh"}
            Language of names.

        Raises
        ------
        InputError
            If there is no such view.
        """
        rules = {rule.code: rule for rule in self.recipe.views}
        if name not in rules:
            raise refuse("unknown-reference", kind="view", name=name, options=list(rules), hint=suggest(name, rules))
        from yitihua.index import tables

        return self._marked(tables.view_table(self, rules[name], view_scores(self, rules[name]), lang))

    def explain(self, unit: str, indicator: str | None = None) -> Explanation:
        """Return how a unit's score, or one of its numbers, came about, from raw value to points.

        Parameters
        ----------
        unit : str
            Code or name of a unit.
        indicator : str, optional
            Indicator or node; default: the whole score.

        Returns
        -------
        Explanation
            Prints as text in English or Chinese; ``.frame`` is a DataFrame.
        """
        from yitihua.index.explain import explain

        return explain(self, unit, indicator)

    # Sampling error of the surveys.

    def sampling(self, n: int = 2000, seed: int | np.random.Generator = 0, level: float = 0.95) -> Sampling:
        """Return draws of the scores under the sampling errors of the estimates.

        Parameters
        ----------
        n : int
            Number of draws, 100 or more.
        seed : int or numpy Generator
            The same seed gives the same draws.
        level : float
            Of the intervals.

        Returns
        -------
        Sampling
            Score and rank intervals, the probability of each grade, and the groups of units that
            cannot be told apart; ``.frame`` is a DataFrame.

        Raises
        ------
        InputError
            If no indicator of the index has a standard error.
        """
        from yitihua.index.sampling import sampling

        return sampling(self, n, seed, level)

    @cached_property
    def sampled(self) -> Sampling | None:
        """The draws that tables show by default, None where nothing was estimated from a sample."""
        from yitihua.index.sampling import default_draws, errors_of, sampling

        return None if errors_of(self.table, self.recipe.codes) is None else sampling(self, default_draws(self))
