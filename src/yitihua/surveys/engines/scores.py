"""How an answer becomes a number, in a form that both SQL and numpy can compute.

Every way of scoring is one of two shapes: ``base + gain * code``, or the sum of points for reaching
a line. So an engine does arithmetic on whole codes instead of looking up every answer.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from yitihua.errors import refuse, suggest
from yitihua.surveys.estimation.design import Floats

if TYPE_CHECKING:
    from yitihua.definitions.survey_models import Item, QuestionnaireFile, Scale

#: The largest finite number: no answer is infinite.
LARGEST = sys.float_info.max


@dataclass(frozen=True, slots=True)
class Step:
    """Points for a code at or above `line`, or at or below it."""

    line: float
    points: float
    below: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """The score of one column of answers; what is no answer is missing.

    Attributes
    ----------
    column : str
        Where the codes are.
    codes : tuple of int
        Codes that are answers; empty for numbers between `low` and `high`.
    low, high : float
        Limits of numbers, both included.
    without : tuple of int
        Codes inside the limits that are no answers, as 98 for "don't know".
    gain, base : float
        The score is ``base + gain * code``,
    steps : tuple of Step
        or, where there are any, the sum of the points of the steps that hold,
    points : tuple of (int, float)
        or, where there are any, the points of the code.
    weight : float
        Weight of this item in a respondent's mean over several.
    """

    column: str
    codes: tuple[int, ...] = ()
    low: float = -LARGEST
    high: float = LARGEST
    without: tuple[int, ...] = ()
    gain: float = 1.0
    base: float = 0.0
    steps: tuple[Step, ...] = ()
    points: tuple[tuple[int, float], ...] = ()
    weight: float = 1.0

    @classmethod
    def linear(cls, column: str, codes: tuple[int, ...], *, reverse: bool = False) -> Score:
        """Return 0-100 points, evenly spread from the lowest to the highest code.

        Examples
        --------
        >>> Score.linear("q1", (1, 2, 3, 4, 5), reverse=True).values(np.array([1.0, 5.0, 98.0]))
        array([100.,   0.,  nan])
        """
        low, high = min(codes), max(codes)
        gain = 100.0 / (high - low)
        if reverse:
            return cls(column, tuple(codes), gain=-gain, base=gain * high)
        return cls(column, tuple(codes), gain=gain, base=-gain * low)

    @classmethod
    def top(cls, column: str, codes: tuple[int, ...], k: int = 2, *, reverse: bool = False) -> Score:
        """Return 100 for the k best codes and 0 for the others.

        Examples
        --------
        >>> Score.top("q1", (1, 2, 3, 4, 5)).values(np.array([3.0, 4.0, 5.0]))
        array([  0., 100., 100.])
        """
        return cls(column, tuple(codes), steps=(_best(codes, k, 100.0, reverse),))

    @classmethod
    def net(cls, column: str, codes: tuple[int, ...], k: int = 2, *, reverse: bool = False) -> Score:
        """Return 100 for the k best codes, -100 for the k worst of the others and 0 between.

        Examples
        --------
        >>> Score.net("q1", (1, 2, 3, 4, 5)).values(np.array([1.0, 3.0, 5.0]))
        array([-100.,    0.,  100.])
        """
        worst = min(k, len(codes) - k)
        below = (_best(codes, worst, -100.0, not reverse),) if worst > 0 else ()
        return cls(column, tuple(codes), steps=(_best(codes, k, 100.0, reverse), *below))

    @classmethod
    def mapped(cls, column: str, points: Mapping[int, float]) -> Score:
        """Return points by code, as 100/80/60/30/0; codes without points are missing.

        Examples
        --------
        >>> Score.mapped("q1", {1: 0, 2: 30, 3: 100}).values(np.array([2.0, 3.0, 9.0]))
        array([ 30., 100.,  nan])
        """
        return cls(column, tuple(points), points=tuple((code, float(value)) for code, value in points.items()))

    @classmethod
    def of_item(cls, name: str, form: QuestionnaireFile) -> Score:
        """Return how a questionnaire scores one of its items; the column has the item's name.

        Raises
        ------
        InputError
            If there is no such item or it has no scoring.

        Examples
        --------
        >>> from yitihua.definitions import load_edition
        >>> form = load_edition("zhejiang-2022").questionnaires["citizens"]
        >>> Score.of_item("CZ09", form).values(np.array([1.0, 5.0, 98.0]))  # worded in reverse
        array([100.,   0.,  nan])
        """
        if name not in form.items:
            raise refuse("engine-item", key=name, found=name, options=list(form.items), hint=suggest(name, form.items))
        item = form.items[name]
        if item.scoring == "none":
            raise refuse(
                "engine-item",
                key=name,
                found=name,
                options=[key for key, other in form.items.items() if other.scoring != "none"],
            )
        return replace(_scored(name, item, form.scales[item.scale]), weight=item.weight)

    def values(self, codes: Floats) -> Floats:
        """Return scores of codes in memory, NaN where missing; the engines' arithmetic, for checks.

        Parameters
        ----------
        codes : ndarray, shape (n,)
        """
        if self.codes:
            known = np.isin(codes, self.codes)
        else:
            known = (codes >= self.low) & (codes <= self.high) & ~np.isin(codes, self.without)
        if self.points:
            score = np.select([codes == code for code, _ in self.points], [points for _, points in self.points], np.nan)
        elif self.steps:
            score = np.zeros(len(codes))
            for step in self.steps:
                score = score + step.points * ((codes <= step.line) if step.below else (codes >= step.line))
        else:
            score = self.base + self.gain * codes
        return np.where(known, score, np.nan)


@dataclass(frozen=True, slots=True)
class Variable:
    """What is estimated: a mean or total of a score, or a ratio of two.

    Attributes
    ----------
    name : str
    scores : tuple of Score
        A respondent's value is the weighted mean of the scores answered.
    over : Score or None
        Makes it a ratio: the sum of the values over the sum of this, among those who have both.
    min_answered : float
        Share of the scores, by their weight, that must be answered, beside at least one.
    """

    name: str
    scores: tuple[Score, ...]
    over: Score | None = None
    min_answered: float = 0.0

    @classmethod
    def of_items(cls, name: str, items: tuple[str, ...], form: QuestionnaireFile) -> Variable:
        """Return the mean over a questionnaire's items, scored and weighted as it says.

        Examples
        --------
        >>> from yitihua.definitions import load_edition
        >>> form = load_edition("zhejiang-2022").questionnaires["citizens"]
        >>> [score.column for score in Variable.of_items("E03", ("CZ10", "CZ11"), form).scores]
        ['CZ10', 'CZ11']
        """
        scores = tuple(Score.of_item(item, form) for item in items)
        return cls(name, scores, min_answered=form.questionnaire.min_answered)

    @property
    def needed(self) -> float:
        """The weight of the scores that must be answered, as `surveys.scoring.respondent_scores`."""
        weights = [score.weight for score in self.scores]
        return max(self.min_answered * sum(weights) * (1 - 1e-9), min(weights) / 2)

    @property
    def line(self) -> tuple[float, float]:
        """Gain and base that are left to be put on sums: ``base + gain * code`` of a single score is linear in them."""
        score = self.scores[0]
        if len(self.scores) > 1 or score.points or score.steps:
            return 1.0, 0.0
        return score.gain, score.base

    @property
    def is_share(self) -> bool:
        """Whether everyone's value is 0 or 100."""
        if len(self.scores) > 1 or self.over is not None:
            return False
        score = self.scores[0]
        if score.points:
            return {points for _, points in score.points} <= {0.0, 100.0}
        return len(score.steps) == 1 and score.steps[0].points == 100.0

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns the variable is made of, each once."""
        over = () if self.over is None else (self.over.column,)
        return tuple(dict.fromkeys((*(score.column for score in self.scores), *over)))


def _best(codes: tuple[int, ...], k: int, points: float, reverse: bool) -> Step:
    ordered = sorted(codes)
    return Step(ordered[k - 1], points, below=True) if reverse else Step(ordered[-k], points)


def _scored(name: str, item: Item, scale: Scale) -> Score:
    """Return the score of an item, as `surveys.scoring.item_scores`."""
    if scale.kind == "numeric":
        return _number(name, item, scale)
    codes = tuple(option.code for option in scale.options if not option.missing)
    if item.scoring == "linear100":
        return Score.linear(name, codes, reverse=item.reverse)
    if item.scoring == "net":
        return Score.net(name, codes, reverse=item.reverse)
    if item.scoring == "share_yes":
        yes = 0 if item.reverse else 1
        if set(codes) <= {0, 1}:
            return Score(name, codes, steps=(Step(yes, 100.0, below=item.reverse),))
        return Score.mapped(name, {code: 100.0 if code == yes else 0.0 for code in codes})
    return Score.top(name, codes, item.top or 2, reverse=item.reverse)


def _number(name: str, item: Item, scale: Scale) -> Score:
    missing = tuple(option.code for option in scale.options if option.missing)
    low = -LARGEST if scale.minimum is None else scale.minimum
    high = LARGEST if scale.maximum is None else scale.maximum
    gain = 100.0 / (high - low) if item.scoring == "linear100" else 1.0
    start = 0.0 if item.scoring == "linear100" else low
    base = start - gain * low
    if item.reverse:
        gain, base = -gain, gain * high + start
    return Score(name, low=low, high=high, without=missing, gain=gain, base=base)
