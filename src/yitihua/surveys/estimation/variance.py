"""The linearised variance of any statistics of a design: residuals, stages, finite populations, strata of one cluster.

Everything is said as *roots*: rows whose products are the covariance, ``V = R' R``. A row is the scaled
deviation of a cluster from its stratum (Särndal, Swensson & Wretman 1992, result 4.3.1 and 4.4.1 for stages;
Lumley 2010, section 2 and appendix C, whose R package `survey` 4.5 is followed to the last digit).

Where this differs from R survey 4.5:

- "adjust" and "average" count, for a domain, the strata in which it has respondents, in covariances between
  domains too; R's `svyby(covmat=TRUE)` counts all strata there, and so contradicts its own standard errors of
  totals where a stratum has one cluster.
- Calibrations are taken in reverse order: an estimate loses what the last margins explain first. R takes them
  in the order done, so that a total fixed by the last margins keeps a variance.
- `survey.adjust.domain.lonely = TRUE` is not offered: a stratum of which a domain has one cluster left keeps
  its other clusters as zeros (R's default).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from yitihua.errors import listing, refuse
from yitihua.surveys.estimation.design import Codes, Floats, SurveyDesign
from yitihua.surveys.estimation.stages import StageTable, first_rows

Mask = npt.NDArray[np.bool_]


def covariance_matrix(design: SurveyDesign, z: Floats, rows: Mask | None = None) -> Floats:
    """Return the covariance of estimates with the given linearised values.

    Parameters
    ----------
    design : SurveyDesign
        Weights, stages, rule and calibrations.
    z : ndarray, shape (respondents, k)
        Linearised values, not weighted: 0 for respondents outside a domain. For a mean that is
        ``(y - mean) / sum of weights``. No missing values.
    rows : ndarray of bool, shape (respondents, k), optional
        Who belongs to each statistic's domain. It matters for totals in designs with strata of one cluster:
        under "adjust" and "average" strata without anybody of the domain do not count, unless the design is
        calibrated (R drops their rows or keeps them in the same way). None counts all strata.

    Returns
    -------
    ndarray, shape (k, k)
        NaN where "average" has no stratum to average.

    Examples
    --------
    >>> design = SurveyDesign.from_columns([10.0] * 4, populations=[[40.0] * 4])
    >>> y = np.array([1.0, 2.0, 3.0, 4.0])
    >>> covariance_matrix(design, (y - 2.5)[:, None] / 40).round(6).tolist()  # 0.9 s^2 / n
    [[0.375]]
    """
    found = roots(design, z, rows)
    return np.asarray(found.T @ found)


def roots(design: SurveyDesign, z: Floats, rows: Mask | None = None) -> Floats:
    """Return roots of the covariance, shape (clusters of all stages, k); see `covariance_matrix`."""
    residuals = np.asarray(z, dtype=float)
    for projection in reversed(design.projections):
        residuals = projection.residuals(residuals)
    weighted = residuals * design.weight[:, None]
    counted = None if rows is None or keeps_rows(design) else rows
    parts = []
    for stage, table in enumerate(design.tables):
        present = None if counted is None or not table.lonely.any() else strata_of_rows(table, counted)
        parts.append(stage_roots(table, sums(table.cluster, weighted, len(table.stratum)), design, stage, present))
    return np.concatenate(parts)


def keeps_rows(design: SurveyDesign) -> bool:
    """Return whether R would keep all rows for a domain: in calibrated designs and in Brewer's."""
    return bool(design.projections) or any(table.uneven for table in design.tables)


def strata_of_rows(table: StageTable, rows: Mask) -> Mask:
    """Return in which strata each column of a mask has a respondent, shape (strata, k)."""
    return sums(table.stratum[table.cluster], rows.astype(float), len(table.units)) > 0


def stage_roots(
    table: StageTable, totals: Floats, design: SurveyDesign, stage: int = 0, present: Mask | None = None
) -> Floats:
    """Return the roots of one stage from the weighted totals of its clusters.

    Parameters
    ----------
    table : StageTable
        The stage.
    totals : ndarray, shape (clusters, k)
        Weighted linearised values summed by cluster.
    design : SurveyDesign
        For the rule of strata of one cluster.
    stage : int
        For messages, from 0.
    present : ndarray of bool, shape (strata, k), optional
        Strata in which a statistic has respondents.
    """
    stratum = table.stratum
    deviation = totals - (sums(stratum, totals, len(table.units)) / table.units[:, None])[stratum]
    if table.lonely.any():
        _one_psu(deviation, table, totals, design, stage, present)
    deviation *= np.sqrt(table.scale)[:, None]
    return np.asarray(deviation)


def _one_psu(
    deviation: Floats, table: StageTable, totals: Floats, design: SurveyDesign, stage: int, present: Mask | None
) -> None:
    """Apply the rule for strata of one cluster, in place; "remove" and "certainty" leave their deviation at 0."""
    k, stratum = totals.shape[1], table.stratum
    there = np.ones((len(table.units), k), dtype=bool) if present is None else present
    if design.one_psu == "fail":
        refuse_one_psu(table, table.lonely & there.any(axis=1), stage)
    elif design.one_psu == "adjust":
        parents = int(table.parent.max()) + 1
        units = sums(table.parent, there * table.units[:, None], parents)
        with np.errstate(invalid="ignore", divide="ignore"):
            centre = sums(table.parent[stratum], totals, parents) / units
        rows = np.flatnonzero(table.lonely[stratum])
        strata = stratum[rows]
        deviation[rows] = np.where(there[strata], totals[rows] - centre[table.parent[strata]], 0.0)
    elif design.one_psu == "average":
        deviation *= np.sqrt(averaging(table.parent, table.lonely, there))[table.parent[stratum]]


def averaging(parent: Codes, lonely: Mask, there: Mask) -> Floats:
    """Return strata over strata of several clusters, shape (parents, k): NaN where there are none of the latter."""
    parents = int(parent.max()) + 1
    all_strata = sums(parent, there.astype(float), parents)
    several = sums(parent, (there & ~lonely[:, None]).astype(float), parents)
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.where(several > 0, all_strata / several, np.nan)
    return np.where(all_strata > 0, factor, 1.0)


def refuse_one_psu(table: StageTable, strata: Mask, stage: int) -> None:
    """Refuse strata of one cluster under "fail"."""
    if strata.any():
        rows = listing(str(row + 1) for row in table.head[first_rows(table.stratum)][strata])
        raise refuse("design-one-psu", stage=stage + 1, rows=rows)


def sums(codes: Codes, values: Floats, groups: int) -> Floats:
    """Return sums of columns by group, shape (groups, k).

    Examples
    --------
    >>> sums(np.array([1, 0, 1]), np.array([[1.0], [2.0], [3.0]]), 2).tolist()
    [[2.0], [4.0]]
    """
    k = values.shape[1]
    if k <= 8:
        found = [np.bincount(codes, values[:, j], groups) for j in range(k)]
        return np.stack(found, axis=1) if k else np.zeros((groups, 0))
    from scipy.sparse import csr_array

    n = len(codes)
    indicator = csr_array((np.ones(n), (codes, np.arange(n))), shape=(groups, n))
    return np.asarray(indicator @ values)


def contrast(values: Floats, covariance: Floats, weights: Sequence[Sequence[float]] | Floats) -> tuple[Floats, Floats]:
    """Return linear contrasts of estimates and their covariance, as R's `svycontrast`.

    Parameters
    ----------
    values : ndarray, shape (k,)
    covariance : ndarray, shape (k, k)
    weights : array, shape (contrasts, k)

    Examples
    --------
    >>> found, errors = contrast(np.array([3.0, 1.0]), np.diag([0.04, 0.05]), [[1, -1]])
    >>> found.tolist(), errors.round(12).tolist()
    ([2.0], [[0.09]])
    """
    matrix = np.asarray(weights, dtype=float)
    return np.asarray(matrix @ values), np.asarray(matrix @ covariance @ matrix.T)
