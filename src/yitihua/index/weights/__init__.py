"""Weights of children within their parent, summing to 1."""

from yitihua.index.weights.resolve import equal, resolve_weights, within_parent

__all__ = ["equal", "resolve_weights", "within_parent"]
