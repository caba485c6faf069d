"""Weights of children within their parent, summing to 1."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from yitihua.definitions.edition import Edition


def equal(children: Sequence[str]) -> dict[str, float]:
    """Return the same weight for every child.

    Examples
    --------
    >>> equal(["a", "b"])
    {'a': 0.5, 'b': 0.5}
    """
    return {child: 1.0 / len(children) for child in children}


def within_parent(children: Sequence[str], given: Mapping[str, float]) -> dict[str, float]:
    """Return given weights scaled to sum to 1, or equal ones where none are given.

    Examples
    --------
    >>> within_parent(["a", "b"], {"a": 3, "b": 1})
    {'a': 0.75, 'b': 0.25}
    >>> within_parent(["a", "b"], {})
    {'a': 0.5, 'b': 0.5}
    """
    if not any(child in given for child in children):
        return equal(children)
    total = math.fsum(given[child] for child in children)
    return {child: given[child] / total for child in children}


def resolve_weights(edition: Edition) -> dict[str, float]:
    """Return the weight of every node and indicator within its parent.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> resolve_weights(load_edition("zhejiang-2022"))["A01"]
    0.1
    """
    spec = edition.spec.weights
    given = {} if spec.use == "equal" else spec.sets[spec.use].weights
    found: dict[str, float] = {}
    for children in edition.children.values():
        found |= within_parent(children, given)
    return found
