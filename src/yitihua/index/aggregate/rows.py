"""What the aggregations share: weights in force in each row, checks of what a caller hands over, ideals.

Missing children are left out and the weights of the others scaled up, so that they sum to 1 in
every row that has a child of positive weight. Whether enough is left is decided by coverage.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import Complaints, Key, Number, Settings
from yitihua.errors import FaultList, refuse

Floats = npt.NDArray[np.float64]
Scale = tuple[float, float]


def checked(x: npt.ArrayLike, weights: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return points as floats, and weights that sum to 1.

    Parameters
    ----------
    x : array_like, shape (..., units, children)
        Points; NaN is missing.
    weights : array_like, shape (children,)
        Finite, 0 or more, not all 0.

    Raises
    ------
    InputError
        If the shapes do not fit, a weight cannot be used, or a point is infinite.

    Examples
    --------
    >>> checked([[1, 2]], [1, 3])[1]
    array([0.25, 0.75])
    """
    values, w = np.asarray(x, dtype=float), np.asarray(weights, dtype=float)
    faults = FaultList()
    if w.ndim != 1 or values.ndim < 2 or values.shape[-1] != w.size:
        faults.add("aggregate-shape", found=str(values.shape), expected=str(w.shape))
    if not np.isfinite(w).all() or (w < 0).any() or not w.sum() > 0:
        faults.add("aggregate-weights", found=", ".join(f"{one:g}" for one in w.ravel()[:12]))
    if np.isinf(values).any():
        faults.add("aggregate-infinite", found=str(int(np.isinf(values).sum())))
    faults.raise_if_any()
    return values, w / w.sum()


def one_of(name: str, found: object, options: Sequence[Any]) -> None:
    """Refuse a choice that does not exist.

    Raises
    ------
    InputError
        If `found` is not among the options.
    """
    if found not in options:
        raise refuse("bad-choice", key=name, found=found, options=" | ".join(str(option) for option in options))


def is_complete(x: Floats) -> bool:
    """Return whether nothing is missing.

    Examples
    --------
    >>> is_complete(np.array([[1.0, 2.0]])), is_complete(np.array([[1.0, np.nan]]))
    (True, False)
    """
    return not (x.size and np.isnan(x.min()))


def in_force(x: Floats, weights: Floats) -> Floats:
    """Return the weights of each row: 0 where a child is missing, NaN where nothing is left.

    Shape (children,) where nothing is missing, otherwise that of `x`.

    Examples
    --------
    >>> in_force(np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, np.nan]]), np.array([0.25, 0.5, 0.25]))
    array([[0.5, 0. , 0.5],
           [nan, nan, nan]])
    """
    if is_complete(x):
        return weights
    kept = np.where(np.isnan(x), 0.0, weights)
    total = kept.sum(axis=-1, keepdims=True)
    return np.asarray(kept / np.where(total == 0, np.nan, total))


def to_scale(share: Floats, scale: Scale) -> Floats:
    """Return shares of 0 to 1 as points.

    Examples
    --------
    >>> to_scale(np.array([0.0, 0.5, 1.0]), (20.0, 120.0))
    array([ 20.,  70., 120.])
    """
    return np.asarray(scale[0] + (scale[1] - scale[0]) * share)


IDEAL = Key(
    "ideal",
    Literal["sample", "scale", "stated"],
    default="sample",
    words=("理想解", "ideals"),
    about="Best and worst points: those of the sample, the ends of the scale, or as stated. Fixed ideals keep ranks.",
)
BEST = Key("best", Number, words=("正理想解", "best"), about='Best points, with ideal = "stated".')
WORST = Key("worst", Number, words=("负理想解", "worst"), about='Worst points, with ideal = "stated".')
POINTS = Key(
    "points",
    Literal["scale", "raw"],
    default="scale",
    words=("得分形式", "points"),
    about="Points on the scale, or results as the method has them (copeland: wins minus losses; ampi: around 100).",
)


def ideals(
    x: Floats, ideal: str, scale: Scale, best: float | Floats | None = None, worst: float | Floats | None = None
) -> tuple[Floats, Floats]:
    """Return the best and the worst points of each child.

    Parameters
    ----------
    x : ndarray, shape (..., units, children)
        The sample; only "sample" looks at it. A child without values has NaN.
    ideal : str
        "sample", "scale" or "stated".
    scale : (float, float)
        Lowest and highest points.
    best, worst : float or ndarray, shape (children,)
        For "stated".

    Raises
    ------
    InputError
        If there is no such choice, or the best points are not above the worst.

    Examples
    --------
    >>> ideals(np.array([[10.0, 40.0], [30.0, np.nan]]), "sample", (0.0, 100.0))
    (array([30., 40.]), array([10., 40.]))
    """
    one_of("ideal", ideal, ("sample", "scale", "stated"))
    children = x.shape[-1]
    if ideal == "sample":
        rows = x.reshape(-1, children)
        if not len(rows):
            return np.full(children, np.nan), np.full(children, np.nan)
        return np.asarray(np.fmax.reduce(rows, axis=0)), np.asarray(np.fmin.reduce(rows, axis=0))
    if ideal == "scale":
        best, worst = scale[1], scale[0]
    if best is None or worst is None or not np.all(np.asarray(best) > np.asarray(worst)):
        raise refuse("aggregate-ideals", found=f"{best}, {worst}")
    return np.broadcast_to(np.asarray(best, float), children).copy(), np.broadcast_to(
        np.asarray(worst, float), children
    ).copy()


def ideals_complaints(settings: Settings) -> Complaints:
    """Return what is wrong with the keys `ideal`, `best` and `worst` of an index file."""
    stated = {key: settings.get(key) for key in ("best", "worst") if key in settings}
    if settings.get("ideal") != "stated":
        return [(key, 'it is only read with ideal = "stated"') for key, value in stated.items() if value is not None]
    found = [(key, 'ideal = "stated" needs it') for key, value in stated.items() if value is None]
    if not found and float(stated["best"] or 0.0) <= float(stated["worst"] or 0.0):
        return [("best", "the best points must be above the worst")]
    return found
