"""Exact answers to questions of weights: what it takes to be lifted, and which ranks are possible at all.

`linear` writes scores as a product of the weights that vary, `lift` and `rank_range` solve programmes with HiGHS,
and every answer is checked by scoring the board at the weights that were found.
"""

from yitihua.analysis.reach.lift import Lift, lift
from yitihua.analysis.reach.ranges import weight_ranges
from yitihua.analysis.reach.rank_range import rank_range

__all__ = ["Lift", "lift", "rank_range", "weight_ranges"]
