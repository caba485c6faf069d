"""What treatment did to each indicator: before and after, as COINr's ``Dets_Table`` and more.

A row says skewness and kurtosis before, whether the column passed, how many points were winsorised at which end,
which curve was applied with which numbers, and skewness, kurtosis and whether it passes afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yitihua.index.recipe import Label, Treatment
from yitihua.index.treat import limits
from yitihua.index.treat.applying import curve_for
from yitihua.index.treat.limits import Floats

if TYPE_CHECKING:
    import pandas as pd

    from yitihua.index.scoreboard import Scoreboard


@dataclass(frozen=True, slots=True)
class Shape:
    """Skewness, excess kurtosis (both bias-corrected) and range of a column; None where there is none.

    Attributes
    ----------
    passed : bool or None
        Not outlying; None where the column has no skewness or kurtosis to judge.
    """

    skewness: float | None
    kurtosis: float | None
    low: float | None
    high: float | None
    passed: bool | None


@dataclass(frozen=True, slots=True)
class TreatmentRow:
    """One indicator's line of the table.

    Attributes
    ----------
    code : str
        The indicator.
    observed : int
        Values, imputed ones included.
    before, after : Shape
        After imputation and the indicator's own logarithm; after treatment.
    low, high : int
        Points winsorised at the lower and the upper end.
    lower, upper : float or None
        Limits; None where that end is not winsorised.
    curve : (str, str)
        Formula in Chinese and English; empty where values stay straight.
    method, outcome : str
        As the recipe has them.
    """

    code: str
    observed: int
    before: Shape
    low: int
    high: int
    lower: float | None
    upper: float | None
    curve: Label
    after: Shape
    method: str
    outcome: str


def shapes(x: Floats, skew: float | Floats = 2.0, kurt: float | Floats = 3.5) -> list[Shape]:
    """Return skewness, kurtosis, range and verdict of each column.

    Parameters
    ----------
    x : ndarray, shape (units, indicators)
        NaN is left out.
    skew, kurt : float or ndarray, shape (indicators,)
        Limits of the verdict; see `is_outlying`.

    Examples
    --------
    >>> shapes(np.append(np.arange(20.0), 500.0)[:, None])[0].passed
    False
    """
    skewness, kurtosis = limits.skewness(x), limits.kurtosis(x)
    flat = ~(np.fmax.reduce(x, axis=0) > np.fmin.reduce(x, axis=0))
    unknown = flat | np.isnan(skewness) | np.isnan(kurtosis)
    with np.errstate(invalid="ignore"):
        outlying = (np.abs(skewness) >= skew) & (kurtosis >= kurt)
    found = []
    for j, (low, high) in enumerate(zip(np.fmin.reduce(x, axis=0), np.fmax.reduce(x, axis=0), strict=True)):
        four = [_or_none(value) for value in (skewness[j], kurtosis[j], low, high)]
        if flat[j]:
            four[:2] = [None, None]
        found.append(Shape(four[0], four[1], four[2], four[3], None if unknown[j] else not bool(outlying[j])))
    return found


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def treatment_rows(
    before: Floats, after: Floats, treatments: Sequence[Treatment], codes: Sequence[str]
) -> tuple[TreatmentRow, ...]:
    """Return the table of treatment, one row an indicator.

    Parameters
    ----------
    before, after : ndarray, shape (units, indicators)
        Values as they come to treatment and as they leave it; NaN is missing.
    treatments : sequence of Treatment
        What was applied, by column. The verdict uses the limits each was told, 2 and 3.5 unless it was.
    codes : sequence of str
        Of the indicators.

    Examples
    --------
    >>> x = np.append(np.arange(20.0), 500.0)[:, None]
    >>> rows = treatment_rows(x, np.clip(x, 0, 19), [Treatment("winsorise", lower=0.0, upper=19.0)], ["a"])
    >>> rows[0].high, rows[0].before.passed, rows[0].after.passed
    (1, False, True)
    """
    told = [limits_told(treatment) for treatment in treatments]
    skew, kurt = (np.array([pair[k] for pair in told], dtype=float) for k in (0, 1))
    rows = []
    pairs = zip(shapes(before, skew, kurt), shapes(after, skew, kurt), strict=True)
    for j, (first, last) in enumerate(pairs):
        treatment, x = treatments[j], before[:, j]
        low, high = (_beyond(x, bound, sign) for bound, sign in ((treatment.lower, -1.0), (treatment.upper, 1.0)))
        found = curve_for(treatment)
        rows.append(
            TreatmentRow(
                code=codes[j],
                observed=int(np.isfinite(x).sum()),
                before=first,
                low=low,
                high=high,
                lower=treatment.lower if low else None,
                upper=treatment.upper if high else None,
                curve=("", "") if found is None else found[0].words(found[1]),
                after=last,
                method=treatment.method,
                outcome=treatment.outcome,
            )
        )
    return tuple(rows)


def _beyond(x: Floats, bound: float | None, sign: float) -> int:
    return 0 if bound is None else int((sign * (x - bound) > 0).sum())


def limits_told(treatment: Treatment) -> tuple[float, float]:
    """Return the limits of skewness and kurtosis a treatment looked at.

    Examples
    --------
    >>> limits_told(Treatment("winsorise", settings=(("skew", 1.5), ("kurtosis", 2.5))))
    (1.5, 2.5)
    """
    stated = dict(treatment.settings)
    return float(stated.get("skew", treatment.skew)), float(stated.get("kurtosis", treatment.kurtosis))


def before_treatment(board: Scoreboard) -> Floats:
    """Return a board's values as they came to treatment: denominated, imputed, and logged where the edition says.

    Returns
    -------
    ndarray, shape (units, indicators)

    Examples
    --------
    >>> import yitihua as yt
    >>> before_treatment(yt.evaluate("asem")).shape
    (51, 49)
    """
    from yitihua.index import impute

    values = board.filled.copy()
    for j, rule in enumerate(board.recipe.indicators):
        groups = board.table.attributes.get(rule.impute_group) if rule.impute_group else None
        values[:, j] = impute.fill(values[:, j], dict(rule.fill), groups)
        if rule.transform == "ln":
            values[:, j] = limits.logarithm(values[:, j], 0.0, rule.code, board.table.units)
    return values


def board_treatment(board: Scoreboard) -> tuple[TreatmentRow, ...]:
    """Return the table of treatment of a board.

    Examples
    --------
    >>> import yitihua as yt
    >>> rows = {row.code: row for row in board_treatment(yt.evaluate("asem"))}
    >>> rows["Flights"].outcome, rows["Flights"].high
    ('winsorised', 1)
    """
    recipe = board.recipe
    treatments = [rule.treat for rule in recipe.indicators]
    return treatment_rows(before_treatment(board), board.treated, treatments, recipe.codes)


#: Heading in Chinese and English, and where the value stands in a row.
COLUMNS: Final[tuple[tuple[str, str, str], ...]] = (
    ("指标", "indicator", "code"),
    ("数据个数", "values", "observed"),
    ("处理前偏度", "skewness before", "before.skewness"),
    ("处理前峰度", "kurtosis before", "before.kurtosis"),
    ("处理前通过", "passed before", "before.passed"),
    ("缩尾（低端）", "winsorised low", "low"),
    ("缩尾（高端）", "winsorised high", "high"),
    ("下限", "lower limit", "lower"),
    ("上限", "upper limit", "upper"),
    ("变换", "curve", "curve"),
    ("处理后偏度", "skewness after", "after.skewness"),
    ("处理后峰度", "kurtosis after", "after.kurtosis"),
    ("处理后通过", "passed after", "after.passed"),
    ("处理后最小值", "smallest after", "after.low"),
    ("处理后最大值", "largest after", "after.high"),
)


def treatment_frame(rows: Sequence[TreatmentRow], lang: str = "en") -> pd.DataFrame:
    """Return the table of treatment as a data frame, one row an indicator.

    Examples
    --------
    >>> x = np.append(np.arange(20.0), 500.0)[:, None]
    >>> rows = treatment_rows(x, np.clip(x, 0, 19), [Treatment("winsorise", lower=0.0, upper=19.0)], ["a"])
    >>> treatment_frame(rows)["winsorised high"].to_list()
    [1]
    """
    import pandas as pd

    which = 0 if lang == "zh" else 1
    return pd.DataFrame({column[which]: [_value(row, column[2], which) for row in rows] for column in COLUMNS})


def _value(row: TreatmentRow, path: str, which: int) -> Any:
    value: Any = row
    for name in path.split("."):
        value = getattr(value, name)
    if which == 0 and isinstance(value, bool):
        return "是" if value else "否"
    return value[which] if path == "curve" else value
