"""Weights of children within their parent, summing to 1."""

from yitihua.index.weights.resolve import equal, within_parent

__all__ = ["equal", "within_parent"]
