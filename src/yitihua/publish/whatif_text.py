"""A what-if as text, in Chinese or English."""

from __future__ import annotations

from typing import Any

import numpy as np

from yitihua.analysis.whatif.result import WhatIf
from yitihua.definitions.levels import level_word
from yitihua.publish.summary import notices

PARTS = {
    "values": ("假设值", "values"),
    "normalise": ("标准化", "normalisation"),
    "aggregate": ("合成方法", "aggregation"),
    "weights": ("权重", "weights"),
    "drop": ("去掉指标", "leaving out"),
}


def whatif_tables(
    found: WhatIf, lang: str = "en", top: int | None = 20, unit: str | None = None
) -> list[tuple[str, list[list[str]], int]]:
    """Return (title, rows, how many more) of every level in which a unit moves."""
    tables = [
        (f"[{level_word(level, lang)}]", *whatif_rows(found, level, lang, top, unit)) for level in found.base.level_rows
    ]
    return [table for table in tables if len(table[1]) > 1]


def whatif_lines(found: WhatIf, lang: str = "en") -> list[str]:
    r"""Return what was asked and what it does, in a few lines.

    Examples
    --------
    >>> import yitihua as yt
    >>> print("\n".join(whatif_lines(yt.evaluate("hdi").whatif(weights={"income": 0.5}))[-3:-2]))
    weights: HDI: health 0.25 (was 0.3333), education 0.25 (was 0.3333), income 0.5 (was 0.3333)
    """
    return [*notices(found.base, lang), *found.notes(lang), *_asked(found, lang), *movement_lines(found, lang)]


def movement_lines(found: WhatIf, lang: str = "en") -> list[str]:
    """Return a line a level: how many units move, how far, and how many grades change."""
    zh, which = lang == "zh", 0 if lang == "zh" else 1
    lines = []
    for level in found.base.level_rows:
        side = found.comparison(level)
        titles = {rule.code: rule.title[which] for rule in found.base.recipe.grades}
        words = [
            f"{titles[code]}{count}个" if zh else f"{titles[code]} {count}"
            for code, count in side.grade_changes.items()
        ]
        name, stats = level_word(level, lang), side.agreement
        if not stats.units:
            continue
        if zh:
            said = f"{name}：{stats.units}个单位中{stats.moved}个位次变动，最多{stats.max_shift:.0f}位"
            lines.append(said + (f"；等级变动：{'，'.join(words)}" if words else ""))
        else:
            said = f"{name}: {stats.moved} of {stats.units} units move, by {stats.max_shift:.0f} places at most"
            lines.append(said + (f"; grades change: {', '.join(words)}" if words else ""))
    return lines


def _asked(found: WhatIf, lang: str) -> list[str]:
    zh, asked, base = lang == "zh", found.asked, found.base
    units, codes = base.table.units, base.table.indicators
    lines = []
    for part in found.parts:
        name = PARTS[part][0 if zh else 1]
        sign = "：" if zh else ": "
        if part == "weights":
            lines += [f"{name}{sign}{line}" for line in _weights(found, lang)]
        elif part == "drop":
            lines.append(f"{name}{sign}{', '.join(asked.drop)}")
        elif part == "values":
            cells = [
                f"{units[row]}.{codes[j]} = {value:g} ({'原' if zh else 'was'} {base.table.values[row, j]:g})"
                for (row, j), value in asked.values.items()
            ]
            lines.append(name + sign + _brief(cells, lang))
        else:
            methods = asked.normalise if part == "normalise" else asked.aggregate
            made = {code: rule[0] if isinstance(rule, tuple) else rule["method"] for code, rule in methods.items()}
            kinds = sorted(set(made.values()))
            whole = len(made) == (len(base.recipe.codes) if part == "normalise" else len(base.recipe.nodes))
            lines.append(
                name
                + sign
                + (kinds[0] if whole and len(kinds) == 1 else _brief([f"{c} = {m}" for c, m in made.items()], lang))
            )
    return lines


def _weights(found: WhatIf, lang: str) -> list[str]:
    """Return the nodes whose weights change, each with its children: new and old."""
    lines = []
    for old, new in zip(found.base.recipe.nodes, found.board.recipe.nodes, strict=True):
        stated = [found.asked.weights[child] for child in old.children]
        if np.allclose(stated, old.weights, rtol=0, atol=1e-12):
            continue
        was = "原" if lang == "zh" else "was "
        cells = [f"{c} {w:.4g} ({was}{o:.4g})" for c, w, o in zip(old.children, stated, old.weights, strict=True)]
        lines.append(f"{new.code}{'：' if lang == 'zh' else ': '}{', '.join(cells)}")
    return lines or ["与原权重相同" if lang == "zh" else "as they were"]


def _brief(cells: list[str], lang: str, most: int = 8) -> str:
    rest = len(cells) - most
    more = "" if rest <= 0 else (f"，另有{rest}项" if lang == "zh" else f", {rest} more")
    return ", ".join(cells[:most]) + more


def whatif_rows(
    found: WhatIf, level: str, lang: str = "en", top: int | None = 20, unit: str | None = None
) -> tuple[list[list[str]], int]:
    """Return the units of a level that move most, the header first, and how many more there are.

    Parameters
    ----------
    found : WhatIf
    level : str
    lang : {"en", "zh"}
    top : int or None
        Rows; None for all.
    unit : str, optional
        Code of the only unit to show.

    Examples
    --------
    >>> import yitihua as yt
    >>> rows, more = whatif_rows(yt.evaluate("hdi").whatif(weights={"income": 0.5}), "country", top=1)
    >>> rows[0][:4], more > 100
    (['rank', 'unit', 'score', 'change'], True)
    """
    zh, which = lang == "zh", 0 if lang == "zh" else 1
    low, high = found.base.recipe.scale
    digits = 2 if high - low > 10 else 4
    parts = found.parts if len(found.parts) > 1 else ()
    schemes = found.board.recipe.grades
    header = ["排名", "单位", "得分", "变动"] if zh else ["rank", "unit", "score", "change"]
    header += [PARTS[part][which] for part in parts] + [rule.title[which] for rule in schemes]
    frame = found.table(lang, level)
    records = frame.to_dict("records")
    moved = [one for one in records if unit is not None or _moves(one, [rule.code for rule in schemes])]
    if unit is not None:
        moved = [one for one in moved if one["unit"] == unit]
    shown = moved if top is None else moved[:top]
    body = []
    for one in shown:
        cells = [_ranks(one), str(one["name"]), _scores(one, digits), _signed(one["change"], digits)]
        cells += [_signed(one[part], digits) for part in parts]
        cells += [_grades(one, rule.code) for rule in schemes]
        body.append(cells)
    return [header, *body], len(moved) - len(shown)


def _moves(one: dict[Any, Any], schemes: list[str]) -> bool:
    ranks = str(one["rank_old"]) != str(one["rank_new"])
    return ranks or any(str(one[f"{code}_old"]) != str(one[f"{code}_new"]) for code in schemes)


def _ranks(one: dict[Any, Any]) -> str:
    old, new = (_plain(one[key]) for key in ("rank_old", "rank_new"))
    if "-" in (old, new) or old == new:
        return f"{old} → {new}" if old != new else new
    gained = int(old) - int(new)
    return f"{old} → {new} {'▲' if gained > 0 else '▼'}{abs(gained)}"


def _scores(one: dict[Any, Any], digits: int) -> str:
    return "-" if np.isnan(one["score_new"]) else f"{one['score_new']:.{digits}f}"


def _signed(value: float, digits: int) -> str:
    return "-" if np.isnan(value) else f"{round(value, digits) + 0.0:+.{digits}f}"


def _grades(one: dict[Any, Any], code: str) -> str:
    old, new = (_plain(one[f"{code}_{word}"]) for word in ("old", "new"))
    return new if old == new else f"{old} → {new}"


def _plain(value: Any) -> str:
    return "-" if value is None or str(value) in ("<NA>", "nan", "None") else str(value)
