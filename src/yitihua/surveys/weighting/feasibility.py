"""Whether any weights within bounds meet the totals; asked only after an iteration has failed."""

from __future__ import annotations

import numpy as np

from yitihua.surveys.estimation.design import Floats
from yitihua.surveys.weighting.systems import System

#: Larger problems are not asked: the linear programme would take minutes.
_LARGEST = 300_000


def explain_miss(system: System, weight: Floats, totals: Floats, lower: float, upper: float) -> int | None:
    """Return the column that no factors within bounds can meet, or None if all can be met or it is not known.

    A linear programme looks for factors g of the units that miss the totals by the least sum of relative misses
    (the certificate of infeasibility is a least miss above 0). Where several totals contradict each other, the
    one named is that which it is cheapest to miss.

    Parameters
    ----------
    system : System
        Calibration variables over units (cells or respondents).
    weight : ndarray, shape (units,)
        Starting weights.
    totals : ndarray, shape (columns,)
    lower, upper : float
        Bounds of g.

    Examples
    --------
    >>> from yitihua.surveys.weighting.systems import MatrixSystem
    >>> explain_miss(MatrixSystem(np.array([[1.0], [1.0]])), np.ones(2), np.array([9.0]), 0.5, 2.0)
    0
    """
    from scipy import optimize, sparse

    units, columns = len(weight), system.columns
    if units * columns > 200_000_000 or units + 2 * columns > _LARGEST:
        return None
    scale = np.where(np.abs(totals) > 0, np.abs(totals), 1.0)
    rows, places, values = [], [], []
    for column in range(columns):
        indicator = np.zeros(columns)
        indicator[column] = 1.0
        x = system.fit(indicator) * weight / scale[column]
        filled = np.flatnonzero(x)
        rows.append(np.full(len(filled), column))
        places.append(filled)
        values.append(x[filled])
    matrix = sparse.csr_array(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(places))), shape=(columns, units)
    )
    miss = sparse.eye_array(columns)
    found = optimize.linprog(
        np.concatenate([np.zeros(units), np.ones(2 * columns)]),
        A_eq=sparse.hstack([matrix, miss, -miss]),
        b_eq=totals / scale,
        bounds=[(max(lower, -1e6), min(upper, np.inf))] * units + [(0, None)] * (2 * columns),
        method="highs",
    )
    if not found.success or found.fun < 1e-7:
        return None
    slack = found.x[units : units + columns] + found.x[units + columns :]
    return int(np.argmax(slack))
