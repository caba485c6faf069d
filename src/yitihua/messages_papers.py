"""The words of faults of papers: portraits and bulletins. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
PAPERS: Final[dict[str, tuple[Words, Words]]] = {
    "papers-few": (
        ("有{count}个数值的受访者不足{minimum}人，或由市县之差可以推算出来：{found}", "公布的数值，受访者不少于{minimum}人", "请先在数据中去掉这些数值（留空即为缺失）再计分；只隐藏单元格无济于事，由得分可以推算出来"),
        ("{count} values are estimates on fewer than {minimum} respondents, or give such a number away by a difference: {found}", "published values on {minimum} or more respondents", "Leave these values out of the data (empty is missing) and score again; hiding the cells would not do, since they can be worked out from the score"),
    ),
}  # fmt: skip
