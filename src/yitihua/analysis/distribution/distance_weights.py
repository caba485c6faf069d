"""Weights that fall with distance: on the map, or in how alike units are economically."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from yitihua.analysis.distribution.distances import Metric, all_distances, lengths, points_of, straight_of, tree_of
from yitihua.analysis.distribution.inputs import Index, column, enough
from yitihua.analysis.distribution.neighbours import Neighbours, above_nothing, around, matrix_of
from yitihua.errors import listing, refuse
from yitihua.indicators.arrays import Floats


def inverse_distance(
    coordinates: npt.ArrayLike,
    *,
    power: float = 1.0,
    within: float | None = None,
    least: float | None = None,
    metric: Metric = "great-circle",
) -> Neighbours:
    """Return weights ``d_ij^-power``; power 0 makes all units within a distance count the same.

    Parameters
    ----------
    coordinates : array_like, shape (units, 2)
        As in `k_nearest`.
    power : float
        0 or more.
    within : float, optional
        Largest distance of neighbours, in km (on a plane: its unit); default: all units are neighbours,
        a full matrix. Units with nobody within it are islands.
    least : float, optional
        Smaller distances count as this one. Needed where two units lie at one point.
    metric : {"great-circle", "plane"}

    Returns
    -------
    Neighbours
        Symmetric.

    Raises
    ------
    InputError
        If coordinates are missing or out of range, two units lie at one point and `least` is not given,
        or power, within or least will not do.

    Examples
    --------
    >>> found = inverse_distance([[0, 0], [0, 2], [0, 10]], within=5, metric="plane")
    >>> found.matrix.toarray().tolist(), found.islands
    ([[0.0, 0.5, 0.0], [0.5, 0.0, 0.0], [0.0, 0.0, 0.0]], (2,))
    """
    above_nothing(within, "within")
    points = points_of(coordinates, metric)
    if within is None:
        rows, columns = np.nonzero(~np.eye(len(points), dtype=bool))
        distance = all_distances(points, metric)[rows, columns]
    else:
        rows, columns, straight = around(tree_of(points), points, straight_of(within, metric))
        distance = lengths(straight, metric)
    weight = _inverse(distance, rows, columns, power, least)
    matrix = matrix_of(weight, rows, columns, len(points))
    limit = ("", "") if within is None else (f"，{within:g}以内", f", within {within:g}")
    return Neighbours(
        matrix, (f"距离的{power:g}次方的倒数{limit[0]}", f"inverse distance to the power {power:g}{limit[1]}")
    )


def economic_distance(
    values: npt.ArrayLike, *, least: float | None = None, nearness: Neighbours | None = None
) -> Neighbours:
    """Return weights ``1 / |x_i - x_j|``: units that are alike in x count as near.

    Parameters
    ----------
    values : array_like, shape (units,)
        What units are compared by, such as mean GDP per head over the years. It must not be what is
        tested, or neighbours are alike by construction.
    least : float, optional
        Smaller differences count as this one. Needed where two units have the same value.
    nearness : Neighbours, optional
        Multiplies the weights, entry by entry: such as those of `inverse_distance`, for a matrix of
        economy and geography.

    Returns
    -------
    Neighbours
        Symmetric where `nearness` is.

    Raises
    ------
    InputError
        If a value is missing, two are the same and `least` is not given, or there are fewer than 2.

    Examples
    --------
    >>> economic_distance([1, 3, 7]).matrix.toarray().round(3).tolist()
    [[0.0, 0.5, 0.167], [0.5, 0.0, 0.25], [0.167, 0.25, 0.0]]
    """
    x = column(values, "values")
    enough(int(np.isfinite(x).sum()), len(x), "units with a value", "values")
    if nearness is not None and nearness.n != len(x):
        shapes = {"found": f"({nearness.n},)", "expected": f"({len(x)},)"}
        raise refuse("distribution-shape", key="nearness", name="nearness", **shapes)
    rows, columns = np.nonzero(~np.eye(len(x), dtype=bool)) if nearness is None else nearness.matrix.nonzero()
    weight = _inverse(np.abs(x[rows] - x[columns]), rows, columns, 1.0, least)
    rule = ("经济距离的倒数", "inverse economic distance")
    if nearness is not None:
        weight = weight * np.asarray(nearness.matrix[rows, columns]).ravel()
        rule = (f"{rule[0]} × {nearness.rule[0]}", f"{rule[1]} times {nearness.rule[1]}")
    return Neighbours(matrix_of(weight, rows, columns, len(x)), rule)


def _inverse(distance: Floats, rows: Index, columns: Index, power: float, least: float | None) -> Floats:
    if not 0 <= power < np.inf:
        raise refuse("number-range", key="power", found=f"{power:g}", low="0", high="∞")
    above_nothing(least, "least")
    if least is not None:
        distance = np.maximum(distance, least)
    zero = (distance == 0) & (rows < columns)
    if power > 0 and zero.any():
        found = listing([f"[{i}] - [{j}]" for i, j in zip(rows[zero], columns[zero], strict=True)])
        raise refuse("neighbours-distance", key="least", n=int(zero.sum()), found=found)
    return np.asarray(distance**-power)
