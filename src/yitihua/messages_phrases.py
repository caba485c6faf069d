"""Phrases that stand inside a message: English -> Chinese. See `yitihua.messages`."""

from __future__ import annotations

import re
from typing import Final

from yitihua.messages_analysis import ANALYSIS_PHRASES
from yitihua.messages_audit import AUDIT_PHRASES
from yitihua.messages_bundle import BUNDLE_PHRASES
from yitihua.messages_methods import METHODS_PHRASES
from yitihua.messages_papers import PAPERS_PHRASES
from yitihua.messages_weights import WEIGHTS_PHRASES

#: Phrases that stand inside a message: English -> Chinese, `{}` for a value.
PHRASES: Final[dict[str, str]] = {
    # What a name refers to
    "node": "节点",
    "indicator": "指标",
    "indicator or node": "指标或节点",
    "setting of the base edition": "基础版本的设置",
    "questionnaire": "问卷",
    "node or indicator": "节点或指标",
    "measure": "原始量",
    "view": "视角",
    "group": "组",
    "level": "层级",
    "code": "编码",
    "scale": "量表",
    "checklist": "清单",
    "questionnaire item": "问卷题目",
    "weight set": "权重方案",
    "unit": "单位",
    "unit and indicator": "单位与指标的组合",
    "row": "行",
    "column": "列",
    # Why a value will not do
    "a table is expected": "应为表（键 = 值）",
    "a text is expected": "应为文字",
    "a text is expected, or {} zh = ..., en = ... {}": "应为文字，或{} zh = ..., en = ... {}",
    "a number is expected": "应为数字",
    "a finite number is expected": "应为有限的数字",
    "a whole number is expected": "应为整数",
    "true or false is expected": "应为true或false",
    "a list is expected": "应为列表",
    "it must be {} or more": "须不小于{}",
    "it must be above {}": "须大于{}",
    "it must be {} or less": "须不大于{}",
    "it must be below {}": "须小于{}",
    "at least {} entries are needed": "至少要有{}项",
    "at most {} entries are possible": "至多{}项",
    "too few entries": "项数不足",
    "it must not be empty": "不能为空",
    "a floor is 0 or more": "下限不能为负",
    "labels must differ": "各等级的名称须不同",
    "letters, digits, dot, dash and underscore": "只能用字母、数字、点、短横和下划线",
    # Expressions
    "it cannot be read": "无法解析",
    "the number is too large": "数字过大",
    "it divides by the number 0": "除以数字0",
    "'{}' is not a name, a number or + - * /": "“{}”不是名称、数字或+ - * /",
    # Files
    "missing: {}": "缺少{}",
    "byte {}": "第{}字节",
    "it is not empty": "不是空文件夹",
    "it is already there": "该位置已有文件或文件夹",
    "it holds other files": "其中有其他文件",
    "it is no plain file": "不是普通文件",
    "it is a link of somebody else's": "是链接，不是网站的文件夹",
    "it is a file": "是文件",
    "File exists": "同名文件已存在",
    "Not a directory": "不是文件夹",
    "Is a directory": "是文件夹",
    "Permission denied": "没有权限",
    "Read-only file system": "文件系统只读",
    "No space left on device": "磁盘已满",
}

#: With those of the rooms that keep their own.
ALL_PHRASES: Final = (
    PHRASES | WEIGHTS_PHRASES | METHODS_PHRASES | ANALYSIS_PHRASES | AUDIT_PHRASES | BUNDLE_PHRASES | PAPERS_PHRASES
)

_PATTERNS: Final = [
    (re.compile(re.escape(english).replace(r"\{\}", "(.*)"), re.DOTALL), chinese)
    for english, chinese in ALL_PHRASES.items()
]


def in_chinese(phrase: str) -> str:
    """Return a phrase in Chinese, or as it is where it has no entry here.

    Examples
    --------
    >>> in_chinese("it must be 1 or less")
    '须不大于1'
    """
    for pattern, chinese in _PATTERNS:
        if match := pattern.fullmatch(phrase):
            return chinese.format(*match.groups())
    return phrase
