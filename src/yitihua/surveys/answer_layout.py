"""Wide and long tables of answers: both become codes by respondent and item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from yitihua.definitions.survey_models import QuestionnaireFile
from yitihua.errors import FaultList, suggest
from yitihua.surveys.answer_table import AnswerTable, Floats, Ints, distinct
from yitihua.surveys.codebook import Recoded, UnknownCode
from yitihua.surveys.codes import code_column
from yitihua.surveys.privacy.identifiers import HIDDEN, shown

Recodes = Mapping[str, Mapping[str, int | None]]


@dataclass(slots=True)
class Laid:
    """Answers by respondent.

    Attributes
    ----------
    respondents : AnswerTable
        A row a respondent: the columns beside the questions.
    items : tuple of str
        Items with codes, in the order of the questionnaire.
    codes : ndarray, shape (respondents, items)
        NaN where empty.
    latency : ndarray, shape (respondents, items), or None
        Seconds taken, in long tables that have it.
    open_texts : dict
        Item -> list of str, where free words are kept.
    """

    respondents: AnswerTable
    items: tuple[str, ...]
    codes: Floats
    latency: Floats | None = None
    open_texts: dict[str, list[str]] = field(default_factory=dict)
    unknown: list[UnknownCode] = field(default_factory=list)
    recoded: list[Recoded] = field(default_factory=list)


def is_long(table: AnswerTable, form: QuestionnaireFile) -> bool:
    """Return whether a row is a respondent and an item."""
    return {form.respondents.item, form.respondents.code} <= set(table.columns)


def coded_items(form: QuestionnaireFile) -> list[str]:
    """Return the items that are answered by a code or a number."""
    return [code for code, item in form.items.items() if form.scales[item.scale].kind != "text"]


def wide(table: AnswerTable, form: QuestionnaireFile, recodes: Recodes, faults: FaultList) -> Laid:
    """Return the answers of a table with a row a respondent and a column an item."""
    wanted = coded_items(form)
    items = tuple(item for item in wanted if item in table.columns)
    for item in wanted:
        if item not in table.columns:
            faults.add("answers-item-absent", file=table.file, sheet=table.sheet, line=1, key=item, name=item,
                       options=list(items) or wanted)  # fmt: skip
    laid = Laid(table, items, np.full((len(table), len(items)), np.nan))
    every = np.arange(len(table))
    for place, item in enumerate(items):
        scale = form.scales[form.items[item].scale]
        codes, unknown, recoded = code_column(item, scale, table, item, every, recodes.get(item))
        laid.codes[:, place] = codes
        laid.unknown += unknown
        laid.recoded += recoded
    for item in form.items:
        if item not in wanted and item in table.columns:
            laid.open_texts[item] = [str(value or "") for value in table.texts(item)]
    return laid


def long(
    table: AnswerTable, form: QuestionnaireFile, recodes: Recodes, faults: FaultList, people: AnswerTable | None = None
) -> Laid:
    """Return the answers of a table with a row a respondent and item.

    Parameters
    ----------
    table : AnswerTable
        With respondent, item and code, and perhaps the seconds taken.
    form : QuestionnaireFile
        Says which columns those are.
    recodes : mapping
        Item -> value -> code.
    faults : FaultList
        Takes unknown items, answers given twice, and columns of a respondent that contradict each other.
    people : AnswerTable, optional
        A row a respondent with the columns beside the questions. Without it those columns are taken
        from the rows of the long table.
    """
    names = form.respondents
    ids = table.texts(names.respondent) if names.respondent in table.columns else np.full(len(table), "", object)
    number, different = distinct(ids)
    owner = people if people is not None else _one_row_each(table, number, form, faults)
    order = {text: row for row, text in enumerate(owner.texts(names.respondent))} if len(owner) else {}
    person = np.array([order.get(text, -1) for text in different] + [-1], dtype=np.int64)[number]
    for row in np.flatnonzero((person < 0) & (number >= 0))[:1].tolist():
        rows = np.flatnonzero((person < 0) & (number >= 0))
        table.fault(faults, "answers-no-person", names.respondent, row, count=len(rows), rows=table.first_rows(rows))
    wanted = coded_items(form)
    place, words = distinct(table.columns[names.item])
    known = {item: k for k, item in enumerate(wanted)}
    open_items = set(form.items) - set(wanted)
    for k, word in enumerate(words):
        if word not in known and word not in open_items:
            _unknown_item(table, names.item, word, np.flatnonzero(place == k), list(form.items), faults)
    item = np.array([known.get(word, -1) for word in words] + [-1], dtype=np.int64)[place]
    sound = (person >= 0) & (item >= 0)
    sound &= ~_refuse_twice(table, names.item, person, item, sound, faults)
    laid = Laid(owner, tuple(wanted), np.full((len(owner), len(wanted)), np.nan))
    for k, code in enumerate(wanted):
        rows = np.flatnonzero(sound & (item == k))
        scale = form.scales[form.items[code].scale]
        codes, unknown, recoded = code_column(code, scale, table, names.code, rows, recodes.get(code))
        laid.codes[person[rows], k] = codes
        laid.unknown += unknown
        laid.recoded += recoded
    if names.latency in table.columns:
        from yitihua.surveys.answer_columns import numbers

        seconds = numbers(table, names.latency, faults)
        table.faults_by_value(faults, "answers-duration", names.latency, np.flatnonzero(seconds < 0))
        laid.latency = np.full(laid.codes.shape, np.nan)
        laid.latency[person[sound], item[sound]] = seconds[sound]
    return laid


def _unknown_item(table: AnswerTable, column: str, word: str, rows: Ints, known: list[str], faults: FaultList) -> None:
    near = suggest(word, known)
    found = word if near and shown(word) != HIDDEN else shown(word)
    table.fault(
        faults, "answers-item-unknown", column, int(rows[0]), found=found, count=len(rows),
        rows=table.first_rows(rows), options=known, hint=near,
    )  # fmt: skip


def _refuse_twice(table: AnswerTable, column: str, person: Ints, item: Ints, sound: Any, faults: FaultList) -> Any:
    """Refuse a second answer of a respondent to an item; return which rows those are."""
    both = np.where(sound, person * (int(item.max(initial=0)) + 1) + item, -1)
    order = np.argsort(both, kind="stable")
    again = np.zeros(len(both), dtype=bool)
    again[order[1:]] = (np.diff(both[order]) == 0) & (both[order[1:]] >= 0)
    if again.any():
        rows = np.flatnonzero(again)
        table.fault(faults, "answers-item-twice", column, int(rows[0]), count=len(rows), rows=table.first_rows(rows))
    return again


def _one_row_each(table: AnswerTable, number: Ints, form: QuestionnaireFile, faults: FaultList) -> AnswerTable:
    """Return the first row of each respondent; columns that say two things of one person are faults."""
    names = form.respondents
    blank = np.flatnonzero(number < 0)
    if len(blank) and names.respondent in table.columns:
        table.fault(faults, "answers-blank", names.respondent, int(blank[0]), count=len(blank),
                    rows=table.first_rows(blank))  # fmt: skip
    rows = np.flatnonzero(number >= 0)
    _, first = np.unique(number[rows], return_index=True)
    keep = np.sort(rows[first])
    first_row = np.empty(int(number.max(initial=-1)) + 1, dtype=np.int64)
    first_row[number[keep]] = keep
    for column in table.columns:
        if column in (names.item, names.code, names.latency, names.respondent):
            continue
        value, _ = distinct(table.columns[column])
        differ = rows[value[rows] != value[first_row[number[rows]]]]
        if len(differ):
            table.fault(
                faults, "answers-person-differs", column, int(differ[0]), count=len(differ),
                rows=table.first_rows(differ), first=table.lines[first_row[number[differ[0]]]],
            )  # fmt: skip
    return table.take(keep)
