"""Definitions and formulas of indicators in words, from what stands behind the values: no edition is needed."""

from __future__ import annotations

import re

from yitihua.index.explain_data import formula_words
from yitihua.indicators.table import IndicatorTable
from yitihua.publish.site.render import Pair


def definition_of(table: IndicatorTable, code: str) -> Pair | None:
    """Return the definition of an indicator, or None."""
    words = table.background.indicators.get(code)
    return words.definition if words is not None and any(words.definition) else None


def formula_of(table: IndicatorTable, code: str) -> Pair | None:
    """Return the formula of an indicator with the names of measures in place of codes; None where it has none.

    Examples
    --------
    >>> import yitihua as yt
    >>> formula_of(yt.evaluate("zhejiang-2022").table, "A01")[0]
    '综合执法领域数 ÷ 县级执法领域总数 × 100'
    """
    formula = formula_words(table, code)
    if not any(formula):
        return None
    named = {one: table.background.measures[one].name for one in table.formula_measures.get(code, ())
             if one in table.background.measures}  # fmt: skip
    codes = re.compile("|".join(rf"\b{re.escape(one)}\b" for one in named) or r"(?!)")
    zh, en = (text.replace(" x ", " × ").replace(" / ", " ÷ ") for text in formula)
    return codes.sub(lambda found: named[found[0]][0], zh), codes.sub(lambda found: named[found[0]][1], en)
