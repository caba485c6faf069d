"""The words of faults in answers to questionnaires: reading, codebook, screening, privacy. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
ANSWERS: Final[dict[str, tuple[Words, Words]]] = {}
