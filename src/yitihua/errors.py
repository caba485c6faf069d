"""One tree of errors, and faults that are collected instead of raised one by one.

A `Fault` names the file, the place in it (line, cell or key), what was found, what is
allowed and the mend. Texts come from `yitihua.messages`, in Chinese and in English.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from yitihua.messages import MESSAGES, NO_OPTIONS, PHRASE_DETAILS
from yitihua.messages_phrases import in_chinese


class YitihuaError(Exception):
    """Base of every error this package raises on purpose."""


_INNER_QUOTES = str.maketrans("“”", "‘’")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of an input.

    Attributes
    ----------
    code : str
        Stable identifier, a key of `yitihua.messages.MESSAGES`.
    file : str
        The file as the user named it, or "" for values passed in Python.
    line : int or None
        Line number, from 1.
    cell : str
        Spreadsheet-style cell ("C7") in tables.
    key : str
        The definition key ("indicators.A01.unit") or unit and column.
    details : dict
        Values for the message templates.
    sheet : str
        The sheet of a workbook.
    """

    code: str
    file: str = ""
    line: int | None = None
    cell: str = ""
    key: str = ""
    details: dict[str, str] = field(default_factory=dict)
    sheet: str = ""

    def place(self, lang: str = "en") -> str:
        """Return where the fault is: sheet, line or cell, and key."""
        parts = []
        if self.sheet:
            parts.append(f"工作表“{self.sheet}”" if lang == "zh" else f"sheet '{self.sheet}'")
        if self.line is not None:
            parts.append(f"第{self.line}行" if lang == "zh" else f"line {self.line}")
        if self.cell:
            parts.append(f"单元格{self.cell}" if lang == "zh" else f"cell {self.cell}")
        if self.key:
            parts.append(self.key)
        return ("，" if lang == "zh" else ", ").join(parts)

    def _text(self, which: str, lang: str) -> str:
        details = self.details
        if lang == "zh":
            details = {name: in_chinese(value) if name in PHRASE_DETAILS else value for name, value in details.items()}
            # Names are put in quotation marks, and quotes inside quotes are single ones.
            details = {name: value.translate(_INNER_QUOTES) for name, value in details.items()}
        else:
            # A detail in both languages is given as "name" and "name_en".
            details = details | {name[:-3]: value for name, value in details.items() if name.endswith("_en")}
        return MESSAGES[self.code][lang][which].format_map(details)

    def problem(self, lang: str = "en") -> str:
        """Return what was found."""
        return self._text("problem", lang)

    def allowed(self, lang: str = "en") -> str:
        """Return what is allowed."""
        return self._text("allowed", lang) or NO_OPTIONS[lang]

    def mend(self, lang: str = "en") -> str:
        """Return what to do."""
        hint = self.details.get("hint", "")
        text = self._text("mend", lang)
        if hint:
            text = (f"是否想写“{hint}”？" if lang == "zh" else f"Did you mean '{hint}'? ") + text
        return text

    def text(self, lang: str = "en") -> str:
        """Return the whole fault on one line."""
        where = ": ".join(part for part in (self.file, self.place(lang)) if part)
        colon = "：" if lang == "zh" else ": "
        labels = ("允许", "处理") if lang == "zh" else ("Allowed", "Mend")
        parts = [f"{where}{colon}{self.problem(lang)}" if where else self.problem(lang)]
        if allowed := self.allowed(lang):
            parts.append(f"{labels[0]}{colon}{allowed}")
        if mend := self.mend(lang):
            parts.append(f"{labels[1]}{colon}{mend}")
        return (" " if lang == "en" else "").join(
            part if part.endswith((".", "。", "?", "？")) else part + ("。" if lang == "zh" else ".") for part in parts
        )

    def to_dict(self, lang: str = "en") -> dict[str, object]:
        """Return the fault for JSON."""
        return {
            "code": self.code,
            "file": self.file,
            "sheet": self.sheet,
            "line": self.line,
            "cell": self.cell,
            "key": self.key,
            "problem": self.problem(lang),
            "allowed": self.allowed(lang),
            "mend": self.mend(lang),
        }


class InputError(YitihuaError):
    """An input is faulty; `faults` holds every fault that was found.

    Parameters
    ----------
    faults : iterable of Fault
        At least one.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(fault.text("en") for fault in self.faults)


class FaultList:
    """Collects faults while an input is read, then raises them together.

    Examples
    --------
    >>> faults = FaultList()
    >>> faults.add("file-not-found", file="my.csv")
    >>> len(faults), bool(faults)
    (1, True)
    """

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def __len__(self) -> int:
        return len(self._faults)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def add(
        self,
        code: str,
        *,
        file: str = "",
        line: int | None = None,
        cell: str = "",
        key: str = "",
        sheet: str = "",
        **details: object,
    ) -> None:
        """Add one fault; `details` fill the message templates."""
        texts = {name: _as_text(value) for name, value in details.items()}
        self._faults.append(Fault(code, file, line, cell, key, texts, sheet))

    def extend(self, faults: Iterable[Fault]) -> None:
        """Add faults found elsewhere."""
        self._faults.extend(faults)

    def raise_if_any(self) -> None:
        """Raise one `InputError` with all faults, if there are any."""
        if self._faults:
            raise InputError(self._faults)


def refuse(code: str, **where_and_details: object) -> InputError:
    """Return an `InputError` with a single fault, to be raised."""
    faults = FaultList()
    faults.add(code, **where_and_details)  # type: ignore[arg-type]
    return InputError(faults)


def suggest(word: str, allowed: Iterable[str]) -> str:
    """Return the closest allowed word, or an empty string.

    Examples
    --------
    >>> suggest("goalpost", ["goalposts", "unit"])
    'goalposts'
    >>> suggest("xyz", ["goalposts", "unit"])
    ''
    """
    candidates = [str(option) for option in allowed]
    folded = {option.casefold(): option for option in reversed(candidates)}
    close = difflib.get_close_matches(str(word).casefold(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else ""


def listing(words: Iterable[str], limit: int = 12) -> str:
    """Return words joined for a message, cut after `limit`.

    Examples
    --------
    >>> listing("abc", limit=2)
    'a, b, … (3)'
    """
    items = [str(word) for word in words]
    if len(items) <= limit:
        return ", ".join(items)
    return ", ".join(items[:limit]) + f", … ({len(items)})"


def _as_text(value: object) -> str:
    return listing(value) if isinstance(value, (list, tuple, set, frozenset)) else str(value)
