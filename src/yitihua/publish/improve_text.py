"""The cheapest improvement and a scenario as text, in Chinese or English."""

from __future__ import annotations

import math

from yitihua.analysis.improve import Improvement
from yitihua.analysis.scenario import Scenario, assumption_of
from yitihua.index.scoreboard import Scoreboard
from yitihua.publish.reach_text import before_after_line
from yitihua.publish.summary import notices
from yitihua.publish.whatif_text import movement_lines


def improve_lines(found: Improvement, lang: str = "en") -> list[str]:
    """Return what was asked, what it takes, and what proves it.

    Examples
    --------
    >>> import yitihua as yt
    >>> for line in improve_lines(yt.evaluate("egdi-2022").improve("France", rank=15))[1:3]:
    ...     print(line)
    France France: rank 15 at least
    cheapest improvement: 0.0332 points in 1 indicators (each point of any costs 1)
    """
    zh, board = lang == "zh", found.base
    name, target = board.table.name_of(found.row, lang), found.goal.words[0 if zh else 1]
    unit = f"{board.table.units[found.row]} {name}{'：' if zh else ': '}{target}"
    lines = [*notices(board, lang), unit]
    if found.reached_already:
        return [*lines, "现在已经达到，无须改进" if zh else "reached already"]
    count = len(found.table(lang))
    if found.priced:
        lines.append(
            f"最省的改进：{count}个指标，费用合计{found.cost:.6g}"
            if zh
            else f"cheapest improvement: {count} indicators, cost {found.cost:.6g}"
        )
    else:
        lines.append(
            f"最省的改进：{count}个指标，共提高{found.cost:.4g}分（未给费用：各指标每提高1分费用为1）"
            if zh
            else f"cheapest improvement: {found.cost:.3g} points in {count} indicators (each point of any costs 1)"
        )
    lines.append(before_after_line(board, found.before_after, lang))
    lines += _proof(found, lang)
    if found.untouched:
        codes = ", ".join(found.untouched)
        lines.append(f"没有本单位数据、未列入的指标：{codes}" if zh else f"left out for want of a value: {codes}")
    return lines


def _proof(found: Improvement, lang: str) -> list[str]:
    assert found.found is not None  # or it is reached already
    zh, proof = lang == "zh", found.found.certificate
    kind = {"linear": ("线性规划", "linear programme"), "mixed-integer": ("混合整数规划", "mixed-integer programme")}
    word = kind[proof["kind"]][0 if zh else 1]
    lines = [
        f"证明：{word}，费用下界{proof['bound']:.9g}，差距{proof['gap']:.1e}"
        if zh
        else f"proof: {word}, nothing below {proof['bound']:.9g} does it, gap {proof['gap']:.1e}"
    ]
    if not math.isnan(found.short_of):
        missed = 1.0 - found.short_of
        lines.append(
            f"验证：按改进后的数值重新计分，达到；少走{missed:.0e}，达不到"
            if zh
            else f"tried: scored with these values, reached; {missed:.0e} of the way short of them, missed"
        )
    else:
        lines.append(
            "验证：按改进后的数值重新计分，达到；任何一步退回一级，都达不到"
            if zh
            else "tried: scored with these values, reached; with any of them a step back, missed"
        )
    gridded = [found.base.recipe.codes[move.column] for move in found.moves if move.gridded]
    if gridded:
        codes = ", ".join(gridded)
        lines.append(
            f"得分不是数值的直线函数、按40级取值的指标：{codes}"
            if zh
            else f"offered in 40 steps, for points are no line: {codes}"
        )
    return lines


def improve_rows(found: Improvement, lang: str = "en") -> list[list[str]]:
    """Return one row an indicator, the header first; values are rounded so that the target is still reached.

    Examples
    --------
    >>> import yitihua as yt
    >>> improve_rows(yt.evaluate("egdi-2022").improve("France", rank=15))[0]
    ['code', 'indicator', 'now', 'needed', 'unit', 'effect', 'cost']
    """
    zh = lang == "zh"
    head = (
        ["代码", "指标", "现值", "需达到", "单位", "对总分", "费用"]
        if zh
        else ["code", "indicator", "now", "needed", "unit", "effect", "cost"]
    )
    rows = [head]
    for one in found.table(lang).to_dict("records"):
        digits = _digits(one["value_new"] - one["value"])
        rows.append(
            [
                one["code"],
                one["name"],
                f"{one['value']:.{digits}f}",
                _beyond(one["value_new"], one["change"], digits),
                one["unit"],
                f"{one['effect']:+.3g}",
                f"{one['cost']:.4g}",
            ]
        )
    return rows


def _digits(change: float) -> int:
    """Return decimals that show a change with three digits."""
    return min(max(2 - math.floor(math.log10(abs(change))), 0), 8)


def _beyond(value: float, change: float, digits: int) -> str:
    """Return a value rounded away from where it started."""
    scaled = value * 10.0**digits
    whole = round(scaled)
    if abs(scaled - whole) > 1e-6:
        whole = math.ceil(scaled) if change > 0 else math.floor(scaled)
    return f"{whole / 10.0**digits:.{digits}f}"


def scenario_lines(found: Scenario, lang: str = "en") -> list[str]:
    """Return that it is a scenario, what is assumed of whom, and how much moves.

    Examples
    --------
    >>> import yitihua as yt
    >>> scenario_lines(yt.evaluate("hdi").scenario({"le": "gap 10%"}, ["Norway"]))[0]
    'A scenario: worked out from the assumptions stated, no forecast and no published result.'
    """
    zh, base = lang == "zh", found.whatif.base
    label, *others = found.notes(lang)
    names = [base.table.name_of(base.table.row_of(unit), lang) for unit in found.units[:5]]
    count = len(found.units)
    listed = ("、" if zh else ", ").join(names)
    whom = f"{listed}等{count}个单位" if zh else f"{listed} and others, {count} units"
    whom = listed if count <= len(names) else whom
    assumed = ("；" if zh else "; ").join(_assumed(base, name, said, lang) for name, said in found.stated.items())
    stated = f"假设（{whom}）：{assumed}" if zh else f"assumed of {whom}: {assumed}"
    return [label, *notices(base, lang), stated, *others, *movement_lines(found.whatif, lang)]


def _assumed(base: Scoreboard, name: str, said: str, lang: str) -> str:
    """Return an assumption as a sentence of the indicator or node."""
    one, code = assumption_of(said), base.recipe.code_of(name)
    label = base.recipe.labels[code][0 if lang == "zh" else 1]
    if one is None:  # a number in a form that text does not take, such as 1e-05
        return f"{name} {said}"
    amount = f"{abs(one.size):.0%}" if one.kind in ("gap", "best") else f"{abs(100 * one.size):g}%"
    if lang == "zh":
        year, way = "每年" if one.yearly else "", "提高" if one.size >= 0 else "降低"
        words = {
            "value": f"为{one.size:g}", "add": f"{year}{way}{abs(one.size):g}", "rate": f"{year}{way}{amount}",
            "gap": f"与目标值的差距缩小{amount}", "best": f"与最好单位的差距缩小{amount}",
            "trend": "延续上期以来的变化",
        }  # fmt: skip
        return f"{code}{label}{words[one.kind]}"
    year, way = " a year" if one.yearly else "", "up" if one.size >= 0 else "down"
    words = {
        "value": f"becomes {one.size:g}", "add": f"goes {way} by {abs(one.size):g}{year}",
        "rate": f"goes {way} by {amount}{year}", "gap": f"closes {amount} of the gap to the better goalpost",
        "best": f"closes {amount} of the gap to the best", "trend": "goes on as since the period before",
    }  # fmt: skip
    return f"{code} {label} {words[one.kind]}"
