"""Write a passport as TOML."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from yitihua.definitions.passport import Passport
from yitihua.definitions.text import Text


def passport_text(passport: Passport) -> str:
    """Return passport.toml as text; reading it gives the same passport.

    Examples
    --------
    >>> import tomllib
    >>> from yitihua.indicators.datasets import load_dataset
    >>> passport = load_dataset("zhejiang-counties").passport
    >>> Passport.model_validate(tomllib.loads(passport_text(passport))) == passport
    True
    """
    lines: list[str] = []
    for part in ("dataset", "file", "covariance"):
        if getattr(passport, part) is not None:
            lines += [f"[{part}]", *_lines(getattr(passport, part)), ""]
    lines.append("[columns]")
    for name, column in passport.columns.items():
        lines.append(f"{_key(name)} = {_inline(column)}")
    if passport.levels:
        lines += [
            "",
            "[levels]",
            *(f"{_value(pattern)} = {_value(level)}" for pattern, level in passport.levels.items()),
        ]
    for fault in passport.faults:
        lines += ["", "[[faults]]", *_lines(fault)]
    return "\n".join(lines) + "\n"


def _stated(model: Any) -> dict[str, Any]:
    fields = type(model).model_fields
    return {name: value for name in fields if (value := getattr(model, name)) != fields[name].default}


def _lines(model: Any) -> list[str]:
    return [f"{name} = {_value(value)}" for name, value in _stated(model).items()]


def _inline(model: Any) -> str:
    return "{ " + ", ".join(f"{name} = {_value(value)}" for name, value in _stated(model).items()) + " }"


def _value(value: Any) -> str:
    if isinstance(value, Text):
        return f"{{ zh = {_value(value.zh)}, en = {_value(value.en)} }}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    plain = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if plain else json.dumps(name, ensure_ascii=False)
