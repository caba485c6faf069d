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
}
