"""The words of faults of changes through time and of units. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
CHANGE: Final[dict[str, tuple[Words, Words]]] = {
    "unit-changes-columns": (
        ("区划变动表缺少列：{name}", "{options}", "请补齐这些列"),
        ("the table of changed units lacks the columns {name}", "{options}", "Add these columns"),
    ),
    "unit-change-value": (
        ("“{found}”不能用于此列", "{options}", "请改正此单元格"),
        ("'{found}' cannot stand in this column", "{options}", "Mend the cell"),
    ),
    "unit-change-shares": (
        (
            "单位{name}在{date}的份额之和为{total}（{found}）",
            "同一单位同一天的份额之和为1",
            "请核对份额；全部并入一处的写1",
        ),
        (
            "the shares of {name} on {date} sum to {total} ({found})",
            "shares of one unit on one day sum to 1",
            "Check the shares; write 1 where all of it went to one unit",
        ),
    ),
    "unit-change-twice": (
        ("单位{name}在{date}有重复的去向：{found}", "每个去向一行", "请合并或删去重复的行"),
        (
            "{name} goes to the same unit twice on {date}: {found}",
            "one row for each unit it goes to",
            "Join the rows or delete one",
        ),
    ),
    "unit-change-kinds": (
        (
            "单位{name}在{date}同时有几种变动：{found}，先后不明",
            "同一单位同一天只有一种变动",
            "请写成一种变动，或写明不同日期",
        ),
        (
            "{name} has several kinds of change on {date}: {found}; which came first is not clear",
            "one kind of change for a unit on a day",
            "Write it as one change, or give the days",
        ),
    ),
    "unit-change-form": (
        (
            "单位{name}在{date}的变动“{kind}”与去向不符：{found}",
            "rename：一个去向，代码或名称不同；merge：一个去向；split：两个以上；transfer：两个以上，其中有它自己",
            "请改正kind或各行去向",
        ),
        (
            "the change '{kind}' of {name} on {date} does not fit where it went: {found}",
            "rename: one unit with another code or name; merge: one unit; split: two or more; transfer: two or more, itself among them",
            "Mend the kind or the rows",
        ),
    ),
    "unit-change-sizes": (
        ("单位{name}在{date}的规模与份额不符：{found}", "规模之比等于份额之比", "请核对size与share"),
        (
            "the sizes of {name} on {date} do not go with its shares: {found}",
            "sizes in the ratio of the shares",
            "Check size and share",
        ),
    ),
    "unit-change-cycle": (
        ("{date}的变动首尾相接：{found}，无法分清新旧", "同一天的改名不成环", "请核对代码；先后发生的请写不同日期"),
        (
            "the changes of {date} run in a ring: {found}; old and new cannot be told apart",
            "no ring on one day",
            "Check the codes; give different days to what came one after the other",
        ),
    ),
    "unit-changes-period": (
        (
            "无法判断时期“{name}”何时结束，不能按区划变动表换算",
            "2021、2021Q1、2021-03、2021上半年",
            '请改写时期，或设unit_changes = "none"',
        ),
        (
            "when the period '{name}' ends cannot be told, so that changes of units cannot be followed",
            "2021, 2021Q1, 2021-03, 2021H1",
            'Write the period so, or set unit_changes = "none"',
        ),
    ),
    "unit-changes-backward": (
        (
            "{name}的数据已是变动后的单位，不能退回{found}的区划",
            "不早于这些变动的日期：{options}",
            "请改用较晚的units_of，或不写",
        ),
        (
            "{name} stands in units of after a change and cannot be told in those of {found}",
            "a day not before these changes: {options}",
            "State a later units_of, or none",
        ),
    ),
    "unit-ended": (
        (
            "{period}的数据中有单位{name}，但它已于{date}撤销或改用新代码",
            "{options}",
            "请按现行单位填报；若数据截至变动之前，请把时期写到变动之前（如2021Q1）",
        ),
        (
            "{period} has the unit {name}, which ended on {date}",
            "{options}",
            "Report it under the later units; if the data end before the change, name a period that does (2021Q1)",
        ),
    ),
    "unit-not-yet": (
        (
            "{period}的数据中有单位{name}，但它到{date}才设立",
            "变动前的单位",
            '若数据已按新单位整理，请设unit_changes = "none"；否则请核对代码',
        ),
        (
            "{period} has the unit {name}, which was made on {date}",
            "units of before the change",
            'If the data are on the new units already, set unit_changes = "none"; else check the code',
        ),
    ),
    "unit-no-rule": (
        (
            "{period}的这些单位不在单位名单中，变动表也没有说明其去向：{name}",
            "单位名单中的代码，或变动表中的原代码",
            "请在变动表中写明去向和份额，或从数据中去掉",
        ),
        (
            "these units of {period} are in no list of units, and no change says where they went: {name}",
            "codes of the list of units, or old codes of the table of changes",
            "Say in the table of changes where they went and in what shares, or take them out of the data",
        ),
    ),
    "transitions-periods": (
        ("只有{found}，没有前后两期", "两期或以上", "请提供含多期的数据"),
        ("no two periods to compare: {found}", "two periods or more", "Give data of several periods"),
    ),
}
