"""Fuzzy comprehensive evaluation of a board: memberships from answer shares or from thresholds, up the tree.

An indicator that was asked for comes with the shares of answers, from the lowest grade to the highest (very
dissatisfied ... very satisfied): these are its memberships. One that was counted has memberships by where its points
lie between the thresholds of the grades, which run from the lowest to the highest too. Node by node B = W o R,
normalised to sum 1; a node hands its memberships up, not its score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.analysis.answer_shares import answer_shares
from yitihua.analysis.asked import known_codes
from yitihua.analysis.stages import choose, level_rows, marked
from yitihua.errors import refuse
from yitihua.index.aggregate.fuzzy import (
    GRADES,
    OPERATORS,
    compose,
    grade_points,
    grade_score,
    largest_membership,
    memberships,
    normalised,
)
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

Label = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class FuzzyEvaluation:
    """Memberships of units in grades.

    Attributes
    ----------
    board : Scoreboard
    rows : ndarray of int
        Rows of the units.
    codes : tuple of str
        Indicators and nodes, in the order of the recipe's plan.
    grades : tuple of (str, str)
        Names of the grades in Chinese and English, from the lowest up.
    b : ndarray, shape (rows, codes, grades)
        They sum to 1; NaN where a unit has no score of the code.
    scores : ndarray, shape (grades,)
        What each grade is worth.
    operator : str
    from_answers : tuple of str
        Indicators whose memberships are answer shares.
    """

    board: Scoreboard
    rows: npt.NDArray[np.int64]
    codes: tuple[str, ...]
    grades: tuple[Label, ...]
    b: Floats
    scores: Floats
    operator: str
    from_answers: tuple[str, ...]

    def frame(self, code: str | None = None, lang: str = "en") -> pd.DataFrame:
        """Return one row a unit, best first: memberships by grade, the grade of the largest, and the score.

        Parameters
        ----------
        code : str, optional
            Indicator or node, by code or name; default: the index.
        lang : {"en", "zh"}

        Raises
        ------
        InputError
            If the code is unknown.
        """
        import pandas as pd

        board, which = self.board, 0 if lang == "zh" else 1
        wanted = board.recipe.root.code if code is None else known_codes(board.recipe, [code])[0]
        b = self.b[:, self.codes.index(wanted)]
        score = grade_score(b, self.scores)
        best = largest_membership(b)
        data: dict[str, Any] = {
            "unit": [board.table.units[row] for row in self.rows],
            "name": [board.table.name_of(int(row), lang) for row in self.rows],
            **{name[which]: b[:, k] for k, name in enumerate(self.grades)},
            "grade": pd.array([self.grades[k][which] if k >= 0 else None for k in best], dtype="string"),
            "score": score,
        }
        order = np.argsort(-np.nan_to_num(score, nan=-np.inf), kind="stable")
        frame = pd.DataFrame(data).iloc[order].reset_index(drop=True)
        return marked(frame, board, lang, code=wanted, operator=self.operator, from_answers=self.from_answers)


def fuzzy_evaluation(
    board: Scoreboard,
    shares: pd.DataFrame | Mapping[str, Any] | None = None,
    grades: Sequence[str | Label] | None = None,
    *,
    operator: str = "product_sum",
    thresholds: Sequence[float] | None = None,
    scores: Sequence[float] | None = None,
    level: str | None = None,
) -> FuzzyEvaluation:
    """Evaluate units by memberships in grades.

    Parameters
    ----------
    board : Scoreboard
        Its weights and points are used; its own aggregation is not.
    shares : DataFrame or mapping, optional
        Answers. A table with columns ``unit``, ``indicator`` (codes or names) and one a grade; or indicator ->
        array (units of the board, grades). Columns run from the lowest grade to the highest: answers that were
        collected as very satisfied first must be turned round. Counts or shares of 0 or more; each row is divided
        by its sum. A unit without answers on an indicator, whose cells are all blank or 0, is taken from its points.
    grades : sequence of str or (str, str), optional
        Names, from the lowest to the highest, one for each column of answers; default: the columns of the table,
        else 1, 2, ....
    operator : {"product_sum", "min_max", "product_max", "min_sum"}
    thresholds : sequence of float, optional
        Points at which each grade holds fully, rising; default: even ones over the scale.
    scores : sequence of float, optional
        What each grade is worth; default: the thresholds.
    level : str, optional
        Default: the level with the most units.

    Raises
    ------
    InputError
        If a name is unknown, thresholds do not rise, or answers are faulty: text, negative or infinite cells, rows
        that are answered in part, a unit and indicator twice, or another number of grades. All faults of the
        answers are named together, with unit, indicator and column.

    References
    ----------
    Zadeh, L. A. (1965). Fuzzy sets. Information and Control 8, 338-353. SPSSAU help, fuzzy comprehensive evaluation:
    the four operators, rows divided by their sum.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = fuzzy_evaluation(yt.evaluate("hdi"), grades=["low", "medium", "high"])
    >>> found.frame()[["unit", "low", "high", "grade"]].round(2).values.tolist()[0]
    ['CHE', 0.0, 0.93, 'high']
    """
    choose("operator", operator, OPERATORS)
    recipe, table = board.recipe, board.table
    given = answer_shares(board, shares, grades)
    count = given.count or len(grades or thresholds or scores or range(GRADES))
    stated_names = grades or given.grades or tuple(str(k + 1) for k in range(count))
    names = tuple((name, name) if isinstance(name, str) else name for name in stated_names)
    low, high = recipe.scale
    stated = {"thresholds": thresholds or tuple(np.linspace(low, high, count)), "grade_scores": scores}
    at, worth = grade_points(stated, recipe.scale)
    if not len(names) == len(at) == len(worth) == count:
        raise refuse("fuzzy-grades", found=f"{len(names)}, {len(at)}, {len(worth)}", expected=str(count))
    plan = recipe.plan
    b = np.full((len(table.units), board.points.shape[1], count), np.nan)
    b[:, : len(recipe.codes)] = memberships(board.normalised, at)
    for code, answers in given.shares.items():
        j = recipe.codes.index(code)
        answered = np.asarray(np.isfinite(answers).all(axis=1))
        b[answered, j] = answers[answered]
    for k, node in enumerate(recipe.nodes):
        children = b[:, [plan.column[child] for child in node.children]]
        b[:, len(recipe.codes) + k] = normalised(compose(children, np.array(node.weights), operator))
        b[np.isnan(board.node_values[:, k]), len(recipe.codes) + k] = np.nan
    rows = level_rows(board, level)
    codes = (*recipe.codes, *(node.code for node in recipe.nodes))
    return FuzzyEvaluation(board, rows, codes, names, b[rows], worth, operator, tuple(given.shares))
