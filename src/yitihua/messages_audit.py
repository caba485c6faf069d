"""The words of faults in the audit and hygiene. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
AUDIT: Final[dict[str, tuple[Words, Words]]] = {
    "audit-few": (
        ("只有{found}个单位有得分，不能审计", "至少3个有得分的单位", "请补充数据，或另选级别"),
        (
            "only {found} units have a score, which is too few for an audit",
            "3 units with a score or more",
            "Add data, or choose another level",
        ),
    ),
}

#: Phrases that fill a template: English -> Chinese; {} stands for any text.
AUDIT_PHRASES: Final[dict[str, str]] = {}
