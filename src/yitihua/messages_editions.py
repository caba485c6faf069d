"""The words of faults of editions compared. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
EDITIONS: Final[dict[str, tuple[Words, Words]]] = {
    "replaces-itself": (
        (
            "replaces所指的“{name}”仍在本版中",
            "较早版本中有、本版已没有的指标代码",
            "请改为被接替的旧代码，或删去replaces",
        ),
        (
            "replaces names '{name}', which still stands in this edition",
            "the code of an indicator of an earlier edition that this one no longer has",
            "Name the code that was succeeded, or leave replaces out",
        ),
    ),
    "bridge-name": (
        ("衔接版不能叫“{name}”", "不含斜杠、冒号，且不同于：{options}", "请用--name另取名称"),
        (
            "a bridge cannot be named '{name}'",
            "a name without slashes and colons, other than: {options}",
            "Give another --name",
        ),
    ),
    "bridge-cannot": (
        (
            "衔接版无法表达旧版的“{name}”",
            "可由extends、drop和重新写明的条目表达的差异",
            "请在旧版自身的文件夹中用旧版计分，或使新版的该条目可以覆盖",
        ),
        (
            "a bridge cannot express what the old edition has at '{name}'",
            "what extends, drop and entries stated anew can say",
            "Score with the old edition itself, or let the new one state this entry so that it can be laid over",
        ),
    ),
    "chain-ends": (
        (
            "版本之间没有衔接：{found}",
            "每个版本的最后一期就是下一版本的第一期，且该期两版都有得分",
            "请使断点时期在前后两版中都有数据；旧版指标已不再填报的，可用衔接版（yitihua editions bridge）",
        ),
        (
            "the editions do not meet: {found}",
            "each edition ends with the period with which the next begins, scored under both",
            "Have the period of the break under both editions; a bridge (yitihua editions bridge) scores it as the old one did",
        ),
    ),
    "chain-fitted": (
        ("每期各自拟合，同一版本内的得分不可跨期比较，不能链接", "overlap、all", "请改用其中之一"),
        (
            "fitted to each period, scores of one edition do not compare between periods and cannot be linked",
            "overlap, all",
            "Choose one of these",
        ),
    ),
    "chain-scales": (
        ("前后两版的分制长度不同：{found}", "相加链接要求分制长度相同", "请用相乘链接（multiplicative），或统一scale"),
        (
            "the scales of the editions differ in length: {found}",
            "additive links need scales of one length",
            "Take multiplicative links, or bring the editions to one scale",
        ),
    ),
    "chain-no-overlap": (
        ("{name}没有任何单位在两版中都有得分", "至少一个单位在断点时期两版都有得分", "请另选断点时期，或补齐该期数据"),
        (
            "no unit has a score under both editions in {name}",
            "at least one unit scored under both in the period of the break",
            "Choose another period for the break, or complete its data",
        ),
    ),
    "chain-not-positive": (
        (
            "{name}有{found}个得分不大于0，不能相除",
            "大于0的得分；不符者：{options}",
            "请用相加链接（additive），或按层级均值（level）链接",
        ),
        (
            "{found} scores of {name} are not above 0 and cannot be divided",
            "scores above 0; not so: {options}",
            "Take additive links, or those of a level's mean",
        ),
    ),
    "chain-breaks": (
        ("版本{found}个，断点{count}个", "断点比版本少一个，按时间递增，且互不相同", "请逐一给出断点时期"),
        (
            "editions: {found}, breaks: {count}",
            "one break fewer than editions, rising, no two alike",
            "Give the period of every break",
        ),
    ),
    "chain-period": (
        (
            "版本“{name}”的数据没有断点时期“{found}”",
            "{options}",
            "请改用两版数据都有的时期；旧版指标已不再填报的，可用衔接版",
        ),
        (
            "the data of '{name}' do not hold the period of the break, '{found}'",
            "{options}",
            "Choose a period that the data of both editions hold; a bridge scores new data as the old edition did",
        ),
    ),
}
