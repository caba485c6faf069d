"""The words of faults in methods of imputation, treatment, normalisation and aggregation. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
METHODS: Final[dict[str, tuple[Words, Words]]] = {}

#: Phrases that fill a template: English -> Chinese; {} stands for any text.
METHODS_PHRASES: Final[dict[str, str]] = {}
