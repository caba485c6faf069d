"""Gini coefficient and Lorenz curve, of units or of people in units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yitihua.analysis.distribution.inputs import column, enough, not_negative, numbers, weights_of
from yitihua.errors import refuse
from yitihua.indicators.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Lorenz:
    """Points of a Lorenz curve, from (0, 0) to (1, 1).

    Attributes
    ----------
    population, value : ndarray, shape (units with a value + 1,)
        Cumulated shares, units from the lowest value up.
    """

    population: Floats
    value: Floats

    @property
    def gini(self) -> float:
        """One less twice the area below the curve, by trapezoids."""
        return float(1.0 - (np.diff(self.population) * (self.value[1:] + self.value[:-1])).sum())


def gini(y: npt.ArrayLike, population: npt.ArrayLike | None = None) -> Floats:
    """Return the Gini coefficient ``sum_ij w_i w_j |y_i - y_j| / (2 W^2 ybar)``, by one sort.

    Without `population` every unit counts once. With it, `y` is the mean per head of a unit and the
    result is that of the people, each taken to have the mean of its unit: the Gini of grouped data.
    For totals of units use `grouped_gini`; sorting by the mean but cumulating means as if they were
    totals, as some scripts do, is not the Gini of anything.

    Parameters
    ----------
    y : array_like, shape (..., units)
        Values of 0 or more. NaN: the unit is left out.
    population : array_like, shape (units,) or that of y, optional
        0 or more; it may be missing only where y is.

    Returns
    -------
    ndarray, shape (...)
        0 for equal values, all zeros included; NaN where there is no value. At most 1 - 1/n for n
        units that count once: it is not corrected by n / (n - 1), so that groups add up
        (`yitihua.analysis.distribution.dagum`).

    Raises
    ------
    InputError
        If values are negative or infinite, or the population will not do.

    Notes
    -----
    It takes the zero of the scale at its word: a score moved by a constant has another Gini.

    References
    ----------
    Gini (1912); the sorted form as in Cowell, *Measuring Inequality*; grouped data as in section 12
    of the project's notes on methods.

    Examples
    --------
    >>> float(gini([0, 0, 0, 1]))
    0.75
    >>> round(float(gini([1, 3], population=[3, 1])), 10)  # as gini([1, 1, 1, 3])
    0.25
    """
    values = numbers(y)
    not_negative(values)
    weight = weights_of(values, population)
    filled = np.where(np.isfinite(values), values, 0.0)
    total, whole = (weight * filled).sum(axis=-1), weight.sum(axis=-1)
    mean = np.divide(total, whole, out=np.zeros_like(total), where=whole > 0)
    order = np.argsort(filled, axis=-1)
    # Moved to the mean first: the same sum, for the weights below add up to 0, and less is cancelled.
    moved = np.take_along_axis(filled - mean[..., None], order, axis=-1)
    sorted_weight = np.take_along_axis(weight, order, axis=-1)
    below = np.cumsum(sorted_weight, axis=-1)
    pairs = (sorted_weight * moved * (2 * below - sorted_weight - whole[..., None])).sum(axis=-1)
    result = np.divide(pairs, whole * total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(np.where(whole > 0, np.maximum(result, 0.0), np.nan))


def grouped_gini(totals: npt.ArrayLike, population: npt.ArrayLike) -> Floats:
    """Return the Gini of people from units' totals: `gini` of totals per head, weighted by population.

    Parameters
    ----------
    totals : array_like, shape (..., units)
        Sum over the people of a unit, 0 or more. NaN: the unit is left out.
    population : array_like, shape (units,) or that of totals
        Above 0 where there is a total, for a total belongs to somebody.

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    InputError
        As `gini`, and where a unit with a total has no people.

    Examples
    --------
    >>> round(float(grouped_gini([3, 3], [3, 1])), 10)
    0.25
    """
    values, people = numbers(totals, "totals"), numbers(population, "population")
    weights_of(values, people)
    empty = np.isfinite(values) & (people == 0)
    if empty.any():
        raise refuse("distribution-population", key="population", reason="sums to 0", found=f"{int(empty.sum())}")
    return gini(np.divide(values, people, out=np.full(empty.shape, np.nan), where=people != 0), population)


def lorenz(y: npt.ArrayLike, population: npt.ArrayLike | None = None) -> Lorenz:
    """Return the points of the Lorenz curve.

    Parameters
    ----------
    y : array_like, shape (units,)
        Values of 0 or more; per head where there is a population. NaN: the unit is left out.
    population : array_like, shape (units,), optional

    Returns
    -------
    Lorenz
        Where all values are 0 the curve is the diagonal.

    Raises
    ------
    InputError
        As `gini`, and where there is no value at all.

    References
    ----------
    Lorenz (1905).

    Examples
    --------
    >>> lorenz([1, 3]).value.tolist()
    [0.0, 0.25, 1.0]
    """
    values = column(y)
    not_negative(values)
    weight = weights_of(values, population)
    there = np.isfinite(values)
    enough(int(there.sum()), 1, "units with a value", "y")
    values, weight = values[there], weight[there]
    order = np.argsort(values, kind="stable")
    shares = []
    for part in (weight[order], (weight * values)[order]):
        sums = np.concatenate([[0.0], np.cumsum(part)])
        shares.append(sums / sums[-1] if sums[-1] > 0 else sums)
    people, value = shares
    return Lorenz(people, value if value[-1] > 0 else people)
