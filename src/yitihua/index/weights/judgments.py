"""Judgments of pairs on Saaty's scale: how they are written, and what keeps a matrix from being one of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from yitihua.errors import FaultList
from yitihua.index.weights.strength import Floats

#: 1/9 .. 1/2, 1, 2 .. 9.
SCALE: tuple[float, ...] = (*(1.0 / k for k in range(9, 1, -1)), *(float(k) for k in range(1, 10)))
#: Reciprocals that people type have two decimals: 0.33 for 1/3.
TYPED = 0.005 + 1e-9


def check_judgments(
    a: Floats, labels: Sequence[str], faults: FaultList, scale: float | None = 9.0, **where: object
) -> None:
    """Add a fault for everything that keeps a matrix from being one of judgments.

    Parameters
    ----------
    a : ndarray
        Should be (k, k), positive, reciprocal to two decimals, 1 on the diagonal, 1/scale to scale.
    labels : sequence of str
        Names of rows and columns.
    faults : FaultList
        Takes them, with ``key`` "row, column".
    scale : float or None
        Largest judgment; None where means of judgments are checked.
    **where
        File and sheet, for messages.

    Examples
    --------
    >>> faults = FaultList()
    >>> check_judgments(np.array([[1.0, np.nan], [0.5, 1.0]]), ["x", "y"], faults)
    >>> [fault.code for fault in faults]
    ['ahp-missing']
    """
    here = {name: str(value) for name, value in where.items()}
    k = len(labels)
    if a.shape != (k, k) or k == 0:
        faults.add("ahp-shape", found=" x ".join(map(str, a.shape)), count=k, **here)  # type: ignore[arg-type]
        return
    for i in range(k):
        for j in range(i, k):
            code, at, found = _fault_of_pair(a, i, j, scale)
            if code:
                row, column = labels[at[0]], labels[at[1]]
                faults.add(code, key=f"{row}, {column}", row=row, column=column, **found, **here)  # type: ignore[arg-type]


def _fault_of_pair(a: Floats, i: int, j: int, scale: float | None) -> tuple[str, tuple[int, int], dict[str, str]]:
    """Return the first fault of a pair of cells, where it is, and what was found."""
    cells = [(i, j)] if i == j else [(i, j), (j, i)]
    for at in cells:
        value = a[at]
        if np.isnan(value):
            return "ahp-missing", at, {}
        if not 0 < value < np.inf:
            return "ahp-positive", at, {"found": f"{value:g}"}
        if scale is not None and not 1 / scale - TYPED <= value <= scale + 1e-9:
            return "ahp-scale", at, {"found": f"{value:g}", "most": f"{scale:g}"}
    if i == j:
        return ("ahp-diagonal", (i, i), {"found": f"{a[i, i]:g}"}) if abs(a[i, i] - 1) > 1e-9 else ("", (i, i), {})
    if a[i, j] < a[j, i]:
        i, j = j, i
    if abs(a[j, i] - 1 / a[i, j]) > TYPED:
        shown = {"found": f"{a[j, i]:.4g}", "other": f"{a[i, j]:.4g}", "wanted": as_fraction(1 / a[i, j])}
        return "ahp-reciprocal", (j, i), shown
    return "", (i, j), {}


def reciprocal(a: Floats) -> Floats:
    """Return a matrix with exact reciprocals: of each pair the larger value counts, 3 rather than 0.33.

    Parameters
    ----------
    a : ndarray, shape (..., k, k)
        Judgments, reciprocal to two decimals.

    Examples
    --------
    >>> reciprocal(np.array([[1.0, 0.33], [3.0, 1.0]])).round(4)
    array([[1.    , 0.3333],
           [3.    , 1.    ]])
    """
    flipped = np.swapaxes(a, -1, -2)
    return np.asarray(np.where(a >= flipped, a, 1.0 / flipped))


def as_fraction(value: float) -> str:
    """Return a judgment as people write it: 5, 1/3, or up to four digits.

    Examples
    --------
    >>> as_fraction(1 / 3), as_fraction(5.0), as_fraction(2.4142)
    ('1/3', '5', '2.414')
    """
    for number in range(1, 10):
        if abs(value - number) < 1e-9:
            return str(number)
        if abs(value - 1 / number) < 1e-9:
            return f"1/{number}"
    return f"{value:.4g}"
