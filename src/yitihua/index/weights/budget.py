"""Budget allocation: each expert spreads a number of points over the indicators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from yitihua.definitions.methods import Key, Label, PositiveNumber, Settings
from yitihua.errors import FaultList, refuse
from yitihua.index.weights.agreement import Concordance, kendall_w
from yitihua.index.weights.ahp_sheet import Comparison
from yitihua.index.weights.expert_table import read_expert_table
from yitihua.index.weights.method import Siblings, Weighed, WeightMethod
from yitihua.index.weights.notes import agreed, under
from yitihua.index.weights.strength import Floats, Mask, column_names

#: What is done with an expert whose points do not make up the budget.
SumRule = Literal["refuse", "rescale"]
Centre = Literal["mean", "median"]


@dataclass(frozen=True, slots=True, eq=False)
class BudgetWeights:
    """Weights from budgets, and how far experts agree.

    Attributes
    ----------
    weights : ndarray, shape (indicators,)
        Sum to 1.
    shares : ndarray, shape (experts, indicators)
        Each expert's own weights.
    sd : ndarray, shape (indicators,)
        Standard deviation (n - 1) of the shares; NaN with one expert.
    rescaled : tuple of str
        Experts whose points did not make up the budget.
    concordance : Concordance
        Kendall's W over the experts' orders of importance.
    """

    weights: Floats
    shares: Floats
    sd: Floats
    rescaled: tuple[str, ...]
    concordance: Concordance


def budget(
    points: Floats,
    total: float = 100.0,
    sums: SumRule = "refuse",
    centre: Centre = "mean",
    experts: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
) -> BudgetWeights:
    """Return the mean or median of experts' shares, scaled to sum to 1.

    Parameters
    ----------
    points : ndarray, shape (experts, indicators)
        0 or more. A missing cell counts as 0 points where the others make up the budget; else it is a
        fault, for nobody knows what was meant.
    total : float
        The budget.
    sums : {"refuse", "rescale"}
        Points of an expert that do not add up to the budget (within 1e-6 of it) are refused, or scaled to
        it; a row with missing cells is never scaled.
    centre : {"mean", "median"}
        Of shares, by indicator; medians are scaled to sum to 1.
    experts, names : sequence of str, optional
        For messages.

    Raises
    ------
    InputError
        With every fault: points below 0, cells missing, sums that are not the budget, nothing given.

    References
    ----------
    OECD/JRC (2008). Handbook on constructing composite indicators, budget allocation processes.

    Examples
    --------
    >>> found = budget(np.array([[50.0, 30.0, 20.0], [60.0, 40.0, np.nan]]))
    >>> found.weights
    array([0.55, 0.35, 0.1 ])
    """
    if points.ndim != 2 or points.shape[0] == 0:
        raise refuse("budget-empty", key="points")
    who, what = column_names(experts, len(points)), column_names(names, points.shape[1])
    filled = np.where(np.isnan(points), 0.0, points)
    found = filled.sum(axis=1)
    exact = np.abs(found - total) <= 1e-6 * abs(total)
    _check(points, found, exact, total, sums, who, what)
    shares = filled / found[:, None]
    middle = shares.mean(axis=0) if centre == "mean" else np.median(shares, axis=0)
    if not middle.sum() > 0:
        # Every indicator is left at 0 by more than half of the experts.
        raise refuse("budget-median", key="centre")
    sd = shares.std(axis=0, ddof=1) if len(shares) > 1 else np.full(points.shape[1], np.nan)
    rescaled = tuple(who[i] for i in np.flatnonzero(~exact).tolist())
    return BudgetWeights(middle / middle.sum(), shares, sd, rescaled, kendall_w(shares))


def _check(
    points: Floats,
    found: Floats,
    exact: Mask,
    total: float,
    sums: SumRule,
    who: Sequence[str],
    what: Sequence[str],
) -> None:
    faults = FaultList()
    for i, row in enumerate(points):
        bad = np.flatnonzero((row < 0) | np.isinf(row)).tolist()
        for j in bad:
            faults.add("budget-points", key=f"{who[i]}, {what[j]}", found=f"{row[j]:g}")
        missing = np.flatnonzero(np.isnan(row)).tolist()
        if bad or exact[i]:
            continue
        if missing:
            faults.add(
                "budget-missing", key=who[i], name=[what[j] for j in missing], found=f"{found[i]:g}", total=f"{total:g}"
            )
        elif sums == "refuse" or not found[i] > 0:
            faults.add("budget-sum", key=who[i], found=f"{found[i]:g}", total=f"{total:g}")
    faults.raise_if_any()


def _weigh(siblings: Siblings, settings: Settings) -> Weighed:
    asked = Comparison(siblings.parent, siblings.parent_name, siblings.codes, siblings.names)
    experts, points = read_expert_table(siblings.find(settings["file"]), asked, settings["file"])
    found = budget(points, settings["total"], settings["sums"], settings["centre"], experts, siblings.codes)
    notes: list[Label] = [agreed(siblings, len(experts), found.concordance)]
    if found.rescaled:
        zh, en = under(siblings)
        names = "、".join(found.rescaled), ", ".join(found.rescaled)
        total = f"{settings['total']:g}"
        notes.append(
            (
                f"{zh}：{names[0]}的分数合计不是{total}，已按比例换算",
                f"{en}: points of {names[1]} were scaled to {total}",
            )
        )
    return Weighed(found.weights, tuple(notes))


METHODS = (
    WeightMethod(
        name="budget",
        words=("预算分配法", "budget allocation"),
        source="OECD/JRC Handbook 2008, step 6",
        keys=(
            Key(
                "file",
                str,
                required=True,
                words=("打分表", "points"),
                about="Table in the project, a row an expert, a column an indicator or node; see `yitihua experts`.",
            ),
            Key(
                "total",
                PositiveNumber,
                default=100.0,
                words=("总分", "budget"),
                about="Points that an expert spreads over siblings.",
            ),
            Key(
                "sums",
                SumRule,
                default="refuse",
                words=("合计不符", "other sums"),
                about="Points that do not add up to the budget are refused, or scaled to it.",
            ),
            Key(
                "centre",
                Centre,
                default="mean",
                words=("合成", "centre"),
                about="Mean or median of the experts' shares.",
            ),
        ),
        weigh=_weigh,
    ),
)
