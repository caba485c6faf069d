"""Tables of an uncertainty analysis, and what must be said beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.analysis.stages import marked, warnings_of
from yitihua.index.tables import grade_labels, group_numbers, score_order, whole_or_na

if TYPE_CHECKING:
    import pandas as pd

    from yitihua.analysis.uncertainty.result import Uncertainty

SOURCES = {
    "sampling": ("调查抽样误差", "sampling error of the surveys"),
    "measurement": ("业务数据测量误差", "measurement error of operational data"),
    "imputation": ("插补值重新抽取", "imputed cells drawn anew"),
    "treat": ("异常值处理", "treatment of outliers"),
    "normalise": ("标准化方法", "normalisation"),
    "weights": ("权重", "weights"),
    "aggregate": ("合成方法", "aggregation"),
    "drop": ("去掉一项指标", "leaving an indicator out"),
}


def uncertainty_table(found: Uncertainty, lang: str, top: Sequence[int]) -> pd.DataFrame:
    """Return one row a unit, best first; see `Uncertainty.table`."""
    import pandas as pd

    board, table = found.board, found.board.table
    low, high = found.score_interval
    first, last = found.rank_interval
    best, worst = found.rank_sets
    data: dict[str, Any] = {
        "unit": list(table.units),
        "name": [table.name_of(row, lang) for row in range(len(table.units))],
        "level": list(table.levels),
        "score": board.rounded_scores,
        "mean": found.mean,
        "sd": found.sd,
        "score_low": low,
        "score_high": high,
        "rank": whole_or_na(board.rank),
        "rank_low": whole_or_na(first),
        "rank_high": whole_or_na(last),
        "joint_low": whole_or_na(best),
        "joint_high": whole_or_na(worst),
    }
    for k in top:
        data[f"top_{k}"] = found.top(k)
    for rule in board.recipe.grades:
        data[rule.code] = pd.array(grade_labels(board, rule.code), dtype="string")
        for k, label in enumerate(rule.labels):
            data[f"{rule.code}={label}"] = found.grade_probability[rule.code][:, k]
    data["groups"] = group_numbers(board, found.groups)
    frame = pd.DataFrame(data).iloc[score_order(board)].reset_index(drop=True)
    return marked(frame, board, lang, notes=notes(found, lang), **found.to_dict())


def notes(found: Uncertainty, lang: str) -> list[str]:
    """Return what must be said beside the numbers: what was varied, which interval is which, what failed."""
    zh = lang == "zh"
    which = 0 if zh else 1
    sources = [SOURCES[name][which] for name in found.mix.sources]
    said = warnings_of(found.board, lang)
    level = f"{found.level:.0%}"
    if zh:
        said += [
            f"变动来源：{'、'.join(sources)}；共{found.n}次试算，种子{found.seed}",
            f"位次区间（rank_low至rank_high）为各单位单独的{level}区间；同时成立（joint_low至joint_high）为全部单位"
            f"同时成立的{level}位次集合，比较两个以上单位时用后者；相邻单位得分之差小于误差时，单独的区间偏窄",
        ]
    else:
        said += [
            f"varied: {', '.join(sources)}; {found.n} replicates, seed {found.seed}",
            f"ranks (rank_low to rank_high) are the {level} interval of a unit by itself; jointly (joint_low to "
            f"joint_high) holds for all units at once at {level}: use it where units are compared, and where "
            "neighbours differ by less than their errors, for the interval by itself is too narrow there",
        ]
    if set(found.mix.sources) - {"sampling", "measurement"}:
        said.append(
            "权重和方法也在变动：同时成立的位次集合把它们带来的偏移也算作误差，因此很宽；只看调查误差时窄得多"
            if zh
            else "weights and methods vary too: the joint sets count their shifts as error and are wide; under survey "
            "errors alone they are much narrower"
        )
    for failure, count in found.failures:
        names = ", ".join(f"{choice}" for choice in failure.choices)
        reason = failure.reason[which]
        said.append(
            f"{count}次试算未能计分（{names}）：{reason}" if zh else f"{count} replicates failed ({names}): {reason}"
        )
    off = found.summary.sound - found.summary.on_scale
    if off:
        said.append(
            f"{off}次试算的得分没有相同量程，只计位次，不计得分和等级"
            if zh
            else f"{off} replicates have scores on another scale: they count for ranks, not for scores and grades"
        )
    return said + _without_effect(found, zh)


def _without_effect(found: Uncertainty, zh: bool) -> list[str]:
    still = found.without_effect
    if not still:
        return []
    names = "、".join(still) if zh else ", ".join(still)
    return [f"没有作用的选择：{names}" if zh else f"choices without any effect: {names}"]


def share_of_units(found: Uncertainty, places: int) -> float:
    """Return the share of units whose marginal rank interval is at most so many places wide.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.analysis.uncertainty.run import uncertainty
    >>> share_of_units(uncertainty(yt.evaluate("hdi"), n=500, weights="dirichlet"), 193)
    1.0
    """
    low, high = found.rank_interval
    there = np.isfinite(low)
    return float((high[there] - low[there] + 1 <= places).mean()) if there.any() else float("nan")
