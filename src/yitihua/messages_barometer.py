"""The words of faults of the barometer. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
BAROMETER: Final[dict[str, tuple[Words, Words]]] = {
    "barometer-none": (
        (
            "版本“{name}”没有定义晴雨表",
            "在index/{name}.toml中写明[barometer]的版本",
            "请仿照index/README.md补写[barometer]，或另选版本",
        ),
        (
            "the edition '{name}' defines no barometer",
            "an edition with [barometer] in index/{name}.toml",
            "Add [barometer] as in index/README.md, or choose another edition",
        ),
    ),
    "barometer-periods": (
        (
            "只有一期数据（{found}），没有过去可比，不能得出晴雨",
            "两期及以上，期间长度相同；期间名如2022或2022Q3",
            "请补充以前各期的数据",
        ),
        (
            "there is only one period ({found}), so no past to compare with and no sign",
            "two periods or more of the same length, named as 2022 or 2022Q3",
            "Add data of earlier periods",
        ),
    ),
    "barometer-year": (
        (
            "期间“{found}”看不出年份，找不到上年同期",
            "期间名如2022、2022Q3、2022-09",
            '请改期间名；或在[barometer.progress]写lag = "period"，在[barometer.activity]写reference = "trailing"',
        ),
        (
            "the period '{found}' does not tell its year, so the same period a year before is not known",
            "periods named as 2022, 2022Q3 or 2022-09",
            'Rename it; or state lag = "period" in [barometer.progress] and reference = "trailing" in [barometer.activity]',
        ),
    ),
    "barometer-length": (
        (
            "{name}有{found}个，应为{expected}个",
            "labels、names、glyphs、words个数相同，由低到高；cuts少一个",
            "请改正个数",
        ),
        (
            "{name} has {found} entries, expected {expected}",
            "as many names, glyphs and words as labels, from the lowest up; cuts one fewer",
            "Correct the number",
        ),
    ),
    "barometer-cut": (
        ("分界点{found}不在0与100之间", "大于0、小于100；象限也可写median", "请改正分界点"),
        (
            "the cut {found} is not between 0 and 100",
            "above 0 and below 100; a quadrant also takes median",
            "Correct the cut",
        ),
    ),
    "barometer-bounds": (
        ("下限{lower}不小于上限{upper}", "lower < upper，均大于0", "请改正上下限"),
        (
            "the lower bound {lower} is not below the upper one {upper}",
            "lower < upper, both above 0",
            "Correct the bounds",
        ),
    ),
    "barometer-weights": (
        ("权重合计为0", "{options}中至少一个大于0", "请至少给一个正的权重"),
        ("the weights sum to 0", "at least one of {options} above 0", "Give at least one a positive weight"),
    ),
    "barometer-nested": (
        ("“{name}”在“{other}”之下，会重复计量", "互不包含的节点或指标", "请删去其中一个"),
        (
            "'{name}' stands below '{other}' and would count twice",
            "nodes none of which holds another",
            "Remove one of them",
        ),
    ),
    "barometer-count": (
        ("“{name}”的种类是{found}，不是件数", "kind为count的原始量", "请换一个计数的原始量"),
        ("'{name}' is of kind {found}, not a count", "measures whose kind is count", "Take a measure that is counted"),
    ),
    "barometer-self": (
        ("“{name}”以自身为规模或上限", "另一个原始量，如officers", "请改正"),
        ("'{name}' is set against itself", "another measure, such as officers", "Name another one"),
    ),
    "barometer-lacks": (
        (
            "数据中没有晴雨表要用的原始量：{absent}",
            "每一项做法及其规模都有数据",
            "请补充这些列，或从[barometer.activity.measures]中删去",
        ),
        (
            "the data lack measures that the barometer uses: {absent}",
            "data of every enacting measure and its size",
            "Add these columns, or remove the measures from [barometer.activity.measures]",
        ),
    ),
}
