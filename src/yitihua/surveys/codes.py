"""Answers become codes; every value that the questionnaire does not know is listed with the nearest it does.

Nothing is corrected in silence. What is not known is refused; who has decided what a wrong code
means says so in `recodes`, and the count is recorded.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from yitihua.definitions.survey_models import Option, Scale
from yitihua.indicators.cells import MISSING
from yitihua.surveys.answer_table import AnswerTable, Floats, Ints, distinct
from yitihua.surveys.codebook import Kind, Recoded, UnknownCode
from yitihua.surveys.privacy.identifiers import half_width, shown

#: Codes that other systems use for don't know, refused, not applicable.
_MISSING_CODES: Final = frozenset({-1, -2, -3, -7, -8, -9, -77, -88, -97, -98, -99, 7, 8, 9, 77, 88, 96, 97, 98, 99,
                                   -999, 997, 998, 999, 9999})  # fmt: skip
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_MISSING_WORDS: Final = re.compile(r"不知道|不清楚|拒|don'?t know|refuse|no answer|未答|^dk$|^na$", re.IGNORECASE)


def code_column(
    item: str,
    scale: Scale,
    table: AnswerTable,
    column: str,
    rows: Ints,
    recodes: Mapping[str, int | None] | None = None,
) -> tuple[Floats, list[UnknownCode], list[Recoded]]:
    """Return the codes of one item, NaN where empty or unknown, and what is unknown.

    Parameters
    ----------
    item : str
        Its code.
    scale : Scale
        What is allowed.
    table : AnswerTable
        Where the answers stand.
    column : str
        Their column.
    rows : ndarray of int
        Rows of the table to take: all of a wide table, those of the item in a long one.
    recodes : mapping, optional
        Value as the file has it -> code, or None for missing.
    """
    values = table.columns[column]
    picked = values if len(rows) == len(table) else _pick(values, rows)
    numbers, texts = distinct_raw(picked)
    codes = np.full(len(texts) + 1, np.nan)
    unknown, recoded = [], []
    options = {option.code: option for option in scale.options}
    for place, text in enumerate(texts):
        if recodes and text in recodes:
            meant = recodes[text]
            codes[place] = np.nan if meant is None else meant
            recoded.append(Recoded(item, shown(text, words_of(scale)), meant, int((numbers == place).sum())))
            continue
        value = code_or_none(text, scale, options)
        if value is None:
            where = np.flatnonzero(numbers == place)
            unknown.append(_unknown(item, text, scale, table, column, rows[where]))
        else:
            codes[place] = value
    return codes[numbers], unknown, recoded


def _pick(values: Any, rows: Ints) -> Any:
    return values[rows] if isinstance(values, np.ndarray) else [values[row] for row in rows.tolist()]


def distinct_raw(values: Any) -> tuple[Ints, list[str]]:
    """Return as `distinct`, but words such as "不适用" stay: they may be an answer."""
    import pandas as pd

    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        return distinct(values)
    codes, found = pd.factorize(np.asarray(values, dtype=object))
    texts = [str(value).strip() for value in found.tolist()]
    gone = np.array([text == "" for text in texts] + [True])
    return np.asarray(np.where(gone[codes], -1, codes), dtype=np.int64), texts


def words_of(scale: Scale) -> list[str]:
    """Return the words of a scale's options in both languages."""
    return [words for option in scale.options for words in (option.text.zh, option.text.en)]


def code_or_none(text: str, scale: Scale, options: Mapping[int, Option]) -> float | None:
    """Return the code of one value, NaN where it means missing, None where the scale does not have it.

    Examples
    --------
    >>> scale = Scale(kind="numeric", minimum=0, maximum=365, whole=True)
    >>> [code_or_none(text, scale, {}) for text in ("12", "12.5", "NA", "400", "many")]
    [12.0, None, nan, None, None]
    """
    if text == "" or (text in MISSING and text not in words_of(scale)):
        return float("nan")
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    if value in options:
        return value
    if scale.kind == "numeric" or scale.register_codes:
        low = -np.inf if scale.minimum is None else scale.minimum
        high = np.inf if scale.maximum is None else scale.maximum
        whole = scale.whole or scale.register_codes
        if np.isfinite(value) and low <= value <= high and (not whole or value.is_integer()):
            return value
    return None


def _unknown(item: str, text: str, scale: Scale, table: AnswerTable, column: str, rows: Ints) -> UnknownCode:
    kind, nearest = classify(text, scale)
    words = next((option.text for option in scale.options if option.code == nearest), None)
    found = shown(text, words_of(scale))
    cell = table.cell(column, int(rows[0]))
    return UnknownCode(item, found, kind, len(rows), cell, table.first_rows(rows), nearest, words)


def classify(text: str, scale: Scale) -> tuple[Kind, int | None]:
    """Return what is odd about a value, and the code that was probably meant.

    Examples
    --------
    >>> agree = [{"code": 5, "text": "非常满意"}, {"code": 1, "text": "非常不满意"}]
    >>> agree += [{"code": 98, "text": "不清楚", "missing": True}]
    >>> scale = Scale.model_validate({"kind": "ordinal", "options": agree})
    >>> classify("非常满意", scale), classify("５", scale), classify("99", scale), classify("6", scale)
    (('text', 5), ('full-width', 5), ('missing-code', 98), ('beyond', 5))
    """
    plain = half_width(text).strip()
    options = {option.code: option for option in scale.options}
    if plain != text and (code := code_or_none(plain, scale, options)) is not None and code == code:
        return "full-width", int(code)
    missing = next((option.code for option in scale.options if option.missing), None)
    if not _NUMBER.fullmatch(plain):
        return "text", _by_words(plain, scale, missing)
    value = float(plain)
    if not np.isfinite(value):
        return "infinite", None
    valid = [option.code for option in scale.options if not option.missing]
    bounded = scale.kind == "numeric" or scale.register_codes
    top = scale.maximum if bounded and scale.maximum is not None else max(valid, default=0)
    if value in _MISSING_CODES and (value < 0 or value > top):
        return "missing-code", missing
    if not value.is_integer() and (scale.whole or not bounded):
        return "fraction", None
    if bounded:
        # The nearest bound is no likelier than any other number.
        return "beyond", None
    if not valid:
        return "unknown", None
    nearest = min(valid, key=lambda code: (abs(code - value), code))
    return ("beyond" if not min(valid) <= value <= max(valid) else "unknown"), nearest


def _by_words(plain: str, scale: Scale, missing: int | None) -> int | None:
    """Return the code whose words a text gives or resembles: "5.非常满意", "Very satisfed"."""
    bare = re.sub(r"^\W*\d{1,3}\W+|\s+", "", plain).casefold()
    words = {
        re.sub(r"\s+", "", half_width(text)).casefold(): option.code
        for option in scale.options
        for text in (option.text.zh, option.text.en)
    }
    if near := difflib.get_close_matches(bare, words, n=1, cutoff=0.7):
        return words[near[0]]
    if match := re.fullmatch(r"(\d{1,3})\s*(?:分|级|档|[.、)）:：].*)?", plain):
        code = int(match[1])
        return code if code in {option.code for option in scale.options} else None
    return missing if _MISSING_WORDS.search(plain) else None
