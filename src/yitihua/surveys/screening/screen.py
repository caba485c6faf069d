"""Screening: flags, scores and reasons for every respondent. It marks, and takes nobody out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yitihua.definitions.conditions import parse_condition
from yitihua.definitions.survey_models import QuestionnaireFile, ScreeningRules
from yitihua.surveys.answer_table import Bools, Floats, Ints, distinct
from yitihua.surveys.answers import Answers
from yitihua.surveys.asked import holds
from yitihua.surveys.screening import matching, paradata, patterns
from yitihua.surveys.screening.words import FLAGS, reason

if TYPE_CHECKING:
    import pandas as pd

#: Clusters whose answers may be made up by one hand.
CLUSTERS: Final = ("interviewer", "psu")


@dataclass(frozen=True, eq=False)
class Screening:
    """What stands out about each respondent.

    Attributes
    ----------
    flags : dict
        Flag -> ndarray of bool, shape (respondents,).
    scores : dict
        Score -> ndarray of float behind the flags, NaN where it could not be taken.
    screened : ndarray of bool
        Who answered at least in part; others have no flags.
    rules : ScreeningRules
        The thresholds used.
    version : str
        Version of the questionnaire whose thresholds they are.
    lines : ndarray of int
        Lines in the file.
    """

    flags: dict[str, Bools]
    scores: dict[str, Floats]
    screened: Bools
    rules: ScreeningRules
    version: str
    lines: Ints

    def __len__(self) -> int:
        return len(self.screened)

    def __repr__(self) -> str:
        flagged = int(np.any(list(self.flags.values()), axis=0).sum())
        return f"<Screening {int(self.screened.sum())} screened, {flagged} flagged>"

    @property
    def signals(self) -> Ints:
        """How many independent signals each respondent has: flags of one family count once."""
        families: dict[str, Bools] = {}
        for name, flag in self.flags.items():
            family = FLAGS[name].family
            if family:
                families[family] = families.get(family, np.zeros(len(self), dtype=bool)) | flag
        total = np.zeros(len(self), dtype=np.int64)
        for flag in families.values():
            total += flag
        return total

    @property
    def decisive(self) -> Bools:
        """Who is not of the population or was counted before: ineligible, outside the frame, a repeat."""
        return np.asarray(np.any([flag for name, flag in self.flags.items() if FLAGS[name].decisive], axis=0))

    def reasons(self, row: int, lang: str = "en") -> list[str]:
        """Return why a respondent is flagged, a sentence a flag."""
        return [reason(name, self.scores, row, lang) for name, flag in self.flags.items() if flag[row]]

    def table(self, lang: str = "en") -> pd.DataFrame:
        """Return a row for each respondent with a flag: line, flags, signals and reasons."""
        import pandas as pd

        rows = np.flatnonzero(np.any(list(self.flags.values()), axis=0))
        heads = {"en": ("line", "signals", "reasons"), "zh": ("行", "独立信号数", "原因")}[lang]
        mark = "；" if lang == "zh" else "; "
        table: dict[str, Any] = {heads[0]: self.lines[rows], heads[1]: self.signals[rows]}
        table |= {FLAGS[name].title(lang): flag[rows] for name, flag in self.flags.items()}
        return pd.DataFrame({**table, heads[2]: [mark.join(self.reasons(row, lang)) for row in rows.tolist()]})

    def summary(self, lang: str = "en") -> pd.DataFrame:
        """Return a row a flag: how many have it, and which share of those screened."""
        import pandas as pd

        heads = {"en": ["flag", "count", "share", "meaning"], "zh": ["标记", "人数", "占比", "含义"]}[lang]
        base = max(int(self.screened.sum()), 1)
        rows = [
            [FLAGS[name].title(lang), int(flag.sum()), float(flag.sum()) / base, FLAGS[name].meaning(lang, self.rules)]
            for name, flag in self.flags.items()
        ]
        return pd.DataFrame(rows, columns=heads)


def screen(answers: Answers, rules: ScreeningRules | None = None, frame: pd.DataFrame | None = None) -> Screening:
    """Screen those who answered.

    Parameters
    ----------
    answers : Answers
        From `read_answers`.
    rules : ScreeningRules, optional
        Thresholds. Default: the questionnaire's ``[screening]``.
    frame : DataFrame, optional
        The sampling frame with columns county and, if known, stratum and psu. Default: nobody is
        outside the frame.

    Returns
    -------
    Screening
        Flags that need a column the table does not have are all False, their scores NaN.
    """
    rules = rules or answers.form.screening
    who = answers.answered
    flags: dict[str, Bools] = {}
    scores: dict[str, Floats] = {}
    _pace(answers, rules, who, flags, scores)
    _patterns(answers, rules, who, flags, scores)
    _checks(answers, who, flags, scores)
    _shared(answers, rules, who, flags, scores)
    _alike(answers, rules, who, flags, scores)
    flags["ineligible"] = who & ineligible(answers)
    flags["outside_frame"] = who & outside_frame(answers, frame)
    flags["outside_fieldwork"] = who & _outside_fieldwork(answers)
    return Screening(flags, scores, who, rules, answers.form.questionnaire.version, answers.lines)


def _pace(
    answers: Answers, rules: ScreeningRules, who: Bools, flags: dict[str, Bools], scores: dict[str, Floats]
) -> None:
    nothing = np.full(len(answers), np.nan)
    mode, _ = distinct(answers.columns["mode"])
    n_items = np.isfinite(answers.codes).sum(axis=1)
    seconds = answers.columns.get("duration", nothing)
    scores["pace"] = paradata.pace(seconds, n_items, np.maximum(mode, 0), who)
    flags["speed"] = scores["pace"] < rules.speed
    if answers.latency is not None:
        scores["item_pace"] = paradata.item_pace(answers.latency, np.maximum(mode, 0), who)
        flags["speed"] |= scores["item_pace"] < rules.speed


def _patterns(
    answers: Answers, rules: ScreeningRules, who: Bools, flags: dict[str, Bools], scores: dict[str, Floats]
) -> None:
    form, items = answers.form, answers.items
    runs, flag = np.zeros(len(answers)), np.zeros(len(answers), dtype=bool)
    for block in patterns.blocks(form, items):
        longest, n = patterns.long_string(answers.codes[:, [items.index(code) for code in block]])
        flag |= (longest >= rules.long_string_items) & (longest >= rules.long_string * n)
        runs = np.maximum(runs, longest)
    scores["long_string"] = np.where(who, runs, np.nan)
    flags["long_string"] = who & flag
    rated = tuple(code for code in items if _is_rated(form, code))
    values = patterns.on_unit_scale(answers.codes[:, [items.index(code) for code in rated]], rated, form)
    ordinal = [k for k, code in enumerate(rated) if form.scales[form.items[code].scale].kind == "ordinal"]
    scores["irv"] = np.where(who, patterns.irv(values[:, ordinal], rules.irv_items), np.nan)
    flags["irv"] = scores["irv"] <= rules.irv
    distance, p = (np.full(len(answers), np.nan) for _ in range(2))
    if len(rated) >= 3 and who.sum() > 10 * len(rated):
        distance[who], p[who] = patterns.mahalanobis(values[who])
    scores["mahalanobis"], scores["mahalanobis_p"] = distance, p
    flags["mahalanobis"] = p < rules.mahalanobis_p


def _is_rated(form: QuestionnaireFile, code: str) -> bool:
    """Return whether an item asks for an opinion that several items share."""
    item = form.items[code]
    return item.role == "indicator" and form.scales[item.scale].kind in ("ordinal", "binary")


def _checks(answers: Answers, who: Bools, flags: dict[str, Bools], scores: dict[str, Floats]) -> None:
    failed, n = np.zeros(len(answers)), 0
    claimed = np.zeros(len(answers), dtype=bool)
    for code in answers.items:
        item, given = answers.form.items[code], answers.item(code)
        if item.expected is not None:
            failed += np.isfinite(given) & (given != item.expected)
            n += 1
        if item.fictitious:
            claimed |= given == 1
    scores["checks_failed"] = np.where(who, failed if n else np.nan, np.nan)
    flags["attention"] = who & (failed > 0)
    flags["fictitious"] = who & claimed


def _shared(
    answers: Answers, rules: ScreeningRules, who: Bools, flags: dict[str, Bools], scores: dict[str, Floats]
) -> None:
    nobody = np.full(len(answers), -1, dtype=np.int64)
    start = answers.columns.get("start", np.full(len(answers), np.datetime64("NaT", "s")))
    order = np.argsort(start, kind="stable")  # unknown times come last
    repeated = np.zeros(len(answers), dtype=bool)
    for role in ("device", "ip", "phone"):
        numbers = answers.numbers.get(role, nobody)
        size = paradata.cluster_sizes(numbers, who)
        scores[f"same_{role}"] = np.where(size > 0, size, np.nan)
        flags[f"repeated_{role}"] = size >= getattr(rules, f"repeated_{role}")
        repeated |= matching.repeats(answers.codes, numbers, order, who, rules.twin_match, rules.twin_items)
    flags["duplicate"] = repeated


def _alike(
    answers: Answers, rules: ScreeningRules, who: Bools, flags: dict[str, Bools], scores: dict[str, Floats]
) -> None:
    county, _ = distinct(answers.columns["county"])
    clusters: dict[str, Ints] = {}
    for kind in CLUSTERS:
        if kind in answers.columns:
            number, _ = distinct(answers.columns[kind])
            # The third interviewer of one county is not the third of another.
            _, both = np.unique(county * (int(number.max(initial=0)) + 1) + number, return_inverse=True)
            clusters[kind] = np.where(who & (number >= 0), both, -1)
    roles = [answers.form.items[code].role for code in answers.items]
    # Neighbours share town and kind of area; what is compared within clusters is what they think.
    thought = np.array([role in ("indicator", "check") for role in roles])
    found = matching.agreement(answers.codes, np.where(who, county, -1), clusters, thought, rules.twin_items)
    scores["best_match"] = found.best
    flags["twin"] = found.best >= rules.twin_match
    for kind in CLUSTERS:
        excess, z = (np.full(len(answers), np.nan) for _ in range(2))
        if kind in clusters:
            excess, z = matching.cluster_excess(
                found.within[kind], found.outside[kind], clusters[kind], rules.cluster_size
            )
        scores[f"{kind}_excess"], scores[f"{kind}_z"] = excess, z
        flags[f"alike_{kind}"] = (excess >= rules.cluster_excess) & (z >= rules.cluster_z)


def ineligible(answers: Answers) -> Bools:
    """Return of whom a rule of eligibility does not hold; unknown is not ineligible."""
    found = np.zeros(len(answers), dtype=bool)
    known = answers.known
    for rule in answers.form.eligibility.values():
        condition = parse_condition(rule.rule)
        if all(name in known for name in condition.names):
            found |= holds(condition, known, answers.form) == 0
    return found


def outside_frame(answers: Answers, frame: pd.DataFrame | None) -> Bools:
    """Return whose county, stratum or sampling unit the frame does not have."""
    if frame is None:
        return np.zeros(len(answers), dtype=bool)
    roles = [role for role in ("county", "stratum", "psu") if role in frame.columns and role in answers.columns]
    import pandas as pd

    known = pd.MultiIndex.from_frame(frame[roles].astype(str).drop_duplicates())
    return ~pd.MultiIndex.from_arrays([answers.columns[role] for role in roles]).isin(known)


def _outside_fieldwork(answers: Answers) -> Bools:
    start = answers.columns.get("start")
    found = np.zeros(len(answers), dtype=bool)
    if start is None:
        return found
    days = answers.form.fieldwork
    if days.start is not None:
        found |= start < np.datetime64(days.start, "s")
    if days.end is not None:
        found |= start >= np.datetime64(days.end, "s") + np.timedelta64(1, "D")
    return found
