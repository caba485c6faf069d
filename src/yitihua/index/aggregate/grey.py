"""Grey relation: how close the row of a unit runs to that of an ideal unit.

xi_k = (d_min + rho d_max) / (d_k + rho d_max), d_k the distance of child k to the reference, d_min and
d_max the smallest and largest distance over all children and units (the two-level extremes); the
grade of relation is the weighted mean of xi (Deng 1982; SOURCES.md section 6). Points share one scale,
so no pre-scaling (by the first value, the mean or the range) is needed or done.

With the top of the scale as reference and the width of the scale as d_max (d_min = 0) nothing is
fitted and no unit's grade depends on another's. With extremes of the sample `fit_grey` keeps them.

The grade lies between rho / (1 + rho), a third for rho = 0.5, and 1: it does not reach the bottom of
the scale. A value beyond the reference counts as having reached it, a distance below d_min as d_min.

Stated answers: a missing child is left out and the weights of the others scaled up; all missing is
NaN; a child never observed in the sample has no reference and is left out; a constant child is at
the reference if that is the sample's best. If every unit is at
the reference in everything (d_max = 0) the grade is 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import Complaints, Key, Settings, Share
from yitihua.errors import refuse
from yitihua.index.aggregate.method import AggregateMethod, Mixture
from yitihua.index.aggregate.rows import (
    BEST,
    IDEAL,
    WORST,
    Scale,
    checked,
    ideals,
    ideals_complaints,
    in_force,
    is_complete,
    one_of,
    to_scale,
)

Floats = npt.NDArray[np.float64]

EXTREMES = ("sample", "scale")


def fit_grey(
    x: npt.ArrayLike,
    ideal: str = "scale",
    extremes: str | None = None,
    scale: Scale = (0.0, 100.0),
    best: float | Floats | None = None,
    worst: float | Floats | None = None,
) -> dict[str, Floats]:
    """Learn the reference and the two-level extremes.

    Parameters
    ----------
    x : array_like, shape (..., units, children)
        Directed points (more is better); NaN is missing.
    ideal : str
        The reference: "scale" (its upper end), "sample" (the best observed) or "stated".
    extremes : str, optional
        "sample" (smallest and largest distance observed) or "scale" (0 and the largest possible);
        as the ideal unless given, "scale" with "stated".
    scale : (float, float)
        Lowest and highest points.
    best, worst : float or ndarray, shape (children,)
        For "stated".

    Returns
    -------
    dict
        "reference", shape (children,), and "extremes", shape (2,): d_min and d_max.

    Raises
    ------
    InputError
        If a choice does not exist or the best points are not above the worst.

    References
    ----------
    Deng (1982), Systems & Control Letters 1:288-294; SOURCES.md section 6.

    Examples
    --------
    >>> fit_grey([[100.0, 80.0], [40.0, 90.0]], ideal="sample")
    {'reference': array([100.,  90.]), 'extremes': array([ 0., 60.])}
    """
    points = np.asarray(x, dtype=float)
    reference, lowest = ideals(points, ideal, scale, best, worst)
    chosen = extremes or ("sample" if ideal == "sample" else "scale")
    one_of("extremes", chosen, EXTREMES)
    if chosen == "scale":
        bottom = lowest if ideal == "stated" else np.full(reference.shape, scale[0])
        # A child never observed has no reference; it cannot have the largest distance.
        width = np.fmax.reduce(reference - bottom)
        return {"reference": reference, "extremes": np.array([0.0, width if width > 0 else 0.0])}
    gaps = np.maximum(reference - points, 0.0)
    seen = gaps[np.isfinite(gaps)]
    return {"reference": reference, "extremes": np.array([seen.min(), seen.max()] if seen.size else [0.0, 0.0])}


def grey_relation(x: npt.ArrayLike, weights: npt.ArrayLike, numbers: Mapping[str, Floats], rho: float = 0.5) -> Floats:
    """Return the weighted grade of grey relation of each row to the reference.

    Parameters
    ----------
    x : array_like, shape (..., units, children)
        Directed points; NaN is missing.
    weights : array_like, shape (children,)
        Need not sum to 1.
    numbers : mapping
        From `fit_grey`.
    rho : float
        The distinguishing coefficient, above 0 and at most 1; the smaller, the more grades differ.

    Returns
    -------
    ndarray, shape (..., units)
        Above 0 and at most 1.

    Raises
    ------
    InputError
        If shapes do not fit, a weight cannot be used or rho is out of range.

    References
    ----------
    Deng (1982); SOURCES.md section 6.

    Examples
    --------
    >>> x = np.array([[100.0, 80.0], [40.0, 90.0]])
    >>> grey_relation(x, [0.5, 0.5], fit_grey(x, ideal="sample"))
    array([0.875     , 0.66666667])
    """
    points, w = checked(x, weights)
    if not 0 < rho <= 1:
        raise refuse("aggregate-range", key="rho", name="rho", found=f"{rho:g}", allowed="0 < rho <= 1")
    nearest, farthest = (float(one) for one in numbers["extremes"])
    reference = numbers["reference"]
    if np.isnan(reference).any():
        points = np.where(np.isnan(reference), np.nan, points)
    gaps = np.maximum(reference - points, nearest)
    if farthest == 0:
        xi = np.where(gaps > 0, 0.0, 1.0)
    else:
        gaps += rho * farthest
        xi = np.divide(nearest + rho * farthest, gaps, out=gaps)
    if is_complete(points):
        return np.asarray(xi @ w)
    return np.asarray((np.where(np.isnan(points), 0.0, xi) * in_force(points, w)).sum(axis=-1))


def _fit(x: Floats, weights: Floats, settings: Settings, scale: Scale) -> Mapping[str, Floats]:
    return fit_grey(x, settings["ideal"], settings["extremes"], scale, settings["best"], settings["worst"])


def _combine(x: Floats, mixture: Mixture) -> Floats:
    return to_scale(grey_relation(x, mixture.weights, mixture.numbers, mixture.settings["rho"]), mixture.scale)


def _check(settings: Settings, scale: Scale) -> Complaints:
    found = ideals_complaints(settings)
    return [*found, ("rho", "it must be above 0")] if settings["rho"] == 0 else found


METHODS = (
    AggregateMethod(
        name="grey",
        words=("灰色关联法", "grey relation"),
        source="Deng 1982",
        keys=(
            replace(IDEAL, default="scale"),
            BEST,
            WORST,
            Key(
                "extremes",
                Literal["sample", "scale"],
                words=("两级极差", "extremes"),
                about="Smallest and largest distance: of the sample, or 0 and the width of the scale; as the ideal.",
            ),
            Key("rho", Share, default=0.5, words=("分辨系数", "rho"), about="The distinguishing coefficient."),
        ),
        check=_check,
        fit=_fit,
        combine=_combine,
    ),
)
