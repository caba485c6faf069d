"""Screening of units by what is known of them: too few values, or almost nothing but zeros.

COINr ``Screen`` and ``get_data_avail`` (R/screen_units.R). The share available is ``1 - missing / indicators``, the
share that is not zero ``1 - zeros / observed``; a unit is screened out where a share is below its threshold, and named
units are kept or left out whatever their data. Screening only says who stays: `screened_table` leaves out the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import numpy.typing as npt

from yitihua.errors import FaultList, suggest
from yitihua.indicators.table import IndicatorTable

if TYPE_CHECKING:
    import pandas as pd

    from yitihua.index.scoreboard import Scoreboard

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
#: What is looked at: COINr's byNA, byzeros and byNAandzeros.
Rule = Literal["missing", "zeros", "both"]
Reason = Literal[
    "enough", "few values", "mostly zeros", "few values and mostly zeros", "kept by name", "left out by name"
]


@dataclass(frozen=True, slots=True, eq=False)
class Availability:
    """What is known of each unit.

    Attributes
    ----------
    missing, zeros : ndarray of int, shape (units,)
        Indicators without a value, and with the value 0.
    available : ndarray, shape (units,)
        Share of indicators with a value.
    nonzero : ndarray, shape (units,)
        Share of values that are not 0; NaN without any value.
    groups : tuple of str
        Names of groups of indicators.
    by_group : ndarray, shape (units, groups)
        Share of the group's indicators with a value.
    """

    missing: Ints
    zeros: Ints
    available: Floats
    nonzero: Floats
    groups: tuple[str, ...]
    by_group: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Screened:
    """Who stays, and why.

    Attributes
    ----------
    availability : Availability
    few_values, mostly_zeros : ndarray of bool, shape (units,)
        Shares below their thresholds, whether looked at or not.
    kept : ndarray of bool, shape (units,)
    reasons : tuple of str
        By unit; `reason_words` puts them in words.
    """

    availability: Availability
    few_values: Mask
    mostly_zeros: Mask
    kept: Mask
    reasons: tuple[Reason, ...]


def availability(x: Floats, groups: Mapping[str, Sequence[int]] | None = None) -> Availability:
    """Return how many values each unit has, in total and by group of indicators.

    Parameters
    ----------
    x : ndarray, shape (units, indicators)
        NaN is missing.
    groups : mapping of str to columns, optional
        Such as the indicators below each node.

    Examples
    --------
    >>> found = availability(np.array([[1.0, 0.0, np.nan], [1.0, 2.0, 3.0]]), {"a": [0, 2]})
    >>> found.available.round(2), found.nonzero, found.by_group.ravel()
    (array([0.67, 1.  ]), array([0.5, 1. ]), array([0.5, 1. ]))
    """
    absent = np.isnan(x)
    missing, zeros = absent.sum(axis=1), (x == 0).sum(axis=1)
    observed = x.shape[1] - missing
    nonzero = np.full(len(x), np.nan)
    some = observed > 0
    nonzero[some] = 1.0 - zeros[some] / observed[some]
    named = dict(groups or {})
    shares = [1.0 - absent[:, list(columns)].mean(axis=1) for columns in named.values()]
    by_group = np.column_stack(shares) if shares else np.empty((len(x), 0))
    return Availability(missing, zeros, 1.0 - missing / max(x.shape[1], 1), nonzero, tuple(named), by_group)


def screen(
    x: Floats,
    rule: Rule = "missing",
    least_available: float = 2 / 3,
    least_nonzero: float = 0.05,
    force: Mapping[str, bool] | None = None,
    units: Sequence[str] = (),
    groups: Mapping[str, Sequence[int]] | None = None,
) -> Screened:
    """Return which units stay.

    Parameters
    ----------
    x : ndarray, shape (units, indicators)
        NaN is missing.
    rule : {"missing", "zeros", "both"}
        Whether too few values, mostly zeros, or either screens a unit out (COINr ``byNA``, ``byzeros``,
        ``byNAandzeros``).
    least_available, least_nonzero : float
        Thresholds, 0 to 1; a unit exactly on one stays. COINr's defaults.
    force : mapping of str to bool, optional
        Unit -> whether it stays, whatever its data (COINr ``Force``).
    units : sequence of str
        Codes of the rows; needed where `force` is.
    groups : mapping of str to columns, optional
        For `availability`.

    Returns
    -------
    Screened
        A unit without any value counts as mostly zeros (COINr gives NA there).

    Raises
    ------
    InputError
        If a threshold is not between 0 and 1, or `force` names unknown units; all faults together.

    Examples
    --------
    >>> x = np.array([[1.0, np.nan, np.nan], [1.0, 2.0, np.nan], [1.0, 2.0, 3.0]])
    >>> screen(x).kept
    array([False,  True,  True])
    >>> screen(x, force={"a": True}, units=["a", "b", "c"]).reasons
    ('kept by name', 'enough', 'enough')
    """
    forced = dict(force or {})
    _check(least_available, least_nonzero, forced, units)
    found = availability(x, groups)
    few = found.available < least_available
    mostly = ~(found.nonzero >= least_nonzero)
    out_few, out_zeros = few & (rule != "zeros"), mostly & (rule != "missing")
    kept = ~(out_few | out_zeros)
    reasons = [_reason(bool(a), bool(b)) for a, b in zip(out_few, out_zeros, strict=True)]
    for unit, stays in forced.items():
        row = list(units).index(unit)
        kept[row], reasons[row] = stays, "kept by name" if stays else "left out by name"
    return Screened(found, few, mostly, kept, tuple(reasons))


def _reason(few: bool, zeros: bool) -> Reason:
    if few and zeros:
        return "few values and mostly zeros"
    return "few values" if few else "mostly zeros" if zeros else "enough"


def _check(least_available: float, least_nonzero: float, forced: Mapping[str, bool], units: Sequence[str]) -> None:
    faults = FaultList()
    for name, share in (("least_available", least_available), ("least_nonzero", least_nonzero)):
        if not 0 <= share <= 1:
            faults.add("bad-value", key=name, found=f"{share:g}", reason=NOT_A_SHARE)
    for unit in forced:
        if unit not in units:
            faults.add(
                "unknown-reference", key="force", kind="unit", name=unit, options=list(units), hint=suggest(unit, units)
            )
    faults.raise_if_any()


def indicators_below(board: Scoreboard) -> dict[str, list[int]]:
    """Return the columns of all indicators below each node, the index itself last.

    Examples
    --------
    >>> import yitihua as yt
    >>> below = indicators_below(yt.evaluate("asem"))
    >>> len(below["Index"]), len(below["Conn"])
    (49, 30)
    """
    place = {code: [j] for j, code in enumerate(board.recipe.codes)}
    for node in board.recipe.nodes:
        place[node.code] = sorted(column for child in node.children for column in place[child])
    return {node.code: place[node.code] for node in board.recipe.nodes}


def screen_board(
    board: Scoreboard,
    rule: Rule = "missing",
    least_available: float = 2 / 3,
    least_nonzero: float = 0.05,
    force: Mapping[str, bool] | None = None,
) -> Screened:
    """Return which of a board's units have enough data, in total, with shares by node.

    Looked at are the values of the indicators before anything was filled.

    Examples
    --------
    >>> import yitihua as yt
    >>> int(screen_board(yt.evaluate("asem"), least_available=0.9).kept.sum())
    46
    """
    x = board.table.select(list(board.recipe.codes))
    return screen(x, rule, least_available, least_nonzero, force, board.table.units, indicators_below(board))


def screened_table(table: IndicatorTable, screened: Screened) -> IndicatorTable:
    """Return a table with the units that stay, in their order.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("asem")
    >>> len(screened_table(board.table, screen_board(board, least_available=0.9)).units)
    46
    """
    return table.take(np.flatnonzero(screened.kept).tolist())


#: Reason -> Chinese and English.
REASON_WORDS: Final[dict[Reason, tuple[str, str]]] = {
    "enough": ("数据充足", "enough data"),
    "few values": ("数据过少", "too few values"),
    "mostly zeros": ("几乎全为0", "almost all zeros"),
    "few values and mostly zeros": ("数据过少且几乎全为0", "too few values, almost all zeros"),
    "kept by name": ("指定保留", "kept by name"),
    "left out by name": ("指定剔除", "left out by name"),
}
#: Phrase for a threshold.
NOT_A_SHARE = "a share from 0 to 1"

_HEADINGS: Final = (
    ("单位", "unit"),
    ("缺失个数", "missing"),
    ("零值个数", "zeros"),
    ("数据完整率", "share available"),
    ("非零占比", "share not zero"),
    ("保留", "kept"),
    ("原因", "reason"),
)


def screening_frame(screened: Screened, units: Sequence[str], lang: str = "en") -> pd.DataFrame:
    """Return the table of screening, one row a unit, with a column of availability for each group.

    Parameters
    ----------
    screened : Screened
    units : sequence of str
        What stands in the first column.
    lang : {"zh", "en"}

    Examples
    --------
    >>> screening_frame(screen(np.array([[1.0, np.nan], [1.0, 2.0]])), ["a", "b"])["reason"].to_list()
    ['too few values', 'enough data']
    """
    import pandas as pd

    which = 0 if lang == "zh" else 1
    found = screened.availability
    words = [REASON_WORDS[reason][which] for reason in screened.reasons]
    columns = (list(units), found.missing, found.zeros, found.available, found.nonzero, screened.kept, words)
    frame = pd.DataFrame({heading[which]: values for heading, values in zip(_HEADINGS, columns, strict=True)})
    shares = pd.DataFrame(found.by_group, columns=list(found.groups))
    return pd.concat([frame, shares], axis=1)
