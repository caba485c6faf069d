"""Jumps: values that changed on the year as no other unit's did, or by a power of ten, or fell to 0."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from yitihua.indicators.hygiene.values import Column, Flag, Label, shown

#: A change by so many times, and so many robust standard deviations from the other units', is a jump.
TIMES, DEVIATIONS = 4.0, 6.0
#: The larger of the two values that a jump needs: small counts change by times.
LARGE = 20.0
#: Smallest value before from which a fall to 0 is asked about.
LOST = 10.0
#: Units with both values that a measure needs.
FEWEST = 10
#: Share by which a ratio may miss a power of ten.
NEAR = 0.35

_ASK_JUMP: Label = ("变化是否属实？口径有无调整？", "Is the change real? Has the definition changed?")
_ASK_UNIT: Label = (
    "请核对计量单位和小数点、多余的零",
    "Check the unit of measurement, the decimal point, and extra zeros",
)
_ASK_ZERO: Label = ("是确实为零，还是缺报填成了0？", "Is it truly zero, or a missing value typed as 0?")


def jumps(columns: Sequence[Column], units: Sequence[str]) -> tuple[list[Flag], int]:
    """Flag values that moved away from the period before as those of other units did not.

    The logarithms of value over value before are compared with their median, in units of 1.4826 times the median
    absolute deviation (at least that of a change by 10%). A jump changes by four times or more, lies six such
    deviations away, and reaches 20. A fall to 0 from ten or more, or a rise from 0 to what
    half of the others have at least, is asked about where one unit in twenty at most did so. Negative values are not
    looked at. Thresholds are our own; no chance model is meant, since real events make jumps too.

    References
    ----------
    Iglewicz, B. and Hoaglin, D. C. (1993). How to detect and handle outliers: the modified z-score.
    """
    flags: list[Flag] = []
    tests = 0
    for column in columns:
        both = np.isfinite(column.now) & np.isfinite(column.before) & (column.before > 0)
        moved = both & (column.now > 0)
        if moved.sum() < FEWEST:
            continue
        tests += int(both.sum())
        change = np.log(column.now[moved] / column.before[moved])
        middle = float(np.median(change))
        spread = max(1.4826 * float(np.median(np.abs(change - middle))), np.log(1.1))
        away = np.abs(change - middle)
        larger = np.maximum(column.now[moved], column.before[moved])
        hit = (away / spread >= DEVIATIONS) & (away >= np.log(TIMES)) & (larger >= LARGE)
        for row in np.flatnonzero(moved)[hit].tolist():
            flags.append(_jump(column, units[row], float(column.now[row]), float(column.before[row])))
        flags += _from_nothing(column, units, float(np.median(column.now[moved])))
        rare = (both & (column.now == 0)).sum() <= max(1, 0.05 * both.sum())
        for row in np.flatnonzero(both & (column.now == 0) & (column.before >= LOST) & rare).tolist():
            was = shown(float(column.before[row]))
            words = (
                f"{units[row]}的“{column.name[0]}”由{was}变为0",
                f"{column.name[1]} of {units[row]} fell from {was} to 0",
            )
            flags.append(Flag("jump", "look", (units[row],), (column.code,), words, _ASK_ZERO, 0.0))
    return flags, tests


def _from_nothing(column: Column, units: Sequence[str], usual: float) -> list[Flag]:
    """Return questions about values that rose from 0 to the usual size or more, where few did."""
    known = np.isfinite(column.now) & np.isfinite(column.before)
    risen = known & (column.before == 0) & (column.now >= max(LARGE, usual))
    if risen.sum() > max(1, 0.05 * known.sum()):
        return []
    flags = []
    for row in np.flatnonzero(risen).tolist():
        now = shown(float(column.now[row]))
        words = (
            f"{units[row]}的“{column.name[0]}”由0变为{now}",
            f"{column.name[1]} of {units[row]} rose from 0 to {now}",
        )
        flags.append(Flag("jump", "look", (units[row],), (column.code,), words, _ASK_JUMP, float(column.now[row])))
    return flags


def _jump(column: Column, unit: str, now: float, before: float) -> Flag:
    ratio = now / before
    tens = round(float(np.log10(ratio)))
    near = tens != 0 and abs(np.log10(ratio) - tens) <= np.log10(1 + NEAR)
    words: Label = (
        f"{unit}的“{column.name[0]}”由{shown(before)}变为{shown(now)}（{ratio:.3g}倍）",
        f"{column.name[1]} of {unit} went from {shown(before)} to {shown(now)} ({ratio:.3g} times)",
    )
    if near:
        words = (
            f"{words[0]}，与{'多' if tens > 0 else '少'}了{abs(tens)}位相近",
            f"{words[1]}, about {abs(tens)} digit{'s' * (abs(tens) > 1)} too {'many' if tens > 0 else 'few'}",
        )
    return Flag("jump", "strong", (unit,), (column.code,), words, _ASK_UNIT if near else _ASK_JUMP, ratio)
