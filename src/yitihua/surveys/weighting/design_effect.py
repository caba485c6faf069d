"""What unequal weights cost: Kish's design effect, 1 + the squared coefficient of variation of the weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yitihua.surveys.estimation.design import Codes, Floats


@dataclass(frozen=True, eq=False)
class WeightingEffect:
    """Cost of unequal weights, by domain.

    Attributes
    ----------
    n : ndarray of int, shape (domains,)
        Respondents with a weight other than 0.
    deff : ndarray
        Kish's ``n sum w^2 / (sum w)^2``; NaN without respondents.
    n_eff : ndarray
        ``n / deff = (sum w)^2 / sum w^2``; 0 without respondents.
    """

    n: Codes
    deff: Floats
    n_eff: Floats


def kish(weight: Floats, domain: Codes | None = None, domains: int | None = None) -> WeightingEffect:
    """Return Kish's design effect of weighting, over all or by domain.

    It is the loss for a variable unrelated to the weights (Kish 1992); calibration to variables that explain
    the answers costs less, so this is an upper guess there.

    Parameters
    ----------
    weight : ndarray, shape (respondents,)
        NaN counts as 0.
    domain : ndarray of int, optional
        Domain of each, from 0; all together if left out.
    domains : int, optional
        How many there are.

    Examples
    --------
    >>> effect = kish(np.array([1.0, 1.0, 2.0, 0.0]))
    >>> int(effect.n[0]), float(effect.deff[0]), round(float(effect.n_eff[0]), 4)
    (3, 1.125, 2.6667)
    """
    weight = np.nan_to_num(weight)
    place = np.zeros(len(weight), dtype=np.int64) if domain is None else domain
    size = domains if domains is not None else int(place.max(initial=0)) + 1
    n = np.bincount(place[weight != 0], minlength=size)
    total = np.bincount(place, weight, size)
    squares = np.bincount(place, weight**2, size)
    with np.errstate(invalid="ignore", divide="ignore"):
        n_eff = np.where(n > 0, total**2 / squares, 0.0)
        deff = n * squares / total**2
    return WeightingEffect(n, deff, n_eff)
