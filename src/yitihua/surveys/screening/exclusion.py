"""Exclusion: a step of its own, taken by somebody, by a stated rule, with a log of who is gone and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from yitihua.errors import refuse, suggest
from yitihua.surveys.answer_table import Bools
from yitihua.surveys.answers import Answers
from yitihua.surveys.screening.screen import Screening
from yitihua.surveys.screening.words import FLAGS

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class ExclusionRule:
    """Who is left out.

    Attributes
    ----------
    flags : tuple of str
        Any of these is enough.
    signals : int or None
        So many independent signals are enough; None for none.
    """

    flags: tuple[str, ...] = ("ineligible", "outside_frame", "duplicate")
    signals: int | None = 2

    def words(self, lang: str = "en") -> str:
        """Return the rule in words."""
        names = [FLAGS[name].title(lang) for name in self.flags]
        if lang == "zh":
            parts = ["、".join(names)] if names else []
            parts += [f"{self.signals}个以上独立信号"] if self.signals is not None else []
            return "，或".join(parts) + "的，剔除"
        parts = [", ".join(names)] if names else []
        parts += [f"{self.signals} or more independent signals"] if self.signals is not None else []
        return "excluded: " + "; or ".join(parts)


@dataclass(frozen=True, slots=True)
class Excluded:
    """One respondent who was left out: the line in the file, and the reasons in both languages."""

    line: int
    reasons: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class ExclusionLog:
    """What was done, by which rule, when.

    Attributes
    ----------
    entries : tuple of Excluded
        A respondent each. The line of the file is the pseudonym: it means nothing without the file.
    rule : ExclusionRule
        The rule.
    when : datetime.datetime
        With time zone.
    version : str
        Of the questionnaire whose thresholds were used.
    file : str
        The file of answers, and its sha256 below.
    """

    entries: tuple[Excluded, ...]
    rule: ExclusionRule
    when: dt.datetime
    version: str
    file: str
    sha256: str = ""
    answered: int = 0
    thresholds: dict[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.entries)

    def table(self, lang: str = "en") -> pd.DataFrame:
        """Return a row for each respondent left out."""
        import pandas as pd

        heads = {"en": ["line", "reasons", "rule", "when", "definition"], "zh": ["行", "原因", "规则", "时间", "定义版本"]}  # fmt: skip  # noqa: E501
        mark = "；" if lang == "zh" else "; "
        rows = [
            [one.line, mark.join(one.reasons[lang != "zh"]), self.rule.words(lang), self.when.isoformat(), self.version]
            for one in self.entries
        ]
        return pd.DataFrame(rows, columns=heads[lang])

    def to_dict(self) -> dict[str, object]:
        """Return the log for JSON."""
        return {
            "file": self.file, "sha256": self.sha256, "when": self.when.isoformat(), "definition": self.version,
            "rule": {"flags": list(self.rule.flags), "signals": self.rule.signals, "zh": self.rule.words("zh"),
                     "en": self.rule.words("en")},
            "thresholds": self.thresholds, "answered": self.answered, "excluded": len(self),
            "respondents": [
                {"line": one.line, "zh": list(one.reasons[0]), "en": list(one.reasons[1])} for one in self.entries
            ],
        }  # fmt: skip


def default_rule(screening: Screening) -> ExclusionRule:
    """Return the rule that is proposed: who does not belong, or has two independent signals."""
    return ExclusionRule(signals=screening.rules.signals)


def excluded_by(screening: Screening, rule: ExclusionRule) -> Bools:
    """Return whom a rule would leave out.

    Raises
    ------
    InputError
        If the rule names a flag that is not there.
    """
    found = np.zeros(len(screening), dtype=bool)
    for name in rule.flags:
        if name not in screening.flags:
            options = list(screening.flags)
            raise refuse("screening-flag", name=name, options=options, hint=suggest(name, options))
        found |= screening.flags[name]
    if rule.signals is not None:
        found |= screening.signals >= rule.signals
    return found & screening.screened


def exclude(
    answers: Answers, screening: Screening, rule: ExclusionRule, when: dt.datetime | None = None
) -> tuple[Answers, ExclusionLog]:
    """Leave respondents out by a rule; return who stays, and the log.

    Nothing calls this by itself.

    Parameters
    ----------
    answers : Answers
        Those that were screened; not changed.
    screening : Screening
        From `screen`.
    rule : ExclusionRule
        Stated by whoever decides; `default_rule` proposes one.
    when : datetime.datetime, optional
        For the log. Default: now, in UTC.

    Raises
    ------
    InputError
        If the screening is of other answers, or the rule names an unknown flag.
    """
    if len(answers) != len(screening) or not np.array_equal(answers.lines, screening.lines):
        raise refuse("screening-other-answers", file=answers.file, found=len(screening), expected=len(answers))
    gone = excluded_by(screening, rule)
    entries = tuple(
        Excluded(int(answers.lines[row]), (tuple(screening.reasons(row, "zh")), tuple(screening.reasons(row, "en"))))
        for row in np.flatnonzero(gone).tolist()
    )
    log = ExclusionLog(
        entries, rule, when or dt.datetime.now(dt.UTC), screening.version, answers.file,
        answers.lineage[0].sha256 if answers.lineage else "", int(answers.answered.sum()),
        {name: float(value) for name, value in screening.rules.model_dump().items()},
    )  # fmt: skip
    return answers.take(~gone), log
