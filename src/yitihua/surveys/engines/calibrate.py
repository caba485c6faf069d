"""Calibration without rows: weights are raked on the cells of a table of sums, and their factors joined back.

Everyone in a cell of the margins gets the same factor, so the cells stand for their respondents:

    table = engine.sums(query)                              # query.margins = ("age", "sex")
    coded = match(read_margins("margins.csv"), table.margin_columns, table.weight)
    weights = Weights.start(table.weight, zero=True).rake(coded)
    estimate(table, weights=weights)

Raking, post-stratification and calibration to coded margins work so. Trimming and non-response classes look at single
respondents and take the path in memory, as do totals of numeric variables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from yitihua.errors import refuse
from yitihua.surveys.engines.sums import SumsTable
from yitihua.surveys.estimation.design import Projection
from yitihua.surveys.weighting.projection import CellProjection, CodedProjection
from yitihua.surveys.weighting.steps import Weights

if TYPE_CHECKING:
    import pandas as pd


def calibrated(table: SumsTable, weights: Weights) -> tuple[SumsTable, tuple[Projection, ...]]:
    """Return the sums under calibrated weights, and the calibrations for the variance.

    Parameters
    ----------
    table : SumsTable
    weights : Weights
        Started from ``table.start`` where the table has it, else from ``table.weight``, with steps over its cells.

    Raises
    ------
    InputError
        For steps that are not the same for everyone in a cell.
    """
    if len(weights.base) != len(table.domain):
        raise refuse("engine-weights-length", found=len(weights.base), options=len(table.domain))
    for step in weights.steps:
        if not isinstance(step.projection, CellProjection | CodedProjection) or "trim" in step.name:
            raise refuse("engine-weights-step", found=step.name)
    if table.start is not None:
        # The weights of the source are the calibrated ones already; the steps tell what they were calibrated to.
        return table, weights.projections()
    factor = np.where(table.weight != 0, weights.final / np.where(table.weight != 0, table.weight, 1.0), 1.0)
    return table.reweighted(factor), weights.projections()


def margin_factors(table: SumsTable, weights: Weights) -> pd.DataFrame:
    """Return what base weights are multiplied with: a row a cell of the margins, their columns and ``factor``.

    Parameters
    ----------
    table : SumsTable
    weights : Weights
        Over its cells.
    """
    import pandas as pd

    calibrated(table, weights)
    live = weights.base > 0
    factor = np.where(live, weights.final / np.where(live, weights.base, 1.0), np.nan)
    frame = pd.DataFrame({**table.margin_columns, "factor": factor})[live]
    return frame.groupby(list(table.margins), dropna=False, sort=True)["factor"].first().reset_index()
