"""How one person answers one question: scales, shares, don't knows."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from yitihua.indicators.table import Floats
from yitihua.surveys.simulation.streams import Ints, Streams

#: No answer in the table: not asked, broken off, or skipped.
BLANK = -1
DONT_KNOW, NOT_APPLICABLE, REFUSED = 98, 97, 99

#: Spread of a five-point answer before it is rounded, on 0-100, and what it is made of.
SPREAD = 26.0
CLUSTER_SHARE, PERSON_SHARE = 0.04, 0.42
_CUTS = np.array([12.5, 37.5, 62.5, 87.5])


def centre_for(mean: Floats) -> Floats:
    """Return the centre before rounding that gives a mean of five-point answers on 0-100.

    Rounding to five points and the ends of the scale pull means to the middle; this undoes it.

    Examples
    --------
    >>> centre = centre_for(np.array([50.0, 74.0]))
    >>> float(centre[0].round(6)), bool(centre[1] > 74)
    (50.0, True)
    """
    grid, means = _centres()
    return np.interp(mean, means, grid)


@cache
def _centres() -> tuple[Floats, Floats]:
    """Return centres and the means of five-point answers around them."""
    from scipy.special import ndtr

    grid = np.linspace(-80.0, 180.0, 1041)
    return grid, 25.0 * ndtr((grid[:, None] - _CUTS) / SPREAD).sum(axis=1)


def five_points(centre: Floats, cluster: Floats, person: Floats, rng: Streams, reverse: bool) -> Ints:
    """Return answers 1-5 of people around a centre; `cluster` and `person` are standard normal."""
    own = np.sqrt(1 - CLUSTER_SHARE - PERSON_SHARE) * rng.standard_normal(len(centre))
    noise = np.sqrt(CLUSTER_SHARE) * cluster + np.sqrt(PERSON_SHARE) * person + own
    code = 1 + np.searchsorted(_CUTS, centre + SPREAD * noise)
    return np.asarray(6 - code if reverse else code, dtype=np.int64)


def satisfied(share: Floats, cluster: Floats, person: Floats, rng: Streams) -> Ints:
    """Return answers 1-5 of which `share` (0-1) are 4 or 5."""
    from scipy.special import ndtri

    own = np.sqrt(1 - CLUSTER_SHARE - PERSON_SHARE) * rng.standard_normal(len(share))
    z = np.sqrt(CLUSTER_SHARE) * cluster + np.sqrt(PERSON_SHARE) * person + own
    line = -ndtri(np.clip(share, 0.01, 0.995))
    cuts = line[:, None] + np.array([-1.1, -0.6, 0.0, 0.9])
    return np.asarray(1 + (z[:, None] > cuts).sum(axis=1), dtype=np.int64)


def yes(share: Floats, cluster: Floats, person: Floats, rng: Streams) -> Ints:
    """Return answers 1 (yes) with probability `share` (0-1), else 0; people who say yes once say it again."""
    from scipy.special import ndtri

    own = np.sqrt(1 - CLUSTER_SHARE - 0.2) * rng.standard_normal(len(share))
    z = np.sqrt(CLUSTER_SHARE) * cluster + np.sqrt(0.2) * person + own
    return np.asarray(z > -ndtri(np.clip(share, 0.01, 0.99)), dtype=np.int64)


def with_code(answers: Ints, code: int, share: float | Floats, rng: Streams) -> Ints:
    """Return the answers, a share of them replaced by a code."""
    return np.where(rng.random(len(answers)) < share, code, answers)


def asked(answers: Ints, who: npt.NDArray[np.bool_]) -> Ints:
    """Return the answers of those who were asked, blank for the others."""
    return np.where(who, answers, BLANK)


def choice(rng: Streams, shares: Floats) -> Ints:
    """Return a column of each row drawn with the row's shares; shape (rows,)."""
    total = np.cumsum(shares, axis=1)
    return np.asarray((rng.random(len(shares))[:, None] * total[:, -1:] > total).sum(axis=1), dtype=np.int64)
