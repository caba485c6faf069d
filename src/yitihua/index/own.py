"""Calling a user's own function: what it is given is a copy, what it returns is checked for shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from yitihua.definitions.own_code import load_own_code
from yitihua.errors import refuse

Floats = npt.NDArray[np.float64]


def own_words(place: str) -> tuple[str, str]:
    """Return how a user's own function is named in print."""
    return (f"自定义函数{place}", f"own function {place}")


def called(place: str, shape: tuple[int, ...], *arrays: Floats, **parameters: Any) -> Floats:
    """Call a user's function and check what comes back.

    Parameters
    ----------
    place : str
        "mypkg.mymod:fn".
    shape : tuple of int
        What the result must have.
    *arrays : ndarray
        Handed over as copies.
    **parameters
        Keyword arguments.

    Raises
    ------
    InputError
        If code is not allowed, the function fails, or its result is of another shape or not numbers.
    """
    function = load_own_code(place).function
    try:
        found = np.asarray(function(*(np.array(array) for array in arrays), **parameters), dtype=float)
    except Exception as error:  # whatever the user's function does
        raise refuse("own-code-failed", name=place, found=f"{type(error).__name__}: {error}") from None
    if found.shape != shape:
        raise refuse("own-code-shape", name=place, found=str(found.shape), expected=str(shape))
    if np.isinf(found).any():
        raise refuse("own-code-failed", name=place, found="inf")
    return found


def checked_column(place: str, x: Floats, **parameters: Any) -> Floats:
    """Call a user's function on a column of observed values; missing ones stay missing."""
    seen = np.isfinite(x)
    result = np.full(x.shape, np.nan)
    if seen.any():
        result[seen] = called(place, (int(seen.sum()),), x[seen], **parameters)
    return result
