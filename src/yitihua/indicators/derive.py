"""Measures -> indicator values: ratios, means, checklists, counts and year-on-year changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from yitihua.definitions.expressions import evaluate, names_in
from yitihua.definitions.framework_models import Formula
from yitihua.indicators.arrays import Floats, Remark

#: Remarks on a computed value, as written to indicators.csv.
SMALL_BASE: Remark = ("分母过小", "small denominator")
UNDEFINED: Remark = ("不适用", "undefined")
NO_BASE_PERIOD: Remark = ("无上年同期值", "no value a period before")


@dataclass(frozen=True, slots=True)
class Derived:
    """Computed values of one indicator.

    Attributes
    ----------
    values : ndarray, shape (units,)
        NaN where a measure is missing or the formula is undefined.
    remarks : dict
        Row -> why a value is missing or to be read with care.
    """

    values: Floats
    remarks: dict[int, Remark]


def needed(formula: Formula) -> tuple[str, ...]:
    """Return the measures a formula needs.

    Examples
    --------
    >>> needed(Formula(numerator="a - b", denominator="a"))
    ('a', 'b')
    """
    texts = (formula.numerator, formula.denominator)
    return tuple(dict.fromkeys(name for text in texts if text for name in names_in(text)))


def describe(formula: Formula | None, lang: str = "en") -> str:
    """Return a formula in words, as `explain` shows it.

    Examples
    --------
    >>> describe(Formula(numerator="done", denominator="due", multiplier=100))
    'done / due x 100'
    """
    if formula is None:
        return ""
    parts = [f"({formula.numerator})" if " " in formula.numerator else formula.numerator]
    if formula.denominator is not None:
        parts.append(f"/ ({formula.denominator})" if " " in formula.denominator else f"/ {formula.denominator}")
    text = " ".join(parts)
    if formula.annualise:
        text += " x 12 / 覆盖月数" if lang == "zh" else " x 12 / months"
    if formula.kind == "yoy_change":
        text = f"{text} 的（本期 / 上年同期 - 1）" if lang == "zh" else f"(now / a year before - 1) of {text}"
    return text if formula.multiplier == 1 else f"{text} x {formula.multiplier:g}"


def derive(
    formula: Formula,
    now: Mapping[str, Floats],
    before: Mapping[str, Floats] | None = None,
    months: Floats | float = 12.0,
    months_before: Floats | float | None = None,
) -> Derived:
    """Compute one indicator from measures.

    Parameters
    ----------
    formula : Formula
        As an edition states it.
    now, before : mapping
        Measure -> array over units, this period and the period before; NaN is missing.
    months, months_before : float or ndarray
        Months covered by each period, used where ``formula.annualise``; before: 12 unless stated.

    Returns
    -------
    Derived
        A missing measure gives NaN. A zero denominator gives NaN with a remark: what is
        undefined is missing, never zero. Below ``min_denominator`` the value stands with a remark.

    Examples
    --------
    >>> f = Formula(numerator="done", denominator="due", multiplier=100)
    >>> derive(f, {"done": np.array([3.0, 1.0]), "due": np.array([4.0, 0.0])}).values
    array([75., nan])
    """
    remarks: dict[int, Remark] = {}
    values, base = _ratio(formula, now, months)
    if formula.kind == "yoy_change":
        earlier = np.full_like(values, np.nan)
        if before is not None:
            earlier, _ = _ratio(formula, before, 12.0 if months_before is None else months_before)
        values, base = _change(values, earlier), _numerator(formula, before, values)
        _note(remarks, np.isnan(earlier), NO_BASE_PERIOD)
        _note(remarks, earlier <= 0, UNDEFINED)
    else:
        _note(remarks, np.isnan(values) & ((base == 0) | _all_known(formula, now)), UNDEFINED)
    if formula.min_denominator is not None:
        _note(remarks, (base < formula.min_denominator) & np.isfinite(values), SMALL_BASE)
    return Derived(values * formula.multiplier, remarks)


def _ratio(formula: Formula, measures: Mapping[str, Floats], months: Floats | float) -> tuple[Floats, Floats]:
    # Expressions may divide as well: whatever is not finite is undefined, hence missing.
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        top = np.asarray(evaluate(formula.numerator, measures), dtype=float)
        if formula.annualise:
            top = top * 12.0 / months
        bottom = top
        ratio = top
        if formula.denominator is not None:
            bottom = np.asarray(evaluate(formula.denominator, measures), dtype=float)
            ratio = top / bottom
    return np.where(np.isfinite(ratio), ratio, np.nan), bottom


def _all_known(formula: Formula, measures: Mapping[str, Floats]) -> np.ndarray:
    known = np.array(True)
    for name in needed(formula):
        known = known & np.isfinite(measures[name])
    return known


def _change(now: Floats, before: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(before <= 0, np.nan, now / before - 1.0)


def _numerator(formula: Formula, before: Mapping[str, Floats] | None, like: Floats) -> Floats:
    """Return what a change is measured against: the count of the period before."""
    if before is None:
        return np.full_like(like, np.nan)
    return np.asarray(evaluate(formula.numerator, before), dtype=float)


def _note(remarks: dict[int, Remark], where: np.ndarray, text: Remark) -> None:
    for row in np.flatnonzero(where):
        remarks.setdefault(int(row), text)
