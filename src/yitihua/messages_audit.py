"""The words of faults in the audit and hygiene. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
AUDIT: Final[dict[str, tuple[Words, Words]]] = {}

#: Phrases that fill a template: English -> Chinese; {} stands for any text.
AUDIT_PHRASES: Final[dict[str, str]] = {}
