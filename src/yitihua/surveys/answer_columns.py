"""What the columns beside the questions say: who, where, how, when, with which weight. Checked by cell."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from yitihua.definitions.survey_checks import column_roles
from yitihua.definitions.survey_models import QuestionnaireFile
from yitihua.errors import FaultList
from yitihua.surveys.answer_table import AnswerTable, Bools, Floats, Words, distinct
from yitihua.surveys.privacy.identifiers import shown

Times = npt.NDArray[np.datetime64]

TEXT_ROLES: Final = ("respondent", "county", "stratum", "psu", "mode", "disposition", "interviewer")
#: Roles that must be filled in every row where the table has them.
FILLED: Final = ("respondent", "county", "stratum", "psu", "mode", "disposition")
ANSWERED: Final = ("complete", "partial")
_MODES: Final = {"self-administered": "web", "telephone": "telephone", "face-to-face": "face to face"}
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_TIME: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]\s*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})秒?(?:\.\d+)?)?分?)?"
    r"(?:Z|[+-]\d\d:?\d\d)?"
)


def read_columns(table: AnswerTable, form: QuestionnaireFile, today: dt.date, faults: FaultList) -> dict[str, Any]:
    """Return role -> column: text as object arrays, numbers as float, the start as datetime64[s].

    Parameters
    ----------
    table : AnswerTable
        A row a respondent, without identifiers.
    form : QuestionnaireFile
        Says which column has which role.
    today : datetime.date
        Interviews after this day are refused.
    faults : FaultList
        Takes what is wrong with a cell, once a value.
    """
    heads = {role: column for role, column in column_roles(form).items() if column in table.columns}
    found: dict[str, Any] = {role: table.texts(heads[role]) for role in TEXT_ROLES if role in heads}
    for role in FILLED:
        if role in found:
            _refuse_blanks(table, heads[role], found[role], faults)
    for role, allowed in (("mode", list(form.respondents.modes)), ("disposition", list(form.respondents.dispositions))):
        if role in found:
            bad = np.flatnonzero(~_is_one_of(table, heads[role], allowed))
            table.faults_by_value(
                faults, "answers-word", heads[role], bad, allowed, hint_from=True, options=allowed
            )  # fmt: skip
    _refuse_doubles(table, heads, found, faults)
    _check_psu(table, heads, found, faults)
    _add_numbers(table, heads, found, faults)
    if "start" in heads:
        found["start"] = _times(table, heads["start"], today, faults)
    count = len(table)
    found.setdefault("mode", np.full(count, _MODES[form.questionnaire.mode], dtype=object))
    found.setdefault("disposition", np.full(count, "", dtype=object))
    return found


def outcomes(words: Words, form: QuestionnaireFile) -> Words:
    """Return AAPOR outcomes for the words of a disposition; "" stays."""
    table = dict(form.respondents.dispositions)
    numbers, different = distinct(words)
    return np.array([*(table.get(word, "") for word in different), ""], dtype=object)[numbers]


def context_columns(table: AnswerTable, form: QuestionnaireFile) -> dict[str, Any]:
    """Return the further columns the definition keeps: numbers as float where all are, else text."""
    found: dict[str, Any] = {}
    for name in form.respondents.context:
        if name not in table.columns:
            continue
        numbers, different = table.distinct(name)
        if all(_NUMBER.fullmatch(text) for text in different):
            found[name] = np.array([*map(float, different), np.nan])[numbers]
        else:
            found[name] = np.array([*different, ""], dtype=object)[numbers]
    return found


def _is_one_of(table: AnswerTable, column: str, allowed: list[str]) -> Bools:
    """Return whether each cell is empty or an allowed word."""
    numbers, different = table.distinct(column)
    return np.asarray(np.array([word in allowed for word in different] + [True])[numbers])


def _refuse_blanks(table: AnswerTable, column: str, words: Words, faults: FaultList) -> None:
    rows = np.flatnonzero(words == "")
    if len(rows):
        table.fault(faults, "answers-blank", column, int(rows[0]), count=len(rows), rows=table.first_rows(rows))


def _refuse_doubles(table: AnswerTable, heads: dict[str, str], found: dict[str, Any], faults: FaultList) -> None:
    """Refuse a respondent with two rows; ids may be personal, so lines are named in their place."""
    if "respondent" not in heads:
        return
    numbers, _ = table.distinct(heads["respondent"])
    order = np.argsort(numbers, kind="stable")
    same = (np.diff(numbers[order]) == 0) & (numbers[order][1:] >= 0)
    first_of: dict[int, int] = {}
    for place in np.flatnonzero(same).tolist():
        first = first_of.setdefault(int(numbers[order[place]]), int(order[place]))
        later = int(order[place + 1])
        table.fault(faults, "answers-twice", heads["respondent"], later, first=table.lines[first])


def _check_psu(table: AnswerTable, heads: dict[str, str], found: dict[str, Any], faults: FaultList) -> None:
    """Refuse a cluster that lies in two strata of its county."""
    import pandas as pd

    if not {"county", "stratum", "psu"} <= set(found):
        return
    numbers = {role: table.distinct(heads[role])[0] for role in ("county", "stratum", "psu")}
    frame = pd.DataFrame(numbers)
    frame = frame[(frame >= 0).all(axis=1)]
    pairs = frame.drop_duplicates()
    twice = pairs[pairs.duplicated(["county", "psu"], keep=False)]
    # A stratum of several respondents is a word of the design; one that stands once may be anything.
    common = [word for word, count in zip(*np.unique(found["stratum"], return_counts=True), strict=True) if count > 1]
    for _, group in twice.groupby(["county", "psu"], sort=False):
        first, second = group.index[:2]
        strata = ", ".join(shown(found["stratum"][row], common) for row in (first, second))
        table.fault(
            faults, "answers-psu-strata", heads["psu"], int(second), found=shown(found["psu"][second]),
            first=table.lines[first], strata=strata,
        )  # fmt: skip


def _add_numbers(table: AnswerTable, heads: dict[str, str], found: dict[str, Any], faults: FaultList) -> None:
    for role in ("weight", "probability", "duration"):
        if role in heads:
            found[role] = numbers(table, heads[role], faults)
    if "weight" in heads and "probability" in heads:
        faults.add("answers-two-weights", file=table.file, line=1, cell=f"{table.letters[heads['probability']]}1",
                   key=heads["probability"], name=heads["weight"])  # fmt: skip
    for role in ("weight", "probability"):
        if role not in heads:
            continue
        values, column = found[role], heads[role]
        empty = table.distinct(column)[0] < 0
        if empty.any():
            rows = np.flatnonzero(empty)
            table.fault(faults, "answers-no-weight", column, int(rows[0]), count=len(rows), rows=table.first_rows(rows))
        too_large = values > 1 if role == "probability" else np.zeros(len(values), dtype=bool)
        bad = np.flatnonzero((values <= 0) | too_large)
        table.faults_by_value(faults, f"answers-{role}", column, bad)
    if "duration" in heads:
        table.faults_by_value(faults, "answers-duration", heads["duration"], np.flatnonzero(found["duration"] < 0))


def numbers(table: AnswerTable, column: str, faults: FaultList) -> Floats:
    """Return a column as numbers, NaN where missing; what is no finite number is a fault."""
    places, different = table.distinct(column)
    values = np.array([float(text) if _NUMBER.fullmatch(text) else np.inf for text in different] + [np.nan])[places]
    bad = np.flatnonzero(np.isinf(values))
    table.faults_by_value(faults, "answers-number", column, bad)
    values[bad] = np.nan
    return np.asarray(values)


def _times(table: AnswerTable, column: str, today: dt.date, faults: FaultList) -> Times:
    import pandas as pd

    places, different = table.distinct(column)
    written = pd.Series([text.replace(" ", "T", 1) for text in different], dtype=object)
    parsed = pd.to_datetime(written, format="%Y-%m-%dT%H:%M:%S", errors="coerce")
    values = parsed.to_numpy().astype("datetime64[s]")
    for place in np.flatnonzero(np.isnat(values)).tolist():
        values[place] = _time(different[place])
    found = np.append(values, np.datetime64("NaT"))[places]
    bad = np.flatnonzero(np.isnat(found) & (places >= 0))
    table.faults_by_value(faults, "answers-date", column, bad)
    future = np.flatnonzero(found >= np.datetime64(today, "s") + np.timedelta64(1, "D"))
    table.faults_by_value(faults, "answers-future", column, future, today=today.isoformat())
    return np.asarray(found)


def _time(text: str) -> np.datetime64:
    """Return a time that is not written in full ISO form, NaT for none.

    Examples
    --------
    >>> [str(_time(text)) for text in ("2022/11/5 9:05", "2022年11月5日", "5/11/2022")]
    ['2022-11-05T09:05:00', '2022-11-05T00:00:00', 'NaT']
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return np.datetime64("NaT", "s")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        found = dt.datetime(year, month, day, hour, minute, second)
    except ValueError:
        return np.datetime64("NaT", "s")
    return np.datetime64(found.isoformat(), "s")
