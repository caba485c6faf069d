"""Who was asked what: filters evaluated on answers, item non-response, answers that should not be there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from yitihua.definitions.conditions import Comparison, Condition, code_of, parse_condition
from yitihua.definitions.survey_models import Item, QuestionnaireFile, Scale
from yitihua.surveys.answer_table import Bools, Floats, Ints
from yitihua.surveys.codebook import Asked

FIRST_ROWS = 5


def holds(condition: Condition, columns: Mapping[str, Any], form: QuestionnaireFile) -> Floats:
    """Return 1 where a condition holds, 0 where it does not, NaN where that is not known.

    Kleene's three values: a false part makes an "and" false whatever else is unknown. An item
    without an answer makes its comparison unknown, and so does a don't-know code that is compared
    by size; compared for equality it is an answer like any other.

    Parameters
    ----------
    condition : Condition
        From `parse_condition`.
    columns : mapping
        Item or column -> codes (float, NaN missing) or words (object, "" missing).
    form : QuestionnaireFile
        Says which codes are don't-knows.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> form = load_edition("zhejiang-2022").questionnaires["telephone"]
    >>> columns = {"part": np.array(["A", "B", "B", "B"], object), "PH08": np.array([np.nan, 1.0, 0.0, np.nan])}
    >>> holds(parse_condition("part=B & PH08=1"), columns, form)
    array([ 0.,  1.,  0., nan])
    """
    cases = [_all([_compare(part, columns[part.name], form) for part in case]) for case in condition.cases]
    return 1 - _all([1 - case for case in cases])


def _all(parts: list[Floats]) -> Floats:
    stacked = np.vstack(parts)
    found = np.where(np.isnan(stacked).any(axis=0), np.nan, 1.0)
    return np.asarray(np.where((stacked == 0).any(axis=0), 0.0, found))


def _compare(part: Comparison, values: Any, form: QuestionnaireFile) -> Floats:
    item = form.items.get(part.name)
    scale = form.scales[item.scale] if item is not None else None
    if scale is None and values.dtype.kind != "f":
        equal = values == part.value
        found = (equal if part.sign == "=" else ~equal).astype(float)
        return np.asarray(np.where(values == "", np.nan, found))
    bound = code_of(part.value, scale or Scale(kind="numeric"))
    assert bound is not None  # the definition was checked
    signs = {"=": np.equal, "!=": np.not_equal, ">": np.greater, "<": np.less, ">=": np.greater_equal,
             "<=": np.less_equal}  # fmt: skip
    unknown = np.isnan(values)
    if part.sign not in ("=", "!=") and scale is not None:
        unknown |= np.isin(values, [option.code for option in scale.options if option.missing])
    return np.asarray(np.where(unknown, np.nan, signs[part.sign](values, bound).astype(float)))


def item_notes(
    codes: Floats, items: tuple[str, ...], form: QuestionnaireFile, columns: Mapping[str, Any], answered: Bools,
    lines: Ints,
) -> tuple[Asked, ...]:  # fmt: skip
    """Return for each item who was asked, who answered and who should not have.

    Parameters
    ----------
    codes : ndarray, shape (respondents, items)
        NaN where empty.
    items : tuple of str
        Their codes.
    columns : mapping
        What filters may look at besides items.
    answered : ndarray of bool, shape (respondents,)
        Who answered the questionnaire at least in part; only these count.
    lines : ndarray of int
        Lines in the file.
    """
    known: dict[str, Any] = {**columns, **{item: codes[:, place] for place, item in enumerate(items)}}
    return tuple(_note(item, form.items[item], known, form, answered, lines) for item in items)


def _note(
    code: str, item: Item, known: Mapping[str, Any], form: QuestionnaireFile, answered: Bools, lines: Ints
) -> Asked:
    given = ~np.isnan(known[code]) & answered
    should, must_not = answered, np.zeros(len(answered), dtype=bool)
    if item.filter is not None and all(name in known for name in parse_condition(item.filter).names):
        state = holds(parse_condition(item.filter), known, form)
        should, must_not = answered & (state == 1), given & (state == 0)
    if item.split is not None:
        should = should & given  # who was not drawn cannot be told from who did not answer
    missing_codes = [option.code for option in form.scales[item.scale].options if option.missing]
    first = np.flatnonzero(must_not)
    return Asked(
        code,
        asked=int(should.sum()),
        answered=int((given & should).sum()),
        missing=int((should & ~given).sum()),
        dont_know=int((given & np.isin(known[code], missing_codes)).sum()),
        not_asked=len(first),
        rows=", ".join(str(line) for line in lines[first[:FIRST_ROWS]]) + (" …" if len(first) > FIRST_ROWS else ""),
    )
