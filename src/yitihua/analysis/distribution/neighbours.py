"""Who is whose neighbour: nearest units, or stated adjacency; for weights by distance see `distance_weights`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from yitihua.analysis.distribution.distances import (
    SAME,
    Metric,
    points_of,
    tree_of,
)
from yitihua.analysis.distribution.inputs import Index, choice
from yitihua.errors import FaultList, listing, refuse
from yitihua.indicators.arrays import Floats, Remark

Ties = Literal["all", "first"]
TIES: tuple[Ties, ...] = ("all", "first")


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Spatial weights: which units count as neighbours of each, and how much.

    Attributes
    ----------
    matrix : scipy.sparse.csr_array, shape (units, units)
        w_ij of 0 or more, not standardised; row i holds the neighbours of unit i; the diagonal is 0.
    rule : (str, str)
        By what rule, in Chinese and English.
    joined : tuple of int
        Units that had no neighbour by the rule and were joined to their nearest, see `join_islands`.

    Notes
    -----
    An **island** is a unit without neighbours. By default it stays: its spatial lag is 0, its row adds
    nothing to S0, and it counts in n, the mean and the variance, as in PySAL and GeoDa. `moran` and
    `local_moran` name the islands and can leave them out; `join_islands` joins each to its nearest unit.
    """

    matrix: Any
    rule: Remark
    joined: tuple[int, ...] = ()

    @property
    def n(self) -> int:
        """Number of units."""
        return int(self.matrix.shape[0])

    @property
    def counts(self) -> Index:
        """Number of neighbours of each unit, shape (units,)."""
        return np.asarray(np.diff(self.matrix.indptr), dtype=np.intp)

    @property
    def islands(self) -> tuple[int, ...]:
        """Units without neighbours."""
        return tuple(np.flatnonzero(self.counts == 0).tolist())

    def take(self, rows: Sequence[int] | Index) -> Neighbours:
        """Return the neighbours among some units only, in the given order."""
        index = np.asarray(rows, dtype=np.intp)
        place = {int(row): i for i, row in enumerate(index)}
        joined = tuple(place[row] for row in self.joined if row in place)
        return replace(self, matrix=_csr(self.matrix[index][:, index]), joined=joined)

    def standardised(self) -> Any:
        """Return the matrix with rows that sum to 1, those of islands to 0."""
        sums = np.asarray(self.matrix.sum(axis=1)).ravel()
        matrix = self.matrix.copy()
        matrix.data = matrix.data / np.repeat(sums, self.counts)
        return matrix


def k_nearest(
    coordinates: npt.ArrayLike, k: int = 4, *, metric: Metric = "great-circle", ties: Ties = "all"
) -> Neighbours:
    """Return the k nearest units of each as its neighbours, all with weight 1.

    Parameters
    ----------
    coordinates : array_like, shape (units, 2)
        Longitude and latitude in degrees, longitude first; or x and y on a plane.
    k : int
        1 to units - 1.
    metric : {"great-circle", "plane"}
    ties : {"all", "first"}
        Units as far as the k-th (to 6 mm) all count, so that the order of rows does not matter and a
        unit may have more than k neighbours; or only those that come first, exactly k.

    Returns
    -------
    Neighbours
        Not symmetric: being near somebody is not mutual. No islands.

    Raises
    ------
    InputError
        If a coordinate is missing or out of range, or k is not possible.

    Examples
    --------
    >>> found = k_nearest([[120, 30], [120.1, 30], [120.3, 30], [121, 30]], k=1)
    >>> found.matrix.toarray().astype(int).tolist()
    [[0, 1, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]
    """
    choice(ties, TIES, "ties")
    points = points_of(coordinates, metric)
    n = len(points)
    if not (isinstance(k, (int, np.integer)) and 1 <= k < n):
        raise refuse("neighbours-k", key="k", found=str(k), n=n)
    tree = tree_of(points)
    same = SAME * max(1.0, float(np.abs(points).max()))
    kth = np.sort(tree.query(points, k=k + 1)[0], axis=1)[:, k]
    rows, columns, distance = around(tree, points, kth + same)
    # Nearest first; those that are the same to 6 mm in the order of rows.
    order = np.lexsort((columns, np.round(distance / same), rows))
    rows, columns, distance = rows[order], columns[order], distance[order]
    position = np.arange(len(rows)) - np.searchsorted(rows, rows)
    kept = position < k if ties == "first" else distance <= kth[rows] + same
    matrix = matrix_of(np.ones(int(kept.sum())), rows[kept], columns[kept], n)
    by = ("大圆距离", "great-circle distance") if metric == "great-circle" else ("平面距离", "plane distance")
    return Neighbours(matrix, (f"最近的{k}个单位（{by[0]}）", f"{k} nearest units by {by[1]}"))


def adjacency(units: Sequence[str], pairs: Iterable[Sequence[Any]], *, symmetric: bool = True) -> Neighbours:
    """Return the neighbours that a list of pairs states.

    Parameters
    ----------
    units : sequence of str
        Codes, in the order of the values.
    pairs : iterable of (unit, unit) or (unit, unit, weight)
        Weight above 0, by default 1. A pair given again, or the other way round, must have the same weight.
    symmetric : bool
        Whether (a, b) makes each a neighbour of the other, or only b one of a.

    Returns
    -------
    Neighbours
        Units in no pair are islands.

    Raises
    ------
    InputError
        With every pair that names an unknown unit, joins a unit to itself, or has a bad weight.

    Examples
    --------
    >>> adjacency(["a", "b", "c", "d"], [("a", "b"), ("b", "c")]).islands
    (3,)
    """
    place = {unit: i for i, unit in enumerate(units)}
    faults, found = FaultList(), dict[tuple[int, int], float]()
    for pair in pairs:
        ends, reason = _ends(pair, place)
        if not reason:
            i, j, weight = ends
            for link in ((i, j), (j, i)) if symmetric else ((i, j),):
                if found.setdefault(link, weight) != weight:
                    reason = "has two different weights"
        if reason:
            faults.add("neighbours-pair", key="pairs", found=" - ".join(map(str, pair)), reason=reason)
    faults.raise_if_any()
    links = np.array(list(found), dtype=np.intp).reshape(-1, 2)
    matrix = matrix_of(np.array(list(found.values())), links[:, 0], links[:, 1], len(units))
    return Neighbours(matrix, ("给定的邻接关系", "stated adjacency"))


def from_matrix(matrix: Any) -> Neighbours:
    """Return the neighbours that a matrix of weights states.

    Parameters
    ----------
    matrix : array_like or scipy sparse, shape (units, units)
        w_ij, 0 or more, 0 on the diagonal; it need not be symmetric or standardised.

    Returns
    -------
    Neighbours

    Raises
    ------
    InputError
        If it is not square, or an entry is negative, missing, infinite or on the diagonal.

    Examples
    --------
    >>> from_matrix([[0, 2], [2, 0]]).counts.tolist()
    [1, 1]
    """
    from scipy.sparse import csr_array, issparse

    try:
        given = csr_array(matrix, dtype=float) if issparse(matrix) else csr_array(np.asarray(matrix, dtype=float))
    except (TypeError, ValueError) as error:
        raise refuse("distribution-text", key="matrix", name="matrix", found=str(error)) from None
    if given.ndim != 2 or given.shape[0] != given.shape[1]:
        raise refuse("neighbours-matrix", key="matrix", reason="is not square over the units", found=str(given.shape))
    faults = FaultList()
    wrong = ~(np.isfinite(given.data) & (given.data >= 0))
    if wrong.any():
        found = listing([f"{value:g}" for value in given.data[wrong]])
        reason = "has entries that are negative or not finite"
        faults.add("neighbours-matrix", key="matrix", reason=reason, found=found)
    on_diagonal = np.flatnonzero(given.diagonal() != 0).tolist()
    if on_diagonal:
        found = listing([f"[{i}, {i}]" for i in on_diagonal])
        faults.add("neighbours-matrix", key="matrix", reason="has weights on its diagonal", found=found)
    faults.raise_if_any()
    return Neighbours(_csr(given), ("给定的权重矩阵", "stated matrix of weights"))


def join_islands(
    neighbours: Neighbours, coordinates: npt.ArrayLike, *, weight: float = 1.0, metric: Metric = "great-circle"
) -> Neighbours:
    """Return neighbours with each island joined to its nearest unit, and that unit to it.

    Parameters
    ----------
    neighbours : Neighbours
    coordinates : array_like, shape (units, 2)
        As in `k_nearest`.
    weight : float
        Of the new links, above 0.
    metric : {"great-circle", "plane"}

    Returns
    -------
    Neighbours
        `joined` holds who was an island; as it is, where nobody was.

    Examples
    --------
    >>> linked = join_islands(adjacency("abc", [("a", "b")]), [[0, 0], [0, 1], [0, 3]], metric="plane")
    >>> linked.matrix.toarray().astype(int).tolist(), linked.joined
    ([[0, 1, 0], [1, 0, 1], [0, 1, 0]], (2,))
    """
    above_nothing(weight, "weight")
    islands = neighbours.islands
    if not islands:
        return neighbours
    nearest = k_nearest(coordinates, 1, metric=metric).matrix
    if nearest.shape != neighbours.matrix.shape:
        shapes = {"found": str((nearest.shape[0], 2)), "expected": str((neighbours.n, 2))}
        raise refuse("distribution-shape", key="coordinates", name="coordinates", **shapes)
    rows, columns = nearest[list(islands)].nonzero()
    rows = np.asarray(islands)[rows]
    # A set: two islands that are nearest to each other make one link, not two.
    links = np.unique(np.concatenate([np.stack([rows, columns]), np.stack([columns, rows])], axis=1), axis=1)
    links = links[:, np.asarray(neighbours.matrix[links[0], links[1]]).ravel() == 0]
    added = matrix_of(np.full(links.shape[1], weight), links[0], links[1], neighbours.n)
    rule = (f"{neighbours.rule[0]}；孤立单位连到最近的单位", f"{neighbours.rule[1]}; islands joined to their nearest")
    return Neighbours(_csr(neighbours.matrix + added), rule, islands)


def _ends(pair: Sequence[Any], place: dict[str, int]) -> tuple[tuple[int, int, float], str]:
    """Return a pair's rows and weight, and what is wrong with it."""
    nothing = (0, 0, 0.0)
    if isinstance(pair, str) or len(pair) not in (2, 3):
        return nothing, "is not a pair"
    ends = [place.get(str(unit)) for unit in pair[:2]]
    if ends[0] is None or ends[1] is None:
        return nothing, "names an unknown unit"
    if ends[0] == ends[1]:
        return nothing, "joins a unit to itself"
    try:
        weight = float(pair[2]) if len(pair) == 3 else 1.0
    except (TypeError, ValueError):
        weight = 0.0
    return (ends[0], ends[1], weight), "" if 0 < weight < np.inf else "has a weight that is not above 0"


def around(tree: Any, points: Floats, radius: Floats | float) -> tuple[Index, Index, Floats]:
    """Return (row, neighbour, straight distance) of all points within a radius of each, less itself."""
    near = tree.query_ball_point(points, radius)
    rows = np.repeat(np.arange(len(points)), [len(found) for found in near])
    columns = np.fromiter((j for found in near for j in found), dtype=np.intp, count=len(rows))
    other = rows != columns
    rows, columns = rows[other], columns[other]
    return rows, columns, np.sqrt(((points[rows] - points[columns]) ** 2).sum(axis=1))


def above_nothing(value: float | None, key: str) -> None:
    """Refuse a stated number that is not above 0."""
    if value is not None and not 0 < value < np.inf:
        raise refuse("number-range", key=key, found=f"{value:g}", low="0", high="∞")


def matrix_of(data: Floats, rows: Index, columns: Index, n: int) -> Any:
    """Return a sparse matrix of units by units."""
    from scipy.sparse import csr_array

    return _csr(csr_array((data, (rows, columns)), shape=(n, n)))


def _csr(matrix: Any) -> Any:
    """Return rows in order, without stored zeros."""
    from scipy.sparse import csr_array

    found = csr_array(matrix, copy=True)
    found.sum_duplicates()
    found.eliminate_zeros()
    return found
