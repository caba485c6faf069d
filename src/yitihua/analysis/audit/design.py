"""Steps 1 to 3 of the audit: framework, data, missing values."""

from __future__ import annotations

import numpy as np

from yitihua.analysis.audit.findings import NO_THRESHOLD, OWN, Finding, both, judged, methods_in_words, some
from yitihua.analysis.extremes import THRESHOLDS, extremes
from yitihua.analysis.stages import level_rows
from yitihua.analysis.variants import Variant
from yitihua.definitions.levels import origin_label
from yitihua.definitions.methods import IMPUTE
from yitihua.index.recipe import Label
from yitihua.index.scoreboard import Scoreboard
from yitihua.index.screen import screen_board

#: A unit should have this share of the indicators (COINr `Screen`, dat_thresh).
UNIT_DATA = 2 / 3
COINR_SCREEN: Label = both("COINr, R/screen.R")


def framework(board: Scoreboard) -> list[Finding]:
    """Step 1: the tree, its directions, and what the edition says of itself."""
    recipe = board.recipe
    depth = max(node.depth for node in recipe.nodes) + 1
    single = [node.code for node in recipe.nodes if len(node.children) == 1]
    largest = max(recipe.codes, key=lambda code: recipe.global_weights[code])
    low, high = (f(recipe.global_weights[code] for code in recipe.codes) for f in (min, max))
    negative = sum(not rule.positive for rule in recipe.indicators)
    first = len(recipe.root.children)
    found = [
        Finding(
            1,
            "structure",
            ("指标体系的层次与规模", "levels and size of the framework"),
            (
                f"一级指标{first}个、指标{len(recipe.codes)}个，共{depth}层",
                f"{first} first-level parts, {len(recipe.codes)} indicators, {depth} levels",
            ),
            ("每个节点至少两个下级", "two children or more at every node"),
            OWN,
            judged(not single),
            (
                f"只有一个下级、未作合成的节点：{some(single)[0]}",
                f"nodes that only repeat their child: {some(single)[1]}",
            )
            if single
            else ("每个节点都由两个以上下级合成", "every node combines two children or more"),
            float(len(single)),
        ),
        Finding(
            1,
            "directions",
            ("每个指标是否定明方向", "whether every indicator states its direction"),
            (
                f"正向{len(recipe.codes) - negative}个、逆向{negative}个",
                f"{len(recipe.codes) - negative} more is better, {negative} less is better",
            ),
            ("全部定明", "all are stated"),
            both("OECD/JRC 2008, step 1"),
            "pass",
            (
                "方向由定义文件给出，未由数据推定",
                "directions are stated in the definitions, none is inferred from data",
            ),
            float(negative),
        ),
        Finding(
            1,
            "nominal-weights",
            ("名义权重的悬殊", "spread of nominal weights"),
            (f"{low:.2%}至{high:.2%}", f"{low:.2%} to {high:.2%}"),
            NO_THRESHOLD,
            both("-"),
            "note",
            (
                f"权重集“{recipe.weight_set}”；权重最大的指标是{largest}",
                f"weight set '{recipe.weight_set}'; the heaviest indicator is {largest}",
            ),
            high,
        ),
    ]
    if recipe.notice[0] or recipe.notice[1]:
        found.append(
            Finding(
                1,
                "edition",
                ("指标体系的来历", "standing of the framework"),
                (recipe.edition, recipe.edition),
                ("正式发布的体系", "a framework that was published"),
                OWN,
                "concern",
                recipe.notice,
            )
        )
    return found


def data(board: Scoreboard, level: str | None = None) -> list[Finding]:
    """Step 2: how much there is, from where, and whether it tells units apart."""
    rows, recipe, table = level_rows(board, level), board.recipe, board.table
    values = table.select(recipe.codes)[rows]
    present = float(np.isfinite(values).mean()) if values.size else 0.0
    least, source = THRESHOLDS["available"]
    by_indicator = np.isfinite(values).mean(axis=0) if len(rows) else np.zeros(len(recipe.codes))
    thin = [code for code, share in zip(recipe.codes, by_indicator, strict=True) if share < least]
    screened = screen_board(board, least_available=UNIT_DATA)
    few = [table.units[row] for row in rows if not screened.kept[row]]
    ends = extremes(board, level)
    flat = [code for code, names in ends.concerns.items() if "near-constant" in names]
    simulated = table.simulated or recipe.simulated
    assert table.origin is not None  # set when the table was made
    kinds, counts = np.unique(table.origin[rows].astype(str), return_counts=True)
    named = [(origin_label(kind), count) for kind, count in zip(kinds, counts, strict=True) if kind]
    return [
        Finding(
            2,
            "origin",
            ("数据的来源", "origin of the data"),
            (
                "，".join(f"{words[0]}{count}个值" for words, count in named) or "-",
                ", ".join(f"{words[1]} {count}" for words, count in named) or "-",
            ),
            ("真实数据", "real data"),
            OWN,
            judged(not simulated),
            (
                "数据为模拟，本审计只说明方法，不得作为结论引用",
                "the data are simulated: this audit shows the method, no finding may be drawn",
            )
            if simulated
            else (f"共{len(rows)}个单位", f"{len(rows)} units"),
        ),
        Finding(
            2,
            "indicator-data",
            ("各指标的数据完整率", "data available by indicator"),
            (
                f"总体{present:.1%}，最低{by_indicator.min(initial=1):.1%}",
                f"{present:.1%} in all, lowest {by_indicator.min(initial=1):.1%}",
            ),
            (f"不低于{least:.0%}", f"{least:.0%} or more"),
            both(source),
            judged(not thin),
            (f"数据过少的指标：{some(thin)[0]}", f"indicators with too few values: {some(thin)[1]}")
            if thin
            else ("各指标数据充足", "every indicator has enough values"),
            float(by_indicator.min(initial=1)),
        ),
        Finding(
            2,
            "unit-data",
            ("各单位的数据完整率", "data available by unit"),
            (f"{len(few)}个单位不足", f"{len(few)} units below"),
            (f"不低于{UNIT_DATA:.0%}", f"{UNIT_DATA:.0%} or more"),
            COINR_SCREEN,
            judged(not few),
            (f"数据过少的单位：{some(few)[0]}", f"units with too few values: {some(few)[1]}")
            if few
            else ("各单位数据充足", "every unit has enough values"),
            float(len(few)),
        ),
        Finding(
            2,
            "near-constant",
            ("取值几乎相同的指标", "indicators whose values are almost all the same"),
            (f"{len(flat)}个", f"{len(flat)}"),
            (
                "不同取值超过一成，或最多者不超过次多者19倍",
                "distinct values above 10%, or the most frequent not above 19 times the next",
            ),
            both(THRESHOLDS["ratio"][1]),
            judged(not flat),
            (f"难以区分单位的指标：{some(flat)[0]}", f"indicators that hardly tell units apart: {some(flat)[1]}")
            if flat
            else ("没有取值几乎相同的指标", "none"),
            float(len(flat)),
        ),
    ]


def missing(board: Scoreboard, changed: tuple[Variant, ...], level: str | None = None) -> list[Finding]:
    """Step 3: what was filled, and what the fills do to ranks."""
    rows, recipe = level_rows(board, level), board.recipe
    filled = board.imputed[rows]
    share = float(filled.mean()) if filled.size else 0.0
    most = 1.0 - THRESHOLDS["available"][0]
    by_indicator = filled.mean(axis=0) if len(rows) else np.zeros(len(recipe.codes))
    much = [code for code, part in zip(recipe.codes, by_indicator, strict=True) if part > most]
    used = {rule.impute for rule in recipe.indicators} | {imputer.method for imputer in recipe.imputers}
    methods = methods_in_words(used - {"none"} or {"none"}, IMPUTE)
    unscored = [board.table.units[row] for row in rows if np.isnan(board.total[row])]
    ends = sorted({node.coverage for node in recipe.nodes})
    least_coverage = "–".join(f"{end:.0%}" for end in {ends[0]: 0, ends[-1]: 0})
    counted = "是" if recipe.count_imputed else "否"
    found = [
        Finding(
            3,
            "imputed",
            ("填补的单元格", "cells that were filled"),
            (f"{share:.2%}（方法：{methods[0]}）", f"{share:.2%} (method: {methods[1]})"),
            (f"每个指标不超过{most:.0%}", f"{most:.0%} of an indicator at most"),
            both(THRESHOLDS["available"][1]),
            judged(not much),
            (f"填补过多的指标：{some(much)[0]}", f"indicators that are filled too much: {some(much)[1]}")
            if much
            else (
                f"填补值是否计入覆盖率：{counted}；填补的单元格在indicators.csv中逐一标出",
                f"filled cells count for coverage: {'yes' if recipe.count_imputed else 'no'}; "
                "each is marked in indicators.csv",
            ),
            share,
        ),
        Finding(
            3,
            "unscored",
            ("因覆盖率不足而不评分的单位", "units without a score for low coverage"),
            (f"{len(unscored)}个", f"{len(unscored)}"),
            (f"各节点覆盖率不低于{least_coverage}", f"coverage of {least_coverage} or more at each node"),
            ("评价办法自定", "the edition's own rule"),
            judged(not unscored),
            (f"不评分的单位：{some(unscored)[0]}", f"without a score: {some(unscored)[1]}")
            if unscored
            else ("所有单位都有得分", "every unit has a score"),
            float(len(unscored)),
        ),
    ]
    for variant in changed:
        if variant.code == "unfilled" and variant.comparison is not None:
            moved = variant.comparison.agreement
            found.append(
                Finding(
                    3,
                    "without-fills",
                    ("不填补时位次的变动", "ranks without the fills"),
                    (
                        f"平均变动{moved.mean_shift:.2f}位，最多{moved.max_shift:.0f}位",
                        f"{moved.mean_shift:.2f} places on average, {moved.max_shift:.0f} at most",
                    ),
                    NO_THRESHOLD,
                    both("-"),
                    "note",
                    ("缺失的指标改由其余指标代替时的结果", "where missing cells give their weight to the others"),
                    moved.mean_shift,
                )
            )
    return found
