"""Weights by spread alone: coefficient of variation (变异系数法) and standard deviation.

V_j = s_j / |mean_j| and w_j = V_j / sum V, s_j the standard deviation (n - 1). The coefficient is a property of
ratio scales: moving the origin changes it, so min-max first gives other weights than raw positive values do.
SPSSAU's 信息量权重 is the same quantity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from yitihua.definitions.methods import Key, Settings
from yitihua.index.weights.method import Siblings, Weighed, WeightMethod
from yitihua.index.weights.notes import fitted, under
from yitihua.index.weights.strength import Floats, Mask, columns_of, refuse_columns, standard_deviation, to_weights

#: A standard deviation above this share of the mean is no rounding.
_CLEARLY = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class VariationWeights:
    """Weights by variation and what they were made from; arrays have the shape (..., indicators).

    Attributes
    ----------
    weights : ndarray
        Sum to 1; 0 for a column that does not vary or has no value.
    mean, sd : ndarray
        Of the values the column has; NaN without any.
    coefficient : ndarray
        sd / mean; 0 where the column does not vary, NaN without a value.
    equal : ndarray of bool, shape (...)
        Whether no column varied, so that all were weighed equally.
    """

    weights: Floats
    mean: Floats
    sd: Floats
    coefficient: Floats
    equal: Mask


def variation(z: Floats, names: Sequence[str] | None = None) -> VariationWeights:
    """Return weights in proportion to coefficients of variation.

    Parameters
    ----------
    z : ndarray, shape (..., units, indicators)
        Raw positive values of ratio scales, or directed points; NaN missing. A missing cell is left out of
        its column alone.
    names : sequence of str, optional
        Indicators, for messages.

    Returns
    -------
    VariationWeights

    Raises
    ------
    InputError
        If the mean of a column that varies is 0 or less, with every such indicator named: relative to it
        a spread means nothing, and |mean| near 0 would give all weight to that column.

    Notes
    -----
    A column that does not vary, one of zeros included, has weight 0; so has one without values. If none
    varies, all that have values are weighed equally and `equal` says so.

    References
    ----------
    SPSSPRO help, coefficient of variation (SOURCES.md, S7); `cv_weight` of `mathmodels` (S8), which
    refuses any value <= 0, where only the mean matters.

    Examples
    --------
    >>> found = variation(np.array([[10.0, 5.0], [20.0, 10.0], [15.0, 8.0]]))
    >>> found.coefficient.round(4), found.weights.round(4)
    (array([0.3333, 0.3283]), array([0.5038, 0.4962]))
    """
    columns = columns_of(z)
    total = z.sum(axis=-2) if columns.complete else np.where(np.isnan(z), 0.0, z).sum(axis=-2)
    mean = np.where(columns.seen, total / np.maximum(columns.count, 1), np.nan)
    live = columns.live
    if (bad := live & (mean <= 0)).any():
        axes = tuple(range(bad.ndim - 1))
        refuse_columns(bad.any(axis=axes), "variation-mean", names, found=np.fmin.reduce(mean, axis=axes))
    sd = standard_deviation(z, columns)
    coefficient = np.divide(sd, mean, out=np.zeros_like(sd), where=live)
    weights, equal = to_weights(coefficient, live, columns.seen)
    missing = ~columns.seen
    return VariationWeights(weights, mean, np.where(missing, np.nan, sd), np.where(missing, np.nan, coefficient), equal)


def variation_weights(z: Floats) -> Floats:
    """Return weights by coefficient of variation alone; see `variation`.

    Examples
    --------
    >>> variation_weights(np.array([[1.0, 1.0], [3.0, 2.0]]))
    array([0.6, 0.4])
    """
    return variation(z).weights


def sd_weights(z: Floats) -> Floats:
    """Return weights in proportion to standard deviations (n - 1) of values on one scale.

    Parameters
    ----------
    z : ndarray, shape (..., units, indicators)
        Points; NaN missing, left out of its column alone. Columns that do not vary have weight 0; if none
        varies, all that have values are weighed equally.

    Returns
    -------
    ndarray, shape (..., indicators)

    References
    ----------
    Diakoulaki et al. (1995), who compare it with CRITIC.

    Examples
    --------
    >>> sd_weights(np.array([[0.0, 0.2], [1.0, 0.4]])).round(4)
    array([0.8333, 0.1667])
    """
    if z.shape[-2] > 1:
        # Where all cells are there and every column clearly varies, nothing else has to be looked at.
        # (`np.add.reduce` is what `mean` and `sum` call, without their microseconds.)
        mean = np.add.reduce(z, axis=-2) / z.shape[-2]
        centred = z - mean[..., None, :]
        sd = np.sqrt(np.einsum("...ij,...ij->...j", centred, centred) / (z.shape[-2] - 1))
        if (sd > _CLEARLY * np.abs(mean)).all():
            return np.asarray(sd / np.add.reduce(sd, axis=-1, keepdims=True))
    columns = columns_of(z)
    return to_weights(standard_deviation(z, columns), columns.live, columns.seen)[0]


def _weigh(siblings: Siblings, settings: Settings) -> Weighed:
    notes = []
    raw = settings["values"] == "raw"
    if raw and np.isnan(siblings.raw).all(axis=0).any():
        # Nodes have points but no raw values, and the two cannot be compared.
        raw = False
        zh, en = under(siblings)
        notes.append(
            (f"{zh}之下有的没有原始值，变异系数按得分计算", f"{en}: not all have raw values, so points were used")
        )
    values = siblings.raw if raw else siblings.z
    found = variation(values, siblings.codes)
    return Weighed(found.weights, (*notes, *fitted(siblings, columns_of(values), found.equal)))


def _weigh_sd(siblings: Siblings, settings: Settings) -> Weighed:
    columns = columns_of(siblings.z)
    weights, equal = to_weights(standard_deviation(siblings.z, columns), columns.live, columns.seen)
    return Weighed(weights, tuple(fitted(siblings, columns, equal)))


METHODS = (
    WeightMethod(
        name="cv",
        words=("变异系数法", "coefficient of variation"),
        source="SPSSPRO; SOURCES.md section 3",
        keys=(
            Key(
                "values",
                Literal["points", "raw"],
                default="points",
                words=("取值", "values"),
                about="Points of the scale, or raw values before treatment, which must have a mean above 0.",
            ),
        ),
        weigh=_weigh,
    ),
    WeightMethod(
        name="sd",
        words=("标准差法", "standard deviation"),
        source="Diakoulaki, Mavrotas & Papayannakis 1995",
        weigh=_weigh_sd,
    ),
)
