"""TOPSIS: how near a unit is to the best points and how far from the worst.

C = D- / (D+ + D-), where D+ and D- are distances to the ideal and the anti-ideal (Hwang & Yoon
1981). `fit_topsis` learns norms and ideals from a sample; `topsis` looks at each row alone.

Conventions that move ranks, so that each is an option:

- weights: in the matrix, so that w^2 stands in the square (Hwang & Yoon), or in the distance,
  sqrt(sum w d^2) (several Chinese texts);
- ideals: of the sample, then a unit that leaves can reverse the ranks of others; or fixed, then
  it cannot as long as the norms are fixed as well.

A value beyond an ideal counts as having reached it: otherwise a unit better than the ideal would
be away from it. Within the sample the ideals were fitted to there is none.

Stated answers: a missing child is left out (the weights of the others are scaled up, which C does
not feel); a child that is constant in the sample (best = worst) tells nothing and is left out;
where nothing is left D+ = D- = 0 and there is no score (NaN).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import Complaints, Key, Settings
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
    is_complete,
    one_of,
    to_scale,
)

Floats = npt.NDArray[np.float64]

NORMS = ("vector", "minmax", "sum", "none")
WEIGHTS_IN = ("matrix", "distance")
METRICS = ("euclidean", "cityblock")


def fit_topsis(
    x: npt.ArrayLike,
    normalise: str = "vector",
    ideal: str = "sample",
    scale: Scale = (0.0, 100.0),
    best: float | Floats | None = None,
    worst: float | Floats | None = None,
) -> dict[str, Floats]:
    """Learn what TOPSIS needs from a sample.

    Parameters
    ----------
    x : array_like, shape (..., units, children)
        Directed points (more is better); NaN is missing.
    normalise : str
        What a child is divided by: "vector" (root of its sum of squares), "minmax" (its range),
        "sum" (its sum; points of 0 or more), or "none" (points as they are).
    ideal : str
        "sample" (best and worst observed), "scale" (the ends of the scale) or "stated".
    scale : (float, float)
        Lowest and highest points, for "scale".
    best, worst : float or ndarray, shape (children,)
        For "stated".

    Returns
    -------
    dict
        "norm", "best", "worst", each ndarray, shape (children,). Best and worst are points; a norm
        that cannot be divided by (a child that is 0 throughout, constant under "minmax", or never
        observed) is NaN.

    Raises
    ------
    InputError
        If a choice does not exist, the best points are not above the worst, or "sum" meets
        negative points.

    References
    ----------
    Hwang & Yoon (1981), Multiple Attribute Decision Making; SOURCES.md section 5.

    Examples
    --------
    >>> fit_topsis([[3.0, 1.0], [4.0, 3.0]])["norm"].round(4)
    array([5.    , 3.1623])
    """
    points = np.asarray(x, dtype=float)
    one_of("normalise", normalise, NORMS)
    rows = points.reshape(-1, points.shape[-1])
    top, bottom = ideals(points, ideal, scale, best, worst)
    seen = np.where(np.isnan(rows), 0.0, rows)
    if normalise == "vector":
        norm = np.sqrt(np.einsum("ij,ij->j", seen, seen))
    elif normalise == "minmax":
        high, low = ideals(points, "sample", scale)
        norm = high - low
    elif normalise == "sum":
        if (seen < 0).any():
            raise refuse("aggregate-negative", found=f"{seen.min():g}", name='topsis, normalise = "sum"')
        norm = seen.sum(axis=0)
    else:
        norm = np.ones(rows.shape[1])
    return {"norm": np.where(norm > 0, norm, np.nan), "best": top, "worst": bottom}


def topsis(
    x: npt.ArrayLike,
    weights: npt.ArrayLike,
    numbers: Mapping[str, Floats],
    weights_in: str = "matrix",
    metric: str = "euclidean",
) -> Floats:
    """Return the relative closeness C of each row.

    Parameters
    ----------
    x : array_like, shape (..., units, children)
        Directed points on the scale the numbers were fitted on; NaN is missing.
    weights : array_like, shape (children,)
        Need not sum to 1.
    numbers : mapping
        From `fit_topsis`.
    weights_in : str
        "matrix" (Hwang & Yoon) or "distance". With "cityblock" the two are the same.
    metric : str
        "euclidean" or "cityblock".

    Returns
    -------
    ndarray, shape (..., units)
        Between 0 (the worst points in everything) and 1 (the best); NaN without a child that tells units apart.

    Raises
    ------
    InputError
        If shapes do not fit, a weight cannot be used or a choice does not exist.

    References
    ----------
    Hwang & Yoon (1981), Multiple Attribute Decision Making; SOURCES.md section 5.

    Examples
    --------
    >>> x = np.array([[0.0, 50.0], [100.0, 0.0], [50.0, 100.0]])
    >>> topsis(x, [0.5, 0.5], fit_topsis(x, "none")).round(4)
    array([0.309, 0.5  , 0.691])
    """
    points, w = checked(x, weights)
    one_of("weights_in", weights_in, WEIGHTS_IN)
    one_of("metric", metric, METRICS)
    best, worst, norm = numbers["best"], numbers["worst"], numbers["norm"]
    tells = (best > worst) & (norm > 0) & (w > 0)
    if not tells.all():
        points, best, worst, norm, w = points[..., tells], best[tells], worst[tells], norm[tells], w[tells]
    power = 1 if metric == "cityblock" else 2
    stretch = (w / norm) ** power if weights_in == "matrix" else w / norm**power
    within = np.clip(points, worst, best)
    to_best, to_worst = best - within, within - worst
    if not is_complete(within):
        gone = np.isnan(within)
        to_best[gone] = to_worst[gone] = 0.0
    if metric == "euclidean":
        far, near = (
            np.sqrt(np.square(to_best, out=to_best) @ stretch),
            np.sqrt(np.square(to_worst, out=to_worst) @ stretch),
        )
    else:
        far, near = to_best @ stretch, to_worst @ stretch
    total = far + near
    return np.asarray(near / np.where(total > 0, total, np.nan))


def _norm(settings: Settings) -> str:
    """Norms of the sample belong to ideals of the sample: with fixed ideals they would let ranks reverse."""
    stated = settings.get("normalise")
    return str(stated) if stated else ("vector" if settings["ideal"] == "sample" else "none")


def _fit(x: Floats, weights: Floats, settings: Settings, scale: Scale) -> Mapping[str, Floats]:
    return fit_topsis(x, _norm(settings), settings["ideal"], scale, settings["best"], settings["worst"])


def _combine(x: Floats, mixture: Mixture) -> Floats:
    settings = mixture.settings
    found = topsis(x, mixture.weights, mixture.numbers, settings["weights_in"], settings["metric"])
    return to_scale(found, mixture.scale)


def _check(settings: Settings, scale: Scale) -> Complaints:
    complaints = ideals_complaints(settings)
    if settings["metric"] == "cityblock" and settings["weights_in"] != "matrix":
        complaints.append(("weights_in", 'with metric = "cityblock" it makes no difference'))
    return complaints


METHODS = (
    AggregateMethod(
        name="topsis",
        words=("TOPSIS法", "TOPSIS"),
        source="Hwang & Yoon 1981",
        keys=(
            Key(
                "normalise",
                Literal["vector", "minmax", "sum", "none"],
                words=("规范化", "normalisation"),
                about="Divisor of a child: unless stated vector with ideals of the sample, none with fixed ones.",
            ),
            IDEAL,
            BEST,
            WORST,
            Key(
                "weights_in",
                Literal["matrix", "distance"],
                default="matrix",
                words=("权重位置", "weights in"),
                about="Weights multiply the matrix (w^2 in the square) or the squares in the distance.",
            ),
            Key(
                "metric",
                Literal["euclidean", "cityblock"],
                default="euclidean",
                words=("距离", "distance"),
                about="Distance to the ideals.",
            ),
        ),
        check=_check,
        fit=_fit,
        combine=_combine,
    ),
)
