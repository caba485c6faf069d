"""The cheapest improvement of a unit's indicators to a grade, a rank or above another unit, proven and tried.

`moves` says how far each indicator can be moved, what that costs and what points it brings; `score` is the unit's
score as a function of points, with its slopes; `program` finds the cheapest mixture by linear or mixed-integer
programmes; `improve` asks and tries.
"""

from yitihua.analysis.improve.improve import improve
from yitihua.analysis.improve.result import Improvement

__all__ = ["Improvement", "improve"]
