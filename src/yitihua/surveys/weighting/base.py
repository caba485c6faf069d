"""Base weights: inverse probabilities of selection, and the check that every weight goes through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from yitihua.errors import Fault, FaultList, refuse
from yitihua.surveys.estimation.design import Codes, Floats


def check_weights(
    weight: Floats, *, zero: bool = False, file: str = "", column: str = "weight", lines: Sequence[int] | None = None
) -> list[Fault]:
    """Return what is wrong with weights: missing, infinite, negative, or 0 where that is not meant.

    Parameters
    ----------
    weight : ndarray, shape (respondents,)
    zero : bool
        Whether 0 is allowed: it keeps a person in the design and out of the estimates.
    file, column : str
        For messages.
    lines : sequence of int, optional
        Line of each row in the file; rows are counted from 1 if left out.

    Examples
    --------
    >>> [fault.code for fault in check_weights(np.array([1.0, -2.0, np.nan]))]
    ['weight-missing', 'weight-negative']
    """
    low, high = (weight.min(), weight.max()) if len(weight) else (np.nan, np.nan)
    if np.isfinite(low) and np.isfinite(high) and high > 0 and (low > 0 or (zero and low == 0)):
        return []
    kinds = {
        "weight-missing": np.isnan(weight),
        "weight-infinite": np.isinf(weight),
        "weight-negative": weight < 0,
        "weight-zero": np.zeros(len(weight), bool) if zero else weight == 0,
    }
    faults = FaultList()
    for code, found in kinds.items():
        if n := int(found.sum()):
            rows = np.flatnonzero(found)[:1000]
            places = [lines[row] if lines is not None else int(row) + 1 for row in rows]
            faults.add(code, file=file, key=column, n=n, rows=places)
    if not len(weight) or (not faults and not (weight > 0).any()):
        faults.add("weight-none", file=file, key=column)
    return list(faults)


def as_numbers(values: Any, file: str = "", column: str = "weight") -> Floats:
    """Return a column of weights as new floats, NaN where missing.

    Raises
    ------
    InputError
        Naming rows that are no numbers.

    Examples
    --------
    >>> as_numbers([1, None, "2.5"])
    array([1. , nan, 2.5])
    """
    import pandas as pd

    plain = values.to_numpy() if hasattr(values, "to_numpy") else np.asarray(values)
    if plain.dtype.kind in "fiu":
        return np.array(plain, dtype=float)
    numbers = pd.to_numeric(pd.Series(plain, dtype=object), errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    bad = np.flatnonzero(np.isnan(numbers) & ~pd.isna(plain))
    if len(bad):
        rows = [int(row) + 1 for row in bad[:1000]]
        raise refuse("weight-text", file=file, key=column, n=len(bad), found=str(plain[bad[0]])[:40], rows=rows)
    return np.array(numbers)


def inverse_probability(*probability: Floats, file: str = "", names: Sequence[str] = ()) -> Floats:
    """Return base weights: one over the product of the selection probabilities of all stages.

    Parameters
    ----------
    *probability : ndarray, shape (respondents,)
        One array a stage, above 0 and at most 1.
    file : str
    names : sequence of str
        Names of the columns, for messages.

    Raises
    ------
    InputError
        Naming the rows whose probability is missing or out of range (a percentage, or a weight, given in its place).

    Examples
    --------
    >>> inverse_probability(np.array([0.1, 0.2]), np.array([0.5, 0.5]))
    array([20., 10.])
    """
    faults = FaultList()
    product = np.ones(len(probability[0]))
    for stage, column in enumerate(probability):
        bad = np.flatnonzero(~((column > 0) & (column <= 1)))
        if len(bad):
            name = names[stage] if stage < len(names) else f"probability {stage + 1}"
            rows = [int(row) + 1 for row in bad[:1000]]
            faults.add("probability-range", file=file, key=name, n=len(bad), rows=rows, found=column[bad[0]])
        product = product * column
    faults.raise_if_any()
    return np.asarray(1 / product)


def from_frame(stratum: Codes, population: Floats, selected: Floats, *, names: Sequence[str] = ()) -> Floats:
    """Return base weights N / n of simple random sampling within strata.

    Parameters
    ----------
    stratum : ndarray of int, shape (people,)
        The stratum of each person selected, from 0.
    population, selected : ndarray, shape (strata,)
        People in the frame and people selected.
    names : sequence of str
        Names of strata, for messages.

    Raises
    ------
    InputError
        For strata with more selected than there are, or with people but none selected.

    Examples
    --------
    >>> from_frame(np.array([0, 0, 1]), np.array([10.0, 30.0]), np.array([2.0, 1.0]))
    array([ 5.,  5., 30.])
    """
    faults = FaultList()
    present = np.bincount(stratum, minlength=len(population))
    bad = (present > 0) & ~((selected > 0) & (population >= selected))
    bad |= present > selected
    for h in np.flatnonzero(bad):
        name = names[int(h)] if names else str(h)
        numbers: dict[str, Any] = {
            "population": f"{population[h]:g}",
            "selected": f"{selected[h]:g}",
            "n": int(present[h]),
        }
        faults.add("frame-stratum", key=name, **numbers)
    faults.raise_if_any()
    return np.asarray((population / selected)[stratum])
