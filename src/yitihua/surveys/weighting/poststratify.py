"""Post-stratification: one factor a cell, population over sample; one pass, no iteration."""

from __future__ import annotations

import numpy as np

from yitihua.errors import InputError
from yitihua.surveys.estimation.design import Floats
from yitihua.surveys.weighting.base import check_weights
from yitihua.surveys.weighting.coded import CodedMargins, check_margins
from yitihua.surveys.weighting.raking import Adjustment, worst_level


def poststratify(weight: Floats, margins: CodedMargins) -> Adjustment:
    """Scale the weights of each cell to its population, as R's ``postStratify``.

    R's ``partial=TRUE`` (populations without respondents are passed over) is left out on purpose: the weights would
    stand for a smaller population and not say so. Merge such cells instead (`merge_levels`).

    Parameters
    ----------
    weight : ndarray, shape (respondents,)
        Starting weights, at least 0.
    margins : CodedMargins
        One margin; cross variables for cells of several.

    Raises
    ------
    InputError
        For empty cells, cells without population, negative totals.

    Examples
    --------
    >>> margins = CodedMargins.of({"age": np.array([0, 0, 1])}, {"age": np.array([6.0, 4.0])})
    >>> poststratify(np.ones(3), margins).factor
    array([3., 3., 4.])
    """
    if len(margins.margins) != 1:
        raise ValueError(f"poststratify takes one margin, got {len(margins.margins)}: cross them, or rake")
    if faults := [*check_weights(weight, zero=True), *check_margins(margins, weight)]:
        raise InputError(faults)
    cells, total = margins.cells, margins.totals[0]
    start = cells.total(weight)
    ratio = total[cells.codes[0]] / np.where(start > 0, start, 1.0)
    error, worst = worst_level(margins, start * ratio)
    return Adjustment(ratio[cells.key], 1, True, error, worst, len(cells))
