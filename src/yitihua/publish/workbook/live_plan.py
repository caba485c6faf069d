"""What the sheet of live formulas computes: which weights can be changed, and where every number stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from yitihua.index.recipe import NodeRule
from yitihua.index.scoreboard import Scoreboard
from yitihua.publish.words import method_word

Floats = npt.NDArray[np.float64]
#: Aggregations that plain formulas repeat.
MEANS: Final = ("arithmetic", "geometric", "harmonic", "generalised")
#: With more units only the weights right below the index can be changed: a file stays quick to open.
DEEP_UNITS: Final = 1000


@dataclass(frozen=True)
class LiveNode:
    """A node whose weights can be changed.

    Attributes
    ----------
    rule : NodeRule
    points : ndarray, shape (units, children)
        Published points; NaN missing.
    counted : ndarray of bool, same shape
        Which of them the coverage rule counts.
    live : tuple of bool
        Whether a child is itself computed on the sheet.
    """

    rule: NodeRule
    points: Floats
    counted: npt.NDArray[np.bool_]
    live: tuple[bool, ...]

    @property
    def gaps(self) -> bool:
        """Whether some child may be missing for some unit, so that formulas must look."""
        return any(self.live) or bool(np.isnan(self.points).any()) or not bool(self.counted.all())

    @property
    def own_count(self) -> bool:
        """Whether what counts for coverage is not the same as what has points (filled cells)."""
        return bool((self.counted != np.isfinite(self.points)).any())

    @property
    def power(self) -> float:
        """Exponent of the mean; 0 is geometric."""
        return {"arithmetic": 1.0, "geometric": 0.0, "harmonic": -1.0}.get(self.rule.method, self.rule.exponent)

    @property
    def bent(self) -> bool:
        """Whether points are transformed before they are added up."""
        return self.rule.method != "arithmetic"


def live_nodes(board: Scoreboard) -> tuple[LiveNode, ...]:
    """Return the nodes whose weights can be changed, the index itself last; empty where it is made by no mean.

    Those right below the index are among them if they are means of several parts and units are not too many.

    Examples
    --------
    >>> import yitihua as yt
    >>> [node.rule.code for node in live_nodes(yt.evaluate("hdi"))]
    ['education', 'HDI']
    >>> live_nodes(yt.evaluate("hdi", aggregate="topsis"))
    ()
    """
    recipe = board.recipe
    if recipe.root.method not in MEANS:
        return ()
    deep = len(board.table.units) <= DEEP_UNITS
    first = [
        node
        for node in recipe.nodes[:-1]
        if deep and node.parent == recipe.root.code and node.method in MEANS and len(node.children) > 1
    ]
    changing = {node.code for node in first}
    return tuple(_live(board, node, changing) for node in [*first, recipe.root])


def _live(board: Scoreboard, node: NodeRule, changing: set[str]) -> LiveNode:
    recipe = board.recipe
    columns = [recipe.plan.column[child] for child in node.children]
    points = board.points[:, columns]
    counted = np.isfinite(points)
    if not recipe.count_imputed:
        width = len(recipe.codes)
        for k, column in enumerate(columns):
            if column < width:
                counted[:, k] &= ~board.imputed[:, column]
    return LiveNode(node, points, counted, tuple(child in changing for child in node.children))


def why_not_live(board: Scoreboard, lang: str) -> str:
    """Return what the live sheet leaves out and why; "" where every weight of both upper levels can be changed.

    Examples
    --------
    >>> import yitihua as yt
    >>> why_not_live(yt.evaluate("zhejiang-2022"), "en")
    ''
    >>> why_not_live(yt.evaluate("hdi", aggregate="topsis"), "en")[:41]
    'No sheet to try weights on: the index is '
    """
    recipe, zh = board.recipe, lang == "zh"
    if recipe.root.method not in MEANS:
        word = method_word(recipe.root.method, lang)
        return (
            f"无试算表：总指数由{word}合成，普通公式不能重算；请用board.whatif试算。"
            if zh
            else f"No sheet to try weights on: the index is made by {word}, which plain formulas cannot repeat; "
            "use board.whatif."
        )
    if len(board.table.units) > DEEP_UNITS:
        return (
            f"单位超过{DEEP_UNITS}个，试算表只可修改一级指标的权重，以保证打开和重算的速度。"
            if zh
            else f"With more than {DEEP_UNITS} units only the weights right below the index can be changed on the "
            "what-if sheet, so that it opens and computes quickly."
        )
    held = [n.code for n in recipe.nodes[:-1] if n.parent == recipe.root.code and n.method not in MEANS]
    if held:
        names = ("、" if zh else ", ").join(held)
        return (
            f"试算表中{names}的得分保持不变：其合成方法普通公式不能重算。"
            if zh
            else f"On the what-if sheet the scores of {names} stay as published: no plain formula repeats their method."
        )
    return ""
