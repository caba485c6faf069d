"""A `Diff` as text and as JSON, in Chinese or English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from yitihua.analysis.diff import BLOCKS, FITTED_NODES, UNSPLIT, Change, Diff
from yitihua.definitions.levels import level_word
from yitihua.index.recipe import Array, Label
from yitihua.index.tables import notes
from yitihua.publish.change_words import SHOWN_NUMBERS, change_lines, told_once, value_words
from yitihua.publish.summary import notices

#: Changes and parts below this are rounding, and are left out of the text.
LEAST_SHOWN = 1e-12

#: Lines of a list shown before the rest is only counted.
SHOWN = 20

SECTIONS = {
    "inputs": ("输入文件", "Inputs"),
    "added": ("新增单位（不评变动）", "Units added (listed, not compared)"),
    "removed": ("减少单位（不评变动）", "Units removed (listed, not compared)"),
    "relabelled": ("单位与时期", "Units and period"),
    "definition": ("定义", "Definitions"),
    "recipe": ("方法与权重", "Methods and weights"),
    "refitted": ("同一规则随数据重新拟合的数（归入数据）", "Fitted anew by the same rule (counted as data)"),
    "cells": ("数据", "Data"),
}
KINDS = {
    "value": ("值", "value"),
    "se": ("标准误", "standard error"),
    "n": ("样本量", "respondents"),
    "measure": ("原始量", "measure"),
    "measure before": ("上期原始量", "measure of the period before"),
    "months": ("覆盖月数", "months covered"),
    "attribute": ("分组或除数", "group or denominator"),
}
UNSCORED_WORDS = ("（无法按指标分开：变动途中该单位没有得分）", "(not to be split: on the way the unit has no score)")
SLOW_WORDS = (
    "（未按指标分开：合成方法须逐单位求解线性规划）",
    "(not split by indicator: the aggregation solves a linear programme for every unit)",
)
FITTED_NODES_WORDS = ("（各级合成所用的最优值、参照值等）", "(ideals, references and the like of nodes)")
BLOCK_WORDS = {"data": ("数据", "data"), "definition": ("定义", "definition"), "recipe": ("方法与权重", "recipe")}


def diff_text(found: Diff, lang: str = "en", unit: str | None = None) -> str:
    """Return what changed and why units moved, for all units or for one.

    Parameters
    ----------
    found : Diff
        From `yitihua.diff`.
    lang : {"en", "zh"}
        Language.
    unit : str, optional
        Code or name of a unit of both runs.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("hdi")
    >>> print(diff_text(yt.diff(board, board)))
    The two runs are the same: no input, definition, setting or value differs, and no unit moved.
    """
    zh = lang == "zh"
    if found.is_empty:
        return (
            "两次结果相同：输入、定义、设置和数据均无差异，没有单位变动。"
            if zh
            else "The two runs are the same: no input, definition, setting or value differs, and no unit moved."
        )
    code = None if unit is None else found.unit_code(unit)
    lines = list(dict.fromkeys([*notices(found.old, lang), *notices(found.new, lang)]))
    labels = _labels(found)
    for section in ("inputs", "added", "removed", "relabelled", "definition", "recipe", "refitted"):
        lines += _section(section, told_once(getattr(found, section)), lang, labels)
    lines += _cells(found, lang, code)
    lines += ["", ("变动原因" if zh else "Why units moved")]
    lines += _unit_lines(found, code, lang) if code is not None else _overview(found, lang)
    return "\n".join(lines)


def _section(name: str, items: tuple[Any, ...], lang: str, labels: Mapping[str, Label]) -> list[str]:
    if not items:
        return []
    title = SECTIONS[name][0 if lang == "zh" else 1]
    lines = change_lines(items, lang, labels)
    return ["", f"{title} ({len(items)})", *(f"  {line}" for line in lines[:SHOWN]), *_more(len(lines), lang)]


def _more(count: int, lang: str) -> list[str]:
    rest = count - SHOWN
    if rest <= 0:
        return []
    return [f"  另有{rest}项" if lang == "zh" else f"  {rest} more"]


def _labels(found: Diff) -> dict[str, Label]:
    return found.old.recipe.labels | found.new.recipe.labels


def _cells(found: Diff, lang: str, unit: str | None) -> list[str]:
    frame = found.cells if unit is None else found.cells[found.cells["unit"] == unit]
    if frame.empty:
        return []
    which = 0 if lang == "zh" else 1
    lines = ["", f"{SECTIONS['cells'][which]} ({len(frame)})"]
    for row in frame.head(SHOWN if unit is None else len(frame)).itertuples():
        name = found.new.table.name_of(found.new.table.units.index(str(row.unit)), lang)
        kind = KINDS[str(row.kind)][which]
        lines.append(
            f"  {row.unit} {name}  {_named(found, str(row.code), lang)} ({kind}): "
            f"{value_words(row.old, lang)} -> {value_words(row.new, lang)}"
        )
    return lines + (_more(len(frame), lang) if unit is None else [])


def _overview(found: Diff, lang: str) -> list[str]:
    frame = found.scores
    # A change in the last bit comes from adding up in another order, not from anything that changed.
    moved = frame[~(frame["change"].abs() <= LEAST_SHOWN) | (frame["rank_change"].fillna(0) != 0)]
    moved = moved[moved["score_old"].notna() | moved["score_new"].notna()]
    if moved.empty:
        return ["  没有单位的得分或排名变动。" if lang == "zh" else "  No unit's score or rank changed."]
    lines = []
    for row in moved.head(SHOWN).to_dict("records"):
        name = found.new.table.name_of(found.new.table.units.index(row["unit"]), lang)
        lines.append(f"  {row['unit']} {name}  {_score_words(row, lang, _decimals(found))}")
    return lines + _more(len(moved), lang)


def _score_words(row: dict[Any, Any], lang: str, decimals: int) -> str:
    """Return scores, change, parts and ranks of a unit, rounded so that what is printed adds up."""
    zh = lang == "zh"
    old, new = (f"{row[key]:.{decimals}f}" for key in ("score_old", "score_new"))
    scores = f"{_score(old)} -> {_score(new)}"
    ranks = f"{'排名' if zh else 'rank'} {place_words(row['rank_old'])} -> {place_words(row['rank_new'])}"
    if np.isnan(row["change"]):
        return f"{scores}  {ranks}"
    change = round(float(new) - float(old), decimals)
    shown = rounded_parts([row[block] for block in BLOCKS], change, decimals)
    parts = []
    for block, part in zip(BLOCKS, shown, strict=True):
        if np.isfinite(row[block]) and abs(row[block]) > LEAST_SHOWN:
            words = f"{BLOCK_WORDS[block][0 if zh else 1]} {part:+.{decimals}f}"
            parts.append(words + (_refitted(row["refitted"], row["data"], lang, decimals) if block == "data" else ""))
    split = f" ({', '.join(parts)})" if parts else ""
    return f"{scores}  {change:+.{decimals}f}{split}  {ranks}"


def rounded_parts(parts: list[float], total: float, decimals: int) -> list[float]:
    """Round parts so that they still sum to a rounded total; parts of 0 stay 0.

    What rounding leaves over goes, a unit of the last digit each, to the parts it rounded most.

    Examples
    --------
    >>> rounded_parts([1.004, 1.004, 1.004, 0.0], 3.01, 2)
    [1.01, 1.0, 1.0, 0.0]
    """
    if not np.isfinite(parts).all():
        return parts
    exact = np.array(parts) * 10.0**decimals
    whole = np.round(exact)
    rest = round(total * 10.0**decimals) - int(whole.sum())
    open_ = [j for j in np.argsort(-np.sign(rest) * (exact - whole), kind="stable").tolist() if parts[j] != 0]
    for step in range(abs(rest) if open_ else 0):
        whole[open_[step % len(open_)]] += np.sign(rest)
    return [round(float(number) / 10.0**decimals, decimals) + 0.0 for number in whole]


def _decimals(found: Diff) -> int:
    """Return the decimals of scores: four on a scale of 100, six on one of 1."""
    low, high = found.new.recipe.scale
    return 4 if high - low >= 10 else 6


def _is_missing(value: Any) -> bool:
    # A table gives its missing whole numbers and words back as None, NaN or <NA>, by version of pandas.
    return value is None or str(value) in ("<NA>", "nan", "None")


def place_words(value: Any) -> str:
    """Return a place, a dash where there is none."""
    return "-" if _is_missing(value) else str(int(value))


def _score(text: str) -> str:
    return "-" if text == "nan" else text


def _unit_lines(found: Diff, unit: str, lang: str) -> list[str]:
    zh, which = lang == "zh", 0 if lang == "zh" else 1
    if unit not in found.units:
        return ["  该单位只在一次结果中，不比较。" if zh else "  This unit is in one run only: nothing to compare."]
    row = next(r for r in found.scores.to_dict("records") if r["unit"] == unit)
    table = found.new.table
    lines = [f"  {unit} {table.name_of(table.units.index(unit), lang)}  {_score_words(row, lang, _decimals(found))}"]
    lines += _unscored(found, unit, lang)
    if np.isfinite(row["change"]) and not np.isfinite(row["data"]):
        lines.append(
            "  各部分无法分开：中间状态下该单位覆盖率不足，没有得分。"
            if zh
            else "  The parts cannot be told apart: in every mix on the way the unit has no score."
        )
    if np.isfinite(row["rank_own"]):
        lines.append(rank_words(row, lang))
    for rule in found.new.recipe.grades:
        old, new = row.get(f"{rule.code}_old"), row.get(f"{rule.code}_new")
        if str(old) != str(new):
            lines.append(f"  {rule.title[which]}: {value_words(_plain(old), lang)} -> {value_words(_plain(new), lang)}")
    return lines + _indicator_lines(found, unit, lang)


def _unscored(found: Diff, unit: str, lang: str) -> list[str]:
    """Say why a unit has no score in one of the runs."""
    lines = []
    for board, zh, en in ((found.old, "前一次", "first run"), (found.new, "后一次", "second run")):
        at = board.table.units.index(unit)
        if np.isnan(board.total[at]):
            lines.append(f"  {zh if lang == 'zh' else en}: {notes(board, lang)[at]}")
    return lines


def _indicator_lines(found: Diff, unit: str, lang: str) -> list[str]:
    """Return the data part by indicator, two digits finer, so that what is printed adds up."""
    rows = found.by_indicator[found.by_indicator["unit"] == unit].to_dict("records")
    if not rows:
        return []
    zh, decimals = lang == "zh", _decimals(found) + 2
    total = round(sum(row["part"] for row in rows), decimals)
    title = f"数据部分{total:+.{decimals}f}，按指标：" if zh else f"The data part, {total:+.{decimals}f}, by indicator:"
    lines = [f"  {title}"]
    for row, part in zip(rows, rounded_parts([row["part"] for row in rows], total, decimals), strict=True):
        words = f"    {_indicator_words(found, str(row['indicator']), lang)}  {part:+.{decimals}f}"
        lines.append(words + _refitted(row["refitted"], row["part"], lang, decimals))
    return lines


def _refitted(part: float, whole: float, lang: str, decimals: int) -> str:
    """Say how much of a part comes from bounds and the like fitted anew."""
    zh = lang == "zh"
    if np.isnan(part) or part == 0:
        return ""
    if abs(part - whole) < 1e-9:
        return "［全为重新拟合］" if zh else " [all fitted anew]"
    return f"［重新拟合 {part:+.{decimals}f}］" if zh else f" [fitted anew {part:+.{decimals}f}]"


def _plain(value: Any) -> Any:
    return None if _is_missing(value) else value


def rank_words(row: dict[Any, Any], lang: str) -> str:
    """Return how many places a unit gained, by its own score and by the others' movement."""
    gained, own, others = int(row["rank_change"]), row["rank_own"], row["rank_others"]
    level = level_word(str(row["level"]), lang)
    if lang == "zh":
        moved = f"上升{gained}位" if gained > 0 else f"下降{-gained}位" if gained < 0 else "不变"
        return f"  {level}排名{moved}：自身得分变动{own:+g}位，其他单位变动{others:+g}位"
    moved = f"up {gained}" if gained > 0 else f"down {-gained}" if gained < 0 else "unchanged"
    return f"  rank among {level} {moved}: by its own score {own:+g}, by the movement of others {others:+g}"


def _indicator_words(found: Diff, code: str, lang: str) -> str:
    which = 0 if lang == "zh" else 1
    if code == UNSPLIT:
        return SLOW_WORDS[which] if found.is_slow else UNSCORED_WORDS[which]
    if code == FITTED_NODES:
        return FITTED_NODES_WORDS[which]
    return _named(found, code, lang)


def _named(found: Diff, code: str, lang: str) -> str:
    """Return an indicator or a measure with its name, where the runs know it."""
    which = 0 if lang == "zh" else 1
    if code in (labels := _labels(found)):
        return f"{code} {labels[code][which]}"
    for board in (found.new, found.old):
        if (words := board.table.background.measures.get(code)) is not None:
            return f"{code} {words.name[which]}"
    return code


def _short(value: Any) -> Any:
    """Return a value for JSON; of long arrays of fitted numbers the shape and the first ones."""
    if not isinstance(value, Array):
        return value
    if len(value.values) <= SHOWN_NUMBERS:
        return list(value.values)
    return {"shape": list(value.shape), "first": list(value.values[:SHOWN_NUMBERS])}


def diff_dict(found: Diff, unit: str | None = None, lang: str = "en") -> dict[str, Any]:
    """Return a diff for JSON: lists of changes, scores with their parts, and the data part by indicator."""
    code = None if unit is None else found.unit_code(unit)

    def rows(frame: Any) -> list[dict[str, Any]]:
        kept = frame if code is None else frame[frame["unit"] == code]
        found_rows: list[dict[str, Any]] = kept.to_dict("records")
        table = found.new.table
        for row in found_rows:
            if "name" in row:
                row["name"] = table.name_of(table.units.index(row["unit"]), lang)
        return found_rows

    def changes(items: tuple[Change, ...]) -> list[dict[str, Any]]:
        return [{"path": item.path, "old": _short(item.old), "new": _short(item.new)} for item in items]

    return {
        "empty": found.is_empty,
        "simulated": any(board.table.simulated or board.recipe.simulated for board in (found.old, found.new)),
        "inputs": changes(found.inputs),
        "added": list(found.added),
        "removed": list(found.removed),
        "relabelled": changes(found.relabelled),
        "definition": changes(found.definition),
        "recipe": changes(found.recipe),
        "refitted": changes(found.refitted),
        "cells": rows(found.cells),
        "scores": rows(found.scores),
        "by_indicator": rows(found.by_indicator),
    }
