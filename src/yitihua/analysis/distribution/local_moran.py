"""Local Moran's I: which units stand among their like (hot and cold spots) and which stand out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from yitihua.analysis.distribution.inputs import choice
from yitihua.analysis.distribution.moran import (
    ALTERNATIVES,
    TIE,
    Alternative,
    Islands,
    Ready,
    checked_permutations,
    normal_p,
    prepare,
    shuffled,
    tail_p,
)
from yitihua.analysis.distribution.neighbours import Neighbours
from yitihua.errors import refuse
from yitihua.indicators.arrays import Floats, Remark, Words

if TYPE_CHECKING:
    import pandas as pd

Correction = Literal["bh", "by", "bonferroni", "none"]
CORRECTIONS: tuple[Correction, ...] = ("bh", "by", "bonferroni", "none")

#: High or low, with neighbours that are; in Chinese.
QUADRANTS = {"HH": "高—高集聚", "LH": "低值被高值包围", "LL": "低—低集聚", "HL": "高值被低值包围"}


@dataclass(frozen=True, slots=True, eq=False)
class LocalMoran:
    """Local Moran's I of every unit. All arrays are over the units of y; NaN and "" where one has none.

    Attributes
    ----------
    statistic : ndarray, shape (units,)
        ``I_i = (z_i / m2) sum_j w_ij z_j`` with ``m2 = sum z^2 / n``: they sum to S0 times the global I.
        PySAL divides by n - 1 in place of n.
    z, lag : ndarray, shape (units,)
        Value less the mean, and the weighted sum (mean, where standardised) over neighbours.
    quadrant : ndarray of str, shape (units,)
        HH, LH, LL, HL: own value, then neighbours, above 0 or not.
    expected, variance : ndarray, shape (units,)
        Given the unit's own value, all others placed at random (Sokal, Oden & Thomson 1998).
    p_normal : ndarray, shape (units,)
        From these, by the normal approximation, rough with few neighbours; NaN for a unit at the mean.
    p : ndarray, shape (units,)
        By conditional permutations.
    p_adjusted : ndarray, shape (units,)
        p corrected for testing all units at once.
    correction, alternative : str
    permutations : int
    islands : tuple of int
        Rows that have a value and no neighbour with one: no quadrant, no p.
    islands_kept : bool
    left_out : int
        Units without a value.
    rule : (str, str)
        Of the neighbours, in Chinese and English.
    """

    statistic: Floats
    z: Floats
    lag: Floats
    quadrant: Words
    expected: Floats
    variance: Floats
    p_normal: Floats
    p: Floats
    p_adjusted: Floats
    correction: str
    alternative: str
    permutations: int
    islands: tuple[int, ...]
    islands_kept: bool
    left_out: int
    rule: Remark

    def clusters(self, level: float = 0.05) -> Words:
        """Return the quadrant of units whose corrected p is at most a level, "" for all others.

        The least p of R permutations is 1/(R + 1), two-sided 2/(R + 1). Corrected over n units a lone
        hot spot cannot pass at 0.05 unless that is below 0.05/n: take more permutations for many units.
        """
        if not 0 < level < 1:
            raise refuse("number-range", key="level", found=f"{level:g}", low="0", high="1")
        with np.errstate(invalid="ignore"):
            return np.where(self.p_adjusted <= level, self.quadrant, "")

    @property
    def frame(self) -> pd.DataFrame:
        """One row a unit."""
        import pandas as pd

        names = ("z", "lag", "statistic", "quadrant", "p", "p_adjusted", "p_normal")
        return pd.DataFrame({name: getattr(self, name) for name in names})


def local_moran(
    y: npt.ArrayLike,
    neighbours: Neighbours,
    *,
    standardise: bool = True,
    islands: Islands = "keep",
    permutations: int = 999,
    seed: int | np.random.Generator = 0,
    alternative: Alternative = "two-sided",
    correction: Correction = "bh",
) -> LocalMoran:
    """Return the local Moran's I of every unit, with p by conditional permutations.

    Conditional: a unit keeps its value while all others change places. One permutation of all units
    serves every unit: where it puts the unit's own value at a neighbour's place, the two that moved
    are put back, which leaves each permutation of the others as likely as any (so all units' p are of
    the same draws, as in PySAL).

    Parameters
    ----------
    y, neighbours, standardise, islands, permutations, seed
        As in `yitihua.analysis.distribution.moran.moran`. An island that is kept counts in the mean
        and variance, has an I of 0, and no p.
    alternative : {"two-sided", "greater", "less"}
        Greater: alike neighbours only. PySAL's `p_sim` is the smaller tail: half of two-sided.
    correction : {"bh", "by", "bonferroni", "none"}
        For testing all units: Benjamini & Hochberg (1995), the share of false findings; Benjamini &
        Yekutieli (2001), the same under any dependence; Bonferroni; or none.

    Returns
    -------
    LocalMoran

    Raises
    ------
    InputError
        If fewer than 3 units have a value, all are equal, no two are neighbours, or an option is unknown.

    References
    ----------
    Anselin (1995), "Local indicators of spatial association: LISA".

    Examples
    --------
    >>> from yitihua.analysis.distribution.neighbours import adjacency
    >>> row = adjacency("abcdef", list(zip("abcde", "bcdef")))
    >>> local_moran([1, 1, 2, 9, 9, 9], row).quadrant.tolist()
    ['LL', 'LL', 'LL', 'HH', 'HH', 'HH']
    """
    choice(alternative, ALTERNATIVES, "alternative")
    choice(correction, CORRECTIONS, "correction")
    checked_permutations(permutations)
    ready = prepare(y, neighbours, standardise, islands)
    z, lag = ready.z, ready.matrix @ ready.z
    m2 = float(z @ z) / len(z)
    statistic = z * lag / m2
    alone = np.isin(ready.rows, ready.islands)
    expected, variance = _moments(ready, m2)
    settled = (variance <= TIE * (z / m2) ** 2 * m2) | alone
    score = np.divide(statistic - expected, np.sqrt(variance), out=np.full(len(z), np.nan), where=~settled)
    p = np.full(len(z), np.nan)
    if permutations:
        above, below = _extremes(ready, lag, permutations, seed)
        p = np.where(alone, np.nan, tail_p(above, below, permutations, alternative))
    quadrant = np.where(z > 0, np.where(lag > 0, "HH", "HL"), np.where(lag > 0, "LH", "LL")).astype(object)
    quadrant[alone] = ""
    whole = [_spread(x, ready.rows, neighbours.n) for x in (statistic, z, lag, expected, variance)]
    words = np.full(neighbours.n, "", dtype=object)
    words[ready.rows] = quadrant
    p_normal, p, adjusted = (
        _spread(x, ready.rows, neighbours.n) for x in (normal_p(score, alternative), p, corrected(p, correction))
    )
    return LocalMoran(
        whole[0], whole[1], whole[2], words, whole[3], whole[4], p_normal, p, adjusted, correction, alternative,
        permutations, ready.islands, islands == "keep", ready.left_out, neighbours.rule,
    )  # fmt: skip


def corrected(p: npt.ArrayLike, correction: Correction = "bh") -> Floats:
    """Return p corrected for as many tests as there are p; NaN stays NaN and counts for none.

    Examples
    --------
    >>> corrected([0.01, 0.04, float("nan")]).tolist()
    [0.02, 0.04, nan]
    """
    from scipy.stats import false_discovery_control

    choice(correction, CORRECTIONS, "correction")
    found = np.array(p, dtype=float)
    there = np.isfinite(found)
    if correction == "bonferroni":
        found[there] = np.minimum(found[there] * there.sum(), 1.0)
    elif correction != "none" and there.any():
        found[there] = false_discovery_control(found[there], method=correction)
    return found


def _moments(ready: Ready, m2: float) -> tuple[Floats, Floats]:
    """Return mean and variance of each I_i given z_i: sampling others without replacement.

    The n - 1 others have the mean -z_i/(n - 1) and the variance n/(n - 1) (m2 - z_i^2/(n - 1)).
    """
    z, n, w = ready.z, len(ready.z), ready.sparse
    sums = np.asarray(w.sum(axis=1)).ravel()
    squares = np.asarray((w * w).sum(axis=1)).ravel()
    expected = -(z**2) * sums / ((n - 1) * m2)
    others = np.maximum(m2 - z**2 / (n - 1), 0.0)
    spread = np.maximum(squares - sums**2 / (n - 1), 0.0)
    return expected, (z / m2) ** 2 * n / (n - 2) * spread * others


def _extremes(
    ready: Ready, lag: Floats, permutations: int, seed: int | np.random.Generator
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return in how many conditional permutations I_i is at least as high, and at least as low."""
    z, n = ready.z, len(ready.z)
    links = ready.sparse.tocoo()
    full = isinstance(ready.matrix, np.ndarray)
    above, below = np.zeros(n, dtype=np.intp), np.zeros(n, dtype=np.intp)
    own = z * lag
    tie = TIE * np.abs(z) * np.abs(z).max() * np.asarray(ready.sparse.sum(axis=1)).ravel()
    high, low = (own - tie)[:, None], (own + tie)[:, None]
    for order in shuffled(np.arange(n), permutations, seed):
        zs = np.ascontiguousarray(z[order].T)
        lags = ready.matrix @ zs
        if full:
            home = np.argsort(order, axis=1)  # where the value of each unit went
            weight = np.take_along_axis(ready.matrix, home.T, axis=1)
            lags += weight * (zs - z[:, None])
        else:
            draw, link = np.nonzero(order[:, links.col] == links.row)
            unit = links.row[link]
            np.add.at(lags, (unit, draw), links.data[link] * (zs[unit, draw] - z[unit]))
        found = z[:, None] * lags
        above += (found >= high).sum(axis=1)
        below += (found <= low).sum(axis=1)
    return above, below


def _spread(x: Floats, rows: npt.NDArray[np.intp], units: int) -> Floats:
    """Return an array over all units, NaN for those that are not used."""
    found = np.full(units, np.nan)
    found[rows] = x
    return found
