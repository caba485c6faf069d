"""Steps 7 to 10 of the audit: robustness, back to the data, links to other variables, presentation."""

from __future__ import annotations

import numpy as np

from yitihua.analysis.audit.findings import NO_THRESHOLD, OWN, Finding, both, judged, some
from yitihua.analysis.correlations import DENOMINATOR, attribute_correlations
from yitihua.analysis.leave_out import leave_out
from yitihua.analysis.stages import level_rows
from yitihua.analysis.variants import Variant
from yitihua.index.recipe import Label
from yitihua.index.scoreboard import Scoreboard

#: Mean shift of ranks, as a share of the units, from which a choice matters.
MEAN_SHIFT = 0.05
#: Width of a rank interval, as a share of the units, from which a unit's rank says little.
WIDE = 0.25


def robustness(board: Scoreboard, changed: tuple[Variant, ...], level: str | None = None) -> list[Finding]:
    """Step 7: what ranks owe to each choice, to each indicator, and to sampling."""
    rows = level_rows(board, level)
    most = MEAN_SHIFT * len(rows)
    limit: Label = (
        f"平均变动不超过单位数的{MEAN_SHIFT:.0%}（{most:.1f}位）",
        f"a mean shift of {MEAN_SHIFT:.0%} of the units at most ({most:.1f} places)",
    )
    found = []
    for variant in changed:
        if variant.code == "unfilled":
            continue
        checked: Label = (f"若改为{variant.words[0]}", f"if it were {variant.words[1]}")
        unscored: Label = ("改后没有单位有得分", "no unit has a score then")
        if variant.comparison is None or np.isnan(variant.comparison.agreement.mean_shift):
            found.append(
                Finding(
                    7,
                    variant.code,
                    checked,
                    both("-"),
                    limit,
                    OWN,
                    "note",
                    ("不能这样计算", f"cannot be done: {variant.reason}") if variant.comparison is None else unscored,
                )
            )
            continue
        a = variant.comparison.agreement
        known = np.isfinite(a.kendall)  # where all units are tied there is none
        tau = (f"{a.kendall:.3f}",) * 2 if known else ("无法计算（全部并列）", "cannot be computed, all tied")
        grades = variant.comparison.grade_changes
        titles = {rule.code: rule.title for rule in board.recipe.grades}
        graded: Label = (
            "；".join(f"{titles[scheme][0]}变动的单位{count}个" for scheme, count in grades.items()),
            "; ".join(f"{count} units change {titles[scheme][1]}" for scheme, count in grades.items()),
        )
        found.append(
            Finding(
                7,
                variant.code,
                checked,
                (
                    f"位次平均变动{a.mean_shift:.2f}位，最多{a.max_shift:.0f}位；Kendall τ {tau[0]}",
                    f"ranks move {a.mean_shift:.2f} places on average, {a.max_shift:.0f} at most; "
                    f"Kendall's tau {tau[1]}",
                ),
                limit,
                OWN,
                judged(a.mean_shift <= most),
                graded if grades else ("无等级", "no grades"),
                a.mean_shift,
            )
        )
    return [*found, _leaving_out(board, level, most, limit), _sampling(board, level)]


def _leaving_out(board: Scoreboard, level: str | None, most: float, limit: Label) -> Finding:
    table = leave_out(board, level=level).frame
    kept = table[table["units"] > 0]
    worst = kept.head(1).to_dict("records")
    strong = kept.loc[kept["mean_shift"] > most, "code"].to_list()
    if not worst:
        return Finding(
            7,
            "leave-out",
            ("逐一去掉指标", "leaving indicators out"),
            both("-"),
            limit,
            OWN,
            "note",
            ("没有可去掉的指标", "nothing can be left out"),
        )
    first = worst[0]
    return Finding(
        7,
        "leave-out",
        ("逐一去掉指标或一级指标", "leaving out each indicator and part"),
        (
            f"影响最大者{first['code']}：平均{first['mean_shift']:.2f}位，最多{first['max_shift']:.0f}位",
            f"most for {first['code']}: {first['mean_shift']:.2f} places on average, {first['max_shift']:.0f} at most",
        ),
        limit,
        OWN,
        judged(not strong),
        (f"去掉后位次变动较大：{some(strong)[0]}", f"ranks move more without {some(strong)[1]}")
        if strong
        else ("没有哪一项单独决定排名", "no single one decides the ranking"),
        float(first["mean_shift"]),
    )


def _sampling(board: Scoreboard, level: str | None) -> Finding:
    rows, drawn = level_rows(board, level), board.sampled
    checked: Label = ("抽样误差下的位次区间", "rank intervals under sampling error")
    limit: Label = (f"中位宽度不超过单位数的{WIDE:.0%}", f"a median width of {WIDE:.0%} of the units at most")
    if drawn is None:
        words: Label = ("没有由抽样估计的指标，或估计值未附标准误", "no indicator is an estimate with a standard error")
        return Finding(7, "sampling", checked, both("-"), limit, OWN, "note", words)
    low, high = (end[rows] for end in drawn.rank_interval)
    known = np.isfinite(low) & np.isfinite(high)
    width = float(np.median((high - low)[known])) if known.any() else 0.0
    ordered = int(
        (low[known] > np.median(board.rank[rows][known])).sum()
        + (high[known] < np.median(board.rank[rows][known])).sum()
    )
    return Finding(
        7,
        "sampling",
        checked,
        (
            f"{drawn.level:.0%}区间的中位宽度{width:.0f}位",
            f"median width of {drawn.level:.0%} intervals: {width:.0f} places",
        ),
        limit,
        OWN,
        judged(width <= WIDE * len(rows)),
        (
            f"{ordered}个单位的区间整个在中位之上或之下；抽样{drawn.draws}次，种子{drawn.seed}",
            f"the interval of {ordered} units lies wholly above or below the middle; "
            f"{drawn.draws} draws, seed {drawn.seed}",
        ),
        width,
    )


def back_to_data(board: Scoreboard, level: str | None = None) -> list[Finding]:
    """Step 8: whether one part dominates scores, and what the ends of the ranking are made of."""
    rows, recipe = level_rows(board, level), board.recipe
    codes = [*recipe.codes, *(node.code for node in recipe.nodes)]
    given = board.contribution_arrays[0][rows]
    first = [codes.index(code) for code in recipe.root.children]
    totals = np.nansum(given[:, first], axis=1)
    usable = np.isfinite(board.total[rows]) & (totals > 0)
    # Parts of both signs (z-scores) offset each other: their shares say nothing.
    if not usable.any() or (np.nan_to_num(given[:, first]) < 0).any():
        return [
            Finding(
                8,
                "dominance",
                ("单项占比", "share of one part"),
                both("-"),
                NO_THRESHOLD,
                both("-"),
                "note",
                ("没有可分解的得分", "no score can be split"),
            )
        ]
    share = np.nan_to_num(given[usable][:, first]) / totals[usable][:, None]
    mean, top = share.mean(axis=0), share.max(axis=0)
    weight = np.array(recipe.root.weights)
    lead = int(mean.argmax())
    ends = [
        (best, rows[usable][i])
        for best, i in (
            (True, int(np.argmax(board.total[rows][usable]))),
            (False, int(np.argmin(board.total[rows][usable]))),
        )
    ]
    profile = [
        (
            f"{'首位' if best else '末位'}{board.table.name_of(row, 'zh')}：" + _profile(board, row, 0),
            f"{'first' if best else 'last'} {board.table.name_of(row, 'en')}: " + _profile(board, row, 1),
        )
        for best, row in ends
    ]
    return [
        Finding(
            8,
            "dominance",
            ("一级指标在得分中的平均占比", "mean share of first-level parts in the score"),
            (
                f"最高{recipe.root.children[lead]} {mean[lead]:.1%}（权重{weight[lead]:.1%}），"
                f"单个单位最高{top.max():.1%}",
                f"largest {recipe.root.children[lead]} {mean[lead]:.1%} (weight {weight[lead]:.1%}); "
                f"up to {top.max():.1%} for one unit",
            ),
            ("不超过权重的2倍", "twice the weight at most"),
            OWN,
            judged(bool((mean <= 2 * weight + 1e-12).all())),
            ("各一级指标对得分的贡献与权重相称", "parts give to scores in line with their weights")
            if bool((mean <= 2 * weight + 1e-12).all())
            else ("有一级指标单独决定得分", "one part decides the scores"),
            float(mean[lead]),
        ),
        Finding(
            8,
            "profile",
            ("首末位单位的构成", "what the first and the last are made of"),
            both("-"),
            NO_THRESHOLD,
            both("-"),
            "note",
            ("；".join(text[0] for text in profile), "; ".join(text[1] for text in profile)),
        ),
    ]


def _profile(board: Scoreboard, row: int, place: int) -> str:
    """Return the first-level scores of a unit, as text."""
    column = board.recipe.plan.column
    decimals = 1 if board.recipe.scale[1] - board.recipe.scale[0] >= 10 else 3
    parts = [(board.recipe.labels[code][place], board.points[row, column[code]]) for code in board.recipe.root.children]
    return ("、" if place == 0 else ", ").join(f"{name} {points:.{decimals}f}" for name, points in parts)


def links(board: Scoreboard, level: str | None = None) -> list[Finding]:
    """Step 9: whether the index goes with the size of units or other columns of the data."""
    table = attribute_correlations(board, codes=[board.recipe.root.code], stage="normalised", level=level)
    checked: Label = (
        "总指数与数据中其他数值列的相关",
        "correlation of the index with other numeric columns of the data",
    )
    limit: Label = (f"|r|不超过{DENOMINATOR:g}", f"|r| of {DENOMINATOR:g} at most")
    if not len(table):
        words: Label = (
            "数据中没有规模等其他数值列，未能检查；宜另行与外部指标比较",
            "the data have no other numeric column, such as size: compare with outside variables",
        )
        return [
            Finding(
                9, "links", checked, both("-"), limit, both("COINr, R/correlations.R, get_denom_corr"), "note", words
            )
        ]
    strong = [
        f"{name} {r:.2f}"
        for name, r, above in zip(table["attribute"], table["r"], table["above"], strict=True)
        if above
    ]
    largest = float(table["r"].abs().max())
    return [
        Finding(
            9,
            "links",
            checked,
            (f"共{len(table)}列，最大|r| {largest:.2f}", f"{len(table)} columns, largest |r| {largest:.2f}"),
            limit,
            both("COINr, R/correlations.R, get_denom_corr"),
            judged(not strong),
            (f"得分可能只反映规模：{some(strong)[0]}", f"scores may only tell size: {some(strong)[1]}")
            if strong
            else ("总指数不随这些列而定", "the index does not follow these columns"),
            largest,
        )
    ]


def presentation(board: Scoreboard, level: str | None = None) -> list[Finding]:
    """Step 10: ties, grades, and what is said beside the numbers."""
    rows, recipe = level_rows(board, level), board.recipe
    scores = board.rounded_scores[rows]
    scores = scores[np.isfinite(scores)]
    tied = len(scores) - len(np.unique(scores))
    found = [
        Finding(
            10,
            "ties",
            ("按发布的小数位并列的单位", "units tied at the decimals that are published"),
            (f"{tied}个（小数{recipe.score_decimals}位）", f"{tied} ({recipe.score_decimals} decimals)"),
            NO_THRESHOLD,
            both("-"),
            "note",
            ("并列者同取最好位次", "ties share the best rank"),
            float(tied),
        )
    ]
    for rule in recipe.grades:
        indices = board.grade_indices[rule.code][rows]
        counts = [int((indices == k).sum()) for k in range(len(rule.labels))]
        empty = [label for label, count in zip(rule.labels, counts, strict=True) if not count]
        if not sum(counts):
            continue
        spread = ", ".join(f"{label} {count}" for label, count in zip(rule.labels, counts, strict=True))
        found.append(
            Finding(
                10,
                f"grades-{rule.code}",
                (f"等级分布（{rule.title[0]}）", f"distribution of grades ({rule.title[1]})"),
                both(spread),
                ("每级都有单位", "every grade has units"),
                OWN,
                judged(not empty),
                (f"没有单位的等级：{some(empty)[0]}", f"grades without a unit: {some(empty)[1]}")
                if empty
                else ("每级都有单位", "every grade has units"),
                float(len(empty)),
            )
        )
    shown = board.sampled is not None
    found.append(
        Finding(
            10,
            "intervals",
            ("得分旁是否给出区间", "whether intervals stand beside scores"),
            ("是", "yes") if shown else ("否", "no"),
            ("有抽样估计时给出", "where anything is an estimate"),
            both("OECD/JRC 2008, step 7 and 10"),
            "pass" if shown else "note",
            ("排名表附置信区间", "the ranking carries confidence intervals")
            if shown
            else (
                "没有带标准误的估计值，只有步骤7的情景",
                "no estimates with standard errors: only the variants of step 7",
            ),
        )
    )
    return found
