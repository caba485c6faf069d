"""Weights of children within their parent, summing to 1."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from yitihua.definitions.methods import Settings
from yitihua.index.weights.method import Siblings, Weighed, WeightMethod


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


def _equal(siblings: Siblings, settings: Settings) -> Weighed:
    count = len(siblings.codes)
    return Weighed(np.full(count, 1.0 / count))


METHODS = (WeightMethod(name="equal", words=("同级相等", "equal within parent"), weigh=_equal),)
