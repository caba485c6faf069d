"""Normalisation: raw values -> points on the scale, higher is better."""

from yitihua.index.normalise.affine import affine, bounds, percentile_rank, rank

__all__ = ["affine", "bounds", "percentile_rank", "rank"]
