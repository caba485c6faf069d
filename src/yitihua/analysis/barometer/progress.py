"""Progress: how high a unit stands against the goalposts, and how far it has come since its own past."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from yitihua.analysis.barometer.components import mean_present
from yitihua.indicators.table import Floats


def level(nodes: Floats, weights: Floats, coverage: float) -> Floats:
    """Return the weighted mean of the nodes' scores that are there, shape (..., units).

    Parameters
    ----------
    nodes : ndarray, shape (..., units, nodes)
        Scores on 0-100.
    weights : ndarray, shape (nodes,)
        In the index: of a node below the first level, the product of weights down to it.
    coverage : float
        Least share of weight that must be there.

    Examples
    --------
    >>> level(np.array([[40.0, 60.0], [40.0, np.nan]]), np.array([0.5, 0.5]), 0.6)
    array([50., nan])
    """
    return mean_present(nodes, weights, coverage)


def change(now: Floats, then: Floats, weights: Floats, coverage: float) -> Floats:
    """Return the change of the level since an earlier period, over the nodes that both have.

    Parameters
    ----------
    now, then : ndarray, shape (..., units, nodes)
        Scores of both periods, each made of the indicators that the unit has in both: what is new does not pass for a
        change.
    weights, coverage
        As in `level`.

    Examples
    --------
    >>> change(np.array([[44.0, 90.0]]), np.array([[40.0, np.nan]]), np.array([0.7, 0.3]), 0.6)
    array([4.])
    """
    return mean_present(now - then, weights, coverage)


def own_past(changes: Floats, span: float) -> Floats:
    """Return points against the unit's own past: 50 + 50 * clip(change / span, -1, 1).

    Examples
    --------
    >>> own_past(np.array([0.0, 5.0, -20.0, np.nan]), 10.0)
    array([50., 75.,  0., nan])
    """
    return np.asarray(50.0 + 50.0 * np.clip(changes / span, -1.0, 1.0))


def progress(levels: Floats, pasts: Floats, share: float) -> Floats:
    """Return (1 - share) * level + share * own past; NaN where a part that counts is missing.

    Examples
    --------
    >>> progress(np.array([60.0, 60.0]), np.array([80.0, np.nan]), 0.25)
    array([65., nan])
    """
    if share == 0:
        return levels
    return np.asarray((1.0 - share) * levels + share * pasts)


def level_needed(now: float, changed: float, wanted: float, share: float, span: float, ratio: float = 1.0) -> float:
    """Return by how many points the level must rise for progress to rise by `wanted`; NaN where no level does.

    Progress as a function of the level rises in straight pieces: with slope 1 - share always, and share * ratio * 50 /
    span more as long as the change lies inside the span. `ratio` is what the change rises by for a point of the level:
    1, but where a node rises and the earlier period lacks nodes.

    Examples
    --------
    >>> round(level_needed(50.0, 0.0, 3.0, 0.3, 10.0), 4)
    1.3636
    """

    def at(rise: float) -> float:
        past = float(own_past(np.array(changed + ratio * rise), span)) if share else 0.0
        return (1.0 - share) * (now + rise) + share * past

    start, top = at(0.0), 100.0 - now
    if wanted <= 0:
        return 0.0
    bends = [] if ratio == 0 else [(-span - changed) / ratio, (span - changed) / ratio]
    corners = sorted({0.0, top, *(bend for bend in bends if 0 < bend < top)})
    for low, high in pairwise(corners):
        gained, next_ = at(low) - start, at(high) - start
        if next_ >= wanted - 1e-12 and next_ > gained:
            return low + (high - low) * max(0.0, wanted - gained) / (next_ - gained)
    return float("nan")
