"""Fuzzy comprehensive evaluation of a board: memberships from answer shares or from thresholds, up the tree.

An indicator that was asked for comes with the shares of answers (very satisfied ... very dissatisfied): these are
its memberships. One that was counted has memberships by where its points lie between the thresholds of the grades.
Node by node B = W o R, normalised to sum 1; a node hands its memberships up, not its score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.analysis.asked import known_codes
from yitihua.analysis.stages import choose, level_rows, marked
from yitihua.errors import FaultList, refuse
from yitihua.index.aggregate.fuzzy import (
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
        Answers. A table with columns ``unit``, ``indicator`` and one a grade, from the lowest grade up; or
        indicator -> array (units of the board, grades). Counts or shares of 0 or more; each row is divided by its
        sum. A unit without answers on an indicator is taken from its points.
    grades : sequence of str or (str, str), optional
        Names, from the lowest up; default: the columns of the table, else 1, 2, ....
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
        If a name is unknown, shares are negative or of another number of grades, or thresholds do not rise.

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
    given, columns = _given(board, shares)
    count = _count(grades, columns, given, thresholds)
    names = tuple((name, name) if isinstance(name, str) else name for name in (grades or columns or _numbers(count)))
    low, high = recipe.scale
    stated = {"thresholds": thresholds or tuple(np.linspace(low, high, count)), "grade_scores": scores}
    at, worth = grade_points(stated, recipe.scale)
    if not len(names) == len(at) == len(worth) == count:
        raise refuse("fuzzy-grades", found=f"{len(names)}, {len(at)}, {len(worth)}", expected=str(count))
    plan = recipe.plan
    b = np.full((len(table.units), board.points.shape[1], count), np.nan)
    b[:, : len(recipe.codes)] = memberships(board.normalised, at)
    for code, answers in given.items():
        j = recipe.codes.index(code)
        answered = np.asarray(np.isfinite(answers).all(axis=1))
        b[answered, j] = answers[answered]
    for k, node in enumerate(recipe.nodes):
        children = b[:, [plan.column[child] for child in node.children]]
        b[:, len(recipe.codes) + k] = normalised(compose(children, np.array(node.weights), operator))
        b[np.isnan(board.node_values[:, k]), len(recipe.codes) + k] = np.nan
    rows = level_rows(board, level)
    codes = (*recipe.codes, *(node.code for node in recipe.nodes))
    return FuzzyEvaluation(board, rows, codes, names, b[rows], worth, operator, tuple(given))


def _numbers(count: int) -> tuple[str, ...]:
    return tuple(str(k + 1) for k in range(count))


def _count(grades: Sequence[Any] | None, columns: tuple[str, ...], given: Mapping[str, Floats], thresholds: Any) -> int:
    """Return the number of grades: as named, as answered, as thresholds are given, or five."""
    for stated in (grades, columns, thresholds):
        if stated:
            return len(stated)
    return next((answers.shape[1] for answers in given.values()), 5)


def _given(
    board: Scoreboard, shares: pd.DataFrame | Mapping[str, Any] | None
) -> tuple[dict[str, Floats], tuple[str, ...]]:
    """Return indicator -> shares (units, grades) that sum to 1 or are NaN, and the columns of grades of a table."""
    if shares is None:
        return {}, ()
    if isinstance(shares, Mapping):
        arrays = {_indicator(board, code): np.asarray(values, dtype=float) for code, values in shares.items()}
        columns: tuple[str, ...] = ()
    else:
        arrays, columns = _from_table(board, shares)
    faults, found = FaultList(), {}
    widths = {array.shape[1:] for array in arrays.values()}
    for code, array in arrays.items():
        if array.ndim != 2 or len(array) != len(board.table.units) or len(widths) > 1:
            expected = f"({len(board.table.units)}, {len(columns) or 'grades'})"
            faults.add("aggregate-shape", key=code, found=str(array.shape), expected=expected)
        elif (array < 0).any() or np.isinf(array).any():
            faults.add("aggregate-negative", key=code, found=f"{np.nanmin(array):g}", name=code)
        else:
            total = array.sum(axis=1, keepdims=True)
            found[code] = array / np.where(total > 0, total, np.nan)
    faults.raise_if_any()
    return found, columns


def _indicator(board: Scoreboard, name: str) -> str:
    code = known_codes(board.recipe, [name])[0]
    if code not in board.recipe.codes:
        raise refuse("unknown-reference", key="indicator", name=name, options=board.recipe.codes)
    return code


def _from_table(board: Scoreboard, shares: pd.DataFrame) -> tuple[dict[str, Floats], tuple[str, ...]]:
    absent = [name for name in ("unit", "indicator") if name not in shares.columns]
    if absent:
        raise refuse("missing-column", key=absent[0], name=absent[0], reason="shares")
    columns = tuple(str(name) for name in shares.columns if name not in ("unit", "indicator"))
    place = {unit: row for row, unit in enumerate(board.table.units)}
    faults = FaultList()
    arrays: dict[str, Floats] = {}
    values = shares[list(columns)].to_numpy(dtype=float)
    for unit, name, row in zip(shares["unit"].astype(str), shares["indicator"].astype(str), values, strict=True):
        if unit not in place:
            faults.add("unknown-unit", key=unit, name=unit, options=board.table.units)
            continue
        code = _indicator(board, name)
        arrays.setdefault(code, np.full((len(place), len(columns)), np.nan))[place[unit]] = row
    faults.raise_if_any()
    return arrays, columns
