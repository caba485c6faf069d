"""Columns -> a survey design, with every fault of weights, labels and populations named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.errors import FaultList, listing, suggest
from yitihua.surveys.estimation.design import Codes, Floats, Stage
from yitihua.surveys.estimation.stages import first_rows, used

if TYPE_CHECKING:
    import pandas as pd

#: Populations closer than this (relative) within a stratum are the same number, rounded.
SAME = 1e-9


@dataclass(frozen=True)
class Columns:
    """What a design is built of, by kind and stage; `names` are the columns' names in faults."""

    strata: tuple[Any, ...] = ()
    clusters: tuple[Any, ...] = ()
    populations: tuple[Any, ...] = ()
    fractions: tuple[Any, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    nest: bool = False
    pps: bool = False
    weight: str = ""
    file: str = ""

    def name(self, kind: str, stage: int) -> str:
        """Return the name of a column, or its kind and stage."""
        listed = self.names.get(kind, ())
        return listed[stage] if stage < len(listed) else f"{kind}[{stage}]"


def columns_of(
    frame: pd.DataFrame, weight: str | None, names: Mapping[str, Sequence[str]], file: str
) -> dict[str, list[npt.NDArray[Any]]]:
    """Return the named columns by kind; unknown names are faults."""
    faults = FaultList()
    asked = [name for listed in names.values() for name in listed] + ([] if weight is None else [weight])
    for name in asked:
        if name not in frame.columns:
            options = listing(frame.columns)
            faults.add(
                "design-column", file=file, key=name, found=name, options=options, hint=suggest(name, frame.columns)
            )
    faults.raise_if_any()
    return {kind: [frame[name].to_numpy() for name in listed] for kind, listed in names.items()}


def build(weight: Any, columns: Columns) -> tuple[Floats, tuple[Stage, ...]]:
    """Return checked weights and the stages of columns; see `SurveyDesign.from_columns`."""
    faults = FaultList()
    n = _length(weight, columns, faults)
    stages = max(len(columns.clusters), 1)
    for kind in ("strata", "populations", "fractions"):
        if len(getattr(columns, kind)) > stages:
            faults.add("design-stages", file=columns.file, key=kind, found=len(getattr(columns, kind)), options=stages)
    if columns.populations and columns.fractions:
        faults.add("design-two-corrections", file=columns.file)
    faults.raise_if_any()
    labels = {kind: _coded(kind, columns, n, faults) for kind in ("strata", "clusters")}
    faults.raise_if_any()
    stratum, cluster = _nested(labels["strata"], labels["clusters"], n, stages, columns, faults)
    populations = [_population(s, stratum[s], cluster[s], columns, faults) for s in range(stages)]
    weights = _weights(weight, n, stratum, cluster, populations, columns, faults)
    faults.raise_if_any()
    return weights, tuple(Stage(stratum[s], cluster[s], populations[s]) for s in range(stages))


def _length(weight: Any, columns: Columns, faults: FaultList) -> int:
    sizes = {} if weight is None else {columns.weight or "weight": len(weight)}
    for kind in ("strata", "clusters", "populations", "fractions"):
        sizes.update({columns.name(kind, s): len(column) for s, column in enumerate(getattr(columns, kind))})
    if len(set(sizes.values())) > 1 or not sizes or not min(sizes.values()):
        found = listing(f"{name}: {size}" for name, size in sizes.items()) or "0"
        faults.add("design-lengths", file=columns.file, found=found)
    faults.raise_if_any()
    return next(iter(sizes.values()))


def _coded(kind: str, columns: Columns, n: int, faults: FaultList) -> list[Codes]:
    import pandas as pd

    found = []
    for s, column in enumerate(getattr(columns, kind)):
        values = np.asarray(list(column)) if isinstance(column, (str, list, tuple)) else np.asarray(column)
        codes = np.asarray(pd.factorize(values)[0], dtype=np.int64)
        if (codes < 0).any():
            faults.add("design-missing", file=columns.file, key=columns.name(kind, s), rows=_rows(codes < 0))
        found.append(codes)
    return found


def _nested(
    strata: list[Codes], clusters: list[Codes], n: int, stages: int, columns: Columns, faults: FaultList
) -> tuple[list[Codes], list[Codes]]:
    """Return codes of strata and clusters by stage, each within the cluster of the stage before."""
    none = np.zeros(n, dtype=np.int64)
    stratum: list[Codes] = []
    cluster: list[Codes] = []
    for s in range(stages):
        own = strata[s] if s < len(strata) else none
        units = clusters[s] if clusters else np.arange(n)
        within = cluster[s - 1] if s else none
        own = _pair(within, own)
        plain = _pair(within, units)
        unit = _pair(own, units) if columns.nest or s else plain
        if not (columns.nest or s) and len(first_rows(unit)) != len(first_rows(_pair(own, unit))):
            crossing = np.flatnonzero(own != own[first_rows(unit)][unit])
            faults.add(
                "design-nesting",
                file=columns.file,
                key=columns.name("clusters", s),
                found=listing(str(columns.clusters[s][row]) for row in _firsts(unit, crossing)),
                rows=listing(str(row + 1) for row in crossing),
            )
        stratum.append(own)
        cluster.append(unit)
    return stratum, cluster


def _pair(outer: Codes, inner: Codes) -> Codes:
    """Return numbers of pairs, every number from 0 in use."""
    return used(outer * (int(inner.max()) + 1) + inner)[0]


def _firsts(codes: Codes, rows: Codes) -> Codes:
    return rows[np.sort(np.unique(codes[rows], return_index=True)[1])]


def _population(s: int, stratum: Codes, cluster: Codes, columns: Columns, faults: FaultList) -> Floats | None:
    """Return a stage's population of clusters, from numbers or from shares drawn."""
    kind = "populations" if columns.populations else "fractions"
    given = getattr(columns, kind)
    if s >= len(given):
        return None
    values = np.asarray(given[s], dtype=float)
    where: dict[str, Any] = {"file": columns.file, "key": columns.name(kind, s)}
    first = first_rows(cluster)
    sampled = np.bincount(stratum[first]).astype(float)[stratum]
    if np.isnan(values).any():
        faults.add("design-missing", rows=_rows(np.isnan(values)), **where)
        return None
    if kind == "fractions":
        wrong = (values < 0) | (values > 1)
        if wrong.any():
            faults.add("design-fraction", rows=_rows(wrong), found=listing(f"{v:g}" for v in values[wrong]), **where)
            return None
        with np.errstate(divide="ignore"):
            values = sampled / values
    small = values < sampled * (1 - SAME)
    if small.any() and not columns.pps:
        pairs = dict.fromkeys(f"{v:g} < {k:g}" for v, k in zip(values[small], sampled[small], strict=True))
        faults.add("design-population", rows=_rows(small), found=listing(pairs), **where)
    groups = cluster if columns.pps else stratum
    head = values[first_rows(groups)][groups]
    with np.errstate(invalid="ignore"):
        differs = (values != head) & ~(np.abs(values - head) <= SAME * head)
    if differs.any():
        faults.add("design-population-varies", rows=_rows(differs), **where)
    # One number a stratum: shares computed by row differ in the last bits.
    return head


def _weights(
    weight: Any,
    n: int,
    stratum: list[Codes],
    cluster: list[Codes],
    populations: list[Floats | None],
    columns: Columns,
    faults: FaultList,
) -> Floats:
    where: dict[str, Any] = {"file": columns.file, "key": columns.weight or "weight"}
    if weight is None:
        product = np.ones(n)
        for own, unit, population in zip(stratum, cluster, populations, strict=True):
            if population is None or np.isinf(population).any():
                faults.add("design-no-weights", **where)
                return product
            product *= population / np.bincount(own[first_rows(unit)])[own]
        return product
    try:
        values = np.array(weight, dtype=float)
    except (TypeError, ValueError):
        faults.add("design-weight-text", **where)
        return np.ones(n)
    for code, wrong in (("design-missing", ~np.isfinite(values)), ("design-weight-negative", values < 0)):
        if wrong.any():
            faults.add(code, rows=_rows(wrong), **where)
    if not (values > 0).any():
        faults.add("design-weight-zero", **where)
    return values


def _rows(mask: npt.NDArray[np.bool_]) -> str:
    return listing(str(row + 1) for row in np.flatnonzero(mask))
