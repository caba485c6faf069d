"""Distances between units: along great circles of the earth, or on a plane."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from yitihua.analysis.distribution.inputs import choice, numbers
from yitihua.errors import FaultList, listing, refuse
from yitihua.indicators.arrays import Floats

Metric = Literal["great-circle", "plane"]
METRICS: tuple[Metric, ...] = ("great-circle", "plane")

#: Mean radius of the earth in km (IUGG).
EARTH_RADIUS = 6371.0088
#: Distances closer than this share of the radius, or of the largest coordinate, are the same: 6 mm on the earth.
SAME = 1e-9


def great_circle(a: npt.ArrayLike, b: npt.ArrayLike) -> Floats:
    """Return distances on the sphere in km.

    Parameters
    ----------
    a, b : array_like, shape (..., 2)
        Longitude and latitude in degrees.

    Returns
    -------
    ndarray, shape (...)
        NaN where a coordinate is missing. A sphere of radius 6371.0088 km: up to 0.6% off the ellipsoid.

    References
    ----------
    The haversine formula: Sinnott (1984), "Virtues of the haversine".

    Examples
    --------
    >>> round(float(great_circle([0, 0], [90, 0])), 3)  # a quarter of the equator
    10007.557
    """
    chord = np.sqrt(((on_sphere(numbers(a, "a")) - on_sphere(numbers(b, "b"))) ** 2).sum(axis=-1))
    return arc(chord)


def arc(chord: Floats) -> Floats:
    """Return the distance in km along the sphere of chords of the unit sphere."""
    return np.asarray(2 * EARTH_RADIUS * np.arcsin(np.minimum(chord / 2, 1.0)))


def on_sphere(coordinates: Floats) -> Floats:
    """Return points of the unit sphere, shape (..., 3), of longitudes and latitudes, shape (..., 2)."""
    lon, lat = np.radians(coordinates[..., 0]), np.radians(coordinates[..., 1])
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def points_of(coordinates: npt.ArrayLike, metric: Metric) -> Floats:
    """Return coordinates as points between which straight lines are measured: on the unit sphere, or as given.

    Raises
    ------
    InputError
        If they are not (units, 2), are missing, or lie outside -180..180 and -90..90.
    """
    choice(metric, METRICS, "metric")
    given = numbers(coordinates, "coordinates")
    if given.ndim != 2 or given.shape[1] != 2:
        shapes = {"found": str(given.shape), "expected": "(units, 2)"}
        raise refuse("distribution-shape", key="coordinates", name="coordinates", **shapes)
    faults = FaultList()
    missing = np.isnan(given).any(axis=1)
    wrong = (np.abs(given) > [180.0, 90.0]).any(axis=1) if metric == "great-circle" else np.zeros_like(missing)
    for rows, reason in ((missing, "are missing"), (wrong, "are out of range")):
        if rows.any():
            found = listing([f"[{row}] {given[row, 0]:g}, {given[row, 1]:g}" for row in np.flatnonzero(rows)])
            faults.add("neighbours-coordinates", key="coordinates", reason=reason, found=found)
    faults.raise_if_any()
    return on_sphere(given) if metric == "great-circle" else given


def lengths(straight: Floats, metric: Metric) -> Floats:
    """Return distances of straight lines between points: km on the earth, as they are on a plane."""
    return arc(straight) if metric == "great-circle" else straight


def straight_of(length: float, metric: Metric) -> float:
    """Return the straight line that goes with a distance: the inverse of `lengths`."""
    return float(2 * np.sin(min(length / (2 * EARTH_RADIUS), np.pi / 2))) if metric == "great-circle" else length


def tree_of(points: Floats) -> Any:
    """Return a tree that finds near points."""
    from scipy.spatial import cKDTree

    return cKDTree(points)


def all_distances(points: Floats, metric: Metric, block: int = 256) -> Floats:
    """Return the distances between all points, shape (units, units), 0 on the diagonal."""
    found = np.empty((len(points), len(points)))
    for start in range(0, len(points), block):
        apart = points[start : start + block, None, :] - points[None, :, :]
        found[start : start + block] = np.sqrt((apart * apart).sum(axis=2))
    return lengths(found, metric)
