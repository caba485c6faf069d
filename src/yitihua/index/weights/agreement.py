"""How far judges agree: Kendall's coefficient of concordance W."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yitihua.index.weights.strength import Floats


@dataclass(frozen=True, slots=True)
class Concordance:
    """Kendall's W of judges over items.

    Attributes
    ----------
    w : float
        0 (none) to 1 (full agreement), corrected for ties; NaN where every judge ties all items, or where
        there are fewer than two judges or items.
    chi2 : float
        judges (items - 1) W, Friedman's statistic.
    df : int
        items - 1.
    p : float
        From the chi-squared distribution, which is rough below some 7 items.
    judges, items : int
        Those that entered; judges with a missing score are left out.
    """

    w: float
    chi2: float
    df: int
    p: float
    judges: int
    items: int


def kendall_w(scores: Floats) -> Concordance:
    """Return Kendall's W, corrected for ties, with its test.

    Each judge's scores are ranked, ties with their mean rank. With R_j the sum of ranks of item j, S the sum of
    (R_j - mean R)^2, m judges and n items: W = 12 S / (m^2 (n^3 - n) - m sum_i T_i), T_i = sum (t^3 - t) over
    the ties of judge i.

    Parameters
    ----------
    scores : ndarray, shape (judges, items)
        Scores or ranks; NaN missing. A judge with a missing score cannot be ranked and is left out.

    Returns
    -------
    Concordance

    References
    ----------
    Kendall, M. G. and Babington Smith, B. (1939). The problem of m rankings. Annals of Mathematical Statistics
    10, 275-287. Siegel, S. and Castellan, N. J. (1988). Nonparametric statistics for the behavioral sciences.

    Examples
    --------
    >>> found = kendall_w(np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [1.0, 3.0, 2.0]]))
    >>> round(found.w, 4), round(found.chi2, 4), found.df
    (0.7778, 4.6667, 2)
    """
    from scipy.stats import chi2, rankdata

    full = scores[~np.isnan(scores).any(axis=1)]
    m, n = full.shape
    if m < 2 or n < 2:
        return Concordance(np.nan, np.nan, max(n - 1, 0), np.nan, m, n)
    ranks = np.asarray(rankdata(full, axis=1))
    sums = ranks.sum(axis=0)
    spread = float(((sums - sums.mean()) ** 2).sum())
    # sum (t^3 - t) of a judge is sum over items of (t^2 - 1), t the size of the tie the item is in.
    sizes = (ranks[:, :, None] == ranks[:, None, :]).sum(axis=2)
    ties = float((sizes**2 - 1).sum())
    most = m**2 * (n**3 - n) - m * ties
    if most <= 0:
        return Concordance(np.nan, np.nan, n - 1, np.nan, m, n)
    w = 12.0 * spread / most
    statistic = m * (n - 1) * w
    return Concordance(w, statistic, n - 1, float(chi2.sf(statistic, n - 1)), m, n)
