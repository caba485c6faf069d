"""Room for numbers that are needed for a moment, used again by the next replicates.

An array of some hundred kilobytes that is given back to the system and asked for anew costs more than what
is computed in it: every page is mapped and zeroed again. Each thread has room of its own.
"""

from __future__ import annotations

import threading

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Larger arrays are not held on to.
MOST = 2_000_000


class _Held(threading.local):
    def __init__(self) -> None:
        self.by_name: dict[str, Floats] = {}


_HELD = _Held()


def room(name: str, rows: int, columns: int) -> Floats:
    """Return an array with anything in it, until the same name is asked for again in the same thread.

    Parameters
    ----------
    name : str
        Of the purpose: no two arrays that are needed at a time have the same.
    rows, columns : int

    Returns
    -------
    ndarray, shape (rows, columns)

    Examples
    --------
    >>> first = room("example", 2, 3)
    >>> first.shape, np.shares_memory(first, room("example", 3, 2)), np.shares_memory(first, room("other", 2, 3))
    ((2, 3), True, False)
    """
    size = rows * columns
    if size > MOST:
        return np.empty((rows, columns))
    held = _HELD.by_name.get(name)
    if held is None or held.size < size:
        held = _HELD.by_name[name] = np.empty(size)
    return held[:size].reshape(rows, columns)
