"""Write plain tables as TOML that a person can read and edit."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
WIDTH = 110


def toml_text(tables: Mapping[str, Any]) -> str:
    """Return a TOML file: keys first, then a header for every table that holds tables.

    Numbers come back to the same bits.

    Examples
    --------
    >>> print(toml_text({"scale": [0, 1.0], "nodes": {"A": {"name": {"zh": "甲", "en": "A"}}}}), end="")
    scale = [0, 1.0]
    <BLANKLINE>
    [nodes.A]
    name = { zh = "甲", en = "A" }
    """
    return "\n".join(_lines(tables, ())).strip("\n") + "\n"


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    headed = {key: value for key, value in table.items() if _has_header(value, path)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in table.items() if key not in headed]
    if path and (lines or not headed):
        lines = ["", f"[{'.'.join(map(_key, path))}]", *lines]
    for key, value in headed.items():
        lines += _lines(value, (*path, key))
    return lines


def _has_header(value: Any, path: tuple[str, ...]) -> bool:
    """Return whether a table gets a header: at the top, and one below it; a text in two languages never."""
    return isinstance(value, Mapping) and set(value) != {"zh", "en"} and len(path) < 3


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _string(key)


def _string(text: str) -> str:
    # A JSON string is a TOML basic string, but for DEL, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(str(key))} = {_value(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    return _list([_value(item) for item in value])


def _list(items: list[str]) -> str:
    flat = ", ".join(items)
    if len(flat) <= WIDTH:
        return f"[{flat}]"
    lines = [""]
    for item in items:
        if lines[-1] and len(lines[-1]) + len(item) > WIDTH:
            lines.append("")
        lines[-1] += f" {item}," if lines[-1] else f"  {item},"
    return "\n".join(["[", *lines, "]"])
