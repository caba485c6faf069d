"""Sums, differences, products and quotients of named measures; nothing else is ever run.

An expression is parsed into Python's syntax tree and only names, numbers, ``+ - * /`` and
brackets are accepted, so a definition file cannot run code.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class BadExpression(ValueError):
    """An expression holds something other than names, numbers, + - * / and brackets."""


def _parse(text: str) -> ast.expr:
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadExpression("it cannot be read") from None
    _allow(tree)
    return tree


def _allow(node: ast.expr) -> None:
    if isinstance(node, ast.Name):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        return
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        _allow(node.left)
        _allow(node.right)
        return
    raise BadExpression(f"'{ast.unparse(node)}' is not a name, a number or + - * /")


def names_in(text: str) -> tuple[str, ...]:
    """Return the measures an expression names, in order.

    Raises
    ------
    BadExpression
        If it holds anything but names, numbers, ``+ - * /`` and brackets.

    Examples
    --------
    >>> names_in("teams_before - teams_now")
    ('teams_before', 'teams_now')
    """
    found = (node.id for node in ast.walk(_parse(text)) if isinstance(node, ast.Name))
    return tuple(dict.fromkeys(found))


def evaluate(text: str, values: Mapping[str, Any]) -> Any:
    """Return the value of an expression.

    Parameters
    ----------
    text : str
        The expression.
    values : mapping
        Measure -> number or array; arrays broadcast. NaN propagates.

    Examples
    --------
    >>> evaluate("(a + b) * 2", {"a": 1.0, "b": 2.0})
    6.0
    """

    def value(node: ast.expr) -> Any:
        if isinstance(node, ast.Name):
            return values[node.id]
        if isinstance(node, ast.Constant):
            return node.value
        assert isinstance(node, ast.BinOp)
        return _OPERATORS[type(node.op)](value(node.left), value(node.right))

    return value(_parse(text))
