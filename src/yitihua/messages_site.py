"""The words of faults of the site. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
SITE: Final[dict[str, tuple[Words, Words]]] = {
    "site-empty": (
        ("{name}没有一个单位有得分", "至少一个单位有得分", "请先用 yitihua check 查看数据和覆盖率要求"),
        (
            "no unit of {name} has a score",
            "at least one unit with a score",
            "Look at data and coverage rules with `yitihua check` first",
        ),
    ),
}
