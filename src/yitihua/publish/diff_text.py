"""A `Diff` as text and as JSON, in Chinese or English."""

from __future__ import annotations

from typing import Any

import numpy as np

from yitihua.analysis.diff import INTERACTION, Change, Diff
from yitihua.definitions.levels import level_word
from yitihua.publish.summary import notices

#: Lines of a list shown before the rest is only counted.
SHOWN = 20

#: Parts of a score below this are rounding, and are left out of the text.
LEAST_SHOWN = 1e-9

SECTIONS = {
    "inputs": ("输入文件", "Inputs"),
    "added": ("新增单位（不评变动）", "Units added (listed, not compared)"),
    "removed": ("减少单位（不评变动）", "Units removed (listed, not compared)"),
    "relabelled": ("单位与时期", "Units and period"),
    "definition": ("定义", "Definitions"),
    "recipe": ("方法与权重", "Methods and weights"),
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
    for section in ("inputs", "added", "removed", "relabelled", "definition", "recipe"):
        lines += _section(section, getattr(found, section), lang)
    lines += _cells(found, lang, code)
    lines += ["", ("变动原因" if zh else "Why units moved")]
    lines += _unit_lines(found, code, lang) if code is not None else _overview(found, lang)
    return "\n".join(lines)


def _section(name: str, items: tuple[Any, ...], lang: str) -> list[str]:
    if not items:
        return []
    title = SECTIONS[name][0 if lang == "zh" else 1]
    words = [_change_words(item, lang) if isinstance(item, Change) else str(item) for item in items[:SHOWN]]
    return ["", f"{title} ({len(items)})", *(f"  {word}" for word in words), *_more(len(items), lang)]


def _more(count: int, lang: str) -> list[str]:
    rest = count - SHOWN
    if rest <= 0:
        return []
    return [f"  另有{rest}项" if lang == "zh" else f"  {rest} more"]


def _change_words(change: Change, lang: str) -> str:
    return f"{change.path}: {_value(change.old, lang)} -> {_value(change.new, lang)}"


def _value(value: Any, lang: str) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return "（无）" if lang == "zh" else "(none)"
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(part, str) for part in value):
        return str(value[0 if lang == "zh" else 1])
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, tuple) and all(isinstance(part, float) for part in value):
        text = ", ".join(f"{part:.6g}" for part in value[:8]) + (", …" if len(value) > 8 else "")
        return f"[{text}]"
    text = str(value)
    return text[:16] + "…" if len(text) == 64 and " " not in text else text


def _cells(found: Diff, lang: str, unit: str | None) -> list[str]:
    frame = found.cells if unit is None else found.cells[found.cells["unit"] == unit]
    if frame.empty:
        return []
    which = 0 if lang == "zh" else 1
    lines = ["", f"{SECTIONS['cells'][which]} ({len(frame)})"]
    for row in frame.head(SHOWN if unit is None else len(frame)).itertuples():
        name = found.new.table.name_of(found.new.table.units.index(str(row.unit)), lang)
        kind = KINDS[str(row.kind)][which]
        lines.append(f"  {row.unit} {name}  {row.code} ({kind}): {_value(row.old, lang)} -> {_value(row.new, lang)}")
    return lines + (_more(len(frame), lang) if unit is None else [])


def _overview(found: Diff, lang: str) -> list[str]:
    frame = found.scores
    moved = frame[(frame["change"] != 0) | (frame["rank_change"].fillna(0) != 0)]
    if moved.empty:
        return ["  没有单位的得分或排名变动。" if lang == "zh" else "  No unit's score or rank changed."]
    lines = []
    for row in moved.head(SHOWN).to_dict("records"):
        name = found.new.table.name_of(found.new.table.units.index(row["unit"]), lang)
        lines.append(f"  {row['unit']} {name}  {_score_words(row, lang)}")
    return lines + _more(len(moved), lang)


def _score_words(row: dict[Any, Any], lang: str) -> str:
    zh = lang == "zh"
    parts = ", ".join(
        f"{BLOCK_WORDS[block][0 if zh else 1]} {row[block]:+.4f}"
        for block in BLOCK_WORDS
        if np.isfinite(row[block]) and row[block] != 0
    )
    ranks = f"{'排名' if zh else 'rank'} {_place(row['rank_old'])} -> {_place(row['rank_new'])}"
    scores = f"{_score(row['score_old'])} -> {_score(row['score_new'])}"
    if np.isnan(row["change"]):
        return f"{scores}  {ranks}"
    split = f" ({parts})" if parts else ""
    return f"{scores}  {row['change']:+.4f}{split}  {ranks}"


def _is_missing(value: Any) -> bool:
    # A table gives its missing whole numbers and words back as None, NaN or <NA>, by version of pandas.
    return value is None or str(value) in ("<NA>", "nan", "None")


def _place(value: Any) -> str:
    return "-" if _is_missing(value) else str(int(value))


def _score(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.4f}"


def _unit_lines(found: Diff, unit: str, lang: str) -> list[str]:
    zh, which = lang == "zh", 0 if lang == "zh" else 1
    if unit not in found.units:
        return ["  该单位只在一次结果中，不比较。" if zh else "  This unit is in one run only: nothing to compare."]
    row = next(r for r in found.scores.to_dict("records") if r["unit"] == unit)
    table = found.new.table
    lines = [f"  {unit} {table.name_of(table.units.index(unit), lang)}  {_score_words(row, lang)}"]
    if np.isfinite(row["change"]) and not np.isfinite(row["data"]):
        lines.append(
            "  各部分无法分开：中间状态下该单位覆盖率不足，没有得分。"
            if zh
            else "  The parts cannot be told apart: in every mix on the way the unit has no score."
        )
    if np.isfinite(row["rank_own"]):
        lines.append(_rank_words(row, lang))
    for rule in found.new.recipe.grades:
        old, new = row.get(f"{rule.code}_old"), row.get(f"{rule.code}_new")
        if str(old) != str(new):
            lines.append(f"  {rule.title[which]}: {_value(_plain(old), lang)} -> {_value(_plain(new), lang)}")
    part = found.by_indicator[found.by_indicator["unit"] == unit]
    if not part.empty:
        lines.append("  数据部分按指标：" if zh else "  The data part by indicator:")
    for item in part[part["part"].abs() >= LEAST_SHOWN].itertuples():
        lines.append(f"    {_indicator_words(found, unit, str(item.indicator), lang)}  {item.part:+.6f}")
    return lines


def _plain(value: Any) -> Any:
    return None if _is_missing(value) else value


def _rank_words(row: dict[Any, Any], lang: str) -> str:
    gained, own, others = int(row["rank_change"]), row["rank_own"], row["rank_others"]
    level = level_word(str(row["level"]), lang)
    if lang == "zh":
        moved = f"上升{gained}位" if gained > 0 else f"下降{-gained}位" if gained < 0 else "不变"
        return f"  {level}排名{moved}：自身得分变动{own:+g}位，其他单位变动{others:+g}位"
    moved = f"up {gained}" if gained > 0 else f"down {-gained}" if gained < 0 else "unchanged"
    return f"  rank among {level} {moved}: by its own score {own:+g}, by the movement of others {others:+g}"


def _indicator_words(found: Diff, unit: str, code: str, lang: str) -> str:
    if code != INTERACTION:
        return f"{code} {found.new.recipe.labels[code][0 if lang == 'zh' else 1]}"
    cells = found.cells[(found.cells["unit"] == unit) & (found.cells["kind"] == "value")]
    once = [str(row.code) for row in cells.itertuples() if _is_missing(row.old) != _is_missing(row.new)]
    if lang == "zh":
        words = f"{'、'.join(once)}仅一次有值，权重随之转移；" if once else ""
        return f"交互（{words}非线性部分）"
    words = f"{', '.join(once)} in one run only, with the weight they pass on; " if once else ""
    return f"interaction ({words}what is not linear)"


def diff_dict(found: Diff, unit: str | None = None) -> dict[str, Any]:
    """Return a diff for JSON: lists of changes, scores with their parts, and the data part by indicator."""
    code = None if unit is None else found.unit_code(unit)

    def rows(frame: Any) -> list[dict[str, Any]]:
        kept = frame if code is None else frame[frame["unit"] == code]
        found_rows: list[dict[str, Any]] = kept.to_dict("records")
        return found_rows

    def changes(items: tuple[Change, ...]) -> list[dict[str, Any]]:
        return [{"path": item.path, "old": item.old, "new": item.new} for item in items]

    return {
        "empty": found.is_empty,
        "simulated": any(board.table.simulated or board.recipe.simulated for board in (found.old, found.new)),
        "inputs": changes(found.inputs),
        "added": list(found.added),
        "removed": list(found.removed),
        "relabelled": changes(found.relabelled),
        "definition": changes(found.definition),
        "recipe": changes(found.recipe),
        "cells": rows(found.cells),
        "scores": rows(found.scores),
        "by_indicator": rows(found.by_indicator),
    }
