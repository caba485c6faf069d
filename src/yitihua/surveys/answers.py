"""Answers of a questionnaire: read, freed of identifiers, checked against the codebook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.definitions.survey_checks import column_roles
from yitihua.definitions.survey_models import QuestionnaireFile
from yitihua.errors import Fault, FaultList
from yitihua.indicators.cells import RawTable
from yitihua.indicators.table import Lineage
from yitihua.surveys import answer_layout
from yitihua.surveys.answer_columns import ANSWERED, context_columns, outcomes, read_columns
from yitihua.surveys.answer_files import open_answers
from yitihua.surveys.answer_table import AnswerTable, Bools, Floats, Ints, Protected, Removed, Words
from yitihua.surveys.asked import item_notes
from yitihua.surveys.codebook import Codebook, recode_keys
from yitihua.surveys.privacy.identifiers import KINDS, masked
from yitihua.surveys.privacy.keys import HashKey
from yitihua.surveys.privacy.reading import protect, safe_faults

if TYPE_CHECKING:
    import pandas as pd

    from yitihua.surveys.answer_files import Data


_HOW = {
    "dropped": ("未保留", "not kept"),
    "hashed": ("只保留带密钥的散列值", "kept as keyed hashes only"),
    "numbered": ("只保留本次运行内的编号", "kept as numbers of this run only"),
}
_OTHER_KINDS = {"": ("问卷定义未列出", "not named by the definition"), "open": ("开放题", "answers in free words")}


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers by respondent; nothing in it points to a person by itself.

    Attributes
    ----------
    form : QuestionnaireFile
        What was asked.
    items : tuple of str
        Codes of the items, in the order of the questionnaire; free words are not among them.
    codes : ndarray, shape (respondents, items)
        As given, don't-know codes included; NaN where there is no answer.
    columns : dict
        Role -> column: respondent, county, stratum, psu, mode, disposition, interviewer (object
        arrays of str), weight, probability, duration (float), start (datetime64[s]). Only those the
        table has, but mode and disposition always.
    context : dict
        The further columns the definition keeps.
    outcome : ndarray of str
        AAPOR outcome of each row.
    lines : ndarray of int
        Line in the file.
    numbers : dict
        device, ip, phone and hashed columns -> ndarray of int: alike where the value is alike, -1 for none.
    hashes : dict
        The same as keyed hashes, empty without a key.
    key_id : str
        Which key made them.
    latency : ndarray, shape (respondents, items), or None
        Seconds an answer took.
    open_texts : dict
        Item -> free words with identifiers masked, only where asked for.
    codebook : Codebook
        Notes on who answered what.
    removed : tuple of Removed
        Columns that were not kept, by their letters.
    lineage : tuple of Lineage
        Files and their sha256.
    """

    form: QuestionnaireFile
    items: tuple[str, ...]
    codes: Floats
    columns: dict[str, Any]
    context: dict[str, Any]
    outcome: Words
    lines: Ints
    file: str = ""
    numbers: dict[str, Ints] = field(default_factory=dict)
    hashes: dict[str, Words] = field(default_factory=dict, repr=False)
    key_id: str = ""
    latency: Floats | None = None
    open_texts: dict[str, list[str]] = field(default_factory=dict, repr=False)
    codebook: Codebook = field(default_factory=Codebook)
    removed: tuple[Removed, ...] = ()
    lineage: tuple[Lineage, ...] = ()
    simulated: bool = False
    notices: tuple[tuple[str, str], ...] = ()

    def __len__(self) -> int:
        return len(self.lines)

    def __repr__(self) -> str:
        title = self.form.questionnaire.title.en
        simulated = ", simulated 模拟" if self.simulated else ""
        return f"<Answers {title}: {len(self)} rows, {int(self.answered.sum())} answered{simulated}>"

    @property
    def answered(self) -> Bools:
        """Who answered the questionnaire, at least in part."""
        return np.asarray(np.isin(self.outcome, ANSWERED))

    def item(self, code: str) -> Floats:
        """Return the codes of one item, NaN where there is no answer."""
        return self.codes[:, self.items.index(code)]

    @property
    def known(self) -> dict[str, Any]:
        """Everything a filter or a rule may look at, by name."""
        items = {item: self.codes[:, place] for place, item in enumerate(self.items)}
        places = {role: self.columns[role] for role in ("county", "stratum", "psu", "mode") if role in self.columns}
        return places | self.context | items

    def take(self, rows: Bools | Ints) -> Answers:
        """Return some respondents."""
        index = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        arrays = ("columns", "context", "numbers", "hashes")
        parts: dict[str, Any] = {
            name: {key: values[index] for key, values in getattr(self, name).items()} for name in arrays
        }
        texts = {item: [values[row] for row in index.tolist()] for item, values in self.open_texts.items()}
        return replace(
            self, codes=self.codes[index], outcome=self.outcome[index], lines=self.lines[index], open_texts=texts,
            latency=None if self.latency is None else self.latency[index], **parts,
        )  # fmt: skip

    def frame(self) -> pd.DataFrame:
        """Return a wide table: columns by role, then context, then a column an item."""
        import pandas as pd

        items = {item: self.codes[:, place] for place, item in enumerate(self.items)}
        return pd.DataFrame({**self.columns, **self.context, **items})


@dataclass(frozen=True)
class Inspection:
    """A reading that does not stop at faults.

    Attributes
    ----------
    answers : Answers or None
        None where a fault leaves nothing to look at.
    codebook : Codebook
        Unknown codes, and notes on who answered what.
    faults : tuple of Fault
        What `read_answers` would refuse.
    """

    answers: Answers | None
    codebook: Codebook
    faults: tuple[Fault, ...]


def read_answers(
    data: Data,
    form: QuestionnaireFile,
    *,
    respondents: Data | None = None,
    key: HashKey | None = None,
    keep_open: bool = False,
    recodes: answer_layout.Recodes | None = None,
    sheet: str | None = None,
    today: dt.date | None = None,
    project: Path | None = None,
) -> Answers:
    """Read answers, wide or long, from CSV, Excel, Parquet, a dataset or a DataFrame.

    Identifiers are dropped or hashed before anything is looked at; no message repeats what is or
    may be personal.

    Parameters
    ----------
    data : str, Path, DataFrame or Dataset
        A row a respondent and a column an item, or a row a respondent and item.
    form : QuestionnaireFile
        From ``load_edition(...).questionnaires``.
    respondents : str, Path, DataFrame or Dataset, optional
        For long tables: a row a respondent with the other columns.
    key : HashKey, optional
        From `yitihua.surveys.privacy.keys.read_key`. Without one, identifiers become numbers that mean
        nothing outside this reading.
    keep_open : bool
        Keep answers in free words, with identifiers masked. Names of third persons cannot be found.
    recodes : mapping, optional
        Item -> value as the file has it -> code, or None for missing. Counted in the codebook.
    sheet : str, optional
        Of a workbook with several.
    today : datetime.date, optional
        Interviews after this day are refused. Default: the day of the clock.
    project : Path, optional
        Folder whose data/ is looked into first for a dataset's name.

    Returns
    -------
    Answers
        Every row of the table, those without an interview too: they count for response rates.

    Raises
    ------
    InputError
        With every fault: file, cell, what was found, what is allowed, the mend.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> form = load_edition("zhejiang-2022").questionnaires["citizens"]
    >>> read_answers("zhejiang-2022-simulated-citizens", form)
    <Answers Citizens: 21689 rows, 14335 answered, simulated 模拟>
    """
    made, faults = _read(data, form, respondents, key, keep_open, recodes or {}, sheet, today, project)
    faults.raise_if_any()
    assert made is not None  # every path that gives None has added a fault
    return made


def inspect_answers(
    data: Data, form: QuestionnaireFile, *, respondents: Data | None = None, key: HashKey | None = None,
    recodes: answer_layout.Recodes | None = None, sheet: str | None = None, today: dt.date | None = None,
    project: Path | None = None,
) -> Inspection:  # fmt: skip
    """Read as `read_answers`, but return the faults and the codebook's report in place of raising."""
    made, faults = _read(data, form, respondents, key, False, recodes or {}, sheet, today, project)
    return Inspection(made, made.codebook if made is not None else Codebook(), tuple(faults))


def _read(
    data: Data, form: QuestionnaireFile, respondents: Data | None, key: HashKey | None, keep_open: bool,
    recodes: answer_layout.Recodes, sheet: str | None, today: dt.date | None, project: Path | None,
) -> tuple[Answers | None, FaultList]:  # fmt: skip
    recode_keys(recodes, form.items)
    opening, faults = FaultList(), FaultList()
    raw, lineage, simulated = open_answers(data, opening, sheet, project)
    other, lineage_2, _ = open_answers(respondents, opening, None, project) if respondents is not None else (None,) * 3
    faults.extend(safe_faults(opening, form))
    if raw is None or (respondents is not None and other is None):
        return None, faults
    found = protect(_table(raw), form, key, faults, keep_open)
    people = protect(_table(other), form, key, faults) if other is not None else None
    if not _has_columns(found.table if people is None else people.table, form, faults):
        return None, faults
    laid, source = _lay(found, people, form, recodes, faults)
    columns = read_columns(laid.respondents, form, today or dt.date.today(), faults)
    made = _assembled(laid, source, form, columns, key, faults)
    notices = tuple(_notices(source.removed, raw.encoding))
    return replace(
        made, lineage=(*lineage, *(lineage_2 or ())), simulated=simulated, notices=notices, file=masked(raw.file)
    ), faults


def _table(raw: RawTable) -> AnswerTable:
    return AnswerTable.of(raw, masked(raw.file))


def _has_columns(table: AnswerTable, form: QuestionnaireFile, faults: FaultList) -> bool:
    """Refuse a table without respondents or counties; return whether there is a column of respondents."""
    before = len(faults)
    for role in ("respondent", "county"):
        name = column_roles(form)[role]
        if name not in table.columns:
            faults.add("answers-column-absent", file=table.file, sheet=table.sheet, line=1, key=name, name=name,
                       role=role)  # fmt: skip
    return len(faults) == before


def _lay(
    found: Protected, people: Protected | None, form: QuestionnaireFile, recodes: answer_layout.Recodes,
    faults: FaultList,
) -> tuple[answer_layout.Laid, Protected]:  # fmt: skip
    """Return answers by respondent, and the numbers of identifiers in the same order."""
    if not answer_layout.is_long(found.table, form):
        return answer_layout.wide(found.table, form, recodes, faults), found
    laid = answer_layout.long(found.table, form, recodes, faults, None if people is None else people.table)
    if people is not None:
        return laid, people
    rows = np.searchsorted(found.table.lines, laid.respondents.lines)
    return laid, Protected(
        laid.respondents,
        {name: values[rows] for name, values in found.numbers.items()},
        {name: values[rows] for name, values in found.hashes.items()},
        found.removed,
    )


def _assembled(
    laid: answer_layout.Laid, source: Protected, form: QuestionnaireFile, columns: dict[str, Any],
    key: HashKey | None, faults: FaultList,
) -> Answers:  # fmt: skip
    any_answer = np.isfinite(laid.codes).any(axis=1)
    outcome = outcomes(columns["disposition"], form)
    if column_roles(form)["disposition"] not in laid.respondents.columns:
        # Without a disposition, a row with answers is an interview and one without is not.
        outcome = np.where(any_answer, "complete", "unknown").astype(object)
    made = Answers(
        form, laid.items, laid.codes, columns, context_columns(laid.respondents, form), outcome,
        laid.respondents.lines, numbers=source.numbers, hashes=source.hashes, key_id=key.key_id if key else "",
        latency=laid.latency, open_texts=_masked_texts(laid.open_texts, source), removed=tuple(source.removed),
    )  # fmt: skip
    notes = item_notes(made.codes, made.items, form, made.known, made.answered, made.lines)
    codebook = Codebook(tuple(laid.unknown), notes, tuple(laid.recoded))
    codebook.add_faults(form, laid.respondents, faults)
    return replace(made, codebook=codebook)


def _masked_texts(texts: dict[str, list[str]], source: Protected) -> dict[str, list[str]]:
    """Return free words without identifiers, nor the respondent's own name where a column gave it."""
    columns = list(source.names.values())

    def one(row: int, text: str) -> str:
        own = [column[row].strip() for column in columns if isinstance(column[row], str)]
        return masked(text, own) if text else ""

    return {item: [one(row, text) for row, text in enumerate(values)] for item, values in texts.items()}


def _notices(removed: list[Removed], encoding: str) -> list[tuple[str, str]]:
    """Say what was not kept, by column letters: a header may be personal itself."""
    found = []
    if encoding == "gb18030":
        found.append(("数据按GB18030编码读取", "the data was read as GB18030, not UTF-8"))
    groups: dict[tuple[str, str], list[str]] = {}
    for column in removed:
        groups.setdefault((column.kind, column.how), []).append(column.column)
    for (kind, how), letters in groups.items():
        zh, en = KINDS.get(kind) or _OTHER_KINDS[kind]
        how_zh, how_en = _HOW[how]
        found.append((f"列{'、'.join(letters)}（{zh}）{how_zh}", f"columns {', '.join(letters)} ({en}): {how_en}"))
    return found


def counties_without_answers(answers: Answers, counties: Mapping[str, Any] | list[str]) -> list[str]:
    """Return the counties of a list in which nobody answered."""
    there = set(answers.columns["county"][answers.answered].tolist())
    return [county for county in counties if county not in there]


def require_counties(answers: Answers, counties: list[str]) -> None:
    """Refuse answers that leave a county of the frame empty.

    Raises
    ------
    InputError
        With every county in which nobody answered.
    """
    faults = FaultList()
    column = column_roles(answers.form)["county"]
    for county in counties_without_answers(answers, counties):
        drawn = int((answers.columns["county"] == county).sum())
        faults.add("answers-county-empty", file=answers.file, key=column, name=county, drawn=drawn)
    faults.raise_if_any()
