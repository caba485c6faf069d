"""Dagum's decomposition of the Gini coefficient: within groups, net between them, and their overlap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yitihua.analysis.distribution.gini import gini
from yitihua.analysis.distribution.inputs import Grouping, column, enough, grouping, not_negative, weights_of
from yitihua.analysis.distribution.theil import Groups
from yitihua.indicators.arrays import Floats

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class DagumParts:
    """The Gini coefficient and its three parts.

    Attributes
    ----------
    gini : float
        Of all units, computed by itself; the parts sum to it up to rounding.
    within : float
        Gw, 组内: from differences within groups.
    between : float
        Gnb, 组间净值: from differences between groups' means, net of overlap.
    overlap : float
        Gt, 超变密度: from units of the poorer group that are ahead of units of the richer one.
    groups : tuple of str
    units : ndarray of int, shape (groups,)
        Units with a value.
    mean : ndarray, shape (groups,)
    population_share, value_share : ndarray, shape (groups,)
        p and s: share in units (or people) and in the sum of values.
    pair_gini : ndarray, shape (groups, groups)
        G_jh between two groups; on the diagonal G_jj within one. 0 where all values of both are 0.
    distance : ndarray, shape (groups, groups)
        D_jh, the relative economic affluence: 1 where two groups do not overlap, 0 where their means
        are equal; NaN on the diagonal.
    """

    gini: float
    within: float
    between: float
    overlap: float
    groups: tuple[str, ...]
    units: npt.NDArray[np.intp]
    mean: Floats
    population_share: Floats
    value_share: Floats
    pair_gini: Floats
    distance: Floats

    @property
    def rates(self) -> dict[str, float]:
        """Share of each part in the Gini coefficient; NaN where all values are equal."""
        parts = {"within": self.within, "between": self.between, "overlap": self.overlap}
        return {name: part / self.gini if self.gini > 0 else float("nan") for name, part in parts.items()}

    @property
    def frame(self) -> pd.DataFrame:
        """One row a group: units, mean, shares, its Gini and what it adds to `within`."""
        import pandas as pd

        inside = np.diag(self.pair_gini)
        return pd.DataFrame(
            {
                "group": self.groups,
                "units": self.units,
                "mean": self.mean,
                "population_share": self.population_share,
                "value_share": self.value_share,
                "gini": inside,
                "within": inside * self.population_share * self.value_share,
            }
        )

    @property
    def pairs(self) -> pd.DataFrame:
        """One row a pair of groups, the one with the higher mean first: G_jh, D_jh, and their parts."""
        import pandas as pd

        first, second = np.triu_indices(len(self.groups), 1)
        swap = self.mean[first] < self.mean[second]
        high, low = np.where(swap, second, first), np.where(swap, first, second)
        cross = _cross_shares(self.population_share, self.value_share)[high, low]
        pair, distance = self.pair_gini[high, low], self.distance[high, low]
        return pd.DataFrame(
            {
                "higher": [self.groups[j] for j in high],
                "lower": [self.groups[j] for j in low],
                "gini": pair,
                "distance": distance,
                "between": pair * cross * distance,
                "overlap": pair * cross * (1.0 - distance),
            }
        )


def dagum(y: npt.ArrayLike, groups: Groups, population: npt.ArrayLike | None = None) -> DagumParts:
    """Return the Gini coefficient split in three, and the Gini within and between all groups.

    With p and s a group's shares in units and in values, and for ``mean_j >= mean_h``
    d_jh the mean of ``max(y_ji - y_hr, 0)`` and p_jh of ``max(y_hr - y_ji, 0)`` over all pairs:

    - ``G_jh = (d_jh + p_jh) / (mean_j + mean_h)``, ``D_jh = (d_jh - p_jh) / (d_jh + p_jh)``;
    - ``Gw = sum_j G_jj p_j s_j``;
    - ``Gnb = sum_{j>h} G_jh (p_j s_h + p_h s_j) D_jh``, ``Gt`` the same with ``1 - D_jh``.

    Values are sorted once within each group and looked up once a group: groups x units x log units,
    in the memory of a few columns.

    Parameters
    ----------
    y : array_like, shape (units,)
        Values of 0 or more. NaN: the unit is left out.
    groups : sequence, shape (units,)
        Group of every unit with a value. A group without one does not appear.
    population : array_like, shape (units,), optional
        Then people are compared, each with the mean of its unit.

    Returns
    -------
    DagumParts
        A group of one unit has a Gini of 0. A group of zeros only has a Gini of 0 and a share in
        values of 0; between two such groups G and D are 0. With one group all is within.

    Raises
    ------
    InputError
        If values are negative or infinite, a unit with a value is in no group, no unit has a value,
        or the population will not do.

    References
    ----------
    Dagum (1997), "A new approach to the decomposition of the Gini income inequality ratio",
    Empirical Economics 22.

    Examples
    --------
    >>> parts = dagum([1, 2, 3, 4], ["a", "a", "b", "b"])
    >>> parts.gini, round(parts.within, 10), round(parts.between, 10), round(parts.overlap, 10)
    (0.25, 0.05, 0.2, 0.0)
    """
    values = column(y)
    not_negative(values)
    weight = weights_of(values, population)
    there = np.isfinite(values)
    enough(int(there.sum()), 1, "units with a value", "y")
    cut = grouping(groups, there)
    values, weight = values[there], weight[there]
    whole = float(gini(values, weight))
    people, value = cut.sums(weight), cut.sums(weight * values)
    p, s = (x / x.sum() if x.sum() > 0 else np.zeros_like(x) for x in (people, value))
    mean = np.divide(value, people, out=np.zeros_like(value), where=people > 0)
    pairs = np.outer(people, people)
    ahead = np.divide(_ahead(values, weight, cut), pairs, out=np.zeros_like(pairs), where=pairs > 0)
    apart = ahead + ahead.T
    means = mean[:, None] + mean[None, :]
    pair_gini = np.divide(apart, means, out=np.zeros_like(apart), where=means > 0)
    distance = np.divide(np.abs(ahead - ahead.T), apart, out=np.zeros_like(apart), where=apart > 0)
    upper = np.triu_indices(len(p), 1)
    across = pair_gini[upper] * _cross_shares(p, s)[upper]
    np.fill_diagonal(distance, np.nan)
    return DagumParts(
        whole,
        float((np.diag(pair_gini) * p * s).sum()),
        float((across * distance[upper]).sum()),
        float((across * (1.0 - distance[upper])).sum()),
        cut.labels,
        np.bincount(cut.of, minlength=len(p)),
        mean, p, s, pair_gini, distance,
    )  # fmt: skip


def _cross_shares(p: Floats, s: Floats) -> Floats:
    """Return p_j s_h + p_h s_j."""
    crossed = np.outer(p, s)
    return np.asarray(crossed + crossed.T)


def _ahead(y: Floats, weight: Floats, cut: Grouping) -> Floats:
    """Return the sums over pairs of ``w_i w_r max(y_i - y_r, 0)``, i in the row's group, r in the column's."""
    count = len(cut.labels)
    order = np.lexsort((y, cut.of))
    y, weight, of = y[order], weight[order], cut.of[order]
    edges = np.searchsorted(of, np.arange(count + 1))
    # Moved to the middle: only differences matter, and sums of smaller numbers round less.
    y = y - y.mean()
    found = np.empty((count, count))
    for h in range(count):
        own = slice(edges[h], edges[h + 1])
        below = np.searchsorted(y[own], y, side="right")
        heads = np.concatenate([[0.0], np.cumsum(weight[own])])[below]
        sums = np.concatenate([[0.0], np.cumsum(weight[own] * y[own])])[below]
        lead = np.maximum(y * heads - sums, 0.0)
        found[:, h] = np.bincount(of, weights=weight * lead, minlength=count)
    return found
