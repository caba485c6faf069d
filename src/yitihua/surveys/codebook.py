"""The codebook check: answers become codes, and every code that the questionnaire does not know is listed.

Nothing is corrected in silence. What is not known is refused with the nearest code that is; who has
decided what a wrong code means says so in `recodes`, and the count is recorded.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from yitihua.definitions.survey_models import Option, QuestionnaireFile, Scale
from yitihua.definitions.text import Text
from yitihua.errors import FaultList, listing
from yitihua.indicators.cells import MISSING
from yitihua.surveys.answer_table import AnswerTable, Floats, Ints, distinct
from yitihua.surveys.privacy.identifiers import HIDDEN, half_width, shown

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["text", "full-width", "beyond", "missing-code", "fraction", "infinite", "unknown"]
#: What is said of an unknown code: in Chinese and in English.
KIND_WORDS: Final[dict[str, tuple[str, str]]] = {
    "text": ("应填代码处填了文字", "words where a code is expected"),
    "full-width": ("全角字符", "full-width signs"),
    "beyond": ("超出量表范围", "beyond the scale"),
    "missing-code": ("量表中没有的缺失代码", "a missing code the scale does not have"),
    "fraction": ("应为整数", "a fraction where a whole number is expected"),
    "infinite": ("无穷大", "infinite"),
    "unknown": ("量表中没有的代码", "a code the scale does not have"),
}
#: Codes that other systems use for don't know, refused, not applicable.
_MISSING_CODES: Final = frozenset({-1, -2, -3, -7, -8, -9, -77, -88, -97, -98, -99, 7, 8, 9, 77, 88, 96, 97, 98, 99,
                                   -999, 997, 998, 999, 9999})  # fmt: skip
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_MISSING_WORDS: Final = re.compile(r"不知道|不清楚|拒|don'?t know|refuse|no answer|未答|^dk$|^na$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class UnknownCode:
    """One value of one item that the codebook does not have.

    Attributes
    ----------
    item : str
        Its code.
    found : str
        The value, as far as it may be repeated: ``***`` for words that might be personal.
    kind : str
        A key of `KIND_WORDS`.
    count : int
        How many respondents have it.
    cell, rows : str
        The first cell, and the first lines.
    nearest : int or None
        Code that was probably meant.
    words : Text or None
        Its words.
    """

    item: str
    found: str
    kind: Kind
    count: int
    cell: str
    rows: str
    nearest: int | None = None
    words: Text | None = None


@dataclass(frozen=True, slots=True)
class Recoded:
    """What `recodes` changed: an item, how many answers, from what to which code."""

    item: str
    found: str
    code: int | None
    count: int


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


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one item among those who answered the questionnaire.

    Attributes
    ----------
    item : str
        Its code.
    asked : int
        Of whom the filter holds.
    answered : int
        Of those, how many gave a code, don't know included.
    missing : int
        Asked, without a code: item non-response. With a random split those not drawn are not missing.
    dont_know : int
        Gave a code that counts as missing.
    not_asked : int
        Answered though the filter does not hold.
    rows : str
        First lines of the last.
    """

    item: str
    asked: int
    answered: int
    missing: int
    dont_know: int
    not_asked: int
    rows: str = ""


@dataclass(frozen=True, slots=True)
class Codebook:
    """What the check found: unknown codes, which stop the reading, and notes, which do not.

    Attributes
    ----------
    unknown : tuple of UnknownCode
        Every value that no scale has.
    asked : tuple of Asked
        A note an item.
    recoded : tuple of Recoded
        What was changed because `recodes` said so.
    """

    unknown: tuple[UnknownCode, ...] = ()
    asked: tuple[Asked, ...] = ()
    recoded: tuple[Recoded, ...] = ()

    def table(self, lang: str = "en") -> pd.DataFrame:
        """Return unknown codes, a row each, with the nearest allowed code."""
        import pandas as pd

        heads = {
            "en": ["item", "found", "what", "count", "rows", "nearest", "words"],
            "zh": ["题目", "发现", "问题", "次数", "行", "最接近的代码", "选项"],
        }
        rows = [
            [u.item, u.found, KIND_WORDS[u.kind][lang != "zh"], u.count, u.rows, u.nearest,
             u.words.get(lang) if u.words else ""]
            for u in self.unknown
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=heads[lang]).astype({heads[lang][5]: "Int64"})

    def notes(self, lang: str = "en") -> pd.DataFrame:
        """Return a row an item: who was asked, who answered, who should not have."""
        import pandas as pd

        heads = {
            "en": ["item", "asked", "answered", "missing", "missing_share", "dont_know", "answered_not_asked", "rows"],
            "zh": ["题目", "应答", "作答", "漏答", "漏答率", "不知道或拒答", "不应答而答", "行"],
        }
        rows = [
            [a.item, a.asked, a.answered, a.missing, a.missing / a.asked if a.asked else np.nan, a.dont_know,
             a.not_asked, a.rows]
            for a in self.asked
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=heads[lang])

    def add_faults(self, form: QuestionnaireFile, table: AnswerTable, faults: FaultList) -> None:
        """Add a fault for every unknown code."""
        for u in self.unknown:
            zh, en = KIND_WORDS[u.kind]
            if u.words is not None:
                zh, en = f"{zh}，最接近“{u.words.zh}”", f"{en}; nearest to '{u.words.en}'"
            details: dict[str, Any] = {
                "found": u.found or HIDDEN,
                "count": u.count,
                "rows": u.rows,
                "zh": zh,
                "en": en,
                "options": allowed_words(form.scales[form.items[u.item].scale]),
            }
            code = "answers-unknown-code" if u.nearest is None else "answers-unknown-code-near"
            near = {} if u.nearest is None else {"near": u.nearest}
            faults.add(code, file=table.file, sheet=table.sheet, cell=u.cell, key=u.item, **details, **near)


def allowed_words(scale: Scale) -> str:
    """Return what a scale allows for a message: bounds of numbers, codes with their words.

    Examples
    --------
    >>> allowed_words(Scale(kind="numeric", minimum=0, maximum=365))
    '0–365'
    """
    parts: list[str] = []
    if scale.kind == "numeric" or scale.register_codes:
        low = "" if scale.minimum is None else f"{scale.minimum:g}"
        high = "" if scale.maximum is None else f"{scale.maximum:g}"
        parts.append(f"{low}–{high}")
    for option in scale.options:
        words = dict.fromkeys((option.text.zh, option.text.en))
        parts.append(" ".join([str(option.code), *words]))
    return listing(parts)


def recode_keys(recodes: Mapping[str, Mapping[str, int | None]] | None, items: Iterable[str]) -> None:
    """Refuse recodes of items that are not there.

    Raises
    ------
    InputError
        For an unknown item.
    """
    from yitihua.errors import refuse, suggest

    known = list(items)
    for item in recodes or {}:
        if item not in known:
            raise refuse("unknown-reference", key="recodes", kind="questionnaire item", name=item, options=known,
                         hint=suggest(item, known))  # fmt: skip
