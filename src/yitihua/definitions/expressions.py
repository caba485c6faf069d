"""Sums, differences, products and quotients of named measures; nothing else is ever run.

An expression is parsed into Python's syntax tree and only names, numbers, ``+ - * /`` and
brackets are accepted, so a definition file cannot run code.
"""

from __future__ import annotations

import ast
import functools
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class BadExpression(ValueError):
    """An expression holds something other than names, numbers, + - * / and brackets."""


@functools.cache  # the same few formulas are evaluated for every unit
def _parse(text: str) -> ast.expr:
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        _allow(tree)
    except BadExpression:
        raise
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadExpression("it cannot be read") from None
    return tree


def _allow(node: ast.expr) -> None:
    if isinstance(node, ast.Name):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        _check_size(node.value)
        return
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        _allow(node.left)
        _allow(node.right)
        if isinstance(node.op, ast.Div) and isinstance(node.right, ast.Constant) and node.right.value == 0:
            raise BadExpression("it divides by the number 0")
        return
    raise BadExpression(f"'{ast.unparse(node)[:60]}' is not a name, a number or + - * /")


def _check_size(number: int | float) -> None:
    try:
        finite = math.isfinite(float(number))
    except OverflowError:
        finite = False
    if not finite:
        raise BadExpression("the number is too large")


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
        Measure -> number or array; arrays broadcast. NaN propagates, and x / 0 is not finite.

    Examples
    --------
    >>> evaluate("(a + b) * 2", {"a": np.array([1.0, 2.0]), "b": 2.0})
    array([6., 8.])
    """

    def value(node: ast.expr) -> Any:
        if isinstance(node, ast.Name):
            return values[node.id]
        if isinstance(node, ast.Constant):
            assert isinstance(node.value, (int, float))
            return np.float64(node.value)  # as in arrays, where 1 / 0 does not raise
        assert isinstance(node, ast.BinOp)
        return _OPERATORS[type(node.op)](value(node.left), value(node.right))

    return value(_parse(text))
