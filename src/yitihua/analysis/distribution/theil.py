"""Theil's indices and their exact decomposition between and within groups, over any number of levels."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from yitihua.analysis.distribution.inputs import (
    Grouping,
    above_zero,
    choice,
    column,
    enough,
    grouping,
    not_negative,
    numbers,
    weights_of,
)
from yitihua.errors import FaultList, listing
from yitihua.indicators.arrays import Floats

if TYPE_CHECKING:
    import pandas as pd

TheilIndex = Literal["T", "L"]
INDICES: tuple[TheilIndex, ...] = ("T", "L")
Groups = Sequence[Hashable] | npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class TheilParts:
    """A Theil index and its parts between and within groups.

    Attributes
    ----------
    index : {"T", "L"}
    total, between, within : float
        ``total == between + within`` up to rounding.
    groups : tuple of str
    units : ndarray of int, shape (groups,)
        Units with a value.
    population_share, value_share : ndarray, shape (groups,)
        Share in the people (or units), and in the sum of values.
    inside : ndarray, shape (groups,)
        Index within each group.
    within_parts : ndarray, shape (groups,)
        What each group adds to `within`: its index times its share in values (T) or in people (L).
    between_parts : ndarray, shape (groups,)
        Its term of `between`; negative for groups below the mean (T) or above it (L).
    """

    index: TheilIndex
    total: float
    between: float
    within: float
    groups: tuple[str, ...]
    units: npt.NDArray[np.intp]
    population_share: Floats
    value_share: Floats
    inside: Floats
    within_parts: Floats
    between_parts: Floats

    @property
    def between_rate(self) -> float:
        """Share of the total that lies between groups; NaN where all values are equal."""
        return self.between / self.total if self.total > 0 else float("nan")

    @property
    def within_rate(self) -> float:
        """Share of the total that lies within groups; NaN where all values are equal."""
        return self.within / self.total if self.total > 0 else float("nan")

    @property
    def rates(self) -> Floats:
        """Share of the total that lies within each group, shape (groups,): they sum to `within_rate`."""
        return self.within_parts / self.total if self.total > 0 else np.full(len(self.groups), np.nan)

    @property
    def frame(self) -> pd.DataFrame:
        """One row a group."""
        import pandas as pd

        return pd.DataFrame(
            {
                "group": self.groups,
                "units": self.units,
                "population_share": self.population_share,
                "value_share": self.value_share,
                "theil": self.inside,
                "within": self.within_parts,
                "within_rate": self.rates,
                "between_term": self.between_parts,
            }
        )


@dataclass(frozen=True, slots=True, eq=False)
class NestedTheil:
    """A Theil index split over nested levels, such as provinces, their cities, and the counties of these.

    Attributes
    ----------
    index : {"T", "L"}
    total : float
    levels : tuple of str
        From the outermost in.
    between : ndarray, shape (levels,)
        Between the groups of the first level; then, for each further level, between its groups
        within the groups of the level above.
    within : float
        Within the groups of the innermost level; `between` and `within` sum to `total`.
    by_level : tuple of TheilParts
        The plain decomposition by each level.
    """

    index: TheilIndex
    total: float
    levels: tuple[str, ...]
    between: Floats
    within: float
    by_level: tuple[TheilParts, ...]

    @property
    def frame(self) -> pd.DataFrame:
        """One row a part, outermost first: between what, within what, value, rate."""
        import pandas as pd

        value = [*self.between.tolist(), self.within]
        return pd.DataFrame(
            {
                "between": [*self.levels, "unit"],
                "within": ["all", *self.levels],
                "value": value,
                "rate": [v / self.total if self.total > 0 else np.nan for v in value],
            }
        )


def theil(y: npt.ArrayLike, population: npt.ArrayLike | None = None, index: TheilIndex = "T") -> Floats:
    """Return Theil's T, ``sum p (y/mu) ln(y/mu)``, or L, ``sum p ln(mu/y)``, p the shares of units or people.

    Parameters
    ----------
    y : array_like, shape (..., units)
        Values of 0 or more; means per head where there is a population. NaN: the unit is left out.
    population : array_like, shape (units,) or that of y, optional
        0 or more; it may be missing only where y is.
    index : {"T", "L"}
        T takes a value of 0 as ``0 ln 0 = 0``, its limit; L, the mean log deviation, refuses it.

    Returns
    -------
    ndarray, shape (...)
        0 for equal values, all zeros included; NaN where there is no value.

    Raises
    ------
    InputError
        If values are negative or infinite, 0 with L, or the population will not do.

    References
    ----------
    Theil (1967), *Economics and Information Theory*.

    Examples
    --------
    >>> round(float(theil([0, 2])), 6)  # ln 2: everything is in one of two hands
    0.693147
    >>> float(theil([5, 5, float("nan")]))
    0.0
    """
    choice(index, INDICES, "index")
    values = numbers(y)
    (not_negative if index == "T" else above_zero)(values)
    weight = weights_of(values, population)
    filled = np.where(np.isfinite(values), values, 0.0)
    total, whole = (weight * filled).sum(axis=-1), weight.sum(axis=-1)
    mean = np.divide(total, whole, out=np.zeros_like(total), where=whole > 0)[..., None]
    ratio = np.divide(filled, mean, out=np.ones_like(filled), where=mean > 0)
    share = np.divide(weight, whole[..., None], out=np.zeros_like(weight), where=whole[..., None] > 0)
    result = (share * _distance(ratio, index)).sum(axis=-1)
    return np.asarray(np.where(whole > 0, result, np.nan))


def theil_parts(
    y: npt.ArrayLike, groups: Groups, population: npt.ArrayLike | None = None, index: TheilIndex = "T"
) -> TheilParts:
    """Return a Theil index split into what lies between groups and what lies within them.

    With Y_g / Y a group's share in values and N_g / N in people,
    ``T_b = sum (Y_g/Y) ln[(Y_g/Y) / (N_g/N)]`` and ``T_w = sum (Y_g/Y) T_g``. For L the shares
    change places: ``L_b = sum (N_g/N) ln[(N_g/N) / (Y_g/Y)]``, ``L_w = sum (N_g/N) L_g``.

    Parameters
    ----------
    y : array_like, shape (units,)
        As in `theil`.
    groups : sequence, shape (units,)
        Group of every unit with a value.
    population : array_like, shape (units,), optional
    index : {"T", "L"}

    Returns
    -------
    TheilParts
        A group of one unit, or of zeros only, has an index of 0.

    Raises
    ------
    InputError
        As `theil`; and where a unit with a value is in no group, or no unit has a value.

    References
    ----------
    Theil (1967); Shorrocks (1980), "The class of additively decomposable inequality measures".

    Examples
    --------
    >>> parts = theil_parts([1, 1, 3, 3], ["a", "a", "b", "b"])
    >>> parts.within, parts.between == parts.total
    (0.0, True)
    """
    return theil_nested(y, {"groups": groups}, population, index).by_level[0]


def theil_nested(
    y: npt.ArrayLike, levels: Mapping[str, Groups], population: npt.ArrayLike | None = None, index: TheilIndex = "T"
) -> NestedTheil:
    """Return a Theil index split over nested levels: the decomposition applied again within each group.

    Parameters
    ----------
    y : array_like, shape (units,)
        As in `theil`.
    levels : mapping of str to sequence, shape (units,)
        Name of a level -> group of every unit, from the outermost in: ``{"province": ..., "city": ...}``.
    population : array_like, shape (units,), optional
    index : {"T", "L"}

    Returns
    -------
    NestedTheil

    Raises
    ------
    InputError
        As `theil_parts`; and where an inner group lies in two outer ones, as groups called by names
        that provinces share do: 市辖区 is in each municipality. Give codes.

    References
    ----------
    Akita (2003), "Decomposing regional income inequality using two-stage nested Theil decomposition".

    Examples
    --------
    >>> nested = theil_nested([1, 3, 2, 2], {"province": ["p", "p", "q", "q"], "city": ["a", "b", "c", "d"]})
    >>> nested.between[0], nested.within, bool(nested.between[1] == nested.total)
    (np.float64(0.0), 0.0, True)
    """
    choice(index, INDICES, "index")
    values = column(y)
    (not_negative if index == "T" else above_zero)(values)
    weight = weights_of(values, population)
    there = np.isfinite(values)
    enough(int(there.sum()), 1, "units with a value", "y")
    enough(len(levels), 1, "levels", "levels")
    cuts = [grouping(groups, there) for groups in levels.values()]
    _check_nesting(list(levels), cuts)
    values, weight = values[there], weight[there]
    by_level = tuple(_parts(values, weight, cut, index) for cut in cuts)
    between = [by_level[0].between]
    for outer, inner in pairwise(cuts):
        between.append(float(_between(values, weight, inner, outer, index).sum()))
    last = by_level[-1]
    return NestedTheil(index, last.total, tuple(levels), np.array(between), last.within, by_level)


def _distance(ratio: Floats, index: TheilIndex) -> Floats:
    """Return each value's term, of a ratio to the mean: never negative, as ratios average to 1.

    ``r ln r - r + 1`` and ``r - 1 - ln r`` have the sums of ``r ln r`` and ``-ln r``, without their cancelling.
    """
    log = np.log(ratio, out=np.zeros_like(ratio), where=ratio > 0)
    return np.asarray(ratio * log - (ratio - 1.0) if index == "T" else (ratio - 1.0) - log)


def _parts(y: Floats, weight: Floats, cut: Grouping, index: TheilIndex) -> TheilParts:
    """Return the plain decomposition; every y is there."""
    people, value = cut.sums(weight), cut.sums(weight * y)
    mean = np.divide(value, people, out=np.zeros_like(value), where=people > 0)
    ratio = np.divide(y, mean[cut.of], out=np.ones_like(y), where=mean[cut.of] > 0)
    terms = cut.sums(weight * _distance(ratio, index))
    inside = np.divide(terms, people, out=np.zeros_like(terms), where=people > 0)
    p, s = _shares(people), _shares(value)
    within = (s if index == "T" else p) * inside
    between = _between(y, weight, cut, None, index)
    total = float(theil(y, weight, index))
    return TheilParts(
        index, total, float(between.sum()), float(within.sum()), cut.labels,
        np.bincount(cut.of, minlength=len(cut.labels)), p, s, inside, within, between,
    )  # fmt: skip


def _between(y: Floats, weight: Floats, inner: Grouping, outer: Grouping | None, index: TheilIndex) -> Floats:
    """Return the terms of the inner groups between them within the outer ones, shape (inner groups,)."""
    people, value = inner.sums(weight), inner.sums(weight * y)
    if outer is None:
        all_people, all_value = np.full_like(people, people.sum()), np.full_like(value, value.sum())
    else:
        holder = np.empty(len(inner.labels), dtype=np.intp)
        holder[inner.of] = outer.of
        all_people, all_value = outer.sums(weight)[holder], outer.sums(weight * y)[holder]
    shared = people * all_value
    ratio = np.divide(value * all_people, shared, out=np.ones_like(value), where=shared > 0)
    log = np.log(ratio, out=np.zeros_like(ratio), where=ratio > 0)
    return np.asarray(_shares(value) * log if index == "T" else -_shares(people) * log)


def _shares(x: Floats) -> Floats:
    total = x.sum()
    return np.asarray(x / total) if total > 0 else np.zeros_like(x)


def _check_nesting(names: Sequence[str], cuts: Sequence[Grouping]) -> None:
    """Refuse inner groups that lie in several outer ones; all at once."""
    faults = FaultList()
    for name, (outer, inner) in zip(names[1:], pairwise(cuts), strict=True):
        pairs = np.unique(np.column_stack([inner.of, outer.of]), axis=0)
        for group in np.flatnonzero(np.bincount(pairs[:, 0]) > 1).tolist():
            found = listing([outer.labels[o] for i, o in pairs.tolist() if i == group])
            faults.add("distribution-nesting", key=name, inner=inner.labels[group], found=found)
    faults.raise_if_any()
