"""What a what-if does: the new board, who moved, and for which of the changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.analysis.agreement import Comparison, compare_boards
from yitihua.analysis.asked import level_name
from yitihua.analysis.attribution import shapley_parts
from yitihua.analysis.movement import rank_parts
from yitihua.analysis.stages import marked
from yitihua.analysis.whatif.asking import Asked, asked_of
from yitihua.analysis.whatif.making import made
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.cities import LEVEL as CITY
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

    from yitihua.definitions.edition import Edition


@dataclass(frozen=True, eq=False)
class WhatIf:
    """A board with some choices or numbers changed, beside the published one.

    Attributes
    ----------
    base : Scoreboard
        As published.
    board : Scoreboard
        With what is asked.
    asked : Asked
        What that is, in full.
    """

    base: Scoreboard
    board: Scoreboard
    asked: Asked

    @property
    def parts(self) -> tuple[str, ...]:
        """What was changed, of values, normalise, aggregate, weights, drop."""
        return self.asked.parts

    def comparison(self, level: str | None = None) -> Comparison:
        """Return how far the two rankings of a level agree."""
        return compare_boards(self.base, self.board, level)

    @cached_property
    def _boards(self) -> dict[frozenset[str], Scoreboard]:
        return {frozenset(): self.base, frozenset(self.parts): self.board}

    def _with(self, joined: frozenset[str]) -> Scoreboard:
        if joined not in self._boards:
            self._boards[joined] = made(self.base, self.asked, joined)
        return self._boards[joined]

    @cached_property
    def score_parts(self) -> dict[str, Floats]:
        """Change -> points of the change of score it brought, shape (units,); they sum to the change.

        Changes are made in every order, and a part is the mean of what it brought (Shapley 1953).
        """
        return shapley_parts(self.parts, lambda joined: self._with(joined).total)

    @cached_property
    def rank_parts(self) -> dict[str, Floats]:
        """Change -> places gained by it, shape (units,); fractions occur, and they sum to the places gained."""
        return shapley_parts(self.parts, lambda joined: -self._with(joined).rank)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """`table` with names in English."""
        return self.table("en")

    def table(self, lang: str = "en", level: str | None = None) -> pd.DataFrame:
        """Return one row a unit of a level, the largest change of rank first.

        Parameters
        ----------
        lang : {"en", "zh"}
            Language of names.
        level : str, optional
            Default: the level with the most units.

        Returns
        -------
        DataFrame
            unit, name, score_old, score_new, change, a column a part of the change (they sum to it),
            rank_old, rank_new, rank_change (places gained), rank_own and rank_others (how much of it the
            unit's own score brought, and the movement of others), and SCHEME_old, SCHEME_new. NaN where
            a unit has no score.

        Raises
        ------
        InputError
            If the level is unknown.
        """
        import pandas as pd

        from yitihua.index.tables import grade_labels, whole_or_na

        old, new = self.base, self.board
        rows = old.level_rows[level_name(old, level)]
        listed = rows.tolist()
        own, others = rank_parts(old, new, listed, listed)
        gained = old.rank[rows] - new.rank[rows]
        data: dict[str, Any] = {
            "unit": [old.table.units[row] for row in listed],
            "name": [old.table.name_of(row, lang) for row in listed],
            "score_old": old.rounded_scores[rows],
            "score_new": new.rounded_scores[rows],
            "change": new.total[rows] - old.total[rows],
            **{part: points[rows] for part, points in self.score_parts.items()},
            "rank_old": whole_or_na(old.rank[rows]),
            "rank_new": whole_or_na(new.rank[rows]),
            "rank_change": whole_or_na(gained),
            "rank_own": own,
            "rank_others": others,
        }
        for rule in new.recipe.grades:
            for board, word in ((old, "old"), (new, "new")):
                labels = grade_labels(board, rule.code)
                data[f"{rule.code}_{word}"] = pd.array([labels[row] for row in listed], dtype="string")
        order = np.lexsort((new.rank[rows], -np.nan_to_num(np.abs(gained), nan=-1.0)))
        frame = pd.DataFrame(data).iloc[order].reset_index(drop=True)
        return marked(frame, new, lang, parts=self.parts)

    def notes(self, lang: str = "en") -> list[str]:
        """Return what must be said beside the numbers."""
        found = [("假设情形，不是公布结果。", "A what-if, not a published result.")]
        if self.base.recipe.grades and not self.board.recipe.grades:
            found.append(
                ("这样得出的得分没有固定量程，不评等级。", "Such scores know no scale, so no grades are given.")
            )
        if "values" in self.parts:
            found.append(
                (
                    "假设值沿用已公布的目标区间、上下限和标准误。",
                    "Assumed values are scored by the published goalposts and bounds, and keep the standard errors.",
                )
            )
            if CITY in self.base.level_rows:
                found.append(
                    ("市级数值不随县级假设值改变。", "Values of cities do not follow those assumed for counties.")
                )
        return [words[0 if lang == "zh" else 1] for words in found]

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return what was asked and how units move, as plain data."""
        units, codes = self.base.table.units, self.base.table.indicators
        stated: dict[str, Any] = {
            "values": {f"{units[row]}.{codes[j]}": value for (row, j), value in self.asked.values.items()},
            "normalise": {code: method for code, (method, _) in self.asked.normalise.items()},
            "aggregate": {code: rule["method"] for code, rule in self.asked.aggregate.items()},
            "weights": self.asked.weights,
            "drop": list(self.asked.drop),
        }
        agreement = {level: self.comparison(level) for level in self.base.level_rows}
        return {
            "edition": self.base.recipe.edition,
            "simulated": self.base.table.simulated or self.base.recipe.simulated,
            "notes": self.notes(lang),
            "asked": {part: stated[part] for part in self.parts},
            "moved": {level: found.agreement.moved for level, found in agreement.items()},
            "grade_changes": {level: found.grade_changes for level, found in agreement.items()},
            "units": {level: self.table(lang, level).to_dict("records") for level in self.base.level_rows},
        }

    def __repr__(self) -> str:
        found = self.comparison()
        simulated = ", simulated 模拟" if self.base.table.simulated or self.base.recipe.simulated else ""
        changes = "".join(f", {count} change {scheme}" for scheme, count in found.grade_changes.items())
        return (
            f"<WhatIf {' + '.join(self.parts)}: {found.agreement.moved} of {found.agreement.units} units move, "
            f"by {found.agreement.max_shift:.0f} places at most{changes}{simulated}>"
        )


def whatif(
    board: Scoreboard,
    weights: str | Mapping[str, float] | None = None,
    normalise: str | Mapping[str, Any] | None = None,
    aggregate: str | Mapping[str, Any] | None = None,
    drop: str | Sequence[str] | None = None,
    values: Mapping[str, Mapping[str, float]] | pd.DataFrame | None = None,
    edition: Edition | None = None,
) -> WhatIf:
    """Score a board again with some choices or numbers changed, and compare.

    Parameters
    ----------
    board : Scoreboard
    weights : str or mapping, optional
        Indicator or node (code or name) -> weight within its parent, 0 to 1; siblings that are not named
        share the rest in proportion to their weights. Or the name of a set of the edition, "equal", or a method
        that makes weights (entropy, critic, ...).
    normalise : str or mapping, optional
        A method, or a mapping with "method" and its settings, for all indicators; or indicator -> the same.
        Its numbers are fitted to the units that the published ones were fitted to.
    aggregate : str or mapping, optional
        A method, or a mapping with "method" and its settings, for all nodes; or node -> the same.
    drop : str or sequence of str, optional
        Indicators and nodes to leave out; their siblings share the weight.
    values : mapping or DataFrame, optional
        Unit -> {indicator: raw value in its own unit}; None or NaN is missing. Or a table with the columns
        unit, indicator, value. Goalposts and bounds stay as published.
    edition : Edition, optional
        Where named weight sets are looked up; default: the shipped one that the recipe names.

    Returns
    -------
    WhatIf
        ``.board`` is a board like any other; ``.table()`` says who moved and why.

    Raises
    ------
    InputError
        With every fault of what is asked.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = whatif(yt.evaluate("hdi"), weights={"income": 0.5}, aggregate="arithmetic")
    >>> found
    <WhatIf aggregate + weights: 178 of 193 units move, by 20 places at most, ...>
    >>> row = found.frame.iloc[0]
    >>> bool(abs(row["aggregate"] + row["weights"] - row["change"]) < 1e-12)
    True
    """
    asked = asked_of(board, weights, normalise, aggregate, drop, values, edition)
    return WhatIf(board, made(board, asked), asked)
