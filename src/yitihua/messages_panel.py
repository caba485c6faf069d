"""The words of faults of the live panel. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
PANEL: Final[dict[str, tuple[Words, Words]]] = {
    "panel-method": (
        (
            "“{name}”由{found}合成，面板无法逐步重算",
            "总指数采用以下平均之一：{options}",
            "请用board.whatif(weights=...)试算，它适用于各种合成方法",
        ),
        (
            "'{name}' is made by {found}, which the panel cannot compute step by step",
            "an index made by one of the means: {options}",
            "Use board.whatif(weights=...), which takes every method",
        ),
    ),
    "panel-package": (
        ("面板需要Python包anywidget，尚未安装", "", "请运行 pip install 'yitihua[notebook]'；或用panel_page生成网页"),
        (
            "the panel needs the Python package anywidget, which is not installed",
            "",
            "Run pip install 'yitihua[notebook]'; or write a page with panel_page",
        ),
    ),
}
