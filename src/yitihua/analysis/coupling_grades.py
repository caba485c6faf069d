"""Grade tables of the coupling degree C and the coordination degree D.

Sources differ on which side an interval is closed: mathmodels-book (zhjx19, 系统评价) closes it on
the left, [0.8, 0.9), the table in Acta Geographica Sinica 76(4):781 on the right, (0.8, 0.9]. Here a
degree on a cut goes up (left) unless asked otherwise, as scores do everywhere in this package.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yitihua.analysis.stages import choose
from yitihua.indicators.table import Floats


@dataclass(frozen=True, slots=True)
class GradeTable:
    """Cuts and labels (Chinese, English), lowest first, and where they are from."""

    cuts: tuple[float, ...]
    labels: tuple[tuple[str, str], ...]
    source: str


TABLES = {
    "coordination": GradeTable(
        (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
        (
            ("极度失调", "extremely uncoordinated"),
            ("严重失调", "severely uncoordinated"),
            ("中度失调", "moderately uncoordinated"),
            ("轻度失调", "slightly uncoordinated"),
            ("濒临失调", "nearly uncoordinated"),
            ("勉强协调", "barely coordinated"),
            ("初级协调", "primarily coordinated"),
            ("中级协调", "moderately coordinated"),
            ("良好协调", "well coordinated"),
            ("优质协调", "excellently coordinated"),
        ),
        "Acta Geographica Sinica 2021, 76(4):781, table 1; mathmodels-book",
    ),
    "coupling": GradeTable(
        (0.3, 0.5, 0.8),
        (
            ("低水平耦合", "low coupling"),
            ("拮抗阶段", "antagonism"),
            ("磨合阶段", "running-in"),
            ("高水平耦合", "high coupling"),
        ),
        "Acta Geographica Sinica 2021, 76(4):781, table 1",
    ),
    "coupling_degrees": GradeTable(
        (0.3, 0.6, 0.8),
        (
            ("低度耦合", "low coupling"),
            ("中低度耦合", "lower middle coupling"),
            ("中高度耦合", "upper middle coupling"),
            ("高度耦合", "high coupling"),
        ),
        "mathmodels-book",
    ),
}


def graded(values: Floats, table: str = "coordination", closed: str = "left") -> npt.NDArray[np.int64]:
    """Return the grade of each degree, 0 the lowest.

    Parameters
    ----------
    values : ndarray
        C or D; rounded to 9 decimals first, so that 0.8 stands on the cut whatever the last bits.
    table : {"coordination", "coupling", "coupling_degrees"}
        Ten grades of D, four stages of C, or four degrees of C.
    closed : {"left", "right"}
        Left: a value on a cut goes up, [0.8, 0.9). Right: it goes down, (0.8, 0.9]; 0 is in the
        lowest grade either way.

    Returns
    -------
    ndarray of int, same shape
        -1 for NaN.

    Raises
    ------
    InputError
        If the table or the side is unknown.

    Examples
    --------
    >>> graded(np.array([0.0, 0.8, 1.0, np.nan])), graded(np.array([0.0, 0.8, 1.0]), closed="right")
    (array([ 0,  8,  9, -1]), array([0, 7, 9]))
    """
    choose("table", table, tuple(TABLES))
    choose("side", closed, ("left", "right"))
    values = np.asarray(values, dtype=float)
    side = "right" if closed == "left" else "left"
    found = np.searchsorted(np.array(TABLES[table].cuts), np.round(values, 9), side=side)  # type: ignore[call-overload]
    return np.asarray(np.where(np.isnan(values), -1, found))
