"""Parts and wholes: which formulas are shares, where a part exceeds its whole, and how that is said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.definitions.expressions import evaluate
from yitihua.definitions.framework_models import Formula, Measure


def is_share(formula: Formula) -> bool:
    """Return whether the numerator is a part of the denominator and cannot exceed it.

    An edition may say so either way; where it does not, ratios and checklists in per cent are shares.

    Examples
    --------
    >>> is_share(Formula(numerator="done", denominator="due", multiplier=100))
    True
    >>> is_share(Formula(numerator="debt", denominator="gdp", multiplier=100, part_of_whole=False))
    False
    """
    if formula.denominator is None:
        return False
    if formula.part_of_whole is not None:
        return formula.part_of_whole
    return formula.kind in ("ratio", "checklist") and formula.multiplier == 100 and not formula.annualise


def parts_of(edition: Edition) -> Iterator[tuple[str, str, str]]:
    """Return (indicator, part, whole) where a part cannot exceed its whole; both are expressions over measures.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> next(parts_of(load_edition("zhejiang-2022")))
    ('A01', 'fields_comprehensive', 'fields_catalogue')
    """
    for code, indicator in edition.indicators.items():
        formula = indicator.formula
        if formula is not None and is_share(formula):
            yield code, formula.numerator.strip(), (formula.denominator or "").strip()


def above_whole(numerator: str, denominator: str, measures: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """Return numerator, denominator and where the first exceeds the second by more than rounding.

    Examples
    --------
    >>> above_whole("a + b", "c", {"a": np.array([1.0, 2.0]), "b": 2.0, "c": 3.0})[2]
    array([False,  True])
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        part, whole = evaluate(numerator, measures), evaluate(denominator, measures)
        return part, whole, part > whole + 1e-9 * abs(whole)


def words_of(definition: Measure) -> dict[str, Any]:
    """Return name and unit of a measure in both languages, as details of a fault."""
    name, unit = definition.name, definition.unit
    return {"name": name.zh, "name_en": name.en, "unit": unit.zh, "unit_en": unit.en}


def part_words(part: str, whole: str, measures: Mapping[str, Measure]) -> dict[str, Any]:
    """Return what a part and its whole are called in both languages, as details of a fault.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> part_words("town_cases", "department_cases + town_cases", load_edition("zhejiang-2022").measures)["whole"]
    '综合执法部门办结案件数 + 镇街办结案件数'
    """

    def named(text: str, lang: str) -> str:
        return re.sub(r"[^\W\d]\w*", lambda match: measures[match[0]].name.get(lang), text)

    return {
        "name": named(part, "zh"), "name_en": named(part, "en"),
        "whole": named(whole, "zh"), "whole_en": named(whole, "en"),
    }  # fmt: skip
