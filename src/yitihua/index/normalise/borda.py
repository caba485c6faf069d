"""Borda points: how many units of the sample a unit beats.

COINr ``n_borda`` is ``rank(x, ties.method = "min") - 1``; its argument ``ties.method`` is not passed on (COINr,
R/normalise.R, n_borda, n_rank and n_prank alike), so that ties always share the lower rank. Here the rule for
ties is an option. COINr's ``n_prank`` is `percentile_rank`: (rank - 1) / (n - 1) with ties at the lower rank.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from yitihua.definitions.methods import Key, Settings
from yitihua.index.normalise.affine import Floats
from yitihua.index.normalise.method import Mask, NormaliseMethod, Sample, Scale
from yitihua.index.normalise.standard import sorted_sample
from yitihua.index.recipe import Normalisation

Ties = Literal["min", "average", "max"]


def borda(x: Floats, reference: Floats, positive: bool, ties: Ties = "min") -> Floats:
    """Return how many values of a sample each value is better than.

    Parameters
    ----------
    x : ndarray
        One indicator, any shape; NaN stays NaN.
    reference : ndarray, shape (k,)
        Sorted values of the fitted sample, without NaN.
    positive : bool
        Whether more is better.
    ties : {"min", "average", "max"}
        What the others that are as good count: 0, 1/2 or 1 each. On the sample itself the points are
        ``rank(x, ties.method = ties) - 1`` of R.

    Returns
    -------
    ndarray
        0 (the worst) to k - 1; a later value better than the whole sample gets k. NaN for an empty sample.

    Examples
    --------
    >>> x = np.array([5.0, 5.0, 1.0, np.nan])
    >>> borda(x, np.array([1.0, 5.0, 5.0]), True)
    array([ 1.,  1.,  0., nan])
    >>> borda(x, np.array([1.0, 5.0, 5.0]), True, "average")
    array([1.5, 1.5, 0. , nan])
    """
    if len(reference) == 0:
        return np.full(np.shape(x), np.nan)
    below = np.searchsorted(reference, x, side="left").astype(float)
    up_to = np.searchsorted(reference, x, side="right")
    worse = below if positive else float(len(reference)) - up_to
    # A unit of the sample is one of those that are as good as itself; a later unit may have no equal.
    others = np.maximum(up_to - below - 1.0, 0.0)
    points = worse + {"min": 0.0, "average": 0.5, "max": 1.0}[ties] * others
    return np.where(np.isnan(x), np.nan, points)


def _fit(sample: Sample, settings: Settings) -> Normalisation:
    return Normalisation("borda", reference=sorted_sample(sample))


def _apply(x: Floats, n: Normalisation, positive: bool, scale: Scale) -> tuple[Floats, Mask]:
    ties = dict(n.settings).get("ties", "min")
    return borda(x, np.array(n.reference), positive, ties), np.zeros(np.shape(x), dtype=bool)


def _always(settings: Settings) -> bool:
    return True


METHODS = (
    NormaliseMethod(
        name="borda",
        words=("博尔达分", "Borda points"),
        keys=(
            Key(
                "ties",
                Ties,
                "min",
                words=("并列", "ties"),
                about="Equal values share the lowest (COINr), the average or the highest of their ranks.",
            ),
        ),
        source="COINr n_borda",
        fit=_fit,
        apply=_apply,
        off_scale=_always,
    ),
)
