"""Scores: codes of an item to points, and a respondent's score of an indicator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yitihua.definitions.survey_models import Item, QuestionnaireFile, Scale
from yitihua.surveys.answer_table import Bools, Floats, Ints
from yitihua.surveys.answers import Answers


def item_scores(codes: Floats, item: Item, form: QuestionnaireFile) -> Floats:
    """Return the points of one item; codes that count as missing, and those the scale lacks, become NaN.

    ``linear100``: (code - lowest) / (highest - lowest) * 100. ``top2``, ``top``: 100 for the best
    two or `top` answers, else 0. ``share_yes``: 100 for code 1, else 0. ``net``: 100 for the best
    two, -100 for the worst two, else 0, so that the mean is the share of the satisfied minus that
    of the dissatisfied. ``numeric``: the number. ``none``: NaN. `reverse` turns the scale round first.

    Parameters
    ----------
    codes : ndarray, shape (respondents,)
        NaN where there is no answer.
    item : Item
        Says how it is scored.
    form : QuestionnaireFile
        Holds its scale.

    Returns
    -------
    ndarray, shape (respondents,)

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> form = load_edition("zhejiang-2022").questionnaires["citizens"]
    >>> item_scores(np.array([1.0, 5.0, 98.0]), form.items["CZ09"], form)  # worded in reverse
    array([100.,   0.,  nan])
    """
    scale = form.scales[item.scale]
    codes = np.where(np.isin(codes, missing_codes(scale)), np.nan, np.asarray(codes, dtype=float))
    if item.scoring == "none" or scale.kind == "text":
        return np.full(codes.shape, np.nan)
    if scale.kind == "numeric":
        return _number_scores(codes, item, scale)
    valid = valid_codes(scale)
    low, high = min(valid), max(valid)
    if item.scoring == "linear100":
        known = np.where(np.isin(codes, valid), codes, np.nan)
        points = (known - low) / (high - low) * 100
        return np.asarray(100 - points if item.reverse else points)
    # Answers are counted from the best: codes need not be without gaps.
    ranked = np.array(valid if item.reverse else valid[::-1], dtype=float)
    place = np.argmax(codes[:, None] == ranked, axis=1).astype(float)
    place[~np.isin(codes, ranked)] = np.nan
    if item.scoring == "share_yes":
        best = np.where(codes == (0 if item.reverse else 1), 100.0, 0.0)
    elif item.scoring == "net":
        best = np.where(place < 2, 100.0, np.where(place >= len(valid) - 2, -100.0, 0.0))
    else:
        best = np.where(place < (item.top or 2), 100.0, 0.0)
    return np.where(np.isnan(place), np.nan, best)


def _number_scores(codes: Floats, item: Item, scale: Scale) -> Floats:
    low = -np.inf if scale.minimum is None else scale.minimum
    high = np.inf if scale.maximum is None else scale.maximum
    known = np.where((codes >= low) & (codes <= high), codes, np.nan)
    if item.scoring == "linear100":
        known = (known - low) / (high - low) * 100
        return np.asarray(100 - known if item.reverse else known)
    return np.asarray(low + high - known if item.reverse else known)


def valid_codes(scale: Scale) -> list[int]:
    """Return the codes that are answers, from the lowest up."""
    return sorted(option.code for option in scale.options if not option.missing)


def missing_codes(scale: Scale) -> list[int]:
    """Return the codes that count as missing: don't know, refused, not applicable."""
    return [option.code for option in scale.options if option.missing]


def indicator_items(form: QuestionnaireFile) -> dict[str, tuple[str, ...]]:
    """Return indicator -> its items, those that are scored.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> indicator_items(load_edition("zhejiang-2022").questionnaires["citizens"])["E03"]
    ('CZ10', 'CZ11')
    """
    found: dict[str, list[str]] = {}
    for code, item in form.items.items():
        if item.indicator is not None and item.scoring != "none":
            found.setdefault(item.indicator, []).append(code)
    return {indicator: tuple(items) for indicator, items in found.items()}


def respondent_scores(scores: Floats, weights: Floats, min_answered: float = 0.5) -> Floats:
    """Return the weighted mean of a respondent's items.

    Parameters
    ----------
    scores : ndarray, shape (respondents, items)
        NaN where not scored.
    weights : ndarray, shape (items,)
        Above 0.
    min_answered : float
        Share of the weight that must be answered. Default one half, the "half rule" of multi-item
        scales (Fayers & Machin, Quality of Life, 2016, ch. 15): with fewer the mean is of another
        thing; with more, people who are unsure of one matter are lost.

    Returns
    -------
    ndarray, shape (respondents,)
        NaN below `min_answered`.

    Examples
    --------
    >>> respondent_scores(np.array([[100.0, 50.0, np.nan], [100.0, np.nan, np.nan]]), np.ones(3))
    array([75., nan])
    """
    known = np.isfinite(scores)
    answered = known @ weights
    total = np.where(known, scores, 0.0) @ weights
    # Weights such as 0.1 do not sum exactly: a half must still count as a half.
    enough = (answered >= min_answered * weights.sum() * (1 - 1e-9)) & (answered > 0)
    return np.where(enough, total / np.where(answered > 0, answered, 1.0), np.nan)


@dataclass(frozen=True, eq=False)
class Scores:
    """Points of items and indicators.

    Attributes
    ----------
    items : tuple of str
        Scored items.
    item_scores : ndarray, shape (respondents, items)
        NaN where not scored.
    indicators : tuple of str
        Those the questionnaire feeds.
    indicator_scores : ndarray, shape (respondents, indicators)
        Weighted means of items.
    n_items : ndarray of int, shape (respondents, indicators)
        How many items are behind each.
    """

    items: tuple[str, ...]
    item_scores: Floats
    indicators: tuple[str, ...]
    indicator_scores: Floats
    n_items: Ints

    def item(self, code: str) -> Floats:
        """Return the points of one item."""
        return self.item_scores[:, self.items.index(code)]

    def indicator(self, code: str) -> Floats:
        """Return the respondents' scores of one indicator."""
        return self.indicator_scores[:, self.indicators.index(code)]


def score(answers: Answers, min_answered: float | None = None, who: Bools | None = None) -> Scores:
    """Return points of all scored items and scores of all indicators, a row a respondent.

    Only those who answered the questionnaire have any.

    Parameters
    ----------
    answers : Answers
        From `read_answers`.
    min_answered : float, optional
        As in `respondent_scores`. Default: the questionnaire's.
    who : ndarray of bool, optional
        Whose answers count. Default: who answered at least in part.
    """
    form = answers.form
    least = form.questionnaire.min_answered if min_answered is None else min_answered
    counted = answers.answered if who is None else who
    items = tuple(code for code in answers.items if form.items[code].scoring != "none")
    points = np.full((len(answers), len(items)), np.nan)
    for place, code in enumerate(items):
        found = item_scores(answers.item(code), form.items[code], form)
        points[:, place] = np.where(counted, found, np.nan)
    groups = {name: [c for c in codes if c in items] for name, codes in indicator_items(form).items()}
    groups = {name: codes for name, codes in groups.items() if codes}
    means = np.full((len(answers), len(groups)), np.nan)
    n = np.zeros(means.shape, dtype=np.int64)
    for place, codes in enumerate(groups.values()):
        block = points[:, [items.index(code) for code in codes]]
        weights = np.array([form.items[code].weight for code in codes])
        means[:, place] = respondent_scores(block, weights, least)
        n[:, place] = np.isfinite(block).sum(axis=1)
    return Scores(items, points, tuple(groups), means, n)
