"""Estimates by domain without a column for every domain: totals of cells of domain and cluster.

A respondent belongs to one domain of a partition, so the linearised values of 90 counties and 10 items are 10
columns and not 900. They are summed by cell (domain and cluster) at each stage; clusters of a stratum that a
domain does not have are zeros that are counted and not stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from yitihua.errors import FaultList, listing
from yitihua.surveys.estimation.design import Codes, Floats, SurveyDesign
from yitihua.surveys.estimation.stages import StageTable, used
from yitihua.surveys.estimation.variance import Mask, averaging, keeps_rows, refuse_one_psu, stage_roots, sums

#: Numbers in the largest matrix that is spread out, 8 bytes each.
LARGEST = 150_000_000


@dataclass(frozen=True, eq=False)
class Partition:
    """Domains that do not overlap.

    Attributes
    ----------
    names : tuple of str
        Domains in the order of the results.
    domain : ndarray of int, shape (members,)
        The domain of each respondent who is in one.
    rows : ndarray of int, shape (members,), or None
        Those respondents; None if all are.
    """

    names: tuple[str, ...]
    domain: Codes
    rows: Codes | None = None

    def take(self, values: Any) -> Any:
        """Return the values of the members."""
        return values if self.rows is None else values[self.rows]

    def sum(self, values: Floats | None = None) -> Floats:
        """Return sums, or counts, of members' values by domain."""
        return np.asarray(np.bincount(self.domain, values, len(self.names)), dtype=float)


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells of domain and cluster at one stage, and their groups of domain and stratum.

    Attributes
    ----------
    table : StageTable
        The stage.
    cell : ndarray of int, shape (members,), or None
        The cell of each member; None if every member is one.
    domain, cluster, group : ndarray of int, shape (cells,)
        Domain, cluster and group of each cell.
    group_domain, group_stratum : ndarray of int, shape (groups,)
        Of each group.
    absent : ndarray of float, shape (groups,)
        What the squares of the clusters count that the domain does not have, see `StageTable.scale`.
    """

    table: StageTable
    cell: Codes | None
    domain: Codes
    cluster: Codes
    group: Codes
    group_domain: Codes
    group_stratum: Codes
    absent: Floats

    @property
    def nested(self) -> bool:
        """Whether no stratum has clusters of two domains."""
        return len(np.unique(self.group_stratum)) == len(self.group_stratum)

    def sum(self, values: Floats) -> Floats:
        """Return sums of members' values by cell."""
        return (
            values if self.cell is None else np.asarray(np.bincount(self.cell, values, len(self.domain)), dtype=float)
        )


def cells_of(table: StageTable, partition: Partition) -> Cells:
    """Return the cells of a stage."""
    cluster = np.asarray(partition.take(table.cluster), dtype=np.int64)
    domain, domains = partition.domain, len(partition.names)
    inverse, head = used(cluster)
    if not np.array_equal(domain, domain[head][inverse]):
        inverse, head = used(cluster * domains + domain)
    cell_cluster, cell_domain = cluster[head], domain[head]
    stratum = table.stratum[cell_cluster]
    group, first = used(stratum * domains + cell_domain)
    group_stratum = stratum[first]
    whole = np.bincount(table.stratum, table.scale)[group_stratum]
    missing = table.units[group_stratum] - np.bincount(group)
    absent = np.where(missing > 0, whole - np.bincount(group, table.scale[cell_cluster]), 0.0)
    # Where every member is a cluster, cells are members, in the same order.
    alone = len(head) == len(domain) and np.array_equal(inverse, np.arange(len(domain)))
    cell = None if alone else inverse
    return Cells(table, cell, cell_domain, cell_cluster, group, cell_domain[first], group_stratum, absent)


def cell_roots(
    cells: Cells, totals: list[Floats], known: list[Floats] | None, design: SurveyDesign, stage: int
) -> tuple[list[Floats], Codes]:
    """Return roots of the variances within domains, and the domain of each root.

    Parameters
    ----------
    cells : Cells
        Of the stage.
    totals : list of ndarray, each of shape (cells,)
        Weighted linearised values summed by cell, an array an item.
    known : list of ndarray, each of shape (cells,), or None
        Members with an answer; None if all have. It tells which strata of one cluster count.
    design : SurveyDesign
        For the rule.
    stage : int
        From 0.

    Returns
    -------
    roots : list of ndarray, each of shape (cells,) or (cells + groups,)
        The covariance of two items in a domain is the sum of products over the domain's roots.
    domain : ndarray of int
    """
    units = cells.table.units[cells.group_stratum]
    means = [np.bincount(cells.group, total, len(units)) / units for total in totals]
    deviations = [total - mean[cells.group] for total, mean in zip(totals, means, strict=True)]
    if cells.table.lonely[cells.group_stratum].any():
        deviations, means = _one_psu(deviations, means, cells, totals, known, design, stage)
    root = np.sqrt(cells.table.scale)[cells.cluster]
    for deviation in deviations:
        deviation *= root
    if not cells.absent.any():
        return deviations, cells.domain
    zeros = np.sqrt(np.maximum(cells.absent, 0.0))
    both = [np.concatenate([deviation, mean * zeros]) for deviation, mean in zip(deviations, means, strict=True)]
    return both, np.concatenate([cells.domain, cells.group_domain])


def _one_psu(
    deviations: list[Floats],
    means: list[Floats],
    cells: Cells,
    totals: list[Floats],
    known: list[Floats] | None,
    design: SurveyDesign,
    stage: int,
) -> tuple[list[Floats], list[Floats]]:
    """Return deviations and means under the rule for strata of one cluster; see `variance.stage_roots`."""
    table, groups = cells.table, len(cells.group_stratum)
    deviation, mean, total = (np.stack(columns, axis=1) for columns in (deviations, means, totals))
    there = np.ones(mean.shape, dtype=bool)
    if known is not None:
        there = sums(cells.group, np.stack(known, axis=1), groups) > 0
    lonely = table.lonely[cells.group_stratum]
    if design.one_psu == "fail":
        refused = np.zeros(len(table.units), dtype=bool)
        refused[cells.group_stratum[lonely & there.any(axis=1)]] = True
        refuse_one_psu(table, refused, stage)
    parent, _ = used(table.parent[cells.group_stratum] * (int(cells.domain.max()) + 1) + cells.group_domain)
    # The steps of `variance.stage_roots`, with groups for strata and pairs of parent and domain for parents.
    if design.one_psu == "adjust":
        parents, units = int(parent.max()) + 1, table.units[cells.group_stratum][:, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            centre = sums(parent[cells.group], total, parents) / sums(parent, there * units, parents)
        rows = np.flatnonzero(lonely[cells.group])
        group = cells.group[rows]
        deviation[rows] = np.where(there[group], total[rows] - centre[parent[group]], 0.0)
    elif design.one_psu == "average":
        factor = np.sqrt(averaging(parent, lonely, there))[parent]
        deviation *= factor[cells.group]
        mean *= factor
    return list(np.ascontiguousarray(deviation.T)), list(np.ascontiguousarray(mean.T))


def sparse_allowed(design: SurveyDesign) -> bool:
    """Return whether cells tell all: not where strata without members of a domain count, nor with calibrations."""
    if design.projections:
        return False
    return not (keeps_rows(design) and any(table.lonely.any() for table in design.tables))


def spread_roots(
    cells: tuple[Cells, ...],
    totals: list[list[Floats]],
    known: list[list[Floats] | None],
    design: SurveyDesign,
    domains: int,
) -> Floats:
    """Return roots with a column for every domain and item, shape (clusters of all stages, domains * items).

    Parameters
    ----------
    totals, known : lists of the arguments of `cell_roots`, by stage
    """
    parts = []
    for stage, (own, total, seen) in enumerate(zip(cells, totals, known, strict=True)):
        table, k = own.table, len(total)
        columns = own.domain[:, None] * k + np.arange(k)
        wide = np.zeros((len(table.stratum), domains * k))
        wide[own.cluster[:, None], columns] = np.stack(total, axis=1)
        present: Mask | None = None
        if table.lonely.any():
            answers = np.zeros((len(table.units), domains * k))
            count = 1.0 if seen is None else np.stack(seen, axis=1)
            np.add.at(answers, (table.stratum[own.cluster][:, None], columns), count)
            present = answers > 0
        parts.append(stage_roots(table, wide, design, stage, present))
    return np.concatenate(parts)


def partition_of(labels: Any, n: int, units: Sequence[str] | None = None) -> Partition:
    """Return the partition of labels; missing labels are in no domain.

    Parameters
    ----------
    labels : array or categorical, shape (respondents,), Partition or None
        None is one domain, "all". Categories give the domains and their order.
    n : int
        Respondents.
    units : sequence of str, optional
        Domains in the order wanted, those without respondents too; None takes the sorted labels.

    Raises
    ------
    InputError
        Labels that are not among `units`; another number of labels than of respondents.

    Examples
    --------
    >>> found = partition_of(np.array(["b", None, "a"]), 3, None)
    >>> found.names, found.domain.tolist(), found.rows.tolist()
    (('a', 'b'), [1, 0], [0, 2])
    """
    import pandas as pd

    if isinstance(labels, Partition):
        return labels
    if labels is None:
        return Partition(("all",), np.zeros(n, dtype=np.int64))
    faults = FaultList()
    if len(labels) != n:
        faults.add("estimate-lengths", found="domains", rows=len(labels), options=n)
    faults.raise_if_any()
    values = labels.array if isinstance(labels, pd.Series) else labels
    if isinstance(values, pd.Categorical):
        codes, named = np.asarray(values.codes, dtype=np.int64), [str(label) for label in values.categories]
    else:
        codes, found = pd.factorize(np.asarray(values), sort=True)
        named = [str(label) for label in found]
    names = tuple(named) if units is None else tuple(str(unit) for unit in units)
    place = {name: number for number, name in enumerate(names)}
    unknown = [name for code, name in enumerate(named) if name not in place and (codes == code).any()]
    if unknown:
        faults.add("estimate-unit", found=listing(unknown), options=listing(names))
    faults.raise_if_any()
    order = np.array([place.get(name, -1) for name in named] + [-1], dtype=np.int64)
    domain = order[codes]
    if domain.min(initial=0) >= 0:
        return Partition(names, domain)
    rows = np.flatnonzero(domain >= 0)
    return Partition(names, domain[rows], rows)
