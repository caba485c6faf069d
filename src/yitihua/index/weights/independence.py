"""Independence weights (独立性权重): an indicator that the others predict less weighs more.

R_j is the multiple correlation of column j with all others; the weight is in proportion to 1 / R_j. It does not
depend on directions, for regression does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yitihua.definitions.methods import Settings
from yitihua.index.weights.components import MISSING, Missing, principal_components
from yitihua.index.weights.method import Siblings, Weighed, WeightMethod
from yitihua.index.weights.notes import fitted, under
from yitihua.index.weights.strength import Floats, columns_of, refuse_columns, to_weights

#: Below it a multiple correlation is rounding, and its reciprocal has no bound.
NOTHING = 1e-8
#: Smallest over largest eigenvalue above which the correlation matrix may be inverted.
_CLEAR = 1e-8
#: R^2 below which 1 - 1 / (C^-1)_jj has too few digits.
_LOST = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class IndependenceWeights:
    """Independence weights and what they were made from.

    Attributes
    ----------
    weights : ndarray, shape (indicators,)
        Sum to 1; 0 for a column that does not vary or has no value.
    multiple : ndarray, shape (indicators,)
        R_j in 0..1; NaN for a column that does not vary.
    used : int
        Units they are from.
    saturated : bool
        Whether there were no more units than columns: then every R is 1 whatever the data.
    equal : bool
        Whether nothing told columns apart, so that they were weighed equally.
    """

    weights: Floats
    multiple: Floats
    used: int
    saturated: bool
    equal: bool


def independence(z: Floats, missing: Missing = "listwise", names: Sequence[str] | None = None) -> IndependenceWeights:
    """Return weights in proportion to the reciprocal of multiple correlations.

    Parameters
    ----------
    z : ndarray, shape (units, indicators)
        NaN missing.
    missing : {"listwise", "pairwise"}
        Take the units without a missing cell, as a regression does, or correlations on the units that a pair
        shares. A column without values does not make a unit incomplete.
    names : sequence of str, optional
        Indicators, for messages.

    Raises
    ------
    InputError
        If some, not all, indicators are uncorrelated with all others, each named: 1 / R has no bound. If too
        few units are left, as `principal_components`.

    Notes
    -----
    A column that does not vary has weight 0 and is no regressor of the others. One column alone, or columns
    that are all uncorrelated, are weighed equally. R grows with the number of columns even where nothing is
    related: from as many units as columns on it is 1 everywhere, which `saturated` says.

    References
    ----------
    SPSSAU help, independence weights: regress each item on the others, take the multiple correlation, and
    scale its reciprocal (SOURCES.md, list of S7). R_j^2 = 1 - 1 / (C^-1)_jj of the correlation matrix C.

    Examples
    --------
    >>> z = np.array([[1.0, 1.1, 3.0], [2.0, 1.9, 1.0], [3.0, 3.2, 2.0], [4.0, 3.9, 4.0], [5.0, 5.1, 1.0]])
    >>> found = independence(z)
    >>> found.multiple.round(4), found.weights.round(4)
    (array([0.9966, 0.9966, 0.234 ]), array([0.1598, 0.1598, 0.6805]))
    """
    found = principal_components(z, missing)
    live = found.live
    multiple = np.full(z.shape[1], np.nan)
    if live.sum() == 1:
        multiple[live] = 0.0
    elif live.any():
        multiple[live] = _multiples(found.vectors[live], found.values)
    nothing = np.isnan(multiple) | (multiple < NOTHING)
    if (live & nothing).any() and not nothing.all():
        refuse_columns(live & nothing, "independence-none", names, multiple)
    strength = np.divide(1.0, multiple, out=np.zeros_like(multiple), where=~nothing)
    weights, equal = to_weights(strength, live, found.columns.seen)
    saturated = bool(live.sum() > 1 and found.used <= live.sum())
    return IndependenceWeights(weights, multiple, found.used, saturated, bool(equal))


def _multiples(vectors: Floats, values: Floats) -> Floats:
    """Return R of every column, from the eigenvectors and eigenvalues of the correlations."""
    squares = np.full(len(vectors), np.nan)
    if values[-1] > _CLEAR * values[0]:
        squares = 1.0 - 1.0 / ((vectors**2) / values).sum(axis=1)
    # Where columns may be combinations of others, each on the space that these span; and where R is so small that
    # the difference from 1 has lost it, and rounding would pass for a correlation above NOTHING.
    slow = ~(squares > _LOST)
    if slow.any():
        r = (vectors * values) @ vectors.T
        squares[slow] = [_multiple(r, j) ** 2 for j in np.flatnonzero(slow).tolist()]
    return np.asarray(np.sqrt(np.clip(squares, 0.0, 1.0)))


def _multiple(r: Floats, j: int) -> float:
    others = np.arange(len(r)) != j
    beta = np.linalg.lstsq(r[np.ix_(others, others)], r[others, j], rcond=1e-10)[0]
    return float(np.sqrt(np.clip(beta @ r[others, j] / r[j, j], 0.0, 1.0)))


def _weigh(siblings: Siblings, settings: Settings) -> Weighed:
    found = independence(siblings.z, settings["missing"], siblings.codes)
    notes = fitted(siblings, columns_of(siblings.z), found.equal)
    if found.saturated:
        zh, en = under(siblings)
        said = f"{zh}之下单位数不多于指标数（{found.used}），复相关系数恒为1"
        notes.append((said, f"{en}: no more units ({found.used}) than children, so every multiple correlation is 1"))
    return Weighed(found.weights, tuple(notes))


METHODS = (
    WeightMethod(
        name="independence",
        words=("独立性权重法", "independence"),
        source="SPSSAU",
        keys=(MISSING,),
        weigh=_weigh,
    ),
)
