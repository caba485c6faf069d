"""The reference of all methods, index/METHODS.md, made from their declarations.

``python -m yitihua.definitions.schemas`` writes it beside the schemas; a test checks that it is
up to date.
"""

from __future__ import annotations

import typing
from typing import Any

from yitihua.definitions.methods import STAGES, Key, Method

_HEAD = """# Methods, stage by stage

由软件中各方法的声明自动生成，请勿手改。键写在 `index/版本名.toml` 的相应表中；说明见 [README](README.md)。

Made from the declarations in [src/yitihua/index/](../src/yitihua/index/); do not edit. Keys go into the tables of
`index/NAME.toml`; what a stage does stands in the [README](README.md). A method of your own, `method = "pkg.mod:fn"`,
takes the table `parameters` and runs only with `--allow-code`.
"""


def methods_text() -> str:
    """Return the reference as Markdown: every method, its source, and every key it takes.

    Examples
    --------
    >>> "| `minmax` |" in methods_text()
    True
    """
    parts = [_HEAD]
    for stage, registry in STAGES.items():
        name = "weights.sets.NAME" if stage == "weights" else stage
        rows = [f"| `{m.name}` | {m.words[0]} | {m.words[1]} | {_keys(m)} | {m.source} |" for m in registry]
        parts.append(
            f"\n## [{name}]\n\n| Method | 中文 | English | Keys | Source |\n|---|---|---|---|---|\n"
            + "\n".join(rows)
            + "\n"
        )
        taken = [key for method in registry for key in method.keys]
        if taken:
            lines = [_key_row(method, key) for method in registry for key in method.keys]
            parts.append(
                "\n| Key | Method | Type | Default | Meaning |\n|---|---|---|---|---|\n" + "\n".join(lines) + "\n"
            )
    return "".join(parts)


def _keys(method: Method) -> str:
    return ", ".join(f"`{key.name}`" for key in method.keys)


def _key_row(method: Method, key: Key) -> str:
    default = "required" if key.required else "none" if key.default is None else f"`{_plain(key.default)}`"
    about = key.about.replace("|", "\\|")
    return f"| `{key.name}` | `{method.name}` | {_type(key.type)} | {default} | {about} |"


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _type(kind: Any) -> str:
    """Return a type in words."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return _type(arguments[0])
    if origin is typing.Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if origin in (tuple, list):
        return f"list of {_type(arguments[0])}"
    if origin is dict:
        return f"table of {_type(arguments[1])}"
    if arguments:
        return " or ".join(_type(one) for one in arguments if one is not type(None))
    return {float: "number", int: "whole number", str: "text", bool: "true, false"}.get(kind, str(kind))
