"""Entropy weights (熵权法): an indicator that tells units further apart weighs more.

With p_ij = z_ij / sum_i z_ij, entropy e_j = -(1/ln n) sum_i p_ij ln p_ij, divergence d_j = 1 - e_j and weight
w_j = d_j / sum d_j. n is the number of rows of the column that have a value; in a panel the units of all
periods are rows, so that weights can be compared over the years.

The divergence is Theil's index of the column divided by ln n, and is computed as such: 1 - e_j would lose
all its digits where a column hardly varies. Entropy is not shift invariant, so what is done with values of 0
moves the weights, and ranks; it is an option that is printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import Complaints, Key, PositiveNumber, Settings
from yitihua.errors import refuse
from yitihua.index.weights.method import Siblings, Weighed, WeightMethod
from yitihua.index.weights.notes import fitted
from yitihua.index.weights.strength import Columns, Floats, Mask, columns_of, refuse_columns, to_weights

#: What is done with values of 0; see `entropy`.
ZeroRule = Literal["limit", "shift", "shift_all", "shrink"]
#: What each rule adds, or the margin it keeps, unless stated.
AMOUNTS: dict[str, float] = {"limit": 0.0, "shift": 0.01, "shift_all": 0.0001, "shrink": 0.002}


@dataclass(frozen=True, slots=True, eq=False)
class EntropyWeights:
    """Entropy weights and what they were made from; each array has the shape (..., indicators).

    Attributes
    ----------
    weights : ndarray
        Sum to 1; 0 for a column that does not vary or has no value.
    entropy : ndarray
        e_j: 1 where all values are the same, NaN without a value.
    divergence : ndarray
        d_j = 1 - e_j.
    count : ndarray of int
        Values the column has: the n of its ln n.
    shifted : ndarray
        What was added to the column.
    equal : ndarray of bool, shape (...)
        Whether no column varied, so that all were weighed equally.
    """

    weights: Floats
    entropy: Floats
    divergence: Floats
    count: npt.NDArray[np.int64]
    shifted: Floats
    equal: Mask


def entropy(
    z: Floats, zero: ZeroRule = "limit", amount: float | None = None, names: Sequence[str] | None = None
) -> EntropyWeights:
    """Return entropy weights with the entropy of each column.

    Parameters
    ----------
    z : ndarray, shape (..., units, indicators)
        Directed values, 1 (or 100) best; NaN missing. A missing cell is left out of its column alone.
    zero : {"limit", "shift", "shift_all", "shrink"}
        - limit: 0 ln 0 = 0, the mathematical limit.
        - shift: a column with any value <= 0 gets |min| + `amount` added (SPSSAU's 非负平移; 0.01).
        - shift_all: every column gets `amount` added (0.0001 in many papers, 1 in old texts).
        - shrink: values of the scale 0..1 are drawn together to [`amount`, 1 - `amount`] (0.002). For a
          column that reaches from 0 to 1 it is the rescaling of Zhang's `mathmodels`.
    amount : float, optional
        Above 0; not for ``limit``.
    names : sequence of str, optional
        Indicators, for messages.

    Returns
    -------
    EntropyWeights

    Raises
    ------
    InputError
        If values are still negative under the rule, with every such indicator named: logarithms of
        negative shares do not exist. If the amount is not above 0, or for ``shrink`` not below 0.5.

    Notes
    -----
    A column that does not vary has e = 1 and weight 0, and so has one with a single value; one without
    values has weight 0. If none varies, all that have values are weighed equally and `equal` says so.

    References
    ----------
    Shannon, C. E. (1948). A mathematical theory of communication. SPSSAU help, entropy method (SOURCES.md, S1);
    `mathmodels` by Zhang Jingxin (S8). Theil, H. (1967). Economics and information theory.

    Examples
    --------
    >>> found = entropy(np.array([[0.0, 0.5, 0.7], [0.5, 0.6, 0.7], [1.0, 0.7, 0.7]]))
    >>> found.weights.round(4)
    array([0.9803, 0.0197, 0.    ])
    >>> found.entropy.round(4)
    array([0.5794, 0.9915, 1.    ])
    """
    if amount is not None and not 0 < amount < (0.5 if zero == "shrink" else np.inf):
        raise refuse("entropy-amount", key="amount", found=amount, rule=zero)
    columns = columns_of(z)
    ready, shifted, low = prepared(z, columns, zero, amount)
    if (negative := low < 0).any():
        axes = tuple(range(negative.ndim - 1))
        refuse_columns(negative.any(axis=axes), "entropy-negative", names, found=np.fmin.reduce(low, axis=axes))
    divergence = _divergence(ready, columns, low)
    weights, equal = to_weights(divergence, columns.live, columns.seen)
    divergence = np.where(columns.seen, divergence, np.nan)
    return EntropyWeights(weights, 1.0 - divergence, divergence, columns.count, shifted, equal)


def entropy_weights(z: Floats, zero: ZeroRule = "limit", amount: float | None = None) -> Floats:
    """Return entropy weights alone; see `entropy`.

    Examples
    --------
    >>> entropy_weights(np.array([[1.0, 1.0], [3.0, 2.0]])).round(4)
    array([0.6979, 0.3021])
    """
    return entropy(z, zero, amount).weights


def prepared(z: Floats, columns: Columns, zero: ZeroRule, amount: float | None) -> tuple[Floats, Floats, Floats]:
    """Return values as the zero rule leaves them, what was added to each column, and its smallest value then.

    Returns
    -------
    values : ndarray, shape (..., units, indicators)
    shifted : ndarray, shape (..., indicators)
        0 under ``limit`` and ``shrink``.
    low : ndarray, shape (..., indicators)

    Examples
    --------
    >>> z = np.array([[-1.0, 2.0], [3.0, 4.0]])
    >>> prepared(z, columns_of(z), "shift", None)[:2]
    (array([[0.01, 2.  ],
            [4.01, 4.  ]]), array([1.01, 0.  ]))
    """
    added, low = AMOUNTS[zero] if amount is None else amount, columns.low
    if zero == "limit":
        return z, np.zeros(low.shape), low
    if zero == "shrink":
        gain = 1.0 - 2.0 * added
        return added + gain * z, np.zeros(low.shape), added + gain * low
    reach = np.where(low <= 0, np.abs(low) + added, 0.0)
    shifted = reach if zero == "shift" else np.full(low.shape, added)
    return (z + shifted[..., None, :] if shifted.any() else z), shifted, low + shifted


def _divergence(values: Floats, columns: Columns, low: Floats) -> Floats:
    """Return mean(t ln t) / ln n of each column, t = value / mean of the column; 0 for columns that do not vary."""
    if columns.complete and (low > 0).all() and columns.live.all():
        t = values * (columns.count / values.sum(axis=-2))[..., None, :]
        theil = np.einsum("...ij,...ij->...j", t, np.log(t))
        return np.asarray(np.maximum(theil, 0.0) / (columns.count * np.log(columns.count)))
    filled = values if columns.complete else np.where(np.isnan(values), 0.0, values)
    total = filled.sum(axis=-2)
    usable = columns.live & (total > 0)
    # 1 / mean; a column that is not used is turned to zeros, whose t ln t is 0 like that of a missing cell.
    t = filled * np.divide(columns.count, total, out=np.zeros_like(total), where=usable)[..., None, :]
    # ln 1 = 0 stands in for the logarithm of 0, because 0 times it is the limit of t ln t.
    logs = np.log(added := t + (t == 0), out=added)
    theil = np.einsum("...ij,...ij->...j", t, logs)
    count = np.where(usable, columns.count, 2)
    return np.asarray(np.maximum(theil, 0.0) / (count * np.log(count)))


def _weigh(siblings: Siblings, settings: Settings) -> Weighed:
    found = entropy(siblings.z, settings["zero"], settings["amount"], siblings.codes)
    return Weighed(found.weights, tuple(fitted(siblings, columns_of(siblings.z), found.equal)))


def _check(settings: Settings, scale: tuple[float, float]) -> Complaints:
    amount = settings["amount"]
    if amount is not None and settings["zero"] == "limit":
        return [("amount", 'with zero = "limit" nothing is added')]
    if amount is not None and settings["zero"] == "shrink" and amount >= 0.5:
        return [("amount", "it must be below 0.5")]
    return []


METHODS = (
    WeightMethod(
        name="entropy",
        words=("熵权法", "entropy"),
        source="Shannon 1948; SPSSAU",
        keys=(
            Key(
                "zero",
                ZeroRule,
                default="limit",
                words=("零值处理", "zeros"),
                about="0 ln 0 = 0 (limit); add |min| + amount to columns with values <= 0 (shift), or amount to all "
                "(shift_all); draw points together to amount .. 1 - amount (shrink).",
            ),
            Key(
                "amount",
                PositiveNumber,
                words=("平移量", "amount"),
                about="On points in 0..1: 0.01 for shift, 0.0001 for shift_all, 0.002 for shrink unless stated.",
            ),
        ),
        check=_check,
        weigh=_weigh,
    ),
)
