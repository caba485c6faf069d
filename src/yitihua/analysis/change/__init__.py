"""Change explained: what moved a score, an exact split of it, and whether it is more than the surveys' noise."""

from yitihua.analysis.change.explained import ExplainedChange, change

__all__ = ["ExplainedChange", "change"]
