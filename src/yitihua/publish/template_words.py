"""Words and looks of the template: what every sheet says, and what its cells look like."""

from __future__ import annotations

from typing import Any, Final

#: Widths of the columns of a sheet of measures, in the order of `COLUMNS`.
WIDTHS: Final = (25, 28, 34, 9, 10, 14, 14, 12, 22)
#: Headings and widths of the sheet of counting rules.
RULE_COLUMNS: Final = (
    ("代码", 25),
    ("名称", 26),
    ("单位", 9),
    ("时点", 10),
    ("计数规则", 62),
    ("counting rule", 70),
    ("用于指标", 12),
)
_INPUT, _LOCKED, _HEAD, _BAD = "#FFFBE6", "#F3F4F6", "#1F4E79", "#F8CBAD"

_BASE: Final[dict[str, Any]] = {"font_name": "等线", "font_size": 10, "valign": "vcenter", "text_wrap": True}
_EDGE: Final = _BASE | {"border": 1, "border_color": "#C9CDD3"}
#: What cells look like, by what stands in them.
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "title": _BASE | {"bold": True, "font_size": 15, "text_wrap": False, "font_color": _HEAD},
    "sub": _BASE | {"font_color": "#6B7280", "text_wrap": False},
    "warn": _BASE | {"font_color": "#B42318", "bold": True, "text_wrap": False},
    "head": _EDGE | {"bold": True, "font_color": "white", "bg_color": _HEAD, "align": "center"},
    "text": _EDGE | {"bg_color": _LOCKED},
    "code": _EDGE | {"bg_color": _LOCKED, "font_color": "#6B7280", "font_size": 9},
    "number": _EDGE | {"bg_color": _INPUT, "locked": False, "num_format": "General", "align": "right"},
    "months": _EDGE | {"bg_color": _INPUT, "locked": False, "align": "left"},
    "words": _EDGE | {"bg_color": _INPUT, "locked": False, "num_format": "@"},
    "date": _EDGE | {"bg_color": _INPUT, "locked": False, "num_format": "yyyy-mm-dd", "align": "left"},
    "bad": _EDGE | {"bg_color": _BAD, "locked": False, "bold": True, "font_color": "#9C0006"},
    "plain": _EDGE,
    "missing": {"bg_color": "#FDE9D9"},
}

SHEET_HELP: Final = (
    "只填黄色单元格：填数字本身，不填百分比、单位和千分位。没有数据的留空，并选缺报原因；0表示确实为零。"
)

COVER_HELP: Final = {
    "unit": "从列表中选择六位代码",
    "name": "与代码一致的现行名称",
    "period": "所报年度",
    "months": "本期数据覆盖的月数，1至12",
    "person": "便于核对",
    "phone": "便于核对",
    "date": "如2023-01-20；据此判断是否逾期",
    "version": "请勿改动",
}

HOW_TO: Final = (
    "填报说明",
    "1. 只填黄色单元格，其余单元格已锁定；请勿增删行列、改工作表名或合并单元格。",
    "2. 每个原始量填本期和上年同期两个数；比重、均值和同比由系统计算，不用填。",
    "3. 把鼠标移到名称上可看计数规则，也可看“计数规则”表。",
    "4. 没有数据的留空并在“缺报原因”中选择；0表示确实为零。",
    "5. 橙色单元格为必填而未填。保存为.xlsx后报送。",
)
