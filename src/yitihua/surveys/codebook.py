"""What the codebook check found: unknown codes with the nearest known one, and notes on who answered what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from yitihua.definitions.survey_models import QuestionnaireFile, Scale
from yitihua.definitions.text import Text
from yitihua.errors import FaultList, listing, refuse, suggest
from yitihua.surveys.answer_table import AnswerTable
from yitihua.surveys.privacy.identifiers import HIDDEN

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
    known = list(items)
    for item in recodes or {}:
        if item not in known:
            raise refuse("unknown-reference", key="recodes", kind="questionnaire item", name=item, options=known,
                         hint=suggest(item, known))  # fmt: skip
