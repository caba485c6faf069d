"""What every imputation returns: the values, and which of them it put there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class Filled(NamedTuple):
    """Values with missing cells filled where it could be done, NaN elsewhere, and the cells that were filled."""

    values: Floats
    filled: Mask


def filled_with(x: Floats, candidates: Floats) -> Filled:
    """Return values with candidates in the missing cells; observed values keep their bits.

    Parameters
    ----------
    x, candidates : ndarray of one shape
        NaN in both stays NaN.

    Examples
    --------
    >>> filled_with(np.array([1.0, np.nan, np.nan]), np.array([9.0, 8.0, np.nan]))
    Filled(values=array([ 1.,  8., nan]), filled=array([False,  True, False]))
    """
    missing = np.isnan(x)
    return Filled(np.where(missing, candidates, x), missing & np.isfinite(candidates))
