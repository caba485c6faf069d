"""Steps 4 to 6 of the audit: relations among indicators, scales and outliers, weights in effect."""

from __future__ import annotations

import numpy as np

from yitihua.analysis.audit.findings import NO_THRESHOLD, OWN, Finding, both, judged, methods_in_words, some
from yitihua.analysis.components import components
from yitihua.analysis.correlations import THRESHOLDS as CORRELATIONS
from yitihua.analysis.correlations import family_correlations, sibling_correlations
from yitihua.analysis.extremes import THRESHOLDS, extremes
from yitihua.analysis.importance import importance
from yitihua.analysis.reliability import ACCEPTABLE, reliability_table
from yitihua.analysis.stages import level_rows, parents_of
from yitihua.definitions.methods import AGGREGATE, NORMALISE
from yitihua.index.recipe import Label
from yitihua.index.scoreboard import Scoreboard
from yitihua.index.treat.report import board_treatment

FLAGS: Label = both("COINr, R/plot_corr.R, flagthresh")
#: Effective shares outside these multiples of the nominal weight are a concern.
OUT_OF_LINE = (0.5, 2.0)


def relations(board: Scoreboard, level: str | None = None) -> list[Finding]:
    """Step 4: correlations within parents and along the tree, consistency, dimensions."""
    negative, _, high = CORRELATIONS
    pairs = sibling_correlations(board, level=level)
    r = pairs["r"].to_numpy(dtype=float)
    names = [f"{a}–{b}" for a, b in zip(pairs["code"], pairs["other"], strict=True)]
    with np.errstate(invalid="ignore"):
        twins = [name for name, value in zip(names, r, strict=True) if np.round(value, 2) >= high]
        against = [name for name, value in zip(names, r, strict=True) if np.round(value, 2) <= negative]
    own = family_correlations(board, "indicators", level=level)
    parents = parents_of(board.recipe)
    at_parent = own[[parents[code] == other for code, other in zip(own["code"], own["other"], strict=True)]]
    contrary = at_parent.loc[at_parent["r"] < 0, "code"].to_list()
    table = reliability_table(board, level=level)
    low = table.loc[table["alpha"] < ACCEPTABLE, "node"].to_list()
    counted = int(table["alpha"].notna().sum())
    several = []
    for node in board.recipe.nodes:
        if len(node.children) > 2:
            found = components(board, node.code, level=level, draws=200)
            if found.parallel > 1:
                several.append(f"{node.code} {found.parallel}")
    return [
        Finding(
            4,
            "redundant",
            ("同一上级下高度相关的成对指标", "pairs within a parent that are highly correlated"),
            (f"{len(twins)}对（共{len(r)}对）", f"{len(twins)} of {len(r)}"),
            (f"r小于{high:g}", f"r below {high:g}"),
            FLAGS,
            judged(not twins),
            (f"可能重复计分：{some(twins)[0]}", f"may count the same thing twice: {some(twins)[1]}")
            if twins
            else ("没有高度相关的成对指标", "none"),
            float(len(twins)),
        ),
        Finding(
            4,
            "negative-pairs",
            ("同一上级下负相关的成对指标", "pairs within a parent that are negatively correlated"),
            (f"{len(against)}对（共{len(r)}对）", f"{len(against)} of {len(r)}"),
            (f"r大于{negative:g}", f"r above {negative:g}"),
            FLAGS,
            judged(not against),
            (f"得分相互抵消：{some(against)[0]}", f"they offset each other: {some(against)[1]}")
            if against
            else ("没有明显负相关的成对指标", "none"),
            float(len(against)),
        ),
        Finding(
            4,
            "contrary",
            ("与本上级得分负相关的指标", "indicators negatively correlated with their own parent"),
            (f"{len(contrary)}个", f"{len(contrary)}"),
            ("r不小于0", "r of 0 or more"),
            both("OECD/JRC 2008, step 4"),
            judged(not contrary),
            (f"宜核对方向或归类：{some(contrary)[0]}", f"check direction or place: {some(contrary)[1]}")
            if contrary
            else ("各指标与上级同向", "every indicator goes with its parent"),
            float(len(contrary)),
        ),
        Finding(
            4,
            "consistency",
            ("各节点的内部一致性（克朗巴哈α）", "internal consistency of nodes (Cronbach's alpha)"),
            (f"{counted - len(low)}个达标（共{counted}个）", f"{counted - len(low)} of {counted} reach it"),
            (f"α不低于{ACCEPTABLE:g}", f"alpha of {ACCEPTABLE:g} or more"),
            both("Nunnally 1978, OECD/JRC 2008, step 4"),
            judged(not low),
            (
                f"α偏低的节点：{some(low)[0]}。若指标本为互补的方面（形成型），不要求一致",
                f"low at {some(low)[1]}; parts that complement each other (formative) need not agree",
            )
            if low
            else ("各节点内部一致", "every node is consistent"),
            float(len(low)),
        ),
        Finding(
            4,
            "dimensions",
            ("各节点的维度数（平行分析）", "dimensions of nodes (parallel analysis)"),
            (f"{len(several)}个节点多于一维", f"{len(several)} nodes with more than one"),
            ("一个节点一个维度", "one dimension a node"),
            both("Horn 1965; Glorfeld 1995; OECD/JRC 2008, step 4"),
            judged(not several),
            (f"节点及维度数：{some(several)[0]}", f"nodes and their dimensions: {some(several)[1]}")
            if several
            else ("每个节点至多一个显著维度", "no node has more than one that is beyond chance"),
            float(len(several)),
        ),
    ]


def scales(board: Scoreboard, level: str | None = None) -> list[Finding]:
    """Step 5: outliers before and after treatment, floors and ceilings, indicators without points."""
    rows, recipe = level_rows(board, level), board.recipe
    treated = board_treatment(board)
    before = [row.code for row in treated if row.before.passed is False]
    after = [row.code for row in treated if row.after.passed is False]
    pulled = int(board.winsorised[rows].sum())
    ends = extremes(board, level)
    floor = [code for code, names in ends.concerns.items() if "floor" in names]
    ceiling = [code for code, names in ends.concerns.items() if "ceiling" in names]
    pointed = set(np.flatnonzero(np.isfinite(board.normalised[rows]).any(axis=0)).tolist())
    none = [code for j, code in enumerate(recipe.codes) if j not in pointed]
    cut = float(board.clipped[rows].mean()) if len(rows) else 0.0
    methods = methods_in_words((rule.normalise.method for rule in recipe.indicators), NORMALISE)
    share, source = THRESHOLDS["ceiling"]
    return [
        Finding(
            5,
            "outliers",
            ("处理后仍有异常分布的指标", "indicators still outlying after treatment"),
            (
                f"处理前{len(before)}个，处理后{len(after)}个；缩尾{pulled}个值",
                f"{len(before)} before, {len(after)} after; {pulled} values winsorised",
            ),
            ("偏度绝对值小于2，或峰度小于3.5", "|skewness| below 2, or kurtosis below 3.5"),
            both("Groeneveld and Meeden 1984, as applied by the JRC; COINr, R/treat.R"),
            judged(not after),
            (f"分布异常的指标：{some(after)[0]}", f"outlying: {some(after)[1]}")
            if after
            else ("没有分布异常的指标", "none is outlying"),
            float(len(after)),
        ),
        Finding(
            5,
            "methods",
            ("标准化方法", "normalisation"),
            methods,
            NO_THRESHOLD,
            both("-"),
            "note",
            (f"得分截到量表两端的单元格占{cut:.2%}", f"{cut:.2%} of the cells were cut to the ends of the scale"),
            cut,
        ),
        Finding(
            5,
            "ceilings",
            ("天花板与地板", "ceilings and floors"),
            (
                f"触顶{len(ceiling)}个指标，触底{len(floor)}个指标",
                f"{len(ceiling)} indicators with a ceiling, {len(floor)} with a floor",
            ),
            (f"不超过{share:.0%}的单位", f"{share:.0%} of the units at most"),
            both(source),
            judged(not ceiling and not floor),
            (
                f"触顶：{some(ceiling)[0] or '无'}；触底：{some(floor)[0] or '无'}",
                f"ceiling: {some(ceiling)[1] or 'none'}; floor: {some(floor)[1] or 'none'}",
            ),
            float(len(ceiling) + len(floor)),
        ),
        Finding(
            5,
            "no-points",
            ("没有得分的指标", "indicators without points"),
            (f"{len(none)}个", f"{len(none)}"),
            ("每个指标都有得分", "every indicator has points"),
            OWN,
            judged(not none),
            (f"无差异或无数据：{some(none)[0]}", f"without spread or data: {some(none)[1]}")
            if none
            else ("每个指标都有得分", "every indicator has points"),
            float(len(none)),
        ),
    ]


def weights(board: Scoreboard, level: str | None = None) -> list[Finding]:
    """Step 6: nominal weights beside effective importance."""
    found = []
    low, high = OUT_OF_LINE
    source: Label = (
        f"Paruolo、Saisana、Saltelli（2013）；{OWN[0]}",
        f"measure: Paruolo, Saisana and Saltelli 2013; limits: {OWN[1]}",
    )
    limits: Label = (
        f"有效份额为名义权重的{low:g}至{high:g}倍",
        f"effective share {low:g} to {high:g} times the nominal weight",
    )
    for code, of, zh, en in (
        ("first-level", "children", "一级指标的有效重要性", "effective importance of first-level parts"),
        ("indicators", "indicators", "各指标的有效重要性", "effective importance of indicators"),
    ):
        parts = importance(board, of=of, level=level)
        frame = parts.frame()
        times = frame["times"].to_numpy(dtype=float)
        if np.isnan(parts.discrepancy):
            why: Label = ("得分没有差异，算不出有效重要性", "scores do not differ, so there is no effective importance")
            found.append(Finding(6, f"importance-{code}", (zh, en), both("-"), limits, source, "note", why))
            continue
        out = [f"{name} {t:.1f}×" for name, t in zip(parts.codes, times, strict=True) if not low <= t <= high]
        found.append(
            Finding(
                6,
                f"importance-{code}",
                (zh, en),
                (
                    f"{len(out)}个偏离（共{len(times)}个），最大相差{parts.discrepancy:.3f}",
                    f"{len(out)} of {len(times)} out of line; largest difference {parts.discrepancy:.3f}",
                ),
                limits,
                source,
                judged(not out),
                (f"有效份额与名义权重之比：{some(out)[0]}", f"effective share over nominal weight: {some(out)[1]}")
                if out
                else ("有效份额与名义权重相当", "effective shares are in line with nominal weights"),
                parts.discrepancy,
            )
        )
    recipe = board.recipe
    methods = methods_in_words((node.method for node in recipe.nodes), AGGREGATE)
    notes = recipe.weighting.notes
    found.append(
        Finding(
            6,
            "methods",
            ("合成方法与权重", "aggregation and weights"),
            methods,
            NO_THRESHOLD,
            both("-"),
            "note",
            (
                f"权重集“{recipe.weight_set}”" + "".join(f"；{note[0]}" for note in notes),
                f"weight set '{recipe.weight_set}'" + "".join(f"; {note[1]}" for note in notes),
            ),
        )
    )
    return found
