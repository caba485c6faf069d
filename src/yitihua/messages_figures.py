"""The words of faults of figures. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
FIGURES: Final[dict[str, tuple[Words, Words]]] = {
    "figure-package": (
        ("绘图需要Python包matplotlib，尚未安装", "matplotlib 3.9或更高版本", "请运行 pip install 'yitihua[plot]'"),
        (
            "figures need the Python package matplotlib, which is not installed",
            "matplotlib 3.9 or newer",
            "Run pip install 'yitihua[plot]'",
        ),
    ),
    "figure-suffix": (
        ("图不能存为“{found}”格式", "{options}", "请改用其中一种后缀"),
        ("a figure cannot be kept as '{found}'", "{options}", "Use one of these suffixes"),
    ),
    "figure-empty": (
        ("没有可画的单位：层级“{name}”中没有一个单位有得分", "至少一个有得分的单位", "请检查覆盖率，或另选层级"),
        (
            "nothing to draw: no unit of the level '{name}' has a score",
            "at least one scored unit",
            "Check the coverage, or choose another level",
        ),
    ),
    "figure-units": (
        ("未指定任何单位", "单位代码或名称，至少一个", "请给出单位，或不写units"),
        ("no unit was named", "codes or names of units, at least one", "Name units, or leave `units` out"),
    ),
    "figure-many": (
        ("要画的{what}有{found}个，图中看不清", "最多{high}个", "请少选一些"),
        ("{found} {what} are too many to be read in this figure", "at most {high}", "Choose fewer"),
    ),
    "figure-few": (
        ("只有{found}个轴，不成雷达图", "至少{low}个指标", "请用codes=多选几个，或改用portrait"),
        ("{found} spokes make no radar", "{low} codes or more", "Name more with codes=, or draw the portrait"),
    ),
    "figure-polar": (
        ("雷达图需要极坐标系，而不是“{found}”", 'projection="polar"的ax', "请改用极坐标系，或不写ax"),
        (
            "a radar needs polar axes, not '{found}'",
            "axes made with projection='polar'",
            "Use polar axes, or leave `ax` out",
        ),
    ),
    "figure-no-tiles": (
        (
            "方格图中没有这些单位：{found}",
            "浙江省90个县级单位（zhejiang-tilegrid）",
            "请用where=给出单位的行和列，或改用排名图",
        ),
        (
            "these units have no tile: {found}",
            "the 90 county-level units of Zhejiang (zhejiang-tilegrid)",
            "Give rows and columns with where=, or draw the ranking",
        ),
    ),
    "figure-other": (
        ("两次结果没有共同的、都有得分的单位", "代码相同的单位", "请检查两次结果的单位代码和层级"),
        (
            "the two boards share no unit that both score",
            "units with the same codes",
            "Check codes and levels of both boards",
        ),
    ),
    "figure-kind": (
        ("此处应为{name}，而不是{found}", "{options}", "请传入该对象"),
        ("this must be {name}, not {found}", "{options}", "Pass such an object"),
    ),
    "figure-strange": (
        ("传入的结果属于另一份评分", "由本次评分得到的结果", "请用同一个board计算并绘图"),
        ("what was passed belongs to another board", "a result of this board", "Compute and draw with the same board"),
    ),
    "figure-axes": (
        ("该图由多个坐标系组成，不能画在一个ax里：{found}", "不写ax", "请不写ax；单位较少时可画在一个ax里"),
        (
            "this figure has several axes and does not fit into one: {found}",
            "no ax",
            "Leave `ax` out; with fewer units one suffices",
        ),
    ),
}
