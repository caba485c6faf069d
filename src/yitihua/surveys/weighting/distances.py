"""Distances of Deville and Särndal (1992): how a weight's factor follows from its linear predictor.

With predictor u the factor is F(u): 1 + u (linear), exp(u) (raking), or the logit curve between two bounds.
`derivative_in_r` is what R's survey 4.5 takes for F': with bounded raking it compares u with the bounds less 1
although the factor is exp(u), so R's path to the solution is another one; the solution is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from yitihua.errors import refuse
from yitihua.surveys.estimation.design import Floats

Method = Literal["linear", "raking", "logit"]


@dataclass(frozen=True)
class Distance:
    """One distance and the bounds on the factor.

    Attributes
    ----------
    method : str
        linear, raking or logit.
    lower, upper : float
        Bounds of the factor g = calibrated weight / starting weight.

    Examples
    --------
    >>> Distance("linear", 0.5, 2.0).factor(np.array([-1.0, 0.0, 3.0]))
    array([0.5, 1. , 2. ])
    """

    method: Method = "linear"
    lower: float = -np.inf
    upper: float = np.inf

    def __post_init__(self) -> None:
        finite = np.isfinite(self.lower) and np.isfinite(self.upper)
        inside = self.lower < 1 < self.upper
        if not inside or (self.method == "logit" and not finite):
            raise refuse("calibration-bounds", key=self.method, lower=self.lower, upper=self.upper)

    @property
    def bounded(self) -> bool:
        """Whether a bound is set."""
        return bool(np.isfinite(self.lower) or np.isfinite(self.upper))

    @property
    def least(self) -> float:
        """The least factor there can be: raking never gives a negative one."""
        return max(self.lower, 0.0) if self.method == "raking" else self.lower

    @property
    def _slope(self) -> float:
        return (self.upper - self.lower) / ((self.upper - 1) * (1 - self.lower))

    def factor(self, u: Floats) -> Floats:
        """Return F(u), the factor."""
        if self.method == "linear":
            return np.clip(1 + u, self.lower, self.upper)
        if self.method == "raking":
            return np.clip(np.exp(u), self.lower, self.upper)
        # R's quotient of exponentials, divided through so that it cannot overflow to inf / inf.
        odds = (self.upper - 1) / (1 - self.lower) * np.exp(-self._slope * u)
        return np.asarray(self.lower + (self.upper - self.lower) / (1 + odds))

    def derivative(self, u: Floats) -> Floats:
        """Return F'(u); 0 where a bound holds."""
        if self.method == "linear":
            return ((u > self.lower - 1) & (u < self.upper - 1)).astype(float)
        if self.method == "raking":
            e = np.exp(u)
            return np.where((e > self.lower) & (e < self.upper), e, 0.0)
        g = self.factor(u)
        return np.asarray(self._slope * (g - self.lower) * (self.upper - g) / (self.upper - self.lower))

    def derivative_in_r(self, u: Floats) -> Floats:
        """Return F'(u) as R computes it."""
        if self.method == "linear":
            return self.derivative(u)
        if self.method == "raking":
            return np.where((u > self.lower - 1) & (u < self.upper - 1), np.exp(u), 0.0)
        low, high, a = self.lower, self.upper, self._slope
        e = np.exp(a * u)
        below = high - 1 + (1 - low) * e
        first = high * (1 - low) * e * a / below
        return np.asarray(first - (low * (high - 1) + high * (1 - low) * e) * ((1 - low) * e * a) / below**2)

    def integral(self, u: Floats) -> Floats:
        """Return the integral of F from 0 to u, the part of the dual objective that belongs to one unit."""
        if self.method == "logit":
            low, high, a = self.lower, self.upper, self._slope
            ends = np.log(high - 1), np.log1p(-low)
            rise = np.logaddexp(ends[0], ends[1] + a * u) - np.logaddexp(*ends)
            return np.asarray(low * u + (high - low) / a * rise)
        if self.method == "linear":
            inner = np.clip(u, self.lower - 1, self.upper - 1)
            below, plain = u - inner, inner + inner**2 / 2
        else:
            with np.errstate(divide="ignore"):
                lowest, highest = np.log(max(self.lower, 0.0)), np.log(self.upper)
            inner = np.clip(u, lowest, highest)
            below, plain = u - inner, np.exp(inner) - 1
        outside = np.where(below < 0, self.lower, self.upper)
        return np.asarray(plain + below * np.where(below == 0, 0.0, outside))
