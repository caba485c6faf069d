"""The words of faults in survey weights, designs, estimates, modes, small areas and engines. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
ESTIMATION: Final[dict[str, tuple[Words, Words]]] = {}
