"""Design effects, effective numbers and degrees of freedom."""

from __future__ import annotations

from typing import Literal

import numpy as np

from yitihua.surveys.estimation.design import Floats, SurveyDesign
from yitihua.surveys.estimation.domains import Cells, Partition

#: "without" compares with a simple sample without replacement (R: ``deff = TRUE``), "replace" with one with.
Deff = Literal["without", "replace"]


def design_effect(variance: Floats, spread: Floats, weight: Floats, n: Floats, kind: Deff = "without") -> Floats:
    """Return the variance over that of a simple random sample of the same size, as R survey.

    Parameters
    ----------
    variance : ndarray
        Of the estimates.
    spread : ndarray
        Weighted variance of the linearised values; times ``n / (n - 1)`` it is R's `svyvar`.
    weight, n : ndarray
        Sum of weights and number of those who answered.
    kind : str
        "without" (NaN where the weights do not add up to n, as they do not tell the population) or "replace".

    Examples
    --------
    >>> one = np.ones(1)
    >>> design_effect(2 * one, 0.99 * one / 100**2, 1000 * one, 100 * one, "replace").round(6).tolist()
    [2.0]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        simple = weight**2 * spread / (n - 1)
        if kind == "without":
            simple = np.where(weight < n, np.nan, simple * (weight - n) / weight)
        return np.where(simple > 0, variance / simple, np.nan)


def effective_n(variance: Floats, spread: Floats, weight: Floats) -> Floats:
    """Return the size of a simple sample with replacement with this variance: for shares ``p (1 - p) / variance``.

    It may be above n where strata or a finite population help. NaN where all answers are the same.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where((variance > 0) & (spread > 0), weight**2 * spread / variance, np.nan)


def kish(weight: Floats, squares: Floats, n: Floats) -> Floats:
    """Return Kish's design effect of unequal weights, ``n sum w^2 / (sum w)^2``.

    Parameters
    ----------
    weight, squares, n : ndarray
        Sums of weights and of their squares, and numbers of weights above 0.

    Examples
    --------
    >>> kish(np.array([4.0]), np.array([10.0]), np.array([2.0])).tolist()  # weights 1 and 3
    [1.25]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(weight > 0, n * squares / weight**2, np.nan)


def clusters_and_strata(cells: Cells, domains: int, members: Floats) -> tuple[Floats, Floats]:
    """Return by domain how many primary clusters and strata have members that count.

    Parameters
    ----------
    cells : Cells
        Of the primary stage.
    domains : int
        How many there are.
    members : ndarray, shape (cells,)
        Members that count by cell: with a weight above 0, with an answer.
    """
    there = members > 0
    clusters = np.bincount(cells.domain[there], minlength=domains)
    groups = np.bincount(cells.group, there, len(cells.group_stratum)) > 0
    return clusters.astype(float), np.bincount(cells.group_domain[groups], minlength=domains).astype(float)


def degrees_of_freedom(design: SurveyDesign, of: Partition | None = None) -> Floats:
    """Return primary clusters less strata that have respondents with weight, by domain, as R's `degf`.

    Examples
    --------
    >>> design = SurveyDesign.from_columns([1, 1, 1, 0], strata=["aabb"], clusters=[[1, 2, 3, 4]])
    >>> degrees_of_freedom(design).tolist()
    [1.0]
    """
    from yitihua.surveys.estimation.domains import cells_of, partition_of

    partition = partition_of(None, len(design.weight)) if of is None else of
    cells = cells_of(design.tables[0], partition)
    members = cells.sum(np.asarray(partition.take(design.weight) > 0, dtype=float))
    clusters, strata = clusters_and_strata(cells, len(partition.names), members)
    return clusters - strata
