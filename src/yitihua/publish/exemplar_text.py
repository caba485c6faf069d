"""Exemplars as text and as JSON, in Chinese or English."""

from __future__ import annotations

from typing import Any

import numpy as np

from yitihua.analysis.exemplars import Exemplars
from yitihua.publish.summary import notices


def exemplar_text(found: Exemplars, lang: str = "en") -> str:
    """Return the exemplars as text: the rule first, then a block a node or indicator.

    Examples
    --------
    >>> import yitihua as yt
    >>> print(exemplar_text(yt.exemplars(yt.evaluate("hdi"), "NOR", "le", k=1)).splitlines()[0])
    NOR Norway: exemplars among comparable units
    """
    zh, table = lang == "zh", found.board.table
    name = table.name_of(table.units.index(found.unit), lang)
    lines = [
        f"{found.unit} {name}：可比单位中的示范" if zh else f"{found.unit} {name}: exemplars among comparable units"
    ]
    lines += notices(found.board, lang)
    lines.append(f"可比规则：{found.rules[0][0]}" if zh else f"comparable: {found.rules[0][1]}")
    lines.append("差＝示范单位减本单位" if zh else "gap: the exemplar minus the unit's own")
    best: list[str] = []
    alone: list[str] = []
    for code in found.codes:
        rows = found.rows[found.rows["code"] == code].to_dict("records")
        if not rows:
            (best if found.compared[code][1] else alone).append(code)
            continue
        lines += ["", _title(found, code, lang), *(f"  {_line(found, row, lang)}" for row in rows)]
        if tied := found.tied.get(code):
            lines.append(f"  与末位并列的另有{tied}个，未列" if zh else f"  {tied} more tie with the last one listed")
    if best:
        words = "、".join(best) if zh else ", ".join(best)
        lines += ["", f"可比单位中无更优者：{words}" if zh else f"No comparable unit does better: {words}"]
    if alone:
        words = "、".join(alone) if zh else ", ".join(alone)
        lines += [
            "",
            f"没有其他单位有数，无从比较：{words}" if zh else f"No other unit has a value: {words}",
        ]
    return "\n".join(lines)


def _title(found: Exemplars, code: str, lang: str) -> str:
    which = 0 if lang == "zh" else 1
    rule, count = found.compared[code]
    title = f"{code} {found.board.recipe.labels[code][which]}"
    if lang == "zh":
        return f"{title}（可比{count}个）" + (f"  放宽为：{found.rules[rule][0]}" if rule else "")
    return f"{title} ({count} comparable)" + (f"  relaxed to: {found.rules[rule][1]}" if rule else "")


def _line(found: Exemplars, row: dict[Any, Any], lang: str) -> str:
    zh, table, recipe = lang == "zh", found.board.table, found.board.recipe
    name = table.name_of(table.units.index(row["unit"]), lang)
    parts = [f"{row['unit']} {name}"]
    if np.isfinite(row["value"]):
        rule = next(rule for rule in recipe.indicators if rule.code == row["code"])
        unit = rule.unit[0 if zh else 1]
        parts.append(f"{row['value']:.6g} {unit}".strip() + _gap(row["gap"], "，差" if zh else ", gap ", unit))
    points = f"{'得分' if zh else 'points'} {row['points']:.2f}" + _gap(
        round(row["gap_points"], 2), "，差" if zh else ", gap "
    )
    parts.append(points)
    if np.isfinite(row["gain"]):
        parts.append(f"追平可使总分{row['gain']:+.4f}" if zh else f"closing it: score {row['gain']:+.4f}")
    return "  ".join(parts)


def _gap(value: float, word: str, unit: str = "") -> str:
    if not np.isfinite(value):
        return ""
    if unit == "%":
        # The difference of two percentages is no percentage.
        return f"{word}{value:+.6g}{'个百分点' if '差' in word else ' percentage points'}"
    return f"{word}{value:+.6g} {unit}".rstrip()


def exemplar_dict(found: Exemplars, lang: str = "en") -> dict[str, Any]:
    """Return the exemplars for JSON."""
    which = 0 if lang == "zh" else 1
    rows = found.rows.to_dict("records")
    table, recipe = found.board.table, found.board.recipe
    units = {rule.code: rule.unit[which] for rule in recipe.indicators}
    for row in rows:
        row["rule"] = found.rules[row["rule"]][which]
        row["name"] = recipe.labels[row["code"]][which]
        row["unit_name"] = table.name_of(table.units.index(row["unit"]), lang)
        row["measure_unit"] = units.get(row["code"], "")
    return {
        "unit": found.unit,
        "simulated": found.board.table.simulated or found.board.recipe.simulated,
        "rule": found.rules[0][which],
        "compared": {
            code: {"rule": found.rules[rule][which], "units": count} for code, (rule, count) in found.compared.items()
        },
        "tied": dict(found.tied),
        "exemplars": rows,
    }
