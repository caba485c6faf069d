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
    "panel-held": (
        (
            "“{name}”的合成方法面板无法重算，其得分保持不变，下级权重不能修改",
            "可修改下列各级的下级权重：{options}",
            "请保留上述权重，或用board.whatif(weights=...)试算",
        ),
        (
            "scores of {name} are held fixed, since the panel cannot compute their method, so weights below cannot change",
            "weights right below: {options}",
            "Leave these weights as they are, or use board.whatif(weights=...)",
        ),
    ),
    "panel-package": (
        (
            "面板需要Python包anywidget，尚未安装",
            "anywidget 0.9或更高版本",
            "请运行 pip install 'yitihua[notebook]'；或用panel_page生成网页",
        ),
        (
            "the panel needs the Python package anywidget, which is not installed",
            "anywidget 0.9 or newer",
            "Run pip install 'yitihua[notebook]'; or write a page with panel_page",
        ),
    ),
}
