"""Aggregation: the points of children -> the score of a node."""

from yitihua.index.aggregate.means import (
    arithmetic,
    combine,
    generalised,
    geometric,
    harmonic,
    partials,
    scaled_weights,
)

__all__ = ["arithmetic", "combine", "generalised", "geometric", "harmonic", "partials", "scaled_weights"]
