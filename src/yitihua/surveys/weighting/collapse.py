"""Merging small classes with a neighbour, by a stated rule, with a log.

The rule: within a parent (county), as long as a class has fewer respondents than the minimum or a factor
above the limit, the worst such class (fewest respondents first, then the largest factor, then the earlier)
merges with its neighbour: the one stated for it, else that of the classes before and after it in the stated
order which has fewer respondents (the earlier if equal). A parent's last class stays as it is, and is logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yitihua.surveys.estimation.design import Codes, Floats


@dataclass(frozen=True, slots=True)
class Merge:
    """One line of the log.

    Attributes
    ----------
    giver, taker : int
        Classes, by the numbers they had at the start; a taker may hold classes merged before.
        Equal if a parent's last class stayed as it was.
    n : int
        Respondents of the giver.
    factor : float
        The giver's factor, infinite without respondents.
    """

    giver: int
    taker: int
    n: int
    factor: float


def collapse(
    n: Codes,
    have: Floats,
    need: Floats,
    parent: Codes,
    *,
    minimum: int = 20,
    limit: float = np.inf,
    neighbour: Mapping[int, int] | None = None,
) -> tuple[Codes, tuple[Merge, ...]]:
    """Return the class that each class ends in, and the log.

    Parameters
    ----------
    n : ndarray of int, shape (classes,)
        Respondents; classes stand in the order in which neighbours are alike.
    have, need : ndarray, shape (classes,)
        Weight of respondents, and the weight they are to stand for: the factor is need / have. Classes with
        neither are left out.
    parent : ndarray of int, shape (classes,)
        Classes of different parents never merge.
    minimum : int
        Respondents a class needs.
    limit : float
        Highest factor.
    neighbour : mapping, optional
        Class -> the class it merges with.

    Examples
    --------
    >>> to, log = collapse(np.array([30, 4, 25]), np.array([30.0, 4, 25]), np.array([60.0, 8, 50]), np.zeros(3, int))
    >>> to, log
    (array([0, 2, 2]), (Merge(giver=1, taker=2, n=4, factor=2.0),))
    """
    to = np.arange(len(n))
    n, have, need = n.copy(), have.astype(float), need.astype(float)
    empty = (n == 0) & (need == 0)
    log: list[Merge] = []
    alive, settled = ~empty, np.zeros(len(n), dtype=bool)
    while True:
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.where(have > 0, need / have, np.inf)
        poor = alive & ~settled & ((n < minimum) | (factor > limit))
        if not poor.any():
            return to, tuple(log)
        giver = _worst(np.flatnonzero(poor), n, factor, minimum)
        taker = _neighbour(giver, to, n, alive, parent, neighbour or {})
        if taker is None:
            settled[giver] = True
            log.append(Merge(giver, giver, int(n[giver]), float(factor[giver])))
            continue
        log.append(Merge(giver, taker, int(n[giver]), float(factor[giver])))
        for sums in (n, have, need):
            sums[taker] += sums[giver]
        alive[giver] = False
        to[to == giver] = taker


def _worst(poor: Codes, n: Codes, factor: Floats, minimum: int) -> int:
    few = np.minimum(n[poor], minimum)
    return int(poor[np.lexsort((poor, -factor[poor], few))[0]])


def _neighbour(
    giver: int, to: Codes, n: Codes, alive: npt.NDArray[np.bool_], parent: Codes, stated: Mapping[int, int]
) -> int | None:
    if giver in stated:
        taker = int(to[stated[giver]])
        if taker != giver:
            return taker
    peers = np.flatnonzero(alive & (parent == parent[giver]))
    place = int(np.searchsorted(peers, giver))
    around = [int(peers[i]) for i in (place - 1, place + 1) if 0 <= i < len(peers)]
    return min(around, key=lambda other: (int(n[other]), other)) if around else None
