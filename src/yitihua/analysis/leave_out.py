"""What happens to scores and ranks when an indicator or a node is left out, one at a time.

To leave out is to set the weight to 0 and to share it among the siblings in proportion to their
weights (COINr, R/audit_tools.R, `remove_elements`, which sets ``wtsii$Weight`` to 0). Nothing else
is fitted anew. Methods that look at values without weights, such as the benefit of the doubt, find
the value missing. A node all of whose children are left out is left out itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.analysis.agreement import spearman
from yitihua.analysis.asked import known_codes, level_name
from yitihua.analysis.stages import marked, parents_of
from yitihua.errors import FaultList, InputError, refuse
from yitihua.index import grade
from yitihua.index.fitted import fitted_cuts
from yitihua.index.plan import NodeStep
from yitihua.index.recipe import GradeRule, NodeRule, Recipe
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class LeaveOut:
    """Scores, ranks and grades with one element left out at a time.

    Attributes
    ----------
    board : Scoreboard
        With every element in it.
    level : str
        Of the units that are ranked.
    rows : ndarray of int, shape (units,)
        Their rows on the board.
    codes : tuple of str
        Elements, in the order of the next.
    scores, ranks : ndarray, shape (elements, units)
        Without the element; scores are rounded as published. NaN where there is none.
    grades : dict
        Scheme -> ndarray of int, same shape: 0 is the lowest grade, -1 is none.
    refit : bool
        Whether fitted grade cuts and numbers of nodes were fitted anew.
    """

    board: Scoreboard
    level: str
    rows: Ints
    codes: tuple[str, ...]
    scores: Floats
    ranks: Floats
    grades: dict[str, Ints]
    refit: bool

    @cached_property
    def shifts(self) -> Floats:
        """Places gained without the element, shape (elements, units): rank with it less rank without it."""
        return np.asarray(self.board.rank[self.rows] - self.ranks)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """`table` with names in English."""
        return self.table("en")

    def table(self, lang: str = "en") -> pd.DataFrame:
        """Return one row an element, the one that moves ranks most first.

        Columns: code, name, parent, weight (in the whole index), units (ranked with and without
        it), mean_shift, median_shift, max_shift (absolute, in places), moved (units with another
        rank), spearman (of the ranks with and without), mean_score_change (signed) and
        max_score_change (absolute), SCHEME_changes (units with another grade; to gain or lose one
        counts), mover, mover_name and mover_shift (the unit that moves most, the first of equals;
        places gained).
        """
        import pandas as pd

        board, recipe = self.board, self.board.recipe
        parents, place = parents_of(recipe), 0 if lang == "zh" else 1
        records = []
        for k, code in enumerate(self.codes):
            shift, change = self.shifts[k], self.scores[k] - board.rounded_scores[self.rows]
            known = np.isfinite(shift)
            record: dict[str, Any] = {
                "code": code,
                "name": recipe.labels[code][place],
                "parent": parents[code],
                "weight": recipe.global_weights[code],
                "units": int(known.sum()),
                **_sizes(np.abs(shift[known])),
                "spearman": spearman(board.rank[self.rows], self.ranks[k]),
                **_changes(change[np.isfinite(change)]),
            }
            for scheme, found in self.grades.items():
                record[f"{scheme}_changes"] = int((found[k] != board.grade_indices[scheme][self.rows]).sum())
            records.append(record | self._mover(shift, lang))
        frame = pd.DataFrame(records)
        order = np.argsort(-np.nan_to_num(frame["mean_shift"].to_numpy(), nan=-1.0), kind="stable")
        return marked(frame.iloc[order].reset_index(drop=True), board, lang, level=self.level, refit=self.refit)

    def _mover(self, shift: Floats, lang: str) -> dict[str, Any]:
        size = np.nan_to_num(np.abs(shift))
        if not size.any():
            return {"mover": None, "mover_name": None, "mover_shift": 0}
        i = int(np.argmax(size))
        table, row = self.board.table, int(self.rows[i])
        return {"mover": table.units[row], "mover_name": table.name_of(row, lang), "mover_shift": int(shift[i])}

    def movers(self, code: str, lang: str = "en") -> pd.DataFrame:
        """Return how every unit moves when one element is left out, the largest moves first.

        Parameters
        ----------
        code : str
            One of `codes`, or its name.
        lang : {"en", "zh"}
            Language of names.

        Returns
        -------
        DataFrame
            unit, name, score, score_without, rank, rank_without, rank_change (places gained).

        Raises
        ------
        InputError
            If the element is unknown or was not left out.
        """
        import pandas as pd

        from yitihua.index.tables import whole_or_na

        code, table = self.board.recipe.code_of(code), self.board.table
        if code not in self.codes:
            raise refuse("unknown-reference", kind="indicator or node", name=code, options=list(self.codes))
        k = self.codes.index(code)
        frame = pd.DataFrame(
            {
                "unit": [table.units[row] for row in self.rows],
                "name": [table.name_of(int(row), lang) for row in self.rows],
                "score": self.board.rounded_scores[self.rows],
                "score_without": self.scores[k],
                "rank": whole_or_na(self.board.rank[self.rows]),
                "rank_without": whole_or_na(self.ranks[k]),
                "rank_change": whole_or_na(self.shifts[k]),
            }
        )
        order = np.argsort(-np.nan_to_num(np.abs(self.shifts[k]), nan=-1.0), kind="stable")
        return marked(frame.iloc[order].reset_index(drop=True), self.board, lang, level=self.level, without=code)


def _sizes(size: Floats) -> dict[str, Any]:
    if not size.size:
        return {"mean_shift": np.nan, "median_shift": np.nan, "max_shift": np.nan, "moved": 0}
    return {
        "mean_shift": float(size.mean()),
        "median_shift": float(np.median(size)),
        "max_shift": float(size.max()),
        "moved": int((size > 0).sum()),
    }


def _changes(change: Floats) -> dict[str, float]:
    if not change.size:
        return {"mean_score_change": np.nan, "max_score_change": np.nan}
    return {"mean_score_change": float(change.mean()), "max_score_change": float(np.abs(change).max())}


def leave_out(
    board: Scoreboard, codes: Sequence[str] | None = None, refit: bool = False, level: str | None = None
) -> LeaveOut:
    """Leave out elements of the index one at a time.

    Parameters
    ----------
    board : Scoreboard
        Any board with a score.
    codes : sequence of str, optional
        Indicators and nodes, by code or name; default: all but the index itself.
    refit : bool
        Whether grade cuts that were fitted to scores (quantiles, breaks), and fitted numbers of
        the nodes above (such as the sample that Copeland's method compares with), are fitted anew
        to the units of the level. Bounds, fills and weights stay in any case.
    level : str, optional
        Of the units that are ranked; default: the level with the most.

    Returns
    -------
    LeaveOut
        ``.frame`` has mean, median and largest absolute shift of rank, Spearman's correlation,
        changes of grade, and who moves most.

    Raises
    ------
    InputError
        If an element or the level is unknown, or nothing would be left of the index.

    Notes
    -----
    Missing cells: the coverage rules hold as ever, with the weights that are left, so a unit may
    gain or lose its score; it then has no shift. An indicator without spread has no points and
    leaves no trace when it goes.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("asem")
    >>> found = leave_out(board, ["Social", "Instit"]).frame
    >>> found[["code", "mean_shift"]].round(4).to_dict("split")["data"]
    [['Social', 3.9608], ['Instit', 1.1765]]
    """
    recipe = board.recipe
    elements = _elements(recipe, codes)
    name = level_name(board, level)
    rows = board.level_rows[name]
    scores = np.empty((len(elements), len(rows)))
    ranks = np.empty_like(scores)
    grades = {rule.code: np.full(scores.shape, -1) for rule in recipe.grades}
    tree = _Tree.of(board)
    for k, code in enumerate(elements):
        changed, gone = _left_out(recipe, [code])
        scores[k] = grade.rounded(tree.totals(changed, gone, rows if refit else None)[rows], recipe.score_decimals)
        ranks[k] = grade.ranks(scores[k])
        for rule in recipe.grades:
            cuts = _cuts(rule, scores[k], name, refit)
            if cuts is not None:
                grades[rule.code][k] = grade.grade_index(scores[k], [round(cut, 12) for cut in cuts])
    return LeaveOut(board, name, rows, elements, scores, ranks, grades, refit)


def _elements(recipe: Recipe, codes: Sequence[str] | None) -> tuple[str, ...]:
    if codes is None:
        return (*recipe.codes, *(node.code for node in recipe.nodes[:-1]))
    elements, faults = known_codes(recipe, codes), FaultList()
    for code in elements:
        try:
            _left_out(recipe, [code])
        except InputError as error:
            faults.extend(error.faults)
    faults.raise_if_any()
    return elements


def _cuts(rule: GradeRule, scores: Floats, level: str, refit: bool) -> tuple[float, ...] | None:
    cuts = rule.cuts_of(level)
    if refit and cuts is not None and rule.method != "fixed":
        return dict(fitted_cuts(rule, scores, (level,) * len(scores))).get(level)
    return cuts


def without(recipe: Recipe, codes: Sequence[str]) -> Recipe:
    """Return a recipe that leaves out indicators and nodes, all of them at once.

    Their weights are 0, and those of their siblings are scaled up to sum to 1 again.

    Parameters
    ----------
    recipe : Recipe
        Nothing of it is fitted anew.
    codes : sequence of str
        Indicators and nodes, by code or name.

    Raises
    ------
    InputError
        If one is unknown, or nothing would be left of the index.

    Examples
    --------
    >>> import yitihua as yt
    >>> recipe = without(yt.evaluate("hdi").recipe, ["le", "eys"])
    >>> {code: round(weight, 4) for code, weight in recipe.global_weights.items()}
    {'HDI': 1.0, 'health': 0.0, 'education': 0.5, 'income': 0.5, 'gnipc': 0.5, 'eys': 0.0, 'mys': 0.5, 'le': 0.0}
    """
    return _left_out(recipe, known_codes(recipe, codes))[0]


def _left_out(recipe: Recipe, codes: Sequence[str]) -> tuple[Recipe, frozenset[str]]:
    """Return the recipe without elements, and these with the nodes that go with them."""
    gone, nodes = set(codes), []
    for node in recipe.nodes:
        if node.code not in gone and gone & set(node.children):
            kept = [0.0 if child in gone else w for child, w in zip(node.children, node.weights, strict=True)]
            total = math.fsum(kept)
            if total > 0:
                node = replace(node, weights=tuple(weight / total for weight in kept))
            else:
                gone.add(node.code)
        nodes.append(node)
    if recipe.root.code in gone:
        raise refuse("nothing-left-out", key=", ".join(codes), name=", ".join(codes))
    return replace(recipe, nodes=tuple(nodes)), frozenset(gone)


@dataclass(frozen=True, eq=False)
class _Tree:
    """A board's points, ready to add up again what a change of some nodes moves.

    Attributes
    ----------
    points : ndarray, shape (units, indicators + nodes)
        NaN missing.
    present : ndarray of bool, same shape
        What counts for coverage.
    rules : dict
        The board's nodes by code.
    """

    points: Floats
    present: npt.NDArray[np.bool_]
    rules: dict[str, NodeRule]

    @classmethod
    def of(cls, board: Scoreboard) -> _Tree:
        present = np.isfinite(board.points)
        if not board.recipe.count_imputed:
            present[:, : board.imputed.shape[1]] &= ~board.imputed
        return cls(board.points, present, {node.code: node for node in board.recipe.nodes})

    def totals(self, recipe: Recipe, gone: frozenset[str], sample: Ints | None) -> Floats:
        """Return the scores of a recipe whose nodes alone differ from the board's, shape (units,).

        Parameters
        ----------
        recipe : Recipe
            The changed one.
        gone : frozenset of str
            What is missing from its parent.
        sample : ndarray of int, optional
            Rows to fit the nodes' numbers to; default: they stay.
        """
        plan = recipe.plan
        lost = {plan.column[code] for code in gone}
        carries = any(step.method.carries for step in plan.steps)
        moved: dict[int, Floats] = {}
        carried: dict[int, Any] = {}
        for rule, step in zip(recipe.nodes, plan.steps, strict=True):
            columns = step.columns
            same = rule is self.rules[rule.code] and not any(column in moved for column in columns)
            if step.column in lost or (same and not carries):
                continue
            x = np.column_stack([moved.get(column, self.points[:, column]) for column in columns])
            present = np.isfinite(x) & (self.present[:, columns] | [column in moved for column in columns])
            if sample is not None and step.method.fit is not None and not same:
                step = _fitted(step, x[sample], recipe.scale)
            x[:, [column in lost for column in columns]] = np.nan
            enough = present @ step.weights >= step.coverage - 1e-9
            moved[step.column] = np.where(enough, step.combine(x, carried), np.nan)
        return moved.get(plan.steps[-1].column, self.points[:, -1])


def _fitted(step: NodeStep, x: Floats, scale: tuple[float, float]) -> NodeStep:
    """Return a node with its numbers fitted to its children's points."""
    assert step.method.fit is not None
    mixture = step.mixture
    return replace(step, mixture=replace(mixture, numbers=step.method.fit(x, mixture.weights, mixture.settings, scale)))
