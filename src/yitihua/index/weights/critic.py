"""CRITIC weights: what varies more, and agrees less with the others, weighs more.

With the spread S_j of a column and its conflict R_j = sum_k (1 - r_jk), C_j = S_j R_j and w_j = C_j / sum C.
Correlations are of directed values: taken before the direction is applied they count an agreement of a cost
with a benefit as conflict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from yitihua.definitions.methods import Key, Settings
from yitihua.index.weights.correlation import Correlation, correlations
from yitihua.index.weights.entropy import entropy
from yitihua.index.weights.method import Siblings, Weighed, WeightMethod
from yitihua.index.weights.notes import fitted
from yitihua.index.weights.strength import Columns, Floats, columns_of, standard_deviation, to_weights

Spread = Literal["sd", "entropy"]


@dataclass(frozen=True, slots=True, eq=False)
class CriticWeights:
    """CRITIC weights and what they were made from; arrays have the shape (indicators,) unless stated.

    Attributes
    ----------
    weights : ndarray
        Sum to 1; 0 for a column that does not vary or has no value.
    spread : ndarray
        S_j; 0 for a column that does not vary.
    conflict : ndarray
        R_j; NaN for a column that does not vary.
    correlation : ndarray, shape (indicators, indicators)
        r_jk; NaN with a column that does not vary.
    equal : bool
        Whether there was no conflict to weigh by, so that the columns that vary were weighed equally.
    """

    weights: Floats
    spread: Floats
    conflict: Floats
    correlation: Floats
    equal: bool


def critic(
    z: Floats,
    correlation: Correlation = "pearson",
    absolute: bool = False,
    spread: Spread = "sd",
    names: Sequence[str] | None = None,
) -> CriticWeights:
    """Return CRITIC weights with spread, conflict and correlations.

    Parameters
    ----------
    z : ndarray, shape (units, indicators)
        Directed values on one scale (min-max or goalposts; with z-scores all spreads would be 1); NaN
        missing. Spread is taken over the values a column has, a correlation over the units that both have.
    correlation : {"pearson", "spearman", "kendall", "distance"}
        Kind of r_jk. The distance correlation is never negative.
    absolute : bool
        Whether the conflict is 1 - |r|, as some papers have it: then a contrary indicator adds no conflict.
    spread : {"sd", "entropy"}
        Standard deviation (n - 1), or the divergence 1 - e_j of entropy weights (0 ln 0 = 0).
    names : sequence of str, optional
        Indicators, for messages.

    Returns
    -------
    CriticWeights

    Raises
    ------
    InputError
        If the spread is that of entropy and values are negative.

    Notes
    -----
    A column that does not vary has no correlation: its weight is 0, and it is left out of the conflict of
    the others. A pair that shares no two units is left out too, and the conflict of a column is then scaled
    up to as many pairs as the others have, so that few shared units do not make it weigh less; one that
    shares none at all takes the mean of the others. Where no column has any conflict (one column alone; two
    that agree fully), those that vary are weighed equally.

    References
    ----------
    Diakoulaki, D., Mavrotas, G. and Papayannakis, L. (1995). Determining objective weights in multiple
    criteria problems: the CRITIC method. Computers & Operations Research 22, 763-770. SPSSAU help, CRITIC
    (SOURCES.md, S3); entropy and rank variants as in `mathmodels` by Zhang Jingxin (S8).

    Examples
    --------
    >>> z = np.array([[0.0, 0.0, 1.0], [0.5, 0.4, 0.2], [1.0, 1.0, 0.0]])
    >>> found = critic(z)
    >>> found.conflict.round(3)
    array([1.952, 1.908, 3.846])
    >>> found.weights.round(4)
    array([0.2457, 0.2418, 0.5125])
    """
    columns = columns_of(z)
    r = correlations(z, correlation)
    conflict = _conflict(np.abs(r) if absolute else r, columns)
    s = entropy(z, names=names).divergence if spread == "entropy" else standard_deviation(z, columns)
    s = np.where(columns.live, s, 0.0)
    weights, equal = to_weights(s * np.nan_to_num(conflict), columns.live, columns.seen)
    return CriticWeights(weights, s, conflict, r, bool(equal))


def critic_weights(
    z: Floats, correlation: Correlation = "pearson", absolute: bool = False, spread: Spread = "sd"
) -> Floats:
    """Return CRITIC weights alone; see `critic`.

    Examples
    --------
    >>> critic_weights(np.array([[0.0, 1.0], [0.5, 0.8], [1.0, 0.0]])).round(4)
    array([0.4858, 0.5142])
    """
    return critic(z, correlation, absolute, spread).weights


def _conflict(r: Floats, columns: Columns) -> Floats:
    """Return sum_k (1 - r_jk) over the other columns that vary, NaN for columns that do not."""
    gaps = 1.0 - r
    np.fill_diagonal(gaps, np.nan)
    known = ~np.isnan(gaps)
    pairs = known.sum(axis=1)
    mean = np.where(known, gaps, 0.0).sum(axis=1) / np.maximum(pairs, 1)
    if (lost := columns.live & (pairs == 0)).any() and (pairs > 0).any():
        mean[lost] = mean[pairs > 0].mean()
    return np.where(columns.live, mean * max(int(columns.live.sum()) - 1, 0), np.nan)


def _weigh(siblings: Siblings, settings: Settings) -> Weighed:
    kind, absolute, spread = settings["correlation"], settings["absolute"], settings["spread"]
    found = critic(siblings.z, kind, absolute, spread, siblings.codes)
    return Weighed(found.weights, tuple(fitted(siblings, columns_of(siblings.z), found.equal)))


METHODS = (
    WeightMethod(
        name="critic",
        words=("CRITIC法", "CRITIC"),
        source="Diakoulaki, Mavrotas & Papayannakis 1995",
        keys=(
            Key(
                "correlation",
                Correlation,
                default="pearson",
                words=("相关系数", "correlation"),
                about="Kind of correlation between indicators, taken after the direction is applied.",
            ),
            Key(
                "absolute",
                bool,
                default=False,
                words=("取绝对值", "absolute"),
                about="Whether conflict is 1 - |r|, so that contrary indicators add none.",
            ),
            Key(
                "spread",
                Spread,
                default="sd",
                words=("对比强度", "spread"),
                about="Standard deviation, or the divergence of entropy weights.",
            ),
        ),
        weigh=_weigh,
    ),
)
