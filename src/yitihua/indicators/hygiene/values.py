"""What the checks look at: the measures of a table as arrays, with their digits and the period before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.indicators.table import Floats, IndicatorTable

Label = tuple[str, str]

#: Most decimals that are looked at; numbers computed to more have no digits that anybody typed.
MOST_DECIMALS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One measure, or one indicator where it is not computed from measures.

    Attributes
    ----------
    code : str
    name : (str, str)
    now, before : ndarray, shape (units,)
        This period and the same period a year before; NaN missing.
    decimals : int or None
        Fewest decimals that write all values; None for numbers that were computed.
    """

    code: str
    name: Label
    now: Floats
    before: Floats
    decimals: int | None

    @property
    def whole(self) -> Floats:
        """The values as whole numbers of the last decimal; NaN missing."""
        return np.round(self.now * 10.0 ** (self.decimals or 0))


@dataclass(frozen=True, slots=True)
class Flag:
    """One piece of evidence.

    Attributes
    ----------
    check : str
        "heaping", "benford", "jump", "unchanged", "copy" or "ceiling".
    strength : {"strong", "look"}
        Strong: beyond what chance gives, at a level of 1% for all tests of the check together; for jumps, which have no
        chance model, beyond a threshold. Look: worth a question.
    units, codes : tuple of str
        Whose values, and which.
    seen : (str, str)
        What was seen, in Chinese and English.
    ask : (str, str)
        What to ask the unit.
    figure : float
        The figure as a number.
    p : float or None
        Probability of as much by chance, of this one test; None where no chance model is meant.
    adjusted : float or None
        The same, for all tests of the check (Holm).
    """

    check: str
    strength: str
    units: tuple[str, ...]
    codes: tuple[str, ...]
    seen: Label
    ask: Label
    figure: float
    p: float | None = None
    adjusted: float | None = None


def columns_of(table: IndicatorTable, edition: Edition) -> list[Column]:
    """Return the measures of a table, and its indicators that are not computed from measures.

    Examples
    --------
    >>> import yitihua as yt
    >>> zhejiang = yt.load_edition("zhejiang-2022")
    >>> columns = columns_of(yt.read_table(zhejiang), zhejiang)
    >>> len(columns), columns[0].code, columns[0].decimals
    (80, 'fields_catalogue', 0)
    """
    nothing = np.full(len(table.units), np.nan)
    found = []
    for code, values in table.measures.items():
        words = edition.measures[code].name
        before = table.background.before.get(code, nothing)
        found.append(Column(code, (words.zh, words.en), values, before, decimals_of(values)))
    for j, code in enumerate(table.indicators):
        values = table.values[:, j]
        if code in table.formulas or not np.isfinite(values).any():
            continue
        words = edition.indicators[code].name
        # Digits of an estimate are made by the number of respondents.
        estimated = table.n is not None and np.isfinite(table.n[:, j]).any()
        decimals = None if estimated else decimals_of(values)
        found.append(Column(code, (words.zh, words.en), values, _earlier(table, code), decimals))
    return found


def _earlier(table: IndicatorTable, code: str) -> Floats:
    """Return an indicator's values of the latest period before this one that the table knows."""
    earlier = [other for other in table.history if (other.period or "") < (table.period or "")]
    if not earlier:
        return np.full(len(table.units), np.nan)
    return earlier[-1].aligned(table.units, [code]).values[:, 0]


def shown(value: float) -> str:
    """Return a number as it was submitted, with all its digits.

    Examples
    --------
    >>> shown(1234810.0), shown(0.25)
    ('1234810', '0.25')
    """
    return f"{value:.15g}"


def without_common(values: Floats, ends: bool = False, share: float = 0.05) -> Floats:
    """Return values with those that many units have as missing: zeros, ceilings and, unless `ends`, any other.

    What more than `share` of the units, and more than two of them, report alike says nothing of typing or copying.

    Examples
    --------
    >>> without_common(np.array([100.0, 100.0, 100.0, 81.0, 64.0]))
    array([nan, nan, nan, 81., 64.])
    >>> without_common(np.array([90.0, 90.0, 90.0, 100.0, 64.0]), ends=True)
    array([ 90.,  90.,  90., 100.,  64.])
    """
    found = values.copy()
    seen = np.isfinite(values)
    alike, counts = np.unique(values[seen], return_counts=True)
    common = alike[counts > max(2.0, share * int(seen.sum()))]
    if ends and alike.size:
        common = np.intersect1d(common, alike[[0, -1]])
    found[np.isin(values, common)] = np.nan
    return found


def decimals_of(values: Floats) -> int | None:
    """Return the fewest decimals that write all values, None where there are more than people type.

    Examples
    --------
    >>> decimals_of(np.array([1.0, 2.5, 0.25, np.nan])), decimals_of(np.array([1.0, 1 / 3]))
    (2, None)
    """
    seen = values[np.isfinite(values)]
    for decimals in range(MOST_DECIMALS + 1):
        scaled = seen * 10.0**decimals
        if (np.abs(scaled - np.round(scaled)) <= 1e-6 * np.maximum(1.0, np.abs(scaled))).all():
            return decimals
    return None


def holm(p: Sequence[float]) -> Floats:
    """Return p values adjusted for being many (Holm 1979), in the given order.

    Examples
    --------
    >>> holm([0.01, 0.5, 0.02]).round(3)
    array([0.03, 0.5 , 0.04])
    """
    values = np.asarray(p, dtype=float)
    order = np.argsort(values, kind="stable")
    scaled = values[order] * (len(values) - np.arange(len(values)))
    result = np.empty(len(values))
    result[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return result
