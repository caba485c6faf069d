"""The barometer as text, in Chinese or English: all units of a period, one unit through time, and its feedback."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from yitihua.analysis.barometer.barometer import COVERS, Barometer, UnitBarometer
from yitihua.analysis.barometer.feedback import Feedback, MoreCounts, Way
from yitihua.publish.improve_text import improve_rows

#: Nodes and measures that are named as ways of their own.
SHOWN = 3


def barometer_lines(found: Barometer, lang: str = "en") -> list[str]:
    """Return the title, what must be known, and how many units have which sign in the last period shown.

    Examples
    --------
    >>> import yitihua as yt
    >>> barometer_lines(yt.barometer("zhejiang-2022", n=100), "zh")[1]
    '模拟数据：指标值为模拟，不得作为结论引用。'
    """
    zh, period = lang == "zh", found.periods[-1]
    recipe = found.last.recipe
    title = f"{recipe.title[0]}：晴雨表，{period}" if zh else f"{recipe.title[1]}: barometer, {period}"
    return [title, *barometer_notices(found, lang), *carried_lines(found, lang), counts_line(found, lang)]


def barometer_notices(found: Barometer, lang: str = "en") -> list[str]:
    """Return what must be said beside any reading: simulated, reconstructed, whose choice, what compares, intervals.

    Examples
    --------
    >>> import yitihua as yt
    >>> barometer_notices(yt.barometer("zhejiang-2022", n=100))[0]
    'SIMULATED DATA 模拟数据: the values are simulated, no finding may be drawn.'
    """
    which, recipe = 0 if lang == "zh" else 1, found.last.recipe
    lines = []
    if found.simulated:
        lines.append(
            (
                "模拟数据：指标值为模拟，不得作为结论引用。",
                "SIMULATED DATA 模拟数据: the values are simulated, no finding may be drawn.",
            )[which]
        )
    lines += [recipe.notice[which]] if recipe.notice[which] else []
    lines += [found.spec.note.get(lang)] if found.spec.note else []
    lines += [notice[which] for notice in found.last.table.notices]
    stop = "。" if which == 0 else "."
    return [*lines, found.rule[which] + stop, COVERS[which] + stop]


def carried_lines(found: Barometer, lang: str = "en") -> list[str]:
    """Return whose survey estimates stand in: a line for all periods in which the same ones do."""
    by: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for period, lenders in zip(found.periods, found.carried, strict=True):
        for periods in dict.fromkeys(lenders.values()):
            codes = tuple(code for code, others in lenders.items() if others == periods)
            by.setdefault((periods, codes), []).append(period)
    lines = []
    for (periods, codes), borrowers in by.items():
        when = borrowers[0] if len(borrowers) == 1 else f"{borrowers[0]}–{borrowers[-1]}"
        lines.append(
            f"{when}没有问卷的指标沿用{'、'.join(periods)}的估计：{'、'.join(codes)}。"
            if lang == "zh"
            else f"{when}: no survey of {', '.join(codes)}; the estimates of {', '.join(periods)} stand in."
        )
    return lines


def counts_line(found: Barometer, lang: str = "en") -> str:
    """Return how many units have which sign in the last period shown, the best first.

    Examples
    --------
    >>> import yitihua as yt
    >>> counts_line(yt.barometer("zhejiang-2022", n=100)).split(":")[0]
    'signs'
    """
    frame, rule = found.frame(lang, found.periods[-1]), found.spec.sign
    parts = [
        f"{rule.glyphs[k]} {rule.names[k].get(lang)} {int((frame['sign'] == label).sum())}"
        for k, label in reversed(list(enumerate(rule.labels)))
    ]
    without = int((frame["sign"] == "").sum())
    if without:
        parts.append(f"资料不足 {without}" if lang == "zh" else f"too little data {without}")
    return ("天气：" if lang == "zh" else "signs: ") + ("，" if lang == "zh" else ", ").join(parts)


def barometer_rows(found: Barometer, lang: str = "en", level: str | None = None) -> list[list[str]]:
    """Return one row a unit of the last period shown, the highest reading first, the header before them.

    Examples
    --------
    >>> import yitihua as yt
    >>> barometer_rows(yt.barometer("zhejiang-2022", n=100), "zh")[0]
    ['天气', '单位', '读数', '区间', '概率', '进展', '活跃', '象限']
    """
    head = (
        ["天气", "单位", "读数", "区间", "概率", "进展", "活跃", "象限"]
        if lang == "zh"
        else ["sign", "unit", "reading", "interval", "p", "prog.", "act.", "quadrant"]
    )
    frame = found.frame(lang, found.periods[-1])
    if level is not None:
        frame = frame[frame["level"] == level]
    rows = [
        [
            _sign(one, lang, found), one["name"], _number(one["reading"]), _interval(one, "reading"),
            _share(one["p_sign"]), _number(one["progress"]), _number(one["activity"]), one["quadrant_name"] or "-",
        ]
        for one in frame.to_dict("records")
    ]  # fmt: skip
    return [head, *rows]


def unit_lines(unit: UnitBarometer, lang: str = "en") -> list[str]:
    """Return a unit's title, what must be known, and the words of its sign and quadrant in the last period shown.

    Examples
    --------
    >>> import yitihua as yt
    >>> unit_lines(yt.barometer("zhejiang-2022", n=100).unit("兰溪市"), "zh")[0]
    '330781 兰溪市：晴雨表'
    """
    found, zh = unit.whole, lang == "zh"
    lines = [f"{unit.code} {unit.name(lang)}：晴雨表" if zh else f"{unit.code} {unit.name(lang)}: barometer"]
    lines += [*barometer_notices(found, lang), *carried_lines(found, lang)]
    sign, area = int(found.shown("sign")[-1, unit.row]), found.quadrant_of(int(found.shown("quadrant")[-1, unit.row]))
    if sign >= 0 and area is not None:
        rule, last = found.spec.sign, found.periods[-1]
        chances = [
            f"{rule.names[k].get(lang)} {_share(share)}"
            for k, share in reversed(list(enumerate(found.drawn.sign[-1, unit.row])))
            if share >= 0.005
        ]
        colon, comma = ("：", "，") if zh else (": ", ", ")
        lines.append(f"{last} {rule.glyphs[sign]} {rule.names[sign].get(lang)}{colon}{rule.words[sign].get(lang)}")
        lines.append(f"{area.name.get(lang)}{colon}{area.words.get(lang)}")
        lines.append(("概率：" if zh else "probabilities: ") + comma.join(chances))
    return lines


def unit_rows(unit: UnitBarometer, lang: str = "en") -> list[list[str]]:
    """Return a unit's periods, one row each: sign, reading, progress, activity and their parts.

    Examples
    --------
    >>> import yitihua as yt
    >>> unit_rows(yt.barometer("zhejiang-2022", n=100).unit("兰溪市"), "zh")[0]
    ['时期', '天气', '读数', '进展', '水平', '比过去', '活跃', '数量', '增势', '广度', '近期']
    """
    head = (
        ["时期", "天气", "读数", "进展", "水平", "比过去", "活跃", "数量", "增势", "广度", "近期"]
        if lang == "zh"
        else ["period", "sign", "reading", "prog.", "level", "past", "act.", "vol.", "mom.", "broad", "rec."]
    )
    keys = ("reading", "progress", "standing", "own_past", "activity", "volume", "momentum", "breadth", "recency")
    return [head] + [
        [one["period"], _sign(one, lang, unit.whole), *(_number(one[key]) for key in keys)]
        for one in unit.frame(lang).to_dict("records")
    ]


def feedback_lines(found: Feedback, lang: str = "en") -> list[str]:
    """Return what the next sign needs and what can be lost; the next grade stands in `grade_lines`.

    Examples
    --------
    >>> import yitihua as yt
    >>> feedback_lines(yt.barometer("zhejiang-2022", n=100).feedback("兰溪市"), "zh")[0]
    '反馈：读数58.8，距“多云”差1.2分；再降6.8分以上即失去“阴”。'
    """
    zh, rule = lang == "zh", found.whole.spec.sign
    if found.sign < 0:
        return ["反馈：资料不足，没有读数。" if zh else "feedback: no reading, for want of data."]
    name = rule.names[found.sign].get(lang)
    lose = "" if math.isnan(found.down) else (
        f"；再降{found.down:.1f}分以上即失去“{name}”" if zh else f"; a fall beyond {found.down:.1f} loses '{name}'"
    )  # fmt: skip
    if found.following < 0:
        top = (
            f"读数{found.reading:.1f}，已是最好的“{name}”"
            if zh
            else f"reading {found.reading:.1f}, '{name}' is the best sign"
        )
        return [("反馈：" if zh else "feedback: ") + top + lose + ("。" if zh else ".")]
    next_ = rule.names[found.following].get(lang)
    first = (
        f"反馈：读数{found.reading:.1f}，距“{next_}”差{_up(found.up)}分{lose}。"
        if zh
        else f"feedback: reading {found.reading:.1f}, {_up(found.up)} short of '{next_}'{lose}."
    )
    return [first, _progress_line(found, lang), *_activity_lines(found, lang), _both_line(found, lang)]


def grade_lines(found: Feedback, lang: str = "en") -> tuple[list[str], list[list[str]]]:
    """Return what the next grade needs, and its table of indicators; the table is empty where there is none."""
    zh, (improvement, said) = lang == "zh", found.grade()
    if improvement is None:
        return [f"下一等级：{said[0]}。" if zh else f"next grade: {said[1]}."], []
    target = improvement.goal.words[0 if zh else 1]
    line = (
        f"下一等级（{target}）：最省的指标改进共{improvement.cost:.4g}分（各指标每分费用为1）"
        if zh
        else f"next grade ({target}): at least {improvement.cost:.4g} points of indicators (each point of any costs 1)"
    )
    return [line], improve_rows(improvement, lang)


def _progress_line(found: Feedback, lang: str) -> str:
    zh, way = lang == "zh", found.by_progress
    assert way is not None  # there is a next sign
    if not way.reached:
        return (
            f"只靠进展：达不到，最高读数{way.best:.1f}。"
            if zh
            else f"progress alone: out of reach, {way.best:.1f} at best."
        )
    labels, which = found.whole.last.recipe.labels, 0 if zh else 1
    nodes = [f"{one.node} {labels[one.node][which]} {one.now:.1f}→{_up(one.needed)}" for one in found.nodes[:SHOWN]]
    by = ""
    if nodes:
        by = f"；如只提高其一：{'，'.join(nodes)}" if zh else f"; by one node alone: {', '.join(nodes)}"
    return (
        f"只靠进展：水平提高{_up(way.rise)}分{by}。"
        if zh
        else f"progress alone: a level {_up(way.rise)} points higher{by}."
    )


def _activity_lines(found: Feedback, lang: str) -> list[str]:
    zh, way = lang == "zh", found.by_activity
    assert way is not None
    if not way.reached:
        return [
            f"只靠活跃：各项做法都做到上限也达不到，最高读数{way.best:.1f}。"
            if zh
            else f"activity alone: out of reach with every measure at its bound, {way.best:.1f} at best."
        ]
    lines = [("只靠活跃（本期再增）：" if zh else "activity alone (more in the period): ") + _more(found, way, lang)]
    first = way.counts[0].measure if len(way.counts) == 1 else ""
    other = [one for one in found.alone if one.measure != first][:SHOWN]
    if other:
        lines.append(("或只靠其中一项：" if zh else "or by one of these alone: ") + _listed(found, other, lang))
    return lines


def _both_line(found: Feedback, lang: str) -> str:
    zh, way = lang == "zh", found.by_both
    assert way is not None
    if not way.reached:
        return f"两者并举：仍达不到，最高读数{way.best:.1f}。" if zh else f"both: out of reach, {way.best:.1f} at best."
    level = f"水平提高{_up(way.rise)}分" if zh else f"a level {_up(way.rise)} points higher"
    if not way.counts:
        return f"两者并举：{level}即可。" if zh else f"both: {level} will do."
    return f"两者并举：{level}，并{_more(found, way, lang)}" if zh else f"both: {level}, and {_more(found, way, lang)}"


def _more(found: Feedback, way: Way, lang: str) -> str:
    return _listed(found, way.counts, lang)


def _listed(found: Feedback, counts: Iterable[MoreCounts], lang: str) -> str:
    words = found.whole.last.table.background.measures
    parts = []
    for one in counts:
        label = words[one.measure].name[0 if lang == "zh" else 1] if one.measure in words else one.measure
        parts.append(f"{label}{one.now:.0f}+{one.more}" if lang == "zh" else f"{label} {one.now:.0f}+{one.more}")
    return ("，" if lang == "zh" else ", ").join(parts) + ("。" if lang == "zh" else ".")


def _sign(one: dict[str, object] | dict[object, object], lang: str, found: Barometer) -> str:
    row = {str(key): value for key, value in one.items()}
    return f"{row['glyph']} {row['sign_name']}" if row["sign"] else "-"


def _number(value: float) -> str:
    return "-" if pd.isna(value) else f"{value:.1f}"


def _share(value: float) -> str:
    return "-" if pd.isna(value) else f"{value:.0%}"


def _interval(one: dict[str, float] | dict[object, float], name: str) -> str:
    row = {str(key): value for key, value in one.items()}
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return "-" if pd.isna(low) else f"{low:.1f}–{high:.1f}"


def _up(value: float) -> str:
    """Return a number rounded up, so that what is printed is enough."""
    return f"{math.ceil(round(value * 10, 6)) / 10:.1f}"
