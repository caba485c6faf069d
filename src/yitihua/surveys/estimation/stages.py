"""Stages of sampling at the level of their clusters: what the variance multiplies squares with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yitihua.surveys.estimation.design import Codes, Floats, Stage

#: A stratum of which less than this share was left out counts as taken whole, as in R survey.
WHOLE = 1e-7


@dataclass(frozen=True, eq=False)
class StageTable:
    """One stage, its clusters and strata.

    Attributes
    ----------
    cluster : ndarray of int, shape (respondents,)
        Cluster of each respondent, every number from 0 in use.
    stratum : ndarray of int, shape (clusters,)
        Stratum of each cluster, every number from 0 in use.
    parent : ndarray of int, shape (strata,)
        The cluster of the stage before in which a stratum lies; 0 at the primary stage.
    units : ndarray of float, shape (strata,)
        Clusters drawn.
    scale : ndarray of float, shape (clusters,)
        What the squared deviation of a cluster counts: ``(1 - f) n / (n - 1)`` times the shares drawn at
        the stages before; without ``n / (n - 1)`` in a stratum of one cluster.
    lonely : ndarray of bool, shape (strata,)
        Strata of one cluster that were not taken whole.
    head : ndarray of int, shape (clusters,)
        The first respondent of each cluster.
    uneven : bool
        Whether clusters of a stratum have different chances (Brewer's approximation).
    """

    cluster: Codes
    stratum: Codes
    parent: Codes
    units: Floats
    scale: Floats
    lonely: npt.NDArray[np.bool_]
    head: Codes
    uneven: bool


def compile_stages(stages: tuple[Stage, ...]) -> tuple[StageTable, ...]:
    """Return the tables of the stages that add to the variance.

    A stage after one drawn with replacement adds nothing: its share drawn is 0.

    Examples
    --------
    >>> whole = Stage(np.zeros(4, dtype=int), np.array([0, 0, 1, 1]), np.full(4, 10.0))
    >>> within = Stage(np.array([0, 0, 1, 1]), np.arange(4), np.full(4, 6.0))
    >>> [table.scale.round(6).tolist() for table in compile_stages((whole, within))]
    [[1.6, 1.6], [0.266667, 0.266667, 0.266667, 0.266667]]
    """
    tables: list[StageTable] = []
    n = len(stages[0].cluster) if stages else 0
    share, above = np.ones(n), np.zeros(n, dtype=np.int64)
    for stage in stages:
        cluster, first = used(stage.cluster)
        stratum, _ = used(np.asarray(stage.stratum[first]))
        units = np.bincount(stratum).astype(float)
        n_h = units[stratum]
        population = np.full(len(first), np.inf) if stage.population is None else stage.population[first]
        left = 1.0 - n_h / population if np.isinf(population).any() else (population - n_h) / population
        left = np.where(left < WHOLE, 0.0, left)
        scale = share[first] * left * np.where(n_h > 1, n_h / np.maximum(n_h - 1, 1), 1.0)
        lonely = (units == 1) & (np.bincount(stratum, left) > 0)
        uneven = bool(np.any(population != population[first_rows(stratum)][stratum]))
        parent = above[first[first_rows(stratum)]]
        tables.append(StageTable(cluster, stratum, parent, units, scale, lonely, first, uneven))
        share = (share[first] * n_h / population)[cluster]
        above = cluster
        if not share.any():
            break
    return tuple(tables)


def used(codes: Codes) -> tuple[Codes, Codes]:
    """Return codes without numbers that nobody has, and the first row of each.

    Examples
    --------
    >>> [part.tolist() for part in used(np.array([5, 2, 5]))]
    [[1, 0, 1], [1, 0]]
    """
    codes = np.asarray(codes, dtype=np.int64)
    if not len(codes):
        return codes, codes
    if codes.max() > 4 * len(codes) + 1000:
        _, first, compact = np.unique(codes, return_index=True, return_inverse=True)
        return np.asarray(compact, dtype=np.int64), np.asarray(first, dtype=np.int64)
    taken = np.bincount(codes) > 0
    compact = codes if taken.all() else (np.cumsum(taken) - 1)[codes]
    return compact, first_rows(compact)


def first_rows(codes: Codes) -> Codes:
    """Return the first row of each number, for numbers from 0 that are all in use.

    Examples
    --------
    >>> first_rows(np.array([1, 0, 1, 0])).tolist()
    [1, 0]
    """
    first = np.empty(int(codes.max()) + 1 if len(codes) else 0, dtype=np.int64)
    # Assigned from the end, so that the first row is what stays.
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return first
