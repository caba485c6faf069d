"""Twelve rules for a quantile of weighted values, each as R survey 4.5 computes it.

hf1 to hf9 are the types of Hyndman & Fan (1996) with weights; "math" is hf1, "school" hf2; "shahvaish" is the
estimator of Shah & Vaish (2006). Sums are taken in extended precision where the machine has it, as in R, so that
a share that lies on a jump is found to lie on it by both.

Two habits of R are kept, for parity: below the share of the smallest value the discrete rules give the second
value and hf4 a line through the first two (a quantile there would be the smallest value); and "shahvaish"
subtracts half the raw weight, so it depends on the scale of the weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from yitihua.errors import listing, refuse
from yitihua.surveys.estimation.design import Floats

RULES = ("math", "school", "shahvaish", "hf1", "hf2", "hf3", "hf4", "hf5", "hf6", "hf7", "hf8", "hf9")


@dataclass(frozen=True, eq=False)
class Sorted:
    """Values in order with their weights, those of weight 0 left out.

    Attributes
    ----------
    values, weights, sums : ndarray, shape (values,)
        `sums` are the weights added up.
    """

    values: Floats
    weights: Floats
    sums: Floats

    @classmethod
    def of(cls, values: Floats, weights: Floats) -> Sorted:
        """Sort values; equal ones keep their order, as in R."""
        kept = weights > 0
        values, weights = values[kept], weights[kept]
        order = np.argsort(values, kind="stable")
        weights = weights[order]
        return cls(values[order], weights, _added(weights))

    @property
    def total(self) -> float:
        """Sum of weights."""
        return float(self.sums[-1])


def _added(weights: Floats) -> Floats:
    return np.cumsum(weights.astype(np.longdouble)).astype(float)


def quantile(data: Sorted, share: float, rule: str = "math") -> float:
    """Return the quantile of weighted values; NaN for no values or a share outside 0 to 1.

    Examples
    --------
    >>> data = Sorted.of(np.array([3.0, 1.0, 2.0]), np.array([1.0, 2.0, 1.0]))
    >>> [quantile(data, 0.5, rule) for rule in ("math", "school", "hf7")]
    [1.0, 1.5, 1.75]
    """
    if rule not in RULES:
        raise refuse("estimate-option", key="qrule", found=rule, options=listing(RULES))
    if not len(data.values) or not 0 <= share <= 1:
        return float("nan")
    if rule in _DISCRETE:
        return _DISCRETE[rule](data, share)
    if len(data.values) == 1:
        return float(data.values[0])
    return _CONTINUOUS[rule](data, share)


def _place(data: Sorted, share: float) -> tuple[int, int, float, float]:
    """Return the places below and above a share, and how far it is from their sums."""
    low = max(int(np.searchsorted(data.sums, share * data.total, side="right")) - 1, 0)
    high = min(low + 1, len(data.values) - 1)
    return low, high, share - data.sums[low] / data.total, data.sums[high] / data.total - share


def _hf1(data: Sorted, share: float) -> float:
    low, high, below, _ = _place(data, share)
    return float(data.values[low] if below == 0 else data.values[high])


def _hf2(data: Sorted, share: float) -> float:
    low, high, below, _ = _place(data, share)
    return float((data.values[low] + data.values[high]) / 2 if below == 0 else data.values[high])


def _hf3(data: Sorted, share: float) -> float:
    values, first = np.unique(data.values, return_index=True)
    weights = np.add.reduceat(data.weights, first)
    merged = Sorted(values, weights, _added(weights))
    low, high, below, _ = _place(merged, share)
    # Even places counted from 1.
    return float(values[low] if below == 0 and low % 2 == 1 else values[high])


def _hf4(data: Sorted, share: float) -> float:
    low, high, below, above = _place(data, share)
    part = below / (below + above) if below + above else 0.0
    return float(data.values[low] * (1 - part) + data.values[high] * part)


def _between(positions: Floats, data: Sorted, share: float) -> float:
    return float(np.interp(share, positions, data.values))


def _before(data: Sorted) -> Floats:
    return np.concatenate([[0.0], data.sums[:-1]])


def _hf5(data: Sorted, share: float) -> float:
    return _between((data.sums - data.weights / 2) / data.total, data, share)


def _hf6(data: Sorted, share: float) -> float:
    return _between(data.sums / (data.total + data.weights[-1]), data, share)


def _hf7(data: Sorted, share: float) -> float:
    return _between(_before(data) / data.sums[-2], data, share)


def _hf8(data: Sorted, share: float) -> float:
    return _between((_before(data) / 3 + data.sums * 2 / 3) / (data.total + data.weights[-1] / 3), data, share)


def _hf9(data: Sorted, share: float) -> float:
    return _between((_before(data) * 3 / 8 + data.sums * 5 / 8) / (data.total + data.weights[-1] / 4), data, share)


def _shahvaish(data: Sorted, share: float) -> float:
    n = len(data.values)
    positions = (_added(data.weights / data.weights.mean()) + 0.5 - data.weights / 2) / (n + 1)
    order = np.argsort(positions, kind="stable")
    place = int(np.searchsorted(positions[order], share, side="right")) - 1
    return float(data.values[order[min(max(place, 0), n - 1)]])


_DISCRETE: dict[str, Callable[[Sorted, float], float]] = {
    "math": _hf1,
    "hf1": _hf1,
    "school": _hf2,
    "hf2": _hf2,
    "hf3": _hf3,
    "hf4": _hf4,
}
_CONTINUOUS: dict[str, Callable[[Sorted, float], float]] = {
    "hf5": _hf5,
    "hf6": _hf6,
    "hf7": _hf7,
    "hf8": _hf8,
    "hf9": _hf9,
    "shahvaish": _shahvaish,
}
