"""The words of faults of records. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
RECORDS: Final[dict[str, tuple[Words, Words]]] = {}
