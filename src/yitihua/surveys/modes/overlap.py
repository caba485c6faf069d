"""Whether modes can be compared at all: numbers, common counties, common covariates, and selection.

A difference between modes can be adjusted for only where people alike answered in both. Where there is
nobody to compare with, the adjustment is refused; where people chose their mode by what is seen of them
(standardised differences above 0.25), they probably chose by what is not seen as well, and adjusting can turn
a sign: the effect is then reported and not applied unless one asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from yitihua.errors import FaultList
from yitihua.surveys.estimation.design import Codes, Floats

Mask = npt.NDArray[np.bool_]

#: Answers to an item that each mode must have (in each group).
LEAST_ANSWERS = 30
#: Share of a mode's weight that must lie in covariate cells where the reference has someone; below: refused.
LEAST_SUPPORT = 0.5
#: A standardised difference above this is strong selection (Rubin 2001; Stuart 2010).
STRONG = 0.25


@dataclass(frozen=True, slots=True)
class Difference:
    """How a mode's respondents differ from the reference's in one covariate (level).

    Attributes
    ----------
    mode, covariate, level : str
        The level is "" for numbers.
    share, reference_share : float
        Weighted share of the level, or mean.
    standardised : float
        Their difference over the root of the mean of the two variances.
    """

    mode: str
    covariate: str
    level: str
    share: float
    reference_share: float
    standardised: float


@dataclass(frozen=True, eq=False)
class Covariates:
    """Covariates as numbers.

    Attributes
    ----------
    matrix : ndarray, shape (respondents, p)
        Numbers, and indicators of all levels but the first; rows of respondents with a missing value are 0.
    cell : ndarray of int, shape (respondents,)
        Cells of all covariates crossed, numbers in quarters of the sample; -1 with a missing value.
    names, levels : tuple of str
        Of `columns`.
    columns : ndarray, shape (respondents, all levels)
        Numbers, and indicators of all levels, for the comparison of modes.
    """

    matrix: Floats
    cell: Codes
    names: tuple[str, ...]
    levels: tuple[str, ...]
    columns: Floats

    @property
    def known(self) -> Mask:
        """Respondents with all covariates."""
        return np.asarray(self.cell >= 0)


def covariates_of(covariates: Mapping[str, Any] | None, n: int) -> Covariates:
    """Return covariates as numbers: columns of floats are numbers, all others have levels.

    Examples
    --------
    >>> found = covariates_of({"age": [1, 2, 2], "income": [1.5, 2.5, float("nan")]}, 3)
    >>> found.matrix.tolist(), found.known.tolist()
    ([[0.0, 1.5], [1.0, 2.5], [0.0, 0.0]], [True, True, False])
    """
    import pandas as pd

    used: list[Floats] = []
    shown: list[tuple[str, str, Floats]] = []
    cell = np.zeros(n, dtype=np.int64)
    known = np.ones(n, dtype=bool)
    for name, given in (covariates or {}).items():
        series = pd.Series(given)
        if len(series) != n:
            raise ValueError(f"covariate {name} has {len(series)} rows, the design has {n}")
        known &= series.notna().to_numpy()
        if pd.api.types.is_float_dtype(series):
            values = series.to_numpy(dtype=float)
            quarters = np.nanquantile(values, [0.25, 0.5, 0.75]) if np.isfinite(values).any() else np.zeros(3)
            code, count = np.searchsorted(quarters, np.nan_to_num(values)), 4
            used.append(values)
            shown.append((name, "", values))
        else:
            code, levels = pd.factorize(series, sort=True)
            count = len(levels)
            indicators = [np.asarray(code == k, dtype=float) for k in range(count)]
            used += indicators[1:]
            shown += [(name, str(level), column) for level, column in zip(levels, indicators, strict=True)]
        cell = np.unique(cell * (count + 1) + np.maximum(code, 0), return_inverse=True)[1]
    matrix = np.column_stack([np.zeros((n, 0)), *used])
    matrix[~known] = 0.0
    columns = np.column_stack([np.zeros((n, 0)), *(column for _, _, column in shown)])
    names, levels_ = tuple(one[0] for one in shown), tuple(one[1] for one in shown)
    return Covariates(matrix, np.where(known, cell, -1), names, levels_, columns)


def differences(covariates: Covariates, weight: Floats, mode: Mask, reference: Mask, name: str) -> list[Difference]:
    """Return the standardised differences between a mode and the reference.

    Parameters
    ----------
    covariates : Covariates
    weight : ndarray, shape (respondents,)
    mode, reference : ndarray of bool, shape (respondents,)
        Who answered how; those with a missing covariate do not count.
    name : str
        Of the mode.
    """
    found = []
    for covariate, level, column in zip(covariates.names, covariates.levels, covariates.columns.T, strict=True):
        (mean, variance), (other, other_variance) = (
            _moments(column[rows & covariates.known], weight[rows & covariates.known]) for rows in (mode, reference)
        )
        spread = np.sqrt((variance + other_variance) / 2)
        apart = mean - other
        standardised = apart / spread if spread > 0 else (0.0 if apart == 0 else np.inf * np.sign(apart))
        found.append(Difference(name, covariate, level, mean, other, float(standardised)))
    return found


def _moments(values: Floats, weight: Floats) -> tuple[float, float]:
    if not len(values) or weight.sum() <= 0:
        return np.nan, np.nan
    mean = float(np.average(values, weights=weight))
    return mean, float(np.average((values - mean) ** 2, weights=weight))


def support(covariates: Covariates, weight: Floats, mode: Mask, reference: Mask) -> float:
    """Return the smaller of the two shares of weight that lie in covariate cells which the other mode has too.

    Examples
    --------
    >>> old = covariates_of({"old": [0, 0, 1, 0]}, 4)
    >>> web = np.array([True, True, True, False])
    >>> round(support(old, np.ones(4), web, ~web), 3)  # one of three web respondents has no counterpart
    0.667
    """
    shares = []
    for one, other in ((mode, reference), (reference, mode)):
        rows = one & covariates.known
        common = np.isin(covariates.cell[rows], covariates.cell[other & covariates.known])
        total = float(weight[rows].sum())
        shares.append(float(weight[rows][common].sum()) / total if total > 0 else 0.0)
    return min(shares)


def check_modes(labels: Sequence[str], counts: Mapping[str, int], reference: str, faults: FaultList) -> None:
    """Refuse a comparison of which one side is missing."""
    said = ", ".join(f"{name}: {counts[name]}" for name in labels) or "-"
    if reference not in counts:
        faults.add("mode-no-reference", key=reference, found=said)
    elif len(counts) < 2:
        faults.add("mode-only-one", key=reference, found=said)


def check_overlap(
    mode: Mask, reference: Mask, within: Codes | None, share: float, name: str, least: float, faults: FaultList
) -> None:
    """Refuse modes without a common county or with too few comparable respondents."""
    if within is not None and not np.isin(within[mode], within[reference]).any():
        faults.add(
            "mode-no-common-area",
            key=name,
            first=len(np.unique(within[mode])),
            second=len(np.unique(within[reference])),
        )
    if share < least:
        faults.add("mode-no-support", key=name, found=f"{share:.0%}", least=f"{least:.0%}")
