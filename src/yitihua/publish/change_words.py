"""Changed settings in words: one line a change, one for all indicators that change alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from yitihua.analysis.diff import Change
from yitihua.index.recipe import Label

#: From how many indicators that change alike one line tells them all, and how many of them it names.
ALIKE, SHOWN_CODES = 3, 4

#: Parts of the path of a setting, as they are said in Chinese.
PATH_ZH = {
    "name": "名称", "unit": "单位", "direction": "方向", "transform": "变换", "denominate_by": "除数",
    "goalposts": "目标区间", "parent": "上级", "formula": "公式", "views": "视图", "edition": "版本", "title": "标题",
    "notice": "说明", "unit_noun": "单位称谓", "date": "日期", "period": "时期", "simulated": "模拟",
    "scale": "分值范围", "score_decimals": "得分小数位", "weight_set": "权重方案", "count_imputed": "填补值计入覆盖率",
    "reference_unit": "基准单位", "grades": "等级", "cuts": "分界点", "labels": "等级代号", "names": "等级名称",
    "shares": "各级占比", "weights": "权重", "method": "方法", "floor": "下限", "exponent": "幂",
    "coverage": "覆盖率要求", "impute": "插补", "impute_group": "插补分组", "fill": "填补值",
    "treat": "异常值处理", "normalise": "标准化",
    "lower": "下界", "upper": "上界", "origin": "原点", "width": "宽度", "gain": "倍数", "base": "起点", "clip": "截断",
    "reference": "比较样本", "log_shift": "对数位移", "outcome": "处理结果", "skew": "偏度界限", "kurtosis": "峰度界限",
    "max_winsorised": "最多缩尾数", "offset": "对数加数",
}  # fmt: skip


def change_lines(items: tuple[Any, ...], lang: str, labels: Mapping[str, Label]) -> list[str]:
    """Return the lines of a list of changes, or of units; what concerns the whole index comes first.

    Examples
    --------
    >>> moved = [Change(f"indicators.{code}.direction", "+", "-") for code in "abcde"]
    >>> change_lines(tuple(moved), "en", {})
    ['indicators.a, b, c, d, … (5 indicators).direction: + -> -']
    """
    groups: dict[Any, list[Any]] = {}
    for item in items:
        head, _, rest = item.path.partition(".") if isinstance(item, Change) else (item, "", "")
        alike = (rest.partition(".")[2], repr(item.old), repr(item.new)) if head == "indicators" else (id(item),)
        groups.setdefault(alike, []).append(item)
    first: list[str] = []
    then: list[str] = []
    for group in groups.values():
        if not isinstance(group[0], Change):
            first += [str(item) for item in group]
        elif len(group) >= ALIKE:
            first.append(_change_words(group[0], lang, labels, [item.path.split(".")[1] for item in group]))
        else:
            place = then if group[0].path.startswith("indicators.") else first
            place += [_change_words(item, lang, labels) for item in group]
    return first + then


def _change_words(change: Change, lang: str, labels: Mapping[str, Label], codes: list[str] | None = None) -> str:
    """Return one change in words; `codes` are all the indicators that change so."""
    zh = lang == "zh"
    head, *rest = change.path.split(".")
    if codes is not None:
        comma = "、" if zh else ", "
        shown = comma.join([*codes[:SHOWN_CODES], *(["…"] if len(codes) > SHOWN_CODES else [])])
        rest[0] = f"{shown}（{len(codes)}个指标）" if zh else f"{shown} ({len(codes)} indicators)"
    path = _path_zh(head, rest, labels) if zh else ".".join([head, *rest])
    return f"{path}: {value_words(change.old, lang)} -> {value_words(change.new, lang)}"


def _path_zh(head: str, rest: list[str], labels: Mapping[str, Label]) -> str:
    """Return the path of a setting in Chinese words; in English it is the key of recipe.json."""
    if head not in ("indicators", "nodes"):
        # Names of files and units stay as they are.
        return (
            " · ".join(PATH_ZH.get(part, part) for part in (head, *rest)) if head in PATH_ZH else _unit_zh(head, rest)
        )
    words = [f"{rest[0]} {labels[rest[0]][0]}" if rest[0] in labels else rest[0]]
    for part in rest[1:]:
        words.append(f"{part} {labels[part][0]}" if part in labels else PATH_ZH.get(part, part))
    return " · ".join(words)


def _unit_zh(head: str, rest: list[str]) -> str:
    """Return what is said of a unit, such as 330421.name_zh."""
    known = {"level": "层级", "name_zh": "中文名称", "name_en": "英文名称"}
    return f"{head} {known[rest[-1]]}" if rest and rest[-1] in known else ".".join([head, *rest])


def told_once(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """Leave out origin and width of a normalisation whose bounds are listed: they are the same numbers."""
    paths = {item.path for item in items if isinstance(item, Change)}

    def repeated(item: Any) -> bool:
        head, _, field = item.path.rpartition(".") if isinstance(item, Change) else ("", "", "")
        return field in ("origin", "width") and bool({f"{head}.lower", f"{head}.upper"} & paths)

    return tuple(item for item in items if not repeated(item))


def value_words(value: Any, lang: str) -> str:
    """Return a setting's value: (none), a label in one language, numbers at ten digits, hashes short."""
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
