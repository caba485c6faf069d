"""Changed settings in words: one line a change, one for all indicators that change alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from yitihua.analysis.diff import Change
from yitihua.definitions.methods import IMPUTE
from yitihua.index.recipe import Array, Label

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
    "imputers": "多指标联合插补", "codes": "指标", "settings": "参数", "numbers": "拟合数",
}  # fmt: skip

#: Numbers that joint imputations and nodes fit, as they are said in Chinese.
NUMBER_ZH = {
    "norm": "规范化除数", "best": "最优值", "worst": "最劣值", "s": "群体效用值范围", "r": "个别遗憾值范围",
    "frontier": "前沿面", "reference": "参照值", "extremes": "两级极差", "sorted": "排序样本",
    "sample": "样本", "mean": "均值", "sd": "标准差", "low": "最小值", "high": "最大值", "column": "回归次序",
    "slope": "回归系数", "intercept": "截距", "rounds": "轮数", "converged": "是否收敛",
}  # fmt: skip

#: Up to how many fitted numbers are shown one by one.
SHOWN_NUMBERS = 8


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
        rest[0] = _codes_words(codes, lang)
    path = _path_zh(head, rest, labels) if zh else ".".join([head, *rest])
    old, new = change.old, change.new
    if head == "imputers" and rest[-1] == "codes":
        old, new = (value and _codes_words(value, lang) for value in (old, new))
    if isinstance(old, Array) and isinstance(new, Array) and _is_long(old) and old.shape == new.shape:
        return f"{path}: {_difference_words(old, new, lang)}"
    return f"{path}: {value_words(old, lang)} -> {value_words(new, lang)}"


def _codes_words(codes: Sequence[str], lang: str) -> str:
    """Return the first codes of some indicators, and how many there are."""
    zh = lang == "zh"
    shown = ("、" if zh else ", ").join([*codes[:SHOWN_CODES], *(["…"] if len(codes) > SHOWN_CODES else [])])
    return f"{shown}（{len(codes)}个指标）" if zh else f"{shown} ({len(codes)} indicators)"


def _is_long(numbers: Array) -> bool:
    return len(numbers.values) > SHOWN_NUMBERS


def _difference_words(old: Array, new: Array, lang: str) -> str:
    """Return how far two long arrays of fitted numbers are apart."""
    a, b = old.array, new.array
    moved = (a != b) & ~(np.isnan(a) & np.isnan(b))
    gaps = np.abs(b - a)[moved & np.isfinite(a) & np.isfinite(b)]
    if not gaps.size:
        return f"{a.size}个数中变动{moved.sum()}个" if lang == "zh" else f"{moved.sum()} of {a.size} numbers differ"
    if lang == "zh":
        return f"{a.size}个数中变动{moved.sum()}个，最大相差{gaps.max():.6g}"
    return f"{moved.sum()} of {a.size} numbers differ, by at most {gaps.max():.6g}"


def _path_zh(head: str, rest: list[str], labels: Mapping[str, Label]) -> str:
    """Return the path of a setting in Chinese words; in English it is the key of recipe.json."""
    if rest[1:2] == ["numbers"] and len(rest) > 2:
        return " · ".join([_path_zh(head, rest[:2], labels), *(NUMBER_ZH.get(part, part) for part in rest[2:])])
    if head == "imputers":
        name, _, count = rest[0].partition("-")
        method = IMPUTE[name].word("zh") if name in IMPUTE else name
        words = [method + (f"（{count}）" if count else ""), *(_setting_zh(part) for part in rest[1:])]
        return " · ".join([PATH_ZH[head], *words])
    if head not in ("indicators", "nodes"):
        # Names of files and units stay as they are.
        return (
            " · ".join(PATH_ZH.get(part, part) for part in (head, *rest)) if head in PATH_ZH else _unit_zh(head, rest)
        )
    words = [f"{rest[0]} {labels[rest[0]][0]}" if rest[0] in labels else rest[0]]
    for part in rest[1:]:
        words.append(f"{part} {labels[part][0]}" if part in labels else PATH_ZH.get(part, part))
    return " · ".join(words)


def _setting_zh(part: str) -> str:
    """Return a part of the path of a joint imputation: a word of every recipe, or a key of its method."""
    return PATH_ZH.get(part) or (IMPUTE.keys[part].word("zh") if part in IMPUTE.keys else part)


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
    """Return a setting's value: (none), a label in one language, numbers at ten digits, hashes and arrays short."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return "（无）" if lang == "zh" else "(none)"
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(part, str) for part in value):
        return str(value[0 if lang == "zh" else 1])
    if isinstance(value, Array):
        if _is_long(value):
            size = " × ".join(str(length) for length in value.shape)
            return f"{size}个数" if lang == "zh" else f"{size} numbers"
        return f"[{', '.join('-' if number is None else f'{number:.6g}' for number in value.values)}]"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, tuple) and all(isinstance(part, float) for part in value):
        text = ", ".join(f"{part:.6g}" for part in value[:8]) + (", …" if len(value) > 8 else "")
        return f"[{text}]"
    text = str(value)
    return text[:16] + "…" if len(text) == 64 and " " not in text else text
