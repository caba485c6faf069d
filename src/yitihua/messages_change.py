"""The words of faults of changes through time and of units. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
CHANGE: Final[dict[str, tuple[Words, Words]]] = {}
