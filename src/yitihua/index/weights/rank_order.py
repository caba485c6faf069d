"""Weights from an order of importance alone: centroid, rank sum, reciprocal, exponent.

Rank 1 is the most important of n. With the place r = 1..n:

- centroid (ROC): (1/n) sum_{k=r}^{n} 1/k, the centre of all weights that keep the order;
- sum: n + 1 - r, scaled; reciprocal: 1/r, scaled; exponent: (n + 1 - r)^p, scaled; equal: the same for all.

Only the order of the ranks given counts: 1, 2, 5 is 1, 2, 3. Tied indicators share the weights of the places
they take.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from yitihua.definitions.methods import Complaints, Key, PositiveNumber, Settings
from yitihua.errors import FaultList, refuse
from yitihua.index.weights.method import Siblings, Weighed, WeightMethod
from yitihua.index.weights.strength import Floats

RankOrder = Literal["centroid", "sum", "reciprocal", "exponent", "equal"]


def place_weights(n: int, kind: RankOrder = "centroid", exponent: float = 2.0) -> Floats:
    """Return the weights of places 1 to n, falling, with sum 1.

    Parameters
    ----------
    n : int
        Indicators.
    kind : {"centroid", "sum", "reciprocal", "exponent", "equal"}
        Rule.
    exponent : float
        p of ``exponent``: 0 gives equal weights, 1 the rank sum.

    Returns
    -------
    ndarray, shape (n,)

    References
    ----------
    Barron, F. H. and Barrett, B. E. (1996). Decision quality using ranked attribute weights. Management
    Science 42, 1515-1523. Stillwell, W. G., Seaver, D. A. and Edwards, W. (1981). Organizational Behavior and
    Human Performance 28, 62-77.

    Examples
    --------
    >>> place_weights(3).round(4)
    array([0.6111, 0.2778, 0.1111])
    """
    places = np.arange(1, n + 1, dtype=float)
    if kind == "centroid":
        return np.asarray(np.cumsum((1.0 / places)[::-1])[::-1] / n)
    powers = {"sum": n + 1 - places, "reciprocal": 1 / places, "equal": np.ones(n)}
    weights = powers[kind] if kind in powers else (n + 1 - places) ** exponent
    return np.asarray(weights / weights.sum())


def rank_order_weights(ranks: Floats, kind: RankOrder = "centroid", exponent: float = 2.0) -> Floats:
    """Return the weights of ranked indicators.

    Parameters
    ----------
    ranks : ndarray, shape (..., indicators)
        1 is the most important; leading axes are judges, each weighed on their own.
    kind, exponent
        See `place_weights`.

    Returns
    -------
    ndarray, shape (..., indicators)

    Raises
    ------
    InputError
        If a rank is missing or not above 0, with every such place named.

    Examples
    --------
    >>> rank_order_weights(np.array([2.0, 1.0, 2.0])).round(4)
    array([0.1944, 0.6111, 0.1944])
    """
    r = np.asarray(ranks, dtype=float)
    faults = FaultList()
    for where in np.argwhere(~(np.isfinite(r) & (r > 0))):
        faults.add("rank-bad", key=", ".join(str(i + 1) for i in where), found=f"{r[tuple(where)]:g}")
    faults.raise_if_any()
    # Up to rank q there are `below` before it and `upto` with it: tied ones share places below + 1 .. upto.
    below = (r[..., None, :] < r[..., :, None]).sum(axis=-1)
    upto = (r[..., None, :] <= r[..., :, None]).sum(axis=-1)
    sums = np.concatenate([[0.0], np.cumsum(place_weights(r.shape[-1], kind, exponent))])
    return np.asarray((sums[upto] - sums[below]) / (upto - below))


def _weigh(siblings: Siblings, settings: Settings) -> Weighed:
    ranks = dict(settings["ranks"])
    absent = [code for code in siblings.codes if code not in ranks]
    if absent:
        raise refuse("ranks-missing", key="ranks", found=absent, options=siblings.codes)
    exponent = 2.0 if settings["exponent"] is None else settings["exponent"]
    return Weighed(rank_order_weights(np.array([ranks[code] for code in siblings.codes]), settings["places"], exponent))


def _check(settings: Settings, scale: tuple[float, float]) -> Complaints:
    if settings["exponent"] is not None and settings["places"] != "exponent":
        return [("exponent", 'only with places = "exponent"')]
    return []


METHODS = (
    WeightMethod(
        name="rank_order",
        words=("排序赋权法", "rank order"),
        source="Barron & Barrett 1996",
        keys=(
            Key(
                "ranks",
                dict[str, PositiveNumber],
                required=True,
                words=("重要性排序", "ranks"),
                about="Code -> rank among its siblings, 1 the most important; ties are allowed.",
            ),
            Key(
                "places",
                RankOrder,
                default="centroid",
                words=("名次权重", "weights of places"),
                about="Centroid (ROC), rank sum, reciprocal, exponent, or equal.",
            ),
            Key(
                "exponent",
                PositiveNumber,
                words=("指数", "exponent"),
                about="exponent: power of n + 1 - rank; 2 unless stated.",
            ),
        ),
        check=_check,
        weigh=_weigh,
    ),
)
