"""Tables of a sensitivity analysis, and what must be said beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.analysis.sensitivity.factors import Factor
from yitihua.analysis.stages import marked, warnings_of
from yitihua.analysis.uncertainty.combos import OWN, STAGES, Failure
from yitihua.analysis.uncertainty.tables import SOURCES
from yitihua.errors import listing
from yitihua.index.tables import score_order, whole_or_na

if TYPE_CHECKING:
    import pandas as pd

    from yitihua.analysis.sensitivity.result import Sensitivity
    from yitihua.indicators.table import Floats

#: With fewer runs that differ from the commonest value, indices are said to be rough.
FEW = 50


def source_name(source: str, lang: str) -> str:
    """Return the name of a source; stages that are one factor are joined.

    Examples
    --------
    >>> source_name("normalise+aggregate", "en"), source_name("weights", "zh")
    ('normalisation + aggregation', '权重')
    """
    names = [SOURCES[name][0 if lang == "zh" else 1] for name in source.split("+")]
    return ("＋" if lang == "zh" else " + ").join(names)


def factor_name(found: Sensitivity, factor: Factor, lang: str) -> str:
    """Return the name of a factor, such as ``weights: Life expectancy at birth``."""
    own = source_name(factor.source, lang)
    code = factor.child or factor.parent
    if not code:
        return own
    label = found.board.recipe.labels[code][0 if lang == "zh" else 1]
    if factor.child:
        return f"{own}：{label}" if lang == "zh" else f"{own}: {label}"
    return f"{own}：{label}之下" if lang == "zh" else f"{own} below {label}"


def _columns(found: Sensitivity, places: list[int]) -> dict[str, Floats]:
    """Return the columns of numbers of some rows of the indices, with 0 for factors of one value (place -1)."""
    if found.indices is not None:
        one = found.indices
        data = {"first": one.first, "first_low": one.first_low, "first_high": one.first_high}
        data |= {"total": one.total, "total_low": one.total_low, "total_high": one.total_high}
    else:
        assert found.effects is not None
        data = {"effect": found.effects.effect, "effect_low": found.effects.low, "effect_high": found.effects.high}
    return {name: np.append(values, 0.0)[places] for name, values in data.items()}


def factor_table(found: Sensitivity, lang: str) -> pd.DataFrame:
    """Return one row a factor, the strongest first; see `Sensitivity.table`."""
    import pandas as pd

    factors = (*found.factors, *found.space.still)
    places = [*range(len(found.factors)), *([-1] * len(found.space.still))]
    data: dict[str, Any] = {
        "factor": [factor.name for factor in factors],
        "name": [factor_name(found, factor, lang) for factor in factors],
        "source": [factor.source for factor in factors],
        **_columns(found, places),
    }
    return _sorted(pd.DataFrame(data), found, lang)


def source_table(found: Sensitivity, lang: str) -> pd.DataFrame:
    """Return one row a source, the strongest first; see `Sensitivity.sources`."""
    import pandas as pd

    rows = found.space.sources
    data: dict[str, Any] = {
        "source": list(rows),
        "name": [source_name(source, lang) for source in rows],
        "factors": [len(places) for places in rows.values()],
    }
    if found.effects is not None:
        sums = np.array([found.effects.effect[list(places)].sum() for places in rows.values()])
        own = _columns(found, [places[0] for places in rows.values()])
        single = np.array([len(places) == 1 for places in rows.values()], dtype=bool)
        data["effect"] = sums
        data |= {name: np.where(single, own[name], np.nan) for name in ("effect_low", "effect_high")}
        return _sorted(pd.DataFrame(data), found, lang)
    d = len(found.factors)
    places = [d + found.groups.index(name) if name in found.groups else own[0] for name, own in rows.items()]
    columns = _columns(found, places)
    if len(rows) == 1 and len(found.factors) > 1:
        # All that varies: known together they leave no variance, whatever the target.
        columns = {name: np.zeros(1) if found.constant else np.ones(1) for name in columns}
    return _sorted(pd.DataFrame(data | columns), found, lang)


def second_table(found: Sensitivity, lang: str) -> pd.DataFrame:
    """Return one row a pair of factors, the strongest first; see `Sensitivity.second`."""
    import pandas as pd

    one = found.indices
    assert one is not None and one.second is not None and one.second_low is not None and one.second_high is not None
    i, j = np.triu_indices(len(found.factors), 1)
    names = np.array([factor.name for factor in found.factors], dtype=object)
    said = np.array([factor_name(found, factor, lang) for factor in found.factors], dtype=object)
    frame = pd.DataFrame(
        {
            "factor_1": names[i], "factor_2": names[j], "name_1": said[i], "name_2": said[j],
            "second": one.second[i, j], "second_low": one.second_low[i, j], "second_high": one.second_high[i, j],
        }
    )  # fmt: skip
    frame = frame.sort_values("second", key=abs, ascending=False, kind="stable").reset_index(drop=True)
    return marked(frame, found.board, lang, notes=notes(found, lang))


def _sorted(frame: pd.DataFrame, found: Sensitivity, lang: str) -> pd.DataFrame:
    by = "total" if found.indices is not None else "effect"
    frame = frame.sort_values(by, ascending=False, kind="stable").reset_index(drop=True)
    return marked(frame, found.board, lang, notes=notes(found, lang), **found.to_dict())


def mover_table(found: Sensitivity, lang: str) -> pd.DataFrame:
    """Return which choice most moves whom, one row a unit; see `Sensitivity.movers`."""
    import pandas as pd

    totals, board = found.unit_totals, found.board
    table, sums = board.table, found.sums
    assert sums is not None
    keys = [one if isinstance(one, str) else one.name for one in found.choices]
    names = [source_name(one, lang) if isinstance(one, str) else factor_name(found, one, lang) for one in found.choices]
    units = range(len(table.units))
    filled = np.where(np.isnan(totals), 0.0, totals)
    best = filled.argmax(axis=0) if len(keys) else np.zeros(len(units), dtype=np.int64)
    moved = filled.max(axis=0, initial=0.0) > 0
    shifts = found.unit_shifts[best, np.arange(len(units))] if len(keys) else np.zeros(len(units))
    frame = pd.DataFrame(
        {
            "unit": list(table.units),
            "name": [table.name_of(row, lang) for row in units],
            "level": list(table.levels),
            "rank": whole_or_na(board.rank),
            "rank_sd": np.sqrt(sums.variance),
            "choice": [keys[k] if there else "" for k, there in zip(best, moved, strict=True)],
            "choice_name": [names[k] if there else "" for k, there in zip(best, moved, strict=True)],
            "total": np.where(moved, filled.max(axis=0, initial=0.0), 0.0),
            "shift": np.where(moved, shifts, 0.0),
        }
    )
    frame = frame.iloc[score_order(board)].reset_index(drop=True)
    return marked(frame, board, lang, notes=notes(found, lang))


def notes(found: Sensitivity, lang: str) -> list[str]:
    """Return what must be said beside the numbers: what is looked at, what was varied, how, what failed."""
    zh = lang == "zh"
    which = 0 if zh else 1
    said = warnings_of(found.board, lang)
    sources = [source_name(name, lang) for name in found.space.engine.mix.sources]
    title = found.target.title[which]
    if found.constant:
        said.append(
            f"“{title}”在全部试算中没有变化，各项指数均为0"
            if zh
            else f"{title} is the same in every run: all indices are 0"
        )
    if zh:
        said += [
            f"目标：{title}；均值{found.mean:.4g}，标准差{found.sd:.4g}",
            f"变动来源：{'、'.join(sources)}；取点{found.n}个，种子{found.seed}；区间为{found.level:.0%}自助法区间",
        ]
    else:
        said += [
            f"target: {title}; mean {found.mean:.4g}, standard deviation {found.sd:.4g}",
            f"varied: {', '.join(sources)}; {found.n} points, seed {found.seed}; {found.level:.0%} bootstrap intervals",
        ]
    return said + _of_method(found, zh) + _of_failures(found, zh) + _of_still(found, zh)


def _of_method(found: Sensitivity, zh: bool) -> list[str]:
    kinds = {factor.kind for factor in found.factors}
    mix = found.space.engine.mix.weights
    said = []
    if found.effects is not None:
        way = ("全部子集", "all subsets") if found.effects.exact else ("随机排列", "random permutations")
        said.append(
            f"Shapley效应（{way[0]}）：各项合计为1，适用于相互关联的输入（如合计为1的权重）"
            if zh
            else f"Shapley effects ({way[1]}) sum to 1 and hold where inputs depend on each other, as weights do"
        )
    else:
        said.append(
            "一阶指数：该项已知后方差预计减少的份额；总指数：只有该项未知时方差预计剩余的份额"
            if zh
            else "first: share of the variance expected to vanish once the factor is known; "
            "total: share expected to stay while it alone is unknown"
        )
        if "amount" in kinds:
            said.append(
                "权重的指数针对归一之前的各项权重，它们相互独立；归一之后的权重请用Shapley效应"
                if zh
                else "indices of weights are of those before they are made to sum to 1, while they are independent; "
                "for weights as they are used ask for Shapley effects"
            )
            if mix is not None and mix.kind == "bounds":
                said.append(
                    "权重在界限内独立抽取后再归一，可能略超出界限"
                    if zh
                    else "weights are drawn between bounds, then made to sum to 1: they may leave the bounds a little"
                )
    return said


def _of_failures(found: Sensitivity, zh: bool) -> list[str]:
    said, combos = [], found.space.engine.combos
    for failure in found.failures:
        names = _chosen(failure, "zh" if zh else "en")
        reason = failure.reason[0 if zh else 1]
        said.append(
            f"{len(combos)}种方法组合中的一种不能计分，试算中不采用（{names}）：{reason}"
            if zh
            else f"one of {len(combos)} combinations of methods cannot be scored and is in no run ({names}): {reason}"
        )
    if joined := [factor for factor in found.factors if len(factor.stages) > 1]:
        names = source_name(joined[0].source, "zh" if zh else "en")
        said.append(
            f"“{names}”的备选不能自由搭配，因此合为一项，每种可行的搭配机会相等"
            if zh
            else f"{names}: not every rival goes with every other, so they are one factor, "
            "each combination that can be scored as likely"
        )
    elif found.failures and found.method == "shapley":
        said.append(
            "可行的组合机会相等，各阶段的选择因此相互关联"
            if zh
            else "all combinations that can be scored are as likely, so that choices of stages depend on each other"
        )
    if found.lost:
        whole = found.effects is not None
        said.append(
            f"{found.runs}次试算中有{found.lost}次没有目标值（单位失去得分），"
            + ("含有它们的取点未计入" if whole else "需要它们的取点在相应指数中未计入")
            + "；指数以其余取点为条件"
            if zh
            else f"{found.lost} of {found.runs} runs have no value of the target (a unit lost its score): "
            + ("points with such a run are left out" if whole else "an index leaves out the points where it needs them")
            + ", and holds given the others"
        )
    if 0 < found.unusual < FEW:
        said.append(
            f"目标只在{found.unusual}次独立试算中偏离其最常见的值，指数很不稳定，请增大n或另选目标"
            if zh
            else f"the target differs from its commonest value in {found.unusual} independent runs only: "
            "indices are rough, raise n or choose another target"
        )
    return said


def _chosen(failure: Failure, lang: str) -> str:
    """Return the rivals of a combination in words; what is as published goes without saying."""
    pairs = zip(STAGES, failure.choices, strict=True)
    names = [f"{source_name(stage, lang)} {choice}" for stage, choice in pairs if choice != OWN]
    return ("、" if lang == "zh" else ", ").join(names)


def _of_still(found: Sensitivity, zh: bool) -> list[str]:
    still = found.without_effect
    if not still or found.constant:
        return []
    names = listing(still)
    return [f"不影响目标的因素：{names}" if zh else f"factors that never change the target: {names}"]
