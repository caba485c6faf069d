"""Conditions of questionnaires: who is asked, who is eligible. Parsed, never run as code.

A condition compares answers with values: ``CZ13=1``, ``EN05>0``, ``part=A & PH08=是``. ``&`` binds
more tightly than ``|``; there are no brackets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from yitihua.definitions.survey_models import Scale

#: Signs as they may be written -> as they are kept.
SIGNS = {"=": "=", "==": "=", "!=": "!=", "≠": "!=", ">": ">", "<": "<", ">=": ">=", "≥": ">=", "<=": "<=", "≤": "<="}
_TERM = re.compile(r"\s*([^\s=<>!≠≤≥&|]+)\s*(==|!=|>=|<=|=|>|<|≠|≥|≤)\s*([^=<>!≠≤≥&|]+?)\s*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


class BadConditionError(ValueError):
    """The text is no condition; the message is the part that cannot be read."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """``name sign value``; the value is as written, a number or the words of an option."""

    name: str
    sign: str
    value: str


@dataclass(frozen=True, slots=True)
class Condition:
    """Any of `cases`, each a tuple of comparisons that must all hold."""

    cases: tuple[tuple[Comparison, ...], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Items and columns the condition looks at, each once."""
        return tuple(dict.fromkeys(part.name for case in self.cases for part in case))


def parse_condition(text: str) -> Condition:
    """Return a condition from its text.

    Raises
    ------
    BadConditionError
        With the part that cannot be read.

    Examples
    --------
    >>> parse_condition("part=A & PH08≥1").cases
    ((Comparison(name='part', sign='=', value='A'), Comparison(name='PH08', sign='>=', value='1')),)
    >>> parse_condition("CZ13=1 | CZ05=1").names
    ('CZ13', 'CZ05')
    """
    return Condition(tuple(tuple(_comparison(part) for part in case.split("&")) for case in text.split("|")))


def _comparison(text: str) -> Comparison:
    match = _TERM.fullmatch(text)
    if match is None:
        raise BadConditionError(text.strip())
    return Comparison(match[1], SIGNS[match[2]], match[3])


def code_of(value: str, scale: Scale) -> float | None:
    """Return the code a value stands for on a scale: a number, or the words of an option.

    Examples
    --------
    >>> yes = {"code": 1, "text": {"zh": "是", "en": "Yes"}}
    >>> scale = Scale.model_validate({"kind": "binary", "options": [yes]})
    >>> code_of("是", scale), code_of("1", scale), code_of("maybe", scale)
    (1.0, 1.0, None)
    """
    if _NUMBER.fullmatch(value):
        return float(value)
    for option in scale.options:
        if value in (option.text.zh, option.text.en):
            return float(option.code)
    return None
