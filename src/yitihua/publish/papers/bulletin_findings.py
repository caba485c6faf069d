"""What was found: the overview, who does well, what is wrong, what to do; sentences of a bulletin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from yitihua.index.recipe import GradeRule
from yitihua.publish.papers.bulletin_words import grade_word, listed, one_line, period_words, quoted
from yitihua.publish.papers.numbers import percent

if TYPE_CHECKING:
    from yitihua.index.scoreboard import Scoreboard
    from yitihua.publish.papers.bulletin import Bulletin

Part = tuple[str, str]


def overview(b: Bulletin) -> list[Part]:
    """Return the scores, the grades, the first level, and the change since the period before."""
    if not b.scored:
        return [("评分情况", f"{len(b.rows)}个{b.noun}均因数据覆盖率不足未予评分。")]
    made = [("得分情况", _scores(b))]
    if b.recipe.grades:
        made.append(("等级分布", one_line("；".join(_grades(b, rule) for rule in b.recipe.grades))))
    made.append(("一级指标", _first_level(b)))
    if (change := _change(b)) is not None:
        made.append(("与上期比较", change))
    return made


def _scores(b: Bulletin) -> str:
    total, shown = b.board.total[b.scored], b.shown
    best, last = b.scored[0], b.scored[-1]
    above = int((total > total.mean()).sum())
    text = (
        f"参评{b.noun}{len(b.rows)}个，评分{len(b.scored)}个。平均得分{shown.score(float(total.mean()))}，中位数"
        f"{shown.score(float(np.median(total)))}；最高为{b.name(best)}（{shown.score(float(b.board.total[best]))}），最低为"
        f"{b.name(last)}（{shown.score(float(b.board.total[last]))}）。"
        f"高于平均得分的{above}个，占{percent(above / len(total), 1)}。"
    )
    return text + (f"前10位为：{b.listed(b.scored[:10])}。" if len(b.scored) > 12 else "")


def _grades(b: Bulletin, rule: GradeRule) -> str:
    index = b.board.grade_indices[rule.code][b.scored]
    counts = [
        (grade_word(rule.names[k][0] or rule.names[k][1]), int((index == k).sum()))
        for k in reversed(range(len(rule.names)))
    ]
    return f"{rule.title[0]}：" + "、".join(f"{name}{count}个" for name, count in counts)


def _first_level(b: Bulletin) -> str:
    means = _means(b, b.recipe.first_level)
    order = sorted(means, key=lambda code: -means[code])
    text = "、".join(f"{b.label(code)}{b.shown.points(means[code])}" for code in order)
    return f"平均得分由高到低依次为{text}。" if len(order) > 1 else f"{text}。"


def _means(b: Bulletin, codes: tuple[str, ...]) -> dict[str, float]:
    """Return the mean points of those that have them; a code nobody has points in is left out."""
    found = {}
    for code in codes:
        points = b.board.points[b.rows, b.recipe.plan.column[code]]
        if np.isfinite(points).any():
            found[code] = float(points[np.isfinite(points)].mean())
    return found


def _change(b: Bulletin) -> str | None:
    before = b.found.before
    if before is None:
        return None
    old = before.board
    both = [row for row in b.scored if before.row[row] >= 0 and np.isfinite(old.total[before.row[row]])]
    if not both:
        return "上期没有可比的得分。"
    gain = b.board.total[both] - old.total[before.row[both]]
    up, down = int((gain > 0).sum()), int((gain < 0).sum())
    text = (
        f"与{period_words(old.table.period) or '上期'}相比，两期均有得分的{len(both)}个单位得分平均变化"
        f"{b.shown.gained(float(gain.mean()))}，"
        f"得分上升{up}个、下降{down}个。"
    )
    best = [both[k] for k in np.argsort(-gain, kind="stable")[:3].tolist() if gain[k] > 0]
    if best:
        told = [
            f"{b.name(row)}（{b.shown.gained(float(b.board.total[row] - old.total[before.row[row]]))}）" for row in best
        ]
        text += f"上升较多的为{'、'.join(told)}。"
    if not before.same_rules:
        text += "两期计分规则或拟合数值不同，变化中含规则变化的影响，不能全部视为实际进展。"
    if uneven := one_period(b.board, old, both, before.row[both].tolist()):
        names = "、".join(b.label(code) for code in uneven[:5]) + ("等" if len(uneven) > 5 else "")
        text += f"有{len(uneven)}个指标（{names}）只有一期有数值，变化中含指标增减的影响。"
    return text


def one_period(now: Scoreboard, old: Scoreboard, rows: Sequence[int], before: Sequence[int]) -> list[str]:
    """Return the indicators that units of both periods have a value of in one of them alone.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("egdi-2022")
    >>> one_period(board, board, [0, 1], [0, 1])
    []
    """
    there = [
        {code: bool(np.isfinite(board.denominated[list(own), j]).any()) for j, code in enumerate(board.recipe.codes)}
        for board, own in ((now, rows), (old, before))
    ]
    return [code for code in now.recipe.codes if there[0][code] != there[1].get(code, False)]


def practices(b: Bulletin) -> list[Part]:
    """Return who does best by every first-level node; how they do it, data do not know."""
    from yitihua.publish.papers.bulletin import BEST, OPEN

    made = []
    for code in b.recipe.first_level:
        column = b.recipe.plan.column[code]
        known = [row for row in b.rows.tolist() if np.isfinite(b.board.points[row, column])]
        best = sorted(known, key=lambda row: (-b.board.points[row, column], row))[:BEST]
        if best:
            told = "、".join(f"{b.name(row)}（{b.shown.points(float(b.board.points[row, column]))}）" for row in best)
            made.append((b.label(code), f"得分居前的为{told}。{OPEN}"))
    return made


def problems(b: Bulletin) -> list[Part]:
    """Return the weakest areas, the obstacles, the gap, and what the data lack."""
    made = [("短板领域", _weak(b))] if _means(b, b.recipe.codes) else []
    if (text := _obstacles(b)) is not None:
        made.append(("主要障碍因素", text))
    if len(b.scored) > 1:
        made.append(("单位间差距", _gap(b)))
    made.append(("数据质量", _data(b)))
    return made


def _weak(b: Bulletin) -> str:
    from yitihua.publish.papers.bulletin import INDICATORS

    first, means = _means(b, b.recipe.first_level), _means(b, b.recipe.codes)
    low = min(first, key=lambda code: first[code]) if len(first) > 1 else None
    text = f"一级指标中{b.label(low)}平均得分最低（{b.shown.points(first[low])}）。" if low is not None else ""
    weak = sorted(means, key=lambda code: means[code])[:INDICATORS]
    return (
        text
        + f"平均得分较低的末级指标为{'、'.join(f'{b.label(code)}（{b.shown.points(means[code])}）' for code in weak)}。"
    )


def obstacle_order(b: Bulletin) -> list[tuple[str, float, int]]:
    """Return indicators by mean obstacle degree, the largest first, and in how many units each is the largest."""
    if b.found.obstacles is None or not b.scored:
        return []
    frame = b.found.obstacles.indicators(b.level, "zh")
    frame = frame[frame["mean_degree"] > 0].sort_values("mean_degree", ascending=False, kind="stable")
    return list(zip(frame["code"], frame["mean_degree"].astype(float), frame["first_in"].astype(int), strict=True))


def _obstacles(b: Bulletin) -> str | None:
    from yitihua.publish.papers.bulletin import OBSTACLES

    found = obstacle_order(b)[:OBSTACLES]
    if not found:
        return None
    told = "、".join(f"{b.label(code)}（{degree:.1f}%）" for code, degree, _ in found)
    most = max(obstacle_order(b), key=lambda line: line[2])
    text = f"按障碍度（该指标失分占全部失分的比重）平均值，居前的为{told}。"
    return text + (f"以{quoted(b.label(most[0]))}为第一障碍的单位最多，有{most[2]}个。" if most[2] else "")


def _gap(b: Bulletin) -> str:
    from yitihua.publish.papers.bulletin import LAST

    total = b.board.total[b.scored]
    text = f"最高分与最低分相差{b.shown.score(float(total.max() - total.min()))}分。"
    if len(b.scored) > 2 * LAST:
        worst = b.scored[-LAST:]
        text += f"得分居后{LAST}位的为{listed([b.name(row) for row in worst])}"
        text += "；相邻单位的先后在误差范围内未必可靠。" if b.found.intervals is not None else "。"
    lowest = [(rule, b.board.grade_indices[rule.code][b.scored] == 0) for rule in b.recipe.grades[:1]]
    for rule, mask in lowest:
        name = grade_word(rule.names[0][0] or rule.names[0][1])
        text += (
            f"{rule.title[0]}为{name}的有{int(mask.sum())}个。"
            if mask.any()
            else f"没有{rule.title[0]}为{name}的单位。"
        )
    return text


def _data(b: Bulletin) -> str:
    missing = np.isnan(b.cells())
    parts = []
    if missing.any():
        by_code = Counter({code: int(count) for code, count in zip(b.recipe.codes, missing.sum(axis=0), strict=True)})
        most = "、".join(f"{b.label(code)}（{count}个）" for code, count in by_code.most_common(3) if count)
        touched = int(missing.any(axis=1).sum())
        parts.append(f"缺失数值{int(missing.sum())}个，涉及{touched}个单位，缺失较多的指标为{most}")
    else:
        parts.append("各单位指标数值齐全")
    if cut := int(b.board.clipped[b.rows].sum()):
        parts.append(f"超出计分区间而截断的数值{cut}个")
    unscored = [row for row in b.rows.tolist() if np.isnan(b.board.total[row])]
    if unscored:
        parts.append(f"因覆盖率不足未评分的单位{len(unscored)}个：{listed([b.name(row) for row in unscored], 10)}")
    return one_line("；".join(parts))


def steps(b: Bulletin) -> list[Part]:
    """Return what follows from the findings, for the office to edit."""
    from yitihua.publish.papers.bulletin import BEST, OBSTACLES

    made = []
    if found := obstacle_order(b)[:OBSTACLES]:
        told = "、".join(b.label(code) for code, _, _ in found)
        made.append(("聚焦主要障碍补齐短板", f"围绕{told}等失分较多的指标，逐项查找原因，明确措施和时限。"))
    made += _lower(b)
    first = _means(b, b.recipe.first_level)
    low = min(first, key=lambda code: first[code]) if len(first) > 1 else None
    if low is not None:
        column = b.recipe.plan.column[low]
        known = [row for row in b.rows.tolist() if np.isfinite(b.board.points[row, column])]
        best = sorted(known, key=lambda row: (-b.board.points[row, column], row))[:BEST]
        made.append(
            (
                "对标先进抓提升",
                f"{b.label(low)}平均得分最低，得分较低的单位要主动向{listed([b.name(row) for row in best])}"
                "等得分居前的单位学习；"
                "可比单位及差距见各单位精准画像。",
            )
        )
    made.append(("提高数据质量", _quality(b)))
    made.append(
        (
            "正确使用评价结果",
            "评价结果用于查找问题、改进工作。名次相近、差异不显著的单位不作先后区分；不得以名次替代对具体工作的检查，不得为提高得分虚报数据。",
        )
    )
    return made


def _lower(b: Bulletin) -> list[Part]:
    """Return which indicator alone would lift the most units to a higher grade, if any does."""
    if not b.found.has_lifts or not b.recipe.grades:
        return []
    rule, gains = b.recipe.grades[0], b.found.raised.gain
    counts: Counter[str] = Counter()
    cuts = rule.cuts_of(b.level)
    if cuts is None:
        return []
    for row in b.scored:
        now = int(b.board.grade_indices[rule.code][row])
        if 0 <= now < len(cuts):
            with np.errstate(invalid="ignore"):
                enough = np.flatnonzero(b.board.total[row] + gains[row] >= cuts[now])
            counts.update(b.recipe.codes[j] for j in enough.tolist())
    if not counts:
        return []
    top = counts.most_common(1)[0][1]
    code = next(code for code in b.recipe.codes if counts[code] == top)
    text = (
        f"据测算，其他情况不变，仅{quoted(b.label(code))}一项达到同级单位上四分位水平，即可使{top}个单位的{rule.title[0]}提高一级以上。"
        "测算只是算术推演，不是预测。"
    )
    return [("抓好见效较快的指标", text)]


def _quality(b: Bulletin) -> str:
    missing = int(np.isnan(b.cells()).sum())
    if missing:
        return f"对缺失的{missing}个数值，有关单位要查明原因、及时补报；填报数据要有台账可查，经得起复核。"
    return "填报数据要有台账可查，经得起复核。"
