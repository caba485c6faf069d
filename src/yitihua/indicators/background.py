"""What stands behind a table's values: words of the edition, formulas, and the period before.

A result must explain itself without the edition at hand: a run that is read back years later
still says how a measure was to be counted and why the goalposts stand where they do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.definitions.framework_models import Formula
from yitihua.definitions.text import Text
from yitihua.indicators.arrays import Floats, Remark
from yitihua.indicators.derive import Derived, derive, needed
from yitihua.indicators.origins import Columns, taken


@dataclass(frozen=True)
class MeasureWords:
    """Name, unit and counting rule of a measure, each in Chinese and English."""

    name: Remark
    unit: Remark
    rule: Remark


@dataclass(frozen=True)
class IndicatorWords:
    """Why an indicator is scored as it is.

    Attributes
    ----------
    definition, reason : (str, str)
        What it is, and why these goalposts.
    evidence : tuple of str
        Ids of published facts.
    """

    definition: Remark
    reason: Remark
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Background:
    """What stands behind the values of a table.

    Attributes
    ----------
    measures, indicators : dict
        Words of the edition by code.
    formulas : dict
        Indicator -> its formula, where its values were computed from measures.
    before : dict
        Measure -> array over units: the period before, where a formula compares with it.
    before_period : str or None
        Which period that is.
    months, months_before : ndarray or None
        Months covered, by unit; None is 12 throughout.
    places, places_before : dict
        Code -> file, column and lines its numbers stood in, of this period and the one before.
    submissions : tuple of str
        File every unit sent in, where a table was collected from submissions.
    made : dict
        City -> how its measures, and how its survey estimates, were made of its counties'.
    """

    measures: Mapping[str, MeasureWords] = field(default_factory=dict)
    indicators: Mapping[str, IndicatorWords] = field(default_factory=dict)
    formulas: Mapping[str, Formula] = field(default_factory=dict)
    before: Mapping[str, Floats] = field(default_factory=dict)
    before_period: str | None = None
    months: Floats | None = None
    months_before: Floats | None = None
    places: Columns = field(default_factory=dict)
    places_before: Columns = field(default_factory=dict)
    submissions: tuple[str, ...] = ()
    made: Mapping[str, tuple[Remark, Remark]] = field(default_factory=dict)

    def take(self, rows: Sequence[int]) -> Background:
        """Return it for some units only, in the given order."""
        index = list(rows)
        return replace(
            self,
            before={code: values[index] for code, values in self.before.items()},
            months=None if self.months is None else self.months[index],
            months_before=None if self.months_before is None else self.months_before[index],
            places=taken(self.places, index),
            places_before=taken(self.places_before, index),
            submissions=tuple(self.submissions[row] for row in index) if self.submissions else (),
        )

    def compute(self, formula: Formula, measures: Mapping[str, Floats]) -> Derived | None:
        """Compute an indicator by a formula, or return None where the table lacks one of its measures."""
        if not set(needed(formula)) <= set(measures):
            return None
        before = self.before if set(needed(formula)) <= set(self.before) else None
        months = 12.0 if self.months is None else self.months
        return derive(formula, measures, before, months, self.months_before)


def words_of(edition: Edition, measures: Sequence[str]) -> Background:
    """Return the words of an edition for its indicators and for some of its measures.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> words_of(load_edition("zhejiang-2022"), ["towns"]).measures["towns"].name[1]
    'towns and subdistricts'
    """
    return Background(
        measures={
            code: MeasureWords(_pair(m.name), _pair(m.unit), _pair(m.counting_rule))
            for code, m in edition.measures.items()
            if code in set(measures)
        },
        indicators={
            code: IndicatorWords(_pair(i.definition), _pair(i.goalposts.reason if i.goalposts else None), i.evidence)
            for code, i in edition.indicators.items()
        },
    )


def same_months(months: Floats | None) -> Floats | None:
    """Return None where every unit covers 12 months: nothing then needs saying."""
    return None if months is None or bool(np.all(months == 12.0)) else months


def _pair(text: Text | None) -> Remark:
    return (text.zh, text.en) if text is not None else ("", "")
